/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The printed slip of the trail's head: what an office keeps outside the PC (mynakura-trail(5),
 * HEADS ON PAPER). Lines of text of at most MK_SLIP_COLUMNS cells, for paper and screen, in the
 * user's language, with a QR code drawn in characters. Harmless on any terminal: names are escaped.
 */
#ifndef MK_REPORT_SLIP_H
#define MK_REPORT_SLIP_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/slip.h"

#define MK_SLIP_COLUMNS 60

struct mk_slip {
	const char *office; /* NULL or "": not told */
	int64_t time; /* UTC seconds */
	uint64_t count; /* the head's seq */
	const char *head; /* 64 hex digits */
	const char *key; /* the genesis key's fingerprint, 64 hex digits */
};

enum mk_slip_form {
	MK_SLIP_UTF8, /* half blocks: one cell a module; the QR code holds head and key whole */
	MK_SLIP_ASCII /* two cells a module; it holds count and the head's letters only */
};

/* What the QR code holds in this form. MK_E_INPUT: head or key are no hashes. */
int mk_slip_text(const struct mk_slip *s, enum mk_slip_form form, char out[MK_SLIP_TEXT_MAX]);

/*
 * Appends the QR code of text, each row ended by a newline, all equally wide (*cells, may be NULL).
 * Ink is dark: right for paper. ground: the rows carry the SGR sequence for black on white, so that
 * a terminal of any colours shows it right. The quiet zone is four modules, two in ASCII: paper has
 * a margin. MK_E_TOO_BIG when it would be wider than MK_SLIP_COLUMNS.
 */
int mk_slip_qr(
    const char *text, enum mk_slip_form form, bool ground, struct mk_buf *out, size_t *cells);

/* Appends the whole slip. MK_E_INPUT, MK_E_TOO_BIG, MK_E_NOMEM: out is as it was, or failed. */
int mk_slip_lines(const struct mk_slip *s, enum mk_slip_form form, bool ground, struct mk_buf *out);

#endif
