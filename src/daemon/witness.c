/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The monitor's part in DIR/witness: it keeps the newest checkpoint that the trail role hands it
 * (R4). The bytes are not looked into here; the trail role judges them at its next start.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/chan.h"
#include "roles_internal.h"

#define NEW_NAME MK_WITNESS_NAME ".new"

/* The trail role, another account, reads it by the folder's group. */
static int
share(int place, int fd)
{
	struct stat st;
	if (fstat(place, &st) < 0 || fchown(fd, (uid_t)-1, st.st_gid) < 0)
		return MK_E_IO;
	return fchmod(fd, 0640) < 0 ? MK_E_IO : 0;
}

static int
keep(const char *dir, const void *data, size_t len)
{
	char path[4200];
	int place = -1, fd = -1;
	if (snprintf(path, sizeof path, "%s/witness", dir) < (int)sizeof path)
		place = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place >= 0)
		fd = openat(
		    place, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = fd < 0 ? MK_E_IO : mk_write_all(fd, data, len);
	if (r == 0 && (share(place, fd) < 0 || fdatasync(fd) < 0))
		r = MK_E_IO;
	if (r == 0 && renameat(place, NEW_NAME, place, MK_WITNESS_NAME) < 0)
		r = MK_E_IO;
	if (fd >= 0)
		close(fd);
	if (place >= 0)
		close(place);
	return r;
}

void
mk_monitor_witness(const char *dir, const struct mk_msg *m)
{
	struct mk_item it;
	if (mk_find(m->body.data, m->body.len, MK_T_checkpoint, &it) && it.len <= MK_WITNESS_MAX)
		(void)keep(dir, it.p, it.len); /* an older one stays: weaker, not wrong */
}
