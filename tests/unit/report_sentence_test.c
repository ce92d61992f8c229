/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's sentences by the Japanese catalogue of this source tree: whole ones, those with numbers, and those that it does not know. */
#include "tests/lib/mk_cmocka.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/lang.h"
#include "mynakura/report/words.h"

static void
says(const char *english, const char *want)
{
	struct mk_buf out = MK_BUF_INIT;
	mk_sentence(english, strlen(english), &out);
	assert_string_equal(mk_buf_str(&out), want);
	mk_buf_free(&out);
}

static void
sentences(void **state)
{
	(void)state;
	says("the file is empty", "ファイルが空です");
	says("wait 32 s after wrong passphrases",
	    "パスフレーズの誤りが続きました。32 秒待ってください");
	says("the image has 20000 x 19999 pixels, more than 40 million",
	    "画像が 20000 x 19999 画素で、4000 万画素を超えています");
	/* Numbers that stand in the sentence itself. */
	says("the file has more than 200 pages", "ファイルが 200 ページを超えています");
	says("nobody translated this, 3 times", "nobody translated this, 3 times");
	says("%u and %s", "%u and %s");
	/* Ids as well. */
	says("there is no second person here: this waits 24 hours as a4tjxr3cx990vb, then ask for "
	     "it again",
	    "二人目がいません。24 "
	    "時間待ってから(a4tjxr3cx990vb)、もう一度同じ操作をしてください");
	says(
	    "this waits for a second person as a4tjxr3cx990vb: ask for it again when it is granted",
	    "a4tjxr3cx990vb "
	    "として二人目の承認を待っています。承認されたらもう一度同じ操作をしてください");
	says("this waits for a second person as a4tjxr3cx990v: ask for it again when it is granted",
	    "this waits for a second person as a4tjxr3cx990v: ask for it again when it is granted");
	says(
	    "this waits for a second person as A4TJXR3CX990VB: ask for it again when it is granted",
	    "this waits for a second person as A4TJXR3CX990VB: ask for it again when it is "
	    "granted");
	says("no number is kept for s0000000000001", "s0000000000001 の番号は保管していません");
	says("a4tjxr3cx990vb", "a4tjxr3cx990vb");
	/* About a field, and put together of parts. */
	says("birth is not valid", "生年月日 の値が正しくありません");
	says("birthday is not valid", "birthday is not valid");
	says("nothing was written: A003 氏名: a character does not fit the target: 𠮷",
	    "何も書き出していません: A003 氏名: 出力先の文字コードで表せない文字があります: 𠮷");
	says("a: b: c", "a: b: c");
	says(": ", ": ");
	says("", "");
}

int
main(void)
{
	char dir[] = "/tmp/mk-sentence.XXXXXX", path[128];
	const struct CMUnitTest tests[] = {cmocka_unit_test(sentences)};
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/ja", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/ja/LC_MESSAGES", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/ja/LC_MESSAGES/mynakura.mo", dir);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("msgfmt", "msgfmt", "-o", path, "src/po/ja.po", (char *)NULL);
		_exit(127);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	setenv("LANGUAGE", "ja", 1);
	setlocale(LC_ALL, "C.UTF-8");
	bindtextdomain("mynakura", dir);
	bind_textdomain_codeset("mynakura", "UTF-8");
	textdomain("mynakura");
	int r = status == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	unlink(path);
	snprintf(path, sizeof path, "%s/ja/LC_MESSAGES", dir);
	rmdir(path);
	snprintf(path, sizeof path, "%s/ja", dir);
	rmdir(path);
	rmdir(dir);
	return r;
}
