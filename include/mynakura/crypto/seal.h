/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-256-GCM-SIV (RFC 8452) over libgcrypt: every seal of the product (numbers, review items,
 * grants, slots) goes through here. Sealed bytes are nonce 12 | ciphertext | tag 16; the nonce is
 * drawn anew for each message. Pages are not sealed here; what goes into the AAD is the caller's
 * (mynakura-vault(5), SEALS).
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

/*
 * A key made ready, for many messages under one key: 0.8 us instead of 1.4 us for a number. It
 * takes about 2 KiB of the secure pool, so some 30 fill it. Not thread-safe.
 */
struct mk_sealer;

/* key: MK_KEY_LEN bytes, copied into libgcrypt's secure memory. MK_E_CRYPTO, MK_E_NOMEM. */
int mk_sealer_new(const uint8_t *key, struct mk_sealer **out);
void mk_sealer_free(struct mk_sealer *s); /* wipes; NULL is fine */

/*
 * Seals len bytes (0..MK_SEAL_MAX; plain may be NULL when 0) into out[len + MK_SEAL_OVERHEAD]. out
 * must not overlap plain. On an error out is zeroed. MK_E_CRYPTO, MK_E_TOO_BIG.
 */
int mk_sealer_seal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *plain,
    size_t len, uint8_t *out);
/*
 * Opens sealed_len bytes into out[sealed_len - MK_SEAL_OVERHEAD] (out may be NULL when that is 0;
 * must not overlap). When the tag does not fit (another key, AAD or content) or sealed_len is too
 * short: MK_E_DAMAGED, out zeroed.
 */
int mk_sealer_unseal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out);

/* One message: new, seal or unseal, free. key: MK_KEY_LEN bytes, borrowed. */
int mk_seal(const uint8_t *key, const void *aad, size_t aad_len, const void *plain, size_t len,
    uint8_t *out);
int mk_unseal(const uint8_t *key, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out);

#endif
