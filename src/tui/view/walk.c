/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A granted task (転記): its people, of whom one at a time is shown. Each look is recorded before the
 * number appears, and nobody is shown twice: the daemon keeps count.
 */
#include "view/approval_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "view/rows_internal.h"

struct walk {
	struct mk_rows rows;
	char id[MK_ID_MAX], ledger[MK_ID_MAX];
	size_t shown;
};

static void
put_request(struct mk_rows *rows, struct mk_buf *out)
{
	mk_put_str(out, MK_T_approval, ((struct walk *)rows)->id);
}

static bool
is_shown(const struct mk_rows *rows, size_t i)
{
	const struct mk_item it = mk_rows_at(rows, i);
	return mk_get_bool(it.p, it.len, MK_T_shown, false);
}

static void
take_page(struct mk_rows *rows, const struct mk_msg *reply)
{
	struct walk *w = (struct walk *)rows;
	(void)mk_get_str(
	    reply->body.data, reply->body.len, MK_T_ledger, w->ledger, sizeof w->ledger);
}

/* The first one who was not shown yet is the next. */
static void
choose_next(struct mk_rows *rows)
{
	struct walk *w = (struct walk *)rows;
	bool chosen = false;
	w->shown = 0;
	for (size_t i = 0; i < rows->n; i++) {
		w->shown += is_shown(rows, i) ? 1 : 0;
		if (!chosen && !is_shown(rows, i)) {
			mk_list_select(&rows->list, i);
			chosen = true;
		}
	}
	if (!chosen && rows->n > 0)
		mk_tell(rows->v.tui, MK_TONE_GOOD, "%s", _("All were shown: the task is done."));
}

static void
put_name(const struct mk_rows *rows, size_t i, struct mk_buf *out)
{
	size_t before = out->len;
	mk_rows_put(rows, i, MK_T_name, out);
	if (out->len == before)
		mk_rows_put(rows, i, MK_T_subject, out);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct mk_rows *rows = arg;
	bool shown = is_shown(rows, row);
	*el = shown ? MK_EL_DIM : MK_EL_TEXT;
	if (col == 0)
		put_name(rows, row, out);
	else if (col == 1)
		mk_rows_put(rows, row, MK_T_code, out);
	else
		mk_buf_puts(out, shown ? _("shown") : "-");
}

static void
show_one(struct mk_rows *rows)
{
	struct walk *w = (struct walk *)rows;
	struct mk_reveal_arg arg;
	struct mk_buf name = MK_BUF_INIT;
	size_t i = w->rows.list.sel;
	if (i >= w->rows.n)
		return;
	if (is_shown(&w->rows, i)) {
		mk_tell(w->rows.v.tui, MK_TONE_INFO, "%s",
		    _("This number was shown in this task already."));
		return;
	}
	memset(&arg, 0, sizeof arg);
	mk_rows_str(&w->rows, i, MK_T_subject, arg.subject.id, sizeof arg.subject.id);
	memcpy(arg.subject.ledger, w->ledger, sizeof arg.subject.ledger);
	put_name(&w->rows, i, &name);
	(void)mk_str_copy(arg.subject.name, sizeof arg.subject.name, mk_buf_str(&name));
	mk_buf_free(&name);
	memcpy(arg.approval, w->id, sizeof arg.approval);
	(void)mk_str_copy(arg.reason, sizeof arg.reason, "transcribe");
	arg.nth = w->shown + 1;
	arg.of = w->rows.n;
	(void)mk_view_open(w->rows.v.tui, &mk_view_reveal, &arg);
}

static int
walk_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {
	    {N_("Name"), 20, 2, 0}, {N_("Code"), 10, 1, 0}, {N_("State"), 12, 0, 0}};
	struct walk *w = (struct walk *)v;
	memcpy(w->id, ((const struct mk_approval_arg *)arg)->id, sizeof w->id);
	w->rows.put = put_request;
	w->rows.page = take_page;
	w->rows.done = choose_next;
	w->rows.pick = show_one;
	mk_rows_open(&w->rows, MK_REQ_approval_show, cols, sizeof cols / sizeof cols[0], cell);
	return 0;
}

static bool
walk_act(struct mk_view *v, enum mk_act a)
{
	struct walk *w = (struct walk *)v;
	if (a != MK_ACT_use && a != MK_ACT_open)
		return mk_list_act(&w->rows.list, a);
	mk_rows_pick(&w->rows);
	return true;
}

static void
walk_draw(struct mk_view *v, struct mk_area area)
{
	struct walk *w = (struct walk *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	if (w->rows.here)
		mk_drawf(term, area.y, area.x + 2, area.w - 2, MK_EL_STRONG,
		    _("%zu of %zu shown. Enter: the next one, recorded before it appears."),
		    w->shown, w->rows.n);
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&w->rows.list, term, area, NULL);
}

const struct mk_view_ops mk_view_walk = {
    .name = "walk",
    .title = N_("Copy numbers into a document"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_USE,
    .size = sizeof(struct walk),
    .open = walk_open,
    .key = mk_rows_key,
    .act = walk_act,
    .draw = walk_draw,
    .shown = mk_rows_refresh,
    .close = mk_rows_close,
};
