/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters of a hash, their groups, and the text of a slip's QR code, in and out. */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/slip.h"
#include "mynakura/base/str.h"

/* Bits 00000 00001 00010 ... of the first 100: the alphabet's first twenty letters. */
#define HASH "00443214c74254b635cf8465300000000000000000000000000000000000abcd"
#define LETTERS "0123456789abcdefghjk"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void
letters_are_the_first_hundred_bits(void **state)
{
	(void)state;
	char out[MK_SLIP_LETTERS_MAX], groups[MK_SLIP_GROUPED_MAX];
	/* As mynakura-trail(5) says: five bits a letter, most significant first. */
	uint8_t raw[32], read[MK_SLIP_BYTES], want[MK_SLIP_BYTES];
	assert_int_equal(mk_unhex(HASH, raw, sizeof raw), 0);
	assert_int_equal(mk_slip_letters(HASH, out), 0);
	assert_string_equal(out, LETTERS);
	mk_slip_group(out, groups);
	assert_string_equal(groups, "0123-4567-89ab-cdef-ghjk");
	memcpy(want, raw, sizeof want);
	want[MK_SLIP_BYTES - 1] &= 0xf0;
	static const char *const same[] = {LETTERS, "0123-4567-89ab-cdef-ghjk",
	    " O1L3 4567 89AB CDEF GHJK ", "oi23456789ABCDEFGHJK"};
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		int r = mk_slip_letters_parse(same[i], read);
		/* The third has L for 1 where 2 stands: it must read, as another hash. */
		assert_int_equal(r, 0);
		assert_int_equal(memcmp(read, want, sizeof want) == 0, i != 2);
	}
	static const char *const none[] = {"", "0123", LETTERS "0", "0123456789abcdefghj",
	    "0123456789abcdefghju", HASH, "0123456789abcdefgh\xc3\xa9"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(mk_slip_letters_parse(none[i], read), MK_E_INPUT);
	assert_int_equal(mk_slip_letters(HASH "0", out), MK_E_INPUT);
	assert_int_equal(mk_slip_letters(LETTERS, out), MK_E_INPUT);
}

static void
every_letter_is_read_as_it_is_written(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 32; v++) {
		char hash[MK_SLIP_HASH_MAX], out[MK_SLIP_LETTERS_MAX];
		uint8_t raw[32], read[MK_SLIP_BYTES];
		memset(raw, 0, sizeof raw);
		raw[0] = (uint8_t)(v << 3);
		raw[12] = (uint8_t)(v << 4); /* the last letter: four bits of it are in byte 12 */
		raw[11] = (uint8_t)(v >> 4);
		mk_hex(raw, sizeof raw, hash);
		assert_int_equal(mk_slip_letters(hash, out), 0);
		assert_int_equal(out[0], out[19]);
		assert_int_equal(mk_slip_letters_parse(out, read), 0);
		assert_memory_equal(read, raw, MK_SLIP_BYTES);
	}
}

static void
text_goes_out_and_in(void **state)
{
	(void)state;
	char out[MK_SLIP_TEXT_MAX];
	struct mk_slip_text t = {.count = 1234, .head = HASH, .key = OTHER}, back;
	mk_slip_text_format(&t, out);
	assert_true(mk_str_starts(out, "MYNAKURA1 1234 00443214C742"));
	assert_int_equal(mk_slip_text_parse(out, &back), 0);
	assert_true(back.count == 1234);
	assert_string_equal(back.head, HASH);
	assert_string_equal(back.key, OTHER);
	t = (struct mk_slip_text){.count = INT64_MAX, .head = LETTERS};
	mk_slip_text_format(&t, out);
	assert_string_equal(out, "MYNAKURA1 9223372036854775807 0123456789ABCDEFGHJK");
	assert_int_equal(mk_slip_text_parse(out, &back), 0);
	assert_string_equal(back.head, LETTERS);
	assert_string_equal(back.key, "");
	assert_int_equal(mk_slip_text_parse("  mynakura1  7 " LETTERS " \r\n", &back), 0);
	assert_true(back.count == 7);
	static const char *const none[] = {"", "MYNAKURA1", "MYNAKURA1 7", "MYNAKURA2 7 " LETTERS,
	    "MYNAKURA1 -7 " LETTERS, "MYNAKURA1 9223372036854775808 " LETTERS,
	    "MYNAKURA1 7 " LETTERS "x", "MYNAKURA1 7 " LETTERS " " LETTERS " " LETTERS,
	    "MYNAKURA1 7 " LETTERS " u", "MYNAKURA1 7 " HASH "0", HASH, LETTERS,
	    "MYNAKURA1 7 " LETTERS "\nMYNAKURA1 8 " LETTERS};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(mk_slip_text_parse(none[i], &back), MK_E_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(letters_are_the_first_hundred_bits),
	    cmocka_unit_test(every_letter_is_read_as_it_is_written),
	    cmocka_unit_test(text_goes_out_and_in)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
