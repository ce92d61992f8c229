/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompts of the computer's own login check (PAM), over the login. */
#ifndef MK_TUI_AUTH_INTERNAL_H
#define MK_TUI_AUTH_INTERNAL_H

#include "view/views_internal.h"

struct mk_auth_arg {
	const struct mk_msg *reply; /* the first prompts: an answer to auth, borrowed during open */
	void (*passed)(struct mk_view *below); /* the view has closed */
};

extern const struct mk_view_ops mk_view_auth; /* const struct mk_auth_arg * */

#endif
