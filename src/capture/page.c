/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From raster to text: size, direction, segments, a first reading of each. */
#include "page_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"

#define BASE_MAX 12000000 /* pixels worked on; a larger raster is averaged down first */
#define GLYPH 22 /* glyph height of the upright picture, px: small print at 300 dpi */
#define GLYPH_LOW 14
#define GLYPH_HIGH 34
#define PARTS_MAX 200000
#define READ_HEIGHT 40 /* px of a line for the first reading */
#define PROBES 5 /* lines that are read both ways round */

/*
 * Dark on light, whatever the background; a 3 x 3 mean first, so that noise does not fall apart
 * into specks.
 */
static struct mk_grey
binarise(const struct mk_grey *g, int glyph)
{
	struct mk_grey soft = mk_grey_blur(g, 1);
	struct mk_grey bin = mk_grey_adaptive(&soft, glyph * 2 + 1, 12, 14);
	mk_grey_free(&soft);
	return bin;
}

static int
find_parts(const struct mk_grey *g, int glyph, struct mk_part **part, int *n)
{
	struct mk_grey bin = binarise(g, glyph);
	*n = bin.px == NULL ? -1 : mk_parts(&bin, PARTS_MAX, part);
	mk_grey_free(&bin);
	if (*n < 0) {
		*n = 0;
		return MK_E_NOMEM;
	}
	return 0;
}

static int
load_base(struct mk_page *p, const uint8_t *px)
{
	int n = 1;
	while ((double)p->width * p->height / (n * n) > BASE_MAX)
		n++;
	p->reduced = n;
	p->base = mk_grey_reduce(px, p->width, p->height, n);
	return p->base.px == NULL ? MK_E_NOMEM : 0;
}

/* A white, black or empty glass. */
static bool
is_blank(const struct mk_grey *g)
{
	double sum = 0, square = 0, k = 0;
	size_t n = (size_t)g->w * (size_t)g->h, step = n / 200000 + 1;
	for (size_t i = 0; i < n; i += step, k++) {
		sum += g->px[i];
		square += (double)g->px[i] * g->px[i];
	}
	return square / k - sum / k * (sum / k) < 4;
}

static double
wrap(double degrees)
{
	return degrees - 360 * floor((degrees + 180) / 360);
}

void
mk_page_point(const struct mk_page *p, double bx, double by, double *x, double *y)
{
	double rx = bx - p->turn.sx, ry = by - p->turn.sy;
	*x = (p->turn.cos * rx - p->turn.sin * ry) * p->turn.scale + p->turn.dx;
	*y = (p->turn.sin * rx + p->turn.cos * ry) * p->turn.scale + p->turn.dy;
}

struct mk_grey
mk_page_cut(const struct mk_page *p, struct mk_rect r, double lines, double target, double degrees,
    double *scale)
{
	struct mk_turn t = p->turn;
	double k = target / lines, m = target / 4, x, y;
	mk_turn_back(&p->turn, (r.x0 + r.x1) / 2.0, (r.y0 + r.y1) / 2.0, &x, &y);
	mk_turn_make(&t, p->base.w, p->base.h, p->degrees + degrees, p->turn.scale * k);
	/*
	 * sampling finer than the result and averaging keeps thin strokes where the picture shrinks
	 */
	int n = t.scale < 0.7 ? (int)ceil(1 / t.scale) : 1;
	n = n > 8 ? 8 : n;
	t.scale *= n;
	t.sx = x;
	t.sy = y;
	t.w = (int)(((r.x1 - r.x0) * k + 2 * m) * n);
	t.h = (int)(((r.y1 - r.y0) * k + 2 * m) * n);
	t.dx = t.w / 2.0;
	t.dy = t.h / 2.0;
	struct mk_grey fine = mk_turn_apply(&t, &p->base);
	if (scale != NULL)
		*scale = k;
	if (n == 1 || fine.px == NULL)
		return fine;
	struct mk_grey out = mk_grey_reduce(fine.px, fine.w, fine.h, n);
	mk_grey_free(&fine);
	return out;
}

static struct mk_rect
around(const struct mk_rect *r, double margin, double k, struct mk_rect line)
{
	struct mk_rect out = {(int)(line.x0 + (r->x0 - margin) / k),
	    (int)(line.y0 + (r->y0 - margin) / k), (int)(line.x0 + (r->x1 - margin) / k),
	    (int)(line.y0 + (r->y1 - margin) / k)};
	return out;
}

/* Reads a segment; flipped: as if the page stood on its head. Places go to the upright picture. */
static bool
read_segment(struct mk_page *p, const struct mk_segment *s, bool flipped, struct mk_line *out)
{
	double k;
	int h = s->r.y1 - s->r.y0;
	struct mk_grey g = mk_page_cut(
	    p, s->r, s->height > h / 2 ? s->height : h / 2, READ_HEIGHT, flipped ? 180 : 0, &k);
	bool found = mk_ocr_line(p->ocr, MK_JPN, &g, false, false, out);
	mk_grey_free(&g);
	for (int i = 0; i < out->n; i++)
		out->g[i].r = around(&out->g[i].r, READ_HEIGHT / 4.0, k, s->r);
	return found;
}

static int
text_score(const struct mk_line *l)
{
	int sum = 0;
	for (int i = 0; i < l->n; i++)
		sum += l->g[i].conf > 30 ? l->g[i].conf - 30 : 0;
	return sum;
}

static void
half_turn(struct mk_page *p)
{
	p->degrees = wrap(p->degrees + 180);
	p->turn.sin = -p->turn.sin;
	p->turn.cos = -p->turn.cos;
	struct mk_rect r;
	for (int i = 0; i < p->parts; i++) {
		r = p->part[i].r;
		p->part[i].r = (struct mk_rect){
		    p->turn.w - r.x1, p->turn.h - r.y1, p->turn.w - r.x0, p->turn.h - r.y0};
	}
	for (int i = 0; i < p->text.count; i++) {
		r = p->text.seg[i].r;
		p->text.seg[i].r = (struct mk_rect){
		    p->turn.w - r.x1, p->turn.h - r.y1, p->turn.w - r.x0, p->turn.h - r.y0};
		p->text.seg[i].line.n = 0;
	}
}

/* The lines that tell most: long, of ordinary height. */
static int
probes(const struct mk_text *t, int glyph, int *pick)
{
	int n = 0;
	for (int k = 0; k < PROBES; k++) {
		int best = -1;
		for (int i = 0; i < t->count; i++) {
			const struct mk_segment *s = &t->seg[i];
			int w = s->r.x1 - s->r.x0;
			bool taken = false;
			for (int j = 0; j < n; j++)
				/* cppcheck-suppress uninitvar ; the first n are set */
				taken = taken || pick[j] == i;
			if (taken || s->parts < 4 || w < s->height * 3 || w > s->height * 25 ||
			    s->height > glyph * 3)
				continue;
			if (best < 0 || s->parts > t->seg[best].parts)
				best = i;
		}
		if (best >= 0)
			pick[n++] = best;
	}
	return n;
}

/*
 * Reads some lines both ways round and turns the page when it stands on its head. Returns what the
 * better way was worth per line.
 */
static int
choose_half(struct mk_page *p)
{
	int pick[PROBES], up = 0, down = 0;
	int n = probes(&p->text, p->glyph, pick);
	struct mk_line *lines = calloc(2, sizeof *lines);
	for (int i = 0; lines != NULL && i < n; i++) {
		struct mk_segment *s = &p->text.seg[pick[i]];
		read_segment(p, s, false, &lines[0]);
		read_segment(p, s, true, &lines[1]);
		up += text_score(&lines[0]);
		down += text_score(&lines[1]);
		if (i >= 2 && (up > 2 * down + 300 || down > 2 * up + 300)) {
			n = i + 1;
			break;
		}
	}
	if (lines != NULL)
		mk_wipe(lines, 2 * sizeof *lines);
	free(lines);
	if (down > up)
		half_turn(p);
	return n == 0 ? 0 : (up > down ? up : down) / n;
}

/* The modules of a code are no print, but would join the digits beside it to one blot. */
static void
drop_codes(struct mk_page *p)
{
	int n = 0;
	for (int i = 0; i < p->parts; i++) {
		const struct mk_rect *r = &p->part[i].r;
		bool code = false;
		for (int k = 0; k < p->qrs; k++) {
			double x, y, reach = p->qr[k].size * p->turn.scale * 0.56;
			mk_page_point(p, p->qr[k].x, p->qr[k].y, &x, &y);
			code = code || (fabs((r->x0 + r->x1) / 2.0 - x) < reach &&
					   fabs((r->y0 + r->y1) / 2.0 - y) < reach);
		}
		if (!code)
			p->part[n++] = p->part[i];
	}
	p->parts = n;
}

static int
set_turn(struct mk_page *p, double degrees, double scale)
{
	p->degrees = wrap(degrees);
	mk_turn_make(&p->turn, p->base.w, p->base.h, p->degrees, scale);
	free(p->part);
	p->part = NULL;
	mk_text_free(&p->text);
	struct mk_grey up = mk_turn_apply(&p->turn, &p->base);
	int r = up.px == NULL ? MK_E_NOMEM : find_parts(&up, GLYPH, &p->part, &p->parts);
	mk_grey_free(&up);
	if (r < 0)
		return r;
	drop_codes(p);
	p->glyph = mk_glyph_height(p->part, p->parts);
	return mk_text_find(p->part, p->parts, p->glyph, &p->text);
}

/* The lines' direction is known but for a half turn: the QR code tells it, else reading does. */
static int
upright(struct mk_page *p, double degrees, double strength, double scale)
{
	double qr = p->qrs > 0 ? p->qr[0].degrees : 0;
	if (p->qrs > 0) {
		double off = wrap(qr - degrees);
		if (fabs(off) > 90)
			degrees += 180;
		if (fabs(wrap(qr - degrees)) > 12)
			degrees = qr;
		return set_turn(p, -degrees, scale);
	}
	int r = set_turn(p, -degrees, scale);
	if (r < 0)
		return r;
	int worth = choose_half(p);
	if (worth >= 250 || strength > 8)
		return 0;
	/* perhaps columns were taken for lines */
	r = set_turn(p, -degrees + 90, scale);
	if (r < 0 || choose_half(p) >= worth)
		return r;
	r = set_turn(p, -degrees, scale);
	if (r == 0)
		choose_half(p);
	return r;
}

static void
read_all(struct mk_page *p)
{
	for (int i = 0; i < p->text.count; i++) {
		struct mk_segment *s = &p->text.seg[i];
		int w = s->r.x1 - s->r.x0;
		if (s->line.n == 0 && w >= s->height / 2 && w < s->height * 80)
			read_segment(p, s, false, &s->line);
	}
}

int
mk_page_open(struct mk_page *p, struct mk_ocr *ocr, const uint8_t *px, int width, int height)
{
	struct mk_part *part = NULL;
	int n = 0, glyph = 0;
	double degrees = 0, strength = 1;
	memset(p, 0, sizeof *p);
	p->ocr = ocr;
	p->width = width;
	p->height = height;
	int r = load_base(p, px);
	if (r < 0)
		goto out;
	p->blank = is_blank(&p->base);
	if (!p->blank)
		r = find_parts(&p->base, GLYPH, &part, &n);
	if (r < 0)
		goto out;
	glyph = mk_glyph_height(part, n);
	if (p->blank || glyph == 0 || !mk_text_angle(part, n, glyph, &degrees, &strength)) {
		p->blank = true;
		goto out;
	}
	double scale = glyph < GLYPH_LOW || glyph > GLYPH_HIGH ? (double)GLYPH / glyph : 1;
	if (scale > 3)
		scale = 3;
	mk_qr_find(&p->base, glyph > GLYPH_HIGH ? scale : 1, p->qr, &p->qrs);
	r = upright(p, degrees, strength, scale);
	if (r == 0)
		read_all(p);
out:
	free(part);
	return r;
}

void
mk_page_more_qr(struct mk_page *p)
{
	static const double scales[] = {2, 1.5, 0.6};
	for (size_t i = 0; p->qrs == 0 && i < sizeof scales / sizeof scales[0]; i++)
		if (p->base.w * scales[i] * p->base.h * scales[i] < 16e6)
			mk_qr_find(&p->base, scales[i], p->qr, &p->qrs);
	if (p->qrs > 0)
		return;
	/* glare and grey backgrounds are gone in black and white */
	struct mk_grey bin = binarise(&p->base, GLYPH * 2);
	if (bin.px != NULL)
		mk_qr_find(&bin, 1, p->qr, &p->qrs);
	mk_grey_free(&bin);
}

struct mk_read_box
mk_page_box(const struct mk_page *p, struct mk_rect r)
{
	double x[4], y[4], x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
	const int cx[4] = {r.x0, r.x1, r.x1, r.x0}, cy[4] = {r.y0, r.y0, r.y1, r.y1};
	for (int i = 0; i < 4; i++) {
		mk_turn_back(&p->turn, cx[i], cy[i], &x[i], &y[i]);
		x0 = fmin(x0, x[i] * p->reduced);
		y0 = fmin(y0, y[i] * p->reduced);
		x1 = fmax(x1, x[i] * p->reduced);
		y1 = fmax(y1, y[i] * p->reduced);
	}
	x0 = fmax(0, floor(x0));
	y0 = fmax(0, floor(y0));
	x1 = fmin(p->width, ceil(x1));
	y1 = fmin(p->height, ceil(y1));
	struct mk_read_box box = {0, 0, 0, 0};
	if (x1 > x0 && y1 > y0)
		box = (struct mk_read_box){
		    (uint32_t)x0, (uint32_t)y0, (uint32_t)(x1 - x0), (uint32_t)(y1 - y0)};
	return box;
}

unsigned
mk_page_rotation(const struct mk_page *p)
{
	double d = p->degrees < 0 ? p->degrees + 360 : p->degrees;
	return (unsigned)(floor(d / 90 + 0.5)) % 4 * 90;
}

void
mk_page_close(struct mk_page *p)
{
	mk_grey_free(&p->base);
	free(p->part);
	p->part = NULL;
	mk_text_free(&p->text);
	mk_wipe(p->qr, sizeof p->qr);
}
