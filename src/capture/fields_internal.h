/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Name, kana, address, birth, sex, expiry: found by labels and by what they look like, read several
 * times, compared.
 */
#ifndef MK_CAPTURE_FIELDS_INTERNAL_H
#define MK_CAPTURE_FIELDS_INTERNAL_H

#include "layout_internal.h"

enum mk_field { MK_F_NAME, MK_F_KANA, MK_F_ADDRESS, MK_F_BIRTH, MK_F_SEX, MK_F_EXPIRES, MK_FIELDS };

struct mk_field_value {
	char text[MK_READ_TEXT]; /* "" = not read */
	unsigned confidence; /* 0..1000 */
	struct mk_rect r; /* in the upright picture */
};

const char *mk_field_name(enum mk_field f);
/*
 * Reads the fields of a block that is a document of layout l. number: the row of the number, x1 0
 * when there is none.
 */
void mk_fields_read(struct mk_page *p, const struct mk_rows *rows, int b, enum mk_layout l,
    struct mk_rect number, struct mk_field_value out[MK_FIELDS]);

#endif
