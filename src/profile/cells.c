/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a profile that repeat: maps, preamble lines, fields, and the functions of a field.
 */
#include "profile_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

static const char *const classes[] = {
#define X(id, word) word,
    MK_CLASS_TABLE(X)
#undef X
};

static const char *const field_keys[] = {"name", "const", "from", "fn", "class", "required",
    "maxBytes", "length", "secret", "blankIf", "requiredIf", "requiredIfNot", "enum", "note", NULL};

static void
no_memory(struct mk_loader *ld)
{
	mk_loader_fail(ld, false, "out of memory");
	ld->r = MK_E_NOMEM;
}

/*
 * Adds the object v as a map; its index, or -1 with the error noted. name is NULL for a field's own
 * map.
 */
static int
add_map(struct mk_loader *ld, json_t *v, const char *name)
{
	size_t at = ld->l->nmaps, n = json_object_size(v), ordinal = 0;
	if (!json_is_object(v) || n < 1 || n > MK_LAYOUT_ENTRIES || at >= MK_LAYOUT_MAPS) {
		mk_loader_fail(ld, false,
		    "an enum is an object of 1 to %u words, and a profile has at most %u of them",
		    MK_LAYOUT_ENTRIES, MK_LAYOUT_MAPS);
		return -1;
	}
	struct mk_map *m = &ld->l->maps[at];
	ld->map_path[at] = ld->path;
	ld->map_name[at] = name != NULL ? strdup(name) : NULL;
	m->from = calloc(n, sizeof *m->from);
	m->to = calloc(n, sizeof *m->to);
	ld->l->nmaps++;
	if (m->from == NULL || m->to == NULL || (name != NULL && ld->map_name[at] == NULL)) {
		no_memory(ld);
		return -1;
	}
	for (void *it = json_object_iter(v); it != NULL;
	     it = json_object_iter_next(v, it), ordinal++) {
		const json_t *to = json_object_iter_value(it);
		mk_loader_down(ld, ordinal);
		if (!json_is_string(to)) {
			mk_loader_fail(ld, false, "a word of an enum must be a string");
		} else {
			m->from[m->n] = strdup(json_object_iter_key(it));
			m->to[m->n] = strdup(json_string_value(to));
			if (m->from[m->n] == NULL || m->to[m->n] == NULL)
				no_memory(ld);
			m->n++;
		}
		mk_loader_up(ld);
	}
	return ld->r < 0 ? -1 : (int)at;
}

void
mk_read_maps(struct mk_loader *ld, const json_t *root)
{
	size_t ordinal = 0;
	json_t *v = ld->r == 0 ? mk_loader_into(ld, root, "enum") : NULL;
	ld->l->maps = calloc(MK_LAYOUT_MAPS, sizeof *ld->l->maps);
	if (ld->l->maps == NULL)
		no_memory(ld);
	if (v == NULL)
		return;
	if (!json_is_object(v))
		mk_loader_fail(ld, false, "\"enum\" must be an object of named enums");
	for (void *it = json_object_iter(v); ld->r == 0 && it != NULL;
	     it = json_object_iter_next(v, it), ordinal++) {
		mk_loader_down(ld, ordinal);
		(void)add_map(ld, json_object_iter_value(it), json_object_iter_key(it));
		mk_loader_up(ld);
	}
	mk_loader_up(ld);
}

static int
map_by_name(const struct mk_loader *ld, const char *name)
{
	for (size_t i = 0; i < ld->l->nmaps; i++)
		if (ld->map_name[i] != NULL && strcmp(ld->map_name[i], name) == 0)
			return (int)i;
	return -1;
}

/*
 * "halfkana", "era:nenkin", "pad:6", "enum" (the field's own map, index own, or -1), "enum:NAME".
 */
static void
read_fn(struct mk_loader *ld, const char *word, int own, struct mk_fn_call *out)
{
	char base[24];
	uint64_t width = 0;
	const char *colon = strrchr(word, ':');
	const char *arg = NULL;
	enum mk_fn fn = mk_fn_find(word);
	if (fn == MK_FN_NONE && colon != NULL && (size_t)(colon - word) < sizeof base) {
		memcpy(base, word, (size_t)(colon - word));
		base[colon - word] = '\0';
		fn = mk_fn_find(base);
		arg = colon + 1;
	}
	int map = arg != NULL ? map_by_name(ld, arg) : own;
	switch (fn == MK_FN_NONE ? MK_FNARG_NONE : mk_fn_argument(fn)) {
	case MK_FNARG_WIDTH:
		if (arg == NULL || mk_str_u64(arg, MK_PAD_MAX, &width) < 0 || width < 1)
			mk_loader_fail(ld, false, "\"pad\" needs a width: \"pad:1\" to \"pad:%u\"",
			    MK_PAD_MAX);
		break;
	case MK_FNARG_MAP:
		if (map < 0)
			mk_loader_fail(ld, false, "\"%.60s\": there is no such enum", word);
		break;
	default:
		if (fn == MK_FN_NONE || arg != NULL)
			mk_loader_fail(ld, false, "unknown function \"%.60s\"", word);
	}
	if (ld->r < 0)
		return;
	out->fn = (uint8_t)fn;
	out->arg = (uint8_t)(fn == MK_FN_PAD ? (int)width : fn == MK_FN_ENUM ? map : 0);
}

static void
read_fns(struct mk_loader *ld, const json_t *obj, int own, struct mk_cell *c)
{
	bool used = false;
	json_t *v = ld->r == 0 ? mk_loader_into(ld, obj, "fn") : NULL;
	if (v != NULL) {
		if (!json_is_array(v) || json_array_size(v) > MK_LAYOUT_FNS)
			mk_loader_fail(ld, false, "\"fn\" must be a list of at most %u functions",
			    MK_LAYOUT_FNS);
		for (size_t i = 0; ld->r == 0 && i < json_array_size(v); i++) {
			const char *word = json_string_value(json_array_get(v, i));
			mk_loader_down(ld, i);
			if (word == NULL)
				mk_loader_fail(ld, false, "a function is a string");
			else
				read_fn(ld, word, own, &c->fns[i]);
			used = used || (word != NULL && strcmp(word, "enum") == 0);
			c->nfns++;
			mk_loader_up(ld);
		}
		mk_loader_up(ld);
	}
	if (ld->r < 0 || own < 0 || used)
		return;
	if (c->nfns == MK_LAYOUT_FNS)
		mk_loader_fail(ld, false, "at most %u functions, the enum counted", MK_LAYOUT_FNS);
	else
		c->fns[c->nfns++] = (struct mk_fn_call){MK_FN_ENUM, (uint8_t)own};
}

static int
read_own_map(struct mk_loader *ld, const json_t *obj)
{
	json_t *v = ld->r == 0 ? mk_loader_into(ld, obj, "enum") : NULL;
	if (v == NULL)
		return -1;
	int own = add_map(ld, v, NULL);
	mk_loader_up(ld);
	return own;
}

static void
read_limits(struct mk_loader *ld, const json_t *obj, struct mk_cell *c)
{
	unsigned long n = 0;
	mk_read_uint(ld, obj, "maxBytes", MK_CELL_BYTES, &n);
	c->max_bytes = (uint16_t)n;
	n = 0;
	mk_read_uint(ld, obj, "length", MK_CELL_BYTES, &n);
	c->length = (uint16_t)n;
}

static void
read_cell(struct mk_loader *ld, const json_t *obj, bool field, struct mk_cell *c)
{
	c->name = strdup("");
	c->constant = strdup("");
	if (c->name == NULL || c->constant == NULL)
		no_memory(ld);
	if (!json_is_object(obj)) {
		mk_loader_fail(ld, false,
		    field ? "a field must be an object" : "a cell must be a string or an object");
		return;
	}
	mk_read_keys(ld, obj, field_keys);
	mk_read_str(ld, obj, "name", field, &c->name);
	mk_read_str(ld, obj, "const", false, &c->constant);
	mk_read_source(ld, obj, "from", &c->source);
	mk_read_source(ld, obj, "blankIf", &c->blank_if);
	mk_read_source(ld, obj, "requiredIf", &c->req_if);
	mk_read_source(ld, obj, "requiredIfNot", &c->req_ifnot);
	mk_read_word(
	    ld, obj, "class", false, classes, sizeof classes / sizeof classes[0], &c->char_class);
	mk_read_bool(ld, obj, "required", &c->required);
	mk_read_bool(ld, obj, "secret", &c->secret);
	read_limits(ld, obj, c);
	read_fns(ld, obj, read_own_map(ld, obj), c);
	bool both = json_object_get(obj, "const") != NULL && json_object_get(obj, "from") != NULL;
	bool none = json_object_get(obj, "const") == NULL && json_object_get(obj, "from") == NULL;
	if (both || none)
		mk_loader_fail(ld, false, "a field has either \"const\" or \"from\"");
	if (field && ld->r == 0 && c->name[0] == '\0')
		mk_loader_fail(ld, false, "a field needs a name");
}

/* A cell of a preamble line: a constant, "{source}", or an object like a field's. */
static void
read_preamble_cell(struct mk_loader *ld, const json_t *v, struct mk_cell *c)
{
	if (!json_is_string(v)) {
		read_cell(ld, v, false, c);
		return;
	}
	const char *s = json_string_value(v);
	size_t n = strlen(s);
	c->name = strdup("");
	bool source = n > 2 && s[0] == '{' && s[n - 1] == '}';
	c->constant = source ? mk_str_ndup(s + 1, n - 2) : strdup(s);
	if (c->name == NULL || c->constant == NULL) {
		no_memory(ld);
	} else if (source) {
		c->source = (uint16_t)mk_source_find(c->constant);
		if (c->source == MK_SRC_NONE)
			mk_loader_fail(ld, false, "unknown source \"%.60s\"", c->constant);
		c->constant[0] = '\0';
	} else if (strpbrk(s, "{}") != NULL) {
		mk_loader_fail(ld, false, "a preamble cell is a constant or one whole {source}");
	}
}

static void
read_line(struct mk_loader *ld, const json_t *v, struct mk_line *line)
{
	size_t n = json_array_size(v);
	if (!json_is_array(v) || n < 1 || n > MK_LAYOUT_CELLS) {
		mk_loader_fail(
		    ld, false, "a preamble line is a list of 1 to %u cells", MK_LAYOUT_CELLS);
		return;
	}
	line->cells = calloc(n, sizeof *line->cells);
	if (line->cells == NULL) {
		no_memory(ld);
		return;
	}
	line->ncells = n;
	for (size_t i = 0; ld->r == 0 && i < n; i++) {
		mk_loader_down(ld, i);
		read_preamble_cell(ld, json_array_get(v, i), &line->cells[i]);
		mk_loader_up(ld);
	}
}

void
mk_read_preamble(struct mk_loader *ld, const json_t *root)
{
	json_t *v = ld->r == 0 ? mk_loader_into(ld, root, "preamble") : NULL;
	if (v == NULL)
		return;
	size_t n = json_array_size(v);
	if (!json_is_array(v) || n > MK_LAYOUT_LINES) {
		mk_loader_fail(
		    ld, false, "\"preamble\" must be a list of at most %u lines", MK_LAYOUT_LINES);
	} else if (n > 0) {
		ld->l->preamble = calloc(n, sizeof *ld->l->preamble);
		if (ld->l->preamble == NULL)
			no_memory(ld);
		else
			ld->l->npreamble = n;
	}
	for (size_t i = 0; ld->r == 0 && i < n; i++) {
		mk_loader_down(ld, i);
		read_line(ld, json_array_get(v, i), &ld->l->preamble[i]);
		mk_loader_up(ld);
	}
	mk_loader_up(ld);
}

void
mk_read_fields(struct mk_loader *ld, const json_t *root)
{
	json_t *v = ld->r == 0 ? mk_loader_into(ld, root, "fields") : NULL;
	if (v == NULL) {
		mk_loader_fail(ld, false, "the key \"fields\" is missing");
		return;
	}
	size_t n = json_array_size(v);
	if (!json_is_array(v) || n < 1 || n > MK_LAYOUT_FIELDS) {
		mk_loader_fail(
		    ld, false, "\"fields\" must be a list of 1 to %u fields", MK_LAYOUT_FIELDS);
	} else {
		ld->l->fields = calloc(n, sizeof *ld->l->fields);
		if (ld->l->fields == NULL)
			no_memory(ld);
		else
			ld->l->nfields = n;
	}
	for (size_t i = 0; ld->r == 0 && i < n; i++) {
		mk_loader_down(ld, i);
		read_cell(ld, json_array_get(v, i), true, &ld->l->fields[i]);
		mk_loader_up(ld);
	}
	mk_loader_up(ld);
}
