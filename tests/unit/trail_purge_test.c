/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bodies that fall after their term: which, never which, and a process killed at every system call
 * of it. Before and after, and after each kill, the same head and a whole chain.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "trail_kit.h"

#define DAY INT64_C(86400)
#define LATER (KIT_NOW + 4000 * DAY) /* when the first month's term of ten years is over */
#define TERM (INT64_C(3652) * DAY)

static char root[256], dir[300];

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	(void)state;
	snprintf(root, sizeof root, "%s/mk-purge-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(dir, sizeof dir, "%s/trail", root);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static uint64_t
say(struct mk_trail *t, enum mk_event_kind kind, int64_t time, uint64_t ref, const char *reason)
{
	static const char *const subject[] = {"s0123456789abc"};
	struct mk_event e;
	uint64_t seq = 0;
	memset(&e, 0, sizeof e);
	e.kind = kind;
	e.action = MK_A_reveal;
	e.time = time;
	e.actor = "m0123456789abc";
	e.subjects = subject;
	e.n_subjects = 1;
	e.result = kind == MK_EV_OUTCOME ? "ok" : NULL;
	e.ref = ref;
	e.reason = reason;
	assert_int_equal(mk_trail_append(t, &e, false, &seq, NULL), 0);
	return seq;
}

/* Months of acts from the genesis on; `months` of them, each with ten pairs and a checkpoint. */
static struct mk_trail *
make(int months)
{
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, KIT_NOW, &t), 0);
	for (int64_t m = 0; m < months; m++) {
		int64_t time = KIT_NOW + m * 31 * DAY;
		for (int64_t i = 0; i < 10; i++) {
			uint64_t seq = say(t, MK_EV_INTENT, time + i * 60, 0, "old words");
			say(t, MK_EV_OUTCOME, time + i * 60, seq, NULL);
		}
		assert_int_equal(mk_trail_checkpoint(t, time + 700, NULL, 0, -1, NULL, NULL), 0);
	}
	return t;
}

static struct mk_verify_result
verify(const char *head)
{
	struct mk_verify_options opt = {head, NULL};
	struct mk_verify_result r;
	assert_int_equal(mk_trail_verify(dir, &opt, &r), 0);
	if (r.why != MK_WHY_ok)
		print_error("%s at %" PRIu64 "\n", mk_why_code(r.why), r.bad);
	assert_int_equal(r.why, MK_WHY_ok);
	return r;
}

static bool
holds(const char *text)
{
	static struct kit_trail t;
	kit_read(&t, dir);
	bool found = kit_find(&t, 0, text) < t.n;
	kit_clear(&t);
	return found;
}

static void
test_term(void **state)
{
	(void)state;
	char head[MK_TRAIL_HEX], torn[400];
	struct mk_trail_purged done;
	struct mk_trail *t = make(5);
	uint64_t last = mk_trail_head(t, head);
	snprintf(torn, sizeof torn, "torn-3");
	kit_write_file(dir, torn, "old words", 9, 0);
	snprintf(torn, sizeof torn, "torn-90");
	kit_write_file(dir, torn, "new words", 9, 0);
	/* Too young: refused, whatever the caller says. */
	assert_int_equal(mk_trail_purge(t, LATER, LATER - 2000 * DAY, &done), MK_E_INPUT);
	/* Nothing is old enough: nothing is written. */
	assert_int_equal(mk_trail_purge(t, LATER, KIT_NOW - DAY, &done), 0);
	assert_int_equal(done.count, 0);
	char same[MK_TRAIL_HEX];
	assert_int_equal(mk_trail_head(t, same), last);
	/* In the middle of the second month: its beginning falls, the rest stays. */
	int64_t second = KIT_NOW + 31 * DAY;
	assert_int_equal(mk_trail_purge(t, LATER, second + 5 * 60, &done), 0);
	assert_int_equal(done.count, 20 + 10);
	struct mk_verify_result r = verify(head);
	assert_int_equal(r.purged, done.count);
	assert_int_equal(r.entries, last + 3); /* a new month's checkpoint, INTENT, OUTCOME */
	struct kit_trail *k = calloc(1, sizeof *k);
	kit_read(k, dir);
	for (size_t i = 0; i < k->n; i++) {
		struct mk_line l;
		kit_parse(k, i, &l);
		bool other = i > 0 && !kit_is(k, i, "\"checkpoint\"");
		assert_int_equal(l.purged, other && l.seq <= done.upto);
	}
	assert_true(kit_find(k, 0, "\"action\":\"purge\"") < k->n);
	assert_true(kit_find(k, 0, "\"count\":\"30\"") < k->n);
	kit_clear(k);
	free(k);
	snprintf(torn, sizeof torn, "%s/torn-3", dir);
	assert_int_equal(access(torn, F_OK), -1);
	snprintf(torn, sizeof torn, "%s/torn-90", dir);
	assert_int_equal(access(torn, F_OK), 0);
	/* Again: nothing more. Then all of it, but the open segment and the checkpoints. */
	assert_int_equal(mk_trail_purge(t, LATER, second + 5 * 60, &done), 0);
	assert_int_equal(done.count, 0);
	assert_int_equal(mk_trail_purge(t, LATER, LATER - TERM + 300 * DAY, &done), 0);
	assert_int_equal(done.count, 70);
	r = verify(head);
	assert_int_equal(r.purged, 100);
	assert_false(holds("old words"));
	assert_true(holds("\"action\":\"purge\""));
	assert_int_equal(mk_trail_close(t), 0);
	/* It opens, goes on, and nothing of the old is thought open. */
	struct mk_trail_opened info;
	assert_int_equal(mk_trail_open(dir, KIT_VAULT, LATER + 60, &t, &info), 0);
	assert_int_equal(info.unknown, 0);
	say(t, MK_EV_INTENT, LATER + 61, 0, "x");
	assert_int_equal(mk_trail_close(t), 0);
	verify(head);
}

/* The clock was set back for one act (R14): its record is not old. One set ahead falls later. */
static void
test_clock(void **state)
{
	(void)state;
	char head[MK_TRAIL_HEX];
	struct mk_trail_purged done;
	struct mk_trail *t = make(1);
	int64_t fourth = KIT_NOW + 93 * DAY;
	say(t, MK_EV_INTENT, fourth, 0, "before it");
	say(t, MK_EV_INTENT, KIT_NOW - 9000 * DAY, 0, "set back");
	say(t, MK_EV_INTENT, fourth + 60, 0, "after it");
	say(t, MK_EV_INTENT, fourth + 62 * DAY, 0, "two months on");
	say(t, MK_EV_INTENT, fourth + 1, 0, "and back");
	assert_int_equal(mk_trail_sync(t), 0);
	mk_trail_head(t, head);
	assert_int_equal(mk_trail_purge(t, LATER, fourth, &done), 0);
	assert_int_equal(done.count, 20);
	assert_true(holds("set back"));
	assert_int_equal(mk_trail_purge(t, LATER, fourth + 30, &done), 0);
	assert_int_equal(done.count, 2);
	assert_false(holds("set back"));
	assert_true(holds("after it"));
	assert_int_equal(mk_trail_purge(t, LATER, fourth + 31 * DAY, &done), 0);
	assert_false(holds("after it"));
	assert_true(holds("and back"));
	verify(head);
	assert_int_equal(mk_trail_close(t), 0);
}

/* A segment that does not verify is left as it is; the judge will name it. */
static void
test_tampered(void **state)
{
	(void)state;
	char path[400], text[70000];
	struct mk_trail_purged done;
	struct mk_verify_result r;
	struct mk_trail *t = make(4);
	snprintf(path, sizeof path, "%s/2026-11.jsonl", dir);
	int fd = open(path, O_RDWR);
	ssize_t n = read(fd, text, sizeof text);
	char *p = memmem(text, (size_t)n, "old words", 9);
	assert_non_null(p);
	assert_int_equal(pwrite(fd, "0ld", 3, p - text), 3);
	assert_int_equal(mk_trail_purge(t, LATER, LATER - TERM + 300 * DAY, &done), MK_E_TAMPERED);
	assert_int_equal(done.count, 0);
	ssize_t m = pread(fd, text, sizeof text, 0);
	assert_int_equal(m, n);
	assert_non_null(memmem(text, (size_t)m, "0ld words", 9));
	close(fd);
	assert_true(holds("\"result\":\"tampered\""));
	assert_int_equal(mk_trail_close(t), 0);
	assert_int_equal(mk_trail_verify(dir, NULL, &r), 0);
	assert_int_equal(r.why, MK_WHY_leaf);
}

/* --- killed at its n-th system call */

static void
child(void)
{
	struct mk_trail *t = NULL;
	struct mk_trail_purged done;
	if (mk_trail_open(dir, KIT_VAULT, LATER, &t, NULL) < 0)
		_exit(70);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	int r = mk_trail_purge(t, LATER, LATER - TERM + 300 * DAY, &done);
	_exit(r == 0 && done.count > 0 ? 0 : 1);
}

/* true: it came to its end before. Each system call stops twice: at its entry and at its end. */
static bool
killed_at(int n)
{
	int status = 0;
	pid_t p = fork();
	assert_true(p >= 0);
	if (p == 0)
		child();
	assert_int_equal(waitpid(p, &status, 0), p);
	if (!WIFSTOPPED(status))
		fail_msg("the child ended with %d", status);
	for (int i = 0; i < n; i++) {
		ptrace(PTRACE_SYSCALL, p, NULL, NULL);
		assert_int_equal(waitpid(p, &status, 0), p);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return true;
		}
	}
	kill(p, SIGKILL);
	assert_int_equal(waitpid(p, &status, 0), p);
	return false;
}

static void
test_killed(void **state)
{
	(void)state;
	char head[MK_TRAIL_HEX];
	unsigned kills = 0, partly = 0;
	for (int n = 1;; n += kills < 20 ? 1 : 3) {
		struct mk_trail *t = make(4);
		mk_trail_head(t, head);
		assert_int_equal(mk_trail_close(t), 0);
		bool whole = killed_at(n);
		struct mk_verify_result r;
		struct mk_verify_options opt = {head, NULL};
		assert_int_equal(mk_trail_verify(dir, &opt, &r), 0);
		if (r.why != MK_WHY_ok && r.why != MK_WHY_torn)
			fail_msg("killed at %d: %s at %d", n, mk_why_code(r.why), (int)r.bad);
		partly += r.purged > 0 && r.purged < 80;
		/* The next start goes on with it, and the purge can be done to its end. */
		struct mk_trail_purged done;
		assert_int_equal(mk_trail_open(dir, KIT_VAULT, LATER + 60, &t, NULL), 0);
		for (int again = 0; again < 2; again++) /* the last month closes by it */
			assert_int_equal(
			    mk_trail_purge(t, LATER + 60, LATER - TERM + 300 * DAY, &done), 0);
		assert_int_equal(mk_trail_close(t), 0);
		assert_int_equal(verify(head).purged, 80);
		assert_false(holds("old words"));
		char left[400];
		snprintf(left, sizeof left, "%s/purging", dir);
		assert_int_equal(access(left, F_OK), -1);
		assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
		if (whole)
			break;
		kills++;
	}
	print_message("%u kills, %u in the middle of it\n", kills, partly);
	assert_true(kills > 40);
	assert_true(partly > 5); /* control: some kills fell between two segments */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_term, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_tampered, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
