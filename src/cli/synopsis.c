/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A verb's synopsis, the text that help prints, as what its arguments are parsed by. */
#include "cli_internal.h"

#include <string.h>

/* --- a synopsis as tokens */
enum tok_type { TOK_END, TOK_OPEN, TOK_CLOSE, TOK_BAR, TOK_WORD };

struct tok {
	enum tok_type type;
	const char *s;
	size_t len;
	bool repeated; /* "..." right behind it */
};

static bool
take_dots(const char **p)
{
	if (strncmp(*p, "...", 3) != 0)
		return false;
	*p += 3;
	return true;
}

static struct tok
next_tok(const char **p)
{
	struct tok t = {TOK_END, NULL, 0, false};
	while (**p == ' ')
		(*p)++;
	if (**p == '\0')
		return t;
	t.s = *p;
	t.type = **p == '[' ? TOK_OPEN : **p == ']' ? TOK_CLOSE : **p == '|' ? TOK_BAR : TOK_WORD;
	if (t.type != TOK_WORD) {
		(*p)++;
	} else {
		while (**p != '\0' && strchr(" []", **p) == NULL && strncmp(*p, "...", 3) != 0)
			(*p)++;
		t.len = (size_t)(*p - t.s);
	}
	t.repeated = take_dots(p);
	return t;
}

static bool
is_option(const struct tok *t)
{
	return t->type == TOK_WORD && t->s[0] == '-' && t->len > 1;
}

/* The word behind an option is its value, unless a bracket or a bar stands between. */
static struct tok
value_of(const char **p)
{
	const char *q = *p;
	struct tok v = next_tok(&q);
	if (v.type != TOK_WORD || is_option(&v))
		return (struct tok){TOK_END, NULL, 0, false};
	*p = q;
	return v;
}

bool
mk_synopsis_word(const char *args, size_t i, char *out, size_t cap, bool *required, bool *repeated)
{
	int depth = 0;
	for (struct tok t = next_tok(&args); t.type != TOK_END; t = next_tok(&args)) {
		if (t.type == TOK_OPEN)
			depth++;
		else if (t.type == TOK_CLOSE)
			depth--;
		else if (is_option(&t))
			value_of(&args);
		else if (t.type == TOK_WORD && i-- == 0) {
			if (t.len >= cap)
				return false;
			memcpy(out, t.s, t.len);
			out[t.len] = '\0';
			*required = depth == 0;
			*repeated = t.repeated || strncmp(args, "]...", 4) == 0;
			return true;
		}
	}
	return false;
}

bool
mk_synopsis_required(const char *args, size_t i, char *out, size_t cap)
{
	int depth = 0;
	for (struct tok t = next_tok(&args); t.type != TOK_END; t = next_tok(&args)) {
		depth += t.type == TOK_OPEN ? 1 : t.type == TOK_CLOSE ? -1 : 0;
		if (!is_option(&t))
			continue;
		value_of(&args);
		size_t dashes = t.s[1] == '-' ? 2 : 1;
		if (depth > 0 || i-- > 0)
			continue;
		if (t.len - dashes >= cap)
			return false;
		memcpy(out, t.s + dashes, t.len - dashes);
		out[t.len - dashes] = '\0';
		return true;
	}
	return false;
}

enum mk_opt_form
mk_synopsis_option(const char *args, const char *name)
{
	for (struct tok t = next_tok(&args); t.type != TOK_END; t = next_tok(&args)) {
		if (!is_option(&t))
			continue;
		size_t dashes = t.s[1] == '-' ? 2 : 1;
		struct tok v = value_of(&args);
		if (t.len - dashes != strlen(name) ||
		    strncmp(t.s + dashes, name, t.len - dashes) != 0)
			continue;
		if (v.type == TOK_END)
			return MK_OPT_SWITCH;
		return v.repeated ? MK_OPT_GREEDY : MK_OPT_VALUE;
	}
	return MK_OPT_UNKNOWN;
}
