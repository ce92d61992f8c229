/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of actions. */
#include "mynakura/model/action.h"

#include <string.h>

#include "mynakura/base/err.h"

static const struct {
	const char *name;
	bool reserve;
} actions[] = {
#define X(name, reserve) {#name, reserve},
    MK_ACTION_TABLE(X)
#undef X
};

const char *
mk_action_name(enum mk_action a)
{
	return (unsigned)a < MK_A_COUNT ? actions[a].name : NULL;
}

int
mk_action_find(const char *name)
{
	for (int i = 0; i < MK_A_COUNT; i++)
		if (strcmp(actions[i].name, name) == 0)
			return i;
	return MK_E_NOT_FOUND;
}

bool
mk_action_reserve(enum mk_action a)
{
	return (unsigned)a < MK_A_COUNT && actions[a].reserve;
}
