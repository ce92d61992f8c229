/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which ledger a request means, whether the asker holds its keys, and the few ledgers that are
 * open.
 */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "mynakura/policy/policy.h"
#include "mynakura/store/db.h"
#include "vault_internal.h"

bool
mk_op_holds(const struct op *op, const char *ledger, enum mk_key_kind kind)
{
	const struct session *s = op->c != NULL ? op->c->session : NULL;
	return s != NULL && mk_keyring_holds(op->v->keyring, s->member.id.s, ledger, kind);
}

/*
 * Every live epoch that the session holds: pages of an older one are still in the file while a
 * rotation goes on.
 */
static int
page_keys(struct vault *v, const struct mk_unlocked *u, const char *ledger, struct mk_db_keys *keys)
{
	struct mk_key_state state;
	memset(keys, 0, sizeof *keys);
	int r = mk_keyring_key_state(v->keyring, ledger, MK_KEY_PAGE, &state);
	if (r < 0)
		return r;
	memcpy(keys->vault, mk_keyring_vault(v->keyring), sizeof keys->vault);
	snprintf(keys->ledger, sizeof keys->ledger, "%s", ledger);
	keys->current = state.current;
	for (uint32_t e = state.oldest; e <= state.current && keys->count < MK_DB_EPOCHS; e++) {
		struct mk_secret *key;
		r = mk_unlocked_key(u, ledger, MK_KEY_PAGE, e, NULL, &key);
		if (r < 0)
			return r;
		keys->key[keys->count++] = (struct mk_db_key){e, key};
	}
	return 0;
}

static void
free_keys(struct mk_db_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		mk_secret_free((struct mk_secret *)(uintptr_t)keys->key[i].key);
}

void
mk_ledgers_close(struct vault *v, struct open_ledger *o)
{
	if (o->l != NULL)
		(void)mk_commits_note(v, o->id.s, mk_ledger_commits(o->l));
	mk_ledger_close(o->l);
	*o = (struct open_ledger){0};
}

/*
 * A place in the table: a free one, or the ledger that was not used for longest (no op holds a
 * ledger across a wait without naming it).
 */
static struct open_ledger *
place_for(struct vault *v)
{
	struct open_ledger *best = &v->ledgers[0];
	for (size_t i = 0; i < MK_LEDGERS_OPEN; i++) {
		struct open_ledger *o = &v->ledgers[i];
		if (o->l == NULL)
			return o;
		if (o->used < best->used)
			best = o;
	}
	for (size_t i = 0; i < MK_CONNS; i++) {
		const struct op *op = v->conns[i].fd >= 0 ? v->conns[i].op : NULL;
		if (op != NULL && op->ledger == best->l)
			return NULL;
	}
	mk_ledgers_close(v, best);
	return best;
}

int
mk_vault_ledger(struct vault *v, const struct mk_unlocked *u, const struct mk_ledger_meta *meta,
    struct mk_ledger **out)
{
	struct mk_db_keys keys;
	char path[4096], name[64];
	for (size_t i = 0; i < MK_LEDGERS_OPEN; i++) {
		if (v->ledgers[i].l != NULL && strcmp(v->ledgers[i].id.s, meta->id.s) == 0) {
			v->ledgers[i].used = ++v->tick;
			*out = v->ledgers[i].l;
			return 0;
		}
	}
	struct open_ledger *o = place_for(v);
	if (o == NULL)
		return MK_E_BUSY;
	int r = page_keys(v, u, meta->id.s, &keys);
	if (r == 0) {
		snprintf(name, sizeof name, "ledger-%s.db", meta->id.s);
		r = mk_vault_path(v, name, path, sizeof path);
	}
	if (r == 0)
		r = mk_ledger_open(path, &keys, meta->class, false, &o->l);
	free_keys(&keys);
	if (r == MK_E_NOT_FOUND)
		return MK_E_DAMAGED;
	if (r == 0)
		r = mk_commits_check(v, meta->id.s, mk_ledger_commits(o->l));
	if (r < 0) {
		mk_ledger_close(o->l);
		o->l = NULL;
		return r;
	}
	o->id = meta->id;
	o->used = ++v->tick;
	*out = o->l;
	return 0;
}

/*
 * Policy once more, now that the ledger is known; then its file and, where the row needs it, the
 * number key.
 */
static int
enter(struct op *op)
{
	struct session *s = op->c->session;
	const char *id = op->ledger_meta.id.s;
	struct mk_rule rule = {.roles = op->row->roles,
	    .needs_session = true,
	    .needs_page = op->row->grant != MK_GRANT_NONE,
	    .needs_number = op->row->grant == MK_GRANT_NUMBER};
	struct mk_standing who = {.session = true,
	    .roles = s->member.roles,
	    .ledger_known = true,
	    .has_page = mk_op_holds(op, id, MK_KEY_PAGE),
	    .has_number = mk_op_holds(op, id, MK_KEY_NUMBER)};
	snprintf(op->ev.ledger, sizeof op->ev.ledger, "%s", id);
	int r = mk_policy_check(&rule, &who);
	if (r == MK_E_NO_GRANT)
		return mk_op_fail(
		    op, r, "no right to this ledger: a chief gives it with ledger grant");
	if (r == 0)
		r = mk_vault_ledger(op->v, s->unlocked, &op->ledger_meta, &op->ledger);
	if (r == 0 && who.has_number && op->number_key.key == NULL &&
	    (s->member.roles & MK_ROLES_NUMBER) != 0) {
		struct mk_secret *key;
		r = mk_unlocked_key(s->unlocked, id, MK_KEY_NUMBER, 0, &op->number_key.epoch, &key);
		if (r == 0)
			op->number_key.key = key;
	}
	return r;
}

struct search {
	struct op *op;
	size_t granted, all;
	struct mk_ledger_meta found;
	int (*try)(struct op *); /* 0 found, NOT_FOUND go on */
	int r;
};

static int
count_granted(const struct mk_ledger_meta *meta, void *arg)
{
	struct search *s = arg;
	s->all++;
	if (mk_op_holds(s->op, meta->id.s, MK_KEY_PAGE) && s->granted++ == 0)
		s->found = *meta;
	return 0;
}

int
mk_op_any_ledger(struct op *op)
{
	struct search s = {.op = op};
	int r = mk_main_ledgers(op->v->main, count_granted, &s);
	if (r < 0 || s.granted > 0 || s.all == 0)
		return r;
	return mk_op_fail(op, MK_E_NO_GRANT, "no right to any ledger");
}

int
mk_op_ledger(struct op *op)
{
	char key[MK_NAME_MAX];
	int r = mk_op_str(op, MK_T_ledger, key, sizeof key);
	if (r == 0) {
		r = mk_main_ledger_get(op->v->main, key, &op->ledger_meta);
		return r == MK_E_NOT_FOUND ? mk_op_fail(op, r, "no ledger of this name or id")
		       : r < 0             ? r
					   : enter(op);
	}
	if (r != MK_E_NOT_FOUND)
		return r;
	struct search s = {.op = op};
	r = mk_main_ledgers(op->v->main, count_granted, &s);
	if (r < 0)
		return r;
	if (s.granted == 0)
		return mk_op_fail(op, MK_E_NO_GRANT, "no right to any ledger");
	if (s.granted > 1)
		return mk_op_fail(
		    op, MK_E_USAGE, "there are several ledgers: name one with --ledger");
	op->ledger_meta = s.found;
	return enter(op);
}

int
mk_op_ledger_by_id(struct op *op, const char *id)
{
	int r = mk_main_ledger_get(op->v->main, id, &op->ledger_meta);
	return r < 0 ? r : enter(op);
}

/* Leaves a ledger that turned out not to hold what was looked for. */
static void
leave(struct op *op)
{
	mk_secret_free((struct mk_secret *)(uintptr_t)op->number_key.key);
	op->number_key = (struct mk_number_key){0};
	op->ledger = NULL;
	op->ev.ledger[0] = '\0';
}

static int
try_ledger(const struct mk_ledger_meta *meta, void *arg)
{
	struct search *s = arg;
	if (!mk_op_holds(s->op, meta->id.s, MK_KEY_PAGE))
		return 0;
	s->granted++;
	s->op->ledger_meta = *meta;
	int r = mk_vault_ledger(s->op->v, s->op->c->session->unlocked, meta, &s->op->ledger);
	if (r == 0)
		r = s->try(s->op);
	if (r == MK_E_NOT_FOUND)
		return 0;
	s->r = r;
	s->found = *meta;
	return 1;
}

/*
 * Looks through the ledgers this session may open. What stands in the others is not even known to
 * exist: their keys are not ours. When nothing is found and no ledger is open to the asker, that is
 * a refusal.
 */
static int
search_ledgers(struct op *op, int (*try)(struct op *), const char *what)
{
	struct search s = {.op = op, .try = try, .r = MK_E_NOT_FOUND};
	if (mk_op_has(op, MK_T_ledger)) {
		int r = mk_op_ledger(op);
		if (r == 0)
			r = try(op);
		return r == MK_E_NOT_FOUND && op->ledger != NULL
			   ? mk_op_fail(op, r, "no such %s in this ledger", what)
			   : r;
	}
	int r = mk_main_ledgers(op->v->main, try_ledger, &s);
	if (r < 0)
		return r;
	if (s.granted == 0)
		return mk_op_fail(op, MK_E_NO_GRANT, "no right to any ledger");
	if (s.r == MK_E_NOT_FOUND) {
		leave(op);
		return mk_op_fail(op, MK_E_NOT_FOUND, "no such %s", what);
	}
	if (s.r < 0)
		return s.r;
	op->ledger_meta = s.found;
	return enter(op);
}

static int
try_subject(struct op *op)
{
	char key[MK_NAME_MAX];
	int r = mk_op_str(op, MK_T_subject, key, sizeof key);
	if (r < 0)
		return r;
	mk_subject_free(&op->subject);
	mk_subject_init(&op->subject);
	r = mk_ledger_subject_get(op->ledger, key, &op->subject);
	if (r == MK_E_EXISTS)
		return mk_op_fail(
		    op, MK_E_INPUT, "several people have this name: use the code or the id");
	return r;
}

int
mk_op_subject(struct op *op)
{
	if (!mk_op_has(op, MK_T_subject))
		return mk_op_fail(op, MK_E_USAGE, "the subject is missing");
	int r = search_ledgers(op, try_subject, "subject");
	if (r == 0)
		snprintf(op->ev.subject, sizeof op->ev.subject, "%s", op->subject.id.s);
	return r;
}

static int
try_review(struct op *op)
{
	struct mk_review review;
	char id[MK_ID_MAX];
	int r = mk_op_str(op, MK_T_review, id, sizeof id);
	return r < 0 ? r : mk_ledger_review_get(op->ledger, id, &review);
}

int
mk_op_review(struct op *op, struct mk_review *out)
{
	char id[MK_ID_MAX];
	int r = mk_op_str(op, MK_T_review, id, sizeof id);
	if (r < 0)
		return mk_op_fail(
		    op, r == MK_E_NOT_FOUND ? MK_E_USAGE : MK_E_NOT_FOUND, "no such review item");
	r = search_ledgers(op, try_review, "review item");
	if (r == 0)
		r = mk_ledger_review_get(op->ledger, id, out);
	if (r == 0)
		snprintf(op->ev.object, sizeof op->ev.object, "%s", id);
	return r;
}

int
mk_op_purpose(struct op *op)
{
	const char *set = op->ledger_meta.purposes;
	int r = mk_op_str(op, MK_T_purpose, op->ev.purpose, sizeof op->ev.purpose);
	if (r == MK_E_NOT_FOUND) {
		if (strchr(set, ',') != NULL)
			return mk_op_fail(op, MK_E_USAGE,
			    "the ledger has several purposes: name one with --purpose");
		return mk_str_copy(op->ev.purpose, sizeof op->ev.purpose, set);
	}
	if (r < 0)
		return r;
	if (!mk_purposes_contain(set, op->ev.purpose)) {
		op->ev.purpose[0] = '\0';
		return mk_op_fail(op, MK_E_INPUT, "this is not a purpose of the ledger");
	}
	return 0;
}
