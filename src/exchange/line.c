/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of the file: each cell's value is looked up, shaped, folded, encoded, measured and
 * quoted. The number is not among the values: its place is held by zeros and filled in the caller's
 * buffer when all else is done, so that no other step can touch it.
 */
#include "exchange_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"

static bool
present(const struct mk_export *e, const struct mk_export_row *row, unsigned source)
{
	const char *s = NULL;
	if (source == MK_SRC_NONE)
		return false;
	if (mk_source_type(source) == MK_SRCTYPE_SECRET)
		return row != NULL && row->has_number;
	if (mk_source_scope(source) == MK_SCOPE_RUN)
		s = e->run[source];
	else if (row != NULL)
		s = row->text[source];
	return s != NULL && s[0] != '\0';
}

static const char *
text_of(const struct mk_export *e, const struct mk_cell *c, const struct mk_export_row *row)
{
	if (c->source == MK_SRC_NONE)
		return c->constant;
	if (!present(e, row, c->source))
		return "";
	return mk_source_scope(c->source) == MK_SCOPE_RUN ? e->run[c->source]
							  : row->text[c->source];
}

static uint32_t
char_at(const char *s, size_t len)
{
	uint32_t cp = 0;
	return mk_utf8_decode(s, len, &cp) > 0 ? cp : 0;
}

static void
set_value(struct mk_export *e, const char *s, size_t len)
{
	mk_buf_reset(&e->value);
	mk_buf_put(&e->value, s, len);
}

/*
 * Source to e->value: the text rule (R15) once more, then the column's functions. false when a
 * problem was noted.
 */
static bool
shape(struct mk_export *e, const struct mk_cell *c, const char *s)
{
	size_t len = strnlen(s, MK_CELL_BYTES + 1), where = 0;
	if (len > MK_CELL_BYTES) {
		mk_note_problem(e, c, MK_PROBLEM_TOO_LONG, 0, 0);
		return false;
	}
	if (mk_text_check(s, len, &where) < 0) {
		mk_note_problem(e, c, MK_PROBLEM_CONTROL, char_at(s + where, len - where), 0);
		return false;
	}
	set_value(e, s, len);
	for (size_t i = 0; i < c->nfns; i++) {
		enum mk_problem_kind why = MK_PROBLEM_CLASS;
		mk_buf_reset(&e->work);
		if (mk_fn_apply(e->l, &c->fns[i], mk_buf_str(&e->value), e->value.len, &e->work,
			&why) < 0) {
			mk_note_problem(e, c, why, 0, 0);
			return false;
		}
		struct mk_buf swap = e->value;
		e->value = e->work;
		e->work = swap;
	}
	return true;
}

/* formats.md 4.5: a machine's file is stopped, a person's file gets an apostrophe in front. */
static bool
formula_rule(struct mk_export *e, const struct mk_cell *c)
{
	const char *s = mk_buf_str(&e->value);
	if (!mk_formula_start(s, e->value.len))
		return true;
	if (e->l->consumer == MK_CONSUMER_MACHINE) {
		mk_note_problem(e, c, MK_PROBLEM_FORMULA, char_at(s, e->value.len), 0);
		return false;
	}
	mk_note_change(e, c, 0, '\'');
	mk_buf_reset(&e->work);
	mk_buf_put_u8(&e->work, '\'');
	mk_buf_put(&e->work, e->value.data, e->value.len);
	struct mk_buf swap = e->value;
	e->value = e->work;
	e->work = swap;
	return true;
}

static uint32_t
fitting_suggestion(const struct mk_export *e, uint32_t cp)
{
	uint8_t raw[4];
	size_t n = 0;
	uint32_t to = mk_encode_suggest(cp), as = 0;
	bool fits = to != 0 &&
		    mk_encode_char(e->x, e->l->encoding, e->l->repertoire, to, raw, &n, &as) == 0;
	return fits ? to : 0;
}

/* e->value (UTF-8) to e->work (the target's code). */
static void
encode(struct mk_export *e, const struct mk_cell *c)
{
	const char *s = mk_buf_str(&e->value);
	mk_buf_reset(&e->work);
	for (size_t i = 0, k; i < e->value.len; i += k) {
		uint8_t raw[4];
		size_t n = 0;
		uint32_t cp = 0, as = 0;
		k = mk_utf8_decode(s + i, e->value.len - i, &cp);
		if (k == 0)
			break; /* the text was checked */
		if (mk_encode_char(e->x, e->l->encoding, e->l->repertoire, cp, raw, &n, &as) < 0) {
			mk_note_problem(e, c, MK_PROBLEM_CHARSET, cp, fitting_suggestion(e, cp));
			continue;
		}
		if (as != cp)
			mk_note_change(e, c, cp, as);
		mk_buf_put(&e->work, raw, n);
	}
}

/* Lengths are counted in the target's bytes; a name is never cut to fit (formats.md 4.3). */
static void
measure(struct mk_export *e, const struct mk_cell *c)
{
	size_t max = c->max_bytes != 0 ? c->max_bytes : MK_CELL_BYTES;
	if (e->work.len > max)
		mk_note_problem(e, c, MK_PROBLEM_TOO_LONG, 0, 0);
	if (c->length != 0 && e->work.len != c->length)
		mk_note_problem(e, c, MK_PROBLEM_LENGTH, 0, 0);
}

/*
 * Appends e->work as a cell. Bytes may be looked at one by one: no second byte of CP932 (40-7E,
 * 80-FC) is a quote, a comma, a semicolon, a blank or a tab, and 0x5C, which is one (表 ソ 能),
 * means nothing in CSV.
 */
static void
put_quoted(struct mk_export *e, const struct mk_cell *c)
{
	const uint8_t *p = e->work.data;
	size_t n = e->work.len;
	bool special =
	    n > 0 && (memchr(p, e->l->delimiter, n) != NULL || memchr(p, '"', n) != NULL);
	bool edge = n > 0 && (p[0] == ' ' || p[n - 1] == ' ');
	if (e->l->quoting == MK_QUOTE_NEVER && special)
		mk_note_problem(e, c, MK_PROBLEM_SEPARATOR, 0, 0);
	if (e->l->quoting == MK_QUOTE_NEVER ||
	    (e->l->quoting == MK_QUOTE_MINIMAL && !special && !edge)) {
		mk_buf_put(&e->line, p, n);
		return;
	}
	mk_buf_put_u8(&e->line, '"');
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			mk_buf_put_u8(&e->line, '"');
		mk_buf_put_u8(&e->line, p[i]);
	}
	mk_buf_put_u8(&e->line, '"');
}

static void
put_number(struct mk_export *e, const struct mk_cell *c, const struct mk_export_row *row,
    bool blanked, bool required)
{
	static const char hold[MK_NUMBER_LEN + 1] = "000000000000";
	bool quoted = e->l->quoting == MK_QUOTE_ALL;
	if (!row->has_number && !blanked && e->l->missing == MK_MISSING_ERROR)
		mk_note_problem(e, c, MK_PROBLEM_NO_NUMBER, 0, 0);
	else if (!row->has_number && !blanked && required)
		mk_note_problem(e, c, MK_PROBLEM_REQUIRED, 0, 0);
	if (quoted)
		mk_buf_put_u8(&e->line, '"');
	if (row->has_number && !blanked) {
		e->number_at[e->nnumbers++] = e->line.len;
		mk_buf_put(&e->line, hold, MK_NUMBER_LEN);
	}
	if (quoted)
		mk_buf_put_u8(&e->line, '"');
}

static void
put_cell(struct mk_export *e, const struct mk_cell *c, const struct mk_export_row *row)
{
	bool blanked = present(e, row, c->blank_if);
	bool required = c->required || present(e, row, c->req_if) ||
			(c->req_ifnot != MK_SRC_NONE && !present(e, row, c->req_ifnot));
	if (c->secret && row != NULL) {
		put_number(e, c, row, blanked, required);
		return;
	}
	const char *s = blanked ? "" : text_of(e, c, row);
	bool flag = !blanked && c->nfns > 0 && c->fns[0].fn == MK_FN_FLAG10;
	mk_buf_reset(&e->value);
	if ((s[0] != '\0' || flag) && !shape(e, c, s))
		return;
	if (e->value.len == 0 && required && !blanked)
		mk_note_problem(e, c, MK_PROBLEM_REQUIRED, 0, 0);
	mk_buf_reset(&e->work);
	if (e->value.len > 0) {
		mk_fold_value(e, c);
		if (!formula_rule(e, c))
			return;
		encode(e, c);
		measure(e, c);
	}
	put_quoted(e, c);
}

static int
line_error(const struct mk_export *e)
{
	return e->line.failed || e->value.failed || e->work.failed ? MK_E_NOMEM : 0;
}

static void
line_start(struct mk_export *e)
{
	mk_buf_reset(&e->line);
	e->nnumbers = 0;
	e->bad = false;
}

int
mk_line_make(
    struct mk_export *e, const struct mk_cell *cells, size_t n, const struct mk_export_row *row)
{
	line_start(e);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			mk_buf_put_u8(&e->line, (uint8_t)e->l->delimiter);
		put_cell(e, &cells[i], row);
	}
	return line_error(e);
}

int
mk_line_header(struct mk_export *e)
{
	line_start(e);
	for (size_t i = 0; i < e->l->nfields; i++) {
		const struct mk_cell *c = &e->l->fields[i];
		if (i > 0)
			mk_buf_put_u8(&e->line, (uint8_t)e->l->delimiter);
		set_value(e, c->name, strlen(c->name));
		encode(e, c);
		put_quoted(e, c);
	}
	return line_error(e);
}
