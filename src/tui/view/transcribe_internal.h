/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task (転記): a chief agrees once to people and document, then they are shown one by one. */
#ifndef MK_TUI_TRANSCRIBE_INTERNAL_H
#define MK_TUI_TRANSCRIBE_INTERNAL_H

#include "view/views_internal.h"

#define MK_MARKS_MAX 200 /* people of one task */

struct mk_transcribe_arg {
	const struct mk_subject_arg *people; /* copied; all of one ledger */
	size_t n;
};

extern const struct mk_view_ops mk_view_transcribe; /* const struct mk_transcribe_arg * */

#endif
