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
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/client.h"

#define STOP_WAIT_MS 10000
#define KILLED_WAIT_MS 2000

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

/* The vault may end only processes that it was given; what they started goes with them. */
static void
kill_reader(struct monitor *mon, uint64_t pid)
{
	for (size_t i = 0; i < MK_READERS_MAX; i++)
		if (mon->readers[i] > 0 && (uint64_t)mon->readers[i] == pid) {
			kill(-mon->readers[i], SIGKILL);
			kill(mon->readers[i], SIGKILL);
		}
}

static void
answer(int fd, const struct mk_msg *m, struct mk_msg *reply, int r)
{
	struct mk_buf items = reply->body;
	mk_buf_init(&reply->body);
	reply->type = m->type;
	reply->id = m->id;
	reply->flags = MK_FLAG_REPLY;
	mk_put_i64(&reply->body, MK_T_error, r);
	mk_buf_put(&reply->body, items.data, items.len);
	mk_buf_free(&items);
	mk_chan_send(fd, reply, 1000);
	mk_msg_free(reply);
}

static void
answer_reader(struct monitor *mon, const struct mk_msg *m)
{
	struct mk_msg reply;
	char kind[16];
	mk_msg_init(&reply, 0, 0);
	int r = mk_get_str(m->body.data, m->body.len, MK_T_kind, kind, sizeof kind);
	if (r == 0)
		r = mk_monitor_start_reader(mon, kind, &reply);
	answer(mon->vault_fd, m, &reply, r);
}

/* A message of the vault. false: the channel is finished. */
static bool
serve_vault(struct monitor *mon)
{
	struct mk_msg m, reply;
	int r = mk_chan_recv(mon->vault_fd, &m, 0);
	if (r == MK_E_AGAIN)
		return true;
	if (r < 0)
		return false;
	mk_msg_init(&reply, 0, 0);
	if (m.type == MK_MON_READER)
		answer_reader(mon, &m);
	else if (m.type == MK_MON_PAM)
		answer(mon->vault_fd, &m, &reply, mk_monitor_start_pam(mon, &m, &reply));
	else if (m.type == MK_MON_KILL)
		kill_reader(mon, mk_get_u64(m.body.data, m.body.len, MK_T_pid, 0));
	else if (m.type == MK_MON_WHO)
		mk_monitor_who(mon, &m);
	else if (m.type == MK_MON_KEEP)
		answer(mon->vault_fd, &m, &reply, mk_monitor_keep(mon));
	else if (m.type == MK_MON_AUDIT && mk_is_installed(mon->args))
		mk_monitor_audit(mon, &m);
	else if (m.type == MK_MON_HEAD && mk_is_installed(mon->args))
		mk_monitor_head(mon, &m);
	mk_msg_free(&m);
	return true;
}

/* One message of the trail: it asks to have a folder put aside, or hands its newest checkpoint over. */
static int
next_of_trail(struct monitor *mon)
{
	struct mk_msg m, reply;
	int r = mk_chan_recv(mon->trail_fd, &m, 0);
	if (r < 0)
		return r;
	mk_msg_init(&reply, 0, 0);
	if (m.type == MK_MON_ASIDE)
		answer(mon->trail_fd, &m, &reply, mk_monitor_aside(mon));
	else if (m.type == MK_TR_KEEP)
		mk_monitor_witness(mon, &m);
	mk_msg_free(&m);
	return 0;
}

/* false: the channel is finished. */
static bool
serve_trail(struct monitor *mon)
{
	int r;
	while ((r = next_of_trail(mon)) == 0)
		;
	return r == MK_E_AGAIN;
}

/* A record that is damaged or rolled back is so at the next start as well. */
static bool
is_finding(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	return code == mk_err_status(MK_E_TAMPERED) || code == mk_err_status(MK_E_ROLLED_BACK);
}

/* Reaps what ended. true when a role is among them. */
static bool
reap(struct monitor *mon)
{
	bool role = false;
	pid_t p;
	int status;
	while ((p = waitpid(-1, &status, WNOHANG)) > 0) {
		if (p == mon->vault || p == mon->trail) {
			role = true;
			if (is_finding(status))
				mon->finding =
				    WEXITSTATUS(status) == mk_err_status(MK_E_ROLLED_BACK)
					? MK_E_ROLLED_BACK
					: MK_E_TAMPERED;
			*(p == mon->vault ? &mon->vault : &mon->trail) = 0;
		}
		if (mk_monitor_who_ended(mon, p, status))
			continue;
		for (size_t i = 0; i < MK_READERS_MAX; i++)
			if (mon->readers[i] == p)
				mon->readers[i] = 0;
	}
	return role;
}

static bool
waiting(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0;
}

/*
 * A thread that closes what a client passed (closer.c) stays until that file system answers, and no
 * signal ends it. The same files cannot be opened anew before; an end need not wait for it.
 */
static void
wait_for_killed(const struct monitor *mon)
{
	int64_t end = mk_mono_ms() + KILLED_WAIT_MS;
	pid_t p;
	while ((p = waitpid(-1, NULL, mon->stopping ? WNOHANG : 0)) >= 0) {
		if (p == 0 && mk_mono_ms() > end) {
			mk_log("a process does not end: a client's file system holds it up");
			return;
		}
		if (p == 0)
			poll(NULL, 0, 10);
	}
}

/* Closes the channels (the roles end by themselves), waits, and kills what stays. */
static void
stop_roles(struct monitor *mon)
{
	/* The vault sees the end of its channel; what it still has to say is heard. */
	if (mon->vault_fd >= 0)
		shutdown(mon->vault_fd, SHUT_WR);
	int64_t end = mk_mono_ms() + STOP_WAIT_MS;
	bool open = mon->vault_fd >= 0;
	while (mon->vault != 0 && mk_mono_ms() < end && !(reap(mon) && mon->vault == 0)) {
		struct pollfd p = {open ? mon->vault_fd : -1, POLLIN, 0};
		if (poll(&p, 1, 10) > 0)
			open = serve_vault(mon);
	}
	while (open && serve_vault(mon) && waiting(mon->vault_fd))
		;
	if (mon->vault_fd >= 0)
		close(mon->vault_fd);
	mon->vault_fd = -1;
	/* The trail outlives the vault, so that the vault's stop is recorded. */
	if (mon->trail_fd >= 0) {
		while (next_of_trail(mon) == 0)
			; /* its last witness */
		close(mon->trail_fd);
	}
	mon->trail_fd = -1;
	while (mon->trail != 0 && mk_mono_ms() < end) {
		reap(mon);
		poll(NULL, 0, 10);
	}
	for (int i = 0; i < 2; i++)
		if ((i == 0 ? mon->vault : mon->trail) != 0)
			kill(i == 0 ? mon->vault : mon->trail, SIGKILL);
	for (size_t i = 0; i < MK_READERS_MAX; i++)
		if (mon->readers[i] > 0)
			kill(mon->readers[i], SIGKILL);
	mk_monitor_who_kill(mon, INT64_MAX);
	wait_for_killed(mon);
	mon->vault = mon->trail = 0;
	memset(mon->who, 0, sizeof mon->who);
	memset(mon->readers, 0, sizeof mon->readers);
}

/* Too many deaths in a minute: something is wrong that a restart does not mend. */
static bool
may_restart(struct monitor *mon)
{
	int64_t now = mk_mono_ms();
	memmove(mon->deaths, mon->deaths + 1, sizeof mon->deaths - sizeof mon->deaths[0]);
	mon->deaths[MK_RESTARTS_MAX - 1] = now;
	return mon->deaths[0] == 0 || now - mon->deaths[0] > 60000;
}

/* SIGUSR1: the machine goes to sleep, or somebody locks by hand. */
static void
lock_vault(struct monitor *mon)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_MON_LOCK, 0);
	/* A vault that does not take it in a second is stuck, and a stuck one ends with its keys. */
	if (mk_chan_send(mon->vault_fd, &m, 1000) < 0 && mon->vault > 0)
		kill(mon->vault, SIGKILL);
	mk_msg_free(&m);
}

/* 1: go on; 0: a role ended or we were told to stop. */
static int
take_signal(struct monitor *mon)
{
	struct signalfd_siginfo info;
	if (read(mon->sig, &info, sizeof info) != (ssize_t)sizeof info)
		return 1;
	if (info.ssi_signo == SIGUSR1)
		lock_vault(mon);
	else if (info.ssi_signo != SIGCHLD)
		mon->stopping = true;
	return mon->stopping || reap(mon) ? 0 : 1;
}

static int
poll_timeout(const struct monitor *mon)
{
	bool soon = mon->again != 0;
	for (size_t i = 0; i < MK_WHO_MAX; i++)
		soon = soon || mon->who[i].pid != 0;
	return soon ? MK_AGAIN_MS : -1;
}

/* 1: go on; 0: a role ended or we were told to stop. */
static int
one_round(struct monitor *mon)
{
	struct pollfd p[4] = {{mon->sig, POLLIN, 0}, {mon->vault_fd, POLLIN, 0},
	    {mon->trail_fd, POLLIN, 0}, {mon->audit, POLLIN, 0}};
	if (poll(p, 4, poll_timeout(mon)) < 0)
		return errno == EINTR ? 1 : 0;
	int64_t now = mk_mono_ms();
	mk_monitor_who_kill(mon, now);
	if (mon->again != 0 && now >= mon->again)
		return 0;
	if ((p[1].revents & POLLIN) != 0 && !serve_vault(mon))
		return 0;
	if ((p[2].revents & POLLIN) != 0 && !serve_trail(mon))
		return 0;
	if (((p[1].revents | p[2].revents) & (POLLHUP | POLLERR)) != 0)
		return 0;
	if (p[3].revents != 0)
		mk_monitor_audit_answers(mon);
	return (p[0].revents & POLLIN) != 0 ? take_signal(mon) : 1;
}

static int
watch(struct monitor *mon)
{
	for (;;) {
		int r = mk_monitor_start_roles(mon);
		while (r == 0 && one_round(mon) > 0)
			;
		stop_roles(mon);
		if (r < 0 || mon->args->embedded || mon->stopping)
			return r;
		if (mon->again != 0) { /* asked for by a role: the folders have changed */
			mon->again = 0;
			if ((r = mk_monitor_layout(mon)) < 0)
				return r;
			continue;
		}
		if (mon->finding != 0)
			return mon->finding;
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
	sigaddset(&set, SIGUSR1);
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

static int
prepare(struct monitor *mon)
{
	bool installed = mk_is_installed(mon->args);
	if (installed && geteuid() != 0) {
		mk_log("the installed form separates user ids: it is started by root; without root "
		       "give --dir and --socket");
		return MK_E_DENIED;
	}
	int r = installed ? mk_monitor_accounts(&mon->accounts) : 0;
	if (r == 0)
		r = mk_monitor_layout(mon);
	if (r == 0)
		r = mk_monitor_lock(mon);
	if (r == 0 && !mon->args->embedded)
		r = mk_monitor_listen(mon);
	if (r == 0 && installed)
		mk_monitor_out_open(mon);
	return r == 0 ? mk_monitor_settle(mon) : r;
}

int
mk_monitor_run(const struct mk_daemon_args *args)
{
	struct monitor mon = {.args = args,
	    .lock = -1,
	    .serve = -1,
	    .dir = -1,
	    .audit = -1,
	    .log = -1,
	    .vault_fd = -1,
	    .trail_fd = -1};
	if (args->embedded) {
		mon.serve = MK_FD_CLIENT;
		fcntl(mon.serve, F_SETFD, FD_CLOEXEC);
	}
	int r = prepare(&mon);
	if (r < 0) {
		if (args->embedded)
			refuse_client(mon.serve, r);
		return r;
	}
	mon.sig = open_signals(args);
	r = mon.sig < 0 ? MK_E_IO : watch(&mon);
	mk_monitor_out_close(&mon);
	if (mon.own_socket)
		unlink(args->socket != NULL ? args->socket : MK_CLIENT_SOCKET);
	return r;
}
