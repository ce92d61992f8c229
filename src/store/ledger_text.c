/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text side of a ledger's search: what is stored to be found, how a query is cut into words,
 * and the cursor that a list goes on from. No SQL here; ledger_search.c asks.
 */
#include "ledger_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"

void
mk_subject_init(struct mk_subject *s)
{
	memset(s, 0, sizeof *s);
	s->state = MK_STATE_not_requested;
}

void
mk_subject_free(struct mk_subject *s)
{
	if (s == NULL)
		return;
	for (int f = 0; f < MK_SF_COUNT; f++) {
		if (s->field[f] != NULL)
			mk_wipe(s->field[f], strlen(s->field[f]));
		free(s->field[f]);
	}
	mk_wipe(s, sizeof *s);
}

int
mk_subject_set(struct mk_subject *s, int field, const char *value)
{
	if (field < 0 || field >= MK_SF_COUNT || value == NULL)
		return MK_E_INTERNAL;
	char *copy = mk_str_ndup(value, strlen(value));
	if (copy == NULL)
		return MK_E_NOMEM;
	if (s->field[field] != NULL)
		mk_wipe(s->field[field], strlen(s->field[field]));
	free(s->field[field]);
	s->field[field] = copy;
	return 0;
}

const char *
mk_ledger_field(const struct mk_subject *s, int field)
{
	return s->field[field] != NULL ? s->field[field] : "";
}

void
mk_ledger_sort_text(const struct mk_subject *s, struct mk_buf *out)
{
	const char *kana = mk_ledger_field(s, MK_SF_kana);
	mk_text_fold(out, kana, strlen(kana));
}

void
mk_ledger_find_text(const struct mk_subject *s, struct mk_buf *out)
{
	static const int fields[] = {MK_SF_name, MK_SF_kana, MK_SF_code};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *v = mk_ledger_field(s, fields[i]);
		mk_text_fold(out, v, strlen(v));
		mk_buf_put_u8(
		    out, '\n'); /* no word holds one, so none is found across two fields */
	}
}

static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == 0xa0 || cp == 0x3000 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f;
}

/* The next word of s from *at: sets its start and length, moves *at behind it; false at the end. */
static bool
next_word(const char *s, size_t len, size_t *at, size_t *start, size_t *wlen)
{
	bool in = false;
	size_t i = *at;
	while (i < len) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			n = 1;
		else if (is_blank(cp)) {
			if (in)
				break;
			i += n;
			continue;
		}
		if (!in)
			*start = i;
		in = true;
		i += n;
	}
	*at = i;
	*wlen = in ? i - *start : 0;
	return in;
}

int
mk_ledger_words_parse(const char *text, struct mk_ledger_words *out)
{
	size_t len = text != NULL ? strlen(text) : 0, at = 0, start = 0, wlen = 0;
	out->n = 0;
	while (next_word(text, len, &at, &start, &wlen)) {
		struct mk_buf b = MK_BUF_INIT;
		mk_text_fold(&b, text + start, wlen);
		int r = mk_buf_error(&b);
		if (r == 0 && b.len > 0) {
			if (out->n == MK_LEDGER_WORDS)
				r = MK_E_TOO_BIG;
			else
				out->word[out->n++] = b;
		}
		if (r < 0 || b.len == 0)
			mk_buf_free(&b);
		if (r < 0) {
			mk_ledger_words_free(out);
			return r;
		}
	}
	return 0;
}

void
mk_ledger_words_free(struct mk_ledger_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		mk_buf_free(&w->word[i]);
	w->n = 0;
}

void
mk_ledger_cursor_format(struct mk_buf *out, const char *id, const char *sort, const char *name)
{
	mk_buf_printf(out, "%s:%zu:%s%s", id, strlen(sort), sort, name);
}

int
mk_ledger_cursor_parse(const char *s, struct mk_ledger_cursor *out)
{
	struct mk_ledger_cursor c = {.id = {""}, .sort_len = 0, .sort = "", .name = ""};
	uint64_t n = 0;
	char digits[8];
	if (s == NULL || *s == '\0') {
		*out = c;
		return 0;
	}
	size_t len = strlen(s);
	if (len < MK_ID_LEN + 3 || s[MK_ID_LEN] != ':')
		return MK_E_INPUT;
	memcpy(c.id.s, s, MK_ID_LEN);
	const char *p = s + MK_ID_LEN + 1;
	const char *colon = strchr(p, ':');
	if (!mk_id_valid(c.id.s, 's') || colon == NULL || (size_t)(colon - p) >= sizeof digits)
		return MK_E_INPUT;
	memcpy(digits, p, (size_t)(colon - p));
	digits[colon - p] = '\0';
	if (mk_str_u64(digits, len, &n) < 0 || n > strlen(colon + 1))
		return MK_E_INPUT;
	c.sort = colon + 1;
	c.sort_len = (size_t)n;
	c.name = c.sort + n;
	*out = c;
	return 0;
}
