/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items of a message: every tag there and back as the bytes the header describes, and what must be refused. */
#include "tests/lib/mk_cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/msg.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct tag {
	unsigned number;
	const char *name;
	int type;
};

static const struct tag tags[] = {
#define X(number, name, type) {number, #name, MK_TYPE_##type},
    MK_TAG_TABLE(X)
#undef X
};

static void
tags_are_unique_and_known(void **state)
{
	(void)state;
	unsigned known = 0;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		assert_in_range(tags[i].number, 1, 0xffff);
		assert_string_equal(mk_tag_name(tags[i].number), tags[i].name);
		assert_int_equal(mk_tag_type(tags[i].number), tags[i].type);
		for (size_t k = 0; k < i; k++) {
			assert_int_not_equal(tags[i].number, tags[k].number);
			assert_string_not_equal(tags[i].name, tags[k].name);
		}
	}
	for (unsigned t = 0; t <= 0x20000; t++)
		known += mk_tag_name(t) != NULL ? 1 : 0;
	assert_int_equal(known, ARRAY_LEN(tags));
	assert_null(mk_tag_name(0));
	assert_int_equal(mk_tag_type(0), -1);
	assert_int_equal(mk_tag_type(~0U), -1);
	/* what must never be logged or printed */
	static const unsigned secret[] = {MK_T_number, MK_T_passphrase, MK_T_new_passphrase,
	    MK_T_otc, MK_T_recovery, MK_T_qr, MK_T_ocr, MK_T_candidate, MK_T_chars};
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		assert_int_equal(mk_tag_type(secret[i]), MK_TYPE_SECRET);
	assert_int_equal(MK_T_error, 1);
	assert_int_equal(MK_T_number, 20);
	assert_int_equal(MK_T_item, 34);
}

static void
exact_bytes(void **state)
{
	(void)state;
	static const uint8_t want[] = {0, 4, 0, 3, 0xe5, 0xb1, 0xb1, 0, 26, 0, 8, 0, 0, 0, 0, 0, 0,
	    1, 2, 0, 28, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 71, 0, 1, 1, 0,
	    76, 0, 2, 0, 0xff, 0, 34, 0, 5, 0, 71, 0, 1, 0, 0, 3, 0, 0};
	struct mk_buf b = MK_BUF_INIT, rec = MK_BUF_INIT;
	mk_put_str(&b, MK_T_name, "山");
	mk_put_u64(&b, MK_T_seq, 258);
	mk_put_i64(&b, MK_T_time, -1);
	mk_put_bool(&b, MK_T_ok, true);
	mk_put_bytes(&b, MK_T_profile, "\0\xff", 2);
	mk_put_bool(&rec, MK_T_ok, false);
	mk_put_rec(&b, MK_T_item, &rec);
	mk_put_str(&b, MK_T_id, "");
	mk_put_str(&b, MK_T_id, NULL); /* puts nothing */
	assert_int_equal(b.len, sizeof want);
	assert_memory_equal(b.data, want, sizeof want);
	assert_int_equal(mk_items_check(b.data, b.len), 0);
	mk_buf_free(&b);
	mk_buf_free(&rec);
}

/* A body with every tag, each twice, walked and looked up. */
static void
every_type_there_and_back(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT, rec = MK_BUF_INIT;
	struct mk_rd rd;
	struct mk_item it;
	mk_put_str(&rec, MK_T_value, "inner");
	for (size_t i = 0; i < 2 * ARRAY_LEN(tags); i++) {
		const struct tag *t = &tags[i % ARRAY_LEN(tags)];
		if (t->type == MK_TYPE_U64)
			mk_put_u64(&b, t->number, UINT64_MAX - i);
		else if (t->type == MK_TYPE_I64)
			mk_put_i64(&b, t->number, INT64_MIN + (int64_t)i);
		else if (t->type == MK_TYPE_BOOL)
			mk_put_bool(&b, t->number, i < ARRAY_LEN(tags));
		else if (t->type == MK_TYPE_REC)
			mk_put_rec(&b, t->number, &rec);
		else if (t->type == MK_TYPE_BYTES)
			mk_put_bytes(&b, t->number, &i, sizeof i);
		else
			mk_put_str(&b, t->number, t->name);
	}
	assert_int_equal(mk_items_check(b.data, b.len), 0);
	mk_rd_init(&rd, b.data, b.len);
	for (size_t i = 0; i < 2 * ARRAY_LEN(tags); i++) {
		assert_int_equal(mk_item_next(&rd, &it), 1);
		assert_int_equal(it.tag, tags[i % ARRAY_LEN(tags)].number);
		assert_int_equal(it.type, tags[i % ARRAY_LEN(tags)].type);
	}
	assert_int_equal(mk_item_next(&rd, &it), 0);
	assert_int_equal(mk_item_next(&rd, &it), 0);
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) { /* the first of the two is found */
		char s[64];
		unsigned n = tags[i].number;
		assert_true(mk_find(b.data, b.len, n, &it));
		if (tags[i].type == MK_TYPE_U64)
			assert_true(mk_get_u64(b.data, b.len, n, 0) == UINT64_MAX - i);
		if (tags[i].type == MK_TYPE_I64)
			assert_true(mk_get_i64(b.data, b.len, n, 0) == INT64_MIN + (int64_t)i);
		if (tags[i].type == MK_TYPE_BOOL)
			assert_true(mk_get_bool(b.data, b.len, n, false));
		if (tags[i].type == MK_TYPE_STR) {
			assert_int_equal(mk_get_str(b.data, b.len, n, s, sizeof s), 0);
			assert_string_equal(s, tags[i].name);
		}
		if (tags[i].type == MK_TYPE_REC) {
			assert_int_equal(mk_get_str(it.p, it.len, MK_T_value, s, sizeof s), 0);
			assert_string_equal(s, "inner");
		}
	}
	mk_buf_free(&b);
	mk_buf_free(&rec);
}

static void
what_is_missing(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	struct mk_item it;
	char s[6] = "zzzzz";
	mk_put_str(&b, MK_T_name, "12345");
	assert_true(mk_get_u64(b.data, b.len, MK_T_seq, 42) == 42);
	assert_true(mk_get_i64(b.data, b.len, MK_T_time, -42) == -42);
	assert_true(mk_get_bool(b.data, b.len, MK_T_ok, true) &&
		    !mk_get_bool(b.data, b.len, MK_T_ok, false));
	assert_int_equal(mk_get_str(b.data, b.len, MK_T_id, s, sizeof s), MK_E_NOT_FOUND);
	assert_string_equal(s, "");
	assert_int_equal(mk_get_str(b.data, b.len, MK_T_name, s, 6), 0);
	assert_string_equal(s, "12345");
	assert_int_equal(mk_get_str(b.data, b.len, MK_T_name, s, 5), MK_E_TOO_BIG);
	assert_string_equal(s, "");
	assert_false(mk_find(b.data, b.len, MK_T_id, &it));
	assert_false(mk_find(NULL, 0, MK_T_name, &it));
	assert_int_equal(mk_items_check(NULL, 0), 0);
	mk_buf_free(&b);
}

static void
refused(const char *why, const void *body, size_t len)
{
	uint8_t *copy = malloc(len + 1); /* its own block: a read past the end is seen by ASan */
	assert_non_null(copy);
	memcpy(copy + 1, body, len);
	int r = mk_items_check(copy + 1, len);
	free(copy);
	if (r != MK_E_PROTOCOL)
		fail_msg("let in: %s", why);
}

#define REFUSED(why, bytes) refused(why, bytes, sizeof(bytes) - 1)

static void
malformed_items(void **state)
{
	(void)state;
	REFUSED("tag 0", "\0\0\0\0");
	REFUSED("unknown tag", "\x7f\xff\0\0");
	REFUSED("half a tag", "\0");
	REFUSED("no length", "\0\4");
	REFUSED("half a length", "\0\4\0");
	REFUSED("value too short", "\0\4\0\2a");
	REFUSED("length 65535 of nothing", "\0\4\xff\xff");
	REFUSED("a good one, then half of one", "\0\4\0\1a\0\4\0");
	REFUSED("u64 of 7 bytes", "\0\x1a\0\7\0\0\0\0\0\0\0");
	REFUSED("u64 of 9 bytes", "\0\x1a\0\x9\0\0\0\0\0\0\0\0\0");
	REFUSED("empty u64", "\0\x1a\0\0");
	REFUSED("i64 of 4 bytes", "\0\x1c\0\4\0\0\0\0");
	REFUSED("bool 2", "\0\x47\0\1\2");
	REFUSED("empty bool", "\0\x47\0\0");
	REFUSED("bool of two bytes", "\0\x47\0\2\0\0");
	REFUSED("NUL in a string", "\0\4\0\3a\0b");
	REFUSED("NUL at a string's end", "\0\4\0\2a\0");
	REFUSED("NUL in a secret", "\0\x14\0\3\61\0\61");
	REFUSED("overlong", "\0\4\0\2\xc0\xaf");
	REFUSED("surrogate", "\0\4\0\3\xed\xa0\x80");
	REFUSED("past U+10FFFF", "\0\4\0\4\xf4\x90\x80\x80");
	REFUSED("truncated character", "\0\4\0\2\xe5\xb1");
	REFUSED("lone continuation", "\0\4\0\1\x80");
	REFUSED("invalid UTF-8 in a secret", "\0\x14\0\1\xff");
	REFUSED("bad item in a record", "\0\x22\0\4\0\0\0\0");
	REFUSED("record cut by its own length", "\0\x22\0\4\0\4\0\1");
	REFUSED("bad item two deep", "\0\x22\0\x8\0\x22\0\4\0\x1a\0\0");
	assert_int_equal(
	    mk_items_check("\0\4\0\1a\0\x4c\0\2\0\xff\0\x22\0\0", 15), 0); /* the control */
}

static void
every_cut_of_a_good_body(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT, rec = MK_BUF_INIT;
	bool whole[256] = {true};
	mk_put_str(&rec, MK_T_field, "name");
	mk_put_str(&rec, MK_T_value, "山田");
	mk_put_str(&b, MK_T_review, "r0123456789abc");
	whole[b.len] = true;
	mk_put_rec(&b, MK_T_item, &rec);
	whole[b.len] = true;
	mk_put_u64(&b, MK_T_seq, 7);
	whole[b.len] = true;
	mk_put_bool(&b, MK_T_ok, true);
	for (size_t len = 0; len < b.len; len++)
		if (whole[len])
			assert_int_equal(mk_items_check(b.data, len), 0);
		else
			refused("a cut body", b.data, len);
	mk_buf_free(&b);
	mk_buf_free(&rec);
}

static void
records_nest_four_deep(void **state)
{
	(void)state;
	struct mk_buf inner = MK_BUF_INIT;
	for (int depth = 1; depth <= 200; depth++) {
		struct mk_buf outer = MK_BUF_INIT;
		mk_put_rec(&outer, MK_T_item, &inner);
		assert_int_equal(
		    mk_items_check(outer.data, outer.len), depth <= 4 ? 0 : MK_E_PROTOCOL);
		mk_buf_free(&inner);
		inner = outer;
	}
	mk_buf_free(&inner);
	/* a bomb: the deepest that fits a frame ends at the limit, not at the stack */
	uint8_t *bomb = malloc(MK_FRAME_MAX);
	assert_non_null(bomb);
	for (size_t at = 0; at + 4 <= MK_FRAME_MAX; at += 4) {
		size_t rest = MK_FRAME_MAX - at - 4;
		bomb[at] = 0;
		bomb[at + 1] = MK_T_item;
		bomb[at + 2] = (uint8_t)(rest >> 8);
		bomb[at + 3] = (uint8_t)rest;
	}
	assert_int_equal(mk_items_check(bomb, MK_FRAME_MAX), MK_E_PROTOCOL);
	free(bomb);
}

static void
values_too_long_mark_the_buffer(void **state)
{
	(void)state;
	char *big = malloc(65537);
	struct mk_buf b = MK_BUF_INIT, outer = MK_BUF_INIT;
	memset(big, 'x', 65536);
	big[65536] = '\0';
	mk_put_bytes(&b, MK_T_profile, big, 65535);
	assert_int_equal(mk_buf_error(&b), 0);
	assert_int_equal(mk_items_check(b.data, b.len), 0);
	mk_put_rec(&outer, MK_T_item, &b); /* 65,539 bytes */
	assert_true(mk_buf_error(&outer) < 0);
	mk_buf_free(&outer);
	mk_put_str(&b, MK_T_name, big);
	assert_true(mk_buf_error(&b) < 0);
	size_t len = b.len;
	mk_put_bool(&b, MK_T_ok, true);
	assert_int_equal(b.len, len);
	mk_put_rec(&outer, MK_T_item, &b); /* a failed record fails what holds it */
	assert_true(mk_buf_error(&outer) < 0);
	mk_buf_free(&b);
	mk_buf_free(&outer);
	free(big);
}

static void
descriptors_have_one_owner(void **state)
{
	(void)state;
	struct mk_msg m;
	mk_msg_init(&m, 7, 9);
	assert_true(m.type == 7 && m.id == 9 && m.flags == 0 && m.nfds == 0 && m.body.len == 0);
	assert_int_equal(mk_msg_take_fd(&m, 0), -1);
	int a = open("/dev/null", O_RDONLY | O_CLOEXEC),
	    b = open("/dev/null", O_RDONLY | O_CLOEXEC);
	m.fds[m.nfds++] = a;
	m.fds[m.nfds++] = b;
	assert_int_equal(mk_msg_take_fd(&m, 1), b);
	assert_int_equal(mk_msg_take_fd(&m, 1), -1);
	assert_int_equal(mk_msg_take_fd(&m, 2), -1);
	assert_int_equal(mk_msg_take_fd(&m, MK_MSG_FDS), -1);
	mk_msg_free(&m);
	errno = 0;
	assert_int_equal(fcntl(a, F_GETFD), -1);
	assert_int_equal(errno, EBADF);
	assert_true(fcntl(b, F_GETFD) >= 0);
	close(b);
	mk_msg_free(&m); /* twice is harmless */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tags_are_unique_and_known),
	    cmocka_unit_test(exact_bytes),
	    cmocka_unit_test(every_type_there_and_back),
	    cmocka_unit_test(what_is_missing),
	    cmocka_unit_test(malformed_items),
	    cmocka_unit_test(every_cut_of_a_good_body),
	    cmocka_unit_test(records_nest_four_deep),
	    cmocka_unit_test(values_too_long_mark_the_buffer),
	    cmocka_unit_test(descriptors_have_one_owner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
