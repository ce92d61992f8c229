/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON writer: exact bytes, harmless strings, nesting, numbers whatever the locale. What is said here of JSON is RFC 8259's. */
#include "tests/lib/mk_cmocka.h"

#include <fcntl.h>
#include <ftw.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/json.h"
#include "mynakura/base/utf8.h"

static void
a_document(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "name", "山田 太郎");
	mk_json_str(&j, "kana", NULL);
	mk_json_arr(&j, "list");
	mk_json_int(&j, NULL, 1);
	mk_json_obj(&j, NULL);
	mk_json_end_obj(&j);
	mk_json_arr(&j, NULL);
	mk_json_end_arr(&j);
	mk_json_str(&j, NULL, "");
	mk_json_null(&j, NULL);
	mk_json_raw(&j, NULL, "{\"x\":1}", 7);
	mk_json_end_arr(&j);
	mk_json_bool(&j, "yes", true);
	mk_json_bool(&j, "no", false);
	mk_json_dec(&j, "dec", 0.5, 2);
	mk_json_strn(&j, "part", "abcdef", 3);
	mk_json_obj(&j, "o");
	mk_json_int(&j, "k\"\n", -5);
	mk_json_end_obj(&j);
	mk_json_end_obj(&j);
	assert_string_equal(mk_buf_str(&b), "{\"name\":\"山田 "
					    "太郎\",\"kana\":null,\"list\":[1,{},[],\"\",null,{"
					    "\"x\":1}],\"yes\":true,\"no\":false,\"dec\":0.50,"
					    "\"part\":\"abc\",\"o\":{\"k\\\"\\n\":-5}}");
	mk_buf_free(&b);
}

static void
string_gives(const char *in, size_t len, const char *want)
{
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_strn(&j, NULL, in, len);
	assert_string_equal(mk_buf_str(&b), want);
	mk_buf_free(&b);
}

static void
strings(void **state)
{
	(void)state;
	string_gives("", 0, "\"\"");
	string_gives("\"\\/", 3, "\"\\\"\\\\/\"");
	string_gives("a\0b", 3, "\"a\\u0000b\"");
	string_gives("\n\t\r\x1b\x7f", 5, "\"\\n\\u0009\\u000d\\u001b\\u007f\"");
	string_gives("\xc2\x80\xc2\x9b", 4, "\"\\u0080\\u009b\"");
	string_gives("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\xef\xbb\xbf", 12,
	    "\"\\u202e\\u2028\\u200b\\ufeff\"");
	string_gives("\xee\x80\x80\xef\xbf\xbe", 6, "\"\\ue000\\ufffe\"");
	string_gives("\xf3\xa0\x80\x81\xf4\x8f\xbf\xbf", 8, "\"\\udb40\\udc01\\udbff\\udfff\"");
	string_gives("\xff"
		     "a\xe5\xb1",
	    4, "\"\\ufffda\\ufffd\\ufffd\"");
	string_gives("\xed\xa0\x80\xc0\xaf", 5, "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"");
	string_gives("髙﨑𠮷葛\xf3\xa0\x84\x80", 17, "\"髙﨑𠮷葛\xf3\xa0\x84\x80\"");
}

/* What a JSON string decodes to: the writer's own escapes only. */
static size_t
unescape(const char *s, size_t len, char *out)
{
	size_t n = 0;
	uint32_t high = 0;
	for (size_t i = 1; i + 1 < len;) {
		if (s[i] != '\\') {
			out[n++] = s[i++];
			continue;
		}
		if (s[i + 1] != 'u') {
			out[n++] = s[i + 1] == 'n' ? '\n' : s[i + 1];
			i += 2;
			continue;
		}
		unsigned cp = 0;
		assert_int_equal(sscanf(s + i + 2, "%4x", &cp), 1);
		i += 6;
		if (cp >= 0xd800 && cp < 0xdc00) {
			high = cp;
			continue;
		}
		if (cp >= 0xdc00 && cp < 0xe000)
			cp = 0x10000 + ((high - 0xd800) << 10) + (cp - 0xdc00);
		n += mk_utf8_encode(cp, out + n);
	}
	return n;
}

/* Every scalar value comes back and never reaches a terminal raw. */
static void
every_character(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char raw[4], back[16];
		struct mk_json j;
		size_t n = mk_utf8_encode(cp, raw);
		if (n == 0)
			continue;
		mk_buf_reset(&b);
		mk_json_init(&j, &b);
		mk_json_strn(&j, NULL, raw, n);
		if (mk_text_check((const char *)b.data, b.len, NULL) < 0 ||
		    unescape((const char *)b.data, b.len, back) != n || memcmp(back, raw, n) != 0)
			fail_msg("U+%04X became %s", (unsigned)cp, mk_buf_str(&b));
	}
	mk_buf_free(&b);
}

static void
expect_dec(double v, int decimals, const char *want)
{
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_dec(&j, NULL, v, decimals);
	assert_string_equal(mk_buf_str(&b), want);
	mk_buf_free(&b);
}

static void
decimals(void **state)
{
	(void)state;
	expect_dec(0, 0, "0");
	expect_dec(0, 3, "0.000");
	expect_dec(0.998, 3, "0.998");
	expect_dec(0.9996, 3, "1.000");
	expect_dec(-0.5, 1, "-0.5");
	expect_dec(-0.0004, 3, "0.000");
	expect_dec(-12.25, 2, "-12.25");
	expect_dec(1.05, 6, "1.050000");
	expect_dec(3.7, 0, "4");
	expect_dec(3.7, -1, "4");
	expect_dec(0.1234567, 9, "0.123457");
	expect_dec(999999999999.5, 1, "999999999999.5");
	expect_dec(1e13, 1, "null");
	expect_dec((double)NAN, 1, "null");
	expect_dec((double)INFINITY, 1, "null");
	expect_dec(-(double)INFINITY, 1, "null");
}

static void
integers(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_arr(&j, NULL);
	mk_json_int(&j, NULL, INT64_MIN);
	mk_json_int(&j, NULL, INT64_MAX);
	mk_json_int(&j, NULL, 0);
	mk_json_dec(&j, NULL, (double)NAN, 1);
	mk_json_end_arr(&j);
	assert_string_equal(mk_buf_str(&b), "[-9223372036854775808,9223372036854775807,0,null]");
	mk_buf_free(&b);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

/* German writes 0,5: the locale is made here, as none but C is sure to be installed. */
static void
a_locale_changes_nothing(void **state)
{
	(void)state;
	char dir[] = "/tmp/mk_json_XXXXXX", path[64], control[16];
	int status = -1;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/xx_XX", dir);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 1);
		dup2(null, 2);
		execlp("localedef", "localedef", "--no-archive", "-i", "de_DE", "-f", "UTF-8", path,
		    (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	setenv("LOCPATH", dir, 1);
	bool made = setlocale(LC_ALL, "xx_XX") != NULL;
	snprintf(control, sizeof control, "%.1f", 0.5);
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_arr(&j, NULL);
	mk_json_dec(&j, NULL, 0.5, 1);
	mk_json_dec(&j, NULL, -1234567.25, 2);
	mk_json_int(&j, NULL, 1234567);
	mk_json_end_arr(&j);
	setlocale(LC_ALL, "C");
	unsetenv("LOCPATH");
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	char got[64];
	snprintf(got, sizeof got, "%s", mk_buf_str(&b));
	mk_buf_free(&b);
	if (!made) {
		print_message("# localedef cannot make de_DE here (status %d)\n", status);
		skip();
	}
	assert_string_equal(control, "0,5");
	assert_string_equal(got, "[0.5,-1234567.25,1234567]");
}

static void
nesting_has_an_end(void **state)
{
	(void)state;
	for (unsigned depth = 1; depth <= 40; depth++) {
		struct mk_buf b = MK_BUF_INIT;
		struct mk_json j;
		mk_json_init(&j, &b);
		for (unsigned i = 0; i < depth; i++)
			mk_json_arr(&j, NULL);
		for (unsigned i = 0; i < depth; i++)
			mk_json_end_arr(&j);
		assert_int_equal(mk_buf_error(&b), depth <= 15 ? 0 : MK_E_NOMEM);
		if (depth <= 15) {
			assert_int_equal(b.len, 2 * depth);
			assert_int_equal(strspn(mk_buf_str(&b), "["), depth);
		}
		mk_buf_free(&b);
	}
}

static void
commas_at_every_depth(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_json j;
	mk_json_init(&j, &b);
	mk_json_arr(&j, NULL);
	for (int i = 0; i < 3; i++) {
		mk_json_arr(&j, NULL);
		for (int k = 0; k < i; k++) {
			mk_json_obj(&j, NULL);
			mk_json_int(&j, "a", k);
			mk_json_int(&j, "b", k);
			mk_json_end_obj(&j);
		}
		mk_json_end_arr(&j);
	}
	mk_json_end_arr(&j);
	assert_string_equal(
	    mk_buf_str(&b), "[[],[{\"a\":0,\"b\":0}],[{\"a\":0,\"b\":0},{\"a\":1,\"b\":1}]]");
	mk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_document),
	    cmocka_unit_test(strings),
	    cmocka_unit_test(every_character),
	    cmocka_unit_test(decimals),
	    cmocka_unit_test(integers),
	    cmocka_unit_test(a_locale_changes_nothing),
	    cmocka_unit_test(nesting_has_an_end),
	    cmocka_unit_test(commas_at_every_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
