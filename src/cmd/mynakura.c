/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mynakura: the operator's program. main() only: signals become a readable descriptor, so that a
 * terminal is restored and a half-written file removed whatever ends the run, and the exit status
 * is never a signal's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "mynakura/cli/cli.h"
#include "mynakura/tui/tui.h"

static int wake[2] = {-1, -1};

static void
on_signal(int sig)
{
	int saved = errno;
	unsigned char byte = (unsigned char)sig;
	/* The pipe is non-blocking: a full one says the same. */
	if (write(wake[1], &byte, 1) < 0)
		byte = 0;
	errno = saved;
}

static int
screens(const struct mk_cli_start *start)
{
	const struct mk_tui_conf conf = {
	    start->dir, start->socket, start->user, start->purpose, start->has_now, start->now};
	return mk_tui_main(&conf);
}

int
main(int argc, char **argv)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction sa = {.sa_handler = on_signal};
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) == 0)
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
			sigaction(ends[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	return mk_cli_main(argc, argv, wake[0], screens);
}
