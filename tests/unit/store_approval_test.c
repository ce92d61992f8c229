/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for a second person serves once, expires, and is there after a restart. */
#include "mynakura/store/approval.h"

#include "mynakura/store/main.h"
#include "tests/unit/store_ledger_kit.h"

static int
with_kit(void **state)
{
	static struct kit k;
	kit_new(&k, "main");
	*state = &k;
	return 0;
}

static int
without_kit(void **state)
{
	kit_free(*state);
	return 0;
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, with_kit, without_kit)

static struct mk_main *
main_open(struct kit *k, bool create)
{
	struct mk_main *m = NULL;
	assert_int_equal(mk_main_open(k->path, &k->keys, create, &m), 0);
	return m;
}

static struct mk_approval_row
row(char digit, int64_t created)
{
	struct mk_approval_row a = {.request = "export",
	    .requester = "mabcdefghjkmnp",
	    .uid = 1001,
	    .ledger = "labcdefghjkmnp",
	    .people = 31,
	    .created = created,
	    .deadline = created + 86400};
	assert_int_equal(mk_id_new('a', &a.id), 0);
	memset(a.digest, digit, 64);
	return a;
}

static struct mk_approval_row
get(struct mk_main *m, const struct mk_approval_row *a, struct mk_buf *content)
{
	struct mk_approval_row out;
	assert_int_equal(mk_approval_get(m, a->id.s, &out, content), 0);
	return out;
}

static void
it_is_there_after_a_restart(void **state)
{
	struct kit *k = *state;
	struct mk_buf content = MK_BUF_INIT;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row a = row('a', 1000);
	assert_int_equal(mk_approval_add(m, &a, "what", 4), 0);
	assert_int_equal(mk_approval_add(m, &a, "what", 4), MK_E_EXISTS);
	mk_main_close(m);
	m = main_open(k, false);
	struct mk_approval_row b = get(m, &a, &content);
	assert_int_equal(b.state, MK_AGREED_waiting);
	assert_string_equal(b.request, "export");
	assert_string_equal(b.requester, a.requester);
	assert_string_equal(b.ledger, a.ledger);
	assert_string_equal(b.digest, a.digest);
	assert_int_equal(b.people, 31);
	assert_int_equal(b.uid, 1001);
	assert_int_equal(b.deadline, 87400);
	assert_memory_equal(content.data, "what", 4);
	assert_int_equal(mk_approval_get(m, "aaaaaaaaaaaaaa", &b, NULL), MK_E_NOT_FOUND);
	mk_buf_free(&content);
	mk_main_close(m);
}

static void
it_is_found_by_who_asked_for_exactly_that(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row a = row('b', 1000), out;
	assert_int_equal(mk_approval_add(m, &a, "", 0), 0);
	assert_int_equal(mk_approval_find(m, a.requester, a.digest, &out), 0);
	assert_string_equal(out.id.s, a.id.s);
	assert_int_equal(mk_approval_find(m, "mzzzzzzzzzzzzz", a.digest, &out), MK_E_NOT_FOUND);
	a.digest[63] = 'c';
	assert_int_equal(mk_approval_find(m, a.requester, a.digest, &out), MK_E_NOT_FOUND);
	mk_main_close(m);
}

static void
it_moves_once(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row a = row('d', 1000), out;
	assert_int_equal(mk_approval_add(m, &a, "", 0), 0);
	a.state = MK_AGREED_granted;
	memcpy(a.approver, "mqqqqqqqqqqqqq", 15);
	a.approver_uid = 1002;
	a.decided = 2000;
	assert_int_equal(mk_approval_move(m, &a, MK_AGREED_waiting), 0);
	assert_int_equal(mk_approval_move(m, &a, MK_AGREED_waiting), MK_E_STATE);
	out = get(m, &a, NULL);
	assert_int_equal(out.state, MK_AGREED_granted);
	assert_string_equal(out.approver, "mqqqqqqqqqqqqq");
	assert_int_equal(out.approver_uid, 1002);
	assert_int_equal(mk_approval_find(m, a.requester, a.digest, &out), 0);
	a.state = MK_AGREED_used;
	assert_int_equal(mk_approval_move(m, &a, MK_AGREED_granted), 0);
	assert_int_equal(mk_approval_move(m, &a, MK_AGREED_granted), MK_E_STATE);
	assert_int_equal(mk_approval_find(m, a.requester, a.digest, &out), MK_E_NOT_FOUND);
	mk_main_close(m);
}

static void
it_expires_and_is_void(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row early = row('e', 1000), late = row('f', 5000), used = row('9', 1000);
	assert_int_equal(mk_approval_add(m, &early, "", 0), 0);
	assert_int_equal(mk_approval_add(m, &late, "", 0), 0);
	assert_int_equal(mk_approval_add(m, &used, "", 0), 0);
	used.state = MK_AGREED_used;
	assert_int_equal(mk_approval_move(m, &used, MK_AGREED_waiting), 0);
	uint64_t before = mk_main_commits(m);
	assert_int_equal(mk_approval_expire(m, 87399), 0);
	assert_int_equal(mk_main_commits(m), before); /* nothing is due: nothing is written */
	assert_int_equal(get(m, &early, NULL).state, MK_AGREED_waiting);
	assert_int_equal(mk_approval_expire(m, 87400), 0);
	assert_int_equal(get(m, &early, NULL).state, MK_AGREED_expired);
	assert_int_equal(get(m, &late, NULL).state, MK_AGREED_waiting);
	assert_int_equal(get(m, &used, NULL).state, MK_AGREED_used);
	uint64_t waiting = 0;
	assert_int_equal(mk_approval_waiting(m, late.requester, &waiting), 0);
	assert_int_equal(waiting, 1);
	assert_int_equal(mk_approval_void_member(m, late.requester), 0);
	assert_int_equal(get(m, &late, NULL).state, MK_AGREED_void);
	assert_int_equal(get(m, &used, NULL).state, MK_AGREED_used);
	assert_int_equal(mk_approval_waiting(m, late.requester, &waiting), 0);
	assert_int_equal(waiting, 0);
	/* What somebody agreed to falls with him; what he did not, and what was used, stays. */
	struct mk_approval_row his = row('g', 5000), other = row('h', 5000);
	assert_int_equal(mk_approval_add(m, &his, "", 0), 0);
	assert_int_equal(mk_approval_add(m, &other, "", 0), 0);
	his.state = MK_AGREED_granted;
	memcpy(his.approver, "mchief", sizeof "mchief");
	assert_int_equal(mk_approval_move(m, &his, MK_AGREED_waiting), 0);
	assert_int_equal(mk_approval_void_member(m, "mchief"), 0);
	assert_int_equal(get(m, &his, NULL).state, MK_AGREED_void);
	assert_int_equal(get(m, &other, NULL).state, MK_AGREED_waiting);
	mk_main_close(m);
}

struct seen {
	char ids[8][MK_ID_MAX];
	size_t n, stop;
};

static int
note(const struct mk_approval_row *a, void *arg)
{
	struct seen *s = arg;
	memcpy(s->ids[s->n++], a->id.s, MK_ID_MAX);
	return s->n == s->stop;
}

static void
they_are_listed_newest_first(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row a[3] = {row('1', 1), row('2', 2), row('3', 3)};
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(mk_approval_add(m, &a[i], "", 0), 0);
	a[1].state = MK_AGREED_denied;
	assert_int_equal(mk_approval_move(m, &a[1], MK_AGREED_waiting), 0);
	struct seen all = {.stop = 9}, open = {.stop = 9}, first = {.stop = 1};
	assert_int_equal(mk_approval_walk(m, true, note, &all), 0);
	assert_int_equal(all.n, 3);
	assert_string_equal(all.ids[0], a[2].id.s);
	assert_int_equal(mk_approval_walk(m, false, note, &open), 0);
	assert_int_equal(open.n, 2);
	assert_string_equal(open.ids[1], a[0].id.s);
	assert_int_equal(mk_approval_walk(m, true, note, &first), 1);
	mk_main_close(m);
}

static void
a_task_shows_each_person_once(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_approval_row a = row('7', 1);
	uint64_t n = 9;
	assert_int_equal(mk_approval_add(m, &a, "", 0), 0);
	assert_false(mk_approval_shown(m, a.id.s, "sone"));
	assert_int_equal(mk_approval_show(m, a.id.s, "sone"), 0);
	assert_int_equal(mk_approval_show(m, a.id.s, "sone"), MK_E_STATE);
	assert_int_equal(mk_approval_show(m, a.id.s, "stwo"), 0);
	assert_true(mk_approval_shown(m, a.id.s, "sone"));
	assert_int_equal(mk_approval_shown_count(m, a.id.s, &n), 0);
	assert_int_equal(n, 2);
	mk_main_close(m);
}

static void
the_clock_is_remembered(void **state)
{
	struct kit *k = *state;
	struct mk_main *m = main_open(k, true);
	struct mk_clock_row c = {.boot = "0123", .up = 5, .steady = 6, .spent = 7, .jump = 8}, out;
	assert_int_equal(mk_clock_get(m, &out), MK_E_NOT_FOUND);
	assert_int_equal(mk_clock_put(m, &c), 0);
	c.jump = 0;
	c.up = 50;
	assert_int_equal(mk_clock_put(m, &c), 0);
	mk_main_close(m);
	m = main_open(k, false);
	assert_int_equal(mk_clock_get(m, &out), 0);
	assert_string_equal(out.boot, "0123");
	assert_int_equal(out.up, 50);
	assert_int_equal(out.steady, 6);
	assert_int_equal(out.spent, 7);
	assert_int_equal(out.jump, 0);
	mk_main_close(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    KIT_TEST(it_is_there_after_a_restart),
	    KIT_TEST(it_is_found_by_who_asked_for_exactly_that),
	    KIT_TEST(it_moves_once),
	    KIT_TEST(it_expires_and_is_void),
	    KIT_TEST(they_are_listed_newest_first),
	    KIT_TEST(a_task_shows_each_person_once),
	    KIT_TEST(the_clock_is_remembered),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
