/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what a person knows to 32 bytes: Argon2id for passphrases and one-time codes, HKDF for the
 * recovery key (which is 160 random bits and needs no slowing down). Knows nothing of the keyring,
 * so that a worker thread can run it alone.
 */
#ifndef MK_CRYPTO_KDF_H
#define MK_CRYPTO_KDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/secret.h"

#define MK_KDF_SALT 16
#define MK_KDF_OUT 32
#define MK_KDF_PASS_MAX 1024 /* bytes of a passphrase */
/*
 * security.md R6. The floor does not hold in a demo vault (there m >= 8, t >= 1); the ceiling
 * always does.
 */
#define MK_KDF_M_FLOOR 65536u
#define MK_KDF_T_FLOOR 3u
#define MK_KDF_M_CEIL 1048576u
#define MK_KDF_T_CEIL 10u

enum mk_kdf_alg {
	MK_KDF_ARGON2ID = 1,
	MK_KDF_HKDF = 2,
};

struct mk_kdf_cost {
	uint32_t m; /* KiB */
	uint32_t t; /* passes */
	uint32_t p; /* lanes; 1 */
};

#define MK_KDF_COST_DEFAULT                                                                        \
	{                                                                                          \
		MK_KDF_M_FLOOR, MK_KDF_T_FLOOR, 1                                                  \
	}

/* All that a worker needs: plain data, copied by value. */
struct mk_kdf_params {
	uint8_t alg; /* enum mk_kdf_alg */
	bool demo; /* the vault is flagged demo */
	struct mk_kdf_cost cost; /* all zero for MK_KDF_HKDF */
	uint8_t salt[MK_KDF_SALT];
};

/*
 * 0, or MK_E_INPUT when the cost is below the floor (of a real or a demo vault) or above the
 * ceiling.
 */
int mk_kdf_check(const struct mk_kdf_cost *cost, bool demo);
/* The whole of params: algorithm known, cost as mk_kdf_check, for HKDF zero. 0 or MK_E_INPUT. */
int mk_kdf_params_check(const struct mk_kdf_params *params);
/*
 * New parameters with a random salt. cost is ignored (may be NULL) for MK_KDF_HKDF. MK_E_INPUT,
 * MK_E_CRYPTO.
 */
int mk_kdf_params_new(
    enum mk_kdf_alg alg, const struct mk_kdf_cost *cost, bool demo, struct mk_kdf_params *out);

/*
 * Runs the derivation. Thread-safe; touches nothing shared but libgcrypt's secure pool. params are
 * checked before anything is allocated; Argon2id then takes cost.m KiB of ordinary memory, wiped
 * after. pass: 1..MK_KDF_PASS_MAX bytes (HKDF: the 20 bytes of the recovery key). *out: MK_KDF_OUT
 * bytes, the caller frees. MK_E_INPUT, MK_E_NOMEM, MK_E_CRYPTO.
 */
int mk_kdf_run(
    const struct mk_kdf_params *params, const void *pass, size_t pass_len, struct mk_secret **out);

#endif
