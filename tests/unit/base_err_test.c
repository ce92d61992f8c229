/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error table: statuses of cli.md, codes that scripts can rely on, and what a code outside the table becomes. Log lines too. */
#include "tests/lib/mk_cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/utf8.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const names[] = {
#define X(name, status, message) #name,
    MK_ERR_TABLE(X)
#undef X
};

static void
codes_are_the_names_in_lower_case(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(names), MK_EI_COUNT);
	for (int i = 0; i < MK_EI_COUNT; i++) {
		const char *code = mk_err_code(-1 - i);
		assert_int_equal(strlen(code), strlen(names[i])); /* not cut */
		assert_int_equal(strcasecmp(code, names[i]), 0);
		assert_int_equal(code[strspn(code, "abcdefghijklmnopqrstuvwxyz_")], '\0');
		assert_ptr_equal(mk_err_code(-1 - i), code);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(code, mk_err_code(-1 - k));
	}
	assert_string_equal(mk_err_code(0), "ok");
	assert_string_equal(mk_err_code(MK_E_NOT_FOUND), "not_found");
}

/* The statuses of cli.md: 1 to 14 and 70, never one that looks like a signal. */
static void
statuses_are_those_of_cli_md(void **state)
{
	(void)state;
	unsigned seen = 0;
	for (int i = 0; i < MK_EI_COUNT; i++) {
		int s = mk_err_status(-1 - i);
		if (s != 70)
			assert_in_range(s, 1, 14);
		seen |= s == 70 ? 1U : 1U << s;
	}
	assert_int_equal(seen, 0x7fff); /* each is used */
	static const struct {
		int err, status;
	} fixed[] = {{0, 0}, {MK_E_FAILED, 1}, {MK_E_USAGE, 2}, {MK_E_AUTH, 3}, {MK_E_LOCKED, 3},
	    {MK_E_DENIED, 4}, {MK_E_NO_GRANT, 4}, {MK_E_APPROVAL, 5}, {MK_E_BUDGET, 6},
	    {MK_E_TRAIL, 7}, {MK_E_DAMAGED, 8}, {MK_E_TAMPERED, 8}, {MK_E_ROLLED_BACK, 9},
	    {MK_E_IO, 10}, {MK_E_NOSPACE, 10}, {MK_E_BUSY, 11}, {MK_E_INPUT, 12}, {MK_E_TEXT, 12},
	    {MK_E_NUMBER, 12}, {MK_E_TOO_BIG, 12}, {MK_E_NOT_FOUND, 13}, {MK_E_UNREADABLE, 14},
	    {MK_E_IMAGE, 14}, {MK_E_INTERNAL, 70}};
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		assert_int_equal(mk_err_status(fixed[i].err), fixed[i].status);
}

/* The numbers travel on the wire: the order of the table is frozen up to its end of today. */
static void
numbers_do_not_move(void **state)
{
	(void)state;
	assert_int_equal(MK_E_FAILED, -1);
	assert_int_equal(MK_E_DENIED, -5);
	assert_int_equal(MK_E_TRAIL, -9);
	assert_int_equal(MK_E_IO, -13);
	assert_int_equal(MK_E_NOT_FOUND, -23);
	assert_int_equal(MK_E_INTERNAL, -28);
	assert_int_equal(MK_E_READER, -36);
	assert_true(MK_EI_COUNT >= 36);
}

static void
messages(void **state)
{
	(void)state;
	for (int i = 0; i < MK_EI_COUNT; i++) {
		const char *m = mk_err_message(-1 - i);
		assert_true(m[0] != '\0' && m[strlen(m) - 1] != '.' && m[strlen(m) - 1] != '\n');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(m, mk_err_message(-1 - k));
	}
	assert_string_equal(mk_err_message(0), "ok");
}

static void
unknown_codes_are_internal(void **state)
{
	(void)state;
	static const int odd[] = {
	    1, 2, 255, INT_MAX, INT_MIN, INT_MIN + 1, -MK_EI_COUNT - 1, -1000};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		assert_string_equal(mk_err_code(odd[i]), "internal");
		assert_string_equal(mk_err_message(odd[i]), "internal error");
		assert_int_equal(mk_err_status(odd[i]), 70);
	}
	assert_string_not_equal(mk_err_code(-MK_EI_COUNT), "internal");
}

static void
from_errno(void **state)
{
	(void)state;
	for (int e = 0; e < 140; e++) {
		int want = e == ENOSPC || e == EDQUOT ? MK_E_NOSPACE
			   : e == ENOENT              ? MK_E_NOT_FOUND
			   : e == ENOMEM              ? MK_E_NOMEM
						      : MK_E_IO;
		assert_int_equal(mk_err_from_errno(e), want);
	}
}

static void
log_line(char *got, size_t cap, const char *text)
{
	int fd[2], keep = dup(STDERR_FILENO);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	dup2(fd[1], STDERR_FILENO);
	mk_log("%s", text);
	dup2(keep, STDERR_FILENO);
	close(keep);
	close(fd[1]);
	ssize_t n = read(fd[0], got, cap - 1);
	assert_true(n >= 0);
	got[n] = '\0';
	close(fd[0]);
}

/* One line, one write, nothing in it that a terminal obeys, however long. */
static void
log_lines_are_escaped_and_bounded(void **state)
{
	(void)state;
	char got[16384], text[5001];
	mk_log_name("unit");
	log_line(got, sizeof got, "id 山 7");
	assert_string_equal(got, "unit: id 山 7\n");
	log_line(got, sizeof got, "a\nunit: forged\x1b[2J\xc2\x9b");
	assert_string_equal(got, "unit: a\\x0aunit: forged\\x1b[2J\\u{009b}\n");
	memset(text, '\x1b', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_line(got, sizeof got, text);
	assert_in_range(strlen(got), 1000, 5000);
	assert_int_equal(got[strlen(got) - 1], '\n');
	assert_int_equal(mk_text_check(got, strlen(got) - 1, NULL), 0);
	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "山", 3);
	text[4998] = '\0';
	log_line(got, sizeof got, text); /* cut inside a character: still valid text */
	assert_int_equal(mk_text_check(got, strlen(got) - 1, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_the_names_in_lower_case),
	    cmocka_unit_test(statuses_are_those_of_cli_md),
	    cmocka_unit_test(numbers_do_not_move),
	    cmocka_unit_test(messages),
	    cmocka_unit_test(unknown_codes_are_internal),
	    cmocka_unit_test(from_errno),
	    cmocka_unit_test(log_lines_are_escaped_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
