/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new file of the user's that may hold numbers: never over an existing one, 0600, and gone again
 * unless it became whole (R17).
 */
#ifndef MK_BASE_NEWFILE_H
#define MK_BASE_NEWFILE_H

#include <stdbool.h>

struct mk_newfile {
	const char *path; /* borrowed */
	int fd; /* -1: none */
	bool kept;
};
#define MK_NEWFILE_INIT                                                                            \
	{                                                                                          \
		NULL, -1, false                                                                    \
	}

/*
 * O_CREAT|O_EXCL|O_NOFOLLOW 0600. Borrows path until mk_newfile_end. MK_E_EXISTS, MK_E_NOT_FOUND,
 * MK_E_DENIED, MK_E_IO.
 */
int mk_newfile_open(const char *path, struct mk_newfile *out);
/* fsync of the file and of its folder; from now on it stays. */
int mk_newfile_keep(struct mk_newfile *f);
/*
 * Closes; removes the file when it was not kept and is still the one that was made. Fine on
 * MK_NEWFILE_INIT.
 */
void mk_newfile_end(struct mk_newfile *f);

#endif
