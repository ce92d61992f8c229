/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens, and what each takes when it is opened. A view knows the others by this alone. */
#ifndef MK_TUI_VIEWS_INTERNAL_H
#define MK_TUI_VIEWS_INTERNAL_H

#include "view_internal.h"
#include "widget/edit_internal.h"

extern const struct mk_view_ops mk_view_login; /* const char *: words to show, or NULL */
extern const struct mk_view_ops mk_view_task; /* NULL */
extern const struct mk_view_ops mk_view_home; /* NULL */
extern const struct mk_view_ops mk_view_help; /* NULL: for the view below */
extern const struct mk_view_ops mk_view_capture; /* NULL */
extern const struct mk_view_ops mk_view_queue; /* NULL */
extern const struct mk_view_ops mk_view_review; /* const struct mk_review_arg * */
extern const struct mk_view_ops mk_view_subjects; /* const struct mk_choose_arg *, or NULL */
extern const struct mk_view_ops mk_view_subject; /* const struct mk_subject_arg * */
extern const struct mk_view_ops mk_view_person; /* const struct mk_person_arg *; NULL: a new one */
extern const struct mk_view_ops mk_view_reveal; /* const struct mk_reveal_arg * */
extern const struct mk_view_ops mk_view_export; /* const struct mk_export_wish *, or NULL */
extern const struct mk_view_ops mk_view_trail; /* const struct mk_trail_arg *; NULL: all of it */
extern const struct mk_view_ops mk_view_anomalies; /* NULL */
extern const struct mk_view_ops mk_view_approvals; /* NULL */
extern const struct mk_view_ops mk_view_members; /* NULL */
extern const struct mk_view_ops mk_view_keys; /* NULL */
extern const struct mk_view_ops mk_view_limits; /* NULL */
extern const struct mk_view_ops mk_view_clock; /* NULL */
extern const struct mk_view_ops mk_view_newpass; /* const char *: account, at the login; NULL */
extern const struct mk_view_ops mk_view_verify; /* NULL */
extern const struct mk_view_ops mk_view_text; /* const struct mk_text_arg * */
extern const struct mk_view_ops mk_view_dialog; /* const struct mk_dialog_arg * */

/*
 * Takes the only task there is. true: nothing is left to choose (also when there is no task at all).
 */
bool mk_task_settled(struct mk_tui *t);

/* A person of a ledger. name is for titles and may be "". */
struct mk_subject_arg {
	char id[MK_ID_MAX], ledger[MK_ID_MAX], name[264];
};

#define MK_FILTER_TEXT 256

/* Entries of the trail; "" where nothing is wanted. action is a code, session and subject are ids. */
struct mk_filter {
	char from[16], to[16], actor[MK_FILTER_TEXT], action[32], text[MK_FILTER_TEXT];
	char session[MK_ID_MAX], subject[MK_FILTER_TEXT];
};

/* What is shown of the trail: a person's history when person.id is not "", else what fits. */
struct mk_trail_arg {
	struct mk_subject_arg person;
	struct mk_filter filter;
};

/* One whose data is corrected: item is the record of subject_show, borrowed during open. */
struct mk_person_arg {
	struct mk_subject_arg subject;
	const struct mk_buf *item;
};

/* An export that was granted and is to be made again; person.id "": everyone in the ledger. */
struct mk_export_wish {
	char profile[64], destination[256];
	struct mk_subject_arg person;
};

struct mk_reveal_arg {
	struct mk_subject_arg subject;
	char reason[512];
	char approval[MK_ID_MAX]; /* of the task it belongs to; "": none */
	size_t nth, of; /* of the task; 0: none */
};

/* Which item of the review queue. */
struct mk_review_arg {
	char review[MK_ID_MAX], ledger[MK_ID_MAX];
};

/* The list of people as a choice: done is called with the chosen one, and the list has closed. */
struct mk_choose_arg {
	void (*done)(struct mk_view *below, const struct mk_subject_arg *chosen);
};

struct mk_text_arg {
	const char *title; /* msgid; NULL: the view's own */
	const char *text; /* copied; '# ' begins a heading */
};

/*
 * A question over the view below. Enter with all that is wanted calls done (the dialog has closed
 * then), Esc closes it.
 */
struct mk_dialog_arg {
	const char *text; /* translated; copied */
	const char *label; /* translated label of a line to type; NULL: none */
	enum mk_edit_kind kind;
	size_t cap; /* of that line */
	const char *preset; /* its text at first; NULL: empty */
	const char
	    *word; /* what must be typed exactly, for what cannot be undone; NULL: anything */
	bool may_be_empty;
	bool no_by_enter; /* y says yes, Enter no: for what one would rather not do by a slip */
	/* typed: of a line that is no secret; "" without one. secret: the line itself, borrowed. */
	void (*done)(struct mk_view *below, const char *typed, const struct mk_secret *secret);
};

/* Asks whether what was typed in the form may be lost; yes closes the form. */
void mk_dialog_throw_away(struct mk_view *form);

/* A done() that closes the view below: its user wanted out. */
void mk_dialog_close_below(
    struct mk_view *below, const char *typed, const struct mk_secret *secret);

#endif
