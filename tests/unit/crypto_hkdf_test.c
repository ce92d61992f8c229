/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HMAC and HKDF against RFC 4231 and all three SHA-256 cases of RFC 5869, and the limits. */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/crypto/hkdf.h"
#include "tests/lib/mk_cmocka.h"

static size_t
hex(const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;
	assert_int_equal(mk_unhex(s, out, n), 0);
	return n;
}

struct vector {
	const char *ikm, *salt, *info, *okm;
};

/* RFC 5869 A.1, A.2, A.3 */
static const struct vector vectors[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
	"f0f1f2f3f4f5f6f7f8f9",
	"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
     "404142434445464748494a4b4c4d4e4f",
	"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
	"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
	"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	"b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
	"d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
	"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	"b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
	"59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
	"cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
};

static void
rfc5869(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		uint8_t ikm[80], salt[80], info[80], want[82], got[82];
		size_t ikm_len = hex(vectors[i].ikm, ikm), salt_len = hex(vectors[i].salt, salt);
		size_t info_len = hex(vectors[i].info, info), len = hex(vectors[i].okm, want);
		assert_int_equal(
		    mk_hkdf(salt, salt_len, ikm, ikm_len, info, info_len, got, len), 0);
		assert_memory_equal(got, want, len);
		ikm[0] ^= 1;
		assert_int_equal(
		    mk_hkdf(salt, salt_len, ikm, ikm_len, info, info_len, got, len), 0);
		assert_memory_not_equal(got, want, len);
	}
}

static void
rfc4231(void **state)
{
	(void)state;
	uint8_t want[32], got[32];
	struct mk_piece piece[2] = {{"what do ya want ", 16}, {"for nothing?", 12}};
	hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", want);
	assert_int_equal(mk_hmac("Jefe", 4, "what do ya want for nothing?", 28, got), 0);
	assert_memory_equal(got, want, 32);
	assert_int_equal(mk_hmac_pieces("Jefe", 4, piece, 2, got), 0);
	assert_memory_equal(got, want, 32);
}

static void
sha256_abc(void **state)
{
	(void)state;
	uint8_t want[32], got[32];
	hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", want);
	assert_int_equal(mk_sha256("abc", 3, got), 0);
	assert_memory_equal(got, want, 32);
}

static void
limits(void **state)
{
	(void)state;
	static uint8_t out[MK_HKDF_MAX + 1];
	assert_int_equal(mk_hkdf(NULL, 0, "k", 1, NULL, 0, out, 0), MK_E_INPUT);
	assert_int_equal(mk_hkdf(NULL, 0, "k", 1, NULL, 0, out, MK_HKDF_MAX + 1), MK_E_INPUT);
	assert_int_equal(mk_hkdf(NULL, 0, "k", 1, NULL, 0, out, MK_HKDF_MAX), 0);
}

/* mk_derive is HKDF with info = label | context, and label and context both count. */
static void
derive(void **state)
{
	(void)state;
	uint8_t key[32] = {1}, a[32], b[32];
	assert_int_equal(mk_derive(key, "label", "ctx", 3, a), 0);
	assert_int_equal(mk_hkdf(NULL, 0, key, 32, "labelctx", 8, b, 32), 0);
	assert_memory_equal(a, b, 32);
	assert_int_equal(mk_derive(key, "other", "ctx", 3, b), 0);
	assert_memory_not_equal(a, b, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc5869),
	    cmocka_unit_test(rfc4231),
	    cmocka_unit_test(sha256_abc),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(derive),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
