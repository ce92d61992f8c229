/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seal with a nonce from outside: for the RFC 8452 vectors only. Everyone else lets
 * mk_sealer_seal draw one.
 */
#ifndef MK_CRYPTO_SEAL_INTERNAL_H
#define MK_CRYPTO_SEAL_INTERNAL_H

#include "mynakura/crypto/seal.h"

/* nonce: MK_SEAL_NONCE bytes, not overlapping out. Otherwise as mk_sealer_seal. */
int mk_sealer_seal_at(struct mk_sealer *s, const uint8_t *nonce, const void *aad, size_t aad_len,
    const void *plain, size_t len, uint8_t *out);

#endif
