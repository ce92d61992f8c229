/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile client of the daemon's socket, as fast as it can: frames (random, mutated, well formed
 * but senseless) of every request without and in sessions, disconnects in mid-request, floods of
 * descriptors. It judges the answers' form; what became of the daemon is judged by flood.py.
 *
 * flood frames|hangups|fds SOCKET COUNT SEED <LOGINS
 * LOGINS: lines of "member<TAB>passphrase". One line at the end: "done=N lost=N answers=N ...".
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/msg.h"
#include "mynakura/wire/request.h"

#define LINKS 7 /* one of the eight of a uid stays free for the one who judges */
#define LOGINS_MAX 4
#define WAIT_MS 20000
#define SCM_MAX 253 /* descriptors that the kernel takes in one message */
#define POOL 8

struct link {
	int fd;
	size_t login; /* who; LOGINS_MAX = nobody */
	unsigned waiting; /* frames whose answers were not read */
};

static struct {
	const char *socket;
	char member[LOGINS_MAX][64], pass[LOGINS_MAX][64];
	size_t logins;
	int pool[POOL];
	uint64_t rng;
	uint32_t id;
	unsigned long done, lost, answers, bad, ok, numbers, logged_in, refused;
} g;

static uint64_t
rnd(void)
{
	g.rng ^= g.rng >> 12;
	g.rng ^= g.rng << 25;
	g.rng ^= g.rng >> 27;
	return g.rng * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t
below(size_t n)
{
	return (size_t)(rnd() >> 33) % n;
}

static void
die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- what a body may hold */

static const struct {
	const char *tag, *values[8];
} words[] = {
    {"member", {"scratch", "m0000000000000", "nobody", "scratch"}},
    {"ledger", {"従業員台帳", "従業員台帳", "l0000000000000", "none"}},
    {"subject", {"0001", "s0000000000000", "0002", "9999"}},
    {"review", {"r0000000000000", "r1"}},
    {"approval", {"a0000000000000", "x"}},
    {"purposes", {"gensen", "gensen,shakai_hoken", "x"}},
    {"purpose", {"gensen", "shakai_hoken", "none"}},
    {"roles", {"clerk", "chief", "auditor", "admin,chief", "root"}},
    {"class", {"employee", "payee", "x"}},
    {"field", {"name", "kana", "code", "birth", "approvals", "roles", "until", "reveal_day"}},
    {"value", {"山田", "ヤマダ", "0", "1", "2030-01-01", "clerk", "=1+1", "-"}},
    {"reason", {"年末調整", "x", ""}},
    {"until", {"2031-03-31", "2020-01-01", "x"}},
    {"from", {"2026-01-01", "x", "2026-01-01T00:00:00Z"}},
    {"to", {"2027-01-01", "0000-00-00"}},
    {"action", {"login", "reveal", "denied", "x"}},
    {"cursor", {"0", "5", "18446744073709551615", "x", "l0000000000000/x"}},
    {"device", {"none", "pnm:0", "../../etc/passwd"}},
    {"option", {"a=b", "filename=/etc/shadow"}},
    {"passphrase", {"wrong", "x", ""}},
    {"new_passphrase", {"wrong", "another long phrase", ""}},
    {"otc", {"AAAAA-AAAAA-AAAAA-AAAAA", "x"}},
    {"number", {"123456789018", "123456789010", "１２３４５６７８９０１８", ""}},
    {"document", {"gensen", "x"}},
    {"digest", {"0000000000000000000000000000000000000000000000000000000000000000"}},
    {NULL, {"山", "x", "%s%n", "a\xe2\x80\xae", "\xf0\xa0\xae\xb7", "scratch", "0001", ""}},
};

static const struct {
	const char *request, *tags;
} bodies[] = {
    {"init", "office name passphrase demo kdf_m kdf_t"},
    {"login", "member passphrase now"},
    {"office_add", "name"},
    {"office_set", "field value"},
    {"limit_set", "field value passphrase"},
    {"ledger_add", "name class purposes"},
    {"ledger_grant", "ledger member"},
    {"ledger_revoke", "ledger member"},
    {"member_add", "name account roles until"},
    {"member_activate", "member otc new_passphrase"},
    {"member_disable", "member"},
    {"member_enable", "member"},
    {"member_reset", "member"},
    {"member_passphrase", "passphrase new_passphrase"},
    {"member_set", "member item item passphrase"},
    {"capture", "ledger device option purposes"},
    {"review_list", "ledger"},
    {"review_show", "review picture"},
    {"review_accept", "review item item number number"},
    {"review_reject", "review reason"},
    {"subject_list", "ledger text cursor limit"},
    {"subject_show", "subject ledger"},
    {"subject_add", "ledger item item item number number"},
    {"subject_set", "subject ledger item item"},
    {"subject_history", "subject ledger cursor"},
    {"reveal", "subject ledger reason purpose"},
    {"export", "ledger subject profile purpose destination passphrase"},
    {"audit_list", "from to actor action subject text cursor limit"},
    {"audit_verify", "key"},
    {"audit_anomalies", "from to"},
    {"witness_check", "checkpoint"},
    {"approval_list", "all cursor"},
    {"approval_show", "approval cursor"},
    {"approval_grant", "approval digest passphrase"},
    {"approval_deny", "approval reason"},
    {"transcribe", "ledger subject subject document purpose"},
    {"clock_confirm", "passphrase"},
    {"auth", "answer"},
};

static unsigned
tag_of(const char *name, size_t len)
{
	for (unsigned t = 1; t < 1024; t++) {
		const char *n = mk_tag_name(t);
		if (n != NULL && strlen(n) == len && memcmp(n, name, len) == 0)
			return t;
	}
	return 0;
}

static void
put_junk(struct mk_buf *b, unsigned tag, size_t most)
{
	uint8_t junk[4096];
	size_t n = below(most < sizeof junk ? most : sizeof junk);
	for (size_t i = 0; i < n; i++)
		junk[i] = (uint8_t)rnd();
	mk_put_bytes(b, tag, junk, n);
}

static void
put_text(struct mk_buf *b, unsigned tag)
{
	size_t w = 0, n = 0;
	char run[3000];
	if (below(40) == 0) {
		memset(run, "a0 -"[below(4)], sizeof run);
		mk_put_bytes(b, tag, run, below(sizeof run));
		return;
	}
	while (words[w].tag != NULL && strcmp(words[w].tag, mk_tag_name(tag)) != 0)
		w++;
	while (n < 8 && words[w].values[n] != NULL)
		n++;
	mk_put_str(b, tag, words[w].values[below(n)]);
}

static void
put_value(struct mk_buf *b, unsigned tag, unsigned depth)
{
	static const uint64_t figures[] = {
	    0, 1, 2, 8, 255, 65536, INT64_MAX, UINT64_MAX, UINT64_C(4000000000)};
	struct mk_buf rec = MK_BUF_INIT;
	switch (mk_tag_type(tag)) {
	case MK_TYPE_U64:
		mk_put_u64(b, tag, below(3) == 0 ? rnd() : figures[below(9)]);
		break;
	case MK_TYPE_I64:
		mk_put_i64(b, tag, (int64_t)(below(3) == 0 ? rnd() : figures[below(9)]));
		break;
	case MK_TYPE_BOOL:
		mk_put_bool(b, tag, below(2) != 0);
		break;
	case MK_TYPE_REC:
		put_value(&rec, MK_T_field, depth + 1);
		put_value(&rec, below(8) == 0 && depth < 5 ? MK_T_item : MK_T_value, depth + 1);
		mk_put_rec(b, tag, &rec);
		mk_buf_free(&rec);
		break;
	case MK_TYPE_BYTES:
		put_junk(b, tag, below(20) == 0 ? 4000 : 100);
		break;
	default:
		put_text(b, tag);
	}
}

/* A body with the items that a request has; some are left out, doubled or of another request. */
static void
put_body(struct mk_buf *b, const struct mk_request_row *row)
{
	const char *tags = "";
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		if (strcmp(bodies[i].request, row->name) == 0)
			tags = bodies[i].tags;
	while (*tags != '\0') {
		size_t n = strcspn(tags, " ");
		unsigned tag = tag_of(tags, n);
		for (size_t k = below(10) == 0 ? below(4) : 1; k > 0 && tag != 0; k--)
			put_value(b, tag, 0);
		tags += n + (tags[n] == ' ');
	}
	while (below(6) == 0) {
		unsigned tag = 1 + (unsigned)below(140);
		if (mk_tag_name(tag) != NULL)
			put_value(b, tag, 0);
	}
}

static const struct mk_request_row *
some_request(void)
{
	static unsigned count;
	while (mk_request_at(count) != NULL)
		count++;
	const struct mk_request_row *row = mk_request_at((unsigned)below(count));
	/* a reading process of its own takes a second; a whole look at the trail as long as it is */
	size_t slow = row->number == MK_REQ_audit_verify                               ? 400
		      : row->number == MK_REQ_capture || row->number == MK_REQ_devices ? 40
										       : 1;
	return below(slow) != 0 ? mk_request_at(0) : row;
}

static void
put_frame(struct mk_buf *out, uint16_t type, const struct mk_buf *body)
{
	mk_buf_put_u32(out, MK_WIRE_MAGIC);
	mk_buf_put_u8(out, MK_WIRE_VERSION);
	mk_buf_put_u8(out, 0);
	mk_buf_put_u16(out, type);
	mk_buf_put_u32(out, ++g.id);
	mk_buf_put_u32(out, (uint32_t)body->len);
	mk_buf_put(out, body->data, body->len);
}

/* gentle: nothing that must cost the connection, so that a session lives on. */
static void
make_frame(struct mk_buf *out, bool gentle)
{
	const struct mk_request_row *row = some_request();
	struct mk_buf body = MK_BUF_INIT;
	if (!gentle && below(12) == 0) {
		for (size_t n = 1 + below(below(30) == 0 ? 60000 : 80); n > 0; n--)
			mk_buf_put_u8(out, (uint8_t)rnd());
		return;
	}
	put_body(&body, row);
	put_frame(out, row->number, &body);
	mk_buf_free(&body);
	if (gentle)
		return;
	for (size_t n = below(5); n > 0; n--) /* 0 in a fifth of them */
		out->data[below(below(3) == 0 ? out->len : 16)] ^= (uint8_t)(1U << below(8));
	if (below(10) == 0)
		out->len -= below(out->len);
	if (out->len == 0)
		mk_buf_put_u8(out, 0);
}

/* --- connections */

static bool
connect_to(struct link *l)
{
	for (int tries = 0; tries < 2000; tries++) {
		if (mk_chan_connect(g.socket, &l->fd) == 0) {
			l->waiting = 0;
			return true;
		}
		poll(NULL, 0, 5);
	}
	return false;
}

static void
hang_up(struct link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static int
send_raw(struct link *l, const struct mk_buf *f, const int *fds, size_t nfds)
{
	union {
		struct cmsghdr h;
		char raw[CMSG_SPACE(SCM_MAX * sizeof(int))];
	} control = {.raw = {0}};
	struct iovec iov = {f->data, f->len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	if (nfds > 0) {
		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		control.h.cmsg_level = SOL_SOCKET;
		control.h.cmsg_type = SCM_RIGHTS;
		control.h.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&control.h), fds, nfds * sizeof(int));
	}
	ssize_t n = sendmsg(l->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n >= 0)
		return 0;
	return errno == EAGAIN || errno == ETOOMANYREFS ? MK_E_AGAIN : MK_E_LOST;
}

/* Reads one answer. An ill-formed one, or a number in anything but an answer to reveal, is bad. */
static int
read_answer(struct link *l, int timeout, int64_t *error)
{
	struct mk_msg m;
	struct mk_item it;
	int r = mk_chan_recv(l->fd, &m, timeout);
	if (r < 0) {
		if (r == MK_E_PROTOCOL)
			g.bad++;
		return r;
	}
	if (l->waiting > 0)
		l->waiting--;
	g.answers++;
	*error = mk_get_i64(m.body.data, m.body.len, MK_T_error, 1);
	g.bad += *error > 0 || (m.flags & MK_FLAG_REPLY) == 0;
	g.ok += *error == 0;
	if (mk_find(m.body.data, m.body.len, MK_T_number, &it)) {
		g.numbers++;
		g.bad += m.type != MK_REQ_reveal || *error != 0;
	}
	mk_msg_free(&m);
	return 0;
}

static void
put_login(struct mk_buf *out, size_t who, bool right)
{
	struct mk_buf body = MK_BUF_INIT;
	mk_put_str(&body, MK_T_member, g.member[who]);
	mk_put_str(&body, MK_T_passphrase, right ? g.pass[who] : "wrong");
	put_frame(out, MK_REQ_login, &body);
	mk_buf_free(&body);
}

/*
 * PAM's part, then the passphrase. A login is refused while others' key derivations fill the queue:
 * then again.
 */
static bool
log_in(struct link *l)
{
	for (int tries = 0; tries < 400; tries++) {
		struct mk_buf f = MK_BUF_INIT, none = MK_BUF_INIT;
		int64_t error = 1;
		put_frame(&f, MK_REQ_auth, &none);
		int r = send_raw(l, &f, NULL, 0);
		mk_buf_free(&f);
		if (r < 0 || read_answer(l, WAIT_MS, &error) < 0)
			return false;
		put_login(&f, l->login, true);
		r = send_raw(l, &f, NULL, 0);
		mk_buf_free(&f);
		if (r < 0 || read_answer(l, WAIT_MS, &error) < 0)
			return false;
		if (error == 0) {
			g.logged_in++;
			return true;
		}
		g.refused++;
		poll(NULL, 0, 20);
	}
	return false;
}

static void
ready(struct link *l)
{
	for (int tries = 0; l->fd < 0; tries++) {
		if (tries > 100 || !connect_to(l))
			die("the daemon takes no connection");
		if (l->login < g.logins && !log_in(l))
			hang_up(l);
	}
}

/* --- descriptors to pass */

static int
lingering(void)
{
	static int listener = -1;
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof sa;
	struct linger linger = {1, 600};
	static char fill[65536];
	if (listener < 0) {
		listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (bind(listener, (struct sockaddr *)&sa, len) < 0 || listen(listener, 512) < 0)
			die("listen");
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (getsockname(listener, (struct sockaddr *)&sa, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&sa, len) < 0)
		die("connect");
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	while (send(fd, fill, sizeof fill, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	return fd;
}

static void
fill_pool(void)
{
	int pair[2], tube[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    pipe2(tube, O_CLOEXEC) < 0 || mk_memfd_sealed("sealed", 6, &g.pool[0]) < 0)
		die("descriptors");
	g.pool[1] = memfd_create("plain", MFD_CLOEXEC);
	g.pool[2] = open("/dev/zero", O_RDWR | O_CLOEXEC);
	g.pool[3] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g.pool[4] = pair[0];
	g.pool[5] = tube[below(2)];
	g.pool[6] = epoll_create1(EPOLL_CLOEXEC);
	g.pool[7] = open("/", O_PATH | O_CLOEXEC);
}

static size_t
some_fds(int fds[SCM_MAX], size_t most)
{
	size_t n = 1 + below(most);
	for (size_t i = 0; i < n; i++)
		fds[i] = g.pool[below(POOL)];
	return n;
}

/* --- the three floods */

static void
take_answers(struct link *l, unsigned leave)
{
	int64_t error;
	while (l->fd >= 0 && l->waiting > leave) {
		if (read_answer(l, WAIT_MS, &error) < 0) {
			g.lost++;
			hang_up(l);
		}
	}
}

static void
one_frame(struct link *l)
{
	struct mk_buf f = MK_BUF_INIT;
	int fds[SCM_MAX];
	bool session = l->login < g.logins;
	ready(l);
	make_frame(&f, session && below(400) != 0);
	size_t n = below(50) != 0 ? 0 : some_fds(fds, below(20) == 0 ? SCM_MAX : MK_MSG_FDS);
	int r = send_raw(l, &f, fds, n);
	mk_buf_free(&f);
	if (r == MK_E_AGAIN) {
		take_answers(l, 0);
	} else if (r < 0) {
		g.lost++;
		hang_up(l);
	} else {
		g.done++;
		l->waiting++;
		take_answers(l, below(4) == 0 ? 12 : 0);
	}
}

static void
frames(unsigned long count)
{
	struct link links[LINKS];
	for (size_t i = 0; i < LINKS; i++)
		links[i] = (struct link){-1, i < g.logins ? i : LOGINS_MAX, 0};
	while (g.done < count) /* without a session an answer costs nothing: four of five are */
		one_frame(
		    &links[below(5) == 0 ? below(LINKS) : g.logins + below(LINKS - g.logins)]);
	for (size_t i = 0; i < LINKS; i++)
		hang_up(&links[i]);
}

/* Sends a request and goes: at once, while it runs, with half of the conversation closed. */
static void
one_hangup(struct link *l)
{
	struct mk_buf f = MK_BUF_INIT;
	int64_t error;
	bool session = below(20) == 0 && g.logins > 0;
	l->login = session ? below(g.logins) : LOGINS_MAX;
	ready(l);
	if (!session && below(10) == 0)
		put_login(&f, below(g.logins), below(2) == 0);
	else
		make_frame(&f, true);
	for (size_t n = 1 + below(3); n > 0; n--)
		if (send_raw(l, &f, NULL, 0) == 0)
			g.done++;
	mk_buf_free(&f);
	size_t how = below(4);
	if (how == 1)
		shutdown(l->fd, (int)below(3));
	if (how == 2)
		usleep((useconds_t)below(3000));
	if (how == 3)
		(void)read_answer(l, (int)below(4), &error);
	hang_up(l);
}

static void
hangups(unsigned long count)
{
	struct link l = {-1, LOGINS_MAX, 0};
	for (unsigned long i = 0; i < count; i++)
		one_hangup(&l);
}

/* Four of every message, more than a message may have, and sockets whose close would wait. */
static void
fds(unsigned long count)
{
	struct link l = {-1, LOGINS_MAX, 0};
	int fd[SCM_MAX];
	for (unsigned long i = 0; i < count; i++) {
		struct mk_buf f = MK_BUF_INIT;
		size_t n = i % 3 == 0 ? MK_MSG_FDS : i % 3 == 1 ? 17 + below(SCM_MAX - 17) : 5;
		for (size_t k = 0; k < n; k++)
			fd[k] = g.pool[below(POOL)];
		bool lingers = i % 25 == 24;
		if (lingers)
			fd[n - 1] = lingering();
		l.login = i % 10 == 0 && !lingers ? below(g.logins) : LOGINS_MAX;
		ready(&l);
		make_frame(&f, true);
		int r = send_raw(&l, &f, fd, n);
		mk_buf_free(&f);
		g.done += r == 0;
		l.waiting = 1;
		if (lingers && r < 0) /* the connection was closed: this copy would linger */
			setsockopt(fd[n - 1], SOL_SOCKET, SO_LINGER, &(struct linger){0, 0},
			    sizeof(struct linger));
		if (lingers)
			close(fd[n - 1]); /* the daemon's copy is the last one */
		if (i % 2 == 0)
			take_answers(&l, 0);
		if (i % 5 == 0)
			hang_up(&l);
	}
	hang_up(&l);
}

static void
read_logins(void)
{
	char line[160];
	while (g.logins < LOGINS_MAX && fgets(line, sizeof line, stdin) != NULL) {
		char *tab = strchr(line, '\t');
		line[strcspn(line, "\n")] = '\0';
		if (tab == NULL)
			continue;
		*tab = '\0';
		snprintf(g.member[g.logins], 64, "%.63s", line);
		snprintf(g.pass[g.logins++], 64, "%.63s", tab + 1);
	}
}

int
main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	g.socket = argv[2];
	unsigned long count = strtoul(argv[3], NULL, 10);
	g.rng = strtoul(argv[4], NULL, 10) * 2 + 1;
	read_logins();
	fill_pool();
	if (strcmp(argv[1], "frames") == 0)
		frames(count);
	else if (strcmp(argv[1], "hangups") == 0)
		hangups(count);
	else if (strcmp(argv[1], "fds") == 0)
		fds(count);
	else
		return 2;
	printf("done=%lu lost=%lu answers=%lu ok=%lu bad=%lu numbers=%lu logins=%lu refused=%lu\n",
	    g.done, g.lost, g.answers, g.ok, g.bad, g.numbers, g.logged_in, g.refused);
	return 0;
}
