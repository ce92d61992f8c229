/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator: libvterm behind filter.c, its cells as rows, its scrollback as text. */
#include "term_internal.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void
add_line(struct buf *out, const struct row *row, int cols)
{
	int width = 0;

	for (size_t i = 0; i < row->n; i++)
		for (size_t k = 0; k < row->place[i].n; k++) {
			buf_utf8(out, row->place[i].cp[k]);
			width += k == 0 ? cp_width(row->place[i].cp[k]) : 0;
		}
	if (width < cols)
		buf_addc(out, '\n');
}

static uint32_t
real_cp(const struct term *t, uint32_t cp)
{
	for (size_t i = 0; i < t->swaps; i++)
		if (t->swap[i].stand_in == cp)
			return t->swap[i].real;
	return cp;
}

/* What libvterm 0.1.4 has for a code point that the C library has as another width, found by
   asking it. */
static int
vterm_width(uint32_t cp)
{
	VTerm *vt = vterm_new(2, 8);
	struct buf b = {NULL, 0, 0};
	VTermPos pos;

	vterm_set_utf8(vt, 1);
	vterm_screen_reset(vterm_obtain_screen(vt), 1);
	buf_addc(&b, 'x');
	buf_utf8(&b, cp);
	vterm_input_write(vt, b.p, b.n);
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	buf_free(&b);
	vterm_free(vt);
	return pos.col - 1;
}

uint32_t
term_stand_in(struct term *t, uint32_t cp)
{
	int want;

	if (cp < 0xa0)
		return cp;
	for (size_t i = 0; i < t->swaps; i++)
		if (t->swap[i].real == cp)
			return t->swap[i].stand_in;
	want = wcwidth((wchar_t)cp);
	t->swap = xrealloc(t->swap, t->swaps + 1, sizeof(*t->swap));
	t->swap[t->swaps].real = cp;
	t->swap[t->swaps].stand_in =
	    want < 0 || vterm_width(cp) == want ? cp : t->next_stand_in[want]++;
	return t->swap[t->swaps++].stand_in;
}

/* --- libvterm's reports */

static int
on_prop(VTermProp prop, VTermValue *val, void *user)
{
	struct term *t = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		t->modes.cursor_visible = val->boolean;
	else if (prop == VTERM_PROP_ALTSCREEN)
		t->modes.alt = val->boolean;
	return 1;
}

static int32_t
hue(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return HUE_DEFAULT;
	if (VTERM_COLOR_IS_INDEXED(c))
		return c->indexed.idx;
	return HUE_RGB | c->rgb.red << 16 | c->rgb.green << 8 | c->rgb.blue;
}

static unsigned
attributes(const VTermScreenCellAttrs *a)
{
	return (a->reverse ? ATTR_REVERSE : 0u) | (a->bold ? ATTR_BOLD : 0u) |
	       (a->underline ? ATTR_UNDERLINE : 0u) | (a->font == 2 ? ATTR_DIM : 0u) |
	       (a->italic ? ATTR_ITALIC : 0u) | (a->blink ? ATTR_BLINK : 0u) |
	       (a->strike ? ATTR_STRIKE : 0u);
}

/* Appends the cell to the row; nothing for the second half of a wide character, which libvterm
   marks with -1 (and now and then leaves behind). */
static void
add_cell(const struct term *t, const VTermScreenCell *cell, struct row *row)
{
	struct place *p;
	size_t i;

	if (cell->chars[0] == (uint32_t)-1)
		return;
	p = row_add(row);
	p->attr = attributes(&cell->attrs);
	p->fg = hue(&cell->fg);
	p->bg = hue(&cell->bg);
	for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
		p->cp[i] = real_cp(t, cell->chars[i]);
	if (i == 0)
		p->cp[i++] = ' ';
	p->n = i;
}

static int
on_push(int cols, const VTermScreenCell *cells, void *user)
{
	struct term *t = user;
	struct row row = {NULL, 0, false};

	for (int i = 0; i < cols; i++)
		add_cell(t, &cells[i], &row);
	row_trim(&row);
	add_line(&t->scrollback, &row, cols);
	row_free(&row);
	return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_prop, .sb_pushline = on_push};

/* --- interface */

struct term *
term_new(int cols, int rows, struct buf *answers)
{
	struct term *t = xrealloc(NULL, 1, sizeof(*t));

	*t = (struct term){.cols = cols, .rows = rows, .answers = answers};
	/* unassigned or private: no program of ours prints them */
	t->next_stand_in[0] = 0xe0020;
	t->next_stand_in[1] = 0xf8000;
	t->next_stand_in[2] = 0x2fb00;
	t->modes.cursor_visible = true;
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	t->state = vterm_obtain_state(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	return t;
}

void
term_free(struct term *t)
{
	if (t == NULL)
		return;
	vterm_free(t->vt);
	buf_free(&t->filter.seq);
	buf_free(&t->filter.text);
	buf_free(&t->filter.last);
	buf_free(&t->title);
	buf_free(&t->scrollback);
	buf_free(&t->primary);
	free(t->swap);
	free(t);
}

void
term_feed(struct term *t, const char *bytes, size_t n)
{
	char drop[256];

	filter_feed(t, bytes, n);
	/* libvterm's own answers: the filter has given ours */
	while (vterm_output_read(t->vt, drop, sizeof(drop)) > 0)
		continue;
}

void
term_resize(struct term *t, int cols, int rows)
{
	t->cols = cols;
	t->rows = rows;
	vterm_set_size(t->vt, rows, cols);
}

struct term_modes *
term_modes(struct term *t)
{
	return &t->modes;
}

const char *
term_title(const struct term *t)
{
	return buf_text(&t->title);
}

int
term_rows(const struct term *t)
{
	return t->rows;
}

int
term_cols(const struct term *t)
{
	return t->cols;
}

void
term_cursor(const struct term *t, int *col, int *row)
{
	VTermPos pos;

	vterm_state_get_cursorpos(t->state, &pos);
	*col = pos.col;
	*row = pos.row;
}

/* A mark that libvterm took for a character of its own belongs to the character before it. */
static void
join_marks(struct row *row)
{
	size_t to = 0;

	for (size_t i = 0; i < row->n; i++) {
		struct place *p = &row->place[i], *q;

		if (to == 0 || cp_width(p->cp[0]) != 0) {
			row->place[to++] = *p;
			continue;
		}
		q = &row->place[to - 1];
		for (size_t k = 0; k < p->n && q->n < sizeof(q->cp) / sizeof(q->cp[0]); k++)
			q->cp[q->n++] = p->cp[k];
		q->cursor |= p->cursor;
	}
	row->n = to;
}

void
term_row(const struct term *t, int y, struct row *out)
{
	int cx, cy;

	*out = (struct row){NULL, 0, false};
	term_cursor(t, &cx, &cy);
	for (int x = 0; x < t->cols; x++) {
		VTermScreenCell cell;
		VTermPos pos = {y, x};

		memset(&cell, 0, sizeof(cell));
		if (!vterm_screen_get_cell(t->screen, pos, &cell))
			continue;
		add_cell(t, &cell, out);
		if (x == cx && y == cy && t->modes.cursor_visible && out->n > 0)
			out->place[out->n - 1].cursor = true;
	}
	join_marks(out);
}

void
term_row_text(const struct term *t, int y, struct buf *out)
{
	struct row row;
	size_t from = out->n;

	term_row(t, y, &row);
	for (size_t i = 0; i < row.n; i++)
		for (size_t k = 0; k < row.place[i].n; k++)
			buf_utf8(out, row.place[i].cp[k]);
	while (out->n > from && out->p[out->n - 1] == ' ')
		out->p[--out->n] = '\0';
	row_free(&row);
}

bool
term_contains(const struct term *t, const char *text)
{
	struct buf b = {NULL, 0, 0};
	bool found = false;

	for (int y = 0; y < t->rows && !found; y++) {
		buf_reset(&b);
		term_row_text(t, y, &b);
		found = strstr(buf_text(&b), text) != NULL;
	}
	buf_free(&b);
	return found;
}

static void
add_screen(const struct term *t, struct buf *out)
{
	for (int y = 0; y < t->rows; y++) {
		struct row row;

		term_row(t, y, &row);
		for (size_t i = 0; i < row.n; i++)
			row.place[i].cursor = false;
		row_trim(&row);
		add_line(out, &row, t->cols);
		row_free(&row);
	}
}

void
term_keep_primary(struct term *t)
{
	buf_reset(&t->primary);
	add_screen(t, &t->primary);
}

void
term_history(const struct term *t, struct buf *out)
{
	buf_add(out, buf_text(&t->scrollback), t->scrollback.n);
	if (t->modes.alt)
		buf_add(out, buf_text(&t->primary), t->primary.n);
	else
		add_screen(t, out);
}
