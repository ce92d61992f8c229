/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offices and ledgers: listing, making, granting, revoking. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "mynakura/store/db.h"
#include "passphrase_internal.h"
#include "vault_internal.h"

static int
check_name(struct op *op, unsigned tag, char *out)
{
	int r = mk_op_name(op, tag, out, MK_NAME_MAX);
	if (r == MK_E_NOT_FOUND || (r == 0 && out[0] == '\0'))
		return mk_op_fail(op, MK_E_USAGE, "the %s is missing", mk_tag_name(tag));
	return r;
}

/* --- offices */

static void
put_setting(struct mk_buf *rec, const char *field, const char *value)
{
	struct mk_buf one = MK_BUF_INIT;
	mk_put_str(&one, MK_T_field, field);
	mk_put_str(&one, MK_T_value, value);
	mk_put_rec(rec, MK_T_item, &one);
	mk_buf_free(&one);
}

/* What `office set` can change of the own firm, besides its name. */
static void
put_settings(const struct vault *v, struct mk_buf *rec)
{
	char value[16] = "on", field[48];
	(void)mk_main_get(v->main, "approvals", value, sizeof value);
	put_setting(rec, "approvals", value);
	for (int i = 0; i < MK_LIMIT_COUNT; i++) {
		snprintf(field, sizeof field, "limit.%s", mk_limit_name(i));
		snprintf(value, sizeof value, "%u", v->limits[i]);
		put_setting(rec, field, value);
	}
}

static int
put_office(const struct mk_office *o, void *arg)
{
	struct mk_buf rec = MK_BUF_INIT;
	struct op_page *page = arg;
	if (!mk_page_wants(page))
		return page->full;
	mk_put_str(&rec, MK_T_id, o->id.s);
	mk_put_str(&rec, MK_T_name, o->name);
	mk_put_str(&rec, MK_T_kind, o->own ? "own" : "client");
	mk_put_i64(&rec, MK_T_time, o->created);
	if (o->own)
		put_settings(page->op->v, &rec);
	mk_put_rec(&page->op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	return 0;
}

static int
office_list_act(struct op *op)
{
	struct op_page page;
	int r = mk_page_begin(op, &page);
	if (r == 0)
		r = mk_main_offices(op->v->main, put_office, &page);
	return r < 0 ? r : 0;
}

static int
office_add_check(struct op *op)
{
	struct mk_office *o = calloc(1, sizeof *o);
	if (o == NULL)
		return MK_E_NOMEM;
	op->state = o;
	op->state_free = free;
	int r = check_name(op, MK_T_name, o->name);
	if (r == 0)
		r = mk_id_new('o', &o->id);
	o->created = mk_vault_now(op);
	memcpy(op->ev.object, o->id.s, sizeof op->ev.object);
	return r;
}

static int
office_add_act(struct op *op)
{
	struct mk_office *o = op->state;
	int r = mk_main_office_put(op->v->main, o, true);
	if (r == MK_E_EXISTS)
		return mk_op_fail(op, r, "an office of this name exists already");
	if (r == 0)
		mk_put_str(&op->reply.body, MK_T_office, o->id.s);
	return r;
}

struct office_change {
	struct mk_office office;
	char field[32], value[MK_NAME_MAX];
};

static int
find_own(const struct mk_office *o, void *arg)
{
	if (!o->own)
		return 0;
	*(struct mk_office *)arg = *o;
	return 1;
}

/* The office that MK_T_office names, or the firm itself. */
static int
get_office(struct op *op, struct mk_office *out)
{
	char key[MK_NAME_MAX];
	int r = mk_op_str(op, MK_T_office, key, sizeof key);
	if (r == 0) {
		r = mk_main_office_get(op->v->main, key, out);
		return r == MK_E_NOT_FOUND ? mk_op_fail(op, r, "no office of this name or id") : r;
	}
	if (r != MK_E_NOT_FOUND)
		return r;
	r = mk_main_offices(op->v->main, find_own, out);
	return r == 1 ? 0 : r < 0 ? r : MK_E_NOT_FOUND;
}

static int
office_set_check(struct op *op)
{
	struct office_change *c = calloc(1, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	op->state = c;
	op->state_free = free;
	int r = get_office(op, &c->office);
	if (r == 0)
		r = mk_op_str(op, MK_T_field, c->field, sizeof c->field);
	if (r == 0)
		r = mk_op_name(op, MK_T_value, c->value, sizeof c->value);
	if (r < 0)
		return r == MK_E_NOT_FOUND ? mk_op_fail(op, MK_E_USAGE, "FIELD=VALUE is missing")
					   : r;
	memcpy(op->ev.object, c->office.id.s, sizeof op->ev.object);
	if (strcmp(c->field, "name") == 0 && c->value[0] != '\0')
		return 0;
	if (strcmp(c->field, "approvals") == 0 &&
	    (strcmp(c->value, "on") == 0 || strcmp(c->value, "off") == 0)) {
		if (strcmp(c->value, "off") == 0 && !mk_vault_is_demo(op->v))
			return mk_op_fail(op, MK_E_INPUT,
			    "a second person can be left out in a demo office only");
		snprintf(op->ev.detail, sizeof op->ev.detail, "approvals=%.3s", c->value);
		return 0;
	}
	return mk_op_fail(
	    op, MK_E_INPUT, "an office has the fields name=TEXT and approvals=on|off");
}

static int
office_set_act(struct op *op)
{
	struct office_change *c = op->state;
	int r;
	if (strcmp(c->field, "name") == 0) {
		memcpy(c->office.name, c->value, sizeof c->office.name);
		r = mk_main_office_put(op->v->main, &c->office, false);
	} else {
		r = mk_main_set(op->v->main, c->field, c->value);
	}
	return r;
}

/* --- ledgers */

static int
put_ledger(const struct mk_ledger_meta *l, void *arg)
{
	struct op_page *at = arg;
	struct op *op = at->op;
	struct mk_buf rec = MK_BUF_INIT;
	if (!mk_page_wants(at))
		return at->full;
	bool page = mk_op_holds(op, l->id.s, MK_KEY_PAGE),
	     number = mk_op_holds(op, l->id.s, MK_KEY_NUMBER);
	mk_put_str(&rec, MK_T_id, l->id.s);
	mk_put_str(&rec, MK_T_name, l->name);
	mk_put_str(&rec, MK_T_office, l->office.s);
	mk_put_str(&rec, MK_T_class, l->class);
	mk_put_str(&rec, MK_T_purposes, l->purposes);
	mk_put_str(&rec, MK_T_grant, number ? "number" : page ? "page" : "none");
	mk_put_rec(&op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	return 0;
}

static int
ledger_list_act(struct op *op)
{
	struct op_page page;
	int r = mk_page_begin(op, &page);
	if (r == 0)
		r = mk_main_ledgers(op->v->main, put_ledger, &page);
	return r < 0 ? r : 0;
}

static int
read_purposes(struct op *op, struct mk_ledger_meta *l)
{
	int r = mk_op_str(op, MK_T_purposes, l->purposes, sizeof l->purposes);
	if (r == MK_E_NOT_FOUND)
		return mk_str_copy(
		    l->purposes, sizeof l->purposes, mk_class_main_purpose(l->class));
	if (r == 0 && mk_purposes_check(l->purposes, l->class) < 0)
		return mk_op_fail(op, MK_E_INPUT,
		    "not purposes of this class of ledger (codes purposes lists them)");
	return r;
}

static int
ledger_add_check(struct op *op)
{
	struct mk_ledger_meta *l = &op->ledger_meta;
	struct mk_office office;
	struct mk_ledger_meta other;
	int r = check_name(op, MK_T_name, l->name);
	if (r < 0)
		return r;
	if (mk_main_ledger_get(op->v->main, l->name, &other) == 0)
		return mk_op_fail(op, MK_E_EXISTS, "a ledger of this name exists already");
	r = get_office(op, &office);
	if (r < 0)
		return r;
	r = mk_op_str(op, MK_T_class, l->class, sizeof l->class);
	if (r == MK_E_NOT_FOUND)
		snprintf(l->class, sizeof l->class, "%s", office.own ? "employee" : "client");
	else if (r < 0)
		return r;
	if (mk_class_main_purpose(l->class) == NULL)
		return mk_op_fail(
		    op, MK_E_INPUT, "not a class of ledger: employee, payee or client");
	r = read_purposes(op, l);
	if (r == 0)
		r = mk_id_new('l', &l->id);
	l->office = office.id;
	l->created = mk_vault_now(op);
	memcpy(op->ev.ledger, l->id.s, sizeof op->ev.ledger);
	return r;
}

/*
 * Keys first, then the file, then main.db's row: a crash between leaves keys or a file that nothing
 * names, never a row without a ledger. The maker holds both keys; the recovery sheet always does.
 */
static int
ledger_add_act(struct op *op)
{
	struct vault *v = op->v;
	struct mk_ledger_meta *l = &op->ledger_meta;
	struct mk_ledger_holder holder = {op->c->session->member.id.s, MK_KEY_BOTH};
	struct mk_secret *page = NULL;
	struct mk_ledger *file = NULL;
	struct mk_db_keys keys = {.current = 1, .count = 1};
	char path[4096], name[64];
	int r = mk_keyring_add_ledger(v->keyring, l->id.s, &holder, 1, &page, NULL);
	if (r < 0)
		return r;
	memcpy(keys.vault, mk_keyring_vault(v->keyring), sizeof keys.vault);
	snprintf(keys.ledger, sizeof keys.ledger, "%s", l->id.s);
	keys.key[0] = (struct mk_db_key){1, page};
	snprintf(name, sizeof name, "ledger-%s.db", l->id.s);
	r = mk_vault_path(v, name, path, sizeof path);
	if (r == 0)
		r = mk_ledger_open(path, &keys, l->class, true, &file);
	mk_secret_free(page);
	if (r == 0)
		r = mk_ledger_close(file);
	if (r == 0)
		r = mk_main_ledger_put(v->main, l, true);
	if (r < 0)
		(void)mk_keyring_remove_ledger(v->keyring, l->id.s);
	else
		mk_put_str(&op->reply.body, MK_T_ledger, l->id.s);
	return r;
}

/* --- grants */

static int
get_member(struct op *op)
{
	char key[MK_NAME_MAX];
	int r = mk_op_str(op, MK_T_member, key, sizeof key);
	if (r < 0)
		return mk_op_fail(
		    op, r == MK_E_NOT_FOUND ? MK_E_USAGE : r, "the member is missing");
	r = mk_main_member_get(op->v->main, key, &op->member);
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, r, "no member of this name, account or id");
	memcpy(op->ev.object, op->member.id.s, sizeof op->ev.object);
	return r;
}

static int
grant_check(struct op *op)
{
	int r = get_member(op);
	if (r == 0)
		r = mk_op_ledger(op);
	if (r < 0)
		return r;
	if (op->member.state == MK_MEMBER_PENDING)
		return mk_op_fail(op, MK_E_STATE,
		    "the member has not been activated yet: member activate comes first");
	if (op->member.state != MK_MEMBER_ACTIVE)
		return mk_op_fail(op, MK_E_STATE, "the member is disabled");
	return 0;
}

/* The member's roles decide whether the number key goes with the page key (cli.md). */
static int
grant_act(struct op *op)
{
	struct mk_slot_info slot;
	char print[33];
	int r = mk_op_member_again(op);
	bool number = (op->member.roles & MK_ROLES_NUMBER) != 0;
	if (r == 0)
		r = mk_keyring_slot_get(op->v->keyring, op->member.id.s, &slot);
	if (r == 0)
		r = mk_keyring_grant(op->v->keyring, op->c->session->unlocked, op->member.id.s,
		    op->ledger_meta.id.s, number ? MK_KEY_BOTH : MK_KEY_PAGE);
	if (r < 0)
		return r;
	mk_hex(slot.fingerprint, sizeof slot.fingerprint, print);
	snprintf(op->ev.detail, sizeof op->ev.detail, "kind=%s key=%.6s:%.6s",
	    number ? "number" : "page", print, print + 6);
	mk_put_str(&op->reply.body, MK_T_grant, number ? "number" : "page");
	return 0;
}

static int
revoke_check(struct op *op)
{
	char key[MK_NAME_MAX];
	int r = get_member(op);
	if (r == 0)
		r = mk_op_str(op, MK_T_ledger, key, sizeof key);
	if (r < 0)
		return r == MK_E_NOT_FOUND && op->message[0] == '\0'
			   ? mk_op_fail(op, MK_E_USAGE, "the ledger is missing")
			   : r;
	r = mk_main_ledger_get(op->v->main, key, &op->ledger_meta);
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, r, "no ledger of this name or id");
	memcpy(op->ev.ledger, op->ledger_meta.id.s, sizeof op->ev.ledger);
	return r < 0 ? r : mk_sole_holder_check(op, op->ledger_meta.id.s);
}

static int
revoke_act(struct op *op)
{
	int sole =
	    mk_sole_holder_check(op, op->ledger_meta.id.s); /* again: the trail was waited for */
	if (sole < 0)
		return sole;
	int r = mk_keyring_revoke(
	    op->v->keyring, op->member.id.s, op->ledger_meta.id.s, MK_KEY_BOTH, true);
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, r, "the member has no right to this ledger");
	if (r == 0) {
		op->ledger_meta.rotation_due = true;
		r = mk_main_ledger_put(op->v->main, &op->ledger_meta, false);
	}
	return r;
}

const struct handler mk_handlers_office[] = {
    {MK_REQ_office_list, NULL, office_list_act},
    {MK_REQ_office_add, office_add_check, office_add_act},
    {MK_REQ_office_set, office_set_check, office_set_act},
    {MK_REQ_ledger_list, NULL, ledger_list_act},
    {MK_REQ_ledger_add, ledger_add_check, ledger_add_act},
    {MK_REQ_ledger_grant, grant_check, grant_act},
    {MK_REQ_ledger_revoke, revoke_check, revoke_act},
    {0, NULL, NULL},
};
