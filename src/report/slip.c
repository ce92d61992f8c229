/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printed slip of the trail's head. */
#include "mynakura/report/slip.h"

#include <errno.h>
#include <inttypes.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/lang.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/base/width.h"

#define TITLE_CELLS 14

int
mk_slip_text(const struct mk_slip *s, enum mk_slip_form form, char out[MK_SLIP_TEXT_MAX])
{
	char head[MK_SLIP_LETTERS_MAX], key[MK_SLIP_LETTERS_MAX];
	struct mk_slip_text t = {.count = s->count};
	if (mk_slip_letters(s->head, head) < 0 || mk_slip_letters(s->key, key) < 0)
		return MK_E_INPUT;
	bool whole = form == MK_SLIP_UTF8;
	snprintf(t.head, sizeof t.head, "%s", whole ? s->head : head);
	snprintf(t.key, sizeof t.key, "%s", whole ? s->key : "");
	mk_slip_text_format(&t, out);
	return 0;
}

/* --- the QR code */

struct picture {
	const QRcode *code;
	int quiet; /* modules around it */
};

/* Outside of the code everything is light. */
static bool
dark(const struct picture *p, int y, int x)
{
	int w = p->code->width;
	y -= p->quiet;
	x -= p->quiet;
	return y >= 0 && x >= 0 && y < w && x < w && (p->code->data[y * w + x] & 1) != 0;
}

static void
draw_row(const struct picture *p, enum mk_slip_form form, int y, struct mk_buf *out)
{
	/* by upper and lower module: light light, dark light, light dark, dark dark */
	static const char *const halves[] = {" ", "\u2580", "\u2584", "\u2588"};
	int side = p->code->width + 2 * p->quiet;
	for (int x = 0; x < side; x++)
		if (form == MK_SLIP_ASCII)
			mk_buf_puts(out, dark(p, y, x) ? "##" : "  ");
		else
			mk_buf_puts(out, halves[dark(p, y, x) + 2 * dark(p, y + 1, x)]);
}

static int
encode(const char *text, enum mk_slip_form form, QRcode **out)
{
	/* Paper is folded and stained: a higher level of repair where there is room for it. */
	QRecLevel level = form == MK_SLIP_UTF8 ? QR_ECLEVEL_M : QR_ECLEVEL_L;
	*out = QRcode_encodeString(text, 0, level, QR_MODE_8, 1);
	if (*out != NULL)
		return 0;
	return errno == ERANGE ? MK_E_TOO_BIG : errno == ENOMEM ? MK_E_NOMEM : MK_E_INTERNAL;
}

int
mk_slip_qr(const char *text, enum mk_slip_form form, bool ground, struct mk_buf *out, size_t *cells)
{
	QRcode *code = NULL;
	int r = encode(text, form, &code);
	if (r < 0)
		return r;
	const struct picture p = {code, form == MK_SLIP_UTF8 ? 4 : 2};
	int side = code->width + 2 * p.quiet, wide = form == MK_SLIP_UTF8 ? side : 2 * side;
	r = wide > MK_SLIP_COLUMNS ? MK_E_TOO_BIG : 0;
	for (int y = 0; r == 0 && y < side; y += form == MK_SLIP_UTF8 ? 2 : 1) {
		mk_buf_puts(out, ground ? "\033[30;47m" : "");
		draw_row(&p, form, y, out);
		mk_buf_puts(out, ground ? "\033[0m\n" : "\n");
	}
	QRcode_free(code);
	if (r == 0 && cells != NULL)
		*cells = (size_t)wide;
	return r < 0 ? r : mk_buf_error(out);
}

/* --- the lines around it */

/* Text of any length in lines of at most MK_SLIP_COLUMNS cells, each after `indent` blanks. */
static void
put_wrapped(struct mk_buf *out, const char *text, size_t first, size_t indent)
{
	size_t len = strlen(text), skip = 0, at = first;
	while (len > 0) {
		size_t n = mk_width_line(text, len, MK_SLIP_COLUMNS - indent, &skip);
		if (n + skip == 0)
			break;
		mk_buf_printf(out, "%*s%.*s\n", (int)(indent - at), "", (int)n, text);
		text += n + skip;
		len -= n + skip;
		at = 0;
	}
}

static void
put_fact(struct mk_buf *out, const char *title, const char *value)
{
	struct mk_buf harmless = MK_BUF_INIT;
	size_t used = mk_width_clip(out, title, strlen(title), TITLE_CELLS - 1);
	mk_text_escape(&harmless, value, strlen(value));
	put_wrapped(out, mk_buf_str(&harmless), used, TITLE_CELLS);
	out->failed |= harmless.failed;
	mk_buf_free(&harmless);
}

static void
put_letters(struct mk_buf *out, const char *title, const char *hash)
{
	char letters[MK_SLIP_LETTERS_MAX], groups[MK_SLIP_GROUPED_MAX];
	if (mk_slip_letters(hash, letters) < 0)
		return;
	mk_slip_group(letters, groups);
	put_fact(out, title, groups);
}

/* The QR code's text for a reader without a camera: a hash is cut in its middle only. */
static void
put_text(struct mk_buf *out, const char *text)
{
	const char *head = strchr(strchr(text, ' ') + 1, ' ');
	mk_buf_printf(out, "%.*s\n", (int)(head - text), text);
	while (*head == ' ') {
		size_t n = strcspn(++head, " ");
		size_t part = n > MK_SLIP_COLUMNS ? n / 2 : n;
		for (size_t i = 0; i < n; i += part)
			mk_buf_printf(out, "%.*s\n", (int)part, head + i);
		head += n;
	}
}

int
mk_slip_lines(const struct mk_slip *s, enum mk_slip_form form, bool ground, struct mk_buf *out)
{
	char text[MK_SLIP_TEXT_MAX], count[24], when[MK_TIME_MAX];
	struct mk_buf qr = MK_BUF_INIT;
	int r = mk_slip_text(s, form, text);
	if (r == 0)
		r = mk_slip_qr(text, form, ground, &qr, NULL);
	if (r == 0) {
		snprintf(count, sizeof count, "%" PRIu64, s->count);
		mk_time_format(s->time, when);
		put_wrapped(out, _("mynakura: head of the audit trail"), 0, 0);
		if (s->office != NULL && s->office[0] != '\0')
			put_fact(out, _("Office"), s->office);
		put_fact(out, _("Date"), when);
		put_fact(out, _("Entries"), count);
		put_letters(out, _("Head letters"), s->head);
		put_letters(out, _("Key letters"), s->key);
		mk_buf_put(out, qr.data, qr.len);
		put_text(out, text);
		put_wrapped(out,
		    _("Keep this away from the PC: with it, 'mynakura witness check --slip HEAD' "
		      "or 'mynakura-verify --head HEAD' finds whether any entry up to this one "
		      "was changed, removed or added later."),
		    0, 0);
		r = mk_buf_error(out);
	}
	mk_buf_free(&qr);
	return r;
}
