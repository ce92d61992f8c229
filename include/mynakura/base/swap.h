/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does this PC have swap that may keep memory in clear (decisions.md 5)? */
#ifndef MK_BASE_SWAP_H
#define MK_BASE_SWAP_H

#include <stdbool.h>

/*
 * True when /proc/swaps names something else than zram or a device-mapper device, which may be
 * encrypted or never reaches a disk. False also where the file cannot be read.
 */
bool mk_swap_plain(void);

#endif
