/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens about requests for a second person share. */
#ifndef MK_TUI_APPROVAL_INTERNAL_H
#define MK_TUI_APPROVAL_INTERNAL_H

#include "view/views_internal.h"

struct mk_approval_arg {
	char id[MK_ID_MAX];
};

extern const struct mk_view_ops mk_view_approval; /* const struct mk_approval_arg * */
extern const struct mk_view_ops mk_view_walk; /* const struct mk_approval_arg *: a granted task */

/* A request's state in words, and how it looks; the code itself when it is none of the known. */
const char *mk_approval_state(const char *state, enum mk_el *el);
#endif
