/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding text without reading it: how large glyphs are, which way lines run, and the pieces of
 * lines (segments).
 */
#ifndef MK_CAPTURE_LINES_INTERNAL_H
#define MK_CAPTURE_LINES_INTERNAL_H

#include "grey_internal.h"
#include "ocr_internal.h"

#define MK_SEGMENTS 120

struct mk_segment {
	struct mk_rect r; /* in the upright picture */
	int height; /* of its taller glyphs */
	int parts;
	struct mk_line line; /* glyphs in the upright picture; n 0: not read or nothing */
};

struct mk_text {
	struct mk_segment *seg; /* from top to bottom, then left to right */
	int count;
};

/* Typical height of a glyph, px; 0 when there is no text. */
int mk_glyph_height(const struct mk_part *part, int n);
/*
 * Direction of the lines, degrees clockwise in -90..90 (upright and upside down look the same).
 * strength: 1 = no direction. false without enough parts.
 */
bool mk_text_angle(
    const struct mk_part *part, int n, int height, double *degrees, double *strength);
/* Segments of an upright picture. 0 or MK_E_NOMEM; freed with mk_text_free. */
int mk_text_find(const struct mk_part *part, int n, int height, struct mk_text *out);
void mk_text_free(struct mk_text *t); /* wipes */
/* Are the two on one line? */
bool mk_same_row(const struct mk_rect *a, const struct mk_rect *b);

#endif
