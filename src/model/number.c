/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check digit, parsing, and finding a number in free text. */
#include "mynakura/model/number.h"

#include <stdint.h>
#include <string.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

char
mk_number_check_digit(const char d[11])
{
	static const int weight[11] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
	int sum = 0;
	for (int i = 0; i < 11; i++)
		sum += (d[i] - '0') * weight[i];
	int r = sum % 11;
	return (char)('0' + (r <= 1 ? 0 : 11 - r));
}

bool
mk_number_valid(const char d[MK_NUMBER_LEN])
{
	bool zero = true;
	for (int i = 0; i < MK_NUMBER_LEN; i++) {
		if (d[i] < '0' || d[i] > '9')
			return false;
		zero = zero && d[i] == '0';
	}
	return !zero && mk_number_check_digit(d) == d[11];
}

/*
 * What people put between the digits, and what shows nothing there (variation selectors).
 * Full-width forms of ASCII count as their half-width ones.
 */
static bool
is_separator(uint32_t cp)
{
	static const uint16_t others[] = {0xa0, 0x1680, 0x2043, 0x202f, 0x205f, 0x2212, 0x3000,
	    0x30fb, 0x30fc, 0xfe58, 0xfe63, 0xff65, 0xff70};
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xfee0;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (cp == others[i])
			return true;
	return cp == ' ' || cp == '\t' || cp == '-' || cp == '.' || cp == '_' || cp == '/' ||
	       (cp >= 0x2000 && cp <= 0x200a) || (cp >= 0x2010 && cp <= 0x2015) ||
	       (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static int
digit_of(uint32_t cp)
{
	if (cp >= '0' && cp <= '9')
		return (int)cp - '0';
	if (cp >= 0xff10 && cp <= 0xff19)
		return (int)cp - 0xff10;
	return -1;
}

int
mk_number_parse(const char *s, size_t len, struct mk_secret *out)
{
	char d[MK_NUMBER_LEN];
	size_t n = 0;
	int r = MK_E_INPUT;
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t k = mk_utf8_decode(s + i, len - i, &cp);
		int v = digit_of(cp);
		if (k == 0 || (v < 0 && !is_separator(cp)) || (v >= 0 && n == MK_NUMBER_LEN))
			goto out;
		if (v >= 0)
			d[n++] = (char)('0' + v);
		i += k;
	}
	if (n != MK_NUMBER_LEN)
		goto out;
	r = mk_number_valid(d) ? mk_secret_append(out, d, sizeof d) : MK_E_NUMBER;
out:
	explicit_bzero(d, sizeof d);
	return r;
}

/*
 * The digits of one run, sliding: any 12 in a row that pass make the text refused (a longer run may
 * hide one).
 */
static bool
run_holds_number(const char *d, size_t n)
{
	for (size_t i = 0; i + MK_NUMBER_LEN <= n; i++)
		if (mk_number_valid(d + i))
			return true;
	return false;
}

bool
mk_number_in_text(const char *s, size_t len)
{
	char d[64];
	size_t n = 0;
	bool found = false;
	for (size_t i = 0; i < len && !found;) {
		uint32_t cp = 0;
		size_t k = mk_utf8_decode(s + i, len - i, &cp);
		int v = k == 0 ? -1 : digit_of(cp);
		i += k == 0 ? 1 : k;
		if (v >= 0) {
			if (n == sizeof d) { /* a very long run: keep the last 11 */
				memmove(d, d + n - 11, 11);
				n = 11;
			}
			d[n++] = (char)('0' + v);
			found = run_holds_number(d, n);
		} else if (k == 0 || !is_separator(cp)) {
			n = 0;
		}
	}
	explicit_bzero(d, sizeof d);
	return found;
}
