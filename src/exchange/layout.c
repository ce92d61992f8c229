/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed tables of sources and functions by name, and the life of a layout. What a layout must
 * keep is in layout_check.c.
 */
#include "mynakura/exchange/layout.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/utf8.h"

struct source_row {
	const char *name;
	enum mk_scope scope;
	enum mk_source_type type;
};

static const struct source_row sources[MK_SRC_COUNT] = {
#define X(id, name, scope, type) [MK_SRC_##id] = {name, MK_SCOPE_##scope, MK_SRCTYPE_##type},
    MK_SOURCE_TABLE(X)
#undef X
};

struct fn_row {
	const char *name;
	enum mk_source_type wants;
	enum mk_fn_arg arg;
};

static const struct fn_row fns[MK_FN_COUNT] = {
#define X(id, name, wants, arg) [MK_FN_##id] = {name, MK_SRCTYPE_##wants, MK_FNARG_##arg},
    MK_FN_TABLE(X)
#undef X
};

enum mk_source
mk_source_find(const char *name)
{
	for (unsigned i = 1; i < MK_SRC_COUNT; i++)
		if (strcmp(sources[i].name, name) == 0)
			return (enum mk_source)i;
	return MK_SRC_NONE;
}

const char *
mk_source_name(unsigned source)
{
	return source < MK_SRC_COUNT ? sources[source].name : NULL;
}

enum mk_scope
mk_source_scope(unsigned source)
{
	return source < MK_SRC_COUNT ? sources[source].scope : MK_SCOPE_ROW;
}

enum mk_source_type
mk_source_type(unsigned source)
{
	return source < MK_SRC_COUNT ? sources[source].type : MK_SRCTYPE_TEXT;
}

enum mk_fn
mk_fn_find(const char *name)
{
	for (unsigned i = 1; i < MK_FN_COUNT; i++)
		if (strcmp(fns[i].name, name) == 0)
			return (enum mk_fn)i;
	return MK_FN_NONE;
}

const char *
mk_fn_name(unsigned fn)
{
	return fn < MK_FN_COUNT ? fns[fn].name : NULL;
}

enum mk_source_type
mk_fn_wants(unsigned fn)
{
	return fn < MK_FN_COUNT ? fns[fn].wants : MK_SRCTYPE_TEXT;
}

enum mk_fn_arg
mk_fn_argument(unsigned fn)
{
	return fn < MK_FN_COUNT ? fns[fn].arg : MK_FNARG_NONE;
}

/*
 * Japanese spreadsheets open full-width signs as formulas too, and skip blanks before them
 * (formats.md 4.5, R16). U+2212 becomes the full-width minus in CP932, so it counts as one.
 */
bool
mk_formula_start(const char *s, size_t len)
{
	static const uint32_t signs[] = {
	    '=', '+', '-', '@', '\t', '\r', '\n', 0xff1d, 0xff0b, 0xff0d, 0xff20, 0x2212};
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return false;
		for (size_t k = 0; k < sizeof signs / sizeof signs[0]; k++)
			if (cp == signs[k])
				return true;
		if (cp != ' ' && cp != 0x3000 && cp != 0xa0)
			return false;
		i += n;
	}
	return false;
}

struct mk_layout *
mk_layout_new(void)
{
	struct mk_layout *l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->id = strdup("");
	l->title = strdup("");
	l->purpose = strdup("");
	l->filename = strdup("");
	if (l->id == NULL || l->title == NULL || l->purpose == NULL || l->filename == NULL) {
		mk_layout_free(l);
		return NULL;
	}
	return l;
}

static void
cells_free(struct mk_cell *cells, size_t n)
{
	for (size_t i = 0; cells != NULL && i < n; i++) {
		free(cells[i].name);
		free(cells[i].constant);
	}
	free(cells);
}

void
mk_layout_free(struct mk_layout *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; l->maps != NULL && i < l->nmaps; i++) {
		for (size_t k = 0; k < l->maps[i].n; k++) {
			free(l->maps[i].from[k]);
			free(l->maps[i].to[k]);
		}
		free(l->maps[i].from);
		free(l->maps[i].to);
	}
	free(l->maps);
	for (size_t i = 0; l->preamble != NULL && i < l->npreamble; i++)
		cells_free(l->preamble[i].cells, l->preamble[i].ncells);
	free(l->preamble);
	cells_free(l->fields, l->nfields);
	free(l->id);
	free(l->title);
	free(l->purpose);
	free(l->filename);
	free(l);
}
