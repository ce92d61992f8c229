/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the keyring's tests share: a demo vault in a folder of its own, slots by passphrase, the
 * file's bytes in and out.
 */
#ifndef MK_TESTS_KEYRING_KIT_H
#define MK_TESTS_KEYRING_KIT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/crypto/hkdf.h"
#include "mynakura/crypto/passphrase.h"
#include "mynakura/store/keyring.h"
#include "src/store/keyring_internal.h"
#include "tests/lib/mk_cmocka.h"

#define CHIEF "m000000000000c"
#define CLERK "m000000000000k"
#define ADMIN "m000000000000a"
#define LEDGER "l0000000000001"
#define LEDGER2 "l0000000000002"
#define NOW 1000

struct kit {
	char path[256];
	int dir;
	struct mk_keyring *kr;
	struct mk_unlocked *chief;
	struct mk_secret *recovery;
};

static const struct mk_kdf_cost kit_cheap = {8, 1, 1};

static inline struct mk_secret *
kit_derive(const struct mk_kdf_params *p, const char *pass)
{
	struct mk_secret *key = NULL;
	assert_int_equal(mk_kdf_run(p, pass, strlen(pass), &key), 0);
	return key;
}

static inline void
kit_folder(struct kit *k)
{
	const char *tmp = getenv("TMPDIR");
	memset(k, 0, sizeof *k);
	snprintf(k->path, sizeof k->path, "%s/mk-keyring-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(k->path));
	k->dir = open(k->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(k->dir >= 0);
}

static inline int
kit_create(struct kit *k, enum mk_kind kind, struct mk_kdf_cost cost, const struct mk_secret *pc)
{
	struct mk_kdf_params p;
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cost, kind == MK_KIND_DEMO, &p), 0);
	struct mk_secret *key = kit_derive(&p, "chief's");
	const struct mk_slot_spec chief = {CHIEF, "hanako", MK_SLOT_MEMBER, &p, key, NOW, 0};
	const struct mk_keyring_spec spec = {MK_FORM_EMBEDDED, kind, cost, &chief, k->recovery, pc};
	int r = mk_keyring_create(k->dir, MK_KEYRING_NAME, &spec, &k->kr, &k->chief);
	mk_secret_free(key);
	return r;
}

static inline void
kit_start(struct kit *k)
{
	kit_folder(k);
	assert_int_equal(mk_recovery_new(&k->recovery), 0);
	assert_int_equal(kit_create(k, MK_KIND_DEMO, kit_cheap, NULL), 0);
}

static inline void
kit_shut(struct kit *k)
{
	mk_unlocked_free(k->chief);
	mk_keyring_close(k->kr);
	k->chief = NULL;
	k->kr = NULL;
}

static inline void
kit_end(struct kit *k)
{
	kit_shut(k);
	mk_secret_free(k->recovery);
	unlinkat(k->dir, MK_KEYRING_NAME, 0);
	close(k->dir);
	rmdir(k->path);
}

static inline int
kit_open_file(struct kit *k)
{
	return mk_keyring_open(k->dir, MK_KEYRING_NAME, MK_FORM_EMBEDDED, &k->kr);
}

static inline int
kit_unlock(struct mk_keyring *kr, const char *member, const char *pass, struct mk_unlocked **out)
{
	struct mk_kdf_params p;
	int r = mk_keyring_slot_params(kr, member, &p);
	if (r < 0)
		return r;
	struct mk_secret *key = kit_derive(&p, pass);
	r = mk_keyring_open_slot(kr, member, key, NOW, out);
	mk_secret_free(key);
	return r;
}

static inline int
kit_unlock_recovery(struct kit *k, struct mk_unlocked **out)
{
	struct mk_kdf_params p;
	struct mk_secret *key = NULL;
	assert_int_equal(mk_keyring_slot_params(k->kr, MK_KEYRING_RECOVERY, &p), 0);
	assert_int_equal(mk_kdf_run(&p, k->recovery->data, k->recovery->len, &key), 0);
	int r = mk_keyring_open_slot(k->kr, MK_KEYRING_RECOVERY, key, NOW, out);
	mk_secret_free(key);
	return r;
}

/* Closes, reads the file again and opens the chief's slot. */
static inline void
kit_again(struct kit *k)
{
	kit_shut(k);
	assert_int_equal(kit_open_file(k), 0);
	assert_int_equal(mk_keyring_repair_needed(k->kr), MK_REPAIR_NONE);
	assert_int_equal(kit_unlock(k->kr, CHIEF, "chief's", &k->chief), 0);
}

static inline int
kit_add(struct kit *k, const char *member, enum mk_slot_type type, const char *pass, bool replace)
{
	struct mk_kdf_params p;
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &kit_cheap, true, &p), 0);
	struct mk_secret *key = kit_derive(&p, pass);
	const struct mk_slot_spec spec = {
	    member, "", type, &p, key, NOW, type == MK_SLOT_CODE ? NOW + 100 : 0};
	int r = mk_keyring_add_slot(k->kr, k->chief, &spec, replace);
	mk_secret_free(key);
	return r;
}

/* 0 when u opens the key and it is the wanted one (NULL: any). */
static inline int
kit_key(const struct mk_unlocked *u, const char *ledger, enum mk_key_kind kind, uint32_t epoch,
    const struct mk_secret *want)
{
	struct mk_secret *key = NULL;
	int r = mk_unlocked_key(u, ledger, kind, epoch, NULL, &key);
	if (r == 0 && want != NULL) {
		assert_int_equal(key->len, want->len);
		assert_memory_equal(key->data, want->data, want->len);
	}
	mk_secret_free(key);
	return r;
}

static inline uint8_t *
kit_read(struct kit *k)
{
	uint8_t *p = malloc(KR_FILE);
	assert_non_null(p);
	int fd = openat(k->dir, MK_KEYRING_NAME, O_RDONLY | O_CLOEXEC);
	assert_int_equal(mk_pread_all(fd, p, KR_FILE, 0), 0);
	close(fd);
	return p;
}

static inline void
kit_write(struct kit *k, const uint8_t *p, size_t off, size_t len)
{
	int fd = openat(k->dir, MK_KEYRING_NAME, O_WRONLY | O_CLOEXEC);
	assert_int_equal(mk_pwrite_all(fd, p + off, len, off), 0);
	close(fd);
}

static inline uint32_t
kit_used(const uint8_t *copy)
{
	struct mk_rd r;
	mk_rd_init(&r, copy + 60, 4);
	return mk_rd_u32(&r);
}

/* A forger's work: the checksum of a changed copy made right (its MAC he cannot make). */
static inline void
kit_forge(uint8_t *copy)
{
	uint32_t used = kit_used(copy);
	assert_true(used > KR_TRAILER && used <= KR_COPY);
	assert_int_equal(mk_sha256(copy, used - KR_TRAILER, copy + used - KR_TRAILER), 0);
}

static inline bool
kit_contains(const uint8_t *p, size_t len, const uint8_t *what, size_t n)
{
	return memmem(p, len, what, n) != NULL;
}

#endif
