/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The foldings of Japanese text: dakuten composition, half-width kana, search form. Kanji are never
 * touched.
 */
#include "mynakura/base/utf8.h"

#include <string.h>

/* U+FF61..U+FF9F half-width forms -> full-width (JIS X 0201 order) */
static const uint16_t half_kana[] = {0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1, 0x30a3,
    0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8,
    0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf,
    0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5,
    0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea,
    0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3, 0x3099, 0x309a};

/* The kana that cp + mark (U+3099 or U+309A) make, or 0. */
static uint32_t
compose(uint32_t cp, uint32_t mark)
{
	uint32_t base = cp >= 0x30a0 ? cp - 0x60 : cp; /* to hiragana */
	uint32_t shift = cp - base;
	bool ha = base >= 0x306f && base <= 0x307b && (base - 0x306f) % 3 == 0;
	if (mark == 0x309a)
		return ha ? cp + 2 : 0;
	if (ha)
		return cp + 1;
	if (base >= 0x304b && base <= 0x3061 && (base - 0x304b) % 2 == 0)
		return cp + 1;
	if (base == 0x3064 || base == 0x3066 || base == 0x3068)
		return cp + 1;
	if (base == 0x3046)
		return 0x3094 + shift;
	if (cp == 0x309d || cp == 0x30fd)
		return cp + 1;
	if (cp >= 0x30ef && cp <= 0x30f2)
		return cp + 8;
	return 0;
}

static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == 0xa0 || cp == 0x1680 || cp == 0x3000 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f || cp == 0x205f;
}

static bool
is_variation(uint32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

enum form { FORM_COMPOSE, FORM_KATAKANA, FORM_SEARCH };

static uint32_t
to_full_kana(uint32_t cp)
{
	return cp >= 0xff61 && cp <= 0xff9f ? half_kana[cp - 0xff61] : cp;
}

/* The form of one code point; 0 drops it. */
static uint32_t
shape(uint32_t cp, enum form form)
{
	if (form == FORM_COMPOSE)
		return cp;
	cp = to_full_kana(cp);
	if (form == FORM_KATAKANA)
		return (cp >= 0x3041 && cp <= 0x3096) || cp == 0x309d || cp == 0x309e ? cp + 0x60
										      : cp;
	if (is_blank(cp) || is_variation(cp))
		return 0;
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xfee0;
	if (cp >= 'A' && cp <= 'Z')
		return cp + 32;
	return (cp >= 0x30a1 && cp <= 0x30f6) || cp == 0x30fd || cp == 0x30fe ? cp - 0x60 : cp;
}

static void
put_cp(struct mk_buf *out, uint32_t cp)
{
	char raw[4];
	mk_buf_put(out, raw, mk_utf8_encode(cp, raw));
}

/*
 * In the search form ヷ..ヺ, which have no hiragana, are わ..を with U+3099, as わ + U+3099 has no
 * composition there.
 */
static void
put_shaped(struct mk_buf *out, uint32_t cp, enum form form)
{
	bool wa = form == FORM_SEARCH && cp >= 0x30f7 && cp <= 0x30fa;
	put_cp(out, wa ? cp - 0x68 : cp);
	if (wa)
		put_cp(out, 0x3099);
}

/* ASCII but for NUL. */
static bool
is_ascii(char c)
{
	return (unsigned char)c > 0 && (unsigned char)c < 0x80;
}

/* A run of ASCII, which no mark composes with: most of a JSON line, so without a call for each. */
static size_t
fold_ascii(struct mk_buf *out, const char *s, size_t len, enum form form)
{
	char run[128];
	size_t i = 0, n = 0;
	for (; i < len && i < sizeof run && is_ascii(s[i]); i++) {
		uint32_t v = shape((unsigned char)s[i], form);
		if (v != 0)
			run[n++] = (char)v;
	}
	mk_buf_put(out, run, n);
	return i;
}

static void
fold(struct mk_buf *out, const char *s, size_t len, enum form form)
{
	uint32_t held = 0; /* waits for a mark that may follow */
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		if (is_ascii(s[i])) {
			if (held != 0)
				put_shaped(out, held, form);
			held = 0;
			i += fold_ascii(out, s + i, len - i, form);
			continue;
		}
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0) { /* unchecked text: pass the byte, the caller's check refuses it */
			if (held != 0)
				put_shaped(out, held, form);
			held = 0;
			mk_buf_put(out, s + i, 1);
			i++;
			continue;
		}
		i += n;
		uint32_t v = shape(cp, form);
		if (v == 0)
			continue;
		uint32_t both = held != 0 && (v == 0x3099 || v == 0x309a) ? compose(held, v) : 0;
		if (both != 0) {
			held = both;
			continue;
		}
		if (held != 0)
			put_shaped(out, held, form);
		held = v;
	}
	if (held != 0)
		put_shaped(out, held, form);
}

void
mk_text_compose(struct mk_buf *out, const char *s, size_t len)
{
	fold(out, s, len, FORM_COMPOSE);
}

void
mk_text_katakana(struct mk_buf *out, const char *s, size_t len)
{
	fold(out, s, len, FORM_KATAKANA);
}

void
mk_text_fold(struct mk_buf *out, const char *s, size_t len)
{
	fold(out, s, len, FORM_SEARCH);
}
