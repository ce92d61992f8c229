/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of a scan as grey pixels: 1, 8 and 16 bit, grey, colour in one pass or three, known or
 * unknown height.
 */
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/read.h"
#include "device_internal.h"

#define CHUNK 65536
#define PROGRESS_MS 500

/* Shares of red, green and blue in grey, of 256 (ITU-R BT.601). */
enum { RED = 77, GREEN = 150, BLUE = 29 };

struct frame {
	struct mk_serve *s;
	SANE_Handle h;
	SANE_Parameters p;
	struct mk_sink *k;
	uint8_t *line; /* bytes_per_line */
	size_t fill;
	uint64_t bytes;
	uint32_t row;
	int64_t told; /* mono ms of the last progress message */
};

static int
progress(struct frame *f)
{
	struct mk_msg m;
	if (mk_mono_ms() - f->told < PROGRESS_MS)
		return 0;
	f->told = mk_mono_ms();
	mk_serve_reply(f->s, &m);
	mk_put_u64(&m.body, MK_T_offset, f->bytes);
	return mk_serve_send(f->s, &m, true);
}

/*
 * One sample 0..255: depth 1 (a set bit is black in grey, full in colour), 8, 16 in the host's
 * order.
 */
static unsigned
sample(const struct frame *f, size_t x, size_t channel, size_t channels)
{
	const uint8_t *l = f->line;
	if (f->p.depth == 1) {
		unsigned bit = (l[(x / 8) * channels + channel] >> (7 - x % 8)) & 1;
		return (channels == 1 && f->p.format == SANE_FRAME_GRAY) == (bit != 0) ? 0 : 255;
	}
	if (f->p.depth == 16) {
		uint16_t v;
		memcpy(&v, l + 2 * (x * channels + channel), sizeof v);
		return v >> 8;
	}
	return l[x * channels + channel];
}

static void
put_line(struct frame *f)
{
	uint8_t *row = f->k->px + (size_t)f->row * f->k->width;
	for (size_t x = 0; x < f->k->width; x++) {
		switch (f->p.format) {
		case SANE_FRAME_RGB:
			row[x] = (uint8_t)((sample(f, x, 0, 3) * RED + sample(f, x, 1, 3) * GREEN +
					       sample(f, x, 2, 3) * BLUE) >>
					   8);
			break;
		case SANE_FRAME_RED:
			row[x] = (uint8_t)(row[x] + ((sample(f, x, 0, 1) * RED + 128) >> 8));
			break;
		case SANE_FRAME_GREEN:
			row[x] = (uint8_t)(row[x] + ((sample(f, x, 0, 1) * GREEN + 128) >> 8));
			break;
		case SANE_FRAME_BLUE: {
			unsigned v = row[x] + ((sample(f, x, 0, 1) * BLUE + 128) >> 8);
			row[x] = (uint8_t)(v > 255 ? 255 : v);
			break;
		}
		default:
			row[x] = (uint8_t)sample(f, x, 0, 1);
		}
	}
}

static int
take(struct frame *f, const uint8_t *data, size_t len)
{
	size_t bpl = (size_t)f->p.bytes_per_line;
	while (len > 0) {
		size_t n = bpl - f->fill < len ? bpl - f->fill : len;
		memcpy(f->line + f->fill, data, n);
		f->fill += n;
		data += n;
		len -= n;
		if (f->fill < bpl)
			return 0;
		if (f->row >= f->k->height)
			return mk_serve_why(
			    f->s, MK_E_TOO_BIG, "the scanner sends more lines than can be taken");
		put_line(f);
		f->row++;
		f->fill = 0;
	}
	return 0;
}

/* An end of file is believed only when the count of bytes is what was announced. */
static int
check_end(const struct frame *f)
{
	bool known = f->p.lines >= 0;
	uint64_t want = known ? (uint64_t)f->p.bytes_per_line * (uint64_t)f->p.lines : f->bytes;
	if (f->bytes == 0 || f->bytes != want || f->fill != 0)
		return mk_serve_why(f->s, MK_E_SCANNER, "the scan is incomplete: scan again");
	return 0;
}

static int
read_frame(struct frame *f)
{
	uint8_t chunk[CHUNK];
	int r = 0;
	f->fill = 0;
	f->bytes = 0;
	f->row = 0;
	while (r == 0) {
		SANE_Int n = 0;
		SANE_Status st = sane_read(f->h, chunk, CHUNK, &n);
		if (st == SANE_STATUS_EOF) {
			r = check_end(f);
			break;
		}
		if (st != SANE_STATUS_GOOD) {
			r = mk_device_fault(f->s, st);
			break;
		}
		f->bytes += (uint64_t)n;
		r = take(f, chunk, (size_t)n);
		if (r == 0)
			r = progress(f);
	}
	explicit_bzero(chunk, sizeof chunk);
	return r;
}

/* The announced frame must be one we understand, and its lines long enough for their pixels. */
static int
check_parameters(const struct frame *f)
{
	const SANE_Parameters *p = &f->p;
	uint64_t channels = p->format == SANE_FRAME_RGB ? 3 : 1;
	bool format = p->format == SANE_FRAME_GRAY || p->format == SANE_FRAME_RGB ||
		      p->format == SANE_FRAME_RED || p->format == SANE_FRAME_GREEN ||
		      p->format == SANE_FRAME_BLUE;
	bool depth = p->depth == 1 || p->depth == 8 || p->depth == 16;
	if (!format || !depth || p->pixels_per_line <= 0 || p->bytes_per_line <= 0 ||
	    p->bytes_per_line > (1 << 24))
		return mk_serve_why(
		    f->s, MK_E_SCANNER, "the scanner sends a kind of picture that is not known");
	uint64_t pixels = (uint64_t)p->pixels_per_line;
	uint64_t need = p->depth == 1 ? (pixels + 7) / 8 * channels
				      : pixels * channels * (uint64_t)(p->depth / 8);
	if ((uint64_t)p->bytes_per_line < need)
		return mk_serve_why(
		    f->s, MK_E_SCANNER, "the scanner sends lines that are too short");
	return 0;
}

static int
open_sink(struct frame *f)
{
	uint64_t w = (uint64_t)f->p.pixels_per_line,
		 h = f->p.lines >= 0 ? (uint64_t)f->p.lines : MK_RASTER_MAX / w;
	if (f->k->px != NULL) /* a later pass of the same picture */
		return w == f->k->width && h == f->k->height
			   ? 0
			   : mk_serve_why(f->s, MK_E_SCANNER, "the passes differ in size");
	if (f->p.lines < 0 && h > MK_READ_SIDE_MAX)
		h = MK_READ_SIDE_MAX;
	return mk_sink_open(f->s, f->k, w, h);
}

static int
one_frame(struct frame *f)
{
	SANE_Status st = sane_get_parameters(f->h, &f->p);
	if (st != SANE_STATUS_GOOD)
		return mk_device_fault(f->s, st);
	int r = check_parameters(f);
	if (r == 0)
		r = open_sink(f);
	if (r < 0)
		return r;
	f->line = calloc(1, (size_t)f->p.bytes_per_line);
	r = f->line == NULL ? MK_E_NOMEM : read_frame(f);
	if (f->line != NULL)
		explicit_bzero(f->line, (size_t)f->p.bytes_per_line);
	free(f->line);
	f->line = NULL;
	return r;
}

int
mk_device_picture(struct mk_serve *s, SANE_Handle h, struct mk_sink *k)
{
	struct frame f = {.s = s, .h = h, .k = k, .told = mk_mono_ms()};
	for (int pass = 0; pass < 3; pass++) {
		int r = one_frame(&f);
		if (r < 0)
			return r;
		if (f.p.last_frame)
			return f.p.lines < 0 ? mk_sink_cut(k, f.row) : 0;
		SANE_Status st = sane_start(h);
		if (st != SANE_STATUS_GOOD)
			return mk_device_fault(s, st);
	}
	return mk_serve_why(s, MK_E_SCANNER, "the scanner sends too many passes");
}
