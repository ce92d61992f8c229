/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line editor, fed with the bytes that a terminal sends: what stays in the line, where the
 * cursor is, what a number and a name take; and that what was typed and taken out again is gone from
 * memory.
 */
#include "tests/unit/tui_screen_kit.h"

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "widget/edit_internal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ACUTE "\xcc\x81"
#define DAKUTEN "\xe3\x82\x99"
#define IVS "\xf3\xa0\x84\x80"
#define LEFT "\x1b[D"
#define RIGHT "\x1b[C"
#define HOME "\x1b[H"
#define END "\x1b[F"
#define DC "\x1b[3~"
#define BS "\x7f"

struct typist {
	struct mk_edit *e;
	size_t used, unused;
};

static void
press(void *arg, const struct mk_key *key)
{
	struct typist *t = arg;
	if (mk_edit_key(t->e, key))
		t->used++;
	else
		t->unused++;
}

/* Types what a terminal would send; how many keys the line did not use. */
static size_t
type_len(struct mk_edit *e, const char *bytes, size_t len)
{
	struct mk_input in;
	struct typist t = {e, 0, 0};
	mk_input_init(&in);
	mk_input_feed(&in, (const uint8_t *)bytes, len, press, &t);
	mk_input_timeout(&in, press, &t);
	return t.unused;
}

static size_t
type(struct mk_edit *e, const char *bytes)
{
	return type_len(e, bytes, strlen(bytes));
}

/* The line with '|' at its cursor. */
static void
expect(const struct mk_edit *e, const char *want)
{
	char text[8192], got[8200];
	assert_true(mk_edit_copy(e, text, sizeof text));
	assert_true(e->cursor <= strlen(text));
	snprintf(got, sizeof got, "%.*s|%s", (int)e->cursor, text, text + e->cursor);
	assert_string_equal(got, want);
}

/* What is behind the text is zero: nothing that was taken out stays. */
static void
expect_clean(const struct mk_edit *e)
{
	for (size_t i = e->text->len; i < e->text->cap; i++)
		assert_int_equal(e->text->data[i], 0);
}

/* --- editing */

static void
keys_edit_the_line(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *line;
	} rows[] = {
	    {"", "|"},
	    {"abc", "abc|"},
	    {"abc" LEFT "x", "abx|c"},
	    {"abc" HOME "x" END "y", "xabcy|"},
	    {"abc\x01x\x05y", "xabcy|"}, /* C-a C-e */
	    {"abc\x02\x02x\x06y", "axby|c"}, /* C-b C-f */
	    {"abc" LEFT LEFT LEFT LEFT "x", "x|abc"},
	    {"abc" RIGHT "x", "abcx|"},
	    {"abc" BS, "ab|"},
	    {"abc\x08", "ab|"}, /* C-h */
	    {"abc" LEFT BS, "a|c"},
	    {"abc" HOME BS, "|abc"},
	    {"abc" HOME DC, "|bc"},
	    {"abc" DC, "abc|"},
	    {"abc" BS BS BS BS, "|"},
	    {"abcdef" LEFT LEFT "\x0b", "abcd|"}, /* C-k */
	    {"abcdef" LEFT LEFT "\x15", "|ef"}, /* C-u */
	    {"abcdef\x15", "|"},
	    {"abcdef\x0b", "abcdef|"},
	    {"one two  three\x17", "one two  |"}, /* C-w */
	    {"one two  three\x17\x17", "one |"},
	    {"one two  three\x17\x17\x17", "|"},
	    {"one two  \x17", "one |"},
	    {"one two" LEFT "\x17", "one |o"},
	    {HOME "\x17\x0b\x15" BS DC, "|"},
	    {"山田 太郎\x17", "山田 |"},
	    {"山田" BS, "山|"},
	    {"山田" LEFT "x", "山x|田"},
	    {"𠮷野" LEFT LEFT DC, "|野"},
	    /* a mark goes with what it stands on */
	    {"葛" IVS "城" LEFT LEFT DC, "|城"},
	    {"葛" IVS BS, "|"},
	    {"か" DAKUTEN "ん" LEFT LEFT "x", "x|か" DAKUTEN "ん"},
	    {"か" DAKUTEN "ん" BS BS, "|"},
	    {"か" DAKUTEN HOME DC, "|"},
	    {"e" ACUTE ACUTE ACUTE ACUTE ACUTE "f" LEFT LEFT RIGHT BS, "|f"},
	    /* one that came later too */
	    {"ab" LEFT ACUTE "x", "a" ACUTE "x|b"},
	    {"ab" LEFT ACUTE BS, "|b"},
	    /* and one without a base is a character */
	    {ACUTE "b" HOME RIGHT "x", ACUTE "x|b"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mk_edit e;
		assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 255), 0);
		(void)type(&e, rows[i].typed);
		expect(&e, rows[i].line);
		expect_clean(&e);
		mk_edit_fini(&e);
		/* A passphrase is edited alike. */
		assert_int_equal(mk_edit_init(&e, MK_EDIT_PASSPHRASE, 255), 0);
		(void)type(&e, rows[i].typed);
		expect(&e, rows[i].line);
		mk_edit_fini(&e);
	}
}

/* What comes before marks that stood alone takes them: the cursor is never inside a character. */
static void
marks_at_the_start_find_a_base(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 255), 0);
	(void)type(&e, ACUTE "b" HOME "a");
	expect(&e, "a" ACUTE "|b");
	mk_edit_clear(&e);
	(void)type(&e, ACUTE HOME DAKUTEN);
	expect(&e, DAKUTEN ACUTE "|");
	mk_edit_clear(&e);
	/* U+0378 is not assigned: it is shown by its number and takes no marks. */
	(void)type(&e, "a\xcd\xb8" ACUTE HOME RIGHT DC);
	expect(&e, "a" ACUTE "|");
	mk_edit_fini(&e);
}

static void
other_keys_are_left(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 255), 0);
	/* What means something in every screen must get there. C-d: accept, save, write. */
	assert_int_equal(type(&e, "\t\r\x1b[A\x1b[B\x1b[5~\x1b[6~\x1bOP\x1b[24~\x1b[Z"), 9);
	assert_int_equal(type(&e, "\x03\x04\x0c\x0e\x10\x1a"), 6);
	assert_int_equal(type(&e, "\x1b"), 1);
	assert_int_equal(type(&e, "\x1bx\x1bq"), 2);
	assert_int_equal(type(&e, "\x1b[<0;1;1M"), 1);
	expect(&e, "|");
	/* A key that is held down with a modifier is none of the line's. */
	assert_int_equal(e.stamp, 0);
	assert_int_equal(type(&e, "q?/ "), 0);
	expect(&e, "q?/ |");
	assert_int_not_equal(e.stamp, 0);
	mk_edit_fini(&e);
}

static void
text_takes_no_controls(void **state)
{
	(void)state;
	static const char *const bad[] = {"\xe2\x80\xae", "\xe2\x80\x8b", "\xc2\xad",
	    "\xef\xbb\xbf", "\xc2\x9b", "\xc2\x80", "\xee\x80\x80", "\xef\xbf\xbf", "\xe2\x81\xa6",
	    "\xe2\x80\xa8", "\xf4\x8f\xbf\xbd", "\xd8\x9c", "\xcd\x8f"};
	struct mk_edit e;
	for (int kind = MK_EDIT_TEXT; kind <= MK_EDIT_PASSPHRASE; kind++) {
		assert_int_equal(mk_edit_init(&e, (enum mk_edit_kind)kind, 255), 0);
		(void)type(&e, "ab");
		uint32_t stamp = e.stamp;
		for (size_t i = 0; i < ARRAY_LEN(bad); i++)
			assert_int_equal(type(&e, bad[i]), 0);
		expect(&e, "ab|");
		assert_int_equal(e.stamp, stamp);
		mk_edit_set(&e, "x\xe2\x80\xaey\x1b[31m\xff\xe5z");
		expect(&e, "xy[31mz|");
		/* Control: what is odd but allowed is taken. */
		assert_int_equal(type(&e, "髙" IVS "①ﾞ"), 0);
		expect(&e, "xy[31mz髙" IVS "①ﾞ|");
		mk_edit_fini(&e);
	}
}

/* --- room */

static void
what_does_not_fit_is_left_out(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 5), 0);
	assert_int_equal(type(&e, "abcd"), 0);
	assert_false(e.full);
	uint32_t stamp = e.stamp;
	assert_int_equal(type(&e, "山"), 0);
	assert_true(e.full);
	assert_int_equal(e.stamp, stamp);
	expect(&e, "abcd|");
	assert_int_equal(type(&e, "e"), 0);
	assert_false(e.full);
	expect(&e, "abcde|");
	(void)type(&e, HOME "x");
	assert_true(e.full);
	expect(&e, "|abcde");
	(void)type(&e, RIGHT);
	assert_false(e.full);
	(void)type(&e, DC "山");
	assert_true(e.full);
	(void)type(&e, BS "xy");
	expect(&e, "xy|cde");
	mk_edit_fini(&e);
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 0), MK_E_NOMEM);
	mk_edit_fini(&e);
	/* 4,096 bytes at most, whatever was asked for. */
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 100000), 0);
	for (int i = 0; i < 5000; i++)
		(void)type(&e, "x");
	assert_int_equal(mk_edit_len(&e), 4096);
	assert_true(e.full);
	mk_edit_fini(&e);
}

/* Of a paste that is too long its beginning is taken, and it is told until the next key. */
static void
a_long_paste_has_no_hole(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 7), 0);
	assert_int_equal(type(&e, "\x1b[200~山田太a郎b\x1b[201~"), 0);
	expect(&e, "山田|");
	assert_true(e.full);
	/* What is typed by hand is a new thing. */
	(void)type(&e, "c");
	assert_false(e.full);
	expect(&e, "山田c|");
	(void)type(&e, "\x15\x1b[200~ab\ncd\x1b[201~");
	expect(&e, "ab cd|");
	mk_edit_fini(&e);
}

static void
set_and_copy(void **state)
{
	(void)state;
	struct mk_edit e;
	char out[8];
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 7), 0);
	mk_edit_set(&e, "abc");
	expect(&e, "abc|");
	assert_int_equal(mk_edit_len(&e), 3);
	memset(out, 'x', sizeof out);
	assert_true(mk_edit_copy(&e, out, 4));
	assert_string_equal(out, "abc");
	assert_false(mk_edit_copy(&e, out, 3));
	assert_false(mk_edit_copy(&e, out, 0));
	mk_edit_set(&e, "");
	expect(&e, "|");
	assert_true(mk_edit_copy(&e, out, 1));
	mk_edit_set(&e, "abcdefg");
	expect(&e, "abcdefg|");
	/* Cut at the last character that fits: nothing behind it, or a name would have a hole. */
	mk_edit_set(&e, "山田太郎a");
	expect(&e, "山田|");
	assert_false(e.full);
	mk_edit_set(&e, "abcdef山gh");
	expect(&e, "abcdef|");
	/* A line that was full before takes a new text whole. */
	mk_edit_set(&e, "abcdefg");
	(void)type(&e, "h");
	assert_true(e.full);
	mk_edit_set(&e, "xyz");
	expect(&e, "xyz|");
	assert_false(e.full);
	mk_edit_fini(&e);
}

/* --- numbers */

static void
numbers_take_digits(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *line;
		bool full;
	} rows[] = {
	    {"123456789018", "123456789018|", false},
	    {"1234-5678-9018", "123456789018|", false},
	    {"1234 5678 9018", "123456789018|", false},
	    {"１２３４５６７８９０１８", "123456789018|", false},
	    {"１２３４－５６７８　９０１８", "123456789018|", false},
	    {"12ab34", "1234|", false},
	    {"①一٣", "|", false}, /* other digits of Unicode are none */
	    {"1234567890189", "123456789018|", true},
	    {"1234567890189-", "123456789018|", false},
	    {"123" LEFT LEFT "9", "19|23", false},
	    {"123" BS, "12|", false},
	    {"123" HOME DC, "|23", false},
	    {"12345\x15", "|", false},
	    {"\x1b[200~1234-5678\n9018\x1b[201~", "123456789018|", false},
	};
	struct mk_edit e;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(mk_edit_init(&e, MK_EDIT_NUMBER, i), 0); /* cap does not count */
		assert_int_equal(type(&e, rows[i].typed), 0);
		expect(&e, rows[i].line);
		assert_int_equal(e.full, rows[i].full);
		assert_int_equal(e.text->cap, 12);
		expect_clean(&e);
		mk_edit_fini(&e);
	}
	assert_int_equal(mk_edit_init(&e, MK_EDIT_NUMBER, 0), 0);
	mk_edit_set(&e, "1234-5678-90123");
	expect(&e, "123456789012|");
	mk_edit_fini(&e);
}

/* --- memory */

static bool
holds(const void *memory, size_t len, const char *needle)
{
	return memmem(memory, len, needle, strlen(needle)) != NULL;
}

static void
what_is_taken_out_is_wiped(void **state)
{
	(void)state;
	static const char secret[] = "correct horse battery";
	static const char *const ways[] = {"\x15", "\x17\x17\x17", HOME "\x0b", "clear", "set"};
	struct mk_edit e;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		assert_int_equal(mk_edit_init(&e, MK_EDIT_PASSPHRASE, 64), 0);
		(void)type(&e, secret);
		assert_true(holds(e.text->data, e.text->cap, secret));
		if (strcmp(ways[i], "clear") == 0)
			mk_edit_clear(&e);
		else if (strcmp(ways[i], "set") == 0)
			mk_edit_set(&e, "");
		else
			(void)type(&e, ways[i]);
		expect(&e, "|");
		expect_clean(&e);
		mk_edit_fini(&e);
		assert_null(e.text);
		mk_edit_fini(&e);
	}
	/* One after the other, from both ends and in the middle. */
	assert_int_equal(mk_edit_init(&e, MK_EDIT_NUMBER, 0), 0);
	(void)type(&e, "123456789018");
	for (int i = 0; i < 12; i++) {
		(void)type(&e, i % 3 == 0 ? BS : i % 3 == 1 ? HOME DC : RIGHT BS END);
		assert_int_equal(mk_edit_len(&e), 11 - i);
		expect_clean(&e);
	}
	mk_edit_fini(&e);
	/* A shorter text over a longer one. */
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 64), 0);
	mk_edit_set(&e, secret);
	mk_edit_set(&e, "x");
	expect_clean(&e);
	mk_edit_fini(&e);
}

static void
the_end_wipes(void **state)
{
	(void)state;
	static const char secret[] = "123456789018";
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_NUMBER, 0), 0);
	(void)type(&e, secret);
	/* The pool's memory stays mapped after a piece of it was given back. */
	const volatile uint8_t *was = e.text->data;
	uint8_t seen[12];
	for (size_t i = 0; i < sizeof seen; i++)
		seen[i] = was[i];
	assert_true(holds(seen, sizeof seen, secret));
	mk_edit_fini(&e);
	for (size_t i = 0; i < sizeof seen; i++)
		seen[i] = was[i];
	for (size_t n = 0; n + 4 <= sizeof secret - 1; n++) {
		char part[5] = "";
		memcpy(part, secret + n, 4);
		assert_false(holds(seen, sizeof seen, part));
	}
	assert_int_equal(e.cursor, 0);
	memset(&e, 0, sizeof e);
	mk_edit_fini(&e);
}

/* --- any keys in any order, against a model for plain letters, and what always holds */

struct model {
	char text[32];
	size_t len, cursor;
};

static void
model_key(struct model *m, size_t cap, int op, char ch)
{
	switch (op) {
	case 0:
		if (m->len == cap)
			return;
		memmove(m->text + m->cursor + 1, m->text + m->cursor, m->len - m->cursor);
		m->text[m->cursor++] = ch;
		m->len++;
		break;
	case 1: /* BSpace is Left and DC */
	case 2:
		if (op == 1 && m->cursor == 0)
			return;
		m->cursor -= op == 1;
		if (m->cursor == m->len)
			return;
		memmove(m->text + m->cursor, m->text + m->cursor + 1, m->len - m->cursor - 1);
		m->len--;
		break;
	case 3:
		m->cursor -= m->cursor > 0;
		break;
	case 4:
		m->cursor += m->cursor < m->len;
		break;
	case 5:
		m->cursor = 0;
		break;
	case 6:
		m->cursor = m->len;
		break;
	case 7:
		m->len = m->cursor;
		break;
	default:
		memmove(m->text, m->text + m->cursor, m->len - m->cursor);
		m->len -= m->cursor;
		m->cursor = 0;
	}
}

static void
letters_as_in_a_model(void **state)
{
	(void)state;
	static const char *const keys[] = {NULL, BS, DC, LEFT, RIGHT, HOME, END, "\x0b", "\x15"};
	size_t longest = 0;
	for (int run = 0; run < 400; run++) {
		struct model m = {.len = 0};
		struct mk_edit e;
		assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 20), 0);
		for (int k = 0; k < 100; k++) {
			unsigned r = kit_rnd(20);
			int op = r < 11 ? 0 : r < 19 ? (int)r - 10 : kit_rnd(8) == 0 ? 8 : 0;
			op = (op == 7 || op == 8) && kit_rnd(4) != 0 ? 0 : op;
			char ch[2] = {(char)('a' + kit_rnd(26)), '\0'};
			size_t was = m.len;
			uint32_t stamp = e.stamp;
			model_key(&m, 20, op, ch[0]);
			(void)type(&e, op == 0 ? ch : keys[op]);
			assert_int_equal(mk_edit_len(&e), m.len);
			assert_int_equal(e.cursor, m.cursor);
			assert_memory_equal(e.text->data, m.text, m.len);
			assert_int_equal(e.stamp != stamp, m.len != was);
			assert_int_equal(e.full, op == 0 && was == 20);
			expect_clean(&e);
			longest = m.len > longest ? m.len : longest;
		}
		mk_edit_fini(&e);
	}
	assert_int_equal(longest, 20);
}

static bool
on_a_boundary(const struct mk_edit *e)
{
	struct mk_cluster c;
	size_t at = 0;
	while (at < e->cursor &&
	       mk_cluster_next((const char *)e->text->data + at, e->text->len - at, &c))
		at += c.used;
	return at == e->cursor;
}

static void
what_always_holds(void **state)
{
	(void)state;
	static const char *const keys[] = {"a", "z", " ", "5", "山", ("葛" IVS), "𠮷", DAKUTEN,
	    ACUTE, IVS, "ｶ", "ﾞ", "５", "-", "\xcd\xb8", "\xe2\x80\xae", "\xff", LEFT, RIGHT, HOME,
	    END, BS, DC, "\x0b", "\x15", "\x17", "\x01", "\x05", "\x02", "\x06", LEFT, LEFT, RIGHT,
	    BS, DC, "\x03", "\x1b[200~x\x1b[31my\x1b[201~"};
	size_t odd = 0, full = 0;
	for (int run = 0; run < 600; run++) {
		struct mk_edit e;
		enum mk_edit_kind kind = (enum mk_edit_kind)(run % 3);
		size_t cap = 1 + kit_rnd(40);
		assert_int_equal(mk_edit_init(&e, kind, cap), 0);
		for (int k = 0; k < 120; k++) {
			(void)type(&e, keys[kit_rnd(kit_rnd(3) == 0 ? ARRAY_LEN(keys) : 16)]);
			assert_true(mk_edit_len(&e) <= e.text->cap);
			assert_true(e.text->cap == (kind == MK_EDIT_NUMBER ? 12 : cap));
			assert_true(e.cursor <= mk_edit_len(&e));
			assert_int_equal(
			    mk_text_check((const char *)e.text->data, e.text->len, NULL), 0);
			for (size_t i = 0; kind == MK_EDIT_NUMBER && i < e.text->len; i++)
				assert_true(e.text->data[i] >= '0' && e.text->data[i] <= '9');
			expect_clean(&e);
			odd += !on_a_boundary(&e);
			full += e.full;
			/* And it can be drawn in any width, with the cursor in it. */
			int cells = 2 + (int)kit_rnd(30), x = (int)kit_rnd(10);
			if (kind == MK_EDIT_NUMBER)
				continue;
			kit_clear(3, 80, (struct mk_area){1, x, 1, cells});
			mk_edit_draw(&e, &kit, 1, x, cells, true);
			assert_int_equal(kit.outside, 0);
			assert_int_equal(kit.cursor_y, 1);
			assert_true(kit.cursor_x >= x && kit.cursor_x < x + cells);
		}
		mk_edit_fini(&e);
	}
	assert_int_equal(odd, 0);
	assert_true(full > 100);
}

/* --- drawing */

static void
drawn_as_text(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_TEXT, 255), 0);
	mk_edit_set(&e, "山田");
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_string_equal(kit_row(1), "     山田");
	assert_int_equal(kit.cursor_x, 9);
	assert_int_equal(kit.outside, 0);
	assert_int_equal(kit.el[1][14], MK_EL_FIELD_ON);
	/* Without the focus there is no cursor of it. */
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, false);
	assert_int_equal(kit.cursors, 0);
	assert_int_equal(kit.el[1][14], MK_EL_FIELD);
	/* A long one is shown where the cursor is. */
	mk_edit_set(&e, "abcdefghijklmnop");
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_string_equal(kit_row(1), "     hijklmnop");
	assert_int_equal(kit.cursor_x, 14);
	(void)type(&e, HOME);
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_string_equal(kit_row(1), "     abcdefghi~");
	assert_int_equal(kit.cursor_x, 5);
	/* One cell is too little to draw anything. */
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 1, true);
	assert_string_equal(kit_row(1), "");
	mk_edit_fini(&e);
}

static void
a_passphrase_is_stars(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_PASSPHRASE, 1024), 0);
	(void)type(&e, "か" DAKUTEN "x山");
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_string_equal(kit_row(1), "     ***");
	assert_int_equal(kit.cursor_x, 8);
	for (int i = 0; i < 1000; i++)
		(void)type(&e, "s");
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_string_equal(kit_row(1), "     *********");
	assert_int_equal(kit.cursor_x, 14);
	assert_int_equal(kit.outside, 0);
	mk_edit_fini(&e);
}

/* The cursor is where the next character will be, in every kind of line. */
static void
a_passphrase_shows_its_cursor(void **state)
{
	(void)state;
	struct mk_edit e;
	assert_int_equal(mk_edit_init(&e, MK_EDIT_PASSPHRASE, 64), 0);
	(void)type(&e, "secret" LEFT LEFT);
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_int_equal(kit.cursor_x, 9);
	(void)type(&e, HOME);
	kit_clear(3, 40, (struct mk_area){1, 5, 1, 10});
	mk_edit_draw(&e, &kit, 1, 5, 10, true);
	assert_int_equal(kit.cursor_x, 5);
	mk_edit_fini(&e);
}

static void
a_number_goes_over_the_screen(void **state)
{
	(void)state;
	static const struct {
		const char *typed;
		int n, cursor;
	} rows[] = {{"", 0, 0}, {"1", 1, 1}, {"123", 3, 3}, {"1234", 4, 5}, {"12345", 5, 6},
	    {"12345678", 8, 10}, {"12345678901", 11, 13}, {"123456789018", 12, 14},
	    {"123456789018" LEFT, 12, 13}, {"123456789018" HOME, 12, 0}};
	struct mk_edit e;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(mk_edit_init(&e, MK_EDIT_NUMBER, 0), 0);
		(void)type(&e, rows[i].typed);
		kit_clear(3, 40, (struct mk_area){1, 5, 1, 14});
		mk_edit_draw(&e, &kit, 1, 5, 14, true);
		/* On the screen itself there is a mask only. */
		assert_string_equal(kit_row(1), "     **** **** ****");
		assert_int_equal(kit.digits_n, rows[i].n);
		assert_int_equal(kit.stamp, e.stamp);
		assert_memory_equal(kit.digits, "123456789018", (size_t)rows[i].n);
		assert_int_equal(kit.outside, 0);
		if (kit.cursor_x != 5 + rows[i].cursor)
			fail_msg("after %d digits: %d", rows[i].n, kit.cursor_x - 5);
		mk_edit_fini(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_edit_the_line),
	    cmocka_unit_test(marks_at_the_start_find_a_base),
	    cmocka_unit_test(other_keys_are_left),
	    cmocka_unit_test(text_takes_no_controls),
	    cmocka_unit_test(what_does_not_fit_is_left_out),
	    cmocka_unit_test(a_long_paste_has_no_hole),
	    cmocka_unit_test(set_and_copy),
	    cmocka_unit_test(numbers_take_digits),
	    cmocka_unit_test(what_is_taken_out_is_wiped),
	    cmocka_unit_test(the_end_wipes),
	    cmocka_unit_test(letters_as_in_a_model),
	    cmocka_unit_test(what_always_holds),
	    cmocka_unit_test(drawn_as_text),
	    cmocka_unit_test(a_passphrase_is_stars),
	    cmocka_unit_test(a_passphrase_shows_its_cursor),
	    cmocka_unit_test(a_number_goes_over_the_screen),
	};
	return cmocka_run_group_tests(tests, kit_start, NULL);
}
