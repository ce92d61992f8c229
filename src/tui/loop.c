/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The poll loop and the stack of views: terminal, daemon, signals and time come in here and nowhere
 * else.
 */
#include "tui_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mynakura/base/log.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "view/views_internal.h"

#define READ_BYTES 4096
#define BUSY_FRAME_MS 50 /* a flood of keys is drawn that often */
#define TWICE_MS 1500
#define WORKING_MS 600000 /* a device that hangs does not keep the screen open for ever */
#define IDLE_S 180 /* security.md 2.1, actor 2; the settings may only shorten it */

/* --- the stack */

struct mk_view *
mk_view_top(const struct mk_tui *t)
{
	return t->top;
}

int
mk_view_open(struct mk_tui *t, const struct mk_view_ops *ops, const void *arg)
{
	struct mk_view *v = calloc(1, ops->size);
	if (v == NULL) {
		mk_tell(t, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return MK_E_NOMEM;
	}
	v->ops = ops;
	v->tui = t;
	v->below = t->top;
	t->top = v;
	t->dirty = true;
	int r = ops->open != NULL ? ops->open(v, arg) : 0;
	if (r < 0)
		mk_view_close(v);
	return r;
}

static void
pop(struct mk_tui *t)
{
	struct mk_view *v = t->top;
	t->top = v->below;
	/* What it has not sent yet is not sent any more: nobody would see the answer. */
	mk_view_ask_drop(v);
	mk_ask_forget(t, v);
	if (v->ops->close != NULL)
		v->ops->close(v);
	mk_wipe(v, v->ops->size);
	free(v);
	t->dirty = true;
}

void
mk_view_close(struct mk_view *v)
{
	struct mk_tui *t = v->tui;
	bool last = false;
	while (!last && t->top != NULL) {
		last = t->top == v;
		pop(t);
	}
	if (t->top != NULL && t->top->ops->shown != NULL)
		t->top->ops->shown(t->top);
}

void
mk_tui_quit(struct mk_tui *t, int status)
{
	t->done = true;
	t->status = status;
}

void
mk_tui_lock(struct mk_tui *t, const char *told)
{
	struct mk_client *ending = NULL;
	while (t->top != NULL)
		pop(t);
	mk_wipe(t->told, sizeof t->told);
	if (t->session.open && t->sent) {
		/* What is under way would keep the session: its end ends the session at once (R21). */
		ending = t->client;
		t->client = NULL;
	}
	bool open = t->session.open && t->client != NULL;
	mk_ask_reset(t);
	mk_session_clear(t);
	if (mk_view_open(t, &mk_view_login, told) < 0) {
		mk_client_close(ending);
		mk_tui_quit(t, mk_err_status(MK_E_NOMEM));
		return;
	}
	if (open) {
		struct mk_msg req;
		mk_msg_init(&req, MK_REQ_lock, 0);
		mk_view_ask(t->top, &req, NULL, 0);
	}
	/* The frame without a number must be out before the history behind it is cleared. */
	mk_chrome_draw(t);
	mk_term_scrub(t->term);
	mk_client_close(
	    ending); /* may wait for an embedded daemon: not with a number on the screen */
	/* Now, and not when a passphrase has been typed: the daemon's process begins as a copy. */
	if (t->client == NULL)
		mk_ask_reconnect(t);
}

/* --- actions */

unsigned
mk_view_places(const struct mk_view *v)
{
	const struct mk_tui *t = v->tui;
	unsigned p = v->ops->places | MK_P_ANY;
	if (v->ops->more_places != NULL)
		p |= v->ops->more_places(v);
	if (t->session.open)
		p |= MK_P_SESSION;
	if (mk_tui_may_number(t))
		p |= MK_P_NUMBERS;
	return p;
}

static bool
redraw_or_lock(struct mk_tui *t)
{
	int64_t now = mk_mono_ms();
	if (t->session.open && t->last_redraw != 0 && now - t->last_redraw < TWICE_MS) {
		t->last_redraw = 0;
		mk_tui_lock(t, NULL);
		return true;
	}
	t->last_redraw = now;
	mk_term_redraw(t->term);
	t->dirty = true;
	return true;
}

/* A stopped program can lock nothing when its time comes: it does before. */
static void
suspend(struct mk_tui *t)
{
	if (t->session.open)
		mk_tui_lock(t, _("Locked: the program was left for the shell."));
	mk_ask_pump(t); /* the lock is on its way */
	mk_term_suspend(t->term);
	t->dirty = true;
}

bool
mk_tui_act(struct mk_tui *t, enum mk_act a)
{
	struct mk_view *v = t->top;
	t->dirty = true;
	if (a != MK_ACT_redraw)
		t->last_redraw = 0;
	if (v->ops->act != NULL && v->ops->act(v, a))
		return true;
	switch (a) {
	case MK_ACT_help: /* there is no help about help */
		return v->ops == &mk_view_help || mk_view_open(t, &mk_view_help, NULL) == 0;
	case MK_ACT_lock:
		mk_tui_lock(t, NULL);
		return true;
	case MK_ACT_redraw:
		return redraw_or_lock(t);
	case MK_ACT_suspend:
		suspend(t);
		return true;
	case MK_ACT_back:
	case MK_ACT_leave:
		mk_view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
take_answer(struct mk_tui *t, const struct mk_key *key)
{
	struct mk_term_looks *looks = mk_term_looks(t->term);
	switch (key->code) {
	case MK_KEY_SIXEL:
		looks->sixel = true;
		return true;
	case MK_KEY_KITTY:
		looks->kitty = true;
		return true;
	case MK_KEY_CELL:
		looks->cell_h = (unsigned)key->y;
		looks->cell_w = (unsigned)key->x;
		return true;
	default:
		return false;
	}
}

static void
on_key(void *arg, const struct mk_key *key)
{
	struct mk_tui *t = arg;
	if (t->done || t->top == NULL || take_answer(t, key))
		return;
	t->last_key = mk_mono_ms();
	if (t->told[0] != '\0') {
		t->told[0] = '\0';
		t->dirty = true;
	}
	enum mk_act a = MK_ACT_NONE;
	if (key->code == MK_KEY_MOUSE && key->ch == MK_BUTTON_LEFT)
		a = mk_chrome_hit(t, key->y, key->x);
	if (a == MK_ACT_NONE && t->top->ops->key != NULL && t->top->ops->key(t->top, key)) {
		t->dirty = true;
		return;
	}
	if (a == MK_ACT_NONE)
		a = mk_act_find(key, mk_view_places(t->top));
	if (a != MK_ACT_NONE)
		(void)mk_tui_act(t, a);
}

/* --- what comes in */

/* false: the terminal is gone. */
static bool
read_keys(struct mk_tui *t)
{
	struct mk_secret *buf = mk_secret_new(READ_BYTES);
	if (buf == NULL) {
		snprintf(t->last_words, sizeof t->last_words, "%s", _(mk_err_message(MK_E_NOMEM)));
		return false;
	}
	ssize_t n = read(STDIN_FILENO, buf->data, READ_BYTES);
	t->last_bytes = mk_mono_ms();
	if (n > 0)
		mk_input_feed(&t->input, buf->data, (size_t)n, on_key, t);
	bool gone = n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
	mk_secret_free(buf);
	return !gone;
}

static void
read_signals(struct mk_tui *t)
{
	struct signalfd_siginfo si;
	while (read(t->signals, &si, sizeof si) == (ssize_t)sizeof si) {
		switch (si.ssi_signo) {
		case SIGWINCH:
			/* Also when the size is the old one: it may have been another in between. */
			(void)mk_term_resize(t->term);
			mk_term_redraw(t->term);
			t->dirty = true;
			break;
		case SIGTSTP:
			suspend(t);
			break;
		case SIGCONT:
			mk_term_redraw(t->term);
			t->dirty = true;
			break;
		default: /* HUP, TERM, INT, QUIT */
			mk_tui_quit(t, 1);
		}
	}
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 ? b : b == 0 || a < b ? a : b;
}

static int64_t
idle_at(const struct mk_tui *t)
{
	uint64_t s = IDLE_S;
	const char *v = mk_tui_setting(t, "idle", 0);
	if (v != NULL && mk_str_u64(v, IDLE_S, &s) < 0)
		s = IDLE_S;
	int64_t ms = (int64_t)(s < 5 ? 5 : s) * 1000;
	/* While the daemon works for somebody (a stack of cards) the session is not unused yet. */
	if (t->sent && ms < WORKING_MS)
		ms = WORKING_MS;
	return t->session.open ? t->last_key + ms : 0;
}

static int
timeout(const struct mk_tui *t)
{
	int64_t at = idle_at(t), now = mk_mono_ms();
	for (const struct mk_view *v = t->top; v != NULL; v = v->below)
		at = sooner(at, v->wake);
	int wait = mk_input_wait(&t->input);
	if (wait >= 0)
		at = sooner(at, t->last_bytes + wait);
	return at == 0 ? -1 : at <= now ? 0 : (int)(at - now < 60000 ? at - now : 60000);
}

static void
run_timers(struct mk_tui *t)
{
	int64_t now = mk_mono_ms();
	int64_t idle = idle_at(t);
	if (idle != 0 && now >= idle) {
		mk_tui_lock(t, _("Locked: nothing was typed for a while."));
		return;
	}
	for (struct mk_view *v = t->top; v != NULL; v = v->below) {
		if (v->wake == 0 || now < v->wake)
			continue;
		v->wake = 0;
		v->ops->tick(v, now);
		t->dirty = true;
		return; /* it may have closed views: the others have their turn in the next round */
	}
}

static bool
more_input(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0;
}

/* Draws, but in a flood of keys only now and then. */
static void
draw(struct mk_tui *t, int64_t *last)
{
	int64_t now = mk_mono_ms();
	if (!t->dirty || t->done || (more_input() && now - *last < BUSY_FRAME_MS))
		return;
	t->dirty = false;
	*last = now;
	mk_chrome_draw(t);
}

static void
one_round(struct mk_tui *t)
{
	struct pollfd p[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
	    {.fd = t->signals, .events = POLLIN},
	    {.fd = t->client != NULL ? mk_client_fd(t->client) : -1, .events = POLLIN}};
	bool awaiting = t->asked != NULL;
	int n = poll(p, 3, timeout(t));
	if (n < 0 && errno != EINTR) {
		mk_tui_quit(t, 1);
		return;
	}
	if (p[1].revents != 0)
		read_signals(t);
	if (!t->done && n > 0 && p[0].revents != 0 && !read_keys(t))
		mk_tui_quit(t, 1);
	if (!t->done && n > 0 && p[0].revents != 0)
		mk_ask_alive(t);
	int wait = mk_input_wait(&t->input);
	if (n == 0 && wait >= 0 && mk_mono_ms() - t->last_bytes >= wait)
		mk_input_timeout(&t->input, on_key, t);
	if (!t->done)
		mk_ask_pump(t);
	/* A daemon that speaks without having been asked has ended. */
	if (!t->done && n > 0 && p[2].revents != 0 && !awaiting)
		mk_ask_gone(t);
	if (!t->done)
		run_timers(t);
}

static void
run(struct mk_tui *t)
{
	int64_t last = 0;
	while (!t->done) {
		mk_ask_pump(t);
		draw(t, &last);
		if (!t->done)
			one_round(t);
	}
}

/* --- start and end */

static int
take_signals(sigset_t *was)
{
	static const int numbers[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT, SIGQUIT};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		sigaddset(&set, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &set, was) < 0)
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
open_terminal(struct mk_tui *t)
{
	const char *theme = mk_tui_setting(t, "theme", 0), *mouse = mk_tui_setting(t, "mouse", 0);
	const struct mk_term_conf conf = {
	    theme != NULL ? mk_theme_parse(theme) : -1, mouse == NULL || strcmp(mouse, "off") != 0};
	int r = mk_term_open(&conf, &t->term);
	if (r < 0)
		snprintf(t->last_words, sizeof t->last_words, "%s",
		    _("this terminal is not known (TERM): the screens cannot be drawn"));
	return r;
}

static void
say_last_words(const struct mk_tui *t)
{
	struct mk_buf b = MK_BUF_INIT;
	if (t->last_words[0] == '\0')
		return;
	mk_buf_puts(&b, "mynakura: ");
	mk_text_escape(&b, t->last_words, strlen(t->last_words));
	mk_buf_puts(&b, "\n");
	if (!b.failed)
		(void)mk_write_all(STDERR_FILENO, b.data, b.len);
	mk_buf_free(&b);
}

static void
tear_down(struct mk_tui *t)
{
	while (t->top != NULL)
		pop(t);
	mk_session_clear(t);
	/* The screen first: the daemon's end may take a moment. */
	mk_term_close(t->term);
	mk_client_close(t->client);
	t->client = NULL;
	mk_ask_reset(t);
}

int
mk_tui_main(const struct mk_tui_conf *conf)
{
	struct mk_tui *t = calloc(1, sizeof *t);
	sigset_t was;
	if (t == NULL)
		return mk_err_status(MK_E_NOMEM);
	t->conf = conf;
	t->asked_tail = &t->asked;
	mk_prefs_load(t);
	mk_input_init(&t->input);
	t->signals = take_signals(&was);
	int r = t->signals < 0 ? MK_E_IO : mk_ask_connect(t);
	if (r == 0)
		r = open_terminal(t);
	if (r == 0)
		r = mk_view_open(t, &mk_view_login, NULL);
	if (r == 0)
		run(t);
	tear_down(t);
	say_last_words(t);
	int status = r < 0 ? mk_err_status(r) : t->status;
	if (t->signals >= 0)
		close(t->signals);
	sigprocmask(SIG_SETMASK, &was, NULL);
	mk_wipe(t, sizeof *t);
	free(t);
	return status;
}
