/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The read process: one raster in, one record a card or person out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fields_internal.h"
#include "layout_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"
#include "mynakura/capture/capture.h"
#include "mynakura/model/number.h"
#include "mynakura/sandbox/sandbox.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"
#include "number_internal.h"
#include "qr_internal.h"
#include "record_internal.h"
#include "serve_internal.h"

#define AS_MAX ((uint64_t)768 * 1024 * 1024)
#define CPU_MAX 20U

static int
serve(struct mk_serve *s, struct mk_ocr *ocr)
{
	const void *px = NULL;
	size_t len = 0;
	struct mk_msg reply;
	char layout[16];
	int64_t start = mk_mono_ms();
	const uint8_t *b = s->req.body.data;
	size_t n = s->req.body.len;
	uint64_t w = mk_get_u64(b, n, MK_T_width, 0), h = mk_get_u64(b, n, MK_T_height, 0);
	if (s->req.type != MK_READ_READ || s->req.nfds != 1 || w == 0 || h == 0 ||
	    w > MK_READ_SIDE_MAX || h > MK_READ_SIDE_MAX ||
	    mk_memfd_map(s->req.fds[0], MK_RASTER_MAX, &px, &len) < 0 || len != w * h)
		return mk_serve_why(s, MK_E_INPUT, "wrong request");
	if (mk_get_str(b, n, MK_T_layout, layout, sizeof layout) < 0)
		layout[0] = '\0';
	mk_serve_reply(s, &reply);
	int r = mk_records_read(ocr, px, (int)w, (int)h, mk_layout_by_name(layout), &reply.body);
	if (r < 0) {
		mk_msg_free(&reply);
		return mk_serve_why(s, r, "out of memory");
	}
	mk_put_u64(&reply.body, MK_T_elapsed_ms, (uint64_t)(mk_mono_ms() - start));
	return mk_serve_send(s, &reply, false);
}

/* The models are in memory; from here on there is nothing to open. */
static int
close_in(void)
{
	int r = mk_sandbox_limits(AS_MAX, CPU_MAX);
	if (r == 0)
		r = mk_sandbox_landlock_none();
	return r < 0 ? r : mk_sandbox_seccomp(MK_SANDBOX_READ);
}

int
mk_capture_read(int fd)
{
	struct mk_serve s;
	struct mk_ocr ocr;
	int loaded = mk_ocr_init(&ocr, getenv("MYNAKURA_MODELS"));
	mk_qr_prepare();
	int closed = close_in();
	if (mk_serve_recv(&s, fd) < 0)
		return 1;
	int r;
	if (closed < 0)
		r = mk_serve_why(&s, MK_E_INTERNAL, "the sandbox cannot be set up");
	else if (loaded < 0)
		r = mk_serve_why(&s, loaded, "the Tesseract models eng and jpn are not installed");
	else
		r = serve(&s, &ocr);
	if (r < 0)
		r = mk_serve_end(&s, r);
	mk_wipe(s.req.body.data, s.req.body.len);
	return r < 0 ? 1 : 0;
}
