/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to read, wrapped to the width: lines that begin with '#' are headings. */
#ifndef MK_TUI_PAGER_INTERNAL_H
#define MK_TUI_PAGER_INTERNAL_H

#include "view_internal.h"

struct mk_pager {
	struct mk_buf text; /* the owner appends; raw text from outside is fine */
	size_t top; /* the first line that is shown, of the wrapped ones */
	size_t lines; /* of the last draw */
	int page;
};

void mk_pager_fini(struct mk_pager *p); /* wipes */
bool mk_pager_act(struct mk_pager *p, enum mk_act a);
bool mk_pager_mouse(struct mk_pager *p, const struct mk_key *key);
void mk_pager_draw(struct mk_pager *p, struct mk_term *term, struct mk_area area);

#endif
