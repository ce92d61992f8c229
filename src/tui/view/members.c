/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of the office: who they are, what they may, until when. */
#include "view/member_internal.h"

#include <string.h>

#include "mynakura/report/words.h"
#include "view/rows_internal.h"

struct members {
	struct mk_rows rows;
};

void
mk_member_read(const struct mk_item *item, struct mk_member_arg *out)
{
	memset(out, 0, sizeof *out);
	mk_item_str(item, MK_T_id, out->id, sizeof out->id);
	mk_item_str(item, MK_T_name, out->name, sizeof out->name);
	mk_item_str(item, MK_T_account, out->account, sizeof out->account);
	mk_item_str(item, MK_T_roles, out->roles, sizeof out->roles);
	mk_item_str(item, MK_T_until, out->until, sizeof out->until);
	mk_item_str(item, MK_T_state, out->state, sizeof out->state);
}

enum col { NAME, ACCOUNT, ROLES, STATE, UNTIL };

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct mk_rows *rows = arg;
	static const unsigned tags[] = {[NAME] = MK_T_name,
	    [ACCOUNT] = MK_T_account,
	    [ROLES] = MK_T_roles,
	    [STATE] = MK_T_state,
	    [UNTIL] = MK_T_until};
	char s[264];
	mk_rows_str(rows, row, tags[col], s, sizeof s);
	if (col == ROLES) {
		mk_roles_words(s, out);
	} else if (col == STATE) {
		*el = strcmp(s, "active") == 0    ? MK_EL_TEXT
		      : strcmp(s, "pending") == 0 ? MK_EL_DOUBT
						  : MK_EL_BAD;
		mk_buf_puts(out, mk_word(s));
	} else {
		mk_buf_puts(out, s);
	}
}

static void
open_one(struct mk_rows *rows)
{
	struct mk_member_arg one;
	struct mk_item it;
	if (!mk_rows_selected(rows, &it))
		return;
	mk_member_read(&it, &one);
	(void)mk_view_open(rows->v.tui, &mk_view_member, &one);
}

static int
members_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {[NAME] = {N_("Name"), 12, 1, 0},
	    [ACCOUNT] = {N_("Account"), 10, 1, 70},
	    [ROLES] = {N_("Roles"), 14, 2, 0},
	    [STATE] = {N_("State"), 17, 0, 0},
	    [UNTIL] = {N_("Last day"), 10, 0, 70}};
	struct members *m = (struct members *)v;
	(void)arg;
	m->rows.id = MK_T_id;
	m->rows.pick = open_one;
	mk_rows_open(&m->rows, MK_REQ_member_list, cols, sizeof cols / sizeof cols[0], cell);
	return 0;
}

static bool
members_act(struct mk_view *v, enum mk_act a)
{
	struct members *m = (struct members *)v;
	if (a == MK_ACT_open)
		mk_rows_pick(&m->rows);
	else if (a == MK_ACT_new_member)
		(void)mk_view_open(v->tui, &mk_view_member_form, NULL);
	else
		return mk_list_act(&m->rows.list, a);
	return true;
}

static void
members_draw(struct mk_view *v, struct mk_area area)
{
	struct members *m = (struct members *)v;
	mk_list_draw(&m->rows.list, mk_tui_term(v->tui), area, NULL);
}

const struct mk_view_ops mk_view_members = {
    .name = "members",
    .title = N_("Members"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_MEMBERS,
    .size = sizeof(struct members),
    .open = members_open,
    .key = mk_rows_key,
    .act = members_act,
    .draw = members_draw,
    .shown = mk_rows_refresh,
    .close = mk_rows_close,
};
