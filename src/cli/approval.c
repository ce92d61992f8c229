/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * approval show and grant: what a second person is to agree to is printed in full, and what is
 * granted is what was printed (its digest goes with the grant).
 */
#include "cli_internal.h"

#include <string.h>

#define END                                                                                        \
	{                                                                                          \
		0, 0, NULL, NULL, 0                                                                \
	}

const struct mk_col mk_approval_cols[] = {
    {MK_T_approval, MK_COL_STR, "approval", N_("Id"), 0},
    {MK_T_state, MK_COL_WORD, "state", N_("State"), 0},
    {MK_T_request, MK_COL_REQUEST, "request", N_("What"), 0},
    {MK_T_count, MK_COL_U64, "count", N_("Persons"), MK_COL_NO_ZERO},
    {MK_T_requester, MK_COL_MEMBER, "requester", N_("Asked by"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Asked"), 0},
    {MK_T_deadline, MK_COL_TIME, "deadline", N_("Open until"), 0},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), MK_COL_DETAIL},
    {MK_T_approver, MK_COL_MEMBER, "approver", N_("Decided by"), MK_COL_DETAIL},
    {MK_T_reason, MK_COL_STR, "reason", N_("Reason"), MK_COL_DETAIL},
    {MK_T_ok, MK_COL_BOOL, "may_decide", N_("Yours to decide"), 0},
    {MK_T_digest, MK_COL_STR, "digest", N_("Digest"), MK_COL_DETAIL},
    {MK_T_line, MK_COL_MULTI, "lines", "", MK_COL_NO_TEXT},
    END,
};

static const struct mk_col person_cols[] = {
    {MK_T_subject, MK_COL_STR, "subject", N_("Id"), 0},
    {MK_T_code, MK_COL_STR, "code", N_("Code"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_shown, MK_COL_BOOL, "shown", N_("Shown already"), 0},
    END,
};

static int
fetch(struct mk_cli *c, const char *id, struct mk_buf *out)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_approval_show, 0);
	mk_put_str(&req.body, MK_T_approval, id);
	int r = mk_ask_pages(c, &req, out);
	c->acted = false;
	return r;
}

static void
show_json(struct mk_cli *c, const struct mk_buf *body)
{
	struct mk_json j;
	struct mk_rd rd;
	struct mk_item it;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, mk_approval_cols, body->data, body->len);
	mk_json_arr(&j, "subjects");
	mk_rd_init(&rd, body->data, body->len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		mk_json_obj(&j, NULL);
		mk_cols_json(&j, person_cols, it.p, it.len);
		mk_json_end_obj(&j);
	}
	mk_json_end_arr(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
put_lines(struct mk_cli *c, const struct mk_buf *body)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, body->data, body->len);
	while (mk_item_next(&rd, &it) > 0) {
		struct mk_buf line = MK_BUF_INIT;
		if (it.tag != MK_T_line)
			continue;
		mk_sentence((const char *)it.p, it.len, &line);
		mk_buf_puts(&c->out, "  ");
		mk_out_escaped(&c->out, mk_buf_str(&line));
		mk_buf_puts(&c->out, "\n");
		mk_buf_free(&line);
	}
}

static void
show_text(struct mk_cli *c, const struct mk_buf *body)
{
	struct mk_rd rd;
	struct mk_item it;
	struct mk_grid *g = mk_grid_new();
	mk_names_fetch(c, mk_approval_cols, false);
	mk_cols_text(&c->out, &c->names, mk_approval_cols, body->data, body->len);
	put_lines(c, body);
	if (g == NULL) {
		c->out.failed = true;
		return;
	}
	mk_cols_head(g, person_cols);
	mk_rd_init(&rd, body->data, body->len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item)
			mk_cols_row(g, &c->names, person_cols, it.p, it.len);
	if (mk_grid_rows(g) > 1)
		mk_grid_print(g, &c->out, true);
	mk_grid_free(g);
}

int
mk_run_approval_show(struct mk_cli *c)
{
	struct mk_buf body = MK_BUF_INIT;
	int r = fetch(c, mk_arg(c, 0), &body);
	if (r == 0 && c->g.json)
		show_json(c, &body);
	else if (r == 0)
		show_text(c, &body);
	mk_buf_free(&body);
	return r;
}

/* At a terminal the second person reads what it is about, and says yes to that. */
static int
ask_yes(struct mk_cli *c, const struct mk_buf *body)
{
	char answer[16] = "";
	if (!mk_pass_terminal(c) || c->in_batch || c->g.json)
		return 0;
	show_text(c, body);
	int r = mk_flush(c);
	if (r == 0)
		r = mk_tty_line(c, _("Type yes to grant exactly this"), answer, sizeof answer);
	if (r == 0 && strcmp(answer, "yes") != 0)
		r = mk_fail(c, MK_E_FAILED, "%s", _("nothing was granted"));
	return r;
}

int
mk_run_approval_grant(struct mk_cli *c)
{
	struct mk_buf body = MK_BUF_INIT;
	char digest[80] = "";
	const char *seen = mk_opt(c, "digest");
	int r = fetch(c, mk_arg(c, 0), &body);
	if (r == 0)
		r = mk_get_str(body.data, body.len, MK_T_digest, digest, sizeof digest);
	if (r == 0 && seen != NULL && strcmp(seen, digest) != 0)
		r = mk_fail(c, MK_E_STATE, _("what waits is not what has this digest"));
	if (r == 0)
		r = ask_yes(c, &body);
	if (r == 0) {
		struct mk_msg req;
		mk_msg_init(&req, MK_REQ_approval_grant, 0);
		mk_put_str(&req.body, MK_T_approval, mk_arg(c, 0));
		mk_put_str(&req.body, MK_T_digest, digest);
		r = mk_do(c, &req);
	}
	if (r == 0)
		mk_print_done(c);
	mk_buf_free(&body);
	return r;
}
