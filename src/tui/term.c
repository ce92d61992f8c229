/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: the only file that knows curses. */
#include "term_internal.h"

/* curses first: it wants to define its own bool. */
#include <curses.h>
#include <term.h>

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/base/width.h"
#include "overlay_internal.h"

#define ROWS_MAX 1024
#define LINE_CELLS 1024
#define CAP_BYTES 64
#define SCROLL_ROWS 3 /* fewer are never scrolled by curses */
#define DIGITS_BYTES 1024 /* twelve digits, each with a change of look before and behind it */

enum half { HALF_NONE, HALF_LEFT, HALF_RIGHT };

struct mk_term {
	SCREEN *screen;
	enum mk_theme theme;
	bool mouse;
	bool modern; /* answers questions, knows bracketed paste */
	bool shown_secret; /* since the last scrub */
	int rows, cols;
	int cursor_y, cursor_x;
	int clip_y, clip_end; /* rows that may be drawn in now */
	uint64_t hash[ROWS_MAX],
	    before[ROWS_MAX]; /* what each row of this and of the last frame holds */
	bool changed[ROWS_MAX];
	/*
	 * Which half of a two-cell character stands in each cell of this frame. Curses (6.4) lets half of
	 * one be overwritten and then sends the rest of the row one cell off: here the other half is
	 * blanked first.
	 */
	uint8_t *halves; /* rows * cols of enum half */
	bool all; /* the next frame is sent whole */
	struct mk_overlays over;
	char remove[64]; /* takes the picture that is shown away again */
	size_t remove_len;
	struct mk_term_looks looks;
};

/* --- raw bytes */

static void
send(const void *data, size_t len)
{
	/* A terminal that went away is told by the read side. */
	(void)mk_write_all(STDOUT_FILENO, data, len);
}

/* A terminfo string with its padding delays ($<5>) left out: no line is that slow any more. */
static void
without_delays(const char *s, char out[CAP_BYTES])
{
	size_t n = 0;
	while (s != NULL && s != (char *)-1 && *s != '\0' && n < CAP_BYTES - 1) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
		if (end != NULL)
			s = end + 1;
		else
			out[n++] = *s++;
	}
	out[n] = '\0';
}

static void
capability(const char *name, char out[CAP_BYTES])
{
	without_delays(tigetstr(name), out);
}

static void
send_text(const char *s)
{
	send(s, strlen(s));
}

/* Moves the cursor without curses knowing; what it draws next begins with a move of its own. */
static void
move_to(int y, int x)
{
	char bytes[CAP_BYTES];
	without_delays(tiparm(tigetstr("cup"), y, x), bytes);
	send_text(bytes);
}

/* --- taking and giving back */

static bool
is_modern(void)
{
	static const char *const plain[] = {"vt", "linux", "dumb", "ansi", "cons", "wy"};
	const char *name = getenv("TERM");
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (name == NULL || strncmp(name, plain[i], strlen(plain[i])) == 0)
			return false;
	return true;
}

/* COLORFGBG is "fg;bg" where a terminal sets it; 7 and 15 are light. */
static bool
light_background(void)
{
	const char *v = getenv("COLORFGBG");
	const char *bg = v != NULL ? strrchr(v, ';') : NULL;
	return bg != NULL && (strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0);
}

static enum mk_theme
choose_theme(const struct mk_term_conf *conf)
{
	const char *no = getenv("NO_COLOR");
	if ((no != NULL && *no != '\0') || !has_colors())
		return MK_THEME_MONO;
	if (conf->theme >= 0)
		return (enum mk_theme)conf->theme;
	return light_background() ? MK_THEME_LIGHT : MK_THEME_DARK;
}

static void
start_colours(struct mk_term *t, const struct mk_term_conf *conf)
{
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	t->theme = choose_theme(conf);
	t->looks.colours = t->theme == MK_THEME_MONO ? 2 : COLORS;
	t->looks.dark = t->theme != MK_THEME_LIGHT;
	for (int el = 0; el < MK_EL_COUNT && t->theme != MK_THEME_MONO; el++) {
		int fg = -1;
		(void)mk_theme_look(t->theme, (enum mk_el)el, &fg);
		init_pair((short)(el + 1), (short)fg, -1);
	}
}

/* What curses has no call for. */
static void
modes(const struct mk_term *t, bool on)
{
	if (!t->modern)
		return;
	send_text(on ? "\033[?2004h" : "\033[?2004l");
	if (t->mouse)
		send_text(on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l");
}

/* Without memory for it the screen still works; only the odd cell may be wrong. */
static void
new_halves(struct mk_term *t)
{
	free(t->halves);
	t->halves = calloc((size_t)t->rows, (size_t)t->cols);
}

static void
set_up(struct mk_term *t)
{
	raw();
	noecho();
	nonl();
	/* Rows under an overlay must not be shifted behind our back. */
	idlok(stdscr, FALSE);
	idcok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	curs_set(1);
	(void)t;
}

int
mk_term_open(const struct mk_term_conf *conf, struct mk_term **out)
{
	struct mk_term *t = calloc(1, sizeof *t);
	if (t == NULL)
		return MK_E_NOMEM;
	t->screen = newterm(NULL, stdout, stdin);
	if (t->screen == NULL) {
		free(t);
		return MK_E_USAGE;
	}
	t->modern = is_modern();
	t->mouse = conf->mouse;
	t->all = true;
	start_colours(t, conf);
	set_up(t);
	getmaxyx(stdscr, t->rows, t->cols);
	t->rows = t->rows < ROWS_MAX ? t->rows : ROWS_MAX;
	if (!mk_term_resize(t))
		new_halves(t);
	modes(t, true);
	/* What it can draw: the answers come as keys. 16t: pixels of a cell; c: sixel; _G: kitty. */
	if (t->modern)
		send_text("\033[16t\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c");
	*out = t;
	return 0;
}

static void
remove_picture(struct mk_term *t)
{
	send(t->remove, t->remove_len);
	t->remove_len = 0;
}

/* Blank to the last cell, whatever screen the terminal is on. */
static void
wipe_screen(struct mk_term *t)
{
	remove_picture(t);
	t->over.n_shown = t->over.n_now = 0;
	erase();
	clearok(curscr, TRUE);
	refresh();
}

void
mk_term_scrub(struct mk_term *t)
{
	char clear[CAP_BYTES];
	capability("E3", clear);
	if (t->shown_secret)
		send_text(clear);
	t->shown_secret = false;
}

void
mk_term_close(struct mk_term *t)
{
	if (t == NULL)
		return;
	wipe_screen(t);
	modes(t, false);
	endwin();
	mk_term_scrub(t);
	tcflush(STDIN_FILENO, TCIFLUSH); /* a late answer is no command for the shell */
	delscreen(t->screen);
	free(t->halves);
	mk_wipe(t, sizeof *t);
	free(t);
}

void
mk_term_suspend(struct mk_term *t)
{
	struct sigaction was, dfl = {.sa_handler = SIG_DFL};
	sigset_t tstp, mask;
	wipe_screen(t);
	modes(t, false);
	endwin();
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	sigaction(SIGTSTP, &dfl, &was);
	sigprocmask(SIG_UNBLOCK, &tstp, &mask);
	kill(0, SIGTSTP);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &was, NULL);
	reset_prog_mode();
	(void)mk_term_resize(t);
	modes(t, true);
	mk_term_redraw(t);
}

bool
mk_term_resize(struct mk_term *t)
{
	struct winsize ws = {0};
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 || ws.ws_col == 0)
		return false;
	/* Curses counts in short; no window is that large, but a terminal may say so. */
	int rows = ws.ws_row < ROWS_MAX ? ws.ws_row : ROWS_MAX;
	int cols = ws.ws_col < LINE_CELLS ? ws.ws_col : LINE_CELLS;
	if (rows == t->rows && cols == t->cols)
		return false;
	resize_term(rows, cols);
	t->rows = rows;
	t->cols = cols;
	new_halves(t);
	mk_term_redraw(t);
	return true;
}

int
mk_term_rows(const struct mk_term *t)
{
	return t->rows;
}

int
mk_term_cols(const struct mk_term *t)
{
	return t->cols;
}

void
mk_term_redraw(struct mk_term *t)
{
	remove_picture(t);
	t->over.n_shown = 0;
	t->all = true;
}

void
mk_term_bell(struct mk_term *t)
{
	(void)t;
	beep();
}

struct mk_term_looks *
mk_term_looks(struct mk_term *t)
{
	return &t->looks;
}

/* --- a frame */

void
mk_frame_begin(struct mk_term *t)
{
	erase();
	if (t->halves != NULL)
		memset(t->halves, HALF_NONE, (size_t)t->rows * (size_t)t->cols);
	memset(t->hash, 0, sizeof t->hash);
	t->over.n_now = 0;
	mk_frame_clip(t, 0, t->rows);
	t->cursor_y = t->rows - 1;
	t->cursor_x = 0;
}

void
mk_frame_clip(struct mk_term *t, int y, int h)
{
	t->clip_y = y > 0 ? y : 0;
	t->clip_end = y + h < t->rows ? y + h : t->rows;
}

uint32_t
mk_term_stamp(void)
{
	static uint32_t last;
	return ++last;
}

static void
note(struct mk_term *t, int y, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = t->hash[y];
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	t->hash[y] = h;
}

static attr_t
look_of(const struct mk_term *t, enum mk_el el, int *fg)
{
	attr_t a = A_NORMAL;
	for (const char *p = mk_theme_look(t->theme, el, fg); *p != '\0'; p++)
		a |= *p == 'b' ? A_BOLD : *p == 'u' ? A_UNDERLINE : *p == 'r' ? A_REVERSE : A_DIM;
	return a;
}

static uint8_t *
half_at(struct mk_term *t, int y, int x)
{
	return &t->halves[(size_t)y * (size_t)t->cols + (size_t)x];
}

/* Cells x.. of n are about to be written: characters that only half of is covered are blanked. */
static void
clear_halves(struct mk_term *t, int y, int x, int n)
{
	int end = x + n;
	if (t->halves == NULL)
		return;
	if (*half_at(t, y, x) == HALF_RIGHT) {
		mvaddch(y, x - 1, ' ');
		*half_at(t, y, x - 1) = HALF_NONE;
	}
	if (end < t->cols && *half_at(t, y, end) == HALF_RIGHT) {
		mvaddch(y, end, ' ');
		*half_at(t, y, end) = HALF_NONE;
	}
	memset(half_at(t, y, x), HALF_NONE, (size_t)n);
}

/*
 * One character with its marks as a cell of curses. addnwstr would lose marks behind a two-cell
 * character (6.4), and with them the variant of a kanji.
 */
static void
put_cluster(const struct mk_cluster *c, attr_t look, short pair)
{
	wchar_t wide[CCHARW_MAX + 1];
	cchar_t cell;
	size_t n = 0, len = strlen(c->text);
	for (size_t i = 0; i < len && n < CCHARW_MAX;) {
		uint32_t cp = 0;
		size_t used = mk_utf8_decode(c->text + i, len - i, &cp);
		if (used == 0)
			break;
		wide[n++] = (wchar_t)cp;
		i += used;
	}
	wide[n] = L'\0';
	if (setcchar(&cell, wide, look, pair, NULL) == OK)
		add_wch(&cell);
}

/* UTF-8 that is clean already; cells: how many it fills. */
static void
put(struct mk_term *t, int y, int x, enum mk_el el, const char *s, size_t len, int cells)
{
	struct mk_cluster c;
	int fg = -1, at = x;
	const int place[] = {x, (int)el};
	attr_t look = look_of(t, el, &fg);
	note(t, y, place, sizeof place);
	note(t, y, s, len);
	clear_halves(t, y, x, cells);
	move(y, x);
	for (; mk_cluster_next(s, len, &c); s += c.used, len -= c.used) {
		put_cluster(&c, look, (short)(fg >= 0 ? el + 1 : 0));
		if (c.cells == 2 && t->halves != NULL && at + 1 < t->cols) {
			*half_at(t, y, at) = HALF_LEFT;
			*half_at(t, y, at + 1) = HALF_RIGHT;
		}
		at += (int)c.cells;
	}
}

/* Clips to the screen: how many of the cells from x on are on it. */
static int
room(const struct mk_term *t, int y, int x, int cells)
{
	if (y < t->clip_y || y >= t->clip_end || x < 0 || x >= t->cols || cells <= 0)
		return 0;
	cells = cells < LINE_CELLS ? cells : LINE_CELLS;
	return cells < t->cols - x ? cells : t->cols - x;
}

int
mk_draw(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s)
{
	struct mk_buf b = MK_BUF_INIT;
	cells = room(t, y, x, cells);
	if (cells == 0)
		return 0;
	size_t filled = mk_width_clip(&b, s, strlen(s), (size_t)cells);
	if (!b.failed && b.len > 0)
		put(t, y, x, el, (const char *)b.data, b.len, (int)filled);
	mk_buf_free(&b);
	return (int)filled;
}

void
mk_draw_pad(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s)
{
	static const char blanks[] =
	    "                                                                ";
	cells = room(t, y, x, cells);
	int at = mk_draw(t, y, x, cells, el, s);
	while (at < cells) {
		int n = cells - at < (int)sizeof blanks - 1 ? cells - at : (int)sizeof blanks - 1;
		put(t, y, x + at, el, blanks, (size_t)n, n);
		at += n;
	}
}

int
mk_draw_wrapped(struct mk_term *t, int y, int x, int cells, int rows, enum mk_el el, const char *s)
{
	size_t len = strlen(s), skip = 0;
	int done = 0;
	while (len > 0 && done < rows && cells > 0) {
		size_t n = mk_width_line(s, len, (size_t)cells, &skip);
		char *line = mk_str_ndup(s, n);
		if (line != NULL)
			mk_draw(t, y + done, x, cells, el, line);
		free(line);
		done++;
		s += n + skip;
		len -= n + skip;
	}
	return done;
}

int
mk_wrapped_rows(const char *s, int cells)
{
	size_t len = strlen(s), skip = 0;
	int rows = 0;
	while (len > 0 && cells > 0) {
		size_t n = mk_width_line(s, len, (size_t)cells, &skip) + skip;
		s += n;
		len -= n;
		rows++;
	}
	return rows;
}

int
mk_drawf(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return mk_draw(t, y, x, cells, el, text);
}

void
mk_draw_frame(struct mk_term *t, struct mk_area area)
{
	for (int y = area.y; y < area.y + area.h; y++) {
		bool edge = y == area.y || y == area.y + area.h - 1;
		mk_draw_pad(t, y, area.x, area.w, MK_EL_TITLE, "");
		if (!edge)
			mk_draw_pad(t, y, area.x + 1, area.w - 2, MK_EL_DIALOG, "");
	}
}

void
mk_draw_cursor(struct mk_term *t, int y, int x)
{
	t->cursor_y = y < t->rows ? y : t->rows - 1;
	t->cursor_x = x < t->cols ? x : t->cols - 1;
}

/* --- overlays */

static struct mk_overlay *
new_overlay(struct mk_term *t, const struct mk_picture *p)
{
	if (t->over.n_now == MK_OVERLAYS || p->y < t->clip_y || p->x < 0 ||
	    p->y + p->h > t->clip_end || p->x + p->cells > t->cols)
		return NULL;
	struct mk_overlay *o = &t->over.now[t->over.n_now++];
	*o = (struct mk_overlay){*p, false, 0};
	return o;
}

void
mk_draw_digits(struct mk_term *t, int y, int x, const uint8_t *digits, size_t n, unsigned marks,
    uint32_t stamp)
{
	const struct mk_picture p = {
	    y, x, 1, MK_DIGITS_CELLS, (const char *)digits, NULL, n, 0, stamp};
	mk_draw(t, y, x, MK_DIGITS_CELLS, MK_EL_TEXT, "**** **** ****");
	struct mk_overlay *o = new_overlay(t, &p);
	if (o != NULL) {
		o->digits = true;
		o->marks = marks;
	}
}

void
mk_draw_picture(struct mk_term *t, const struct mk_picture *p)
{
	(void)new_overlay(t, p);
}

void
mk_frame_cover(struct mk_term *t)
{
	t->over.n_now = 0;
}

/* Rows that curses will send in this frame; the first frame and the one after a redraw: all. */
static void
find_changes(struct mk_term *t)
{
	for (int y = 0; y < t->rows; y++) {
		t->changed[y] = t->all || t->hash[y] != t->before[y];
	}
	for (size_t i = 0; i < t->over.n_shown; i++) {
		const struct mk_picture *p = &t->over.shown[i].at;
		if (!mk_overlay_stale(&t->over, i))
			continue;
		/* Curses believes its mask stands there: it must be told that something else does. */
		if (!t->over.shown[i].digits)
			remove_picture(t);
		int h = p->y + p->h <= t->rows ? p->h : t->rows - p->y;
		if (h > 0)
			wredrawln(curscr, p->y, h);
		for (int y = p->y; y < p->y + h; y++)
			t->changed[y] = true;
	}
}

static void
send_digits(struct mk_term *t, const struct mk_overlay *o)
{
	struct mk_secret *text = mk_secret_new(DIGITS_BYTES);
	char strong[CAP_BYTES], plain[CAP_BYTES];
	if (text == NULL)
		return; /* the mask stays */
	capability("rev", strong);
	capability("sgr0", plain);
	mk_overlay_digits(o, strong, plain, text);
	move_to(o->at.y, o->at.x);
	send(text->data, text->len);
	mk_secret_free(text);
	t->shown_secret = true;
}

static void
send_picture(struct mk_term *t, const struct mk_picture *p)
{
	move_to(p->y, p->x);
	send(p->bytes, p->len);
	if (p->remove_len > 0 && p->remove_len <= sizeof t->remove) {
		memcpy(t->remove, p->remove, p->remove_len);
		t->remove_len = p->remove_len;
	}
	t->shown_secret = true;
}

static void
send_overlays(struct mk_term *t)
{
	bool any = false;
	for (size_t i = 0; i < t->over.n_now; i++) {
		const struct mk_overlay *o = &t->over.now[i];
		if (!mk_overlay_due(&t->over, i, t->changed, t->rows))
			continue;
		any = true;
		if (o->digits)
			send_digits(t, o);
		else
			send_picture(t, &o->at);
	}
	mk_overlay_settle(&t->over);
	if (any)
		move_to(t->cursor_y, t->cursor_x);
}

/*
 * Where several rows changed at once curses may scroll a region of the terminal, and rows under an
 * overlay, which it believes blank, would move with what stands on them: then all is sent anew.
 */
static bool
may_scroll(const struct mk_term *t)
{
	int n = 0;
	for (int y = 0; y < t->rows; y++)
		n += t->changed[y] ? 1 : 0;
	return t->over.n_shown > 0 && n >= SCROLL_ROWS;
}

void
mk_frame_end(struct mk_term *t)
{
	find_changes(t);
	if (!t->all && may_scroll(t)) {
		mk_term_redraw(t);
		find_changes(t);
	}
	if (t->all)
		clearok(curscr, TRUE);
	t->all = false;
	move(t->cursor_y, t->cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
	memcpy(t->before, t->hash, sizeof t->before);
	send_overlays(t);
}
