/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A time stamp request in DER: five fields, all shorter than 128 bytes. */
#include "mynakura/report/tsq.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define HASH_LEN 32
#define SHORT_MAX 127 /* the longest value whose length is one byte */

enum { BOOLEAN = 0x01, INTEGER = 0x02, OCTETS = 0x04, SEQUENCE = 0x30 };

/* id-sha256, 2.16.840.1.101.3.4.2.1, with its absent parameters as NULL (RFC 5754, 2). */
static const uint8_t sha256_algorithm[] = {
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00};

static void
put(struct mk_buf *b, uint8_t tag, const void *value, size_t len)
{
	if (len > SHORT_MAX) {
		b->failed = true;
		return;
	}
	mk_buf_put_u8(b, tag);
	mk_buf_put_u8(b, (uint8_t)len);
	mk_buf_put(b, value, len);
}

/* Two's complement, shortest form: no zero byte in front unless the next one has its high bit. */
static void
put_positive(struct mk_buf *b, const uint8_t *n, size_t len)
{
	uint8_t value[1 + MK_TSQ_NONCE] = {0};
	memcpy(value + 1, n, len);
	size_t skip = 0;
	while (skip < len && value[skip] == 0 && (value[skip + 1] & 0x80) == 0)
		skip++;
	put(b, INTEGER, value + skip, len + 1 - skip);
}

static void
put_imprint(struct mk_buf *b, const uint8_t hash[HASH_LEN])
{
	struct mk_buf in = MK_BUF_INIT;
	put(&in, SEQUENCE, sha256_algorithm, sizeof sha256_algorithm);
	put(&in, OCTETS, hash, HASH_LEN);
	put(b, SEQUENCE, in.data, in.len);
	b->failed |= in.failed;
	mk_buf_free(&in);
}

int
mk_tsq(const char *head, const uint8_t nonce[MK_TSQ_NONCE], struct mk_buf *out)
{
	static const uint8_t version = 1, yes = 0xff;
	uint8_t hash[HASH_LEN];
	struct mk_buf in = MK_BUF_INIT;
	int r = mk_unhex(head, hash, sizeof hash);
	if (r < 0)
		return r;
	put_positive(&in, &version, 1);
	put_imprint(&in, hash);
	put_positive(&in, nonce, MK_TSQ_NONCE);
	put(&in, BOOLEAN, &yes, 1);
	put(out, SEQUENCE, in.data, in.len);
	out->failed |= in.failed;
	mk_buf_free(&in);
	return mk_buf_error(out);
}
