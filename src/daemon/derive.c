/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key derivation in the worker: one at a time, four waiting (R22), of which no uid may have so many
 * that another's login finds no place, whether it waits for its answers or hangs up.
 */
#include <stdlib.h>

#include "mynakura/base/err.h"
#include "vault_internal.h"

#define JOBS_PER_UID 2

struct kdf_job {
	struct kdf_job *next;
	uid_t uid;
	struct op *op; /* NULL when the op was abandoned */
	struct mk_kdf_params params;
	struct mk_secret *pass;
	struct mk_secret *key;
	int (*then)(struct op *, struct mk_secret *key);
};

static struct kdf_job *jobs;

static size_t
jobs_of(uid_t uid)
{
	size_t n = 0;
	for (const struct kdf_job *j = jobs; j != NULL; j = j->next)
		n += j->uid == uid;
	return n;
}

static void
forget(struct kdf_job *j)
{
	struct kdf_job **p = &jobs;
	while (*p != NULL && *p != j)
		p = &(*p)->next;
	if (*p != NULL)
		*p = j->next;
}

static int
derive(void *arg)
{
	struct kdf_job *j = arg;
	return mk_kdf_run(&j->params, j->pass->data, j->pass->len, &j->key);
}

static int
derived(struct op *op, int r, struct mk_msg *answer)
{
	/*
	 * Not a message: the loop hands the job over by this pointer, so that all waiting uses one
	 * way.
	 */
	struct kdf_job *j = (struct kdf_job *)(void *)answer;
	struct mk_secret *key = j->key;
	j->key = NULL;
	return r < 0 ? r : j->then(op, key);
}

static void
derive_done(struct vault *v, void *arg, int r)
{
	struct kdf_job *j = arg;
	(void)v;
	forget(j); /* another one may be started for the same request */
	mk_op_resume(j->op, r, (struct mk_msg *)(void *)j);
	mk_secret_free(j->pass);
	mk_secret_free(j->key);
	free(j);
}

int
mk_kdf_start(struct op *op, const struct mk_kdf_params *params, const struct mk_secret *pass,
    int (*then)(struct op *, struct mk_secret *))
{
	if (jobs_of(op->uid) >= JOBS_PER_UID)
		return MK_E_BUSY;
	struct kdf_job *j = calloc(1, sizeof *j);
	if (j == NULL)
		return MK_E_NOMEM;
	j->op = op;
	j->uid = op->uid;
	j->params = *params;
	j->then = then;
	j->pass = mk_secret_dup(pass);
	int r = j->pass == NULL ? MK_E_NOMEM : mk_worker_add(op->v->kdf, derive, derive_done, j);
	if (r < 0) {
		mk_secret_free(j->pass);
		free(j);
		return r;
	}
	j->next = jobs;
	jobs = j;
	op->resume = derived;
	return MK_WAIT;
}
