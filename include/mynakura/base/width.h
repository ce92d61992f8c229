/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text on a grid of cells: what stands together, how wide it is, and cutting that never halves a
 * character. What could move the cursor or confuse a reader is made visible (security.md R15), so
 * the result may be sent to any terminal. Widths are wcwidth's: ambiguous characters are one cell
 * (style.md 2).
 */
#ifndef MK_BASE_WIDTH_H
#define MK_BASE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/base/buf.h"

#define MK_CLUSTER_MAX 24 /* bytes of a cluster's text, with its NUL */

/* One character with the marks and selectors that belong to it, as it is shown. */
struct mk_cluster {
	char text[MK_CLUSTER_MAX]; /* harmless UTF-8 */
	size_t cells; /* at least 1 */
	size_t used; /* bytes of the source */
};

/*
 * The cluster at the start of s; false at the end. At most three marks are shown, the others are
 * passed over: thousands of them on one letter are an attack, not a name. A mark without a base
 * stands on a blank. Invalid bytes become \xNN, what mk_text_allowed forbids \u{NNNN}.
 */
bool mk_cluster_next(const char *s, size_t len, struct mk_cluster *out);

/* Cells of s when it is shown whole by mk_width_clip. */
size_t mk_width_cells(const char *s, size_t len);

/*
 * Appends s as far as it fits into `cells`; where something is left out the last cell is '~'.
 * Returns the cells that were filled (<= cells).
 */
size_t mk_width_clip(struct mk_buf *out, const char *s, size_t len, size_t cells);

/*
 * Where a line of at most `cells` cells, beginning at s, ends: bytes of the source. It breaks at
 * the last blank when there is one in its second half, else anywhere (Japanese has no blanks). A
 * newline ends a line. *skip gets the bytes of blanks or newline to pass over before the next line.
 */
size_t mk_width_line(const char *s, size_t len, size_t cells, size_t *skip);

#endif
