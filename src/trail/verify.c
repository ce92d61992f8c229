/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verifier: every line from the first, in one pass with flat memory, in steps. Checking only
 * the first and last link would let a forged middle pass (immudb, GHSA-672p-m5jq-mrh8).
 */
#include "mynakura/trail/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "slip_internal.h"

#define LINES_A_LOOK 64 /* between two looks at the clock; some 0.1 ms */

struct mk_verify {
	struct mk_verify_result r;
	const struct mk_kept *head, *key; /* NULL = not given */
	struct mk_kept kept_head, kept_key;
	uint64_t upto; /* the last line that is looked at; 0 = all */
	struct mk_genesis genesis;
	uint8_t link[MK_HASH_LEN];
	uint8_t signer[MK_SIGN_PUB]; /* who signs the next checkpoint */
	int dir;
	struct mk_segments segments;
	size_t at; /* the segment that is read */
	struct mk_lines lines; /* of it; not open while buf is NULL */
	bool done;
};

static const char *const codes[] = {
#define X(name, words) #name,
    MK_WHY_TABLE(X)
#undef X
};
static const char *const words[] = {
#define X(name, words) words,
    MK_WHY_TABLE(X)
#undef X
};

const char *
mk_why_code(enum mk_why w)
{
	return codes[(unsigned)w < MK_WHY_COUNT ? w : MK_WHY_syntax];
}

const char *
mk_why_words(enum mk_why w)
{
	return words[(unsigned)w < MK_WHY_COUNT ? w : MK_WHY_syntax];
}

int
mk_verify_error(const struct mk_verify_result *r)
{
	if (r->why == MK_WHY_ok)
		return 0;
	return r->why == MK_WHY_torn ? MK_E_TORN : MK_E_TAMPERED;
}

static enum mk_why
check_genesis(struct mk_verify *v, const struct mk_line *l)
{
	struct mk_verify_result *r = &v->r;
	uint8_t print[MK_HASH_LEN];
	if (l->seq != 1 || l->purged || mk_genesis_parse(l->body, l->body_len, &v->genesis) < 0)
		return MK_WHY_genesis;
	memcpy(v->signer, v->genesis.key, sizeof v->signer);
	memcpy(r->vault, v->genesis.vault, sizeof r->vault);
	mk_genesis_fingerprint(v->genesis.key, r->fingerprint);
	if (v->key == NULL)
		return MK_WHY_ok;
	mk_unhex(r->fingerprint, print, sizeof print);
	r->origin = mk_kept_is(v->key, print) ||
		    (v->key->bits == 8 * MK_HASH_LEN && mk_kept_is(v->key, v->genesis.key));
	return r->origin ? MK_WHY_ok : MK_WHY_key;
}

static enum mk_why
check_checkpoint(struct mk_verify *v, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	struct mk_checkpoint c;
	if (mk_checkpoint_parse(l->body, l->body_len, &c) < 0 || c.index != v->r.checkpoints)
		return MK_WHY_checkpoint;
	if (mk_checkpoint_verify(l, &c, v->genesis.vault, prev, v->signer) < 0)
		return MK_WHY_signature;
	memcpy(v->signer, c.next, sizeof v->signer);
	v->r.checkpoints++;
	v->r.unsigned_tail = 0;
	return MK_WHY_ok;
}

/* What a line of the right form and place says. */
static enum mk_why
check_kind(struct mk_verify *v, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	enum mk_body_kind kind = l->purged ? MK_BODY_OTHER : mk_body_kind(l->body, l->body_len);
	if (l->seq == 1 || kind == MK_BODY_GENESIS)
		return check_genesis(v, l);
	if (kind == MK_BODY_CHECKPOINT)
		return check_checkpoint(v, l, prev);
	v->r.unsigned_tail++;
	return v->r.unsigned_tail > MK_TRAIL_CHECKPOINT_EVERY ? MK_WHY_unsigned : MK_WHY_ok;
}

static enum mk_why
check_line(struct mk_verify *v, const char *s, size_t len)
{
	struct mk_verify_result *r = &v->r;
	struct mk_line l;
	bool leaf;
	if (mk_line_parse(s, len, &l) < 0)
		return MK_WHY_syntax;
	if (l.seq != r->entries + 1)
		return MK_WHY_seq;
	if (mk_line_check(&l, v->link, &leaf) < 0)
		return leaf ? MK_WHY_leaf : MK_WHY_link;
	enum mk_why why = check_kind(v, &l, v->link);
	if (why != MK_WHY_ok)
		return why;
	memcpy(v->link, l.link, sizeof v->link);
	r->entries++;
	if (l.purged)
		r->purged++;
	else if (mk_body_time(l.body, l.body_len, r->to) && r->entries == 1)
		memcpy(r->from, r->to, sizeof r->from);
	if (v->head != NULL && mk_kept_is(v->head, l.link))
		r->head_seq = l.seq;
	return MK_WHY_ok;
}

static int
fault(struct mk_verify_result *r, enum mk_why why, const char *file)
{
	r->why = why;
	r->bad = r->entries + 1;
	mk_str_copy(r->file, sizeof r->file, file);
	return 0;
}

static bool
is_time(int64_t end)
{
	return end >= 0 && mk_mono_ms() >= end;
}

static bool
at_end(const struct mk_verify *v)
{
	return v->r.why != MK_WHY_ok || (v->upto != 0 && v->r.entries == v->upto);
}

/* A torn end is only an interrupted write in the last segment. */
static enum mk_why
look_at(struct mk_verify *v, const char *s, size_t len, bool torn)
{
	if (!torn)
		return check_line(v, s, len);
	v->r.torn_bytes = len;
	return v->at + 1 == v->segments.n ? MK_WHY_torn : MK_WHY_syntax;
}

/* Some lines of the open segment: 0 at its end or with a verdict, AGAIN when the time is over. */
static int
walk_segment(struct mk_verify *v, int64_t end)
{
	const char *s;
	size_t len;
	bool torn;
	unsigned n = 0;
	for (;;) {
		uint64_t signatures = v->r.checkpoints;
		int e = at_end(v) ? 0 : mk_lines_next(&v->lines, &s, &len, &torn);
		if (e <= 0)
			return e;
		enum mk_why why = look_at(v, s, len, torn);
		if (why != MK_WHY_ok)
			return fault(&v->r, why, v->segments.name[v->at]);
		/* A signature takes as long as some thousand lines. */
		bool look = ++n % LINES_A_LOOK == 0 || v->r.checkpoints != signatures;
		if (look && is_time(end))
			return MK_E_AGAIN;
	}
}

static int
walk(struct mk_verify *v, int64_t end)
{
	while (!at_end(v) && v->at < v->segments.n) {
		int e = v->lines.buf != NULL
			    ? 0
			    : mk_lines_open(v->dir, v->segments.name[v->at], &v->lines);
		if (e == 0)
			e = walk_segment(v, end);
		if (e < 0)
			return e;
		mk_lines_close(&v->lines);
		v->at++;
	}
	return 0;
}

/* What only the whole walk tells. */
static void
judge(struct mk_verify *v)
{
	struct mk_verify_result *r = &v->r;
	mk_hex(v->link, sizeof v->link, r->head);
	/* A kept head that is missing is the graver finding than a torn end after it. */
	bool cut = r->entries < v->upto || (v->head != NULL && r->head_seq == 0);
	if (cut && (r->why == MK_WHY_ok || r->why == MK_WHY_torn))
		fault(r, MK_WHY_head, "");
	if (r->why == MK_WHY_ok && v->segments.foreign[0] != '\0')
		fault(r, MK_WHY_segment, v->segments.foreign);
	if (r->why == MK_WHY_ok && r->entries == 0)
		fault(r, MK_WHY_genesis, "");
}

/* DIR itself when it holds segments, else DIR/trail. */
static int
find_trail(const char *path, int *out, struct mk_segments *s)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOTDIR ? MK_E_NOT_FOUND : mk_err_from_errno(errno);
	int r = mk_segments_list(dir, s);
	if (r == 0 && s->n == 0 && s->foreign[0] == '\0') {
		int sub = openat(dir, "trail", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		if (sub < 0)
			return errno == ENOTDIR ? MK_E_NOT_FOUND : mk_err_from_errno(errno);
		dir = sub;
		r = mk_segments_list(dir, s);
		if (r == 0 && s->n == 0 && s->foreign[0] == '\0')
			r = MK_E_NOT_FOUND;
	}
	if (r < 0)
		close(dir);
	else
		*out = dir;
	return r;
}

static int
parse_kept(const char *text, struct mk_kept *kept, const struct mk_kept **out)
{
	if (text == NULL)
		return 0;
	*out = kept;
	return mk_kept_parse(text, kept);
}

int
mk_verify_begin(
    const char *path, const struct mk_verify_options *opt, uint64_t upto, struct mk_verify **out)
{
	struct mk_verify *v = calloc(1, sizeof *v);
	int r = 0;
	if (v == NULL)
		return MK_E_NOMEM;
	v->dir = -1;
	v->upto = upto;
	if (opt != NULL)
		r = parse_kept(opt->head, &v->kept_head, &v->head);
	if (r == 0 && opt != NULL)
		r = parse_kept(opt->key, &v->kept_key, &v->key);
	if (r == 0)
		r = find_trail(path, &v->dir, &v->segments);
	if (r < 0)
		mk_verify_free(v);
	else
		*out = v;
	return r;
}

int
mk_verify_step(struct mk_verify *v, int ms)
{
	int r = v->done ? 0 : walk(v, ms < 0 ? -1 : mk_mono_ms() + ms);
	if (r == 0 && !v->done) {
		judge(v);
		v->done = true;
	}
	return r;
}

const struct mk_verify_result *
mk_verify_verdict(const struct mk_verify *v)
{
	return v->done ? &v->r : NULL;
}

void
mk_verify_free(struct mk_verify *v)
{
	if (v == NULL)
		return;
	mk_lines_close(&v->lines);
	mk_segments_free(&v->segments);
	if (v->dir >= 0)
		close(v->dir);
	free(v);
}

int
mk_trail_verify(const char *path, const struct mk_verify_options *opt, struct mk_verify_result *out)
{
	struct mk_verify *v;
	int r = mk_verify_begin(path, opt, 0, &v);
	if (r < 0)
		return r;
	r = mk_verify_step(v, -1);
	if (r == 0)
		*out = *mk_verify_verdict(v);
	mk_verify_free(v);
	return r;
}
