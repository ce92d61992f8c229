/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8: strict decoding, the rule for text from outside (security.md R15), escaping for output,
 * and the foldings the product needs (widths, kana, the dakuten composition). Kanji are never
 * normalised: full NFC would change registered names (formats.md 4.1).
 */
#ifndef MK_BASE_UTF8_H
#define MK_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

/*
 * Decodes one code point of s (len bytes left). Returns its length 1..4 and sets *cp, or 0 for
 * invalid, overlong, surrogate.
 */
size_t mk_utf8_decode(const char *s, size_t len, uint32_t *cp);
size_t mk_utf8_encode(uint32_t cp, char out[4]); /* 1..4; 0 when cp is no scalar value */

/*
 * The rule for every text that enters the daemon (R15): valid UTF-8 without C0, C1, DEL, bidi
 * controls, zero-width, U+2028/9, non-characters, private use; IVS (U+E0100-E01EF), VS, CJK
 * compatibility kanji are allowed. 0 or MK_E_TEXT; *where (may be NULL) gets the byte offset of the
 * first bad one.
 */
int mk_text_check(const char *s, size_t len, size_t *where);
/* Is this code point harmless on a terminal (as mk_text_check)? */
bool mk_text_allowed(uint32_t cp);
/*
 * Appends s for a terminal or log: what mk_text_check forbids is written as \xNN (bad bytes) or
 * \u{NNNN}. Newline and tab are escaped too. Never fails on content.
 */
void mk_text_escape(struct mk_buf *out, const char *s, size_t len);
void mk_text_print(int fd, const char *s); /* escaped, to fd; errors are ignored */

/*
 * Appends s with か + U+3099 composed to が (and U+309A) and nothing else changed. The caller has
 * checked the text.
 */
void mk_text_compose(struct mk_buf *out, const char *s, size_t len);
/*
 * Appends the search form of s: full-width ASCII to half, half-width kana to full, katakana to
 * hiragana, ASCII to lower case, IVS/VS and every kind of blank dropped. For comparing and finding
 * only, never stored as a name.
 */
void mk_text_fold(struct mk_buf *out, const char *s, size_t len);
/*
 * Appends kana in full-width katakana (half-width composed, hiragana converted); other text
 * unchanged.
 */
void mk_text_katakana(struct mk_buf *out, const char *s, size_t len);
/* Cells on a terminal (ambiguous = 1, combining = 0); invalid bytes count 1. */
size_t mk_text_width(const char *s, size_t len);

#endif
