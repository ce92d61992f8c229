/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receiving the one request, answering, and filling pictures that leave as sealed memfds. */
#include "serve_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"

#define SEND_MS 60000

int
mk_serve_recv(struct mk_serve *s, int fd)
{
	memset(s, 0, sizeof *s);
	s->fd = fd;
	return mk_chan_recv(fd, &s->req, -1);
}

int
mk_serve_why(struct mk_serve *s, int err, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof s->why, fmt, ap);
	va_end(ap);
	return err;
}

void
mk_serve_reply(const struct mk_serve *s, struct mk_msg *out)
{
	mk_msg_init(out, s->req.type, s->req.id);
	out->flags = MK_FLAG_REPLY;
}

int
mk_serve_send(struct mk_serve *s, struct mk_msg *m, bool more)
{
	if (more)
		m->flags |= MK_FLAG_MORE;
	int r = mk_chan_send(s->fd, m, SEND_MS);
	mk_msg_free(m);
	return r;
}

int
mk_serve_end(struct mk_serve *s, int err)
{
	struct mk_msg m;
	mk_serve_reply(s, &m);
	mk_put_i64(&m.body, MK_T_error, err);
	if (err < 0)
		mk_put_str(&m.body, MK_T_message, s->why[0] != '\0' ? s->why : mk_err_message(err));
	return mk_serve_send(s, &m, false);
}

int
mk_sink_open(struct mk_serve *s, struct mk_sink *k, uint64_t width, uint64_t height)
{
	memset(k, 0, sizeof *k);
	k->fd = -1;
	if (width == 0 || height == 0)
		return mk_serve_why(s, MK_E_IMAGE, "the image has no pixels");
	if (width > MK_READ_SIDE_MAX || height > MK_READ_SIDE_MAX || width * height > MK_RASTER_MAX)
		return mk_serve_why(s, MK_E_TOO_BIG,
		    "the image has %llu x %llu pixels, more than 40 million",
		    (unsigned long long)width, (unsigned long long)height);
	size_t size = (size_t)(width * height);
	k->fd = memfd_create("mynakura", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (k->fd < 0 || ftruncate(k->fd, (off_t)size) < 0)
		goto fail;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, k->fd, 0);
	if (p == MAP_FAILED)
		goto fail;
	k->px = p;
	k->width = (uint32_t)width;
	k->height = (uint32_t)height;
	return 0;
fail:
	mk_sink_close(k);
	return mk_serve_why(s, MK_E_NOMEM, "out of memory");
}

int
mk_sink_cut(struct mk_sink *k, uint32_t height)
{
	size_t old = (size_t)k->width * k->height;
	if (height == 0 || height > k->height)
		return MK_E_INTERNAL;
	munmap(k->px, old);
	k->px = NULL;
	k->height = height;
	return ftruncate(k->fd, (off_t)((size_t)k->width * height)) < 0 ? MK_E_NOMEM : 0;
}

int
mk_sink_send(
    struct mk_serve *s, struct mk_sink *k, unsigned dpi, unsigned page, unsigned count, bool more)
{
	struct mk_msg m;
	if (k->px != NULL)
		munmap(k->px, (size_t)k->width * k->height);
	k->px = NULL;
	if (mk_memfd_seal(k->fd) < 0) {
		mk_sink_close(k);
		return MK_E_IO;
	}
	mk_serve_reply(s, &m);
	mk_put_u64(&m.body, MK_T_width, k->width);
	mk_put_u64(&m.body, MK_T_height, k->height);
	mk_put_u64(&m.body, MK_T_dpi, dpi);
	mk_put_u64(&m.body, MK_T_page, page);
	mk_put_u64(&m.body, MK_T_count, count);
	m.fds[m.nfds++] = k->fd;
	k->fd = -1;
	return mk_serve_send(s, &m, more);
}

void
mk_sink_close(struct mk_sink *k)
{
	if (k->px != NULL)
		munmap(k->px, (size_t)k->width * k->height);
	k->px = NULL;
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}
