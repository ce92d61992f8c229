/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SANE options by name. Any of them may be absent (the pnm backend has no mode, no source and no
 * area), so nothing relies on one.
 */
#include <sane/saneopts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "device_internal.h"
#include "mynakura/base/err.h"

#define VALUE_MAX 4096
#define OPTIONS_MAX 1000

/* Descriptors change with every set option, so they are looked up anew each time. */
static const SANE_Option_Descriptor *
find(SANE_Handle h, const char *name, SANE_Int *index)
{
	for (SANE_Int i = 1; i < OPTIONS_MAX; i++) {
		const SANE_Option_Descriptor *d = sane_get_option_descriptor(h, i);
		if (d == NULL)
			return NULL;
		if (d->name != NULL && strcmp(d->name, name) == 0) {
			*index = i;
			return d;
		}
	}
	return NULL;
}

static bool
word_of(const SANE_Option_Descriptor *d, const char *value, SANE_Word *out)
{
	char *end;
	double v = strtod(value, &end);
	if (d->type == SANE_TYPE_BOOL) {
		bool yes = strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 ||
			   strcmp(value, "1") == 0;
		bool no = strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 ||
			  strcmp(value, "0") == 0;
		*out = yes ? SANE_TRUE : SANE_FALSE;
		return yes || no;
	}
	if (end == value || *end != '\0' || v < -30000000 || v > 30000000)
		return false;
	*out = d->type == SANE_TYPE_FIXED ? SANE_FIX(v) : (SANE_Word)v;
	return d->type != SANE_TYPE_FIXED || (v > -32768 && v < 32767);
}

/* A listed string is matched without regard to case, so that "gray" finds "Gray". */
static const char *
listed(const SANE_Option_Descriptor *d, const char *value)
{
	if (d->constraint_type != SANE_CONSTRAINT_STRING_LIST)
		return value;
	for (const SANE_String_Const *s = d->constraint.string_list; *s != NULL; s++)
		if (strcasecmp(*s, value) == 0)
			return *s;
	return NULL;
}

static SANE_Status
set_string(SANE_Handle h, SANE_Int i, const SANE_Option_Descriptor *d, const char *value)
{
	SANE_Int info = 0;
	const char *use = listed(d, value);
	size_t size = d->size > 0 ? (size_t)d->size : 0;
	if (use == NULL || strlen(use) >= VALUE_MAX || strlen(use) + 1 > size)
		return SANE_STATUS_INVAL;
	char *copy = calloc(1, size);
	if (copy == NULL)
		return SANE_STATUS_NO_MEM;
	memcpy(copy, use, strlen(use));
	SANE_Status status = sane_control_option(h, i, SANE_ACTION_SET_VALUE, copy, &info);
	free(copy);
	return status;
}

static SANE_Status
set(SANE_Handle h, SANE_Int i, const SANE_Option_Descriptor *d, const char *value)
{
	SANE_Int info = 0;
	SANE_Word word = 0;
	switch (d->type) {
	case SANE_TYPE_BUTTON:
		return sane_control_option(h, i, SANE_ACTION_SET_VALUE, NULL, &info);
	case SANE_TYPE_STRING:
		return set_string(h, i, d, value);
	case SANE_TYPE_BOOL:
	case SANE_TYPE_INT:
	case SANE_TYPE_FIXED:
		if (d->size != (SANE_Int)sizeof word || !word_of(d, value, &word))
			return SANE_STATUS_INVAL;
		return sane_control_option(h, i, SANE_ACTION_SET_VALUE, &word, &info);
	default:
		return SANE_STATUS_INVAL;
	}
}

int
mk_sane_set(struct mk_serve *s, SANE_Handle h, const char *name, const char *value)
{
	SANE_Int i = 0;
	const SANE_Option_Descriptor *d = find(h, name, &i);
	if (d == NULL)
		return mk_serve_why(s, MK_E_INPUT, "the scanner has no option %.60s", name);
	if (!SANE_OPTION_IS_ACTIVE(d->cap) || !SANE_OPTION_IS_SETTABLE(d->cap))
		return mk_serve_why(
		    s, MK_E_INPUT, "the scanner's option %.60s cannot be set now", name);
	SANE_Status status = set(h, i, d, value);
	if (status == SANE_STATUS_INVAL || status == SANE_STATUS_UNSUPPORTED)
		return mk_serve_why(
		    s, MK_E_INPUT, "the scanner's option %.60s does not take this value", name);
	return status == SANE_STATUS_GOOD ? 0 : mk_sane_error(s, status);
}

static void
try_set(SANE_Handle h, const char *name, const char *value)
{
	SANE_Int i = 0;
	const SANE_Option_Descriptor *d = find(h, name, &i);
	if (d != NULL && SANE_OPTION_IS_ACTIVE(d->cap) && SANE_OPTION_IS_SETTABLE(d->cap))
		set(h, i, d, value);
}

void
mk_sane_defaults(SANE_Handle h)
{
	try_set(h, SANE_NAME_SCAN_MODE, SANE_VALUE_SCAN_MODE_GRAY);
	try_set(h, SANE_NAME_BIT_DEPTH, "8");
	try_set(h, SANE_NAME_SCAN_RESOLUTION, "300");
}

unsigned
mk_sane_resolution(SANE_Handle h)
{
	SANE_Int i = 0, info = 0;
	SANE_Word word = 0;
	const SANE_Option_Descriptor *d = find(h, SANE_NAME_SCAN_RESOLUTION, &i);
	if (d == NULL || !SANE_OPTION_IS_ACTIVE(d->cap) || d->size != (SANE_Int)sizeof word ||
	    (d->type != SANE_TYPE_INT && d->type != SANE_TYPE_FIXED) ||
	    sane_control_option(h, i, SANE_ACTION_GET_VALUE, &word, &info) != SANE_STATUS_GOOD)
		return 0;
	double v = d->type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
	return v > 0 && v <= 10000 ? (unsigned)(v + 0.5) : 0;
}

bool
mk_sane_feeds(SANE_Handle h)
{
	SANE_Int i = 0, info = 0;
	bool feeds = false;
	const SANE_Option_Descriptor *d = find(h, SANE_NAME_SCAN_SOURCE, &i);
	if (d == NULL || d->type != SANE_TYPE_STRING || d->size <= 0 || d->size > VALUE_MAX ||
	    !SANE_OPTION_IS_ACTIVE(d->cap))
		return false;
	char *value = calloc(1, (size_t)d->size + 1);
	if (value != NULL &&
	    sane_control_option(h, i, SANE_ACTION_GET_VALUE, value, &info) == SANE_STATUS_GOOD)
		feeds = strcasestr(value, "adf") != NULL || strcasestr(value, "feed") != NULL ||
			strcasestr(value, "duplex") != NULL;
	free(value);
	return feeds;
}
