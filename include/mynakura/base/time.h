/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times are int64 seconds UTC; legal dates are Japan's (UTC+9, no summer time) by arithmetic, never
 * by localtime, which silently turns to UTC inside a sandbox (decisions.md 9). A time outside the
 * years 1..9999 becomes 0000-12-31 or 10000-01-01, which mk_date_valid and mk_time_parse refuse;
 * its text starts with "0000-".
 */
#ifndef MK_BASE_TIME_H
#define MK_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_date {
	int year; /* 1..9999 */
	int month; /* 1..12 */
	int day; /* 1..31 */
};

#define MK_TIME_MAX 26 /* bytes of an RFC 3339 time with its NUL */
#define MK_DATE_MAX 11

int64_t mk_now(void); /* CLOCK_REALTIME, seconds */
int64_t mk_mono_ms(void); /* CLOCK_BOOTTIME, milliseconds */
bool mk_date_valid(struct mk_date d);
int64_t mk_date_days(struct mk_date d); /* days since 1970-01-01, Gregorian */
struct mk_date mk_date_from_days(int64_t days);
struct mk_date mk_date_jst(int64_t t); /* the Japanese calendar day of t */
int64_t mk_date_start_jst(struct mk_date d); /* 00:00 JST of d as UTC seconds */
int mk_date_parse(const char *s, struct mk_date *out); /* "YYYY-MM-DD", exactly; MK_E_INPUT */
void mk_date_format(struct mk_date d, char out[MK_DATE_MAX]);
void mk_time_format(int64_t t, char out[MK_TIME_MAX]); /* "2026-11-24T12:00:00+09:00" */
int mk_time_parse(
    const char *s, int64_t *out); /* RFC 3339 with zone, or a date (00:00 JST); MK_E_INPUT */

#endif
