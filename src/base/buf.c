/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growable buffer and bounded reader. realloc is never used: it would leave the old copy unwiped.
 */
#include "mynakura/base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"

void
mk_buf_init(struct mk_buf *b)
{
	*b = (struct mk_buf)MK_BUF_INIT;
}

void
mk_buf_free(struct mk_buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	mk_buf_init(b);
}

void
mk_buf_reset(struct mk_buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	b->len = 0;
	b->failed = false;
}

int
mk_buf_error(const struct mk_buf *b)
{
	return b->failed ? MK_E_NOMEM : 0;
}

static bool
reserve(struct mk_buf *b, size_t more)
{
	if (b->failed)
		return false;
	if (more <= b->cap - b->len)
		return true;
	if (more > SIZE_MAX / 4 - b->len) {
		b->failed = true;
		return false;
	}
	size_t cap = b->cap < 64 ? 64 : b->cap * 2;
	while (cap < b->len + more)
		cap *= 2;
	uint8_t *p = malloc(cap);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	if (b->len > 0)
		memcpy(p, b->data, b->len);
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	b->data = p;
	b->cap = cap;
	return true;
}

void
mk_buf_put(struct mk_buf *b, const void *data, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void
put_be(struct mk_buf *b, uint64_t v, unsigned bytes)
{
	uint8_t raw[8];
	for (unsigned i = 0; i < bytes; i++)
		raw[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
	mk_buf_put(b, raw, bytes);
}

void
mk_buf_put_u8(struct mk_buf *b, uint8_t v)
{
	put_be(b, v, 1);
}

void
mk_buf_put_u16(struct mk_buf *b, uint16_t v)
{
	put_be(b, v, 2);
}

void
mk_buf_put_u32(struct mk_buf *b, uint32_t v)
{
	put_be(b, v, 4);
}

void
mk_buf_put_u64(struct mk_buf *b, uint64_t v)
{
	put_be(b, v, 8);
}

void
mk_buf_puts(struct mk_buf *b, const char *s)
{
	mk_buf_put(b, s, strlen(s));
}

void
mk_buf_printf(struct mk_buf *b, const char *fmt, ...)
{
	va_list ap, ap2;
	va_start(ap, fmt);
	va_copy(ap2, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0 && reserve(b, (size_t)n + 1)) {
		vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap2);
		b->len += (size_t)n;
	}
	va_end(ap2);
}

const char *
mk_buf_str(struct mk_buf *b)
{
	if (!reserve(b, 1))
		return "";
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

int
mk_buf_read_fd(struct mk_buf *b, int fd, size_t max)
{
	size_t start = b->len;
	for (;;) {
		if (!reserve(b, 65536))
			return MK_E_NOMEM;
		ssize_t n = read(fd, b->data + b->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return mk_err_from_errno(errno);
		if (n == 0)
			return 0;
		b->len += (size_t)n;
		if (b->len - start > max)
			return MK_E_TOO_BIG;
	}
}

void
mk_rd_init(struct mk_rd *r, const void *data, size_t len)
{
	r->p = data;
	r->left = len;
	r->failed = false;
}

const uint8_t *
mk_rd_bytes(struct mk_rd *r, size_t len)
{
	if (r->failed || len > r->left) {
		r->failed = true;
		return NULL;
	}
	const uint8_t *p = r->p;
	if (len > 0)
		r->p += len;
	r->left -= len;
	return p;
}

static uint64_t
rd_be(struct mk_rd *r, unsigned bytes)
{
	const uint8_t *p = mk_rd_bytes(r, bytes);
	uint64_t v = 0;
	for (unsigned i = 0; p != NULL && i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t
mk_rd_u8(struct mk_rd *r)
{
	return (uint8_t)rd_be(r, 1);
}

uint16_t
mk_rd_u16(struct mk_rd *r)
{
	return (uint16_t)rd_be(r, 2);
}

uint32_t
mk_rd_u32(struct mk_rd *r)
{
	return (uint32_t)rd_be(r, 4);
}

uint64_t
mk_rd_u64(struct mk_rd *r)
{
	return rd_be(r, 8);
}

int
mk_rd_end(const struct mk_rd *r)
{
	return r->failed || r->left != 0 ? MK_E_PROTOCOL : 0;
}

int
mk_write_all(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;
	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? MK_E_IO : mk_err_from_errno(errno);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
mk_pread_all(int fd, void *data, size_t len, uint64_t off)
{
	uint8_t *p = data;
	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return MK_E_IO;
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}

int
mk_pwrite_all(int fd, const void *data, size_t len, uint64_t off)
{
	const uint8_t *p = data;
	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? MK_E_IO : mk_err_from_errno(errno);
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}
