/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locked memory: capacity, wiping, the lock itself, and the pool's end (decisions.md 5). */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

static void
capacity_is_a_border(void **state)
{
	(void)state;
	struct mk_secret *s = mk_secret_new(5);
	assert_true(s != NULL && s->len == 0 && s->cap == 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(s->data[i], 0);
	assert_int_equal(mk_secret_append(s, "abc", 3), 0);
	assert_int_equal(mk_secret_append(s, "def", 3), MK_E_TOO_BIG);
	assert_int_equal(s->len, 3); /* nothing of it was taken */
	assert_int_equal(s->data[3], 0);
	assert_int_equal(mk_secret_append(s, "", 0), 0);
	assert_int_equal(mk_secret_append(s, "de", 2), 0);
	assert_int_equal(mk_secret_append(s, "f", 1), MK_E_TOO_BIG);
	assert_int_equal(mk_secret_append(s, "f", SIZE_MAX), MK_E_TOO_BIG);
	assert_int_equal(mk_secret_append(s, NULL, 0), 0);
	assert_memory_equal(s->data, "abcde", 5);
	mk_secret_clear(s);
	assert_int_equal(s->len, 0);
	assert_memory_equal(s->data, "\0\0\0\0\0", 5);
	assert_int_equal(mk_secret_append(s, "12345", 5), 0);
	mk_secret_free(s);
}

static void
sizes(void **state)
{
	(void)state;
	assert_null(mk_secret_new(0));
	assert_null(mk_secret_new(16385));
	assert_null(mk_secret_new(SIZE_MAX));
	assert_null(mk_secret_new(SIZE_MAX - sizeof(struct mk_secret) + 1));
	struct mk_secret *s = mk_secret_new(16384);
	assert_non_null(s);
	mk_secret_free(s);
	mk_secret_free(NULL);
	s = mk_secret_from("", 0);
	assert_true(s != NULL && s->len == 0);
	struct mk_secret *d = mk_secret_dup(s);
	assert_true(d != NULL && d->len == 0);
	mk_secret_free(d);
	mk_secret_free(s);
	uint8_t big[16385] = {1};
	assert_null(mk_secret_from(big, sizeof big));
}

static void
copies_are_apart(void **state)
{
	(void)state;
	char text[] = "correct horse";
	struct mk_secret *s = mk_secret_from(text, strlen(text)), *d = mk_secret_dup(s);
	assert_non_null(d);
	text[0] = 'x'; /* the source is neither kept nor wiped */
	assert_string_equal(text, "xorrect horse");
	assert_int_equal(d->len, 13);
	mk_secret_clear(s);
	assert_memory_equal(d->data, "correct horse", 13);
	mk_secret_free(s);
	assert_memory_equal(d->data, "correct horse", 13);
	mk_secret_free(d);
}

/* The pool is finite and gives NULL, never an abort; what is freed can be had again and comes zeroed. */
static void
the_pool_ends_in_null(void **state)
{
	(void)state;
	struct mk_secret *held[64];
	size_t n = 0;
	for (int round = 0; round < 3; round++) {
		n = 0;
		while (n < 64 && (held[n] = mk_secret_new(4000)) != NULL) {
			for (size_t i = 0; i < 4000; i++)
				assert_int_equal(held[n]->data[i], 0);
			memset(held[n]->data, 0xa5, 4000);
			held[n++]->len = 4000;
		}
		assert_in_range(n, 8, 63);
		while (n > 0)
			mk_secret_free(held[--n]);
	}
}

static void
memory_is_really_locked(void **state)
{
	(void)state;
#ifdef MK_SANITIZED
	print_message("# AddressSanitizer makes mlock do nothing\n");
	skip();
#endif
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kib = -1;
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmLck:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	fclose(f);
	assert_int_equal(mk_secret_locked(), kib > 0);
	if (kib <= 0) {
		print_message("# this session may not lock memory\n");
		skip();
	}
	assert_true(kib >= 64);
}

static void
no_core_file(void **state)
{
	(void)state;
	struct rlimit r = {1, 1};
	assert_int_equal(getrlimit(RLIMIT_CORE, &r), 0);
	assert_true(r.rlim_cur == 0 && r.rlim_max == 0);
#ifndef MK_SANITIZED
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
	assert_int_equal(mk_base_init(), 0); /* a second call is harmless */
}

static void
wiping_and_comparing(void **state)
{
	(void)state;
	char a[] = "0123456789", b[] = "0123456789";
	mk_wipe(NULL, 0);
	mk_wipe(NULL, 10);
	assert_true(mk_equal(a, b, 10));
	assert_true(mk_equal(a, "x", 0));
	for (size_t i = 0; i < 10; i++)
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (char)(b[i] ^ (1 << bit));
			assert_false(mk_equal(a, b, 10));
			assert_true(mk_equal(a, b, i));
			b[i] = (char)(b[i] ^ (1 << bit));
		}
	mk_wipe(a + 2, 3);
	assert_memory_equal(a,
	    "01\0\0\0"
	    "56789",
	    10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(capacity_is_a_border),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(copies_are_apart),
	    cmocka_unit_test(the_pool_ends_in_null),
	    cmocka_unit_test(memory_is_really_locked),
	    cmocka_unit_test(no_core_file),
	    cmocka_unit_test(wiping_and_comparing),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
