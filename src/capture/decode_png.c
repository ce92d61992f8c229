/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG with libpng. The header's size is judged before anything is allocated; any error, and any
 * missing byte, refuses the image.
 */
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "decode_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

#define METRE_PER_INCH_E4 254U

struct source {
	const struct mk_file *f;
	size_t at;
};

static void
read_bytes(png_structp png, png_bytep out, size_t len)
{
	struct source *src = png_get_io_ptr(png);
	if (len > src->f->len - src->at)
		png_error(png, "short");
	memcpy(out, src->f->data + src->at, len);
	src->at += len;
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

static _Noreturn void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

/* Every colour type becomes 8-bit grey; what is transparent becomes paper. */
static void
reduce(png_structp png, png_infop info)
{
	png_color_16 white = {.red = 255, .green = 255, .blue = 255, .gray = 255};
	png_byte type = png_get_color_type(png, info);
	if (png_get_bit_depth(png, info) == 16)
		png_set_scale_16(png);
	png_set_expand(png);
	if ((type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0)
		png_set_background_fixed(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, PNG_FP_1);
	if ((type & PNG_COLOR_MASK_COLOR) != 0)
		png_set_rgb_to_gray_fixed(png, PNG_ERROR_ACTION_NONE, 29900, 58700);
	png_set_interlace_handling(png);
	png_read_update_info(png, info);
}

/* What lives across the longjmp is in here, in memory. */
struct state {
	png_structp png;
	png_infop info;
	png_bytep *rows;
	struct mk_sink sink;
	bool sized;
};

static int
open_rows(struct mk_serve *s, struct state *st)
{
	uint32_t w = png_get_image_width(st->png, st->info),
		 h = png_get_image_height(st->png, st->info);
	int r = mk_sink_open(s, &st->sink, w, h);
	if (r < 0)
		return r;
	reduce(st->png, st->info);
	if (png_get_rowbytes(st->png, st->info) != w)
		return mk_serve_why(s, MK_E_IMAGE, "this kind of PNG is not read");
	st->rows = calloc(h, sizeof *st->rows);
	if (st->rows == NULL)
		return mk_serve_why(s, MK_E_NOMEM, "out of memory");
	for (uint32_t y = 0; y < h; y++)
		st->rows[y] = st->sink.px + (size_t)y * w;
	st->sized = true;
	return 0;
}

static int
run(struct mk_serve *s, struct state *st, struct source *src)
{
	if (setjmp(png_jmpbuf(st->png)) != 0)
		return mk_serve_why(s, MK_E_IMAGE,
		    st->sized ? "the PNG image is damaged or incomplete"
			      : "the PNG header is damaged");
	png_set_read_fn(st->png, src, read_bytes);
	png_set_user_limits(st->png, MK_READ_SIDE_MAX, MK_READ_SIDE_MAX);
	png_read_info(st->png, st->info);
	int r = open_rows(s, st);
	if (r < 0)
		return r;
	png_read_image(st->png, st->rows);
	png_read_end(st->png, NULL);
	return 0;
}

int
mk_decode_png(struct mk_serve *s, const struct mk_file *f)
{
	struct source src = {f, 0};
	struct state st = {.sink = {.fd = -1}};
	int r = mk_serve_why(s, MK_E_NOMEM, "out of memory");
	st.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	st.info = st.png != NULL ? png_create_info_struct(st.png) : NULL;
	if (st.info != NULL)
		r = run(s, &st, &src);
	unsigned dpi = 0;
	if (r == 0)
		dpi = (unsigned)(((uint64_t)png_get_pixels_per_meter(st.png, st.info) *
					 METRE_PER_INCH_E4 +
				     5000) /
				 10000);
	png_destroy_read_struct(&st.png, &st.info, NULL);
	free(st.rows);
	if (r == 0)
		return mk_sink_send(s, &st.sink, dpi > 10000 ? 0 : dpi, 1, 1, false);
	mk_sink_close(&st.sink);
	return r;
}
