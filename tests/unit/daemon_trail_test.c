/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trail role's group commit, from inside: what is answered with 0 is on the disk, in the order
 * of the answers' numbers, also where the disk is full in the middle of a group.
 */
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"
#include "mynakura/trail/verify.h"
#include "src/daemon/trail_internal.h"
#include "tests/lib/mk_cmocka.h"

#define NOW INT64_C(1795910400)

static char root[256];
static struct mk_trail_role *role;
static int vault; /* the other end of MK_FD_PEER */

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
	int pair[2];
	(void)state;
	snprintf(root, sizeof root, "%s/mk-role-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(root) == NULL || mk_chan_pair(pair) < 0)
		return -1;
	int end = fcntl(pair[1], F_DUPFD, 20);
	vault = fcntl(pair[0], F_DUPFD, 20);
	close(pair[0]);
	close(pair[1]);
	if (dup2(end, MK_FD_PEER) < 0)
		return -1;
	close(end);
	role = calloc(1, sizeof *role);
	snprintf(role->dir, sizeof role->dir, "%s", root);
	snprintf(role->trail_dir, sizeof role->trail_dir, "%s/trail", root);
	return role == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	mk_jobs_free(role);
	mk_index_close(role->index);
	mk_trail_close(role->trail);
	free(role);
	close(vault);
	close(MK_FD_PEER);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
add(uint32_t id, const char *kind, const char *action, bool durable, size_t bytes)
{
	struct mk_msg m;
	static char reason[1024];
	memset(reason, 'r', sizeof reason);
	reason[bytes] = '\0';
	mk_msg_init(&m, MK_TR_APPEND, id);
	mk_put_str(&m.body, MK_T_kind, kind);
	mk_put_str(&m.body, MK_T_action, action);
	mk_put_i64(&m.body, MK_T_time, NOW);
	mk_put_bool(&m.body, MK_T_fsync, durable);
	mk_put_str(&m.body, MK_T_reason, reason);
	mk_group_add(role, &m);
	mk_msg_free(&m);
}

/* The next answer: its error; *id, *seq of it. */
static int
answer(uint32_t *id, uint64_t *seq)
{
	struct mk_msg m;
	assert_int_equal(mk_chan_recv(vault, &m, 1000), 0);
	*id = m.id;
	*seq = mk_get_u64(m.body.data, m.body.len, MK_T_seq, 0);
	int r = (int)mk_get_i64(m.body.data, m.body.len, MK_T_error, 1);
	mk_msg_free(&m);
	return r;
}

static void
no_answer(void)
{
	struct mk_msg m;
	assert_int_equal(mk_chan_recv(vault, &m, 0), MK_E_AGAIN);
}

struct seen {
	uint64_t seq;
	char kind[16], action[32];
	bool found;
};

static int
look(const struct mk_entry *e, void *arg)
{
	struct seen *s = arg;
	if (e->seq != s->seq)
		return 0;
	snprintf(s->kind, sizeof s->kind, "%s", e->kind);
	snprintf(s->action, sizeof s->action, "%s", e->action);
	s->found = true;
	return 1;
}

/* In the files, not in memory. */
static void
stands(uint64_t seq, const char *kind, const char *action)
{
	struct seen s = {.seq = seq};
	assert_int_equal(mk_trail_read(role->trail_dir, NULL, look, &s), 0);
	assert_true(s.found);
	assert_string_equal(s.kind, kind);
	assert_string_equal(s.action, action);
}

static void
test_group(void **state)
{
	(void)state;
	uint32_t id;
	uint64_t seq;
	assert_int_equal(mk_trail_create(role->trail_dir, "v", NOW, &role->trail), 0);
	for (uint32_t i = 0; i < 60; i++)
		add(i, "event", i == 7 ? "no_such_action" : "subject_list", i % 3 != 0, 1);
	no_answer(); /* nothing leaves before the fsync */
	mk_group_settle(role);
	for (uint32_t i = 0; i < 60; i++) {
		int r = answer(&id, &seq);
		assert_int_equal(id, i);
		assert_int_equal(r, i == 7 ? MK_E_PROTOCOL : 0);
		if (i != 7) {
			assert_int_equal(seq, i < 7 ? i + 2 : i + 1);
			stands(seq, "event", "subject_list");
		}
	}
	assert_false(role->unsynced);
	/* Nothing durable in it: answered at once, told to be synced later. */
	add(1, "event", "session_end", false, 1);
	mk_group_settle(role);
	assert_int_equal(answer(&id, &seq), 0);
	assert_true(role->unsynced);
	assert_int_equal(mk_trail_synced(role->trail), seq - 1);
	/* More than a group takes settles by itself. */
	for (uint32_t i = 0; i < MK_GROUP_MAX + 1; i++)
		add(i, "event", "subject_list", true, 900);
	for (uint32_t i = 0; i < MK_GROUP_MAX; i++)
		assert_int_equal(answer(&id, &seq), 0);
	no_answer();
	mk_group_settle(role);
	assert_int_equal(answer(&id, &seq), 0);
}

static bool
tmpfs(void)
{
	if (mkdir(role->trail_dir, 0700) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	return mount("tmpfs", role->trail_dir, "tmpfs", 0, "size=1400k,mode=700") == 0;
}

static int filler = -1;

static void
fill(void)
{
	char path[4300];
	static char junk[4096];
	if (filler < 0) {
		snprintf(path, sizeof path, "%s/filler", role->trail_dir);
		filler = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	}
	assert_true(filler >= 0);
	while (write(filler, junk, sizeof junk) > 0)
		;
	while (write(filler, junk, 1) > 0)
		;
}

/* A group of every kind while the disk is full: each gets what it would get alone. */
static void
test_full(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *action;
		bool durable, reserve;
	} rows[] = {{"event", "denied", true, true}, {"intent", "reveal", true, false},
	    {"outcome", "reveal", true, true}, {"event", "subject_list", true, false},
	    {"event", "session_end", false, true}, {"event", "login", true, false},
	    {"event", "login_failed", true, true}, {"intent", "export", true, false},
	    {"outcome", "export", true, true}};
	const size_t n = sizeof rows / sizeof rows[0];
	uint32_t id;
	uint64_t seq, last = 0;
	unsigned refused = 0;
	if (!tmpfs())
		skip();
	assert_int_equal(mk_trail_create(role->trail_dir, "v", NOW, &role->trail), 0);
	fill();
	for (int round = 0; round < 12; round++) {
		for (uint32_t i = 0; i < n; i++)
			add(i, rows[i].kind, rows[i].action, rows[i].durable, 800);
		mk_group_settle(role);
		for (uint32_t i = 0; i < n; i++) {
			int r = answer(&id, &seq);
			if (r == 0) {
				stands(seq, rows[id].kind, rows[id].action);
				assert_true(seq > last || id == 0 || round > 0);
				last = seq;
			} else {
				refused++;
				assert_int_equal(r, MK_E_TRAIL);
				assert_false(rows[id].reserve);
			}
		}
	}
	assert_true(refused > 20); /* control: it was full */
	assert_true(mk_trail_full(role->trail));
	assert_false(mk_trail_dead(role->trail));
	struct mk_verify_result v;
	assert_int_equal(mk_trail_verify(role->trail_dir, NULL, &v), 0);
	assert_int_equal(v.why, MK_WHY_ok);
	/* Room again: everything is taken. */
	assert_int_equal(ftruncate(filler, 0), 0);
	for (uint32_t i = 0; i < n; i++)
		add(i, rows[i].kind, rows[i].action, rows[i].durable, 800);
	mk_group_settle(role);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(answer(&id, &seq), 0);
	close(filler);
	filler = -1;
	mk_trail_close(role->trail);
	role->trail = NULL;
	umount(role->trail_dir);
}

/* --- the role as a process */

static pid_t role_pid;

static void
start_role(int peer)
{
	static char dir[300];
	int mon[2];
	assert_int_equal(mk_chan_pair(mon), 0);
	snprintf(dir, sizeof dir, "%s", root);
	role_pid = fork();
	assert_true(role_pid >= 0);
	if (role_pid == 0) {
		struct mk_daemon_args args = {.dir = dir, .embedded = true};
		int a = fcntl(mon[1], F_DUPFD, 40), b = fcntl(peer, F_DUPFD, 40);
		dup2(a, MK_FD_MONITOR);
		dup2(b, MK_FD_PEER);
		close_range(5, ~0U, 0);
		_exit(mk_trail_run(&args) == 0 ? 0 : 1);
	}
	close(mon[1]);
}

static struct mk_msg
ask(uint16_t type, void (*put)(struct mk_buf *))
{
	struct mk_msg m, reply;
	mk_msg_init(&m, type, 9);
	if (put != NULL)
		put(&m.body);
	assert_int_equal(mk_chan_send(vault, &m, 5000), 0);
	mk_msg_free(&m);
	assert_int_equal(mk_chan_recv(vault, &reply, 20000), 0);
	assert_int_equal(reply.id, 9);
	return reply;
}

static int
error_of(struct mk_msg *m)
{
	return (int)mk_get_i64(m->body.data, m->body.len, MK_T_error, 1);
}

static unsigned
count_items(const struct mk_msg *m)
{
	struct mk_rd rd;
	struct mk_item it;
	unsigned n = 0;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0)
		n += it.tag == MK_T_item;
	return n;
}

static void
put_person(struct mk_buf *b)
{
	mk_put_str(b, MK_T_subject, "s0123456789abc");
}

static void
put_old(struct mk_buf *b)
{
	mk_put_i64(b, MK_T_time, mk_now() - INT64_C(11) * 365 * 86400);
}

static void
put_young(struct mk_buf *b)
{
	mk_put_i64(b, MK_T_time, mk_now() - INT64_C(3) * 365 * 86400);
}

/* A trail that began twenty years ago: what is purged is gone from lists and from the index. */
static void
test_purge(void **state)
{
	(void)state;
	static const char *const subject[] = {"s0123456789abc"};
	int pair[2];
	uint64_t old_count = 0;
	int64_t begin = mk_now() - INT64_C(20) * 365 * 86400;
	assert_int_equal(mk_trail_create(role->trail_dir, "v", begin, &role->trail), 0);
	for (int i = 0; i < 40; i++) {
		struct mk_event e;
		memset(&e, 0, sizeof e);
		e.kind = MK_EV_EVENT;
		e.action = MK_A_subject_show;
		e.time = begin + i * INT64_C(180) * 86400;
		e.subjects = subject;
		e.n_subjects = 1;
		e.result = "ok";
		old_count += e.time < mk_now() - INT64_C(11) * 365 * 86400;
		assert_int_equal(mk_trail_append(role->trail, &e, false, NULL, NULL), 0);
	}
	assert_int_equal(mk_trail_close(role->trail), 0);
	role->trail = NULL;
	assert_int_equal(mk_chan_pair(pair), 0);
	close(vault);
	vault = pair[0];
	start_role(pair[1]);
	close(pair[1]);
	struct mk_msg m = ask(MK_TR_OPEN, NULL);
	assert_int_equal(error_of(&m), 0);
	mk_msg_free(&m);
	m = ask(MK_TR_READ, put_person);
	assert_int_equal(count_items(&m), 40);
	mk_msg_free(&m);
	m = ask(MK_TR_PURGE, put_young);
	assert_int_equal(error_of(&m), MK_E_INPUT);
	mk_msg_free(&m);
	m = ask(MK_TR_PURGE, put_old);
	assert_int_equal(error_of(&m), 0);
	uint64_t fallen = mk_get_u64(m.body.data, m.body.len, MK_T_count, 0);
	assert_true(fallen >= old_count - 1 && fallen <= old_count && fallen > 15);
	mk_msg_free(&m);
	m = ask(MK_TR_READ, put_person);
	assert_int_equal(count_items(&m), 40 - fallen);
	mk_msg_free(&m);
	m = ask(MK_TR_ANOMALIES, NULL);
	assert_true(count_items(&m) >= 1);
	mk_msg_free(&m);
	m = ask(MK_TR_VERIFY, NULL);
	assert_true(mk_get_bool(m.body.data, m.body.len, MK_T_ok, false));
	mk_msg_free(&m);
	m = ask(MK_TR_PURGE, put_old); /* done is done */
	assert_int_equal(mk_get_u64(m.body.data, m.body.len, MK_T_count, 9), 0);
	mk_msg_free(&m);
	close(vault);
	vault = -1;
	int status = 1;
	assert_int_equal(waitpid(role_pid, &status, 0), role_pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_group, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_purge, setup, teardown),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
