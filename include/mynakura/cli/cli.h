/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line as a function: parses, logs in, runs one verb (or a batch of them) and returns
 * the exit status of cli.md.
 */
#ifndef MK_CLI_CLI_H
#define MK_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

/* What a line without a verb says: which vault, who, for what (cli.md). Borrows argv's strings. */
struct mk_cli_start {
	const char *dir, *socket, *user, *purpose; /* NULL: not given */
	bool has_now;
	int64_t now; /* UTC seconds, demo offices only */
};

/* Opens the terminal interface; returns the exit status. */
typedef int (*mk_cli_screens)(const struct mk_cli_start *start);

/*
 * argv as main() has it. interrupt_fd becomes readable when a signal asked the program to end (-1:
 * none): the verb then stops cleanly with status 1. SIGPIPE must be ignored by the caller. A line
 * without a verb opens screens (NULL: wrong use). Returns 0..70, never a signal's number.
 */
int mk_cli_main(int argc, char **argv, int interrupt_fd, mk_cli_screens screens);

/* Appends the words of a bash completion made from the table of verbs. */
void mk_cli_completion(struct mk_buf *out);

#endif
