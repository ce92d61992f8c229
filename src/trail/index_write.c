/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entry into the index: its ids as numbers, its row, its people, what is odd about it. */
#include <sqlite3.h>
#include <string.h>

#include "index_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

static unsigned
slot_of(const char *text)
{
	unsigned h = 2166136261U;
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619U;
	return (h ^ h >> 15) % MK_INDEX_WORDS;
}

/* In the table already? */
static int
look_up(struct mk_index *x, const char *text, int64_t *id)
{
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_WORD_GET);
	if (st == NULL)
		return MK_E_DAMAGED;
	sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	int rc = sqlite3_step(st);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return mk_index_rc(rc);
}

int64_t
mk_index_word(struct mk_index *x, const char *text, bool make, int *err)
{
	int64_t id = 0;
	unsigned slot = slot_of(text);
	bool fits = strlen(text) < sizeof x->word[0].text;
	if (text[0] == '\0')
		return 0;
	if (fits && strcmp(x->word[slot].text, text) == 0)
		return x->word[slot].id;
	int r = look_up(x, text, &id);
	if (r == 0 && id == 0 && make) {
		struct sqlite3_stmt *st = mk_index_stmt(x, ST_WORD_PUT);
		if (st != NULL)
			sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
		r = mk_index_run(st);
		id = r == 0 ? sqlite3_last_insert_rowid(x->db) : 0;
	}
	if (r < 0)
		*err = r;
	else if (fits && id != 0) {
		(void)mk_str_copy(x->word[slot].text, sizeof x->word[slot].text, text);
		x->word[slot].id = id;
	}
	return id;
}

int64_t
mk_index_kind(const char *kind)
{
	for (int k = MK_EV_INTENT; k <= MK_EV_EVENT; k++)
		if (strcmp(kind, mk_event_kind_name((enum mk_event_kind)k)) == 0)
			return k;
	return strcmp(kind, "checkpoint") == 0 ? KIND_CHECKPOINT : KIND_OTHER;
}

int
mk_index_row_of(struct mk_index *x, const struct mk_entry *e, bool make, struct mk_row *out)
{
	int r = 0;
	memset(out, 0, sizeof *out);
	out->seq = e->seq;
	out->time = e->time;
	out->kind = mk_index_kind(e->kind);
	out->action = mk_index_word(x, e->action, make, &r);
	out->actor = mk_index_word(x, e->actor, make, &r);
	out->session = mk_index_word(x, e->session, make, &r);
	out->ref = e->ref;
	return r;
}

static int
put_row(struct mk_index *x, const struct mk_row *w)
{
	const int64_t v[] = {(int64_t)w->seq, w->seg, w->at, w->len, w->time, w->kind, w->action,
	    w->actor, w->session, (int64_t)w->ref};
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_REC_PUT);
	if (st == NULL)
		return MK_E_DAMAGED;
	for (int i = 0; i < (int)(sizeof v / sizeof v[0]); i++)
		sqlite3_bind_int64(st, i + 1, v[i]);
	return mk_index_run(st);
}

static int
put_subjects(struct mk_index *x, const struct mk_entry *e)
{
	int r = 0;
	for (const char *p = e->subjects; r == 0 && *p != '\0';) {
		char id[MK_TRAIL_VAULT_MAX];
		size_t n = strcspn(p, " ");
		struct sqlite3_stmt *st = mk_index_stmt(x, ST_SUBJ_PUT);
		if (st == NULL)
			return MK_E_DAMAGED;
		if (n < sizeof id) {
			memcpy(id, p, n);
			id[n] = '\0';
			sqlite3_bind_int64(st, 1, mk_index_word(x, id, true, &r));
			sqlite3_bind_int64(st, 2, (int64_t)e->seq);
			if (r == 0)
				r = mk_index_run(st);
		}
		p += n + (p[n] == ' ' ? 1 : 0);
	}
	return r;
}

static int
put_odd(struct mk_index *x, enum mk_anomaly kind, const struct mk_row *w)
{
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_ODD_PUT);
	if (st == NULL)
		return MK_E_DAMAGED;
	sqlite3_bind_int64(st, 1, (int64_t)kind);
	sqlite3_bind_int64(st, 2, (int64_t)w->seq);
	sqlite3_bind_int64(st, 3, w->actor);
	sqlite3_bind_int64(st, 4, w->time);
	return mk_index_run(st);
}

/* Is this reveal the eighth of its member within ten minutes? The row itself is in already. */
static int
is_burst(struct mk_index *x, const struct mk_row *w, bool *burst)
{
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_EIGHTH);
	*burst = false;
	if (st == NULL)
		return MK_E_DAMAGED;
	sqlite3_bind_int64(st, 1, w->actor);
	sqlite3_bind_int64(st, 2, w->action);
	sqlite3_bind_int64(st, 3, MK_BURST_REVEALS - 1);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		int64_t apart = w->time - sqlite3_column_int64(st, 0);
		*burst = apart <= MK_BURST_SECONDS && apart >= -MK_BURST_SECONDS;
	}
	sqlite3_reset(st);
	return mk_index_rc(rc);
}

static int
put_odds(struct mk_index *x, const struct mk_entry *e, const struct mk_row *w)
{
	unsigned kinds = mk_anomaly_of(e);
	int r = 0;
	if (w->kind == KIND_INTENT && strcmp(e->action, mk_action_name(MK_A_reveal)) == 0) {
		bool burst;
		r = is_burst(x, w, &burst);
		kinds |= burst ? 1U << MK_AN_burst : 0;
	}
	for (int k = 0; r == 0 && k < MK_AN_COUNT; k++)
		if ((kinds >> k & 1) != 0)
			r = put_odd(x, (enum mk_anomaly)k, w);
	return r;
}

int
mk_index_put_block(struct mk_index *x)
{
	struct mk_block *b = &x->block;
	const int64_t v[] = {b->id, b->first, b->last, b->tmin, b->tmax};
	if (!b->used)
		return 0;
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_BLOCK_PUT);
	if (st == NULL)
		return MK_E_DAMAGED;
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(st, i + 1, v[i]);
	b->used = false;
	return mk_index_run(st);
}

static int
add_to_block(struct mk_index *x, const struct mk_row *w)
{
	struct mk_block *b = &x->block;
	int64_t id = (int64_t)(w->seq / MK_INDEX_BLOCK);
	int r = b->used && b->id != id ? mk_index_put_block(x) : 0;
	if (!b->used)
		*b = (struct mk_block){true, id, (int64_t)w->seq, 0, w->time, w->time};
	b->last = (int64_t)w->seq;
	b->tmin = w->time < b->tmin ? w->time : b->tmin;
	b->tmax = w->time > b->tmax ? w->time : b->tmax;
	return r;
}

int
mk_index_put(struct mk_index *x, const struct mk_line *l, const struct mk_entry *e, uint64_t at,
    uint64_t len)
{
	struct mk_row w;
	(void)l;
	int r = mk_index_row_of(x, e, true, &w);
	w.seg = x->place.seg;
	w.at = (int64_t)at;
	w.len = (int64_t)len;
	if (r == 0)
		r = put_row(x, &w);
	if (r == 0)
		r = put_subjects(x, e);
	if (r == 0)
		r = add_to_block(x, &w);
	if (r == 0)
		r = put_odds(x, e, &w);
	return r;
}
