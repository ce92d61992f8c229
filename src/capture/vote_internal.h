/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule by which a number is believed (cli.md, capture.md 5). Pure: readings in, a decision out.
 * A digit is never changed to make the check digit fit.
 */
#ifndef MK_CAPTURE_VOTE_INTERNAL_H
#define MK_CAPTURE_VOTE_INTERNAL_H

#include <stdbool.h>

#include "mynakura/wire/read.h"

#define MK_VOTE_VALUES 16
#define MK_VOTE_LINES 6
#define MK_SURE_READINGS 8
#define MK_SURE_MODELS 2
#define MK_SURE_PERCENT 90
#define MK_OFFER_READINGS 3

/* All readings of one line of print. */
struct mk_votes {
	struct {
		char digits[13];
		int count;
		unsigned models; /* bit per model */
	} value[MK_VOTE_VALUES];
	int values;
	int total; /* readings with exactly 12 digits, whatever their check digit */
	int readings; /* all of them */
};

/*
 * One reading of the line: only those of exactly 12 digits vote; longer ones are not cut, shorter
 * ones not filled.
 */
void mk_votes_add(struct mk_votes *v, const char *digits, int len, unsigned model);
/* The value with the most readings, or -1. */
int mk_votes_best(const struct mk_votes *v);

struct mk_evidence {
	const struct mk_votes *line; /* the candidate lines of a card or person */
	int lines;
	char qr[2][13]; /* different codes found */
	int qrs;
	bool label; /* the label 個人番号 or the kind of document agrees; else nothing is offered */
	bool coded; /* this kind of document bears a code, or its kind is not known: print alone is
		       not certain */
};

struct mk_decision {
	char number[13], qr[13], ocr[13];
	bool certain, check;
	unsigned confidence;
	char candidates[MK_READ_CANDIDATES][13];
	int candidate_count;
	unsigned warnings; /* bit per enum mk_read_warning */
	int line; /* which line the number stands on, -1 none */
};

void mk_decide(const struct mk_evidence *e, struct mk_decision *out);

#endif
