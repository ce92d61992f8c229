/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checks for what must not stay: in memory, in the scrollback. */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAY_ABSENT 100 /* ms between the scans that confirm absence */

struct scan {
	const struct needles *needles;
	bool children;
	struct memory_found found;
};

static void
scan_now(const struct test *t, struct scan *s)
{
	pid_t *list = NULL;
	size_t n;

	buf_free(&s->found.where);
	s->found = (struct memory_found){.where = {NULL, 0, 0}};
	memory_scan(s->needles, t->child.pid, &s->found);
	if (!s->children)
		return;
	n = child_descendants(t->child.pid, &list);
	for (size_t i = 0; i < n; i++)
		memory_scan(s->needles, list[i], &s->found);
	free(list);
}

static bool
never(struct test *t, const void *arg)
{
	(void)t;
	(void)arg;
	return false;
}

/* Scans until the answer is as wanted, at least once; what is absent must stay so. */
static bool
scan_until(struct test *t, struct scan *s, bool present, long ms)
{
	int64_t deadline = now_ms() + ms;
	int confirmed = 0;

	for (;;) {
		scan_now(t, s);
		if (s->found.bytes == 0)
			return false;
		if ((s->found.hits > 0) == present) {
			if (present || ms == 0 || ++confirmed == 3)
				return true;
		} else {
			confirmed = 0;
			if (now_ms() >= deadline)
				return false;
		}
		if (script_late(t))
			return false;
		check_eventually(t, never, NULL, STAY_ABSENT);
	}
}

/* "present|absent FILE [within MS]". */
static bool
arguments(struct line *l, bool *present, struct needles **needles, long *ms)
{
	char *rest = l->arg, *what = check_word(&rest), *file = check_word(&rest);
	char *within = check_word(&rest), *limit = check_word(&rest);
	const char *why = NULL;

	*present = what != NULL && strcmp(what, "present") == 0;
	*ms = 0;
	if (file == NULL || (!*present && strcmp(what, "absent") != 0) ||
	    (within != NULL &&
		(strcmp(within, "within") != 0 || !check_number(limit, 0, 300000, ms)))) {
		script_fail(l, "present|absent FILE [within MS] is wanted");
		return false;
	}
	*needles = needles_load(file, &why);
	if (*needles == NULL)
		script_fail(l, "%s: %s", file, why);
	return *needles != NULL;
}

static void
say_found(const struct memory_found *f, const char *what)
{
	tap_say("%zu hits of %zu of %zu needles in %llu kB of %s", f->hits, f->needles_hit,
	    f->needles, (unsigned long long)f->bytes / 1024, what);
	if (f->where.n > 0)
		tap_say("%s", f->where.p);
}

static void
run_scan(struct line *l, bool children)
{
	struct scan s = {.children = children};
	struct needles *needles;
	bool present, good;
	char detail[64];
	long ms;

	if (!arguments(l, &present, &needles, &ms))
		return;
	s.needles = needles;
	child_pump(&l->t->child, 0, -1);
	good = l->t->child.running && scan_until(l->t, &s, present, ms);
	snprintf(detail, sizeof(detail), "%zu hits", s.found.hits);
	script_result(l, good, detail);
	if (!good)
		say_found(&s.found, "memory");
	buf_free(&s.found.where);
	needles_free(needles);
}

static void
run_memory(struct line *l)
{
	run_scan(l, false);
}

static void
run_memory_children(struct line *l)
{
	run_scan(l, true);
}

static void
run_history(struct line *l)
{
	struct memory_found found = {0, 0, 0, 0, {NULL, 0, 0}};
	struct buf text = {NULL, 0, 0};
	struct needles *needles;
	char detail[64];
	bool present, good;
	long ms;

	if (!arguments(l, &present, &needles, &ms))
		return;
	check_quiet(l->t, 150);
	term_history(l->t->child.term, &text);
	memory_search(needles, buf_text(&text), text.n, &found);
	good = (found.hits > 0) == present;
	snprintf(detail, sizeof(detail), "%zu hits", found.hits);
	script_result(l, good, detail);
	if (!good)
		say_found(&found, "the terminal's lines");
	buf_free(&found.where);
	buf_free(&text);
	needles_free(needles);
}

const struct command secret_table[] = {
    {"memory", run_memory, false, true},
    {"memory+children", run_memory_children, false, true},
    {"history", run_history, false, true},
    {NULL, NULL, false, false},
};
