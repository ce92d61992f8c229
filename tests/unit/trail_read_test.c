/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listing: every filter with one that must and one that must not match, pages, and odd lines. */
#include "trail_kit.h"

#define ENTRIES 3000

static char root[256], dir[300];

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Two months, an event each ten minutes; the actor, subject and words change in turn. */
static int
setup_all(void **state)
{
	struct mk_trail *t = NULL;
	const char *tmp = getenv("TMPDIR");
	(void)state;
	snprintf(root, sizeof root, "%s/mk-read-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(dir, sizeof dir, "%s/trail", root);
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, KIT_NOW, &t), 0);
	for (int i = 0; i < ENTRIES; i++) {
		const char *subjects[] = {
		    "s0123456789abc", i % 3 == 0 ? "s0123456789abd" : "s0123456789abe"};
		struct mk_detail d[] = {{"rows", "2"}, {"file", "a\"b"}};
		struct mk_event e;
		memset(&e, 0, sizeof e);
		e.kind = MK_EV_EVENT;
		e.action = i % 2 == 0 ? MK_A_subject_list : MK_A_login;
		e.time = KIT_NOW + i * 600;
		e.actor = i % 5 == 0 ? "m0123456789abc" : "m0123456789abd";
		e.has_uid = true;
		e.uid = 1000;
		e.subjects = subjects;
		e.n_subjects = 2;
		e.reason = i == 1234 ? "Ｒｅａｓｏｎ　ガ \"x\"" : "plain";
		e.details = d;
		e.n_details = 2;
		assert_int_equal(mk_trail_append(t, &e, false, NULL, NULL), 0);
	}
	return mk_trail_close(t);
}

static int
teardown_all(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct got {
	unsigned n;
	uint64_t first, last;
	char text[256];
};

static int
take(const struct mk_entry *e, void *arg)
{
	struct got *g = arg;
	assert_true(e->seq > g->last);
	if (g->n++ == 0)
		g->first = e->seq;
	g->last = e->seq;
	assert_int_equal(strlen(e->hash), 64);
	snprintf(g->text, sizeof g->text, "%s|%s|%s|%s|%s|%u", e->kind, e->actor, e->subjects,
	    e->reason, e->detail, e->uid);
	return 0;
}

static struct got
list(const struct mk_trail_filter *f)
{
	struct got g;
	memset(&g, 0, sizeof g);
	assert_int_equal(mk_trail_read(dir, f, take, &g), 0);
	return g;
}

static unsigned
count(struct mk_trail_filter f)
{
	return list(&f).n;
}

static void
test_filters(void **state)
{
	(void)state;
	unsigned all = list(NULL).n;
	assert_int_equal(all, ENTRIES + 2); /* genesis, the second month's checkpoint */
	assert_int_equal(count((struct mk_trail_filter){.actor = "m0123456789abc"}), ENTRIES / 5);
	assert_int_equal(count((struct mk_trail_filter){.actor = "m0123456789ab"}), 0);
	assert_int_equal(count((struct mk_trail_filter){.action = "login"}), ENTRIES / 2);
	assert_int_equal(count((struct mk_trail_filter){.action = "reveal"}), 0);
	assert_int_equal(count((struct mk_trail_filter){.subject = "s0123456789abd"}), ENTRIES / 3);
	assert_int_equal(count((struct mk_trail_filter){.subject = "s0123456789abc"}), ENTRIES);
	assert_int_equal(count((struct mk_trail_filter){.subject = "s0123456789ab"}), 0);
	assert_int_equal(count((struct mk_trail_filter){.text = "reason が"}), 1);
	assert_int_equal(count((struct mk_trail_filter){.text = "reason ぐ"}), 0);
	assert_int_equal(
	    count((struct mk_trail_filter){.from = KIT_NOW + 600 * 2000}), ENTRIES - 2000);
	/* the genesis record, 100 events */
	assert_int_equal(count((struct mk_trail_filter){.to = KIT_NOW + 600 * 100}), 101);
	assert_int_equal(
	    count((struct mk_trail_filter){.actor = "m0123456789abc", .action = "login"}),
	    ENTRIES / 10);
	assert_int_equal(
	    count((struct mk_trail_filter){.actor = "", .action = "", .subject = ""}), all);
}

static void
test_fields(void **state)
{
	(void)state;
	struct mk_trail_filter f = {.text = "ガ"};
	struct got g = list(&f);
	assert_int_equal(g.n, 1);
	assert_string_equal(g.text,
	    "event|m0123456789abd|s0123456789abc s0123456789abe|Ｒｅａｓｏｎ　ガ \"x\"|"
	    "{\"rows\":\"2\",\"file\":\"a\\\"b\"}|1000");
}

/* Pages of 7 from every kind of place give the whole list once, over the segments' border. */
static void
test_pages(void **state)
{
	(void)state;
	struct mk_trail_filter f = {.limit = 7};
	unsigned n = 0;
	for (;;) {
		struct got g = list(&f);
		n += g.n;
		if (g.n == 0)
			break;
		assert_int_equal(g.first, f.after + 1);
		assert_int_equal(g.last, f.after + g.n);
		f.after = g.last;
	}
	assert_int_equal(n, ENTRIES + 2);
	f.after = UINT64_MAX;
	assert_int_equal(list(&f).n, 0);
}

static int
stop_at_three(const struct mk_entry *e, void *arg)
{
	++*(unsigned *)arg;
	return e->seq == 3 ? MK_E_BUSY : 0;
}

static void
test_stop(void **state)
{
	(void)state;
	unsigned n = 0;
	assert_int_equal(mk_trail_read(dir, NULL, stop_at_three, &n), MK_E_BUSY);
	assert_int_equal(n, 3);
	assert_int_equal(mk_trail_read(root, NULL, stop_at_three, &n), MK_E_NOT_FOUND);
}

/* Bodies of another version or another hand: taken when they are JSON, passed over when not. */
static void
test_bodies(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		int want;
	} bodies[] = {
	    {"{\"kind\":\"event\",\"time\":\"2026-11-24T12:00:00+09:00\"}", 0},
	    {"{\"kind\":\"event\",\"time\":\"2026-11-24T12:00:00Z\",\"new\":[1,{\"a\":[true,null]}]"
	     "}",
		0},
	    {"{\"kind\":\"\\u0065\\ud83d\\ude00\",\"time\":\"2026-11-24T12:00:00Z\"}", 0},
	    {"{\"kind\":\"event\"}", MK_E_INPUT},
	    {"{\"kind\":\"a\",\"kind\":\"b\",\"time\":\"2026-11-24T12:00:00Z\"}", MK_E_INPUT},
	    {"{\"kind\":\"\\u0000\",\"time\":\"2026-11-24T12:00:00Z\"}", MK_E_INPUT},
	    {"{\"kind\":\"\\ud83d\",\"time\":\"2026-11-24T12:00:00Z\"}", MK_E_INPUT},
	    {"{\"kind\":\"\\x\",\"time\":\"2026-11-24T12:00:00Z\"}", MK_E_INPUT},
	    {"{\"kind\":\"e\",\"time\":\"2026-11-24T12:00:00Z\",}", MK_E_INPUT},
	    {"{\"kind\":\"e\",\"time\":\"2026-11-24T12:00:00Z\"}}", MK_E_INPUT},
	    {"{\"kind\":\"e\",\"time\":\"2026-11-24T12:00:00Z\",\"uid\":-1}", MK_E_INPUT},
	    {"{\"kind\":\"e\",\"time\":\"2026-11-24T12:00:00Z\",\"subjects\":[1]}", MK_E_INPUT},
	    {"{\"a\":[[[[[[[[[[1]]]]]]]]]],\"time\":\"2026-11-24T12:00:00Z\"}", MK_E_INPUT},
	    {"{}", MK_E_INPUT},
	};
	static char scratch[MK_LINE_MAX];
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct mk_line l;
		struct mk_entry e;
		memset(&l, 0, sizeof l);
		l.seq = 1;
		l.body = bodies[i].body;
		l.body_len = strlen(bodies[i].body);
		int r = mk_entry_parse(&l, scratch, &e);
		if (r != bodies[i].want)
			print_error("%s\n", bodies[i].body);
		assert_int_equal(r, bodies[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filters),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_bodies),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
