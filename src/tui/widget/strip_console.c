/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the font of Linux's console has. Debian's console fonts have no half blocks, the kernel's
 * own one does, and the terminal cannot be asked in any other way.
 */
#include "strip_internal.h"

#include <linux/kd.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define PAIRS_MAX 8192

static bool
has(const struct unimapdesc *map, unsigned c)
{
	for (unsigned i = 0; i < map->entry_ct; i++)
		if (map->entries[i].unicode == c)
			return true;
	return false;
}

bool
mk_strip_console_half_blocks(int fd)
{
	bool all = false;
	struct unimapdesc map = {.entry_ct = PAIRS_MAX};
	map.entries = calloc(PAIRS_MAX, sizeof *map.entries);
	if (map.entries == NULL)
		return false;
	if (ioctl(fd, GIO_UNIMAP, &map) == 0 && map.entry_ct <= PAIRS_MAX)
		all = has(&map, 0x2580) && has(&map, 0x2584) && has(&map, 0x2588);
	free(map.entries);
	return all;
}
