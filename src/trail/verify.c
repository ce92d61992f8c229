/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verifier: every line from the first, in one pass with flat memory. Checking only the first
 * and last link would let a forged middle pass (immudb, GHSA-672p-m5jq-mrh8).
 */
#include "mynakura/trail/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "slip_internal.h"

struct verifier {
	struct mk_verify_result *r;
	const struct mk_kept *head, *key; /* NULL = not given */
	struct mk_genesis genesis;
	uint8_t link[MK_HASH_LEN];
	uint8_t signer[MK_SIGN_PUB]; /* who signs the next checkpoint */
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
check_genesis(struct verifier *v, const struct mk_line *l)
{
	struct mk_verify_result *r = v->r;
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
check_checkpoint(struct verifier *v, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	struct mk_checkpoint c;
	if (mk_checkpoint_parse(l->body, l->body_len, &c) < 0 || c.index != v->r->checkpoints)
		return MK_WHY_checkpoint;
	if (mk_checkpoint_verify(l, &c, v->genesis.vault, prev, v->signer) < 0)
		return MK_WHY_signature;
	memcpy(v->signer, c.next, sizeof v->signer);
	v->r->checkpoints++;
	v->r->unsigned_tail = 0;
	return MK_WHY_ok;
}

/* What a line of the right form and place says. */
static enum mk_why
check_kind(struct verifier *v, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	enum mk_body_kind kind = l->purged ? MK_BODY_OTHER : mk_body_kind(l->body, l->body_len);
	if (l->seq == 1 || kind == MK_BODY_GENESIS)
		return check_genesis(v, l);
	if (kind == MK_BODY_CHECKPOINT)
		return check_checkpoint(v, l, prev);
	v->r->unsigned_tail++;
	return v->r->unsigned_tail > MK_TRAIL_CHECKPOINT_EVERY ? MK_WHY_unsigned : MK_WHY_ok;
}

static enum mk_why
check_line(struct verifier *v, const char *s, size_t len)
{
	struct mk_verify_result *r = v->r;
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

/* last: a torn end is only an interrupted write in the last segment. */
static int
walk_segment(struct verifier *v, int dir, const char *name, bool last)
{
	struct mk_lines lines;
	const char *s;
	size_t len;
	bool torn;
	int e = mk_lines_open(dir, name, &lines);
	if (e < 0)
		return e;
	while ((e = mk_lines_next(&lines, &s, &len, &torn)) == 1) {
		if (torn)
			v->r->torn_bytes = len;
		enum mk_why why =
		    torn ? (last ? MK_WHY_torn : MK_WHY_syntax) : check_line(v, s, len);
		if (why != MK_WHY_ok) {
			e = fault(v->r, why, name);
			break;
		}
	}
	mk_lines_close(&lines);
	return e;
}

static int
walk(struct verifier *v, int dir, const struct mk_segments *s)
{
	struct mk_verify_result *r = v->r;
	int e = 0;
	for (size_t i = 0; e == 0 && r->why == MK_WHY_ok && i < s->n; i++)
		e = walk_segment(v, dir, s->name[i], i + 1 == s->n);
	if (e < 0)
		return e;
	mk_hex(v->link, sizeof v->link, r->head);
	/* A kept head that is missing is the graver finding than a torn end after it. */
	if (v->head != NULL && r->head_seq == 0 && (r->why == MK_WHY_ok || r->why == MK_WHY_torn))
		fault(r, MK_WHY_head, "");
	if (r->why == MK_WHY_ok && s->foreign[0] != '\0')
		fault(r, MK_WHY_segment, s->foreign);
	if (r->why == MK_WHY_ok && r->entries == 0)
		fault(r, MK_WHY_genesis, "");
	return 0;
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
mk_trail_verify(const char *path, const struct mk_verify_options *opt, struct mk_verify_result *out)
{
	struct mk_verify_result result;
	struct mk_kept head, key;
	struct verifier v;
	struct mk_segments s = {NULL, 0, ""};
	int dir = -1, r = 0;
	memset(&result, 0, sizeof result);
	memset(&v, 0, sizeof v);
	v.r = &result;
	if (opt != NULL)
		r = parse_kept(opt->head, &head, &v.head);
	if (r == 0 && opt != NULL)
		r = parse_kept(opt->key, &key, &v.key);
	if (r == 0)
		r = find_trail(path, &dir, &s);
	if (r < 0)
		return r;
	r = walk(&v, dir, &s);
	mk_segments_free(&s);
	close(dir);
	if (r == 0)
		*out = result;
	return r;
}
