/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contrast of a strip: paper becomes white and ink black, each measured close by. */
#include "strip_parts_internal.h"

#include <stdlib.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

/* The value below which a part (of 256) of the pixels lies. */
static int
rank(const unsigned h[256], unsigned all, unsigned part)
{
	uint64_t seen = 0;
	for (int i = 0; i < 255; i++) {
		seen += h[i];
		if (seen * 256 > (uint64_t)all * part)
			return i;
	}
	return 255;
}

static void
count_column(const struct mk_strip_part *p, int x, const struct mk_strip_rect *box, unsigned h[256],
    int sign)
{
	int y0 = mk_strip_clamp(box->y - p->y, 0, p->h),
	    y1 = mk_strip_clamp(box->y + box->h - p->y, 0, p->h);
	for (int y = y0; y < y1; y++) {
		unsigned *n = &h[p->px[(size_t)y * (size_t)p->w + (size_t)x]];
		*n = sign > 0 ? *n + 1 : *n - 1;
	}
}

/* From the darkest ink to the paper of the whole line. */
static int
contrast(const struct mk_strip_part *p, const struct mk_strip_rect *box)
{
	unsigned h[256] = {0};
	for (int x = 0; x < p->w; x++)
		count_column(p, x, box, h, 1);
	unsigned n = (unsigned)p->w * (unsigned)box->h;
	int range = rank(h, n, 192) - rank(h, n, 1);
	mk_wipe(h, sizeof h);
	return range < 48 ? 48 : range;
}

/* The pixels of some columns around one, kept up while that one moves to the right. */
struct window {
	unsigned h[256];
	int half, first, behind;
};

static int
window_rank(struct window *w, const struct mk_strip_part *p, const struct mk_strip_rect *box, int x,
    unsigned part)
{
	for (; w->behind < p->w && w->behind <= x + w->half; w->behind++)
		count_column(p, w->behind, box, w->h, 1);
	for (; w->first < x - w->half; w->first++)
		count_column(p, w->first, box, w->h, -1);
	return rank(w->h, (unsigned)(w->behind - w->first) * (unsigned)box->h, part);
}

/*
 * The paper of every column from about a character on both sides, the ink from a stroke's width.
 * With one measure for the whole line, or with the ink of the neighbours, a digit under glare came
 * out as clean paper: a picture that is to be compared with must not lose one.
 */
static void
measure(
    const struct mk_strip_part *p, const struct mk_strip_rect *box, uint8_t *ink, uint8_t *paper)
{
	struct window wide = {.half = box->h * 3 / 5 + 1}, slim = {.half = box->h / 5 + 1};
	int least_range = contrast(p, box) / 4;
	for (int x = 0; x < p->w; x++) {
		int high = window_rank(&wide, p, box, x, 192);
		int low = window_rank(&slim, p, box, x, 16);
		if (high - low < least_range) /* only paper: leave its noise alone */
			low = high - least_range;
		ink[x] = (uint8_t)mk_strip_clamp(low, 0, 254);
		paper[x] = (uint8_t)mk_strip_clamp(high - (high - low) / 6, ink[x] + 1, 255);
	}
	mk_wipe(&wide, sizeof wide);
	mk_wipe(&slim, sizeof slim);
}

/* Clean paper becomes 255 and solid ink 0. */
int
mk_strip_stretch(struct mk_strip_part *p, const struct mk_strip_rect *box)
{
	int r = 0;
	uint8_t *ink = calloc((size_t)p->w, 1), *paper = calloc((size_t)p->w, 1);
	if (ink == NULL || paper == NULL) {
		r = MK_E_NOMEM;
		goto out;
	}
	measure(p, box, ink, paper);
	for (int y = 0; y < p->h; y++) {
		uint8_t *q = p->px + (size_t)y * (size_t)p->w;
		for (int x = 0; x < p->w; x++)
			q[x] = (uint8_t)mk_strip_clamp(
			    (q[x] - ink[x]) * 255 / (paper[x] - ink[x]), 0, 255);
	}
out:
	mk_wipe(ink, ink == NULL ? 0 : (size_t)p->w);
	mk_wipe(paper, paper == NULL ? 0 : (size_t)p->w);
	free(ink);
	free(paper);
	return r;
}
