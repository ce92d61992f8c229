/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segment files of a trail: listing them in order, and reading one line by line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"

#define SUFFIX ".jsonl"
#define READ_BYTES (4 * MK_LINE_MAX)

bool
mk_segment_valid(const char *name)
{
	struct mk_date d = {0, 0, 1};
	if (strlen(name) != 7 + sizeof SUFFIX - 1 || strcmp(name + 7, SUFFIX) != 0)
		return false;
	char day[MK_DATE_MAX];
	memcpy(day, name, 7);
	memcpy(day + 7, "-01", 4);
	return mk_date_parse(day, &d) == 0;
}

void
mk_segment_name(int64_t t, char out[MK_SEGMENT_MAX])
{
	char day[MK_DATE_MAX];
	mk_date_format(mk_date_jst(t), day);
	memcpy(out, day, 7);
	memcpy(out + 7, SUFFIX, sizeof SUFFIX);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
ends_in_suffix(const char *name)
{
	size_t n = strlen(name);
	return n >= sizeof SUFFIX - 1 && strcmp(name + n - (sizeof SUFFIX - 1), SUFFIX) == 0;
}

static int
add_name(struct mk_segments *s, const char *name)
{
	if (!mk_segment_valid(name)) {
		size_t n = strnlen(name, sizeof s->foreign - 1);
		memcpy(s->foreign, name, n);
		s->foreign[n] = '\0';
		return 0;
	}
	if (s->n % 64 == 0) {
		void *p = realloc(s->name, (s->n + 64) * sizeof s->name[0]);
		if (p == NULL)
			return MK_E_NOMEM;
		s->name = p;
	}
	memset(s->name[s->n], 0, MK_SEGMENT_MAX);
	memcpy(s->name[s->n++], name, strlen(name) + 1);
	return 0;
}

int
mk_segments_list(int dir, struct mk_segments *out)
{
	struct mk_segments s = {NULL, 0, ""};
	int r = MK_E_IO;
	DIR *d = NULL;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (d = fdopendir(fd)) == NULL)
		goto out;
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(d);
		if (e == NULL) {
			r = errno == 0 ? 0 : MK_E_IO;
			break;
		}
		if (ends_in_suffix(e->d_name) && (r = add_name(&s, e->d_name)) < 0)
			break;
	}
	if (r == 0 && s.n > 1)
		qsort(s.name, s.n, sizeof s.name[0], by_name);
out:
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	if (r < 0)
		mk_segments_free(&s);
	else
		*out = s;
	return r;
}

void
mk_segments_free(struct mk_segments *s)
{
	free(s->name);
	s->name = NULL;
	s->n = 0;
}

int
mk_lines_open(int dir, const char *name, struct mk_lines *out)
{
	struct mk_lines l;
	memset(&l, 0, sizeof l);
	l.fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (l.fd < 0)
		return mk_err_from_errno(errno);
	l.buf = malloc(READ_BYTES);
	if (l.buf == NULL) {
		close(l.fd);
		return MK_E_NOMEM;
	}
	*out = l;
	return 0;
}

void
mk_lines_close(struct mk_lines *l)
{
	if (l->buf == NULL)
		return;
	close(l->fd);
	free(l->buf);
	l->buf = NULL;
}

static int
fill(struct mk_lines *l)
{
	if (l->start > 0) {
		memmove(l->buf, l->buf + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	while (!l->eof && l->end < READ_BYTES) {
		ssize_t n = read(l->fd, l->buf + l->end, READ_BYTES - l->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return MK_E_IO;
		if (n == 0)
			l->eof = true;
		l->end += (size_t)n;
	}
	return 0;
}

int
mk_lines_next(struct mk_lines *l, const char **s, size_t *len, bool *torn)
{
	*torn = false;
	for (;;) {
		size_t have = l->end - l->start;
		const char *p = l->buf + l->start;
		size_t look = have < MK_LINE_MAX ? have : MK_LINE_MAX;
		const char *nl = look == 0 ? NULL : memchr(p, '\n', look);
		size_t n = nl != NULL ? (size_t)(nl - p) + 1 : look;
		if (nl == NULL && have < MK_LINE_MAX) {
			if (!l->eof) {
				int r = fill(l);
				if (r < 0)
					return r;
				continue;
			}
			if (have == 0)
				return 0;
			*torn = true;
		}
		*s = p;
		*len = nl != NULL ? n - 1 : n;
		l->start += n;
		l->offset += n;
		return 1;
	}
}

void
mk_lines_at(struct mk_lines *l, uint64_t offset)
{
	lseek(l->fd, (off_t)offset, SEEK_SET);
	l->start = l->end = 0;
	l->offset = offset;
	l->eof = false;
}
