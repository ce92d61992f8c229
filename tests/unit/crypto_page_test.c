/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page cipher against a second construction of the same format, written here from the
 * header's text alone with libgcrypt's primitives, and against every single-bit change.
 */
#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/crypto/hkdf.h"
#include "mynakura/crypto/page.h"
#include "tests/lib/mk_cmocka.h"

static const uint8_t vault[16] = "vault-id-16bytes";
static const uint8_t other_vault[16] = "vault-id-16byteS";
static const uint8_t ledger[16] = "ltest000000001";
static const uint8_t other_ledger[16] = "ltest000000002";
static uint8_t plain[MK_PAGE_SIZE];

static struct mk_secret *
key_of(uint8_t fill)
{
	uint8_t raw[MK_PAGE_KEY];
	memset(raw, fill, sizeof raw);
	struct mk_secret *s = mk_secret_from(raw, sizeof raw);
	assert_non_null(s);
	return s;
}

static struct mk_page_cipher *
make(const uint8_t *v, const uint8_t *l, uint32_t epoch, uint8_t fill)
{
	struct mk_page_cipher *c = NULL;
	struct mk_secret *key = key_of(fill);
	assert_int_equal(mk_page_cipher_new(MK_PAGE_AES256_OCB, v, l, &c), 0);
	assert_int_equal(mk_page_cipher_add(c, epoch, key), 0);
	mk_secret_free(key);
	return c;
}

static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < MK_PAGE_DATA; i++)
		plain[i] = (uint8_t)(i * 31 + i / 251);
	return mk_base_init();
}

static void
be32(uint8_t *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

/* The format from its description, with a given nonce. */
static void
reference_seal(uint8_t fill, uint32_t epoch, uint32_t pgno, const uint8_t nonce[12], uint8_t *out)
{
	uint8_t key[32], aad[64];
	size_t aad_len = 40, clear = 0;
	gcry_cipher_hd_t h;
	memset(key, fill, sizeof key);
	memcpy(aad, vault, 16);
	memcpy(aad + 16, ledger, 16);
	be32(aad + 32, pgno);
	be32(aad + 36, epoch);
	if (pgno == 1) {
		memcpy(aad + 40, plain, 24);
		aad_len = 64;
		clear = 24;
	}
	assert_int_equal(gcry_cipher_open(&h, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_OCB, 0), 0);
	assert_int_equal(gcry_cipher_setkey(h, key, sizeof key), 0);
	assert_int_equal(gcry_cipher_setiv(h, nonce, 12), 0);
	assert_int_equal(gcry_cipher_authenticate(h, aad, aad_len), 0);
	gcry_cipher_final(h);
	memcpy(out, plain, clear);
	assert_int_equal(
	    gcry_cipher_encrypt(h, out + clear, 4064 - clear, plain + clear, 4064 - clear), 0);
	memcpy(out + 4064, nonce, 12);
	be32(out + 4076, epoch);
	assert_int_equal(gcry_cipher_gettag(h, out + 4080, 16), 0);
	gcry_cipher_close(h);
}

static void
format_is_as_described(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 7, 0x42);
	uint8_t page[MK_PAGE_SIZE], again[MK_PAGE_SIZE];
	const uint32_t pgno[] = {1, 2, 262145, UINT32_MAX};
	for (size_t i = 0; i < 4; i++) {
		reference_seal(0x42, 7, pgno[i], (const uint8_t *)"abcdefghijkl", page);
		assert_int_equal(mk_page_epoch(page), 7);
		assert_int_equal(mk_page_open(c, pgno[i], page, again), 0);
		assert_memory_equal(again, plain, MK_PAGE_SIZE);
		/* and what we seal is what the description makes with our nonce */
		uint8_t ours[MK_PAGE_SIZE], theirs[MK_PAGE_SIZE];
		assert_int_equal(mk_page_seal(c, pgno[i], plain, ours), 0);
		reference_seal(0x42, 7, pgno[i], ours + 4064, theirs);
		assert_memory_equal(ours, theirs, MK_PAGE_SIZE);
	}
	mk_page_cipher_free(c);
}

/*
 * Bytes frozen with the first version: any change of the format changes this hash. It was
 * computed with another library's OCB (Python cryptography on OpenSSL) from the description.
 */
static void
format_is_frozen(void **state)
{
	(void)state;
	static const char want[] =
	    "eb79aa67602a05ce70a586d7f082fea596b2f113583dc8b4412a2b71e7521a8f";
	uint8_t page[2 * MK_PAGE_SIZE], hash[32];
	char hex[65];
	reference_seal(0x42, 7, 1, (const uint8_t *)"abcdefghijkl", page);
	reference_seal(0x42, 7, 2, (const uint8_t *)"abcdefghijkl", page + MK_PAGE_SIZE);
	assert_int_equal(mk_sha256(page, sizeof page, hash), 0);
	for (size_t i = 0; i < sizeof hash; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(hex, want);
}

static void
page_1_shows_only_its_header(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	uint8_t page[MK_PAGE_SIZE];
	assert_int_equal(mk_page_seal(c, 1, plain, page), 0);
	assert_memory_equal(page, plain, MK_PAGE_CLEAR);
	assert_memory_not_equal(page + MK_PAGE_CLEAR, plain + MK_PAGE_CLEAR, 16);
	assert_int_equal(mk_page_seal(c, 2, plain, page), 0);
	assert_memory_not_equal(page, plain, 16);
	mk_page_cipher_free(c);
}

static void
opens_in_its_place_only(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	struct mk_page_cipher *wrong[] = {make(other_vault, ledger, 1, 0x42),
	    make(vault, other_ledger, 1, 0x42), make(vault, ledger, 2, 0x42),
	    make(vault, ledger, 1, 0x43)};
	uint8_t page[MK_PAGE_SIZE], out[MK_PAGE_SIZE], zero[MK_PAGE_SIZE] = {0};
	assert_int_equal(mk_page_seal(c, 5, plain, page), 0);
	assert_int_equal(mk_page_open(c, 5, page, out), 0); /* control */
	assert_int_equal(mk_page_open(c, 6, page, out), MK_E_DAMAGED);
	assert_memory_equal(out, zero, sizeof out);
	assert_int_equal(mk_page_open(c, 0, page, out), MK_E_DAMAGED);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(mk_page_open(wrong[i], 5, page, out), MK_E_DAMAGED);
		assert_memory_equal(out, zero, sizeof out);
		mk_page_cipher_free(wrong[i]);
	}
	mk_page_cipher_free(c);
}

static void
every_bit_counts(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	uint8_t page[MK_PAGE_SIZE], out[MK_PAGE_SIZE];
	size_t undetected = 0;
	for (uint32_t pgno = 1; pgno <= 2; pgno++) {
		assert_int_equal(mk_page_seal(c, pgno, plain, page), 0);
		for (size_t bit = 0; bit < MK_PAGE_SIZE * 8; bit++) {
			page[bit / 8] ^= (uint8_t)(1 << bit % 8);
			undetected += mk_page_open(c, pgno, page, out) == 0;
			page[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_int_equal(mk_page_open(c, pgno, page, out), 0); /* control: it was whole */
	}
	assert_int_equal(undetected, 0);
	mk_page_cipher_free(c);
}

static void
epochs(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	struct mk_secret *second = key_of(0x77);
	uint8_t old[MK_PAGE_SIZE], new[MK_PAGE_SIZE], out[MK_PAGE_SIZE];
	assert_int_equal(mk_page_seal(c, 3, plain, old), 0);
	assert_int_equal(mk_page_cipher_current(c, 2), MK_E_NOT_FOUND);
	assert_int_equal(mk_page_cipher_add(c, 2, second), 0);
	assert_int_equal(mk_page_cipher_add(c, 2, second), MK_E_EXISTS);
	assert_int_equal(mk_page_cipher_add(c, 0, second), MK_E_INPUT);
	assert_int_equal(mk_page_cipher_epoch(c), 1);
	assert_int_equal(mk_page_cipher_current(c, 2), 0);
	assert_int_equal(mk_page_seal(c, 3, plain, new), 0);
	assert_int_equal(mk_page_epoch(old), 1);
	assert_int_equal(mk_page_epoch(new), 2);
	assert_int_equal(mk_page_open(c, 3, old, out), 0);
	assert_int_equal(mk_page_open(c, 3, new, out), 0);
	for (uint32_t e = 3; e <= MK_PAGE_EPOCHS; e++)
		assert_int_equal(mk_page_cipher_add(c, e, second), 0);
	assert_int_equal(mk_page_cipher_add(c, 99, second), MK_E_TOO_BIG);
	struct mk_secret *small = mk_secret_from("short", 5);
	assert_int_equal(mk_page_cipher_add(c, 99, small), MK_E_INPUT);
	mk_secret_free(small);
	mk_secret_free(second);
	mk_page_cipher_free(c);
	struct mk_page_cipher *none = NULL;
	assert_int_equal(mk_page_cipher_new(2, vault, ledger, &none), MK_E_INPUT);
	assert_int_equal(mk_page_cipher_new(MK_PAGE_AES256_OCB, vault, ledger, &none), 0);
	assert_int_equal(mk_page_seal(none, 2, plain, out), MK_E_CRYPTO); /* no key: no page */
	mk_page_cipher_free(none);
}

static int
by_nonce(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

static void
nonces_do_not_repeat(void **state)
{
	(void)state;
	enum { N = 20000 };
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	uint8_t(*nonce)[12] = malloc(N * sizeof *nonce);
	uint8_t page[MK_PAGE_SIZE];
	assert_non_null(nonce);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(mk_page_seal(c, 9, plain, page), 0);
		memcpy(nonce[i], page + MK_PAGE_DATA, 12);
	}
	qsort(nonce, N, sizeof *nonce, by_nonce);
	for (size_t i = 1; i < N; i++)
		assert_memory_not_equal(nonce[i - 1], nonce[i], 12);
	free(nonce);
	mk_page_cipher_free(c);
}

static void
masks(void **state)
{
	(void)state;
	struct mk_page_cipher *c = make(vault, ledger, 1, 0x42);
	uint8_t block[16], same[16], want[16], key[64], raw[32], context[36] = {0}, tweak[16] = {1};
	memset(raw, 0x42, sizeof raw);
	memcpy(block, "salt1salt2sums12", 16);
	memcpy(same, block, 16);
	memcpy(want, block, 16);
	assert_int_equal(mk_page_mask(c, 1, 77, block), 0);
	/* the same from the description: XTS under two derived keys, the tweak 1 | zeros | place */
	memcpy(context, vault, 16);
	memcpy(context + 16, ledger, 16);
	be32(context + 32, 1);
	assert_int_equal(mk_derive(raw, "mynakura page mask 1", context, sizeof context, key), 0);
	assert_int_equal(
	    mk_derive(raw, "mynakura page mask 2", context, sizeof context, key + 32), 0);
	be32(tweak + 12, 77);
	gcry_cipher_hd_t h;
	assert_int_equal(gcry_cipher_open(&h, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_XTS, 0), 0);
	assert_int_equal(gcry_cipher_setkey(h, key, sizeof key), 0);
	assert_int_equal(gcry_cipher_setiv(h, tweak, sizeof tweak), 0);
	assert_int_equal(gcry_cipher_encrypt(h, want, 16, NULL, 0), 0);
	assert_memory_equal(block, want, 16);
	assert_int_equal(mk_page_unmask(c, 1, 77, block), 0);
	assert_memory_equal(block, same, 16);
	assert_int_equal(mk_page_mask(c, 1, 78, block), 0);
	assert_memory_not_equal(block, want, 16); /* another place */
	assert_int_equal(mk_page_mask(c, 2, 77, block), MK_E_DAMAGED);
	/* the pad follows the nonce */
	uint8_t tail[MK_PAGE_TAIL] = "nonce-nonce-", pad[4], pad2[4];
	uint8_t padded[16] = "nonce-nonce-";
	be32(tail + 12, 1);
	memset(tweak, 0, sizeof tweak);
	tweak[0] = 2;
	assert_int_equal(gcry_cipher_setiv(h, tweak, sizeof tweak), 0);
	assert_int_equal(gcry_cipher_encrypt(h, padded, 16, NULL, 0), 0);
	assert_int_equal(mk_page_pad(c, tail, pad), 0);
	assert_memory_equal(pad, padded, 4);
	tail[0] ^= 1;
	assert_int_equal(mk_page_pad(c, tail, pad2), 0);
	assert_memory_not_equal(pad, pad2, 4);
	gcry_cipher_close(h);
	mk_page_cipher_free(c);
}

/*
 * 16 databases with one epoch each must fit the 64 KiB pool, with room for secrets
 * (decisions.md 5 and 8).
 */
static void
sixteen_fit_the_pool(void **state)
{
	(void)state;
	struct mk_page_cipher *c[16];
	for (uint8_t i = 0; i < 16; i++)
		c[i] = make(vault, ledger, 1, i);
	struct mk_secret *room = mk_secret_new(16384);
	assert_non_null(room);
	mk_secret_free(room);
	for (size_t i = 0; i < 16; i++)
		mk_page_cipher_free(c[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(format_is_as_described),
	    cmocka_unit_test(format_is_frozen),
	    cmocka_unit_test(page_1_shows_only_its_header),
	    cmocka_unit_test(opens_in_its_place_only),
	    cmocka_unit_test(every_bit_counts),
	    cmocka_unit_test(epochs),
	    cmocka_unit_test(nonces_do_not_repeat),
	    cmocka_unit_test(masks),
	    cmocka_unit_test(sixteen_fit_the_pool),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
