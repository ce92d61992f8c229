/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields other than the number. A field that is not found stays empty; nothing here can make a number certain. */
#include "fields_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"
#include "words_internal.h"

#define READS 8
#define BIRTH_GLYPH 0x751fU /* 生 */
#define MALE 0x7537U
#define FEMALE 0x5973U

static const char *const names[MK_FIELDS] = {"name", "kana", "address", "birth", "sex", "expires"};

const char *
mk_field_name(enum mk_field f)
{
	return names[f];
}

struct block {
	struct mk_page *p;
	const int *of;
	int b;
	enum mk_layout layout;
};

static bool
inside(const struct block *k, int s)
{
	return k->b < 0 || k->of[s] == k->b;
}

static int
code_points(const struct mk_line *l, int from, uint32_t *out)
{
	int n = 0;
	for (int i = from; i < l->n; i++)
		out[n++] = l->g[i].cp;
	return n;
}

static struct mk_rect
glyphs_rect(const struct mk_segment *s, int from, int to)
{
	struct mk_rect r = {s->line.g[from].r.x0, s->r.y0, s->line.g[to - 1].r.x1, s->r.y1};
	return r;
}

/* The nearest segment to the right on the same row. */
static int
right_of(const struct block *k, int s)
{
	const struct mk_text *t = &k->p->text;
	int best = -1;
	for (int i = 0; i < t->count; i++)
		if (i != s && inside(k, i) && mk_same_row(&t->seg[i].r, &t->seg[s].r) && t->seg[i].r.x0 >= t->seg[s].r.x1 - 4 &&
		    (best < 0 || t->seg[i].r.x0 < t->seg[best].r.x0))
			best = i;
	return best;
}

/* Where the value of a label stands: behind it in its segment, else the next segment. false: nowhere. */
static bool
value_place(const struct block *k, const char *field, int y, int *segment, int *from)
{
	int s, end;
	if (!mk_label_find(k->p, k->of, k->b, k->layout, field, y, &s, &end))
		return false;
	const struct mk_segment *seg = &k->p->text.seg[s];
	if (end < seg->line.n) {
		*segment = s;
		*from = end;
		return true;
	}
	*segment = right_of(k, s);
	*from = 0;
	return *segment >= 0 && k->p->text.seg[*segment].line.n > 0;
}

struct reading {
	uint32_t cp[MK_GLYPHS];
	struct mk_rect r[MK_GLYPHS];
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

/* Reads a place of the page in several ways; returns how many readings there are. */
static int
read_ways(struct mk_page *p, struct mk_rect r, int height, const struct way *ways, int count, struct reading *out)
{
	struct mk_line *line = malloc(sizeof *line);
	int n = 0;
	for (int i = 0; line != NULL && i < count; i++) {
		if (p->ocr->api[ways[i].model] == NULL)
			continue;
		double k;
		struct mk_grey g = mk_page_cut(p, r, height, ways[i].size, 0, &k), soft = {NULL, 0, 0};
		if (ways[i].blur > 0)
			soft = mk_grey_blur(&g, ways[i].blur);
		if (mk_ocr_line(p->ocr, ways[i].model, soft.px != NULL ? &soft : &g, false, ways[i].raw, line)) {
			struct reading *o = &out[n++];
			int sum = 0;
			o->n = line->n;
			o->model = (unsigned)ways[i].model;
			for (int j = 0; j < line->n; j++) {
				o->cp[j] = line->g[j].cp;
				o->r[j] = line->g[j].r;
				o->r[j].x0 = (int)(r.x0 + (line->g[j].r.x0 - ways[i].size / 4.0) / k);
				o->r[j].x1 = (int)(r.x0 + (line->g[j].r.x1 - ways[i].size / 4.0) / k);
				sum += line->g[j].conf;
			}
			o->conf = sum / line->n;
		}
		mk_grey_free(&g);
		mk_grey_free(&soft);
	}
	if (line != NULL)
		mk_line_wipe(line);
	free(line);
	return n;
}

static bool
same(const struct reading *a, const struct reading *b)
{
	return a->n == b->n && memcmp(a->cp, b->cp, (size_t)a->n * sizeof a->cp[0]) == 0;
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
	return mk_is_japanese(cp) || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || cp == '-' || cp == '.' || cp == '\'' ||
	    cp == 0x30fb;
}

static bool
is_latin(const struct reading *r)
{
	int latin = 0;
	for (int i = 0; i < r->n; i++)
		latin += r->cp[i] < 128 ? 1 : 0;
	return latin * 2 > r->n;
}

static void
keep(struct reading *r, bool (*wanted)(uint32_t))
{
	int n = 0;
	for (int i = 0; i < r->n; i++) {
		if (wanted(r->cp[i])) {
			r->cp[n] = r->cp[i];
			r->r[n++] = r->r[i];
		}
	}
	r->n = n;
}

/* Middles of the white gaps of a row that are wide enough to be blanks, from left to right. */
static int
find_gaps(const struct mk_page *p, struct mk_rect r, int height, int *gap, int cap)
{
	int n = 0, x = r.x0;
	bool more = true;
	while (more && n < cap) {
		/* the part that reaches furthest right of those beginning before x + a little; then the next beginning */
		int reach = x, next = r.x1;
		for (int i = 0; i < p->parts; i++) {
			const struct mk_rect *q = &p->part[i].r;
			int mid = (q->y0 + q->y1) / 2;
			if (mid < r.y0 || mid > r.y1 || q->x1 < r.x0 || q->x0 > r.x1 || q->y1 - q->y0 > height * 3 || q->x1 - q->x0 < 2)
				continue;
			if (q->x0 <= x && q->x1 > reach)
				reach = q->x1;
			if (q->x0 > x && q->x0 < next)
				next = q->x0;
		}
		if (reach > x) {
			x = reach;
			continue;
		}
		if (next - x > height * 55 / 100 && x > r.x0 + height / 2 && next < r.x1)
			gap[n++] = (x + next) / 2;
		more = next < r.x1 && next > x;
		x = next;
	}
	return n;
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

/* Text of a reading with blanks where the row is white (Japanese: full-width, as printed). */
static void
compose(const struct reading *r, const int *gap, int gaps, char *out, size_t cap)
{
	size_t at = 0;
	int g = 0;
	uint32_t blank = is_latin(r) ? ' ' : 0x3000;
	out[0] = '\0';
	for (int i = 0; i < r->n; i++) {
		int mid = (r->r[i].x0 + r->r[i].x1) / 2;
		bool white = false;
		while (g < gaps && mid > gap[g]) {
			white = true;
			g++;
		}
		if (white && at > 0)
			put(out, cap, &at, blank);
		put(out, cap, &at, r->cp[i]);
	}
}

static void
read_name(const struct block *k, struct mk_rect r, int height, struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 40, 2, false}, {MK_SCRIPT, 40, 1, false}, {MK_JPN, 48, 1, true}, {MK_SCRIPT, 52, 2, true},
	    {MK_JPN, 34, 1, false}, {MK_EXTRA, 48, 1, true}, {MK_EXTRA, 36, 1, false}};
	static const struct way latin[] = {{MK_ENG, 40, 0, false}, {MK_ENG, 48, 1, false}, {MK_SCRIPT, 40, 0, false}};
	struct reading *got = calloc(READS, sizeof *got);
	int gap[4], n = got == NULL ? 0 : read_ways(k->p, r, height, ways, 7, got);
	unsigned share = 0;
	for (int i = 0; i < n; i++)
		keep(&got[i], is_name_glyph);
	int best = winner(got, n, &share);
	if (best >= 0 && is_latin(&got[best])) {
		n = read_ways(k->p, r, height, latin, 3, got);
		for (int i = 0; i < n; i++)
			keep(&got[i], is_name_glyph);
		best = winner(got, n, &share);
	}
	if (best >= 0 && got[best].n > 0) {
		int gaps = find_gaps(k->p, r, height, gap, 4);
		compose(&got[best], gap, gaps, out->text, sizeof out->text);
		out->confidence = share;
		out->r = r;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
	free(got);
}

/* Without a label: the row under the number. */
static bool
row_below(const struct block *k, struct mk_rect number, int *segment)
{
	const struct mk_text *t = &k->p->text;
	int best = -1;
	for (int i = 0; number.x1 > 0 && i < t->count; i++) {
		const struct mk_rect *r = &t->seg[i].r;
		if (!inside(k, i) || t->seg[i].line.n < 2 || (r->y0 + r->y1) / 2 <= number.y1 || r->x0 > number.x1 || r->x1 < number.x0)
			continue;
		if (best < 0 || r->y0 < t->seg[best].r.y0)
			best = i;
	}
	*segment = best;
	return best >= 0;
}

static void
name_field(const struct block *k, const char *field, struct mk_rect number, struct mk_field_value *out)
{
	int s, from = 0, y = (number.y0 + number.y1) / 2;
	if (!value_place(k, field, y, &s, &from)) {
		if (k->layout != MK_CARD_BACK || strcmp(field, "name") != 0 || !row_below(k, number, &s))
			return;
	}
	const struct mk_segment *seg = &k->p->text.seg[s];
	struct mk_rect r = glyphs_rect(seg, from, seg->line.n);
	if (from == 0)
		r.x0 = seg->r.x0;
	r.x1 = seg->r.x1;
	read_name(k, r, seg->height, out);
}

static void
read_date(const struct block *k, const struct mk_segment *seg, int from, int to, struct mk_date first, struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 36, 1, false}, {MK_SCRIPT, 40, 0, false}, {MK_JPN, 48, 0, false}, {MK_SCRIPT, 32, 1, false}};
	struct reading *got = calloc(READS, sizeof *got);
	struct mk_date date[READS + 1] = {first};
	int dates = 1, votes = 0, best = 0, n, a, b;
	struct mk_rect r = glyphs_rect(seg, from, to);
	r.x0 -= seg->height / 3;
	r.x1 += seg->height / 3;
	n = got == NULL ? 0 : read_ways(k->p, r, seg->height, ways, 4, got);
	for (int i = 0; i < n; i++)
		if (mk_find_date(got[i].cp, got[i].n, &date[dates], &a, &b) > 0)
			dates++;
	for (int i = 0; i < dates; i++) {
		int v = 0;
		for (int j = 0; j < dates; j++)
			v += mk_date_days(date[i]) == mk_date_days(date[j]) ? 1 : 0;
		if (v > votes) {
			votes = v;
			best = i;
		}
	}
	if (n == 0 || votes > 1) {
		mk_date_format(date[best], out->text);
		out->confidence = (unsigned)(votes * 1000 / (n + 1));
		out->r = r;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
	free(got);
}

/* Which date is it: by the words around it on its row. */
static enum mk_field
date_kind(const struct block *k, int s, int to)
{
	uint32_t text[MK_GLYPHS];
	const struct mk_segment *seg = &k->p->text.seg[s];
	int n = code_points(&seg->line, to, text), left, end;
	if (n > 0 && text[0] == BIRTH_GLYPH)
		return MK_F_BIRTH;
	if (mk_find_utf8(text, n, "まで有効", NULL, NULL) >= 0 || mk_find_utf8(text, n, "有効", NULL, NULL) >= 0)
		return MK_F_EXPIRES;
	if (mk_label_find(k->p, k->of, k->b, k->layout, "birth", (seg->r.y0 + seg->r.y1) / 2, &left, &end) &&
	    mk_same_row(&k->p->text.seg[left].r, &seg->r))
		return MK_F_BIRTH;
	return MK_FIELDS;
}

static void
dates(const struct block *k, struct mk_field_value *out)
{
	uint32_t text[MK_GLYPHS];
	int only = -1, count = 0, only_from = 0, only_to = 0;
	struct mk_date only_date = {0, 0, 0};
	for (int s = 0; s < k->p->text.count; s++) {
		const struct mk_segment *seg = &k->p->text.seg[s];
		struct mk_date d;
		int from, to;
		if (!inside(k, s) || mk_find_date(text, code_points(&seg->line, 0, text), &d, &from, &to) <= 0)
			continue;
		enum mk_field f = date_kind(k, s, to);
		count++;
		only = s;
		only_from = from;
		only_to = to;
		only_date = d;
		if (f != MK_FIELDS && out[f].text[0] == '\0')
			read_date(k, seg, from, to, d, &out[f]);
	}
	/* the back of a card has one date */
	if (k->layout == MK_CARD_BACK && count == 1 && out[MK_F_BIRTH].text[0] == '\0' && out[MK_F_EXPIRES].text[0] == '\0')
		read_date(k, &k->p->text.seg[only], only_from, only_to, only_date, &out[MK_F_BIRTH]);
}

static void
sex(const struct block *k, struct mk_field_value *out)
{
	int s, from;
	if (!value_place(k, "sex", 0, &s, &from))
		return;
	const struct mk_segment *seg = &k->p->text.seg[s];
	for (int i = from; i < seg->line.n && i < from + 3; i++) {
		uint32_t cp = seg->line.g[i].cp;
		if (cp != MALE && cp != FEMALE)
			continue;
		strncpy(out->text, cp == MALE ? "male" : "female", sizeof out->text - 1);
		out->confidence = (unsigned)seg->line.g[i].conf * 10;
		out->r = glyphs_rect(seg, i, i + 1);
		return;
	}
}

static bool
is_address_glyph(uint32_t cp)
{
	return cp > 0x20 && cp != '|' && cp != '\\' && cp != '"' && cp != '_' && cp != '*';
}

static void
address_row(const struct block *k, struct mk_rect r, int height, struct mk_field_value *out)
{
	static const struct way ways[] = {{MK_JPN, 40, 1, false}, {MK_SCRIPT, 40, 0, false}, {MK_JPN, 34, 0, false}};
	struct reading *got = calloc(READS, sizeof *got);
	int gap[4];
	unsigned share;
	int n = got == NULL ? 0 : read_ways(k->p, r, height, ways, 3, got);
	for (int i = 0; i < n; i++)
		keep(&got[i], is_address_glyph);
	int best = winner(got, n, &share);
	if (best >= 0) {
		size_t at = strlen(out->text);
		compose(&got[best], gap, find_gaps(k->p, r, height, gap, 4), out->text + at, sizeof out->text - at);
		out->confidence = at == 0 || share < out->confidence ? share : out->confidence;
		if (at == 0)
			out->r = r;
		out->r.y1 = r.y1;
		out->r.x1 = r.x1 > out->r.x1 ? r.x1 : out->r.x1;
	}
	if (got != NULL)
		mk_wipe(got, READS * sizeof *got);
	free(got);
}

static bool
has_label(const struct block *k, int s)
{
	static const char *const words[] = {"氏名", "住所", "生年月日", "性別", "個人番号", "世帯主", "発行日", "フリガナ"};
	uint32_t text[MK_GLYPHS];
	int n = code_points(&k->p->text.seg[s].line, 0, text);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (mk_find_utf8(text, n, words[i], NULL, NULL) >= 0)
			return true;
	return false;
}

/* An address may run on in the next row, beginning where its first row begins. */
static void
address(const struct block *k, struct mk_field_value *out)
{
	int s, from;
	if (!value_place(k, "address", 0, &s, &from))
		return;
	const struct mk_text *t = &k->p->text;
	const struct mk_segment *seg = &t->seg[s];
	struct mk_rect r = glyphs_rect(seg, from, seg->line.n);
	r.x1 = seg->r.x1;
	address_row(k, r, seg->height, out);
	for (int i = 0; i < t->count; i++) {
		const struct mk_segment *o = &t->seg[i];
		int below = o->r.y0 - seg->r.y1, aside = abs(o->r.x0 - r.x0);
		if (i == s || !inside(k, i) || o->line.n < 2 || below < -seg->height / 3 || below > seg->height ||
		    aside > seg->height * 3 / 2 || o->height * 10 < seg->height * 7 || has_label(k, i))
			continue;
		address_row(k, o->r, o->height, out);
		return;
	}
}

void
mk_fields_read(struct mk_page *p, const int *block, int b, enum mk_layout l, struct mk_rect number,
    struct mk_field_value out[MK_FIELDS])
{
	struct block k = {p, block, b, l};
	if (l == MK_UNKNOWN)
		return;
	name_field(&k, "name", number, &out[MK_F_NAME]);
	if (l == MK_JUMINHYO)
		name_field(&k, "kana", number, &out[MK_F_KANA]);
	dates(&k, out);
	if (l != MK_CARD_BACK) {
		sex(&k, &out[MK_F_SEX]);
		address(&k, &out[MK_F_ADDRESS]);
	}
}
