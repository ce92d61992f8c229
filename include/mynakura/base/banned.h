/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Included before every file by the Makefile: functions that lose bounds, state or privacy become
 * compile errors.
 */
#ifndef MK_BASE_BANNED_H
#define MK_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol gmtime localtime system
#pragma GCC poison popen tmpnam
/* glib's headers spell alloca, so the name is not poisoned; using it is an error all the same. */
#pragma GCC diagnostic error "-Walloca"

#endif
