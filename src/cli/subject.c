/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons: add and set with fields; reveal, the one verb that prints a stored number. */
#include "cli_internal.h"

#include <string.h>

#include "mynakura/model/number.h"

/* FIELD=VALUE words from position i on; *number when one of them is number=-. */
static int
put_fields(struct mk_cli *c, size_t i, struct mk_buf *body, bool *number)
{
	char field[64];
	for (; mk_arg(c, i) != NULL; i++) {
		const char *value = mk_field_split(c, mk_arg(c, i), field, sizeof field);
		if (value == NULL)
			return MK_E_USAGE;
		if (strcmp(field, "number") == 0)
			*number = true;
		else
			mk_put_field(body, field, value);
	}
	return 0;
}

/* Nothing else has read this number, so it is typed twice and the daemon gets both. */
static int
put_number_twice(struct mk_cli *c, struct mk_buf *body)
{
	for (int i = 0; i < 2; i++) {
		struct mk_secret *digits = NULL;
		int r = mk_pass_number(
		    c, i == 0 ? _("Individual Number") : _("Individual Number once more"), &digits);
		if (r < 0)
			return r;
		mk_put_bytes(body, MK_T_number, digits->data, digits->len);
		mk_secret_free(digits);
	}
	return 0;
}

int
mk_run_subject_add(struct mk_cli *c)
{
	static const struct mk_col cols[] = {
	    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	bool number = false;
	mk_msg_init(&req, MK_REQ_subject_add, 0);
	mk_put_str(&req.body, MK_T_ledger, mk_opt(c, "ledger"));
	int r = put_fields(c, 0, &req.body, &number);
	if (r == 0 && c->g.purpose != NULL)
		mk_put_field(&req.body, "purposes", c->g.purpose);
	if (r == 0 && number)
		r = put_number_twice(c, &req.body);
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	mk_msg_free(&reply);
	return r;
}

int
mk_run_subject_set(struct mk_cli *c)
{
	struct mk_msg req;
	bool number = false;
	mk_msg_init(&req, MK_REQ_subject_set, 0);
	mk_put_str(&req.body, MK_T_subject, mk_arg(c, 0));
	mk_put_str(&req.body, MK_T_ledger, mk_opt(c, "ledger"));
	int r = put_fields(c, 1, &req.body, &number);
	if (r == 0 && number)
		r = mk_fail(
		    c, MK_E_USAGE, _("a number comes with 'subject add' or with 'review accept'"));
	if (r == 0 && c->g.purpose != NULL)
		mk_put_field(&req.body, "purposes", c->g.purpose);
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	r = mk_do(c, &req);
	if (r == 0)
		mk_print_done(c);
	return r;
}

int
mk_run_reveal(struct mk_cli *c)
{
	struct mk_msg req, reply;
	struct mk_item number;
	mk_msg_init(&req, MK_REQ_reveal, 0);
	mk_put_str(&req.body, MK_T_subject, mk_arg(c, 0));
	mk_put_str(&req.body, MK_T_ledger, mk_opt(c, "ledger"));
	mk_put_str(&req.body, MK_T_reason, mk_opt(c, "reason"));
	mk_put_str(&req.body, MK_T_approval, mk_opt(c, "task"));
	mk_put_str(&req.body, MK_T_purpose, c->g.purpose);
	int r = mk_ask(c, &req, &reply);
	if (r == 0 && (!mk_find(reply.body.data, reply.body.len, MK_T_number, &number) ||
			  number.len != MK_NUMBER_LEN))
		r = MK_E_PROTOCOL;
	if (r == 0 && c->g.json) {
		static const struct mk_col cols[] = {{MK_T_subject, MK_COL_STR, "subject", "", 0},
		    {MK_T_number, MK_COL_STR, "number", "", 0}, {0, 0, NULL, NULL, 0}};
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	} else if (r == 0) {
		for (size_t i = 0; i < MK_NUMBER_LEN; i += 4) {
			mk_buf_put(&c->out, number.p + i, 4);
			mk_buf_put_u8(&c->out, i + 4 < MK_NUMBER_LEN ? ' ' : '\n');
		}
	}
	mk_msg_free(&reply);
	return r;
}

/*
 * A task that waits for a chief: status 5 with its id, like every request that waits; granted at
 * once where an office has second persons off.
 */
int
mk_run_transcribe(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_approval, MK_COL_STR, "approval", N_("Task"), 0},
	    {MK_T_state, MK_COL_WORD, "state", N_("State"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	char state[16] = "";
	mk_msg_init(&req, MK_REQ_transcribe, 0);
	mk_put_str(&req.body, MK_T_ledger, mk_opt(c, "ledger"));
	for (size_t i = 0; mk_opt_nth(c, "subject", i) != NULL; i++)
		mk_put_str(&req.body, MK_T_subject, mk_opt_nth(c, "subject", i));
	mk_put_str(&req.body, MK_T_document, mk_opt(c, "document"));
	mk_put_str(&req.body, MK_T_purpose, c->g.purpose);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_get_str(reply.body.data, reply.body.len, MK_T_state, state, sizeof state);
	if (r == 0 && strcmp(state, "granted") == 0) {
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	} else if (r == 0) {
		mk_waits(c, MK_REQ_transcribe, &reply);
		r = c->approval[0] != '\0' ? MK_E_APPROVAL : MK_E_PROTOCOL;
	}
	mk_msg_free(&reply);
	return r;
}
