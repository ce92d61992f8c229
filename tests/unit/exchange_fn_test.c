/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closed functions of a profile, one value after the other, and era changes by the day. */
#include "tests/unit/exchange_kit.h"

#include "src/exchange/exchange_internal.h"

static char male[] = "male", female[] = "female", one[] = "1", two[] = "2";
static char wife[] = "妻", any[] = "*", code02[] = "02", code99[] = "99";
static char *map_from[] = {male, female};
static char *map_to[] = {one, two};
static char *wild_from[] = {wife, any};
static char *wild_to[] = {code02, code99};
static struct mk_map maps[] = {{map_from, map_to, 2}, {wild_from, wild_to, 2}};
static const struct mk_layout layout = {.maps = maps, .nmaps = 2};

/* The result of fn on s; NULL expected: the function must refuse with `why`. */
static void
check(const char *fn, uint8_t arg, const char *s, const char *expected, enum mk_problem_kind why)
{
	struct mk_fn_call call = {(uint8_t)mk_fn_find(fn), arg};
	struct mk_buf out = MK_BUF_INIT;
	enum mk_problem_kind got = MK_PROBLEM_COUNT;
	assert_int_not_equal(call.fn, MK_FN_NONE);
	int r = mk_fn_apply(&layout, &call, s, strlen(s), &out, &got);
	if (expected != NULL) {
		assert_int_equal(r, 0);
		assert_string_equal(mk_buf_str(&out), expected);
	} else {
		assert_int_equal(r, MK_E_INPUT);
		assert_int_equal(got, why);
	}
	mk_buf_free(&out);
}

static void
gives(const char *fn, const char *s, const char *expected)
{
	check(fn, 0, s, expected, MK_PROBLEM_COUNT);
}

static void
refuses(const char *fn, const char *s, enum mk_problem_kind why)
{
	check(fn, 0, s, NULL, why);
}

static void
kana_and_widths(void **state)
{
	(void)state;
	gives("halfkana", "ヤマダ　ガパヴー", "ﾔﾏﾀﾞ　ｶﾞﾊﾟｳﾞｰ");
	gives("halfkana", "やまだ", "ﾔﾏﾀﾞ");
	gives("halfkana", "ヅデドヂッャ。「」、・", "ﾂﾞﾃﾞﾄﾞﾁﾞｯｬ｡｢｣､･");
	gives("halfkana", "ヮヰヱヵヶ",
	    "ヮヰヱヵヶ"); /* have no half-width form: the column's class stops them */
	gives("halfkana", "バビブベボパピプペポ", "ﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ");
	gives("fullkana", "ﾔﾏﾀﾞ ｶﾞﾊﾟｳﾞｰやま", "ヤマダ ガパヴーヤマ");
	gives("fullwidth", "A-1 b~\\", "Ａ－１　ｂ～＼");
	gives("halfwidth", "Ａ－１　ｂ～＼漢", "A-1 b~\\漢");
}

static void
every_half_kana_goes_round(void **state)
{
	(void)state;
	for (uint32_t cp = 0x30a1; cp <= 0x30fa; cp++) {
		struct mk_buf s = MK_BUF_INIT, half = MK_BUF_INIT, back = MK_BUF_INIT;
		uint32_t mark = 0;
		mk_put_cp(&s, cp);
		uint32_t h = mk_half_kana(cp, &mark);
		if (h != 0) {
			mk_put_cp(&half, h);
			if (mark != 0)
				mk_put_cp(&half, mark);
			struct mk_fn_call full = {MK_FN_FULLKANA, 0};
			enum mk_problem_kind why;
			assert_int_equal(
			    mk_fn_apply(&layout, &full, mk_buf_str(&half), half.len, &back, &why),
			    0);
			assert_string_equal(mk_buf_str(&back), mk_buf_str(&s));
		} else {
			assert_true(cp == 0x30ee || cp == 0x30f0 || cp == 0x30f1 || cp == 0x30f5 ||
				    cp == 0x30f6 || cp == 0x30f8 || cp == 0x30f9);
		}
		mk_buf_free(&s);
		mk_buf_free(&half);
		mk_buf_free(&back);
	}
}

static void
blanks_and_names(void **state)
{
	(void)state;
	gives("nospace", " 山田　太郎 ", "山田太郎");
	gives("space-half", "　山田　 太郎 ", "山田 太郎");
	gives("space-full", "山田  太郎", "山田　太郎");
	gives("split-sei", "山田　太郎", "山田");
	gives("split-mei", "山田 太郎 二世", "太郎 二世");
	refuses("split-sei", "山田太郎", MK_PROBLEM_SPLIT);
	refuses("split-mei", "山田 ", MK_PROBLEM_SPLIT);
}

static void
era_changes_by_the_day(void **state)
{
	(void)state;
	static const struct {
		const char *date, *nenkin, *zei, *name, *yy, *yymmdd;
	} t[] = {
	    {"1873-01-01", "1", "3", "明治", "06", "060101"},
	    {"1912-07-29", "1", "3", "明治", "45", "450729"},
	    {"1912-07-30", "3", "2", "大正", "01", "010730"},
	    {"1926-12-24", "3", "2", "大正", "15", "151224"},
	    {"1926-12-25", "5", "1", "昭和", "01", "011225"},
	    {"1989-01-07", "5", "1", "昭和", "64", "640107"},
	    {"1989-01-08", "7", "4", "平成", "01", "010108"},
	    {"2019-04-30", "7", "4", "平成", "31", "310430"},
	    {"2019-05-01", "9", "5", "令和", "01", "010501"},
	};
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		gives("era:nenkin", t[i].date, t[i].nenkin);
		gives("era:zei", t[i].date, t[i].zei);
		gives("era-name", t[i].date, t[i].name);
		gives("era-yy", t[i].date, t[i].yy);
		gives("era-yymmdd", t[i].date, t[i].yymmdd);
	}
	refuses("era:nenkin", "1872-12-31", MK_PROBLEM_DATE);
	refuses("era-yymmdd", "2019-02-29", MK_PROBLEM_DATE);
}

static void
dates(void **state)
{
	(void)state;
	gives("ymd-slash", "1985-03-04", "1985/03/04");
	gives("ymd-hyphen", "1985-03-04", "1985-03-04");
	gives("ymd8", "1985-03-04", "19850304");
	gives("mm", "1985-03-04", "03");
	gives("dd", "1985-03-04", "04");
	refuses("ymd8", "1985/03/04", MK_PROBLEM_DATE);
	refuses("mm", "昭和60年", MK_PROBLEM_DATE);
}

static void
codes(void **state)
{
	(void)state;
	check("pad", 6, "42", "000042", MK_PROBLEM_COUNT);
	check("pad", 3, "１２", "012", MK_PROBLEM_COUNT);
	check("pad", 2, "1234", "1234", MK_PROBLEM_COUNT); /* never cut */
	check("pad", 6, "A42", NULL, MK_PROBLEM_DIGITS);
	gives("zip3", "106-0041", "106");
	gives("zip4", "〒106-0041", "0041");
	gives("zip7", "１０６－００４１", "1060041");
	gives("zip-hyphen", "1060041", "106-0041");
	refuses("zip7", "106-004", MK_PROBLEM_ZIP);
	refuses("zip3", "106-00411", MK_PROBLEM_ZIP);
	gives("flag10", "", "0");
	gives("flag10", "0", "0");
	gives("flag10", "yes", "1");
	gives("enum", "female", "2");
	refuses("enum", "other", MK_PROBLEM_UNKNOWN_WORD);
	check("enum", 1, "妻", "02", MK_PROBLEM_COUNT);
	check("enum", 1, "長男", "99", MK_PROBLEM_COUNT);
}

static void
formula_starts(void **state)
{
	(void)state;
	static const char *const bad[] = {"=1", "+81", "-x", "@a", "＝1", "＋", "－", "＠", "−1",
	    " =1", "　=1", "\xc2\xa0=1", "\t=1"};
	static const char *const good[] = {"", "山田", "a=1", "1-2", "ー", "'=1", "(+1)"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_true(mk_formula_start(bad[i], strlen(bad[i])));
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_false(mk_formula_start(good[i], strlen(good[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kana_and_widths),
	    cmocka_unit_test(every_half_kana_goes_round),
	    cmocka_unit_test(blanks_and_names),
	    cmocka_unit_test(era_changes_by_the_day),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(codes),
	    cmocka_unit_test(formula_starts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
