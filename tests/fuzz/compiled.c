/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: a compiled profile from an untrusted client, and an export of two rows with it. What is accepted must run to its end and come
 * out at the size that the first pass gave.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mynakura/exchange/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
run(struct mk_exchange *x, const struct mk_compiled *c, struct mk_export_row *rows, size_t n)
{
	struct mk_export *e = NULL;
	struct mk_buf out = MK_BUF_INIT;
	if (mk_export_new(x, c, &e) < 0)
		return;
	(void)mk_export_set(e, MK_SRC_OFFICE_NAME, "株式会社");
	for (size_t i = 0; i < n; i++)
		if (mk_export_check(e, &rows[i]) < 0)
			abort();
	if (mk_export_ready(e) == 0) {
		if (mk_export_begin(e, &out) < 0)
			abort();
		for (size_t i = 0; i < n; i++)
			if (mk_export_row(e, &rows[i], &out) < 0)
				abort();
		if (mk_export_end(e, &out) < 0 || out.len != mk_export_bytes(e))
			abort();
	}
	mk_export_free(e);
	mk_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mk_exchange *x;
	static struct mk_secret *number;
	struct mk_compiled *c = NULL;
	if (x == NULL && (mk_base_init() < 0 || mk_exchange_new(&x) < 0))
		abort();
	if (number == NULL && (number = mk_secret_from("123456789018", 12)) == NULL)
		abort();
	if (mk_compiled_parse(data, len, &c) < 0)
		return 0;
	struct mk_export_row rows[2] = {
	    {.has_number = true, .number = number}, {.has_number = false}};
	for (unsigned i = 1; i < MK_SRC_COUNT; i++) {
		enum mk_source_type type = mk_source_type(i);
		rows[0].text[i] = type == MK_SRCTYPE_DATE  ? "1989-01-08"
				  : type == MK_SRCTYPE_ZIP ? "106-0041"
							   : "ヤマダ 1";
		rows[1].text[i] = "=〜髙か\xe3\x82\x99\xef\xbe\x8a\xef\xbe\x9f";
	}
	run(x, c, rows, 2);
	run(x, c, rows, 1);
	mk_compiled_free(c);
	return 0;
}
