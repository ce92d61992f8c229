/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes of a terminal into keys. Curses' own reader keeps the last hundred keys in plain memory,
 * and with them a typed number (security.md 3, KeePass CVE-2023-32784): so this one is ours, and it
 * keeps nothing but an unfinished sequence. Pure: no I/O.
 */
#ifndef MK_TUI_INPUT_INTERNAL_H
#define MK_TUI_INPUT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mk_key_code {
	MK_KEY_CHAR, /* ch is the code point; Ctrl-letters are their letter with MK_MOD_CTRL */
	MK_KEY_ENTER,
	MK_KEY_ESCAPE,
	MK_KEY_TAB,
	MK_KEY_BTAB,
	MK_KEY_BACKSPACE,
	MK_KEY_DELETE,
	MK_KEY_INSERT,
	MK_KEY_UP,
	MK_KEY_DOWN,
	MK_KEY_LEFT,
	MK_KEY_RIGHT,
	MK_KEY_HOME,
	MK_KEY_END,
	MK_KEY_PPAGE,
	MK_KEY_NPAGE,
	MK_KEY_F1, /* F1..F12 follow each other */
	MK_KEY_F12 = MK_KEY_F1 + 11,
	MK_KEY_MOUSE, /* y, x from 0; ch is the button below */
	MK_KEY_SIXEL, /* the terminal's answer: it draws sixels */
	MK_KEY_KITTY, /* it draws kitty's pictures */
	MK_KEY_CELL /* a cell has x times y pixels */
};

#define MK_MOD_CTRL 1U
#define MK_MOD_ALT 2U
#define MK_MOD_SHIFT 4U
#define MK_MOD_PASTED 8U /* a character out of a bracketed paste: text, never a command */

enum mk_button { MK_BUTTON_LEFT, MK_BUTTON_WHEEL_UP, MK_BUTTON_WHEEL_DOWN };

struct mk_key {
	enum mk_key_code code;
	uint32_t ch;
	unsigned mods;
	int y, x;
};

#define MK_INPUT_SEQ 48

struct mk_input {
	int state;
	bool paste; /* between the marks of a bracketed paste */
	bool escaped; /* in a string: an ESC was seen, '\\' would end it */
	uint8_t seq[MK_INPUT_SEQ]; /* what has come of a sequence or of a character */
	size_t len;
};

typedef void (*mk_key_fn)(void *arg, const struct mk_key *key);

void mk_input_init(struct mk_input *in);
/* Hands each key to f. Bytes that are no key (unknown sequences, invalid UTF-8) are dropped. */
void mk_input_feed(struct mk_input *in, const uint8_t *data, size_t len, mk_key_fn f, void *arg);
/* Something has begun: after so many ms of silence call mk_input_timeout; -1 when nothing has. */
int mk_input_wait(const struct mk_input *in);
/*
 * What was begun will not go on: a lone ESC is the Escape key, the rest is dropped, a paste that
 * never ended ends.
 */
void mk_input_timeout(struct mk_input *in, mk_key_fn f, void *arg);

/* tmux's name of a key ("j", "C-l", "M-x", "Enter", "F12", "PPage"); "" for mouse and answers. */
void mk_key_name(const struct mk_key *key, char out[16]);
/* Is it plain text for a field? */
bool mk_key_is_text(const struct mk_key *key);

#endif
