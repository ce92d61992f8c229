/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * batch: verbs as lines over one login and one connection. "ACK line seq head" is written only
 * after the daemon has said that the act is durable; "ERR line code message" goes on with the next
 * line. A lost connection ends the batch: nothing behind it was done.
 */
#include "cli_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH_LINE 8192

static bool
barred(const struct mk_verb *v)
{
	static const char *const names[] = {"batch", "init", "login"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(v->name, names[i]) == 0)
			return true;
	return false;
}

/*
 * Runs one line's words; what the whole run has (connection, descriptor) is not for a line to
 * change.
 */
static int
run_words(struct mk_cli *c, int n, char **words)
{
	struct mk_cli_global g = c->g, outer = c->g;
	struct mk_buf what = MK_BUF_INIT;
	g.dir = g.socket = g.user = NULL;
	g.pass_fd = -1;
	g.has_now = false;
	mk_buf_reset(&c->why);
	c->acted = c->told = false;
	int r = mk_args_parse(n, words, &g, &c->a, &what);
	bool own =
	    g.dir != NULL || g.socket != NULL || g.user != NULL || g.pass_fd >= 0 || g.has_now;
	if (r < 0) {
		mk_fail(c, r, "%s", mk_buf_str(&what));
	} else if (own || g.help || g.version || c->a.verb == NULL || barred(c->a.verb)) {
		r = mk_fail(c, MK_E_USAGE, _("not inside a batch: '%s'"), words[0]);
	} else {
		c->g.purpose = g.purpose;
		c->g.json = g.json;
		r = mk_run_verb(c);
	}
	c->g = outer;
	mk_args_free(&c->a);
	mk_buf_free(&what);
	return r;
}

static int
report(struct mk_cli *c, uint64_t line, int r)
{
	struct mk_buf text = MK_BUF_INIT;
	if (r == 0 && c->acted) {
		mk_out(c, "ACK %" PRIu64 " %" PRIu64 " %s\n", line, c->seq, c->head);
	} else if (r < 0) {
		mk_error_text(c, r, &text);
		mk_out(c, "ERR %" PRIu64 " %s ", line, mk_err_code(r));
		mk_out_escaped(&c->out, mk_buf_str(&text));
		mk_out(c, "\n");
		if (r == MK_E_LOST)
			mk_say("%s", mk_buf_str(&text));
		if (c->status == 0)
			c->status = mk_err_status(r);
	}
	mk_buf_free(&text);
	return mk_flush(c);
}

static int
run_text(struct mk_cli *c, uint64_t number, char *text)
{
	char **words = NULL;
	int n = 0;
	if (text[strspn(text, " \t")] == '#' || text[strspn(text, " \t")] == '\0')
		return 0;
	mk_buf_reset(&c->why);
	c->acted = false;
	int r = mk_line_split(text, &words, &n);
	if (r == MK_E_INPUT)
		mk_fail(c, MK_E_INPUT, _("a quote is not closed"));
	if (r == 0)
		r = run_words(c, n, words);
	free(words);
	return report(c, number, r);
}

static int
run_lines(struct mk_cli *c, int fd)
{
	int r = 0;
	for (uint64_t number = 1; r == 0; number++) {
		struct mk_secret *line = mk_secret_new(BATCH_LINE);
		if (line == NULL)
			return MK_E_NOMEM;
		/*
		 * Byte by byte: the same descriptor may give the passphrase before and numbers
		 * between.
		 */
		int got = mk_fd_line(fd, c->interrupt_fd, line);
		if (got > 0 && memchr(line->data, '\0', line->len) != NULL)
			got = MK_E_TEXT;
		if (got > 0 && mk_secret_append(line, "", 1) == 0)
			r = run_text(c, number, (char *)line->data);
		else if (got > 0)
			got = MK_E_TOO_BIG;
		mk_secret_free(line);
		if (got == 0)
			break;
		if (got < 0)
			return mk_fail(c, got, _("line %u of the batch"), (unsigned)number);
		if (r == 0 &&
		    (mk_interrupted(c) || (c->client != NULL && mk_client_lost(c->client))))
			return 0;
	}
	return r;
}

int
mk_run_batch(struct mk_cli *c)
{
	const char *path = mk_arg(c, 0);
	bool own = path != NULL && strcmp(path, "-") != 0;
	int fd = own ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	if (fd < 0)
		return mk_fail(c, mk_err_from_errno(errno), "%s", path);
	struct mk_cli_args mine = c->a;
	c->in_batch = true;
	int r = mk_need_login(c);
	if (r == 0) {
		r = run_lines(c, fd);
		c->a = mine;
	}
	if (own)
		close(fd);
	return r;
}
