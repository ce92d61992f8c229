/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uids, groups and capabilities by their system calls: libcap is not needed for four of them, and
 * glibc's setres*id (which signals every thread) is right here because there is one thread.
 */
#include "mynakura/sandbox/privdrop.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mynakura/base/err.h"

#define WORDS _LINUX_CAPABILITY_U32S_3
#define LAST_CAP 63
#define GROUPS_MAX 16

struct caps {
	struct __user_cap_data_struct d[WORDS];
};

static int
get_caps(struct caps *out)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	return syscall(SYS_capget, &h, out->d) < 0 ? MK_E_FAILED : 0;
}

static int
set_caps(struct caps *c)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	return syscall(SYS_capset, &h, c->d) < 0 ? MK_E_FAILED : 0;
}

static bool
none(const struct caps *c)
{
	uint32_t any = 0;
	for (size_t i = 0; i < WORDS; i++)
		any |= c->d[i].effective | c->d[i].permitted | c->d[i].inheritable;
	return any == 0;
}

/* Does the kernel's view show exactly what was asked for, and no way back? */
static bool
is_now(uid_t uid, gid_t gid, size_t n)
{
	uid_t r, e, s;
	gid_t rg, eg, sg, list[GROUPS_MAX];
	struct caps c;
	if (getresuid(&r, &e, &s) < 0 || r != uid || e != uid || s != uid)
		return false;
	if (getresgid(&rg, &eg, &sg) < 0 || rg != gid || eg != gid || sg != gid)
		return false;
	if (getgroups(GROUPS_MAX, list) != (int)n)
		return false;
	if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0)
		return false;
	return get_caps(&c) == 0 && none(&c) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

int
mk_become(uid_t uid, gid_t gid, const gid_t *groups, size_t n)
{
	struct caps empty;
	memset(&empty, 0, sizeof empty);
	if (uid == 0 || gid == 0 || uid == (uid_t)-1 || gid == (gid_t)-1 || n > GROUPS_MAX)
		return MK_E_FAILED;
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return MK_E_FAILED;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return MK_E_FAILED;
	if (setgroups(n, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return MK_E_FAILED;
	if (set_caps(&empty) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return MK_E_FAILED;
	return is_now(uid, gid, n) ? 0 : MK_E_FAILED;
}

static bool
wanted(const int *caps, size_t n, int cap)
{
	for (size_t i = 0; i < n; i++)
		if (caps[i] == cap)
			return true;
	return false;
}

static int
cut_bounding_set(const int *caps, size_t n)
{
	for (int cap = 0; cap <= LAST_CAP; cap++) {
		int has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
		if (has < 0 && errno == EINVAL)
			return 0; /* past the kernel's last one */
		if (has == 1 && !wanted(caps, n, cap) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return MK_E_FAILED;
	}
	return 0;
}

int
mk_keep_capabilities(const int *caps, size_t n)
{
	struct caps now, keep, after;
	memset(&keep, 0, sizeof keep);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return MK_E_FAILED;
	/* First the bounding set: cutting it is itself a capability. */
	if (cut_bounding_set(caps, n) < 0 || get_caps(&now) < 0)
		return MK_E_FAILED;
	for (size_t i = 0; i < n; i++)
		keep.d[caps[i] / 32].permitted |= UINT32_C(1) << (caps[i] % 32);
	for (size_t i = 0; i < WORDS; i++) {
		keep.d[i].permitted &= now.d[i].permitted;
		keep.d[i].effective = keep.d[i].permitted;
	}
	if (set_caps(&keep) < 0 || get_caps(&after) < 0)
		return MK_E_FAILED;
	return memcmp(&after, &keep, sizeof keep) == 0 ? 0 : MK_E_FAILED;
}

int
mk_drop_capabilities(const int *caps, size_t n)
{
	struct caps c, after;
	if (get_caps(&c) < 0)
		return MK_E_FAILED;
	for (size_t i = 0; i < n; i++) {
		c.d[caps[i] / 32].effective &= ~(UINT32_C(1) << (caps[i] % 32));
		c.d[caps[i] / 32].permitted &= ~(UINT32_C(1) << (caps[i] % 32));
	}
	if (set_caps(&c) < 0 || get_caps(&after) < 0)
		return MK_E_FAILED;
	return memcmp(&after, &c, sizeof c) == 0 ? 0 : MK_E_FAILED;
}
