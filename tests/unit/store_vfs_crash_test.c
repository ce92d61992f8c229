/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Crashes: kill -9 of a writing process at random times in WAL and rollback mode, logs cut or
 * garbled at any byte, and a hot journal copied in the middle of a transaction. What was
 * acknowledged is there, whole, and nothing else is.
 */
#include "tests/unit/store_vfs_lib.h"

#include <signal.h>
#include <time.h>

/*
 * spill: pages leave the cache inside a transaction, so that log frames are rewritten and journals
 * get several headers. savepoints: rolled back inside a transaction.
 */
struct kind {
	const char *journal;
	bool spill;
	bool savepoints;
	int kills;
};

/* One transaction of the writer. Every 7th is larger than the page cache. */
static int
one_transaction(sqlite3 *db, int n, bool savepoints)
{
	char sql[700];
	int rows = n % 7 == 0 ? 120 : 3;
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK && savepoints && n % 5 == 0) {
		snprintf(sql, sizeof sql,
		    "SAVEPOINT s; UPDATE row SET pad = zeroblob(900) WHERE n > %d; "
		    "DELETE FROM row WHERE i = 1; ROLLBACK TO s; RELEASE s;",
		    n - 40);
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	snprintf(sql, sizeof sql,
	    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
	    "INSERT INTO row (n, i, pad) SELECT %d, i, randomblob(600 + i) FROM c;"
	    "UPDATE total SET n = %d;"
	    "DELETE FROM row WHERE n < %d - 60 AND i > 1;"
	    "UPDATE total SET rows = (SELECT count(*) FROM row);",
	    rows, n, n, n);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, n % 11 == 0 ? "ROLLBACK" : "COMMIT", NULL, NULL, NULL);
	return rc;
}

static const char row_tables[] =
    "CREATE TABLE row (n INTEGER, i INTEGER, pad BLOB); CREATE INDEX row_n ON row (n, i);"
    "CREATE TABLE total (n INTEGER, rows INTEGER); INSERT INTO total VALUES (0, 0);";

/* The child: writes for ever and tells through the pipe what was committed. */
static void
writer(const struct kind *kind, int from, int out)
{
	struct mk_db_options o = {.journal = kind->journal};
	struct mk_db *db = NULL;
	if (mk_db_open_with(t_path("k.db"), &t_keys, false, &o, &db) < 0)
		_exit(2);
	if (mk_db_exec(db, "PRAGMA cache_size=20; PRAGMA wal_autocheckpoint=150;") < 0)
		_exit(3);
	sqlite3_set_authorizer(
	    mk_db_handle(db), NULL, NULL); /* it keeps the setting from being changed */
	if (kind->spill && mk_db_exec(db, "PRAGMA cache_spill=ON") < 0)
		_exit(3);
	for (int n = from;; n++) {
		if (one_transaction(mk_db_handle(db), n, kind->savepoints) != SQLITE_OK)
			_exit(4);
		if (n % 11 != 0 && write(out, &n, sizeof n) != sizeof n)
			_exit(5);
	}
}

static void
pause_us(long us)
{
	struct timespec t = {us / 1000000, (us % 1000000) * 1000};
	nanosleep(&t, NULL);
}

static int
drain(int fd, int last)
{
	int n;
	while (read(fd, &n, sizeof n) == sizeof n)
		last = n;
	return last;
}

static void
check_after(const char *journal, int acked)
{
	struct mk_db *db = t_open_mode("k.db", false, journal, true);
	int64_t n = t_int(db, "SELECT n FROM total");
	assert_true(n >= acked);
	assert_int_equal(
	    t_int(db, "SELECT count(*) FROM row"), t_int(db, "SELECT rows FROM total"));
	assert_int_equal(t_int(db, "SELECT ifnull(max(n), 0) FROM row"), n);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
}

static void
kill_loop(const struct kind *kind)
{
	const char *journal = kind->journal;
	uint32_t rnd;
	int acked = 0, commits = 0;
	struct mk_db *db = t_open_mode("k.db", true, journal, false);
	t_exec(db, row_tables);
	assert_int_equal(mk_db_close(db), 0);
	for (int k = 0; k < kind->kills; k++) {
		int fd[2], status;
		assert_int_equal(pipe(fd), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(fd[0]);
			writer(kind, acked + 1, fd[1]);
		}
		close(fd[1]);
		assert_int_equal(mk_rand(&rnd, sizeof rnd), 0);
		pause_us(1000 + (long)(rnd % 40000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status)); /* it did not fail by itself */
		int before = acked;
		acked = drain(fd[0], acked);
		close(fd[0]);
		commits += acked - before;
		check_after(journal, acked);
		/* what was committed without its word reaching us counts as well */
		db = t_open_mode("k.db", false, journal, true);
		acked = (int)t_int(db, "SELECT n FROM total");
		assert_int_equal(mk_db_close(db), 0);
	}
	print_message("%s%s%s: %d kills, %d acknowledged transactions\n", journal,
	    kind->spill ? ", spilling" : "", kind->savepoints ? ", savepoints" : "", kind->kills,
	    commits);
	assert_true(commits >= kind->kills / 4); /* or nothing was tested */
}

static void
killed_in_wal_mode(void **state)
{
	(void)state;
	kill_loop(&(struct kind){"wal", false, true, 70});
}

static void
killed_while_frames_are_rewritten(void **state)
{
	(void)state;
	kill_loop(&(struct kind){"wal", true, false, 30});
}

static void
killed_in_rollback_mode(void **state)
{
	(void)state;
	kill_loop(&(struct kind){"delete", true, true, 30});
}

static int
plain_open(const char *name, sqlite3 **out)
{
	return sqlite3_open_v2(
	    t_path(name), out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix");
}

/*
 * What a crash now would leave of s.db: the last transaction in a copy of database and log, or
 * -1 when it is corrupt.
 */
static int64_t
last_after_crash(bool plain)
{
	int err;
	int64_t n;
	sqlite3 *sql = NULL;
	struct mk_db *db = NULL;
	t_copy("s.db", "s2.db");
	t_copy("s.db-wal", "s2.db-wal");
	if (plain) {
		assert_int_equal(plain_open("s2.db", &sql), SQLITE_OK);
	} else {
		db = t_open("s2.db", false);
		assert_true(t_integrity(db));
		sql = mk_db_handle(db);
	}
	n = t_int_err(sql, "SELECT n FROM total", &err);
	if (err == 0 &&
	    t_int_err(sql, "SELECT count(*) = (SELECT rows FROM total) FROM row", &err) != 1)
		n = -1;
	if (plain)
		sqlite3_close(sql);
	else
		assert_int_equal(mk_db_close(db), 0);
	unlink(t_path("s2.db"));
	unlink(t_path("s2.db-wal"));
	return n;
}

#define SPILLED 200

/*
 * SQLite 3.40.1 may acknowledge a commit that its own recovery does not find: pages spilled
 * twice in one transaction around a rolled-back savepoint. With the product's setting it does
 * not happen; with the setting undone the VFS refuses the commit.
 */
static void
commit_that_would_be_lost_is_refused(void **state)
{
	(void)state;
	const char *small =
	    "PRAGMA cache_size=20; PRAGMA cache_spill=ON; PRAGMA wal_autocheckpoint=150";
	int refused = 0, lost = 0, last = 0;
	struct mk_db *db = t_open("s.db", true);
	t_exec(db, row_tables);
	sqlite3_set_authorizer(mk_db_handle(db), NULL, NULL);
	t_exec(db, small);
	for (int n = 1; n <= SPILLED; n++) {
		if (one_transaction(mk_db_handle(db), n, true) != SQLITE_OK) {
			refused++;
			assert_int_equal(mk_db_rollback(db), 0);
		} else if (n % 11 != 0) {
			last = n;
		}
		assert_int_equal(last_after_crash(false), last);
	}
	assert_int_equal(mk_db_close(db), 0);
	t_clean();

	/* control: the same on plain files loses what was acknowledged */
	sqlite3 *sql = NULL;
	assert_int_equal(plain_open("s.db", &sql), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(sql,
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA temp_store=MEMORY",
		NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, row_tables, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, small, NULL, NULL, NULL), SQLITE_OK);
	for (int n = 1; n <= SPILLED; n++) {
		assert_int_equal(one_transaction(sql, n, true), SQLITE_OK);
		if (n % 11 != 0)
			lost += last_after_crash(true) != n;
	}
	sqlite3_close(sql);
	print_message("of %d commits: plain SQLite %s would lose %d, here %d were refused\n",
	    SPILLED, sqlite3_libversion(), lost, refused);
	if (sqlite3_libversion_number() == 3040001)
		assert_true(lost > 0 && refused > 0);
}

#define COMMITS 12

/* A database with COMMITS commits in its log; end[i] is the log's length after commit i. */
static void
make_log(off_t end[COMMITS + 1])
{
	struct stat st;
	struct mk_db *db = t_open_mode("w.db", true, "wal", true);
	t_exec(db, t_tables);
	assert_int_equal(mk_db_checkpoint(db), 0);
	end[0] = 0;
	for (int i = 1; i <= COMMITS; i++) {
		t_fill(db, 3 + i % 4 * 9);
		t_exec(db, "UPDATE person SET check_sum = check_sum + 1 WHERE id = 1");
		assert_int_equal(stat(t_path("w.db-wal"), &st), 0);
		end[i] = st.st_size;
	}
	assert_int_equal(mk_db_close(db), 0);
}

/*
 * The rows that the first i commits leave; -1 for a half commit (the fill without the update is
 * one more commit).
 */
static int64_t
sum_after(struct mk_db *db)
{
	return t_int(db, "SELECT count(*) FROM person");
}

static int64_t
rows_of(int commits)
{
	int64_t n = 0;
	for (int i = 1; i <= commits; i++)
		n += 3 + i % 4 * 9;
	return n;
}

enum damage { CUT, ZEROS, NOISE, FLIP };

/* Opens a copy whose log is damaged from `at` on and returns the rows found. */
static int64_t
rows_with_damage(const struct t_file *wal, size_t at, enum damage how)
{
	uint8_t *copy = malloc(wal->len + 1);
	assert_non_null(copy);
	memcpy(copy, wal->data, wal->len);
	size_t len = how == CUT ? at : wal->len;
	if (how == ZEROS)
		memset(copy + at, 0, wal->len - at);
	if (how == NOISE)
		for (size_t i = at; i < wal->len; i += 128)
			assert_int_equal(
			    mk_rand(copy + i, wal->len - i < 128 ? wal->len - i : 128), 0);
	if (how == FLIP)
		copy[at] ^= 0x10;
	t_copy("w.db", "c.db");
	unlink(t_path("c.db-wal"));
	t_save("c.db-wal", copy, len);
	free(copy);
	struct mk_db *db = t_open("c.db", false);
	int64_t rows = sum_after(db);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
	return rows;
}

static void
torn_log_ends_at_a_commit(void **state)
{
	(void)state;
	off_t end[COMMITS + 1];
	make_log(end);
	struct t_file wal = t_load("w.db-wal");
	assert_int_equal(wal.len, end[COMMITS]);
	assert_int_equal(rows_with_damage(&wal, wal.len, CUT), rows_of(COMMITS)); /* control */
	int tried = 0;
	for (size_t at = 33; at < wal.len; at += 2711) {
		int whole = 0;
		while (whole < COMMITS && end[whole + 1] <= (off_t)at)
			whole++;
		/* between a fill and its update the rows are those of the next commit already */
		for (enum damage how = CUT; how <= FLIP; how++) {
			int64_t rows = rows_with_damage(&wal, at, how);
			if (rows != rows_of(whole) && rows != rows_of(whole + 1))
				print_error(
				    "cut at %zu, damage %d: %ld rows\n", at, (int)how, (long)rows);
			assert_true(rows == rows_of(whole) || rows == rows_of(whole + 1));
			tried++;
		}
	}
	print_message("%d damaged logs\n", tried);
	free(wal.data);
}

/* The same frame that ends a log in recovery is an error once the connection counts on it. */
static void
damaged_frame_in_use_is_an_error(void **state)
{
	(void)state;
	int err, noticed = 0;
	struct mk_db *db = t_open_mode("w.db", true, "wal", true);
	t_exec(db, t_tables);
	t_fill(db, 200);
	struct t_file wal = t_load("w.db-wal");
	size_t frames = (wal.len - MK_WAL_HEADER) / MK_WAL_FRAME;
	assert_true(frames > 10);
	for (size_t i = 0; i + 1 < frames; i++) {
		uint8_t *bad = malloc(wal.len);
		assert_non_null(bad);
		memcpy(bad, wal.data, wal.len);
		uint8_t *a = bad + MK_WAL_HEADER + i * MK_WAL_FRAME;
		if (i % 2 == 0) {
			a[100] ^= 1;
		} else { /* two whole frames change places */
			memcpy(a, wal.data + MK_WAL_HEADER + (i + 1) * MK_WAL_FRAME, MK_WAL_FRAME);
			memcpy(a + MK_WAL_FRAME, wal.data + MK_WAL_HEADER + i * MK_WAL_FRAME,
			    MK_WAL_FRAME);
		}
		int fd = open(t_path("w.db-wal"), O_WRONLY | O_CLOEXEC);
		assert_int_equal(pwrite(fd, bad, wal.len, 0), (ssize_t)wal.len);
		sqlite3_db_release_memory(mk_db_handle(db));
		t_int_err(mk_db_handle(db),
		    "SELECT sum(length(photo)) + sum(length(name)) FROM person", &err);
		noticed += err == MK_E_DAMAGED;
		assert_true(err == 0 || err == MK_E_DAMAGED);
		assert_int_equal(pwrite(fd, wal.data, wal.len, 0), (ssize_t)wal.len);
		close(fd);
		free(bad);
		sqlite3_db_release_memory(mk_db_handle(db));
		/* and the connection is not poisoned (sqlcipher #617) */
		assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 200);
	}
	assert_true(noticed > 5);
	free(wal.data);
	assert_int_equal(mk_db_close(db), 0);
}

/*
 * Copies database and journal in the middle of a transaction that has already written into the
 * database.
 */
static void
make_hot_journal(int64_t *before)
{
	struct mk_db *db = t_open_mode("j.db", true, "delete", true);
	t_exec(db, t_tables);
	t_fill(db, 300);
	*before = t_int(db, "SELECT sum(check_sum * id) FROM person");
	sqlite3_set_authorizer(mk_db_handle(db), NULL, NULL);
	t_exec(db, "PRAGMA cache_size=10; PRAGMA cache_spill=ON");
	assert_int_equal(mk_db_begin(db), 0);
	t_exec(db, "UPDATE person SET check_sum = check_sum + 1, photo = randomblob(3000)");
	t_copy("j.db", "h.db");
	t_copy("j.db-journal", "h.db-journal");
	assert_int_equal(mk_db_rollback(db), 0);
	assert_int_equal(t_int(db, "SELECT sum(check_sum * id) FROM person"), *before);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
}

static void
hot_journal_is_played_back(void **state)
{
	(void)state;
	int64_t before;
	make_hot_journal(&before);
	struct t_file original = t_load("j.db"), hot = t_load("h.db");
	assert_true(hot.len != original.len || memcmp(hot.data, original.data, hot.len) != 0);
	free(original.data);
	free(hot.data);
	struct mk_db *db = t_open_mode("h.db", false, "delete", false);
	assert_int_equal(t_int(db, "SELECT sum(check_sum * id) FROM person"), before);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
}

/*
 * A record within the synced count that does not open is damage: half a playback would be worse
 * than none.
 */
static void
damaged_journal_is_refused(void **state)
{
	(void)state;
	int64_t before;
	struct mk_db *db = NULL;
	struct mk_db_options o = {.journal = "delete"};
	make_hot_journal(&before);
	struct t_file hot = t_load("h.db"), journal = t_load("h.db-journal");
	assert_true(mk_vfs_u32(journal.data + 8) > 3);
	for (size_t record = 0; record < 3; record++)
		for (size_t at = 0; at < MK_JOURNAL_RECORD - 4; at += 517) {
			uint8_t *byte = journal.data + 512 + record * MK_JOURNAL_RECORD + at;
			*byte ^= 1;
			t_save("h.db", hot.data, hot.len);
			t_save("h.db-journal", journal.data, journal.len);
			*byte ^= 1;
			assert_int_equal(
			    mk_db_open_with(t_path("h.db"), &t_keys, false, &o, &db), MK_E_DAMAGED);
		}
	t_save("h.db", hot.data, hot.len);
	t_save("h.db-journal", journal.data, journal.len);
	assert_int_equal(mk_db_open_with(t_path("h.db"), &t_keys, false, &o, &db), 0); /* control */
	assert_int_equal(t_int(db, "SELECT sum(check_sum * id) FROM person"), before);
	assert_int_equal(mk_db_close(db), 0);
	free(hot.data);
	free(journal.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(torn_log_ends_at_a_commit, t_setup),
	    cmocka_unit_test_setup(damaged_frame_in_use_is_an_error, t_setup),
	    cmocka_unit_test_setup(hot_journal_is_played_back, t_setup),
	    cmocka_unit_test_setup(damaged_journal_is_refused, t_setup),
	    cmocka_unit_test_setup(killed_in_wal_mode, t_setup),
	    cmocka_unit_test_setup(killed_while_frames_are_rewritten, t_setup),
	    cmocka_unit_test_setup(commit_that_would_be_lost_is_refused, t_setup),
	    cmocka_unit_test_setup(killed_in_rollback_mode, t_setup),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
