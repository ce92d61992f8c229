/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 8-bit grey pictures (0 black) and the few operations that reading needs. Out-of-memory is
 * reported by px NULL; every function takes an empty picture and gives an empty one.
 */
#ifndef MK_CAPTURE_GREY_INTERNAL_H
#define MK_CAPTURE_GREY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_grey {
	uint8_t *px; /* w * h; NULL: none */
	int w, h;
};

struct mk_rect {
	int x0, y0, x1, y1; /* x1, y1 behind the last */
};

struct mk_grey mk_grey_new(int w, int h); /* not initialised */
void mk_grey_free(struct mk_grey *g); /* wipes: it may show a number */
/* Averages blocks of n x n pixels (n 1..16). */
struct mk_grey mk_grey_reduce(const uint8_t *px, int w, int h, int n);
/* Bilinear, with averaging first where it shrinks by 2 or more. */
struct mk_grey mk_grey_scale(const struct mk_grey *g, double factor);
/* Copies a rectangle with a margin; what lies outside is filled with the nearest pixel. */
struct mk_grey mk_grey_crop(const struct mk_grey *g, struct mk_rect r, int margin);
struct mk_grey mk_grey_blur(
    const struct mk_grey *g, int passes); /* 3 x 3 box, one after the other */
struct mk_grey mk_grey_median(const struct mk_grey *g); /* 3 x 3 */
/* 0 or 255 by the valley of the histogram. */
struct mk_grey mk_grey_otsu(const struct mk_grey *g);
/*
 * 0 where a pixel is darker than its surroundings (window x window) by part percent and by at least
 * `least` levels, else 255.
 */
struct mk_grey mk_grey_adaptive(const struct mk_grey *g, int window, int percent, int least);
/* Spreads the 1st and 99th percentile to 0..255. */
struct mk_grey mk_grey_stretch(const struct mk_grey *g);

/*
 * A turn: the picture `src`, scaled by `scale`, turned clockwise by `degrees` about its centre; w,
 * h is the box that holds all of it.
 */
struct mk_turn {
	double sin, cos, scale;
	double sx, sy; /* centre in src */
	double dx, dy; /* centre in the result */
	int w, h;
};
void mk_turn_make(struct mk_turn *t, int w, int h, double degrees, double scale);
struct mk_grey mk_turn_apply(
    const struct mk_turn *t, const struct mk_grey *src); /* outside: the paper's brightness */
/* A point of the result in the source. */
void mk_turn_back(const struct mk_turn *t, double x, double y, double *sx, double *sy);

/* Connected dark parts (8 neighbours) of a picture of 0 and 255. */
struct mk_part {
	struct mk_rect r;
	int area;
};
/* At most `max` parts in *out (freed by the caller). Count, or -1 out of memory. */
int mk_parts(const struct mk_grey *bin, int max, struct mk_part **out);

#endif
