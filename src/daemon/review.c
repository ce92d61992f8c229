/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review queue: what was read waits here until a person has compared it with the picture.
 * Accepting needs two independent readings that agree, or the number typed twice (product.md); a
 * wrong check digit is never accepted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/wire/read.h"
#include "fields_internal.h"
#include "vault_internal.h"

/* --- list */

static int
put_review(const struct mk_review *r, void *arg)
{
	struct op_page *page = arg;
	struct op *op = page->op;
	struct mk_buf rec = MK_BUF_INIT;
	if (!mk_page_wants(page))
		return page->full;
	mk_put_str(&rec, MK_T_review, r->id.s);
	mk_put_str(&rec, MK_T_ledger, op->ledger_meta.id.s);
	if (r->subject[0] != '\0')
		mk_put_str(&rec, MK_T_subject, r->subject);
	mk_put_str(&rec, MK_T_layout, r->layout);
	mk_put_bool(&rec, MK_T_certain, r->certain);
	mk_put_bool(&rec, MK_T_viewed, r->first_view[0] != '\0');
	mk_put_str(&rec, MK_T_member, r->by);
	mk_put_i64(&rec, MK_T_time, r->created);
	mk_put_rec(&op->reply.body, MK_T_item, &rec);
	mk_buf_free(&rec);
	return 0;
}

static int
list_one(const struct mk_ledger_meta *meta, void *arg)
{
	struct op_page *page = arg;
	struct op *op = page->op;
	struct mk_ledger *l;
	if (!mk_op_holds(op, meta->id.s, MK_KEY_PAGE))
		return 0;
	int r = mk_vault_ledger(op->v, op->c->session->unlocked, meta, &l);
	op->ledger_meta = *meta;
	return r < 0 ? r : mk_ledger_reviews(l, put_review, page);
}

static int
list_check(struct op *op)
{
	return mk_op_has(op, MK_T_ledger) ? mk_op_ledger(op) : mk_op_any_ledger(op);
}

static int
list_act(struct op *op)
{
	struct op_page page;
	int r = mk_page_begin(op, &page);
	if (r == 0)
		r = op->ledger != NULL ? mk_ledger_reviews(op->ledger, put_review, &page)
				       : mk_main_ledgers(op->v->main, list_one, &page);
	return r < 0 ? r : mk_buf_error(&op->reply.body);
}

/* --- show */

/* An item and what becomes of it. */
struct accept {
	struct mk_review review;
	struct mk_reading reading;
	struct mk_secret *number;
	const char *source;
	bool new_subject;
};

static void
accept_free(void *p)
{
	struct accept *a = p;
	mk_reading_wipe(&a->reading);
	mk_secret_free(a->number);
	free(a);
}

static int
load(struct op *op)
{
	struct accept *a = calloc(1, sizeof *a);
	struct mk_buf payload = MK_BUF_INIT;
	if (a == NULL)
		return MK_E_NOMEM;
	op->state = a;
	op->state_free = accept_free;
	int r = mk_op_review(op, &a->review);
	if (r == 0)
		r = mk_ledger_review_payload(op->ledger, &op->number_key, a->review.id.s, &payload);
	if (r == 0)
		r = mk_reading_parse(payload.data, payload.len, 0, 0, &a->reading);
	mk_buf_free(&payload);
	return r == MK_E_READER ? MK_E_DAMAGED : r;
}

static int
attach_picture(struct op *op, const struct mk_review *review)
{
	struct mk_buf picture = MK_BUF_INIT;
	int fd = -1;
	int r = mk_ledger_review_picture(op->ledger, &op->number_key, review->id.s, &picture);
	if (r == 0)
		r = mk_memfd_sealed(picture.data, picture.len, &fd);
	mk_buf_free(&picture);
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, r, "this item has no picture");
	if (r < 0)
		return r;
	op->reply.fds[op->reply.nfds++] = fd;
	mk_put_u64(&op->reply.body, MK_T_width, review->width);
	mk_put_u64(&op->reply.body, MK_T_height, review->height);
	return 0;
}

/*
 * Free once, for the first reviewer; every later look is a reveal and counts as one (decisions.md
 * 17).
 */
static int
count_view(struct op *op, const struct mk_review *review)
{
	if (review->first_view[0] != '\0')
		return mk_spend_reveal(op);
	int r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = mk_ledger_review_viewed(op->ledger, review->id.s, op->c->session->member.id.s);
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0)
		mk_ledger_rollback(op->ledger);
	return r;
}

static int
show_act(struct op *op)
{
	struct accept *s = op->state;
	/* The trail was waited for: another look may have been the first one. */
	int counted = mk_ledger_review_get(op->ledger, op->ev.object, &s->review);
	if (counted == 0)
		counted = count_view(op, &s->review);
	if (counted < 0)
		return counted;
	struct mk_buf payload = MK_BUF_INIT, *b = &op->reply.body;
	int r = mk_ledger_review_payload(op->ledger, &op->number_key, s->review.id.s, &payload);
	if (r == 0) {
		mk_put_rec(b, MK_T_item, &payload);
		mk_put_str(b, MK_T_review, s->review.id.s);
		mk_put_str(b, MK_T_ledger, op->ledger_meta.id.s);
		if (s->review.subject[0] != '\0')
			mk_put_str(b, MK_T_subject, s->review.subject);
		mk_put_str(b, MK_T_layout, s->review.layout);
		mk_put_bool(b, MK_T_certain, s->review.certain);
		mk_put_i64(b, MK_T_time, s->review.created);
	}
	mk_buf_free(&payload);
	if (r == 0 && mk_get_bool(op->req.body.data, op->req.body.len, MK_T_picture, false))
		r = attach_picture(op, &s->review);
	return r;
}

/* --- accept */

static bool
same(const char *reading, const struct mk_secret *typed)
{
	return reading[0] != '\0' && mk_equal(reading, typed->data, MK_NUMBER_LEN);
}

/*
 * Which number, on whose word. Certain as read: taken. Typed once: it must equal a reading, and no
 * other reading may differ. Typed twice: taken. Everything else needs more typing.
 */
static int
decide_number(struct op *op, struct accept *a)
{
	const struct mk_reading *d = &a->reading;
	struct mk_secret *typed = NULL;
	bool twice = false;
	int r = mk_typed_number(op, &typed, &twice);
	if (r == MK_E_NOT_FOUND) {
		if (!d->certain || !mk_number_valid(d->number))
			return mk_op_fail(op, MK_E_INPUT,
			    "the number is not certain: type it (--set number=-), twice where it "
			    "was not read (--retype)");
		a->number = mk_secret_from(d->number, MK_NUMBER_LEN);
		a->source = d->qr[0] != '\0' ? "qr+ocr" : "ocr";
		return a->number == NULL ? MK_E_NOMEM : 0;
	}
	if (r < 0)
		return r;
	a->number = typed;
	if (twice) {
		a->source = "typed";
		return 0;
	}
	bool agrees = same(d->qr, typed) || same(d->ocr, typed) || same(d->number, typed);
	bool differs = (d->qr[0] != '\0' && !same(d->qr, typed)) ||
		       (d->ocr[0] != '\0' && !same(d->ocr, typed)) ||
		       (d->certain && !same(d->number, typed));
	a->source = "read+typed";
	return agrees && !differs
		   ? 0
		   : mk_op_fail(op, MK_E_INPUT,
			 "the typed number differs from what was read: type it twice (--retype)");
}

/* Did the request say anything about this field, even that it is empty? */
static bool
was_set(const struct op *op, int field)
{
	struct mk_rd rd;
	struct mk_item it;
	char name[64];
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item &&
		    mk_get_str(it.p, it.len, MK_T_field, name, sizeof name) == 0 &&
		    strcmp(name, mk_subject_field_name(field)) == 0)
			return true;
	return false;
}

/* Fields as read fill what the subject does not have yet; what a clerk sets wins over both. */
static int
fill_from_reading(struct op *op, const struct mk_reading *d)
{
	struct mk_subject *s = &op->subject;
	const struct {
		int field;
		const char *value;
	} read[] = {{MK_SF_name, d->name.value}, {MK_SF_kana, d->kana.value},
	    {MK_SF_birth, d->birth.value}, {MK_SF_sex, d->sex.value},
	    {MK_SF_address, d->address.value}};
	for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
		const char *have = s->field[read[i].field];
		if (read[i].value[0] == '\0' || (have != NULL && have[0] != '\0') ||
		    was_set(op, read[i].field) ||
		    mk_subject_field_check(read[i].field, read[i].value) < 0)
			continue;
		int r = mk_subject_set(s, read[i].field, read[i].value);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
choose_subject(struct op *op, struct accept *a, const char *wanted)
{
	const char *key = wanted[0] != '\0' ? wanted : a->review.subject;
	if (key[0] == '\0') {
		a->new_subject = true;
		op->subject.state = MK_STATE_not_requested;
		return mk_id_new('s', &op->subject.id);
	}
	int r = mk_ledger_subject_get(op->ledger, key, &op->subject);
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, r, "no such subject in this ledger");
	if (r == MK_E_EXISTS)
		return mk_op_fail(
		    op, MK_E_INPUT, "several people have this name: use the code or the id");
	return r;
}

/* The subject that {field "subject"} names, before the other fields are applied to it. */
static void
wanted_subject(struct op *op, char out[MK_NAME_MAX])
{
	struct mk_rd rd;
	struct mk_item it;
	char field[64];
	out[0] = '\0';
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item &&
		    mk_get_str(it.p, it.len, MK_T_field, field, sizeof field) == 0 &&
		    strcmp(field, "subject") == 0)
			(void)mk_get_str(it.p, it.len, MK_T_value, out, MK_NAME_MAX);
}

static int
accept_check(struct op *op)
{
	char wanted[MK_NAME_MAX], again[MK_NAME_MAX];
	int r = load(op);
	struct accept *a = op->state;
	if (r == 0)
		r = decide_number(op, a);
	wanted_subject(op, wanted);
	if (r == 0)
		r = choose_subject(op, a, wanted);
	if (r == 0)
		r = mk_fields_apply(op, &op->subject, again);
	if (r == 0)
		r = fill_from_reading(op, &a->reading);
	if (r == 0)
		r = mk_fields_complete(op, &op->subject);
	if (r == MK_E_INPUT && a != NULL && a->new_subject &&
	    (op->subject.field[MK_SF_name] == NULL || op->subject.field[MK_SF_name][0] == '\0'))
		(void)mk_op_fail(op, r, "the name was not read: give it with --set name=...");
	memcpy(op->ev.subject, op->subject.id.s, sizeof op->ev.subject);
	return r;
}

/*
 * The trail was waited for: the subject as it stands now, with the fields of this request applied
 * once more.
 */
static int
load_again(struct op *op, struct accept *a)
{
	char id[MK_ID_MAX], unused[MK_NAME_MAX];
	struct mk_secret *kept = NULL;
	if (a->new_subject)
		return 0;
	memcpy(id, op->subject.id.s, sizeof id);
	mk_subject_free(&op->subject);
	mk_subject_init(&op->subject);
	int r = mk_ledger_subject_get(op->ledger, id, &op->subject);
	if (r == 0)
		r = mk_fields_apply(op, &op->subject, unused);
	if (r == 0)
		r = fill_from_reading(op, &a->reading);
	if (r == 0)
		r = mk_fields_complete(op, &op->subject);
	if (r < 0 || !op->subject.has_number)
		return r;
	r = mk_ledger_number_get(op->ledger, &op->number_key, id, &kept);
	if (r == 0 && !mk_equal(kept->data, a->number->data, MK_NUMBER_LEN))
		r = mk_op_fail(op, MK_E_STATE,
		    "this person has another number already: is it the right person?");
	mk_secret_free(kept);
	return r;
}

static int
accept_in_transaction(struct op *op, struct accept *a)
{
	int64_t now = mk_vault_now(op);
	int again = load_again(op, a);
	if (again < 0)
		return again;
	if (!mk_state_has_number(op->subject.state))
		op->subject.state = MK_STATE_checking;
	int r = a->new_subject ? mk_ledger_subject_add(op->ledger, &op->subject, now)
			       : mk_ledger_subject_update(op->ledger, &op->subject, now);
	if (r == MK_E_EXISTS)
		r = mk_op_fail(op, r, "another subject of this ledger has this code");
	if (r == 0)
		r = mk_store_number(op, a->number, a->source);
	if (r == 0)
		r = mk_ledger_review_delete(op->ledger, a->review.id.s);
	return r;
}

static int
accept_act(struct op *op)
{
	struct accept *a = op->state;
	int r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = accept_in_transaction(op, a);
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0) {
		mk_ledger_rollback(op->ledger);
		return r;
	}
	snprintf(op->ev.detail, sizeof op->ev.detail, "source=%s", a->source);
	mk_put_str(&op->reply.body, MK_T_subject, op->subject.id.s);
	return 0;
}

/* --- reject */

static int
reject_check(struct op *op)
{
	struct mk_review review;
	int r = mk_op_review(op, &review);
	if (r == 0)
		r = mk_op_str(op, MK_T_reason, op->ev.reason, sizeof op->ev.reason);
	if (r == MK_E_NOT_FOUND || (r == 0 && op->ev.reason[0] == '\0'))
		return mk_op_fail(op, op->ev.object[0] != '\0' ? MK_E_USAGE : MK_E_NOT_FOUND,
		    op->ev.object[0] != '\0' ? "the reason is missing" : "no such review item");
	return r == 0 ? mk_reason_check(op) : r;
}

static int
reject_act(struct op *op)
{
	int r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = mk_ledger_review_delete(op->ledger, op->ev.object);
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0)
		mk_ledger_rollback(op->ledger);
	return r;
}

const struct handler mk_handlers_review[] = {
    {MK_REQ_review_list, list_check, list_act},
    {MK_REQ_review_show, load, show_act},
    {MK_REQ_review_accept, accept_check, accept_act},
    {MK_REQ_review_reject, reject_check, reject_act},
    {0, NULL, NULL},
};
