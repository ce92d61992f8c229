/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Login by PAM, the vault's side (decisions.md 6, security.md R20). A connection has at most one
 * conversation; it is carried between the client's auth requests and the process that runs PAM, and
 * what passes is good for one login of this connection. The vault counts the time: a module's own
 * and, apart from it, the time a prompt waits for a person.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/crypto/hkdf.h"
#include "mynakura/wire/prompt.h"
#include "vault_internal.h"

#define MODULE_MS 15000 /* of the modules' own time, in one conversation */
#define PROMPT_MS 120000
#define GOOD_MS (5 * 60 * 1000)
#define TELL_MS 5000 /* a refusal that nobody comes for is recorded after */
#define PROCESSES_MAX 8
#define PROCESSES_OF_UID 4 /* one account's open prompts leave places for the others (R22) */
#define TRIES_NAME "(pam)" /* under which refused logins are counted, beside the members' */
#define CODE_EXPIRED 12 /* PAM_NEW_AUTHTOK_REQD */
#define MESSAGES_A_ROUND 16 /* of one process before the others have their turn */

enum auth_state { AUTH_IDLE, AUTH_STARTING, AUTH_RUNNING, AUTH_ASKED, AUTH_PASSED, AUTH_REFUSED };

struct auth {
	enum auth_state state;
	int fd; /* of the process; -1 none */
	uint64_t pid;
	struct op *waiting; /* the auth request that has no answer yet */
	struct mk_buf shown; /* prompts that the client has not had yet */
	size_t count, asks; /* prompts so far; answers awaited */
	bool hidden[MK_PROMPTS_MAX]; /* which of these */
	bool answered; /* somebody has typed something */
	int64_t since, spent; /* mono ms: the modules run since, and ran before */
	int64_t until; /* mono ms: for a prompt, what has passed, what nobody has come for */
	char why[64]; /* of the refusal, for the trail */
	bool expired; /* and it is an expired password */
	/*
	 * What was typed without echo, as digests under a key of this connection: the passphrase
	 * must not be one of them, and nothing else is wanted of them.
	 */
	struct mk_secret *key, *given[MK_PROMPTS_MAX];
	size_t n_given;
};

/* --- what was typed */

static void
forget_given(struct auth *a)
{
	for (size_t i = 0; i < a->n_given; i++)
		mk_secret_free(a->given[i]);
	a->n_given = 0;
	mk_secret_free(a->key);
	a->key = NULL;
}

static int
digest(const struct auth *a, const void *data, size_t len, struct mk_secret **out)
{
	struct mk_secret *s = mk_secret_new(MK_HMAC_LEN);
	if (s == NULL)
		return MK_E_NOMEM;
	s->len = MK_HMAC_LEN;
	int r = mk_hmac(a->key->data, a->key->len, data, len, s->data);
	if (r < 0)
		mk_secret_free(s);
	else
		*out = s;
	return r;
}

static int
keep_given(struct auth *a, const void *data, size_t len)
{
	if (len == 0)
		return 0;
	if (a->key == NULL) {
		a->key = mk_secret_new(MK_HMAC_LEN);
		if (a->key == NULL)
			return MK_E_NOMEM;
		a->key->len = MK_HMAC_LEN;
		int r = mk_rand(a->key->data, a->key->len);
		if (r < 0)
			return r;
	}
	int r = digest(a, data, len, &a->given[a->n_given]);
	a->n_given += r == 0 ? 1 : 0;
	return r;
}

bool
mk_auth_gave(const struct op *op, const struct mk_secret *pass)
{
	const struct auth *a = op->c != NULL ? op->c->auth : NULL;
	struct mk_secret *d = NULL;
	bool same = false;
	if (a == NULL || a->n_given == 0)
		return false;
	if (digest(a, pass->data, pass->len, &d) < 0)
		return true; /* what cannot be looked at is not let through */
	for (size_t i = 0; i < a->n_given; i++)
		same |= mk_equal(d->data, a->given[i]->data, MK_HMAC_LEN);
	mk_secret_free(d);
	return same;
}

/* --- the end of a conversation */

/* The process is ended whether it is done or hangs; the monitor knows its own children only. */
static void
stop_process(struct vault *v, struct auth *a)
{
	struct mk_msg m;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	if (a->pid == 0)
		return;
	mk_msg_init(&m, MK_MON_KILL, 0);
	mk_put_u64(&m.body, MK_T_pid, a->pid);
	(void)mk_chan_send(v->monitor, &m, 0);
	mk_msg_free(&m);
	a->pid = 0;
}

static void
back_to_idle(struct vault *v, struct auth *a)
{
	stop_process(v, a);
	mk_buf_free(&a->shown);
	a->state = AUTH_IDLE;
	a->count = a->asks = 0;
	a->answered = false;
	a->spent = 0;
}

static int
resume_auth(struct op *op, int r, struct mk_msg *answer)
{
	(void)op;
	(void)answer;
	return r;
}

/* The asker waits for what comes next. */
static int
wait_for_pam(struct auth *a, struct op *op)
{
	a->waiting = op;
	op->resume = resume_auth;
	return MK_WAIT;
}

static void
answer(struct auth *a, int r)
{
	struct op *op = a->waiting;
	a->waiting = NULL;
	if (op != NULL)
		mk_op_resume(op, r, NULL);
}

/*
 * One sentence for whoever tries; the trail has the reason. An expired password is told, since its
 * owner has just proved who he is and can mend it.
 */
static int
say_refused(struct op *op, struct auth *a)
{
	(void)mk_str_copy(op->ev.detail, sizeof op->ev.detail, a->why);
	a->state = AUTH_IDLE;
	if (a->expired)
		return mk_op_fail(
		    op, MK_E_AUTH, "the password of this account has expired: run passwd first");
	return mk_op_fail(op, MK_E_AUTH, "this computer's login check refuses this account");
}

/*
 * Ends the conversation. When the asker is between two requests, the next one is told; the record
 * is made then, or when nobody comes.
 */
static void
refuse(struct vault *v, struct conn *c, const char *why, const char *stage, bool expired)
{
	struct auth *a = c->auth;
	mk_tries_count(TRIES_NAME, c->uid);
	forget_given(a);
	back_to_idle(v, a);
	snprintf(a->why, sizeof a->why, "pam=%s stage=%s", why, stage);
	a->expired = expired;
	a->state = AUTH_REFUSED;
	a->until = mk_mono_ms() + TELL_MS;
	if (a->waiting != NULL)
		answer(a, say_refused(a->waiting, a));
}

void
mk_auth_end(struct vault *v, struct conn *c)
{
	struct auth *a = c->auth;
	if (a == NULL)
		return;
	if (a->state == AUTH_RUNNING || a->state == AUTH_ASKED) {
		if (a->answered)
			mk_tries_count(TRIES_NAME, c->uid);
		mk_record_refused(v, c, "pam=disconnected stage=conversation");
	} else if (a->state == AUTH_REFUSED && a->until != INT64_MAX) {
		mk_record_refused(v, c, a->why);
	}
	c->auth = NULL;
	back_to_idle(v, a);
	forget_given(a);
	answer(a, MK_E_LOST);
	free(a);
}

/* --- what the process says */

/* What has come goes to whoever asked. */
static void
deliver(struct auth *a)
{
	struct op *op = a->waiting;
	if (op == NULL || a->shown.len == 0)
		return;
	mk_put_bool(&op->reply.body, MK_T_ok, false);
	mk_buf_put(&op->reply.body, a->shown.data, a->shown.len);
	mk_buf_free(&a->shown);
	answer(a, 0);
}

/* false: more than a conversation may hold, or not what the process may say. */
static bool
take_prompts(struct auth *a, const struct mk_msg *m)
{
	struct mk_rd rd;
	struct mk_item it;
	if (a->state != AUTH_RUNNING)
		return false;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		struct mk_prompt p;
		if (it.tag != MK_T_prompt || a->count == MK_PROMPTS_MAX ||
		    mk_prompt_get(&it, &p) < 0)
			return false;
		a->count++;
		if (mk_prompt_asks(p.kind))
			a->hidden[a->asks++] = p.kind == MK_PROMPT_hidden;
		mk_prompt_put(&a->shown, p.kind, p.text);
	}
	if (a->asks > 0) {
		int64_t now = mk_mono_ms();
		a->spent += now - a->since;
		a->until = now + PROMPT_MS;
		a->state = AUTH_ASKED;
	}
	return mk_buf_error(&a->shown) == 0;
}

/* Only SUCCESS of both stages passes: the second one is not reached without the first. */
static void
take_verdict(struct vault *v, struct conn *c, const struct mk_msg *m)
{
	struct auth *a = c->auth;
	char stage[16], why[16], code[24];
	const void *b = m->body.data;
	size_t n = m->body.len;
	uint64_t status = mk_get_u64(b, n, MK_T_status, UINT64_MAX);
	bool flaw = mk_get_str(b, n, MK_T_why, why, sizeof why) != MK_E_NOT_FOUND;
	if (a->state != AUTH_RUNNING || mk_get_str(b, n, MK_T_state, stage, sizeof stage) < 0 ||
	    status > 255) {
		refuse(v, c, "protocol", "conversation", false);
		return;
	}
	bool account = strcmp(stage, "account") == 0;
	if (flaw || status != 0 || !account) {
		snprintf(code, sizeof code, "%u", (unsigned)status);
		refuse(v, c, flaw ? why : code, stage, !flaw && account && status == CODE_EXPIRED);
		return;
	}
	stop_process(v, a);
	mk_tries_forget(TRIES_NAME, c->uid);
	a->state = AUTH_PASSED;
	a->until = mk_mono_ms() + GOOD_MS;
	if (a->waiting == NULL)
		return;
	mk_put_bool(&a->waiting->reply.body, MK_T_ok, true);
	mk_buf_put(&a->waiting->reply.body, a->shown.data, a->shown.len);
	mk_buf_free(&a->shown);
	answer(a, 0);
}

/* One message; false when there is none, or nothing more is to be heard of this process. */
static bool
hear(struct vault *v, struct conn *c)
{
	struct auth *a = c->auth;
	struct mk_msg m;
	int r = mk_chan_recv(a->fd, &m, 0);
	if (r == MK_E_AGAIN)
		return false;
	if (r < 0) {
		refuse(v, c, "ended", "conversation", false);
		return false;
	}
	if (m.type == MK_PAM_DONE)
		take_verdict(v, c, &m);
	else if (m.type != MK_PAM_PROMPT || !take_prompts(a, &m))
		refuse(v, c, "prompts", "conversation", false);
	else
		deliver(a);
	mk_msg_free(&m);
	return c->auth == a && a->fd >= 0;
}

/* --- the loop */

static int64_t
deadline(const struct auth *a)
{
	switch (a->state) {
	case AUTH_RUNNING:
		return a->since + MODULE_MS - a->spent;
	case AUTH_ASKED:
	case AUTH_PASSED:
	case AUTH_REFUSED:
		return a->until;
	default:
		return INT64_MAX;
	}
}

int
mk_auth_poll(const struct vault *v, struct pollfd p[MK_CONNS], int timeout)
{
	int64_t now = mk_mono_ms();
	for (size_t i = 0; i < MK_CONNS; i++) {
		const struct auth *a = v->conns[i].fd >= 0 ? v->conns[i].auth : NULL;
		p[i] = (struct pollfd){a != NULL ? a->fd : -1, POLLIN, 0};
		if (a == NULL || deadline(a) == INT64_MAX)
			continue;
		int64_t left = deadline(a) - now;
		if (left < 0)
			left = 0;
		if (left < timeout)
			timeout = (int)left;
	}
	return timeout;
}

static void
end_late(struct vault *v, struct conn *c)
{
	struct auth *a = c->auth;
	if (a->state == AUTH_PASSED) { /* what was typed stays known while the connection lives */
		back_to_idle(v, a);
		return;
	}
	if (a->state == AUTH_REFUSED) {
		mk_record_refused(v, c, a->why);
		a->until = INT64_MAX;
		return;
	}
	refuse(v, c, a->state == AUTH_ASKED ? "unanswered" : "timeout", "conversation", false);
}

void
mk_auth_serve(struct vault *v, const struct pollfd p[MK_CONNS])
{
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		const struct auth *a = c->fd >= 0 ? c->auth : NULL;
		if (a != NULL && a->fd >= 0 && a->fd == p[i].fd && p[i].revents != 0) {
			for (int n = 0; n < MESSAGES_A_ROUND && hear(v, c); n++)
				;
		}
		if (c->fd >= 0 && c->auth != NULL && mk_mono_ms() >= deadline(c->auth))
			end_late(v, c);
	}
}

/* --- the request */

/* Would one more process of this uid be too many? */
static bool
too_many(const struct vault *v, uid_t uid)
{
	size_t all = 0, own = 0;
	for (size_t i = 0; i < MK_CONNS; i++) {
		const struct conn *c = &v->conns[i];
		const struct auth *a = c->fd >= 0 ? c->auth : NULL;
		if (a == NULL || a->state == AUTH_IDLE || a->state == AUTH_PASSED)
			continue;
		all++;
		own += c->uid == uid ? 1 : 0;
	}
	return all >= PROCESSES_MAX || own >= PROCESSES_OF_UID;
}

/* The monitor has answered. The asker may have gone meanwhile: then so does the process. */
static void
started(struct vault *v, struct op *op, int r, struct mk_msg *m)
{
	struct auth *a = op->c != NULL ? op->c->auth : NULL;
	struct auth gone = {.fd = -1};
	int fd = r == 0 && m != NULL ? mk_msg_take_fd(m, 0) : -1;
	uint64_t pid = m != NULL ? mk_get_u64(m->body.data, m->body.len, MK_T_pid, 0) : 0;
	if (a == NULL || a->state != AUTH_STARTING) {
		gone.fd = fd;
		gone.pid = pid;
		stop_process(v, &gone);
		op->resume = resume_auth;
		mk_op_resume(op, MK_E_LOST, NULL);
		return;
	}
	a->fd = fd;
	a->pid = pid;
	(void)wait_for_pam(a, op);
	a->state = AUTH_RUNNING;
	a->since = mk_mono_ms();
	if (fd < 0)
		refuse(v, op->c, "start", "start", false);
}

static int
start(struct op *op, struct auth *a)
{
	struct mk_msg m;
	const struct conn *c = op->c;
	int wait = mk_tries_wait(TRIES_NAME, c->uid);
	if (wait > 0)
		return mk_op_fail(op, MK_E_BUSY, "wait %d s after refused logins", wait);
	if (too_many(op->v, c->uid))
		return mk_op_fail(op, MK_E_BUSY, "too many logins at once");
	forget_given(a);
	mk_msg_init(&m, MK_MON_PAM, 0);
	mk_put_u64(&m.body, MK_T_sender_uid, c->uid);
	mk_put_str(&m.body, MK_T_terminal, c->terminal);
	mk_put_str(&m.body, MK_T_from, c->from);
	mk_put_str(&m.body, MK_T_lang, c->lang);
	a->state = AUTH_STARTING;
	mk_link_ask(op->v, op->v->monitor, &m, op, started);
	return MK_WAIT;
}

/* Copies the answers; 0, or MK_E_INPUT when they are not those that were asked for. */
static int
collect(struct op *op, struct auth *a, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_answer)
			continue;
		if (n == a->asks || it.len > MK_ANSWER_MAX)
			return MK_E_INPUT;
		int r = a->hidden[n++] ? keep_given(a, it.p, it.len) : 0;
		if (r < 0)
			return r;
		mk_put_bytes(out, MK_T_answer, it.p, it.len);
	}
	return n == a->asks ? mk_buf_error(out) : MK_E_INPUT;
}

/* Passes the answers on; none at all is how a person gives up. */
static int
go_on(struct op *op, struct auth *a)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_PAM_ANSWER, 0);
	bool any = mk_op_has(op, MK_T_answer);
	int r = any ? collect(op, a, &m.body) : MK_E_AUTH;
	if (r == 0)
		r = mk_chan_send(a->fd, &m, 0);
	mk_msg_free(&m);
	(void)wait_for_pam(a, op);
	if (r < 0) {
		refuse(op->v, op->c,
		    !any              ? "cancelled"
		    : r == MK_E_INPUT ? "answers"
				      : "ended",
		    "conversation", false);
		return MK_WAIT; /* refuse() has answered */
	}
	a->answered = true;
	a->asks = 0;
	a->state = AUTH_RUNNING;
	a->since = mk_mono_ms();
	return MK_WAIT;
}

static int
next_step(struct op *op, struct auth *a)
{
	if (a->state == AUTH_REFUSED)
		return say_refused(op, a);
	if (a->state == AUTH_ASKED && a->shown.len == 0)
		return go_on(op, a);
	if (mk_op_has(op, MK_T_answer))
		return mk_op_fail(op, MK_E_STATE, "nothing was asked");
	if (a->state == AUTH_IDLE)
		return start(op, a);
	if (a->state == AUTH_PASSED && a->shown.len == 0)
		return 0;
	(void)wait_for_pam(a, op);
	deliver(a); /* what has come meanwhile */
	return MK_WAIT;
}

static int
auth_check(struct op *op)
{
	if (!mk_vault_installed(op->v)) /* the passphrase is the whole login there */
		return 0;
	if (op->c->session != NULL)
		return mk_op_fail(op, MK_E_STATE, "this connection has a session already");
	if (op->c->auth == NULL) {
		op->c->auth = calloc(1, sizeof *op->c->auth);
		if (op->c->auth == NULL)
			return MK_E_NOMEM;
		op->c->auth->fd = -1;
	}
	return next_step(op, op->c->auth);
}

/* After a wait the answer is in the reply already. */
static int
auth_act(struct op *op)
{
	struct mk_item it;
	if (!mk_find(op->reply.body.data, op->reply.body.len, MK_T_ok, &it))
		mk_put_bool(&op->reply.body, MK_T_ok, true);
	return 0;
}

int
mk_auth_need(struct op *op)
{
	const struct auth *a = op->c->auth;
	if (!mk_vault_installed(op->v) || (a != NULL && a->state == AUTH_PASSED))
		return 0;
	return mk_op_fail(op, MK_E_AUTH, "this computer's login check comes first");
}

void
mk_auth_used(struct op *op)
{
	if (op->c->auth != NULL)
		back_to_idle(op->v, op->c->auth);
}

const struct handler mk_handlers_auth[] = {
    {MK_REQ_auth, auth_check, auth_act},
    {0, NULL, NULL},
};
