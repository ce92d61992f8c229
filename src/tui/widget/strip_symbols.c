/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fitted picture as characters. Every cell has ink (the foreground) on paper (the background)
 * in a few fixed greys, so that most cells need no SGR of their own. Not done with
 * libchafa, which was measured beside it on 48 drawn cards (78 x 6 cells, 256 colours, OCR as the
 * eye): whole numbers read 44 and 41 here with sextants, 39 and 39 with quadrants, 34 and 28 with
 * half blocks; but bytes 5176 and 2978, 4984 and 2820, 4867 and 2446, its braille reads worse, and
 * it frees its copies of the picture without wiping them.
 */
#include "strip_parts_internal.h"

#include <stdlib.h>

/* Where there are no greys a point darker than this is ink: thin strokes stay whole. */
#define INK 192
#define EVEN 40 /* a cell whose points differ by less is of one grey */

#define POINTS 8 /* of a cell, at most */

/* The greys of a terminal from ink to paper: level, and what follows "38;" and so on. */
struct shade {
	int level;
	const char *fg, *bg;
};

static const struct shade SHADES_256[] = {
    {0, "38;5;16", "48;5;16"},
    {88, "38;5;240", "48;5;240"},
    {168, "38;5;248", "48;5;248"},
    {255, "38;5;231", "48;5;231"},
};
static const struct shade SHADES_16[] = {
    {0, "30", "40"}, {96, "90", "100"}, {180, "37", "47"}, {255, "97", "107"}};
static const struct shade SHADES_8[] = {{0, "30", "40"}, {255, "37", "47"}};

struct pen {
	struct mk_buf *out;
	const struct shade *shades; /* NULL: no colours */
	int count;
	int fg, bg; /* indexes of what is set */
};

static struct pen
pen_of(const struct mk_strip_term *t, struct mk_buf *out)
{
	struct pen p = {out, NULL, 0, -1, -1};
	if (t->mode == MK_STRIP_ASCII)
		return p;
	if (t->colours >= 256) {
		p.shades = SHADES_256;
		p.count = sizeof SHADES_256 / sizeof *SHADES_256;
	} else if (t->colours >= 16) {
		p.shades = SHADES_16;
		p.count = sizeof SHADES_16 / sizeof *SHADES_16;
	} else if (t->colours >= 8) {
		p.shades = SHADES_8;
		p.count = sizeof SHADES_8 / sizeof *SHADES_8;
	}
	return p;
}

static void
pen_set(struct pen *p, int fg, int bg)
{
	if (fg == p->fg && bg == p->bg)
		return;
	mk_buf_puts(p->out, "\033[");
	if (fg != p->fg)
		mk_buf_puts(p->out, p->shades[fg].fg);
	if (fg != p->fg && bg != p->bg)
		mk_buf_puts(p->out, ";");
	if (bg != p->bg)
		mk_buf_puts(p->out, p->shades[bg].bg);
	mk_buf_puts(p->out, "m");
	p->fg = fg;
	p->bg = bg;
}

static void
put_utf8(struct mk_buf *out, unsigned c)
{
	if (c < 0x80) {
		mk_buf_put_u8(out, (uint8_t)c);
		return;
	}
	if (c >= 0x10000) {
		mk_buf_put_u8(out, (uint8_t)(0xf0 | c >> 18));
		mk_buf_put_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
	} else {
		mk_buf_put_u8(out, (uint8_t)(0xe0 | c >> 12));
	}
	mk_buf_put_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	mk_buf_put_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* The character of a pattern; bit 0 is the upper left point, bit 1 the one right of it. */
static unsigned
character(enum mk_strip_mode mode, unsigned bits)
{
	static const uint16_t half[4] = {' ', 0x2580, 0x2584, 0x2588};
	static const uint16_t quadrant[16] = {' ', 0x2598, 0x259d, 0x2580, 0x2596, 0x258c, 0x259e,
	    0x259b, 0x2597, 0x259a, 0x2590, 0x259c, 0x2584, 0x2599, 0x259f, 0x2588};
	static const uint8_t dots[8] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
	unsigned c = 0x2800;
	switch (mode) {
	case MK_STRIP_ASCII:
		return (unsigned)" \"m#"[bits & 3];
	case MK_STRIP_HALF:
		return half[bits & 3];
	case MK_STRIP_QUADRANT:
		return quadrant[bits & 15];
	case MK_STRIP_SEXTANT: /* the two halves and the full block are older characters */
		if (bits == 0)
			return ' ';
		if (bits == 21)
			return 0x258c;
		if (bits == 42)
			return 0x2590;
		if (bits == 63)
			return 0x2588;
		return 0x1fb00 + bits - 1 - (bits > 21) - (bits > 42);
	default:
		for (unsigned i = 0; i < 8; i++)
			c |= bits >> i & 1 ? dots[i] : 0U;
		return bits == 0 ? ' ' : c;
	}
}

static int
shade_of(const struct pen *p, int level)
{
	int best = 0;
	for (int i = 1; i < p->count; i++)
		if (abs(p->shades[i].level - level) < abs(p->shades[best].level - level))
			best = i;
	return best;
}

/* The points of a cell; the image has whole cells. */
static unsigned
points_of(const struct mk_strip_image *m, unsigned row, unsigned col, int v[POINTS])
{
	unsigned across = m->w / m->cols, down = m->h / m->rows, n = 0;
	for (unsigned y = 0; y < down; y++)
		for (unsigned x = 0; x < across; x++)
			v[n++] = m->px[(size_t)(row * down + y) * m->w + col * across + x];
	return n;
}

static void
cell_plain(struct pen *p, enum mk_strip_mode mode, const int *v, unsigned n)
{
	unsigned bits = 0;
	for (unsigned i = 0; i < n; i++)
		bits |= v[i] < INK ? 1U << i : 0;
	put_utf8(p->out, character(mode, bits));
}

/* A cell of one grey: a space or a full block, whichever colour is set already. */
static void
cell_even(struct pen *p, int shade)
{
	if (p->fg == shade && p->bg != shade) {
		put_utf8(p->out, 0x2588);
		return;
	}
	pen_set(p, p->fg, shade);
	put_utf8(p->out, ' ');
}

/* The points part at the middle between the lightest and the darkest: two greys in a cell. */
static void
cell_shaded(struct pen *p, enum mk_strip_mode mode, const int *v, unsigned n)
{
	int low = 255, high = 0, sum[2] = {0, 0}, count[2] = {0, 0};
	unsigned bits = 0, all = (1U << n) - 1;
	for (unsigned i = 0; i < n; i++) {
		low = v[i] < low ? v[i] : low;
		high = v[i] > high ? v[i] : high;
	}
	for (unsigned i = 0; i < n; i++) {
		int ink = 2 * v[i] <= low + high && high - low >= EVEN;
		bits |= ink ? 1U << i : 0;
		sum[ink] += v[i];
		count[ink]++;
	}
	int bg = shade_of(p, count[0] > 0 ? sum[0] / count[0] : 255);
	int fg = count[1] > 0 ? shade_of(p, sum[1] / count[1]) : bg;
	if (fg == bg) {
		cell_even(p, bg);
		return;
	}
	if (p->fg == bg && p->bg == fg) {
		bits ^= all;
		fg = p->fg;
		bg = p->bg;
	}
	pen_set(p, fg, bg);
	put_utf8(p->out, character(mode, bits));
}

void
mk_strip_symbols(
    const struct mk_strip_term *t, const struct mk_strip_image *m, unsigned row, struct mk_buf *out)
{
	struct pen p = pen_of(t, out);
	bool reverse = p.shades == NULL && t->dark && t->mode != MK_STRIP_ASCII;
	mk_buf_puts(out, reverse ? "\033[0;7m" : "\033[0m");
	/* Dots do not fill their cell: in grey they would be too faint. */
	bool plain = p.count <= 2 || t->mode == MK_STRIP_BRAILLE;
	if (p.shades != NULL)
		pen_set(&p, 0, p.count - 1);
	for (unsigned col = 0; col < m->cols; col++) {
		int v[POINTS] = {0};
		unsigned n = points_of(m, row, col, v);
		if (plain)
			cell_plain(&p, t->mode, v, n);
		else
			cell_shaded(&p, t->mode, v, n);
	}
	mk_buf_puts(out, "\033[0m");
}
