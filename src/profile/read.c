/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strict readers of single JSON members. The first fault is kept with its place; after it every
 * reader does nothing.
 */
#include "profile_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"

void
mk_profile_error_set(struct mk_profile_error *err, int line, int column, const char *fmt, ...)
{
	va_list ap;
	err->line = line;
	err->column = column;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
}

int
mk_loader_fail(struct mk_loader *ld, bool at_key, const char *fmt, ...)
{
	va_list ap;
	if (ld->r < 0)
		return ld->r;
	mk_json_locate(ld->text, ld->len, &ld->path, at_key, &ld->err->line, &ld->err->column);
	va_start(ap, fmt);
	vsnprintf(ld->err->text, sizeof ld->err->text, fmt, ap);
	va_end(ap);
	ld->r = MK_E_INPUT;
	return ld->r;
}

static void
no_memory(struct mk_loader *ld)
{
	mk_loader_fail(ld, false, "out of memory");
	ld->r = MK_E_NOMEM;
}

void
mk_loader_down(struct mk_loader *ld, size_t ordinal)
{
	if (ld->path.depth < MK_PATH_MAX)
		ld->path.at[ld->path.depth] = ordinal;
	ld->path.depth++;
}

void
mk_loader_up(struct mk_loader *ld)
{
	ld->path.depth--;
}

json_t *
mk_loader_into(struct mk_loader *ld, const json_t *obj, const char *key)
{
	size_t ordinal = 0;
	json_t *o = (json_t *)(uintptr_t)obj; /* Jansson's iterators lack the const */
	for (void *it = json_object_iter(o); it != NULL;
	     it = json_object_iter_next(o, it), ordinal++)
		if (strcmp(json_object_iter_key(it), key) == 0) {
			mk_loader_down(ld, ordinal);
			return json_object_iter_value(it);
		}
	return NULL;
}

void
mk_read_keys(struct mk_loader *ld, const json_t *obj, const char *const *allowed)
{
	size_t ordinal = 0;
	json_t *o = (json_t *)(uintptr_t)obj;
	for (void *it = json_object_iter(o); it != NULL;
	     it = json_object_iter_next(o, it), ordinal++) {
		size_t k = 0;
		while (allowed[k] != NULL && strcmp(allowed[k], json_object_iter_key(it)) != 0)
			k++;
		if (allowed[k] != NULL)
			continue;
		mk_loader_down(ld, ordinal);
		mk_loader_fail(ld, true, "unknown key \"%.60s\"", json_object_iter_key(it));
		mk_loader_up(ld);
		return;
	}
}

static json_t *
member(struct mk_loader *ld, const json_t *obj, const char *key, bool must)
{
	if (ld->r < 0)
		return NULL;
	json_t *v = mk_loader_into(ld, obj, key);
	if (v == NULL && must)
		mk_loader_fail(ld, false, "the key \"%s\" is missing", key);
	return v;
}

void
mk_read_str(struct mk_loader *ld, const json_t *obj, const char *key, bool must, char **out)
{
	json_t *v = member(ld, obj, key, must);
	if (v == NULL)
		return;
	if (!json_is_string(v)) {
		mk_loader_fail(ld, false, "\"%s\" must be a string", key);
	} else if (json_string_length(v) > MK_LAYOUT_TEXT) {
		mk_loader_fail(ld, false, "\"%s\" is longer than %u bytes", key, MK_LAYOUT_TEXT);
	} else {
		char *copy = strdup(json_string_value(v));
		if (copy == NULL) {
			no_memory(ld);
		} else {
			free(*out);
			*out = copy;
		}
	}
	mk_loader_up(ld);
}

void
mk_read_bool(struct mk_loader *ld, const json_t *obj, const char *key, bool *out)
{
	json_t *v = member(ld, obj, key, false);
	if (v == NULL)
		return;
	if (!json_is_boolean(v))
		mk_loader_fail(ld, false, "\"%s\" must be true or false", key);
	else
		*out = json_is_true(v);
	mk_loader_up(ld);
}

void
mk_read_uint(
    struct mk_loader *ld, const json_t *obj, const char *key, unsigned long max, unsigned long *out)
{
	json_t *v = member(ld, obj, key, false);
	if (v == NULL)
		return;
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;
	if (n < 1 || (unsigned long long)n > max)
		mk_loader_fail(ld, false, "\"%s\" must be a whole number from 1 to %lu", key, max);
	else
		*out = (unsigned long)n;
	mk_loader_up(ld);
}

static void
fail_words(struct mk_loader *ld, const char *key, const char *const *words, size_t n)
{
	char list[120];
	size_t used = 0;
	list[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof list; i++) {
		const char *w = strcmp(words[i], "\r\n") == 0 ? "\\r\\n"
				: strcmp(words[i], "\n") == 0 ? "\\n"
							      : words[i];
		int k = snprintf(list + used, sizeof list - used, "%s\"%s\"", i > 0 ? ", " : "", w);
		used += k > 0 ? (size_t)k : 0;
	}
	mk_loader_fail(ld, false, "\"%s\" must be one of %s", key, list);
}

void
mk_read_word(struct mk_loader *ld, const json_t *obj, const char *key, bool must,
    const char *const *words, size_t n, uint8_t *out)
{
	json_t *v = member(ld, obj, key, must);
	if (v == NULL)
		return;
	size_t i = 0;
	while (i < n && !(json_is_string(v) && strcmp(json_string_value(v), words[i]) == 0))
		i++;
	if (i < n)
		*out = (uint8_t)i;
	else
		fail_words(ld, key, words, n);
	mk_loader_up(ld);
}

void
mk_read_source(struct mk_loader *ld, const json_t *obj, const char *key, uint16_t *out)
{
	json_t *v = member(ld, obj, key, false);
	if (v == NULL)
		return;
	enum mk_source s = json_is_string(v) ? mk_source_find(json_string_value(v)) : MK_SRC_NONE;
	if (s != MK_SRC_NONE)
		*out = (uint16_t)s;
	else if (json_is_string(v))
		mk_loader_fail(ld, false, "unknown source \"%.60s\"", json_string_value(v));
	else
		mk_loader_fail(ld, false, "\"%s\" must be a string", key);
	mk_loader_up(ld);
}
