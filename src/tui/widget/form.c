/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labelled fields below each other. */
#include "widget/form_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/width.h"

#define LABEL_MAX 24
#define LABEL_MIN 8
#define FIELD_MIN 16

int
mk_form_line(struct mk_form *f, const char *label, enum mk_edit_kind kind, size_t cap)
{
	if (f->n == MK_FORM_FIELDS)
		return MK_E_INTERNAL;
	struct mk_field *d = &f->field[f->n];
	memset(d, 0, sizeof *d);
	d->label = label;
	int r = mk_edit_init(&d->edit, kind, cap);
	return r < 0 ? r : (int)f->n++;
}

int
mk_form_choice(struct mk_form *f, const char *label, const char *const *choices, size_t n)
{
	if (f->n == MK_FORM_FIELDS)
		return MK_E_INTERNAL;
	struct mk_field *d = &f->field[f->n];
	memset(d, 0, sizeof *d);
	d->label = label;
	d->choices = choices;
	d->n_choices = n;
	return (int)f->n++;
}

void
mk_form_fini(struct mk_form *f)
{
	for (size_t i = 0; i < f->n; i++)
		mk_edit_fini(&f->field[i].edit);
	memset(f, 0, sizeof *f);
}

struct mk_edit *
mk_form_edit(struct mk_form *f, size_t i)
{
	return &f->field[i].edit;
}

void
mk_form_note(struct mk_form *f, size_t i, enum mk_el el, const char *note)
{
	(void)mk_str_copy(f->field[i].note, sizeof f->field[i].note, note);
	f->field[i].note_el = el;
}

void
mk_form_focus(struct mk_form *f, size_t i)
{
	f->focus = i < f->n ? i : 0;
}

/* The next field that is shown in a direction; the same when there is none. */
static size_t
neighbour(const struct mk_form *f, int step)
{
	for (size_t i = f->focus + (size_t)step; i < f->n; i += (size_t)step)
		if (!f->field[i].hidden)
			return i;
	return f->focus;
}

static bool
choice_key(struct mk_field *d, const struct mk_key *key)
{
	bool space = key->code == MK_KEY_CHAR && key->ch == ' ' && key->mods == 0;
	if (d->n_choices == 0)
		return false;
	if (key->code == MK_KEY_RIGHT || space)
		d->chosen = (d->chosen + 1) % d->n_choices;
	else if (key->code == MK_KEY_LEFT)
		d->chosen = (d->chosen + d->n_choices - 1) % d->n_choices;
	else
		return mk_key_is_text(key);
	return true;
}

static bool
click(struct mk_form *f, const struct mk_key *key)
{
	int row = key->y - f->y;
	if (key->ch != MK_BUTTON_LEFT || row < 0 || row >= f->rows)
		return false;
	for (size_t i = f->top; i < f->n; i++) {
		if (!f->field[i].hidden && row-- == 0) {
			f->focus = i;
			return true;
		}
	}
	return false;
}

bool
mk_form_key(struct mk_form *f, const struct mk_key *key)
{
	if (key->code == MK_KEY_MOUSE)
		return click(f, key);
	if (f->n == 0)
		return false;
	struct mk_field *d = &f->field[f->focus];
	return d->choices != NULL ? choice_key(d, key) : mk_edit_key(&d->edit, key);
}

bool
mk_form_act(struct mk_form *f, enum mk_act a)
{
	size_t was = f->focus;
	if (a == MK_ACT_next_field || a == MK_ACT_enter)
		f->focus = neighbour(f, 1);
	else if (a == MK_ACT_prev_field)
		f->focus = neighbour(f, -1);
	else
		return false;
	return a != MK_ACT_enter || f->focus != was;
}

/* --- drawing */

static int
label_cells(const struct mk_form *f, int width)
{
	size_t most = LABEL_MIN;
	for (size_t i = 0; i < f->n; i++) {
		const char *label = _(f->field[i].label);
		size_t w = mk_width_cells(label, strlen(label));
		if (!f->field[i].hidden && w > most)
			most = w;
	}
	int cells = most < LABEL_MAX ? (int)most : LABEL_MAX;
	return cells < width - FIELD_MIN ? cells : width - FIELD_MIN;
}

static void
draw_choice(const struct mk_field *d, struct mk_term *term, int y, int x, int cells, bool focus)
{
	const char *word = d->chosen < d->n_choices ? _(d->choices[d->chosen]) : "";
	int n = mk_drawf(term, y, x, cells, focus ? MK_EL_SELECTED : MK_EL_FIELD, "< %s >", word);
	(void)n;
	if (focus)
		mk_draw_cursor(term, y, x);
}

static void
draw_field(
    const struct mk_form *f, size_t i, struct mk_term *term, int y, struct mk_area area, int label)
{
	const struct mk_field *d = &f->field[i];
	bool focus = i == f->focus;
	int x = area.x + 1 + label + 2, room = area.w - label - 4;
	int note = (int)mk_width_cells(d->note, strlen(d->note));
	int cells = d->edit.kind == MK_EDIT_NUMBER && d->choices == NULL ? MK_DIGITS_CELLS : room;
	/* A note has its place behind the field; a narrow window gives it what is left. */
	if (note > 0 && cells > room - note - 2)
		cells = room - note - 2 > FIELD_MIN ? room - note - 2 : FIELD_MIN;
	mk_draw(term, y, area.x + 1, label, focus ? MK_EL_STRONG : MK_EL_LABEL, _(d->label));
	if (d->choices != NULL)
		draw_choice(d, term, y, x, cells, focus);
	else
		mk_edit_draw(&d->edit, term, y, x, cells, focus);
	if (note > 0)
		mk_draw(term, y, x + cells + 2, room - cells - 2, d->note_el, d->note);
}

/* Scrolls so that the focused field is seen. */
static void
follow(struct mk_form *f, int rows)
{
	if (f->focus < f->top)
		f->top = f->focus;
	for (;;) {
		int between = 0;
		for (size_t i = f->top; i < f->focus; i++)
			between += f->field[i].hidden ? 0 : 1;
		if (between < rows || f->top >= f->focus)
			return;
		f->top++;
	}
}

void
mk_form_draw(struct mk_form *f, struct mk_term *term, struct mk_area area)
{
	int label = label_cells(f, area.w), y = area.y;
	f->y = area.y;
	f->rows = area.h;
	follow(f, area.h);
	for (size_t i = f->top; i < f->n && y < area.y + area.h; i++)
		if (!f->field[i].hidden)
			draw_field(f, i, term, y++, area, label);
}
