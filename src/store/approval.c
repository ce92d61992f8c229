/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approvals, tasks' progress and the clock row in main.db. */
#include "mynakura/store/approval.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/store/db.h"
#include "mynakura/store/main.h"

#include "main_internal.h"

#define COLUMNS                                                                                    \
	"id, request, requester, uid, ledger, people, created, deadline, state, digest,"           \
	" approver, approver_uid, decided, reason"

static const char sql_add[] = "INSERT INTO approval (" COLUMNS ", content)"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, '', 0, 0, '', ?10)";
static const char sql_get[] = "SELECT " COLUMNS ", content FROM approval WHERE id = ?1";
static const char sql_find[] =
    "SELECT " COLUMNS ", x'' FROM approval WHERE requester = ?1 AND digest = ?2"
    " AND state IN (1, 2) ORDER BY n DESC LIMIT 1";
static const char sql_move[] =
    "UPDATE approval SET state = ?3, approver = ?4, approver_uid = ?5, decided = ?6,"
    " deadline = ?7, reason = ?8 WHERE id = ?1 AND state = ?2";
static const char sql_expire[] =
    "UPDATE approval SET state = 6 WHERE state IN (1, 2) AND deadline <= ?1";
static const char sql_due[] =
    "SELECT count(*) FROM approval WHERE state IN (1, 2) AND deadline <= ?1";
static const char sql_walk[] =
    "SELECT " COLUMNS ", x'' FROM approval WHERE ?1 OR state IN (1, 2) ORDER BY n DESC";
static const char sql_void[] =
    "UPDATE approval SET state = 5 WHERE (state IN (1, 2) AND requester = ?1)"
    " OR (state = 2 AND approver = ?1)";
static const char sql_waiting[] =
    "SELECT count(*) FROM approval WHERE state = 1 AND requester = ?1";
static const char sql_shown_add[] =
    "INSERT INTO shown (approval, subject) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
static const char sql_shown[] = "SELECT 1 FROM shown WHERE approval = ?1 AND subject = ?2";
static const char sql_shown_count[] = "SELECT count(*) FROM shown WHERE approval = ?1";
static const char sql_clock_get[] = "SELECT boot, up, steady, spent, jump FROM clock WHERE one = 1";
static const char sql_clock_put[] =
    "INSERT INTO clock (one, boot, up, steady, spent, jump) VALUES (1, ?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (one) DO UPDATE SET boot = excluded.boot, up = excluded.up,"
    " steady = excluded.steady, spent = excluded.spent, jump = excluded.jump";

/* A column into an array; a text that does not fit was not written by us. */
static int
copy(struct sqlite3_stmt *st, int i, char *out, size_t cap)
{
	return mk_str_copy(out, cap, mk_col_text(st, i)) < 0 ? MK_E_DAMAGED : 0;
}

static int
read_row(struct sqlite3_stmt *st, struct mk_approval_row *a)
{
	const struct {
		int column;
		char *out;
		size_t cap;
	} texts[] = {{0, a->id.s, sizeof a->id.s}, {1, a->request, sizeof a->request},
	    {2, a->requester, sizeof a->requester}, {4, a->ledger, sizeof a->ledger},
	    {9, a->digest, sizeof a->digest}, {10, a->approver, sizeof a->approver},
	    {13, a->reason, sizeof a->reason}};
	int r = 0;
	memset(a, 0, sizeof *a);
	for (size_t i = 0; r == 0 && i < sizeof texts / sizeof texts[0]; i++)
		r = copy(st, texts[i].column, texts[i].out, texts[i].cap);
	a->uid = (uint32_t)mk_col_i64(st, 3);
	a->people = (uint64_t)mk_col_i64(st, 5);
	a->created = mk_col_i64(st, 6);
	a->deadline = mk_col_i64(st, 7);
	a->state = (enum mk_agreed)mk_col_i64(st, 8);
	a->approver_uid = (uint32_t)mk_col_i64(st, 11);
	a->decided = mk_col_i64(st, 12);
	return r == 0 && mk_agreed_name((int)a->state) == NULL ? MK_E_DAMAGED : r;
}

struct bind {
	const char *text; /* NULL: number is meant */
	int64_t number;
};

/* Prepares sql and binds values 1..n. */
static int
prepare(
    struct mk_main *m, const char *sql, const struct bind *b, size_t n, struct sqlite3_stmt **out)
{
	int r = mk_stmt(m->db, sql, out);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = b[i].text != NULL ? mk_bind_text(*out, (int)i + 1, b[i].text)
				      : mk_bind_i64(*out, (int)i + 1, b[i].number);
	return r;
}

static int
add(struct mk_main *m, const struct mk_approval_row *a, const void *content, size_t len)
{
	struct sqlite3_stmt *st = NULL;
	const struct bind b[] = {{a->id.s, 0}, {a->request, 0}, {a->requester, 0}, {NULL, a->uid},
	    {a->ledger, 0}, {NULL, (int64_t)a->people}, {NULL, a->created}, {NULL, a->deadline},
	    {a->digest, 0}};
	int r = prepare(m, sql_add, b, sizeof b / sizeof b[0], &st);
	if (r == 0)
		r = mk_bind_blob(st, 10, content, len);
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	return r;
}

int
mk_approval_add(
    struct mk_main *m, const struct mk_approval_row *row, const void *content, size_t len)
{
	if (!mk_id_valid(row->id.s, 'a') || strlen(row->digest) != 64)
		return MK_E_INTERNAL;
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, add(m, row, content, len));
}

/* One row of a statement that is bound. MK_E_NOT_FOUND. */
static int
one_row(
    struct mk_main *m, struct sqlite3_stmt *st, struct mk_approval_row *out, struct mk_buf *content)
{
	int r = mk_step(m->db, st);
	if (r == 1)
		r = read_row(st, out);
	else if (r == 0)
		r = MK_E_NOT_FOUND;
	if (r == 0 && content != NULL) {
		size_t len = 0;
		const void *p = mk_col_blob(st, 14, &len);
		mk_buf_put(content, p, len);
		r = mk_buf_error(content);
	}
	mk_stmt_reset(st);
	return r;
}

int
mk_approval_get(
    struct mk_main *m, const char *id, struct mk_approval_row *out, struct mk_buf *content)
{
	struct sqlite3_stmt *st = NULL;
	const struct bind b[] = {{id, 0}};
	int r = prepare(m, sql_get, b, 1, &st);
	return r < 0 ? r : one_row(m, st, out, content);
}

int
mk_approval_find(
    struct mk_main *m, const char *requester, const char *digest, struct mk_approval_row *out)
{
	struct sqlite3_stmt *st = NULL;
	const struct bind b[] = {{requester, 0}, {digest, 0}};
	int r = prepare(m, sql_find, b, 2, &st);
	return r < 0 ? r : one_row(m, st, out, NULL);
}

/* Runs a write in an open transaction; *changed (may be NULL) gets the number of rows. */
static int
write_rows(struct mk_main *m, const char *sql, const struct bind *b, size_t n, int64_t *changed)
{
	struct sqlite3_stmt *st = NULL;
	int r = prepare(m, sql, b, n, &st);
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	if (r == 0 && changed != NULL)
		*changed = mk_db_changes(m->db);
	return r;
}

int
mk_approval_move(struct mk_main *m, const struct mk_approval_row *a, enum mk_agreed from)
{
	const struct bind b[] = {{a->id.s, 0}, {NULL, from}, {NULL, a->state}, {a->approver, 0},
	    {NULL, a->approver_uid}, {NULL, a->decided}, {NULL, a->deadline}, {a->reason, 0}};
	int64_t changed = 0;
	int r = mk_main_begin(m);
	if (r < 0)
		return r;
	r = write_rows(m, sql_move, b, sizeof b / sizeof b[0], &changed);
	return mk_main_end(m, r == 0 && changed != 1 ? MK_E_STATE : r);
}

/* The number in the first row of a count. */
static int
count(struct mk_main *m, const char *sql, const struct bind *b, size_t n, int64_t *out)
{
	struct sqlite3_stmt *st = NULL;
	int r = prepare(m, sql, b, n, &st);
	if (r == 0)
		r = mk_step(m->db, st);
	if (r == 1)
		*out = mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_NOT_FOUND;
}

int
mk_approval_expire(struct mk_main *m, int64_t now)
{
	const struct bind b[] = {{NULL, now}};
	int64_t due = 0;
	int r = count(m, sql_due, b, 1, &due);
	if (r < 0 || due == 0)
		return r;
	r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, write_rows(m, sql_expire, b, 1, NULL));
}

int
mk_approval_void_member(struct mk_main *m, const char *member)
{
	const struct bind b[] = {{member, 0}};
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, write_rows(m, sql_void, b, 1, NULL));
}

int
mk_approval_waiting(struct mk_main *m, const char *requester, uint64_t *out)
{
	const struct bind b[] = {{requester, 0}};
	int64_t n = 0;
	int r = count(m, sql_waiting, b, 1, &n);
	*out = (uint64_t)n;
	return r;
}

int
mk_approval_walk(
    struct mk_main *m, bool all, int (*f)(const struct mk_approval_row *, void *), void *arg)
{
	struct sqlite3_stmt *st = NULL;
	const struct bind b[] = {{NULL, all}};
	struct mk_approval_row row;
	int r = prepare(m, sql_walk, b, 1, &st);
	if (r < 0)
		return r;
	while ((r = mk_step(m->db, st)) == 1) {
		r = read_row(st, &row);
		if (r == 0)
			r = f(&row, arg);
		if (r != 0)
			break;
	}
	mk_stmt_reset(st);
	return r;
}

int
mk_approval_show(struct mk_main *m, const char *id, const char *subject)
{
	const struct bind b[] = {{id, 0}, {subject, 0}};
	int64_t changed = 0;
	int r = mk_main_begin(m);
	if (r < 0)
		return r;
	r = write_rows(m, sql_shown_add, b, 2, &changed);
	return mk_main_end(m, r == 0 && changed != 1 ? MK_E_STATE : r);
}

bool
mk_approval_shown(struct mk_main *m, const char *id, const char *subject)
{
	const struct bind b[] = {{id, 0}, {subject, 0}};
	int64_t one = 0;
	return count(m, sql_shown, b, 2, &one) == 0;
}

int
mk_approval_shown_count(struct mk_main *m, const char *id, uint64_t *out)
{
	const struct bind b[] = {{id, 0}};
	int64_t n = 0;
	int r = count(m, sql_shown_count, b, 1, &n);
	*out = (uint64_t)n;
	return r;
}

int
mk_clock_get(struct mk_main *m, struct mk_clock_row *out)
{
	struct sqlite3_stmt *st = NULL;
	memset(out, 0, sizeof *out);
	int r = prepare(m, sql_clock_get, NULL, 0, &st);
	if (r == 0)
		r = mk_step(m->db, st);
	if (r == 1) {
		r = copy(st, 0, out->boot, sizeof out->boot);
		out->up = mk_col_i64(st, 1);
		out->steady = mk_col_i64(st, 2);
		out->spent = mk_col_i64(st, 3);
		out->jump = mk_col_i64(st, 4);
	} else if (r == 0) {
		r = MK_E_NOT_FOUND;
	}
	mk_stmt_reset(st);
	return r;
}

int
mk_clock_put(struct mk_main *m, const struct mk_clock_row *row)
{
	const struct bind b[] = {{row->boot, 0}, {NULL, row->up}, {NULL, row->steady},
	    {NULL, row->spent}, {NULL, row->jump}};
	int r = mk_main_begin(m);
	return r < 0
		   ? r
		   : mk_main_end(m, write_rows(m, sql_clock_put, b, sizeof b / sizeof b[0], NULL));
}
