/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar arithmetic (days from civil, after the well-known era-based method) and RFC 3339. */
#include "mynakura/base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mynakura/base/err.h"

#define DAY INT64_C(86400)
#define JST (INT64_C(9) * 3600)
/*
 * 0000-12-31 and 10000-01-01: what lies outside the calendar becomes one of these two, which
 * mk_date_valid refuses.
 */
#define DAYS_MIN INT64_C(-719163)
#define DAYS_MAX INT64_C(2932897)

int64_t
mk_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

int64_t
mk_mono_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
mk_date_valid(struct mk_date d)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
	return d.day <= days[d.month - 1] + (d.month == 2 && leap ? 1 : 0);
}

int64_t
mk_date_days(struct mk_date d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

struct mk_date
mk_date_from_days(int64_t z)
{
	z = (z < DAYS_MIN ? DAYS_MIN : z > DAYS_MAX ? DAYS_MAX : z) + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct mk_date d;
	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d.year = (int)(yoe + era * 400 + (d.month <= 2 ? 1 : 0));
	return d;
}

/*
 * Japan's wall clock as seconds, or the border next to it: a time from outside (--now) must not
 * overflow.
 */
static int64_t
jst_seconds(int64_t t)
{
	int64_t least = DAYS_MIN * DAY, most = DAYS_MAX * DAY;
	return t < least - JST ? least : t > most - JST ? most : t + JST;
}

struct mk_date
mk_date_jst(int64_t t)
{
	int64_t s = jst_seconds(t);
	int64_t days = s / DAY - (s % DAY < 0 ? 1 : 0);
	return mk_date_from_days(days);
}

int64_t
mk_date_start_jst(struct mk_date d)
{
	return mk_date_days(d) * DAY - JST;
}

static bool
digits(const char *s, int n, int *out)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return true;
}

static bool
date_part(const char *s, struct mk_date *d)
{
	return digits(s, 4, &d->year) && s[4] == '-' && digits(s + 5, 2, &d->month) &&
	       s[7] == '-' && digits(s + 8, 2, &d->day) && mk_date_valid(*d);
}

int
mk_date_parse(const char *s, struct mk_date *out)
{
	struct mk_date d;
	if (strlen(s) != 10 || !date_part(s, &d))
		return MK_E_INPUT;
	*out = d;
	return 0;
}

void
mk_date_format(struct mk_date d, char out[MK_DATE_MAX])
{
	/* The casts bound what the compiler cannot see: a struct mk_date is valid by contract. */
	snprintf(out, MK_DATE_MAX, "%04u-%02u-%02u", (unsigned)d.year % 10000,
	    (unsigned)d.month % 100, (unsigned)d.day % 100);
}

void
mk_time_format(int64_t t, char out[MK_TIME_MAX])
{
	int64_t s = jst_seconds(t) % DAY;
	if (s < 0)
		s += DAY;
	char day[MK_DATE_MAX];
	mk_date_format(mk_date_jst(t), day);
	snprintf(out, MK_TIME_MAX, "%sT%02u:%02u:%02u+09:00", day, (unsigned)(s / 3600) % 100,
	    (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

int
mk_time_parse(const char *s, int64_t *out)
{
	struct mk_date d;
	int h, m, sec, zh = 0, zm = 0;
	size_t len = strlen(s);
	if (len == 10 && date_part(s, &d)) {
		*out = mk_date_start_jst(d);
		return 0;
	}
	if (len < 20 || !date_part(s, &d) || s[10] != 'T' || !digits(s + 11, 2, &h) ||
	    s[13] != ':' || !digits(s + 14, 2, &m) || s[16] != ':' || !digits(s + 17, 2, &sec))
		return MK_E_INPUT;
	if (h > 23 || m > 59 || sec > 60)
		return MK_E_INPUT;
	int64_t t = mk_date_days(d) * DAY + h * 3600 + m * 60 + sec;
	if (len == 20 && s[19] == 'Z') {
		*out = t;
		return 0;
	}
	if (len != 25 || (s[19] != '+' && s[19] != '-') || !digits(s + 20, 2, &zh) ||
	    s[22] != ':' || !digits(s + 23, 2, &zm) || zh > 14 || zm > 59)
		return MK_E_INPUT;
	int64_t zone = (int64_t)zh * 3600 + zm * 60;
	*out = s[19] == '+' ? t - zone : t + zone;
	return 0;
}
