/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small text helpers: bounded copy, checked integers, hex, Crockford base32. */
#ifndef MK_BASE_STR_H
#define MK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies s with its NUL into out[cap]. 0, or MK_E_TOO_BIG (out is "" then). */
int mk_str_copy(char *out, size_t cap, const char *s);
char *mk_str_ndup(
    const void *s, size_t len); /* NUL-terminated copy; NULL when out of memory; the caller frees */
/* Decimal digits only, the whole string, 0..max. 0 or MK_E_INPUT. */
int mk_str_u64(const char *s, uint64_t max, uint64_t *out);
bool mk_str_starts(const char *s, const char *prefix);
/* Lower-case hex of len bytes; out holds 2*len+1. */
void mk_hex(const void *data, size_t len, char *out);
/* Exactly 2*len hex digits (either case). 0 or MK_E_INPUT. */
int mk_unhex(const char *s, void *out, size_t len);
/*
 * Crockford base32 (no I L O U), most significant first: `chars` characters of the first 5*chars
 * bits of data. out: chars+1.
 */
void mk_base32(const uint8_t *data, size_t chars, char *out);
int mk_base32_value(char c); /* 0..31, reading i/l as 1, o as 0, either case; -1 for no digit */

#endif
