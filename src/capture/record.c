/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents on a page and their records (wire/read.h). */
#include "record_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/model/number.h"
#include "mynakura/wire/msg.h"
#include "number_internal.h"
#include "vote_internal.h"

#define DOCUMENTS 8

struct document {
	int block; /* -1: the whole page */
	enum mk_layout layout;
	struct mk_rect r;
	int line[MK_VOTE_LINES];
	int lines;
	struct mk_qr qr[2];
	int qrs;
	struct mk_decision decision;
	struct mk_field_value field[MK_FIELDS];
	bool front_too; /* a front was found beside this back */
};

struct work {
	struct mk_page page;
	int block[MK_SEGMENTS];
	int blocks;
	struct mk_rows rows;
	struct mk_number_line line[MK_VOTE_LINES];
	int lines;
	struct document doc[DOCUMENTS];
	int docs;
	enum mk_layout asked;
};

static void
include(struct mk_rect *r, const struct mk_rect *o)
{
	if (r->x1 <= r->x0) {
		*r = *o;
		return;
	}
	r->x0 = o->x0 < r->x0 ? o->x0 : r->x0;
	r->y0 = o->y0 < r->y0 ? o->y0 : r->y0;
	r->x1 = o->x1 > r->x1 ? o->x1 : r->x1;
	r->y1 = o->y1 > r->y1 ? o->y1 : r->y1;
}

static struct mk_rect
block_rect(const struct work *w, int b)
{
	struct mk_rect r = {0, 0, 0, 0};
	for (int i = 0; i < w->page.text.count; i++)
		if (b < 0 || w->block[i] == b)
			include(&r, &w->page.text.seg[i].r);
	return r;
}

static struct document *
add_document(struct work *w, int b)
{
	if (w->docs == DOCUMENTS)
		return NULL;
	struct document *d = &w->doc[w->docs++];
	int score[MK_LAYOUTS];
	memset(d, 0, sizeof *d);
	d->block = b;
	mk_layout_scores(&w->rows, b, score);
	d->layout = mk_layout_best(score);
	d->r = block_rect(w, b);
	return d;
}

static struct document *
document_of(struct work *w, int b)
{
	for (int i = 0; i < w->docs; i++)
		if (w->doc[i].block == b)
			return &w->doc[i];
	return add_document(w, b);
}

/* Every block that holds a row of digits is a document, and every block that calls itself one. */
static void
find_documents(struct work *w)
{
	for (int i = 0; i < w->lines; i++) {
		struct document *d = document_of(w, w->line[i].block);
		if (d != NULL)
			d->line[d->lines++] = i;
	}
	for (int b = 0; b < w->blocks; b++) {
		int score[MK_LAYOUTS];
		mk_layout_scores(&w->rows, b, score);
		if (mk_layout_best(score) != MK_UNKNOWN)
			document_of(w, b);
	}
	if (w->docs == 0)
		add_document(w, -1);
}

/*
 * A block with the number but without words that tell its kind: the whole page is asked, when
 * nothing else on it is a document.
 */
static void
settle_layouts(struct work *w)
{
	int score[MK_LAYOUTS];
	if (w->docs != 1 || w->doc[0].layout != MK_UNKNOWN)
		return;
	mk_layout_scores(&w->rows, -1, score);
	w->doc[0].layout = mk_layout_best(score);
	w->doc[0].block = -1;
	w->doc[0].r = block_rect(w, -1);
}

static long
distance(const struct mk_rect *r, double x, double y)
{
	double dx = x < r->x0   ? r->x0 - x
		    : x > r->x1 ? x - r->x1
				: 0,
	       dy = y < r->y0   ? r->y0 - y
		    : y > r->y1 ? y - r->y1
				: 0;
	return (long)(dx * dx + dy * dy);
}

/* Codes go to the nearest document that can have one. */
static void
give_codes(struct work *w)
{
	for (int i = 0; i < w->page.qrs; i++) {
		double x, y;
		struct document *best = NULL;
		mk_page_point(&w->page, w->page.qr[i].x, w->page.qr[i].y, &x, &y);
		for (int k = 0; k < w->docs; k++) {
			struct document *d = &w->doc[k];
			if (d->layout == MK_CARD_FRONT && d->lines == 0)
				continue;
			if (best == NULL || distance(&d->r, x, y) < distance(&best->r, x, y))
				best = d;
		}
		if (best == NULL)
			best = &w->doc[0];
		if (best->qrs < 2)
			best->qr[best->qrs++] = w->page.qr[i];
		int half = (int)(w->page.qr[i].size * w->page.turn.scale * 0.75);
		struct mk_rect r = {(int)x - half, (int)y - half, (int)x + half, (int)y + half};
		include(&best->r, &r);
	}
}

/* Where a code is to be expected and none was found yet, the page is searched harder. */
static void
look_for_codes(struct work *w)
{
	bool wanted = false;
	for (int i = 0; i < w->docs; i++)
		wanted = wanted || w->doc[i].layout == MK_CARD_BACK ||
			 (w->doc[i].layout == MK_UNKNOWN && w->doc[i].lines > 0);
	if (w->page.qrs == 0 && wanted)
		mk_page_more_qr(&w->page);
	if (w->page.qrs > 0)
		give_codes(w);
}

/* Something unknown beside a document, without label or code, is a serial or a telephone number. */
static void
drop_strangers(struct work *w)
{
	int n = 0, known = 0;
	for (int i = 0; i < w->docs; i++)
		known += w->doc[i].layout != MK_UNKNOWN;
	for (int i = 0; i < w->docs; i++) {
		const struct document *d = &w->doc[i];
		bool label = d->qrs > 0;
		for (int k = 0; k < d->lines; k++)
			label = label || w->line[d->line[k]].label;
		if (known == 0 || d->layout != MK_UNKNOWN || label)
			w->doc[n++] = *d;
	}
	w->docs = n;
}

static void
evaluate(struct work *w, struct document *d)
{
	struct mk_votes votes[MK_VOTE_LINES];
	struct mk_evidence e = {.line = votes, .lines = d->lines, .qrs = d->qrs};
	/* a resident record carries other rows of digits: there the label itself is wanted */
	e.label = d->layout == MK_TSUCHI || d->layout == MK_CARD_BACK;
	e.coded = d->layout != MK_TSUCHI && d->layout != MK_JUMINHYO;
	for (int i = 0; i < d->lines; i++) {
		votes[i] = w->line[d->line[i]].votes;
		e.label = e.label || w->line[d->line[i]].label;
	}
	for (int i = 0; i < d->qrs; i++)
		memcpy(e.qr[i], d->qr[i].digits, sizeof e.qr[i]);
	mk_decide(&e, &d->decision);
	mk_wipe(votes, sizeof votes);
	mk_wipe(&e, sizeof e);
}

/* Reads the rows of a document round by round until the decision cannot get better. */
static void
read_number(struct work *w, struct document *d)
{
	for (int round = 0; round < MK_ROUNDS; round++) {
		for (int i = 0; i < d->lines; i++)
			mk_number_round(&w->page, &w->line[d->line[i]]);
		evaluate(w, d);
		if (d->decision.certain || d->lines == 0)
			break;
	}
}

/* Of these documents only the back of a card bears a code, and the number under its label. */
static void
settle_kind(const struct work *w, struct document *d)
{
	bool under = d->lines > 0 && w->line[d->line[0]].under;
	if (d->layout == MK_UNKNOWN && (d->qrs == 1 || under))
		d->layout = MK_CARD_BACK;
	/* a front has no number; its serial is not one */
	if (d->layout == MK_CARD_FRONT && d->qrs == 0)
		d->lines = 0;
}

static void
warn(struct document *d, enum mk_read_warning x)
{
	d->decision.warnings |= 1U << x;
}

static void
explain(const struct work *w, struct document *d)
{
	bool nothing = d->decision.ocr[0] == '\0' && d->qrs == 0;
	if (d->layout == MK_CARD_FRONT && nothing) {
		d->decision.warnings &= ~(1U << MK_RW_number_covered);
		warn(d, MK_RW_front_no_number);
	}
	if (d->layout == MK_UNKNOWN) {
		if (nothing)
			d->decision.warnings &= ~(1U << MK_RW_number_covered);
		warn(d, w->page.blank ? MK_RW_blank : MK_RW_unknown_layout);
	}
	if (w->asked != MK_UNKNOWN && d->layout != MK_UNKNOWN && d->layout != w->asked)
		warn(d, MK_RW_layout_differs);
	/* digits of ten pixels and fewer are guesses */
	if (w->page.turn.scale >= 2)
		warn(d, MK_RW_low_resolution);
}

/*
 * The front that lies beside a back of the same birth lends its fields, and is no record of its
 * own.
 */
static void
merge_front(struct work *w)
{
	struct document *back = NULL, *front = NULL;
	for (int i = 0; i < w->docs; i++) {
		struct document *d = &w->doc[i];
		struct document **slot =
		    d->layout == MK_CARD_FRONT && d->decision.ocr[0] == '\0' ? &front : &back;
		if (*slot != NULL)
			return;
		*slot = d;
	}
	if (back == NULL || front == NULL || back->field[MK_F_BIRTH].text[0] == '\0' ||
	    strcmp(back->field[MK_F_BIRTH].text, front->field[MK_F_BIRTH].text) != 0)
		return;
	for (int f = 0; f < MK_FIELDS; f++)
		if (back->field[f].text[0] == '\0')
			back->field[f] = front->field[f];
	if (front < back)
		*front = *back;
	w->docs = 1;
}

static void
put_box(struct mk_buf *b, struct mk_read_box box)
{
	if (box.width == 0)
		return;
	mk_put_u64(b, MK_T_x, box.x);
	mk_put_u64(b, MK_T_y, box.y);
	mk_put_u64(b, MK_T_width, box.width);
	mk_put_u64(b, MK_T_height, box.height);
}

static void
put_field(struct mk_buf *rec, const struct work *w, const char *name,
    const struct mk_field_value *f, struct mk_rect r)
{
	struct mk_buf item = MK_BUF_INIT;
	mk_put_str(&item, MK_T_field, name);
	if (f != NULL) {
		mk_put_str(&item, MK_T_value, f->text);
		mk_put_u64(&item, MK_T_confidence, f->confidence);
	}
	put_box(&item, mk_page_box(&w->page, r));
	mk_put_rec(rec, MK_T_item, &item);
	mk_buf_free(&item);
}

static void
put_number(struct mk_buf *rec, const struct mk_decision *d)
{
	if (d->number[0] != '\0')
		mk_put_str(rec, MK_T_number, d->number);
	mk_put_bool(rec, MK_T_certain, d->certain);
	mk_put_bool(rec, MK_T_check, d->check);
	if (d->qr[0] != '\0')
		mk_put_str(rec, MK_T_qr, d->qr);
	if (d->ocr[0] != '\0')
		mk_put_str(rec, MK_T_ocr, d->ocr);
	mk_put_u64(rec, MK_T_confidence, d->confidence);
	for (int i = 0; i < d->candidate_count; i++)
		mk_put_str(rec, MK_T_candidate, d->candidates[i]);
	for (unsigned i = 0, n = 0; i < MK_RW_COUNT && n < MK_READ_WARNINGS; i++) {
		char text[160];
		if ((d->warnings >> i & 1) == 0)
			continue;
		snprintf(
		    text, sizeof text, "%s: %s", mk_read_warning_code(i), mk_read_warning_words(i));
		mk_put_str(rec, MK_T_warning, text);
		n++;
	}
}

static void
put_document(struct mk_buf *out, const struct work *w, const struct document *d)
{
	struct mk_buf rec = MK_BUF_INIT;
	int m = w->page.glyph * 2;
	struct mk_rect r = {d->r.x0 - m, d->r.y0 - m, d->r.x1 + m, d->r.y1 + m};
	mk_put_str(&rec, MK_T_layout, mk_layout_name(d->layout));
	mk_put_u64(&rec, MK_T_rotation, w->page.blank ? 0 : mk_page_rotation(&w->page));
	if (!w->page.blank)
		put_box(&rec, mk_page_box(&w->page, r));
	put_number(&rec, &d->decision);
	if (d->decision.line >= 0 && d->lines > 0)
		put_field(&rec, w, "number", NULL, w->line[d->line[d->decision.line]].r);
	for (int f = 0; f < MK_FIELDS; f++)
		if (d->field[f].text[0] != '\0')
			put_field(
			    &rec, w, mk_field_name((enum mk_field)f), &d->field[f], d->field[f].r);
	mk_put_rec(out, MK_T_item, &rec);
	mk_buf_free(&rec);
}

static void
read_document(struct work *w, struct document *d)
{
	struct mk_rect number = {0, 0, 0, 0};
	settle_kind(w, d);
	read_number(w, d);
	if (d->decision.line >= 0 && d->lines > 0)
		number = w->line[d->line[d->decision.line]].r;
	else if (d->lines > 0 && w->line[d->line[0]].votes.total > 0)
		number = w->line[d->line[0]].r;
	mk_fields_read(&w->page, &w->rows, d->block, d->layout, number, d->field);
	explain(w, d);
}

int
mk_records_read(struct mk_ocr *ocr, const uint8_t *px, int width, int height, enum mk_layout asked,
    struct mk_buf *out)
{
	struct work *w = calloc(1, sizeof *w);
	if (w == NULL)
		return MK_E_NOMEM;
	w->asked = asked;
	int r = mk_page_open(&w->page, ocr, px, width, height);
	if (r < 0)
		goto out;
	w->blocks = mk_blocks(&w->page, w->block);
	r = mk_rows_make(&w->page, w->block, &w->rows);
	if (r < 0)
		goto out;
	w->lines = mk_number_lines(&w->page, &w->rows, w->line);
	find_documents(w);
	settle_layouts(w);
	look_for_codes(w);
	drop_strangers(w);
	for (int i = 0; i < w->docs; i++)
		read_document(w, &w->doc[i]);
	merge_front(w);
	for (int i = 0; i < w->docs; i++)
		put_document(out, w, &w->doc[i]);
	r = mk_buf_error(out);
out:
	mk_rows_free(&w->rows);
	mk_page_close(&w->page);
	mk_wipe(w, sizeof *w);
	free(w);
	return r;
}
