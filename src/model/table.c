/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking the compiled-in text tables. They are small; a scan per look-up keeps them plain text to
 * the end.
 */
#include "mynakura/model/table.h"

#include <string.h>

#include "mynakura/base/err.h"

static const char purposes[] =
#include "purposes_tsv.inc"
    ;
static const char classes[] =
#include "classes_tsv.inc"
    ;
static const char documents[] =
#include "documents_tsv.inc"
    ;

static const char *const texts[] = {
    [MK_TABLE_purposes] = purposes, [MK_TABLE_classes] = classes, [MK_TABLE_documents] = documents};

static void
split(const char *line, size_t len, struct mk_row *out)
{
	size_t start = 0;
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i <= len && out->columns < MK_ROW_COLUMNS; i++) {
		if (i < len && line[i] != '\t')
			continue;
		size_t n = i - start;
		if (n >= sizeof out->col[0])
			n = sizeof out->col[0] - 1;
		memcpy(out->col[out->columns++], line + start, n);
		start = i + 1;
	}
}

bool
mk_table_row(enum mk_table t, size_t i, struct mk_row *out)
{
	const char *p = texts[t];
	for (; *p != '\0'; i--) {
		size_t n = strcspn(p, "\n");
		if (i == 0) {
			split(p, n, out);
			return true;
		}
		p += n + (p[n] == '\n' ? 1 : 0);
	}
	return false;
}

bool
mk_table_find(enum mk_table t, const char *code, struct mk_row *out)
{
	for (size_t i = 0; mk_table_row(t, i, out); i++)
		if (strcmp(out->col[0], code) == 0)
			return true;
	return false;
}

/* Is `item` of `len` bytes one of the comma-separated `set`? */
static bool
set_has(const char *set, const char *item, size_t len)
{
	for (;;) {
		size_t n = strcspn(set, ",");
		if (n == len && memcmp(set, item, len) == 0)
			return true;
		if (set[n] == '\0')
			return false;
		set += n + 1;
	}
}

bool
mk_purpose_fits(const char *purpose, const char *class)
{
	struct mk_row row;
	return mk_table_find(MK_TABLE_purposes, purpose, &row) &&
	       set_has(row.col[3], class, strlen(class));
}

bool
mk_purposes_contain(const char *set, const char *purpose)
{
	return set_has(set, purpose, strlen(purpose));
}

int
mk_purposes_check(const char *set, const char *class)
{
	const char *p = set;
	for (;;) {
		char one[64];
		size_t n = strcspn(p, ",");
		if (n == 0 || n >= sizeof one)
			return MK_E_INPUT;
		memcpy(one, p, n);
		one[n] = '\0';
		if (!mk_purpose_fits(one, class) || (p[n] == ',' && set_has(p + n + 1, one, n)))
			return MK_E_INPUT;
		if (p[n] == '\0')
			return 0;
		p += n + 1;
	}
}

const char *
mk_class_main_purpose(const char *class)
{
	static _Thread_local struct mk_row row;
	return mk_table_find(MK_TABLE_classes, class, &row) ? row.col[1] : NULL;
}
