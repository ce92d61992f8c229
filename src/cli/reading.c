/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was read of a card or a page, for `read` and `review show`: as the JSON of cli.md, or as
 * lines. Holds numbers: mk_buf only.
 */
#include "reading_internal.h"

#include <string.h>

#include "mynakura/base/utf8.h"

const char *
mk_warning_text(const char *warning, char *code, size_t cap)
{
	size_t n = strcspn(warning, ":");
	code[0] = '\0';
	if (n >= cap)
		return warning;
	memcpy(code, warning, n);
	code[n] = '\0';
	const char *words = mk_read_warning_find(warning);
	return words != NULL ? _(words) : warning;
}

void
mk_warning_json(struct mk_json *j, const char *warning)
{
	char code[64];
	mk_warning_text(warning, code, sizeof code);
	mk_json_str(j, NULL, code[0] != '\0' ? code : warning);
}

static void
number_json(struct mk_json *j, const struct mk_reading *r)
{
	mk_json_obj(j, "number");
	mk_json_str(j, "value", r->number[0] != '\0' ? r->number : NULL);
	mk_json_bool(j, "certain", r->certain);
	mk_json_bool(j, "check", r->check);
	mk_json_str(j, "qr", r->qr[0] != '\0' ? r->qr : NULL);
	mk_json_str(j, "ocr", r->ocr[0] != '\0' ? r->ocr : NULL);
	mk_json_dec(j, "confidence", r->confidence / 1000.0, 3);
	mk_json_arr(j, "candidates");
	for (size_t i = 0; i < r->candidate_count; i++)
		mk_json_str(j, NULL, r->candidates[i]);
	mk_json_end_arr(j);
	mk_json_end_obj(j);
}

static void
field_json(struct mk_json *j, const char *key, const struct mk_read_field *f)
{
	if (f->value[0] == '\0') {
		mk_json_null(j, key);
		return;
	}
	mk_json_obj(j, key);
	mk_json_str(j, "value", f->value);
	mk_json_dec(j, "confidence", f->confidence / 1000.0, 3);
	mk_json_end_obj(j);
}

void
mk_reading_json(struct mk_json *j, const struct mk_reading *r)
{
	number_json(j, r);
	field_json(j, "name", &r->name);
	field_json(j, "kana", &r->kana);
	field_json(j, "address", &r->address);
	field_json(j, "birth", &r->birth);
	field_json(j, "sex", &r->sex);
	field_json(j, "expires", &r->expires);
	mk_json_arr(j, "warnings");
	for (size_t i = 0; i < r->warning_count; i++)
		mk_warning_json(j, r->warnings[i]);
	mk_json_end_arr(j);
}

static void
grouped(struct mk_buf *out, const char *digits)
{
	for (size_t i = 0; digits[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			mk_buf_put_u8(out, ' ');
		mk_buf_put_u8(out, (uint8_t)digits[i]);
	}
}

static void
line(struct mk_grid *g, const char *title, struct mk_buf *value)
{
	mk_grid_cell(g, "", 0);
	mk_grid_cell(g, title, strlen(title));
	mk_grid_cell(g, mk_buf_str(value), value->len);
	mk_grid_row(g);
	mk_buf_reset(value);
}

static void
number_lines(struct mk_grid *g, const struct mk_reading *r)
{
	struct mk_buf b = MK_BUF_INIT;
	if (r->number[0] != '\0') {
		grouped(&b, r->number);
		mk_buf_printf(&b, "  (%s)",
		    r->certain ? _("certain") : _("not certain: compare with the document"));
	} else {
		mk_buf_puts(&b, _("not read"));
	}
	line(g, _("Number"), &b);
	bool differ = r->qr[0] != '\0' && r->ocr[0] != '\0' && strcmp(r->qr, r->ocr) != 0;
	if (differ) {
		grouped(&b, r->qr);
		line(g, _("by the QR code"), &b);
		grouped(&b, r->ocr);
		line(g, _("by the print"), &b);
	}
	for (size_t i = 0; r->number[0] == '\0' && i < r->candidate_count; i++) {
		grouped(&b, r->candidates[i]);
		line(g, _("perhaps"), &b);
	}
	mk_buf_free(&b);
}

void
mk_reading_text(struct mk_buf *out, const struct mk_reading *r)
{
	const struct {
		const char *title;
		const struct mk_read_field *f;
	} rows[] = {{N_("Name"), &r->name}, {N_("Kana"), &r->kana}, {N_("Address"), &r->address},
	    {N_("Born"), &r->birth}, {N_("Sex"), &r->sex}, {N_("Valid until"), &r->expires}};
	struct mk_grid *g = mk_grid_new();
	struct mk_buf b = MK_BUF_INIT;
	if (g == NULL) {
		out->failed = true;
		return;
	}
	number_lines(g, r);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].f->value[0] == '\0')
			continue;
		mk_buf_puts(
		    &b, rows[i].f == &r->sex ? mk_word(rows[i].f->value) : rows[i].f->value);
		line(g, _(rows[i].title), &b);
	}
	for (size_t i = 0; i < r->warning_count; i++) {
		char code[64];
		mk_buf_puts(&b, mk_warning_text(r->warnings[i], code, sizeof code));
		line(g, _("Attention"), &b);
	}
	mk_grid_print(g, out, false);
	mk_buf_free(&b);
	mk_grid_free(g);
}
