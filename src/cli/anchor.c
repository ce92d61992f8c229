/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit anchor: a signed checkpoint now, and what carries its head out of the PC: the printed slip,
 * and a request for a time stamp.
 */
#include "cli_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/rand.h"
#include "mynakura/base/time.h"
#include "mynakura/report/slip.h"
#include "mynakura/report/tsq.h"

#define OFFICE_MAX 264

struct anchor {
	char office[OFFICE_MAX], head[MK_SLIP_HASH_MAX], key[MK_SLIP_HASH_MAX];
	struct mk_slip slip;
	enum mk_slip_form form;
	struct mk_buf checkpoint; /* its line; empty when the daemon gives none */
};

/* Before the anchor, so that the head on paper is the newest. Without a login there is no name. */
static void
ask_office(struct mk_cli *c, struct anchor *a)
{
	struct mk_msg req, reply;
	if (!c->logged_in)
		return;
	mk_msg_init(&req, MK_REQ_status, 0);
	if (mk_ask(c, &req, &reply) == 0)
		(void)mk_get_str(
		    reply.body.data, reply.body.len, MK_T_office, a->office, sizeof a->office);
	mk_msg_free(&reply);
}

static int
take_answer(struct anchor *a, const struct mk_msg *reply)
{
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	struct mk_item it;
	struct mk_witness w;
	a->slip = (struct mk_slip){.office = a->office,
	    .time = mk_now(),
	    .count = mk_get_u64(b, len, MK_T_seq, 0),
	    .head = a->head,
	    .key = a->key};
	if (a->slip.count == 0 || mk_get_str(b, len, MK_T_head, a->head, sizeof a->head) < 0 ||
	    mk_get_str(b, len, MK_T_key, a->key, sizeof a->key) < 0)
		return MK_E_PROTOCOL;
	if (!mk_find(b, len, MK_T_checkpoint, &it))
		return 0;
	/* The slip is dated as the trail is; what has not the form is not passed on. */
	int r = mk_witness_parse(it.p, it.len, &w);
	if (r == 0)
		r = mk_time_parse(w.time, &a->slip.time);
	if (r == 0)
		mk_buf_put(&a->checkpoint, w.line.data, w.line.len);
	mk_witness_free(&w);
	return r < 0 ? MK_E_PROTOCOL : 0;
}

static int
ask_anchor(struct mk_cli *c, struct anchor *a)
{
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_audit_anchor, 0);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		r = take_answer(a, &reply);
	mk_msg_free(&reply);
	return r;
}

static int
write_slip(const struct anchor *a, struct mk_newfile *f)
{
	struct mk_buf text = MK_BUF_INIT;
	int r = mk_slip_lines(&a->slip, a->form, false, &text);
	if (r == 0)
		r = mk_write_all(f->fd, text.data, text.len);
	mk_buf_free(&text);
	return r < 0 ? r : mk_newfile_keep(f);
}

static int
write_tsq(const struct anchor *a, struct mk_newfile *f)
{
	uint8_t nonce[MK_TSQ_NONCE];
	struct mk_buf der = MK_BUF_INIT;
	int r = mk_rand(nonce, sizeof nonce);
	if (r == 0)
		r = mk_tsq(a->head, nonce, &der);
	if (r == 0)
		r = mk_write_all(f->fd, der.data, der.len);
	mk_buf_free(&der);
	return r < 0 ? r : mk_newfile_keep(f);
}

static void
json_letters(struct mk_json *j, const char *key, const char *hash)
{
	char letters[MK_SLIP_LETTERS_MAX], groups[MK_SLIP_GROUPED_MAX] = "";
	if (mk_slip_letters(hash, letters) == 0)
		mk_slip_group(letters, groups);
	mk_json_str(j, key, groups);
}

static int
print_json(struct mk_cli *c, struct anchor *a)
{
	char text[MK_SLIP_TEXT_MAX];
	struct mk_json j;
	int r = mk_slip_text(&a->slip, MK_SLIP_UTF8, text);
	if (r < 0)
		return r;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_int(&j, "count", (int64_t)a->slip.count);
	mk_json_str(&j, "head", a->head);
	json_letters(&j, "slip", a->head);
	mk_json_str(&j, "key", a->key);
	json_letters(&j, "key_slip", a->key);
	mk_json_str(&j, "text", text);
	mk_json_str(&j, "checkpoint", a->checkpoint.len > 0 ? mk_buf_str(&a->checkpoint) : NULL);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
	return 0;
}

/* A terminal may be light on dark; what has no colours gets the ink as it is. */
static bool
paint_ground(void)
{
	const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && (plain == NULL || plain[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

static int
print(struct mk_cli *c, struct anchor *a)
{
	if (c->g.json)
		return print_json(c, a);
	return mk_slip_lines(&a->slip, a->form, paint_ground(), &c->out);
}

int
mk_run_audit_anchor(struct mk_cli *c)
{
	struct anchor a;
	struct mk_newfile paper = MK_NEWFILE_INIT, tsq = MK_NEWFILE_INIT;
	const char *to = mk_opt(c, "o"), *request = mk_opt(c, "tsq");
	memset(&a, 0, sizeof a);
	a.form = mk_opt_given(c, "ascii") ? MK_SLIP_ASCII : MK_SLIP_UTF8;
	/* A place that cannot be written is told before anything is done. */
	int r = to != NULL ? mk_new_file(c, to, &paper) : 0;
	if (r == 0 && request != NULL)
		r = mk_new_file(c, request, &tsq);
	if (r == 0) {
		ask_office(c, &a);
		r = ask_anchor(c, &a);
	}
	if (r == 0 && to != NULL && (r = write_slip(&a, &paper)) < 0)
		mk_fail(c, r, "%s", to);
	if (r == 0 && request != NULL && (r = write_tsq(&a, &tsq)) < 0)
		mk_fail(c, r, "%s", request);
	if (r == 0)
		r = print(c, &a);
	mk_newfile_end(&paper);
	mk_newfile_end(&tsq);
	mk_buf_free(&a.checkpoint);
	return r;
}
