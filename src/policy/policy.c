/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision, in one place. */
#include "mynakura/policy/policy.h"

#include "mynakura/base/err.h"
#include "mynakura/model/role.h"

int
mk_policy_check(const struct mk_rule *rule, const struct mk_standing *who)
{
	if (rule->needs_session) {
		if (!who->session)
			return MK_E_LOCKED;
		if ((who->roles & rule->roles) == 0)
			return MK_E_DENIED;
		/*
		 * Whatever the row says, a number key never serves a role that may not see numbers.
		 */
		if (rule->needs_number && (who->roles & rule->roles & MK_ROLES_NUMBER) == 0)
			return MK_E_DENIED;
	}
	if (who->ledger_known &&
	    ((rule->needs_page && !who->has_page) || (rule->needs_number && !who->has_number)))
		return MK_E_NO_GRANT;
	if (rule->needs_passphrase && !who->passphrase_fresh)
		return MK_E_AUTH;
	bool second = rule->always_approval || (rule->bulk_approval && who->rows > MK_BULK_ROWS);
	if (second && !who->approvals_off && !who->approved)
		return MK_E_APPROVAL;
	return 0;
}
