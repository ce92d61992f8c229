/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capture: a stack of cards through the scanner, or image files, into the review queue. One request
 * a sheet, the next one when its answer is there, so that stopping loses nothing. No number passes
 * here.
 */
#include "view/capture_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/image.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/report/words.h"
#include "view/review_internal.h"
#include "widget/pager_internal.h"

#define BAR_CELLS 40
#define PATHS_TYPED 1000

struct capture {
	struct mk_view v;
	struct mk_scanner scanner; /* device "": none chosen yet */
	struct mk_scanners found;
	bool looking; /* for scanners */
	bool own_options; /* the scanner is that of the settings: their options go with it */
	struct mk_paths files; /* n > 0: these are read, not the scanner */
	size_t turn, turns; /* sheets; turns 0: nothing was done yet */
	bool busy, stop;
	size_t read, unread; /* items; sheets or items that gave nothing */
	char first[MK_ID_MAX]; /* of the review queue, from this stack */
	bool review_next; /* it is opened as soon as this view is on top */
	struct mk_pager log;
};

/* --- scanners */

static void
take_scanner(void *arg, const struct mk_item *item)
{
	struct mk_scanners *f = arg;
	char vendor[128] = "", model[128] = "";
	if (f->n == MK_SCANNERS_MAX)
		return;
	struct mk_scanner *s = &f->all[f->n++];
	mk_item_str(item, MK_T_device, s->device, sizeof s->device);
	mk_item_str(item, MK_T_vendor, vendor, sizeof vendor);
	mk_item_str(item, MK_T_model, model, sizeof model);
	snprintf(s->words, sizeof s->words, "%s%s%s", vendor, vendor[0] != '\0' ? " " : "", model);
}

static void
chosen(struct mk_view *v, const struct mk_scanner *one)
{
	struct capture *c = (struct capture *)v;
	const char *own = mk_tui_setting(v->tui, "device", 0);
	c->scanner = *one;
	c->own_options = own != NULL && strcmp(own, one->device) == 0;
}

static void
got_scanners(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t choose)
{
	struct capture *c = (struct capture *)v;
	c->looking = false;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	c->found.n = 0;
	mk_reply_items(reply, take_scanner, &c->found);
	for (size_t i = 0; i < c->found.n; i++)
		if (strcmp(c->found.all[i].device, c->scanner.device) == 0)
			c->scanner = c->found.all[i];
	const struct mk_scanner_arg arg = {&c->found, chosen};
	if (choose == 0 && c->found.n == 1 && c->scanner.device[0] == '\0')
		chosen(v, &c->found.all[0]);
	else if (choose != 0 && mk_view_top(v->tui) == v)
		(void)mk_view_open(v->tui, &mk_view_scanners, &arg);
}

static void
look_for_scanners(struct capture *c, bool choose)
{
	struct mk_msg req;
	if (c->looking)
		return;
	c->looking = true;
	mk_msg_init(&req, MK_REQ_devices, 0);
	mk_view_ask(&c->v, &req, got_scanners, choose);
}

static int
capture_open(struct mk_view *v, const void *arg)
{
	struct capture *c = (struct capture *)v;
	const char *own = mk_tui_setting(v->tui, "device", 0);
	(void)arg;
	c->found.all = calloc(MK_SCANNERS_MAX, sizeof *c->found.all);
	if (c->found.all == NULL) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return MK_E_NOMEM;
	}
	if (own == NULL) {
		look_for_scanners(c, false);
		return 0;
	}
	(void)mk_str_copy(c->scanner.device, sizeof c->scanner.device, own);
	c->own_options = true;
	return 0;
}

/* --- the settings' options: several values of one name are scanned in turn */

static const char *
option(const struct capture *c, size_t i)
{
	return c->own_options ? mk_tui_setting(c->v.tui, "option", i) : NULL;
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=") + 1;
	return strncmp(a, b, n) == 0;
}

/* How many options before index `to` have the name of o. */
static size_t
count_before(const struct capture *c, const char *o, size_t to)
{
	const char *other;
	size_t n = 0;
	for (size_t i = 0; i < to && (other = option(c, i)) != NULL; i++)
		n += same_name(o, other) ? 1 : 0;
	return n;
}

static size_t
count_turns(const struct capture *c)
{
	const char *o;
	size_t most = 1;
	for (size_t i = 0; (o = option(c, i)) != NULL; i++) {
		size_t n = count_before(c, o, i + 1);
		most = n > most ? n : most;
	}
	return most;
}

/* Of each name its value of this turn; the last one where there are fewer. */
static void
put_options(const struct capture *c, struct mk_buf *out)
{
	const char *o;
	for (size_t i = 0; (o = option(c, i)) != NULL; i++) {
		size_t all = count_before(c, o, SIZE_MAX), nth = count_before(c, o, i);
		if (nth == (c->turn < all ? c->turn : all - 1))
			mk_put_str(out, MK_T_option, o);
	}
}

/* --- what came of a sheet */

static void
say_end(struct capture *c)
{
	mk_buf_puts(&c->log.text, "\n");
	c->log.top = SIZE_MAX / 2; /* the drawing keeps it at the end */
}

/* "Sheet 3" or the file's name. */
static void
say_sheet(struct capture *c)
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
	struct capture *c = arg;
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
	mk_buf_printf(b, "%s, %s", mk_word(layout),
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
what_to_do(const struct capture *c, int r)
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

static void
say_failure(struct capture *c, int r, const struct mk_msg *reply)
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
say_rest(struct capture *c, const struct mk_msg *reply)
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

/* --- a stack */

static void ask_turn(struct capture *c);

/* Errors that the next sheet would meet as well. */
static bool
hopeless(int r)
{
	switch (r) {
	case MK_E_UNREADABLE:
	case MK_E_IMAGE:
	case MK_E_TOO_BIG:
	case MK_E_INPUT:
	case MK_E_NOT_FOUND:
	case MK_E_SCANNER:
	case MK_E_BUSY:
	case MK_E_READER:
		return false;
	default:
		return r < 0;
	}
}

/* What waits is reviewed at once, unless something lies over this screen: then when it is gone. */
static void
review_now(struct capture *c)
{
	struct mk_review_arg arg = {0};
	const struct mk_tui_session *s = mk_tui_session(c->v.tui);
	if (!c->review_next || mk_view_top(c->v.tui) != &c->v || s->ledger == NULL)
		return;
	c->review_next = false;
	(void)mk_str_copy(arg.review, sizeof arg.review, c->first);
	(void)mk_str_copy(arg.ledger, sizeof arg.ledger, s->ledger->id);
	(void)mk_view_open(c->v.tui, &mk_view_review, &arg);
}

static void
finish(struct capture *c)
{
	c->busy = false;
	c->review_next = c->first[0] != '\0';
	if (c->turn < c->turns)
		mk_tell(c->v.tui, MK_TONE_WARN, _("Stopped: %zu read, %zu sheets left out."),
		    c->read, c->turns - c->turn);
	else if (c->unread > 0)
		mk_tell(c->v.tui, MK_TONE_WARN,
		    _("%zu read, %zu not: the list of the scan screen says why."), c->read,
		    c->unread);
	else
		mk_tell(c->v.tui, MK_TONE_GOOD, _("%zu read."), c->read);
	review_now(c);
}

static void
next_turn(struct capture *c, int r)
{
	c->turn++;
	if (c->turn < c->turns && !c->stop && !hopeless(r))
		ask_turn(c);
	else
		finish(c);
}

static void
got_sheet(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct capture *c = (struct capture *)v;
	(void)tag;
	if (r < 0) {
		say_failure(c, r, reply);
	} else {
		mk_reply_items(reply, take_item, c);
		say_rest(c, reply);
	}
	next_turn(c, r);
}

/* Opens the file of this turn into the request. false: it failed and was told. */
static bool
put_file(struct capture *c, struct mk_msg *req)
{
	const char *path = c->files.path[c->turn], *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int fd = -1, r = mk_image_open(path, &fd);
	if (r < 0) {
		say_failure(c, r, NULL);
		return false;
	}
	/* For messages only: a name that is no clean text is left out. */
	if (mk_text_check(name, strlen(name), NULL) == 0)
		mk_put_str(&req->body, MK_T_name, name);
	req->fds[req->nfds++] = fd;
	return true;
}

static void
ask_turn(struct capture *c)
{
	const struct mk_tui_session *s = mk_tui_session(c->v.tui);
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_capture, 0);
	mk_put_str(&req.body, MK_T_ledger, s->ledger->id);
	mk_put_str(&req.body, MK_T_purposes, s->purpose[0] != '\0' ? s->purpose : NULL);
	while (c->files.n > 0 && c->turn < c->turns && !put_file(c, &req))
		c->turn++;
	if (c->turn == c->turns) {
		mk_msg_free(&req);
		finish(c);
		return;
	}
	if (c->files.n == 0) {
		mk_put_str(&req.body, MK_T_device, c->scanner.device);
		put_options(c, &req.body);
	}
	mk_view_ask(&c->v, &req, got_sheet, 0);
}

static void
start(struct capture *c, size_t turns)
{
	c->turn = 0;
	c->turns = turns;
	c->busy = true;
	c->stop = c->review_next = false;
	c->read = c->unread = 0;
	c->first[0] = '\0';
	mk_buf_reset(&c->log.text);
	c->log.top = 0;
	ask_turn(c);
}

/* A ledger must be known: the sheets go into it. false: the choice was opened instead. */
static bool
has_ledger(struct capture *c)
{
	if (mk_tui_session(c->v.tui)->ledger != NULL)
		return true;
	mk_tell(c->v.tui, MK_TONE_WARN, "%s", _("Choose first for which ledger you scan."));
	(void)mk_view_open(c->v.tui, &mk_view_task, NULL);
	return false;
}

static void
scan(struct capture *c)
{
	if (c->busy || !has_ledger(c))
		return;
	if (c->scanner.device[0] == '\0') {
		if (c->looking)
			mk_tell(
			    c->v.tui, MK_TONE_INFO, "%s", _("Looking for scanners; one moment."));
		else
			look_for_scanners(c, true);
		return;
	}
	mk_paths_free(&c->files);
	start(c, count_turns(c));
}

static void
typed_files(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	struct capture *c = (struct capture *)v;
	(void)secret;
	int r = mk_paths_parse(typed, &c->files);
	if (r < 0 || c->files.n == 0) {
		mk_paths_free(&c->files);
		mk_tell(v->tui, MK_TONE_ERROR, "%s: %s", typed,
		    r == MK_E_NOT_FOUND || r == 0 ? _("no image files there")
						  : _(mk_err_message(r)));
		return;
	}
	start(c, c->files.n);
}

static void
ask_files(struct capture *c)
{
	if (c->busy || !has_ledger(c))
		return;
	const struct mk_dialog_arg dialog = {
	    .text = _("Which image files (PNG, JPEG, TIFF, PNM, PDF)? Several are separated by "
		      "blanks; a folder stands for all images in it."),
	    .label = _("Files"),
	    .kind = MK_EDIT_TEXT,
	    .cap = PATHS_TYPED,
	    .done = typed_files};
	(void)mk_view_open(c->v.tui, &mk_view_dialog, &dialog);
}

/* --- the view */

static void
stop(struct capture *c)
{
	if (!c->busy)
		return;
	c->stop = true;
	mk_tell(c->v.tui, MK_TONE_INFO, "%s",
	    _("Stops after the sheet that is being read. Nothing is lost."));
}

static bool
capture_act(struct mk_view *v, enum mk_act a)
{
	struct capture *c = (struct capture *)v;
	if (a == MK_ACT_scan)
		scan(c);
	else if (a == MK_ACT_files)
		ask_files(c);
	else if (a == MK_ACT_device && !c->busy)
		look_for_scanners(c, true);
	else if (a == MK_ACT_cancel || (a == MK_ACT_back && c->busy && !c->stop))
		stop(c);
	else
		return mk_pager_act(&c->log, a);
	return true;
}

static bool
capture_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_pager_mouse(&((struct capture *)v)->log, key);
}

static void
draw_scanner(struct capture *c, struct mk_term *term, int y, struct mk_area area)
{
	const struct mk_scanner *s = &c->scanner;
	int n = mk_drawf(term, y, area.x + 1, area.w - 2, MK_EL_LABEL, "%s: ", _("Scanner"));
	if (s->device[0] == '\0')
		mk_draw(term, y, area.x + 1 + n, area.w - n - 2, MK_EL_TEXT,
		    c->looking        ? _("looking for scanners...")
		    : c->found.n == 0 ? _("none found (d looks again; f reads image files)")
				      : _("several: d chooses one"));
	else
		mk_drawf(term, y, area.x + 1 + n, area.w - n - 2, MK_EL_TEXT, "%s%s%s", s->words,
		    s->words[0] != '\0' ? "  " : "", s->device);
}

/* How far the stack is: words first, the bar is only a picture of them. */
static void
draw_progress(struct capture *c, struct mk_term *term, int y, struct mk_area area)
{
	struct mk_buf b = MK_BUF_INIT;
	if (c->busy && c->turns == 1 && c->files.n == 0)
		mk_buf_puts(&b, _("scanning and reading"));
	else if (c->busy)
		mk_buf_printf(&b, _("sheet %zu of %zu"), c->turn + 1, c->turns);
	else
		mk_buf_printf(&b, _("%zu read, %zu not"), c->read, c->unread);
	int n = mk_draw(term, y, area.x + 1, area.w - 2, MK_EL_STRONG, mk_buf_str(&b)) + 2;
	int w = area.w - n - 4 < BAR_CELLS ? area.w - n - 4 : BAR_CELLS, x = area.x + 1 + n;
	mk_buf_free(&b);
	if (w < 8 || c->turns < 2 || !c->busy)
		return;
	int done = (int)((size_t)w * c->turn / c->turns);
	mk_draw(term, y, x, 1, MK_EL_TEXT, "[");
	mk_draw_pad(term, y, x + 1, done, MK_EL_DONE, "");
	mk_draw(term, y, x + 1 + w, 1, MK_EL_TEXT, "]");
}

static void
capture_draw(struct mk_view *v, struct mk_area area)
{
	struct capture *c = (struct capture *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int y = area.y;
	draw_scanner(c, term, y++, area);
	if (mk_tui_session(v->tui)->ledger == NULL)
		mk_draw(term, y++, area.x + 1, area.w - 2, MK_EL_DOUBT,
		    _("! No ledger is chosen: Enter asks for which one you scan."));
	if (!c->busy)
		mk_draw(term, y, area.x + 1, area.w - 2, MK_EL_TEXT,
		    _("Lay the cards in, number side up, and press Enter."));
	y += 2;
	mk_draw_cursor(term, y, area.x);
	if (c->turns == 0)
		return;
	draw_progress(c, term, y, area);
	y += 2;
	const struct mk_area rest = {y, area.x, area.y + area.h - y, area.w};
	if (rest.h > 0)
		mk_pager_draw(&c->log, term, rest);
}

static void
capture_shown(struct mk_view *v)
{
	review_now((struct capture *)v);
}

static void
capture_close(struct mk_view *v)
{
	struct capture *c = (struct capture *)v;
	mk_paths_free(&c->files);
	mk_pager_fini(&c->log);
	free(c->found.all);
}

const struct mk_view_ops mk_view_capture = {
    .name = "capture",
    .title = N_("Scan cards"),
    .places = MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct capture),
    .open = capture_open,
    .key = capture_key,
    .act = capture_act,
    .draw = capture_draw,
    .shown = capture_shown,
    .close = capture_close,
};
