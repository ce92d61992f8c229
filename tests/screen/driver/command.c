/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that do something: settings, programs, keys, sizes, signals. */
#include "screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char *
check_word(char **s)
{
	char *w = *s + strspn(*s, " \t");
	size_t n = strcspn(w, " \t");

	if (n == 0)
		return NULL;
	*s = w + n;
	if (**s != '\0')
		*(*s)++ = '\0';
	return w;
}

bool
check_number(const char *s, long min, long max, long *out)
{
	char *end;

	if (s == NULL || *s == '\0')
		return false;
	*out = strtol(s, &end, 10);
	return *end == '\0' && *out >= min && *out <= max;
}

/* --- settings */

static void
run_title(struct line *l)
{
	free(l->t->title);
	l->t->title = xstrdup(l->arg);
}

static void
run_note(struct line *l)
{
	(void)l;
}

/* Cuts "NAME=VALUE"; false when it is none. */
static bool
assignment(char *s, char **value)
{
	*value = strchr(s, '=');
	if (*value == NULL || *value == s)
		return false;
	*(*value)++ = '\0';
	return true;
}

static void
run_set(struct line *l)
{
	char *value;

	if (!assignment(l->arg, &value))
		script_fail(l, "NAME=VALUE is wanted");
	else
		vars_set(&l->t->vars, l->arg, value);
}

static void
run_env(struct line *l)
{
	char *value;

	if (!assignment(l->arg, &value))
		script_fail(l, "NAME=VALUE is wanted");
	else
		vars_set(&l->t->env, l->arg, value);
}

static void
run_unset(struct line *l)
{
	vars_unset(&l->t->env, l->arg);
}

static void
run_term(struct line *l)
{
	vars_set(&l->t->env, "TERM", l->arg);
}

static void
run_lang(struct line *l)
{
	vars_set(&l->t->env, "LANG", "C.UTF-8");
	vars_set(&l->t->env, "LC_ALL", "C.UTF-8");
	vars_set(&l->t->env, "LANGUAGE", l->arg);
}

static void
run_timeout(struct line *l)
{
	long v;

	if (!check_number(l->arg, 1, 300, &v))
		script_fail(l, "1 to 300 seconds are wanted");
	else
		l->t->timeout = v * 1000 * l->t->slow;
}

static bool
two_numbers(struct line *l, long *cols, long *rows)
{
	char *s = l->arg, *a = check_word(&s), *b = check_word(&s);

	if (check_number(a, 1, 1000, cols) && check_number(b, 1, 1000, rows))
		return true;
	script_fail(l, "columns and rows are wanted");
	return false;
}

static void
run_size(struct line *l)
{
	long cols, rows;

	if (!two_numbers(l, &cols, &rows))
		return;
	l->t->cols = (int)cols;
	l->t->rows = (int)rows;
}

static void
claim(struct line *l, bool *what)
{
	bool on = strcmp(l->arg, "on") == 0;

	if (!on && strcmp(l->arg, "off") != 0) {
		script_fail(l, "on or off is wanted");
		return;
	}
	*what = on;
	if (l->t->child.term != NULL) {
		term_modes(l->t->child.term)->sixel = l->t->sixel;
		term_modes(l->t->child.term)->kitty = l->t->kitty;
	}
}

static void
run_sixel(struct line *l)
{
	claim(l, &l->t->sixel);
}

static void
run_kitty(struct line *l)
{
	claim(l, &l->t->kitty);
}

/* The file ends here, skipped, when a program is not installed. */
static void
run_need(struct line *l)
{
	struct buf b = {NULL, 0, 0};
	char *rest = l->arg, *name;

	while (!l->t->ended && (name = check_word(&rest)) != NULL) {
		const char *path = vars_get(&l->t->env, "PATH");
		bool found = strchr(name, '/') != NULL && access(name, X_OK) == 0;

		while (!found && path != NULL && *path != '\0') {
			size_t n = strcspn(path, ":");

			buf_reset(&b);
			buf_add(&b, path, n);
			buf_printf(&b, "/%s", name);
			found = access(b.p, X_OK) == 0;
			path += n + (path[n] == ':');
		}
		if (found)
			continue;
		buf_reset(&b);
		buf_printf(&b, "%s is not installed", name);
		tap_skip(l->t->tap, l->t->title, b.p);
		l->t->ended = true;
	}
	buf_free(&b);
}

/* --- programs */

/* The environment as execve() wants it; caller frees with free_env(). */
static char **
make_env(const struct test *t)
{
	char **env = xrealloc(NULL, t->env.n + 1, sizeof(*env));

	for (size_t i = 0; i < t->env.n; i++) {
		struct buf b = {NULL, 0, 0};

		buf_printf(&b, "%s=%s", t->env.v[i].name, t->env.v[i].value);
		env[i] = b.p;
	}
	env[t->env.n] = NULL;
	return env;
}

static void
free_env(char **env)
{
	for (char **e = env; *e != NULL; e++)
		free(*e);
	free(env);
}

int
command_start(struct test *t, const char *command)
{
	char **env = make_env(t);
	int r;

	if (t->child.started && t->child.master >= 0)
		child_hangup(&t->child);
	r = child_run(&t->child, command, env, t->cols, t->rows);
	free_env(env);
	if (r != 0)
		return -1;
	term_modes(t->child.term)->sixel = t->sixel;
	term_modes(t->child.term)->kitty = t->kitty;
	return 0;
}

static void
run_run(struct line *l)
{
	if (l->t->child.started && l->t->child.running)
		script_fail(l, "the program before it is still there");
	else if (command_start(l->t, l->arg) != 0)
		script_fail(l, "no pseudo-terminal or no process");
}

static void
take_pipe(int fd, struct buf *out)
{
	char b[4096];
	ssize_t n;

	while ((n = read(fd, b, sizeof(b))) > 0)
		if (out->n < 1 << 20)
			buf_add(out, b, (size_t)n);
}

static void
run_shell(struct line *l)
{
	struct buf out = {NULL, 0, 0};
	char **env = make_env(l->t), detail[64];
	int fd = -1, status = -1;
	pid_t pid = child_shell(l->arg, env, &fd);

	free_env(env);
	if (pid < 0) {
		script_fail(l, "no process");
		return;
	}
	while (!child_shell_ended(pid, &status) && !script_late(l->t)) {
		child_pump(&l->t->child, 100, fd);
		take_pipe(fd, &out);
	}
	take_pipe(fd, &out);
	close(fd);
	if (!child_shell_ended(pid, &status)) {
		kill(-pid, SIGKILL);
		status = -1;
	}
	snprintf(detail, sizeof(detail), "status %d",
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	script_result(l, status == 0, status == 0 ? NULL : detail);
	if (status != 0 && out.n > 0)
		tap_say("it said:\n%s", out.p);
	buf_free(&out);
}

static void
run_signal(struct line *l)
{
	int sig = keys_signal(l->arg);

	if (sig == 0)
		script_fail(l, "there is no such signal");
	else if (!l->t->child.running || kill(l->t->child.pid, sig) != 0)
		script_fail(l, "the program is not there");
}

static void
run_hangup(struct line *l)
{
	child_hangup(&l->t->child);
}

/* --- input */

#define ESCAPE_REST 100 /* ms: longer than a program waits for the rest of a sequence */

static void
send_bytes(struct line *l, const void *bytes, size_t n)
{
	struct test *t = l->t;

	if (t->after_escape)
		check_quiet(t, ESCAPE_REST * t->slow);
	t->after_escape = false;
	if (!child_send(&t->child, bytes, n, t->timeout))
		script_fail(l, t->child.eof ? "the program's terminal is closed"
					    : "the program does not take its input");
}

static void
run_key(struct line *l)
{
	struct buf b = {NULL, 0, 0};
	char *rest = l->arg, *name;
	const char *term = vars_get(&l->t->env, "TERM");

	/* what the program has said about its modes comes first */
	child_pump(&l->t->child, 0, -1);
	while (!l->t->failed && (name = check_word(&rest)) != NULL) {
		if (!keys_encode(
			name, term != NULL ? term : "", term_modes(l->t->child.term), &b)) {
			script_fail(l, "there is no such key");
		} else if (strcmp(name, "Escape") == 0) {
			send_bytes(l, b.p, b.n);
			buf_reset(&b);
			l->t->after_escape = true;
		}
	}
	if (!l->t->failed && b.n > 0)
		send_bytes(l, b.p, b.n);
	buf_free(&b);
}

static void
run_type(struct line *l)
{
	send_bytes(l, l->arg, strlen(l->arg));
}

static void
run_type_from(struct line *l)
{
	char text[1024];
	FILE *f = fopen(l->arg, "r");

	if (f == NULL || fgets(text, sizeof text, f) == NULL) {
		script_fail(l, "%s cannot be read", l->arg);
	} else {
		text[strcspn(text, "\n")] = '\0';
		send_bytes(l, text, strlen(text));
	}
	if (f != NULL)
		fclose(f);
}

static void
run_paste(struct line *l)
{
	char *text = l->arg, *count = check_word(&text);
	struct buf b = {NULL, 0, 0};
	bool marked;
	long n;

	if (!check_number(count, 0, 100000000, &n)) {
		script_fail(l, "a count is wanted");
		return;
	}
	child_pump(&l->t->child, 0, -1);
	marked = term_modes(l->t->child.term)->paste;
	if (marked)
		buf_adds(&b, "\033[200~");
	for (; n > 0; n--)
		buf_adds(&b, text);
	if (marked)
		buf_adds(&b, "\033[201~");
	send_bytes(l, buf_text(&b), b.n);
	buf_free(&b);
}

static void
run_mouse(struct line *l)
{
	char *rest = l->arg, *x = check_word(&rest), *y = check_word(&rest),
	     *what = check_word(&rest);
	const struct term_modes *modes = term_modes(l->t->child.term);
	int button = what == NULL || strcmp(what, "left") == 0 ? 0
		     : strcmp(what, "right") == 0              ? 2
		     : strcmp(what, "wheel-up") == 0           ? 64
		     : strcmp(what, "wheel-down") == 0         ? 65
							       : -1;
	struct buf b = {NULL, 0, 0};
	long col, row;

	child_pump(&l->t->child, 0, -1);
	if (!check_number(x, 1, 1000, &col) || !check_number(y, 1, 1000, &row) || button < 0) {
		script_fail(l, "COL ROW [left|right|wheel-up|wheel-down] is wanted");
	} else if (!modes->mouse || !modes->mouse_sgr) {
		script_fail(l, "the program has not asked for the mouse");
	} else {
		buf_printf(&b, "\033[<%d;%ld;%ldM", button, col, row);
		if (button < 64)
			buf_printf(&b, "\033[<%d;%ld;%ldm", button, col, row);
		send_bytes(l, b.p, b.n);
	}
	buf_free(&b);
}

static void
run_mark(struct line *l)
{
	child_pump(&l->t->child, 0, -1);
	l->t->child.since = 0;
	buf_reset(&l->t->child.raw);
}

/* --- sizes */

static void
run_resize(struct line *l)
{
	long cols, rows;

	if (two_numbers(l, &cols, &rows))
		child_resize(&l->t->child, (int)cols, (int)rows);
}

static void
run_storm(struct line *l)
{
	char *rest = l->arg, *a = check_word(&rest), *b = check_word(&rest);
	struct child *c = &l->t->child;
	int cols = term_cols(c->term), rows = term_rows(c->term);
	long count, seed;
	uint64_t x;

	if (!check_number(a, 1, 1000000, &count) || !check_number(b, 0, 2147483647, &seed)) {
		script_fail(l, "COUNT and SEED are wanted");
		return;
	}
	x = (uint64_t)seed * 2 + 1;
	for (; count > 0 && !script_late(l->t); count--) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		child_resize(c, 20 + (int)(x >> 33) % 201, 5 + (int)(x >> 45) % 66);
	}
	child_resize(c, cols, rows);
}

const struct command command_table[] = {
    {"title", run_title, false, false},
    {"note", run_note, true, false},
    {"set", run_set, false, false},
    {"include", script_include, false, false},
    {"need", run_need, false, false},
    {"size", run_size, false, false},
    {"term", run_term, false, false},
    {"env", run_env, false, false},
    {"unset", run_unset, false, false},
    {"lang", run_lang, false, false},
    {"timeout", run_timeout, false, false},
    {"sixel", run_sixel, false, false},
    {"kitty", run_kitty, false, false},
    {"shell", run_shell, true, false},
    {"run", run_run, true, false},
    {"signal", run_signal, false, true},
    {"hangup", run_hangup, false, true},
    {"key", run_key, false, true},
    {"type", run_type, false, true},
    {"type-from", run_type_from, false, true},
    {"paste", run_paste, false, true},
    {"mouse", run_mouse, false, true},
    {"mark", run_mark, false, true},
    {"resize", run_resize, false, true},
    {"storm", run_storm, false, true},
    {NULL, NULL, false, false},
};
