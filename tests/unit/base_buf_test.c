/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The growing buffer against a plain copy of what was put, failure that sticks, the reader's bounds, and the whole-file helpers. */
#include "tests/lib/mk_cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
grows_and_keeps(void **state)
{
	(void)state;
	struct mk_buf b;
	mk_buf_init(&b);
	static uint8_t want[200000];
	size_t n = 0;
	for (unsigned step = 0; n + step < sizeof want && step < 600; step++) {
		uint8_t piece[600];
		for (unsigned i = 0; i < step; i++)
			piece[i] = want[n + i] = (uint8_t)(step * 7 + i);
		mk_buf_put(&b, piece, step);
		n += step;
		assert_true(b.len == n && b.cap >= n && b.cap < 4 * n + 65);
	}
	assert_int_equal(n, 179700);
	assert_memory_equal(b.data, want, n);
	assert_int_equal(mk_buf_error(&b), 0);
	mk_buf_free(&b);
	assert_true(b.data == NULL && b.len == 0 && b.cap == 0);
	mk_buf_put_u8(&b, 1); /* usable again */
	assert_int_equal(b.len, 1);
	mk_buf_free(&b);
	mk_buf_free(&b);
}

static void
puts_are_big_endian(void **state)
{
	(void)state;
	static const uint8_t want[] = {0x12, 0xab, 0xcd, 0x01, 0x02, 0x03, 0x04, 0xff, 0xee, 0xdd,
	    0xcc, 0xbb, 0xaa, 0x99, 0x88, 'h', 'i', '-', '7'};
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_put_u8(&b, 0x12);
	mk_buf_put_u16(&b, 0xabcd);
	mk_buf_put_u32(&b, 0x01020304);
	mk_buf_put_u64(&b, UINT64_C(0xffeeddccbbaa9988));
	mk_buf_puts(&b, "hi");
	mk_buf_puts(&b, "");
	mk_buf_put(&b, NULL, 0);
	mk_buf_printf(&b, "%d", -7);
	assert_int_equal(b.len, sizeof want);
	assert_memory_equal(b.data, want, sizeof want);
	mk_buf_free(&b);
}

static void
text_at_every_length(void **state)
{
	(void)state;
	for (size_t len = 0; len < 300; len++) {
		struct mk_buf b = MK_BUF_INIT;
		for (size_t i = 0; i < len; i++)
			mk_buf_printf(&b, "%c", 'a' + (int)(i % 26));
		const char *s = mk_buf_str(&b);
		assert_int_equal(strlen(s), len);
		assert_int_equal(b.len, len);
		mk_buf_puts(&b, "!"); /* the NUL is not part of the content */
		assert_int_equal(mk_buf_str(&b)[len], '!');
		mk_buf_free(&b);
	}
	struct mk_buf big = MK_BUF_INIT;
	char *long_text = malloc(100001);
	memset(long_text, 'x', 100000);
	long_text[100000] = '\0';
	mk_buf_printf(&big, "<%s>", long_text);
	assert_int_equal(big.len, 100002);
	assert_int_equal(big.data[100001], '>');
	free(long_text);
	mk_buf_free(&big);
}

static void
failure_sticks_until_reset(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "kept");
	mk_buf_put(&b, "x", SIZE_MAX / 2); /* no such memory: refused before it is read */
	assert_int_equal(mk_buf_error(&b), MK_E_NOMEM);
	mk_buf_puts(&b, "lost");
	mk_buf_put_u64(&b, 1);
	mk_buf_printf(&b, "%s", "lost");
	assert_int_equal(b.len, 4);
	assert_string_equal(mk_buf_str(&b), "");
	mk_buf_reset(&b);
	assert_int_equal(mk_buf_error(&b), 0);
	mk_buf_puts(&b, "again");
	assert_string_equal(mk_buf_str(&b), "again");
	mk_buf_free(&b);
	mk_buf_put(&b, "x", SIZE_MAX);
	assert_int_equal(mk_buf_error(&b), MK_E_NOMEM);
	mk_buf_free(&b);
}

static void
reset_wipes(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "a secret that must not stay behind");
	uint8_t *p = b.data;
	size_t cap = b.cap;
	assert_int_equal(p[2], 's');
	mk_buf_reset(&b);
	assert_true(b.data == p && b.cap == cap && b.len == 0);
	for (size_t i = 0; i < cap; i++)
		assert_int_equal(p[i], 0);
	mk_buf_free(&b);
}

static void
reader_at_its_borders(void **state)
{
	(void)state;
	uint8_t raw[15];
	for (size_t i = 0; i < sizeof raw; i++)
		raw[i] = (uint8_t)(0x80 + i);
	struct mk_rd r;
	mk_rd_init(&r, raw, sizeof raw);
	assert_int_equal(mk_rd_u8(&r), 0x80);
	assert_int_equal(mk_rd_u16(&r), 0x8182);
	assert_int_equal(mk_rd_u32(&r), 0x83848586);
	assert_int_equal(mk_rd_end(&r), MK_E_PROTOCOL); /* something is left */
	assert_true(mk_rd_u64(&r) == UINT64_C(0x8788898a8b8c8d8e));
	assert_int_equal(mk_rd_end(&r), 0);
	assert_non_null(mk_rd_bytes(&r, 0));
	assert_int_equal(mk_rd_end(&r), 0);
	assert_int_equal(mk_rd_u8(&r), 0);
	assert_true(r.failed);
	assert_int_equal(mk_rd_end(&r), MK_E_PROTOCOL);
	for (size_t len = 0; len < 9; len++) {
		mk_rd_init(&r, raw, len);
		uint64_t v = mk_rd_u64(&r);
		assert_int_equal(r.failed, len < 8);
		assert_int_equal(v == 0, len < 8);
		mk_rd_init(&r, raw, len);
		assert_int_equal(mk_rd_bytes(&r, len) == raw, 1);
		assert_null(mk_rd_bytes(&r, 1));
		assert_null(mk_rd_bytes(&r, 0)); /* failed stays failed */
		mk_rd_init(&r, raw, len);
		assert_null(mk_rd_bytes(&r, SIZE_MAX));
		assert_true(r.failed);
	}
	mk_rd_init(&r, NULL, 0);
	assert_int_equal(mk_rd_end(&r), 0);
	assert_int_equal(mk_rd_u32(&r), 0);
	assert_true(r.failed);
}

static int
temp_file(void)
{
	int fd = memfd_create("buf_test", MFD_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void
reading_a_whole_file(void **state)
{
	(void)state;
	static uint8_t want[150000];
	for (size_t i = 0; i < sizeof want; i++)
		want[i] = (uint8_t)(i * 31 >> 3);
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 150000};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		int fd = temp_file();
		struct mk_buf b = MK_BUF_INIT;
		mk_buf_puts(&b, "+");
		assert_int_equal(mk_write_all(fd, want, sizes[i]), 0);
		lseek(fd, 0, SEEK_SET);
		assert_int_equal(mk_buf_read_fd(&b, fd, sizes[i]), 0);
		assert_int_equal(b.len, 1 + sizes[i]);
		assert_memory_equal(b.data + 1, want, sizes[i]);
		mk_buf_reset(&b);
		lseek(fd, 0, SEEK_SET);
		if (sizes[i] > 0)
			assert_int_equal(mk_buf_read_fd(&b, fd, sizes[i] - 1), MK_E_TOO_BIG);
		mk_buf_free(&b);
		close(fd);
	}
	struct mk_buf b = MK_BUF_INIT;
	assert_int_equal(mk_buf_read_fd(&b, -1, 10), MK_E_IO);
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mk_buf_read_fd(&b, dir, 10), MK_E_IO);
	close(dir);
	mk_buf_free(&b);
}

static void
reads_and_writes_at_an_offset(void **state)
{
	(void)state;
	char got[8] = "";
	int fd = temp_file();
	assert_int_equal(mk_pwrite_all(fd, "abcdef", 6, 10), 0);
	assert_int_equal(mk_pread_all(fd, got, 6, 10), 0);
	assert_memory_equal(got, "abcdef", 6);
	assert_int_equal(mk_pread_all(fd, got, 7, 10), MK_E_IO); /* short */
	assert_int_equal(mk_pread_all(fd, got, 1, 16), MK_E_IO);
	assert_int_equal(mk_pread_all(fd, got, 0, 999), 0);
	assert_int_equal(mk_pread_all(fd, got, 1, UINT64_MAX), MK_E_IO);
	assert_int_equal(mk_pwrite_all(fd, "x", 1, UINT64_MAX), MK_E_IO);
	assert_int_equal(mk_pwrite_all(-1, "x", 1, 0), MK_E_IO);
	assert_int_equal(mk_write_all(-1, "x", 1), MK_E_IO);
	assert_int_equal(mk_write_all(-1, "", 0), 0);
	close(fd);
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);
	assert_true(full >= 0);
	assert_int_equal(mk_write_all(full, "x", 1), MK_E_NOSPACE);
	close(full);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

/* A pipe takes 64 KiB at a time, and a timer breaks in: every byte arrives all the same. */
static void
short_writes_and_signals(void **state)
{
	(void)state;
	static uint8_t data[1 << 20];
	int fd[2], status = -1;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i ^ i >> 8);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	struct sigaction sa = {.sa_handler = on_alarm}, old;
	sigaction(SIGALRM, &sa, &old); /* without SA_RESTART */
	pid_t pid = fork();
	if (pid == 0) {
		static uint8_t got[sizeof data + 1];
		size_t n = 0;
		close(fd[1]);
		for (ssize_t k; (k = read(fd[0], got + n, sizeof got - n)) > 0; n += (size_t)k)
			usleep(1000);
		_exit(n == sizeof data && memcmp(got, data, n) == 0 ? 0 : 1);
	}
	close(fd[0]);
	ualarm(500, 500);
	assert_int_equal(mk_write_all(fd[1], data, sizeof data), 0);
	ualarm(0, 0);
	sigaction(SIGALRM, &old, NULL);
	close(fd[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grows_and_keeps),
	    cmocka_unit_test(puts_are_big_endian),
	    cmocka_unit_test(text_at_every_length),
	    cmocka_unit_test(failure_sticks_until_reset),
	    cmocka_unit_test(reset_wipes),
	    cmocka_unit_test(reader_at_its_borders),
	    cmocka_unit_test(reading_a_whole_file),
	    cmocka_unit_test(reads_and_writes_at_an_offset),
	    cmocka_unit_test(short_writes_and_signals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
