/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dates as Japanese forms want them. Eras change by the day (元号を改める政令), not by the year;
 * dates before 1873-01-01, when Japan had another calendar, are refused.
 */
#include "exchange_internal.h"

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"

struct era {
	struct mk_date first;
	const char *name;
	char nenkin; /* 年金機構, formats.md 2.1 */
	char zei; /* eLTAX and e-Tax, formats.md 2.2 */
};

static const struct era eras[] = {
    {{2019, 5, 1}, "令和", '9', '5'},
    {{1989, 1, 8}, "平成", '7', '4'},
    {{1926, 12, 25}, "昭和", '5', '1'},
    {{1912, 7, 30}, "大正", '3', '2'},
    {{1873, 1, 1}, "明治", '1', '3'},
};

#define MEIJI_YEAR_1 1868

static const struct era *
era_of(struct mk_date d)
{
	for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++)
		if (mk_date_days(d) >= mk_date_days(eras[i].first))
			return &eras[i];
	return NULL;
}

static int
era_year(const struct era *era, struct mk_date d)
{
	int first = era == &eras[sizeof eras / sizeof eras[0] - 1] ? MEIJI_YEAR_1 : era->first.year;
	return d.year - first + 1;
}

static int
put_era(enum mk_fn fn, struct mk_date d, struct mk_buf *out)
{
	const struct era *era = era_of(d);
	if (era == NULL || era_year(era, d) > 99)
		return MK_E_INPUT;
	switch (fn) {
	case MK_FN_ERA_NENKIN:
		mk_buf_put_u8(out, (uint8_t)era->nenkin);
		return 0;
	case MK_FN_ERA_ZEI:
		mk_buf_put_u8(out, (uint8_t)era->zei);
		return 0;
	case MK_FN_ERA_NAME:
		mk_buf_puts(out, era->name);
		return 0;
	case MK_FN_ERA_YY:
		mk_buf_printf(out, "%02d", era_year(era, d));
		return 0;
	case MK_FN_ERA_YYMMDD:
		mk_buf_printf(out, "%02d%02d%02d", era_year(era, d), d.month, d.day);
		return 0;
	default:
		return MK_E_INTERNAL;
	}
}

int
mk_fn_date(enum mk_fn fn, const char *s, struct mk_buf *out)
{
	struct mk_date d = {0, 0, 0};
	int r = mk_date_parse(s, &d);
	if (r < 0)
		return r;
	switch (fn) {
	case MK_FN_YMD_SLASH:
		mk_buf_printf(out, "%04d/%02d/%02d", d.year, d.month, d.day);
		return 0;
	case MK_FN_YMD_HYPHEN:
		mk_buf_printf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
		return 0;
	case MK_FN_YMD8:
		mk_buf_printf(out, "%04d%02d%02d", d.year, d.month, d.day);
		return 0;
	case MK_FN_MM:
		mk_buf_printf(out, "%02d", d.month);
		return 0;
	case MK_FN_DD:
		mk_buf_printf(out, "%02d", d.day);
		return 0;
	default:
		return put_era(fn, d, out);
	}
}
