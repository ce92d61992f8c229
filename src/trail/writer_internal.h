/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer's state, its seed file and its reserve; shared by create, open and append. */
#ifndef MK_TRAIL_WRITER_INTERNAL_H
#define MK_TRAIL_WRITER_INTERNAL_H

#include "chain_internal.h"

#define MK_BATCH_BYTES 65536 /* held in memory at most before a write */
#define MK_PURGE_NAME "purging" /* a segment written anew, before it takes its name */
/* What an interrupted write may leave: one batch, and the line that went over it. */
#define MK_TORN_MAX (MK_BATCH_BYTES + MK_LINE_MAX)

struct mk_trail {
	int dir, segment, seed_fd;
	char name[MK_SEGMENT_MAX]; /* of the open segment */
	char vault[MK_TRAIL_VAULT_MAX];
	char fingerprint[MK_TRAIL_HEX];
	uint64_t seq; /* of the newest record, and its link */
	uint8_t link[MK_HASH_LEN];
	uint64_t safe_seq; /* the newest record on the disk */
	uint8_t safe_link[MK_HASH_LEN];
	uint64_t size; /* bytes of the segment that are on the disk */
	struct mk_buf batch; /* lines not yet written */
	bool batch_reserve; /* all of them may go into the reserve */
	uint64_t since; /* records after the last checkpoint, and those of them on the disk */
	uint64_t safe_since;
	int64_t checkpoint_time, time; /* of the last checkpoint, of the last record */
	uint64_t index; /* the next checkpoint's */
	uint64_t checkpoint_seq; /* of the newest checkpoint; 0 = none yet */
	struct mk_secret *seed; /* its key */
	struct mk_trail_commit *commits;
	size_t n_commits;
	int64_t lost;
	bool dead, full;
	bool given_up; /* a batch was, since mk_trail_given_up was asked; */
	uint64_t given_up_at; /* what was on the disk at the first time */
	bool dropped; /* held records were given up for one that may use the reserve */
};

int mk_writer_new(int dir, struct mk_trail **out); /* takes dir when it succeeds */
void mk_writer_free(struct mk_trail *t);
/* Adds a line with this body to the batch. */
int mk_writer_add(struct mk_trail *t, const char *body, size_t len, bool reserve);
/* As mk_writer_add with a salt already chosen (a checkpoint signs it). */
int mk_writer_add_salted(struct mk_trail *t, const uint8_t salt[MK_SALT_LEN], const char *body,
    size_t len, bool reserve);
int mk_writer_flush(struct mk_trail *t);
int mk_writer_checkpoint(struct mk_trail *t, int64_t now);
int mk_writer_note_commit(struct mk_trail *t, const char *ledger, uint64_t number);

/* The seed: DIR/seed, 0600, two copies. index: of the checkpoint that the seed will sign. */
int mk_seedfile_create(int dir, const struct mk_secret *seed, int *fd);
int mk_seedfile_open(int dir, int *fd); /* locked: BUSY; NOT_FOUND */
/* The newer whole copy. DAMAGED when there is none. The caller frees *seed. */
int mk_seedfile_read(int fd, uint64_t *index, struct mk_secret **seed);
int mk_seedfile_write(int fd, uint64_t index, const struct mk_secret *seed);

int mk_reserve_make(int dir); /* 0 when it stands; NOSPACE */
bool mk_reserve_release(int dir); /* false when there was none */

#endif
