/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the screen test driver share. The language of the scripts is in main.c. */
#ifndef SCREEN_H
#define SCREEN_H

#include "util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* --- golden.c: rows of cells and their notation */
enum {
	ATTR_REVERSE = 1,
	ATTR_BOLD = 2,
	ATTR_UNDERLINE = 4,
	ATTR_DIM = 8,
	ATTR_ITALIC = 16,
	ATTR_BLINK = 32,
	ATTR_STRIKE = 64,
};
#define HUE_DEFAULT (-1)
#define HUE_RGB 0x1000000

/* One character of a row, whatever its width: its code points, its look. hue: 0..255, HUE_RGB |
   rgb, or HUE_DEFAULT. */
struct place {
	uint32_t cp[8];
	size_t n;
	unsigned attr;
	int32_t fg, bg;
	bool cursor; /* the visible cursor stands on it */
	bool any; /* golden only: matches every character */
};

struct row {
	struct place *place;
	size_t n;
	bool rest; /* golden only: whatever follows matches */
};

void row_free(struct row *row);
struct place *row_add(struct row *row);
/* Cuts blanks without attributes off the end. */
void row_trim(struct row *row);
/* NULL, or what is wrong with the golden text (the whole line, with its first bar). */
const char *row_parse(const char *text, struct row *out);
bool row_match(const struct row *golden, const struct row *actual);
/* Makes every digit of what looks like a personal number a '#'. */
void row_hide_numbers(struct row *row);
/* The golden line, with both bars. */
void row_print(const struct row *row, struct buf *out);
/* Carries the masks of an old golden row over to the actual one. */
void row_keep_masks(const struct row *old, struct row *actual);

/* --- term.c, filter.c: the emulator */
struct term;
struct term_modes {
	bool app_cursor, paste, mouse, mouse_sgr, alt, cursor_visible;
	bool sixel, kitty; /* what the terminal claims to know when asked */
};
/* answers: where the emulator puts what it says to the program; borrowed for life. */
struct term *term_new(int cols, int rows, struct buf *answers);
void term_free(struct term *t);
void term_feed(struct term *t, const char *bytes, size_t n);
void term_resize(struct term *t, int cols, int rows);
struct term_modes *term_modes(struct term *t);
const char *term_title(const struct term *t);
int term_rows(const struct term *t);
int term_cols(const struct term *t);
void term_row(const struct term *t, int y, struct row *out);
/* Appends the row's characters, without its trailing blanks. */
void term_row_text(const struct term *t, int y, struct buf *out);
bool term_contains(const struct term *t, const char *text);
/* 0-based. */
void term_cursor(const struct term *t, int *col, int *row);
/* Scrollback and primary screen, a line each; a line that fills its width is joined with the
   next. */
void term_history(const struct term *t, struct buf *out);

/* --- child.c: the program on its pty */
struct child {
	int master, status_fd;
	pid_t leader, pid;
	bool started, running, stopped, eof;
	int status; /* as waitpid() gives it, when it has ended */
	int64_t ended; /* ms */
	int64_t last_io; /* ms: last byte read or written */
	int64_t last_read; /* us: last byte read */
	uint64_t total; /* bytes read since the start */
	uint64_t since; /* bytes read since the last input or mark */
	struct buf raw; /* what was read since the last mark */
	struct buf out; /* what the program has not taken yet */
	struct term *term;
};

/* Once: signals into a descriptor, orphans to us. */
int child_setup(void);
/* True when SIGTERM, SIGINT or SIGHUP asked the driver to end. */
bool child_interrupted(void);
int child_run(struct child *c, const char *command, char **env, int cols, int rows);
/* Takes what has come within ms (0: what is there) and returns at the first of anything. extra:
   one more descriptor to wake for, or -1. */
void child_pump(struct child *c, int ms, int extra);
/* Ended, and nothing more can come. */
bool child_over(const struct child *c);
/* Queues and writes while it reads. False when the program took nothing for ms. */
bool child_send(struct child *c, const void *bytes, size_t n, int64_t ms);
void child_resize(struct child *c, int cols, int rows);
void child_hangup(struct child *c);
/* Starts sh -c without a terminal, its output in *fd. */
pid_t child_shell(const char *command, char **env, int *fd);
/* True when the process of child_shell() has ended. */
bool child_shell_ended(pid_t pid, int *status);
/* Ends everything that was started and has not gone. */
void child_end(struct child *c);
/* The descendants of pid, itself excluded; caller frees. */
size_t child_descendants(pid_t pid, pid_t **out);

/* --- keys.c */
/* Appends what the terminal sends for the tmux-like name; false when there is no such key. */
bool keys_encode(
    const char *name, const char *term, const struct term_modes *modes, struct buf *out);
/* The number of a signal without "SIG", or 0. */
int keys_signal(const char *name);
const char *keys_signal_name(int number);

/* --- memory.c */
struct memory_found {
	size_t hits, needles, needles_hit;
	uint64_t bytes; /* how much was read */
	struct buf where; /* lines for a report; never a needle */
};
struct needles;
/* NULL when the file cannot be used; *why says it. */
struct needles *needles_load(const char *path, const char **why);
void needles_free(struct needles *n);
void memory_scan(const struct needles *n, pid_t pid, struct memory_found *found);
/* The same search in bytes of our own. */
void memory_search(
    const struct needles *n, const void *bytes, size_t len, struct memory_found *found);

/* --- tap.c */
struct tap {
	int n, bad, skipped;
};
/* Words are the script's own, before variables are replaced. */
void tap_result(
    struct tap *tap, bool good, const char *title, const char *words, const char *detail);
void tap_skip(struct tap *tap, const char *title, const char *why);
/* A comment of one or more lines, without personal numbers. */
void tap_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A comment as it is: only for text that stands in a golden or was cleaned. */
void tap_say_raw(const char *text);

/* --- script.c, command.c, check.c, secret.c, bench.c */
struct script {
	char *path;
	char **line;
	size_t n;
	struct edit {
		size_t from, to; /* lines that the text takes the place of */
		char *text;
	} * edit;
	size_t edits;
};

struct test {
	struct tap *tap;
	bool update;
	char *title;
	char *dir; /* T */
	struct vars vars, fixed, env;
	struct child child;
	int cols, rows;
	int slow; /* times are this many times as long: sanitizers */
	int64_t timeout; /* ms, slowness included */
	bool after_escape; /* the last byte sent was an Escape that stands by itself */
	int64_t deadline; /* ms */
	bool sixel, kitty;
	bool failed, ended;
	struct script **scripts;
	size_t nscripts;
	int depth;
};

/* A command's place in its script. */
struct line {
	struct test *t;
	struct script *script;
	size_t at; /* the next line, which the command may move on */
	const char *words; /* the whole line as it is written */
	char *arg; /* what follows the command, variables replaced; the command may cut it */
	int number;
};

/* The command's result is always known by t->failed. */
typedef void command_fn(struct line *l);
struct command {
	const char *name;
	command_fn *run;
	bool shell; /* $words that are no variable are the shell's */
	bool needed; /* a program must have been started */
};
extern const struct command command_table[], check_table[], secret_table[], bench_table[];

/* Runs one file; everything it started has gone afterwards. */
void script_file(struct tap *tap, const char *path, const struct vars *fixed, bool update);
void script_include(struct line *l);
/* Remembers that the lines [from, to) become text. */
void script_edit(struct script *s, size_t from, size_t to, const char *text);
/* A check has its result; detail may be NULL. A bad one shows the screen and ends the file. */
void script_result(struct line *l, bool good, const char *detail);
/* The same for a bad golden, which shows the screen itself. */
void script_golden_bad(struct line *l);
/* Bad without having been a check: nothing is printed when all is well. */
void script_fail(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* True when time for this file is over or somebody ended the driver. */
bool script_late(const struct test *t);

/* Starts the command on a fresh pty of the size and environment that are set. */
int command_start(struct test *t, const char *command);

/* check.c: pumps until nothing came for ms; false at the timeout. */
bool check_quiet(struct test *t, int64_t ms);
typedef bool check_fn(struct test *t, const void *arg);
bool check_eventually(struct test *t, check_fn *fn, const void *arg, int64_t ms);
/* The next blank-separated word of *s, or NULL; cuts it. */
char *check_word(char **s);
bool check_number(const char *s, long min, long max, long *out);

#endif
