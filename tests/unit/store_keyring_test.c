/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyring's life: made, opened by each kind of slot, members' first act, passphrases, forms,
 * and the first fixture.
 */
#include <stdio.h>

#include "mynakura/base/secret.h"
#include "store_keyring_kit.h"

static void
create_and_open(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *u = NULL;
	struct mk_secret *page = NULL;
	kit_start(&k);
	assert_int_equal(mk_unlocked_key(k.chief, "main", MK_KEY_PAGE, 0, NULL, &page), 0);
	assert_int_equal(page->len, 32);
	kit_again(&k);
	assert_int_equal(mk_keyring_form(k.kr), MK_FORM_EMBEDDED);
	assert_int_equal(mk_keyring_kind(k.kr), MK_KIND_DEMO);
	assert_int_equal(mk_keyring_seq(k.kr), 1);
	assert_int_equal(mk_keyring_slots(k.kr), 2);
	assert_int_equal(mk_keyring_grants(k.kr), 2);
	assert_int_equal(kit_key(k.chief, "main", MK_KEY_PAGE, 1, page), 0);
	assert_int_equal(kit_key(k.chief, "main", MK_KEY_NUMBER, 0, NULL), MK_E_NOT_FOUND);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_PAGE, 0, NULL), MK_E_NOT_FOUND);
	assert_int_equal(kit_key(k.chief, "main", MK_KEY_PAGE, 2, NULL), MK_E_NO_GRANT);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "chiefs", &u), MK_E_AUTH);
	assert_int_equal(kit_unlock(k.kr, CLERK, "chief's", &u), MK_E_NOT_FOUND);
	assert_int_equal(kit_unlock_recovery(&k, &u), 0);
	assert_int_equal(mk_unlocked_type(u), MK_SLOT_RECOVERY);
	assert_int_equal(kit_key(u, "main", MK_KEY_PAGE, 0, page), 0);
	mk_unlocked_free(u);
	k.recovery->data[0] ^= 1;
	assert_int_equal(kit_unlock_recovery(&k, &u), MK_E_AUTH);
	mk_secret_free(page);
	kit_end(&k);
}

static void
refusals(void **state)
{
	(void)state;
	struct kit k;
	struct mk_keyring *kr = NULL;
	kit_start(&k);
	assert_int_equal(kit_create(&k, MK_KIND_DEMO, kit_cheap, NULL), MK_E_EXISTS);
	assert_int_equal(
	    mk_keyring_open(k.dir, MK_KEYRING_NAME, MK_FORM_INSTALLED, &kr), MK_E_MODE);
	assert_int_equal(mk_keyring_open(k.dir, "nothing", MK_FORM_EMBEDDED, &kr), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_open(k.dir, MK_KEYRING_NAME, 0, &kr), 0);
	assert_int_equal(mk_keyring_mark_due(kr, "main", MK_KEY_PAGE), MK_E_LOCKED);
	assert_int_equal(mk_keyring_repair(kr), MK_E_LOCKED);
	mk_keyring_close(kr);
	assert_int_equal(symlinkat(MK_KEYRING_NAME, k.dir, "link"), 0);
	assert_int_equal(mk_keyring_open(k.dir, "link", 0, &kr), MK_E_DAMAGED);
	unlinkat(k.dir, "link", 0);
	mk_keyring_lock(k.kr);
	assert_int_equal(kit_add(&k, CLERK, MK_SLOT_MEMBER, "clerk's", false), MK_E_LOCKED);
	kit_end(&k);
}

/*
 * A real vault's floor holds at creation, for every slot, and nothing is left of a refused
 * creation.
 */
static void
floor_of_a_real_vault(void **state)
{
	(void)state;
	struct kit k;
	struct mk_kdf_params cheap;
	const struct mk_kdf_cost real = {MK_KDF_M_FLOOR, MK_KDF_T_FLOOR, 1};
	kit_folder(&k);
	assert_int_equal(mk_recovery_new(&k.recovery), 0);
	assert_int_equal(kit_create(&k, MK_KIND_REAL, real, NULL), 0);
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &kit_cheap, true, &cheap), 0);
	struct mk_secret *key = kit_derive(&cheap, "weak");
	const struct mk_slot_spec weak = {CLERK, "", MK_SLOT_MEMBER, &cheap, key, NOW, 0};
	assert_int_equal(mk_keyring_add_slot(k.kr, k.chief, &weak, false), MK_E_INPUT);
	assert_int_equal(mk_keyring_rewrap(k.kr, k.chief, &cheap, key), MK_E_INPUT);
	kit_shut(&k);
	unlinkat(k.dir, MK_KEYRING_NAME, 0);
	const struct mk_keyring_spec spec = {
	    MK_FORM_EMBEDDED, MK_KIND_REAL, real, &weak, k.recovery, NULL};
	assert_int_equal(
	    mk_keyring_create(k.dir, MK_KEYRING_NAME, &spec, &k.kr, &k.chief), MK_E_INPUT);
	assert_int_equal(faccessat(k.dir, MK_KEYRING_NAME, F_OK, 0), -1);
	mk_secret_free(key);
	kit_end(&k);
}

static int
activate(struct kit *k, const struct mk_unlocked *code, const char *member, struct mk_unlocked **u)
{
	struct mk_kdf_params p;
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &kit_cheap, true, &p), 0);
	struct mk_secret *key = kit_derive(&p, "clerk's own");
	const struct mk_slot_spec spec = {member, "taro", MK_SLOT_MEMBER, &p, key, NOW, 0};
	int r = mk_keyring_activate(k->kr, code, &spec, u);
	mk_secret_free(key);
	return r;
}

static void
first_act(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *code = NULL, *clerk = NULL;
	struct mk_slot_info before, after;
	kit_start(&k);
	assert_int_equal(kit_add(&k, CLERK, MK_SLOT_CODE, "one-time", false), 0);
	assert_int_equal(kit_add(&k, CLERK, MK_SLOT_CODE, "one-time", false), MK_E_EXISTS);
	kit_again(&k);
	assert_int_equal(mk_keyring_slot_get(k.kr, CLERK, &before), 0);
	assert_int_equal(before.type, MK_SLOT_CODE);
	assert_int_equal(kit_unlock(k.kr, CLERK, "one-time", &code), 0);
	assert_int_equal(kit_key(code, "main", MK_KEY_PAGE, 0, NULL), 0);
	assert_int_equal(mk_keyring_add_ledger(k.kr, LEDGER, NULL, 0, NULL, NULL), 0);
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, CLERK, LEDGER, MK_KEY_PAGE), MK_E_STATE);
	assert_int_equal(activate(&k, k.chief, CHIEF, &clerk), MK_E_STATE);
	assert_int_equal(activate(&k, code, ADMIN, &clerk), MK_E_INPUT);
	assert_int_equal(activate(&k, code, CLERK, &clerk), 0);
	assert_int_equal(kit_key(clerk, "main", MK_KEY_PAGE, 0, NULL), 0);
	assert_int_equal(kit_key(code, "main", MK_KEY_PAGE, 0, NULL), MK_E_LOCKED);
	mk_unlocked_free(clerk);
	mk_unlocked_free(code);
	kit_again(&k);
	assert_int_equal(mk_keyring_slot_get(k.kr, CLERK, &after), 0);
	assert_int_equal(after.type, MK_SLOT_MEMBER);
	assert_string_equal(after.account, "taro");
	assert_memory_not_equal(before.fingerprint, after.fingerprint, 16);
	assert_int_equal(kit_unlock(k.kr, CLERK, "one-time", &clerk), MK_E_AUTH);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's own", &clerk), 0);
	mk_unlocked_free(clerk);
	kit_end(&k);
}

static void
a_code_expires(void **state)
{
	(void)state;
	struct kit k;
	struct mk_kdf_params p;
	struct mk_unlocked *u = NULL;
	kit_start(&k);
	assert_int_equal(kit_add(&k, CLERK, MK_SLOT_CODE, "one-time", false), 0);
	assert_int_equal(mk_keyring_slot_params(k.kr, CLERK, &p), 0);
	struct mk_secret *key = kit_derive(&p, "one-time");
	assert_int_equal(mk_keyring_open_slot(k.kr, CLERK, key, NOW + 100, &u), MK_E_AUTH);
	assert_int_equal(mk_keyring_open_slot(k.kr, CLERK, key, NOW + 99, &u), 0);
	mk_unlocked_free(u);
	const struct mk_slot_spec forever = {ADMIN, "", MK_SLOT_CODE, &p, key, NOW, 0};
	assert_int_equal(mk_keyring_add_slot(k.kr, k.chief, &forever, false), MK_E_INPUT);
	mk_secret_free(key);
	kit_end(&k);
}

static void
new_passphrase(void **state)
{
	(void)state;
	struct kit k;
	struct mk_kdf_params p;
	struct mk_unlocked *u = NULL;
	struct mk_secret *page = NULL, *key;
	kit_start(&k);
	assert_int_equal(mk_unlocked_key(k.chief, "main", MK_KEY_PAGE, 0, NULL, &page), 0);
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &kit_cheap, true, &p), 0);
	key = kit_derive(&p, "new");
	assert_int_equal(mk_keyring_rewrap(k.kr, k.chief, &p, key), 0);
	mk_secret_free(key);
	kit_shut(&k);
	assert_int_equal(kit_open_file(&k), 0);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "chief's", &u), MK_E_AUTH);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "new", &u), 0);
	assert_int_equal(kit_key(u, "main", MK_KEY_PAGE, 0, page), 0);
	mk_unlocked_free(u);
	mk_secret_free(page);
	kit_end(&k);
}

static void
this_pc(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *u = NULL;
	struct mk_secret *pc = mk_secret_from("0123456789abcdef0123456789abcdef", 32);
	struct mk_slot_info info;
	kit_folder(&k);
	assert_int_equal(mk_recovery_new(&k.recovery), 0);
	assert_int_equal(kit_create(&k, MK_KIND_DEMO, kit_cheap, pc), 0);
	kit_shut(&k);
	assert_int_equal(kit_open_file(&k), 0);
	assert_int_equal(mk_keyring_slot_get(k.kr, CHIEF, &info), 0);
	assert_true(info.pc);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "chief's", &u), MK_E_AUTH);
	assert_int_equal(mk_keyring_set_pc(k.kr, pc), 0);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "chief's", &u), 0);
	mk_unlocked_free(u);
	pc->data[0] ^= 1;
	assert_int_equal(mk_keyring_set_pc(k.kr, pc), 0);
	assert_int_equal(kit_unlock(k.kr, CHIEF, "chief's", &u), MK_E_AUTH);
	assert_int_equal(mk_keyring_set_pc(k.kr, NULL), 0);
	assert_int_equal(kit_unlock_recovery(&k, &u), 0); /* another machine: the sheet opens */
	mk_unlocked_free(u);
	mk_secret_free(pc);
	kit_end(&k);
}

static void
account(void **state)
{
	(void)state;
	struct kit k;
	struct mk_slot_info info;
	char longest[66];
	kit_start(&k);
	memset(longest, 'a', 64);
	longest[64] = '\0';
	assert_int_equal(mk_keyring_set_account(k.kr, CHIEF, longest), 0);
	kit_again(&k);
	assert_int_equal(mk_keyring_slot_get(k.kr, CHIEF, &info), 0);
	assert_string_equal(info.account, longest);
	longest[64] = 'a';
	longest[65] = '\0';
	assert_int_equal(mk_keyring_set_account(k.kr, CHIEF, longest), MK_E_INPUT);
	assert_int_equal(mk_keyring_set_account(k.kr, CHIEF, "a\x1b[2J"), MK_E_INPUT);
	assert_int_equal(mk_keyring_set_account(k.kr, CLERK, "a"), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_set_account(k.kr, MK_KEYRING_RECOVERY, "a"), MK_E_STATE);
	kit_end(&k);
}

/* ---- the first fixture: bytes of format version 1, made once, opened for ever ---- */

struct fixture {
	char chief[32], recovery[64], page[65], number[65];
	uint8_t raw[8192];
	size_t raw_len;
};

static void
read_fixture(struct fixture *x)
{
	static char key[32], value[16400];
	FILE *f = fopen("tests/vectors/keyring-1.txt", "r");
	if (f == NULL)
		fail_msg("tests/vectors/keyring-1.txt: run from the project's root");
	memset(x, 0, sizeof *x);
	while (fscanf(f, "%31s %16399s", key, value) == 2) {
		if (strcmp(key, "chief") == 0)
			assert_int_equal(mk_str_copy(x->chief, sizeof x->chief, value), 0);
		else if (strcmp(key, "recovery") == 0)
			assert_int_equal(mk_str_copy(x->recovery, sizeof x->recovery, value), 0);
		else if (strcmp(key, "page") == 0)
			assert_int_equal(mk_str_copy(x->page, sizeof x->page, value), 0);
		else if (strcmp(key, "number") == 0)
			assert_int_equal(mk_str_copy(x->number, sizeof x->number, value), 0);
		else if (strcmp(key, "image") == 0) {
			x->raw_len = strlen(value) / 2;
			assert_int_equal(mk_unhex(value, x->raw, x->raw_len), 0);
		}
	}
	fclose(f);
	assert_true(x->raw_len > KR_HEADER);
}

static void
check_fixture_keys(const struct mk_unlocked *u, const struct fixture *x)
{
	struct mk_secret *want = mk_secret_new(32);
	want->len = 32;
	assert_int_equal(mk_unhex(x->page, want->data, 32), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_PAGE, 1, want), 0);
	assert_int_equal(mk_unhex(x->number, want->data, 32), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 1, want), 0);
	mk_secret_free(want);
}

static void
first_fixture(void **state)
{
	(void)state;
	static struct fixture x;
	struct kit k;
	struct mk_unlocked *u = NULL;
	read_fixture(&x);
	kit_folder(&k);
	int fd = openat(k.dir, MK_KEYRING_NAME, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, KR_FILE), 0);
	assert_int_equal(mk_pwrite_all(fd, x.raw, x.raw_len, 0), 0);
	assert_int_equal(mk_pwrite_all(fd, x.raw, x.raw_len, KR_COPY), 0);
	close(fd);
	assert_int_equal(kit_open_file(&k), 0);
	assert_int_equal(mk_keyring_repair_needed(k.kr), MK_REPAIR_NONE);
	assert_int_equal(kit_unlock(k.kr, CHIEF, x.chief, &u), 0);
	check_fixture_keys(u, &x);
	mk_unlocked_free(u);
	assert_int_equal(
	    mk_groups_parse(x.recovery, strlen(x.recovery), MK_RECOVERY_BYTES, &k.recovery, NULL),
	    0);
	assert_int_equal(kit_unlock_recovery(&k, &u), 0);
	check_fixture_keys(u, &x);
	mk_unlocked_free(u);
	kit_end(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(create_and_open),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(floor_of_a_real_vault),
	    cmocka_unit_test(first_act),
	    cmocka_unit_test(a_code_expires),
	    cmocka_unit_test(new_passphrase),
	    cmocka_unit_test(this_pc),
	    cmocka_unit_test(account),
	    cmocka_unit_test(first_fixture),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
