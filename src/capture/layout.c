/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recognising documents by their words; exact places and typefaces are not public and are not
 * relied on.
 */
#include "layout_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "words_internal.h"

static const char table[] =
#include "layouts_tsv.inc"
    ;

static const char *const names[MK_LAYOUTS + 1] = {
    "card-back", "card-front", "tsuchi", "juminhyo", "unknown"};

#define CELL 64

struct row {
	char layout[16], kind[8], field[12], text[CELL], weight[4];
};

static bool
row_at(size_t i, struct row *r)
{
	return mk_tsv_cell(table, i, 0, r->layout, sizeof r->layout) &&
	       mk_tsv_cell(table, i, 1, r->kind, sizeof r->kind) &&
	       mk_tsv_cell(table, i, 2, r->field, sizeof r->field) &&
	       mk_tsv_cell(table, i, 3, r->text, sizeof r->text) &&
	       mk_tsv_cell(table, i, 4, r->weight, sizeof r->weight);
}

const char *
mk_layout_name(enum mk_layout l)
{
	return names[l];
}

enum mk_layout
mk_layout_by_name(const char *name)
{
	for (int i = 0; i < MK_LAYOUTS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum mk_layout)i;
	return MK_UNKNOWN;
}

static int
median_height(const struct mk_page *p)
{
	int seen = 0, h[256] = {0};
	for (int i = 0; i < p->text.count; i++)
		h[p->text.seg[i].height < 255 ? p->text.seg[i].height : 255]++;
	for (int i = 0; i < 256; i++)
		if ((seen += h[i]) * 2 >= p->text.count)
			return i;
	return p->glyph;
}

static bool
near(const struct mk_rect *a, const struct mk_rect *b, int reach)
{
	return a->x0 - reach < b->x1 && b->x0 - reach < a->x1 && a->y0 - reach < b->y1 &&
	       b->y0 - reach < a->y1;
}

int
mk_blocks(const struct mk_page *p, int *block)
{
	int n = p->text.count, reach = median_height(p) * 8, count = 0, map[MK_SEGMENTS];
	for (int i = 0; i < n; i++)
		block[i] = i;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < i; j++) {
			int a = block[i], b = block[j];
			if (a == b || !near(&p->text.seg[i].r, &p->text.seg[j].r, reach))
				continue;
			for (int k = 0; k < n; k++)
				if (block[k] == a)
					block[k] = b;
		}
	}
	for (int i = 0; i < n; i++)
		map[i] = -1;
	for (int i = 0; i < n; i++) {
		if (map[block[i]] < 0)
			map[block[i]] = count++;
		block[i] = map[block[i]];
	}
	return count;
}

void
mk_layout_scores(const struct mk_rows *rows, int b, int score[MK_LAYOUTS])
{
	struct row r;
	memset(score, 0, MK_LAYOUTS * sizeof *score);
	for (size_t i = 0; row_at(i, &r); i++) {
		enum mk_layout l = mk_layout_by_name(r.layout);
		uint64_t weight = 0;
		if (strcmp(r.kind, "key") != 0 || l == MK_UNKNOWN ||
		    mk_str_u64(r.weight, 9, &weight) < 0)
			continue;
		for (int k = 0; k < rows->count; k++) {
			const struct mk_text_row *row = &rows->row[k];
			if ((b >= 0 && row->block != b) ||
			    mk_find_utf8(row->cp, row->n, r.text, NULL, NULL) < 0)
				continue;
			score[l] += (int)weight;
			break;
		}
	}
}

enum mk_layout
mk_layout_best(const int score[MK_LAYOUTS])
{
	int best = 0;
	for (int i = 1; i < MK_LAYOUTS; i++)
		if (score[i] > score[best])
			best = i;
	return score[best] >= MK_LAYOUT_SURE ? (enum mk_layout)best : MK_UNKNOWN;
}

/* A label begins a segment; the same word inside a sentence is none. */
static bool
begins_segment(const struct mk_text_row *row, int from)
{
	for (int i = from; i > 0 && i >= from - 2; i--)
		if (row->of[i - 1] != row->of[i])
			return true;
	return from <= 2;
}

bool
mk_label_find(const struct mk_rows *rows, int b, enum mk_layout l, const char *field, int y,
    int *where, int *end)
{
	struct row r;
	int best = -1;
	bool found = false;
	for (size_t i = 0; row_at(i, &r); i++) {
		if (strcmp(r.kind, "label") != 0 || strcmp(r.field, field) != 0 ||
		    mk_layout_by_name(r.layout) != l)
			continue;
		for (int k = 0; k < rows->count; k++) {
			int from, to;
			const struct mk_text_row *row = &rows->row[k];
			if ((b >= 0 && row->block != b) ||
			    mk_find_utf8(row->cp, row->n, r.text, &from, &to) < 0)
				continue;
			/* the sex stands behind the birth */
			if (!begins_segment(row, from) && strcmp(field, "sex") != 0)
				continue;
			int distance = abs((row->r.y0 + row->r.y1) / 2 - y);
			if (found && distance >= best)
				continue;
			found = true;
			best = distance;
			*where = k;
			*end = to;
		}
	}
	return found;
}
