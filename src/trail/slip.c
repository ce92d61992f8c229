/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash that somebody kept, in hex or as a slip's letters (base/slip.h), and comparing one. */
#include "slip_internal.h"

#include <string.h>

#include "mynakura/base/slip.h"
#include "mynakura/base/str.h"

int
mk_trail_slip(const char *head, char out[MK_TRAIL_SLIP_MAX])
{
	return mk_slip_letters(head, out);
}

int
mk_kept_parse(const char *s, struct mk_kept *out)
{
	if (mk_unhex(s, out->bytes, sizeof out->bytes) == 0) {
		out->bits = 8 * MK_HASH_LEN;
		return 0;
	}
	out->bits = 5 * MK_SLIP_LETTERS;
	return mk_slip_letters_parse(s, out->bytes);
}

bool
mk_kept_is(const struct mk_kept *k, const uint8_t hash[MK_HASH_LEN])
{
	size_t whole = k->bits / 8, rest = k->bits % 8;
	if (memcmp(k->bytes, hash, whole) != 0)
		return false;
	return rest == 0 || ((k->bytes[whole] ^ hash[whole]) >> (8 - rest)) == 0;
}
