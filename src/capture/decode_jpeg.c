/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JPEG with libjpeg. What libjpeg calls a warning (data end early, a marker in the middle) means
 * missing pixels here: refused.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "decode_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

struct state {
	struct jpeg_error_mgr err; /* first: libjpeg hands back its address */
	struct jpeg_decompress_struct j;
	jmp_buf jump;
	bool created, sized, incomplete;
	struct mk_sink sink;
	uint8_t *row;
};

static _Noreturn void
on_error(j_common_ptr j)
{
	struct state *st = (struct state *)(void *)j->err;
	longjmp(st->jump, 1);
}

static void
on_message(j_common_ptr j, int level)
{
	struct state *st = (struct state *)(void *)j->err;
	int code = j->err->msg_code;
	if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR &&
	    code != JWRN_ADOBE_XFORM)
		st->incomplete = true;
}

static void
on_output(j_common_ptr j)
{
	(void)j;
}

/* Adobe's CMYK is stored inverted: 255 is no ink. */
static void
from_cmyk(const struct state *st, uint8_t *out)
{
	for (size_t x = 0; x < st->j.output_width; x++) {
		unsigned c = st->row[4 * x], m = st->row[4 * x + 1], y = st->row[4 * x + 2],
			 k = st->row[4 * x + 3];
		if (!st->j.saw_Adobe_marker) {
			c = 255 - c;
			m = 255 - m;
			y = 255 - y;
			k = 255 - k;
		}
		out[x] = mk_luma(c * k / 255, m * k / 255, y * k / 255);
	}
}

static void
read_rows(struct state *st)
{
	bool cmyk = st->j.output_components == 4;
	while (st->j.output_scanline < st->j.output_height) {
		uint8_t *out = st->sink.px + (size_t)st->j.output_scanline * st->sink.width;
		JSAMPROW rows[1] = {cmyk ? st->row : out};
		if (jpeg_read_scanlines(&st->j, rows, 1) == 1 && cmyk)
			from_cmyk(st, out);
	}
}

static int
run(struct mk_serve *s, struct state *st, const struct mk_file *f)
{
	if (setjmp(st->jump) != 0)
		return mk_serve_why(s, MK_E_IMAGE,
		    st->sized ? "the JPEG image is damaged or incomplete"
			      : "the JPEG header is damaged");
	jpeg_create_decompress(&st->j);
	st->created = true;
	jpeg_mem_src(&st->j, f->data, f->len);
	jpeg_read_header(&st->j, TRUE);
	int r = mk_sink_open(s, &st->sink, st->j.image_width, st->j.image_height);
	if (r < 0)
		return r;
	st->sized = true;
	bool cmyk = st->j.jpeg_color_space == JCS_CMYK || st->j.jpeg_color_space == JCS_YCCK;
	st->j.out_color_space = cmyk ? JCS_CMYK : JCS_GRAYSCALE;
	jpeg_start_decompress(&st->j);
	st->row = malloc((size_t)st->j.output_width * 4);
	if (st->row == NULL)
		return mk_serve_why(s, MK_E_NOMEM, "out of memory");
	read_rows(st);
	jpeg_finish_decompress(&st->j);
	return st->incomplete
		   ? mk_serve_why(s, MK_E_IMAGE, "the JPEG image is damaged or incomplete")
		   : 0;
}

static unsigned
dpi_of(const struct state *st)
{
	unsigned x = st->j.X_density;
	if (!st->j.saw_JFIF_marker || st->j.X_density != st->j.Y_density)
		return 0;
	return st->j.density_unit == 1 ? x : st->j.density_unit == 2 ? (x * 254 + 50) / 100 : 0;
}

int
mk_decode_jpeg(struct mk_serve *s, const struct mk_file *f)
{
	struct state *st = calloc(1, sizeof *st);
	if (st == NULL)
		return mk_serve_why(s, MK_E_NOMEM, "out of memory");
	st->sink.fd = -1;
	st->j.err = jpeg_std_error(&st->err);
	st->err.error_exit = on_error;
	st->err.emit_message = on_message;
	st->err.output_message = on_output;
	int r = run(s, st, f);
	if (r == 0)
		r = mk_sink_send(s, &st->sink, dpi_of(st), 1, 1, false);
	mk_sink_close(&st->sink);
	if (st->created)
		jpeg_destroy_decompress(&st->j);
	free(st->row);
	free(st);
	return r;
}
