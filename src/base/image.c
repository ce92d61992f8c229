/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening an image file. */
#include "mynakura/base/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"

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
	*out = fd;
	return 0;
}
