/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two passes of an export. The first makes every line without a number and keeps nothing but
 * counts and notes; the second makes them again, with the numbers, and must come out at the same
 * size. Any failure ends the export for good.
 */
#include "mynakura/exchange/export.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"

static const char bom[] = "\xef\xbb\xbf";
#define BOM_LEN 3U

int
mk_compiled_parse(const void *data, size_t len, struct mk_compiled **out)
{
	struct mk_layout *l = NULL;
	int r = mk_layout_decode(data, len, &l);
	if (r < 0)
		return r;
	struct mk_compiled *c = malloc(sizeof *c);
	if (c == NULL) {
		mk_layout_free(l);
		return MK_E_NOMEM;
	}
	c->layout = l;
	*out = c;
	return 0;
}

void
mk_compiled_free(struct mk_compiled *c)
{
	if (c != NULL)
		mk_layout_free(c->layout);
	free(c);
}

const char *
mk_compiled_id(const struct mk_compiled *c)
{
	return c->layout->id;
}

const char *
mk_compiled_purpose(const struct mk_compiled *c)
{
	return c->layout->purpose;
}

enum mk_row_kind
mk_compiled_row_kind(const struct mk_compiled *c)
{
	return (enum mk_row_kind)c->layout->row;
}

bool
mk_compiled_has_number(const struct mk_compiled *c)
{
	for (size_t i = 0; i < c->layout->nfields; i++)
		if (c->layout->fields[i].secret)
			return true;
	return false;
}

size_t
mk_compiled_columns(const struct mk_compiled *c)
{
	return c->layout->nfields;
}

const char *
mk_compiled_column(const struct mk_compiled *c, size_t i)
{
	return i < c->layout->nfields ? c->layout->fields[i].name : "";
}

int
mk_export_new(struct mk_exchange *x, const struct mk_compiled *c, struct mk_export **out)
{
	struct mk_export *e = calloc(1, sizeof *e);
	if (e == NULL)
		return MK_E_NOMEM;
	e->number_at = calloc(c->layout->nfields, sizeof *e->number_at);
	if (e->number_at == NULL) {
		free(e);
		return MK_E_NOMEM;
	}
	e->x = x;
	e->l = c->layout;
	e->has_number = mk_compiled_has_number(c);
	*out = e;
	return 0;
}

static void
wipe_free(void *p, size_t len)
{
	mk_wipe(p, len);
	free(p);
}

void
mk_export_free(struct mk_export *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < MK_SRC_COUNT; i++)
		free(e->run[i]);
	mk_buf_free(&e->line);
	mk_buf_free(&e->value);
	mk_buf_free(&e->work);
	if (e->problems != NULL)
		wipe_free(e->problems, MK_EXPORT_NOTES * sizeof *e->problems);
	if (e->changes != NULL)
		wipe_free(e->changes, MK_EXPORT_NOTES * sizeof *e->changes);
	free(e->number_at);
	wipe_free(e, sizeof *e);
}

int
mk_export_set(struct mk_export *e, enum mk_source source, const char *text)
{
	if (source == MK_SRC_NONE || source >= MK_SRC_COUNT ||
	    mk_source_scope(source) != MK_SCOPE_RUN)
		return MK_E_USAGE;
	if (e->phase != MK_PHASE_CHECK || e->seen > 0)
		return MK_E_STATE;
	char *copy = strdup(text != NULL ? text : "");
	if (copy == NULL)
		return MK_E_NOMEM;
	free(e->run[source]);
	e->run[source] = copy;
	return 0;
}

static int
fail(struct mk_export *e, int r)
{
	e->phase = MK_PHASE_FAILED;
	return r;
}

static size_t
eol_len(const struct mk_export *e)
{
	return e->l->eol == MK_EOL_CRLF ? 2 : 1;
}

/* The row's key, cut at a character where it is longer than a message needs. */
static void
set_key(struct mk_export *e, const struct mk_export_row *row)
{
	const char *s = row->text[e->l->key];
	size_t len = s != NULL ? strnlen(s, sizeof e->key) : 0, n = 0;
	uint32_t cp = 0;
	for (size_t k;
	     n < len && (k = mk_utf8_decode(s + n, len - n, &cp)) > 0 && n + k < sizeof e->key;)
		n += k;
	memset(e->key, 0, sizeof e->key);
	if (n > 0)
		memcpy(e->key, s, n);
}

static bool
left_out(const struct mk_export *e, const struct mk_export_row *row)
{
	return e->has_number && !row->has_number && e->l->missing == MK_MISSING_SKIP;
}

static bool
number_good(const struct mk_secret *number)
{
	return number != NULL && number->len == MK_NUMBER_LEN &&
	       mk_number_valid((const char *)number->data);
}

static void
count_line(struct mk_export *e)
{
	e->bytes += e->line.len + (e->lines > 0 ? eol_len(e) : 0);
	e->lines++;
}

static const struct mk_cell *
number_cell(const struct mk_export *e)
{
	size_t i = 0;
	while (i + 1 < e->l->nfields && !e->l->fields[i].secret)
		i++;
	return &e->l->fields[i];
}

int
mk_export_check(struct mk_export *e, const struct mk_export_row *row)
{
	if (e->phase != MK_PHASE_CHECK)
		return MK_E_STATE;
	e->row = e->seen++;
	if (left_out(e, row)) {
		e->skipped++;
		return 0;
	}
	set_key(e, row);
	int r = mk_line_make(e, e->l->fields, e->l->nfields, row);
	if (r == 0 && e->has_number && row->has_number && row->number != NULL &&
	    !number_good(row->number))
		mk_note_problem(e, number_cell(e), MK_PROBLEM_BAD_NUMBER, 0, 0);
	if (r < 0)
		return fail(e, r);
	e->rows++;
	count_line(e);
	return 1;
}

/*
 * Makes line i of those before the rows: the preamble's, then the header. 1, 0 when there is no
 * such line, MK_E_NOMEM.
 */
static int
make_top_line(struct mk_export *e, size_t i)
{
	int r = 0;
	if (i < e->l->npreamble)
		r = mk_line_make(e, e->l->preamble[i].cells, e->l->preamble[i].ncells, NULL);
	else if (i == e->l->npreamble && e->l->header == MK_HEADER_NAMES)
		r = mk_line_header(e);
	else
		return 0;
	return r < 0 ? r : 1;
}

static int
verdict(const struct mk_export *e)
{
	for (size_t i = 0; i < e->nproblems && i < MK_EXPORT_NOTES; i++)
		if (e->problems[i].kind != MK_PROBLEM_CHARSET)
			return MK_E_INPUT;
	if (e->nproblems > 0)
		return MK_E_CHARSET;
	return e->l->max_bytes != 0 && e->bytes > e->l->max_bytes ? MK_E_TOO_BIG : 0;
}

int
mk_export_ready(struct mk_export *e)
{
	int r = 0;
	if (e->phase != MK_PHASE_CHECK)
		return MK_E_STATE;
	e->row = MK_EXPORT_PREAMBLE;
	memset(e->key, 0, sizeof e->key);
	for (size_t i = 0; (r = make_top_line(e, i)) > 0; i++)
		count_line(e);
	if (r < 0)
		return fail(e, r);
	if (e->lines > 0 && e->l->final_newline)
		e->bytes += eol_len(e);
	if (e->l->bom)
		e->bytes += BOM_LEN;
	r = verdict(e);
	if (r < 0)
		return fail(e, r);
	e->lines = 0;
	e->phase = MK_PHASE_READY;
	return 0;
}

static int
emit(struct mk_export *e, const void *data, size_t len, struct mk_buf *out)
{
	mk_buf_put(out, data, len);
	e->bytes2 += len;
	return mk_buf_error(out);
}

static int
emit_line(struct mk_export *e, struct mk_buf *out)
{
	int r = 0;
	if (e->lines > 0)
		r = emit(e, e->l->eol == MK_EOL_CRLF ? "\r\n" : "\n", eol_len(e), out);
	e->lines++;
	return r < 0 ? r : emit(e, e->line.data, e->line.len, out);
}

int
mk_export_begin(struct mk_export *e, struct mk_buf *out)
{
	int r = 0;
	if (e->phase != MK_PHASE_READY)
		return MK_E_STATE;
	e->phase = MK_PHASE_WRITE;
	if (e->l->bom)
		r = emit(e, bom, BOM_LEN, out);
	for (size_t i = 0; r == 0; i++) {
		r = make_top_line(e, i);
		if (r <= 0)
			break;
		r = e->bad ? MK_E_STATE : emit_line(e, out);
	}
	return r < 0 ? fail(e, r) : 0;
}

int
mk_export_row(struct mk_export *e, const struct mk_export_row *row, struct mk_buf *out)
{
	if (e->phase != MK_PHASE_WRITE)
		return MK_E_STATE;
	if (e->seen2++ >= e->seen)
		return fail(e, MK_E_STATE);
	if (left_out(e, row))
		return 0;
	int r = mk_line_make(e, e->l->fields, e->l->nfields, row);
	if (r == 0 && e->bad)
		r = MK_E_STATE;
	if (r == 0 && e->nnumbers > 0 && !number_good(row->number))
		r = MK_E_NUMBER;
	if (r == 0)
		r = emit_line(e, out);
	if (r < 0)
		return fail(e, r);
	uint8_t *line = out->data + (out->len - e->line.len);
	for (size_t i = 0; i < e->nnumbers; i++)
		memcpy(line + e->number_at[i], row->number->data, MK_NUMBER_LEN);
	e->rows2++;
	return 1;
}

int
mk_export_end(struct mk_export *e, struct mk_buf *out)
{
	int r = 0;
	if (e->phase != MK_PHASE_WRITE)
		return MK_E_STATE;
	if (e->lines > 0 && e->l->final_newline)
		r = emit(e, e->l->eol == MK_EOL_CRLF ? "\r\n" : "\n", eol_len(e), out);
	if (r == 0 && (e->seen2 != e->seen || e->rows2 != e->rows || e->bytes2 != e->bytes))
		r = MK_E_STATE;
	if (r < 0)
		return fail(e, r);
	e->phase = MK_PHASE_DONE;
	return 0;
}

size_t
mk_export_rows(const struct mk_export *e)
{
	return e->rows;
}

size_t
mk_export_skipped(const struct mk_export *e)
{
	return e->skipped;
}

uint64_t
mk_export_bytes(const struct mk_export *e)
{
	return e->bytes;
}

size_t
mk_export_problem_count(const struct mk_export *e)
{
	return e->nproblems;
}

const struct mk_export_problem *
mk_export_problem(const struct mk_export *e, size_t i)
{
	return i < e->nproblems && i < MK_EXPORT_NOTES ? &e->problems[i] : NULL;
}

size_t
mk_export_change_count(const struct mk_export *e)
{
	return e->nchanges;
}

const struct mk_export_change *
mk_export_change(const struct mk_export *e, size_t i)
{
	return i < e->nchanges && i < MK_EXPORT_NOTES ? &e->changes[i] : NULL;
}
