/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A passphrase made by the program: seven words of two Japanese syllables in Latin letters
 * ("kiho-satu-rome-..."), which can be said aloud, typed on any keyboard and read off a screen
 * without look-alikes.
 */
#ifndef MK_MODEL_PASSGEN_H
#define MK_MODEL_PASSGEN_H

#include <stddef.h>

#include "mynakura/base/secret.h"

#define MK_PASSGEN_WORDS 7
#define MK_PASSGEN_LEN (MK_PASSGEN_WORDS * 5 - 1) /* four letters a word, hyphens between */
/* 14 syllables, each one of mk_passgen_syllables() with the same chance: 14 * log2(62) = 83.3 */
#define MK_PASSGEN_BITS 83

/* Fills buf with len random bytes; 0 or MK_E_*. mk_rand is one. */
typedef int (*mk_passgen_draw)(void *buf, size_t len);

/*
 * A new passphrase of MK_PASSGEN_LEN bytes; data[len] is NUL. draw NULL: mk_rand. The caller frees
 * *out. MK_E_CRYPTO (or what draw says), MK_E_NOMEM.
 */
int mk_passgen(mk_passgen_draw draw, struct mk_secret **out);

/* The i-th syllable, two letters; NULL past the end. */
const char *mk_passgen_syllable(size_t i);

#endif
