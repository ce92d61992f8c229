/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trail's figures, each beside a peer's on the same disk in the same minute.
 *   bench make DIR N       a trail of N entries as an office of 20 people leaves one
 *   bench index DIR        building the index, then pages of filtered lists through it
 *   bench append DIR D N   N durable records through the trail role (D = mynakurad), 1 and 50 askers
 *   bench file FILE N      N times write and fdatasync of a line as long
 *   bench sqlite FILE N    N inserts of it, WAL, synchronous=FULL
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"
#include "mynakura/trail/index.h"
#include "mynakura/wire/chan.h"
#include "src/daemon/roles_internal.h"

#define START INT64_C(1735689600) /* 2025-01-01 */
#define PEOPLE 500

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, mk_err_code(r));
	exit(1);
}

static char *
id_of(char *out, char kind, unsigned n)
{
	snprintf(out, 16, "%c%04uabcdefghj", kind, n % 10000);
	return out;
}

static void
make(const char *dir, unsigned n)
{
	static const char *const reasons[] = {
	    "年末調整のため", "社会保険の資格取得届", "源泉徴収票の作成", "本人の申し出による確認"};
	static const enum mk_action acts[] = {MK_A_reveal, MK_A_subject_set, MK_A_review_accept};
	struct mk_trail *t = NULL;
	uint64_t seq = 0;
	double begin = now();
	must(mk_trail_create(dir, "bench", START, &t), "create");
	for (unsigned i = 0; i < n; i++) {
		char actor[16], session[16], subject[16];
		const char *subjects[] = {id_of(subject, 's', i / 2 * 7919 % PEOPLE)};
		struct mk_event e;
		memset(&e, 0, sizeof e);
		e.kind = i % 2 == 0 ? MK_EV_INTENT : MK_EV_OUTCOME;
		e.action = acts[i / 2 % 7 % 3];
		e.time = START + (int64_t)i * 60;
		e.actor = id_of(actor, 'm', i / 2 % 20);
		e.session = id_of(session, 'x', i / 400);
		e.role = "clerk";
		e.terminal = "pts/3";
		e.from = "local";
		e.ledger = "l0123456789abc";
		e.subjects = subjects;
		e.n_subjects = 1;
		e.reason = i == n / 3 ? "ただ一度の理由" : reasons[i / 2 % 4];
		e.result = e.kind == MK_EV_OUTCOME ? "ok" : NULL;
		e.ref = e.kind == MK_EV_OUTCOME ? seq : 0;
		must(mk_trail_append(t, &e, false, &seq, NULL), "append");
	}
	must(mk_trail_close(t), "close");
	printf("make: %u entries in %.1f s\n", n, now() - begin);
}

struct page {
	size_t n, max;
};

static int
count(const struct mk_entry *e, void *arg)
{
	struct page *p = arg;
	(void)e;
	if (p->n == p->max)
		return 1;
	p->n++;
	return 0;
}

/* Pages of 200 to the end or 200 of them; the slowest call and the mean page. */
static void
pages(struct mk_index *x, const char *name, struct mk_trail_filter f)
{
	for (int newest = 0; newest < 2; newest++) {
		uint64_t cursor = 0;
		double worst = 0, first = 0, begin = now();
		size_t rows = 0, calls = 0, full = 0;
		f.newest = newest != 0;
		for (int r = MK_E_AGAIN; full < 200;) {
			struct page p = {0, 200};
			double at = now();
			r = mk_index_read(x, &f, 5, &cursor, count, &p);
			double took = now() - at;
			worst = took > worst ? took : worst;
			first = calls++ == 0 ? took : first;
			rows += p.n;
			full += p.n == p.max;
			if (r == 0 && p.n < p.max)
				break;
			if (r != MK_E_AGAIN)
				must(r, name);
		}
		printf("page: %-26s %s first %5.2f ms, slowest %5.2f ms, %6zu rows in %4zu "
		       "calls, %6.1f ms in all\n",
		    name, newest ? "newest" : "oldest", first * 1e3, worst * 1e3, rows, calls,
		    (now() - begin) * 1e3);
	}
}

static void
index_of(const char *dir)
{
	struct mk_index *x = NULL;
	char a[16], s[16], session[16];
	double begin = now();
	must(mk_index_open(dir, false, &x), "open");
	must(mk_index_reset(x), "reset");
	must(mk_index_update(x, 0), "update");
	double built = now() - begin;
	uint64_t n = mk_index_seq(x);
	printf("index: %" PRIu64 " entries in %.1f s (%.1f us each)\n", n, built,
	    built * 1e6 / (double)n);
	mk_index_close(x);
	begin = now();
	must(mk_index_open(dir, false, &x), "open");
	printf("index: opened again in %.1f ms\n", (now() - begin) * 1e3);
	pages(x, "all", (struct mk_trail_filter){0});
	pages(x, "member", (struct mk_trail_filter){.actor = id_of(a, 'm', 7)});
	pages(x, "action", (struct mk_trail_filter){.action = "reveal"});
	pages(x, "member and action",
	    (struct mk_trail_filter){.actor = id_of(a, 'm', 7), .action = "subject_set"});
	pages(x, "person", (struct mk_trail_filter){.subject = id_of(s, 's', 42)});
	pages(x, "session", (struct mk_trail_filter){.session = id_of(session, 'x', 99)});
	pages(x, "intent and its outcome", (struct mk_trail_filter){.ref = n / 2});
	pages(x, "a day in the middle",
	    (struct mk_trail_filter){
		.from = START + (int64_t)n / 2 * 60, .to = START + (int64_t)n / 2 * 60 + 86400});
	pages(x, "member in a month",
	    (struct mk_trail_filter){.actor = id_of(a, 'm', 7),
		.from = START + (int64_t)n / 2 * 60,
		.to = START + (int64_t)n / 2 * 60 + 30 * 86400});
	pages(x, "words, often", (struct mk_trail_filter){.text = "年末調整"});
	pages(x, "words, once", (struct mk_trail_filter){.text = "ただ一度"});
	pages(x, "words, once, of a member",
	    (struct mk_trail_filter){.text = "ただ一度", .actor = id_of(a, 'm', 7)});
	mk_index_close(x);
}

/* --- records through the role */

static void
send_record(int fd, uint32_t id)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_TR_APPEND, id);
	mk_put_str(&m.body, MK_T_kind, "event");
	mk_put_str(&m.body, MK_T_action, "subject_list");
	mk_put_str(&m.body, MK_T_actor, "m0123456789abc");
	mk_put_str(&m.body, MK_T_session, "x0123456789abc");
	mk_put_str(&m.body, MK_T_terminal, "pts/3");
	mk_put_str(&m.body, MK_T_result, "ok");
	mk_put_bool(&m.body, MK_T_fsync, true);
	must(mk_chan_send(fd, &m, -1), "send");
	mk_msg_free(&m);
}

static void
ask_role(int fd, uint16_t type)
{
	struct mk_msg m, reply;
	mk_msg_init(&m, type, 1);
	must(mk_chan_send(fd, &m, -1), "send");
	must(mk_chan_recv(fd, &reply, -1), "receive");
	must((int)mk_get_i64(reply.body.data, reply.body.len, MK_T_error, -1), "answer");
	mk_msg_free(&m);
	mk_msg_free(&reply);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void
askers(int fd, unsigned n, unsigned together)
{
	double *sent = calloc(n + 1, sizeof *sent), *took = calloc(n + 1, sizeof *took);
	unsigned out = 0, done = 0;
	double begin = now();
	while (done < n) {
		struct mk_msg m;
		for (; out < n && out - done < together; out++) {
			sent[out] = now();
			send_record(fd, out);
		}
		must(mk_chan_recv(fd, &m, -1), "receive");
		must((int)mk_get_i64(m.body.data, m.body.len, MK_T_error, -1), "record");
		took[done++] = now() - sent[m.id];
		mk_msg_free(&m);
	}
	double all = now() - begin;
	qsort(took, n, sizeof *took, by_size);
	printf("append: %2u askers: %6.0f records a second, p50 %.2f ms, p99 %.2f ms\n", together,
	    n / all, took[n / 2] * 1e3, took[n * 99 / 100] * 1e3);
	free(sent);
	free(took);
}

static void
append(const char *dir, const char *daemon, unsigned n)
{
	int mon[2], peer[2];
	must(mk_chan_pair(mon), "pair");
	must(mk_chan_pair(peer), "pair");
	pid_t p = fork();
	if (p == 0) {
		int a = fcntl(mon[1], F_DUPFD, 32), b = fcntl(peer[1], F_DUPFD, 32);
		dup2(a, MK_FD_MONITOR);
		dup2(b, MK_FD_PEER);
		close_range(5, ~0U, 0);
		execl(
		    daemon, "mynakurad", "--role=trail", "--embedded", "--dir", dir, (char *)NULL);
		_exit(70);
	}
	close(mon[1]);
	close(peer[1]);
	ask_role(peer[0], MK_TR_OPEN);
	askers(peer[0], n, 1);
	askers(peer[0], n * 4, 50);
	close(peer[0]);
	waitpid(p, NULL, 0);
}

/* --- the peers */

static void
plain(const char *path, unsigned n)
{
	char line[420];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	double begin = now();
	memset(line, 'x', sizeof line);
	for (unsigned i = 0; i < n; i++)
		if (write(fd, line, sizeof line) != (ssize_t)sizeof line || fdatasync(fd) < 0)
			must(MK_E_IO, path);
	printf("append: write and fdatasync: %6.0f a second\n", n / (now() - begin));
	close(fd);
}

static void
sqlite(const char *path, unsigned n)
{
	char line[420];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	unlink(path);
	memset(line, 'x', sizeof line);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db,
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE t(seq INTEGER PRIMARY KEY, line TEXT)",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO t(line) VALUES(?1)", -1, &st, NULL) != SQLITE_OK)
		must(MK_E_IO, path);
	double begin = now();
	for (unsigned i = 0; i < n; i++) {
		sqlite3_bind_text(st, 1, line, sizeof line, SQLITE_STATIC);
		if (sqlite3_step(st) != SQLITE_DONE)
			must(MK_E_IO, path);
		sqlite3_reset(st);
	}
	printf("append: SQLite, WAL, FULL:   %6.0f a second\n", n / (now() - begin));
	sqlite3_finalize(st);
	sqlite3_close(db);
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 3 ? (unsigned)strtoul(argv[argc - 1], NULL, 10) : 0;
	if (mk_base_init() < 0 || argc < 3)
		return 2;
	if (strcmp(argv[1], "make") == 0)
		make(argv[2], n);
	else if (strcmp(argv[1], "index") == 0)
		index_of(argv[2]);
	else if (strcmp(argv[1], "append") == 0 && argc == 5)
		append(argv[2], argv[3], n);
	else if (strcmp(argv[1], "file") == 0)
		plain(argv[2], n);
	else if (strcmp(argv[1], "sqlite") == 0)
		sqlite(argv[2], n);
	else
		return 2;
	return 0;
}
