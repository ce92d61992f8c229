/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can stand in the audit trail: one event with its fields; its action is of model/action.h. No
 * subject's name or code and no number belongs here (decisions.md 13): ids only. Pure: nothing is
 * written by these functions.
 */
#ifndef MK_TRAIL_EVENT_H
#define MK_TRAIL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/model/action.h"

/* Genesis and checkpoint records are written by the trail itself (trail.h), never by append. */
enum mk_event_kind { MK_EV_INTENT, MK_EV_OUTCOME, MK_EV_EVENT };

struct mk_detail {
	const char *key; /* [a-z0-9_], 1..32 */
	const char *value; /* text */
};

#define MK_EVENT_SUBJECTS_MAX 2000 /* ids in one record; more need several records */
#define MK_EVENT_DETAILS_MAX 32
#define MK_EVENT_TEXT_MAX 1024 /* bytes of each text field */

/*
 * All texts are borrowed; NULL or "" = not written. Zero the struct, then set kind, action and
 * what is known.
 */
struct mk_event {
	enum mk_event_kind kind;
	enum mk_action action;
	int64_t time; /* UTC seconds; 0 = now */
	const char *actor; /* member id */
	const char *role; /* "clerk", "chief,admin" */
	bool has_uid; /* uid below is known */
	uint32_t uid; /* of the peer */
	const char *session; /* session id */
	const char *terminal; /* "pts/3", "unknown" */
	const char *from; /* source address, "local", "unknown" */
	const char *ledger; /* id */
	const char *const *subjects; /* subject ids */
	size_t n_subjects;
	const char *purpose; /* code */
	const char *result; /* "ok", "unknown" or the code of mk_err_code; of an OUTCOME or EVENT */
	uint64_t ref; /* OUTCOME: seq of its INTENT; 0 = none */
	uint64_t commit; /* commit number of `ledger`, or of main.db without one; 0 = none */
	const char *reason; /* free text */
	const struct mk_detail *details;
	size_t n_details;
};

const char *mk_event_kind_name(enum mk_event_kind k); /* "intent", "outcome", "event" */

/*
 * May e be written? MK_E_TEXT when a text fails mk_text_check, MK_E_NUMBER when one holds what
 * could be an Individual Number (mk_number_in_text; ids of the product, and details of exactly 64
 * hex digits under a key ending in "sha256" or "fingerprint" or "head" are not looked at: they are
 * made by the program and would be refused by chance), MK_E_TOO_BIG, MK_E_INPUT for values outside
 * the tables.
 */
int mk_event_check(const struct mk_event *e);

/*
 * Appends the body's bytes (JSON, man/mynakura-trail.5) of a checked event, time filled in. NOMEM.
 */
int mk_event_body(const struct mk_event *e, struct mk_buf *out);

/*
 * One event as bytes, for a message between the vault and the trail role (same program, same
 * version: not a format for files). unpack: out borrows from data, and from arrays in *store,
 * which mk_event_store_free frees. MK_E_PROTOCOL for bytes that no pack made. It does not check
 * the content: append does.
 */
struct mk_event_store {
	const char **subjects;
	struct mk_detail *details;
};
int mk_event_pack(const struct mk_event *e, struct mk_buf *out);
int mk_event_unpack(
    const void *data, size_t len, struct mk_event_store *store, struct mk_event *out);
void mk_event_store_free(struct mk_event_store *store);

#endif
