/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Role sets as text and bits. */
#include "mynakura/model/role.h"

#include <string.h>

#include "mynakura/base/err.h"

struct row {
	unsigned bit;
	const char *name, *ja, *en;
};

static const struct row rows[] = {
#define X(bit, name, ja, en) {bit, #name, ja, en},
    MK_ROLE_TABLE(X)
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

static unsigned
bit_of(const char *s, size_t len)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, s, len) == 0)
			return rows[i].bit;
	return 0;
}

int
mk_roles_parse(const char *s, unsigned *out)
{
	unsigned roles = 0;
	for (;;) {
		size_t n = strcspn(s, ",");
		unsigned bit = bit_of(s, n);
		if (bit == 0)
			return MK_E_INPUT;
		roles |= bit;
		if (s[n] == '\0')
			break;
		s += n + 1;
	}
	*out = roles;
	return 0;
}

void
mk_roles_format(unsigned roles, char *out, size_t cap)
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = strlen(rows[i].name);
		if ((roles & rows[i].bit) == 0 || n + len + 2 > cap)
			continue;
		if (n > 0)
			out[n++] = ',';
		memcpy(out + n, rows[i].name, len + 1);
		n += len;
	}
}

bool
mk_roles_allowed(unsigned roles)
{
	if (roles == 0 || (roles & ~MK_ROLES_ANY) != 0)
		return false;
	return (roles & MK_ROLE_auditor) == 0 || (roles & (MK_ROLE_clerk | MK_ROLE_admin)) == 0;
}

const char *
mk_role_title(unsigned bit, bool ja)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].bit == bit)
			return ja ? rows[i].ja : rows[i].en;
	return NULL;
}
