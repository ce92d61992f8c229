/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request table against what decisions.md f and law.md say of who may what and how it is recorded. */
#include "tests/lib/mk_cmocka.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/wire/request.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct mk_request_row *
row(const char *name)
{
	const struct mk_request_row *r;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++)
		if (strcmp(r->name, name) == 0)
			return r;
	fail_msg("no request %s", name);
	return NULL;
}

static void
numbers_and_names_are_unique(void **state)
{
	(void)state;
	const struct mk_request_row *a, *b;
	unsigned n = 0;
	for (; (a = mk_request_at(n)) != NULL; n++) {
		assert_true(a->number != 0 && a->name[0] != '\0');
		assert_ptr_equal(mk_request_find(a->number), a);
		assert_int_equal(a->name[strspn(a->name, "abcdefghijklmnopqrstuvwxyz_")], '\0');
		for (unsigned k = 0; k < n; k++) {
			b = mk_request_at(k);
			assert_int_not_equal(a->number, b->number);
			assert_string_not_equal(a->name, b->name);
		}
	}
	assert_true(n >= 35);
	unsigned found = 0;
	for (unsigned number = 0; number <= 0xffff; number++)
		found += mk_request_find((uint16_t)number) != NULL ? 1 : 0;
	assert_int_equal(found, n);
	assert_null(mk_request_at(n + 1));
	assert_null(mk_request_at(~0U));
	assert_null(mk_request_find(0));
}

static void
who_may(void **state)
{
	(void)state;
	const struct mk_request_row *r;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++) {
		assert_true(r->roles != 0 && (r->roles & ~MK_ROLES_ANY) == 0);
		/* what opens a number or a picture of one is for clerk and chief, in a session */
		if (r->grant == MK_GRANT_NUMBER) {
			assert_int_equal(r->roles & ~(unsigned)MK_ROLES_NUMBER, 0);
			assert_int_equal(r->session, MK_SESSION_OPEN);
			assert_int_equal(r->audit, MK_AUDIT_BEFORE);
		}
		/* an administrator never sees a record of a person; an auditor changes nothing */
		if (r->grant != MK_GRANT_NONE)
			assert_int_equal(r->roles & MK_ROLE_admin, 0);
		/* his own passphrase, and what he asked for himself, are his */
		if (r->audit == MK_AUDIT_BEFORE && r->session == MK_SESSION_OPEN &&
		    strcmp(r->name, "member_passphrase") != 0 &&
		    strcmp(r->name, "approval_deny") != 0)
			assert_int_equal(r->roles & MK_ROLE_auditor, 0);
		if (r->session == MK_SESSION_NO)
			assert_int_equal(r->grant, MK_GRANT_NONE);
		if (r->budget != MK_BUDGET_NONE)
			assert_int_equal(r->grant, MK_GRANT_NUMBER);
	}
	static const char *const before_login[] = {
	    "hello", "init", "login", "lock", "auth", "member_activate"};
	unsigned open = 0;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++)
		open += r->session == MK_SESSION_NO ? 1 : 0;
	for (size_t i = 0; i < ARRAY_LEN(before_login); i++)
		assert_int_equal(row(before_login[i])->session, MK_SESSION_NO);
	/* Without a session root and the daemon's own account may verify and anchor, nothing else. */
	unsigned keeper = 0;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++)
		keeper += r->session == MK_SESSION_KEEPER ? 1 : 0;
	assert_int_equal(keeper, 2);
	assert_int_equal(row("audit_verify")->session, MK_SESSION_KEEPER);
	assert_int_equal(row("audit_anchor")->session, MK_SESSION_KEEPER);
	assert_int_equal(open, ARRAY_LEN(before_login));
}

static void
expect_audit(enum mk_audit_class want, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (row(names[i])->audit != want)
			fail_msg("%s is recorded as class %d", names[i], (int)row(names[i])->audit);
}

/* Numbers, exports, rights, keys, disposal, review pictures: before. Search: session. */
static void
how_it_is_recorded(void **state)
{
	(void)state;
	static const char *const before[] = {"reveal", "export", "review_show", "review_accept",
	    "review_reject", "capture", "ledger_grant", "ledger_revoke", "ledger_add", "member_add",
	    "member_activate", "member_disable", "member_enable", "member_reset",
	    "member_passphrase", "member_set", "office_add", "office_set", "limit_set", "init",
	    "subject_add", "approval_grant", "approval_deny", "transcribe", "clock_confirm"};
	static const char *const session[] = {"subject_list", "subject_show", "review_list",
	    "audit_list", "member_list", "ledger_list", "office_list"};
	static const char *const after[] = {"login", "lock"};
	expect_audit(MK_AUDIT_BEFORE, before, ARRAY_LEN(before));
	expect_audit(MK_AUDIT_SESSION, session, ARRAY_LEN(session));
	expect_audit(MK_AUDIT_AFTER, after, ARRAY_LEN(after));
	const struct mk_request_row *r;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++)
		assert_int_equal(r->audit == MK_AUDIT_NONE,
		    strcmp(r->name, "hello") == 0 || strcmp(r->name, "auth") == 0);
}

static void
what_else_is_asked(void **state)
{
	(void)state;
	assert_int_equal(row("reveal")->budget, MK_BUDGET_REVEAL);
	assert_int_equal(row("export")->budget, MK_BUDGET_EXPORT);
	assert_int_equal(row("export")->approval, MK_APPROVAL_BULK);
	const struct mk_request_row *r;
	for (unsigned i = 0; (r = mk_request_at(i)) != NULL; i++) {
		/* a second person exists in the table exactly where one is wanted */
		bool task = strcmp(r->name, "transcribe") == 0;
		assert_int_equal(r->approvers != 0, r->approval != MK_APPROVAL_NEVER || task);
		static const char *const again[] = {"export", "member_passphrase", "member_set",
		    "limit_set", "approval_grant", "clock_confirm"};
		bool asks = false;
		for (size_t k = 0; k < ARRAY_LEN(again); k++)
			asks = asks || strcmp(r->name, again[k]) == 0;
		assert_int_equal(r->passphrase != MK_PASSPHRASE_NEVER, asks);
		/* who agrees to another's act proves it each time (R9) */
		assert_int_equal(
		    r->passphrase == MK_PASSPHRASE_ALWAYS, strcmp(r->name, "approval_grant") == 0);
	}
	assert_int_equal(row("ledger_grant")->roles, MK_ROLE_chief);
	assert_int_equal(row("audit_list")->roles, MK_ROLE_chief | MK_ROLE_auditor);
	assert_int_equal(row("member_add")->roles, MK_ROLE_chief | MK_ROLE_admin);
	assert_int_equal(row("subject_list")->roles & MK_ROLE_auditor, MK_ROLE_auditor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_and_names_are_unique),
	    cmocka_unit_test(who_may),
	    cmocka_unit_test(how_it_is_recorded),
	    cmocka_unit_test(what_else_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
