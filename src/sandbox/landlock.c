/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Landlock by its system calls: the rights that are handled are masked by the kernel's ABI, so that
 * the newest kernel forbids the most and the oldest still forbids what it knows. The constants are
 * here because Debian 12's headers end at ABI 2.
 */
#include "mynakura/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mynakura/base/err.h"

struct ruleset {
	uint64_t fs;
	uint64_t net; /* from ABI 4 */
	uint64_t scoped; /* from ABI 6 */
};

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

#define LL_VERSION 1U
#define LL_PATH_BENEATH 1
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_ABI1 ((1ULL << 13) - 1)
#define FS_REFER (1ULL << 13)
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define FS_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_TCP 3ULL
#define SCOPE_ALL 3ULL

static int
abi_version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LL_VERSION);
	return v > 0 ? (int)v : 0;
}

static uint64_t
handled(int abi)
{
	uint64_t fs = FS_ABI1;
	if (abi >= 2)
		fs |= FS_REFER;
	if (abi >= 3)
		fs |= FS_TRUNCATE;
	if (abi >= 5)
		fs |= FS_IOCTL_DEV;
	return fs;
}

/* A path that is not there needs no right; one that cannot be looked at is an error. */
static int
allow(int ruleset, const char *path, uint64_t rights)
{
	struct stat st;
	int r = MK_E_FAILED;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : MK_E_FAILED;
	if (fstat(fd, &st) < 0)
		goto out;
	struct path_rule rule = {.allowed = rights, .parent = fd};
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= FS_FILES;
	r = syscall(SYS_landlock_add_rule, ruleset, LL_PATH_BENEATH, &rule, 0U) < 0 ? MK_E_FAILED
										    : 0;
out:
	close(fd);
	return r;
}

static int
allow_all(int ruleset, const char *const *paths, uint64_t rights)
{
	int r = 0;
	for (size_t i = 0; r == 0 && paths != NULL && paths[i] != NULL; i++)
		r = allow(ruleset, paths[i], rights);
	return r;
}

static long
create(int abi, uint64_t fs)
{
	struct ruleset attr = {.fs = fs, .net = NET_TCP, .scoped = SCOPE_ALL};
	size_t size = abi >= 6   ? sizeof attr
		      : abi >= 4 ? offsetof(struct ruleset, scoped)
				 : offsetof(struct ruleset, net);
	return syscall(SYS_landlock_create_ruleset, &attr, size, 0U);
}

int
mk_sandbox_landlock(const char *const *read, const char *const *write)
{
	int abi = abi_version();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return MK_E_FAILED;
	if (abi == 0)
		return MK_SANDBOX_NO_LANDLOCK;
	uint64_t fs = handled(abi);
	long fd = create(abi, fs);
	if (fd < 0)
		return MK_E_FAILED;
	int ruleset = (int)fd;
	int r = allow_all(ruleset, read, (FS_READ_FILE | FS_READ_DIR) & fs);
	if (r == 0)
		r = allow_all(ruleset, write, fs & ~FS_EXECUTE);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0U) < 0)
		r = MK_E_FAILED;
	close(ruleset);
	return r;
}

int
mk_sandbox_landlock_none(void)
{
	return mk_sandbox_landlock(NULL, NULL);
}

int
mk_sandbox_landlock_read(const char *const *paths)
{
	return mk_sandbox_landlock(paths, NULL);
}
