/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing a member's name, roles or last day; roles with a second person (R9). Whoever may not see
 * numbers any more loses the number keys at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/subject.h"
#include "approval_internal.h"
#include "passphrase_internal.h"
#include "vault_internal.h"

#define FIELDS_MAX 8

struct change {
	struct mk_member was;
	bool roles;
};

static int
set_name(struct op *op, const char *value)
{
	struct mk_member other;
	if (value[0] == '\0' || mk_subject_field_check(MK_SF_name, value) < 0)
		return mk_op_fail(op, MK_E_INPUT, "the %s is not valid", "name");
	if (mk_main_member_get(op->v->main, value, &other) == 0 &&
	    strcmp(other.id.s, op->member.id.s) != 0)
		return mk_op_fail(
		    op, MK_E_EXISTS, "a member of this name or account exists already");
	return mk_str_copy(op->member.name, sizeof op->member.name, value);
}

static int
set_roles(struct op *op, const char *value)
{
	if (mk_roles_parse(value, &op->member.roles) < 0)
		return mk_op_fail(op, MK_E_INPUT, "unknown role: clerk, chief, admin or auditor");
	if (!mk_roles_allowed(op->member.roles))
		return mk_op_fail(op, MK_E_INPUT,
		    "these roles do not go together: an auditor is neither clerk nor admin");
	return 0;
}

static int
set_until(struct op *op, const char *value)
{
	struct mk_date d;
	if (value[0] != '\0' && mk_date_parse(value, &d) < 0)
		return mk_op_fail(op, MK_E_INPUT, "until is not a date (YYYY-MM-DD)");
	return mk_str_copy(op->member.until, sizeof op->member.until, value);
}

static int
set_field(struct op *op, const struct mk_item *it)
{
	char field[32], value[MK_NAME_MAX];
	int r = mk_get_str(it->p, it->len, MK_T_field, field, sizeof field);
	if (r == 0)
		r = mk_get_str(it->p, it->len, MK_T_value, value, sizeof value);
	if (r < 0 || mk_text_check(value, strlen(value), NULL) < 0)
		return mk_op_fail(op, MK_E_INPUT, "FIELD=VALUE is not valid");
	if (strcmp(field, "name") == 0)
		return set_name(op, value);
	if (strcmp(field, "roles") == 0)
		return set_roles(op, value);
	if (strcmp(field, "until") == 0)
		return set_until(op, value);
	return mk_op_fail(op, MK_E_INPUT, "a member has the fields name, roles and until");
}

static int
set_fields(struct op *op)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	int r = 0;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (r == 0 && mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item && n++ < FIELDS_MAX)
			r = set_field(op, &it);
	return r == 0 && n == 0 ? mk_op_fail(op, MK_E_USAGE, "FIELD=VALUE is missing") : r;
}

/* What would leave the office without a chief, or a ledger without anybody who can open it. */
static int
may_change(struct op *op, const struct change *c)
{
	size_t chiefs = 0;
	unsigned lost = c->was.roles & ~op->member.roles;
	int r = mk_count_chiefs(op, &chiefs);
	if (r < 0)
		return r;
	if ((lost & MK_ROLE_chief) != 0 && chiefs <= 1 && c->was.state == MK_MEMBER_ACTIVE)
		return mk_op_fail(op, MK_E_STATE, "the last chief must stay one");
	return (op->member.roles & MK_ROLES_NUMBER) == 0 ? mk_sole_holder_check(op, NULL) : 0;
}

static void
line_if(struct mk_buf *b, const char *key, const char *from, const char *to)
{
	struct mk_buf both = MK_BUF_INIT;
	if (strcmp(from, to) == 0)
		return;
	mk_buf_printf(&both, "%s -> %s", from[0] != '\0' ? from : "-", to[0] != '\0' ? to : "-");
	mk_act_line(b, key, mk_buf_str(&both));
	mk_buf_free(&both);
}

static int
second(struct op *op, const struct change *c)
{
	struct mk_buf content = MK_BUF_INIT;
	char from[64], to[64];
	mk_roles_format(c->was.roles, from, sizeof from);
	mk_roles_format(op->member.roles, to, sizeof to);
	mk_act_line(&content, "member", c->was.name);
	line_if(&content, "name", c->was.name, op->member.name);
	line_if(&content, "roles", from, to);
	line_if(&content, "until", c->was.until, op->member.until);
	if (c->roles)
		snprintf(op->ev.detail, sizeof op->ev.detail, "roles=%s was=%s", to, from);
	int r = mk_op_second(op, 0, &content);
	mk_buf_free(&content);
	return r;
}

static int
set_check(struct op *op)
{
	struct change *c = mk_op_state(op, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_op_member(op);
	c->was = op->member;
	if (r == 0)
		r = set_fields(op);
	if (r < 0)
		return r;
	c->roles = op->member.roles != c->was.roles;
	r = may_change(op, c);
	return r < 0 ? r : second(op, c);
}

/* The number keys that a role without numbers must not keep; the ledgers are due for new ones. */
static int
drop_numbers(struct op *op)
{
	struct mk_keyring *kr = op->v->keyring;
	char id[MK_ID_MAX];
	int r = 0;
	for (size_t i = 0; r == 0 && mk_keyring_ledger_at(kr, i, id); i++)
		if (mk_keyring_holds(kr, op->member.id.s, id, MK_KEY_NUMBER))
			r = mk_keyring_revoke(kr, op->member.id.s, id, MK_KEY_NUMBER, true);
	return r;
}

static int
set_act(struct op *op)
{
	const struct change *c = op->state;
	struct mk_member wanted = op->member;
	int r = mk_op_member_again(op);
	if (r == 0 && (op->member.roles != c->was.roles || op->member.state != c->was.state))
		return mk_op_fail(op, MK_E_BUSY, "the member was changed meanwhile");
	op->member = wanted;
	if (r == 0)
		r = may_change(op, c);
	if (r == 0 && (op->member.roles & MK_ROLES_NUMBER) == 0)
		r = drop_numbers(op);
	if (r == 0)
		r = mk_main_member_put(op->v->main, &op->member, false);
	if (r == 0 && c->roles)
		r = mk_approval_changed(op, &c->was);
	if (r == 0 && (c->roles || strcmp(c->was.until, op->member.until) != 0))
		mk_op_member_end(op); /* a session has the rights it was opened with */
	return r;
}

const struct handler mk_handlers_member_set[] = {
    {MK_REQ_member_set, set_check, set_act},
    {0, NULL, NULL},
};
