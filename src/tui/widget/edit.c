/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of text that a person types. */
#include "widget/edit_internal.h"

#include <string.h>

#include "mynakura/base/utf8.h"
#include "mynakura/base/width.h"
#include "mynakura/model/number.h"

#define TEXT_MAX 4096

int
mk_edit_init(struct mk_edit *e, enum mk_edit_kind kind, size_t cap)
{
	memset(e, 0, sizeof *e);
	e->kind = kind;
	e->text = mk_secret_new(kind == MK_EDIT_NUMBER ? MK_NUMBER_LEN
				: cap < TEXT_MAX       ? cap
						       : TEXT_MAX);
	return e->text == NULL ? MK_E_NOMEM : 0;
}

void
mk_edit_fini(struct mk_edit *e)
{
	mk_secret_free(e->text);
	memset(e, 0, sizeof *e);
}

void
mk_edit_clear(struct mk_edit *e)
{
	mk_secret_clear(e->text);
	e->cursor = 0;
	e->full = false;
	e->stamp = mk_term_stamp();
}

size_t
mk_edit_len(const struct mk_edit *e)
{
	return e->text->len;
}

bool
mk_edit_copy(const struct mk_edit *e, char *out, size_t cap)
{
	if (e->text->len >= cap)
		return false;
	memcpy(out, e->text->data, e->text->len);
	out[e->text->len] = '\0';
	return true;
}

/* --- places in the text: marks belong to the character before them */

static const char *
bytes(const struct mk_edit *e)
{
	return (const char *)e->text->data;
}

static size_t
after(const struct mk_edit *e, size_t at)
{
	struct mk_cluster c;
	return mk_cluster_next(bytes(e) + at, e->text->len - at, &c) ? at + c.used : at;
}

static size_t
before(const struct mk_edit *e, size_t at)
{
	size_t p = 0, last = 0;
	while (p < at) {
		last = p;
		p = after(e, p);
	}
	return last;
}

/* --- changing it */

/* Marks that stood at the start belong to what is before them now: the cursor goes behind them. */
static void
past_marks(struct mk_edit *e)
{
	struct mk_cluster c;
	if (e->cursor > 0 && mk_cluster_next(bytes(e) + e->cursor, e->text->len - e->cursor, &c) &&
	    c.text[0] == ' ' && e->text->data[e->cursor] != ' ')
		e->cursor += c.used;
}

static void
insert(struct mk_edit *e, const char *s, size_t len)
{
	struct mk_secret *t = e->text;
	if (len > t->cap - t->len) {
		e->full = true;
		return;
	}
	memmove(t->data + e->cursor + len, t->data + e->cursor, t->len - e->cursor);
	memcpy(t->data + e->cursor, s, len);
	t->len += len;
	e->cursor += len;
	e->stamp = mk_term_stamp();
	past_marks(e);
}

static void
cut(struct mk_edit *e, size_t from, size_t to)
{
	struct mk_secret *t = e->text;
	if (to <= from)
		return;
	memmove(t->data + from, t->data + to, t->len - to);
	mk_wipe(t->data + t->len - (to - from), to - from);
	t->len -= to - from;
	e->cursor = from;
	e->stamp = mk_term_stamp();
	past_marks(e);
}

/* 0..9 of any width; -1: no digit. */
static int
digit_of(uint32_t ch)
{
	if (ch >= '0' && ch <= '9')
		return (int)(ch - '0');
	return ch >= 0xff10 && ch <= 0xff19 ? (int)(ch - 0xff10) : -1;
}

static void
type(struct mk_edit *e, uint32_t ch)
{
	char s[4];
	if (e->kind == MK_EDIT_NUMBER) {
		/* Blanks and hyphens between groups are passed over, as on paper. */
		int d = digit_of(ch);
		char c = (char)('0' + d);
		if (d >= 0)
			insert(e, &c, 1);
		return;
	}
	size_t n = mk_utf8_encode(ch, s);
	if (mk_text_check(s, n, NULL) == 0)
		insert(e, s, n);
	mk_wipe(s, sizeof s);
}

void
mk_edit_set(struct mk_edit *e, const char *s)
{
	mk_edit_clear(e);
	size_t len = strlen(s);
	for (size_t at = 0; at < len && !e->full;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + at, len - at, &cp);
		if (n > 0)
			type(e, cp);
		at += n > 0 ? n : 1;
	}
	e->full = false;
}

/* The start of the word before the cursor. */
static size_t
word_start(const struct mk_edit *e)
{
	size_t at = e->cursor;
	while (at > 0 && e->text->data[at - 1] == ' ')
		at--;
	while (at > 0 && e->text->data[at - 1] != ' ')
		at--;
	return at;
}

static bool
control(struct mk_edit *e, uint32_t ch)
{
	switch (ch) {
	case 'a':
		e->cursor = 0;
		return true;
	case 'e':
		e->cursor = e->text->len;
		return true;
	case 'b':
		e->cursor = before(e, e->cursor);
		return true;
	case 'f':
		e->cursor = after(e, e->cursor);
		return true;
	case 'k':
		cut(e, e->cursor, e->text->len);
		return true;
	case 'u':
		cut(e, 0, e->cursor);
		return true;
	case 'w':
		cut(e, word_start(e), e->cursor);
		return true;
	default:
		return false;
	}
}

bool
mk_edit_key(struct mk_edit *e, const struct mk_key *key)
{
	size_t at = e->cursor;
	if (e->full && (key->mods & MK_MOD_PASTED) != 0)
		return true; /* what is behind the cut must not close up */
	e->full = false;
	if (key->code == MK_KEY_CHAR && (key->mods & MK_MOD_CTRL) != 0)
		return control(e, key->ch);
	if (key->code == MK_KEY_CHAR && (key->mods & MK_MOD_ALT) == 0) {
		type(e, key->ch);
		return true;
	}
	switch (key->code) {
	case MK_KEY_LEFT:
		e->cursor = before(e, at);
		return true;
	case MK_KEY_RIGHT:
		e->cursor = after(e, at);
		return true;
	case MK_KEY_HOME:
		e->cursor = 0;
		return true;
	case MK_KEY_END:
		e->cursor = e->text->len;
		return true;
	case MK_KEY_BACKSPACE:
		cut(e, before(e, at), at);
		return true;
	case MK_KEY_DELETE:
		cut(e, at, after(e, at));
		return true;
	default:
		return false;
	}
}

/* --- drawing */

static void
draw_number(const struct mk_edit *e, struct mk_term *term, int y, int x, bool focus)
{
	mk_draw_digits(term, y, x, e->text->data, e->text->len, 0, e->stamp);
	if (focus)
		mk_draw_cursor(term, y,
		    x + (int)(e->cursor + (e->cursor < MK_NUMBER_LEN ? e->cursor / 4 : 2)));
}

static void
draw_stars(const struct mk_edit *e, struct mk_term *term, int y, int x, int cells, bool focus)
{
	size_t n = 0, cursor = 0;
	char stars[TEXT_MAX + 1];
	for (size_t at = 0; at < e->text->len; at = after(e, at)) {
		cursor += at < e->cursor ? 1 : 0;
		stars[n++] = '*';
	}
	stars[n] = '\0';
	/* A long one is shown where the cursor is. */
	size_t skip = cursor >= (size_t)cells ? cursor - (size_t)cells + 1 : 0;
	mk_draw_pad(term, y, x, cells, focus ? MK_EL_FIELD_ON : MK_EL_FIELD, stars + skip);
	if (focus)
		mk_draw_cursor(term, y, x + (int)(cursor - skip));
}

/* Where the shown part begins so that the cursor is in it. */
static size_t
shown_from(const struct mk_edit *e, int cells)
{
	size_t from = 0;
	while (mk_width_cells(bytes(e) + from, e->cursor - from) >= (size_t)cells)
		from = after(e, from);
	return from;
}

void
mk_edit_draw(const struct mk_edit *e, struct mk_term *term, int y, int x, int cells, bool focus)
{
	struct mk_buf b = MK_BUF_INIT;
	if (cells < 2)
		return;
	if (e->kind == MK_EDIT_NUMBER) {
		draw_number(e, term, y, x, focus);
		return;
	}
	if (e->kind == MK_EDIT_PASSPHRASE) {
		draw_stars(e, term, y, x, cells, focus);
		return;
	}
	size_t from = focus ? shown_from(e, cells) : 0;
	mk_buf_put(&b, e->text->data + from, e->text->len - from);
	mk_draw_pad(term, y, x, cells, focus ? MK_EL_FIELD_ON : MK_EL_FIELD, mk_buf_str(&b));
	if (focus)
		mk_draw_cursor(term, y, x + (int)mk_width_cells(bytes(e) + from, e->cursor - from));
	mk_buf_free(&b);
}
