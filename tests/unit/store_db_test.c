/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The encrypted database as the SQL modules see it: open, settings, statements, errors, and
 * what is refused.
 */
#include "tests/unit/store_vfs_lib.h"

static char *
text_of(sqlite3 *sql, const char *query, char out[64])
{
	sqlite3_stmt *st = NULL;
	out[0] = '\0';
	if (sqlite3_prepare_v2(sql, query, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		snprintf(out, 64, "%s", mk_col_text(st, 0));
	sqlite3_finalize(st);
	return out;
}

/* --- open and close */

static void
round_trip(void **state)
{
	(void)state;
	struct mk_db *db = t_open("a.db", true);
	struct stat st;
	assert_int_equal(stat(t_path("a.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	t_exec(db, t_tables);
	t_fill(db, 500);
	assert_int_equal(stat(t_path("a.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(access(t_path("a.db-wal"), F_OK), -1);
	assert_int_equal(access(t_path("a.db-shm"), F_OK), -1);
	for (int create = 0; create < 2; create++) {
		db = t_open("a.db", create);
		assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 500);
		assert_int_equal(
		    t_int(db, "SELECT id FROM person WHERE name = '" NEEDLE "-77'"), 77);
		assert_int_equal(
		    t_int(db, "SELECT length(photo) FROM person WHERE id = 100"), 9 * 4500);
		assert_true(t_integrity(db));
		assert_int_equal(mk_db_close(db), 0);
	}
	assert_int_equal(mk_db_close(NULL), 0);
}

static void
settings_hold(void **state)
{
	(void)state;
	static const char *const want[][2] = {{"journal_mode", "wal"},
	    {"locking_mode", "exclusive"}, {"synchronous", "2"}, {"temp_store", "2"},
	    {"mmap_size", "0"}, {"secure_delete", "1"}, {"page_size", "4096"},
	    {"foreign_keys", "1"}, {"trusted_schema", "0"}, {"cache_spill", "0"},
	    {"cell_size_check", "1"}};
	char query[64], is[64];
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, t_tables);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		snprintf(query, sizeof query, "PRAGMA %s", want[i][0]);
		assert_string_equal(text_of(mk_db_handle(db), query, is), want[i][1]);
		snprintf(query, sizeof query, "PRAGMA %s = 0", want[i][0]);
		if (i < 10)
			assert_int_equal(mk_db_exec(db, query), MK_E_DENIED);
	}
	t_exec(db, "PRAGMA user_version = 5"); /* control: a harmless one passes */
	assert_int_equal(mk_db_close(db), 0);
}

static void
what_does_not_open(void **state)
{
	(void)state;
	struct mk_db *db = NULL;
	struct mk_db_keys keys = t_keys;
	char noise[8192];
	assert_int_equal(mk_db_open(t_path("none.db"), &t_keys, false, &db), MK_E_NOT_FOUND);
	assert_int_equal(mk_db_open(t_path("no/none.db"), &t_keys, true, &db), MK_E_NOT_FOUND);
	assert_int_equal(mk_db_open(t_path(""), &t_keys, true, &db), MK_E_INPUT);
	t_save("empty.db", "", 0);
	assert_int_equal(mk_db_open(t_path("empty.db"), &t_keys, false, &db), MK_E_DAMAGED);
	assert_int_equal(mk_rand(noise, 4096), 0);
	memcpy(noise + 4096, noise, 4096);
	t_save("noise.db", noise, sizeof noise);
	assert_int_equal(mk_db_open(t_path("noise.db"), &t_keys, false, &db), MK_E_DAMAGED);
	assert_int_equal(mk_db_open(t_path("noise.db"), &t_keys, true, &db), MK_E_DAMAGED);
	/* a plain SQLite file is not ours */
	sqlite3 *sql = NULL;
	assert_int_equal(sqlite3_open_v2(t_path("plain.db"), &sql,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, t_tables, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
	assert_int_equal(mk_db_open(t_path("plain.db"), &t_keys, false, &db), MK_E_DAMAGED);
	/* links and folders */
	assert_int_equal(mk_db_close(t_open("a.db", true)), 0);
	assert_int_equal(symlink(t_path("a.db"), t_path("link.db")), 0);
	assert_int_equal(mk_db_open(t_path("link.db"), &t_keys, true, &db), MK_E_DENIED);
	assert_int_equal(mk_db_open(t_dir, &t_keys, true, &db), MK_E_DENIED);
	/* keys */
	keys.count = 0;
	assert_int_equal(mk_db_open(t_path("k.db"), &keys, true, &db), MK_E_INPUT);
	keys.count = MK_DB_EPOCHS + 1;
	assert_int_equal(mk_db_open(t_path("k.db"), &keys, true, &db), MK_E_INPUT);
	keys = t_keys;
	keys.current = 9;
	assert_int_equal(mk_db_open(t_path("k.db"), &keys, true, &db), MK_E_INPUT);
	assert_int_equal(access(t_path("k.db"), F_OK), -1); /* and no file was made */
	assert_null(db);
}

static void
a_second_opener_is_busy(void **state)
{
	(void)state;
	struct mk_db *db = t_open("a.db", true), *second = NULL;
	int status;
	assert_int_equal(mk_db_open(t_path("a.db"), &t_keys, false, &second), MK_E_BUSY);
	pid_t pid = fork();
	if (pid == 0)
		_exit(-mk_db_open(t_path("a.db"), &t_keys, false, &second));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), -MK_E_BUSY);
	t_exec(db, t_tables);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(mk_db_close(t_open("a.db", false)), 0); /* control */
}

static void
two_databases_at_a_time(void **state)
{
	(void)state;
	struct mk_db_keys keys = t_keys;
	struct mk_db *a = t_open("a.db", true), *b = NULL;
	snprintf(keys.ledger, sizeof keys.ledger, "main");
	keys.key[0].key = t_key[2];
	assert_int_equal(mk_db_open(t_path("b.db"), &keys, true, &b), 0);
	t_exec(a, t_tables);
	t_exec(b, t_tables);
	t_fill(a, 10);
	t_fill(b, 20);
	assert_int_equal(t_int(a, "SELECT count(*) FROM person"), 10);
	assert_int_equal(t_int(b, "SELECT count(*) FROM person"), 20);
	assert_int_equal(mk_db_close(a), 0);
	assert_int_equal(t_int(b, "SELECT count(*) FROM person"), 20);
	assert_int_equal(mk_db_close(b), 0);
}

static void
two_epochs_in_one_file(void **state)
{
	(void)state;
	struct mk_db_keys keys = t_keys;
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, t_tables);
	t_fill(db, 200);
	assert_int_equal(mk_db_close(db), 0);
	keys.count = 2;
	keys.key[1] = (struct mk_db_key){2, t_key[1]};
	keys.current = 2;
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), 0);
	t_exec(db, "UPDATE person SET check_sum = 0 WHERE id < 20");
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 200);
	assert_int_equal(mk_db_close(db), 0);
	struct t_file f = t_load("a.db");
	size_t of[3] = {0};
	for (size_t i = 0; i < f.len; i += MK_PAGE_SIZE) {
		uint32_t e = mk_page_epoch(f.data + i);
		assert_true(e == 1 || e == 2);
		of[e]++;
	}
	free(f.data);
	assert_true(of[1] > 0 && of[2] > 0);
	assert_int_equal(mk_db_open(t_path("a.db"), &t_keys, false, &db), MK_E_DAMAGED);
	/* VACUUM brings every page to the current epoch; then the old key is not needed */
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), 0);
	t_exec(db, "VACUUM");
	assert_int_equal(mk_db_close(db), 0);
	keys.count = 1;
	keys.key[0] = keys.key[1];
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), 0);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 200);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
}

/* --- statements */

static void
statements(void **state)
{
	(void)state;
	static const char insert[] = "INSERT INTO t (id, name, data) VALUES (?1, ?2, ?3)";
	static const char query[] = "SELECT id, name, data FROM t ORDER BY id";
	static const char bad[] = "SELEKT";
	struct sqlite3_stmt *st = NULL, *again = NULL;
	struct mk_db *db = t_open("a.db", true);
	size_t len;
	t_exec(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB UNIQUE) STRICT");
	assert_int_equal(mk_stmt(db, bad, &st), MK_E_INTERNAL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mk_stmt(db, insert, &st), 0);
		assert_int_equal(mk_bind_i64(st, 1, i - 1), 0);
		assert_int_equal(mk_bind_text(st, 2, i == 0 ? "髙橋" : NULL), 0);
		assert_int_equal(mk_bind_blob(st, 3, "a\0b", i == 0 ? 3 : 0), 0);
		assert_int_equal(mk_step_done(db, st), 0);
		assert_int_equal(mk_db_changes(db), 1);
	}
	assert_int_equal(mk_stmt(db, insert, &again), 0);
	assert_ptr_equal(st, again); /* cached */
	assert_int_equal(mk_bind_i64(st, 1, 5), 0);
	assert_int_equal(mk_bind_textn(st, 2, "abcdef", 3), 0);
	assert_int_equal(mk_bind_blob(st, 3, "a\0b", 3), 0);
	assert_int_equal(mk_step(db, st), MK_E_EXISTS);
	assert_int_equal(mk_bind_i64(st, 9, 5), MK_E_INTERNAL);
	/* the bindings went with the failure */
	assert_int_equal(mk_step_done(db, st), 0);
	assert_int_equal(mk_stmt(db, query, &st), 0);
	assert_int_equal(mk_step(db, st), 1);
	assert_int_equal(mk_col_i64(st, 0), -1);
	assert_string_equal(mk_col_text(st, 1), "髙橋");
	assert_memory_equal(mk_col_blob(st, 2, &len), "a\0b", 3);
	assert_int_equal(len, 3);
	assert_int_equal(mk_stmt(db, query, &again), MK_E_INTERNAL); /* in use */
	assert_int_equal(mk_step(db, st), 1);
	assert_string_equal(mk_col_text(st, 1), "");
	assert_true(mk_col_is_null(st, 1));
	assert_null(mk_col_blob(st, 2, &len));
	assert_int_equal(len, 0);
	assert_false(mk_col_is_null(st, 2));
	mk_stmt_reset(st);
	mk_stmt_reset(NULL);
	assert_int_equal(mk_stmt(db, query, &again), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(mk_step(db, again), 1);
	assert_true(mk_col_is_null(again, 2)); /* the row without bindings */
	assert_int_equal(mk_step(db, again), 0);
	assert_int_equal(mk_stmt(db, query, &again), 0);
	assert_int_equal(mk_step_done(db, again), MK_E_INTERNAL); /* a row where none may be */
	assert_int_equal(mk_stmt(db, query, &again), 0);
	assert_int_equal(mk_db_close(db), 0);
}

static void
many_statements(void **state)
{
	(void)state;
	static char sql[300][40];
	struct mk_db *db = t_open("a.db", true);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 300; i++) {
			struct sqlite3_stmt *st = NULL;
			if (round == 0)
				snprintf(sql[i], sizeof sql[i], "SELECT %d", i);
			assert_int_equal(mk_stmt(db, sql[i], &st), 0);
			assert_int_equal(mk_step(db, st), 1);
			assert_int_equal(mk_col_i64(st, 0), i);
			assert_int_equal(mk_step(db, st), 0);
		}
	assert_int_equal(mk_db_close(db), 0);
}

static void
transactions(void **state)
{
	(void)state;
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, "CREATE TABLE p (id INTEGER PRIMARY KEY);"
		   "CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);");
	assert_int_equal(mk_db_commit(db), MK_E_STATE);
	assert_int_equal(mk_db_rollback(db), 0);
	assert_int_equal(mk_db_begin(db), 0);
	assert_true(mk_db_in_transaction(db));
	assert_int_equal(mk_db_begin(db), MK_E_STATE);
	assert_int_equal(mk_db_checkpoint(db), MK_E_STATE);
	t_exec(db, "INSERT INTO p VALUES (1)");
	assert_int_equal(mk_db_rollback(db), 0);
	assert_int_equal(t_int(db, "SELECT count(*) FROM p"), 0);
	/* a commit that fails is rolled back (and foreign keys are on) */
	assert_int_equal(mk_db_begin(db), 0);
	t_exec(db, "INSERT INTO c VALUES (7)");
	assert_int_equal(mk_db_commit(db), MK_E_EXISTS);
	assert_false(mk_db_in_transaction(db));
	assert_int_equal(t_int(db, "SELECT count(*) FROM c"), 0);
	assert_int_equal(mk_db_begin(db), 0);
	t_exec(db, "INSERT INTO p VALUES (7); INSERT INTO c VALUES (7)");
	assert_int_equal(mk_db_commit(db), 0);
	assert_int_equal(mk_db_begin(db), 0);
	t_exec(db, "DELETE FROM p");
	assert_int_equal(mk_db_close(db), 0); /* rolls back */
	db = t_open("a.db", false);
	assert_int_equal(t_int(db, "SELECT count(*) FROM p"), 1);
	assert_int_equal(mk_db_close(db), 0);
}

static void
checkpoint_empties_the_log(void **state)
{
	(void)state;
	struct stat st;
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, t_tables);
	t_fill(db, 100);
	assert_int_equal(stat(t_path("a.db-wal"), &st), 0);
	assert_true(st.st_size > 0);
	assert_int_equal(mk_db_checkpoint(db), 0);
	assert_int_equal(stat(t_path("a.db-wal"), &st), 0);
	assert_int_equal(st.st_size, 0);
	t_fill(db, 100);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 200);
	assert_int_equal(mk_db_close(db), 0);
}

static void
other_files_are_refused(void **state)
{
	(void)state;
	char sql[1200];
	static const char *const refused[][2] = {{"ATTACH '", "' AS x"}, {"VACUUM INTO '", "'"},
	    {"ATTACH 'file:", "?vfs=unix' AS x"}, {"SELECT load_extension('", "')"}};
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, t_tables);
	t_fill(db, 300);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		snprintf(sql, sizeof sql, "%s%s%s", refused[i][0], t_path("x.db"), refused[i][1]);
		assert_true(mk_db_exec(db, sql) < 0);
		assert_int_equal(access(t_path("x.db"), F_OK), -1);
	}
	assert_int_equal(mk_db_exec(db, "ATTACH ':memory:' AS x"), MK_E_DENIED);
	/* the VFS refuses by itself, too */
	sqlite3_set_authorizer(mk_db_handle(db), NULL, NULL);
	for (size_t i = 0; i < 2; i++) {
		snprintf(sql, sizeof sql, "%s%s%s", refused[i][0], t_path("x.db"), refused[i][1]);
		assert_int_equal(mk_db_exec(db, sql), MK_E_IO);
		assert_int_equal(access(t_path("x.db"), F_OK), -1);
	}
	assert_int_equal(
	    mk_db_exec(db, "PRAGMA writable_schema=1; DELETE FROM sqlite_schema"), MK_E_INTERNAL);
	assert_int_equal(mk_db_close(db), 0);
	/* VACUUM itself works, shrinks, and needs no file */
	db = t_open("a.db", false);
	int64_t pages = t_int(db, "PRAGMA page_count");
	t_exec(db, "DELETE FROM person WHERE id > 10");
	t_exec(db, "VACUUM");
	assert_true(t_int(db, "PRAGMA page_count") < pages / 2);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 10);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
	db = t_open("a.db", false);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 10);
	assert_int_equal(mk_db_close(db), 0);
}

/* Sorting, a big temporary table and FTS5 stay in memory or in our pages. */
static void
large_queries_need_no_file(void **state)
{
	(void)state;
	struct mk_db *db = t_open("a.db", true);
	t_exec(db, t_tables);
	t_fill(db, 20000);
	t_exec(db, "CREATE TEMP TABLE x AS SELECT * FROM person ORDER BY name || photo DESC;"
		   "CREATE INDEX temp.xi ON x (name, check_sum);"
		   "CREATE VIRTUAL TABLE f USING fts5(name, tokenize='trigram');"
		   "INSERT INTO f SELECT name FROM person;");
	assert_int_equal(t_int(db, "SELECT count(*) FROM f WHERE f MATCH '\"7Q2X-199\"'"), 111);
	DIR *d = opendir(t_dir);
	struct dirent *e;
	int files = 0;
	while ((e = readdir(d)) != NULL)
		files += e->d_name[0] != '.';
	closedir(d);
	assert_int_equal(files, 2);
	assert_int_equal(mk_db_close(db), 0);
}

static void
error_codes(void **state)
{
	(void)state;
	static const int map[][2] = {{SQLITE_OK, 0}, {SQLITE_ROW, 0}, {SQLITE_DONE, 0},
	    {SQLITE_NOTADB, MK_E_DAMAGED}, {SQLITE_CORRUPT, MK_E_DAMAGED},
	    {SQLITE_CORRUPT_VTAB, MK_E_DAMAGED}, {SQLITE_IOERR_DATA, MK_E_DAMAGED},
	    {SQLITE_IOERR_SHORT_READ, MK_E_DAMAGED}, {SQLITE_IOERR_FSYNC, MK_E_IO},
	    {SQLITE_IOERR_NOMEM, MK_E_NOMEM}, {SQLITE_NOMEM, MK_E_NOMEM},
	    {SQLITE_FULL, MK_E_NOSPACE}, {SQLITE_BUSY_RECOVERY, MK_E_BUSY},
	    {SQLITE_LOCKED, MK_E_BUSY}, {SQLITE_CONSTRAINT_UNIQUE, MK_E_EXISTS},
	    {SQLITE_TOOBIG, MK_E_TOO_BIG}, {SQLITE_CANTOPEN, MK_E_IO}, {SQLITE_READONLY, MK_E_IO},
	    {SQLITE_AUTH, MK_E_DENIED}, {SQLITE_ERROR, MK_E_INTERNAL},
	    {SQLITE_MISUSE, MK_E_INTERNAL}};
	for (size_t i = 0; i < sizeof map / sizeof *map; i++)
		assert_int_equal(mk_db_error(NULL, map[i][0]), map[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(round_trip, t_setup),
	    cmocka_unit_test_setup(settings_hold, t_setup),
	    cmocka_unit_test_setup(what_does_not_open, t_setup),
	    cmocka_unit_test_setup(a_second_opener_is_busy, t_setup),
	    cmocka_unit_test_setup(two_databases_at_a_time, t_setup),
	    cmocka_unit_test_setup(two_epochs_in_one_file, t_setup),
	    cmocka_unit_test_setup(statements, t_setup),
	    cmocka_unit_test_setup(many_statements, t_setup),
	    cmocka_unit_test_setup(transactions, t_setup),
	    cmocka_unit_test_setup(checkpoint_empties_the_log, t_setup),
	    cmocka_unit_test_setup(other_files_are_refused, t_setup),
	    cmocka_unit_test_setup(large_queries_need_no_file, t_setup),
	    cmocka_unit_test(error_codes),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
