/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closed table of actions that can stand in the audit trail. */
#ifndef MK_MODEL_ACTION_H
#define MK_MODEL_ACTION_H

#include <stdbool.h>

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

const char *mk_action_name(enum mk_action a); /* "reveal"; NULL for none */
int mk_action_find(const char *name); /* enum mk_action, or MK_E_NOT_FOUND */
bool mk_action_reserve(enum mk_action a);

#endif
