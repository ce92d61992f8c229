/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: a frame as a peer sends it, through a real socket, and what is made of its items. The first byte chooses: a whole raw frame,
 * a body under a good header, or a reading process's record.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/prompt.h"
#include "mynakura/wire/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* What the daemon relies on after the check: forms of values, and look-ups that stay inside the body. */
static void
walk(const uint8_t *body, size_t len, unsigned depth)
{
	struct mk_rd rd;
	struct mk_item it, first;
	char text[64];
	int r;
	require(depth <= 5);
	mk_rd_init(&rd, body, len);
	while ((r = mk_item_next(&rd, &it)) > 0) {
		require(mk_tag_name(it.tag) != NULL && it.type == mk_tag_type(it.tag));
		require(it.p >= body && it.p + it.len <= body + len);
		require(mk_find(body, len, it.tag, &first) && first.p <= it.p);
		if (it.type == MK_TYPE_U64 || it.type == MK_TYPE_I64)
			(void)mk_item_u64(&it);
		if (it.type == MK_TYPE_BOOL)
			require(it.len == 1 && it.p[0] <= 1);
		if (it.type == MK_TYPE_STR || it.type == MK_TYPE_SECRET) {
			require(memchr(it.p, 0, it.len) == NULL || it.len == 0);
			if (mk_get_str(body, len, it.tag, text, sizeof text) == 0)
				require(strlen(text) == first.len);
		}
		if (it.type == MK_TYPE_REC)
			walk(it.p, it.len, depth + 1);
	}
	require(r == 0);
}

/* Prompts as a client takes them: what is shown is text, and there is something to show or it is over. */
static void
prompts(const uint8_t *body, size_t len)
{
	static struct mk_prompts p;
	if (mk_prompts_parse(body, len, &p) < 0)
		return;
	size_t asks = 0;
	require(p.count <= MK_PROMPTS_MAX && (p.count > 0 || p.passed));
	for (size_t i = 0; i < p.count; i++) {
		const char *t = p.at[i].text;
		require(memchr(t, 0, sizeof p.at[i].text) != NULL &&
			mk_text_check(t, strlen(t), NULL) == 0);
		asks += mk_prompt_asks(p.at[i].kind) ? 1 : 0;
	}
	require(asks == p.asks && (asks == 0 || !p.passed));
}

static void
frame(const uint8_t *data, size_t len)
{
	static int sv[2] = {-1, -1};
	struct mk_msg m;
	if (sv[0] < 0)
		require(mk_chan_pair(sv) == 0);
	if (len == 0 || len > MK_FRAME_MAX + 64)
		return;
	require(send(sv[0], data, len, MSG_NOSIGNAL) == (ssize_t)len);
	int r = mk_chan_recv(sv[1], &m, -1);
	if (r < 0)
		return;
	require(len <= MK_FRAME_MAX && m.body.len == len - MK_FRAME_HEADER && m.nfds == 0);
	require(mk_items_check(m.body.data, m.body.len) == 0);
	walk(m.body.data, m.body.len, 1);
	prompts(m.body.data, m.body.len);
	require(
	    mk_chan_send(sv[0], &m, -1) == 0); /* and what was taken goes out as the same bytes */
	static uint8_t back[MK_FRAME_MAX];
	require(recv(sv[1], back, sizeof back, 0) == (ssize_t)len && memcmp(back, data, len) == 0);
	mk_msg_free(&m);
}

static void
body(const uint8_t *data, size_t len)
{
	uint8_t *f = malloc(MK_FRAME_HEADER + len);
	const uint8_t header[MK_FRAME_HEADER] = {'M', 'Y', 'N', 'K', MK_WIRE_VERSION, 0, 0, 41, 0,
	    0, 0, 1, (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
	require(f != NULL);
	memcpy(f, header, sizeof header);
	if (len > 0)
		memcpy(f + sizeof header, data, len);
	frame(f, MK_FRAME_HEADER + len);
	free(f);
}

static bool
digits_or_empty(const char *s)
{
	return s[0] == '\0' ||
	       (strlen(s) == MK_NUMBER_LEN && strspn(s, "0123456789") == MK_NUMBER_LEN);
}

static void
record(const uint8_t *data, size_t len)
{
	struct mk_reading r;
	if (mk_reading_parse(data, len, 1000, 800, &r) < 0)
		return;
	const struct mk_read_field *fields[] = {
	    &r.name, &r.kana, &r.address, &r.birth, &r.sex, &r.expires};
	require(digits_or_empty(r.number) && digits_or_empty(r.qr) && digits_or_empty(r.ocr));
	require(!r.certain || mk_number_valid(r.number));
	require(r.candidate_count <= MK_READ_CANDIDATES && r.warning_count <= MK_READ_WARNINGS);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *v = fields[i]->value;
		require(
		    memchr(v, 0, MK_READ_TEXT) != NULL && mk_text_check(v, strlen(v), NULL) == 0);
	}
	mk_reading_wipe(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const parts[])(const uint8_t *, size_t) = {frame, body, record};
	if (len > 0)
		parts[data[0] % 3](data + 1, len - 1);
	return 0;
}
