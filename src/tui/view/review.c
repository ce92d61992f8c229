/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review of one scanned item: what was read beside the part of the scan it was read from. To
 * open it is recorded before anything is shown; the first look is free, each later one counts as a
 * reveal (decisions.md 17). After an item is accepted the next one opens by itself.
 */
#include "view/review_internal.h"

#include <string.h>

#include "mynakura/base/str.h"

static int
review_open(struct mk_view *v, const void *arg)
{
	struct mk_review *r = (struct mk_review *)v;
	const struct mk_review_arg *a = arg;
	memcpy(r->id, a->review, sizeof r->id);
	memcpy(r->ledger, a->ledger, sizeof r->ledger);
	r->locked = mk_secret_new(sizeof *r->reading);
	r->reading = r->locked != NULL ? (struct mk_reading *)(void *)r->locked->data : NULL;
	int e = r->locked != NULL ? mk_review_form_init(r) : MK_E_NOMEM;
	if (e < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(e)));
		return e;
	}
	mk_review_ask(r);
	return 0;
}

static void
review_close(struct mk_view *v)
{
	struct mk_review *r = (struct mk_review *)v;
	if (r->reading != NULL)
		mk_review_forget(r);
	mk_form_fini(&r->form);
	mk_secret_free(r->locked);
}

/* --- whose it is */

static void
person_chosen(struct mk_view *v, const struct mk_subject_arg *one)
{
	struct mk_review *r = (struct mk_review *)v;
	if (strcmp(one->ledger, r->ledger) != 0 && one->ledger[0] != '\0') {
		mk_tell(v->tui, MK_TONE_WARN, "%s",
		    _("That person is in another ledger than this item."));
		return;
	}
	memcpy(r->subject, one->id, sizeof r->subject);
	(void)mk_str_copy(r->subject_name, sizeof r->subject_name, one->name);
}

/* The one whose number it is, when the daemon has said so; else a choice. */
static void
choose_person(struct mk_review *r)
{
	if (r->owner_name[0] != '\0' && strcmp(r->subject, r->owner) != 0) {
		memcpy(r->subject, r->owner, sizeof r->subject);
		memcpy(r->subject_name, r->owner_name, sizeof r->subject_name);
		return;
	}
	if (r->subject[0] != '\0' && strcmp(r->subject, r->subject_before) != 0) {
		/* A second time takes the choice back. */
		memcpy(r->subject, r->subject_before, sizeof r->subject);
		r->subject_name[0] = '\0';
		mk_tell(r->v.tui, MK_TONE_INFO, "%s", _("The choice of the person is taken back."));
		return;
	}
	const struct mk_choose_arg arg = {.done = person_chosen};
	(void)mk_view_open(r->v.tui, &mk_view_subjects, &arg);
}

/* --- keys */

/*
 * The certain number is not a field to type in, but a clerk who sees another one on the card must
 * be able to say so: the first digit begins anew.
 */
static bool
number_key(struct mk_review *r, const struct mk_key *key)
{
	bool text = key->code == MK_KEY_CHAR && (key->mods & ~MK_MOD_PASTED) == 0;
	bool digit = text && ((key->ch >= '0' && key->ch <= '9') ||
				 (key->ch >= 0xff10 && key->ch <= 0xff19));
	if (digit) {
		mk_edit_clear(mk_form_edit(&r->form, F_NUMBER));
		r->as_read = false;
		return mk_form_key(&r->form, key);
	}
	if (text || key->code == MK_KEY_BACKSPACE || key->code == MK_KEY_DELETE) {
		mk_tell(r->v.tui, MK_TONE_INFO, "%s",
		    _("The number stands as it was read. Digits typed here replace it."));
		return true;
	}
	return false;
}

static bool
review_key(struct mk_view *v, const struct mk_key *key)
{
	struct mk_review *r = (struct mk_review *)v;
	struct mk_form *f = &r->form;
	bool accept = key->code == MK_KEY_CHAR && key->ch == 'd' && key->mods == MK_MOD_CTRL;
	if (!r->loaded || r->sending)
		return mk_key_is_text(key);
	bool used = f->focus == F_NUMBER && r->as_read && key->code != MK_KEY_MOUSE
			? number_key(r, key)
			: !accept && mk_form_key(f, key);
	if (used && f->field[f->focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	if (used) {
		r->warned = false;
		mk_review_judge(r);
	}
	return used;
}

static void
ask_give_up(struct mk_review *r)
{
	const struct mk_dialog_arg dialog = {
	    .text =
		_("Leave this item? What you typed is lost. The item stays in the queue; to look "
		  "at it again counts as showing a number."),
	    .no_by_enter = true,
	    .done = mk_dialog_close_below};
	(void)mk_view_open(r->v.tui, &mk_view_dialog, &dialog);
}

/* Enter goes on; on a clean item that nobody has touched it accepts. */
static void
enter(struct mk_review *r)
{
	if (mk_review_clean(r))
		mk_review_accept(r);
	else if (!mk_form_act(&r->form, MK_ACT_enter))
		mk_tell(r->v.tui, MK_TONE_INFO, "%s", _("F2 accepts this item."));
}

static bool
review_act(struct mk_view *v, enum mk_act a)
{
	struct mk_review *r = (struct mk_review *)v;
	bool ours = a == MK_ACT_accept || a == MK_ACT_enter || a == MK_ACT_person ||
		    a == MK_ACT_reject || a == MK_ACT_other_strip;
	if (r->sending && a == MK_ACT_back)
		mk_tell(v->tui, MK_TONE_INFO, "%s", _("One moment: it is being recorded."));
	if (!r->loaded || r->sending)
		return ours || (r->sending && a == MK_ACT_back);
	if (a == MK_ACT_enter)
		enter(r);
	else if (a == MK_ACT_accept)
		mk_review_accept(r);
	else if (a == MK_ACT_person)
		choose_person(r);
	else if (a == MK_ACT_reject)
		mk_review_reject(r);
	else if (a == MK_ACT_other_strip)
		r->whole = !r->whole;
	else if (a == MK_ACT_back && mk_review_changed(r))
		ask_give_up(r);
	else
		return mk_form_act(&r->form, a);
	return true;
}

const struct mk_view_ops mk_view_review = {
    .name = "review",
    .title = N_("Review"),
    .places = MK_P_FORM | MK_P_REVIEW | MK_P_BACK,
    .size = sizeof(struct mk_review),
    .open = review_open,
    .key = review_key,
    .act = review_act,
    .draw = mk_review_draw,
    .close = review_close,
};
