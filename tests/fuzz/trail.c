/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: a line of a trail, its body as genesis, checkpoint and entry, and an event as it
 * travels. A line that is accepted must be written back byte for byte.
 */
#include <stdlib.h>
#include <string.h>

#include "mynakura/trail/event.h"
#include "src/trail/chain_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
body(const char *s, size_t len)
{
	struct mk_genesis g;
	struct mk_checkpoint c;
	char time[MK_TIME_MAX];
	mk_body_kind(s, len);
	mk_body_time(s, len, time);
	if (mk_genesis_parse(s, len, &g) == 0 && !mk_vault_valid(g.vault))
		abort();
	if (mk_checkpoint_parse(s, len, &c) == 0 && c.head_len >= len)
		abort();
}

static void
line(const char *s, size_t len)
{
	struct mk_line l;
	struct mk_entry e;
	struct mk_buf again = MK_BUF_INIT;
	uint8_t zero[MK_HASH_LEN] = {0};
	bool leaf;
	if (mk_line_parse(s, len, &l) < 0)
		return;
	mk_line_format(&l, &again);
	if (again.len != len + 1 || memcmp(again.data, s, len) != 0)
		abort();
	mk_buf_free(&again);
	mk_line_check(&l, zero, &leaf);
	if (!l.purged)
		body(l.body, l.body_len);
	char *scratch = malloc(MK_LINE_MAX);
	if (scratch != NULL && mk_entry_parse(&l, scratch, &e) == 0 && strlen(e.hash) != 64)
		abort();
	free(scratch);
}

static void
event(const uint8_t *data, size_t size)
{
	struct mk_event_store store;
	struct mk_event e;
	struct mk_buf out = MK_BUF_INIT;
	if (mk_event_unpack(data, size, &store, &e) < 0)
		return;
	if (mk_event_check(&e) == 0)
		mk_event_body(&e, &out);
	mk_buf_free(&out);
	mk_event_store_free(&store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	line((const char *)data, size);
	body((const char *)data, size);
	event(data, size);
	/* A body that needs no right envelope: most inputs would stop at the line's form. */
	struct mk_line l;
	struct mk_entry e;
	memset(&l, 0, sizeof l);
	l.body = (const char *)data;
	l.body_len = size < MK_BODY_MAX ? size : MK_BODY_MAX;
	char *scratch = malloc(MK_LINE_MAX);
	if (scratch != NULL && size > 0)
		mk_entry_parse(&l, scratch, &e);
	free(scratch);
	return 0;
}
