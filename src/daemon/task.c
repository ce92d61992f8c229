/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks (転記): a chief agrees to a list of people and a document; each of them is then shown once,
 * one after the other, each recorded, outside the budget of reveals (security.md R8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "approval_internal.h"
#include "vault_internal.h"

#define PEOPLE_MAX 500
#define DOCUMENT_BYTES 257

struct task {
	struct mk_buf content;
	size_t people;
	struct mk_approval_row row;
};

static void
task_free(void *p)
{
	mk_buf_free(&((struct task *)p)->content);
	free(p);
}

static bool
holds(const struct mk_buf *content, unsigned tag, const char *text)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, content->data, content->len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == tag && it.len == strlen(text) && memcmp(it.p, text, it.len) == 0)
			return true;
	return false;
}

static bool
listed(const struct mk_buf *content, const char *id)
{
	return holds(content, MK_T_subject, id);
}

/* Was it agreed to for this purpose? */
static bool
for_purpose(const struct mk_buf *content, const char *purpose)
{
	struct mk_buf line = MK_BUF_INIT;
	mk_buf_printf(&line, "purpose: %s", purpose);
	bool is = !line.failed && holds(content, MK_T_line, mk_buf_str(&line));
	mk_buf_free(&line);
	return is;
}

static int
add_person(struct op *op, struct task *t, const struct mk_item *it)
{
	char key[MK_NAME_MAX];
	struct mk_subject s;
	if (it->len >= sizeof key)
		return mk_op_fail(op, MK_E_NOT_FOUND, "no such subject in this ledger");
	memcpy(key, it->p, it->len);
	key[it->len] = '\0';
	mk_subject_init(&s);
	int r = mk_ledger_subject_get(op->ledger, key, &s);
	if (r == MK_E_NOT_FOUND)
		r = mk_op_fail(op, r, "no such subject in this ledger");
	else if (r == MK_E_EXISTS)
		r = mk_op_fail(
		    op, MK_E_INPUT, "several people have this name: use the code or the id");
	else if (r == 0 && !mk_purpose_allowed(&s, op->ev.purpose))
		r = mk_op_fail(
		    op, MK_E_INPUT, "the number of %s was not collected for this purpose", s.id.s);
	else if (r == 0 && (!s.has_number || !mk_state_has_number(s.state)))
		r = mk_op_fail(op, MK_E_INPUT, "no number is kept for %s", s.id.s);
	if (r == 0 && !listed(&t->content, s.id.s)) {
		mk_act_subject(&t->content, s.id.s);
		t->people++;
	}
	mk_subject_free(&s);
	return r;
}

static int
add_people(struct op *op, struct task *t)
{
	struct mk_rd rd;
	struct mk_item it;
	int r = 0;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (r == 0 && mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_subject)
			r = add_person(op, t, &it);
	if (r == 0 && t->people == 0)
		return mk_op_fail(op, MK_E_USAGE, "nobody is named");
	if (r == 0 && t->people > PEOPLE_MAX)
		return mk_op_fail(op, MK_E_TOO_BIG, "a task has at most %d people", PEOPLE_MAX);
	return r;
}

static int
take_document(struct op *op, char document[DOCUMENT_BYTES])
{
	int r = mk_op_str(op, MK_T_document, document, DOCUMENT_BYTES);
	if (r == MK_E_NOT_FOUND || (r == 0 && document[0] == '\0'))
		return mk_op_fail(op, MK_E_USAGE, "the document is missing");
	if (r == 0)
		r = mk_str_copy(op->ev.reason, sizeof op->ev.reason, document);
	return r < 0 ? r : mk_reason_check(op); /* it stands on the trail: no number in it */
}

static int
transcribe_check(struct op *op)
{
	char document[DOCUMENT_BYTES];
	struct task *t = mk_op_state(op, sizeof *t);
	if (t == NULL)
		return MK_E_NOMEM;
	op->state_free = task_free;
	int r = mk_op_ledger(op);
	if (r == 0)
		r = take_document(op, document);
	if (r == 0)
		r = mk_op_purpose(op);
	if (r < 0)
		return r;
	mk_act_line(&t->content, "document", document);
	mk_act_line(&t->content, "purpose", op->ev.purpose);
	r = add_people(op, t);
	if (r == 0)
		r = mk_buf_error(&t->content);
	op->ev.count = t->people;
	return r;
}

static int
transcribe_act(struct op *op)
{
	struct task *t = op->state;
	bool off = false, some = false;
	int r = mk_approval_seconds(op, op->row->approvers, &off, &some);
	if (r == 0)
		r = mk_approval_digest(op, &t->content, t->row.digest);
	if (r == 0)
		r = mk_approval_new(op, &t->content, t->people, !some, &t->row);
	if (r == 0 && off) { /* a demo office without second persons: said in the record */
		t->row.state = MK_AGREED_granted;
		r = mk_approval_move(op->v->main, &t->row, MK_AGREED_waiting);
		snprintf(op->ev.detail, sizeof op->ev.detail, "(second persons are off)");
	}
	memcpy(op->ev.approval, t->row.id.s, sizeof op->ev.approval);
	mk_put_str(&op->reply.body, MK_T_approval, t->row.id.s);
	mk_put_str(&op->reply.body, MK_T_state, mk_agreed_name((int)t->row.state));
	mk_put_i64(&op->reply.body, MK_T_deadline, t->row.deadline);
	if (some) {
		char roles[64];
		mk_roles_format(
		    mk_policy_approvers(op->row->approvers, op->c->session->member.roles), roles,
		    sizeof roles);
		mk_put_str(&op->reply.body, MK_T_roles, roles);
	}
	return r;
}

/* --- a reveal inside a task */

static bool
is_open(struct op *op, const struct mk_approval_row *a)
{
	bool off = false, some = false;
	if (a->state == MK_AGREED_granted)
		return true;
	return a->state == MK_AGREED_waiting &&
	       mk_approval_seconds(op, MK_ROLE_chief, &off, &some) == 0 && !some &&
	       mk_approval_delay_over(op, a);
}

int
mk_task_check(struct op *op)
{
	char id[MK_ID_MAX + 8];
	struct mk_approval_row a = {0};
	struct mk_buf content = MK_BUF_INIT;
	int r = mk_op_str(op, MK_T_approval, id, sizeof id);
	if (r == 0)
		r = mk_approval_expire(op->v->main, mk_vault_now(op));
	if (r == 0)
		r = mk_approval_get(op->v->main, id, &a, &content);
	bool mine = r == 0 && strcmp(a.request, "transcribe") == 0 &&
		    strcmp(a.requester, op->c->session->member.id.s) == 0;
	if (r == MK_E_NOT_FOUND || (r == 0 && !mine))
		r = mk_op_fail(op, MK_E_NOT_FOUND, "no such task of yours");
	else if (r == 0 && !is_open(op, &a))
		r = mk_op_fail(
		    op, MK_E_APPROVAL, "the task is not open (%s)", mk_agreed_name((int)a.state));
	else if (r == 0 && (strcmp(a.ledger, op->ledger_meta.id.s) != 0 ||
			       !listed(&content, op->subject.id.s)))
		r = mk_op_fail(op, MK_E_DENIED, "this person is not in the task");
	else if (r == 0 && !for_purpose(&content, op->ev.purpose))
		r = mk_op_fail(op, MK_E_DENIED, "the task is for another purpose");
	else if (r == 0 && mk_approval_shown(op->v->main, a.id.s, op->subject.id.s))
		r = mk_op_fail(op, MK_E_STATE, "the task has shown this person already");
	if (r == 0) {
		memcpy(op->ev.approval, a.id.s, sizeof op->ev.approval);
		memcpy(op->ev.approver, a.approver, sizeof op->ev.approver);
		op->ev.self = a.state == MK_AGREED_waiting;
	}
	mk_buf_free(&content);
	return r;
}

int
mk_task_show(struct op *op)
{
	struct mk_approval_row a;
	uint64_t shown = 0;
	int r = mk_approval_show(op->v->main, op->ev.approval, op->subject.id.s);
	if (r == MK_E_STATE)
		return mk_op_fail(op, r, "the task has shown this person already");
	if (r == 0)
		r = mk_approval_get(op->v->main, op->ev.approval, &a, NULL);
	if (r == 0)
		r = mk_approval_shown_count(op->v->main, op->ev.approval, &shown);
	if (r < 0 || shown < a.people)
		return r;
	enum mk_agreed from = a.state;
	a.state = MK_AGREED_used; /* the last one */
	r = mk_approval_move(op->v->main, &a, from);
	return r == MK_E_STATE ? 0 : r;
}

const struct handler mk_handlers_task[] = {
    {MK_REQ_transcribe, transcribe_check, transcribe_act},
    {0, NULL, NULL},
};
