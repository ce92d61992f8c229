/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.db: opening, the commit number, settings. The rows are in main_rows.c, budgets in
 * main_budget.c.
 */
#include "mynakura/store/main.h"

#include <stdlib.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/store/db.h"

#include "main_internal.h"
#include "schema_internal.h"

static const char sql_commits[] = "SELECT commits FROM info WHERE one = 1";
static const char sql_commit[] = "UPDATE info SET commits = ?2 WHERE one = 1 AND commits = ?1";
static const char sql_setting_put[] = "INSERT INTO setting (name, value) VALUES (?1, ?2)"
				      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
static const char sql_setting_get[] = "SELECT value FROM setting WHERE name = ?1";

static int
load_commits(struct mk_main *m)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_commits, &st);
	if (r == 0)
		r = mk_step(m->db, st);
	if (r == 1)
		m->commits = (uint64_t)mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_DAMAGED;
}

int
mk_main_open(const char *path, const struct mk_db_keys *keys, bool create, struct mk_main **out)
{
	struct mk_main *m = calloc(1, sizeof *m);
	if (m == NULL)
		return MK_E_NOMEM;
	int r = mk_db_open(path, keys, create, &m->db);
	if (r < 0)
		goto out;
	r = mk_migrate(m->db, &mk_schema_main);
	if (r < 0)
		goto out;
	r = load_commits(m);
	if (r < 0)
		goto out;
	*out = m;
	m = NULL;
out:
	(void)mk_main_close(m);
	return r;
}

int
mk_main_close(struct mk_main *m)
{
	if (m == NULL)
		return 0;
	int r = mk_db_close(m->db);
	free(m);
	return r;
}

uint64_t
mk_main_commits(const struct mk_main *m)
{
	return m->commits;
}

int
mk_main_begin(struct mk_main *m)
{
	return mk_db_begin(m->db);
}

static int
bump(struct mk_main *m)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_commit, &st);
	if (r == 0)
		r = mk_bind_i64(st, 1, (int64_t)m->commits);
	if (r == 0)
		r = mk_bind_i64(st, 2, (int64_t)m->commits + 1);
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	if (r == 0 && mk_db_changes(m->db) != 1)
		r = MK_E_DAMAGED;
	return r;
}

int
mk_main_end(struct mk_main *m, int r)
{
	if (r == 0)
		r = bump(m);
	if (r < 0) {
		(void)mk_db_rollback(m->db);
		return r;
	}
	r = mk_db_commit(m->db);
	if (r == 0)
		m->commits++;
	return r;
}

static int
setting_put(struct mk_main *m, const char *key, const char *value)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_setting_put, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, key);
	if (r == 0)
		r = mk_bind_text(st, 2, value);
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	return r;
}

int
mk_main_set(struct mk_main *m, const char *key, const char *value)
{
	if (key == NULL || *key == '\0' || value == NULL)
		return MK_E_INPUT;
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, setting_put(m, key, value));
}

int
mk_main_get(struct mk_main *m, const char *key, char *value, size_t cap)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_setting_get, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, key);
	if (r == 0)
		r = mk_step(m->db, st);
	if (r == 1)
		r = mk_str_copy(value, cap, mk_col_text(st, 0));
	else if (r == 0)
		r = MK_E_NOT_FOUND;
	mk_stmt_reset(st);
	return r;
}
