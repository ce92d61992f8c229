/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lays sheets on a scanner's glass and takes the picture: bed, place, turn, shadow, uneven light
 * and what lies on the glass. Sensor and file losses are degrade.c.
 */
#include "specimen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MM_PER_INCH 25.4

struct place {
	double gw, gh; /* the group of sheets, before turning */
	double bed_w, bed_h; /* mm */
	double cx, cy; /* centre of the group on the bed */
	double angle; /* radians, clockwise */
};

static void
sheets_init(const struct spec_job *job, struct spec_rng *r, struct spec_sheet s[2], size_t *n)
{
	bool both = job->layout == SPEC_BOTH, page = job->layout == SPEC_JUMINHYO;

	memset(s, 0, 2 * sizeof(*s));
	*n = both ? 2 : 1;
	for (size_t i = 0; i < *n; i++) {
		s[i].layout = job->layout;
		s[i].w = page ? SPEC_A4_W : SPEC_CARD_W;
		s[i].h = page ? SPEC_A4_H : SPEC_CARD_H;
	}
	if (!both)
		return;
	/* The back comes first in the record: it carries the number. */
	s[0].layout = SPEC_CARD_BACK;
	s[1].layout = SPEC_CARD_FRONT;
	s[0].oy = SPEC_CARD_H + spec_rng_range(r, 6, 25);
	s[0].ox = spec_rng_range(r, 0, 12);
	s[1].ox = spec_rng_range(r, 0, 12);
}

static void
bed_size(const struct spec_job *job, double bw, double bh, double *w, double *h)
{
	bool page = job->layout == SPEC_JUMINHYO;
	bool a4 = page || job->bed == SPEC_BED_A4 || job->layout == SPEC_BOTH;
	long quarter = lround(job->rotate / 90);
	double off = fabs(job->rotate - 90.0 * (double)quarter), t;

	*w = a4 ? SPEC_A4_W : job->tight ? 96 : 140;
	*h = a4 ? SPEC_A4_H : job->tight ? 64 : 100;
	if ((page || !a4) && quarter % 2 != 0) {
		t = *w;
		*w = *h;
		*h = t;
	}
	/* A skewed page loses its corners as on a real glass; a page laid across gets a larger one.
	 */
	if (page && off <= 12)
		return;
	*w = fmax(*w, bw + (page ? 0 : 4));
	*h = fmax(*h, bh + (page ? 0 : 4));
}

static void
place_init(const struct spec_job *job, struct spec_rng *r, const struct spec_sheet *s, size_t n,
    struct place *p)
{
	double bw, bh, jx = spec_rng_range(r, -1, 1), jy = spec_rng_range(r, -1, 1), room;

	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < n; i++) {
		p->gw = fmax(p->gw, s[i].ox + s[i].w);
		p->gh = fmax(p->gh, s[i].oy + s[i].h);
	}
	p->angle = (job->rotate + job->skew) * M_PI / 180;
	bw = fabs(p->gw * cos(p->angle)) + fabs(p->gh * sin(p->angle));
	bh = fabs(p->gw * sin(p->angle)) + fabs(p->gh * cos(p->angle));
	bed_size(job, bw, bh, &p->bed_w, &p->bed_h);
	if (job->placed) {
		p->cx = job->place_x + bw / 2;
		p->cy = job->place_y + bh / 2;
		return;
	}
	room = fmax(0, (p->bed_w - bw) / 2 - 2);
	p->cx = p->bed_w / 2 + jx * fmin(room, job->bed == SPEC_BED_A4 ? 50 : 12);
	room = fmax(0, (p->bed_h - bh) / 2 - 2);
	p->cy = p->bed_h / 2 + jy * fmin(room, job->bed == SPEC_BED_A4 ? 80 : 12);
}

static void
draw_bed(cairo_t *cr, const struct spec_job *job, struct spec_rng *r, const struct place *p)
{
	double v = job->lid == SPEC_LID_DARK ? spec_rng_range(r, 0.16, 0.28)
					     : spec_rng_range(r, 0.93, 0.985);
	cairo_pattern_t *g = cairo_pattern_create_linear(0, 0, p->bed_w, p->bed_h);
	double slope = spec_rng_range(r, -0.012, 0.012);

	cairo_pattern_add_color_stop_rgb(g, 0, v, v, v);
	cairo_pattern_add_color_stop_rgb(g, 1, v + slope, v + slope, v + slope);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
}

static void
to_sheet(cairo_t *cr, const struct place *p, const struct spec_sheet *s, double dx, double dy)
{
	cairo_translate(cr, p->cx + dx, p->cy + dy);
	cairo_rotate(cr, p->angle);
	cairo_translate(cr, s->ox - p->gw / 2, s->oy - p->gh / 2);
}

/* The lamp stands still while sheets turn: the shadow falls to the lower right of the picture. */
static void
draw_shadow(cairo_t *cr, const struct place *p, const struct spec_sheet *s, double radius)
{
	for (int i = 1; i <= 5; i++) {
		cairo_save(cr);
		to_sheet(cr, p, s, 0.12 * i, 0.14 * i);
		spec_round_rect(cr, 0, 0, s->w, s->h, radius);
		cairo_set_source_rgba(cr, 0, 0, 0, 0.09);
		cairo_fill(cr);
		cairo_restore(cr);
	}
}

static bool
draw_content(struct spec_pen *pen, const struct spec_print *t)
{
	switch (pen->sheet->layout) {
	case SPEC_CARD_BACK:
		return spec_draw_back(pen, t);
	case SPEC_CARD_FRONT:
		return spec_draw_front(pen, t);
	case SPEC_TSUCHI:
		return spec_draw_tsuchi(pen, t);
	default:
		return spec_draw_juminhyo(pen, t);
	}
}

static bool
draw_sheet(cairo_t *cr, const struct place *p, struct spec_pen *pen, const struct spec_print *t)
{
	struct spec_sheet *s = pen->sheet;
	bool plastic = s->layout == SPEC_CARD_BACK || s->layout == SPEC_CARD_FRONT, ok;
	double radius = plastic ? 3.18 : 0.01;

	draw_shadow(cr, p, s, radius);
	cairo_save(cr);
	to_sheet(cr, p, s, 0, 0);
	spec_round_rect(cr, 0, 0, s->w, s->h, radius);
	cairo_clip(cr);
	ok = draw_content(pen, t);
	cairo_reset_clip(cr);
	spec_field_rect(pen, "sheet", 0, 0, s->w, s->h);
	cairo_restore(cr);
	return ok;
}

static void
draw_glare(cairo_t *cr, struct spec_rng *r, const struct place *p)
{
	double x = p->cx + spec_rng_range(r, -0.4, 0.4) * fmin(p->gw, 100);
	double y = p->cy + spec_rng_range(r, -0.4, 0.4) * fmin(p->gh, 100);
	cairo_pattern_t *g = cairo_pattern_create_radial(x, y, 0, x, y, spec_rng_range(r, 14, 30));

	cairo_pattern_add_color_stop_rgba(g, 0, 1, 1, 1, spec_rng_range(r, 0.45, 0.7));
	cairo_pattern_add_color_stop_rgba(g, 1, 1, 1, 1, 0);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
}

static void
draw_stains(cairo_t *cr, struct spec_rng *r, const struct place *p)
{
	for (int i = 0; i < 4; i++) {
		double x = p->cx + spec_rng_range(r, -0.5, 0.5) * p->gw;
		double y = p->cy + spec_rng_range(r, -0.5, 0.5) * p->gh;

		cairo_arc(cr, x, y, spec_rng_range(r, 1, 9), 0, 2 * M_PI);
		cairo_set_source_rgba(cr, 0.45, 0.33, 0.18, spec_rng_range(r, 0.06, 0.22));
		cairo_fill(cr);
		cairo_move_to(cr, x, y);
		cairo_rel_line_to(cr, spec_rng_range(r, -25, 25), spec_rng_range(r, -25, 25));
		cairo_set_line_width(cr, spec_rng_range(r, 0.05, 0.2));
		cairo_set_source_rgba(cr, 0.3, 0.3, 0.3, 0.5);
		cairo_stroke(cr);
	}
}

static int
picture_take(cairo_surface_t *surf, unsigned ch, struct spec_picture *out)
{
	int w = cairo_image_surface_get_width(surf), h = cairo_image_surface_get_height(surf);
	size_t stride = (size_t)cairo_image_surface_get_stride(surf);
	const unsigned char *data;
	uint8_t *px = malloc((size_t)w * (size_t)h * ch), *d = px;

	if (px == NULL)
		return -1;
	cairo_surface_flush(surf);
	data = cairo_image_surface_get_data(surf);
	for (int y = 0; y < h; y++) {
		const unsigned char *row = data + (size_t)y * stride;

		for (int x = 0; x < w; x++) {
			uint32_t v;

			memcpy(&v, row + (size_t)x * 4, 4);
			unsigned cr = (v >> 16) & 255, cg = (v >> 8) & 255, cb = v & 255;
			if (ch == 1) {
				*d++ = (uint8_t)((cr * 299 + cg * 587 + cb * 114 + 500) / 1000);
			} else {
				*d++ = (uint8_t)cr;
				*d++ = (uint8_t)cg;
				*d++ = (uint8_t)cb;
			}
		}
	}
	*out = (struct spec_picture){(unsigned)w, (unsigned)h, ch, px};
	return 0;
}

static bool
draw_all(cairo_t *cr, const struct spec_job *job, const struct spec_print *t,
    const struct spec_fonts *fonts, const struct place *p, struct spec_sheet *s, size_t n)
{
	struct spec_rng wear, style;
	struct spec_pen pen = {cr, &style, fonts, NULL};

	spec_rng_init(&wear, job->seed, job->index, 'W');
	draw_bed(cr, job, &wear, p);
	for (size_t i = 0; i < n; i++) {
		spec_rng_init(&style, job->seed, job->index, (char)('a' + (int)s[i].layout));
		pen.sheet = &s[i];
		if (!draw_sheet(cr, p, &pen, t))
			return false;
	}
	if (job->stain)
		draw_stains(cr, &wear, p);
	if (job->glare)
		draw_glare(cr, &wear, p);
	return cairo_status(cr) == CAIRO_STATUS_SUCCESS;
}

int
spec_scene_render(const struct spec_job *job, const struct spec_print *t,
    const struct spec_fonts *fonts, struct spec_picture *out, struct spec_sheet sheets[2],
    size_t *n)
{
	const double k = job->dpi / MM_PER_INCH;
	struct spec_rng luck;
	struct place p;
	cairo_surface_t *surf;
	cairo_t *cr;
	int rc = -1;

	spec_rng_init(&luck, job->seed, job->index, 'L');
	sheets_init(job, &luck, sheets, n);
	place_init(job, &luck, sheets, *n, &p);
	surf = cairo_image_surface_create(
	    CAIRO_FORMAT_RGB24, (int)lround(p.bed_w * k), (int)lround(p.bed_h * k));
	cr = cairo_create(surf);
	cairo_scale(cr, k, k);
	if (draw_all(cr, job, t, fonts, &p, sheets, *n))
		rc = picture_take(surf, job->mode == SPEC_COLOR ? 3 : 1, out);
	if (rc != 0)
		fprintf(stderr, "specimen: cannot draw: %s\n",
		    cairo_status_to_string(cairo_status(cr)));
	cairo_destroy(cr);
	cairo_surface_destroy(surf);
	return rc;
}
