/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can stand in the audit trail: the closed table of actions, and one event with its fields. No
 * subject's name or code and no number belongs here (decisions.md 13): ids only. Pure: nothing is
 * written by these functions.
 */
#ifndef MK_TRAIL_EVENT_H
#define MK_TRAIL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

/*
 * X(name, reserve): name is the code in the trail and in `audit list --action`; an action that a
 * request of wire/request.h asks for has that request's name. reserve: 1 when it may still be
 * written from the 1 MiB reserve once the disk is full, outside an INTENT: refusals, ends and
 * what the trail says of itself (security.md R1). Additions go at the end.
 */
#define MK_ACTION_TABLE(X)                                                                         \
	X(start, 1)                                                                                \
	X(stop, 1)                                                                                 \
	X(init, 0)                                                                                 \
	X(login, 0)                                                                                \
	X(login_failed, 1)                                                                         \
	X(lock, 1)                                                                                 \
	X(denied, 1)                                                                               \
	X(alarm, 1)                                                                                \
	X(trail_torn, 1)                                                                           \
	X(trail_full, 1)                                                                           \
	X(clock_jump, 1)                                                                           \
	X(status, 0)                                                                               \
	X(office_list, 0)                                                                          \
	X(office_add, 0)                                                                           \
	X(office_set, 0)                                                                           \
	X(ledger_list, 0)                                                                          \
	X(ledger_add, 0)                                                                           \
	X(ledger_grant, 0)                                                                         \
	X(ledger_revoke, 0)                                                                        \
	X(member_list, 0)                                                                          \
	X(member_add, 0)                                                                           \
	X(member_activate, 0)                                                                      \
	X(member_disable, 0)                                                                       \
	X(member_enable, 0)                                                                        \
	X(member_reset, 0)                                                                         \
	X(member_passphrase, 0)                                                                    \
	X(devices, 0)                                                                              \
	X(capture, 0)                                                                              \
	X(review_list, 0)                                                                          \
	X(review_show, 0)                                                                          \
	X(review_accept, 0)                                                                        \
	X(review_reject, 0)                                                                        \
	X(subject_list, 0)                                                                         \
	X(subject_show, 0)                                                                         \
	X(subject_add, 0)                                                                          \
	X(subject_set, 0)                                                                          \
	X(subject_history, 0)                                                                      \
	X(reveal, 0)                                                                               \
	X(export, 0)                                                                               \
	X(audit_list, 0)                                                                           \
	X(audit_verify, 0)                                                                         \
	X(audit_anchor, 0)                                                                         \
	X(session_end, 1)                                                                          \
	X(keyring_repair, 1)                                                                       \
	X(auth, 0)                                                                                 \
	X(limit_set, 0)                                                                            \
	X(member_set, 0)                                                                           \
	X(key_slots, 0)                                                                            \
	X(audit_anomalies, 0)                                                                      \
	X(witness_check, 0)                                                                        \
	X(approval_list, 0)                                                                        \
	X(approval_show, 0)                                                                        \
	X(approval_request, 0)                                                                     \
	X(approval_grant, 0)                                                                       \
	X(approval_deny, 0)                                                                        \
	X(approval_void, 1)                                                                        \
	X(transcribe, 0)                                                                           \
	X(clock_status, 0)                                                                         \
	X(clock_confirm, 0)                                                                        \
	X(purge, 1)                                                                                \
	X(lock_all, 1)

enum mk_action {
#define X(name, reserve) MK_A_##name,
	MK_ACTION_TABLE(X)
#undef X
	    MK_A_COUNT
};

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

const char *mk_action_name(enum mk_action a); /* "reveal"; NULL for none */
int mk_action_find(const char *name); /* enum mk_action, or MK_E_NOT_FOUND */
bool mk_action_reserve(enum mk_action a);
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
