/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes invented persons: number with check digit, name, kana, address, dates. Draws nothing. */
#include "specimen.h"

#include <string.h>

#include "person_data.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

char
spec_check_digit(const char *eleven)
{
	static const int weight[11] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
	int r = 0;

	for (size_t i = 0; i < 11; i++)
		r += (eleven[i] - '0') * weight[i];
	r %= 11;
	return (char)('0' + (r <= 1 ? 0 : 11 - r));
}

static void
digits(struct spec_rng *r, char *out, size_t n, const char *set)
{
	unsigned base = (unsigned)strlen(set);

	for (size_t i = 0; i < n; i++)
		out[i] = set[spec_rng_below(r, base)];
	out[n] = '\0';
}

static void
make_number(struct spec_rng *r, char out[13])
{
	do {
		digits(r, out, 11, "0123456789");
		out[11] = spec_check_digit(out);
		out[12] = '\0';
	} while (strcmp(out, "000000000000") == 0);
}

void
spec_other_number(struct spec_rng *r, const char *number, bool far, char out[13])
{
	unsigned at;

	if (far) {
		do
			make_number(r, out);
		while (strcmp(out, number) == 0);
		return;
	}
	memcpy(out, number, 13);
	at = spec_rng_below(r, 11);
	out[at] = (char)('0' + (number[at] - '0' + 1 + (int)spec_rng_below(r, 9)) % 10);
	out[11] = spec_check_digit(out);
}

void
spec_full_width(const char *in, char *out, size_t cap)
{
	size_t n = 0;

	for (; *in != '\0' && n + 4 < cap; in++) {
		unsigned c = (unsigned char)*in;

		if ((c >= '0' && c <= '9') || c == '-') {
			out[n++] = (char)0xef;
			out[n++] = (char)0xbc;
			out[n++] = (char)(c == '-' ? 0x8d : 0x90 + (c - '0'));
		} else if (c == ' ') {
			memcpy(out + n, "\u3000", 3);
			n += 3;
		} else {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
}

static long
day_key(const struct spec_date *d)
{
	return d->y * 10000L + d->m * 100L + d->d;
}

static void
month_day(const struct spec_date *d, bool pad, char *out, size_t cap)
{
	snprintf(out, cap, pad ? "年%2d月%2d日" : "年%d月%d日", d->m, d->d);
}

void
spec_date_era(const struct spec_date *d, bool pad, char *out, size_t cap)
{
	static const struct {
		long from;
		const char *name;
		int year;
	} era[] = {
	    {20190501, "令和", 2019},
	    {19890108, "平成", 1989},
	    {19261225, "昭和", 1926},
	    {0, "大正", 1912},
	};
	char tail[32];
	size_t i = 0;

	while (day_key(d) < era[i].from)
		i++;
	month_day(d, pad, tail, sizeof(tail));
	if (d->y == era[i].year)
		snprintf(out, cap, "%s元%s", era[i].name, tail);
	else
		snprintf(out, cap, "%s%d%s", era[i].name, d->y - era[i].year + 1, tail);
}

void
spec_date_west(const struct spec_date *d, bool pad, char *out, size_t cap)
{
	char tail[32];

	month_day(d, pad, tail, sizeof(tail));
	snprintf(out, cap, "%d%s", d->y, tail);
}

static int
month_days(int y, int m)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[m - 1] + (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

static struct spec_date
random_date(struct spec_rng *r, int first, int last)
{
	struct spec_date d;

	d.y = first + (int)spec_rng_below(r, (unsigned)(last - first + 1));
	d.m = 1 + (int)spec_rng_below(r, 12);
	d.d = 1 + (int)spec_rng_below(r, (unsigned)month_days(d.y, d.m));
	return d;
}

/* The tenth birthday after issue, the fifth for minors (番号法施行規則). */
static void
make_dates(struct spec_rng *r, struct spec_person *p)
{
	p->birth =
	    spec_rng_chance(r, 0.8) ? random_date(r, 1948, 2007) : random_date(r, 1920, 2022);
	p->issued = random_date(r, p->birth.y < 2000 ? 2018 : 2023, 2025);
	p->expires = p->birth;
	p->expires.y = p->issued.y + (p->issued.y - p->birth.y >= 18 ? 10 : 5);
	if (p->expires.d > month_days(p->expires.y, p->expires.m))
		p->expires.d = month_days(p->expires.y, p->expires.m);
}

/* A ward of a designated city has no mayor of its own who issues; one of Tokyo's has. */
static void
make_mayor(struct spec_person *p)
{
	static const char tokyo[] = "東京都", city[] = "市";
	size_t n = strlen(p->city), ward = strlen("区");
	const char *cut = strstr(p->city, city);

	if (n > ward && strcmp(p->city + n - ward, "区") == 0 && cut != NULL &&
	    strncmp(p->city, tokyo, strlen(tokyo)) != 0)
		n = (size_t)(cut - p->city) + strlen(city);
	snprintf(p->mayor, sizeof(p->mayor), "%.*s長", (int)n, p->city);
}

static void
make_address(struct spec_rng *r, struct spec_person *p)
{
	unsigned at = spec_rng_below(r, LEN(spec_places)), form = spec_rng_below(r, 5);
	unsigned a = 1 + spec_rng_below(r, 9), b = 1 + spec_rng_below(r, 49);
	unsigned c = 1 + spec_rng_below(r, 30);
	char lot[64], wide[160], house[64] = "";

	snprintf(p->city, sizeof(p->city), "%s", spec_places[at].city);
	if (form == 0)
		snprintf(lot, sizeof(lot), "%u丁目%u番%u号", a, b, c);
	else if (form == 1)
		snprintf(lot, sizeof(lot), "%u丁目%u番地%u", a, b, c);
	else if (form == 2)
		snprintf(lot, sizeof(lot), "%u番地の%u", a * 50 + b, c);
	else if (form == 3)
		snprintf(lot, sizeof(lot), "%u番地", a * 100 + b);
	else
		snprintf(lot, sizeof(lot), "%u-%u-%u", a, b, c);
	if (spec_rng_chance(r, 0.3))
		snprintf(house, sizeof(house), " %s%u号室",
		    spec_houses[spec_rng_below(r, LEN(spec_houses))],
		    100 * a + 1 + spec_rng_below(r, 8));
	if (spec_rng_chance(r, 0.5)) {
		char joined[160];

		snprintf(joined, sizeof(joined), "%s%s", lot, house);
		spec_full_width(joined, wide, sizeof(wide));
	} else {
		snprintf(wide, sizeof(wide), "%s%s%s", lot, house[0] != '\0' ? "\u3000" : "",
		    house[0] != '\0' ? house + 1 : "");
	}
	make_mayor(p);
	snprintf(p->address, sizeof(p->address), "%s%s%s", p->city, spec_places[at].town, wide);
}

/* Consecutive indexes step through family x given names by a prime, so that no full name comes
 * twice before the step has gone round. */
static void
make_name(struct spec_person *p, uint64_t seed, uint64_t index)
{
	const size_t men = LEN(spec_men), given = men + LEN(spec_women);
	const uint64_t all = LEN(spec_family) * given;
	const struct spec_word *f, *g;
	struct spec_rng r;
	uint64_t k;
	size_t gi;

	spec_rng_init(&r, seed, 0, 'F');
	k = (spec_rng_next(&r) % all + (index % all) * 7919) % all;
	f = &spec_family[k % LEN(spec_family)];
	gi = (size_t)(k / LEN(spec_family));
	g = gi < men ? &spec_men[gi] : &spec_women[gi - men];
	p->sex = gi < men ? "男" : "女";
	snprintf(p->name, sizeof(p->name), "%s\u3000%s", f->kanji, g->kanji);
	snprintf(p->kana, sizeof(p->kana), "%s\u3000%s", f->kana, g->kana);
}

void
spec_person_make(struct spec_person *p, uint64_t seed, uint64_t index, enum spec_names names)
{
	struct spec_rng r;
	bool roman;
	unsigned at;

	memset(p, 0, sizeof(*p));
	spec_rng_init(&r, seed, index, 'P');
	make_number(&r, p->number);
	make_dates(&r, p);
	make_address(&r, p);
	digits(&r, p->code, 4, "0123456789");
	digits(&r, p->resident, 11, "0123456789");
	digits(&r, p->serial, 16, "0123456789ABCDEF");
	digits(&r, p->notice, 10, "0123456789");
	roman = spec_rng_chance(&r, 0.06);
	at = spec_rng_below(&r, LEN(spec_roman));
	if (names == SPEC_NAMES_ROMAN || (names == SPEC_NAMES_ANY && roman)) {
		p->roman = true;
		p->sex = spec_roman[at].woman ? "女" : "男";
		snprintf(p->name, sizeof(p->name), "%s", spec_roman[at].name);
		return;
	}
	make_name(p, seed, index);
}
