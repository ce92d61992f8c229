/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the frame itself share (loop, chrome, ask, session, prefs). Views do not. */
#ifndef MK_TUI_TUI_INTERNAL_H
#define MK_TUI_TUI_INTERNAL_H

#include <signal.h>

#include "mynakura/tui/tui.h"
#include "mynakura/wire/witness.h"
#include "view_internal.h"

#define MK_SETTINGS 32
#define MK_TOLD_ROWS 3 /* a long message takes that many rows of the body */

struct mk_setting {
	char name[16], value[512];
};

struct mk_asked; /* a request that waits or is under way */

struct mk_tui {
	const struct mk_tui_conf *conf;
	struct mk_term *term;
	struct mk_input input;
	struct mk_client *client;
	int signals; /* signalfd */
	struct mk_view *top;
	struct mk_asked *asked, **asked_tail; /* the first one is under way when `sent` */
	bool sent;
	struct mk_tui_session session;
	struct mk_buf members, ledgers; /* answers of member_list and ledger_list: names for ids */
	char office[264];
	char vault[MK_WITNESS_VAULT_MAX];
	struct mk_witness_login witness; /* what was offered with the last login */
	bool demo, embedded;
	unsigned connection; /* so many daemons have answered hello */
	bool hello, met; /* this daemon, any daemon has answered hello */
	char told[1024];
	enum mk_tone tone;
	bool dirty, done;
	int status;
	char last_words[1024]; /* for the shell, after the terminal is given back */
	int64_t last_key; /* mono ms: an idle session locks itself */
	int64_t alive_at; /* mono ms: when the daemon last heard of a key */
	int64_t last_bytes; /* mono ms of the last input: an unfinished sequence ends */
	int64_t last_redraw; /* of C-l: twice locks */
	struct mk_setting settings[MK_SETTINGS];
	size_t n_settings;
};

/* --- loop.c */
bool mk_tui_act(struct mk_tui *t, enum mk_act a);

/* --- chrome.c: title, message and key bar around the top view */
void mk_chrome_draw(struct mk_tui *t);
/* The action whose key stands at this cell of the bar; MK_ACT_NONE. */
enum mk_act mk_chrome_hit(const struct mk_tui *t, int y, int x);

/* --- ask.c */
int mk_ask_connect(struct mk_tui *t); /* opens the daemon, queues hello before all else */
void mk_ask_pump(struct mk_tui *t); /* sends what waits, takes answers that have come */
void mk_ask_forget(struct mk_tui *t, const struct mk_view *v); /* v goes: nobody is called */
void mk_ask_reset(struct mk_tui *t); /* drops and wipes all that waits */
/* Connects again; what is wrong is told on the screen and is no end. */
void mk_ask_reconnect(struct mk_tui *t);
/* The daemon has ended while nothing was awaited of it. */
void mk_ask_gone(struct mk_tui *t);
/* The daemon has ended the session. */
void mk_ask_locked(struct mk_tui *t);
/* After a key: tells the daemon, now and then, that the session is used. */
void mk_ask_alive(struct mk_tui *t);

/* --- session.c */
void mk_session_clear(struct mk_tui *t);

/* --- prefs.c */
void mk_prefs_load(struct mk_tui *t);

#endif
