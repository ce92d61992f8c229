/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The search for needles in a process's memory. A needle is found at any constant distance of 1 to
 * 64 bytes between its characters, which is what char, UTF-16, wchar_t, ncurses' cells and most
 * tables of structs look like; groups of four digits may have one element of anything between
 * them. A needle is never printed, only where it was.
 */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRIDE_MAX 64
#define LENGTH_MAX 128
#define CHUNK ((size_t)1 << 20)
#define SPAN ((size_t)STRIDE_MAX * LENGTH_MAX) /* what a needle may reach over */
#define REPORT_MAX 12
#define SHADOW_SIZE ((uint64_t)1 << 40)

/* Elements of a needle, ANY for one that may be anything. wide: four bytes each, little end
   first, where only the first matters unless the character needs more. */
#define ANY 0xffffffffu
struct pattern {
	uint32_t element[LENGTH_MAX];
	size_t n, needle;
	bool wide; /* elements above 255: compared as 32 bits */
	const char *form;
	struct pattern *next; /* with the same first byte */
};

struct needles {
	struct pattern *pattern;
	size_t n, needles;
	struct pattern *first[256];
};

/* --- needles */

static struct pattern *
add_pattern(struct needles *n, const char *form)
{
	n->pattern = xrealloc(n->pattern, n->n + 1, sizeof(*n->pattern));
	n->pattern[n->n] = (struct pattern){.needle = n->needles, .form = form};
	return &n->pattern[n->n++];
}

static bool
is_number(const char *s)
{
	return strlen(s) == 12 && strspn(s, "0123456789") == 12;
}

static void
add_digits(struct needles *n, const char *s, uint32_t zero, size_t group, const char *form)
{
	struct pattern *p = add_pattern(n, form);

	for (size_t i = 0; s[i] != '\0'; i++) {
		if (group != 0 && i != 0 && i % group == 0)
			p->element[p->n++] = ANY;
		p->element[p->n++] = zero + (uint32_t)(s[i] - '0');
	}
}

static bool
add_text(struct needles *n, const char *s)
{
	struct pattern *p;
	bool ascii = true;

	if (strlen(s) < 6 || strlen(s) > LENGTH_MAX)
		return false;
	p = add_pattern(n, "text");
	for (size_t i = 0; s[i] != '\0'; i++) {
		p->element[p->n++] = (unsigned char)s[i];
		ascii &= (unsigned char)s[i] < 0x80;
	}
	if (ascii)
		return true;
	p = add_pattern(n, "text of wide characters");
	p->wide = true;
	while (*s != '\0')
		p->element[p->n++] = utf8_next(&s);
	return true;
}

static bool
add_needle(struct needles *n, const char *s)
{
	if (!is_number(s)) {
		if (!add_text(n, s))
			return false;
	} else {
		add_digits(n, s, '0', 0, "digits");
		add_digits(n, s, '0', 4, "digits in groups");
		/* full width: the last byte of U+FF10.. in UTF-8, the first in UTF-16 and UTF-32 */
		add_digits(n, s, 0x90, 0, "full-width digits");
		add_digits(n, s, 0x90, 4, "full-width digits in groups");
		add_digits(n, s, 0x10, 0, "wide full-width digits");
		add_digits(n, s, 0x10, 4, "wide full-width digits in groups");
	}
	n->needles++;
	return true;
}

static void
index_patterns(struct needles *n)
{
	for (size_t i = 0; i < n->n; i++) {
		struct pattern *p = &n->pattern[i];

		p->next = n->first[p->element[0] & 0xff];
		n->first[p->element[0] & 0xff] = p;
	}
}

struct needles *
needles_load(const char *path, const char **why)
{
	struct needles *n = xrealloc(NULL, 1, sizeof(*n));
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;

	*n = (struct needles){NULL, 0, 0, {NULL}};
	*why = f == NULL ? strerror(errno) : NULL;
	while (f != NULL && *why == NULL && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0' && !add_needle(n, line))
			*why = "a needle is shorter than 6 bytes or longer than 128";
	}
	if (*why == NULL && n->needles == 0)
		*why = "it has no needles";
	free(line);
	if (f != NULL)
		fclose(f);
	if (*why != NULL) {
		needles_free(n);
		return NULL;
	}
	index_patterns(n);
	return n;
}

void
needles_free(struct needles *n)
{
	if (n == NULL)
		return;
	free(n->pattern);
	free(n);
}

/* --- search */

struct search {
	const struct needles *needles;
	struct memory_found *found;
	const char *region;
	uint64_t address; /* of the first byte of the chunk */
	bool *seen; /* by needle */
};

static void
hit(struct search *s, const struct pattern *p, size_t at, size_t stride)
{
	struct memory_found *f = s->found;

	f->hits++;
	f->needles_hit += !s->seen[p->needle];
	s->seen[p->needle] = true;
	if (f->hits <= REPORT_MAX)
		buf_printf(&f->where, "needle %zu as %s, distance %zu, at %#llx in %s\n",
		    p->needle + 1, p->form, stride, (unsigned long long)s->address + at, s->region);
}

static bool
bytes_match(const struct pattern *p, const unsigned char *b, size_t stride)
{
	for (size_t i = 1; i < p->n; i++)
		if (p->element[i] != ANY && b[i * stride] != p->element[i])
			return false;
	return true;
}

static bool
words_match(const struct pattern *p, const unsigned char *b, size_t stride)
{
	for (size_t i = 0; i < p->n; i++) {
		uint32_t v;

		memcpy(&v, b + i * stride, sizeof(v));
		if (v != p->element[i])
			return false;
	}
	return true;
}

static void
try_at(struct search *s, const struct pattern *p, const unsigned char *b, size_t at, size_t len)
{
	size_t width = p->wide ? 4 : 1, max = (len - at - width) / (p->n > 1 ? p->n - 1 : 1);

	if (max > STRIDE_MAX)
		max = STRIDE_MAX;
	for (size_t stride = width; stride <= max; stride++) {
		if (p->wide) {
			if (words_match(p, b + at, stride))
				hit(s, p, at, stride);
		} else if (b[at + stride] == p->element[1] && bytes_match(p, b + at, stride)) {
			hit(s, p, at, stride);
		}
	}
}

/* Hits that start in the first `starts` bytes of len. */
static void
search_bytes(struct search *s, const unsigned char *b, size_t starts, size_t len)
{
	for (size_t i = 0; i < starts; i++)
		for (const struct pattern *p = s->needles->first[b[i]]; p != NULL; p = p->next)
			if (i + (p->wide ? 4 : 1) <= len)
				try_at(s, p, b, i, len);
}

void
memory_search(const struct needles *n, const void *bytes, size_t len, struct memory_found *found)
{
	struct search s = {n, found, "text", 0, NULL};

	s.seen = xrealloc(NULL, n->needles, sizeof(*s.seen));
	memset(s.seen, 0, n->needles * sizeof(*s.seen));
	search_bytes(&s, bytes, len, len);
	found->needles = n->needles;
	found->bytes += len;
	free(s.seen);
}

/* --- a process */

/* Reads what can be read of [address, address + len); the rest becomes zeros. */
static void
read_memory(int fd, uint64_t address, unsigned char *b, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, b + done, len - done, (off_t)(address + done));
		size_t page = 4096 - (size_t)((address + done) % 4096);

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (page > len - done)
			page = len - done;
		memset(b + done, 0, page);
		done += page;
	}
}

/* True when the process ever touched one of the pages. */
static bool
touched(int pagemap, uint64_t at, size_t len)
{
	uint64_t entry[(CHUNK + SPAN) / 4096 + 2];
	size_t want = (len + 4095) / 4096 * sizeof(entry[0]);
	ssize_t n = pread(pagemap, entry, want, (off_t)(at / 4096 * sizeof(entry[0])));

	if (n != (ssize_t)want)
		return true;
	for (size_t i = 0; i < want / sizeof(entry[0]); i++)
		if (entry[i] >> 62 != 0)
			return true;
	return false;
}

struct process {
	FILE *maps;
	int mem, pagemap;
};

struct region {
	uint64_t from, to;
	unsigned long inode;
	char name[64];
};

/* A needle may lie across chunks: each is read with the start of the next. */
static void
search_region(struct search *s, const struct process *p, const struct region *r, unsigned char *b)
{
	for (uint64_t at = r->from; at < r->to; at += CHUNK) {
		size_t len = r->to - at < CHUNK + SPAN ? (size_t)(r->to - at) : CHUNK + SPAN;

		if (r->inode == 0 && !touched(p->pagemap, at, len))
			continue;
		read_memory(p->mem, at, b, len);
		s->address = at;
		search_bytes(s, b, len < CHUNK ? len : CHUNK, len);
		s->found->bytes += len < CHUNK ? len : CHUNK;
	}
}

/* The mapping of a line of /proc/PID/maps, if its memory is worth reading: the kernel's own
   pages and the sanitizers' shadow (terabytes of nothing) are not. */
static bool
parse_region(const char *line, struct region *r)
{
	unsigned long long from, to;
	char mode[8];
	int name = 0;

	if (sscanf(line, "%llx-%llx %7s %*s %*s %lu %n", &from, &to, mode, &r->inode, &name) < 4 ||
	    mode[0] != 'r')
		return false;
	r->from = from;
	r->to = to;
	snprintf(r->name, sizeof(r->name), "%.*s", (int)strcspn(line + name, "\n"), line + name);
	if (r->name[0] == '\0')
		snprintf(r->name, sizeof(r->name), "anonymous memory");
	return to - from < SHADOW_SIZE && strcmp(r->name, "[vvar]") != 0 &&
	       strcmp(r->name, "[vsyscall]") != 0;
}

static bool
open_process(struct process *p, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	p->maps = fopen(path, "re");
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	p->mem = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	p->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	return p->maps != NULL && p->mem >= 0 && p->pagemap >= 0;
}

static void
close_process(struct process *p)
{
	if (p->maps != NULL)
		fclose(p->maps);
	if (p->mem >= 0)
		close(p->mem);
	if (p->pagemap >= 0)
		close(p->pagemap);
}

void
memory_scan(const struct needles *n, pid_t pid, struct memory_found *found)
{
	struct search s = {n, found, NULL, 0, NULL};
	unsigned char *b = xrealloc(NULL, CHUNK + SPAN, 1);
	char *line = NULL;
	size_t cap = 0;
	struct process p;
	bool open = open_process(&p, pid);

	s.seen = xrealloc(NULL, n->needles, sizeof(*s.seen));
	memset(s.seen, 0, n->needles * sizeof(*s.seen));
	found->needles = n->needles;
	while (open && getline(&line, &cap, p.maps) > 0) {
		struct region r;

		if (!parse_region(line, &r))
			continue;
		s.region = r.name;
		search_region(&s, &p, &r, b);
	}
	free(line);
	free(s.seen);
	free(b);
	close_process(&p);
}
