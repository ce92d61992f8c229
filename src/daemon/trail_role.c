/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trail role: the only process that writes the trail. It answers the vault one message after
 * the other; the vault cannot rewrite what stands there, and without this process's answer it does
 * nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/sandbox/sandbox.h"
#include "mynakura/trail/trail.h"
#include "mynakura/trail/verify.h"
#include "mynakura/wire/chan.h"
#include "roles_internal.h"

#define PAGE_ROWS 200 /* records of one answer at most */
#define PAGE_BYTES 48000 /* and bytes, below the frame's limit */
#define COMMITS_MAX 1700
#define ASIDE_MS 10000

struct role {
	char dir[4096];
	struct mk_trail *trail;
	bool unsynced;
	bool again; /* the daemon is about to start again: nothing is begun any more */
};

static int
put_head(struct role *t, struct mk_buf *b)
{
	char head[MK_TRAIL_HEX];
	if (t->trail == NULL)
		return 0;
	uint64_t seq = mk_trail_head(t->trail, head);
	mk_put_u64(b, MK_T_seq, seq);
	mk_put_str(b, MK_T_head, head);
	mk_put_str(b, MK_T_vault, mk_trail_vault(t->trail));
	mk_put_str(b, MK_T_key, mk_trail_fingerprint(t->trail));
	return 0;
}

/* What opening found and mended is told at every login of this run. */
static void
put_found(const struct mk_trail_opened *info, struct mk_buf *b)
{
	if (info->torn_bytes > 0)
		mk_put_str(b, MK_T_alarm,
		    "the record's last line was torn by an interruption and was cut");
	if (info->unknown > 0)
		mk_put_str(b, MK_T_alarm,
		    "the last run was interrupted: an act without a recorded end is marked "
		    "unknown");
	if (info->seed_behind)
		mk_put_str(b, MK_T_alarm,
		    "the last run was interrupted while the record was signed; mended");
	if (info->full)
		mk_put_str(b, MK_T_alarm, "the disk is full: nothing more can be recorded");
}

/* What each database must at least have reached (decisions.md 16); 1,700 fit a frame. */
static void
put_commits(const struct role *t, struct mk_buf *b)
{
	const struct mk_trail_commit *c;
	for (size_t i = 0; i < COMMITS_MAX && (c = mk_trail_commit_at(t->trail, i)) != NULL; i++) {
		struct mk_buf rec = MK_BUF_INIT;
		mk_put_str(&rec, MK_T_ledger, c->ledger);
		mk_put_u64(&rec, MK_T_count, c->number);
		mk_put_rec(b, MK_T_item, &rec);
		mk_buf_free(&rec);
	}
}

static int
do_open(struct role *t, struct mk_msg *reply)
{
	if (t->trail == NULL) {
		struct mk_trail_opened info;
		int r = mk_trail_open(t->dir, NULL, 0, &t->trail, &info);
		if (r == MK_E_NOT_FOUND)
			return 0;
		if (r < 0)
			return r;
		put_found(&info, &reply->body);
		put_commits(t, &reply->body);
	}
	return put_head(t, &reply->body);
}

static int
finished_init(const struct mk_entry *e, void *arg)
{
	*(bool *)arg = strcmp(e->result, "ok") == 0;
	return *(bool *)arg;
}

/* The activity log's place, a chain of its own (architecture.md). */
static int
make_pc(const struct role *t)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/pc", t->dir);
	return mkdir(path, 0750) < 0 && errno != EEXIST ? mk_err_from_errno(errno) : 0;
}

/* The folder above is not ours: the monitor moves it away and gives us an empty one. */
static int
ask_aside(void)
{
	struct mk_msg m, reply;
	mk_msg_init(&m, MK_MON_ASIDE, 1);
	int r = mk_chan_send(MK_FD_MONITOR, &m, ASIDE_MS);
	mk_msg_free(&m);
	if (r == 0)
		r = mk_chan_recv(MK_FD_MONITOR, &reply, ASIDE_MS);
	if (r < 0)
		return MK_E_LOST;
	r = (int)mk_get_i64(reply.body.data, reply.body.len, MK_T_error, MK_E_PROTOCOL);
	mk_msg_free(&reply);
	return r;
}

/*
 * A trail without a vault beside it is an init that was cut off: it is put aside, never removed.
 * One whose init was finished belongs to a vault that was lost or taken away: it stays.
 */
static int
put_aside(struct role *t)
{
	bool finished = false;
	struct mk_trail_filter f = {.action = "init"};
	int r = mk_trail_read(t->dir, &f, finished_init, &finished);
	if (r < 0 || finished)
		return r < 0 ? r : MK_E_DAMAGED;
	mk_trail_close(t->trail);
	t->trail = NULL;
	r = ask_aside();
	t->again = r == MK_E_BUSY;
	return r < 0 ? r : make_pc(t);
}

static int
do_create(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	char vault[MK_TRAIL_VAULT_MAX];
	int r = mk_get_str(m->body.data, m->body.len, MK_T_vault, vault, sizeof vault);
	if (t->again)
		return MK_E_BUSY;
	if (r == 0)
		r = mk_trail_create(t->dir, vault, 0, &t->trail);
	if (r == MK_E_EXISTS) {
		r = put_aside(t);
		if (r == 0)
			r = mk_trail_create(t->dir, vault, 0, &t->trail);
	}
	return r < 0 ? r : put_head(t, &reply->body);
}

/* The texts of an event, copied out of the message. */
struct texts {
	char kind[16], action[32], actor[MK_TRAIL_VAULT_MAX], roles[64], session[32], terminal[64],
	    from[64], ledger[32], subject[32], object[32], purpose[80], result[32],
	    reason[MK_EVENT_TEXT_MAX], detail[MK_EVENT_TEXT_MAX], count[24], now[MK_TIME_MAX],
	    sha256[65], login_uid[12], login_session[12];
};

static int
get_texts(const struct mk_msg *m, struct texts *x)
{
	struct {
		unsigned tag;
		char *out;
		size_t cap;
	} want[] = {{MK_T_kind, x->kind, sizeof x->kind},
	    {MK_T_action, x->action, sizeof x->action}, {MK_T_actor, x->actor, sizeof x->actor},
	    {MK_T_roles, x->roles, sizeof x->roles}, {MK_T_session, x->session, sizeof x->session},
	    {MK_T_terminal, x->terminal, sizeof x->terminal}, {MK_T_from, x->from, sizeof x->from},
	    {MK_T_ledger, x->ledger, sizeof x->ledger},
	    {MK_T_subject, x->subject, sizeof x->subject}, {MK_T_id, x->object, sizeof x->object},
	    {MK_T_purpose, x->purpose, sizeof x->purpose},
	    {MK_T_result, x->result, sizeof x->result}, {MK_T_reason, x->reason, sizeof x->reason},
	    {MK_T_detail, x->detail, sizeof x->detail}, {MK_T_sha256, x->sha256, sizeof x->sha256}};
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		int r =
		    mk_get_str(m->body.data, m->body.len, want[i].tag, want[i].out, want[i].cap);
		if (r == MK_E_TOO_BIG)
			return r;
	}
	return 0;
}

static int
kind_of(const char *s, enum mk_event_kind *out)
{
	for (int k = MK_EV_INTENT; k <= MK_EV_EVENT; k++) {
		if (strcmp(mk_event_kind_name((enum mk_event_kind)k), s) == 0) {
			*out = (enum mk_event_kind)k;
			return 0;
		}
	}
	return MK_E_PROTOCOL;
}

#define DETAILS 7

/* The login that the asker's process belongs to, where the kernel knows one. */
static size_t
fill_login(const struct mk_msg *m, struct texts *x, struct mk_detail *d)
{
	size_t n = 0;
	const void *b = m->body.data;
	uint64_t uid = mk_get_u64(b, m->body.len, MK_T_login_uid, UINT32_MAX),
		 session = mk_get_u64(b, m->body.len, MK_T_login_session, UINT32_MAX);
	if (uid < UINT32_MAX) {
		snprintf(x->login_uid, sizeof x->login_uid, "%u", (unsigned)uid);
		d[n++] = (struct mk_detail){"login_uid", x->login_uid};
	}
	if (session < UINT32_MAX) {
		snprintf(x->login_session, sizeof x->login_session, "%u", (unsigned)session);
		d[n++] = (struct mk_detail){"login_session", x->login_session};
	}
	return n;
}

static size_t
fill_details(const struct mk_msg *m, struct texts *x, struct mk_detail d[DETAILS])
{
	size_t n = fill_login(m, x, d);
	uint64_t count = mk_get_u64(m->body.data, m->body.len, MK_T_count, 0);
	int64_t now = mk_get_i64(m->body.data, m->body.len, MK_T_now, 0);
	if (x->object[0] != '\0')
		d[n++] = (struct mk_detail){"object", x->object};
	if (x->detail[0] != '\0')
		d[n++] = (struct mk_detail){"note", x->detail};
	if (count != 0) {
		snprintf(x->count, sizeof x->count, "%llu", (unsigned long long)count);
		d[n++] = (struct mk_detail){"count", x->count};
	}
	if (x->sha256[0] != '\0')
		d[n++] = (struct mk_detail){"sha256", x->sha256};
	if (now != 0) { /* demo offices only: the stated time stands in every record */
		mk_time_format(now, x->now);
		d[n++] = (struct mk_detail){"stated_time", x->now};
	}
	return n;
}

static int
do_append(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	struct texts x;
	struct mk_detail details[DETAILS];
	struct mk_event e = {0};
	const void *b = m->body.data;
	size_t len = m->body.len;
	char head[MK_TRAIL_HEX];
	uint64_t seq, uid = mk_get_u64(b, len, MK_T_sender_uid, UINT64_MAX);
	if (t->trail == NULL)
		return MK_E_TRAIL;
	memset(&x, 0, sizeof x);
	int r = get_texts(m, &x);
	int action = mk_action_find(x.action);
	if (r == 0)
		r = action < 0 ? MK_E_PROTOCOL : kind_of(x.kind, &e.kind);
	if (r < 0)
		return r;
	const char *subject = x.subject;
	bool durable = mk_get_bool(b, len, MK_T_fsync, true);
	e.action = (enum mk_action)action;
	e.time = mk_get_i64(b, len, MK_T_time, 0);
	e.actor = x.actor;
	e.role = x.roles;
	e.has_uid = uid <= UINT32_MAX;
	e.uid = e.has_uid ? (uint32_t)uid : 0;
	e.session = x.session;
	e.terminal = x.terminal;
	e.from = x.from;
	e.ledger = x.ledger;
	e.subjects = &subject;
	e.n_subjects = x.subject[0] != '\0' ? 1 : 0;
	e.purpose = x.purpose;
	e.result = x.result;
	e.ref = mk_get_u64(b, len, MK_T_seq, 0);
	e.commit = mk_get_u64(b, len, MK_T_commit, 0);
	e.reason = x.reason;
	e.details = details;
	e.n_details = fill_details(m, &x, details);
	r = mk_trail_append(t->trail, &e, durable, &seq, head);
	if (r < 0)
		return r;
	t->unsynced = !durable;
	mk_put_u64(&reply->body, MK_T_seq, seq);
	mk_put_str(&reply->body, MK_T_head, head);
	return 0;
}

static int
do_checkpoint(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	if (t->trail == NULL)
		return MK_E_TRAIL;
	struct mk_trail_commit *c = calloc(COMMITS_MAX, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0 && n < COMMITS_MAX) {
		if (it.tag != MK_T_item ||
		    mk_get_str(it.p, it.len, MK_T_ledger, c[n].ledger, sizeof c[n].ledger) < 0)
			continue;
		c[n++].number = mk_get_u64(it.p, it.len, MK_T_count, 0);
	}
	int r = mk_trail_checkpoint(t->trail, 0, c, n, -1, NULL, NULL);
	free(c);
	return r < 0 ? r : put_head(t, &reply->body);
}

/* --- reading */

struct page {
	struct mk_buf *out;
	uint64_t last;
	size_t rows;
	bool more;
};

static void
put_some(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s[0] != '\0')
		mk_put_str(b, tag, s);
}

static int
put_entry(const struct mk_entry *e, void *arg)
{
	struct page *p = arg;
	struct mk_buf rec = MK_BUF_INIT;
	if (p->rows >= PAGE_ROWS || p->out->len > PAGE_BYTES) {
		p->more = true;
		return 1;
	}
	mk_put_u64(&rec, MK_T_seq, e->seq);
	put_some(&rec, MK_T_kind, e->kind);
	put_some(&rec, MK_T_actor, e->actor);
	put_some(&rec, MK_T_role, e->role);
	put_some(&rec, MK_T_terminal, e->terminal);
	put_some(&rec, MK_T_from, e->from);
	put_some(&rec, MK_T_session, e->session);
	put_some(&rec, MK_T_action, e->action[0] != '\0' ? e->action : e->kind);
	put_some(&rec, MK_T_subject, e->subjects);
	put_some(&rec, MK_T_ledger, e->ledger);
	put_some(&rec, MK_T_purpose, e->purpose);
	put_some(&rec, MK_T_result, strcmp(e->kind, "intent") == 0 ? e->kind : e->result);
	put_some(&rec, MK_T_reason, e->reason);
	put_some(&rec, MK_T_detail, e->detail);
	if (e->has_uid)
		mk_put_u64(&rec, MK_T_sender_uid, e->uid);
	mk_put_i64(&rec, MK_T_time, e->time);
	mk_put_str(&rec, MK_T_hash, e->hash);
	mk_put_rec(p->out, MK_T_item, &rec);
	mk_buf_free(&rec);
	p->last = e->seq;
	p->rows++;
	return 0;
}

static int
get_time(const struct mk_msg *m, unsigned tag, bool end, int64_t *out)
{
	char s[64];
	int r = mk_get_str(m->body.data, m->body.len, tag, s, sizeof s);
	if (r == MK_E_NOT_FOUND)
		return 0;
	if (r == 0)
		r = mk_time_parse(s, out);
	if (r == 0 && end && strlen(s) == 10) /* a day is meant to its end */
		*out += 86400;
	return r;
}

static int
do_read(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	struct texts x;
	struct mk_trail_filter f = {0};
	struct page page = {.out = &reply->body};
	char cursor[24], text[512];
	const void *b = m->body.data;
	size_t len = m->body.len;
	memset(&x, 0, sizeof x);
	int r = get_texts(m, &x);
	if (r == 0)
		r = get_time(m, MK_T_from, false, &f.from);
	if (r == 0)
		r = get_time(m, MK_T_to, true, &f.to);
	if (r < 0)
		return MK_E_INPUT;
	if (x.action[0] != '\0' && mk_action_find(x.action) < 0 &&
	    strcmp(x.action, "checkpoint") != 0)
		return MK_E_INPUT;
	f.actor = x.actor[0] != '\0' ? x.actor : NULL;
	f.action = x.action[0] != '\0' ? x.action : NULL;
	f.subject = x.subject[0] != '\0' ? x.subject : NULL;
	r = mk_get_str(b, len, MK_T_text, text, sizeof text);
	if (r == MK_E_TOO_BIG)
		return r;
	if (r == 0)
		f.text = text;
	if (mk_get_str(b, len, MK_T_cursor, cursor, sizeof cursor) == 0 &&
	    mk_str_u64(cursor, UINT64_MAX, &f.after) < 0)
		return MK_E_INPUT;
	f.limit = mk_get_u64(b, len, MK_T_limit, 0);
	if (t->trail == NULL || mk_trail_sync(t->trail) < 0)
		return MK_E_TRAIL;
	r = mk_trail_read(t->dir, &f, put_entry, &page);
	if (r < 0)
		return r;
	bool limited = f.limit != 0 && page.rows >= f.limit;
	if (page.more && !limited) {
		snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)page.last);
		mk_put_str(&reply->body, MK_T_cursor, cursor);
	}
	return mk_buf_error(&reply->body);
}

static int
do_verify(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	char key[128], head[128];
	struct mk_verify_options opt = {NULL, NULL};
	struct mk_verify_result res;
	struct mk_buf *b = &reply->body;
	if (mk_get_str(m->body.data, m->body.len, MK_T_key, key, sizeof key) == 0)
		opt.key = key;
	if (mk_get_str(m->body.data, m->body.len, MK_T_head, head, sizeof head) == 0)
		opt.head = head;
	if (t->trail != NULL && mk_trail_sync(t->trail) < 0)
		return MK_E_TRAIL;
	int r = mk_trail_verify(t->dir, &opt, &res);
	if (r < 0)
		return r;
	mk_put_bool(b, MK_T_ok, res.why == MK_WHY_ok);
	mk_put_u64(b, MK_T_entries, res.entries);
	mk_put_str(b, MK_T_from, res.from);
	mk_put_str(b, MK_T_to, res.to);
	mk_put_str(b, MK_T_head, res.head);
	mk_put_str(b, MK_T_key, res.fingerprint);
	if (res.why != MK_WHY_ok) {
		mk_put_u64(b, MK_T_seq, res.bad);
		mk_put_str(b, MK_T_code, mk_why_code(res.why));
		mk_put_str(b, MK_T_why, mk_why_words(res.why));
	}
	return 0;
}

static int
serve(struct role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	switch (m->type) {
	case MK_TR_OPEN:
		return do_open(t, reply);
	case MK_TR_CREATE:
		return do_create(t, m, reply);
	case MK_TR_APPEND:
		return do_append(t, m, reply);
	case MK_TR_CHECKPOINT:
		return do_checkpoint(t, m, reply);
	case MK_TR_READ:
		return do_read(t, m, reply);
	case MK_TR_VERIFY:
		return do_verify(t, m, reply);
	default:
		return MK_E_PROTOCOL;
	}
}

static int
answer(struct role *t, struct mk_msg *m)
{
	struct mk_msg reply;
	mk_msg_init(&reply, m->type, m->id);
	reply.flags = MK_FLAG_REPLY;
	int r = serve(t, m, &reply);
	if (r < 0)
		mk_buf_reset(&reply.body);
	mk_put_i64(&reply.body, MK_T_error, r);
	r = mk_chan_send(MK_FD_PEER, &reply, -1);
	mk_msg_free(&reply);
	return r;
}

/* Installed: nothing but the own folder, also where the file modes would let us. */
static int
close_in(const struct role *t, const struct mk_daemon_args *args)
{
	char spare[4200];
	if (!mk_is_installed(args))
		return 0;
	umask(027); /* files 0640: the group of this account reads the trail (decisions.md 13) */
	snprintf(spare, sizeof spare, "%s.next", t->dir);
	const char *const write[] = {t->dir, spare, NULL};
	int r = mk_sandbox_landlock(NULL, write);
	return r == MK_SANDBOX_NO_LANDLOCK ? 0 : r;
}

static int
start(struct role *t, const struct mk_daemon_args *args)
{
	signal(SIGTERM, SIG_IGN); /* the monitor ends the roles in order */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	for (int fd = MK_FD_MONITOR; fd <= MK_FD_LOCK; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (snprintf(t->dir, sizeof t->dir, "%s/trail", args->dir) >= (int)sizeof t->dir)
		return MK_E_INPUT;
	int r = close_in(t, args);
	if (r == 0)
		r = mk_sandbox_trail();
	return r == 0 ? make_pc(t) : r;
}

int
mk_trail_run(const struct mk_daemon_args *args)
{
	struct role t = {.trail = NULL};
	struct pollfd p[2] = {{MK_FD_PEER, POLLIN, 0}, {MK_FD_MONITOR, POLLIN, 0}};
	int r = start(&t, args);
	while (r == 0) {
		/* Half a second of quiet brings what is not durable yet to the disk. */
		int n = poll(p, 2, t.unsynced ? 500 : -1);
		if (n < 0 && errno != EINTR)
			break;
		if (n == 0 && t.trail != NULL) {
			mk_trail_sync(t.trail);
			t.unsynced = false;
		}
		if (n > 0 && p[1].revents != 0 && p[0].revents == 0)
			break;
		struct mk_msg m;
		int got = n <= 0 ? MK_E_AGAIN : mk_chan_recv(MK_FD_PEER, &m, 0);
		if (got == MK_E_AGAIN)
			continue;
		if (got < 0)
			break; /* the vault has gone */
		r = answer(&t, &m);
		mk_msg_free(&m);
	}
	mk_trail_close(t.trail);
	return r == MK_E_LOST ? 0 : r;
}
