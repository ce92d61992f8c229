/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of actions as text for mynakura(1). */
#include "mynakura/tui/tui.h"

#include <string.h>

#include "action_internal.h"

static const struct {
	unsigned place;
	const char *words;
} headings[] = {
    {MK_P_ANY | MK_P_SESSION | MK_P_BACK, "Everywhere"},
    {MK_P_HOME | MK_P_TASK, "Home"},
    {MK_P_LIST | MK_P_SEARCH | MK_P_CHOOSE, "Lists"},
    {MK_P_PAGER, "Texts"},
    {MK_P_FORM | MK_P_CONFIRM | MK_P_LOGIN, "Fields and questions"},
    {MK_P_CAPTURE, "Scanning"},
    {MK_P_QUEUE | MK_P_REVIEW, "Review"},
    {MK_P_SUBJECTS | MK_P_SUBJECT | MK_P_SAVE | MK_P_REVEAL, "People"},
    {MK_P_EXPORT, "Export"},
    {MK_P_APPROVALS | MK_P_DECIDE | MK_P_OWN | MK_P_USE, "Approvals and tasks"},
    {MK_P_MEMBERS | MK_P_MEMBER | MK_P_GIVE | MK_P_NEWPASS, "Members and passphrases"},
    {MK_P_CLOCK, "Clock"},
    {MK_P_TRAIL, "Audit trail"},
};

/* The heading under which a row stands: that of its most particular place. */
static size_t
heading_of(const struct mk_act_row *row)
{
	size_t n = sizeof headings / sizeof headings[0];
	for (size_t i = n; i-- > 0;)
		if ((row->places & headings[i].place) != 0)
			return i;
	return 0;
}

static void
put_row(struct mk_buf *out, const struct mk_act_row *row)
{
	char key[16];
	mk_buf_puts(out, ".It ");
	for (size_t i = 0; mk_act_key(row, i, true, key); i++)
		mk_buf_printf(out, "%s%s", i > 0 ? ", " : "", key);
	mk_buf_printf(
	    out, " Pq Cm %s\n%c%s.\n", row->name, row->help[0] - 'a' + 'A', row->help + 1);
}

void
mk_tui_keys_mdoc(struct mk_buf *out)
{
	for (size_t h = 0; h < sizeof headings / sizeof headings[0]; h++) {
		mk_buf_printf(out, ".Ss %s\n.Bl -tag -width Ds -compact\n", headings[h].words);
		for (int a = 0; a < MK_ACT_COUNT; a++) {
			const struct mk_act_row *row = mk_act_row((enum mk_act)a);
			if (heading_of(row) == h)
				put_row(out, row);
		}
		mk_buf_puts(out, ".El\n");
	}
}
