/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of print: the segments that stand on one line of a block, from left to right, as one run of
 * glyphs.
 */
#ifndef MK_CAPTURE_ROWS_INTERNAL_H
#define MK_CAPTURE_ROWS_INTERNAL_H

#include "page_internal.h"

#define MK_ROW_GLYPHS 256
#define MK_ROW_SEGMENTS 16

struct mk_text_row {
	struct mk_rect r;
	int block;
	int height; /* of its tallest segment's glyphs */
	int seg[MK_ROW_SEGMENTS];
	int segs;
	struct mk_glyph g[MK_ROW_GLYPHS];
	uint32_t cp[MK_ROW_GLYPHS]; /* of g, for searching */
	int of[MK_ROW_GLYPHS]; /* index into seg of each glyph */
	int n;
};

struct mk_rows {
	struct mk_text_row *row; /* from top to bottom */
	int count;
};

/* block: of each segment (mk_blocks). 0 or MK_E_NOMEM. Borrows nothing of the page. */
int mk_rows_make(const struct mk_page *p, const int *block, struct mk_rows *out);
void mk_rows_free(struct mk_rows *rows); /* wipes */

/*
 * Left edge of what stands behind glyph `before` (its right neighbour is before + 1): the widest
 * white run between the middles of the two. The recogniser's own boxes are only roughly right, so
 * `reach` px more to the left are looked at.
 */
int mk_row_edge(const struct mk_page *p, const struct mk_text_row *row, int before, int reach);

struct mk_gap {
	int x0, x1;
};
/* White runs of at least `least` px inside a rectangle, from left to right. Returns the count. */
int mk_row_gaps(const struct mk_page *p, struct mk_rect r, int least, struct mk_gap *out, int cap);

#endif
