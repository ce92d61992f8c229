/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What kind of document a block of text is, by the words of src/data/layouts.tsv, and where its
 * labels stand.
 */
#ifndef MK_CAPTURE_LAYOUT_INTERNAL_H
#define MK_CAPTURE_LAYOUT_INTERNAL_H

#include "page_internal.h"
#include "rows_internal.h"

enum mk_layout {
	MK_CARD_BACK,
	MK_CARD_FRONT,
	MK_TSUCHI,
	MK_JUMINHYO,
	MK_LAYOUTS,
	MK_UNKNOWN = MK_LAYOUTS
};

#define MK_LAYOUT_SURE 3 /* a score that recognises a document */

const char *mk_layout_name(enum mk_layout l);
/* MK_LAYOUTS for "auto" and unknown names. */
enum mk_layout mk_layout_by_name(const char *name);

/*
 * Segments that stand together: block[i] is the block of segment i, 0..count-1. Returns the count.
 */
int mk_blocks(const struct mk_page *p, int *block);
/* Scores of the rows of a block (-1: of the whole page). */
void mk_layout_scores(const struct mk_rows *rows, int b, int score[MK_LAYOUTS]);
enum mk_layout mk_layout_best(const int score[MK_LAYOUTS]);

/*
 * Finds a label of a field in the rows of a block (-1: all). *row and *end say where it stands
 * (glyph behind it). Of several the one nearest to y.
 */
bool mk_label_find(const struct mk_rows *rows, int b, enum mk_layout l, const char *field, int y,
    int *row, int *end);

#endif
