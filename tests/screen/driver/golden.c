/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of cells in the golden notation: reading it, printing it, comparing. Main.c describes the
   notation. */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY_CP 0x2591u /* the mask for one character */

static const struct {
	char letter;
	unsigned attr;
} letters[] = {
    {'r', ATTR_REVERSE},
    {'b', ATTR_BOLD},
    {'u', ATTR_UNDERLINE},
    {'d', ATTR_DIM},
    {'i', ATTR_ITALIC},
    {'k', ATTR_BLINK},
    {'s', ATTR_STRIKE},
};
#define LETTERS (sizeof(letters) / sizeof(letters[0]))

void
row_free(struct row *row)
{
	free(row->place);
	*row = (struct row){NULL, 0, false};
}

struct place *
row_add(struct row *row)
{
	row->place = xrealloc(row->place, row->n + 1, sizeof(*row->place));
	row->place[row->n] = (struct place){.fg = HUE_DEFAULT, .bg = HUE_DEFAULT};
	return &row->place[row->n++];
}

static bool
is_plain_blank(const struct place *p)
{
	return p->n == 1 && p->cp[0] == ' ' && p->attr == 0 && p->fg == HUE_DEFAULT &&
	       p->bg == HUE_DEFAULT && !p->cursor && !p->any;
}

void
row_trim(struct row *row)
{
	while (row->n > 0 && is_plain_blank(&row->place[row->n - 1]))
		row->n--;
}

/* --- reading */

/* "3", "#c0ffee" or nothing. */
static const char *
parse_hue(const char *s, int32_t *hue)
{
	char *end;
	unsigned long v;

	*hue = HUE_DEFAULT;
	if (*s == '#') {
		v = strtoul(s + 1, &end, 16);
		*hue = (int32_t)(HUE_RGB | (v & 0xffffff));
		return end;
	}
	if (*s < '0' || *s > '9')
		return s;
	v = strtoul(s, &end, 10);
	*hue = (int32_t)(v & 0xff);
	return end;
}

/* What stands between "{" and ":"; NULL when it is no attribute. */
static const char *
parse_look(const char *s, struct place *look)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < LETTERS; i++) {
			if (*s != letters[i].letter)
				continue;
			look->attr |= letters[i].attr;
			more = true;
			s++;
		}
	}
	s = parse_hue(s, &look->fg);
	if (*s == '/')
		s = parse_hue(s + 1, &look->bg);
	return *s == ':' ? s + 1 : NULL;
}

/* The end of the row: before its closing bar, if it has one. */
static const char *
row_end(const char *s)
{
	const char *end = s + strlen(s), *p = end;
	size_t escapes = 0;

	while (p > s && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	if (p == s || p[-1] != '|')
		return end;
	while (p - 2 - escapes >= s && p[-2 - (ptrdiff_t)escapes] == '\\')
		escapes++;
	return escapes % 2 == 0 ? p - 1 : end;
}

static void
add_cp(struct row *out, const struct place *look, uint32_t cp, bool any)
{
	struct place *p;

	if (cp_width(cp) == 0 && out->n > 0 && !look->cursor) {
		p = &out->place[out->n - 1];
		if (p->n < sizeof(p->cp) / sizeof(p->cp[0]))
			p->cp[p->n++] = cp;
		return;
	}
	p = row_add(out);
	*p = *look;
	p->cp[0] = cp;
	p->n = 1;
	p->any = any;
}

const char *
row_parse(const char *text, struct row *out)
{
	static const struct place plain = {.fg = HUE_DEFAULT, .bg = HUE_DEFAULT};
	struct place look = plain;
	bool run = false, cursor = false;
	const char *s = text + 1, *end = row_end(s);

	*out = (struct row){NULL, 0, false};
	while (s < end) {
		bool escaped = *s == '\\' && s + 1 < end;
		uint32_t cp;

		s += escaped;
		cp = utf8_next(&s);
		if (!escaped && cp == '{' && !run) {
			s = parse_look(s, &look);
			if (s == NULL)
				return "an attribute is not understood";
			run = true;
		} else if (!escaped && cp == '}' && run) {
			look = plain;
			run = false;
		} else if (!escaped && cp == '^') {
			cursor = true;
		} else if (!escaped && cp == '~' && s == end) {
			out->rest = true;
		} else {
			look.cursor = cursor;
			add_cp(out, &look, cp, !escaped && cp == ANY_CP);
			look.cursor = cursor = false;
		}
	}
	if (cursor && !out->rest) {
		look.cursor = true;
		add_cp(out, &look, ' ', false);
	}
	return run ? "a brace is not closed" : NULL;
}

/* --- comparing */

static bool
place_match(const struct place *g, const struct place *a)
{
	if (g->cursor != a->cursor)
		return false;
	if (g->any)
		return true;
	return g->attr == a->attr && g->fg == a->fg && g->bg == a->bg && g->n == a->n &&
	       memcmp(g->cp, a->cp, g->n * sizeof(g->cp[0])) == 0;
}

bool
row_match(const struct row *golden, const struct row *actual)
{
	static const struct place blank = {
	    .cp = {' '}, .n = 1, .fg = HUE_DEFAULT, .bg = HUE_DEFAULT};
	size_t n = golden->n > actual->n && !golden->rest ? golden->n : actual->n;

	if (golden->rest)
		n = golden->n;
	for (size_t i = 0; i < n; i++)
		if (!place_match(i < golden->n ? &golden->place[i] : &blank,
			i < actual->n ? &actual->place[i] : &blank))
			return false;
	return true;
}

void
row_keep_masks(const struct row *old, struct row *actual)
{
	struct row o = *old;

	row_trim(&o);
	row_trim(actual);
	if (o.rest) {
		if (actual->n < o.n)
			return;
		actual->n = o.n;
		actual->rest = true;
	} else if (o.n != actual->n) {
		return;
	}
	for (size_t i = 0; i < o.n; i++)
		if (o.place[i].any)
			actual->place[i].any = true;
}

/* --- numbers */

static bool
digit_at(const struct row *row, size_t i)
{
	return i < row->n && row->place[i].n == 1 && is_digit(row->place[i].cp[0]);
}

/* How many places from i on are a number of twelve digits or more, whatever their look; groups
   of four may have one place between them. A long run at either end of the row may be half of
   one. */
static size_t
number_places(const struct row *row, size_t i)
{
	size_t run = 0, at = i;

	while (digit_at(row, i + run))
		run++;
	if (run >= 12 || (run >= 5 && (i == 0 || i + run == row->n)))
		return run;
	for (int group = 0; group < 3; group++) {
		for (int k = 0; k < 4; k++, at++)
			if (!digit_at(row, at))
				return 0;
		if (group < 2 && digit_at(row, at))
			return 0;
		at += group < 2;
	}
	return at - i;
}

void
row_hide_numbers(struct row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		size_t n = number_places(row, i);

		for (size_t k = 0; k < n; k++)
			if (digit_at(row, i + k))
				row->place[i + k].cp[0] = '#';
	}
}

/* --- printing */

static bool
same_look(const struct place *a, const struct place *b)
{
	return a->attr == b->attr && a->fg == b->fg && a->bg == b->bg;
}

static void
print_hue(int32_t hue, struct buf *out)
{
	if (hue == HUE_DEFAULT)
		return;
	if (hue & HUE_RGB)
		buf_printf(out, "#%06x", (unsigned)hue & 0xffffffu);
	else
		buf_printf(out, "%d", (int)hue);
}

static bool
print_look(const struct place *p, struct buf *out)
{
	if (p->attr == 0 && p->fg == HUE_DEFAULT && p->bg == HUE_DEFAULT)
		return false;
	buf_addc(out, '{');
	for (size_t i = 0; i < LETTERS; i++)
		if (p->attr & letters[i].attr)
			buf_addc(out, letters[i].letter);
	print_hue(p->fg, out);
	if (p->bg != HUE_DEFAULT)
		buf_addc(out, '/');
	print_hue(p->bg, out);
	buf_addc(out, ':');
	return true;
}

static void
print_place(const struct place *p, struct buf *out)
{
	if (p->cursor)
		buf_addc(out, '^');
	if (p->any) {
		buf_utf8(out, ANY_CP);
		return;
	}
	for (size_t i = 0; i < p->n; i++) {
		if ((p->cp[i] < 0x80 && strchr("{}^|\\~", (int)p->cp[i]) != NULL) ||
		    p->cp[i] == ANY_CP)
			buf_addc(out, '\\');
		buf_utf8(out, p->cp[i]);
	}
}

void
row_print(const struct row *row, struct buf *out)
{
	static const struct place plain = {.fg = HUE_DEFAULT, .bg = HUE_DEFAULT};
	bool run = false;

	buf_addc(out, '|');
	for (size_t i = 0; i < row->n; i++) {
		const struct place *p = &row->place[i];

		if (i == 0 ? !same_look(p, &plain) : !same_look(p, &row->place[i - 1])) {
			if (run)
				buf_addc(out, '}');
			run = print_look(p, out);
		}
		print_place(p, out);
	}
	if (run)
		buf_addc(out, '}');
	if (row->rest)
		buf_addc(out, '~');
	buf_addc(out, '|');
}
