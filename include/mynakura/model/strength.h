/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How strong a passphrase is: an estimate, the least that an office which is no demo takes, and the
 * estimate as one of four grades (in words: mk_grade_word of report/words.h). The screens and the
 * command line show it while or after typing; the daemon decides by the same figures.
 */
#ifndef MK_MODEL_STRENGTH_H
#define MK_MODEL_STRENGTH_H

#include <stddef.h>

/* Less of either is refused (MK_E_WEAK), demo offices excepted. Bytes; bits by the estimate. */
#define MK_PASS_BYTES_MIN 8
#define MK_PASS_BITS_MIN 30

/*
 * Bits an attacker who knows how people choose would need, conservatively: runs, repetitions,
 * keyboard rows, years, common words and letter runs count little. text: UTF-8, any bytes are
 * accepted. Never more than 8 bits a character.
 */
unsigned mk_pass_bits(const char *text, size_t len);

enum mk_pass_grade {
	MK_PASS_WEAK, /* refused by an office that is no demo */
	MK_PASS_FAIR,
	MK_PASS_GOOD, /* 60 bits and more */
	MK_PASS_STRONG /* 80 bits and more */
};

enum mk_pass_grade mk_pass_grade(const char *text, size_t len);

#endif
