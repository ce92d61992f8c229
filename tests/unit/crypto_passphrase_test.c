/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recovery sheet's and the codes' text form, what a slip of the pen does to it, and the
 * strength estimate.
 */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/crypto/passphrase.h"
#include "tests/lib/mk_cmocka.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static int
parse(const char *text, size_t want, struct mk_secret **out, unsigned *bad)
{
	return mk_groups_parse(text, strlen(text), want, out, bad);
}

static void
round_trip(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct mk_secret *key = NULL, *text = NULL, *back = NULL;
		size_t want = i % 2 ? MK_RECOVERY_BYTES : MK_CODE_BYTES;
		unsigned bad = 99;
		assert_int_equal(i % 2 ? mk_recovery_new(&key) : mk_code_new(&key), 0);
		assert_int_equal(mk_groups_format(key, &text), 0);
		assert_int_equal(text->len, i % 2 ? 47 : 23);
		assert_int_equal(strlen((const char *)text->data), text->len);
		assert_int_equal(parse((const char *)text->data, want, &back, &bad), 0);
		assert_int_equal(bad, 0);
		assert_int_equal(back->len, want);
		assert_memory_equal(back->data, key->data, want);
		mk_secret_free(key);
		mk_secret_free(text);
		mk_secret_free(back);
	}
}

/* The frozen form: worked out by hand from the format's words (mynakura-vault(5)). */
static void
vector(void **state)
{
	(void)state;
	struct mk_secret *key = mk_secret_from("\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", 10);
	struct mk_secret *text = NULL;
	assert_int_equal(mk_groups_format(key, &text), 0);
	/* values 0..15; checks: Horner by x over x^5 + x^2 + 1, plus 1, 2, 3, 4 */
	assert_string_equal((const char *)text->data, "01237-4567K-89ABE-CDEFY");
	mk_secret_free(key);
	mk_secret_free(text);
}

static void
as_people_type(void **state)
{
	(void)state;
	static const char *const forms[] = {
	    "01237-4567K-89ABE-CDEFY",
	    "01237-4567k-89abe-cdefy",
	    "012374567K89ABECDEFY",
	    "  01237 4567K 89ABE CDEFY\t",
	    "Ol237-4567K-89ABE-CDEFY",
	    "\xef\xbc\x90\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x97\xef\xbc\x8d\xef\xbc\x94"
	    "\xef\xbc\x95\xef\xbc\x96\xef\xbc\x97\xef\xbc\xab\xef\xbc\x8d\xef\xbc\x98\xef\xbc\x99"
	    "\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa5\xef\xbc\x8d\xef\xbc\xa3\xef\xbc\xa4\xef\xbc\xa5"
	    "\xef\xbc\xa6\xef\xbc\xb9",
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct mk_secret *back = NULL;
		assert_int_equal(parse(forms[i], MK_CODE_BYTES, &back, NULL), 0);
		assert_memory_equal(
		    back->data, "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", MK_CODE_BYTES);
		mk_secret_free(back);
	}
}

/*
 * Every single wrong character and every exchange of two in a group names its group; so does every
 * group in another's place.
 */
static void
slips_name_their_group(void **state)
{
	(void)state;
	struct mk_secret *key = NULL, *text = NULL, *back = NULL;
	char t[48], was;
	unsigned bad;
	assert_int_equal(mk_recovery_new(&key), 0);
	assert_int_equal(mk_groups_format(key, &text), 0);
	memcpy(t, text->data, sizeof t);
	for (size_t i = 0; i < 47; i++) {
		if (t[i] == '-')
			continue;
		was = t[i];
		for (const char *a = alphabet; *a != '\0'; a++) {
			t[i] = *a;
			int r = parse(t, MK_RECOVERY_BYTES, &back, &bad);
			assert_int_equal(r, *a == was ? 0 : MK_E_INPUT);
			assert_int_equal(bad, *a == was ? 0 : i / 6 + 1);
			mk_secret_free(back);
			back = NULL;
		}
		t[i] = '*';
		assert_int_equal(parse(t, MK_RECOVERY_BYTES, &back, &bad), MK_E_INPUT);
		assert_int_equal(bad, i / 6 + 1);
		t[i] = was;
	}
	for (size_t i = 0; i < 47; i++)
		for (size_t k = i + 1; k < 47 && k / 6 == i / 6; k++) {
			if (t[i] == '-' || t[k] == '-' || t[i] == t[k])
				continue;
			was = t[i];
			t[i] = t[k];
			t[k] = was;
			assert_int_equal(parse(t, MK_RECOVERY_BYTES, &back, &bad), MK_E_INPUT);
			assert_int_equal(bad, i / 6 + 1);
			t[k] = t[i];
			t[i] = was;
		}
	for (size_t g = 0; g < 8; g++)
		for (size_t h = g + 1; h < 8; h++) {
			char u[48];
			memcpy(u, t, sizeof u);
			memcpy(u + 6 * g, t + 6 * h, 5);
			memcpy(u + 6 * h, t + 6 * g, 5);
			assert_int_equal(parse(u, MK_RECOVERY_BYTES, &back, &bad), MK_E_INPUT);
			assert_int_equal(bad, g + 1);
		}
	mk_secret_free(key);
	mk_secret_free(text);
}

static void
wrong_lengths(void **state)
{
	(void)state;
	struct mk_secret *key = NULL, *text = NULL, *back = NULL;
	unsigned bad = 9;
	assert_int_equal(mk_code_new(&key), 0);
	assert_int_equal(mk_groups_format(key, &text), 0);
	const char *t = (const char *)text->data;
	for (size_t n = 0; n < text->len; n++) {
		assert_int_equal(mk_groups_parse(t, n, MK_CODE_BYTES, &back, &bad), MK_E_INPUT);
		assert_int_equal(bad, 0);
	}
	assert_int_equal(mk_groups_parse(t, text->len, MK_RECOVERY_BYTES, &back, &bad), MK_E_INPUT);
	assert_int_equal(mk_groups_parse(t, text->len, 15, &back, &bad), MK_E_INPUT);
	assert_int_equal(mk_groups_parse(t, text->len, MK_CODE_BYTES, &back, &bad), 0);
	mk_secret_free(back);
	key->len = 9;
	back = NULL;
	assert_int_equal(mk_groups_format(key, &back), MK_E_INPUT);
	mk_secret_free(key);
	mk_secret_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(vector),
	    cmocka_unit_test(as_people_type),
	    cmocka_unit_test(slips_name_their_group),
	    cmocka_unit_test(wrong_lengths),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
