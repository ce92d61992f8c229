/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a job to what is printed and to the luck of the scan. Draws nothing itself. */
#include "specimen.h"

#include <string.h>

const char *const spec_cond_name[SPEC_CONDS] = {"given", "natural", "skew", "rot", "noise", "blur",
    "jpeg", "glare", "copy", "stain", "lineart", "hard", "any"};

/* Another digit in the last place: what a reader must notice. */
static void
break_check(struct spec_rng *r, char number[13])
{
	number[11] = (char)('0' + (number[11] - '0' + 1 + (int)spec_rng_below(r, 9)) % 10);
}

void
spec_print_make(struct spec_print *t, const struct spec_job *job)
{
	struct spec_rng r;
	char date[40];
	bool pad;

	memset(t, 0, sizeof(*t));
	spec_person_make(&t->who, job->seed, job->index, job->names);
	spec_rng_init(&r, job->seed, job->index, 'T');
	t->fault = job->fault;
	memcpy(t->number, t->who.number, sizeof(t->number));
	if (job->fault == SPEC_BADCHECK)
		break_check(&r, t->number);
	memcpy(t->qr, t->number, sizeof(t->qr));
	if (job->fault == SPEC_QRCONFLICT)
		spec_other_number(&r, t->number, spec_rng_chance(&r, 0.4), t->qr);
	pad = spec_rng_chance(&r, 0.75);
	if (t->who.roman)
		spec_date_west(&t->who.birth, pad, date, sizeof(date));
	else
		spec_date_era(&t->who.birth, pad, date, sizeof(date));
	snprintf(t->birth_text, sizeof(t->birth_text), "%s生", date);
}

static void
apply(struct spec_job *job, enum spec_cond cond, struct spec_rng *r)
{
	switch (cond) {
	case SPEC_SKEWED:
		job->skew += spec_rng_range(r, 2.5, 9) * (spec_rng_chance(r, 0.5) ? 1 : -1);
		break;
	case SPEC_TURNED:
		job->rotate += 90.0 * (1 + spec_rng_below(r, 3));
		break;
	case SPEC_NOISY:
		job->noise += spec_rng_range(r, 9, 22);
		break;
	case SPEC_BLURRED:
		job->blur += spec_rng_range(r, 0.6, 1.2) * job->dpi / 300;
		break;
	case SPEC_JPEG:
		job->jpeg = 12 + (int)spec_rng_below(r, 24);
		break;
	case SPEC_GLARE:
		job->glare = true;
		break;
	case SPEC_COPY:
		job->copy = true;
		break;
	case SPEC_STAIN:
		job->stain = true;
		break;
	case SPEC_LINES:
		job->mode = SPEC_LINEART;
		break;
	default:
		break;
	}
}

void
spec_job_condition(struct spec_job *job)
{
	struct spec_rng r;
	unsigned first, step, troubles;

	if (job->cond == SPEC_AS_GIVEN)
		return;
	spec_rng_init(&r, job->seed, job->index, 'C');
	job->skew += spec_rng_range(&r, -1.4, 1.4);
	job->noise += spec_rng_range(&r, 0.6, 2.2);
	job->blur += spec_rng_range(&r, 0.3, 0.5) * job->dpi / 300;
	if (job->cond == SPEC_ANYCOND)
		job->cond = (enum spec_cond)(
		    SPEC_NATURAL + (int)spec_rng_below(&r, SPEC_ANYCOND - SPEC_NATURAL));
	if (job->cond != SPEC_HARD) {
		apply(job, job->cond, &r);
		return;
	}
	/* Two or three different troubles at once: the step is odd, there are 8. */
	first = spec_rng_below(&r, 8);
	step = 1 + 2 * spec_rng_below(&r, 3);
	troubles = 2 + spec_rng_below(&r, 2);
	for (unsigned i = 0; i < troubles; i++)
		apply(job, (enum spec_cond)(SPEC_SKEWED + (int)((first + i * step) % 8)), &r);
}
