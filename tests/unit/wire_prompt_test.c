/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts of a login conversation: what is put comes back, and what no daemon of ours sends is refused. */
#include "tests/lib/mk_cmocka.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/prompt.h"

static int
parse(struct mk_buf *b, struct mk_prompts *out)
{
	assert_int_equal(mk_buf_error(b), 0);
	assert_int_equal(mk_items_check(b->data, b->len), 0);
	int r = mk_prompts_parse(b->data, b->len, out);
	mk_buf_free(b);
	return r;
}

static void
put_raw(struct mk_buf *b, const char *kind, const char *text)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_kind, kind);
	mk_put_str(&rec, MK_T_text, text);
	mk_put_rec(b, MK_T_prompt, &rec);
	mk_buf_free(&rec);
}

static void
round_trip(void **state)
{
	(void)state;
	static const enum mk_prompt_kind kinds[] = {
	    MK_PROMPT_info, MK_PROMPT_error, MK_PROMPT_echo, MK_PROMPT_hidden};
	struct mk_buf b = MK_BUF_INIT;
	struct mk_prompts p;
	mk_put_bool(&b, MK_T_ok, false);
	for (size_t i = 0; i < 4; i++)
		mk_prompt_put(&b, kinds[i], "パスワード");
	assert_int_equal(parse(&b, &p), 0);
	assert_false(p.passed);
	assert_int_equal(p.count, 4);
	assert_int_equal(p.asks, 2);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(p.at[i].kind, kinds[i]);
		assert_string_equal(p.at[i].text, "パスワード");
		assert_int_equal(mk_prompt_asks(kinds[i]), i >= 2);
	}
}

static void
passed(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_prompts p;
	mk_put_bool(&b, MK_T_ok, true);
	assert_int_equal(parse(&b, &p), 0);
	assert_true(p.passed);
	assert_int_equal(p.count, 0);
	mk_put_bool(&b, MK_T_ok, true);
	mk_prompt_put(&b, MK_PROMPT_info, "ends in 3 days");
	assert_int_equal(parse(&b, &p), 0);
	assert_true(p.passed);
	assert_int_equal(p.count, 1);
}

static void
refused(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_prompts p;
	char text[MK_PROMPT_TEXT + 2];
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL); /* nothing at all: a client would spin */
	mk_put_bool(&b, MK_T_ok, true);
	mk_prompt_put(&b, MK_PROMPT_hidden, "PIN");
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL); /* passed, and asks */
	put_raw(&b, "binary", "x");
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL);
	put_raw(&b, "echo", "a\x1b[2J");
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL);
	put_raw(&b, "echo", NULL);
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL);
	memset(text, 'x', sizeof text);
	text[MK_PROMPT_TEXT] = '\0';
	put_raw(&b, "echo", text);
	assert_int_equal(parse(&b, &p), 0); /* control: the longest */
	text[MK_PROMPT_TEXT] = 'x';
	text[MK_PROMPT_TEXT + 1] = '\0';
	put_raw(&b, "echo", text);
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL);
	for (int i = 0; i < MK_PROMPTS_MAX; i++)
		put_raw(&b, "info", "x");
	assert_int_equal(parse(&b, &p), 0); /* control: as many as there may be */
	for (int i = 0; i <= MK_PROMPTS_MAX; i++)
		put_raw(&b, "info", "x");
	assert_int_equal(parse(&b, &p), MK_E_PROTOCOL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(passed),
	    cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
