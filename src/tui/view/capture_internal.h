/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the capture screen. */
#ifndef MK_TUI_CAPTURE_INTERNAL_H
#define MK_TUI_CAPTURE_INTERNAL_H

#include "view/views_internal.h"
#include "widget/pager_internal.h"

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

struct mk_capture {
	struct mk_view v;
	struct mk_scanner scanner; /* device "": none chosen yet */
	struct mk_scanners found; /* all: MK_SCANNERS_MAX of them */
	bool looking; /* for scanners */
	bool own_options; /* the scanner is that of the settings: their options go with it */
	struct mk_paths files; /* n > 0: these are read, not the scanner */
	size_t turn, turns; /* sheets; turns 0: nothing was done yet */
	bool busy, stop;
	size_t read, unread; /* items; sheets or items that gave nothing */
	char first[MK_ID_MAX]; /* of the review queue, from this stack */
	bool review_next; /* it is opened as soon as this view is on top */
	struct mk_pager log;
};

/* --- capture_scanners.c: the settings' options, several values of one name in turn */
size_t mk_capture_turns(const struct mk_capture *c); /* how many sheets they make */
void mk_capture_put_options(const struct mk_capture *c, struct mk_buf *out); /* of c->turn */

/* --- capture_log.c: the turn's sheet, counted and told in the log */
void mk_capture_say(struct mk_capture *c, const struct mk_msg *reply);
void mk_capture_say_failure(struct mk_capture *c, int r, const struct mk_msg *reply);

#endif
