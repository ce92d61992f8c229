/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What kind of descriptor has a peer passed? Whoever serves a file system (FUSE) may never answer,
 * and then fstat, fstatfs and even close do not return. So the file system is not asked: the kernel
 * tells a socket, a memory file and the mount of anything else by itself.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "vault_internal.h"

#define INFO_MAX 8192
#define MOUNTS_MAX (4U << 20)

/* decisions.md 12: file systems of a disk or of memory, served by the kernel alone. */
static const char *const own_types[] = {"ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "overlay"};

static bool
read_proc(const char *path, size_t max, struct mk_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -1 : mk_buf_read_fd(out, fd, max);
	if (fd >= 0)
		close(fd);
	return r == 0;
}

/* The number behind "mnt_id:"; -1 when it is not told. */
static long
mount_of(int fd)
{
	char path[64];
	struct mk_buf b = MK_BUF_INIT;
	long id = -1;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	if (read_proc(path, INFO_MAX, &b)) {
		const char *p = strstr(mk_buf_str(&b), "mnt_id:");
		id = p != NULL ? strtol(p + strlen("mnt_id:"), NULL, 10) : -1;
	}
	mk_buf_free(&b);
	return id;
}

/* A line of mountinfo: "ID ... - TYPE ..."; a space in a name stands there as \040. */
static bool
line_is_own(const char *line, const char *end)
{
	const char *type = memmem(line, (size_t)(end - line), " - ", 3);
	if (type == NULL)
		return false;
	type += 3;
	size_t len = strcspn(type, " \n");
	for (size_t i = 0; i < sizeof own_types / sizeof own_types[0]; i++)
		if (strlen(own_types[i]) == len && memcmp(own_types[i], type, len) == 0)
			return true;
	return false;
}

/* 1 a kernel's own file system, 0 another one, -1 not a mount of this table. */
static int
look_up(const char *table, long id)
{
	struct mk_buf b = MK_BUF_INIT;
	int found = -1;
	if (read_proc(table, MOUNTS_MAX, &b)) {
		const char *line = mk_buf_str(&b), *end;
		for (; found < 0 && (end = strchr(line, '\n')) != NULL; line = end + 1)
			if (strtol(line, NULL, 10) == id)
				found = line_is_own(line, end);
	}
	mk_buf_free(&b);
	return found;
}

/*
 * A service may have mounts of its own (ProtectSystem=): then a client's file lies on one of those
 * that the first process sees. A mount of any other namespace is nobody's whom we know.
 */
static bool
on_own_file_system(int fd)
{
	long id = mount_of(fd);
	int found = id < 0 ? 0 : look_up("/proc/self/mountinfo", id);
	if (found < 0)
		found = look_up("/proc/1/mountinfo", id);
	return found == 1;
}

bool
mk_passed_is_socket(int fd)
{
	int type;
	socklen_t len = sizeof type;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

bool
mk_passed_is_file(int fd)
{
	struct stat st;
	if (mk_passed_is_socket(fd))
		return false;
	/* Seals are what memory files alone have; else the mount must be known first. */
	if (fcntl(fd, F_GET_SEALS) < 0 && !on_own_file_system(fd))
		return false;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}
