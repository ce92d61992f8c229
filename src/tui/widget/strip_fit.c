/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a part of a scan to the points of the cells: lines, margins, scale, averages. What makes a
 * digit legible is its size, so the text fills the width that there is.
 */
#include "strip_parts_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define LINES_MAX 3
#define FOLD_GAIN 1.25 /* a further line must enlarge by so much: reading across lines costs */
#define POINTS_MAX 16000000.0 /* a screen of 200 x 60 cells of 20 x 40 pixels has 9.6 millions */

struct layout {
	int lines;
	double scale; /* pixels of the screen for a pixel of the scan */
	double from[LINES_MAX], to[LINES_MAX]; /* columns of the upright scan, no margins */
	double side, above; /* margins in pixels of the scan */
	double wide; /* the longest line */
};

void
mk_strip_image_free(struct mk_strip_image *m)
{
	if (m->px != NULL)
		mk_wipe(m->px, (size_t)m->w * m->h);
	free(m->px);
	*m = (struct mk_strip_image){0};
}

/* How dark the columns around x are, text being darker than the rest. */
static double
darkness(const struct mk_strip_part *p, const struct mk_strip_rect *box, double x, int around)
{
	int y0 = mk_strip_clamp(box->y - p->y, 0, p->h),
	    y1 = mk_strip_clamp(box->y + box->h - p->y, 0, p->h);
	int at = (int)x - p->x, x0 = mk_strip_clamp(at - around, 0, p->w - 1);
	int x1 = mk_strip_clamp(at + around, 0, p->w - 1);
	double sum = 0;
	for (int y = y0; y < y1; y++)
		for (int i = x0; i <= x1; i++)
			sum += 255 - p->px[(size_t)y * (size_t)p->w + (size_t)i];
	return sum / (x1 - x0 + 1);
}

/* The lightest column near the ideal place of a cut: between two characters. */
static double
cut_near(const struct mk_strip_part *p, const struct mk_strip_rect *box, double ideal)
{
	double best = 0, at = ideal;
	int reach = box->h, around = box->h / 16;
	for (int d = 0; d <= reach; d++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			double dark = darkness(p, box, ideal + sign * d, around);
			if ((d == 0 && sign < 0) || dark < best * 0.98) {
				best = dark;
				at = ideal + sign * d;
			}
		}
	}
	return at;
}

static double
scale_of(double wide, double high, int lines, const struct mk_strip_view *v,
    const struct mk_strip_grid *g, double margin)
{
	double across = v->cols * g->across * g->w / (wide + 2 * margin);
	double down = v->rows * g->down * g->h / (lines * (high + 2 * margin));
	double s = across < down ? across : down;
	return s < g->most ? s : g->most;
}

/* True when the width is what keeps the picture small. */
static bool
narrow(
    const struct mk_strip_rect *box, const struct mk_strip_view *v, const struct mk_strip_grid *g)
{
	double across = v->cols * g->across * g->w / box->w,
	       down = v->rows * g->down * g->h / box->h;
	return v->box.width != 0 && across < down && across < g->most;
}

/* How many lines: the more only where they make it clearly larger. */
static int
lines_for(const struct mk_strip_rect *box, const struct mk_strip_view *v,
    const struct mk_strip_grid *g, double margin)
{
	int best = 1;
	double scale = scale_of(box->w, box->h, 1, v, g, margin);
	for (int n = 2; n <= LINES_MAX && n <= (int)v->rows; n++) {
		double s = scale_of((double)box->w / n + box->h / 4.0, box->h, n, v, g, margin);
		if (box->w > 3 * n * box->h && s > scale * FOLD_GAIN) {
			best = n;
			scale = s;
		}
	}
	return best;
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

static struct layout
lay_out(const struct mk_strip_part *p, const struct mk_strip_rect *box,
    const struct mk_strip_view *v, const struct mk_strip_grid *g)
{
	bool all = v->box.width == 0;
	double tight = all ? 0 : box->h / 8.0, ample = all ? 0 : box->h / 2.0;
	struct layout l = {.lines = all ? 1 : lines_for(box, v, g, tight)};
	double at = box->x;
	for (int i = 0; i < l.lines; i++) {
		double end = box->x + (double)box->w * (i + 1) / l.lines;
		if (i + 1 < l.lines)
			end = cut_near(p, box, end);
		l.from[i] = at;
		l.to[i] = at = end;
		l.wide = end - l.from[i] > l.wide ? end - l.from[i] : l.wide;
	}
	l.scale = scale_of(l.wide, box->h, l.lines, v, g, tight);
	/* What the fit leaves over becomes margin. */
	l.side = least(ample, (v->cols * g->across * g->w / l.scale - l.wide) / 2);
	l.above = least(ample, (v->rows * g->down * g->h / l.scale / l.lines - box->h) / 2);
	return l;
}

/* The mean of a stretch of pixels from..to; what lies outside is paper. */
struct span {
	int first, count;
	double head, tail, whole; /* weight of the first, of the last, of all */
};

static struct span
span_of(double from, double to, int size)
{
	struct span s = {0, 0, 0, 0, to - from};
	double a = from < 0 ? 0 : from, b = to > size ? size : to;
	if (b <= a)
		return s;
	s.first = mk_strip_clamp((int)a, 0, size - 1);
	int last = mk_strip_clamp((int)ceil(b) - 1, s.first, size - 1);
	s.count = last - s.first + 1;
	s.head = (s.count == 1 ? b : s.first + 1) - a;
	s.tail = b - last;
	return s;
}

static double
weight(const struct span *s, int i)
{
	return i == 0 ? s->head : i == s->count - 1 ? s->tail : 1;
}

static uint8_t
mean_of(const struct mk_strip_part *p, const struct span *sx, const struct span *sy)
{
	double sum = 0, seen = 0;
	for (int j = 0; j < sy->count; j++) {
		const uint8_t *q = p->px + (size_t)(sy->first + j) * (size_t)p->w + sx->first;
		double wy = weight(sy, j);
		for (int i = 0; i < sx->count; i++) {
			double w = wy * weight(sx, i);
			sum += w * q[i];
			seen += w;
		}
	}
	double all = sx->whole * sy->whole;
	double v = (sum + 255 * (all - seen)) / all;
	return (uint8_t)mk_strip_clamp((int)(v + 0.5), 0, 255);
}

/* Averages step pixels around the middle of a point; one at least, which is linear enlarging. */
static struct span
span_at(double middle, double step, int size)
{
	double half = (step < 1 ? 1 : step) / 2;
	return span_of(middle - half, middle + half, size);
}

static void
sample(const struct mk_strip_part *p, const struct mk_strip_rect *box, const struct layout *l,
    const struct mk_strip_grid *g, struct mk_strip_image *m)
{
	double dx = g->w / l->scale, dy = g->h / l->scale;
	unsigned band = m->h / (unsigned)l->lines;
	for (unsigned y = 0; y < m->h; y++) {
		unsigned line = y / band;
		uint8_t *o = m->px + (size_t)y * m->w;
		memset(o, 255, m->w);
		if (line >= (unsigned)l->lines)
			continue;
		double from = l->from[line] - l->side, first = line == 0 ? from : l->from[line];
		double to = l->to[line] + (line + 1 < (unsigned)l->lines ? 0 : l->side);
		double top = box->y + box->h / 2.0 - band * dy / 2;
		struct span sy = span_at(top - p->y + ((y - line * band) + 0.5) * dy, dy, p->h);
		for (unsigned x = 0; x < m->w && from + (x + 0.5) * dx < to; x++) {
			if (from + (x + 0.5) * dx < first) /* the end of the line above */
				continue;
			struct span sx = span_at(from - p->x + (x + 0.5) * dx, dx, p->w);
			o[x] = mean_of(p, &sx, &sy);
		}
	}
}

/* The cells that the layout takes, and their points. */
static int
image_new(const struct layout *l, int high, const struct mk_strip_view *v,
    const struct mk_strip_grid *g, struct mk_strip_image *m)
{
	double cols = ceil((l->wide + 2 * l->side) * l->scale / (g->w * g->across) - 0.01);
	double rows = ceil((high + 2 * l->above) * l->lines * l->scale / (g->h * g->down) - 0.01);
	m->cols = (unsigned)mk_strip_clamp((int)cols, 1, (int)v->cols);
	m->rows = (unsigned)mk_strip_clamp((int)rows, l->lines, (int)v->rows);
	m->w = m->cols * g->across;
	m->h = m->rows * g->down;
	if ((double)m->w * m->h > POINTS_MAX)
		return MK_E_INPUT;
	m->px = malloc((size_t)m->w * m->h);
	return m->px == NULL ? MK_E_NOMEM : 0;
}

int
mk_strip_fit(const uint8_t *grey, uint32_t width, uint32_t height, const struct mk_strip_view *view,
    const struct mk_strip_grid *grid, struct mk_strip_image *out)
{
	struct mk_strip_part p = {0};
	struct mk_strip_image m = {0};
	struct mk_read_box b = view->box;
	if (b.width == 0)
		b = (struct mk_read_box){0, 0, width, height};
	if (b.height == 0 || b.x >= width || b.y >= height)
		return MK_E_INPUT;
	b.width = b.width > width - b.x ? width - b.x : b.width;
	b.height = b.height > height - b.y ? height - b.y : b.height;
	bool lying = view->rotation == 90 || view->rotation == 270;
	int w = (int)width, h = (int)height;
	struct mk_strip_rect box = mk_strip_turned(b, w, h, view->rotation);
	struct mk_strip_rect r = mk_strip_around(&box, box.h / 2 + 1, lying ? h : w, lying ? w : h);
	int err = mk_strip_part_take(grey, w, h, view->rotation, r, &p);
	if (err < 0)
		return err;
	err = mk_strip_stretch(&p, &box);
	if (err < 0)
		goto out;
	if (narrow(&box, view, grid))
		mk_strip_squeeze(&p, &box);
	struct layout l = lay_out(&p, &box, view, grid);
	err = image_new(&l, box.h, view, grid, &m);
	if (err < 0)
		goto out;
	sample(&p, &box, &l, grid, &m);
	*out = m;
	m = (struct mk_strip_image){0};
out:
	mk_strip_image_free(&m);
	mk_strip_part_free(&p);
	return err;
}
