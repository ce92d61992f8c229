/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Second persons (security.md R9): an act that wants one is described whole, byte for byte, and its
 * digest waits until another member with another slot (installed: another account too) has agreed.
 * Any change of the act is another digest. An agreement serves once.
 */
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "approval_internal.h"
#include "vault_internal.h"

#define WAITING_MAX 50 /* of one member: others have to read them */

/* --- describing an act */

void
mk_act_line(struct mk_buf *content, const char *key, const char *value)
{
	struct mk_buf line = MK_BUF_INIT;
	mk_buf_printf(&line, "%s: %s", key, value);
	mk_put_str(content, MK_T_line, mk_buf_str(&line));
	mk_buf_free(&line);
}

void
mk_act_subject(struct mk_buf *content, const char *id)
{
	mk_put_str(content, MK_T_subject, id);
}

/* SHA-256 over who asks for what, each text with its end, and the content. */
int
mk_approval_digest(const struct op *op, const struct mk_buf *content, char out[65])
{
	const char *const texts[] = {
	    "mynakura approval", op->row->name, op->c->session->member.id.s, op->ev.ledger};
	gcry_md_hd_t md;
	if (gcry_md_open(&md, GCRY_MD_SHA256, 0) != 0)
		return MK_E_CRYPTO;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		gcry_md_write(md, texts[i], strlen(texts[i]) + 1);
	gcry_md_write(md, content->data, content->len);
	mk_hex(gcry_md_read(md, GCRY_MD_SHA256), 32, out);
	gcry_md_close(md);
	return 0;
}

/* --- who could be the second person */

struct seconds {
	const char *asker;
	unsigned roles;
	size_t n, gone;
};

static int
count_second(const struct mk_member *m, void *arg)
{
	struct seconds *s = arg;
	if ((m->roles & s->roles) == 0 || strcmp(m->id.s, s->asker) == 0)
		return 0;
	s->n += m->state == MK_MEMBER_ACTIVE;
	s->gone += m->state == MK_MEMBER_DISABLED;
	return 0;
}

static unsigned
narrowed(const struct op *op, const char *asker, unsigned approvers)
{
	struct mk_member m;
	int r = mk_main_member_get(op->v->main, asker, &m);
	return r < 0 ? approvers & MK_ROLE_chief : mk_policy_approvers(approvers, m.roles);
}

static int
seconds_for(const struct op *op, const char *asker, unsigned approvers, enum mk_seconds *out)
{
	char setting[16] = "on";
	struct seconds s = {asker, narrowed(op, asker, approvers), 0, 0};
	(void)mk_main_get(op->v->main, "approvals", setting, sizeof setting);
	if (strcmp(setting, "off") == 0 && mk_vault_is_demo(op->v)) {
		*out = MK_SECONDS_OFF;
		return 0;
	}
	int r = mk_main_members(op->v->main, count_second, &s);
	*out = s.n > 0 ? MK_SECONDS_SOME : s.gone > 0 ? MK_SECONDS_GONE : MK_SECONDS_NONE;
	return r;
}

int
mk_approval_seconds(struct op *op, unsigned approvers, bool *off, bool *some)
{
	enum mk_seconds s = MK_SECONDS_NONE;
	int r = seconds_for(op, op->c->session->member.id.s, approvers, &s);
	*off = s == MK_SECONDS_OFF;
	*some = s == MK_SECONDS_SOME;
	return r;
}

/* The delay of the one-person firm counts from when it was asked for. */
bool
mk_approval_delay_over(const struct op *op, const struct mk_approval_row *a)
{
	return mk_vault_now(op) - a->created >= (int64_t)op->v->limits[MK_LIMIT_delay_hours] * 3600;
}

/* --- asking */

static int64_t
deadline_after(const struct op *op, bool delayed)
{
	int64_t hours = op->v->limits[MK_LIMIT_approval_hours];
	return (hours + (delayed ? op->v->limits[MK_LIMIT_delay_hours] : 0)) * 3600;
}

static int
check_waiting(struct op *op)
{
	uint64_t n = 0;
	int r = mk_approval_waiting(op->v->main, op->c->session->member.id.s, &n);
	if (r < 0 || n < WAITING_MAX)
		return r;
	return mk_op_fail(op, MK_E_BUSY, "too many requests of yours wait: withdraw one");
}

int
mk_approval_new(struct op *op, const struct mk_buf *content, uint64_t people, bool delayed,
    struct mk_approval_row *a)
{
	int r = mk_id_new('a', &a->id);
	mk_str_copy(a->request, sizeof a->request, op->row->name);
	mk_str_copy(a->requester, sizeof a->requester, op->c->session->member.id.s);
	mk_str_copy(a->ledger, sizeof a->ledger, op->ev.ledger);
	a->uid = op->c->uid;
	a->people = people;
	a->created = mk_vault_now(op);
	a->deadline = a->created + deadline_after(op, delayed);
	a->state = MK_AGREED_waiting;
	if (r == 0)
		r = check_waiting(op);
	return r < 0 ? r : mk_approval_add(op->v->main, a, content->data, content->len);
}

static int
ask(struct op *op, const struct mk_buf *content, size_t people, enum mk_seconds seconds,
    struct mk_approval_row *a)
{
	int r = a->id.s[0] != '\0'
		    ? 0
		    : mk_approval_new(op, content, people, mk_policy_alone(seconds), a);
	if (r < 0)
		return r;
	memcpy(op->waits, a->id.s, sizeof op->waits);
	op->waits_until = a->deadline;
	op->waits_roles = mk_policy_alone(seconds) ? 0
						   : mk_policy_approvers(op->row->approvers,
							 op->c->session->member.roles);
	memcpy(op->ev.approval, a->id.s, sizeof op->ev.approval);
	op->ev.count = people;
	if (seconds == MK_SECONDS_SOME)
		return mk_op_fail(op, MK_E_APPROVAL,
		    "this waits for a second person as %s: ask for it again when it is granted",
		    a->id.s);
	return mk_op_fail(op, MK_E_APPROVAL,
	    "there is no second person here: this waits %u hours as %s, then ask for it again",
	    op->v->limits[MK_LIMIT_delay_hours], a->id.s);
}

/* Why an act runs without a second person stands in its record. */
static void
note_waived(struct op *op, const struct mk_rule *rule, enum mk_seconds seconds)
{
	size_t n = strlen(op->ev.detail);
	const char *why = seconds == MK_SECONDS_OFF ? "second persons are off" : "set-up phase";
	if (rule->approval == MK_APPROVAL_NEVER ||
	    (rule->approval == MK_APPROVAL_BULK && seconds != MK_SECONDS_OFF))
		return;
	snprintf(op->ev.detail + n, sizeof op->ev.detail - n, "%s(%s)", n > 0 ? " " : "", why);
}

static int
standing_of(struct op *op, const struct mk_rule *rule, size_t people, const struct mk_buf *content,
    struct mk_standing *who, struct mk_approval_row *a)
{
	char digest[65];
	const struct session *s = op->c->session;
	*who = (struct mk_standing){.session = true,
	    .roles = s->member.roles,
	    .passphrase_fresh = true, /* judged where it is typed */
	    .act_known = true,
	    .rows = people,
	    .bulk_rows = op->v->limits[MK_LIMIT_bulk_rows]};
	memset(a, 0, sizeof *a);
	int r = 0;
	/* A reveal asks nobody: no walk over the members for it. */
	if (rule->approval != MK_APPROVAL_NEVER)
		r = seconds_for(op, s->member.id.s, rule->approvers, &who->seconds);
	if (r == 0)
		r = mk_budget_over(op, &who->over_budget);
	if (r < 0 || !mk_policy_wants_second(rule, who))
		return r;
	r = mk_approval_digest(op, content, digest);
	if (r == 0)
		r = mk_approval_expire(op->v->main, mk_vault_now(op));
	if (r == 0)
		r = mk_approval_find(op->v->main, s->member.id.s, digest, a);
	if (r == MK_E_NOT_FOUND) {
		memcpy(a->digest, digest, sizeof digest);
		return 0;
	}
	if (r < 0)
		return r;
	who->agreed = a->state;
	who->agreed_by_self = strcmp(a->approver, s->member.id.s) == 0;
	who->delay_over = mk_approval_delay_over(op, a);
	return 0;
}

int
mk_op_second(struct op *op, size_t people, const struct mk_buf *content)
{
	struct mk_rule rule = mk_rule_of(op->row);
	struct mk_standing who;
	struct mk_approval_row a;
	int r = mk_buf_error(content);
	if (r == 0)
		r = standing_of(op, &rule, people, content, &who, &a);
	if (r < 0)
		return r;
	r = mk_policy_check(&rule, &who);
	if (r == MK_E_APPROVAL)
		return ask(op, content, people, who.seconds, &a);
	if (r < 0)
		return r;
	if (a.id.s[0] == '\0') {
		note_waived(op, &rule, who.seconds);
		return 0;
	}
	op->agreed = a;
	memcpy(op->ev.approval, a.id.s, sizeof op->ev.approval);
	memcpy(op->ev.approver, a.approver, sizeof op->ev.approver);
	op->ev.self = a.state == MK_AGREED_waiting;
	return 0;
}

int
mk_op_take_agreed(struct op *op)
{
	struct mk_approval_row a = op->agreed;
	if (a.id.s[0] == '\0')
		return 0;
	enum mk_agreed from = a.state;
	a.state = MK_AGREED_used;
	int r = mk_approval_move(op->v->main, &a, from);
	return r == MK_E_STATE ? mk_op_fail(op, MK_E_APPROVAL, "the agreement was used already")
			       : r;
}

/* --- when a member is shut out, begins anew or has other roles */

static unsigned
approvers_of(const struct op *op, const struct mk_approval_row *a)
{
	for (unsigned i = 0;; i++) {
		const struct mk_request_row *row = mk_request_at(i);
		if (row == NULL)
			return 0;
		if (strcmp(row->name, a->request) == 0)
			return narrowed(op, a->requester, row->approvers);
	}
}

struct lost {
	const struct op *op;
	const struct mk_member *was;
	struct mk_approval_row row;
	int r;
};

/* Could this one have been decided by him, and now by nobody? */
static int
find_lost(const struct mk_approval_row *a, void *arg)
{
	struct lost *l = arg;
	enum mk_seconds now;
	unsigned approvers = approvers_of(l->op, a);
	if (a->state != MK_AGREED_waiting || (l->was->roles & approvers) == 0 ||
	    strcmp(a->requester, l->was->id.s) == 0)
		return 0;
	l->r = seconds_for(l->op, a->requester, approvers, &now);
	l->row = *a;
	return l->r < 0 || mk_policy_alone(now);
}

int
mk_approval_changed(struct op *op, const struct mk_member *was)
{
	struct lost l = {.op = op, .was = was};
	int r = mk_approval_void_member(op->v->main, was->id.s);
	if (was->state != MK_MEMBER_ACTIVE)
		return r;
	/* The delay counts from when nobody else is there, so what waited for him is asked anew. */
	while (r == 0 && (r = mk_approval_walk(op->v->main, false, find_lost, &l)) == 1) {
		l.row.state = MK_AGREED_void;
		r = l.r < 0 ? l.r : mk_approval_move(op->v->main, &l.row, MK_AGREED_waiting);
	}
	return r;
}

/* --- looking at them */

static bool
is_mine(const struct op *op, const struct mk_approval_row *a)
{
	return strcmp(a->requester, op->c->session->member.id.s) == 0;
}

static bool
may_decide(const struct op *op, const struct mk_approval_row *a)
{
	const struct session *s = op->c->session;
	if (is_mine(op, a) || (s->member.roles & approvers_of(op, a)) == 0)
		return false;
	return !mk_vault_installed(op->v) || op->c->uid != a->uid;
}

static bool
may_see(const struct op *op, const struct mk_approval_row *a)
{
	unsigned roles = op->c->session->member.roles;
	return is_mine(op, a) || (roles & approvers_of(op, a)) != 0 || (roles & MK_R_AUDIT) != 0;
}

static void
put_row(struct op *op, const struct mk_approval_row *a, struct mk_buf *b)
{
	mk_put_str(b, MK_T_approval, a->id.s);
	mk_put_str(b, MK_T_request, a->request);
	mk_put_str(b, MK_T_requester, a->requester);
	mk_put_str(b, MK_T_state, mk_agreed_name((int)a->state));
	mk_put_i64(b, MK_T_time, a->created);
	mk_put_i64(b, MK_T_deadline, a->deadline);
	mk_put_u64(b, MK_T_count, a->people);
	if (a->ledger[0] != '\0')
		mk_put_str(b, MK_T_ledger, a->ledger);
	if (a->approver[0] != '\0')
		mk_put_str(b, MK_T_approver, a->approver);
	if (a->reason[0] != '\0')
		mk_put_str(b, MK_T_reason, a->reason);
	mk_put_bool(b, MK_T_ok, a->state == MK_AGREED_waiting && may_decide(op, a));
}

static int
list_row(const struct mk_approval_row *a, void *arg)
{
	struct op_page *page = arg;
	struct mk_buf rec = MK_BUF_INIT, content = MK_BUF_INIT;
	struct mk_approval_row again;
	struct mk_rd rd;
	struct mk_item it;
	size_t lines = 0;
	if (!may_see(page->op, a))
		return 0;
	if (!mk_page_wants(page))
		return page->full;
	put_row(page->op, a, &rec);
	(void)mk_approval_get(page->op->v->main, a->id.s, &again, &content);
	mk_rd_init(&rd, content.data, content.len);
	while (mk_item_next(&rd, &it) > 0 && lines < 8)
		if (it.tag == MK_T_line && ++lines > 0)
			mk_put_bytes(&rec, MK_T_line, it.p, it.len);
	mk_put_rec(&page->op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	mk_buf_free(&content);
	return 0;
}

static int
list_act(struct op *op)
{
	struct op_page page;
	bool all = mk_get_bool(op->req.body.data, op->req.body.len, MK_T_all, false);
	int r = mk_page_begin(op, &page);
	if (r == 0)
		r = mk_approval_expire(op->v->main, mk_vault_now(op));
	if (r == 0)
		r = mk_approval_walk(op->v->main, all, list_row, &page);
	return r < 0 ? r : 0;
}

struct decision {
	struct mk_approval_row row;
	struct mk_buf content;
};

static void
decision_free(void *p)
{
	mk_buf_free(&((struct decision *)p)->content);
	free(p);
}

/* The row that the request names, for those who may see it. */
static int
find(struct op *op, struct decision **out)
{
	char id[MK_ID_MAX + 8];
	struct decision *d = mk_op_state(op, sizeof *d);
	if (d == NULL)
		return MK_E_NOMEM;
	op->state_free = decision_free;
	int r = mk_op_str(op, MK_T_approval, id, sizeof id);
	if (r < 0)
		return mk_op_fail(op, MK_E_USAGE, "the approval's id is missing");
	r = mk_approval_expire(op->v->main, mk_vault_now(op));
	if (r == 0)
		r = mk_approval_get(op->v->main, id, &d->row, &d->content);
	if (r == MK_E_NOT_FOUND || (r == 0 && !may_see(op, &d->row)))
		return mk_op_fail(op, MK_E_NOT_FOUND, "no such approval");
	memcpy(op->ev.approval, d->row.id.s, sizeof op->ev.approval);
	op->ev.count = d->row.people;
	*out = d;
	return r;
}

/* Names only for those who hold the ledger's page key. */
static void
put_person(struct op *op, struct mk_ledger *l, const struct mk_approval_row *a, const char *id)
{
	struct mk_buf rec = MK_BUF_INIT;
	struct mk_subject s;
	mk_subject_init(&s);
	mk_put_str(&rec, MK_T_subject, id);
	if (l != NULL && mk_ledger_subject_get(l, id, &s) == 0) {
		mk_put_str(&rec, MK_T_code, s.field[MK_SF_code]);
		mk_put_str(&rec, MK_T_name, s.field[MK_SF_name]);
	}
	mk_put_bool(&rec, MK_T_shown, mk_approval_shown(op->v->main, a->id.s, id));
	mk_put_rec(&op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	mk_subject_free(&s);
}

static struct mk_ledger *
ledger_of(struct op *op, const struct mk_approval_row *a)
{
	struct mk_ledger *l = NULL;
	if (a->ledger[0] == '\0' || !mk_op_holds(op, a->ledger, MK_KEY_PAGE) ||
	    mk_main_ledger_get(op->v->main, a->ledger, &op->ledger_meta) < 0)
		return NULL;
	int r = mk_vault_ledger(op->v, op->c->session->unlocked, &op->ledger_meta, &l);
	return r == 0 ? l : NULL;
}

static int
show_act(struct op *op)
{
	struct decision *d = NULL;
	struct op_page page;
	struct mk_rd rd;
	struct mk_item it;
	int r = find(op, &d);
	if (r == 0)
		r = mk_page_begin(op, &page);
	if (r < 0)
		return r;
	put_row(op, &d->row, &op->reply.body);
	mk_put_str(&op->reply.body, MK_T_digest, d->row.digest);
	struct mk_ledger *l = ledger_of(op, &d->row);
	mk_rd_init(&rd, d->content.data, d->content.len);
	while (mk_item_next(&rd, &it) > 0) {
		char id[MK_ID_MAX] = "";
		if (!mk_page_wants(&page)) {
			if (page.full)
				break;
			continue;
		}
		if (it.tag == MK_T_line)
			mk_put_bytes(&op->reply.body, MK_T_line, it.p, it.len);
		if (it.tag != MK_T_subject || it.len >= sizeof id)
			continue;
		memcpy(id, it.p, it.len);
		put_person(op, l, &d->row, id);
	}
	return 0;
}

/* --- deciding */

static int
grant_check(struct op *op)
{
	struct decision *d = NULL;
	char digest[65];
	int r = find(op, &d);
	if (r < 0)
		return r;
	struct mk_rule rule = mk_rule_of(op->row);
	struct mk_standing who = {.session = true,
	    .roles = op->c->session->member.roles,
	    .passphrase_fresh = true,
	    .own_known = true,
	    .own = is_mine(op, &d->row)};
	r = mk_policy_check(&rule, &who);
	if (r < 0)
		return mk_op_fail(op, r, "nobody agrees to what he asked for himself");
	if (!may_decide(op, &d->row))
		return mk_op_fail(op, MK_E_DENIED,
		    (op->c->session->member.roles & approvers_of(op, &d->row)) == 0
			? "this is not for your role to decide"
			: "the second person must use another account of this PC");
	if (d->row.state != MK_AGREED_waiting)
		return mk_op_fail(op, MK_E_STATE, "this does not wait any more (%s)",
		    mk_agreed_name((int)d->row.state));
	if (mk_op_str(op, MK_T_digest, digest, sizeof digest) == 0 &&
	    strcmp(digest, d->row.digest) != 0)
		return mk_op_fail(op, MK_E_STATE, "this is not what was shown");
	snprintf(op->ev.detail, sizeof op->ev.detail, "request=%s requester=%s%s", d->row.request,
	    d->row.requester, mk_vault_installed(op->v) ? "" : " (one account of the PC)");
	return 0;
}

static int
decide(struct op *op, enum mk_agreed to)
{
	struct decision *d = op->state;
	struct mk_approval_row a = d->row;
	enum mk_agreed from = a.state;
	a.state = to;
	mk_str_copy(a.approver, sizeof a.approver, op->c->session->member.id.s);
	a.approver_uid = op->c->uid;
	a.decided = mk_vault_now(op);
	mk_str_copy(a.reason, sizeof a.reason, op->ev.reason);
	if (to == MK_AGREED_granted)
		a.deadline = a.decided + deadline_after(op, false);
	int r = mk_approval_move(op->v->main, &a, from);
	if (r == MK_E_STATE)
		return mk_op_fail(op, r, "this does not wait any more");
	mk_put_str(&op->reply.body, MK_T_state, mk_agreed_name((int)to));
	mk_put_i64(&op->reply.body, MK_T_deadline, a.deadline);
	return r;
}

static int
grant_act(struct op *op)
{
	return decide(op, MK_AGREED_granted);
}

static int
deny_check(struct op *op)
{
	struct decision *d = NULL;
	int r = find(op, &d);
	if (r < 0)
		return r;
	if (!is_mine(op, &d->row) && !may_decide(op, &d->row))
		return mk_op_fail(op, MK_E_DENIED, "this is not for your role to decide");
	if (d->row.state != MK_AGREED_waiting && d->row.state != MK_AGREED_granted)
		return mk_op_fail(op, MK_E_STATE, "this does not wait any more (%s)",
		    mk_agreed_name((int)d->row.state));
	r = mk_op_str(op, MK_T_reason, op->ev.reason, sizeof op->ev.reason);
	if (r == MK_E_NOT_FOUND || (r == 0 && op->ev.reason[0] == '\0'))
		return mk_op_fail(op, MK_E_USAGE, "the reason is missing");
	return r < 0 ? r : mk_reason_check(op);
}

static int
deny_act(struct op *op)
{
	return decide(op, MK_AGREED_denied);
}

const struct handler mk_handlers_approval[] = {
    {MK_REQ_approval_list, NULL, list_act},
    {MK_REQ_approval_show, NULL, show_act},
    {MK_REQ_approval_grant, grant_check, grant_act},
    {MK_REQ_approval_deny, deny_check, deny_act},
    {0, NULL, NULL},
};
