/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows to choose from. */
#include "widget/list_internal.h"

#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/width.h"

#define COLS_MAX 12
#define GAP 2
#define MARK_CELLS 2
#define WHEEL 3

void
mk_list_init(struct mk_list *l, const struct mk_list_col *cols, size_t n_cols,
    void (*cell)(void *, size_t, size_t, struct mk_buf *, enum mk_el *), void *arg)
{
	memset(l, 0, sizeof *l);
	l->cols = cols;
	l->n_cols = n_cols < COLS_MAX ? n_cols : COLS_MAX;
	l->cell = cell;
	l->arg = arg;
	l->page = 1;
	l->y = -1;
}

void
mk_list_count(struct mk_list *l, size_t count, bool more)
{
	l->count = count;
	l->more = more;
	if (l->sel >= count)
		l->sel = count > 0 ? count - 1 : 0;
	if (l->top > l->sel)
		l->top = l->sel;
}

void
mk_list_select(struct mk_list *l, size_t row)
{
	l->sel = row < l->count ? row : l->count > 0 ? l->count - 1 : 0;
}

/* Keeps the selection in the window, which moves no further than it must. */
static void
follow(struct mk_list *l, size_t page)
{
	if (l->sel < l->top)
		l->top = l->sel;
	else if (l->sel >= l->top + page)
		l->top = l->sel - page + 1;
	size_t most = l->count > page ? l->count - page : 0;
	if (l->top > most)
		l->top = most;
}

static void
move_by(struct mk_list *l, long n)
{
	long to = (long)l->sel + n;
	mk_list_select(l, to < 0 ? 0 : (size_t)to);
}

bool
mk_list_act(struct mk_list *l, enum mk_act a)
{
	long page = l->page > 1 ? l->page - 1 : 1;
	switch (a) {
	case MK_ACT_up:
		move_by(l, -1);
		break;
	case MK_ACT_down:
		move_by(l, 1);
		break;
	case MK_ACT_page_up:
		move_by(l, -page);
		break;
	case MK_ACT_page_down:
		move_by(l, page);
		break;
	case MK_ACT_first:
		l->sel = 0;
		break;
	case MK_ACT_last:
		mk_list_select(l, l->count);
		break;
	default:
		return false;
	}
	return true;
}

bool
mk_list_mouse(struct mk_list *l, const struct mk_key *key, bool *open)
{
	*open = false;
	if (key->code != MK_KEY_MOUSE)
		return false;
	if (key->ch != MK_BUTTON_LEFT) {
		move_by(l, key->ch == MK_BUTTON_WHEEL_UP ? -WHEEL : WHEEL);
		return true;
	}
	if (l->y < 0 || key->y < l->y || key->y >= l->y + l->page)
		return false;
	size_t row = l->top + (size_t)(key->y - l->y);
	if (row >= l->count)
		return true;
	*open = row == l->sel;
	l->sel = row;
	return true;
}

bool
mk_list_wants(const struct mk_list *l)
{
	return l->more && l->sel + (size_t)(2 * l->page) >= l->count;
}

/* --- drawing */

/* Cells of each column; 0: it is left out. */
static void
measure(const struct mk_list *l, struct mk_area area, int screen, int *w)
{
	int used = MARK_CELLS, shares = 0;
	for (size_t i = 0; i < l->n_cols; i++) {
		w[i] = screen >= l->cols[i].from ? l->cols[i].min : 0;
		used += w[i] > 0 ? w[i] + GAP : 0;
		shares += w[i] > 0 ? l->cols[i].share : 0;
	}
	int left = area.w - used + GAP;
	for (size_t i = 0; i < l->n_cols && left > 0 && shares > 0; i++)
		if (w[i] > 0)
			w[i] += left * l->cols[i].share / shares;
}

static void
draw_head(const struct mk_list *l, struct mk_term *term, int y, int x, const int *w)
{
	x += MARK_CELLS;
	for (size_t i = 0; i < l->n_cols; i++) {
		if (w[i] == 0)
			continue;
		if (l->cols[i].title != NULL)
			mk_draw(term, y, x, w[i], MK_EL_HEAD, _(l->cols[i].title));
		x += w[i] + GAP;
	}
}

/*
 * The selected row has a mark and its first column reversed: a whole reversed row would cost twice
 * the bytes for each step of the cursor.
 */
static void
draw_row(const struct mk_list *l, struct mk_term *term, size_t row, int y, int x, const int *w)
{
	bool selected = row == l->sel, first = true;
	struct mk_buf b = MK_BUF_INIT;
	if (selected)
		mk_draw(term, y, x, 1, MK_EL_STRONG, ">");
	x += MARK_CELLS;
	for (size_t i = 0; i < l->n_cols; i++) {
		enum mk_el el = MK_EL_TEXT;
		if (w[i] == 0)
			continue;
		l->cell(l->arg, row, i, &b, &el);
		if (selected && first)
			mk_draw_pad(term, y, x, w[i], MK_EL_SELECTED, mk_buf_str(&b));
		else
			mk_draw(term, y, x, w[i], el, mk_buf_str(&b));
		first = false;
		x += w[i] + GAP;
		mk_buf_reset(&b);
	}
	mk_buf_free(&b);
}

void
mk_list_draw(struct mk_list *l, struct mk_term *term, struct mk_area area, const char *empty)
{
	int w[COLS_MAX] = {0};
	measure(l, area, mk_term_cols(term), w);
	bool head = l->n_cols > 0 && l->cols[0].title != NULL;
	if (head && area.h > 1) {
		draw_head(l, term, area.y, area.x, w);
		area.y++;
		area.h--;
	}
	l->page = area.h > 0 ? area.h : 1;
	l->y = area.y;
	follow(l, (size_t)l->page);
	if (l->count == 0) {
		if (empty != NULL)
			mk_draw(term, area.y, area.x + MARK_CELLS, area.w - MARK_CELLS, MK_EL_TEXT,
			    empty);
		mk_draw_cursor(term, area.y, area.x);
		return;
	}
	for (int i = 0; i < area.h && l->top + (size_t)i < l->count; i++)
		draw_row(l, term, l->top + (size_t)i, area.y + i, area.x, w);
	mk_draw_cursor(term, area.y + (int)(l->sel - l->top), area.x);
}
