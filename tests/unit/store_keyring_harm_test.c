/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Harm to the file: flips, forgeries with a right checksum, cut files, torn changes, swapped
 * grants, weakened costs. Whatever is done, the keyring is refused or its repair announced, and no
 * key is ever a wrong one.
 */
#include "mynakura/base/secret.h"
#include "store_keyring_kit.h"

struct office {
	struct kit k;
	struct mk_secret *page, *number, *main_page;
	struct mk_secret *chief_key; /* derived once: the flips do not measure Argon2id */
	uint8_t *file;
	uint32_t used;
};

static void
start(struct office *o)
{
	const struct mk_ledger_holder holder[] = {{CHIEF, MK_KEY_BOTH}, {CLERK, MK_KEY_PAGE}};
	struct mk_kdf_params p;
	memset(o, 0, sizeof *o);
	kit_start(&o->k);
	assert_int_equal(kit_add(&o->k, CLERK, MK_SLOT_MEMBER, "clerk's", false), 0);
	assert_int_equal(
	    mk_keyring_add_ledger(o->k.kr, LEDGER, holder, 2, &o->page, &o->number), 0);
	assert_int_equal(
	    mk_unlocked_key(o->k.chief, "main", MK_KEY_PAGE, 0, NULL, &o->main_page), 0);
	assert_int_equal(mk_keyring_slot_params(o->k.kr, CHIEF, &p), 0);
	o->chief_key = kit_derive(&p, "chief's");
	kit_shut(&o->k);
	o->file = kit_read(&o->k);
	o->used = kit_used(o->file);
}

static void
end(struct office *o)
{
	mk_secret_free(o->page);
	mk_secret_free(o->number);
	mk_secret_free(o->main_page);
	mk_secret_free(o->chief_key);
	free(o->file);
	kit_end(&o->k);
}

/*
 * Opens everything there is; 0 only when every key is the right one (a wrong one fails the test in
 * kit_key).
 */
static int
open_all(struct office *o, enum mk_keyring_repair *repair)
{
	struct mk_unlocked *u = NULL;
	int r = kit_open_file(&o->k);
	if (r < 0)
		return r;
	r = mk_keyring_open_slot(o->k.kr, CHIEF, o->chief_key, NOW, &u);
	if (r == 0) {
		*repair = mk_keyring_repair_needed(o->k.kr);
		r = kit_key(u, "main", MK_KEY_PAGE, 0, o->main_page);
		if (r == 0)
			r = kit_key(u, LEDGER, MK_KEY_PAGE, 0, o->page);
		if (r == 0)
			r = kit_key(u, LEDGER, MK_KEY_NUMBER, 0, o->number);
		mk_unlocked_free(u);
	}
	kit_shut(&o->k);
	return r;
}

static void
put_copy(struct office *o, int which, const uint8_t *copy, size_t len)
{
	int fd = openat(o->k.dir, MK_KEYRING_NAME, O_WRONLY | O_CLOEXEC);
	assert_int_equal(mk_pwrite_all(fd, copy, len, (uint64_t)which * KR_COPY), 0);
	close(fd);
}

static void
put_both(struct office *o, const uint8_t *copy, size_t len)
{
	put_copy(o, 0, copy, len);
	put_copy(o, 1, copy, len);
}

/* A bad sector's work: one bit in one copy is announced, the same bit in both is refused. */
static void
flips(void **state)
{
	(void)state;
	struct office o;
	enum mk_keyring_repair repair = MK_REPAIR_NONE;
	start(&o);
	assert_int_equal(open_all(&o, &repair), 0);
	assert_int_equal(repair, MK_REPAIR_NONE);
	uint8_t *copy = malloc(o.used);
	assert_non_null(copy);
	for (size_t bit = 0; bit < o.used * 8; bit += bit < KR_HEADER * 8 ? 3 : 41) {
		const int which = (int)(bit % 2);
		memcpy(copy, o.file, o.used);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		put_copy(&o, which, copy, o.used);
		assert_int_equal(open_all(&o, &repair), 0);
		/* the MAC itself stands outside the checksum: its flips are found at the MAC */
		const bool in_mac = bit / 8 >= o.used - KR_MAC && which == 0;
		assert_int_equal(repair, in_mac ? MK_REPAIR_FORGED : MK_REPAIR_COPY);
		put_copy(&o, 1 - which, copy, o.used);
		assert_int_equal(open_all(&o, &repair), MK_E_DAMAGED);
		put_both(&o, o.file, o.used);
	}
	free(copy);
	end(&o);
}

/*
 * The same by somebody who makes the checksum right. In one copy: announced (forged or differing),
 * or refused. In both: refused. Never opened in silence.
 */
static void
forged_flips(void **state)
{
	(void)state;
	struct office o;
	enum mk_keyring_repair repair = MK_REPAIR_NONE;
	size_t opened = 0, forged = 0, both = 0;
	start(&o);
	uint8_t *copy = malloc(o.used);
	assert_non_null(copy);
	for (size_t bit = 0; bit < (o.used - KR_TRAILER) * 8;
	     bit += bit < (KR_HEADER + KR_SLOT) * 8 ? 3 : 41) {
		memcpy(copy, o.file, o.used);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (kit_used(copy) == o.used)
			kit_forge(copy);
		put_copy(&o, 0, copy, o.used);
		int r = open_all(&o, &repair);
		assert_true(r == 0 || r == MK_E_AUTH || r == MK_E_DAMAGED || r == MK_E_MODE ||
			    r == MK_E_NOT_FOUND);
		assert_true(r != 0 || repair != MK_REPAIR_NONE);
		opened += r == 0;
		forged += r == 0 && repair == MK_REPAIR_FORGED;
		put_copy(&o, 1, copy, o.used);
		r = open_all(&o, &repair);
		assert_true(
		    r == MK_E_AUTH || r == MK_E_DAMAGED || r == MK_E_MODE || r == MK_E_NOT_FOUND);
		both++;
		put_both(&o, o.file, o.used);
	}
	/*
	 * the controls: the good second copy is used nearly always, and many forgeries got as far
	 * as the MAC
	 */
	assert_true(opened > both * 9 / 10);
	assert_true(forged > both / 4);
	free(copy);
	end(&o);
}

static void
patch(struct office *o, size_t off, uint32_t value, uint8_t *copy)
{
	memcpy(copy, o->file, o->used);
	for (int i = 0; i < 4; i++)
		copy[off + (size_t)i] = (uint8_t)(value >> (24 - 8 * i));
	kit_forge(copy);
	put_both(o, copy, o->used);
}

/* Where the chief's slot stands: slots are in order of their ids. */
static size_t
slot_at(const struct office *o, const char *member)
{
	for (size_t i = 0; i < 3; i++)
		if (strcmp((const char *)o->file + KR_HEADER + i * KR_SLOT, member) == 0)
			return KR_HEADER + i * KR_SLOT;
	fail_msg("%s has no slot", member);
	return 0;
}

/*
 * Weakened costs: a slot whose cost was changed does not open; one above the ceiling is refused
 * before anything runs.
 */
static void
weakened_costs(void **state)
{
	(void)state;
	struct office o;
	struct mk_unlocked *u = NULL;
	start(&o);
	uint8_t *copy = malloc(o.used);
	assert_non_null(copy);
	const size_t at = slot_at(&o, CHIEF);
	patch(&o, at + 20, 16, copy); /* m, still allowed in a demo */
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(kit_unlock(o.k.kr, CHIEF, "chief's", &u), MK_E_AUTH);
	kit_shut(&o.k);
	patch(&o, at + 20, 8, copy);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(kit_unlock(o.k.kr, CHIEF, "chief's", &u), 0);
	mk_unlocked_free(u);
	kit_shut(&o.k);
	static const struct {
		size_t off;
		uint32_t value;
	} bad[] = {{20, 7}, {20, MK_KDF_M_CEIL + 1}, {20, 0xffffffff}, {24, 0}, {24, 11}, {28, 0},
	    {28, 4}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		patch(&o, at + bad[i].off, bad[i].value, copy);
		assert_int_equal(kit_open_file(&o.k), MK_E_DAMAGED);
	}
	patch(&o, 48, MK_KDF_M_CEIL + 1, copy); /* the header's default */
	assert_int_equal(kit_open_file(&o.k), MK_E_DAMAGED);
	free(copy);
	end(&o);
}

/*
 * A real vault's slot rewritten to a demo's cost is refused; called a demo as well, it does not
 * open.
 */
static void
downgrade_of_a_real_vault(void **state)
{
	(void)state;
	struct office o;
	const struct mk_kdf_cost real = {MK_KDF_M_FLOOR, MK_KDF_T_FLOOR, 1};
	struct mk_unlocked *u = NULL;
	memset(&o, 0, sizeof o);
	kit_folder(&o.k);
	assert_int_equal(mk_recovery_new(&o.k.recovery), 0);
	assert_int_equal(kit_create(&o.k, MK_KIND_REAL, real, NULL), 0);
	kit_shut(&o.k);
	o.file = kit_read(&o.k);
	o.used = kit_used(o.file);
	uint8_t *copy = malloc(o.used);
	assert_non_null(copy);
	const size_t at = KR_HEADER;
	assert_string_equal((const char *)o.file + at, CHIEF);
	patch(&o, at + 20, 8, copy);
	assert_int_equal(kit_open_file(&o.k), MK_E_DAMAGED);
	patch(&o, at + 20, MK_KDF_M_FLOOR - 1, copy);
	assert_int_equal(kit_open_file(&o.k), MK_E_DAMAGED);
	patch(&o, at + 24, 2, copy);
	assert_int_equal(kit_open_file(&o.k), MK_E_DAMAGED);
	copy[11] = MK_KIND_DEMO;
	kit_forge(copy);
	put_both(&o, copy, o.used);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(kit_unlock(o.k.kr, CHIEF, "chief's", &u), MK_E_AUTH);
	assert_int_equal(kit_unlock_recovery(&o.k, &u), MK_E_AUTH);
	kit_shut(&o.k);
	put_both(&o, o.file, o.used);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(kit_unlock_recovery(&o.k, &u), 0);
	mk_unlocked_free(u);
	free(copy);
	end(&o);
}

static void
truncation(void **state)
{
	(void)state;
	struct office o;
	enum mk_keyring_repair repair = MK_REPAIR_NONE;
	start(&o);
	const struct {
		off_t len;
		int r;
	} t[] = {
	    {0, MK_E_DAMAGED},
	    {1, MK_E_DAMAGED},
	    {KR_HEADER - 1, MK_E_DAMAGED},
	    {KR_HEADER, MK_E_DAMAGED},
	    {(off_t)o.used - 1, MK_E_DAMAGED},
	    {(off_t)o.used, 0},
	    {KR_COPY, 0},
	    {KR_COPY + KR_HEADER, 0},
	    {(off_t)(KR_COPY + o.used - 1), 0},
	    {KR_FILE - 1, 0},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		int fd = openat(o.k.dir, MK_KEYRING_NAME, O_WRONLY | O_CLOEXEC);
		assert_int_equal(ftruncate(fd, t[i].len), 0);
		close(fd);
		assert_int_equal(open_all(&o, &repair), t[i].r);
		if (t[i].r == 0)
			assert_int_equal(repair, MK_REPAIR_COPY);
		kit_write(&o.k, o.file, 0, KR_FILE);
	}
	assert_int_equal(open_all(&o, &repair), 0);
	assert_int_equal(repair, MK_REPAIR_NONE);
	end(&o);
}

/*
 * kill -9 at any point of a change: the first n bytes of copy A, all of A, all of A and n bytes of
 * B are the new state.
 */
static void
torn_changes(void **state)
{
	(void)state;
	struct office o;
	struct mk_unlocked *u = NULL;
	start(&o);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(mk_keyring_open_slot(o.k.kr, CHIEF, o.chief_key, NOW, &o.k.chief), 0);
	const uint64_t seq = mk_keyring_seq(o.k.kr);
	assert_int_equal(mk_keyring_remove_slot(o.k.kr, CLERK, true), 0);
	kit_shut(&o.k);
	uint8_t *after = kit_read(&o.k);
	for (size_t step = 0; step < 40; step++) {
		const bool second = step >= 20;
		size_t n = second ? (step - 20) * o.used / 19 : step * o.used / 19;
		kit_write(&o.k, o.file, 0, KR_FILE);
		put_copy(&o, 0, after, second ? o.used : n);
		if (second)
			put_copy(&o, 1, after, n);
		assert_int_equal(kit_open_file(&o.k), 0);
		const bool done = mk_keyring_seq(o.k.kr) == seq + 1;
		assert_true(done || mk_keyring_seq(o.k.kr) == seq);
		assert_true(!second || done);
		assert_int_equal(
		    mk_keyring_open_slot(o.k.kr, CHIEF, o.chief_key, NOW, &o.k.chief), 0);
		assert_int_equal(mk_keyring_slots(o.k.kr), done ? 2 : 3);
		if (mk_keyring_repair_needed(o.k.kr) != MK_REPAIR_NONE) {
			assert_int_equal(mk_keyring_repair(o.k.kr), 0);
			assert_int_equal(mk_keyring_repair_needed(o.k.kr), MK_REPAIR_NONE);
		}
		kit_shut(&o.k);
		assert_int_equal(kit_open_file(&o.k), 0);
		assert_int_equal(mk_keyring_repair_needed(o.k.kr), MK_REPAIR_NONE);
		assert_int_equal(
		    kit_unlock(o.k.kr, CLERK, "clerk's", &u), done ? MK_E_NOT_FOUND : 0);
		mk_unlocked_free(u);
		u = NULL;
		kit_shut(&o.k);
	}
	/* exactly between the copies: the newer one, announced as unfinished */
	kit_write(&o.k, o.file, 0, KR_FILE);
	put_copy(&o, 0, after, KR_COPY);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(mk_keyring_repair_needed(o.k.kr), MK_REPAIR_UNFINISHED);
	assert_int_equal(mk_keyring_copies_check(o.k.kr), MK_E_DAMAGED);
	free(after);
	end(&o);
}

/* A passphrase replaced in copy A only: the old one must not open through copy B. */
static void
no_way_back_by_the_older_copy(void **state)
{
	(void)state;
	struct office o;
	struct mk_kdf_params p;
	struct mk_unlocked *u = NULL;
	start(&o);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(mk_keyring_open_slot(o.k.kr, CHIEF, o.chief_key, NOW, &o.k.chief), 0);
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &kit_cheap, true, &p), 0);
	struct mk_secret *key = kit_derive(&p, "new");
	assert_int_equal(mk_keyring_rewrap(o.k.kr, o.k.chief, &p, key), 0);
	kit_shut(&o.k);
	put_copy(&o, 1, o.file, KR_COPY);
	assert_int_equal(kit_open_file(&o.k), 0);
	assert_int_equal(mk_keyring_open_slot(o.k.kr, CHIEF, o.chief_key, NOW, &u), MK_E_AUTH);
	assert_int_equal(mk_keyring_open_slot(o.k.kr, CHIEF, key, NOW, &u), 0);
	mk_unlocked_free(u);
	mk_secret_free(key);
	end(&o);
}

/*
 * Rewrites the image with the MAC right (as nobody outside can): what the seals themselves refuse.
 */
static int
open_after(struct office *o, void (*harm)(struct kr_image *))
{
	enum mk_keyring_repair repair;
	struct kr_image *next = NULL;
	kit_write(&o->k, o->file, 0, KR_FILE);
	assert_int_equal(kit_open_file(&o->k), 0);
	assert_int_equal(mk_keyring_open_slot(o->k.kr, CHIEF, o->chief_key, NOW, &o->k.chief), 0);
	assert_int_equal(kr_begin(o->k.kr, &next), 0);
	harm(next);
	assert_int_equal(kr_end(o->k.kr, next, NULL, 0), 0);
	kit_shut(&o->k);
	return open_all(o, &repair);
}

static void
swap(struct kr_grant *a, struct kr_grant *b)
{
	uint8_t keep[MK_GRANT_LEN];
	assert_non_null(a);
	assert_non_null(b);
	memcpy(keep, a->sealed, sizeof keep);
	memcpy(a->sealed, b->sealed, sizeof keep);
	memcpy(b->sealed, keep, sizeof keep);
}

static void
nothing(struct kr_image *img)
{
	(void)img;
}

static void
swap_members(struct kr_image *img)
{
	swap(kr_grant_find(img, LEDGER, MK_KEY_PAGE, 1, CHIEF),
	    kr_grant_find(img, LEDGER, MK_KEY_PAGE, 1, CLERK));
}

static void
swap_kinds(struct kr_image *img)
{
	swap(kr_grant_find(img, LEDGER, MK_KEY_PAGE, 1, CHIEF),
	    kr_grant_find(img, LEDGER, MK_KEY_NUMBER, 1, CHIEF));
}

static void
swap_ledgers(struct kr_image *img)
{
	swap(kr_grant_find(img, LEDGER, MK_KEY_PAGE, 1, CHIEF),
	    kr_grant_find(img, "main", MK_KEY_PAGE, 1, CHIEF));
}

static void
other_epoch(struct kr_image *img)
{
	struct kr_key *key = kr_key_find(img, LEDGER, MK_KEY_NUMBER);
	key->current = 2;
	key->oldest = 2;
	for (size_t i = 0; i < img->grants; i++)
		if (strcmp(img->grant[i].ledger, LEDGER) == 0 &&
		    img->grant[i].kind == MK_KEY_NUMBER)
			img->grant[i].epoch = 2;
}

static void
swapped_grants(void **state)
{
	(void)state;
	struct office o;
	start(&o);
	assert_int_equal(open_after(&o, nothing), 0);
	assert_int_equal(open_after(&o, swap_members), MK_E_DAMAGED);
	assert_int_equal(open_after(&o, swap_kinds), MK_E_DAMAGED);
	assert_int_equal(open_after(&o, swap_ledgers), MK_E_DAMAGED);
	assert_int_equal(open_after(&o, other_epoch), MK_E_DAMAGED);
	assert_int_equal(open_after(&o, nothing), 0);
	end(&o);
}

/* Another vault's copy, whole and right in itself, in the place of one of ours. */
static void
another_vaults_copy(void **state)
{
	(void)state;
	struct office o, other;
	enum mk_keyring_repair repair = MK_REPAIR_NONE;
	start(&o);
	start(&other);
	put_copy(&o, 0, other.file, KR_COPY);
	assert_int_equal(open_all(&o, &repair), 0);
	assert_int_equal(repair, MK_REPAIR_FORGED);
	put_copy(&o, 1, other.file, KR_COPY);
	assert_int_equal(open_all(&o, &repair), MK_E_AUTH);
	end(&o);
	end(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flips),
	    cmocka_unit_test(forged_flips),
	    cmocka_unit_test(weakened_costs),
	    cmocka_unit_test(downgrade_of_a_real_vault),
	    cmocka_unit_test(truncation),
	    cmocka_unit_test(torn_changes),
	    cmocka_unit_test(no_way_back_by_the_older_copy),
	    cmocka_unit_test(swapped_grants),
	    cmocka_unit_test(another_vaults_copy),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
