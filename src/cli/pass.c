/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets that a person types: from the terminal without echo, or line by line from a descriptor.
 * They go into locked memory at once and never through stdio, argv or the environment.
 */
#include "cli_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/model/passgen.h"
#include "mynakura/model/strength.h"

#define LINE_MAX_BYTES 1024
#define TRIES 5

bool
mk_pass_terminal(const struct mk_cli *c)
{
	return c->g.pass_fd < 0;
}

static int
wait_readable(int fd, int interrupt_fd)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = interrupt_fd, .events = POLLIN}};
	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return MK_E_IO;
	return p[1].revents != 0 ? MK_E_AGAIN : 0;
}

int
mk_fd_line(int fd, int interrupt_fd, struct mk_secret *out)
{
	bool any = false;
	for (;;) {
		char ch = 0;
		int r = wait_readable(fd, interrupt_fd);
		if (r < 0)
			return r;
		ssize_t n = read(fd, &ch, 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return MK_E_IO;
		if (n == 0 || ch == '\n') {
			if (out->len > 0 && out->data[out->len - 1] == '\r')
				out->len--;
			return n == 0 && !any ? 0 : 1;
		}
		any = true;
		r = mk_secret_append(out, &ch, 1);
		mk_wipe(&ch, 1);
		if (r < 0)
			return r;
	}
}

/*
 * Shows the prompt and reads with echo off; the terminal is as it was afterwards, also when a
 * signal ended the wait.
 */
static int
tty_read(struct mk_cli *c, const char *prompt, bool echo, struct mk_secret *out)
{
	struct termios was, quiet;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &was) < 0) {
		if (fd >= 0)
			close(fd);
		return mk_fail(c, MK_E_USAGE,
		    _("there is no terminal to ask for '%s'; use --passphrase-fd N"), prompt);
	}
	quiet = was;
	/* A stopped program would leave the shell without echo. */
	quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
	quiet.c_lflag |= ICANON | ISIG;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	mk_text_print(fd, prompt);
	mk_write_all(fd, ": ", 2);
	int r = mk_fd_line(fd, c->interrupt_fd, out);
	tcsetattr(fd, TCSAFLUSH, &was);
	if (!echo || r < 0)
		mk_write_all(fd, "\n", 1);
	close(fd);
	return r;
}

static int
read_line(struct mk_cli *c, const char *prompt, bool echo, struct mk_secret **out)
{
	struct mk_secret *s = mk_secret_new(LINE_MAX_BYTES);
	if (s == NULL)
		return MK_E_NOMEM;
	bool tty = mk_pass_terminal(c);
	int r = tty ? tty_read(c, prompt, echo, s) : mk_fd_line(c->g.pass_fd, c->interrupt_fd, s);
	if (r == 0)
		r = mk_fail(c, MK_E_USAGE,
		    tty ? _("nothing was typed for '%s'")
			: _("the descriptor ended before the line for '%s'"),
		    prompt);
	else if (r == MK_E_IO && !tty)
		r = mk_fail(c, MK_E_USAGE, _("the descriptor %d cannot be read"), c->g.pass_fd);
	else if (r == MK_E_TOO_BIG)
		r = mk_fail(c, MK_E_TOO_BIG, _("the line for '%s'"), prompt);
	size_t where = 0;
	if (r > 0 && mk_text_check((const char *)s->data, s->len, &where) < 0)
		r = mk_fail(c, MK_E_TEXT, _("the line for '%s'"), prompt);
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	*out = s;
	return 0;
}

int
mk_pass_line(struct mk_cli *c, const char *prompt, struct mk_secret **out)
{
	return read_line(c, prompt, false, out);
}

int
mk_pass_answer(struct mk_cli *c, const char *prompt, bool echo, struct mk_secret **out)
{
	return read_line(c, prompt, echo, out);
}

/* A line on the terminal itself: it belongs to the questions there, wherever stderr goes. */
static void
tty_tell(const char *words, const struct mk_secret *secret)
{
	int fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	mk_text_print(fd, words);
	if (secret != NULL)
		mk_write_all(fd, secret->data, secret->len);
	mk_write_all(fd, "\n", 1);
	close(fd);
}

/* Asks for it again: 1 when it is the same, 0 when not. */
static int
typed_again(struct mk_cli *c, const char *prompt, const struct mk_secret *want)
{
	struct mk_secret *again = NULL;
	int r = mk_pass_line(c, prompt, &again);
	if (r == 0)
		r = again->len == want->len && mk_equal(again->data, want->data, want->len);
	if (r == 0)
		tty_tell(_("The two were not the same."), NULL);
	mk_secret_free(again);
	return r;
}

/* One go: 1 and *out, 0 to be asked again. */
static int
choose_once(struct mk_cli *c, const char *prompt, bool any, const struct mk_secret *made,
    struct mk_secret **out)
{
	struct mk_secret *first = NULL;
	char words[256];
	int r = mk_pass_line(c, prompt, &first);
	if (r < 0)
		return r;
	bool taken = first->len == 0;
	enum mk_pass_grade grade = mk_pass_grade((const char *)first->data, first->len);
	if (taken) {
		mk_secret_free(first);
		first = mk_secret_dup(made);
		r = first == NULL ? MK_E_NOMEM : 0;
	} else {
		snprintf(words, sizeof words, _("Strength: %s"), mk_grade_word(grade));
		tty_tell(words, NULL);
	}
	bool again = taken || any || grade != MK_PASS_WEAK;
	if (!again)
		tty_tell(_("Use several unrelated words, or the one above."), NULL);
	if (r == 0 && again)
		r = typed_again(
		    c, taken ? _("Type the one above") : _("The same once more"), first);
	if (r > 0)
		*out = first;
	else
		mk_secret_free(first);
	return r;
}

int
mk_pass_choose(struct mk_cli *c, const char *prompt, bool any, struct mk_secret **out)
{
	struct mk_secret *made = NULL;
	if (!mk_pass_terminal(c))
		return mk_pass_line(c, prompt, out);
	int r = mk_passgen(NULL, &made);
	if (r < 0)
		return r;
	tty_tell(_("Type a passphrase of your own, or only Enter to take this one: "), made);
	for (int i = 0; r == 0 && i < TRIES; i++)
		r = choose_once(c, prompt, any, made, out);
	mk_secret_free(made);
	if (r == 0)
		return mk_fail(c, MK_E_USAGE, _("no passphrase was chosen in %d tries"), TRIES);
	return r < 0 ? r : 0;
}

int
mk_pass_number(struct mk_cli *c, const char *prompt, struct mk_secret **out)
{
	struct mk_secret *typed = NULL, *digits = mk_secret_new(MK_NUMBER_LEN);
	int r = digits == NULL ? MK_E_NOMEM : mk_pass_line(c, prompt, &typed);
	if (r == 0) {
		r = mk_number_parse((const char *)typed->data, typed->len, digits);
		if (r < 0)
			mk_fail(c, r, "%s",
			    r == MK_E_NUMBER ? prompt : _("an Individual Number has 12 digits"));
	}
	mk_secret_free(typed);
	if (r < 0)
		mk_secret_free(digits);
	else
		*out = digits;
	return r;
}

int
mk_tty_line(struct mk_cli *c, const char *prompt, char *out, size_t cap)
{
	struct mk_secret *s = mk_secret_new(LINE_MAX_BYTES);
	if (s == NULL)
		return MK_E_NOMEM;
	int r = tty_read(c, prompt, true, s);
	if (r > 0 && s->len >= cap)
		r = MK_E_TOO_BIG;
	if (r > 0) {
		memcpy(out, s->data, s->len);
		out[s->len] = '\0';
		r = 0;
	} else if (r == 0) {
		r = mk_fail(c, MK_E_USAGE, _("nothing was typed for '%s'"), prompt);
	}
	mk_secret_free(s);
	return r;
}
