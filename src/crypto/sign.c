/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ed25519 through libgcrypt's S-expressions, and the ratchet. An S-expression built from locked
 * memory stands in locked memory itself, so a seed never leaves the pool.
 */
#include "mynakura/crypto/sign.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"

static const char ratchet_label[] = "ratchet";

/* The group's order L, little-endian (RFC 8032 5.1). */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
    0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};

int
mk_seed_new(struct mk_secret **out)
{
	struct mk_secret *s = mk_secret_new(MK_SEED_LEN);
	if (s == NULL)
		return MK_E_NOMEM;
	int r = mk_rand(s->data, MK_SEED_LEN);
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	s->len = MK_SEED_LEN;
	*out = s;
	return 0;
}

int
mk_seed_ratchet(const struct mk_secret *seed, struct mk_secret **out)
{
	const size_t label = sizeof ratchet_label - 1;
	if (seed->len != MK_SEED_LEN)
		return MK_E_INPUT;
	struct mk_secret *in = mk_secret_new(label + MK_SEED_LEN);
	struct mk_secret *next = mk_secret_new(MK_SEED_LEN);
	gcry_md_hd_t md = NULL;
	int r = MK_E_NOMEM;
	if (in == NULL || next == NULL)
		goto out;
	mk_secret_append(in, ratchet_label, label);
	mk_secret_append(in, seed->data, seed->len);
	r = MK_E_CRYPTO;
	if (gcry_md_open(&md, GCRY_MD_SHA256, GCRY_MD_FLAG_SECURE) != 0)
		goto out;
	gcry_md_write(md, in->data, in->len);
	const uint8_t *digest = gcry_md_read(md, GCRY_MD_SHA256);
	if (digest == NULL)
		goto out;
	mk_secret_append(next, digest, MK_SEED_LEN);
	*out = next;
	next = NULL;
	r = 0;
out:
	gcry_md_close(md);
	mk_secret_free(in);
	mk_secret_free(next);
	return r;
}

static int
private_key(const struct mk_secret *seed, gcry_sexp_t *key)
{
	if (seed->len != MK_SEED_LEN)
		return MK_E_INPUT;
	if (gcry_sexp_build(key, NULL, "(private-key (ecc (curve Ed25519) (flags eddsa) (d %b)))",
		(int)seed->len, (const char *)seed->data) != 0)
		return MK_E_CRYPTO;
	return 0;
}

/* Copies an opaque value of exactly len bytes. */
static int
take_opaque(gcry_mpi_t m, uint8_t *out, size_t len)
{
	unsigned bits = 0;
	const void *p = m == NULL ? NULL : gcry_mpi_get_opaque(m, &bits);
	if (p == NULL || (bits + 7) / 8 != len)
		return MK_E_CRYPTO;
	memcpy(out, p, len);
	return 0;
}

int
mk_sign_public(const struct mk_secret *seed, uint8_t pub[MK_SIGN_PUB])
{
	gcry_sexp_t key = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q = NULL;
	int r = private_key(seed, &key);
	if (r < 0)
		goto out;
	r = MK_E_CRYPTO;
	if (gcry_mpi_ec_new(&ctx, key, NULL) != 0)
		goto out;
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	r = take_opaque(q, pub, MK_SIGN_PUB);
out:
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(key);
	return r;
}

/* "(sig-val (eddsa (r R) (s S)))": both 32 bytes. */
static int
take_signature(gcry_sexp_t value, uint8_t sig[MK_SIGN_LEN])
{
	static const char *const names[2] = {"r", "s"};
	for (size_t i = 0; i < 2; i++) {
		gcry_sexp_t part = gcry_sexp_find_token(value, names[i], 1);
		size_t len = 0;
		const char *p = part == NULL ? NULL : gcry_sexp_nth_data(part, 1, &len);
		if (p != NULL && len == 32)
			memcpy(sig + 32 * i, p, 32);
		gcry_sexp_release(part);
		if (p == NULL || len != 32)
			return MK_E_CRYPTO;
	}
	return 0;
}

static int
message_value(const void *msg, size_t len, gcry_sexp_t *out)
{
	if (len > INT32_MAX)
		return MK_E_TOO_BIG;
	if (gcry_sexp_build(out, NULL, "(data (flags eddsa) (hash-algo sha512) (value %b))",
		(int)len, (const char *)msg) != 0)
		return MK_E_CRYPTO;
	return 0;
}

int
mk_sign(const struct mk_secret *seed, const void *msg, size_t len, uint8_t sig[MK_SIGN_LEN])
{
	gcry_sexp_t key = NULL, data = NULL, value = NULL;
	int r = private_key(seed, &key);
	if (r == 0)
		r = message_value(msg, len, &data);
	if (r == 0 && gcry_pk_sign(&value, data, key) != 0)
		r = MK_E_CRYPTO;
	if (r == 0)
		r = take_signature(value, sig);
	gcry_sexp_release(value);
	gcry_sexp_release(data);
	gcry_sexp_release(key);
	return r;
}

static bool
below_order(const uint8_t s[32])
{
	for (size_t i = 32; i-- > 0;) {
		if (s[i] != order[i])
			return s[i] < order[i];
	}
	return false;
}

int
mk_sign_verify(
    const uint8_t pub[MK_SIGN_PUB], const void *msg, size_t len, const uint8_t sig[MK_SIGN_LEN])
{
	gcry_sexp_t key = NULL, data = NULL, value = NULL;
	int r = message_value(msg, len, &data);
	if (r < 0)
		goto out;
	r = MK_E_TAMPERED;
	if (!below_order(sig + 32))
		goto out;
	r = MK_E_CRYPTO;
	if (gcry_sexp_build(&key, NULL, "(public-key (ecc (curve Ed25519) (flags eddsa) (q %b)))",
		MK_SIGN_PUB, (const char *)pub) != 0 ||
	    gcry_sexp_build(&value, NULL, "(sig-val (eddsa (r %b) (s %b)))", 32, (const char *)sig,
		32, (const char *)sig + 32) != 0)
		goto out;
	r = gcry_pk_verify(value, data, key) == 0 ? 0 : MK_E_TAMPERED;
out:
	gcry_sexp_release(value);
	gcry_sexp_release(data);
	gcry_sexp_release(key);
	return r;
}
