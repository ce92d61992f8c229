/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions: hello, login, lock, status; opening main.db. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/store/db.h"
#include "vault_internal.h"

#define CLOCK_JUMPED "the clock has jumped ahead: nothing expires until it is confirmed"
#define STATUS_BYTES 32768
#define PASS_MIN 1

/* --- main.db */

int
mk_vault_open_main(struct vault *v, const struct mk_unlocked *u)
{
	struct mk_db_keys keys = {.count = 1};
	struct mk_secret *key = NULL;
	char path[4096];
	if (v->main != NULL)
		return 0;
	int r = mk_unlocked_key(u, MK_KEYRING_MAIN, MK_KEY_PAGE, 0, &keys.current, &key);
	if (r < 0)
		return r;
	memcpy(keys.vault, mk_keyring_vault(v->keyring), sizeof keys.vault);
	memcpy(keys.ledger, MK_KEYRING_MAIN, sizeof MK_KEYRING_MAIN);
	keys.key[0] = (struct mk_db_key){keys.current, key};
	r = mk_vault_path(v, "main.db", path, sizeof path);
	if (r == 0)
		r = mk_main_open(path, &keys, false, &v->main);
	mk_secret_free(key);
	if (r == 0)
		r = mk_commits_check(v, MK_KEYRING_MAIN, mk_main_commits(v->main));
	if (r == MK_E_ROLLED_BACK || r == MK_E_NOMEM) {
		mk_main_close(v->main);
		v->main = NULL;
	}
	if (r == 0)
		r = mk_limits_load(v);
	if (r == 0)
		r = mk_clock_load(v);
	return r == MK_E_NOT_FOUND ? MK_E_DAMAGED : r;
}

/* --- sessions */

size_t
mk_session_count(const struct vault *v)
{
	size_t n = 0;
	for (size_t i = 0; i < MK_CONNS; i++)
		if (v->conns[i].fd >= 0 && v->conns[i].session != NULL)
			n++;
	return n;
}

void
mk_session_end(struct vault *v, struct conn *c, const char *why)
{
	struct session *s = c->session;
	if (s == NULL)
		return;
	mk_record_probes(v, c, true);
	mk_record_event(v, "session_end", s, c, 0, why);
	mk_record_checkpoint(v);
	c->session = NULL;
	mk_unlocked_free(s->unlocked);
	mk_wipe(s, sizeof *s);
	free(s);
	mk_auth_end(v, c);
	mk_vault_settle(v); /* R10: the last session gone, every key gone */
}

/* The session was ended by us: its screen must not go on showing names. */
void
mk_conn_lock(struct vault *v, struct conn *c, const char *why)
{
	struct mk_msg m;
	if (c->op != NULL) { /* it may hold a key or be about to: its asker loses the line */
		mk_conn_close(v, c);
		return;
	}
	mk_session_end(v, c, why);
	mk_msg_init(&m, MK_REQ_lock, 0);
	m.flags = MK_FLAG_REPLY | MK_FLAG_NOTICE;
	mk_put_i64(&m.body, MK_T_error, MK_E_LOCKED);
	mk_conn_send(c, &m);
}

size_t
mk_sessions_lock(struct vault *v, bool any, uid_t uid, const char *why)
{
	size_t n = 0;
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 || (!any && (c->session == NULL || c->uid != uid)))
			continue;
		n += c->session != NULL;
		if (c->op != NULL || c->session != NULL)
			mk_conn_lock(v, c, why);
	}
	mk_vault_settle(v);
	return n;
}

/* While a request runs (a stack of cards) the session is not unused. */
void
mk_sessions_tick(struct vault *v)
{
	int64_t now = mk_mono_ms(), idle = (int64_t)v->limits[MK_LIMIT_idle_seconds] * 1000;
	if (now - v->looked < 500)
		return;
	v->looked = now;
	mk_clock_tick(v);
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd >= 0)
			mk_record_probes(v, c, false);
		if (c->fd >= 0 && c->session != NULL && c->op == NULL &&
		    now - c->session->used_at >= idle)
			mk_conn_lock(v, c, "idle");
	}
}

/* --- hello */

static int
hello_act(struct op *op)
{
	struct mk_buf *b = &op->reply.body;
	struct vault *v = op->v;
	if (mk_op_str(op, MK_T_lang, op->c->lang, sizeof op->c->lang) < 0)
		op->c->lang[0] = '\0';
	mk_put_str(b, MK_T_form, mk_vault_installed(v) ? "installed" : "embedded");
	if (v->keyring != NULL) {
		mk_put_str(b, MK_T_vault, v->genesis);
		mk_put_bool(b, MK_T_demo, mk_vault_is_demo(v));
	}
	return 0;
}

/* --- login */

struct login {
	char wanted[MK_NAME_MAX]; /* id, account or name; "" = the only member */
	char slots[MK_KEYRING_SLOTS][MK_ID_MAX]; /* slots to try, in order */
	size_t count, next;
	int witness; /* what the checkpoint that the client keeps came to; 0 = none, or it is ours */
	bool ignored; /* it proves nothing */
	bool told; /* it proves that the trail is not whole, and the member comes in all the same */
	bool by_name; /* the name is checked after opening: it stands in main.db only */
	struct mk_secret *pass;
	struct session *session;
};

static void
login_free(void *p)
{
	struct login *l = p;
	mk_secret_free(l->pass);
	if (l->session != NULL) {
		mk_unlocked_free(l->session->unlocked);
		free(l->session);
	}
	mk_wipe(l, sizeof *l);
	free(l);
}

/*
 * Which slots may be meant. An id or account is in the slot in clear; a name that differs from the
 * account stands in main.db, so then every member's slot is tried in turn and the name compared
 * after one has opened.
 */
static int
pick_slots(struct op *op, struct login *l)
{
	struct mk_keyring *kr = op->v->keyring;
	struct mk_slot_info s;
	for (size_t pass = 0; pass < 2 && l->count == 0; pass++) {
		for (size_t i = 0; mk_keyring_slot_at(kr, i, &s); i++) {
			if (s.type != MK_SLOT_MEMBER)
				continue;
			bool hit =
			    strcmp(s.member, l->wanted) == 0 || strcmp(s.account, l->wanted) == 0;
			bool own = mk_conn_may_be(op->v, op->c, s.account);
			if (hit && !own) { /* not one guess at another's passphrase */
				memcpy(op->ev.object, s.member, sizeof op->ev.object);
				return mk_op_not_own(op);
			}
			if (own && (hit || pass == 1 || l->wanted[0] == '\0'))
				memcpy(l->slots[l->count++], s.member, MK_ID_MAX);
		}
		l->by_name = pass == 1;
	}
	if (l->wanted[0] == '\0' && l->count > 1)
		return mk_op_fail(
		    op, MK_E_USAGE, "there are several members: name one with --user");
	return l->count == 0
		   ? mk_op_fail(op, MK_E_AUTH, "no such member, or the passphrase is wrong")
		   : 0;
}

static int login_opened(struct op *op, struct mk_secret *key);

/* A slot that needs this PC's secret where there is none says so: no passphrase is right then. */
static int
has_pc_secret(struct op *op, const char *member)
{
	struct mk_slot_info s;
	for (size_t i = 0; mk_keyring_slot_at(op->v->keyring, i, &s); i++)
		if (strcmp(s.member, member) == 0 && s.pc && op->v->pc == NULL)
			return mk_op_fail(op, MK_E_AUTH,
			    "this PC's secret is missing: without it only the recovery sheet "
			    "opens this vault");
	return 0;
}

/*
 * Under whom tries are counted: a name fits no slot before it is opened, so all names count as one.
 */
static const char *
counted_as(const struct login *l, const char *member)
{
	return l->by_name ? "(a name)" : member;
}

static int
try_next_slot(struct op *op)
{
	struct login *l = op->state;
	struct mk_kdf_params params;
	const char *member = l->slots[l->next];
	int r = has_pc_secret(op, member);
	if (r == 0)
		r = mk_delay_check(op, counted_as(l, member));
	if (r < 0)
		return r;
	r = mk_keyring_slot_params(op->v->keyring, member, &params);
	return r < 0 ? r : mk_kdf_start(op, &params, l->pass, login_opened);
}

static int
wrong_slot(struct op *op)
{
	struct login *l = op->state;
	if (++l->next < l->count)
		return try_next_slot(op);
	if (l->count == 1)
		snprintf(op->ev.object, sizeof op->ev.object, "%s", l->slots[0]);
	mk_tries_count(counted_as(l, l->slots[0]), op->uid);
	return mk_op_fail(op, MK_E_AUTH, "no such member, or the passphrase is wrong");
}

static int
load_member(struct op *op, struct session *s)
{
	struct login *l = op->state;
	int r = mk_vault_open_main(op->v, s->unlocked);
	if (r == 0)
		r = mk_main_member_get(op->v->main, mk_unlocked_member(s->unlocked), &s->member);
	if (r == MK_E_NOT_FOUND)
		return MK_E_DAMAGED;
	if (r < 0)
		return r;
	if (l->by_name && l->wanted[0] != '\0' && strcmp(l->wanted, s->member.name) != 0)
		return MK_E_AUTH;
	if (s->member.state == MK_MEMBER_PENDING) {
		/*
		 * Activation was cut off between the keyring and this row: the member's own slot
		 * proves it.
		 */
		s->member.state = MK_MEMBER_ACTIVE;
		r = mk_main_member_put(op->v->main, &s->member, false);
		if (r < 0)
			return r;
	}
	if (s->member.state != MK_MEMBER_ACTIVE)
		return mk_op_fail(op, MK_E_DENIED, "this member is not active");
	if (op->c != NULL && !mk_conn_may_be(op->v, op->c, s->member.account))
		return mk_op_not_own(op);
	char today[MK_DATE_MAX];
	mk_date_format(mk_date_jst(mk_clock_steady(op->v)), today);
	if (s->member.until[0] != '\0' && strcmp(today, s->member.until) > 0)
		return mk_op_fail(op, MK_E_DENIED, "the membership ended on %s", s->member.until);
	return 0;
}

/*
 * Before the session is open: does this trail hold what the member keeps of it (decisions.md 16)?
 * Nobody works on a trail that was put back, but who is auditor and nothing else comes in to look: no
 * number is shown to that role. In an embedded demo office it is told and recorded only: copies of a
 * demo folder go their own ways.
 */
static int
login_witnessed(struct op *op, int r, struct mk_msg *answer)
{
	struct login *l = op->state;
	(void)answer;
	r = r < 0 ? mk_witness_alarm(op, l->session, r) : 0;
	l->witness = r;
	l->ignored = r == MK_E_INPUT;
	l->told = (r == MK_E_ROLLED_BACK || r == MK_E_TAMPERED) &&
		  ((!mk_vault_installed(op->v) && mk_vault_is_demo(op->v)) ||
		      l->session->member.roles == MK_ROLE_auditor);
	return l->ignored || l->told ? 0 : r;
}

static int
login_opened(struct op *op, struct mk_secret *key)
{
	struct login *l = op->state;
	struct session *s = calloc(1, sizeof *s);
	int r = s == NULL ? MK_E_NOMEM
			  : mk_keyring_open_slot(
				op->v->keyring, l->slots[l->next], key, mk_now(), &s->unlocked);
	mk_secret_free(key);
	op->opened = r == 0;
	if (r == 0)
		r = load_member(op, s);
	if (r == 0)
		r = mk_id_new('x', &s->id);
	if (r < 0) {
		if (s != NULL)
			mk_unlocked_free(s->unlocked);
		free(s);
		return r == MK_E_AUTH ? wrong_slot(op) : r;
	}
	mk_tries_forget(counted_as(l, l->slots[l->next]), op->uid);
	l->session = s;
	return mk_op_has(op, MK_T_checkpoint) ? mk_witness_ask(op, login_witnessed) : 0;
}

static int
login_check(struct op *op)
{
	struct login *l = calloc(1, sizeof *l);
	if (l == NULL)
		return MK_E_NOMEM;
	op->state = l;
	op->state_free = login_free;
	if (op->c->session != NULL)
		return mk_op_fail(op, MK_E_STATE, "this connection has a session already");
	int r = mk_auth_need(op);
	if (r == 0)
		r = mk_memory_check(op);
	if (r < 0)
		return r;
	r = mk_op_str(op, MK_T_member, l->wanted, sizeof l->wanted);
	if (r < 0 && r != MK_E_NOT_FOUND)
		return r;
	r = mk_op_secret(op, MK_T_passphrase, 0, &l->pass);
	if (r < 0 || l->pass->len < PASS_MIN || l->pass->len > MK_KDF_PASS_MAX)
		return mk_op_fail(op, r == MK_E_NOMEM ? r : MK_E_AUTH, "the passphrase is missing");
	if (mk_auth_gave(op, l->pass))
		return mk_op_fail(op, MK_E_DENIED,
		    "this is the password of the computer, not the vault's passphrase");
	int64_t now = mk_get_i64(op->req.body.data, op->req.body.len, MK_T_now, 0);
	if (!mk_date_valid(mk_date_jst(now)))
		return mk_op_fail(op, MK_E_INPUT, "the stated time is out of range");
	if (mk_op_has(op, MK_T_now) && !mk_vault_is_demo(op->v))
		return mk_op_fail(op, MK_E_INPUT, "a stated time is for demo offices only");
	r = pick_slots(op, l);
	return r < 0 ? r : try_next_slot(op);
}

/* A stated time (demo offices) far ahead is a jump of the clock as well (R14). */
static void
note_stated(struct op *op, const struct session *s)
{
	char detail[64];
	int64_t ahead = s->now - mk_clock_steady(op->v);
	if (s->now == 0 || (ahead <= 86400 && ahead >= -120))
		return;
	snprintf(detail, sizeof detail, "stated seconds=%lld", (long long)ahead);
	mk_record_event(op->v, "clock_jump", s, op->c, 0, detail);
}

/* The trail may have been waited for: is the member still one, with the slot that was opened? */
static int
still_member(struct op *op, struct session *s)
{
	struct mk_slot_info slot;
	int r = mk_keyring_slot_get(op->v->keyring, mk_unlocked_member(s->unlocked), &slot);
	if (r == MK_E_NOT_FOUND || (r == 0 && slot.type != MK_SLOT_MEMBER))
		return mk_op_fail(op, MK_E_DENIED, "this member is not active");
	return r < 0 ? r : load_member(op, s);
}

static int
login_act(struct op *op)
{
	struct login *l = op->state;
	struct session *s = l->session;
	char roles[64];
	int r = still_member(op, s);
	if (r < 0)
		return r;
	l->session = NULL;
	s->now = mk_get_i64(op->req.body.data, op->req.body.len, MK_T_now, 0);
	s->passphrase_at = s->used_at = mk_mono_ms();
	if (op->c == NULL) { /* the asker went while the key was derived */
		l->session = s;
		return MK_E_LOST;
	}
	op->c->session = s;
	mk_clock_look(op->v);
	mk_auth_used(op);
	mk_roles_format(s->member.roles, roles, sizeof roles);
	mk_put_str(&op->reply.body, MK_T_member, s->member.id.s);
	mk_put_str(&op->reply.body, MK_T_name, s->member.name);
	mk_put_str(&op->reply.body, MK_T_roles, roles);
	if (!mk_vault_installed(op->v))
		mk_put_str(&op->reply.body, MK_T_form, "embedded");
	mk_buf_put(&op->reply.body, op->v->alarms.data, op->v->alarms.len);
	if (l->witness < 0)
		mk_put_str(&op->reply.body, MK_T_witness, mk_err_code(l->witness));
	if (l->ignored)
		mk_put_str(&op->reply.body, MK_T_alarm,
		    "the checkpoint kept in your home is not of this record: it was ignored");
	if (!mk_clock_confirmed(op->v))
		mk_put_str(&op->reply.body, MK_T_alarm, CLOCK_JUMPED);
	mk_memory_tell(op, s);
	note_stated(op, s);
	if (mk_keyring_repair_needed(op->v->keyring) != MK_REPAIR_NONE) {
		mk_record_event(op->v, "keyring_repair", s, op->c, 0, "");
		r = mk_keyring_repair(op->v->keyring);
		mk_put_str(&op->reply.body, MK_T_alarm,
		    r == 0 ? "the keyring was repaired from its second copy"
			   : "one copy of the keyring is damaged");
	}
	return 0;
}

/* --- the passphrase again: a session that somebody else rides does not know it */

static int
proved(struct op *op, struct mk_secret *key)
{
	struct mk_unlocked *u = NULL;
	const char *member = op->c == NULL ? "" : op->c->session->member.id.s;
	int r = op->c == NULL ? MK_E_LOST
			      : mk_keyring_open_slot(op->v->keyring, member, key, mk_now(), &u);
	mk_secret_free(key);
	mk_unlocked_free(u);
	if (r == 0) {
		mk_tries_forget(member, op->uid);
		op->c->session->passphrase_at = mk_mono_ms();
	}
	if (r != MK_E_AUTH)
		return r;
	mk_tries_count(member, op->uid);
	return mk_op_fail(op, r, "the passphrase is wrong");
}

int
mk_op_prove(struct op *op)
{
	struct mk_secret *pass = NULL;
	struct mk_kdf_params params;
	const char *member = op->c->session->member.id.s;
	int r = mk_op_secret(op, MK_T_passphrase, 0, &pass);
	if (r == MK_E_NOT_FOUND ||
	    (r == 0 && (pass->len < PASS_MIN || pass->len > MK_KDF_PASS_MAX)))
		r = mk_op_fail(op, MK_E_AUTH, "the passphrase is asked for again");
	if (r == 0)
		r = mk_delay_check(op, member);
	if (r == 0)
		r = mk_keyring_slot_params(op->v->keyring, member, &params);
	if (r == 0)
		r = mk_kdf_start(op, &params, pass, proved);
	mk_secret_free(pass);
	return r;
}

/*
 * op.c ends the asker's own session when the answer is on its way. A connection without one locks all
 * sessions of its account (cli.md).
 */
static int
lock_act(struct op *op)
{
	if (op->c->session != NULL ||
	    !mk_get_bool(op->req.body.data, op->req.body.len, MK_T_all, false))
		return 0;
	op->ev.count = mk_sessions_lock(op->v, false, op->c->uid, "locked from another connection");
	return 0;
}

/* --- status */

static void
put_count(struct mk_buf *b, const char *kind, const char *ledger, uint64_t n)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_kind, kind);
	if (ledger != NULL)
		mk_put_str(&rec, MK_T_ledger, ledger);
	mk_put_u64(&rec, MK_T_count, n);
	mk_put_rec(b, MK_T_item, &rec);
	mk_buf_free(&rec);
}

struct status_walk {
	struct op *op;
	uint64_t members, active;
	int r;
};

static int
count_member(const struct mk_member *m, void *arg)
{
	struct status_walk *w = arg;
	w->members++;
	if (m->state == MK_MEMBER_ACTIVE)
		w->active++;
	return 0;
}

/*
 * Queue lengths of the ledgers that this session may open; the others are only named by
 * ledger_list.
 */
static int
count_ledger(const struct mk_ledger_meta *meta, void *arg)
{
	struct status_walk *w = arg;
	struct mk_ledger *l;
	uint64_t subjects, with_number, reviews;
	struct mk_key_state page, number;
	if (meta->rotation_due ||
	    (mk_keyring_key_state(w->op->v->keyring, meta->id.s, MK_KEY_PAGE, &page) == 0 &&
		page.due) ||
	    (mk_keyring_key_state(w->op->v->keyring, meta->id.s, MK_KEY_NUMBER, &number) == 0 &&
		number.due))
		mk_put_str(&w->op->reply.body, MK_T_alarm,
		    "a disabled member held the keys of a ledger: key rotation is due");
	if (!mk_op_holds(w->op, meta->id.s, MK_KEY_PAGE))
		return 0;
	if (w->op->reply.body.len > STATUS_BYTES) {
		mk_put_str(
		    &w->op->reply.body, MK_T_alarm, "there are more ledgers than are counted here");
		return 1;
	}
	int r = mk_vault_ledger(w->op->v, w->op->c->session->unlocked, meta, &l);
	if (r == 0)
		r = mk_ledger_count(l, &subjects, &with_number, &reviews);
	if (r < 0) {
		w->r = r;
		return 0;
	}
	put_count(&w->op->reply.body, "subjects", meta->id.s, subjects);
	put_count(&w->op->reply.body, "numbers", meta->id.s, with_number);
	put_count(&w->op->reply.body, "review", meta->id.s, reviews);
	return 0;
}

static int
own_office(const struct mk_office *o, void *arg)
{
	if (!o->own)
		return 0;
	mk_put_str((struct mk_buf *)arg, MK_T_office, o->name);
	return 1;
}

/* The office's limits, so that a screen can show what it changes. */
static void
put_limits(const struct vault *v, struct mk_buf *b)
{
	char kind[48];
	for (int i = 0; i < MK_LIMIT_COUNT; i++) {
		snprintf(kind, sizeof kind, "limit.%s", mk_limit_name(i));
		put_count(b, kind, NULL, v->limits[i]);
	}
}

static int
status_act(struct op *op)
{
	struct mk_buf *b = &op->reply.body;
	struct vault *v = op->v;
	struct status_walk w = {.op = op};
	mk_put_str(b, MK_T_form, mk_vault_installed(v) ? "installed" : "embedded");
	mk_put_bool(b, MK_T_demo, mk_vault_is_demo(v));
	mk_put_str(b, MK_T_vault, v->genesis);
	mk_put_str(b, MK_T_key, v->key);
	mk_put_u64(b, MK_T_seq, v->seq);
	mk_put_u64(b, MK_T_entries, v->seq);
	mk_put_str(b, MK_T_head, v->head);
	int r = mk_main_offices(v->main, own_office, b);
	if (r >= 0)
		r = mk_main_members(v->main, count_member, &w);
	if (r >= 0)
		r = mk_main_ledgers(v->main, count_ledger, &w);
	if (r < 0)
		return r;
	mk_buf_put(b, v->alarms.data, v->alarms.len);
	put_count(b, "members", NULL, w.members);
	put_count(b, "active_members", NULL, w.active);
	put_count(b, "sessions", NULL, mk_session_count(v));
	put_limits(v, b);
	if (w.r < 0)
		mk_put_str(b, MK_T_alarm, "a ledger could not be opened");
	if (!mk_clock_confirmed(v))
		mk_put_str(b, MK_T_alarm, CLOCK_JUMPED);
	if (!mk_secret_locked())
		mk_put_str(b, MK_T_alarm, "keys are in memory that is not locked against swap");
	if (!mk_vault_installed(v))
		mk_put_str(
		    b, MK_T_alarm, "embedded: one user account, no separation of processes by uid");
	return mk_witness_status(op);
}

const struct handler mk_handlers_session[] = {
    {MK_REQ_hello, NULL, hello_act},
    {MK_REQ_login, login_check, login_act},
    {MK_REQ_lock, NULL, lock_act},
    {MK_REQ_status, NULL, status_act},
    {0, NULL, NULL},
};
