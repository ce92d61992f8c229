/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The law's dated tables (src/data as text, compiled in): purposes, classes, documents. Legal facts
 * change, so a row has a first and a last day; none is a constant in code (design/law.md).
 */
#ifndef MK_MODEL_TABLE_H
#define MK_MODEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define MK_ROW_COLUMNS 8

enum mk_table { MK_TABLE_purposes, MK_TABLE_classes, MK_TABLE_documents };

struct mk_row {
	char col[MK_ROW_COLUMNS][160]; /* columns as the .tsv has them; col[0] is the code */
	size_t columns;
};

/* Row i (from 0) of a table. false past the end. */
bool mk_table_row(enum mk_table t, size_t i, struct mk_row *out);
bool mk_table_find(enum mk_table t, const char *code, struct mk_row *out);

/* Is this purpose code valid for the ledger class? */
bool mk_purpose_fits(const char *purpose, const char *class);
/*
 * Checks a comma-separated set of purposes: each known, fitting the class, none twice; not empty. 0
 * or MK_E_INPUT.
 */
int mk_purposes_check(const char *set, const char *class);
bool mk_purposes_contain(const char *set, const char *purpose);
/* The class's main purpose; NULL for an unknown class. Static storage per thread. */
const char *mk_class_main_purpose(const char *class);

#endif
