/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with numbers: made safely, kept only when whole. */
#include "mynakura/base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"

int
mk_newfile_open(const char *path, struct mk_newfile *out)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return errno == EEXIST || errno == ELOOP   ? MK_E_EXISTS
		       : errno == EACCES || errno == EPERM ? MK_E_DENIED
							   : mk_err_from_errno(errno);
	*out = (struct mk_newfile){path, fd, false};
	return 0;
}

static int
sync_folder(const char *path)
{
	char *dir = strdup(path);
	if (dir == NULL)
		return MK_E_NOMEM;
	char *slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir ? 1 : 0] = '\0';
	int fd = open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return mk_err_from_errno(errno);
	/* Some file systems cannot sync a folder; the file itself is down already. */
	int r = fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? mk_err_from_errno(errno) : 0;
	close(fd);
	return r;
}

int
mk_newfile_keep(struct mk_newfile *o)
{
	int r = fsync(o->fd) < 0 ? mk_err_from_errno(errno) : sync_folder(o->path);
	o->kept = r == 0;
	return r;
}

void
mk_newfile_end(struct mk_newfile *o)
{
	struct stat made, there;
	if (o->fd < 0)
		return;
	/*
	 * What was written may hold numbers: cut it first, then remove the name if it still is
	 * ours.
	 */
	if (!o->kept && ftruncate(o->fd, 0) == 0 && fstat(o->fd, &made) == 0 &&
	    lstat(o->path, &there) == 0 && made.st_ino == there.st_ino &&
	    made.st_dev == there.st_dev)
		unlink(o->path);
	close(o->fd);
	o->fd = -1;
}
