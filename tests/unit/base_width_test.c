/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text on a grid of cells: what stands together, how wide it is, where it is cut. The width of what
 * comes out is counted here by wcwidth on its own, and every result must pass the rule for text
 * (R15), whatever went in.
 */
#include "tests/lib/mk_cmocka.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/base/width.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ACUTE "\xcc\x81" /* U+0301, a mark */
#define DAKUTEN "\xe3\x82\x99" /* U+3099 */
#define IVS "\xf3\xa0\x84\x80" /* U+E0100 */
#define WIDEST 10 /* cells of \u{10ffff} */

/* Cells of text by wcwidth alone; -1 when something in it has no width or is no text. */
static long
cells_by_wcwidth(const char *s, size_t len)
{
	long cells = 0;
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		int w = n > 0 ? wcwidth((wchar_t)cp) : -1;
		if (w < 0)
			return -1;
		cells += w;
		i += n;
	}
	return cells;
}

static uint64_t seed = 88172645463325252U;

static unsigned
rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/* --- clusters */

static void
what_stands_together(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t len;
		const char *text;
		size_t cells, used;
	} rows[] = {
	    {"a", 1, "a", 1, 1},
	    {"ab", 2, "a", 1, 1},
	    {"\xe8\x91\x9b" IVS "x", 8, "\xe8\x91\x9b" IVS, 2, 7}, /* 葛 with a selector */
	    {"\xe3\x81\x8b" DAKUTEN "x", 7, "\xe3\x81\x8b" DAKUTEN, 2, 6}, /* か and its dakuten */
	    /* Half-width ｶ and ﾞ are two characters of one cell each. */
	    {"\xef\xbd\xb6\xef\xbe\x9e", 6, "\xef\xbd\xb6", 1, 3},
	    {"\xef\xbe\x9e", 3, "\xef\xbe\x9e", 1, 3},
	    {"𠮷野家", 10, "𠮷", 2, 4},
	    {"髙橋", 6, "髙", 2, 3},
	    {"﨑", 3, "﨑", 2, 3},
	    {"ー", 3, "ー", 2, 3},
	    {"　", 3, "　", 2, 3}, /* U+3000 */
	    {"①", 3, "①", 1, 3}, /* ambiguous: one cell */
	    {" ", 1, " ", 1, 1},
	    {"e" ACUTE, 3, "e" ACUTE, 1, 3},
	    {"e" ACUTE ACUTE ACUTE, 7, "e" ACUTE ACUTE ACUTE, 1, 7},
	    {"e" ACUTE ACUTE ACUTE ACUTE "f", 10, "e" ACUTE ACUTE ACUTE, 1, 9},
	    /* the longest text of a cluster */
	    {"𠮷" IVS IVS IVS IVS, 20, "𠮷" IVS IVS IVS, 2, 20},
	    /* a mark without a base stands on a blank */
	    {ACUTE "a", 3, " " ACUTE, 1, 2},
	    {DAKUTEN "か", 6, " " DAKUTEN, 1, 3},
	    {IVS, 4, " " IVS, 1, 4},
	    {ACUTE ACUTE ACUTE ACUTE ACUTE "a", 11, " " ACUTE ACUTE ACUTE, 1, 10},
	    /* conjoining jamo: the vowel and the final consonant have no cells of their own */
	    {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 9, "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2,
		9},
	    /* what is forbidden is shown by its number */
	    {"\0", 1, "\\x00", 4, 1},
	    {"\x1b[31m", 5, "\\x1b", 4, 1},
	    {"\n", 1, "\\x0a", 4, 1},
	    {"\t", 1, "\\x09", 4, 1},
	    {"\x7f", 1, "\\x7f", 4, 1},
	    {"\xff", 1, "\\xff", 4, 1},
	    {"\x80", 1, "\\x80", 4, 1},
	    {"\xc0\x80", 2, "\\xc0", 4, 1},
	    {"\xe5\xb1", 2, "\\xe5", 4, 1},
	    {"\xed\xa0\x80", 3, "\\xed", 4, 1},
	    {"\xf4\x90\x80\x80", 4, "\\xf4", 4, 1},
	    {"\xc2\x9b", 2, "\\u{009b}", 8, 2},
	    {"\xc2\xad", 2, "\\u{00ad}", 8, 2},
	    {"\xe2\x80\x8b", 3, "\\u{200b}", 8, 3},
	    {"\xe2\x80\xae", 3, "\\u{202e}", 8, 3},
	    {"\xef\xbf\xbf", 3, "\\u{ffff}", 8, 3},
	    {"\xee\x80\x80", 3, "\\u{e000}", 8, 3},
	    {"\xf4\x8f\xbf\xbd", 4, "\\u{10fffd}", 10, 4},
	    /* and takes no marks: they would join what stands before them */
	    {"\x01" ACUTE, 3, "\\x01", 4, 1},
	    {"\xc2\xad" ACUTE, 4, "\\u{00ad}", 8, 2},
	    {"\xff" ACUTE, 3, "\\xff", 4, 1},
	};
	struct mk_cluster c;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		memset(&c, 0x55, sizeof c);
		assert_true(mk_cluster_next(rows[i].in, rows[i].len, &c));
		if (strcmp(c.text, rows[i].text) != 0 || c.cells != rows[i].cells ||
		    c.used != rows[i].used)
			fail_msg("row %zu: '%s' %zu cells, %zu bytes", i, c.text, c.cells, c.used);
	}
	assert_false(mk_cluster_next("a", 0, &c));
}

/* Every code point, alone and as the second of two, is shown harmlessly and as wide as it says. */
static void
every_code_point_is_harmless(void **state)
{
	(void)state;
	struct mk_cluster c;
	size_t marks = 0, shown = 0, escaped = 0;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char s[5] = "a";
		size_t n = mk_utf8_encode(cp, s + 1);
		if (n == 0)
			continue;
		assert_true(mk_cluster_next(s + 1, n, &c));
		size_t len = strlen(c.text);
		bool mark = c.text[0] == ' ' && cp != ' ';
		marks += mark;
		escaped += c.text[0] == '\\' && cp != '\\';
		shown += !mark && (c.text[0] != '\\' || cp == '\\');
		if (c.used != n || c.cells < 1 || len >= sizeof c.text ||
		    mk_text_check(c.text, len, NULL) < 0 ||
		    cells_by_wcwidth(c.text, len) != (long)c.cells)
			fail_msg("U+%04X: '%s'", (unsigned)cp, c.text);
		assert_true(mk_cluster_next(s, n + 1, &c));
		if (c.used != (mark ? n + 1 : 1) || c.cells != 1)
			fail_msg("a and U+%04X", (unsigned)cp);
	}
	/* All three kinds were met: kanji, marks, what is forbidden or unknown. */
	assert_true(shown > 90000 && marks > 1000 && escaped > 130000);
	/* The check itself can fail. */
	assert_int_equal(cells_by_wcwidth("\xe2\x80\xae", 3) == 8, false);
	assert_true(mk_text_check("\xe2\x80\xae", 3, NULL) < 0);
}

static void
thousands_of_marks_are_one_letter(void **state)
{
	(void)state;
	enum { MARKS = 4000, MORE = 400000 };
	char *s = malloc(1 + 2 * MORE);
	struct mk_cluster c;
	assert_non_null(s);
	s[0] = 'a';
	for (size_t i = 0; i < MORE; i++)
		memcpy(s + 1 + 2 * i, ACUTE, 2);
	assert_true(mk_cluster_next(s, 1 + 2 * MARKS, &c));
	assert_string_equal(c.text, "a" ACUTE ACUTE ACUTE);
	assert_int_equal(c.used, 1 + 2 * MARKS);
	assert_int_equal(mk_width_cells(s, 1 + 2 * MARKS), 1);
	/* At the start of a line as well. */
	assert_true(mk_cluster_next(s + 1, 2 * MARKS, &c));
	assert_string_equal(c.text, " " ACUTE ACUTE ACUTE);
	assert_int_equal(c.used, 2 * MARKS);
	/* A hundred times as many take no more than a hundred times as long, which is no time. */
	int64_t start = mk_mono_ms();
	struct mk_buf b = MK_BUF_INIT;
	size_t skip = 0;
	assert_int_equal(mk_width_clip(&b, s, 1 + 2 * MORE, 40), 1);
	assert_string_equal(mk_buf_str(&b), "a" ACUTE ACUTE ACUTE);
	assert_int_equal(mk_width_line(s, 1 + 2 * MORE, 40, &skip), 1 + 2 * MORE);
	assert_true(mk_mono_ms() - start < 3000);
	mk_buf_free(&b);
	free(s);
}

/* --- clipping */

static void
clipped_to_cells(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t cells;
		const char *out;
		size_t filled;
	} rows[] = {
	    {"abc", 4, "abc", 3},
	    {"abc", 3, "abc", 3},
	    {"abcd", 3, "ab~", 3},
	    {"abcd", 1, "~", 1},
	    {"abcd", 0, "", 0},
	    {"", 3, "", 0},
	    {"", 0, "", 0},
	    {"山田太郎", 8, "山田太郎", 8},
	    {"山田太郎", 7, "山田太~", 7},
	    {"山田太郎", 6, "山田~", 5}, /* half of 太 would have to be cut */
	    {"山田太郎", 5, "山田~", 5},
	    {"山田太郎", 3, "山~", 3},
	    {"山田太郎", 2, "~", 1},
	    {"山", 2, "山", 2},
	    {"山", 1, "~", 1},
	    {"a山", 2, "a~", 2},
	    {"ｶﾞｷﾞ", 4, "ｶﾞｷﾞ", 4},
	    {"ｶﾞｷﾞ", 3, "ｶﾞ~", 3},
	    {"\xe8\x91\x9b" IVS "城", 4, "\xe8\x91\x9b" IVS "城", 4},
	    {"\xe8\x91\x9b" IVS "城", 3, "\xe8\x91\x9b" IVS "~",
		3}, /* the selector stays with it */
	    {"\xe8\x91\x9b" IVS "城", 2, "~", 1},
	    {"e" ACUTE "f", 2, "e" ACUTE "f", 2},
	    {"e" ACUTE "fg", 2, "e" ACUTE "~", 2},
	    {"a\x1b[31m", 9, "a\\x1b[31m", 9},
	    {"a\x1b[31m", 8, "a\\x1b[3~", 8},
	    {"a\x1b[31m", 5, "a~", 2}, /* a number is shown whole or not at all */
	    {"~~~", 3, "~~~", 3},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mk_buf b = MK_BUF_INIT;
		mk_buf_puts(&b, "|");
		size_t filled = mk_width_clip(&b, rows[i].in, strlen(rows[i].in), rows[i].cells);
		const char *out = mk_buf_str(&b);
		if (filled != rows[i].filled || out[0] != '|' || strcmp(out + 1, rows[i].out) != 0)
			fail_msg("row %zu: '%s', %zu cells", i, out, filled);
		mk_buf_free(&b);
	}
}

/* Names, marks, attacks and rubbish in any order. */
static size_t
random_text(char *out, size_t cap)
{
	static const char *const pieces[] = {"a", "Z", " ", "~", "\n", "\\", "山", ("葛" IVS), "𠮷",
	    "髙", "が", DAKUTEN, ACUTE, IVS, "ｶ", "ﾞ", "\x1b", "\xc2\x9b", "\xe2\x80\xae",
	    "\xe2\x80\x8b", "\xc2\xad", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbd", "\xe5\xb1", "\xff",
	    "\x80", "\xf0"};
	size_t len = 0, want = rnd(40);
	while (want-- > 0) {
		const char *p = pieces[rnd(ARRAY_LEN(pieces))];
		size_t n = strlen(p);
		uint8_t any = (uint8_t)rnd(256);
		if (rnd(4) == 0) {
			p = (const char *)&any;
			n = 1;
		}
		if (len + n > cap)
			break;
		memcpy(out + len, p, n);
		len += n;
	}
	return len;
}

static void
clip_never_exceeds_and_never_halves(void **state)
{
	(void)state;
	size_t cut = 0, whole = 0, short_by = 0;
	for (int k = 0; k < 40000; k++) {
		char s[256];
		struct mk_buf all = MK_BUF_INIT, part = MK_BUF_INIT;
		size_t len = random_text(s, sizeof s), cells = rnd(50);
		size_t width = mk_width_cells(s, len);
		assert_int_equal(mk_width_clip(&all, s, len, width), width);
		size_t filled = mk_width_clip(&part, s, len, cells);
		const char *out = mk_buf_str(&part), *full = mk_buf_str(&all);
		assert_int_equal(mk_text_check(out, part.len, NULL), 0);
		assert_int_equal(cells_by_wcwidth(out, part.len), filled);
		assert_int_equal(cells_by_wcwidth(full, all.len), width);
		assert_true(filled <= cells);
		/* The result is text of the same width when it is clipped again. */
		assert_int_equal(mk_width_cells(out, part.len), filled);
		if (width <= cells) {
			whole++;
			assert_string_equal(out, full);
		} else if (cells > 0) {
			cut++;
			assert_int_equal(out[part.len - 1], '~');
			assert_memory_equal(out, full, part.len - 1);
			/* Nothing that would have fitted is left out. */
			assert_true(filled + WIDEST > cells);
			short_by += cells - filled;
		} else {
			assert_int_equal(part.len, 0);
		}
		mk_buf_free(&all);
		mk_buf_free(&part);
	}
	assert_true(cut > 4000 && whole > 4000 && short_by > 0);
}

/* --- lines */

static void
lines_break(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t cells;
		const char *lines; /* joined by '|' */
	} rows[] = {
	    {"one two three", 13, "one two three"},
	    {"one two three", 12, "one two|three"},
	    {"one two three", 9, "one two|three"},
	    {"one two three", 7, "one two|three"}, /* the blank stands right behind the edge */
	    {"one two three", 3, "one|two|thr|ee"},
	    {"a bcdefghijkl", 8, "a bcdefg|hijkl"}, /* a blank in the first half would waste it */
	    {"abcde fghijkl", 8, "abcde|fghijkl"},
	    {"ab\ncd", 10, "ab|cd"},
	    {"ab\n\ncd", 10, "ab||cd"},
	    {"\n", 10, ""},
	    {"ab\n", 10, "ab"},
	    {"abcde\nfg", 5, "abcde|fg"}, /* no empty line between */
	    {"山田太郎花子", 5, "山田|太郎|花子"},
	    {"山田太郎花子", 4, "山田|太郎|花子"},
	    {"山田 太郎", 6, "山田|太郎"},
	    {"葛" IVS "城市", 4, "葛" IVS "城|市"},
	    {"か" DAKUTEN "ん", 2, "か" DAKUTEN "|ん"},
	    {"山", 1, "山"}, /* wider than the line: alone on it, for the line must go on */
	    {"ab", 0, "a|b"},
	    {"\xff\xff\xff", 8, "\xff\xff|\xff"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mk_buf b = MK_BUF_INIT;
		const char *s = rows[i].in;
		size_t len = strlen(s), at = 0, skip = 0;
		while (at < len) {
			size_t n = mk_width_line(s + at, len - at, rows[i].cells, &skip);
			if (at > 0)
				mk_buf_puts(&b, "|");
			mk_buf_put(&b, s + at, n);
			at += n + skip;
		}
		if (at != len || strcmp(mk_buf_str(&b), rows[i].lines) != 0)
			fail_msg("row %zu: '%s'", i, mk_buf_str(&b));
		mk_buf_free(&b);
	}
	size_t skip = 7;
	assert_int_equal(mk_width_line("", 0, 10, &skip), 0);
	assert_int_equal(skip, 0);
}

/* Wrapping comes to an end with every byte taken, whatever the bytes and the width. */
static void
lines_always_advance(void **state)
{
	(void)state;
	size_t lines = 0, full = 0;
	for (int k = 0; k < 40000; k++) {
		char s[256];
		size_t len = random_text(s, sizeof s), cells = k % 20 == 0 ? rnd(2) : 2 + rnd(40);
		size_t at = 0, skip = 0;
		while (at < len) {
			struct mk_cluster c;
			size_t n = mk_width_line(s + at, len - at, cells, &skip);
			assert_true(n + skip > 0 && n + skip <= len - at && skip <= 1);
			assert_null(memchr(s + at, '\n', n));
			for (size_t i = 0; i < skip; i++)
				assert_true(s[at + n + i] == ' ' || s[at + n + i] == '\n');
			size_t width = mk_width_cells(s + at, n);
			if (width > cells) {
				assert_true(mk_cluster_next(s + at, n, &c));
				assert_int_equal(c.used, n);
			}
			full += width == cells;
			at += n + skip;
			lines++;
		}
		assert_int_equal(at, len);
	}
	assert_true(lines > 100000 && full > 1000);
}

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stands_together),
	    cmocka_unit_test(every_code_point_is_harmless),
	    cmocka_unit_test(thousands_of_marks_are_one_letter),
	    cmocka_unit_test(clipped_to_cells),
	    cmocka_unit_test(clip_never_exceeds_and_never_halves),
	    cmocka_unit_test(lines_break),
	    cmocka_unit_test(lines_always_advance),
	};
	return cmocka_run_group_tests(tests, utf8, NULL);
}
