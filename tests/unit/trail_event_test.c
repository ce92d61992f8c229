/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand in the trail, its JSON, and the form in which events travel. */
#include "mynakura/trail/event.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "tests/lib/mk_cmocka.h"

static struct mk_event
plain(void)
{
	struct mk_event e;
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_INTENT;
	e.action = MK_A_reveal;
	e.time = 1795910400; /* 2026-11-29T09:00:00+09:00 */
	e.actor = "m0123456789abc";
	e.role = "clerk";
	e.has_uid = true;
	e.uid = 1000;
	e.reason = "for \"the\" withholding slip";
	return e;
}

static void
test_table(void **state)
{
	(void)state;
	for (int a = 0; a < MK_A_COUNT; a++) {
		assert_non_null(mk_action_name((enum mk_action)a));
		assert_int_equal(mk_action_find(mk_action_name((enum mk_action)a)), a);
	}
	assert_null(mk_action_name(MK_A_COUNT));
	assert_int_equal(mk_action_find("no such"), MK_E_NOT_FOUND);
	assert_true(mk_action_reserve(MK_A_denied));
	assert_false(mk_action_reserve(MK_A_reveal));
}

static void
test_numbers_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"123456789018", "no 1234-5678-9018 here",
	    "1234 5678 9018", "１２３４５６７８９０１８", "１２３４－５６７８－９０１８",
	    "x1234567890180", "1234　5678　9018"};
	static const char *const good[] = {"123456789012", /* wrong check digit */
	    "12345678901", "tel 03-1234-5678", "12345678 words 9018", ""};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct mk_event e = plain();
		struct mk_detail d = {"file", bad[i]};
		e.reason = bad[i];
		assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
		e.reason = NULL;
		assert_int_equal(mk_event_check(&e), 0);
		e.details = &d;
		e.n_details = 1;
		assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
		e.n_details = 0;
		e.terminal = bad[i];
		assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
	}
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct mk_event e = plain();
		e.reason = good[i];
		assert_int_equal(mk_event_check(&e), 0);
	}
}

/* A hash is let through under its own keys only, and only when it is one. */
static void
test_hashes(void **state)
{
	(void)state;
	static const char hash[] =
	    "123456789018aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1";
	char h64[65];
	memcpy(h64, hash, 64);
	h64[64] = '\0';
	struct mk_event e = plain();
	struct mk_detail d = {"sha256", h64};
	e.details = &d;
	e.n_details = 1;
	assert_int_equal(mk_event_check(&e), 0);
	d.key = "note";
	assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
	d.key = "sha256";
	h64[63] = '\0';
	assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
	h64[63] = 'X';
	assert_int_equal(mk_event_check(&e), MK_E_NUMBER);
}

static void
test_text_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "a\x1b[31m", "a\xc2\x9b", "a\xe2\x80\xae_", "a\xff", "a\nb", "\xed\xa0\x80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct mk_event e = plain();
		e.reason = bad[i];
		assert_int_equal(mk_event_check(&e), MK_E_TEXT);
		e.reason = "髙橋は書かない";
		e.from = bad[i];
		assert_int_equal(mk_event_check(&e), MK_E_TEXT);
		e.from = NULL;
		assert_int_equal(mk_event_check(&e), 0);
	}
}

static void
test_limits(void **state)
{
	(void)state;
	static const char *ids[MK_EVENT_SUBJECTS_MAX + 1];
	char big[MK_EVENT_TEXT_MAX + 2];
	struct mk_event e = plain();
	struct mk_detail d = {"Bad-Key", "v"};
	memset(big, 'a', sizeof big);
	big[sizeof big - 1] = '\0';
	e.reason = big;
	assert_int_equal(mk_event_check(&e), MK_E_TOO_BIG);
	big[MK_EVENT_TEXT_MAX] = '\0';
	assert_int_equal(mk_event_check(&e), 0);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		ids[i] = "s0123456789abc";
	e.subjects = ids;
	e.n_subjects = MK_EVENT_SUBJECTS_MAX;
	assert_int_equal(mk_event_check(&e), 0);
	e.n_subjects++;
	assert_int_equal(mk_event_check(&e), MK_E_TOO_BIG);
	e.n_subjects = 1;
	ids[0] = "Yamada Taro";
	assert_int_equal(mk_event_check(&e), MK_E_INPUT);
	e.n_subjects = 0;
	e.details = &d;
	e.n_details = 1;
	assert_int_equal(mk_event_check(&e), MK_E_INPUT);
	e.n_details = 0;
	e.action = MK_A_COUNT;
	assert_int_equal(mk_event_check(&e), MK_E_INPUT);
}

static void
test_body(void **state)
{
	(void)state;
	const char *ids[] = {"s0123456789abc", "s0123456789abd"};
	struct mk_detail d[] = {{"rows", "2"}, {"file", "a\\b"}};
	struct mk_buf b = MK_BUF_INIT;
	struct mk_event e = plain();
	e.subjects = ids;
	e.n_subjects = 2;
	e.details = d;
	e.n_details = 2;
	e.ref = 7;
	e.commit = 9;
	e.result = "ok";
	assert_int_equal(mk_event_check(&e), 0);
	assert_int_equal(mk_event_body(&e, &b), 0);
	assert_string_equal(mk_buf_str(&b),
	    "{\"kind\":\"intent\",\"time\":\"2026-11-29T09:00:00+09:00\",\"action\":\"reveal\","
	    "\"actor\":\"m0123456789abc\",\"role\":\"clerk\",\"uid\":1000,"
	    "\"subjects\":[\"s0123456789abc\",\"s0123456789abd\"],\"result\":\"ok\",\"ref\":7,"
	    "\"commit\":9,\"reason\":\"for \\\"the\\\" withholding slip\","
	    "\"detail\":{\"rows\":\"2\",\"file\":\"a\\\\b\"}}");
	mk_buf_free(&b);
}

static void
test_pack(void **state)
{
	(void)state;
	const char *ids[] = {"s0123456789abc", "s0123456789abd"};
	struct mk_detail d[] = {{"rows", "2"}};
	struct mk_buf b = MK_BUF_INIT, again = MK_BUF_INIT;
	struct mk_event e = plain(), got;
	struct mk_event_store store;
	e.subjects = ids;
	e.n_subjects = 2;
	e.details = d;
	e.n_details = 1;
	e.commit = 3;
	assert_int_equal(mk_event_pack(&e, &b), 0);
	assert_int_equal(mk_event_unpack(b.data, b.len, &store, &got), 0);
	assert_int_equal(got.action, MK_A_reveal);
	assert_int_equal(got.uid, 1000);
	assert_string_equal(got.subjects[1], ids[1]);
	assert_string_equal(got.details[0].value, "2");
	assert_string_equal(got.reason, e.reason);
	assert_string_equal(got.ledger, "");
	assert_int_equal(mk_event_pack(&got, &again), 0);
	assert_int_equal(b.len, again.len);
	assert_memory_equal(b.data, again.data, b.len);
	mk_event_store_free(&store);
	for (size_t n = 0; n < b.len; n++) /* every cut is refused */
		assert_int_equal(mk_event_unpack(b.data, n, &store, &got), MK_E_PROTOCOL);
	for (size_t i = 0; i < b.len; i++) { /* no flip does harm */
		b.data[i] ^= 0x41;
		if (mk_event_unpack(b.data, b.len, &store, &got) == 0) {
			mk_event_check(&got);
			mk_event_store_free(&store);
		}
		b.data[i] ^= 0x41;
	}
	mk_buf_free(&b);
	mk_buf_free(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_numbers_are_refused),
	    cmocka_unit_test(test_hashes),
	    cmocka_unit_test(test_text_is_refused),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_body),
	    cmocka_unit_test(test_pack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
