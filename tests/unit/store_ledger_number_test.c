/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers: put, get, delete, duplicates; seals that do not open where they do not belong; and no
 * trace of a number in the files, with controls that show the search would have found one.
 */
#include <sqlite3.h>

#include "src/store/ledger_internal.h"
#include "tests/unit/store_ledger_kit.h"

static void
put(struct mk_ledger *l, const struct mk_number_key *k, struct mk_id id, const struct mk_secret *n)
{
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_number_put(l, k, id.s, n, "qr+ocr", 50, NULL), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
}

static void
expect(struct mk_ledger *l, const struct mk_number_key *k, struct mk_id id,
    const struct mk_secret *want)
{
	struct mk_secret *got = NULL;
	assert_int_equal(mk_ledger_number_get(l, k, id.s, &got), 0);
	assert_int_equal(got->len, MK_NUMBER_LEN);
	assert_memory_equal(got->data, want->data, MK_NUMBER_LEN);
	mk_secret_free(got);
}

static int
get(struct mk_ledger *l, const struct mk_number_key *k, struct mk_id id)
{
	struct mk_secret *got = NULL;
	int r = mk_ledger_number_get(l, k, id.s, &got);
	mk_secret_free(got);
	return r;
}

static void
numbers(void **state)
{
	struct kit k;
	struct mk_subject s;
	uint64_t with = 0;
	struct mk_secret *a = kit_number(), *b = kit_number();
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	struct mk_id id = kit_add(l, "E1", "山田", "ヤマダ");
	struct mk_id none = kit_add(l, "E2", "佐藤", "サトウ");
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_number_put(l, &k.nk, id.s, a, "ocr", 1, NULL), MK_E_INTERNAL);
	put(l, &k.nk, id, a);
	expect(l, &k.nk, id, a);
	assert_int_equal(get(l, &k.nk, none), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_subject_get(l, "E1", &s), 0);
	assert_true(s.has_number);
	assert_string_equal(s.number_source, "qr+ocr");
	assert_int_equal(s.updated, 50);
	mk_subject_free(&s);
	put(l, &k.nk, id, b); /* replaced */
	expect(l, &k.nk, id, b);
	assert_int_equal(mk_ledger_count(l, NULL, &with, NULL), 0);
	assert_int_equal(with, 1);
	assert_int_equal(mk_ledger_close(l), 0);
	l = kit_ledger(&k, false);
	expect(l, &k.nk, id, b);
	assert_int_equal(mk_ledger_number_delete(l, id.s), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_number_delete(l, id.s), 0);
	assert_int_equal(mk_ledger_number_delete(l, id.s), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(get(l, &k.nk, id), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_secret_free(a);
	mk_secret_free(b);
	kit_free(&k);
}

static void
refused(void **state)
{
	struct kit k;
	struct mk_secret *good = kit_number(), *bad = mk_secret_dup(good), *other_key = kit_key();
	struct mk_number_key other = {other_key, 2}, stranger = {other_key, 1},
			     none = {other_key, 0};
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	bad->data[11] = (uint8_t)('0' + (bad->data[11] - '0' + 1) % 10);
	assert_int_equal(mk_ledger_begin(l), 0);
	struct mk_id id = kit_add(l, "E1", "山田", "ヤマダ");
	assert_int_equal(mk_ledger_number_put(l, &k.nk, id.s, bad, "ocr", 1, NULL), MK_E_NUMBER);
	assert_int_equal(
	    mk_ledger_number_put(l, &k.nk, "s0000000000abc", good, "ocr", 1, NULL), MK_E_NOT_FOUND);
	assert_int_equal(
	    mk_ledger_number_put(l, &k.nk, id.s, good, "sixteen letters!", 1, NULL), MK_E_INPUT);
	assert_int_equal(mk_ledger_number_put(l, &none, id.s, good, "ocr", 1, NULL), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_number_put(l, &k.nk, id.s, good, "ocr", 1, NULL), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	expect(l, &k.nk, id, good);
	/*
	 * a key of another epoch is no right to this ledger; another key under the same epoch does
	 * not open
	 */
	assert_int_equal(get(l, &other, id), MK_E_NO_GRANT);
	assert_int_equal(get(l, &stranger, id), MK_E_DAMAGED);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(
	    mk_ledger_number_put(l, &other, id.s, good, "ocr", 1, NULL), MK_E_NO_GRANT);
	mk_ledger_rollback(l);
	expect(l, &k.nk, id, good);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_secret_free(good);
	mk_secret_free(bad);
	mk_secret_free(other_key);
	kit_free(&k);
}

static void
duplicates(void **state)
{
	struct kit k;
	struct mk_id who = {{0}};
	struct mk_secret *n = kit_number();
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	struct mk_id a = kit_add(l, "E1", "山田", ""), b = kit_add(l, "E2", "佐藤", "");
	assert_int_equal(mk_ledger_number_put(l, &k.nk, a.s, n, "ocr", 1, &who), 0);
	assert_string_equal(who.s, "");
	assert_int_equal(mk_ledger_number_put(l, &k.nk, a.s, n, "chip", 2, &who), 0); /* its own */
	assert_int_equal(mk_ledger_number_put(l, &k.nk, b.s, n, "ocr", 3, &who), MK_E_EXISTS);
	assert_string_equal(who.s, a.s);
	assert_int_equal(mk_ledger_number_put(l, &k.nk, b.s, n, "ocr", 3, NULL), MK_E_EXISTS);
	assert_int_equal(mk_ledger_number_delete(l, a.s), 0);
	assert_int_equal(mk_ledger_number_put(l, &k.nk, b.s, n, "ocr", 4, &who), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	expect(l, &k.nk, b, n);
	assert_int_equal(get(l, &k.nk, a), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_secret_free(n);
	kit_free(&k);
}

/* Runs a statement over the ids; false when it changed nothing. */
static bool
sql(struct mk_ledger *l, const char *text, struct mk_id a, struct mk_id b)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = mk_db_handle(l->db);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_text(st, 1, a.s, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, b.s, -1, SQLITE_STATIC); /* not every statement has it */
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	return sqlite3_changes(db) > 0;
}

/*
 * Someone who holds the page key and can write rows moves a seal: it does not open. Each move is
 * undone, and then it opens again.
 */
static void
moved_seals(void **state)
{
	static const char *const move[] = {
	    "UPDATE number SET seal = (SELECT seal FROM number WHERE subject = ?2) WHERE subject = "
	    "?1",
	    "UPDATE number SET seal = zeroblob(40) WHERE subject = ?1",
	    "UPDATE number SET seal = CAST(substr(seal, 1, 39) || x'00' AS BLOB) WHERE subject = ?1"
	    " AND substr(seal, 40) <> x'00'",
	    "UPDATE number SET seal = CAST(x'00' || substr(seal, 2) AS BLOB) WHERE subject = ?1"
	    " AND substr(seal, 1, 1) <> x'00'",
	};
	struct kit k;
	struct mk_secret *na = kit_number(), *nb = kit_number();
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	struct mk_id a = kit_add(l, "E1", "山田", ""), b = kit_add(l, "E2", "佐藤", "");
	struct mk_id spare = kit_add(l, "E3", "控え", "");
	assert_int_equal(mk_ledger_commit(l), 0);
	put(l, &k.nk, b, nb);
	for (size_t i = 0; i < sizeof move / sizeof move[0]; i++) {
		do {
			put(l, &k.nk, a, na);
			expect(l, &k.nk, a, na);
		} while (!sql(l, move[i], a, b));
		assert_int_equal(get(l, &k.nk, a), MK_E_DAMAGED);
		expect(l, &k.nk, b, nb);
	}
	/* two whole rows exchanged, index and all */
	put(l, &k.nk, a, na);
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", a, spare));
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", b, a));
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", spare, b));
	assert_int_equal(get(l, &k.nk, a), MK_E_DAMAGED);
	assert_int_equal(get(l, &k.nk, b), MK_E_DAMAGED);
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", a, spare));
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", b, a));
	assert_true(sql(l, "UPDATE number SET subject = ?2 WHERE subject = ?1", spare, b));
	expect(l, &k.nk, a, na);
	expect(l, &k.nk, b, nb);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_secret_free(na);
	mk_secret_free(nb);
	kit_free(&k);
}

/*
 * Every part of the AAD binds: the same bytes under another vault, ledger, id, kind, class or epoch
 * do not open.
 */
static void
bound_parts(void **state)
{
	struct kit k;
	struct mk_buf seal = MK_BUF_INIT;
	struct mk_secret *n = kit_number();
	struct mk_id id, other_id;
	uint8_t out[MK_NUMBER_LEN];
	(void)state;
	kit_new(&k, NULL);
	assert_int_equal(mk_id_new('s', &id), 0);
	assert_int_equal(mk_id_new('s', &other_id), 0);
	struct mk_ledger l = {.class = "employee"};
	memcpy(l.id.s, k.keys.ledger, sizeof l.id.s);
	memcpy(l.vault, k.keys.vault, sizeof l.vault);
	assert_int_equal(
	    mk_ledger_seal(&l, &k.nk, MK_LSEAL_NUMBER, id.s, n->data, n->len, &seal), 0);
	assert_int_equal(seal.len, 40);
	struct mk_ledger wrong[3] = {l, l, l};
	wrong[0].vault[15] ^= 1;
	wrong[1].id.s[13] = wrong[1].id.s[13] == 'a' ? 'b' : 'a';
	memcpy(wrong[2].class, "employef", 8);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(mk_ledger_unseal(&wrong[i], &k.nk, MK_LSEAL_NUMBER, id.s, 1,
				     seal.data, seal.len, out),
		    MK_E_DAMAGED);
	struct mk_number_key later = {k.number, 2};
	assert_int_equal(
	    mk_ledger_unseal(&l, &later, MK_LSEAL_NUMBER, id.s, 2, seal.data, seal.len, out),
	    MK_E_DAMAGED);
	assert_int_equal(
	    mk_ledger_unseal(&l, &k.nk, MK_LSEAL_PAYLOAD, id.s, 1, seal.data, seal.len, out),
	    MK_E_DAMAGED);
	assert_int_equal(
	    mk_ledger_unseal(&l, &k.nk, MK_LSEAL_NUMBER, other_id.s, 1, seal.data, seal.len, out),
	    MK_E_DAMAGED);
	assert_int_equal(
	    mk_ledger_unseal(&l, &k.nk, MK_LSEAL_NUMBER, id.s, 1, seal.data, seal.len, out), 0);
	assert_memory_equal(out, n->data, n->len);
	mk_wipe(out, sizeof out);
	mk_buf_free(&seal);
	mk_secret_free(n);
	kit_free(&k);
}

static const char needle_name[] = "蔵前谷中千駄木太郎";

/*
 * The control: the same rows in a plain SQLite file, a number in each form. Every needle is found
 * there.
 */
static void
plain_control(const struct kit *k, const struct mk_secret *n)
{
	struct kit plain = *k;
	char path[200];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	kit_new(&plain, NULL);
	snprintf(path, sizeof path, "%s/plain.db", plain.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (v BLOB)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?1)", -1, &st, NULL), SQLITE_OK);
	for (int form = 0; form <= KIT_FORMS; form++) {
		struct mk_buf b = MK_BUF_INIT;
		if (form < KIT_FORMS)
			kit_form(n, form, &b);
		else
			mk_buf_puts(&b, needle_name);
		assert_int_equal(kit_scan(plain.dir, b.data, b.len, NULL), 0);
		sqlite3_bind_blob(st, 1, b.data, (int)b.len, SQLITE_TRANSIENT);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		sqlite3_reset(st);
		assert_int_equal(kit_scan(plain.dir, b.data, b.len, NULL), 1);
		mk_buf_free(&b);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	kit_free(&plain);
}

static void
scan_all(const struct kit *k, struct mk_secret *const n[], size_t count, size_t least)
{
	for (size_t i = 0; i < count; i++)
		for (int form = 0; form < KIT_FORMS; form++) {
			struct mk_buf b = MK_BUF_INIT;
			size_t bytes = 0;
			kit_form(n[i], form, &b);
			assert_int_equal(kit_scan(k->dir, b.data, b.len, &bytes), 0);
			assert_true(bytes >= least);
			mk_buf_free(&b);
		}
	assert_int_equal(kit_scan(k->dir, needle_name, sizeof needle_name - 1, NULL), 0);
	assert_int_equal(kit_scan(k->dir, "CREATE TABLE", 12, NULL), 0);
}

static void
no_trace(void **state)
{
	struct kit k;
	struct mk_secret *n[20];
	struct mk_id id[20];
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	for (size_t i = 0; i < 20; i++) {
		n[i] = kit_number();
		id[i] = kit_add(l, "", needle_name, "クラマエ");
		assert_int_equal(mk_ledger_number_put(l, &k.nk, id[i].s, n[i], "ocr", 1, NULL), 0);
	}
	assert_int_equal(mk_ledger_commit(l), 0);
	for (size_t i = 0; i < 20; i++)
		expect(l, &k.nk, id[i], n[i]);
	scan_all(&k, n, 20, 4096); /* database and WAL of the open ledger */
	assert_int_equal(mk_ledger_close(l), 0);
	scan_all(&k, n, 20, 8 * 4096);
	plain_control(&k, n[0]);
	for (size_t i = 0; i < 20; i++)
		mk_secret_free(n[i]);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(duplicates),
	    cmocka_unit_test(moved_seals),
	    cmocka_unit_test(bound_parts),
	    cmocka_unit_test(no_trace),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
