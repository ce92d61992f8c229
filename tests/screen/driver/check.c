/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that ask something: each is one line of TAP, and each waits until the answer is
   yes or time is over. */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define QUIET 150 /* ms: the program has done with a key */
#define GOLDEN_QUIET 100 /* ms a golden must hold */
#define UPDATE_QUIET 250 /* ms before a golden is taken */
#define FIRST_BYTE 1000 /* ms in which "bytes" waits for anything at all */

/* --- waiting */

bool
check_eventually(struct test *t, check_fn *fn, const void *arg, int64_t ms)
{
	int64_t deadline = now_ms() + ms;

	for (;;) {
		bool over = child_over(&t->child);
		int64_t now;

		if (fn(t, arg))
			return true;
		now = now_ms();
		if (over || now >= deadline || script_late(t))
			return false;
		child_pump(&t->child, deadline - now < 50 ? (int)(deadline - now) : 50, -1);
	}
}

bool
check_quiet(struct test *t, int64_t ms)
{
	int64_t deadline = now_ms() + t->timeout;

	for (;;) {
		int64_t now, left;

		child_pump(&t->child, 0, -1);
		now = now_ms();
		left = t->child.last_io + ms - now;
		if (left <= 0 || child_over(&t->child))
			return true;
		if (now >= deadline || script_late(t))
			return false;
		child_pump(&t->child, (int)left, -1);
	}
}

static bool
contains(struct test *t, const void *arg)
{
	return term_contains(t->child.term, arg);
}

static bool
contains_not(struct test *t, const void *arg)
{
	return !term_contains(t->child.term, arg);
}

static void
trim(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		s[--n] = '\0';
}

static void
run_wait(struct line *l)
{
	trim(l->arg);
	script_result(
	    l, l->arg[0] != '\0' && check_eventually(l->t, contains, l->arg, l->t->timeout), NULL);
}

static void
run_gone(struct line *l)
{
	trim(l->arg);
	script_result(l,
	    l->arg[0] != '\0' && check_eventually(l->t, contains_not, l->arg, l->t->timeout), NULL);
}

struct position {
	long col, row;
};

static bool
cursor_is(struct test *t, const void *arg)
{
	const struct position *p = arg;
	int x, y;

	term_cursor(t->child.term, &x, &y);
	return term_modes(t->child.term)->cursor_visible && x + 1 == p->col && y + 1 == p->row;
}

static void
run_cursor(struct line *l)
{
	char *rest = l->arg, *x = check_word(&rest), *y = check_word(&rest);
	struct position p;

	if (!check_number(x, 1, 1000, &p.col) || !check_number(y, 1, 1000, &p.row))
		script_fail(l, "COL ROW is wanted");
	else
		script_result(l, check_eventually(l->t, cursor_is, &p, l->t->timeout), NULL);
}

static bool
alt_is(struct test *t, const void *arg)
{
	return term_modes(t->child.term)->alt == *(const bool *)arg;
}

static void
run_altscreen(struct line *l)
{
	bool on = strcmp(l->arg, "on") == 0;

	if (!on && strcmp(l->arg, "off") != 0)
		script_fail(l, "on or off is wanted");
	else
		script_result(l, check_eventually(l->t, alt_is, &on, l->t->timeout), NULL);
}

static bool
title_is(struct test *t, const void *arg)
{
	return strcmp(term_title(t->child.term), arg) == 0;
}

static void
run_title_is(struct line *l)
{
	script_result(l, check_eventually(l->t, title_is, l->arg, l->t->timeout), NULL);
}

/* --- goldens */

struct golden {
	struct row *row;
	size_t n;
};

static void
golden_free(struct golden *g)
{
	for (size_t i = 0; i < g->n; i++)
		row_free(&g->row[i]);
	free(g->row);
}

/* Takes the rows that follow the command; what is wrong with them, or NULL. */
static const char *
golden_take(struct line *l, struct golden *g)
{
	const char *why = NULL;

	for (; l->at < l->script->n && l->script->line[l->at][0] == '|' && why == NULL; l->at++) {
		g->row = xrealloc(g->row, g->n + 1, sizeof(*g->row));
		why = row_parse(l->script->line[l->at], &g->row[g->n++]);
	}
	return why;
}

static bool
golden_row_match(const struct test *t, const struct golden *g, size_t y, struct row *actual)
{
	struct row none = {NULL, 0, false};

	if (y < (size_t)term_rows(t->child.term))
		term_row(t->child.term, (int)y, actual);
	else
		*actual = none;
	return row_match(y < g->n ? &g->row[y] : &none, actual);
}

static size_t
golden_rows(const struct test *t, const struct golden *g)
{
	size_t rows = (size_t)term_rows(t->child.term);

	return g->n > rows ? g->n : rows;
}

static bool
golden_match(struct test *t, const void *arg)
{
	const struct golden *g = arg;
	bool same = g->n <= (size_t)term_rows(t->child.term);

	for (size_t y = 0; y < golden_rows(t, g) && same; y++) {
		struct row actual;

		same = golden_row_match(t, g, y, &actual);
		row_free(&actual);
	}
	return same;
}

/* A golden that matches must hold: the program may be on its way through it. */
static bool
golden_wait(struct test *t, const struct golden *g)
{
	int64_t deadline = now_ms() + t->timeout;

	do {
		if (!check_eventually(t, golden_match, g, deadline - now_ms()))
			return false;
		if (check_quiet(t, GOLDEN_QUIET) && golden_match(t, g))
			return true;
	} while (now_ms() < deadline && !script_late(t));
	return false;
}

static void
golden_diff(const struct line *l, const struct golden *g, size_t first)
{
	struct buf b = {NULL, 0, 0};

	tap_say("the golden (-) and the screen (+):");
	for (size_t y = 0; y < golden_rows(l->t, g); y++) {
		struct row actual;
		bool same = golden_row_match(l->t, g, y, &actual);
		const char *golden = y < g->n ? l->script->line[first + y] : "||";

		row_trim(&actual);
		row_hide_numbers(&actual);
		buf_reset(&b);
		row_print(&actual, &b);
		if (!same) {
			buf_reset(&b);
			buf_printf(&b, "-%s\n+", golden);
			row_print(&actual, &b);
		} else {
			buf_reset(&b);
			buf_printf(&b, " %s", golden);
		}
		tap_say_raw(b.p);
		row_free(&actual);
	}
	buf_free(&b);
}

static void
golden_update(struct line *l, const struct golden *g, size_t first)
{
	struct buf b = {NULL, 0, 0};

	for (int y = 0; y < term_rows(l->t->child.term); y++) {
		struct row actual;

		term_row(l->t->child.term, y, &actual);
		if ((size_t)y < g->n)
			row_keep_masks(&g->row[y], &actual);
		row_trim(&actual);
		row_print(&actual, &b);
		buf_addc(&b, '\n');
		row_free(&actual);
	}
	script_edit(l->script, first, first + g->n, buf_text(&b));
	buf_free(&b);
}

static void
run_screen(struct line *l)
{
	struct golden g = {NULL, 0};
	size_t first = l->at;
	const char *why = golden_take(l, &g);

	if (l->t->update) {
		check_quiet(l->t, UPDATE_QUIET);
		if (why != NULL || !golden_match(l->t, &g))
			golden_update(l, &g, first);
		script_result(l, true, "updated");
	} else if (why != NULL || g.n == 0) {
		script_fail(l, "%s", why != NULL ? why : "no golden rows follow");
	} else if (golden_wait(l->t, &g)) {
		script_result(l, true, NULL);
	} else {
		bool holds = golden_match(l->t, &g);

		script_golden_bad(l);
		if (holds)
			tap_say("the golden matches, but the screen does not come to rest");
		golden_diff(l, &g, first);
	}
	golden_free(&g);
}

/* --- bytes */

static bool
some_byte(struct test *t, const void *arg)
{
	(void)arg;
	return t->child.since > 0;
}

static void
run_bytes(struct line *l)
{
	char *rest = l->arg, *op = check_word(&rest), *limit = check_word(&rest), detail[64];
	uint64_t n;
	bool good;
	long v;

	if (op == NULL || !check_number(limit, 0, 1000000000, &v) ||
	    (strcmp(op, "<=") != 0 && strcmp(op, ">=") != 0 && strcmp(op, "=") != 0)) {
		script_fail(l, "<= N, >= N or = N is wanted");
		return;
	}
	check_eventually(l->t, some_byte, NULL, FIRST_BYTE * l->t->slow);
	good = check_quiet(l->t, QUIET);
	n = l->t->child.since;
	good = good && (op[0] == '<'      ? n <= (uint64_t)v
			   : op[0] == '>' ? n >= (uint64_t)v
					  : n == (uint64_t)v);
	snprintf(detail, sizeof(detail), "%llu", (unsigned long long)n);
	script_result(l, good, detail);
}

static bool
more_bytes(struct test *t, const void *arg)
{
	return t->child.total != *(const uint64_t *)arg;
}

static void
run_idle(struct line *l)
{
	uint64_t before;
	char detail[64];
	bool quiet;
	long ms;

	if (!check_number(l->arg, 1, 100000, &ms)) {
		script_fail(l, "milliseconds are wanted");
		return;
	}
	quiet = check_quiet(l->t, QUIET);
	before = l->t->child.total;
	if (quiet)
		quiet = !check_eventually(l->t, more_bytes, &before, ms);
	snprintf(
	    detail, sizeof(detail), "%llu bytes", (unsigned long long)(l->t->child.total - before));
	script_result(l, quiet && l->t->child.running, quiet ? NULL : detail);
}

static void
run_rest(struct line *l)
{
	long ms;

	if (!check_number(l->arg, 1, 100000, &ms)) {
		script_fail(l, "milliseconds are wanted");
		return;
	}
	script_result(l, check_quiet(l->t, ms) && l->t->child.running, NULL);
}

/* "\e", "\\", "\xNN". */
static void
unescape(const char *s, struct buf *out)
{
	unsigned v;

	for (; *s != '\0'; s++) {
		if (*s != '\\' || s[1] == '\0') {
			buf_addc(out, *s);
		} else if (*++s == 'e') {
			buf_addc(out, '\033');
		} else if (*s == 'x' && sscanf(s + 1, "%2x", &v) == 1 && s[1] != '\0' &&
			   s[2] != '\0') {
			buf_addc(out, (char)v);
			s += 2;
		} else {
			buf_addc(out, *s);
		}
	}
}

static bool
raw_has(struct test *t, const void *arg)
{
	const struct buf *b = arg;

	return memmem(buf_text(&t->child.raw), t->child.raw.n, b->p, b->n) != NULL;
}

/* Cuts "present" or "absent" off; false when it is neither. */
static bool
presence(struct line *l, char **rest, bool *present)
{
	char *word;

	*rest = l->arg;
	word = check_word(rest);
	*present = word != NULL && strcmp(word, "present") == 0;
	if (*present || (word != NULL && strcmp(word, "absent") == 0))
		return true;
	script_fail(l, "present or absent is wanted");
	return false;
}

static void
run_raw(struct line *l)
{
	struct buf b = {NULL, 0, 0};
	bool present, found;
	char *rest;

	if (!presence(l, &rest, &present))
		return;
	unescape(rest, &b);
	if (b.n == 0) {
		script_fail(l, "a text is wanted");
		return;
	}
	if (!present)
		check_quiet(l->t, QUIET);
	found = present ? check_eventually(l->t, raw_has, &b, l->t->timeout) : raw_has(l->t, &b);
	script_result(l, found == present, NULL);
	buf_free(&b);
}

/* --- the program's states */

static bool
is_stopped(struct test *t, const void *arg)
{
	(void)arg;
	return t->child.stopped;
}

static void
run_stopped(struct line *l)
{
	script_result(l, check_eventually(l->t, is_stopped, NULL, l->t->timeout), NULL);
}

static bool
is_over(struct test *t, const void *arg)
{
	(void)arg;
	return child_over(&t->child);
}

static void
run_exit(struct line *l)
{
	char *rest = l->arg, *what = check_word(&rest), *name = check_word(&rest);
	bool by_signal = what != NULL && strcmp(what, "signal") == 0 && name != NULL;
	const struct child *c = &l->t->child;
	long v = 0;
	bool good;

	if (!(by_signal ? keys_signal(name) != 0 : check_number(what, 0, 255, &v))) {
		script_fail(l, "a status or signal NAME is wanted");
		return;
	}
	good = check_eventually(l->t, is_over, NULL, l->t->timeout) &&
	       (by_signal ? WIFSIGNALED(c->status) && WTERMSIG(c->status) == keys_signal(name)
			  : WIFEXITED(c->status) && WEXITSTATUS(c->status) == v);
	script_result(l, good, NULL);
}

const struct command check_table[] = {
    {"wait", run_wait, false, true},
    {"gone", run_gone, false, true},
    {"cursor", run_cursor, false, true},
    {"altscreen", run_altscreen, false, true},
    {"title-is", run_title_is, false, true},
    {"screen", run_screen, false, true},
    {"bytes", run_bytes, false, true},
    {"idle", run_idle, false, true},
    {"rest", run_rest, false, true},
    {"raw", run_raw, false, true},
    {"stopped", run_stopped, false, true},
    {"exit", run_exit, false, true},
    {NULL, NULL, false, false},
};
