/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is drawn over curses: which pieces of the last frame must go, which of this one must be sent,
 * how digits are grouped and marked, and that nothing of a number is kept from frame to frame.
 */
#include "tests/lib/mk_cmocka.h"

#include <string.h>

#include "overlay_internal.h"

#define ROWS 30

static struct mk_overlays o;
static bool changed[ROWS];

static struct mk_overlay
digits_at(int y, int x, uint32_t stamp, unsigned marks)
{
	static const char bytes[] = "123456789018";
	struct mk_overlay p = {{y, x, 1, MK_DIGITS_CELLS, bytes, NULL, 12, 0, stamp}, true, marks};
	return p;
}

static struct mk_overlay
picture_at(int y, int x, int h, int cells, uint32_t stamp)
{
	static const char bytes[] = "\x1bPpixels\x1b\\", gone[] = "\x1b_Ga=d\x1b\\";
	struct mk_overlay p = {
	    {y, x, h, cells, bytes, gone, sizeof bytes - 1, sizeof gone - 1, stamp}, false, 0};
	return p;
}

static void
begin(void)
{
	memset(&o, 0, sizeof o);
	memset(changed, 0, sizeof changed);
}

static void
now(struct mk_overlay p)
{
	o.now[o.n_now++] = p;
}

static void
shown(struct mk_overlay p)
{
	o.shown[o.n_shown++] = p;
}

static bool
due(size_t i)
{
	return mk_overlay_due(&o, i, changed, ROWS);
}

/* --- */

static void
digits_that_stay_are_left_alone(void **state)
{
	(void)state;
	begin();
	shown(digits_at(3, 10, 7, 0));
	now(digits_at(3, 10, 7, 0));
	assert_false(mk_overlay_stale(&o, 0));
	assert_false(due(0));
	/* Curses has written over them. */
	changed[3] = true;
	assert_true(due(0));
	changed[3] = false;
	changed[2] = changed[4] = true;
	assert_false(due(0));
}

static void
digits_of_a_place_overwrite_each_other(void **state)
{
	(void)state;
	begin();
	shown(digits_at(3, 10, 7, 0));
	now(digits_at(3, 10, 8, 0));
	assert_false(mk_overlay_stale(&o, 0));
	assert_true(due(0));
	/* Marks alone as well. */
	begin();
	shown(digits_at(3, 10, 7, 0));
	now(digits_at(3, 10, 7, 1));
	assert_false(mk_overlay_stale(&o, 0));
	assert_true(due(0));
}

static void
digits_that_are_gone_are_stale(void **state)
{
	(void)state;
	begin();
	shown(digits_at(3, 10, 7, 0));
	assert_true(mk_overlay_stale(&o, 0));
	/* Elsewhere is not there: by row, by column. */
	now(digits_at(4, 10, 7, 0));
	assert_true(mk_overlay_stale(&o, 0));
	assert_true(due(0));
	now(digits_at(3, 11, 7, 0));
	assert_true(mk_overlay_stale(&o, 0));
	assert_true(due(1));
	/* A picture in their place does not hide them by itself. */
	begin();
	shown(digits_at(3, 10, 7, 0));
	now(picture_at(3, 10, 1, MK_DIGITS_CELLS, 7));
	assert_true(mk_overlay_stale(&o, 0));
	assert_true(due(0));
}

static void
a_picture_that_changes_must_go_first(void **state)
{
	(void)state;
	begin();
	shown(picture_at(5, 0, 4, 40, 1));
	now(picture_at(5, 0, 4, 40, 1));
	assert_false(mk_overlay_stale(&o, 0));
	assert_false(due(0));
	static const struct mk_picture others[] = {{5, 0, 4, 40, NULL, NULL, 0, 0, 2},
	    {6, 0, 4, 40, NULL, NULL, 0, 0, 1}, {5, 1, 4, 40, NULL, NULL, 0, 0, 1},
	    {5, 0, 3, 40, NULL, NULL, 0, 0, 1}, {5, 0, 4, 39, NULL, NULL, 0, 0, 1}};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		o.now[0].at = others[i];
		assert_true(mk_overlay_stale(&o, 0));
		assert_true(due(0));
	}
	o.n_now = 0;
	assert_true(mk_overlay_stale(&o, 0));
}

static void
a_picture_is_due_when_one_of_its_rows_was_sent(void **state)
{
	(void)state;
	for (int y = 0; y < ROWS; y++) {
		begin();
		shown(picture_at(5, 0, 4, 40, 1));
		now(picture_at(5, 0, 4, 40, 1));
		changed[y] = true;
		assert_int_equal(due(0), y >= 5 && y < 9);
	}
	/* One that reaches past the last row does not read past it. */
	bool few[2] = {false, false};
	begin();
	shown(picture_at(1, 0, 400, 40, 1));
	now(picture_at(1, 0, 400, 40, 1));
	assert_false(mk_overlay_due(&o, 0, few, 2));
	few[1] = true;
	assert_true(mk_overlay_due(&o, 0, few, 2));
	/* The first frame sends all there is. */
	begin();
	now(picture_at(5, 0, 4, 40, 1));
	now(digits_at(1, 1, 1, 0));
	assert_true(due(0) && due(1));
}

static void
many_pieces_are_found(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < MK_OVERLAYS; i++) {
		shown(digits_at(i % ROWS, 20 * (i / ROWS), (uint32_t)i, 0));
		if (i != 41)
			now(digits_at(i % ROWS, 20 * (i / ROWS), (uint32_t)i, 0));
	}
	for (size_t i = 0; i < o.n_shown; i++)
		assert_int_equal(mk_overlay_stale(&o, i), i == 41);
	for (size_t i = 0; i < o.n_now; i++)
		assert_false(due(i));
	/* And all of them fit. */
	o.n_now = o.n_shown = MK_OVERLAYS;
	mk_overlay_settle(&o);
	assert_int_equal(o.n_shown, MK_OVERLAYS);
}

/* --- the text of digits */

static void
expect_digits(const char *digits, size_t n, unsigned marks, const char *want)
{
	struct mk_overlay p = {{0, 0, 1, MK_DIGITS_CELLS, digits, NULL, n, 0, 0}, true, marks};
	struct mk_secret *out = mk_secret_new(1024);
	assert_non_null(out);
	mk_overlay_digits(&p, "<", ">", out);
	assert_int_equal(out->len, strlen(want));
	assert_memory_equal(out->data, want, out->len);
	mk_secret_free(out);
}

static void
digits_are_grouped(void **state)
{
	(void)state;
	expect_digits("123456789018", 12, 0, "1234 5678 9018");
	expect_digits("12345", 5, 0, "1234 5___ ____");
	expect_digits("1234", 4, 0, "1234 ____ ____");
	expect_digits("", 0, 0, "____ ____ ____");
	expect_digits(NULL, 0, 0, "____ ____ ____");
	/* Not one more than are there, whatever stands behind them. */
	expect_digits("123456789018", 3, 0, "123_ ____ ____");
	/* The blanks between the groups are never marked. */
	expect_digits("123456789018", 12, 1U, "<1>234 5678 9018");
	expect_digits("123456789018", 12, 1U << 4, "1234 <5>678 9018");
	expect_digits("123456789018", 12, 1U << 11, "1234 5678 901<8>");
	expect_digits("123456789018", 12, 3U << 3, "123<4> <5>678 9018");
	expect_digits("12345", 5, 1U << 5, "1234 5<_>__ ____");
	expect_digits("123456789018", 12, 0xfffff000U, "1234 5678 9018");
	expect_digits("123456789018", 12, 0xfffU, "<1><2><3><4> <5><6><7><8> <9><0><1><8>");
}

/* Too little room: never more than there is, and no byte past it. */
static void
too_little_room_is_no_overflow(void **state)
{
	(void)state;
	struct mk_overlay p = digits_at(0, 0, 0, 0xfff);
	char strong[64];
	memset(strong, 'x', sizeof strong - 1);
	strong[sizeof strong - 1] = '\0';
	for (size_t cap = 1; cap < 200; cap++) {
		struct mk_secret *out = mk_secret_new(cap);
		assert_non_null(out);
		mk_overlay_digits(&p, strong, strong, out);
		assert_true(out->len <= cap);
		mk_secret_free(out);
	}
}

/* --- what is kept */

static void
nothing_of_a_number_is_kept(void **state)
{
	(void)state;
	begin();
	now(digits_at(3, 10, 7, 5));
	now(picture_at(5, 0, 4, 40, 9));
	const char *digits = o.now[0].at.bytes, *pixels = o.now[1].at.bytes,
		   *gone = o.now[1].at.remove;
	assert_non_null(digits);
	mk_overlay_settle(&o);
	assert_int_equal(o.n_now, 0);
	assert_int_equal(o.n_shown, 2);
	for (size_t i = 0; i < o.n_shown; i++) {
		assert_null(o.shown[i].at.bytes);
		assert_int_equal(o.shown[i].at.len, 0);
	}
	/* No pointer to it either, anywhere: it may be freed now. */
	const char *const pointers[] = {digits, pixels, gone};
	for (size_t i = 0; i < 3; i++)
		assert_null(memmem(&o.shown, sizeof o.shown, &pointers[i], sizeof pointers[i]));
	/* Place, stamp and marks stay: the next frame compares them. */
	now(digits_at(3, 10, 7, 5));
	now(picture_at(5, 0, 4, 40, 9));
	assert_false(mk_overlay_stale(&o, 0));
	assert_false(mk_overlay_stale(&o, 1));
	assert_false(due(0));
	assert_false(due(1));
	now(digits_at(4, 10, 7, 5));
	assert_true(due(2));
	/* A frame without any of them. */
	o.n_now = 0;
	assert_true(mk_overlay_stale(&o, 0));
	mk_overlay_settle(&o);
	assert_int_equal(o.n_shown, 0);
}

static int
start(void **state)
{
	(void)state;
	return mk_base_init();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digits_that_stay_are_left_alone),
	    cmocka_unit_test(digits_of_a_place_overwrite_each_other),
	    cmocka_unit_test(digits_that_are_gone_are_stale),
	    cmocka_unit_test(a_picture_that_changes_must_go_first),
	    cmocka_unit_test(a_picture_is_due_when_one_of_its_rows_was_sent),
	    cmocka_unit_test(many_pieces_are_found),
	    cmocka_unit_test(digits_are_grouped),
	    cmocka_unit_test(too_little_room_is_no_overflow),
	    cmocka_unit_test(nothing_of_a_number_is_kept),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
