/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The law's tables as they are compiled in: whole rows, dates, and purposes that fit classes (law.md, Purposes). */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/table.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const size_t columns[] = {
    [MK_TABLE_purposes] = 6, [MK_TABLE_classes] = 4, [MK_TABLE_documents] = 8};

static void
every_row_is_whole(void **state)
{
	(void)state;
	for (int t = 0; t <= (int)MK_TABLE_documents; t++) {
		struct mk_row row, other;
		size_t i = 0;
		for (; mk_table_row((enum mk_table)t, i, &row); i++) {
			assert_int_equal(row.columns, columns[t]);
			for (size_t c = 0; c < row.columns; c++) {
				size_t len = strlen(row.col[c]);
				assert_in_range(len, 1, sizeof row.col[0] - 2); /* not cut */
				assert_int_equal(mk_text_check(row.col[c], len, NULL), 0);
			}
			assert_int_equal(
			    row.col[0][strspn(row.col[0], "abcdefghijklmnopqrstuvwxyz0123456789_")],
			    '\0');
			assert_true(mk_table_find((enum mk_table)t, row.col[0], &other));
			assert_memory_equal(&row, &other, sizeof row); /* so no code stands twice */
		}
		assert_in_range(i, 3, 100);
		assert_false(mk_table_row((enum mk_table)t, i, &row));
		assert_false(mk_table_row((enum mk_table)t, SIZE_MAX, &row));
		assert_false(mk_table_find((enum mk_table)t, "", &row));
		assert_false(mk_table_find((enum mk_table)t, "# code", &row));
		assert_false(mk_table_find((enum mk_table)t, "no_such", &row));
	}
}

static void
dates_of_rows(void **state)
{
	(void)state;
	static const enum mk_table dated[] = {MK_TABLE_purposes, MK_TABLE_documents};
	for (size_t t = 0; t < ARRAY_LEN(dated); t++) {
		struct mk_row row;
		for (size_t i = 0; mk_table_row(dated[t], i, &row); i++) {
			struct mk_date from, to;
			assert_int_equal(mk_date_parse(row.col[1], &from), 0);
			assert_true(mk_date_days(from) >= mk_date_days((struct mk_date){2016, 1,
							      1})); /* the law's first day */
			if (strcmp(row.col[2], "-") != 0) {
				assert_int_equal(mk_date_parse(row.col[2], &to), 0);
				assert_true(mk_date_days(to) > mk_date_days(from));
			}
		}
	}
}

static bool
is_class(const char *s)
{
	struct mk_row row;
	return mk_table_find(MK_TABLE_classes, s, &row);
}

static void
purposes_and_classes_meet(void **state)
{
	(void)state;
	struct mk_row p, c;
	for (size_t i = 0; mk_table_row(MK_TABLE_purposes, i, &p); i++) {
		char list[160], *save = NULL;
		unsigned fits = 0, named = 0;
		for (size_t k = 0; mk_table_row(MK_TABLE_classes, k, &c); k++)
			fits += mk_purpose_fits(p.col[0], c.col[0]) ? 1 : 0;
		memcpy(list, p.col[3], sizeof list);
		for (char *one = strtok_r(list, ",", &save); one != NULL;
		     one = strtok_r(NULL, ",", &save), named++)
			if (!is_class(one) || !mk_purpose_fits(p.col[0], one))
				fail_msg("%s: %s is no class", p.col[0], one);
		assert_true(fits > 0 && fits == named);
	}
	for (size_t k = 0; mk_table_row(MK_TABLE_classes, k, &c); k++) {
		const char *main = mk_class_main_purpose(c.col[0]);
		assert_non_null(main);
		assert_string_equal(main, c.col[1]);
		assert_true(mk_purpose_fits(main, c.col[0]));
		assert_int_equal(mk_purposes_check(main, c.col[0]), 0);
	}
	assert_null(mk_class_main_purpose("no_such"));
	assert_null(mk_class_main_purpose(""));
}

/* law.md's list, by the codes: what an employer and what a payer may collect for, and that neither can use the other's. */
static void
the_list_of_the_law(void **state)
{
	(void)state;
	static const char *const employee[] = {
	    "gensen", "koyo_hoken", "shakai_hoken", "class3", "juminzei", "zaikei"};
	static const char *const payee[] = {"hoshu", "fudosan_shiyo", "fudosan_jouto", "haito"};
	for (size_t i = 0; i < ARRAY_LEN(employee); i++) {
		assert_true(mk_purpose_fits(employee[i], "employee") &&
			    mk_purpose_fits(employee[i], "client"));
		assert_false(mk_purpose_fits(employee[i], "payee"));
	}
	for (size_t i = 0; i < ARRAY_LEN(payee); i++) {
		assert_true(
		    mk_purpose_fits(payee[i], "payee") && mk_purpose_fits(payee[i], "client"));
		assert_false(mk_purpose_fits(payee[i], "employee"));
	}
	struct mk_row row;
	assert_false(mk_table_find(
	    MK_TABLE_purposes, "rousai", &row)); /* the employer does not collect it */
	assert_false(mk_purpose_fits("gensen", "employee,client") ||
		     mk_purpose_fits("gensen", "") || mk_purpose_fits("", "employee"));
	assert_false(mk_purpose_fits("gensen,koyo_hoken", "employee") ||
		     mk_purpose_fits("Gensen", "employee"));
}

static void
sets_of_purposes(void **state)
{
	(void)state;
	static const char *const good[] = {"gensen", "gensen,koyo_hoken", "zaikei,gensen,class3",
	    "gensen,koyo_hoken,shakai_hoken,class3,juminzei,zaikei"};
	static const char *const bad[] = {"", ",", "gensen,", ",gensen", "gensen,,class3",
	    "gensen,gensen", "class3,gensen,class3", "hoshu", "gensen,hoshu", "gensen, class3",
	    "gensen;class3", "free text", "gensenx", "gense",
	    "a_code_that_is_longer_than_what_a_code_may_be_by_quite_a_few_characters"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(mk_purposes_check(good[i], "employee"), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(mk_purposes_check(bad[i], "employee"), MK_E_INPUT);
	assert_int_equal(mk_purposes_check("gensen", "no_such"), MK_E_INPUT);
	assert_int_equal(mk_purposes_check("gensen", ""), MK_E_INPUT);
	assert_true(mk_purposes_contain("gensen,class3", "gensen") &&
		    mk_purposes_contain("gensen,class3", "class3"));
	assert_true(mk_purposes_contain("gensen", "gensen"));
	assert_false(mk_purposes_contain("gensen,class3", "gense") ||
		     mk_purposes_contain("gensen,class3", "class33"));
	assert_false(mk_purposes_contain("gensen,class3", "") || mk_purposes_contain("", "gensen"));
	assert_false(mk_purposes_contain("gensen,class3", "gensen,class3"));
}

/* law.md, Retention: the terms in years, and which document carries a number. */
static void
terms_of_documents(void **state)
{
	(void)state;
	static const struct {
		const char *code, *years, *starts, *number;
	} rows[] = {{"fuyo_kojo", "7", "filing_jan11", "1"},
	    {"haigusha_kojo", "7", "filing_jan11", "1"},
	    {"taishoku_shotoku", "7", "filing_jan11", "1"},
	    {"hoken_kojo", "7", "filing_jan11", "0"}, {"gensen_choshubo", "7", "tax_closed", "1"},
	    {"koyo_hihokensha", "4", "closing", "1"}, {"koyo_other", "2", "closing", "1"},
	    {"kenpo_konen", "2", "closing", "1"}, {"rodo_hoken", "3", "closing", "0"}};
	struct mk_row row;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(mk_table_find(MK_TABLE_documents, rows[i].code, &row));
		assert_string_equal(row.col[3], rows[i].years);
		assert_string_equal(row.col[4], rows[i].starts);
		assert_string_equal(row.col[5], rows[i].number);
	}
	for (size_t i = 0; mk_table_row(MK_TABLE_documents, i, &row); i++) {
		assert_in_range(strtol(row.col[3], NULL, 10), 0, 10);
		assert_true(strcmp(row.col[5], "0") == 0 || strcmp(row.col[5], "1") == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_whole),
	    cmocka_unit_test(dates_of_rows),
	    cmocka_unit_test(purposes_and_classes_meet),
	    cmocka_unit_test(the_list_of_the_law),
	    cmocka_unit_test(sets_of_purposes),
	    cmocka_unit_test(terms_of_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
