/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer's lower half: lines into a batch, the batch onto the disk, the reserve for a full
 * disk, and the end of all writing after any other failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "writer_internal.h"

#define RESERVE_NAME "reserve"

int
mk_reserve_make(int dir)
{
	int fd = openat(dir, RESERVE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int e = posix_fallocate(fd, 0, MK_TRAIL_RESERVE);
	int r = e == 0 && fsync(fd) == 0 ? 0 : mk_err_from_errno(e == 0 ? errno : e);
	close(fd);
	if (r < 0)
		unlinkat(dir, RESERVE_NAME, 0);
	return r;
}

bool
mk_reserve_release(int dir)
{
	return unlinkat(dir, RESERVE_NAME, 0) == 0;
}

int
mk_writer_new(int dir, struct mk_trail **out)
{
	struct mk_trail *t = calloc(1, sizeof *t);
	if (t == NULL)
		return MK_E_NOMEM;
	t->dir = dir;
	t->segment = t->seed_fd = -1;
	t->lost = -1;
	t->batch_reserve = true;
	mk_buf_init(&t->batch);
	*out = t;
	return 0;
}

void
mk_writer_free(struct mk_trail *t)
{
	if (t == NULL)
		return;
	if (t->segment >= 0)
		close(t->segment);
	if (t->seed_fd >= 0)
		close(t->seed_fd);
	close(t->dir);
	mk_secret_free(t->seed);
	mk_buf_free(&t->batch);
	free(t->commits);
	free(t);
}

int
mk_writer_add_salted(
    struct mk_trail *t, const uint8_t salt[MK_SALT_LEN], const char *body, size_t len, bool reserve)
{
	struct mk_line l;
	memset(&l, 0, sizeof l);
	if (len > MK_BODY_MAX)
		return MK_E_TOO_BIG;
	l.seq = t->seq + 1;
	l.body = body;
	l.body_len = len;
	memcpy(l.salt, salt, sizeof l.salt);
	int r = mk_line_leaf(&l, l.leaf);
	if (r == 0)
		r = mk_line_link(t->link, l.seq, l.leaf, l.link);
	if (r < 0)
		return r;
	size_t before = t->batch.len;
	mk_line_format(&l, &t->batch);
	if (t->batch.failed) {
		t->batch.failed = false;
		t->batch.len = before;
		return MK_E_NOMEM;
	}
	t->batch_reserve = t->batch_reserve && reserve;
	t->seq = l.seq;
	t->since++;
	memcpy(t->link, l.link, sizeof t->link);
	return 0;
}

int
mk_writer_add(struct mk_trail *t, const char *body, size_t len, bool reserve)
{
	uint8_t salt[MK_SALT_LEN];
	int r = mk_rand(salt, sizeof salt);
	return r < 0 ? r : mk_writer_add_salted(t, salt, body, len, reserve);
}

/* Back to what is on the disk. */
static int
drop_batch(struct mk_trail *t)
{
	mk_buf_reset(&t->batch);
	if (!t->given_up)
		t->given_up_at = t->safe_seq;
	t->given_up = true;
	t->batch_reserve = true;
	t->seq = t->safe_seq;
	t->since = t->safe_since;
	memcpy(t->link, t->safe_link, sizeof t->link);
	return MK_E_TRAIL;
}

/* Decisions.md 15: after a failed write or fsync nobody knows what the disk holds. */
static int
die(struct mk_trail *t)
{
	t->dead = true;
	return drop_batch(t);
}

int
mk_writer_flush(struct mk_trail *t)
{
	if (t->dead)
		return MK_E_TRAIL;
	if (t->batch.len == 0)
		return 0;
	int r;
	while ((r = mk_write_all(t->segment, t->batch.data, t->batch.len)) == MK_E_NOSPACE) {
		if (ftruncate(t->segment, (off_t)t->size) < 0)
			return die(t);
		t->full = true;
		if (!t->batch_reserve || !mk_reserve_release(t->dir))
			return drop_batch(t);
	}
	if (r < 0 || fdatasync(t->segment) < 0)
		return die(t);
	t->size += t->batch.len;
	t->safe_seq = t->seq;
	t->safe_since = t->since;
	memcpy(t->safe_link, t->link, sizeof t->safe_link);
	mk_buf_reset(&t->batch);
	t->batch_reserve = true;
	return 0;
}

int
mk_writer_note_commit(struct mk_trail *t, const char *ledger, uint64_t number)
{
	size_t i = 0;
	while (i < t->n_commits && strcmp(t->commits[i].ledger, ledger) != 0)
		i++;
	if (i == t->n_commits) {
		if (strlen(ledger) >= sizeof t->commits[0].ledger)
			return MK_E_TOO_BIG;
		void *p = realloc(t->commits, (i + 1) * sizeof t->commits[0]);
		if (p == NULL)
			return MK_E_NOMEM;
		t->commits = p;
		memset(&t->commits[i], 0, sizeof t->commits[i]);
		memcpy(t->commits[i].ledger, ledger, strlen(ledger) + 1);
		t->n_commits++;
	}
	if (number > t->commits[i].number)
		t->commits[i].number = number;
	return 0;
}
