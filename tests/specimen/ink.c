/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawing hand: text with its ink's corner points, ground, QR code, tape. It works in
 * millimetres of a sheet whatever the turn and resolution below.
 */
#include "specimen.h"

#include <math.h>
#include <qrencode.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
/* Pango lays out in 1/100 mm: sizes near 300 units keep fontconfig's rules for tiny text away. */
#define UNIT 100.0

static const struct spec_face number_faces[] = {
    {"IPAGothic", false},
    {"DejaVu Sans Mono", false},
    {"Noto Sans CJK JP", false},
    {"IPAexGothic", false},
    {"Noto Sans CJK JP", true},
    {"DejaVu Sans", false},
    {"Noto Sans Mono CJK JP", false},
    {"IPAPGothic", false},
    {"DejaVu Sans Mono", true},
    {"Liberation Sans", false},
    {"Nimbus Sans", false},
    {"Noto Sans Mono", false},
};
static const struct spec_face body_faces[] = {
    {"IPAGothic", false},
    {"IPAexGothic", false},
    {"Noto Sans CJK JP", false},
    {"IPAPGothic", false},
};
static const struct spec_face name_faces[] = {
    {"IPAGothic", false},
    {"IPAexGothic", false},
    {"Noto Sans CJK JP", false},
    {"IPAMincho", false},
    {"IPAexMincho", false},
    {"Noto Serif CJK JP", false},
};
static const struct spec_face mincho_faces[] = {
    {"IPAMincho", false},
    {"IPAexMincho", false},
    {"Noto Serif CJK JP", false},
    {"IPAGothic", false},
};

static unsigned
installed(PangoFontFamily *const *have, int n, const struct spec_face *want, size_t wants,
    struct spec_face *out)
{
	unsigned got = 0;

	for (size_t i = 0; i < wants; i++)
		for (int k = 0; k < n; k++)
			if (g_ascii_strcasecmp(
				pango_font_family_get_name(have[k]), want[i].family) == 0) {
				out[got++] = want[i];
				break;
			}
	if (got == 0)
		out[got++] = (struct spec_face){"Sans", false};
	return got;
}

void
spec_fonts_load(struct spec_fonts *f)
{
	PangoFontFamily **have = NULL;
	int n = 0;

	pango_font_map_list_families(pango_cairo_font_map_get_default(), &have, &n);
	f->numbers = installed(have, n, number_faces, LEN(number_faces), f->number);
	f->bodies = installed(have, n, body_faces, LEN(body_faces), f->body);
	f->names = installed(have, n, name_faces, LEN(name_faces), f->name);
	f->minchos = installed(have, n, mincho_faces, LEN(mincho_faces), f->mincho);
	g_free(have);
}

/* Not cairo_debug_reset_static_data() as well: a thread of Pango's may still hold a font, and it asserts. */
void
spec_fonts_unload(void)
{
	pango_cairo_font_map_set_default(NULL);
}

struct spec_face
spec_pick(struct spec_rng *r, const struct spec_face *faces, unsigned n)
{
	return faces[spec_rng_below(r, n)];
}

void
spec_field_rect(struct spec_pen *p, const char *field, double x, double y, double w, double h)
{
	struct spec_sheet *s = p->sheet;
	struct spec_field *f;

	if (s->fields == SPEC_MAX_FIELDS)
		return;
	f = &s->field[s->fields++];
	f->name = field;
	for (int i = 0; i < 4; i++) {
		f->quad[i][0] = x + (i == 1 || i == 2 ? w : 0);
		f->quad[i][1] = y + (i >= 2 ? h : 0);
		cairo_user_to_device(p->cr, &f->quad[i][0], &f->quad[i][1]);
	}
}

static void
set_type(PangoLayout *l, const struct spec_type *t, double scale)
{
	PangoFontDescription *fd = pango_font_description_new();
	PangoAttrList *attrs = pango_attr_list_new();
	cairo_font_options_t *fo = cairo_font_options_create();

	cairo_font_options_set_hint_style(fo, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(fo, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(fo, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(pango_layout_get_context(l), fo);
	pango_context_set_round_glyph_positions(pango_layout_get_context(l), FALSE);
	pango_context_set_language(
	    pango_layout_get_context(l), pango_language_from_string("ja-JP"));
	pango_font_description_set_family(fd, t->face.family);
	pango_font_description_set_weight(
	    fd, t->face.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_absolute_size(fd, t->size * scale * UNIT * PANGO_SCALE);
	pango_layout_set_font_description(l, fd);
	pango_attr_list_insert(
	    attrs, pango_attr_letter_spacing_new((int)(t->track * scale * UNIT * PANGO_SCALE)));
	pango_layout_set_attributes(l, attrs);
	pango_attr_list_unref(attrs);
	pango_font_description_free(fd);
	cairo_font_options_destroy(fo);
}

static PangoLayout *
layout_new(struct spec_pen *p, const struct spec_type *t, const char *text)
{
	PangoLayout *l = pango_cairo_create_layout(p->cr);
	PangoRectangle log;

	set_type(l, t, 1.0);
	pango_layout_set_text(l, text, -1);
	if (t->max_w <= 0)
		return l;
	if (t->wrap) {
		pango_layout_set_width(l, (int)(t->max_w * UNIT * PANGO_SCALE));
		pango_layout_set_wrap(l, PANGO_WRAP_CHAR);
		return l;
	}
	pango_layout_get_extents(l, NULL, &log);
	if (log.width > t->max_w * UNIT * PANGO_SCALE)
		set_type(l, t, t->max_w * UNIT * PANGO_SCALE / log.width);
	return l;
}

double
spec_text(struct spec_pen *p, const struct spec_type *t, double x, double y, const char *field,
    const char *text)
{
	const double k = UNIT * PANGO_SCALE;
	PangoRectangle ink, log;
	PangoLayout *l;
	double base;

	cairo_save(p->cr);
	cairo_translate(p->cr, x, y);
	cairo_scale(p->cr, 1 / UNIT, 1 / UNIT);
	l = layout_new(p, t, text);
	base = pango_layout_get_baseline(l) / k;
	pango_layout_get_extents(l, &ink, &log);
	cairo_set_source_rgb(p->cr, t->ink, t->ink, t->ink * 1.02 > 1 ? 1 : t->ink * 1.02);
	cairo_move_to(p->cr, 0, -base * UNIT);
	pango_cairo_show_layout(p->cr, l);
	g_object_unref(l);
	cairo_restore(p->cr);
	if (field != NULL)
		spec_field_rect(
		    p, field, x + ink.x / k, y - base + ink.y / k, ink.width / k, ink.height / k);
	return log.width / k;
}

void
spec_round_rect(cairo_t *cr, double x, double y, double w, double h, double r)
{
	cairo_new_sub_path(cr);
	cairo_arc(cr, x + w - r, y + r, r, -M_PI / 2, 0);
	cairo_arc(cr, x + w - r, y + h - r, r, 0, M_PI / 2);
	cairo_arc(cr, x + r, y + h - r, r, M_PI / 2, M_PI);
	cairo_arc(cr, x + r, y + r, r, M_PI, 3 * M_PI / 2);
	cairo_close_path(cr);
}

static void
wave(cairo_t *cr, double w, double y, double amp, double len, double phase)
{
	const double step = len / 10;

	cairo_move_to(cr, -1, y + amp * sin(phase));
	for (double x = -1 + step; x < w + 1 + step; x += step)
		cairo_line_to(cr, x, y + amp * sin(phase + (x + 1) * 2 * M_PI / len));
}

void
spec_ground(struct spec_pen *p, double strength)
{
	static const double tint[][3] = {
	    {0.97, 0.86, 0.85},
	    {0.87, 0.92, 0.96},
	    {0.88, 0.95, 0.89},
	    {0.94, 0.94, 0.95},
	};
	const double *a = tint[spec_rng_below(p->rng, LEN(tint))];
	const double w = p->sheet->w, h = p->sheet->h;
	double gap = spec_rng_range(p->rng, 0.7, 1.3), alpha = strength * 0.28;
	cairo_pattern_t *g = cairo_pattern_create_linear(0, 0, w, h);

	cairo_pattern_add_color_stop_rgb(
	    g, 0, 1 - (1 - a[0]) * strength, 1 - (1 - a[1]) * strength, 1 - (1 - a[2]) * strength);
	cairo_pattern_add_color_stop_rgb(g, 1, 0.97, 0.97, 0.96);
	cairo_set_source(p->cr, g);
	cairo_paint(p->cr);
	cairo_pattern_destroy(g);
	cairo_set_line_width(p->cr, spec_rng_range(p->rng, 0.08, 0.16));
	cairo_set_source_rgba(p->cr, a[0] * 0.72, a[1] * 0.72, a[2] * 0.74, alpha);
	for (double y = -4; y < h + 4; y += gap)
		wave(p->cr, w, y, spec_rng_range(p->rng, 0.6, 1.5), spec_rng_range(p->rng, 9, 26),
		    spec_rng_range(p->rng, 0, 6.3));
	cairo_stroke(p->cr);
}

bool
spec_qr(struct spec_pen *p, const char *digits, double x, double y, double side)
{
	QRcode *q = QRcode_encodeString(digits, 1, QR_ECLEVEL_M, QR_MODE_8, 1);
	double m, quiet;

	if (q == NULL)
		return false;
	m = side / q->width;
	quiet = 4 * m;
	cairo_set_source_rgb(p->cr, 1, 1, 1);
	cairo_rectangle(p->cr, x - quiet, y - quiet, side + 2 * quiet, side + 2 * quiet);
	cairo_fill(p->cr);
	cairo_set_source_rgb(p->cr, 0.06, 0.06, 0.06);
	for (int r = 0; r < q->width; r++)
		for (int c = 0; c < q->width; c++)
			if (q->data[r * q->width + c] & 1)
				cairo_rectangle(p->cr, x + c * m, y + r * m, m, m);
	cairo_fill(p->cr);
	QRcode_free(q);
	spec_field_rect(p, "qr", x, y, side, side);
	return true;
}

void
spec_mask(struct spec_pen *p, const char *field, double margin)
{
	static const double tape[][3] = {
	    {0.13, 0.13, 0.13}, {0.80, 0.74, 0.60}, {0.55, 0.57, 0.60}};
	const double *c = tape[spec_rng_below(p->rng, LEN(tape))];
	const struct spec_field *f = NULL;
	double x[2], y[2];

	for (size_t i = 0; i < p->sheet->fields; i++)
		if (strcmp(p->sheet->field[i].name, field) == 0)
			f = &p->sheet->field[i];
	if (f == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		x[i] = f->quad[2 * i][0];
		y[i] = f->quad[2 * i][1];
		cairo_device_to_user(p->cr, &x[i], &y[i]);
	}
	cairo_set_source_rgb(p->cr, c[0], c[1], c[2]);
	cairo_rectangle(p->cr, x[0] - margin, y[0] - margin, x[1] - x[0] + 2 * margin,
	    y[1] - y[0] + 2 * margin);
	cairo_fill(p->cr);
}
