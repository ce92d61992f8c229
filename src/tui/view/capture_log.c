/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of each sheet of a stack, in words: the list of the capture screen. */
#include "view/capture_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/report/words.h"
#include "view/review_internal.h"

static void
say_end(struct mk_capture *c)
{
	mk_buf_puts(&c->log.text, "\n");
	c->log.top = SIZE_MAX / 4; /* the drawing keeps it at the end */
}

/* "Sheet 3" or the file's name. */
static void
say_sheet(struct mk_capture *c)
{
	struct mk_buf *b = &c->log.text;
	if (c->files.n == 0) {
		mk_buf_printf(b, _("Sheet %zu"), c->turn + 1);
	} else {
		const char *path = c->files.path[c->turn], *slash = strrchr(path, '/');
		mk_buf_puts(b, slash != NULL && slash[1] != '\0' ? slash + 1 : path);
	}
	mk_buf_puts(b, ": ");
}

static void
take_item(void *arg, const struct mk_item *item)
{
	struct mk_capture *c = arg;
	struct mk_buf *b = &c->log.text;
	char review[MK_ID_MAX] = "", layout[32] = "";
	struct mk_rd rd;
	struct mk_item it;
	mk_item_str(item, MK_T_review, review, sizeof review);
	mk_item_str(item, MK_T_layout, layout, sizeof layout);
	bool stored = review[0] != '\0';
	bool certain = mk_get_bool(item->p, item->len, MK_T_certain, false);
	*(stored ? &c->read : &c->unread) += 1;
	if (stored && c->first[0] == '\0')
		(void)mk_str_copy(c->first, sizeof c->first, review);
	say_sheet(c);
	mk_buf_printf(b, "%s  %s", mk_word(layout),
	    !stored   ? _("! not read")
	    : certain ? _("certain")
		      : _("! compare with the picture"));
	mk_rd_init(&rd, item->p, item->len);
	while (mk_item_next(&rd, &it) > 0) {
		char words[160];
		if (it.tag != MK_T_warning || it.len >= sizeof words)
			continue;
		snprintf(words, sizeof words, "%.*s", (int)it.len, (const char *)it.p);
		mk_buf_printf(b, " - %s", mk_review_warning(words));
	}
	say_end(c);
}

/* What the clerk can do about a sheet that failed; "" when nothing. */
static const char *
what_to_do(const struct mk_capture *c, int r)
{
	switch (r) {
	case MK_E_UNREADABLE:
		return c->files.n > 0
			   ? _("Scan the side with the number again, straight, with 300 dpi.")
			   : _("Lay it in again, straight, number side up.");
	case MK_E_IMAGE:
	case MK_E_TOO_BIG:
		return _("Save it as PNG, JPEG, TIFF or PDF, one page at 300 dpi, and try again.");
	case MK_E_SCANNER:
	case MK_E_BUSY:
	case MK_E_READER:
		return _("Look at the scanner: lid, paper, cable. Then Enter scans again.");
	case MK_E_NOT_FOUND:
		return c->files.n > 0 ? ""
				      : _("Is the scanner switched on? d chooses another one.");
	default:
		return "";
	}
}

void
mk_capture_say_failure(struct mk_capture *c, int r, const struct mk_msg *reply)
{
	struct mk_buf words = MK_BUF_INIT;
	const char *todo = what_to_do(c, r);
	mk_error_words(r, reply, &words);
	say_sheet(c);
	mk_buf_printf(
	    &c->log.text, "! %s%s%s", mk_buf_str(&words), todo[0] != '\0' ? " - " : "", todo);
	say_end(c);
	c->unread++;
	mk_buf_free(&words);
}

/* The scanner stopped in the middle of a stack; what came before is kept. */
static void
say_rest(struct mk_capture *c, const struct mk_msg *reply)
{
	struct mk_item it;
	if (!mk_find(reply->body.data, reply->body.len, MK_T_alarm, &it))
		return;
	say_sheet(c);
	mk_buf_printf(&c->log.text, "! %s ", _("the rest was not scanned:"));
	mk_sentence((const char *)it.p, it.len, &c->log.text);
	say_end(c);
	c->unread++;
}

void
mk_capture_say(struct mk_capture *c, const struct mk_msg *reply)
{
	mk_reply_items(reply, take_item, c);
	say_rest(c, reply);
}
