/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A page on its way from raster to text: the base picture as it was given, the turn that makes it
 * upright, the segments with their text. All places are in the upright picture until they are
 * mapped back for the answer; what is recognised is always cut afresh out of the base.
 */
#ifndef MK_CAPTURE_PAGE_INTERNAL_H
#define MK_CAPTURE_PAGE_INTERNAL_H

#include "grey_internal.h"
#include "lines_internal.h"
#include "ocr_internal.h"
#include "qr_internal.h"
#include "mynakura/wire/read.h"

struct mk_page {
	struct mk_ocr *ocr;
	int width, height; /* of the given raster */
	int reduced; /* base = raster / reduced */
	struct mk_grey base;
	struct mk_turn turn; /* base -> upright */
	double degrees; /* clockwise turn that was applied */
	int glyph; /* typical glyph height in the upright picture */
	struct mk_part *part; /* in the upright picture */
	int parts;
	struct mk_text text;
	struct mk_qr qr[MK_QR_MAX]; /* in the base */
	int qrs;
	bool blank;
};

/*
 * Finds the direction and the segments, and reads every segment once. px: width * height grey
 * bytes. 0, MK_E_NOMEM.
 */
int mk_page_open(struct mk_page *p, struct mk_ocr *ocr, const uint8_t *px, int width, int height);
void mk_page_close(struct mk_page *p); /* wipes */

/*
 * Cuts a rectangle of the upright picture out of the base so that `lines` px of it become `target`
 * px, turned by more `degrees`, with a margin of a quarter of target. *scale (may be NULL) gets
 * result px per upright px. Freed with mk_grey_free.
 */
struct mk_grey mk_page_cut(const struct mk_page *p, struct mk_rect r, double lines, double target,
    double degrees, double *scale);
/* A rectangle of the upright picture as the upright rectangle around it in the given raster. */
struct mk_read_box mk_page_box(const struct mk_page *p, struct mk_rect r);
/* A point of the base in the upright picture. */
void mk_page_point(const struct mk_page *p, double bx, double by, double *x, double *y);
/* Clockwise degrees (0, 90, 180, 270) to turn the given raster. */
unsigned mk_page_rotation(const struct mk_page *p);
/* Looks for QR codes at further scales where none was found yet. */
void mk_page_more_qr(struct mk_page *p);

#endif
