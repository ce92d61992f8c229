/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the review is laid out: the scan over the fields, or beside them where there is room. */
#include "view/review_internal.h"

#include <string.h>

#include "mynakura/report/words.h"

#define WIDE 130 /* columns from which the scan stands beside the fields */
#define FORM_CELLS 76 /* of the fields then */
#define STRIP_LEAST 3 /* rows; with fewer there is nothing to see */
#define STRIP_MOST 9
#define STRIP_WIDE 16 /* beside the fields */
#define WHOLE_FORM 3 /* rows of the fields that stay beside a whole scan */

struct layout {
	int strip, form, warnings; /* rows */
	bool two; /* both readings are shown */
	bool wide;
};

static int
form_rows(const struct mk_review *r)
{
	int n = 0;
	for (size_t i = 0; i < r->form.n; i++)
		n += r->form.field[i].hidden ? 0 : 1;
	return n;
}

/* Fields first, then the strip, then the warnings: what gives way in a small window goes last. */
static struct layout
lay_out(const struct mk_review *r, struct mk_area area)
{
	struct layout l = {.form = form_rows(r),
	    .two = mk_review_differ(r->reading) != 0,
	    .wide = mk_term_cols(mk_tui_term(r->v.tui)) >= WIDE};
	int rest = area.h - 2 - (l.two ? 2 : 0); /* heading, and whose it is */
	l.warnings = (int)r->reading->warning_count;
	if (l.wide) {
		l.strip = r->whole || area.h - 1 < STRIP_WIDE ? area.h - 1 : STRIP_WIDE;
		l.form = l.form < rest ? l.form : rest;
		return l;
	}
	if (r->whole && rest - WHOLE_FORM >= STRIP_LEAST) {
		l.form = WHOLE_FORM;
		l.warnings = 0;
		l.strip = rest - WHOLE_FORM - 1;
		return l;
	}
	l.strip = rest - l.form - (l.warnings > 0 ? 1 : 0);
	if (l.strip < STRIP_LEAST)
		l.strip = rest >= l.form ? rest - l.form : 0;
	if (l.strip < STRIP_LEAST && rest >= 8) { /* then the fields scroll */
		l.strip = STRIP_LEAST;
		l.form = rest - STRIP_LEAST;
	}
	l.strip = l.strip < STRIP_LEAST ? 0 : l.strip < STRIP_MOST ? l.strip : STRIP_MOST;
	return l;
}

static void
draw_heading(struct mk_review *r, struct mk_term *term, struct mk_area area)
{
	const struct mk_reading *d = r->reading;
	int x = area.x + 1, end = area.x + area.w - 1;
	bool certain = mk_review_certain(r);
	const char *word = !certain             ? _("! compare with the picture")
			   : mk_review_clean(r) ? _("certain: Enter accepts")
						: _("certain");
	x += mk_draw(term, area.y, x, end - x, MK_EL_STRONG, mk_word(d->layout)) + 2;
	x += mk_draw(term, area.y, x, end - x, certain ? MK_EL_GOOD : MK_EL_DOUBT, word) + 2;
	if (r->accepted > 0)
		x +=
		    mk_drawf(term, area.y, x, end - x, MK_EL_TEXT, _("%zu accepted"), r->accepted) +
		    2;
	if (r->left > 0)
		mk_drawf(term, area.y, x, end - x, MK_EL_TEXT, _("%zu more wait"), r->left);
}

static int
draw_two(struct mk_review *r, struct mk_term *term, int y, struct mk_area area)
{
	const struct mk_reading *d = r->reading;
	const struct {
		const char *words, *digits;
	} rows[] = {{N_("by the QR code"), d->qr}, {N_("by the print"), d->ocr}};
	unsigned marks = mk_review_differ(d);
	for (size_t i = 0; i < 2; i++, y++) {
		mk_draw(term, y, area.x + 1, 20, MK_EL_LABEL, _(rows[i].words));
		mk_draw_digits(term, y, area.x + 22, (const uint8_t *)rows[i].digits,
		    strlen(rows[i].digits), marks, r->stamp + (uint32_t)i);
	}
	return y;
}

static void
draw_whose(struct mk_review *r, struct mk_term *term, int y, struct mk_area area)
{
	int n = mk_drawf(term, y, area.x + 1, area.w - 2, MK_EL_LABEL, "%s: ", _("Belongs to"));
	int x = area.x + 1 + n;
	if (r->subject[0] == '\0')
		mk_draw(term, y, x, area.w - n - 2, MK_EL_TEXT,
		    _("a new person (F4: one who is in the ledger already)"));
	else
		mk_draw(term, y, x, area.w - n - 2, MK_EL_STRONG,
		    r->subject_name[0] != '\0' ? r->subject_name : r->subject);
}

static void
draw_warnings(struct mk_review *r, struct mk_term *term, int y, int end, struct mk_area area)
{
	for (size_t i = 0; i < r->reading->warning_count && y < end; i++, y++)
		mk_drawf(term, y, area.x + 1, area.w - 2, MK_EL_DOUBT, "! %s",
		    mk_review_warning(r->reading->warnings[i]));
}

static void
draw_fields(struct mk_review *r, struct mk_term *term, const struct layout *l, struct mk_area area)
{
	int y = area.y, end = area.y + area.h;
	if (l->two)
		y = draw_two(r, term, y, area);
	mk_form_draw(&r->form, term, (struct mk_area){y, area.x, l->form, area.w});
	y += l->form;
	if (y < end)
		draw_whose(r, term, y++, area);
	draw_warnings(r, term, y, end, area);
}

void
mk_review_draw(struct mk_view *v, struct mk_area area)
{
	struct mk_review *r = (struct mk_review *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	if (!r->loaded) {
		mk_draw(term, area.y, area.x + 1, area.w - 2, MK_EL_TEXT, _("One moment."));
		mk_draw_cursor(term, area.y, area.x);
		return;
	}
	const struct layout l = lay_out(r, area);
	struct mk_area rest = {area.y + 1, area.x, area.h - 1, area.w};
	draw_heading(r, term, area);
	if (l.wide) {
		struct mk_area right = {
		    rest.y, area.x + FORM_CELLS + 2, l.strip, area.w - FORM_CELLS - 3};
		rest.w = FORM_CELLS;
		mk_review_picture_draw(r, right);
	} else if (l.strip > 0) {
		mk_review_picture_draw(
		    r, (struct mk_area){rest.y, area.x + 1, l.strip, area.w - 2});
		rest.y += l.strip;
		rest.h -= l.strip;
	}
	draw_fields(r, term, &l, rest);
}
