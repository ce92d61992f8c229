/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The strip of a scan: which way a terminal shows it, and the rendered thing. The picture is cut and
 * fitted in strip_crop.c, strip_tone.c and strip_fit.c, the characters are in strip_symbols.c, sixels
 * and kitty in strip_pixels.c.
 */
#include "strip_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "strip_parts_internal.h"

struct mk_strip {
	unsigned cols, rows;
	struct mk_buf bytes; /* the rows, one after the other */
	struct mk_buf remove;
	size_t from[MK_STRIP_ROWS_MAX + 1]; /* where each row begins; the last: the end */
};

struct kind {
	const char *name;
	enum mk_strip_mode mode;
	unsigned across, down; /* points of a cell; 0: its pixels */
};

static const struct kind KINDS[] = {
    {"ascii", MK_STRIP_ASCII, 1, 2},
    {"half", MK_STRIP_HALF, 1, 2},
    {"quadrant", MK_STRIP_QUADRANT, 2, 2},
    {"sextant", MK_STRIP_SEXTANT, 2, 3},
    {"braille", MK_STRIP_BRAILLE, 2, 4},
    {"sixel", MK_STRIP_SIXEL, 0, 0},
    {"kitty", MK_STRIP_KITTY, 0, 0},
};

static const struct kind *
kind_of(enum mk_strip_mode mode)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (KINDS[i].mode == mode)
			return &KINDS[i];
	return NULL;
}

enum mk_strip_mode
mk_strip_mode_parse(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof KINDS / sizeof *KINDS; i++)
		if (strcmp(name, KINDS[i].name) == 0)
			return KINDS[i].mode;
	return MK_STRIP_NONE;
}

static bool
begins(const char *text, const char *with)
{
	return text != NULL && strncmp(text, with, strlen(with)) == 0;
}

static bool
is(const char *text, const char *name)
{
	return text != NULL && strcmp(text, name) == 0;
}

static bool
inside_multiplexer(const struct mk_strip_caps *c)
{
	return c->multiplexer || begins(c->term, "screen") || begins(c->term, "tmux");
}

/*
 * Terminals that draw U+1FB00.. themselves, whatever the font: elsewhere the glyphs are mostly
 * missing. A multiplexer hides which terminal is behind it.
 */
static bool
draws_sextants(const struct mk_strip_caps *c)
{
	static const char *const terms[] = {
	    "xterm-kitty", "foot", "contour", "wezterm", "xterm-ghostty"};
	static const char *const programs[] = {"WezTerm", "ghostty", "contour"};
	if (inside_multiplexer(c))
		return false;
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (begins(c->term, terms[i]))
			return true;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (is(c->term_program, programs[i]))
			return true;
	/* VTE (GNOME Terminal and many more) since 0.60 */
	return c->vte_version != NULL && strtol(c->vte_version, NULL, 10) >= 6000;
}

int
mk_strip_colours(const struct mk_strip_caps *c)
{
	if ((c->no_color != NULL && c->no_color[0] != '\0') || c->colours < 8)
		return 2;
	if (is(c->colorterm, "truecolor") || is(c->colorterm, "24bit"))
		return 256;
	return c->colours >= 256 ? 256 : c->colours >= 16 ? 16 : 8;
}

/*
 * By legibility of whole numbers (48 drawn cards, 78 x 6 cells, OCR as the eye): sixel 47, braille
 * 42, sextants 41 (2 colours: 40), quadrants 39 (36), half blocks 28 (18), ASCII none, which only a
 * human eye can make out. Braille needs no greys, a third of the bytes, is one cell wide in CJK
 * terminals as well, and xterm's own font and DejaVu have it; sextants are as legible and solid.
 * Quadrants are there for a setting only.
 */
enum mk_strip_mode
mk_strip_choose(const struct mk_strip_caps *c)
{
	if (c->term == NULL || c->term[0] == '\0' || is(c->term, "dumb"))
		return MK_STRIP_NONE;
	if (!inside_multiplexer(c) && c->kitty)
		return MK_STRIP_KITTY;
	if (!inside_multiplexer(c) && c->sixel)
		return MK_STRIP_SIXEL;
	if (!c->utf8 || begins(c->term, "vt"))
		return MK_STRIP_ASCII;
	if (begins(c->term, "linux"))
		return c->half_blocks ? MK_STRIP_HALF : MK_STRIP_ASCII;
	return draws_sextants(c) && !c->wide_blocks ? MK_STRIP_SEXTANT : MK_STRIP_BRAILLE;
}

static unsigned
cell_size(unsigned given, unsigned otherwise)
{
	return given == 0 || given > MK_STRIP_CELL_MAX ? otherwise : given;
}

static int
grid_of(const struct mk_strip_term *t, struct mk_strip_grid *g)
{
	const struct kind *k = kind_of(t->mode);
	unsigned w = cell_size(t->cell_w, 8), h = cell_size(t->cell_h, 16);
	if (t->cell_w == 0 || t->cell_h == 0) { /* half known is unknown */
		w = 8;
		h = 16;
	}
	if (k == NULL)
		return MK_E_INPUT;
	bool pixels = k->across == 0;
	g->across = pixels ? w : k->across;
	g->down = pixels ? h : k->down;
	g->w = (double)w / g->across;
	g->h = (double)h / g->down;
	g->most = pixels ? 3 : 2 * g->w;
	return 0;
}

static int
draw(const struct mk_strip_term *t, const struct mk_strip_image *m, unsigned id, struct mk_strip *s)
{
	int r = 0;
	s->cols = m->cols;
	s->rows = m->rows;
	if (t->mode == MK_STRIP_KITTY) {
		r = mk_strip_kitty(m, id, &s->bytes);
		mk_strip_kitty_remove(id, &s->remove);
	} else if (t->mode == MK_STRIP_SIXEL) {
		mk_strip_sixel(m, &s->bytes);
	}
	s->from[0] = 0;
	for (unsigned i = 0; i < m->rows; i++) {
		if (t->mode != MK_STRIP_KITTY && t->mode != MK_STRIP_SIXEL)
			mk_strip_symbols(t, m, i, &s->bytes);
		s->from[i + 1] = s->bytes.len;
	}
	(void)mk_buf_str(&s->bytes);
	(void)mk_buf_str(&s->remove);
	if (r == 0)
		r = mk_buf_error(&s->bytes);
	return r < 0 ? r : mk_buf_error(&s->remove);
}

static bool
sane(const uint8_t *grey, uint32_t width, uint32_t height, const struct mk_strip_view *v)
{
	if (grey == NULL || width == 0 || height == 0 || width > MK_READ_SIDE_MAX ||
	    height > MK_READ_SIDE_MAX || (uint64_t)width * height > MK_RASTER_MAX)
		return false;
	if (v->cols == 0 || v->rows == 0 || v->cols > MK_STRIP_COLS_MAX ||
	    v->rows > MK_STRIP_ROWS_MAX)
		return false;
	return v->rotation % 90 == 0 && v->rotation < 360;
}

int
mk_strip_render(const struct mk_strip_term *t, const uint8_t *grey, uint32_t width, uint32_t height,
    const struct mk_strip_view *view, struct mk_strip **out)
{
	struct mk_strip_grid g;
	struct mk_strip_image m = {0};
	struct mk_strip *s = NULL;
	int r = sane(grey, width, height, view) ? grid_of(t, &g) : MK_E_INPUT;
	if (r < 0)
		return r;
	r = mk_strip_fit(grey, width, height, view, &g, &m);
	if (r < 0)
		goto out;
	s = calloc(1, sizeof *s);
	r = s == NULL ? MK_E_NOMEM : draw(t, &m, view->id, s);
	if (r < 0)
		goto out;
	*out = s;
	s = NULL;
out:
	mk_strip_image_free(&m);
	mk_strip_free(s);
	return r;
}

unsigned
mk_strip_rows(const struct mk_strip *s)
{
	return s->rows;
}

unsigned
mk_strip_cols(const struct mk_strip *s)
{
	return s->cols;
}

const char *
mk_strip_row(const struct mk_strip *s, unsigned r, size_t *len)
{
	if (r >= s->rows) {
		*len = 0;
		return "";
	}
	*len = s->from[r + 1] - s->from[r];
	return (const char *)s->bytes.data + s->from[r];
}

const char *
mk_strip_remove(const struct mk_strip *s, size_t *len)
{
	*len = s->remove.len;
	return s->remove.data == NULL ? "" : (const char *)s->remove.data;
}

void
mk_strip_free(struct mk_strip *s)
{
	if (s == NULL)
		return;
	mk_buf_free(&s->bytes);
	mk_buf_free(&s->remove);
	free(s);
}
