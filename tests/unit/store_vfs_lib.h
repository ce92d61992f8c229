/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of the encrypted database share: a throw-away folder, keys, whole files in
 * memory, a search for needles, and the same tables everywhere. Included once per test program;
 * nothing here is part of the product.
 */
#ifndef MK_TESTS_STORE_VFS_LIB_H
#define MK_TESTS_STORE_VFS_LIB_H

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/secret.h"
#include "mynakura/store/db.h"
#include "src/store/vfs_internal.h"

#include "tests/lib/mk_cmocka.h"

#define NEEDLE "needle-Hashimoto-7Q2X"
#define UNUSED __attribute__((unused))

static char t_dir[512];
static struct mk_secret *t_key[3]; /* of epochs 1, 2, 3 */
static struct mk_db_keys t_keys; /* epoch 1 of ledger "ltest000000001" */

static UNUSED const char *
t_path(const char *name)
{
	static char path[4][1024];
	static unsigned next;
	char *p = path[next++ % 4];
	snprintf(p, sizeof path[0], "%s/%s", t_dir, name);
	return p;
}

static UNUSED void
t_clean(void)
{
	DIR *d = opendir(t_dir);
	struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlink(t_path(e->d_name));
	if (d != NULL)
		closedir(d);
}

static UNUSED int
t_setup_all(void **state)
{
	(void)state;
	const char *tmp = getenv("TMPDIR");
	snprintf(t_dir, sizeof t_dir, "%s/mk-vfs-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mk_base_init() < 0 || mkdtemp(t_dir) == NULL)
		return -1;
	for (int i = 0; i < 3; i++) {
		uint8_t raw[32];
		memset(raw, 0x11 * (i + 1), sizeof raw);
		t_key[i] = mk_secret_from(raw, sizeof raw);
		if (t_key[i] == NULL)
			return -1;
	}
	memset(&t_keys, 0, sizeof t_keys);
	memcpy(t_keys.vault, "vault-id-16bytes", 16);
	snprintf(t_keys.ledger, sizeof t_keys.ledger, "ltest000000001");
	t_keys.current = 1;
	t_keys.count = 1;
	t_keys.key[0] = (struct mk_db_key){1, t_key[0]};
	return 0;
}

static UNUSED int
t_teardown_all(void **state)
{
	(void)state;
	t_clean();
	rmdir(t_dir);
	for (int i = 0; i < 3; i++)
		mk_secret_free(t_key[i]);
	return 0;
}

static UNUSED int
t_setup(void **state)
{
	(void)state;
	t_clean();
	return 0;
}

static UNUSED struct mk_db *
t_open(const char *name, bool create)
{
	struct mk_db *db = NULL;
	assert_int_equal(mk_db_open(t_path(name), &t_keys, create, &db), 0);
	return db;
}

static UNUSED struct mk_db *
t_open_mode(const char *name, bool create, const char *journal, bool keep_wal)
{
	struct mk_db *db = NULL;
	struct mk_db_options o = {.journal = journal, .keep_wal = keep_wal};
	assert_int_equal(mk_db_open_with(t_path(name), &t_keys, create, &o, &db), 0);
	return db;
}

static UNUSED void
t_exec(struct mk_db *db, const char *sql)
{
	int r = mk_db_exec(db, sql);
	if (r != 0)
		print_error("%s: %s (%s)\n", sql, mk_err_code(r), sqlite3_errmsg(mk_db_handle(db)));
	assert_int_equal(r, 0);
}

/*
 * First column of the first row as an integer; the statement is not cached. Negative MK_E_*
 * goes to *err.
 */
static UNUSED int64_t
t_int_err(sqlite3 *sql, const char *text, int *err)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;
	int rc = sqlite3_prepare_v2(sql, text, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW) {
			v = sqlite3_column_int64(st, 0);
			rc = SQLITE_OK;
		}
	}
	sqlite3_finalize(st);
	*err = mk_db_error(NULL, rc);
	return v;
}

static UNUSED int64_t
t_int(struct mk_db *db, const char *text)
{
	int err;
	int64_t v = t_int_err(mk_db_handle(db), text, &err);
	assert_int_equal(err, 0);
	return v;
}

static UNUSED bool
t_integrity(struct mk_db *db)
{
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_prepare_v2(mk_db_handle(db), "PRAGMA integrity_check", -1, &st, NULL) ==
		      SQLITE_OK &&
		  sqlite3_step(st) == SQLITE_ROW && strcmp(mk_col_text(st, 0), "ok") == 0;
	sqlite3_finalize(st);
	return ok;
}

/*
 * The same content everywhere: n persons with names, an index, and a blob that needs overflow
 * pages every 10th row.
 */
static const char t_tables[] = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
			       "check_sum INTEGER, photo BLOB);"
			       "CREATE INDEX person_name ON person (name);";

static UNUSED void
t_fill(struct mk_db *db, int n)
{
	char sql[600];
	snprintf(sql, sizeof sql,
	    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
	    "INSERT INTO person (name, check_sum, photo) "
	    "SELECT '" NEEDLE "-' || i, i * 7, CASE WHEN i %% 10 = 0 THEN "
	    "CAST(replace(hex(zeroblob(4500)), '00', 'photo-' || i) AS BLOB) END FROM c",
	    n);
	t_exec(db, sql);
}

struct t_file {
	uint8_t *data;
	size_t len;
};

static UNUSED struct t_file
t_load(const char *name)
{
	struct t_file f = {NULL, 0};
	struct stat st;
	int fd = open(t_path(name), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return f;
	assert_int_equal(fstat(fd, &st), 0);
	f.len = (size_t)st.st_size;
	f.data = malloc(f.len + 1);
	assert_non_null(f.data);
	for (size_t n = 0; n < f.len;) {
		ssize_t got = read(fd, f.data + n, f.len - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	close(fd);
	return f;
}

static UNUSED void
t_save(const char *name, const void *data, size_t len)
{
	int fd = open(t_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static UNUSED void
t_copy(const char *from, const char *to)
{
	struct t_file f = t_load(from);
	assert_non_null(f.data);
	t_save(to, f.data, f.len);
	free(f.data);
}

static UNUSED bool
t_has(const struct t_file *f, const char *needle)
{
	uint8_t wide[256];
	size_t n = strlen(needle);
	for (size_t i = 0; i < n; i++) {
		wide[2 * i] = (uint8_t)needle[i];
		wide[2 * i + 1] = 0;
	}
	return f->data != NULL && (memmem(f->data, f->len, needle, n) != NULL ||
				      memmem(f->data, f->len, wide, 2 * n) != NULL);
}

#endif
