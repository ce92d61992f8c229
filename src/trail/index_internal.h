/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index's state and statements; shared by its four files. */
#ifndef MK_TRAIL_INDEX_INTERNAL_H
#define MK_TRAIL_INDEX_INTERNAL_H

#include "chain_internal.h"
#include "mynakura/trail/index.h"

#define MK_INDEX_NAME "index.db"
#define MK_INDEX_WORDS 1024 /* cache of words already numbered */
#define MK_INDEX_BLOCK 1024 /* entries whose times are summed up in one row */

struct sqlite3;
struct sqlite3_stmt;

/* What rec.kind holds. */
enum { KIND_INTENT, KIND_OUTCOME, KIND_EVENT, KIND_CHECKPOINT, KIND_OTHER };

/* A row of rec: an entry's place and its ids as word numbers (0 = none). */
struct mk_row {
	uint64_t seq;
	int64_t seg, at, len, time, kind, action, actor, session;
	uint64_t ref;
};

/* The end of what is in: the last line taken and where the next one begins. */
struct mk_place {
	uint64_t seq; /* 0 = nothing yet */
	uint8_t link[MK_HASH_LEN];
	int64_t seg; /* id of its segment; 0 = none */
	char name[MK_SEGMENT_MAX];
	uint64_t at, next; /* offset of that line, of the one after it */
};

struct mk_block {
	bool used;
	int64_t id, first, last, tmin, tmax;
};

struct mk_index {
	int dir;
	char path[4200];
	struct sqlite3 *db;
	struct sqlite3_stmt *stmt[16];
	bool memory; /* there was no room or right for the file */
	struct mk_place place;
	struct mk_block block; /* not yet written */
	char *scratch; /* MK_LINE_MAX */
	char *line; /* MK_LINE_MAX */
	int seg_fd; /* the segment last read from */
	int64_t seg_id;
	struct {
		char text[48];
		int64_t id;
	} word[MK_INDEX_WORDS];
	struct mk_place check; /* where comparing goes on; its seq counts rows */
	bool checking;
};

enum mk_index_stmt {
	ST_WORD_GET,
	ST_WORD_PUT,
	ST_REC_PUT,
	ST_SUBJ_PUT,
	ST_BLOCK_PUT,
	ST_PLACE_PUT,
	ST_SEG_END,
	ST_SEG_PUT,
	ST_ODD_PUT,
	ST_REC_GET,
	ST_SUBJ_GET,
	ST_EIGHTH,
	ST_SEG_NAME,
	ST_COUNT
};

/* index.c: 0, or MK_E_NOSPACE/MK_E_IO for what SQLite says. */
int mk_index_rc(int rc);
struct sqlite3_stmt *mk_index_stmt(struct mk_index *x, enum mk_index_stmt s);
/* Runs it to its end and resets it. */
int mk_index_run(struct sqlite3_stmt *st);
int64_t mk_index_word(struct mk_index *x, const char *text, bool make, int *err); /* 0 = none */
int mk_index_exec(struct mk_index *x, const char *sql);
/* Segment fd of an id, kept open until another is asked for; -1. */
int mk_index_segment(struct mk_index *x, int64_t id);

void mk_index_leave(struct mk_index *x); /* closes it */

/* index_write.c */
int64_t mk_index_kind(const char *kind); /* KIND_* */
int mk_index_put(struct mk_index *x, const struct mk_line *l, const struct mk_entry *e, uint64_t at,
    uint64_t len);
int mk_index_put_block(struct mk_index *x);
/* The row that an entry must have. */
int mk_index_row_of(struct mk_index *x, const struct mk_entry *e, bool make, struct mk_row *out);

/* index_odd.c: the kinds of anomaly that an entry is by itself, as bits. */
unsigned mk_anomaly_of(const struct mk_entry *e);

#endif
