/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the reading of fields: where a value stands on a page, and several tries at reading it. */
#ifndef MK_CAPTURE_PLACE_INTERNAL_H
#define MK_CAPTURE_PLACE_INTERNAL_H

#include "fields_internal.h"

#define MK_TRIES 8 /* room for the readings of one place */

struct mk_block {
	struct mk_page *p;
	const struct mk_rows *rows;
	int b;
	enum mk_layout layout;
};

/* A stretch of a row. */
struct mk_place {
	const struct mk_text_row *row;
	int from, to; /* glyphs */
	struct mk_rect r;
	int height;
};

/* One reading of a place. */
struct mk_try {
	uint32_t cp[MK_GLYPHS];
	bool word[MK_GLYPHS]; /* begins a word */
	int n;
	int conf;
	unsigned model;
};

/* How to read it. */
struct mk_way {
	enum mk_model model;
	int size;
	int blur;
	bool raw;
};

bool mk_block_has(const struct mk_block *k, int row);
/* Glyphs from..to of a row, cut in the white before and behind them. */
struct mk_rect mk_stretch(const struct mk_page *p, const struct mk_text_row *row, int from, int to);
struct mk_place mk_place_make(
    const struct mk_block *k, const struct mk_text_row *row, int from, int to);
/* What stands behind glyph `from` until the next wide gap. false: nothing. */
bool mk_place_at(
    const struct mk_block *k, const struct mk_text_row *row, int from, struct mk_place *out);
/* What stands behind the label of a field; of several labels the one nearest to y. */
bool mk_place_value(const struct mk_block *k, const char *field, int y, struct mk_place *out);

/*
 * Reads a place in up to `count` ways (at most MK_TRIES); returns how many readings there are. When
 * the first two, of different models, say the same, that is enough.
 */
int mk_try_ways(struct mk_page *p, struct mk_rect r, int height, const struct mk_way *ways,
    int count, struct mk_try *out);
/* The reading that most others repeat, -1 none. *share: 0..1000, over 700 only with two models. */
int mk_try_best(const struct mk_try *r, int n, unsigned *share);
bool mk_try_latin(const struct mk_try *r);
void mk_try_dashes(
    struct mk_try *r); /* a dash among kanji is the numeral one, after katakana the long vowel */
void mk_try_hyphens(struct mk_try *r); /* a dash between digits is a hyphen */
void mk_try_keep(struct mk_try *r, bool (*wanted)(uint32_t));
/*
 * Text of a reading with blanks where the row is white by at least `least` px (Japanese:
 * full-width, as printed).
 */
void mk_try_text(const struct mk_block *k, const struct mk_try *r, struct mk_rect place, int least,
    char *out, size_t cap);

/* Name and, on a resident record, kana. */
void mk_names_read(const struct mk_block *k, struct mk_rect number, struct mk_field_value *out);

#endif
