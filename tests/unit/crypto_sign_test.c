/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ed25519 against the vectors of RFC 8032 7.1, what a verifier must refuse, and the ratchet. */
#include "mynakura/crypto/sign.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "tests/lib/mk_cmocka.h"

struct vector {
	const char *seed, *pub, *msg, *sig;
};

static const struct vector vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
	"09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

static struct mk_secret *
seed_of(const char *hex)
{
	uint8_t raw[MK_SEED_LEN];
	assert_int_equal(mk_unhex(hex, raw, sizeof raw), 0);
	return mk_secret_from(raw, sizeof raw);
}

static void
test_rfc8032(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		uint8_t pub[32], want_pub[32], msg[64], sig[64], want_sig[64];
		size_t len = strlen(vectors[i].msg) / 2;
		struct mk_secret *seed = seed_of(vectors[i].seed);
		assert_int_equal(mk_unhex(vectors[i].pub, want_pub, 32), 0);
		assert_int_equal(mk_unhex(vectors[i].msg, msg, len), 0);
		assert_int_equal(mk_unhex(vectors[i].sig, want_sig, 64), 0);
		assert_int_equal(mk_sign_public(seed, pub), 0);
		assert_memory_equal(pub, want_pub, 32);
		assert_int_equal(mk_sign(seed, msg, len, sig), 0);
		assert_memory_equal(sig, want_sig, 64);
		assert_int_equal(mk_sign_verify(pub, msg, len, sig), 0);
		mk_secret_free(seed);
	}
}

/* Every single-bit change of signature, key or message is refused; the unchanged one is the control. */
static void
test_flips(void **state)
{
	(void)state;
	struct mk_secret *seed = NULL;
	uint8_t pub[32], sig[64], msg[] = "a message";
	assert_int_equal(mk_seed_new(&seed), 0);
	assert_int_equal(mk_sign_public(seed, pub), 0);
	assert_int_equal(mk_sign(seed, msg, sizeof msg, sig), 0);
	assert_int_equal(mk_sign_verify(pub, msg, sizeof msg, sig), 0);
	for (size_t i = 0; i < 8 * sizeof sig; i += 3) {
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_not_equal(mk_sign_verify(pub, msg, sizeof msg, sig), 0);
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t i = 0; i < 8 * sizeof pub; i += 3) {
		pub[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_not_equal(mk_sign_verify(pub, msg, sizeof msg, sig), 0);
		pub[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t i = 0; i < 8 * sizeof msg; i++) {
		msg[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(mk_sign_verify(pub, msg, sizeof msg, sig), MK_E_TAMPERED);
		msg[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_int_equal(mk_sign_verify(pub, msg, sizeof msg, sig), 0);
	mk_secret_free(seed);
}

/* S + L verifies by the bare equation; RFC 8032 5.1.7 wants it refused. */
static void
test_malleable(void **state)
{
	(void)state;
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
	    0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	struct mk_secret *seed = seed_of(vectors[1].seed);
	uint8_t pub[32], sig[64];
	assert_int_equal(mk_sign_public(seed, pub), 0);
	assert_int_equal(mk_sign(seed, "\x72", 1, sig), 0);
	assert_int_equal(mk_sign_verify(pub, "\x72", 1, sig), 0);
	unsigned carry = 0;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_int_equal(mk_sign_verify(pub, "\x72", 1, sig), MK_E_TAMPERED);
	mk_secret_free(seed);
}

/* printf 'ratchet\x9d\x61...' | sha256sum, for the seed of the RFC's first vector. */
static void
test_ratchet(void **state)
{
	(void)state;
	struct mk_secret *seed = seed_of(vectors[0].seed), *next = NULL, *other = NULL;
	char hex[65];
	assert_int_equal(mk_seed_ratchet(seed, &next), 0);
	assert_int_equal(next->len, MK_SEED_LEN);
	mk_hex(next->data, next->len, hex);
	assert_string_equal(
	    hex, "7e1b2532c299a19747abc0d1f9a8bc2ab29505b4e29cbbc24e5d4338c22c92c7");
	assert_int_equal(mk_seed_ratchet(next, &other), 0);
	assert_memory_not_equal(other->data, next->data, MK_SEED_LEN);
	mk_secret_free(seed);
	mk_secret_free(next);
	mk_secret_free(other);
}

static void
test_lengths(void **state)
{
	(void)state;
	struct mk_secret *s = mk_secret_from("short", 5), *out = NULL;
	uint8_t pub[32], sig[64];
	assert_int_equal(mk_sign_public(s, pub), MK_E_INPUT);
	assert_int_equal(mk_sign(s, "", 0, sig), MK_E_INPUT);
	assert_int_equal(mk_seed_ratchet(s, &out), MK_E_INPUT);
	assert_null(out);
	mk_secret_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rfc8032),
	    cmocka_unit_test(test_flips),
	    cmocka_unit_test(test_malleable),
	    cmocka_unit_test(test_ratchet),
	    cmocka_unit_test(test_lengths),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
