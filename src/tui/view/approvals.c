/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that want a second person: those one may decide, and one's own. */
#include "view/approval_internal.h"

#include <string.h>

#include "mynakura/report/words.h"
#include "view/rows_internal.h"
#include "view/trail_internal.h"

struct approvals {
	struct mk_rows rows;
	bool all; /* the decided ones too */
};

const char *
mk_approval_state(const char *state, enum mk_el *el)
{
	static const struct {
		const char *code, *words;
		enum mk_el el;
	} states[] = {
	    {"waiting", N_("waits"), MK_EL_DOUBT},
	    {"granted", N_("granted"), MK_EL_GOOD},
	    {"denied", N_("turned down"), MK_EL_BAD},
	    {"used", N_("done"), MK_EL_DIM},
	    {"void", N_("void: changed"), MK_EL_DIM},
	    {"expired", N_("time is over"), MK_EL_DIM},
	};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (strcmp(states[i].code, state) == 0) {
			*el = states[i].el;
			return _(states[i].words);
		}
	}
	return state;
}

static void
put_request(struct mk_rows *rows, struct mk_buf *out)
{
	if (((struct approvals *)rows)->all)
		mk_put_bool(out, MK_T_all, true);
}

enum col { WHAT, WHO, COUNT, UNTIL, STATE };

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	struct mk_rows *rows = arg;
	const struct mk_item it = mk_rows_at(rows, row);
	char s[64];
	switch (col) {
	case WHAT:
		mk_item_str(&it, MK_T_request, s, sizeof s);
		mk_buf_puts(out, mk_trail_words(s));
		break;
	case WHO:
		mk_item_str(&it, MK_T_requester, s, sizeof s);
		mk_buf_puts(out, mk_tui_member_name(rows->v.tui, s));
		break;
	case COUNT:
		if (mk_get_u64(it.p, it.len, MK_T_count, 0) > 0)
			mk_buf_printf(out, "%4llu",
			    (unsigned long long)mk_get_u64(it.p, it.len, MK_T_count, 0));
		break;
	case UNTIL:
		mk_put_time(mk_get_i64(it.p, it.len, MK_T_deadline, 0), out);
		break;
	default:
		mk_item_str(&it, MK_T_state, s, sizeof s);
		mk_buf_puts(out, mk_approval_state(s, el));
		if (mk_get_bool(it.p, it.len, MK_T_ok, false))
			mk_buf_printf(out, " (%s)", _("for you"));
	}
}

static void
open_one(struct mk_rows *rows)
{
	struct mk_approval_arg one;
	struct mk_item it;
	if (!mk_rows_selected(rows, &it))
		return;
	mk_item_str(&it, MK_T_approval, one.id, sizeof one.id);
	(void)mk_view_open(rows->v.tui, &mk_view_approval, &one);
}

static int
approvals_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {[WHAT] = {N_("What"), 16, 3, 0},
	    [WHO] = {N_("Who asks"), 10, 1, 0},
	    [COUNT] = {N_("People"), 6, 0, 0},
	    [UNTIL] = {N_("Until"), 11, 0, 72},
	    [STATE] = {N_("State"), 14, 1, 0}};
	struct approvals *a = (struct approvals *)v;
	(void)arg;
	a->rows.put = put_request;
	a->rows.id = MK_T_approval;
	a->rows.pick = open_one;
	mk_rows_open(&a->rows, MK_REQ_approval_list, cols, sizeof cols / sizeof cols[0], cell);
	return 0;
}

static bool
approvals_act(struct mk_view *v, enum mk_act act)
{
	struct approvals *a = (struct approvals *)v;
	if (act == MK_ACT_open) {
		mk_rows_pick(&a->rows);
	} else if (act == MK_ACT_decided) {
		a->all = !a->all;
		mk_rows_refresh(v);
	} else {
		return mk_list_act(&a->rows.list, act);
	}
	return true;
}

static void
approvals_draw(struct mk_view *v, struct mk_area area)
{
	struct approvals *a = (struct approvals *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	mk_draw(term, area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    a->all ? _("All requests for a second person, the decided ones too.")
		   : _("What waits for a second person, and what was granted but not done yet."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&a->rows.list, term, area,
	    a->rows.here ? _("Nothing waits for a second person.") : NULL);
}

const struct mk_view_ops mk_view_approvals = {
    .name = "approvals",
    .title = N_("Approvals"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_APPROVALS,
    .size = sizeof(struct approvals),
    .open = approvals_open,
    .key = mk_rows_key,
    .act = approvals_act,
    .draw = approvals_draw,
    .shown = mk_rows_refresh,
    .close = mk_rows_close,
};
