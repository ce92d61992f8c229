/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index's file: opening it, throwing it away when it does not fit, and taking in the lines that
 * came since. A crash may lose its newest rows and nothing else: they are taken in again.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define INDEX_VERSION 1
#define LINES_A_LOOK 256 /* between two looks at the clock */

static const char schema[] =
    "CREATE TABLE seg(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INT);"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE rec(seq INTEGER PRIMARY KEY, seg INT, at INT, len INT, time INT, kind INT,"
    " action INT, actor INT, session INT, ref INT);"
    "CREATE INDEX rec_action ON rec(action, seq);"
    "CREATE INDEX rec_actor ON rec(actor, seq);"
    "CREATE INDEX rec_both ON rec(actor, action, seq);"
    "CREATE INDEX rec_session ON rec(session, seq) WHERE session != 0;"
    "CREATE INDEX rec_ref ON rec(ref, seq) WHERE ref != 0;"
    "CREATE TABLE subj(subject INT, seq INT, PRIMARY KEY(subject, seq)) WITHOUT ROWID;"
    "CREATE TABLE block(id INTEGER PRIMARY KEY, first INT, last INT, tmin INT, tmax INT);"
    "CREATE TABLE odd(kind INT, seq INT, actor INT, time INT, PRIMARY KEY(kind, seq))"
    " WITHOUT ROWID;"
    "CREATE TABLE place(one INTEGER PRIMARY KEY CHECK(one = 1), seq INT, link BLOB, seg INT,"
    " at INT, next INT);"
    "PRAGMA user_version = 1;";

static const char *const texts[ST_COUNT] = {
    [ST_WORD_GET] = "SELECT id FROM word WHERE text = ?1",
    [ST_WORD_PUT] = "INSERT INTO word(text) VALUES(?1)",
    [ST_REC_PUT] = "INSERT INTO rec VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [ST_SUBJ_PUT] = "INSERT OR IGNORE INTO subj VALUES(?1, ?2)",
    [ST_BLOCK_PUT] = "INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE SET "
		     "last = excluded.last, tmin = min(tmin, excluded.tmin), "
		     "tmax = max(tmax, excluded.tmax)",
    [ST_PLACE_PUT] = "INSERT OR REPLACE INTO place VALUES(1, ?1, ?2, ?3, ?4, ?5)",
    [ST_SEG_END] = "UPDATE seg SET bytes = ?1 WHERE id = ?2",
    [ST_SEG_PUT] = "INSERT INTO seg(name) VALUES(?1)",
    [ST_ODD_PUT] = "INSERT OR IGNORE INTO odd VALUES(?1, ?2, ?3, ?4)",
    [ST_REC_GET] = "SELECT seq, seg, at, len, time, kind, action, actor, session, ref FROM rec "
		   "WHERE seq = ?1",
    [ST_SUBJ_GET] = "SELECT 1 FROM subj WHERE subject = ?1 AND seq = ?2",
    [ST_EIGHTH] = "SELECT time FROM rec INDEXED BY rec_both WHERE actor = ?1 AND action = ?2 AND "
		  "kind = 0 ORDER BY seq DESC LIMIT 1 OFFSET ?3",
    [ST_SEG_NAME] = "SELECT name FROM seg WHERE id = ?1",
};

int
mk_index_rc(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return MK_E_NOSPACE;
	case SQLITE_NOMEM:
		return MK_E_NOMEM;
	default:
		return MK_E_DAMAGED; /* whatever it is, a new one is the answer */
	}
}

struct sqlite3_stmt *
mk_index_stmt(struct mk_index *x, enum mk_index_stmt s)
{
	if (x->stmt[s] == NULL && sqlite3_prepare_v3(x->db, texts[s], -1, SQLITE_PREPARE_PERSISTENT,
				      &x->stmt[s], NULL) != SQLITE_OK)
		return NULL;
	return x->stmt[s];
}

int
mk_index_run(struct sqlite3_stmt *st)
{
	if (st == NULL)
		return MK_E_DAMAGED;
	int r = mk_index_rc(sqlite3_step(st));
	sqlite3_reset(st);
	return r;
}

int
mk_index_exec(struct mk_index *x, const char *sql)
{
	return mk_index_rc(sqlite3_exec(x->db, sql, NULL, NULL, NULL));
}

void
mk_index_leave(struct mk_index *x)
{
	if (x->seg_fd >= 0)
		close(x->seg_fd);
	x->seg_fd = -1;
	x->seg_id = 0;
}

static void
close_db(struct mk_index *x)
{
	for (size_t i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(x->stmt[i]);
	memset(x->stmt, 0, sizeof x->stmt);
	sqlite3_close(x->db);
	x->db = NULL;
	mk_index_leave(x);
	memset(x->word, 0, sizeof x->word);
	memset(&x->place, 0, sizeof x->place);
	memset(&x->block, 0, sizeof x->block);
	x->checking = false;
}

/*
 * WAL and NORMAL: whole after a crash, an fsync only where the log is folded in. Locked alone, so
 * that no shared memory file is made.
 */
static int
open_db(struct mk_index *x)
{
	static const char settings[] =
	    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cache_spill=OFF;"
	    "PRAGMA cache_size=-16000; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=2000;"
	    "PRAGMA journal_size_limit=4194304;";
	const char *path = x->memory ? ":memory:" : x->path;
	int fd = x->memory ? -1
			   : openat(x->dir, MK_INDEX_NAME,
				 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (!x->memory && fd < 0)
		return mk_err_from_errno(errno);
	if (fd >= 0)
		close(fd);
	if (sqlite3_open_v2(path, &x->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		    (x->memory ? SQLITE_OPEN_CREATE : 0),
		NULL) != SQLITE_OK)
		return MK_E_IO;
	sqlite3_db_config(x->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return mk_index_exec(x, settings);
}

static int
version_of(struct mk_index *x)
{
	struct sqlite3_stmt *st = NULL;
	int v = -1;
	if (sqlite3_prepare_v2(x->db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return v;
}

static int
start_empty(struct mk_index *x)
{
	close_db(x);
	unlinkat(x->dir, MK_INDEX_NAME, 0);
	unlinkat(x->dir, MK_INDEX_NAME "-wal", 0);
	unlinkat(x->dir, MK_INDEX_NAME "-journal", 0);
	int r = open_db(x);
	if (r == 0)
		r = mk_index_exec(x, schema);
	return r;
}

int
mk_index_reset(struct mk_index *x)
{
	int r = start_empty(x);
	if (r < 0 && !x->memory) {
		x->memory = true;
		r = start_empty(x);
	}
	return r < 0 ? (r == MK_E_NOMEM ? r : MK_E_IO) : 0;
}

int
mk_index_yield(struct mk_index *x)
{
	if (x->memory)
		return 0;
	x->memory = true;
	return mk_index_reset(x);
}

/* The line at x->place is still the one that was taken last. */
static bool
place_holds(struct mk_index *x)
{
	struct mk_line l;
	const struct mk_place *p = &x->place;
	size_t len = (size_t)(p->next - p->at);
	int fd = mk_index_segment(x, p->seg);
	if (fd < 0 || p->next <= p->at || len > MK_LINE_MAX ||
	    mk_pread_all(fd, x->line, len, p->at) < 0 || x->line[len - 1] != '\n')
		return false;
	return mk_line_parse(x->line, len - 1, &l) == 0 && l.seq == p->seq &&
	       memcmp(l.link, p->link, sizeof l.link) == 0;
}

/* A purge changes the sizes of segments that the index has left behind. */
static bool
segments_hold(struct mk_index *x)
{
	struct sqlite3_stmt *st = NULL;
	bool ok = true;
	if (sqlite3_prepare_v2(x->db, "SELECT name, bytes FROM seg WHERE bytes IS NOT NULL", -1,
		&st, NULL) != SQLITE_OK)
		return false;
	while (ok && sqlite3_step(st) == SQLITE_ROW) {
		struct stat s;
		const char *name = (const char *)sqlite3_column_text(st, 0);
		ok = name != NULL && fstatat(x->dir, name, &s, AT_SYMLINK_NOFOLLOW) == 0 &&
		     s.st_size == sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return ok;
}

static bool
load_place(struct mk_index *x)
{
	static const char get[] = "SELECT p.seq, p.link, p.seg, p.at, p.next, s.name FROM place p "
				  "JOIN seg s ON s.id = p.seg";
	struct sqlite3_stmt *st = NULL;
	struct mk_place *p = &x->place;
	bool ok = false;
	if (sqlite3_prepare_v2(x->db, get, -1, &st, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 1) == MK_HASH_LEN) {
		const char *name = (const char *)sqlite3_column_text(st, 5);
		p->seq = (uint64_t)sqlite3_column_int64(st, 0);
		memcpy(p->link, sqlite3_column_blob(st, 1), MK_HASH_LEN);
		p->seg = sqlite3_column_int64(st, 2);
		p->at = (uint64_t)sqlite3_column_int64(st, 3);
		p->next = (uint64_t)sqlite3_column_int64(st, 4);
		ok = name != NULL && mk_segment_valid(name) &&
		     mk_str_copy(p->name, sizeof p->name, name) == 0;
	}
	sqlite3_finalize(st);
	return ok;
}

int
mk_index_open(const char *dir, bool memory, struct mk_index **out)
{
	struct mk_index *x = calloc(1, sizeof *x);
	if (x == NULL)
		return MK_E_NOMEM;
	int r = 0;
	x->seg_fd = -1;
	x->memory = memory;
	x->scratch = malloc(MK_LINE_MAX);
	x->line = malloc(MK_LINE_MAX);
	x->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->scratch == NULL || x->line == NULL)
		r = MK_E_NOMEM;
	else if (x->dir < 0)
		r = mk_err_from_errno(errno);
	else if (snprintf(x->path, sizeof x->path, "%s/%s", dir, MK_INDEX_NAME) >=
		 (int)sizeof x->path)
		r = MK_E_TOO_BIG;
	if (r == 0 && (memory || open_db(x) < 0 || version_of(x) != INDEX_VERSION ||
			  !load_place(x) || !place_holds(x) || !segments_hold(x)))
		r = mk_index_reset(x);
	mk_index_leave(x);
	if (r < 0)
		mk_index_close(x);
	else
		*out = x;
	return r;
}

void
mk_index_close(struct mk_index *x)
{
	if (x == NULL)
		return;
	close_db(x);
	if (x->dir >= 0)
		close(x->dir);
	free(x->scratch);
	free(x->line);
	free(x);
}

uint64_t
mk_index_seq(const struct mk_index *x)
{
	return x->place.seq;
}

bool
mk_index_in_memory(const struct mk_index *x)
{
	return x->memory;
}

int
mk_index_segment(struct mk_index *x, int64_t id)
{
	struct sqlite3_stmt *st;
	if (x->seg_fd >= 0 && x->seg_id == id)
		return x->seg_fd;
	mk_index_leave(x);
	st = mk_index_stmt(x, ST_SEG_NAME);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		if (name != NULL && mk_segment_valid(name))
			x->seg_fd = openat(x->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	sqlite3_reset(st);
	x->seg_id = id;
	return x->seg_fd;
}

/* --- taking in */

/* The segment that is left is closed: its size is remembered. */
static int
new_segment(struct mk_index *x, const char *name)
{
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_SEG_END);
	int r = MK_E_DAMAGED;
	if (st != NULL) {
		sqlite3_bind_int64(st, 1, (int64_t)x->place.next);
		sqlite3_bind_int64(st, 2, x->place.seg);
		r = mk_index_run(st);
	}
	st = r == 0 ? mk_index_stmt(x, ST_SEG_PUT) : NULL;
	if (st != NULL)
		sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (r == 0)
		r = mk_index_run(st);
	memcpy(x->place.name, name, MK_SEGMENT_MAX);
	x->place.seg = sqlite3_last_insert_rowid(x->db);
	x->place.next = 0;
	return r;
}

static int
take_line(struct mk_index *x, const char *s, size_t len, uint64_t at)
{
	struct mk_line l;
	struct mk_entry e;
	struct mk_place *p = &x->place;
	if (mk_line_parse(s, len, &l) < 0)
		return 0;
	if (l.seq <= p->seq) /* not in their order: no trail of ours; mk_trail_verify says so */
		return 0;
	int r = mk_entry_parse(&l, x->scratch, &e) < 0 ? 0 : mk_index_put(x, &l, &e, at, len + 1);
	p->seq = l.seq;
	memcpy(p->link, l.link, sizeof p->link);
	p->at = at;
	p->next = at + len + 1;
	return r;
}

/* What stands in one segment after x->place. *over: the time is up. */
static int
take_segment(struct mk_index *x, int64_t end, bool *over)
{
	struct mk_lines lines;
	const char *s;
	size_t len;
	bool torn;
	int r = mk_lines_open(x->dir, x->place.name, &lines);
	if (r < 0)
		return r;
	mk_lines_at(&lines, x->place.next);
	for (unsigned n = 1;; n++) {
		uint64_t at = lines.offset;
		r = mk_lines_next(&lines, &s, &len, &torn);
		if (r <= 0 || torn)
			break;
		r = take_line(x, s, len, at);
		if (r < 0)
			break;
		if (n % LINES_A_LOOK == 0 && end != 0 && mk_mono_ms() >= end) {
			*over = true;
			break;
		}
	}
	mk_lines_close(&lines);
	return r < 0 ? r : 0;
}

static int
put_place(struct mk_index *x)
{
	const struct mk_place *p = &x->place;
	struct sqlite3_stmt *st = mk_index_stmt(x, ST_PLACE_PUT);
	if (st == NULL)
		return MK_E_DAMAGED;
	sqlite3_bind_int64(st, 1, (int64_t)p->seq);
	sqlite3_bind_blob(st, 2, p->link, sizeof p->link, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, p->seg);
	sqlite3_bind_int64(st, 4, (int64_t)p->at);
	sqlite3_bind_int64(st, 5, (int64_t)p->next);
	return mk_index_run(st);
}

static int
take_all(struct mk_index *x, int64_t end, bool *over)
{
	struct mk_segments s;
	int r = mk_segments_list(x->dir, &s);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && !*over && i < s.n; i++) {
		int after = strcmp(s.name[i], x->place.name);
		if (after < 0)
			continue;
		if (after > 0)
			r = new_segment(x, s.name[i]);
		if (r == 0)
			r = take_segment(x, end, over);
	}
	mk_segments_free(&s);
	return r;
}

/* Is there anything? Asked after every append, so cheaply. */
static bool
nothing_new(const struct mk_index *x)
{
	struct stat st;
	return x->place.seq > 0 && fstatat(x->dir, x->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (uint64_t)st.st_size == x->place.next;
}

static int
update(struct mk_index *x, unsigned ms, bool *over)
{
	int r = mk_index_exec(x, "BEGIN");
	if (r == 0)
		r = take_all(x, ms == 0 ? 0 : mk_mono_ms() + ms, over);
	if (r == 0)
		r = mk_index_put_block(x);
	if (r == 0 && x->place.seq > 0)
		r = put_place(x);
	if (r == 0)
		r = mk_index_exec(x, "COMMIT");
	return r;
}

int
mk_index_update(struct mk_index *x, unsigned ms)
{
	bool over = false;
	struct mk_segments s;
	if (nothing_new(x)) {
		/* A newer segment may stand beside it. */
		int r = mk_segments_list(x->dir, &s);
		bool last = r == 0 && s.n > 0 && strcmp(s.name[s.n - 1], x->place.name) == 0;
		if (r == 0)
			mk_segments_free(&s);
		if (r < 0 || last)
			return r;
	}
	int r = update(x, ms, &over);
	if (r == MK_E_IO || r == MK_E_NOMEM)
		goto failed; /* a segment could not be read: the index is not at fault */
	if (r < 0) {
		if (r == MK_E_NOSPACE)
			x->memory = true; /* leave what room there is to the trail */
		r = mk_index_reset(x);
		return r < 0 ? r : MK_E_AGAIN;
	}
	return over ? MK_E_AGAIN : 0;
failed:
	(void)mk_index_exec(x, "ROLLBACK");
	memset(&x->block, 0, sizeof x->block);
	if (!load_place(x))
		(void)mk_index_reset(x);
	memset(x->word, 0, sizeof x->word);
	return r;
}
