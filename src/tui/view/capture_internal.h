/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the capture screen. */
#ifndef MK_TUI_CAPTURE_INTERNAL_H
#define MK_TUI_CAPTURE_INTERNAL_H

#include "view/views_internal.h"

/* Files to read, in turn. */
struct mk_paths {
	char **path; /* n of them */
	size_t n, cap;
};

/*
 * What was typed as files: one path as it stands when it exists, else paths separated by blanks. ~/
 * is the home folder; a folder stands for the images in it, by name. Replaces *out. 0,
 * MK_E_NOT_FOUND (a folder without images), MK_E_TOO_BIG, MK_E_NOMEM.
 */
int mk_paths_parse(const char *typed, struct mk_paths *out);
void mk_paths_free(struct mk_paths *p); /* fine on a zeroed one */

/* A scanner to choose from. */
struct mk_scanner {
	char device[256], words[256];
};
struct mk_scanners {
	struct mk_scanner *all; /* n of them, caller's */
	size_t n;
};
#define MK_SCANNERS_MAX 64

extern const struct mk_view_ops mk_view_scanners; /* const struct mk_scanner_arg * */
struct mk_scanner_arg {
	const struct mk_scanners *scanners; /* copied */
	void (*done)(struct mk_view *below, const struct mk_scanner *chosen);
};

#endif
