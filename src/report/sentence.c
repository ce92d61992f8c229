/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon and the reading processes say are English sentences. Those that stand in the
 * catalogue are shown in the user's language, also when they hold numbers: each run of digits is
 * looked up as %u and put back in its order.
 */
#include "mynakura/report/words.h"

#include <ctype.h>
#include <string.h>

#include "mynakura/base/lang.h"
#include "mynakura/base/secret.h"

static size_t
digits_at(const char *s)
{
	size_t n = 0;
	while (isdigit((unsigned char)s[n]))
		n++;
	return n;
}

static void
pattern_of(const char *words, struct mk_buf *out)
{
	while (*words != '\0') {
		size_t n = digits_at(words);
		if (n > 0)
			mk_buf_puts(out, "%u");
		else
			mk_buf_put(out, words, n = 1);
		words += n;
	}
}

/* The translation with the numbers of words in its places; a place too many gets nothing. */
static void
put_back(const char *translated, const char *words, struct mk_buf *out)
{
	while (*translated != '\0') {
		if (strncmp(translated, "%u", 2) != 0) {
			mk_buf_put(out, translated++, 1);
			continue;
		}
		while (*words != '\0' && digits_at(words) == 0)
			words++;
		mk_buf_put(out, words, digits_at(words));
		words += digits_at(words);
		translated += 2;
	}
}

void
mk_sentence(const char *words, size_t len, struct mk_buf *out)
{
	char exact[512];
	struct mk_buf pattern = MK_BUF_INIT;
	if (len == 0 || len >= sizeof exact) {
		mk_buf_put(out, words, len);
		return;
	}
	memcpy(exact, words, len);
	exact[len] = '\0';
	const char *translated = _(exact);
	if (translated == exact) {
		pattern_of(exact, &pattern);
		const char *key = mk_buf_str(&pattern);
		translated = key[0] != '\0' ? _(key) : key;
		if (translated == key)
			mk_buf_put(out, words, len);
		else
			put_back(translated, exact, out);
	} else {
		mk_buf_puts(out, translated);
	}
	mk_buf_free(&pattern);
	mk_wipe(exact, sizeof exact);
}
