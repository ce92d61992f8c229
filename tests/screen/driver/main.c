/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * screen: runs a program on a pseudo-terminal, reads its output with an emulator (libvterm) and
 * compares the screen with golden text. Nothing here sleeps for a fixed time: a check waits until
 * its answer is yes, or fails at the timeout.
 *
 *	screen [--update] [-D NAME=VALUE]... FILE.t...
 *
 * Output is TAP, one line for each check. The first bad check shows the screen and ends its file.
 * Status 0: no check was bad and there was one at least. --update (or UPDATE=1 in the environment)
 * writes the goldens anew. No run of twelve digits, grouped or not, is ever printed unless it
 * stands in a golden; variables are printed by name.
 *
 * A script has one command a line; "#" starts a comment line. $NAME and ${NAME} are replaced
 * everywhere but in golden rows: by -D, by "set", or T (a directory of this file, gone
 * afterwards), BUILD and TOP (absolute). An unknown name is an error, except in "shell", "run",
 * "bench-start" and "note", where it is left to the shell.
 *
 * Settings
 *	title WORDS             what the TAP lines of this file start with
 *	note WORDS              nothing
 *	set NAME=VALUE          a variable; -D comes first
 *	include FILE            relative to the file that includes
 *	need PROGRAM...         the file ends here, skipped, when one is not installed
 *	size COLS ROWS          of the next program (80 24)
 *	term NAME               TERM (xterm-256color)
 *	lang ja|en              LANGUAGE; LANG and LC_ALL are always C.UTF-8
 *	env NAME=VALUE          for programs and "shell"; besides they have PATH, HOME=$T,
 *	unset NAME              TMPDIR=$T, TERM, the locale, TZ=Asia/Tokyo and the sanitizers'
 *				options only
 *	timeout SECONDS         for each check (10); three times as long with SAN in the
 *				environment
 *	sixel|kitty on|off      what the terminal says it can when it is asked
 *
 * Programs
 *	shell COMMAND           sh -c without a terminal; a check: status 0
 *	run COMMAND             sh -c "exec COMMAND" on a new pty and emulator
 *	signal NAME             TSTP, CONT, HUP... to the program
 *	hangup                  the terminal goes away
 *	stopped                 check: it is stopped
 *	exit STATUS             check: it has ended with the status
 *	exit signal NAME        check: it was ended by the signal
 *
 * Input
 *	key NAME...             tmux's names: Enter Escape Tab BTab Space BSpace Up Down Left Right
 *				Home End PPage NPage IC DC F1..F12, a character; C- M- S- before
 *				them. As TERM and the cursor keys mode want it. After Escape comes a
 *				rest, so that no program takes it for the start of a sequence
 *	type TEXT               the rest of the line, blanks included
 *	type-from FILE          the first line of FILE: what no script can know beforehand
 *	paste COUNT TEXT        the text COUNT times, in brackets if the program has asked for them
 *	mouse COL ROW [left|right|wheel-up|wheel-down]
 *				bad unless the program has asked for modes 1000 and 1006
 *	resize COLS ROWS
 *	storm COUNT SEED        that many sizes (20..220 x 5..70) at once, then the one before
 *
 * Checks
 *	wait TEXT, gone TEXT    some row, or none, has the text
 *	screen [WORDS]          the screen is what the lines after it say; see below
 *	cursor COL ROW          the cursor is there, from 1, and visible
 *	altscreen on|off, title-is TEXT
 *	bytes <= N, >= N, = N   bytes since the last input, resize or mark, once 150 ms are quiet
 *	mark                    (no check) the count, and what "raw" sees, start again
 *	idle MS                 not a byte for so long, after 150 ms of quiet; the program runs
 *	rest MS                 it comes to MS without a byte from either side; where idle is the
 *				wrong question, as an answer may still be on its way
 *	raw present|absent TEXT the bytes were sent since the start or mark; \e, \\ and \xNN in
 *				the text
 *	memory present|absent FILE [within MS]
 *				the program's memory has one of the needles in FILE, one a line:
 *				twelve digits, or a text of 6 to 128 bytes. Any constant distance of
 *				1 to 64 bytes between the characters counts, for digits also groups
 *				of four with one element between, also full width. "absent within"
 *				must come true in that time and stay so. Needles with their digits
 *				in order (3456...) are found in any table of counted names: do not
 *				use such
 *	memory+children ...     with the program's descendants
 *	history present|absent FILE
 *				a needle stands in the scrollback or on the primary screen, also
 *				while the alternate one is shown; CSI 3 J clears the scrollback
 *
 * Measuring, as comment lines
 *	bench LABEL COUNT key NAME...
 *				the keys COUNT times; from each to the last byte before 30 ms of
 *				quiet
 *	bench-start LABEL COUNT TEXT COMMAND
 *				from the start to TEXT (one word) on the screen, COUNT times
 *
 * Golden rows: "|" row "|" for each row of the screen from the top; rows left out are blank,
 * blanks at the end do not count. A character takes one place, however wide it is. "^" stands
 * before the character with the visible cursor. {LOOK:text} is text with a look: letters r
 * reverse, b bold, u underline, d dim, i italic, k blink, s struck, then the colour, "/" and the
 * background if they are not the terminal's own: {b:..}, {r4:..}, {3/0:..}, {/17:..},
 * {#c0ffee:..}. A backslash makes "{", "}", "^", "|", "\", "~" and the mask literal. Masks: U+2591
 * is any one character in any look, "~" before the last bar the rest of the row. A golden must
 * still match after 100 ms of quiet.
 */
#include "screen.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
usage(void)
{
	fputs("usage: screen [--update] [-D NAME=VALUE]... FILE.t...\n", stderr);
	return 2;
}

/* BUILD and TOP as absolute names, whatever the caller has. */
static void
set_places(void)
{
	struct buf b = {NULL, 0, 0};
	char *cwd = getcwd(NULL, 0), *build;

	if (cwd != NULL)
		setenv("TOP", cwd, 0);
	build = getenv("BUILD");
	if (build == NULL || build[0] != '/') {
		buf_printf(&b, "%s/%s", getenv("TOP"), build != NULL ? build : "build");
		setenv("BUILD", b.p, 1);
	}
	buf_free(&b);
	free(cwd);
}

int
main(int argc, char **argv)
{
	const char *env = getenv("UPDATE");
	bool update = env != NULL && strcmp(env, "1") == 0;
	struct tap tap = {0, 0, 0};
	struct vars fixed = {NULL, 0};
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		char *value;

		if (strcmp(argv[i], "--update") == 0) {
			update = true;
		} else if (strcmp(argv[i], "-D") == 0 && i + 1 < argc &&
			   (value = strchr(argv[i + 1], '=')) != NULL) {
			*value = '\0';
			vars_set(&fixed, argv[++i], value + 1);
		} else {
			return usage();
		}
	}
	if (i == argc)
		return usage();
	setlocale(LC_ALL, "C.UTF-8");
	set_places();
	if (child_setup() != 0) {
		perror("screen");
		return 1;
	}
	for (; i < argc && !child_interrupted(); i++)
		script_file(&tap, argv[i], &fixed, update);
	printf("1..%d\n", tap.n);
	vars_free(&fixed);
	return tap.bad == 0 && tap.n > 0 && !child_interrupted() ? 0 : 1;
}
