/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Children close themselves in and try what they must not. Each try is first made without the sandbox, where it has to succeed: a try that fails by
 * itself proves nothing.
 */
#include "mynakura/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/mk_cmocka.h"

#ifdef MK_SANITIZED
#define SANITIZED true /* the wide filter of sanitizer builds proves nothing */
#else
#define SANITIZED false
#endif

#define OK 0
#define REFUSED 9

static int
try_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd >= 0 ? OK : errno == EPERM ? REFUSED : 1;
}

static int
try_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY);
	return fd >= 0 ? OK : errno == EPERM || errno == EACCES ? REFUSED : 1;
}

static int
try_exec(void)
{
	char path[] = "/bin/true";
	char *argv[] = {path, NULL};
	execv(path, argv);
	return errno == EPERM ? REFUSED : 1;
}

static int
try_fork(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno == EPERM ? REFUSED : 1;
	waitpid(pid, NULL, 0);
	return OK;
}

static int
try_code(void)
{
	void *p = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED ? OK : errno == EPERM ? REFUSED : 1;
}

static int
try_work(void) /* what every profile has to allow */
{
	char *p = malloc(1000000);
	if (p == NULL)
		return 1;
	memset(p, 1, 1000000);
	free(p);
	return write(STDERR_FILENO, "", 0) == 0 ? OK : 1;
}

static void *
thread(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t t;
	if (pthread_create(&t, NULL, thread, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	return OK;
}

static int
try_file(void)
{
	char name[] = "/tmp/mk-sandbox-XXXXXX", other[64];
	int fd = mkstemp(name);
	snprintf(other, sizeof other, "%s.b", name);
	if (fd < 0 || pwrite(fd, "x", 1, 0) != 1 || fdatasync(fd) < 0 || ftruncate(fd, 0) < 0 ||
	    fchown(fd, getuid(), getgid()) < 0 || rename(name, other) < 0 || unlink(other) < 0)
		return 1;
	return close(fd) == 0 ? OK : 1;
}

typedef int (*step)(void);

/* Runs close, then act, in a child. Its exit status, or 1000 + the signal that killed it. */
static int
in_child(step close_in, step act)
{
	int status = 0;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		if (close_in != NULL && close_in() < 0)
			_exit(50);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
as_read(void)
{
	int r = mk_sandbox_landlock_none();
	return r < 0 ? r : mk_sandbox_seccomp(MK_SANDBOX_READ);
}

static int
as_decode(void)
{
	int r = mk_sandbox_landlock_none();
	return r < 0 ? r : mk_sandbox_seccomp(MK_SANDBOX_DECODE);
}

static int
as_pdf(void)
{
	static const char *const fonts[] = {"/usr/share/fonts", "/not/there", NULL};
	int r = mk_sandbox_landlock_read(fonts);
	return r < 0 ? r : mk_sandbox_seccomp(MK_SANDBOX_DECODE_FONTS);
}

static void
tries_succeed_without_sandbox(void **state)
{
	(void)state;
	assert_int_equal(in_child(NULL, try_socket), OK);
	assert_int_equal(in_child(NULL, try_open), OK);
	assert_int_equal(in_child(NULL, try_exec), OK);
	assert_int_equal(in_child(NULL, try_fork), OK);
	assert_int_equal(in_child(NULL, try_code), OK);
	assert_int_equal(in_child(NULL, try_thread), OK);
	assert_int_equal(in_child(NULL, try_file), OK);
}

static void
readers_die(void **state)
{
	static const step closers[] = {as_read, as_decode};
	static const step tries[] = {try_socket, try_exec, try_fork, try_open, try_code};
	(void)state;
	if (SANITIZED)
		skip();
	for (size_t c = 0; c < 2; c++) {
		assert_int_equal(in_child(closers[c], try_work), OK);
		for (size_t t = 0; t < sizeof tries / sizeof tries[0]; t++)
			assert_int_equal(in_child(closers[c], tries[t]), 1000 + SIGSYS);
	}
	assert_int_equal(in_child(as_pdf, try_socket), 1000 + SIGSYS);
	assert_int_equal(in_child(as_pdf, try_exec), 1000 + SIGSYS);
}

static void
roles_get_eperm(void **state)
{
	static const step closers[] = {mk_sandbox_vault, mk_sandbox_trail};
	static const step refused[] = {try_socket, try_exec, try_fork, try_code};
	static const step allowed[] = {try_work, try_thread, try_file, try_open};
	(void)state;
	if (SANITIZED)
		skip();
	for (size_t c = 0; c < 2; c++) {
		for (size_t t = 0; t < sizeof refused / sizeof refused[0]; t++)
			assert_int_equal(in_child(closers[c], refused[t]), REFUSED);
		for (size_t t = 0; t < sizeof allowed / sizeof allowed[0]; t++)
			assert_int_equal(in_child(closers[c], allowed[t]), OK);
	}
}

static bool
have_landlock(void)
{
	return in_child(NULL, mk_sandbox_landlock_none) == 0;
}

static int
landlock_fonts(void)
{
	static const char *const paths[] = {"/usr/share", NULL};
	return mk_sandbox_landlock_read(paths);
}

static int
try_share(void)
{
	return open("/usr/share", O_RDONLY | O_DIRECTORY) >= 0 ? OK : 1;
}

static int
try_create(void)
{
	int fd = open("/tmp/mk-sandbox-created", O_CREAT | O_WRONLY, 0600);
	if (fd >= 0)
		unlink("/tmp/mk-sandbox-created");
	return fd >= 0 ? OK : errno == EACCES ? REFUSED : 1;
}

static int
landlock_tmp(void)
{
	static const char *const paths[] = {"/tmp", NULL};
	return mk_sandbox_landlock(NULL, paths);
}

static void
landlock_limits_paths(void **state)
{
	(void)state;
	if (!have_landlock()) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(in_child(NULL, try_create), OK);
	assert_int_equal(in_child(mk_sandbox_landlock_none, try_open), REFUSED);
	assert_int_equal(in_child(mk_sandbox_landlock_none, try_create), REFUSED);
	assert_int_equal(in_child(landlock_fonts, try_share), OK);
	assert_int_equal(in_child(landlock_fonts, try_open), REFUSED);
	assert_int_equal(in_child(landlock_tmp, try_create), OK);
	assert_int_equal(in_child(landlock_tmp, try_open), REFUSED);
}

static int
small_memory(void)
{
	return mk_sandbox_limits(256U << 20, 1);
}

static int
try_memory(void)
{
	void *volatile p =
	    malloc((size_t)512 << 20); /* clang leaves out one that nobody looks at */
	return p != NULL ? OK : REFUSED;
}

static int
try_loop(void)
{
	volatile unsigned long i = 0;
	while (i < 1000000000000UL)
		i++;
	return OK;
}

static void
limits(void **state)
{
	(void)state;
	assert_int_equal(in_child(small_memory, try_loop), 1000 + SIGKILL);
	if (SANITIZED)
		skip();
	assert_int_equal(in_child(NULL, try_memory), OK);
	assert_int_equal(in_child(small_memory, try_memory), REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tries_succeed_without_sandbox),
	    cmocka_unit_test(readers_die),
	    cmocka_unit_test(roles_get_eperm),
	    cmocka_unit_test(landlock_limits_paths),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
