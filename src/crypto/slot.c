/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slots: the wrap key is HKDF over what the passphrase gave and, where the slot says so, this PC's
 * secret; the wrap is AES-256-GCM-SIV with everything the slot says as AAD. A weakened cost or
 * another form is therefore a slot that does not open.
 */
#include "mynakura/crypto/slot.h"

#include <string.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/crypto/hkdf.h"

/*
 * vault 16 | form 1 | kind 1 | member 16 | type 1 | flags 1 | kdf 1 | m 4 | t 4 | p 4 | salt 16 |
 * public half 32 | created 8 | expires 8
 */
static int
slot_aad(const struct mk_slot_ctx *ctx, struct mk_buf *b)
{
	uint8_t member[MK_ID_FIELD];
	int r = mk_id_field(ctx->member, member);
	if (r < 0)
		return r;
	mk_buf_put(b, ctx->vault, MK_VAULT_ID_LEN);
	mk_buf_put_u8(b, ctx->form);
	mk_buf_put_u8(b, ctx->kind);
	mk_buf_put(b, member, sizeof member);
	mk_buf_put_u8(b, ctx->type);
	mk_buf_put_u8(b, ctx->flags);
	mk_buf_put_u8(b, ctx->kdf->alg);
	mk_buf_put_u32(b, ctx->kdf->cost.m);
	mk_buf_put_u32(b, ctx->kdf->cost.t);
	mk_buf_put_u32(b, ctx->kdf->cost.p);
	mk_buf_put(b, ctx->kdf->salt, MK_KDF_SALT);
	mk_buf_put(b, ctx->pub, MK_X25519_LEN);
	mk_buf_put_u64(b, (uint64_t)ctx->created);
	mk_buf_put_u64(b, (uint64_t)ctx->expires);
	return mk_buf_error(b);
}

static int
wrap_key(const struct mk_secret *derived, const struct mk_secret *pc, struct mk_secret **out)
{
	if (derived->len != MK_KDF_OUT || (pc != NULL && pc->len != MK_KEY_LEN))
		return MK_E_INPUT;
	struct mk_secret *k = mk_secret_new(MK_KEY_LEN);
	if (k == NULL)
		return MK_E_NOMEM;
	static const char label[] = "mynakura slot";
	int r = mk_hkdf(pc != NULL ? pc->data : NULL, pc != NULL ? pc->len : 0, derived->data,
	    derived->len, label, sizeof label - 1, k->data, MK_KEY_LEN);
	if (r < 0) {
		mk_secret_free(k);
		return r;
	}
	k->len = MK_KEY_LEN;
	*out = k;
	return 0;
}

int
mk_slot_wrap(const struct mk_slot_ctx *ctx, const struct mk_secret *derived,
    const struct mk_secret *pc, const struct mk_secret *secret, uint8_t out[MK_SLOT_WRAPPED])
{
	struct mk_secret *key = NULL;
	struct mk_buf aad = MK_BUF_INIT;
	int r = secret->len == MK_X25519_LEN ? slot_aad(ctx, &aad) : MK_E_INPUT;
	if (r < 0)
		goto out;
	r = wrap_key(derived, pc, &key);
	if (r < 0)
		goto out;
	r = mk_seal(key->data, aad.data, aad.len, secret->data, MK_X25519_LEN, out);
out:
	mk_secret_free(key);
	mk_buf_free(&aad);
	return r;
}

int
mk_slot_unwrap(const struct mk_slot_ctx *ctx, const struct mk_secret *derived,
    const struct mk_secret *pc, const uint8_t *wrapped, struct mk_secret **secret)
{
	struct mk_secret *key = NULL, *s = mk_secret_new(MK_X25519_LEN);
	struct mk_buf aad = MK_BUF_INIT;
	uint8_t pub[MK_X25519_LEN];
	int r = s == NULL ? MK_E_NOMEM : slot_aad(ctx, &aad);
	if (r < 0)
		goto out;
	r = wrap_key(derived, pc, &key);
	if (r < 0)
		goto out;
	r = mk_unseal(key->data, aad.data, aad.len, wrapped, MK_SLOT_WRAPPED, s->data);
	if (r < 0) {
		r = r == MK_E_DAMAGED ? MK_E_AUTH : r;
		goto out;
	}
	r = mk_x25519_base(s->data, pub);
	if (r == 0 && !mk_equal(pub, ctx->pub, sizeof pub))
		r = MK_E_AUTH;
	if (r < 0)
		goto out;
	s->len = MK_X25519_LEN;
	*secret = s;
	s = NULL;
out:
	mk_secret_free(key);
	mk_secret_free(s);
	mk_buf_free(&aad);
	return r;
}
