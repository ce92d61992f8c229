/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading through the index: the rows of the narrowest filter in their order, the others looked at
 * one by one, and each hit read from its line and compared. And comparing the index as a whole.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "index_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

#define ROWS_A_LOOK 64

/* What a filter means in the index's numbers. */
struct wanted {
	const struct mk_trail_filter *f;
	int64_t action, actor, session, subject; /* 0 = any */
	int64_t low, high; /* only these seqs: the times of the blocks say so */
	struct mk_buf needle, fold;
	bool none; /* an id that the index does not know: nothing matches */
	mk_entry_fn fn;
	void *arg;
};

static bool
set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static int
take_words(struct mk_index *x, struct wanted *w)
{
	const struct mk_trail_filter *f = w->f;
	const struct {
		const char *text;
		int64_t *id;
	} words[] = {{f->action, &w->action}, {f->actor, &w->actor}, {f->session, &w->session},
	    {f->subject, &w->subject}};
	int r = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!set(words[i].text))
			continue;
		*words[i].id = mk_index_word(x, words[i].text, false, &r);
		w->none = w->none || *words[i].id == 0;
	}
	return r;
}

/* Clocks jump, so a time bounds no seq by itself; the blocks' smallest and largest times do. */
static int
take_times(struct mk_index *x, struct wanted *w)
{
	static const char bounds[] =
	    "SELECT min(first), max(last) FROM block WHERE tmax >= ?1 AND tmin < ?2";
	struct sqlite3_stmt *st = NULL;
	w->low = 0;
	w->high = INT64_MAX;
	if (w->f->from == 0 && w->f->to == 0)
		return 0;
	int rc = sqlite3_prepare_v2(x->db, bounds, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, w->f->from == 0 ? INT64_MIN : w->f->from);
		sqlite3_bind_int64(st, 2, w->f->to == 0 ? INT64_MAX : w->f->to);
		rc = sqlite3_step(st);
		w->none = w->none || sqlite3_column_type(st, 0) == SQLITE_NULL;
		w->low = sqlite3_column_int64(st, 0);
		w->high = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return mk_index_rc(rc);
}

#define COLUMNS "r.seq, r.seg, r.at, r.len, r.time, r.kind, r.action, r.actor, r.session, r.ref"

static int
prepare(struct mk_index *x, const struct wanted *w, struct sqlite3_stmt **st)
{
	const struct mk_trail_filter *f = w->f;
	const char *source = "rec r WHERE r.seq BETWEEN ?1 AND ?2";
	int64_t a = 0, b = 0;
	char sql[400];
	if (w->subject != 0) {
		source = "subj s CROSS JOIN rec r ON r.seq = s.seq WHERE s.subject = ?3 AND "
			 "s.seq BETWEEN ?1 AND ?2";
		a = w->subject;
	} else if (f->ref != 0) {
		source = "rec r WHERE r.seq IN (SELECT ?3 UNION SELECT seq FROM rec INDEXED BY "
			 "rec_ref WHERE ref = ?3 AND ref != 0) AND r.seq BETWEEN ?1 AND ?2";
		a = (int64_t)f->ref;
	} else if (w->session != 0) {
		source = "rec r INDEXED BY rec_session WHERE r.session = ?3 AND r.session != 0 "
			 "AND r.seq BETWEEN ?1 AND ?2";
		a = w->session;
	} else if (w->actor != 0 && w->action != 0) {
		source = "rec r INDEXED BY rec_both WHERE r.actor = ?3 AND r.action = ?4 AND "
			 "r.seq BETWEEN ?1 AND ?2";
		a = w->actor;
		b = w->action;
	} else if (w->actor != 0 || w->action != 0) {
		source = w->actor != 0 ? "rec r INDEXED BY rec_actor WHERE r.actor = ?3 AND "
					 "r.seq BETWEEN ?1 AND ?2"
				       : "rec r INDEXED BY rec_action WHERE r.action = ?3 AND "
					 "r.seq BETWEEN ?1 AND ?2";
		a = w->actor != 0 ? w->actor : w->action;
	}
	snprintf(sql, sizeof sql, "SELECT " COLUMNS " FROM %s ORDER BY %s %s", source,
	    w->subject != 0 ? "s.seq" : "r.seq", f->newest ? "DESC" : "ASC");
	int rc = sqlite3_prepare_v2(x->db, sql, -1, st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(*st, 1, w->low);
		sqlite3_bind_int64(*st, 2, w->high);
		if (a != 0)
			sqlite3_bind_int64(*st, 3, a);
		if (b != 0)
			sqlite3_bind_int64(*st, 4, b);
	}
	return mk_index_rc(rc);
}

static void
get_row(struct sqlite3_stmt *st, struct mk_row *w)
{
	w->seq = (uint64_t)sqlite3_column_int64(st, 0);
	w->seg = sqlite3_column_int64(st, 1);
	w->at = sqlite3_column_int64(st, 2);
	w->len = sqlite3_column_int64(st, 3);
	w->time = sqlite3_column_int64(st, 4);
	w->kind = sqlite3_column_int64(st, 5);
	w->action = sqlite3_column_int64(st, 6);
	w->actor = sqlite3_column_int64(st, 7);
	w->session = sqlite3_column_int64(st, 8);
	w->ref = (uint64_t)sqlite3_column_int64(st, 9);
}

static bool
row_fits(const struct wanted *w, const struct mk_row *o)
{
	const struct mk_trail_filter *f = w->f;
	return (!set(f->kind) || mk_index_kind(f->kind) == o->kind) &&
	       (f->from == 0 || o->time >= f->from) && (f->to == 0 || o->time < f->to) &&
	       (f->ref == 0 || o->seq == f->ref || o->ref == f->ref) &&
	       (w->action == 0 || w->action == o->action) &&
	       (w->actor == 0 || w->actor == o->actor) &&
	       (w->session == 0 || w->session == o->session);
}

/* The row's line, or DAMAGED when there is none of its number. */
static int
line_of(struct mk_index *x, const struct mk_row *o, struct mk_line *l)
{
	int fd = mk_index_segment(x, o->seg);
	if (fd < 0 || o->len < 1 || o->len > MK_LINE_MAX || o->at < 0 ||
	    mk_pread_all(fd, x->line, (size_t)o->len, (uint64_t)o->at) < 0 ||
	    x->line[o->len - 1] != '\n' || mk_line_parse(x->line, (size_t)o->len - 1, l) < 0 ||
	    l->seq != o->seq)
		return MK_E_DAMAGED;
	return 0;
}

/* 0 go on, 1 enough. DAMAGED: the line does not say what the index said. */
static int
give(struct mk_index *x, struct wanted *w, const struct mk_row *o)
{
	struct mk_line l;
	struct mk_entry e;
	struct mk_row want;
	int r = line_of(x, o, &l);
	if (r < 0)
		return r;
	if (w->needle.len > 0 &&
	    (l.purged || !mk_body_has(l.body, l.body_len, &w->needle, &w->fold)))
		return 0;
	if (mk_entry_parse(&l, x->scratch, &e) < 0 || !mk_filter_fits(w->f, &e) ||
	    mk_index_row_of(x, &e, false, &want) < 0 || want.action != o->action ||
	    want.actor != o->actor || want.session != o->session || want.ref != o->ref ||
	    want.time != o->time)
		return MK_E_DAMAGED;
	r = w->fn(&e, w->arg);
	return r > 0 ? 1 : r;
}

static int
walk(struct mk_index *x, struct wanted *w, int64_t end, uint64_t *cursor)
{
	struct sqlite3_stmt *st = NULL;
	int r = prepare(x, w, &st), rc = SQLITE_DONE;
	for (unsigned n = 1; r == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW; n++) {
		struct mk_row o;
		get_row(st, &o);
		if (row_fits(w, &o))
			r = give(x, w, &o);
		if (r != 0)
			break; /* what f did not take stands before the cursor */
		*cursor = o.seq;
		if (n % ROWS_A_LOOK == 0 && end != 0 && mk_mono_ms() >= end)
			r = MK_E_AGAIN;
	}
	sqlite3_finalize(st);
	return r != 0 ? r : mk_index_rc(rc);
}

int
mk_index_read(struct mk_index *x, const struct mk_trail_filter *filter, unsigned ms,
    uint64_t *cursor, mk_entry_fn f, void *arg)
{
	struct wanted w = {
	    .f = filter, .needle = MK_BUF_INIT, .fold = MK_BUF_INIT, .fn = f, .arg = arg};
	int64_t end = ms == 0 ? 0 : mk_mono_ms() + ms;
	int r = take_words(x, &w);
	if (r == 0)
		r = take_times(x, &w);
	if (*cursor != 0 && filter->newest && *cursor <= (uint64_t)w.high)
		w.high = (int64_t)*cursor - 1;
	if (*cursor != 0 && !filter->newest && *cursor >= (uint64_t)w.low)
		w.low = *cursor >= INT64_MAX ? INT64_MAX : (int64_t)*cursor + 1;
	if (r == 0 && set(filter->text)) {
		mk_text_fold(&w.needle, filter->text, strlen(filter->text));
		r = mk_buf_error(&w.needle);
	}
	if (r == 0 && !w.none && w.low <= w.high)
		r = walk(x, &w, end, cursor);
	mk_buf_free(&w.needle);
	mk_buf_free(&w.fold);
	mk_index_leave(x);
	if (r == MK_E_DAMAGED) { /* ours, whatever f said: it returns other codes */
		r = mk_index_reset(x);
		return r < 0 ? r : MK_E_AGAIN;
	}
	return r > 0 ? 0 : r;
}

/* --- comparing all of it */

static bool
subjects_in(struct mk_index *x, const struct mk_entry *e)
{
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_SUBJ_GET);
	int err = 0;
	for (const char *p = e->subjects; st != NULL && *p != '\0';) {
		char id[MK_TRAIL_VAULT_MAX];
		size_t n = strcspn(p, " ");
		if (n < sizeof id) {
			memcpy(id, p, n);
			id[n] = '\0';
			sqlite3_bind_int64(st, 1, mk_index_word(x, id, false, &err));
			sqlite3_bind_int64(st, 2, (int64_t)e->seq);
			int rc = sqlite3_step(st);
			sqlite3_reset(st);
			if (rc != SQLITE_ROW)
				return false;
		}
		p += n + (p[n] == ' ' ? 1 : 0);
	}
	return st != NULL;
}

static bool
row_right(struct mk_index *x, const struct mk_entry *e, uint64_t at, size_t len)
{
	struct mk_row want, have;
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_REC_GET);
	if (st == NULL || mk_index_row_of(x, e, false, &want) < 0)
		return false;
	memset(&have, 0, sizeof have);
	sqlite3_bind_int64(st, 1, (int64_t)e->seq);
	if (sqlite3_step(st) == SQLITE_ROW)
		get_row(st, &have);
	sqlite3_reset(st);
	want.seg = have.seg;
	want.at = (int64_t)at;
	want.len = (int64_t)len + 1;
	return memcmp(&want, &have, sizeof want) == 0 && subjects_in(x, e);
}

static int
check_segment(struct mk_index *x, const char *name, int64_t end)
{
	struct mk_lines lines;
	struct mk_line l;
	struct mk_entry e;
	const char *s;
	size_t len;
	bool torn;
	struct mk_place *c = &x->check;
	int r = mk_lines_open(x->dir, name, &lines);
	if (r < 0)
		return r;
	mk_lines_at(&lines, c->next);
	for (unsigned n = 1;; n++) {
		uint64_t at = lines.offset;
		r = mk_lines_next(&lines, &s, &len, &torn);
		if (r <= 0 || torn)
			break;
		c->next = lines.offset;
		if (mk_line_parse(s, len, &l) < 0 || mk_entry_parse(&l, x->scratch, &e) < 0)
			continue;
		if (l.seq > x->place.seq)
			break; /* came since */
		c->seq++;
		if (!row_right(x, &e, at, len)) {
			r = MK_E_DAMAGED;
			break;
		}
		if (n % ROWS_A_LOOK == 0 && end != 0 && mk_mono_ms() >= end) {
			r = MK_E_AGAIN;
			break;
		}
	}
	mk_lines_close(&lines);
	return r < 0 ? r : 0;
}

/* Rows beside those that the lines call for? */
static int
count_rows(struct mk_index *x)
{
	struct sqlite3_stmt *st = NULL;
	int r = MK_E_DAMAGED;
	if (sqlite3_prepare_v2(x->db,
		"SELECT (SELECT count(*) FROM rec WHERE seq <= ?1), (SELECT count(*) FROM subj s "
		"LEFT JOIN rec r ON r.seq = s.seq WHERE r.seq IS NULL)",
		-1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, (int64_t)x->place.seq);
		if (sqlite3_step(st) == SQLITE_ROW &&
		    (uint64_t)sqlite3_column_int64(st, 0) == x->check.seq &&
		    sqlite3_column_int64(st, 1) == 0)
			r = 0;
	}
	sqlite3_finalize(st);
	return r;
}

int
mk_index_check(struct mk_index *x, unsigned ms)
{
	struct mk_segments s;
	int64_t end = ms == 0 ? 0 : mk_mono_ms() + ms;
	if (!x->checking)
		memset(&x->check, 0, sizeof x->check);
	x->checking = true;
	int r = mk_segments_list(x->dir, &s);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < s.n; i++) {
		int after = strcmp(s.name[i], x->check.name);
		if (after < 0)
			continue;
		if (after > 0) {
			memcpy(x->check.name, s.name[i], MK_SEGMENT_MAX);
			x->check.next = 0;
		}
		r = check_segment(x, s.name[i], end);
	}
	mk_segments_free(&s);
	if (r == MK_E_AGAIN)
		return r;
	if (r == 0)
		r = count_rows(x);
	x->checking = false;
	if (r == MK_E_DAMAGED && mk_index_reset(x) < 0)
		r = MK_E_IO;
	return r;
}
