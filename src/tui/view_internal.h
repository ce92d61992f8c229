/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen is a view: a struct of functions and some data of its own on a stack. The loop hands it
 * keys, actions, answers and time; it changes its state and is drawn whole afterwards. A view never
 * waits: it asks the daemon and goes on when the answer comes.
 */
#ifndef MK_TUI_VIEW_INTERNAL_H
#define MK_TUI_VIEW_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/lang.h"
#include "mynakura/model/id.h"
#include "mynakura/wire/client.h"
#include "mynakura/wire/msg.h"
#include "mynakura/wire/request.h"
#include "action_internal.h"
#include "term_internal.h"

struct mk_tui;
struct mk_view;

struct mk_view_ops {
	const char *name; /* for tests and messages, not shown */
	const char *title; /* msgid for the title line; NULL: that of the view below */
	unsigned places; /* MK_P_*: which actions are valid; mk_view_places may add some */
	bool dialog; /* drawn over the view below, which stays visible */
	size_t size; /* bytes of the view's struct, whose first member is struct mk_view */
	/* Fills a zeroed view; arg is what mk_view_open was given. < 0: it is not opened. */
	int (*open)(struct mk_view *v, const void *arg);
	/* NULL is fine for all that follow. */
	unsigned (*more_places)(const struct mk_view *v);
	/* A key before it is looked up as an action: true when the view has used it (text). */
	bool (*key)(struct mk_view *v, const struct mk_key *key);
	/* An action of the table: true when it was the view's. */
	bool (*act)(struct mk_view *v, enum mk_act a);
	void (*draw)(struct mk_view *v, struct mk_area area); /* state is not changed here */
	void (*tick)(struct mk_view *v, int64_t now); /* v->wake has passed (set to 0 before) */
	void (*shown)(struct mk_view *v); /* it is on top again: the view above was closed */
	void (*close)(struct mk_view *v); /* wipes and frees what it holds, not itself */
};

struct mk_view {
	const struct mk_view_ops *ops;
	struct mk_tui *tui;
	struct mk_view *below;
	const char *title; /* msgid; NULL: that of ops */
	int64_t wake; /* mono ms at which tick is called; 0: never */
};

/* A ledger that the session has a grant for. */
struct mk_tui_ledger {
	char id[MK_ID_MAX], name[264], class[32], purposes[256];
};

/* What the session is; empty without one. */
struct mk_tui_session {
	bool open;
	char member[MK_ID_MAX], name[264], roles[64];
	unsigned role_bits;
	struct mk_tui_ledger *ledgers; /* array of n_ledgers */
	size_t n_ledgers;
	const struct mk_tui_ledger *ledger; /* of the session's task; NULL: none chosen */
	char purpose[64]; /* code; "" none */
};

/* --- the stack of views */
/* Puts a view on top. 0 or open()'s error, which has been told. */
int mk_view_open(struct mk_tui *t, const struct mk_view_ops *ops, const void *arg);
/* Takes v and all that lies on it away. Must be the last thing that a function of v does. */
void mk_view_close(struct mk_view *v);
struct mk_view *mk_view_top(const struct mk_tui *t);
unsigned mk_view_places(const struct mk_view *v); /* MK_P_* of v in this session */
/* The session is over: all views go, the login comes (told: words shown there, or NULL). */
void mk_tui_lock(struct mk_tui *t, const char *told);
void mk_tui_quit(struct mk_tui *t, int status);

/* --- what views look at */
struct mk_term *mk_tui_term(const struct mk_tui *t);
struct mk_tui_session *mk_tui_session(struct mk_tui *t);
bool mk_tui_may_number(const struct mk_tui *t); /* roles that may open numbers (clerk, chief) */
const char *mk_tui_user(const struct mk_tui *t); /* --user; "" when not given */
bool mk_tui_now(const struct mk_tui *t, int64_t *now); /* --now, when given */
/*
 * The own home's witness around a login: into its request, out of its answer, and the words of a
 * login that failed, with what was kept (wire/witness.h).
 */
void mk_tui_witness_offer(struct mk_tui *t, struct mk_buf *body);
void mk_tui_witness_take(struct mk_tui *t, const struct mk_msg *reply);
void mk_tell_login(struct mk_tui *t, int err, const struct mk_msg *reply);
const char *mk_tui_wanted_purpose(const struct mk_tui *t); /* --purpose; "" when not given */
bool mk_tui_installed(const struct mk_tui *t); /* as the daemon said; false until it has */
unsigned mk_tui_connection(const struct mk_tui *t); /* counts the daemons that said hello */
bool mk_tui_is_demo(const struct mk_tui *t); /* as the daemon said; false until it has */
void mk_tui_set_office(struct mk_tui *t, const char *office);
/* A page of member_list and of ledger_list: names for ids. */
void mk_tui_add_members(struct mk_tui *t, const struct mk_msg *reply);
void mk_tui_add_ledgers(struct mk_tui *t, const struct mk_msg *reply);
/* Name of a member, ledger by id; the id itself when it is not known. Valid until the next call. */
const char *mk_tui_member_name(struct mk_tui *t, const char *id);
const char *mk_tui_ledger_name(struct mk_tui *t, const char *id);
/* A setting of ~/.config/mynakura/screen.conf (prefs.c lists them); NULL: none. */
const char *mk_tui_setting(const struct mk_tui *t, const char *name, size_t nth);

/* --- the line above the keys */
enum mk_tone { MK_TONE_INFO, MK_TONE_GOOD, MK_TONE_WARN, MK_TONE_ERROR };
/* Shown until the next key. */
void mk_tell(struct mk_tui *t, enum mk_tone tone, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * The whole message of a failed request: the error's, and the daemon's own words where there are
 * some. Appended to out, in the user's language.
 */
void mk_error_words(int err, const struct mk_msg *reply, struct mk_buf *out);
void mk_tell_reply(struct mk_tui *t, int err, const struct mk_msg *reply);

/* --- requests */
/*
 * r: 0 or MK_E_*; reply is freed by the caller. tag: what the asker passed. A view that was closed
 * meanwhile is not called.
 */
typedef void (*mk_reply_fn)(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);
/*
 * Sends req when it is its turn (takes its content). f may be NULL: the answer is not looked at.
 * MK_E_LOCKED and the loss of the daemon are handled before f is called, and close the view.
 */
void mk_view_ask(struct mk_view *v, struct mk_msg *req, mk_reply_fn f, uintptr_t tag);
/* Requests of v that have not been sent yet are dropped (a search that was typed over). */
void mk_view_ask_drop(struct mk_view *v);
/* Walks the items of an answer: calls f for each MK_T_item. */
void mk_reply_items(
    const struct mk_msg *reply, void (*f)(void *arg, const struct mk_item *item), void *arg);
/* Copies of an item's texts, "" when missing or too long. */
void mk_item_str(const struct mk_item *item, unsigned tag, char *out, size_t cap);

#endif
