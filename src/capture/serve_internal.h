/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process side of the channel: one request in, answers out, pictures as sealed memfds. */
#ifndef MK_CAPTURE_SERVE_INTERNAL_H
#define MK_CAPTURE_SERVE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/wire/msg.h"

struct mk_serve {
	int fd;
	struct mk_msg req;
	char why[256]; /* English words of an error to be sent */
};

/* Waits for the request. 0, MK_E_LOST when the starter has gone, MK_E_PROTOCOL. */
int mk_serve_recv(struct mk_serve *s, int fd);
/* Sets the words (no personal data) and returns err. */
int mk_serve_why(struct mk_serve *s, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* An answer of the request's type; the caller fills and sends it. */
void mk_serve_reply(const struct mk_serve *s, struct mk_msg *out);
int mk_serve_send(struct mk_serve *s, struct mk_msg *m, bool more); /* frees m */
/* The last message: error (0 or MK_E_*) and words. */
int mk_serve_end(struct mk_serve *s, int err);

/* A picture being filled: width * height grey bytes in a memfd. */
struct mk_sink {
	int fd;
	uint32_t width, height;
	uint8_t *px; /* mapped, writable, zeroed; row y at px + y * width */
};

/*
 * Refuses more than 40 Mpixel before anything is allocated (decisions.md 11). 0, MK_E_TOO_BIG,
 * MK_E_IMAGE, MK_E_NOMEM.
 */
int mk_sink_open(struct mk_serve *s, struct mk_sink *k, uint64_t width, uint64_t height);
/* Cuts an open picture to fewer rows (a hand scanner's height is known at the end). */
int mk_sink_cut(struct mk_sink *k, uint32_t height);
/* Seals and sends; the sink is closed whatever happens. */
int mk_sink_send(
    struct mk_serve *s, struct mk_sink *k, unsigned dpi, unsigned page, unsigned count, bool more);
void mk_sink_close(struct mk_sink *k); /* safe on a closed or zeroed one with fd -1 */

#endif
