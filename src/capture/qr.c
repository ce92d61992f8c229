/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zbar with everything but QR switched off: a bar code misread as a number would be an invented
 * source.
 */
#include "qr_internal.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zbar.h>

#include "mynakura/base/secret.h"

#define DEGREES (180.0 / 3.14159265358979323846)

void
mk_qr_prepare(void)
{
	static const char *const sets[] = {"SJIS", "BIG-5", "CP437", "UTF-8"};
	char latin[24];
	/* Held open on purpose: the loaded converters are counted and would be unloaded. */
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		iconv_t held = iconv_open("UTF-8", sets[i]);
		(void)held;
	}
	for (int i = 1; i <= 16; i++) { /* a code may name any of them by its ECI */
		snprintf(latin, sizeof latin, "ISO8859-%d", i);
		iconv_t held = iconv_open("UTF-8", latin);
		(void)held;
	}
}

static bool
take(const zbar_symbol_t *sym, double scale, struct mk_qr *out)
{
	const char *data = zbar_symbol_get_data(sym);
	double x[4], y[4];
	if (zbar_symbol_get_data_length(sym) != 12 || zbar_symbol_get_loc_size(sym) != 4)
		return false;
	for (size_t i = 0; i < 12; i++)
		if (data[i] < '0' || data[i] > '9')
			return false;
	memcpy(out->digits, data, 12);
	out->digits[12] = '\0';
	/* corners in the symbol's own order: upper left, lower left, lower right, upper right */
	for (unsigned i = 0; i < 4; i++) {
		x[i] = zbar_symbol_get_loc_x(sym, i) / scale;
		y[i] = zbar_symbol_get_loc_y(sym, i) / scale;
	}
	out->x = (x[0] + x[1] + x[2] + x[3]) / 4;
	out->y = (y[0] + y[1] + y[2] + y[3]) / 4;
	double rx = x[3] - x[0] + x[2] - x[1], ry = y[3] - y[0] + y[2] - y[1];
	out->size = hypot(rx, ry) / 2;
	out->degrees = atan2(ry, rx) * DEGREES;
	return true;
}

static void
add(const struct mk_qr *q, struct mk_qr *out, int *n)
{
	for (int i = 0; i < *n; i++)
		if (memcmp(out[i].digits, q->digits, sizeof q->digits) == 0)
			return;
	if (*n < MK_QR_MAX)
		out[(*n)++] = *q;
}

static void
scan(
    zbar_image_scanner_t *scanner, const struct mk_grey *g, double scale, struct mk_qr *out, int *n)
{
	zbar_image_t *image = zbar_image_create();
	if (image == NULL)
		return;
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)g->w, (unsigned)g->h);
	zbar_image_set_data(image, g->px, (unsigned long)g->w * (unsigned long)g->h, NULL);
	if (zbar_scan_image(scanner, image) > 0) {
		const zbar_symbol_t *sym = zbar_image_first_symbol(image);
		for (; sym != NULL; sym = zbar_symbol_next(sym)) {
			struct mk_qr q;
			if (zbar_symbol_get_type(sym) == ZBAR_QRCODE && take(sym, scale, &q))
				add(&q, out, n);
			mk_wipe(&q, sizeof q);
		}
	}
	zbar_image_destroy(image);
}

void
mk_qr_find(const struct mk_grey *g, double scale, struct mk_qr *out, int *n)
{
	struct mk_grey scaled = {NULL, 0, 0};
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	if (scale != 1)
		scaled = mk_grey_scale(g, scale);
	const struct mk_grey *use = scale != 1 ? &scaled : g;
	if (scanner != NULL && use->px != NULL) {
		zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
		zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
		scan(scanner, use, scale, out, n);
	}
	if (scanner != NULL)
		zbar_image_scanner_destroy(scanner);
	mk_grey_free(&scaled);
}
