/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The check digit against the lists of the design pages and against the rates that the rule is known to have, numbers as people type them,
 * and numbers hidden in free text. All numbers are computed here; none is a real person's.
 */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/model/number.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const good[] = {"123456789018", "111111111118", "123456789026", "987654321093",
    "987654321018", "000000000019", "222222222225", "333333333332", "444444444440"};

static uint64_t seed = 0x6d796e616b757261;

/* xorshift64*: the same draws on every run */
static unsigned
draw(unsigned n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (unsigned)((seed * 0x2545f4914f6cdd1dU) >> 33) % n;
}

static void
draw_number(char d[MK_NUMBER_LEN])
{
	do {
		for (size_t i = 0; i < 11; i++)
			d[i] = (char)('0' + draw(10));
		d[11] = mk_number_check_digit(d);
	} while (!mk_number_valid(d));
}

static void
the_lists_of_the_design(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(mk_number_valid(good[i]));
		assert_int_equal(mk_number_check_digit(good[i]), good[i][11]);
	}
	assert_false(mk_number_valid("123456789012"));
	assert_false(mk_number_valid("12345678901x"));
	assert_false(mk_number_valid("/23456789018"));
	assert_false(mk_number_valid("1234567:9018"));
}

/* The same rule written the other way (formats.md: P from the right, Q = n+1 or n-5), over 200,000 numbers. */
static void
the_rule_from_the_right(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 200000; k++) {
		char d[11];
		int sum = 0;
		for (int i = 0; i < 11; i++)
			d[i] = (char)('0' + draw(10));
		for (int n = 1; n <= 11; n++)
			sum += (d[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
		assert_int_equal(
		    mk_number_check_digit(d), sum % 11 <= 1 ? '0' : '0' + 11 - sum % 11);
	}
}

static void
all_zero_passes_the_rule_and_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mk_number_check_digit("00000000000"), '0');
	assert_false(mk_number_valid("000000000000"));
	assert_false(mk_number_in_text("000000000000", 12));
	assert_true(mk_number_valid("000000000019"));
}

static void
one_check_digit_of_ten(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 5000; k++) {
		char d[MK_NUMBER_LEN];
		draw_number(d);
		unsigned valid = 0;
		for (char c = '0'; c <= '9'; c++) {
			d[11] = c;
			valid += mk_number_valid(d) ? 1 : 0;
		}
		assert_int_equal(valid, 1);
	}
}

static void
rates_of_the_rule(void **state)
{
	(void)state;
	unsigned errors = 0, missed = 0, swaps = 0, swaps_missed = 0, passed = 0;
	for (unsigned k = 0; k < 4000; k++) {
		char d[MK_NUMBER_LEN];
		draw_number(d);
		for (size_t i = 0; i < MK_NUMBER_LEN; i++) {
			char was = d[i];
			for (char c = '0'; c <= '9'; c++) {
				d[i] = c;
				errors += c != was ? 1 : 0;
				missed += c != was && mk_number_valid(d) ? 1 : 0;
			}
			d[i] = was;
		}
		for (size_t i = 0; i + 1 < MK_NUMBER_LEN; i++) {
			char a = d[i], b = d[i + 1];
			d[i] = b;
			d[i + 1] = a;
			swaps += a != b ? 1 : 0;
			swaps_missed += a != b && mk_number_valid(d) ? 1 : 0;
			d[i] = a;
			d[i + 1] = b;
		}
	}
	for (unsigned k = 0; k < 100000; k++) {
		char d[MK_NUMBER_LEN];
		for (size_t i = 0; i < MK_NUMBER_LEN; i++)
			d[i] = (char)('0' + draw(10));
		passed += mk_number_valid(d) ? 1 : 0;
	}
	print_message("# missed: single %.2f %%, swaps %.2f %%; random strings that pass %.2f %%\n",
	    100.0 * missed / errors, 100.0 * swaps_missed / swaps, passed / 1000.0);
	assert_in_range(missed * 10000U / errors, 140, 190);
	assert_in_range(swaps_missed * 10000U / swaps, 140, 220);
	assert_in_range(passed, 9500, 10500);
}

static int
parse(const char *s, char out[13])
{
	struct mk_secret *n = mk_secret_new(MK_NUMBER_LEN);
	assert_non_null(n);
	int r = mk_number_parse(s, strlen(s), n);
	assert_int_equal(n->len, r == 0 ? 12 : 0);
	memcpy(out, n->data, n->len);
	out[n->len] = '\0';
	mk_secret_free(n);
	return r;
}

static void
as_people_type_it(void **state)
{
	(void)state;
	static const char *const forms[] = {"123456789018", "1234 5678 9018", "1234-5678-9018",
	    "１２３４５６７８９０１８", "１２３４　５６７８　９０１８",
	    "１２３４－５６７８－９０１８", "1234‐5678–9018", "1234−5678ー9018",
	    "１２３４ｰ５６７８ｰ９０１８", " 123456789018 ", "1 2 3 4 5 6 7 8 9 0 1 8",
	    "1234\u00a056789018"};
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char d[13];
		assert_int_equal(parse(forms[i], d), 0);
		assert_string_equal(d, "123456789018");
	}
}

static void
not_twelve_digits(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "----", "12345678901", "1234567890180", "０",
	    "12345678901８９", "12345678901a", "1234 5678 901O", "1.23457E+11", "-",
	    "1234567890\xef\xbc", "\xff", "12345678901\xc0\xb8", "一二三四五六七八九〇一八"};
	char d[13];
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(parse(bad[i], d), MK_E_INPUT);
	assert_int_equal(parse("123456789012", d), MK_E_NUMBER);
	assert_int_equal(parse("１２３４５６７８９０１２", d), MK_E_NUMBER);
	assert_int_equal(parse("000000000000", d), MK_E_NUMBER);
	assert_int_equal(parse("123456789018", d), 0);
}

static void
a_small_secret_is_not_overrun(void **state)
{
	(void)state;
	struct mk_secret *n = mk_secret_new(11);
	assert_int_equal(mk_number_parse("123456789018", 12, n), MK_E_TOO_BIG);
	assert_int_equal(n->len, 0);
	mk_secret_free(n);
}

static bool
holds(const char *s)
{
	return mk_number_in_text(s, strlen(s));
}

static void
found_in_text(void **state)
{
	(void)state;
	static const char *const with[] = {"123456789018", "番号は123456789018です",
	    "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８",
	    "１２３４　５６７８　９０１８", "１２34-５６78 90１８", "a123456789018b",
	    "9123456789018", "99123456789018", "1234567890189", "０００1２３４５６７８９０１８",
	    "x\xff 123456789018", "ten: 1 2 3 4 5 6 7 8 9 0 1 8.", "1234．5678．9018",
	    "１２３４／５６７８／９０１８", "1234＿5678＿9018",
	    "1234\u20095678\u20099018" /* thin space */, "1234\u205f56789018" /* U+205F */,
	    "1234\ufe6356789018" /* small hyphen */, "1234･5678・9018",
	    "1\ufe0f23456789018" /* a variation selector shows nothing */};
	for (size_t i = 0; i < ARRAY_LEN(with); i++)
		if (!holds(with[i]))
			fail_msg("not found in row %zu: %s", i, with[i]);
}

static void
ordinary_text_is_let_through(void **state)
{
	(void)state;
	static const char *const without[] = {"", "山田 太郎", "090-1234-5678", "03-1234-5678",
	    "+81-90-1234-5678", "2026-11-24", "2026年11月24日", "1985-03-14",
	    "〒100-0001 東京都千代田区千代田1-1", "12345678901", "123456789012", "12345678 x 9018",
	    "1234年5678月9018", "社員番号 000123", "1234567890a18", "000000000000",
	    "123456a789018"};
	for (size_t i = 0; i < ARRAY_LEN(without); i++)
		if (holds(without[i]))
			fail_msg("found in row %zu: %s", i, without[i]);
}

/* A number after any count of other digits is found, also past the window of the search. */
static void
embedded_in_longer_runs(void **state)
{
	(void)state;
	for (size_t before = 0; before < 200; before++) {
		char s[256];
		memset(s, '0', before); /* zeros alone never pass */
		memcpy(s + before, "888888888883", 12);
		s[before + 12] = '\0';
		char tail = s[before + 11];
		s[before + 11] = mk_number_check_digit(s + before);
		assert_true(holds(s));
		s[before + 11] = tail;
	}
	char zeros[300];
	memset(zeros, '0', sizeof zeros);
	assert_false(mk_number_in_text(zeros, sizeof zeros));
}

/* in_text against the plain definition, on random digits with random separators. */
static void
agrees_with_the_definition(void **state)
{
	(void)state;
	unsigned hits = 0;
	for (unsigned k = 0; k < 20000; k++) {
		char s[64], d[32];
		size_t n = 0, m = 0, digits = draw(24);
		while (m < digits) {
			if (draw(4) == 0)
				s[n++] = " -"[draw(2)];
			s[n++] = d[m++] = (char)('0' + draw(10));
		}
		bool want = false;
		for (size_t i = 0; i + MK_NUMBER_LEN <= m; i++)
			want = want || mk_number_valid(d + i);
		assert_int_equal(mk_number_in_text(s, n), want);
		hits += want ? 1 : 0;
	}
	assert_in_range(hits, 4000, 12000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_lists_of_the_design),
	    cmocka_unit_test(the_rule_from_the_right),
	    cmocka_unit_test(all_zero_passes_the_rule_and_is_refused),
	    cmocka_unit_test(one_check_digit_of_ten),
	    cmocka_unit_test(rates_of_the_rule),
	    cmocka_unit_test(as_people_type_it),
	    cmocka_unit_test(not_twelve_digits),
	    cmocka_unit_test(a_small_secret_is_not_overrun),
	    cmocka_unit_test(found_in_text),
	    cmocka_unit_test(ordinary_text_is_let_through),
	    cmocka_unit_test(embedded_in_longer_runs),
	    cmocka_unit_test(agrees_with_the_definition),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
