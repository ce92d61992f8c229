/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the value of a field stands: behind its label, cut in the white around it. */
#include "place_internal.h"

bool
mk_block_has(const struct mk_block *k, int i)
{
	return k->b < 0 || k->rows->row[i].block == k->b;
}

/* Glyphs from..to of a row, cut in the white before and behind them. */
struct mk_rect
mk_stretch(const struct mk_page *p, const struct mk_text_row *row, int from, int to)
{
	struct mk_rect r = row->r;
	if (from > 0)
		r.x0 = mk_row_edge(p, row, from - 1, row->height);
	else
		r.x0 = row->r.x0;
	if (to < row->n)
		r.x1 = mk_row_edge(p, row, to - 1, 0) + 1;
	return r;
}

/* Narrows a place to the heights of its own segments, so that a taller neighbour does not count. */
struct mk_place
mk_place_make(const struct mk_block *k, const struct mk_text_row *row, int from, int to)
{
	struct mk_place v = {row, from, to, mk_stretch(k->p, row, from, to), 0};
	int y0 = row->r.y1, y1 = row->r.y0;
	for (int i = from; i < to; i++) {
		const struct mk_segment *s = &k->p->text.seg[row->seg[row->of[i]]];
		v.height = s->height > v.height ? s->height : v.height;
		y0 = s->r.y0 < y0 ? s->r.y0 : y0;
		y1 = s->r.y1 > y1 ? s->r.y1 : y1;
	}
	if (y1 > y0) {
		v.r.y0 = y0;
		v.r.y1 = y1;
	}
	return v;
}

/* Print of a row behind its last glyph that the first reading made nothing of. */
static bool
unread(const struct mk_block *k, const struct mk_text_row *row, struct mk_place *out)
{
	int x = row->n > 0 ? row->g[row->n - 1].r.x1 : row->r.x0;
	bool found = false;
	*out = (struct mk_place){.row = row, .from = row->n, .to = row->n};
	for (int i = 0; i < row->segs; i++) {
		const struct mk_segment *s = &k->p->text.seg[row->seg[i]];
		if (s->r.x0 < x || s->line.n > 0)
			continue;
		if (!found)
			out->r = s->r;
		found = true;
		out->r.x1 = s->r.x1;
		out->height = s->height > out->height ? s->height : out->height;
	}
	return found;
}

/* What stands behind `from` until the next wide gap between segments. false: nothing. */
bool
mk_place_at(const struct mk_block *k, const struct mk_text_row *row, int from, struct mk_place *out)
{
	int to = from + 1;
	if (from >= row->n)
		return unread(k, row, out);
	for (; to < row->n; to++) {
		const struct mk_segment *a = &k->p->text.seg[row->seg[row->of[to - 1]]],
					*b = &k->p->text.seg[row->seg[row->of[to]]];
		if (a != b && b->r.x0 - a->r.x1 > a->height * 5 / 2)
			break;
	}
	*out = mk_place_make(k, row, from, to);
	return out->r.x1 > out->r.x0;
}

bool
mk_place_value(const struct mk_block *k, const char *field, int y, struct mk_place *out)
{
	int i, end;
	return mk_label_find(k->rows, k->b, k->layout, field, y, &i, &end) &&
	       mk_place_at(k, &k->rows->row[i], end, out);
}
