/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fitted picture as pixels: sixels, and kitty's protocol with a PNG inside the escape sequence.
 * Never kitty's files or shared memory: those would leave a number behind. zlib gets memory that is
 * wiped when it gives it back.
 */
#include "strip_parts_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define SIXEL_GREYS 6U
#define PNG_GREYS 16U /* four bits a pixel */
#define CHUNK 4096U /* base64 characters in an escape sequence, kitty's limit */
#define ID_FIRST 0x6d790000U /* far from what other programs use */

static unsigned
grey_at(const struct mk_strip_image *m, unsigned x, unsigned y, unsigned greys)
{
	return (m->px[(size_t)y * m->w + x] * (greys - 1) + 127) / 255;
}

static void
put_run(struct mk_buf *out, char c, unsigned n)
{
	if (n > 3)
		mk_buf_printf(out, "!%u%c", n, c);
	for (; n > 0 && n <= 3; n--)
		mk_buf_put_u8(out, (uint8_t)c);
}

/* One grey of a band of six lines. *back: the band has begun, so go back to its first column. */
static void
sixel_grey(
    const struct mk_strip_image *m, unsigned top, unsigned grey, bool *back, struct mk_buf *out)
{
	unsigned run = 0;
	char last = '?';
	bool begun = false;
	for (unsigned x = 0; x < m->w; x++) {
		unsigned bits = 0;
		for (unsigned i = 0; i < 6 && top + i < m->h; i++)
			bits |= grey_at(m, x, top + i, SIXEL_GREYS) == grey ? 1U << i : 0;
		char c = (char)('?' + bits);
		if (bits != 0 && !begun) {
			mk_buf_printf(out, "%s#%u", *back ? "$" : "", grey);
			begun = *back = true;
		}
		if (c != last) {
			put_run(out, last, run);
			run = 0;
			last = c;
		}
		run++;
	}
	if (begun && last != '?')
		put_run(out, last, run);
}

void
mk_strip_sixel(const struct mk_strip_image *m, struct mk_buf *out)
{
	mk_buf_printf(out, "\033P0;1;0q\"1;1;%u;%u", m->w, m->h);
	for (unsigned g = 0; g < SIXEL_GREYS; g++) {
		unsigned part = g * 100 / (SIXEL_GREYS - 1);
		mk_buf_printf(out, "#%u;2;%u;%u;%u", g, part, part, part);
	}
	for (unsigned top = 0; top < m->h; top += 6) {
		bool back = false;
		if (top > 0)
			mk_buf_puts(out, "-");
		for (unsigned g = 0; g < SIXEL_GREYS; g++)
			sixel_grey(m, top, g, &back, out);
	}
	mk_buf_puts(out, "\033\\");
}

#define HEAD 16U /* before each block of zlib: its size, and what alignment asks for */

static void *
zlib_take(void *opaque, unsigned items, unsigned size)
{
	(void)opaque;
	size_t n = HEAD + (size_t)items * size;
	uint8_t *p = calloc(n, 1);
	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof n);
	return p + HEAD;
}

static void
zlib_give(void *opaque, void *given)
{
	(void)opaque;
	uint8_t *p = (uint8_t *)given - HEAD;
	size_t n;
	memcpy(&n, p, sizeof n);
	mk_wipe(p, n);
	free(p);
}

/* The lines of a PNG: a filter byte and two pixels a byte. */
static void
png_lines(const struct mk_strip_image *m, struct mk_buf *out)
{
	for (unsigned y = 0; y < m->h; y++) {
		mk_buf_put_u8(out, 0);
		for (unsigned x = 0; x < m->w; x += 2) {
			unsigned left = grey_at(m, x, y, PNG_GREYS), right = 0;
			if (x + 1 < m->w)
				right = grey_at(m, x + 1, y, PNG_GREYS);
			mk_buf_put_u8(out, (uint8_t)(left << 4 | right));
		}
	}
}

static int
deflated(const struct mk_buf *from, struct mk_buf *to)
{
	z_stream z = {.zalloc = zlib_take, .zfree = zlib_give};
	uint8_t piece[1024];
	int r = deflateInit(&z, Z_BEST_COMPRESSION);
	if (r != Z_OK)
		return MK_E_NOMEM;
	z.next_in = from->data;
	z.avail_in = (unsigned)from->len;
	do {
		z.next_out = piece;
		z.avail_out = sizeof piece;
		r = deflate(&z, Z_FINISH);
		mk_buf_put(to, piece, sizeof piece - z.avail_out);
	} while (r == Z_OK);
	deflateEnd(&z);
	mk_wipe(piece, sizeof piece);
	return r == Z_STREAM_END ? 0 : MK_E_INTERNAL;
}

static void
png_chunk(struct mk_buf *out, const char name[4], const uint8_t *data, size_t len)
{
	mk_buf_put_u32(out, (uint32_t)len);
	size_t at = out->len;
	mk_buf_put(out, name, 4);
	if (len > 0)
		mk_buf_put(out, data, len);
	if (!out->failed)
		mk_buf_put_u32(out, (uint32_t)crc32(0, out->data + at, (unsigned)(len + 4)));
}

static int
png_of(const struct mk_strip_image *m, struct mk_buf *out)
{
	struct mk_buf head = MK_BUF_INIT, lines = MK_BUF_INIT, body = MK_BUF_INIT;
	static const uint8_t kind[5] = {4, 0, 0, 0, 0}; /* four bits, grey */
	png_lines(m, &lines);
	int r = mk_buf_error(&lines);
	if (r == 0)
		r = deflated(&lines, &body);
	if (r < 0)
		goto out;
	mk_buf_put_u32(&head, m->w);
	mk_buf_put_u32(&head, m->h);
	mk_buf_put(&head, kind, sizeof kind);
	r = mk_buf_error(&head) < 0 ? MK_E_NOMEM : mk_buf_error(&body);
	if (r < 0)
		goto out;
	mk_buf_put(out, "\x89PNG\r\n\x1a\n", 8);
	png_chunk(out, "IHDR", head.data, head.len);
	png_chunk(out, "IDAT", body.data, body.len);
	png_chunk(out, "IEND", NULL, 0);
	r = mk_buf_error(out);
out:
	mk_buf_free(&body);
	mk_buf_free(&lines);
	mk_buf_free(&head);
	return r;
}

static void
base64(const uint8_t *p, size_t n, struct mk_buf *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0U;
		mk_buf_put_u8(out, (uint8_t)digits[v >> 18]);
		mk_buf_put_u8(out, (uint8_t)digits[v >> 12 & 63]);
		mk_buf_put_u8(out, (uint8_t)(i + 1 < n ? digits[v >> 6 & 63] : '='));
		mk_buf_put_u8(out, (uint8_t)(i + 2 < n ? digits[v & 63] : '='));
	}
}

/*
 * a=T shows it at once, t=d the data is here, q=2 no answer (it would look like keys), C=1 the
 * cursor stays, c and r the cells, so that a wrong cell size only blurs.
 */
int
mk_strip_kitty(const struct mk_strip_image *m, unsigned id, struct mk_buf *out)
{
	struct mk_buf png = MK_BUF_INIT;
	const size_t step = CHUNK / 4 * 3;
	int r = png_of(m, &png);
	for (size_t at = 0; r == 0 && at < png.len; at += step) {
		size_t n = png.len - at < step ? png.len - at : step;
		unsigned more = at + n < png.len;
		if (at == 0)
			mk_buf_printf(out, "\033_Ga=T,f=100,t=d,i=%u,p=1,q=2,C=1,c=%u,r=%u,m=%u;",
			    ID_FIRST + id, m->cols, m->rows, more);
		else
			mk_buf_printf(out, "\033_Gq=2,m=%u;", more);
		base64(png.data + at, n, out);
		mk_buf_puts(out, "\033\\");
	}
	mk_buf_free(&png);
	return r < 0 ? r : mk_buf_error(out);
}

/* d=I: the terminal forgets the data, too. */
void
mk_strip_kitty_remove(unsigned id, struct mk_buf *out)
{
	mk_buf_printf(out, "\033_Ga=d,d=I,i=%u,q=2\033\\", ID_FIRST + id);
}
