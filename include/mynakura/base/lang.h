/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's language, once a run: locale, catalogue, and which of the two it is. Output is UTF-8
 * whatever the locale (style.md 4.21).
 */
#ifndef MK_BASE_LANG_H
#define MK_BASE_LANG_H

#include <libintl.h>
#include <stdbool.h>

/* Messages are English in the source; N_ marks one that is looked up later. */
#define _(s) gettext(s)
#define N_(s) (s)

/*
 * Sets the locale from the environment and binds the catalogue (../share/locale beside the program,
 * else where it was built for). Before any message; not thread-safe.
 */
void mk_lang_init(void);
bool mk_lang_ja(void);
const char *mk_lang_code(void); /* "ja" or "en" */

#endif
