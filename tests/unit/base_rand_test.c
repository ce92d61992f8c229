/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The batch of randomness may never be handed out twice: not to two callers, not to two threads, not to a forked child (page nonces come from
 * it, store.md).
 */
#include "tests/lib/mk_cmocka.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/rand.h"

#define DRAWS 100000
#define BYTES 12

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, BYTES);
}

static size_t
repeats(uint8_t (*draws)[BYTES], size_t n)
{
	size_t same = 0;
	qsort(draws, n, BYTES, by_bytes);
	for (size_t i = 1; i < n; i++)
		same += memcmp(draws[i - 1], draws[i], BYTES) == 0 ? 1 : 0;
	return same;
}

static void
no_repeats_in_100000_draws(void **state)
{
	(void)state;
	uint8_t(*d)[BYTES] = calloc(DRAWS, BYTES);
	unsigned ones = 0;
	assert_non_null(d);
	for (size_t i = 0; i < DRAWS; i++)
		assert_int_equal(mk_rand(d[i], BYTES), 0);
	for (size_t i = 0; i < DRAWS; i++)
		for (size_t k = 0; k < BYTES; k++)
			ones += (unsigned)__builtin_popcount(d[i][k]);
	/* 9.6 million bits: half of them within six sigma */
	assert_in_range(ones, DRAWS * BYTES * 4 - 9300, DRAWS * BYTES * 4 + 9300);
	assert_int_equal(repeats(d, DRAWS), 0);
	memcpy(d[0], d[DRAWS / 2], BYTES); /* the count can find one */
	assert_int_equal(repeats(d, DRAWS), 1);
	free(d);
}

static void
every_length_is_filled_and_no_more(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 1100; len += len < 300 ? 1 : 40) {
		uint8_t buf[1200];
		bool changed[1100] = {false};
		for (int k = 0; k < 8; k++) { /* a byte stays zero in all eight with 2^-64 */
			memset(buf, 0, sizeof buf);
			buf[len] = 0x5a;
			assert_int_equal(mk_rand(buf, len), 0);
			assert_int_equal(buf[len], 0x5a);
			for (size_t i = 0; i < len && i < sizeof changed; i++)
				changed[i] = changed[i] || buf[i] != 0;
		}
		for (size_t i = 0; i < len && i < sizeof changed; i++)
			assert_true(changed[i]);
	}
}

/* Draws of changing lengths: what the end of one batch and the start of the next hold. */
static void
batches_join_without_overlap(void **state)
{
	(void)state;
	uint8_t(*d)[BYTES] = calloc(DRAWS, BYTES);
	uint8_t waste[256];
	assert_non_null(d);
	for (size_t i = 0; i < DRAWS / 10; i++) {
		assert_int_equal(mk_rand(waste, i * 7 % 257), 0);
		assert_int_equal(mk_rand(d[i], BYTES), 0);
	}
	assert_int_equal(repeats(d, DRAWS / 10), 0);
	free(d);
}

#define SHARE 64

static uint8_t (*shared)[BYTES];

static void
draw_share(size_t slot)
{
	for (size_t i = 0; i < SHARE; i++)
		if (mk_rand(shared[slot * SHARE + i], BYTES) < 0)
			_exit(2);
}

static void
map_shares(size_t slots)
{
	shared = mmap(
	    NULL, slots * SHARE * BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
}

static void
forked_children_draw_their_own(void **state)
{
	(void)state;
	uint8_t first[4];
	map_shares(9);
	assert_int_equal(
	    mk_rand(first, sizeof first), 0); /* the batch is half used when they are born */
	for (size_t k = 1; k <= 8; k++) {
		int status = -1;
		pid_t pid = fork();
		if (pid == 0) {
			draw_share(k);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	draw_share(0);
	assert_int_equal(repeats(shared, 9 * SHARE), 0);
	munmap(shared, 9 * SHARE * BYTES);
}

/* A process id alone does not tell a child from its parent: two that are both process 1 of a namespace each. */
static void
same_pid_is_not_same_process(void **state)
{
	(void)state;
	int status = -1;
	map_shares(2);
	pid_t pid = fork();
	if (pid == 0) {
		pid_t one = unshare(CLONE_NEWPID) == 0 ? fork() : -1;
		if (one < 0)
			_exit(77);
		if (one > 0)
			_exit(waitpid(one, &status, 0) == one && WIFEXITED(status)
				  ? WEXITSTATUS(status)
				  : 3);
		uint8_t first[4];
		if (getpid() != 1 || mk_rand(first, sizeof first) < 0 || unshare(CLONE_NEWPID) < 0)
			_exit(4);
		pid_t two = fork();
		if (two == 0)
			draw_share(getpid() == 1 ? 1 : 0);
		else
			draw_share(0);
		if (two == 0)
			_exit(0);
		_exit(
		    waitpid(two, &status, 0) == two && WIFEXITED(status) ? WEXITSTATUS(status) : 5);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		munmap(shared, 2 * SHARE * BYTES);
		print_message("# no process namespaces without root\n");
		skip();
	}
	assert_int_equal(status, 0);
	assert_int_equal(repeats(shared, 2 * SHARE), 0);
	munmap(shared, 2 * SHARE * BYTES);
}

static void *
thread_draws(void *arg)
{
	draw_share(*(size_t *)arg);
	return NULL;
}

static void
threads_draw_their_own(void **state)
{
	(void)state;
	pthread_t t[4];
	size_t slot[4];
	map_shares(5);
	for (size_t k = 0; k < 4; k++) {
		slot[k] = k + 1;
		assert_int_equal(pthread_create(&t[k], NULL, thread_draws, &slot[k]), 0);
	}
	draw_share(0);
	for (size_t k = 0; k < 4; k++)
		pthread_join(t[k], NULL);
	assert_int_equal(repeats(shared, 5 * SHARE), 0);
	munmap(shared, 5 * SHARE * BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_repeats_in_100000_draws),
	    cmocka_unit_test(every_length_is_filled_and_no_more),
	    cmocka_unit_test(batches_join_without_overlap),
	    cmocka_unit_test(forked_children_draw_their_own),
	    cmocka_unit_test(same_pid_is_not_same_process),
	    cmocka_unit_test(threads_draw_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
