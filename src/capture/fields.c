/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields other than the number. A field that is not found stays empty; nothing here can make a number certain. */
#include "fields_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"
#include "words_internal.h"

#define READS 8
#define NAME_MAX_GLYPHS 14 /* more is another row */
#define BIRTH_GLYPH 0x751fU /* 生 */
#define MALE 0x7537U
#define FEMALE 0x5973U

static const char *const field_names[MK_FIELDS] = {
    "name", "kana", "address", "birth", "sex", "expires"};

const char *
mk_field_name(enum mk_field f)
{
	return field_names[f];
}

struct block {
	struct mk_page *p;
	const struct mk_rows *rows;
	int b;
	enum mk_layout layout;
};

/* A stretch of a row. */
struct place {
	const struct mk_text_row *row;
	int from, to; /* glyphs */
	struct mk_rect r;
	int height;
};

static bool
inside(const struct block *k, int i)
{
	return k->b < 0 || k->rows->row[i].block == k->b;
}

/* Glyphs from..to of a row, cut in the white before and behind them. */
static struct mk_rect
stretch_rect(const struct mk_page *p, const struct mk_text_row *row, int from, int to)
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
static struct place
make_place(const struct block *k, const struct mk_text_row *row, int from, int to)
{
	struct place v = {row, from, to, stretch_rect(k->p, row, from, to), 0};
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
unread(const struct block *k, const struct mk_text_row *row, struct place *out)
{
	int x = row->n > 0 ? row->g[row->n - 1].r.x1 : row->r.x0;
	bool found = false;
	*out = (struct place){.row = row, .from = row->n, .to = row->n};
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
static bool
value_at(const struct block *k, const struct mk_text_row *row, int from, struct place *out)
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
	*out = make_place(k, row, from, to);
	return out->r.x1 > out->r.x0;
}

static bool
value_place(const struct block *k, const char *field, int y, struct place *out)
{
	int i, end;
	return mk_label_find(k->rows, k->b, k->layout, field, y, &i, &end) &&
	       value_at(k, &k->rows->row[i], end, out);
}

struct reading {
	uint32_t cp[MK_GLYPHS];
	bool word[MK_GLYPHS]; /* begins a word */
	int n;
	int conf;
	unsigned model;
};

struct way {
	enum mk_model model;
	int size;
	int blur;
	bool raw;
};

static bool
same(const struct reading *a, const struct reading *b)
{
	return a->n == b->n && memcmp(a->cp, b->cp, (size_t)a->n * sizeof a->cp[0]) == 0;
}

/*
 * Reads a place of the page in several ways; returns how many readings there are. When the first two,
 * of different models, say the same, that is enough.
 */
static int
read_ways(struct mk_page *p, struct mk_rect r, int height, const struct way *ways, int count,
    struct reading *out)
{
	struct mk_line *line = malloc(sizeof *line);
	int n = 0;
	for (int i = 0; line != NULL && i < count; i++) {
		if (p->ocr->api[ways[i].model] == NULL)
			continue;
		struct mk_grey g = mk_page_cut(p, r, height, ways[i].size, 0, NULL),
			       soft = {NULL, 0, 0};
		if (ways[i].blur > 0)
			soft = mk_grey_blur(&g, ways[i].blur);
		if (mk_ocr_line(p->ocr, ways[i].model, soft.px != NULL ? &soft : &g, false,
			ways[i].raw, line)) {
			struct reading *o = &out[n++];
			int sum = 0;
			o->n = line->n;
			o->model = (unsigned)ways[i].model;
			for (int j = 0; j < line->n; j++) {
				o->cp[j] = line->g[j].cp;
				o->word[j] = line->g[j].word;
				sum += line->g[j].conf;
			}
			o->conf = sum / line->n;
		}
		mk_grey_free(&g);
		mk_grey_free(&soft);
		if (n == 2 && out[0].model != out[1].model && same(&out[0], &out[1]))
			break;
	}
	if (line != NULL)
		mk_line_wipe(line);
	free(line);
	return n;
}

/* The reading that most others repeat, of equal ones the most confident. *share: 0..1000, over 900 only with two models. */
static int
winner(const struct reading *r, int n, unsigned *share)
{
	int best = -1, votes = 0;
	unsigned models = 0;
	for (int i = 0; i < n; i++) {
		int v = 0;
		unsigned m = 0;
		for (int j = 0; j < n; j++) {
			if (r[j].n > 0 && same(&r[i], &r[j])) {
				v++;
				m |= 1U << r[j].model;
			}
		}
		if (v > votes || (v == votes && v > 0 && r[i].conf > r[best].conf)) {
			best = i;
			votes = v;
			models = m;
		}
	}
	*share = n == 0 ? 0 : (unsigned)(votes * 1000 / n);
	bool two = (models & (models - 1)) != 0;
	if (!two && *share > 700)
		*share = 700;
	return best;
}

static bool
is_name_glyph(uint32_t cp)
{
	return mk_is_japanese(cp) || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') ||
	       cp == '-' || cp == '.' || cp == '\'' || cp == 0x30fb;
}

static bool
is_latin(const struct reading *r)
{
	int latin = 0;
	for (int i = 0; i < r->n; i++)
		latin += r->cp[i] < 128 ? 1 : 0;
	return latin * 2 > r->n;
}

/* A dash among kanji is the numeral one; after katakana it is the long vowel. */
static bool
is_dash(uint32_t cp)
{
	static const uint32_t dashes[] = {
	    0x30fc, '-', 0x2014, 0x2015, 0xff0d, 0x2010, 0x2212, 0x4e00, '_', 0x2013};
	for (size_t k = 0; k < sizeof dashes / sizeof dashes[0]; k++)
		if (cp == dashes[k])
			return true;
	return false;
}

static void
mend_dashes(struct reading *r)
{
	for (int i = 0; i < r->n; i++) {
		bool katakana = i > 0 && r->cp[i - 1] >= 0x30a1 && r->cp[i - 1] <= 0x30fc;
		if (is_dash(r->cp[i]) && !is_latin(r))
			r->cp[i] = katakana ? 0x30fc : 0x4e00;
	}
}

/* In an address a dash stands between digits, and nothing else does. */
static void
mend_hyphens(struct reading *r)
{
	for (int i = 1; i + 1 < r->n; i++)
		if (is_dash(r->cp[i]) && mk_digit_value(r->cp[i - 1]) >= 0 &&
		    mk_digit_value(r->cp[i + 1]) >= 0)
			r->cp[i] = '-';
}

static void
keep(struct reading *r, bool (*wanted)(uint32_t))
{
	int n = 0;
	bool word = false;
	for (int i = 0; i < r->n; i++) {
		word = word || r->word[i];
		if (wanted(r->cp[i])) {
			r->cp[n] = r->cp[i];
			r->word[n++] = word;
			word = false;
		}
	}
	r->n = n;
}

static void
put(char *out, size_t cap, size_t *at, uint32_t cp)
{
	char raw[4];
	size_t n = mk_utf8_encode(cp, raw);
	if (*at + n >= cap)
		return;
	memcpy(out + *at, raw, n);
	*at += n;
	out[*at] = '\0';
}

/* How many Japanese glyphs, all of one width, stand before the white run g of a row of n. */
static int
glyphs_before(struct mk_rect r, const struct mk_gap *gap, int gaps, int g, int n)
{
	int ink = r.x1 - r.x0, before = gap[g].x0 - r.x0;
	for (int i = 0; i < gaps; i++)
		ink -= gap[i].x1 - gap[i].x0;
	for (int i = 0; i < g; i++)
		before -= gap[i].x1 - gap[i].x0;
	return ink <= 0 ? 0 : (before * n + ink / 2) / ink;
}

/* Text of a reading with blanks where the row is white (Japanese: full-width, as printed). least: px of a blank. */
static void
compose(const struct block *k, const struct reading *r, struct mk_rect place, int least, char *out,
    size_t cap)
{
	struct mk_gap gap[4];
	size_t at = 0;
	int gaps = mk_row_gaps(k->p, place, least, gap, 4);
	bool latin = is_latin(r);
	out[0] = '\0';
	for (int i = 0; i < r->n; i++) {
		bool white = latin && r->word[i];
		for (int g = 0; g < gaps && !latin; g++)
			white = white || glyphs_before(place, gap, gaps, g, r->n) == i;
		if (white && at > 0)
			put(out, cap, &at, latin ? ' ' : 0x3000);
		put(out, cap, &at, r->cp[i]);
	}
}

static void
read_name(const struct block *k, const struct place *v, bool (*wanted)(uint32_t),
    struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 40, 2, false}, {MK_SCRIPT, 40, 1, false},
	    {MK_JPN, 48, 1, true}, {MK_SCRIPT, 52, 2, true}, {MK_JPN, 34, 1, false},
	    {MK_EXTRA, 48, 1, true}, {MK_EXTRA, 36, 1, false}};
	static const struct way latin[] = {
	    {MK_ENG, 40, 0, false}, {MK_ENG, 48, 1, false}, {MK_ENG, 34, 0, false}};
	struct reading *got = calloc(READS, sizeof *got);
	int n = got == NULL ? 0 : read_ways(k->p, v->r, v->height, ways, 7, got);
	unsigned share = 0;
	for (int i = 0; i < n; i++) {
		mend_dashes(&got[i]);
		keep(&got[i], wanted);
	}
	int best = winner(got, n, &share);
	if (best >= 0 && is_latin(&got[best])) {
		n = read_ways(k->p, v->r, v->height, latin, 3, got);
		for (int i = 0; i < n; i++)
			keep(&got[i], is_name_glyph);
		best = winner(got, n, &share);
	}
	if (best >= 0 && got[best].n > 0 &&
	    (got[best].n <= NAME_MAX_GLYPHS || is_latin(&got[best]))) {
		compose(k, &got[best], v->r, v->height * 55 / 100, out->text, sizeof out->text);
		out->confidence = share;
		out->r = v->r;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
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
row_below(const struct block *k, struct mk_rect number, struct place *out)
{
	const struct mk_text_row *best = NULL;
	for (int i = 0; number.x1 > 0 && i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (!inside(k, i) || row->n < 2 || (row->r.y0 + row->r.y1) / 2 <= number.y1 ||
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
	return value_at(k, best, from, out);
}

/* Small print before the value (a label taken for a part of it) is cut off: parts much lower than the rest, then white. */
static void
cut_small(const struct block *k, struct place *v)
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
half_label(const struct block *k, struct mk_rect number, struct place *out)
{
	const struct mk_text_row *best = NULL;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (inside(k, i) && row->r.y0 > number.y0 && skip_label(row) > 0 && row->n > 3 &&
		    (best == NULL || row->r.y0 < best->r.y0))
			best = row;
	}
	return best != NULL && value_at(k, best, skip_label(best), out);
}

static bool
name_place(const struct block *k, struct mk_rect number, struct place *out)
{
	int y = (number.y0 + number.y1) / 2;
	if (value_place(k, "name", y, out))
		return true;
	if (k->layout == MK_JUMINHYO)
		return false;
	if (k->layout == MK_CARD_BACK && number.x1 > 0)
		return row_below(k, number, out);
	return half_label(k, number, out) || row_below(k, number, out);
}

/* The reading of a name stands over it, in smaller print and often too small for its label to be read. */
static bool
row_above(const struct block *k, const struct place *name, struct place *out)
{
	const struct mk_text_row *best = NULL;
	int from = 0;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		if (!inside(k, i) || row->r.y1 > name->r.y0 ||
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
	if (best == NULL || !value_at(k, best, from, out))
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

static void
names(const struct block *k, struct mk_rect number, struct mk_field_value *out)
{
	struct place v, kana;
	if (!name_place(k, number, &v))
		return;
	if (k->layout == MK_CARD_BACK || k->layout == MK_CARD_FRONT)
		cut_small(k, &v);
	read_name(k, &v, is_name_glyph, &out[MK_F_NAME]);
	if (k->layout != MK_JUMINHYO)
		return;
	if (value_place(k, "kana", (v.r.y0 + v.r.y1) / 2, &kana) || row_above(k, &v, &kana))
		read_name(k, &kana, is_kana_glyph, &out[MK_F_KANA]);
}

static void
read_date(
    const struct block *k, const struct place *v, struct mk_date first, struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 36, 1, false}, {MK_SCRIPT, 40, 0, false},
	    {MK_JPN, 48, 0, false}, {MK_SCRIPT, 32, 1, false}};
	struct reading *got = calloc(READS, sizeof *got);
	struct mk_date date[READS + 1] = {first};
	int dates = first.year > 0 ? 1 : 0, votes = 0, best = 0, n, a, b;
	n = got == NULL ? 0 : read_ways(k->p, v->r, v->height, ways, 4, got);
	for (int i = 0; i < n; i++)
		if (mk_find_date(got[i].cp, got[i].n, &date[dates], &a, &b) > 0)
			dates++;
	for (int i = 0; i < dates; i++) {
		int same_days = 0;
		for (int j = 0; j < dates; j++)
			same_days += mk_date_days(date[i]) == mk_date_days(date[j]) ? 1 : 0;
		if (same_days > votes) {
			votes = same_days;
			best = i;
		}
	}
	if (votes > 1) {
		mk_date_format(date[best], out->text);
		out->confidence = (unsigned)(votes * 1000 / (n + 1));
		out->r = v->r;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
	free(got);
}

/* Which date is it: by the words around it on its row. */
static enum mk_field
date_kind(const struct mk_text_row *row, int from, int to)
{
	int n = row->n - to;
	if (n > 0 && row->cp[to] == BIRTH_GLYPH)
		return MK_F_BIRTH;
	if (mk_find_utf8(row->cp + to, n, "まで有効", NULL, NULL) >= 0)
		return MK_F_EXPIRES;
	if (mk_find_utf8(row->cp, from, "生年月日", NULL, NULL) >= 0)
		return MK_F_BIRTH;
	return MK_FIELDS;
}

/* The row of the label is read as a date even where the first reading saw none. */
static void
birth_by_label(const struct block *k, struct mk_field_value *out)
{
	struct mk_date none = {0, 0, 0};
	struct place v;
	if (value_place(k, "birth", 0, &v))
		read_date(k, &v, none, out);
}

static void
dates(const struct block *k, struct mk_rect number, struct mk_field_value *out)
{
	struct mk_date d, only_date = {0, 0, 0};
	struct place only = {0};
	int count = 0;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		int from, to;
		if (!inside(k, i) || mk_find_date(row->cp, row->n, &d, &from, &to) <= 0)
			continue;
		enum mk_field f = date_kind(row, from, to);
		only = make_place(k, row, from, to);
		only_date = d;
		count++;
		if (f != MK_FIELDS && out[f].text[0] == '\0')
			read_date(k, &only, d, &out[f]);
	}
	if (out[MK_F_BIRTH].text[0] == '\0' && k->layout != MK_CARD_BACK)
		birth_by_label(k, &out[MK_F_BIRTH]);
	/* the back of a card has one date, two rows under the number */
	if (k->layout != MK_CARD_BACK || out[MK_F_BIRTH].text[0] != '\0' ||
	    out[MK_F_EXPIRES].text[0] != '\0')
		return;
	if (count == 1) {
		read_date(k, &only, only_date, &out[MK_F_BIRTH]);
		return;
	}
	for (int i = 0; number.x1 > 0 && i < k->rows->count && out[MK_F_BIRTH].text[0] == '\0';
	     i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		int below = row->r.y0 - number.y1, h = number.y1 - number.y0;
		if (!inside(k, i) || row->n < 5 || below < h / 2 || below > h * 6 ||
		    row->r.x0 > number.x1 || row->r.x1 < number.x0)
			continue;
		only = make_place(k, row, 0, row->n);
		read_date(k, &only, only_date, &out[MK_F_BIRTH]);
	}
}

/* A glyph alone is hard to read; with its label before it less so. */
static void
sex(const struct block *k, struct mk_field_value *out)
{
	static const struct way ways[] = {
	    {MK_JPN, 40, 1, false}, {MK_SCRIPT, 40, 0, false}, {MK_SCRIPT, 48, 1, true}};
	struct place v;
	int male = 0, female = 0;
	if (!value_place(k, "sex", 0, &v))
		return;
	if (v.to > v.from + 1)
		v = make_place(k, v.row, v.from, v.from + 1);
	for (int i = v.from; i < v.to; i++) {
		male += v.row->cp[i] == MALE;
		female += v.row->cp[i] == FEMALE;
	}
	out->r = v.r;
	if (v.from >= 2 && v.r.x0 - v.row->g[v.from - 1].r.x1 < v.height * 4) {
		struct mk_rect with = stretch_rect(k->p, v.row, v.from - 2, v.from);
		v.r.x0 = with.x0;
	}
	struct reading *got = calloc(READS, sizeof *got);
	int n = got == NULL ? 0 : read_ways(k->p, v.r, v.height, ways, 3, got);
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < got[i].n; j++) {
			male += got[i].cp[j] == MALE;
			female += got[i].cp[j] == FEMALE;
		}
	}
	free(got);
	if (male == female)
		return;
	strncpy(out->text, male > female ? "male" : "female", sizeof out->text - 1);
	out->confidence = (unsigned)((male > female ? male : female) * 1000 / (male + female + 1));
}

static bool
is_address_glyph(uint32_t cp)
{
	return cp > 0x20 && cp != '|' && cp != '\\' && cp != '"' && cp != '_' && cp != '*';
}

static void
address_row(const struct block *k, const struct place *v, struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 40, 1, false}, {MK_SCRIPT, 40, 0, false},
	    {MK_JPN, 34, 0, false}, {MK_SCRIPT, 34, 1, false}};
	struct reading *got = calloc(READS, sizeof *got);
	unsigned share;
	int n = got == NULL ? 0 : read_ways(k->p, v->r, v->height, ways, 4, got);
	for (int i = 0; i < n; i++) {
		keep(&got[i], is_address_glyph);
		mend_hyphens(&got[i]);
	}
	int best = winner(got, n, &share);
	if (best >= 0) {
		size_t at = strlen(out->text);
		compose(k, &got[best], v->r, v->height * 95 / 100, out->text + at,
		    sizeof out->text - at);
		out->confidence = at == 0 || share < out->confidence ? share : out->confidence;
		if (at == 0)
			out->r = v->r;
		out->r.y1 = v->r.y1;
		out->r.x1 = v->r.x1 > out->r.x1 ? v->r.x1 : out->r.x1;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
	free(got);
}

static bool
has_label(const struct mk_text_row *row)
{
	static const char *const words[] = {
	    "氏名", "住所", "生年月日", "性別", "個人番号", "世帯主", "発行日", "フリガナ", "有効"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (mk_find_utf8(row->cp, row->n, words[i], NULL, NULL) >= 0)
			return true;
	return false;
}

/* An address may run on in the next row, beginning where its first row begins. */
static void
address(const struct block *k, struct mk_field_value *out)
{
	struct place v;
	if (!value_place(k, "address", 0, &v))
		return;
	address_row(k, &v, out);
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *o = &k->rows->row[i];
		int below = o->r.y0 - v.r.y1, aside = abs(o->r.x0 - v.r.x0);
		if (o == v.row || !inside(k, i) || o->n < 2 || below < -v.height / 3 ||
		    below > v.height || aside > v.height * 3 / 2 || o->height * 10 < v.height * 7 ||
		    has_label(o))
			continue;
		struct place more = make_place(k, o, 0, o->n);
		address_row(k, &more, out);
		return;
	}
}

void
mk_fields_read(struct mk_page *p, const struct mk_rows *rows, int b, enum mk_layout l,
    struct mk_rect number, struct mk_field_value out[MK_FIELDS])
{
	struct block k = {p, rows, b, l};
	if (l == MK_UNKNOWN)
		return;
	names(&k, number, out);
	dates(&k, number, out);
	if (l != MK_CARD_BACK) {
		sex(&k, &out[MK_F_SEX]);
		address(&k, &out[MK_F_ADDRESS]);
	}
}
