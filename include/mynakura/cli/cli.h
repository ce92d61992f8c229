/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line as a function: parses, logs in, runs one verb (or a batch of them) and returns
 * the exit status of cli.md.
 */
#ifndef MK_CLI_CLI_H
#define MK_CLI_CLI_H

/*
 * argv as main() has it. interrupt_fd becomes readable when a signal asked the program to end (-1:
 * none): the verb then stops cleanly with status 1. SIGPIPE must be ignored by the caller. Returns
 * 0..70, never a signal's number.
 */
int mk_cli_main(int argc, char **argv, int interrupt_fd);

#endif
