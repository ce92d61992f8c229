/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SANE options by name. A device may lack any of them; setting one may change the others, so a
 * descriptor is looked up each time (RELOAD_OPTIONS).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "device_internal.h"

#define OPTIONS_MAX 1000
#define WORDS_MAX 16
#define WANTED_DPI 300

static const SANE_Option_Descriptor *
find(SANE_Handle h, const char *name, size_t len, SANE_Int *index)
{
	for (SANE_Int i = 1; i < OPTIONS_MAX; i++) {
		const SANE_Option_Descriptor *d = sane_get_option_descriptor(h, i);
		if (d == NULL)
			return NULL;
		if (d->name != NULL && strlen(d->name) == len && memcmp(d->name, name, len) == 0) {
			*index = i;
			return d;
		}
	}
	return NULL;
}

static int
bad(struct mk_serve *s, const char *option, const char *why)
{
	/*
	 * The option's name is the caller's own text; its value may be a path and is not repeated.
	 */
	size_t n = strcspn(option, "=");
	return mk_serve_why(s, MK_E_INPUT, "option %.*s: %s", (int)(n > 60 ? 60 : n), option, why);
}

static bool
parse_bool(const char *v, SANE_Word *out)
{
	if (strcmp(v, "yes") == 0 || strcmp(v, "true") == 0 || strcmp(v, "1") == 0 ||
	    strcmp(v, "on") == 0)
		*out = SANE_TRUE;
	else if (strcmp(v, "no") == 0 || strcmp(v, "false") == 0 || strcmp(v, "0") == 0 ||
		 strcmp(v, "off") == 0)
		*out = SANE_FALSE;
	else
		return false;
	return true;
}

/* "300" or "1.5": a number of the option's type; a list is separated by commas. */
static bool
parse_words(const SANE_Option_Descriptor *d, const char *v, SANE_Word *out)
{
	size_t want = (size_t)d->size / sizeof(SANE_Word);
	if (want == 0 || want > WORDS_MAX)
		return false;
	for (size_t i = 0; i < want; i++) {
		char *end;
		double x = strtod(v, &end);
		if (end == v || x < -32767 || x > 2147483647.0)
			return false;
		out[i] = d->type == SANE_TYPE_FIXED ? SANE_FIX(x) : (SANE_Word)x;
		v = end;
		if (i + 1 < want && *v++ != ',')
			return false;
	}
	return *v == '\0';
}

static SANE_Status
set_string(SANE_Handle h, SANE_Int index, const SANE_Option_Descriptor *d, const char *v)
{
	SANE_Int info = 0;
	size_t len = strlen(v);
	if (d->size <= 0 || len >= (size_t)d->size)
		return SANE_STATUS_INVAL;
	char *copy = calloc(1, (size_t)d->size);
	if (copy == NULL)
		return SANE_STATUS_NO_MEM;
	memcpy(copy, v, len);
	SANE_Status st = sane_control_option(h, index, SANE_ACTION_SET_VALUE, copy, &info);
	free(copy);
	return st;
}

int
mk_device_set(struct mk_serve *s, SANE_Handle h, const char *option)
{
	SANE_Int index, info = 0;
	SANE_Word words[WORDS_MAX];
	SANE_Status st;
	const char *eq = strchr(option, '=');
	if (eq == NULL)
		return bad(s, option, "NAME=VALUE is wanted");
	const SANE_Option_Descriptor *d = find(h, option, (size_t)(eq - option), &index);
	if (d == NULL)
		return bad(s, option, "this scanner has no such option");
	if (!SANE_OPTION_IS_SETTABLE(d->cap) || !SANE_OPTION_IS_ACTIVE(d->cap))
		return bad(s, option, "cannot be set now");
	if (d->type == SANE_TYPE_STRING) {
		st = set_string(h, index, d, eq + 1);
	} else if (d->type == SANE_TYPE_BOOL || d->type == SANE_TYPE_INT ||
		   d->type == SANE_TYPE_FIXED) {
		bool ok = d->type == SANE_TYPE_BOOL ? parse_bool(eq + 1, words)
						    : parse_words(d, eq + 1, words);
		if (!ok)
			return bad(s, option, "not a value of this option");
		st = sane_control_option(h, index, SANE_ACTION_SET_VALUE, words, &info);
	} else {
		st = sane_control_option(h, index, SANE_ACTION_SET_VALUE, NULL, &info);
	}
	if (st == SANE_STATUS_INVAL)
		return bad(s, option, "not a value that the scanner takes");
	return st == SANE_STATUS_GOOD ? 0 : mk_device_fault(s, st);
}

static bool
was_given(const char *const *given, size_t n, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < n; i++)
		if (strncmp(given[i], name, len) == 0 && given[i][len] == '=')
			return true;
	return false;
}

static const SANE_Option_Descriptor *
settable(SANE_Handle h, const char *name, SANE_Int *index)
{
	const SANE_Option_Descriptor *d = find(h, name, strlen(name), index);
	return d != NULL && SANE_OPTION_IS_SETTABLE(d->cap) && SANE_OPTION_IS_ACTIVE(d->cap) ? d
											     : NULL;
}

/* The first of the device's own names that begins like grey: "Gray", "Grayscale", "True Gray". */
static void
choose_grey(SANE_Handle h)
{
	SANE_Int index;
	const SANE_Option_Descriptor *d = settable(h, "mode", &index);
	if (d == NULL || d->type != SANE_TYPE_STRING ||
	    d->constraint_type != SANE_CONSTRAINT_STRING_LIST)
		return;
	for (size_t i = 0; d->constraint.string_list[i] != NULL; i++) {
		const char *name = d->constraint.string_list[i];
		if (strstr(name, "Gray") != NULL || strstr(name, "Grey") != NULL) {
			(void)set_string(h, index, d, name);
			return;
		}
	}
}

/* The offered resolution nearest to 300 dpi that is not below it, else the highest. */
static SANE_Word
nearest(const SANE_Option_Descriptor *d, SANE_Word wanted)
{
	if (d->constraint_type == SANE_CONSTRAINT_RANGE) {
		const SANE_Range *g = d->constraint.range;
		return wanted < g->min ? g->min : wanted > g->max ? g->max : wanted;
	}
	if (d->constraint_type != SANE_CONSTRAINT_WORD_LIST)
		return wanted;
	SANE_Word best = 0;
	for (SANE_Int i = 1; i <= d->constraint.word_list[0]; i++) {
		SANE_Word w = d->constraint.word_list[i];
		bool better = best < wanted ? w > best : w >= wanted && w < best;
		if (better)
			best = w;
	}
	return best;
}

static void
choose_resolution(SANE_Handle h)
{
	SANE_Int index, info = 0;
	const SANE_Option_Descriptor *d = settable(h, "resolution", &index);
	if (d == NULL || (d->type != SANE_TYPE_INT && d->type != SANE_TYPE_FIXED) ||
	    d->size != (SANE_Int)sizeof(SANE_Word))
		return;
	SANE_Word w = nearest(d, d->type == SANE_TYPE_FIXED ? SANE_FIX(WANTED_DPI) : WANTED_DPI);
	(void)sane_control_option(h, index, SANE_ACTION_SET_VALUE, &w, &info);
}

void
mk_device_defaults(SANE_Handle h, const char *const *given, size_t n)
{
	if (!was_given(given, n, "mode"))
		choose_grey(h);
	if (!was_given(given, n, "resolution"))
		choose_resolution(h);
}

bool
mk_device_feeds(SANE_Handle h)
{
	SANE_Int index;
	const SANE_Option_Descriptor *d = find(h, "source", 6, &index);
	char value[256];
	if (d == NULL || d->type != SANE_TYPE_STRING || !SANE_OPTION_IS_ACTIVE(d->cap) ||
	    d->size <= 0 || d->size > (SANE_Int)sizeof value)
		return false;
	if (sane_control_option(h, index, SANE_ACTION_GET_VALUE, value, NULL) != SANE_STATUS_GOOD)
		return false;
	value[sizeof value - 1] = '\0';
	return strstr(value, "Feeder") != NULL || strstr(value, "ADF") != NULL;
}

unsigned
mk_device_dpi(SANE_Handle h)
{
	SANE_Int index;
	SANE_Word w = 0;
	const SANE_Option_Descriptor *d = find(h, "resolution", 10, &index);
	if (d == NULL || !SANE_OPTION_IS_ACTIVE(d->cap) || d->size != (SANE_Int)sizeof w ||
	    sane_control_option(h, index, SANE_ACTION_GET_VALUE, &w, NULL) != SANE_STATUS_GOOD)
		return 0;
	if (d->type == SANE_TYPE_FIXED)
		w = (SANE_Word)SANE_UNFIX(w);
	return w > 0 && w < 100000 ? (unsigned)w : 0;
}
