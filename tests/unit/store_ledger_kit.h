/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of main.db and ledgers share: a folder of their own with random keys, valid random
 * numbers, and a search of files for a number in each form that a leak could have.
 */
#ifndef MK_TESTS_STORE_LEDGER_KIT_H
#define MK_TESTS_STORE_LEDGER_KIT_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/model/id.h"
#include "mynakura/model/number.h"
#include "mynakura/store/db.h"
#include "mynakura/store/ledger.h"
#include "tests/lib/mk_cmocka.h"

struct kit {
	char dir[128];
	char path[160]; /* of the database */
	struct mk_db_keys keys;
	struct mk_secret *page, *number;
	struct mk_number_key nk;
};

static inline struct mk_secret *
kit_key(void)
{
	uint8_t raw[32];
	assert_int_equal(mk_rand(raw, sizeof raw), 0);
	struct mk_secret *s = mk_secret_from(raw, sizeof raw);
	assert_non_null(s);
	return s;
}

/* ledger: "main" or NULL for a new ledger id. */
static inline void
kit_new(struct kit *k, const char *ledger)
{
	struct mk_id id;
	const char *tmp = getenv("TMPDIR");
	memset(k, 0, sizeof *k);
	snprintf(k->dir, sizeof k->dir, "%s/mk-ledg-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(k->dir));
	snprintf(k->path, sizeof k->path, "%s/test.db", k->dir);
	assert_int_equal(mk_id_new('l', &id), 0);
	assert_int_equal(
	    mk_str_copy(k->keys.ledger, sizeof k->keys.ledger, ledger ? ledger : id.s), 0);
	assert_int_equal(mk_rand(k->keys.vault, sizeof k->keys.vault), 0);
	k->page = kit_key();
	k->number = kit_key();
	k->keys.current = 1;
	k->keys.count = 1;
	k->keys.key[0].epoch = 1;
	k->keys.key[0].key = k->page;
	k->nk.key = k->number;
	k->nk.epoch = 1;
}

static inline void
kit_free(struct kit *k)
{
	DIR *d = opendir(k->dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	closedir(d);
	assert_int_equal(rmdir(k->dir), 0);
	mk_secret_free(k->page);
	mk_secret_free(k->number);
}

static inline struct mk_ledger *
kit_ledger(struct kit *k, bool create)
{
	struct mk_ledger *l = NULL;
	assert_int_equal(mk_ledger_open(k->path, &k->keys, "employee", create, &l), 0);
	assert_non_null(l);
	return l;
}

/* A random number with a right check digit, as 12 digits. */
static inline struct mk_secret *
kit_number(void)
{
	uint8_t raw[MK_NUMBER_LEN - 1];
	char d[MK_NUMBER_LEN];
	do {
		assert_int_equal(mk_rand(raw, sizeof raw), 0);
		for (size_t i = 0; i < sizeof raw; i++)
			d[i] = (char)('0' + raw[i] % 10);
		d[MK_NUMBER_LEN - 1] = mk_number_check_digit(d);
	} while (!mk_number_valid(d));
	struct mk_secret *s = mk_secret_from(d, sizeof d);
	assert_non_null(s);
	return s;
}

static inline struct mk_subject
kit_subject(const char *code, const char *name, const char *kana)
{
	struct mk_subject s;
	mk_subject_init(&s);
	assert_int_equal(mk_id_new('s', &s.id), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_code, code), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_name, name), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_kana, kana), 0);
	return s;
}

/* Adds a subject inside the open transaction and gives its id. */
static inline struct mk_id
kit_add(struct mk_ledger *l, const char *code, const char *name, const char *kana)
{
	struct mk_subject s = kit_subject(code, name, kana);
	struct mk_id id = s.id;
	assert_int_equal(mk_ledger_subject_add(l, &s, 1000), 0);
	mk_subject_free(&s);
	return id;
}

#define KIT_FORMS 9

/*
 * The forms of a number that a leak could have: digits, grouped twice, UTF-16 twice, full-width,
 * packed BCD, 64 bits twice.
 */
static inline void
kit_form(const struct mk_secret *n, int form, struct mk_buf *out)
{
	uint64_t v = 0;
	for (size_t i = 0; i < MK_NUMBER_LEN; i++) {
		uint8_t c = n->data[i];
		v = v * 10 + (uint64_t)(c - '0');
		if ((form == 1 || form == 2) && i > 0 && i % 4 == 0)
			mk_buf_put_u8(out, form == 1 ? '-' : ' ');
		if (form <= 2)
			mk_buf_put_u8(out, c);
		else if (form == 3)
			mk_buf_put(out, (const uint8_t[]){c, 0}, 2);
		else if (form == 4)
			mk_buf_put_u16(out, c);
		else if (form == 5)
			mk_buf_put(out, (const uint8_t[]){0xef, 0xbc, (uint8_t)(c + 0x60)}, 3);
		else if (form == 6 && i % 2 == 1)
			mk_buf_put_u8(out, (uint8_t)((n->data[i - 1] - '0') << 4 | (c - '0')));
	}
	for (int i = 0; i < 8 && form >= 7; i++)
		mk_buf_put_u8(out, (uint8_t)(v >> (form == 7 ? 56 - 8 * i : 8 * i)));
	assert_int_equal(mk_buf_error(out), 0);
}

/* How many files of dir hold these bytes; *scanned counts the bytes looked at. */
static inline int
kit_scan(const char *dir, const void *needle, size_t len, size_t *scanned)
{
	int hits = 0;
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct mk_buf b = MK_BUF_INIT;
		if (e->d_name[0] == '.')
			continue;
		int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(mk_buf_read_fd(&b, fd, (size_t)64 << 20), 0);
		close(fd);
		if (b.len > 0 && memmem(b.data, b.len, needle, len) != NULL)
			hits++;
		if (scanned != NULL)
			*scanned += b.len;
		mk_buf_free(&b);
	}
	closedir(d);
	return hits;
}

#endif
