/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subjects of a ledger: rows, transactions, commit numbers, search as people type it, and lists
 * that go on.
 */
#include "src/store/ledger_internal.h"
#include "tests/unit/store_ledger_kit.h"

#define SUBJECTS 500

static void
subjects(void **state)
{
	struct kit k;
	struct mk_subject got;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	struct mk_subject s = kit_subject("E001", "山田 太郎", "ヤマダ タロウ");
	assert_int_equal(mk_subject_set(&s, MK_SF_birth, "1980-01-02"), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_address, "東京都千代田区"), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_purposes, "tax"), 0);
	assert_int_equal(mk_str_copy(s.disposal_due, sizeof s.disposal_due, "2033-01-10"), 0);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 5), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_subject_add(l, &s, 5), 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 5), MK_E_EXISTS);
	struct mk_id twin1 = kit_add(l, "", "同姓 同名", "");
	struct mk_id twin2 = kit_add(l, "", "同姓 同名", "");
	assert_int_equal(mk_ledger_commit(l), 0);
	static const char *const keys[] = {"E001", "山田 太郎"};
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(mk_ledger_subject_get(l, keys[i], &got), 0);
		assert_string_equal(got.id.s, s.id.s);
		mk_subject_free(&got);
	}
	assert_int_equal(mk_ledger_subject_get(l, s.id.s, &got), 0);
	for (int f = 0; f < MK_SF_COUNT; f++)
		assert_string_equal(got.field[f], s.field[f] != NULL ? s.field[f] : "");
	assert_int_equal(got.state, MK_STATE_not_requested);
	assert_false(got.has_number);
	assert_string_equal(got.number_source, "");
	assert_string_equal(got.disposal_due, "2033-01-10");
	assert_int_equal(got.created, 5);
	mk_subject_free(&got);
	assert_int_equal(mk_ledger_subject_get(l, "同姓 同名", &got), MK_E_EXISTS);
	assert_int_equal(mk_ledger_subject_get(l, twin1.s, &got), 0);
	mk_subject_free(&got);
	assert_int_equal(mk_ledger_subject_get(l, twin2.s, &got), 0);
	mk_subject_free(&got);
	assert_int_equal(mk_ledger_subject_get(l, "", &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_subject_get(l, "山田", &got), MK_E_NOT_FOUND);

	assert_int_equal(mk_subject_set(&s, MK_SF_name, "山本 太郎"), 0);
	s.state = MK_STATE_requested;
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 9), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_subject_get(l, "山本 太郎", &got), 0);
	assert_int_equal(got.state, MK_STATE_requested);
	assert_int_equal(got.created, 5);
	assert_int_equal(got.updated, 9);
	mk_subject_free(&got);
	mk_subject_free(&s);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
refusals(void **state)
{
	struct kit k;
	static char big[300];
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_begin(l), MK_E_STATE);
	struct mk_id first = kit_add(l, "E1", "い", "イ");
	struct mk_subject s = kit_subject("E1", "ろ", "ロ");
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), MK_E_EXISTS); /* the code is taken */
	assert_int_equal(mk_subject_set(&s, MK_SF_code, "E2"), 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_code, "E1"), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 1), MK_E_EXISTS);
	s.state = 0;
	assert_int_equal(mk_ledger_subject_update(l, &s, 1), MK_E_INPUT);
	s.state = MK_STATE_confirmed;
	assert_int_equal(mk_str_copy(s.disposal_due, sizeof s.disposal_due, "2033-13-1"), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 1), MK_E_INPUT);
	s.disposal_due[0] = '\0';
	memset(big, 'x', sizeof big - 1);
	assert_int_equal(mk_subject_set(&s, MK_SF_name, big), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 1), MK_E_TOO_BIG);
	s.id.s[0] = 'm';
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), MK_E_INPUT);
	assert_int_equal(mk_ledger_commit(l), 0); /* refusals leave the transaction good */
	mk_subject_free(&s);
	assert_int_equal(mk_ledger_subject_get(l, first.s, &s), 0);
	mk_subject_free(&s);
	assert_int_equal(mk_ledger_subject_get(l, "E2", &s), 0);
	mk_subject_free(&s);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
transactions(void **state)
{
	struct kit k;
	struct mk_subject s = kit_subject("E1", "山田", "ヤマダ"), got;
	uint64_t count = 0;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	uint64_t n = mk_ledger_commits(l);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_subject_update(l, &s, 1), MK_E_INTERNAL);
	assert_int_equal(mk_ledger_commit(l), MK_E_INTERNAL);
	mk_ledger_rollback(l);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), 0);
	mk_ledger_rollback(l);
	assert_int_equal(mk_ledger_commits(l), n);
	assert_int_equal(mk_ledger_subject_get(l, "E1", &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_commits(l), n + 1);
	assert_int_equal(mk_ledger_close(l), 0);
	/* a transaction that is open at close is not there afterwards */
	l = kit_ledger(&k, false);
	assert_int_equal(mk_ledger_begin(l), 0);
	struct mk_id lost = kit_add(l, "E2", "佐藤", "");
	assert_int_equal(mk_ledger_close(l), 0);
	l = kit_ledger(&k, false);
	assert_int_equal(mk_ledger_commits(l), n + 1);
	assert_int_equal(mk_ledger_subject_get(l, lost.s, &got), MK_E_NOT_FOUND);
	assert_int_equal(mk_ledger_subject_get(l, "E1", &got), 0);
	mk_subject_free(&got);
	assert_int_equal(mk_ledger_count(l, &count, NULL, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(mk_ledger_close(l), 0);
	mk_subject_free(&s);
	kit_free(&k);
}

/* An error in the middle of a write cannot be committed by a caller who goes on. */
static void
spoilt(void **state)
{
	struct kit k;
	struct mk_subject s = kit_subject("E9", "後", ""), got;
	struct mk_review v = {.layout = "card-back", .width = 2, .height = 2};
	uint64_t reviews = 9;
	(void)state;
	kit_new(&k, NULL);
	assert_int_equal(mk_id_new('r', &v.id), 0);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_db_exec(l->db, "ALTER TABLE picture RENAME TO gone"), 0);
	uint64_t n = mk_ledger_commits(l);
	assert_int_equal(mk_ledger_begin(l), 0);
	int r = mk_ledger_review_add(l, &k.nk, &v, "abc", 3, "1234", 4);
	assert_true(r < 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), r);
	assert_int_equal(mk_ledger_commit(l), r);
	assert_int_equal(mk_ledger_commits(l), n);
	assert_int_equal(mk_ledger_count(l, NULL, NULL, &reviews), 0);
	assert_int_equal(reviews, 0);
	assert_int_equal(mk_ledger_subject_get(l, "E9", &got), MK_E_NOT_FOUND);
	/* the control: with the table back the same calls are stored */
	assert_int_equal(mk_db_exec(l->db, "ALTER TABLE gone RENAME TO picture"), 0);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_review_add(l, &k.nk, &v, "abc", 3, "1234", 4), 0);
	assert_int_equal(mk_ledger_subject_add(l, &s, 1), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	assert_int_equal(mk_ledger_count(l, NULL, NULL, &reviews), 0);
	assert_int_equal(reviews, 1);
	mk_subject_free(&s);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

struct found {
	size_t n, stop;
	struct mk_id id[SUBJECTS + 8];
	char cursor[1024];
	char codes[64];
	bool unsorted;
	char last[1024];
};

static int
collect(const struct mk_subject *s, const char *cursor, void *arg)
{
	struct found *f = arg;
	char key[1024];
	struct mk_buf sort = MK_BUF_INIT;
	assert_true(f->n < sizeof f->id / sizeof f->id[0]);
	f->id[f->n++] = s->id;
	size_t at = strlen(f->codes);
	if (at + strlen(s->field[MK_SF_code]) + 1 < sizeof f->codes)
		snprintf(f->codes + at, sizeof f->codes - at, "%s ", s->field[MK_SF_code]);
	assert_int_equal(mk_str_copy(f->cursor, sizeof f->cursor, cursor), 0);
	mk_ledger_sort_text(s, &sort);
	snprintf(
	    key, sizeof key, "%s\x01%s\x01%s", mk_buf_str(&sort), s->field[MK_SF_name], s->id.s);
	mk_buf_free(&sort);
	if (strcmp(f->last, key) >= 0)
		f->unsorted = true;
	memcpy(f->last, key, sizeof key);
	return f->stop != 0 && f->n == f->stop ? 5 : 0;
}

static const char *
search(struct mk_ledger *l, const char *text)
{
	static struct found f;
	memset(&f, 0, sizeof f);
	assert_int_equal(mk_ledger_subjects(l, text, "", 100, collect, &f), 0);
	if (f.n > 0)
		f.codes[strlen(f.codes) - 1] = '\0';
	return f.codes;
}

static void
searching(void **state)
{
	static const char *const row[][3] = {
	    {"A1", "山田 太郎", "ヤマダ タロウ"}, {"A2", "山田 花子", "やまだ はなこ"},
	    {"A3", "渡辺 悟", "ﾜﾀﾅﾍﾞ ｻﾄﾙ"}, {"A4", "John SMITH", "ジョン スミス"},
	    {"A5", "葛\xf3\xa0\x84\x80城 一", "カツラギ ハジメ"}, /* with an IVS */
	    {"A6", "50%_割\\引商会", "ワリビキ"},
	    {"Ｂ７", "髙橋 カ\xe3\x82\x99ク", "タカハシ ガク"}, /* dakuten apart */
	};
	static const char *const query[][2] = {
	    {"山田", "A1 A2"},
	    {"田", "A1 A2"},
	    {"花子", "A2"},
	    {"やまだ", "A1 A2"},
	    {"ヤマダ", "A1 A2"},
	    {"ﾔﾏﾀﾞ", "A1 A2"},
	    {"わたなべ", "A3"},
	    {"ワタナヘ\xe3\x82\x99", "A3"},
	    {"さとる　渡辺", "A3"},
	    {"太郎 山田", "A1"},
	    {"山田 たろう", "A1"},
	    {"山田太郎", "A1"},
	    {"smith", "A4"},
	    {"ＳＭＩＴＨ", "A4"},
	    {"jOhN すみす", "A4"},
	    {"葛城", "A5"},
	    {"がく", "Ｂ７"},
	    {"a2", "A2"},
	    {"Ａ２", "A2"},
	    {"b7", "Ｂ７"},
	    {"%", "A6"},
	    {"_", "A6"},
	    {"\\", "A6"},
	    {"0%_", "A6"},
	    {"a%", ""},
	    {"山田 %", ""},
	    {"割 び % _ \\ 50 引 商", "A6"},
	    {"割 び % _ \\ 50 引 _山", ""},
	    {"郎や", ""}, /* the end of the name and the start of the kana */
	    {"鈴木", ""},
	    {"山田 鈴木", ""},
	    {"'", ""},
	};
	struct kit k;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_begin(l), 0);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		(void)kit_add(l, row[i][0], row[i][1], row[i][2]);
	assert_int_equal(mk_ledger_commit(l), 0);
	for (size_t i = 0; i < sizeof query / sizeof query[0]; i++)
		assert_string_equal(search(l, query[i][0]), query[i][1]);
	/* all, in the order of the kana: か じ た や(だ) わ */
	assert_string_equal(search(l, ""), "A5 A4 Ｂ７ A1 A2 A3 A6");
	assert_string_equal(search(l, " 　"), "A5 A4 Ｂ７ A1 A2 A3 A6");
	assert_string_equal(search(l, NULL), "A5 A4 Ｂ７ A1 A2 A3 A6");
	assert_int_equal(
	    mk_ledger_subjects(l, "1 2 3 4 5 6 7 8 9", "", 9, collect, NULL), MK_E_TOO_BIG);
	/* a changed name is found by the new one only */
	struct mk_subject s;
	assert_int_equal(mk_ledger_subject_get(l, "A2", &s), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_name, "鈴木 花子"), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_kana, "スズキ ハナコ"), 0);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 2), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	mk_subject_free(&s);
	assert_string_equal(search(l, "鈴木"), "A2");
	assert_string_equal(search(l, "山田"), "A1");
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

/* 500 subjects, every tenth with the same kana and name, every seventh without kana. */
static void
fill(struct mk_ledger *l)
{
	char code[16], name[32], kana[32];
	assert_int_equal(mk_ledger_begin(l), 0);
	for (unsigned i = 0; i < SUBJECTS; i++) {
		unsigned m = i * 7919U % SUBJECTS;
		snprintf(code, sizeof code, "C%03u", i);
		snprintf(name, sizeof name, "氏名%u", i % 10 == 0 ? 0 : m);
		snprintf(kana, sizeof kana, "シメイ%u", i % 10 == 0 ? 0 : m % 40);
		(void)kit_add(l, code, name, i % 7 == 0 ? "" : kana);
	}
	assert_int_equal(mk_ledger_commit(l), 0);
}

static void
walk(struct mk_ledger *l, const char *text, size_t page, struct found *f)
{
	size_t before;
	memset(f, 0, sizeof *f);
	do {
		char after[1024];
		before = f->n;
		memcpy(after, f->cursor, sizeof after);
		assert_int_equal(mk_ledger_subjects(l, text, after, page, collect, f), 0);
		assert_true(f->n - before <= page);
	} while (f->n - before == page);
}

static void
cursors(void **state)
{
	static struct found all, paged;
	static const size_t pages[] = {1, 7, 64, 499, 500, 501};
	struct kit k;
	struct mk_subject s;
	(void)state;
	kit_new(&k, NULL);
	struct mk_ledger *l = kit_ledger(&k, true);
	fill(l);
	assert_int_equal(mk_ledger_subjects(l, NULL, "", SIZE_MAX, collect, &all), 0);
	assert_int_equal(all.n, SUBJECTS);
	assert_false(all.unsorted);
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		walk(l, NULL, pages[i], &paged);
		assert_int_equal(paged.n, SUBJECTS);
		assert_false(paged.unsorted); /* strictly rising, so none comes twice */
		assert_memory_equal(paged.id, all.id, sizeof all.id[0] * SUBJECTS);
	}
	walk(l, "シメイ1 c", 5, &paged);
	assert_true(paged.n > 20 && paged.n < SUBJECTS);
	assert_false(paged.unsorted);
	assert_int_equal(mk_ledger_subjects(l, NULL, "", 0, collect, NULL), 0);
	assert_int_equal(mk_ledger_subjects(l, NULL, "nonsense", 9, collect, NULL), MK_E_INPUT);
	/*
	 * the last row seen moves to the end between two pages: the rest neither repeats nor lacks
	 * one
	 */
	memset(&paged, 0, sizeof paged);
	assert_int_equal(mk_ledger_subjects(l, NULL, "", 100, collect, &paged), 0);
	assert_int_equal(mk_ledger_subject_get(l, paged.id[99].s, &s), 0);
	assert_int_equal(mk_subject_set(&s, MK_SF_kana, "ンン"), 0);
	assert_int_equal(mk_ledger_begin(l), 0);
	assert_int_equal(mk_ledger_subject_update(l, &s, 3), 0);
	assert_int_equal(mk_ledger_commit(l), 0);
	mk_subject_free(&s);
	char after[1024];
	memcpy(after, paged.cursor, sizeof after);
	assert_int_equal(mk_ledger_subjects(l, NULL, after, SIZE_MAX, collect, &paged), 0);
	assert_int_equal(paged.n, SUBJECTS + 1);
	assert_memory_equal(paged.id, all.id, sizeof all.id[0] * SUBJECTS);
	assert_string_equal(paged.id[SUBJECTS].s, all.id[99].s);
	/* the callback's own answer ends the list and comes back */
	memset(&paged, 0, sizeof paged);
	paged.stop = 3;
	assert_int_equal(mk_ledger_subjects(l, NULL, "", SIZE_MAX, collect, &paged), 5);
	assert_int_equal(paged.n, 3);
	assert_int_equal(mk_ledger_close(l), 0);
	kit_free(&k);
}

static void
opening(void **state)
{
	struct kit k;
	struct mk_ledger *l = NULL;
	(void)state;
	kit_new(&k, NULL);
	assert_int_equal(mk_ledger_open(k.path, &k.keys, "", true, &l), MK_E_INPUT);
	assert_int_equal(mk_ledger_open(k.path, &k.keys, "sixteen-letters!", true, &l), MK_E_INPUT);
	assert_int_equal(mk_ledger_open(k.path, &k.keys, "employee", false, &l), MK_E_NOT_FOUND);
	l = kit_ledger(&k, true);
	assert_int_equal(mk_ledger_close(l), 0);
	l = NULL;
	assert_int_equal(mk_ledger_open(k.path, &k.keys, "payee", false, &l), MK_E_DAMAGED);
	assert_null(l);
	l = kit_ledger(&k, false); /* the control: its own class opens */
	assert_int_equal(mk_ledger_close(l), 0);
	assert_int_equal(mk_ledger_close(NULL), 0);
	memcpy(k.keys.ledger, "main", 5);
	assert_int_equal(mk_ledger_open(k.path, &k.keys, "employee", false, &l), MK_E_INPUT);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(subjects),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(transactions),
	    cmocka_unit_test(spoilt),
	    cmocka_unit_test(searching),
	    cmocka_unit_test(cursors),
	    cmocka_unit_test(opening),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
