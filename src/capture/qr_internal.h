/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes with zbar; only those that hold exactly 12 digits count. */
#ifndef MK_CAPTURE_QR_INTERNAL_H
#define MK_CAPTURE_QR_INTERNAL_H

#include <stdbool.h>

#include "grey_internal.h"

#define MK_QR_MAX 4

struct mk_qr {
	char digits[13];
	double x, y; /* centre in the picture that was searched */
	double size; /* length of a side */
	double degrees; /* clockwise turn of the symbol, 0 = upright */
};

/*
 * Opens, for good, the character converters that zbar asks for at every code: it could not once the
 * sandbox is closed.
 */
void mk_qr_prepare(void);
/* Appends the different codes found at one scale. `out` holds MK_QR_MAX, *n how many it has. */
void mk_qr_find(const struct mk_grey *g, double scale, struct mk_qr *out, int *n);

#endif
