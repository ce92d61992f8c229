/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The upright part of a scan that a strip shows: cut out with its margin, turned, gaps narrowed. */
#include "strip_parts_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define FAINT 208 /* of the stretched picture: what is darker is ink or dirt */

void
mk_strip_part_free(struct mk_strip_part *p)
{
	if (p->px != NULL)
		mk_wipe(p->px, p->size);
	free(p->px);
	*p = (struct mk_strip_part){0};
}

struct mk_strip_rect
mk_strip_turned(struct mk_read_box b, int w, int h, unsigned rotation)
{
	int x = (int)b.x, y = (int)b.y, bw = (int)b.width, bh = (int)b.height;
	switch (rotation) {
	case 90:
		return (struct mk_strip_rect){h - y - bh, x, bh, bw};
	case 180:
		return (struct mk_strip_rect){w - x - bw, h - y - bh, bw, bh};
	case 270:
		return (struct mk_strip_rect){y, w - x - bw, bh, bw};
	default:
		return (struct mk_strip_rect){x, y, bw, bh};
	}
}

int
mk_strip_part_take(const uint8_t *grey, int w, int h, unsigned rotation, struct mk_strip_rect r,
    struct mk_strip_part *out)
{
	uint8_t *px = malloc((size_t)r.w * (size_t)r.h);
	if (px == NULL)
		return MK_E_NOMEM;
	for (int y = 0; y < r.h; y++) {
		uint8_t *o = px + (size_t)y * (size_t)r.w;
		int uy = r.y + y;
		for (int x = 0; x < r.w; x++) {
			int ux = r.x + x, sx = ux, sy = uy;
			if (rotation == 90)
				sx = uy, sy = h - 1 - ux;
			else if (rotation == 180)
				sx = w - 1 - ux, sy = h - 1 - uy;
			else if (rotation == 270)
				sx = w - 1 - uy, sy = ux;
			o[x] = grey[(size_t)sy * (size_t)w + (size_t)sx];
		}
	}
	*out = (struct mk_strip_part){px, r.w, r.h, r.x, r.y, (size_t)r.w * (size_t)r.h};
	return 0;
}

/* True when nothing of a column of the box would be seen. */
static bool
blank(const struct mk_strip_part *p, const struct mk_strip_rect *box, int x)
{
	int y0 = mk_strip_clamp(box->y - p->y, 0, p->h),
	    y1 = mk_strip_clamp(box->y + box->h - p->y, 0, p->h);
	for (int y = y0; y < y1; y++)
		if (p->px[(size_t)y * (size_t)p->w + (size_t)x] < FAINT)
			return false;
	return true;
}

/*
 * Takes columns out of gaps wider than half a character: cards print the number as three groups far
 * apart, and the gaps would take a third of the screen's width. Only columns without a trace of ink
 * go, so a digit is never hidden, however faint.
 */
void
mk_strip_squeeze(struct mk_strip_part *p, struct mk_strip_rect *box)
{
	int x0 = mk_strip_clamp(box->x - p->x, 0, p->w), x1 = mk_strip_clamp(x0 + box->w, 0, p->w);
	int run = 0, to = x0, most = box->h / 2 + 1;
	for (int x = x0; x < p->w; x++) {
		run = x < x1 && blank(p, box, x) ? run + 1 : 0;
		if (run > most)
			continue;
		for (int y = 0; y < p->h && to != x; y++)
			p->px[(size_t)y * (size_t)p->w + (size_t)to] =
			    p->px[(size_t)y * (size_t)p->w + (size_t)x];
		to++;
	}
	int gone = p->w - to;
	for (int y = 1; y < p->h; y++)
		memmove(
		    p->px + (size_t)y * (size_t)to, p->px + (size_t)y * (size_t)p->w, (size_t)to);
	p->w = to;
	box->w -= gone;
}

struct mk_strip_rect
mk_strip_around(const struct mk_strip_rect *b, int margin, int w, int h)
{
	int x0 = mk_strip_clamp(b->x - margin, 0, w), y0 = mk_strip_clamp(b->y - margin, 0, h);
	int x1 = mk_strip_clamp(b->x + b->w + margin, 0, w),
	    y1 = mk_strip_clamp(b->y + b->h + margin, 0, h);
	return (struct mk_strip_rect){x0, y0, x1 - x0, y1 - y0};
}
