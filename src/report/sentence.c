/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon and the reading processes say are English sentences. Those that stand in the
 * catalogue are shown in the user's language, also when they hold numbers: each run of digits is
 * looked up as %u and put back in its order.
 */
#include "mynakura/report/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/lang.h"
#include "mynakura/base/secret.h"
#include "mynakura/model/subject.h"

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

/* The whole of words by the catalogue; false when it is not there. */
static bool
by_catalogue(const char *words, struct mk_buf *out)
{
	struct mk_buf pattern = MK_BUF_INIT;
	const char *translated = *words != '\0' ? _(words) : words;
	bool known = translated != words;
	if (known) {
		mk_buf_puts(out, translated);
	} else {
		pattern_of(words, &pattern);
		const char *key = mk_buf_str(&pattern);
		translated = key[0] != '\0' ? _(key) : key;
		known = translated != key;
		if (known)
			put_back(translated, words, out);
	}
	mk_buf_free(&pattern);
	return known;
}

/* "birth is not valid": by "%s is not valid" and the field's title. */
static bool
about_field(const char *words, struct mk_buf *out)
{
	char field[32], key[256];
	size_t n = strcspn(words, " ");
	if (n == 0 || n >= sizeof field || words[n] == '\0')
		return false;
	memcpy(field, words, n);
	field[n] = '\0';
	int f = mk_subject_field_parse(field);
	if (f < 0 || snprintf(key, sizeof key, "%%s%s", words + n) >= (int)sizeof key)
		return false;
	const char *translated = _(key), *place = strstr(translated, "%s");
	if (translated == key || place == NULL)
		return false;
	mk_buf_put(out, translated, (size_t)(place - translated));
	mk_buf_puts(out, mk_lang_ja() ? mk_subject_field_title_ja(f) : field);
	mk_buf_puts(out, place + 2);
	return true;
}

void
mk_sentence(const char *words, size_t len, struct mk_buf *out)
{
	char exact[512];
	if (len == 0 || len >= sizeof exact) {
		mk_buf_put(out, words, len);
		return;
	}
	memcpy(exact, words, len);
	exact[len] = '\0';
	if (!by_catalogue(exact, out) && !about_field(exact, out)) {
		/* "nothing was written: A003 name: a character does not fit": part by part. */
		char *rest = strstr(exact, ": ");
		if (rest != NULL)
			*rest = '\0';
		if (rest == NULL || !by_catalogue(exact, out))
			mk_buf_puts(out, exact);
		if (rest != NULL) {
			mk_buf_puts(out, ": ");
			mk_sentence(rest + 2, strlen(rest + 2), out);
		}
	}
	mk_wipe(exact, sizeof exact);
}
