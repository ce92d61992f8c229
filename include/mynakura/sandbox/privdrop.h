/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Becoming another user for good, and keeping only named capabilities as root. Both look at the
 * result afterwards: what the kernel did not take away is an error, never a warning.
 */
#ifndef MK_SANDBOX_PRIVDROP_H
#define MK_SANDBOX_PRIVDROP_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The process becomes uid and gid with exactly these further groups (n may be 0), without any
 * capability and without the way to gain one (no_new_privs). uid and gid must not be 0. Only system
 * calls, so it may stand between fork and exec. 0 or MK_E_FAILED; after a failure the process must
 * not go on: it may be half changed.
 */
int mk_become(uid_t uid, gid_t gid, const gid_t *groups, size_t n);

/*
 * Root keeps the listed capabilities (numbers of linux/capability.h) and no other, in the bounding
 * set too, so that a program it starts as root gains none back. One that was not there is not
 * gained. 0 or MK_E_FAILED.
 */
int mk_keep_capabilities(const int *caps, size_t n);

/*
 * The process gives the listed capabilities up and keeps the others that it has. A program that it
 * starts as root may have them again: that takes the bounding set. 0 or MK_E_FAILED.
 */
int mk_drop_capabilities(const int *caps, size_t n);

#endif
