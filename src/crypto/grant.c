/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X25519 and grants. The key of a grant comes from HKDF over the shared secret, both public halves
 * and the whole context, so each grant has a key of its own and opens in its own place only.
 * libgcrypt gives an all-zero shared secret without an error: it is refused here.
 */
#include "mynakura/crypto/grant.h"

#include <gcrypt.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/crypto/hkdf.h"

/* eph 32 | pub 32 | vault 16 | ledger 16 | kind 1 | epoch 4 */
#define CONTEXT_LEN (2 * MK_X25519_LEN + MK_VAULT_ID_LEN + MK_ID_FIELD + 1 + 4)

static int
multiply(const uint8_t *scalar, const uint8_t *point, uint8_t out[MK_X25519_LEN])
{
	static const uint8_t zero[MK_X25519_LEN];
	memset(out, 0, MK_X25519_LEN);
	if (gcry_ecc_mul_point(GCRY_ECC_CURVE25519, out, scalar, point) != 0 ||
	    mk_equal(out, zero, sizeof zero)) {
		mk_wipe(out, MK_X25519_LEN);
		return MK_E_CRYPTO;
	}
	return 0;
}

int
mk_x25519(const uint8_t *scalar, const uint8_t *point, uint8_t out[MK_X25519_LEN])
{
	return multiply(scalar, point, out);
}

int
mk_x25519_base(const uint8_t *scalar, uint8_t out[MK_X25519_LEN])
{
	return multiply(scalar, NULL, out);
}

int
mk_x25519_pair(struct mk_secret **secret, uint8_t pub[MK_X25519_LEN])
{
	struct mk_secret *s = mk_secret_new(MK_X25519_LEN);
	if (s == NULL)
		return MK_E_NOMEM;
	int r = mk_rand(s->data, MK_X25519_LEN);
	if (r == 0)
		r = mk_x25519_base(s->data, pub);
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	s->len = MK_X25519_LEN;
	*secret = s;
	return 0;
}

int
mk_id_field(const char *id, uint8_t out[MK_ID_FIELD])
{
	size_t n = strlen(id);
	if (n == 0 || n >= MK_ID_FIELD || strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz") != n)
		return MK_E_INPUT;
	memset(out, 0, MK_ID_FIELD);
	memcpy(out, id, n);
	return 0;
}

static int
context(const uint8_t *eph, const uint8_t *pub, const struct mk_grant_ctx *ctx,
    uint8_t out[CONTEXT_LEN])
{
	uint8_t *p = out;
	memcpy(p, eph, MK_X25519_LEN);
	p += MK_X25519_LEN;
	memcpy(p, pub, MK_X25519_LEN);
	p += MK_X25519_LEN;
	memcpy(p, ctx->vault, MK_VAULT_ID_LEN);
	p += MK_VAULT_ID_LEN;
	int r = mk_id_field(ctx->ledger, p);
	p += MK_ID_FIELD;
	*p++ = ctx->kind;
	for (int i = 0; i < 4; i++)
		*p++ = (uint8_t)(ctx->epoch >> (24 - 8 * i));
	return r;
}

/*
 * The grant's own key: work is two times 32 bytes of secure memory, the shared secret and then the
 * key.
 */
static int
grant_key(const uint8_t *scalar, const uint8_t *point, const uint8_t info[CONTEXT_LEN],
    struct mk_secret **key)
{
	struct mk_secret *w = mk_secret_new(2 * MK_KEY_LEN);
	if (w == NULL)
		return MK_E_NOMEM;
	int r = mk_x25519(scalar, point, w->data + MK_KEY_LEN);
	if (r == 0)
		r = mk_derive(w->data + MK_KEY_LEN, "mynakura grant", info, CONTEXT_LEN, w->data);
	if (r < 0) {
		mk_secret_free(w);
		return r;
	}
	mk_wipe(w->data + MK_KEY_LEN, MK_KEY_LEN);
	w->len = MK_KEY_LEN;
	*key = w;
	return 0;
}

int
mk_grant_seal(const uint8_t *pub, const struct mk_grant_ctx *ctx, const uint8_t *key,
    uint8_t out[MK_GRANT_LEN])
{
	struct mk_secret *eph = NULL, *own = NULL;
	uint8_t info[CONTEXT_LEN];
	int r = mk_x25519_pair(&eph, out);
	if (r < 0)
		goto out;
	r = context(out, pub, ctx, info);
	if (r < 0)
		goto out;
	r = grant_key(eph->data, pub, info, &own);
	if (r < 0)
		goto out;
	r = mk_seal(own->data, info, sizeof info, key, MK_KEY_LEN, out + MK_X25519_LEN);
out:
	if (r < 0)
		memset(out, 0, MK_GRANT_LEN);
	mk_secret_free(own);
	mk_secret_free(eph);
	return r;
}

int
mk_grant_open(const struct mk_secret *secret, const uint8_t *pub, const struct mk_grant_ctx *ctx,
    const uint8_t *grant, struct mk_secret **key)
{
	struct mk_secret *own = NULL, *k = mk_secret_new(MK_KEY_LEN);
	uint8_t info[CONTEXT_LEN];
	int r = k == NULL ? MK_E_NOMEM : context(grant, pub, ctx, info);
	if (r < 0)
		goto out;
	r = grant_key(secret->data, grant, info, &own);
	if (r < 0) {
		/* a forged ephemeral half of small order is damage, not our failure */
		r = r == MK_E_CRYPTO ? MK_E_DAMAGED : r;
		goto out;
	}
	r = mk_unseal(own->data, info, sizeof info, grant + MK_X25519_LEN,
	    MK_KEY_LEN + MK_SEAL_OVERHEAD, k->data);
	if (r < 0)
		goto out;
	k->len = MK_KEY_LEN;
	*key = k;
	k = NULL;
out:
	mk_secret_free(own);
	mk_secret_free(k);
	return r;
}
