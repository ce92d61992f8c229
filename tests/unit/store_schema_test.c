/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations on real encrypted files: from nothing, step by step, refused when newer, undone when a
 * step fails.
 */
#include "mynakura/base/err.h"
#include "mynakura/store/db.h"
#include "mynakura/store/main.h"
#include "src/store/schema_internal.h"
#include "tests/unit/store_ledger_kit.h"

static int64_t
ask(struct mk_db *db, const char *sql)
{
	struct sqlite3_stmt *st = NULL;
	assert_int_equal(mk_stmt(db, sql, &st), 0);
	assert_int_equal(mk_step(db, st), 1);
	int64_t v = mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return v;
}

static const char sql_tables[] = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
static const char sql_strict[] =
    "SELECT count(*) FROM pragma_table_list"
    " WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0";
static const char sql_values[] = "SELECT sum(v) FROM a";

static struct mk_db *
db_open(struct kit *k, bool create)
{
	struct mk_db *db = NULL;
	assert_int_equal(mk_db_open(k->path, &k->keys, create, &db), 0);
	return db;
}

static void
from_empty(void **state)
{
	const struct mk_schema *const all[] = {&mk_schema_main, &mk_schema_ledger};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit k;
		size_t v = 99;
		kit_new(&k, i == 0 ? "main" : NULL);
		struct mk_db *db = db_open(&k, true);
		assert_int_equal(mk_schema_version(db, &v), 0);
		assert_int_equal(v, 0);
		assert_int_equal(mk_migrate(db, all[i]), 0);
		assert_int_equal(mk_schema_version(db, &v), 0);
		assert_int_equal(v, all[i]->steps);
		assert_true(ask(db, sql_tables) >= 5);
		assert_int_equal(ask(db, sql_strict), 0);
		assert_int_equal(mk_migrate(db, all[i]), 0); /* nothing to do */
		assert_int_equal(mk_db_close(db), 0);
		kit_free(&k);
	}
}

static const char step_1[] =
    "CREATE TABLE a (v INTEGER NOT NULL) STRICT; INSERT INTO a VALUES (40);"
    "PRAGMA user_version = 1;";
static const char step_2[] = "INSERT INTO a VALUES (2); PRAGMA user_version = 2;";
static const char step_2_bad[] = "INSERT INTO a VALUES (2); INSERT INTO a VALUES (NULL);"
				 "PRAGMA user_version = 2;";
static const char *const steps_good[] = {step_1, step_2};
static const char *const steps_bad[] = {step_1, step_2_bad};
static const struct mk_schema good_1 = {"good", steps_good, 1}, good_2 = {"good", steps_good, 2},
			      bad_2 = {"bad", steps_bad, 2};

static void
step_by_step(void **state)
{
	struct kit k;
	(void)state;
	kit_new(&k, "main");
	struct mk_db *db = db_open(&k, true);
	assert_int_equal(mk_migrate(db, &good_1), 0);
	assert_int_equal(ask(db, sql_values), 40);
	assert_int_equal(mk_db_close(db), 0);
	db = db_open(&k, false);
	assert_int_equal(mk_migrate(db, &good_2), 0);
	assert_int_equal(ask(db, sql_values), 42);
	assert_int_equal(mk_migrate(db, &good_1), MK_E_MODE);
	assert_int_equal(ask(db, sql_values), 42);
	assert_int_equal(mk_db_close(db), 0);
	kit_free(&k);
}

/* A failing step undoes the steps before it; the good steps then run on the same file. */
static void
failing_step(void **state)
{
	struct kit k;
	size_t v = 99;
	(void)state;
	kit_new(&k, "main");
	struct mk_db *db = db_open(&k, true);
	assert_true(mk_migrate(db, &bad_2) < 0);
	assert_false(mk_db_in_transaction(db));
	assert_int_equal(mk_schema_version(db, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(ask(db, sql_tables), 0);
	assert_int_equal(mk_migrate(db, &good_2), 0);
	assert_int_equal(ask(db, sql_values), 42);
	assert_int_equal(mk_db_close(db), 0);
	kit_free(&k);
}

static void
refused(void **state)
{
	struct kit k;
	struct mk_main *m = NULL;
	(void)state;
	kit_new(&k, "main");
	struct mk_db *db = db_open(&k, true);
	assert_int_equal(mk_db_exec(db, "CREATE TABLE stray (x INTEGER) STRICT"), 0);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(mk_main_open(k.path, &k.keys, false, &m), MK_E_DAMAGED);
	db = db_open(&k, false);
	assert_int_equal(mk_db_exec(db, "DROP TABLE stray"), 0);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(mk_main_open(k.path, &k.keys, false, &m), 0);
	assert_int_equal(mk_main_set(m, "a", "b"), 0);
	assert_int_equal(mk_main_close(m), 0);

	db = db_open(&k, false);
	assert_int_equal(mk_db_exec(db, "PRAGMA user_version = 3"), 0);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(mk_main_open(k.path, &k.keys, false, &m), MK_E_MODE);
	db = db_open(&k, false);
	assert_int_equal(ask(db, "SELECT count(*) FROM setting"), 1);
	assert_int_equal(mk_db_exec(db, "PRAGMA user_version = -1"), 0);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(mk_main_open(k.path, &k.keys, false, &m), MK_E_DAMAGED);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(from_empty),
	    cmocka_unit_test(step_by_step),
	    cmocka_unit_test(failing_step),
	    cmocka_unit_test(refused),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
