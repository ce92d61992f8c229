/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question over the view below: yes or no, a line to type, or a word that must be typed. */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/width.h"

#define TYPED_MAX 1024

struct dialog {
	struct mk_view v;
	char text[1024], label[128], word[64];
	bool line, may_be_empty, no_by_enter;
	struct mk_edit edit;
	void (*done)(struct mk_view *below, const char *typed, const struct mk_secret *secret);
};

static int
dialog_open(struct mk_view *v, const void *arg)
{
	struct dialog *d = (struct dialog *)v;
	const struct mk_dialog_arg *a = arg;
	snprintf(d->text, sizeof d->text, "%s", a->text);
	snprintf(d->label, sizeof d->label, "%s", a->label != NULL ? a->label : "");
	snprintf(d->word, sizeof d->word, "%s", a->word != NULL ? a->word : "");
	d->line = a->label != NULL;
	d->may_be_empty = a->may_be_empty;
	d->no_by_enter = a->no_by_enter;
	d->done = a->done;
	if (!d->line)
		return 0;
	int r = mk_edit_init(&d->edit, a->kind, a->cap < TYPED_MAX ? a->cap : TYPED_MAX - 1);
	if (r == 0 && a->preset != NULL)
		mk_edit_set(&d->edit, a->preset);
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	return r;
}

static bool
dialog_key(struct mk_view *v, const struct mk_key *key)
{
	struct dialog *d = (struct dialog *)v;
	bool used = d->line && mk_edit_key(&d->edit, key);
	if (used && d->edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	return used;
}

static void
finish(struct dialog *d)
{
	struct mk_view *below = d->v.below;
	char typed[TYPED_MAX] = "";
	void (*done)(struct mk_view *, const char *, const struct mk_secret *) = d->done;
	struct mk_secret *secret = NULL;
	if (d->line && d->edit.kind == MK_EDIT_TEXT)
		(void)mk_edit_copy(&d->edit, typed, sizeof typed);
	else if (d->line)
		secret = mk_secret_dup(d->edit.text);
	mk_view_close(&d->v);
	done(below, typed, secret);
	mk_secret_free(secret);
	mk_wipe(typed, sizeof typed);
}

static bool
dialog_act(struct mk_view *v, enum mk_act a)
{
	struct dialog *d = (struct dialog *)v;
	char typed[TYPED_MAX] = "";
	if (a == MK_ACT_no) {
		mk_view_close(v);
		return true;
	}
	if (a != MK_ACT_confirm && a != MK_ACT_yes)
		return false;
	if (d->line && !d->may_be_empty && mk_edit_len(&d->edit) == 0) {
		mk_tell(v->tui, MK_TONE_WARN, _("%s: please type it"), d->label);
		return true;
	}
	if (d->word[0] != '\0' &&
	    (!mk_edit_copy(&d->edit, typed, sizeof typed) || strcmp(typed, d->word) != 0)) {
		mk_tell(v->tui, MK_TONE_WARN, _("to go on, type exactly: %s"), d->word);
		return true;
	}
	finish(d);
	return true;
}

static void
dialog_draw(struct mk_view *v, struct mk_area area)
{
	struct dialog *d = (struct dialog *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int w = area.w < 72 ? area.w : 72, x = area.x + (area.w - w) / 2, inner = w - 4;
	int most = area.h - (d->line ? 5 : 3); /* the field must be seen before the words */
	int rows = mk_wrapped_rows(d->text, inner);
	rows = rows < most ? rows : most;
	int h = rows + (d->line ? 5 : 3);
	int y = area.y + (area.h > h ? (area.h - h) / 3 : 0);
	mk_draw_frame(term, (struct mk_area){y, x, h, w});
	mk_draw_wrapped(term, y + 1, x + 2, inner, rows, MK_EL_TEXT, d->text);
	if (!d->line) {
		mk_draw_cursor(term, y + 1, x + 2);
		return;
	}
	int label = (int)mk_width_cells(d->label, strlen(d->label));
	label = label < inner / 2 ? label : inner / 2;
	mk_draw(term, y + rows + 2, x + 2, label, MK_EL_LABEL, d->label);
	mk_edit_draw(&d->edit, term, y + rows + 2, x + 2 + label + 1, inner - label - 1, true);
}

static void
dialog_close(struct mk_view *v)
{
	mk_edit_fini(&((struct dialog *)v)->edit);
}

static unsigned
dialog_places(const struct mk_view *v)
{
	return ((const struct dialog *)v)->no_by_enter ? MK_P_DISCARD : 0;
}

void
mk_dialog_close_below(struct mk_view *below, const char *typed, const struct mk_secret *secret)
{
	(void)typed;
	(void)secret;
	mk_view_close(below);
}

void
mk_dialog_throw_away(struct mk_view *form)
{
	const struct mk_dialog_arg dialog = {
	    .text = _("What you typed here is not saved. Throw it away?"),
	    .no_by_enter = true,
	    .done = mk_dialog_close_below};
	(void)mk_view_open(form->tui, &mk_view_dialog, &dialog);
}

const struct mk_view_ops mk_view_dialog = {
    .name = "dialog",
    .places = MK_P_CONFIRM,
    .more_places = dialog_places,
    .dialog = true,
    .size = sizeof(struct dialog),
    .open = dialog_open,
    .key = dialog_key,
    .act = dialog_act,
    .draw = dialog_draw,
    .close = dialog_close,
};
