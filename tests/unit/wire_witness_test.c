/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's witness: what is taken for a checkpoint's line, the file and its folder against what
 * others may have put there, and what happens around a login. That a rolled back vault is found is
 * tests/integration/witness.sh.
 */
#include "tests/lib/mk_cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/wire/witness.h"

#define VAULT "00112233445566778899aabbccddeeff"
#define HEX64 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define LINE_OF(seq, head)                                                                         \
	"{\"seq\":" seq ",\"salt\":\"00112233445566778899aabbccddeeff\",\"leaf\":\"" HEX64         \
	"\",\"link\":\"" head                                                                      \
	"\",\"body\":{\"kind\":\"checkpoint\",\"time\":\"2026-11-24T12:00:00+09:00\","             \
	"\"index\":3,\"commits\":{\"main\":7},\"lost\":null,\"next\":\"" HEX64                     \
	"\",\"sig\":\"" HEX64 HEX64 "\"}}"
#define BEFORE(seq) "{\"seq\":" seq ",\"leaf\":\"" HEX64 "\",\"link\":\"" HEX64 "\"}"
#define LINE LINE_OF("41", HEX64)
#define NEWER LINE_OF("42", HEX64)

static char state[64], folder[128];

static int
setup(void **s)
{
	(void)s;
	umask(022); /* a mode that comes from the umask would show */
	snprintf(state, sizeof state, "/tmp/mk-witness.XXXXXX");
	assert_non_null(mkdtemp(state));
	snprintf(folder, sizeof folder, "%s/mynakura/witness", state);
	return setenv("XDG_STATE_HOME", state, 1);
}

static int
teardown(void **s)
{
	(void)s;
	pid_t pid = fork();
	if (pid == 0)
		_exit(execl("/bin/rm", "rm", "-rf", state, NULL));
	return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static void
place(char *out, size_t cap, const char *name)
{
	snprintf(out, cap, "%s/%s", folder, name);
}

static void
put_file(const char *name, const char *text, size_t len)
{
	char path[256];
	place(path, sizeof path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void
keeps(const char *line)
{
	struct mk_witness w;
	assert_int_equal(mk_witness_load(VAULT, &w), 0);
	assert_string_equal(mk_buf_str(&w.line), line);
	mk_witness_free(&w);
}

static int
loads(void)
{
	struct mk_witness w;
	int r = mk_witness_load(VAULT, &w);
	assert_true(r == 0 || w.count == 0);
	mk_witness_free(&w);
	return r;
}

/* --- the form */

static void
a_line_is_read(void **s)
{
	struct mk_witness w;
	(void)s;
	assert_int_equal(mk_witness_parse(LINE "\n", strlen(LINE "\n"), &w), 0);
	assert_true(w.count == 41);
	assert_string_equal(w.head, HEX64);
	assert_string_equal(w.time, "2026-11-24T12:00:00+09:00");
	assert_int_equal(w.line.len, strlen(LINE));
	mk_witness_free(&w);
}

static void
the_entry_before_goes_with_it(void **s)
{
	struct mk_witness w;
	(void)s;
	static const char both[] = LINE "\n" BEFORE("40") "\n";
	assert_int_equal(mk_witness_parse(both, strlen(both), &w), 0);
	assert_true(w.count == 41);
	assert_int_equal(w.line.len, strlen(both) - 1);
	mk_witness_free(&w);
	static const char *const none[] = {LINE "\n" BEFORE("39"), LINE "\n" BEFORE("41"),
	    LINE "\n" BEFORE("40") BEFORE("40"), LINE "\n" BEFORE("40") "\n" BEFORE("40"),
	    LINE "\n" BEFORE("40") "\n\n", LINE BEFORE("40"), BEFORE("40") "\n" LINE,
	    LINE "\n" LINE};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_int_equal(mk_witness_parse(none[i], strlen(none[i]), &w), MK_E_INPUT);
		mk_witness_free(&w);
	}
	/* Every cut of the second line. */
	for (size_t i = strlen(LINE) + 2; i < strlen(both) - 1; i++) {
		assert_int_equal(mk_witness_parse(both, i, &w), MK_E_INPUT);
		mk_witness_free(&w);
	}
}

static int
parse(const char *line, size_t len)
{
	struct mk_witness w;
	int r = mk_witness_parse(line, len, &w);
	mk_witness_free(&w);
	return r;
}

/* Every byte of the fixed part matters; every cut is refused. */
static void
nothing_else_is_one(void **s)
{
	(void)s;
	size_t len = strlen(LINE), fixed = (size_t)(strstr(LINE, "\"index\"") - LINE);
	char text[1024];
	for (size_t i = 0; i < len; i++)
		assert_int_equal(parse(LINE, i), MK_E_INPUT);
	for (size_t i = 0; i < fixed; i++) {
		memcpy(text, LINE, len);
		text[i] = '*';
		assert_int_equal(parse(text, len), MK_E_INPUT);
		text[i] = '\0';
		assert_int_equal(parse(text, len), MK_E_INPUT);
	}
	static const char *const none[] = {"", "\n", "{}", LINE "\n\n", LINE "\n" LINE, " " LINE,
	    LINE_OF("041", HEX64), LINE_OF("0", HEX64), LINE_OF("9223372036854775808", HEX64),
	    LINE_OF("-1", HEX64), LINE_OF("99999999999999999999999", HEX64)};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(parse(none[i], strlen(none[i])), MK_E_INPUT);
	const char *other = "{\"seq\":1,\"leaf\":\"" HEX64 "\",\"link\":\"" HEX64 "\"}";
	assert_int_equal(parse(other, strlen(other)), MK_E_INPUT);
}

static void
length_is_bounded(void **s)
{
	(void)s;
	/* A long member in the middle: 60,000 bytes are one, one more is none. */
	for (size_t over = 0; over < 2; over++) {
		size_t len = MK_WITNESS_TEXT_MAX + over, head = (size_t)(strstr(LINE, "7}") - LINE);
		char *big = malloc(len);
		memset(big, '7', len);
		memcpy(big, LINE, head);
		memcpy(big + len - 2, "}}", 2);
		assert_int_equal(parse(big, len), over == 0 ? 0 : MK_E_INPUT);
		free(big);
	}
}

/* --- the file */

static void
stored_and_loaded(void **s)
{
	struct stat st;
	char path[256];
	(void)s;
	assert_int_equal(loads(), MK_E_NOT_FOUND);
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), 0);
	keeps(LINE);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	place(path, sizeof path, VAULT);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(mk_witness_store(VAULT, NEWER "\n", strlen(NEWER "\n")), 0);
	keeps(NEWER);
	assert_int_equal(mk_witness_store(VAULT, "{}", 2), MK_E_INPUT);
	keeps(NEWER);
}

static void
names_stay_in_the_folder(void **s)
{
	static const char *const bad[] = {"", ".", "..", "../x", "a/b", "/etc/passwd", "A", "a.new",
	    "a b", "\xe3\x81\x82",
	    "0123456789012345678901234567890123456789012345678901234567890123x"};
	struct mk_witness w;
	(void)s;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(mk_witness_store(bad[i], LINE, strlen(LINE)), MK_E_INPUT);
		assert_int_equal(mk_witness_load(bad[i], &w), MK_E_INPUT);
		mk_witness_free(&w);
	}
	assert_int_equal(access(folder, F_OK), -1); /* not even the folder was made */
	assert_int_equal(mk_witness_store("x-1", LINE, strlen(LINE)), 0);
}

static void
what_others_put_there_is_none(void **s)
{
	char path[256], other[256];
	(void)s;
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), 0);
	place(path, sizeof path, VAULT);
	place(other, sizeof other, "elsewhere");
	/* A link, even to a good one; the thing at its end is not touched by storing. */
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(loads(), MK_E_INPUT);
	assert_int_equal(mk_witness_store(VAULT, NEWER, strlen(NEWER)), 0);
	keeps(NEWER);
	struct mk_witness w;
	assert_int_equal(mk_witness_load("elsewhere", &w), 0);
	assert_true(w.count == 41);
	mk_witness_free(&w);
	/* A fifo must not block, a folder not be read. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(loads(), MK_E_INPUT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(loads(), MK_E_INPUT);
	assert_int_equal(rmdir(path), 0);
	/* Nonsense, and too much of it. */
	put_file(VAULT, "hello\n", 6);
	assert_int_equal(loads(), MK_E_INPUT);
	char *big = calloc(1, 1 << 20);
	put_file(VAULT, big, 1 << 20);
	free(big);
	assert_int_equal(loads(), MK_E_INPUT);
	/* The control. */
	put_file(VAULT, LINE "\n", strlen(LINE "\n"));
	keeps(LINE);
}

static void
a_folder_of_others_is_not_used(void **s)
{
	(void)s;
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(loads(), MK_E_DENIED);
	assert_int_equal(mk_witness_store(VAULT, NEWER, strlen(NEWER)), MK_E_DENIED);
	assert_int_equal(chmod(folder, 0700), 0);
	keeps(LINE);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(folder, 12345, 12345), 0);
	assert_int_equal(loads(), MK_E_DENIED);
	assert_int_equal(chown(folder, 0, 0), 0);
	keeps(LINE);
	/* root with another's home: nothing is made there. */
	assert_int_equal(chown(state, 12345, 12345), 0);
	assert_int_equal(mk_witness_store(VAULT, NEWER, strlen(NEWER)), MK_E_DENIED);
	assert_int_equal(chown(state, 0, 0), 0);
	keeps(LINE);
}

static void
without_a_home(void **s)
{
	struct stat st;
	char path[256];
	(void)s;
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
	const char *home = getenv("HOME");
	char *saved = home != NULL ? strdup(home) : NULL;
	unsetenv("HOME");
	assert_int_equal(loads(), MK_E_NOT_FOUND);
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), MK_E_NOT_FOUND);
	setenv("XDG_STATE_HOME", "relative", 1); /* is none */
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), MK_E_NOT_FOUND);
	setenv("HOME", state, 1);
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), 0);
	snprintf(path, sizeof path, "%s/.local/state/mynakura/witness/%s", state, VAULT);
	assert_int_equal(stat(path, &st), 0);
	if (saved != NULL)
		setenv("HOME", saved, 1);
	free(saved);
}

static int
count_vaults(const char *vault, void *arg)
{
	char *list = arg;
	size_t n = strlen(list);
	snprintf(list + n, 256 - n, "%s ", vault);
	return 0;
}

static void
all_are_listed(void **s)
{
	char list[256] = "";
	(void)s;
	assert_int_equal(mk_witness_each(count_vaults, list), 0);
	assert_string_equal(list, "");
	assert_int_equal(mk_witness_store("b", LINE, strlen(LINE)), 0);
	assert_int_equal(mk_witness_store("a", LINE, strlen(LINE)), 0);
	put_file("c.refused", LINE, strlen(LINE));
	put_file("c.77.new", LINE, strlen(LINE));
	assert_int_equal(mk_witness_each(count_vaults, list), 0);
	assert_string_equal(list, "a b ");
}

/* --- around a login */

/* Offers, then takes an answer with this checkpoint and this word on the kept one (NULL: none). */
static void
log_in(const char *answer, const char *word, const char **offered, const char **taken, bool *sent)
{
	struct mk_witness_login w;
	struct mk_msg reply;
	struct mk_item it;
	struct mk_buf body = MK_BUF_INIT;
	*offered = mk_witness_offer(&w, VAULT, &body);
	*sent = mk_find(body.data, body.len, MK_T_checkpoint, &it);
	mk_msg_init(&reply, 3, 1);
	if (answer != NULL)
		mk_put_bytes(&reply.body, MK_T_checkpoint, answer, strlen(answer));
	mk_put_str(&reply.body, MK_T_witness, word);
	*taken = mk_witness_take(&w, &reply);
	mk_msg_free(&reply);
	mk_witness_login_free(&w);
	mk_buf_free(&body);
}

static void
around_logins(void **s)
{
	const char *offered, *taken;
	bool sent;
	struct mk_witness w;
	(void)s;
	log_in(LINE, NULL, &offered, &taken, &sent);
	assert_true(offered == NULL && taken == NULL && !sent);
	keeps(LINE);
	log_in(NEWER, NULL, &offered, &taken, &sent);
	assert_true(offered == NULL && taken == NULL && sent);
	keeps(NEWER);
	/* A daemon that gives none, or no line: what is there stays. */
	log_in(NULL, NULL, &offered, &taken, &sent);
	assert_true(taken == NULL && sent);
	log_in("{}", NULL, &offered, &taken, &sent);
	assert_true(taken != NULL);
	keeps(NEWER);
	/* A daemon that does not look at it: told, and nothing older is put in its place. */
	log_in(LINE, NULL, &offered, &taken, &sent);
	assert_true(taken != NULL && sent);
	keeps(NEWER);
	/* An auditor comes in although the trail is older or another: it goes on saying so. */
	static const char *const contradicts[] = {"rolled_back", "tampered"};
	for (size_t i = 0; i < 2; i++) {
		log_in(LINE, contradicts[i], &offered, &taken, &sent);
		assert_true(taken == NULL && sent); /* the daemon's alarm says it */
		keeps(NEWER);
		log_in(LINE_OF("99", HEX64), contradicts[i], &offered, &taken, &sent);
		keeps(NEWER);
	}
	/* What proves nothing: kept beside, for whoever looks into it. */
	char path[256];
	place(path, sizeof path, VAULT ".refused");
	assert_int_equal(access(path, R_OK), -1);
	log_in(LINE, "input", &offered, &taken, &sent);
	assert_true(taken == NULL && sent);
	keeps(LINE);
	assert_int_equal(access(path, R_OK), 0);
	/* Not readable as one: told, not sent, replaced. */
	put_file(VAULT, "nonsense", 8);
	log_in(LINE, NULL, &offered, &taken, &sent);
	assert_true(offered != NULL && taken == NULL && !sent);
	keeps(LINE);
	/* Not writable: told, nothing else. */
	assert_int_equal(chmod(folder, 0777), 0);
	log_in(NEWER, NULL, &offered, &taken, &sent);
	assert_true(offered == NULL && taken != NULL && !sent);
	assert_int_equal(chmod(folder, 0700), 0);
	keeps(LINE);
	assert_int_equal(mk_witness_load(VAULT, &w), 0);
	mk_witness_free(&w);
}

/* Two runs at once: the one that ends later does not put an older one back. */
static void
another_run_was_faster(void **s)
{
	struct mk_witness_login w;
	struct mk_msg reply;
	struct mk_buf body = MK_BUF_INIT;
	(void)s;
	assert_int_equal(mk_witness_store(VAULT, LINE_OF("40", HEX64), strlen(LINE)), 0);
	assert_null(mk_witness_offer(&w, VAULT, &body));
	assert_int_equal(mk_witness_store(VAULT, NEWER, strlen(NEWER)), 0);
	mk_msg_init(&reply, 3, 1);
	mk_put_bytes(&reply.body, MK_T_checkpoint, LINE, strlen(LINE));
	assert_null(mk_witness_take(&w, &reply));
	keeps(NEWER);
	mk_msg_free(&reply);
	mk_witness_login_free(&w);
	mk_buf_free(&body);
}

static void
a_failed_login_is_explained(void **s)
{
	struct mk_witness_login w;
	struct mk_buf body = MK_BUF_INIT, words = MK_BUF_INIT;
	(void)s;
	assert_null(mk_witness_offer(&w, VAULT, &body));
	mk_witness_explain(&w, MK_E_ROLLED_BACK, &words);
	assert_int_equal(words.len, 0); /* nothing was kept */
	mk_witness_login_free(&w);
	assert_int_equal(mk_witness_store(VAULT, LINE, strlen(LINE)), 0);
	assert_null(mk_witness_offer(&w, VAULT, &body));
	mk_witness_explain(&w, MK_E_AUTH, &words);
	assert_int_equal(words.len, 0);
	mk_witness_explain(&w, MK_E_ROLLED_BACK, &words);
	assert_non_null(strstr(mk_buf_str(&words), "entry 41 of 2026-11-24T12:00:00+09:00"));
	assert_non_null(strstr(mk_buf_str(&words), folder));
	mk_witness_login_free(&w);
	mk_buf_free(&body);
	mk_buf_free(&words);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {T(a_line_is_read), T(the_entry_before_goes_with_it),
	    T(nothing_else_is_one), T(length_is_bounded), T(stored_and_loaded),
	    T(names_stay_in_the_folder), T(what_others_put_there_is_none),
	    T(a_folder_of_others_is_not_used), T(without_a_home), T(all_are_listed),
	    T(around_logins), T(another_run_was_faster), T(a_failed_login_is_explained)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
