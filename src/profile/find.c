/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where profiles live. A profile of the system always wins over a user's of the same name, and a
 * faulty one is an error, not a reason to look on.
 */
#include "mynakura/profile/profile.h"

#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "profile_internal.h"

static int
add_dir(struct mk_profile_dirs *d, const char *base, const char *rest)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s%s", base, rest);
	if (n < 0 || (size_t)n >= sizeof path || d->n == sizeof d->path / sizeof d->path[0])
		return 0; /* no such folder can be opened */
	d->path[d->n] = strdup(path);
	if (d->path[d->n] == NULL)
		return MK_E_NOMEM;
	d->n++;
	return 0;
}

/* The folder of the running program, without a slash at its end; "" when unknown. */
static void
program_dir(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(out, '/');
	if (slash != NULL)
		*slash = '\0';
}

int
mk_profile_dirs_default(struct mk_profile_dirs *out)
{
	char exe[PATH_MAX];
	struct mk_profile_dirs d = {.n = 0};
	const char *home = getenv("HOME");
	if (home == NULL || home[0] != '/') {
		const struct passwd *pw = getpwuid(geteuid());
		home = pw != NULL ? pw->pw_dir : "";
	}
	program_dir(exe);
	int r = add_dir(&d, MK_DATADIR, "/profiles");
	if (r == 0 && exe[0] == '/')
		r = add_dir(&d, exe, "/../../contrib/profiles"); /* build/bin */
	if (r == 0 && exe[0] == '/')
		r = add_dir(&d, exe, "/../../../contrib/profiles"); /* build/san/bin */
	if (r == 0 && home[0] == '/')
		r = add_dir(&d, home, "/.config/mynakura/profiles");
	if (r < 0)
		mk_profile_dirs_free(&d);
	else
		*out = d;
	return r;
}

void
mk_profile_dirs_free(struct mk_profile_dirs *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->path[i]);
	d->n = 0;
}

static bool
name_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') ||
			(s[i] == '-' && i > 0)))
			return false;
	return n > 0 && n < MK_PROFILE_ID;
}

static int
path_of(const char *dir, const char *name, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/%s.json", dir, name);
	return n > 0 && n < PATH_MAX ? 0 : MK_E_NOT_FOUND;
}

static int
load_named(
    const char *path, const char *name, struct mk_profile **out, struct mk_profile_error *err)
{
	struct mk_profile *p = NULL;
	int r = mk_profile_load(path, &p, err);
	if (r < 0)
		return r;
	if (strcmp(mk_profile_id(p), name) != 0) {
		mk_profile_error_set(err, 0, 0, "the \"id\" inside is \"%s\", not the file's name",
		    mk_profile_id(p));
		mk_profile_free(p);
		return MK_E_INPUT;
	}
	*out = p;
	return 0;
}

int
mk_profile_find(const char *name, const struct mk_profile_dirs *dirs, struct mk_profile **out,
    struct mk_profile_error *err)
{
	char path[PATH_MAX];
	int r = MK_E_NOT_FOUND;
	mk_profile_error_set(err, 0, 0, "there is no such profile");
	if (!name_ok(name, strlen(name)))
		return r;
	for (size_t i = 0; r == MK_E_NOT_FOUND && i < dirs->n; i++)
		if (path_of(dirs->path[i], name, path) == 0)
			r = load_named(path, name, out, err);
	if (r == MK_E_NOT_FOUND)
		mk_profile_error_set(err, 0, 0, "there is no such profile");
	return r;
}

struct entry {
	char name[MK_PROFILE_ID];
	size_t dir;
};

struct entries {
	struct entry *e;
	size_t n, cap;
};

#define LIST_MAX 4096U

static int
add_entry(struct entries *all, const char *name, size_t len, size_t dir)
{
	for (size_t i = 0; i < all->n; i++)
		if (strlen(all->e[i].name) == len && memcmp(all->e[i].name, name, len) == 0)
			return 0; /* an earlier folder has it */
	if (all->n == LIST_MAX)
		return MK_E_TOO_BIG;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 32 : all->cap * 2;
		struct entry *e = realloc(all->e, cap * sizeof *e);
		if (e == NULL)
			return MK_E_NOMEM;
		all->e = e;
		all->cap = cap;
	}
	struct entry *e = &all->e[all->n++];
	memset(e, 0, sizeof *e);
	memcpy(e->name, name, len);
	e->dir = dir;
	return 0;
}

static int
scan(struct entries *all, const char *path, size_t dir)
{
	static const char suffix[] = ".json";
	int r = 0;
	DIR *d = opendir(path);
	if (d == NULL)
		return 0;
	for (const struct dirent *de; r == 0 && (de = readdir(d)) != NULL;) {
		size_t n = strlen(de->d_name);
		if (n <= sizeof suffix - 1 ||
		    strcmp(de->d_name + n - (sizeof suffix - 1), suffix) != 0)
			continue;
		n -= sizeof suffix - 1;
		if (name_ok(de->d_name, n))
			r = add_entry(all, de->d_name, n, dir);
	}
	closedir(d);
	return r;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int
mk_profile_list(const struct mk_profile_dirs *dirs, mk_profile_each *each, void *ctx)
{
	int r = 0;
	char path[PATH_MAX];
	struct entries all = {NULL, 0, 0};
	for (size_t i = 0; r == 0 && i < dirs->n; i++)
		r = scan(&all, dirs->path[i], i);
	if (r == 0 && all.n > 0)
		qsort(all.e, all.n, sizeof *all.e, by_name);
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		struct mk_profile *p = NULL;
		struct mk_profile_error err;
		if (path_of(dirs->path[all.e[i].dir], all.e[i].name, path) < 0)
			continue;
		int bad = load_named(path, all.e[i].name, &p, &err);
		r = each(ctx, all.e[i].name, path, bad < 0 ? NULL : p, bad < 0 ? &err : NULL);
		if (bad == 0)
			mk_profile_free(p);
	}
	free(all.e);
	return r;
}
