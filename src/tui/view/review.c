/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review of one scanned item: what was read beside the part of the scan it was read from. To
 * open it is recorded before anything is shown; the first look is free, each later one counts as a
 * reveal (decisions.md 17). After an item is accepted the next one opens by itself.
 */
#include "view/review_internal.h"

#include <string.h>

#include "mynakura/base/str.h"

#define REASON_BYTES 200

/* --- one item: asked for, shown, gone */

static void
forget_item(struct mk_review *r)
{
	r->loaded = r->sending = r->whole = r->as_read = false;
	mk_reading_wipe(&r->reading);
	mk_review_picture_free(&r->picture);
	for (size_t i = 0; i < r->form.n; i++)
		if (r->form.field[i].choices == NULL)
			mk_edit_clear(mk_form_edit(&r->form, i));
	mk_wipe(r->subject_name, sizeof r->subject_name);
	memset(r->subject, 0, sizeof r->subject);
	memset(r->subject_before, 0, sizeof r->subject_before);
	memset(r->owner, 0, sizeof r->owner);
	mk_wipe(r->owner_name, sizeof r->owner_name);
}

static void
take_name(void *arg, const struct mk_item *item)
{
	struct mk_review *r = arg;
	mk_item_str(item, MK_T_name, r->subject_name, sizeof r->subject_name);
}

static void
got_subject(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_review *r = (struct mk_review *)v;
	if (e == 0 && tag == r->stamp && strcmp(r->subject, r->subject_before) == 0)
		mk_reply_items(reply, take_name, r);
}

static void
ask_subject(struct mk_review *r)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_subject_show, 0);
	mk_put_str(&req.body, MK_T_subject, r->subject);
	mk_put_str(&req.body, MK_T_ledger, r->ledger);
	mk_view_ask(&r->v, &req, got_subject, r->stamp);
}

/* What came into the view. 0 or why it cannot be shown. */
static int
take_item(struct mk_review *r, struct mk_msg *reply)
{
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	struct mk_item record;
	if (!mk_find(b, len, MK_T_item, &record))
		return MK_E_PROTOCOL;
	int e = mk_reading_parse(record.p, record.len, 0, 0, &r->reading);
	if (e < 0)
		return e;
	r->time = mk_get_i64(b, len, MK_T_time, 0);
	(void)mk_get_str(b, len, MK_T_ledger, r->ledger, sizeof r->ledger);
	(void)mk_get_str(b, len, MK_T_subject, r->subject, sizeof r->subject);
	memcpy(r->subject_before, r->subject, sizeof r->subject_before);
	e = mk_review_picture_take(&r->picture, reply);
	return e == MK_E_NOT_FOUND ? 0 : e; /* without one the paper is compared */
}

static void ask_queue(struct mk_review *r, bool next);

static void
got_item(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_review *r = (struct mk_review *)v;
	struct mk_tui *t = v->tui;
	(void)tag;
	if (e == 0)
		e = take_item(r, reply);
	if (e < 0) {
		mk_view_close(v);
		mk_tell_reply(t, e, reply);
		return;
	}
	r->stamp++;
	r->loaded = true;
	mk_review_form_fill(r);
	if (r->subject[0] != '\0')
		ask_subject(r);
	ask_queue(r, false);
}

static void
ask_item(struct mk_review *r)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_review_show, 0);
	mk_put_str(&req.body, MK_T_review, r->id);
	mk_put_bool(&req.body, MK_T_picture, true);
	mk_view_ask(&r->v, &req, got_item, 0);
}

static int
review_open(struct mk_view *v, const void *arg)
{
	struct mk_review *r = (struct mk_review *)v;
	const struct mk_review_arg *a = arg;
	memcpy(r->id, a->review, sizeof r->id);
	memcpy(r->ledger, a->ledger, sizeof r->ledger);
	int e = mk_review_form_init(r);
	if (e < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(e)));
		return e;
	}
	ask_item(r);
	return 0;
}

static void
review_close(struct mk_view *v)
{
	struct mk_review *r = (struct mk_review *)v;
	forget_item(r);
	mk_form_fini(&r->form);
}

/* --- the others that wait */

struct others {
	const struct mk_review *r;
	size_t n;
	char next[MK_ID_MAX]; /* the first one scanned after this, "" none */
};

static void
take_other(void *arg, const struct mk_item *item)
{
	struct others *o = arg;
	char id[MK_ID_MAX];
	mk_item_str(item, MK_T_review, id, sizeof id);
	if (strcmp(id, o->r->id) == 0)
		return;
	o->n++;
	if (o->next[0] == '\0' && mk_get_i64(item->p, item->len, MK_T_time, 0) >= o->r->time)
		memcpy(o->next, id, sizeof o->next);
}

/* All that came behind this one is done: back, with what was done. */
static void
leave(struct mk_review *r, size_t waiting)
{
	struct mk_tui *t = r->v.tui;
	size_t accepted = r->accepted, rejected = r->rejected;
	mk_view_close(&r->v);
	if (rejected > 0)
		mk_tell(t, MK_TONE_GOOD, _("%zu accepted, %zu thrown away, %zu still wait."),
		    accepted, rejected, waiting);
	else
		mk_tell(t, MK_TONE_GOOD, _("%zu accepted, %zu still wait."), accepted, waiting);
}

static void
got_queue(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t next)
{
	struct mk_review *r = (struct mk_review *)v;
	struct others o = {.r = r};
	if (e == 0)
		mk_reply_items(reply, take_other, &o);
	r->left = o.n;
	if (next == 0)
		return;
	if (o.next[0] == '\0') {
		leave(r, o.n);
		return;
	}
	memcpy(r->id, o.next, sizeof r->id);
	ask_item(r);
}

static void
ask_queue(struct mk_review *r, bool next)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_review_list, 0);
	mk_put_str(&req.body, MK_T_ledger, r->ledger);
	mk_view_ask(&r->v, &req, got_queue, next);
}

/* --- accepting */

static void
take_owner(void *arg, const struct mk_item *item)
{
	struct mk_review *r = arg;
	mk_item_str(item, MK_T_name, r->owner_name, sizeof r->owner_name);
}

static void
got_owner(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_review *r = (struct mk_review *)v;
	if (e < 0 || tag != r->stamp)
		return;
	mk_reply_items(reply, take_owner, r);
	mk_tell(v->tui, MK_TONE_ERROR,
	    _("%s has this number already. F4: the item belongs to that person."), r->owner_name);
}

/* "subject sXXXX of this ledger has this number already": people know a name, not an id. */
static void
ask_owner(struct mk_review *r, const struct mk_msg *reply)
{
	struct mk_msg req;
	char words[512], *rest = words;
	(void)mk_get_str(reply->body.data, reply->body.len, MK_T_message, words, sizeof words);
	for (char *w = strsep(&rest, " "); w != NULL; w = strsep(&rest, " "))
		if (mk_id_valid(w, 's'))
			(void)mk_str_copy(r->owner, sizeof r->owner, w);
	if (r->owner[0] == '\0')
		return;
	mk_msg_init(&req, MK_REQ_subject_show, 0);
	mk_put_str(&req.body, MK_T_subject, r->owner);
	mk_put_str(&req.body, MK_T_ledger, r->ledger);
	mk_view_ask(&r->v, &req, got_owner, r->stamp);
}

static void
got_accepted(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_review *r = (struct mk_review *)v;
	(void)tag;
	r->sending = false;
	if (e == 0) {
		r->accepted++;
		forget_item(r);
		ask_queue(r, true);
		return;
	}
	mk_tell_reply(v->tui, e, reply);
	mk_review_blame(r, e, reply);
	if (e == MK_E_EXISTS)
		ask_owner(r, reply);
}

static void
accept_item(struct mk_review *r)
{
	struct mk_msg req;
	if (!mk_review_ready(r))
		return;
	mk_msg_init(&req, MK_REQ_review_accept, 0);
	mk_put_str(&req.body, MK_T_review, r->id);
	mk_review_put(r, &req.body);
	r->sending = true;
	mk_view_ask(&r->v, &req, got_accepted, 0);
}

/* --- throwing away */

static void
got_rejected(struct mk_view *v, int e, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_review *r = (struct mk_review *)v;
	(void)tag;
	r->sending = false;
	if (e < 0) {
		mk_tell_reply(v->tui, e, reply);
		return;
	}
	r->rejected++;
	forget_item(r);
	ask_queue(r, true);
}

static void
reason_typed(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	struct mk_review *r = (struct mk_review *)v;
	struct mk_msg req;
	(void)secret;
	mk_msg_init(&req, MK_REQ_review_reject, 0);
	mk_put_str(&req.body, MK_T_review, r->id);
	mk_put_str(&req.body, MK_T_reason, typed);
	r->sending = true;
	mk_view_ask(v, &req, got_rejected, 0);
}

static void
reject_item(struct mk_review *r)
{
	const struct mk_dialog_arg dialog = {
	    .text =
		_("Throw this item away? Its picture and what was read are deleted; that it was "
		  "done, and why, is recorded."),
	    .label = _("Reason"),
	    .kind = MK_EDIT_TEXT,
	    .cap = REASON_BYTES,
	    .done = reason_typed};
	(void)mk_view_open(r->v.tui, &mk_view_dialog, &dialog);
}

/* --- whose it is */

static void
person_chosen(struct mk_view *v, const struct mk_subject_arg *one)
{
	struct mk_review *r = (struct mk_review *)v;
	r->choosing = false;
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
	const struct mk_choose_arg arg = {.done = person_chosen};
	r->choosing = mk_view_open(r->v.tui, &mk_view_subjects, &arg) == 0;
}

/* The list of people has closed. Without a choice the item is a new person's again. */
static void
review_shown(struct mk_view *v)
{
	struct mk_review *r = (struct mk_review *)v;
	if (!r->choosing)
		return;
	r->choosing = false;
	memset(r->subject, 0, sizeof r->subject);
	r->subject_name[0] = '\0';
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
		return key->code == MK_KEY_CHAR && key->mods == 0;
	bool used = f->focus == F_NUMBER && r->as_read && key->code != MK_KEY_MOUSE
			? number_key(r, key)
			: !accept && mk_form_key(f, key);
	if (used && f->field[f->focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	if (used)
		mk_review_judge(r);
	return used;
}

static void
given_up(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	(void)typed;
	(void)secret;
	mk_view_close(v);
}

static void
ask_give_up(struct mk_review *r)
{
	const struct mk_dialog_arg dialog = {
	    .text =
		_("Leave this item? What you typed is lost. The item stays in the queue; to look "
		  "at it again counts as showing a number."),
	    .done = given_up};
	(void)mk_view_open(r->v.tui, &mk_view_dialog, &dialog);
}

/* Enter goes on; on a clean item that nobody has touched it accepts. */
static void
enter(struct mk_review *r)
{
	if (mk_review_clean(r))
		accept_item(r);
	else if (!mk_form_act(&r->form, MK_ACT_enter))
		mk_tell(r->v.tui, MK_TONE_INFO, "%s", _("F2 accepts this item."));
}

static bool
review_act(struct mk_view *v, enum mk_act a)
{
	struct mk_review *r = (struct mk_review *)v;
	bool ours = a == MK_ACT_accept || a == MK_ACT_enter || a == MK_ACT_person ||
		    a == MK_ACT_reject || a == MK_ACT_other_strip;
	if (!r->loaded || r->sending)
		return ours;
	if (a == MK_ACT_enter)
		enter(r);
	else if (a == MK_ACT_accept)
		accept_item(r);
	else if (a == MK_ACT_person)
		choose_person(r);
	else if (a == MK_ACT_reject)
		reject_item(r);
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
    .shown = review_shown,
    .close = review_close,
};
