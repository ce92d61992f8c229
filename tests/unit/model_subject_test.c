/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A subject's life cycle and the checks of its fields (product.md, R15, R16, formats.md 4.5). */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/model/subject.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
states_have_names(void **state)
{
	(void)state;
	for (int s = 1; s <= 9; s++) {
		assert_non_null(mk_state_name(s));
		assert_int_equal(mk_state_parse(mk_state_name(s)), s);
	}
	assert_null(mk_state_name(0));
	assert_null(mk_state_name(10));
	assert_null(mk_state_name(-1));
	static const char *const bad[] = {"", "Checking", "checking ", "done"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_state_parse(bad[i]), MK_E_INPUT);
	/* stored in every ledger: the values are frozen (decisions.md g) */
	assert_int_equal(MK_STATE_not_requested, 1);
	assert_int_equal(MK_STATE_checking, 4);
	assert_int_equal(MK_STATE_disposed, 8);
	assert_int_equal(MK_STATE_refused, 9);
}

static void
the_way_of_a_number(void **state)
{
	(void)state;
	for (int s = MK_STATE_not_requested; s < MK_STATE_disposed; s++)
		assert_true(mk_state_may(s, s + 1)); /* product.md's line from left to right */
	assert_true(mk_state_may(MK_STATE_requested, MK_STATE_refused));
	assert_true(mk_state_may(MK_STATE_refused, MK_STATE_requested)); /* asked again next year */
	for (int s = -3; s < 14; s++) {
		assert_false(mk_state_may(s, s));
		assert_false(mk_state_may(s, 0) || mk_state_may(0, s) || mk_state_may(s, 10) ||
			     mk_state_may(10, s) || mk_state_may(s, -1));
		/* only what was due is disposed of, and only what was checked is confirmed */
		assert_int_equal(mk_state_may(s, MK_STATE_disposed), s == MK_STATE_disposal_due);
		assert_int_equal(mk_state_may(s, MK_STATE_confirmed),
		    s == MK_STATE_checking || s == MK_STATE_ended || s == MK_STATE_disposal_due);
		if (mk_state_has_number(s)) /* a number does not vanish but by disposal */
			for (int to = 1; to < 10; to++)
				if (mk_state_may(s, to) && !mk_state_has_number(to))
					assert_int_equal(to, MK_STATE_disposed);
	}
	assert_false(mk_state_may(MK_STATE_disposed, MK_STATE_confirmed));
	assert_false(mk_state_may(MK_STATE_disposed, MK_STATE_ended));
}

static void
when_a_number_is_there(void **state)
{
	(void)state;
	for (int s = -2; s < 20; s++)
		assert_int_equal(
		    mk_state_has_number(s), s == MK_STATE_checking || s == MK_STATE_confirmed ||
						s == MK_STATE_ended || s == MK_STATE_disposal_due);
}

static void
fields_have_names(void **state)
{
	(void)state;
	for (int f = 0; f < MK_SF_COUNT; f++) {
		assert_int_equal(mk_subject_field_parse(mk_subject_field_name(f)), f);
		assert_non_null(mk_subject_field_title_ja(f));
		assert_true(mk_subject_field_max(f) > 0 && mk_subject_field_max(f) <= 512);
	}
	static const int out[] = {-1, MK_SF_COUNT, 1000};
	for (size_t i = 0; i < ARRAY_LEN(out); i++) {
		assert_null(mk_subject_field_name(out[i]));
		assert_null(mk_subject_field_title_ja(out[i]));
		assert_int_equal(mk_subject_field_max(out[i]), 0);
		assert_int_equal(mk_subject_field_check(out[i], "x"), MK_E_INPUT);
	}
	assert_int_equal(
	    mk_subject_field_parse("number"), MK_E_INPUT); /* a number has one place only */
	assert_int_equal(mk_subject_field_parse(""), MK_E_INPUT);
}

static const int texts[] = {MK_SF_code, MK_SF_name, MK_SF_kana, MK_SF_address, MK_SF_relationship};

static void
formulas_are_refused(void **state)
{
	(void)state;
	static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠", "−"};
	static const char *const before[] = {
	    "", " ", "　", "\u00a0", "   ", " \u00a0　", "\u2003", "\u202f", "\u205f"};
	for (size_t f = 0; f < ARRAY_LEN(texts); f++) {
		for (size_t s = 0; s < ARRAY_LEN(starts); s++) {
			for (size_t b = 0; b < ARRAY_LEN(before); b++) {
				char v[64];
				snprintf(v, sizeof v, "%s%sA1", before[b], starts[s]);
				if (mk_subject_field_check(texts[f], v) != MK_E_INPUT)
					fail_msg("'%s' is let in", v);
			}
			char v[64];
			snprintf(v, sizeof v, "A1%sB", starts[s]); /* elsewhere it is text */
			assert_int_equal(mk_subject_field_check(texts[f], v), 0);
		}
	}
	assert_int_equal(
	    mk_subject_field_check(MK_SF_name, "=HYPERLINK(\"http://x\")"), MK_E_INPUT);
	assert_int_equal(mk_subject_field_check(MK_SF_name, "\t=1"), MK_E_TEXT);
	assert_int_equal(mk_subject_field_check(MK_SF_name, "山田\n=1"), MK_E_TEXT);
	assert_int_equal(mk_subject_field_check(MK_SF_name, "山田\r=1"), MK_E_TEXT);
}

static void
numbers_have_one_place_only(void **state)
{
	(void)state;
	static const char *const with[] = {"123456789018", "山田 1234-5678-9018",
	    "１２３４　５６７８　９０１８", "x123456789018y"};
	for (size_t f = 0; f < ARRAY_LEN(texts); f++)
		for (size_t i = 0; i < ARRAY_LEN(with); i++)
			assert_int_equal(mk_subject_field_check(texts[f], with[i]), MK_E_NUMBER);
	assert_int_equal(mk_subject_field_check(MK_SF_purposes, "123456789018"), MK_E_NUMBER);
	assert_int_equal(
	    mk_subject_field_check(MK_SF_code, "123456789012"), 0); /* the check digit is wrong */
	assert_int_equal(mk_subject_field_check(MK_SF_code, "000123"), 0);
	assert_int_equal(
	    mk_subject_field_check(MK_SF_address, "東京都千代田区千代田1-1-1 〒100-0001"), 0);
}

static void
hostile_text(void **state)
{
	(void)state;
	static const char *const bad[] = {"a\x1b[2J", "a\u202e", "a\u200b", "a\xc2\x9b", "a\xff",
	    "a\xed\xa0\x80", "a\x7f", "a\uf8ff", "a\u2028"};
	for (size_t f = 0; f < ARRAY_LEN(texts); f++)
		for (size_t i = 0; i < ARRAY_LEN(bad); i++)
			assert_int_equal(mk_subject_field_check(texts[f], bad[i]), MK_E_TEXT);
	static const char *const good[] = {"髙橋 﨑", "神\ufa19", "葛\U000e0100城", "𠮷田",
	    "O'Brien", "山田　太郎", "か\u3099", "<b>\"&;"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(mk_subject_field_check(MK_SF_name, good[i]), 0);
}

static void
lengths(void **state)
{
	(void)state;
	char v[1024];
	for (size_t f = 0; f < ARRAY_LEN(texts); f++) {
		size_t max = mk_subject_field_max(texts[f]);
		memset(v, 'x', sizeof v);
		v[max] = '\0';
		assert_int_equal(mk_subject_field_check(texts[f], v), 0);
		v[max] = 'x';
		v[max + 1] = '\0';
		assert_int_equal(mk_subject_field_check(texts[f], v), MK_E_TOO_BIG);
		assert_int_equal(
		    mk_subject_field_check(texts[f], ""), texts[f] == MK_SF_name ? MK_E_INPUT : 0);
	}
	/* a name of blanks is no name */
	static const char *const blank[] = {" ", "　", "\u00a0 　", "\u2003"};
	for (size_t i = 0; i < ARRAY_LEN(blank); i++)
		assert_int_equal(mk_subject_field_check(MK_SF_name, blank[i]), MK_E_INPUT);
}

static void
birth_dates(void **state)
{
	(void)state;
	char day[MK_DATE_MAX];
	int64_t today = mk_date_days(mk_date_jst(mk_now()));
	mk_date_format(mk_date_from_days(today), day);
	assert_int_equal(mk_subject_field_check(MK_SF_birth, day), 0);
	mk_date_format(mk_date_from_days(today + 2), day);
	assert_int_equal(mk_subject_field_check(MK_SF_birth, day), MK_E_INPUT);
	static const char *const good[] = {
	    "", "1985-03-14", "2000-02-29", "1989-01-07", "1912-07-30", "1850-01-01"};
	static const char *const bad[] = {"1849-12-31", "2001-02-29", "1985-3-14", "1985/03/14",
	    "9999-12-31", "0001-01-01", "昭和60年", "85-03-14", " 985-03-14", "1985-03-1",
	    "1985-13-01"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(mk_subject_field_check(MK_SF_birth, good[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_subject_field_check(MK_SF_birth, bad[i]),
		    strlen(bad[i]) > 10 ? MK_E_TOO_BIG : MK_E_INPUT);
}

static void
sexes_and_parents(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} forms[] = {{"male", "male"}, {"female", "female"}, {"other", "other"}, {"", ""},
	    {"男", "male"}, {"女", "female"}, {"男性", "male"}, {"女性", "female"}};
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		assert_string_equal(mk_sex_parse(forms[i].in), forms[i].out);
		assert_int_equal(mk_subject_field_check(MK_SF_sex, forms[i].in), 0);
	}
	static const char *const bad[] = {"m", "f", "Male", "男女", "1", " "};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(mk_sex_parse(bad[i]));
		assert_int_equal(mk_subject_field_check(MK_SF_sex, bad[i]), MK_E_INPUT);
	}
	assert_int_equal(mk_subject_field_check(MK_SF_parent, "s0123456789abc"), 0);
	assert_int_equal(mk_subject_field_check(MK_SF_parent, ""), 0);
	assert_int_equal(mk_subject_field_check(MK_SF_parent, "m0123456789abc"), MK_E_INPUT);
	assert_int_equal(mk_subject_field_check(MK_SF_parent, "山田"), MK_E_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states_have_names),
	    cmocka_unit_test(the_way_of_a_number),
	    cmocka_unit_test(when_a_number_is_there),
	    cmocka_unit_test(fields_have_names),
	    cmocka_unit_test(formulas_are_refused),
	    cmocka_unit_test(numbers_have_one_place_only),
	    cmocka_unit_test(hostile_text),
	    cmocka_unit_test(lengths),
	    cmocka_unit_test(birth_dates),
	    cmocka_unit_test(sexes_and_parents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
