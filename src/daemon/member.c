/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members: made by an administrator with a one-time code, activated by themselves (so that no
 * administrator ever knows another's passphrase, decisions.md 3), disabled, reset, and their change
 * of passphrase.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/crypto/passphrase.h"
#include "mynakura/model/strength.h"
#include "approval_internal.h"
#include "passphrase_internal.h"
#include "vault_internal.h"

#define CODE_DAYS 7

/* Two derivations at most: what is opened, then what is made. */
struct change {
	struct mk_secret *code_text, *code, *opened, *pass;
	struct mk_kdf_params params;
	struct mk_unlocked *unlocked;
	bool replace;
};

static void
change_free(void *p)
{
	struct change *c = p;
	mk_secret_free(c->code_text);
	mk_secret_free(c->code);
	mk_secret_free(c->opened);
	mk_secret_free(c->pass);
	mk_unlocked_free(c->unlocked);
	mk_wipe(c, sizeof *c);
	free(c);
}

static struct change *
new_change(struct op *op)
{
	struct change *c = calloc(1, sizeof *c);
	op->state = c;
	op->state_free = change_free;
	return c;
}

int
mk_passphrase_check(struct op *op, const struct mk_secret *pass, bool demo)
{
	if (pass->len == 0 || pass->len > MK_KDF_PASS_MAX)
		return mk_op_fail(
		    op, MK_E_INPUT, "the passphrase must have 1 to %d bytes", MK_KDF_PASS_MAX);
	if (mk_auth_gave(op, pass))
		return mk_op_fail(
		    op, MK_E_WEAK, "this is the password of the computer: choose another");
	if (demo)
		return 0;
	if (mk_pass_grade((const char *)pass->data, pass->len) == MK_PASS_WEAK)
		return mk_op_fail(op, MK_E_WEAK,
		    "the passphrase is too easy to guess: use several unrelated words");
	return 0;
}

/* --- list */

static int
put_member(const struct mk_member *m, void *arg)
{
	static const char *const states[] = {"", "pending", "active", "disabled"};
	struct mk_buf rec = MK_BUF_INIT;
	struct op_page *page = arg;
	char roles[64];
	if (!mk_page_wants(page))
		return page->full;
	mk_roles_format(m->roles, roles, sizeof roles);
	mk_put_str(&rec, MK_T_id, m->id.s);
	mk_put_str(&rec, MK_T_name, m->name);
	mk_put_str(&rec, MK_T_account, m->account);
	mk_put_str(&rec, MK_T_roles, roles);
	mk_put_str(&rec, MK_T_until, m->until);
	mk_put_str(&rec, MK_T_state, states[m->state]);
	mk_put_rec(&page->op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	return 0;
}

static int
list_act(struct op *op)
{
	struct op_page page;
	int r = mk_page_begin(op, &page);
	if (r == 0)
		r = mk_main_members(op->v->main, put_member, &page);
	return r < 0 ? r : 0;
}

/* --- add */

static int
read_member(struct op *op, struct mk_member *m)
{
	char roles[128];
	struct mk_date until;
	int r = mk_op_name(op, MK_T_name, m->name, sizeof m->name);
	if (r < 0 || m->name[0] == '\0')
		return r == MK_E_NOT_FOUND || r == 0
			   ? mk_op_fail(op, MK_E_USAGE, "the name is missing")
			   : r;
	r = mk_op_name(op, MK_T_account, m->account, sizeof m->account);
	if (r == MK_E_NOT_FOUND) {
		if (mk_str_copy(m->account, sizeof m->account, m->name) < 0)
			return mk_op_fail(op, MK_E_INPUT,
			    "the name is too long to be the account: give --account");
	} else if (r < 0) {
		return r;
	}
	r = mk_op_str(op, MK_T_roles, roles, sizeof roles);
	if (r < 0)
		return mk_op_fail(op, r == MK_E_NOT_FOUND ? MK_E_USAGE : r, "the role is missing");
	if (mk_roles_parse(roles, &m->roles) < 0)
		return mk_op_fail(op, MK_E_INPUT, "unknown role: clerk, chief, admin or auditor");
	if (!mk_roles_allowed(m->roles))
		return mk_op_fail(op, MK_E_INPUT,
		    "these roles do not go together: an auditor is neither clerk nor admin");
	r = mk_op_str(op, MK_T_until, m->until, sizeof m->until);
	if (r == 0 && mk_date_parse(m->until, &until) < 0)
		return mk_op_fail(op, MK_E_INPUT, "until is not a date (YYYY-MM-DD)");
	return r == MK_E_NOT_FOUND ? 0 : r;
}

/* A new one-time code and the derivation of its slot key; then `then`. */
static int
make_code(struct op *op, int (*then)(struct op *, struct mk_secret *))
{
	struct change *c = op->state;
	struct mk_kdf_cost cost = mk_keyring_cost(op->v->keyring);
	int r = mk_code_new(&c->code);
	if (r == 0)
		r = mk_groups_format(c->code, &c->code_text);
	if (r == 0)
		r = mk_kdf_params_new(MK_KDF_ARGON2ID, &cost, mk_vault_is_demo(op->v), &c->params);
	return r < 0 ? r : mk_kdf_start(op, &c->params, c->code, then);
}

static int
keep_opened(struct op *op, struct mk_secret *key)
{
	((struct change *)op->state)->opened = key;
	return 0;
}

/* A new slot wants a second person once two members can approve (R9, cli.md). */
static int
add_second(struct op *op)
{
	const struct mk_member *m = &op->member;
	struct mk_buf content = MK_BUF_INIT;
	char roles[64];
	mk_roles_format(m->roles, roles, sizeof roles);
	mk_act_line(&content, "member", m->name);
	mk_act_line(&content, "account", m->account);
	mk_act_line(&content, "roles", roles);
	mk_act_line(&content, "until", m->until);
	int r = mk_op_second(op, 0, &content);
	mk_buf_free(&content);
	return r;
}

static int
add_check(struct op *op)
{
	struct mk_member *m = &op->member, other;
	if (new_change(op) == NULL)
		return MK_E_NOMEM;
	int r = read_member(op, m);
	if (r < 0)
		return r;
	if (mk_main_member_get(op->v->main, m->name, &other) == 0 ||
	    mk_main_member_get(op->v->main, m->account, &other) == 0)
		return mk_op_fail(
		    op, MK_E_EXISTS, "a member of this name or account exists already");
	r = mk_id_new('m', &m->id);
	m->state = MK_MEMBER_PENDING;
	m->created = mk_vault_now(op);
	memcpy(op->ev.object, m->id.s, sizeof op->ev.object);
	char roles[64];
	mk_roles_format(m->roles, roles, sizeof roles);
	snprintf(op->ev.detail, sizeof op->ev.detail, "roles=%s", roles);
	if (r == 0)
		r = add_second(op);
	return r < 0 ? r : make_code(op, keep_opened);
}

static int
put_code_slot(struct op *op)
{
	struct change *c = op->state;
	struct mk_member *m = &op->member;
	struct mk_slot_spec spec = {.member = m->id.s,
	    .account = m->account,
	    .type = MK_SLOT_CODE,
	    .params = &c->params,
	    .key = c->opened,
	    .now = mk_now(),
	    .expires = mk_now() + CODE_DAYS * INT64_C(86400)};
	return mk_keyring_add_slot(op->v->keyring, op->c->session->unlocked, &spec, c->replace);
}

static void
put_code(struct op *op)
{
	struct change *c = op->state;
	mk_put_str(&op->reply.body, MK_T_member, op->member.id.s);
	mk_put_bytes(&op->reply.body, MK_T_otc, c->code_text->data, c->code_text->len);
}

static int
add_act(struct op *op)
{
	int r = put_code_slot(op);
	if (r < 0)
		return r;
	r = mk_main_member_put(op->v->main, &op->member, true);
	if (r < 0) {
		(void)mk_keyring_remove_slot(op->v->keyring, op->member.id.s, false);
		return r;
	}
	put_code(op);
	return 0;
}

/* --- activate: the member's own first act */

static int
new_key_ready(struct op *op, struct mk_secret *key)
{
	struct change *c = op->state;
	mk_secret_free(c->opened);
	c->opened = key;
	return 0;
}

/* Does the request name the member whose code has opened: by id, account or name? */
static bool
is_named(struct op *op)
{
	char wanted[MK_NAME_MAX];
	const struct mk_member *m = &op->member;
	return mk_op_str(op, MK_T_member, wanted, sizeof wanted) == 0 &&
	       (strcmp(wanted, m->id.s) == 0 || strcmp(wanted, m->account) == 0 ||
		   strcmp(wanted, m->name) == 0);
}

static int
code_opened(struct op *op, struct mk_secret *key)
{
	struct change *c = op->state;
	struct mk_kdf_cost cost = mk_keyring_cost(op->v->keyring);
	int r = mk_keyring_open_slot(op->v->keyring, op->member.id.s, key, mk_now(), &c->unlocked);
	mk_secret_free(key);
	if (r == 0 && mk_unlocked_type(c->unlocked) != MK_SLOT_CODE)
		r = MK_E_AUTH;
	op->opened = r == 0;
	if (r == 0)
		r = mk_vault_open_main(op->v, c->unlocked);
	if (r == 0)
		r = mk_main_member_get(op->v->main, op->member.id.s, &op->member);
	if (r == 0 && !is_named(op))
		r = MK_E_AUTH;
	if (r == 0)
		r = mk_kdf_params_new(MK_KDF_ARGON2ID, &cost, mk_vault_is_demo(op->v), &c->params);
	if (r < 0)
		return r == MK_E_AUTH
			   ? mk_op_fail(op, r, "the one-time code is wrong, used or expired")
			   : r;
	return mk_kdf_start(op, &c->params, c->pass, new_key_ready);
}

/*
 * The member whose code this is: by id or account in the slot; by name every code slot is tried by
 * the caller's words only.
 */
static int
find_code_slot(struct op *op)
{
	char wanted[MK_NAME_MAX];
	struct mk_slot_info s, only = {.member = ""};
	size_t codes = 0;
	int r = mk_op_str(op, MK_T_member, wanted, sizeof wanted);
	if (r < 0)
		return mk_op_fail(op, MK_E_USAGE, "the member is missing");
	for (size_t i = 0; mk_keyring_slot_at(op->v->keyring, i, &s); i++) {
		if (s.type != MK_SLOT_CODE)
			continue;
		codes++;
		only = s;
		if (strcmp(s.member, wanted) == 0 || strcmp(s.account, wanted) == 0) {
			if (!mk_conn_may_be(op->v, op->c, s.account))
				return mk_op_not_own(op);
			memcpy(op->member.id.s, s.member, MK_ID_MAX);
			return 0;
		}
	}
	if (codes == 1 && !mk_conn_may_be(op->v, op->c, only.account))
		return mk_op_not_own(op);
	if (codes == 1) { /* perhaps the name of the only one: compared when main.db is open */
		memcpy(op->member.id.s, only.member, MK_ID_MAX);
		return 0;
	}
	return mk_op_fail(op, MK_E_AUTH,
	    "nobody of this account waits for activation: use the account or the id");
}

static int
activate_check(struct op *op)
{
	struct change *c = new_change(op);
	struct mk_kdf_params params;
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_auth_need(op);
	if (r == 0)
		r = find_code_slot(op);
	if (r < 0)
		return r;
	memcpy(op->ev.object, op->member.id.s, sizeof op->ev.object);
	r = mk_op_secret(op, MK_T_otc, 0, &c->code_text);
	if (r == 0)
		r = mk_op_secret(op, MK_T_new_passphrase, 0, &c->pass);
	if (r < 0)
		return mk_op_fail(op, r == MK_E_NOT_FOUND ? MK_E_USAGE : r,
		    "the code and the new passphrase are needed");
	r = mk_groups_parse(
	    (const char *)c->code_text->data, c->code_text->len, MK_CODE_BYTES, &c->code, NULL);
	if (r < 0)
		return mk_op_fail(
		    op, MK_E_AUTH, "this is not a one-time code: check what was typed");
	r = mk_passphrase_check(op, c->pass, mk_vault_is_demo(op->v));
	if (r == 0)
		r = mk_keyring_slot_params(op->v->keyring, op->member.id.s, &params);
	return r < 0 ? r : mk_kdf_start(op, &params, c->code, code_opened);
}

static int
activate_act(struct op *op)
{
	struct change *c = op->state;
	int opened = mk_vault_open_main(
	    op->v, c->unlocked); /* the last session may have closed it meanwhile */
	if (opened < 0)
		return opened;
	struct mk_unlocked *own = NULL;
	struct mk_slot_spec spec = {.member = op->member.id.s,
	    .account = op->member.account,
	    .type = MK_SLOT_MEMBER,
	    .params = &c->params,
	    .key = c->opened,
	    .now = mk_now()};
	char roles[64];
	int r = mk_keyring_activate(op->v->keyring, c->unlocked, &spec, &own);
	mk_unlocked_free(own);
	if (r < 0)
		return r;
	op->member.state = MK_MEMBER_ACTIVE;
	r = mk_main_member_put(op->v->main, &op->member, false);
	mk_roles_format(op->member.roles, roles, sizeof roles);
	mk_put_str(&op->reply.body, MK_T_member, op->member.id.s);
	mk_put_str(&op->reply.body, MK_T_roles, roles);
	return r;
}

/* --- disable, enable, reset */

static int
count_chief(const struct mk_member *m, void *arg)
{
	if (m->state == MK_MEMBER_ACTIVE && (m->roles & MK_ROLE_chief) != 0)
		++*(size_t *)arg;
	return 0;
}

int
mk_count_chiefs(struct op *op, size_t *out)
{
	*out = 0;
	int r = mk_main_members(op->v->main, count_chief, out);
	return r < 0 ? r : 0;
}

/* Nobody disables, enables, resets or promotes himself: the row says so. */
static int
check_own(struct op *op)
{
	struct mk_rule rule = mk_rule_of(op->row);
	const struct session *s = op->c->session;
	struct mk_standing who = {.session = true,
	    .roles = s->member.roles,
	    .passphrase_fresh = true,
	    .own_known = true,
	    .own = strcmp(op->member.id.s, s->member.id.s) == 0};
	int r = mk_policy_check(&rule, &who);
	return r < 0 ? mk_op_fail(op, r, "one's own access is another member's to change") : 0;
}

int
mk_op_member(struct op *op)
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
	return r < 0 ? r : check_own(op);
}

/* Does an active member other than this one hold both keys of the ledger? */
static bool
other_holder(struct op *op, const char *ledger)
{
	struct mk_keyring *kr = op->v->keyring;
	struct mk_slot_info slot;
	for (size_t i = 0; mk_keyring_slot_at(kr, i, &slot); i++)
		if (slot.type == MK_SLOT_MEMBER && strcmp(slot.member, op->member.id.s) != 0 &&
		    mk_keyring_holds(kr, slot.member, ledger, MK_KEY_PAGE) &&
		    mk_keyring_holds(kr, slot.member, ledger, MK_KEY_NUMBER))
			return true;
	return false;
}

struct sole {
	struct op *op;
	const char *only; /* this ledger, or NULL for all */
	int r;
};

static int
check_sole(const struct mk_ledger_meta *l, void *arg)
{
	struct sole *s = arg;
	if ((s->only != NULL && strcmp(s->only, l->id.s) != 0) ||
	    !mk_keyring_holds(s->op->v->keyring, s->op->member.id.s, l->id.s, MK_KEY_NUMBER) ||
	    other_holder(s->op, l->id.s))
		return 0;
	s->r = mk_op_fail(s->op, MK_E_STATE,
	    "nobody else can open ledger %s: grant it to another member first", l->id.s);
	return 1;
}

int
mk_sole_holder_check(struct op *op, const char *ledger)
{
	struct sole s = {.op = op, .only = ledger};
	int r = mk_main_ledgers(op->v->main, check_sole, &s);
	return r < 0 ? r : s.r;
}

/*
 * A last chief who is shut out could never grant again: the recovery sheet would be the only way
 * in.
 */
static int
may_disable(struct op *op)
{
	size_t chiefs = 0;
	int r = mk_count_chiefs(op, &chiefs);
	if (r < 0)
		return r;
	if (op->member.state == MK_MEMBER_DISABLED)
		return mk_op_fail(op, MK_E_STATE, "the member is disabled already");
	if (chiefs <= 1 && op->member.state == MK_MEMBER_ACTIVE &&
	    (op->member.roles & MK_ROLE_chief) != 0)
		return mk_op_fail(op, MK_E_STATE, "the last chief cannot be disabled");
	return mk_sole_holder_check(op, NULL);
}

static int
disable_check(struct op *op)
{
	int r = mk_op_member(op);
	return r < 0 ? r : may_disable(op);
}

/* The trail was waited for: another request may have changed the member. */
int
mk_op_member_again(struct op *op)
{
	char id[MK_ID_MAX];
	memcpy(id, op->member.id.s, sizeof id);
	return mk_main_member_get(op->v->main, id, &op->member);
}

void
mk_op_member_end(struct op *op)
{
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &op->v->conns[i];
		if (c != op->c && c->fd >= 0 && c->session != NULL &&
		    strcmp(c->session->member.id.s, op->member.id.s) == 0)
			mk_conn_lock(op->v, c, "the member's rights were changed");
	}
}

struct held {
	struct op *op;
	struct mk_ledger_meta due[64];
	size_t n;
};

static int
note_held(const struct mk_ledger_meta *l, void *arg)
{
	struct held *h = arg;
	if (h->n < 64 &&
	    mk_keyring_holds(h->op->v->keyring, h->op->member.id.s, l->id.s, MK_KEY_PAGE))
		h->due[h->n++] = *l;
	return 0;
}

/* The slot is gone or a code's: so are the sessions, and what was agreed to by or for the member. */
static int
end_rights(struct op *op, enum mk_member_state to)
{
	struct mk_member was = op->member;
	op->member.state = to;
	mk_op_member_end(op);
	int r = mk_main_member_put(op->v->main, &op->member, false);
	return r < 0 ? r : mk_approval_changed(op, &was);
}

/* Slot and grants go at once and the ledgers are marked rotation-due (decisions.md 4). */
static int
disable_act(struct op *op)
{
	int r = mk_op_member_again(op);
	if (r == 0)
		r = may_disable(op);
	if (r < 0)
		return r;
	struct held *h = calloc(1, sizeof *h);
	if (h == NULL)
		return MK_E_NOMEM;
	h->op = op;
	r = mk_main_ledgers(op->v->main, note_held, h);
	if (r == 0) {
		r = mk_keyring_remove_slot(op->v->keyring, op->member.id.s, true);
		r = r == MK_E_NOT_FOUND ? 0 : r;
	}
	for (size_t i = 0; r == 0 && i < h->n; i++) {
		h->due[i].rotation_due = true;
		r = mk_main_ledger_put(op->v->main, &h->due[i], false);
	}
	free(h);
	if (r < 0)
		return r;
	return end_rights(op, MK_MEMBER_DISABLED);
}

static int
may_reset(struct op *op)
{
	bool enable = op->row->number == MK_REQ_member_enable;
	if (enable != (op->member.state == MK_MEMBER_DISABLED))
		return mk_op_fail(op, MK_E_STATE,
		    enable ? "the member is not disabled" : "the member is disabled: enable it");
	return mk_sole_holder_check(op, NULL);
}

static int
reset_check(struct op *op)
{
	struct change *c = new_change(op);
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_op_member(op);
	if (r == 0)
		r = may_reset(op);
	if (r == 0)
		r = add_second(op);
	if (r < 0)
		return r;
	c->replace = true;
	return make_code(op, keep_opened);
}

/*
 * Both begin anew with a one-time code and void all grants: the holder of a key must be who the
 * grant was made for.
 */
static int
reset_act(struct op *op)
{
	int r = mk_op_member_again(op);
	if (r == 0)
		r = may_reset(op);
	if (r == 0)
		r = put_code_slot(op);
	if (r < 0)
		return r;
	r = end_rights(op, MK_MEMBER_PENDING);
	if (r == 0)
		put_code(op);
	return r;
}

/* --- one's own passphrase */

static int
passphrase_proved(struct op *op, struct mk_secret *key)
{
	struct change *c = op->state;
	struct mk_kdf_cost cost = mk_keyring_cost(op->v->keyring);
	int r = mk_keyring_open_slot(op->v->keyring, op->actor, key, mk_now(), &c->unlocked);
	mk_secret_free(key);
	if (r == MK_E_AUTH) {
		mk_tries_count(op->actor, op->uid);
		return mk_op_fail(op, r, "the passphrase is wrong");
	}
	if (r < 0)
		return r;
	mk_tries_forget(op->actor, op->uid);
	r = mk_kdf_params_new(MK_KDF_ARGON2ID, &cost, mk_vault_is_demo(op->v), &c->params);
	return r < 0 ? r : mk_kdf_start(op, &c->params, c->pass, new_key_ready);
}

static int
passphrase_check(struct op *op)
{
	struct change *c = new_change(op);
	struct mk_secret *old = NULL;
	struct mk_kdf_params params;
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_op_secret(op, MK_T_passphrase, 0, &old);
	if (r == 0)
		r = mk_op_secret(op, MK_T_new_passphrase, 0, &c->pass);
	if (r < 0)
		r = mk_op_fail(op, r == MK_E_NOT_FOUND ? MK_E_USAGE : r,
		    "the old and the new passphrase are needed");
	if (r == 0)
		r = mk_passphrase_check(op, c->pass, mk_vault_is_demo(op->v));
	memcpy(op->ev.object, op->actor, sizeof op->ev.object);
	if (r == 0)
		r = mk_delay_check(op, op->actor);
	if (r == 0)
		r = mk_keyring_slot_params(op->v->keyring, op->actor, &params);
	if (r == 0)
		r = mk_kdf_start(op, &params, old, passphrase_proved);
	mk_secret_free(old);
	return r;
}

static int
passphrase_act(struct op *op)
{
	struct change *c = op->state;
	return mk_keyring_rewrap(op->v->keyring, c->unlocked, &c->params, c->opened);
}

const struct handler mk_handlers_member[] = {
    {MK_REQ_member_list, NULL, list_act},
    {MK_REQ_member_add, add_check, add_act},
    {MK_REQ_member_activate, activate_check, activate_act},
    {MK_REQ_member_disable, disable_check, disable_act},
    {MK_REQ_member_enable, reset_check, reset_act},
    {MK_REQ_member_reset, reset_check, reset_act},
    {MK_REQ_member_passphrase, passphrase_check, passphrase_act},
    {MK_REQ_init, mk_init_check, mk_init_act},
    {0, NULL, NULL},
};
