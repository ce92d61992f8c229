/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said to the trail, and when it must be durable. An act of class before has its INTENT
 * fsynced first (R1); a refusal is durable before its answer leaves; looking at a list is in the
 * group commit.
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/model/anomaly.h"
#include "mynakura/trail/event.h"
#include "vault_internal.h"

#define DENIED_A_MINUTE 60

static void
put_session(struct mk_buf *b, const struct session *s, const struct conn *c)
{
	char roles[64];
	if (s != NULL) {
		mk_roles_format(s->member.roles, roles, sizeof roles);
		mk_put_str(b, MK_T_actor, s->member.id.s);
		mk_put_str(b, MK_T_roles, roles);
		mk_put_str(b, MK_T_session, s->id.s);
		if (s->now != 0)
			mk_put_i64(b, MK_T_now, s->now);
	}
	if (c != NULL) {
		mk_put_u64(b, MK_T_sender_uid, c->uid);
		mk_put_str(b, MK_T_terminal, c->terminal);
		mk_put_str(b, MK_T_from, c->from);
		if (c->login_uid != UINT32_MAX)
			mk_put_u64(b, MK_T_login_uid, c->login_uid);
		if (c->login_session != UINT32_MAX)
			mk_put_u64(b, MK_T_login_session, c->login_session);
	}
}

static void
put_if(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s[0] != '\0')
		mk_put_str(b, tag, s);
}

static void
begin(struct vault *v, struct mk_msg *m, const char *kind, const char *action, bool durable)
{
	v->dirty = true;
	if (!v->written) { /* the first record of this run says that a run began */
		v->written = true;
		mk_record_event(v, "start", NULL, NULL, 0, "");
		mk_record_checkpoint(v);
	}
	mk_msg_init(m, MK_TR_APPEND, 0);
	mk_put_str(&m->body, MK_T_kind, kind);
	mk_put_str(&m->body, MK_T_action, action);
	mk_put_bool(&m->body, MK_T_fsync, durable);
	mk_put_i64(&m->body, MK_T_time, mk_now());
}

static void
put_op(struct mk_msg *m, const struct op *op)
{
	const struct op_event *e = &op->ev;
	struct mk_buf *b = &m->body;
	if (op->c != NULL) {
		put_session(b, op->c->session, op->c);
	} else { /* hung up: who it was is still known */
		put_if(b, MK_T_actor, op->actor);
		mk_put_u64(b, MK_T_sender_uid, op->uid);
	}
	put_if(b, MK_T_ledger, e->ledger);
	put_if(b, MK_T_subject, e->subject);
	put_if(b, MK_T_id, e->object);
	put_if(b, MK_T_purpose, e->purpose);
	put_if(b, MK_T_reason, e->reason);
	put_if(b, MK_T_approval, e->approval);
	put_if(b, MK_T_approver, e->approver);
	if (e->count != 0)
		mk_put_u64(b, MK_T_count, e->count);
}

/* As many people as one record takes, from number `from` on. */
static size_t
put_subjects(struct mk_buf *b, const struct op *op, size_t from)
{
	size_t n = op->ids == NULL ? 0 : op->ids->n, i = from;
	for (; i < n && i - from < MK_EVENT_SUBJECTS_MAX; i++)
		mk_put_str(b, MK_T_subject, op->ids->id[i].s);
	return i;
}

static void people_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer);

/*
 * More people than one record takes stand in records of their own before the INTENT, which has the
 * first of them: no act begins whose people are not all on the trail.
 */
static void
record_people(struct op *op)
{
	struct mk_msg m;
	begin(op->v, &m, "event", op->row->name, true);
	put_op(&m, op);
	op->ids_told = put_subjects(&m.body, op, op->ids_told);
	mk_put_str(&m.body, MK_T_detail, "people of the act that follows");
	mk_link_ask(op->v, op->v->trail, &m, op, people_recorded);
}

static void
people_recorded(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	if (r < 0)
		op->recorded(v, op, r, answer);
	else if (op->ids_told < op->ids->n)
		record_people(op);
	else
		mk_record_intent(op, op->recorded);
}

void
mk_record_intent(struct op *op, mk_answer_fn f)
{
	struct mk_msg m;
	if (op->ids != NULL && op->ids->n > MK_EVENT_SUBJECTS_MAX && op->ids_told == 0) {
		op->recorded = f;
		op->ids_told = MK_EVENT_SUBJECTS_MAX;
		record_people(op);
		return;
	}
	begin(op->v, &m, "intent", op->row->name, true);
	put_op(&m, op);
	(void)put_subjects(&m.body, op, 0);
	mk_link_ask(op->v, op->v->trail, &m, op, f);
}

void
mk_record_outcome(struct op *op, mk_answer_fn f)
{
	struct mk_msg m;
	bool all = op->row->number == MK_REQ_lock && op->c != NULL && op->c->session == NULL &&
		   mk_get_bool(op->req.body.data, op->req.body.len, MK_T_all, false);
	begin(op->v, &m, op->intent != 0 ? "outcome" : "event", all ? "lock_all" : op->row->name,
	    true);
	put_op(&m, op);
	(void)put_subjects(&m.body, op, 0);
	mk_put_str(&m.body, MK_T_result, mk_err_code(op->result));
	if (op->intent != 0)
		mk_put_u64(&m.body, MK_T_seq, op->intent);
	/*
	 * The database's commit number, to be compared when it opens after a crash (decisions.md
	 * 16).
	 */
	if (op->ledger != NULL && op->c != NULL)
		mk_put_u64(&m.body, MK_T_commit, mk_ledger_commits(op->ledger));
	else if (op->ev.ledger[0] == '\0' && op->v->main != NULL)
		mk_put_u64(&m.body, MK_T_commit, mk_main_commits(op->v->main));
	if (op->result == 0) {
		char note[MK_DETAIL + 32];
		bool two = op->ev.self && op->ev.detail[0] != '\0';
		snprintf(note, sizeof note, "%s%s%s", op->ev.detail, two ? " " : "",
		    op->ev.self ? MK_SELF_APPROVAL_NOTE : "");
		put_if(&m.body, MK_T_detail, note);
		put_if(&m.body, MK_T_sha256, op->ev.sha256);
	}
	mk_link_ask(op->v, op->v->trail, &m, op, f);
}

void
mk_record_denied(struct op *op, int err, mk_answer_fn f)
{
	struct mk_msg m;
	bool login = op->row->number == MK_REQ_login || op->row->number == MK_REQ_auth ||
		     op->row->number == MK_REQ_member_activate;
	bool waits = err == MK_E_APPROVAL && op->waits[0] != '\0';
	begin(op->v, &m, "event",
	    login   ? "login_failed"
	    : waits ? "approval_request"
		    : "denied",
	    true);
	put_op(&m, op);
	mk_put_str(&m.body, MK_T_result, mk_err_code(err));
	char what[MK_DETAIL + 64];
	/* Of a refused login by PAM: the reason, which the user is not told. */
	bool pam = op->row->number == MK_REQ_auth && op->ev.detail[0] != '\0';
	snprintf(what, sizeof what, "request=%s%s%s", op->row->name, pam ? " " : "",
	    pam ? op->ev.detail : "");
	mk_put_str(&m.body, MK_T_detail, what);
	mk_link_ask(op->v, op->v->trail, &m, op, f);
	if (err == MK_E_BUDGET)
		mk_record_over_budget(op);
}

/* Refusal and alarm (R8): told at every login of this run, and on the trail for the days after. */
void
mk_record_over_budget(struct op *op)
{
	char words[MK_NAME_MAX + 32]; /* a member's name, for people: the record has the id */
	struct mk_msg m;
	const struct session *s = op->c != NULL ? op->c->session : NULL;
	if (s == NULL)
		return;
	snprintf(words, sizeof words, "request=%s", op->row->name);
	begin(op->v, &m, "event", "alarm", true);
	put_session(&m.body, s, op->c);
	mk_put_str(&m.body, MK_T_result, mk_err_code(MK_E_BUDGET));
	mk_put_str(&m.body, MK_T_detail, words);
	mk_link_ask(op->v, op->v->trail, &m, NULL, NULL);
	snprintf(words, sizeof words, "over the budget: %s", s->member.name);
	const struct mk_buf *told = &op->v->alarms;
	if (!told->failed &&
	    (told->len == 0 || memmem(told->data, told->len, words, strlen(words)) == NULL))
		mk_put_str(&op->v->alarms, MK_T_alarm, words);
}

void
mk_record_seen(struct op *op, mk_answer_fn f)
{
	struct mk_msg m;
	begin(op->v, &m, "event", op->row->name, true); /* durable before a name is shown */
	put_op(&m, op);
	mk_put_str(&m.body, MK_T_result, "ok");
	mk_link_ask(op->v, op->v->trail, &m, op, f);
}

void
mk_record_event(struct vault *v, const char *action, const struct session *s, const struct conn *c,
    int result, const char *detail)
{
	struct mk_msg m;
	if (v->genesis[0] == '\0')
		return;
	begin(v, &m, "event", action, false);
	put_session(&m.body, s, c);
	mk_put_str(&m.body, MK_T_result, mk_err_code(result));
	put_if(&m.body, MK_T_detail, detail);
	mk_link_ask(v, v->trail, &m, NULL, NULL);
}

static void
put_commits(struct mk_buf *b, const char *id, uint64_t commits)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_ledger, id);
	mk_put_u64(&rec, MK_T_count, commits);
	mk_put_rec(b, MK_T_item, &rec);
	mk_buf_free(&rec);
}

static bool
room_this_minute(struct vault *v)
{
	int64_t minute = mk_mono_ms() / 60000;
	if (minute != v->denied_minute) {
		v->denied_minute = minute;
		v->denied = 0;
	}
	if (v->denied >= DENIED_A_MINUTE) {
		v->denied_silent++;
		return false;
	}
	v->denied++;
	return true;
}

bool
mk_record_room(struct op *op)
{
	struct vault *v = op->v;
	if (op->actor[0] != '\0')
		return true;
	if (!room_this_minute(v))
		return false;
	op->ev.count = v->denied_silent; /* those that were not written since the last one */
	v->denied_silent = 0;
	return true;
}

bool
mk_record_probe_room(struct op *op)
{
	struct session *s = op->c != NULL ? op->c->session : NULL;
	if (s == NULL) /* hung up: under the limit of those without a session */
		return room_this_minute(op->v);
	mk_record_probes(op->v, op->c, false);
	if (s->probes >= DENIED_A_MINUTE) {
		s->probes_silent++;
		return false;
	}
	s->probes++;
	return true;
}

void
mk_record_probes(struct vault *v, struct conn *c, bool now)
{
	char detail[MK_DETAIL];
	struct session *s = c->session;
	int64_t minute = mk_mono_ms() / 60000;
	if (s == NULL || (!now && minute == s->probe_minute))
		return;
	unsigned silent = s->probes_silent;
	s->probe_minute = minute;
	s->probes = s->probes_silent = 0;
	if (silent == 0)
		return;
	snprintf(detail, sizeof detail, "asked for what is not there, only counted=%u", silent);
	mk_record_event(v, "denied", s, c, MK_E_BUSY, detail);
}

void
mk_record_silent(struct vault *v, bool now)
{
	char detail[MK_DETAIL];
	if (v->denied_silent == 0 || (!now && mk_mono_ms() / 60000 == v->denied_minute))
		return;
	snprintf(detail, sizeof detail, "only counted=%u", v->denied_silent);
	v->denied_silent = 0;
	mk_record_event(v, "denied", NULL, NULL, MK_E_LOCKED, detail);
}

void
mk_record_refused(struct vault *v, const struct conn *c, const char *detail)
{
	if (v->genesis[0] != '\0' && room_this_minute(v))
		mk_record_event(v, "login_failed", NULL, c, MK_E_AUTH, detail);
}

void
mk_record_checkpoint(struct vault *v)
{
	if (v->genesis[0] != '\0' && v->dirty)
		mk_record_checkpoint_for(v, NULL, NULL);
}

void
mk_record_checkpoint_for(struct vault *v, struct op *op, mk_answer_fn f)
{
	struct mk_msg m;
	v->dirty = false;
	mk_msg_init(&m, MK_TR_CHECKPOINT, 0);
	mk_put_i64(&m.body, MK_T_time, mk_now());
	if (v->keyring != NULL && mk_keyring_proved(v->keyring))
		put_commits(&m.body, MK_KEYRING_NAME, mk_keyring_seq(v->keyring));
	if (v->main != NULL)
		put_commits(&m.body, MK_KEYRING_MAIN, mk_main_commits(v->main));
	for (size_t i = 0; i < MK_LEDGERS_OPEN; i++)
		if (v->ledgers[i].l != NULL)
			put_commits(
			    &m.body, v->ledgers[i].id.s, mk_ledger_commits(v->ledgers[i].l));
	v->last_checkpoint = mk_mono_ms();
	mk_link_ask(v, v->trail, &m, op, f);
}
