/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What open learns from the lines since the last start. It reads only. */
#ifndef MK_TRAIL_TAIL_INTERNAL_H
#define MK_TRAIL_TAIL_INTERNAL_H

#include "chain_internal.h"

struct mk_open_intent {
	uint64_t seq;
	char action[40];
	char actor[64];
	char ledger[64];
};

struct mk_tail {
	struct mk_genesis genesis;
	char name[MK_SEGMENT_MAX]; /* of the last segment */
	uint64_t good; /* bytes of it that are whole lines */
	bool torn; /* bytes follow that are none */
	bool no_newline; /* the last whole line lacks its newline (not counted in good) */
	uint64_t seq;
	uint8_t link[MK_HASH_LEN];
	int64_t time, checkpoint_time;
	uint64_t since; /* records after the last checkpoint */
	uint64_t index; /* of the next checkpoint */
	uint64_t checkpoint_seq; /* of the last one; 0 = none */
	uint8_t key[MK_SIGN_PUB]; /* and its key */
	bool anchored; /* a checkpoint or the genesis record was among the lines walked */
	bool started; /* so was a start */
	struct mk_open_intent *intents;
	size_t n_intents;
	struct mk_trail_commit *commits;
	size_t n_commits;
};

/*
 * 0, NOT_FOUND, TAMPERED when lines that are not the end of the last segment do not follow from
 * each other or a checkpoint's signature does not verify, IO, NOMEM. The caller frees.
 */
int mk_tail_walk(int dir, struct mk_tail *out);
void mk_tail_free(struct mk_tail *t);

#endif
