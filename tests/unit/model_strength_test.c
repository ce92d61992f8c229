/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimate of a passphrase's strength, its grades, and the passphrases that are made here. */
#include "tests/lib/mk_cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/model/passgen.h"
#include "mynakura/model/strength.h"

/* Bounds, not exact figures: what must count little counts little, and a good one reaches 80. */
static void
strength(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned min, max;
	} t[] = {
	    {"", 0, 0},
	    {"a", 1, 8},
	    {"password", 5, 12},
	    {"Password1", 5, 20},
	    {"aaaaaaaaaaaaaaaaaaaaaaaa", 5, 20},
	    {"abcdefghijklmnop", 5, 20},
	    {"qwertyuiopasdfgh", 5, 25},
	    {"12345678", 3, 12},
	    {"19850314", 10, 20},
	    {"xk7xk7xk7xk7xk7", 10, 25},
	    {"tanaka1985", 10, 20},
	    {"correct horse battery staple", 40, 60},
	    {"7K2Q-M9FX-0RTV-8HZ4-5WND", 70, 110},
	    {"\xe6\x98\xa5\xe3\x81\xae\xe9\xb3\xa5", 8, 15},
	    {"\xff\xfe\x80", 1, 10},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		unsigned bits = mk_pass_bits(t[i].text, strlen(t[i].text));
		if (bits < t[i].min || bits > t[i].max)
			fail_msg("%s: %u bits", t[i].text, bits);
	}
}

static void
grades(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum mk_pass_grade grade;
	} t[] = {
	    {"", MK_PASS_WEAK},
	    {"Zq9!#x", MK_PASS_WEAK}, /* bits enough for nothing: too short */
	    {"Password2024", MK_PASS_WEAK},
	    {"aaaaaaaaaaaaaaaaaaaaaaaa", MK_PASS_WEAK},
	    {"correct horse battery staple", MK_PASS_FAIR},
	    {"correct horse battery staple quixotic", MK_PASS_GOOD},
	    {"7K2Q-M9FX-0RTV-8HZ4-5WND-PQ77", MK_PASS_STRONG},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (mk_pass_grade(t[i].text, strlen(t[i].text)) != t[i].grade)
			fail_msg("%s: %u bits, grade %d", t[i].text,
			    mk_pass_bits(t[i].text, strlen(t[i].text)),
			    mk_pass_grade(t[i].text, strlen(t[i].text)));
}

#define DRAWS 20000
#define SYLLABLES_EACH 14

static size_t
syllables(void)
{
	size_t n = 0;
	while (mk_passgen_syllable(n) != NULL)
		n++;
	return n;
}

static size_t
index_of(const char *two)
{
	size_t i = 0;
	while (mk_passgen_syllable(i) != NULL && memcmp(mk_passgen_syllable(i), two, 2) != 0)
		i++;
	return i;
}

/* The bits that MK_PASSGEN_BITS claims: 2^(bits) <= syllables^14, by whole numbers. */
static void
the_bits_are_there(void **state)
{
	(void)state;
	long double all = 1;
	size_t n = syllables();
	for (int i = 0; i < SYLLABLES_EACH; i++)
		all *= (long double)n;
	for (int i = 0; i < MK_PASSGEN_BITS; i++)
		all /= 2;
	assert_true(all >= 1);
	assert_true(MK_PASSGEN_BITS >= 80);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(strlen(mk_passgen_syllable(i)), 2);
		assert_int_equal(index_of(mk_passgen_syllable(i)), i); /* none stands twice */
	}
}

/* Counts each place's syllables; also the shape of every one. */
static void
count_draws(unsigned (*seen)[SYLLABLES_EACH], size_t n, int (*draw)(void *, size_t), unsigned draws)
{
	for (unsigned d = 0; d < draws; d++) {
		struct mk_secret *s = NULL;
		assert_int_equal(mk_passgen(draw, &s), 0);
		assert_int_equal(s->len, MK_PASSGEN_LEN);
		const char *p = (const char *)s->data;
		assert_int_equal(strlen(p), MK_PASSGEN_LEN);
		for (size_t k = 0; k < SYLLABLES_EACH; k++) {
			size_t at = k / 2 * 5 + k % 2 * 2, i = index_of(p + at);
			assert_true(i < n);
			seen[i][k]++;
			if (k % 2 == 1 && at + 2 < s->len)
				assert_int_equal(p[at + 2], '-');
		}
		/* What is offered passes the estimate of an office, far from its edge. */
		if (draw == NULL)
			assert_true(mk_pass_bits(p, s->len) >= 2 * MK_PASS_BITS_MIN);
		mk_secret_free(s);
	}
}

/* Chi square of all places together against the same chance for each syllable. */
static double
chi_square(unsigned (*seen)[SYLLABLES_EACH], size_t n, double all)
{
	double sum = 0, want = all / (double)n;
	for (size_t i = 0; i < n; i++) {
		double got = 0;
		for (size_t k = 0; k < SYLLABLES_EACH; k++)
			got += seen[i][k];
		sum += (got - want) * (got - want) / want;
	}
	return sum;
}

static int
modulo_source(void *buf, size_t len)
{
	/* What a plain byte % 62 would give: 0..7 a fifth more often. */
	for (size_t i = 0; i < len; i++)
		((unsigned char *)buf)[i] = (unsigned char)(rand() % 256 % 62);
	return 0;
}

static void
every_syllable_has_the_same_chance(void **state)
{
	(void)state;
	size_t n = syllables();
	unsigned(*seen)[SYLLABLES_EACH] = calloc(n, sizeof *seen);
	assert_non_null(seen);
	count_draws(seen, n, NULL, DRAWS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < SYLLABLES_EACH; k++)
			assert_in_range(seen[i][k], DRAWS / n / 2, DRAWS / n * 2);
	/* 61 degrees of freedom: 150 is beyond 7 sigma */
	assert_true(chi_square(seen, n, (double)DRAWS * SYLLABLES_EACH) < 150);
	/* The control: a source with modulo's bias is seen by the same figure. */
	memset(seen, 0, n * sizeof *seen);
	count_draws(seen, n, modulo_source, DRAWS);
	assert_true(chi_square(seen, n, (double)DRAWS * SYLLABLES_EACH) > 1000);
	free(seen);
}

static unsigned char next_byte;
static unsigned asked;

static int
counting_source(void *buf, size_t len)
{
	assert_int_equal(len, 1);
	*(unsigned char *)buf = next_byte++;
	asked++;
	return 0;
}

/* All 256 values of a byte, in turn: each syllable exactly as often, the rest drawn again. */
static void
no_remainder_favours_a_syllable(void **state)
{
	(void)state;
	size_t n = syllables();
	unsigned(*seen)[SYLLABLES_EACH] = calloc(n, sizeof *seen);
	assert_non_null(seen);
	next_byte = 0;
	asked = 0;
	/* 14 syllables a time: 124 times are 1,736 = 7 * 248 syllables, from 7 * 256 bytes. */
	count_draws(seen, n, counting_source, 124);
	for (size_t i = 0; i < n; i++) {
		unsigned all = 0;
		for (size_t k = 0; k < SYLLABLES_EACH; k++)
			all += seen[i][k];
		assert_int_equal(all, 28);
	}
	assert_in_range(asked, 7 * 256 - 8, 7 * 256);
	free(seen);
}

static int
no_source(void *buf, size_t len)
{
	memset(buf, 0, len);
	return MK_E_CRYPTO;
}

static void
no_randomness_no_passphrase(void **state)
{
	(void)state;
	struct mk_secret *s = NULL;
	assert_int_equal(mk_passgen(no_source, &s), MK_E_CRYPTO);
	assert_null(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strength),
	    cmocka_unit_test(grades),
	    cmocka_unit_test(the_bits_are_there),
	    cmocka_unit_test(every_syllable_has_the_same_chance),
	    cmocka_unit_test(no_remainder_favours_a_syllable),
	    cmocka_unit_test(no_randomness_no_passphrase),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
