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
#include "monitor_internal.h"

#define NEW_NAME MK_WITNESS_NAME ".new"

static int
keep(const struct monitor *mon, const void *data, size_t len)
{
	int fd = -1;
	int place = openat(mon->dir, "witness", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (place >= 0)
		fd = openat(
		    place, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = fd < 0 ? MK_E_IO : 0;
	/* The trail role, another uid, reads it by its group. */
	if (r == 0 && mk_is_installed(mon->args) &&
	    (fchown(fd, (uid_t)-1, mon->accounts.trail_gid) < 0 || fchmod(fd, 0640) < 0))
		r = MK_E_IO;
	if (r == 0)
		r = mk_write_all(fd, data, len);
	if (r == 0 && fdatasync(fd) < 0)
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
mk_monitor_witness(const struct monitor *mon, const struct mk_msg *m)
{
	struct mk_item it;
	if (mk_find(m->body.data, m->body.len, MK_T_checkpoint, &it) && it.len <= MK_WITNESS_MAX)
		(void)keep(mon, it.p, it.len); /* an older one stays: weaker, not wrong */
}
