/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turning a picture by any angle in one step with its scaling, and finding places of the result in
 * the source again.
 */
#include <math.h>

#include "grey_internal.h"

#define RADIANS (3.14159265358979323846 / 180.0)

void
mk_turn_make(struct mk_turn *t, int w, int h, double degrees, double scale)
{
	t->sin = sin(degrees * RADIANS);
	t->cos = cos(degrees * RADIANS);
	t->scale = scale;
	t->sx = w / 2.0;
	t->sy = h / 2.0;
	double bw = (fabs(t->cos) * w + fabs(t->sin) * h) * scale,
	       bh = (fabs(t->sin) * w + fabs(t->cos) * h) * scale;
	t->w = (int)(bw + 0.5);
	t->h = (int)(bh + 0.5);
	t->dx = t->w / 2.0;
	t->dy = t->h / 2.0;
}

void
mk_turn_back(const struct mk_turn *t, double x, double y, double *sx, double *sy)
{
	double rx = (x - t->dx) / t->scale, ry = (y - t->dy) / t->scale;
	*sx = t->cos * rx + t->sin * ry + t->sx;
	*sy = -t->sin * rx + t->cos * ry + t->sy;
}

/* The most frequent brightness of a sample: what lies beside the sheet. */
static uint8_t
paper(const struct mk_grey *g)
{
	unsigned h[32] = {0}, best = 31;
	size_t n = (size_t)g->w * (size_t)g->h, step = n / 5000 + 1;
	for (size_t i = 0; i < n; i += step)
		h[g->px[i] >> 3]++;
	for (unsigned i = 0; i < 32; i++)
		if (h[i] > h[best])
			best = i;
	return (uint8_t)(best * 8 + 4);
}

static inline uint8_t
sample(const struct mk_grey *g, double x, double y, uint8_t outside)
{
	int x0 = (int)floor(x), y0 = (int)floor(y);
	if (x0 < -1 || y0 < -1 || x0 >= g->w || y0 >= g->h)
		return outside;
	int bx = (int)((x - x0) * 256), by = (int)((y - y0) * 256);
	int xa = x0 < 0 ? 0 : x0, xb = x0 + 1 >= g->w ? g->w - 1 : x0 + 1;
	int ya = y0 < 0 ? 0 : y0, yb = y0 + 1 >= g->h ? g->h - 1 : y0 + 1;
	const uint8_t *a = g->px + (size_t)ya * (size_t)g->w,
		      *b = g->px + (size_t)yb * (size_t)g->w;
	int top = a[xa] * (256 - bx) + a[xb] * bx, low = b[xa] * (256 - bx) + b[xb] * bx;
	return (uint8_t)((top * (256 - by) + low * by + 32768) >> 16);
}

struct mk_grey
mk_turn_apply(const struct mk_turn *t, const struct mk_grey *src)
{
	if (src->px == NULL)
		return mk_grey_new(0, 0);
	struct mk_grey out = mk_grey_new(t->w, t->h);
	uint8_t outside = paper(src);
	double ix = t->cos / t->scale, iy = -t->sin / t->scale;
	for (int y = 0; y < out.h; y++) {
		double x, v;
		uint8_t *o = out.px + (size_t)y * (size_t)out.w;
		mk_turn_back(t, 0.5, y + 0.5, &x, &v);
		for (int i = 0; i < out.w; i++)
			o[i] = sample(src, x - 0.5 + ix * i, v - 0.5 + iy * i, outside);
	}
	return out;
}
