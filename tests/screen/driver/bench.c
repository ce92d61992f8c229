/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring: from a key to the last byte of the answer, from a start to a text. Comment lines,
   no checks. */
#include "screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_QUIET 30 /* ms of silence that end an answer */
#define ANSWER_FIRST 300 /* ms to wait for its first byte */

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Times in microseconds, 0 for no answer; sorts them. what: what the bytes are counted by. */
static void
say_times(const char *label, const char *what, int64_t *us, size_t n, uint64_t bytes)
{
	size_t silent = 0;

	qsort(us, n, sizeof(*us), by_value);
	while (silent < n && us[silent] == 0)
		silent++;
	us += silent;
	n -= silent;
	if (n == 0) {
		tap_say("bench %s n=0 silent=%zu", label, silent);
		return;
	}
	tap_say("bench %s n=%zu p50=%.2fms p95=%.2fms max=%.2fms bytes/%s=%llu%s", label, n,
	    (double)us[n / 2] / 1000, (double)us[(n * 95 + 99) / 100 - 1] / 1000,
	    (double)us[n - 1] / 1000, what, (unsigned long long)(bytes / n),
	    silent > 0 ? " (some keys had no answer)" : "");
}

/* From now to the last byte before silence, in microseconds; 0 when nothing came. */
static int64_t
answer_time(struct test *t, int64_t start)
{
	struct child *c = &t->child;
	uint64_t before = c->total;
	int64_t end = start + ANSWER_FIRST * 1000;

	while (now_us() < end && !script_late(t) && !child_over(c)) {
		child_pump(c, (int)((end - now_us()) / 1000) + 1, -1);
		if (c->total != before)
			end = c->last_read + ANSWER_QUIET * 1000;
	}
	return c->total != before ? c->last_read - start : 0;
}

static void
bench_keys(struct line *l, const char *label, long count, const struct buf *keys)
{
	struct test *t = l->t;
	int64_t *us = xrealloc(NULL, (size_t)count, sizeof(*us));
	uint64_t bytes = 0;

	for (long i = 0; i < count; i++) {
		int64_t start = now_us();
		uint64_t before = t->child.total;

		t->child.out.n = 0;
		buf_add(&t->child.out, keys->p, keys->n);
		us[i] = answer_time(t, start);
		bytes += t->child.total - before;
	}
	say_times(label, "key", us, (size_t)count, bytes);
	free(us);
}

static void
run_bench(struct line *l)
{
	char *rest = l->arg, *label = check_word(&rest), *number = check_word(&rest),
	     *what = check_word(&rest), *name;
	const char *term = vars_get(&l->t->env, "TERM");
	struct buf keys = {NULL, 0, 0};
	long count;

	if (!check_number(number, 1, 100000, &count) || what == NULL || strcmp(what, "key") != 0) {
		script_fail(l, "LABEL COUNT key NAME... is wanted");
		return;
	}
	check_quiet(l->t, 150);
	while ((name = check_word(&rest)) != NULL)
		if (!keys_encode(
			name, term != NULL ? term : "", term_modes(l->t->child.term), &keys))
			break;
	if (name != NULL || keys.n == 0)
		script_fail(l, "there is no such key");
	else
		bench_keys(l, label, count, &keys);
	buf_free(&keys);
}

/* From the start of the command to the text on its screen, in microseconds; -1 when it did not
   come. */
static int64_t
start_time(struct test *t, const char *text, const char *command, uint64_t *bytes)
{
	int64_t start = now_us(), end = start + t->timeout * 1000, us = -1;

	if (command_start(t, command) != 0)
		return -1;
	while (us < 0 && now_us() < end && !child_over(&t->child) && !script_late(t)) {
		uint64_t before = t->child.total;

		child_pump(&t->child, 50, -1);
		if (t->child.total != before && term_contains(t->child.term, text))
			us = t->child.last_read - start;
	}
	check_quiet(t, ANSWER_QUIET);
	*bytes += t->child.total;
	if (t->child.running)
		kill(t->child.pid, SIGKILL);
	while (!child_over(&t->child) && !script_late(t))
		child_pump(&t->child, 50, -1);
	child_hangup(&t->child);
	return us;
}

static void
run_bench_start(struct line *l)
{
	char *rest = l->arg, *label = check_word(&rest), *number = check_word(&rest),
	     *text = check_word(&rest);
	uint64_t bytes = 0;
	int64_t *us;
	long count, i;

	if (!check_number(number, 1, 10000, &count) || text == NULL || *rest == '\0') {
		script_fail(l, "LABEL COUNT TEXT COMMAND is wanted");
		return;
	}
	if (l->t->child.started && l->t->child.running) {
		script_fail(l, "the program before it is still there");
		return;
	}
	us = xrealloc(NULL, (size_t)count, sizeof(*us));
	for (i = 0; i < count && !l->t->failed; i++) {
		us[i] = start_time(l->t, text, rest, &bytes);
		if (us[i] < 0)
			script_fail(l, "the text did not come");
	}
	if (!l->t->failed)
		say_times(label, "start", us, (size_t)count, bytes);
	free(us);
}

const struct command bench_table[] = {
    {"bench", run_bench, false, true},
    {"bench-start", run_bench_start, true, false},
    {NULL, NULL, false, false},
};
