/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a 通知カード: the paper card of 2015 to 2020, cut from its sheet. */
#include "specimen.h"

static void
draw_foot(struct spec_pen *p, const struct spec_print *t, struct spec_face body)
{
	struct spec_type small = {body, 1.6, 0, 0.33, 0, false};
	struct spec_type data = {body, 2.3, 0, 0.12, 0, false};
	struct spec_date day = {2015 + (int)spec_rng_below(p->rng, 5),
	    1 + (int)spec_rng_below(p->rng, 12), 1 + (int)spec_rng_below(p->rng, 28)};
	char date[48];

	if (day.y == 2015)
		day.m = 10 + day.m % 3;
	if (day.y <= t->who.birth.y)
		day.y = t->who.birth.y + 1;
	spec_date_era(&day, true, date, sizeof(date));
	spec_text(p, &data, 4.2, 37.6, NULL, "発行日");
	spec_text(p, &data, 12.4, 37.6, NULL, date);
	spec_text(p, &data, 45.0, 37.6, NULL, t->who.mayor);
	spec_text(
	    p, &small, 4.8, 46.8, NULL, "この通知カードは、番号確認のためにのみ使用できます。");
	spec_text(p, &small, 4.8, 49.6, NULL, t->who.notice);
}

bool
spec_draw_tsuchi(struct spec_pen *p, const struct spec_print *t)
{
	static const char *const gap[] = {" ", "  ", "\u2002"};
	struct spec_rng *r = p->rng;
	struct spec_face body = spec_pick(r, p->fonts->body, p->fonts->bodies);
	struct spec_face digit = spec_pick(r, p->fonts->number, p->fonts->numbers);
	struct spec_type title = {body, 3.4, 0.9, 0.28, 0, false};
	struct spec_type label = {body, 2.1, 0, 0.18, 0, false};
	struct spec_type data = {body, 2.5, 0, 0.11, 0, false};
	struct spec_type addr = {body, 2.4, 0, 0.11, 64, true};
	struct spec_type num = {digit, spec_rng_range(r, 3.6, 4.2), spec_rng_range(r, 0, 0.4),
	    spec_rng_range(r, 0.06, 0.14), 42, false};
	struct spec_type name = {
	    spec_pick(r, p->fonts->name, p->fonts->names), 3.1, 0, 0.1, 44, false};
	double y = spec_rng_range(r, -0.6, 0.6);
	const char *g = gap[spec_rng_below(r, 3)];
	char text[48];

	spec_ground(p, spec_rng_range(r, 0.2, 0.8));
	spec_text(p, &title, 35.0, 5.6, NULL, "通知カード");
	spec_text(p, &label, 4.2, 13.6 + y, NULL, "個人番号");
	snprintf(
	    text, sizeof(text), "%.4s%s%.4s%s%.4s", t->number, g, t->number + 4, g, t->number + 8);
	p->sheet->number_font = digit.family;
	spec_text(p, &num, 15.6, 14.0 + y, "number", text);
	spec_text(p, &label, 4.2, 19.4 + y, NULL, "氏　　名");
	spec_text(p, &name, 15.6, 19.6 + y, "name", t->who.name);
	spec_text(p, &label, 4.2, 24.8 + y, NULL, "住　　所");
	spec_text(p, &addr, 15.6, 24.8 + y, "address", t->who.address);
	spec_text(p, &label, 4.2, 32.4 + y, NULL, "生年月日");
	spec_text(p, &data, 15.6, 32.4 + y, "birth", t->birth_text);
	spec_text(p, &label, 43.0, 32.4 + y, NULL, "性別");
	spec_text(p, &data, 49.0, 32.4 + y, "sex", t->who.sex);
	draw_foot(p, t, body);
	if (t->fault == SPEC_MASKED)
		spec_mask(p, "number", 1.0);
	return true;
}
