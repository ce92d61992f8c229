/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed functions of a profile on text: widths, kana, blanks, splitting, padding, postal
 * codes, flags and words. A function that cannot do its work on a value says so; it never guesses
 * and never cuts.
 */
#include "exchange_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"

void
mk_put_cp(struct mk_buf *b, uint32_t cp)
{
	char raw[4];
	mk_buf_put(b, raw, mk_utf8_encode(cp, raw));
}

uint32_t
mk_half_ascii(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		return cp - 0xfee0;
	return cp == 0x3000 ? ' ' : cp;
}

uint32_t
mk_full_ascii(uint32_t cp)
{
	if (cp >= 0x21 && cp <= 0x7e)
		return cp + 0xfee0;
	return cp == ' ' ? 0x3000 : cp;
}

/* U+FF61..U+FF9D in full width (JIS X 0201 order) */
static const uint16_t full_of_half[] = {0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1,
    0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6,
    0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd,
    0x30bf, 0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf, 0x30d2,
    0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9,
    0x30ea, 0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3};

static uint32_t
half_plain(uint32_t cp)
{
	for (size_t i = 0; i < sizeof full_of_half / sizeof full_of_half[0]; i++)
		if (full_of_half[i] == cp)
			return (uint32_t)(0xff61 + i);
	return 0;
}

uint32_t
mk_half_kana(uint32_t cp, uint32_t *mark)
{
	*mark = 0;
	if (cp >= 0x3041 && cp <= 0x3096)
		cp += 0x60;
	if (cp == 0x3099 || cp == 0x309a || cp == 0x309b || cp == 0x309c)
		return cp % 2 == 1 ? 0xff9e : 0xff9f;
	uint32_t plain = half_plain(cp);
	if (plain != 0)
		return plain;
	if (cp >= 0x30cf && cp <= 0x30dd) { /* ハ..ポ in threes */
		*mark = (cp - 0x30cf) % 3 == 1 ? 0xff9e : 0xff9f;
		return half_plain(cp - (cp - 0x30cf) % 3);
	}
	bool ga_to_di = cp >= 0x30ac && cp <= 0x30c2 && cp % 2 == 0;
	if (ga_to_di || cp == 0x30c5 || cp == 0x30c7 || cp == 0x30c9) {
		*mark = 0xff9e;
		return half_plain(cp - 1);
	}
	if (cp == 0x30f4 || cp == 0x30f7 || cp == 0x30fa) { /* ヴ ヷ ヺ */
		*mark = 0xff9e;
		return half_plain(cp == 0x30f4 ? 0x30a6 : cp - 8);
	}
	return 0;
}

static bool
blank(uint32_t cp)
{
	return cp == ' ' || cp == 0x3000 || cp == 0xa0;
}

static void
put_half_kana(struct mk_buf *out, uint32_t cp)
{
	uint32_t mark = 0, half = mk_half_kana(cp, &mark);
	mk_put_cp(out, half != 0 ? half : cp);
	if (mark != 0)
		mk_put_cp(out, mark);
}

/* Functions that go character by character. */
static void
each_char(enum mk_fn fn, const char *s, size_t len, struct mk_buf *out)
{
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t cp = 0;
		n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return; /* the text was checked */
		if (fn == MK_FN_HALFKANA)
			put_half_kana(out, cp);
		else if (fn == MK_FN_FULLWIDTH)
			mk_put_cp(out, mk_full_ascii(cp));
		else if (fn == MK_FN_HALFWIDTH)
			mk_put_cp(out, mk_half_ascii(cp));
		else if (!blank(cp))
			mk_put_cp(out, cp);
	}
}

/* Runs of blanks become one `one`; none at either end. */
static void
one_blank(const char *s, size_t len, uint32_t one, struct mk_buf *out)
{
	bool held = false, any = false;
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t cp = 0;
		n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return;
		if (blank(cp)) {
			held = any;
			continue;
		}
		if (held)
			mk_put_cp(out, one);
		mk_put_cp(out, cp);
		held = false;
		any = true;
	}
}

/* 姓 is before the first blank, 名 all after it. */
static int
split(bool family, const char *s, size_t len, struct mk_buf *out)
{
	struct mk_buf b = MK_BUF_INIT;
	one_blank(s, len, ' ', &b);
	const uint8_t *gap = b.len > 0 ? memchr(b.data, ' ', b.len) : NULL;
	if (gap != NULL) {
		size_t at = (size_t)(gap - b.data);
		if (family)
			mk_buf_put(out, b.data, at);
		else
			mk_buf_put(out, gap + 1, b.len - at - 1);
	}
	if (b.failed)
		out->failed = true;
	mk_buf_free(&b);
	return gap != NULL ? 0 : MK_E_INPUT;
}

/*
 * Digits in either width to ASCII; blanks and hyphens dropped where loose. MK_E_INPUT on anything
 * else or over cap.
 */
static int
digits(const char *s, size_t len, bool loose, char *out, size_t cap, size_t *count)
{
	size_t n = 0;
	for (size_t i = 0, k; i < len; i += k) {
		uint32_t cp = 0;
		k = mk_utf8_decode(s + i, len - i, &cp);
		if (k == 0)
			return MK_E_INPUT;
		cp = mk_half_ascii(cp);
		if (loose && (cp == ' ' || cp == '-' || cp == 0x2212 || cp == 0x3012))
			continue;
		if (cp < '0' || cp > '9' || n == cap)
			return MK_E_INPUT;
		out[n++] = (char)cp;
	}
	*count = n;
	return 0;
}

static int
zip(enum mk_fn fn, const char *s, size_t len, struct mk_buf *out)
{
	char d[7];
	size_t n = 0;
	if (digits(s, len, true, d, sizeof d, &n) < 0 || n != sizeof d)
		return MK_E_INPUT;
	if (fn != MK_FN_ZIP4)
		mk_buf_put(out, d, 3);
	if (fn == MK_FN_ZIP_HYPHEN)
		mk_buf_put_u8(out, '-');
	if (fn != MK_FN_ZIP3)
		mk_buf_put(out, d + 3, 4);
	return 0;
}

/* Zeros in front up to the width; a longer value stays as it is and meets the column's length. */
static int
pad(size_t width, const char *s, size_t len, struct mk_buf *out)
{
	char d[MK_CELL_BYTES];
	size_t n = 0;
	if (digits(s, len, false, d, sizeof d, &n) < 0)
		return MK_E_INPUT;
	for (size_t i = n; i < width; i++)
		mk_buf_put_u8(out, '0');
	mk_buf_put(out, d, n);
	mk_wipe(d, sizeof d);
	return 0;
}

static int
translate(const struct mk_map *m, const char *s, size_t len, struct mk_buf *out)
{
	const char *other = NULL;
	for (size_t i = 0; i < m->n; i++) {
		if (strlen(m->from[i]) == len && memcmp(m->from[i], s, len) == 0) {
			mk_buf_puts(out, m->to[i]);
			return 0;
		}
		if (strcmp(m->from[i], "*") == 0)
			other = m->to[i];
	}
	if (other == NULL)
		return MK_E_INPUT;
	mk_buf_puts(out, other);
	return 0;
}

static int
apply_text(const struct mk_layout *l, const struct mk_fn_call *f, const char *s, size_t len,
    struct mk_buf *out, enum mk_problem_kind *why)
{
	switch (f->fn) {
	case MK_FN_FULLKANA:
		mk_text_katakana(out, s, len);
		return 0;
	case MK_FN_SPACE_HALF:
	case MK_FN_SPACE_FULL:
		one_blank(s, len, f->fn == MK_FN_SPACE_HALF ? ' ' : 0x3000, out);
		return 0;
	case MK_FN_SPLIT_SEI:
	case MK_FN_SPLIT_MEI:
		*why = MK_PROBLEM_SPLIT;
		return split(f->fn == MK_FN_SPLIT_SEI, s, len, out);
	case MK_FN_PAD:
		*why = MK_PROBLEM_DIGITS;
		return pad(f->arg, s, len, out);
	case MK_FN_FLAG10:
		mk_buf_put_u8(out, len == 0 || (len == 1 && s[0] == '0') ? '0' : '1');
		return 0;
	case MK_FN_ENUM:
		*why = MK_PROBLEM_UNKNOWN_WORD;
		return translate(&l->maps[f->arg], s, len, out);
	default:
		each_char((enum mk_fn)f->fn, s, len, out);
		return 0;
	}
}

int
mk_fn_apply(const struct mk_layout *l, const struct mk_fn_call *f, const char *s, size_t len,
    struct mk_buf *out, enum mk_problem_kind *why)
{
	switch (mk_fn_wants(f->fn)) {
	case MK_SRCTYPE_DATE:
		*why = MK_PROBLEM_DATE;
		return mk_fn_date((enum mk_fn)f->fn, s, out);
	case MK_SRCTYPE_ZIP:
		*why = MK_PROBLEM_ZIP;
		return zip((enum mk_fn)f->fn, s, len, out);
	default:
		return apply_text(l, f, s, len, out, why);
	}
}
