/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Someone edits the files of a database: bits, whole pages, pages and files of another ledger,
 * cuts. The answer is DAMAGED or the right data, never wrong data. And a search of the files
 * for what was stored, with plain SQLite as the control that the search finds it.
 */
#include "tests/unit/store_vfs_lib.h"

#define PERSONS 120
#define DAMAGED_HASH 1 /* in the place of a hash */

static uint64_t
mix(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/*
 * Everything in the tables as one hash, or DAMAGED_HASH when opening or reading said DAMAGED.
 * Any other error fails the test.
 */
static uint64_t
content(const char *name, const struct mk_db_keys *keys)
{
	static const char *const query[] = {
	    "SELECT id, name, check_sum, photo FROM person NOT INDEXED ORDER BY id",
	    "SELECT id, name FROM person ORDER BY name",
	};
	struct mk_db *db = NULL;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	int r = mk_db_open(t_path(name), keys, false, &db);
	for (size_t q = 0; r == 0 && q < 2; q++) {
		struct sqlite3_stmt *st = NULL;
		r = mk_stmt(db, query[q], &st);
		while (r == 0 && (r = mk_step(db, st)) == 1) {
			for (int c = 0; c < sqlite3_column_count(st); c++) {
				size_t len;
				const void *p = mk_col_blob(st, c, &len);
				h = mix(mix(h, &len, sizeof len), p, len);
			}
			r = 0;
			if (sqlite3_column_type(st, 0) == SQLITE_NULL)
				break;
		}
	}
	if (r != 0 && r != MK_E_DAMAGED)
		print_error("unexpected %s\n", mk_err_code(r));
	assert_true(r == 0 || r == MK_E_DAMAGED);
	mk_db_close(db);
	return r == 0 ? h : DAMAGED_HASH;
}

static struct t_file
make(const char *name, const struct mk_db_keys *keys)
{
	struct mk_db *db = NULL;
	assert_int_equal(mk_db_open(t_path(name), keys, true, &db), 0);
	t_exec(db, t_tables);
	t_fill(db, PERSONS);
	assert_int_equal(mk_db_close(db), 0);
	return t_load(name);
}

static uint64_t
content_of(const void *data, size_t len)
{
	unlink(t_path("t.db-wal"));
	t_save("t.db", data, len);
	return content("t.db", &t_keys);
}

static void
flipped_bits(void **state)
{
	(void)state;
	struct t_file f = make("a.db", &t_keys);
	uint64_t right = content_of(f.data, f.len);
	int tried = 0, noticed = 0;
	assert_true(right != DAMAGED_HASH); /* control */
	for (size_t at = 0; at < f.len; at += 509) {
		f.data[at] ^= (uint8_t)(1 << at % 8);
		uint64_t h = content_of(f.data, f.len);
		assert_true(h == DAMAGED_HASH || h == right);
		noticed += h == DAMAGED_HASH;
		tried++;
		f.data[at] ^= (uint8_t)(1 << at % 8);
	}
	/* every byte of the clear start and of the reserved end of page 1 */
	for (size_t at = 0; at < MK_PAGE_SIZE; at = at == 31 ? MK_PAGE_DATA : at + 1) {
		f.data[at] ^= 0x04;
		assert_true(content_of(f.data, f.len) == DAMAGED_HASH);
		f.data[at] ^= 0x04;
	}
	print_message("%d of %d flips noticed (the rest: pages nothing reads)\n", noticed, tried);
	assert_true(noticed > tried * 9 / 10);
	free(f.data);
}

static void
moved_pages(void **state)
{
	(void)state;
	struct t_file f = make("a.db", &t_keys);
	uint8_t *copy = malloc(f.len);
	assert_non_null(copy);
	uint64_t right = content_of(f.data, f.len);
	size_t pages = f.len / MK_PAGE_SIZE;
	int noticed = 0, tried = 0;
	for (size_t i = 0; i < pages; i += 3)
		for (size_t j = i + 1; j < pages; j += 7) {
			memcpy(copy, f.data, f.len);
			memcpy(copy + i * MK_PAGE_SIZE, f.data + j * MK_PAGE_SIZE, MK_PAGE_SIZE);
			memcpy(copy + j * MK_PAGE_SIZE, f.data + i * MK_PAGE_SIZE, MK_PAGE_SIZE);
			uint64_t h = content_of(copy, f.len);
			assert_true(h == DAMAGED_HASH || h == right);
			noticed += h == DAMAGED_HASH;
			tried++;
		}
	assert_true(noticed == tried && tried > 100);
	free(copy);
	free(f.data);
}

/* The same key, the same tables, another ledger or another vault: not one page may cross. */
static void
pages_of_another_ledger(void **state)
{
	(void)state;
	struct mk_db_keys keys[2] = {t_keys, t_keys};
	snprintf(keys[0].ledger, sizeof keys[0].ledger, "ltest000000002");
	keys[1].vault[0] ^= 1;
	struct t_file f = make("a.db", &t_keys);
	uint8_t *copy = malloc(f.len);
	assert_non_null(copy);
	for (size_t k = 0; k < 2; k++) {
		char name[] = "b0.db";
		name[1] = (char)('0' + k);
		struct t_file other = make(name, &keys[k]);
		assert_true(content(name, &keys[k]) != DAMAGED_HASH); /* control */
		assert_true(content_of(other.data, other.len) == DAMAGED_HASH);
		assert_int_equal(other.len, f.len);
		for (size_t i = 0; i < f.len / MK_PAGE_SIZE; i++) {
			memcpy(copy, f.data, f.len);
			memcpy(
			    copy + i * MK_PAGE_SIZE, other.data + i * MK_PAGE_SIZE, MK_PAGE_SIZE);
			assert_true(content_of(copy, f.len) == DAMAGED_HASH);
		}
		free(other.data);
	}
	free(copy);
	free(f.data);
}

static void
cut_files(void **state)
{
	(void)state;
	struct t_file f = make("a.db", &t_keys);
	for (size_t pages = 0; pages < f.len / MK_PAGE_SIZE; pages++) {
		assert_true(content_of(f.data, pages * MK_PAGE_SIZE) == DAMAGED_HASH);
		assert_true(content_of(f.data, pages * MK_PAGE_SIZE + 1 + pages * 37 % 4095) ==
			    DAMAGED_HASH);
	}
	assert_true(content_of(f.data, f.len) != DAMAGED_HASH); /* control */
	free(f.data);
}

/*
 * Cut behind a log that says how long the database is: SQLite alone would read the missing
 * pages as zeros.
 */
static void
cut_behind_a_log(void **state)
{
	(void)state;
	int err;
	struct t_file f = make("a.db", &t_keys);
	struct mk_db *db = t_open_mode("a.db", false, "wal", true);
	t_exec(db, "UPDATE person SET check_sum = 1 WHERE id = 1");
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(truncate(t_path("a.db"), (off_t)(f.len - 5 * MK_PAGE_SIZE)), 0);
	if (mk_db_open(t_path("a.db"), &t_keys, false, &db) == 0) {
		t_int_err(mk_db_handle(db), "SELECT sum(length(name) + id) FROM person NOT INDEXED",
		    &err);
		int err2;
		t_int_err(mk_db_handle(db), "SELECT sum(length(hex(photo))) FROM person", &err2);
		assert_true(err == MK_E_DAMAGED || err2 == MK_E_DAMAGED);
		mk_db_close(db);
	}
	free(f.data);
}

static void
wrong_key(void **state)
{
	(void)state;
	struct mk_db *db = NULL;
	struct mk_db_keys keys = t_keys;
	struct t_file f = make("a.db", &t_keys);
	free(f.data);
	keys.key[0].key = t_key[1];
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), MK_E_DAMAGED);
	keys = t_keys;
	keys.key[0].epoch = keys.current = 2;
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), MK_E_DAMAGED);
	assert_true(content("a.db", &t_keys) != DAMAGED_HASH); /* control */
}

/* A wrong key sees a torn log; it must leave it alone, also with create. */
static void
wrong_key_does_not_cost_the_log(void **state)
{
	(void)state;
	struct mk_db_keys keys = t_keys;
	keys.key[0].key = t_key[1];
	struct mk_db *db = t_open_mode("a.db", true, "wal", true);
	t_exec(db, t_tables);
	t_fill(db, PERSONS);
	assert_int_equal(mk_db_close(db), 0);
	struct t_file before = t_load("a.db-wal");
	assert_true(before.len > 10000);
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, false, &db), MK_E_DAMAGED);
	assert_int_equal(mk_db_open(t_path("a.db"), &keys, true, &db), MK_E_DAMAGED);
	struct t_file after = t_load("a.db-wal");
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, before.len);
	free(before.data);
	free(after.data);
	db = t_open("a.db", false);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), PERSONS);
	assert_int_equal(mk_db_close(db), 0);
}

static int
found_in(const char *db, const char *suffix)
{
	char name[64];
	snprintf(name, sizeof name, "%s%s", db, suffix);
	struct t_file f = t_load(name);
	int found = t_has(&f, NEEDLE) || t_has(&f, "CREATE TABLE") || t_has(&f, "photo-10photo");
	free(f.data);
	return f.len == 0 ? -1 : found; /* -1: no such file */
}

static const char some_work[] = "UPDATE person SET name = '" NEEDLE "-again' || id;"
				"DELETE FROM person WHERE id % 3 = 0;";

/*
 * Looks into the files while a transaction is open, after it, after VACUUM and after close.
 * journal: the mode. Returns how many files held a needle.
 */
static int
needles(sqlite3 *sql, const char *db, const char *log)
{
	int n = 0, sum = 0;
	char fill[400];
	snprintf(fill, sizeof fill,
	    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 150) INSERT "
	    "INTO "
	    "person (name, photo) SELECT '" NEEDLE
	    "' || i, CAST(replace(hex(zeroblob(300)), '00', 'photo-' || i) AS BLOB) FROM c;");
	const char *const step[] = {"PRAGMA cache_size=5; PRAGMA cache_spill=ON;", t_tables, fill,
	    "BEGIN", some_work, "COMMIT", "VACUUM"};
	for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
		int rc = sqlite3_exec(sql, step[i], NULL, NULL, NULL);
		if (rc != SQLITE_OK)
			print_error("%s: %s\n", step[i], sqlite3_errmsg(sql));
		assert_int_equal(rc, SQLITE_OK);
		if (i < 2)
			continue;
		int in_db = found_in(db, ""), in_log = found_in(db, log);
		n += (in_db == 1) + (in_log == 1);
		sum += in_log != -1;
	}
	assert_true(sum > 0); /* a log was there to be looked at */
	return n;
}

static void
needle_scan(void **state)
{
	(void)state;
	static const char *const mode[] = {"wal", "delete", "truncate", "persist"};
	for (size_t wide = 0; wide < 2; wide++)
		for (size_t m = 0; m < 4; m++) {
			char control[64];
			const char *log = m == 0 ? "-wal" : "-journal";
			t_clean();
			struct mk_db *db = t_open_mode("a.db", true, mode[m], true);
			sqlite3_set_authorizer(mk_db_handle(db), NULL, NULL);
			if (wide)
				t_exec(db, "PRAGMA encoding='UTF-16le'");
			assert_int_equal(needles(mk_db_handle(db), "a.db", log), 0);
			assert_int_equal(mk_db_close(db), 0);
			assert_int_equal(found_in("a.db", ""), 0);
			assert_true(found_in("a.db", log) <= 0);

			sqlite3 *sql = NULL;
			assert_int_equal(sqlite3_open_v2(t_path("c.db"), &sql,
					     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"),
			    SQLITE_OK);
			snprintf(control, sizeof control,
			    "PRAGMA encoding='%s'; PRAGMA journal_mode=%s",
			    wide ? "UTF-16le" : "UTF-8", mode[m]);
			assert_int_equal(sqlite3_exec(sql, control, NULL, NULL, NULL), SQLITE_OK);
			assert_true(needles(sql, "c.db", log) > 3);
			sqlite3_close(sql);
		}
}

/*
 * The checksums in frame headers and journal records are sums over plain pages: the same page
 * twice may not show the same sum.
 */
static void
checksums_do_not_tell(void **state)
{
	(void)state;
	struct mk_db *db = t_open_mode("a.db", true, "wal", true);
	t_exec(db, t_tables);
	t_exec(db, "INSERT INTO person (name) VALUES ('x')");
	for (int i = 0; i < 40; i++)
		t_exec(db, "UPDATE person SET name = 'x'"); /* the same page again and again */
	struct t_file wal = t_load("a.db-wal");
	size_t frames = (wal.len - MK_WAL_HEADER) / MK_WAL_FRAME;
	assert_true(frames > 40);
	for (size_t i = 0; i < frames; i++) {
		const uint8_t *a = wal.data + MK_WAL_HEADER + i * MK_WAL_FRAME + 8;
		assert_memory_not_equal(a, wal.data + 16, 8); /* the salts do not stand there */
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(
			    a, wal.data + MK_WAL_HEADER + j * MK_WAL_FRAME + 8, 8);
	}
	free(wal.data);
	assert_int_equal(mk_db_close(db), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(flipped_bits, t_setup),
	    cmocka_unit_test_setup(moved_pages, t_setup),
	    cmocka_unit_test_setup(pages_of_another_ledger, t_setup),
	    cmocka_unit_test_setup(cut_files, t_setup),
	    cmocka_unit_test_setup(cut_behind_a_log, t_setup),
	    cmocka_unit_test_setup(wrong_key, t_setup),
	    cmocka_unit_test_setup(wrong_key_does_not_cost_the_log, t_setup),
	    cmocka_unit_test_setup(needle_scan, t_setup),
	    cmocka_unit_test_setup(checksums_do_not_tell, t_setup),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
