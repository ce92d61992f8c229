/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision, in one place. */
#include "mynakura/policy/policy.h"

#include "mynakura/base/err.h"
#include "mynakura/model/role.h"

static int
check_role(const struct mk_rule *rule, const struct mk_standing *who)
{
	if (!rule->needs_session)
		return 0;
	if (!who->session)
		return rule->keeper && who->keeper ? 0 : MK_E_LOCKED;
	if ((who->roles & rule->roles) == 0)
		return MK_E_DENIED;
	/* Whatever the row says, a number key never serves a role that may not see numbers. */
	if (rule->needs_number && (who->roles & rule->roles & MK_ROLES_NUMBER) == 0)
		return MK_E_DENIED;
	return 0;
}

static int
check_own(const struct mk_rule *rule, const struct mk_standing *who)
{
	if (!who->own_known || rule->own == MK_OWN_ANY)
		return 0;
	return who->own == (rule->own == MK_OWN_ONLY) ? 0 : MK_E_DENIED;
}

static int
check_grants(const struct mk_rule *rule, const struct mk_standing *who)
{
	if (!who->ledger_known)
		return 0;
	if ((rule->needs_page && !who->has_page) || (rule->needs_number && !who->has_number))
		return MK_E_NO_GRANT;
	return 0;
}

bool
mk_policy_alone(enum mk_seconds seconds)
{
	return seconds == MK_SECONDS_NONE || seconds == MK_SECONDS_GONE;
}

bool
mk_policy_wants_second(const struct mk_rule *rule, const struct mk_standing *who)
{
	if (who->seconds == MK_SECONDS_OFF)
		return false;
	switch (rule->approval) {
	case MK_APPROVAL_NEVER:
		return false;
	case MK_APPROVAL_BULK:
		return who->rows > who->bulk_rows;
	case MK_APPROVAL_SETUP:
		return who->seconds != MK_SECONDS_NONE;
	case MK_APPROVAL_ALWAYS:
		break;
	}
	return true;
}

/* Another member agreed to exactly this; or there is no other, and the delay is over. */
static bool
agreed(const struct mk_standing *who)
{
	if (who->agreed == MK_AGREED_granted && !who->agreed_by_self)
		return true;
	return who->agreed == MK_AGREED_waiting && mk_policy_alone(who->seconds) && who->delay_over;
}

int
mk_policy_check(const struct mk_rule *rule, const struct mk_standing *who)
{
	int r = check_role(rule, who);
	if (r == 0)
		r = check_own(rule, who);
	if (r == 0)
		r = check_grants(rule, who);
	if (r < 0)
		return r;
	if (rule->needs_passphrase && !who->passphrase_fresh)
		return MK_E_AUTH;
	if (!who->act_known)
		return 0;
	bool second = mk_policy_wants_second(rule, who);
	if (second && !agreed(who))
		return MK_E_APPROVAL;
	return rule->budget && who->over_budget && !second ? MK_E_BUDGET : 0;
}

unsigned
mk_policy_approvers(unsigned approvers, unsigned asker)
{
	const unsigned both = MK_ROLE_clerk | MK_ROLE_admin;
	return (asker & both) == both ? approvers & MK_ROLE_chief : approvers;
}
