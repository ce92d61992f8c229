/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subjects of a ledger: add, update, get, list and search. Every column here is plain text
 * inside the encrypted file; the number is not among them. A list goes on by its sort key (keyset),
 * so that rows that come or go between two pages neither repeat nor hide others.
 */
#include "ledger_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/store/db.h"

_Static_assert(MK_SF_COUNT == 9, "a new subject field needs a migration and a column here");

/* Columns 0 id, 1..9 the fields in the order of MK_SUBJECT_FIELDS, then these. */
enum { COL_STATE = 10, COL_DUE, COL_CREATED, COL_UPDATED, COL_SOURCE, COL_HAS, COL_SORT };

#define SUBJECT_SELECT                                                                             \
	"SELECT s.id, s.code, s.name, s.kana, s.birth, s.sex, s.address, s.relationship,"          \
	" s.parent, s.purposes, s.state, s.disposal_due, s.created, s.updated, n.source,"          \
	" n.subject IS NOT NULL, s.sort"                                                           \
	" FROM subject AS s LEFT JOIN number AS n ON n.subject = s.id"

static const char sql_subject_by_id[] = SUBJECT_SELECT " WHERE s.id = ?1";
static const char sql_subject_by_code[] = SUBJECT_SELECT " WHERE s.code = ?1 AND s.code <> ''";
static const char sql_subject_by_name[] = SUBJECT_SELECT " WHERE s.name = ?1 LIMIT 2";
/*
 * An unused word is bound as '', which instr finds in everything. instr knows no wildcards, so none
 * needs escaping.
 */
static const char sql_subject_list[] =
    SUBJECT_SELECT " WHERE (s.sort, s.name, s.id) > (?1, ?2, ?3)"
		   " AND instr(s.find, ?5) AND instr(s.find, ?6) AND instr(s.find, ?7)"
		   " AND instr(s.find, ?8) AND instr(s.find, ?9) AND instr(s.find, ?10)"
		   " AND instr(s.find, ?11) AND instr(s.find, ?12)"
		   " ORDER BY s.sort, s.name, s.id LIMIT ?4";
static const char sql_subject_add[] =
    "INSERT INTO subject (id, code, name, kana, birth, sex, address, relationship, parent,"
    " purposes, state, disposal_due, updated, sort, find, created)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?13)";
static const char sql_subject_update[] =
    "UPDATE subject SET code = ?2, name = ?3, kana = ?4, birth = ?5, sex = ?6, address = ?7,"
    " relationship = ?8, parent = ?9, purposes = ?10, state = ?11, disposal_due = ?12,"
    " updated = ?13, sort = ?14, find = ?15 WHERE id = ?1";

/* The store's own bounds; what a text may say is the daemon's to check (mk_subject_field_check). */
static int
subject_check(const struct mk_subject *s)
{
	struct mk_date due;
	if (strnlen(s->id.s, sizeof s->id.s) != MK_ID_LEN || !mk_id_valid(s->id.s, 's') ||
	    mk_state_name(s->state) == NULL ||
	    strnlen(s->disposal_due, sizeof s->disposal_due) == sizeof s->disposal_due)
		return MK_E_INPUT;
	if (s->disposal_due[0] != '\0' && mk_date_parse(s->disposal_due, &due) < 0)
		return MK_E_INPUT;
	for (int f = 0; f < MK_SF_COUNT; f++)
		if (strlen(mk_ledger_field(s, f)) > mk_subject_field_max(f))
			return MK_E_TOO_BIG;
	return 0;
}

static int
subject_bind(struct sqlite3_stmt *st, const struct mk_subject *s, int64_t now)
{
	struct mk_buf sort = MK_BUF_INIT, find = MK_BUF_INIT;
	mk_ledger_sort_text(s, &sort);
	mk_ledger_find_text(s, &find);
	int r = mk_bind_text(st, 1, s->id.s);
	for (int f = 0; r == 0 && f < MK_SF_COUNT; f++)
		r = mk_bind_text(st, 2 + f, mk_ledger_field(s, f));
	if (r == 0)
		r = mk_bind_i64(st, 11, s->state);
	if (r == 0)
		r = mk_bind_text(st, 12, s->disposal_due);
	if (r == 0)
		r = mk_bind_i64(st, 13, now);
	if (r == 0)
		r = mk_bind_text(st, 14, mk_buf_str(&sort));
	if (r == 0)
		r = mk_bind_text(st, 15, mk_buf_str(&find));
	if (r == 0 && (mk_buf_error(&sort) < 0 || mk_buf_error(&find) < 0))
		r = MK_E_NOMEM;
	mk_buf_free(&sort);
	mk_buf_free(&find);
	return r;
}

static int
subject_put(struct mk_ledger *l, const char *sql, const struct mk_subject *s, int64_t now)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_ledger_writing(l);
	if (r == 0)
		r = subject_check(s);
	if (r < 0)
		return r;
	r = mk_stmt(l->db, sql, &st);
	if (r == 0)
		r = subject_bind(st, s, now);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (r == 0 && mk_db_changes(l->db) == 0)
		r = MK_E_NOT_FOUND;
	return mk_ledger_wrote(l, r);
}

int
mk_ledger_subject_add(struct mk_ledger *l, const struct mk_subject *s, int64_t now)
{
	return subject_put(l, sql_subject_add, s, now);
}

int
mk_ledger_subject_update(struct mk_ledger *l, const struct mk_subject *s, int64_t now)
{
	return subject_put(l, sql_subject_update, s, now);
}

static int
subject_row(struct sqlite3_stmt *st, struct mk_subject *out)
{
	struct mk_subject s;
	mk_subject_init(&s);
	int r = mk_str_copy(s.id.s, sizeof s.id.s, mk_col_text(st, 0)) < 0 ? MK_E_DAMAGED : 0;
	for (int f = 0; r == 0 && f < MK_SF_COUNT; f++)
		r = mk_subject_set(&s, f, mk_col_text(st, 1 + f));
	s.state = (int)mk_col_i64(st, COL_STATE);
	s.created = mk_col_i64(st, COL_CREATED);
	s.updated = mk_col_i64(st, COL_UPDATED);
	s.has_number = mk_col_i64(st, COL_HAS) != 0;
	if (r == 0 &&
	    (mk_str_copy(s.disposal_due, sizeof s.disposal_due, mk_col_text(st, COL_DUE)) < 0 ||
		mk_str_copy(s.number_source, sizeof s.number_source, mk_col_text(st, COL_SOURCE)) <
		    0 ||
		mk_state_name(s.state) == NULL))
		r = MK_E_DAMAGED;
	if (r < 0)
		mk_subject_free(&s);
	else
		*out = s;
	return r;
}

/* The one row that sql finds for key. NOT_FOUND; EXISTS when there is a second. */
static int
subject_one(struct mk_ledger *l, const char *sql, const char *key, struct mk_subject *out)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_subject s;
	int r = mk_stmt(l->db, sql, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, key);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 0)
		r = MK_E_NOT_FOUND;
	if (r < 0) {
		mk_stmt_reset(st);
		return r;
	}
	r = subject_row(st, &s);
	if (r < 0) {
		mk_stmt_reset(st);
		return r;
	}
	r = mk_step(l->db, st);
	mk_stmt_reset(st);
	if (r == 0)
		*out = s;
	else
		mk_subject_free(&s);
	return r == 1 ? MK_E_EXISTS : r;
}

int
mk_ledger_subject_get(struct mk_ledger *l, const char *key, struct mk_subject *out)
{
	static const char *const by[] = {
	    sql_subject_by_id, sql_subject_by_code, sql_subject_by_name};
	int r = MK_E_NOT_FOUND;
	for (size_t i = 0; *key != '\0' && r == MK_E_NOT_FOUND && i < sizeof by / sizeof by[0]; i++)
		r = subject_one(l, by[i], key, out);
	return r;
}

static int
list_bind(struct sqlite3_stmt *st, const struct mk_ledger_cursor *c, size_t limit,
    const struct mk_ledger_words *w)
{
	int r = mk_bind_textn(st, 1, c->sort, c->sort_len);
	if (r == 0)
		r = mk_bind_text(st, 2, c->name);
	if (r == 0)
		r = mk_bind_text(st, 3, c->id.s);
	if (r == 0)
		r = mk_bind_i64(st, 4, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
	for (size_t i = 0; r == 0 && i < MK_LEDGER_WORDS; i++)
		r = i < w->n ? mk_bind_textn(
				   st, 5 + (int)i, (const char *)w->word[i].data, w->word[i].len)
			     : mk_bind_text(st, 5 + (int)i, "");
	return r;
}

/* Hands the current row to f. */
static int
list_row(struct sqlite3_stmt *st, mk_subject_fn f, void *arg)
{
	struct mk_subject s;
	struct mk_buf cursor = MK_BUF_INIT;
	int r = subject_row(st, &s);
	if (r < 0)
		return r;
	mk_ledger_cursor_format(
	    &cursor, s.id.s, mk_col_text(st, COL_SORT), mk_ledger_field(&s, MK_SF_name));
	const char *text = mk_buf_str(&cursor);
	r = mk_buf_error(&cursor);
	if (r == 0)
		r = f(&s, text, arg);
	mk_buf_free(&cursor);
	mk_subject_free(&s);
	return r;
}

/* Rows that hold every word, by way of the text in memory. */
static int
list_found(struct mk_ledger *l, const struct mk_ledger_words *w, size_t row, size_t limit,
    mk_subject_fn f, void *arg)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_subject_by_id, &st);
	while (r == 0 && limit-- > 0 && (row = mk_search_next(l, w, row)) != MK_SEARCH_END) {
		struct mk_id id;
		mk_search_id(l, row++, &id);
		r = mk_bind_text(st, 1, id.s);
		if (r == 0)
			r = mk_step(l->db, st);
		if (r == 1)
			r = list_row(st, f, arg);
		mk_stmt_reset(st);
	}
	return r;
}

/* Does the row of a cursor still stand where it stood? A renamed one has moved in the order. */
static bool
cursor_stands(struct mk_ledger *l, const struct mk_ledger_cursor *c)
{
	struct sqlite3_stmt *st = NULL;
	if (c->id.s[0] == '\0')
		return true;
	int r = mk_stmt(l->db, sql_subject_by_id, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, c->id.s);
	if (r == 0)
		r = mk_step(l->db, st);
	const char *sort = r == 1 ? mk_col_text(st, COL_SORT) : "";
	bool same = r == 1 && strlen(sort) == c->sort_len &&
		    memcmp(sort, c->sort, c->sort_len) == 0 &&
		    strcmp(mk_col_text(st, 1 + MK_SF_name), c->name) == 0;
	mk_stmt_reset(st);
	return same;
}

/* All rows, or (words) those that hold every word, by a walk over the table. */
static int
list_walked(struct mk_ledger *l, const struct mk_ledger_cursor *c, size_t limit,
    const struct mk_ledger_words *w, mk_subject_fn f, void *arg)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_subject_list, &st);
	if (r == 0)
		r = list_bind(st, c, limit, w);
	while (r == 0 && (r = mk_step(l->db, st)) == 1)
		if ((r = list_row(st, f, arg)) != 0)
			break;
	mk_stmt_reset(st);
	return r;
}

int
mk_ledger_subjects(struct mk_ledger *l, const char *text, const char *after, size_t limit,
    mk_subject_fn f, void *arg)
{
	struct mk_ledger_cursor c;
	struct mk_ledger_words w;
	int r = mk_ledger_cursor_parse(after, &c);
	if (r < 0)
		return r;
	r = mk_ledger_words_parse(text, &w);
	if (r < 0)
		return r;
	/* Blanks only: somebody is about to type. */
	if (text != NULL && *text != '\0')
		r = mk_search_ready(l);
	bool found = r == 0 && w.n > 0 && cursor_stands(l, &c);
	size_t row = found ? mk_search_after(l, c.id.s) : MK_SEARCH_END;
	/* A cursor whose row has gone or moved still has its place in the table's order. */
	if (r == 0)
		r = row != MK_SEARCH_END ? list_found(l, &w, row, limit, f, arg)
					 : list_walked(l, &c, limit, &w, f, arg);
	mk_ledger_words_free(&w);
	return r;
}
