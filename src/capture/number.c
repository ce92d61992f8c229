/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of digits: found by what the first reading saw, cut without their label, and read again and
 * again at different sizes, with different preparations, by different models. Agreement is what
 * counts; symbol confidence under a whitelist is noise (capture.md 4).
 */
#include "number_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "words_internal.h"

#define FIRST_DIGITS 7 /* seen by the first reading, of 12 */
#define KA 0x30abU /* カ */
#define JUNK 2 /* glyphs between them that are none */

/* What a page reading makes of a digit. */
static bool
looks_like_digit(uint32_t cp)
{
	static const char like[] = "OoDQIl|!iSsZzBbGgqT()[]/";
	cp = mk_fold_digit(cp);
	return mk_digit_value(cp) >= 0 || (cp != 0 && cp < 128 && strchr(like, (int)cp) != NULL) ||
	       cp == 0x3007 || cp == 0x30fc;
}

static bool
is_separator(uint32_t cp)
{
	cp = mk_fold_digit(cp);
	return cp == '-' || cp == '.' || cp == ',' || cp == ' ' || cp == ':' || cp == '_' ||
	       cp == 0x30fb || cp == 0x2014 || cp == 0x2010 || cp == 0x2212 || cp == '\'' ||
	       cp == '~' || cp == 0x4e00;
}

/*
 * The longest run of digits, with a few glyphs between them that a stain may be. Returns the digits
 * in it.
 */
static int
digit_run(const struct mk_text_row *l, int *from, int *to)
{
	int best = 0, count = 0, start = 0, junk = 0;
	for (int i = 0; i < l->n; i++) {
		uint32_t cp = l->cp[i];
		if (looks_like_digit(cp)) {
			if (count == 0)
				start = i;
			count++;
		} else if (!is_separator(cp) && ++junk > JUNK) {
			count = 0;
			junk = 0;
		}
		if (count == 0)
			junk = 0;
		if (count > best && looks_like_digit(cp)) {
			best = count;
			*from = start;
			*to = i + 1;
		}
	}
	return best;
}

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

/* Height of the digits: the median of the parts inside the run that are not specks. */
static int
digit_height(const struct mk_page *p, const struct mk_rect *r, int fallback)
{
	int h[64] = {0}, n = 0;
	for (int i = 0; i < p->parts && n < 64; i++) {
		const struct mk_rect *q = &p->part[i].r;
		int mid = (q->x0 + q->x1) / 2, high = q->y1 - q->y0;
		if (mid >= r->x0 && mid <= r->x1 && q->y0 < r->y1 && q->y1 > r->y0 &&
		    high * 2 >= fallback && high <= fallback * 2)
			h[n++] = high;
	}
	qsort(h, (size_t)n, sizeof *h, by_value);
	return n == 0 ? fallback : h[n / 2];
}

/*
 * Fits the rectangle to the digits: parts of their height, also ones just beside that the first
 * reading took for something else.
 */
static void
fit(const struct mk_page *p, struct mk_number_line *l, int left, int right)
{
	int y0 = l->r.y1, y1 = l->r.y0;
	bool more = true;
	while (more) {
		more = false;
		for (int i = 0; i < p->parts; i++) {
			const struct mk_rect *q = &p->part[i].r;
			int high = q->y1 - q->y0, wide = q->x1 - q->x0, mid = (q->y0 + q->y1) / 2;
			if (high * 100 < l->height * 87 || high * 100 > l->height * 118 ||
			    wide > l->height * 12 / 10 || mid < l->r.y0 || mid > l->r.y1 ||
			    q->x0 < left || q->x1 > right)
				continue;
			if (q->x0 > l->r.x1 + l->height * 2 || q->x1 < l->r.x0 - l->height * 2)
				continue;
			if (q->x0 < l->r.x0 || q->x1 > l->r.x1) {
				l->r.x0 = q->x0 < l->r.x0 ? q->x0 : l->r.x0;
				l->r.x1 = q->x1 > l->r.x1 ? q->x1 : l->r.x1;
				more = true;
			}
			y0 = q->y0 < y0 ? q->y0 : y0;
			y1 = q->y1 > y1 ? q->y1 : y1;
		}
	}
	if (y1 > y0) {
		l->r.y0 = y0;
		l->r.y1 = y1;
	}
}

static void
begin_line(const struct mk_page *p, const struct mk_text_row *row, struct mk_rect r,
    struct mk_number_line *out)
{
	memset(out, 0, sizeof *out);
	out->block = row->block;
	out->r = r;
	out->height = digit_height(p, &r, row->height);
}

/* A row in which the first reading saw most of the digits. */
static bool
by_digits(const struct mk_page *p, const struct mk_text_row *row, struct mk_number_line *out)
{
	int from = 0, to = 0, digits = digit_run(row, &from, &to);
	/* the resident record's own code has eleven digits */
	if (digits < FIRST_DIGITS || mk_find_utf8(row->cp, row->n, "票コード", NULL, NULL) >= 0)
		return false;
	int left = from > 0 && mk_is_japanese(row->cp[from - 1])
		       ? mk_row_edge(p, row, from - 1, 0) - 2
		       : 0;
	int right = to < row->n && mk_is_japanese(row->cp[to]) ? row->g[to].r.x0 + 2 : p->turn.w;
	struct mk_rect r = {from > 0 ? mk_row_edge(p, row, from - 1, 0) : row->r.x0, row->r.y0,
	    row->g[to - 1].r.x1, row->r.y1};
	if (r.x1 <= r.x0)
		return false;
	begin_line(p, row, r, out);
	fit(p, out, left, right);
	return true;
}

/* What stands behind the label 個人番号, or under it (the back of a card). */
static bool
by_label(const struct mk_page *p, const struct mk_rows *rows, int k, struct mk_number_line *out)
{
	const struct mk_text_row *row = &rows->row[k], *below = NULL;
	int from, to;
	if (mk_find_utf8(row->cp, row->n, "個人番号", &from, &to) < 0 || from > 1)
		return false;
	if (to < row->n && row->cp[to] == KA) /* 個人番号カード is a title */
		return false;
	if (to < row->n) {
		struct mk_rect r = {
		    mk_row_edge(p, row, to - 1, row->height), row->r.y0, row->r.x1, row->r.y1};
		begin_line(p, row, r, out);
		out->label = true;
		fit(p, out, r.x0 - 2, p->turn.w);
		return out->r.x1 - out->r.x0 > out->height * 5;
	}
	for (int i = 0; i < rows->count; i++) {
		const struct mk_text_row *o = &rows->row[i];
		int mid = (o->r.y0 + o->r.y1) / 2;
		bool under = mid > row->r.y1 && o->r.y0 < row->r.y1 + row->height * 3 &&
			     o->r.x0 < row->r.x1 && o->r.x1 > row->r.x0;
		bool beside = o != row && mid > row->r.y0 - row->height &&
			      mid < row->r.y1 + row->height && o->r.x0 >= row->r.x1;
		if (o->block == row->block && (under || beside) &&
		    (below == NULL || beside || o->r.y0 < below->r.y0))
			below = o;
	}
	if (below == NULL)
		return false;
	begin_line(p, below, below->r, out);
	out->label = true;
	out->under = below->r.x0 < row->r.x1;
	fit(p, out, 0, p->turn.w);
	/*
	 * the number begins under its label, also where a scratch hides its first digit from the
	 * parts
	 */
	if (row->r.x0 < out->r.x0 && out->r.x0 - row->r.x0 < out->height * 2)
		out->r.x0 = row->r.x0;
	return out->r.x1 - out->r.x0 > out->height * 5;
}

/* A row with about twelve parts of one height, though the first reading saw something else. */
static bool
by_shape(const struct mk_page *p, const struct mk_text_row *row, struct mk_number_line *out)
{
	int n = 0, h = digit_height(p, &row->r, row->height);
	struct mk_rect r = {row->r.x1, row->r.y0, row->r.x0, row->r.y1};
	for (int i = 0; i < p->parts; i++) {
		const struct mk_rect *q = &p->part[i].r;
		int high = q->y1 - q->y0, wide = q->x1 - q->x0, mid = (q->y0 + q->y1) / 2;
		if (q->x0 < row->r.x0 || q->x1 > row->r.x1 || mid < row->r.y0 || mid > row->r.y1 ||
		    high * 10 < h * 9 || high * 10 > h * 11 || wide * 10 > high * 9)
			continue;
		r.x0 = q->x0 < r.x0 ? q->x0 : r.x0;
		r.x1 = q->x1 > r.x1 ? q->x1 : r.x1;
		n++;
	}
	if (n < 10 || n > 14 || r.x1 - r.x0 < h * 6 || r.x1 - r.x0 > h * 24)
		return false;
	begin_line(p, row, r, out);
	fit(p, out, r.x0 - 1, r.x1 + 1);
	return true;
}

static int
read_digits(struct mk_page *p, const struct mk_grey *g, enum mk_model m, char *out, int cap)
{
	struct mk_line *line = malloc(sizeof *line);
	int n = 0;
	if (line == NULL)
		return 0;
	if (mk_ocr_line(p->ocr, m, g, true, false, line))
		for (int i = 0; i < line->n && n < cap; i++)
			if (mk_digit_value(line->g[i].cp) >= 0)
				out[n++] = (char)('0' + mk_digit_value(line->g[i].cp));
	mk_line_wipe(line);
	free(line);
	return n;
}

enum prep { RAW, STRETCH, BLUR, OTSU, ADAPTIVE, MEDIAN, CLEAN };

struct variant {
	int size; /* px of a digit */
	enum prep prep;
	double degrees;
};

/* Only what is as high as a digit stays: stains, rules and specks become paper. */
static struct mk_grey
clean(const struct mk_grey *g, int size)
{
	struct mk_grey out = mk_grey_otsu(g);
	struct mk_part *part = NULL;
	int n = out.px == NULL ? 0 : mk_parts(&out, 5000, &part);
	for (int i = 0; i < n; i++) {
		const struct mk_rect *r = &part[i].r;
		int h = r->y1 - r->y0, w = r->x1 - r->x0;
		if (h * 100 >= size * 78 && h * 100 <= size * 125 && w <= size * 3)
			continue;
		for (int y = r->y0; y < r->y1; y++)
			memset(out.px + (size_t)y * (size_t)out.w + r->x0, 255, (size_t)w);
	}
	free(part);
	return out;
}

static struct mk_grey
prepare(const struct mk_page *p, const struct mk_number_line *l, const struct variant *v)
{
	struct mk_grey g = mk_page_cut(p, l->r, l->height, v->size, v->degrees, NULL), out;
	switch (v->prep) {
	case STRETCH:
		out = mk_grey_stretch(&g);
		break;
	case BLUR:
		out = mk_grey_blur(&g, 2);
		break;
	case OTSU:
		out = mk_grey_otsu(&g);
		break;
	case ADAPTIVE:
		out = mk_grey_adaptive(&g, v->size * 2 + 1, 15, 12);
		break;
	case MEDIAN:
		out = mk_grey_median(&g);
		break;
	case CLEAN:
		out = clean(&g, v->size);
		break;
	default:
		return g;
	}
	mk_grey_free(&g);
	return out;
}

#define VARIANTS 4
static const struct variant rounds[MK_ROUNDS][VARIANTS] = {
    {{36, STRETCH, 0}, {40, CLEAN, 0}},
    {{48, BLUR, 0}, {32, RAW, 0}},
    {{60, OTSU, 0}, {36, ADAPTIVE, 0}, {44, CLEAN, 0.5}, {40, STRETCH, 0.8}},
    {{28, BLUR, 0}, {52, CLEAN, -0.5}, {44, MEDIAN, 0}, {64, STRETCH, 0}},
};

bool
mk_number_round(struct mk_page *p, struct mk_number_line *l)
{
	static const enum mk_model models[] = {MK_ENG, MK_SCRIPT, MK_JPN};
	char digits[24];
	if (l->round == MK_ROUNDS)
		return false;
	/* the first rounds take two models, which is enough where they agree */
	size_t count = l->round < 2 ? 2 : 3;
	for (size_t i = 0; i < VARIANTS && rounds[l->round][i].size > 0; i++) {
		struct mk_grey g = prepare(p, l, &rounds[l->round][i]);
		for (size_t m = 0; m < count; m++) {
			if (p->ocr->api[models[m]] == NULL)
				continue;
			int n = read_digits(p, &g, models[m], digits, (int)sizeof digits);
			mk_votes_add(&l->votes, digits, n, models[m]);
		}
		mk_grey_free(&g);
	}
	mk_wipe(digits, sizeof digits);
	l->round++;
	return true;
}

/* Two quick readings tell phone numbers and other rows from rows of about twelve digits. */
static bool
about_twelve(struct mk_page *p, const struct mk_number_line *l)
{
	static const struct variant quick[2] = {{36, STRETCH, 0}, {40, CLEAN, 0}};
	char digits[24];
	bool yes = false;
	for (size_t i = 0; i < 2 && !yes; i++) {
		struct mk_grey g = prepare(p, l, &quick[i]);
		int n = read_digits(p, &g, MK_ENG, digits, (int)sizeof digits);
		yes = n >= 11 && n <= 13;
		mk_grey_free(&g);
	}
	mk_wipe(digits, sizeof digits);
	return yes;
}

static bool
known(const struct mk_number_line *have, int n, const struct mk_number_line *l)
{
	for (int i = 0; i < n; i++)
		if (have[i].r.x0 < l->r.x1 && l->r.x0 < have[i].r.x1 && have[i].r.y0 < l->r.y1 &&
		    l->r.y0 < have[i].r.y1)
			return true;
	return false;
}

int
mk_number_lines(struct mk_page *p, const struct mk_rows *rows, struct mk_number_line *out)
{
	int n = 0;
	for (int k = 0; k < rows->count && n < MK_VOTE_LINES; k++)
		if (by_label(p, rows, k, &out[n]) && !known(out, n, &out[n]))
			n++;
	for (int k = 0; k < rows->count && n < MK_VOTE_LINES; k++)
		if (by_digits(p, &rows->row[k], &out[n]) && !known(out, n, &out[n]) &&
		    about_twelve(p, &out[n]))
			n++;
	for (int k = 0; n == 0 && k < rows->count; k++)
		if (by_shape(p, &rows->row[k], &out[n]) && about_twelve(p, &out[n]))
			n++;
	return n;
}
