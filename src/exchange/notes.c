/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an export has to say: problems that stop it and changes that it made. They name a row by its
 * key (the employee code), a column and a character, never a whole value and never a number. They
 * are for the person's screen, not for a log.
 */
#include "exchange_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/utf8.h"

struct problem_row {
	const char *code;
	const char *message;
};

static const struct problem_row kinds[MK_PROBLEM_COUNT] = {
#define X(id, code, message) [MK_PROBLEM_##id] = {code, message},
    MK_PROBLEM_TABLE(X)
#undef X
};

const char *
mk_problem_code(enum mk_problem_kind kind)
{
	return (unsigned)kind < MK_PROBLEM_COUNT ? kinds[kind].code : "unknown";
}

const char *
mk_problem_message(enum mk_problem_kind kind)
{
	return (unsigned)kind < MK_PROBLEM_COUNT ? kinds[kind].message : "unknown";
}

/*
 * Room for note number n (all of it at the first one); NULL when enough are kept or memory is out.
 */
static void *
room(struct mk_export *e, void **notes, size_t n, size_t size)
{
	if (*notes == NULL)
		*notes = calloc(MK_EXPORT_NOTES, size);
	if (*notes == NULL)
		e->line.failed = true;
	return *notes != NULL && n < MK_EXPORT_NOTES ? (char *)*notes + n * size : NULL;
}

void
mk_note_problem(struct mk_export *e, const struct mk_cell *c, enum mk_problem_kind kind,
    uint32_t cp, uint32_t suggest)
{
	e->bad = true;
	if (e->phase != MK_PHASE_CHECK)
		return;
	void *notes = e->problems;
	struct mk_export_problem *p = room(e, &notes, e->nproblems, sizeof *p);
	e->problems = notes;
	e->nproblems++;
	if (p == NULL)
		return;
	*p = (struct mk_export_problem){
	    .kind = kind, .row = e->row, .column = c->name, .cp = cp, .suggest = suggest};
	memcpy(p->key, e->key, sizeof p->key);
}

void
mk_note_change(struct mk_export *e, const struct mk_cell *c, uint32_t from, uint32_t to)
{
	if (e->phase != MK_PHASE_CHECK)
		return;
	void *notes = e->changes;
	struct mk_export_change *p = room(e, &notes, e->nchanges, sizeof *p);
	e->changes = notes;
	e->nchanges++;
	if (p == NULL)
		return;
	*p = (struct mk_export_change){.row = e->row, .column = c->name, .from = from, .to = to};
	memcpy(p->key, e->key, sizeof p->key);
}

static void
put_char(struct mk_buf *out, uint32_t cp)
{
	if (mk_text_allowed(cp)) {
		mk_put_cp(out, cp);
		mk_buf_put_u8(out, ' ');
	}
	mk_buf_printf(out, "U+%04X", (unsigned)cp);
}

static void
put_place(struct mk_buf *out, const char *key, const char *column)
{
	mk_text_escape(out, key, strlen(key));
	if (key[0] != '\0' && column[0] != '\0')
		mk_buf_put_u8(out, ' ');
	mk_text_escape(out, column, strlen(column));
	mk_buf_puts(out, ": ");
}

void
mk_problem_text(const struct mk_export_problem *p, struct mk_buf *out)
{
	put_place(out, p->key, p->column);
	mk_buf_puts(out, mk_problem_message(p->kind));
	if (p->cp != 0) {
		mk_buf_puts(out, ": ");
		put_char(out, p->cp);
	}
	if (p->suggest != 0) {
		mk_buf_puts(out, " (often written ");
		mk_put_cp(out, p->suggest);
		mk_buf_puts(out, ")");
	}
}

void
mk_change_text(const struct mk_export_change *c, struct mk_buf *out)
{
	put_place(out, c->key, c->column);
	if (c->from == 0) {
		mk_buf_printf(out, "%c put in front", (int)c->to);
		return;
	}
	put_char(out, c->from);
	if (c->to == 0) {
		mk_buf_puts(out, " dropped");
		return;
	}
	mk_buf_puts(out, " -> ");
	put_char(out, c->to);
}
