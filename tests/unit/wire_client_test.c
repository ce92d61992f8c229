/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's side of a connection. The peer is this program itself: over a listening socket as a thread, and as an embedded daemon, when it
 * finds that its name is mynakurad (a copy in a temporary folder, where the program beside the running one is looked for).
 */
#include "tests/lib/mk_cmocka.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/client.h"
#include "mynakura/wire/request.h"

/* --- the peer: what it does is asked for by MK_T_text of the request */
static sem_t gate; /* "hold" answers after it was opened */

static void
answer(int fd, const struct mk_msg *req, const char *what)
{
	struct mk_msg m;
	mk_msg_init(&m, req->type, req->id);
	m.flags = MK_FLAG_REPLY;
	for (; strstr(what, "with fds") != NULL && m.nfds < 2; m.nfds++)
		assert_int_equal(
		    mk_memfd_sealed(m.nfds == 0 ? "first" : "other", 5, &m.fds[m.nfds]), 0);
	if (strcmp(what, "count fds") == 0)
		mk_put_u64(&m.body, MK_T_count, req->nfds);
	if (strcmp(what, "hold") == 0)
		sem_wait(&gate);
	if (strcmp(what, "deny") == 0) {
		mk_put_i64(&m.body, MK_T_error, MK_E_DENIED);
		mk_put_str(&m.body, MK_T_message, "not for you");
	} else {
		mk_put_i64(&m.body, MK_T_error, strcmp(what, "odd error") == 0 ? -5000 : 0);
		mk_put_str(&m.body, MK_T_text, what);
	}
	m.id += strncmp(what, "wrong id", 8) == 0 ? 1 : 0;
	m.type = (uint16_t)(m.type + (strcmp(what, "wrong type") == 0 ? 1 : 0));
	m.flags = strcmp(what, "no reply flag") == 0 ? 0 : m.flags;
	mk_chan_send(fd, &m, -1);
	mk_msg_free(&m);
	if (strcmp(what, "refuse the next") == 0) {
		const struct mk_msg next = {.type = req->type, .id = req->id + 1};
		answer(fd, &next, "deny");
	}
}

static void
put_surroundings(struct mk_buf *out)
{
	extern char **environ;
	DIR *d = opendir("/proc/self/fd");
	char own[16];
	snprintf(own, sizeof own, "%d", d != NULL ? dirfd(d) : -1);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.' && strcmp(e->d_name, own) != 0)
			mk_buf_printf(out, "fd %s\n", e->d_name);
	closedir(d);
	for (char **v = environ; *v != NULL; v++)
		mk_buf_printf(out, "env %s\n", *v);
	mk_buf_printf(out, "session %d\n", getsid(0) == getpid());
}

/* Serves until the end of file. The exit status of an embedded peer. */
static int
serve(int fd)
{
	struct mk_msg req;
	while (mk_chan_recv(fd, &req, -1) == 0) {
		char what[64];
		struct mk_buf text = MK_BUF_INIT;
		mk_get_str(req.body.data, req.body.len, MK_T_text, what, sizeof what);
		if (strcmp(what, "end") == 0 || strcmp(what, "busy") == 0 ||
		    strcmp(what, "die") == 0) {
			mk_msg_free(&req);
			if (strcmp(what, "die") == 0)
				raise(SIGKILL);
			return strcmp(what, "busy") == 0 ? mk_err_status(MK_E_BUSY) : 0;
		}
		if (strcmp(what, "noise") == 0)
			(void)!write(STDERR_FILENO, "noise", 5);
		if (strcmp(what, "surroundings") == 0)
			put_surroundings(&text);
		else
			mk_buf_puts(&text, what);
		if (strcmp(what, "silence") != 0)
			answer(fd, &req, mk_buf_str(&text));
		mk_buf_free(&text);
		mk_msg_free(&req);
		if (strcmp(what, "bye") == 0 || strcmp(what, "refuse the next") == 0)
			return 0;
	}
	return 0;
}

/* --- fixture: a listening socket with one peer, and a copy of this program as mynakurad */
struct place {
	char dir[64], socket[96], daemon[96];
	int listener;
	_Atomic int peer; /* the accepted end; -1 none */
	pthread_t thread;
};

static void *
accept_one(void *arg)
{
	struct place *p = arg;
	int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		p->peer = fd;
		serve(fd);
		p->peer = -1;
		close(fd);
	}
	return NULL;
}

static int
up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->peer = -1;
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	const char *tmp = getenv("TMPDIR");
	snprintf(p->dir, sizeof p->dir, "%.40s/mk-client.XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->socket, sizeof p->socket, "%s/socket", p->dir);
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", p->socket);
	p->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(p->listener, 1), 0);
	assert_int_equal(pthread_create(&p->thread, NULL, accept_one, p), 0);
	*state = p;
	return 0;
}

static int
down(void **state)
{
	struct place *p = *state;
	shutdown(p->listener, SHUT_RDWR);
	close(p->listener);
	/* A test that failed has not closed its client: the peer would wait for ever. */
	shutdown(p->peer, SHUT_RD);
	pthread_join(p->thread, NULL);
	unlink(p->socket);
	rmdir(p->dir);
	free(p);
	return 0;
}

static int
call(struct mk_client *c, const char *what, struct mk_msg *reply)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_put_str(&req.body, MK_T_text, what);
	int r = mk_client_call(c, &req, reply);
	mk_msg_free(&req);
	return r;
}

static int
call_only(struct mk_client *c, const char *what)
{
	struct mk_msg reply;
	int r = call(c, what, &reply);
	mk_msg_free(&reply);
	return r;
}

static struct mk_client *
connect_to(const struct place *p, int interrupt_fd)
{
	struct mk_client *c = NULL;
	struct mk_client_conf conf = {NULL, p->socket, interrupt_fd, false};
	assert_int_equal(mk_client_open(&conf, &c), 0);
	return c;
}

/* --- tests over a socket */
static void
answers_come_back(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	struct mk_msg reply;
	char text[64];
	for (int i = 0; i < 3; i++) {
		assert_int_equal(call(c, "hello", &reply), 0);
		assert_int_equal(
		    mk_get_str(reply.body.data, reply.body.len, MK_T_text, text, sizeof text), 0);
		assert_string_equal(text, "hello");
		mk_msg_free(&reply);
	}
	assert_int_equal(call(c, "deny", &reply), MK_E_DENIED);
	assert_int_equal(
	    mk_get_str(reply.body.data, reply.body.len, MK_T_message, text, sizeof text), 0);
	assert_string_equal(text, "not for you");
	mk_msg_free(&reply);
	assert_int_equal(call_only(c, "still there"), 0);
	assert_false(mk_client_lost(c));
	mk_client_close(c);
}

static void
a_strange_answer_is_refused(void **state)
{
	static const char *const kinds[] = {"wrong id", "wrong type", "no reply flag"};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		void *place = NULL;
		up(&place);
		struct mk_client *c = connect_to(place, -1);
		assert_int_equal(call_only(c, "good first"), 0);
		assert_int_equal(call_only(c, kinds[i]), MK_E_PROTOCOL);
		assert_true(mk_client_lost(c));
		assert_int_equal(call_only(c, "good"), MK_E_LOST);
		mk_client_close(c);
		down(&place);
	}
}

static void
an_unknown_error_is_no_success(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	assert_int_equal(call_only(c, "odd error"), MK_E_PROTOCOL);
	assert_true(mk_client_lost(c));
	assert_int_equal(call_only(c, "hello"), MK_E_LOST);
	mk_client_close(c);
}

static void
the_end_is_told(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	assert_int_equal(call_only(c, "hello"), 0);
	assert_int_equal(call_only(c, "end"), MK_E_LOST);
	assert_true(mk_client_lost(c));
	mk_client_close(c);
}

static void
an_interrupt_ends_the_wait(void **state)
{
	int wake[2];
	assert_int_equal(pipe2(wake, O_CLOEXEC), 0);
	struct mk_client *c = connect_to(*state, wake[0]);
	assert_int_equal(call_only(c, "hello"), 0);
	assert_int_equal(write(wake[1], "x", 1), 1);
	assert_int_equal(call_only(c, "silence"), MK_E_AGAIN);
	assert_true(mk_client_lost(c));
	mk_client_close(c);
	close(wake[0]);
	close(wake[1]);
}

static void
too_much_is_refused_before_it_is_sent(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	static char much[40000];
	struct mk_msg req, reply;
	memset(much, 'a', sizeof much - 1);
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_put_str(&req.body, MK_T_text, much);
	mk_put_str(&req.body, MK_T_reason, much);
	assert_int_equal(mk_client_call(c, &req, &reply), MK_E_TOO_BIG);
	mk_msg_free(&reply);
	mk_msg_free(&req);
	assert_int_equal(call_only(c, "hello"), 0);
	mk_client_close(c);
}

static void
no_service_is_not_found(void **state)
{
	const struct place *p = *state;
	char path[128], longer[200];
	struct mk_client *c = NULL;
	snprintf(path, sizeof path, "%s/none", p->dir);
	struct mk_client_conf conf = {NULL, path, -1, false};
	assert_int_equal(mk_client_open(&conf, &c), MK_E_NOT_FOUND);
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	conf.socket = longer;
	assert_int_equal(mk_client_open(&conf, &c), MK_E_INPUT);
	assert_null(c);
	mk_client_close(connect_to(p, -1));
	mk_client_close(NULL);
}

/* --- the halves of a call */

static int
send_only(struct mk_client *c, const char *what)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_put_str(&req.body, MK_T_text, what);
	int r = mk_client_send(c, &req);
	mk_msg_free(&req);
	return r;
}

static bool
readable(const struct mk_client *c, int timeout_ms)
{
	struct pollfd p = {.fd = mk_client_fd(c), .events = POLLIN};
	return p.fd >= 0 && poll(&p, 1, timeout_ms) == 1;
}

/* Waits as a loop would, then takes the answer. */
static int
receive(struct mk_client *c, struct mk_msg *reply)
{
	int r = 1000;
	assert_true(readable(c, 10000));
	assert_true(mk_client_receive(c, reply, &r));
	return r;
}

static int
receive_only(struct mk_client *c)
{
	struct mk_msg reply;
	int r = receive(c, &reply);
	mk_msg_free(&reply);
	return r;
}

/* Nothing is there: false, at once, and a reply that can be freed. */
static void
receive_nothing(struct mk_client *c)
{
	struct mk_msg reply;
	int r = 1000;
	memset(&reply, 0x55, sizeof reply);
	assert_false(mk_client_receive(c, &reply, &r));
	assert_int_equal(r, 1000);
	assert_int_equal(reply.nfds, 0);
	assert_int_equal(reply.body.len, 0);
	mk_msg_free(&reply);
}

static void
halves_make_a_call(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	struct mk_msg reply;
	char text[64];
	receive_nothing(c);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send_only(c, "hello"), 0);
		assert_int_equal(receive(c, &reply), 0);
		assert_int_equal(
		    mk_get_str(reply.body.data, reply.body.len, MK_T_text, text, sizeof text), 0);
		assert_string_equal(text, "hello");
		mk_msg_free(&reply);
		receive_nothing(c);
	}
	assert_int_equal(send_only(c, "deny"), 0);
	assert_int_equal(receive(c, &reply), MK_E_DENIED);
	assert_int_equal(
	    mk_get_str(reply.body.data, reply.body.len, MK_T_message, text, sizeof text), 0);
	assert_string_equal(text, "not for you");
	mk_msg_free(&reply);
	/* Whole calls and halves go together. */
	assert_int_equal(call_only(c, "hello"), 0);
	assert_int_equal(send_only(c, "hello"), 0);
	assert_int_equal(receive_only(c), 0);
	assert_false(mk_client_lost(c));
	mk_client_close(c);
}

static void
one_request_at_a_time(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	struct mk_msg req, reply;
	assert_int_equal(sem_init(&gate, 0, 0), 0);
	assert_int_equal(send_only(c, "hold"), 0);
	for (int i = 0; i < 3; i++) {
		receive_nothing(c);
		assert_int_equal(send_only(c, "hello"), MK_E_BUSY);
		assert_int_equal(call_only(c, "hello"), MK_E_BUSY);
	}
	assert_false(readable(c, 50));
	assert_false(mk_client_lost(c));
	sem_post(&gate);
	/* It is the first one's answer that comes, and no other. */
	char text[64];
	assert_int_equal(receive(c, &reply), 0);
	assert_int_equal(
	    mk_get_str(reply.body.data, reply.body.len, MK_T_text, text, sizeof text), 0);
	assert_string_equal(text, "hold");
	mk_msg_free(&reply);
	assert_false(readable(c, 50));
	receive_nothing(c);
	/* The ids go on one by one. */
	mk_msg_init(&req, MK_REQ_status, 77);
	mk_put_str(&req.body, MK_T_text, "hello");
	assert_int_equal(mk_client_send(c, &req), 0);
	assert_int_equal(req.id, 2);
	assert_int_equal(receive_only(c), 0);
	mk_msg_free(&req);
	mk_client_close(c);
	sem_destroy(&gate);
}

static void
halves_refuse_strange_answers(void **state)
{
	static const char *const kinds[] = {
	    "wrong id", "wrong type", "no reply flag", "odd error", "wrong id with fds"};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		void *place = NULL;
		up(&place);
		struct mk_client *c = connect_to(place, -1);
		assert_int_equal(send_only(c, "good first"), 0);
		assert_int_equal(receive_only(c), 0);
		assert_int_equal(send_only(c, kinds[i]), 0);
		assert_int_equal(receive_only(c), MK_E_PROTOCOL);
		assert_true(mk_client_lost(c));
		assert_int_equal(mk_client_fd(c), -1);
		assert_int_equal(send_only(c, "good"), MK_E_LOST);
		receive_nothing(c);
		mk_client_close(c);
		down(&place);
	}
}

static void
halves_tell_the_end(void **state)
{
	(void)state;
	/* "end": instead of an answer. "bye": before the request, which cannot be sent. */
	for (int early = 0; early < 2; early++) {
		void *place = NULL;
		up(&place);
		struct mk_client *c = connect_to(place, -1);
		assert_int_equal(call_only(c, early ? "bye" : "hello"), 0);
		assert_true(!early || readable(c, 10000));
		assert_int_equal(send_only(c, "end"), 0);
		assert_int_equal(receive_only(c), MK_E_LOST);
		assert_true(mk_client_lost(c));
		assert_int_equal(mk_client_fd(c), -1);
		assert_int_equal(send_only(c, "hello"), MK_E_LOST);
		assert_int_equal(call_only(c, "hello"), MK_E_LOST);
		receive_nothing(c);
		mk_client_close(c);
		down(&place);
	}
}

/* A daemon that is full answers and closes before it was asked: the words are not lost. */
static void
a_refusal_is_read_before_the_end(void **state)
{
	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		void *place = NULL;
		up(&place);
		struct mk_client *c = connect_to(place, -1);
		assert_int_equal(call_only(c, "refuse the next"), 0);
		down(&place); /* the peer has closed its end */
		if (whole) {
			assert_int_equal(call_only(c, "hello"), MK_E_DENIED);
		} else {
			assert_int_equal(send_only(c, "hello"), 0);
			assert_int_equal(receive_only(c), MK_E_DENIED);
		}
		assert_int_equal(call_only(c, "hello"), MK_E_LOST);
		mk_client_close(c);
	}
}

static size_t
open_fds(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
descriptors_pass(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	struct mk_msg req, reply;
	char text[8] = "";
	assert_int_equal(call_only(c, "hello"), 0);
	size_t before = open_fds();
	assert_int_equal(send_only(c, "with fds"), 0);
	assert_int_equal(receive(c, &reply), 0);
	assert_int_equal(reply.nfds, 2);
	int first = mk_msg_take_fd(&reply, 0);
	assert_int_equal(pread(first, text, 5, 0), 5);
	assert_string_equal(text, "first");
	assert_true((fcntl(first, F_GETFD) & FD_CLOEXEC) != 0);
	mk_msg_free(&reply);
	/* The one that was taken stays, the other one is closed. */
	for (int i = 0; i < 1000 && open_fds() != before + 1; i++)
		poll(NULL, 0, 1); /* the daemon's thread closes its copies in its own time */
	assert_int_equal(open_fds(), before + 1);
	close(first);
	/* The request's own stay the caller's. */
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_put_str(&req.body, MK_T_text, "count fds");
	for (; req.nfds < 3; req.nfds++)
		assert_int_equal(mk_memfd_sealed("x", 1, &req.fds[req.nfds]), 0);
	assert_int_equal(mk_client_send(c, &req), 0);
	assert_int_equal(receive(c, &reply), 0);
	assert_int_equal(mk_get_u64(reply.body.data, reply.body.len, MK_T_count, 99), 3);
	mk_msg_free(&reply);
	assert_int_equal(req.nfds, 3);
	assert_true(fcntl(req.fds[2], F_GETFD) >= 0);
	mk_msg_free(&req);
	/* What comes with an answer that is refused does not leak. The peer has closed its own. */
	assert_int_equal(call_only(c, "hello"), 0);
	assert_int_equal(open_fds(), before);
	assert_int_equal(send_only(c, "wrong id with fds"), 0);
	assert_int_equal(receive_only(c), MK_E_PROTOCOL);
	for (int i = 0; i < 200 && open_fds() != before; i++)
		usleep(10000);
	assert_int_equal(open_fds(), before);
	mk_client_close(c);
}

static void
halves_refuse_what_is_too_big(void **state)
{
	struct mk_client *c = connect_to(*state, -1);
	static char much[40000];
	struct mk_msg req;
	memset(much, 'a', sizeof much - 1);
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_put_str(&req.body, MK_T_text, much);
	mk_put_str(&req.body, MK_T_reason, much);
	assert_int_equal(mk_client_send(c, &req), MK_E_TOO_BIG);
	mk_msg_free(&req);
	mk_msg_init(&req, MK_REQ_status, 0);
	req.body.failed = true;
	assert_int_equal(mk_client_send(c, &req), MK_E_NOMEM);
	req.body.failed = false;
	mk_msg_free(&req);
	/* Nothing was sent, nothing is awaited. */
	receive_nothing(c);
	assert_false(readable(c, 20));
	assert_int_equal(send_only(c, "hello"), 0);
	assert_int_equal(receive_only(c), 0);
	mk_client_close(c);
}

/* --- tests with an embedded peer: this program beside which a copy stands as mynakurad */
static void
copy_self(const char *to)
{
	char bytes[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
	    out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	ssize_t n;
	while ((n = read(in, bytes, sizeof bytes)) > 0)
		assert_int_equal(mk_write_all(out, bytes, (size_t)n), 0);
	close(in);
	close(out);
}

static void
embedded_run(void **state)
{
	(void)state;
	struct mk_client *c = NULL;
	struct mk_client_conf conf = {"some dir", NULL, -1, false};
	struct mk_msg reply;
	char text[2048];
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(call(c, "surroundings", &reply), 0);
	assert_int_equal(
	    mk_get_str(reply.body.data, reply.body.len, MK_T_text, text, sizeof text), 0);
	mk_msg_free(&reply);
	assert_string_equal(text, "fd 0\nfd 1\nfd 2\nfd 3\nenv PATH=/usr/bin\nenv LANG=C.UTF-8\n"
				  "env SANE_CONFIG_DIR=/nowhere\nsession 1\n");
	assert_int_equal(call_only(c, "die"), MK_E_LOST);
	mk_client_close(c);
	/* A daemon that ends before its first answer says why by its exit status; after it, it is lost. */
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(call_only(c, "busy"), MK_E_BUSY);
	mk_client_close(c);
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(call_only(c, "hello"), 0);
	assert_int_equal(call_only(c, "busy"), MK_E_LOST);
	mk_client_close(c);
	/* The same by halves. */
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(send_only(c, "busy"), 0);
	assert_int_equal(receive_only(c), MK_E_BUSY);
	assert_true(mk_client_lost(c));
	mk_client_close(c);
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(send_only(c, "die"), 0);
	assert_int_equal(receive_only(c), MK_E_LOST);
	mk_client_close(c);
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(send_only(c, "hello"), 0);
	assert_int_equal(receive_only(c), 0);
	assert_int_equal(send_only(c, "busy"), 0);
	assert_int_equal(receive_only(c), MK_E_LOST);
	mk_client_close(c);
	/* A quiet one's own lines go nowhere; another one's go where the caller's go. */
	for (int quiet = 0; quiet < 2; quiet++) {
		int was = dup(STDERR_FILENO), catch = memfd_create("stderr", MFD_CLOEXEC);
		assert_true(was >= 0 && catch >= 0 && dup2(catch, STDERR_FILENO) >= 0);
		conf.quiet = quiet != 0;
		int opened = mk_client_open(&conf, &c);
		dup2(was, STDERR_FILENO);
		close(was);
		assert_int_equal(opened, 0);
		assert_int_equal(call_only(c, "noise"), 0);
		mk_client_close(c);
		struct stat st;
		assert_int_equal(fstat(catch, &st), 0);
		assert_int_equal(st.st_size, quiet ? 0 : 5);
		close(catch);
	}
	conf.quiet = false;
	/* No child is left behind. */
	assert_int_equal(mk_client_open(&conf, &c), 0);
	assert_int_equal(call_only(c, "hello"), 0);
	mk_client_close(c);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
embedded_daemon(void **state)
{
	(void)state;
	char dir[] = "/tmp/mk-embedded.XXXXXX", exe[64], daemon[64];
	char program[] = "embedded_steps", path[] = "PATH=/usr/bin", lang[] = "LANG=C.UTF-8",
	     sane[] = "SANE_CONFIG_DIR=/nowhere", secret[] = "SECRET=do not pass",
	     ld[] = "LD_LIBRARY_PATH=/nowhere";
	char *argv[] = {program, NULL}, *env[] = {path, lang, sane, secret, ld, NULL};
	int status = -1;
	assert_non_null(mkdtemp(dir));
	snprintf(exe, sizeof exe, "%s/embedded_steps", dir);
	snprintf(daemon, sizeof daemon, "%s/mynakurad", dir);
	copy_self(exe);
	copy_self(daemon);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execve(exe, argv, env);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(exe);
	unlink(daemon);
	rmdir(dir);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
program_not_found(void **state)
{
	char path[256];
	(void)state;
	assert_int_equal(mk_client_program("no-such-program", path, sizeof path), MK_E_NOT_FOUND);
	assert_non_null(strstr(path, "/no-such-program"));
	struct mk_client *c = NULL;
	struct mk_client_conf conf = {"dir", NULL, -1, false};
	/* Beside the tests there is no mynakurad; an installed one would be found. */
	if (access(MK_LIBEXECDIR "/mynakurad", X_OK) < 0)
		assert_int_equal(mk_client_open(&conf, &c), MK_E_NOT_FOUND);
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash != NULL ? slash + 1 : argv[0];
	if (strcmp(name, "mynakurad") == 0)
		return argc == 4 && strcmp(argv[1], "--embedded") == 0 &&
			       strcmp(argv[3], "some dir") == 0
			   ? serve(MK_CLIENT_FD)
			   : mk_err_status(MK_E_USAGE);
	const struct CMUnitTest steps[] = {cmocka_unit_test(embedded_run)};
	if (strcmp(name, "embedded_steps") == 0)
		return cmocka_run_group_tests(steps, NULL, NULL);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(answers_come_back, up, down),
	    cmocka_unit_test(a_strange_answer_is_refused),
	    cmocka_unit_test_setup_teardown(an_unknown_error_is_no_success, up, down),
	    cmocka_unit_test_setup_teardown(the_end_is_told, up, down),
	    cmocka_unit_test_setup_teardown(an_interrupt_ends_the_wait, up, down),
	    cmocka_unit_test_setup_teardown(too_much_is_refused_before_it_is_sent, up, down),
	    cmocka_unit_test_setup_teardown(no_service_is_not_found, up, down),
	    cmocka_unit_test_setup_teardown(halves_make_a_call, up, down),
	    cmocka_unit_test_setup_teardown(one_request_at_a_time, up, down),
	    cmocka_unit_test(halves_refuse_strange_answers),
	    cmocka_unit_test(halves_tell_the_end),
	    cmocka_unit_test(a_refusal_is_read_before_the_end),
	    cmocka_unit_test_setup_teardown(descriptors_pass, up, down),
	    cmocka_unit_test_setup_teardown(halves_refuse_what_is_too_big, up, down),
	    cmocka_unit_test(embedded_daemon),
	    cmocka_unit_test(program_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
