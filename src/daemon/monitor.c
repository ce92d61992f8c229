/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The monitor: makes the folders, takes the lock, starts the vault and trail roles and, at the
 * vault's request, reading processes. It parses nothing that a user wrote. When a role dies the
 * others end too: the store and the trail are whole at every moment, so a fresh start is the
 * recovery.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"
#include "roles_internal.h"

#define LOCK_WAIT_MS 5000 /* architecture.md: a second program on the same DIR waits 5 s */
#define STOP_WAIT_MS 10000
#define RESTARTS_MAX 5 /* deaths of roles in a minute before the monitor gives up */
#define READERS_MAX 64

struct monitor {
	const struct mk_daemon_args *args;
	int lock, serve, sig;
	int vault_fd, trail_fd; /* our ends */
	pid_t vault, trail;
	pid_t readers[READERS_MAX];
	bool stopping;
	int64_t deaths[RESTARTS_MAX];
};

static int
make_dirs(const char *dir)
{
	static const char *const subs[] = {"", "/trail", "/trail/pc", "/witness", "/run"};
	char path[4096];
	for (size_t i = 0; i < sizeof subs / sizeof subs[0]; i++) {
		if (snprintf(path, sizeof path, "%s%s", dir, subs[i]) >= (int)sizeof path)
			return MK_E_INPUT;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return mk_err_from_errno(errno);
	}
	return 0;
}

static int
take_lock(const char *dir, int *out)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/run/lock", dir) >= (int)sizeof path)
		return MK_E_INPUT;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int64_t end = mk_mono_ms() + LOCK_WAIT_MS;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || mk_mono_ms() > end) {
			int r = errno == EWOULDBLOCK ? MK_E_BUSY : MK_E_IO;
			close(fd);
			return r;
		}
		poll(NULL, 0, 50);
	}
	*out = fd;
	return 0;
}

/*
 * Tells an embedded client why there is no daemon: one answer per request until it goes, so that it
 * shows words, not a lost line.
 */
static void
refuse_client(int fd, int err)
{
	struct mk_msg m;
	while (mk_chan_recv(fd, &m, 10000) == 0) {
		struct mk_msg reply;
		mk_msg_init(&reply, m.type, m.id);
		reply.flags = MK_FLAG_REPLY;
		mk_put_i64(&reply.body, MK_T_error, err);
		int r = mk_chan_send(fd, &reply, 1000);
		mk_msg_free(&reply);
		mk_msg_free(&m);
		if (r < 0)
			return;
	}
}

static int
listen_on(const char *path, int *out)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	if (len >= sizeof sa.sun_path)
		return MK_E_INPUT;
	memcpy(sa.sun_path, path, len + 1);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return mk_err_from_errno(errno);
	unlink(path); /* the lock is ours, so whoever made it is gone */
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 || listen(fd, 64) < 0) {
		int e = errno;
		close(fd);
		return mk_err_from_errno(e);
	}
	*out = fd;
	return 0;
}

/* In the child: descriptors to their fixed places, everything else closed, then the role. */
static void
become_role(const struct monitor *mon, const char *role, int monitor_fd, int peer_fd, int serve_fd)
{
	int from[4] = {monitor_fd, peer_fd, serve_fd, mon->lock};
	int to[4] = {MK_FD_MONITOR, MK_FD_PEER, MK_FD_SERVE, MK_FD_LOCK};
	for (int i = 0; i < 4; i++)
		if (from[i] >= 0)
			from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 32);
	for (int i = 0; i < 4; i++) {
		close(to[i]);
		if (from[i] >= 0 && dup2(from[i], to[i]) < 0)
			_exit(70);
	}
	close_range(7, ~0U, 0);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	char arg[32];
	snprintf(arg, sizeof arg, "--role=%s", role);
	const struct mk_daemon_args *a = mon->args;
	if (a->embedded)
		execl("/proc/self/exe", "mynakurad", arg, "--embedded", "--dir", a->dir,
		    (char *)NULL);
	else
		execl("/proc/self/exe", "mynakurad", arg, "--foreground", "--dir", a->dir,
		    "--socket", a->socket, (char *)NULL);
	_exit(70);
}

static int
start_role(
    struct monitor *mon, const char *role, int peer_fd, int serve_fd, int *our_fd, pid_t *pid)
{
	int pair[2];
	int r = mk_chan_pair(pair);
	if (r < 0)
		return r;
	pid_t p = fork();
	if (p == 0)
		become_role(mon, role, pair[1], peer_fd, serve_fd);
	close(pair[1]);
	if (p < 0) {
		close(pair[0]);
		return MK_E_NOMEM;
	}
	*our_fd = pair[0];
	*pid = p;
	return 0;
}

static int
start_roles(struct monitor *mon)
{
	int link[2];
	int r = mk_chan_pair(link);
	if (r < 0)
		return r;
	r = start_role(mon, "trail", link[0], -1, &mon->trail_fd, &mon->trail);
	if (r == 0)
		r = start_role(mon, "vault", link[1], mon->serve, &mon->vault_fd, &mon->vault);
	close(link[0]);
	close(link[1]);
	/* Embedded: the client must see the end of its channel when the vault goes. */
	if (mon->args->embedded && mon->serve >= 0) {
		close(mon->serve);
		mon->serve = -1;
	}
	return r;
}

static void
remember_reader(struct monitor *mon, pid_t pid)
{
	for (size_t i = 0; i < READERS_MAX; i++) {
		if (mon->readers[i] == 0) {
			mon->readers[i] = pid;
			return;
		}
	}
}

/* The vault may end only processes that it was given; what they started goes with them. */
static void
kill_reader(struct monitor *mon, uint64_t pid)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		if (mon->readers[i] > 0 && (uint64_t)mon->readers[i] == pid) {
			kill(-mon->readers[i], SIGKILL);
			kill(mon->readers[i], SIGKILL);
		}
}

static void
answer_reader(struct monitor *mon, const struct mk_msg *m)
{
	struct mk_msg reply;
	struct mk_reader reader;
	char kind[16];
	mk_msg_init(&reply, m->type, m->id);
	reply.flags = MK_FLAG_REPLY;
	int r = mk_get_str(m->body.data, m->body.len, MK_T_kind, kind, sizeof kind);
	if (r == 0)
		r = mk_reader_start(kind, NULL, &reader);
	mk_put_i64(&reply.body, MK_T_error, r);
	if (r == 0) {
		remember_reader(mon, reader.pid);
		mk_put_u64(&reply.body, MK_T_pid, (uint64_t)reader.pid);
		reply.fds[reply.nfds++] = reader.fd;
	}
	mk_chan_send(mon->vault_fd, &reply, 1000);
	mk_msg_free(&reply);
}

static void
answer_pam(struct monitor *mon, const struct mk_msg *m)
{
	struct mk_msg reply;
	int fd = -1;
	pid_t pid = 0;
	mk_msg_init(&reply, m->type, m->id);
	reply.flags = MK_FLAG_REPLY;
	int r = mk_monitor_pam(m, &fd, &pid);
	mk_put_i64(&reply.body, MK_T_error, r);
	if (r == 0) {
		remember_reader(mon, pid);
		mk_put_u64(&reply.body, MK_T_pid, (uint64_t)pid);
		reply.fds[reply.nfds++] = fd;
	}
	mk_chan_send(mon->vault_fd, &reply, 1000);
	mk_msg_free(&reply);
}

/* A message of the vault. false: the channel is finished. */
static bool
serve_vault(struct monitor *mon)
{
	struct mk_msg m;
	int r = mk_chan_recv(mon->vault_fd, &m, 0);
	if (r == MK_E_AGAIN)
		return true;
	if (r < 0)
		return false;
	if (m.type == MK_MON_READER)
		answer_reader(mon, &m);
	else if (m.type == MK_MON_PAM)
		answer_pam(mon, &m);
	else if (m.type == MK_MON_KILL)
		kill_reader(mon, mk_get_u64(m.body.data, m.body.len, MK_T_pid, 0));
	mk_msg_free(&m);
	return true;
}

/* Reaps what ended. true when a role is among them. */
static bool
reap(struct monitor *mon)
{
	bool role = false;
	pid_t p;
	while ((p = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (p == mon->vault || p == mon->trail) {
			role = true;
			*(p == mon->vault ? &mon->vault : &mon->trail) = 0;
		}
		for (size_t i = 0; i < READERS_MAX; i++)
			if (mon->readers[i] == p)
				mon->readers[i] = 0;
	}
	return role;
}

/* Closes the channels (the roles end by themselves), waits, and kills what stays. */
static void
stop_roles(struct monitor *mon)
{
	if (mon->vault_fd >= 0)
		close(mon->vault_fd);
	mon->vault_fd = -1;
	int64_t end = mk_mono_ms() + STOP_WAIT_MS;
	while (mon->vault != 0 && mk_mono_ms() < end && !(reap(mon) && mon->vault == 0))
		poll(NULL, 0, 10);
	/* The trail outlives the vault, so that the vault's stop is recorded. */
	if (mon->trail_fd >= 0)
		close(mon->trail_fd);
	mon->trail_fd = -1;
	while (mon->trail != 0 && mk_mono_ms() < end) {
		reap(mon);
		poll(NULL, 0, 10);
	}
	for (int i = 0; i < 2; i++)
		if ((i == 0 ? mon->vault : mon->trail) != 0)
			kill(i == 0 ? mon->vault : mon->trail, SIGKILL);
	for (size_t i = 0; i < READERS_MAX; i++)
		if (mon->readers[i] > 0)
			kill(mon->readers[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	mon->vault = mon->trail = 0;
	memset(mon->readers, 0, sizeof mon->readers);
}

/* Too many deaths in a minute: something is wrong that a restart does not mend. */
static bool
may_restart(struct monitor *mon)
{
	int64_t now = mk_mono_ms();
	memmove(mon->deaths, mon->deaths + 1, sizeof mon->deaths - sizeof mon->deaths[0]);
	mon->deaths[RESTARTS_MAX - 1] = now;
	return mon->deaths[0] == 0 || now - mon->deaths[0] > 60000;
}

/* 1: go on; 0: a role ended or we were told to stop. */
static int
one_round(struct monitor *mon)
{
	struct pollfd p[3] = {
	    {mon->sig, POLLIN, 0}, {mon->vault_fd, POLLIN, 0}, {mon->trail_fd, POLLIN, 0}};
	if (poll(p, 3, -1) < 0)
		return errno == EINTR ? 1 : 0;
	if ((p[1].revents & POLLIN) != 0 && !serve_vault(mon))
		return 0;
	if ((p[1].revents & (POLLHUP | POLLERR)) != 0 || p[2].revents != 0)
		return 0;
	if ((p[0].revents & POLLIN) != 0) {
		struct signalfd_siginfo info;
		if (read(mon->sig, &info, sizeof info) != (ssize_t)sizeof info)
			return 1;
		if (info.ssi_signo != SIGCHLD)
			mon->stopping = true;
		return mon->stopping || reap(mon) ? 0 : 1;
	}
	return 1;
}

static int
watch(struct monitor *mon)
{
	for (;;) {
		int r = start_roles(mon);
		while (r == 0 && one_round(mon) > 0)
			;
		stop_roles(mon);
		if (r < 0 || mon->args->embedded || mon->stopping)
			return r;
		mk_log("a role ended; starting again");
		if (!may_restart(mon))
			return MK_E_FAILED;
	}
}

static int
open_signals(const struct mk_daemon_args *args)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	if (!args->embedded)
		sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (args->embedded) { /* ^C is the client's business; its end is ours */
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
	signal(SIGHUP, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
mk_monitor_run(const struct mk_daemon_args *args)
{
	struct monitor mon = {
	    .args = args, .lock = -1, .serve = -1, .vault_fd = -1, .trail_fd = -1};
	if (args->embedded) {
		mon.serve = MK_FD_CLIENT;
		fcntl(mon.serve, F_SETFD, FD_CLOEXEC);
	} else if (geteuid() != 0 && args->dir == NULL) {
		return MK_E_DENIED;
	}
	int r = make_dirs(args->dir);
	if (r == 0)
		r = take_lock(args->dir, &mon.lock);
	if (r == 0 && args->socket != NULL)
		r = listen_on(args->socket, &mon.serve);
	if (r < 0) {
		if (args->embedded)
			refuse_client(mon.serve, r);
		return r;
	}
	mon.sig = open_signals(args);
	r = mon.sig < 0 ? MK_E_IO : watch(&mon);
	if (args->socket != NULL)
		unlink(args->socket);
	return r;
}
