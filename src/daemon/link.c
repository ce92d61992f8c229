/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to the trail and the monitor, their answers, and what happens when there will be none.
 * Never blocks.
 */
#include <stdlib.h>

#include "mynakura/base/err.h"
#include "vault_internal.h"

struct pending {
	struct pending *next;
	int fd;
	uint32_t id;
	struct op *op;
	mk_answer_fn answer;
	struct mk_told *told;
};

static void
forget_pending(struct vault *v, struct pending *p)
{
	for (struct pending **q = &v->pending; *q != NULL; q = &(*q)->next) {
		if (*q == p) {
			*q = p->next;
			break;
		}
	}
	free(p);
}

static void
give(struct vault *v, struct pending *p, int r, struct mk_msg *m)
{
	struct op *op = p->op;
	mk_answer_fn f = p->answer;
	mk_tell(v, p->told, r, m);
	forget_pending(v, p);
	if (f != NULL)
		f(v, op, r, m);
}

static int
queue(struct vault *v, struct mk_msg *m)
{
	struct outmsg *o = calloc(1, sizeof *o);
	if (o == NULL)
		return MK_E_NOMEM;
	o->msg = *m;
	mk_msg_init(m, 0, 0);
	*v->trail_tail = o;
	v->trail_tail = &o->next;
	return 0;
}

void
mk_link_ask(struct vault *v, int fd, struct mk_msg *m, struct op *op, mk_answer_fn f)
{
	/* A trail that could not be opened cannot record; one whose process died takes the daemon along. */
	int gone = fd == v->trail && v->trail_error != 0 ? MK_E_TRAIL : MK_E_LOST;
	struct pending *p = calloc(1, sizeof *p);
	if (p == NULL || fd < 0 || (fd == v->trail && v->trail_dead)) {
		free(p);
		mk_msg_free(m);
		if (f != NULL)
			f(v, op, p == NULL ? MK_E_NOMEM : gone, NULL);
		return;
	}
	m->id = ++v->next_id;
	*p = (struct pending){.fd = fd, .id = m->id, .op = op, .answer = f};
	if (fd == v->trail)
		p->told = mk_tell_keep(v, m);
	/* At the end, so that answers are matched in order. */
	struct pending **q = &v->pending;
	while (*q != NULL)
		q = &(*q)->next;
	*q = p;
	int r = fd == v->trail && v->trail_out != NULL ? MK_E_AGAIN : mk_chan_send(fd, m, 0);
	if (r == MK_E_AGAIN && fd == v->trail)
		r = queue(v, m);
	mk_msg_free(m);
	if (r < 0)
		give(v, p, gone, NULL);
}

bool
mk_link_flush(struct vault *v)
{
	while (v->trail_out != NULL) {
		struct outmsg *o = v->trail_out;
		int r = mk_chan_send(v->trail, &o->msg, 0);
		if (r == MK_E_AGAIN)
			return true;
		v->trail_out = o->next;
		if (v->trail_out == NULL)
			v->trail_tail = &v->trail_out;
		mk_msg_free(&o->msg);
		free(o);
		if (r < 0)
			return false;
	}
	return true;
}

/* The trail's newest record, for status. */
static void
note_head(struct vault *v, const struct mk_msg *m)
{
	uint64_t seq = mk_get_u64(m->body.data, m->body.len, MK_T_seq, 0);
	if (seq > v->seq &&
	    mk_get_str(m->body.data, m->body.len, MK_T_head, v->head, sizeof v->head) == 0)
		v->seq = seq;
}

void
mk_link_answer(struct vault *v, int fd, struct mk_msg *m)
{
	if (m == NULL) {
		struct pending *p = v->pending;
		while (p != NULL) {
			if (p->fd != fd) {
				p = p->next;
				continue;
			}
			give(v, p, MK_E_LOST, NULL);
			p = v->pending; /* the callback may have changed the list */
		}
		return;
	}
	if (fd == v->trail && (m->type == MK_TR_APPEND || m->type == MK_TR_CHECKPOINT))
		note_head(v, m);
	for (struct pending *p = v->pending; p != NULL; p = p->next) {
		if (p->fd == fd && p->id == m->id) {
			give(v, p,
			    (int)mk_get_i64(m->body.data, m->body.len, MK_T_error, MK_E_PROTOCOL),
			    m);
			return;
		}
	}
}

void
mk_link_forget(struct vault *v, struct op *op)
{
	for (struct pending *p = v->pending; p != NULL; p = p->next) {
		if (p->op == op) {
			p->op = NULL;
			p->answer = NULL;
		}
	}
}
