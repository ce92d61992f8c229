/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opaque ids: a letter for the kind and 13 Crockford-base32 characters of random (65 bits), never
 * all digits and never with a run that reads as an Individual Number, stable for ever (decisions.md
 * d). Letters: o office, l ledger, m member, s subject, r review item, a approval, x session.
 */
#ifndef MK_MODEL_ID_H
#define MK_MODEL_ID_H

#include <stdbool.h>

#define MK_ID_LEN 14
#define MK_ID_MAX 16 /* bytes of a buffer for an id, NUL and padding */

struct mk_id {
	char s[MK_ID_MAX]; /* NUL-padded */
};

int mk_id_new(char kind, struct mk_id *out); /* MK_E_CRYPTO when the generator fails */
bool mk_id_valid(const char *s, char kind); /* form only; kind 0 = any */

#endif
