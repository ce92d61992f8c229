/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates of every era with their first and last days, and words that were read with a mistake. */
#include "src/capture/words_internal.h"

#include <string.h>

#include "mynakura/base/utf8.h"
#include "tests/lib/mk_cmocka.h"

static int
points(const char *s, uint32_t *out)
{
	int n = 0;
	for (size_t left = strlen(s); left > 0; n++) {
		size_t k = mk_utf8_decode(s, left, &out[n]);
		s += k;
		left -= k;
	}
	return n;
}

static const char *
date(const char *text)
{
	static char out[MK_DATE_MAX];
	uint32_t cp[128];
	struct mk_date d;
	int from, to;
	if (mk_find_date(cp, points(text, cp), &d, &from, &to) <= 0)
		return "none";
	mk_date_format(d, out);
	return out;
}

static void
eras(void **state)
{
	(void)state;
	assert_string_equal(date("昭和41年3月12日生"), "1966-03-12");
	assert_string_equal(date("平成元年1月8日"), "1989-01-08");
	assert_string_equal(date("昭和64年1月7日"), "1989-01-07");
	assert_string_equal(date("令和元年5月1日"), "2019-05-01");
	assert_string_equal(date("平成31年4月30日"), "2019-04-30");
	assert_string_equal(date("大正元年7月30日"), "1912-07-30");
	assert_string_equal(date("明治45年7月29日"), "1912-07-29");
	assert_string_equal(date("生年月日平成２４年１月５日生性別男"), "2012-01-05");
	assert_string_equal(date("1988年12月28日生"), "1988-12-28");
	assert_string_equal(date("2032年11月4日まで有効"), "2032-11-04");
}

static void
days_outside_an_era_are_refused(void **state)
{
	(void)state;
	assert_string_equal(date("昭和64年1月8日"), "none");
	assert_string_equal(date("平成31年5月1日"), "none");
	assert_string_equal(date("平成元年1月7日"), "none");
	assert_string_equal(date("昭和元年12月24日"), "none");
	assert_string_equal(date("昭和41年2月30日"), "none");
	assert_string_equal(date("昭和41年13月1日"), "none");
	assert_string_equal(date("昭和100年1月1日"), "none");
	assert_string_equal(date("41年3月12日"), "none");
	assert_string_equal(date("昭平41年3月12日"), "none");
	assert_string_equal(date("年月日"), "none");
	assert_string_equal(date(""), "none");
}

/* One of the era's two glyphs, or one of 年月日, may have been misread; 和 alone tells no era. */
static void
misread_glyphs(void **state)
{
	(void)state;
	assert_string_equal(date("昭扣41年3月12日"), "1966-03-12");
	assert_string_equal(date("乎成5年3月2日"), "1993-03-02");
	assert_string_equal(date("口和5年3月2日"), "none");
	assert_string_equal(date("昭和41午3月12日"), "1966-03-12");
	assert_string_equal(date("昭和41午3目12日"), "none");
}

static int
find(const char *text, const char *word, int *from, int *to)
{
	uint32_t cp[128];
	return mk_find_utf8(cp, points(text, cp), word, from, to);
}

static void
words(void **state)
{
	(void)state;
	int from = -1, to = -1;
	assert_int_equal(find("xx個人番号123", "個人番号", &from, &to), 0);
	assert_int_equal(from, 2);
	assert_int_equal(to, 6);
	assert_int_equal(find("個大番号123", "個人番号", &from, &to), 1);
	assert_int_equal(find("人番号123", "個人番号", &from, &to), 1);
	assert_int_equal(to, 3);
	assert_int_equal(find("個大呈号123", "個人番号", NULL, NULL), -1);
	assert_int_equal(find("丘名", "氏名", NULL, NULL), -1); /* short words must be right */
	assert_int_equal(find("", "氏名", NULL, NULL), -1);
}

static void
cells(void **state)
{
	(void)state;
	char out[8];
	assert_true(mk_tsv_cell("a\tbc\nd\te\n", 1, 1, out, sizeof out));
	assert_string_equal(out, "e");
	assert_false(mk_tsv_cell("a\tbc\nd\te\n", 1, 2, out, sizeof out));
	assert_false(mk_tsv_cell("a\tbc\nd\te\n", 2, 0, out, sizeof out));
	assert_false(mk_tsv_cell("a\tbcdefghi\n", 0, 1, out, sizeof out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(eras),
	    cmocka_unit_test(days_outside_an_era_are_refused),
	    cmocka_unit_test(misread_glyphs),
	    cmocka_unit_test(words),
	    cmocka_unit_test(cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
