/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Script files: lines, variables, commands in turn, goldens written back. */
#include "screen.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_SECONDS 300
#define DEPTH_MAX 16

/* --- files */

static struct script *
script_load(const char *path)
{
	FILE *f = fopen(path, "re");
	struct script *s;
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL)
		return NULL;
	s = xrealloc(NULL, 1, sizeof(*s));
	*s = (struct script){.path = xstrdup(path)};
	while (getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		s->line = xrealloc(s->line, s->n + 1, sizeof(*s->line));
		s->line[s->n++] = xstrdup(line);
	}
	free(line);
	fclose(f);
	return s;
}

static void
script_free(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->line[i]);
	for (size_t i = 0; i < s->edits; i++)
		free(s->edit[i].text);
	free(s->line);
	free(s->edit);
	free(s->path);
	free(s);
}

void
script_edit(struct script *s, size_t from, size_t to, const char *text)
{
	struct edit *e = NULL;

	for (size_t i = 0; i < s->edits; i++)
		if (s->edit[i].from == from)
			e = &s->edit[i];
	if (e == NULL) {
		s->edit = xrealloc(s->edit, s->edits + 1, sizeof(*s->edit));
		e = &s->edit[s->edits++];
		e->text = NULL;
	}
	free(e->text);
	*e = (struct edit){from, to, xstrdup(text)};
}

static const struct edit *
edit_at(const struct script *s, size_t line)
{
	for (size_t i = 0; i < s->edits; i++)
		if (s->edit[i].from == line)
			return &s->edit[i];
	return NULL;
}

static void
script_save(const struct script *s)
{
	struct buf path = {NULL, 0, 0};
	FILE *f;

	if (s->edits == 0)
		return;
	buf_printf(&path, "%s.new", s->path);
	f = fopen(path.p, "we");
	for (size_t i = 0; f != NULL && i <= s->n;) {
		const struct edit *e = edit_at(s, i);

		if (e != NULL)
			fputs(e->text, f);
		if (e != NULL && e->to > i) {
			i = e->to;
			continue;
		}
		if (i < s->n)
			fprintf(f, "%s\n", s->line[i]);
		i++;
	}
	if (f == NULL || fclose(f) != 0 || rename(path.p, s->path) != 0)
		tap_say("%s cannot be written: %s", s->path, strerror(errno));
	else
		tap_say("%s: %zu goldens written", s->path, s->edits);
	buf_free(&path);
}

/* --- variables */

static bool
name_char(char c, bool first)
{
	return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (!first && c >= '0' && c <= '9');
}

static const char *
var_get(const struct test *t, const char *name)
{
	const char *v = vars_get(&t->fixed, name);

	if (v == NULL)
		v = vars_get(&t->vars, name);
	if (v == NULL && strcmp(name, "T") == 0)
		v = t->dir;
	if (v == NULL && (strcmp(name, "BUILD") == 0 || strcmp(name, "TOP") == 0))
		v = getenv(name);
	return v;
}

/* The length of "$NAME" or "${NAME}" at s, its name in *name; 0 when it is none. */
static size_t
var_at(const char *s, struct buf *name)
{
	bool brace = s[1] == '{';
	size_t from = brace ? 2 : 1, n = 0;

	while (name_char(s[from + n], n == 0))
		n++;
	buf_reset(name);
	buf_add(name, s + from, n);
	if (n == 0 || (brace && s[from + n] != '}'))
		return 0;
	return from + n + brace;
}

/* The line with its variables replaced; NULL, with the name, when there is no such variable. A
   shell has its own. */
static char *
expand(const struct test *t, const char *s, bool shell, struct buf *name)
{
	struct buf out = {NULL, 0, 0};

	buf_adds(&out, "");
	while (*s != '\0') {
		size_t n = *s == '$' ? var_at(s, name) : 0;
		const char *v = n > 0 ? var_get(t, name->p) : NULL;

		if (n > 0 && v == NULL && !shell) {
			buf_free(&out);
			return NULL;
		}
		if (v != NULL)
			buf_adds(&out, v);
		else
			buf_add(&out, s, n > 0 ? n : 1);
		s += n > 0 ? n : 1;
	}
	return out.p;
}

/* --- results */

bool
script_late(const struct test *t)
{
	return child_interrupted() || now_ms() > t->deadline;
}

static void
show_screen(const struct test *t)
{
	struct buf b = {NULL, 0, 0};
	int x, y;

	if (t->child.term == NULL)
		return;
	term_cursor(t->child.term, &x, &y);
	tap_say("the screen, %d x %d, cursor %d %d%s:", term_cols(t->child.term),
	    term_rows(t->child.term), x + 1, y + 1,
	    term_modes(t->child.term)->cursor_visible ? "" : " invisible");
	for (y = 0; y < term_rows(t->child.term); y++) {
		struct row row;

		term_row(t->child.term, y, &row);
		row_trim(&row);
		row_hide_numbers(&row);
		row_print(&row, &b);
		buf_addc(&b, '\n');
		row_free(&row);
	}
	tap_say_raw(buf_text(&b));
	buf_free(&b);
}

static void
show_program(const struct test *t)
{
	const struct child *c = &t->child;

	if (!c->started)
		tap_say("no program was started");
	else if (c->running)
		tap_say("the program is %s", c->stopped ? "stopped" : "running");
	else if (WIFSIGNALED(c->status))
		tap_say(
		    "the program was ended by signal %s", keys_signal_name(WTERMSIG(c->status)));
	else
		tap_say("the program has ended with status %d", WEXITSTATUS(c->status));
}

static void
bad(struct line *l)
{
	struct test *t = l->t;

	tap_say("%s:%d", l->script->path, l->number);
	if (script_late(t))
		tap_say("%s", child_interrupted() ? "the driver was told to end"
						  : "the time for this file is over");
	show_program(t);
	t->failed = true;
}

void
script_result(struct line *l, bool good, const char *detail)
{
	tap_result(l->t->tap, good, l->t->title, l->words, detail);
	if (good)
		return;
	bad(l);
	show_screen(l->t);
}

void
script_golden_bad(struct line *l)
{
	tap_result(l->t->tap, false, l->t->title, l->words, NULL);
	bad(l);
}

void
script_fail(struct line *l, const char *format, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, format);
	if (vasprintf(&s, format, ap) < 0)
		abort();
	va_end(ap);
	script_result(l, false, NULL);
	tap_say("%s", s);
	free(s);
}

/* --- running */

static const struct command *
find_command(const char *name, size_t n)
{
	const struct command *const tables[] = {
	    command_table, check_table, secret_table, bench_table};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct command *c = tables[i]; c->name != NULL; c++)
			if (strlen(c->name) == n && strncmp(c->name, name, n) == 0)
				return c;
	return NULL;
}

static void
run_line(struct line *l)
{
	const char *s = l->words;
	size_t n = strcspn(s, " \t");
	const struct command *c = find_command(s, n);
	struct buf name = {NULL, 0, 0};

	s += n + (s[n] != '\0');
	if (c == NULL) {
		script_fail(l, "there is no such command");
		return;
	}
	l->arg = expand(l->t, s, c->shell, &name);
	if (l->arg == NULL)
		script_fail(l, "there is no variable %s", name.p);
	else if (c->needed && !l->t->child.started)
		script_fail(l, "this needs a program");
	else
		c->run(l);
	free(l->arg);
	buf_free(&name);
}

static void
run_script(struct test *t, struct script *s)
{
	struct line l = {.t = t, .script = s};

	while (l.at < s->n && !t->failed && !t->ended) {
		const char *words = s->line[l.at];

		l.number = (int)++l.at;
		l.words = words + strspn(words, " \t");
		if (*l.words == '\0' || *l.words == '#')
			continue;
		if (script_late(t))
			script_fail(&l, "not reached in time");
		else
			run_line(&l);
	}
}

static struct script *
get_script(struct test *t, const char *path)
{
	struct script *s;

	for (size_t i = 0; i < t->nscripts; i++)
		if (strcmp(t->scripts[i]->path, path) == 0)
			return t->scripts[i];
	s = script_load(path);
	if (s == NULL)
		return NULL;
	t->scripts = xrealloc(t->scripts, t->nscripts + 1, sizeof(*t->scripts));
	t->scripts[t->nscripts++] = s;
	return s;
}

void
script_include(struct line *l)
{
	const char *slash = strrchr(l->script->path, '/');
	struct buf path = {NULL, 0, 0};
	struct script *s;

	if (slash != NULL && l->arg[0] != '/')
		buf_add(&path, l->script->path, (size_t)(slash - l->script->path) + 1);
	buf_adds(&path, l->arg);
	s = get_script(l->t, path.p);
	if (s == NULL || l->t->depth >= DEPTH_MAX) {
		script_fail(l, "%s: %s", path.p, s == NULL ? strerror(errno) : "too deep");
	} else {
		l->t->depth++;
		run_script(l->t, s);
		l->t->depth--;
	}
	buf_free(&path);
}

/* --- a file from start to end */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static char *
make_dir(void)
{
	const char *base = getenv("TMPDIR");
	struct buf b = {NULL, 0, 0};

	buf_printf(&b, "%s/mk-screen.XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
	if (mkdtemp(b.p) == NULL) {
		buf_free(&b);
		return NULL;
	}
	return b.p;
}

static void
default_env(struct test *t)
{
	static const char *const taken[] = {
	    "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (getenv(taken[i]) != NULL)
			vars_set(&t->env, taken[i], getenv(taken[i]));
	vars_set(&t->env, "HOME", t->dir);
	vars_set(&t->env, "TMPDIR", t->dir);
	vars_set(&t->env, "TERM", "xterm-256color");
	vars_set(&t->env, "LANG", "C.UTF-8");
	vars_set(&t->env, "LC_ALL", "C.UTF-8");
	vars_set(&t->env, "TZ", "Asia/Tokyo");
}

static void
end_file(struct test *t)
{
	child_end(&t->child);
	for (size_t i = 0; i < t->nscripts; i++) {
		if (t->update)
			script_save(t->scripts[i]);
		script_free(t->scripts[i]);
	}
	nftw(t->dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	free(t->scripts);
	free(t->title);
	free(t->dir);
	vars_free(&t->vars);
	vars_free(&t->env);
}

void
script_file(struct tap *tap, const char *path, const struct vars *fixed, bool update)
{
	const char *san = getenv("SAN"), *base = strrchr(path, '/');
	struct test t = {.tap = tap, .update = update, .fixed = *fixed, .cols = 80, .rows = 24};
	struct script *s = get_script(&t, path);
	int before = tap->n;

	t.title = xstrdup(base != NULL ? base + 1 : path);
	t.dir = make_dir();
	t.slow = san != NULL && *san != '\0' ? 3 : 1;
	t.timeout = 10000 * t.slow;
	t.deadline = now_ms() + FILE_SECONDS * 1000;
	t.child.master = t.child.status_fd = -1;
	if (s == NULL || t.dir == NULL) {
		tap_result(tap, false, t.title,
		    s == NULL ? "cannot be read" : "has no temporary directory", NULL);
		free(t.title);
		free(t.dir);
		return;
	}
	default_env(&t);
	run_script(&t, s);
	if (tap->n == before)
		tap_result(tap, false, t.title, "checks nothing", NULL);
	end_file(&t);
}
