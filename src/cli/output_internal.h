/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new file of the user's that may hold numbers: never over an existing one, 0600, and gone again
 * unless it became whole.
 */
#ifndef MK_CLI_OUTPUT_INTERNAL_H
#define MK_CLI_OUTPUT_INTERNAL_H

#include "cli_internal.h"

struct mk_output {
	const char *path;
	int fd;
	bool kept;
};
#define MK_OUTPUT_INIT                                                                             \
	{                                                                                          \
		NULL, -1, false                                                                    \
	}

/*
 * O_CREAT|O_EXCL|O_NOFOLLOW 0600. MK_E_EXISTS, MK_E_NOT_FOUND, MK_E_DENIED, MK_E_IO with the path
 * noted in c. Borrows path.
 */
int mk_output_new(struct mk_cli *c, const char *path, struct mk_output *out);
/* fsync of the file and of its folder; from now on it stays. */
int mk_output_keep(struct mk_output *o);
/*
 * Closes; removes the file when it was not kept and is still the one that was made. Fine on
 * MK_OUTPUT_INIT.
 */
void mk_output_end(struct mk_output *o);

#endif
