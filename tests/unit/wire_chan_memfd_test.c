/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed memory: what a peer could still change or shrink under the reader's hands is refused before it is mapped (decisions.md e). */
#include "tests/lib/mk_cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/chan.h"

#define ALL (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int
map(int fd, size_t max)
{
	const void *p = NULL;
	size_t len = 0;
	int r = mk_memfd_map(fd, max, &p, &len);
	if (r == 0)
		munmap((void *)(uintptr_t)p, len);
	else
		assert_true(p == NULL && len == 0); /* results on success only */
	return r;
}

static void
what_is_sealed_is_read_back(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 4095, 4096, 4097, 300000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint8_t *data = malloc(sizes[i]);
		const void *p = NULL;
		size_t len = 0;
		int fd = -1;
		assert_non_null(data);
		for (size_t k = 0; k < sizes[i]; k++)
			data[k] = (uint8_t)(k * 13 >> 2);
		assert_int_equal(mk_memfd_sealed(data, sizes[i], &fd), 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fcntl(fd, F_GET_SEALS) & ALL, ALL);
		assert_int_equal(mk_memfd_map(fd, sizes[i], &p, &len), 0);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(p, data, len);
		assert_true(write(fd, "x", 1) < 0);
		assert_true(pwrite(fd, "x", 1, 0) < 0);
		assert_true(ftruncate(fd, 0) < 0);
		assert_true(ftruncate(fd, (off_t)sizes[i] + 1) < 0);
		assert_true(mmap(NULL, len, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
		munmap((void *)(uintptr_t)p, len);
		close(fd);
		free(data);
	}
}

static void
a_missing_seal_is_refused(void **state)
{
	(void)state;
	for (int seals = 0; seals <= ALL; seals++) {
		int fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		assert_int_equal(write(fd, "abc", 3), 3);
		if (seals != 0)
			assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
		assert_int_equal(map(fd, 100), seals == ALL ? 0 : MK_E_PROTOCOL);
		close(fd);
	}
	int fd = memfd_create("t", MFD_CLOEXEC); /* may never be sealed */
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(mk_memfd_seal(fd), MK_E_IO);
	assert_int_equal(map(fd, 100), MK_E_PROTOCOL);
	close(fd);
}

static void
sizes_are_bounded(void **state)
{
	(void)state;
	int fd = -1;
	assert_int_equal(mk_memfd_sealed("abcdef", 6, &fd), 0);
	assert_int_equal(map(fd, 5), MK_E_PROTOCOL);
	assert_int_equal(map(fd, 0), MK_E_PROTOCOL);
	assert_int_equal(map(fd, 6), 0);
	assert_int_equal(map(fd, SIZE_MAX), 0);
	close(fd);
	assert_int_equal(mk_memfd_sealed("", 0, &fd), 0);
	assert_int_equal(map(fd, 100), MK_E_PROTOCOL); /* nothing to map */
	close(fd);
	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0); /* a terabyte of holes */
	assert_int_equal(mk_memfd_seal(fd), 0);
	assert_int_equal(map(fd, 40U << 20), MK_E_PROTOCOL);
	close(fd);
}

static void
other_descriptors_are_refused(void **state)
{
	(void)state;
	int fd[2];
	char path[] = "/tmp/mk_memfd_XXXXXX";
	int file = mkostemp(path, O_CLOEXEC);
	assert_true(file >= 0);
	unlink(path);
	assert_int_equal(write(file, "abc", 3), 3);
	assert_int_equal(map(file, 100), MK_E_PROTOCOL);
	assert_int_equal(mk_memfd_seal(file), MK_E_IO);
	close(file);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	assert_int_equal(map(fd[0], 100), MK_E_PROTOCOL);
	close(fd[0]);
	close(fd[1]);
	int null = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	assert_int_equal(map(null, 100), MK_E_PROTOCOL);
	close(null);
	assert_int_equal(map(-1, 100), MK_E_PROTOCOL);
}

/* A peer that still maps its memory for writing cannot seal it. */
static void
a_writable_mapping_keeps_the_seal_off(void **state)
{
	(void)state;
	int fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, 4096), 0);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(p != MAP_FAILED);
	assert_int_equal(mk_memfd_seal(fd), MK_E_IO);
	assert_int_equal(map(fd, 8192), MK_E_PROTOCOL);
	munmap(p, 4096);
	assert_int_equal(mk_memfd_seal(fd), 0);
	assert_int_equal(map(fd, 8192), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_sealed_is_read_back),
	    cmocka_unit_test(a_missing_seal_is_refused),
	    cmocka_unit_test(sizes_are_bounded),
	    cmocka_unit_test(other_descriptors_are_refused),
	    cmocka_unit_test(a_writable_mapping_keeps_the_seal_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
