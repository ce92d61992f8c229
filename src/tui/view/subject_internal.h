/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens about one person share. */
#ifndef MK_TUI_SUBJECT_INTERNAL_H
#define MK_TUI_SUBJECT_INTERNAL_H

#include "mynakura/base/buf.h"

#define MK_REVEAL_S 20 /* seconds that a number stays on the screen (security.md 2.1, actor 2) */

/* A comma-separated set of purposes in words. */
void mk_subject_purposes(const char *set, struct mk_buf *out);
/* Where a number came from, in words; the code itself when it is none of the known. */
const char *mk_number_source_word(const char *source);

#define MK_SEXES 4
extern const char *const mk_sex_words[MK_SEXES]; /* msgids, for a choice */
extern const char *const mk_sex_codes[MK_SEXES]; /* what the daemon has for them */
/* Appends an item {field, value} of a request. */
void mk_subject_put_field(struct mk_buf *out, const char *field, const char *value);

#endif
