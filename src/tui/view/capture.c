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

#define BAR_CELLS 40
#define PATHS_TYPED 1000

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
	struct mk_capture *c = (struct mk_capture *)v;
	const char *own = mk_tui_setting(v->tui, "device", 0);
	c->scanner = *one;
	c->own_options = own != NULL && strcmp(own, one->device) == 0;
}

static void
got_scanners(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t choose)
{
	struct mk_capture *c = (struct mk_capture *)v;
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
look_for_scanners(struct mk_capture *c, bool choose)
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
	struct mk_capture *c = (struct mk_capture *)v;
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

/* --- a stack */

static void ask_turn(struct mk_capture *c);

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
review_now(struct mk_capture *c)
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
finish(struct mk_capture *c)
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
next_turn(struct mk_capture *c, int r)
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
	struct mk_capture *c = (struct mk_capture *)v;
	(void)tag;
	if (r < 0) {
		mk_capture_say_failure(c, r, reply);
	} else {
		mk_capture_say(c, reply);
	}
	next_turn(c, r);
}

/* Opens the file of this turn into the request. false: it failed and was told. */
static bool
put_file(struct mk_capture *c, struct mk_msg *req)
{
	const char *path = c->files.path[c->turn], *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int fd = -1, r = mk_image_open(path, &fd);
	if (r < 0) {
		mk_capture_say_failure(c, r, NULL);
		return false;
	}
	/* For messages only: a name that is no clean text is left out. */
	if (mk_text_check(name, strlen(name), NULL) == 0)
		mk_put_str(&req->body, MK_T_name, name);
	req->fds[req->nfds++] = fd;
	return true;
}

static void
ask_turn(struct mk_capture *c)
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
		mk_capture_put_options(c, &req.body);
	}
	mk_view_ask(&c->v, &req, got_sheet, 0);
}

static void
start(struct mk_capture *c, size_t turns)
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
has_ledger(struct mk_capture *c)
{
	if (mk_tui_session(c->v.tui)->ledger != NULL)
		return true;
	mk_tell(c->v.tui, MK_TONE_WARN, "%s", _("Choose first for which ledger you scan."));
	(void)mk_view_open(c->v.tui, &mk_view_task, NULL);
	return false;
}

static void
scan(struct mk_capture *c)
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
	start(c, mk_capture_turns(c));
}

static void
typed_files(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	struct mk_capture *c = (struct mk_capture *)v;
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
ask_files(struct mk_capture *c)
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
stop(struct mk_capture *c)
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
	struct mk_capture *c = (struct mk_capture *)v;
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
	return mk_pager_mouse(&((struct mk_capture *)v)->log, key);
}

static void
draw_scanner(struct mk_capture *c, struct mk_term *term, int y, struct mk_area area)
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
draw_progress(struct mk_capture *c, struct mk_term *term, int y, struct mk_area area)
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
	struct mk_capture *c = (struct mk_capture *)v;
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
	review_now((struct mk_capture *)v);
}

static void
capture_close(struct mk_view *v)
{
	struct mk_capture *c = (struct mk_capture *)v;
	mk_paths_free(&c->files);
	mk_pager_fini(&c->log);
	free(c->found.all);
}

const struct mk_view_ops mk_view_capture = {
    .name = "capture",
    .title = N_("Scan cards"),
    .places = MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct mk_capture),
    .open = capture_open,
    .key = capture_key,
    .act = capture_act,
    .draw = capture_draw,
    .shown = capture_shown,
    .close = capture_close,
};
