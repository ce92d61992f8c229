/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a page to records: which blocks are documents, which number belongs to which, how they are
 * written down.
 */
#ifndef MK_CAPTURE_RECORD_INTERNAL_H
#define MK_CAPTURE_RECORD_INTERNAL_H

#include "layout_internal.h"
#include "mynakura/base/buf.h"

/*
 * Appends an MK_T_item for each card or person, at least one. asked: MK_UNKNOWN for auto. 0 or
 * MK_E_NOMEM.
 */
int mk_records_read(struct mk_ocr *ocr, const uint8_t *px, int width, int height,
    enum mk_layout asked, struct mk_buf *out);

#endif
