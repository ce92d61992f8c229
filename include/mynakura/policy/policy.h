/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what: one pure function over a request's rule and the asker's standing. Default deny;
 * the daemon asks it for every request by every door, and records each no. Budgets and approvals
 * are facts handed in; they are kept elsewhere.
 */
#ifndef MK_POLICY_POLICY_H
#define MK_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

struct mk_rule {
	unsigned roles; /* mk_role bits that may ask */
	bool needs_session;
	bool needs_page; /* a grant of the ledger's page key */
	bool needs_number; /* and of its number key */
	bool needs_passphrase; /* typed again with this request */
	bool bulk_approval; /* needs a second person above MK_BULK_ROWS rows */
	bool always_approval;
};

/* Rows in an export above which a second person is needed (R9). */
#define MK_BULK_ROWS 30

struct mk_standing {
	bool session; /* an open session */
	unsigned roles; /* the member's */
	bool has_page,
	    has_number; /* grants for the ledger in question; true where none is in question */
	bool ledger_known; /* the ledger in question has been resolved: grants count from then on */
	bool passphrase_fresh; /* typed within this request or just now at login */
	size_t rows; /* how many people the act concerns */
	bool approvals_off; /* set-up phase or demo office without approvals */
	bool approved; /* a valid approval of a second person was used */
};

/*
 * 0 when allowed. MK_E_LOCKED without the needed session, MK_E_DENIED when no role fits,
 * MK_E_NO_GRANT without the key, MK_E_AUTH when the passphrase must be typed again, MK_E_APPROVAL
 * when a second person must agree. The order is this one: the first reason is told.
 */
int mk_policy_check(const struct mk_rule *rule, const struct mk_standing *who);

/* Reveals: 10 in 10 minutes, 30 a day (R8). Export runs have their own. */
#define MK_BUDGET_SHORT_WINDOW 600
#define MK_BUDGET_SHORT_LIMIT 10
#define MK_BUDGET_DAY_WINDOW 86400
#define MK_BUDGET_DAY_LIMIT 30
#define MK_BUDGET_EXPORT_DAY_LIMIT 20

#endif
