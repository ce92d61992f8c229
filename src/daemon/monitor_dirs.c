/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the monitor owns on the disk: DIR, which no role can write, so that neither can put
 * something in the other's place; the lock; the socket; this PC's secret.
 *
 * Installed:  DIR root 0711 | vault (or vault.new) mynakura 0700 | trail mynakura-trail:mynakura-audit
 *             0750 | witness root:mynakura-audit 0750 | run root 0700.   Embedded: all the caller's, 0700.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/client.h"

#define LOCK_WAIT_MS 5000 /* architecture.md: a second program on the same DIR waits 5 s */
#define PC_BYTES 32
#define PC_DIR MK_SYSCONFDIR
#define PC_NAME "pc-secret"
#define PASSED_FD 3 /* sd_listen_fds(3) */

/* --- accounts */

static int
account(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *p = getpwnam(name);
	if (p == NULL || p->pw_uid == 0 || p->pw_gid == 0) {
		mk_log("the account %s is missing (systemd-sysusers, or contrib/systemd/README)",
		    name);
		return MK_E_NOT_FOUND;
	}
	*uid = p->pw_uid;
	*gid = p->pw_gid;
	return 0;
}

int
mk_monitor_accounts(struct mk_accounts *out)
{
	struct mk_accounts a = {0};
	int r = account("mynakura", &a.vault, &a.vault_gid);
	if (r == 0)
		r = account("mynakura-trail", &a.trail, &a.trail_gid);
	if (r == 0)
		r = account("mynakura-read", &a.read, &a.read_gid);
	if (r == 0)
		r = account("mynakura-scan", &a.scan, &a.scan_gid);
	if (r < 0)
		return r;
	const struct group *g = getgrnam("mynakura-users");
	if (g == NULL || g->gr_gid == 0) {
		mk_log("the group mynakura-users is missing");
		return MK_E_NOT_FOUND;
	}
	a.users = g->gr_gid;
	g = getgrnam("scanner");
	a.scanner = g != NULL ? g->gr_gid : 0;
	const uid_t u[] = {a.vault, a.trail, a.read, a.scan};
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			if (u[i] == u[k]) {
				mk_log("two of the daemon's accounts have one user id");
				return MK_E_INPUT;
			}
	*out = a;
	return 0;
}

/* --- folders */

struct folder {
	const char *name;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

static int
settle(int dir, const struct folder *f)
{
	if (fchmodat(dir, f->name, f->mode, 0) < 0 ||
	    ((f->uid != geteuid() || f->gid != getegid()) &&
		fchownat(dir, f->name, f->uid, f->gid, AT_SYMLINK_NOFOLLOW) < 0))
		return mk_err_from_errno(errno);
	return 0;
}

/*
 * Made with the right owner or found with it (strict; an embedded office is the caller's own). One
 * that a crash left as ours between mkdir and chown is empty and made anew.
 */
static int
make_folder(int dir, const struct folder *f, bool strict)
{
	struct stat st;
	if (fstatat(dir, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_uid == geteuid() &&
	    f->uid != geteuid())
		(void)unlinkat(dir, f->name, AT_REMOVEDIR);
	int r = mkdirat(dir, f->name, 0700) == 0 ? settle(dir, f)
		: errno == EEXIST                ? 0
						 : mk_err_from_errno(errno);
	if (r < 0)
		return r;
	if (fstatat(dir, f->name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return MK_E_DAMAGED;
	if (strict && (st.st_uid != f->uid || (st.st_mode & 0022) != 0)) {
		mk_log("the folder %s does not belong to its account, or others may write there",
		    f->name);
		return MK_E_DAMAGED;
	}
	bool ours = strict && f->uid == geteuid();
	return ours && ((st.st_mode & 0777) != f->mode || st.st_gid != f->gid) ? settle(dir, f) : 0;
}

static bool
has_vault(int dir)
{
	struct stat st;
	return fstatat(dir, "vault", &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static int
open_top(struct monitor *mon)
{
	struct folder top = {mon->args->dir, mk_is_installed(mon->args) ? 0711 : 0700, 0, 0};
	if (!mk_is_installed(mon->args)) { /* a link to it is the caller's own affair */
		if (mkdir(top.name, top.mode) < 0 && errno != EEXIST)
			return mk_err_from_errno(errno);
	} else {
		int r = make_folder(AT_FDCWD, &top, true);
		if (r < 0)
			return r;
	}
	if (mon->dir >= 0)
		close(mon->dir);
	mon->dir = open(top.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mon->dir < 0)
		return mk_err_from_errno(errno);
	return mk_is_installed(mon->args) && fchmod(mon->dir, 0711) < 0 ? MK_E_IO : 0;
}

static struct folder
trail_folder(const struct monitor *mon, const char *name)
{
	const struct mk_accounts *a = &mon->accounts;
	return mk_is_installed(mon->args) ? (struct folder){name, 0750, a->trail, a->trail_gid}
					  : (struct folder){name, 0700, geteuid(), getegid()};
}

int
mk_monitor_layout(struct monitor *mon)
{
	bool installed = mk_is_installed(mon->args);
	int r = open_top(mon);
	if (r < 0)
		return r;
	const struct folder vault = {has_vault(mon->dir) ? "vault" : "vault.new", 0700,
	    installed ? mon->accounts.vault : geteuid(),
	    installed ? mon->accounts.vault_gid : getegid()};
	const struct folder trail = trail_folder(mon, "trail"),
			    spare = trail_folder(mon, "trail.next");
	/* The trail role reads the witness and cannot write there. */
	const struct folder own[] = {{"witness", installed ? 0750 : 0700, geteuid(),
					 installed ? mon->accounts.trail_gid : getegid()},
	    {"run", 0700, geteuid(), getegid()}};
	r = make_folder(mon->dir, &vault, installed);
	if (r == 0)
		r = make_folder(mon->dir, &trail, installed);
	for (size_t i = 0; r == 0 && i < 2; i++)
		r = make_folder(mon->dir, &own[i], installed);
	/* The trail's sandbox is closed over the folders that are there now. */
	mon->spare = installed && !has_vault(mon->dir);
	if (r == 0 && mon->spare)
		r = make_folder(mon->dir, &spare, installed);
	else if (r == 0)
		(void)unlinkat(mon->dir, spare.name, AT_REMOVEDIR);
	return r;
}

int
mk_monitor_keep(struct monitor *mon)
{
	if (has_vault(mon->dir))
		return MK_E_EXISTS;
	if (renameat2(mon->dir, "vault.new", mon->dir, "vault", RENAME_NOREPLACE) < 0)
		return mk_err_from_errno(errno);
	(void)unlinkat(mon->dir, "trail.next", AT_REMOVEDIR);
	mon->spare = false;
	return fsync(mon->dir) < 0 ? MK_E_IO : 0;
}

int
mk_monitor_aside(struct monitor *mon)
{
	char aside[64];
	int r = MK_E_EXISTS;
	const struct folder trail = trail_folder(mon, "trail");
	if (has_vault(mon->dir))
		return MK_E_DENIED;
	for (unsigned i = 1; i < 1000 && r == MK_E_EXISTS; i++) {
		snprintf(aside, sizeof aside, "trail-unfinished-%u", i);
		if (renameat2(mon->dir, trail.name, mon->dir, aside, RENAME_NOREPLACE) == 0)
			r = 0;
		else if (errno != EEXIST)
			r = mk_err_from_errno(errno);
	}
	if (r < 0)
		return r;
	if (mon->spare) {
		mon->spare = false;
		r = renameat(mon->dir, "trail.next", mon->dir, trail.name) < 0 ? MK_E_IO : 0;
	} else {
		r = make_folder(mon->dir, &trail, mk_is_installed(mon->args));
		/* The role's sandbox does not know this folder: it needs a new start. */
		if (r == 0 && mk_is_installed(mon->args)) {
			mon->again = mk_mono_ms() + MK_AGAIN_MS;
			r = MK_E_BUSY;
		}
	}
	return fsync(mon->dir) < 0 ? MK_E_IO : r;
}

int
mk_monitor_lock(struct monitor *mon)
{
	int fd = openat(mon->dir, "run/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
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
	mon->lock = fd;
	return 0;
}

/* --- the socket */

static int
socket_option(int fd, int option)
{
	int v = -1;
	socklen_t len = sizeof v;
	return getsockopt(fd, SOL_SOCKET, option, &v, &len) == 0 && len == sizeof v ? v : -1;
}

/* systemd's socket, looked at: it must be what we would have made. 1: none was passed. */
static int
passed_socket(int *out)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t p, n;
	if (pid == NULL || count == NULL || mk_str_u64(pid, INT32_MAX, &p) < 0 ||
	    (pid_t)p != getpid() || mk_str_u64(count, 64, &n) < 0 || n == 0)
		return 1;
	bool right = n == 1 && socket_option(PASSED_FD, SO_DOMAIN) == AF_UNIX &&
		     socket_option(PASSED_FD, SO_TYPE) == SOCK_SEQPACKET &&
		     socket_option(PASSED_FD, SO_ACCEPTCONN) == 1;
	if (!right) {
		mk_log("the socket passed by the service manager is not a listening one of ours");
		return MK_E_INPUT;
	}
	if (fcntl(PASSED_FD, F_SETFD, FD_CLOEXEC) < 0 || fcntl(PASSED_FD, F_SETFL, O_NONBLOCK) < 0)
		return MK_E_IO;
	*out = PASSED_FD;
	return 0;
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

/* /run/mynakura is root's; the socket is root's too, its group are the members. */
static int
listen_installed(struct monitor *mon)
{
	char dir[] = MK_CLIENT_SOCKET;
	*strrchr(dir, '/') = '\0';
	const struct folder f = {dir, 0755, 0, 0};
	int r = make_folder(AT_FDCWD, &f, true);
	if (r == 0)
		r = listen_on(MK_CLIENT_SOCKET, &mon->serve);
	if (r < 0)
		return r;
	mon->own_socket = true;
	/* The mode first: afterwards it is another's group, and FOWNER is not kept. */
	return chmod(MK_CLIENT_SOCKET, 0660) < 0 ||
		       lchown(MK_CLIENT_SOCKET, 0, mon->accounts.users) < 0
		   ? MK_E_IO
		   : 0;
}

int
mk_monitor_listen(struct monitor *mon)
{
	if (!mk_is_installed(mon->args)) {
		int r = listen_on(mon->args->socket, &mon->serve);
		mon->own_socket = r == 0;
		return r;
	}
	int r = passed_socket(&mon->serve);
	return r == 1 ? listen_installed(mon) : r;
}

/* --- this PC's secret */

static int
make_secret(int dir)
{
	struct mk_secret *s = mk_secret_new(PC_BYTES);
	int fd = -1, r = s == NULL ? MK_E_NOMEM : mk_rand(s->data, PC_BYTES);
	if (r == 0) {
		(void)unlinkat(dir, PC_NAME ".new", 0);
		fd = openat(dir, PC_NAME ".new",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		r = fd < 0 ? mk_err_from_errno(errno) : mk_write_all(fd, s->data, PC_BYTES);
	}
	if (r == 0 &&
	    (fsync(fd) < 0 || renameat2(dir, PC_NAME ".new", dir, PC_NAME, RENAME_NOREPLACE) < 0 ||
		fsync(dir) < 0))
		r = MK_E_IO;
	if (fd >= 0)
		close(fd);
	mk_secret_free(s);
	return r;
}

static bool
is_sound(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	       (st.st_mode & 0077) == 0 && st.st_size == PC_BYTES;
}

int
mk_monitor_pc_secret(const struct monitor *mon)
{
	if (mkdir(PC_DIR, 0755) < 0 ? errno != EEXIST : chmod(PC_DIR, 0755) < 0)
		return -1;
	int dir = open(PC_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return -1;
	int fd = openat(dir, PC_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && !has_vault(mon->dir)) {
		if (make_secret(dir) < 0)
			mk_log("this PC's secret cannot be written in " PC_DIR);
		fd = openat(dir, PC_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	close(dir);
	if (fd >= 0 && !is_sound(fd)) {
		mk_log(PC_DIR "/" PC_NAME " is not 32 bytes of root's alone: not used");
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		mk_log(PC_DIR "/" PC_NAME " is missing: only the recovery sheet opens a vault that "
			      "was made with it");
	return fd;
}
