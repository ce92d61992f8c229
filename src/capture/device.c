/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device process: lists scanners or scans one batch through SANE, and sends raw grey pages. It
 * holds no key and knows nothing of what is on the page. Backends hang and crash: whoever started
 * it watches for progress and kills it (capture.md 2).
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/capture/capture.h"
#include "mynakura/sandbox/sandbox.h"
#include "mynakura/wire/read.h"
#include "device_internal.h"

#define OPTIONS_MAX 32
#define PAGES_MAX 200

struct scan {
	char device[256];
	const char *options[OPTIONS_MAX];
	char text[OPTIONS_MAX][512];
	size_t count;
	SANE_Handle h;
	bool open;
};

struct fault {
	SANE_Status status;
	int err;
	const char *words;
};

static const struct fault faults[] = {
    {SANE_STATUS_NO_DOCS, MK_E_SCANNER,
	"no paper in the feeder: lay the documents in and scan again"},
    {SANE_STATUS_JAMMED, MK_E_SCANNER, "paper jam: take the sheet out and scan again"},
    {SANE_STATUS_COVER_OPEN, MK_E_SCANNER, "the cover is open: close it and scan again"},
    {SANE_STATUS_DEVICE_BUSY, MK_E_BUSY,
	"the scanner is busy: wait, or end the other program that uses it"},
    {SANE_STATUS_IO_ERROR, MK_E_SCANNER, "no answer from the scanner: check cable and power"},
    {SANE_STATUS_ACCESS_DENIED, MK_E_DENIED, "this account may not use the scanner"},
    {SANE_STATUS_INVAL, MK_E_SCANNER,
	"the scanner does not know this name or setting, or cannot start"},
    {SANE_STATUS_UNSUPPORTED, MK_E_SCANNER, "the scanner cannot do this"},
    {SANE_STATUS_NO_MEM, MK_E_NOMEM, "out of memory"},
    {SANE_STATUS_CANCELLED, MK_E_SCANNER, "the scan was cancelled at the scanner"},
    {SANE_STATUS_EOF, MK_E_SCANNER, "the scan is incomplete: scan again"},
};

int
mk_device_fault(struct mk_serve *s, SANE_Status status)
{
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (faults[i].status == status)
			return mk_serve_why(s, faults[i].err, "%s", faults[i].words);
	return mk_serve_why(s, MK_E_SCANNER, "the scanner failed");
}

/* --- list */

/* A camera is no scanner, and the first entry of a list is what people take (capture.md 2). */
static bool
is_camera(const SANE_Device *d)
{
	return strncmp(d->name, "v4l", 3) == 0 || strncmp(d->name, "gphoto2", 7) == 0 ||
	       strstr(d->type, "camera") != NULL;
}

/* Text of a backend: whatever is not harmless is left out. */
static void
put_text(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s != NULL && mk_text_check(s, strlen(s), NULL) == 0 && strlen(s) < 120)
		mk_put_str(b, tag, s);
	else
		mk_put_str(b, tag, "?");
}

static int
list_devices(struct mk_serve *s)
{
	const SANE_Device **list = NULL;
	struct mk_msg m;
	SANE_Status st = sane_get_devices(&list, SANE_FALSE);
	if (st != SANE_STATUS_GOOD)
		return mk_serve_end(s, mk_device_fault(s, st));
	mk_serve_reply(s, &m);
	for (size_t i = 0, n = 0; list[i] != NULL && n < MK_READ_DEVICES_MAX; i++) {
		struct mk_buf rec = MK_BUF_INIT;
		if (is_camera(list[i]) ||
		    mk_text_check(list[i]->name, strlen(list[i]->name), NULL) < 0 ||
		    strlen(list[i]->name) > 250)
			continue;
		mk_put_str(&rec, MK_T_device, list[i]->name);
		put_text(&rec, MK_T_vendor, list[i]->vendor);
		put_text(&rec, MK_T_model, list[i]->model);
		put_text(&rec, MK_T_kind, list[i]->type);
		mk_put_rec(&m.body, MK_T_item, &rec);
		mk_buf_free(&rec);
		n++;
	}
	return mk_serve_send(s, &m, false);
}

/* --- scan */

static int
read_request(struct mk_serve *s, struct scan *sc)
{
	struct mk_rd rd;
	struct mk_item it;
	if (mk_get_str(
		s->req.body.data, s->req.body.len, MK_T_device, sc->device, sizeof sc->device) < 0)
		return mk_serve_why(s, MK_E_INPUT, "no device named");
	mk_rd_init(&rd, s->req.body.data, s->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_option)
			continue;
		if (sc->count == OPTIONS_MAX || it.len >= sizeof sc->text[0])
			return mk_serve_why(s, MK_E_INPUT, "too many or too long options");
		memcpy(sc->text[sc->count], it.p, it.len);
		sc->text[sc->count][it.len] = '\0';
		sc->options[sc->count] = sc->text[sc->count];
		sc->count++;
	}
	return 0;
}

static int
open_device(struct mk_serve *s, struct scan *sc)
{
	SANE_Status st = sane_open(sc->device, &sc->h);
	if (st == SANE_STATUS_INVAL)
		return mk_serve_why(
		    s, MK_E_NOT_FOUND, "there is no scanner of this name: see capture --list");
	if (st != SANE_STATUS_GOOD)
		return mk_device_fault(s, st);
	sc->open = true;
	mk_device_defaults(sc->h, sc->options, sc->count);
	for (size_t i = 0; i < sc->count; i++) {
		int r = mk_device_set(s, sc->h, sc->options[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static void
close_device(struct scan *sc)
{
	if (!sc->open)
		return;
	sane_cancel(sc->h);
	sane_close(sc->h);
	sc->open = false;
}

/*
 * Some devices refuse the first start after another program; opening anew once is what helps
 * (sane-airscan#332).
 */
static SANE_Status
start(struct mk_serve *s, struct scan *sc, bool first)
{
	SANE_Status st = sane_start(sc->h);
	if (!first || (st != SANE_STATUS_INVAL && st != SANE_STATUS_IO_ERROR))
		return st;
	close_device(sc);
	return open_device(s, sc) < 0 ? st : sane_start(sc->h);
}

static int
scan_pages(struct mk_serve *s, struct scan *sc)
{
	bool feeds = mk_device_feeds(sc->h);
	unsigned dpi = mk_device_dpi(sc->h);
	for (unsigned page = 1; page <= PAGES_MAX; page++) {
		struct mk_sink k = {.fd = -1};
		SANE_Status st = start(s, sc, page == 1);
		if (st == SANE_STATUS_NO_DOCS && page > 1)
			return 0;
		if (st != SANE_STATUS_GOOD)
			return mk_device_fault(s, st);
		int r = mk_device_picture(s, sc->h, &k);
		if (r == 0)
			r = mk_sink_send(s, &k, dpi, page, 0, true);
		mk_sink_close(&k);
		if (r < 0 || !feeds)
			return r;
	}
	return mk_serve_why(s, MK_E_TOO_BIG, "more than %d sheets in one batch", PAGES_MAX);
}

static int
scan(struct mk_serve *s)
{
	static struct scan sc;
	int r = read_request(s, &sc);
	if (r == 0)
		r = open_device(s, &sc);
	if (r == 0)
		r = scan_pages(s, &sc);
	close_device(&sc);
	return mk_serve_end(s, r);
}

int
mk_capture_device(int fd)
{
	struct mk_serve s;
	SANE_Int version;
	int r = mk_sandbox_limits(0, 0); /* no core file with a card in it */
	if (r == 0)
		r = mk_serve_recv(&s, fd);
	if (r < 0)
		return 1;
	if (sane_init(&version, NULL) != SANE_STATUS_GOOD)
		r = mk_serve_end(&s,
		    mk_serve_why(&s, MK_E_SCANNER, "the scanner software could not be started"));
	else if (s.req.type == MK_READ_DEVICES)
		r = list_devices(&s);
	else if (s.req.type == MK_READ_SCAN)
		r = scan(&s);
	else
		r = mk_serve_end(&s, MK_E_PROTOCOL);
	mk_msg_free(&s.req);
	sane_exit();
	return r < 0 ? 1 : 0;
}
