/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the program and libvterm 0.1.4, which knows no APC, takes only the first number of "CSI
 * ? 1006 ; 1000 h", overruns its arguments after the sixteenth, loses a combining mark after the
 * last column, has other widths than the C library, and no dim. So this reads the stream itself:
 * strings stay here, questions are answered here, modes are kept here, and libvterm gets what it
 * does right. Dim travels as font 2.
 */
#include "term_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MAX 512
#define PARAMS 32

/* Gives libvterm the text; the last character apart, to see whether it stands in the last
   column: then the cursor stays on it. */
static void
flush(struct term *t)
{
	struct filter *f = &t->filter;
	size_t head = f->text.n;
	VTermPos before, after;

	if (f->text.n == 0)
		return;
	if (f->glued && f->last.n > 0 && f->last.n <= f->text.n)
		head -= f->last.n;
	vterm_input_write(t->vt, f->text.p, head);
	vterm_state_get_cursorpos(t->state, &before);
	vterm_input_write(t->vt, f->text.p + head, f->text.n - head);
	vterm_state_get_cursorpos(t->state, &after);
	f->at_edge = head < f->text.n && before.row == after.row && before.col == after.col;
	buf_reset(&f->text);
}

/* --- text */

/* libvterm drops a mark that comes alone after a character in the last column: put that
   character once more. */
static void
repeat_at_edge(struct term *t)
{
	struct filter *f = &t->filter;
	VTermPos pos;

	if (f->text.n > 0 || !f->glued || !f->at_edge)
		return;
	vterm_state_get_cursorpos(t->state, &pos);
	buf_printf(&f->text, "\033[%d;%dH", pos.row + 1, pos.col + 1);
	buf_add(&f->text, f->last.p, f->last.n);
}

static void
put(struct term *t, uint32_t cp)
{
	struct filter *f = &t->filter;
	uint32_t stand_in = term_stand_in(t, cp);
	int width = cp_width(cp);

	if (width == 0)
		repeat_at_edge(t);
	else
		buf_reset(&f->last);
	if (f->last.n < 64)
		buf_utf8(&f->last, stand_in);
	f->glued = true;
	buf_utf8(&f->text, stand_in);
}

static void
ground(struct term *t, unsigned char c)
{
	struct filter *f = &t->filter;

	if (f->more > 0 && (c & 0xc0) == 0x80) {
		f->cp = f->cp << 6 | (c & 0x3f);
		if (--f->more == 0)
			put(t, f->cp);
		return;
	}
	if (f->more > 0)
		put(t, 0xfffd);
	f->more = 0;
	if (c < 0x20 || c == 0x7f) {
		f->glued = false;
		buf_addc(&f->text, (char)c);
	} else if (c < 0x80) {
		put(t, c);
	} else if (c >= 0xc2 && c < 0xf5) {
		f->more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		f->cp = c & (0x3fu >> f->more);
	} else {
		put(t, 0xfffd);
	}
}

/* --- control sequences */

struct csi {
	char leader, final;
	const char *middle; /* intermediates, "" if none */
	char *param[PARAMS];
	int n;
};

static int
number(const struct csi *q, int i, int fallback)
{
	return i < q->n && q->param[i][0] >= '0' && q->param[i][0] <= '9'
		   ? (int)strtol(q->param[i], NULL, 10)
		   : fallback;
}

/* One SGR number at a time, so that libvterm's sixteen are enough; colours in one piece. */
static void
sgr(struct term *t, const struct csi *q)
{
	struct buf *out = &t->filter.text;

	for (int i = 0; i < (q->n > 0 ? q->n : 1); i++) {
		const char *p = q->n > 0 ? q->param[i] : "";
		int v = number(q, i, 0);

		if ((v == 38 || v == 48) && strchr(p, ':') == NULL) {
			int more = number(q, i + 1, 0) == 5 ? 2 : number(q, i + 1, 0) == 2 ? 4 : 0;

			buf_printf(out, "\033[%s", p);
			for (; more > 0 && i + 1 < q->n; more--)
				buf_printf(out, ";%s", q->param[++i]);
			buf_addc(out, 'm');
		} else if (v == 2) {
			buf_adds(out, "\033[12m");
		} else if (v == 22) {
			buf_adds(out, "\033[22m\033[10m");
		} else if (v < 10 || v > 19) {
			buf_printf(out, "\033[%sm", p);
		}
	}
}

static void
private_mode(struct term *t, int mode, bool on)
{
	switch (mode) {
	case 1:
		t->modes.app_cursor = on;
		return;
	case 1000:
	case 1002:
	case 1003:
		t->modes.mouse = on;
		return;
	case 1006:
		t->modes.mouse_sgr = on;
		return;
	case 2004:
		t->modes.paste = on;
		return;
	case 1004:
	case 1005:
	case 1015:
		return;
	case 47:
		mode = 1047;
		break;
	default:
		break;
	}
	if ((mode == 1047 || mode == 1049) && on && !t->modes.alt) {
		flush(t);
		term_keep_primary(t);
	}
	buf_printf(&t->filter.text, "\033[?%d%c", mode, on ? 'h' : 'l');
	flush(t);
}

static void
device_report(struct term *t, const struct csi *q)
{
	VTermPos pos;

	if (number(q, 0, 0) == 5) {
		buf_adds(t->answers, "\033[0n");
	} else if (number(q, 0, 0) == 6) {
		flush(t);
		vterm_state_get_cursorpos(t->state, &pos);
		buf_printf(t->answers, "\033[%d;%dR", pos.row + 1, pos.col + 1);
	}
}

static void
window_report(struct term *t, const struct csi *q)
{
	switch (number(q, 0, 0)) {
	case 14:
		buf_printf(t->answers, "\033[4;%d;%dt", t->rows * 16, t->cols * 8);
		break;
	case 16:
		buf_adds(t->answers, "\033[6;16;8t");
		break;
	case 18:
		buf_printf(t->answers, "\033[8;%d;%dt", t->rows, t->cols);
		break;
	default:
		break;
	}
}

/* libvterm's own REP runs over the margin and never ends for a mark. */
static void
repeat(struct term *t, const struct csi *q)
{
	int n = number(q, 0, 1);

	for (n = n < t->cols * t->rows ? n : t->cols * t->rows; n > 0 && t->filter.last.n > 0; n--)
		buf_add(&t->filter.text, t->filter.last.p, t->filter.last.n);
	t->filter.glued = true;
}

/* True when the sequence is dealt with and libvterm need not see it. */
static bool
csi_here(struct term *t, const struct csi *q)
{
	if (q->leader == '?' && q->middle[0] == '\0' && (q->final == 'h' || q->final == 'l')) {
		for (int i = 0; i < q->n; i++)
			private_mode(t, number(q, i, 0), q->final == 'h');
		return true;
	}
	if (q->leader != '\0')
		return q->leader != '?' || (q->final != 'J' && q->final != 'K');
	if (q->middle[0] != '\0') {
		if (q->middle[0] == '!' && q->final == 'p')
			t->modes.app_cursor = false;
		return q->middle[0] == '$';
	}
	switch (q->final) {
	case 'm':
		sgr(t, q);
		return true;
	case 'b':
		repeat(t, q);
		return true;
	case 'c':
		if (number(q, 0, 0) == 0)
			buf_printf(t->answers, "\033[?62;22%sc", t->modes.sixel ? ";4" : "");
		return true;
	case 'n':
		device_report(t, q);
		return true;
	case 't':
		window_report(t, q);
		return true;
	case 'J':
		if (number(q, 0, 0) == 3)
			buf_reset(&t->scrollback);
		return number(q, 0, 0) == 3;
	default:
		return q->n > 8;
	}
}

/* seq: all between "CSI" and the end of it, the final byte included. */
static void
csi(struct term *t)
{
	struct buf copy = {NULL, 0, 0};
	struct csi q = {.middle = ""};
	char *s;

	buf_add(&copy, buf_text(&t->filter.seq), t->filter.seq.n);
	s = copy.p;
	q.final = copy.p[copy.n - 1];
	copy.p[copy.n - 1] = '\0';
	if (*s >= '<' && *s <= '?')
		q.leader = *s++;
	for (char *m = s; *m != '\0'; m++)
		if (*m >= 0x20 && *m < 0x30) {
			q.middle = xstrdup(m);
			*m = '\0';
			break;
		}
	while (*s != '\0' && q.n < PARAMS) {
		q.param[q.n++] = s;
		s += strcspn(s, ";");
		if (*s == ';')
			*s++ = '\0';
	}
	if (!csi_here(t, &q)) {
		buf_adds(&t->filter.text, "\033[");
		buf_add(&t->filter.text, t->filter.seq.p, t->filter.seq.n);
	}
	if (q.middle[0] != '\0')
		free((void *)(uintptr_t)q.middle);
	buf_free(&copy);
	t->filter.glued = false;
}

/* --- strings */

static void
string(struct term *t)
{
	struct filter *f = &t->filter;
	const char *s = buf_text(&f->seq), *id;

	if (f->kind == ']' && (strncmp(s, "0;", 2) == 0 || strncmp(s, "2;", 2) == 0)) {
		buf_reset(&t->title);
		buf_adds(&t->title, s + 2);
	} else if (f->kind == '_' && s[0] == 'G' && t->modes.kitty && strstr(s, "a=q") != NULL) {
		id = strstr(s, "i=");
		buf_printf(t->answers, "\033_Gi=%d;OK\033\\",
		    id != NULL ? (int)strtol(id + 2, NULL, 10) : 0);
	}
}

static void
escape(struct term *t, unsigned char c)
{
	struct filter *f = &t->filter;

	if (f->seq.n == 0 && c == '[') {
		f->state = FILTER_CSI;
		return;
	}
	if (f->seq.n == 0 && strchr("]P_X^", c) != NULL && c != '\0') {
		f->state = FILTER_STRING;
		f->kind = (char)c;
		return;
	}
	buf_addc(&f->seq, (char)c);
	if (c >= 0x20 && c < 0x30 && f->seq.n < 8)
		return;
	if (f->seq.n == 1 && c == 'c')
		t->modes = (struct term_modes){.cursor_visible = true,
		    .alt = t->modes.alt,
		    .sixel = t->modes.sixel,
		    .kitty = t->modes.kitty};
	buf_addc(&f->text, '\033');
	buf_add(&f->text, f->seq.p, f->seq.n);
	f->glued = false;
	f->state = FILTER_GROUND;
}

static void
string_byte(struct term *t, unsigned char c)
{
	struct filter *f = &t->filter;

	if (f->state == FILTER_STRING_ESCAPE && c == '\\') {
		string(t);
		f->state = FILTER_GROUND;
	} else if (f->state == FILTER_STRING_ESCAPE) {
		f->state = FILTER_ESCAPE;
		buf_reset(&f->seq);
		escape(t, c);
	} else if (c == 0x1b) {
		f->state = FILTER_STRING_ESCAPE;
	} else if (c == 0x07 && f->kind == ']') {
		string(t);
		f->state = FILTER_GROUND;
	} else if (c == 0x18 || c == 0x1a) {
		f->state = FILTER_GROUND;
	} else if (f->seq.n < SEQ_MAX) {
		buf_addc(&f->seq, (char)c);
	}
}

static void
csi_byte(struct term *t, unsigned char c)
{
	struct filter *f = &t->filter;

	if (c == 0x18 || c == 0x1a) {
		f->state = FILTER_GROUND;
	} else if (c < 0x20) {
		buf_addc(&f->text, (char)c);
	} else if (c >= 0x40 && c < 0x7f) {
		buf_addc(&f->seq, (char)c);
		f->state = FILTER_GROUND;
		if (f->seq.n < SEQ_MAX)
			csi(t);
	} else if (f->seq.n < SEQ_MAX) {
		buf_addc(&f->seq, (char)c);
	}
}

void
filter_feed(struct term *t, const char *bytes, size_t n)
{
	struct filter *f = &t->filter;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (f->state == FILTER_STRING || f->state == FILTER_STRING_ESCAPE) {
			string_byte(t, c);
		} else if (c == 0x1b) {
			if (f->more > 0)
				put(t, 0xfffd);
			f->more = 0;
			f->state = FILTER_ESCAPE;
			buf_reset(&f->seq);
		} else if (f->state == FILTER_ESCAPE) {
			escape(t, c);
		} else if (f->state == FILTER_CSI) {
			csi_byte(t, c);
		} else {
			ground(t, c);
		}
	}
	flush(t);
}
