/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waits for a second person (security.md R9), as rows of main.db: who asked for exactly what, and
 * what became of it. Rows are never removed. Who may decide is policy's; nothing here judges.
 */
#ifndef MK_STORE_APPROVAL_H
#define MK_STORE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/model/id.h"
#include "mynakura/model/rule.h"

struct mk_main;

#define MK_APPROVAL_REASON 513 /* bytes with NUL */

struct mk_approval_row {
	struct mk_id id; /* letter 'a' */
	char request[32]; /* name of the request's row */
	char requester[MK_ID_MAX];
	uint32_t uid; /* of the requester's connection */
	char ledger[MK_ID_MAX]; /* "" for none */
	uint64_t people; /* how many it concerns */
	int64_t created, deadline; /* UTC seconds; at deadline it is of no more use */
	enum mk_agreed state;
	char digest[65]; /* SHA-256 of the exact act, hex */
	char approver[MK_ID_MAX]; /* who decided; "" while it waits */
	uint32_t approver_uid;
	int64_t decided;
	char reason[MK_APPROVAL_REASON];
};

/* A new row in state waiting. content: what is to be shown, wire items; borrowed. MK_E_EXISTS. */
int mk_approval_add(
    struct mk_main *m, const struct mk_approval_row *row, const void *content, size_t len);
/* content (may be NULL) gets the bytes appended. MK_E_NOT_FOUND. */
int mk_approval_get(
    struct mk_main *m, const char *id, struct mk_approval_row *out, struct mk_buf *content);
/* The member's newest row of this digest that is waiting or granted. MK_E_NOT_FOUND. */
int mk_approval_find(
    struct mk_main *m, const char *requester, const char *digest, struct mk_approval_row *out);
/*
 * Moves row->id from state `from` to row->state, with approver, approver_uid, decided, deadline and
 * reason of row, in one transaction. MK_E_STATE when it is not in `from` (any more): single use.
 */
int mk_approval_move(struct mk_main *m, const struct mk_approval_row *row, enum mk_agreed from);
/* Waiting and granted rows whose deadline is not after now become expired. */
int mk_approval_expire(struct mk_main *m, int64_t now);
/*
 * Newest first, until f returns non-zero (that value is returned). all: the decided ones too. f may
 * read main.db.
 */
int mk_approval_walk(
    struct mk_main *m, bool all, int (*f)(const struct mk_approval_row *row, void *arg), void *arg);
/*
 * What a member waits for or was granted, and what it granted to others and is not used yet, becomes
 * void: it was shut out, began anew or has other roles now.
 */
int mk_approval_void_member(struct mk_main *m, const char *member);
/* How many of a member's wait. */
int mk_approval_waiting(struct mk_main *m, const char *requester, uint64_t *out);

/*
 * A task (転記) shows each person once. add: MK_E_STATE when the person was shown already; the count
 * of those shown so far.
 */
int mk_approval_show(struct mk_main *m, const char *id, const char *subject);
bool mk_approval_shown(struct mk_main *m, const char *id, const char *subject);
int mk_approval_shown_count(struct mk_main *m, const char *id, uint64_t *out);

/* The last look at the clock (security.md R14). */
struct mk_clock_row {
	char boot[40]; /* the kernel's boot id */
	int64_t up; /* seconds since boot, suspended time too */
	int64_t steady; /* calendar time that is believed, UTC seconds */
	int64_t spent; /* seconds on the budgets' counter: grows with time that has really passed */
	int64_t jump; /* forward jump that waits for a confirmation, seconds; 0 none */
};
int mk_clock_get(
    struct mk_main *m, struct mk_clock_row *out); /* MK_E_NOT_FOUND: never looked yet */
int mk_clock_put(struct mk_main *m, const struct mk_clock_row *row);

#endif
