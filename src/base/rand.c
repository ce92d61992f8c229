/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch of kernel randomness per thread: a page nonce costs a memcpy instead of a system call
 * (gcry_create_nonce costs ten times the cipher, store.md). The pool is forgotten in a forked
 * child, or parent and child would draw the same nonces: by a handler of fork(), and by the process
 * id for a bare clone (the id alone is not enough: a child may get the id of the process that
 * filled the pool).
 */
#include "mynakura/base/rand.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "mynakura/base/err.h"

#define POOL 1024

static _Thread_local uint8_t pool[POOL];
static _Thread_local size_t left;
static _Thread_local pid_t owner;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int watch_failed;

static void
forget(void)
{
	left = 0;
}

static void
watch_forks(void)
{
	watch_failed = pthread_atfork(NULL, NULL, forget);
}

static int
fill(void *buf, size_t len)
{
	uint8_t *p = buf;
	size_t done = 0;
	while (done < len) {
		ssize_t n = getrandom(p + done, len - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			explicit_bzero(buf, len);
			return MK_E_CRYPTO;
		}
		done += (size_t)n;
	}
	return 0;
}

int
mk_rand(void *buf, size_t len)
{
	/* Without the handler nothing is kept for later. */
	if (len > POOL / 4 || pthread_once(&once, watch_forks) != 0 || watch_failed != 0)
		return fill(buf, len);
	pid_t me = getpid();
	if (left < len || owner != me) {
		left = 0;
		int r = fill(pool, sizeof pool);
		if (r < 0) {
			explicit_bzero(buf, len);
			return r;
		}
		left = sizeof pool;
		owner = me;
	}
	memcpy(buf, pool + (sizeof pool - left), len);
	explicit_bzero(pool + (sizeof pool - left), len);
	left -= len;
	return 0;
}
