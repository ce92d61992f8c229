/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash that somebody kept: 64 hex digits, or the 20 letters of a slip (its first 100 bits). */
#ifndef MK_TRAIL_SLIP_INTERNAL_H
#define MK_TRAIL_SLIP_INTERNAL_H

#include "chain_internal.h"

struct mk_kept {
	uint8_t bytes[MK_HASH_LEN];
	size_t bits;
};

/* Letters in either case, i l as 1, o as 0, blanks and hyphens passed over. MK_E_INPUT. */
int mk_kept_parse(const char *s, struct mk_kept *out);
bool mk_kept_is(const struct mk_kept *k, const uint8_t hash[MK_HASH_LEN]);

#endif
