/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDF pages with poppler, drawn on white at 300 dpi. Scripts and links of a PDF are not run; fonts
 * are read through Landlock's gap.
 */
#include <cairo.h>
#include <poppler.h>
#include <stdlib.h>

#include "decode_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/wire/read.h"

#define DPI 300
#define POINTS_PER_INCH 72.0

static void
to_grey(cairo_surface_t *surface, struct mk_sink *k)
{
	const uint8_t *data = cairo_image_surface_get_data(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);
	for (uint32_t y = 0; y < k->height; y++) {
		const uint32_t *row = (const uint32_t *)(const void *)(data + y * stride);
		for (uint32_t x = 0; x < k->width; x++)
			k->px[(size_t)y * k->width + x] =
			    mk_luma(row[x] >> 16 & 255, row[x] >> 8 & 255, row[x] & 255);
	}
}

static int
draw(struct mk_serve *s, PopplerPage *page, struct mk_sink *k)
{
	int r = 0;
	cairo_surface_t *surface =
	    cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)k->width, (int)k->height);
	cairo_t *cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, DPI / POINTS_PER_INCH, DPI / POINTS_PER_INCH);
	poppler_page_render(page, cr);
	cairo_surface_flush(surface);
	if (cairo_status(cr) != CAIRO_STATUS_SUCCESS ||
	    cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
		r = mk_serve_why(s, MK_E_IMAGE, "the PDF page cannot be drawn");
	else
		to_grey(surface, k);
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	return r;
}

static int
one_page(struct mk_serve *s, PopplerDocument *doc, unsigned i, unsigned count)
{
	double w = 0, h = 0;
	struct mk_sink k;
	PopplerPage *page = poppler_document_get_page(doc, (int)i);
	if (page == NULL)
		return mk_serve_why(s, MK_E_IMAGE, "the PDF is damaged (page %u)", i + 1);
	poppler_page_get_size(page, &w, &h);
	w = w * DPI / POINTS_PER_INCH + 0.5;
	h = h * DPI / POINTS_PER_INCH + 0.5;
	/* not a number and negative sizes fail the comparison */
	int r = w >= 0 && h >= 0 && w < 1e6 && h < 1e6
		    ? mk_sink_open(s, &k, (uint64_t)w, (uint64_t)h)
		    : mk_serve_why(s, MK_E_TOO_BIG, "the PDF page is too large");
	if (r == 0) {
		r = draw(s, page, &k);
		if (r == 0)
			r = mk_sink_send(s, &k, DPI, i + 1, count, i + 1 < count);
		mk_sink_close(&k);
	}
	g_object_unref(page);
	return r;
}

int
mk_decode_pdf(struct mk_serve *s, const struct mk_file *f)
{
	GError *error = NULL;
	GBytes *bytes = g_bytes_new_static(f->data, f->len);
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &error);
	g_bytes_unref(bytes);
	if (doc == NULL) {
		bool locked = error != NULL && error->code == POPPLER_ERROR_ENCRYPTED;
		g_clear_error(&error);
		return mk_serve_why(s, MK_E_IMAGE,
		    locked ? "the PDF is locked with a passphrase" : "the PDF is damaged");
	}
	int pages = poppler_document_get_n_pages(doc);
	unsigned count = pages > 0 ? (unsigned)pages : 0;
	int r = 0;
	if (count == 0)
		r = mk_serve_why(s, MK_E_IMAGE, "the PDF has no pages");
	if (count > MK_DECODE_PAGES_MAX)
		r = mk_serve_why(s, MK_E_TOO_BIG, "the file has more than 200 pages");
	for (unsigned i = 0; r == 0 && i < count; i++)
		r = one_page(s, doc, i, count);
	g_object_unref(doc);
	return r;
}
