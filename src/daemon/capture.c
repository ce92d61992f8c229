/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capture: asks the monitor for reading processes, lets a worker thread talk to them, and seals
 * what they read into the review queue. A crash or hang of a reading process is an error of this
 * one request. The vault takes nothing from them unchecked (wire/read.h).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/wire/read.h"
#include "vault_internal.h"

#define OPTIONS_MAX 16
#define PAGES_MAX 200

struct capture {
	/* what was asked */
	char device[256];
	char *options[OPTIONS_MAX];
	size_t noptions;
	int file; /* -1: from the device */
	char layout[16];
	char subject[MK_ID_MAX];
	bool list; /* only list devices */
	/* processes: the source (device or decode), and the reader of the next page */
	struct mk_reader source, reader;
	uint64_t source_pid, reader_pid;
	int monitor, wake; /* to kill them; to end a wait when the asker goes */
	/* what came */
	struct mk_raster page;
	bool more; /* the source may have another page */
	struct mk_readings readings;
	struct mk_read_device *devices;
	size_t ndevices;
	int result; /* of the last job */
	char why[MK_READ_WHY];
	size_t pages, stored, unread;
	struct mk_buf items; /* reply records */
};

/*
 * Closes the channel; a process that does not notice is killed by the monitor, whose child it is.
 */
static void
end_process(struct capture *c, struct mk_reader *reader, uint64_t pid)
{
	struct mk_msg m;
	if (reader->fd < 0)
		return;
	mk_reader_stop(reader);
	reader->fd = -1;
	mk_msg_init(&m, MK_MON_KILL, 0);
	mk_put_u64(&m.body, MK_T_pid, pid);
	(void)mk_chan_send(c->monitor, &m, 0);
	mk_msg_free(&m);
}

static void
capture_free(void *p)
{
	struct capture *c = p;
	for (size_t i = 0; i < c->noptions; i++)
		free(c->options[i]);
	if (c->file >= 0)
		close(c->file);
	end_process(c, &c->source, c->source_pid);
	end_process(c, &c->reader, c->reader_pid);
	if (c->wake >= 0)
		close(c->wake);
	mk_raster_free(&c->page);
	mk_readings_free(&c->readings);
	free(c->devices);
	mk_buf_free(&c->items);
	free(c);
}

static struct capture *
new_capture(struct op *op)
{
	struct capture *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->file = c->source.fd = c->reader.fd = c->page.fd = -1;
	c->source.interrupt_fd = c->reader.interrupt_fd = -1;
	c->monitor = op->v->monitor;
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	op->wake = c->wake;
	op->state = c;
	op->state_free = capture_free;
	return c;
}

/* --- waiting for the monitor and for jobs */

static void
resume_answer(struct vault *v, struct op *op, int r, struct mk_msg *answer)
{
	(void)v;
	mk_op_resume(op, r, answer);
}

static int
ask_reader(struct op *op, const char *kind, int (*then)(struct op *, int, struct mk_msg *))
{
	struct mk_msg m;
	mk_msg_init(&m, MK_MON_READER, 0);
	mk_put_str(&m.body, MK_T_kind, kind);
	op->resume = then;
	mk_link_ask(op->v, op->v->monitor, &m, op, resume_answer);
	return MK_WAIT;
}

static int
adopt(struct capture *c, struct mk_reader *reader, uint64_t *pid, int r, struct mk_msg *answer)
{
	int fd = r == 0 && answer != NULL ? mk_msg_take_fd(answer, 0) : -1;
	if (fd < 0) {
		(void)mk_str_copy(c->why, sizeof c->why,
		    "the reading process could not be started: is the installation complete?");
		return MK_E_READER;
	}
	/* Not our child: only the channel is ours. */
	mk_reader_adopt(reader, fd, 0);
	reader->interrupt_fd = c->wake;
	*pid = mk_get_u64(answer->body.data, answer->body.len, MK_T_pid, 0);
	return 0;
}

struct job {
	struct op *op;
	int (*run)(struct capture *);
};

static int
run_job(void *arg)
{
	struct job *j = arg;
	return j->run(j->op->state);
}

static void
job_done(struct vault *v, void *arg, int r)
{
	struct job *j = arg;
	(void)v;
	mk_op_resume(j->op, r, NULL);
	free(j);
}

static int
start_job(
    struct op *op, int (*run)(struct capture *), int (*then)(struct op *, int, struct mk_msg *))
{
	struct job *j = calloc(1, sizeof *j);
	if (j == NULL)
		return MK_E_NOMEM;
	*j = (struct job){op, run};
	int r = mk_worker_add(op->v->reading, run_job, job_done, j);
	if (r < 0) {
		free(j);
		return mk_op_fail(op, r, "other documents are being read: try again");
	}
	op->resume = then;
	return MK_WAIT;
}

/* --- in the worker: blocking talks with a process */

static void
keep_why(struct capture *c, const struct mk_reader *reader)
{
	(void)mk_str_copy(c->why, sizeof c->why, reader->why);
}

static int
job_open(struct capture *c)
{
	int r = c->file >= 0 ? mk_reader_decode(&c->source, c->file)
			     : mk_reader_scan(&c->source, c->device,
				   (const char *const *)c->options, c->noptions);
	if (r < 0)
		keep_why(c, &c->source);
	return r;
}

static int
job_page(struct capture *c)
{
	mk_raster_free(&c->page);
	c->page.fd = -1;
	int r = c->pages == 0 ? job_open(c) : 0;
	if (r == 0)
		r = mk_reader_page(&c->source, &c->page);
	if (r < 0)
		keep_why(c, &c->source);
	return r;
}

static int
job_read(struct capture *c)
{
	mk_readings_free(&c->readings);
	memset(&c->readings, 0, sizeof c->readings);
	int r = mk_reader_read(&c->reader, &c->page, c->layout, &c->readings);
	if (r < 0)
		keep_why(c, &c->reader);
	end_process(c, &c->reader, c->reader_pid);
	return r;
}

static int
job_devices(struct capture *c)
{
	int r = mk_reader_devices(&c->source, &c->devices, &c->ndevices);
	if (r < 0)
		keep_why(c, &c->source);
	return r;
}

/* --- storing what one page gave */

static void
put_item(struct capture *c, const struct mk_reading *d, const char *id)
{
	struct mk_buf rec = MK_BUF_INIT;
	if (id != NULL)
		mk_put_str(&rec, MK_T_review, id);
	mk_put_str(&rec, MK_T_layout, d->layout);
	mk_put_bool(&rec, MK_T_certain, d->certain);
	for (size_t i = 0; i < d->warning_count; i++)
		mk_put_str(&rec, MK_T_warning, d->warnings[i]);
	mk_put_rec(&c->items, MK_T_item, &rec);
	mk_buf_free(&rec);
}

static bool
worth_storing(const struct mk_reading *d)
{
	return d->number[0] != '\0' || d->candidate_count > 0 || d->qr[0] != '\0' ||
	       d->ocr[0] != '\0';
}

/* The card's rectangle of the page and its record, sealed, in a transaction of its own. */
static int
store_reading(struct op *op, struct capture *c, size_t i)
{
	const struct mk_reading *d = &c->readings.items[i];
	struct mk_review review = {.certain = d->certain, .created = mk_vault_now(op)};
	struct mk_buf picture = MK_BUF_INIT;
	struct mk_read_box box = d->card.width != 0
				     ? d->card
				     : (struct mk_read_box){0, 0, c->page.width, c->page.height};
	int r = mk_id_new('r', &review.id);
	if (r == 0)
		r = mk_raster_copy(&c->page, box, &picture);
	if (r == 0)
		r = mk_str_copy(review.layout, sizeof review.layout, d->layout);
	memcpy(review.subject, c->subject, sizeof review.subject);
	memcpy(review.by, op->c->session->member.id.s, sizeof review.by);
	review.width = box.width;
	review.height = box.height;
	if (r == 0)
		r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = mk_ledger_review_add(op->ledger, &op->number_key, &review,
		    c->readings.records[i].data, c->readings.records[i].len, picture.data,
		    picture.len);
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0)
		mk_ledger_rollback(op->ledger);
	mk_buf_free(&picture);
	if (r == 0) {
		put_item(c, d, review.id.s);
		c->stored++;
	}
	return r;
}

/* The words of a warning, without its code; that it is the wrong side of the card says the most. */
static void
say_why(struct capture *c, const struct mk_reading *d)
{
	const char *best = d->warning_count > 0 ? d->warnings[0] : "";
	for (size_t i = 0; i < d->warning_count; i++)
		if (mk_str_starts(d->warnings[i], "front_no_number"))
			best = d->warnings[i];
	const char *words = strstr(best, ": ");
	if (c->why[0] == '\0' && words != NULL)
		(void)mk_str_copy(c->why, sizeof c->why, words + 2);
}

static int
store_page(struct op *op)
{
	struct capture *c = op->state;
	for (size_t i = 0; i < c->readings.count; i++) {
		const struct mk_reading *d = &c->readings.items[i];
		if (!worth_storing(d)) {
			c->unread++;
			put_item(c, d, NULL);
			say_why(c, d);
			continue;
		}
		int r = store_reading(op, c, i);
		if (r < 0)
			return r;
	}
	mk_readings_free(&c->readings);
	memset(&c->readings, 0, sizeof c->readings);
	return 0;
}

/* --- the steps: source -> page -> reader -> read -> store -> next page */

static int got_source(struct op *op, int r, struct mk_msg *answer);
static int got_page(struct op *op, int r, struct mk_msg *answer);
static int got_reader(struct op *op, int r, struct mk_msg *answer);
static int got_reading(struct op *op, int r, struct mk_msg *answer);

static int
failed(struct op *op, int r)
{
	struct capture *c = op->state;
	return c->why[0] != '\0' ? mk_op_fail(op, r, "%s", c->why) : r;
}

static int
finish_capture(struct op *op)
{
	struct capture *c = op->state;
	op->ev.count = c->stored;
	if (c->stored == 0)
		return mk_op_fail(op, MK_E_UNREADABLE, "%s",
		    c->why[0] != '\0' ? c->why : "no number was found in the picture");
	mk_buf_put(&op->reply.body, c->items.data, c->items.len);
	return mk_buf_error(&op->reply.body);
}

/*
 * In the middle of a stack: what is stored is answered, with the words of what stopped the rest;
 * else the error.
 */
static int
broken(struct op *op, int r)
{
	struct capture *c = op->state;
	if (c->stored == 0 || op->c == NULL)
		return failed(op, r);
	mk_put_str(&op->reply.body, MK_T_alarm, c->why[0] != '\0' ? c->why : mk_err_message(r));
	return finish_capture(op);
}

static int
got_source(struct op *op, int r, struct mk_msg *answer)
{
	struct capture *c = op->state;
	r = adopt(c, &c->source, &c->source_pid, r, answer);
	if (r < 0)
		return failed(op, r);
	if (c->list)
		return start_job(op, job_devices, got_page);
	return start_job(op, job_page, got_page);
}

static int
put_devices(struct op *op)
{
	const struct capture *c = op->state;
	for (size_t i = 0; i < c->ndevices; i++) {
		struct mk_buf rec = MK_BUF_INIT;
		mk_put_str(&rec, MK_T_device, c->devices[i].device);
		mk_put_str(&rec, MK_T_vendor, c->devices[i].vendor);
		mk_put_str(&rec, MK_T_model, c->devices[i].model);
		mk_put_str(&rec, MK_T_kind, c->devices[i].kind);
		mk_put_rec(&op->reply.body, MK_T_item, &rec);
		mk_buf_free(&rec);
	}
	return mk_buf_error(&op->reply.body);
}

static int
got_page(struct op *op, int r, struct mk_msg *answer)
{
	struct capture *c = op->state;
	(void)answer;
	if (r < 0)
		return broken(op, r);
	if (c->list)
		return put_devices(op);
	if (r == 0 || ++c->pages > PAGES_MAX)
		return finish_capture(op);
	if (c->reader.fd >= 0)
		return start_job(op, job_read, got_reading);
	return ask_reader(op, "read", got_reader);
}

static int
got_reader(struct op *op, int r, struct mk_msg *answer)
{
	struct capture *c = op->state;
	r = adopt(c, &c->reader, &c->reader_pid, r, answer);
	return r < 0 ? broken(op, r) : start_job(op, job_read, got_reading);
}

static int
got_reading(struct op *op, int r, struct mk_msg *answer)
{
	(void)answer;
	if (op->c == NULL ||
	    op->c->session == NULL) /* the asker went: ledger and keys may be closed */
		return MK_E_LOST;
	if (r < 0 && r != MK_E_UNREADABLE)
		return broken(op, r);
	if (r == 0)
		r = store_page(op);
	return r < 0 && r != MK_E_UNREADABLE ? broken(op, r) : start_job(op, job_page, got_page);
}

/* --- requests */

static int
devices_check(struct op *op)
{
	struct capture *c = new_capture(op);
	if (c == NULL)
		return MK_E_NOMEM;
	c->list = true;
	return 0;
}

static int
read_options(struct op *op, struct capture *c)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_option)
			continue;
		if (c->noptions == OPTIONS_MAX ||
		    mk_text_check((const char *)it.p, it.len, NULL) < 0 ||
		    memchr(it.p, '=', it.len) == NULL)
			return mk_op_fail(op, MK_E_USAGE,
			    "a device option is NAME=VALUE, at most %d of them", OPTIONS_MAX);
		c->options[c->noptions] = mk_str_ndup(it.p, it.len);
		if (c->options[c->noptions] == NULL)
			return MK_E_NOMEM;
		c->noptions++;
	}
	return 0;
}

static int
capture_check(struct op *op)
{
	struct capture *c = new_capture(op);
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_op_str(op, MK_T_device, c->device, sizeof c->device);
	if (r < 0 && r != MK_E_NOT_FOUND)
		return r;
	c->file = mk_msg_take_fd(&op->req, 0);
	if (c->file < 0 && op->req.refused)
		return mk_op_fail(op, MK_E_INPUT, "this is no file");
	if ((c->file >= 0) == (c->device[0] != '\0'))
		return mk_op_fail(op, MK_E_USAGE, "name either a device or a file");
	struct stat st;
	if (c->file >= 0 && (fstat(c->file, &st) < 0 || !S_ISREG(st.st_mode)))
		return mk_op_fail(
		    op, MK_E_INPUT, "this is no file"); /* a pipe would be waited for */
	r = mk_op_str(op, MK_T_layout, c->layout, sizeof c->layout);
	if (r == MK_E_NOT_FOUND)
		memcpy(c->layout, "auto", sizeof "auto");
	else if (r < 0)
		return r;
	r = read_options(op, c);
	if (r == 0)
		r = mk_op_ledger(op);
	if (r == 0 && mk_op_has(op, MK_T_subject)) {
		r = mk_op_subject(op);
		memcpy(c->subject, op->subject.id.s, sizeof c->subject);
	}
	return r;
}

static int
capture_act(struct op *op)
{
	const struct capture *c = op->state;
	return ask_reader(op, c->list || c->file < 0 ? "device" : "decode", got_source);
}

const struct handler mk_handlers_capture[] = {
    {MK_REQ_devices, devices_check, capture_act},
    {MK_REQ_capture, capture_check, capture_act},
    {0, NULL, NULL},
};
