/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Working on code points that were read: folding, finding words in spite of a misread character,
 * dates. Pure.
 */
#ifndef MK_CAPTURE_WORDS_INTERNAL_H
#define MK_CAPTURE_WORDS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/time.h"

#define MK_WORD_MAX 24

uint32_t mk_fold_digit(uint32_t cp); /* full-width ASCII to half */
int mk_digit_value(uint32_t cp); /* 0..9, or -1 */
bool mk_is_japanese(uint32_t cp); /* kana or kanji */

/*
 * Finds word in text allowing one misread, missing or additional character for every four of it.
 * Returns the number of errors, or -1; *from, *to (may be NULL) get the place.
 */
int mk_find_word(const uint32_t *text, int n, const uint32_t *word, int len, int *from, int *to);
/* The same with a UTF-8 word. */
int mk_find_utf8(const uint32_t *text, int n, const char *word, int *from, int *to);

/*
 * A date as Japanese documents print it: era (or none, a western year), year (元 = 1), month, day.
 * Blanks have been dropped. 1 with the date and its place, 0 when there is none. Days outside the
 * era are refused.
 */
int mk_find_date(const uint32_t *text, int n, struct mk_date *out, int *from, int *to);

/*
 * A row of a compiled-in .tsv text: copies column `col` of line `line`. false past the end or when
 * it does not fit.
 */
bool mk_tsv_cell(const char *text, size_t line, size_t col, char *out, size_t cap);

#endif
