/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ledgers, grants and epochs: who holds what after each change, what is destroyed, and what a full
 * or failing file does.
 */
#include <signal.h>
#include <sys/resource.h>

#include "mynakura/base/secret.h"
#include "store_keyring_kit.h"

/* The chief holds both keys of LEDGER, the clerk its page key. */
static void
office(struct kit *k, struct mk_secret **page, struct mk_secret **number)
{
	const struct mk_ledger_holder holder[] = {{CHIEF, MK_KEY_BOTH}, {CLERK, MK_KEY_PAGE}};
	kit_start(k);
	assert_int_equal(kit_add(k, CLERK, MK_SLOT_MEMBER, "clerk's", false), 0);
	assert_int_equal(kit_add(k, ADMIN, MK_SLOT_MEMBER, "admin's", false), 0);
	assert_int_equal(mk_keyring_add_ledger(k->kr, LEDGER, holder, 2, page, number), 0);
}

static bool
is_due(const struct kit *k, const char *ledger, enum mk_key_kind kind)
{
	struct mk_key_state s;
	assert_int_equal(mk_keyring_key_state(k->kr, ledger, kind, &s), 0);
	return s.due;
}

static void
who_holds_what(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *u = NULL;
	struct mk_secret *page = NULL, *number = NULL;
	office(&k, &page, &number);
	assert_memory_not_equal(page->data, number->data, 32);
	kit_again(&k);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_PAGE, 0, page), 0);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_NUMBER, 0, number), 0);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &u), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_PAGE, 0, page), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 0, NULL), MK_E_NO_GRANT);
	mk_unlocked_free(u);
	assert_int_equal(kit_unlock(k.kr, ADMIN, "admin's", &u), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_PAGE, 0, NULL), MK_E_NO_GRANT);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 0, NULL), MK_E_NO_GRANT);
	assert_int_equal(kit_key(u, "main", MK_KEY_PAGE, 0, NULL), 0);
	mk_unlocked_free(u);
	assert_int_equal(kit_unlock_recovery(&k, &u), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_PAGE, 0, page), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 0, number), 0);
	mk_unlocked_free(u);
	mk_secret_free(page);
	mk_secret_free(number);
	kit_end(&k);
}

static void
granting(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *admin = NULL, *clerk = NULL;
	struct mk_secret *number = NULL;
	office(&k, NULL, &number);
	assert_int_equal(kit_unlock(k.kr, ADMIN, "admin's", &admin), 0);
	/* only who holds a key can give it */
	assert_int_equal(
	    mk_keyring_grant(k.kr, admin, CLERK, LEDGER, MK_KEY_NUMBER), MK_E_NO_GRANT);
	assert_false(mk_keyring_holds(k.kr, CLERK, LEDGER, MK_KEY_NUMBER));
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, CLERK, LEDGER, MK_KEY_BOTH), 0);
	assert_true(mk_keyring_holds(k.kr, CLERK, LEDGER, MK_KEY_NUMBER));
	assert_int_equal(
	    mk_keyring_grant(k.kr, k.chief, "nobody", LEDGER, MK_KEY_PAGE), MK_E_NOT_FOUND);
	assert_int_equal(
	    mk_keyring_grant(k.kr, k.chief, CLERK, LEDGER2, MK_KEY_PAGE), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, CLERK, LEDGER, 0), MK_E_INPUT);
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, CLERK, LEDGER, 4), MK_E_INPUT);
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, CLERK, "main", MK_KEY_BOTH), MK_E_INPUT);
	kit_again(&k);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &clerk), 0);
	assert_int_equal(kit_key(clerk, LEDGER, MK_KEY_NUMBER, 0, number), 0);
	mk_unlocked_free(clerk);
	mk_unlocked_free(admin);
	mk_secret_free(number);
	kit_end(&k);
}

static void
revoking(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *clerk = NULL;
	office(&k, NULL, NULL);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &clerk), 0);
	assert_int_equal(kit_key(clerk, LEDGER, MK_KEY_PAGE, 0, NULL), 0);
	assert_int_equal(
	    mk_keyring_revoke(k.kr, CLERK, LEDGER, MK_KEY_NUMBER, true), MK_E_NOT_FOUND);
	assert_false(is_due(&k, LEDGER, MK_KEY_NUMBER));
	assert_int_equal(mk_keyring_revoke(k.kr, CLERK, "main", MK_KEY_PAGE, true), MK_E_STATE);
	assert_int_equal(
	    mk_keyring_revoke(k.kr, MK_KEYRING_RECOVERY, LEDGER, MK_KEY_PAGE, true), MK_E_STATE);
	assert_int_equal(mk_keyring_revoke(k.kr, CLERK, LEDGER, MK_KEY_BOTH, true), 0);
	assert_true(is_due(&k, LEDGER, MK_KEY_PAGE));
	assert_false(is_due(&k, LEDGER, MK_KEY_NUMBER));
	assert_int_equal(kit_key(clerk, LEDGER, MK_KEY_PAGE, 0, NULL), MK_E_NO_GRANT);
	mk_unlocked_free(clerk);
	assert_int_equal(mk_keyring_revoke_all(k.kr, CHIEF, false), 0);
	assert_int_equal(mk_keyring_revoke_all(k.kr, CHIEF, false), 0);
	kit_again(&k); /* main's grant stays */
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_PAGE, 0, NULL), MK_E_NO_GRANT);
	kit_end(&k);
}

static void
leaving_and_reset(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *clerk = NULL, *again = NULL;
	office(&k, NULL, NULL);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &clerk), 0);
	/* a reset: one-time code in the slot's place, all grants but main's void */
	assert_int_equal(kit_add(&k, CLERK, MK_SLOT_CODE, "code", true), 0);
	assert_int_equal(kit_key(clerk, LEDGER, MK_KEY_PAGE, 0, NULL), MK_E_LOCKED);
	assert_false(mk_keyring_holds(k.kr, CLERK, LEDGER, MK_KEY_PAGE));
	assert_true(mk_keyring_holds(k.kr, CLERK, "main", MK_KEY_PAGE));
	assert_false(is_due(&k, LEDGER, MK_KEY_PAGE));
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &again), MK_E_AUTH);
	/* leaving: slot, grants, and the keys it held marked */
	assert_int_equal(mk_keyring_grant(k.kr, k.chief, ADMIN, LEDGER, MK_KEY_BOTH), 0);
	assert_int_equal(mk_keyring_remove_slot(k.kr, ADMIN, true), 0);
	assert_true(is_due(&k, LEDGER, MK_KEY_PAGE));
	assert_true(is_due(&k, LEDGER, MK_KEY_NUMBER));
	assert_true(is_due(&k, "main", MK_KEY_PAGE));
	assert_int_equal(mk_keyring_remove_slot(k.kr, ADMIN, true), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_remove_slot(k.kr, MK_KEYRING_RECOVERY, true), MK_E_STATE);
	kit_again(&k);
	assert_int_equal(mk_keyring_slots(k.kr), 3);
	assert_int_equal(kit_unlock(k.kr, ADMIN, "admin's", &again), MK_E_NOT_FOUND);
	mk_unlocked_free(clerk);
	kit_end(&k);
}

/* A destroyed epoch's grants are in neither copy any more; before, they were (the control). */
static void
epochs_and_destruction(void **state)
{
	(void)state;
	struct kit k;
	struct mk_secret *old = NULL, *new = NULL;
	uint8_t sealed[2][MK_GRANT_LEN];
	uint32_t epoch = 0;
	office(&k, NULL, &old);
	const char *const holders[2] = {CHIEF, MK_KEYRING_RECOVERY};
	for (int i = 0; i < 2; i++)
		memcpy(sealed[i],
		    kr_grant_find(k.kr->img, LEDGER, MK_KEY_NUMBER, 1, holders[i])->sealed,
		    MK_GRANT_LEN);
	assert_int_equal(mk_keyring_mark_due(k.kr, LEDGER, MK_KEY_NUMBER), 0);
	assert_int_equal(mk_keyring_add_epoch(k.kr, LEDGER, MK_KEY_NUMBER, &epoch, &new), 0);
	assert_int_equal(epoch, 2);
	assert_memory_not_equal(old->data, new->data, 32);
	kit_again(&k);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_NUMBER, 1, old), 0);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_NUMBER, 0, new), 0);
	assert_false(mk_keyring_holds(k.kr, CLERK, LEDGER, MK_KEY_NUMBER));
	assert_true(is_due(&k, LEDGER, MK_KEY_NUMBER));
	uint8_t *file = kit_read(&k);
	for (int i = 0; i < 2; i++) {
		assert_true(kit_contains(file, KR_COPY, sealed[i], MK_GRANT_LEN));
		assert_true(kit_contains(file + KR_COPY, KR_COPY, sealed[i], MK_GRANT_LEN));
	}
	free(file);
	assert_int_equal(mk_keyring_destroy_below(k.kr, LEDGER, MK_KEY_NUMBER, 3), MK_E_INPUT);
	assert_int_equal(mk_keyring_destroy_below(k.kr, LEDGER, MK_KEY_NUMBER, 2), 0);
	assert_int_equal(mk_keyring_destroy_below(k.kr, LEDGER, MK_KEY_NUMBER, 2), 0);
	assert_false(is_due(&k, LEDGER, MK_KEY_NUMBER));
	file = kit_read(&k);
	for (int i = 0; i < 2; i++)
		assert_false(kit_contains(file, KR_FILE, sealed[i] + 32, 16));
	free(file);
	kit_again(&k);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_NUMBER, 1, NULL), MK_E_NO_GRANT);
	assert_int_equal(kit_key(k.chief, LEDGER, MK_KEY_NUMBER, 2, new), 0);
	mk_secret_free(old);
	mk_secret_free(new);
	kit_end(&k);
}

/*
 * Somebody who leaves during a rotation leaves the new epoch due, whatever becomes of the old one.
 */
static void
due_survives_the_wrong_destruction(void **state)
{
	(void)state;
	struct kit k;
	office(&k, NULL, NULL);
	assert_int_equal(mk_keyring_mark_due(k.kr, LEDGER, MK_KEY_PAGE), 0);
	assert_int_equal(mk_keyring_add_epoch(k.kr, LEDGER, MK_KEY_PAGE, NULL, NULL), 0);
	assert_int_equal(mk_keyring_remove_slot(k.kr, CLERK, true), 0);
	assert_int_equal(mk_keyring_destroy_below(k.kr, LEDGER, MK_KEY_PAGE, 2), 0);
	assert_true(is_due(&k, LEDGER, MK_KEY_PAGE));
	assert_int_equal(mk_keyring_add_epoch(k.kr, LEDGER, MK_KEY_PAGE, NULL, NULL), 0);
	assert_int_equal(mk_keyring_destroy_below(k.kr, LEDGER, MK_KEY_PAGE, 3), 0);
	assert_false(is_due(&k, LEDGER, MK_KEY_PAGE));
	kit_end(&k);
}

/*
 * main.db's key carries the MAC: a new epoch changes the MAC key too, and every member still
 * opens.
 */
static void
main_gets_a_new_epoch(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *u = NULL;
	struct mk_secret *new = NULL;
	office(&k, NULL, NULL);
	assert_int_equal(mk_keyring_add_epoch(k.kr, "main", MK_KEY_PAGE, NULL, &new), 0);
	assert_int_equal(
	    mk_keyring_add_epoch(k.kr, "main", MK_KEY_NUMBER, NULL, NULL), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_mark_due(k.kr, LEDGER, MK_KEY_PAGE), 0);
	assert_int_equal(mk_keyring_destroy_below(k.kr, "main", MK_KEY_PAGE, 2), 0);
	kit_again(&k);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &u), 0);
	assert_int_equal(kit_key(u, "main", MK_KEY_PAGE, 0, new), 0);
	mk_unlocked_free(u);
	mk_secret_free(new);
	kit_end(&k);
}

static void
new_recovery_sheet(void **state)
{
	(void)state;
	struct kit k;
	struct mk_unlocked *u = NULL;
	struct mk_secret *sheet = NULL, *page = NULL, *number = NULL, *first;
	office(&k, &page, &number);
	assert_int_equal(mk_keyring_add_epoch(k.kr, LEDGER, MK_KEY_NUMBER, NULL, NULL), 0);
	assert_int_equal(mk_recovery_new(&sheet), 0);
	assert_int_equal(kit_unlock(k.kr, CLERK, "clerk's", &u), 0);
	assert_int_equal(mk_keyring_replace_recovery(k.kr, u, sheet, NOW, true), MK_E_NO_GRANT);
	mk_unlocked_free(u);
	u = NULL;
	assert_int_equal(mk_keyring_replace_recovery(k.kr, k.chief, sheet, NOW, true), 0);
	assert_true(is_due(&k, LEDGER, MK_KEY_NUMBER));
	kit_again(&k);
	assert_int_equal(kit_unlock_recovery(&k, &u), MK_E_AUTH);
	first = k.recovery;
	k.recovery = sheet;
	assert_int_equal(kit_unlock_recovery(&k, &u), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_PAGE, 0, page), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 1, number), 0);
	assert_int_equal(kit_key(u, LEDGER, MK_KEY_NUMBER, 2, NULL), 0);
	mk_unlocked_free(u);
	mk_secret_free(first);
	mk_secret_free(page);
	mk_secret_free(number);
	kit_end(&k);
}

static void
ledgers(void **state)
{
	(void)state;
	struct kit k;
	const struct mk_ledger_holder nobody = {"nobody", MK_KEY_PAGE};
	char id[MK_ID_MAX];
	office(&k, NULL, NULL);
	uint64_t seq = mk_keyring_seq(k.kr);
	assert_int_equal(mk_keyring_add_ledger(k.kr, LEDGER, NULL, 0, NULL, NULL), MK_E_EXISTS);
	assert_int_equal(mk_keyring_add_ledger(k.kr, "main", NULL, 0, NULL, NULL), MK_E_EXISTS);
	assert_int_equal(mk_keyring_add_ledger(k.kr, "L!", NULL, 0, NULL, NULL), MK_E_INPUT);
	assert_int_equal(
	    mk_keyring_add_ledger(k.kr, LEDGER2, &nobody, 1, NULL, NULL), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_ledgers(k.kr), 2);
	assert_int_equal(mk_keyring_seq(k.kr), seq);
	assert_int_equal(mk_keyring_add_ledger(k.kr, LEDGER2, NULL, 0, NULL, NULL), 0);
	assert_true(mk_keyring_ledger_at(k.kr, 1, id));
	assert_string_equal(id, LEDGER2);
	assert_false(mk_keyring_ledger_at(k.kr, 3, id));
	assert_int_equal(mk_keyring_remove_ledger(k.kr, LEDGER2), 0);
	assert_int_equal(mk_keyring_remove_ledger(k.kr, LEDGER2), MK_E_NOT_FOUND);
	assert_int_equal(mk_keyring_remove_ledger(k.kr, "main"), MK_E_STATE);
	kit_again(&k);
	assert_int_equal(mk_keyring_ledgers(k.kr), 2);
	kit_end(&k);
}

static void
full(void **state)
{
	(void)state;
	struct kit k;
	char id[MK_ID_MAX];
	kit_start(&k);
	for (int i = 0; i < MK_KEYRING_SLOTS - 2; i++) {
		snprintf(id, sizeof id, "m%013d", i);
		assert_int_equal(kit_add(&k, id, MK_SLOT_MEMBER, "x", false), 0);
	}
	uint64_t seq = mk_keyring_seq(k.kr);
	assert_int_equal(kit_add(&k, "mone", MK_SLOT_MEMBER, "x", false), MK_E_TOO_BIG);
	assert_int_equal(mk_keyring_seq(k.kr), seq);
	/*
	 * ledgers and grants to their very ends, through the lists: each step through the file
	 * would take minutes
	 */
	struct kr_image *next = NULL;
	assert_int_equal(kr_begin(k.kr, &next), 0);
	struct kr_ledger l = {.key = {{1, 1, 0}, {1, 1, 0}}};
	struct kr_grant g = *kr_grant_find(next, "main", MK_KEY_PAGE, 1, CHIEF);
	g.kind = MK_KEY_PAGE;
	for (int i = 0; i < MK_KEYRING_LEDGERS - 1; i++) {
		snprintf(l.id, sizeof l.id, "l%013d", i);
		assert_int_equal(kr_ledger_put(next, &l), 0);
	}
	snprintf(l.id, sizeof l.id, "lone");
	assert_int_equal(kr_ledger_put(next, &l), MK_E_TOO_BIG);
	for (size_t i = 0; next->grants < MK_KEYRING_GRANTS; i++) {
		const struct kr_slot *s = &next->slot[i % next->slots];
		snprintf(g.ledger, sizeof g.ledger, "l%013zu", i / next->slots);
		memcpy(g.member, s->member, sizeof g.member);
		assert_int_equal(kr_fingerprint(s->pub, g.fpr), 0);
		assert_int_equal(kr_grant_put(next, &g), 0);
	}
	snprintf(g.ledger, sizeof g.ledger, "l%013d", 999);
	assert_int_equal(kr_grant_put(next, &g), MK_E_TOO_BIG);
	assert_int_equal(kr_end(k.kr, next, NULL, 0), 0);
	assert_int_equal(mk_keyring_add_ledger(k.kr, LEDGER2, NULL, 0, NULL, NULL), MK_E_EXISTS);
	assert_int_equal(mk_keyring_add_ledger(k.kr, "lone", NULL, 0, NULL, NULL), MK_E_TOO_BIG);
	assert_int_equal(mk_keyring_add_epoch(k.kr, "main", MK_KEY_PAGE, NULL, NULL), MK_E_TOO_BIG);
	kit_again(&k);
	assert_int_equal(mk_keyring_grants(k.kr), MK_KEYRING_GRANTS);
	kit_end(&k);
}

/*
 * The file refuses to be written past a limit: into copy A (both fail: nothing was changed) or
 * between the copies (A was written and cannot be told from the new state: no more changes on this
 * handle, and the old state opens again).
 */
static void
write_failure(void **state)
{
	(void)state;
	const rlim_t limits[2] = {64, KR_COPY};
	struct rlimit was, now;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	for (int i = 0; i < 2; i++) {
		struct kit k;
		office(&k, NULL, NULL);
		uint64_t seq = mk_keyring_seq(k.kr);
		size_t slots = mk_keyring_slots(k.kr);
		now = (struct rlimit){limits[i], was.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
		int r = mk_keyring_remove_slot(k.kr, CLERK, false);
		int second = mk_keyring_remove_slot(k.kr, CLERK, false);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		assert_true(r == MK_E_IO || r == MK_E_NOSPACE);
		assert_int_equal(second, MK_E_IO);
		assert_int_equal(mk_keyring_seq(k.kr), seq);
		assert_int_equal(mk_keyring_slots(k.kr), slots);
		assert_int_equal(mk_keyring_remove_slot(k.kr, CLERK, false), MK_E_IO);
		kit_shut(&k);
		assert_int_equal(kit_open_file(&k), 0);
		assert_int_equal(kit_unlock(k.kr, CHIEF, "chief's", &k.chief), 0);
		assert_int_equal(mk_keyring_slots(k.kr), slots);
		assert_int_equal(mk_keyring_remove_slot(k.kr, CLERK, false), 0);
		kit_again(&k);
		assert_int_equal(mk_keyring_slots(k.kr), slots - 1);
		kit_end(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_holds_what),
	    cmocka_unit_test(granting),
	    cmocka_unit_test(revoking),
	    cmocka_unit_test(leaving_and_reset),
	    cmocka_unit_test(epochs_and_destruction),
	    cmocka_unit_test(due_survives_the_wrong_destruction),
	    cmocka_unit_test(main_gets_a_new_epoch),
	    cmocka_unit_test(new_recovery_sheet),
	    cmocka_unit_test(ledgers),
	    cmocka_unit_test(full),
	    cmocka_unit_test(write_failure),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
