/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of main.db share. For other folders: mynakura/store/main.h. */
#ifndef MK_STORE_MAIN_INTERNAL_H
#define MK_STORE_MAIN_INTERNAL_H

#include <stdint.h>

struct mk_db;

struct mk_main {
	struct mk_db *db;
	uint64_t commits;
};

/*
 * A write: begin, the statements, end with their result. end commits when r is 0, together with the
 * next commit number, else rolls back; it returns the first error.
 */
int mk_main_begin(struct mk_main *m);
int mk_main_end(struct mk_main *m, int r);

#endif
