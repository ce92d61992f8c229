/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Login: who, in an installed office what the computer's own login check asks (auth.c), then the
 * passphrase. After the daemon has opened the session its ledgers and the names of members are
 * fetched, then the task is chosen.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "view/auth_internal.h"
#include "widget/form_internal.h"

#define PASS_BYTES 1024

struct login {
	struct mk_view v;
	struct mk_form form;
	int who, pass; /* indexes of fields; who < 0: given by --user */
	char told[512];
	bool busy;
	/* The computer's own login check: asked, answer still to come, passed, on this connection. */
	bool begun, asking, passed;
	unsigned connection;
	bool wants; /* Enter came before its answer */
	int64_t last; /* when this member logged in before; 0: not told */
};

/* An installed office asks the computer first who this is. */
static bool
must_pass(const struct login *l)
{
	const struct mk_tui *t = l->v.tui;
	return mk_tui_installed(t) && !(l->passed && l->connection == mk_tui_connection(t));
}

/* While nobody has begun there is nothing to type a passphrase for: it would meet a prompt. */
static bool
waits(const struct login *l)
{
	return must_pass(l) && !l->begun;
}

static void
show_pass(struct login *l)
{
	l->form.field[l->pass].hidden = waits(l);
	if (waits(l) && l->who >= 0)
		mk_form_focus(&l->form, (size_t)l->who);
}

static int
login_open(struct mk_view *v, const void *arg)
{
	struct login *l = (struct login *)v;
	const char *told = arg;
	l->who = -1;
	if (told != NULL)
		(void)mk_str_copy(l->told, sizeof l->told, told);
	if (mk_tui_user(v->tui)[0] == '\0') {
		l->who = mk_form_line(&l->form, N_("Account or name"), MK_EDIT_TEXT, 255);
		if (l->who < 0)
			return l->who;
	}
	l->pass = mk_form_line(&l->form, N_("Passphrase"), MK_EDIT_PASSPHRASE, PASS_BYTES);
	if (l->pass < 0)
		return l->pass;
	show_pass(l);
	return 0;
}

static void ask_computer(struct login *l);
static void try_login(struct login *l);

static bool
login_key(struct mk_view *v, const struct mk_key *key)
{
	struct login *l = (struct login *)v;
	/* Nothing can be typed yet: any key begins. */
	bool text = mk_key_is_text(key);
	if (waits(l) && l->who < 0 && text) {
		ask_computer(l);
		return true;
	}
	if (l->busy)
		return text;
	bool used = mk_form_key(&l->form, key);
	if (used && l->form.field[l->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	return used;
}

/* --- what is fetched after the login */

/* Room for one more ledger; the array moves, so nobody points into it before it is whole. */
static struct mk_tui_ledger *
new_ledger(struct mk_tui_session *s)
{
	if ((s->n_ledgers & (s->n_ledgers - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
		size_t cap = s->n_ledgers == 0 ? 1 : s->n_ledgers * 2;
		struct mk_tui_ledger *grown = calloc(cap, sizeof *grown);
		if (grown == NULL)
			return NULL;
		if (s->n_ledgers > 0)
			memcpy(grown, s->ledgers, s->n_ledgers * sizeof *grown);
		free(s->ledgers);
		s->ledgers = grown;
	}
	return &s->ledgers[s->n_ledgers++];
}

static void
take_ledger(void *arg, const struct mk_item *item)
{
	struct mk_tui_session *s = arg;
	char grant[16];
	mk_item_str(item, MK_T_grant, grant, sizeof grant);
	struct mk_tui_ledger *l =
	    strcmp(grant, "none") != 0 && grant[0] != '\0' ? new_ledger(s) : NULL;
	if (l == NULL)
		return;
	mk_item_str(item, MK_T_id, l->id, sizeof l->id);
	mk_item_str(item, MK_T_name, l->name, sizeof l->name);
	mk_item_str(item, MK_T_class, l->class, sizeof l->class);
	mk_item_str(item, MK_T_purposes, l->purposes, sizeof l->purposes);
}

static void got_ledgers(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);
static void got_members(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

/* A list of the daemon, page by page; reply NULL asks for the first one. */
static void
ask_list(struct mk_view *v, uint16_t request, const struct mk_msg *reply)
{
	struct mk_msg req;
	char cursor[64];
	mk_msg_init(&req, request, 0);
	if (reply != NULL &&
	    mk_get_str(reply->body.data, reply->body.len, MK_T_cursor, cursor, sizeof cursor) == 0)
		mk_put_str(&req.body, MK_T_cursor, cursor);
	mk_view_ask(v, &req, request == MK_REQ_ledger_list ? got_ledgers : got_members, 0);
}

static bool
has_more(const struct mk_msg *reply)
{
	struct mk_item it;
	return mk_find(reply->body.data, reply->body.len, MK_T_cursor, &it);
}

/* Whoever sees a time at which he was not here has something to tell the chief. */
static void
tell_last(struct mk_tui *t, int64_t last)
{
	char s[MK_TIME_MAX];
	mk_time_format(last, s);
	mk_tell(t, MK_TONE_INFO, _("Your last login: %.10s %.5s"), s, s + 11);
}

static void
got_ledgers(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_tui *t = v->tui;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(t, r, reply);
		return;
	}
	mk_tui_add_ledgers(t, reply);
	mk_reply_items(reply, take_ledger, mk_tui_session(t));
	if (has_more(reply)) {
		ask_list(v, MK_REQ_ledger_list, reply);
		return;
	}
	int64_t last = ((struct login *)v)->last;
	mk_view_close(v);
	bool settled = mk_task_settled(t);
	if (mk_view_open(t, &mk_view_home, NULL) == 0 && !settled)
		(void)mk_view_open(t, &mk_view_task, NULL);
	if (last > 0)
		tell_last(t, last);
}

static void
got_members(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r == 0)
		mk_tui_add_members(v->tui, reply);
	if (r == 0 && has_more(reply))
		ask_list(v, MK_REQ_member_list, reply);
	else
		ask_list(v, MK_REQ_ledger_list, NULL);
}

static void
got_status(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	char office[264];
	(void)tag;
	if (r == 0 &&
	    mk_get_str(reply->body.data, reply->body.len, MK_T_office, office, sizeof office) == 0)
		mk_tui_set_office(v->tui, office);
	ask_list(v, MK_REQ_member_list, NULL);
}

/* --- the computer's own check */

static void
computer_passed(struct mk_view *v)
{
	struct login *l = (struct login *)v;
	l->passed = true;
	show_pass(l);
	/* What Enter was pressed for: the next field, or the login. */
	if (l->wants && l->form.focus != (size_t)l->pass)
		mk_form_focus(&l->form, (size_t)l->pass);
	else if (l->wants)
		try_login(l);
	l->wants = false;
}

static void
got_auth(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct login *l = (struct login *)v;
	(void)tag;
	l->asking = false;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		l->begun = l->wants = false;
		mk_edit_clear(mk_form_edit(&l->form, (size_t)l->pass));
		show_pass(l);
	} else if (mk_get_bool(reply->body.data, reply->body.len, MK_T_ok, false)) {
		computer_passed(v);
	} else {
		const struct mk_auth_arg arg = {reply, computer_passed};
		(void)mk_view_open(v->tui, &mk_view_auth, &arg);
	}
}

static void
ask_computer(struct login *l)
{
	struct mk_msg req;
	l->asking = l->begun = true;
	l->passed = false;
	l->connection = mk_tui_connection(l->v.tui);
	show_pass(l);
	mk_msg_init(&req, MK_REQ_auth, 0);
	mk_view_ask(&l->v, &req, got_auth, 0);
}

/* --- the login itself */

static void
got_login(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct login *l = (struct login *)v;
	struct mk_tui_session *s = mk_tui_session(v->tui);
	struct mk_msg req;
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	(void)tag;
	l->busy = r == 0;
	if (r < 0) {
		mk_tell_login(v->tui, r, reply);
		mk_form_focus(&l->form, (size_t)l->pass);
		/* What has passed was good for one login. */
		if (mk_tui_installed(v->tui)) {
			l->passed = false;
			ask_computer(l);
		}
		return;
	}
	s->open = true;
	l->last = mk_get_i64(b, len, MK_T_time, 0);
	mk_tui_witness_take(v->tui, reply);
	(void)mk_get_str(b, len, MK_T_member, s->member, sizeof s->member);
	(void)mk_get_str(b, len, MK_T_name, s->name, sizeof s->name);
	(void)mk_get_str(b, len, MK_T_roles, s->roles, sizeof s->roles);
	if (mk_roles_parse(s->roles, &s->role_bits) < 0)
		s->role_bits = 0;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_view_ask(v, &req, got_status, 0);
}

static void
try_login(struct login *l)
{
	struct mk_tui *t = l->v.tui;
	struct mk_msg req;
	char who[256] = "";
	int64_t now;
	const struct mk_secret *pass = mk_form_edit(&l->form, (size_t)l->pass)->text;
	if (l->who >= 0)
		(void)mk_edit_copy(mk_form_edit(&l->form, (size_t)l->who), who, sizeof who);
	else
		(void)mk_str_copy(who, sizeof who, mk_tui_user(t));
	if (pass->len == 0) {
		mk_form_focus(&l->form, (size_t)l->pass);
		mk_tell(t, MK_TONE_WARN, "%s", _("The passphrase is missing."));
		return;
	}
	mk_msg_init(&req, MK_REQ_login, 0);
	mk_put_str(&req.body, MK_T_member, who[0] != '\0' ? who : NULL);
	mk_put_bytes(&req.body, MK_T_passphrase, pass->data, pass->len);
	if (mk_tui_now(t, &now))
		mk_put_i64(&req.body, MK_T_now, now);
	mk_edit_clear(mk_form_edit(&l->form, (size_t)l->pass));
	l->told[0] = '\0';
	l->busy = true;
	mk_view_ask(&l->v, &req, got_login, 0);
}

/* With a one-time code: the account that stands here goes along. */
static void
first_time(struct login *l)
{
	char who[256] = "";
	if (must_pass(l)) {
		mk_tell(l->v.tui, MK_TONE_INFO, "%s",
		    _("First the login check of this computer: press Enter."));
		return;
	}
	if (l->who >= 0)
		(void)mk_edit_copy(mk_form_edit(&l->form, (size_t)l->who), who, sizeof who);
	else
		(void)mk_str_copy(who, sizeof who, mk_tui_user(l->v.tui));
	(void)mk_view_open(l->v.tui, &mk_view_newpass, who);
}

static bool
login_act(struct mk_view *v, enum mk_act a)
{
	struct login *l = (struct login *)v;
	if (l->busy)
		return a == MK_ACT_enter;
	if (mk_form_act(&l->form, a))
		return true;
	if (a == MK_ACT_enter && must_pass(l)) {
		l->wants = true;
		if (!l->asking)
			ask_computer(l);
	} else if (a == MK_ACT_enter)
		try_login(l);
	else if (a == MK_ACT_code)
		first_time(l);
	else if (a == MK_ACT_exit)
		mk_tui_quit(v->tui, 0);
	else
		return false;
	return true;
}

/* What a demo says of itself: its passphrases. A real office has no such lines (prefs.c). */
static void
draw_hints(struct mk_view *v, int y, int x, int w, int end)
{
	const char *hint;
	for (size_t i = 0; mk_tui_is_demo(v->tui) &&
			   (hint = mk_tui_setting(v->tui, "hint", i)) != NULL && y < end;
	     i++)
		mk_draw(mk_tui_term(v->tui), y++, x, w, MK_EL_DOUBT, hint);
}

static void
login_draw(struct mk_view *v, struct mk_area area)
{
	struct login *l = (struct login *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int w = area.w < 68 ? area.w : 68, x = area.x + (area.w - w) / 2;
	int y = area.y + (area.h > 14 ? 3 : 0);
	mk_draw(term, y, x, w, MK_EL_STRONG, _("mynakura"));
	mk_draw(term, y + 1, x, w, MK_EL_TEXT,
	    _("Individual Numbers read from cards, sealed, every look recorded"));
	if (l->who < 0)
		mk_drawf(
		    term, y + 3, x, w, MK_EL_TEXT, "%s: %s", _("Login as"), mk_tui_user(v->tui));
	mk_draw_cursor(term, y + 4, x);
	mk_form_draw(&l->form, term, (struct mk_area){y + 4, x - 1, (int)l->form.n, w});
	bool first = waits(l);
	const char *below = l->asking            ? _("One moment: this computer's login check.")
			    : l->busy            ? _("One moment: the passphrase is being checked.")
			    : l->told[0] != '\0' ? l->told
			    : first              ? _("Enter: this computer's login check, then the "
								  "passphrase")
						 : "";
	int row = y + 5 + (int)l->form.n;
	row += mk_draw_wrapped(term, row, x, w, area.y + area.h - row, MK_EL_TEXT, below);
	draw_hints(v, row + 1, x, w, area.y + area.h);
}

/* The daemon has said what it is, or a view on top has closed. */
static void
login_shown(struct mk_view *v)
{
	struct login *l = (struct login *)v;
	l->begun = l->begun && l->connection == mk_tui_connection(v->tui);
	/*
	 * Whoever has just started the program is there. A screen that has locked itself waits for a
	 * key: its prompts would run into their time, again and again.
	 */
	if (mk_tui_connection(v->tui) == 1 && must_pass(l) && !l->begun)
		ask_computer(l);
	show_pass(l);
}

static void
login_close(struct mk_view *v)
{
	struct login *l = (struct login *)v;
	mk_form_fini(&l->form);
}

const struct mk_view_ops mk_view_login = {
    .name = "login",
    .title = N_("Login"),
    .places = MK_P_FORM | MK_P_LOGIN,
    .size = sizeof(struct login),
    .open = login_open,
    .key = login_key,
    .act = login_act,
    .draw = login_draw,
    .shown = login_shown,
    .close = login_close,
};
