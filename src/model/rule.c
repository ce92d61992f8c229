/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the states of an agreement. */
#include "mynakura/model/rule.h"

#include <stdbool.h>
#include <stddef.h>

const char *
mk_agreed_name(int state)
{
	static const char *const names[] = {
#define X(value, name) [value] = #name,
	    MK_AGREED_TABLE(X)
#undef X
	};
	bool known = state >= 0 && (size_t)state < sizeof names / sizeof names[0];
	return known ? names[state] : NULL;
}
