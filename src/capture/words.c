/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words and dates in code points that a recogniser gave, with its mistakes in mind. */
#include "words_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"

static const char eras[] =
#include "eras_tsv.inc"
    ;

uint32_t
mk_fold_digit(uint32_t cp)
{
	return cp >= 0xff01 && cp <= 0xff5e ? cp - 0xfee0 : cp;
}

int
mk_digit_value(uint32_t cp)
{
	cp = mk_fold_digit(cp);
	return cp >= '0' && cp <= '9' ? (int)(cp - '0') : -1;
}

bool
mk_is_japanese(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x30ff) || (cp >= 0x3400 && cp <= 0x9fff) ||
	       (cp >= 0xf900 && cp <= 0xfaff) || cp == 0x3005 || cp == 0x3007 ||
	       (cp >= 0x20000 && cp <= 0x3ffff);
}

/*
 * Approximate search after Sellers: column by column, the cheapest way to end a match here, with
 * where it began.
 */
int
mk_find_word(const uint32_t *text, int n, const uint32_t *word, int len, int *from, int *to)
{
	int cost[MK_WORD_MAX + 1], start[MK_WORD_MAX + 1], best = len / 4 + 1, end = -1, begin = 0;
	if (len < 1 || len > MK_WORD_MAX)
		return -1;
	for (int j = 0; j <= len; j++) {
		cost[j] = j;
		start[j] = 0;
	}
	for (int i = 0; i < n; i++) {
		int diagonal = cost[0], dstart = i;
		start[0] = i + 1;
		for (int j = 1; j <= len; j++) {
			int up = cost[j], ustart = start[j];
			int c = diagonal +
				(mk_fold_digit(text[i]) == mk_fold_digit(word[j - 1]) ? 0 : 1),
			    s = dstart;
			if (up + 1 < c) {
				c = up + 1;
				s = ustart;
			}
			if (cost[j - 1] + 1 < c) {
				c = cost[j - 1] + 1;
				s = start[j - 1];
			}
			diagonal = up;
			dstart = ustart;
			cost[j] = c;
			start[j] = s;
		}
		if (cost[len] < best) {
			best = cost[len];
			end = i + 1;
			begin = start[len];
		}
	}
	if (end < 0)
		return -1;
	if (from != NULL)
		*from = begin;
	if (to != NULL)
		*to = end;
	return best;
}

int
mk_find_utf8(const uint32_t *text, int n, const char *word, int *from, int *to)
{
	uint32_t cps[MK_WORD_MAX];
	int len = 0;
	size_t left = strlen(word);
	while (left > 0 && len < MK_WORD_MAX) {
		size_t k = mk_utf8_decode(word, left, &cps[len]);
		if (k == 0)
			return -1;
		word += k;
		left -= k;
		len++;
	}
	return mk_find_word(text, n, cps, len, from, to);
}

bool
mk_tsv_cell(const char *text, size_t line, size_t col, char *out, size_t cap)
{
	for (; line > 0; line--) {
		const char *nl = strchr(text, '\n');
		if (nl == NULL)
			return false;
		text = nl + 1;
	}
	for (; col > 0; col--) {
		text += strcspn(text, "\t\n");
		if (*text != '\t')
			return false;
		text++;
	}
	size_t n = strcspn(text, "\t\n");
	if (n == 0 || n >= cap)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

/* Is cp one of the glyphs of a UTF-8 set? */
static bool
in_set(const char *set, uint32_t cp)
{
	size_t left = strlen(set);
	while (left > 0) {
		uint32_t c = 0;
		size_t k = mk_utf8_decode(set, left, &c);
		if (k == 0)
			return false;
		if (c == cp)
			return true;
		set += k;
		left -= k;
	}
	return false;
}

/*
 * The era that stands in the two glyphs before `at`; its row, -1 none, -2 when the glyphs
 * contradict each other.
 */
static int
era_before(const uint32_t *text, int at)
{
	char set[16];
	int found = -1;
	for (size_t row = 0; mk_tsv_cell(eras, row, 5, set, sizeof set); row++) {
		for (int i = at - 1; i >= 0 && i >= at - 2; i--) {
			if (!in_set(set, text[i]))
				continue;
			if (found >= 0 && found != (int)row)
				return -2;
			found = (int)row;
		}
	}
	return found;
}

static bool
era_date(int row, int year, int month, int day, struct mk_date *out)
{
	char first[16], last[16], one[8];
	struct mk_date a, b;
	uint64_t base;
	if (!mk_tsv_cell(eras, (size_t)row, 2, first, sizeof first) ||
	    !mk_tsv_cell(eras, (size_t)row, 3, last, sizeof last) ||
	    !mk_tsv_cell(eras, (size_t)row, 4, one, sizeof one))
		return false;
	if (mk_date_parse(first, &a) < 0 || mk_str_u64(one, 9999, &base) < 0 || year < 1 ||
	    year > 99)
		return false;
	struct mk_date d = {(int)base + year - 1, month, day};
	if (!mk_date_valid(d) || mk_date_days(d) < mk_date_days(a))
		return false;
	if (last[0] != '-' && (mk_date_parse(last, &b) < 0 || mk_date_days(d) > mk_date_days(b)))
		return false;
	*out = d;
	return true;
}

struct run {
	int value, digits, from, to;
};

/* A run of digits from `at`; 元 counts as 1. */
static bool
digits_at(const uint32_t *text, int n, int at, int most, struct run *out)
{
	*out = (struct run){0, 0, at, at};
	if (at < n && text[at] == 0x5143) {
		*out = (struct run){1, 1, at, at + 1};
		return true;
	}
	while (out->to < n && mk_digit_value(text[out->to]) >= 0 && out->digits < most + 1) {
		out->value = out->value * 10 + mk_digit_value(text[out->to++]);
		out->digits++;
	}
	return out->digits > 0 && out->digits <= most;
}

#define YEAR 0x5e74U
#define MONTH 0x6708U
#define DAY 0x65e5U

/*
 * Year, month, day from `at`, each behind one glyph; two of the three 年月日 must have been read.
 */
static bool
triple(const uint32_t *text, int n, int at, struct run *y, struct run *m, struct run *d)
{
	static const uint32_t signs[3] = {YEAR, MONTH, DAY};
	int right = 0;
	if (!digits_at(text, n, at, 4, y) || y->to >= n || !digits_at(text, n, y->to + 1, 2, m) ||
	    m->to >= n || !digits_at(text, n, m->to + 1, 2, d))
		return false;
	right += text[y->to] == signs[0];
	right += text[m->to] == signs[1];
	right += d->to < n && text[d->to] == signs[2];
	return right >= 2;
}

int
mk_find_date(const uint32_t *text, int n, struct mk_date *out, int *from, int *to)
{
	for (int i = 0; i < n; i++) {
		struct run y, m, d;
		bool inside = i > 0 && mk_digit_value(text[i - 1]) >= 0;
		if (inside || !triple(text, n, i, &y, &m, &d))
			continue;
		int era = era_before(text, i);
		struct mk_date date = {y.value, m.value, d.value};
		bool western = era == -1 && y.digits == 4 && y.value >= 1873 && y.value < 2200 &&
			       mk_date_valid(date);
		if (!western &&
		    (era < 0 || y.digits > 2 || !era_date(era, y.value, m.value, d.value, &date)))
			continue;
		*out = date;
		*from = western ? i : i >= 2 ? i - 2 : 0;
		*to = d.to < n ? d.to + 1 : d.to;
		return 1;
	}
	return 0;
}
