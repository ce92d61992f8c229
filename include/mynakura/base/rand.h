/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random bytes from getrandom(2), drawn in batches for small requests and wiped as they are used
 * (store.md, Ciphers).
 */
#ifndef MK_BASE_RAND_H
#define MK_BASE_RAND_H

#include <stddef.h>

/*
 * Fills buf with len bytes of the kernel's generator. 0, or MK_E_CRYPTO: then buf is zeroed and
 * must not be used.
 */
int mk_rand(void *buf, size_t len);

#endif
