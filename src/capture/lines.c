/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of text from connected parts: their size, their direction by projection, and their grouping
 * into segments.
 */
#include "lines_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define RADIANS (3.14159265358979323846 / 180.0)
#define BINS 8192
#define GAP 2.0 /* glyph heights between neighbours of one segment */
#define HEIGHT_MAX 200
#define PARTS_MAX 8000 /* a page of text has some 3,000; more is noise */

static inline int
width(const struct mk_rect *r)
{
	return r->x1 - r->x0;
}

static inline int
height(const struct mk_rect *r)
{
	return r->y1 - r->y0;
}

/* Could it be a glyph or a piece of one? */
static bool
is_glyph(const struct mk_part *p, int least, int most)
{
	int w = width(&p->r), h = height(&p->r), side = w > h ? w : h;
	return side >= least && side <= most && p->area * 12 >= w * h && p->area >= least;
}

int
mk_glyph_height(const struct mk_part *part, int n)
{
	long weight[HEIGHT_MAX] = {0}, all = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		int h = height(&part[i].r), w = width(&part[i].r), side = h > w ? h : w;
		if (!is_glyph(&part[i], 6, HEIGHT_MAX - 1))
			continue;
		weight[side] += side;
		all += side;
	}
	for (int i = 0; i < HEIGHT_MAX; i++)
		if ((seen += weight[i]) * 2 > all)
			return i;
	return 0;
}

struct point {
	float x, y;
};

/*
 * How sharply the points fall into lines at an angle: sum of squares of a histogram of their
 * distance across.
 */
static double
sharpness(const struct point *p, int n, double degrees, double bin, uint16_t *bins)
{
	double s = sin(degrees * RADIANS), c = cos(degrees * RADIANS), sum = 0;
	memset(bins, 0, BINS * sizeof *bins);
	for (int i = 0; i < n; i++) {
		double v = (p[i].y * c - p[i].x * s) / bin + BINS / 2.0;
		if (v >= 0 && v < BINS - 1) {
			unsigned k = (unsigned)v;
			bins[k]++;
			if (v - k > 0.5 && k + 1 < BINS)
				bins[k + 1]++;
			else if (k > 0)
				bins[k - 1]++;
		}
	}
	for (int i = 0; i < BINS; i++)
		sum += (double)bins[i] * bins[i];
	return sum;
}

static double
sweep(const struct point *p, int n, double from, double to, double step, double bin, uint16_t *bins,
    double *mean)
{
	double best = -1, at = 0, sum = 0;
	int k = 0;
	for (double a = from; a <= to + step / 2; a += step, k++) {
		double v = sharpness(p, n, a, bin, bins);
		sum += v;
		if (v > best) {
			best = v;
			at = a;
		}
	}
	if (mean != NULL)
		*mean = sum > 0 ? best / (sum / k) : 1;
	return at;
}

bool
mk_text_angle(const struct mk_part *part, int n, int glyph, double *degrees, double *strength)
{
	struct point *p = malloc(((size_t)n + 1) * sizeof *p);
	uint16_t *bins = malloc(BINS * sizeof *bins);
	int k = 0;
	bool found = false;
	if (p == NULL || bins == NULL)
		goto out;
	for (int i = 0; i < n; i++)
		if (is_glyph(&part[i], glyph * 6 / 10, glyph * 3))
			p[k++] = (struct point){(float)(part[i].r.x0 + part[i].r.x1) / 2,
			    (float)(part[i].r.y0 + part[i].r.y1) / 2};
	if (k < 12 || k > 60000)
		goto out;
	double bin = glyph * 0.4;
	double coarse = sweep(p, k, -90, 89, 1, bin, bins, strength);
	double finer = sweep(p, k, coarse - 1.2, coarse + 1.2, 0.2, bin * 0.6, bins, NULL);
	*degrees = sweep(p, k, finer - 0.2, finer + 0.2, 0.05, bin * 0.4, bins, NULL);
	found = true;
out:
	free(p);
	free(bins);
	return found;
}

bool
mk_same_row(const struct mk_rect *a, const struct mk_rect *b)
{
	int top = a->y0 > b->y0 ? a->y0 : b->y0, low = a->y1 < b->y1 ? a->y1 : b->y1;
	int ha = height(a), hb = height(b);
	int small = ha < hb ? ha : hb, large = ha < hb ? hb : ha;
	int common = low - top;
	return common * 2 >= small && common * 10 >= large * 3;
}

static int
by_left(const void *a, const void *b)
{
	const struct mk_part *p = a, *q = b;
	return p->r.x0 != q->r.x0 ? (p->r.x0 < q->r.x0 ? -1 : 1)
				  : (p->r.y0 > q->r.y0) - (p->r.y0 < q->r.y0);
}

static int
by_top(const void *a, const void *b)
{
	const struct mk_segment *p = a, *q = b;
	return p->r.y0 != q->r.y0 ? (p->r.y0 < q->r.y0 ? -1 : 1)
				  : (p->r.x0 > q->r.x0) - (p->r.x0 < q->r.x0);
}

static int
root(int *parent, int i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

static void
include(struct mk_rect *r, const struct mk_rect *o)
{
	if (o->x0 < r->x0)
		r->x0 = o->x0;
	if (o->y0 < r->y0)
		r->y0 = o->y0;
	if (o->x1 > r->x1)
		r->x1 = o->x1;
	if (o->y1 > r->y1)
		r->y1 = o->y1;
}

/* The smaller index stays the label, so that a label stands before its members. */
static void
join(int *parent, int i, int j)
{
	i = root(parent, i);
	j = root(parent, j);
	if (i < j)
		parent[j] = i;
	else
		parent[i] = j;
}

/* Joins neighbours on a line; p is sorted by its left edge. */
static void
link_parts(const struct mk_part *p, int n, int glyph, int *parent)
{
	for (int i = 0; i < n; i++)
		parent[i] = i;
	for (int i = 0; i < n; i++) {
		int hi = height(&p[i].r);
		for (int j = i + 1; j < n && p[j].r.x0 - p[i].r.x1 <= (int)(GAP * 4 * glyph); j++) {
			int hj = height(&p[j].r), h = hi > hj ? hi : hj;
			if (p[j].r.x0 - p[i].r.x1 <= (int)(GAP * h) &&
			    mk_same_row(&p[i].r, &p[j].r))
				join(parent, i, j);
		}
	}
}

/* Strokes that are too flat to link (一 ー -) go to the segment they lie in or beside. */
static void
adopt(struct mk_segment *s, const struct mk_part *p, int n)
{
	bool more = true;
	for (int round = 0; more && round < 4; round++) {
		more = false;
		for (int i = 0; i < n; i++) {
			const struct mk_rect *r = &p[i].r;
			int mid = (r->y0 + r->y1) / 2, h = height(&s->r);
			bool inside = r->x0 >= s->r.x0 && r->x1 <= s->r.x1;
			if (inside || height(r) * 3 > h || width(r) < height(r) ||
			    mid < s->r.y0 + h / 5 || mid > s->r.y1 - h / 5)
				continue;
			if (r->x0 - s->r.x1 > h || s->r.x0 - r->x1 > h)
				continue;
			include(&s->r, r);
			more = true;
		}
	}
}

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

/* The height that a quarter of the parts exceeds: whole glyphs, not their pieces. */
static int
tall(const struct mk_part *p, int n, const int *parent, int label, int *scratch)
{
	int k = 0;
	for (int i = 0; i < n; i++)
		if (parent[i] == label)
			scratch[k++] = height(&p[i].r);
	qsort(scratch, (size_t)k, sizeof *scratch, by_value);
	return k == 0 ? 0 : scratch[k * 3 / 4];
}

static void
gather(const struct mk_part *p, int n, int glyph, int *parent, int *scratch, struct mk_text *t)
{
	for (int i = 0; i < n; i++)
		parent[i] = root(parent, i);
	for (int i = 0; i < n && t->count < MK_SEGMENTS; i++) {
		if (parent[i] != i)
			continue;
		struct mk_segment *s = &t->seg[t->count];
		memset(s, 0, sizeof *s);
		s->r = p[i].r;
		for (int j = i; j < n; j++) {
			if (parent[j] == i) {
				include(&s->r, &p[j].r);
				s->parts++;
			}
		}
		if (height(&s->r) * 10 < glyph * 6 || height(&s->r) > glyph * 6 ||
		    width(&s->r) * 10 < glyph * 4)
			continue;
		s->height = tall(p, n, parent, i, scratch);
		adopt(s, p, n);
		t->count++;
	}
}

int
mk_text_find(const struct mk_part *part, int n, int glyph, struct mk_text *out)
{
	struct mk_part *p = malloc(((size_t)n + 1) * sizeof *p);
	int *parent = malloc(((size_t)n + 1) * sizeof *parent),
	    *scratch = malloc(((size_t)n + 1) * sizeof *scratch);
	int k = 0, r = MK_E_NOMEM;
	out->count = 0;
	out->seg = calloc(MK_SEGMENTS, sizeof *out->seg);
	if (p == NULL || parent == NULL || scratch == NULL || out->seg == NULL)
		goto out;
	for (int i = 0; i < n && k < PARTS_MAX; i++)
		if (is_glyph(&part[i], glyph * 35 / 100 > 4 ? glyph * 35 / 100 : 4, glyph * 6) &&
		    height(&part[i].r) <= glyph * 4)
			p[k++] = part[i];
	qsort(p, (size_t)k, sizeof *p, by_left);
	link_parts(p, k, glyph, parent);
	gather(p, k, glyph, parent, scratch, out);
	qsort(out->seg, (size_t)out->count, sizeof *out->seg, by_top);
	r = 0;
out:
	free(p);
	free(parent);
	free(scratch);
	if (r < 0)
		mk_text_free(out);
	return r;
}

void
mk_text_free(struct mk_text *t)
{
	if (t->seg != NULL)
		mk_wipe(t->seg, MK_SEGMENTS * sizeof *t->seg);
	free(t->seg);
	t->seg = NULL;
	t->count = 0;
}
