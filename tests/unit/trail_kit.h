/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trail in memory, line by line, for doing to it what a hand would do, and writing it out as a
 * vector: NAME/ with the segments and NAME.expect with what a verifier must say.
 */
#ifndef MK_TESTS_TRAIL_KIT_H
#define MK_TESTS_TRAIL_KIT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/trail/verify.h"
#include "src/trail/chain_internal.h"
#include "tests/lib/mk_cmocka.h"

#define KIT_VAULT "00112233445566778899aabbccddeeff"
#define KIT_NOW INT64_C(1795910400) /* 2026-11-29T09:00:00+09:00 */
#define KIT_LINES 8192
#define KIT_SEGMENTS 16

struct kit_line {
	char *text; /* with its newline */
	size_t len;
	unsigned segment;
};

struct kit_trail {
	struct kit_line line[KIT_LINES];
	size_t n;
	char segment[KIT_SEGMENTS][MK_SEGMENT_MAX];
	size_t segments;
};

static inline void
kit_clear(struct kit_trail *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->line[i].text);
	memset(t, 0, sizeof *t);
}

static inline void
kit_set(struct kit_line *l, const void *data, size_t len)
{
	char *p = mk_str_ndup(data, len);
	assert_non_null(p);
	free(l->text);
	l->text = p;
	l->len = len;
}

static inline void
kit_copy(struct kit_trail *to, const struct kit_trail *from)
{
	kit_clear(to);
	*to = *from;
	for (size_t i = 0; i < to->n; i++) {
		to->line[i].text = NULL;
		kit_set(&to->line[i], from->line[i].text, from->line[i].len);
	}
}

static inline void
kit_remove(struct kit_trail *t, size_t at, size_t count)
{
	for (size_t i = at; i < at + count; i++)
		free(t->line[i].text);
	memmove(&t->line[at], &t->line[at + count], (t->n - at - count) * sizeof t->line[0]);
	t->n -= count;
}

static inline void
kit_insert(struct kit_trail *t, size_t at, const void *data, size_t len)
{
	assert_true(t->n < KIT_LINES);
	unsigned segment = t->line[at < t->n ? at : t->n - 1].segment;
	memmove(&t->line[at + 1], &t->line[at], (t->n - at) * sizeof t->line[0]);
	t->n++;
	t->line[at].text = NULL;
	t->line[at].segment = segment;
	kit_set(&t->line[at], data, len);
}

static inline void
kit_parse(const struct kit_trail *t, size_t at, struct mk_line *out)
{
	assert_int_equal(mk_line_parse(t->line[at].text, t->line[at].len - 1, out), 0);
}

static inline void
kit_head(const struct kit_trail *t, size_t at, char out[MK_TRAIL_HEX])
{
	struct mk_line l;
	kit_parse(t, at, &l);
	mk_hex(l.link, sizeof l.link, out);
}

/* What a thief without the key can do: numbers, leaves and links from `at` on are made to fit. */
static inline void
kit_rehash(struct kit_trail *t, size_t at)
{
	for (size_t i = at; i < t->n; i++) {
		struct mk_line l, before;
		struct mk_buf out = MK_BUF_INIT;
		uint8_t zero[MK_HASH_LEN] = {0};
		kit_parse(t, i, &l);
		if (i > 0)
			kit_parse(t, i - 1, &before);
		l.seq = i + 1;
		if (!l.purged)
			assert_int_equal(mk_line_leaf(&l, l.leaf), 0);
		mk_line_link(i > 0 ? before.link : zero, l.seq, l.leaf, l.link);
		mk_line_format(&l, &out);
		kit_set(&t->line[i], out.data, out.len);
		mk_buf_free(&out);
	}
}

/* Puts another body into a line; its hashes stay as they were. */
static inline void
kit_body(struct kit_trail *t, size_t at, const void *body, size_t len)
{
	struct mk_line l;
	struct mk_buf out = MK_BUF_INIT;
	kit_parse(t, at, &l);
	l.purged = false;
	l.body = body;
	l.body_len = len;
	mk_line_format(&l, &out);
	kit_set(&t->line[at], out.data, out.len);
	mk_buf_free(&out);
}

/* Replaces the first `from` in a line by `to`. */
static inline void
kit_replace(struct kit_trail *t, size_t at, const char *from, const char *to)
{
	struct mk_buf out = MK_BUF_INIT;
	const struct kit_line *l = &t->line[at];
	const char *p = memmem(l->text, l->len, from, strlen(from));
	assert_non_null(p);
	mk_buf_put(&out, l->text, (size_t)(p - l->text));
	mk_buf_puts(&out, to);
	p += strlen(from);
	mk_buf_put(&out, p, (size_t)(l->text + l->len - p));
	kit_set(&t->line[at], out.data, out.len);
	mk_buf_free(&out);
}

/* Turns the hex digit `offset` places after the first `after` into another one. */
static inline void
kit_digit(struct kit_trail *t, size_t at, const char *after, ptrdiff_t offset)
{
	struct kit_line *l = &t->line[at];
	char *p = memmem(l->text, l->len, after, strlen(after));
	assert_non_null(p);
	p += (ptrdiff_t)strlen(after) + offset;
	*p = *p == '0' ? '1' : '0';
}

static inline bool
kit_is(const struct kit_trail *t, size_t at, const char *text)
{
	return memmem(t->line[at].text, t->line[at].len, text, strlen(text)) != NULL;
}

/* The first line at or after `at` that holds text; t->n when there is none. */
static inline size_t
kit_find(const struct kit_trail *t, size_t at, const char *text)
{
	while (at < t->n && !kit_is(t, at, text))
		at++;
	return at;
}

static inline void
kit_write_file(const char *dir, const char *name, const void *data, size_t len, int flags)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
	assert_true(fd >= 0);
	assert_int_equal(mk_write_all(fd, data, len), 0);
	close(fd);
}

static inline void
kit_write(const struct kit_trail *t, const char *dir)
{
	assert_int_equal(mkdir(dir, 0755), 0);
	for (size_t s = 0; s < t->segments; s++)
		if (t->segment[s][0] != '\0')
			kit_write_file(dir, t->segment[s], "", 0, O_TRUNC);
	for (size_t i = 0; i < t->n; i++)
		if (t->segment[t->line[i].segment][0] != '\0')
			kit_write_file(dir, t->segment[t->line[i].segment], t->line[i].text,
			    t->line[i].len, O_APPEND);
}

static inline void
kit_read(struct kit_trail *t, const char *dir)
{
	struct mk_segments s;
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(mk_segments_list(fd, &s), 0);
	kit_clear(t);
	for (size_t i = 0; i < s.n; i++) {
		struct mk_lines lines;
		const char *p;
		size_t len;
		bool torn;
		memcpy(t->segment[i], s.name[i], MK_SEGMENT_MAX);
		assert_int_equal(mk_lines_open(fd, s.name[i], &lines), 0);
		while (mk_lines_next(&lines, &p, &len, &torn) == 1) {
			struct kit_line *l = &t->line[t->n++];
			l->text = NULL;
			l->segment = (unsigned)i;
			kit_set(l, p, len + 1); /* the newline stands behind it in the buffer */
		}
		mk_lines_close(&lines);
	}
	t->segments = s.n;
	mk_segments_free(&s);
	close(fd);
}

#endif
