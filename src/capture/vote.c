/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting readings and deciding. */
#include "vote_internal.h"

#include <string.h>

#include "mynakura/model/number.h"

#define LEN MK_NUMBER_LEN

void
mk_votes_add(struct mk_votes *v, const char *digits, int len, unsigned model)
{
	v->readings++;
	if (len != LEN)
		return;
	v->total++;
	for (int i = 0; i < v->values; i++) {
		if (memcmp(v->value[i].digits, digits, LEN) == 0) {
			v->value[i].count++;
			v->value[i].models |= 1U << model;
			return;
		}
	}
	if (v->values == MK_VOTE_VALUES)
		return; /* still counted in total: it only makes agreement harder */
	memcpy(v->value[v->values].digits, digits, LEN);
	v->value[v->values].digits[LEN] = '\0';
	v->value[v->values].count = 1;
	v->value[v->values++].models = 1U << model;
}

int
mk_votes_best(const struct mk_votes *v)
{
	int best = -1;
	for (int i = 0; i < v->values; i++)
		if (best < 0 || v->value[i].count > v->value[best].count)
			best = i;
	return best;
}

static void
warn(struct mk_decision *d, enum mk_read_warning w)
{
	d->warnings |= 1U << w;
}

static void
add_candidate(struct mk_decision *d, const char *digits)
{
	if (!mk_number_valid(digits) || d->candidate_count == MK_READ_CANDIDATES)
		return;
	for (int i = 0; i < d->candidate_count; i++)
		if (memcmp(d->candidates[i], digits, LEN) == 0)
			return;
	memcpy(d->candidates[d->candidate_count++], digits, LEN + 1);
}

/*
 * A line's value is taken up when more than half of its 12-digit readings, and at least three, say
 * the same.
 */
static int
majority(const struct mk_votes *v)
{
	int best = mk_votes_best(v);
	if (best < 0 || v->value[best].count < MK_OFFER_READINGS ||
	    v->value[best].count * 2 <= v->total)
		return -1;
	return best;
}

/* Does the line show twelve digits at all, rather than a stray reading of something else? */
static bool
is_candidate_line(const struct mk_votes *v)
{
	return v->total >= MK_OFFER_READINGS;
}

struct counted {
	int lines; /* that show twelve digits */
	int line, best; /* the one taken up, with its majority; -1 none */
	int different; /* valid majorities that differ from it */
};

/* Prefers a majority whose check digit holds: a document may carry other rows of twelve digits. */
static struct counted
count_lines(const struct mk_evidence *e)
{
	struct counted c = {0, -1, -1, 0};
	for (int i = 0; i < e->lines; i++) {
		const struct mk_votes *v = &e->line[i];
		int best = majority(v);
		if (is_candidate_line(v))
			c.lines++;
		if (best < 0)
			continue;
		bool valid = mk_number_valid(v->value[best].digits);
		if (c.line < 0 ||
		    (valid && !mk_number_valid(e->line[c.line].value[c.best].digits))) {
			c.line = i;
			c.best = best;
		}
	}
	for (int i = 0; i < e->lines; i++) {
		int best = majority(&e->line[i]);
		if (best >= 0 && i != c.line && mk_number_valid(e->line[i].value[best].digits) &&
		    memcmp(e->line[i].value[best].digits, e->line[c.line].value[c.best].digits,
			LEN) != 0)
			c.different++;
	}
	return c;
}

static bool
read_anywhere(const struct mk_evidence *e, const char *digits)
{
	for (int i = 0; i < e->lines; i++)
		for (int k = 0; k < e->line[i].values; k++)
			if (memcmp(e->line[i].value[k].digits, digits, LEN) == 0)
				return true;
	return false;
}

static void
list_candidates(const struct mk_evidence *e, struct mk_decision *d)
{
	for (int i = 0; i < e->qrs; i++)
		add_candidate(d, e->qr[i]);
	add_candidate(d, d->ocr);
	for (int i = 0; i < e->lines; i++)
		for (int k = 0; k < e->line[i].values; k++)
			if (e->line[i].value[k].count >= 2)
				add_candidate(d, e->line[i].value[k].digits);
}

static void
take(struct mk_decision *d, const char *digits, bool certain, unsigned confidence)
{
	memcpy(d->number, digits, LEN + 1);
	d->check = true;
	d->certain = certain;
	d->confidence = confidence;
}

/* A code and print: certain only when they say the same. */
static void
decide_with_qr(
    const struct mk_evidence *e, const struct counted *c, unsigned share, struct mk_decision *d)
{
	bool valid = mk_number_valid(d->qr);
	bool agree = c->line >= 0 && memcmp(d->qr, d->ocr, LEN) == 0;
	if (agree && valid) {
		take(d, d->qr, c->different == 0, c->different == 0 ? 990 + share / 100 : 500);
	} else if (agree || (!valid && c->line < 0)) {
		warn(d, MK_RW_check_digit);
	} else if (c->line < 0 || (!mk_number_valid(d->ocr) && read_anywhere(e, d->qr))) {
		/*
		 * nothing that holds stands against the code; offered where a reading says the same
		 */
		warn(d, MK_RW_only_qr);
		if (read_anywhere(e, d->qr))
			take(d, d->qr, false, 600);
	} else {
		warn(d, MK_RW_qr_conflict);
	}
}

static void
decide_by_print(
    const struct mk_evidence *e, const struct counted *c, unsigned share, struct mk_decision *d)
{
	const struct mk_votes *v = &e->line[c->line];
	int count = v->value[c->best].count;
	unsigned models = v->value[c->best].models;
	if (!mk_number_valid(d->ocr)) {
		warn(d, MK_RW_check_digit);
		return;
	}
	bool two = (models & (models - 1)) != 0;
	bool sure = count >= MK_SURE_READINGS && two && count * 100 >= v->total * MK_SURE_PERCENT &&
		    c->lines == 1 && e->label && !e->coded;
	if (!sure)
		warn(d, MK_RW_few_readings);
	if (e->label)
		take(d, d->ocr, sure, sure ? 950 + share * 4 / 100 : share * 7 / 10);
}

void
mk_decide(const struct mk_evidence *e, struct mk_decision *d)
{
	unsigned share = 0;
	memset(d, 0, sizeof *d);
	struct counted c = count_lines(e);
	d->line = c.line;
	if (c.line >= 0) {
		const struct mk_votes *v = &e->line[c.line];
		memcpy(d->ocr, v->value[c.best].digits, LEN + 1);
		share = (unsigned)(v->value[c.best].count * 1000 / v->total);
	}
	if (e->qrs > 0)
		memcpy(d->qr, e->qr[0], LEN + 1);
	if (e->qrs > 1) {
		warn(d, MK_RW_several_numbers);
	} else if (e->qrs == 1) {
		decide_with_qr(e, &c, share, d);
	} else if (c.line >= 0) {
		decide_by_print(e, &c, share, d);
	} else {
		warn(d, c.lines > 0 ? MK_RW_ocr_conflict : MK_RW_number_covered);
	}
	if (c.different > 0) {
		warn(d, MK_RW_several_numbers);
		d->certain = false;
	}
	if (!d->certain)
		list_candidates(e, d);
}
