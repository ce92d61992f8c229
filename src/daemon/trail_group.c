/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit: all records that wait on the socket are written, then one fsync, then each is
 * answered. Nothing is answered before it is on the disk, and on a full disk each record is tried
 * alone, so that one that may use the reserve is not lost with those that may not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/model/id.h"
#include "trail_internal.h"

#define DETAILS 9

/* The texts of an event, copied out of the message. */
struct texts {
	char kind[16], action[32], actor[MK_TRAIL_VAULT_MAX], roles[64], session[32], terminal[64],
	    from[64], ledger[32], object[32], purpose[80], result[32], reason[MK_EVENT_TEXT_MAX],
	    detail[MK_EVENT_TEXT_MAX], count[24], now[MK_TIME_MAX], sha256[65], approval[32],
	    approver[32], login_uid[12], login_session[12];
	char (*subject)[MK_ID_MAX];
	const char **subjects;
	size_t n_subjects;
};

static int
get_texts(const struct mk_msg *m, struct texts *x)
{
	const struct {
		unsigned tag;
		char *out;
		size_t cap;
	} want[] = {{MK_T_kind, x->kind, sizeof x->kind},
	    {MK_T_action, x->action, sizeof x->action}, {MK_T_actor, x->actor, sizeof x->actor},
	    {MK_T_roles, x->roles, sizeof x->roles}, {MK_T_session, x->session, sizeof x->session},
	    {MK_T_terminal, x->terminal, sizeof x->terminal}, {MK_T_from, x->from, sizeof x->from},
	    {MK_T_ledger, x->ledger, sizeof x->ledger}, {MK_T_id, x->object, sizeof x->object},
	    {MK_T_purpose, x->purpose, sizeof x->purpose},
	    {MK_T_result, x->result, sizeof x->result}, {MK_T_reason, x->reason, sizeof x->reason},
	    {MK_T_detail, x->detail, sizeof x->detail}, {MK_T_sha256, x->sha256, sizeof x->sha256},
	    {MK_T_approval, x->approval, sizeof x->approval},
	    {MK_T_approver, x->approver, sizeof x->approver}};
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		int r = mk_trail_text(m, want[i].tag, want[i].out, want[i].cap);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Every MK_T_subject of the message. */
static int
get_subjects(const struct mk_msg *m, struct texts *x)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0)
		n += it.tag == MK_T_subject;
	if (n == 0)
		return 0;
	if (n > MK_EVENT_SUBJECTS_MAX)
		return MK_E_TOO_BIG;
	x->subject = calloc(n, sizeof *x->subject);
	x->subjects = calloc(n, sizeof *x->subjects);
	if (x->subject == NULL || x->subjects == NULL)
		return MK_E_NOMEM;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_subject)
			continue;
		if (it.len >= sizeof x->subject[0])
			return MK_E_INPUT;
		memcpy(x->subject[x->n_subjects], it.p, it.len);
		x->subjects[x->n_subjects] = x->subject[x->n_subjects];
		x->n_subjects++;
	}
	return 0;
}

static int
kind_of(const char *s, enum mk_event_kind *out)
{
	for (int k = MK_EV_INTENT; k <= MK_EV_EVENT; k++) {
		if (strcmp(mk_event_kind_name((enum mk_event_kind)k), s) == 0) {
			*out = (enum mk_event_kind)k;
			return 0;
		}
	}
	return MK_E_PROTOCOL;
}

/* The login that the asker's process belongs to, where the kernel knows one. */
static size_t
fill_login(const struct mk_msg *m, struct texts *x, struct mk_detail *d)
{
	size_t n = 0;
	const void *b = m->body.data;
	uint64_t uid = mk_get_u64(b, m->body.len, MK_T_login_uid, UINT32_MAX),
		 session = mk_get_u64(b, m->body.len, MK_T_login_session, UINT32_MAX);
	if (uid < UINT32_MAX) {
		snprintf(x->login_uid, sizeof x->login_uid, "%u", (unsigned)uid);
		d[n++] = (struct mk_detail){"login_uid", x->login_uid};
	}
	if (session < UINT32_MAX) {
		snprintf(x->login_session, sizeof x->login_session, "%u", (unsigned)session);
		d[n++] = (struct mk_detail){"login_session", x->login_session};
	}
	return n;
}

static size_t
fill_details(const struct mk_msg *m, struct texts *x, struct mk_detail d[DETAILS])
{
	size_t n = fill_login(m, x, d);
	uint64_t count = mk_get_u64(m->body.data, m->body.len, MK_T_count, 0);
	int64_t now = mk_get_i64(m->body.data, m->body.len, MK_T_now, 0);
	if (x->object[0] != '\0')
		d[n++] = (struct mk_detail){"object", x->object};
	if (x->detail[0] != '\0')
		d[n++] = (struct mk_detail){"note", x->detail};
	if (count != 0) {
		snprintf(x->count, sizeof x->count, "%llu", (unsigned long long)count);
		d[n++] = (struct mk_detail){"count", x->count};
	}
	if (x->sha256[0] != '\0')
		d[n++] = (struct mk_detail){"sha256", x->sha256};
	if (x->approval[0] != '\0')
		d[n++] = (struct mk_detail){"approval", x->approval};
	if (x->approver[0] != '\0')
		d[n++] = (struct mk_detail){"approver", x->approver};
	if (now != 0) { /* demo offices only: the stated time stands in every record */
		mk_time_format(now, x->now);
		d[n++] = (struct mk_detail){"stated_time", x->now};
	}
	return n;
}

static void
fill_event(const struct mk_msg *m, const struct texts *x, struct mk_event *e)
{
	const void *b = m->body.data;
	size_t len = m->body.len;
	uint64_t uid = mk_get_u64(b, len, MK_T_sender_uid, UINT64_MAX);
	e->time = mk_get_i64(b, len, MK_T_time, 0);
	e->actor = x->actor;
	e->role = x->roles;
	e->has_uid = uid <= UINT32_MAX;
	e->uid = e->has_uid ? (uint32_t)uid : 0;
	e->session = x->session;
	e->terminal = x->terminal;
	e->from = x->from;
	e->ledger = x->ledger;
	e->subjects = x->subjects;
	e->n_subjects = x->n_subjects;
	e->purpose = x->purpose;
	e->result = x->result;
	e->ref = mk_get_u64(b, len, MK_T_seq, 0);
	e->commit = mk_get_u64(b, len, MK_T_commit, 0);
	e->reason = x->reason;
}

static int
append(struct mk_trail_role *t, struct mk_held *h, bool durable)
{
	struct texts x;
	struct mk_detail details[DETAILS];
	struct mk_event e = {0};
	if (t->trail == NULL)
		return MK_E_TRAIL;
	memset(&x, 0, sizeof x);
	int r = get_texts(&h->msg, &x);
	int action = mk_action_find(x.action);
	if (r == 0)
		r = action < 0 ? MK_E_PROTOCOL : kind_of(x.kind, &e.kind);
	if (r == 0)
		r = get_subjects(&h->msg, &x);
	if (r == 0) {
		e.action = (enum mk_action)action;
		fill_event(&h->msg, &x, &e);
		e.details = details;
		e.n_details = fill_details(&h->msg, &x, details);
		r = mk_trail_append(t->trail, &e, durable, &h->seq, h->head);
	}
	free(x.subject);
	free(x.subjects);
	return r;
}

/* Those before number n whose batch was given up since this was asked last. */
static void
mark_lost(struct mk_trail_role *t, size_t n)
{
	uint64_t upto;
	if (t->trail == NULL || !mk_trail_given_up(t->trail, &upto))
		return;
	for (size_t i = 0; i < n; i++)
		if (t->held[i].r == 0 && t->held[i].seq > upto)
			t->held[i].lost = true;
}

void
mk_group_add(struct mk_trail_role *t, struct mk_msg *m)
{
	uint64_t upto;
	if (t->n_held == MK_GROUP_MAX)
		mk_group_settle(t);
	if (t->n_held == 0 && t->trail != NULL)
		(void)mk_trail_given_up(t->trail, &upto); /* from here on it is about this group */
	struct mk_held *h = &t->held[t->n_held];
	memset(h, 0, sizeof *h);
	h->msg = *m;
	mk_msg_init(m, 0, 0);
	h->durable = mk_get_bool(h->msg.body.data, h->msg.body.len, MK_T_fsync, true);
	h->r = append(t, h, false);
	mark_lost(t, t->n_held);
	t->n_held++;
}

static void
answer(struct mk_trail_role *t, struct mk_held *h)
{
	struct mk_msg reply;
	(void)t;
	mk_msg_init(&reply, h->msg.type, h->msg.id);
	if (h->r == 0) {
		mk_put_u64(&reply.body, MK_T_seq, h->seq);
		mk_put_str(&reply.body, MK_T_head, h->head);
	}
	mk_trail_reply(&h->msg, h->r, &reply);
	mk_msg_free(&h->msg);
}

void
mk_group_settle(struct mk_trail_role *t)
{
	bool durable = false;
	for (size_t i = 0; i < t->n_held; i++)
		durable = durable || (t->held[i].durable && t->held[i].r == 0);
	if (t->n_held == 0)
		return;
	if (durable) {
		(void)mk_trail_sync(t->trail); /* each record is asked for below */
		mark_lost(t, t->n_held);
	}
	t->unsynced = !durable;
	for (size_t i = 0; i < t->n_held; i++) {
		struct mk_held *h = &t->held[i];
		if (h->lost) {
			uint64_t upto;
			h->r = append(t, h, true);
			/* Alone it costs none of the others. */
			(void)mk_trail_given_up(t->trail, &upto);
		} else if (h->r == 0 && durable && h->seq > mk_trail_synced(t->trail)) {
			h->r = MK_E_TRAIL;
		}
		answer(t, h);
	}
	t->n_held = 0;
	t->behind = true;
	mk_index_give_way(t);
}
