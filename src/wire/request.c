/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request table as rows. */
#include "mynakura/wire/request.h"

#include <stddef.h>

static const struct mk_request_row rows[] = {
#define X(number, name, roles, session, grant, audit, budget, approval, approvers, own, pass)      \
	{number, #name, roles, MK_SESSION_##session, MK_GRANT_##grant, MK_AUDIT_##audit,           \
	    MK_BUDGET_##budget, MK_APPROVAL_##approval, approvers, MK_OWN_##own, pass},
    MK_REQUEST_TABLE(X)
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

const struct mk_request_row *
mk_request_find(uint16_t number)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

const struct mk_request_row *
mk_request_at(unsigned i)
{
	return i < ROWS ? &rows[i] : NULL;
}
