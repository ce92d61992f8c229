/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A slot's cryptography: what mk_kdf_run derived, with the secret of this PC where the slot has
 * one mixed in, wraps the member's X25519 secret. Everything else a slot says (whose, which type,
 * form, kind, costs, salt, public half, times) is bound to it as AAD, so that no field can be
 * changed or weakened. The bytes: mynakura-vault(5), KEYRING.
 */
#ifndef MK_CRYPTO_SLOT_H
#define MK_CRYPTO_SLOT_H

#include <stdint.h>

#include "mynakura/base/secret.h"
#include "mynakura/crypto/grant.h"
#include "mynakura/crypto/kdf.h"

#define MK_SLOT_WRAPPED (MK_X25519_LEN + MK_SEAL_OVERHEAD)

struct mk_slot_ctx {
	const uint8_t *vault; /* MK_VAULT_ID_LEN bytes */
	uint8_t form, kind; /* the keyring's header bytes */
	const char *member; /* id, or "recovery" */
	uint8_t type; /* member, recovery or one-time code */
	uint8_t flags;
	const struct mk_kdf_params *kdf;
	const uint8_t *pub; /* MK_X25519_LEN bytes */
	int64_t created, expires;
};

/*
 * derived: the MK_KDF_OUT bytes of mk_kdf_run; pc: this PC's 32-byte secret or NULL. wrap:
 * MK_E_INPUT, MK_E_CRYPTO. unwrap: MK_E_AUTH when the key does not fit or a bound field was
 * changed (the two cannot be told apart); *secret: 32 bytes, the caller frees.
 */
int mk_slot_wrap(const struct mk_slot_ctx *ctx, const struct mk_secret *derived,
    const struct mk_secret *pc, const struct mk_secret *secret, uint8_t out[MK_SLOT_WRAPPED]);
int mk_slot_unwrap(const struct mk_slot_ctx *ctx, const struct mk_secret *derived,
    const struct mk_secret *pc, const uint8_t *wrapped, struct mk_secret **secret);

#endif
