/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread for work that takes long: key derivation (one at a time: each takes 64 MiB), and
 * another one for reading processes. A queue of four; more is "busy" (R22).
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "vault_internal.h"

#define QUEUE 5 /* one running, four waiting */

struct job {
	mk_job_fn run;
	mk_job_done_fn done;
	void *arg;
	int result;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int event;
	struct job queue[QUEUE]; /* ring: the first `ready` are finished, then the waiting ones */
	size_t head, ready, count;
	bool stop;
};

static struct job *
at(struct worker *w, size_t i)
{
	return &w->queue[(w->head + i) % QUEUE];
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		if (w->ready == w->count) {
			pthread_cond_wait(&w->wake, &w->lock);
			continue;
		}
		struct job *j = at(w, w->ready);
		pthread_mutex_unlock(&w->lock);
		int r = j->run(j->arg);
		pthread_mutex_lock(&w->lock);
		j->result = r;
		w->ready++;
		uint64_t one = 1;
		if (write(w->event, &one, sizeof one) < 0) {
			/* the counter cannot overflow with a queue of five */
		}
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int
mk_worker_new(struct worker **out)
{
	struct worker *w = calloc(1, sizeof *w);
	if (w == NULL)
		return MK_E_NOMEM;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int e = w->event < 0 ? -1 : pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (e != 0) {
		if (w->event >= 0)
			close(w->event);
		free(w);
		return MK_E_NOMEM;
	}
	*out = w;
	return 0;
}

void
mk_worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	close(w->event);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	free(w);
}

int
mk_worker_fd(const struct worker *w)
{
	return w->event;
}

int
mk_worker_add(struct worker *w, mk_job_fn run_fn, mk_job_done_fn done, void *arg)
{
	int r = MK_E_BUSY;
	pthread_mutex_lock(&w->lock);
	if (w->count < QUEUE) {
		*at(w, w->count) = (struct job){run_fn, done, arg, 0};
		w->count++;
		pthread_cond_signal(&w->wake);
		r = 0;
	}
	pthread_mutex_unlock(&w->lock);
	return r;
}

void
mk_worker_collect(struct vault *v, struct worker *w)
{
	uint64_t n;
	if (read(w->event, &n, sizeof n) < 0) {
		/* nothing new: the look below decides */
	}
	for (;;) {
		struct job j = {0};
		pthread_mutex_lock(&w->lock);
		if (w->ready > 0) {
			j = *at(w, 0);
			w->head = (w->head + 1) % QUEUE;
			w->ready--;
			w->count--;
		}
		pthread_mutex_unlock(&w->lock);
		if (j.done == NULL)
			return;
		j.done(v, j.arg, j.result);
	}
}
