/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Becoming another for good, in children; each loss is first seen to be there. Needs root, as the daemon does. */
#include "mynakura/sandbox/privdrop.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "tests/lib/mk_cmocka.h"

#define UID 64901
#define GID 64902
#define EXTRA 64903

/* Runs f in a child; its status. */
static int
in_child(int (*f)(void))
{
	int status = -1;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(f());
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The hex mask of a line of /proc/self/status. */
static unsigned long long
mask(const char *name)
{
	char line[256];
	unsigned long long v = ~0ULL;
	FILE *f = fopen("/proc/self/status", "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			v = strtoull(line + strlen(name) + 1, NULL, 16);
	if (f != NULL)
		fclose(f);
	return v;
}

static int
become_other(void)
{
	const gid_t extra = EXTRA;
	gid_t list[4];
	/* control: all of it is there before */
	if (geteuid() != 0 || mask("CapEff") == 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0)
		return 1;
	if (mk_become(UID, GID, &extra, 1) != 0)
		return 2;
	if (getuid() != UID || geteuid() != UID || getgid() != GID || getgroups(4, list) != 1 ||
	    list[0] != EXTRA)
		return 3;
	if (mask("CapEff") != 0 || mask("CapPrm") != 0 || mask("CapInh") != 0 ||
	    mask("CapAmb") != 0)
		return 4;
	if (setuid(0) == 0 || setgid(0) == 0 || setgroups(0, NULL) == 0)
		return 5;
	return open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES ? 0 : 6;
}

static int
become_nobody_s_group(void)
{
	const gid_t many[] = {1, 2, 3};
	gid_t list[8];
	if (setgroups(3, many) < 0 || getgroups(8, list) != 3)
		return 1;
	if (mk_become(UID, GID, NULL, 0) != 0)
		return 2;
	return getgroups(8, list) == 0 ? 0 : 3;
}

static int
no_root(void)
{
	if (mk_become(0, GID, NULL, 0) == 0 || mk_become(UID, 0, NULL, 0) == 0 ||
	    mk_become((uid_t)-1, GID, NULL, 0) == 0)
		return 1;
	return geteuid() == 0 ? 0 : 2;
}

/* Somebody who is no root cannot become another, and is told so. */
static int
not_without_right(void)
{
	if (mk_become(UID, GID, NULL, 0) != 0)
		return 1;
	if (mk_become(UID + 1, GID, NULL, 0) == 0)
		return 2;
	return mk_become(UID, GID, NULL, 0) == 0 ? 3 : 0; /* setgroups is a right too */
}

static const int few[] = {CAP_KILL, CAP_SETUID};
#define FEW (1ULL << CAP_KILL | 1ULL << CAP_SETUID)

static int
keep_few(void)
{
	if ((mask("CapEff") & FEW) != FEW || (mask("CapEff") & ~FEW) == 0)
		return 1;
	if (mk_keep_capabilities(few, 2) != 0)
		return 2;
	if (mask("CapEff") != FEW || mask("CapPrm") != FEW || mask("CapBnd") != FEW ||
	    mask("CapInh") != 0)
		return 3;
	return setgid(5) == 0 ? 4 : 0;
}

/* exec as root gives the bounding set back, which is why that one is cut too */
static int
exec_gains_nothing(void)
{
	if (mk_keep_capabilities(few, 2) != 0)
		return 1;
	execl("/bin/grep", "grep", "-q", "^CapEff:.*00000000000000a0$", "/proc/self/status",
	    (char *)NULL);
	return 2;
}

static int
keep_none(void)
{
	return mk_keep_capabilities(NULL, 0) == 0 && mask("CapEff") == 0 && mask("CapBnd") == 0 ? 0
												: 1;
}

static void
another_for_good(void **state)
{
	(void)state;
	assert_int_equal(in_child(become_other), 0);
	assert_int_equal(in_child(become_nobody_s_group), 0);
}

static void
refused_is_said(void **state)
{
	(void)state;
	assert_int_equal(in_child(no_root), 0);
	assert_int_equal(in_child(not_without_right), 0);
}

static void
named_capabilities_only(void **state)
{
	(void)state;
	assert_int_equal(in_child(keep_few), 0);
	assert_int_equal(in_child(exec_gains_nothing), 0);
	assert_int_equal(in_child(keep_none), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_for_good),
	    cmocka_unit_test(refused_is_said),
	    cmocka_unit_test(named_capabilities_only),
	};
	if (geteuid() != 0) {
		puts("1..1\nok 1 # SKIP only root has something to give up");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
