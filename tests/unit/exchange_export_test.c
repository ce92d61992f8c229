/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both passes of an export over layouts made by hand: characters, quoting, formulas, missing numbers, lengths, and the rule that nothing is written
 * before everything is checked. Bytes in CP932 are iconv(1)'s.
 */
#include "tests/unit/exchange_kit.h"

#include <stdio.h>

#include "src/exchange/exchange_internal.h"

static struct mk_export_row
person(const char *no, const char *name, bool has_number)
{
	struct mk_export_row row = {.has_number = has_number};
	row.text[MK_SRC_EMPLOYEE_NO] = no;
	row.text[MK_SRC_PERSON_NAME] = name;
	return row;
}

/* no,name in CP932 with a repertoire */
static void
run_name(struct kit_run *k, uint8_t repertoire, uint8_t class, const char *name)
{
	struct mk_layout *l = kit_layout();
	struct mk_export_row row = person("E1", name, false);
	kit_cp932(l, repertoire);
	kit_field(l, "番号", MK_SRC_EMPLOYEE_NO);
	kit_field(l, "氏名", MK_SRC_PERSON_NAME)->char_class = class;
	kit_run(k, l, &row, 1);
}

static void
name_is(uint8_t repertoire, uint8_t class, const char *name, const char *line, size_t changes)
{
	struct kit_run k;
	run_name(&k, repertoire, class, name);
	assert_int_equal(k.ready, 0);
	kit_is(&k, line, strlen(line));
	assert_int_equal(mk_export_change_count(k.e), changes);
	kit_free(&k);
}

static void
name_stops(
    uint8_t repertoire, uint8_t class, const char *name, enum mk_problem_kind kind, uint32_t cp)
{
	struct kit_run k;
	run_name(&k, repertoire, class, name);
	kit_stopped(&k, kind, "氏名", cp);
	assert_string_equal(mk_export_problem(k.e, 0)->key, "E1");
	kit_free(&k);
}

static void
cp932_names(void **state)
{
	(void)state;
	name_is(MK_REP_CP932, MK_CLASS_ANY, "髙橋", "E1,\xfb\xfc\x8b\xb4\r\n", 0);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "﨑德濵①㈱",
	    "E1,\xfa\xb1\xfa\xba\xfb\x4d\x87\x40\x87\x8a\r\n", 0);
	name_stops(MK_REP_CP932, MK_CLASS_ANY, "𠮷田", MK_PROBLEM_CHARSET, 0x20bb7);
	name_stops(MK_REP_CP932, MK_CLASS_ANY, "鷗", MK_PROBLEM_CHARSET, 0x9dd7);
	name_stops(MK_REP_CP932, MK_CLASS_ANY, "1¥", MK_PROBLEM_CHARSET, 0xa5);
	name_stops(MK_REP_CP932, MK_CLASS_ANY, "a‾", MK_PROBLEM_CHARSET, 0x203e);
	name_stops(MK_REP_CP932, MK_CLASS_ANY, "é", MK_PROBLEM_CHARSET, 0xe9);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "\\~", "E1,\\~\r\n", 0);
}

static void
jisx0208_is_narrower(void **state)
{
	(void)state;
	name_is(MK_REP_JISX0208, MK_CLASS_ANY, "高橋", "E1,\x8d\x82\x8b\xb4\r\n", 0);
	name_stops(MK_REP_JISX0208, MK_CLASS_ANY, "髙橋", MK_PROBLEM_CHARSET, 0x9ad9);
	name_stops(MK_REP_JISX0208, MK_CLASS_ANY, "①", MK_PROBLEM_CHARSET, 0x2460);
	name_stops(MK_REP_JISX0208, MK_CLASS_ANY, "㈱", MK_PROBLEM_CHARSET, 0x3231);
	name_is(MK_REP_JISX0208, MK_CLASS_ANY, "ｶﾞ 1", "E1,\xb6\xde 1\r\n", 0);
}

/*
 * All of Unicode: jisx0208 reaches 6,808 two-byte codes: the 6,879 of JIS X 0208-1990 without what 年金機構 leaves out of rows 2 (39 signs) and 8 (32 lines).
 * Nothing turns into ASCII or into "?".
 */
static void
repertoires_over_unicode(void **state)
{
	(void)state;
	struct mk_exchange *x = kit_exchange();
	static uint8_t seen[65536];
	size_t codes = 0;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint8_t raw[4];
		size_t n = 0;
		uint32_t as = 0;
		if (mk_encode_char(x, MK_ENC_CP932, MK_REP_CP932, cp, raw, &n, &as) < 0) {
			assert_int_equal(
			    mk_encode_char(x, MK_ENC_CP932, MK_REP_JISX0208, cp, raw, &n, &as),
			    MK_E_CHARSET);
			continue;
		}
		assert_true(n == 2 || (n == 1 && as == cp && raw[0] >= 0x20 && raw[0] != 0x7f));
		assert_false(n == 2 && raw[0] >= 0xf0 && raw[0] <= 0xf9); /* user-defined */
		if (n == 1 ||
		    mk_encode_char(x, MK_ENC_CP932, MK_REP_JISX0208, cp, raw, &n, &as) < 0)
			continue;
		size_t code = (size_t)raw[0] << 8 | raw[1];
		codes += seen[code] == 0;
		seen[code] = 1;
	}
	assert_int_equal(codes, 6808);
	mk_exchange_free(x);
}

static void
folded_alike(void **state)
{
	(void)state;
	name_is(MK_REP_CP932, MK_CLASS_ANY, "a〜", "E1,a\x81\x60\r\n", 1);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "a～", "E1,a\x81\x60\r\n", 0);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "1−2−3", "E1,1\x81\x7c\x32\x81\x7c\x33\r\n", 2);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "1－2－3", "E1,1\x81\x7c\x32\x81\x7c\x33\r\n", 0);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "‖∥—―", "E1,\x81\x61\x81\x61\x81\x5c\x81\x5c\r\n", 2);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "か\xe3\x82\x99", "E1,\x82\xaa\r\n", 1);
	name_is(MK_REP_CP932, MK_CLASS_ANY, "辻\xf3\xa0\x84\x80", "E1,\x92\xd2\r\n", 1);
}

static void
changes_are_listed(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_buf text = MK_BUF_INIT;
	run_name(&k, MK_REP_CP932, MK_CLASS_ANY, "a〜");
	const struct mk_export_change *c = mk_export_change(k.e, 0);
	assert_non_null(c);
	assert_int_equal(c->from, 0x301c);
	assert_int_equal(c->to, 0xff5e);
	mk_change_text(c, &text);
	assert_string_equal(mk_buf_str(&text), "E1 氏名: 〜 U+301C -> ～ U+FF5E");
	assert_null(mk_export_change(k.e, 1));
	kit_free(&k);
	mk_buf_free(&text);
}

static void
problems_are_named(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_buf text = MK_BUF_INIT;
	run_name(&k, MK_REP_CP932, MK_CLASS_ANY, "𠮷田");
	assert_int_equal(k.ready, MK_E_CHARSET);
	mk_problem_text(mk_export_problem(k.e, 0), &text);
	assert_string_equal(mk_buf_str(&text),
	    "E1 氏名: a character does not fit the target: 𠮷 U+20BB7 (often written 吉)");
	kit_free(&k);
	mk_buf_free(&text);
}

static void
classes(void **state)
{
	(void)state;
	name_is(MK_REP_CP932, MK_CLASS_FULLWIDTH, "A1ｶﾞ ‐",
	    "E1,\x82\x60\x82\x50\x83\x4b\x81\x40\x81\x7c\r\n", 5);
	name_is(MK_REP_CP932, MK_CLASS_HALFKANA, "ヤマダ　タ", "E1,\xd4\xcf\xc0\xde \xc0\r\n", 5);
	name_stops(MK_REP_CP932, MK_CLASS_HALFKANA, "ヤ山", MK_PROBLEM_CLASS, 0x5c71);
	name_is(MK_REP_CP932, MK_CLASS_DIGITS, "０12", "E1,012\r\n", 1);
	name_stops(MK_REP_CP932, MK_CLASS_DIGITS, "1a", MK_PROBLEM_CLASS, 'a');
	name_is(MK_REP_CP932, MK_CLASS_LATIN, "ＡB (1)", "E1,AB (1)\r\n", 1);
	name_stops(MK_REP_CP932, MK_CLASS_LATIN, "Aｱ", MK_PROBLEM_CLASS, 0xff71);
	name_is(MK_REP_CP932, MK_CLASS_HALFWIDTH, "ｱ-ア1", "E1,\xb1-\xb1\x31\r\n", 1);
	name_stops(MK_REP_CP932, MK_CLASS_FULLWIDTH, "山¥", MK_PROBLEM_CHARSET, 0xa5);
}

/* 表, ソ and 能 end in 0x5C: still one field, and the comma after it still parts the fields. */
static void
second_byte_is_no_separator(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_layout *l = kit_layout();
	struct mk_export_row row = person("ソ", "表能", false);
	kit_cp932(l, MK_REP_CP932);
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_field(l, "b", MK_SRC_EMPLOYEE_NO);
	kit_const(l, "c", "x");
	l->quoting = MK_QUOTE_MINIMAL;
	kit_run(&k, l, &row, 1);
	KIT_IS(&k, "\x95\x5c\x94\x5c,\x83\x5c,x\r\n");
	kit_free(&k);
}

static void
utf8_keeps_everything(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_layout *l = kit_layout();
	struct mk_export_row row =
	    person("1", "神𠮷髙〜¥辻\xf3\xa0\x84\x80", false); /* U+FA19 stays */
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_run(&k, l, &row, 1);
	KIT_IS(&k, "神𠮷髙〜¥辻\xf3\xa0\x84\x80\r\n");
	assert_int_equal(mk_export_change_count(k.e), 0);
	kit_free(&k);
}

static void
run_quoting(struct kit_run *k, uint8_t quoting, char delimiter, const char *name)
{
	struct mk_layout *l = kit_layout();
	struct mk_export_row row = person("1", name, true);
	l->quoting = quoting;
	l->delimiter = delimiter;
	kit_field(l, "名,\"前", MK_SRC_PERSON_NAME);
	kit_field(l, "n", MK_SRC_PERSON_NUMBER);
	if (quoting != MK_QUOTE_NEVER)
		l->header = MK_HEADER_NAMES;
	kit_run(k, l, &row, 1);
}

static void
quoting(void **state)
{
	(void)state;
	struct kit_run k;
	run_quoting(&k, MK_QUOTE_MINIMAL, ',', "a\"b,c");
	KIT_IS(&k, "\"名,\"\"前\",n\r\n\"a\"\"b,c\"," GOOD_NUMBER "\r\n");
	kit_free(&k);
	run_quoting(&k, MK_QUOTE_ALL, ';', "a");
	KIT_IS(&k, "\"名,\"\"前\";\"n\"\r\n\"a\";\"" GOOD_NUMBER "\"\r\n");
	kit_free(&k);
	run_quoting(&k, MK_QUOTE_MINIMAL, ';', "a,b");
	KIT_IS(&k, "\"名,\"\"前\";n\r\na,b;" GOOD_NUMBER "\r\n");
	kit_free(&k);
	run_quoting(&k, MK_QUOTE_NEVER, ',', "a、b");
	KIT_IS(&k, "a、b," GOOD_NUMBER "\r\n");
	kit_free(&k);
	run_quoting(&k, MK_QUOTE_NEVER, ',', "a,b");
	kit_stopped(&k, MK_PROBLEM_SEPARATOR, "名,\"前", 0);
	kit_free(&k);
	run_quoting(&k, MK_QUOTE_NEVER, ' ', "a b");
	kit_stopped(&k, MK_PROBLEM_SEPARATOR, "名,\"前", 0);
	kit_free(&k);
}

static void
controls_stop_in_any_quoting(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		uint32_t cp;
	} t[] = {{"a\tb", '\t'}, {"a\rb", '\r'}, {"a\nb", '\n'}, {"a\xc2\x9b", 0x9b},
	    {"\xe2\x80\xae", 0x202e}, {"a\xff", 0}, {"\x1b[2J", 0x1b}};
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		for (uint8_t q = 0; q < MK_QUOTE_COUNT; q++) {
			struct kit_run k;
			run_quoting(&k, q, ',', t[i].s);
			kit_stopped(&k, MK_PROBLEM_CONTROL, "名,\"前", t[i].cp);
			kit_free(&k);
		}
}

static void
formulas(void **state)
{
	(void)state;
	static const char *const bad[] = {"=1+1", "+81", "-a", "@x", "＝A", "　＠x"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct kit_run k;
		char line[64];
		struct mk_export_row row = person("1", bad[i], false);
		run_name(&k, MK_REP_CP932, MK_CLASS_ANY, bad[i]);
		assert_int_equal(k.ready, MK_E_INPUT);
		assert_int_equal(mk_export_problem(k.e, 0)->kind, MK_PROBLEM_FORMULA);
		assert_int_equal(k.out.len, 0);
		kit_free(&k);
		struct mk_layout *l = kit_layout();
		l->consumer = MK_CONSUMER_HUMAN;
		l->quoting = MK_QUOTE_ALL;
		kit_field(l, "a", MK_SRC_PERSON_NAME);
		kit_run(&k, l, &row, 1);
		int n = snprintf(line, sizeof line, "\"'%s\"\r\n", bad[i]);
		kit_is(&k, line, (size_t)n);
		assert_int_equal(mk_export_change_count(k.e), 1);
		kit_free(&k);
	}
	name_is(MK_REP_CP932, MK_CLASS_ANY, "a=1", "E1,a=1\r\n", 0);
}

static void
run_missing(struct kit_run *k, uint8_t missing, bool required)
{
	struct mk_layout *l = kit_layout();
	struct mk_export_row rows[] = {
	    person("1", "a", true), person("2", "b", false), person("3", "c", true)};
	l->missing = missing;
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_field(l, "n", MK_SRC_PERSON_NUMBER)->required = required;
	kit_run(k, l, rows, 3);
}

static void
missing_numbers(void **state)
{
	(void)state;
	struct kit_run k;
	run_missing(&k, MK_MISSING_SKIP, true);
	KIT_IS(&k, "a," GOOD_NUMBER "\r\nc," GOOD_NUMBER "\r\n");
	assert_int_equal(mk_export_rows(k.e), 2);
	assert_int_equal(mk_export_skipped(k.e), 1);
	kit_free(&k);
	run_missing(&k, MK_MISSING_BLANK, false);
	KIT_IS(&k, "a," GOOD_NUMBER "\r\nb,\r\nc," GOOD_NUMBER "\r\n");
	kit_free(&k);
	run_missing(&k, MK_MISSING_BLANK, true);
	kit_stopped(&k, MK_PROBLEM_REQUIRED, "n", 0);
	kit_free(&k);
	run_missing(&k, MK_MISSING_ERROR, false);
	kit_stopped(&k, MK_PROBLEM_NO_NUMBER, "n", 0);
	assert_int_equal(mk_export_problem(k.e, 0)->row, 1);
	assert_string_equal(mk_export_problem(k.e, 0)->key, "2");
	kit_free(&k);
}

static void
lengths_in_the_targets_bytes(void **state)
{
	(void)state;
	for (uint16_t max = 5; max <= 6; max++) {
		struct kit_run k;
		struct mk_layout *l = kit_layout();
		struct mk_export_row row =
		    person("1", "山田ﾀﾛ", false); /* 6 bytes in CP932, 12 in UTF-8 */
		kit_cp932(l, MK_REP_CP932);
		kit_field(l, "a", MK_SRC_PERSON_NAME)->max_bytes = max;
		kit_run(&k, l, &row, 1);
		if (max == 6)
			KIT_IS(&k, "\x8e\x52\x93\x63\xc0\xdb\r\n");
		else
			kit_stopped(&k, MK_PROBLEM_TOO_LONG, "a", 0);
		kit_free(&k);
	}
	for (uint16_t length = 5; length <= 7; length++) {
		struct kit_run k;
		struct mk_layout *l = kit_layout();
		struct mk_export_row row = person("1", "山田ﾀﾛ", false);
		kit_cp932(l, MK_REP_CP932);
		kit_field(l, "a", MK_SRC_PERSON_NAME)->length = length;
		kit_run(&k, l, &row, 1);
		if (length == 6)
			KIT_IS(&k, "\x8e\x52\x93\x63\xc0\xdb\r\n");
		else
			kit_stopped(&k, MK_PROBLEM_LENGTH, "a", 0);
		kit_free(&k);
	}
}

/* One fault in the last of many rows: not a byte is written, and the fault of every row is told. */
static void
nothing_before_everything_is_checked(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_layout *l = kit_layout();
	struct mk_export_row rows[50];
	for (size_t i = 0; i < 50; i++)
		rows[i] = person("1", i == 7 || i == 49 ? "𠮷" : "山", true);
	kit_cp932(l, MK_REP_CP932);
	l->header = MK_HEADER_NAMES;
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_field(l, "n", MK_SRC_PERSON_NUMBER);
	kit_run(&k, l, rows, 50);
	assert_int_equal(k.ready, MK_E_CHARSET);
	assert_int_equal(mk_export_problem_count(k.e), 2);
	assert_int_equal(mk_export_problem(k.e, 0)->row, 7);
	assert_int_equal(mk_export_problem(k.e, 1)->row, 49);
	assert_int_equal(k.out.len, 0);
	assert_int_equal(mk_export_begin(k.e, &k.out), MK_E_STATE);
	assert_int_equal(mk_export_row(k.e, &rows[0], &k.out), MK_E_STATE);
	assert_int_equal(mk_export_end(k.e, &k.out), MK_E_STATE);
	assert_int_equal(k.out.len, 0);
	kit_free(&k);
}

static void
size_limit(void **state)
{
	(void)state;
	for (uint32_t max = 9; max <= 10; max++) {
		struct kit_run k;
		struct mk_layout *l = kit_layout();
		struct mk_export_row rows[] = {
		    person("1", "abc", false), person("2", "def", false)};
		l->max_bytes = max;
		kit_field(l, "a", MK_SRC_PERSON_NAME);
		kit_run(&k, l, rows, 2);
		assert_int_equal(k.ready, max == 10 ? 0 : MK_E_TOO_BIG);
		assert_int_equal(k.out.len, max == 10 ? 10 : 0);
		kit_free(&k);
	}
}

static void
header_and_preamble_are_checked_too(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_layout *l = kit_layout();
	struct mk_export_row row = person("1", "a", false);
	kit_cp932(l, MK_REP_CP932);
	l->header = MK_HEADER_NAMES;
	kit_field(l, "𠮷", MK_SRC_PERSON_NAME);
	kit_run(&k, l, &row, 1);
	kit_stopped(&k, MK_PROBLEM_CHARSET, "𠮷", 0x20bb7);
	assert_true(mk_export_problem(k.e, 0)->row == MK_EXPORT_PREAMBLE);
	kit_free(&k);
}

static void
numbers_are_checked_again(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "123456789019", "000000000000", "12345678901", "12345678901a"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct kit_run k;
		struct mk_buf flat = MK_BUF_INIT;
		struct mk_secret *number = mk_secret_from(bad[i], strlen(bad[i]));
		struct mk_layout *l = kit_layout();
		struct mk_export_row row = person("1", "a", true);
		kit_field(l, "a", MK_SRC_PERSON_NAME);
		kit_field(l, "n", MK_SRC_PERSON_NUMBER);
		assert_int_equal(mk_layout_encode(l, &flat), 0);
		memset(&k, 0, sizeof k);
		k.x = kit_exchange();
		assert_int_equal(mk_compiled_parse(flat.data, flat.len, &k.c), 0);
		/* found in the second pass: not one byte of that row */
		assert_int_equal(mk_export_new(k.x, k.c, &k.e), 0);
		assert_int_equal(mk_export_check(k.e, &row), 1);
		assert_int_equal(mk_export_ready(k.e), 0);
		assert_int_equal(mk_export_begin(k.e, &k.out), 0);
		row.number = number;
		assert_int_equal(mk_export_row(k.e, &row, &k.out), MK_E_NUMBER);
		assert_int_equal(k.out.len, 0);
		assert_int_equal(mk_export_row(k.e, &row, &k.out), MK_E_STATE);
		mk_export_free(k.e);
		/* found in the first pass when it is given there */
		assert_int_equal(mk_export_new(k.x, k.c, &k.e), 0);
		assert_int_equal(mk_export_check(k.e, &row), 1);
		k.ready = mk_export_ready(k.e);
		kit_stopped(&k, MK_PROBLEM_BAD_NUMBER, "n", 0);
		kit_free(&k);
		mk_secret_free(number);
		mk_layout_free(l);
		mk_buf_free(&flat);
	}
}

/* The second pass sees other rows than the first: it must not end well. */
static void
passes_must_agree(void **state)
{
	(void)state;
	for (int change = 0; change < 4; change++) {
		struct kit_run k;
		struct mk_buf flat = MK_BUF_INIT;
		struct mk_layout *l = kit_layout();
		struct mk_export_row row = person("1", "abc", false);
		kit_field(l, "a", MK_SRC_PERSON_NAME)->max_bytes = 4;
		assert_int_equal(mk_layout_encode(l, &flat), 0);
		memset(&k, 0, sizeof k);
		k.x = kit_exchange();
		assert_int_equal(mk_compiled_parse(flat.data, flat.len, &k.c), 0);
		assert_int_equal(mk_export_new(k.x, k.c, &k.e), 0);
		assert_int_equal(mk_export_check(k.e, &row), 1);
		assert_int_equal(mk_export_ready(k.e), 0);
		assert_int_equal(mk_export_begin(k.e, &k.out), 0);
		if (change == 1)
			row.text[MK_SRC_PERSON_NAME] = "abcde"; /* too long now */
		if (change == 2)
			row.text[MK_SRC_PERSON_NAME] = "ab"; /* fits, but is another size */
		int r = mk_export_row(k.e, &row, &k.out);
		assert_int_equal(r, change == 1 ? MK_E_STATE : 1);
		if (change == 3)
			assert_int_equal(
			    mk_export_row(k.e, &row, &k.out), MK_E_STATE); /* one row too many */
		assert_int_equal(mk_export_end(k.e, &k.out), change == 0 ? 0 : MK_E_STATE);
		kit_free(&k);
		mk_layout_free(l);
		mk_buf_free(&flat);
	}
}

static void
no_rows_no_final_newline(void **state)
{
	(void)state;
	struct kit_run k;
	struct mk_layout *l = kit_layout();
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_run(&k, l, NULL, 0);
	KIT_IS(&k, "");
	kit_free(&k);
	struct mk_export_row rows[] = {person("1", "x", false), person("2", "", false)};
	l = kit_layout();
	l->bom = true;
	l->final_newline = false;
	l->eol = MK_EOL_LF;
	kit_field(l, "a", MK_SRC_PERSON_NAME);
	kit_run(&k, l, rows, 2);
	KIT_IS(&k, "\xef\xbb\xbfx\n");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cp932_names),
	    cmocka_unit_test(jisx0208_is_narrower),
	    cmocka_unit_test(repertoires_over_unicode),
	    cmocka_unit_test(folded_alike),
	    cmocka_unit_test(changes_are_listed),
	    cmocka_unit_test(problems_are_named),
	    cmocka_unit_test(classes),
	    cmocka_unit_test(second_byte_is_no_separator),
	    cmocka_unit_test(utf8_keeps_everything),
	    cmocka_unit_test(quoting),
	    cmocka_unit_test(controls_stop_in_any_quoting),
	    cmocka_unit_test(formulas),
	    cmocka_unit_test(missing_numbers),
	    cmocka_unit_test(lengths_in_the_targets_bytes),
	    cmocka_unit_test(nothing_before_everything_is_checked),
	    cmocka_unit_test(size_limit),
	    cmocka_unit_test(header_and_preamble_are_checked_too),
	    cmocka_unit_test(numbers_are_checked_again),
	    cmocka_unit_test(passes_must_agree),
	    cmocka_unit_test(no_rows_no_final_newline),
	};
	return mk_base_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
