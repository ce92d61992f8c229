/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line taken apart by the verbs' own synopses (synopsis.c); and the splitting of a
 * batch line into words.
 */
#include "cli_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"

/* --- the parser */
struct parser {
	int n, i;
	char *const *words;
	struct mk_cli_global *g;
	struct mk_cli_args *a;
	struct mk_buf *what;
	const char *greedy; /* the option that takes the next plain words */
};

static int
wrong(struct parser *p, const char *fmt, const char *arg)
{
	mk_buf_reset(p->what);
	/* fmt is one of ours with one %s. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	mk_buf_printf(p->what, fmt, arg);
#pragma GCC diagnostic pop
	return MK_E_USAGE;
}

static int
add_opt(struct parser *p, const char *name, const char *value)
{
	struct mk_cli_args *a = p->a;
	struct mk_cli_opt *more = reallocarray(a->opts, a->nopts + 1, sizeof *more);
	if (more == NULL)
		return MK_E_NOMEM;
	a->opts = more;
	mk_str_copy(more[a->nopts].name, sizeof more[0].name, name);
	more[a->nopts++].value = value;
	return 0;
}

static int
add_pos(struct parser *p, const char *word)
{
	struct mk_cli_args *a = p->a;
	const char **more = reallocarray(a->pos, a->npos + 1, sizeof *more);
	if (more == NULL)
		return MK_E_NOMEM;
	a->pos = more;
	more[a->npos++] = word;
	return 0;
}

static int
set_number(struct parser *p, const char *name, const char *value)
{
	uint64_t n = 0;
	if (strcmp(name, "now") == 0) {
		p->g->has_now = true;
		return mk_time_parse(value, &p->g->now) < 0
			   ? wrong(p,
				 _("--now wants a time like 2026-11-24T12:00:00+09:00, not '%s'"),
				 value)
			   : 0;
	}
	if (mk_str_u64(value, 65535, &n) < 0)
		return wrong(
		    p, _("--passphrase-fd wants the number of a descriptor, not '%s'"), value);
	p->g->pass_fd = (int)n;
	return 0;
}

/* 1 when it is one of the options that stand before or after every verb. */
static int
global_option(struct parser *p, const char *name, const char *value, bool *took)
{
	struct {
		const char *name;
		const char **place;
	} const texts[] = {{"dir", &p->g->dir}, {"socket", &p->g->socket}, {"user", &p->g->user},
	    {"purpose", &p->g->purpose}};
	struct {
		const char *name;
		bool *place;
	} const switches[] = {{"json", &p->g->json}, {"help", &p->g->help}, {"h", &p->g->help},
	    {"version", &p->g->version}};
	for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
		if (strcmp(name, switches[i].name) == 0) {
			*switches[i].place = true;
			return 1;
		}
	bool number = strcmp(name, "now") == 0 || strcmp(name, "passphrase-fd") == 0;
	const char **place = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(name, texts[i].name) == 0)
			place = texts[i].place;
	if (!number && place == NULL)
		return 0;
	*took = true;
	if (value == NULL || (place != NULL && *value == '\0'))
		return wrong(p, _("the option --%s wants a value"), name);
	if (number) {
		int r = set_number(p, name, value);
		return r < 0 ? r : 1;
	}
	*place = value;
	return 1;
}

static int
option(struct parser *p)
{
	const char *w = p->words[p->i];
	const char *start = w + (w[1] == '-' ? 2 : 1), *eq = strchr(start, '=');
	size_t len = eq != NULL ? (size_t)(eq - start) : strlen(start);
	char name[sizeof p->a->opts[0].name];
	if (len == 0 || len >= sizeof name)
		return wrong(p, _("unknown option '%s'"), w);
	memcpy(name, start, len);
	name[len] = '\0';
	const char *next = p->i + 1 < p->n ? p->words[p->i + 1] : NULL;
	const char *value = eq != NULL ? eq + 1 : next;
	bool took = false;
	p->greedy = NULL;
	int r = global_option(p, name, value, &took);
	if (r < 0)
		return r;
	if (r == 1) {
		if (!took && eq != NULL)
			return wrong(p, _("the option --%s takes no value"), name);
		p->i += took && eq == NULL ? 1 : 0;
		return 0;
	}
	enum mk_opt_form form =
	    p->a->verb != NULL ? mk_synopsis_option(p->a->verb->args, name) : MK_OPT_UNKNOWN;
	if (form == MK_OPT_UNKNOWN)
		return wrong(p, _("unknown option '%s'"), w);
	if (form == MK_OPT_SWITCH)
		return eq != NULL ? wrong(p, _("the option --%s takes no value"), name)
				  : add_opt(p, name, NULL);
	if (value == NULL)
		return wrong(p, _("the option '%s' wants a value"), w);
	p->i += eq == NULL ? 1 : 0;
	r = add_opt(p, name, value);
	if (form == MK_OPT_GREEDY && r == 0)
		p->greedy = p->a->opts[p->a->nopts - 1].value;
	return r;
}

static void
list_subs(const char *group, struct mk_buf *out)
{
	const struct mk_verb *v;
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++)
		if (strcmp(v->name, group) == 0 && v->sub != NULL)
			mk_buf_printf(out, " %s", v->sub);
}

static int
verb_word(struct parser *p, const char *w)
{
	const struct mk_verb *v;
	bool known = false;
	const char *group = p->a->group != NULL ? p->a->group : w;
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++) {
		if (strcmp(v->name, group) != 0)
			continue;
		known = true;
		if (p->a->group == NULL ? v->sub == NULL : v->sub != NULL && strcmp(v->sub, w) == 0)
			p->a->verb = v;
	}
	if (!known)
		return wrong(p, _("unknown verb '%s'; 'mynakura --help' lists them"), w);
	if (p->a->group != NULL && p->a->verb == NULL) {
		wrong(p, _("unknown word '%s'; wanted is one of:"), w);
		list_subs(group, p->what);
		return MK_E_USAGE;
	}
	p->a->group = group;
	return 0;
}

static int
plain(struct parser *p, const char *w)
{
	if (p->a->verb == NULL)
		return verb_word(p, w);
	if (p->greedy != NULL) {
		char name[sizeof p->a->opts[0].name];
		memcpy(name, p->a->opts[p->a->nopts - 1].name, sizeof name);
		return add_opt(p, name, w);
	}
	return add_pos(p, w);
}

static int
check_options(struct parser *p)
{
	char name[32];
	for (size_t i = 0; mk_synopsis_required(p->a->verb->args, i, name, sizeof name); i++) {
		bool there = false;
		for (size_t k = 0; k < p->a->nopts; k++)
			there = there || strcmp(p->a->opts[k].name, name) == 0;
		if (!there)
			return wrong(p, _("missing option: --%s"), name);
	}
	return 0;
}

static int
check_count(struct parser *p)
{
	char word[64];
	bool required = false, repeated = false, open = false;
	size_t needed = 0, allowed = 0;
	const char *args = p->a->verb->args;
	for (; mk_synopsis_word(args, allowed, word, sizeof word, &required, &repeated);
	     allowed++) {
		open = open || repeated;
		if (required && needed++ == p->a->npos)
			return wrong(p, _("missing argument: %s"), word);
	}
	if (p->a->npos > allowed && !open)
		return wrong(p, _("one argument too many: '%s'"), p->a->pos[allowed]);
	return 0;
}

int
mk_args_parse(
    int n, char *const words[], struct mk_cli_global *g, struct mk_cli_args *a, struct mk_buf *what)
{
	struct parser p = {n, 0, words, g, a, what, NULL};
	bool ended = false;
	int r = 0;
	memset(a, 0, sizeof *a);
	for (; r == 0 && p.i < n; p.i++) {
		const char *w = words[p.i];
		if (!ended && strcmp(w, "--") == 0)
			ended = true;
		else if (!ended && w[0] == '-' && w[1] != '\0')
			r = option(&p);
		else
			r = plain(&p, w);
	}
	if (r < 0 || g->help || g->version || a->group == NULL)
		return r;
	if (a->verb == NULL) {
		wrong(&p, _("'%s' wants one of these words:"), a->group);
		list_subs(a->group, what);
		return MK_E_USAGE;
	}
	r = check_count(&p);
	return r < 0 ? r : check_options(&p);
}

void
mk_args_free(struct mk_cli_args *a)
{
	free(a->opts);
	free(a->pos);
	memset(a, 0, sizeof *a);
}

/* --- batch lines */
static bool
word_char(const char **p, char *quote, char *out)
{
	char c = *(*p)++;
	if (*quote == '\0' && (c == '\'' || c == '"')) {
		*quote = c;
		return false;
	}
	if (*quote != '\0' && c == *quote) {
		*quote = '\0';
		return false;
	}
	bool escapes = *quote == '\0' || (*quote == '"' && (**p == '"' || **p == '\\'));
	if (c == '\\' && escapes && **p != '\0')
		c = *(*p)++;
	*out = c;
	return true;
}

int
mk_line_split(char *line, char ***out, int *count)
{
	size_t cap = strlen(line) / 2 + 2;
	char **words = calloc(cap, sizeof *words);
	int n = 0;
	if (words == NULL)
		return MK_E_NOMEM;
	/* Words are rewritten in place: unquoting only makes them shorter. */
	const char *p = line;
	char *w = line, quote = '\0';
	while (*p != '\0') {
		while (*p == ' ' || *p == '\t')
			p++;
		if (*p == '\0')
			break;
		words[n++] = w;
		while (*p != '\0' && (quote != '\0' || (*p != ' ' && *p != '\t'))) {
			char c;
			if (word_char(&p, &quote, &c))
				*w++ = c;
		}
		/*
		 * The blank that ended the word is passed before its place is overwritten by the
		 * end of the word.
		 */
		if (*p != '\0')
			p++;
		*w++ = '\0';
	}
	if (quote != '\0') {
		free(words);
		return MK_E_INPUT;
	}
	*out = words;
	*count = n;
	return 0;
}
