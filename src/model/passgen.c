/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passphrases from syllables. A random byte past the last whole run of the table is drawn again: a
 * remainder alone would favour the first syllables.
 */
#include "mynakura/model/passgen.h"

#include <stdint.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"

/*
 * Two letters each. Not among them: di and du (they sound as zi and zu), wo (as o), so that what is
 * remembered by its sound is typed one way only.
 */
static const char table[][3] = {"ka", "ki", "ku", "ke", "ko", "sa", "si", "su", "se", "so", "ta",
    "ti", "tu", "te", "to", "na", "ni", "nu", "ne", "no", "ha", "hi", "hu", "he", "ho", "ma", "mi",
    "mu", "me", "mo", "ra", "ri", "ru", "re", "ro", "ga", "gi", "gu", "ge", "go", "za", "zi", "zu",
    "ze", "zo", "da", "de", "do", "ba", "bi", "bu", "be", "bo", "pa", "pi", "pu", "pe", "po", "ya",
    "yu", "yo", "wa"};

#define SYLLABLES (sizeof table / sizeof table[0])
#define BYTES_USED (256 - 256 % SYLLABLES)

const char *
mk_passgen_syllable(size_t i)
{
	return i < SYLLABLES ? table[i] : NULL;
}

/* One syllable behind what stands in s. */
static int
put_syllable(mk_passgen_draw draw, struct mk_secret *s)
{
	uint8_t byte = 0;
	int r;
	do
		r = draw(&byte, 1);
	while (r == 0 && byte >= BYTES_USED);
	if (r == 0)
		r = mk_secret_append(s, table[byte % SYLLABLES], 2);
	mk_wipe(&byte, sizeof byte);
	return r;
}

int
mk_passgen(mk_passgen_draw draw, struct mk_secret **out)
{
	struct mk_secret *s = mk_secret_new(MK_PASSGEN_LEN + 1);
	int r = s == NULL ? MK_E_NOMEM : 0;
	if (draw == NULL)
		draw = mk_rand;
	for (int word = 0; r == 0 && word < MK_PASSGEN_WORDS; word++) {
		if (word > 0)
			r = mk_secret_append(s, "-", 1);
		if (r == 0)
			r = put_syllable(draw, s);
		if (r == 0)
			r = put_syllable(draw, s);
	}
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	*out = s;
	return 0;
}
