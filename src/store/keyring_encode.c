/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring's image as bytes, with checksum and MAC; the other direction is keyring_image.c. */
#include <stdlib.h>
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/crypto/hkdf.h"

static void
put_zeros(struct mk_buf *b, size_t n)
{
	static const uint8_t zero[64];
	mk_buf_put(b, zero, n);
}

static void
put_cost(struct mk_buf *b, const struct mk_kdf_cost *c)
{
	mk_buf_put_u32(b, c->m);
	mk_buf_put_u32(b, c->t);
	mk_buf_put_u32(b, c->p);
}

static void
put_header(struct mk_buf *b, const struct kr_image *img)
{
	mk_buf_put(b, kr_magic, sizeof kr_magic);
	mk_buf_put_u16(b, KR_VERSION);
	mk_buf_put_u8(b, img->form);
	mk_buf_put_u8(b, img->kind);
	mk_buf_put_u8(b, MK_CIPHER_AES256_OCB);
	mk_buf_put_u8(b, MK_CIPHER_AES256_GCM_SIV);
	mk_buf_put_u8(b, MK_KDF_ARGON2ID);
	mk_buf_put_u8(b, 0);
	mk_buf_put(b, img->vault, sizeof img->vault);
	mk_buf_put_u64(b, img->seq);
	mk_buf_put_u64(b, (uint64_t)img->created);
	put_cost(b, &img->cost);
	mk_buf_put_u32(b, (uint32_t)kr_image_len(img));
	mk_buf_put_u32(b, (uint32_t)img->slots);
	mk_buf_put_u32(b, (uint32_t)img->ledgers);
	mk_buf_put_u32(b, (uint32_t)img->grants);
	put_zeros(b, 52);
}

static void
put_slot(struct mk_buf *b, const struct kr_slot *s)
{
	mk_buf_put(b, s->member, sizeof s->member);
	mk_buf_put_u8(b, s->type);
	mk_buf_put_u8(b, s->flags);
	mk_buf_put_u8(b, s->kdf.alg);
	mk_buf_put_u8(b, 0);
	put_cost(b, &s->kdf.cost);
	mk_buf_put(b, s->kdf.salt, sizeof s->kdf.salt);
	mk_buf_put(b, s->pub, sizeof s->pub);
	mk_buf_put(b, s->wrapped, sizeof s->wrapped);
	mk_buf_put_u64(b, (uint64_t)s->created);
	mk_buf_put_u64(b, (uint64_t)s->expires);
	mk_buf_put(b, s->account, MK_KEYRING_ACCOUNT - 1);
	put_zeros(b, 36);
}

static void
put_ledger(struct mk_buf *b, const struct kr_ledger *l)
{
	mk_buf_put(b, l->id, sizeof l->id);
	for (int i = 0; i < 2; i++) {
		mk_buf_put_u32(b, l->key[i].current);
		mk_buf_put_u32(b, l->key[i].oldest);
		mk_buf_put_u32(b, l->key[i].due);
	}
	put_zeros(b, 24);
}

static void
put_grant(struct mk_buf *b, const struct kr_grant *g)
{
	mk_buf_put(b, g->ledger, sizeof g->ledger);
	mk_buf_put_u8(b, g->kind);
	put_zeros(b, 3);
	mk_buf_put_u32(b, g->epoch);
	mk_buf_put(b, g->member, sizeof g->member);
	mk_buf_put(b, g->fpr, sizeof g->fpr);
	mk_buf_put(b, g->sealed, sizeof g->sealed);
}

int
kr_image_mac(const uint8_t *raw, size_t raw_len, const struct mk_secret *mac, uint8_t out[KR_MAC])
{
	return mk_hmac(mac->data, mac->len, raw, raw_len - KR_MAC, out);
}

int
kr_mac_key(const struct kr_image *img, uint32_t epoch, const struct mk_secret *page,
    struct mk_secret **out)
{
	uint8_t context[MK_VAULT_ID_LEN + 4];
	struct mk_secret *k = mk_secret_new(KR_MAC);
	if (k == NULL)
		return MK_E_NOMEM;
	memcpy(context, img->vault, MK_VAULT_ID_LEN);
	for (int i = 0; i < 4; i++)
		context[MK_VAULT_ID_LEN + i] = (uint8_t)(epoch >> (24 - 8 * i));
	int r = mk_derive(page->data, "mynakura keyring mac", context, sizeof context, k->data);
	if (r < 0) {
		mk_secret_free(k);
		return r;
	}
	k->len = KR_MAC;
	*out = k;
	return 0;
}

/* What would not be read again must never replace what can be. */
static int
check_again(const uint8_t *p, size_t len)
{
	struct kr_image *again = NULL;
	int r = kr_image_decode(p, len, &again);
	kr_image_free(again);
	return r == MK_E_DAMAGED ? MK_E_INTERNAL : r;
}

int
kr_image_encode(struct kr_image *img, const struct mk_secret *mac)
{
	struct mk_buf b = MK_BUF_INIT;
	uint8_t tail[KR_SUM];
	put_header(&b, img);
	for (size_t i = 0; i < img->slots; i++)
		put_slot(&b, &img->slot[i]);
	for (size_t i = 0; i < img->ledgers; i++)
		put_ledger(&b, &img->ledger[i]);
	for (size_t i = 0; i < img->grants; i++)
		put_grant(&b, &img->grant[i]);
	int r = mk_buf_error(&b);
	if (r == 0)
		r = mk_sha256(b.data, b.len, tail);
	mk_buf_put(&b, tail, KR_SUM);
	if (r == 0)
		r = mk_hmac(mac->data, mac->len, b.data, b.len, tail);
	mk_buf_put(&b, tail, KR_MAC);
	if (r == 0)
		r = mk_buf_error(&b);
	if (r == 0)
		r = check_again(b.data, b.len);
	if (r < 0) {
		mk_buf_free(&b);
		return r;
	}
	free(img->raw);
	img->raw = b.data;
	img->raw_len = b.len;
	return 0;
}
