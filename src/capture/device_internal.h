/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the device process: SANE's words, options, and frames turned into grey. */
#ifndef MK_CAPTURE_DEVICE_INTERNAL_H
#define MK_CAPTURE_DEVICE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sane/sane.h>

#include "serve_internal.h"

/*
 * An error with words a clerk can act on: jam, cover, no paper, busy, unplugged. NO_DOCS is "no
 * paper".
 */
int mk_device_fault(struct mk_serve *s, SANE_Status status);

/* Sets NAME=VALUE. MK_E_INPUT names what is wrong with it, else mk_device_fault. */
int mk_device_set(struct mk_serve *s, SANE_Handle h, const char *option);
/*
 * Grey at about 300 dpi where the device offers it and the caller has not chosen; options that are
 * absent are left alone.
 */
void mk_device_defaults(SANE_Handle h, const char *const *given, size_t n);
/* Does the chosen source feed sheets? */
bool mk_device_feeds(SANE_Handle h);
/* The chosen resolution, or 0. */
unsigned mk_device_dpi(SANE_Handle h);

/*
 * Reads one picture after sane_start (all its frames) into *k. 0; MK_E_SCANNER when fewer or more
 * bytes came than announced: an end of file proves nothing (the test backend says EOF after a
 * cancel). Sends progress messages.
 */
int mk_device_picture(struct mk_serve *s, SANE_Handle h, struct mk_sink *k);

#endif
