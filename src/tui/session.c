/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the open session is, and names for ids. */
#include "tui_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"

void
mk_session_clear(struct mk_tui *t)
{
	if (t->session.ledgers != NULL)
		mk_wipe(t->session.ledgers, t->session.n_ledgers * sizeof *t->session.ledgers);
	free(t->session.ledgers);
	mk_wipe(&t->session, sizeof t->session);
	mk_buf_free(&t->members);
	mk_buf_free(&t->ledgers);
	mk_witness_login_free(&t->witness);
	t->office[0] = '\0';
}

struct mk_term *
mk_tui_term(const struct mk_tui *t)
{
	return t->term;
}

struct mk_tui_session *
mk_tui_session(struct mk_tui *t)
{
	return &t->session;
}

bool
mk_tui_may_number(const struct mk_tui *t)
{
	return t->session.open && (t->session.role_bits & MK_ROLES_NUMBER) != 0;
}

const char *
mk_tui_user(const struct mk_tui *t)
{
	return t->conf->user != NULL ? t->conf->user : "";
}

const char *
mk_tui_wanted_purpose(const struct mk_tui *t)
{
	return t->conf->purpose != NULL ? t->conf->purpose : "";
}

bool
mk_tui_installed(const struct mk_tui *t)
{
	return t->hello && !t->embedded;
}

unsigned
mk_tui_connection(const struct mk_tui *t)
{
	return t->connection;
}

bool
mk_tui_is_demo(const struct mk_tui *t)
{
	return t->demo;
}

bool
mk_tui_now(const struct mk_tui *t, int64_t *now)
{
	*now = t->conf->now;
	return t->conf->has_now;
}

void
mk_tui_set_office(struct mk_tui *t, const char *office)
{
	(void)mk_str_copy(t->office, sizeof t->office, office);
}

void
mk_tui_witness_offer(struct mk_tui *t, struct mk_buf *body)
{
	mk_witness_login_free(&t->witness);
	const char *words = mk_witness_offer(&t->witness, t->vault, body);
	if (words != NULL)
		mk_tell(t, MK_TONE_WARN, "%s", _(words));
}

void
mk_tui_witness_take(struct mk_tui *t, const struct mk_msg *reply)
{
	const char *words = mk_witness_take(&t->witness, reply);
	if (words != NULL)
		mk_tell(t, MK_TONE_WARN, "%s", _(words));
}

void
mk_tell_login(struct mk_tui *t, int err, const struct mk_msg *reply)
{
	struct mk_buf words = MK_BUF_INIT, kept = MK_BUF_INIT;
	mk_error_words(err, reply, &words);
	mk_witness_explain(&t->witness, err, &kept);
	mk_tell(t, MK_TONE_ERROR, "%s%s%s", mk_buf_str(&words), kept.len > 0 ? "; " : "",
	    mk_buf_str(&kept));
	mk_buf_free(&words);
	mk_buf_free(&kept);
}

static void
keep(struct mk_buf *list, const struct mk_msg *reply)
{
	mk_buf_put(list, reply->body.data, reply->body.len);
}

void
mk_tui_add_members(struct mk_tui *t, const struct mk_msg *reply)
{
	keep(&t->members, reply);
}

void
mk_tui_add_ledgers(struct mk_tui *t, const struct mk_msg *reply)
{
	keep(&t->ledgers, reply);
}

/* The name that stands beside an id in a list; the id itself when there is none. */
static void
name_of(const struct mk_buf *list, const char *id, char *out, size_t cap)
{
	struct mk_rd rd;
	struct mk_item it;
	(void)mk_str_copy(out, cap, id);
	mk_rd_init(&rd, list->data, list->len);
	while (mk_item_next(&rd, &it) > 0) {
		char known[MK_ID_MAX];
		if (it.tag != MK_T_item)
			continue;
		mk_item_str(&it, MK_T_id, known, sizeof known);
		if (strcmp(known, id) == 0)
			mk_item_str(&it, MK_T_name, out, cap);
	}
}

const char *
mk_tui_member_name(struct mk_tui *t, const char *id)
{
	static char name[264];
	name_of(&t->members, id, name, sizeof name);
	return name;
}

const char *
mk_tui_ledger_name(struct mk_tui *t, const char *id)
{
	static char name[264];
	name_of(&t->ledgers, id, name, sizeof name);
	return name;
}
