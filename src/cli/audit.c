/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit verify: the daemon's own check of the trail, against a key kept elsewhere where one is
 * given.
 */
#include "cli_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KEY_MAX 4096

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

int
mk_run_audit_verify(struct mk_cli *c)
{
	static const struct mk_col good[] = {{MK_T_ok, MK_COL_BOOL, "ok", N_("In order"), 0},
	    {MK_T_entries, MK_COL_U64, "entries", N_("Entries"), 0},
	    {MK_T_from, MK_COL_STR, "from", N_("First record"), 0},
	    {MK_T_to, MK_COL_STR, "to", N_("Last record"), 0},
	    {MK_T_head, MK_COL_STR, "head", N_("Head"), 0}, {0, 0, NULL, NULL, 0}};
	static const struct mk_col bad[] = {{MK_T_ok, MK_COL_BOOL, "ok", N_("In order"), 0},
	    {MK_T_seq, MK_COL_U64, "seq", N_("First bad entry"), 0},
	    {MK_T_why, MK_COL_STR, "why", N_("Why"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_audit_verify, 0);
	int r = mk_opt(c, "key") != NULL ? put_key(c, mk_opt(c, "key"), &req.body) : 0;
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	r = mk_ask(c, &req, &reply);
	struct mk_item it;
	bool told = mk_find(reply.body.data, reply.body.len, MK_T_ok, &it);
	bool ok = told && it.p[0] != 0;
	if (told)
		mk_print_result(c, ok ? good : bad, reply.body.data, reply.body.len);
	if (r == 0 && !ok)
		r = told ? MK_E_TAMPERED : MK_E_PROTOCOL;
	/* The object that says ok:false is the answer; no second one about the error. */
	c->told = told && !ok && c->g.json;
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}
