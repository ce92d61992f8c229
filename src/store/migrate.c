/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs the missing schema steps of a file in one transaction. It knows no table: the steps are
 * schema.c's.
 */
#include "schema_internal.h"

#include "mynakura/base/err.h"
#include "mynakura/store/db.h"

static const char sql_version[] = "PRAGMA user_version";
static const char sql_objects[] = "SELECT count(*) FROM sqlite_schema";

static int
ask(struct mk_db *db, const char *sql, int64_t *out)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(db, sql, &st);
	if (r == 0)
		r = mk_step(db, st);
	if (r == 1)
		*out = mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_DAMAGED;
}

int
mk_schema_version(struct mk_db *db, size_t *out)
{
	int64_t v = 0;
	int r = ask(db, sql_version, &v);
	if (r < 0)
		return r;
	if (v < 0)
		return MK_E_DAMAGED;
	*out = (size_t)v;
	return 0;
}

int
mk_migrate(struct mk_db *db, const struct mk_schema *schema)
{
	size_t at = 0;
	int64_t objects = 0;
	int r = mk_schema_version(db, &at);
	if (r < 0)
		return r;
	if (at > schema->steps)
		return MK_E_MODE;
	if (at == schema->steps)
		return 0;
	r = ask(db, sql_objects, &objects);
	if (r < 0)
		return r;
	if (at == 0 && objects > 0)
		return MK_E_DAMAGED;
	r = mk_db_begin(db);
	if (r < 0)
		return r;
	for (size_t i = at; r == 0 && i < schema->steps; i++)
		r = mk_db_exec(db, schema->step[i]);
	if (r == 0)
		r = mk_schema_version(db, &at);
	if (r == 0 && at != schema->steps)
		r = MK_E_INTERNAL;
	if (r < 0) {
		mk_db_rollback(db);
		return r;
	}
	return mk_db_commit(db);
}
