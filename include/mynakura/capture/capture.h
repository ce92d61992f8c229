/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three kinds of reading process behind the channel `fd` (messages: wire/read.h). Each serves
 * one request and returns the exit status of the process. They are the whole of mynakura-read;
 * nobody else links this folder.
 */
#ifndef MK_CAPTURE_CAPTURE_H
#define MK_CAPTURE_CAPTURE_H

int mk_capture_device(
    int fd); /* libsane; not closed in, killed by whoever started it when it hangs */
int mk_capture_decode(
    int fd); /* an encoded file -> rasters, closed in before the first byte is looked at */
int mk_capture_read(
    /* a raster -> fields; the models are loaded, then it closes itself in, then it waits */
    int fd);

#endif
