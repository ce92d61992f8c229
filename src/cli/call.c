/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection: hello, login, one request and its answer. */
#include "cli_internal.h"

#include <string.h>
#include <unistd.h>

#include "mynakura/base/str.h"

static int
open_failed(struct mk_cli *c, int r)
{
	if (r == MK_E_NOT_FOUND && c->g.dir != NULL)
		return mk_fail(c, r,
		    _("the program mynakurad (is the installation complete? see 'mynakura "
		      "doctor')"));
	if (r == MK_E_NOT_FOUND)
		return mk_fail(c, r,
		    _("no service at %s; is mynakurad running? a directory of your own needs --dir "
		      "DIR"),
		    c->g.socket != NULL ? c->g.socket : MK_CLIENT_SOCKET);
	return mk_fail(c, r, "%s",
	    c->g.dir != NULL      ? c->g.dir
	    : c->g.socket != NULL ? c->g.socket
				  : MK_CLIENT_SOCKET);
}

static int
keep_answer(struct mk_cli *c, uint16_t request, const struct mk_msg *reply, int r)
{
	struct mk_item it;
	const void *body = reply->body.data;
	size_t len = reply->body.len;
	if (r < 0 && c->why.len == 0 && mk_find(body, len, MK_T_message, &it))
		mk_sentence((const char *)it.p, it.len, &c->why);
	if (r == MK_E_APPROVAL)
		mk_waits(c, request, reply);
	if (r == 0 && mk_find(body, len, MK_T_seq, &it)) {
		c->acted = true;
		c->seq = mk_item_u64(&it);
		mk_get_str(body, len, MK_T_head, c->head, sizeof c->head);
	}
	return r;
}

/*
 * "passphrase needed" of the request table: the one that was typed for this run, not asked for
 * twice.
 */
static void
add_passphrase(struct mk_cli *c, struct mk_msg *req)
{
	const struct mk_request_row *row = mk_request_find(req->type);
	if (row != NULL && row->passphrase && c->own != NULL)
		mk_put_bytes(&req->body, MK_T_passphrase, c->own->data, c->own->len);
}

int
mk_ask(struct mk_cli *c, struct mk_msg *req, struct mk_msg *reply)
{
	mk_msg_init(reply, 0, 0);
	/* Words of an earlier failure are not this one's. */
	mk_buf_reset(&c->why);
	c->approval[0] = '\0';
	int r = 0;
	uint16_t request = req->type;
	if (c->client == NULL)
		r = MK_E_INTERNAL;
	if (r == 0) {
		add_passphrase(c, req);
		/* The daemon closes on a malformed item: bytes that are no text are told here. */
		r = mk_items_check(req->body.data, req->body.len) < 0
			? mk_fail(c, MK_E_TEXT, _("not UTF-8"))
			: mk_client_call(c->client, req, reply);
	}
	if (r == MK_E_AGAIN && mk_interrupted(c))
		r = mk_fail(c, MK_E_FAILED,
		    _("interrupted; whether the last act was done stands in the audit trail"));
	mk_msg_free(req);
	return keep_answer(c, request, reply, r);
}

int
mk_do(struct mk_cli *c, struct mk_msg *req)
{
	struct mk_msg reply;
	int r = mk_ask(c, req, &reply);
	mk_msg_free(&reply);
	return r;
}

static int
hello(struct mk_cli *c)
{
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_hello, 0);
	mk_put_str(&req.body, MK_T_lang, mk_lang_code());
	int r = mk_ask(c, &req, &reply);
	if (r == 0) {
		struct mk_item it;
		c->demo = mk_get_bool(reply.body.data, reply.body.len, MK_T_demo, false);
		c->has_vault = mk_find(reply.body.data, reply.body.len, MK_T_vault, &it);
		(void)mk_get_str(
		    reply.body.data, reply.body.len, MK_T_vault, c->vault, sizeof c->vault);
		mk_get_str(reply.body.data, reply.body.len, MK_T_form, c->form, sizeof c->form);
	}
	mk_msg_free(&reply);
	return r;
}

int
mk_need_daemon(struct mk_cli *c)
{
	if (c->client != NULL)
		return 0;
	struct mk_client_conf conf = {c->g.dir, c->g.socket, c->interrupt_fd, false};
	if (c->g.dir != NULL && c->g.socket != NULL)
		return mk_fail(c, MK_E_USAGE, _("--dir and --socket exclude each other"));
	int r = mk_client_open(&conf, &c->client);
	return r < 0 ? open_failed(c, r) : hello(c);
}

static void
attention(const char *words)
{
	if (words != NULL)
		mk_say(_("attention: %s"), words);
}

/* The daemon's words, and behind them what this home keeps. */
static int
explain(struct mk_cli *c, int r)
{
	struct mk_buf kept = MK_BUF_INIT;
	mk_witness_explain(&c->witness, r, &kept);
	if (kept.len > 0) {
		mk_buf_puts(&c->why, c->why.len > 0 ? "; " : "");
		mk_buf_put(&c->why, kept.data, kept.len);
	}
	mk_buf_free(&kept);
	return r;
}

/* Did the login go on although the home's checkpoint says that this trail is not whole? */
static int
contradicted(const struct mk_msg *reply)
{
	static const int errors[] = {MK_E_ROLLED_BACK, MK_E_TAMPERED};
	char word[16];
	if (mk_get_str(reply->body.data, reply->body.len, MK_T_witness, word, sizeof word) < 0)
		return 0;
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(word, mk_err_code(errors[i])) == 0)
			return errors[i];
	return 0;
}

static int
login(struct mk_cli *c, struct mk_msg *reply)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_login, 0);
	const char *words = mk_witness_offer(&c->witness, c->vault, &req.body);
	attention(words != NULL ? _(words) : NULL);
	mk_put_str(&req.body, MK_T_member, c->g.user);
	mk_put_bytes(&req.body, MK_T_passphrase, c->own->data, c->own->len);
	if (c->g.has_now)
		mk_put_i64(&req.body, MK_T_now, c->g.now);
	int r = explain(c, mk_ask(c, &req, reply));
	words = r == 0 ? mk_witness_take(&c->witness, reply) : NULL;
	attention(words != NULL ? _(words) : NULL);
	c->witnessed = r == 0 ? contradicted(reply) : 0;
	if (c->witnessed < 0) {
		struct mk_buf kept = MK_BUF_INIT;
		mk_witness_explain(&c->witness, c->witnessed, &kept);
		attention(mk_buf_str(&kept));
		mk_buf_free(&kept);
	}
	return r;
}

static void
say_alarms(const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		struct mk_buf words = MK_BUF_INIT;
		if (it.tag != MK_T_alarm)
			continue;
		mk_sentence((const char *)it.p, it.len, &words);
		mk_say(_("attention: %s"), mk_buf_str(&words));
		mk_buf_free(&words);
	}
}

int
mk_need_login(struct mk_cli *c)
{
	int r = mk_need_daemon(c);
	if (r < 0 || c->logged_in)
		return r;
	if (!c->has_vault)
		return mk_fail(
		    c, MK_E_NOT_FOUND, _("no vault here yet; 'mynakura init' makes one"));
	r = mk_need_auth(c, false);
	if (r == 0)
		r = mk_pass_line(c, _("Passphrase"), &c->own);
	if (r == 0)
		r = mk_need_auth(c, true);
	if (r < 0)
		return r;
	struct mk_msg reply;
	r = login(c, &reply);
	if (r == 0) {
		c->logged_in = true;
		/* The verb `login` prints them itself. */
		if (strcmp(c->a.verb->name, "login") != 0)
			say_alarms(&reply);
		else
			mk_buf_put(&c->login, reply.body.data, reply.body.len);
	}
	/* The login's own record is no act of the verb. */
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}

int
mk_need_keeper(struct mk_cli *c)
{
	int r = mk_need_daemon(c);
	if (r < 0)
		return r;
	if (!c->has_vault)
		return mk_fail(
		    c, MK_E_NOT_FOUND, _("no vault here yet; 'mynakura init' makes one"));
	bool keeper = c->g.dir != NULL || geteuid() == 0;
	return keeper && c->g.user == NULL && c->g.pass_fd < 0 ? 0 : mk_need_login(c);
}
