/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is drawn over curses: which pieces this frame wants, which the terminal shows, and the bytes
 * that lead from one to the other. Knows no curses: term.c asks it.
 */
#ifndef MK_TUI_OVERLAY_INTERNAL_H
#define MK_TUI_OVERLAY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/secret.h"
#include "term_internal.h"

#define MK_OVERLAYS 80

struct mk_overlay {
	struct mk_picture at; /* digits: bytes are the digits, len their count, h 1 */
	bool digits;
	unsigned marks;
};

struct mk_overlays {
	struct mk_overlay now[MK_OVERLAYS], shown[MK_OVERLAYS];
	size_t n_now, n_shown;
};

/* Is the piece i of `shown` no longer wanted as it stands? */
bool mk_overlay_stale(const struct mk_overlays *o, size_t i);
/* Must the piece i of `now` be sent, when rows with changed[y] were sent by curses? */
bool mk_overlay_due(const struct mk_overlays *o, size_t i, const bool *changed, int rows);
/*
 * The text of a piece of digits, grouped, into out (MK_DIGITS_CELLS bytes and what strong and plain
 * need; in locked memory).
 */
void mk_overlay_digits(
    const struct mk_overlay *p, const char *strong, const char *plain, struct mk_secret *out);
/* The frame is out. What `shown` keeps of a piece is its place and stamp, no bytes. */
void mk_overlay_settle(struct mk_overlays *o);

#endif
