/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question over the view below, with a word, a line and the passphrase to type. */
#include "view/sign_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "widget/form_internal.h"

#define LINE_MAX_BYTES 1024
#define PASS_BYTES 1023

struct sign {
	struct mk_view v;
	struct mk_form form;
	char text[2048], word[32], word_label[96];
	int at_word, at_line, at_pass; /* indexes of fields; < 0: not asked for */
	void (*done)(struct mk_view *below, const char *typed, const struct mk_secret *passphrase);
};

static int
add_line(struct sign *s, const char *label, enum mk_edit_kind kind, size_t cap, int *at)
{
	*at = mk_form_line(&s->form, label, kind, cap);
	return *at < 0 ? *at : 0;
}

static int
sign_open(struct mk_view *v, const void *arg)
{
	struct sign *s = (struct sign *)v;
	const struct mk_sign_arg *a = arg;
	int r = 0;
	snprintf(s->text, sizeof s->text, "%s", a->text);
	snprintf(s->word, sizeof s->word, "%s", a->word != NULL ? a->word : "");
	snprintf(s->word_label, sizeof s->word_label, _("Type: %s"), s->word);
	s->at_word = s->at_line = s->at_pass = -1;
	s->done = a->done;
	if (a->label != NULL)
		r = add_line(s, a->label, MK_EDIT_TEXT,
		    a->cap < LINE_MAX_BYTES ? a->cap : LINE_MAX_BYTES - 1, &s->at_line);
	if (r == 0 && a->word != NULL)
		r = add_line(s, s->word_label, MK_EDIT_TEXT, sizeof s->word - 1, &s->at_word);
	if (r == 0 && a->passphrase)
		r = add_line(s, N_("Passphrase"), MK_EDIT_PASSPHRASE, PASS_BYTES, &s->at_pass);
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	return r;
}

static bool
sign_key(struct mk_view *v, const struct mk_key *key)
{
	struct sign *s = (struct sign *)v;
	bool used = mk_form_key(&s->form, key);
	if (used && s->form.n > 0 && s->form.field[s->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	return used;
}

/* The field that is still wrong gets the focus and is named; false when there is none. */
static bool
missing(struct sign *s)
{
	char typed[sizeof s->word] = "";
	const int lines[] = {s->at_line, s->at_pass};
	if (s->at_word >= 0 &&
	    (!mk_edit_copy(mk_form_edit(&s->form, (size_t)s->at_word), typed, sizeof typed) ||
		strcmp(typed, s->word) != 0)) {
		mk_form_focus(&s->form, (size_t)s->at_word);
		mk_tell(s->v.tui, MK_TONE_WARN, _("to go on, type exactly: %s"), s->word);
		return true;
	}
	for (size_t i = 0; i < 2; i++) {
		if (lines[i] < 0 || mk_edit_len(mk_form_edit(&s->form, (size_t)lines[i])) > 0)
			continue;
		mk_form_focus(&s->form, (size_t)lines[i]);
		mk_tell(s->v.tui, MK_TONE_WARN, _("%s: please type it"),
		    _(s->form.field[lines[i]].label));
		return true;
	}
	return false;
}

static void
finish(struct sign *s)
{
	struct mk_view *below = s->v.below;
	void (*done)(struct mk_view *, const char *, const struct mk_secret *) = s->done;
	char typed[LINE_MAX_BYTES] = "";
	struct mk_secret *pass = NULL;
	if (s->at_line >= 0)
		(void)mk_edit_copy(mk_form_edit(&s->form, (size_t)s->at_line), typed, sizeof typed);
	if (s->at_pass >= 0) {
		pass = mk_secret_dup(mk_form_edit(&s->form, (size_t)s->at_pass)->text);
		if (pass == NULL) {
			mk_tell(s->v.tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
			return;
		}
	}
	mk_view_close(&s->v);
	done(below, typed, pass);
	mk_secret_free(pass);
}

static bool
sign_act(struct mk_view *v, enum mk_act a)
{
	struct sign *s = (struct sign *)v;
	if (mk_form_act(&s->form, a))
		return true;
	if (a != MK_ACT_enter && a != MK_ACT_confirm)
		return false;
	if (!missing(s))
		finish(s);
	return true;
}

static void
sign_draw(struct mk_view *v, struct mk_area area)
{
	struct sign *s = (struct sign *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int w = area.w < 74 ? area.w : 74, x = area.x + (area.w - w) / 2, inner = w - 4;
	int fields = (int)s->form.n, most = area.h - fields - 3; /* the fields must be seen */
	int rows = mk_wrapped_rows(s->text, inner);
	rows = rows < most ? rows : most;
	int h = rows + fields + 3, y = area.y + (area.h > h ? (area.h - h) / 3 : 0);
	mk_draw_frame(term, (struct mk_area){y, x, h, w});
	mk_draw_wrapped(term, y + 1, x + 2, inner, rows, MK_EL_TEXT, s->text);
	mk_form_draw(&s->form, term, (struct mk_area){y + rows + 2, x + 1, fields, w - 2});
}

static void
sign_close(struct mk_view *v)
{
	mk_form_fini(&((struct sign *)v)->form);
}

const struct mk_view_ops mk_view_sign = {
    .name = "sign",
    .places = MK_P_FORM | MK_P_CONFIRM,
    .dialog = true,
    .size = sizeof(struct sign),
    .open = sign_open,
    .key = sign_key,
    .act = sign_act,
    .draw = sign_draw,
    .close = sign_close,
};

int
mk_sign_open(struct mk_tui *t, const struct mk_sign_arg *arg)
{
	const struct mk_dialog_arg plain = {.text = arg->text, .done = arg->done};
	bool fields = arg->word != NULL || arg->label != NULL || arg->passphrase;
	return fields ? mk_view_open(t, &mk_view_sign, arg)
		      : mk_view_open(t, &mk_view_dialog, &plain);
}

/* --- a request that waits */

static void
read_it(struct mk_view *below, const char *typed, const struct mk_secret *passphrase)
{
	(void)below;
	(void)typed;
	(void)passphrase;
}

void
mk_tell_refused(struct mk_tui *t, int r, const struct mk_msg *reply)
{
	static const char alone[] = "there is no second person";
	char id[MK_ID_MAX] = "", words[256] = "", text[1024];
	if (r == MK_E_APPROVAL)
		(void)mk_get_str(reply->body.data, reply->body.len, MK_T_approval, id, sizeof id);
	if (id[0] == '\0') {
		mk_tell_reply(t, r, reply);
		return;
	}
	(void)mk_get_str(reply->body.data, reply->body.len, MK_T_message, words, sizeof words);
	bool delayed = strncmp(words, alone, sizeof alone - 1) == 0;
	snprintf(text, sizeof text,
	    delayed
		? _("Nothing has been done yet. There is no second person in this office, so it "
		    "waits for a day as %s; it stands under 'Approvals' on the first screen. Do "
		    "the same once more then; it runs, and the trail says that nobody else "
		    "looked.")
		: _("Nothing has been done yet. This waits as %s for a second person, who has to "
		    "look at "
		    "it and grant it in time: 'Approvals' on the first screen. When it is "
		    "granted, do the same once more; it runs then. Whatever is changed in it voids "
		    "the "
		    "grant."),
	    id);
	const struct mk_dialog_arg arg = {.text = text, .done = read_it};
	(void)mk_view_open(t, &mk_view_dialog, &arg);
}
