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
#include "mynakura/base/time.h"
#include "vault_internal.h"

#define SILENT_MS 60000
#define NAME_KEPT_MS 60000
#define OUT_MAX 16 /* answers waiting for a peer that does not read: then it is cut off */

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
	return 0;
}

bool
mk_conn_may_be(const struct vault *v, const struct conn *c, const char *account)
{
	if (!mk_vault_installed(v))
		return true;
	return c->account[0] != '\0' && strcmp(c->account, account) == 0;
}

int
mk_op_not_own(struct op *op)
{
	return mk_op_fail(op, MK_E_DENIED, "a member logs in from the own account only");
}

/* --- names: the account of a uid, asked of the monitor once and kept for a minute */

static const struct known_name *
known(const struct vault *v, uid_t uid)
{
	for (size_t i = 0; i < MK_NAMES; i++)
		if (v->names[i].until > mk_mono_ms() && v->names[i].uid == uid)
			return &v->names[i];
	return NULL;
}

static void
remember(struct vault *v, uid_t uid, const char *account)
{
	struct known_name *n = &v->names[0];
	for (size_t i = 1; i < MK_NAMES; i++)
		if (v->names[i].until < n->until)
			n = &v->names[i];
	*n = (struct known_name){.uid = uid, .until = mk_mono_ms() + NAME_KEPT_MS};
	snprintf(n->account, sizeof n->account, "%s", account);
}

static void
set_name(struct conn *c, const char *account)
{
	c->unnamed = false;
	if (mk_str_copy(c->account, sizeof c->account, account) < 0)
		c->account[0] = '\0';
}

static void
named(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	char account[65] = "";
	(void)op;
	uint64_t uid = v->asked_uid;
	v->asking = false;
	if (r == 0 && answer != NULL &&
	    mk_get_u64(answer->body.data, answer->body.len, MK_T_sender_uid, UINT64_MAX) == uid)
		(void)mk_get_str(
		    answer->body.data, answer->body.len, MK_T_account, account, sizeof account);
	if (r == 0 || r == MK_E_NOT_FOUND)
		remember(v, (uid_t)uid, account);
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd >= 0 && c->unnamed && c->uid == uid)
			set_name(c, account);
	}
	mk_conn_name_next(v);
}

/* One question at a time: the connections of one uid share its answer. */
void
mk_conn_name_next(struct vault *v)
{
	for (size_t i = 0; i < MK_CONNS && !v->asking; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 || !c->unnamed)
			continue;
		const struct known_name *n = known(v, c->uid);
		if (n != NULL) {
			set_name(c, n->account);
			continue;
		}
		struct mk_msg m;
		mk_msg_init(&m, MK_MON_WHO, 0);
		mk_put_u64(&m.body, MK_T_sender_uid, c->uid);
		v->asking = true;
		v->asked_uid = c->uid;
		mk_link_ask(v, v->monitor, &m, NULL, named);
	}
}

/* --- limits (R22) */

int
mk_conn_sweep(struct vault *v)
{
	int64_t now = mk_mono_ms(), next = -1;
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 || c->spoke || v->args->embedded)
			continue;
		int64_t left = c->last + SILENT_MS - now;
		if (left <= 0)
			mk_conn_close(v, c);
		else if (next < 0 || left < next)
			next = left;
	}
	return (int)next;
}

/*
 * The places are full: one that has no session and has said nothing for a minute makes room, the
 * longest silent one first. of: only this uid's, or anybody's.
 */
static bool
make_room(struct vault *v, const uid_t *of)
{
	struct conn *oldest = NULL;
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 || c->session != NULL || c->op != NULL ||
		    (of != NULL && c->uid != *of) || mk_mono_ms() - c->last < SILENT_MS)
			continue;
		if (oldest == NULL || c->last < oldest->last)
			oldest = c;
	}
	if (oldest != NULL)
		mk_conn_close(v, oldest);
	return oldest != NULL;
}

static struct conn *
find_place(struct vault *v, uid_t uid)
{
	struct conn *place = NULL;
	size_t same = 0;
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 && place == NULL)
			place = c;
		if (c->fd >= 0 && c->uid == uid)
			same++;
	}
	return same >= MK_CONNS_PER_UID ? NULL : place;
}

struct conn *
mk_conn_add(struct vault *v, int fd)
{
	struct conn probe = {.fd = fd, .last = mk_mono_ms()};
	if (read_peer(&probe) < 0)
		goto refuse;
	struct conn *place = find_place(v, probe.uid);
	if (place == NULL && (make_room(v, &probe.uid) || make_room(v, NULL)))
		place = find_place(v, probe.uid);
	int flags = fcntl(fd, F_GETFL);
	if (place == NULL || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		goto refuse;
	mk_peer_look(&probe);
	probe.gen = place->gen + 1;
	probe.unnamed = mk_vault_installed(v);
	*place = probe;
	place->out_tail = &place->out;
	mk_conn_name_next(v);
	return place;
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
	mk_auth_end(v, c);
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
