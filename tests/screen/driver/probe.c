/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program for the tests of the screen driver itself. Its arguments are actions it does at the
 * start; the keys do more: see act() and key(). It has no ncurses and no cleverness, so that what
 * it sends is known to the byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define STORE 4096

static struct termios old_mode;
static unsigned char *store; /* where the needle is planted */
static size_t pasted;
static bool ticking, counting;

static void
say(const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		ssize_t w = write(1, s, n);

		if (w < 0 && errno != EINTR)
			_exit(9);
		s += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
}

static void
raw_mode(void)
{
	struct termios m = old_mode;

	cfmakeraw(&m);
	tcsetattr(0, TCSANOW, &m);
}

/* Reads twelve digits and puts them in the store at the distance, with a gap after each four or
   not. */
static void
plant(const char *path, size_t distance, bool groups)
{
	unsigned char digits[12];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;

	if (fd < 0 || read(fd, digits, sizeof(digits)) != (ssize_t)sizeof(digits))
		_exit(8);
	close(fd);
	for (size_t i = 0; i < sizeof(digits); i++, at++) {
		if (groups && i > 0 && i % 4 == 0)
			store[512 + distance * at++] = ' ';
		store[512 + distance * at] = digits[i];
	}
	explicit_bzero(digits, sizeof(digits));
}

/* Prints the needle as a line of the screen, the gap between its groups, and forgets it. */
static void
show(const char *path, const char *gap)
{
	char digits[13] = "", line[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, digits, 12) != 12)
		_exit(8);
	close(fd);
	snprintf(
	    line, sizeof(line), "%.4s%s%.4s%s%.4s\r\n", digits, gap, digits + 4, gap, digits + 8);
	say(line);
	explicit_bzero(digits, sizeof(digits));
	explicit_bzero(line, sizeof(line));
}

static void
scroll(int n)
{
	char line[32];

	for (int i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "\r\nline %d", i);
		say(line);
	}
}

static void
size_line(int sig)
{
	struct winsize ws;
	char line[64];

	(void)sig;
	ioctl(0, TIOCGWINSZ, &ws);
	snprintf(line, sizeof(line), "\033[2;1Hsize %d %d\033[K", ws.ws_col, ws.ws_row);
	say(line);
}

static void
child(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		plant(path, 4, false);
		say("child has it\r\n");
		for (;;)
			pause();
	}
}

/* One argument; next is the one after it. True when it took that too. */
static bool
act(const char *what, const char *next)
{
	static const struct {
		const char *name, *text;
	} texts[] = {
	    {"alt", "\033[?1049h\033[H"},
	    {"mouse", "\033[?1006;1000h"},
	    {"bracketed", "\033[?2004h"},
	    {"appkeys", "\033[?1h\033="},
	    {"nocursor", "\033[?25l"},
	    {"title", "\033]2;the title\007"},
	    {"looks", "\033[7mreverse\033[0m \033[1mbold\033[0m \033[4munder\033[0m "
		      "\033[2mdim\033[22m plain \033[1;7;31mall"
		      "\033[0m \033[38;5;208;44mcolour\033[m\r\n"},
	    {"wide", "\xe5\xb1\xb1\xe7\x94\xb0 \xef\xbd\xb6 \xe8\x91\x9b\xf3\xa0\x84\x80 "
		     "\xe3\x81\x8b\xe3\x82\x99 end\r\n"},
	    {"odd", "{a} ^ | \\ ~ \xe2\x96\x91\r\n"},
	    {"strings", "a\033_Gi=31,a=q;AAAA\033\\b\033Pq#0;2;0;0;0~~\033\\c\033]0;t\033\\d\033^"
			"x\033\\e\r\n"},
	    {"edge", "\033[5;80H\xe3\x81\x8b"},
	    {"corner", "\033[3;79H"},
	    {"repeat", "\033[1;76H-\033[9b\r\n"},
	    {"ask", "\033[c"},
	    {"ask-kitty", "\033_Gi=31,s=1,v=1,a=q;AAAA\033\\"},
	    {"ask-cell", "\033[16t"},
	    {"ask-place", "\033[6n"},
	    {"home", "\033[H\033[2J"},
	    {"forget-lines", "\033[3J"},
	};

	static const struct {
		const char *name, *text;
	} shows[] = {{"show", ""}, {"show-groups", " "}, {"show-parts", "\033[7m"}};
	static const struct {
		const char *name;
		size_t distance;
		bool groups;
	} plants[] = {{"plant1", 1, false}, {"plant4", 4, false}, {"plant28", 28, false},
	    {"plant65", 65, false}, {"plant1groups", 1, true}, {"plant28groups", 28, true}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, what) == 0)
			say(texts[i].text);
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
		if (strcmp(shows[i].name, what) == 0) {
			show(next, shows[i].text);
			return true;
		}
	for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++)
		if (strcmp(plants[i].name, what) == 0) {
			plant(next, plants[i].distance, plants[i].groups);
			return true;
		}
	ticking |= strcmp(what, "tick") == 0;
	counting |= strcmp(what, "count") == 0;
	if (strcmp(what, "forget") == 0) {
		plant(next, 1, false);
		explicit_bzero(store, STORE);
	} else if (strcmp(what, "child") == 0) {
		child(next);
	} else if (strcmp(what, "say") == 0) {
		say(next);
	} else if (strcmp(what, "later") == 0) {
		poll(NULL, 0, 100);
		say(next);
	} else {
		return false;
	}
	return true;
}

/* Shows the bytes of a key on row 4. */
static void
show_keys(const unsigned char *b, ssize_t n)
{
	char line[512];
	int at = snprintf(line, sizeof(line), "\033[4;1Hkeys");

	for (ssize_t i = 0; i < n && at < 400; i++)
		at += snprintf(line + at, sizeof(line) - (size_t)at, " %02x", b[i]);
	snprintf(line + at, sizeof(line) - (size_t)at, "\033[K");
	say(line);
}

static void
stop(void)
{
	say("\033[6;1Hstopping");
	tcsetattr(0, TCSANOW, &old_mode);
	raise(SIGTSTP);
	raw_mode();
	say("\033[6;1Hback    ");
}

static void
key(const unsigned char *b, ssize_t n)
{
	if (n == 1 && b[0] == 'q')
		exit(0);
	if (n == 1 && b[0] == 'x')
		exit(3);
	if (n == 1 && b[0] == 'w') {
		explicit_bzero(store, STORE);
		say("\033[6;1Hwiped");
	} else if (n == 1 && b[0] == 'W') {
		poll(NULL, 0, 300);
		explicit_bzero(store, STORE);
	} else if (n == 1 && b[0] == 'z') {
		stop();
	} else if (n == 1 && b[0] == 'n') {
		say("\033[?1049l");
	} else if (n == 1 && b[0] == 's') {
		scroll(60);
	} else if (n == 1 && b[0] == 'E') {
		say("\033[3J");
	} else if (counting) {
		char line[64];

		pasted += (size_t)n;
		snprintf(line, sizeof(line), "\033[5;1Hgot %zu bytes\033[K", pasted);
		say(line);
	} else {
		show_keys(b, n);
	}
}

static void
restore(void)
{
	tcsetattr(0, TCSANOW, &old_mode);
}

int
main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = size_line, .sa_flags = SA_RESTART};
	unsigned char b[4096];

	store = calloc(1, STORE);
	if (store == NULL || tcgetattr(0, &old_mode) != 0)
		return 7;
	atexit(restore);
	raw_mode();
	sigaction(SIGWINCH, &sa, NULL);
	for (int i = 1; i < argc; i++)
		i += act(argv[i], i + 1 < argc ? argv[i + 1] : "");
	say("ready");
	for (;;) {
		struct pollfd p = {.fd = 0, .events = POLLIN};
		ssize_t n;

		if (poll(&p, 1, ticking ? 40 : -1) == 0)
			say("\033[8;1H.");
		if ((p.revents & (POLLIN | POLLHUP)) == 0)
			continue;
		n = read(0, b, sizeof(b));
		if (n <= 0)
			return 4;
		key(b, n);
	}
}
