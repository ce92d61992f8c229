/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vault role: holds keys, ledgers and sessions, and answers requests. No network, no exec,
 * never opens a path that a user named. This file is its start, its loop and its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/sandbox/sandbox.h"
#include "vault_internal.h"

#define HOUR_MS (3600 * 1000)
#define GOODBYE_MS 5000
#define ACCEPTS_A_ROUND 8
#define BURN_BYTES (512U << 10) /* deeper than any request goes; the worker's stacks hold none */

bool
mk_vault_is_demo(const struct vault *v)
{
	return v->keyring != NULL && mk_keyring_kind(v->keyring) == MK_KIND_DEMO;
}

int
mk_vault_path(const struct vault *v, const char *name, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%s/vault/%s", v->args->dir, name);
	return n < 0 || (size_t)n >= cap ? MK_E_TOO_BIG : 0;
}

bool
mk_vault_installed(const struct vault *v)
{
	return mk_is_installed(v->args);
}

enum mk_form
mk_vault_form(const struct vault *v)
{
	return mk_vault_installed(v) ? MK_FORM_INSTALLED : MK_FORM_EMBEDDED;
}

int64_t
mk_vault_now(const struct op *op)
{
	const struct session *s = op->c != NULL ? op->c->session : NULL;
	return s != NULL && s->now != 0 ? s->now : mk_clock_steady(op->v);
}

void
mk_vault_close_all(struct vault *v)
{
	for (size_t i = 0; i < MK_LEDGERS_OPEN; i++)
		mk_ledgers_close(v, &v->ledgers[i]);
	(void)mk_clock_save(v);
	if (v->main != NULL)
		(void)mk_commits_note(v, MK_KEYRING_MAIN, mk_main_commits(v->main));
	mk_main_close(v->main);
	v->main = NULL;
	if (v->keyring != NULL)
		mk_keyring_lock(v->keyring);
	v->burn = true;
}

void
mk_vault_settle(struct vault *v)
{
	if (mk_session_count(v) > 0)
		return;
	for (size_t i = 0; i < MK_CONNS; i++)
		if (v->conns[i].fd >= 0 && v->conns[i].op != NULL)
			return;
	if (v->main != NULL || (v->keyring != NULL && mk_keyring_proved(v->keyring)))
		mk_vault_close_all(v);
}

/* --- start */

static int
open_keyring(struct vault *v)
{
	char dir[4096];
	int r = mk_vault_path(v, "", dir, sizeof dir);
	if (r < 0)
		return r;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : MK_E_IO;
	r = mk_keyring_open(fd, MK_KEYRING_NAME, mk_vault_form(v), &v->keyring);
	close(fd);
	if (r == 0)
		r = mk_keyring_set_pc(v->keyring, v->pc);
	return r == MK_E_NOT_FOUND ? MK_E_DAMAGED : r; /* the folder without its keyring */
}

static void
trail_opened(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)op;
	if (r < 0 || answer == NULL) {
		mk_log("the trail cannot be opened: %s", mk_err_message(r));
		v->trail_dead = true;
		/* What is wrong with the record is told; a disk that fails is: it cannot record. */
		v->trail_error =
		    r == 0 || r == MK_E_IO || r == MK_E_NOSPACE || r == MK_E_LOST ? MK_E_TRAIL : r;
		return;
	}
	const void *b = answer->body.data;
	size_t n = answer->body.len;
	(void)mk_get_str(b, n, MK_T_vault, v->genesis, sizeof v->genesis);
	(void)mk_get_str(b, n, MK_T_key, v->key, sizeof v->key);
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, b, n);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_alarm)
			mk_put_bytes(&v->alarms, MK_T_alarm, it.p, it.len);
	v->trail_error = mk_commits_take(v, answer);
}

/* Installed: what the monitor opened for us. Without it slots that need it do not open. */
static int
take_pc_secret(struct vault *v)
{
	uint8_t raw[MK_KEY_LEN + 1];
	if (!mk_vault_installed(v) || fcntl(MK_FD_PC, F_GETFD) < 0)
		return 0;
	ssize_t n = read(MK_FD_PC, raw, sizeof raw);
	close(MK_FD_PC);
	if (n == MK_KEY_LEN)
		v->pc = mk_secret_from(raw, MK_KEY_LEN);
	mk_wipe(raw, sizeof raw);
	return n == MK_KEY_LEN && v->pc == NULL ? MK_E_NOMEM : 0;
}

/* Installed: the own folder, and what the system says of a peer (peer.c). */
static int
close_in(const struct vault *v)
{
	/* utmp and logind's files are made anew now and then, so it is the folder above them */
	static const char *const read[] = {"/proc", "/run", NULL};
	char dir[4096], fresh[4096];
	if (!mk_vault_installed(v))
		return 0;
	int r = mk_vault_path(v, "", dir, sizeof dir);
	if (r < 0 ||
	    snprintf(fresh, sizeof fresh, "%s/vault.new", v->args->dir) >= (int)sizeof fresh)
		return MK_E_TOO_BIG;
	const char *const write[] = {dir, fresh, NULL};
	r = mk_sandbox_landlock(read, write);
	return r == MK_SANDBOX_NO_LANDLOCK ? 0 : r;
}

static int
init(struct vault *v, const struct mk_daemon_args *args)
{
	for (size_t i = 0; i < MK_CONNS; i++)
		v->conns[i].fd = -1;
	v->args = args;
	v->monitor = MK_FD_MONITOR;
	v->trail = MK_FD_PEER;
	v->serve = MK_FD_SERVE;
	v->trail_tail = &v->trail_out;
	mk_clock_init(v);
	mk_memory_look(v);
	(void)mk_limits_load(v);
	for (int fd = MK_FD_MONITOR; fd <= MK_FD_LOCK; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	int r = mk_exchange_new(
	    &v->exchange); /* before the sandbox: iconv_open fails after (decisions.md 9) */
	if (r == 0)
		r = take_pc_secret(v);
	if (r == 0)
		r = open_keyring(v);
	if (r == 0)
		r = close_in(v);
	if (r == 0)
		r = mk_sandbox_vault();
	if (r == 0)
		r = mk_worker_new(&v->kdf);
	if (r == 0)
		r = mk_worker_new(&v->reading);
	return r;
}

/* --- the loop */

static void
take_connections(struct vault *v)
{
	int fd;
	/* A few at a time: a flood of connections must not hold up those who are in (R22). */
	for (int i = 0; i < ACCEPTS_A_ROUND &&
			(fd = accept4(v->serve, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;
	     i++)
		(void)mk_conn_add(v, fd);
}

static void
read_conn(struct vault *v, struct conn *c)
{
	struct mk_msg m;
	int r = mk_chan_recv(c->fd, &m, 0);
	if (r == MK_E_AGAIN)
		return;
	if (r < 0) {
		mk_conn_close(v, c);
		return;
	}
	c->spoke = true;
	c->last = mk_mono_ms();
	mk_op_start(v, c, &m);
}

/* Answers of trail or monitor. false: the channel is at its end. */
static bool
read_link(struct vault *v, int fd)
{
	struct mk_msg m;
	int r;
	while ((r = mk_chan_recv(fd, &m, 0)) == 0) {
		if (fd == v->monitor && m.type == MK_MON_LOCK)
			(void)mk_sessions_lock(v, true, 0, "locked by the machine");
		else
			mk_link_answer(v, fd, &m);
		mk_msg_free(&m);
	}
	return r == MK_E_AGAIN;
}

static void
lose_trail(struct vault *v)
{
	v->trail_dead = true;
	mk_link_answer(v, v->trail, NULL);
}

static bool
any_conn(const struct vault *v)
{
	for (size_t i = 0; i < MK_CONNS; i++)
		if (v->conns[i].fd >= 0)
			return true;
	return false;
}

enum { P_MONITOR, P_TRAIL, P_SERVE, P_KDF, P_READING, P_CONNS, P_AUTH = P_CONNS + MK_CONNS };
#define P_ALL (P_AUTH + MK_CONNS)

static void
serve_conns(struct vault *v, const struct pollfd *p)
{
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd < 0 || c->fd != p[P_CONNS + i].fd)
			continue;
		short got = p[P_CONNS + i].revents;
		if (c->unnamed && (got & (POLLHUP | POLLERR)) != 0)
			mk_conn_close(v, c);
		else if (!c->unnamed && (got & (POLLIN | POLLHUP | POLLERR)) != 0)
			read_conn(v, c);
	}
	for (size_t i = 0; i < MK_CONNS; i++) {
		struct conn *c = &v->conns[i];
		if (c->fd >= 0 && (c->out != NULL || c->closing) && !mk_conn_flush(c))
			mk_conn_close(v, c);
	}
}

static void
set_poll(const struct vault *v, struct pollfd *p)
{
	p[P_MONITOR] = (struct pollfd){v->monitor_gone ? -1 : v->monitor, POLLIN, 0};
	p[P_TRAIL] = (struct pollfd){v->trail_dead ? -1 : v->trail,
	    (short)(POLLIN | (v->trail_out != NULL ? POLLOUT : 0)), 0};
	p[P_SERVE] = (struct pollfd){
	    v->args->embedded || !v->ready || v->stopping ? -1 : v->serve, POLLIN, 0};
	p[P_KDF] = (struct pollfd){mk_worker_fd(v->kdf), POLLIN, 0};
	p[P_READING] = (struct pollfd){mk_worker_fd(v->reading), POLLIN, 0};
	for (size_t i = 0; i < MK_CONNS; i++) {
		const struct conn *c = &v->conns[i];
		/*
		 * While a request runs nothing more is read: one at a time, the kernel's queue is
		 * the limit.
		 */
		bool may_ask = c->op == NULL && !c->closing && !c->unnamed;
		short want = (short)((may_ask ? POLLIN : 0) | (c->out != NULL ? POLLOUT : 0));
		p[P_CONNS + i] = (struct pollfd){c->fd, want, 0};
	}
}

/* false: the monitor has gone. */
static bool
one_round(struct vault *v, int timeout)
{
	struct pollfd p[P_ALL];
	int sweep = mk_conn_sweep(v);
	if (sweep >= 0 && (timeout < 0 || sweep < timeout))
		timeout = sweep;
	set_poll(v, p);
	int n = poll(p, P_ALL, mk_auth_poll(v, p + P_AUTH, timeout));
	if (n < 0 && errno != EINTR)
		return false;
	if (p[P_KDF].revents != 0)
		mk_worker_collect(v, v->kdf);
	if (p[P_READING].revents != 0)
		mk_worker_collect(v, v->reading);
	if (p[P_TRAIL].revents != 0) {
		bool alive = read_link(v, v->trail) && mk_link_flush(v);
		if (!alive)
			lose_trail(v);
	}
	if (p[P_MONITOR].revents != 0 && !read_link(v, v->monitor)) {
		v->monitor_gone = true; /* what is left to say to the trail is still said */
		mk_link_answer(v, v->monitor, NULL);
		return false;
	}
	mk_auth_serve(v, p + P_AUTH);
	if (p[P_SERVE].revents != 0)
		take_connections(v);
	serve_conns(v, p);
	mk_sessions_tick(v);
	mk_record_silent(v, false);
	if (v->dirty && v->pending == NULL && mk_mono_ms() - v->last_checkpoint > HOUR_MS)
		mk_record_checkpoint(v);
	mk_record_purge(v);
	return true;
}

static void
goodbye(struct vault *v)
{
	v->stopping = true;
	for (size_t i = 0; i < MK_CONNS; i++)
		mk_conn_close(v, &v->conns[i]);
	mk_record_silent(v, true);
	if (v->written)
		mk_record_event(v, "stop", NULL, NULL, 0, "");
	mk_record_checkpoint(v);
	int64_t end = mk_mono_ms() + GOODBYE_MS;
	while (v->pending != NULL && !v->trail_dead && mk_mono_ms() < end)
		if (!one_round(v, 100))
			break;
	mk_vault_close_all(v);
	mk_worker_free(v->kdf);
	mk_worker_free(v->reading);
	mk_keyring_close(v->keyring);
	mk_exchange_free(v->exchange);
	mk_secret_free(v->pc);
	mk_buf_free(&v->alarms);
	free(v->commits);
}

/* The trail must have answered before the first request is read. */
static int
meet_trail(struct vault *v)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_TR_OPEN, 0);
	mk_link_ask(v, v->trail, &m, NULL, trail_opened);
	while (v->pending != NULL && !v->trail_dead)
		if (!one_round(v, -1))
			return MK_E_LOST;
	if (v->keyring != NULL && v->genesis[0] != '\0') {
		char id[2 * MK_VAULT_ID_LEN + 1];
		mk_hex(mk_keyring_vault(v->keyring), MK_VAULT_ID_LEN, id);
		if (strcmp(id, v->genesis) != 0)
			return MK_E_TAMPERED; /* this trail is another vault's */
	}
	if (v->trail_error < 0)
		return v->trail_error; /* nobody could log in: the client is told why */
	if (v->keyring != NULL && v->genesis[0] == '\0')
		return MK_E_TAMPERED; /* a vault whose trail is gone */
	/* An older keyring would give back what was taken away. */
	int r = v->keyring == NULL
		    ? 0
		    : mk_commits_check(v, MK_KEYRING_NAME, mk_keyring_seq(v->keyring));
	v->ready = r == 0;
	return r;
}

/* When the vault itself cannot be opened, the client is told why instead of losing the line. */
static void
refuse(struct vault *v, int err)
{
	if (!v->args->embedded)
		return; /* a service's words are in its log; the monitor tries again or gives up */
	struct mk_msg m;
	while (mk_chan_recv(v->serve, &m, 10000) == 0) {
		struct mk_msg reply;
		mk_msg_init(&reply, m.type, m.id);
		reply.flags = MK_FLAG_REPLY;
		mk_put_i64(&reply.body, MK_T_error, err);
		int r = mk_chan_send(v->serve, &reply, 1000);
		mk_msg_free(&reply);
		mk_msg_free(&m);
		if (r < 0)
			return;
	}
}

int
mk_vault_run(const struct mk_daemon_args *args)
{
	struct vault *v = calloc(1, sizeof *v);
	if (v == NULL)
		return MK_E_NOMEM;
	signal(SIGTERM, SIG_IGN); /* the monitor ends the roles in order */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	int r = init(v, args);
	if (r == 0)
		r = meet_trail(v);
	if (r < 0) {
		refuse(v, r);
		free(v);
		return r;
	}
	if (args->embedded && mk_conn_add(v, v->serve) == NULL)
		r = MK_E_DENIED;
	/* With a session open a look each second: an idle one locks, and a clock that was set is seen. */
	while (r == 0 && one_round(v, mk_session_count(v) > 0 ? 1000 : 60000)) {
		if (v->burn)
			mk_burn_stack(BURN_BYTES);
		v->burn = false;
		if (args->embedded && !any_conn(v))
			break;
	}
	goodbye(v);
	free(v);
	return r;
}
