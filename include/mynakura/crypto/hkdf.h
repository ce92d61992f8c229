/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HMAC-SHA256 and HKDF-SHA256 (RFC 5869). libgcrypt 1.10.1 has no HKDF, so extract and expand are
 * ours; the HMAC is its own, with its state in secure memory.
 */
#ifndef MK_CRYPTO_HKDF_H
#define MK_CRYPTO_HKDF_H

#include <stddef.h>
#include <stdint.h>

#define MK_HMAC_LEN 32
#define MK_HKDF_MAX (255 * MK_HMAC_LEN)

/* One piece of an input that is hashed as if it were one string. */
struct mk_piece {
	const void *data;
	size_t len;
};

/* HMAC-SHA256 of the pieces. MK_E_CRYPTO (out is zeroed then). */
int mk_hmac_pieces(const void *key, size_t key_len, const struct mk_piece *piece, size_t n,
    uint8_t out[MK_HMAC_LEN]);
int mk_hmac(
    const void *key, size_t key_len, const void *data, size_t len, uint8_t out[MK_HMAC_LEN]);

/*
 * out_len: 1..MK_HKDF_MAX, else MK_E_INPUT. salt NULL or empty means 32 zero bytes (RFC 5869 2.2);
 * info may be NULL when empty. On an error out is zeroed. MK_E_CRYPTO.
 */
int mk_hkdf(const void *salt, size_t salt_len, const void *ikm, size_t ikm_len, const void *info,
    size_t info_len, uint8_t *out, size_t out_len);

/*
 * The product's one way to make a key from a key: HKDF without salt, info = label (its characters,
 * no NUL) followed by context. out: 32 bytes. Labels are listed in mynakura-vault(5).
 */
int mk_derive(const uint8_t key[32], const char *label, const void *context, size_t context_len,
    uint8_t out[32]);

/* SHA-256 of the pieces, for checksums and fingerprints of public things. MK_E_CRYPTO. */
int mk_sha256_pieces(const struct mk_piece *piece, size_t n, uint8_t out[32]);
int mk_sha256(const void *data, size_t len, uint8_t out[32]);

#endif
