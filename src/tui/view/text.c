/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to read, and the help screen: the actions that are valid in the view below, from the table. */
#include "view/views_internal.h"

#include <string.h>

#include "mynakura/base/width.h"
#include "widget/pager_internal.h"

struct text {
	struct mk_view v;
	struct mk_pager pager;
};

static int
text_open(struct mk_view *v, const void *arg)
{
	const struct mk_text_arg *a = arg;
	v->title = a->title;
	mk_buf_puts(&((struct text *)v)->pager.text, a->text);
	return 0;
}

static bool
text_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_pager_mouse(&((struct text *)v)->pager, key);
}

static bool
text_act(struct mk_view *v, enum mk_act a)
{
	return mk_pager_act(&((struct text *)v)->pager, a);
}

static void
text_draw(struct mk_view *v, struct mk_area area)
{
	mk_pager_draw(&((struct text *)v)->pager, mk_tui_term(v->tui), area);
}

static void
text_close(struct mk_view *v)
{
	mk_pager_fini(&((struct text *)v)->pager);
}

const struct mk_view_ops mk_view_text = {
    .name = "text",
    .places = MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct text),
    .open = text_open,
    .key = text_key,
    .act = text_act,
    .draw = text_draw,
    .close = text_close,
};

/* --- help */

#define KEYS_CELLS 22

static void
put_row(struct mk_buf *out, const struct mk_act_row *row)
{
	struct mk_buf keys = MK_BUF_INIT;
	char key[16];
	for (size_t i = 0; mk_act_key(row, i, true, key); i++)
		mk_buf_printf(&keys, "%s%s", i > 0 ? "  " : "", key);
	size_t w = mk_width_cells(mk_buf_str(&keys), keys.len);
	mk_buf_printf(out, "  %s%*s%s\n", mk_buf_str(&keys),
	    w < KEYS_CELLS ? (int)(KEYS_CELLS - w) : 1, "", _(row->help));
	mk_buf_free(&keys);
}

static int
help_open(struct mk_view *v, const void *arg)
{
	struct mk_buf *out = &((struct text *)v)->pager.text;
	const struct mk_view *for_view = v->below;
	(void)arg;
	unsigned places = for_view != NULL ? mk_view_places(for_view) : MK_P_ANY;
	mk_buf_printf(out, "# %s\n", _("Keys on this screen"));
	char key[16];
	for (int a = 0; a < MK_ACT_COUNT; a++)
		if (mk_act_valid((enum mk_act)a, places) &&
		    mk_act_shown_key((enum mk_act)a, places, key))
			put_row(out, mk_act_row((enum mk_act)a));
	if ((places & MK_P_FORM) != 0)
		mk_buf_printf(out, "\n# %s\n%s\n", _("In a field"),
		    _("Arrows move, Home and End (Ctrl-A, Ctrl-E) go to its ends, Ctrl-U empties "
		      "it, "
		      "Ctrl-K cuts the rest, Ctrl-W the word before. Numbers may be typed in any "
		      "width, with or without blanks and hyphens."));
	mk_buf_printf(out, "\n# %s\n%s\n", _("Good to know"),
	    _("Every look at a number is recorded before the number appears. Numbers are hidden "
	      "everywhere else. The screen locks itself when nothing is typed for three minutes. "
	      "The keys of the bottom line can also be clicked."));
	return 0;
}

const struct mk_view_ops mk_view_help = {
    .name = "help",
    .title = N_("Help"),
    .places = MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct text),
    .open = help_open,
    .key = text_key,
    .act = text_act,
    .draw = text_draw,
    .close = text_close,
};
