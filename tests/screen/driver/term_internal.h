/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator's inside, for term.c and filter.c only. */
#ifndef SCREEN_TERM_INTERNAL_H
#define SCREEN_TERM_INTERNAL_H

#include "screen.h"

#include <vterm.h>

enum filter_state {
	FILTER_GROUND,
	FILTER_ESCAPE,
	FILTER_CSI,
	FILTER_STRING,
	FILTER_STRING_ESCAPE,
};

struct filter {
	enum filter_state state;
	char kind; /* the string's: ']' OSC, 'P' DCS, '_' APC, 'X', '^' */
	struct buf seq; /* what has come of a sequence or string */
	struct buf text; /* for libvterm, not given yet */
	struct buf last; /* the last character with its combining marks, as bytes */
	bool glued; /* nothing but text since last */
	bool at_edge; /* last was given to libvterm and stands in the last column */
	uint32_t cp; /* a code point in the making */
	int more;
};

struct term {
	VTerm *vt;
	VTermScreen *screen;
	VTermState *state;
	int cols, rows;
	struct term_modes modes;
	struct filter filter;
	struct buf *answers;
	struct buf title;
	struct buf scrollback; /* lines that left the primary screen at its top */
	struct buf primary; /* the primary screen as it was when the alternate one came */
	struct swap {
		uint32_t real, stand_in;
	} * swap; /* characters of which libvterm has the width wrong */
	size_t swaps;
	uint32_t next_stand_in[3];
};

void filter_feed(struct term *t, const char *bytes, size_t n);
/* Before the alternate screen comes. */
void term_keep_primary(struct term *t);
/* The character libvterm gets in its place: one of the same width as the C library has for cp. */
uint32_t term_stand_in(struct term *t, uint32_t cp);

#endif
