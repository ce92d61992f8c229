/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printing: tables stand straight with Japanese, nothing from outside reaches a terminal raw, JSON is as cli.md says. */
#include "tests/lib/mk_cmocka.h"

#include <locale.h>
#include <string.h>

#include "src/cli/reading_internal.h"

static void
cell(struct mk_grid *g, const char *s)
{
	assert_int_equal(mk_grid_cell(g, s, strlen(s)), 0);
}

static void
tables_stand_straight(void **state)
{
	struct mk_grid *g = mk_grid_new();
	struct mk_buf out = MK_BUF_INIT;
	(void)state;
	cell(g, "Id");
	cell(g, "Name");
	cell(g, "State");
	mk_grid_row(g);
	cell(g, "s1");
	cell(g, "山田 太郎");
	cell(g, "確定");
	mk_grid_row(g);
	cell(g, "longer");
	cell(g, "A");
	cell(g, "");
	mk_grid_row(g);
	mk_grid_print(g, &out, true);
	assert_string_equal(mk_buf_str(&out), "Id      Name       State\n"
					      "------  ---------  -----\n"
					      "s1      山田 太郎  確定\n"
					      "longer  A\n");
	assert_int_equal(mk_grid_rows(g), 3);
	mk_buf_free(&out);
	mk_grid_free(g);
}

static const struct mk_col cols[] = {{MK_T_id, MK_COL_STR, "id", "Id", 0},
    {MK_T_name, MK_COL_STR, "name", "Name", 0},
    {MK_T_purposes, MK_COL_SET, "purposes", "Purposes", MK_COL_DETAIL},
    {MK_T_seq, MK_COL_U64, "seq", "Seq", 0}, {MK_T_time, MK_COL_TIME, "time", "Time", 0},
    {MK_T_certain, MK_COL_BOOL, "certain", "Certain", 0},
    {MK_T_alarm, MK_COL_MULTI, "alarms", "Alarms", 0},
    {MK_T_state, MK_COL_STATE, "state", "State", 0},
    {MK_T_roles, MK_COL_ROLES, "roles", "Roles", 0},
    {MK_T_sha256, MK_COL_STR, "sha256", "Hash", MK_COL_NO_JSON},
    {MK_T_kana, MK_COL_STR, "kana", "Kana", MK_COL_NO_TEXT}, {0, 0, NULL, NULL, 0}};

static void
fill(struct mk_buf *b, const char *name)
{
	mk_put_str(b, MK_T_id, "s0123456789abc");
	mk_put_str(b, MK_T_name, name);
	mk_put_str(b, MK_T_purposes, "gensen,koyo_hoken");
	mk_put_u64(b, MK_T_seq, 42);
	mk_put_i64(b, MK_T_time, 1795489200);
	mk_put_bool(b, MK_T_certain, true);
	mk_put_str(b, MK_T_alarm, "one");
	mk_put_str(b, MK_T_alarm, "two");
	mk_put_str(b, MK_T_state, "checking");
	mk_put_str(b, MK_T_roles, "clerk,chief");
	mk_put_str(b, MK_T_sha256, "ff");
	mk_put_str(b, MK_T_kana, "ヤマダ");
}

static void
as_json(const struct mk_buf *body, struct mk_buf *out)
{
	struct mk_json j;
	mk_json_init(&j, out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, cols, body->data, body->len);
	mk_json_end_obj(&j);
}

static void
columns_as_json(void **state)
{
	struct mk_buf body = MK_BUF_INIT, out = MK_BUF_INIT;
	(void)state;
	fill(&body, "山田\"\\");
	as_json(&body, &out);
	assert_string_equal(mk_buf_str(&out),
	    "{\"id\":\"s0123456789abc\",\"name\":\"山田\\\"\\\\\",\"purposes\":[\"gensen\",\"koyo_"
	    "hoken\"],\"seq\":42,"
	    "\"time\":\"2026-11-24T12:00:00+09:00\",\"certain\":true,\"alarms\":[\"one\",\"two\"],"
	    "\"state\":\"checking\","
	    "\"roles\":[\"clerk\",\"chief\"],\"kana\":\"ヤマダ\"}");
	mk_buf_reset(&out);
	mk_buf_reset(&body);
	as_json(&body, &out);
	assert_string_equal(mk_buf_str(&out),
	    "{\"id\":null,\"name\":null,\"purposes\":[],\"seq\":null,\"time\":null,\"certain\":"
	    "null,"
	    "\"alarms\":[],\"state\":null,\"roles\":[],\"kana\":null}");
	mk_buf_free(&body);
	mk_buf_free(&out);
}

static void
columns_as_lines(void **state)
{
	struct mk_buf body = MK_BUF_INIT, out = MK_BUF_INIT;
	(void)state;
	fill(&body, "山田");
	mk_cols_text(&out, NULL, cols, body.data, body.len);
	assert_string_equal(mk_buf_str(&out), "Id        s0123456789abc\n"
					      "Name      山田\n"
					      "Purposes  gensen,koyo_hoken\n"
					      "Seq       42\n"
					      "Time      2026-11-24T12:00:00+09:00\n"
					      "Certain   yes\n"
					      "Alarms    one; two\n"
					      "State     identity check to do\n"
					      "Roles     clerk, chief\n"
					      "Hash      ff\n");
	mk_buf_free(&body);
	mk_buf_free(&out);
}

static void
notes_become_words(void **state)
{
	static const struct mk_col one[] = {
	    {MK_T_detail, MK_COL_NOTES, "detail", "Detail", 0}, {0, 0, NULL, NULL, 0}};
	static const char *const rows[][2] = {{"{\"reason\":\"a, b: \\\"c\\\"\",\"count\":3}",
						  "Detail  reason: a, b: \"c\"; count: 3\n"},
	    {"plain \"text\"", "Detail  plain \"text\"\n"}, {"{\"open", "Detail  {\"open\n"},
	    {"{}", ""}, {"{\"\\\"}", "Detail  \"\n"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mk_buf body = MK_BUF_INIT, out = MK_BUF_INIT;
		mk_put_str(&body, MK_T_detail, rows[i][0]);
		mk_cols_text(&out, NULL, one, body.data, body.len);
		assert_string_equal(mk_buf_str(&out), rows[i][1]);
		mk_buf_free(&body);
		mk_buf_free(&out);
	}
}

/* An id is shown by the name that a list gives it; an unknown one stays an id, and JSON keeps ids always. */
static void
ids_become_names(void **state)
{
	static const struct mk_col who[] = {{MK_T_actor, MK_COL_MEMBER, "actor", "Who", 0},
	    {MK_T_ledger, MK_COL_LEDGER, "ledger", "Ledger", 0}, {0, 0, NULL, NULL, 0}};
	struct mk_names names;
	struct mk_buf row = MK_BUF_INIT, body = MK_BUF_INIT, out = MK_BUF_INIT;
	(void)state;
	memset(&names, 0, sizeof names);
	mk_put_str(&row, MK_T_id, "m1");
	mk_put_str(&row, MK_T_name, "佐藤");
	mk_put_rec(&names.members, MK_T_item, &row);
	mk_put_str(&body, MK_T_actor, "m1");
	mk_put_str(&body, MK_T_ledger, "m1");
	mk_cols_text(&out, &names, who, body.data, body.len);
	assert_string_equal(mk_buf_str(&out), "Who     佐藤\nLedger  m1\n");
	mk_buf_free(&row);
	mk_buf_free(&body);
	mk_buf_free(&out);
	mk_buf_free(&names.members);
}

/* ESC, C1 (as UTF-8), DEL, a right-to-left override, a zero-width blank, a newline: none may leave as it is, in no form of output. */
static void
nothing_raw_leaves(void **state)
{
	static const char evil[] = "a\x1b[31mb\xc2\x9b"
				   "c\x7f\xe2\x80\xae"
				   "d\xe2\x80\x8b\ne";
	static const char *const never[] = {
	    "\x1b", "\xc2\x9b", "\x7f", "\xe2\x80\xae", "\xe2\x80\x8b"};
	struct mk_buf body = MK_BUF_INIT, out[3] = {MK_BUF_INIT, MK_BUF_INIT, MK_BUF_INIT};
	struct mk_grid *g = mk_grid_new();
	(void)state;
	fill(&body, evil);
	as_json(&body, &out[0]);
	mk_cols_text(&out[1], NULL, cols, body.data, body.len);
	mk_cols_head(g, cols);
	mk_cols_row(g, NULL, cols, body.data, body.len);
	mk_grid_print(g, &out[2], true);
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(strstr(mk_buf_str(&out[i]), "s0123456789abc"));
		for (size_t k = 0; k < sizeof never / sizeof never[0]; k++)
			assert_null(strstr(mk_buf_str(&out[i]), never[k]));
		assert_null(strstr(mk_buf_str(&out[i]), "\ne"));
		mk_buf_free(&out[i]);
	}
	mk_grid_free(g);
	/* The control: the body itself holds what is looked for. */
	assert_non_null(memmem(body.data, body.len, "\x1b", 1));
	mk_buf_free(&body);
}

static struct mk_reading
card(void)
{
	struct mk_reading r;
	memset(&r, 0, sizeof r);
	memcpy(r.layout, "card-back", 10);
	memcpy(r.number, "123456789018", 13);
	memcpy(r.qr, "123456789018", 13);
	memcpy(r.ocr, "123456789018", 13);
	r.certain = r.check = true;
	r.confidence = 998;
	memcpy(r.name.value, "山田 太郎", sizeof "山田 太郎");
	r.name.confidence = 970;
	memcpy(r.birth.value, "1985-03-14", 11);
	r.birth.confidence = 990;
	return r;
}

/* The example of cli.md, from its "number" on. */
static void
a_card_as_json(void **state)
{
	struct mk_reading r = card();
	struct mk_buf out = MK_BUF_INIT;
	struct mk_json j;
	(void)state;
	mk_json_init(&j, &out);
	mk_json_obj(&j, NULL);
	mk_reading_json(&j, &r);
	mk_json_end_obj(&j);
	assert_string_equal(mk_buf_str(&out),
	    "{\"number\":{\"value\":\"123456789018\",\"certain\":true,\"check\":true,\"qr\":"
	    "\"123456789018\","
	    "\"ocr\":\"123456789018\",\"confidence\":0.998,\"candidates\":[]},"
	    "\"name\":{\"value\":\"山田 "
	    "太郎\",\"confidence\":0.970},\"kana\":null,\"address\":null,"
	    "\"birth\":{\"value\":\"1985-03-14\",\"confidence\":0.990},\"sex\":null,\"expires\":"
	    "null,\"warnings\":[]}");
	mk_buf_free(&out);
}

static void
a_card_in_words(void **state)
{
	struct mk_reading r = card();
	struct mk_buf out = MK_BUF_INIT;
	(void)state;
	mk_reading_text(&out, &r);
	assert_non_null(strstr(mk_buf_str(&out), "1234 5678 9018  (certain)"));
	assert_null(strstr(mk_buf_str(&out), "QR"));
	mk_buf_reset(&out);
	r.number[0] = '\0';
	r.certain = false;
	memcpy(r.ocr, "123456789026", 13);
	memcpy(r.candidates[0], "123456789026", 13);
	r.candidate_count = 1;
	memcpy(r.warnings[0], "qr_conflict: x", 15);
	memcpy(r.warnings[1], "new_code: some words", 21);
	r.warning_count = 2;
	mk_reading_text(&out, &r);
	assert_non_null(strstr(mk_buf_str(&out), "not read"));
	assert_non_null(strstr(mk_buf_str(&out), "1234 5678 9026"));
	assert_non_null(strstr(mk_buf_str(&out), "the QR code and the printed number differ"));
	assert_non_null(strstr(mk_buf_str(&out), "new_code: some words"));
	mk_buf_free(&out);
}

static void
warnings_have_codes(void **state)
{
	char code[8];
	struct mk_buf out = MK_BUF_INIT;
	struct mk_json j;
	(void)state;
	mk_json_init(&j, &out);
	mk_json_arr(&j, NULL);
	mk_warning_json(&j, "blank: the page is blank or black");
	mk_warning_json(&j, "only_qr");
	mk_json_end_arr(&j);
	assert_string_equal(mk_buf_str(&out), "[\"blank\",\"only_qr\"]");
	/* A code that does not fit is no code. */
	assert_string_equal(
	    mk_warning_text("averylongcode: x", code, sizeof code), "averylongcode: x");
	assert_string_equal(code, "");
	mk_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_stand_straight),
	    cmocka_unit_test(columns_as_json),
	    cmocka_unit_test(columns_as_lines),
	    cmocka_unit_test(ids_become_names),
	    cmocka_unit_test(notes_become_words),
	    cmocka_unit_test(nothing_raw_leaves),
	    cmocka_unit_test(a_card_as_json),
	    cmocka_unit_test(a_card_in_words),
	    cmocka_unit_test(warnings_have_codes),
	};
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
