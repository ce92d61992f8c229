/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-256-GCM-SIV against RFC 8452 C.2, every bit flip of a sealed message, other AAD and keys,
 * lengths.
 */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/crypto/seal.h"
#include "src/crypto/seal_internal.h"
#include "tests/lib/mk_cmocka.h"

struct vector {
	const char *plain, *aad, *result; /* result: ciphertext | tag */
};

/* RFC 8452 C.2: key 01 00.., nonce 03 00.. */
static const struct vector vectors[] = {
    {"", "", "07f5f4169bbf55a8400cd47ea6fd400f"},
    {"0100000000000000", "", "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"},
    {"010000000000000000000000", "", "9aab2aeb3faa0a34aea8e2b18ca50da9ae6559e48fd10f6e5c9ca17e"},
    {"01000000000000000000000000000000", "",
	"85a01b63025ba19b7fd3ddfc033b3e76c9eac6fa700942702e90862383c6c366"},
    {"0200000000000000", "01", "1de22967237a813291213f267e3b452f02d01ae33e4ec854"},
    {"020000000000000000000000", "01", "163d6f9cc1b346cd453a2e4cc1a4a19ae800941ccdc57cc8413c277f"},
    {"02000000000000000000000000000000", "01",
	"c91545823cc24f17dbb0e9e807d5ec17b292d28ff61189e8e49f3875ef91aff7"},
};

static size_t
hex(const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;
	assert_int_equal(mk_unhex(s, out, n), 0);
	return n;
}

/* One handle for all: the reset between messages is part of what is tested. */
static void
rfc8452(void **state)
{
	(void)state;
	uint8_t key[32] = {1}, nonce[12] = {3};
	struct mk_sealer *s = NULL;
	assert_int_equal(mk_sealer_new(key, &s), 0);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		uint8_t plain[64], aad[64], want[64], got[64], back[64];
		size_t len = hex(vectors[i].plain, plain), aad_len = hex(vectors[i].aad, aad);
		size_t out = hex(vectors[i].result, want);
		assert_int_equal(mk_sealer_seal_at(s, nonce, aad, aad_len, plain, len, got), 0);
		assert_memory_equal(got, nonce, 12);
		assert_memory_equal(got + 12, want, out);
		assert_int_equal(mk_sealer_unseal(s, aad, aad_len, got, 12 + out, back), 0);
		assert_memory_equal(back, plain, len);
	}
	mk_sealer_free(s);
}

static const uint8_t key_a[32] = {7}, key_b[32] = {8};

static void
every_flip(void **state)
{
	(void)state;
	uint8_t sealed[12 + MK_SEAL_OVERHEAD], back[12];
	static const uint8_t zero[12];
	struct mk_sealer *s = NULL;
	assert_int_equal(mk_sealer_new(key_a, &s), 0);
	assert_int_equal(mk_sealer_seal(s, "aad", 3, "123456789018", 12, sealed), 0);
	for (size_t bit = 0; bit < sizeof sealed * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
		    mk_sealer_unseal(s, "aad", 3, sealed, sizeof sealed, back), MK_E_DAMAGED);
		assert_memory_equal(back, zero, 12);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(mk_sealer_unseal(s, "aad", 3, sealed, sizeof sealed, back), 0);
	assert_memory_equal(back, "123456789018", 12);
	mk_sealer_free(s);
}

static void
other_key_aad_length(void **state)
{
	(void)state;
	uint8_t sealed[12 + MK_SEAL_OVERHEAD], back[12];
	assert_int_equal(mk_seal(key_a, "aad", 3, "123456789018", 12, sealed), 0);
	assert_int_equal(mk_unseal(key_a, "aad", 3, sealed, sizeof sealed, back), 0);
	assert_int_equal(mk_unseal(key_b, "aad", 3, sealed, sizeof sealed, back), MK_E_DAMAGED);
	assert_int_equal(mk_unseal(key_a, "aae", 3, sealed, sizeof sealed, back), MK_E_DAMAGED);
	assert_int_equal(mk_unseal(key_a, "aad", 2, sealed, sizeof sealed, back), MK_E_DAMAGED);
	assert_int_equal(mk_unseal(key_a, NULL, 0, sealed, sizeof sealed, back), MK_E_DAMAGED);
	for (size_t n = 0; n < sizeof sealed; n++)
		assert_int_equal(mk_unseal(key_a, "aad", 3, sealed, n, back), MK_E_DAMAGED);
}

static void
empty_message(void **state)
{
	(void)state;
	uint8_t sealed[MK_SEAL_OVERHEAD];
	assert_int_equal(mk_seal(key_a, "aad", 3, NULL, 0, sealed), 0);
	assert_int_equal(mk_unseal(key_a, "aad", 3, sealed, sizeof sealed, NULL), 0);
	sealed[20] ^= 1;
	assert_int_equal(mk_unseal(key_a, "aad", 3, sealed, sizeof sealed, NULL), MK_E_DAMAGED);
}

static void
nonces_differ(void **state)
{
	(void)state;
	uint8_t a[MK_SEAL_OVERHEAD + 4], b[MK_SEAL_OVERHEAD + 4];
	assert_int_equal(mk_seal(key_a, NULL, 0, "same", 4, a), 0);
	assert_int_equal(mk_seal(key_a, NULL, 0, "same", 4, b), 0);
	assert_memory_not_equal(a, b, MK_SEAL_NONCE);
	assert_memory_not_equal(a + MK_SEAL_NONCE, b + MK_SEAL_NONCE, 4);
}

static void
too_big(void **state)
{
	(void)state;
	uint8_t out[1];
	assert_int_equal(mk_seal(key_a, NULL, 0, "", (size_t)MK_SEAL_MAX + 1, out), MK_E_TOO_BIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc8452),
	    cmocka_unit_test(every_flip),
	    cmocka_unit_test(other_key_aad_length),
	    cmocka_unit_test(empty_message),
	    cmocka_unit_test(nonces_differ),
	    cmocka_unit_test(too_big),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
