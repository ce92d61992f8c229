/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dropping the bodies whose term is over. A closed segment is written aside without them, compared
 * line by line with the old one, and takes its name: at every moment one whole file has it, and
 * the chain verifies before and after. What falls is always a beginning of the trail: an entry's
 * time counts as no earlier than that of any entry before it in its month, so that a clock that
 * was set back for an act does not make its record old (R14).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "writer_internal.h"

#define TORN_PREFIX "torn-"

struct purge {
	struct mk_trail *t;
	int64_t before;
	uint64_t upto; /* entries to this number may fall */
	uint64_t count;
	int64_t time; /* the newest so far in this segment */
	uint8_t link[MK_HASH_LEN]; /* of the line before */
};

static void
begin_segment(struct purge *p, const char *name)
{
	struct mk_date d;
	char day[MK_DATE_MAX];
	memcpy(day, name, 7);
	memcpy(day + 7, "-01", 4);
	p->time = mk_date_parse(day, &d) == 0 ? mk_date_start_jst(d) : INT64_MAX;
}

/* Is the term of this entry over? Checkpoints and the genesis record answer too. */
static bool
over(struct purge *p, const struct mk_line *l)
{
	char text[MK_TIME_MAX];
	int64_t time;
	if (!l->purged && mk_body_time(l->body, l->body_len, text) &&
	    mk_time_parse(text, &time) == 0 && time > p->time)
		p->time = time;
	return p->time < p->before;
}

static bool
may_fall(const struct mk_line *l)
{
	return !l->purged && l->seq > 1 && mk_body_kind(l->body, l->body_len) == MK_BODY_OTHER;
}

/* 1: all of this segment is over, look into the next one. */
static int
plan_segment(struct purge *p, const char *name)
{
	struct mk_lines lines;
	struct mk_line l;
	const char *s;
	size_t len;
	bool torn, more = true;
	begin_segment(p, name);
	if (p->time >= p->before)
		return 0;
	int r = mk_lines_open(p->t->dir, name, &lines);
	if (r < 0)
		return r;
	while (more && (r = mk_lines_next(&lines, &s, &len, &torn)) == 1) {
		if (torn || mk_line_parse(s, len, &l) < 0) {
			r = MK_E_TAMPERED;
			break;
		}
		more = over(p, &l);
		if (!more || !may_fall(&l))
			continue;
		p->upto = l.seq;
		p->count++;
	}
	mk_lines_close(&lines);
	return r < 0 ? r : more ? 1 : 0;
}

/* Writes lines to fd, or nowhere (-1); every line is checked against the chain first. */
static int
copy_lines(struct purge *p, struct mk_lines *lines, int fd, uint64_t *fallen)
{
	struct mk_line l;
	struct mk_buf out = MK_BUF_INIT;
	const char *s;
	size_t len;
	bool torn, leaf;
	int r;
	while ((r = mk_lines_next(lines, &s, &len, &torn)) == 1) {
		r = torn || mk_line_parse(s, len, &l) < 0 || mk_line_check(&l, p->link, &leaf) < 0
			? MK_E_TAMPERED
			: 0;
		if (r < 0)
			break;
		memcpy(p->link, l.link, sizeof p->link);
		if (fd < 0)
			continue;
		if (may_fall(&l) && l.seq <= p->upto) {
			l.purged = true;
			++*fallen;
		}
		mk_line_format(&l, &out);
		r = mk_buf_error(&out);
		if (r == 0 && out.len >= MK_BATCH_BYTES) {
			r = mk_write_all(fd, out.data, out.len);
			mk_buf_reset(&out);
		}
		if (r < 0)
			break;
	}
	if (r == 0 && fd >= 0)
		r = mk_write_all(fd, out.data, out.len);
	mk_buf_free(&out);
	return r;
}

/* aside false: nothing of it falls, its lines are only walked. */
static int
write_aside(struct purge *p, const char *name, bool aside, uint64_t *fallen)
{
	struct mk_lines lines;
	int fd = -1;
	int r = mk_lines_open(p->t->dir, name, &lines);
	if (r < 0)
		return r;
	if (aside) {
		fd = openat(p->t->dir, MK_PURGE_NAME,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
		r = fd < 0 ? mk_err_from_errno(errno) : 0;
	}
	if (r == 0)
		r = copy_lines(p, &lines, fd, fallen);
	if (r == 0 && fd >= 0 && fsync(fd) < 0)
		r = mk_err_from_errno(errno);
	if (fd >= 0)
		close(fd);
	mk_lines_close(&lines);
	return r;
}

/* Both lines are the same entry, and what is gone was allowed to go. */
static bool
same_entry(const struct purge *p, const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct mk_line x, y;
	if (a_len == b_len && memcmp(a, b, a_len) == 0)
		return true;
	return mk_line_parse(a, a_len, &x) == 0 && mk_line_parse(b, b_len, &y) == 0 &&
	       x.seq == y.seq && memcmp(x.leaf, y.leaf, sizeof x.leaf) == 0 &&
	       memcmp(x.link, y.link, sizeof x.link) == 0 && y.purged && may_fall(&x) &&
	       x.seq <= p->upto;
}

static int
compare(const struct purge *p, const char *name)
{
	struct mk_lines old, new;
	const char *a, *b;
	size_t a_len, b_len;
	bool torn;
	int r = mk_lines_open(p->t->dir, name, &old);
	if (r < 0)
		return r;
	r = mk_lines_open(p->t->dir, MK_PURGE_NAME, &new);
	if (r < 0) {
		mk_lines_close(&old);
		return r;
	}
	for (;;) {
		int x = mk_lines_next(&old, &a, &a_len, &torn);
		int y = x < 0 || torn ? MK_E_IO : mk_lines_next(&new, &b, &b_len, &torn);
		if (x != y || torn || (x == 1 && !same_entry(p, a, a_len, b, b_len)))
			r = MK_E_IO;
		if (x != 1 || r < 0)
			break;
	}
	mk_lines_close(&old);
	mk_lines_close(&new);
	return r;
}

static int
purge_segment(struct purge *p, const char *name, bool aside)
{
	uint64_t fallen = 0;
	int r = write_aside(p, name, aside, &fallen);
	if (r == 0 && fallen > 0) {
		r = compare(p, name);
		if (r == 0 && renameat(p->t->dir, MK_PURGE_NAME, p->t->dir, name) < 0)
			r = mk_err_from_errno(errno);
		if (r == 0 && fsync(p->t->dir) < 0)
			r = MK_E_IO;
	}
	unlinkat(p->t->dir, MK_PURGE_NAME, 0);
	p->count += r == 0 ? fallen : 0;
	return r;
}

/* What was cut at a crash held text too. */
static void
drop_torn(const struct purge *p)
{
	int fd = openat(p->t->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	uint64_t seq;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		if (mk_str_starts(e->d_name, TORN_PREFIX) &&
		    mk_str_u64(e->d_name + sizeof TORN_PREFIX - 1, INT64_MAX, &seq) == 0 &&
		    seq <= p->upto)
			unlinkat(p->t->dir, e->d_name, 0);
	closedir(d);
}

static int
say(struct purge *p, enum mk_event_kind kind, int64_t now, int result, uint64_t *ref)
{
	char count[24], upto[24], before[MK_TIME_MAX];
	struct mk_detail d[] = {{"count", count}, {"upto", upto}, {"before", before}};
	struct mk_event e;
	memset(&e, 0, sizeof e);
	snprintf(count, sizeof count, "%" PRIu64, p->count);
	snprintf(upto, sizeof upto, "%" PRIu64, p->upto);
	mk_time_format(p->before, before);
	e.kind = kind;
	e.action = MK_A_purge;
	e.time = now;
	e.result = kind == MK_EV_OUTCOME ? mk_err_code(result) : NULL;
	e.ref = *ref;
	e.details = d;
	e.n_details = sizeof d / sizeof d[0];
	return mk_trail_append(p->t, &e, true, kind == MK_EV_INTENT ? ref : NULL, NULL);
}

static int
rewrite(struct purge *p, const struct mk_segments *s, size_t n, const bool *aside)
{
	int r = 0;
	p->count = 0;
	memset(p->link, 0, sizeof p->link);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = purge_segment(p, s->name[i], aside[i]);
	if (r == 0)
		drop_torn(p);
	return r;
}

int
mk_trail_purge(struct mk_trail *t, int64_t now, int64_t before, struct mk_trail_purged *out)
{
	struct purge p = {.t = t, .before = before};
	struct mk_segments s = {NULL, 0, ""};
	uint64_t ref = 0;
	size_t n = 0;
	bool *aside = NULL; /* of each segment: something of it falls */
	memset(out, 0, sizeof *out);
	if (now == 0)
		now = mk_now();
	if (before > now - MK_TRAIL_KEEP_FLOOR)
		return MK_E_INPUT;
	int r = t->dead ? MK_E_TRAIL : mk_segments_list(t->dir, &s);
	if (r == 0 && (aside = calloc(s.n + 1, sizeof *aside)) == NULL)
		r = MK_E_NOMEM;
	for (int more = 1; r == 0 && more == 1 && n < s.n && strcmp(s.name[n], t->name) < 0;) {
		uint64_t before_it = p.count;
		more = plan_segment(&p, s.name[n]);
		r = more < 0 ? more : 0;
		aside[n++] = p.count > before_it;
	}
	if (r < 0 || p.count == 0)
		goto out;
	/* R1 for the trail's own act: what will fall stands there before it falls. */
	r = say(&p, MK_EV_INTENT, now, 0, &ref);
	if (r < 0)
		goto out;
	r = rewrite(&p, &s, n, aside);
	int told = say(&p, MK_EV_OUTCOME, now, r, &ref);
	out->count = p.count;
	out->upto = p.upto;
	r = r < 0 ? r : told;
out:
	free(aside);
	mk_segments_free(&s);
	return r;
}
