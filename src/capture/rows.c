/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining segments to rows, and the white between glyphs. */
#include "rows_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define GAPS_MAX 4000 /* px: rows are narrower than a page */

static void
include(struct mk_rect *r, const struct mk_rect *o)
{
	r->x0 = o->x0 < r->x0 ? o->x0 : r->x0;
	r->y0 = o->y0 < r->y0 ? o->y0 : r->y0;
	r->x1 = o->x1 > r->x1 ? o->x1 : r->x1;
	r->y1 = o->y1 > r->y1 ? o->y1 : r->y1;
}

static bool
belongs(const struct mk_page *p, const struct mk_text_row *row, int s)
{
	const struct mk_segment *b = &p->text.seg[s];
	for (int i = 0; i < row->segs; i++) {
		const struct mk_segment *a = &p->text.seg[row->seg[i]];
		int small = a->height < b->height ? a->height : b->height,
		    large = a->height < b->height ? b->height : a->height;
		if (large * 2 <= small * 5 && mk_same_row(&a->r, &b->r))
			return true;
	}
	return false;
}

static void
collect(const struct mk_page *p, const int *block, int first, bool *taken, struct mk_text_row *row)
{
	bool more = true;
	row->block = block[first];
	row->seg[row->segs++] = first;
	taken[first] = true;
	while (more) {
		more = false;
		for (int s = 0; s < p->text.count && row->segs < MK_ROW_SEGMENTS; s++) {
			if (taken[s] || block[s] != row->block || !belongs(p, row, s))
				continue;
			row->seg[row->segs++] = s;
			taken[s] = true;
			more = true;
		}
	}
	for (int i = 1; i < row->segs; i++) {
		int s = row->seg[i], k = i;
		for (; k > 0 && p->text.seg[row->seg[k - 1]].r.x0 > p->text.seg[s].r.x0; k--)
			row->seg[k] = row->seg[k - 1];
		row->seg[k] = s;
	}
}

static void
join(const struct mk_page *p, struct mk_text_row *row)
{
	row->r = p->text.seg[row->seg[0]].r;
	for (int i = 0; i < row->segs; i++) {
		const struct mk_segment *s = &p->text.seg[row->seg[i]];
		include(&row->r, &s->r);
		row->height = s->height > row->height ? s->height : row->height;
		for (int k = 0; k < s->line.n && row->n < MK_ROW_GLYPHS; k++) {
			row->g[row->n] = s->line.g[k];
			row->cp[row->n] = s->line.g[k].cp;
			row->of[row->n++] = i;
		}
	}
}

int
mk_rows_make(const struct mk_page *p, const int *block, struct mk_rows *out)
{
	bool taken[MK_SEGMENTS] = {false};
	out->count = 0;
	out->row = calloc(MK_SEGMENTS, sizeof *out->row);
	if (out->row == NULL)
		return MK_E_NOMEM;
	for (int s = 0; s < p->text.count; s++) {
		if (taken[s])
			continue;
		struct mk_text_row *row = &out->row[out->count++];
		collect(p, block, s, taken, row);
		join(p, row);
	}
	return 0;
}

void
mk_rows_free(struct mk_rows *rows)
{
	if (rows->row != NULL)
		mk_wipe(rows->row, MK_SEGMENTS * sizeof *rows->row);
	free(rows->row);
	rows->row = NULL;
	rows->count = 0;
}

int
mk_row_gaps(const struct mk_page *p, struct mk_rect r, int least, struct mk_gap *out, int cap)
{
	uint8_t ink[GAPS_MAX] = {0};
	int w = r.x1 - r.x0, n = 0, h = r.y1 - r.y0;
	if (w <= 0 || w > GAPS_MAX)
		return 0;
	for (int i = 0; i < p->parts; i++) {
		const struct mk_rect *q = &p->part[i].r;
		int mid = (q->y0 + q->y1) / 2,
		    side = q->x1 - q->x0 > q->y1 - q->y0 ? q->x1 - q->x0 : q->y1 - q->y0;
		if (mid < r.y0 || mid >= r.y1 || q->y1 - q->y0 > h * 2 || q->x1 - q->x0 > h * 6 ||
		    side * 7 < h)
			continue;
		for (int x = q->x0 < r.x0 ? r.x0 : q->x0; x < q->x1 && x < r.x1; x++)
			ink[x - r.x0] = 1;
	}
	for (int x = 0; x < w && n < cap;) {
		int x0 = x;
		while (x < w && ink[x] == 0)
			x++;
		if (x - x0 >= least && x0 > 0 && x < w)
			out[n++] = (struct mk_gap){r.x0 + x0, r.x0 + x};
		while (x < w && ink[x] != 0)
			x++;
	}
	return n;
}

int
mk_row_edge(const struct mk_page *p, const struct mk_text_row *row, int before, int reach)
{
	struct mk_gap gap[32];
	if (before + 1 >= row->n)
		return row->r.x1;
	const struct mk_rect *a = &row->g[before].r, *b = &row->g[before + 1].r;
	struct mk_rect r = {(a->x0 + a->x1) / 2 - reach, row->r.y0, (b->x0 + b->x1) / 2, row->r.y1};
	int n = mk_row_gaps(p, r, 1, gap, 32), best = -1;
	for (int i = 0; i < n; i++)
		if (best < 0 || gap[i].x1 - gap[i].x0 > gap[best].x1 - gap[best].x0)
			best = i;
	return best < 0 ? b->x0 : gap[best].x1 - 1;
}
