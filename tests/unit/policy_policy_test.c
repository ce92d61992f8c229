/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision, reason by reason; the matrix over the request table is in the integration tests. */
#include "mynakura/base/err.h"
#include "mynakura/model/role.h"
#include "mynakura/policy/policy.h"

#include "tests/lib/mk_cmocka.h"

static const struct mk_rule reveal = {.roles = MK_ROLE_clerk | MK_ROLE_chief,
    .needs_session = true,
    .needs_page = true,
    .needs_number = true};

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
	s.roles = MK_ROLE_admin;
	assert_int_equal(mk_policy_check(&wrong, &s), MK_E_DENIED);
}

static void
bulk_needs_a_second_person(void **state)
{
	(void)state;
	struct mk_rule export = reveal;
	export.bulk_approval = true;
	struct mk_standing s = clerk();
	s.rows = MK_BULK_ROWS;
	assert_int_equal(mk_policy_check(&export, &s), 0);
	s.rows = MK_BULK_ROWS + 1;
	assert_int_equal(mk_policy_check(&export, &s), MK_E_APPROVAL);
	s.approved = true;
	assert_int_equal(mk_policy_check(&export, &s), 0);
	s.approved = false;
	s.approvals_off = true;
	assert_int_equal(mk_policy_check(&export, &s), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allows_only_what_is_listed),
	    cmocka_unit_test(wants_both_grants),
	    cmocka_unit_test(a_number_never_serves_an_auditor_by_a_wrong_row),
	    cmocka_unit_test(bulk_needs_a_second_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
