/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The number of a review (product.md): as read when two readings agree, typed once when it equals a
 * reading and none differs, else twice. What is not certain is never filled in: who only nods does
 * not compare.
 */
#include "view/review_internal.h"

#include <string.h>

#include "mynakura/model/number.h"

bool
mk_review_certain(const struct mk_review *r)
{
	return r->reading->certain && mk_number_valid(r->reading->number);
}

static bool
equals(const char *reading, const struct mk_secret *typed)
{
	return reading[0] != '\0' && mk_equal(reading, typed->data, MK_NUMBER_LEN);
}

/* The daemon's rule (daemon/review.c): must these 12 digits be typed a second time? */
static bool
must_repeat(const struct mk_review *r, const struct mk_secret *typed)
{
	const struct mk_reading *d = r->reading;
	bool agrees = equals(d->qr, typed) || equals(d->ocr, typed) || equals(d->number, typed);
	bool differs = (d->qr[0] != '\0' && !equals(d->qr, typed)) ||
		       (d->ocr[0] != '\0' && !equals(d->ocr, typed)) ||
		       (d->certain && !equals(d->number, typed));
	return !agrees || differs;
}

unsigned
mk_review_differ(const struct mk_reading *d)
{
	unsigned marks = 0;
	for (size_t i = 0; d->qr[0] != '\0' && d->ocr[0] != '\0' && i < MK_NUMBER_LEN; i++)
		marks |= d->qr[i] != d->ocr[i] ? 1U << i : 0;
	return marks;
}

static const char *
source_words(const struct mk_review *r)
{
	const struct mk_reading *d = r->reading;
	if (d->qr[0] != '\0' && d->ocr[0] != '\0')
		return _("QR code and print agree");
	return d->qr[0] != '\0' ? _("QR code only") : _("print, several readings agree");
}

static void
note_number(struct mk_review *r, enum mk_el el, const char *words)
{
	mk_form_note(&r->form, F_NUMBER, el, words);
}

static void
judge_first(struct mk_review *r, const struct mk_secret *typed, bool again)
{
	if (r->as_read)
		note_number(r, MK_EL_GOOD, source_words(r));
	else if (typed->len == 0)
		note_number(r, MK_EL_DOUBT, _("! not certain: type it from the picture"));
	else if (typed->len < MK_NUMBER_LEN)
		note_number(r, MK_EL_TEXT, "");
	else if (!mk_number_valid((const char *)typed->data))
		note_number(r, MK_EL_BAD, _("! the check digit is wrong: look again"));
	else if (!again)
		note_number(r, MK_EL_GOOD, _("agrees with the reading"));
	else if (r->reading->qr[0] != '\0' || r->reading->ocr[0] != '\0')
		note_number(r, MK_EL_DOUBT, _("! a reading differs: type it once more"));
	else
		note_number(r, MK_EL_DOUBT, _("check digit right: type it once more"));
}

static void
judge_second(struct mk_review *r, const struct mk_secret *typed)
{
	const struct mk_secret *second = mk_form_edit(&r->form, F_AGAIN)->text;
	bool same = second->len == MK_NUMBER_LEN && typed->len == MK_NUMBER_LEN &&
		    mk_equal(second->data, typed->data, MK_NUMBER_LEN);
	mk_form_note(&r->form, F_AGAIN, same ? MK_EL_GOOD : MK_EL_BAD,
	    second->len < MK_NUMBER_LEN ? ""
	    : same                      ? _("the same")
					: _("! not the same as above"));
}

void
mk_review_judge(struct mk_review *r)
{
	struct mk_edit *first = mk_form_edit(&r->form, F_NUMBER);
	if (!r->as_read && first->text->len == 0 && mk_review_certain(r)) {
		/* What was typed over the certain number is gone: it stands again. */
		mk_edit_set(first, r->reading->number);
		r->as_read = true;
	}
	const struct mk_secret *typed = first->text;
	bool again = !r->as_read && typed->len == MK_NUMBER_LEN &&
		     mk_number_valid((const char *)typed->data) && must_repeat(r, typed);
	judge_first(r, typed, again);
	if (!again)
		mk_edit_clear(mk_form_edit(&r->form, F_AGAIN));
	r->form.field[F_AGAIN].hidden = !again;
	if (!again && r->form.focus == F_AGAIN)
		mk_form_focus(&r->form, F_NUMBER);
	judge_second(r, typed);
	mk_review_note_fields(r);
}
