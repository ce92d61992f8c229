/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets that are typed: from a descriptor line by line, and at a real terminal (a pty whose other side is this test): no echo while they are
 * typed, the terminal as before afterwards, also when a signal ended the wait.
 */
#include "tests/lib/mk_cmocka.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "mynakura/base/time.h"
#include "mynakura/model/passgen.h"
#include "src/cli/cli_internal.h"

/* --- from a descriptor */
static int
pipe_with(const char *text)
{
	int p[2];
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(write(p[1], text, strlen(text)), (ssize_t)strlen(text));
	close(p[1]);
	return p[0];
}

static struct mk_cli
from_fd(int fd)
{
	struct mk_cli c;
	memset(&c, 0, sizeof c);
	c.g.pass_fd = fd;
	c.interrupt_fd = -1;
	return c;
}

static void
takes(struct mk_cli *c, const char *want)
{
	struct mk_secret *s = NULL;
	assert_int_equal(mk_pass_line(c, "Passphrase", &s), 0);
	assert_int_equal(s->len, strlen(want));
	assert_memory_equal(s->data, want, s->len);
	mk_secret_free(s);
}

static void
lines_in_order(void **state)
{
	struct mk_cli c = from_fd(pipe_with("first\nsecond one\r\nパスフレーズ\n\nlast"));
	struct mk_secret *s = NULL;
	(void)state;
	takes(&c, "first");
	takes(&c, "second one");
	takes(&c, "パスフレーズ");
	takes(&c, "");
	takes(&c, "last");
	assert_int_equal(mk_pass_line(&c, "One-time code", &s), MK_E_USAGE);
	assert_non_null(strstr(mk_buf_str(&c.why), "One-time code"));
	assert_null(s);
	close(c.g.pass_fd);
	mk_buf_free(&c.why);
}

static void
nothing_behind_the_line_is_taken(void **state)
{
	int fd = pipe_with("first\nrest of it\n");
	struct mk_cli c = from_fd(fd);
	char rest[32] = "";
	(void)state;
	takes(&c, "first");
	assert_int_equal(read(fd, rest, sizeof rest - 1), 11);
	assert_string_equal(rest, "rest of it\n");
	close(fd);
}

static void
bad_lines(void **state)
{
	static char longer[2000];
	struct mk_secret *s = NULL;
	(void)state;
	memset(longer, 'a', sizeof longer - 2);
	longer[sizeof longer - 2] = '\n';
	const struct {
		const char *text;
		int r;
	} rows[] = {{"a\x1b[b\n", MK_E_TEXT}, {"\xff\xfe\n", MK_E_TEXT}, {longer, MK_E_TOO_BIG},
	    {"", MK_E_USAGE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mk_cli c = from_fd(pipe_with(rows[i].text));
		assert_int_equal(mk_pass_line(&c, "Passphrase", &s), rows[i].r);
		/* The error names the prompt, never the text. */
		assert_null(strstr(mk_buf_str(&c.why), "aaaa"));
		close(c.g.pass_fd);
		mk_buf_free(&c.why);
	}
	struct mk_cli closed = from_fd(999);
	assert_int_equal(mk_pass_line(&closed, "Passphrase", &s), MK_E_USAGE);
	mk_buf_free(&closed.why);
	assert_null(s);
}

static void
numbers_are_checked(void **state)
{
	struct mk_cli c =
	    from_fd(pipe_with("1234-5678-9018\n１２３４ ５６７８ ９０１８\n123456789019\n12345\n"));
	struct mk_secret *s = NULL;
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mk_pass_number(&c, "Number", &s), 0);
		assert_int_equal(s->len, 12);
		assert_memory_equal(s->data, "123456789018", 12);
		mk_secret_free(s);
		s = NULL;
	}
	assert_int_equal(mk_pass_number(&c, "Number", &s), MK_E_NUMBER);
	assert_null(strstr(mk_buf_str(&c.why), "12345"));
	assert_int_equal(mk_pass_number(&c, "Number", &s), MK_E_INPUT);
	assert_null(s);
	close(c.g.pass_fd);
	mk_buf_free(&c.why);
}

/* --- at a terminal */
static const char strong[] = "seven blue kettles sing about the mountain road";

struct session {
	pid_t pid;
	int master;
	char seen[4096];
	size_t n;
};

/* Reads what the terminal shows until it holds `what`; 5 s. */
static bool
shows(struct session *s, const char *what)
{
	int64_t end = mk_mono_ms() + 5000;
	while (strstr(s->seen, what) == NULL && mk_mono_ms() < end) {
		struct pollfd p = {.fd = s->master, .events = POLLIN};
		if (poll(&p, 1, 100) <= 0)
			continue;
		ssize_t n = read(s->master, s->seen + s->n, sizeof s->seen - 1 - s->n);
		if (n <= 0)
			break;
		s->n += (size_t)n;
		s->seen[s->n] = '\0';
	}
	return strstr(s->seen, what) != NULL;
}

static void
type(struct session *s, const char *text)
{
	assert_int_equal(write(s->master, text, strlen(text)), (ssize_t)strlen(text));
}

static bool
echoes(const struct session *s)
{
	struct termios t;
	assert_int_equal(tcgetattr(s->master, &t), 0);
	return (t.c_lflag & ECHO) != 0 && t.c_cc[VSUSP] != _POSIX_VDISABLE;
}

static int wake[2];

static void
on_signal(int sig)
{
	(void)sig;
	if (write(wake[1], "x", 1) < 0)
		_exit(99);
}

enum how { HOW_LINE, HOW_ANY, HOW_STRONG };

/* In the child on the pty: asks, and says by its status what came. */
static _Noreturn void
ask(enum how how)
{
	struct mk_cli c = from_fd(-1);
	struct mk_secret *s = NULL;
	struct sigaction sa = {.sa_handler = on_signal};
	if (pipe(wake) < 0)
		_exit(98);
	c.interrupt_fd = wake[0];
	sigaction(SIGINT, &sa, NULL);
	int r = how == HOW_LINE ? mk_pass_line(&c, "Passphrase", &s)
				: mk_pass_choose(&c, "Passphrase", how == HOW_ANY, &s);
	if (r == MK_E_AGAIN)
		_exit(50);
	if (r == 0 && s->len == MK_PASSGEN_LEN)
		_exit(41);
	if (r == 0 && s->len == sizeof strong - 1 && memcmp(s->data, strong, s->len) == 0)
		_exit(42);
	_exit(r == 0 && s->len == 6 && memcmp(s->data, "secret", 6) == 0 ? 40 : 60);
}

static struct session
begin(enum how how)
{
	struct session s;
	memset(&s, 0, sizeof s);
	s.pid = forkpty(&s.master, NULL, NULL, NULL);
	assert_true(s.pid >= 0);
	if (s.pid == 0)
		ask(how);
	return s;
}

static int
finish(struct session *s)
{
	int status = -1;
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
no_echo_at_a_terminal(void **state)
{
	struct session s = begin(HOW_LINE);
	(void)state;
	assert_true(shows(&s, "Passphrase: "));
	assert_false(echoes(&s));
	type(&s, "secret\n");
	assert_true(shows(&s, "Passphrase: \r\n"));
	assert_true(echoes(&s));
	assert_int_equal(finish(&s), 40);
	assert_null(strstr(s.seen, "secr"));
	close(s.master);
}

static void
a_new_one_is_asked_twice(void **state)
{
	struct session s = begin(HOW_ANY);
	(void)state;
	assert_true(shows(&s, "Passphrase: "));
	type(&s, "secret\n");
	assert_true(shows(&s, "once more: "));
	type(&s, "sekret\n");
	assert_true(shows(&s, "not the same.\r\nPassphrase: "));
	type(&s, "secret\n");
	assert_true(shows(&s, "not the same.\r\nPassphrase: \r\nStrength: too easy to guess\r\n"
			      "The same once more: "));
	type(&s, "secret\n");
	assert_int_equal(finish(&s), 40);
	assert_null(strstr(s.seen, "secr"));
	close(s.master);
}

/* Where it must be strong, a weak one is not even asked for again. */
static void
a_weak_one_is_told(void **state)
{
	struct session s = begin(HOW_STRONG);
	(void)state;
	assert_true(shows(&s, "Passphrase: "));
	type(&s, "secret\n");
	assert_true(shows(&s,
	    "too easy to guess\r\nUse several unrelated words, or the one above.\r\nPassphrase: "));
	assert_null(strstr(s.seen, "once more"));
	type(&s, "seven blue kettles sing about the mountain road\n");
	assert_true(shows(&s, "Strength: strong\r\nThe same once more: "));
	type(&s, "seven blue kettles sing about the mountain road\n");
	assert_int_equal(finish(&s), 42);
	close(s.master);
}

/* Only Enter takes the one that was made, once it has been typed. */
static void
one_is_offered(void **state)
{
	struct session s = begin(HOW_STRONG);
	static const char offer[] = "to take this one: ";
	char made[MK_PASSGEN_LEN + 2] = "", wrong[MK_PASSGEN_LEN + 2];
	(void)state;
	assert_true(shows(&s, "Passphrase: "));
	const char *at = strstr(s.seen, offer);
	assert_non_null(at);
	memcpy(made, at + sizeof offer - 1, MK_PASSGEN_LEN);
	made[MK_PASSGEN_LEN] = '\n';
	memcpy(wrong, made, sizeof wrong);
	wrong[0] = made[0] == 'k' ? 's' : 'k';
	type(&s, "\n");
	assert_true(shows(&s, "Type the one above: "));
	type(&s, wrong);
	assert_true(shows(&s, "not the same.\r\nPassphrase: "));
	type(&s, "\n");
	assert_true(shows(&s, "not the same.\r\nPassphrase: \r\nType the one above: "));
	type(&s, made);
	assert_int_equal(finish(&s), 41);
	/* It was shown once, where it was offered, and not echoed. */
	made[MK_PASSGEN_LEN] = '\0';
	at = strstr(s.seen, made);
	assert_non_null(at);
	assert_null(strstr(at + 1, made));
	close(s.master);
}

/* From a descriptor nothing is offered and one line is taken: the daemon judges it. */
static void
a_script_is_asked_once(void **state)
{
	struct mk_cli c = from_fd(pipe_with("weak\nrest\n"));
	struct mk_secret *s = NULL;
	(void)state;
	assert_int_equal(mk_pass_choose(&c, "New passphrase", false, &s), 0);
	assert_int_equal(s->len, 4);
	mk_secret_free(s);
	takes(&c, "rest");
	close(c.g.pass_fd);
}

static void
a_signal_restores_the_terminal(void **state)
{
	struct session s = begin(HOW_LINE);
	(void)state;
	assert_true(shows(&s, "Passphrase: "));
	type(&s, "sec");
	assert_false(echoes(&s));
	type(&s, "\003");
	assert_true(shows(&s, "\r\n"));
	/* The child restores before it ends; the master still sees the terminal. */
	int64_t end = mk_mono_ms() + 5000;
	while (!echoes(&s) && mk_mono_ms() < end)
		poll(NULL, 0, 20);
	assert_true(echoes(&s));
	assert_int_equal(finish(&s), 50);
	close(s.master);
}

static void
no_terminal_is_said(void **state)
{
	(void)state;
	int p[2], status = -1;
	assert_int_equal(pipe(p), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct mk_cli c = from_fd(-1);
		struct mk_secret *s = NULL;
		setsid(); /* no controlling terminal any more */
		int r = mk_pass_line(&c, "Passphrase", &s);
		_exit(r == MK_E_USAGE && strstr(mk_buf_str(&c.why), "--passphrase-fd") != NULL ? 0
											       : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(p[0]);
	close(p[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_in_order),
	    cmocka_unit_test(nothing_behind_the_line_is_taken),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(numbers_are_checked),
	    cmocka_unit_test(no_echo_at_a_terminal),
	    cmocka_unit_test(a_new_one_is_asked_twice),
	    cmocka_unit_test(a_weak_one_is_told),
	    cmocka_unit_test(one_is_offered),
	    cmocka_unit_test(a_script_is_asked_once),
	    cmocka_unit_test(a_signal_restores_the_terminal),
	    cmocka_unit_test(no_terminal_is_said),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
