/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delays after wrong passphrases. Counted per slot and uid, so that nobody can lock another out (R22);
 * a guess counts whether its sender waits for the answer or not.
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "vault_internal.h"

#define TRIES_FREE 3 /* wrong passphrases before a delay */
#define DELAY_MAX_S 60
#define TRIES_KEPT 512

struct tries {
	char name[MK_ID_MAX];
	uid_t uid;
	unsigned wrong; /* 0: a free place */
	int64_t until; /* mono ms */
};
static struct tries tries[TRIES_KEPT];

static struct tries *
find(const char *name, uid_t uid)
{
	for (size_t i = 0; i < TRIES_KEPT; i++)
		if (tries[i].wrong > 0 && tries[i].uid == uid && strcmp(tries[i].name, name) == 0)
			return &tries[i];
	return NULL;
}

/* A free place, else the one whose delay ended first. */
static struct tries *
take(const char *name, uid_t uid)
{
	struct tries *t = &tries[0];
	for (size_t i = 0; i < TRIES_KEPT && t->wrong > 0; i++)
		if (tries[i].wrong == 0 || tries[i].until < t->until)
			t = &tries[i];
	*t = (struct tries){.uid = uid};
	snprintf(t->name, sizeof t->name, "%s", name);
	return t;
}

int
mk_tries_wait(const char *name, uid_t uid)
{
	const struct tries *t = find(name, uid);
	int64_t wait = t == NULL ? 0 : t->until - mk_mono_ms();
	return wait <= 0 ? 0 : (int)(wait / 1000) + 1;
}

void
mk_tries_count(const char *name, uid_t uid)
{
	struct tries *t = find(name, uid);
	if (t == NULL)
		t = take(name, uid);
	t->until = mk_mono_ms();
	if (++t->wrong < TRIES_FREE)
		return;
	unsigned over = t->wrong - TRIES_FREE;
	t->until += 1000 * (over > 5 ? DELAY_MAX_S : INT64_C(1) << over);
}

void
mk_tries_forget(const char *name, uid_t uid)
{
	struct tries *t = find(name, uid);
	if (t != NULL)
		*t = (struct tries){0};
}

int
mk_delay_check(struct op *op, const char *name)
{
	int wait = mk_tries_wait(name, op->uid);
	return wait == 0 ? 0 : mk_op_fail(op, MK_E_BUSY, "wait %d s after wrong passphrases", wait);
}
