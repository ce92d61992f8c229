/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's side of a connection. The peer is this program itself: over a listening socket as a thread, and as an embedded daemon, when it
 * finds that its name is mynakurad (a copy in a temporary folder, where the program beside the running one is looked for).
 */
#include "tests/lib/mk_cmocka.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
static void
answer(int fd, const struct mk_msg *req, const char *what)
{
	struct mk_msg m;
	mk_msg_init(&m, req->type, req->id);
	m.flags = MK_FLAG_REPLY;
	if (strcmp(what, "deny") == 0) {
		mk_put_i64(&m.body, MK_T_error, MK_E_DENIED);
		mk_put_str(&m.body, MK_T_message, "not for you");
	} else {
		mk_put_i64(&m.body, MK_T_error, strcmp(what, "odd error") == 0 ? -5000 : 0);
		mk_put_str(&m.body, MK_T_text, what);
	}
	m.id += strcmp(what, "wrong id") == 0 ? 1 : 0;
	m.type = (uint16_t)(m.type + (strcmp(what, "wrong type") == 0 ? 1 : 0));
	m.flags = strcmp(what, "no reply flag") == 0 ? 0 : m.flags;
	mk_chan_send(fd, &m, -1);
	mk_msg_free(&m);
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
		if (strcmp(what, "surroundings") == 0)
			put_surroundings(&text);
		else
			mk_buf_puts(&text, what);
		if (strcmp(what, "silence") != 0)
			answer(fd, &req, mk_buf_str(&text));
		mk_buf_free(&text);
		mk_msg_free(&req);
	}
	return 0;
}

/* --- fixture: a listening socket with one peer, and a copy of this program as mynakurad */
struct place {
	char dir[64], socket[96], daemon[96];
	int listener;
	pthread_t thread;
};

static void *
accept_one(void *arg)
{
	struct place *p = arg;
	int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		serve(fd);
		close(fd);
	}
	return NULL;
}

static int
up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
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
	struct mk_client_conf conf = {NULL, p->socket, interrupt_fd};
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
	struct mk_client_conf conf = {NULL, path, -1};
	assert_int_equal(mk_client_open(&conf, &c), MK_E_NOT_FOUND);
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	conf.socket = longer;
	assert_int_equal(mk_client_open(&conf, &c), MK_E_INPUT);
	assert_null(c);
	mk_client_close(connect_to(p, -1));
	mk_client_close(NULL);
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
	struct mk_client_conf conf = {"some dir", NULL, -1};
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
	struct mk_client_conf conf = {"dir", NULL, -1};
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
	    cmocka_unit_test(embedded_daemon),
	    cmocka_unit_test(program_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
