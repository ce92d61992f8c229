/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who can open what: the keyring's slots and grants as a list, without any key. */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "vault_internal.h"

static const char *
slot_kind(enum mk_slot_type t)
{
	return t == MK_SLOT_MEMBER ? "member" : t == MK_SLOT_CODE ? "code" : "recovery";
}

/* One record for each ledger that the slot's keys open. */
static void
put_grants(struct op *op, const char *member, struct mk_buf *rec)
{
	struct mk_keyring *kr = op->v->keyring;
	char id[MK_ID_MAX];
	for (size_t i = 0; mk_keyring_ledger_at(kr, i, id); i++) {
		struct mk_buf one = MK_BUF_INIT;
		struct mk_key_state page = {0}, number = {0};
		bool has = mk_keyring_holds(kr, member, id, MK_KEY_NUMBER);
		if (strcmp(id, MK_KEYRING_MAIN) == 0 ||
		    !mk_keyring_holds(kr, member, id, MK_KEY_PAGE))
			continue;
		(void)mk_keyring_key_state(kr, id, MK_KEY_PAGE, &page);
		(void)mk_keyring_key_state(kr, id, MK_KEY_NUMBER, &number);
		mk_put_str(&one, MK_T_ledger, id);
		mk_put_str(&one, MK_T_grant, has ? "number" : "page");
		mk_put_bool(&one, MK_T_ok, !page.due && !number.due); /* false: rotation is due */
		mk_put_rec(rec, MK_T_item, &one);
		mk_buf_free(&one);
	}
}

static void
put_slot(struct op *op, const struct mk_slot_info *s)
{
	struct mk_buf rec = MK_BUF_INIT;
	struct mk_member m;
	char print[2 * sizeof s->fingerprint + 1];
	mk_hex(s->fingerprint, sizeof s->fingerprint, print);
	mk_put_str(&rec, MK_T_member, s->member);
	if (s->type != MK_SLOT_RECOVERY && mk_main_member_get(op->v->main, s->member, &m) == 0)
		mk_put_str(&rec, MK_T_name, m.name);
	mk_put_str(&rec, MK_T_account, s->account);
	mk_put_str(&rec, MK_T_kind, slot_kind(s->type));
	mk_put_i64(&rec, MK_T_time, s->created);
	if (s->expires != 0)
		mk_put_i64(&rec, MK_T_deadline, s->expires);
	mk_put_str(&rec, MK_T_fingerprint, print);
	put_grants(op, s->member, &rec);
	mk_put_rec(&op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
}

static int
slots_act(struct op *op)
{
	struct op_page page;
	struct mk_slot_info s;
	int r = mk_page_begin(op, &page);
	for (size_t i = 0; r == 0 && mk_keyring_slot_at(op->v->keyring, i, &s); i++) {
		if (mk_page_wants(&page))
			put_slot(op, &s);
		else if (page.full)
			break;
	}
	return r;
}

const struct handler mk_handlers_keys[] = {
    {MK_REQ_key_slots, NULL, slots_act},
    {0, NULL, NULL},
};
