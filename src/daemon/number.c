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

/* --- budgets */

/* The row's kind of budget and its limits; how many, 0 = the row has none. */
static size_t
budget_of(const struct op *op, const char **kind, struct mk_budget_limit limits[2])
{
	const unsigned *l = op->v->limits;
	switch (op->row->budget) {
	case MK_BUDGET_REVEAL:
		*kind = "reveal";
		limits[0] = (struct mk_budget_limit){MK_WINDOW_SHORT, l[MK_LIMIT_reveal_10min]};
		limits[1] = (struct mk_budget_limit){MK_WINDOW_DAY, l[MK_LIMIT_reveal_day]};
		return 2;
	case MK_BUDGET_EXPORT:
		*kind = "export";
		limits[0] = (struct mk_budget_limit){MK_WINDOW_DAY, l[MK_LIMIT_export_day]};
		return 1;
	case MK_BUDGET_NONE:
		break;
	}
	return 0;
}

static int
over(struct op *op)
{
	const unsigned *l = op->v->limits;
	if (op->row->budget == MK_BUDGET_EXPORT)
		return mk_op_fail(
		    op, MK_E_BUDGET, "more than %u exports in a day", l[MK_LIMIT_export_day]);
	return mk_op_fail(op, MK_E_BUDGET, "more than %u reveals in ten minutes or %u in a day",
	    l[MK_LIMIT_reveal_10min], l[MK_LIMIT_reveal_day]);
}

int
mk_budget_over(struct op *op, bool *out)
{
	const char *kind;
	struct mk_budget_limit limits[2];
	size_t n = budget_of(op, &kind, limits);
	*out = false;
	return n == 0 ? 0
		      : mk_main_budget_over(op->v->main, op->c->session->member.id.s, kind,
			    mk_clock_spent(op->v), limits, n, out);
}

/*
 * Written first, and harmless if the act fails (decisions.md 7). By the counter of time that has
 * passed: neither a stated time nor a set clock refunds anything.
 */
int
mk_spend(struct op *op)
{
	const char *kind;
	struct mk_budget_limit limits[2];
	size_t n = budget_of(op, &kind, limits);
	if (n == 0 || op->agreed.id.s[0] != '\0') /* what a second person agreed to is free (R8) */
		return 0;
	int r = mk_main_budget_spend_all(
	    op->v->main, op->c->session->member.id.s, kind, mk_clock_spent(op->v), limits, n);
	return r == MK_E_BUDGET ? over(op) : r;
}

/* A look at a number outside the row's own act (a review's second look): as a reveal. */
int
mk_spend_reveal(struct op *op)
{
	const unsigned *l = op->v->limits;
	const struct mk_budget_limit limits[2] = {
	    {MK_WINDOW_SHORT, l[MK_LIMIT_reveal_10min]}, {MK_WINDOW_DAY, l[MK_LIMIT_reveal_day]}};
	int r = mk_main_budget_spend_all(
	    op->v->main, op->c->session->member.id.s, "reveal", mk_clock_spent(op->v), limits, 2);
	if (r != MK_E_BUDGET)
		return r;
	mk_record_over_budget(op);
	return over(op);
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
	if (mk_op_has(op, MK_T_approval))
		return mk_task_check(op);
	struct mk_buf none = MK_BUF_INIT;
	r = mk_op_second(op, 1, &none);
	return r == MK_E_BUDGET ? over(op) : r;
}

static int
reveal_act(struct op *op)
{
	struct mk_secret *number = NULL;
	int r = op->ev.approval[0] != '\0' ? mk_task_show(op) : mk_spend(op);
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
