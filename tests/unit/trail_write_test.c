/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer: what is on the disk when, what open mends and refuses after a crash or a hand, the
 * rules of checkpoints and segments, and a full disk. Every trail made here is also verified.
 */
#include "mynakura/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/trail/verify.h"
#include "tests/lib/mk_cmocka.h"

#define VAULT "00112233445566778899aabbccddeeff"
#define NOW INT64_C(1795910400) /* 2026-11-29T09:00:00+09:00 */
#define DAY INT64_C(86400)

static char root[128];

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
	snprintf(root, sizeof root, "%s/mk-trail-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	*state = root;
	return mkdtemp(root) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *
path_of(const char *name)
{
	static char path[2][256];
	static unsigned turn;
	turn ^= 1;
	snprintf(path[turn], sizeof path[turn], "%s/trail/%s", root, name);
	return path[turn];
}

static const char *
dir(void)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/trail", root);
	return path;
}

static void
slurp(const char *name, struct mk_buf *out)
{
	int fd = open(path_of(name), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(mk_buf_read_fd(out, fd, 1 << 28), 0);
	close(fd);
}

static void
put(const char *name, const void *data, size_t len, int flags)
{
	int fd = open(path_of(name), O_WRONLY | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(mk_write_all(fd, data, len), 0);
	close(fd);
}

static struct mk_trail *
create(void)
{
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_create(dir(), VAULT, NOW, &t), 0);
	return t;
}

static struct mk_trail *
reopen(struct mk_trail_opened *info)
{
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_open(dir(), VAULT, NOW + 60, &t, info), 0);
	return t;
}

static int
open_error(void)
{
	struct mk_trail *t = NULL;
	int r = mk_trail_open(dir(), VAULT, NOW + 60, &t, NULL);
	if (r == 0)
		mk_trail_close(t);
	return r;
}

static int
add(struct mk_trail *t, enum mk_event_kind kind, enum mk_action action, uint64_t ref, bool durable,
    uint64_t *seq)
{
	struct mk_event e;
	memset(&e, 0, sizeof e);
	e.kind = kind;
	e.action = action;
	e.time = NOW + 10;
	e.actor = "m0123456789abc";
	e.ref = ref;
	e.result = kind == MK_EV_INTENT ? NULL : "ok";
	return mk_trail_append(t, &e, durable, seq, NULL);
}

static struct mk_verify_result
verify(void)
{
	struct mk_verify_result r;
	assert_int_equal(mk_trail_verify(root, NULL, &r), 0);
	return r;
}

static void
assert_whole(uint64_t entries)
{
	struct mk_verify_result r = verify();
	assert_string_equal(mk_why_code(r.why), "ok");
	if (entries != 0)
		assert_int_equal(r.entries, entries);
}

struct seen {
	unsigned intents, outcomes, unknown, checkpoints, torn, full, denied;
	uint64_t last, ref;
	char detail[512];
};

static int
look(const struct mk_entry *e, void *arg)
{
	struct seen *s = arg;
	s->intents += strcmp(e->kind, "intent") == 0;
	s->outcomes += strcmp(e->kind, "outcome") == 0;
	s->checkpoints += strcmp(e->kind, "checkpoint") == 0;
	s->torn += strcmp(e->action, "trail_torn") == 0;
	s->full += strcmp(e->action, "trail_full") == 0;
	s->denied += strcmp(e->action, "denied") == 0;
	if (strcmp(e->result, "unknown") == 0) {
		s->unknown++;
		s->ref = e->ref;
	}
	if (strcmp(e->action, "trail_torn") == 0)
		snprintf(s->detail, sizeof s->detail, "%s", e->detail);
	assert_int_equal(e->seq, s->last + 1);
	s->last = e->seq;
	return 0;
}

static struct seen
seen(void)
{
	struct seen s;
	memset(&s, 0, sizeof s);
	assert_int_equal(mk_trail_read(dir(), NULL, look, &s), 0);
	return s;
}

static void
test_create_and_open(void **state)
{
	(void)state;
	struct mk_trail *t = create(), *other = NULL;
	char head[MK_TRAIL_HEX], again[MK_TRAIL_HEX];
	struct stat st;
	assert_int_equal(mk_trail_head(t, head), 1);
	assert_string_equal(mk_trail_vault(t), VAULT);
	assert_int_equal(mk_trail_open(dir(), VAULT, NOW, &other, NULL), MK_E_BUSY);
	mk_trail_close(t);
	assert_int_equal(mk_trail_create(dir(), VAULT, NOW, &other), MK_E_EXISTS);
	assert_int_equal(mk_trail_open(dir(), "other", NOW, &other, NULL), MK_E_TAMPERED);
	assert_int_equal(mk_trail_open(root, VAULT, NOW, &other, NULL), MK_E_NOT_FOUND);
	assert_int_equal(mk_trail_create(path_of("x"), "Bad Id", NOW, &other), MK_E_INPUT);
	assert_null(other);
	assert_int_equal(stat(path_of("seed"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	t = reopen(NULL);
	assert_int_equal(mk_trail_head(t, again), 1);
	assert_string_equal(head, again);
	mk_trail_close(t);
	assert_whole(1);
}

static void
test_durable_and_batch(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	uint64_t seq = 0;
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, &seq), 0);
	assert_int_equal(seq, 2);
	assert_int_equal(seen().last, 2);
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_status, 0, false, &seq), 0);
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_status, 0, false, &seq), 0);
	assert_int_equal(seq, 4);
	assert_int_equal(seen().last, 2); /* held */
	assert_int_equal(mk_trail_sync(t), 0);
	assert_int_equal(seen().last, 4);
	mk_trail_close(t);
	assert_whole(4);
}

static void
test_refused_events(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_event e;
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_EVENT;
	e.action = MK_A_review_reject;
	e.time = NOW;
	e.reason = "is 1234 5678 9018";
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), MK_E_NUMBER);
	e.reason = "\x1b]0;x\a";
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), MK_E_TEXT);
	assert_int_equal(seen().last, 1);
	e.reason = "is 1234 5678 9012"; /* the control: no check digit */
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), 0);
	mk_trail_close(t);
	assert_whole(2);
}

static void
test_open_intents(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_trail_opened info;
	uint64_t first = 0, second = 0;
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_start, 0, true, NULL), 0);
	assert_int_equal(add(t, MK_EV_INTENT, MK_A_reveal, 0, true, &first), 0);
	assert_int_equal(add(t, MK_EV_INTENT, MK_A_export, 0, true, &second), 0);
	assert_int_equal(add(t, MK_EV_OUTCOME, MK_A_reveal, first, true, NULL), 0);
	mk_trail_close(t);
	t = reopen(&info);
	assert_int_equal(info.unknown, 1);
	struct seen s = seen();
	assert_int_equal(s.unknown, 1);
	assert_int_equal(s.ref, second);
	mk_trail_close(t);
	t = reopen(&info);
	assert_int_equal(info.unknown, 0);
	mk_trail_close(t);
	assert_whole(6);
}

/* An intent in one month, a crash, the start in the next. */
static void
test_open_intents_over_segments(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_trail_opened info;
	struct mk_event e;
	assert_int_equal(add(t, MK_EV_INTENT, MK_A_reveal, 0, true, NULL), 0);
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_EVENT;
	e.action = MK_A_login;
	e.time = NOW + 5 * DAY;
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), 0);
	mk_trail_close(t);
	t = reopen(&info);
	assert_int_equal(info.unknown, 1);
	mk_trail_close(t);
	assert_whole(5);
}

static void
test_torn(void **state)
{
	(void)state;
	static const char *const ends[] = {"{\"seq\":3,\"sal", "x", "\n", "{\"seq\":3}\n{\"se"};
	struct mk_trail *t = create();
	struct mk_trail_opened info;
	uint64_t entries = 2;
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		char name[32];
		struct mk_buf kept = MK_BUF_INIT;
		put("2026-11.jsonl", ends[i], strlen(ends[i]), O_APPEND);
		struct mk_verify_result r = verify();
		assert_int_equal(r.entries, entries);
		assert_string_equal(mk_why_code(r.why), i < 2 ? "torn" : "syntax");
		t = reopen(&info);
		assert_int_equal(info.torn_bytes, strlen(ends[i]));
		mk_trail_close(t);
		snprintf(name, sizeof name, "torn-%u", (unsigned)entries + 1);
		slurp(name, &kept);
		assert_int_equal(kept.len, strlen(ends[i]));
		assert_memory_equal(kept.data, ends[i], kept.len);
		mk_buf_free(&kept);
		assert_whole(++entries);
	}
	struct seen s = seen();
	assert_int_equal(s.torn, sizeof ends / sizeof ends[0]);
	assert_non_null(strstr(s.detail, "\"bytes\":\"14\""));
	assert_non_null(strstr(s.detail, "\"sha256\":\""));
}

static void
test_newline_lost(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_trail_opened info;
	struct stat st;
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	assert_int_equal(stat(path_of("2026-11.jsonl"), &st), 0);
	assert_int_equal(truncate(path_of("2026-11.jsonl"), st.st_size - 1), 0);
	assert_int_equal(verify().why, MK_WHY_torn);
	t = reopen(&info);
	assert_int_equal(info.torn_bytes, 0);
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	assert_whole(3);
}

/* A changed byte in a whole line is a hand, not a crash: open refuses. */
static void
test_changed_line(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_buf b = MK_BUF_INIT;
	for (int i = 0; i < 5; i++)
		assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	slurp("2026-11.jsonl", &b);
	char *at = memmem(b.data, b.len, "login", 5);
	assert_non_null(at);
	at[0] = 'x';
	put("2026-11.jsonl", b.data, b.len, O_TRUNC);
	assert_int_equal(open_error(), MK_E_TAMPERED);
	at[0] = 'l';
	put("2026-11.jsonl", b.data, b.len, O_TRUNC);
	assert_int_equal(open_error(), 0);
	mk_buf_free(&b);
}

static void
test_seed_states(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_buf seed0 = MK_BUF_INIT, seed1 = MK_BUF_INIT, seg = MK_BUF_INIT;
	struct mk_trail_opened info;
	slurp("seed", &seed0);
	assert_int_equal(mk_trail_checkpoint(t, NOW, NULL, 0, -1, NULL, NULL), 0);
	mk_trail_close(t);
	slurp("seed", &seed1);
	assert_int_equal(seed1.len, seed0.len);
	/* Nothing of the old seed stays, and the new one is not the old one. */
	assert_null(memmem(seed1.data, seed1.len, seed0.data + 16, 32));
	assert_non_null(memmem(seed0.data, seed0.len, seed0.data + 16, 32)); /* control */
	/* The crash between checkpoint and seed. */
	put("seed", seed0.data, seed0.len, O_TRUNC);
	t = reopen(&info);
	assert_true(info.seed_behind);
	assert_int_equal(mk_trail_checkpoint(t, NOW, NULL, 0, -1, NULL, NULL), 0);
	mk_trail_close(t);
	assert_whole(3);
	/* The crash between the two copies: the first is new, the second old; then garbage. */
	slurp("2026-11.jsonl", &seg);
	struct mk_buf seed2 = MK_BUF_INIT;
	slurp("seed", &seed2);
	memcpy(seed2.data + 4096, seed1.data + 4096, 80);
	put("seed", seed2.data, seed2.len, O_TRUNC);
	t = reopen(&info);
	assert_false(info.seed_behind);
	mk_trail_close(t);
	memset(seed2.data, 0xa5, 80);
	put("seed", seed2.data, seed2.len, O_TRUNC); /* the first torn, the second one behind */
	t = reopen(&info);
	assert_true(info.seed_behind);
	mk_trail_close(t);
	/* Two behind cannot come of a crash. */
	put("seed", seed0.data, seed0.len, O_TRUNC);
	assert_int_equal(open_error(), MK_E_TAMPERED);
	memset(seed2.data, 0, seed2.len);
	put("seed", seed2.data, seed2.len, O_TRUNC);
	assert_int_equal(open_error(), MK_E_DAMAGED);
	assert_int_equal(unlink(path_of("seed")), 0);
	assert_int_equal(open_error(), MK_E_DAMAGED);
	mk_buf_free(&seed0);
	mk_buf_free(&seed1);
	mk_buf_free(&seed2);
	mk_buf_free(&seg);
}

/* An old copy of the segment under a newer seed. */
static void
test_rolled_back(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_buf old = MK_BUF_INIT, now = MK_BUF_INIT;
	slurp("2026-11.jsonl", &old);
	assert_int_equal(mk_trail_checkpoint(t, NOW, NULL, 0, -1, NULL, NULL), 0);
	mk_trail_close(t);
	slurp("2026-11.jsonl", &now);
	put("2026-11.jsonl", old.data, old.len, O_TRUNC);
	assert_int_equal(open_error(), MK_E_ROLLED_BACK);
	put("2026-11.jsonl", now.data, now.len, O_TRUNC);
	assert_int_equal(open_error(), 0);
	mk_buf_free(&old);
	mk_buf_free(&now);
}

static void
test_segments(void **state)
{
	(void)state;
	static const int64_t days[] = {0, 1, 3, 2, 40, 5, 41, 70};
	struct mk_trail *t = create();
	struct mk_event e;
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_EVENT;
	e.action = MK_A_login;
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		e.time = NOW + days[i] * DAY;
		assert_int_equal(mk_trail_append(t, &e, i % 2 == 0, NULL, NULL), 0);
	}
	mk_trail_close(t);
	assert_int_equal(access(path_of("2026-11.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("2026-12.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("2027-01.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("2027-02.jsonl"), F_OK), 0);
	assert_whole(12);
	assert_int_equal(seen().checkpoints, 3);
	t = reopen(NULL); /* the clock is back in November: the newest segment goes on */
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	assert_whole(13);
}

/* The segment was made, the crash came before its first line. */
static void
test_empty_segment(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	mk_trail_close(t);
	put("2026-12.jsonl", "", 0, O_CREAT);
	assert_whole(1);
	t = reopen(NULL);
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	assert_whole(3);
	assert_int_equal(seen().checkpoints, 1);
}

static void
test_checkpoint_rules(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	for (int i = 0; i < 9000; i++)
		assert_int_equal(add(t, MK_EV_EVENT, MK_A_status, 0, false, NULL), 0);
	assert_int_equal(mk_trail_sync(t), 0);
	assert_int_equal(seen().checkpoints, 2);
	assert_false(mk_trail_checkpoint_due(t, NOW + 100));
	assert_true(mk_trail_checkpoint_due(t, NOW + 4000));
	assert_int_equal(mk_trail_checkpoint(t, NOW + 4000, NULL, 0, -1, NULL, NULL), 0);
	assert_false(mk_trail_checkpoint_due(t, NOW + 9000)); /* nothing written since */
	mk_trail_close(t);
	assert_whole(9004);
}

static int
find_commits(const struct mk_entry *e, void *arg)
{
	static const char want[] = "\"commits\":{\"l0123456789abc\":7,\"main\":3},\"lost\":2,";
	if (strcmp(e->kind, "checkpoint") == 0)
		*(bool *)arg = memmem(e->body, e->body_len, want, sizeof want - 1) != NULL;
	return 0;
}

static void
test_commits(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct mk_trail_commit c = {"main", 3};
	struct mk_event e;
	bool found = false;
	memset(&e, 0, sizeof e);
	e.kind = MK_EV_OUTCOME;
	e.action = MK_A_subject_add;
	e.time = NOW;
	e.ledger = "l0123456789abc";
	e.commit = 7;
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), 0);
	assert_int_equal(mk_trail_checkpoint(t, NOW, &c, 1, 2, NULL, NULL), 0);
	assert_int_equal(mk_trail_read(dir(), NULL, find_commits, &found), 0);
	assert_true(found);
	e.commit = 8;
	assert_int_equal(mk_trail_append(t, &e, true, NULL, NULL), 0);
	mk_trail_close(t);
	t = reopen(NULL);
	assert_int_equal(mk_trail_commit_of(t, "l0123456789abc"), 8);
	assert_int_equal(mk_trail_commit_of(t, "main"), 3);
	assert_int_equal(mk_trail_commit_of(t, "l0000000000000"), 0);
	mk_trail_close(t);
}

/* A write that fails for another reason than space ends all writing, for good. */
static void
test_failed_write(void **state)
{
	(void)state;
	struct mk_trail *t = create();
	struct rlimit old, tight;
	struct stat st;
	uint64_t seq = 0;
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	assert_int_equal(stat(path_of("2026-11.jsonl"), &st), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = (rlim_t)st.st_size + 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	int r = add(t, MK_EV_INTENT, MK_A_reveal, 0, true, &seq);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(r, MK_E_TRAIL);
	assert_int_equal(seq, 0);
	assert_true(mk_trail_dead(t));
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_lock, 0, true, NULL), MK_E_TRAIL);
	assert_int_equal(mk_trail_checkpoint(t, NOW, NULL, 0, -1, NULL, NULL), MK_E_TRAIL);
	mk_trail_close(t);
	t = reopen(NULL); /* reads the tail again and goes on */
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_login, 0, true, NULL), 0);
	mk_trail_close(t);
	assert_whole(4); /* genesis, login, trail_torn, login */
}

/* Appends for ever, with checkpoints among it; tells each number once it is durable. */
static void
append_until_killed(int fd)
{
	struct mk_trail *t = NULL;
	if (mk_trail_open(dir(), VAULT, NOW, &t, NULL) < 0)
		_exit(1);
	for (unsigned i = 0;; i++) {
		uint64_t seq = 0;
		int r = i % 5 == 4 ? mk_trail_checkpoint(t, NOW, NULL, 0, -1, &seq, NULL)
				   : add(t, MK_EV_INTENT, MK_A_reveal, 0, true, &seq);
		if (r < 0 || write(fd, &seq, sizeof seq) != sizeof seq)
			_exit(1);
	}
}

/* kill -9 at any moment: nothing acknowledged is lost, every start is clean, the chain is whole. */
static void
test_killed(void **state)
{
	(void)state;
	uint64_t acked = 0, seq = 0;
	mk_trail_close(create());
	for (int i = 0; i < 40; i++) {
		int p[2], status = 0;
		assert_int_equal(pipe(p), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(p[0]);
			append_until_killed(p[1]);
		}
		close(p[1]);
		/* After some acknowledgements, and a little into the next write. */
		for (int n = 0; n < 3 + i % 7; n++)
			if (read(p[0], &seq, sizeof seq) == sizeof seq)
				acked = seq;
		usleep((useconds_t)(i * 37 % 400));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		while (read(p[0], &seq, sizeof seq) == sizeof seq)
			acked = seq;
		close(p[0]);
		struct mk_verify_result r = verify();
		assert_true(r.why == MK_WHY_ok || r.why == MK_WHY_torn);
		assert_true(r.entries >= acked);
	}
	struct mk_trail_opened info;
	mk_trail_close(reopen(&info));
	assert_true(acked > 100);
	assert_whole(0);
	struct seen s = seen();
	assert_int_equal(s.intents, s.outcomes); /* every one has its OUTCOME unknown */
	assert_int_equal(s.unknown, s.outcomes);
}

static void
fill_disk(void)
{
	static char junk[4096];
	int fd = open(path_of("junk"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	while (write(fd, junk, sizeof junk) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void
test_full_disk(void **state)
{
	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", root, "tmpfs", 0, "size=3m") < 0) {
		print_message("skipped: needs root and mount to make a small file system\n");
		skip();
	}
	struct mk_trail *t = create();
	fill_disk();
	int refused = 0;
	for (int i = 0; i < 40 && refused == 0; i++) {
		add(t, MK_EV_EVENT, MK_A_status, 0, false, NULL);
		refused = add(t, MK_EV_INTENT, MK_A_reveal, 0, true, NULL);
	}
	assert_int_equal(refused, MK_E_TRAIL);
	assert_true(mk_trail_full(t));
	assert_false(mk_trail_dead(t));
	assert_int_not_equal(access(path_of("reserve"), F_OK), 0); /* given up */
	for (int i = 0; i < 100; i++)
		assert_int_equal(add(t, MK_EV_EVENT, MK_A_denied, 0, true, NULL), 0);
	assert_int_equal(add(t, MK_EV_INTENT, MK_A_reveal, 0, true, NULL), MK_E_TRAIL);
	assert_int_equal(mk_trail_checkpoint(t, NOW, NULL, 0, -1, NULL, NULL), 0);
	assert_int_equal(unlink(path_of("junk")), 0);
	struct seen s = seen();
	assert_int_equal(s.full, 1);
	assert_int_equal(s.denied, 100);
	assert_int_equal(add(t, MK_EV_INTENT, MK_A_reveal, 0, true, NULL), 0); /* room again */
	assert_int_equal(access(path_of("reserve"), F_OK), 0);
	assert_false(mk_trail_full(t));
	mk_trail_close(t);
	assert_whole(0);
	assert_int_equal(umount(root), 0);
}

/*
 * A refusal that shared its batch with a view is written from the reserve; the sync says the view
 * is lost.
 */
static void
test_full_disk_batch(void **state)
{
	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", root, "tmpfs", 0, "size=3m") < 0) {
		print_message("skipped: needs root and mount to make a small file system\n");
		skip();
	}
	struct mk_trail *t = create();
	fill_disk();
	for (int i = 0; i < 30; i++) /* more than what is left of the segment's last page */
		assert_int_equal(add(t, MK_EV_EVENT, MK_A_status, 0, false, NULL), 0);
	assert_int_equal(add(t, MK_EV_EVENT, MK_A_denied, 0, true, NULL), 0);
	assert_int_equal(mk_trail_sync(t), MK_E_TRAIL);
	assert_int_equal(mk_trail_sync(t), 0);
	assert_int_equal(seen().denied, 1);
	mk_trail_close(t);
	assert_whole(0);
	assert_int_equal(umount(root), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_create_and_open),
	    T(test_durable_and_batch),
	    T(test_refused_events),
	    T(test_open_intents),
	    T(test_open_intents_over_segments),
	    T(test_torn),
	    T(test_newline_lost),
	    T(test_changed_line),
	    T(test_seed_states),
	    T(test_rolled_back),
	    T(test_segments),
	    T(test_empty_segment),
	    T(test_checkpoint_rules),
	    T(test_commits),
	    T(test_failed_write),
	    T(test_killed),
	    T(test_full_disk),
	    T(test_full_disk_batch),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
