/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DER of a time stamp request, byte for byte; tests/integration/heads.sh shows it to OpenSSL. */
#include "tests/lib/mk_cmocka.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/report/tsq.h"

#define HEAD "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
/* SEQUENCE { 1, SEQUENCE { SEQUENCE { sha256, NULL }, OCTETS HEAD }, nonce, TRUE } */
#define FRONT "0201013031300d060960864801650304020105000420" HEAD

static void
is(const char *nonce, const char *whole)
{
	uint8_t raw[MK_TSQ_NONCE];
	char hex[256];
	struct mk_buf out = MK_BUF_INIT;
	assert_int_equal(mk_unhex(nonce, raw, sizeof raw), 0);
	mk_buf_puts(&out, "x"); /* it appends */
	assert_int_equal(mk_tsq(HEAD, raw, &out), 0);
	assert_true(out.len < 128);
	mk_hex(out.data + 1, out.len - 1, hex);
	assert_string_equal(hex, whole);
	mk_buf_free(&out);
}

static void
requests(void **state)
{
	(void)state;
	is("7122334455667788", "3043" FRONT "02087122334455667788"
			       "0101ff");
	/* The high bit would make it negative. */
	is("8122334455667788", "3044" FRONT "0209008122334455667788"
			       "0101ff");
	is("ffffffffffffffff", "3044" FRONT "020900ffffffffffffffff"
			       "0101ff");
	/* Shortest form. */
	is("0000000000000000", "303c" FRONT "020100"
			       "0101ff");
	is("0000000000000001", "303c" FRONT "020101"
			       "0101ff");
	is("0000000000000080", "303d" FRONT "02020080"
			       "0101ff");
	is("007f000000000000", "3042" FRONT "02077f000000000000"
			       "0101ff");
}

static void
only_of_a_hash(void **state)
{
	(void)state;
	static const uint8_t nonce[MK_TSQ_NONCE] = {1};
	struct mk_buf out = MK_BUF_INIT;
	assert_int_equal(mk_tsq("", nonce, &out), MK_E_INPUT);
	assert_int_equal(mk_tsq("0123456789abcdefghjk", nonce, &out), MK_E_INPUT);
	assert_int_equal(mk_tsq(HEAD "0", nonce, &out), MK_E_INPUT);
	assert_int_equal(out.len, 0);
	mk_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests), cmocka_unit_test(only_of_a_hash)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
