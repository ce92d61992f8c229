/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of a scanner as 8-bit grey: 1, 8 and 16 bits, grey, colour and three passes, known and unknown height. */
#include <stdlib.h>
#include <string.h>

#include "decode_internal.h"
#include "device_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

static unsigned
channels(const SANE_Parameters *p)
{
	return p->format == SANE_FRAME_RGB ? 3 : 1;
}

static bool
sensible(const SANE_Parameters *p)
{
	bool format = p->format == SANE_FRAME_GRAY || p->format == SANE_FRAME_RGB || p->format == SANE_FRAME_RED ||
	    p->format == SANE_FRAME_GREEN || p->format == SANE_FRAME_BLUE;
	bool depth = p->depth == 1 || p->depth == 8 || p->depth == 16;
	if (!format || !depth || p->pixels_per_line <= 0 || p->bytes_per_line <= 0 || p->lines < -1 || p->lines == 0)
		return false;
	if (p->pixels_per_line > (SANE_Int)MK_READ_SIDE_MAX || p->bytes_per_line > 16 * (SANE_Int)MK_READ_SIDE_MAX)
		return false;
	int64_t bits = (int64_t)p->pixels_per_line * channels(p) * p->depth;
	return (int64_t)p->bytes_per_line * 8 >= bits;
}

static int
open_picture(struct mk_serve *s, struct mk_frames *f)
{
	uint64_t w = (uint64_t)f->p.pixels_per_line, h;
	h = f->p.lines > 0 ? (uint64_t)f->p.lines : MK_RASTER_MAX / w;
	if (f->p.lines < 0 && h > MK_READ_SIDE_MAX)
		h = MK_READ_SIDE_MAX;
	int r = mk_sink_open(s, &f->sink, w, h);
	f->open = r == 0;
	return r;
}

int
mk_frame_begin(struct mk_serve *s, struct mk_frames *f, const SANE_Parameters *p)
{
	if (!sensible(p))
		return mk_serve_why(s, MK_E_SCANNER, "the scanner sends a kind of picture that is not read");
	if (f->open && (p->pixels_per_line != f->p.pixels_per_line || p->lines != f->p.lines || p->format == SANE_FRAME_GRAY ||
			   p->format == SANE_FRAME_RGB || (f->seen >> p->format & 1) != 0))
		return mk_serve_why(s, MK_E_SCANNER, "the scanner's three passes do not fit together");
	f->p = *p;
	f->total = 0;
	f->filled = 0;
	f->y = 0;
	free(f->row);
	f->row = malloc((size_t)p->bytes_per_line);
	if (f->row == NULL)
		return mk_serve_why(s, MK_E_NOMEM, "out of memory");
	return f->open ? 0 : open_picture(s, f);
}

/* Sample i of channel c of the row, 0..255. In 1 bit grey, 1 is black; 1 bit colours come in groups of bytes. */
static unsigned
sample(const struct mk_frames *f, size_t x, unsigned c)
{
	unsigned n = channels(&f->p);
	uint16_t wide;
	switch (f->p.depth) {
	case 1: {
		unsigned bit = f->row[x / 8 * n + c] >> (7 - x % 8) & 1;
		bool black = f->p.format == SANE_FRAME_GRAY ? bit != 0 : bit == 0;
		return black ? 0 : 255;
	}
	case 16: /* of the machine's own byte order */
		memcpy(&wide, f->row + (x * n + c) * 2, sizeof wide);
		return wide >> 8;
	default:
		return f->row[x * n + c];
	}
}

static void
put_row(struct mk_frames *f)
{
	static const unsigned weight[] = {[SANE_FRAME_RED] = 77, [SANE_FRAME_GREEN] = 150, [SANE_FRAME_BLUE] = 29};
	uint8_t *out = f->sink.px + (size_t)f->y * f->sink.width;
	for (size_t x = 0; x < f->sink.width; x++) {
		if (f->p.format == SANE_FRAME_GRAY)
			out[x] = (uint8_t)sample(f, x, 0);
		else if (f->p.format == SANE_FRAME_RGB)
			out[x] = mk_luma(sample(f, x, 0), sample(f, x, 1), sample(f, x, 2));
		else
			out[x] = (uint8_t)(out[x] + (sample(f, x, 0) * weight[f->p.format] >> 8));
	}
}

int
mk_frame_bytes(struct mk_serve *s, struct mk_frames *f, const uint8_t *data, size_t len)
{
	size_t line = (size_t)f->p.bytes_per_line;
	f->total += len;
	while (len > 0) {
		size_t n = line - f->filled < len ? line - f->filled : len;
		if (f->y >= f->sink.height)
			return f->p.lines > 0 ? mk_serve_why(s, MK_E_SCANNER, "scan incomplete: more data than announced") :
						mk_serve_why(s, MK_E_TOO_BIG, "the scan has more than 40 million pixels");
		memcpy(f->row + f->filled, data, n);
		f->filled += n;
		data += n;
		len -= n;
		if (f->filled == line) {
			put_row(f);
			f->y++;
			f->filled = 0;
		}
	}
	return 0;
}

int
mk_frame_end(struct mk_serve *s, struct mk_frames *f)
{
	bool whole = f->p.lines > 0 ? f->total == (uint64_t)f->p.lines * (uint64_t)f->p.bytes_per_line : f->filled == 0 && f->y > 0;
	if (!whole)
		return mk_serve_why(s, MK_E_SCANNER, "scan incomplete: the scanner sent less than a whole page");
	f->seen |= 1U << f->p.format;
	if (f->p.lines < 0 && f->y < f->sink.height && f->p.last_frame && mk_sink_cut(&f->sink, f->y) < 0)
		return mk_serve_why(s, MK_E_NOMEM, "out of memory");
	return 0;
}

void
mk_frames_free(struct mk_frames *f)
{
	if (f->open)
		mk_sink_close(&f->sink);
	free(f->row);
	memset(f, 0, sizeof *f);
}
