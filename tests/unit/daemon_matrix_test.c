/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The policy matrix (security.md 4, test 13): every request x every role set and none x session x
 * own/other x grants x budget x second persons x agreement. What is allowed is the list below, written
 * from law.md, cli.md and security.md R8-R9, not from the program's table: a row that changes there
 * must change here. Everything else must be refused.
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/model/role.h"
#include "mynakura/policy/policy.h"
#include "mynakura/wire/request.h"
#include "src/daemon/vault_internal.h"

#include "tests/lib/mk_cmocka.h"

/* C clerk, H chief, A admin, U auditor; - no session needed, 0 none for root and the daemon's account. */
struct listed {
	const char *name, *roles;
	char grant; /* - none, p page, n number */
	char own; /* * any, m mine only, o others' only */
	char second; /* - never, b bulk, s set-up, a always */
	bool budget;
};
static const struct listed list[] = {
    {"hello", "-", '-', '*', '-', false},
    {"init", "-", '-', '*', '-', false},
    {"login", "-", '-', '*', '-', false},
    {"lock", "-", '-', '*', '-', false},
    {"auth", "-", '-', '*', '-', false},
    {"member_activate", "-", '-', '*', '-', false},
    {"status", "CHAU", '-', '*', '-', false},
    {"office_list", "CHAU", '-', '*', '-', false},
    {"office_add", "H", '-', '*', '-', false},
    {"office_set", "H", '-', '*', '-', false},
    {"limit_set", "HA", '-', '*', 'a', false},
    {"ledger_list", "CHAU", '-', '*', '-', false},
    {"ledger_add", "H", '-', '*', '-', false},
    {"ledger_grant", "H", 'p', '*', '-', false},
    {"ledger_revoke", "H", '-', '*', '-', false},
    {"member_list", "CHAU", '-', '*', '-', false},
    {"member_add", "HA", '-', '*', 's', false},
    {"member_disable", "HA", '-', 'o', '-', false},
    {"member_enable", "HA", '-', 'o', 's', false},
    {"member_reset", "HA", '-', 'o', 's', false},
    {"member_set", "HA", '-', 'o', 'a', false},
    {"member_passphrase", "CHAU", '-', 'm', '-', false},
    {"key_slots", "HAU", '-', '*', '-', false},
    {"devices", "CH", '-', '*', '-', false},
    {"capture", "CH", 'n', '*', '-', false},
    {"review_list", "CH", 'p', '*', '-', false},
    {"review_show", "CH", 'n', '*', '-', false},
    {"review_accept", "CH", 'n', '*', '-', false},
    {"review_reject", "CH", 'n', '*', '-', false},
    {"subject_list", "CHU", 'p', '*', '-', false},
    {"subject_show", "CHU", 'p', '*', '-', false},
    {"subject_add", "CH", 'p', '*', '-', false},
    {"subject_set", "CH", 'p', '*', '-', false},
    {"subject_history", "CHU", 'p', '*', '-', false},
    {"reveal", "CH", 'n', '*', '-', true},
    {"export", "CH", 'n', '*', 'b', true},
    {"audit_list", "HU", '-', '*', '-', false},
    {"audit_verify", "0CHAU", '-', '*', '-', false},
    {"audit_anchor", "0HU", '-', '*', '-', false},
    {"audit_anomalies", "HU", '-', '*', '-', false},
    {"witness_check", "CHAU", '-', '*', '-', false},
    {"approval_list", "CHAU", '-', '*', '-', false},
    {"approval_show", "CHAU", '-', '*', '-', false},
    {"approval_grant", "HA", '-', 'o', '-', false},
    {"approval_deny", "CHAU", '-', '*', '-', false},
    {"transcribe", "CH", 'n', '*', '-', false},
    {"clock_status", "CHAU", '-', '*', '-', false},
    {"clock_confirm", "HA", '-', '*', 'a', false},
};

static const struct listed *
find(const char *name)
{
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static bool
may_ask(const struct listed *l, const struct mk_standing *w)
{
	if (l->roles[0] == '-' || (l->roles[0] == '0' && !w->session && w->keeper))
		return true;
	return w->session &&
	       (((w->roles & MK_ROLE_clerk) != 0 && strchr(l->roles, 'C') != NULL) ||
		   ((w->roles & MK_ROLE_chief) != 0 && strchr(l->roles, 'H') != NULL) ||
		   ((w->roles & MK_ROLE_admin) != 0 && strchr(l->roles, 'A') != NULL) ||
		   ((w->roles & MK_ROLE_auditor) != 0 && strchr(l->roles, 'U') != NULL));
}

static bool
second_agreed(const struct listed *l, const struct mk_standing *w, bool *wanted)
{
	*wanted = w->seconds != MK_SECONDS_OFF &&
		  (l->second == 'a' || (l->second == 'b' && w->rows > 30) ||
		      (l->second == 's' && w->seconds != MK_SECONDS_NONE));
	if (!*wanted)
		return true;
	if (w->agreed == MK_AGREED_granted && !w->agreed_by_self)
		return true;
	bool alone = w->seconds == MK_SECONDS_NONE || w->seconds == MK_SECONDS_GONE;
	return alone && w->agreed == MK_AGREED_waiting && w->delay_over;
}

static bool
allowed(const struct listed *l, const struct mk_standing *w)
{
	bool wanted;
	if (!may_ask(l, w))
		return false;
	if (l->own == 'm' && !w->own)
		return false;
	if (l->own == 'o' && w->own)
		return false;
	if (l->grant != '-' && !w->has_page)
		return false;
	if (l->grant == 'n' &&
	    (!w->has_number || (w->roles & (MK_ROLE_clerk | MK_ROLE_chief)) == 0))
		return false;
	if (!second_agreed(l, w, &wanted))
		return false;
	return !l->budget || !w->over_budget || wanted;
}

struct tally {
	unsigned long cells, yes, wrong;
};

static void
one_cell(const struct mk_request_row *row, const struct listed *l, const struct mk_standing *w,
    struct tally *t)
{
	struct mk_rule rule = mk_rule_of(row);
	int r = mk_policy_check(&rule, w);
	bool want = allowed(l, w);
	t->cells++;
	t->yes += want;
	if ((r == 0) == want)
		return;
	if (t->wrong++ < 5)
		print_message(
		    "# %s: roles %x session %d own %d page %d number %d over %d seconds %d "
		    "agreed %d self %d delay %d rows %zu: %d, listed %d\n",
		    row->name, w->roles, w->session, w->own, w->has_page, w->has_number,
		    w->over_budget, (int)w->seconds, (int)w->agreed, w->agreed_by_self,
		    w->delay_over, w->rows, r, want);
}

/* All of an act's facts for one role set, as bits of i. */
static void
cells_of(const struct mk_request_row *row, const struct listed *l, unsigned roles, bool session,
    struct tally *t)
{
	for (unsigned i = 0; i < 128; i++) {
		for (int s = MK_SECONDS_OFF; s <= MK_SECONDS_GONE; s++) {
			for (int a = MK_AGREED_none; a <= MK_AGREED_expired; a++) {
				struct mk_standing w = {.session = session,
				    .keeper = (i & 64) != 0,
				    .roles = session ? roles : 0,
				    .ledger_known = true,
				    .has_page = (i & 3) != 0,
				    .has_number = (i & 2) != 0,
				    .own_known = true,
				    .own = (i & 4) != 0,
				    .passphrase_fresh = true,
				    .act_known = true,
				    .rows = (i & 8) != 0 ? 31 : 30,
				    .bulk_rows = 30,
				    .over_budget = (i & 16) != 0,
				    .seconds = (enum mk_seconds)s,
				    .agreed = (enum mk_agreed)a,
				    .agreed_by_self = (i & 32) != 0 && a == MK_AGREED_granted,
				    .delay_over = (i & 32) != 0};
				one_cell(row, l, &w, t);
			}
		}
	}
}

static void
only_listed_cells_are_allowed(void **state)
{
	(void)state;
	struct tally t = {0, 0, 0};
	unsigned requests = 0;
	for (const struct mk_request_row *row; (row = mk_request_at(requests)) != NULL;
	     requests++) {
		const struct listed *l = find(row->name);
		if (l == NULL)
			fail_msg("%s is not listed", row->name);
		cells_of(row, l, 0, false, &t);
		for (unsigned roles = 0; roles < 16; roles++)
			if (roles == 0 || mk_roles_allowed(roles))
				cells_of(row, l, roles, true, &t);
	}
	print_message("# %u requests, %lu cells, %lu allowed\n", requests, t.cells, t.yes);
	assert_int_equal(requests, sizeof list / sizeof list[0]);
	assert_int_equal(t.wrong, 0);
	assert_true(t.yes > 0 && t.yes < t.cells);
}

/* The control: a row that gives one role more than listed is found. */
static void
a_planted_row_is_found(void **state)
{
	(void)state;
	struct mk_request_row planted = *mk_request_find(MK_REQ_reveal);
	struct tally t = {0, 0, 0};
	planted.roles |= MK_ROLE_auditor; /* the second guard holds: numbers are not for auditors */
	cells_of(&planted, find("reveal"), MK_ROLE_auditor, true, &t);
	assert_int_equal(t.wrong, 0);
	planted.grant = MK_GRANT_PAGE;
	cells_of(&planted, find("reveal"), MK_ROLE_auditor, true, &t);
	assert_true(t.wrong > 0);
	struct mk_request_row bulk = *mk_request_find(MK_REQ_export);
	struct tally b = {0, 0, 0};
	bulk.approval = MK_APPROVAL_NEVER;
	cells_of(&bulk, find("export"), MK_ROLE_clerk, true, &b);
	assert_true(b.wrong > 0);
}

static void
a_passphrase_is_asked_again_where_listed(void **state)
{
	static const char *const again[] = {"export", "member_passphrase", "member_set",
	    "limit_set", "approval_grant", "clock_confirm"};
	(void)state;
	unsigned n = 0;
	for (unsigned i = 0; mk_request_at(i) != NULL; i++)
		n += mk_request_at(i)->passphrase != 0;
	assert_int_equal(n, sizeof again / sizeof again[0]);
	for (size_t i = 0; i < sizeof again / sizeof again[0]; i++)
		for (unsigned k = 0; mk_request_at(k) != NULL; k++)
			if (strcmp(mk_request_at(k)->name, again[i]) == 0)
				assert_int_equal(mk_request_at(k)->passphrase, 1);
}

static void
every_request_has_a_handler(void **state)
{
	(void)state;
	for (unsigned i = 0; mk_request_at(i) != NULL; i++)
		if (mk_handler_find(mk_request_at(i)->number) == NULL)
			fail_msg("%s has no handler", mk_request_at(i)->name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_listed_cells_are_allowed),
	    cmocka_unit_test(a_planted_row_is_found),
	    cmocka_unit_test(a_passphrase_is_asked_again_where_listed),
	    cmocka_unit_test(every_request_has_a_handler),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
