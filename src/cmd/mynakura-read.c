/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mynakura-read device|decode|read: the reading processes. Started by the program itself with a
 * channel on descriptor 3, never by hand; it holds no key and no store, serves one item and ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/capture/capture.h"
#include "mynakura/wire/read.h"

static const struct {
	const char *kind;
	int (*run)(int fd);
} kinds[] = {
    {"device", mk_capture_device}, {"decode", mk_capture_decode}, {"read", mk_capture_read}};

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("mynakura-read " MK_VERSION);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(argv[1], kinds[i].kind) != 0)
			continue;
		if (fcntl(MK_READ_FD, F_SETFD, FD_CLOEXEC) < 0)
			break;
		/* _exit: what libraries do at exit needs calls that the sandbox kills. */
		_exit(kinds[i].run(MK_READ_FD));
	}
	fputs("mynakura-read device|decode|read: started by mynakura, with a channel on descriptor "
	      "3\n",
	    stderr);
	return 2;
}
