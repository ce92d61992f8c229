/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens of the audit trail share: words for entries, and the filter. */
#ifndef MK_TUI_TRAIL_INTERNAL_H
#define MK_TUI_TRAIL_INTERNAL_H

#include "view/views_internal.h"

/* The i-th action of the trail: its code and msgid; NULL past the end. */
const char *mk_trail_action(size_t i, const char **words);
#define MK_TRAIL_ACTIONS 63
/* An action of the trail, or a request, in words; an unknown code as it stands. */
const char *mk_trail_words(const char *code);

/*
 * What an entry is about, in words: of a refusal what was refused; an unknown code as it stands.
 * Entries are given as the items of an answer's MK_T_item.
 */
void mk_entry_what(const struct mk_item *entry, struct mk_buf *out);
/* The result in one word, and how it looks. */
void mk_entry_result(const struct mk_item *entry, struct mk_buf *out, enum mk_el *el);
/* All of it, one field a line, for the text view. */
void mk_entry_text(struct mk_tui *t, const struct mk_item *entry, struct mk_buf *out);

struct mk_filter_arg {
	struct mk_filter filter; /* what the form shows at first */
	void (*done)(struct mk_view *below, const struct mk_filter *filter); /* it has closed */
};

extern const struct mk_view_ops mk_view_filter; /* const struct mk_filter_arg * */

#endif
