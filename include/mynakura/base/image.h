/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image file as clients hand it on: opened here, read by nobody but a reading process. */
#ifndef MK_BASE_IMAGE_H
#define MK_BASE_IMAGE_H

/*
 * Opens a regular file for reading, without waiting for a pipe or taking a terminal. The caller
 * closes *out. MK_E_NOT_FOUND, MK_E_IMAGE (no regular file), MK_E_IO, MK_E_NOMEM.
 */
int mk_image_open(const char *path, int *out);

#endif
