/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the system knows of the process at the other end, for the record: terminal, where its login
 * came from, the login's uid and audit session. Nothing is decided by it (R21): a process id may
 * have changed hands, so what is read is kept only when the process has the peer's uid, is the same
 * before and after, and the connection is still held then. What is not known is "unknown".
 */
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utmp.h>

#include "mynakura/base/str.h"
#include "vault_internal.h"

#define UTMP_FILE_PATH "/run/utmp"
#define UTMP_MAX 4096 /* entries looked at */
#define SESSIONS "/run/systemd/sessions"

/* A small file as text; its length, or -1. */
static ssize_t
slurp(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, out, cap - 1);
	close(fd);
	if (n >= 0)
		out[n] = '\0';
	return n;
}

static ssize_t
slurp_of(pid_t pid, const char *name, char *out, size_t cap)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return slurp(path, out, cap);
}

struct process {
	unsigned tty; /* device number, 0 none */
	unsigned long long start; /* clock ticks since boot */
};

static bool
read_process(pid_t pid, struct process *out)
{
	char line[1024];
	int tty = 0;
	if (slurp_of(pid, "stat", line, sizeof line) <= 0)
		return false;
	const char *p = strrchr(line, ')'); /* the command may hold blanks and parentheses */
	if (p == NULL)
		return false;
	int n = sscanf(p + 1,
	    " %*c %*d %*d %*d %d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
	    &tty, &out->start);
	out->tty = (unsigned)tty;
	return n == 2;
}

/* Does the process run as uid (real or effective: the socket saw the effective one)? */
static bool
runs_as(pid_t pid, uid_t uid)
{
	char status[2048];
	unsigned real, effective;
	if (slurp_of(pid, "status", status, sizeof status) <= 0)
		return false;
	const char *p = strstr(status, "\nUid:");
	return p != NULL && sscanf(p + 5, " %u %u", &real, &effective) == 2 &&
	       (real == uid || effective == uid);
}

static uint32_t
read_number(pid_t pid, const char *name)
{
	char text[32];
	uint64_t v;
	ssize_t n = slurp_of(pid, name, text, sizeof text);
	if (n <= 0)
		return UINT32_MAX;
	text[strcspn(text, "\n")] = '\0';
	return mk_str_u64(text, UINT32_MAX, &v) < 0 ? UINT32_MAX : (uint32_t)v;
}

static void
name_terminal(unsigned tty, char out[32])
{
	unsigned major = (tty >> 8) & 0xfff;
	unsigned minor = (tty & 0xff) | ((tty >> 12) & 0xfff00);
	if (major >= 136 && major <= 143)
		snprintf(out, 32, "pts/%u", (major - 136) * 256 + minor);
	else if (major == 4 && minor < 64)
		snprintf(out, 32, "tty%u", minor);
	else if (major == 4)
		snprintf(out, 32, "ttyS%u", minor - 64);
}

/* An address or host name; anything else, which others wrote there, stays unknown. */
static void
set_from(struct conn *c, const char *s, size_t len)
{
	char host[sizeof c->from];
	if (len == 0 || len >= sizeof host)
		return;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && strchr(".:-_%", s[i]) == NULL)
			return;
	memcpy(host, s, len);
	host[len] = '\0';
	memcpy(c->from, host, len + 1);
}

/* NAME=VALUE of a line of logind's file; NULL when there is none. */
static const char *
value_of(const char *text, const char *name, size_t *len)
{
	size_t n = strlen(name);
	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			*len = strcspn(p + n + 1, "\n");
			return p + n + 1;
		}
	}
	return NULL;
}

/* logind names its sessions by the audit session. true: it knows this one. */
static bool
from_logind(struct conn *c)
{
	char path[64], text[4096];
	size_t len;
	if (c->login_session == UINT32_MAX)
		return false;
	snprintf(path, sizeof path, SESSIONS "/%u", c->login_session);
	if (slurp(path, text, sizeof text) <= 0)
		return false;
	const char *remote = value_of(text, "REMOTE", &len);
	if (remote == NULL || len != 1)
		return false;
	if (*remote == '0')
		snprintf(c->from, sizeof c->from, "local");
	const char *host = value_of(text, "REMOTE_HOST", &len);
	if (*remote == '1' && host != NULL)
		set_from(c, host, len);
	return true;
}

/* The login on this terminal by the older register. */
static void
from_utmp(struct conn *c)
{
	struct utmp u;
	int fd = open(UTMP_FILE_PATH, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	for (int i = 0; i < UTMP_MAX && read(fd, &u, sizeof u) == (ssize_t)sizeof u; i++) {
		if (u.ut_type != USER_PROCESS ||
		    strncmp(u.ut_line, c->terminal, sizeof u.ut_line) != 0)
			continue;
		size_t len = strnlen(u.ut_host, sizeof u.ut_host);
		if (len == 0 || u.ut_host[0] == ':') /* ":0" is a display of this machine */
			snprintf(c->from, sizeof c->from, "local");
		else
			set_from(c, u.ut_host, len);
	}
	close(fd);
}

/*
 * Does somebody still hold the other end? The process that connected can only have given up its id
 * by ending.
 */
static bool
still_there(int fd)
{
	struct pollfd p = {fd, 0, 0};
	return poll(&p, 1, 0) == 0;
}

static void
forget(struct conn *c)
{
	snprintf(c->terminal, sizeof c->terminal, "unknown");
	snprintf(c->from, sizeof c->from, "unknown");
	c->login_uid = c->login_session = UINT32_MAX;
}

void
mk_peer_look(struct conn *c)
{
	struct process before, after;
	forget(c);
	if (!read_process(c->pid, &before) || !runs_as(c->pid, c->uid))
		return;
	c->login_uid = read_number(c->pid, "loginuid");
	c->login_session = read_number(c->pid, "sessionid");
	if (before.tty != 0)
		name_terminal(before.tty, c->terminal);
	if (!from_logind(c) && before.tty != 0) {
		from_utmp(c);
		if (strcmp(c->from, "unknown") == 0 && strncmp(c->terminal, "tty", 3) == 0 &&
		    c->terminal[3] != 'S')
			snprintf(c->from, sizeof c->from, "local"); /* the machine's own console */
	}
	if (!read_process(c->pid, &after) || after.start != before.start || !still_there(c->fd))
		forget(c);
}
