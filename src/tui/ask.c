/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of the views, one after the other over the one connection. */
#include "tui_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"
#include "mynakura/report/words.h"

#define ALIVE_MS 5000

struct mk_asked {
	struct mk_asked *next;
	struct mk_view *view; /* NULL: it has gone */
	struct mk_msg req;
	mk_reply_fn f;
	uintptr_t tag;
};

static void
asked_free(struct mk_asked *a)
{
	mk_msg_free(&a->req);
	free(a);
}

/* Takes the first one out of the queue. */
static struct mk_asked *
unlink_first(struct mk_tui *t)
{
	struct mk_asked *a = t->asked;
	t->asked = a->next;
	if (t->asked == NULL)
		t->asked_tail = &t->asked;
	return a;
}

static void
append(struct mk_tui *t, struct mk_view *v, struct mk_msg *req, mk_reply_fn f, uintptr_t tag)
{
	struct mk_asked *a = calloc(1, sizeof *a);
	if (a == NULL) {
		mk_msg_free(req);
		mk_tell(t, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return;
	}
	a->view = v;
	a->req = *req;
	mk_msg_init(req, 0, 0);
	a->f = f;
	a->tag = tag;
	*t->asked_tail = a;
	t->asked_tail = &a->next;
}

void
mk_view_ask(struct mk_view *v, struct mk_msg *req, mk_reply_fn f, uintptr_t tag)
{
	/* Only queued: nothing is called back while a view is in one of its functions. */
	append(v->tui, v, req, f, tag);
}

void
mk_view_ask_drop(struct mk_view *v)
{
	struct mk_tui *t = v->tui;
	struct mk_asked **p = t->sent ? &t->asked->next : &t->asked;
	while (*p != NULL) {
		struct mk_asked *a = *p;
		if (a->view != v) {
			p = &a->next;
			continue;
		}
		*p = a->next;
		asked_free(a);
	}
	t->asked_tail = p;
}

void
mk_ask_forget(struct mk_tui *t, const struct mk_view *v)
{
	for (struct mk_asked *a = t->asked; a != NULL; a = a->next)
		if (a->view == v)
			a->view = NULL;
}

void
mk_ask_reset(struct mk_tui *t)
{
	/* The answer to what is under way is still to come; it goes to nobody. */
	bool keep = t->sent && t->client != NULL && !mk_client_lost(t->client);
	struct mk_asked *first = keep ? unlink_first(t) : NULL;
	while (t->asked != NULL)
		asked_free(unlink_first(t));
	t->sent = keep;
	if (first == NULL)
		return;
	first->view = NULL;
	first->next = NULL;
	t->asked = first;
	t->asked_tail = &first->next;
}

/* --- the connection */

static void
hello_done(struct mk_tui *t, int r, const struct mk_msg *reply)
{
	struct mk_item it;
	char form[16] = "";
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	if (r == 0 && !mk_find(b, len, MK_T_vault, &it)) {
		snprintf(t->last_words, sizeof t->last_words, "%s",
		    _("no vault here yet; 'mynakura init' makes one"));
		mk_tui_quit(t, mk_err_status(MK_E_NOT_FOUND));
		return;
	}
	if (r == MK_E_LOST && t->met) {
		/* It was there before: a new one is started for the next request. */
		mk_client_close(t->client);
		t->client = NULL;
		mk_tell(t, MK_TONE_ERROR, "%s", _("The connection to the daemon was lost."));
		return;
	}
	if (r < 0) {
		struct mk_buf words = MK_BUF_INIT;
		mk_error_words(r, reply, &words);
		if (r == MK_E_TAMPERED || r == MK_E_DAMAGED || r == MK_E_ROLLED_BACK)
			mk_buf_printf(&words, ". %s",
			    _("Leave everything as it is, keep a copy of the folder, and tell the "
			      "chief "
			      "and the auditor; mynakura-verify names the first bad entry."));
		snprintf(t->last_words, sizeof t->last_words, "%s", mk_buf_str(&words));
		mk_buf_free(&words);
		mk_tui_quit(t, mk_err_status(r));
		return;
	}
	t->hello = t->met = true;
	t->demo = mk_get_bool(b, len, MK_T_demo, false);
	(void)mk_get_str(b, len, MK_T_vault, t->vault, sizeof t->vault);
	(void)mk_get_str(b, len, MK_T_form, form, sizeof form);
	t->embedded = strcmp(form, "installed") != 0;
	t->connection++;
	t->dirty = true;
	/* The login depends on what the daemon is. */
	if (!t->session.open && t->top != NULL && t->top->ops->shown != NULL)
		t->top->ops->shown(t->top);
}

int
mk_ask_connect(struct mk_tui *t)
{
	const struct mk_client_conf conf = {t->conf->dir, t->conf->socket, -1, true};
	struct mk_msg req;
	t->hello = false;
	int r = mk_client_open(&conf, &t->client);
	if (r < 0) {
		const char *where = t->conf->dir != NULL      ? t->conf->dir
				    : t->conf->socket != NULL ? t->conf->socket
							      : MK_CLIENT_SOCKET;
		t->client = NULL;
		snprintf(
		    t->last_words, sizeof t->last_words, "%s: %s", where, _(mk_err_message(r)));
		return r;
	}
	mk_msg_init(&req, MK_REQ_hello, 0);
	mk_put_str(&req.body, MK_T_lang, mk_lang_code());
	/* Before what may wait already. */
	struct mk_asked *waiting = t->asked, **tail = t->asked_tail;
	t->asked = NULL;
	t->asked_tail = &t->asked;
	append(t, NULL, &req, NULL, 0);
	if (waiting != NULL) {
		*t->asked_tail = waiting;
		t->asked_tail = tail;
	}
	return 0;
}

void
mk_ask_reconnect(struct mk_tui *t)
{
	if (mk_ask_connect(t) == 0)
		return;
	mk_tell(t, MK_TONE_ERROR, "%s", t->last_words);
	t->last_words[0] = '\0';
}

static void
lost(struct mk_tui *t)
{
	mk_client_close(t->client);
	t->client = NULL;
	t->sent = false;
	bool was = t->session.open;
	mk_tui_lock(t, was ? _("The connection to the daemon was lost. What was acknowledged is "
			       "kept; what was not was done whole or not at all: look before you "
			       "do it again.")
			   : _("The connection to the daemon was lost."));
}

void
mk_ask_gone(struct mk_tui *t)
{
	if (t->client == NULL)
		return;
	if (mk_client_locked(t->client)) {
		mk_ask_locked(t);
		return;
	}
	if (t->session.open) {
		lost(t);
		return;
	}
	/* At the login nothing is lost: a new one is made now, before a passphrase is typed. */
	mk_client_close(t->client);
	t->client = NULL;
	mk_ask_reconnect(t);
}

void
mk_ask_locked(struct mk_tui *t)
{
	if (!t->session.open)
		return;
	t->session.open =
	    false; /* it is over: a lock asked for now would be for the other sessions */
	mk_tui_lock(t, _("The session was locked."));
}

/* Keys are a sign of life that the daemon does not see: it is told now and then (R10 is its own). */
void
mk_ask_alive(struct mk_tui *t)
{
	struct mk_msg req;
	int64_t now = mk_mono_ms();
	if (!t->session.open || t->client == NULL || t->asked != NULL ||
	    now - t->alive_at < ALIVE_MS)
		return;
	t->alive_at = now;
	mk_msg_init(&req, MK_REQ_hello, 0);
	mk_put_str(&req.body, MK_T_lang, mk_lang_code());
	append(t, NULL, &req, NULL, 0);
}

/* Hands one answer over. What ends the session ends it for every view. */
static void
deliver(struct mk_tui *t, struct mk_asked *a, int r, struct mk_msg *reply)
{
	t->dirty = true;
	if (a->req.type != MK_REQ_hello)
		t->last_key = mk_mono_ms();
	if (a->req.type == MK_REQ_hello)
		hello_done(t, r, reply);
	else if (r == MK_E_LOST || r == MK_E_PROTOCOL)
		lost(t);
	else if (r == MK_E_LOCKED && t->session.open)
		mk_ask_locked(t);
	else if (a->view != NULL && a->f != NULL)
		a->f(a->view, r, reply, a->tag);
}

static void
send_first(struct mk_tui *t)
{
	struct mk_msg none;
	/* Only now: a passphrase may be typed before hello has said whose vault this is. */
	if (t->asked->req.type == MK_REQ_login)
		mk_tui_witness_offer(t, &t->asked->req.body);
	int r = mk_client_send(t->client, &t->asked->req);
	t->sent = r == 0;
	if (r == 0)
		return;
	struct mk_asked *a = unlink_first(t);
	mk_msg_init(&none, 0, 0);
	deliver(t, a, r, &none);
	asked_free(a);
}

/* There is no daemon: whoever asks next is told why. */
static void
connect_or_fail(struct mk_tui *t)
{
	struct mk_msg none;
	int r = mk_ask_connect(t);
	if (r == 0)
		return;
	mk_msg_init(&none, 0, 0);
	struct mk_asked *a = unlink_first(t);
	if (a->view != NULL && a->f != NULL)
		a->f(a->view, r, &none, a->tag);
	asked_free(a);
	mk_tell(t, MK_TONE_ERROR, "%s", t->last_words);
	t->last_words[0] = '\0';
}

void
mk_ask_pump(struct mk_tui *t)
{
	struct mk_msg reply;
	int r = 0;
	while (t->client != NULL && t->asked != NULL && !t->done) {
		if (!t->sent) {
			send_first(t);
			continue;
		}
		if (!mk_client_receive(t->client, &reply, &r))
			return;
		struct mk_asked *a = unlink_first(t);
		t->sent = false;
		deliver(t, a, r, &reply);
		asked_free(a);
		mk_msg_free(&reply);
	}
	if (t->client == NULL && t->asked != NULL && !t->done)
		connect_or_fail(t);
}

/* --- words and items */

void
mk_error_words(int err, const struct mk_msg *reply, struct mk_buf *out)
{
	struct mk_item it;
	const char *message = _(mk_err_message(err));
	struct mk_buf why = MK_BUF_INIT;
	if (reply != NULL && mk_find(reply->body.data, reply->body.len, MK_T_message, &it))
		mk_sentence((const char *)it.p, it.len, &why);
	/* The daemon's own words say more than the kind of error. */
	mk_buf_puts(out, why.len > 0 ? mk_buf_str(&why) : message);
	mk_buf_free(&why);
}

void
mk_tell_reply(struct mk_tui *t, int err, const struct mk_msg *reply)
{
	struct mk_buf words = MK_BUF_INIT;
	mk_error_words(err, reply, &words);
	mk_tell(t, MK_TONE_ERROR, "%s", mk_buf_str(&words));
	mk_buf_free(&words);
}

void
mk_reply_items(
    const struct mk_msg *reply, void (*f)(void *arg, const struct mk_item *item), void *arg)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item)
			f(arg, &it);
}

void
mk_item_str(const struct mk_item *item, unsigned tag, char *out, size_t cap)
{
	(void)mk_get_str(item->p, item->len, tag, out, cap);
}
