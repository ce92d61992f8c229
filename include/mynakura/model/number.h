/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Individual Number: 12 digits with a check digit (平成26年総務省令第85号 第5条). Pure
 * functions over caller's memory; the caller keeps the digits in locked memory and wipes them.
 */
#ifndef MK_MODEL_NUMBER_H
#define MK_MODEL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/base/secret.h"

#define MK_NUMBER_LEN 12
#define MK_NUMBER_MASK "****-****-****"

/*
 * The check digit ('0'..'9') of 11 ASCII digits: r = sum(P*Q) mod 11; 0 when r <= 1, else 11 - r.
 */
char mk_number_check_digit(const char digits11[11]);
/*
 * 12 ASCII digits with the right check digit, and not all zero (which passes the rule and is
 * refused on its own).
 */
bool mk_number_valid(const char digits12[MK_NUMBER_LEN]);
/*
 * Reads a number as typed: half- or full-width digits, blanks and hyphens between them. 0 with 12
 * digits appended to out (cap >= 12), MK_E_INPUT when it is not 12 digits, MK_E_NUMBER when the
 * check digit is wrong.
 */
int mk_number_parse(const char *s, size_t len, struct mk_secret *out);
/*
 * True when s holds a run of 12 digits that is a valid number, after folding widths and dropping
 * blanks and hyphens between digits: free text with such a run is refused (decisions.md 13).
 */
bool mk_number_in_text(const char *s, size_t len);

#endif
