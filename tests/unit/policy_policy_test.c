/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision, reason by reason; the matrix over the request table is in daemon_matrix_test.c. */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/model/role.h"
#include "mynakura/policy/limit.h"
#include "mynakura/policy/policy.h"

#include "tests/lib/mk_cmocka.h"

static const struct mk_rule reveal = {.roles = MK_ROLE_clerk | MK_ROLE_chief,
    .needs_session = true,
    .needs_page = true,
    .needs_number = true,
    .budget = true};

static struct mk_standing
clerk(void)
{
	return (struct mk_standing){.session = true,
	    .roles = MK_ROLE_clerk,
	    .has_page = true,
	    .has_number = true,
	    .ledger_known = true};
}

static void
allows_only_what_is_listed(void **state)
{
	(void)state;
	struct mk_standing s = clerk();
	assert_int_equal(mk_policy_check(&reveal, &s), 0);
	s.session = false;
	assert_int_equal(mk_policy_check(&reveal, &s), MK_E_LOCKED);
	for (unsigned roles = 0; roles < 32; roles++) {
		s = clerk();
		s.roles = roles;
		int want = (roles & (MK_ROLE_clerk | MK_ROLE_chief)) != 0 ? 0 : MK_E_DENIED;
		assert_int_equal(mk_policy_check(&reveal, &s), want);
	}
}

static void
wants_both_grants(void **state)
{
	(void)state;
	struct mk_standing s = clerk();
	s.has_number = false;
	assert_int_equal(mk_policy_check(&reveal, &s), MK_E_NO_GRANT);
	s = clerk();
	s.has_page = false;
	assert_int_equal(mk_policy_check(&reveal, &s), MK_E_NO_GRANT);
}

static void
a_number_never_serves_an_auditor_by_a_wrong_row(void **state)
{
	(void)state;
	struct mk_rule wrong = reveal;
	wrong.roles = MK_ROLES_ANY;
	struct mk_standing s = clerk();
	s.roles = MK_ROLE_auditor;
	assert_int_equal(mk_policy_check(&wrong, &s), MK_E_DENIED);
}

static void
the_budget_is_judged_when_it_is_known(void **state)
{
	(void)state;
	struct mk_standing s = clerk();
	s.over_budget = true;
	assert_int_equal(mk_policy_check(&reveal, &s), 0);
	s.act_known = true;
	assert_int_equal(mk_policy_check(&reveal, &s), MK_E_BUDGET);
	s.over_budget = false;
	assert_int_equal(mk_policy_check(&reveal, &s), 0);
}

static struct mk_rule
bulk(void)
{
	struct mk_rule r = reveal;
	r.approval = MK_APPROVAL_BULK;
	r.approvers = MK_ROLE_chief;
	return r;
}

static void
a_bulk_act_wants_a_second_person_above_the_limit(void **state)
{
	(void)state;
	struct mk_rule r = bulk();
	struct mk_standing s = clerk();
	s.act_known = true;
	s.seconds = MK_SECONDS_SOME;
	s.bulk_rows = s.rows = 30;
	assert_int_equal(mk_policy_check(&r, &s), 0);
	s.rows = 31;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.seconds = MK_SECONDS_OFF;
	assert_int_equal(mk_policy_check(&r, &s), 0);
	s.seconds = MK_SECONDS_NONE; /* nobody else: still not at once */
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
}

static void
only_another_members_agreement_counts(void **state)
{
	(void)state;
	struct mk_rule r = bulk();
	struct mk_standing s = clerk();
	s.act_known = true;
	s.seconds = MK_SECONDS_SOME;
	s.bulk_rows = 30;
	s.rows = 31;
	for (int a = MK_AGREED_none; a <= MK_AGREED_expired; a++) {
		s.agreed = (enum mk_agreed)a;
		int want = a == MK_AGREED_granted ? 0 : MK_E_APPROVAL;
		assert_int_equal(mk_policy_check(&r, &s), want);
		s.delay_over = true; /* with a second person there is no waiting it out */
		assert_int_equal(mk_policy_check(&r, &s), want);
		s.delay_over = false;
	}
	s.agreed = MK_AGREED_granted;
	s.agreed_by_self = true;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.agreed_by_self = false;
	s.over_budget = true; /* what was agreed to costs nothing */
	assert_int_equal(mk_policy_check(&r, &s), 0);
}

static void
the_one_person_firm_waits(void **state)
{
	(void)state;
	struct mk_rule r = bulk();
	struct mk_standing s = clerk();
	s.act_known = true;
	s.seconds = MK_SECONDS_NONE;
	s.bulk_rows = 30;
	s.rows = 31;
	s.agreed = MK_AGREED_waiting;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.delay_over = true;
	assert_int_equal(mk_policy_check(&r, &s), 0);
	s.agreed = MK_AGREED_expired;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	r.approval = MK_APPROVAL_SETUP; /* before anybody else is there: the chief alone */
	s.agreed = MK_AGREED_none;
	assert_int_equal(mk_policy_check(&r, &s), 0);
	s.seconds = MK_SECONDS_SOME;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.seconds = MK_SECONDS_GONE; /* shut out: the set-up phase does not come back */
	s.delay_over = false;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.agreed = MK_AGREED_waiting;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
	s.delay_over = true;
	assert_int_equal(mk_policy_check(&r, &s), 0);
}

static void
whose_it_is_counts_where_the_row_says_so(void **state)
{
	(void)state;
	struct mk_rule r = reveal;
	struct mk_standing s = clerk();
	for (int own = MK_OWN_ANY; own <= MK_OWN_NOT; own++) {
		for (int mine = 0; mine < 2; mine++) {
			r.own = (enum mk_own)own;
			s.own = mine;
			s.own_known = false;
			assert_int_equal(mk_policy_check(&r, &s), 0);
			s.own_known = true;
			bool good = own == MK_OWN_ANY || (own == MK_OWN_ONLY) == (mine == 1);
			assert_int_equal(mk_policy_check(&r, &s), good ? 0 : MK_E_DENIED);
		}
	}
}

static void
a_clerk_who_is_administrator_needs_the_chief(void **state)
{
	(void)state;
	const unsigned people = MK_ROLE_chief | MK_ROLE_admin;
	assert_int_equal(mk_policy_approvers(people, MK_ROLE_clerk), people);
	assert_int_equal(mk_policy_approvers(people, MK_ROLE_admin), people);
	assert_int_equal(mk_policy_approvers(people, MK_ROLE_chief), people);
	assert_int_equal(mk_policy_approvers(people, MK_ROLE_clerk | MK_ROLE_admin), MK_ROLE_chief);
	assert_int_equal(mk_policy_approvers(people, MK_ROLE_clerk | MK_ROLE_admin | MK_ROLE_chief),
	    MK_ROLE_chief);
}

static void
tells_the_first_reason(void **state)
{
	(void)state;
	struct mk_rule r = bulk();
	r.needs_passphrase = true;
	struct mk_standing s = {.ledger_known = true,
	    .act_known = true,
	    .rows = 100,
	    .over_budget = true,
	    .seconds = MK_SECONDS_SOME};
	assert_int_equal(mk_policy_check(&r, &s), MK_E_LOCKED);
	s.session = true;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_DENIED);
	s.roles = MK_ROLE_clerk;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_NO_GRANT);
	s.has_page = s.has_number = true;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_AUTH);
	s.passphrase_fresh = true;
	assert_int_equal(mk_policy_check(&r, &s), MK_E_APPROVAL);
}

static void
limits_have_names_and_ranges(void **state)
{
	(void)state;
	unsigned v = 7, least, most;
	assert_int_equal(mk_limit_default(MK_LIMIT_reveal_10min), 10);
	assert_int_equal(mk_limit_default(MK_LIMIT_reveal_day), 30);
	assert_int_equal(mk_limit_default(MK_LIMIT_bulk_rows), 30);
	assert_int_equal(mk_limit_default(MK_LIMIT_approval_hours), 24);
	for (int i = 0; i < MK_LIMIT_COUNT; i++) {
		assert_int_equal(mk_limit_find(mk_limit_name(i)), i);
		assert_true(strlen(mk_limit_words(i)) > 10);
		mk_limit_range(i, &least, &most);
		assert_true(least <= mk_limit_default(i) && mk_limit_default(i) <= most);
	}
	assert_int_equal(mk_limit_find("reveal"), MK_E_NOT_FOUND);
	assert_null(mk_limit_name(MK_LIMIT_COUNT));
	assert_null(mk_limit_name(-1));
	assert_int_equal(mk_limit_parse(MK_LIMIT_reveal_day, "0", &v), MK_E_INPUT);
	assert_int_equal(mk_limit_parse(MK_LIMIT_reveal_day, "1001", &v), MK_E_INPUT);
	assert_int_equal(mk_limit_parse(MK_LIMIT_reveal_day, "-1", &v), MK_E_INPUT);
	assert_int_equal(mk_limit_parse(MK_LIMIT_reveal_day, "", &v), MK_E_INPUT);
	assert_int_equal(v, 7);
	assert_int_equal(mk_limit_parse(MK_LIMIT_reveal_day, "1000", &v), 0);
	assert_int_equal(v, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allows_only_what_is_listed),
	    cmocka_unit_test(wants_both_grants),
	    cmocka_unit_test(a_number_never_serves_an_auditor_by_a_wrong_row),
	    cmocka_unit_test(the_budget_is_judged_when_it_is_known),
	    cmocka_unit_test(a_bulk_act_wants_a_second_person_above_the_limit),
	    cmocka_unit_test(only_another_members_agreement_counts),
	    cmocka_unit_test(the_one_person_firm_waits),
	    cmocka_unit_test(whose_it_is_counts_where_the_row_says_so),
	    cmocka_unit_test(a_clerk_who_is_administrator_needs_the_chief),
	    cmocka_unit_test(tells_the_first_reason),
	    cmocka_unit_test(limits_have_names_and_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
