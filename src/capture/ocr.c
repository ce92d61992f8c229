/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Tesseract side of reading. Nothing is learned from pictures: the adaptive parts are off. */
#include "ocr_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"

#define DPI 300

static TessBaseAPI *
load(const char *folder, const char *language, bool dictionary)
{
	/*
	 * tessedit_do_invert doubles the time of doubtful lines; dictionaries bend names to words.
	 * debug_file stays empty: Tesseract would open it at its first complaint, inside the
	 * sandbox.
	 */
	char invert[] = "tessedit_do_invert", words[] = "load_system_dawg",
	     more[] = "load_freq_dawg", off[] = "0", on[] = "1";
	char *names[] = {invert, words, more};
	char *values[] = {off, dictionary ? on : off, dictionary ? on : off};
	TessBaseAPI *api = TessBaseAPICreate();
	if (api == NULL)
		return NULL;
	if (TessBaseAPIInit4(api, folder, language, OEM_LSTM_ONLY, NULL, 0, names, values,
		sizeof values / sizeof values[0], 0) != 0) {
		TessBaseAPIDelete(api);
		return NULL;
	}
	return api;
}

int
mk_ocr_init(struct mk_ocr *o, const char *models)
{
	memset(o, 0, sizeof *o);
	o->api[MK_ENG] = load(NULL, "eng", false);
	o->api[MK_JPN] = load(NULL, "jpn", true);
	o->api[MK_SCRIPT] = load(NULL, "Japanese", false);
	if (models != NULL && models[0] == '/')
		o->api[MK_EXTRA] = load(models, "jpn", false);
	return o->api[MK_ENG] == NULL || o->api[MK_JPN] == NULL ? MK_E_NOT_FOUND : 0;
}

/* One symbol may be several code points; they share its place. */
static void
add_symbol(struct mk_line *out, const char *s, struct mk_rect r, int conf, bool word)
{
	size_t len = strlen(s);
	for (size_t i = 0; i < len && out->n < MK_GLYPHS;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return;
		i += n;
		if (cp != ' ' && cp != 0x3000 && cp != '\n' && mk_text_allowed(cp))
			out->g[out->n++] = (struct mk_glyph){cp, r, conf, word};
	}
}

static void
collect(TessResultIterator *it, struct mk_line *out)
{
	const TessPageIterator *page = TessResultIteratorGetPageIteratorConst(it);
	do {
		struct mk_rect r = {0, 0, 0, 0};
		char *s = TessResultIteratorGetUTF8Text(it, RIL_SYMBOL);
		if (s == NULL)
			continue;
		float conf = TessResultIteratorConfidence(it, RIL_SYMBOL);
		if (TessPageIteratorBoundingBox(page, RIL_SYMBOL, &r.x0, &r.y0, &r.x1, &r.y1))
			add_symbol(out, s, r,
			    conf < 0     ? 0
			    : conf > 100 ? 100
					 : (int)conf,
			    TessPageIteratorIsAtBeginningOf(page, RIL_WORD) != 0);
		mk_wipe(s, strlen(s));
		TessDeleteText(s);
	} while (TessResultIteratorNext(it, RIL_SYMBOL));
}

bool
mk_ocr_line(struct mk_ocr *o, enum mk_model m, const struct mk_grey *g, bool digits, bool raw,
    struct mk_line *out)
{
	TessBaseAPI *api = o->api[m];
	out->n = 0;
	if (api == NULL || g->px == NULL || g->w < 4 || g->h < 4)
		return false;
	TessBaseAPISetPageSegMode(api, raw ? PSM_RAW_LINE : PSM_SINGLE_LINE);
	TessBaseAPISetVariable(api, "tessedit_char_whitelist", digits ? "0123456789" : "");
	TessBaseAPISetImage(api, g->px, g->w, g->h, 1, g->w);
	TessBaseAPISetSourceResolution(api, DPI);
	if (TessBaseAPIRecognize(api, NULL) == 0) {
		TessResultIterator *it = TessBaseAPIGetIterator(api);
		if (it != NULL) {
			collect(it, out);
			TessResultIteratorDelete(it);
		}
	}
	TessBaseAPIClear(api);
	return out->n > 0;
}

void
mk_line_wipe(struct mk_line *l)
{
	mk_wipe(l, sizeof *l);
}
