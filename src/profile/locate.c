/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a value stands in its JSON text. Jansson forgets positions once it has parsed; a person who
 * wrote a wrong word in line 40 wants the line. It walks text that Jansson has accepted, and stays
 * in bounds on any other.
 */
#include "profile_internal.h"

#include <string.h>

struct walk {
	const char *s;
	size_t len;
	size_t i;
};

static char
peek(const struct walk *w)
{
	return w->i < w->len ? w->s[w->i] : '\0';
}

static void
skip_space(struct walk *w)
{
	while (w->i < w->len && strchr(" \t\r\n", w->s[w->i]) != NULL && w->s[w->i] != '\0')
		w->i++;
}

static void
skip_string(struct walk *w)
{
	w->i++;
	while (w->i < w->len && w->s[w->i] != '"')
		w->i += w->s[w->i] == '\\' ? 2 : 1;
	w->i++;
}

static void
skip_value(struct walk *w)
{
	size_t depth = 0;
	do {
		char c = peek(w);
		if (c == '"') {
			skip_string(w);
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']' || c == '}'))
			return; /* the end of a literal */
		if (c == '{' || c == '[')
			depth++;
		if (c == '}' || c == ']')
			depth--;
		w->i++;
	} while (w->i < w->len && (depth > 0 || strchr(",]} \t\r\n", peek(w)) == NULL));
}

/*
 * From the start of an object or array to its n-th entry: *key gets the place of the key. false
 * when there is none.
 */
static bool
enter(struct walk *w, size_t n, size_t *key)
{
	bool object = peek(w) == '{';
	if (!object && peek(w) != '[')
		return false;
	w->i++;
	for (size_t k = 0; w->i < w->len; k++) {
		skip_space(w);
		*key = w->i;
		if (object) {
			if (peek(w) != '"')
				return false;
			skip_string(w);
			skip_space(w);
			w->i++; /* ':' */
			skip_space(w);
		}
		if (k == n)
			return w->i < w->len;
		skip_value(w);
		skip_space(w);
		if (peek(w) != ',')
			return false;
		w->i++;
	}
	return false;
}

void
mk_json_locate(
    const char *text, size_t len, const struct mk_json_path *path, bool key, int *line, int *column)
{
	struct walk w = {text, len, 0};
	size_t at = 0;
	*line = *column = 0;
	skip_space(&w);
	at = w.i;
	for (size_t d = 0; d < path->depth && d < MK_PATH_MAX; d++) {
		size_t place = 0;
		if (!enter(&w, path->at[d], &place))
			return;
		at = key ? place : w.i;
	}
	*line = *column = 1;
	for (size_t i = 0; i < at && i < len; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}
