/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking the lines since the last start. The first checkpoint of a walk is taken as it is when the
 * walk does not begin at the genesis record; verifying everything is mk_trail_verify's work.
 */
#include "tail_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

struct walk {
	struct mk_tail *t;
	char *scratch;
	bool key_known; /* the next checkpoint's key is known */
};

void
mk_tail_free(struct mk_tail *t)
{
	free(t->intents);
	free(t->commits);
	memset(t, 0, sizeof *t);
}

static int
read_genesis(int dir, const char *name, struct mk_genesis *out)
{
	struct mk_lines lines;
	struct mk_line l;
	const char *s;
	size_t len;
	bool torn;
	int r = mk_lines_open(dir, name, &lines);
	if (r < 0)
		return r;
	r = mk_lines_next(&lines, &s, &len, &torn);
	if (r >= 0)
		r = r == 1 && mk_line_parse(s, len, &l) == 0 && !l.purged && l.seq == 1 &&
			    mk_genesis_parse(l.body, l.body_len, out) == 0
			? 0
			: MK_E_TAMPERED;
	mk_lines_close(&lines);
	return r;
}

/* seq and link of the last line of a segment; *found false for an empty one. */
static int
last_line(int dir, const char *name, struct mk_tail *t, bool *found)
{
	struct stat st;
	struct mk_line l;
	const size_t max = MK_LINE_MAX + 1;
	*found = false;
	int r = MK_E_IO;
	char *buf = malloc(max);
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (buf == NULL || fd < 0 || fstat(fd, &st) < 0)
		goto out;
	r = 0;
	if (st.st_size == 0)
		goto out;
	size_t n = (uint64_t)st.st_size < max ? (size_t)st.st_size : max;
	r = mk_pread_all(fd, buf, n, (uint64_t)st.st_size - n);
	if (r < 0)
		goto out;
	r = MK_E_TAMPERED;
	if (buf[n - 1] != '\n')
		goto out;
	const char *nl = memrchr(buf, '\n', n - 1);
	const char *s = nl == NULL ? buf : nl + 1;
	r = mk_line_parse(s, (size_t)(buf + n - 1 - s), &l);
	if (r < 0) {
		r = MK_E_TAMPERED;
		goto out;
	}
	t->seq = l.seq;
	memcpy(t->link, l.link, sizeof t->link);
	*found = true;
out:
	if (fd >= 0)
		close(fd);
	free(buf);
	return r;
}

static int
add_intent(struct mk_tail *t, const struct mk_entry *e)
{
	if (t->n_intents % 16 == 0) {
		void *p = realloc(t->intents, (t->n_intents + 16) * sizeof t->intents[0]);
		if (p == NULL)
			return MK_E_NOMEM;
		t->intents = p;
	}
	struct mk_open_intent *i = &t->intents[t->n_intents++];
	memset(i, 0, sizeof *i);
	i->seq = e->seq;
	mk_str_copy(i->action, sizeof i->action, e->action);
	mk_str_copy(i->actor, sizeof i->actor, e->actor);
	mk_str_copy(i->ledger, sizeof i->ledger, e->ledger);
	return 0;
}

static void
drop_intent(struct mk_tail *t, uint64_t seq)
{
	for (size_t i = t->n_intents; i-- > 0;) {
		if (t->intents[i].seq == seq) {
			t->n_intents--;
			memmove(&t->intents[i], &t->intents[i + 1],
			    (t->n_intents - i) * sizeof t->intents[0]);
			return;
		}
	}
}

static int
note_commit(struct mk_tail *t, const char *ledger, uint64_t number)
{
	size_t i = 0;
	while (i < t->n_commits && strcmp(t->commits[i].ledger, ledger) != 0)
		i++;
	if (i == t->n_commits) {
		if (i % 16 == 0) {
			void *p = realloc(t->commits, (i + 16) * sizeof t->commits[0]);
			if (p == NULL)
				return MK_E_NOMEM;
			t->commits = p;
		}
		memset(&t->commits[i], 0, sizeof t->commits[i]);
		if (mk_str_copy(t->commits[i].ledger, sizeof t->commits[i].ledger, ledger) < 0)
			return 0;
		t->n_commits++;
	}
	if (number > t->commits[i].number)
		t->commits[i].number = number;
	return 0;
}

/* `"commits":{"main":7,"lABC":12}` of a checkpoint that is our own. */
static int
read_commits(struct mk_tail *t, const struct mk_line *l)
{
	static const char open[] = ",\"commits\":{";
	const char *end = l->body + l->body_len;
	const char *p = memmem(l->body, l->body_len, open, sizeof open - 1);
	int r = 0;
	if (p == NULL)
		return 0;
	p += sizeof open - 1;
	while (r == 0 && p < end && *p == '"') {
		char name[MK_TRAIL_VAULT_MAX];
		const char *q = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (q == NULL || (size_t)(q - p) > sizeof name || q + 1 >= end || q[1] != ':')
			return 0;
		memcpy(name, p + 1, (size_t)(q - p - 1));
		name[q - p - 1] = '\0';
		uint64_t v = 0;
		size_t n = 0;
		for (p = q + 2; p < end && n < 19 && *p >= '0' && *p <= '9'; p++, n++)
			v = v * 10 + (uint64_t)(*p - '0');
		r = note_commit(t, name, v);
		if (p < end && *p == ',')
			p++;
	}
	return r;
}

static int
take_checkpoint(struct walk *w, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	struct mk_checkpoint c;
	struct mk_tail *t = w->t;
	if (mk_checkpoint_parse(l->body, l->body_len, &c) < 0)
		return MK_E_TAMPERED;
	if (w->key_known) {
		if (c.index != t->index)
			return MK_E_TAMPERED;
		int r = mk_checkpoint_verify(l, &c, t->genesis.vault, prev, t->key);
		if (r < 0)
			return r;
	}
	t->index = c.index + 1;
	t->checkpoint_seq = l->seq;
	memcpy(t->key, c.next, sizeof t->key);
	w->key_known = t->anchored = true;
	t->since = 0;
	t->checkpoint_time = t->time;
	return read_commits(t, l);
}

/* A line that stands rightly in the chain. */
static int
take_line(struct walk *w, const struct mk_line *l, const uint8_t prev[MK_HASH_LEN])
{
	struct mk_tail *t = w->t;
	struct mk_entry e;
	char time[MK_TIME_MAX];
	t->since++;
	if (l->purged)
		return 0;
	if (mk_body_time(l->body, l->body_len, time))
		mk_time_parse(time, &t->time);
	enum mk_body_kind kind = mk_body_kind(l->body, l->body_len);
	if (kind == MK_BODY_CHECKPOINT)
		return take_checkpoint(w, l, prev);
	if (kind == MK_BODY_GENESIS) {
		memcpy(t->key, t->genesis.key, sizeof t->key);
		w->key_known = t->anchored = t->started = true;
		t->since = 0;
		t->checkpoint_time = t->time;
		return l->seq == 1 ? 0 : MK_E_TAMPERED;
	}
	if (mk_entry_parse(l, w->scratch, &e) < 0)
		return 0; /* a later version's; the chain holds, nothing of it is ours to close */
	if (strcmp(e.action, mk_action_name(MK_A_start)) == 0)
		t->started = true;
	if (e.commit != 0 && note_commit(t, e.ledger[0] == '\0' ? "main" : e.ledger, e.commit) < 0)
		return MK_E_NOMEM;
	if (strcmp(e.kind, mk_event_kind_name(MK_EV_INTENT)) == 0)
		return add_intent(t, &e);
	if (strcmp(e.kind, mk_event_kind_name(MK_EV_OUTCOME)) == 0 && e.ref != 0)
		drop_intent(t, e.ref);
	return 0;
}

/* One segment. t->torn is set where its lines end to follow; only the last segment may. */
static int
walk_segment(struct walk *w, int dir, const char *name)
{
	struct mk_tail *t = w->t;
	struct mk_lines lines;
	const char *s;
	size_t len;
	bool fragment, leaf;
	int r = mk_lines_open(dir, name, &lines);
	if (r < 0)
		return r;
	t->good = 0;
	t->torn = t->no_newline = false;
	while ((r = mk_lines_next(&lines, &s, &len, &fragment)) == 1) {
		struct mk_line l;
		uint8_t prev[MK_HASH_LEN];
		memcpy(prev, t->link, sizeof prev);
		if (mk_line_parse(s, len, &l) < 0) {
			t->torn = true;
			r = 0;
			break;
		}
		/* An interrupted write leaves pieces and zeros, never a well-formed wrong line. */
		if (l.seq != t->seq + 1 || mk_line_check(&l, prev, &leaf) < 0) {
			r = MK_E_TAMPERED;
			break;
		}
		t->seq = l.seq;
		memcpy(t->link, l.link, sizeof t->link);
		r = take_line(w, &l, prev);
		if (r < 0)
			break;
		t->no_newline = fragment;
		t->good += len + (fragment ? 0 : 1);
	}
	mk_lines_close(&lines);
	return r;
}

static int
walk_from(struct walk *w, int dir, const struct mk_segments *s, size_t first)
{
	struct mk_tail *t = w->t;
	bool found = false;
	int r = 0;
	t->seq = t->since = t->index = t->checkpoint_seq = 0;
	t->n_intents = 0;
	memset(t->link, 0, sizeof t->link);
	t->anchored = t->started = w->key_known = false;
	for (size_t i = first; r == 0 && i-- > 0 && !found;)
		r = last_line(dir, s->name[i], t, &found);
	for (size_t i = first; r == 0 && i < s->n; i++) {
		r = walk_segment(w, dir, s->name[i]);
		if (r == 0 && i + 1 < s->n && (t->torn || t->no_newline))
			r = MK_E_TAMPERED;
	}
	return r;
}

int
mk_tail_walk(int dir, struct mk_tail *out)
{
	struct mk_segments s = {NULL, 0, ""};
	struct mk_tail t;
	struct walk w = {&t, malloc(MK_LINE_MAX), false};
	memset(&t, 0, sizeof t);
	int r = w.scratch == NULL ? MK_E_NOMEM : mk_segments_list(dir, &s);
	if (r == 0 && s.n == 0)
		r = MK_E_TAMPERED; /* only names that are no segment's */
	if (r == 0)
		r = read_genesis(dir, s.name[0], &t.genesis);
	for (size_t first = s.n; r == 0 && first-- > 0;) {
		r = walk_from(&w, dir, &s, first);
		if (t.anchored && t.started)
			break;
	}
	if (r == 0)
		memcpy(t.name, s.name[s.n - 1], sizeof t.name);
	mk_segments_free(&s);
	free(w.scratch);
	if (r < 0)
		mk_tail_free(&t);
	else
		*out = t;
	return r;
}
