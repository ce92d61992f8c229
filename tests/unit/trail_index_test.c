/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index against a full walk: random trails, random filters, both orders, pages and slices. Then
 * what a hand or a crash can do to the file, and what an auditor is shown.
 */
#include "mynakura/trail/index.h"

#include <sqlite3.h>

#include "mynakura/model/id.h"
#include "trail_kit.h"

#define MAX 6000

static char root[256], dir[300];

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	(void)state;
	snprintf(root, sizeof root, "%s/mk-index-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	snprintf(dir, sizeof dir, "%s/trail", root);
	return mkdtemp(root) == NULL ? -1 : (snprintf(dir, sizeof dir, "%s/trail", root), 0);
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- a small generator: the same trail for the same seed */

static uint64_t rng;

static unsigned
roll(unsigned n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)(rng >> 33) % n;
}

static const char *const actors[] = {"m0123456789aaa", "m0123456789bbb", "m0123456789ccc", ""};
static const char *const sessions[] = {"x0123456789aaa", "x0123456789bbb", "x0123456789ccc", ""};
static const char *const people[] = {"s0123456789aaa", "s0123456789bbb", "s0123456789ccc",
    "s0123456789ddd", "s0123456789eee", "s0123456789fff"};
static const char *const reasons[] = {"年末調整", "Ｒｅａｓｏｎ", "ガイド", "", "plain words"};
static const enum mk_action acts[] = {
    MK_A_reveal, MK_A_export, MK_A_login, MK_A_denied, MK_A_subject_list};
#define ONE(list) (list)[roll((unsigned)(sizeof(list) / sizeof((list)[0])))]

static int64_t clock_now;

static void
add_random(struct mk_trail *t)
{
	struct mk_event e;
	const char *subjects[6];
	char head[MK_TRAIL_HEX];
	memset(&e, 0, sizeof e);
	e.kind = (enum mk_event_kind)roll(3);
	e.action = ONE(acts);
	e.actor = ONE(actors);
	e.session = ONE(sessions);
	e.reason = ONE(reasons);
	e.result = roll(2) == 0 ? "ok" : "budget";
	for (size_t n = roll(4); e.n_subjects < n; e.n_subjects++)
		subjects[e.n_subjects] = ONE(people);
	e.subjects = subjects;
	uint64_t seq = mk_trail_head(t, head);
	if (e.kind == MK_EV_OUTCOME && seq > 5)
		e.ref = seq - roll(5);
	clock_now += roll(7200);
	if (roll(200) == 0)
		clock_now -= 86400 * 3; /* the clock is set back */
	if (roll(400) == 0)
		clock_now += 86400 * 20;
	e.time = clock_now;
	assert_int_equal(mk_trail_append(t, &e, false, NULL, NULL), 0);
}

static struct mk_trail *
make(uint64_t seed, int entries)
{
	struct mk_trail *t = NULL;
	rng = seed * 0x9e3779b97f4a7c15U + 1;
	clock_now = KIT_NOW;
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, KIT_NOW, &t), 0);
	for (int i = 0; i < entries; i++)
		add_random(t);
	assert_int_equal(mk_trail_sync(t), 0);
	return t;
}

static struct mk_trail_filter
random_filter(void)
{
	struct mk_trail_filter f;
	memset(&f, 0, sizeof f);
	if (roll(3) == 0)
		f.actor = roll(8) == 0 ? "m0123456789zzz" : actors[roll(3)];
	if (roll(3) == 0)
		f.action = mk_action_name(ONE(acts));
	if (roll(4) == 0)
		f.session = ONE(sessions);
	if (roll(4) == 0)
		f.subject = roll(8) == 0 ? "s0123456789zzz" : ONE(people);
	if (roll(6) == 0)
		f.ref = roll(300) + 1;
	if (roll(4) == 0)
		f.text = roll(2) == 0 ? "ﾘｰｿﾞﾝ" : roll(2) == 0 ? "reason" : "がい";
	if (roll(3) == 0)
		f.from = KIT_NOW + roll(86400 * 90);
	if (roll(3) == 0)
		f.to = KIT_NOW + roll(86400 * 120);
	return f;
}

/* --- both ways of listing */

struct list {
	uint64_t seq[MAX];
	size_t n, stop; /* stop: f says "enough" before the next one; 0 = never */
};

static int
note(const struct mk_entry *e, void *arg)
{
	struct list *l = arg;
	assert_true(l->n < MAX);
	if (l->stop != 0 && l->n == l->stop)
		return 1;
	l->seq[l->n++] = e->seq;
	assert_int_equal(strlen(e->hash), 64);
	return 0;
}

/* Page by page and slice by slice, as the trail role reads. */
static void
read_index(struct mk_index *x, const struct mk_trail_filter *f, struct list *l, size_t page)
{
	uint64_t cursor = 0;
	l->n = 0;
	for (;;) {
		size_t before = l->n;
		l->stop = page == 0 ? 0 : before + page;
		int r = mk_index_read(x, f, page == 0 ? 0 : 1, &cursor, note, l);
		assert_true(r == 0 || r == MK_E_AGAIN);
		if (r == MK_E_AGAIN)
			assert_int_equal(mk_index_update(x, 0), 0);
		else if (page == 0 || l->n < l->stop)
			return;
	}
}

static void
compare(struct mk_index *x, struct mk_trail_filter f)
{
	static struct list walk, index;
	walk.n = walk.stop = 0;
	assert_int_equal(mk_trail_read(dir, &f, note, &walk), 0);
	for (unsigned way = 0; way < 4; way++) {
		f.newest = (way & 1) != 0;
		read_index(x, &f, &index, (way & 2) != 0 ? 7 : 0);
		if (walk.n != index.n)
			print_error("actor %s action %s session %s subject %s ref %d text %s from "
				    "%d to %d newest %d: %zu, index %zu\n",
			    f.actor, f.action, f.session, f.subject, (int)f.ref, f.text,
			    (int)f.from, (int)f.to, f.newest, walk.n, index.n);
		assert_int_equal(walk.n, index.n);
		for (size_t i = 0; i < walk.n; i++)
			assert_int_equal(walk.seq[i], index.seq[f.newest ? walk.n - 1 - i : i]);
	}
}

static void
test_property(void **state)
{
	(void)state;
	size_t hits = 0;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct mk_index *x = NULL;
		char sub[400];
		snprintf(dir, sizeof dir, "%s/t%d", root, (int)seed);
		struct mk_trail *t = make(seed, 400);
		assert_int_equal(mk_index_open(dir, false, &x), 0);
		assert_false(mk_index_in_memory(x));
		assert_int_equal(mk_index_update(x, 0), 0);
		for (unsigned round = 0; round < 3; round++) {
			for (unsigned i = 0; i < 60; i++) {
				struct mk_trail_filter f = random_filter();
				static struct list l;
				compare(x, f);
				l.n = l.stop = 0;
				mk_trail_read(dir, &f, note, &l);
				hits += l.n > 0;
			}
			/* More lines, taken in one by one or at once; and a new start. */
			for (unsigned i = 0; i < 100; i++) {
				add_random(t);
				if (round == 1) {
					assert_int_equal(mk_trail_sync(t), 0);
					assert_int_equal(mk_index_update(x, 0), 0);
				}
			}
			assert_int_equal(mk_trail_sync(t), 0);
			assert_int_equal(mk_index_update(x, 0), 0);
			assert_int_equal(mk_index_check(x, 0), 0);
			mk_index_close(x);
			assert_int_equal(mk_index_open(dir, false, &x), 0);
			assert_true(mk_index_seq(x) > 400); /* kept over the start */
		}
		mk_index_close(x);
		assert_int_equal(mk_trail_close(t), 0);
		snprintf(sub, sizeof sub, "%s/index.db", dir);
		assert_int_equal(access(sub, F_OK), 0);
	}
	assert_true(hits > 200); /* control: the filters found something */
}

/* --- wrong, missing, another's */

static void
sql(const char *statement)
{
	char path[400];
	sqlite3 *db = NULL;
	snprintf(path, sizeof path, "%s/index.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, statement, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_changes(db) > 0, 1); /* the plant took */
	sqlite3_close(db);
}

static struct mk_index *
ready(void)
{
	struct mk_index *x = NULL;
	assert_int_equal(mk_index_open(dir, false, &x), 0);
	assert_int_equal(mk_index_update(x, 0), 0);
	return x;
}

/* Rows that lie about their line are found by reading, rows that are missing by comparing. */
static void
test_wrong_rows(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		bool reading; /* shown by the list itself */
	} plants[] = {
	    {"UPDATE rec SET actor = (SELECT id FROM word WHERE text = 'm0123456789aaa') WHERE "
	     "seq BETWEEN 50 AND 300",
		true},
	    {"UPDATE rec SET at = at + 1 WHERE seq > 100", true},
	    {"UPDATE rec SET seg = 77 WHERE seq > 100", true},
	    {"UPDATE rec SET time = time + 1 WHERE seq > 100", true},
	    {"DELETE FROM rec WHERE seq = 100", false},
	    {"DELETE FROM subj WHERE seq % 3 = 0", false},
	    {"INSERT INTO subj VALUES(1, 123456)", false},
	    {"INSERT INTO rec SELECT 9000000, seg, at, len, time, kind, action, actor, session, "
	     "ref FROM rec WHERE seq = 5",
		true},
	};
	struct mk_trail_filter all = {0}, aaa = {.actor = "m0123456789aaa"};
	assert_int_equal(mk_trail_close(make(9, 400)), 0);
	for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
		struct mk_index *x = ready();
		compare(x, aaa);
		mk_index_close(x);
		sql(plants[i].sql);
		x = ready();
		if (plants[i].reading) {
			compare(x, aaa); /* made anew on the way */
			compare(x, all);
		} else {
			assert_int_equal(mk_index_check(x, 0), MK_E_DAMAGED);
			assert_int_equal(mk_index_update(x, 0), 0);
		}
		assert_int_equal(mk_index_check(x, 0), 0);
		compare(x, (struct mk_trail_filter){.subject = people[0]});
		mk_index_close(x);
	}
}

/* The file itself: gone, cut, full of zeros, another program's, in the way. */
static void
test_wrong_file(void **state)
{
	(void)state;
	char path[400], wal[420];
	struct mk_trail_filter all = {0};
	assert_int_equal(mk_trail_close(make(10, 300)), 0);
	snprintf(path, sizeof path, "%s/index.db", dir);
	snprintf(wal, sizeof wal, "%s-wal", path);
	for (unsigned i = 0; i < 6; i++) {
		struct mk_index *x = ready();
		compare(x, all);
		mk_index_close(x);
		static char zero[65536];
		int fd = open(path, O_RDWR);
		assert_true(fd >= 0);
		if (i == 0)
			assert_int_equal(unlink(path), 0);
		if (i == 1)
			assert_int_equal(ftruncate(fd, 10000), 0);
		if (i == 2)
			assert_int_equal(pwrite(fd, zero, sizeof zero, 4096), sizeof zero);
		if (i == 3)
			assert_int_equal(pwrite(fd, "not a database at all", 21, 0), 21);
		if (i == 4) {
			assert_int_equal(unlink(path), 0);
			assert_int_equal(symlink("/etc/passwd", path), 0);
		}
		if (i == 5) {
			assert_int_equal(unlink(path), 0);
			assert_int_equal(mkdir(path, 0700), 0);
		}
		close(fd);
		x = ready();
		compare(x, all);
		assert_int_equal(mk_index_check(x, 0), 0);
		assert_int_equal(mk_index_in_memory(x), i == 5);
		mk_index_close(x);
		if (i == 5)
			rmdir(path);
	}
	/* The disk is full: the file goes, the lists stay; and at the next start. */
	struct mk_index *x = ready();
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(mk_index_yield(x), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(mk_index_update(x, 0), 0);
	compare(x, all);
	mk_index_close(x);
	assert_int_equal(mk_index_open(dir, true, &x), 0);
	assert_int_equal(mk_index_update(x, 0), 0);
	compare(x, all);
	assert_int_equal(access(path, F_OK), -1);
	mk_index_close(x);
	struct mk_verify_result r;
	assert_int_equal(mk_trail_verify(dir, NULL, &r), 0); /* the trail knows nothing of it */
	assert_int_equal(r.why, MK_WHY_ok);
}

/* The same folder, another trail. */
static void
test_other_trail(void **state)
{
	(void)state;
	char index[400], keep[400];
	assert_int_equal(mk_trail_close(make(11, 300)), 0);
	mk_index_close(ready());
	snprintf(index, sizeof index, "%s/index.db", dir);
	snprintf(keep, sizeof keep, "%s/kept", root);
	assert_int_equal(rename(index, keep), 0);
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(mk_trail_close(make(12, 300)), 0);
	assert_int_equal(rename(keep, index), 0);
	struct mk_index *x = NULL;
	assert_int_equal(mk_index_open(dir, false, &x), 0);
	assert_int_equal(mk_index_seq(x), 0);
	assert_int_equal(mk_index_update(x, 0), 0);
	compare(x, (struct mk_trail_filter){0});
	mk_index_close(x);
}

/* 2,000 people in one record: each finds it. */
static void
test_many_subjects(void **state)
{
	(void)state;
	static char id[MK_EVENT_SUBJECTS_MAX][MK_ID_MAX];
	static const char *list[MK_EVENT_SUBJECTS_MAX];
	struct mk_trail *t = make(13, 20);
	struct mk_event e;
	uint64_t seq = 0;
	for (unsigned i = 0; i < MK_EVENT_SUBJECTS_MAX; i++) {
		snprintf(id[i], sizeof id[i], "s%04uaaaaaaaaa", i);
		list[i] = id[i];
	}
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_INTENT;
	e.action = MK_A_export;
	e.time = clock_now;
	e.subjects = list;
	e.n_subjects = MK_EVENT_SUBJECTS_MAX;
	assert_int_equal(mk_trail_append(t, &e, true, &seq, NULL), 0);
	struct mk_index *x = ready();
	for (unsigned i = 0; i < MK_EVENT_SUBJECTS_MAX; i += 333) {
		static struct list l;
		struct mk_trail_filter f = {.subject = id[i]};
		read_index(x, &f, &l, 0);
		assert_int_equal(l.n, 1);
		assert_int_equal(l.seq[0], seq);
	}
	compare(x, (struct mk_trail_filter){.subject = id[1999]});
	mk_index_close(x);
	assert_int_equal(mk_trail_close(t), 0);
}

/* --- anomalies */

struct odd {
	uint64_t count[MK_AN_COUNT], seq[MK_AN_COUNT];
	unsigned rows[MK_AN_COUNT];
};

static int
note_odd(const struct mk_anomaly_row *row, void *arg)
{
	struct odd *o = arg;
	o->count[row->kind] += row->count;
	if (row->seq > o->seq[row->kind])
		o->seq[row->kind] = row->seq;
	o->rows[row->kind]++;
	return 0;
}

#define MONDAY (INT64_C(1795910400) + 86400) /* 2026-11-30 09:00 in Japan, a Monday */

static uint64_t
say(struct mk_trail *t, enum mk_event_kind kind, enum mk_action action, const char *actor,
    int64_t time, const char *result, const char *note)
{
	struct mk_event e;
	struct mk_detail d = {"note", note};
	uint64_t seq = 0;
	memset(&e, 0, sizeof e);
	e.kind = kind;
	e.action = action;
	e.actor = actor;
	e.time = time;
	e.result = result;
	e.details = &d;
	e.n_details = note == NULL ? 0 : 1;
	assert_int_equal(mk_trail_append(t, &e, false, &seq, NULL), 0);
	return seq;
}

static struct odd
odds(struct mk_trail *t, struct mk_index *x, int64_t from, int64_t to)
{
	struct odd o;
	memset(&o, 0, sizeof o);
	assert_int_equal(mk_trail_sync(t), 0);
	assert_int_equal(mk_index_update(x, 0), 0);
	assert_int_equal(mk_index_anomalies(x, from, to, note_odd, &o), 0);
	return o;
}

static void
test_anomalies(void **state)
{
	(void)state;
	const char *a = actors[0], *b = actors[1];
	static const struct {
		enum mk_anomaly kind;
		enum mk_event_kind record;
		enum mk_action action;
		const char *result, *note;
	} plants[] = {
	    {MK_AN_denied, MK_EV_EVENT, MK_A_denied, "denied", NULL},
	    {MK_AN_login_failed, MK_EV_EVENT, MK_A_login_failed, "auth", NULL},
	    {MK_AN_over_budget, MK_EV_EVENT, MK_A_denied, "budget", NULL},
	    {MK_AN_over_budget, MK_EV_OUTCOME, MK_A_reveal, "budget", NULL},
	    {MK_AN_unknown, MK_EV_OUTCOME, MK_A_reveal, "unknown", NULL},
	    {MK_AN_clock_jump, MK_EV_EVENT, MK_A_clock_jump, "ok", NULL},
	    {MK_AN_trail_torn, MK_EV_EVENT, MK_A_trail_torn, "torn", NULL},
	    {MK_AN_trail_full, MK_EV_EVENT, MK_A_trail_full, "nospace", NULL},
	    {MK_AN_keyring_repair, MK_EV_EVENT, MK_A_keyring_repair, "ok", NULL},
	    {MK_AN_rolled_back, MK_EV_EVENT, MK_A_alarm, "rolled_back", NULL},
	    {MK_AN_rolled_back, MK_EV_EVENT, MK_A_alarm, "tampered", NULL},
	    {MK_AN_alarm, MK_EV_EVENT, MK_A_alarm, "input", NULL},
	    {MK_AN_approval_deny, MK_EV_OUTCOME, MK_A_approval_deny, "ok", NULL},
	    {MK_AN_self_approval, MK_EV_OUTCOME, MK_A_approval_grant, "ok",
		"delayed " MK_SELF_APPROVAL_NOTE},
	    {MK_AN_purge, MK_EV_OUTCOME, MK_A_purge, "ok", NULL},
	};
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, MONDAY, &t), 0);
	struct mk_index *x = ready();
	struct odd o = odds(t, x, 0, 0), before;
	for (int k = 0; k < MK_AN_COUNT; k++)
		assert_int_equal(o.count[k], 0);
	/* A working day without anything: seven reveals, an export, the ends. */
	for (int i = 0; i < 7; i++) {
		say(t, MK_EV_INTENT, MK_A_reveal, a, MONDAY + i * 30, NULL, NULL);
		say(t, MK_EV_OUTCOME, MK_A_reveal, a, MONDAY + i * 30, "ok", NULL);
	}
	say(t, MK_EV_OUTCOME, MK_A_approval_grant, b, MONDAY + 400, "ok", NULL);
	say(t, MK_EV_EVENT, MK_A_login, b, MONDAY + 12 * 3600, "ok", NULL); /* 21:00 */
	say(t, MK_EV_EVENT, MK_A_session_end, b, MONDAY + 14 * 3600, "ok", NULL);
	o = odds(t, x, 0, 0);
	for (int k = 0; k < MK_AN_COUNT; k++)
		assert_int_equal(o.count[k], 0);
	for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
		before = odds(t, x, 0, 0);
		uint64_t seq = say(t, plants[i].record, plants[i].action, a,
		    MONDAY + 1000 + (int64_t)i, plants[i].result, plants[i].note);
		o = odds(t, x, 0, 0);
		for (int k = 0; k < MK_AN_COUNT; k++) {
			bool it = k == (int)plants[i].kind;
			assert_int_equal(o.count[k], before.count[k] + (it ? 1 : 0));
			if (it)
				assert_int_equal(o.seq[k], seq);
		}
	}
	/* The eighth reveal within ten minutes; another's do not count; slow ones neither. */
	say(t, MK_EV_INTENT, MK_A_reveal, b, MONDAY + 500, NULL, NULL);
	assert_int_equal(odds(t, x, 0, 0).count[MK_AN_burst], 0);
	say(t, MK_EV_INTENT, MK_A_reveal, a, MONDAY + 600, NULL, NULL);
	assert_int_equal(odds(t, x, 0, 0).count[MK_AN_burst], 1);
	for (int i = 0; i < 20; i++)
		say(t, MK_EV_INTENT, MK_A_reveal, b, MONDAY + 2000 + i * 90, NULL, NULL);
	assert_int_equal(odds(t, x, 0, 0).count[MK_AN_burst], 1);
	/* Night and weekend: 22:00, 05:59, Saturday noon; not 21:59, 06:00. */
	static const struct {
		int64_t after;
		unsigned odd;
	} hours[] = {{13 * 3600, 1}, {13 * 3600 - 1, 0}, {21 * 3600 - 1, 1}, {21 * 3600, 0},
	    {5 * 86400 + 3 * 3600, 1}, {4 * 86400, 0}, {7 * 86400 - 86400, 1}, {7 * 86400, 0}};
	for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
		before = odds(t, x, 0, 0);
		say(t, MK_EV_INTENT, MK_A_subject_set, b, MONDAY + hours[i].after, NULL, NULL);
		say(t, MK_EV_OUTCOME, MK_A_subject_set, b, MONDAY + hours[i].after, "ok", NULL);
		o = odds(t, x, 0, 0);
		assert_int_equal(
		    o.count[MK_AN_off_hours], before.count[MK_AN_off_hours] + hours[i].odd);
	}
	/* By member, and within the time asked for. */
	say(t, MK_EV_EVENT, MK_A_denied, b, MONDAY + 5000, "denied", NULL);
	o = odds(t, x, 0, 0);
	assert_int_equal(o.count[MK_AN_denied], 2);
	assert_int_equal(o.rows[MK_AN_denied], 2);
	o = odds(t, x, MONDAY + 5000, MONDAY + 5001);
	assert_int_equal(o.count[MK_AN_denied], 1);
	assert_int_equal(o.count[MK_AN_alarm], 0);
	assert_int_equal(odds(t, x, MONDAY + 5001, 0).count[MK_AN_denied], 0);
	uint64_t seq, made = say(t, MK_EV_EVENT, MK_A_audit_anchor, b, MONDAY + 6000, "ok", NULL);
	int64_t when;
	(void)odds(t, x, 0, 0);
	assert_int_equal(mk_index_last(x, MK_A_audit_anchor, &seq, &when), 0);
	assert_int_equal(seq, made);
	assert_int_equal(when, MONDAY + 6000);
	assert_int_equal(mk_index_last(x, MK_A_lock_all, &seq, &when), MK_E_NOT_FOUND);
	mk_index_close(x);
	assert_int_equal(mk_trail_close(t), 0);
}

static void
test_tables(void **state)
{
	(void)state;
	for (int k = 0; k < MK_AN_COUNT; k++) {
		assert_int_equal(mk_anomaly_find(mk_anomaly_name((enum mk_anomaly)k)), k);
		assert_non_null(mk_anomaly_words((enum mk_anomaly)k));
		assert_non_null(mk_anomaly_weight((enum mk_anomaly)k));
	}
	assert_int_equal(mk_anomaly_find("nothing"), MK_E_NOT_FOUND);
	assert_null(mk_anomaly_name(MK_AN_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_property, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_wrong_rows, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_wrong_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_other_trail, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many_subjects, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_anomalies, setup, teardown),
	    cmocka_unit_test(test_tables),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
