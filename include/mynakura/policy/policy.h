/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what: one pure function over a request's rule and the asker's standing. Default deny;
 * the daemon asks it for every request by every door, and records each no. Grants, budgets and
 * approvals are facts handed in; they are kept elsewhere.
 */
#ifndef MK_POLICY_POLICY_H
#define MK_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/model/rule.h"

struct mk_rule {
	unsigned roles; /* mk_role bits that may ask */
	bool needs_session;
	bool keeper; /* root and the daemon's own account need none (decisions.md 18) */
	bool needs_page; /* a grant of the ledger's page key */
	bool needs_number; /* and of its number key */
	bool needs_passphrase; /* typed again with this request */
	bool budget; /* costs a unit of the asker's budget */
	enum mk_own own;
	enum mk_approval approval;
	unsigned approvers; /* roles of the second person */
};

/* Who could be the second person for this asker. */
enum mk_seconds {
	MK_SECONDS_OFF, /* a demo office without second persons */
	MK_SECONDS_NONE, /* no other member: the one-person firm, or its set-up phase */
	MK_SECONDS_SOME,
	MK_SECONDS_GONE /* only members who were shut out: the set-up phase does not come back */
};

struct mk_standing {
	bool session; /* an open session */
	bool keeper; /* the peer is root or the daemon's own account */
	unsigned roles; /* the member's */
	bool ledger_known; /* the ledger in question has been resolved: grants count from then on */
	bool has_page, has_number; /* grants for it; true where none is in question */
	bool own_known; /* whose thing it is has been resolved */
	bool own; /* the asker's */
	bool passphrase_fresh; /* typed within this request or just now at login */
	bool act_known; /* rows, budget and approval below have been resolved */
	size_t rows; /* how many people the act concerns */
	size_t bulk_rows; /* the office's limit */
	bool over_budget;
	enum mk_seconds seconds;
	enum mk_agreed agreed; /* of exactly this act, asked for by this member */
	bool agreed_by_self; /* granted by the asker: never counts */
	bool
	    delay_over; /* nobody else is there, and the office's delay has passed since it was asked */
};

/*
 * 0 when allowed. MK_E_LOCKED without the needed session, MK_E_DENIED when no role fits or the thing
 * is not the asker's (or is), MK_E_NO_GRANT without the key, MK_E_AUTH when the passphrase must be
 * typed again, MK_E_APPROVAL when a second person must agree, MK_E_BUDGET. The order is this one:
 * the first reason is told. What is not known yet is not judged: the caller asks again when it is.
 * An act that a second person agreed to costs no budget (R8).
 */
int mk_policy_check(const struct mk_rule *rule, const struct mk_standing *who);

/* Nobody could agree now: the delay is waited for instead. */
bool mk_policy_alone(enum mk_seconds seconds);

/*
 * Does the rule want a second person for this act at all? False in a demo office without second
 * persons, below the bulk limit, and for MK_APPROVAL_SETUP while nobody else ever could approve.
 */
bool mk_policy_wants_second(const struct mk_rule *rule, const struct mk_standing *who);

/*
 * The roles that may be the second person for an asker of these roles: a clerk who is administrator
 * too changes settings with the chief only (design/law.md, role sets).
 */
unsigned mk_policy_approvers(unsigned approvers, unsigned asker);

#endif
