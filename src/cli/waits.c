/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request that waits for a second person: under which id, who may approve it, until when, and
 * what the asker does then. The daemon says the facts, the words are made here.
 */
#include "cli_internal.h"

#include <string.h>

#include "mynakura/base/time.h"

static void
add(struct mk_cli *c, const char *sentence)
{
	if (c->why.len > 0)
		mk_buf_puts(&c->why, "; ");
	mk_buf_puts(&c->why, sentence);
}

/* "chief may approve it until 2026-..": without roles there is nobody to approve, only the delay. */
static void
add_who_until(struct mk_cli *c, const struct mk_msg *reply)
{
	char roles[64] = "", until[MK_TIME_MAX] = "?";
	struct mk_buf who = MK_BUF_INIT, line = MK_BUF_INIT;
	int64_t deadline = mk_get_i64(reply->body.data, reply->body.len, MK_T_deadline, 0);
	if (deadline != 0)
		mk_time_format(deadline, until);
	if (mk_get_str(reply->body.data, reply->body.len, MK_T_roles, roles, sizeof roles) == 0) {
		mk_roles_words(roles, &who);
		mk_buf_printf(&line, _("who may approve it: another member (%s), until %s"),
		    mk_buf_str(&who), until);
	} else if (deadline != 0) {
		mk_buf_printf(&line, _("it is open until %s"), until);
	}
	if (line.len > 0)
		add(c, mk_buf_str(&line));
	mk_buf_free(&who);
	mk_buf_free(&line);
}

void
mk_waits(struct mk_cli *c, uint16_t request, const struct mk_msg *reply)
{
	struct mk_buf line = MK_BUF_INIT;
	if (mk_get_str(reply->body.data, reply->body.len, MK_T_approval, c->approval,
		sizeof c->approval) < 0)
		return;
	if (c->why.len == 0) {
		mk_buf_printf(&line, _("it waits as %s"), c->approval);
		add(c, mk_buf_str(&line));
		mk_buf_reset(&line);
	}
	add_who_until(c, reply);
	if (request == MK_REQ_transcribe) {
		mk_buf_printf(&line,
		    _("once it is granted: 'mynakura reveal SUBJECT --reason TEXT --task %s' for "
		      "each person"),
		    c->approval);
		add(c, mk_buf_str(&line));
	}
	mk_buf_free(&line);
}
