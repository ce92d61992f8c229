/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash on paper: letters, and the text of a slip's QR code. */
#include "mynakura/base/slip.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define HASH_LEN 32
#define GROUP 4

int
mk_slip_letters(const char *hash, char out[MK_SLIP_LETTERS_MAX])
{
	uint8_t raw[HASH_LEN];
	int r = mk_unhex(hash, raw, sizeof raw);
	if (r == 0)
		mk_base32(raw, MK_SLIP_LETTERS, out);
	return r;
}

void
mk_slip_group(const char letters[MK_SLIP_LETTERS_MAX], char out[MK_SLIP_GROUPED_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < MK_SLIP_LETTERS; i++) {
		if (i > 0 && i % GROUP == 0)
			out[n++] = '-';
		out[n++] = letters[i];
	}
	out[n] = '\0';
}

int
mk_slip_letters_parse(const char *s, uint8_t out[MK_SLIP_BYTES])
{
	size_t n = 0;
	memset(out, 0, MK_SLIP_BYTES);
	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		int v = mk_base32_value(*s);
		if (v < 0 || n == MK_SLIP_LETTERS)
			return MK_E_INPUT;
		for (size_t b = 0; b < 5; b++)
			if ((v >> (4 - b) & 1) != 0)
				out[(5 * n + b) / 8] |= (uint8_t)(0x80 >> (5 * n + b) % 8);
		n++;
	}
	return n == MK_SLIP_LETTERS ? 0 : MK_E_INPUT;
}

static void
upper(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
}

void
mk_slip_text_format(const struct mk_slip_text *t, char out[MK_SLIP_TEXT_MAX])
{
	snprintf(out, MK_SLIP_TEXT_MAX, "%s %" PRIu64 " %s%s%s", MK_SLIP_MAGIC, t->count, t->head,
	    t->key[0] != '\0' ? " " : "", t->key);
	upper(out);
}

/* The next word of *s in lower case; false when there is none or it is too long. */
static bool
next_word(const char **s, char *out, size_t cap)
{
	*s += strspn(*s, " ");
	size_t n = strcspn(*s, " \r\n");
	if (n == 0 || n >= cap)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)((*s)[i] >= 'A' && (*s)[i] <= 'Z' ? (*s)[i] - 'A' + 'a' : (*s)[i]);
	out[n] = '\0';
	*s += n;
	return true;
}

static bool
is_hash(const char *s)
{
	uint8_t raw[HASH_LEN];
	return mk_unhex(s, raw, sizeof raw) == 0 || mk_slip_letters_parse(s, raw) == 0;
}

int
mk_slip_text_parse(const char *s, struct mk_slip_text *out)
{
	char magic[sizeof MK_SLIP_MAGIC], count[24];
	struct mk_slip_text t;
	memset(&t, 0, sizeof t);
	if (!next_word(&s, magic, sizeof magic) || strcmp(magic, "mynakura1") != 0 ||
	    !next_word(&s, count, sizeof count) || mk_str_u64(count, INT64_MAX, &t.count) < 0 ||
	    !next_word(&s, t.head, sizeof t.head) || !is_hash(t.head))
		return MK_E_INPUT;
	if (next_word(&s, t.key, sizeof t.key) && !is_hash(t.key))
		return MK_E_INPUT;
	if (s[strspn(s, " \r\n")] != '\0')
		return MK_E_INPUT;
	*out = t;
	return 0;
}
