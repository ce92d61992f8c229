/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of digits on a page and their many readings. */
#ifndef MK_CAPTURE_NUMBER_INTERNAL_H
#define MK_CAPTURE_NUMBER_INTERNAL_H

#include "page_internal.h"
#include "rows_internal.h"
#include "vote_internal.h"

struct mk_number_line {
	struct mk_rect r; /* the digits in the upright picture */
	int height; /* of a digit */
	int block;
	struct mk_votes votes;
	bool under; /* it stands under its label, as on the back of a card */
	bool label; /* 個人番号 stands before or above it */
	int round; /* rounds of readings done, 0..MK_ROUNDS */
};

#define MK_ROUNDS 4

/* Rows that may hold 12 digits, at most MK_VOTE_LINES. Returns the count. */
int mk_number_lines(struct mk_page *p, const struct mk_rows *rows, struct mk_number_line *out);
/* One more round of readings of a line; false when all rounds are done. */
bool mk_number_round(struct mk_page *p, struct mk_number_line *l);

#endif
