/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program on its pty. Between the driver and the program stands a leader, as a shell would: a
 * session leader in another process group, without which the kernel would not let SIGTSTP stop the
 * program (orphaned process group), and which hangs up when the driver dies. It reports the
 * program's states through a pipe.
 */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the leader says: the program's id at first, then wait statuses. */
struct report {
	pid_t pid;
	int status;
};

static int signal_fd = -1;
static bool interrupted;
static pid_t shell_pid;
static int shell_status;

int
child_setup(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signal_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ? -1 : 0;
}

bool
child_interrupted(void)
{
	return interrupted;
}

static void
default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < 32; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
exec_shell(const char *prefix, const char *command, char **env)
{
	struct buf b = {NULL, 0, 0};
	char name[] = "sh", option[] = "-c";

	buf_adds(&b, prefix);
	buf_adds(&b, command);
	close_range(3, ~0u, 0);
	default_signals();
	execve("/bin/sh", (char *[]){name, option, b.p, NULL}, env);
	_exit(127);
}

/* --- the leader */

static volatile sig_atomic_t program;

static void
pass_hangup(int sig)
{
	(void)sig;
	if (program > 0)
		kill(-(pid_t)program, SIGHUP);
}

static bool
ended(const struct report *r)
{
	return r->pid == 0 && (WIFEXITED(r->status) || WIFSIGNALED(r->status));
}

static void
leader(const char *command, char **env, int report_fd)
{
	struct report r = {0, 0};
	struct sigaction sa = {.sa_handler = pass_hangup};
	sigset_t ttou, none;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, NULL);
	r.pid = fork();
	if (r.pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		exec_shell("exec ", command, env);
	}
	if (r.pid < 0)
		_exit(127);
	setpgid(r.pid, r.pid);
	program = r.pid;
	prctl(PR_SET_NAME, "screen-leader");
	dup2(report_fd, 3);
	close_range(0, 2, 0);
	close_range(4, ~0u, 0);
	signal(SIGHUP, SIG_IGN);
	sigaction(SIGUSR1, &sa, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	while (write(3, &r, sizeof(r)) == (ssize_t)sizeof(r) && !ended(&r)) {
		r.pid = 0;
		while (waitpid((pid_t)program, &r.status, WUNTRACED | WCONTINUED) < 0)
			if (errno != EINTR)
				_exit(0);
	}
	_exit(0);
}

int
child_run(struct child *c, const char *command, char **env, int cols, int rows)
{
	struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	struct report r;
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return -1;
	c->leader = forkpty(&c->master, NULL, NULL, &ws);
	if (c->leader == 0)
		leader(command, env, fd[1]);
	close(fd[1]);
	c->status_fd = fd[0];
	if (c->leader < 0 || read(fd[0], &r, sizeof(r)) != (ssize_t)sizeof(r)) {
		close(fd[0]);
		return -1;
	}
	fcntl(c->master, F_SETFD, FD_CLOEXEC);
	fcntl(c->master, F_SETFL, O_NONBLOCK);
	fcntl(c->status_fd, F_SETFL, O_NONBLOCK);
	c->pid = r.pid;
	c->started = c->running = true;
	c->stopped = c->eof = false;
	c->total = c->since = 0;
	c->last_io = now_ms();
	buf_reset(&c->raw);
	buf_reset(&c->out);
	term_free(c->term);
	c->term = term_new(cols, rows, &c->out);
	return 0;
}

/* --- events */

static void
reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != shell_pid)
			continue;
		shell_status = status;
		shell_pid = 0;
	}
}

static void
take_signals(void)
{
	struct signalfd_siginfo si;

	while (read(signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		interrupted |= si.ssi_signo != SIGCHLD;
	reap();
}

static void
take_reports(struct child *c)
{
	struct report r;
	ssize_t n;

	while (c->status_fd >= 0 && (n = read(c->status_fd, &r, sizeof(r))) >= 0) {
		if (n != (ssize_t)sizeof(r))
			r = (struct report){0, SIGKILL}; /* the leader itself was killed */
		c->stopped = WIFSTOPPED(r.status);
		if (ended(&r)) {
			c->running = false;
			c->status = r.status;
			c->ended = now_ms();
			close(c->status_fd);
			c->status_fd = -1;
		}
	}
}

static void
take_output(struct child *c)
{
	char b[65536];
	size_t sum = 0;
	ssize_t n = 0;

	while (sum < 8 * sizeof(b) && (n = read(c->master, b, sizeof(b))) > 0) {
		c->last_read = now_us();
		c->last_io = c->last_read / 1000;
		c->total += (uint64_t)n;
		c->since += (uint64_t)n;
		sum += (size_t)n;
		buf_add(&c->raw, b, (size_t)n);
		term_feed(c->term, b, (size_t)n);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		c->eof = true;
}

static void
give_input(struct child *c)
{
	ssize_t n = write(c->master, c->out.p, c->out.n);

	if (n > 0) {
		buf_eat(&c->out, (size_t)n);
		c->last_io = now_ms();
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		c->eof = true;
	}
}

void
child_pump(struct child *c, int ms, int extra)
{
	bool open = c->started && !c->eof && c->master >= 0;
	short out = c->out.n > 0 ? POLLOUT : 0;
	struct pollfd p[] = {
	    {.fd = signal_fd, .events = POLLIN},
	    {.fd = open ? c->master : -1, .events = (short)(POLLIN | out)},
	    {.fd = c->started ? c->status_fd : -1, .events = POLLIN},
	    {.fd = extra, .events = POLLIN},
	};

	if (poll(p, sizeof(p) / sizeof(p[0]), ms) <= 0)
		return;
	if (p[1].revents & POLLOUT)
		give_input(c);
	if (p[1].revents & (POLLIN | POLLHUP | POLLERR))
		take_output(c);
	if (p[2].revents != 0)
		take_reports(c);
	if (p[0].revents != 0)
		take_signals();
}

bool
child_over(const struct child *c)
{
	return c->started && !c->running && (c->eof || c->master < 0 || now_ms() - c->ended > 100);
}

bool
child_send(struct child *c, const void *bytes, size_t n, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	size_t left;

	if (c->eof || c->master < 0)
		return false;
	buf_add(&c->out, bytes, n);
	c->since = 0;
	for (left = c->out.n; c->out.n > 0; left = c->out.n) {
		child_pump(c, 50, -1);
		if (c->out.n < left)
			deadline = now_ms() + ms;
		if (c->eof || now_ms() > deadline || interrupted)
			return false;
	}
	c->last_io = now_ms();
	return true;
}

void
child_resize(struct child *c, int cols, int rows)
{
	struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	child_pump(c, 0, -1);
	c->since = 0;
	term_resize(c->term, cols, rows);
	if (c->master >= 0)
		ioctl(c->master, TIOCSWINSZ, &ws);
	c->last_io = now_ms();
}

void
child_hangup(struct child *c)
{
	/* Here and not in the leader: the program gets the signal before it can read the end of
	   its input, as the kernel does it for a session leader. */
	if (c->master >= 0 && c->running)
		kill(-c->pid, SIGHUP);
	if (c->master >= 0)
		close(c->master);
	if (c->running)
		kill(-c->pid, SIGCONT);
	c->master = -1;
	c->eof = true;
}

/* --- shell commands */

pid_t
child_shell(const char *command, char **env, int *fd)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	shell_pid = fork();
	if (shell_pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		setsid();
		dup2(null, 0);
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		exec_shell("", command, env);
	}
	close(pipes[1]);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	*fd = pipes[0];
	return shell_pid;
}

bool
child_shell_ended(pid_t pid, int *status)
{
	*status = shell_status;
	return shell_pid != pid;
}

/* --- the end */

static void
kill_all(int sig)
{
	pid_t *list;
	size_t n = child_descendants(getpid(), &list);

	for (size_t i = 0; i < n; i++)
		kill(list[i], sig);
	free(list);
}

void
child_end(struct child *c)
{
	int64_t start = now_ms();
	int status;

	if (c->started)
		child_hangup(c);
	kill_all(SIGTERM);
	kill_all(SIGCONT);
	while (now_ms() - start < 1000 && waitpid(-1, &status, WNOHANG) >= 0) {
		struct pollfd p = {.fd = signal_fd, .events = POLLIN};

		poll(&p, 1, 20);
		take_signals();
	}
	while (now_ms() - start < 10000 && waitpid(-1, &status, WNOHANG) >= 0) {
		kill_all(SIGKILL);
		poll(NULL, 0, 5);
	}
	if (c->status_fd >= 0 && c->started)
		close(c->status_fd);
	term_free(c->term);
	buf_free(&c->raw);
	buf_free(&c->out);
	*c = (struct child){.master = -1, .status_fd = -1};
}
