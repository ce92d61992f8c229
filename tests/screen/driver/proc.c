/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process tree, from /proc. */
#include "screen.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	pid_t pid, parent;
};

/* "1234 (name) S 1 ...": the parent of a process, 0 when it has gone. */
static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512], *p;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	p = strrchr(line, ')');
	return p != NULL && strlen(p) > 4 ? (pid_t)strtol(p + 4, NULL, 10) : 0;
}

static size_t
all_processes(struct pair **out)
{
	struct pair *list = NULL;
	size_t n = 0;
	struct dirent *e;
	DIR *d = opendir("/proc");

	while (d != NULL && (e = readdir(d)) != NULL) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0)
			continue;
		list = xrealloc(list, n + 1, sizeof(*list));
		list[n++] = (struct pair){pid, parent_of(pid)};
	}
	if (d != NULL)
		closedir(d);
	*out = list;
	return n;
}

size_t
child_descendants(pid_t pid, pid_t **out)
{
	struct pair *all;
	size_t n = all_processes(&all), found = 1;
	pid_t *list = xrealloc(NULL, n + 1, sizeof(*list));

	list[0] = pid;
	for (size_t i = 0; i < found; i++)
		for (size_t k = 0; k < n; k++)
			if (all[k].parent == list[i] && found <= n)
				list[found++] = all[k].pid;
	free(all);
	memmove(list, list + 1, (found - 1) * sizeof(*list));
	*out = list;
	return found - 1;
}
