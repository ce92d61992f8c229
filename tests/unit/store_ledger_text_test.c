/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger's bytes without a file: the seal's AAD and the duplicate index against vectors, words,
 * cursors.
 */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "src/store/ledger_internal.h"
#include "tests/lib/mk_cmocka.h"

static void
aad_vector(void **state)
{
	static const char want[] = "000102030405060708090a0b0c0d0e0f"
				   "6c303132333435363738396162630000"
				   "733031323334353637383961627a0000"
				   "01"
				   "01"
				   "656d706c6f7965650000000000000000"
				   "00000007";
	struct mk_ledger l = {.id = {"l0123456789abc"}, .class = "employee"};
	uint8_t aad[MK_LSEAL_AAD];
	char hex[2 * MK_LSEAL_AAD + 1];
	(void)state;
	for (uint8_t i = 0; i < sizeof l.vault; i++)
		l.vault[i] = i;
	mk_ledger_aad(&l, MK_LSEAL_NUMBER, "s0123456789abz", 7, aad);
	mk_hex(aad, sizeof aad, hex);
	assert_string_equal(hex, want);
}

/* The expected bytes are from Python's hmac module: HKDF by hand, then HMAC. */
static void
same_vector(void **state)
{
	uint8_t raw[32], same[MK_LEDGER_SAME], other[MK_LEDGER_SAME];
	char hex[2 * MK_LEDGER_SAME + 1];
	(void)state;
	for (uint8_t i = 0; i < sizeof raw; i++)
		raw[i] = i;
	struct mk_secret *key = mk_secret_from(raw, sizeof raw);
	struct mk_secret *number = mk_secret_from("123456789018", 12);
	struct mk_number_key k = {key, 7};
	assert_int_equal(mk_ledger_same(&k, number, same), 0);
	mk_hex(same, sizeof same, hex);
	assert_string_equal(hex, "e741a81d36a782aada963ddf9dcdbe80");
	k.epoch = 8;
	assert_int_equal(mk_ledger_same(&k, number, other), 0);
	assert_memory_not_equal(same, other, sizeof same);
	mk_secret_free(key);
	mk_secret_free(number);
}

static void
words(void **state)
{
	struct mk_ledger_words w;
	(void)state;
	assert_int_equal(mk_ledger_words_parse(NULL, &w), 0);
	assert_int_equal(w.n, 0);
	assert_int_equal(mk_ledger_words_parse(" \xe3\x80\x80\t", &w), 0); /* U+3000 */
	assert_int_equal(w.n, 0);
	assert_int_equal(mk_ledger_words_parse("ヤマダ　ＡＢ c\xff", &w), 0);
	assert_int_equal(w.n, 3);
	assert_memory_equal(w.word[0].data, "やまだ", 9);
	assert_int_equal(w.word[1].len, 2);
	assert_memory_equal(w.word[1].data, "ab", 2);
	mk_ledger_words_free(&w);
	assert_int_equal(mk_ledger_words_parse("1 2 3 4 5 6 7 8", &w), 0);
	assert_int_equal(w.n, 8);
	mk_ledger_words_free(&w);
	assert_int_equal(mk_ledger_words_parse("1 2 3 4 5 6 7 8 9", &w), MK_E_TOO_BIG);
}

static void
cursors(void **state)
{
	static const char *const bad[] = {"x", "s0123456789abz",
	    "s0123456789abz:", "s0123456789abz::", "s0123456789abz:-1:a", "s0123456789abz:4:abc",
	    "s0123456789abz:99999999:a", "s0123456789abz:1", "m0123456789abz:1:ab",
	    "s0123456789abZ:1:ab", "s0123456789abz 1:ab", "s0123456789abz:1x:ab"};
	struct mk_ledger_cursor c;
	struct mk_buf b = MK_BUF_INIT;
	(void)state;
	assert_int_equal(mk_ledger_cursor_parse("", &c), 0);
	assert_string_equal(c.id.s, "");
	mk_ledger_cursor_format(&b, "s0123456789abz", "やま:だ", "3:山田");
	assert_int_equal(mk_ledger_cursor_parse(mk_buf_str(&b), &c), 0);
	assert_string_equal(c.id.s, "s0123456789abz");
	assert_int_equal(c.sort_len, strlen("やま:だ"));
	assert_memory_equal(c.sort, "やま:だ", c.sort_len);
	assert_string_equal(c.name, "3:山田");
	mk_buf_free(&b);
	mk_ledger_cursor_format(&b, "s0123456789abz", "", "");
	assert_int_equal(mk_ledger_cursor_parse(mk_buf_str(&b), &c), 0);
	assert_int_equal(c.sort_len, 0);
	mk_buf_free(&b);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(mk_ledger_cursor_parse(bad[i], &c), MK_E_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(aad_vector),
	    cmocka_unit_test(same_vector),
	    cmocka_unit_test(words),
	    cmocka_unit_test(cursors),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
