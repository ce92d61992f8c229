/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening, settings, transactions and closing of an encrypted database. Every setting is set,
 * stepped to its end and asked again: with one EIO SQLite says "wal" and stays in rollback mode
 * (security.md 1). The statement helpers are in db_stmt.c.
 */
#include "mynakura/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_internal.h"
#include "mynakura/base/err.h"
#include "vfs_internal.h"

/*
 * SQLite must be configured before its first use; where someone was faster, each setting is
 * also made per connection.
 */
static int
configure(void)
{
	const int rc[] = {
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0),
	    sqlite3_config(SQLITE_CONFIG_URI, 0),
	    sqlite3_config(SQLITE_CONFIG_MMAP_SIZE, (sqlite3_int64)0, (sqlite3_int64)0),
	};
	for (size_t i = 0; i < sizeof rc / sizeof *rc; i++)
		if (rc[i] != SQLITE_OK && rc[i] != SQLITE_MISUSE)
			return MK_E_INTERNAL;
	return sqlite3_initialize() == SQLITE_OK ? 0 : MK_E_INTERNAL;
}

/*
 * The cipher is made, and has proved that it encrypts, before any file is touched (sqlcipher
 * #347).
 */
static int
make_cipher(const struct mk_db_keys *keys, struct mk_page_cipher **out)
{
	struct mk_page_cipher *c = NULL;
	if (keys->count == 0 || keys->count > MK_DB_EPOCHS)
		return MK_E_INPUT;
	int r =
	    mk_page_cipher_new(MK_PAGE_AES256_OCB, keys->vault, (const uint8_t *)keys->ledger, &c);
	for (size_t i = 0; r == 0 && i < keys->count; i++)
		r = mk_page_cipher_add(c, keys->key[i].epoch, keys->key[i].key);
	if (r == 0 && mk_page_cipher_current(c, keys->current) < 0)
		r = MK_E_INPUT;
	if (r < 0) {
		mk_page_cipher_free(c);
		return r == MK_E_EXISTS ? MK_E_INPUT : r;
	}
	*out = c;
	return 0;
}

/*
 * The folder resolved, the name as given: SQLite gets a name without symbolic links and refuses
 * any other.
 */
static int
resolve(const char *path, char out[PATH_MAX])
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	if (*name == '\0' || n >= sizeof folder)
		return MK_E_INPUT;
	memcpy(folder, path, n);
	folder[n] = '\0';
	if (realpath(slash == NULL ? "." : n == 0 ? "/" : folder, real) == NULL)
		return mk_err_from_errno(errno);
	int len = snprintf(out, PATH_MAX, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	return len > 0 && len < PATH_MAX ? 0 : MK_E_INPUT;
}

static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = (size_t)(slash - path);
	memcpy(folder, path, n);
	folder[n] = '\0';
	int fd = open(n == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int r = fsync(fd) == 0 ? 0 : MK_E_IO;
	close(fd);
	return r;
}

/* An existing regular file, or with create an empty one of mode 0600. */
static int
prepare_file(const char *path, bool create)
{
	struct stat st;
	if (lstat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return MK_E_DENIED;
		/*
		 * less than a page is what a crash while it was made leaves; SQLite takes it
		 * for empty
		 */
		return st.st_size >= MK_PAGE_SIZE || create ? 0 : MK_E_DAMAGED;
	}
	if (errno != ENOENT || !create)
		return mk_err_from_errno(errno);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? MK_E_BUSY : mk_err_from_errno(errno);
	close(fd);
	return sync_folder(path);
}

/*
 * Nothing reaches another file (ATTACH, VACUUM INTO), and no statement changes the settings
 * made at open. VACUUM attaches the empty name, which temp_store keeps in memory.
 */
static int
authorize(void *arg, int action, const char *one, const char *two, const char *database,
    const char *trigger)
{
	static const char *const fixed[] = {"journal_mode", "locking_mode", "synchronous",
	    "temp_store", "mmap_size", "secure_delete", "page_size", "auto_vacuum",
	    "temp_store_directory", "cache_spill", "writable_schema", "trusted_schema",
	    "foreign_keys"};
	(void)arg;
	(void)database;
	(void)trigger;
	if (action == SQLITE_ATTACH)
		return one != NULL && *one == '\0' ? SQLITE_OK : SQLITE_DENY;
	if (action != SQLITE_PRAGMA || one == NULL || two == NULL)
		return SQLITE_OK;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (sqlite3_stricmp(one, fixed[i]) == 0)
			return SQLITE_DENY;
	return SQLITE_OK;
}

static int
harden(struct mk_db *db)
{
	static const struct {
		int op, value;
	} config[] = {
	    /* else a close after a failed open deletes a WAL that the wrong key cannot read */
	    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	    {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0},
	};
	sqlite3_extended_result_codes(db->sql, 1);
	for (size_t i = 0; i < sizeof config / sizeof *config; i++) {
		int is = -1;
		if (sqlite3_db_config(db->sql, config[i].op, config[i].value, &is) != SQLITE_OK ||
		    is != config[i].value)
			return MK_E_INTERNAL;
	}
	sqlite3_limit(db->sql, SQLITE_LIMIT_WORKER_THREADS, 0);
	return 0;
}

/* Runs a pragma to DONE; the first row's text goes to out ("" without a row). */
static int
pragma(struct mk_db *db, const char *sql, char out[16])
{
	sqlite3_stmt *st = NULL;
	bool first = true;
	out[0] = '\0';
	int rc = sqlite3_prepare_v2(db->sql, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return mk_db_error(db, rc);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (first)
			snprintf(out, 16, "%s", mk_col_text(st, 0));
		first = false;
	}
	int rc2 = sqlite3_finalize(st);
	if (rc == SQLITE_DONE && rc2 == SQLITE_OK)
		return 0;
	return mk_db_error(db, rc == SQLITE_DONE ? rc2 : rc);
}

/*
 * locking_mode before journal_mode: only so does the WAL index stay in the heap (decisions.md
 * 8).
 */
static int
set_modes(struct mk_db *db, const struct mk_db_options *options)
{
	const char *journal = options->journal == NULL ? "wal" : options->journal;
	char set_journal[64];
	snprintf(set_journal, sizeof set_journal, "PRAGMA journal_mode=%s", journal);
	const struct {
		const char *set, *ask, *want;
	} mode[] = {
	    {options->shared ? "PRAGMA locking_mode=NORMAL" : "PRAGMA locking_mode=EXCLUSIVE",
		"PRAGMA locking_mode", options->shared ? "normal" : "exclusive"},
	    {"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
	    /* a spill and a rolled-back savepoint lose commits: vfs_wal.c, mk_wal_check */
	    {"PRAGMA cache_spill=OFF", "PRAGMA cache_spill", "0"},
	    {"PRAGMA mmap_size=0", "PRAGMA mmap_size", "0"},
	    {"PRAGMA page_size=4096", "PRAGMA page_size", "4096"},
	    {"PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1"},
	    {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"},
	    {set_journal, "PRAGMA journal_mode", journal},
	    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
	};
	char is[16];
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof mode / sizeof *mode; i++)
		r = pragma(db, mode[i].set, is);
	for (size_t i = 0; r == 0 && i < sizeof mode / sizeof *mode; i++) {
		r = pragma(db, mode[i].ask, is);
		if (r == 0 && strcmp(is, mode[i].want) != 0)
			r = MK_E_IO;
	}
	/*
	 * the schema is read now: a wrong key shows here, and the exclusive lock is held from
	 * here
	 */
	return r == 0 ? pragma(db, "SELECT count(*) FROM sqlite_schema", is) : r;
}

static int
connect(struct mk_db *db, const char *path, const struct mk_db_options *options)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;
	int rc = sqlite3_open_v2(path, &db->sql, flags, db->vfs->name);
	if (rc != SQLITE_OK)
		return db->sql == NULL ? MK_E_NOMEM : mk_db_error(db, rc);
	int r = harden(db);
	if (r == 0)
		r = set_modes(db, options);
	if (r == 0 && sqlite3_set_authorizer(db->sql, authorize, NULL) != SQLITE_OK)
		r = MK_E_INTERNAL;
	return r;
}

/* Never SQLite's own checkpoint: mk_db_close makes it where it is wanted. */
static int
destroy(struct mk_db *db)
{
	int r = 0;
	mk_stmt_drop_all(db);
	if (sqlite3_close(db->sql) != SQLITE_OK) {
		/* a statement of the caller's is still open: the VFS must outlive it */
		sqlite3_close_v2(db->sql);
		r = MK_E_INTERNAL;
	} else {
		mk_vfs_free(db->vfs);
	}
	free(db);
	return r;
}

int
mk_db_open_with(const char *path, const struct mk_db_keys *keys, bool create,
    const struct mk_db_options *options, struct mk_db **out)
{
	char full[PATH_MAX];
	struct mk_page_cipher *cipher = NULL;
	struct mk_db *db = NULL;
	int r = make_cipher(keys, &cipher);
	if (r == 0)
		r = configure();
	if (r == 0)
		r = resolve(path, full);
	if (r == 0)
		r = prepare_file(full, create);
	if (r == 0 && (db = calloc(1, sizeof *db)) == NULL)
		r = MK_E_NOMEM;
	if (r < 0)
		goto out;
	r = mk_vfs_new(full, cipher, options->under, &db->vfs);
	cipher = NULL;
	if (r < 0)
		goto out;
	db->keep_wal = options->keep_wal;
	r = connect(db, full, options);
	if (r < 0)
		goto out;
	*out = db;
	return 0;
out:
	mk_page_cipher_free(cipher);
	if (db != NULL)
		destroy(db);
	return r;
}

int
mk_db_open(const char *path, const struct mk_db_keys *keys, bool create, struct mk_db **out)
{
	const struct mk_db_options options = {0};
	return mk_db_open_with(path, keys, create, &options, out);
}

int
mk_db_checkpoint(struct mk_db *db)
{
	int left = 0, done = 0;
	if (mk_db_in_transaction(db))
		return MK_E_STATE;
	int rc =
	    sqlite3_wal_checkpoint_v2(db->sql, "main", SQLITE_CHECKPOINT_TRUNCATE, &left, &done);
	if (rc != SQLITE_OK)
		return mk_db_error(db, rc);
	return left == done || left == 0 ? 0 : MK_E_BUSY;
}

int
mk_db_close(struct mk_db *db)
{
	int r = 0;
	if (db == NULL)
		return 0;
	mk_stmt_drop_all(db);
	r = mk_db_rollback(db);
	if (!db->keep_wal) {
		int r2 = mk_db_checkpoint(db);
		/* only now may SQLite remove the log: it is empty */
		if (r2 == 0)
			sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
		r = r < 0 ? r : r2;
	}
	int r2 = destroy(db);
	return r < 0 ? r : r2;
}

struct sqlite3 *
mk_db_handle(struct mk_db *db)
{
	return db->sql;
}

bool
mk_db_in_transaction(const struct mk_db *db)
{
	return sqlite3_get_autocommit(db->sql) == 0;
}

int
mk_db_exec(struct mk_db *db, const char *sql)
{
	return mk_db_error(db, sqlite3_exec(db->sql, sql, NULL, NULL, NULL));
}

int
mk_db_begin(struct mk_db *db)
{
	return mk_db_in_transaction(db) ? MK_E_STATE : mk_db_exec(db, "BEGIN IMMEDIATE");
}

int
mk_db_commit(struct mk_db *db)
{
	if (!mk_db_in_transaction(db))
		return MK_E_STATE;
	int r = mk_db_exec(db, "COMMIT");
	if (r < 0)
		mk_db_rollback(db);
	return r;
}

int
mk_db_rollback(struct mk_db *db)
{
	return mk_db_in_transaction(db) ? mk_db_exec(db, "ROLLBACK") : 0;
}

int
mk_db_error(struct mk_db *db, int rc)
{
	(void)db;
	if (rc == SQLITE_IOERR_NOMEM)
		return MK_E_NOMEM;
	if (rc == MK_VFS_DAMAGED || rc == SQLITE_IOERR_SHORT_READ || rc == SQLITE_IOERR_CORRUPTFS)
		return MK_E_DAMAGED;
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return MK_E_DAMAGED;
	case SQLITE_FULL:
		return MK_E_NOSPACE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return MK_E_BUSY;
	case SQLITE_CONSTRAINT:
		return MK_E_EXISTS;
	case SQLITE_TOOBIG:
		return MK_E_TOO_BIG;
	case SQLITE_NOMEM:
		return MK_E_NOMEM;
	case SQLITE_AUTH:
		return MK_E_DENIED;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PROTOCOL:
		return MK_E_IO;
	default:
		return MK_E_INTERNAL;
	}
}
