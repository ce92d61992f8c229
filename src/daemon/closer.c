/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closing what nobody knows: a peer's descriptor may be of a file system that never answers, or a
 * socket that holds another one whose closing waits for its peer. Threads do it, so that the vault
 * goes on. One of them closes sockets: what they hold can wait for a signal at most, which
 * mk_closer_tick sends. The others close the rest, one of them for each uid: what a uid's file
 * system holds up is that uid's.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "vault_internal.h"

#define THREADS 4 /* the first one is for sockets */
#define PLACES 768 /* with all else below the usual limit of 1,024 descriptors */
#define OF_UID 64 /* waiting: then no more descriptors of this uid are taken */
#define KICK_MS 20
#define STACK_BYTES (256U << 10) /* with what each thread has of its own (a frame) */

enum place_state { FREE, WAITS, CLOSING };

struct place {
	enum place_state state;
	int fd;
	uid_t uid;
	bool socket;
	uint64_t turn;
};

struct closing {
	struct closer *all;
	pthread_t id;
	bool started, sockets;
	struct place *now; /* NULL: idle */
	int64_t since; /* mono ms */
};

struct closer {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct place place[PLACES];
	struct closing thread[THREADS];
	size_t used, unfinished; /* places that are not free; threads that run */
	uint64_t turns;
	bool stop;
};

static void
kicked(int signal_number)
{
	(void)signal_number; /* it ends a wait in the kernel, that is all */
}

static bool
is_held_up(const struct closer *c, uid_t uid)
{
	for (size_t i = 0; i < THREADS; i++) {
		const struct place *p = c->thread[i].now;
		if (p != NULL && !p->socket && p->uid == uid)
			return true;
	}
	return false;
}

/* The oldest one that this thread may close. */
static struct place *
next(struct closer *c, bool sockets)
{
	struct place *oldest = NULL;
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &c->place[i];
		if (p->state != WAITS || p->socket != sockets ||
		    (oldest != NULL && oldest->turn < p->turn))
			continue;
		if (sockets || !is_held_up(c, p->uid))
			oldest = p;
	}
	return oldest;
}

static void *
run(void *arg)
{
	struct closing *t = arg;
	struct closer *c = t->all;
	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct place *p = next(c, t->sockets);
		if (p == NULL && c->stop)
			break;
		if (p == NULL) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		p->state = CLOSING;
		t->now = p;
		t->since = mk_mono_ms();
		pthread_mutex_unlock(&c->lock);
		(void)close(p->fd);
		pthread_mutex_lock(&c->lock);
		p->state = FREE;
		c->used--;
		t->now = NULL;
	}
	c->unfinished--;
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int
start(struct closer *c)
{
	sigset_t most, old;
	pthread_attr_t attr;
	struct sigaction sa = {.sa_handler = kicked};
	if (sigaction(SIGUSR2, &sa, NULL) < 0 || pthread_attr_init(&attr) != 0)
		return MK_E_NOMEM;
	int e = pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&most);
	sigdelset(&most, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &most, &old);
	for (size_t i = 0; e == 0 && i < THREADS; i++) {
		struct closing *t = &c->thread[i];
		t->all = c;
		t->sockets = i == 0;
		c->unfinished++;
		e = pthread_create(&t->id, &attr, run, t);
		t->started = e == 0;
		c->unfinished -= e == 0 ? 0 : 1;
	}
	sigaddset(&old, SIGUSR2); /* the kicks are for the threads */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return e == 0 ? 0 : MK_E_NOMEM;
}

int
mk_closer_new(struct closer **out)
{
	struct closer *c = calloc(1, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	int r = start(c);
	if (r < 0)
		mk_closer_free(c);
	else
		*out = c;
	return r;
}

void
mk_closer_free(struct closer *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->wake);
	bool held_up = c->used > 0;
	pthread_mutex_unlock(&c->lock);
	if (held_up)
		return; /* it ends with the process: nobody waits for what may never come back */
	for (size_t i = 0; i < THREADS; i++)
		if (c->thread[i].started)
			pthread_join(c->thread[i].id, NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	free(c);
}

bool
mk_closer_takes(struct closer *c, uid_t uid)
{
	size_t own = 0;
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < PLACES; i++)
		own += c->place[i].state != FREE && c->place[i].uid == uid ? 1 : 0;
	bool takes = own < OF_UID && c->used + MK_CHAN_FDS_MAX + 2 * MK_CONNS <= PLACES;
	pthread_mutex_unlock(&c->lock);
	return takes;
}

bool
mk_closer_has_place(struct closer *c)
{
	pthread_mutex_lock(&c->lock);
	bool has = c->used + MK_CONNS < PLACES;
	pthread_mutex_unlock(&c->lock);
	return has;
}

void
mk_closer_add(struct closer *c, uid_t uid, int fd)
{
	bool socket = mk_passed_is_socket(fd);
	pthread_mutex_lock(&c->lock);
	size_t i = 0;
	while (i < PLACES && c->place[i].state != FREE)
		i++;
	if (i < PLACES) {
		c->place[i] = (struct place){WAITS, fd, uid, socket, c->turns++};
		c->used++;
		pthread_cond_broadcast(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
	if (i == PLACES)
		(void)close(fd); /* cannot be: mk_closer_takes and _has_place keep places free */
}

int
mk_closer_tick(struct closer *c)
{
	int64_t now = mk_mono_ms();
	bool busy = false;
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < THREADS; i++) {
		struct closing *t = &c->thread[i];
		if (t->now != NULL && now - t->since >= KICK_MS)
			(void)pthread_kill(t->id, SIGUSR2);
		busy = busy || (t->now != NULL && now - t->since < 1000);
	}
	bool waits = c->used > 0;
	pthread_mutex_unlock(&c->lock);
	return busy ? KICK_MS : waits ? 1000 : -1;
}
