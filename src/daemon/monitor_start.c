/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting roles and reading processes: descriptors to their places, another uid for good, exec of
 * a program of ours with an empty environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/sandbox/privdrop.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"

#define PLACES 5
#define MEMLOCK_BYTES (64U << 20)

/*
 * CHOWN: folders and the socket for their accounts. SETUID, SETGID: roles and readers become others
 * (PAM's modules too). KILL: a role or reader that does not end. AUDIT_WRITE: the kernel's audit
 * and PAM's own records there. No DAC_*: what root must read is root's.
 */
static const int kept[] = {CAP_CHOWN, CAP_SETUID, CAP_SETGID, CAP_KILL, CAP_AUDIT_WRITE};

static int
clear_environment(void)
{
#ifdef MK_SANITIZED
	const char *asan = getenv("ASAN_OPTIONS");
	char *copy = asan != NULL ? strdup(asan) : NULL;
#endif
	if (clearenv() != 0)
		return MK_E_FAILED;
	/* libc itself is bound lazily in Debian 12, which leaves registers on stacks (security.md 1) */
	int r = setenv("LD_BIND_NOW", "1", 1) < 0 || setenv("PATH", "/usr/bin:/bin", 1) < 0 ||
			setenv("LANG", "C.UTF-8", 1) < 0
		    ? MK_E_NOMEM
		    : 0;
#ifdef MK_SANITIZED
	if (copy != NULL)
		setenv("ASAN_OPTIONS", copy, 1);
	free(copy);
#endif
	return r;
}

int
mk_monitor_settle(const struct monitor *mon)
{
	if (!mk_is_installed(mon->args))
		return 0;
	/* A role may lock its secrets whatever the caller's limit was; where it is lower it stays. */
	struct rlimit lock = {MEMLOCK_BYTES, MEMLOCK_BYTES}, old;
	if (getrlimit(RLIMIT_MEMLOCK, &old) == 0 && old.rlim_cur < MEMLOCK_BYTES)
		(void)setrlimit(RLIMIT_MEMLOCK, &lock);
	if (chdir("/") < 0)
		return MK_E_IO;
	int r = clear_environment();
	return r < 0 ? r : mk_keep_capabilities(kept, sizeof kept / sizeof kept[0]);
}

/* In the child: the descriptors to their fixed places, everything else closed. */
static void
place_descriptors(const int from[PLACES])
{
	const int to[PLACES] = {MK_FD_MONITOR, MK_FD_PEER, MK_FD_SERVE, MK_FD_LOCK, MK_FD_PC};
	int high[PLACES];
	for (int i = 0; i < PLACES; i++)
		high[i] = from[i] >= 0 ? fcntl(from[i], F_DUPFD_CLOEXEC, 32) : -1;
	for (int i = 0; i < PLACES; i++) {
		close(to[i]);
		if (from[i] >= 0 && (high[i] < 0 || dup2(high[i], to[i]) < 0))
			_exit(70);
	}
	close_range(MK_FD_PC + 1, ~0U, 0);
}

static _Noreturn void
become_role(const struct monitor *mon, const char *role, const int from[PLACES])
{
	const struct mk_daemon_args *a = mon->args;
	const struct mk_accounts *acc = &mon->accounts;
	bool trail = strcmp(role, "trail") == 0;
	sigset_t nothing;
	char arg[32];
	place_descriptors(from);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	snprintf(arg, sizeof arg, "--role=%s", role);
	if (mk_is_installed(a)) {
		char bind_now[] = "LD_BIND_NOW=1";
#ifdef MK_SANITIZED
		char *const *env = environ;
		(void)bind_now;
#else
		char *const env[] = {bind_now, NULL};
#endif
		char name[] = "mynakurad", form[] = "--installed";
		char *const argv[] = {name, arg, form, NULL};
		if (mk_become(trail ? acc->trail : acc->vault,
			trail ? acc->trail_gid : acc->vault_gid, NULL, 0) == 0)
			execve("/proc/self/exe", argv, env);
	} else if (a->embedded) {
		execl("/proc/self/exe", "mynakurad", arg, "--embedded", "--dir", a->dir,
		    (char *)NULL);
	} else {
		execl("/proc/self/exe", "mynakurad", arg, "--foreground", "--dir", a->dir,
		    "--socket", a->socket, (char *)NULL);
	}
	_exit(70);
}

static int
start_role(
    struct monitor *mon, const char *role, int peer, int serve, int pc, int *our_fd, pid_t *pid)
{
	int pair[2];
	int r = mk_chan_pair(pair);
	if (r < 0)
		return r;
	pid_t p = fork();
	if (p == 0)
		become_role(mon, role, (const int[PLACES]){pair[1], peer, serve, mon->lock, pc});
	close(pair[1]);
	if (p < 0) {
		close(pair[0]);
		return MK_E_NOMEM;
	}
	*our_fd = pair[0];
	*pid = p;
	return 0;
}

int
mk_monitor_start_roles(struct monitor *mon)
{
	int link[2];
	int r = mk_chan_pair(link);
	if (r < 0)
		return r;
	int pc = mk_is_installed(mon->args) ? mk_monitor_pc_secret(mon) : -1;
	r = start_role(mon, "trail", link[0], -1, -1, &mon->trail_fd, &mon->trail);
	if (r == 0)
		r = start_role(mon, "vault", link[1], mon->serve, pc, &mon->vault_fd, &mon->vault);
	close(link[0]);
	close(link[1]);
	if (pc >= 0)
		close(pc);
	/* Embedded: the client must see the end of its channel when the vault goes. */
	if (mon->args->embedded && mon->serve >= 0) {
		close(mon->serve);
		mon->serve = -1;
	}
	return r;
}

/* --- reading processes */

struct reader_as {
	uid_t uid;
	gid_t gid;
	gid_t extra; /* 0: none */
};

static int
become_reader(void *arg)
{
	const struct reader_as *a = arg;
	return mk_become(a->uid, a->gid, &a->extra, a->extra != 0 ? 1 : 0);
}

void
mk_monitor_remember(struct monitor *mon, pid_t pid)
{
	for (size_t i = 0; i < MK_READERS_MAX; i++) {
		if (mon->readers[i] == 0) {
			mon->readers[i] = pid;
			return;
		}
	}
}

/* One that nobody remembers could not be ended. */
bool
mk_monitor_full(const struct monitor *mon)
{
	size_t running = 0;
	for (size_t i = 0; i < MK_READERS_MAX; i++)
		running += mon->readers[i] != 0 ? 1 : 0;
	return running == MK_READERS_MAX;
}

int
mk_monitor_start_reader(struct monitor *mon, const char *kind, struct mk_msg *reply)
{
	const struct mk_accounts *acc = &mon->accounts;
	bool device = strcmp(kind, "device") == 0, installed = mk_is_installed(mon->args);
	struct reader_as as = {device ? acc->scan : acc->read,
	    device ? acc->scan_gid : acc->read_gid, device ? acc->scanner : 0};
	struct mk_reader reader;
	if (mk_monitor_full(mon))
		return MK_E_BUSY;
	int r = mk_reader_start_as(
	    kind, NULL, installed ? become_reader : NULL, installed ? &as : NULL, &reader);
	if (r < 0)
		return r;
	mk_monitor_remember(mon, reader.pid);
	mk_put_u64(&reply->body, MK_T_pid, (uint64_t)reader.pid);
	reply->fds[reply->nfds++] = reader.fd;
	return 0;
}
