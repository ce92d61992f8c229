/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From argv to an exit status: parsing, what the verb needs, its result, its error in words or as
 * JSON.
 */
#include "mynakura/cli/cli.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli_internal.h"
#include "mynakura/base/log.h"
#include "mynakura/base/utf8.h"

int
mk_fail(struct mk_cli *c, int err, const char *fmt, ...)
{
	char words[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	mk_buf_reset(&c->why);
	mk_buf_puts(&c->why, words);
	return err;
}

void
mk_say(const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, "mynakura: ");
	mk_text_escape(&b, line, strlen(line));
	mk_buf_puts(&b, "\n");
	if (!b.failed)
		mk_write_all(STDERR_FILENO, b.data, b.len);
	mk_buf_free(&b);
}

void
mk_out(struct mk_cli *c, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof text)
		c->out.failed = true;
	else
		mk_buf_put(&c->out, text, (size_t)n);
	mk_wipe(text, sizeof text);
}

void
mk_out_escaped(struct mk_buf *out, const char *s)
{
	mk_text_escape(out, s, strlen(s));
}

int
mk_flush(struct mk_cli *c)
{
	int r = mk_buf_error(&c->out);
	mk_progress_clear(c);
	if (r == 0 && c->out.len > 0)
		r = mk_write_all(STDOUT_FILENO, c->out.data, c->out.len);
	mk_buf_free(&c->out);
	return r;
}

bool
mk_interrupted(const struct mk_cli *c)
{
	struct pollfd p = {.fd = c->interrupt_fd, .events = POLLIN};
	return c->interrupt_fd >= 0 && poll(&p, 1, 0) > 0;
}

void
mk_error_text(struct mk_cli *c, int err, struct mk_buf *out)
{
	const char *message = _(mk_err_message(err));
	mk_buf_puts(out, message);
	if (c->why.len > 0 && strcmp(mk_buf_str(&c->why), message) != 0) {
		mk_buf_puts(out, ": ");
		mk_buf_put(out, c->why.data, c->why.len);
	}
	if (err == MK_E_LOST)
		mk_buf_printf(out, "%s%s", c->why.len > 0 ? "; " : ": ",
		    _("the daemon has ended. Nothing that was acknowledged is lost. What was not "
		      "acknowledged was "
		      "either done whole or not at all: after the next start look at the list or "
		      "the audit trail "
		      "before you do it again"));
}

/* The error by itself: to stderr for people, as one object to stdout with --json. */
void
mk_tell_error(struct mk_cli *c, int err)
{
	struct mk_buf text = MK_BUF_INIT;
	mk_progress_clear(c);
	mk_error_text(c, err, &text);
	if (!c->g.json) {
		mk_say("%s", mk_buf_str(&text));
		mk_buf_free(&text);
		return;
	}
	struct mk_json j;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_obj(&j, "error");
	mk_json_str(&j, "code", mk_err_code(err));
	mk_json_str(&j, "message", mk_buf_str(&text));
	if (err == MK_E_APPROVAL && c->approval[0] != '\0')
		mk_json_str(&j, "approval", c->approval);
	mk_json_end_obj(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
	mk_flush(c);
	mk_buf_free(&text);
}

int
mk_new_file(struct mk_cli *c, const char *path, struct mk_newfile *out)
{
	int r = mk_newfile_open(path, out);
	return r < 0 ? mk_fail(c, r, "%s", path) : 0;
}

int
mk_run_verb(struct mk_cli *c)
{
	int r = 0;
	c->acted = false;
	c->told = false;
	c->approval[0] = '\0';
	mk_buf_reset(&c->why);
	if (c->a.verb->need == MK_NEED_DAEMON)
		r = mk_need_daemon(c);
	else if (c->a.verb->need == MK_NEED_LOGIN)
		r = mk_need_login(c);
	else if (c->a.verb->need == MK_NEED_KEEPER)
		r = mk_need_keeper(c);
	if (r == 0)
		r = c->a.verb->run(c);
	if (r == MK_E_AGAIN && mk_interrupted(c))
		r = mk_fail(c, MK_E_FAILED, _("interrupted"));
	/*
	 * What was printed before an error (pages of a list, the other images) stays; a failed
	 * write is an error of its own.
	 */
	int w = mk_flush(c);
	return r < 0 ? r : w;
}

static int
open_screens(struct mk_cli *c, mk_cli_screens screens)
{
	const struct mk_cli_start start = {
	    c->g.dir, c->g.socket, c->g.user, c->g.purpose, c->g.has_now, c->g.now};
	if (c->g.dir != NULL && c->g.socket != NULL)
		return mk_fail(c, MK_E_USAGE, _("--dir and --socket exclude each other"));
	if (screens == NULL || c->g.json || c->g.pass_fd >= 0 || !isatty(STDIN_FILENO) ||
	    !isatty(STDOUT_FILENO))
		return mk_fail(c, MK_E_USAGE,
		    _("no verb; 'mynakura --help' lists them; the screens need a terminal"));
	c->status = screens(&start);
	return 0;
}

static int
run_line(struct mk_cli *c, int argc, char **argv, mk_cli_screens screens)
{
	struct mk_buf what = MK_BUF_INIT;
	int r = mk_args_parse(argc - 1, argv + 1, &c->g, &c->a, &what);
	if (r < 0) {
		mk_fail(c, r, "%s", mk_buf_str(&what));
	} else if (c->g.version) {
		mk_out(c, "mynakura %s\n", MK_VERSION);
		r = mk_flush(c);
	} else if (c->g.help) {
		mk_help(c, c->a.group);
		r = mk_flush(c);
	} else if (c->a.group == NULL) {
		r = open_screens(c, screens);
	} else {
		r = mk_run_verb(c);
	}
	mk_buf_free(&what);
	return r;
}

/*
 * A descriptor that is not open would be taken by the next file that is opened: an error would go
 * into an export.
 */
static void
open_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return;
}

int
mk_cli_main(int argc, char **argv, int interrupt_fd, mk_cli_screens screens)
{
	struct mk_cli c;
	memset(&c, 0, sizeof c);
	c.g.pass_fd = -1;
	c.interrupt_fd = interrupt_fd;
	open_standard_fds();
	mk_log_name("mynakura");
	mk_lang_init();
	int r = mk_base_init();
	if (r == 0)
		r = run_line(&c, argc, argv, screens);
	if (r < 0 && !c.told)
		mk_tell_error(&c, r);
	mk_client_close(c.client);
	mk_secret_free(c.own);
	mk_args_free(&c.a);
	mk_buf_free(&c.out);
	mk_buf_free(&c.why);
	mk_buf_free(&c.login);
	mk_witness_login_free(&c.witness);
	mk_buf_free(&c.names.members);
	mk_buf_free(&c.names.ledgers);
	mk_buf_free(&c.names.offices);
	return r < 0 ? mk_err_status(r) : c.status;
}
