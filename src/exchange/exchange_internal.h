/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside an export: the converters, the functions on values, the folding of characters, and the
 * state of the two passes. Nothing here is used outside src/exchange.
 */
#ifndef MK_EXCHANGE_INTERNAL_H
#define MK_EXCHANGE_INTERNAL_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/exchange/export.h"

struct mk_exchange {
	iconv_t to; /* UTF-8 -> CP932 */
	iconv_t from; /* CP932 -> UTF-8 */
};

struct mk_compiled {
	struct mk_layout *layout;
};

enum mk_export_phase {
	MK_PHASE_CHECK,
	MK_PHASE_READY,
	MK_PHASE_WRITE,
	MK_PHASE_DONE,
	MK_PHASE_FAILED
};

struct mk_export {
	struct mk_exchange *x;
	const struct mk_layout *l;
	char *run[MK_SRC_COUNT]; /* values of RUN scope */
	enum mk_export_phase phase;
	bool has_number; /* a column carries it */

	/* the line that is being made */
	size_t row; /* ordinal, or MK_EXPORT_PREAMBLE */
	char key[MK_EXPORT_KEY];
	bool bad; /* a problem was noted for it */
	struct mk_buf line;
	struct mk_buf value, work; /* one value, before and after a step */
	size_t *number_at; /* where the number's digits go in `line`; room for every field */
	size_t nnumbers;

	/* counts of the first pass, and of the second */
	size_t seen, rows, skipped, lines, seen2, rows2;
	uint64_t bytes, bytes2;

	struct mk_export_problem *problems;
	size_t nproblems;
	struct mk_export_change *changes;
	size_t nchanges;
};

/*
 * One character in the target's code. 0 with *n bytes in out and *as the character that a reader of
 * the file gets back (another one where the code folds two into one); MK_E_CHARSET when it does not
 * fit.
 */
int mk_encode_char(const struct mk_exchange *x, unsigned encoding, unsigned repertoire, uint32_t cp,
    uint8_t out[4], size_t *n, uint32_t *as);
/*
 * What is often written for a character outside JIS X 0208; 0 for none. Shown to a person, never
 * applied by itself.
 */
uint32_t mk_encode_suggest(uint32_t cp);

/*
 * Applies one function to a value (UTF-8, checked, NUL after it; only flag10 is asked about an
 * empty one) and appends the result. 0; MK_E_INPUT with *why when the value is not what the
 * function wants. Memory trouble shows in out.
 */
int mk_fn_apply(const struct mk_layout *l, const struct mk_fn_call *f, const char *s, size_t len,
    struct mk_buf *out, enum mk_problem_kind *why);
/*
 * Full-width ASCII and blank to half (and back), full-width katakana to half; cp unchanged where
 * there is no such form.
 */
uint32_t mk_half_ascii(uint32_t cp);
uint32_t mk_full_ascii(uint32_t cp);
/* Half-width form of a katakana: 0 for none, else the kana and, in *mark, U+FF9E/U+FF9F or 0. */
uint32_t mk_half_kana(uint32_t cp, uint32_t *mark);
/* The functions on dates, in era.c. s is "YYYY-MM-DD". */
int mk_fn_date(enum mk_fn fn, const char *s, struct mk_buf *out);

/*
 * Brings e->value into the column's class by the foldings of formats.md 4.3 and notes each of them;
 * a character of another kind is a problem.
 */
void mk_fold_value(struct mk_export *e, const struct mk_cell *c);
/* Appends the code point as UTF-8. */
void mk_put_cp(struct mk_buf *b, uint32_t cp);

/*
 * Makes e->line of n cells; row is NULL for preamble lines. e->bad tells of problems. MK_E_NOMEM.
 */
int mk_line_make(
    struct mk_export *e, const struct mk_cell *cells, size_t n, const struct mk_export_row *row);
/* The header line out of the fields' names. */
int mk_line_header(struct mk_export *e);

void mk_note_problem(struct mk_export *e, const struct mk_cell *c, enum mk_problem_kind kind,
    uint32_t cp, uint32_t suggest);
void mk_note_change(struct mk_export *e, const struct mk_cell *c, uint32_t from, uint32_t to);

#endif
