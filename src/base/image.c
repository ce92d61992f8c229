/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening an image file. The daemon takes no descriptor of a file system that might not answer it
 * (a stick's, a server's, a user's own), so it gets a copy in memory.
 */
#include "mynakura/base/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"

#define PIECE 65536

static int
copy(int from, int to)
{
	char piece[PIECE];
	size_t all = 0;
	for (;;) {
		ssize_t n = read(from, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? mk_err_from_errno(errno) : 0;
		all += (size_t)n;
		int r = all > MK_IMAGE_MAX ? MK_E_TOO_BIG : mk_write_all(to, piece, (size_t)n);
		if (r < 0)
			return r;
	}
}

int
mk_image_open(const char *path, int *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return mk_err_from_errno(errno);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return MK_E_IMAGE;
	}
	int memory = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r = memory < 0 ? mk_err_from_errno(errno) : copy(fd, memory);
	if (r == 0 && lseek(memory, 0, SEEK_SET) < 0)
		r = MK_E_IO;
	close(fd);
	if (r == 0)
		*out = memory;
	else if (memory >= 0)
		close(memory);
	return r;
}
