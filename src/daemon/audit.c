/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading, verifying and anchoring the trail, kept checkpoints, purge: the trail role answers, the
 * vault passes on.
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/trail/trail.h"
#include "vault_internal.h"

static int
pass_on(struct op *op, int r, struct mk_msg *answer)
{
	struct mk_rd rd;
	struct mk_item it;
	if (r < 0 || answer == NULL)
		return r < 0 ? r : MK_E_TRAIL;
	mk_rd_init(&rd, answer->body.data, answer->body.len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag != MK_T_error)
			mk_put_bytes(&op->reply.body, it.tag, it.p, it.len);
	return mk_buf_error(&op->reply.body);
}

/* A filter's member may be named; the trail knows ids only. */
static int
put_actor(struct op *op, struct mk_buf *b)
{
	char key[MK_NAME_MAX];
	struct mk_member m;
	int r = mk_op_str(op, MK_T_actor, key, sizeof key);
	if (r < 0)
		return r == MK_E_NOT_FOUND ? 0 : r;
	r = mk_main_member_get(op->v->main, key, &m);
	if (r == 0)
		mk_put_str(b, MK_T_actor, m.id.s);
	return r == MK_E_NOT_FOUND ? mk_op_fail(op, r, "no member of this name, account or id") : r;
}

static int
ask(struct op *op, uint16_t type, const unsigned *tags, size_t n)
{
	struct mk_msg m;
	struct mk_item it;
	mk_msg_init(&m, type, 0);
	for (size_t i = 0; i < n; i++)
		if (mk_find(op->req.body.data, op->req.body.len, tags[i], &it))
			mk_put_bytes(&m.body, tags[i], it.p, it.len);
	int r = op->row->number == MK_REQ_audit_list ? put_actor(op, &m.body) : 0;
	if (op->row->number == MK_REQ_subject_history)
		mk_put_str(&m.body, MK_T_subject, op->subject.id.s);
	if (r < 0) {
		mk_msg_free(&m);
		return r;
	}
	op->resume = pass_on;
	mk_link_ask(op->v, op->v->trail, &m, op, mk_op_answered);
	return MK_WAIT;
}

static int
list_act(struct op *op)
{
	static const unsigned tags[] = {MK_T_from, MK_T_to, MK_T_action, MK_T_subject, MK_T_session,
	    MK_T_ref, MK_T_text, MK_T_newest, MK_T_cursor, MK_T_limit};
	return ask(op, MK_TR_READ, tags, sizeof tags / sizeof tags[0]);
}

static int
history_act(struct op *op)
{
	static const unsigned tags[] = {MK_T_newest, MK_T_cursor, MK_T_limit};
	return ask(op, MK_TR_READ, tags, sizeof tags / sizeof tags[0]);
}

static int
verify_act(struct op *op)
{
	static const unsigned tags[] = {MK_T_key, MK_T_head};
	return ask(op, MK_TR_VERIFY, tags, sizeof tags / sizeof tags[0]);
}

/* The checkpoint follows the record of the anchor itself, so that the head on paper covers it. */
static int
anchor_act(struct op *op)
{
	mk_record_checkpoint(op->v);
	mk_put_str(&op->reply.body, MK_T_key, op->v->key);
	return 0;
}

static int
anomalies_act(struct op *op)
{
	static const unsigned tags[] = {MK_T_from, MK_T_to};
	return ask(op, MK_TR_ANOMALIES, tags, sizeof tags / sizeof tags[0]);
}

/* --- kept checkpoints (R4, decisions.md 16) */

int
mk_witness_ask(struct op *op, int (*then)(struct op *, int, struct mk_msg *))
{
	struct mk_msg m;
	struct mk_item it;
	mk_msg_init(&m, MK_TR_WITNESS, 0);
	if (mk_find(op->req.body.data, op->req.body.len, MK_T_checkpoint, &it))
		mk_put_bytes(&m.body, MK_T_checkpoint, it.p, it.len);
	op->resume = then;
	mk_link_ask(op->v, op->v->trail, &m, op, mk_op_answered);
	return MK_WAIT;
}

static const char *
witness_words(int r)
{
	if (r == MK_E_INPUT)
		return "a member's kept checkpoint is not of this record: it was ignored";
	return r == MK_E_ROLLED_BACK ? "this record is older than a member's kept checkpoint"
				     : "a member's kept checkpoint is not in this record";
}

/* Told at every later login of this run, and on the trail for good. */
int
mk_witness_alarm(struct op *op, const struct session *s, int r)
{
	struct vault *v = op->v;
	if (r != MK_E_INPUT && r != MK_E_ROLLED_BACK && r != MK_E_TAMPERED)
		return r;
	mk_record_event(v, "alarm", s, op->c, r, "witness");
	if (r != MK_E_INPUT && !v->witnessed) {
		v->witnessed = true;
		mk_put_str(&v->alarms, MK_T_alarm, witness_words(r));
	}
	return mk_op_fail(op, r, "%s", witness_words(r));
}

static int
checked_witness(struct op *op, int r, struct mk_msg *answer)
{
	if (r < 0)
		return mk_witness_alarm(op, op->c == NULL ? NULL : op->c->session, r);
	return pass_on(op, r, answer);
}

static int
witness_act(struct op *op)
{
	if (!mk_op_has(op, MK_T_checkpoint))
		return mk_op_fail(op, MK_E_USAGE, "the checkpoint is missing");
	return mk_witness_ask(op, checked_witness);
}

/* What cannot be said now is left out: status is also asked for when something is wrong. */
static int
put_anchored(struct op *op, int r, struct mk_msg *answer)
{
	char when[MK_TIME_MAX] = "none";
	int64_t t = -1;
	if (r == 0 && answer != NULL)
		t = mk_get_i64(answer->body.data, answer->body.len, MK_T_time, -1);
	if (t > 0)
		mk_time_format(t, when);
	if (t >= 0)
		mk_put_str(&op->reply.body, MK_T_witness, when);
	return 0;
}

int
mk_witness_status(struct op *op)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_TR_WITNESS, 0);
	op->resume = put_anchored;
	mk_link_ask(op->v, op->v->trail, &m, op, mk_op_answered);
	return MK_WAIT;
}

/* --- purge: once a day, never on a clock that nobody confirmed (R14) */

#define PURGE_EVERY_MS (INT64_C(24) * 3600 * 1000)

void
mk_record_purge(struct vault *v)
{
	char setting[16] = "";
	uint64_t years = MK_TRAIL_KEEP_YEARS;
	int64_t mono = mk_mono_ms();
	struct mk_msg m;
	if (v->genesis[0] == '\0' || v->main == NULL || !mk_clock_confirmed(v) ||
	    (v->purged != 0 && mono - v->purged < PURGE_EVERY_MS))
		return;
	v->purged = mono;
	if (mk_main_get(v->main, "trail_years", setting, sizeof setting) == 0 &&
	    mk_str_u64(setting, 100, &years) < 0)
		years = MK_TRAIL_KEEP_YEARS;
	struct mk_date d = mk_date_jst(mk_clock_steady(v));
	d.year -= (int)years;
	if (d.month == 2 && d.day == 29)
		d.day = 28;
	mk_msg_init(&m, MK_TR_PURGE, 0);
	mk_put_i64(&m.body, MK_T_time, mk_date_start_jst(d));
	mk_link_ask(v, v->trail, &m, NULL, NULL);
}

const struct handler mk_handlers_audit[] = {
    {MK_REQ_audit_list, NULL, list_act},
    {MK_REQ_subject_history, mk_op_subject, history_act},
    {MK_REQ_audit_verify, NULL, verify_act},
    {MK_REQ_audit_anchor, NULL, anchor_act},
    {MK_REQ_audit_anomalies, NULL, anomalies_act},
    {MK_REQ_witness_check, NULL, witness_act},
    {0, NULL, NULL},
};
