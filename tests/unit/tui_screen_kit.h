/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen for the widgets' tests: stands in for term.c (whose object is then not linked) and keeps
 * what was drawn as cells, where the cursor was put, and which numbers were given as overlays. It
 * clips by the same rule as the real one, and counts what was drawn outside the area that a test
 * has allowed.
 */
#ifndef MK_TESTS_TUI_SCREEN_KIT_H
#define MK_TESTS_TUI_SCREEN_KIT_H

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/width.h"
#include "input_internal.h"
#include "tests/lib/mk_cmocka.h"
#include "view_internal.h"

#define KIT_ROWS 64
#define KIT_COLS 200

struct mk_term {
	int rows, cols;
	char cell[KIT_ROWS][KIT_COLS][MK_CLUSTER_MAX]; /* "" untouched, "\1" right half */
	enum mk_el el[KIT_ROWS][KIT_COLS];
	int cursor_y, cursor_x, cursors;
	struct mk_area allowed;
	int outside;
	int digits_y, digits_x, digits_n; /* of the last number; -1: none */
	uint8_t digits[16];
	unsigned marks;
	uint32_t stamp;
};

static struct mk_term kit;

static void
kit_clear(int rows, int cols, struct mk_area allowed)
{
	memset(&kit, 0, sizeof kit);
	kit.rows = rows;
	kit.cols = cols;
	kit.allowed = allowed;
	kit.cursor_y = kit.cursor_x = kit.digits_n = -1;
}

/* A row as text, blanks at its end left out. */
static const char *
kit_row(int y)
{
	static char text[4][KIT_COLS * MK_CLUSTER_MAX];
	static int turn;
	char *out = text[turn = (turn + 1) % 4];
	size_t len = 0, end = 0;
	for (int x = 0; x < kit.cols; x++) {
		const char *c = kit.cell[y][x];
		if (c[0] == '\1')
			continue;
		size_t n = c[0] == '\0' ? 1 : strlen(c);
		memcpy(out + len, c[0] == '\0' ? " " : c, n);
		len += n;
		if (c[0] != '\0' && strcmp(c, " ") != 0)
			end = len;
	}
	out[end] = '\0';
	return out;
}

int
mk_term_rows(const struct mk_term *t)
{
	return t->rows;
}

int
mk_term_cols(const struct mk_term *t)
{
	return t->cols;
}

int
mk_draw(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s)
{
	struct mk_buf b = MK_BUF_INIT;
	struct mk_cluster c;
	if (y < 0 || y >= t->rows || x < 0 || x >= t->cols || cells <= 0)
		return 0;
	cells = cells < t->cols - x ? cells : t->cols - x;
	int filled = (int)mk_width_clip(&b, s, strlen(s), (size_t)cells);
	const char *p = mk_buf_str(&b);
	size_t left = b.len;
	const struct mk_area *a = &t->allowed;
	if (filled > 0 && (y < a->y || y >= a->y + a->h || x < a->x || x + filled > a->x + a->w))
		t->outside++;
	for (; mk_cluster_next(p, left, &c); p += c.used, left -= c.used)
		for (size_t i = 0; i < c.cells; i++, x++) {
			snprintf(t->cell[y][x], MK_CLUSTER_MAX, "%s", i == 0 ? c.text : "\1");
			t->el[y][x] = el;
		}
	mk_buf_free(&b);
	return filled;
}

void
mk_draw_pad(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s)
{
	for (int at = mk_draw(t, y, x, cells, el, s); at < cells && x + at < t->cols; at++)
		(void)mk_draw(t, y, x + at, 1, el, " ");
}

int
mk_drawf(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return mk_draw(t, y, x, cells, el, text);
}

uint32_t
mk_term_stamp(void)
{
	static uint32_t last;
	return ++last;
}

void
mk_draw_cursor(struct mk_term *t, int y, int x)
{
	t->cursor_y = y;
	t->cursor_x = x;
	t->cursors++;
}

void
mk_draw_digits(struct mk_term *t, int y, int x, const uint8_t *digits, size_t n, unsigned marks,
    uint32_t stamp)
{
	(void)mk_draw(t, y, x, MK_DIGITS_CELLS, MK_EL_TEXT, "**** **** ****");
	assert_true(n <= 12);
	t->digits_y = y;
	t->digits_x = x;
	t->digits_n = (int)n;
	memset(t->digits, 0, sizeof t->digits);
	memcpy(t->digits, digits, n);
	t->marks = marks;
	t->stamp = stamp;
}

static int
kit_start(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL && mk_base_init() == 0 ? 0 : -1;
}

static uint64_t kit_seed = 88172645463325252U;

static unsigned
kit_rnd(unsigned below)
{
	kit_seed ^= kit_seed << 13;
	kit_seed ^= kit_seed >> 7;
	kit_seed ^= kit_seed << 17;
	return (unsigned)(kit_seed >> 33) % below;
}

#endif
