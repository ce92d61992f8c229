/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws a page of 住民票の写し with the Individual Number on it. Municipalities print it in many
 * forms: order of rows, separators and width of the digits vary by seed, and other numbers stand
 * around.
 */
#include "specimen.h"

#include <string.h>

#define ROW_H 13.0
#define LEFT 18.0
#define SPLIT 54.0
#define RIGHT 192.0

struct row {
	const char *label, *text, *field;
	const struct spec_type *type;
};

/* True when the digits are full-width: they carry their own space. */
static bool
print_number(struct spec_rng *r, const char *digits, char *out, size_t cap)
{
	char plain[32];
	const char *d = digits;

	switch (spec_rng_below(r, 5)) {
	case 0:
		snprintf(plain, sizeof(plain), "%s", d);
		break;
	case 1:
		snprintf(plain, sizeof(plain), "%.4s-%.4s-%.4s", d, d + 4, d + 8);
		break;
	default:
		snprintf(plain, sizeof(plain), "%.4s %.4s %.4s", d, d + 4, d + 8);
		break;
	}
	if (spec_rng_chance(r, 0.4)) {
		spec_full_width(plain, out, cap);
		return true;
	}
	snprintf(out, cap, "%s", plain);
	return false;
}

static void
draw_rows(
    struct spec_pen *p, const struct spec_type *label, const struct row *row, size_t n, double top)
{
	cairo_set_source_rgb(p->cr, 0.2, 0.2, 0.2);
	cairo_set_line_width(p->cr, 0.28);
	for (size_t i = 0; i <= n; i++) {
		cairo_move_to(p->cr, LEFT, top + ROW_H * (double)i);
		cairo_line_to(p->cr, RIGHT, top + ROW_H * (double)i);
	}
	cairo_rectangle(p->cr, LEFT, top, RIGHT - LEFT, ROW_H * (double)n);
	cairo_move_to(p->cr, SPLIT, top);
	cairo_line_to(p->cr, SPLIT, top + ROW_H * (double)n);
	cairo_stroke(p->cr);
	for (size_t i = 0; i < n; i++) {
		double y = top + ROW_H * (double)i + 7.6;

		spec_text(p, label, LEFT + 3, y, NULL, row[i].label);
		spec_text(p, row[i].type, SPLIT + 4, y, row[i].field, row[i].text);
	}
}

static void
draw_seal(struct spec_pen *p, const struct spec_type *t, double x, double y)
{
	static const char *const mark[4] = {"市", "長", "之", "印"};

	cairo_set_source_rgb(p->cr, 0.78, 0.16, 0.14);
	cairo_set_line_width(p->cr, 0.5);
	cairo_rectangle(p->cr, x, y, 14, 14);
	cairo_stroke(p->cr);
	cairo_push_group(p->cr);
	for (int i = 0; i < 4; i++)
		spec_text(p, t, x + (i < 2 ? 7.6 : 2.0), y + 5.6 + 5.6 * (i % 2), NULL, mark[i]);
	cairo_pattern_t *ink = cairo_pop_group(p->cr);
	cairo_set_source_rgba(p->cr, 0.78, 0.16, 0.14, 0.85);
	cairo_mask(p->cr, ink);
	cairo_pattern_destroy(ink);
}

static void
draw_foot(struct spec_pen *p, const struct spec_print *t, const struct spec_type *data, double y)
{
	struct spec_type small = *data;
	struct spec_date day = {
	    2026, 1 + (int)spec_rng_below(p->rng, 10), 1 + (int)spec_rng_below(p->rng, 28)};
	char date[48], text[128];

	spec_text(p, data, LEFT + 6, y, NULL,
	    "この写しは、世帯全員の住民票の原本と相違ないことを証明する。");
	spec_date_era(&day, true, date, sizeof(date));
	spec_text(p, data, LEFT + 6, y + 12, NULL, date);
	snprintf(text, sizeof(text), "%s　　山　田　一　郎", t->who.mayor);
	spec_text(p, data, 90, y + 22, NULL, text);
	draw_seal(p, data, 176, y + 14);
	small.size = 2.6;
	snprintf(text, sizeof(text), "発行番号 %s-%s　　問合せ先 市民課 0%.2s-%.3s-%.4s",
	    t->who.notice, t->who.code, t->who.serial[0] < 'A' ? "45" : "88", t->who.notice,
	    t->who.notice + 4);
	spec_text(p, &small, LEFT, 282, NULL, text);
}

/* The two days that stand beside the birth date and must not be taken for it. */
static void
other_days(struct spec_pen *p, const struct spec_print *t, char *came, char *told, size_t cap)
{
	unsigned span = t->who.birth.y < 2024 ? (unsigned)(2025 - t->who.birth.y) : 1;
	struct spec_date d = t->who.birth;

	d.y += 1 + (int)spec_rng_below(p->rng, span);
	d.m = 1 + (int)spec_rng_below(p->rng, 12);
	d.d = 1 + (int)spec_rng_below(p->rng, 14);
	spec_date_era(&d, true, came, cap);
	d.d += (int)spec_rng_below(p->rng, 15);
	spec_date_era(&d, true, told, cap);
}

/* Another person of the same family. */
static void
head_of_household(const struct spec_print *t, char *out, size_t cap)
{
	const char *gap = strstr(t->who.name, "\u3000");
	size_t n = gap != NULL ? (size_t)(gap - t->who.name) : 0;

	snprintf(out, cap, "%.*s\u3000幸三", (int)n, t->who.name);
}

bool
spec_draw_juminhyo(struct spec_pen *p, const struct spec_print *t)
{
	struct spec_rng *r = p->rng;
	bool gothic = spec_rng_chance(r, 0.3), alone = spec_rng_chance(r, 0.6);
	struct spec_face face = gothic ? spec_pick(r, p->fonts->body, p->fonts->bodies)
				       : spec_pick(r, p->fonts->mincho, p->fonts->minchos);
	struct spec_type title = {face, 8.0, 8.0, 0.08, 0, false};
	struct spec_type label = {face, 3.4, 0, 0.15, 0, false};
	struct spec_type data = {face, 3.8, 0, 0.1, 128, false};
	struct spec_type num = {
	    face, spec_rng_range(r, 3.6, 4.4), spec_rng_range(r, 0, 0.8), 0.08, 128, false};
	char number[64], came[48], told[48], head[64];
	struct row row[16];
	size_t n = 0;

	if (print_number(r, t->number, number, sizeof(number)))
		num.track = 0;
	other_days(p, t, came, told, sizeof(came));
	head_of_household(t, head, sizeof(head));
	row[n++] = (struct row){"住所", t->who.address, "address", &data};
	row[n++] = (struct row){"世帯主", alone || t->who.roman ? t->who.name : head, NULL, &data};
	if (t->who.kana[0] != '\0')
		row[n++] = (struct row){"フリガナ", t->who.kana, "kana", &label};
	row[n++] = (struct row){"氏名", t->who.name, "name", &data};
	row[n++] = (struct row){"生年月日", t->birth_text, "birth", &data};
	row[n++] = (struct row){"性別", t->who.sex, "sex", &data};
	row[n++] = (struct row){"続柄", alone || t->who.roman ? "世帯主" : "子", NULL, &data};
	row[n++] = (struct row){"個人番号", number, "number", &num};
	row[n++] = (struct row){
	    "住民票コード", spec_rng_chance(r, 0.6) ? t->who.resident : "（省略）", NULL, &data};
	row[n++] = (struct row){"住民となった日", came, NULL, &data};
	row[n++] = (struct row){"届出日", told, NULL, &data};
	row[n++] = (struct row){"本籍", "（省略）", NULL, &data};
	row[n++] = (struct row){"前住所", "東京都中野区中野４丁目８番１号", NULL, &data};
	p->sheet->number_font = face.family;
	spec_ground(p, 0.3);
	spec_text(p, &title, 84, 25, NULL, "住民票");
	draw_rows(p, &label, row, n, 38 + spec_rng_range(r, -2, 2));
	draw_foot(p, t, &data, 222);
	if (t->fault == SPEC_MASKED)
		spec_mask(p, "number", 1.5);
	return true;
}
