/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of limits as rows. */
#include "mynakura/policy/limit.h"

#include <stddef.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

struct row {
	const char *name, *words;
	unsigned standard, least, most;
};

static const struct row rows[MK_LIMIT_COUNT] = {
#define X(name, standard, least, most, words) {#name, words, standard, least, most},
    MK_LIMIT_TABLE(X)
#undef X
};

static const struct row *
row_of(int limit)
{
	return limit >= 0 && limit < MK_LIMIT_COUNT ? &rows[limit] : NULL;
}

const char *
mk_limit_name(int limit)
{
	return row_of(limit) == NULL ? NULL : rows[limit].name;
}

const char *
mk_limit_words(int limit)
{
	return row_of(limit) == NULL ? NULL : rows[limit].words;
}

int
mk_limit_find(const char *name)
{
	for (int i = 0; i < MK_LIMIT_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return MK_E_NOT_FOUND;
}

unsigned
mk_limit_default(int limit)
{
	return row_of(limit) == NULL ? 0 : rows[limit].standard;
}

int
mk_limit_parse(int limit, const char *text, unsigned *out)
{
	const struct row *row = row_of(limit);
	uint64_t v = 0;
	if (row == NULL || mk_str_u64(text, row->most, &v) < 0 || v < row->least)
		return MK_E_INPUT;
	*out = (unsigned)v;
	return 0;
}

void
mk_limit_range(int limit, unsigned *least, unsigned *most)
{
	const struct row *row = row_of(limit);
	*least = row == NULL ? 0 : row->least;
	*most = row == NULL ? 0 : row->most;
}
