/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers leave here and nowhere else: one by reveal, many by export into a descriptor that the
 * client opened and passed.
 */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/model/number.h"
#include "mynakura/model/table.h"
#include "mynakura/policy/policy.h"
#include "fields_internal.h"
#include "vault_internal.h"

int
mk_reason_check(struct op *op)
{
	if (!mk_number_in_text(op->ev.reason, strlen(op->ev.reason)))
		return 0;
	op->ev.reason[0] = '\0'; /* not on the trail, whatever happens next */
	return mk_op_fail(op, MK_E_INPUT, "the reason holds what looks like an Individual Number");
}

bool
mk_purpose_allowed(const struct mk_subject *s, const char *purpose)
{
	return s->field[MK_SF_purposes] != NULL &&
	       mk_purposes_contain(s->field[MK_SF_purposes], purpose);
}

/* --- reveal */

static int
reveal_check(struct op *op)
{
	int r = mk_op_subject(op);
	if (r == 0)
		r = mk_op_str(op, MK_T_reason, op->ev.reason, sizeof op->ev.reason);
	if (r == MK_E_NOT_FOUND && op->ev.subject[0] != '\0')
		return mk_op_fail(op, MK_E_USAGE, "the reason is missing");
	if (r == 0 && op->ev.reason[0] == '\0')
		return mk_op_fail(op, MK_E_USAGE, "the reason is missing");
	if (r == 0)
		r = mk_reason_check(op);
	if (r == 0)
		r = mk_op_purpose(op);
	if (r < 0)
		return r;
	if (!mk_purpose_allowed(&op->subject, op->ev.purpose))
		return mk_op_fail(
		    op, MK_E_DENIED, "this person's number was not collected for this purpose");
	if (!op->subject.has_number || !mk_state_has_number(op->subject.state))
		return mk_op_fail(op, MK_E_STATE, "no number is kept for this subject");
	return 0;
}

/* The budget is written first and is harmless if the act fails (decisions.md 7). */
int
mk_spend_reveal(struct op *op)
{
	static const struct mk_budget_limit limits[] = {
	    {MK_BUDGET_SHORT_WINDOW, MK_BUDGET_SHORT_LIMIT},
	    {MK_BUDGET_DAY_WINDOW, MK_BUDGET_DAY_LIMIT}};
	/* The real clock: a stated time must neither refund nor use up anything. */
	int r = mk_main_budget_spend_all(
	    op->v->main, op->c->session->member.id.s, "reveal", mk_now(), limits, 2);
	if (r == MK_E_BUDGET)
		return mk_op_fail(op, r, "more than %d reveals in ten minutes or %d in a day",
		    MK_BUDGET_SHORT_LIMIT, MK_BUDGET_DAY_LIMIT);
	return r;
}

static int
reveal_act(struct op *op)
{
	struct mk_secret *number = NULL;
	int r = mk_spend_reveal(op);
	if (r == 0)
		r = mk_ledger_number_get(op->ledger, &op->number_key, op->subject.id.s, &number);
	if (r < 0)
		return r;
	mk_put_bytes(&op->reply.body, MK_T_number, number->data, number->len);
	mk_put_str(&op->reply.body, MK_T_subject, op->subject.id.s);
	mk_secret_free(number);
	return mk_buf_error(&op->reply.body);
}

const struct handler mk_handlers_number[] = {
    {MK_REQ_reveal, reveal_check, reveal_act},
    {MK_REQ_export, mk_export_check_request, mk_export_act_request},
    {0, NULL, NULL},
};
