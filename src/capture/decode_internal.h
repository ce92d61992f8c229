/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One decoder a format. Each sends its pages and returns 0 after the last one (sent without
 * MK_FLAG_MORE), or an error with words set.
 */
#ifndef MK_CAPTURE_DECODE_INTERNAL_H
#define MK_CAPTURE_DECODE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "serve_internal.h"

#define MK_DECODE_PAGES_MAX 200U

struct mk_file {
	const uint8_t *data;
	size_t len;
};

int mk_decode_pnm(struct mk_serve *s, const struct mk_file *f);
int mk_decode_png(struct mk_serve *s, const struct mk_file *f);
int mk_decode_jpeg(struct mk_serve *s, const struct mk_file *f);
int mk_decode_tiff(struct mk_serve *s, const struct mk_file *f);
int mk_decode_pdf(struct mk_serve *s, const struct mk_file *f);

/* Luma of ITU-R BT.601 in integers, the same in every decoder. */
static inline uint8_t
mk_luma(unsigned r, unsigned g, unsigned b)
{
	return (uint8_t)((r * 77U + g * 150U + b * 29U) >> 8);
}

#endif
