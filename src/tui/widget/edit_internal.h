/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of text that a person types. What is typed is in locked memory and wiped; a passphrase
 * shows stars, a number is grouped 4-4-4 over curses (term_internal.h) and takes digits in any
 * width.
 */
#ifndef MK_TUI_EDIT_INTERNAL_H
#define MK_TUI_EDIT_INTERNAL_H

#include "mynakura/base/secret.h"
#include "view_internal.h"

enum mk_edit_kind { MK_EDIT_TEXT, MK_EDIT_PASSPHRASE, MK_EDIT_NUMBER };

struct mk_edit {
	enum mk_edit_kind kind;
	struct mk_secret *text; /* UTF-8; of a number its digits */
	size_t cursor; /* bytes before it */
	uint32_t stamp; /* changes with the text */
	bool full; /* the last key did not fit */
};

/* cap: bytes, at most 4096. A number has 12. MK_E_NOMEM when locked memory is used up. */
int mk_edit_init(struct mk_edit *e, enum mk_edit_kind kind, size_t cap);
void mk_edit_fini(struct mk_edit *e); /* wipes; fine on a zeroed one */
void mk_edit_clear(struct mk_edit *e);
/* Sets the text (cut at the last character that fits) and puts the cursor behind it. */
void mk_edit_set(struct mk_edit *e, const char *s);
size_t mk_edit_len(const struct mk_edit *e);
/* NUL-terminated copy into out[cap]; for texts that are no secret. false when it does not fit. */
bool mk_edit_copy(const struct mk_edit *e, char *out, size_t cap);
/*
 * Text, arrows in the line, Home End C-a C-e, BSpace DC, C-k C-u C-w. true when used. What
 * a name may not hold (controls, bidi) is not taken.
 */
bool mk_edit_key(struct mk_edit *e, const struct mk_key *key);
/* Draws it into cells; focus puts the cursor there. */
void mk_edit_draw(
    const struct mk_edit *e, struct mk_term *term, int y, int x, int cells, bool focus);

#endif
