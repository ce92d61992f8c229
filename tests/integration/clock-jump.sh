#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The PC's clock is set while the daemon runs and while it does not (security.md R14, R8). The daemon's processes see a clock that a
# preloaded library shifts: CLOCK_REALTIME only, as setting the clock does.
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
[ -z "${SAN:-}" ] || skip_all "a preloaded library comes before the sanitizer's"
tap_tmp
cat >"$TAP_TMP/shift.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, id, ts);
	char b[32] = "0";
	int fd = id == CLOCK_REALTIME ? open(SHIFT_FILE, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		ssize_t n = read(fd, b, sizeof b - 1);
		close(fd);
		b[n > 0 ? n : 0] = '\0';
		ts->tv_sec += atol(b);
	}
	return r;
}
time_t
time(time_t *t)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}
C
"${CC:-gcc}" -shared -fPIC -O1 -DSHIFT_FILE="\"$TAP_TMP/shift\"" -o "$TAP_TMP/shift.so" "$TAP_TMP/shift.c" || skip_all "no compiler"
PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/clock_jump.py" "$TAP_TMP"
