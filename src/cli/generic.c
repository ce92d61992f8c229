/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verbs that are one request: words and options of the line become the items of the same name, the
 * answer is printed by columns.
 */
#include "cli_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/number.h"

const char *
mk_arg(const struct mk_cli *c, size_t i)
{
	return i < c->a.npos ? c->a.pos[i] : NULL;
}

const char *
mk_opt_nth(const struct mk_cli *c, const char *name, size_t i)
{
	for (size_t k = 0; k < c->a.nopts; k++)
		if (strcmp(c->a.opts[k].name, name) == 0 && i-- == 0)
			return c->a.opts[k].value;
	return NULL;
}

const char *
mk_opt(const struct mk_cli *c, const char *name)
{
	const char *found = NULL;
	for (size_t k = 0; k < c->a.nopts; k++)
		if (strcmp(c->a.opts[k].name, name) == 0)
			found = c->a.opts[k].value;
	return found;
}

bool
mk_opt_given(const struct mk_cli *c, const char *name)
{
	for (size_t k = 0; k < c->a.nopts; k++)
		if (strcmp(c->a.opts[k].name, name) == 0)
			return true;
	return false;
}

unsigned
mk_option_tag(const char *name, int type)
{
	const char *known;
	for (unsigned t = 1; t <= UINT8_MAX; t++)
		if ((known = mk_tag_name(t)) != NULL && strcmp(known, name) == 0)
			return mk_tag_type(t) == type ? t : 0;
	return 0;
}

void
mk_request_build(struct mk_cli *c, struct mk_msg *req)
{
	const struct mk_verb *v = c->a.verb;
	mk_msg_init(req, v->request, 0);
	for (size_t i = 0; i < sizeof v->tags / sizeof v->tags[0] && v->tags[i] != 0; i++)
		mk_put_str(&req->body, v->tags[i], mk_arg(c, i));
	for (size_t i = 0; i < c->a.nopts; i++) {
		const struct mk_cli_opt *o = &c->a.opts[i];
		unsigned tag =
		    mk_option_tag(o->name, o->value != NULL ? MK_TYPE_STR : MK_TYPE_BOOL);
		if (tag != 0 && o->value != NULL)
			mk_put_str(&req->body, tag, o->value);
		else if (tag != 0)
			mk_put_bool(&req->body, tag, true);
	}
}

static void
fetch(struct mk_cli *c, uint16_t request, struct mk_buf *out)
{
	struct mk_msg req, reply;
	struct mk_buf why = c->why;
	mk_buf_init(&c->why);
	mk_msg_init(&req, request, 0);
	if (mk_ask(c, &req, &reply) == 0)
		mk_buf_put(out, reply.body.data, reply.body.len);
	mk_msg_free(&reply);
	mk_buf_free(&c->why);
	c->why = why;
}

void
mk_names_fetch(struct mk_cli *c, const struct mk_col *cols, bool table)
{
	struct mk_buf *const lists[] = {&c->names.members, &c->names.ledgers, &c->names.offices};
	static const uint16_t requests[] = {
	    MK_REQ_member_list, MK_REQ_ledger_list, MK_REQ_office_list};
	bool acted = c->acted;
	uint64_t seq = c->seq;
	char head[sizeof c->head];
	memcpy(head, c->head, sizeof head);
	for (const struct mk_col *col = cols; !c->g.json && c->logged_in && col->tag != 0; col++) {
		enum mk_col_kind kind = col->kind == MK_COL_KEYS ? MK_COL_LEDGER : col->kind;
		size_t i = (size_t)(kind - MK_COL_MEMBER);
		if (kind < MK_COL_MEMBER || kind > MK_COL_OFFICE || c->names.tried[i] ||
		    (table && (col->flags & MK_COL_DETAIL) != 0))
			continue;
		c->names.tried[i] = true;
		fetch(c, requests[i], lists[i]);
	}
	/* What a batch acknowledges is the verb's own record. */
	c->acted = acted;
	c->seq = seq;
	memcpy(c->head, head, sizeof head);
}

/* One page's items, printed at once as JSON or kept for the table. */
static size_t
take_page(
    struct mk_cli *c, const struct mk_msg *reply, const struct mk_col *cols, struct mk_grid *g)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		n++;
		if (c->g.json)
			mk_print_result(c, cols, it.p, it.len);
		else
			mk_cols_row(g, &c->names, cols, it.p, it.len);
	}
	return n;
}

static int
list_pages(struct mk_cli *c, const struct mk_msg *base, const struct mk_col *cols,
    struct mk_grid *g, size_t *n)
{
	char cursor[256] = "";
	for (;;) {
		struct mk_msg req, reply;
		mk_msg_init(&req, base->type, 0);
		mk_buf_put(&req.body, base->body.data, base->body.len);
		if (cursor[0] != '\0')
			mk_put_str(&req.body, MK_T_cursor, cursor);
		int r = mk_ask(c, &req, &reply);
		if (r == 0) {
			*n += take_page(c, &reply, cols, g);
			r = mk_get_str(
			    reply.body.data, reply.body.len, MK_T_cursor, cursor, sizeof cursor);
			r = r == MK_E_NOT_FOUND ? 1 : r;
		}
		mk_msg_free(&reply);
		if (r == 0 && c->g.json)
			r = mk_flush(c);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}

int
mk_list(struct mk_cli *c, struct mk_msg *req, const struct mk_col *cols)
{
	size_t n = 0;
	struct mk_grid *g = mk_grid_new();
	int r = g == NULL ? MK_E_NOMEM : 0;
	if (r == 0) {
		mk_names_fetch(c, cols, true);
		mk_cols_head(g, cols);
		r = list_pages(c, req, cols, g, &n);
	}
	if (r == 0 && !c->g.json) {
		if (n > 0)
			mk_grid_print(g, &c->out, true);
		else
			mk_say("%s", _("Nothing to list."));
	}
	/* A list is read from the trail's side too, but it is no act that a batch acknowledges. */
	c->acted = false;
	mk_grid_free(g);
	mk_msg_free(req);
	return r;
}

int
mk_ask_pages(struct mk_cli *c, struct mk_msg *req, struct mk_buf *out)
{
	char cursor[256] = "";
	int r = 0;
	while (r == 0) {
		struct mk_msg page, reply;
		mk_msg_init(&page, req->type, 0);
		mk_buf_put(&page.body, req->body.data, req->body.len);
		if (cursor[0] != '\0')
			mk_put_str(&page.body, MK_T_cursor, cursor);
		r = mk_ask(c, &page, &reply);
		if (r == 0) {
			mk_buf_put(out, reply.body.data, reply.body.len);
			r = mk_get_str(
			    reply.body.data, reply.body.len, MK_T_cursor, cursor, sizeof cursor);
			r = r == MK_E_NOT_FOUND ? 1 : r;
		}
		mk_msg_free(&reply);
	}
	mk_msg_free(req);
	return r < 0 ? r : mk_buf_error(out);
}

int
mk_run_list(struct mk_cli *c)
{
	struct mk_msg req;
	mk_request_build(c, &req);
	return mk_list(c, &req, c->a.verb->cols);
}

void
mk_print_done(struct mk_cli *c)
{
	static const struct mk_col done[] = {
	    {MK_T_ok, MK_COL_BOOL, "ok", "ok", 0}, {0, 0, NULL, NULL, 0}};
	struct mk_buf ok = MK_BUF_INIT;
	if (!c->g.json)
		return;
	mk_put_bool(&ok, MK_T_ok, true);
	mk_print_result(c, done, ok.data, ok.len);
	mk_buf_free(&ok);
}

/* An answer of one thing: its fields stand in one item, or in the answer itself. */
static void
print_answer(struct mk_cli *c, const struct mk_msg *reply, bool item)
{
	struct mk_item it = {0, 0, reply->body.data, reply->body.len};
	if (c->a.verb->cols == NULL) {
		mk_print_done(c);
		return;
	}
	if (item)
		mk_find(reply->body.data, reply->body.len, MK_T_item, &it);
	mk_print_result(c, c->a.verb->cols, it.p, it.len);
}

static int
run_one(struct mk_cli *c, bool item)
{
	struct mk_msg req, reply;
	mk_request_build(c, &req);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		print_answer(c, &reply, item);
	mk_msg_free(&reply);
	return r;
}

int
mk_run_act(struct mk_cli *c)
{
	return run_one(c, false);
}

int
mk_run_item(struct mk_cli *c)
{
	int r = run_one(c, true);
	c->acted = false;
	return r;
}

const char *
mk_field_split(struct mk_cli *c, const char *arg, char *field, size_t cap)
{
	const char *eq = strchr(arg, '=');
	if (eq == NULL || eq == arg || (size_t)(eq - arg) >= cap) {
		mk_fail(c, MK_E_USAGE, _("'%s' is not of the form FIELD=VALUE"), arg);
		return NULL;
	}
	memcpy(field, arg, (size_t)(eq - arg));
	field[eq - arg] = '\0';
	if (strcmp(field, "number") == 0 && strcmp(eq + 1, "-") != 0) {
		/* Others on this machine can read a command line. */
		mk_fail(c, MK_E_USAGE,
		    _("a number is never an argument; write number=- and give it at the prompt or "
		      "the "
		      "descriptor"));
		return NULL;
	}
	return eq + 1;
}

void
mk_put_field(struct mk_buf *b, const char *field, const char *value)
{
	struct mk_buf item = MK_BUF_INIT;
	mk_put_str(&item, MK_T_field, field);
	mk_put_str(&item, MK_T_value, value);
	mk_put_rec(b, MK_T_item, &item);
	mk_buf_free(&item);
}
