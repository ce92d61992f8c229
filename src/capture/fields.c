/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields other than the number. A field that is not found stays empty; nothing here can make a
 * number certain.
 */
#include "place_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "words_internal.h"

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

static void
read_date(const struct mk_block *k, const struct mk_place *v, struct mk_date first,
    struct mk_field_value *out)
{
	static const struct mk_way ways[] = {{MK_JPN, 36, 1, false}, {MK_SCRIPT, 40, 0, false},
	    {MK_JPN, 48, 0, false}, {MK_SCRIPT, 32, 1, false}};
	struct mk_try *got = calloc(MK_TRIES, sizeof *got);
	struct mk_date date[MK_TRIES + 1] = {first};
	int dates = first.year > 0 ? 1 : 0, votes = 0, best = 0, n, a, b;
	n = got == NULL ? 0 : mk_try_ways(k->p, v->r, v->height, ways, 4, got);
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
		mk_wipe(got, MK_TRIES * sizeof *got);
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
birth_by_label(const struct mk_block *k, struct mk_field_value *out)
{
	struct mk_date none = {0, 0, 0};
	struct mk_place v;
	if (mk_place_value(k, "birth", 0, &v))
		read_date(k, &v, none, out);
}

static void
dates(const struct mk_block *k, struct mk_rect number, struct mk_field_value *out)
{
	struct mk_date d, only_date = {0, 0, 0};
	struct mk_place only = {0};
	int count = 0;
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *row = &k->rows->row[i];
		int from, to;
		if (!mk_block_has(k, i) || mk_find_date(row->cp, row->n, &d, &from, &to) <= 0)
			continue;
		enum mk_field f = date_kind(row, from, to);
		only = mk_place_make(k, row, from, to);
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
		if (!mk_block_has(k, i) || row->n < 5 || below < h / 2 || below > h * 6 ||
		    row->r.x0 > number.x1 || row->r.x1 < number.x0)
			continue;
		only = mk_place_make(k, row, 0, row->n);
		read_date(k, &only, only_date, &out[MK_F_BIRTH]);
	}
}

/* A glyph alone is hard to read; with its label before it less so. */
static void
sex(const struct mk_block *k, struct mk_field_value *out)
{
	static const struct mk_way ways[] = {
	    {MK_JPN, 40, 1, false}, {MK_SCRIPT, 40, 0, false}, {MK_SCRIPT, 48, 1, true}};
	struct mk_place v;
	int male = 0, female = 0;
	if (!mk_place_value(k, "sex", 0, &v))
		return;
	if (v.to > v.from + 1)
		v = mk_place_make(k, v.row, v.from, v.from + 1);
	for (int i = v.from; i < v.to; i++) {
		male += v.row->cp[i] == MALE;
		female += v.row->cp[i] == FEMALE;
	}
	out->r = v.r;
	if (v.from >= 2 && v.r.x0 - v.row->g[v.from - 1].r.x1 < v.height * 4) {
		struct mk_rect with = mk_stretch(k->p, v.row, v.from - 2, v.from);
		v.r.x0 = with.x0;
	}
	struct mk_try *got = calloc(MK_TRIES, sizeof *got);
	int n = got == NULL ? 0 : mk_try_ways(k->p, v.r, v.height, ways, 3, got);
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
address_row(const struct mk_block *k, const struct mk_place *v, struct mk_field_value *out)
{
	static const struct mk_way ways[] = {{MK_JPN, 40, 1, false}, {MK_SCRIPT, 40, 0, false},
	    {MK_JPN, 34, 0, false}, {MK_SCRIPT, 34, 1, false}};
	struct mk_try *got = calloc(MK_TRIES, sizeof *got);
	unsigned share;
	int n = got == NULL ? 0 : mk_try_ways(k->p, v->r, v->height, ways, 4, got);
	for (int i = 0; i < n; i++) {
		mk_try_keep(&got[i], is_address_glyph);
		mk_try_hyphens(&got[i]);
	}
	int best = mk_try_best(got, n, &share);
	if (best >= 0) {
		size_t at = strlen(out->text);
		mk_try_text(k, &got[best], v->r, v->height * 95 / 100, out->text + at,
		    sizeof out->text - at);
		out->confidence = at == 0 || share < out->confidence ? share : out->confidence;
		if (at == 0)
			out->r = v->r;
		out->r.y1 = v->r.y1;
		out->r.x1 = v->r.x1 > out->r.x1 ? v->r.x1 : out->r.x1;
	}
	if (got != NULL)
		mk_wipe(got, MK_TRIES * sizeof *got);
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
address(const struct mk_block *k, struct mk_field_value *out)
{
	struct mk_place v;
	if (!mk_place_value(k, "address", 0, &v))
		return;
	address_row(k, &v, out);
	for (int i = 0; i < k->rows->count; i++) {
		const struct mk_text_row *o = &k->rows->row[i];
		int below = o->r.y0 - v.r.y1, aside = abs(o->r.x0 - v.r.x0);
		if (o == v.row || !mk_block_has(k, i) || o->n < 2 || below < -v.height / 3 ||
		    below > v.height || aside > v.height * 3 / 2 || o->height * 10 < v.height * 7 ||
		    has_label(o))
			continue;
		struct mk_place more = mk_place_make(k, o, 0, o->n);
		address_row(k, &more, out);
		return;
	}
}

void
mk_fields_read(struct mk_page *p, const struct mk_rows *rows, int b, enum mk_layout l,
    struct mk_rect number, struct mk_field_value out[MK_FIELDS])
{
	struct mk_block k = {p, rows, b, l};
	if (l == MK_UNKNOWN)
		return;
	mk_names_read(&k, number, out);
	dates(&k, number, out);
	if (l != MK_CARD_BACK) {
		sex(&k, &out[MK_F_SEX]);
		address(&k, &out[MK_F_ADDRESS]);
	}
}
