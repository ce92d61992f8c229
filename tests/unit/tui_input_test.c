/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes of a terminal into keys: against terminfo, which says on its own what each terminal sends;
 * in every split; under attack (pastes that want to be commands, sequences without an end); and
 * what is left in memory of what was typed: nothing.
 */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "action_internal.h"
#include "input_internal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PASTE "\x1b[200~"
#define ENDED "\x1b[201~"
#define KEYS_MAX 4096

static uint64_t seed = 88172645463325252U;

static unsigned
rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/* --- what came out, as words: "a C-l Up p:x sixel" */

struct seen {
	char text[KEYS_MAX];
	size_t len, n;
};

static void
note(void *arg, const struct mk_key *key)
{
	struct seen *s = arg;
	char name[16], word[48];
	mk_key_name(key, name);
	bool pasted = (key->mods & MK_MOD_PASTED) != 0;
	if (key->code == MK_KEY_MOUSE)
		snprintf(word, sizeof word, "mouse%u:%d,%d", (unsigned)key->ch, key->y, key->x);
	else if (key->code == MK_KEY_CELL)
		snprintf(word, sizeof word, "cell:%dx%d", key->x, key->y);
	else
		snprintf(word, sizeof word, "%s%s", pasted ? "p:" : "",
		    key->code == MK_KEY_SIXEL   ? "sixel"
		    : key->code == MK_KEY_KITTY ? "kitty"
						: name);
	size_t n = strlen(word);
	if (s->len + n + 2 < sizeof s->text) {
		if (s->n > 0)
			s->text[s->len++] = ' ';
		memcpy(s->text + s->len, word, n + 1);
		s->len += n;
	}
	s->n++;
}

static void
feed(struct mk_input *in, struct seen *s, const void *bytes, size_t len)
{
	mk_input_feed(in, bytes, len, note, s);
}

/* The words of bytes, whole, without a timeout. */
static const char *
keys_of(const void *bytes, size_t len)
{
	static struct seen s;
	struct mk_input in;
	memset(&s, 0, sizeof s);
	mk_input_init(&in);
	feed(&in, &s, bytes, len);
	return s.text;
}

static void
expect_len(const char *bytes, size_t len, const char *want)
{
	static struct seen s;
	struct mk_input in;
	const char *got = keys_of(bytes, len);
	if (strcmp(got, want) != 0)
		fail_msg("'%s' instead of '%s'", got, want);
	/* Byte by byte it is the same. */
	memset(&s, 0, sizeof s);
	mk_input_init(&in);
	for (size_t i = 0; i < len; i++)
		feed(&in, &s, bytes + i, 1);
	if (strcmp(s.text, want) != 0)
		fail_msg("in pieces '%s' instead of '%s'", s.text, want);
}

static void
expect(const char *bytes, const char *want)
{
	expect_len(bytes, strlen(bytes), want);
}

/* --- keys */

/* What each terminal's own description says it sends. */
static void
keys_as_terminfo_says(void **state)
{
	(void)state;
	static const char *const terminals[] = {"xterm", "xterm-256color", "linux", "vt100",
	    "vt220", "screen", "screen-256color", "tmux-256color", "rxvt", "ansi"};
	static const char *const caps[][2] = {{"kcuu1", "Up"}, {"kcud1", "Down"}, {"kcub1", "Left"},
	    {"kcuf1", "Right"}, {"khome", "Home"}, {"kend", "End"}, {"kpp", "PPage"},
	    {"knp", "NPage"}, {"kich1", "IC"}, {"kdch1", "DC"}, {"kbs", "BSpace"}, {"kcbt", "BTab"},
	    {"kent", "Enter"}, {"kf1", "F1"}, {"kf2", "F2"}, {"kf3", "F3"}, {"kf4", "F4"},
	    {"kf5", "F5"}, {"kf6", "F6"}, {"kf7", "F7"}, {"kf8", "F8"}, {"kf9", "F9"},
	    {"kf10", "F10"}, {"kf11", "F11"}, {"kf12", "F12"}};
	size_t checked = 0, bad = 0;
	for (size_t t = 0; t < ARRAY_LEN(terminals); t++) {
		int err = 0;
		assert_int_equal(setupterm(terminals[t], 1, &err), OK);
		for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
			/* The VT100's F5..F10 are its number pad; ansi's Insert inserts a line. */
			bool pad = strcmp(terminals[t], "vt100") == 0 && caps[i][0][1] == 'f' &&
				   (caps[i][0][2] >= '5' || caps[i][0][3] != '\0');
			const char *bytes = tigetstr(caps[i][0]);
			if (bytes == NULL || bytes == (char *)-1 || pad ||
			    (strcmp(terminals[t], "ansi") == 0 && strcmp(caps[i][1], "IC") == 0))
				continue;
			checked++;
			const char *got = keys_of(bytes, strlen(bytes));
			if (strcmp(got, caps[i][1]) != 0) {
				print_error("%s %s: '%s'\n", terminals[t], caps[i][0], got);
				bad++;
			}
		}
		del_curterm(cur_term);
	}
	assert_int_equal(bad, 0);
	assert_true(checked > 190);
}

static void
plain_keys(void **state)
{
	(void)state;
	expect("aZ9~ /", "a Z 9 ~ Space /");
	expect("\r\n\t\x7f\x08", "Enter Enter Tab BSpace BSpace");
	expect_len("\0\x01\x02\x03\x04\x0b\x0c\x1a", 8, "C-Space C-a C-b C-c C-d C-k C-l C-z");
	expect("\x1c\x1d\x1e\x1f", "C-\\ C-] C-^ C-_");
	expect("山田\xf0\xa0\xae\xb7", "山 田 𠮷");
	expect("", "");
}

static void
sequences(void **state)
{
	(void)state;
	/* xterm, plain and in application mode; with modifiers */
	expect("\x1b[A\x1b[B\x1b[C\x1b[D", "Up Down Right Left");
	expect("\x1bOA\x1bOB\x1bOC\x1bOD", "Up Down Right Left");
	expect("\x1b[H\x1b[F\x1bOH\x1bOF", "Home End Home End");
	expect("\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "IC DC PPage NPage");
	expect("\x1b[Z\x1bOM", "BTab Enter");
	expect("\x1b[1;5A\x1b[1;3B\x1b[1;2C", "C-Up M-Down S-Right");
	expect("\x1b[3;5~\x1b[5;2~\x1b[24;5~", "C-DC S-PPage C-F12");
	expect("\x1b[1;2P\x1b[1;5S", "S-F1 C-F4");
	expect("\x1bOP\x1bOQ\x1bOR\x1bOS", "F1 F2 F3 F4");
	/* the Linux console */
	expect("\x1b[[A\x1b[[B\x1b[[C\x1b[[D\x1b[[E", "F1 F2 F3 F4 F5");
	expect("\x1b[1~\x1b[4~", "Home End");
	/* rxvt */
	expect("\x1b[7~\x1b[8~\x1b[11~\x1b[14~\x1b[15~", "Home End F1 F4 F5");
	/* the gaps in the numbers of function keys are no keys */
	expect("\x1b[16~\x1b[22~\x1b[25~\x1b[9~\x1b[10~\x1b[0~\x1b[99~", "");
	expect(
	    "\x1b[17~\x1b[18~\x1b[19~\x1b[20~\x1b[21~\x1b[23~\x1b[24~", "F6 F7 F8 F9 F10 F11 F12");
	/* unknown ones are passed over, and what follows is a key again */
	expect("\x1b[99zx", "x");
	expect("\x1b[[Zx", "x");
	expect("\x1b[?25hx", "x");
	expect("\x1b[>0;276;0cx", "x");
	expect("\x1bOzx", "x");
	/* with Alt */
	expect("\x1bx\x1b/\x1bZ", "M-x M-/ M-Z");
	/* a broken one is given up, and a control in it is not typed */
	expect("\x1b[1\x7fx", "x");
}

/* An ESC begins anew wherever it stands: the rest of a key must not be typed as text. */
static void
an_escape_begins_anew(void **state)
{
	(void)state;
	expect("\x1b[\x1b[A", "Up");
	expect("\x1b[1;\x1b[B", "Down");
	expect("\x1bO\x1b[A", "Up");
	expect("\x1b[[\x1b[A", "Up");
	expect("\xe3\x1b[A", "Up");
	expect("\xe3\x81\x1b[A", "Up");
}

/* A terminal that reports clicks in the old form only: three bytes follow that are no text. */
static void
an_old_mouse_report_is_nothing(void **state)
{
	(void)state;
	expect("\x1b[M !!x", "x");
	expect("\x1b[M#\x80\x90x", "x");
	expect("\x1b[M\x1b[A", "Up");
	/* In a paste it is what somebody hid there: it swallows nothing. */
	expect(PASTE "\x1b[M" ENDED "x", "x");
}

static void
utf8_in_every_split(void **state)
{
	(void)state;
	static const char text[] = "aé山𠮷ｶ\xcc\x81z";
	const char *want = "a é 山 𠮷 ｶ \xcc\x81 z";
	expect(text, want);
	for (size_t at = 0; at < sizeof text; at++) {
		struct mk_input in;
		struct seen s = {.len = 0};
		mk_input_init(&in);
		feed(&in, &s, text, at);
		feed(&in, &s, text + at, sizeof text - 1 - (at < sizeof text ? at : at - 1));
		if (at < sizeof text - 1)
			assert_string_equal(s.text, want);
	}
}

/* What is invalid is dropped, and nothing else with it. */
static void
invalid_utf8_is_dropped(void **state)
{
	(void)state;
	expect("\xff\xfe\x80x", "x");
	expect("\xc0\x80x", "x");
	expect("\xc1\xbfx", "x");
	expect("\xe0\x80\x80x", "x");
	expect("\xed\xa0\x80x", "x");
	expect("\xf4\x90\x80\x80x", "x");
	expect("\xf5\x80\x80\x80x", "x");
	expect("\xe3\x81\x82\x81x", "あ x");
	/* a lead byte alone (Latin-1): the key behind it counts */
	expect("\xe9x", "x");
	expect("\xe9\r", "Enter");
	expect("\xe3\x81\x03", "C-c");
	expect("\xf0\x9f\x98 x", "Space x");
	expect("\xe3\xe5\xb1\xb1", "山");
	/* C1 and bidi come as characters that no field takes and no action has */
	static const char *const odd[] = {"\xc2\x9b", "\xe2\x80\xae", "\xee\x80\x80"};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct mk_key key = {MK_KEY_CHAR, 0, 0, 0, 0};
		assert_true(mk_utf8_decode(odd[i], strlen(odd[i]), &key.ch) > 0);
		assert_false(mk_key_is_text(&key));
		assert_int_equal(mk_act_find(&key, ~0U), MK_ACT_NONE);
	}
}

static void
a_lone_escape(void **state)
{
	(void)state;
	struct mk_input in;
	struct seen s = {.len = 0};
	mk_input_init(&in);
	assert_int_equal(mk_input_wait(&in), -1);
	feed(&in, &s, "\x1b", 1);
	assert_int_equal(s.n, 0);
	assert_int_equal(mk_input_wait(&in), 25);
	mk_input_timeout(&in, note, &s);
	assert_string_equal(s.text, "Escape");
	assert_int_equal(mk_input_wait(&in), -1);
	mk_input_timeout(&in, note, &s);
	assert_int_equal(s.n, 1);
	/* Twice: the first is sure at once, the second may begin a sequence. */
	feed(&in, &s, "\x1b\x1b", 2);
	assert_string_equal(s.text, "Escape Escape");
	mk_input_timeout(&in, note, &s);
	assert_string_equal(s.text, "Escape Escape Escape");
	feed(&in, &s, "\x1b\x1b[A", 4);
	assert_string_equal(s.text, "Escape Escape Escape Escape Up");
	/* After the time x is no Alt-x. */
	memset(&s, 0, sizeof s);
	feed(&in, &s, "\x1b", 1);
	mk_input_timeout(&in, note, &s);
	feed(&in, &s, "x\x1bx", 3);
	assert_string_equal(s.text, "Escape x M-x");
}

static void
what_was_cut_is_dropped(void **state)
{
	(void)state;
	static const char *const cut[] = {"\x1b[", "\x1b[1;", "\x1bO", "\x1bP", "\x1b]0;title",
	    "\x1b_Gi=31;O", "\x1b_Gi=31;OK\x1b", "\x1b[[", "\xe5", "\xe5\xb1", "\xf0\xa0\xae",
	    "\x1b[<0;3"};
	for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
		struct mk_input in;
		struct seen s = {.len = 0};
		mk_input_init(&in);
		feed(&in, &s, cut[i], strlen(cut[i]));
		/* Longer than for a key: an answer over a slow line. */
		assert_int_equal(mk_input_wait(&in), 250);
		mk_input_timeout(&in, note, &s);
		assert_int_equal(s.n, 0);
		assert_int_equal(mk_input_wait(&in), -1);
		feed(&in, &s, "ax\x1b[A", 5);
		assert_string_equal(s.text, "a x Up");
	}
}

static void
endless_parameters(void **state)
{
	(void)state;
	enum { LEN = 20000 };
	static char s[LEN + 8];
	static const char *const heads[] = {"\x1b[", "\x1b[?", "\x1b[<", "\x1b[1;"};
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		size_t n = strlen(heads[i]);
		memset(s, '1', LEN);
		memcpy(s, heads[i], n);
		memcpy(s + LEN, "Ax", 3);
		expect(s, "x");
		memcpy(s + LEN, "~x", 3);
		expect(s, "x");
		memset(s, ';', LEN);
		memcpy(s, heads[i], n);
		memcpy(s + LEN, "Mx", 3);
		expect(s, "x");
	}
	/* Strings as well, with an end and without. */
	memset(s, ';', LEN);
	memcpy(s, "\x1b]", 2);
	memcpy(s + LEN, "\x07x", 3);
	expect(s, "x");
	memcpy(s, "\x1b_G", 3);
	memcpy(s + LEN, ";OK\x1b\\", 6);
	(void)keys_of(s, LEN + 5);
	/* Numbers that would overflow are no other numbers. */
	expect("\x1b[4294967299~x", "x");
	/* Positive control: the same shape within bounds is a key. */
	expect("\x1b[0000000001;00000000005Ax", "C-Up x");
}

/* --- the mouse, and the terminal's answers */

static void
mouse_reports(void **state)
{
	(void)state;
	expect("\x1b[<0;10;5M", "mouse0:4,9");
	expect("\x1b[<0;1;1M\x1b[<0;1;1m", "mouse0:0,0");
	expect("\x1b[<64;3;4M\x1b[<65;3;4M", "mouse1:3,2 mouse2:3,2");
	/* other buttons, drags, wheels to the side, with modifiers: nothing */
	expect("\x1b[<1;3;4M\x1b[<2;3;4M\x1b[<32;3;4M\x1b[<35;3;4M\x1b[<66;3;4M\x1b[<4;3;4M", "");
	expect("\x1b[<0;300;200Mx", "mouse0:199,299 x");
	struct mk_key key = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 4, 9};
	char name[16] = "?";
	mk_key_name(&key, name);
	assert_string_equal(name, "");
	assert_int_equal(mk_act_find(&key, ~0U), MK_ACT_NONE);
}

static void
answers_of_the_terminal(void **state)
{
	(void)state;
	expect("\x1b[?62;4;22cx", "sixel x");
	expect("\x1b[?64;1;2;4cx", "sixel x");
	expect("\x1b[?62;22cx", "x");
	expect("\x1b[?1;2cx", "x");
	expect("\x1b[?4cx", "x"); /* the first number is the kind of terminal */
	expect("\x1b[?62;14;40cx", "x");
	expect("\x1b_Gi=31;OK\x1b\\x", "kitty x");
	expect("\x1b_Gi=31;OK\ax", "kitty x");
	expect("\x1b_Gi=31;EINVAL:no\x1b\\x", "x");
	expect("\x1b_Gi=31;OK!\x1b\\x", "x");
	expect("\x1b]Gi=31;OK\x1b\\x", "x");
	expect("\x1b_X;OK\x1b\\x", "x");
	expect("\x1bP1$r0m\x1b\\x", "x");
	expect("\x1b]11;rgb:0000/0000/0000\ax", "x");
	expect("\x1b[6;18;9tx", "cell:9x18 x");
	expect("\x1b[4;600;800tx", "x");
	expect("\x1b[8;24;80tx", "x");
	/* all three of them at once, as after the start */
	expect("\x1b[6;18;9t\x1b_Gi=31;OK\x1b\\\x1b[?62;4c", "cell:9x18 kitty sixel");
}

/* --- pastes */

struct paste {
	size_t keys, wrong, acts;
	struct mk_buf text;
};

static void
note_paste(void *arg, const struct mk_key *key)
{
	struct paste *p = arg;
	char raw[4];
	p->keys++;
	p->wrong += key->code != MK_KEY_CHAR || key->mods != MK_MOD_PASTED || key->ch < 0x20 ||
		    key->ch == 0x7f;
	p->acts += mk_act_find(key, ~0U) != MK_ACT_NONE;
	mk_buf_put(&p->text, raw, mk_utf8_encode(key->ch, raw));
}

/* Commands of every kind, hidden in a megabyte. */
static const char *const hidden[] = {"\r", "\n", "\x03", "\x04", "\x0c", "\x1a", "\t", "\x7f",
    "\x1b", "\x1b[A", "\x1b[6~", "\x1bOP", "\x1b[24~", "\x1b[[A", "\x1bq", "q", "j", "G", "?", " ",
    "\x1b[<0;5;5M", "\x1b[M !!", "\x1b[?62;4c", "\x1b_Gi=31;OK\x1b\\", "\x1b[6;18;9t",
    "\x1b]0;x\x07", "\x1b[200~", "\x1b[", "\x1bO", "\xe3", "\x1b[1;", "山", "1234",
    ("\x9b"
     "201~"),
    "\x1b[0201~", "\x1b[201;1~", "\x1bP"};

static size_t
hide(char *out, size_t cap)
{
	size_t len = 0;
	for (;;) {
		const char *p = hidden[rnd(ARRAY_LEN(hidden))];
		size_t n = strlen(p);
		if (len + n > cap)
			return len;
		memcpy(out + len, p, n);
		len += n;
	}
}

static void
a_paste_is_text_and_nothing_else(void **state)
{
	(void)state;
	enum { LEN = 1 << 20 };
	char *bytes = malloc(LEN);
	assert_non_null(bytes);
	size_t len = hide(bytes, LEN);
	struct mk_input in;
	struct paste p = {0, 0, 0, MK_BUF_INIT};
	int64_t start = mk_mono_ms();
	mk_input_init(&in);
	mk_input_feed(&in, (const uint8_t *)PASTE, 6, note_paste, &p);
	for (size_t at = 0; at < len; at += 1000)
		mk_input_feed(&in, (const uint8_t *)bytes + at, len - at < 1000 ? len - at : 1000,
		    note_paste, &p);
	assert_true(p.keys > 100000);
	assert_int_equal(p.wrong, 0);
	assert_int_equal(p.acts, 0);
	mk_input_feed(&in, (const uint8_t *)ENDED, 6, note_paste, &p);
	/* It is over: keys are keys again. */
	struct seen s = {.len = 0};
	feed(&in, &s, "q\x03\x1b[A", 5);
	assert_string_equal(s.text, "q C-c Up");
	/* Positive control: typed, the same pieces do things. */
	struct paste typed = {0, 0, 0, MK_BUF_INIT};
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		mk_input_init(&in);
		mk_input_feed(
		    &in, (const uint8_t *)hidden[i], strlen(hidden[i]), note_paste, &typed);
		mk_input_timeout(&in, note_paste, &typed);
	}
	assert_true(typed.wrong > 20 && typed.acts > 15);
	assert_true(mk_mono_ms() - start < 20000);
	mk_buf_free(&p.text);
	mk_buf_free(&typed.text);
	free(bytes);
}

static void
a_pasted_text_comes_whole(void **state)
{
	(void)state;
	enum { ROWS = 20000 };
	static const char row[] = "氏名 山田 𠮷郎\tA-1\n", want[] = "氏名 山田 𠮷郎 A-1 ";
	struct mk_buf in_bytes = MK_BUF_INIT, wanted = MK_BUF_INIT;
	struct paste p = {0, 0, 0, MK_BUF_INIT};
	struct mk_input in;
	mk_buf_puts(&in_bytes, PASTE);
	for (int i = 0; i < ROWS; i++) {
		mk_buf_puts(&in_bytes, row);
		mk_buf_puts(&wanted, want);
	}
	mk_input_init(&in);
	for (size_t at = 0; at < in_bytes.len;) {
		size_t n = 1 + rnd(700);
		n = n < in_bytes.len - at ? n : in_bytes.len - at;
		mk_input_feed(&in, in_bytes.data + at, n, note_paste, &p);
		at += n;
	}
	assert_int_equal(p.wrong, 0);
	assert_int_equal(p.text.len, wanted.len);
	assert_memory_equal(p.text.data, wanted.data, wanted.len);
	expect(PASTE "ab" ENDED "c", "p:a p:b c");
	expect(PASTE "a\x01\x03\x08\x1a\x7f\r\n\tb" ENDED "c", "p:a p:Space p:Space p:Space p:b c");
	expect(PASTE ENDED "c", "c");
	expect(ENDED "c", "c");
	expect(PASTE "a" PASTE "b" ENDED "c", "p:a p:b c");
	mk_buf_free(&in_bytes);
	mk_buf_free(&wanted);
	mk_buf_free(&p.text);
}

/*
 * Some terminals take no more out of what is pasted than the end mark, letter by letter: whoever
 * wrote the text can still write the same sequence in another form.
 */
static void
only_the_end_mark_ends_a_paste(void **state)
{
	(void)state;
	static const char *const forged[] = {"\x1b[0201~", "\x1b[201;1~", "\x1b[201;~",
	    "\x1b[;201~", "\x1b[<201~", "\x1b[?201~", "\x1b[>201~", "\x1b[2:01~", "\x1b[ 201~",
	    "\x1b[201 ~",
	    "\x9b"
	    "201~",
	    "\xc2\x9b"
	    "201~",
	    "\x1b[20\x01"
	    "1~",
	    "\x1b[20\x18"
	    "1~",
	    "\x1bO201~", "\x1b]201~\x1b\\", "\x1b[201^", "\x1b[201\x7f~", "\x1b[4294967497~",
	    "\x1b[000000000000000000000000000000000000000000000000000000201~"};
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		struct mk_input in;
		struct seen s = {.len = 0};
		mk_input_init(&in);
		feed(&in, &s, PASTE, 6);
		feed(&in, &s, forged[i], strlen(forged[i]));
		memset(&s, 0, sizeof s);
		feed(&in, &s, "q", 1);
		if (strcmp(s.text, "p:q") != 0)
			fail_msg("row %zu ended it: '%s'", i, s.text);
		feed(&in, &s, ENDED "q", 7);
		assert_string_equal(s.text, "p:q q");
	}
}

/* And it does end it, whatever stood before. */
static void
nothing_hides_the_end_mark(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		struct mk_input in;
		struct seen s = {.len = 0};
		mk_input_init(&in);
		feed(&in, &s, PASTE, 6);
		feed(&in, &s, hidden[i], strlen(hidden[i]));
		feed(&in, &s, ENDED, 6);
		memset(&s, 0, sizeof s);
		feed(&in, &s, "q", 1);
		if (strcmp(s.text, "q") != 0)
			fail_msg("row %zu hid it: '%s'", i, s.text);
	}
	/* It may come in two pieces, on a slow line: the wait is not that for a lone ESC. */
	struct mk_input in;
	struct seen s = {.len = 0};
	mk_input_init(&in);
	feed(&in, &s, PASTE "a\x1b", 8);
	assert_true(mk_input_wait(&in) >= 250);
	feed(&in, &s, "[201~q", 6);
	assert_string_equal(s.text, "p:a q");
}

static void
a_paste_without_an_end_ends(void **state)
{
	(void)state;
	static const char *const begun[] = {
	    "", "abc", "abc\x1b", "abc\x1b[20", "abc\xe3\x81", "\x1b]x", "\x1bO"};
	for (size_t i = 0; i < ARRAY_LEN(begun); i++) {
		struct mk_input in;
		struct seen s = {.len = 0};
		mk_input_init(&in);
		feed(&in, &s, PASTE, 6);
		feed(&in, &s, begun[i], strlen(begun[i]));
		/* At most two silences: for the sequence, for the paste. */
		for (int k = 0; k < 2 && mk_input_wait(&in) >= 0; k++)
			mk_input_timeout(&in, note, &s);
		assert_int_equal(mk_input_wait(&in), -1);
		memset(&s, 0, sizeof s);
		feed(&in, &s, "q\r", 2);
		assert_string_equal(s.text, "q Enter");
	}
	/* No lone Escape comes out of it. */
	struct mk_input in;
	struct seen s = {.len = 0};
	mk_input_init(&in);
	feed(&in, &s, PASTE "\x1b\x1b", 8);
	mk_input_timeout(&in, note, &s);
	mk_input_timeout(&in, note, &s);
	assert_int_equal(s.n, 0);
}

/* --- properties over any bytes */

static size_t
any_bytes(uint8_t *out, size_t cap)
{
	size_t len = 0, want = 1 + rnd(60);
	while (want-- > 0 && len + 16 < cap) {
		static const char some[] = "\x1b\x1b\x1b[[O]P_^?<;~M123456789 Aqt\\\x07\x7f";
		const char *p = hidden[rnd(ARRAY_LEN(hidden))];
		switch (rnd(4)) {
		case 0:
			out[len++] = (uint8_t)rnd(256);
			break;
		case 1:
			out[len++] = (uint8_t)some[rnd(sizeof some - 1)];
			break;
		case 2:
			memcpy(out + len, p, strlen(p));
			len += strlen(p);
			break;
		default:
			out[len++] = (uint8_t)('0' + rnd(10));
		}
	}
	return len;
}

static bool
all_zero(const void *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const uint8_t *)p)[i] != 0)
			return false;
	return true;
}

static void
after_silence_nothing_is_left(void **state)
{
	(void)state;
	size_t held = 0, pastes = 0;
	for (int k = 0; k < 60000; k++) {
		static struct seen s;
		struct mk_input in;
		uint8_t bytes[1024];
		size_t len = any_bytes(bytes, sizeof bytes);
		memset(&s, 0, sizeof s);
		mk_input_init(&in);
		feed(&in, &s, bytes, len);
		held += !all_zero(in.seq, sizeof in.seq);
		mk_input_timeout(&in, note, &s);
		assert_int_equal(in.state, 0);
		assert_int_equal(in.len, 0);
		assert_false(in.escaped);
		assert_true(all_zero(in.seq, sizeof in.seq));
		pastes += in.paste;
		if (in.paste)
			mk_input_timeout(&in, note, &s);
		assert_int_equal(mk_input_wait(&in), -1);
		assert_true(all_zero(&in, sizeof in));
		memset(&s, 0, sizeof s);
		feed(&in, &s, "a\x1b[Ab", 5);
		assert_string_equal(s.text, "a Up b");
	}
	/* There was something to wipe, and there were pastes that went on. */
	assert_true(held > 5000 && pastes > 100);
}

/* Where the terminal's writes are cut makes no difference. */
static void
splits_make_no_difference(void **state)
{
	(void)state;
	for (int k = 0; k < 20000; k++) {
		static struct seen whole, split;
		struct mk_input a, b;
		uint8_t bytes[1024];
		size_t len = any_bytes(bytes, sizeof bytes);
		memset(&whole, 0, sizeof whole);
		memset(&split, 0, sizeof split);
		mk_input_init(&a);
		mk_input_init(&b);
		feed(&a, &whole, bytes, len);
		for (size_t at = 0; at < len;) {
			size_t n = 1 + rnd(5);
			n = n < len - at ? n : len - at;
			feed(&b, &split, bytes + at, n);
			at += n;
		}
		assert_string_equal(whole.text, split.text);
		assert_int_equal(whole.n, split.n);
		assert_memory_equal(&a, &b, sizeof a);
	}
}

/* --- what is left of a number: not one digit, in any width, however it came */

static bool
holds_digits(const struct mk_input *in)
{
	const uint8_t *p = (const uint8_t *)in;
	for (size_t i = 0; i < sizeof *in; i++)
		if ((p[i] >= '0' && p[i] <= '9') || p[i] == 0xef)
			return true;
	return false;
}

static void
no_digit_stays(void **state)
{
	(void)state;
	static const char *const typed[] = {"123456789018", "1234-5678-9018", "1234 5678 9018",
	    "１２３４５６７８９０１８", PASTE "123456789018" ENDED, "\x1b[A123456789018",
	    "1\x1b[D2\x1b[C3456789018",
	    "\xe3"
	    "123456789018",
	    "\x1b[12345~123456789018", "\x1b]123456789018\x07", "\x1b_G123456789018\x1b\\",
	    "\x1b[123456789018\x18", "\x1b[123456789018\x1b[A", PASTE "\x1b[123456789018~" ENDED};
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		static struct seen s;
		struct mk_input in;
		memset(&s, 0, sizeof s);
		mk_input_init(&in);
		feed(&in, &s, typed[i], strlen(typed[i]));
		if (holds_digits(&in))
			fail_msg("row %zu", i);
	}
	/* Control: an unfinished sequence is what may be held, until the silence. */
	struct mk_input in;
	struct seen s = {.len = 0};
	mk_input_init(&in);
	feed(&in, &s, "\x1b[123456789018", 14);
	assert_true(holds_digits(&in));
	mk_input_timeout(&in, note, &s);
	assert_false(holds_digits(&in));
	feed(&in, &s, "\xef\xbc", 2); /* two thirds of a full-width digit */
	assert_true(holds_digits(&in));
	feed(&in, &s, "\x91", 1);
	assert_false(holds_digits(&in));
}

/* --- names */

static void
names_of_keys(void **state)
{
	(void)state;
	static const struct {
		struct mk_key key;
		const char *name;
		bool text;
	} rows[] = {
	    {{MK_KEY_CHAR, 'a', 0, 0, 0}, "a", true},
	    {{MK_KEY_CHAR, ' ', 0, 0, 0}, "Space", true},
	    {{MK_KEY_CHAR, ' ', MK_MOD_CTRL, 0, 0}, "C-Space", false},
	    {{MK_KEY_CHAR, 'a', MK_MOD_ALT, 0, 0}, "M-a", false},
	    {{MK_KEY_CHAR, 'a', MK_MOD_PASTED, 0, 0}, "a", true},
	    {{MK_KEY_CHAR, 0x5c71, 0, 0, 0}, "山", true},
	    {{MK_KEY_CHAR, 0x20bb7, 0, 0, 0}, "𠮷", true},
	    {{MK_KEY_CHAR, 0x202e, 0, 0, 0}, "\xe2\x80\xae", false},
	    {{MK_KEY_CHAR, 0xd800, 0, 0, 0}, "", false},
	    {{MK_KEY_ENTER, 0, 0, 0, 0}, "Enter", false},
	    {{MK_KEY_NPAGE, 0, MK_MOD_CTRL, 0, 0}, "C-NPage", false},
	    {{MK_KEY_BACKSPACE, 0, MK_MOD_SHIFT, 0, 0}, "S-BSpace", false},
	    {{MK_KEY_F1, 0, 0, 0, 0}, "F1", false},
	    {{MK_KEY_F12, 0, MK_MOD_CTRL, 0, 0}, "C-F12", false},
	    {{MK_KEY_MOUSE, 0, 0, 1, 1}, "", false},
	    {{MK_KEY_SIXEL, 0, 0, 0, 0}, "", false},
	    {{MK_KEY_KITTY, 0, 0, 0, 0}, "", false},
	    {{MK_KEY_CELL, 0, 0, 1, 1}, "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[16];
		memset(name, 'x', sizeof name);
		mk_key_name(&rows[i].key, name);
		assert_non_null(memchr(name, 0, sizeof name));
		assert_string_equal(name, rows[i].name);
		assert_int_equal(mk_key_is_text(&rows[i].key), rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_as_terminfo_says),
	    cmocka_unit_test(plain_keys),
	    cmocka_unit_test(sequences),
	    cmocka_unit_test(an_escape_begins_anew),
	    cmocka_unit_test(an_old_mouse_report_is_nothing),
	    cmocka_unit_test(utf8_in_every_split),
	    cmocka_unit_test(invalid_utf8_is_dropped),
	    cmocka_unit_test(a_lone_escape),
	    cmocka_unit_test(what_was_cut_is_dropped),
	    cmocka_unit_test(endless_parameters),
	    cmocka_unit_test(mouse_reports),
	    cmocka_unit_test(answers_of_the_terminal),
	    cmocka_unit_test(a_paste_is_text_and_nothing_else),
	    cmocka_unit_test(a_pasted_text_comes_whole),
	    cmocka_unit_test(only_the_end_mark_ends_a_paste),
	    cmocka_unit_test(nothing_hides_the_end_mark),
	    cmocka_unit_test(a_paste_without_an_end_ends),
	    cmocka_unit_test(after_silence_nothing_is_left),
	    cmocka_unit_test(splits_make_no_difference),
	    cmocka_unit_test(no_digit_stays),
	    cmocka_unit_test(names_of_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
