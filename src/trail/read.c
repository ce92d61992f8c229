/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listing records: filters, and the cursor that lets a page go on where the last one ended. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"

struct reading {
	const struct mk_trail_filter *filter;
	struct mk_buf needle; /* the folded text looked for; empty = none */
	struct mk_buf fold;
	char *scratch;
	uint64_t given;
	mk_entry_fn f;
	void *arg;
};

static bool
same(const char *want, const char *have)
{
	return want == NULL || want[0] == '\0' || strcmp(want, have) == 0;
}

static bool
has_id(const char *list, const char *id)
{
	size_t n = id == NULL ? 0 : strlen(id);
	if (n == 0)
		return true;
	for (const char *p = list; (p = strstr(p, id)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

bool
mk_body_has(const char *body, size_t len, const struct mk_buf *needle, struct mk_buf *fold)
{
	mk_buf_reset(fold);
	mk_text_fold(fold, body, len);
	return !fold->failed && fold->len > 0 &&
	       memmem(fold->data, fold->len, needle->data, needle->len) != NULL;
}

bool
mk_filter_fits(const struct mk_trail_filter *f, const struct mk_entry *e)
{
	if ((f->from != 0 && e->time < f->from) || (f->to != 0 && e->time >= f->to) ||
	    (f->ref != 0 && e->seq != f->ref && e->ref != f->ref))
		return false;
	return same(f->actor, e->actor) && same(f->action, e->action) && same(f->kind, e->kind) &&
	       same(f->session, e->session) && has_id(e->subjects, f->subject);
}

static bool
matches(struct reading *r, const struct mk_entry *e)
{
	if (!mk_filter_fits(r->filter, e))
		return false;
	return r->needle.len == 0 ||
	       (!e->purged && mk_body_has(e->body, e->body_len, &r->needle, &r->fold));
}

/* 0 go on, 1 enough, negative: what f said. */
static int
give(struct reading *r, const char *s, size_t len)
{
	struct mk_line l;
	struct mk_entry e;
	if (mk_line_parse(s, len, &l) < 0 || mk_entry_parse(&l, r->scratch, &e) < 0 ||
	    !matches(r, &e))
		return 0;
	int stop = r->f(&e, r->arg);
	if (stop != 0)
		return stop < 0 ? stop : 1;
	r->given++;
	return r->filter->limit != 0 && r->given >= r->filter->limit ? 1 : 0;
}

static int
read_segment(struct reading *r, int dir, const char *name)
{
	struct mk_lines lines;
	const char *s;
	size_t len;
	bool torn;
	int e = mk_lines_open(dir, name, &lines);
	if (e < 0)
		return e;
	mk_lines_seek(&lines, r->filter->after, r->scratch);
	while ((e = mk_lines_next(&lines, &s, &len, &torn)) == 1 && !torn) {
		e = mk_line_seq(s, len) > r->filter->after ? give(r, s, len) : 0;
		if (e != 0)
			break;
	}
	mk_lines_close(&lines);
	return torn ? 0 : e; /* a torn end is no record */
}

static int
read_all(struct reading *r, int dir)
{
	struct mk_segments s;
	int e = mk_segments_list(dir, &s);
	if (e < 0)
		return e;
	if (s.n == 0)
		e = MK_E_NOT_FOUND;
	for (size_t i = mk_segments_before(dir, &s, r->filter->after); e == 0 && i < s.n; i++)
		e = read_segment(r, dir, s.name[i]);
	mk_segments_free(&s);
	return e < 0 ? e : 0;
}

int
mk_trail_read(const char *path, const struct mk_trail_filter *filter, mk_entry_fn f, void *arg)
{
	static const struct mk_trail_filter all;
	struct reading r = {filter == NULL ? &all : filter, MK_BUF_INIT, MK_BUF_INIT,
	    malloc(MK_LINE_MAX), 0, f, arg};
	int e = MK_E_NOMEM;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		e = mk_err_from_errno(errno);
		goto out;
	}
	if (r.scratch == NULL)
		goto out;
	if (r.filter->text != NULL)
		mk_text_fold(&r.needle, r.filter->text, strlen(r.filter->text));
	e = mk_buf_error(&r.needle);
	if (e == 0)
		e = read_all(&r, dir);
out:
	if (dir >= 0)
		close(dir);
	free(r.scratch);
	mk_buf_free(&r.needle);
	mk_buf_free(&r.fold);
	return e;
}
