/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The strip of a scan in the terminal: a part of a grey picture (the number, the name) as the bytes
 * that draw it, so that a clerk can compare the print with what was read. It knows no curses and
 * writes nothing: the caller reserves cells, moves the cursor there after doupdate() and writes.
 */
#ifndef MK_TUI_STRIP_INTERNAL_H
#define MK_TUI_STRIP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/wire/read.h"

#define MK_STRIP_COLS_MAX 1000U
#define MK_STRIP_ROWS_MAX 300U
#define MK_STRIP_CELL_MAX 64U /* pixels of a cell; more is taken as unknown */

enum mk_strip_mode {
	MK_STRIP_NONE, /* no picture: the terminal cannot show one */
	MK_STRIP_ASCII, /* one by two points in a cell */
	MK_STRIP_HALF, /* U+2580, U+2584, U+2588: one by two */
	MK_STRIP_QUADRANT, /* U+2596.. two by two */
	MK_STRIP_SEXTANT, /* U+1FB00.. two by three */
	MK_STRIP_BRAILLE, /* U+2800.. two by four dots */
	MK_STRIP_SIXEL,
	MK_STRIP_KITTY,
};

/* What the caller found out about the terminal. NULL texts are unset variables. */
struct mk_strip_caps {
	const char *term; /* TERM */
	const char *colorterm; /* COLORTERM */
	const char *term_program; /* TERM_PROGRAM */
	const char *vte_version; /* VTE_VERSION */
	const char *no_color; /* NO_COLOR: any text but "" takes the colours away */
	int colours; /* terminfo's number; below 8: none */
	bool utf8; /* the locale's charset is UTF-8 */
	bool multiplexer; /* TMUX or STY is set (TERM screen*, tmux* counts as well) */
	bool sixel; /* 4 is among the answers to DA1 */
	bool kitty; /* the graphics query (a=q) was answered with OK */
	bool wide_blocks; /* block elements take two cells (CJK width of "ambiguous") */
	bool half_blocks; /* TERM linux: its font has them (below) */
};

struct mk_strip_term {
	enum mk_strip_mode mode;
	int colours; /* 2 (none), 8, 16, 256; between: the next lower */
	unsigned cell_w, cell_h; /* pixels of a cell; 0 unknown, then 8 x 16 */
	bool dark; /* light text on a dark background; matters with colours 2 only */
};

struct mk_strip_view {
	struct mk_read_box box; /* in the given raster; width 0: all of it */
	unsigned rotation; /* 0, 90, 180, 270 clockwise to stand upright */
	unsigned cols, rows; /* cells that may be used */
	unsigned id; /* kitty: strips shown at the same time need different ones */
};

/* The best way to show a picture there; see the table in strip.c. */
enum mk_strip_mode mk_strip_choose(const struct mk_strip_caps *caps);
/* The colours to be used there: 2, 8, 16 or 256. */
int mk_strip_colours(const struct mk_strip_caps *caps);
/* True when fd is a Linux console whose font has the three half blocks. */
bool mk_strip_console_half_blocks(int fd);
/* "sextant" and so on (a setting, an environment variable), or NONE. */
enum mk_strip_mode mk_strip_mode_parse(const char *name);

struct mk_strip;

/*
 * Renders a part of a picture of width * height bytes (0 black, borrowed only during the call). The
 * box gets a margin of up to half of its upright height where cells are left for it, is turned
 * upright, fitted with its aspect kept, and its contrast stretched. Where the width is short, blank
 * gaps are narrowed to half a character, and a long line is folded into two or three lines between
 * characters, one below the other. 0, MK_E_INPUT (no such mode, rotation or cells, a box outside
 * the picture, a picture beyond MK_RASTER_MAX), MK_E_NOMEM. The caller frees *out.
 */
int mk_strip_render(const struct mk_strip_term *t, const uint8_t *grey, uint32_t width,
    uint32_t height, const struct mk_strip_view *view, struct mk_strip **out);
/* The cells it takes, at most those of the view. */
unsigned mk_strip_rows(const struct mk_strip *s);
unsigned mk_strip_cols(const struct mk_strip *s);
/*
 * The bytes of a row, borrowed from s. Symbol modes: exactly mk_strip_cols cells, from SGR 0 to SGR
 * 0, to be written with the cursor on the row's first cell. Pixel modes: row 0 holds everything,
 * the others are empty; a sixel leaves the cursor somewhere else, so save and restore it. "" past
 * the last row.
 */
const char *mk_strip_row(const struct mk_strip *s, unsigned r, size_t *len);
/* The bytes that take it off the screen; "" where overwriting the cells is enough (not kitty). */
const char *mk_strip_remove(const struct mk_strip *s, size_t *len);
void mk_strip_free(struct mk_strip *s); /* wipes: it shows a number; NULL is fine */

#endif
