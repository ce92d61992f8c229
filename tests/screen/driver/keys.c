/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys, as tmux has them, and what terminals send for them; names of signals. */
#include "screen.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* plain: after ESC, or whole when it has no letter of its own. number: "CSI number ~". letter:
   "CSI letter", or "SS3 letter" in application cursor keys mode or for F1 to F4. */
static const struct key {
	const char *name;
	const char *plain;
	int number;
	char letter;
	const char *on_linux, *on_vt100; /* theirs, if it is another */
} keys[] = {
    {"Enter", "\r", 0, 0, NULL, NULL},
    {"Escape", "\033", 0, 0, NULL, NULL},
    {"Tab", "\t", 0, 0, NULL, NULL},
    {"BTab", "\033[Z", 0, 0, "\033\t", NULL},
    {"Space", " ", 0, 0, NULL, NULL},
    {"BSpace", "\177", 0, 0, NULL, "\b"},
    {"Up", NULL, 0, 'A', "\033[A", NULL},
    {"Down", NULL, 0, 'B', "\033[B", NULL},
    {"Right", NULL, 0, 'C', "\033[C", NULL},
    {"Left", NULL, 0, 'D', "\033[D", NULL},
    {"Home", NULL, 0, 'H', "\033[1~", NULL},
    {"End", NULL, 0, 'F', "\033[4~", NULL},
    {"IC", NULL, 2, 0, NULL, NULL},
    {"DC", NULL, 3, 0, NULL, NULL},
    {"PPage", NULL, 5, 0, NULL, NULL},
    {"NPage", NULL, 6, 0, NULL, NULL},
    {"F1", NULL, 0, 'P', "\033[[A", NULL},
    {"F2", NULL, 0, 'Q', "\033[[B", NULL},
    {"F3", NULL, 0, 'R', "\033[[C", NULL},
    {"F4", NULL, 0, 'S', "\033[[D", NULL},
    {"F5", NULL, 15, 0, "\033[[E", "\033Ot"},
    {"F6", NULL, 17, 0, NULL, "\033Ou"},
    {"F7", NULL, 18, 0, NULL, "\033Ov"},
    {"F8", NULL, 19, 0, NULL, "\033Ol"},
    {"F9", NULL, 20, 0, NULL, "\033Ow"},
    {"F10", NULL, 21, 0, NULL, "\033Ox"},
    {"F11", NULL, 23, 0, NULL, NULL},
    {"F12", NULL, 24, 0, NULL, NULL},
};

enum { SHIFT = 1, META = 2, CONTROL = 4 };

static const struct {
	const char *name;
	int number;
} signals[] = {
    {"TSTP", SIGTSTP},
    {"STOP", SIGSTOP},
    {"CONT", SIGCONT},
    {"HUP", SIGHUP},
    {"TERM", SIGTERM},
    {"KILL", SIGKILL},
    {"INT", SIGINT},
    {"QUIT", SIGQUIT},
    {"USR1", SIGUSR1},
    {"WINCH", SIGWINCH},
    {"ABRT", SIGABRT},
    {"SEGV", SIGSEGV},
    {"PIPE", SIGPIPE},
    {"BUS", SIGBUS},
    {"ALRM", SIGALRM},
    {"USR2", SIGUSR2},
    {"SYS", SIGSYS},
};

int
keys_signal(const char *name)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].number;
	return 0;
}

const char *
keys_signal_name(int number)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return "unknown";
}

/* "C-", "M-", "S-" in front of a name. */
static const char *
modifiers(const char *name, int *mods)
{
	*mods = 0;
	while (name[0] != '\0' && name[1] == '-' && name[2] != '\0') {
		if (name[0] == 'C')
			*mods |= CONTROL;
		else if (name[0] == 'M')
			*mods |= META;
		else if (name[0] == 'S')
			*mods |= SHIFT;
		else
			break;
		name += 2;
	}
	return name;
}

/* A named key with its own sequence and modifiers: "CSI 1 ; 5 A". */
static void
encode_sequence(const struct key *k, int mods, bool app, struct buf *out)
{
	if (k->number != 0 && mods == 0)
		buf_printf(out, "\033[%d~", k->number);
	else if (k->number != 0)
		buf_printf(out, "\033[%d;%d~", k->number, mods + 1);
	else if (mods != 0)
		buf_printf(out, "\033[1;%d%c", mods + 1, k->letter);
	else
		buf_printf(out, "\033%c%c", app || k->letter >= 'P' ? 'O' : '[', k->letter);
}

static bool
encode_named(const struct key *k, int mods, const char *term, bool app, struct buf *out)
{
	const char *theirs = strncmp(term, "linux", 5) == 0   ? k->on_linux
			     : strncmp(term, "vt100", 5) == 0 ? k->on_vt100
							      : NULL;

	if (k->plain == NULL && (theirs == NULL || mods != 0)) {
		encode_sequence(k, mods, app, out);
		return true;
	}
	if (mods & META)
		buf_addc(out, '\033');
	if ((mods & CONTROL) && strcmp(k->name, "Space") == 0)
		buf_addc(out, '\0');
	else
		buf_adds(out, theirs != NULL ? theirs : k->plain);
	return (mods & ~META) == 0 || strcmp(k->name, "Space") == 0;
}

static bool
encode_character(const char *name, int mods, struct buf *out)
{
	const char *end = name;
	uint32_t cp = utf8_next(&end);

	if (*end != '\0' || cp == 0xfffd || (mods & SHIFT))
		return false;
	if (mods & META)
		buf_addc(out, '\033');
	if (!(mods & CONTROL)) {
		buf_utf8(out, cp);
		return true;
	}
	if (cp == '?')
		cp = 0x7f;
	else if (cp >= 'a' && cp <= 'z')
		cp -= 'a' - 1;
	else if (cp >= '@' && cp <= '_')
		cp -= '@';
	else
		return false;
	buf_addc(out, (char)cp);
	return true;
}

bool
keys_encode(const char *name, const char *term, const struct term_modes *modes, struct buf *out)
{
	int mods;
	const char *plain = modifiers(name, &mods);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, plain) == 0)
			return encode_named(&keys[i], mods, term, modes->app_cursor, out);
	return encode_character(plain, mods, out);
}
