/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 against an independent statement of its rules (RFC 3629), the text rule R15 at the borders of every range, and what escaping lets
 * through to a terminal.
 */
#include "tests/lib/mk_cmocka.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static bool
scalar(uint32_t cp)
{
	return cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
}

static void
every_scalar_value_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x120000; cp++) {
		char raw[4];
		uint32_t got = 0xffffffff;
		size_t n = mk_utf8_encode(cp, raw);
		if (!scalar(cp)) {
			assert_int_equal(n, 0);
			continue;
		}
		size_t want = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		if (n != want || mk_utf8_decode(raw, n, &got) != n || got != cp)
			fail_msg("U+%04X", (unsigned)cp);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(mk_utf8_decode(raw, cut, &got), 0);
	}
	char raw[4];
	assert_int_equal(mk_utf8_encode(UINT32_MAX, raw), 0);
}

/* The table of RFC 3629, 4, as a grammar: lead byte, then what the second byte may be. */
static size_t
rfc3629(const uint8_t b[4])
{
	uint8_t lo = 0x80, hi = 0xbf;
	size_t n = b[0] < 0x80   ? 1
		   : b[0] < 0xc2 ? 0
		   : b[0] < 0xe0 ? 2
		   : b[0] < 0xf0 ? 3
		   : b[0] < 0xf5 ? 4
				 : 0;
	if (b[0] == 0xe0)
		lo = 0xa0;
	if (b[0] == 0xed)
		hi = 0x9f;
	if (b[0] == 0xf0)
		lo = 0x90;
	if (b[0] == 0xf4)
		hi = 0x8f;
	if (n > 1 && (b[1] < lo || b[1] > hi))
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void
every_byte_sequence_as_rfc3629_says(void **state)
{
	(void)state;
	static const uint8_t edges[] = {
	    0x00, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xff};
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++)
			for (size_t c = 0; c < ARRAY_LEN(edges); c++)
				for (size_t d = 0; d < ARRAY_LEN(edges); d++) {
					const uint8_t s[4] = {
					    (uint8_t)a, (uint8_t)b, edges[c], edges[d]};
					uint32_t cp = 0;
					if (mk_utf8_decode((const char *)s, 4, &cp) != rfc3629(s))
						fail_msg("%02x %02x %02x %02x", a, b, s[2], s[3]);
				}
}

/* First and last of what may not enter, by R15 and for what shows nothing (Unicode's default ignorables). */
static const uint32_t forbidden[][2] = {
    {0x0000, 0x001f},
    {0x007f, 0x009f},
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xe000, 0xf8ff},
    {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0xfffe, 0xffff},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0x1fffe, 0x1ffff},
    {0x2fffe, 0x2ffff},
    {0xdfffe, 0xe00ff},
    {0xe01f0, 0x10ffff},
};

static int
check_cp(uint32_t cp)
{
	char s[8] = "ab";
	size_t n = mk_utf8_encode(cp, s + 2), where = 99;
	int r = mk_text_check(s, 2 + n, &where);
	assert_int_equal(where, r < 0 ? 2 : 99);
	assert_int_equal(r == 0, mk_text_allowed(cp));
	return r;
}

static void
borders_of_what_is_forbidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		uint32_t from = forbidden[i][0], to = forbidden[i][1];
		for (uint32_t cp = from; cp <= to;
		     cp += cp + 4096 < to && cp > from + 16 ? 4096 : 1)
			if (check_cp(cp) != MK_E_TEXT)
				fail_msg("U+%04X is let in", (unsigned)cp);
		if (from > 0 && scalar(from - 1) && check_cp(from - 1) != 0)
			fail_msg("U+%04X is refused", (unsigned)from - 1);
		if (to < 0x10ffff && check_cp(to + 1) != 0)
			fail_msg("U+%04X is refused", (unsigned)to + 1);
	}
	for (uint32_t plane = 0; plane <= 16; plane++) {
		assert_false(mk_text_allowed(plane << 16 | 0xfffe));
		assert_false(mk_text_allowed(plane << 16 | 0xffff));
	}
	for (uint32_t cp = 0xd800; cp < 0xe000; cp++)
		assert_false(mk_text_allowed(cp));
	assert_false(mk_text_allowed(0x110000));
	assert_false(mk_text_allowed(UINT32_MAX));
}

static void
names_that_must_enter(void **state)
{
	(void)state;
	static const char *const names[] = {"", "山田 太郎", "山田　太郎", "髙橋 﨑", "德川 濵",
	    "神\xef\xa8\x99 祥\xef\xa8\x9a", "塚\xef\xa8\x90 朗\xef\xa4\xa9",
	    "葛\xf3\xa0\x84\x80城" /* U+E0100 */, "辻\xf3\xa0\x87\xaf" /* U+E01EF */,
	    "葛\xef\xb8\x80" /* VS1 */, "葛\xef\xb8\x8f" /* VS16 */, "𠮷田 鷗外 槗本",
	    "か\xe3\x82\x99き\xe3\x82\x9a", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヴァネッサ", "① ㈱ Ⅳ ㋿ €",
	    "José Núñez", "\xc2\xa0", "😀", "\xef\xbf\xbd"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(mk_text_check(names[i], strlen(names[i]), NULL), 0);
}

static void
bad_text_and_where_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		size_t len, where;
	} bad[] = {{"a\0b", 3, 1}, {"山\x1b[2J", 7, 3}, {"\xc2\x9b", 2, 0},
	    {"ab\xe2\x80\xae", 5, 2}, {"ab\xe2\x80", 4, 2}, {"\xc0\xaf", 2, 0},
	    {"x\xed\xa0\x80", 4, 1}, {"x\xf4\x90\x80\x80", 5, 1}, {"\x80", 1, 0},
	    {"\xf8\x88\x80\x80\x80", 5, 0}, {"山\n", 4, 3}, {"\t", 1, 0}, {"a\x7f", 2, 1},
	    {"\xee\x80\x80", 3, 0}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t where = 77;
		assert_int_equal(mk_text_check(bad[i].s, bad[i].len, &where), MK_E_TEXT);
		assert_int_equal(where, bad[i].where);
		assert_int_equal(mk_text_check(bad[i].s, bad[i].len, NULL), MK_E_TEXT);
	}
}

static void
escaped_forms(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} rows[] = {{"山田", 6, "山田"}, {"a\nb\tc", 5, "a\\x0ab\\x09c"},
	    {"\x1b]0;x\x07", 6, "\\x1b]0;x\\x07"},
	    {"\xc2\x9b"
	     "1m",
		4, "\\u{009b}1m"},
	    {"\xe2\x80\xae", 3, "\\u{202e}"}, {"\xff\xc3", 2, "\\xff\\xc3"}, {"a\0b", 3, "a\\x00b"},
	    {"\xf3\xb0\x80\x80", 4, "\\u{f0000}"}, {"\xe5\xb1", 2, "\\xe5\\xb1"}, {"", 0, ""}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mk_buf b = MK_BUF_INIT;
		mk_text_escape(&b, rows[i].in, rows[i].len);
		assert_string_equal(mk_buf_str(&b), rows[i].out);
		mk_buf_free(&b);
	}
}

/* Whatever goes in, what comes out would pass the daemon's own rule. */
static void
escaped_output_is_always_allowed_text(void **state)
{
	(void)state;
	uint64_t x = 88172645463325252U;
	struct mk_buf b = MK_BUF_INIT;
	for (int k = 0; k < 30000; k++) {
		uint8_t in[24];
		size_t len = (size_t)(k % 24);
		for (size_t i = 0; i < len; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			in[i] = (uint8_t)(x >> 40);
		}
		mk_text_escape(&b, (const char *)in, len);
		assert_int_equal(mk_text_check((const char *)b.data, b.len, NULL), 0);
		mk_buf_reset(&b);
	}
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char raw[4];
		size_t n = mk_utf8_encode(cp, raw);
		mk_text_escape(&b, raw, n);
		if (mk_text_check((const char *)b.data, b.len, NULL) < 0)
			fail_msg("U+%04X is not harmless", (unsigned)cp);
		mk_buf_reset(&b);
	}
	mk_buf_free(&b);
}

static void
print_escapes(void **state)
{
	(void)state;
	int fd[2];
	char got[64] = "";
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	mk_text_print(fd[1], "山\x1b[2J");
	close(fd[1]);
	assert_int_equal(read(fd[0], got, sizeof got - 1), 10);
	assert_string_equal(got, "山\\x1b[2J");
	close(fd[0]);
	mk_text_print(-1, "nowhere");
}

static void
widths(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		size_t cells;
	} rows[] = {{"", 0}, {"abc", 3}, {"山田", 4}, {"ﾔﾏﾀﾞ", 4}, {"ヤマダ", 6},
	    {"か\xe3\x82\x99", 2}, {"葛\xf3\xa0\x84\x80", 2}, {"葛\xef\xb8\x80", 2}, {"髙﨑", 4},
	    {"𠮷", 2}, {"Ａ１", 4}, {"é", 1}, {"\xff\xfe", 2}, {"\xe5\xb1", 2}, {"§①", 2},
	    {"（）", 4}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (mk_text_width(rows[i].s, strlen(rows[i].s)) != rows[i].cells)
			fail_msg("%s: %zu cells, not %zu", rows[i].s,
			    mk_text_width(rows[i].s, strlen(rows[i].s)), rows[i].cells);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_scalar_value_comes_back),
	    cmocka_unit_test(every_byte_sequence_as_rfc3629_says),
	    cmocka_unit_test(borders_of_what_is_forbidden),
	    cmocka_unit_test(names_that_must_enter),
	    cmocka_unit_test(bad_text_and_where_it_is),
	    cmocka_unit_test(escaped_forms),
	    cmocka_unit_test(escaped_output_is_always_allowed_text),
	    cmocka_unit_test(print_escapes),
	    cmocka_unit_test(widths),
	};
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
