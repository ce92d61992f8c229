/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit trail of one vault: an append-only chain of lines in the segment files of DIR, its
 * writer (one process, the trail role) and its reader. The bytes are documented in
 * mynakura-trail(5). It does not judge who may do what, and it never changes or removes a line,
 * except a torn last one at open and the bodies that a purge drops after their term.
 */
#ifndef MK_TRAIL_TRAIL_H
#define MK_TRAIL_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/slip.h"
#include "mynakura/trail/event.h"

#define MK_TRAIL_HEX 65 /* bytes of a head, key or fingerprint in hex with its NUL */
#define MK_TRAIL_SLIP_MAX MK_SLIP_LETTERS_MAX
#define MK_TRAIL_VAULT_MAX 65 /* bytes of a vault's id with its NUL */
#define MK_TRAIL_CHECKPOINT_EVERY 4096
#define MK_TRAIL_CHECKPOINT_SECONDS 3600
#define MK_TRAIL_RESERVE (1024 * 1024)
#define MK_TRAIL_KEEP_YEARS 10 /* bodies are kept so long unless the office says otherwise */
/* Seconds: nothing younger is ever purged (2,555 days, the 7 years of tax papers). */
#define MK_TRAIL_KEEP_FLOOR (INT64_C(2555) * 86400)
#define MK_TRAIL_WITNESS_AHEAD 100000 /* checkpoints that a kept one may be ahead of us */

struct mk_trail;

/* What open found and did. */
struct mk_trail_opened {
	uint64_t torn_bytes; /* length of the torn end that was cut; 0 = none */
	size_t unknown; /* INTENTs without an outcome, now closed by OUTCOME unknown */
	bool seed_behind; /* a crash stood between a checkpoint and its seed: mended */
	bool full; /* the reserve could not be made: the disk is full */
};

/*
 * Makes the trail in dir (DIR/trail of a vault; made 0750 when missing) with its seed, reserve and
 * genesis record, and opens it. vault: 1..64 of [0-9a-z-]; the program uses the keyring's vault id
 * as 32 hex digits. now: UTC seconds, 0 = the clock. EXISTS when dir holds a trail.
 */
int mk_trail_create(const char *dir, const char *vault, int64_t now, struct mk_trail **out);
/*
 * Opens for writing, alone (BUSY when another process has it). Walks every line since the last
 * start, compares the seed with the last checkpoint, cuts a torn end (its length and hash become a
 * trail_torn event, its bytes stay in DIR/torn-SEQ), writes OUTCOME unknown for each open INTENT,
 * and syncs. vault: checked against the genesis record; NULL = not checked. now as above; info may
 * be NULL.
 * NOT_FOUND without a trail; TAMPERED when the lines do not follow from each other; ROLLED_BACK
 * when the seed is newer than the last checkpoint (lines were cut or an old copy put back);
 * DAMAGED when the seed is unreadable; NOSPACE.
 */
int mk_trail_open(const char *dir, const char *vault, int64_t now, struct mk_trail **out,
    struct mk_trail_opened *info);
/*
 * Syncs, forgets the seed. The caller writes the stop event and a checkpoint before. NULL is fine.
 */
int mk_trail_close(struct mk_trail *t);

/*
 * Adds one record. durable: it (and all before it) is on the disk before this returns. Otherwise
 * it is held in memory until the next durable append, mk_trail_sync, or 64 KiB: nothing may be
 * answered before. Writes a checkpoint first where 4,096 records are due, and starts a new segment
 * when the month (JST) is a later one. *seq and head (of this record) may be NULL.
 * Errors of mk_event_check: nothing happened. MK_E_TRAIL: not recorded, and neither is anything
 * appended since the last sync. The disk is full: INTENTs and what the action table does not allow
 * fail until there is room again, the rest goes into the reserve. Any other failed write or fsync
 * closes the trail for good (decisions.md 15): everything fails with MK_E_TRAIL until it is opened
 * again.
 */
int mk_trail_append(struct mk_trail *t, const struct mk_event *e, bool durable, uint64_t *seq,
    char head[MK_TRAIL_HEX]);
/*
 * 0: all that was appended since the last sync is on the disk. MK_E_TRAIL: none or not all of it is
 * (on a full disk what was held is given up for a record that may use the reserve).
 */
int mk_trail_sync(struct mk_trail *t);

/* A database's commit number (decisions.md 16). */
struct mk_trail_commit {
	char ledger[MK_TRAIL_VAULT_MAX]; /* id, or "main" */
	uint64_t number;
};
/*
 * Writes a durable checkpoint signed by the current key, then overwrites the seed. It names the
 * commit numbers last seen (events with `commit`, and the n given here, which may be 0) and lost,
 * the kernel audit's count of lost records (-1 = unknown). now as above. seq, head may be NULL.
 */
int mk_trail_checkpoint(struct mk_trail *t, int64_t now, const struct mk_trail_commit *commits,
    size_t n, int64_t lost, uint64_t *seq, char head[MK_TRAIL_HEX]);
/* True when the hour is over and something was written since the last checkpoint. */
bool mk_trail_checkpoint_due(const struct mk_trail *t, int64_t now);

/* The chain's end: seq and link of the newest record, written or still in memory. */
uint64_t mk_trail_head(const struct mk_trail *t, char head[MK_TRAIL_HEX]);
uint64_t mk_trail_synced(const struct mk_trail *t); /* seq of the newest record on the disk */
/*
 * For group commit: was anything that is not on the disk given up since this was asked last? Then
 * what append had given a seq above *upto before is not recorded, whatever stands there now.
 */
bool mk_trail_given_up(struct mk_trail *t, uint64_t *upto);
const char *mk_trail_vault(const struct mk_trail *t);
/*
 * The genesis key's fingerprint, 64 hex digits: SHA-256("mynakura genesis" | public key).
 * Borrowed.
 */
const char *mk_trail_fingerprint(const struct mk_trail *t);
bool mk_trail_dead(const struct mk_trail *t); /* closed for good */
bool mk_trail_full(const struct mk_trail *t); /* writing from the reserve */
/*
 * The commit number last recorded for a ledger ("main" too), to be compared when a database opens
 * after a crash; 0 = none.
 */
uint64_t mk_trail_commit_of(const struct mk_trail *t, const char *ledger);
/* The i-th of all of them, for walking; NULL past the end. Borrowed until the next record. */
const struct mk_trail_commit *mk_trail_commit_at(const struct mk_trail *t, size_t i);

/*
 * The letters of a head on paper (base/slip.h). MK_E_INPUT.
 */
int mk_trail_slip(const char *head, char out[MK_TRAIL_SLIP_MAX]);

/*
 * Appends the newest checkpoint in the form in which others keep it (mynakura-trail(5), Kept
 * checkpoints): its line, then the line before it without salt and body. NOT_FOUND before the first
 * one.
 */
int mk_trail_newest(struct mk_trail *t, struct mk_buf *out);
/*
 * Shows the chain a kept checkpoint; all must be synced. 0: it stands in this chain. ROLLED_BACK:
 * signed by this trail's key and beyond our end. TAMPERED: signed by this trail's key, and another
 * entry stands at its place (a fork). INPUT: anything else (a bad signature, another trail's, no
 * checkpoint): it proves nothing. *seq (may be NULL) is what it claims, unless it is no checkpoint.
 */
int mk_trail_witness(struct mk_trail *t, const void *kept, size_t len, uint64_t *seq);

struct mk_trail_purged {
	uint64_t count; /* bodies that fell now */
	uint64_t upto; /* all bodies to this entry are gone, but for genesis and checkpoints */
};
/*
 * Drops salt and body of entries in closed segments that are older than `before` (UTC seconds; an
 * entry counts as no older than any before it in its segment). Never of the genesis record, a
 * checkpoint, or the open segment. INTENT and OUTCOME of the action purge say it; nothing is
 * written when nothing falls. A crash at any point leaves a whole trail. now as above.
 * MK_E_INPUT when before is younger than MK_TRAIL_KEEP_FLOOR, TAMPERED when a segment does not
 * verify (it stays as it is), TRAIL, IO, NOSPACE, NOMEM. The clock must be right: the caller's
 * concern (R14).
 */
int mk_trail_purge(struct mk_trail *t, int64_t now, int64_t before, struct mk_trail_purged *out);

/* One record as read back. Texts are "" when absent, borrowed until the callback returns. */
struct mk_entry {
	uint64_t seq;
	bool purged; /* salt and body are gone: only seq and hash are filled */
	int64_t time; /* UTC seconds; 0 when purged */
	const char *time_text; /* as written, with its zone */
	const char *kind; /* "intent", "outcome", "event", "checkpoint", "genesis" */
	const char *action, *actor, *role, *session, *terminal, *from, *ledger, *purpose, *result,
	    *reason;
	const char *subjects; /* ids, blank-separated */
	const char *detail; /* the detail member's JSON as written, an object, or "" */
	bool has_uid;
	uint32_t uid;
	uint64_t ref, commit;
	const char *hash; /* the link, 64 hex digits */
	const char *body; /* the body's bytes, not NUL-terminated */
	size_t body_len;
};

/* All set filters must match. Zero = not set. */
struct mk_trail_filter {
	int64_t from, to; /* UTC seconds, from <= time < to */
	const char *actor; /* exact member id */
	const char *action; /* exact code */
	const char *kind; /* "checkpoint", ...: as in mk_entry, but for "genesis" */
	const char *subject; /* exact id among the record's */
	const char *text; /* found anywhere in the body, widths, kana and case folded */
	const char *session; /* exact session id */
	uint64_t ref; /* an INTENT's seq: only it and the records that name it */
	bool newest; /* newest first: mk_index_read only */
	uint64_t after; /* only seq > after: the cursor of mk_trail_read */
	uint64_t limit; /* at most so many */
};

typedef int (*mk_entry_fn)(const struct mk_entry *e, void *arg);
/*
 * Calls f for each matching record, oldest first, with flat memory; f returns non-zero to stop
 * (which is returned when negative). Does not verify: lines that are no lines of a trail, and a
 * torn end, are passed over. What the writer still holds in memory is not seen. NOT_FOUND without
 * a trail.
 */
int mk_trail_read(const char *dir, const struct mk_trail_filter *filter, mk_entry_fn f, void *arg);

#endif
