/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X25519 against RFC 7748 5.2 and 6.1, small-order points, and that a grant opens in its own place
 * only.
 */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/crypto/grant.h"
#include "tests/lib/mk_cmocka.h"

static void
hex32(const char *s, uint8_t out[32])
{
	assert_int_equal(mk_unhex(s, out, 32), 0);
}

static void
rfc7748(void **state)
{
	(void)state;
	static const char *const v[][3] = {
	    {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
	    {"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
	};
	for (size_t i = 0; i < 2; i++) {
		uint8_t k[32], u[32], want[32], got[32];
		hex32(v[i][0], k);
		hex32(v[i][1], u);
		hex32(v[i][2], want);
		assert_int_equal(mk_x25519(k, u, got), 0);
		assert_memory_equal(got, want, 32);
	}
}

/* 6.1: both public halves and the shared secret. */
static void
rfc7748_exchange(void **state)
{
	(void)state;
	uint8_t a[32], b[32], pa[32], pb[32], want[32], got[32];
	hex32("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", a);
	hex32("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", b);
	hex32("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", want);
	assert_int_equal(mk_x25519_base(a, pa), 0);
	assert_memory_equal(pa, want, 32);
	hex32("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", want);
	assert_int_equal(mk_x25519_base(b, pb), 0);
	assert_memory_equal(pb, want, 32);
	hex32("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", want);
	assert_int_equal(mk_x25519(a, pb, got), 0);
	assert_memory_equal(got, want, 32);
	assert_int_equal(mk_x25519(b, pa, got), 0);
	assert_memory_equal(got, want, 32);
}

/* Points of order 1, 2, 4 and 8: the shared secret would be zero whatever the scalar. */
static void
small_order(void **state)
{
	(void)state;
	static const char *const points[] = {
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	struct mk_secret *secret = NULL;
	uint8_t pub[32], point[32], got[32];
	assert_int_equal(mk_x25519_pair(&secret, pub), 0);
	assert_int_equal(mk_x25519(secret->data, pub, got), 0);
	for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
		hex32(points[i], point);
		assert_int_equal(mk_x25519(secret->data, point, got), MK_E_CRYPTO);
	}
	mk_secret_free(secret);
}

struct fixture {
	struct mk_secret *secret;
	uint8_t pub[32], vault[16], key[32], grant[MK_GRANT_LEN];
	struct mk_grant_ctx ctx;
};

static void
prepare(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	memset(f->vault, 0x11, sizeof f->vault);
	memset(f->key, 0x22, sizeof f->key);
	f->ctx = (struct mk_grant_ctx){f->vault, "l0123456789abc", 1, 1};
	assert_int_equal(mk_x25519_pair(&f->secret, f->pub), 0);
	assert_int_equal(mk_grant_seal(f->pub, &f->ctx, f->key, f->grant), 0);
}

static int
try_open(const struct fixture *f, const uint8_t *expect)
{
	struct mk_secret *key = NULL;
	int r = mk_grant_open(f->secret, f->pub, &f->ctx, f->grant, &key);
	if (r == 0) {
		assert_int_equal(key->len, 32);
		assert_memory_equal(key->data, expect, 32);
	} else
		assert_null(key);
	mk_secret_free(key);
	return r;
}

static void
opens_in_its_place_only(void **state)
{
	(void)state;
	struct fixture f, other;
	uint8_t vault[16] = {0};
	prepare(&f);
	prepare(&other);
	assert_int_equal(try_open(&f, f.key), 0);
	f.ctx.ledger = "l0123456789abd";
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	f.ctx.ledger = "l0123456789abc";
	f.ctx.kind = 2;
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	f.ctx.kind = 1;
	f.ctx.epoch = 2;
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	f.ctx.epoch = 1;
	f.ctx.vault = vault;
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	f.ctx.vault = f.vault;
	memcpy(f.grant, other.grant, MK_GRANT_LEN);
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	assert_int_equal(try_open(&other, other.key), 0);
	mk_secret_free(f.secret);
	mk_secret_free(other.secret);
}

static void
flips(void **state)
{
	(void)state;
	struct fixture f;
	prepare(&f);
	for (size_t bit = 0; bit < MK_GRANT_LEN * 8; bit += 5) {
		f.grant[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
		f.grant[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memset(f.grant, 0, MK_X25519_LEN);
	assert_int_equal(try_open(&f, f.key), MK_E_DAMAGED);
	mk_secret_free(f.secret);
}

static void
ids(void **state)
{
	(void)state;
	uint8_t out[MK_ID_FIELD], want[MK_ID_FIELD] = "main";
	assert_int_equal(mk_id_field("main", out), 0);
	assert_memory_equal(out, want, sizeof out);
	assert_int_equal(mk_id_field("0123456789abcde", out), 0);
	assert_int_equal(mk_id_field("", out), MK_E_INPUT);
	assert_int_equal(mk_id_field("0123456789abcdef", out), MK_E_INPUT);
	assert_int_equal(mk_id_field("Main", out), MK_E_INPUT);
	assert_int_equal(mk_id_field("a/b", out), MK_E_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc7748),
	    cmocka_unit_test(rfc7748_exchange),
	    cmocka_unit_test(small_order),
	    cmocka_unit_test(opens_in_its_place_only),
	    cmocka_unit_test(flips),
	    cmocka_unit_test(ids),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
