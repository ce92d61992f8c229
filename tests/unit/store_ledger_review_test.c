/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review queue: items, their sealed payload and picture, first views, deletion, and seals that
 * were moved.
 */
#include "src/store/ledger_internal.h"
#include "tests/unit/store_ledger_kit.h"

#define W 700
#define H 450

static struct mk_review
item(uint32_t w, uint32_t h, int64_t created)
{
	struct mk_review v = {.layout = "card-back",
	    .certain = true,
	    .by = "m0123456789abc",
	    .width = w,
	    .height = h,
	    .created = created};
	assert_int_equal(mk_id_new('r', &v.id), 0);
	return v;
}

static int
ids(const struct mk_review *v, void *arg)
{
	struct mk_buf *b = arg;
	mk_buf_puts(b, v->id.s);
	return 0;
}

static void
check_blob(struct mk_ledger *l, const struct kit *k, struct mk_id id, bool picture,
    const void *want, size_t len)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "before");
	if (picture)
		assert_int_equal(mk_ledger_review_picture(l, &k->nk, id.s, &b), 0);
	else
		assert_int_equal(mk_ledger_review_payload(l, &k->nk, id.s, &b), 0);
	assert_int_equal(b.len, 6 + len);
	assert_memory_equal(b.data, "before", 6);
	if (len > 0)
		assert_memory_equal(b.data + 6, want, len);
	mk_buf_free(&b);
}

static int
blob_error(struct mk_ledger *l, const struct mk_number_key *k, struct mk_id id, bool picture)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "before");
	int r = picture ? mk_ledger_review_picture(l, k, id.s, &b)
			: mk_ledger_review_payload(l, k, id.s, &b);
	if (r < 0) {
		assert_int_equal(b.len, 6);
		assert_memory_equal(b.data, "before", 6);
	}
	mk_buf_free(&b);
	return r;
}

static void
queue(void **state)
{
	static uint8_t grey[W * H];
	struct kit k;
	struct mk_review got;
	struct mk_buf list = MK_BUF_INIT, want = MK_BUF_INIT;
	uint64_t n = 0;
	(void)state;
	kit_new(&k, NULL);
	assert_int_equal(mk_rand(grey, sizeof grey), 0);
	struct mk_ledger *l = kit_ledger(&k, true);
	struct mk_review a = item(W, H, 200), b = item(0, 0, 100), c = item(0, 0, 50);
	assert_int_equal(
	    mk_ledger_review_add(l, &k.nk, &a, "x", 1, grey, sizeof grey), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &a, "payload", 7, grey, sizeof grey), 0);
	assert_int_equal(
	    mk_ledger_review_add(l, &k.nk, &a, "payload", 7, grey, sizeof grey), MK_E_EXISTS);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &b, NULL, 0, NULL, 0), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &c, "x", 1, grey, 10), MK_E_INPUT);
	c.width = 65536; /* times 65536 would be 0 in 32 bits */
	c.height = 65536;
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &c, "x", 1, NULL, 0), MK_E_INPUT);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_close(l), 0);
	l = kit_ledger(&k, false);
	assert_int_equal(mk_ledger_review_get(l, a.id.s, &got), 0);
	assert_memory_equal(got.id.s, a.id.s, sizeof a.id.s);
	assert_string_equal(got.layout, "card-back");
	assert_string_equal(got.by, "m0123456789abc");
	assert_string_equal(got.first_view, "");
	assert_true(got.certain);
	assert_int_equal(got.width, W);
	assert_int_equal(got.height, H);
	assert_int_equal(got.created, 200);
	check_blob(l, &k, a.id, false, "payload", 7);
	check_blob(l, &k, a.id, true, grey, sizeof grey);
	check_blob(l, &k, b.id, false, NULL, 0);
	assert_int_equal(blob_error(l, &k.nk, b.id, true), MK_E_NOT_FOUND);
	assert_int_equal(blob_error(l, &k.nk, c.id, false), MK_E_NOT_FOUND);
	/* in the order they came, whatever the clock said */
	assert_int_equal(mk_ledger_reviews(l, ids, &list), 0);
	mk_buf_puts(&want, a.id.s);
	mk_buf_puts(&want, b.id.s);
	assert_string_equal(mk_buf_str(&list), mk_buf_str(&want));
	assert_int_equal(mk_ledger_count(l, NULL, NULL, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(kit_scan(k.dir, grey, 64, NULL), 0);
	mk_buf_free(&list);
	mk_buf_free(&want);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
views_and_deletion(void **state)
{
	struct kit k;
	struct mk_review got;
	uint64_t n = 9;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	struct mk_review a = item(2, 2, 1);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &a, "p", 1, "1234", 4), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_review_viewed(l, a.id.s, "m1"), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_review_delete(l, a.id.s), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_viewed(l, "r0000000000abc", "m1"), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_review_viewed(l, a.id.s, ""), MK_E_INPUT);
	assert_int_equal(mk_ledger_review_viewed(l, a.id.s, "m1111111111111"), 0);
	assert_int_equal(mk_ledger_review_viewed(l, a.id.s, "m2222222222222"), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_review_get(l, a.id.s, &got), 0);
	assert_string_equal(got.first_view, "m1111111111111"); /* the first one stays */
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_delete(l, a.id.s), 0);
	assert_int_equal(mk_ledger_review_delete(l, a.id.s), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_review_get(l, a.id.s, &got), MK_E_NOT_FOUND);
	assert_int_equal(blob_error(l, &k.nk, a.id, true), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_count(l, NULL, NULL, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
moved_seals(void **state)
{
	struct kit k;
	struct mk_secret *raw = kit_key();
	struct mk_number_key wrong = {raw, 1}, later = {raw, 2};
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	struct mk_review a = item(2, 2, 1), b = item(2, 2, 2);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &a, "abcd", 4, "1234", 4), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &b, "efgh", 4, "5678", 4), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	check_blob(l, &k, a.id, false, "abcd", 4);
	check_blob(l, &k, a.id, true, "1234", 4);
	assert_int_equal(blob_error(l, &wrong, a.id, false), MK_E_DAMAGED);
	assert_int_equal(blob_error(l, &later, a.id, true), MK_E_NO_GRANT);
	/* payloads exchanged between the two items, then payload and picture within one */
	assert_int_equal(mk_db_exec(l->db, "CREATE TEMP TABLE t AS SELECT n, payload FROM review;"
					   "UPDATE review SET payload = (SELECT payload FROM t"
					   " WHERE t.n <> review.n)"),
	    0);
	assert_int_equal(blob_error(l, &k.nk, a.id, false), MK_E_DAMAGED);
	assert_int_equal(blob_error(l, &k.nk, b.id, false), MK_E_DAMAGED);
	assert_int_equal(mk_db_exec(l->db, "UPDATE review SET payload = (SELECT payload FROM t"
					   " WHERE t.n = review.n)"),
	    0);
	check_blob(l, &k, a.id, false, "abcd", 4);
	assert_int_equal(mk_db_exec(l->db, "UPDATE picture SET seal = (SELECT payload FROM review"
					   " WHERE review.id = picture.review)"),
	    0);
	assert_int_equal(blob_error(l, &k.nk, a.id, true), MK_E_DAMAGED);
	check_blob(l, &k, a.id, false, "abcd", 4);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_secret_free(raw);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(queue),
	    cmocka_unit_test(views_and_deletion),
	    cmocka_unit_test(moved_seals),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
