/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a review asks the daemon: the item, the one behind it, to accept it, to throw it away. */
#include "view/review_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"

#define REASON_BYTES 200
#define SEEN_MS 400 /* longer than a key repeats, shorter than a person decides */

/* --- one item: asked for, shown, gone */

void
mk_review_forget(struct mk_review *r)
{
	r->loaded = r->sending = r->whole = r->as_read = false;
	mk_reading_wipe(r->reading);
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
	int e = mk_reading_parse(record.p, record.len, 0, 0, r->reading);
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
	r->stamp = mk_term_stamp();
	(void)mk_term_stamp(); /* stamp + 1: the second of two readings */
	r->shown_at = mk_mono_ms();
	r->loaded = true;
	mk_review_form_fill(r);
	if (r->subject[0] != '\0')
		ask_subject(r);
	ask_queue(r, false);
}

void
mk_review_ask(struct mk_review *r)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_review_show, 0);
	mk_put_str(&req.body, MK_T_review, r->id);
	mk_put_bool(&req.body, MK_T_picture, true);
	mk_view_ask(&r->v, &req, got_item, 0);
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
	/* One that was looked at before costs a reveal: it is opened by a person's key only. */
	if (mk_get_bool(item->p, item->len, MK_T_viewed, false))
		return;
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
	if (e < 0) {
		mk_tell_reply(v->tui, e, reply);
		if (next != 0)
			mk_view_close(v);
		return;
	}
	mk_reply_items(reply, take_other, &o);
	r->left = o.n;
	if (next == 0)
		return;
	if (o.next[0] == '\0') {
		leave(r, o.n);
		return;
	}
	memcpy(r->id, o.next, sizeof r->id);
	mk_review_ask(r);
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
		mk_review_forget(r);
		ask_queue(r, true);
		return;
	}
	mk_tell_reply(v->tui, e, reply);
	mk_review_blame(r, e, reply);
	if (e == MK_E_EXISTS)
		ask_owner(r, reply);
}

void
mk_review_accept(struct mk_review *r)
{
	struct mk_msg req;
	/*
	 * A key that is held down must not accept what nobody has seen: an item, or a doubt that was
	 * told, has to stand there for a moment first.
	 */
	if (mk_mono_ms() - r->shown_at < SEEN_MS || !mk_review_ready(r))
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
	mk_review_forget(r);
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

void
mk_review_reject(struct mk_review *r)
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
