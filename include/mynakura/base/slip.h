/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash on paper (mynakura-trail(5), HEADS ON PAPER): its first 100 bits as 20 letters of
 * Crockford's base32, and the one line of text that a slip's QR code holds. The one place for both
 * forms: the trail, the client and mynakura-verify read and write them here.
 */
#ifndef MK_BASE_SLIP_H
#define MK_BASE_SLIP_H

#include <stddef.h>
#include <stdint.h>

#define MK_SLIP_LETTERS 20
#define MK_SLIP_LETTERS_MAX 21 /* with its NUL */
#define MK_SLIP_GROUPED_MAX 25 /* five groups of four, hyphens between */
#define MK_SLIP_BYTES 13 /* 100 bits */
#define MK_SLIP_HASH_MAX 65 /* 64 hex digits with their NUL */
#define MK_SLIP_TEXT_MAX 192
#define MK_SLIP_MAGIC "MYNAKURA1"

/* The letters of a hash of 64 hex digits. MK_E_INPUT. */
int mk_slip_letters(const char *hash, char out[MK_SLIP_LETTERS_MAX]);
/* The letters as people read them: abcd-efgh-jkmn-pqrs-tvwx. letters: exactly 20. */
void mk_slip_group(const char letters[MK_SLIP_LETTERS_MAX], char out[MK_SLIP_GROUPED_MAX]);
/*
 * Reads 20 letters in either case, i l as 1, o as 0, blanks and hyphens passed over; the last four
 * bits of out are 0. MK_E_INPUT.
 */
int mk_slip_letters_parse(const char *s, uint8_t out[MK_SLIP_BYTES]);

/* What the text of a QR code says. */
struct mk_slip_text {
	uint64_t count; /* entries up to and with the head: its seq */
	char head[MK_SLIP_HASH_MAX]; /* 64 hex digits or 20 letters, lower case */
	char key[MK_SLIP_HASH_MAX]; /* likewise, of the genesis key's fingerprint; "" = not told */
};

/*
 * "MYNAKURA1 COUNT HEAD KEY", or without KEY when it is "". Upper case: QR codes have a smaller
 * alphabet for it.
 */
void mk_slip_text_format(const struct mk_slip_text *t, char out[MK_SLIP_TEXT_MAX]);
/* MK_E_INPUT when s is not of that form; either case, one blank or more between the words. */
int mk_slip_text_parse(const char *s, struct mk_slip_text *out);

#endif
