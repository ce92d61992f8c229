/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binary PNM (P4, P5, P6; 8 and 16 bits), the format of scanners and specimens. The text forms are
 * not read.
 */
#include <stdbool.h>

#include "decode_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

struct pnm {
	const uint8_t *p, *end;
	char kind;
	uint32_t width, height, max;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A decimal after blanks and comments; exactly one blank is eaten behind it. */
static bool
number(struct pnm *f, uint32_t *out)
{
	uint64_t v = 0;
	bool any = false;
	while (f->p < f->end && (is_space(*f->p) || *f->p == '#')) {
		if (*f->p == '#')
			while (f->p < f->end && *f->p != '\n')
				f->p++;
		else
			f->p++;
	}
	for (; f->p < f->end && *f->p >= '0' && *f->p <= '9' && v < 100000000; f->p++, any = true)
		v = v * 10 + (uint64_t)(*f->p - '0');
	*out = (uint32_t)v;
	return any && f->p < f->end && is_space(*f->p++);
}

static bool
header(struct pnm *f)
{
	f->kind = (char)f->p[1];
	f->p += 2;
	f->max = 1;
	return number(f, &f->width) && number(f, &f->height) &&
	       (f->kind == '4' || number(f, &f->max)) && f->max >= 1 && f->max <= 65535;
}

static size_t
row_bytes(const struct pnm *f)
{
	if (f->kind == '4')
		return ((size_t)f->width + 7) / 8;
	return (size_t)f->width * (f->kind == '6' ? 3 : 1) * (f->max > 255 ? 2 : 1);
}

static unsigned
sample(const struct pnm *f, const uint8_t *row, size_t i)
{
	unsigned v = f->max > 255 ? (unsigned)row[2 * i] << 8 | row[2 * i + 1] : row[i];
	return (v > f->max ? f->max : v) * 255U / f->max;
}

static void
convert(const struct pnm *f, const uint8_t *row, uint8_t *out)
{
	for (size_t x = 0; x < f->width; x++) {
		if (f->kind == '4')
			out[x] = (row[x / 8] >> (7 - x % 8) & 1) != 0 ? 0 : 255;
		else if (f->kind == '5')
			out[x] = (uint8_t)sample(f, row, x);
		else
			out[x] = mk_luma(sample(f, row, 3 * x), sample(f, row, 3 * x + 1),
			    sample(f, row, 3 * x + 2));
	}
}

int
mk_decode_pnm(struct mk_serve *s, const struct mk_file *file)
{
	struct pnm f = {.p = file->data, .end = file->data + file->len};
	struct mk_sink k;
	if (!header(&f))
		return mk_serve_why(s, MK_E_IMAGE, "the PNM header is damaged");
	int r = mk_sink_open(s, &k, f.width, f.height);
	if (r < 0)
		return r;
	size_t bytes = row_bytes(&f);
	if ((size_t)(f.end - f.p) / bytes < f.height) {
		mk_sink_close(&k);
		return mk_serve_why(s, MK_E_IMAGE, "the PNM image is incomplete");
	}
	for (size_t y = 0; y < f.height; y++)
		convert(&f, f.p + y * bytes, k.px + y * f.width);
	return mk_sink_send(s, &k, 0, 1, 1, false);
}
