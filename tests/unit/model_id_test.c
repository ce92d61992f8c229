/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids (decisions.md d) and sets of roles (law.md, Who handles it). */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/model/id.h"
#include "mynakura/model/number.h"
#include "mynakura/model/role.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define IDS 100000

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct mk_id *)a)->s, ((const struct mk_id *)b)->s);
}

static void
ids_are_well_formed_and_never_repeat(void **state)
{
	(void)state;
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	struct mk_id *ids = calloc(IDS, sizeof *ids);
	unsigned seen[14][128] = {{0}};
	assert_non_null(ids);
	for (size_t i = 0; i < IDS; i++) {
		char kind = "olmsrax"[i % 7];
		assert_int_equal(mk_id_new(kind, &ids[i]), 0);
		const char *s = ids[i].s;
		if (strlen(s) != MK_ID_LEN || s[0] != kind ||
		    s[1 + strspn(s + 1, alphabet)] != '\0' || s[15] != '\0' ||
		    s[1 + strspn(s + 1, "0123456789")] == '\0' || !mk_id_valid(s, kind) ||
		    mk_number_in_text(s, strlen(s)))
			fail_msg("%s", s);
		for (size_t k = 1; k < 14; k++)
			seen[k][(unsigned char)s[k]]++;
	}
	/* every character at every place, each about one of 32 */
	for (size_t k = 1; k < 14; k++)
		for (const char *c = alphabet; *c != '\0'; c++)
			assert_in_range(seen[k][(unsigned char)*c], IDS / 32 - 400, IDS / 32 + 400);
	qsort(ids, IDS, sizeof *ids, by_id);
	for (size_t i = 1; i < IDS; i++)
		assert_int_not_equal(by_id(&ids[i - 1], &ids[i]), 0);
	free(ids);
}

static void
forms_of_an_id(void **state)
{
	(void)state;
	static const char *const good[] = {
	    "s0123456789abc", "szzzzzzzzzzzzz", "s000000000000a", "sa000000000000"};
	static const char *const bad[] = {"", "s", "s0123456789ab", "s0123456789abcd",
	    "s0123456789012", "S0123456789abc", "s0123456789abC", "s0123456789abi",
	    "s0123456789abl", "s0123456789abo", "s0123456789abu", "10123456789abc",
	    "s0123456789ab ", "s0123-56789abc", "s0123456789ab\n", "s012345678\xe5\xb1\xb1"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(mk_id_valid(good[i], 's'));
		assert_true(mk_id_valid(good[i], 0));
		assert_false(mk_id_valid(good[i], 'm'));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(mk_id_valid(bad[i], 's'));
		assert_false(mk_id_valid(bad[i], 0));
	}
}

static void
which_sets_of_roles_a_member_may_have(void **state)
{
	(void)state;
	/* clerk 1, chief 2, admin 4, auditor 8, subject 16: an auditor is never clerk or admin, the person stands for nobody */
	static const unsigned allowed[] = {1, 2, 3, 4, 5, 6, 7, 8, 10};
	for (unsigned roles = 0; roles < 256; roles++) {
		bool want = false;
		for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
			want = want || allowed[i] == roles;
		if (mk_roles_allowed(roles) != want)
			fail_msg("roles %u", roles);
	}
	assert_false(mk_roles_allowed(0x80000001U));
}

static void
roles_as_text_and_back(void **state)
{
	(void)state;
	for (unsigned roles = 1; roles < 32; roles++) {
		char s[64];
		unsigned back = 0;
		mk_roles_format(roles, s, sizeof s);
		assert_int_equal(mk_roles_parse(s, &back), 0);
		assert_int_equal(back, roles);
	}
	char s[64];
	unsigned r = 99;
	mk_roles_format(0, s, sizeof s);
	assert_string_equal(s, "");
	mk_roles_format(3, s, sizeof s);
	assert_string_equal(s, "clerk,chief");
	assert_int_equal(mk_roles_parse("chief,clerk,chief", &r), 0);
	assert_int_equal(r, 3);
	static const char *const bad[] = {"", ",", "clerk,", ",clerk", "clerk,,chief", "Clerk",
	    "clerk ", " clerk", "cler", "clerks", "root", "clerk;chief"};
	r = 99;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_roles_parse(bad[i], &r), MK_E_INPUT);
	assert_int_equal(r, 99);
	for (size_t cap = 1; cap < 40;
	     cap++) { /* a short buffer loses whole names, never ends without NUL */
		char t[40];
		memset(t, 'z', sizeof t);
		mk_roles_format(0x1f, t, cap);
		assert_true(memchr(t, '\0', cap) != NULL);
		assert_int_equal(t[cap], cap < 40 ? 'z' : 0);
		assert_true(t[0] == '\0' || mk_roles_parse(t, &r) == 0);
	}
}

static void
sets_used_by_the_tables(void **state)
{
	(void)state;
	assert_int_equal(
	    MK_ROLES_ANY, MK_ROLE_clerk | MK_ROLE_chief | MK_ROLE_admin | MK_ROLE_auditor);
	assert_int_equal(MK_ROLES_NUMBER & (MK_ROLE_admin | MK_ROLE_auditor), 0);
	assert_string_equal(mk_role_title(MK_ROLE_chief, true), "事務取扱責任者");
	assert_string_equal(mk_role_title(MK_ROLE_auditor, false), "auditor");
	assert_null(mk_role_title(0, true));
	assert_null(mk_role_title(3, true));
	assert_null(mk_role_title(32, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_are_well_formed_and_never_repeat),
	    cmocka_unit_test(forms_of_an_id),
	    cmocka_unit_test(which_sets_of_roles_a_member_may_have),
	    cmocka_unit_test(roles_as_text_and_back),
	    cmocka_unit_test(sets_used_by_the_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
