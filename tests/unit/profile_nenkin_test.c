/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The example of formats.md 5, an excerpt of 年金機構's 資格取得届: preamble, half-width kana, eras, postal code only where the number is missing,
 * JIS X 0208. It shows that the vocabulary carries a machine's file; the shipped profile of it comes later.
 */
#include "tests/unit/exchange_kit.h"

#include "mynakura/profile/profile.h"

static const char text[] =
    "{ \"profile\": 1, \"id\": \"nenkin-excerpt\", \"title\": \"年金機構 資格取得届 SHFD0006\", "
    "\"direction\": \"export\",\n"
    "  \"status\": \"documented\", \"source\": \"https://www.nenkin.go.jp/\", \"checked\": "
    "\"2026-11\",\n"
    "  \"consumer\": \"machine\", \"purpose\": \"shakai_hoken\", \"filename\": \"SHFD0006.CSV\",\n"
    "  \"encoding\": \"CP932\", \"bom\": false, \"repertoire\": \"jisx0208\", \"max_bytes\": "
    "4500000,\n"
    "  \"dialect\": { \"delimiter\": \",\", \"quoting\": \"never\", \"lineTerminator\": "
    "\"\\r\\n\", \"finalNewline\": true,\n"
    "    \"header\": \"none\" },\n"
    "  \"preamble\": [ "
    "[\"{office.pref}\",\"{office.gun}\",{\"from\":\"office.kigo\",\"fn\":[\"halfkana\"]},\n"
    "    \"{run.seq3}\",\"{run.date8}\",\"22223\"], [\"[kanri]\"], [\"\",\"001\"], [\"[data]\"] "
    "],\n"
    "  \"row\": \"employee\", \"missing\": \"blank\", \"key\": \"employee.no\",\n"
    "  \"enum\": { \"sex\": { \"male\": \"1\", \"female\": \"2\" } },\n"
    "  \"fields\": [\n"
    "    { \"name\": \"様式コード\", \"const\": \"2200700\" },\n"
    "    { \"name\": \"氏名カナ\", \"from\": \"person.kana\", \"fn\": "
    "[\"halfkana\",\"space-half\"], \"class\": \"halfkana\",\n"
    "      \"required\": true, \"maxBytes\": 25 },\n"
    "    { \"name\": \"氏名漢字\", \"from\": \"person.name\", \"fn\": [\"space-full\"], \"class\": "
    "\"fullwidth\", \"maxBytes\": 24 },\n"
    "    { \"name\": \"生年月日元号\", \"from\": \"person.birth\", \"fn\": [\"era:nenkin\"], "
    "\"required\": true },\n"
    "    { \"name\": \"生年月日\", \"from\": \"person.birth\", \"fn\": [\"era-yymmdd\"] },\n"
    "    { \"name\": \"種別\", \"from\": \"person.sex\", \"fn\": [\"enum:sex\"] },\n"
    "    { \"name\": \"個人番号\", \"from\": \"person.number\", \"class\": \"digits\", \"length\": "
    "12, \"secret\": true },\n"
    "    { \"name\": \"郵便番号親\", \"from\": \"person.zip\", \"fn\": [\"zip3\"], \"blankIf\": "
    "\"person.number\",\n"
    "      \"requiredIfNot\": \"person.number\" },\n"
    "    { \"name\": \"続柄\", \"from\": \"person.relationship\", \"enum\": { \"本人\": \"00\", "
    "\"*\": \"10\" } } ] }\n";

static void
run(struct kit_run *k, struct mk_export_row *row)
{
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	struct mk_buf flat = MK_BUF_INIT;
	if (mk_profile_parse(text, sizeof text - 1, &p, &err) < 0)
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	assert_string_equal(mk_profile_purpose(p), "shakai_hoken");
	assert_string_equal(mk_profile_filename(p), "SHFD0006.CSV");
	assert_int_equal(mk_profile_compile(p, &flat), 0);
	mk_profile_free(p);
	memset(k, 0, sizeof *k);
	k->end = 1;
	k->x = kit_exchange();
	assert_int_equal(mk_compiled_parse(flat.data, flat.len, &k->c), 0);
	assert_int_equal(mk_compiled_row_kind(k->c), MK_ROW_EMPLOYEE);
	assert_int_equal(mk_export_new(k->x, k->c, &k->e), 0);
	assert_int_equal(mk_export_set(k->e, MK_SRC_PERSON_NAME, "x"), MK_E_USAGE);
	assert_int_equal(mk_export_set(k->e, MK_SRC_OFFICE_PREF, "21"), 0);
	assert_int_equal(mk_export_set(k->e, MK_SRC_OFFICE_GUN, "01"), 0);
	assert_int_equal(mk_export_set(k->e, MK_SRC_OFFICE_KIGO, "ケイト"), 0);
	assert_int_equal(mk_export_set(k->e, MK_SRC_RUN_SEQ3, "001"), 0);
	assert_int_equal(mk_export_set(k->e, MK_SRC_RUN_DATE8, "20261124"), 0);
	assert_int_equal(mk_export_check(k->e, row), 1);
	assert_int_equal(mk_export_set(k->e, MK_SRC_RUN_SEQ3, "002"), MK_E_STATE);
	k->ready = mk_export_ready(k->e);
	if (k->ready == 0)
		k->end = kit_second_pass(k, row, 1);
	mk_buf_free(&flat);
}

static struct mk_export_row
someone(const char *birth, bool has_number, const char *zip)
{
	struct mk_export_row row = {.has_number = has_number};
	row.text[MK_SRC_EMPLOYEE_NO] = "7";
	row.text[MK_SRC_PERSON_NAME] = "山田 太郎";
	row.text[MK_SRC_PERSON_KANA] = "ヤマダ　タロウ";
	row.text[MK_SRC_PERSON_BIRTH] = birth;
	row.text[MK_SRC_PERSON_SEX] = "male";
	row.text[MK_SRC_PERSON_ZIP] = zip;
	row.text[MK_SRC_PERSON_RELATIONSHIP] = "本人";
	return row;
}

#define TOP "21,01,\xb9\xb2\xc4,001,20261124,22223\r\n[kanri]\r\n,001\r\n[data]\r\n"
/* ヤマダ タロウ in half-width kana, 山田　太郎 */
#define NAMES "2200700,\xd4\xcf\xc0\xde \xc0\xdb\xb3,\x8e\x52\x93\x63\x81\x40\x91\xbe\x98\x59,"

static void
number_given_address_blank(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_export_row row = someone("1989-01-07", true, "106-0041");
	run(&k, &row);
	KIT_IS(&k, TOP NAMES "5,640107,1," GOOD_NUMBER ",,00\r\n");
	kit_free(&k);
}

static void
number_missing_address_filled(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_export_row row = someone("1989-01-08", false, "106-0041");
	run(&k, &row);
	KIT_IS(&k, TOP NAMES "7,010108,1,,106,00\r\n");
	kit_free(&k);
}

static void
number_and_address_missing(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_export_row row = someone("1989-01-08", false, NULL);
	run(&k, &row);
	kit_stopped(&k, MK_PROBLEM_REQUIRED, "郵便番号親", 0);
	kit_free(&k);
}

static void
last_day_of_heisei(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_export_row row = someone("2019-04-30", true, NULL);
	row.text[MK_SRC_PERSON_RELATIONSHIP] = "長男";
	run(&k, &row);
	KIT_IS(&k, TOP NAMES "7,310430,1," GOOD_NUMBER ",,10\r\n");
	kit_free(&k);
	row = someone("2019-05-01", true, NULL);
	run(&k, &row);
	KIT_IS(&k, TOP NAMES "9,010501,1," GOOD_NUMBER ",,00\r\n");
	kit_free(&k);
}

static void
taka_stops_and_says_what_is_usual(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_export_row row = someone("1989-01-08", true, NULL);
	row.text[MK_SRC_PERSON_NAME] = "髙橋 一";
	run(&k, &row);
	kit_stopped(&k, MK_PROBLEM_CHARSET, "氏名漢字", 0x9ad9);
	assert_int_equal(mk_export_problem(k.e, 0)->suggest, 0x9ad8);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(number_given_address_blank),
	    cmocka_unit_test(number_missing_address_filled),
	    cmocka_unit_test(number_and_address_missing),
	    cmocka_unit_test(last_day_of_heisei),
	    cmocka_unit_test(taka_stops_and_says_what_is_usual),
	};
	return mk_base_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
