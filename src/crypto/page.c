/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-256-OCB pages over libgcrypt. The page handles live in the secure pool (2 KiB an epoch:
 * 16 open files fit). The mask handles hold a derived key that opens checksums only; they stand
 * in ordinary memory, which libgcrypt wipes at close, because the pool has no room for them.
 */
#include "mynakura/crypto/page.h"

#include <gcrypt.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/crypto/hkdf.h"

#define NONCE 12
#define TAG 16
#define AT_NONCE MK_PAGE_DATA
#define AT_EPOCH (MK_PAGE_DATA + NONCE)
#define AT_TAG (MK_PAGE_DATA + NONCE + 4)
#define AAD_FIXED (2 * MK_PAGE_ID + 4 + 4)

struct epoch_key {
	uint32_t epoch;
	gcry_cipher_hd_t page;
	gcry_cipher_hd_t mask;
};

struct mk_page_cipher {
	uint8_t aad[AAD_FIXED + MK_PAGE_CLEAR]; /* the ids stand at its start */
	struct epoch_key key[MK_PAGE_EPOCHS];
	size_t count;
	size_t current;
};

static void
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static struct epoch_key *
find(struct mk_page_cipher *c, uint32_t epoch)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->key[i].epoch == epoch)
			return &c->key[i];
	return NULL;
}

int
mk_page_cipher_new(uint8_t cipher, const uint8_t vault[MK_PAGE_ID],
    const uint8_t ledger[MK_PAGE_ID], struct mk_page_cipher **out)
{
	if (cipher != MK_PAGE_AES256_OCB)
		return MK_E_INPUT;
	struct mk_page_cipher *c = calloc(1, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	memcpy(c->aad, vault, MK_PAGE_ID);
	memcpy(c->aad + MK_PAGE_ID, ledger, MK_PAGE_ID);
	*out = c;
	return 0;
}

static void
key_fini(struct epoch_key *k)
{
	gcry_cipher_close(k->page);
	gcry_cipher_close(k->mask);
	memset(k, 0, sizeof *k);
}

void
mk_page_cipher_free(struct mk_page_cipher *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		key_fini(&c->key[i]);
	explicit_bzero(c, sizeof *c);
	free(c);
}

static int
gcry_result(gcry_error_t e)
{
	if (e == 0)
		return 0;
	return gcry_err_code(e) == GPG_ERR_ENOMEM ? MK_E_NOMEM : MK_E_CRYPTO;
}

static int
open_page_handle(gcry_cipher_hd_t *h, const struct mk_secret *key)
{
	gcry_error_t e =
	    gcry_cipher_open(h, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_OCB, GCRY_CIPHER_SECURE);
	if (e == 0)
		e = gcry_cipher_setkey(*h, key->data, key->len);
	return gcry_result(e);
}

static int
open_mask_handle(
    struct mk_page_cipher *c, gcry_cipher_hd_t *h, uint32_t epoch, const struct mk_secret *key)
{
	uint8_t context[2 * MK_PAGE_ID + 4];
	uint8_t both[2 * MK_PAGE_KEY];
	memcpy(context, c->aad, 2 * MK_PAGE_ID);
	put_u32(context + 2 * MK_PAGE_ID, epoch);
	int r = mk_derive(key->data, "mynakura page mask 1", context, sizeof context, both);
	if (r == 0)
		r = mk_derive(
		    key->data, "mynakura page mask 2", context, sizeof context, both + MK_PAGE_KEY);
	if (r == 0)
		r = gcry_result(gcry_cipher_open(h, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_XTS, 0));
	if (r == 0)
		r = gcry_result(gcry_cipher_setkey(*h, both, sizeof both));
	mk_wipe(both, sizeof both);
	return r;
}

/*
 * A cipher that silently does nothing would mean a database in clear (sqlcipher #347): one page
 * goes through it before any file is opened.
 */
static int
prove(struct mk_page_cipher *c)
{
	uint8_t plain[MK_PAGE_SIZE] = {0}, page[MK_PAGE_SIZE], again[MK_PAGE_SIZE];
	size_t same = 0;
	memset(plain, 0x5a, MK_PAGE_DATA);
	int r = mk_page_seal(c, 2, plain, page);
	for (size_t i = 0; i < MK_PAGE_DATA; i++)
		same += page[i] == plain[i];
	if (r == 0 && same > MK_PAGE_DATA / 16)
		r = MK_E_CRYPTO;
	if (r == 0 && mk_page_open(c, 2, page, again) < 0)
		r = MK_E_CRYPTO;
	if (r == 0 && memcmp(plain, again, sizeof plain) != 0)
		r = MK_E_CRYPTO;
	page[0] ^= 1;
	if (r == 0 && mk_page_open(c, 2, page, again) == 0)
		r = MK_E_CRYPTO;
	return r;
}

int
mk_page_cipher_add(struct mk_page_cipher *c, uint32_t epoch, const struct mk_secret *key)
{
	struct epoch_key k = {.epoch = epoch};
	if (epoch == 0 || key == NULL || key->len != MK_PAGE_KEY)
		return MK_E_INPUT;
	if (find(c, epoch) != NULL)
		return MK_E_EXISTS;
	if (c->count == MK_PAGE_EPOCHS)
		return MK_E_TOO_BIG;
	int r = open_page_handle(&k.page, key);
	if (r == 0)
		r = open_mask_handle(c, &k.mask, epoch, key);
	if (r < 0) {
		key_fini(&k);
		return r;
	}
	size_t was = c->current;
	c->current = c->count;
	c->key[c->count++] = k;
	r = prove(c);
	c->current = was;
	if (r < 0)
		key_fini(&c->key[--c->count]);
	return r;
}

int
mk_page_cipher_current(struct mk_page_cipher *c, uint32_t epoch)
{
	struct epoch_key *k = find(c, epoch);
	if (k == NULL)
		return MK_E_NOT_FOUND;
	c->current = (size_t)(k - c->key);
	return 0;
}

uint32_t
mk_page_cipher_epoch(const struct mk_page_cipher *c)
{
	return c->count == 0 ? 0 : c->key[c->current].epoch;
}

uint32_t
mk_page_epoch(const uint8_t page[MK_PAGE_SIZE])
{
	return get_u32(page + AT_EPOCH);
}

/*
 * Nonce and AAD into the handle: what seal and open share. clear: the bytes of page 1 that stay
 * in clear.
 */
static gcry_error_t
start(struct mk_page_cipher *c, gcry_cipher_hd_t h, uint32_t pgno, const uint8_t *clear,
    const uint8_t *tail)
{
	size_t len = AAD_FIXED;
	put_u32(c->aad + 2 * MK_PAGE_ID, pgno);
	memcpy(c->aad + 2 * MK_PAGE_ID + 4, tail + NONCE, 4);
	if (pgno == 1) {
		memcpy(c->aad + AAD_FIXED, clear, MK_PAGE_CLEAR);
		len += MK_PAGE_CLEAR;
	}
	gcry_error_t e = gcry_cipher_setiv(h, tail, NONCE);
	if (e == 0)
		e = gcry_cipher_authenticate(h, c->aad, len);
	if (e == 0)
		e = gcry_cipher_final(h);
	return e;
}

int
mk_page_seal(
    struct mk_page_cipher *c, uint32_t pgno, const uint8_t *plain, uint8_t out[MK_PAGE_SIZE])
{
	size_t clear = pgno == 1 ? MK_PAGE_CLEAR : 0;
	gcry_error_t e;
	int r = MK_E_CRYPTO;
	if (c->count == 0 || pgno == 0 || mk_rand(out + AT_NONCE, NONCE) < 0)
		goto out;
	const struct epoch_key *k = &c->key[c->current];
	put_u32(out + AT_EPOCH, k->epoch);
	memcpy(out, plain, clear);
	e = start(c, k->page, pgno, plain, out + AT_NONCE);
	if (e == 0)
		e = gcry_cipher_encrypt(k->page, out + clear, MK_PAGE_DATA - clear, plain + clear,
		    MK_PAGE_DATA - clear);
	if (e == 0)
		e = gcry_cipher_gettag(k->page, out + AT_TAG, TAG);
	if (e == 0)
		r = 0;
out:
	if (r < 0)
		explicit_bzero(out, MK_PAGE_SIZE);
	return r;
}

int
mk_page_open(
    struct mk_page_cipher *c, uint32_t pgno, const uint8_t *page, uint8_t out[MK_PAGE_SIZE])
{
	size_t clear = pgno == 1 ? MK_PAGE_CLEAR : 0;
	uint8_t tail[MK_PAGE_TAIL];
	gcry_error_t e;
	int r = MK_E_DAMAGED;
	memcpy(tail, page + AT_NONCE, sizeof tail);
	const struct epoch_key *k = find(c, get_u32(tail + NONCE));
	if (k == NULL || pgno == 0)
		goto out;
	e = start(c, k->page, pgno, page, tail);
	memmove(out, page, clear);
	if (e == 0)
		e = gcry_cipher_decrypt(
		    k->page, out + clear, MK_PAGE_DATA - clear, page + clear, MK_PAGE_DATA - clear);
	if (e == 0)
		e = gcry_cipher_checktag(k->page, tail + NONCE + 4, TAG);
	if (e == 0)
		r = 0;
out:
	if (r < 0)
		explicit_bzero(out, MK_PAGE_DATA);
	memset(out + MK_PAGE_DATA, 0, MK_PAGE_TAIL);
	return r;
}

enum tweak { TWEAK_PLACE = 1, TWEAK_PAD = 2 };

static int
xts(struct mk_page_cipher *c, uint32_t epoch, enum tweak what, uint64_t place, bool hide,
    uint8_t block[MK_PAGE_BLOCK])
{
	const struct epoch_key *k = find(c, epoch);
	uint8_t tweak[16] = {(uint8_t)what};
	if (k == NULL)
		return MK_E_DAMAGED;
	put_u32(tweak + 8, (uint32_t)(place >> 32));
	put_u32(tweak + 12, (uint32_t)place);
	gcry_error_t e = gcry_cipher_setiv(k->mask, tweak, sizeof tweak);
	if (e == 0 && hide)
		e = gcry_cipher_encrypt(k->mask, block, MK_PAGE_BLOCK, NULL, 0);
	else if (e == 0)
		e = gcry_cipher_decrypt(k->mask, block, MK_PAGE_BLOCK, NULL, 0);
	if (e == 0)
		return 0;
	explicit_bzero(block, MK_PAGE_BLOCK);
	return MK_E_CRYPTO;
}

int
mk_page_mask(struct mk_page_cipher *c, uint32_t epoch, uint64_t place, uint8_t block[16])
{
	return xts(c, epoch, TWEAK_PLACE, place, true, block);
}

int
mk_page_unmask(struct mk_page_cipher *c, uint32_t epoch, uint64_t place, uint8_t block[16])
{
	return xts(c, epoch, TWEAK_PLACE, place, false, block);
}

int
mk_page_pad(struct mk_page_cipher *c, const uint8_t tail[MK_PAGE_TAIL], uint8_t pad[4])
{
	uint8_t block[MK_PAGE_BLOCK] = {0};
	memcpy(block, tail, NONCE);
	int r = xts(c, get_u32(tail + NONCE), TWEAK_PAD, 0, true, block);
	if (r == 0)
		memcpy(pad, block, 4);
	mk_wipe(block, sizeof block);
	return r;
}
