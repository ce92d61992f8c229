/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X25519 key pairs (RFC 7748) and grants: a ledger's key sealed to a member's public half
 * (decisions.md c). A grant opens only for the pair, vault, ledger, kind and epoch it was made
 * for. Says nothing about who made it: the keyring's MAC does.
 */
#ifndef MK_CRYPTO_GRANT_H
#define MK_CRYPTO_GRANT_H

#include <stdint.h>

#include "mynakura/base/secret.h"
#include "mynakura/crypto/seal.h"

#define MK_X25519_LEN 32
#define MK_GRANT_LEN                                                                               \
	(MK_X25519_LEN + MK_KEY_LEN + MK_SEAL_OVERHEAD) /* ephemeral 32 | sealed key 60 */

#define MK_ID_FIELD 16 /* bytes of an id in formats: its characters, padded with zero bytes */

struct mk_grant_ctx {
	const uint8_t *vault; /* MK_VAULT_ID_LEN bytes */
	const char *ledger; /* id, or "main" */
	uint8_t kind; /* enum mk_key_kind of store/keyring.h */
	uint32_t epoch;
};

/*
 * out = scalar * point, out = scalar * base point. MK_E_CRYPTO also when the shared secret is all
 * zero (a point of small order, RFC 7748 6.1). scalar should stand in secure memory: libgcrypt's
 * copies then do too.
 */
int mk_x25519(const uint8_t *scalar, const uint8_t *point, uint8_t out[MK_X25519_LEN]);
int mk_x25519_base(const uint8_t *scalar, uint8_t out[MK_X25519_LEN]);
/* A new pair. *secret: 32 bytes, the caller frees. MK_E_CRYPTO, MK_E_NOMEM. */
int mk_x25519_pair(struct mk_secret **secret, uint8_t pub[MK_X25519_LEN]);

/* Writes id (1..15 characters of [0-9a-z]) as MK_ID_FIELD bytes. MK_E_INPUT. */
int mk_id_field(const char *id, uint8_t out[MK_ID_FIELD]);

/* Seals key (MK_KEY_LEN bytes) to pub. MK_E_INPUT for a bad ledger id, MK_E_CRYPTO, MK_E_NOMEM. */
int mk_grant_seal(const uint8_t *pub, const struct mk_grant_ctx *ctx, const uint8_t *key,
    uint8_t out[MK_GRANT_LEN]);
/*
 * Opens with the pair secret (32 bytes), pub. *key: MK_KEY_LEN bytes, the caller frees.
 * MK_E_DAMAGED when it does not fit.
 */
int mk_grant_open(const struct mk_secret *secret, const uint8_t *pub,
    const struct mk_grant_ctx *ctx, const uint8_t *grant, struct mk_secret **key);

#endif
