/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists, forms and texts to read: the selection stays inside and in sight, the window moves no more
 * than it must, the mouse hits what is drawn, and nothing is drawn outside its place.
 */
#include "tests/unit/tui_screen_kit.h"

#include "mynakura/base/err.h"
#include "widget/form_internal.h"
#include "widget/list_internal.h"
#include "widget/pager_internal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static size_t asked_past_end, asked, rows_there;

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	(void)arg;
	asked++;
	asked_past_end += row >= rows_there;
	if (col == 1)
		*el = MK_EL_DOUBT;
	mk_buf_printf(out, "r%zuc%zu", row, col);
}

static const struct mk_list_col cols[] = {
    {"Name", 10, 1, 0}, {"Kana", 10, 3, 0}, {"Code", 8, 0, 100}};
static const struct mk_list_col bare[] = {{NULL, 10, 0, 0}};

/* Draws into a body of h rows, from row 2 on; without headings. */
static void
draw(struct mk_list *l, int h)
{
	kit_clear(h + 4, 80, (struct mk_area){2, 0, h, 80});
	rows_there = l->count;
	mk_list_draw(l, &kit, (struct mk_area){2, 0, h, 80}, "none");
	assert_int_equal(kit.outside, 0);
	assert_int_equal(asked_past_end, 0);
	assert_int_equal(kit.cursors, 1);
}

/* What must hold after each draw. */
static void
expect_in_sight(const struct mk_list *l, size_t page)
{
	assert_true(l->count == 0 ? l->sel == 0 && l->top == 0 : l->sel < l->count);
	assert_true(l->top <= l->sel && l->sel < l->top + page);
	/* No row is left blank at the end while there are rows above. */
	assert_true(l->count >= page ? l->top + page <= l->count : l->top == 0);
	assert_int_equal(kit.cursor_y, 2 + (int)(l->sel - l->top));
	assert_int_equal(kit.cursor_x, 0);
}

static struct mk_list
list_of(size_t count, bool more)
{
	struct mk_list l;
	mk_list_init(&l, bare, 1, cell, NULL);
	mk_list_count(&l, count, more);
	return l;
}

/* --- selection */

static const enum mk_act moves[] = {
    MK_ACT_up, MK_ACT_down, MK_ACT_page_up, MK_ACT_page_down, MK_ACT_first, MK_ACT_last};

static void
no_rows(void **state)
{
	(void)state;
	struct mk_list l = list_of(0, false);
	const struct mk_key wheel = {MK_KEY_MOUSE, MK_BUTTON_WHEEL_DOWN, 0, 3, 3},
			    click = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 3, 3};
	bool open = true;
	for (int drawn = 0; drawn < 2; drawn++) {
		for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
			assert_true(mk_list_act(&l, moves[i]));
			assert_int_equal(l.sel, 0);
		}
		assert_true(mk_list_mouse(&l, &wheel, &open));
		assert_int_equal(l.sel, 0);
		open = true;
		(void)mk_list_mouse(&l, &click, &open);
		assert_false(open);
		mk_list_select(&l, 7);
		assert_int_equal(l.sel, 0);
		asked = 0;
		draw(&l, 5);
		assert_int_equal(asked, 0);
		expect_in_sight(&l, 5);
		assert_string_equal(kit_row(2), "  none");
	}
	kit_clear(9, 80, (struct mk_area){2, 0, 5, 80});
	mk_list_draw(&l, &kit, (struct mk_area){2, 0, 5, 80}, NULL);
	assert_string_equal(kit_row(2), "");
	assert_false(mk_list_act(&l, MK_ACT_open));
	assert_false(mk_list_act(&l, MK_ACT_NONE));
	assert_false(mk_list_act(&l, MK_ACT_line_down));
}

static void
one_row(void **state)
{
	(void)state;
	struct mk_list l = list_of(1, false);
	draw(&l, 5);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		assert_true(mk_list_act(&l, moves[i]));
		draw(&l, 5);
		expect_in_sight(&l, 5);
		assert_int_equal(l.sel, 0);
	}
	assert_string_equal(kit_row(2), "> r0c0");
	assert_int_equal(kit.el[2][2], MK_EL_SELECTED);
	assert_int_equal(kit.el[2][11], MK_EL_SELECTED); /* the whole column */
}

static void
bounds(void **state)
{
	(void)state;
	struct mk_list l = list_of(100, false);
	draw(&l, 10);
	mk_list_act(&l, MK_ACT_up);
	assert_int_equal(l.sel, 0);
	mk_list_act(&l, MK_ACT_page_down); /* one row of the old page stays in sight */
	assert_int_equal(l.sel, 9);
	mk_list_act(&l, MK_ACT_page_up);
	assert_int_equal(l.sel, 0);
	mk_list_act(&l, MK_ACT_last);
	assert_int_equal(l.sel, 99);
	mk_list_act(&l, MK_ACT_down);
	mk_list_act(&l, MK_ACT_page_down);
	assert_int_equal(l.sel, 99);
	draw(&l, 10);
	expect_in_sight(&l, 10);
	assert_int_equal(l.top, 90);
	mk_list_act(&l, MK_ACT_first);
	draw(&l, 10);
	assert_int_equal(l.top, 0);
	mk_list_select(&l, 1000);
	assert_int_equal(l.sel, 99);
	/* Fewer rows: the last of them. */
	draw(&l, 10);
	mk_list_count(&l, 5, false);
	assert_int_equal(l.sel, 4);
	draw(&l, 10);
	expect_in_sight(&l, 10);
	mk_list_count(&l, 0, false);
	draw(&l, 10);
	expect_in_sight(&l, 10);
	mk_list_count(&l, 50, false);
	assert_int_equal(l.sel, 0);
}

/* --- the window */

static void
a_step_inside_moves_nothing(void **state)
{
	(void)state;
	for (size_t page = 1; page <= 12; page++) {
		struct mk_list l = list_of(60, false);
		draw(&l, (int)page);
		/* Each step to the end and back: the window moves when the selection leaves it only. */
		for (int k = 0; k < 130; k++) {
			size_t top = l.top, sel = l.sel;
			mk_list_act(&l, k < 65 ? MK_ACT_down : MK_ACT_up);
			bool left = l.sel < top || l.sel >= top + page;
			draw(&l, (int)page);
			expect_in_sight(&l, page);
			assert_int_equal(l.top != top, left);
			/* And then by one row, which the terminal scrolls by itself. */
			if (left)
				assert_int_equal(top > l.top ? top - l.top : l.top - top, 1);
			assert_true(l.sel + 1 == sel || l.sel == sel || l.sel == sel + 1);
		}
		assert_int_equal(l.sel, 0);
	}
}

static void
any_moves_keep_it_in_sight(void **state)
{
	(void)state;
	for (int run = 0; run < 300; run++) {
		struct mk_list l = list_of(kit_rnd(4) == 0 ? kit_rnd(3) : kit_rnd(300), false);
		size_t page = 1 + kit_rnd(20);
		draw(&l, (int)page);
		for (int k = 0; k < 60; k++) {
			const struct mk_key wheel = {
			    MK_KEY_MOUSE, MK_BUTTON_WHEEL_UP + (kit_rnd(2) != 0), 0, 0, 0};
			size_t top = l.top, count = l.count;
			bool open, grown = false, resized = kit_rnd(10) == 0;
			switch (kit_rnd(8)) {
			case 0:
				mk_list_count(&l, kit_rnd(300), false);
				grown = l.count != count;
				break;
			case 1:
				(void)mk_list_mouse(&l, &wheel, &open);
				break;
			case 2:
				mk_list_select(&l, kit_rnd(400));
				break;
			default:
				/* Several keys may come before the next frame. */
				for (unsigned n = 1 + kit_rnd(4); n > 0; n--)
					mk_list_act(&l, moves[kit_rnd(ARRAY_LEN(moves))]);
			}
			bool inside = l.sel >= top && l.sel < top + page && !grown && !resized;
			page = resized ? 1 + kit_rnd(20) : page;
			draw(&l, (int)page);
			expect_in_sight(&l, page);
			if (inside)
				assert_int_equal(l.top, top);
		}
	}
}

static void
more_is_wanted_near_the_end(void **state)
{
	(void)state;
	struct mk_list l = list_of(100, true);
	draw(&l, 10);
	assert_false(mk_list_wants(&l));
	mk_list_select(&l, 79);
	assert_false(mk_list_wants(&l));
	mk_list_select(&l, 80);
	assert_true(mk_list_wants(&l));
	mk_list_select(&l, 99);
	assert_true(mk_list_wants(&l));
	mk_list_count(&l, 100, false);
	assert_false(mk_list_wants(&l));
	/* Nothing has come yet; a first screen that is not full. */
	l = list_of(0, true);
	assert_true(mk_list_wants(&l));
	l = list_of(5, true);
	draw(&l, 10);
	assert_true(mk_list_wants(&l));
}

/* --- mouse */

static void
clicks(void **state)
{
	(void)state;
	struct mk_list l = list_of(100, false);
	struct mk_key key = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 2, 7};
	bool open = true;
	/* Not drawn yet: nothing is anywhere. */
	assert_false(mk_list_mouse(&l, &key, &open));
	assert_false(open);
	draw(&l, 10);
	key.y = 5;
	assert_true(mk_list_mouse(&l, &key, &open));
	assert_int_equal(l.sel, 3);
	assert_false(open);
	assert_true(mk_list_mouse(&l, &key, &open));
	assert_true(open);
	assert_int_equal(l.sel, 3);
	/* Above and below the list. */
	static const int outside[] = {-1, 0, 1, 12, 13, 1000};
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		key.y = outside[i];
		open = true;
		assert_false(mk_list_mouse(&l, &key, &open));
		assert_false(open);
		assert_int_equal(l.sel, 3);
	}
	key.y = 11;
	assert_true(mk_list_mouse(&l, &key, &open));
	assert_int_equal(l.sel, 9);
	/* The window has moved: the row under the pointer is another one. */
	mk_list_select(&l, 50);
	draw(&l, 10);
	size_t top = l.top;
	key.y = 2;
	assert_true(mk_list_mouse(&l, &key, &open));
	assert_int_equal(l.sel, top);
	/* Below the last row of a short list. */
	l = list_of(3, false);
	draw(&l, 10);
	key.y = 8;
	assert_true(mk_list_mouse(&l, &key, &open));
	assert_false(open);
	assert_int_equal(l.sel, 0);
	/* With headings the first row is one lower. */
	struct mk_list h;
	mk_list_init(&h, cols, 3, cell, NULL);
	mk_list_count(&h, 100, false);
	draw(&h, 10);
	key.y = 2;
	assert_false(mk_list_mouse(&h, &key, &open));
	key.y = 4;
	assert_true(mk_list_mouse(&h, &key, &open));
	assert_int_equal(h.sel, 1);
	/* The wheel; no other key. */
	struct mk_key wheel = {MK_KEY_MOUSE, MK_BUTTON_WHEEL_DOWN, 0, 0, 0};
	assert_true(mk_list_mouse(&h, &wheel, &open));
	assert_int_equal(h.sel, 4);
	wheel.ch = MK_BUTTON_WHEEL_UP;
	assert_true(mk_list_mouse(&h, &wheel, &open));
	assert_true(mk_list_mouse(&h, &wheel, &open));
	assert_int_equal(h.sel, 0);
	const struct mk_key other = {MK_KEY_DOWN, 0, 0, 0, 0};
	assert_false(mk_list_mouse(&h, &other, &open));
}

/* --- what it looks like */

static void
columns(void **state)
{
	(void)state;
	struct mk_list l;
	mk_list_init(&l, cols, 3, cell, NULL);
	mk_list_count(&l, 2, false);
	draw(&l, 10);
	assert_string_equal(kit_row(2), "  Name                      Kana");
	assert_string_equal(kit_row(3), "> r0c0                      r0c1");
	assert_string_equal(kit_row(4), "  r1c0                      r1c1");
	assert_int_equal(kit.el[3][28], MK_EL_DOUBT);
	/* Two rows of height: a heading and a row; one: the row. */
	draw(&l, 2);
	assert_string_equal(kit_row(3), "> r0c0                      r0c1");
	draw(&l, 1);
	assert_string_equal(kit_row(2), "> r0c0                      r0c1");
	/* A wide screen shows the third. */
	rows_there = 2;
	kit_clear(10, 120, (struct mk_area){2, 0, 5, 120});
	mk_list_draw(&l, &kit, (struct mk_area){2, 0, 5, 120}, NULL);
	assert_non_null(strstr(kit_row(2), "Code"));
	assert_int_equal(kit.outside, 0);
	/* No height at all. */
	kit_clear(10, 80, (struct mk_area){2, 0, 0, 80});
	mk_list_draw(&l, &kit, (struct mk_area){2, 0, 0, 80}, NULL);
	assert_int_equal(kit.outside, 0);
	mk_list_draw(&l, &kit, (struct mk_area){2, 0, -3, 80}, NULL);
	assert_int_equal(kit.outside, 0);
}

/* --- forms */

static void
press(void *arg, const struct mk_key *key)
{
	(void)mk_form_key(arg, key);
}

static void
type(struct mk_form *f, const char *bytes)
{
	struct mk_input in;
	mk_input_init(&in);
	mk_input_feed(&in, (const uint8_t *)bytes, strlen(bytes), press, f);
}

static void
draw_form(struct mk_form *f, int h)
{
	kit_clear(h + 4, 80, (struct mk_area){2, 3, h, 70});
	mk_form_draw(f, &kit, (struct mk_area){2, 3, h, 70});
	assert_int_equal(kit.outside, 0);
	if (f->n > 0)
		assert_int_equal(kit.cursors, 1);
}

static void
fields_one_after_the_other(void **state)
{
	(void)state;
	static const char *const sexes[] = {"male", "female", "unknown"};
	static struct mk_form f;
	char text[64];
	assert_int_equal(mk_form_line(&f, "Name", MK_EDIT_TEXT, 60), 0);
	assert_int_equal(mk_form_choice(&f, "Sex", sexes, 3), 1);
	assert_int_equal(mk_form_line(&f, "Hidden", MK_EDIT_TEXT, 60), 2);
	assert_int_equal(mk_form_line(&f, "Number", MK_EDIT_NUMBER, 0), 3);
	f.field[2].hidden = true;
	type(&f, "ab");
	assert_true(mk_form_act(&f, MK_ACT_prev_field));
	assert_int_equal(f.focus, 0);
	assert_true(mk_form_act(&f, MK_ACT_enter));
	assert_int_equal(f.focus, 1);
	/* A choice: round in both directions; letters do nothing and are no commands. */
	type(&f, "\x1b[C");
	assert_int_equal(f.field[1].chosen, 1);
	type(&f, "\x1b[D\x1b[D");
	assert_int_equal(f.field[1].chosen, 2);
	type(&f, " ");
	assert_int_equal(f.field[1].chosen, 0);
	struct mk_key q = {MK_KEY_CHAR, 'q', 0, 0, 0};
	assert_true(mk_form_key(&f, &q));
	q.mods = MK_MOD_CTRL;
	assert_false(mk_form_key(&f, &q));
	/* Pasted blanks do not choose. */
	type(&f, "\x1b[200~ \n \x1b[201~");
	assert_int_equal(f.field[1].chosen, 0);
	/* The hidden one is passed over. */
	assert_true(mk_form_act(&f, MK_ACT_next_field));
	assert_int_equal(f.focus, 3);
	type(&f, "1234");
	/* Enter in the last one is for the screen. */
	assert_false(mk_form_act(&f, MK_ACT_enter));
	assert_true(mk_form_act(&f, MK_ACT_next_field));
	assert_int_equal(f.focus, 3);
	assert_false(mk_form_act(&f, MK_ACT_open));
	assert_true(mk_edit_copy(mk_form_edit(&f, 0), text, sizeof text));
	assert_string_equal(text, "ab");
	mk_form_note(&f, 3, MK_EL_DOUBT, "eight digits are missing");
	draw_form(&f, 10);
	assert_string_equal(kit_row(2), "    Name      ab");
	assert_string_equal(kit_row(3), "    Sex       < male >");
	assert_string_equal(kit_row(4), "    Number    **** **** ****  eight digits are missing");
	assert_int_equal(kit.cursor_y, 4);
	/* A click moves the focus; beside the fields nothing. */
	struct mk_key click = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 3, 20};
	assert_true(mk_form_key(&f, &click));
	assert_int_equal(f.focus, 1);
	click.y = 4;
	assert_true(mk_form_key(&f, &click));
	assert_int_equal(f.focus, 3);
	static const int outside[] = {-1, 1, 5, 12, 100};
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		click.y = outside[i];
		assert_false(mk_form_key(&f, &click));
		assert_int_equal(f.focus, 3);
	}
	click.y = 3;
	click.ch = MK_BUTTON_WHEEL_UP;
	assert_false(mk_form_key(&f, &click));
	mk_form_focus(&f, 1);
	assert_int_equal(f.focus, 1);
	mk_form_focus(&f, 99);
	assert_int_equal(f.focus, 0);
	mk_form_fini(&f);
	assert_int_equal(f.n, 0);
	assert_false(mk_form_key(&f, &q));
}

static void
a_low_window_scrolls_to_the_focus(void **state)
{
	(void)state;
	static struct mk_form f;
	for (int i = 0; i < MK_FORM_FIELDS; i++)
		assert_int_equal(mk_form_line(&f, "Field", MK_EDIT_TEXT, 20), i);
	assert_true(mk_form_line(&f, "Field", MK_EDIT_TEXT, 20) < 0);
	assert_true(mk_form_choice(&f, "Field", NULL, 0) < 0);
	for (int i = 0; i < MK_FORM_FIELDS; i += 3)
		f.field[i].hidden = true;
	mk_form_focus(&f, 1);
	for (int h = 1; h < 20; h++)
		for (int k = 0; k < 40; k++) {
			mk_form_act(&f, k < 20 ? MK_ACT_next_field : MK_ACT_prev_field);
			assert_false(f.field[f.focus].hidden);
			draw_form(&f, h);
			assert_true(kit.cursor_y >= 2 && kit.cursor_y < 2 + h);
			/* A click on the focused field finds it. */
			struct mk_key click = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, kit.cursor_y, 20};
			size_t focus = f.focus;
			assert_true(mk_form_key(&f, &click));
			assert_int_equal(f.focus, focus);
		}
	mk_form_fini(&f);
}

/* --- texts */

static void
draw_pager(struct mk_pager *p, int h, int w)
{
	kit_clear(h + 4, 80, (struct mk_area){2, 0, h, w});
	mk_pager_draw(p, &kit, (struct mk_area){2, 0, h, w});
	assert_int_equal(kit.outside, 0);
}

static void
a_text_is_read(void **state)
{
	(void)state;
	struct mk_pager p;
	memset(&p, 0, sizeof p);
	draw_pager(&p, 5, 40);
	assert_true(mk_pager_act(&p, MK_ACT_bottom));
	assert_int_equal(p.top, 0);
	mk_buf_puts(&p.text, "# Head\none two three\n\n#no head\n");
	draw_pager(&p, 5, 10);
	assert_string_equal(kit_row(2), " Head");
	assert_int_equal(kit.el[2][1], MK_EL_HEAD);
	assert_string_equal(kit_row(3), " one two");
	assert_string_equal(kit_row(4), " three");
	assert_int_equal(kit.el[3][1], MK_EL_TEXT);
	assert_string_equal(kit_row(5), "");
	assert_string_equal(kit_row(6), " #no head");
	assert_int_equal(kit.el[6][1], MK_EL_TEXT);
	for (int i = 0; i < 100; i++)
		mk_buf_printf(&p.text, "line %d \x1b[31m 山田\n", i);
	draw_pager(&p, 10, 60);
	for (int i = 0; i < 300; i++)
		mk_pager_act(&p, MK_ACT_line_down);
	draw_pager(&p, 10, 60);
	assert_string_equal(kit_row(11), " line 99 \\x1b[31m 山田");
	size_t top = p.top;
	mk_pager_act(&p, MK_ACT_bottom);
	draw_pager(&p, 10, 60);
	assert_int_equal(p.top, top);
	mk_pager_act(&p, MK_ACT_screen_up);
	assert_int_equal(p.top, top - 9);
	mk_pager_act(&p, MK_ACT_top);
	assert_int_equal(p.top, 0);
	mk_pager_act(&p, MK_ACT_line_up);
	assert_int_equal(p.top, 0);
	const struct mk_key wheel = {MK_KEY_MOUSE, MK_BUTTON_WHEEL_DOWN, 0, 0, 0},
			    click = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 3, 3};
	assert_true(mk_pager_mouse(&p, &wheel));
	assert_int_equal(p.top, 3);
	assert_false(mk_pager_mouse(&p, &click));
	assert_false(mk_pager_act(&p, MK_ACT_open));
	/* A window of any size, down to nothing, after the end was reached in another. */
	mk_pager_act(&p, MK_ACT_bottom);
	for (int h = 12; h >= 0; h--)
		for (int w = 40; w >= 3; w -= 6) {
			draw_pager(&p, h, w);
			assert_true(p.top <= p.lines);
		}
	mk_pager_fini(&p);
	assert_null(p.text.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_rows),
	    cmocka_unit_test(one_row),
	    cmocka_unit_test(bounds),
	    cmocka_unit_test(a_step_inside_moves_nothing),
	    cmocka_unit_test(any_moves_keep_it_in_sight),
	    cmocka_unit_test(more_is_wanted_near_the_end),
	    cmocka_unit_test(clicks),
	    cmocka_unit_test(columns),
	    cmocka_unit_test(fields_one_after_the_other),
	    cmocka_unit_test(a_low_window_scrolls_to_the_focus),
	    cmocka_unit_test(a_text_is_read),
	};
	return cmocka_run_group_tests(tests, kit_start, NULL);
}
