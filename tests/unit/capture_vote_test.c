/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule by which a number is believed: planted conflicts must never be certain. The numbers are generated ones. */
#include "src/capture/vote_internal.h"

#include <string.h>

#include "mynakura/model/number.h"
#include "tests/lib/mk_cmocka.h"

#define GOOD "123456789018"
#define OTHER "356539025693"
#define BAD "123456789012" /* the check digit is wrong */

static struct mk_votes
votes(const char *digits, int eng, int script)
{
	struct mk_votes v = {0};
	for (int i = 0; i < eng; i++)
		mk_votes_add(&v, digits, (int)strlen(digits), 0);
	for (int i = 0; i < script; i++)
		mk_votes_add(&v, digits, (int)strlen(digits), 2);
	return v;
}

static struct mk_decision
decide(const struct mk_votes *v, int lines, const char *qr, bool label)
{
	struct mk_evidence e = {.line = v, .lines = lines, .label = label};
	struct mk_decision d;
	if (qr != NULL) {
		memcpy(e.qr[0], qr, 13);
		e.qrs = 1;
	}
	mk_decide(&e, &d);
	return d;
}

static bool
warned(const struct mk_decision *d, enum mk_read_warning w)
{
	return (d->warnings >> w & 1) != 0;
}

static void
numbers_are_as_meant(void **state)
{
	(void)state;
	assert_true(mk_number_valid(GOOD));
	assert_true(mk_number_valid(OTHER));
	assert_false(mk_number_valid(BAD));
}

static void
agreement_is_certain(void **state)
{
	(void)state;
	struct mk_votes v = votes(GOOD, 4, 4);
	struct mk_decision d = decide(&v, 1, NULL, true);
	assert_true(d.certain && d.check);
	assert_string_equal(d.number, GOOD);
	assert_string_equal(d.ocr, GOOD);
	assert_int_equal(d.candidate_count, 0);
	v = votes(GOOD, 2, 1);
	d = decide(&v, 1, GOOD, false);
	assert_true(d.certain);
	assert_string_equal(d.qr, GOOD);
}

static void
less_agreement_is_not(void **state)
{
	(void)state;
	struct mk_votes v = votes(GOOD, 4, 3); /* seven */
	struct mk_decision d = decide(&v, 1, NULL, true);
	assert_false(d.certain);
	assert_string_equal(d.number, GOOD);
	assert_true(warned(&d, MK_RW_few_readings));
	v = votes(GOOD, 20, 0); /* one model */
	assert_false(decide(&v, 1, NULL, true).certain);
	v = votes(GOOD, 10, 10); /* nothing says what it is: not even offered */
	d = decide(&v, 1, NULL, false);
	assert_false(d.certain);
	assert_string_equal(d.number, "");
	assert_int_equal(d.candidate_count, 1);
	v = votes(GOOD, 9, 8); /* 17 of 19: 89 % */
	mk_votes_add(&v, OTHER, 12, 0);
	mk_votes_add(&v, BAD, 12, 0);
	assert_false(decide(&v, 1, NULL, true).certain);
	v = votes(GOOD, 2, 0); /* two readings are no reading */
	d = decide(&v, 1, NULL, true);
	assert_string_equal(d.number, "");
}

static void
code_alone_is_not_certain(void **state)
{
	(void)state;
	struct mk_decision d = decide(NULL, 0, GOOD, true);
	assert_false(d.certain);
	assert_string_equal(d.number, ""); /* rather than a guess */
	assert_int_equal(d.candidate_count, 1);
	assert_true(warned(&d, MK_RW_only_qr));
	struct mk_votes v = votes(GOOD, 1, 0); /* one reading says the same: offered, no more */
	mk_votes_add(&v, BAD, 12, 0);
	d = decide(&v, 1, GOOD, true);
	assert_false(d.certain);
	assert_string_equal(d.number, GOOD);
}

/* The back of a card bears a code: where it cannot be read, it may say something else. */
static void
print_beside_a_dead_code_is_not_certain(void **state)
{
	(void)state;
	struct mk_votes v = votes(GOOD, 16, 16);
	struct mk_evidence e = {.line = &v, .lines = 1, .label = true, .coded = true};
	struct mk_decision d;
	mk_decide(&e, &d);
	assert_false(d.certain);
	assert_string_equal(d.number, GOOD);
	e.coded = false;
	mk_decide(&e, &d);
	assert_true(d.certain);
}

static void
conflict_gives_no_number(void **state)
{
	(void)state;
	struct mk_votes v = votes(OTHER, 16, 16);
	struct mk_decision d = decide(&v, 1, GOOD, true);
	assert_false(d.certain || d.check);
	assert_string_equal(d.number, "");
	assert_string_equal(d.qr, GOOD);
	assert_string_equal(d.ocr, OTHER);
	assert_int_equal(d.candidate_count, 2);
	assert_true(warned(&d, MK_RW_qr_conflict));
	/* the print's check digit is wrong and nobody read what the code says */
	v = votes(BAD, 16, 16);
	d = decide(&v, 1, GOOD, true);
	assert_false(d.certain);
	assert_string_equal(d.number, "");
}

static void
wrong_check_digit_is_refused_not_mended(void **state)
{
	(void)state;
	struct mk_votes v = votes(BAD, 16, 16);
	struct mk_decision d = decide(&v, 1, NULL, true);
	assert_false(d.certain || d.check);
	assert_string_equal(d.number, "");
	assert_string_equal(d.ocr, BAD);
	assert_int_equal(d.candidate_count, 0);
	assert_true(warned(&d, MK_RW_check_digit));
	d = decide(&v, 1, BAD, true); /* the code repeats it */
	assert_string_equal(d.number, "");
	assert_true(warned(&d, MK_RW_check_digit));
}

static void
two_numbers_are_not_certain(void **state)
{
	(void)state;
	struct mk_votes v[2] = {votes(GOOD, 4, 4), votes(OTHER, 4, 4)};
	struct mk_decision d = decide(v, 2, NULL, true);
	assert_false(d.certain);
	assert_true(warned(&d, MK_RW_several_numbers));
	assert_int_equal(d.candidate_count, 2);
	d = decide(v, 2, GOOD, true);
	assert_false(d.certain);
	struct mk_evidence e = {
	    .line = v, .lines = 1, .qr = {GOOD, OTHER}, .qrs = 2, .label = true};
	mk_decide(&e, &d);
	assert_false(d.certain);
	assert_string_equal(d.number, "");
	/* a second row of twelve digits of another kind keeps print alone from being certain */
	v[1] = votes(BAD, 4, 4);
	assert_false(decide(v, 2, NULL, true).certain);
}

static void
only_twelve_digits_vote(void **state)
{
	(void)state;
	struct mk_votes v = {0};
	for (int i = 0; i < 20; i++) {
		mk_votes_add(&v, GOOD "1", 13, 0);
		mk_votes_add(&v, GOOD, 11, 2);
	}
	assert_int_equal(v.total, 0);
	assert_int_equal(v.readings, 40);
	struct mk_decision d = decide(&v, 1, NULL, true);
	assert_string_equal(d.number, "");
	assert_true(warned(&d, MK_RW_number_covered));
}

static void
many_values_do_not_overflow(void **state)
{
	(void)state;
	struct mk_votes v = {0};
	char digits[13];
	for (int i = 0; i < 3 * MK_VOTE_VALUES; i++) {
		snprintf(digits, sizeof digits, "%012d", i);
		mk_votes_add(&v, digits, 12, 0);
	}
	assert_int_equal(v.values, MK_VOTE_VALUES);
	assert_int_equal(v.total, 3 * MK_VOTE_VALUES);
	struct mk_decision d = decide(&v, 1, NULL, true);
	assert_string_equal(d.number, "");
	assert_true(warned(&d, MK_RW_ocr_conflict));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_as_meant),
	    cmocka_unit_test(agreement_is_certain),
	    cmocka_unit_test(less_agreement_is_not),
	    cmocka_unit_test(code_alone_is_not_certain),
	    cmocka_unit_test(print_beside_a_dead_code_is_not_certain),
	    cmocka_unit_test(conflict_gives_no_number),
	    cmocka_unit_test(wrong_check_digit_is_refused_not_mended),
	    cmocka_unit_test(two_numbers_are_not_certain),
	    cmocka_unit_test(only_twelve_digits_vote),
	    cmocka_unit_test(many_values_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
