/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trail role: the only process that writes the trail. The vault cannot rewrite what stands
 * there, and without this process's answer it does nothing. Records are answered in groups
 * (trail_group.c), lists in slices (trail_list.c).
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
#include "mynakura/trail/verify.h"
#include "trail_internal.h"

#define COMMITS_MAX 1700
#define QUIET_MS 500
#define ASIDE_MS 10000

static int
put_head(struct mk_trail_role *t, struct mk_buf *b)
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
put_commits(const struct mk_trail_role *t, struct mk_buf *b)
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
do_open(struct mk_trail_role *t, struct mk_msg *reply)
{
	if (t->trail == NULL) {
		struct mk_trail_opened info;
		int r = mk_trail_open(t->trail_dir, NULL, 0, &t->trail, &info);
		if (r == MK_E_NOT_FOUND)
			return 0;
		if (r < 0)
			return r;
		r = mk_witness_own(t);
		if (r == MK_E_INPUT)
			mk_put_str(&reply->body, MK_T_alarm,
			    "this PC's kept checkpoint is not of this record: it was ignored");
		else if (r < 0) {
			mk_trail_close(t->trail);
			t->trail = NULL;
			return r;
		}
		/* else when it is wanted */
		(void)mk_index_open(t->trail_dir, info.full, &t->index);
		t->behind = true;
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
make_pc(const struct mk_trail_role *t)
{
	char path[4300];
	snprintf(path, sizeof path, "%s/pc", t->trail_dir);
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
put_aside(struct mk_trail_role *t)
{
	bool finished = false;
	struct mk_trail_filter f = {.action = "init"};
	int r = mk_trail_read(t->trail_dir, &f, finished_init, &finished);
	if (r < 0 || finished)
		return r < 0 ? r : MK_E_DAMAGED;
	mk_trail_close(t->trail);
	t->trail = NULL;
	r = ask_aside();
	t->again = r == MK_E_BUSY;
	return r < 0 ? r : make_pc(t);
}

static int
do_create(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	char vault[MK_TRAIL_VAULT_MAX];
	int r = mk_get_str(m->body.data, m->body.len, MK_T_vault, vault, sizeof vault);
	if (t->again)
		return MK_E_BUSY;
	if (r == 0)
		r = mk_trail_create(t->trail_dir, vault, 0, &t->trail);
	if (r == MK_E_EXISTS) {
		r = put_aside(t);
		if (r == 0)
			r = mk_trail_create(t->trail_dir, vault, 0, &t->trail);
	}
	if (r == 0)
		(void)mk_index_open(t->trail_dir, false, &t->index);
	return r < 0 ? r : put_head(t, &reply->body);
}

static int
do_checkpoint(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
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
	t->behind = true;
	if (r < 0)
		return r;
	t->unsynced = false;
	mk_witness_keep(t);
	mk_witness_put(t, &reply->body);
	return put_head(t, &reply->body);
}

static int
do_verify(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
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
	int r = mk_trail_verify(t->trail_dir, &opt, &res);
	if (r < 0)
		return r;
	mk_put_bool(b, MK_T_ok, res.why == MK_WHY_ok);
	mk_put_u64(b, MK_T_entries, res.entries);
	mk_put_str(b, MK_T_from, res.from);
	mk_put_str(b, MK_T_to, res.to);
	mk_put_str(b, MK_T_head, res.head);
	mk_put_str(b, MK_T_key, res.fingerprint);
	if (res.head_seq != 0)
		mk_put_u64(b, MK_T_ref, res.head_seq);
	t->checking = true; /* what lists are made from is compared with what was verified */
	if (res.why != MK_WHY_ok) {
		mk_put_u64(b, MK_T_seq, res.bad);
		mk_put_str(b, MK_T_code, mk_why_code(res.why));
		mk_put_str(b, MK_T_why, mk_why_words(res.why));
	}
	return 0;
}

/* Bodies whose term is over; the vault says when, and that the clock is right (R14). */
static int
do_purge(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	struct mk_trail_purged done;
	if (t->trail == NULL)
		return MK_E_TRAIL;
	int64_t before = mk_get_i64(m->body.data, m->body.len, MK_T_time, INT64_MAX);
	int r = mk_trail_purge(t->trail, 0, before, &done);
	if (done.count > 0)
		mk_index_forget(t); /* what it knew of them falls too */
	mk_put_u64(&reply->body, MK_T_count, done.count);
	mk_put_u64(&reply->body, MK_T_seq, done.upto);
	return r;
}

static int
serve(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	switch (m->type) {
	case MK_TR_OPEN:
		return do_open(t, reply);
	case MK_TR_CREATE:
		return do_create(t, m, reply);
	case MK_TR_CHECKPOINT:
		return do_checkpoint(t, m, reply);
	case MK_TR_VERIFY:
		return do_verify(t, m, reply);
	case MK_TR_PURGE:
		return do_purge(t, m, reply);
	case MK_TR_WITNESS:
		return mk_witness_serve(t, m, reply);
	default:
		return MK_E_PROTOCOL;
	}
}

int
mk_trail_text(const struct mk_msg *m, unsigned tag, char *out, size_t cap)
{
	int r = mk_get_str(m->body.data, m->body.len, tag, out, cap);
	return r == MK_E_NOT_FOUND ? 0 : r;
}

/* A vault that has gone is seen by the loop. */
void
mk_trail_reply(const struct mk_msg *m, int r, struct mk_msg *reply)
{
	reply->type = m->type;
	reply->id = m->id;
	reply->flags = MK_FLAG_REPLY;
	if (r < 0)
		mk_buf_reset(&reply->body);
	mk_put_i64(&reply->body, MK_T_error, r);
	(void)mk_chan_send(MK_FD_PEER, reply, -1);
	mk_msg_free(reply);
}

static void
take(struct mk_trail_role *t, struct mk_msg *m)
{
	struct mk_msg reply;
	if (m->type == MK_TR_APPEND) {
		mk_group_add(t, m);
		return;
	}
	mk_group_settle(t); /* in their order */
	if (m->type == MK_TR_READ || m->type == MK_TR_ANOMALIES) {
		mk_job_add(t, m);
		return;
	}
	mk_msg_init(&reply, m->type, m->id);
	mk_trail_reply(m, serve(t, m, &reply), &reply);
}

/* All that waits on the socket, then one fsync for it. */
static int
drain(struct mk_trail_role *t)
{
	struct mk_msg m;
	int r = 0;
	for (size_t n = 0; n < MK_GROUP_MAX && (r = mk_chan_recv(MK_FD_PEER, &m, 0)) == 0; n++) {
		take(t, &m);
		mk_msg_free(&m);
	}
	mk_group_settle(t);
	return r == MK_E_AGAIN ? 0 : r;
}

static int
wait_ms(const struct mk_trail_role *t)
{
	if (t->jobs != NULL)
		return 0;
	if (t->behind || t->checking)
		return 1; /* when nothing came for so long */
	return t->unsynced ? QUIET_MS : -1;
}

static int
loop(struct mk_trail_role *t)
{
	struct pollfd p[2] = {{MK_FD_PEER, POLLIN, 0}, {MK_FD_MONITOR, POLLIN, 0}};
	for (;;) {
		int ms = wait_ms(t), n = poll(p, 2, ms);
		if (n < 0 && errno != EINTR)
			return MK_E_IO;
		if (n > 0 && p[0].revents != 0) {
			if (drain(t) < 0)
				return 0; /* the vault has gone */
		} else if (n > 0 && p[1].revents != 0) {
			return 0;
		} else if (n == 0 && ms == QUIET_MS && t->trail != NULL) {
			/* Quiet brings what is not durable yet to the disk. */
			mk_trail_sync(t->trail);
			t->unsynced = false;
			t->behind = true;
		}
		if (t->jobs != NULL || n == 0) {
			mk_index_work(t);
			mk_job_step(t);
		}
	}
}

/* Installed: nothing but the own folder and the PC's witness, also where the file modes would let us. */
static int
close_in(const struct mk_trail_role *t, const struct mk_daemon_args *args)
{
	char spare[4300], witness[4200];
	if (!mk_is_installed(args))
		return 0;
	umask(027); /* files 0640: the group of this account reads the trail (decisions.md 13) */
	snprintf(spare, sizeof spare, "%s.next", t->trail_dir);
	snprintf(witness, sizeof witness, "%s/witness", t->dir);
	const char *const read[] = {witness, NULL}, *const write[] = {t->trail_dir, spare, NULL};
	int r = mk_sandbox_landlock(read, write);
	return r == MK_SANDBOX_NO_LANDLOCK ? 0 : r;
}

static int
start(struct mk_trail_role *t, const struct mk_daemon_args *args)
{
	signal(SIGTERM, SIG_IGN); /* the monitor ends the roles in order */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	for (int fd = MK_FD_MONITOR; fd <= MK_FD_LOCK; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (snprintf(t->dir, sizeof t->dir, "%s", args->dir) >= (int)sizeof t->dir ||
	    snprintf(t->trail_dir, sizeof t->trail_dir, "%s/trail", args->dir) >=
		(int)sizeof t->trail_dir)
		return MK_E_INPUT;
	int r = close_in(t, args);
	if (r == 0)
		r = mk_sandbox_trail();
	return r == 0 ? make_pc(t) : r;
}

int
mk_trail_run(const struct mk_daemon_args *args)
{
	struct mk_trail_role *t = calloc(1, sizeof *t);
	if (t == NULL)
		return MK_E_NOMEM;
	int r = start(t, args);
	if (r == 0)
		r = loop(t);
	mk_jobs_free(t);
	mk_index_close(t->index);
	mk_trail_close(t->trail);
	free(t);
	return r;
}
