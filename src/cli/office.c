/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * login, status, and the verbs about offices, ledgers and members that are more than one plain
 * request.
 */
#include "cli_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/policy/limit.h"

#define LIMIT_PREFIX "limit."
#define LIMIT_LEN (sizeof LIMIT_PREFIX - 1)

/* --- login, status */
int
mk_run_login(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_member, MK_COL_STR, "member", N_("Member"), 0},
	    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
	    {MK_T_roles, MK_COL_ROLES, "roles", N_("Roles"), 0},
	    {MK_T_alarm, MK_COL_MULTI, "alarms", N_("Alarms"), 0}, {0, 0, NULL, NULL, 0}};
	mk_print_result(c, cols, c->login.data, c->login.len);
	if (c->witnessed < 0)
		c->status = mk_err_status(c->witnessed);
	return 0;
}

/*
 * The installed service lets an account lock all of its own sessions from anywhere, also where the
 * passphrase must not be typed.
 */
int
mk_run_lock(struct mk_cli *c)
{
	struct mk_msg req;
	int r = strcmp(c->form, "installed") == 0 ? 0 : mk_need_login(c);
	if (r < 0)
		return r;
	mk_msg_init(&req, MK_REQ_lock, 0);
	mk_put_bool(&req.body, MK_T_all, true);
	r = mk_do(c, &req);
	if (r == 0)
		mk_print_done(c);
	return r;
}

/* The counts of a status: `members` and `sessions` are the whole vault's, the others a ledger's. */
static bool
of_vault(const char *kind)
{
	return strcmp(kind, "members") == 0 || strcmp(kind, "active_members") == 0 ||
	       strcmp(kind, "sessions") == 0;
}

struct count {
	char kind[64], ledger[300];
	uint64_t n;
};

static bool
next_count(struct mk_rd *rd, struct count *out)
{
	struct mk_item it;
	while (mk_item_next(rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		mk_get_str(it.p, it.len, MK_T_kind, out->kind, sizeof out->kind);
		mk_get_str(it.p, it.len, MK_T_ledger, out->ledger, sizeof out->ledger);
		out->n = mk_get_u64(it.p, it.len, MK_T_count, 0);
		return true;
	}
	return false;
}

static void
counts_json(struct mk_json *j, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct count n;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (next_count(&rd, &n))
		if (of_vault(n.kind))
			mk_json_int(j, n.kind, (int64_t)n.n);
	mk_json_arr(j, "queue");
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (next_count(&rd, &n)) {
		if (of_vault(n.kind))
			continue;
		mk_json_obj(j, NULL);
		mk_json_str(j, "kind", n.kind);
		mk_json_str(j, "ledger", n.ledger[0] != '\0' ? n.ledger : NULL);
		mk_json_int(j, "count", (int64_t)n.n);
		mk_json_end_obj(j);
	}
	mk_json_end_arr(j);
}

static const char *
count_title(const char *kind)
{
	static const char *const rows[][2] = {{"members", N_("Members")},
	    {"active_members", N_("Active members")}, {"sessions", N_("Sessions")},
	    {"subjects", N_("Persons")}, {"numbers", N_("Numbers kept")},
	    {"review", N_("Waiting for review")}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(kind, rows[i][0]) == 0)
			return _(rows[i][1]);
	return kind;
}

static void
counts_text(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct count n;
	static const struct mk_col ledgers[] = {
	    {MK_T_ledger, MK_COL_LEDGER, NULL, NULL, 0}, {0, 0, NULL, NULL, 0}};
	struct mk_grid *g = mk_grid_new();
	mk_names_fetch(c, ledgers, false);
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (g != NULL && next_count(&rd, &n)) {
		char text[32];
		struct mk_buf ledger = MK_BUF_INIT;
		mk_id_title(&c->names, MK_COL_LEDGER, n.ledger, &ledger);
		snprintf(text, sizeof text, "%" PRIu64, n.n);
		mk_grid_cell(g, count_title(n.kind), strlen(count_title(n.kind)));
		mk_grid_cell(g, text, strlen(text));
		mk_grid_cell(g, mk_buf_str(&ledger), ledger.len);
		mk_grid_row(g);
		mk_buf_free(&ledger);
	}
	if (g == NULL)
		c->out.failed = true;
	else
		mk_grid_print(g, &c->out, false);
	mk_grid_free(g);
}

int
mk_run_status(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_office, MK_COL_STR, "office", N_("Office"), 0},
	    {MK_T_form, MK_COL_WORD, "form", N_("Form"), 0},
	    {MK_T_demo, MK_COL_BOOL, "demo", N_("Demo office"), 0},
	    {MK_T_vault, MK_COL_STR, "vault", N_("Vault"), 0},
	    {MK_T_alarm, MK_COL_MULTI, "alarms", N_("Alarms"), 0},
	    {MK_T_seq, MK_COL_U64, "seq", N_("Trail's last entry"), 0},
	    {MK_T_head, MK_COL_STR, "head", N_("Trail's head"), 0},
	    {MK_T_key, MK_COL_STR, "key", N_("Trail's key"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	struct mk_json j;
	if (mk_opt_given(c, "health"))
		return mk_run_health(c);
	int r = mk_need_login(c);
	if (r < 0)
		return r;
	mk_msg_init(&req, MK_REQ_status, 0);
	r = mk_ask(c, &req, &reply);
	if (r == 0 && c->g.json) {
		mk_json_init(&j, &c->out);
		mk_json_obj(&j, NULL);
		mk_cols_json(&j, cols, reply.body.data, reply.body.len);
		counts_json(&j, &reply);
		mk_json_end_obj(&j);
		mk_buf_puts(&c->out, "\n");
	} else if (r == 0) {
		mk_cols_text(&c->out, &c->names, cols, reply.body.data, reply.body.len);
		counts_text(c, &reply);
	}
	if (r == 0 && c->witnessed < 0)
		c->status = mk_err_status(c->witnessed);
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}

/* --- offices and ledgers */
static bool
is_wanted(const struct mk_item *it, const char *who)
{
	char id[64], name[600], kind[32];
	mk_get_str(it->p, it->len, MK_T_id, id, sizeof id);
	mk_get_str(it->p, it->len, MK_T_name, name, sizeof name);
	mk_get_str(it->p, it->len, MK_T_kind, kind, sizeof kind);
	return who == NULL ? strcmp(kind, "own") == 0
			   : strcmp(id, who) == 0 || strcmp(name, who) == 0;
}

/* A setting of the own firm: {field, value} in its item. */
static bool
next_setting(struct mk_rd *rd, char field[48], char value[32])
{
	struct mk_item it;
	while (mk_item_next(rd, &it) > 0)
		if (it.tag == MK_T_item && mk_get_str(it.p, it.len, MK_T_field, field, 48) == 0 &&
		    mk_get_str(it.p, it.len, MK_T_value, value, 32) == 0)
			return true;
	return false;
}

static void
office_json(struct mk_cli *c, const struct mk_item *office)
{
	struct mk_json j;
	struct mk_rd rd;
	char field[48], value[32];
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, c->a.verb->cols, office->p, office->len);
	mk_rd_init(&rd, office->p, office->len);
	while (next_setting(&rd, field, value))
		if (strncmp(field, LIMIT_PREFIX, LIMIT_LEN) != 0)
			mk_json_str(&j, field, value);
	mk_json_obj(&j, "limits");
	mk_rd_init(&rd, office->p, office->len);
	while (next_setting(&rd, field, value))
		if (strncmp(field, LIMIT_PREFIX, LIMIT_LEN) == 0)
			mk_json_int(&j, field + LIMIT_LEN, strtol(value, NULL, 10));
	mk_json_end_obj(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
office_text(struct mk_cli *c, const struct mk_item *office)
{
	struct mk_rd rd;
	char field[48], value[32];
	struct mk_grid *g = mk_grid_new();
	mk_print_result(c, c->a.verb->cols, office->p, office->len);
	mk_rd_init(&rd, office->p, office->len);
	while (g != NULL && next_setting(&rd, field, value)) {
		int limit = strncmp(field, LIMIT_PREFIX, LIMIT_LEN) == 0
				? mk_limit_find(field + LIMIT_LEN)
				: MK_E_NOT_FOUND;
		const char *words = limit < 0 ? "" : _(mk_limit_words(limit));
		mk_grid_cell(g, field, strlen(field));
		mk_grid_cell(g, value, strlen(value));
		mk_grid_cell(g, words, strlen(words));
		mk_grid_row(g);
	}
	if (g == NULL)
		c->out.failed = true;
	else
		mk_grid_print(g, &c->out, false);
	mk_grid_free(g);
}

int
mk_run_office_show(struct mk_cli *c)
{
	struct mk_msg req, reply;
	struct mk_rd rd;
	struct mk_item it;
	const char *who = mk_arg(c, 0);
	mk_msg_init(&req, MK_REQ_office_list, 0);
	int r = mk_ask(c, &req, &reply);
	bool found = false;
	mk_rd_init(&rd, reply.body.data, reply.body.len);
	while (r == 0 && !found && mk_item_next(&rd, &it) > 0) {
		found = it.tag == MK_T_item && is_wanted(&it, who);
		if (found && c->g.json)
			office_json(c, &it);
		else if (found)
			office_text(c, &it);
	}
	if (r == 0 && !found)
		r = mk_fail(
		    c, MK_E_NOT_FOUND, _("the office '%s'"), who != NULL ? who : _("your own"));
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}

int
mk_run_office_set(struct mk_cli *c)
{
	char field[64];
	const char *first = mk_arg(c, 0);
	const char *office = strchr(first, '=') == NULL ? first : NULL;
	size_t i = office != NULL ? 1 : 0;
	if (mk_arg(c, i) == NULL)
		return mk_fail(c, MK_E_USAGE, _("missing argument: %s"), "FIELD=VALUE");
	for (; mk_arg(c, i) != NULL; i++) {
		struct mk_msg req;
		const char *value = mk_field_split(c, mk_arg(c, i), field, sizeof field);
		if (value == NULL)
			return MK_E_USAGE;
		bool limit = strncmp(field, LIMIT_PREFIX, LIMIT_LEN) == 0;
		if (limit && office != NULL)
			return mk_fail(c, MK_E_USAGE,
			    _("the limits are the whole vault's: leave '%s' out"), office);
		mk_msg_init(&req, limit ? MK_REQ_limit_set : MK_REQ_office_set, 0);
		mk_put_str(&req.body, MK_T_office, office);
		mk_put_str(&req.body, MK_T_field, limit ? field + LIMIT_LEN : field);
		mk_put_str(&req.body, MK_T_value, value);
		int r = mk_do(c, &req);
		if (r < 0)
			return r;
	}
	mk_print_done(c);
	return 0;
}

int
mk_run_ledger_add(struct mk_cli *c)
{
	struct mk_msg req, reply;
	mk_request_build(c, &req);
	mk_put_str(&req.body, MK_T_purposes, c->g.purpose);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_print_result(c, c->a.verb->cols, reply.body.data, reply.body.len);
	mk_msg_free(&reply);
	return r;
}

/* --- members */
int
mk_run_member_add(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_member, MK_COL_STR, "member", N_("Member"), 0},
	    {MK_T_otc, MK_COL_STR, "code", N_("One-time code"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_member_add, 0);
	mk_put_str(&req.body, MK_T_name, mk_arg(c, 0));
	mk_put_str(&req.body, MK_T_account, mk_opt(c, "account"));
	mk_put_str(&req.body, MK_T_roles, mk_opt(c, "role"));
	mk_put_str(&req.body, MK_T_until, mk_opt(c, "until"));
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	mk_msg_free(&reply);
	return r;
}

int
mk_run_member_set(struct mk_cli *c)
{
	struct mk_msg req;
	char field[64];
	mk_msg_init(&req, MK_REQ_member_set, 0);
	mk_put_str(&req.body, MK_T_member, mk_arg(c, 0));
	for (size_t i = 1; mk_arg(c, i) != NULL; i++) {
		const char *value = mk_field_split(c, mk_arg(c, i), field, sizeof field);
		if (value == NULL) {
			mk_msg_free(&req);
			return MK_E_USAGE;
		}
		mk_put_field(&req.body, field, value);
	}
	int r = mk_do(c, &req);
	if (r == 0)
		mk_print_done(c);
	return r;
}

int
mk_run_member_activate(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_member, MK_COL_STR, "member", N_("Member"), 0},
	    {MK_T_roles, MK_COL_ROLES, "roles", N_("Roles"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_secret *code = NULL, *pass = NULL;
	struct mk_msg req, reply;
	int r = mk_need_auth(c, false);
	if (r == 0)
		r = mk_pass_line(c, _("One-time code"), &code);
	if (r == 0)
		r = mk_pass_choose(c, _("New passphrase"), c->demo, &pass);
	if (r == 0)
		r = mk_need_auth(c, true);
	if (r == 0) {
		mk_msg_init(&req, MK_REQ_member_activate, 0);
		mk_put_str(&req.body, MK_T_member, mk_arg(c, 0));
		mk_put_bytes(&req.body, MK_T_otc, code->data, code->len);
		mk_put_bytes(&req.body, MK_T_new_passphrase, pass->data, pass->len);
		r = mk_ask(c, &req, &reply);
		if (r == 0)
			mk_print_result(c, cols, reply.body.data, reply.body.len);
		mk_msg_free(&reply);
	}
	mk_secret_free(code);
	mk_secret_free(pass);
	return r;
}

int
mk_run_member_passphrase(struct mk_cli *c)
{
	struct mk_secret *pass = NULL;
	struct mk_msg req;
	int r = mk_pass_choose(c, _("New passphrase"), c->demo, &pass);
	if (r < 0)
		return r;
	/* The old one is added by mk_ask, as the request table asks. */
	mk_msg_init(&req, MK_REQ_member_passphrase, 0);
	mk_put_bytes(&req.body, MK_T_new_passphrase, pass->data, pass->len);
	r = mk_do(c, &req);
	if (r == 0) {
		mk_secret_free(c->own);
		c->own = pass;
		mk_print_done(c);
		return 0;
	}
	mk_secret_free(pass);
	return r;
}
