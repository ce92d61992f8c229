/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing an export: a compiled profile and one row of values after the other become the bytes of
 *the file. Pure: it opens nothing and writes to no descriptor; the caller (the vault) writes the
 *buffer to the passed fd and hashes it. Two passes: everything is checked before the first byte
 *exists. (formats.md 4, architecture.md "How one reveal flows")
 *
 *	mk_exchange_new(&x)                       once, BEFORE seccomp: opens the converters
 *	mk_compiled_parse(bytes, len, &c)         the client is not trusted: everything is checked
 *again mk_export_new(x, c, &e) mk_export_set(e, MK_SRC_OFFICE_NAME, s)   values of the whole run
 *	for each row: mk_export_check(e, &row)    no number needed, only row.has_number
 *	mk_export_ready(e)                        < 0: show mk_export_problem(e, i), nothing is
 *written mk_export_begin(e, &buf)                  byte order mark, lines before the rows, header
 *	for each row, same order: row.number = opened; mk_export_row(e, &row, &buf); write buf,
 *reset it, free the number mk_export_end(e, &buf)                    last line end; MK_E_STATE when
 *the passes did not agree Any error after mk_export_begin: the file is to be cut to nothing.
 */
#ifndef MK_EXCHANGE_EXPORT_H
#define MK_EXCHANGE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/secret.h"
#include "mynakura/exchange/layout.h"

/* The character converters (iconv "CP932" both ways), kept open because iconv_open fails in the
 * sandbox (decisions.md 9). */
struct mk_exchange;
int mk_exchange_new(
    struct mk_exchange **out); /* MK_E_INTERNAL when the system has no CP932, MK_E_NOMEM */
void mk_exchange_free(struct mk_exchange *x); /* NULL is fine */

/* A compiled profile that has passed every check. It borrows nothing from the bytes. */
struct mk_compiled;
int mk_compiled_parse(const void *data, size_t len,
    struct mk_compiled **out); /* MK_E_INPUT, MK_E_TOO_BIG, MK_E_NOMEM */
void mk_compiled_free(struct mk_compiled *c); /* NULL is fine */
const char *mk_compiled_id(const struct mk_compiled *c); /* "generic-utf8" */
const char *mk_compiled_purpose(const struct mk_compiled
	*c); /* a purpose code, "" when the profile serves any: then the request's own */
enum mk_row_kind mk_compiled_row_kind(
    const struct mk_compiled *c); /* PERSON: employees and dependants; EMPLOYEE: employees only */
bool mk_compiled_has_number(const struct mk_compiled *c); /* does any column carry the number? */
size_t mk_compiled_columns(const struct mk_compiled *c);
const char *mk_compiled_column(
    const struct mk_compiled *c, size_t i); /* its name; "" past the end */

/*
 * One row. text[MK_SRC_...] are NUL-terminated UTF-8 or NULL for nothing, borrowed for the call.
 * For the employee's own row employee.* and person.* are the same person and person.relationship is
 * "本人". text[MK_SRC_PERSON_NUMBER] is never read.
 */
struct mk_export_row {
	const char *text[MK_SRC_COUNT];
	bool has_number; /* a number is kept for this person and may leave */
	const struct mk_secret *number; /* 12 ASCII digits; needed by mk_export_row when has_number,
					   checked by mk_export_check when given */
};

/* Why a row cannot be written. X(enum, code, English). New rows go at the end. */
#define MK_PROBLEM_TABLE(X)                                                                        \
	X(CHARSET, "charset", "a character does not fit the target")                               \
	X(CLASS, "class", "a character is of a kind that this column does not take")               \
	X(CONTROL, "control", "a control character or another that is not allowed")                \
	X(FORMULA, "formula", "begins like a formula (= + - @)")                                   \
	X(SEPARATOR, "separator", "holds the separator or a quote, and this file has no quotes")   \
	X(TOO_LONG, "too_long", "too long")                                                        \
	X(LENGTH, "length", "not of the length that is asked for")                                 \
	X(REQUIRED, "required", "must not be empty")                                               \
	X(NO_NUMBER, "no_number", "no number is kept, and this file wants one")                    \
	X(BAD_NUMBER, "bad_number", "the stored number fails its check digit")                     \
	X(DATE, "date", "not a date that this column can write")                                   \
	X(ZIP, "zip", "not a postal code of seven digits")                                         \
	X(SPLIT, "split", "cannot be split into family name and given name: no blank in it")       \
	X(DIGITS, "digits", "not made of digits")                                                  \
	X(UNKNOWN_WORD, "unknown_word", "not one of the words that the profile translates")

enum mk_problem_kind {
#define X(id, code, message) MK_PROBLEM_##id,
	MK_PROBLEM_TABLE(X)
#undef X
	    MK_PROBLEM_COUNT
};

#define MK_EXPORT_KEY                                                                              \
	64 /* bytes of a row's key with its NUL; a longer key is cut at a character  \
			  */
#define MK_EXPORT_NOTES 1000U /* problems kept, changes kept; the rest is only counted */
#define MK_EXPORT_PREAMBLE SIZE_MAX /* `row` of something in the lines before the rows */

struct mk_export_problem {
	enum mk_problem_kind kind;
	size_t row; /* which call of mk_export_check (0, 1, ...), or MK_EXPORT_PREAMBLE */
	const char *column; /* borrowed from the compiled profile */
	uint32_t cp; /* the character in question, 0 for none */
	uint32_t suggest; /* a character that is often put for it (formats.md 4.3), 0 for none:
			     never used by itself */
	char key[MK_EXPORT_KEY]; /* the row's key, the employee code as a rule */
};

/* A change that was made without asking. from 0: `to` was put in front; to 0: dropped. */
struct mk_export_change {
	size_t row;
	const char *column;
	uint32_t from, to;
	char key[MK_EXPORT_KEY];
};

struct mk_export;
/* Borrows x and c until mk_export_free. MK_E_NOMEM. */
int mk_export_new(struct mk_exchange *x, const struct mk_compiled *c, struct mk_export **out);
void mk_export_free(struct mk_export *e); /* wipes; NULL is fine */
/* A value of RUN scope, copied; before the first mk_export_check. MK_E_USAGE for another scope,
 * MK_E_STATE later. */
int mk_export_set(struct mk_export *e, enum mk_source source, const char *text);

/* First pass. 1: the row will be written; 0: it is left out (no number, and the profile says
 * skip-row); a problem is noted and counts as 1. MK_E_STATE, MK_E_NOMEM. */
int mk_export_check(struct mk_export *e, const struct mk_export_row *row);
/* Closes the first pass. 0; MK_E_CHARSET or MK_E_INPUT when problems were noted, MK_E_TOO_BIG past
 * the profile's size; then nothing may follow. */
int mk_export_ready(struct mk_export *e);

/* Second pass: appends to out (the caller writes it out and resets it, as often as it likes).
 * MK_E_STATE without mk_export_ready. */
int mk_export_begin(struct mk_export *e, struct mk_buf *out);
/* 1: appended; 0: left out, as in the first pass; MK_E_NUMBER: missing or failing number;
 * MK_E_STATE: differs from the first pass. */
int mk_export_row(struct mk_export *e, const struct mk_export_row *row, struct mk_buf *out);
int mk_export_end(struct mk_export *e, struct mk_buf *out);

size_t mk_export_rows(const struct mk_export *e); /* rows of the first pass that will be written */
size_t mk_export_skipped(const struct mk_export *e); /* rows of the first pass that are left out */
uint64_t mk_export_bytes(
    const struct mk_export *e); /* size of the file, known after mk_export_ready */
size_t mk_export_problem_count(const struct mk_export *e); /* may be more than are kept */
const struct mk_export_problem *mk_export_problem(
    const struct mk_export *e, size_t i); /* NULL past what is kept */
size_t mk_export_change_count(const struct mk_export *e);
const struct mk_export_change *mk_export_change(const struct mk_export *e, size_t i);

const char *mk_problem_code(enum mk_problem_kind kind);
const char *mk_problem_message(enum mk_problem_kind kind); /* English msgid */
/* "0012 氏名: a character does not fit the target: 𠮷 U+20BB7 (often written 吉)". For the person's
 * screen, not for a log: it holds the key. */
void mk_problem_text(const struct mk_export_problem *p, struct mk_buf *out);
/* "0012 住所: 〜 U+301C -> ～ U+FF5E" */
void mk_change_text(const struct mk_export_change *c, struct mk_buf *out);

#endif
