/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The themes' table. */
#include "theme_internal.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *look;
	signed char fg[2];
} rows[] = {
#define X(name, mono, dark, light) {mono, {dark, light}},
    MK_EL_TABLE(X)
#undef X
};

int
mk_theme_parse(const char *name)
{
	static const char *const names[] = {"dark", "light", "mono"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return (int)i;
	return -1;
}

const char *
mk_theme_look(enum mk_theme theme, enum mk_el el, int *foreground)
{
	*foreground = theme == MK_THEME_MONO ? -1 : rows[el].fg[theme];
	return rows[el].look;
}
