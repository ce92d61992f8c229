/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding and reading names: the label is small and often misread, so what stands around the number
 * tells as well.
 */
#include "place_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "words_internal.h"

#define NAME_MAX_GLYPHS 14 /* more is another row */

static bool
is_name_glyph(uint32_t cp)
{
	return mk_is_japanese(cp) || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') ||
	       cp == '-' || cp == '.' || cp == '\'' || cp == 0x30fb;
}

static void
read_name(const struct mk_block *k, const struct mk_place *v, bool (*wanted)(uint32_t),
    struct mk_field_value *out)
{
	static const struct mk_way ways[] = {{MK_JPN, 40, 2, false}, {MK_SCRIPT, 40, 1, false},
	    {MK_JPN, 48, 1, true}, {MK_SCRIPT, 52, 2, true}, {MK_JPN, 34, 1, false},
	    {MK_EXTRA, 48, 1, true}, {MK_EXTRA, 36, 1, false}};
	static const struct mk_way latin[] = {
	    {MK_ENG, 40, 0, false}, {MK_ENG, 48, 1, false}, {MK_ENG, 34, 0, false}};
	struct mk_try *got = calloc(MK_TRIES, sizeof *got);
	int n = got == NULL ? 0 : mk_try_ways(k->p, v->r, v->height, ways, 7, got);
	unsigned share = 0;
	for (int i = 0; i < n; i++) {
		mk_try_dashes(&got[i]);
		mk_try_keep(&got[i], wanted);
	}
	int best = mk_try_best(got, n, &share);
	if (best >= 0 && mk_try_latin(&got[best])) {
		n = mk_try_ways(k->p, v->r, v->height, latin, 3, got);
		for (int i = 0; i < n; i++)
			mk_try_keep(&got[i], is_name_glyph);
		best = mk_try_best(got, n, &share);
	}
	if (best >= 0 && got[best].n > 0 &&
	    (got[best].n <= NAME_MAX_GLYPHS || mk_try_latin(&got[best]))) {
		mk_try_text(k, &got[best], v->r, v->height * 55 / 100, out->text, sizeof out->text);
		out->confidence = share;
		out->r = v->r;
	}
	if (got != NULL)
		mk_wipe(got, MK_TRIES * sizeof *got);
	free(got);
}

#define LABEL_A 0x6c0fU /* 氏 */
#define LABEL_B 0x540dU /* 名 */

/* Behind a label of which one glyph was misread, or that is smaller print than the value. */
static int
skip_label(const struct mk_text_row *row)
{
	for (int i = 2; i >= 0; i--)
		if (i + 1 < row->n && (row->cp[i] == LABEL_A || row->cp[i] == LABEL_B))
			return i + 1;
	return 0;
}

/* Without a label: the row under the number. */
static bool
row_below(const struct mk_block *k, struct mk_rect number, struct mk_place *out)
{
	const struct mk_text_row *best = NULL;
	for (int i = 0; number.x1 > 0 && i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (!mk_block_has(k, i) || row->n < 2 || (row->r.y0 + row->r.y1) / 2 <= number.y1 ||
		    row->r.x0 > number.x1 || row->r.x1 < number.x0)
			continue;
		if (best == NULL || row->r.y0 < best->r.y0)
			best = row;
	}
	if (best == NULL)
		return false;
	int from = skip_label(best);
	/* on a notification card the values stand under each other */
	while (k->layout == MK_TSUCHI && from < best->n &&
	       best->g[from].r.x0 + best->g[from].r.x1 < 2 * number.x0)
		from++;
	return mk_place_at(k, best, from, out);
}

/*
 * Small print before the value (a label taken for a part of it) is cut off: parts much lower than
 * the rest, then white.
 */
static void
cut_small(const struct mk_block *k, struct mk_place *v)
{
	struct mk_gap gap[8];
	int n = mk_row_gaps(k->p, v->r, v->height * 3 / 10, gap, 8);
	for (int g = n - 1; g >= 0; g--) {
		int left = 0, right = 0;
		for (int i = 0; i < k->p->parts; i++) {
			const struct mk_rect *q = &k->p->part[i].r;
			int mid = (q->y0 + q->y1) / 2, h = q->y1 - q->y0;
			if (mid < v->r.y0 || mid > v->r.y1 || q->x0 < v->r.x0 || q->x1 > v->r.x1)
				continue;
			if (q->x1 <= gap[g].x0 + 1 && h > left)
				left = h;
			if (q->x0 >= gap[g].x1 - 1 && h > right)
				right = h;
		}
		if (gap[g].x0 - v->r.x0 < v->height * 3 && left * 100 < right * 78 &&
		    left * 100 > right * 40) {
			v->r.x0 = gap[g].x1 - 1;
			return;
		}
	}
}

/* The row whose label lost one of its two glyphs, nearest under the number. */
static bool
half_label(const struct mk_block *k, struct mk_rect number, struct mk_place *out)
{
	const struct mk_text_row *best = NULL;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (mk_block_has(k, i) && row->r.y0 > number.y0 && skip_label(row) > 0 &&
		    row->n > 3 && (best == NULL || row->r.y0 < best->r.y0))
			best = row;
	}
	return best != NULL && mk_place_at(k, best, skip_label(best), out);
}

static bool
name_place(const struct mk_block *k, struct mk_rect number, struct mk_place *out)
{
	int y = (number.y0 + number.y1) / 2;
	if (mk_place_value(k, "name", y, out))
		return true;
	if (k->layout == MK_JUMINHYO)
		return false;
	if (k->layout == MK_CARD_BACK && number.x1 > 0)
		return row_below(k, number, out);
	return half_label(k, number, out) || row_below(k, number, out);
}

/*
 * The reading of a name stands over it, in smaller print and often too small for its label to be
 * read.
 */
static bool
row_above(const struct mk_block *k, const struct mk_place *name, struct mk_place *out)
{
	const struct mk_text_row *best = NULL;
	int from = 0;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (!mk_block_has(k, i) || row->r.y1 > name->r.y0 ||
		    row->r.y1 < name->r.y0 - name->height * 5 ||
		    (best != NULL && row->r.y0 < best->r.y0))
			continue;
		for (int g = 0; g < row->n; g++) {
			if (abs(row->g[g].r.x0 - name->r.x0) > name->height)
				continue;
			best = row;
			from = g;
			break;
		}
	}
	if (best == NULL || !mk_place_at(k, best, from, out))
		return false;
	int kana = 0;
	for (int i = out->from; i < out->to; i++)
		kana += best->cp[i] >= 0x30a1 && best->cp[i] <= 0x30fe;
	return kana * 2 >= out->to - out->from;
}

static bool
is_kana_glyph(uint32_t cp)
{
	return cp >= 0x30a1 && cp <= 0x30fe;
}

void
mk_names_read(const struct mk_block *k, struct mk_rect number, struct mk_field_value *out)
{
	struct mk_place v, kana;
	if (!name_place(k, number, &v))
		return;
	if (k->layout == MK_CARD_BACK || k->layout == MK_CARD_FRONT)
		cut_small(k, &v);
	read_name(k, &v, is_name_glyph, &out[MK_F_NAME]);
	if (k->layout != MK_JUMINHYO)
		return;
	if (mk_place_value(k, "kana", (v.r.y0 + v.r.y1) / 2, &kana) || row_above(k, &v, &kana))
		read_name(k, &kana, is_kana_glyph, &out[MK_F_KANA]);
}
