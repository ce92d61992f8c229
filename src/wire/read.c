/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The starting side of the reading processes: start, ask, watch, stop. What they answer is checked
 * in read_parse.c.
 */
#include "mynakura/wire/read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/client.h"

#define PATH_BYTES 4096
#define ENV_MAX 12
/*
 * Longest silence, ms: a page of 40 Mpixel on a busy machine; a lamp that warms up (device, before
 * the first byte).
 */
#define SILENCE_MS 60000
#define SCAN_START_MS 120000
#define SCAN_SILENCE_MS 25000
/* Messages of one answer: a feeder's pages and its signs of life. More is a flood. */
#define MESSAGES_MAX 20000U
#define ID 1U

static char *
env_pair(const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 2;
	char *s = malloc(n);
	if (s != NULL)
		snprintf(s, n, "%s=%s", name, value);
	return s;
}

static void
free_env(char **env)
{
	for (size_t i = 0; i < ENV_MAX; i++)
		free(env[i]);
}

/*
 * libgomp reads OMP_THREAD_LIMIT when it is loaded, so it has to be in the environment (capture.md
 * 4).
 */
static int
make_env(const char *kind, char **env)
{
	static const struct {
		const char *name, *fixed;
		bool device;
	} rows[] = {
	    {"OMP_THREAD_LIMIT", "1", false},
	    {"LANG", "C.UTF-8", false},
	    {"PATH", NULL, false},
	    {"LD_BIND_NOW", NULL, false},
	    {"MYNAKURA_MODELS", NULL, false},
	    {"SANE_CONFIG_DIR", NULL, true},
#ifdef MK_SANITIZED
	    {"ASAN_OPTIONS", NULL, false},
	    {"UBSAN_OPTIONS", NULL, false},
#endif
	};
	bool device = strcmp(kind, "device") == 0;
	size_t n = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *value = rows[i].fixed != NULL ? rows[i].fixed : getenv(rows[i].name);
		if (value == NULL || (rows[i].device && !device))
			continue;
		env[n] = env_pair(rows[i].name, value);
		if (env[n++] == NULL)
			return MK_E_NOMEM;
	}
	return 0;
}

/* In the child: only async-signal-safe calls. */
static _Noreturn void
become_reader(const char *path, char *const argv[], char *const env[], int end,
    int (*before)(void *), void *arg)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	setsid();
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(127);
#ifndef MK_SANITIZED /* a sanitizer's report goes to stderr */
	if (dup2(null, 2) < 0)
		_exit(127);
#endif
	if (end == MK_READ_FD ? fcntl(end, F_SETFD, 0) < 0 : dup2(end, MK_READ_FD) < 0)
		_exit(127);
	syscall(SYS_close_range, MK_READ_FD + 1U, ~0U, 0U);
	if (before != NULL && before(arg) < 0)
		_exit(127);
	execve(path, argv, env);
	_exit(127);
}

static int
spawn(const char *path, const char *kind, char **env, int (*before)(void *), void *arg,
    struct mk_reader *out)
{
	int ends[2];
	int r = mk_chan_pair(ends);
	if (r < 0)
		return r;
	char name[] = "mynakura-read", word[16];
	mk_str_copy(word, sizeof word, kind);
	char *argv[] = {name, word, NULL};
	pid_t pid = fork();
	if (pid == 0)
		become_reader(path, argv, env, ends[1], before, arg);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return errno == EAGAIN ? MK_E_BUSY : MK_E_NOMEM;
	}
	mk_reader_adopt(out, ends[0], pid);
	return 0;
}

int
mk_reader_start(const char *kind, const char *program, struct mk_reader *out)
{
	return mk_reader_start_as(kind, program, NULL, NULL, out);
}

int
mk_reader_start_as(
    const char *kind, const char *program, int (*before)(void *), void *arg, struct mk_reader *out)
{
	char path[PATH_BYTES];
	char *env[ENV_MAX] = {NULL};
	if (strcmp(kind, "device") != 0 && strcmp(kind, "decode") != 0 && strcmp(kind, "read") != 0)
		return MK_E_INPUT;
	int r = program != NULL ? mk_str_copy(path, sizeof path, program)
				: mk_client_program("mynakura-read", path, sizeof path);
	if (r == 0)
		r = make_env(kind, env);
	if (r == 0)
		r = spawn(path, kind, env, before, arg, out);
	free_env(env);
	return r;
}

void
mk_reader_adopt(struct mk_reader *out, int fd, pid_t pid)
{
	memset(out, 0, sizeof *out);
	out->fd = fd;
	out->pid = pid;
	out->interrupt_fd = -1;
}

void
mk_reader_stop(struct mk_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	r->pid = 0;
}

static int
fail(struct mk_reader *r, int err, const char *why)
{
	if (mk_str_copy(r->why, sizeof r->why, why) < 0)
		r->why[0] = '\0';
	r->finished = true;
	return err;
}

/* Sends a request; takes the content of m. */
static int
ask(struct mk_reader *r, struct mk_msg *m)
{
	int e = r->fd < 0 || r->finished ? MK_E_READER : mk_chan_send(r->fd, m, SILENCE_MS);
	mk_msg_free(m);
	if (e == MK_E_TOO_BIG || e == MK_E_NOMEM)
		return fail(r, e, "the request is too large");
	return e < 0 ? fail(r, MK_E_READER, "the reading process does not take the request") : 0;
}

/* Waits for the channel or the interrupt. 0, MK_E_AGAIN, MK_E_READER at the timeout. */
static int
wait_answer(struct mk_reader *r, int silence_ms)
{
	struct pollfd p[2] = {
	    {.fd = r->fd, .events = POLLIN}, {.fd = r->interrupt_fd, .events = POLLIN}};
	int64_t end = mk_mono_ms() + (r->timeout_ms > 0 ? r->timeout_ms : silence_ms);
	for (;;) {
		int64_t left = end - mk_mono_ms();
		int n = poll(p, 2, left < 0 ? 0 : (int)left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return fail(r, MK_E_READER, "the reading process made no progress");
		if (n < 0)
			return fail(r, MK_E_READER, "waiting for the reading process failed");
		if (p[1].revents != 0 && r->interrupt_fd >= 0)
			return fail(r, MK_E_AGAIN, "interrupted");
		if (p[0].revents != 0)
			return 0;
	}
}

/*
 * The error a reading process reports: only those of its contract pass, and only words that are
 * harmless.
 */
static int
reported(struct mk_reader *r, const struct mk_msg *m)
{
	static const int known[] = {MK_E_IMAGE, MK_E_TOO_BIG, MK_E_UNREADABLE, MK_E_SCANNER,
	    MK_E_BUSY, MK_E_NOT_FOUND, MK_E_DENIED, MK_E_INPUT, MK_E_NOMEM};
	char why[MK_READ_WHY];
	int64_t error = mk_get_i64(m->body.data, m->body.len, MK_T_error, 0);
	if (error == 0)
		return 0;
	if (mk_get_str(m->body.data, m->body.len, MK_T_message, why, sizeof why) < 0 ||
	    mk_text_check(why, strlen(why), NULL) < 0)
		why[0] = '\0';
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (error == known[i])
			return fail(r, known[i], why);
	return fail(r, MK_E_READER, why);
}

/* The next message of the answer, with its error looked at. */
static int
next(struct mk_reader *r, uint16_t type, int silence_ms, struct mk_msg *m)
{
	if (r->finished)
		return MK_E_READER;
	int e = wait_answer(r, silence_ms);
	if (e < 0)
		return e;
	e = mk_chan_recv(r->fd, m, 0);
	if (e < 0)
		return fail(r, MK_E_READER,
		    e == MK_E_LOST ? "the reading process has ended"
				   : "the reading process sent garbage");
	if (++r->seen > MESSAGES_MAX || m->type != type || m->id != ID ||
	    (m->flags & MK_FLAG_REPLY) == 0)
		e = fail(r, MK_E_READER, "the reading process sent garbage");
	else
		e = reported(r, m);
	if (e < 0)
		mk_msg_free(m);
	else if ((m->flags & MK_FLAG_MORE) == 0)
		r->finished = true;
	return e;
}

int
mk_reader_decode(struct mk_reader *r, int file_fd)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_READ_DECODE, ID);
	int fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail(r, MK_E_INPUT, "no file");
	m.fds[m.nfds++] = fd;
	r->request = MK_READ_DECODE;
	return ask(r, &m);
}

int
mk_reader_scan(struct mk_reader *r, const char *device, const char *const *options, size_t count)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_READ_SCAN, ID);
	mk_put_str(&m.body, MK_T_device, device);
	for (size_t i = 0; i < count; i++)
		mk_put_str(&m.body, MK_T_option, options[i]);
	r->request = MK_READ_SCAN;
	return ask(r, &m);
}

static int
take_raster(struct mk_reader *r, struct mk_msg *m, struct mk_raster *out)
{
	const void *map;
	size_t len;
	const uint8_t *b = m->body.data;
	size_t n = m->body.len;
	uint64_t w = mk_get_u64(b, n, MK_T_width, 0), h = mk_get_u64(b, n, MK_T_height, 0);
	uint64_t dpi = mk_get_u64(b, n, MK_T_dpi, 0), page = mk_get_u64(b, n, MK_T_page, 1);
	uint64_t count = mk_get_u64(b, n, MK_T_count, 0);
	if (m->nfds != 1 || w == 0 || h == 0 || w > MK_READ_SIDE_MAX || h > MK_READ_SIDE_MAX ||
	    w * h > MK_RASTER_MAX || dpi > 100000 || page > MESSAGES_MAX || count > MESSAGES_MAX)
		return fail(r, MK_E_READER, "the reading process sent a bad picture");
	if (mk_memfd_map(m->fds[0], MK_RASTER_MAX, &map, &len) < 0)
		return fail(r, MK_E_READER, "the reading process sent a bad picture");
	munmap((void *)(uintptr_t)map, len);
	if (len != w * h)
		return fail(r, MK_E_READER, "the reading process sent a bad picture");
	out->fd = mk_msg_take_fd(m, 0);
	out->width = (uint32_t)w;
	out->height = (uint32_t)h;
	out->dpi = (uint32_t)dpi;
	out->page = (uint32_t)page;
	out->count = (uint32_t)count;
	return 1;
}

int
mk_reader_page(struct mk_reader *r, struct mk_raster *out)
{
	bool scan = r->request == MK_READ_SCAN;
	while (!r->finished) {
		struct mk_msg m;
		int silence = !scan ? SILENCE_MS : r->moving ? SCAN_SILENCE_MS : SCAN_START_MS;
		int e = next(r, r->request, silence, &m);
		if (e < 0)
			return e;
		uint64_t offset = mk_get_u64(m.body.data, m.body.len, MK_T_offset, 0);
		bool picture = m.nfds > 0 || (!scan && !r->finished);
		r->moving = !picture && offset > 0;
		e = picture ? take_raster(r, &m, out) : 0;
		mk_msg_free(&m);
		if (e != 0)
			return e;
	}
	return r->why[0] != '\0' ? MK_E_READER : 0;
}

static int
readings_of(struct mk_reader *r, const struct mk_msg *m, const struct mk_raster *raster,
    struct mk_readings *out)
{
	struct mk_rd rd;
	struct mk_item it;
	out->items = calloc(MK_READ_ITEMS, sizeof *out->items);
	out->records = calloc(MK_READ_ITEMS, sizeof *out->records);
	if (out->items == NULL || out->records == NULL)
		return fail(r, MK_E_NOMEM, "");
	uint64_t ms = mk_get_u64(m->body.data, m->body.len, MK_T_elapsed_ms, 0);
	out->elapsed_ms = ms > UINT32_MAX ? UINT32_MAX : (unsigned)ms;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		if (out->count == MK_READ_ITEMS || mk_reading_parse(it.p, it.len, raster->width,
						       raster->height, &out->items[out->count]) < 0)
			return fail(r, MK_E_READER, "the reading process sent garbage");
		mk_buf_put(&out->records[out->count], it.p, it.len);
		if (mk_buf_error(&out->records[out->count++]) < 0)
			return fail(r, MK_E_NOMEM, "");
	}
	return out->count == 0 ? fail(r, MK_E_READER, "the reading process sent garbage") : 0;
}

int
mk_reader_read(struct mk_reader *r, const struct mk_raster *raster, const char *layout,
    struct mk_readings *out)
{
	struct mk_msg m;
	struct mk_readings got = {0};
	mk_msg_init(&m, MK_READ_READ, ID);
	mk_put_u64(&m.body, MK_T_width, raster->width);
	mk_put_u64(&m.body, MK_T_height, raster->height);
	mk_put_u64(&m.body, MK_T_dpi, raster->dpi);
	mk_put_str(&m.body, MK_T_layout, layout);
	int fd = fcntl(raster->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0) {
		mk_msg_free(&m);
		return fail(r, MK_E_INPUT, "no picture");
	}
	m.fds[m.nfds++] = fd;
	int e = ask(r, &m);
	if (e < 0)
		return e;
	e = next(r, MK_READ_READ, SILENCE_MS, &m);
	if (e < 0)
		return e;
	e = r->finished ? readings_of(r, &m, raster, &got)
			: fail(r, MK_E_READER, "the reading process sent garbage");
	mk_msg_free(&m);
	if (e < 0)
		mk_readings_free(&got);
	else
		*out = got;
	return e;
}

static int
device_text(const struct mk_item *it, unsigned tag, char *out, size_t cap)
{
	int e = mk_get_str(it->p, it->len, tag, out, cap);
	return e < 0 ? e : mk_text_check(out, strlen(out), NULL);
}

static void
take_devices(const struct mk_msg *m, struct mk_read_device *list, size_t *count)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, m->body.data, m->body.len);
	while (*count < MK_READ_DEVICES_MAX && mk_item_next(&rd, &it) > 0) {
		struct mk_read_device *d = &list[*count];
		if (it.tag != MK_T_item ||
		    device_text(&it, MK_T_device, d->device, sizeof d->device) < 0)
			continue;
		if (device_text(&it, MK_T_vendor, d->vendor, sizeof d->vendor) < 0)
			d->vendor[0] = '\0';
		if (device_text(&it, MK_T_model, d->model, sizeof d->model) < 0)
			d->model[0] = '\0';
		if (device_text(&it, MK_T_kind, d->kind, sizeof d->kind) < 0)
			d->kind[0] = '\0';
		(*count)++;
	}
}

int
mk_reader_devices(struct mk_reader *r, struct mk_read_device **out, size_t *count)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_READ_DEVICES, ID);
	int e = ask(r, &m);
	if (e == 0)
		e = next(r, MK_READ_DEVICES, SILENCE_MS, &m);
	if (e < 0)
		return e;
	struct mk_read_device *list = calloc(MK_READ_DEVICES_MAX, sizeof *list);
	if (list == NULL) {
		mk_msg_free(&m);
		return fail(r, MK_E_NOMEM, "");
	}
	*count = 0;
	take_devices(&m, list, count);
	mk_msg_free(&m);
	*out = list;
	return 0;
}
