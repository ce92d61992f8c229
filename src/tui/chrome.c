/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Around the views: the title line (whose office, which screen, who), the line of the task, the
 * message line, and the keys that work here.
 */
#include "tui_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/width.h"
#include "mynakura/report/words.h"

#define MIN_ROWS 14 /* a question and its field fit */
#define MIN_COLS 40
#define TOP_ROWS 2

/* --- title and task */

static const char *
title_of(const struct mk_tui *t)
{
	for (const struct mk_view *v = t->top; v != NULL; v = v->below)
		if (v->title != NULL || v->ops->title != NULL)
			return _(v->title != NULL ? v->title : v->ops->title);
	return "";
}

/* What every screen must say of an office that is not a real, installed one (R23). */
static void
put_kind(const struct mk_tui *t, struct mk_buf *out)
{
	if (!t->hello)
		return;
	if (t->demo)
		mk_buf_printf(out, " [%s]", _("demo"));
	if (t->embedded)
		mk_buf_printf(out, " [%s]", _("one account, not separated"));
}

/* left and right of one line; the right side gives way. */
static void
two_sides(struct mk_term *term, int y, enum mk_el el, const char *left, const char *right)
{
	int cols = mk_term_cols(term);
	int l = (int)mk_width_cells(left, strlen(left)),
	    r = (int)mk_width_cells(right, strlen(right));
	mk_draw_pad(term, y, 0, cols, el, left);
	if (r > 0 && l + 2 < cols) {
		int room = cols - l - 2;
		int w = r + 1 < room ? r + 1 : room;
		mk_draw(term, y, cols - w, w, el, right);
	}
}

static void
draw_title(struct mk_tui *t)
{
	struct mk_buf left = MK_BUF_INIT, right = MK_BUF_INIT;
	mk_buf_printf(&left, " %s  ", _("mynakura"));
	if (t->office[0] != '\0')
		mk_buf_printf(&left, "%s  ", t->office);
	mk_buf_puts(&left, title_of(t));
	if (t->session.open) {
		mk_buf_printf(&right, "%s (", t->session.name);
		mk_roles_words(t->session.roles, &right);
		mk_buf_puts(&right, ")");
	}
	two_sides(t->term, 0, MK_EL_TITLE, mk_buf_str(&left), mk_buf_str(&right));
	mk_buf_free(&left);
	mk_buf_free(&right);
}

static void
draw_task(struct mk_tui *t)
{
	struct mk_buf left = MK_BUF_INIT, right = MK_BUF_INIT;
	if (t->session.ledger != NULL) {
		mk_buf_printf(&left, " %s", t->session.ledger->name);
		if (t->session.purpose[0] != '\0') {
			mk_buf_puts(&left, " / ");
			mk_purpose_words(t->session.purpose, &left);
		}
	}
	put_kind(t, &right);
	/* Here the right side must stay: it is a warning. */
	int cols = mk_term_cols(t->term);
	const char *kind = mk_buf_str(&right);
	int w = (int)mk_width_cells(kind, strlen(kind));
	mk_draw(t->term, 1, 0, cols - w - 1, MK_EL_LABEL, mk_buf_str(&left));
	mk_draw(t->term, 1, cols - w, w, MK_EL_DOUBT, kind);
	mk_buf_free(&left);
	mk_buf_free(&right);
}

/* --- message */

static enum mk_el
tone_el(enum mk_tone tone)
{
	static const enum mk_el els[] = {MK_EL_TEXT, MK_EL_GOOD, MK_EL_DOUBT, MK_EL_BAD};
	return els[tone];
}

void
mk_tell(struct mk_tui *t, enum mk_tone tone, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(t->told, sizeof t->told, fmt, ap);
	va_end(ap);
	t->tone = tone;
	t->dirty = true;
	if (tone == MK_TONE_ERROR && t->term != NULL)
		mk_term_bell(t->term);
}

/* Rows that the message takes, 1..MK_TOLD_ROWS. */
static int
told_rows(const struct mk_tui *t, int cols)
{
	size_t len = strlen(t->told), at = 0, skip = 0;
	int rows = 0;
	do {
		at += mk_width_line(t->told + at, len - at, (size_t)cols - 4, &skip) + skip;
		rows++;
	} while (at < len && rows < MK_TOLD_ROWS);
	return rows;
}

static void
draw_told(struct mk_tui *t, int rows, int cols)
{
	static const char *const signs[] = {" ", " ", "!", "!"};
	size_t len = strlen(t->told), at = 0, skip = 0;
	int y = mk_term_rows(t->term) - 1 - rows;
	char line[sizeof t->told];
	if (len == 0)
		return;
	for (int i = 0; i < rows; i++) {
		size_t n = i + 1 == rows
			       ? len - at
			       : mk_width_line(t->told + at, len - at, (size_t)cols - 4, &skip);
		snprintf(line, sizeof line, "%s %.*s", i == 0 ? signs[t->tone] : " ", (int)n,
		    t->told + at);
		mk_draw_pad(t->term, y + i, 0, cols, tone_el(t->tone), line);
		at += n + skip;
	}
}

/* --- key bar */

/* Calls f for each item of the bar that fits, until f says true. */
static enum mk_act
walk_bar(
    const struct mk_tui *t, bool (*f)(void *arg, enum mk_act a, int x, int key_w, int w), void *arg)
{
	static const enum mk_act always[] = {MK_ACT_help};
	unsigned places = mk_view_places(t->top);
	int x = 0, cols = mk_term_cols(t->term);
	for (int i = -1; i < MK_ACT_COUNT; i++) {
		enum mk_act a = i < 0 ? always[0] : (enum mk_act)i;
		const struct mk_act_row *row = mk_act_row(a);
		char key[16];
		if ((i >= 0 && a == always[0]) || row->word == NULL || !mk_act_valid(a, places) ||
		    !mk_act_shown_key(a, places, key))
			continue;
		const char *word = _(row->word);
		int key_w = (int)strlen(key),
		    w = key_w + 1 + (int)mk_width_cells(word, strlen(word));
		if (x + w > cols)
			continue; /* a shorter one may still fit */
		if (f(arg, a, x, key_w, w))
			return a;
		x += w + 2;
	}
	return MK_ACT_NONE;
}

static bool
draw_item(void *arg, enum mk_act a, int x, int key_w, int w)
{
	struct mk_tui *t = arg;
	int y = mk_term_rows(t->term) - 1;
	const struct mk_act_row *row = mk_act_row(a);
	char key[16];
	(void)mk_act_shown_key(a, mk_view_places(t->top), key);
	mk_draw(t->term, y, x, key_w, MK_EL_KEY, key);
	mk_draw(t->term, y, x + key_w + 1, w - key_w - 1, MK_EL_WORD, _(row->word));
	return false;
}

static bool
is_at(void *arg, enum mk_act a, int x, int key_w, int w)
{
	const int *column = arg;
	(void)a;
	(void)key_w;
	return *column >= x && *column < x + w;
}

enum mk_act
mk_chrome_hit(const struct mk_tui *t, int y, int x)
{
	int column = x;
	return y == mk_term_rows(t->term) - 1 ? walk_bar(t, is_at, &column) : MK_ACT_NONE;
}

/* --- all of it */

/* The views from the last full one up. */
static void
draw_views(struct mk_tui *t, struct mk_view *v, struct mk_area area)
{
	if (v->ops->dialog && v->below != NULL) {
		draw_views(t, v->below, area);
		mk_frame_cover(t->term);
	}
	if (v->ops->draw != NULL)
		v->ops->draw(v, area);
}

void
mk_chrome_draw(struct mk_tui *t)
{
	int rows = mk_term_rows(t->term), cols = mk_term_cols(t->term);
	mk_frame_begin(t->term);
	if (rows < MIN_ROWS || cols < MIN_COLS) {
		mk_draw(t->term, 0, 0, cols, MK_EL_BAD, _("window too small"));
		mk_drawf(t->term, 1, 0, cols, MK_EL_TEXT, "%dx%d < %dx%d", cols, rows, MIN_COLS,
		    MIN_ROWS);
		mk_frame_end(t->term);
		return;
	}
	int told = told_rows(t, cols);
	draw_title(t);
	draw_task(t);
	if (t->top != NULL) {
		const struct mk_area area = {TOP_ROWS, 0, rows - TOP_ROWS - 1 - told, cols};
		mk_frame_clip(t->term, area.y, area.h);
		draw_views(t, t->top, area);
		mk_frame_clip(t->term, 0, rows);
		(void)walk_bar(t, draw_item, t);
	}
	draw_told(t, told, cols);
	mk_frame_end(t->term);
}
