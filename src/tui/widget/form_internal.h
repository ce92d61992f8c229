/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labelled fields below each other: lines to type, and choices changed by Left and Right. */
#ifndef MK_TUI_FORM_INTERNAL_H
#define MK_TUI_FORM_INTERNAL_H

#include "widget/edit_internal.h"

#define MK_FORM_FIELDS 16
#define MK_FORM_NOTE 96

struct mk_field {
	const char *label; /* msgid */
	struct mk_edit edit; /* unused in a choice */
	const char *const *choices; /* msgids, n_choices of them; NULL: a line to type */
	size_t n_choices, chosen;
	char note[MK_FORM_NOTE]; /* behind the field, in the user's language */
	enum mk_el note_el;
	bool hidden;
};

struct mk_form {
	struct mk_field field[MK_FORM_FIELDS];
	size_t n, focus, top;
	int y; /* the row of the first field in the last draw: for the mouse */
	int rows; /* rows of the last draw */
};

/* Adds a line (cap bytes) or a choice; the index, or MK_E_NOMEM. */
int mk_form_line(struct mk_form *f, const char *label, enum mk_edit_kind kind, size_t cap);
int mk_form_choice(struct mk_form *f, const char *label, const char *const *choices, size_t n);
void mk_form_fini(struct mk_form *f); /* wipes */
struct mk_edit *mk_form_edit(struct mk_form *f, size_t i);
void mk_form_note(struct mk_form *f, size_t i, enum mk_el el, const char *note);
void mk_form_focus(struct mk_form *f, size_t i);
/* The focused field's keys; a click moves the focus. true when used. */
bool mk_form_key(struct mk_form *f, const struct mk_key *key);
/* next_field, prev_field; enter goes on unless the last field has the focus. true when used. */
bool mk_form_act(struct mk_form *f, enum mk_act a);
void mk_form_draw(struct mk_form *f, struct mk_term *term, struct mk_area area);

#endif
