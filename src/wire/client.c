/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's side: a daemon of its own or the service's socket, and one call after the other. */
#include "mynakura/wire/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/chan.h"

#define CLOSE_MS 15000
#define SEND_MS 5000
#define PATH_BYTES 4096

struct mk_client {
	int fd;
	int interrupt_fd;
	pid_t child; /* 0: none */
	uint32_t next_id;
	uint16_t awaited; /* type of the request under way; 0 none */
	bool answered; /* the daemon has spoken once */
	bool lost;
	bool locked; /* a notice said so */
};

int
mk_client_program(const char *name, char *out, size_t cap)
{
	char exe[PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n > 0) {
		exe[n] = '\0';
		char *slash = strrchr(exe, '/');
		int k = -1;
		if (slash != NULL) {
			*slash = '\0';
			k = snprintf(out, cap, "%s/%s", exe, name);
		}
		if (k > 0 && (size_t)k < cap && access(out, X_OK) == 0)
			return 0;
	}
	int k = snprintf(out, cap, "%s/%s", MK_LIBEXECDIR, name);
	return k > 0 && (size_t)k < cap && access(out, X_OK) == 0 ? 0 : MK_E_NOT_FOUND;
}

/* Copies of NAME=VALUE for the names that pass; the strings and the array live until exec. */
static char **
minimal_environment(void)
{
	static const char *const names[] = {
	    "PATH",
	    "LANG",
	    "LC_ALL",
	    "LANGUAGE",
	    "TZ",
	    "SANE_CONFIG_DIR",
#ifdef MK_SANITIZED
	    "ASAN_OPTIONS",
	    "UBSAN_OPTIONS",
	    "LSAN_OPTIONS",
#endif
	};
	size_t count = sizeof names / sizeof names[0], used = 0;
	char **env = calloc(count + 1, sizeof *env);
	for (size_t i = 0; env != NULL && i < count; i++) {
		const char *value = getenv(names[i]);
		if (value == NULL)
			continue;
		size_t len = strlen(names[i]) + strlen(value) + 2;
		env[used] = malloc(len);
		if (env[used] == NULL)
			break;
		snprintf(env[used++], len, "%s=%s", names[i], value);
	}
	return env;
}

static void
free_environment(char **env)
{
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		free(env[i]);
	free(env);
}

static bool
is_stop(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* In the child: only async-signal-safe calls. */
static _Noreturn void
become_daemon(const char *path, char *const argv[], int end, char *const env[], bool quiet)
{
	sigset_t none;
	/* First: a stop that was meant for the caller's group must not hold the daemon as well. */
	setsid();
	/*
	 * The caller's handlers (curses' among them) are this copy's too until exec, and a signal to the
	 * group may have come already: they must not draw on the terminal from here.
	 */
	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig,
			    is_stop(sig) ? SIG_IGN : SIG_DFL); /* ignoring drops a pending one */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		if (is_stop(sig))
			signal(sig, SIG_DFL);
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    (quiet && dup2(null, STDERR_FILENO) < 0))
		_exit(mk_err_status(MK_E_IO));
	/* dup2 onto itself would keep close-on-exec. */
	if (end == MK_CLIENT_FD ? fcntl(end, F_SETFD, 0) < 0 : dup2(end, MK_CLIENT_FD) < 0)
		_exit(mk_err_status(MK_E_IO));
	syscall(SYS_close_range, MK_CLIENT_FD + 1U, ~0U, 0U);
	execve(path, argv, env);
	_exit(mk_err_status(MK_E_NOT_FOUND));
}

static int
start_daemon(struct mk_client *c, const char *dir, bool quiet)
{
	char path[PATH_BYTES];
	int ends[2];
	int r = mk_client_program("mynakurad", path, sizeof path);
	if (r < 0)
		return r;
	r = mk_chan_pair(ends);
	if (r < 0)
		return r;
	char name[] = "mynakurad", embedded[] = "--embedded", option[] = "--dir";
	char *place = strdup(dir);
	char *const argv[] = {name, embedded, option, place, NULL};
	char **env = minimal_environment();
	pid_t pid = env == NULL || place == NULL ? -1 : fork();
	if (pid == 0)
		become_daemon(path, argv, ends[1], env, quiet);
	free_environment(env);
	free(place);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return MK_E_NOMEM;
	}
	c->child = pid;
	c->fd = ends[0];
	return 0;
}

int
mk_client_open(const struct mk_client_conf *conf, struct mk_client **out)
{
	struct mk_client *c = calloc(1, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	c->fd = -1;
	c->interrupt_fd = conf->interrupt_fd;
	int r =
	    conf->dir != NULL
		? start_daemon(c, conf->dir, conf->quiet)
		: mk_chan_connect(conf->socket != NULL ? conf->socket : MK_CLIENT_SOCKET, &c->fd);
	if (r < 0)
		free(c);
	else
		*out = c;
	return r;
}

/* Waits for the child's end; its wait status, or -1 when it runs on after the time. */
static int
reap(struct mk_client *c, int timeout_ms)
{
	int status = -1;
	int64_t end = mk_mono_ms() + timeout_ms;
	int pidfd = (int)syscall(SYS_pidfd_open, c->child, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	for (;;) {
		pid_t done = waitpid(c->child, &status, WNOHANG);
		int64_t left = end - mk_mono_ms();
		if (done == c->child || (done < 0 && errno != EINTR))
			break;
		status = -1;
		if (left <= 0)
			break;
		poll(&p, pidfd >= 0 ? 1 : 0, pidfd >= 0 ? (int)left : 20);
	}
	if (pidfd >= 0)
		close(pidfd);
	return status;
}

/* A daemon that ended before it spoke has said why by its exit status (cli.md). */
static int
startup_error(struct mk_client *c)
{
	static const int errors[] = {MK_E_USAGE, MK_E_AUTH, MK_E_DENIED, MK_E_TRAIL, MK_E_DAMAGED,
	    MK_E_ROLLED_BACK, MK_E_IO, MK_E_BUSY, MK_E_INPUT, MK_E_NOT_FOUND, MK_E_INTERNAL};
	int status = c->child > 0 ? reap(c, CLOSE_MS) : -1;
	if (status < 0)
		return MK_E_LOST;
	c->child = 0;
	if (!WIFEXITED(status))
		return MK_E_LOST;
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (WEXITSTATUS(status) == mk_err_status(errors[i]))
			return errors[i];
	return MK_E_LOST;
}

/* Waits until the socket can be read (or written); MK_E_AGAIN when the user wants out. */
static int
await(struct mk_client *c, short events)
{
	struct pollfd p[2] = {
	    {.fd = c->fd, .events = events}, {.fd = c->interrupt_fd, .events = POLLIN}};
	for (;;) {
		int n = poll(p, 2, -1);
		if (n < 0 && errno != EINTR)
			return MK_E_IO;
		if (n > 0 && p[1].revents != 0)
			return MK_E_AGAIN;
		if (n > 0 && p[0].revents != 0)
			return 0;
	}
}

/* The next message that is no notice. */
static int
receive(struct mk_client *c, struct mk_msg *m)
{
	for (;;) {
		int r = mk_chan_recv(c->fd, m, 0);
		if (r < 0 || (m->flags & MK_FLAG_NOTICE) == 0)
			return r;
		c->locked = true;
		mk_msg_free(m);
	}
}

bool
mk_client_locked(struct mk_client *c)
{
	struct mk_msg m;
	if (!c->lost && c->awaited == 0) {
		int r = receive(c, &m);
		if (r == 0)
			mk_msg_free(&m);
		c->lost = r != MK_E_AGAIN;
	}
	bool locked = c->locked;
	c->locked = false;
	return locked;
}

static int
exchange(struct mk_client *c, struct mk_msg *req, struct mk_msg *reply)
{
	int r;
	while ((r = mk_chan_send(c->fd, req, 0)) == MK_E_AGAIN)
		if ((r = await(c, POLLOUT)) < 0)
			return r;
	/*
	 * A daemon that refused and went away may have left its answer: read it before the loss is
	 * believed.
	 */
	if (r < 0 && r != MK_E_LOST)
		return r;
	for (;;) {
		r = receive(c, reply);
		if (r != MK_E_AGAIN)
			return r;
		if ((r = await(c, POLLIN)) < 0)
			return r;
	}
}

/* What may be sent at all, and its id. */
static int
prepare(struct mk_client *c, struct mk_msg *req)
{
	int r = mk_buf_error(&req->body);
	if (r < 0)
		return r;
	if (req->body.len > MK_FRAME_MAX - MK_FRAME_HEADER)
		return MK_E_TOO_BIG;
	if (c->lost)
		return MK_E_LOST;
	if (c->awaited != 0)
		return MK_E_BUSY;
	req->id = ++c->next_id;
	return 0;
}

/* r: how receiving reply ended, for the request of this type and the newest id. */
static int
judge(struct mk_client *c, uint16_t type, struct mk_msg *reply, int r)
{
	if (r == 0 &&
	    (reply->type != type || reply->id != c->next_id || !(reply->flags & MK_FLAG_REPLY))) {
		mk_msg_free(reply);
		r = MK_E_PROTOCOL;
	}
	if (r < 0) {
		c->lost = true;
		mk_msg_init(reply, 0, 0);
		return r == MK_E_LOST && !c->answered ? startup_error(c) : r;
	}
	c->answered = true;
	int64_t e = mk_get_i64(reply->body.data, reply->body.len, MK_T_error, MK_E_PROTOCOL);
	c->lost = e > 0 || e < -MK_EI_COUNT;
	return c->lost ? MK_E_PROTOCOL : (int)e;
}

int
mk_client_call(struct mk_client *c, struct mk_msg *req, struct mk_msg *reply)
{
	mk_msg_init(reply, 0, 0);
	int r = prepare(c, req);
	return r < 0 ? r : judge(c, req->type, reply, exchange(c, req, reply));
}

int
mk_client_fd(const struct mk_client *c)
{
	return c->lost ? -1 : c->fd;
}

int
mk_client_send(struct mk_client *c, struct mk_msg *req)
{
	int r = prepare(c, req);
	if (r < 0)
		return r;
	/* An idle connection's queue takes a whole frame: this does not really wait. */
	r = mk_chan_send(c->fd, req, SEND_MS);
	/* A daemon that refused and went away may have left its answer: it is still read. */
	if (r < 0 && r != MK_E_LOST) {
		c->lost = true;
		return r == MK_E_AGAIN ? MK_E_LOST : r;
	}
	c->awaited = req->type;
	return 0;
}

bool
mk_client_receive(struct mk_client *c, struct mk_msg *reply, int *result)
{
	mk_msg_init(reply, 0, 0);
	if (c->awaited == 0)
		return false;
	int r = c->lost ? MK_E_LOST : receive(c, reply);
	if (r == MK_E_AGAIN)
		return false;
	uint16_t type = c->awaited;
	c->awaited = 0;
	*result = judge(c, type, reply, r);
	return true;
}

bool
mk_client_lost(const struct mk_client *c)
{
	return c->lost;
}

void
mk_client_close(struct mk_client *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	if (c->child > 0 && reap(c, CLOSE_MS) < 0) {
		kill(c->child, SIGKILL);
		reap(c, CLOSE_MS);
	}
	free(c);
}
