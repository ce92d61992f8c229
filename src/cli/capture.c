/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture: a scanner's sheets or image files into the review queue. The daemon reads; this passes
 * the open file or names the device.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/image.h"
#include "mynakura/base/utf8.h"
#include "reading_internal.h"

static void
start_request(struct mk_cli *c, struct mk_msg *req)
{
	mk_msg_init(req, MK_REQ_capture, 0);
	mk_put_str(&req->body, MK_T_ledger, mk_opt(c, "ledger"));
	mk_put_str(&req->body, MK_T_subject, mk_opt(c, "subject"));
	mk_put_str(&req->body, MK_T_purposes, c->g.purpose);
}

static void
item_json(struct mk_cli *c, const struct mk_item *item)
{
	static const struct mk_col cols[] = {{MK_T_review, MK_COL_STR, "review", "", 0},
	    {MK_T_layout, MK_COL_STR, "layout", "", 0},
	    {MK_T_certain, MK_COL_BOOL, "certain", "", 0}, {0, 0, NULL, NULL, 0}};
	struct mk_json j;
	struct mk_rd rd;
	struct mk_item it;
	char words[256];
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, cols, item->p, item->len);
	mk_json_arr(&j, "warnings");
	mk_rd_init(&rd, item->p, item->len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_warning && it.len < sizeof words) {
			memcpy(words, it.p, it.len);
			words[it.len] = '\0';
			mk_warning_json(&j, words);
		}
	mk_json_end_arr(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
item_text(struct mk_cli *c, const struct mk_item *item)
{
	char review[32], layout[32], words[256], code[64];
	struct mk_rd rd;
	struct mk_item it;
	mk_get_str(item->p, item->len, MK_T_review, review, sizeof review);
	mk_get_str(item->p, item->len, MK_T_layout, layout, sizeof layout);
	mk_out_escaped(&c->out, review);
	mk_out(c, "  %s, %s\n", mk_word(layout),
	    mk_get_bool(item->p, item->len, MK_T_certain, false)
		? _("certain")
		: _("not certain: compare in the review"));
	mk_rd_init(&rd, item->p, item->len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_warning && it.len < sizeof words) {
			memcpy(words, it.p, it.len);
			words[it.len] = '\0';
			mk_out(c, "    ");
			mk_out_escaped(&c->out, mk_warning_text(words, code, sizeof code));
			mk_out(c, "\n");
		}
}

static int
send_capture(struct mk_cli *c, struct mk_msg *req)
{
	struct mk_msg reply;
	struct mk_rd rd;
	struct mk_item it;
	int r = mk_ask(c, req, &reply);
	mk_rd_init(&rd, reply.body.data, reply.body.len);
	while (r == 0 && mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		if (c->g.json)
			item_json(c, &it);
		else
			item_text(c, &it);
	}
	mk_msg_free(&reply);
	return r < 0 ? r : mk_flush(c);
}

static int
capture_file(struct mk_cli *c, const char *path)
{
	struct mk_msg req;
	int fd = -1;
	int r = mk_image_open(path, &fd);
	if (r < 0)
		return mk_fail(c, r, "%s", path);
	const char *slash = strrchr(path, '/');
	start_request(c, &req);
	const char *name = slash != NULL ? slash + 1 : path;
	/* It is for messages only: a name that is no clean text is left out. */
	if (mk_text_check(name, strlen(name), NULL) == 0)
		mk_put_str(&req.body, MK_T_name, name);
	req.fds[req.nfds++] = fd; /* closed with the request */
	r = send_capture(c, &req);
	if (r < 0 && !mk_client_lost(c->client)) {
		char why[700];
		snprintf(why, sizeof why, "%s", mk_buf_str(&c->why));
		mk_fail(c, r, why[0] != '\0' ? "%s: %s" : "%s", path, why);
	}
	return r;
}

/*
 * The n-th value (from 0) of the option that opt (NAME=VALUE) sets; the last one when there are
 * fewer. NULL when opt is not the first of its name.
 */
static const char *
turn_of(struct mk_cli *c, size_t at, size_t n)
{
	const char *opt = mk_opt_nth(c, "option", at), *chosen = opt, *other;
	size_t len = strcspn(opt, "=") + 1, seen = 0;
	for (size_t i = 0; i < at; i++)
		if (strncmp(mk_opt_nth(c, "option", i), opt, len) == 0)
			return NULL;
	for (size_t i = at + 1; seen < n && (other = mk_opt_nth(c, "option", i)) != NULL; i++)
		if (strncmp(other, opt, len) == 0) {
			chosen = other;
			seen++;
		}
	return chosen;
}

/* How often the most repeated option stands: that many sheets. */
static size_t
turns(struct mk_cli *c)
{
	size_t most = 1;
	const char *a, *b;
	for (size_t i = 0; (a = mk_opt_nth(c, "option", i)) != NULL; i++) {
		size_t same = 0, len = strcspn(a, "=") + 1;
		for (size_t k = 0; (b = mk_opt_nth(c, "option", k)) != NULL; k++)
			same += strncmp(a, b, len) == 0 ? 1 : 0;
		most = same > most ? same : most;
	}
	return most;
}

static int
capture_device(struct mk_cli *c, size_t turn)
{
	struct mk_msg req;
	start_request(c, &req);
	mk_put_str(&req.body, MK_T_device, mk_opt(c, "device"));
	for (size_t i = 0; mk_opt_nth(c, "option", i) != NULL; i++)
		mk_put_str(&req.body, MK_T_option, turn_of(c, i, turn));
	return send_capture(c, &req);
}

static int
check_options(struct mk_cli *c)
{
	const char *o;
	bool device = mk_opt(c, "device") != NULL, file = mk_opt(c, "file") != NULL;
	if (device == file)
		return mk_fail(c, MK_E_USAGE, _("capture wants either --device or --file"));
	if (file && mk_opt(c, "option") != NULL)
		return mk_fail(c, MK_E_USAGE, _("--option goes with --device"));
	for (size_t i = 0; (o = mk_opt_nth(c, "option", i)) != NULL; i++)
		if (strchr(o, '=') == NULL || o[0] == '=')
			return mk_fail(c, MK_E_USAGE, _("--option wants NAME=VALUE, not '%s'"), o);
	return 0;
}

int
mk_run_capture(struct mk_cli *c)
{
	if (mk_opt_given(c, "list")) {
		int r = mk_need_login(c);
		return r < 0 ? r : mk_run_list(c);
	}
	int first = 0, r = check_options(c);
	if (r == 0)
		r = mk_need_login(c);
	if (r < 0)
		return r;
	bool file = mk_opt(c, "file") != NULL;
	size_t n = file ? 0 : turns(c);
	while (file && mk_opt_nth(c, "file", n) != NULL)
		n++;
	for (size_t i = 0; i < n; i++) {
		mk_progress(c, i, n);
		r = file ? capture_file(c, mk_opt_nth(c, "file", i)) : capture_device(c, i);
		if (r < 0 && (n == 1 || mk_client_lost(c->client)))
			return r;
		/* One bad sheet does not keep the others from the queue. */
		if (r < 0) {
			mk_tell_error(c, r);
			c->told = true;
			first = first < 0 ? first : r;
		}
	}
	return first;
}
