/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which entries of the audit trail are wanted. */
#include "view/trail_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "widget/form_internal.h"

struct filter {
	struct mk_view v;
	struct mk_form form;
	int from, to, actor, action, subject, text; /* indexes of fields */
	char session[MK_ID_MAX]; /* is chosen in the list, not typed: it stays */
	const char *choices[MK_TRAIL_ACTIONS + 1];
	void (*done)(struct mk_view *below, const struct mk_filter *filter);
};

static int
add_line(struct filter *f, const char *label, size_t cap, const char *preset, int *out)
{
	*out = mk_form_line(&f->form, label, MK_EDIT_TEXT, cap - 1);
	if (*out < 0)
		return *out;
	mk_edit_set(mk_form_edit(&f->form, (size_t)*out), preset);
	return 0;
}

static void
add_actions(struct filter *f, const char *wanted)
{
	size_t chosen = 0;
	const char *code;
	f->choices[0] = N_("anything");
	for (size_t i = 0; (code = mk_trail_action(i, &f->choices[i + 1])) != NULL; i++)
		if (strcmp(code, wanted) == 0)
			chosen = i + 1;
	f->action = mk_form_choice(&f->form, N_("What"), f->choices, MK_TRAIL_ACTIONS + 1);
	f->form.field[f->action].chosen = chosen;
}

static int
filter_open(struct mk_view *v, const void *arg)
{
	struct filter *f = (struct filter *)v;
	const struct mk_filter_arg *a = arg;
	const struct mk_filter *w = &a->filter;
	f->done = a->done;
	memcpy(f->session, w->session, sizeof f->session);
	int r = add_line(f, N_("From (YYYY-MM-DD)"), sizeof w->from, w->from, &f->from);
	if (r == 0)
		r = add_line(f, N_("Up to and with"), sizeof w->to, w->to, &f->to);
	if (r == 0)
		r = add_line(f, N_("Who"), sizeof w->actor, w->actor, &f->actor);
	if (r < 0)
		return r;
	add_actions(f, w->action);
	r = add_line(f, N_("Whose data (id)"), sizeof w->subject, w->subject, &f->subject);
	if (r == 0)
		r = add_line(f, N_("Holds the text"), sizeof w->text, w->text, &f->text);
	return r;
}

static bool
filter_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_form_key(&((struct filter *)v)->form, key);
}

/* A day, or nothing. */
static bool
take_day(struct filter *f, int field, char *out, size_t cap)
{
	struct mk_date d;
	bool fits = mk_edit_copy(mk_form_edit(&f->form, (size_t)field), out, cap);
	if (fits && (out[0] == '\0' || mk_date_parse(out, &d) == 0))
		return true;
	mk_form_focus(&f->form, (size_t)field);
	mk_tell(f->v.tui, MK_TONE_WARN, "%s", _("a day is written like 2026-11-24"));
	return false;
}

static void
apply(struct filter *f)
{
	struct mk_filter w;
	struct mk_view *below = f->v.below;
	void (*done)(struct mk_view *, const struct mk_filter *) = f->done;
	const char *words;
	size_t chosen = f->form.field[f->action].chosen;
	memset(&w, 0, sizeof w);
	memcpy(w.session, f->session, sizeof w.session);
	if (!take_day(f, f->from, w.from, sizeof w.from) || !take_day(f, f->to, w.to, sizeof w.to))
		return;
	(void)mk_edit_copy(mk_form_edit(&f->form, (size_t)f->actor), w.actor, sizeof w.actor);
	(void)mk_edit_copy(mk_form_edit(&f->form, (size_t)f->subject), w.subject, sizeof w.subject);
	(void)mk_edit_copy(mk_form_edit(&f->form, (size_t)f->text), w.text, sizeof w.text);
	if (chosen > 0)
		(void)mk_str_copy(w.action, sizeof w.action, mk_trail_action(chosen - 1, &words));
	mk_view_close(&f->v);
	done(below, &w);
}

static bool
filter_act(struct mk_view *v, enum mk_act a)
{
	struct filter *f = (struct filter *)v;
	/* Every field may stay empty: Enter is for the whole form. */
	if (a != MK_ACT_enter && a != MK_ACT_confirm)
		return mk_form_act(&f->form, a);
	apply(f);
	return true;
}

static void
filter_draw(struct mk_view *v, struct mk_area area)
{
	struct filter *f = (struct filter *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int fields = (int)f->form.n, h = fields + 4;
	int w = area.w < 72 ? area.w : 72, x = area.x + (area.w - w) / 2;
	int y = area.y + (area.h > h ? (area.h - h) / 3 : 0);
	for (int i = 0; i < h; i++)
		mk_draw_pad(term, y + i, x, w, i == 0 || i == h - 1 ? MK_EL_TITLE : MK_EL_DIALOG,
		    i == 0 ? _("  Only these entries") : "");
	mk_draw(term, y + h - 2, x + 2, w - 4, MK_EL_LABEL,
	    _("The trail has no names of people: each has a history."));
	mk_form_draw(&f->form, term, (struct mk_area){y + 1, x + 1, fields, w - 2});
}

static void
filter_close(struct mk_view *v)
{
	mk_form_fini(&((struct filter *)v)->form);
}

const struct mk_view_ops mk_view_filter = {
    .name = "filter",
    .places = MK_P_FORM | MK_P_CONFIRM,
    .dialog = true,
    .size = sizeof(struct filter),
    .open = filter_open,
    .key = filter_key,
    .act = filter_act,
    .draw = filter_draw,
    .close = filter_close,
};
