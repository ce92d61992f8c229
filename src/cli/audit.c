/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit verify and status --health: the daemon's own check of the trail, against a key kept
 * elsewhere where one is given.
 */
#include "cli_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KEY_MAX 4096

static const struct mk_col good[] = {{MK_T_ok, MK_COL_BOOL, "ok", N_("In order"), 0},
    {MK_T_entries, MK_COL_U64, "entries", N_("Entries"), 0},
    {MK_T_from, MK_COL_STR, "from", N_("First record"), 0},
    {MK_T_to, MK_COL_STR, "to", N_("Last record"), 0},
    {MK_T_head, MK_COL_STR, "head", N_("Head"), 0}, {0, 0, NULL, NULL, 0}};
static const struct mk_col bad[] = {{MK_T_ok, MK_COL_BOOL, "ok", N_("In order"), 0},
    {MK_T_seq, MK_COL_U64, "seq", N_("First bad entry"), 0},
    {MK_T_why, MK_COL_STR, "why", N_("Why"), 0}, {0, 0, NULL, NULL, 0}};

static int
put_key(struct mk_cli *c, const char *path, struct mk_buf *body)
{
	struct mk_buf text = MK_BUF_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? mk_err_from_errno(errno) : mk_buf_read_fd(&text, fd, KEY_MAX);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		r = mk_fail(c, r, "%s", path);
	else
		mk_put_bytes(body, MK_T_key, text.data, text.len);
	mk_buf_free(&text);
	return r;
}

/*
 * Asks; *cols is how the answer is to be printed, NULL when there is none. The answer "not in
 * order" is an error as well.
 */
static int
verify(struct mk_cli *c, const char *key, struct mk_msg *reply, const struct mk_col **cols)
{
	struct mk_msg req;
	struct mk_item it;
	*cols = NULL;
	mk_msg_init(&req, MK_REQ_audit_verify, 0);
	mk_msg_init(reply, 0, 0);
	int r = key != NULL ? put_key(c, key, &req.body) : 0;
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	r = mk_ask(c, &req, reply);
	c->acted = false;
	if (mk_find(reply->body.data, reply->body.len, MK_T_ok, &it))
		*cols = it.p[0] != 0 ? good : bad;
	if (r == 0 && *cols != good)
		r = *cols != NULL ? MK_E_TAMPERED : MK_E_PROTOCOL;
	return r;
}

int
mk_run_audit_verify(struct mk_cli *c)
{
	struct mk_msg reply;
	const struct mk_col *cols;
	int r = verify(c, mk_opt(c, "key"), &reply, &cols);
	if (cols != NULL)
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	/* The object that says ok:false is the answer; no second one about the error. */
	c->told = cols == bad && c->g.json;
	mk_msg_free(&reply);
	return r;
}

/* What a timer can know without a login: is there a vault, of which form, is its trail whole. */
int
mk_run_health(struct mk_cli *c)
{
	struct mk_msg reply;
	const struct mk_col *cols;
	if (!c->has_vault)
		return mk_fail(
		    c, MK_E_NOT_FOUND, _("no vault here yet; 'mynakura init' makes one"));
	int r = verify(c, NULL, &reply, &cols);
	if (cols != NULL && c->g.json) {
		struct mk_json j;
		mk_json_init(&j, &c->out);
		mk_json_obj(&j, NULL);
		mk_json_bool(&j, "vault", true);
		mk_json_str(&j, "form", c->form);
		mk_json_bool(&j, "demo", c->demo);
		mk_json_obj(&j, "trail");
		mk_cols_json(&j, cols, reply.body.data, reply.body.len);
		mk_json_end_obj(&j);
		mk_json_end_obj(&j);
		mk_buf_puts(&c->out, "\n");
	} else if (cols != NULL) {
		mk_out(c, "%s: %s\n", _("Form"), mk_word(c->form));
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	}
	c->told = cols == bad && c->g.json;
	mk_msg_free(&reply);
	return r;
}
