/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trail role's parts and what they share. */
#ifndef MK_DAEMON_TRAIL_INTERNAL_H
#define MK_DAEMON_TRAIL_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/trail/index.h"
#include "mynakura/trail/trail.h"
#include "mynakura/wire/chan.h"
#include "roles_internal.h"

#define MK_GROUP_MAX 64 /* records in one group commit */
#define MK_SLICE_MS 5 /* a list may keep records waiting for so long */

struct mk_job; /* a list or sum that is being put together */

/* A record that waits for the group's fsync. */
struct mk_held {
	struct mk_msg msg;
	int r;
	bool durable;
	bool lost; /* given up with its batch */
	uint64_t seq;
	char head[MK_TRAIL_HEX];
};

struct mk_trail_role {
	char dir[4096]; /* DIR */
	char trail_dir[4200];
	struct mk_trail *trail;
	struct mk_index *index; /* NULL until something is to be looked up */
	bool unsynced; /* what may be lost without harm is not on the disk yet */
	bool behind; /* the index has not all lines */
	bool again; /* the daemon is about to start again: nothing is begun any more */
	bool checking; /* the index is being compared with the lines */
	struct mk_held held[MK_GROUP_MAX];
	size_t n_held;
	struct mk_job *jobs;
};

/* trail_role.c */
void mk_trail_reply(const struct mk_msg *m, int r, struct mk_msg *reply);
int mk_trail_text(const struct mk_msg *m, unsigned tag, char *out, size_t cap);

/* trail_group.c: many records, one fsync */
void mk_group_add(struct mk_trail_role *t, struct mk_msg *m); /* takes m */
void mk_group_settle(struct mk_trail_role *t); /* all of them are on the disk, or refused */

/* trail_list.c: lists and sums, a slice at a time, so that records never wait for them */
void mk_job_add(struct mk_trail_role *t, struct mk_msg *m); /* takes m */
void mk_job_step(struct mk_trail_role *t); /* some more of the first one */
/* Takes in new lines for a while, or compares; to be called when nothing else is to be done. */
void mk_index_work(struct mk_trail_role *t);
void mk_index_give_way(struct mk_trail_role *t); /* on a full disk */
void mk_index_forget(struct mk_trail_role *t); /* after a purge */
void mk_jobs_free(struct mk_trail_role *t);

/* trail_witness.c */
int mk_witness_serve(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply);
void mk_witness_put(struct mk_trail_role *t, struct mk_buf *b); /* the newest checkpoint */
void mk_witness_keep(struct mk_trail_role *t); /* sends it to the monitor */
/* This PC's own: 0, ROLLED_BACK, TAMPERED; INPUT when it proves nothing. */
int mk_witness_own(struct mk_trail_role *t);

#endif
