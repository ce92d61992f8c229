/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small text helpers: bounded copies, checked integers at every border, hex, Crockford base32. */
#include "tests/lib/mk_cmocka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
copies_fit_or_are_empty(void **state)
{
	(void)state;
	char out[8];
	memset(out, 'z', sizeof out);
	assert_int_equal(mk_str_copy(out, 4, "abc"), 0);
	assert_memory_equal(out, "abc\0zzzz", 8);
	assert_int_equal(mk_str_copy(out, 4, "abcd"), MK_E_TOO_BIG);
	assert_memory_equal(out, "\0bc\0zzzz", 8);
	assert_int_equal(mk_str_copy(out, 1, ""), 0);
	assert_int_equal(mk_str_copy(out, 1, "a"), MK_E_TOO_BIG);
	char *p = mk_str_ndup("ab\0cd", 5);
	assert_memory_equal(p, "ab\0cd\0", 6);
	free(p);
	p = mk_str_ndup(NULL, 0);
	assert_string_equal(p, "");
	free(p);
	assert_true(mk_str_starts("abc", "ab") && mk_str_starts("abc", "") &&
		    mk_str_starts("", "") && mk_str_starts("abc", "abc"));
	assert_false(
	    mk_str_starts("abc", "abcd") || mk_str_starts("", "a") || mk_str_starts("xab", "ab"));
}

static void
integers_up_to_a_maximum(void **state)
{
	(void)state;
	static const uint64_t maxima[] = {0, 1, 8, 9, 10, 11, 99, 100, 255, 65535, 4294967295,
	    INT64_MAX, UINT64_MAX / 10, UINT64_MAX / 10 * 10, UINT64_MAX - 6, UINT64_MAX - 1,
	    UINT64_MAX};
	for (size_t m = 0; m < ARRAY_LEN(maxima); m++) {
		for (size_t n = 0; n < ARRAY_LEN(maxima); n++) {
			for (int around = -1; around <= 1; around++) {
				uint64_t want = maxima[n] + (uint64_t)(int64_t)around, got = 77;
				char s[24];
				snprintf(s, sizeof s, "%" PRIu64, want);
				int r = mk_str_u64(s, maxima[m], &got);
				if (want <= maxima[m] ? r != 0 || got != want
						      : r != MK_E_INPUT || got != 77)
					fail_msg(
					    "%s with maximum %" PRIu64 " gave %d", s, maxima[m], r);
			}
		}
	}
}

static void
no_integers(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "-1", "+1", " 1", "1 ", "1.0", "0x10", "1e3",
	    "a", "１", "18446744073709551616", "18446744073709551620", "99999999999999999999",
	    "184467440737095516150", "340282366920938463463374607431768211456", "1\n"};
	uint64_t v = 5;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_str_u64(bad[i], UINT64_MAX, &v), MK_E_INPUT);
	assert_true(v == 5);
	assert_int_equal(mk_str_u64("0000000000000000000000000000012", 12, &v), 0);
	assert_true(v == 12);
}

static void
hex(void **state)
{
	(void)state;
	uint8_t all[256], back[256];
	char text[513], upper[513];
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	mk_hex(all, sizeof all, text);
	assert_int_equal(strlen(text), 512);
	for (size_t i = 0; i < 512; i++) {
		assert_non_null(strchr("0123456789abcdef", text[i]));
		upper[i] = (char)(text[i] >= 'a' ? text[i] - 32 : text[i]);
	}
	upper[512] = '\0';
	assert_true(memcmp(text, "000102", 6) == 0 && strcmp(text + 506, "fdfeff") == 0);
	assert_int_equal(mk_unhex(text, back, sizeof back), 0);
	assert_memory_equal(back, all, sizeof all);
	memset(back, 0, sizeof back);
	assert_int_equal(mk_unhex(upper, back, sizeof back), 0);
	assert_memory_equal(back, all, sizeof all);
	mk_hex(all, 0, text);
	assert_string_equal(text, "");
	static const char *const bad[] = {
	    "", "a", "abc", "abcde", "ag", "g0", "0x", " a", "a ", "+1", "-1", "0\n", "ａ"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    mk_unhex(bad[i], back, strlen(bad[i]) == 2 || strlen(bad[i]) == 0 ? 1 : 2),
		    MK_E_INPUT);
	assert_int_equal(mk_unhex("", back, 0), 0);
	for (int c = 1; c < 256; c++) {
		char s[3] = {'0', (char)c, '\0'};
		bool digit =
		    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		assert_int_equal(mk_unhex(s, back, 1), digit ? 0 : MK_E_INPUT);
	}
}

static void
base32(void **state)
{
	(void)state;
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char out[33];
	/* 00000 00001 00010 ... 11111: the alphabet in order */
	static const uint8_t order[] = {0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf,
	    0x84, 0x65, 0x3a, 0x56, 0xd7, 0xc6, 0x75, 0xbe, 0x77, 0xdf};
	mk_base32(order, 32, out);
	assert_string_equal(out, alphabet);
	static const uint8_t ones[1] = {0xff};
	mk_base32(ones, 1, out); /* reads no byte past the first five bits */
	assert_string_equal(out, "z");
	mk_base32(ones, 0, out);
	assert_string_equal(out, "");
	uint64_t x = 1;
	for (int k = 0; k < 2000; k++) {
		uint8_t raw[15], back[15] = {0};
		for (size_t i = 0; i < sizeof raw; i++) {
			x = x * 6364136223846793005U + 1442695040888963407U;
			raw[i] = (uint8_t)(x >> 56);
		}
		mk_base32(raw, 24, out);
		for (size_t i = 0; i < 24; i++) {
			int v = mk_base32_value(out[i]);
			assert_in_range(v, 0, 31);
			for (size_t bit = 0; bit < 5; bit++)
				if ((v >> (4 - bit) & 1) != 0)
					back[(5 * i + bit) / 8] |=
					    (uint8_t)(0x80 >> (5 * i + bit) % 8);
		}
		assert_memory_equal(back, raw, sizeof raw);
	}
}

static void
base32_values(void **state)
{
	(void)state;
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	for (int c = -128; c < 128; c++) {
		int want = -1;
		int lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
		for (int i = 0; i < 32; i++)
			want = lower == alphabet[i] ? i : want;
		want = lower == 'i' || lower == 'l' ? 1 : lower == 'o' ? 0 : want;
		assert_int_equal(mk_base32_value((char)c), want);
	}
	assert_int_equal(mk_base32_value('u'), -1);
	assert_int_equal(mk_base32_value('\0'), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copies_fit_or_are_empty),
	    cmocka_unit_test(integers_up_to_a_maximum),
	    cmocka_unit_test(no_integers),
	    cmocka_unit_test(hex),
	    cmocka_unit_test(base32),
	    cmocka_unit_test(base32_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
