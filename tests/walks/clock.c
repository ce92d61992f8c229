/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk's clock. Named in the namespace's /etc/ld.so.preload, so that every program there, the
 * daemon's roles under their own accounts too, sees the same date. The file that is mapped holds
 * two decimal numbers, WALL and UP, in seconds: WALL is added to CLOCK_REALTIME (what setting the
 * clock does), UP to CLOCK_BOOTTIME (what passing time does). It is mapped before main and so
 * before any sandbox closes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile char *page;

__attribute__((constructor)) static void
map(void)
{
	int fd = open(CLOCK_FILE, O_RDONLY | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	page = p == MAP_FAILED ? NULL : p;
}

/* The n-th number (0, 1) of the page. */
static long
shift(int n)
{
	long v[2] = {0, 0};
	int at = 0, minus = 0;
	for (int i = 0; page != NULL && i < 64 && at < 2; i++) {
		char c = page[i];
		if (c >= '0' && c <= '9')
			v[at] = v[at] * 10 + (minus ? '0' - c : c - '0');
		else if (c == '-')
			minus = 1;
		else
			at++, minus = 0;
	}
	return v[n];
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, id, ts);
	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		ts->tv_sec += shift(0);
	else if (r == 0 && id == CLOCK_BOOTTIME)
		ts->tv_sec += shift(1);
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

int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	struct timespec ts;
	(void)tz;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}
