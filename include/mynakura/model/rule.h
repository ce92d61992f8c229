/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a request's rule that the request table (wire/request.h) and the decision
 * (policy/policy.h) share.
 */
#ifndef MK_MODEL_RULE_H
#define MK_MODEL_RULE_H

/* When a second person must agree (security.md R9). */
enum mk_approval {
	MK_APPROVAL_NEVER,
	MK_APPROVAL_BULK, /* above the limit bulk_rows */
	MK_APPROVAL_SETUP, /* always, but not before two members can approve (cli.md) */
	MK_APPROVAL_ALWAYS
};

/* Whose thing the request may be about. */
enum mk_own {
	MK_OWN_ANY,
	MK_OWN_ONLY, /* the asker's own */
	MK_OWN_NOT /* another's: nobody approves, enables or disables himself */
};

/* Where the agreement of a second person to exactly this act stands. Values are stored. */
#define MK_AGREED_TABLE(X)                                                                         \
	X(0, none) /* nothing of this digest */                                                    \
	X(1, waiting)                                                                              \
	X(2, granted) /* by another member; once */                                                \
	X(3, denied)                                                                               \
	X(4, used)                                                                                 \
	X(5, void) /* what it was about has changed */                                             \
	X(6, expired)

enum mk_agreed {
#define X(value, name) MK_AGREED_##name = value,
	MK_AGREED_TABLE(X)
#undef X
};

const char *mk_agreed_name(int state); /* "waiting"; NULL for none of them */

#endif
