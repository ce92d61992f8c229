/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ed25519 (RFC 8032) over libgcrypt, and the seed ratchet of the trail (decisions.md 14). Seeds
 * stand in locked memory; keys, messages and signatures are public.
 */
#ifndef MK_CRYPTO_SIGN_H
#define MK_CRYPTO_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/secret.h"

#define MK_SEED_LEN 32
#define MK_SIGN_PUB 32
#define MK_SIGN_LEN 64

/* A new random seed (RFC 8032's 32-byte private key). The caller frees. MK_E_CRYPTO, MK_E_NOMEM. */
int mk_seed_new(struct mk_secret **out);
/*
 * SHA-256("ratchet" | seed): the next seed, from which this one cannot be found. The caller frees.
 */
int mk_seed_ratchet(const struct mk_secret *seed, struct mk_secret **out);

/* seed: MK_SEED_LEN bytes. MK_E_CRYPTO, MK_E_INPUT for another length. */
int mk_sign_public(const struct mk_secret *seed, uint8_t pub[MK_SIGN_PUB]);
int mk_sign(const struct mk_secret *seed, const void *msg, size_t len, uint8_t sig[MK_SIGN_LEN]);
/*
 * 0, or MK_E_TAMPERED: also for S not below the group's order (RFC 8032 5.1.7), which libgcrypt
 * may let through.
 */
int mk_sign_verify(
    const uint8_t pub[MK_SIGN_PUB], const void *msg, size_t len, const uint8_t sig[MK_SIGN_LEN]);

#endif
