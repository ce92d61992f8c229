/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TIFF, every page, with libtiff out of memory. Fax data that ends early is only a warning for
 * libtiff; here it refuses the image.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include "decode_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

struct source {
	const struct mk_file *f;
	uint64_t at;
};

/* libtiff's handlers have no argument; the process decodes one file. */
static bool complained;

static tmsize_t
read_proc(thandle_t h, void *out, tmsize_t len)
{
	struct source *src = h;
	uint64_t left = src->at < src->f->len ? src->f->len - src->at : 0;
	uint64_t n = len < 0 ? 0 : (uint64_t)len < left ? (uint64_t)len : left;
	if (n > 0)
		memcpy(out, src->f->data + src->at, (size_t)n);
	src->at += n;
	return (tmsize_t)n;
}

static tmsize_t
write_proc(thandle_t h, void *p, tmsize_t len)
{
	(void)h;
	(void)p;
	(void)len;
	return -1;
}

static toff_t
seek_proc(thandle_t h, toff_t off, int whence)
{
	struct source *src = h;
	src->at = whence == SEEK_SET ? off : whence == SEEK_CUR ? src->at + off : src->f->len + off;
	return src->at;
}

static int
close_proc(thandle_t h)
{
	(void)h;
	return 0;
}

static toff_t
size_proc(thandle_t h)
{
	return ((struct source *)h)->f->len;
}

static void
on_error(const char *module, const char *fmt, va_list ap)
{
	(void)module;
	(void)fmt;
	(void)ap;
	complained = true;
}

static void
on_warning(const char *module, const char *fmt, va_list ap)
{
	(void)module;
	(void)ap;
	if (strstr(fmt, "remature") != NULL || strstr(fmt, "Bad code") != NULL ||
	    strstr(fmt, "ncompressed data") != NULL)
		complained = true;
}

static unsigned
dpi_of(TIFF *t)
{
	float x = 0;
	uint16_t unit = RESUNIT_INCH;
	if (TIFFGetField(t, TIFFTAG_XRESOLUTION, &x) != 1)
		return 0;
	TIFFGetFieldDefaulted(t, TIFFTAG_RESOLUTIONUNIT, &unit);
	if (unit == RESUNIT_CENTIMETER)
		x *= 2.54F;
	return unit != RESUNIT_NONE && x > 1 && x < 10000 ? (unsigned)(x + 0.5F) : 0;
}

static void
to_grey(const uint32_t *rgba, struct mk_sink *k)
{
	size_t n = (size_t)k->width * k->height;
	for (size_t i = 0; i < n; i++) {
		unsigned a = TIFFGetA(rgba[i]),
			 paper = 255 - a; /* colours come multiplied by alpha */
		unsigned v =
		    mk_luma(TIFFGetR(rgba[i]), TIFFGetG(rgba[i]), TIFFGetB(rgba[i])) + paper;
		k->px[i] = (uint8_t)(v > 255 ? 255 : v);
	}
}

static int
page(struct mk_serve *s, TIFF *t, unsigned number, unsigned count)
{
	uint32_t w = 0, h = 0;
	struct mk_sink k;
	TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &w);
	TIFFGetField(t, TIFFTAG_IMAGELENGTH, &h);
	int r = mk_sink_open(s, &k, w, h);
	if (r < 0)
		return r;
	uint32_t *rgba = malloc((size_t)w * h * sizeof *rgba);
	if (rgba == NULL)
		r = mk_serve_why(s, MK_E_NOMEM, "out of memory");
	else if (TIFFReadRGBAImageOriented(t, w, h, rgba, ORIENTATION_TOPLEFT, 1) != 1 ||
		 complained)
		r = mk_serve_why(
		    s, MK_E_IMAGE, "the TIFF image is damaged or incomplete (page %u)", number);
	else
		to_grey(rgba, &k);
	free(rgba);
	if (r < 0)
		mk_sink_close(&k);
	return r < 0 ? r : mk_sink_send(s, &k, dpi_of(t), number, count, number < count);
}

int
mk_decode_tiff(struct mk_serve *s, const struct mk_file *f)
{
	struct source src = {f, 0};
	TIFFSetErrorHandler(on_error);
	TIFFSetWarningHandler(on_warning);
	TIFF *t = TIFFClientOpen("image", "rm", &src, read_proc, write_proc, seek_proc, close_proc,
	    size_proc, NULL, NULL);
	if (t == NULL)
		return mk_serve_why(s, MK_E_IMAGE, "the TIFF header is damaged or incomplete");
	unsigned count = (unsigned)TIFFNumberOfDirectories(t);
	int r = count > MK_DECODE_PAGES_MAX
		    ? mk_serve_why(s, MK_E_TOO_BIG, "the file has more than 200 pages")
		    : 0;
	for (unsigned i = 0; r == 0 && i < count; i++) {
		if (TIFFSetDirectory(t, (tdir_t)i) != 1)
			r = mk_serve_why(s, MK_E_IMAGE,
			    "the TIFF image is damaged or incomplete (page %u)", i + 1);
		else
			r = page(s, t, i + 1, count);
	}
	TIFFClose(t);
	return r;
}
