/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a terminal into keys. */
#include "input_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"

#define ESCAPE_MS 25 /* a key's sequence comes in one piece; a person is slower */
#define SEQUENCE_MS 250 /* a terminal's answer over a slow line */
#define PASTE_MS 5000 /* what follows a paste that only paused must not be commands */

enum { GROUND, ESCAPE, CSI, SS3, STRING, UTF8, OLD_MOUSE };

struct feed {
	struct mk_input *in;
	mk_key_fn f;
	void *arg;
};

void
mk_input_init(struct mk_input *in)
{
	memset(in, 0, sizeof *in);
}

static void
ground(struct mk_input *in)
{
	mk_wipe(in->seq, sizeof in->seq);
	in->len = 0;
	in->state = GROUND;
	in->escaped = false;
}

static void
emit(struct feed *d, enum mk_key_code code, uint32_t ch, unsigned mods)
{
	const struct mk_key key = {code, ch, mods, 0, 0};
	d->f(d->arg, &key);
}

/* --- CSI sequences */

/* The n-th number of a parameter string "1;5"; missing when it is not there. */
static unsigned
param(const struct mk_input *in, size_t n, unsigned missing)
{
	unsigned v = 0;
	bool any = false;
	for (size_t i = 0; i < in->len; i++) {
		uint8_t c = in->seq[i];
		if (c == ';' && n-- == 0)
			break;
		if (n == 0 && c >= '0' && c <= '9' && v < 100000) {
			v = v * 10 + (unsigned)(c - '0');
			any = true;
		}
	}
	return any ? v : missing;
}

/* xterm's modifier parameter: 1 + shift 1, alt 2, ctrl 4. */
static unsigned
mods_of(unsigned p)
{
	unsigned m = p > 1 ? p - 1 : 0;
	return ((m & 1) != 0 ? MK_MOD_SHIFT : 0) | ((m & 2) != 0 ? MK_MOD_ALT : 0) |
	       ((m & 4) != 0 ? MK_MOD_CTRL : 0);
}

static bool
cursor_key(struct feed *d, uint8_t final, unsigned mods)
{
	static const struct {
		uint8_t final;
		enum mk_key_code code;
	} keys[] = {{'A', MK_KEY_UP}, {'B', MK_KEY_DOWN}, {'C', MK_KEY_RIGHT}, {'D', MK_KEY_LEFT},
	    {'H', MK_KEY_HOME}, {'F', MK_KEY_END}, {'Z', MK_KEY_BTAB}, {'P', MK_KEY_F1},
	    {'Q', MK_KEY_F1 + 1}, {'R', MK_KEY_F1 + 2}, {'S', MK_KEY_F1 + 3}, {'M', MK_KEY_ENTER}};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].final == final) {
			emit(d, keys[i].code, 0, mods);
			return true;
		}
	return false;
}

static void
tilde_key(struct feed *d, unsigned number, unsigned mods)
{
	static const struct {
		unsigned number;
		enum mk_key_code code;
	} keys[] = {{1, MK_KEY_HOME}, {2, MK_KEY_INSERT}, {3, MK_KEY_DELETE}, {4, MK_KEY_END},
	    {5, MK_KEY_PPAGE}, {6, MK_KEY_NPAGE}, {7, MK_KEY_HOME}, {8, MK_KEY_END}};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].number == number)
			emit(d, keys[i].code, 0, mods);
	/* 11..15, 17..21, 23, 24: the gaps are historical. */
	if (number >= 11 && number <= 24 && number != 16 && number != 22) {
		unsigned f = number - 11 - (number > 16 ? 1 : 0) - (number > 22 ? 1 : 0);
		emit(d, (enum mk_key_code)(MK_KEY_F1 + (int)f), 0, mods);
	}
}

/* CSI < button ; column ; row M (press) */
static void
mouse(struct feed *d)
{
	unsigned button = param(d->in, 0, 0);
	struct mk_key key = {MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, (int)param(d->in, 2, 1) - 1,
	    (int)param(d->in, 1, 1) - 1};
	if (button == 64 || button == 65)
		key.ch = button == 64 ? MK_BUTTON_WHEEL_UP : MK_BUTTON_WHEEL_DOWN;
	else if (button != 0)
		return;
	d->f(d->arg, &key);
}

/* CSI ? 62 ; 4 ; 22 c: what the terminal can do; 4 is sixel. */
static void
attributes(struct feed *d)
{
	for (size_t i = 1; param(d->in, i, 0) != 0; i++)
		if (param(d->in, i, 0) == 4)
			emit(d, MK_KEY_SIXEL, 0, 0);
}

static void
cell_size(struct feed *d)
{
	const struct mk_key key = {
	    MK_KEY_CELL, 0, 0, (int)param(d->in, 1, 0), (int)param(d->in, 2, 0)};
	if (param(d->in, 0, 0) == 6)
		d->f(d->arg, &key);
}

static void
csi(struct feed *d, uint8_t final)
{
	struct mk_input *in = d->in;
	uint8_t first = in->len > 0 ? in->seq[0] : 0;
	unsigned number = param(in, 0, 1);
	/* Letter by letter: a terminal may take nothing but this form out of what is pasted. */
	if (final == '~' && in->len == 3 && (number == 200 || number == 201))
		in->paste = number == 200;
	else if (in->paste)
		return; /* a sequence inside a paste is text that somebody hid there */
	else if (first == '<')
		final == 'M' ? mouse(d) : (void)0;
	else if (first == '?')
		final == 'c' ? attributes(d) : (void)0;
	else if (final == 't')
		cell_size(d);
	else if (final == '~')
		tilde_key(d, number, mods_of(param(in, 1, 1)));
	else
		(void)cursor_key(d, final, mods_of(param(in, 1, 1)));
}

static void
in_csi(struct feed *d, uint8_t c)
{
	struct mk_input *in = d->in;
	/* The Linux console: ESC [ [ A is F1. */
	if (in->len == 1 && in->seq[0] == '[') {
		ground(in);
		if (!in->paste && c >= 'A' && c <= 'E')
			emit(d, (enum mk_key_code)(MK_KEY_F1 + (c - 'A')), 0, 0);
		return;
	}
	/* A terminal that does not know SGR reports: three bytes follow that are no text. */
	if (c == 'M' && in->len == 0 && !in->paste) {
		in->state = OLD_MOUSE;
		return;
	}
	if ((c >= 0x20 && c < 0x40) || (c == '[' && in->len == 0)) {
		if (in->len < sizeof in->seq)
			in->seq[in->len++] = c;
		return;
	}
	if (c >= 0x40 && c < 0x7f && in->len < sizeof in->seq)
		csi(d, c);
	ground(in);
}

/* --- strings: DCS, OSC, APC up to ST; only kitty's "OK" says something */
static void
in_string(struct feed *d, uint8_t c)
{
	struct mk_input *in = d->in;
	if (c == 0x07 || (in->escaped && c == '\\')) {
		bool kitty = in->len > 3 && memcmp(in->seq, "_G", 2) == 0 &&
			     memcmp(in->seq + in->len - 3, ";OK", 3) == 0;
		ground(in);
		if (kitty)
			emit(d, MK_KEY_KITTY, 0, 0);
		return;
	}
	in->escaped = c == 0x1b;
	if (!in->escaped && in->len < sizeof in->seq)
		in->seq[in->len++] = c;
}

/* --- plain bytes */

static void
control(struct feed *d, uint8_t c)
{
	if (d->in->paste) {
		/* A line break separates; the rest of the controls is not text. */
		if (c == '\r' || c == '\n' || c == '\t')
			emit(d, MK_KEY_CHAR, ' ', MK_MOD_PASTED);
		return;
	}
	switch (c) {
	case '\r':
	case '\n':
		emit(d, MK_KEY_ENTER, 0, 0);
		break;
	case '\t':
		emit(d, MK_KEY_TAB, 0, 0);
		break;
	case 0x08:
	case 0x7f:
		emit(d, MK_KEY_BACKSPACE, 0, 0);
		break;
	case 0:
		emit(d, MK_KEY_CHAR, ' ', MK_MOD_CTRL);
		break;
	default:
		emit(d, MK_KEY_CHAR, c < 0x1b ? (uint32_t)(c + 'a' - 1) : (uint32_t)(c + '@'),
		    MK_MOD_CTRL);
	}
}

static void in_ground(struct feed *d, uint8_t c);

static void
in_utf8(struct feed *d, uint8_t c)
{
	struct mk_input *in = d->in;
	uint32_t cp = 0;
	in->seq[in->len++] = c;
	size_t want = in->seq[0] >= 0xf0 ? 4 : in->seq[0] >= 0xe0 ? 3 : 2;
	if ((c & 0xc0) != 0x80 && in->len > 1) {
		ground(in);
		in_ground(d, c);
		return;
	}
	if (in->len < want)
		return;
	bool ok = mk_utf8_decode((const char *)in->seq, in->len, &cp) == want;
	ground(in);
	if (ok)
		emit(d, MK_KEY_CHAR, cp, in->paste ? MK_MOD_PASTED : 0);
}

static void
in_ground(struct feed *d, uint8_t c)
{
	if (c == 0x1b) {
		d->in->state = ESCAPE;
	} else if (c < 0x20 || c == 0x7f) {
		control(d, c);
	} else if (c < 0x80) {
		emit(d, MK_KEY_CHAR, c, d->in->paste ? MK_MOD_PASTED : 0);
	} else if (c >= 0xc2 && c <= 0xf4) {
		d->in->state = UTF8;
		in_utf8(d, c);
	}
}

static void
in_escape(struct feed *d, uint8_t c)
{
	struct mk_input *in = d->in;
	/* A paste has one sequence, that which ends it: nothing else may swallow what follows. */
	if (in->paste && c != '[' && c != 0x1b) {
		ground(in);
		return;
	}
	switch (c) {
	case '[':
		in->state = CSI;
		return;
	case 'O':
		in->state = SS3;
		return;
	case 'P':
	case ']':
	case '_':
	case '^':
		in->state = STRING;
		in->seq[in->len++] = c;
		return;
	case 0x1b:
		if (!in->paste)
			emit(d, MK_KEY_ESCAPE, 0, 0);
		return; /* the second one may begin a sequence */
	default:
		ground(in);
		if (c == '\t') /* the Linux console's Shift-Tab */
			emit(d, MK_KEY_BTAB, 0, 0);
		else if (!in->paste && c >= 0x20 && c < 0x7f)
			emit(d, MK_KEY_CHAR, c, MK_MOD_ALT);
		else if (!in->paste)
			in_ground(d, c);
	}
}

void
mk_input_feed(struct mk_input *in, const uint8_t *data, size_t len, mk_key_fn f, void *arg)
{
	struct feed d = {in, f, arg};
	for (size_t i = 0; i < len; i++) {
		uint8_t c = data[i];
		if (c == 0x1b && (in->state == CSI || in->state == SS3 || in->state == OLD_MOUSE))
			ground(in); /* it begins anew: the rest of it is no text */
		switch (in->state) {
		case ESCAPE:
			in_escape(&d, c);
			break;
		case CSI:
			in_csi(&d, c);
			break;
		case SS3:
			ground(in);
			if (!in->paste)
				(void)cursor_key(&d, c, 0);
			break;
		case STRING:
			in_string(&d, c);
			break;
		case UTF8:
			in_utf8(&d, c);
			break;
		case OLD_MOUSE:
			if (++in->len == 3)
				ground(in);
			break;
		default:
			in_ground(&d, c);
		}
	}
}

int
mk_input_wait(const struct mk_input *in)
{
	if (in->state == ESCAPE && !in->paste)
		return ESCAPE_MS;
	return in->paste ? PASTE_MS : in->state != GROUND ? SEQUENCE_MS : -1;
}

void
mk_input_timeout(struct mk_input *in, mk_key_fn f, void *arg)
{
	struct feed d = {in, f, arg};
	bool lone = in->state == ESCAPE && !in->paste;
	/* M-[ and M-O of a slow hand are not worth telling from a sequence that was cut. */
	in->paste = in->paste && in->state != GROUND;
	ground(in);
	if (lone)
		emit(&d, MK_KEY_ESCAPE, 0, 0);
}

void
mk_key_name(const struct mk_key *key, char out[16])
{
	static const char *const names[] = {"", "Enter", "Escape", "Tab", "BTab", "BSpace", "DC",
	    "IC", "Up", "Down", "Left", "Right", "Home", "End", "PPage", "NPage"};
	char ch[8] = "";
	const char *mods = (key->mods & MK_MOD_CTRL) != 0    ? "C-"
			   : (key->mods & MK_MOD_ALT) != 0   ? "M-"
			   : (key->mods & MK_MOD_SHIFT) != 0 ? "S-"
							     : "";
	out[0] = '\0';
	if (key->code == MK_KEY_CHAR && key->ch == ' ')
		snprintf(out, 16, "%sSpace", mods);
	else if (key->code == MK_KEY_CHAR) {
		ch[mk_utf8_encode(key->ch, ch)] = '\0';
		snprintf(out, 16, "%s%s", mods, ch);
	} else if (key->code < MK_KEY_F1)
		snprintf(out, 16, "%s%s", mods, names[key->code]);
	else if (key->code <= MK_KEY_F12)
		snprintf(out, 16, "%sF%d", mods, key->code - MK_KEY_F1 + 1);
}

bool
mk_key_is_text(const struct mk_key *key)
{
	return key->code == MK_KEY_CHAR && (key->mods & (MK_MOD_CTRL | MK_MOD_ALT)) == 0 &&
	       mk_text_allowed(key->ch);
}
