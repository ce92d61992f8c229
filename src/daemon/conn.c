/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections: who is at the other end (SO_PEERCRED, read once, fail closed: R21), the queue of
 * answers, limits (R22).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "vault_internal.h"

#define OUT_MAX 16 /* answers waiting for a peer that does not read: then it is cut off */

/*
 * The controlling terminal of a process by its number in /proc/PID/stat; informational, "unknown"
 * when it has none.
 */
static void
read_terminal(pid_t pid, char out[32])
{
	char path[64], line[1024];
	snprintf(out, 32, "unknown");
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, line, sizeof line - 1);
	close(fd);
	if (n <= 0)
		return;
	line[n] = '\0';
	const char *p = strrchr(line, ')'); /* the command may hold blanks and parentheses */
	int tty = 0;
	if (p == NULL || sscanf(p + 1, " %*c %*d %*d %*d %d", &tty) != 1 || tty == 0)
		return;
	unsigned major = ((unsigned)tty >> 8) & 0xfff;
	unsigned minor = ((unsigned)tty & 0xff) | (((unsigned)tty >> 12) & 0xfff00);
	if (major >= 136 && major <= 143)
		snprintf(out, 32, "pts/%u", (major - 136) * 256 + minor);
	else if (major == 4 && minor < 64)
		snprintf(out, 32, "tty%u", minor);
	else if (major == 4)
		snprintf(out, 32, "ttyS%u", minor - 64);
}

static int
read_peer(struct conn *c)
{
	struct ucred cred = {.pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	socklen_t len = sizeof cred;
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0 || len != sizeof cred ||
	    cred.uid == (uid_t)-1)
		return MK_E_DENIED;
	c->uid = cred.uid;
	c->pid = cred.pid;
	read_terminal(cred.pid, c->terminal);
	snprintf(c->from, sizeof c->from, "unknown");
	return 0;
}

struct conn *
mk_conn_add(struct vault *v, int fd)
{
	struct conn probe = {.fd = fd};
	struct conn *free_place = NULL;
	size_t same = 0;
	if (read_peer(&probe) < 0)
		goto refuse;
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 && free_place == NULL)
			free_place = c;
		if (c->fd >= 0 && c->uid == probe.uid)
			same++;
	}
	if (free_place == NULL || same >= MK_CONNS_PER_UID)
		goto refuse;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		goto refuse;
	probe.gen = free_place->gen + 1;
	*free_place = probe;
	free_place->out_tail = &free_place->out;
	return free_place;
refuse:
	mk_chan_close(fd);
	return NULL;
}

static void
drop_out(struct conn *c)
{
	while (c->out != NULL) {
		struct outmsg *o = c->out;
		c->out = o->next;
		mk_msg_free(&o->msg);
		free(o);
	}
	c->out_tail = &c->out;
	c->out_count = 0;
}

void
mk_conn_close(struct vault *v, struct conn *c)
{
	if (c->fd < 0)
		return;
	if (c->op != NULL) {
		uint64_t one = 1;
		c->op->c = NULL; /* it runs to its end and answers nobody */
		mk_secret_free((struct mk_secret *)(uintptr_t)c->op->number_key.key);
		c->op->number_key.key = NULL;
		if (c->op->wake >= 0 && write(c->op->wake, &one, sizeof one) < 0)
			c->closing = true; /* cannot happen on a fresh eventfd */
	}
	c->op = NULL;
	mk_session_end(v, c, "connection closed");
	drop_out(c);
	mk_chan_close(c->fd);
	c->fd = -1;
	mk_vault_settle(v);
}

void
mk_conn_send(struct conn *c, struct mk_msg *m)
{
	struct outmsg *o = calloc(1, sizeof *o);
	if (o == NULL || c->out_count >= OUT_MAX) {
		free(o);
		mk_msg_free(m);
		c->closing = true;
		return;
	}
	o->msg = *m;
	mk_msg_init(m, 0, 0);
	*c->out_tail = o;
	c->out_tail = &o->next;
	c->out_count++;
}

bool
mk_conn_flush(struct conn *c)
{
	while (c->out != NULL) {
		struct outmsg *o = c->out;
		int r = mk_chan_send(c->fd, &o->msg, 0);
		if (r == MK_E_AGAIN)
			return true;
		if (r < 0)
			return false;
		c->out = o->next;
		if (c->out == NULL)
			c->out_tail = &c->out;
		c->out_count--;
		mk_msg_free(&o->msg);
		free(o);
	}
	return !c->closing;
}
