/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The login check of the computer (PAM) before that of the vault, in the installed form: what it
 * says is shown, what it asks is asked, until the daemon says that it has passed.
 */
#include "cli_internal.h"

#include <string.h>

#include "mynakura/wire/prompt.h"

/* A prompt that has no words of its own still has to be called something. */
static const char *
label(const struct mk_prompt *p)
{
	return p->text[0] != '\0' ? p->text : _("The computer asks");
}

/* Shows what tells and asks what asks; the answers go into body. */
static int
ask_all(struct mk_cli *c, const struct mk_prompts *all, struct mk_buf *body)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < all->count; i++) {
		const struct mk_prompt *p = &all->at[i];
		struct mk_secret *typed = NULL;
		if (!mk_prompt_asks(p->kind)) {
			mk_say("%s", p->text);
			continue;
		}
		r = mk_pass_answer(c, label(p), p->kind == MK_PROMPT_echo, &typed);
		if (r == 0 && typed->len > MK_ANSWER_MAX)
			r = mk_fail(c, MK_E_TOO_BIG, _("the line for '%s'"), label(p));
		if (r == 0)
			mk_put_bytes(body, MK_T_answer, typed->data, typed->len);
		mk_secret_free(typed);
	}
	return r;
}

/* One request with the answers so far (emptied); what comes back is in out. */
static int
exchange(struct mk_cli *c, struct mk_buf *answers, struct mk_prompts *out)
{
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_auth, 0);
	mk_buf_put(&req.body, answers->data, answers->len);
	mk_buf_reset(answers);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		r = mk_prompts_parse(reply.body.data, reply.body.len, out);
	mk_msg_free(&reply);
	return r;
}

int
mk_need_auth(struct mk_cli *c, bool lines_read)
{
	struct mk_prompts all;
	struct mk_buf answers = MK_BUF_INIT;
	/* On a descriptor the lines of the vault come first (cli.md); a person is asked first. */
	if (strcmp(c->form, "installed") != 0 || (!lines_read && !mk_pass_terminal(c)))
		return 0;
	int r;
	do {
		r = exchange(c, &answers, &all);
		if (r == 0)
			r = ask_all(c, &all, &answers);
	} while (r == 0 && !all.passed);
	mk_buf_free(&answers);
	return r;
}
