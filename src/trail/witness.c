/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A checkpoint that somebody kept, shown to the chain (R4, decisions.md 16). Whoever holds an older
 * copy of all files cannot make it contain what was signed after it; the seed of the copy can be
 * ratcheted forward to the key that signed, so the kept checkpoint proves itself.
 */
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "writer_internal.h"

struct kept {
	struct mk_line line;
	struct mk_checkpoint c;
	bool has_prev;
	uint8_t prev[MK_HASH_LEN]; /* link of the entry before */
};

static int
parse_prev(const char *s, size_t len, struct kept *k)
{
	struct mk_line l;
	if (mk_line_parse(s, len, &l) < 0 || l.seq + 1 != k->line.seq)
		return MK_E_INPUT;
	memcpy(k->prev, l.link, sizeof k->prev);
	k->has_prev = true;
	return 0;
}

static int
parse(const char *s, size_t len, struct kept *k)
{
	uint8_t leaf[MK_HASH_LEN];
	const char *nl = memchr(s, '\n', len);
	size_t first = nl == NULL ? len : (size_t)(nl - s);
	struct mk_line *l = &k->line;
	memset(k, 0, sizeof *k);
	if (mk_line_parse(s, first, l) < 0 || l->purged ||
	    mk_body_kind(l->body, l->body_len) != MK_BODY_CHECKPOINT ||
	    mk_checkpoint_parse(l->body, l->body_len, &k->c) < 0 || mk_line_leaf(l, leaf) < 0 ||
	    memcmp(leaf, l->leaf, sizeof leaf) != 0)
		return MK_E_INPUT;
	size_t rest = nl == NULL ? 0 : len - first - 1;
	if (rest > 0 && nl[rest] == '\n')
		rest--;
	return rest == 0 ? 0 : parse_prev(nl + 1, rest, k);
}

/* The link of an entry of ours. */
static int
link_at(const struct mk_trail *t, uint64_t seq, uint8_t link[MK_HASH_LEN])
{
	struct mk_buf text = MK_BUF_INIT;
	struct mk_line l;
	int r = mk_line_find(t->dir, seq, &text);
	if (r == 0)
		r = mk_line_parse((const char *)text.data, text.len - 1, &l);
	if (r == 0)
		memcpy(link, l.link, sizeof l.link);
	mk_buf_free(&text);
	return r;
}

/* 1: found in this segment; 0: not; the caller looks into the one before. */
static int
key_in(int dir, const char *name, uint64_t index, uint8_t key[MK_SIGN_PUB])
{
	struct mk_lines lines;
	struct mk_line l;
	struct mk_checkpoint c;
	struct mk_genesis g;
	const char *s;
	size_t len;
	bool torn, found = false;
	int r = mk_lines_open(dir, name, &lines);
	if (r < 0)
		return r;
	while (!found && (r = mk_lines_next(&lines, &s, &len, &torn)) == 1) {
		if (mk_line_parse(s, len, &l) < 0 || l.purged)
			continue;
		enum mk_body_kind kind = mk_body_kind(l.body, l.body_len);
		if (index == 0 && kind == MK_BODY_GENESIS &&
		    mk_genesis_parse(l.body, l.body_len, &g) == 0) {
			memcpy(key, g.key, sizeof g.key);
			found = true;
		} else if (index > 0 && kind == MK_BODY_CHECKPOINT &&
			   mk_checkpoint_parse(l.body, l.body_len, &c) == 0 &&
			   c.index == index - 1) {
			memcpy(key, c.next, sizeof c.next);
			found = true;
		}
	}
	mk_lines_close(&lines);
	return r < 0 ? r : found ? 1 : 0;
}

/* The key that signs checkpoint `index`, from the one before it in our chain. */
static int
key_of(const struct mk_trail *t, uint64_t index, uint8_t key[MK_SIGN_PUB])
{
	struct mk_segments s;
	int r = mk_segments_list(t->dir, &s);
	if (r < 0)
		return r;
	for (size_t i = s.n; r == 0 && i-- > 0;)
		r = key_in(t->dir, s.name[i], index, key);
	mk_segments_free(&s);
	return r < 0 ? r : r == 1 ? 0 : MK_E_INPUT;
}

/* A key of the future: our own seed, as many steps on. */
static int
key_ahead(const struct mk_trail *t, uint64_t index, uint8_t key[MK_SIGN_PUB])
{
	struct mk_secret *seed = NULL;
	if (index - t->index > MK_TRAIL_WITNESS_AHEAD || t->seed == NULL)
		return MK_E_INPUT;
	int r = 0;
	for (uint64_t i = t->index; r == 0 && i < index; i++) {
		struct mk_secret *next = NULL;
		r = mk_seed_ratchet(seed == NULL ? t->seed : seed, &next);
		mk_secret_free(seed);
		seed = next;
	}
	if (r == 0)
		r = mk_sign_public(seed == NULL ? t->seed : seed, key);
	mk_secret_free(seed);
	return r;
}

static int
verify(struct mk_trail *t, struct kept *k)
{
	uint8_t key[MK_SIGN_PUB], link[MK_HASH_LEN];
	if (!k->has_prev && (k->line.seq < 2 || k->line.seq - 1 > t->safe_seq ||
				link_at(t, k->line.seq - 1, k->prev) < 0))
		return MK_E_INPUT;
	mk_line_link(k->prev, k->line.seq, k->line.leaf, link);
	if (memcmp(link, k->line.link, sizeof link) != 0)
		return MK_E_INPUT;
	int r = k->c.index >= t->index ? key_ahead(t, k->c.index, key) : key_of(t, k->c.index, key);
	if (r == 0 && mk_checkpoint_verify(&k->line, &k->c, t->vault, k->prev, key) < 0)
		r = MK_E_INPUT;
	return r;
}

int
mk_trail_witness(struct mk_trail *t, const void *kept, size_t len, uint64_t *seq)
{
	struct kept k;
	uint8_t link[MK_HASH_LEN];
	if (parse(kept, len, &k) < 0)
		return MK_E_INPUT;
	if (seq != NULL)
		*seq = k.line.seq;
	if (k.line.seq <= t->safe_seq && link_at(t, k.line.seq, link) == 0 &&
	    memcmp(link, k.line.link, sizeof link) == 0)
		return 0;
	int r = verify(t, &k);
	if (r < 0)
		return r;
	return k.line.seq > t->seq && k.c.index >= t->index ? MK_E_ROLLED_BACK : MK_E_TAMPERED;
}

int
mk_trail_newest(struct mk_trail *t, struct mk_buf *out)
{
	struct mk_buf before = MK_BUF_INIT;
	struct mk_line l;
	if (t->checkpoint_seq == 0)
		return MK_E_NOT_FOUND;
	int r = mk_line_find(t->dir, t->checkpoint_seq, out);
	if (r == 0)
		r = mk_line_find(t->dir, t->checkpoint_seq - 1, &before);
	if (r == 0)
		r = mk_line_parse((const char *)before.data, before.len - 1, &l);
	if (r == 0) {
		l.purged = true;
		mk_line_format(&l, out);
		r = mk_buf_error(out);
	}
	mk_buf_free(&before);
	return r;
}
