/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.db: rows, settings, commit numbers, and budgets that neither a restart nor a clock gives
 * back.
 */
#include "mynakura/store/main.h"

#include "mynakura/model/role.h"
#include "src/store/main_internal.h"
#include "tests/unit/store_ledger_kit.h"

static struct mk_main *
main_open(struct kit *k, bool create)
{
	struct mk_main *m = NULL;
	assert_int_equal(mk_main_open(k->path, &k->keys, create, &m), 0);
	return m;
}

static struct mk_office
office(const char *name, bool own)
{
	struct mk_office o = {.own = own, .created = 1000};
	assert_int_equal(mk_id_new('o', &o.id), 0);
	assert_int_equal(mk_str_copy(o.name, sizeof o.name, name), 0);
	return o;
}

static struct mk_member
member(const char *name, const char *account)
{
	struct mk_member b = {.roles = MK_ROLE_clerk,
	    .state = MK_MEMBER_PENDING,
	    .until = "2027-03-31",
	    .created = 7};
	assert_int_equal(mk_id_new('m', &b.id), 0);
	assert_int_equal(mk_str_copy(b.name, sizeof b.name, name), 0);
	assert_int_equal(mk_str_copy(b.account, sizeof b.account, account), 0);
	return b;
}

static struct mk_ledger_meta
ledger(const char *name, struct mk_id of)
{
	struct mk_ledger_meta l = {
	    .office = of, .class = "employee", .purposes = "tax,insurance", .created = 9};
	assert_int_equal(mk_id_new('l', &l.id), 0);
	assert_int_equal(mk_str_copy(l.name, sizeof l.name, name), 0);
	return l;
}

static int
names(const char *name, void *arg)
{
	char *out = arg;
	size_t at = strlen(out);
	snprintf(out + at, 256 - at, "%s/", name);
	return 0;
}

static int
office_name(const struct mk_office *o, void *arg)
{
	return names(o->name, arg);
}

static int
member_name(const struct mk_member *b, void *arg)
{
	return names(b->name, arg);
}

static int
ledger_name(const struct mk_ledger_meta *l, void *arg)
{
	return names(l->name, arg);
}

static int
stop_at_first(const struct mk_office *o, void *arg)
{
	(void)o;
	++*(int *)arg;
	return 77;
}

static void
offices(void **state)
{
	struct kit k;
	struct mk_office got;
	char list[256] = "";
	int calls = 0;
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	struct mk_office a = office("蔵前商事", true), b = office("顧問先 い", false);
	assert_int_equal(mk_main_office_put(m, &a, false), MK_E_NOT_FOUND);
	assert_int_equal(mk_main_office_put(m, &a, true), 0);
	assert_int_equal(mk_main_office_put(m, &b, true), 0);
	assert_int_equal(mk_main_office_put(m, &b, true), MK_E_EXISTS);
	struct mk_office c = office("蔵前商事", false);
	assert_int_equal(mk_main_office_put(m, &c, true), MK_E_EXISTS);
	assert_int_equal(mk_main_office_get(m, a.id.s, &got), 0);
	assert_string_equal(got.name, "蔵前商事");
	assert_true(got.own);
	assert_int_equal(got.created, 1000);
	assert_int_equal(mk_main_office_get(m, "顧問先 い", &got), 0);
	assert_string_equal(got.id.s, b.id.s);
	assert_int_equal(mk_main_office_get(m, "顧問先", &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_main_office_get(m, "", &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_str_copy(b.name, sizeof b.name, "顧問先 ろ"), 0);
	assert_int_equal(mk_main_office_put(m, &b, false), 0);
	assert_int_equal(mk_main_office_get(m, "顧問先 い", &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_main_office_get(m, "顧問先 ろ", &got), 0);
	assert_int_equal(mk_main_offices(m, office_name, list), 0);
	assert_string_equal(list, "蔵前商事/顧問先 ろ/");
	assert_int_equal(mk_main_offices(m, stop_at_first, &calls), 77);
	assert_int_equal(calls, 1);
	c.name[0] = '\0';
	assert_int_equal(mk_main_office_put(m, &c, true), MK_E_INPUT);
	memset(c.name, 'x', sizeof c.name);
	assert_int_equal(mk_main_office_put(m, &c, true), MK_E_INPUT);
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static void
members_and_ledgers(void **state)
{
	struct kit k;
	struct mk_member got;
	struct mk_ledger_meta gl;
	char list[256] = "";
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	struct mk_member a = member("蔵田 花", "hana"), b = member("蔵本 太郎", "");
	struct mk_member c = member("別名", "hana"), d = member("hana", "");
	assert_int_equal(mk_main_member_put(m, &a, true), 0);
	assert_int_equal(mk_main_member_put(m, &b, true), 0);
	assert_int_equal(mk_main_member_put(m, &c, true), MK_E_EXISTS);
	assert_int_equal(mk_main_member_put(m, &d, true), 0); /* two without an account */
	assert_int_equal(mk_main_member_get(m, "hana", &got), 0);
	assert_string_equal(got.id.s, a.id.s); /* the account goes before a name */
	assert_int_equal(mk_main_member_get(m, b.id.s, &got), 0);
	assert_string_equal(got.name, "蔵本 太郎");
	assert_string_equal(got.until, "2027-03-31");
	assert_int_equal(got.roles, MK_ROLE_clerk);
	assert_int_equal(got.state, MK_MEMBER_PENDING);
	assert_int_equal(mk_main_member_get(m, "", &got), MK_E_NOT_FOUND);
	b.state = MK_MEMBER_DISABLED;
	b.roles = MK_ROLE_admin | MK_ROLE_chief;
	b.until[0] = '\0';
	assert_int_equal(mk_main_member_put(m, &b, false), 0);
	assert_int_equal(mk_main_member_get(m, "蔵本 太郎", &got), 0);
	assert_int_equal(got.state, MK_MEMBER_DISABLED);
	assert_int_equal(got.roles, MK_ROLE_admin | MK_ROLE_chief);
	assert_string_equal(got.until, "");
	b.state = (enum mk_member_state)9;
	assert_int_equal(mk_main_member_put(m, &b, false), MK_E_INPUT);
	assert_int_equal(mk_main_members(m, member_name, list), 0);
	assert_string_equal(list, "蔵田 花/蔵本 太郎/hana/");

	struct mk_office o = office("蔵前商事", true);
	struct mk_ledger_meta l = ledger("社員", o.id);
	assert_int_equal(mk_main_ledger_put(m, &l, true), MK_E_NOT_FOUND); /* no such office */
	assert_int_equal(mk_main_office_put(m, &o, true), 0);
	assert_int_equal(mk_main_ledger_put(m, &l, true), 0);
	struct mk_ledger_meta twin = ledger("社員", o.id);
	assert_int_equal(mk_main_ledger_put(m, &twin, true), MK_E_EXISTS);
	l.rotation_due = true;
	assert_int_equal(mk_main_ledger_put(m, &l, false), 0);
	assert_int_equal(mk_main_ledger_get(m, "社員", &gl), 0);
	assert_string_equal(gl.id.s, l.id.s);
	assert_string_equal(gl.office.s, o.id.s);
	assert_string_equal(gl.class, "employee");
	assert_string_equal(gl.purposes, "tax,insurance");
	assert_true(gl.rotation_due);
	list[0] = '\0';
	assert_int_equal(mk_main_ledgers(m, ledger_name, list), 0);
	assert_string_equal(list, "社員/");
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static void
settings_and_commits(void **state)
{
	struct kit k;
	char v[8];
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	uint64_t n = mk_main_commits(m);
	assert_int_equal(mk_main_get(m, "approvals", v, sizeof v), MK_E_NOT_FOUND);
	assert_int_equal(mk_main_set(m, "approvals", "on"), 0);
	assert_int_equal(mk_main_set(m, "approvals", "off"), 0);
	assert_int_equal(mk_main_set(m, "", "off"), MK_E_INPUT);
	assert_int_equal(mk_main_commits(m), n + 2);
	struct mk_office o = office("い", true);
	assert_int_equal(mk_main_office_put(m, &o, true), 0);
	assert_int_equal(mk_main_office_put(m, &o, true), MK_E_EXISTS);
	assert_int_equal(mk_main_commits(m), n + 3); /* what was refused counts nothing */
	assert_int_equal(mk_main_close(m), 0);
	m = main_open(&k, false);
	assert_int_equal(mk_main_commits(m), n + 3);
	assert_int_equal(mk_main_get(m, "approvals", v, sizeof v), 0);
	assert_string_equal(v, "off");
	assert_int_equal(mk_main_get(m, "approvals", v, 3), MK_E_TOO_BIG);
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static const struct mk_budget_limit reveal[] = {{600, 3}, {86400, 5}};

static int
spend(struct mk_main *m, int64_t now)
{
	return mk_main_budget_spend_all(m, "m0000000000000", "reveal", now, reveal, 2);
}

static void
budgets(void **state)
{
	struct kit k;
	int64_t t = 1800000000;
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(spend(m, t + i), 0);
	uint64_t n = mk_main_commits(m);
	assert_int_equal(spend(m, t + 10), MK_E_BUDGET);
	assert_int_equal(mk_main_commits(m), n); /* a refusal spends nothing and writes nothing */
	assert_int_equal(mk_main_close(m), 0);
	m = main_open(&k, false);
	assert_int_equal(spend(m, t + 10), MK_E_BUDGET); /* a restart gives nothing back */
	/* others are not touched: another member, another kind */
	assert_int_equal(mk_main_budget_spend(m, "m1111111111111", "reveal", t, 600, 1), 0);
	assert_int_equal(
	    mk_main_budget_spend(m, "m1111111111111", "reveal", t, 600, 1), MK_E_BUDGET);
	assert_int_equal(mk_main_budget_spend(m, "m0000000000000", "export", t, 600, 1), 0);
	/* the short window passes, the long one still counts */
	assert_int_equal(spend(m, t + 602), 0);
	assert_int_equal(spend(m, t + 603), 0);
	assert_int_equal(spend(m, t + 5000), MK_E_BUDGET);
	assert_int_equal(spend(m, t + 86400), 0); /* the first unit is out of the day */
	assert_int_equal(spend(m, t + 86400), MK_E_BUDGET);
	assert_int_equal(mk_main_budget_spend(m, "m2", "reveal", t, 600, 0), MK_E_BUDGET);
	assert_int_equal(mk_main_budget_spend(m, "m2", "reveal", t, 0, 1), MK_E_INTERNAL);
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static void
budget_clock_back(void **state)
{
	struct kit k;
	int64_t t = 1800000000;
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(spend(m, t), 0);
	/* set back by a minute, a day, ten years: still spent, also after a restart */
	assert_int_equal(spend(m, t - 60), MK_E_BUDGET);
	assert_int_equal(spend(m, t - 86400 * 2), MK_E_BUDGET);
	assert_int_equal(mk_main_close(m), 0);
	m = main_open(&k, false);
	assert_int_equal(spend(m, t - (int64_t)86400 * 3650), MK_E_BUDGET);
	/*
	 * units spent while it was back are counted at the latest time ever seen, not in the past
	 */
	assert_int_equal(spend(m, t + 601), 0);
	assert_int_equal(spend(m, t - 86400), 0);
	assert_int_equal(spend(m, t + 602), MK_E_BUDGET); /* 5 of the day */
	assert_int_equal(spend(m, t + 86401), 0); /* only the two of t + 601 are left */
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static const char sql_budget_rows[] = "SELECT count(*) FROM budget";

static int64_t
budget_rows(struct mk_main *m)
{
	struct sqlite3_stmt *st = NULL;
	assert_int_equal(mk_stmt(m->db, sql_budget_rows, &st), 0);
	assert_int_equal(mk_step(m->db, st), 1);
	int64_t n = mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return n;
}

/* Rows that no window can count any more are dropped. */
static void
budget_pruned(void **state)
{
	struct kit k;
	int64_t t = 1800000000;
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	for (int i = 0; i < 10; i++)
		assert_int_equal(spend(m, t + i * (int64_t)86400 * 10), 0);
	assert_int_equal(budget_rows(m), 4); /* 31 days' worth */
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

/* A write that fails at its last statement leaves nothing of the earlier ones. */
static void
half_write(void **state)
{
	struct kit k;
	int64_t t = 1800000000;
	(void)state;
	kit_new(&k, "main");
	struct mk_main *m = main_open(&k, true);
	assert_int_equal(mk_db_exec(m->db, "CREATE TRIGGER stop BEFORE UPDATE OF seen ON info"
					   " BEGIN SELECT RAISE(ABORT, 'stop'); END"),
	    0);
	assert_true(spend(m, t) < 0);
	assert_int_equal(budget_rows(m), 0);
	assert_int_equal(mk_main_commits(m), 0);
	assert_int_equal(mk_db_exec(m->db, "DROP TRIGGER stop"), 0);
	assert_int_equal(spend(m, t), 0);
	assert_int_equal(budget_rows(m), 1);
	assert_int_equal(mk_main_commits(m), 1);
	assert_int_equal(mk_main_close(m), 0);
	kit_free(&k);
}

static void
other_keys(void **state)
{
	struct kit k, other;
	struct mk_main *m = NULL;
	(void)state;
	kit_new(&k, "main");
	kit_new(&other, "main");
	assert_int_equal(mk_main_open(k.path, &k.keys, false, &m), MK_E_NOT_FOUND);
	m = main_open(&k, true);
	assert_int_equal(mk_main_set(m, "a", "b"), 0);
	assert_int_equal(mk_main_close(m), 0);
	m = NULL;
	assert_int_equal(mk_main_open(k.path, &other.keys, false, &m), MK_E_DAMAGED);
	assert_null(m);
	m = main_open(&k, false);
	assert_int_equal(mk_main_close(m), 0);
	assert_int_equal(mk_main_close(NULL), 0);
	kit_free(&k);
	kit_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(offices),
	    cmocka_unit_test(members_and_ledgers),
	    cmocka_unit_test(settings_and_commits),
	    cmocka_unit_test(budgets),
	    cmocka_unit_test(budget_clock_back),
	    cmocka_unit_test(budget_pruned),
	    cmocka_unit_test(half_write),
	    cmocka_unit_test(other_keys),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
