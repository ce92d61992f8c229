/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new passphrase: a member's own change, or the first act with a one-time code. Its strength is
 * said while one types; the program proposes one on a key, which has to be typed back.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/passgen.h"
#include "mynakura/model/strength.h"
#include "mynakura/report/words.h"
#include "widget/form_internal.h"

#define PASS_BYTES 1023
#define CODE_BYTES 100
#define TEXT_ROWS 3

struct newpass {
	struct mk_view v;
	struct mk_form form;
	bool first; /* with a one-time code, from the login */
	int who, old, fresh,
	    again; /* indexes of fields; old: the code, or the present passphrase */
	struct mk_secret *proposed; /* NULL: none */
	uint32_t stamp;
	bool waiting;
};

/* --- the form */

static int
add_line(struct newpass *n, const char *label, enum mk_edit_kind kind, size_t cap, int *at)
{
	*at = mk_form_line(&n->form, label, kind, cap);
	return *at < 0 ? *at : 0;
}

static int
add_fields(struct newpass *n)
{
	int r = 0;
	n->who = -1;
	if (n->first)
		r = add_line(n, N_("Account or name"), MK_EDIT_TEXT, 255, &n->who);
	/* A code is typed from paper, once: in stars nobody gets it right. */
	if (r == 0 && n->first)
		r = add_line(n, N_("One-time code"), MK_EDIT_TEXT, CODE_BYTES, &n->old);
	else if (r == 0)
		r = add_line(n, N_("Present passphrase"), MK_EDIT_PASSPHRASE, PASS_BYTES, &n->old);
	if (r == 0)
		r = add_line(n, N_("New passphrase"), MK_EDIT_PASSPHRASE, PASS_BYTES, &n->fresh);
	if (r == 0)
		r = add_line(n, N_("once more"), MK_EDIT_PASSPHRASE, PASS_BYTES, &n->again);
	return r;
}

static int
newpass_open(struct mk_view *v, const void *arg)
{
	struct newpass *n = (struct newpass *)v;
	n->first = !mk_tui_session(v->tui)->open;
	int r = add_fields(n);
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	const char *account = arg;
	if (r == 0 && n->first && account != NULL && account[0] != '\0') {
		mk_edit_set(mk_form_edit(&n->form, (size_t)n->who), account);
		mk_form_focus(&n->form, (size_t)n->old);
	}
	return r;
}

static const struct mk_secret *
text_of(struct newpass *n, int field)
{
	return mk_form_edit(&n->form, (size_t)field)->text;
}

static bool
same(struct newpass *n)
{
	const struct mk_secret *a = text_of(n, n->fresh), *b = text_of(n, n->again);
	return a->len == b->len && mk_equal(a->data, b->data, a->len);
}

/* What can be said while it is typed. */
static void
judge(struct newpass *n)
{
	static const enum mk_el els[] = {[MK_PASS_WEAK] = MK_EL_BAD,
	    [MK_PASS_FAIR] = MK_EL_DOUBT,
	    [MK_PASS_GOOD] = MK_EL_GOOD,
	    [MK_PASS_STRONG] = MK_EL_GOOD};
	const struct mk_secret *a = text_of(n, n->fresh), *b = text_of(n, n->again);
	enum mk_pass_grade grade = mk_pass_grade((const char *)a->data, a->len);
	mk_form_note(
	    &n->form, (size_t)n->fresh, els[grade], a->len > 0 ? mk_grade_word(grade) : "");
	bool eq = same(n);
	mk_form_note(&n->form, (size_t)n->again, eq ? MK_EL_GOOD : MK_EL_BAD,
	    b->len == 0 || (!eq && b->len < a->len) ? ""
	    : eq                                    ? _("the same")
						    : _("! not the same as above"));
}

static void
forget_proposal(struct newpass *n)
{
	mk_secret_free(n->proposed);
	n->proposed = NULL;
}

/* It stands in the first field; the second one is typed: whoever can, has it written or in mind. */
static void
propose(struct newpass *n)
{
	forget_proposal(n);
	int r = mk_passgen(NULL, &n->proposed);
	if (r < 0) {
		mk_tell(n->v.tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
		return;
	}
	n->stamp = mk_term_stamp();
	mk_edit_set(mk_form_edit(&n->form, (size_t)n->fresh), (const char *)n->proposed->data);
	mk_edit_clear(mk_form_edit(&n->form, (size_t)n->again));
	mk_form_focus(&n->form, (size_t)n->again);
	judge(n);
}

static bool
newpass_key(struct mk_view *v, const struct mk_key *key)
{
	struct newpass *n = (struct newpass *)v;
	bool save = key->code == MK_KEY_CHAR && key->ch == 'd' && key->mods == MK_MOD_CTRL;
	if (n->waiting)
		return mk_key_is_text(key);
	uint32_t before = mk_form_edit(&n->form, (size_t)n->fresh)->stamp;
	bool used = !save && mk_form_key(&n->form, key);
	if (used && n->form.field[n->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	if (mk_form_edit(&n->form, (size_t)n->fresh)->stamp != before)
		forget_proposal(n);
	if (used)
		judge(n);
	return used;
}

/* --- sending */

static void
got_set(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct newpass *n = (struct newpass *)v;
	struct mk_tui *t = v->tui;
	bool first = n->first;
	(void)tag;
	n->waiting = false;
	if (r < 0) {
		mk_tell_reply(t, r, reply); /* everything typed stays */
		mk_form_focus(&n->form, (size_t)(r == MK_E_WEAK ? n->fresh : n->old));
		return;
	}
	mk_view_close(v);
	mk_tell(t, MK_TONE_GOOD, "%s",
	    first ? _("Your passphrase is set: log in with it now.")
		  : _("Your passphrase is changed: the new one is good from now on."));
}

static void
send_it(struct newpass *n)
{
	const struct mk_secret *old = text_of(n, n->old), *fresh = text_of(n, n->fresh);
	char who[256] = "";
	struct mk_msg req;
	mk_msg_init(&req, n->first ? MK_REQ_member_activate : MK_REQ_member_passphrase, 0);
	if (n->first)
		(void)mk_edit_copy(mk_form_edit(&n->form, (size_t)n->who), who, sizeof who);
	mk_put_str(&req.body, MK_T_member, n->first ? who : NULL);
	mk_put_bytes(&req.body, n->first ? MK_T_otc : MK_T_passphrase, old->data, old->len);
	mk_put_bytes(&req.body, MK_T_new_passphrase, fresh->data, fresh->len);
	forget_proposal(n);
	n->waiting = true;
	mk_view_ask(&n->v, &req, got_set, 0);
}

/* The first field that is still empty or wrong gets the focus and is named. */
static bool
missing(struct newpass *n)
{
	const int fields[] = {n->who, n->old, n->fresh};
	for (size_t i = 0; i < 3; i++) {
		if (fields[i] < 0 || text_of(n, fields[i])->len > 0)
			continue;
		mk_form_focus(&n->form, (size_t)fields[i]);
		mk_tell(n->v.tui, MK_TONE_WARN, _("%s: please type it"),
		    _(n->form.field[fields[i]].label));
		return true;
	}
	if (same(n))
		return false;
	mk_form_focus(&n->form, (size_t)n->again);
	mk_tell(n->v.tui, MK_TONE_WARN, "%s",
	    _("The new passphrase must be typed twice, and the same both times."));
	return true;
}

static bool
newpass_act(struct mk_view *v, enum mk_act a)
{
	struct newpass *n = (struct newpass *)v;
	if (n->waiting)
		return a == MK_ACT_save || a == MK_ACT_enter || a == MK_ACT_back ||
		       a == MK_ACT_propose;
	if (a == MK_ACT_propose)
		propose(n);
	else if (mk_form_act(&n->form, a))
		return true;
	else if (a != MK_ACT_save && a != MK_ACT_enter)
		return false;
	else if (!missing(n))
		send_it(n);
	return true;
}

/* --- drawing */

static void
draw_proposal(struct newpass *n, struct mk_term *term, int y, int x, int w)
{
	int cells = (int)n->proposed->len < w ? (int)n->proposed->len : w;
	const struct mk_picture p = {.y = y + 1,
	    .x = x + 2,
	    .h = 1,
	    .cells = cells,
	    .bytes = (const char *)n->proposed->data,
	    .remove = "",
	    .len = (size_t)cells,
	    .stamp = n->stamp};
	mk_draw(term, y, x, w, MK_EL_STRONG, _("Proposed (type it back below 'once more'):"));
	mk_draw_picture(term, &p);
}

static void
newpass_draw(struct mk_view *v, struct mk_area area)
{
	struct newpass *n = (struct newpass *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int x = area.x + 1, w = area.w - 2, fields = (int)n->form.n;
	int y =
	    area.y + mk_draw_wrapped(term, area.y, x, w, TEXT_ROWS, MK_EL_TEXT,
			 n->first ? _("For the first time here, or with a new code: nobody else "
				      "ever learns the passphrase that you make now.")
				  : _("Several unrelated words are long enough and can be "
				      "remembered. Nobody can look it up for you."));
	mk_form_draw(&n->form, term, (struct mk_area){y + 1, area.x, fields, area.w});
	y += fields + 2;
	if (n->waiting)
		mk_draw(term, y, x, w, MK_EL_TEXT, _("One moment: it is being recorded."));
	else if (n->proposed != NULL)
		draw_proposal(n, term, y, x, w);
}

static void
newpass_close(struct mk_view *v)
{
	struct newpass *n = (struct newpass *)v;
	forget_proposal(n);
	mk_form_fini(&n->form);
}

const struct mk_view_ops mk_view_newpass = {
    .name = "newpass",
    .title = N_("Passphrase"),
    .places = MK_P_FORM | MK_P_SAVE | MK_P_BACK | MK_P_NEWPASS,
    .size = sizeof(struct newpass),
    .open = newpass_open,
    .key = newpass_key,
    .act = newpass_act,
    .draw = newpass_draw,
    .close = newpass_close,
};
