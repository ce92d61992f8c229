/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Locked memory for numbers, keys and passphrases: libgcrypt's secure pool (64 KiB, decisions.md
 * 5), wiped when freed. mk_base_init must have been called once by the program.
 */
#ifndef MK_BASE_SECRET_H
#define MK_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_secret {
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
	uint8_t data[]; /* in locked memory */
};

/*
 * Once per process, before threads: initialises libgcrypt with a secure pool, switches core files
 * off (RLIMIT_CORE 0 and PR_SET_DUMPABLE 0). Returns 0 or MK_E_CRYPTO.
 */
int mk_base_init(void);
bool mk_secret_locked(
    void); /* true when the pool really is locked (VmLck of this process is not zero) */

/*
 * A new secret of cap bytes (1..16384), len 0, zeroed; NULL when the pool is full. The caller frees
 * it.
 */
struct mk_secret *mk_secret_new(size_t cap);
struct mk_secret *mk_secret_from(const void *data, size_t len); /* copy; does not wipe the source */
struct mk_secret *mk_secret_dup(const struct mk_secret *s);
void mk_secret_free(struct mk_secret *s); /* wipes; NULL is fine */
int mk_secret_append(struct mk_secret *s, const void *data, size_t len); /* MK_E_TOO_BIG past cap */
void mk_secret_clear(struct mk_secret *s); /* wipes, len = 0 */
void mk_wipe(void *p, size_t len); /* explicit_bzero; NULL is fine */
/*
 * Overwrites this much of the stack below the caller: what functions that have returned, libgcrypt's
 * among them, left there of a key. Called from the loop's level once the keys are gone.
 */
void mk_burn_stack(size_t bytes);
/* Constant time in the content: true when both have the same length and bytes. */
bool mk_equal(const void *a, const void *b, size_t len);

#endif
