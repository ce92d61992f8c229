/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two shipped profiles, from their JSON to the file's bytes. The CP932 bytes were made with `iconv -f UTF-8 -t CP932` from the other file's
 * text, never with another tool's table (formats.md 4.1). Runs from the project's root.
 */
#include "tests/unit/exchange_kit.h"

#include <stdio.h>

#include "mynakura/profile/profile.h"

static const char golden_utf8[] =
    "\xef\xbb\xbf"
    "\"社員番号\",\"氏名\",\"フリガナ\",\"続柄\",\"対象者氏名\",\"対象者フリガナ\",\"生年月日\","
    "\"個人番号\"\r\n"
    "\"0001\",\"山田 太郎\",\"ヤマダ タロウ\",\"本人\",\"山田 太郎\",\"ヤマダ "
    "タロウ\",\"1985-03-14\",\"123456789018\"\r\n"
    "\"0001\",\"山田 太郎\",\"ヤマダ タロウ\",\"妻\",\"山田 花子\",\"ヤマダ "
    "ハナコ\",\"1989-01-08\",\"123456789018\"\r\n"
    "\"0002\",\"髙橋 能表ソ\",\"タカハシ\",\"本人\",\"髙橋 "
    "能表ソ\",\"タカハシ\",\"\",\"123456789018\"\r\n"
    "\"0003\",\"O\"\"Neil, 1－2\",\"\",\"本人\",\"'=cmd\",\"\",\"2019-05-01\",\"123456789018\"\r\n";

static const char golden_cp932[] =
    "\x22\x8e\xd0\x88\xf5\x94\xd4\x8d\x86\x22\x2c\x22\x8e\x81\x96\xbc\x22\x2c\x22\x83"
    "\x74\x83\x8a\x83\x4b\x83\x69\x22\x2c\x22\x91\xb1\x95\xbf\x22\x2c\x22\x91\xce\x8f"
    "\xdb\x8e\xd2\x8e\x81\x96\xbc\x22\x2c\x22\x91\xce\x8f\xdb\x8e\xd2\x83\x74\x83\x8a"
    "\x83\x4b\x83\x69\x22\x2c\x22\x90\xb6\x94\x4e\x8c\x8e\x93\xfa\x22\x2c\x22\x8c\xc2"
    "\x90\x6c\x94\xd4\x8d\x86\x22\x0d\x0a\x22\x30\x30\x30\x31\x22\x2c\x22\x8e\x52\x93"
    "\x63\x20\x91\xbe\x98\x59\x22\x2c\x22\x83\x84\x83\x7d\x83\x5f\x20\x83\x5e\x83\x8d"
    "\x83\x45\x22\x2c\x22\x96\x7b\x90\x6c\x22\x2c\x22\x8e\x52\x93\x63\x20\x91\xbe\x98"
    "\x59\x22\x2c\x22\x83\x84\x83\x7d\x83\x5f\x20\x83\x5e\x83\x8d\x83\x45\x22\x2c\x22"
    "\x31\x39\x38\x35\x2d\x30\x33\x2d\x31\x34\x22\x2c\x22\x31\x32\x33\x34\x35\x36\x37"
    "\x38\x39\x30\x31\x38\x22\x0d\x0a\x22\x30\x30\x30\x31\x22\x2c\x22\x8e\x52\x93\x63"
    "\x20\x91\xbe\x98\x59\x22\x2c\x22\x83\x84\x83\x7d\x83\x5f\x20\x83\x5e\x83\x8d\x83"
    "\x45\x22\x2c\x22\x8d\xc8\x22\x2c\x22\x8e\x52\x93\x63\x20\x89\xd4\x8e\x71\x22\x2c"
    "\x22\x83\x84\x83\x7d\x83\x5f\x20\x83\x6e\x83\x69\x83\x52\x22\x2c\x22\x31\x39\x38"
    "\x39\x2d\x30\x31\x2d\x30\x38\x22\x2c\x22\x31\x32\x33\x34\x35\x36\x37\x38\x39\x30"
    "\x31\x38\x22\x0d\x0a\x22\x30\x30\x30\x32\x22\x2c\x22\xfb\xfc\x8b\xb4\x20\x94\x5c"
    "\x95\x5c\x83\x5c\x22\x2c\x22\x83\x5e\x83\x4a\x83\x6e\x83\x56\x22\x2c\x22\x96\x7b"
    "\x90\x6c\x22\x2c\x22\xfb\xfc\x8b\xb4\x20\x94\x5c\x95\x5c\x83\x5c\x22\x2c\x22\x83"
    "\x5e\x83\x4a\x83\x6e\x83\x56\x22\x2c\x22\x22\x2c\x22\x31\x32\x33\x34\x35\x36\x37"
    "\x38\x39\x30\x31\x38\x22\x0d\x0a\x22\x30\x30\x30\x33\x22\x2c\x22\x4f\x22\x22\x4e"
    "\x65\x69\x6c\x2c\x20\x31\x81\x7c\x32\x22\x2c\x22\x22\x2c\x22\x96\x7b\x90\x6c\x22"
    "\x2c\x22\x27\x3d\x63\x6d\x64\x22\x2c\x22\x22\x2c\x22\x32\x30\x31\x39\x2d\x30\x35"
    "\x2d\x30\x31\x22\x2c\x22\x31\x32\x33\x34\x35\x36\x37\x38\x39\x30\x31\x38\x22\x0d"
    "\x0a";

static void
set_row(struct mk_export_row *row, const char *no, const char *ename, const char *ekana,
    const char *relation, const char *name, const char *kana, const char *birth)
{
	memset(row, 0, sizeof *row);
	row->text[MK_SRC_EMPLOYEE_NO] = no;
	row->text[MK_SRC_EMPLOYEE_NAME] = ename;
	row->text[MK_SRC_EMPLOYEE_KANA] = ekana;
	row->text[MK_SRC_PERSON_RELATIONSHIP] = relation;
	row->text[MK_SRC_PERSON_NAME] = name;
	row->text[MK_SRC_PERSON_KANA] = kana;
	row->text[MK_SRC_PERSON_BIRTH] = birth;
	row->has_number = true;
}

#define ROWS 5
static void
rows_of_golden(struct mk_export_row rows[ROWS])
{
	set_row(&rows[0], "0001", "山田 太郎", "ヤマダ タロウ", "本人", "山田 太郎",
	    "ヤマダ タロウ", "1985-03-14");
	set_row(&rows[1], "0001", "山田 太郎", "ヤマダ タロウ", "妻", "山田 花子", "ヤマダ ハナコ",
	    "1989-01-08");
	set_row(
	    &rows[2], "0002", "髙橋 能表ソ", "タカハシ", "本人", "髙橋 能表ソ", "タカハシ", NULL);
	set_row(&rows[3], "0003", "O\"Neil, 1－2", NULL, "本人", "=cmd", "", "2019-05-01");
	set_row(&rows[4], "0004", "番号 無", NULL, "本人", "番号 無", NULL, NULL);
	rows[4].has_number = false; /* left out */
}

static void
shipped(const char *id, const char *golden, size_t len)
{
	char path[80];
	struct kit_run k;
	struct mk_export_row rows[ROWS];
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	struct mk_buf flat = MK_BUF_INIT;
	snprintf(path, sizeof path, "contrib/profiles/%s.json", id);
	if (mk_profile_load(path, &p, &err) < 0)
		fail_msg("%s:%d:%d: %s", path, err.line, err.column, err.text);
	assert_string_equal(mk_profile_id(p), id);
	assert_string_equal(mk_profile_status(p), "documented");
	assert_string_not_equal(mk_profile_source(p), "");
	assert_string_equal(mk_profile_purpose(p), "");
	assert_true(mk_profile_human(p));
	assert_int_equal(mk_profile_compile(p, &flat), 0);
	mk_profile_free(p);
	rows_of_golden(rows);
	kit_run_bytes(&k, &flat, rows, ROWS);
	assert_int_equal(k.ready, 0);
	kit_is(&k, golden, len);
	assert_int_equal(mk_export_rows(k.e), ROWS - 1);
	assert_int_equal(mk_export_skipped(k.e), 1);
	assert_int_equal(mk_export_change_count(k.e), 1); /* the apostrophe */
	kit_free(&k);
	mk_buf_free(&flat);
}

static void
generic_utf8(void **state)
{
	(void)state;
	shipped("generic-utf8", golden_utf8, sizeof golden_utf8 - 1);
}

static void
generic_sjis(void **state)
{
	(void)state;
	shipped("generic-sjis", golden_cp932, sizeof golden_cp932 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(generic_utf8),
	    cmocka_unit_test(generic_sjis),
	};
	return mk_base_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
