/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One number for a moment, over the person's screen. The daemon has recorded the look before the
 * digits come. They live in locked memory from the answer to the end of the time and are drawn past
 * curses (term_internal.h); the end of the view wipes them.
 */
#include "view/views_internal.h"

#include <string.h>

#include "mynakura/base/time.h"
#include "mynakura/base/width.h"
#include "mynakura/model/number.h"
#include "subject_internal.h"

struct reveal {
	struct mk_view v;
	struct mk_subject_arg subject;
	size_t nth, of; /* of a task */
	struct mk_secret *number; /* NULL: not here yet */
	int64_t until; /* mono ms */
	int left; /* seconds, as shown */
	uint32_t stamp; /* of the digits */
};

static void
got_number(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct reveal *d = (struct reveal *)v;
	struct mk_item it;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		mk_view_close(v);
		return;
	}
	if (!mk_find(reply->body.data, reply->body.len, MK_T_number, &it) ||
	    it.len != MK_NUMBER_LEN || (d->number = mk_secret_from(it.p, it.len)) == NULL) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_INTERNAL)));
		mk_view_close(v);
		return;
	}
	int64_t now = mk_mono_ms();
	d->until = now + MK_REVEAL_S * 1000;
	d->left = MK_REVEAL_S;
	d->stamp = mk_term_stamp();
	v->wake = now + 1000;
}

static int
reveal_open(struct mk_view *v, const void *arg)
{
	struct reveal *d = (struct reveal *)v;
	const struct mk_reveal_arg *a = arg;
	const struct mk_tui_session *s = mk_tui_session(v->tui);
	struct mk_msg req;
	d->subject = a->subject;
	d->nth = a->nth;
	d->of = a->of;
	mk_msg_init(&req, MK_REQ_reveal, 0);
	mk_put_str(&req.body, MK_T_subject, a->subject.id);
	mk_put_str(&req.body, MK_T_ledger, a->subject.ledger);
	mk_put_str(&req.body, MK_T_reason, a->reason[0] != '\0' ? a->reason : NULL);
	mk_put_str(&req.body, MK_T_approval, a->approval[0] != '\0' ? a->approval : NULL);
	/* The task's purpose is one of its own ledger's only. */
	if (s->ledger != NULL && s->purpose[0] != '\0' &&
	    strcmp(s->ledger->id, a->subject.ledger) == 0)
		mk_put_str(&req.body, MK_T_purpose, s->purpose);
	mk_view_ask(v, &req, got_number, 0);
	return 0;
}

static void
reveal_tick(struct mk_view *v, int64_t now)
{
	struct reveal *d = (struct reveal *)v;
	if (now >= d->until) {
		mk_tell(v->tui, MK_TONE_INFO, "%s", _("The number is hidden again."));
		mk_view_close(v);
		return;
	}
	d->left = (int)((d->until - now + 999) / 1000);
	v->wake = d->until - (int64_t)(d->left - 1) * 1000;
}

static bool
reveal_act(struct mk_view *v, enum mk_act a)
{
	/* A key that was pressed twice must not throw a look away that is recorded already. */
	if (a == MK_ACT_hide && ((struct reveal *)v)->number != NULL)
		mk_view_close(v);
	/* Nothing else may cover it: help would keep it in memory longer than it is seen. */
	return a == MK_ACT_hide || a == MK_ACT_help;
}

static void
reveal_draw(struct mk_view *v, struct mk_area area)
{
	const struct reveal *d = (const struct reveal *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int w = area.w < 50 ? area.w : 50, x = area.x + (area.w - w) / 2, h = 7;
	int y = area.y + (area.h > h ? (area.h - h) / 3 : 0);
	mk_draw_frame(term, (struct mk_area){y, x, h, w});
	mk_draw(term, y + 1, x + 2, w - 4, MK_EL_STRONG, d->subject.name);
	if (d->of > 0)
		mk_drawf(term, y + 2, x + 2, w - 4, MK_EL_TEXT, _("%zu of %zu"), d->nth, d->of);
	if (d->number == NULL) {
		mk_draw(term, y + 3, x + 2, w - 4, MK_EL_TEXT, _("being recorded ..."));
		mk_draw_cursor(term, y + 3, x + 2);
		return;
	}
	mk_draw_digits(term, y + 3, x + 2, d->number->data, d->number->len, 0, d->stamp);
	mk_drawf(term, y + 5, x + 2, w - 4, MK_EL_TEXT, _("hidden in %d s"), d->left);
	mk_draw_cursor(term, y + 3, x + 2);
}

static void
reveal_close(struct mk_view *v)
{
	mk_secret_free(((struct reveal *)v)->number);
}

const struct mk_view_ops mk_view_reveal = {
    .name = "reveal",
    .places = MK_P_REVEAL,
    .dialog = true,
    .size = sizeof(struct reveal),
    .open = reveal_open,
    .act = reveal_act,
    .draw = reveal_draw,
    .tick = reveal_tick,
    .close = reveal_close,
};
