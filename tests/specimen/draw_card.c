/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws both sides of a 個人番号カード from public descriptions of its layout (design/capture.md).
 * No pixel-exact specimen is public: places vary by seed, so that no reader learns them.
 */
#include "specimen.h"

#include <math.h>
#include <string.h>

static void
draw_stripe(struct spec_pen *p)
{
	double y = spec_rng_range(p->rng, 2.6, 3.8);

	cairo_set_source_rgb(p->cr, 0.10, 0.095, 0.09);
	cairo_rectangle(p->cr, 0, y, p->sheet->w, spec_rng_range(p->rng, 9.0, 11.0));
	cairo_fill(p->cr);
}

static void
draw_chip(struct spec_pen *p, double x, double y)
{
	const double w = 12.4, h = 11.2;

	spec_round_rect(p->cr, x, y, w, h, 1.5);
	cairo_set_source_rgb(p->cr, 0.80, 0.67, 0.36);
	cairo_fill_preserve(p->cr);
	cairo_set_source_rgb(p->cr, 0.45, 0.37, 0.17);
	cairo_set_line_width(p->cr, 0.22);
	for (int i = 1; i < 3; i++) {
		cairo_move_to(p->cr, x + w * i / 3, y);
		cairo_line_to(p->cr, x + w * i / 3, y + h);
		cairo_move_to(p->cr, x, y + h * i / 3);
		cairo_line_to(p->cr, x + w, y + h * i / 3);
	}
	cairo_stroke(p->cr);
}

static void
draw_notes(struct spec_pen *p, struct spec_face face, double y)
{
	static const char *const note[] = {
	    "この裏面（個人番号）をコピーし、又は保管することは、法律で認められた場合",
	    "以外禁止されています。このカードを拾得された方は、お手数ですが下記まで",
	    "ご連絡ください。　個人番号カードコールセンター　0570-783-578",
	};
	struct spec_type t = {face, 1.75, 0, 0.36, 0, false};

	for (int i = 0; i < 3; i++)
		spec_text(p, &t, 6.2, y + 2.4 * i, NULL, note[i]);
}

/* 4-4-4 with the gaps a printer may leave. */
static void
group_number(struct spec_rng *r, const char *digits, char *out, size_t cap)
{
	static const char *const gap[] = {" ", " ", "  ", "\u2003", "\u2002"};
	const char *g = gap[spec_rng_below(r, 5)];

	snprintf(out, cap, "%.4s%s%.4s%s%.4s", digits, g, digits + 4, g, digits + 8);
}

bool
spec_draw_back(struct spec_pen *p, const struct spec_print *t)
{
	struct spec_rng *r = p->rng;
	struct spec_face body = spec_pick(r, p->fonts->body, p->fonts->bodies);
	struct spec_face digit = spec_pick(r, p->fonts->number, p->fonts->numbers);
	struct spec_type label = {body, 2.2, 0, 0.16, 0, false};
	struct spec_type num = {digit, spec_rng_range(r, 3.4, 4.0), spec_rng_range(r, 0, 0.45),
	    spec_rng_range(r, 0.06, 0.14), 37.0, false};
	struct spec_type name = {spec_pick(r, p->fonts->name, p->fonts->names),
	    spec_rng_range(r, 2.9, 3.5), 0, 0.1, 31.0, false};
	struct spec_type birth = {body, spec_rng_range(r, 2.4, 2.8), 0, 0.1, 0, false};
	double x = 26.8 + spec_rng_range(r, -1, 1), y = 18.6 + spec_rng_range(r, -0.8, 0.8), adv;
	char text[64];

	spec_ground(p, spec_rng_range(r, 0.35, 1));
	if (spec_rng_chance(r, 0.75))
		draw_stripe(p);
	draw_chip(p, 9.6, 19.4);
	spec_text(p, &label, x, y, NULL, "個人番号");
	group_number(r, t->number, text, sizeof(text));
	p->sheet->number_font = digit.family;
	spec_text(p, &num, x, y + 4.3, "number", text);
	label.size = 1.8;
	adv = spec_text(p, &label, x, y + 9.5, NULL, "氏名");
	spec_text(p, &name, x + adv + 1.4, y + 9.8, "name", t->who.name);
	spec_text(p, &birth, x, y + 15.0, "birth", t->birth_text);
	draw_notes(p, body, 43.6 + spec_rng_range(r, -1, 1));
	if (!spec_qr(p, t->qr, 69.5 + spec_rng_range(r, -1, 1), 18.6 + spec_rng_range(r, -0.5, 1),
		spec_rng_range(r, 8.8, 10.2)))
		return false;
	if (t->fault == SPEC_MASKED) {
		spec_mask(p, "number", 0.9);
		spec_mask(p, "qr", 1.2);
	}
	return true;
}

static void
draw_face(struct spec_pen *p, double x, double y, double w, double h)
{
	cairo_t *cr = p->cr;

	cairo_save(cr);
	cairo_rectangle(cr, x, y, w, h);
	cairo_clip(cr);
	cairo_set_source_rgb(cr, 0.84, 0.85, 0.87);
	cairo_paint(cr);
	cairo_set_source_rgb(cr, 0.24, 0.26, 0.33);
	cairo_arc(cr, x + w / 2, y + h * 1.06, w * 0.42, 0, 2 * M_PI);
	cairo_fill(cr);
	cairo_set_source_rgb(cr, 0.86, 0.74, 0.66);
	cairo_arc(cr, x + w / 2, y + h * 0.44, w * 0.22, 0, 2 * M_PI);
	cairo_fill(cr);
	cairo_set_source_rgb(cr, 0.11, 0.10, 0.10);
	cairo_arc(cr, x + w / 2, y + h * 0.40, w * 0.24, M_PI, 2 * M_PI);
	cairo_fill(cr);
	cairo_restore(cr);
}

static void
draw_panel(struct spec_pen *p, double x, double y)
{
	cairo_rectangle(p->cr, x, y, 54, 10);
	cairo_set_source_rgb(p->cr, 0.97, 0.97, 0.97);
	cairo_fill_preserve(p->cr);
	cairo_set_source_rgb(p->cr, 0.72, 0.72, 0.72);
	cairo_set_line_width(p->cr, 0.15);
	cairo_stroke(p->cr);
}

static void
draw_front_small(struct spec_pen *p, const struct spec_print *t, struct spec_face body)
{
	struct spec_type small = {body, 1.6, 0, 0.35, 0, false};

	spec_text(p, &small, 28.0, 38.2, NULL, "電子証明書の有効期限　　　年　　月　　日");
	spec_text(p, &small, 4.6, 44.6, NULL, t->who.serial);
	small.size = 1.45;
	spec_text(p, &small, 4.6, 48.4, NULL,
	    "〈１．脳死後及び心臓が停止した死後　２．心臓が停止した死後のみ　３．提供しない〉");
	spec_text(p, &small, 4.6, 50.7, NULL,
	    "《１で提供したくない臓器があれば×》　心臓・肺・肝臓・腎臓・膵臓・小腸・眼球");
}

/* Name and address above the face, as a printed head. */
static void
draw_front_head(struct spec_pen *p, const struct spec_print *t, struct spec_face body)
{
	struct spec_rng *r = p->rng;
	struct spec_type title = {body, 3.3, 0.3, 0.42, 0, false};
	struct spec_type label = {body, 1.8, 0, 0.16, 0, false};
	struct spec_type name = {
	    spec_pick(r, p->fonts->name, p->fonts->names), 3.2, 0, 0.1, 38, false};
	struct spec_type addr = {body, 2.35, 0, 0.1, 70, true};

	spec_text(p, &title, 54.5, 6.0, NULL, "個人番号カード");
	spec_text(p, &label, 4.0, 6.4, NULL, "氏名");
	spec_text(p, &name, 9.2, 6.6, "name", t->who.name);
	spec_text(p, &label, 4.0, 11.4, NULL, "住所");
	spec_text(p, &addr, 9.2, 11.6, "address", t->who.address);
}

bool
spec_draw_front(struct spec_pen *p, const struct spec_print *t)
{
	struct spec_rng *r = p->rng;
	struct spec_face body = spec_pick(r, p->fonts->body, p->fonts->bodies);
	struct spec_type label = {body, 1.8, 0, 0.16, 0, false};
	struct spec_type data = {body, 2.5, 0, 0.1, 0, false};
	struct spec_type code = {
	    spec_pick(r, p->fonts->number, p->fonts->numbers), 2.9, 0.2, 0.1, 0, false};
	char date[48], until[64];

	spec_ground(p, spec_rng_range(r, 0.35, 1));
	draw_front_head(p, t, body);
	draw_face(p, 4.6, 18.6, 19.5, 23.5);
	draw_panel(p, 28.0, 17.2);
	spec_text(p, &data, 28.0, 31.4, "birth", t->birth_text);
	spec_text(p, &label, 60.0, 31.2, NULL, "性別");
	spec_text(p, &data, 65.0, 31.4, "sex", t->who.sex);
	spec_date_west(&t->who.expires, true, date, sizeof(date));
	snprintf(until, sizeof(until), "%sまで有効", date);
	spec_text(p, &data, 28.0, 35.4, "expires", until);
	spec_text(p, &data, 28.0, 42.4, NULL, t->who.mayor);
	spec_text(p, &code, 72.0, 42.4, "code", t->who.code);
	draw_front_small(p, t, body);
	return true;
}
