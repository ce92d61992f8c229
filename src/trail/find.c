/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding a line by its number: numbers only rise, so the files can be halved. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"

uint64_t
mk_line_seq(const char *s, size_t len)
{
	static const char before[] = "{\"seq\":";
	const size_t n = sizeof before - 1;
	uint64_t v = 0;
	if (len < n || memcmp(s, before, n) != 0)
		return 0;
	for (size_t i = n; i < len && i < n + 18 && s[i] >= '0' && s[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(s[i] - '0');
	return v;
}

/* The first line that begins after offset at: its place and number. false when none is near. */
static bool
line_after(int fd, uint64_t at, char *buf, uint64_t *place, uint64_t *seq)
{
	ssize_t n = pread(fd, buf, MK_LINE_MAX, (off_t)at);
	const char *nl = n <= 0 ? NULL : memchr(buf, '\n', (size_t)n);
	if (nl == NULL)
		return false;
	size_t skip = (size_t)(nl + 1 - buf);
	*place = at + skip;
	*seq = mk_line_seq(nl + 1, (size_t)n - skip);
	return *seq != 0;
}

void
mk_lines_seek(struct mk_lines *l, uint64_t after, char *scratch)
{
	struct stat st;
	uint64_t place = 0, seq = 0;
	if (after == 0 || fstat(l->fd, &st) < 0 || st.st_size < 0)
		return;
	uint64_t low = 0, high = (uint64_t)st.st_size;
	while (high - low > 2 * MK_LINE_MAX) {
		uint64_t mid = low + (high - low) / 2;
		if (line_after(l->fd, mid, scratch, &place, &seq) && seq <= after)
			low = place;
		else
			high = mid;
	}
	mk_lines_at(l, low);
}

static uint64_t
first_seq(int dir, const char *name)
{
	char head[40];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : mk_line_seq(head, (size_t)n);
}

size_t
mk_segments_before(int dir, const struct mk_segments *s, uint64_t seq)
{
	for (size_t i = s->n; i-- > 1;) {
		uint64_t first = first_seq(dir, s->name[i]);
		if (first != 0 && first <= seq)
			return i;
	}
	return 0;
}

static int
find_in(int dir, const char *name, uint64_t seq, char *scratch, struct mk_buf *out)
{
	struct mk_lines lines;
	const char *s;
	size_t len;
	bool torn;
	int r = mk_lines_open(dir, name, &lines);
	if (r < 0)
		return r;
	mk_lines_seek(&lines, seq - 1, scratch);
	while ((r = mk_lines_next(&lines, &s, &len, &torn)) == 1 && mk_line_seq(s, len) < seq)
		;
	if (r == 1 && !torn && mk_line_seq(s, len) == seq) {
		mk_buf_put(out, s, len);
		mk_buf_put_u8(out, '\n');
		r = mk_buf_error(out);
	} else if (r >= 0) {
		r = MK_E_NOT_FOUND;
	}
	mk_lines_close(&lines);
	return r;
}

int
mk_line_find(int dir, uint64_t seq, struct mk_buf *out)
{
	struct mk_segments s;
	char *scratch = malloc(MK_LINE_MAX);
	int r = scratch == NULL ? MK_E_NOMEM : mk_segments_list(dir, &s);
	if (r == 0) {
		r = seq == 0 || s.n == 0
			? MK_E_NOT_FOUND
			: find_in(dir, s.name[mk_segments_before(dir, &s, seq)], seq, scratch, out);
		mk_segments_free(&s);
	}
	free(scratch);
	return r;
}
