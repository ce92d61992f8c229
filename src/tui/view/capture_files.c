/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files to read as a person types them. What is in them is the reading processes' business. */
#include "view/capture_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "mynakura/base/str.h"

#define FILES_MAX 1000
#define PATH_BYTES 4096

void
mk_paths_free(struct mk_paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->path[i]);
	free(p->path);
	memset(p, 0, sizeof *p);
}

static int
add(struct mk_paths *p, const char *path)
{
	if (p->n == FILES_MAX)
		return MK_E_TOO_BIG;
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 16 : p->cap * 2;
		char **grown = realloc(p->path, cap * sizeof *grown);
		if (grown == NULL)
			return MK_E_NOMEM;
		p->path = grown;
		p->cap = cap;
	}
	p->path[p->n] = strdup(path);
	return p->path[p->n] == NULL ? MK_E_NOMEM : (p->n++, 0);
}

static bool
is_image_name(const char *name)
{
	static const char *const ends[] = {
	    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pgm", ".ppm", ".pbm", ".pnm", ".pdf"};
	size_t len = strlen(name);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i]);
		if (len > n && strcasecmp(name + len - n, ends[i]) == 0)
			return true;
	}
	return false;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
add_folder(struct mk_paths *p, const char *folder)
{
	char path[PATH_BYTES];
	size_t first = p->n;
	int r = 0;
	DIR *d = opendir(folder);
	if (d == NULL)
		return MK_E_NOT_FOUND;
	for (const struct dirent *e = readdir(d); r == 0 && e != NULL; e = readdir(d)) {
		int n = snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.' && is_image_name(e->d_name) && n > 0 &&
		    (size_t)n < sizeof path)
			r = add(p, path);
	}
	closedir(d);
	if (p->n > first)
		qsort(p->path + first, p->n - first, sizeof p->path[0], by_name);
	return r == 0 && p->n == first ? MK_E_NOT_FOUND : r;
}

/* With ~/ as the home folder. */
static bool
expand(const char *s, size_t len, char out[PATH_BYTES])
{
	const char *home = getenv("HOME");
	bool tilde = len >= 2 && s[0] == '~' && s[1] == '/' && home != NULL;
	int n = tilde ? snprintf(out, PATH_BYTES, "%s%.*s", home, (int)(len - 1), s + 1)
		      : snprintf(out, PATH_BYTES, "%.*s", (int)len, s);
	return n > 0 && n < PATH_BYTES;
}

/* A file that is not there is added as well: its turn tells so, and the others are read. */
static int
add_one(struct mk_paths *p, const char *s, size_t len)
{
	char path[PATH_BYTES];
	struct stat st;
	if (!expand(s, len, path))
		return MK_E_TOO_BIG;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? add_folder(p, path) : add(p, path);
}

static bool
exists(const char *s, size_t len)
{
	char path[PATH_BYTES];
	struct stat st;
	return expand(s, len, path) && stat(path, &st) == 0;
}

int
mk_paths_parse(const char *typed, struct mk_paths *out)
{
	const char *s = typed + strspn(typed, " ");
	size_t len = strlen(s);
	int r = 0;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	mk_paths_free(out);
	if (exists(s, len))
		return add_one(out, s, len);
	for (const char *end = s + len; r == 0 && s < end;) {
		size_t n = strcspn(s, " ");
		n = n < (size_t)(end - s) ? n : (size_t)(end - s);
		r = add_one(out, s, n);
		s += n;
		s += strspn(s, " ");
	}
	return r;
}
