/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens about members share. */
#ifndef MK_TUI_MEMBER_INTERNAL_H
#define MK_TUI_MEMBER_INTERNAL_H

#include "view/views_internal.h"

/* A record of member_list. */
struct mk_member_arg {
	char id[MK_ID_MAX], name[264], account[264], roles[64], until[16], state[16];
};

extern const struct mk_view_ops mk_view_member; /* const struct mk_member_arg * */
extern const struct mk_view_ops mk_view_member_form; /* const struct mk_member_arg *; NULL: new */
extern const struct mk_view_ops mk_view_code; /* const struct mk_code_arg * */

void mk_member_read(const struct mk_item *item, struct mk_member_arg *out);

/* A one-time code, to be shown once. */
struct mk_code_arg {
	const char *name, *account;
	const struct mk_secret *code; /* copied */
};

/* Shows the one-time code of an answer; false when it holds none. */
bool mk_code_show(struct mk_tui *t, const struct mk_msg *reply, const struct mk_member_arg *member);

#endif
