/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appending: events, checkpoints, the change of segments, and what a full disk still allows. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/json.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/str.h"
#include "writer_internal.h"

/* The body without its signature. The commits are cut where they would not fit a line. */
static int
checkpoint_head(
    const struct mk_trail *t, int64_t now, const uint8_t next[MK_SIGN_PUB], struct mk_buf *out)
{
	struct mk_json j;
	char time[MK_TIME_MAX], hex[2 * MK_SIGN_PUB + 1];
	mk_time_format(now, time);
	mk_hex(next, MK_SIGN_PUB, hex);
	mk_json_init(&j, out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "kind", "checkpoint");
	mk_json_str(&j, "time", time);
	mk_json_int(&j, "index", (int64_t)t->index);
	mk_json_obj(&j, "commits");
	for (size_t i = 0; i < t->n_commits && out->len < MK_BODY_MAX - 1024; i++)
		mk_json_int(&j, t->commits[i].ledger, (int64_t)t->commits[i].number);
	mk_json_end_obj(&j);
	if (t->lost < 0)
		mk_json_null(&j, "lost");
	else
		mk_json_int(&j, "lost", t->lost);
	mk_json_str(&j, "next", hex);
	return mk_buf_error(out);
}

static int
sign_body(const struct mk_trail *t, const uint8_t salt[MK_SALT_LEN], struct mk_buf *body)
{
	struct mk_buf msg = MK_BUF_INIT;
	uint8_t sig[MK_SIGN_LEN];
	char hex[2 * MK_SIGN_LEN + 1];
	int r = mk_checkpoint_message(
	    t->vault, t->seq + 1, t->link, salt, mk_buf_str(body), body->len, &msg);
	if (r == 0)
		r = mk_sign(t->seed, msg.data, msg.len, sig);
	if (r == 0) {
		mk_hex(sig, sizeof sig, hex);
		mk_buf_printf(body, ",\"sig\":\"%s\"}", hex);
		r = mk_buf_error(body);
	}
	mk_buf_free(&msg);
	return r;
}

/* The line is on the disk: the old seed goes. A failure here ends all writing. */
static int
advance(struct mk_trail *t, struct mk_secret *next, int64_t now)
{
	mk_secret_free(t->seed);
	t->seed = next;
	t->index++;
	t->checkpoint_seq = t->seq;
	t->since = t->safe_since = 0;
	t->checkpoint_time = now;
	if (mk_seedfile_write(t->seed_fd, t->index, t->seed) < 0) {
		t->dead = true;
		return MK_E_TRAIL;
	}
	return 0;
}

int
mk_writer_checkpoint(struct mk_trail *t, int64_t now)
{
	struct mk_buf body = MK_BUF_INIT;
	struct mk_secret *next = NULL;
	uint8_t pub[MK_SIGN_PUB], salt[MK_SALT_LEN];
	/*
	 * What may not use the reserve is written before, so that it cannot keep the checkpoint
	 * out.
	 */
	int r = mk_writer_flush(t);
	if (r == 0)
		r = mk_seed_ratchet(t->seed, &next);
	if (r == 0)
		r = mk_sign_public(next, pub);
	if (r == 0)
		r = mk_rand(salt, sizeof salt);
	if (r == 0)
		r = checkpoint_head(t, now, pub, &body);
	if (r == 0)
		r = sign_body(t, salt, &body);
	if (r == 0)
		r = mk_writer_add_salted(t, salt, (const char *)body.data, body.len, true);
	if (r == 0)
		r = mk_writer_flush(t);
	if (r == 0) {
		r = advance(t, next, now);
		next = NULL;
	}
	mk_secret_free(next);
	mk_buf_free(&body);
	return r == 0 ? 0 : MK_E_TRAIL;
}

static int
create_segment(struct mk_trail *t, const char *name)
{
	for (;;) {
		int fd = openat(t->dir, name,
		    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (fd >= 0)
			return fd;
		if (mk_err_from_errno(errno) != MK_E_NOSPACE)
			break;
		t->full = true;
		if (!mk_reserve_release(t->dir))
			return MK_E_TRAIL;
	}
	t->dead = true;
	return MK_E_TRAIL;
}

/* A later month begins a new segment. Names never go back, whatever the clock does (R14). */
static int
roll(struct mk_trail *t, int64_t now)
{
	char name[MK_SEGMENT_MAX];
	mk_segment_name(now, name);
	if (strcmp(name, t->name) <= 0)
		return 0;
	int r = mk_writer_flush(t);
	if (r < 0)
		return r;
	int fd = create_segment(t, name);
	if (fd < 0)
		return fd;
	if (fsync(t->dir) < 0) {
		close(fd);
		t->dead = true;
		return MK_E_TRAIL;
	}
	close(t->segment);
	t->segment = fd;
	t->size = 0;
	memcpy(t->name, name, sizeof t->name);
	return 0;
}

/* Says in the trail that the disk is full; from the reserve, once. */
static void
note_full(struct mk_trail *t)
{
	struct mk_event e;
	struct mk_buf body = MK_BUF_INIT;
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_EVENT;
	e.action = MK_A_trail_full;
	e.time = t->time;
	e.result = mk_err_code(MK_E_NOSPACE);
	if (mk_event_body(&e, &body) == 0 &&
	    mk_writer_add(t, (const char *)body.data, body.len, true) == 0)
		mk_writer_flush(t);
	mk_buf_free(&body);
}

static int
make_room(struct mk_trail *t, bool reserve)
{
	if (!t->full)
		return 0;
	if (mk_reserve_make(t->dir) == 0) {
		t->full = false;
		return 0;
	}
	return reserve ? 0 : MK_E_TRAIL;
}

static int
before_record(struct mk_trail *t, int64_t now, bool reserve)
{
	if (t->dead)
		return MK_E_TRAIL;
	t->time = now;
	int r = make_room(t, reserve);
	if (r == 0)
		r = roll(t, now);
	if (r == 0 && t->batch.len >= MK_BATCH_BYTES)
		r = mk_writer_flush(t);
	/* Each segment begins with a checkpoint, so that open need not read the one before. */
	if (r == 0 &&
	    ((t->size == 0 && t->batch.len == 0) || t->since + 1 >= MK_TRAIL_CHECKPOINT_EVERY))
		r = mk_writer_checkpoint(t, now);
	return r;
}

static int
append_body(struct mk_trail *t, int64_t now, const struct mk_buf *body, bool reserve, bool durable)
{
	int r = before_record(t, now, reserve);
	if (r == 0 && durable && !reserve)
		r = mk_writer_flush(t); /* so that a full disk costs this record alone */
	if (r == 0)
		r = mk_writer_add(t, (const char *)body->data, body->len, reserve);
	if (r == 0 && durable)
		r = mk_writer_flush(t);
	return r == 0 ? 0 : MK_E_TRAIL;
}

/*
 * What may use the reserve is tried again alone when it shared its batch with what may not: the
 * others are lost then, and the next sync says so.
 */
static int
append_again(struct mk_trail *t, int64_t now, const struct mk_buf *body, bool reserve, bool durable)
{
	bool was = t->full;
	int r = append_body(t, now, body, reserve, durable);
	if (r < 0 && reserve && t->full && !t->dead) {
		t->dropped = true;
		r = append_body(t, now, body, reserve, true);
	}
	if (t->full && !was && !t->dead && r < 0)
		note_full(t);
	return r;
}

static void
tell(const struct mk_trail *t, uint64_t *seq, char *head)
{
	if (seq != NULL)
		*seq = t->seq;
	if (head != NULL)
		mk_hex(t->link, sizeof t->link, head);
}

int
mk_trail_append(struct mk_trail *t, const struct mk_event *e, bool durable, uint64_t *seq,
    char head[MK_TRAIL_HEX])
{
	struct mk_event copy = *e;
	struct mk_buf body = MK_BUF_INIT;
	bool reserve =
	    e->kind == MK_EV_OUTCOME || (e->kind == MK_EV_EVENT && mk_action_reserve(e->action));
	if (copy.time == 0)
		copy.time = mk_now();
	int r = mk_event_check(&copy);
	if (r == 0)
		r = mk_event_body(&copy, &body);
	if (r == 0 && body.len > MK_BODY_MAX)
		r = MK_E_TOO_BIG;
	if (r < 0)
		goto out;
	r = append_again(t, copy.time, &body, reserve, durable);
	if (r < 0)
		goto out;
	if (e->commit != 0)
		mk_writer_note_commit(
		    t, e->ledger == NULL || e->ledger[0] == '\0' ? "main" : e->ledger, e->commit);
	tell(t, seq, head);
out:
	mk_buf_free(&body);
	return r;
}

int
mk_trail_sync(struct mk_trail *t)
{
	bool was = t->full;
	int r = mk_writer_flush(t);
	if (t->full && !was && !t->dead)
		note_full(t);
	if (r == 0 && t->dropped)
		r = MK_E_TRAIL;
	t->dropped = false;
	return r == 0 ? 0 : MK_E_TRAIL;
}

static int
note_commits(struct mk_trail *t, const struct mk_trail_commit *commits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = mk_writer_note_commit(t, commits[i].ledger, commits[i].number);
		if (r < 0)
			return r;
	}
	return 0;
}

int
mk_trail_checkpoint(struct mk_trail *t, int64_t now, const struct mk_trail_commit *commits,
    size_t n, int64_t lost, uint64_t *seq, char head[MK_TRAIL_HEX])
{
	if (now == 0)
		now = mk_now();
	int r = note_commits(t, commits, n);
	if (r < 0)
		return r;
	if (t->dead)
		return MK_E_TRAIL;
	t->lost = lost;
	t->time = now;
	make_room(t, true);
	if (mk_writer_flush(t) < 0)
		t->dropped = true; /* what was held and cannot be written; the checkpoint can */
	r = roll(t, now);
	if (r == 0)
		r = mk_writer_checkpoint(t, now);
	if (r < 0)
		return MK_E_TRAIL;
	tell(t, seq, head);
	return 0;
}

bool
mk_trail_checkpoint_due(const struct mk_trail *t, int64_t now)
{
	if (now == 0)
		now = mk_now();
	return t->since > 0 && (now - t->checkpoint_time >= MK_TRAIL_CHECKPOINT_SECONDS ||
				   now < t->checkpoint_time);
}
