/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as bytes between the vault and the trail role: big-endian, texts with their NUL. */
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/trail/event.h"

#define TEXTS 9

static void
put(struct mk_buf *out, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);
	if (n > UINT16_MAX - 1) {
		out->failed = true;
		return;
	}
	mk_buf_put_u16(out, (uint16_t)(n + 1));
	mk_buf_put(out, s, n);
	mk_buf_put_u8(out, 0);
}

int
mk_event_pack(const struct mk_event *e, struct mk_buf *out)
{
	const char *texts[TEXTS] = {e->actor, e->role, e->session, e->terminal, e->from, e->ledger,
	    e->purpose, e->result, e->reason};
	if (e->n_subjects > MK_EVENT_SUBJECTS_MAX || e->n_details > MK_EVENT_DETAILS_MAX)
		return MK_E_TOO_BIG;
	mk_buf_put_u8(out, (uint8_t)e->kind);
	mk_buf_put_u16(out, (uint16_t)e->action);
	mk_buf_put_u64(out, (uint64_t)e->time);
	mk_buf_put_u8(out, e->has_uid ? 1 : 0);
	mk_buf_put_u32(out, e->uid);
	mk_buf_put_u64(out, e->ref);
	mk_buf_put_u64(out, e->commit);
	for (size_t i = 0; i < TEXTS; i++)
		put(out, texts[i]);
	mk_buf_put_u16(out, (uint16_t)e->n_subjects);
	for (size_t i = 0; i < e->n_subjects; i++)
		put(out, e->subjects[i]);
	mk_buf_put_u16(out, (uint16_t)e->n_details);
	for (size_t i = 0; i < e->n_details; i++) {
		put(out, e->details[i].key);
		put(out, e->details[i].value);
	}
	return mk_buf_error(out);
}

/* Borrowed from the message; its last byte is a NUL and no other is, or r fails. */
static const char *
get(struct mk_rd *r)
{
	size_t n = mk_rd_u16(r);
	const uint8_t *p = n == 0 ? NULL : mk_rd_bytes(r, n);
	if (p == NULL || memchr(p, 0, n) != p + n - 1) {
		r->failed = true;
		return "";
	}
	return (const char *)p;
}

void
mk_event_store_free(struct mk_event_store *store)
{
	free(store->subjects);
	free(store->details);
	store->subjects = NULL;
	store->details = NULL;
}

static int
get_lists(struct mk_rd *r, struct mk_event_store *store, struct mk_event *e)
{
	e->n_subjects = mk_rd_u16(r);
	if (e->n_subjects > MK_EVENT_SUBJECTS_MAX)
		return MK_E_PROTOCOL;
	store->subjects = calloc(e->n_subjects + 1, sizeof store->subjects[0]);
	if (store->subjects == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < e->n_subjects; i++)
		store->subjects[i] = get(r);
	e->n_details = mk_rd_u16(r);
	if (e->n_details > MK_EVENT_DETAILS_MAX)
		return MK_E_PROTOCOL;
	store->details = calloc(e->n_details + 1, sizeof store->details[0]);
	if (store->details == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < e->n_details; i++) {
		store->details[i].key = get(r);
		store->details[i].value = get(r);
	}
	e->subjects = store->subjects;
	e->details = store->details;
	return mk_rd_end(r);
}

int
mk_event_unpack(const void *data, size_t len, struct mk_event_store *store, struct mk_event *out)
{
	struct mk_event e;
	struct mk_rd r;
	memset(&e, 0, sizeof e);
	memset(store, 0, sizeof *store);
	const char **texts[TEXTS] = {&e.actor, &e.role, &e.session, &e.terminal, &e.from, &e.ledger,
	    &e.purpose, &e.result, &e.reason};
	mk_rd_init(&r, data, len);
	unsigned kind = mk_rd_u8(&r), action = mk_rd_u16(&r);
	e.time = (int64_t)mk_rd_u64(&r);
	e.has_uid = mk_rd_u8(&r) != 0;
	e.uid = mk_rd_u32(&r);
	e.ref = mk_rd_u64(&r);
	e.commit = mk_rd_u64(&r);
	for (size_t i = 0; i < TEXTS; i++)
		*texts[i] = get(&r);
	int bad = get_lists(&r, store, &e);
	if (bad == 0 && (kind > MK_EV_EVENT || action >= MK_A_COUNT))
		bad = MK_E_PROTOCOL;
	if (bad < 0) {
		mk_event_store_free(store);
		return bad;
	}
	e.kind = (enum mk_event_kind)kind;
	e.action = (enum mk_action)action;
	*out = e;
	return 0;
}
