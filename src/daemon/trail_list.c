/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists and sums of the trail, answered a slice at a time through the index: between two slices
 * records are taken, so that looking far back never makes an act wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "trail_internal.h"

#define PAGE_ROWS 200 /* records of one answer at most */
#define PAGE_BYTES 60000 /* and bytes, below the frame's limit */
#define SUBJECTS_SHOWN 1000 /* of one record; `count` tells how many there are */
#define RESETS_MAX 5 /* an index that never fits is a fault of ours: no endless work */

struct mk_job {
	struct mk_job *next;
	struct mk_msg msg, reply;
	char actor[MK_TRAIL_VAULT_MAX], action[32], subject[32], session[32], text[512];
	struct mk_trail_filter filter;
	uint64_t cursor; /* looked at up to here */
	uint64_t last; /* of the page */
	size_t rows;
	bool full; /* there may be more than this page */
	unsigned resets;
};

static void
put_some(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s[0] != '\0')
		mk_put_str(b, tag, s);
}

static void
put_subjects(struct mk_buf *b, const char *list)
{
	uint64_t n = 0;
	for (const char *p = list; *p != '\0'; n++) {
		size_t len = strcspn(p, " ");
		if (n < SUBJECTS_SHOWN)
			mk_put_bytes(b, MK_T_subject, p, len);
		p += len + (p[len] == ' ' ? 1 : 0);
	}
	if (n > 1)
		mk_put_u64(b, MK_T_count, n);
}

static void
fill_record(const struct mk_entry *e, struct mk_buf *rec)
{
	mk_put_u64(rec, MK_T_seq, e->seq);
	put_some(rec, MK_T_kind, e->kind);
	put_some(rec, MK_T_actor, e->actor);
	put_some(rec, MK_T_role, e->role);
	put_some(rec, MK_T_terminal, e->terminal);
	put_some(rec, MK_T_from, e->from);
	put_some(rec, MK_T_session, e->session);
	put_some(rec, MK_T_action, e->action[0] != '\0' ? e->action : e->kind);
	put_subjects(rec, e->subjects);
	put_some(rec, MK_T_ledger, e->ledger);
	put_some(rec, MK_T_purpose, e->purpose);
	put_some(rec, MK_T_result, strcmp(e->kind, "intent") == 0 ? e->kind : e->result);
	put_some(rec, MK_T_reason, e->reason);
	put_some(rec, MK_T_detail, e->detail);
	if (e->ref != 0)
		mk_put_u64(rec, MK_T_ref, e->ref);
	if (e->has_uid)
		mk_put_u64(rec, MK_T_sender_uid, e->uid);
	mk_put_i64(rec, MK_T_time, e->time);
	mk_put_str(rec, MK_T_hash, e->hash);
}

/* One more row; 1 when it does not go into this page any more. */
static int
put_entry(const struct mk_entry *e, void *arg)
{
	struct mk_job *j = arg;
	struct mk_buf rec = MK_BUF_INIT;
	uint64_t limit = j->filter.limit;
	if (j->rows >= PAGE_ROWS || (limit != 0 && j->rows >= limit)) {
		j->full = limit == 0 || j->rows < limit;
		return 1;
	}
	fill_record(e, &rec);
	j->full = j->rows > 0 && j->reply.body.len + rec.len + 8 > PAGE_BYTES;
	if (!j->full) {
		mk_put_rec(&j->reply.body, MK_T_item, &rec);
		j->last = e->seq;
		j->rows++;
	}
	mk_buf_free(&rec);
	return j->full ? 1 : 0;
}

static int
get_time(const struct mk_msg *m, unsigned tag, bool end, int64_t *out)
{
	char s[64];
	int r = mk_get_str(m->body.data, m->body.len, tag, s, sizeof s);
	if (r == MK_E_NOT_FOUND)
		return 0;
	if (r == 0)
		r = mk_time_parse(s, out);
	if (r == 0 && end && strlen(s) == 10) /* a day is meant to its end */
		*out += 86400;
	return r;
}

static int
get_filter(struct mk_job *j)
{
	struct mk_trail_filter *f = &j->filter;
	const struct mk_msg *m = &j->msg;
	const struct {
		unsigned tag;
		char *out;
		size_t cap;
		const char **set;
	} want[] = {{MK_T_actor, j->actor, sizeof j->actor, &f->actor},
	    {MK_T_action, j->action, sizeof j->action, &f->action},
	    {MK_T_subject, j->subject, sizeof j->subject, &f->subject},
	    {MK_T_session, j->session, sizeof j->session, &f->session},
	    {MK_T_text, j->text, sizeof j->text, &f->text}};
	char cursor[24];
	int r = get_time(m, MK_T_from, false, &f->from);
	if (r == 0)
		r = get_time(m, MK_T_to, true, &f->to);
	for (size_t i = 0; r == 0 && i < sizeof want / sizeof want[0]; i++) {
		r = mk_trail_text(m, want[i].tag, want[i].out, want[i].cap);
		*want[i].set = want[i].out[0] != '\0' ? want[i].out : NULL;
	}
	if (r < 0)
		return r;
	if (f->action != NULL && mk_action_find(f->action) < 0 &&
	    strcmp(f->action, "checkpoint") != 0)
		return MK_E_INPUT;
	if (mk_get_str(m->body.data, m->body.len, MK_T_cursor, cursor, sizeof cursor) == 0 &&
	    mk_str_u64(cursor, INT64_MAX, &j->cursor) < 0)
		return MK_E_INPUT;
	f->limit = mk_get_u64(m->body.data, m->body.len, MK_T_limit, 0);
	f->ref = mk_get_u64(m->body.data, m->body.len, MK_T_ref, 0);
	f->newest = mk_get_bool(m->body.data, m->body.len, MK_T_newest, false);
	if (f->ref > INT64_MAX)
		return MK_E_INPUT;
	/* A checkpoint's action is its kind. */
	if (f->action != NULL && strcmp(f->action, "checkpoint") == 0) {
		f->kind = f->action;
		f->action = NULL;
	}
	return 0;
}

static int
put_anomaly(const struct mk_anomaly_row *row, void *arg)
{
	struct mk_job *j = arg;
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_kind, mk_anomaly_name(row->kind));
	put_some(&rec, MK_T_actor, row->actor);
	mk_put_u64(&rec, MK_T_count, row->count);
	mk_put_u64(&rec, MK_T_seq, row->seq);
	mk_put_i64(&rec, MK_T_time, row->time);
	bool room = j->reply.body.len + rec.len + 8 <= PAGE_BYTES;
	if (room)
		mk_put_rec(&j->reply.body, MK_T_item, &rec);
	else
		mk_put_str(&j->reply.body, MK_T_warning, "there are more than are listed here");
	mk_buf_free(&rec);
	return room ? 0 : 1;
}

/* --- the jobs */

static int
begin(struct mk_trail_role *t, struct mk_job *j)
{
	int r = get_filter(j);
	if (r < 0)
		return r == MK_E_TOO_BIG ? r : MK_E_INPUT;
	if (t->trail == NULL || mk_trail_sync(t->trail) < 0)
		return MK_E_TRAIL;
	t->unsynced = false;
	return 0;
}

static void
end(struct mk_trail_role *t, int r)
{
	struct mk_job *j = t->jobs;
	t->jobs = j->next;
	mk_trail_reply(&j->msg, r, &j->reply);
	mk_msg_free(&j->msg);
	free(j);
}

void
mk_job_add(struct mk_trail_role *t, struct mk_msg *m)
{
	struct mk_job *j = calloc(1, sizeof *j), **q = &t->jobs;
	struct mk_msg reply;
	int r = j == NULL ? MK_E_NOMEM : 0;
	if (j != NULL) {
		j->msg = *m;
		mk_msg_init(&j->reply, m->type, m->id);
		r = begin(t, j);
	}
	if (r < 0) {
		mk_msg_init(&reply, m->type, m->id);
		mk_trail_reply(m, r, &reply);
		mk_msg_free(m);
		free(j);
		return;
	}
	mk_msg_init(m, 0, 0);
	while (*q != NULL)
		q = &(*q)->next;
	*q = j;
	t->behind = true; /* what came since belongs to the list */
	t->checking = t->checking || t->doubt;
}

void
mk_jobs_free(struct mk_trail_role *t)
{
	while (t->jobs != NULL) {
		struct mk_job *j = t->jobs;
		t->jobs = j->next;
		mk_msg_free(&j->msg);
		mk_msg_free(&j->reply);
		free(j);
	}
}

/* Whoever can write the file while nothing runs could leave out what somebody should not see. */
int
mk_index_begin(struct mk_trail_role *t, bool memory)
{
	int r = mk_index_open(t->trail_dir, memory, &t->index);
	t->doubt = r == 0 && mk_index_seq(t->index) > 0;
	return r;
}

/* The reserve is for records (R1), not for looking them up. */
void
mk_index_give_way(struct mk_trail_role *t)
{
	if (t->trail != NULL && t->index != NULL && mk_trail_full(t->trail) &&
	    !mk_index_in_memory(t->index) && mk_index_yield(t->index) < 0) {
		mk_index_close(t->index);
		t->index = NULL;
	}
}

void
mk_index_work(struct mk_trail_role *t)
{
	int r = 0;
	if (t->trail == NULL)
		return;
	if (t->index == NULL)
		r = mk_index_begin(t, mk_trail_full(t->trail));
	if (r == 0 && t->behind) {
		r = mk_index_update(t->index, MK_SLICE_MS);
		t->behind = r == MK_E_AGAIN;
	} else if (r == 0 && t->checking) {
		r = mk_index_check(t->index, MK_SLICE_MS);
		t->checking = r == MK_E_AGAIN;
		t->behind = r == MK_E_DAMAGED;
		t->doubt = t->doubt && r != 0 && r != MK_E_DAMAGED;
		if (r == MK_E_DAMAGED)
			mk_log("the trail's index was wrong and is made anew");
	}
	if (r < 0 && r != MK_E_AGAIN && r != MK_E_DAMAGED) {
		t->behind = t->checking = false;
		while (t->jobs != NULL)
			end(t, r);
	}
}

void
mk_index_forget(struct mk_trail_role *t)
{
	if (t->index != NULL && mk_index_reset(t->index) < 0) {
		mk_index_close(t->index);
		t->index = NULL;
	}
	t->behind = true;
}

static int
step(struct mk_trail_role *t, struct mk_job *j)
{
	char cursor[24];
	if (j->msg.type == MK_TR_ANOMALIES)
		return mk_index_anomalies(t->index, j->filter.from, j->filter.to, put_anomaly, j);
	int r = mk_index_read(t->index, &j->filter, MK_SLICE_MS, &j->cursor, put_entry, j);
	if (r == MK_E_AGAIN && mk_index_seq(t->index) == 0) {
		t->behind = true; /* it did not fit its lines */
		if (++j->resets > RESETS_MAX)
			return MK_E_INTERNAL;
	}
	if (r == 0 && j->full) {
		snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)j->last);
		mk_put_str(&j->reply.body, MK_T_cursor, cursor);
	}
	return r;
}

void
mk_job_step(struct mk_trail_role *t)
{
	struct mk_job *j = t->jobs;
	if (j == NULL || t->behind || t->doubt || t->index == NULL)
		return;
	int r = step(t, j);
	if (r == MK_E_AGAIN) { /* the next one's turn */
		struct mk_job **q = &t->jobs;
		t->jobs = j->next;
		j->next = NULL;
		while (*q != NULL)
			q = &(*q)->next;
		*q = j;
		return;
	}
	end(t, r == 0 ? mk_buf_error(&j->reply.body) : r);
}
