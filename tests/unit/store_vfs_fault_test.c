/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Failing surroundings: a VFS below ours whose n-th operation fails, no locked memory, no
 * random bytes. An error is an error, what was acknowledged is kept, and nothing plain appears.
 */
#include "tests/unit/store_vfs_lib.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* --- a VFS below ours whose n-th operation fails once */

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs fault_vfs;
static int fault_at, fault_count; /* fault_at 0: never */
static bool fault_hit;

static bool
fault(void)
{
	bool now = ++fault_count == fault_at;
	fault_hit |= now;
	return now;
}

#define REAL(f) (((struct fault_file *)(f))->real)

static int
ff_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}

static int
ff_read(sqlite3_file *f, void *p, int n, sqlite3_int64 off)
{
	return fault() ? SQLITE_IOERR_READ : REAL(f)->pMethods->xRead(REAL(f), p, n, off);
}

static int
ff_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 off)
{
	return fault() ? SQLITE_IOERR_WRITE : REAL(f)->pMethods->xWrite(REAL(f), p, n, off);
}

static int
ff_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fault() ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int
ff_sync(sqlite3_file *f, int flags)
{
	return fault() ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int
ff_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return fault() ? SQLITE_IOERR_FSTAT : REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int
ff_lock(sqlite3_file *f, int level)
{
	return fault() ? SQLITE_IOERR_LOCK : REAL(f)->pMethods->xLock(REAL(f), level);
}

static int
ff_unlock(sqlite3_file *f, int level)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), level);
}

static int
ff_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int
ff_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int
ff_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int
ff_device(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

/* Shared memory for plain SQLite in the control; ours does not use it. */
static int
ff_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), region, size, extend, out);
}

static int
ff_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void
ff_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int
ff_shm_unmap(sqlite3_file *f, int remove)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

static const sqlite3_io_methods fault_io = {2, ff_close, ff_read, ff_write, ff_truncate, ff_sync,
    ff_size, ff_lock, ff_unlock, ff_reserved, ff_control, ff_sector, ff_device, ff_shm_map,
    ff_shm_lock, ff_shm_barrier, ff_shm_unmap, NULL, NULL};

static int
fault_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	sqlite3_vfs *real = v->pAppData;
	f->pMethods = NULL;
	REAL(f) = (sqlite3_file *)((struct fault_file *)f + 1);
	if (fault())
		return SQLITE_CANTOPEN;
	int rc = real->xOpen(real, name, REAL(f), flags, out);
	if (rc == SQLITE_OK)
		f->pMethods = &fault_io;
	return rc;
}

static int
fault_delete(sqlite3_vfs *v, const char *name, int sync)
{
	sqlite3_vfs *real = v->pAppData;
	return fault() ? SQLITE_IOERR_DELETE : real->xDelete(real, name, sync);
}

static void
fault_register(void)
{
	sqlite3_vfs *real = sqlite3_vfs_find("unix");
	assert_non_null(real);
	sqlite3_vfs_unregister(&fault_vfs); /* of a test that failed */
	fault_vfs = *real;
	fault_vfs.pNext = NULL;
	fault_vfs.iVersion = 1;
	fault_vfs.zName = "fault";
	fault_vfs.szOsFile = (int)sizeof(struct fault_file) + real->szOsFile;
	fault_vfs.pAppData = real;
	fault_vfs.xOpen = fault_open;
	fault_vfs.xDelete = fault_delete;
	assert_int_equal(sqlite3_vfs_register(&fault_vfs, 0), SQLITE_OK);
	fault_at = fault_count = 0;
	fault_hit = false;
}

static int
open_with_fault(const char *name, bool create, int at, struct mk_db **out)
{
	struct mk_db_options o = {.under = "fault", .keep_wal = true};
	fault_at = at;
	fault_count = 0;
	fault_hit = false;
	return mk_db_open_with(t_path(name), &t_keys, create, &o, out);
}

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

/* --- nothing plain when the cryptography fails */

static void
no_file_without_a_cipher(void **state)
{
	(void)state;
	struct mk_secret *pool[64];
	size_t n = 0;
	struct mk_db *db = NULL;
	while (n < 64 && (pool[n] = mk_secret_new(n < 3 ? 16000 : 1500)) != NULL)
		n++;
	assert_int_equal(mk_db_open(t_path("a.db"), &t_keys, true, &db), MK_E_NOMEM);
	assert_int_equal(access(t_path("a.db"), F_OK), -1);
	while (n > 0)
		mk_secret_free(pool[--n]);
	assert_int_equal(mk_db_close(t_open("a.db", true)), 0); /* control */
}

static bool
forbid_getrandom(void)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The child's answer, or 99 when it could not set up. */
static int
in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(f());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
create_without_randomness(void)
{
	struct mk_db *db = NULL;
	return forbid_getrandom() ? -mk_db_open(t_path("r.db"), &t_keys, true, &db) : 99;
}

/* The generator fails while the database is in use: writes fail, nothing plain appears. */
static int
write_without_randomness(void)
{
	struct mk_db *db = NULL;
	if (mk_db_open(t_path("w.db"), &t_keys, true, &db) < 0 || mk_db_exec(db, t_tables) < 0 ||
	    !forbid_getrandom())
		return 99;
	for (int i = 0; i < 500; i++) {
		int r = mk_db_exec(db, "INSERT INTO person (name) VALUES ('" NEEDLE "')");
		if (r < 0)
			return -r;
	}
	return 0;
}

static void
no_plain_page_without_randomness(void **state)
{
	(void)state;
	int r = in_child(create_without_randomness);
	if (r == 99) {
		print_message("no seccomp filter here: skipped\n");
		skip();
	}
	assert_int_equal(r, -MK_E_CRYPTO);
	assert_int_equal(access(t_path("r.db"), F_OK), -1);
	assert_int_equal(in_child(write_without_randomness), -MK_E_IO);
	struct t_file db = t_load("w.db"), wal = t_load("w.db-wal");
	assert_true(wal.len > 0 && !t_has(&wal, NEEDLE) && !t_has(&db, NEEDLE));
	free(db.data);
	free(wal.data);
	struct mk_db *again = t_open("w.db", false);
	assert_true(t_integrity(again));
	assert_int_equal(mk_db_close(again), 0);
}

/* --- I/O errors */

/*
 * One failing operation anywhere while a database is made: either an error, or every setting is
 * as wanted. The control is SQLite by itself, whose journal_mode says "wal" in its row and
 * stays in rollback mode.
 */
static void
settings_under_io_errors(void **state)
{
	(void)state;
	char says[64], is[64];
	int n, failed = 0, lied = 0;
	fault_register();
	for (n = 1;; n++) {
		struct mk_db *db = NULL;
		t_clean();
		int r = open_with_fault("a.db", true, n, &db);
		fault_at = 0;
		assert_true(r == 0 || r == MK_E_IO || r == MK_E_DAMAGED);
		failed += r < 0;
		if (r == 0) {
			assert_string_equal(
			    text_of(mk_db_handle(db), "PRAGMA journal_mode", is), "wal");
			assert_string_equal(
			    text_of(mk_db_handle(db), "PRAGMA synchronous", is), "2");
			mk_db_close(db);
		}
		if (!fault_hit)
			break;
		/* and a failed creation is not in the way of the next */
		db = t_open("a.db", true);
		t_exec(db, t_tables);
		assert_int_equal(mk_db_close(db), 0);
	}
	for (int i = 1; i < n; i++) {
		sqlite3 *sql = NULL;
		t_clean();
		fault_at = fault_count = 0;
		if (sqlite3_open_v2(t_path("c.db"), &sql,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "fault") == SQLITE_OK) {
			sqlite3_exec(sql, t_tables, NULL, NULL, NULL);
			fault_count = 0;
			fault_at = i;
			text_of(sql, "PRAGMA journal_mode=WAL", says);
			fault_at = 0;
			struct t_file f = t_load("c.db");
			lied += strcmp(says, "wal") == 0 && f.len > 18 && f.data[18] != 2;
			free(f.data);
		}
		sqlite3_close(sql);
	}
	print_message("%d operations, %d failed the open; SQLite alone said wal and was not: %d\n",
	    n - 1, failed, lied);
	assert_true(failed > 5 && lied > 0);
	sqlite3_vfs_unregister(&fault_vfs);
}

/*
 * One failing operation anywhere in a row of transactions: what was acknowledged is there, the
 * file is whole.
 */
static void
transactions_under_io_errors(void **state)
{
	(void)state;
	int errors = 0;
	fault_register();
	for (int n = 1;; n++) {
		struct mk_db *db = NULL;
		int acked = 0;
		t_clean();
		assert_int_equal(open_with_fault("a.db", true, 0, &db), 0);
		t_exec(db, t_tables);
		t_exec(db, "PRAGMA wal_autocheckpoint=10");
		fault_count = 0;
		fault_at = n;
		for (int i = 0; i < 8; i++) {
			int r = mk_db_begin(db);
			if (r == 0)
				r = mk_db_exec(db, "INSERT INTO person (name, photo) VALUES ('x', "
						   "randomblob(9000))");
			if (r == 0)
				r = mk_db_commit(db);
			else
				mk_db_rollback(db);
			assert_true(r == 0 || r == MK_E_IO || r == MK_E_DAMAGED);
			assert_false(mk_db_in_transaction(db));
			acked += r == 0;
			errors += r != 0;
		}
		fault_at = 0;
		mk_db_close(db);
		db = t_open("a.db", false);
		int64_t rows = t_int(db, "SELECT count(*) FROM person");
		assert_true(rows >= acked && rows <= 8);
		assert_true(t_integrity(db));
		assert_int_equal(mk_db_close(db), 0);
		if (!fault_hit)
			break;
		fault_hit = false;
	}
	assert_true(errors > 5);
	sqlite3_vfs_unregister(&fault_vfs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(no_file_without_a_cipher, t_setup),
	    cmocka_unit_test_setup(no_plain_page_without_randomness, t_setup),
	    cmocka_unit_test_setup(settings_under_io_errors, t_setup),
	    cmocka_unit_test_setup(transactions_under_io_errors, t_setup),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
