/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roles as bits, and which sets a member may have (design/law.md, Who handles it). */
#ifndef MK_MODEL_ROLE_H
#define MK_MODEL_ROLE_H

#include <stdbool.h>
#include <stddef.h>

/* X(bit, name, 日本語, English) */
#define MK_ROLE_TABLE(X)                                                                           \
	X(0x01, clerk, "事務取扱担当者", "clerk")                                                  \
	X(0x02, chief, "事務取扱責任者", "chief")                                                  \
	X(0x04, admin, "システム管理者", "administrator")                                          \
	X(0x08, auditor, "監査担当者", "auditor")                                                  \
	X(0x10, subject, "本人", "the person")

enum mk_role {
#define X(bit, name, ja, en) MK_ROLE_##name = bit,
	MK_ROLE_TABLE(X)
#undef X
};
#define MK_ROLES_ANY 0x0fU /* every member's role */
#define MK_ROLES_NUMBER (MK_ROLE_clerk | MK_ROLE_chief) /* may hold a ledger's number key */

/* "clerk,chief" -> bits. MK_E_INPUT for an unknown or empty name. */
int mk_roles_parse(const char *s, unsigned *out);
/* bits -> "clerk,chief" into out[cap] (64 is enough). */
void mk_roles_format(unsigned roles, char *out, size_t cap);
/* auditor never with clerk or admin; subject never with another; not empty. */
bool mk_roles_allowed(unsigned roles);
const char *mk_role_title(unsigned bit, bool ja); /* of one bit; NULL for none */

#endif
