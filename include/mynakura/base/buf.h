/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growable byte buffer that wipes what it held when it grows or is freed, and a bounded reader.
 * Integers are big-endian. A failed allocation sets `failed`; every later put is a no-op, so that a
 * run of puts needs one check.
 */
#ifndef MK_BASE_BUF_H
#define MK_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool failed;
};

#define MK_BUF_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0, false                                                                  \
	}

void mk_buf_init(struct mk_buf *b);
void mk_buf_free(struct mk_buf *b); /* wipes and frees the content; b may be used again */
void mk_buf_reset(struct mk_buf *b); /* wipes the content, keeps the memory */
int mk_buf_error(const struct mk_buf *b); /* 0, or MK_E_NOMEM when a put failed */

void mk_buf_put(struct mk_buf *b, const void *data, size_t len);
void mk_buf_put_u8(struct mk_buf *b, uint8_t v);
void mk_buf_put_u16(struct mk_buf *b, uint16_t v);
void mk_buf_put_u32(struct mk_buf *b, uint32_t v);
void mk_buf_put_u64(struct mk_buf *b, uint64_t v);
void mk_buf_puts(struct mk_buf *b, const char *s); /* the bytes without the NUL */
void mk_buf_printf(struct mk_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* NUL-terminates (the NUL is not counted in len) and returns the text; "" when empty or failed. */
const char *mk_buf_str(struct mk_buf *b);
/* Reads all of fd, at most max bytes. MK_E_TOO_BIG, MK_E_IO, MK_E_NOMEM. */
int mk_buf_read_fd(struct mk_buf *b, int fd, size_t max);

struct mk_rd {
	const uint8_t *p;
	size_t left;
	bool failed; /* a read went past the end */
};

void mk_rd_init(struct mk_rd *r, const void *data, size_t len);
uint8_t mk_rd_u8(
    struct mk_rd *r); /* 0 with failed set when nothing is left; the same for the others */
uint16_t mk_rd_u16(struct mk_rd *r);
uint32_t mk_rd_u32(struct mk_rd *r);
uint64_t mk_rd_u64(struct mk_rd *r);
const uint8_t *mk_rd_bytes(
    struct mk_rd *r, size_t len); /* borrows from the source; NULL when short */
int mk_rd_end(
    const struct mk_rd *r); /* 0 when all was read and nothing failed, else MK_E_PROTOCOL */

/* Writes all len bytes to fd through EINTR and short writes. 0, MK_E_NOSPACE, MK_E_IO. */
int mk_write_all(int fd, const void *data, size_t len);
/* Reads exactly len bytes at off. 0, MK_E_IO on error or a short file. */
int mk_pread_all(int fd, void *data, size_t len, uint64_t off);
int mk_pwrite_all(int fd, const void *data, size_t len, uint64_t off);

#endif
