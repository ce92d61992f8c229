/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question that wants more than a yes: what will happen, then a word that must be typed, a reason,
 * the passphrase again, each where it is wanted. And what is said of a request that waits.
 */
#ifndef MK_TUI_SIGN_INTERNAL_H
#define MK_TUI_SIGN_INTERNAL_H

#include "view/views_internal.h"

struct mk_sign_arg {
	const char *text; /* translated; copied: what will happen, to how many */
	const char *word; /* must be typed exactly; NULL: none */
	const char *label; /* msgid of a line to type, which may not stay empty; NULL: none */
	size_t cap; /* of that line */
	bool passphrase;
	/* The question has closed. typed: the line. passphrase: borrowed, NULL when not asked. */
	void (*done)(struct mk_view *below, const char *typed, const struct mk_secret *passphrase);
};

extern const struct mk_view_ops mk_view_sign; /* const struct mk_sign_arg * */

/* Asks; where nothing is to be typed, a plain yes or no. 0 or the error, which has been told. */
int mk_sign_open(struct mk_tui *t, const struct mk_sign_arg *arg);

/*
 * The answer to a request that failed: one that waits for a second person is told in a dialog with
 * its id and where it stands, everything else as by mk_tell_reply.
 */
void mk_tell_refused(struct mk_tui *t, int r, const struct mk_msg *reply);

#endif
