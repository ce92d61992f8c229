/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-256-GCM-SIV (RFC 8452) over libgcrypt: every seal of the product (numbers, review items, grants, slots) goes through
 * here. Sealed bytes are nonce 12 | ciphertext | tag 16; the nonce is drawn anew for each message. Pages are not sealed here.
 */
#ifndef MK_CRYPTO_SEAL_H
#define MK_CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

#define MK_KEY_LEN 32
#define MK_VAULT_ID_LEN 16
#define MK_SEAL_NONCE 12
#define MK_SEAL_TAG 16
#define MK_SEAL_OVERHEAD (MK_SEAL_NONCE + MK_SEAL_TAG)
#define MK_SEAL_MAX (64u * 1024 * 1024) /* bytes of one plaintext or of one AAD */

/* A key made ready: for many messages under one key (opening one costs some 15 times a short seal). Not thread-safe. */
struct mk_sealer;

/* key: MK_KEY_LEN bytes, copied into libgcrypt's secure memory. MK_E_CRYPTO, MK_E_NOMEM. */
int mk_sealer_new(const uint8_t *key, struct mk_sealer **out);
void mk_sealer_free(struct mk_sealer *s); /* wipes; NULL is fine */

/*
 * Seals len bytes (0..MK_SEAL_MAX; plain may be NULL when 0) into out[len + MK_SEAL_OVERHEAD]. out must not overlap plain.
 * On an error out is zeroed. MK_E_CRYPTO, MK_E_TOO_BIG.
 */
int mk_sealer_seal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *plain,
    size_t len, uint8_t *out);
/*
 * Opens sealed_len bytes into out[sealed_len - MK_SEAL_OVERHEAD] (out may be NULL when that is 0; must not overlap). When the
 * tag does not fit (another key, AAD or content) or sealed_len is too short: MK_E_DAMAGED, out zeroed.
 */
int mk_sealer_unseal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out);

/* One message: new, seal or unseal, free. key: MK_KEY_LEN bytes, borrowed. */
int mk_seal(const uint8_t *key, const void *aad, size_t aad_len, const void *plain, size_t len,
    uint8_t *out);
int mk_unseal(const uint8_t *key, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out);

/*
 * The AAD of every seal in a ledger (store.md, Keys; exact bytes in mynakura-vault(5), SEALS):
 * vault id 16 | ledger id 14 | subject or review item id 14 | kind 1 | version 4 | purpose class 1.
 */
#define MK_SEAL_ID_LEN                                                                             \
	14 /* an id (decisions.md d) without its NUL; shorter ones are padded with zero bytes */
#define MK_SEAL_AAD_LEN (MK_VAULT_ID_LEN + 2 * MK_SEAL_ID_LEN + 1 + 4 + 1)

enum mk_seal_kind {
	MK_SEAL_NUMBER = 1, /* a subject's number: 12 digits */
	MK_SEAL_REVIEW = 2, /* a review item's fields and candidates */
	MK_SEAL_PICTURE = 3, /* a review item's rectangle */
};

enum mk_seal_class {
	MK_SEAL_EMPLOYEE = 1,
	MK_SEAL_PAYEE = 2,
	MK_SEAL_CLIENT = 3,
};

struct mk_seal_aad {
	const uint8_t *vault; /* MK_VAULT_ID_LEN bytes */
	const char *ledger; /* id */
	const char *item; /* subject or review item */
	uint8_t kind; /* enum mk_seal_kind */
	uint32_t version; /* counts the values this item's kind has had, from 1 */
	uint8_t purpose; /* enum mk_seal_class, the ledger's */
};

/* "employee", "payee", "client" -> enum mk_seal_class; 0 for another text. */
uint8_t mk_seal_class_of(const char *name);
/* Writes the MK_SEAL_AAD_LEN bytes. MK_E_INPUT: an id empty, too long or not [0-9a-z], or a zero kind, version or class. */
int mk_seal_aad_build(const struct mk_seal_aad *a, uint8_t *out);
/* Writes an id as MK_SEAL_ID_LEN bytes, zero-padded. MK_E_INPUT as above. */
int mk_seal_put_id(const char *id, uint8_t *out);

#endif
