/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text form of recovery keys and one-time codes. The check character of a group is a sum over
 * GF(32), (x^5 + x^2 + 1), of the four values with different weights plus the group's place: every
 * single wrong character, every exchange of two within a group and every group in another's place
 * is seen.
 */
#include "mynakura/crypto/passphrase.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"

#define GROUP 5 /* four characters and the check */
#define GROUPS_MAX 8 /* of the recovery key */

static int
random_bytes(size_t len, struct mk_secret **out)
{
	struct mk_secret *s = mk_secret_new(len);
	if (s == NULL)
		return MK_E_NOMEM;
	int r = mk_rand(s->data, len);
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	s->len = len;
	*out = s;
	return 0;
}

int
mk_recovery_new(struct mk_secret **out)
{
	return random_bytes(MK_RECOVERY_BYTES, out);
}

int
mk_code_new(struct mk_secret **out)
{
	return random_bytes(MK_CODE_BYTES, out);
}

static unsigned
gf32_double(unsigned v)
{
	v <<= 1;
	return v & 32 ? v ^ 0x25 : v;
}

/*
 * Horner: ((v0 x + v1) x + v2) x + v3) x + place; the place is 1 and above, so all zeros check as
 * no zero.
 */
static unsigned
group_check(const uint8_t v[4], size_t group)
{
	unsigned sum = 0;
	for (int i = 0; i < 4; i++)
		sum = gf32_double(sum ^ v[i]);
	return sum ^ (unsigned)(group + 1);
}

static bool
length_known(size_t len)
{
	return len == MK_RECOVERY_BYTES || len == MK_CODE_BYTES;
}

/* Value of the 5 bits at character i. */
static uint8_t
bits_at(const uint8_t *data, size_t i)
{
	size_t bit = i * 5;
	unsigned v = (unsigned)data[bit / 8] << 8;
	if (bit % 8 > 3)
		v |= data[bit / 8 + 1];
	return (uint8_t)((v >> (11 - bit % 8)) & 31);
}

int
mk_groups_format(const struct mk_secret *bytes, struct mk_secret **text)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	if (!length_known(bytes->len))
		return MK_E_INPUT;
	size_t groups = bytes->len * 8 / 20, len = groups * (GROUP + 1) - 1;
	struct mk_secret *s = mk_secret_new(len + 1);
	if (s == NULL)
		return MK_E_NOMEM;
	uint8_t *p = s->data;
	for (size_t g = 0; g < groups; g++) {
		uint8_t v[4];
		for (size_t i = 0; i < 4; i++) {
			v[i] = bits_at(bytes->data, 4 * g + i);
			*p++ = (uint8_t)alphabet[v[i]];
		}
		*p++ = (uint8_t)alphabet[group_check(v, g)];
		if (g + 1 < groups)
			*p++ = '-';
		mk_wipe(v, sizeof v);
	}
	*p = '\0';
	s->len = len;
	*text = s;
	return 0;
}

static bool
is_gap(uint32_t cp)
{
	static const uint32_t gaps[] = {
	    ' ', '\t', '-', 0x3000, 0x30fc, 0x2010, 0x2011, 0x2012, 0x2013, 0x2212};
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
		if (cp == gaps[i])
			return true;
	return false;
}

/*
 * Reads the characters' values into v[max]; *n counts all characters there are, also those past
 * max. A character outside the alphabet stands as 255 in its place, so that its group can be
 * named.
 */
static void
read_values(const char *text, size_t len, uint8_t *v, size_t max, size_t *n)
{
	size_t count = 0;
	while (len > 0) {
		uint32_t cp = 0;
		size_t used = mk_utf8_decode(text, len, &cp);
		if (used == 0) {
			used = 1;
			cp = 0xfffd;
		}
		text += used;
		len -= used;
		if (cp >= 0xff01 && cp <= 0xff5e)
			cp -= 0xfee0; /* a Japanese input method's full-width forms */
		if (is_gap(cp))
			continue;
		int value = cp < 128 ? mk_base32_value((char)cp) : -1;
		if (count < max)
			v[count] = value < 0 ? 255 : (uint8_t)value;
		count++;
	}
	*n = count;
}

/* The first group of v whose characters do not fit, from 1; 0 when all do. */
static unsigned
first_bad(const uint8_t *v, size_t groups)
{
	for (size_t g = 0; g < groups; g++, v += GROUP) {
		for (size_t i = 0; i < GROUP; i++)
			if (v[i] > 31)
				return (unsigned)g + 1;
		if (group_check(v, g) != v[GROUP - 1])
			return (unsigned)g + 1;
	}
	return 0;
}

static void
pack(const uint8_t *v, size_t groups, uint8_t *out)
{
	unsigned acc = 0, bits = 0;
	for (size_t i = 0; i < groups * GROUP; i++) {
		if (i % GROUP == GROUP - 1)
			continue;
		acc = acc << 5 | v[i];
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(acc >> bits);
		}
		acc &= 0xff;
	}
}

int
mk_groups_parse(const char *text, size_t len, size_t want, struct mk_secret **out, unsigned *bad)
{
	uint8_t v[GROUPS_MAX * GROUP];
	size_t groups = want * 8 / 20, n = 0;
	unsigned wrong = 0;
	struct mk_secret *s = NULL;
	int r = MK_E_INPUT;
	if (!length_known(want))
		goto out;
	read_values(text, len, v, groups * GROUP, &n);
	if (n != groups * GROUP)
		goto out;
	wrong = first_bad(v, groups);
	if (wrong != 0)
		goto out;
	s = mk_secret_new(want);
	if (s == NULL) {
		r = MK_E_NOMEM;
		goto out;
	}
	pack(v, groups, s->data);
	s->len = want;
	*out = s;
	r = 0;
out:
	if (bad != NULL)
		*bad = wrong;
	mk_wipe(v, sizeof v);
	return r;
}
