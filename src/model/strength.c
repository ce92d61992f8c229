/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A conservative estimate of a passphrase's strength. Each character costs what it adds for a
 * guesser who tries words, years, runs and repetitions first; it is no proof, and it only ever
 * advises. Costs are in tenths of a bit.
 */
#include "mynakura/model/strength.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mynakura/base/utf8.h"

enum cost {
	COST_REPEAT = 5, /* the same character again, or a piece that was there before */
	COST_RUN = 10, /* the next or previous in alphabet, digits or on the keyboard */
	COST_WORD = 80, /* a whole common word */
	COST_YEAR = 70, /* 1900-2099 */
	COST_DAY = 85, /* month and day after a year */
	COST_LETTER = 18, /* inside a run of letters: text has about that much */
	COST_LETTER1 = 40, /* the first of a run */
	COST_CASE = 10, /* a capital inside */
	COST_DIGIT = 30,
	COST_BLANK = 10,
	COST_SYMBOL = 40,
	COST_KANA = 25,
	COST_KANJI = 50,
	COST_OTHER = 30,
};

static const char *const common[] = {"password", "passwd", "pass", "admin", "root", "user", "login",
    "welcome", "letmein", "master", "secret", "iloveyou", "dragon", "monkey", "sunshine",
    "princess", "football", "baseball", "mynumber", "mynakura", "kojin", "bango", "kaisha", "jinji",
    "soumu", "keiri", "himitsu", "sakura", "fuji", "nihon", "japan", "tokyo", "osaka", "sato",
    "suzuki", "takahashi", "tanaka", "watanabe", "yamada", "yamamoto", "test", "demo", "chief",
    "clerk", "office", "company", "change", "hello", "spring", "summer", "autumn", "winter"};

static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static uint32_t
lower(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Is b beside a, in order or on a keyboard row? */
static bool
neighbours(uint32_t a, uint32_t b)
{
	static const char rows[] = "qwertyuiop asdfghjkl zxcvbnm";
	if (!((is_letter(a) && is_letter(b)) || (is_digit(a) && is_digit(b))))
		return false;
	a = lower(a);
	b = lower(b);
	if (a + 1 == b || b + 1 == a)
		return true;
	const char *p = is_letter(a) ? strchr(rows, (int)a) : NULL;
	if (p == NULL)
		return false;
	return (uint32_t)p[1] == b || (p > rows && (uint32_t)p[-1] == b);
}

static size_t
common_word(const char *s, size_t len)
{
	size_t best = 0;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		size_t n = strlen(common[i]), k = 0;
		while (
		    k < n && k < len && lower((unsigned char)s[k]) == (unsigned char)common[i][k])
			k++;
		if (k == n && n > best)
			best = n;
	}
	return best;
}

/* 4 at a year, 8 at a year with four digits after it, else 0. */
static size_t
year(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && n < 8 && is_digit((unsigned char)s[n]))
		n++;
	if (n < 4 || !((s[0] == '1' && s[1] == '9') || (s[0] == '2' && s[1] == '0')))
		return 0;
	return n == 8 ? 8 : 4;
}

/* Do the three bytes ending at i stand somewhere before? */
static bool
seen_before(const char *s, size_t i)
{
	if (i < 5)
		return false;
	for (size_t k = 0; k + 3 <= i - 2; k++)
		if (memcmp(s + k, s + i - 2, 3) == 0)
			return true;
	return false;
}

static unsigned
class_cost(uint32_t c, uint32_t before)
{
	if (is_letter(c)) {
		bool capital = c <= 'Z' && is_letter(before) && before > 'Z';
		return (is_letter(before) ? COST_LETTER : COST_LETTER1) +
		       (capital ? COST_CASE : 0U);
	}
	if (is_digit(c))
		return COST_DIGIT;
	if (c == ' ' || c == 0x3000)
		return COST_BLANK;
	if (c > ' ' && c < 127)
		return COST_SYMBOL;
	if (c >= 0x3041 && c <= 0x30ff)
		return COST_KANA;
	if (c >= 0x3400 && c <= 0x9fff)
		return COST_KANJI;
	return COST_OTHER;
}

unsigned
mk_pass_bits(const char *text, size_t len)
{
	unsigned tenths = 0;
	uint32_t before = 0;
	for (size_t i = 0; i < len;) {
		size_t n = common_word(text + i, len - i);
		size_t y = year(text + i, len - i);
		uint32_t cp = 0xfffd;
		if (n > 0 || y > 0) {
			tenths += n > 0 ? COST_WORD : y == 8 ? COST_YEAR + COST_DAY : COST_YEAR;
			i += n > 0 ? n : y;
			before = (unsigned char)text[i - 1];
			continue;
		}
		n = mk_utf8_decode(text + i, len - i, &cp);
		if (n == 0)
			n = 1;
		if (i > 0 && (cp == before || seen_before(text, i + n - 1)))
			tenths += COST_REPEAT;
		else if (i > 0 && neighbours(before, cp))
			tenths += COST_RUN;
		else
			tenths += class_cost(cp, before);
		before = cp;
		i += n;
	}
	return tenths / 10;
}

enum mk_pass_grade
mk_pass_grade(const char *text, size_t len)
{
	unsigned bits = mk_pass_bits(text, len);
	if (len < MK_PASS_BYTES_MIN || bits < MK_PASS_BITS_MIN)
		return MK_PASS_WEAK;
	return bits < 60 ? MK_PASS_FAIR : bits < 80 ? MK_PASS_GOOD : MK_PASS_STRONG;
}
