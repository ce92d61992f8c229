/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prepared statements: a cache per database by the text's pointer, and binding, stepping and
 * columns with our errors.
 */
#include <limits.h>
#include <string.h>

#include "db_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/store/db.h"

static size_t
slot_of(const struct mk_db *db, const char *sql)
{
	size_t i = (size_t)(((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (db->cap - 1);
	while (db->cache[i].sql != NULL && db->cache[i].sql != sql)
		i = (i + 1) & (db->cap - 1);
	return i;
}

static int
grow(struct mk_db *db)
{
	struct mk_db_cached *old = db->cache;
	size_t n = db->cap;
	struct mk_db_cached *bigger = calloc(n == 0 ? 64 : 2 * n, sizeof *bigger);
	if (bigger == NULL)
		return MK_E_NOMEM;
	db->cache = bigger;
	db->cap = n == 0 ? 64 : 2 * n;
	for (size_t i = 0; i < n; i++)
		if (old[i].sql != NULL)
			db->cache[slot_of(db, old[i].sql)] = old[i];
	free(old);
	return 0;
}

int
mk_stmt(struct mk_db *db, const char *sql, struct sqlite3_stmt **out)
{
	if (2 * db->cached >= db->cap) {
		int r = grow(db);
		if (r < 0)
			return r;
	}
	struct mk_db_cached *c = &db->cache[slot_of(db, sql)];
	if (c->sql == NULL) {
		sqlite3_stmt *st = NULL;
		int rc = sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
		if (rc != SQLITE_OK)
			return mk_db_error(db, rc);
		if (st == NULL)
			return MK_E_INTERNAL;
		c->sql = sql;
		c->st = st;
		db->cached++;
	}
	if (sqlite3_stmt_busy(c->st))
		return MK_E_INTERNAL;
	*out = c->st;
	return 0;
}

void
mk_stmt_drop_all(struct mk_db *db)
{
	for (size_t i = 0; i < db->cap; i++)
		sqlite3_finalize(db->cache[i].st);
	free(db->cache);
	db->cache = NULL;
	db->cached = db->cap = 0;
}

static int
bound(int rc)
{
	return mk_db_error(NULL, rc);
}

int
mk_bind_text(struct sqlite3_stmt *st, int i, const char *text)
{
	return text == NULL ? mk_bind_null(st, i) : mk_bind_textn(st, i, text, strlen(text));
}

int
mk_bind_textn(struct sqlite3_stmt *st, int i, const char *text, size_t len)
{
	return bound(
	    sqlite3_bind_text64(st, i, len == 0 ? "" : text, len, SQLITE_TRANSIENT, SQLITE_UTF8));
}

int
mk_bind_blob(struct sqlite3_stmt *st, int i, const void *data, size_t len)
{
	return bound(sqlite3_bind_blob64(st, i, len == 0 ? "" : data, len, SQLITE_TRANSIENT));
}

int
mk_bind_i64(struct sqlite3_stmt *st, int i, int64_t v)
{
	return bound(sqlite3_bind_int64(st, i, v));
}

int
mk_bind_null(struct sqlite3_stmt *st, int i)
{
	return bound(sqlite3_bind_null(st, i));
}

void
mk_stmt_reset(struct sqlite3_stmt *st)
{
	if (st == NULL)
		return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int
mk_step(struct mk_db *db, struct sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return 1;
	int r = rc == SQLITE_DONE ? 0 : mk_db_error(db, rc);
	mk_stmt_reset(st);
	return rc == SQLITE_DONE || r < 0 ? r : MK_E_INTERNAL;
}

int
mk_step_done(struct mk_db *db, struct sqlite3_stmt *st)
{
	int r = mk_step(db, st);
	if (r != 1)
		return r;
	mk_stmt_reset(st);
	return MK_E_INTERNAL;
}

const char *
mk_col_text(struct sqlite3_stmt *st, int i)
{
	const unsigned char *s = sqlite3_column_text(st, i);
	return s == NULL ? "" : (const char *)s;
}

const void *
mk_col_blob(struct sqlite3_stmt *st, int i, size_t *len)
{
	const void *p = sqlite3_column_blob(st, i);
	int n = sqlite3_column_bytes(st, i);
	*len = p == NULL || n < 0 ? 0 : (size_t)n;
	return *len == 0 ? NULL : p;
}

int64_t
mk_col_i64(struct sqlite3_stmt *st, int i)
{
	return sqlite3_column_int64(st, i);
}

bool
mk_col_is_null(struct sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL;
}

int64_t
mk_db_changes(struct mk_db *db)
{
	return sqlite3_changes64(db->sql);
}
