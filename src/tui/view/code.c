/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A one-time code, shown once. It lives in locked memory and is drawn past curses, as a number is;
 * the end of the view wipes it.
 */
#include "view/member_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/secret.h"

struct code {
	struct mk_view v;
	char name[264], account[264];
	struct mk_secret *code;
	uint32_t stamp;
};

static int
code_open(struct mk_view *v, const void *arg)
{
	struct code *c = (struct code *)v;
	const struct mk_code_arg *a = arg;
	(void)mk_str_copy(c->name, sizeof c->name, a->name);
	(void)mk_str_copy(
	    c->account, sizeof c->account, a->account[0] != '\0' ? a->account : a->name);
	c->code = mk_secret_dup(a->code);
	c->stamp = mk_term_stamp();
	if (c->code != NULL)
		return 0;
	mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
	return MK_E_NOMEM;
}

bool
mk_code_show(struct mk_tui *t, const struct mk_msg *reply, const struct mk_member_arg *member)
{
	struct mk_item it;
	if (!mk_find(reply->body.data, reply->body.len, MK_T_otc, &it))
		return false;
	struct mk_secret *code = mk_secret_from(it.p, it.len);
	if (code == NULL)
		return false;
	const struct mk_code_arg arg = {member->name, member->account, code};
	(void)mk_view_open(t, &mk_view_code, &arg);
	mk_secret_free(code);
	return true;
}

static bool
code_act(struct mk_view *v, enum mk_act a)
{
	if (a != MK_ACT_confirm && a != MK_ACT_leave)
		return false;
	const struct mk_dialog_arg dialog = {
	    .text = _("Is the code written down or handed over? It is never shown again."),
	    .no_by_enter = true,
	    .done = mk_dialog_close_below};
	(void)mk_view_open(v->tui, &mk_view_dialog, &dialog);
	return true;
}

static void
code_draw(struct mk_view *v, struct mk_area area)
{
	struct code *c = (struct code *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int x = area.x + 2, w = area.w - 4, y = area.y + 1;
	mk_drawf(term, y, x, w, MK_EL_STRONG, _("One-time code for %s"), c->name);
	int cells = (int)c->code->len < w ? (int)c->code->len : w;
	const struct mk_picture p = {.y = y + 2,
	    .x = x + 2,
	    .h = 1,
	    .cells = cells,
	    .bytes = (const char *)c->code->data,
	    .remove = "",
	    .len = (size_t)cells,
	    .stamp = c->stamp};
	mk_draw_picture(term, &p);
	mk_draw_cursor(term, y + 2, x + 2);
	y += 4;
	y += mk_draw_wrapped(term, y, x, w, area.y + area.h - y, MK_EL_TEXT,
	    _("Write it down by hand and give it to nobody else. It is good once, for 7 days, and "
	      "is never shown again."));
	mk_drawf(term, y + 1, x, w, MK_EL_TEXT, "%s: %s", _("Account"), c->account);
	(void)mk_draw_wrapped(term, y + 2, x, w, area.y + area.h - y - 2, MK_EL_TEXT,
	    _("At the login the new member presses F4, types account and code, and makes a "
	      "passphrase that nobody else knows. Then the ledgers can be given."));
}

static void
code_close(struct mk_view *v)
{
	mk_secret_free(((struct code *)v)->code);
}

const struct mk_view_ops mk_view_code = {
    .name = "code",
    .title = N_("One-time code"),
    .places = MK_P_CONFIRM,
    .size = sizeof(struct code),
    .open = code_open,
    .act = code_act,
    .draw = code_draw,
    .close = code_close,
};
