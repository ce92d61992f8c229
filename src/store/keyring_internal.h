/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the keyring's files share: the image in memory (plain data and wrapped keys, no secret),
 * its bytes, the file with its two copies. The way of a change: kr_begin clones the image, the
 * change edits the clone, kr_end writes it and puts it in the old one's place, or drops it.
 */
#ifndef MK_STORE_KEYRING_INTERNAL_H
#define MK_STORE_KEYRING_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/crypto/grant.h"
#include "mynakura/crypto/slot.h"
#include "mynakura/store/keyring.h"

/* mynakura-vault(5), KEYRING */
#define KR_COPY (2u * 1024 * 1024)
#define KR_FILE (2u * KR_COPY)
#define KR_HEADER 128u
#define KR_SLOT 256u
#define KR_LEDGER 64u
#define KR_GRANT 148u
#define KR_SUM 32u
#define KR_MAC 32u
#define KR_TRAILER (KR_SUM + KR_MAC)
#define KR_VERSION 1
#define KR_FPR 16
#define KR_FLAG_PC 1 /* the slot's key has this PC's secret mixed in */

_Static_assert(KR_HEADER + MK_KEYRING_SLOTS * KR_SLOT + MK_KEYRING_LEDGERS * KR_LEDGER +
		       MK_KEYRING_GRANTS * KR_GRANT + KR_TRAILER <=
		   KR_COPY,
    "a full keyring fits a copy");
_Static_assert(MK_ID_FIELD == MK_ID_MAX, "an id in memory is its field in the file");

struct kr_slot {
	char member[MK_ID_MAX];
	char account[MK_KEYRING_ACCOUNT];
	uint8_t type, flags;
	struct mk_kdf_params kdf;
	uint8_t pub[MK_X25519_LEN];
	uint8_t wrapped[MK_SLOT_WRAPPED];
	int64_t created, expires;
};

struct kr_key {
	uint32_t current, oldest; /* 0 and 0: there is no such key */
	uint32_t due; /* highest live epoch that someone who left held; 0: none */
};

struct kr_ledger {
	char id[MK_ID_MAX];
	struct kr_key key[2]; /* by kind - 1 */
};

struct kr_grant {
	char ledger[MK_ID_MAX];
	uint8_t kind;
	uint32_t epoch;
	char member[MK_ID_MAX];
	uint8_t fpr[KR_FPR]; /* of the public half it was sealed to */
	uint8_t sealed[MK_GRANT_LEN];
};

/*
 * Slots, ledgers and grants are in ascending order of their ids (a grant: ledger, kind, epoch,
 * member), each once.
 */
struct kr_image {
	uint8_t form, kind;
	uint8_t vault[MK_VAULT_ID_LEN];
	uint64_t seq;
	struct mk_kdf_cost cost;
	int64_t created;
	struct kr_slot *slot;
	struct kr_ledger *ledger;
	struct kr_grant *grant;
	size_t slots, ledgers, grants;
	size_t slot_cap, ledger_cap, grant_cap;
	uint8_t
	    *raw; /* the bytes with checksum and MAC, as read or written; NULL while it is edited */
	size_t raw_len;
};

struct mk_keyring {
	int fd;
	struct kr_image *img; /* in use */
	struct kr_image *
	    other; /* the other copy, until one is proved; NULL when it is unreadable or the same */
	int use; /* the copy img came from: 0 or 1 */
	bool proved;
	bool synced; /* both copies hold img */
	bool failed; /* the file's state is unknown: no more changes */
	enum mk_keyring_repair repair;
	size_t extent; /* bytes from a copy's start that may not be zero */
	uint64_t top; /* highest sequence number that may stand in the file */
	struct mk_secret *mac; /* MAC key; NULL while locked */
	struct mk_secret *pc;
};

struct mk_unlocked {
	struct mk_keyring *kr;
	char member[MK_ID_MAX];
	enum mk_slot_type type;
	uint8_t pub[MK_X25519_LEN];
	struct mk_secret *secret;
};

/* keyring_image.c, keyring_encode.c: bytes to image and back. */
/*
 * The structure without the checksum: lengths, zeros, orders, references, costs within floor and
 * ceiling. len: bytes there are (the image may be shorter). MK_E_DAMAGED, MK_E_NOMEM. *out without
 * raw.
 */
int kr_image_parse(const uint8_t *p, size_t len, struct kr_image **out);
int kr_image_decode(
    const uint8_t *p, size_t len, struct kr_image **out); /* parse and checksum; with raw */
/*
 * Fills img->raw with its bytes, checksum, and the MAC under mac (32 bytes). Parses them again
 * before they may be written.
 */
int kr_image_encode(struct kr_image *img, const struct mk_secret *mac);
int kr_image_mac(
    const uint8_t *raw, size_t raw_len, const struct mk_secret *mac, uint8_t out[KR_MAC]);
/* The MAC key from main.db's page key of its current epoch. */
int kr_mac_key(const struct kr_image *img, uint32_t epoch, const struct mk_secret *page,
    struct mk_secret **out);
extern const uint8_t kr_magic[8];
/* The length that a header claims, within a copy. MK_E_DAMAGED. */
int kr_header_used(const uint8_t header[KR_HEADER], size_t *used);
size_t kr_image_len(const struct kr_image *img); /* bytes with checksum and MAC */
struct kr_image *kr_image_new(void);
struct kr_image *kr_image_clone(const struct kr_image *img); /* without raw; NULL: out of memory */
void kr_image_free(struct kr_image *img);
int kr_fingerprint(const uint8_t pub[MK_X25519_LEN], uint8_t out[KR_FPR]);

/*
 * keyring_edit.c: the image's three ordered lists. Pointers hold until the next put or del of that
 * list.
 */
struct kr_slot *kr_slot_find(const struct kr_image *img, const char *member);
struct kr_ledger *kr_ledger_find(const struct kr_image *img, const char *id);
struct kr_key *kr_key_find(const struct kr_image *img, const char *ledger,
    unsigned kind); /* NULL also for a key there is not */
struct kr_grant *kr_grant_find(const struct kr_image *img, const char *ledger, unsigned kind,
    uint32_t epoch, const char *member);
int kr_slot_put(
    struct kr_image *img, const struct kr_slot *slot); /* MK_E_TOO_BIG, MK_E_NOMEM; replaces */
int kr_ledger_put(struct kr_image *img, const struct kr_ledger *ledger);
int kr_grant_put(struct kr_image *img, const struct kr_grant *grant);
int kr_grant_order(const struct kr_grant *a, const struct kr_grant *b);
/* Which grants: NULL, 0 = any. */
struct kr_match {
	const char *member, *ledger, *not_ledger;
	unsigned kinds;
	uint32_t below; /* epochs below this */
};
/* Marks rotation due for the epochs up to this one; drops the mark where those are destroyed. */
void kr_key_due(struct kr_key *k, uint32_t epoch);
bool kr_matches(const struct kr_match *m, const struct kr_grant *g);
size_t kr_grants_del(struct kr_image *img, const struct kr_match *m); /* how many */
void kr_grants_due(
    struct kr_image *img, const struct kr_match *m); /* marks their keys rotation-due */
void kr_slot_del(struct kr_image *img, const char *member); /* with its grants */
void kr_ledger_del(struct kr_image *img, const char *id); /* with its grants */

/* keyring_file.c */
int kr_file_create(int dirfd, const char *name, int *fd);
int kr_file_read(
    struct mk_keyring *kr); /* both copies: sets img, other, use, synced, repair, extent */
int kr_file_write(struct mk_keyring *kr, const struct kr_image *next);

/* keyring.c */
int kr_begin(struct mk_keyring *kr, struct kr_image **next);
/*
 * Takes next: when r is 0 encodes it (mac: the new MAC key where it changes, taken; else NULL),
 * writes it and makes it current. Returns r or what failed.
 */
int kr_end(struct mk_keyring *kr, struct kr_image *next, struct mk_secret *mac, int r);

/* keyring_unlock.c */
int kr_grant_unseal(const struct kr_image *img, const struct kr_grant *g,
    const struct mk_secret *secret, const uint8_t *pub, struct mk_secret **key);
void kr_slot_ctx(const struct kr_image *img, const struct kr_slot *s, struct mk_slot_ctx *out);

/* keyring_slots.c */
/* Makes a slot with a new pair in img; *u (may be NULL) is the slot opened. */
int kr_slot_make(struct mk_keyring *kr, struct kr_image *img, const struct mk_slot_spec *spec,
    struct mk_unlocked **u);
int kr_recovery_make(
    struct mk_keyring *kr, struct kr_image *img, const struct mk_secret *recovery, int64_t now);

/* keyring_ledgers.c */
/* Seals key (32 bytes) to the member's slot in img. MK_E_NOT_FOUND. */
int kr_grant_make(struct kr_image *img, const char *ledger, unsigned kind, uint32_t epoch,
    const char *member, const struct mk_secret *key);
/* Seals all live epochs that holder holds, the current one must be among them, to member in img. */
int kr_grant_all(struct kr_image *img, const struct mk_unlocked *holder, const char *ledger,
    unsigned kind, const char *member, bool every);
int kr_key_random(struct mk_secret **out);

#endif
