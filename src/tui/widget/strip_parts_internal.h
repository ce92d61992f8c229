/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the strip: the fitted picture, and the writers of the modes. */
#ifndef MK_TUI_STRIP_PARTS_INTERNAL_H
#define MK_TUI_STRIP_PARTS_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "strip_internal.h"

/* An upright part of the scan, owned. */
struct mk_strip_part {
	uint8_t *px;
	int w, h;
	int x, y; /* of its corner in the upright scan */
	size_t size; /* bytes, which stay when columns are taken out */
};

struct mk_strip_rect {
	int x, y, w, h; /* in the upright scan */
};

static inline int
mk_strip_clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

/* The points of a cell and their size. */
struct mk_strip_grid {
	unsigned across, down; /* points of a cell */
	double w, h; /* pixels of a point */
	double most; /* pixels of the screen that a pixel of the scan may become */
};

/* cols * rows cells of points, 0 ink, 255 paper. */
struct mk_strip_image {
	uint8_t *px;
	unsigned w, h; /* points */
	unsigned cols, rows; /* cells */
};

/* Crops, turns, folds, fits and stretches. 0, MK_E_INPUT, MK_E_NOMEM. */
int mk_strip_fit(const uint8_t *grey, uint32_t width, uint32_t height,
    const struct mk_strip_view *view, const struct mk_strip_grid *grid, struct mk_strip_image *out);
void mk_strip_image_free(struct mk_strip_image *m); /* wipes */

/* The box in the coordinates of the upright scan; w and h are the size before turning. */
struct mk_strip_rect mk_strip_turned(struct mk_read_box b, int w, int h, unsigned rotation);
/* The box with a margin, inside the upright scan of w * h. */
struct mk_strip_rect mk_strip_around(const struct mk_strip_rect *b, int margin, int w, int h);
/* Copies a rectangle that lies inside the upright scan; w and h as above. 0, MK_E_NOMEM. */
int mk_strip_part_take(const uint8_t *grey, int w, int h, unsigned rotation, struct mk_strip_rect r,
    struct mk_strip_part *out);
void mk_strip_part_free(struct mk_strip_part *p); /* wipes */
/* Narrows the blank gaps of a stretched part, and the box with them. */
void mk_strip_squeeze(struct mk_strip_part *p, struct mk_strip_rect *box);
/* Stretches the contrast by what the rows of the box hold. 0, MK_E_NOMEM. */
int mk_strip_stretch(struct mk_strip_part *p, const struct mk_strip_rect *box);

/* Writes one row of cells; the failure of out is the caller's to look at. */
void mk_strip_symbols(const struct mk_strip_term *t, const struct mk_strip_image *m, unsigned row,
    struct mk_buf *out);
void mk_strip_sixel(const struct mk_strip_image *m, struct mk_buf *out);
/* 0 or MK_E_NOMEM. */
int mk_strip_kitty(const struct mk_strip_image *m, unsigned id, struct mk_buf *out);
void mk_strip_kitty_remove(unsigned id, struct mk_buf *out);

#endif
