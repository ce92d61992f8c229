/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tesseract (LSTM) behind one call: a line of text in, glyphs with places out. Models are loaded
 * once, before the sandbox closes.
 */
#ifndef MK_CAPTURE_OCR_INTERNAL_H
#define MK_CAPTURE_OCR_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "grey_internal.h"

enum mk_model { MK_ENG, MK_JPN, MK_SCRIPT, MK_EXTRA, MK_MODELS };

#define MK_GLYPHS 128

struct mk_glyph {
	uint32_t cp;
	struct mk_rect r;
	int conf; /* 0..100 */
	bool word; /* begins a word, as the recogniser thinks */
};

struct mk_line {
	struct mk_glyph g[MK_GLYPHS];
	int n;
};

struct mk_ocr {
	void *api[MK_MODELS]; /* NULL: this model is not there */
};

/*
 * Loads eng, jpn and script/Japanese of Debian, and from `models` (may be NULL) a second jpn model
 * for names. MK_E_NOT_FOUND when eng or jpn is missing.
 */
int mk_ocr_init(struct mk_ocr *o, const char *models);
/*
 * Reads one line of text; digits: only 0-9 are allowed. raw: without Tesseract's own line finding.
 * false: nothing.
 */
bool mk_ocr_line(struct mk_ocr *o, enum mk_model m, const struct mk_grey *g, bool digits, bool raw,
    struct mk_line *out);
void mk_line_wipe(struct mk_line *l);

#endif
