/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A head on paper: its first 100 bits as 20 letters of Crockford's base32, and comparing one. */
#include "slip_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define SLIP_BITS (5 * MK_TRAIL_SLIP_LEN)

int
mk_trail_slip(const char *head, char out[MK_TRAIL_SLIP_MAX])
{
	uint8_t raw[MK_HASH_LEN];
	int r = mk_unhex(head, raw, sizeof raw);
	if (r == 0)
		mk_base32(raw, MK_TRAIL_SLIP_LEN, out);
	return r;
}

static int
parse_letters(const char *s, struct mk_kept *out)
{
	size_t n = 0;
	memset(out, 0, sizeof *out);
	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		int v = mk_base32_value(*s);
		if (v < 0 || n == MK_TRAIL_SLIP_LEN)
			return MK_E_INPUT;
		for (size_t b = 0; b < 5; b++)
			if ((v >> (4 - b) & 1) != 0)
				out->bytes[(5 * n + b) / 8] |= (uint8_t)(0x80 >> (5 * n + b) % 8);
		n++;
	}
	out->bits = SLIP_BITS;
	return n == MK_TRAIL_SLIP_LEN ? 0 : MK_E_INPUT;
}

int
mk_kept_parse(const char *s, struct mk_kept *out)
{
	if (mk_unhex(s, out->bytes, sizeof out->bytes) == 0) {
		out->bits = 8 * MK_HASH_LEN;
		return 0;
	}
	return parse_letters(s, out);
}

bool
mk_kept_is(const struct mk_kept *k, const uint8_t hash[MK_HASH_LEN])
{
	size_t whole = k->bits / 8, rest = k->bits % 8;
	if (memcmp(k->bytes, hash, whole) != 0)
		return false;
	return rest == 0 || ((k->bytes[whole] ^ hash[whole]) >> (8 - rest)) == 0;
}
