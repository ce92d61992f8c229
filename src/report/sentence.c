/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon and the reading processes say are English sentences. Those that stand in the
 * catalogue are shown in the user's language, also when they hold numbers and ids: each run of digits
 * is looked up as %u, each id as %s, and they are put back in their order.
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

#define ID_LEN 14

/* An id of ours that stands alone: a letter and 13 characters of base 32 (decisions.md d). */
static size_t
id_at(const char *text, const char *s)
{
	if (s > text && isalnum((unsigned char)s[-1]))
		return 0;
	for (size_t i = 0; i < ID_LEN; i++)
		if (i == 0
			? !islower((unsigned char)s[i])
			: strchr("0123456789abcdefghjkmnpqrstvwxyz", s[i]) == NULL || s[i] == '\0')
			return 0;
	return isalnum((unsigned char)s[ID_LEN]) ? 0 : ID_LEN;
}

/* Length of what a place stands for: *place is "%s" or "%u"; 0 nothing. */
static size_t
variable_at(const char *text, const char *s, const char **place)
{
	size_t n = id_at(text, s);
	*place = n > 0 ? "%s" : "%u";
	return n > 0 ? n : digits_at(s);
}

static void
pattern_of(const char *words, struct mk_buf *out)
{
	for (const char *s = words; *s != '\0';) {
		const char *place;
		size_t n = variable_at(words, s, &place);
		if (n > 0)
			mk_buf_puts(out, place);
		else
			mk_buf_put(out, s, n = 1);
		s += n;
	}
}

/* The next variable of this kind from *from on, which moves behind it. */
static void
put_next(const char *words, const char **from, const char *kind, struct mk_buf *out)
{
	for (const char *s = *from; *s != '\0';) {
		const char *place;
		size_t n = variable_at(words, s, &place);
		if (n > 0 && strcmp(place, kind) == 0) {
			mk_buf_put(out, s, n);
			*from = s + n;
			return;
		}
		s += n > 0 ? n : 1;
	}
}

/*
 * The translation with the numbers and the ids of words in their places, each kind in its order; a
 * place too many gets nothing.
 */
static void
put_back(const char *translated, const char *words, struct mk_buf *out)
{
	const char *number = words, *id = words;
	while (*translated != '\0') {
		if (strncmp(translated, "%u", 2) == 0) {
			put_next(words, &number, "%u", out);
			translated += 2;
		} else if (strncmp(translated, "%s", 2) == 0) {
			put_next(words, &id, "%s", out);
			translated += 2;
		} else {
			mk_buf_put(out, translated++, 1);
		}
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
