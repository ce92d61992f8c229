/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar arithmetic against a day-by-day count and against glibc, Japan's day borders, and RFC 3339 there and back. */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAY INT64_C(86400)
#define JST (INT64_C(9) * 3600)

static struct mk_date
date(int y, int m, int d)
{
	return (struct mk_date){y, m, d};
}

static int
month_days(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
	return m == 2 && leap ? 29 : days[m - 1];
}

/* All days of the years 1 to 9999, counted one by one. */
static void
every_day_of_ten_thousand_years(void **state)
{
	(void)state;
	int64_t n = mk_date_days(date(1, 1, 1));
	assert_int_equal(n, -719162);
	for (int y = 1; y <= 9999; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= month_days(y, m); d++, n++) {
				struct mk_date got = mk_date_from_days(n);
				if (mk_date_days(date(y, m, d)) != n || got.year != y ||
				    got.month != m || got.day != d)
					fail_msg("%04d-%02d-%02d", y, m, d);
			}
	assert_int_equal(n, 2932897);
	assert_int_equal(mk_date_days(date(1970, 1, 1)), 0);
	assert_int_equal(mk_date_days(date(2000, 3, 1)), 11017);
}

static void
valid_dates(void **state)
{
	(void)state;
	static const struct {
		int y, m, d;
		bool ok;
	} rows[] = {{2000, 2, 29, true}, {1900, 2, 29, false}, {2100, 2, 29, false},
	    {2024, 2, 29, true}, {2023, 2, 29, false}, {2024, 2, 30, false}, {1, 1, 1, true},
	    {0, 12, 31, false}, {9999, 12, 31, true}, {10000, 1, 1, false}, {2026, 0, 1, false},
	    {2026, 13, 1, false}, {2026, 1, 0, false}, {2026, 1, 32, false}, {2026, 4, 31, false},
	    {2026, 4, 30, true}, {2026, -1, 1, false}, {2026, 1, -1, false}, {-2026, 1, 1, false},
	    {2026, 12, 31, true}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(mk_date_valid(date(rows[i].y, rows[i].m, rows[i].d)), rows[i].ok);
}

static void
the_day_changes_at_midnight_in_japan(void **state)
{
	(void)state;
	static const struct {
		const char *utc;
		int y, m, d;
	} rows[] = {{"2026-11-23T14:59:59Z", 2026, 11, 23}, {"2026-11-23T15:00:00Z", 2026, 11, 24},
	    {"2026-12-31T14:59:59Z", 2026, 12, 31}, {"2026-12-31T15:00:00Z", 2027, 1, 1},
	    {"2024-02-28T15:00:00Z", 2024, 2, 29}, {"2024-02-29T15:00:00Z", 2024, 3, 1},
	    {"1969-12-31T14:59:59Z", 1969, 12, 31}, {"1969-12-31T15:00:00Z", 1970, 1, 1},
	    {"1900-02-28T15:00:00Z", 1900, 3, 1}, {"1948-07-01T00:00:00Z", 1948, 7, 1}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t t = 0;
		assert_int_equal(mk_time_parse(rows[i].utc, &t), 0);
		struct mk_date d = mk_date_jst(t);
		assert_int_equal(d.year, rows[i].y);
		assert_int_equal(d.month, rows[i].m);
		assert_int_equal(d.day, rows[i].d);
	}
	for (int64_t day = -200000; day < 200000; day += 7) {
		int64_t t = mk_date_start_jst(mk_date_from_days(day));
		assert_int_equal(mk_date_days(mk_date_jst(t)), day);
		assert_int_equal(mk_date_days(mk_date_jst(t - 1)), day - 1);
		assert_int_equal(mk_date_days(mk_date_jst(t + DAY - 1)), day);
	}
}

/* glibc's gmtime_r as the second opinion, whatever TZ says. */
static void
formatted_as_glibc_does(void **state)
{
	(void)state;
	setenv("TZ", "America/New_York", 1);
	tzset();
	for (int64_t t = -62135596800 + DAY; t < 253402300800 - DAY; t += 86400 * 37 + 12345) {
		time_t shifted = (time_t)(t + JST);
		struct tm tm;
		char want[40], got[MK_TIME_MAX];
		assert_non_null(gmtime_r(&shifted, &tm));
		size_t n = strftime(want, sizeof want, "-%m-%dT%H:%M:%S+09:00", &tm);
		assert_int_equal(n, 21);
		mk_time_format(t, got);
		if (strtol(got, NULL, 10) != tm.tm_year + 1900 || strcmp(got + 4, want) != 0)
			fail_msg("%lld: %s, not %s", (long long)t, got, want);
		int64_t back = 0;
		assert_int_equal(mk_time_parse(got, &back), 0);
		assert_int_equal(back, t);
	}
	unsetenv("TZ");
	tzset();
}

static void
negative_times(void **state)
{
	(void)state;
	static const struct {
		int64_t t;
		const char *s;
	} rows[] = {{0, "1970-01-01T09:00:00+09:00"}, {-1, "1970-01-01T08:59:59+09:00"},
	    {-JST, "1970-01-01T00:00:00+09:00"}, {-JST - 1, "1969-12-31T23:59:59+09:00"},
	    {-2208988800 - JST, "1900-01-01T00:00:00+09:00"},
	    {INT64_C(-62135596800) - JST, "0001-01-01T00:00:00+09:00"},
	    {INT64_C(253402300799) - JST, "9999-12-31T23:59:59+09:00"},
	    {INT64_C(4107542399) - JST, "2100-02-28T23:59:59+09:00"},
	    {INT64_C(4107542400) - JST, "2100-03-01T00:00:00+09:00"},
	    {INT64_C(2147483648), "2038-01-19T12:14:08+09:00"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char s[MK_TIME_MAX];
		int64_t t = 0;
		mk_time_format(rows[i].t, s);
		assert_string_equal(s, rows[i].s);
		assert_int_equal(mk_time_parse(s, &t), 0);
		assert_int_equal(t, rows[i].t);
	}
}

/* A stated time comes from a client: nothing it says may overflow, and what is outside the calendar is no valid date. */
static void
times_outside_the_calendar(void **state)
{
	(void)state;
	static const int64_t far[] = {INT64_MAX, INT64_MAX - JST, INT64_MAX - JST + 1,
	    INT64_C(253402300800), INT64_MAX / 2, INT64_MIN, INT64_MIN + 1, INT64_MIN / 2,
	    INT64_C(-62135596800) - JST - 1};
	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		char s[MK_TIME_MAX];
		int64_t t = 42;
		struct mk_date d = mk_date_jst(far[i]);
		assert_false(mk_date_valid(d));
		assert_true(far[i] < 0 ? d.year < 1 : d.year > 9999);
		assert_false(mk_date_valid(mk_date_from_days(far[i])));
		mk_time_format(far[i], s);
		assert_int_equal(strlen(s), MK_TIME_MAX - 1);
		assert_int_equal(mk_time_parse(s, &t), MK_E_INPUT);
		assert_int_equal(t, 42);
	}
}

static void
dates_as_text(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2026", "2026-11-2", "2026-11-244", "2026-1-024",
	    "2026/11/24", "2026-11-31", "2026-00-10", "0000-01-01", "2025-02-29", "+026-11-24",
	    " 026-11-24", "2026-11-24 ", "2026-11-24T00:00:00Z", "２026-11-24", "20261124",
	    "-001-01-01", "2026-11-2x"};
	struct mk_date d = date(7, 7, 7);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_date_parse(bad[i], &d), MK_E_INPUT);
	assert_true(d.year == 7 && d.month == 7 && d.day == 7);
	for (int64_t n = -719162; n < 2932897; n += 11) {
		char s[MK_DATE_MAX];
		mk_date_format(mk_date_from_days(n), s);
		assert_int_equal(strlen(s), 10);
		assert_int_equal(mk_date_parse(s, &d), 0);
		assert_int_equal(mk_date_days(d), n);
	}
}

static void
zones(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		int64_t t;
	} good[] = {{"1970-01-01T00:00:00Z", 0}, {"1970-01-01T00:00:00+00:00", 0},
	    {"1970-01-01T00:00:00-00:00", 0}, {"1970-01-01T09:00:00+09:00", 0},
	    {"1969-12-31T19:00:00-05:00", 0}, {"1970-01-01T05:45:00+05:45", 0},
	    {"1970-01-01", -JST}, {"2026-11-24", 1795446000},
	    {"2026-11-24T00:00:00+09:00", 1795446000}, {"2016-12-31T23:59:60Z", 1483228800}};
	static const char *const bad[] = {"", "T", "2026-11-24T", "2026-11-24T12:00:00",
	    "2026-11-24 12:00:00Z", "2026-11-24T12:00Z", "2026-11-24T24:00:00Z",
	    "2026-11-24T12:60:00Z", "2026-11-24T12:00:61Z", "2026-11-24T12:00:00+9:00",
	    "2026-11-24T12:00:00+0900", "2026-11-24T12:00:00+15:00", "2026-11-24T12:00:00+09:60",
	    "2026-11-24T12:00:00Zx", "2026-11-24T12:00:00+09:00 ", "2026-02-30T12:00:00Z",
	    "2026-11-24T12:00:00z9", "2026-11-24T-1:00:00Z", "2026-11-24T12.00.00Z", "now",
	    "12:00:00+09:00", "2026-11-24T12:00:00*09:00"};
	int64_t t = 99;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_time_parse(bad[i], &t), MK_E_INPUT);
	assert_int_equal(t, 99);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(mk_time_parse(good[i].s, &t), 0);
		assert_int_equal(t, good[i].t);
	}
}

static void
clocks(void **state)
{
	(void)state;
	int64_t t = (int64_t)time(NULL), now = mk_now(), a = mk_mono_ms();
	usleep(20000);
	int64_t b = mk_mono_ms();
	assert_true(now >= t && now <= t + 5);
	assert_true(b >= a + 20 && b < a + 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_day_of_ten_thousand_years),
	    cmocka_unit_test(valid_dates),
	    cmocka_unit_test(the_day_changes_at_midnight_in_japan),
	    cmocka_unit_test(formatted_as_glibc_does),
	    cmocka_unit_test(negative_times),
	    cmocka_unit_test(times_outside_the_calendar),
	    cmocka_unit_test(dates_as_text),
	    cmocka_unit_test(zones),
	    cmocka_unit_test(clocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
