/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding records without walking the trail: DIR/index.db, an SQLite file that is no part of the
 * trail. It holds places and ids, no texts. It is made from the lines and never trusted: every row
 * that is handed out was read from its line and compared, and whatever does not fit makes the index
 * anew. Where the disk gives no room for it, it is kept in memory. One process, the writer's.
 */
#ifndef MK_TRAIL_INDEX_H
#define MK_TRAIL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/model/anomaly.h"
#include "mynakura/trail/trail.h"

struct mk_index;

/*
 * dir: the trail's. An index that does not fit the segments is made anew, empty. memory: no file, as
 * the disk is full (one that is there is removed). MK_E_NOMEM, MK_E_IO (not even in memory).
 */
int mk_index_open(const char *dir, bool memory, struct mk_index **out);
void mk_index_close(struct mk_index *x); /* NULL is fine */
/* Forgets everything: after a purge, or when the trail is another one. */
int mk_index_reset(struct mk_index *x);
/* The disk is full: the file's room is given back, the index goes on in memory. MK_E_IO, NOMEM. */
int mk_index_yield(struct mk_index *x);

/*
 * Takes in what stands in the segments and is not in the index yet, for about ms milliseconds
 * (0 = to the end). 0 when all is in, MK_E_AGAIN when there is more, MK_E_IO, MK_E_NOMEM. What the
 * writer still holds in memory is not seen: sync before.
 */
int mk_index_update(struct mk_index *x, unsigned ms);
uint64_t mk_index_seq(const struct mk_index *x); /* the last entry that is in */
bool mk_index_in_memory(const struct mk_index *x);

/*
 * Calls f for each matching record as mk_trail_read does, in the order that filter->newest wants;
 * filter->limit is the caller's. *cursor: 0 at first, then where the last call ended. 0 when all
 * was looked at or f returned a positive value, MK_E_AGAIN when ms milliseconds are over (0 = no
 * limit) or the index had to be made anew: update, then call again with the same cursor. Negative
 * values of f are returned.
 */
int mk_index_read(struct mk_index *x, const struct mk_trail_filter *filter, unsigned ms,
    uint64_t *cursor, mk_entry_fn f, void *arg);

/*
 * Compares the index with every line, some more with each call (ms as above): rows that are missing,
 * wrong or too many. 0 all compared, MK_E_AGAIN go on, MK_E_DAMAGED it was wrong: made anew.
 */
int mk_index_check(struct mk_index *x, unsigned ms);

/* Records of one kind by one member in the time asked for. */
struct mk_anomaly_row {
	enum mk_anomaly kind;
	char actor[MK_TRAIL_VAULT_MAX]; /* member id; "" = nobody's */
	uint64_t count;
	uint64_t seq; /* the newest, */
	int64_t time; /* and its time */
};
typedef int (*mk_anomaly_fn)(const struct mk_anomaly_row *row, void *arg); /* non-zero stops */
/* from <= time < to; 0 = open end. The heaviest kinds first. */
int mk_index_anomalies(struct mk_index *x, int64_t from, int64_t to, mk_anomaly_fn f, void *arg);

/* The newest record of an action that is no INTENT. NOT_FOUND. */
int mk_index_last(struct mk_index *x, enum mk_action action, uint64_t *seq, int64_t *time);

#endif
