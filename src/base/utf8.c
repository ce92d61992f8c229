/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8: decoding, the text rule R15, and escaping. The foldings are in kana.c. */
#include "mynakura/base/utf8.h"

#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "mynakura/base/err.h"

size_t
mk_utf8_decode(const char *s, size_t len, uint32_t *cp)
{
	const uint8_t *p = (const uint8_t *)s;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xf0 && p[0] < 0xf8   ? 4
		   : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
		   : p[0] >= 0xc0 && p[0] < 0xe0 ? 2
						 : 0;
	if (n == 0 || n > len)
		return 0;
	uint32_t v = p[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3fU);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return n;
}

size_t
mk_utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(lead[n] | cp);
	return n;
}

struct range {
	uint32_t from, to;
};

/*
 * What may not enter: controls, bidi controls, zero-width, line separators, soft hyphen, tags,
 * private use, non-characters.
 */
static const struct range forbidden[] = {
    {0x0000, 0x001f},
    {0x007f, 0x009f},
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xe000, 0xf8ff},
    {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe00ff},
    {0xe01f0, 0xeffff},
    {0xf0000, 0x10ffff},
};

bool
mk_text_allowed(uint32_t cp)
{
	if ((cp & 0xfffe) == 0xfffe || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return false;
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		if (cp >= forbidden[i].from && cp <= forbidden[i].to)
			return false;
	return true;
}

int
mk_text_check(const char *s, size_t len, size_t *where)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0 || !mk_text_allowed(cp)) {
			if (where != NULL)
				*where = i;
			return MK_E_TEXT;
		}
		i += n;
	}
	return 0;
}

void
mk_text_escape(struct mk_buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			mk_buf_printf(out, "\\x%02x", (unsigned)(uint8_t)s[i]);
			n = 1;
		} else if (mk_text_allowed(cp)) {
			mk_buf_put(out, s + i, n);
		} else if (cp < 0x80) {
			mk_buf_printf(out, "\\x%02x", (unsigned)cp);
		} else {
			mk_buf_printf(out, "\\u{%04x}", (unsigned)cp);
		}
		i += n;
	}
}

void
mk_text_print(int fd, const char *s)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_text_escape(&b, s, strlen(s));
	if (!b.failed)
		(void)mk_write_all(fd, b.data, b.len);
	mk_buf_free(&b);
}

size_t
mk_text_width(const char *s, size_t len)
{
	size_t cells = 0;
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			cells++;
			i++;
			continue;
		}
		int w = wcwidth((wchar_t)cp);
		cells += w < 0 ? 1 : (size_t)w;
		i += n;
	}
	return cells;
}
