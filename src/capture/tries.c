/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a place several times and making one text of it. */
#include "place_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/utf8.h"
#include "words_internal.h"

static bool
same(const struct mk_try *a, const struct mk_try *b)
{
	return a->n == b->n && memcmp(a->cp, b->cp, (size_t)a->n * sizeof a->cp[0]) == 0;
}

/*
 * Reads a place of the page in several ways; returns how many readings there are. When the first
 * two, of different models, say the same, that is enough.
 */
int
mk_try_ways(struct mk_page *p, struct mk_rect r, int height, const struct mk_way *ways, int count,
    struct mk_try *out)
{
	struct mk_line *line = malloc(sizeof *line);
	int n = 0;
	for (int i = 0; line != NULL && i < count; i++) {
		if (p->ocr->api[ways[i].model] == NULL)
			continue;
		struct mk_grey g = mk_page_cut(p, r, height, ways[i].size, 0, NULL),
			       soft = {NULL, 0, 0};
		if (ways[i].blur > 0)
			soft = mk_grey_blur(&g, ways[i].blur);
		if (mk_ocr_line(p->ocr, ways[i].model, soft.px != NULL ? &soft : &g, false,
			ways[i].raw, line)) {
			struct mk_try *o = &out[n++];
			int sum = 0;
			o->n = line->n;
			o->model = (unsigned)ways[i].model;
			for (int j = 0; j < line->n; j++) {
				o->cp[j] = line->g[j].cp;
				o->word[j] = line->g[j].word;
				sum += line->g[j].conf;
			}
			o->conf = sum / line->n;
		}
		mk_grey_free(&g);
		mk_grey_free(&soft);
		if (n == 2 && out[0].model != out[1].model && same(&out[0], &out[1]))
			break;
	}
	if (line != NULL)
		mk_line_wipe(line);
	free(line);
	return n;
}

/*
 * The reading that most others repeat, of equal ones the most confident. *share: 0..1000, over 900
 * only with two models.
 */
int
mk_try_best(const struct mk_try *r, int n, unsigned *share)
{
	int best = -1, votes = 0;
	unsigned models = 0;
	for (int i = 0; i < n; i++) {
		int v = 0;
		unsigned m = 0;
		for (int j = 0; j < n; j++) {
			if (r[j].n > 0 && same(&r[i], &r[j])) {
				v++;
				m |= 1U << r[j].model;
			}
		}
		if (v > votes || (v == votes && v > 0 && r[i].conf > r[best].conf)) {
			best = i;
			votes = v;
			models = m;
		}
	}
	*share = n == 0 ? 0 : (unsigned)(votes * 1000 / n);
	bool two = (models & (models - 1)) != 0;
	if (!two && *share > 700)
		*share = 700;
	return best;
}

bool
mk_try_latin(const struct mk_try *r)
{
	int latin = 0;
	for (int i = 0; i < r->n; i++)
		latin += r->cp[i] < 128 ? 1 : 0;
	return latin * 2 > r->n;
}

/* A dash among kanji is the numeral one; after katakana it is the long vowel. */
static bool
is_dash(uint32_t cp)
{
	static const uint32_t dashes[] = {
	    0x30fc, '-', 0x2014, 0x2015, 0xff0d, 0x2010, 0x2212, 0x4e00, '_', 0x2013};
	for (size_t k = 0; k < sizeof dashes / sizeof dashes[0]; k++)
		if (cp == dashes[k])
			return true;
	return false;
}

void
mk_try_dashes(struct mk_try *r)
{
	for (int i = 0; i < r->n; i++) {
		bool katakana = i > 0 && r->cp[i - 1] >= 0x30a1 && r->cp[i - 1] <= 0x30fc;
		if (is_dash(r->cp[i]) && !mk_try_latin(r))
			r->cp[i] = katakana ? 0x30fc : 0x4e00;
	}
}

/* In an address a dash stands between digits, and nothing else does. */
void
mk_try_hyphens(struct mk_try *r)
{
	for (int i = 1; i + 1 < r->n; i++)
		if (is_dash(r->cp[i]) && mk_digit_value(r->cp[i - 1]) >= 0 &&
		    mk_digit_value(r->cp[i + 1]) >= 0)
			r->cp[i] = '-';
}

void
mk_try_keep(struct mk_try *r, bool (*wanted)(uint32_t))
{
	int n = 0;
	bool word = false;
	for (int i = 0; i < r->n; i++) {
		word = word || r->word[i];
		if (wanted(r->cp[i])) {
			r->cp[n] = r->cp[i];
			r->word[n++] = word;
			word = false;
		}
	}
	r->n = n;
}

static void
put(char *out, size_t cap, size_t *at, uint32_t cp)
{
	char raw[4];
	size_t n = mk_utf8_encode(cp, raw);
	if (*at + n >= cap)
		return;
	memcpy(out + *at, raw, n);
	*at += n;
	out[*at] = '\0';
}

/* How many Japanese glyphs, all of one width, stand before the white run g of a row of n. */
static int
glyphs_before(struct mk_rect r, const struct mk_gap *gap, int gaps, int g, int n)
{
	int ink = r.x1 - r.x0, before = gap[g].x0 - r.x0;
	for (int i = 0; i < gaps; i++)
		ink -= gap[i].x1 - gap[i].x0;
	for (int i = 0; i < g; i++)
		before -= gap[i].x1 - gap[i].x0;
	return ink <= 0 ? 0 : (before * n + ink / 2) / ink;
}

/*
 * Text of a reading with blanks where the row is white (Japanese: full-width, as printed). least:
 * px of a blank.
 */
void
mk_try_text(const struct mk_block *k, const struct mk_try *r, struct mk_rect place, int least,
    char *out, size_t cap)
{
	struct mk_gap gap[4];
	size_t at = 0;
	int gaps = mk_row_gaps(k->p, place, least, gap, 4);
	bool latin = mk_try_latin(r);
	out[0] = '\0';
	for (int i = 0; i < r->n; i++) {
		bool white = latin && r->word[i];
		for (int g = 0; g < gaps && !latin; g++)
			white = white || glyphs_before(place, gap, gaps, g, r->n) == i;
		if (white && at > 0)
			put(out, cap, &at, latin ? ' ' : 0x3000);
		put(out, cap, &at, r->cp[i]);
	}
}
