/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resource limits of a reading process: a decompression bomb or an endless loop ends the process,
 * not the machine.
 */
#include "mynakura/sandbox/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "mynakura/base/err.h"

static int
limit(int what, uint64_t value)
{
	struct rlimit old, l;
	if (getrlimit((__rlimit_resource_t)what, &old) < 0)
		return MK_E_FAILED;
	l.rlim_cur = l.rlim_max = old.rlim_max < value ? old.rlim_max : (rlim_t)value;
	return setrlimit((__rlimit_resource_t)what, &l) < 0 ? MK_E_FAILED : 0;
}

int
mk_sandbox_limits(uint64_t address_space, unsigned cpu_seconds)
{
	int r = 0;
#ifndef MK_SANITIZED /* a sanitizer's shadow memory is terabytes of address space */
	if (address_space != 0)
		r = limit(RLIMIT_AS, address_space);
#else
	(void)address_space;
#endif
	if (r == 0 && cpu_seconds != 0)
		r = limit(RLIMIT_CPU, cpu_seconds);
	if (r == 0)
		r = limit(RLIMIT_CORE, 0);
#ifndef MK_SANITIZED /* LeakSanitizer attaches with ptrace, which an undumpable process refuses */
	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = MK_E_FAILED;
#endif
	return r;
}
