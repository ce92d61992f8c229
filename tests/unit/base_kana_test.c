/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The foldings of Japanese text against explicit lists: every kana that takes a mark, every half-width form, and what must never change
 * (kanji, compatibility kanji).
 */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/utf8.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAKUTEN "\xe3\x82\x99"
#define HANDAKUTEN "\xe3\x82\x9a"

typedef void (*fold_fn)(struct mk_buf *, const char *, size_t);

static void
expect(fold_fn f, const char *in, const char *want)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "+"); /* it appends */
	f(&b, in, strlen(in));
	if (b.data[0] != '+' || strcmp(mk_buf_str(&b) + 1, want) != 0)
		fail_msg("%s gave %s, not %s", in, mk_buf_str(&b) + 1, want);
	mk_buf_free(&b);
}

/* base, with dakuten ("" none), with handakuten; one kana a string */
static const char *const marked[][3] = {{"う", "ゔ", ""}, {"か", "が", ""}, {"き", "ぎ", ""},
    {"く", "ぐ", ""}, {"け", "げ", ""}, {"こ", "ご", ""}, {"さ", "ざ", ""}, {"し", "じ", ""},
    {"す", "ず", ""}, {"せ", "ぜ", ""}, {"そ", "ぞ", ""}, {"た", "だ", ""}, {"ち", "ぢ", ""},
    {"つ", "づ", ""}, {"て", "で", ""}, {"と", "ど", ""}, {"は", "ば", "ぱ"}, {"ひ", "び", "ぴ"},
    {"ふ", "ぶ", "ぷ"}, {"へ", "べ", "ぺ"}, {"ほ", "ぼ", "ぽ"}, {"ゝ", "ゞ", ""}, {"ウ", "ヴ", ""},
    {"カ", "ガ", ""}, {"キ", "ギ", ""}, {"ク", "グ", ""}, {"ケ", "ゲ", ""}, {"コ", "ゴ", ""},
    {"サ", "ザ", ""}, {"シ", "ジ", ""}, {"ス", "ズ", ""}, {"セ", "ゼ", ""}, {"ソ", "ゾ", ""},
    {"タ", "ダ", ""}, {"チ", "ヂ", ""}, {"ツ", "ヅ", ""}, {"テ", "デ", ""}, {"ト", "ド", ""},
    {"ハ", "バ", "パ"}, {"ヒ", "ビ", "ピ"}, {"フ", "ブ", "プ"}, {"ヘ", "ベ", "ペ"},
    {"ホ", "ボ", "ポ"}, {"ワ", "ヷ", ""}, {"ヰ", "ヸ", ""}, {"ヱ", "ヹ", ""}, {"ヲ", "ヺ", ""},
    {"ヽ", "ヾ", ""}};

static const char *
listed(const char *base, int mark)
{
	for (size_t i = 0; i < ARRAY_LEN(marked); i++)
		if (strcmp(marked[i][0], base) == 0 && marked[i][mark][0] != '\0')
			return marked[i][mark];
	return NULL;
}

/* Every character of the kana blocks and around them, with both marks: composed exactly where the list says. */
static void
composition_is_the_list_and_nothing_else(void **state)
{
	(void)state;
	static const char *const marks[] = {"", DAKUTEN, HANDAKUTEN};
	unsigned composed = 0;
	for (uint32_t cp = 0x2ff0; cp < 0x3200; cp++) {
		for (int m = 1; m <= 2; m++) {
			char base[8] = "", in[16];
			(void)mk_utf8_encode(cp, base);
			snprintf(in, sizeof in, "%s%s", base, marks[m]);
			const char *want = listed(base, m);
			expect(mk_text_compose, in, want != NULL ? want : in);
			composed += want != NULL ? 1 : 0;
		}
	}
	assert_int_equal(composed, ARRAY_LEN(marked) + 10);
	expect(mk_text_compose, "一" DAKUTEN, "一" DAKUTEN);
	expect(mk_text_compose, "a" DAKUTEN, "a" DAKUTEN);
	expect(mk_text_compose, "ﾊ" DAKUTEN, "ﾊ" DAKUTEN);
}

static void
composition_changes_nothing_else(void **state)
{
	(void)state;
	static const char *const same[] = {"", "山田 太郎",
	    "神\xef\xa8\x99 朗\xef\xa4\xa9 塚\xef\xa8\x90", "葛\xf3\xa0\x84\x80", "ﾔﾏﾀﾞ", "ｶﾞ",
	    "Ａ１", "e\xcc\x81", "\xe2\x84\xab" /* ANGSTROM SIGN */, DAKUTEN "か", "か゛"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		expect(mk_text_compose, same[i], same[i]);
	expect(mk_text_compose, "か" DAKUTEN "か" DAKUTEN DAKUTEN, "がが" DAKUTEN);
	expect(mk_text_compose, "は" HANDAKUTEN "は" DAKUTEN, "ぱば");
	expect(mk_text_compose, "ば" HANDAKUTEN, "ば" HANDAKUTEN);
	expect(mk_text_compose, "か゛", "か゛");
	expect(mk_text_compose, "か\xff" DAKUTEN,
	    "か\xff" DAKUTEN); /* bad bytes pass, and part the pair */
	expect(mk_text_compose, "か" DAKUTEN "\xe3", "が\xe3");
}

static void
half_width_kana(void **state)
{
	(void)state;
	expect(mk_text_katakana, "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰ", "。「」、・ヲァィゥェォャュョッー");
	expect(mk_text_katakana, "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ",
	    "アイウエオカキクケコサシスセソタチツテトナニヌネノ");
	expect(
	    mk_text_katakana, "ﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ", "ハヒフヘホマミムメモヤユヨラリルレロワン");
	expect(mk_text_katakana, "ｳﾞｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞ",
	    "ヴガギグゲゴザジズゼゾダヂヅデドバビブベボ");
	expect(mk_text_katakana, "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟﾜﾞｦﾞ", "パピプペポヷヺ");
	expect(mk_text_katakana, "ｱﾞ", "ア" DAKUTEN);
	expect(mk_text_katakana, "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ タロウ");
}

static void
hiragana_to_katakana(void **state)
{
	(void)state;
	expect(mk_text_katakana, "ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞ",
	    "ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾ");
	expect(mk_text_katakana, "ただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽ",
	    "タダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポ");
	expect(mk_text_katakana, "まみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ",
	    "マミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ");
	expect(mk_text_katakana, "みすゝ いすゞ", "ミスヽ イスヾ");
	expect(mk_text_katakana, "か" DAKUTEN "わ" DAKUTEN, "ガヷ");
	expect(mk_text_katakana, "山田 Ａb1-葛\xf3\xa0\x84\x80", "山田 Ａb1-葛\xf3\xa0\x84\x80");
}

/* All spellings of one row are found by each other. */
static void
search_form(void **state)
{
	(void)state;
	static const char *const rows[][7] = {
	    {"やまだたろう", "ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "やまた" DAKUTEN "　たろう",
		"ヤマダ\xc2\xa0タロウ", "ヤマタ" DAKUTEN "タロウ", NULL},
	    {"ゔぁねっさ", "ヴァネッサ", "ｳﾞｧﾈｯｻ", "う" DAKUTEN "ぁねっさ", NULL, NULL, NULL},
	    {"abc-123", "ABC-123", "ＡＢＣ－１２３", "ａｂｃ－１２３", "a b c-1 2 3", NULL, NULL},
	    {"葛城", "葛\xf3\xa0\x84\x80城", "葛\xef\xb8\x80 城\xf3\xa0\x87\xaf", NULL, NULL, NULL,
		NULL},
	    {"ー", "ｰ", NULL, NULL, NULL, NULL, NULL},
	    {"。「」、・", "｡｢｣､･", NULL, NULL, NULL, NULL, NULL},
	    {"わ" DAKUTEN, "ヷ", "ﾜﾞ", "ワ" DAKUTEN, NULL, NULL, NULL},
	    {"を" DAKUTEN, "ヺ", "ｦﾞ", NULL, NULL, NULL, NULL},
	    {"みすゝいすゞ", "ミスヽイスヾ", "ﾐｽヽｲｽヽﾞ", NULL, NULL, NULL, NULL},
	    {"ゕゖ", "ヵヶ", NULL, NULL, NULL, NULL, NULL},
	    {"ab", "a\tb",
		"a\xe2\x80\x83"
		"b",
		"a\xe2\x81\x9f"
		"b",
		"a\xe1\x9a\x80"
		"b",
		"a\xe2\x80\xaf"
		"b",
		NULL}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < 7 && rows[i][k] != NULL; k++)
			expect(mk_text_fold, rows[i][k], rows[i][0]);
}

static void
search_keeps_kanji_apart(void **state)
{
	(void)state;
	static const char *const same[] = {
	    "髙橋", "高橋", "神\xef\xa8\x99", "德", "徳", "一二三", "é", "か゛"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		expect(mk_text_fold, same[i], same[i]);
	expect(mk_text_fold, "\xf3\xa0\x84\x80", "");
	expect(mk_text_fold, " 　", "");
}

/* Folding what is folded changes nothing: else a stored search text would not be found by itself. */
static void
every_fold_is_stable(void **state)
{
	(void)state;
	static const fold_fn folds[] = {mk_text_compose, mk_text_katakana, mk_text_fold};
	static const char *const tails[] = {"", DAKUTEN, HANDAKUTEN, "ﾞ", "ﾟ"};
	struct mk_buf one = MK_BUF_INIT, two = MK_BUF_INIT;
	for (uint32_t cp = 1; cp < 0x11000; cp++) {
		for (size_t f = 0; f < 3; f++) {
			for (size_t t = 0; t < ARRAY_LEN(tails); t++) {
				char in[16] = "";
				size_t n = mk_utf8_encode(cp, in);
				if (n == 0 ||
				    (t > 0 && (cp < 0x3000 || (cp > 0x3200 && cp < 0xff00))))
					continue;
				snprintf(in + n, sizeof in - n, "%s", tails[t]);
				mk_buf_reset(&one);
				mk_buf_reset(&two);
				folds[f](&one, in, strlen(in));
				folds[f](&two, (const char *)one.data, one.len);
				if (one.len != two.len ||
				    (one.len > 0 && memcmp(one.data, two.data, one.len) != 0))
					fail_msg("fold %zu of U+%04X with tail %zu is not stable",
					    f, (unsigned)cp, t);
			}
		}
	}
	mk_buf_free(&one);
	mk_buf_free(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(composition_is_the_list_and_nothing_else),
	    cmocka_unit_test(composition_changes_nothing_else),
	    cmocka_unit_test(half_width_kana),
	    cmocka_unit_test(hiragana_to_katakana),
	    cmocka_unit_test(search_form),
	    cmocka_unit_test(search_keeps_kanji_apart),
	    cmocka_unit_test(every_fold_is_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
