/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Giving up rights for good: resource limits, Landlock (file system), seccomp (system calls).
 * security.md R24, decisions.md 9. Each step works on the calling thread and what it starts later,
 * so it comes before any thread. A step that cannot be taken is an error and the caller must not go
 * on; only a kernel without Landlock is tolerated (MK_SANDBOX_NO_LANDLOCK), because seccomp forbids
 * open as well.
 */
#ifndef MK_SANDBOX_SANDBOX_H
#define MK_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#define MK_SANDBOX_NO_LANDLOCK 1 /* returned instead of 0 when the kernel has no Landlock */

/*
 * Profiles. A violation in the readers kills the process (SIGSYS), in the daemon's roles it gives
 * EPERM; both are logged by the kernel. READ: computes on memory, answers over its channel. DECODE:
 * the same, and may seek in the file it was given and make memfds; with fonts also open read-only
 * what Landlock lets it. VAULT, TRAIL: file I/O, sockets they hold (accept, send, receive, poll),
 * threads; no socket(), connect(), bind(), fork or exec.
 */
enum mk_sandbox_profile {
	MK_SANDBOX_READ,
	MK_SANDBOX_DECODE,
	MK_SANDBOX_DECODE_FONTS,
	MK_SANDBOX_VAULT,
	MK_SANDBOX_TRAIL,
};

/*
 * Address space in bytes (0: not limited; never limited under sanitizers), CPU seconds (0: no
 * limit), no core files. MK_E_FAILED.
 */
int mk_sandbox_limits(uint64_t address_space, unsigned cpu_seconds);

/*
 * No file system access at all by path, and (ABI 4 on) no TCP. 0, MK_SANDBOX_NO_LANDLOCK,
 * MK_E_FAILED.
 */
int mk_sandbox_landlock_none(void);
/*
 * Only reading below the given files and folders (NULL-terminated; those that do not exist are
 * skipped).
 */
int mk_sandbox_landlock_read(const char *const *paths);
/* Reading below `read`, everything but exec below `write`. Either may be NULL. */
int mk_sandbox_landlock(const char *const *read, const char *const *write);

/* no_new_privs and the filter. 0 or MK_E_FAILED, MK_E_NOMEM. */
int mk_sandbox_seccomp(enum mk_sandbox_profile profile);

/*
 * The daemon's roles, called once after start-up (sockets, iconv handles and modules are open),
 * before the first request: no_new_privs, no core, the profile. Folders can be closed in before
 * with mk_sandbox_landlock. 0 or MK_E_*.
 */
int mk_sandbox_vault(void);
int mk_sandbox_trail(void);

#endif
