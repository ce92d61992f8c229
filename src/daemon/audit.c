/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading, verifying and anchoring the trail: the trail role answers, the vault passes on. */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "vault_internal.h"

static void
resume_answer(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)v;
	mk_op_resume(op, r, answer);
}

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
	mk_link_ask(op->v, op->v->trail, &m, op, resume_answer);
	return MK_WAIT;
}

static int
list_act(struct op *op)
{
	static const unsigned tags[] = {
	    MK_T_from, MK_T_to, MK_T_action, MK_T_subject, MK_T_text, MK_T_cursor, MK_T_limit};
	return ask(op, MK_TR_READ, tags, sizeof tags / sizeof tags[0]);
}

static int
history_act(struct op *op)
{
	static const unsigned tags[] = {MK_T_cursor, MK_T_limit};
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

const struct handler mk_handlers_audit[] = {
    {MK_REQ_audit_list, NULL, list_act},
    {MK_REQ_subject_history, mk_op_subject, history_act},
    {MK_REQ_audit_verify, NULL, verify_act},
    {MK_REQ_audit_anchor, NULL, anchor_act},
    {0, NULL, NULL},
};
