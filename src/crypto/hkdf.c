/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HMAC-SHA256, HKDF and SHA-256 over libgcrypt. Contexts that take a key live in secure memory, so
 * that a key never stands in ordinary heap.
 */
#include "mynakura/crypto/hkdf.h"

#include <gcrypt.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

static int
digest(const void *key, size_t key_len, const struct mk_piece *piece, size_t n,
    uint8_t out[MK_HMAC_LEN])
{
	gcry_md_hd_t md = NULL;
	unsigned flags = key == NULL ? 0 : GCRY_MD_FLAG_HMAC | GCRY_MD_FLAG_SECURE;
	int r = MK_E_CRYPTO;
	/* out may be one of the pieces (expand): nothing is written to it before the last read */
	if (gcry_md_open(&md, GCRY_MD_SHA256, flags) != 0)
		goto out;
	if (key != NULL && gcry_md_setkey(md, key, key_len) != 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (piece[i].len > 0)
			gcry_md_write(md, piece[i].data, piece[i].len);
	const uint8_t *d = gcry_md_read(md, GCRY_MD_SHA256);
	if (d == NULL)
		goto out;
	memcpy(out, d, MK_HMAC_LEN);
	r = 0;
out:
	if (r < 0)
		memset(out, 0, MK_HMAC_LEN);
	gcry_md_close(md);
	return r;
}

int
mk_hmac_pieces(const void *key, size_t key_len, const struct mk_piece *piece, size_t n,
    uint8_t out[MK_HMAC_LEN])
{
	return digest(key == NULL ? "" : key, key == NULL ? 0 : key_len, piece, n, out);
}

int
mk_hmac(const void *key, size_t key_len, const void *data, size_t len, uint8_t out[MK_HMAC_LEN])
{
	struct mk_piece piece = {data, len};
	return mk_hmac_pieces(key, key_len, &piece, 1, out);
}

int
mk_sha256_pieces(const struct mk_piece *piece, size_t n, uint8_t out[32])
{
	return digest(NULL, 0, piece, n, out);
}

int
mk_sha256(const void *data, size_t len, uint8_t out[32])
{
	struct mk_piece piece = {data, len};
	return mk_sha256_pieces(&piece, 1, out);
}

/* RFC 5869 2.3: T(i) = HMAC(PRK, T(i-1) | info | i). */
static int
expand(const uint8_t prk[MK_HMAC_LEN], const struct mk_piece *info, size_t n, uint8_t *out,
    size_t out_len)
{
	uint8_t t[MK_HMAC_LEN], counter = 1;
	struct mk_piece piece[4] = {{t, 0}};
	int r = 0;
	memcpy(piece + 1, info, n * sizeof *info);
	piece[n + 1] = (struct mk_piece){&counter, 1};
	for (size_t done = 0; done < out_len; counter++) {
		size_t part = out_len - done < sizeof t ? out_len - done : sizeof t;
		r = mk_hmac_pieces(prk, MK_HMAC_LEN, piece, n + 2, t);
		if (r < 0)
			break;
		memcpy(out + done, t, part);
		done += part;
		piece[0].len = sizeof t;
	}
	mk_wipe(t, sizeof t);
	return r;
}

static int
hkdf_pieces(const void *salt, size_t salt_len, const void *ikm, size_t ikm_len,
    const struct mk_piece *info, size_t n, uint8_t *out, size_t out_len)
{
	static const uint8_t zero[MK_HMAC_LEN];
	uint8_t prk[MK_HMAC_LEN];
	if (out_len == 0 || out_len > MK_HKDF_MAX)
		return MK_E_INPUT;
	if (salt == NULL || salt_len == 0) {
		salt = zero;
		salt_len = sizeof zero;
	}
	int r = mk_hmac(salt, salt_len, ikm, ikm_len, prk);
	if (r == 0)
		r = expand(prk, info, n, out, out_len);
	if (r < 0)
		mk_wipe(out, out_len);
	mk_wipe(prk, sizeof prk);
	return r;
}

int
mk_hkdf(const void *salt, size_t salt_len, const void *ikm, size_t ikm_len, const void *info,
    size_t info_len, uint8_t *out, size_t out_len)
{
	struct mk_piece piece = {info, info_len};
	return hkdf_pieces(salt, salt_len, ikm, ikm_len, &piece, 1, out, out_len);
}

int
mk_derive(const uint8_t key[32], const char *label, const void *context, size_t context_len,
    uint8_t out[32])
{
	struct mk_piece info[2] = {{label, strlen(label)}, {context, context_len}};
	return hkdf_pieces(NULL, 0, key, 32, info, 2, out, 32);
}
