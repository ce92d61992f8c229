/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picture operations on 8-bit grey: crops, scales, filters, thresholds. */
#include "grey_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"

#define SIDE_MAX 70000

struct mk_grey
mk_grey_new(int w, int h)
{
	struct mk_grey g = {NULL, 0, 0};
	if (w <= 0 || h <= 0 || w > SIDE_MAX || h > SIDE_MAX)
		return g;
	g.px = malloc((size_t)w * (size_t)h);
	if (g.px != NULL) {
		g.w = w;
		g.h = h;
	}
	return g;
}

void
mk_grey_free(struct mk_grey *g)
{
	if (g->px != NULL)
		mk_wipe(g->px, (size_t)g->w * (size_t)g->h);
	free(g->px);
	*g = (struct mk_grey){NULL, 0, 0};
}

static inline const uint8_t *
row(const struct mk_grey *g, int y)
{
	return g->px + (size_t)y * (size_t)g->w;
}

static inline uint8_t *
row_of(struct mk_grey *g, int y)
{
	return g->px + (size_t)y * (size_t)g->w;
}

static inline int
clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

struct mk_grey
mk_grey_reduce(const uint8_t *px, int w, int h, int n)
{
	struct mk_grey out = mk_grey_new(w / n, h / n);
	unsigned half = (unsigned)(n * n) / 2;
	for (int y = 0; y < out.h; y++) {
		uint8_t *o = row_of(&out, y);
		for (int x = 0; x < out.w; x++) {
			unsigned sum = half;
			for (int j = 0; j < n; j++) {
				const uint8_t *p =
				    px + (size_t)(y * n + j) * (size_t)w + (size_t)(x * n);
				for (int i = 0; i < n; i++)
					sum += p[i];
			}
			o[x] = (uint8_t)(sum / (unsigned)(n * n));
		}
	}
	return out;
}

static struct mk_grey
bilinear(const struct mk_grey *g, double factor)
{
	int w = (int)(g->w * factor + 0.5), h = (int)(g->h * factor + 0.5);
	struct mk_grey out = mk_grey_new(w < 1 ? 1 : w, h < 1 ? 1 : h);
	double step = 1 / factor;
	for (int y = 0; y < out.h; y++) {
		double fy = (y + 0.5) * step - 0.5;
		int y0 = clamp((int)floor(fy), 0, g->h - 1), y1 = clamp(y0 + 1, 0, g->h - 1);
		int by = clamp((int)((fy - y0) * 256), 0, 256);
		const uint8_t *a = row(g, y0), *b = row(g, y1);
		uint8_t *o = row_of(&out, y);
		for (int x = 0; x < out.w; x++) {
			double fx = (x + 0.5) * step - 0.5;
			int x0 = clamp((int)floor(fx), 0, g->w - 1),
			    x1 = clamp(x0 + 1, 0, g->w - 1);
			int bx = clamp((int)((fx - x0) * 256), 0, 256);
			int top = a[x0] * (256 - bx) + a[x1] * bx,
			    low = b[x0] * (256 - bx) + b[x1] * bx;
			o[x] = (uint8_t)((top * (256 - by) + low * by + 32768) >> 16);
		}
	}
	return out;
}

struct mk_grey
mk_grey_scale(const struct mk_grey *g, double factor)
{
	if (g->px == NULL || factor <= 0)
		return mk_grey_new(0, 0);
	int n = factor > 0.5 ? 1 : clamp((int)(1 / factor), 1, 16);
	if (n == 1)
		return bilinear(g, factor);
	struct mk_grey small = mk_grey_reduce(g->px, g->w, g->h, n);
	struct mk_grey out = small.px == NULL ? small : bilinear(&small, factor * n);
	mk_grey_free(&small);
	return out;
}

struct mk_grey
mk_grey_crop(const struct mk_grey *g, struct mk_rect r, int margin)
{
	struct mk_grey out = mk_grey_new(r.x1 - r.x0 + 2 * margin, r.y1 - r.y0 + 2 * margin);
	if (g->px == NULL)
		mk_grey_free(&out);
	for (int y = 0; y < out.h; y++) {
		const uint8_t *p = row(g, clamp(r.y0 - margin + y, 0, g->h - 1));
		uint8_t *o = row_of(&out, y);
		for (int x = 0; x < out.w; x++)
			o[x] = p[clamp(r.x0 - margin + x, 0, g->w - 1)];
	}
	return out;
}

static struct mk_grey
box3(const struct mk_grey *g)
{
	struct mk_grey out = mk_grey_new(g->w, g->h);
	for (int y = 0; y < out.h; y++) {
		const uint8_t *a = row(g, clamp(y - 1, 0, g->h - 1)), *b = row(g, y),
			      *c = row(g, clamp(y + 1, 0, g->h - 1));
		uint8_t *o = row_of(&out, y);
		int left = a[0] + b[0] + c[0], mid = left;
		for (int x = 0; x < out.w; x++) {
			int n = clamp(x + 1, 0, g->w - 1);
			int right = a[n] + b[n] + c[n];
			o[x] = (uint8_t)((left + mid + right + 4) / 9);
			left = mid;
			mid = right;
		}
	}
	return out;
}

struct mk_grey
mk_grey_blur(const struct mk_grey *g, int passes)
{
	struct mk_grey out = box3(g);
	for (int i = 1; i < passes; i++) {
		struct mk_grey more = box3(&out);
		mk_grey_free(&out);
		out = more;
	}
	return out;
}

static inline void
order(uint8_t *a, uint8_t *b)
{
	if (*a > *b) {
		uint8_t t = *a;
		*a = *b;
		*b = t;
	}
}

struct mk_grey
mk_grey_median(const struct mk_grey *g)
{
	struct mk_grey out = mk_grey_new(g->w, g->h);
	for (int y = 0; y < out.h; y++) {
		for (int x = 0; x < out.w; x++) {
			uint8_t v[9];
			int n = 0;
			for (int j = -1; j <= 1; j++)
				for (int i = -1; i <= 1; i++)
					v[n++] = row(g,
					    clamp(y + j, 0, g->h - 1))[clamp(x + i, 0, g->w - 1)];
			for (int i = 0; i <= 4; i++) /* five rounds of selection leave the median */
				for (int j = i + 1; j < 9; j++)
					order(&v[i], &v[j]);
			row_of(&out, y)[x] = v[4];
		}
	}
	return out;
}

static void
histogram(const struct mk_grey *g, unsigned h[256])
{
	memset(h, 0, 256 * sizeof *h);
	size_t n = (size_t)g->w * (size_t)g->h;
	for (size_t i = 0; i < n; i++)
		h[g->px[i]]++;
}

static int
valley(const unsigned h[256])
{
	double all = 0, sum = 0, below = 0, part = 0, best = -1;
	int at = 127;
	for (int i = 0; i < 256; i++) {
		all += h[i];
		sum += (double)i * h[i];
	}
	for (int i = 0; i < 255; i++) {
		below += h[i];
		part += (double)i * h[i];
		if (below == 0 || below == all)
			continue;
		double m0 = part / below, m1 = (sum - part) / (all - below);
		double v = below * (all - below) * (m1 - m0) * (m1 - m0);
		if (v > best) {
			best = v;
			at = i;
		}
	}
	return at;
}

struct mk_grey
mk_grey_otsu(const struct mk_grey *g)
{
	unsigned h[256];
	struct mk_grey out = mk_grey_new(g->w, g->h);
	if (out.px == NULL)
		return out;
	histogram(g, h);
	int t = valley(h);
	size_t n = (size_t)g->w * (size_t)g->h;
	for (size_t i = 0; i < n; i++)
		out.px[i] = g->px[i] <= t ? 0 : 255;
	return out;
}

struct mk_grey
mk_grey_stretch(const struct mk_grey *g)
{
	unsigned h[256], seen = 0;
	struct mk_grey out = mk_grey_new(g->w, g->h);
	if (out.px == NULL)
		return out;
	histogram(g, h);
	size_t n = (size_t)g->w * (size_t)g->h;
	int low = 0, high = 255;
	while (low < 255 && (seen += h[low]) < n / 100)
		low++;
	for (seen = 0; high > 0 && (seen += h[high]) < n / 100;)
		high--;
	int range = high - low < 16 ? 16 : high - low;
	for (size_t i = 0; i < n; i++)
		out.px[i] = (uint8_t)clamp((g->px[i] - low) * 255 / range, 0, 255);
	return out;
}

/* Adds (sign 1) or takes away (sign -1) a row of the column sums. */
static void
sum_row(uint32_t *sums, const uint8_t *p, int w, int sign)
{
	for (int x = 0; x < w; x++)
		sums[x] = sign > 0 ? sums[x] + p[x] : sums[x] - p[x];
}

static void
adaptive_row(const struct mk_grey *g, int y, const uint32_t *sums, int half, int rows, int percent,
    int least, uint8_t *out)
{
	const uint8_t *p = row(g, y);
	uint64_t sum = 0;
	for (int x = 0; x < half && x < g->w; x++)
		sum += sums[x];
	for (int x = 0; x < g->w; x++) {
		if (x + half < g->w)
			sum += sums[x + half];
		if (x - half - 1 >= 0)
			sum -= sums[x - half - 1];
		int columns = clamp(x + half, 0, g->w - 1) - clamp(x - half, 0, g->w - 1) + 1;
		int mean = (int)(sum / (uint64_t)(columns * rows));
		int below = mean * percent / 100;
		out[x] = p[x] < mean - (below > least ? below : least) ? 0 : 255;
	}
}

struct mk_grey
mk_grey_adaptive(const struct mk_grey *g, int window, int percent, int least)
{
	struct mk_grey out = mk_grey_new(g->w, g->h);
	uint32_t *sums = calloc(g->w > 0 ? (size_t)g->w : 1, sizeof *sums);
	int half = window / 2, rows = 0;
	if (out.px == NULL || sums == NULL) {
		mk_grey_free(&out);
		goto out;
	}
	for (int y = 0; y < half && y < g->h; y++, rows++)
		sum_row(sums, row(g, y), g->w, 1);
	for (int y = 0; y < g->h; y++) {
		if (y + half < g->h) {
			sum_row(sums, row(g, y + half), g->w, 1);
			rows++;
		}
		if (y - half - 1 >= 0) {
			sum_row(sums, row(g, y - half - 1), g->w, -1);
			rows--;
		}
		adaptive_row(g, y, sums, half, rows, percent, least, row_of(&out, y));
	}
out:
	free(sums);
	return out;
}
