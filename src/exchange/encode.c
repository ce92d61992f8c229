/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Characters into the target's code. Only the codec "CP932" is used, never "SHIFT_JIS", never
 * //TRANSLIT and never //IGNORE: those put "?" where a name's character was, and no one notices
 * (formats.md 4.1). What reading back would show is asked of the codec itself.
 */
#include "exchange_internal.h"

#include <stdlib.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

int
mk_exchange_new(struct mk_exchange **out)
{
	struct mk_exchange *x = calloc(1, sizeof *x);
	if (x == NULL)
		return MK_E_NOMEM;
	x->to = iconv_open("CP932", "UTF-8");
	x->from = iconv_open("UTF-8", "CP932");
	if (x->to == (iconv_t)-1 || x->from == (iconv_t)-1) {
		mk_exchange_free(x);
		return MK_E_INTERNAL;
	}
	*out = x;
	return 0;
}

void
mk_exchange_free(struct mk_exchange *x)
{
	if (x == NULL)
		return;
	if (x->to != (iconv_t)-1)
		iconv_close(x->to);
	if (x->from != (iconv_t)-1)
		iconv_close(x->from);
	free(x);
}

struct range {
	uint16_t from, to;
};

/*
 * JIS X 0208 as 年金機構 lists it, in Shift_JIS codes (formats.md 4.2). The second byte is checked
 * by the codec.
 */
static const struct range jisx0208[] = {{0x20, 0x7e}, {0xa1, 0xdf}, {0x8140, 0x81ac},
    {0x824f, 0x8258}, {0x8260, 0x8279}, {0x8281, 0x829a}, {0x829f, 0x82f1}, {0x8340, 0x8396},
    {0x839f, 0x83b6}, {0x83bf, 0x83d6}, {0x8440, 0x8460}, {0x8470, 0x8491}, {0x889f, 0x9872},
    {0x989f, 0xeaa4}};

/*
 * All of CP932 but controls and the private codes F040-F9FC, which mean something else on every PC.
 */
static const struct range cp932[] = {
    {0x20, 0x7e}, {0xa1, 0xdf}, {0x8140, 0xeffc}, {0xfa40, 0xfc4b}};

static bool
in_repertoire(unsigned repertoire, unsigned code)
{
	bool narrow = repertoire == MK_REP_JISX0208;
	const struct range *r = narrow ? jisx0208 : cp932;
	size_t n = narrow ? sizeof jisx0208 / sizeof jisx0208[0] : sizeof cp932 / sizeof cp932[0];
	for (size_t i = 0; i < n; i++)
		if (code >= r[i].from && code <= r[i].to)
			return true;
	return false;
}

static int
convert(iconv_t cd, const char *in, size_t len, char *out, size_t cap, size_t *n)
{
	char *src = (char *)(uintptr_t)in; /* iconv's prototype lacks the const */
	char *dst = out;
	size_t left = cap;
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &src, &len, &dst, &left) == (size_t)-1 || len != 0)
		return MK_E_CHARSET;
	*n = cap - left;
	return 0;
}

static int
encode_cp932(const struct mk_exchange *x, unsigned repertoire, uint32_t cp, uint8_t out[4],
    size_t *n, uint32_t *as)
{
	char utf8[4], back[8];
	size_t len = mk_utf8_encode(cp, utf8), nback = 0;
	int r = convert(x->to, utf8, len, (char *)out, 4, n);
	if (r == 0 && (*n < 1 || *n > 2))
		r = MK_E_CHARSET;
	if (r == 0 &&
	    !in_repertoire(repertoire, *n == 1 ? out[0] : (unsigned)(out[0] << 8 | out[1])))
		r = MK_E_CHARSET;
	if (r == 0)
		r = convert(x->from, (const char *)out, *n, back, sizeof back, &nback);
	if (r == 0 && mk_utf8_decode(back, nback, as) != nback)
		r = MK_E_CHARSET;
	/*
	 * the codec turns U+00A5 and U+203E into backslash and tilde without a word: another
	 * character, so it does not fit
	 */
	if (r == 0 && *as < 0x80 && *as != cp)
		r = MK_E_CHARSET;
	return r;
}

int
mk_encode_char(const struct mk_exchange *x, unsigned encoding, unsigned repertoire, uint32_t cp,
    uint8_t out[4], size_t *n, uint32_t *as)
{
	if (!mk_text_allowed(cp))
		return MK_E_CHARSET;
	if (encoding == MK_ENC_CP932)
		return encode_cp932(x, repertoire, cp, out, n, as);
	*n = mk_utf8_encode(cp, (char *)out);
	*as = cp;
	return 0;
}

/*
 * formats.md 4.3: the forms that names are commonly written with where the registered one cannot be
 */
static const struct {
	uint32_t from, to;
} variants[] = {
    {0x9ad9, 0x9ad8}, /* 髙 高 */
    {0xfa11, 0x5d0e}, /* 﨑 崎 */
    {0x5fb7, 0x5fb3}, /* 德 徳 */
    {0x6ff5, 0x6d5c}, /* 濵 浜 */
    {0x6801, 0x67f3}, /* 栁 柳 */
    {0x9751, 0x9752}, /* 靑 青 */
    {0x6df8, 0x6e05}, /* 淸 清 */
    {0x20bb7, 0x5409}, /* 𠮷 吉 */
    {0x6852, 0x6851}, /* 桒 桑 */
    {0x69d7, 0x6a4b}, /* 槗 橋 */
    {0x9dd7, 0x9d0e}, /* 鷗 鴎 */
    {0x9592, 0x9593}, /* 閒 間 */
    {0x66fb, 0x6607}, /* 曻 昇 */
    {0x663b, 0x6602}, /* 昻 昂 */
};

uint32_t
mk_encode_suggest(uint32_t cp)
{
	for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
		if (variants[i].from == cp)
			return variants[i].to;
	return 0;
}
