/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the computer's login check asks (PAM, decisions.md 6), round by round: what it says stands
 * above, what it asks are the fields below. Nothing of it is kept: each answer goes and is wiped.
 */
#include "view/auth_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/wire/prompt.h"
#include "widget/form_internal.h"

#define SAID_ROWS 8

struct auth {
	struct mk_view v;
	struct mk_form form;
	struct mk_prompts prompts; /* of this round; the fields' labels point into it */
	struct mk_buf said; /* info and error lines since the last answer */
	bool wrong; /* one of them was an error */
	bool waiting;
	void (*passed)(struct mk_view *below);
};

static void got_round(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

static void
send_answers(struct auth *a)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_auth, 0);
	for (size_t i = 0; i < a->form.n; i++) {
		const struct mk_secret *s = mk_form_edit(&a->form, i)->text;
		mk_put_bytes(&req.body, MK_T_answer, s->data, s->len);
		mk_edit_clear(mk_form_edit(&a->form, i));
	}
	a->waiting = true;
	mk_view_ask(&a->v, &req, got_round, 0);
}

/*
 * A round takes the place of the one before. One that only tells is followed by the next at once.
 * 0 or MK_E_*.
 */
static int
take_round(struct auth *a, const struct mk_msg *reply)
{
	if (a->form.n > 0) { /* what was said belonged to what has been answered */
		mk_buf_reset(&a->said);
		a->wrong = false;
	}
	mk_form_fini(&a->form);
	int r = mk_prompts_parse(reply->body.data, reply->body.len, &a->prompts);
	for (size_t i = 0; r >= 0 && i < a->prompts.count; i++) {
		const struct mk_prompt *p = &a->prompts.at[i];
		if (mk_prompt_asks(p->kind)) {
			r = mk_form_line(&a->form, p->text[0] != '\0' ? p->text : "?",
			    p->kind == MK_PROMPT_hidden ? MK_EDIT_PASSPHRASE : MK_EDIT_TEXT,
			    MK_ANSWER_MAX);
			continue;
		}
		a->wrong |= p->kind == MK_PROMPT_error;
		mk_buf_printf(&a->said, "%s\n", p->text);
	}
	if (r >= 0 && a->form.n == 0)
		send_answers(a);
	return r < 0 ? r : 0;
}

static int
auth_open(struct mk_view *v, const void *arg)
{
	struct auth *a = (struct auth *)v;
	const struct mk_auth_arg *wanted = arg;
	a->passed = wanted->passed;
	int r = take_round(a, wanted->reply);
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	return r;
}

static bool
auth_key(struct mk_view *v, const struct mk_key *key)
{
	struct auth *a = (struct auth *)v;
	if (a->waiting)
		return mk_key_is_text(key);
	bool used = mk_form_key(&a->form, key);
	if (used && a->form.n > 0 && a->form.field[a->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	return used;
}

static void
got_round(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct auth *a = (struct auth *)v;
	struct mk_tui *t = v->tui;
	(void)tag;
	a->waiting = false;
	bool ok = r == 0 && mk_get_bool(reply->body.data, reply->body.len, MK_T_ok, false);
	if (r == 0 && !ok)
		r = take_round(a, reply);
	if (r == 0 && !ok)
		return;
	struct mk_view *below = v->below;
	void (*passed)(struct mk_view *) = a->passed;
	mk_view_close(v);
	if (ok)
		passed(below);
	else
		mk_tell_reply(t, r, reply);
}

static bool
auth_act(struct mk_view *v, enum mk_act act)
{
	struct auth *a = (struct auth *)v;
	if (act == MK_ACT_leave) {
		/* No answer is a cancel: the check must not wait for its time. */
		struct mk_msg req;
		mk_msg_init(&req, MK_REQ_auth, 0);
		if (!a->waiting)
			mk_view_ask(v->below, &req, NULL, 0);
		mk_msg_free(&req);
		mk_view_close(v);
		return true;
	}
	if (a->waiting)
		return act == MK_ACT_enter || act == MK_ACT_confirm;
	if (mk_form_act(&a->form, act))
		return true;
	if (act != MK_ACT_enter && act != MK_ACT_confirm)
		return false;
	send_answers(a);
	return true;
}

static void
auth_draw(struct mk_view *v, struct mk_area area)
{
	struct auth *a = (struct auth *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int w = area.w < 68 ? area.w : 68, x = area.x + (area.w - w) / 2;
	int y = area.y + (area.h > 14 ? 3 : 0), end = area.y + area.h;
	mk_draw(term, y, x, w, MK_EL_STRONG, _("This computer's login check"));
	y += 2;
	if (a->said.len > 0)
		y += mk_draw_wrapped(term, y, x, w, SAID_ROWS, a->wrong ? MK_EL_BAD : MK_EL_TEXT,
			 mk_buf_str(&a->said)) +
		     1;
	int rows = (int)a->form.n < end - y - 1 ? (int)a->form.n : end - y - 1;
	mk_draw_cursor(term, y, x);
	mk_form_draw(&a->form, term, (struct mk_area){y, x - 1, rows, w});
	if (a->waiting)
		mk_draw(term, y + rows + 1, x, w, MK_EL_TEXT,
		    _("One moment: this computer's login check."));
}

static void
auth_close(struct mk_view *v)
{
	struct auth *a = (struct auth *)v;
	mk_form_fini(&a->form);
	mk_buf_free(&a->said);
}

const struct mk_view_ops mk_view_auth = {
    .name = "auth",
    .title = N_("Login"),
    .places = MK_P_FORM | MK_P_CONFIRM,
    .size = sizeof(struct auth),
    .open = auth_open,
    .key = auth_key,
    .act = auth_act,
    .draw = auth_draw,
    .close = auth_close,
};
