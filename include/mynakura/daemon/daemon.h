/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's entry: cmd/mynakurad.c calls it and nothing else. */
#ifndef MK_DAEMON_DAEMON_H
#define MK_DAEMON_DAEMON_H

/*
 * Runs mynakurad with its command line:
 *   --embedded --dir DIR                  the client's channel is descriptor 3
 *   --foreground --dir DIR --socket PATH  listens; ends on SIGTERM or SIGINT
 *   --role=vault|trail ...                a role, started by the monitor
 * Returns the exit status.
 */
int mk_daemon_main(int argc, char **argv);

#endif
