/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a trail, and opening one for writing: every line since the last start is walked, the seed
 * is compared with the last checkpoint, and what a crash left is put right and said in the trail.
 */
#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "tail_internal.h"
#include "writer_internal.h"

#define NEW_NAME "new"

static int
open_dir(const char *path, int *out)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return mk_err_from_errno(errno);
	*out = fd;
	return 0;
}

/* The genesis record appears whole or not at all: written aside, then renamed. */
static int
write_genesis(struct mk_trail *t, int64_t now)
{
	struct mk_buf body = MK_BUF_INIT;
	struct mk_genesis g;
	memset(&g, 0, sizeof g);
	memcpy(g.vault, t->vault, sizeof g.vault);
	int r = mk_sign_public(t->seed, g.key);
	if (r == 0)
		r = mk_genesis_fingerprint(g.key, t->fingerprint);
	if (r < 0)
		goto out;
	mk_genesis_format(&g, now, &body);
	r = mk_buf_error(&body);
	if (r == 0)
		r = mk_writer_add(t, (const char *)body.data, body.len, false);
	t->segment = openat(t->dir, NEW_NAME,
	    O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (r == 0 && t->segment < 0)
		r = mk_err_from_errno(errno);
	if (r == 0 && (r = mk_writer_flush(t)) < 0)
		r = t->full ? MK_E_NOSPACE : MK_E_IO;
	mk_segment_name(now, t->name);
	if (r == 0 && (fsync(t->segment) < 0 || renameat(t->dir, NEW_NAME, t->dir, t->name) < 0 ||
			  fsync(t->dir) < 0))
		r = MK_E_IO;
	t->since = t->safe_since = 0;
	t->time = t->checkpoint_time = now;
out:
	mk_buf_free(&body);
	return r;
}

/* A crash in create leaves a seed and no segment; create then begins again. */
static int
no_trail_yet(int dir)
{
	struct mk_segments s;
	int r = mk_segments_list(dir, &s);
	if (r < 0)
		return r;
	r = s.n > 0 || s.foreign[0] != '\0' ? MK_E_EXISTS : 0;
	mk_segments_free(&s);
	return r;
}

int
mk_trail_create(const char *path, const char *vault, int64_t now, struct mk_trail **out)
{
	struct mk_trail *t = NULL;
	int dir = -1;
	if (!mk_vault_valid(vault))
		return MK_E_INPUT;
	if (mkdir(path, 0750) < 0 && errno != EEXIST)
		return mk_err_from_errno(errno);
	int r = open_dir(path, &dir);
	if (r < 0)
		return r;
	r = no_trail_yet(dir);
	if (r == 0)
		r = mk_writer_new(dir, &t);
	if (r < 0) {
		close(dir);
		return r;
	}
	memcpy(t->vault, vault, strlen(vault) + 1);
	r = mk_seed_new(&t->seed);
	if (r == 0)
		r = mk_seedfile_create(dir, t->seed, &t->seed_fd);
	if (r == 0)
		r = mk_reserve_make(dir);
	if (r == 0)
		r = write_genesis(t, now == 0 ? mk_now() : now);
	if (r < 0)
		mk_writer_free(t);
	else
		*out = t;
	return r;
}

/*
 * decisions.md 14: the checkpoint is written first, the seed after it. So the seed is the one that
 * signs the next checkpoint, or, after a crash between the two, the one that signed the last.
 */
static int
match_seed(struct mk_trail *t, const struct mk_tail *tail, bool *behind)
{
	struct mk_secret *seed = NULL, *next = NULL;
	uint8_t pub[MK_SIGN_PUB];
	uint64_t index = 0;
	int r = mk_seedfile_read(t->seed_fd, &index, &seed);
	if (r < 0)
		goto out;
	*behind = index + 1 == tail->index;
	if (index != tail->index && !*behind) {
		r = index > tail->index ? MK_E_ROLLED_BACK : MK_E_TAMPERED;
		goto out;
	}
	if (*behind) {
		r = mk_seed_ratchet(seed, &next);
		mk_secret_free(seed);
		seed = next;
	}
	if (r == 0)
		r = mk_sign_public(seed, pub);
	if (r == 0 && memcmp(pub, tail->key, sizeof pub) != 0)
		r = MK_E_TAMPERED;
	/* Always both copies: a crash may have left an older seed in one of them. */
	if (r == 0)
		r = mk_seedfile_write(t->seed_fd, tail->index, seed);
	if (r == 0) {
		t->seed = seed;
		t->index = tail->index;
		seed = NULL;
	}
out:
	mk_secret_free(seed);
	return r;
}

/* Keeps the bytes that are about to be cut; failing to is no reason not to start. */
static void
keep_torn(int dir, uint64_t seq, const struct mk_buf *bytes)
{
	char name[32];
	snprintf(name, sizeof name, "torn-%" PRIu64, seq);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return;
	if (mk_write_all(fd, bytes->data, bytes->len) < 0 || fsync(fd) < 0)
		unlinkat(dir, name, 0);
	close(fd);
}

static int
read_torn(int fd, uint64_t from, struct mk_buf *out)
{
	char buf[4096];
	for (;;) {
		ssize_t n = pread(fd, buf, sizeof buf, (off_t)(from + out->len));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return MK_E_IO;
		if (n == 0)
			return mk_buf_error(out);
		mk_buf_put(out, buf, (size_t)n);
		if (out->len > MK_TORN_MAX)
			return MK_E_TAMPERED;
	}
}

static int
say_torn(struct mk_trail *t, int64_t now, const struct mk_buf *bytes)
{
	char count[24], hash[2 * MK_HASH_LEN + 1];
	uint8_t digest[MK_HASH_LEN];
	struct mk_event e;
	struct mk_detail d[] = {{"bytes", count}, {"sha256", hash}, {"segment", t->name}};
	memset(&e, 0, sizeof e);
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, bytes->data, bytes->len);
	mk_hex(digest, sizeof digest, hash);
	snprintf(count, sizeof count, "%zu", bytes->len);
	e.kind = MK_EV_EVENT;
	e.action = MK_A_trail_torn;
	e.time = now;
	e.result = mk_err_code(MK_E_TORN);
	e.details = d;
	e.n_details = sizeof d / sizeof d[0];
	return mk_trail_append(t, &e, false, NULL, NULL);
}

/* Cuts what an interrupted write left after the last whole line. */
static int
cut_torn(struct mk_trail *t, const struct mk_tail *tail, int64_t now, struct mk_trail_opened *info)
{
	struct mk_buf bytes = MK_BUF_INIT;
	if (!tail->torn)
		return 0;
	int fd = openat(t->dir, t->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = fd < 0 ? MK_E_IO : read_torn(fd, tail->good, &bytes);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		goto out;
	keep_torn(t->dir, tail->seq + 1, &bytes);
	if (ftruncate(t->segment, (off_t)tail->good) < 0 || fdatasync(t->segment) < 0) {
		r = MK_E_IO;
		goto out;
	}
	info->torn_bytes = bytes.len;
	r = say_torn(t, now, &bytes);
out:
	mk_buf_free(&bytes);
	return r;
}

/* A last line that lacks only its newline is whole: it gets it back. */
static int
complete_line(const struct mk_trail *t, const struct mk_tail *tail)
{
	if (!tail->no_newline)
		return 0;
	int r = mk_write_all(t->segment, "\n", 1);
	return r < 0 ? r : fdatasync(t->segment) < 0 ? MK_E_IO : 0;
}

static int
close_intents(struct mk_trail *t, const struct mk_tail *tail, int64_t now, size_t *count)
{
	struct mk_event e;
	for (size_t i = 0; i < tail->n_intents; i++) {
		const struct mk_open_intent *p = &tail->intents[i];
		int action = mk_action_find(p->action);
		memset(&e, 0, sizeof e);
		e.kind = MK_EV_OUTCOME;
		e.action = action < 0 ? MK_A_alarm : (enum mk_action)action;
		e.time = now;
		e.actor = p->actor;
		e.ledger = p->ledger;
		e.result = "unknown";
		e.ref = p->seq;
		int r = mk_trail_append(t, &e, false, NULL, NULL);
		if (r < 0)
			return r;
		++*count;
	}
	return mk_trail_sync(t);
}

static int
take_tail(struct mk_trail *t, const struct mk_tail *tail)
{
	memcpy(t->name, tail->name, sizeof t->name);
	memcpy(t->vault, tail->genesis.vault, sizeof t->vault);
	t->seq = t->safe_seq = tail->seq;
	t->since = t->safe_since = tail->since;
	memcpy(t->link, tail->link, sizeof t->link);
	memcpy(t->safe_link, tail->link, sizeof t->safe_link);
	t->size = tail->good + (tail->no_newline ? 1 : 0);
	t->time = tail->time;
	t->checkpoint_time = tail->checkpoint_time;
	t->checkpoint_seq = tail->checkpoint_seq;
	t->segment = openat(t->dir, t->name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (t->segment < 0)
		return mk_err_from_errno(errno);
	for (size_t i = 0; i < tail->n_commits; i++) {
		int r = mk_writer_note_commit(t, tail->commits[i].ledger, tail->commits[i].number);
		if (r < 0)
			return r;
	}
	return mk_genesis_fingerprint(tail->genesis.key, t->fingerprint);
}

static int
recover(struct mk_trail *t, const char *vault, int64_t now, struct mk_trail_opened *info)
{
	struct mk_tail tail;
	int r = mk_tail_walk(t->dir, &tail);
	if (r < 0)
		return r;
	if (vault != NULL && strcmp(vault, tail.genesis.vault) != 0)
		r = MK_E_TAMPERED;
	if (r == 0)
		r = take_tail(t, &tail);
	if (r == 0)
		r = match_seed(t, &tail, &info->seed_behind);
	if (r == 0)
		r = complete_line(t, &tail);
	unlinkat(t->dir, MK_PURGE_NAME, 0); /* a purge was interrupted: the old segment is whole */
	if (r == 0 && mk_reserve_make(t->dir) < 0)
		t->full = true;
	if (r == 0)
		r = cut_torn(t, &tail, now, info);
	if (r == 0)
		r = close_intents(t, &tail, now, &info->unknown);
	info->full = t->full;
	mk_tail_free(&tail);
	return r;
}

int
mk_trail_open(const char *path, const char *vault, int64_t now, struct mk_trail **out,
    struct mk_trail_opened *info)
{
	struct mk_trail *t = NULL;
	struct mk_trail_opened found;
	int dir = -1;
	memset(&found, 0, sizeof found);
	int r = open_dir(path, &dir);
	if (r < 0)
		return r;
	r = mk_writer_new(dir, &t);
	if (r < 0) {
		close(dir);
		return r;
	}
	if (no_trail_yet(dir) == 0)
		r = MK_E_NOT_FOUND;
	if (r == 0 && (r = mk_seedfile_open(dir, &t->seed_fd)) == MK_E_NOT_FOUND)
		r = MK_E_DAMAGED;
	if (r == 0)
		r = recover(t, vault, now == 0 ? mk_now() : now, &found);
	if (r < 0) {
		mk_writer_free(t);
		return r;
	}
	if (info != NULL)
		*info = found;
	*out = t;
	return 0;
}

int
mk_trail_close(struct mk_trail *t)
{
	int r = t == NULL || t->dead ? 0 : mk_trail_sync(t);
	mk_writer_free(t);
	return r;
}

uint64_t
mk_trail_head(const struct mk_trail *t, char head[MK_TRAIL_HEX])
{
	mk_hex(t->link, sizeof t->link, head);
	return t->seq;
}

uint64_t
mk_trail_synced(const struct mk_trail *t)
{
	return t->safe_seq;
}

bool
mk_trail_given_up(struct mk_trail *t, uint64_t *upto)
{
	bool was = t->given_up;
	*upto = t->given_up_at;
	t->given_up = false;
	return was;
}

const char *
mk_trail_vault(const struct mk_trail *t)
{
	return t->vault;
}

const char *
mk_trail_fingerprint(const struct mk_trail *t)
{
	return t->fingerprint;
}

bool
mk_trail_dead(const struct mk_trail *t)
{
	return t->dead;
}

bool
mk_trail_full(const struct mk_trail *t)
{
	return t->full;
}

uint64_t
mk_trail_commit_of(const struct mk_trail *t, const char *ledger)
{
	for (size_t i = 0; i < t->n_commits; i++)
		if (strcmp(t->commits[i].ledger, ledger) == 0)
			return t->commits[i].number;
	return 0;
}

const struct mk_trail_commit *
mk_trail_commit_at(const struct mk_trail *t, size_t i)
{
	return i < t->n_commits ? &t->commits[i] : NULL;
}
