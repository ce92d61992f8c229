/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The foldings that are made without a question and always listed (formats.md 4.3): widths by the
 * column's class, hyphens in full-width columns, a mark composed with its kana, variation selectors
 * dropped for CP932. Everything else stops the row.
 */
#include "exchange_internal.h"

#include "mynakura/base/utf8.h"

static bool
variation(uint32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static bool
half_kana(uint32_t cp)
{
	return cp >= 0xff61 && cp <= 0xff9f;
}

static bool
in_class(enum mk_class class, uint32_t cp)
{
	bool ascii = cp >= 0x20 && cp <= 0x7e;
	switch (class) {
	case MK_CLASS_DIGITS:
		return cp >= '0' && cp <= '9';
	case MK_CLASS_LATIN:
		return ascii;
	case MK_CLASS_HALFKANA:
		return half_kana(cp) || cp == ' ';
	case MK_CLASS_HALFWIDTH:
		return half_kana(cp) || ascii;
	case MK_CLASS_FULLWIDTH:
		return cp > 0x7e && !half_kana(cp);
	default:
		return true;
	}
}

/* What two characters become together (か + U+3099, ｶ + ﾞ), or 0 when they stay two. */
static uint32_t
joined(uint32_t cp, uint32_t mark, bool half)
{
	struct mk_buf pair = MK_BUF_INIT, one = MK_BUF_INIT;
	uint32_t got = 0;
	mk_put_cp(&pair, cp);
	mk_put_cp(&pair, mark);
	if (half)
		mk_text_katakana(&one, mk_buf_str(&pair), pair.len);
	else
		mk_text_compose(&one, mk_buf_str(&pair), pair.len);
	const char *s = mk_buf_str(&one);
	if (mk_utf8_decode(s, one.len, &got) != one.len)
		got = 0;
	mk_buf_free(&pair);
	mk_buf_free(&one);
	return got;
}

static uint32_t
to_fullwidth(uint32_t cp)
{
	if ((cp >= 0x2010 && cp <= 0x2013) || cp == 0xfe63)
		return 0xff0d;
	if (!half_kana(cp))
		return mk_full_ascii(cp);
	struct mk_buf in = MK_BUF_INIT, full = MK_BUF_INIT;
	uint32_t got = cp;
	mk_put_cp(&in, cp);
	mk_text_katakana(&full, mk_buf_str(&in), in.len);
	(void)mk_utf8_decode(mk_buf_str(&full), full.len, &got);
	mk_buf_free(&in);
	mk_buf_free(&full);
	return got;
}

/* The form of cp in a class; *mark gets a second character or 0. */
static uint32_t
to_class(enum mk_class class, uint32_t cp, uint32_t *mark)
{
	*mark = 0;
	if (class == MK_CLASS_ANY)
		return cp;
	if (class == MK_CLASS_FULLWIDTH)
		return to_fullwidth(cp);
	if (class == MK_CLASS_HALFKANA || class == MK_CLASS_HALFWIDTH) {
		uint32_t half = mk_half_kana(cp, mark);
		if (half != 0)
			return half;
	}
	return mk_half_ascii(cp);
}

/*
 * Decodes the character at s and, where the next one is a mark that belongs to it, both: returns
 * the bytes taken.
 */
static size_t
take(struct mk_export *e, const struct mk_cell *c, const char *s, size_t len, uint32_t *cp)
{
	uint32_t mark = 0;
	size_t n = mk_utf8_decode(s, len, cp);
	size_t k = n > 0 && n < len ? mk_utf8_decode(s + n, len - n, &mark) : 0;
	bool composing = mark == 0x3099 || mark == 0x309a;
	bool half = c->char_class == MK_CLASS_FULLWIDTH && (mark == 0xff9e || mark == 0xff9f) &&
		    half_kana(*cp);
	if (k == 0 || (!composing && !half))
		return n;
	uint32_t both = joined(*cp, mark, half);
	if (both == 0)
		return n;
	mk_note_change(e, c, *cp, both);
	*cp = both;
	return n + k;
}

void
mk_fold_value(struct mk_export *e, const struct mk_cell *c)
{
	enum mk_class class = (enum mk_class)c->char_class;
	const char *s = mk_buf_str(&e->value);
	mk_buf_reset(&e->work);
	for (size_t i = 0, n; i < e->value.len; i += n) {
		uint32_t cp = 0, mark = 0;
		n = take(e, c, s + i, e->value.len - i, &cp);
		if (n == 0)
			break; /* the text was checked */
		if (e->l->encoding == MK_ENC_CP932 && variation(cp)) {
			mk_note_change(e, c, cp, 0);
			continue;
		}
		uint32_t form = to_class(class, cp, &mark);
		if (!in_class(class, form)) {
			mk_note_problem(e, c, MK_PROBLEM_CLASS, cp, 0);
			continue;
		}
		if (form != cp)
			mk_note_change(e, c, cp, form);
		mk_put_cp(&e->work, form);
		if (mark != 0)
			mk_put_cp(&e->work, mark);
	}
	struct mk_buf swap = e->value;
	e->value = e->work;
	e->work = swap;
}
