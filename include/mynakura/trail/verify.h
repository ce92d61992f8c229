/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifying a trail from its files alone: every link, every checkpoint's signature and the order
 * of keys. Needs no secret and writes nothing; mynakura-verify is made of it. What it finds is
 * what mynakura-trail(5) lists under Verifying.
 */
#ifndef MK_TRAIL_VERIFY_H
#define MK_TRAIL_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/time.h"
#include "mynakura/trail/trail.h"

/*
 * X(name, words): why a trail is not whole. Names are stable codes; each is documented in
 * mynakura-trail(5).
 */
#define MK_WHY_TABLE(X)                                                                            \
	X(ok, "whole")                                                                             \
	X(segment, "a file with the name of no segment stands in the trail")                       \
	X(syntax, "this is not a line of a trail")                                                 \
	X(seq, "an entry is missing, doubled or out of its place")                                 \
	X(leaf, "the entry's text has been changed")                                               \
	X(link, "the entry does not follow from the one before it")                                \
	X(genesis, "the trail does not begin with its genesis record")                             \
	X(key, "the trail begins with another key than the given one")                             \
	X(checkpoint, "a checkpoint record is not well formed or not in its turn")                 \
	X(signature, "a checkpoint's signature does not verify")                                   \
	X(unsigned, "more than 4096 entries without a checkpoint")                                 \
	X(head, "the kept head is not in this trail: entries were cut or replaced")                \
	X(torn, "the last line is torn: an interrupted write, everything before it is whole")

enum mk_why {
#define X(name, words) MK_WHY_##name,
	MK_WHY_TABLE(X)
#undef X
	    MK_WHY_COUNT
};

struct mk_verify_options {
	const char *head; /* kept head: 64 hex digits or the slip's 20 letters; NULL = none */
	const char *key; /* genesis key or fingerprint, 64 hex digits or 20 letters; NULL = none */
};

struct mk_verify_result {
	enum mk_why why; /* MK_WHY_ok when whole */
	uint64_t bad; /* seq of the first fault (head: the first that is missing); 0 = whole */
	char file[32]; /* segment of the fault, "" when none */
	uint64_t entries; /* entries that verify, from the beginning */
	uint64_t purged; /* of these, without their text */
	uint64_t checkpoints;
	uint64_t unsigned_tail; /* entries after the last checkpoint: only a kept head holds them */
	uint64_t torn_bytes;
	uint64_t head_seq; /* seq whose link is the kept head; 0 without one */
	bool origin; /* a key was given and the trail begins with it */
	char from[MK_TIME_MAX],
	    to[MK_TIME_MAX]; /* times of the first and last entry that have one */
	char head[MK_TRAIL_HEX]; /* link of the last entry that verifies */
	char vault[MK_TRAIL_VAULT_MAX];
	char fingerprint[MK_TRAIL_HEX]; /* of the genesis key */
};

/*
 * A walk over a trail in steps, for those who have other things to do meanwhile. dir: the vault's
 * DIR or DIR/trail. opt may be NULL and is not kept. upto: the number of the last line that is
 * looked at, which must be there (MK_WHY_head when it is not); 0 = all that is found. Lines that
 * are appended meanwhile do not matter then. MK_E_NOT_FOUND when dir holds no trail, MK_E_INPUT for
 * a bad head or key text, MK_E_IO, MK_E_NOMEM.
 */
struct mk_verify;
int mk_verify_begin(const char *dir, const struct mk_verify_options *opt, uint64_t upto,
    struct mk_verify **out); /* the caller frees with mk_verify_free */
/*
 * Goes on for about ms milliseconds (one signature more at most), or to the end when ms < 0. 0: the
 * verdict is there, MK_E_AGAIN: there is more; MK_E_IO, MK_E_NOMEM: no verdict.
 */
int mk_verify_step(struct mk_verify *v, int ms);
const struct mk_verify_result *mk_verify_verdict(
    const struct mk_verify *v); /* NULL before its end */
void mk_verify_free(struct mk_verify *v);

/* The whole walk at once. 0: the verdict is in *out; else as begin and step. */
int mk_trail_verify(
    const char *dir, const struct mk_verify_options *opt, struct mk_verify_result *out);
const char *mk_why_code(enum mk_why w);
const char *mk_why_words(enum mk_why w);
/* The verdict as an error: 0, MK_E_TORN or MK_E_TAMPERED. */
int mk_verify_error(const struct mk_verify_result *r);

#endif
