/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request for a time stamp (RFC 3161) over a head of the trail, as DER. It is only written here:
 * the office sends it to a time stamping authority of its choice and keeps the answer.
 *
 * The imprint is the head itself: a head is a SHA-256 already (mynakura-trail(5)), so that anyone
 * can check the answer with the head's 64 digits alone, e.g. `openssl ts -verify -digest HEAD`.
 */
#ifndef MK_REPORT_TSQ_H
#define MK_REPORT_TSQ_H

#include <stdint.h>

#include "mynakura/base/buf.h"

#define MK_TSQ_NONCE 8

/*
 * Appends the TimeStampReq: version 1, imprint, nonce (random bytes, read as a positive number),
 * certReq TRUE. head: 64 hex digits, else MK_E_INPUT. MK_E_NOMEM.
 */
int mk_tsq(const char *head, const uint8_t nonce[MK_TSQ_NONCE], struct mk_buf *out);

#endif
