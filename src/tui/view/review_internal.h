/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review of one item, between its files: review.c takes the keys, review_item.c asks the
 * daemon, review_form.c has the fields, review_number.c the rule about the number, review_strip.c
 * the picture, review_draw.c the layout.
 */
#ifndef MK_TUI_REVIEW_INTERNAL_H
#define MK_TUI_REVIEW_INTERNAL_H

#include "mynakura/wire/read.h"
#include "view/views_internal.h"
#include "widget/form_internal.h"
#include "widget/strip_internal.h"

enum { F_NUMBER, F_AGAIN, F_NAME, F_KANA, F_BIRTH, F_SEX, F_ADDRESS, F_CODE, F_ALL };

/* The scan, and what of it was rendered last. */
struct mk_review_picture {
	const uint8_t *grey; /* mapped; NULL: none */
	size_t len;
	uint32_t width, height;
	struct mk_strip *strip; /* NULL: nothing rendered, or it cannot be shown here */
	struct mk_strip_term term; /* what strip was rendered for */
	struct mk_strip_view view;
	bool rendered;
	uint32_t stamp;
};

struct mk_review {
	struct mk_view v;
	char id[MK_ID_MAX], ledger[MK_ID_MAX];
	int64_t time; /* when it was scanned: the next one comes behind it */
	bool loaded, sending;
	struct mk_secret *locked; /* the reading's memory: it holds the number */
	struct mk_reading *reading;
	int64_t
	    shown_at; /* mono ms: the item, or the last word about a doubt, has been there since */
	bool
	    warned; /* the clerk was told that something is doubtful, and has typed nothing since */
	struct mk_form form;
	bool as_read; /* the number field shows the certain reading, nothing is typed in it */
	bool whole; /* the whole scan instead of a field's part */
	uint32_t stamp; /* of the digits of this item */
	char subject[MK_ID_MAX], subject_name[264]; /* whose it is; "" a new person */
	char subject_before[MK_ID_MAX]; /* as it came */
	char owner[MK_ID_MAX],
	    owner_name[264]; /* who has this number already, as the daemon said */
	size_t accepted, rejected, left; /* left: others that wait in this ledger */
	struct mk_review_picture picture;
};

/* --- review_item.c */
void mk_review_ask(struct mk_review *r); /* the item of r->id */
void mk_review_forget(struct mk_review *r); /* wipes what is known of the item */
void mk_review_accept(struct mk_review *r); /* when nothing is in the way */
void mk_review_reject(struct mk_review *r); /* asks for the reason first */

/* --- review_number.c */
/* After a key in a field: the notes, and whether the number must be typed again. */
void mk_review_judge(struct mk_review *r);
bool mk_review_certain(const struct mk_review *r); /* the number may be taken as it was read */
/* Where two readings differ: bit i for digit i. 0 when there are not two. */
unsigned mk_review_differ(const struct mk_reading *d);

/* --- review_form.c */
int mk_review_form_init(struct mk_review *r);
/* The reading into the fields; the focus goes to what needs a person's eye first. */
void mk_review_form_fill(struct mk_review *r);
void mk_review_note_fields(struct mk_review *r); /* where each came from, how sure it is */
bool mk_review_changed(const struct mk_review *r);
/* Nothing is doubtful or touched, the focus is on the number: Enter accepts. */
bool mk_review_clean(const struct mk_review *r);
/* Is anything in the way of sending it? Then it is told and the focus is there. */
bool mk_review_ready(struct mk_review *r);
/* What the clerk changed, and the typed number, as items of review_accept. */
void mk_review_put(struct mk_review *r, struct mk_buf *out);
/* The focus on the field that an error of the daemon is about, where it says so. */
void mk_review_blame(struct mk_review *r, int err, const struct mk_msg *reply);
/* The words of a reading's warning in the user's language. */
const char *mk_review_warning(const char *warning);

/* --- review_strip.c */
/* Takes the descriptor of a review_show's answer. 0, or why there is no picture. */
int mk_review_picture_take(struct mk_review_picture *p, struct mk_msg *reply);
void mk_review_picture_free(struct mk_review_picture *p); /* wipes; fine on a zeroed one */
/* Draws the part of the scan that belongs to the focused field, or all of it. */
void mk_review_picture_draw(struct mk_review *r, struct mk_area area);

/* --- review_draw.c */
void mk_review_draw(struct mk_view *v, struct mk_area area);

#endif
