/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For the tests of exchange and profile: small layouts made by hand, rows, and a run through the wire form and both passes, as
 * the vault does it.
 */
#ifndef MK_TESTS_EXCHANGE_KIT_H
#define MK_TESTS_EXCHANGE_KIT_H

#include <stdlib.h>
#include <string.h>

#include "tests/lib/mk_cmocka.h"

#include "mynakura/base/err.h"
#include "mynakura/exchange/export.h"

#define GOOD_NUMBER "123456789018"

static inline void
kit_text(char **at, const char *s)
{
	free(*at);
	*at = strdup(s);
	assert_non_null(*at);
}

/* machine, UTF-8, commas, no quotes, CRLF, no header, people without a number are left out; no fields yet */
static inline struct mk_layout *
kit_layout(void)
{
	struct mk_layout *l = mk_layout_new();
	assert_non_null(l);
	kit_text(&l->id, "kit");
	kit_text(&l->title, "kit");
	l->delimiter = ',';
	l->final_newline = true;
	l->key = MK_SRC_EMPLOYEE_NO;
	l->repertoire = MK_REP_UTF8;
	return l;
}

static inline void
kit_cp932(struct mk_layout *l, uint8_t repertoire)
{
	l->encoding = MK_ENC_CP932;
	l->repertoire = repertoire;
}

/* The new cell is good until the next call. */
static inline struct mk_cell *
kit_field(struct mk_layout *l, const char *name, enum mk_source source)
{
	l->fields = realloc(l->fields, (l->nfields + 1) * sizeof *l->fields);
	assert_non_null(l->fields);
	struct mk_cell *c = &l->fields[l->nfields++];
	memset(c, 0, sizeof *c);
	kit_text(&c->name, name);
	kit_text(&c->constant, "");
	c->source = (uint16_t)source;
	if (source == MK_SRC_PERSON_NUMBER) {
		c->secret = true;
		c->char_class = MK_CLASS_DIGITS;
		c->length = 12;
	}
	return c;
}

static inline struct mk_cell *
kit_const(struct mk_layout *l, const char *name, const char *value)
{
	struct mk_cell *c = kit_field(l, name, MK_SRC_NONE);
	kit_text(&c->constant, value);
	return c;
}

static inline struct mk_exchange *
kit_exchange(void)
{
	struct mk_exchange *x = NULL;
	assert_int_equal(mk_exchange_new(&x), 0);
	return x;
}

struct kit_run {
	struct mk_exchange *x;
	struct mk_compiled *c;
	struct mk_export *e;
	struct mk_buf out;
	int ready; /* what mk_export_ready said */
	int end; /* what the second pass said; 1 when there was none */
};

static inline void
kit_free(struct kit_run *k)
{
	mk_export_free(k->e);
	mk_compiled_free(k->c);
	mk_exchange_free(k->x);
	mk_buf_free(&k->out);
}

static inline int
kit_second_pass(struct kit_run *k, struct mk_export_row *rows, size_t n)
{
	int r = mk_export_begin(k->e, &k->out);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct mk_secret *number = mk_secret_from(GOOD_NUMBER, 12);
		assert_non_null(number);
		const struct mk_secret *own = rows[i].number;
		rows[i].number = own != NULL ? own : rows[i].has_number ? number : NULL;
		r = mk_export_row(k->e, &rows[i], &k->out);
		rows[i].number = own;
		mk_secret_free(number);
	}
	return r < 0 ? r : mk_export_end(k->e, &k->out);
}

/* Compiled bytes in, file out. Rows with has_number get GOOD_NUMBER unless they bring one. */
static inline void
kit_run_bytes(struct kit_run *k, const struct mk_buf *flat, struct mk_export_row *rows, size_t n)
{
	memset(k, 0, sizeof *k);
	k->end = 1;
	k->x = kit_exchange();
	assert_int_equal(mk_compiled_parse(flat->data, flat->len, &k->c), 0);
	assert_int_equal(mk_export_new(k->x, k->c, &k->e), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(mk_export_check(k->e, &rows[i]) >= 0);
	k->ready = mk_export_ready(k->e);
	if (k->ready == 0)
		k->end = kit_second_pass(k, rows, n);
	if (k->end == 0)
		assert_int_equal(k->out.len, mk_export_bytes(k->e));
}

/* Takes the layout. */
static inline void
kit_run(struct kit_run *k, struct mk_layout *l, struct mk_export_row *rows, size_t n)
{
	struct mk_buf flat = MK_BUF_INIT;
	assert_int_equal(mk_layout_encode(l, &flat), 0);
	kit_run_bytes(k, &flat, rows, n);
	mk_buf_free(&flat);
	mk_layout_free(l);
}

static inline void
kit_is(const struct kit_run *k, const char *bytes, size_t len)
{
	assert_int_equal(k->end, 0);
	assert_int_equal(k->out.len, len);
	assert_memory_equal(k->out.data, bytes, len);
}
#define KIT_IS(k, literal) kit_is(k, literal, sizeof(literal) - 1)

/* The export stopped before a byte, and its only problem is this one. */
static inline void
kit_stopped(const struct kit_run *k, enum mk_problem_kind kind, const char *column, uint32_t cp)
{
	assert_true(k->ready < 0);
	assert_int_equal(k->out.len, 0);
	assert_int_equal(mk_export_problem_count(k->e), 1);
	const struct mk_export_problem *p = mk_export_problem(k->e, 0);
	assert_non_null(p);
	assert_string_equal(mk_problem_code(p->kind), mk_problem_code(kind));
	assert_string_equal(p->column, column);
	assert_int_equal(p->cp, cp);
}

#endif
