/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a body's members. It takes any JSON object of limited depth, keeps what it knows and
 * passes over what it does not, so that records of a later version can still be listed.
 */
#include <stdlib.h>
#include <string.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"

#define DEPTH_MAX 8

struct scan {
	const char *p, *end;
	char *out; /* where the next text goes; the scratch holds every text of one line */
};

static bool
eat(struct scan *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
hex4(struct scan *s, uint32_t *v)
{
	char text[5];
	uint8_t raw[2];
	if (s->end - s->p < 4)
		return false;
	memcpy(text, s->p, 4);
	text[4] = '\0';
	if (mk_unhex(text, raw, 2) < 0)
		return false;
	*v = (uint32_t)raw[0] << 8 | raw[1];
	s->p += 4;
	return true;
}

/* After "\u". A surrogate needs its other half; NUL would cut a text short. */
static bool
escape_u(struct scan *s)
{
	uint32_t cp, low;
	char utf8[4];
	if (!hex4(s, &cp))
		return false;
	if (cp >= 0xd800 && cp < 0xdc00) {
		if (!eat(s, '\\') || !eat(s, 'u') || !hex4(s, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
	}
	size_t n = cp == 0 ? 0 : mk_utf8_encode(cp, utf8);
	if (n == 0)
		return false;
	memcpy(s->out, utf8, n);
	s->out += n;
	return true;
}

static bool
escape(struct scan *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (s->p >= s->end)
		return false;
	char c = *s->p++;
	if (c == 'u')
		return escape_u(s);
	const char *at = c == '\0' ? NULL : strchr(from, c);
	if (at == NULL)
		return false;
	*s->out++ = to[at - from];
	return true;
}

/* A text, unescaped into the scratch. Never longer there than in the line. */
static bool
text(struct scan *s, const char **out)
{
	const char *start = s->out;
	if (!eat(s, '"'))
		return false;
	while (s->p < s->end && *s->p != '"') {
		if (*s->p == '\\') {
			s->p++;
			if (!escape(s))
				return false;
		} else if ((unsigned char)*s->p < 0x20) {
			return false;
		} else {
			*s->out++ = *s->p++;
		}
	}
	if (!eat(s, '"'))
		return false;
	*s->out++ = '\0';
	*out = start;
	return true;
}

static bool skip(struct scan *s, unsigned depth);

static bool
skip_list(struct scan *s, char close, unsigned depth)
{
	if (depth == 0)
		return false;
	if (eat(s, close))
		return true;
	do {
		const char *key;
		if (close == '}' && (!text(s, &key) || !eat(s, ':')))
			return false;
		if (!skip(s, depth - 1))
			return false;
	} while (eat(s, ','));
	return eat(s, close);
}

/* Any value. Texts are decoded to be checked, and forgotten. */
static bool
skip(struct scan *s, unsigned depth)
{
	char *keep = s->out;
	const char *t;
	bool ok;
	if (s->p >= s->end)
		return false;
	if (*s->p == '"') {
		ok = text(s, &t);
	} else if (eat(s, '{')) {
		ok = skip_list(s, '}', depth);
	} else if (eat(s, '[')) {
		ok = skip_list(s, ']', depth);
	} else {
		const char *start = s->p;
		while (s->p < s->end && (*s->p == '-' || *s->p == '+' || *s->p == '.' ||
					    (*s->p >= '0' && *s->p <= '9') ||
					    (*s->p >= 'a' && *s->p <= 'z') || *s->p == 'E'))
			s->p++;
		ok = s->p > start;
	}
	s->out = keep;
	return ok;
}

static bool
number(struct scan *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	const char *start = s->p;
	while (s->p < s->end && s->p - start < 19 && *s->p >= '0' && *s->p <= '9')
		v = v * 10 + (uint64_t)(*s->p++ - '0');
	*out = v;
	return s->p > start && v <= max;
}

/* ["a","b"] as "a b". */
static bool
id_list(struct scan *s, const char **out)
{
	const char *start = s->out, *one;
	if (!eat(s, '['))
		return false;
	if (eat(s, ']'))
		return true;
	do {
		if (!text(s, &one))
			return false;
		s->out[-1] = ' ';
	} while (eat(s, ','));
	if (!eat(s, ']'))
		return false;
	s->out[-1] = '\0';
	*out = start;
	return true;
}

/* An object's own bytes. */
static bool
raw_object(struct scan *s, const char **out)
{
	const char *start = s->p;
	if (start >= s->end || *start != '{' || !skip(s, DEPTH_MAX))
		return false;
	size_t n = (size_t)(s->p - start);
	memcpy(s->out, start, n);
	*out = s->out;
	s->out += n;
	*s->out++ = '\0';
	return true;
}

struct field {
	const char *name;
	const char **value;
};

static bool
member(struct scan *s, const char *key, struct mk_entry *e)
{
	const struct field fields[] = {{"kind", &e->kind}, {"time", &e->time_text},
	    {"action", &e->action}, {"actor", &e->actor}, {"role", &e->role},
	    {"session", &e->session}, {"terminal", &e->terminal}, {"from", &e->from},
	    {"ledger", &e->ledger}, {"purpose", &e->purpose}, {"result", &e->result},
	    {"reason", &e->reason}};
	uint64_t v = 0;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcmp(fields[i].name, key) == 0)
			return (*fields[i].value)[0] == '\0' && text(s, fields[i].value);
	if (strcmp(key, "ref") == 0)
		return number(s, INT64_MAX, &e->ref);
	if (strcmp(key, "commit") == 0)
		return number(s, INT64_MAX, &e->commit);
	if (strcmp(key, "subjects") == 0)
		return e->subjects[0] == '\0' && id_list(s, &e->subjects);
	if (strcmp(key, "detail") == 0)
		return e->detail[0] == '\0' && raw_object(s, &e->detail);
	if (strcmp(key, "uid") == 0) {
		e->has_uid = number(s, UINT32_MAX, &v);
		e->uid = (uint32_t)v;
		return e->has_uid;
	}
	return skip(s, DEPTH_MAX);
}

static bool
members(struct scan *s, struct mk_entry *e)
{
	if (!eat(s, '{'))
		return false;
	do {
		const char *key;
		char *keep = s->out;
		if (!text(s, &key) || !eat(s, ':'))
			return false;
		/* The key is compared before the value takes its place. */
		char name[40];
		bool fits = mk_str_copy(name, sizeof name, key) == 0;
		s->out = keep;
		if (!member(s, fits ? name : "", e))
			return false;
	} while (eat(s, ','));
	return eat(s, '}') && s->p == s->end;
}

int
mk_entry_parse(const struct mk_line *l, char *scratch, struct mk_entry *e)
{
	struct mk_entry n;
	struct scan s = {l->body, l->body == NULL ? NULL : l->body + l->body_len, scratch};
	char hash[MK_TRAIL_HEX];
	memset(&n, 0, sizeof n);
	n.kind = n.time_text = n.action = n.actor = n.role = n.session = n.terminal = n.from = "";
	n.ledger = n.purpose = n.result = n.reason = n.subjects = n.detail = "";
	n.seq = l->seq;
	n.purged = l->purged;
	n.body = l->body;
	n.body_len = l->body_len;
	mk_hex(l->link, sizeof l->link, hash);
	memcpy(scratch, hash, sizeof hash);
	n.hash = scratch;
	s.out = scratch + sizeof hash;
	if (!l->purged && (!members(&s, &n) || mk_time_parse(n.time_text, &n.time) < 0))
		return MK_E_INPUT;
	*e = n;
	return 0;
}
