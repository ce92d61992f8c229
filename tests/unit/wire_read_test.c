/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The starting side against reading processes that crash, hang, flood and lie. The bad process is this very program: started under the name
 * mynakura-read it takes its part from the file it is asked to decode, because its environment is cleared.
 */
#include "mynakura/wire/read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/chan.h"
#include "tests/lib/mk_cmocka.h"

#define SELF "/proc/self/exe"
#define GOOD "123456789018"

/* --- the bad process */

static void
page(struct mk_msg *out, const struct mk_msg *req, uint64_t w, uint64_t h, size_t bytes, bool seal)
{
	static uint8_t px[1 << 16];
	int fd = -1;
	mk_msg_init(out, req->type, req->id);
	out->flags = MK_FLAG_REPLY | MK_FLAG_MORE;
	mk_put_u64(&out->body, MK_T_width, w);
	mk_put_u64(&out->body, MK_T_height, h);
	if (seal) {
		mk_memfd_sealed(px, bytes, &fd);
	} else {
		fd = memfd_create("x", MFD_ALLOW_SEALING);
		(void)!write(fd, px, bytes);
	}
	out->fds[out->nfds++] = fd;
}

static void
send_page(const struct mk_msg *req, uint64_t w, uint64_t h, size_t bytes, bool seal)
{
	struct mk_msg m;
	page(&m, req, w, h, bytes, seal);
	mk_chan_send(MK_READ_FD, &m, -1);
	mk_msg_free(&m);
}

static void
send_error(const struct mk_msg *req, int64_t err, const char *words)
{
	struct mk_msg m;
	mk_msg_init(&m, req->type, req->id);
	m.flags = MK_FLAG_REPLY;
	mk_put_i64(&m.body, MK_T_error, err);
	mk_put_str(&m.body, MK_T_message, words);
	mk_chan_send(MK_READ_FD, &m, -1);
	mk_msg_free(&m);
}

static void
flood(const struct mk_msg *req)
{
	struct mk_msg m;
	mk_msg_init(&m, req->type, req->id);
	m.flags = MK_FLAG_REPLY | MK_FLAG_MORE;
	mk_put_u64(&m.body, MK_T_offset, 1);
	while (mk_chan_send(MK_READ_FD, &m, -1) == 0)
		;
}

static void
wrong_id(const struct mk_msg *req)
{
	struct mk_msg m;
	mk_msg_init(&m, req->type, req->id + 1);
	m.flags = MK_FLAG_REPLY;
	mk_chan_send(MK_READ_FD, &m, -1);
}

/* Tells through its answer what it was given: environment, descriptors, session. */
static void
tell(const struct mk_msg *req)
{
	char text[200];
	int open_fds = 0;
	for (int fd = 4; fd < 256; fd++)
		open_fds += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
	/* one is the file it was sent */
	snprintf(text, sizeof text, "secret=%s omp=%s sane=%s fds=%d leader=%d",
	    getenv("MK_SECRET") != NULL ? "yes" : "no",
	    getenv("OMP_THREAD_LIMIT") != NULL ? getenv("OMP_THREAD_LIMIT") : "",
	    getenv("SANE_CONFIG_DIR") != NULL ? "yes" : "no", open_fds, getsid(0) == getpid());
	send_error(req, MK_E_IMAGE, text);
}

static int
bad_process(void)
{
	struct mk_msg req;
	char part[32] = "";
	if (mk_chan_recv(MK_READ_FD, &req, -1) < 0)
		return 1;
	if (req.type == MK_READ_SCAN)
		flood(&req);
	if (req.nfds != 1)
		return 1;
	ssize_t n = pread(req.fds[0], part, sizeof part - 1, 0);
	part[n < 0 ? 0 : n] = '\0';
	if (strcmp(part, "crash") == 0)
		raise(SIGKILL);
	else if (strcmp(part, "hang") == 0)
		pause();
	else if (strcmp(part, "garbage") == 0)
		(void)!write(MK_READ_FD, "hello, this is no frame", 23);
	else if (strcmp(part, "flood") == 0)
		flood(&req);
	else if (strcmp(part, "wrong_id") == 0)
		wrong_id(&req);
	else if (strcmp(part, "short") == 0)
		send_page(&req, 100, 100, 9999, true);
	else if (strcmp(part, "unsealed") == 0)
		send_page(&req, 100, 100, 10000, false);
	else if (strcmp(part, "huge") == 0)
		send_page(&req, 60000, 60000, 10000, true);
	else if (strcmp(part, "good") == 0)
		send_page(&req, 100, 100, 10000, true), send_error(&req, 0, "");
	else if (strcmp(part, "half") == 0)
		send_page(&req, 100, 100, 10000, true);
	else if (strcmp(part, "words") == 0)
		send_error(&req, MK_E_IMAGE, "\033]0;evil\a");
	else if (strcmp(part, "code") == 0)
		send_error(&req, MK_E_TAMPERED, "not its business");
	else if (strcmp(part, "tell") == 0)
		tell(&req);
	return 0;
}

/* --- the tests */

static int
file_with(const char *text)
{
	int fd = memfd_create("part", MFD_CLOEXEC);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

/* Plays a part; the error of the first page (or 1 when it came), with the reader's words. */
static int
play(const char *part, char *why)
{
	struct mk_reader r;
	struct mk_raster raster = {.fd = -1};
	int fd = file_with(part);
	assert_int_equal(mk_reader_start("decode", SELF, &r), 0);
	r.timeout_ms = 3000;
	int e = mk_reader_decode(&r, fd);
	if (e == 0)
		e = mk_reader_page(&r, &raster);
	close(fd);
	mk_raster_free(&raster);
	snprintf(why, MK_READ_WHY, "%s", r.why);
	pid_t pid = r.pid;
	mk_reader_stop(&r);
	assert_int_equal(kill(pid, 0), -1); /* gone and waited for */
	return e;
}

static void
good_process_is_believed(void **state)
{
	char why[MK_READ_WHY];
	(void)state;
	assert_int_equal(play("good", why), 1);
}

static void
pages_end(void **state)
{
	static const struct {
		const char *part;
		int end;
	} rows[] = {{"good", 0}, {"half", MK_E_READER}};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mk_reader r;
		struct mk_raster raster;
		int fd = file_with(rows[i].part);
		assert_int_equal(mk_reader_start("decode", SELF, &r), 0);
		assert_int_equal(mk_reader_decode(&r, fd), 0);
		assert_int_equal(mk_reader_page(&r, &raster), 1);
		assert_int_equal(raster.width, 100);
		mk_raster_free(&raster);
		assert_int_equal(mk_reader_page(&r, &raster), rows[i].end);
		close(fd);
		mk_reader_stop(&r);
	}
}

static void
bad_processes_are_reader_errors(void **state)
{
	static const char *const parts[] = {"crash", "hang", "garbage", "flood", "wrong_id",
	    "short", "unsealed", "huge", "code", "nothing"};
	char why[MK_READ_WHY];
	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		int64_t start = mk_mono_ms();
		assert_int_equal(play(parts[i], why), MK_E_READER);
		assert_true(mk_mono_ms() - start < 30000);
	}
}

/* Signs of life without end are no page. */
static void
endless_scan_is_cut(void **state)
{
	struct mk_reader r;
	struct mk_raster raster;
	(void)state;
	assert_int_equal(mk_reader_start("device", SELF, &r), 0);
	assert_int_equal(mk_reader_scan(&r, "x", NULL, 0), 0);
	assert_int_equal(mk_reader_page(&r, &raster), MK_E_READER);
	mk_reader_stop(&r);
}

static void
words_are_checked(void **state)
{
	char why[MK_READ_WHY];
	(void)state;
	assert_int_equal(play("words", why), MK_E_IMAGE);
	assert_string_equal(why, "");
}

static void
process_gets_nothing_but_its_channel(void **state)
{
	char why[MK_READ_WHY];
	int leak[8];
	(void)state;
	setenv("MK_SECRET", "x", 1);
	setenv("SANE_CONFIG_DIR", "/tmp", 1);
	for (size_t i = 0; i < 8; i++)
		leak[i] = dup(STDERR_FILENO); /* without close-on-exec */
	assert_int_equal(play("tell", why), MK_E_IMAGE);
	assert_string_equal(why, "secret=no omp=1 sane=no fds=1 leader=1");
	for (size_t i = 0; i < 8; i++)
		close(leak[i]);
	unsetenv("MK_SECRET");
	unsetenv("SANE_CONFIG_DIR");
}

static void
interrupt_ends_a_wait(void **state)
{
	struct mk_reader r;
	struct mk_raster raster;
	int ends[2], fd = file_with("hang");
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(mk_reader_start("decode", SELF, &r), 0);
	r.interrupt_fd = ends[0];
	assert_int_equal(mk_reader_decode(&r, fd), 0);
	assert_int_equal(mk_reader_page(&r, &raster), MK_E_AGAIN);
	mk_reader_stop(&r);
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void
missing_program(void **state)
{
	struct mk_reader r;
	struct mk_raster raster;
	int fd = file_with("x");
	(void)state;
	assert_int_equal(mk_reader_start("dance", SELF, &r), MK_E_INPUT);
	assert_int_equal(mk_reader_start("decode", "/not/there", &r), 0);
	int e = mk_reader_decode(&r, fd);
	if (e == 0)
		e = mk_reader_page(&r, &raster);
	assert_int_equal(e, MK_E_READER);
	mk_reader_stop(&r);
	mk_reader_stop(&r); /* twice is fine */
	close(fd);
}

/* --- records */

struct rec {
	const char *layout, *number, *qr, *ocr, *birth, *name, *warning;
	bool certain, check;
	uint64_t rotation, confidence, x, width;
	unsigned extra; /* a tag that does not belong here, as a u64 */
};

static const struct rec plain = {.layout = "card-back",
    .number = GOOD,
    .qr = GOOD,
    .ocr = GOOD,
    .birth = "1985-03-14",
    .name = "山田　太郎",
    .warning = "only_qr: words",
    .certain = true,
    .check = true,
    .rotation = 90,
    .confidence = 998,
    .x = 10,
    .width = 20};

static void
put_field(struct mk_buf *rec, const char *name, const char *value)
{
	struct mk_buf f = MK_BUF_INIT;
	mk_put_str(&f, MK_T_field, name);
	mk_put_str(&f, MK_T_value, value);
	mk_put_u64(&f, MK_T_confidence, 500);
	mk_put_rec(rec, MK_T_item, &f);
	mk_buf_free(&f);
}

static int
parse(const struct rec *c, struct mk_reading *out)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_put_str(&b, MK_T_layout, c->layout);
	mk_put_u64(&b, MK_T_rotation, c->rotation);
	mk_put_u64(&b, MK_T_x, c->x);
	mk_put_u64(&b, MK_T_y, 0);
	mk_put_u64(&b, MK_T_width, c->width);
	mk_put_u64(&b, MK_T_height, 30);
	mk_put_str(&b, MK_T_number, c->number);
	mk_put_bool(&b, MK_T_certain, c->certain);
	mk_put_bool(&b, MK_T_check, c->check);
	mk_put_str(&b, MK_T_qr, c->qr);
	mk_put_str(&b, MK_T_ocr, c->ocr);
	mk_put_u64(&b, MK_T_confidence, c->confidence);
	mk_put_str(&b, MK_T_warning, c->warning);
	if (c->birth != NULL)
		put_field(&b, "birth", c->birth);
	if (c->name != NULL)
		put_field(&b, "name", c->name);
	if (c->extra != 0)
		mk_put_u64(&b, c->extra, 1);
	assert_int_equal(mk_buf_error(&b), 0);
	int r = mk_reading_parse(b.data, b.len, 100, 100, out);
	mk_buf_free(&b);
	return r;
}

static void
record_is_read(void **state)
{
	struct mk_reading r;
	(void)state;
	assert_int_equal(parse(&plain, &r), 0);
	assert_string_equal(r.layout, "card-back");
	assert_string_equal(r.number, GOOD);
	assert_true(r.certain && r.check);
	assert_int_equal(r.rotation, 90);
	assert_string_equal(r.birth.value, "1985-03-14");
	assert_string_equal(r.name.value, "山田　太郎");
	assert_int_equal(r.name.confidence, 500);
	assert_int_equal(r.card.x, 10);
	assert_int_equal(r.card.width, 20);
	assert_int_equal(r.warning_count, 1);
	assert_string_equal(r.kana.value, "");
	mk_reading_wipe(&r);
	assert_string_equal(r.number, "");
}

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		struct rec c = plain;                                                              \
		struct mk_reading r;                                                               \
		change;                                                                            \
		assert_int_equal(parse(&c, &r), MK_E_READER);                                      \
		assert_string_equal(r.number, "");                                                 \
	} while (0)

static void
lies_are_refused(void **state)
{
	(void)state;
	REFUSED(c.layout = "passport");
	REFUSED(c.number = "12345678901");
	REFUSED(c.number = "12345678901a");
	REFUSED(c.number = "123456789012"); /* says the check digit holds */
	REFUSED(c.check = false);
	REFUSED(c.qr = "356539025693"); /* certain though the sources differ */
	REFUSED(c.ocr = "356539025693");
	REFUSED(c.ocr = NULL); /* the code alone */
	REFUSED((c.number = NULL, c.check = false)); /* certain of nothing */
	REFUSED(c.birth = "1985-02-30");
	REFUSED(c.birth = "yesterday");
	REFUSED(c.name = "evil\033[2J");
	REFUSED(c.name = "evil\xe2\x80\xae");
	REFUSED(c.name = "");
	REFUSED(c.warning = "x\x1b");
	REFUSED(c.rotation = 45);
	REFUSED(c.rotation = 360);
	REFUSED(c.confidence = 1001);
	REFUSED(c.width = 91); /* over the edge of 100 */
	REFUSED(c.x = UINT64_MAX);
	REFUSED(c.extra = MK_T_seq);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[0], "mynakura-read") == 0)
		return bad_process();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_process_is_believed),
	    cmocka_unit_test(pages_end),
	    cmocka_unit_test(bad_processes_are_reader_errors),
	    cmocka_unit_test(endless_scan_is_cut),
	    cmocka_unit_test(words_are_checked),
	    cmocka_unit_test(process_gets_nothing_but_its_channel),
	    cmocka_unit_test(interrupt_ends_a_wait),
	    cmocka_unit_test(missing_program),
	    cmocka_unit_test(record_is_read),
	    cmocka_unit_test(lies_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
