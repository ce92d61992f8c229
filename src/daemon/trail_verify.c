/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifying the whole trail while it is being written: a signature takes half a millisecond and a
 * trail may hold tens of thousands, so it is done a slice at a time.
 */
#include <stdlib.h>

#include "mynakura/base/err.h"
#include "mynakura/trail/verify.h"
#include "trail_internal.h"

struct mk_walk {
	struct mk_walk *next;
	struct mk_msg msg;
	struct mk_verify *verify;
};

static void
put_verdict(const struct mk_verify_result *res, struct mk_buf *b)
{
	mk_put_bool(b, MK_T_ok, res->why == MK_WHY_ok);
	mk_put_u64(b, MK_T_entries, res->entries);
	mk_put_str(b, MK_T_from, res->from);
	mk_put_str(b, MK_T_to, res->to);
	mk_put_str(b, MK_T_head, res->head);
	mk_put_str(b, MK_T_key, res->fingerprint);
	if (res->head_seq != 0)
		mk_put_u64(b, MK_T_ref, res->head_seq);
	if (res->why != MK_WHY_ok) {
		mk_put_u64(b, MK_T_seq, res->bad);
		mk_put_str(b, MK_T_code, mk_why_code(res->why));
		mk_put_str(b, MK_T_why, mk_why_words(res->why));
	}
}

/* Answers and frees w, which is in no list. */
static void
end(struct mk_trail_role *t, struct mk_walk *w, int r)
{
	struct mk_msg reply;
	mk_msg_init(&reply, w->msg.type, w->msg.id);
	if (r == 0) {
		put_verdict(mk_verify_verdict(w->verify), &reply.body);
		/* What lists are made from is compared with what was verified. */
		t->checking = true;
	}
	mk_trail_reply(&w->msg, r, &reply);
	mk_verify_free(w->verify);
	mk_msg_free(&w->msg);
	free(w);
}

static void
add(struct mk_trail_role *t, struct mk_walk *w)
{
	struct mk_walk **q = &t->walks;
	while (*q != NULL)
		q = &(*q)->next;
	w->next = NULL;
	*q = w;
}

static int
begin(struct mk_trail_role *t, struct mk_walk *w)
{
	char key[128], head[128], now[MK_TRAIL_HEX];
	struct mk_verify_options opt = {NULL, NULL};
	const void *b = w->msg.body.data;
	size_t n = w->msg.body.len;
	uint64_t upto = 0;
	if (mk_get_str(b, n, MK_T_key, key, sizeof key) == 0)
		opt.key = key;
	if (mk_get_str(b, n, MK_T_head, head, sizeof head) == 0)
		opt.head = head;
	if (t->trail != NULL) {
		if (mk_trail_sync(t->trail) < 0)
			return MK_E_TRAIL;
		t->unsynced = false;
		upto = mk_trail_head(t->trail, now);
	}
	return mk_verify_begin(t->trail_dir, &opt, upto, &w->verify);
}

void
mk_walk_add(struct mk_trail_role *t, struct mk_msg *m)
{
	struct mk_walk *w = calloc(1, sizeof *w);
	if (w == NULL) {
		struct mk_msg reply;
		mk_msg_init(&reply, m->type, m->id);
		mk_trail_reply(m, MK_E_NOMEM, &reply);
		mk_msg_free(m);
		return;
	}
	w->msg = *m;
	mk_msg_init(m, 0, 0);
	int r = begin(t, w);
	if (r < 0)
		end(t, w, r);
	else
		add(t, w);
}

void
mk_walk_step(struct mk_trail_role *t)
{
	struct mk_walk *w = t->walks;
	if (w == NULL)
		return;
	t->walks = w->next;
	int r = mk_verify_step(w->verify, MK_SLICE_MS);
	if (r == MK_E_AGAIN)
		add(t, w); /* the next one's turn */
	else
		end(t, w, r);
}

void
mk_walks_free(struct mk_trail_role *t)
{
	while (t->walks != NULL) {
		struct mk_walk *w = t->walks;
		t->walks = w->next;
		mk_verify_free(w->verify);
		mk_msg_free(&w->msg);
		free(w);
	}
}
