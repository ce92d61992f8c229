/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stages of a request, in one place: policy, check, INTENT, act, OUTCOME, answer. Nothing may
 * skip one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/subject.h"
#include "mynakura/policy/policy.h"
#include "vault_internal.h"

#define PASSPHRASE_FRESH_MS (5 * 60 * 1000) /* typed so lately that it is not asked again (R21) */

static void run(struct op *op);

static void
op_free(struct op *op)
{
	if (op->c != NULL)
		op->c->op = NULL;
	if (op->c != NULL && op->c->session != NULL)
		op->c->session->used_at = mk_mono_ms();
	mk_link_forget(op->v, op);
	if (op->state_free != NULL)
		op->state_free(op->state);
	mk_secret_free((struct mk_secret *)(uintptr_t)op->number_key.key);
	mk_subject_free(&op->subject);
	free(op->ids);
	mk_msg_free(&op->req);
	mk_msg_free(&op->reply);
	struct vault *v = op->v;
	mk_wipe(op, sizeof *op);
	free(op);
	mk_vault_settle(v); /* what this op alone had opened is closed again (R10) */
}

/* Bytes that are no whole character are dropped: words are cut to fit, and cut text is no text. */
static void
whole_characters(char *s)
{
	size_t len = strlen(s), out = 0;
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		for (size_t k = 0; k < n; k++)
			s[out++] = s[i + k];
		i += n == 0 ? 1 : n;
	}
	s[out] = '\0';
}

static void
put_waits(const struct op *op, struct mk_buf *b)
{
	char roles[64];
	mk_put_str(b, MK_T_approval, op->waits);
	mk_put_i64(b, MK_T_deadline, op->waits_until);
	if (op->waits_roles == 0)
		return;
	mk_roles_format(op->waits_roles, roles, sizeof roles);
	mk_put_str(b, MK_T_roles, roles);
}

/* Answers and ends the op. Where it failed, nothing but the error and its words leaves. */
static void
finish(struct op *op, int r)
{
	struct mk_msg m;
	if (r == 0 && op->reply.body.len > MK_FRAME_MAX - 1024)
		r = mk_op_fail(op, MK_E_TOO_BIG, "the answer is too long for one message");
	mk_msg_init(&m, op->req.type, op->req.id);
	m.flags = MK_FLAG_REPLY;
	mk_put_i64(&m.body, MK_T_error, r);
	if (r < 0) {
		mk_put_str(&m.body, MK_T_message, op->message[0] != '\0' ? op->message : NULL);
		if (r == MK_E_APPROVAL && op->waits[0] != '\0')
			put_waits(op, &m.body);
	} else {
		mk_buf_put(&m.body, op->reply.body.data, op->reply.body.len);
		memcpy(m.fds, op->reply.fds, sizeof m.fds);
		m.nfds = op->reply.nfds;
		op->reply.nfds = 0;
	}
	struct conn *c = op->c;
	struct vault *v = op->v;
	uint16_t request = op->row->number;
	op_free(op);
	if (c != NULL && c->fd >= 0)
		mk_conn_send(c, &m);
	else
		mk_msg_free(&m);
	if (c != NULL && request == MK_REQ_lock) /* whatever the trail said: a lock locks */
		mk_session_end(v, c, "locked");
}

int
mk_op_fail(struct op *op, int err, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(op->message, sizeof op->message, fmt, ap);
	va_end(ap);
	whole_characters(op->message);
	return err;
}

/*
 * The answer to a denied request leaves only after the denial is on the trail (or the trail is
 * known to be dead).
 */
static void
denied_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)v;
	(void)r;
	(void)answer;
	finish(op, op->result);
}

static bool
is_denial(int err)
{
	return err == MK_E_DENIED || err == MK_E_NO_GRANT || err == MK_E_LOCKED ||
	       err == MK_E_AUTH || err == MK_E_APPROVAL || err == MK_E_BUDGET;
}

/* Somebody who is not there was asked for: ids could be tried out unseen. */
static bool
is_probe(struct op *op, int err)
{
	static const uint16_t about_one[] = {MK_REQ_reveal, MK_REQ_export, MK_REQ_subject_show,
	    MK_REQ_subject_history, MK_REQ_review_show};
	for (size_t i = 0; i < sizeof about_one / sizeof about_one[0]; i++)
		if (err == MK_E_NOT_FOUND && op->row->number == about_one[i])
			return mk_record_probe_room(op);
	return false;
}

static void
fail(struct op *op, int err)
{
	op->result = err;
	if ((is_denial(err) || is_probe(op, err)) && op->v->genesis[0] != '\0' &&
	    mk_record_room(op)) {
		op->stage = OP_DENIED;
		mk_record_denied(op, err, denied_recorded);
		return;
	}
	finish(op, err);
}

static void outcome_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer);

static bool
is_about_text(int err)
{
	return err == MK_E_NUMBER || err == MK_E_TEXT || err == MK_E_TOO_BIG || err == MK_E_INPUT;
}

/*
 * The head on paper, and the one that a client keeps, must be a signed one: the answer of an anchor
 * and of a login is the checkpoint after its record.
 */
static void
signed_after(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	char head[65];
	struct mk_item it;
	(void)v;
	if (r < 0 && op->row->number == MK_REQ_login && op->c != NULL)
		mk_session_end(v, op->c, "the trail cannot record");
	if (r == 0 && answer != NULL &&
	    mk_get_str(answer->body.data, answer->body.len, MK_T_head, head, sizeof head) == 0) {
		mk_put_u64(&op->reply.body, MK_T_seq,
		    mk_get_u64(answer->body.data, answer->body.len, MK_T_seq, 0));
		mk_put_str(&op->reply.body, MK_T_head, head);
		if (mk_find(answer->body.data, answer->body.len, MK_T_checkpoint, &it))
			mk_put_bytes(&op->reply.body, MK_T_checkpoint, it.p, it.len);
	}
	finish(op, r);
}

static void
outcome_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	if (is_about_text(r) && !op->plain) {
		/*
		 * The note itself was refused (it looked like a number): the OUTCOME stands without
		 * it.
		 */
		op->plain = true;
		op->ev.detail[0] = op->ev.reason[0] = '\0';
		mk_record_outcome(op, outcome_recorded);
		return;
	}
	if (r < 0 && op->row->number == MK_REQ_login) {
		if (op->c != NULL)
			mk_session_end(v, op->c, "the trail cannot record");
		finish(op, r == MK_E_LOST
			       ? r
			       : MK_E_TRAIL); /* nothing was done: no session without its record */
		return;
	}
	if (r < 0) {
		/*
		 * What was done is done and its INTENT stands on the trail; it must not be called
		 * acknowledged.
		 */
		finish(op, op->result < 0 ? op->result : MK_E_LOST);
		return;
	}
	if (op->result < 0) {
		finish(op, op->result);
		return;
	}
	if (op->row->number == MK_REQ_audit_anchor || op->row->number == MK_REQ_login) {
		mk_record_checkpoint_for(v, op, signed_after);
		return;
	}
	char head[65];
	mk_put_u64(&op->reply.body, MK_T_seq,
	    mk_get_u64(answer->body.data, answer->body.len, MK_T_seq, 0));
	if (mk_get_str(answer->body.data, answer->body.len, MK_T_head, head, sizeof head) == 0)
		mk_put_str(&op->reply.body, MK_T_head, head);
	finish(op, 0);
}

static void
acted(struct op *op, int r)
{
	op->result = r;
	op->acted = true;
	if (op->row->audit == MK_AUDIT_BEFORE || (op->row->audit == MK_AUDIT_AFTER && r == 0)) {
		op->stage = OP_OUTCOME;
		mk_record_outcome(op, outcome_recorded);
		return;
	}
	if (r < 0)
		fail(op, r);
	else
		finish(op, 0);
}

static void
intent_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)v;
	if (r < 0) {
		finish(op, is_about_text(r) || r == MK_E_LOST ? r : MK_E_TRAIL);
		return;
	}
	if (answer != NULL && op->row->audit == MK_AUDIT_BEFORE)
		op->intent = mk_get_u64(answer->body.data, answer->body.len, MK_T_seq, 0);
	op->stage = OP_ACT;
	run(op);
}

/* Only what stands on the trail counts as seen. */
static void
seen_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	if (r == 0 && op->c != NULL && op->c->session != NULL)
		op->c->session->seen[op->row->number / 64 % 2] |= UINT64_C(1)
								  << (op->row->number % 64);
	intent_recorded(v, op, r, answer);
}

struct mk_rule
mk_rule_of(const struct mk_request_row *row)
{
	return (struct mk_rule){.roles = row->roles,
	    .needs_session = row->session != MK_SESSION_NO,
	    .keeper = row->session == MK_SESSION_KEEPER,
	    .needs_page = row->grant != MK_GRANT_NONE,
	    .needs_number = row->grant == MK_GRANT_NUMBER,
	    .needs_passphrase = row->passphrase != MK_PASSPHRASE_NEVER,
	    .budget = row->budget != MK_BUDGET_NONE,
	    .own = row->own,
	    .approval = row->approval,
	    .approvers = row->approvers};
}

/*
 * A passphrase that comes with the request must be right, however lately one was typed. Export and
 * the change of the passphrase look at theirs themselves.
 */
static bool
must_prove(const struct op *op)
{
	bool itself =
	    op->row->number == MK_REQ_export || op->row->number == MK_REQ_member_passphrase;
	return op->stage != OP_ACT && !itself && mk_op_has(op, MK_T_passphrase);
}

/* Is it known that the passphrase's owner sits there, as well as this row wants it known? */
static bool
passphrase_fresh(const struct op *op, const struct session *s)
{
	if (op->row->passphrase == MK_PASSPHRASE_ALWAYS)
		return op->proved;
	return !must_prove(op) && mk_mono_ms() - s->passphrase_at < PASSPHRASE_FRESH_MS;
}

/*
 * Before anything is looked at: session and role. Grants, budget and approval follow where the
 * ledger is known.
 */
static int
first_policy(struct op *op)
{
	const struct session *s = op->c->session;
	struct mk_rule rule = mk_rule_of(op->row);
	struct mk_standing who = {.session = s != NULL,
	    .keeper = op->c->uid == 0 || op->c->uid == geteuid(),
	    .roles = s != NULL ? s->member.roles : 0,
	    .passphrase_fresh = s != NULL && passphrase_fresh(op, s)};
	if (s != NULL && s->member.until[0] != '\0' && op->row->number != MK_REQ_lock) {
		char today[MK_DATE_MAX];
		mk_date_format(mk_date_jst(mk_vault_now(op)), today);
		if (strcmp(today, s->member.until) > 0)
			return mk_op_fail(
			    op, MK_E_DENIED, "the membership ended on %s", s->member.until);
	}
	return mk_policy_check(&rule, &who);
}

/*
 * First use of a screen in a session is on the trail; later ones of the same session are not
 * (decisions.md f).
 */
static bool
seen_before(struct op *op)
{
	uint64_t word = op->c->session->seen[op->row->number / 64 % 2];
	return (word >> (op->row->number % 64) & 1) != 0;
}

static void
checked(struct op *op)
{
	op->stage = OP_INTENT;
	if (op->row->audit == MK_AUDIT_BEFORE) {
		mk_record_intent(op, intent_recorded);
		return;
	}
	if (op->row->audit == MK_AUDIT_SESSION && (op->c->session == NULL || !seen_before(op))) {
		mk_record_seen(op, seen_recorded);
		return;
	}
	op->stage = OP_ACT;
	run(op);
}

/*
 * Between check() and act() the trail was waited for, and the world may have moved: the session
 * ended, the grant was taken away, the membership ran out. What was looked up stays; the right to
 * use it is asked for again.
 */
static int
recheck(struct op *op)
{
	int r = first_policy(op);
	if (r < 0 || op->row->session == MK_SESSION_NO || op->ledger == NULL)
		return r;
	if (op->row->grant != MK_GRANT_NONE && !mk_op_holds(op, op->ledger_meta.id.s, MK_KEY_PAGE))
		return MK_E_NO_GRANT;
	if (op->row->grant == MK_GRANT_NUMBER &&
	    !mk_op_holds(op, op->ledger_meta.id.s, MK_KEY_NUMBER))
		return MK_E_NO_GRANT;
	return 0;
}

static void
step_done(struct op *op, int r)
{
	if (r == MK_WAIT)
		return;
	if (op->stage == OP_ACT)
		acted(op, r);
	else if (r < 0)
		fail(op, r);
	else if (op->c == NULL)
		finish(op, MK_E_LOST); /* the asker has gone before anything was done */
	else if (op->stage == OP_PROVE) {
		op->proved = true;
		op->stage = OP_CHECK;
		run(op);
	} else
		checked(op);
}

static void
run(struct op *op)
{
	if (op->stage == OP_PROVE) {
		step_done(op, mk_op_prove(op));
		return;
	}
	int (*f)(struct op *) = op->stage == OP_ACT ? op->h->act : op->h->check;
	if (op->stage == OP_ACT) {
		int r = op->c == NULL ? MK_E_LOST : recheck(op);
		if (r == 0)
			r = mk_op_take_agreed(op);
		if (r < 0) {
			acted(op, r);
			return;
		}
	}
	step_done(op, f == NULL ? 0 : f(op));
}

void
mk_op_resume(struct op *op, int r, struct mk_msg *answer)
{
	int (*f)(struct op *, int, struct mk_msg *) = op->resume;
	op->resume = NULL;
	step_done(op, f(op, r, answer));
}

void
mk_op_answered(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)v;
	mk_op_resume(op, r, answer);
}

void
mk_op_start(struct vault *v, struct conn *c, struct mk_msg *m)
{
	const struct mk_request_row *row = mk_request_find(m->type);
	const struct handler *h = row == NULL ? NULL : mk_handler_find(row->number);
	struct op *op = h == NULL || c->op != NULL ? NULL : calloc(1, sizeof *op);
	if (op ==
	    /* unknown request, or a second one before the first was answered: no conversation */
	    NULL) {
		mk_msg_free(m);
		c->closing = true;
		return;
	}
	op->v = v;
	op->c = c;
	op->uid = c->uid;
	if (c->session != NULL)
		memcpy(op->actor, c->session->member.id.s, sizeof op->actor);
	op->row = row;
	op->h = h;
	op->req = *m;
	mk_msg_init(m, 0, 0);
	mk_msg_init(&op->reply, row->number, op->req.id);
	mk_subject_init(&op->subject);
	op->wake = -1;
	c->op = op;
	if (c->session != NULL)
		c->session->used_at = mk_mono_ms();
	int r =
	    v->keyring == NULL && row->number != MK_REQ_hello && row->number != MK_REQ_init &&
		    row->number != MK_REQ_auth
		? mk_op_fail(op, MK_E_NOT_FOUND, "there is no vault here yet: make one with init")
		: first_policy(op);
	op->stage = OP_CHECK;
	/* One that was typed is looked at, however fresh the last: a wrong one does nothing. */
	bool typed = r == 0 && row->number != MK_REQ_export &&
		     row->number != MK_REQ_member_passphrase && mk_op_has(op, MK_T_passphrase);
	if ((r == MK_E_AUTH || typed) && c->session != NULL &&
	    row->passphrase != MK_PASSPHRASE_NEVER) {
		op->stage = OP_PROVE;
		r = 0;
	}
	if (r < 0)
		fail(op, r);
	else
		run(op);
}

void *
mk_op_state(struct op *op, size_t size)
{
	op->state = calloc(1, size);
	op->state_free = free;
	return op->state;
}

bool
mk_op_has(const struct op *op, unsigned tag)
{
	struct mk_item it;
	return mk_find(op->req.body.data, op->req.body.len, tag, &it);
}

int
mk_op_str(struct op *op, unsigned tag, char *out, size_t cap)
{
	int r = mk_get_str(op->req.body.data, op->req.body.len, tag, out, cap);
	if (r == MK_E_TOO_BIG)
		return mk_op_fail(op, r, "%s is too long", mk_tag_name(tag));
	if (r == 0 && mk_text_check(out, strlen(out), NULL) < 0)
		return mk_op_fail(
		    op, MK_E_TEXT, "%s holds characters that are not allowed", mk_tag_name(tag));
	return r;
}

int
mk_op_name(struct op *op, unsigned tag, char *out, size_t cap)
{
	int r = mk_op_str(op, tag, out, cap);
	if (r < 0 || out[0] == '\0')
		return r;
	r = mk_subject_field_check(MK_SF_name, out);
	if (r == MK_E_NUMBER)
		return mk_op_fail(op, MK_E_INPUT,
		    "the %s holds what looks like an Individual Number", mk_tag_name(tag));
	return r < 0 ? mk_op_fail(op, r, "the %s is not valid", mk_tag_name(tag)) : 0;
}

int
mk_op_secret(struct op *op, unsigned tag, size_t nth, struct mk_secret **out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != tag || nth-- > 0)
			continue;
		struct mk_secret *s = mk_secret_from(it.p, it.len);
		if (s == NULL)
			return MK_E_NOMEM;
		*out = s;
		return 0;
	}
	return MK_E_NOT_FOUND;
}

static const struct handler *const tables[] = {mk_handlers_session, mk_handlers_office,
    mk_handlers_member, mk_handlers_subject, mk_handlers_review, mk_handlers_capture,
    mk_handlers_number, mk_handlers_audit, mk_handlers_approval, mk_handlers_task,
    mk_handlers_clock, mk_handlers_limit, mk_handlers_keys, mk_handlers_member_set,
    mk_handlers_auth};

const struct handler *
mk_handler_find(uint16_t request)
{
	for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
		for (const struct handler *h = tables[t]; h->request != 0; h++)
			if (h->request == request)
				return h;
	return NULL;
}
