/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image file as clients hand it on: opened here, read by nobody but a reading process. */
#ifndef MK_BASE_IMAGE_H
#define MK_BASE_IMAGE_H

#include <stddef.h>

#define MK_IMAGE_MAX ((size_t)256 << 20) /* bytes; a reading process takes no more */

/*
 * A copy in memory of a regular file, to be passed on. The caller closes *out. MK_E_NOT_FOUND,
 * MK_E_IMAGE (no regular file), MK_E_TOO_BIG, MK_E_IO, MK_E_NOMEM.
 */
int mk_image_open(const char *path, int *out);

#endif
