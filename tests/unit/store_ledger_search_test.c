/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search from memory finds exactly what a walk over all rows finds, in the same order, over pages,
 * after changes, and with a row of the cursor renamed or moved between two pages.
 */
#include "mynakura/base/utf8.h"
#include "src/store/ledger_internal.h"
#include "tests/unit/store_ledger_kit.h"

#define PEOPLE 800
#define FOUND_MAX 4096

struct found {
	char id[FOUND_MAX][MK_ID_MAX];
	size_t n;
	char cursor[700];
	const struct mk_ledger_words *words; /* brute force: keep what holds them all */
};

static int
keep(const struct mk_subject *s, const char *cursor, void *arg)
{
	struct found *f = arg;
	struct mk_buf text = MK_BUF_INIT;
	bool all = true;
	mk_ledger_find_text(s, &text);
	for (size_t i = 0; f->words != NULL && i < f->words->n; i++)
		all = all && memmem(text.data, text.len, f->words->word[i].data,
				 f->words->word[i].len) != NULL;
	if (all)
		memcpy(f->id[f->n++], s->id.s, MK_ID_MAX);
	assert_int_equal(mk_str_copy(f->cursor, sizeof f->cursor, cursor), 0);
	mk_buf_free(&text);
	return 0;
}

/* By mk_ledger_subjects, page rows at a time. */
static void
search(struct mk_ledger *l, const char *text, size_t page, struct found *f)
{
	size_t before;
	memset(f, 0, sizeof *f);
	do {
		char after[700];
		memcpy(after, f->cursor, sizeof after);
		before = f->n;
		assert_int_equal(mk_ledger_subjects(l, text, after, page, keep, f), 0);
	} while (f->n - before == page);
}

static void
brute(struct mk_ledger *l, const char *text, struct found *f)
{
	struct mk_ledger_words w;
	memset(f, 0, sizeof *f);
	assert_int_equal(mk_ledger_words_parse(text, &w), 0);
	f->words = &w;
	assert_int_equal(mk_ledger_subjects(l, NULL, NULL, FOUND_MAX, keep, f), 0);
	mk_ledger_words_free(&w);
	f->words = NULL;
}

static const char *const queries[] = {"た", "タカ", "ﾀｶﾊｼ", "髙橋", "橋", "e00", "E0010",
    "やま たろ", "山 e01", "太郎　E02", "花", "zzz", "ろう", "田 田", "Ｅ００５"};

static void
agree(struct mk_ledger *l)
{
	static struct found a, b;
	size_t hits = 0;
	for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++) {
		brute(l, queries[q], &a);
		for (size_t page = 1; page < 2000; page = page * 7 + 1) {
			search(l, queries[q], page, &b);
			assert_int_equal(a.n, b.n);
			assert_memory_equal(a.id, b.id, a.n * sizeof a.id[0]);
		}
		hits += a.n;
	}
	assert_true(hits > PEOPLE); /* the queries do find something */
}

static void
add_people(struct mk_ledger *l)
{
	static const char *const family[][2] = {
	    {"髙橋", "タカハシ"}, {"山田", "ヤマダ"}, {"田中", "タナカ"}, {"𠮷田", "ヨシダ"}};
	static const char *const given[][2] = {
	    {"太郎", "タロウ"}, {"花子", "ハナコ"}, {"健", "ケン"}, {"三郎", "サブロウ"}};
	assert_int_equal(mk_ledger_begin(l), 0);
	for (unsigned i = 0; i < PEOPLE; i++) {
		char code[16], name[64], kana[64];
		snprintf(code, sizeof code, "E%04u", i);
		snprintf(name, sizeof name, "%s　%s", family[i % 4][0], given[i / 4 % 4][0]);
		snprintf(kana, sizeof kana, "%s　%s", family[i % 4][1], given[i / 4 % 4][1]);
		kit_add(l, code, name, i % 5 == 0 ? "" : kana);
	}
	assert_int_equal(mk_ledger_commit(l), 0);
}

static void
rename_one(struct mk_ledger *l, const char *key, const char *name, const char *kana)
{
	struct mk_subject s;
	assert_int_equal(mk_ledger_subject_get(l, key, &s), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_name, name), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_kana, kana), 0);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 2000), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	mk_subject_free(&s);
}

static void
same_as_a_walk(void **state)
{
	struct kit k;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	add_people(l);
	agree(l);
	rename_one(l, "E0100", "橋本　花", "ハシモト　ハナ");
	agree(l); /* the memory follows a commit */
	assert_int_equal(mk_ledger_begin(l), 0);
	kit_add(l, "E9999", "髙橋　新", "タカハシ　シン");
	mk_ledger_rollback(l);
	agree(l);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

/* The last row of a page is renamed to the front: the next page repeats and loses nothing else. */
static void
moved_cursor(void **state)
{
	static struct found all, one;
	struct kit k;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	add_people(l);
	search(l, "やまだ", 1000, &all);
	assert_true(all.n > 20);
	memset(&one, 0, sizeof one);
	assert_int_equal(mk_ledger_subjects(l, "やまだ", NULL, 10, keep, &one), 0);
	assert_memory_equal(one.id, all.id, 10 * sizeof all.id[0]);
	rename_one(l, all.id[9], "あ", "ア");
	char after[700];
	memcpy(after, one.cursor, sizeof after);
	assert_int_equal(mk_ledger_subjects(l, "やまだ", after, 1000, keep, &one), 0);
	assert_int_equal(one.n, all.n);
	assert_memory_equal(one.id, all.id, all.n * sizeof all.id[0]);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
blanks_list_all(void **state)
{
	static struct found f;
	struct kit k;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	add_people(l);
	search(l, " 　", 300, &f);
	assert_int_equal(f.n, PEOPLE);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_as_a_walk),
	    cmocka_unit_test(moved_cursor),
	    cmocka_unit_test(blanks_list_all),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
