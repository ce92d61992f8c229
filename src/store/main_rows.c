/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offices, members and ledgers in main.db: put, get by id or name, list. */
#include "mynakura/store/main.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/store/db.h"

#include "main_internal.h"

static const char sql_office_add[] =
    "INSERT INTO office (id, name, own, created) VALUES (?1, ?2, ?3, ?4)";
static const char sql_office_set[] = "UPDATE office SET name = ?2, own = ?3 WHERE id = ?1";
static const char sql_office_get[] =
    "SELECT id, name, own, created FROM office WHERE id = ?1 OR name = ?1"
    " ORDER BY id = ?1 DESC LIMIT 1";
static const char sql_offices[] = "SELECT id, name, own, created FROM office ORDER BY n";

static const char sql_member_add[] =
    "INSERT INTO member (id, name, account, roles, until, state, created)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_member_set[] = "UPDATE member SET name = ?2, account = ?3, roles = ?4,"
				     " until = ?5, state = ?6 WHERE id = ?1";
static const char sql_member_get[] =
    "SELECT id, name, account, roles, until, state, created FROM member"
    " WHERE ?1 <> '' AND (id = ?1 OR account = ?1 OR name = ?1)"
    " ORDER BY id = ?1 DESC, account = ?1 DESC LIMIT 1";
static const char sql_members[] =
    "SELECT id, name, account, roles, until, state, created FROM member ORDER BY n";

static const char sql_ledger_add[] =
    "INSERT INTO ledger (id, office, name, class, purposes, rotation_due, created)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_ledger_set[] = "UPDATE ledger SET office = ?2, name = ?3, class = ?4,"
				     " purposes = ?5, rotation_due = ?6 WHERE id = ?1";
static const char sql_ledger_get[] =
    "SELECT id, office, name, class, purposes, rotation_due, created FROM ledger"
    " WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC LIMIT 1";
static const char sql_ledgers[] =
    "SELECT id, office, name, class, purposes, rotation_due, created FROM ledger ORDER BY n";

/*
 * A text that the caller filled in: terminated within its array, and not empty where it must not
 * be.
 */
static bool
text_good(const char *s, size_t cap, bool may_be_empty)
{
	return strnlen(s, cap) < cap && (may_be_empty || *s != '\0');
}

static bool
id_good(const struct mk_id *id, char kind)
{
	return text_good(id->s, sizeof id->s, false) && mk_id_valid(id->s, kind);
}

/* A column into an array; a text that does not fit was not written by us. */
static int
col_copy(struct sqlite3_stmt *st, int i, char *out, size_t cap)
{
	return mk_str_copy(out, cap, mk_col_text(st, i)) < 0 ? MK_E_DAMAGED : 0;
}

static int
col_id(struct sqlite3_stmt *st, int i, struct mk_id *out)
{
	memset(out, 0, sizeof *out);
	return col_copy(st, i, out->s, sizeof out->s);
}

static int
office_row(struct sqlite3_stmt *st, struct mk_office *o)
{
	memset(o, 0, sizeof *o);
	int r = col_id(st, 0, &o->id);
	if (r == 0)
		r = col_copy(st, 1, o->name, sizeof o->name);
	o->own = mk_col_i64(st, 2) != 0;
	o->created = mk_col_i64(st, 3);
	return r;
}

static int
member_row(struct sqlite3_stmt *st, struct mk_member *b)
{
	memset(b, 0, sizeof *b);
	int r = col_id(st, 0, &b->id);
	if (r == 0)
		r = col_copy(st, 1, b->name, sizeof b->name);
	if (r == 0)
		r = col_copy(st, 2, b->account, sizeof b->account);
	if (r == 0)
		r = col_copy(st, 4, b->until, sizeof b->until);
	b->roles = (unsigned)mk_col_i64(st, 3);
	b->state = (enum mk_member_state)mk_col_i64(st, 5);
	b->created = mk_col_i64(st, 6);
	if (r == 0 && (b->state < MK_MEMBER_PENDING || b->state > MK_MEMBER_DISABLED))
		r = MK_E_DAMAGED;
	return r;
}

static int
ledger_row(struct sqlite3_stmt *st, struct mk_ledger_meta *l)
{
	memset(l, 0, sizeof *l);
	int r = col_id(st, 0, &l->id);
	if (r == 0)
		r = col_id(st, 1, &l->office);
	if (r == 0)
		r = col_copy(st, 2, l->name, sizeof l->name);
	if (r == 0)
		r = col_copy(st, 3, l->class, sizeof l->class);
	if (r == 0)
		r = col_copy(st, 4, l->purposes, sizeof l->purposes);
	l->rotation_due = mk_col_i64(st, 5) != 0;
	l->created = mk_col_i64(st, 6);
	return r;
}

/* Ends a put: runs st inside the transaction that is open. A set that changes no row names none. */
static int
put_run(struct mk_main *m, struct sqlite3_stmt *st, int r)
{
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	if (r == 0 && mk_db_changes(m->db) == 0)
		r = MK_E_NOT_FOUND;
	return r;
}

static int
office_put(struct mk_main *m, const struct mk_office *o, bool add)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, add ? sql_office_add : sql_office_set, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, o->id.s);
	if (r == 0)
		r = mk_bind_text(st, 2, o->name);
	if (r == 0)
		r = mk_bind_i64(st, 3, o->own ? 1 : 0);
	if (r == 0 && add)
		r = mk_bind_i64(st, 4, o->created);
	return put_run(m, st, r);
}

int
mk_main_office_put(struct mk_main *m, const struct mk_office *o, bool add)
{
	if (!id_good(&o->id, 'o') || !text_good(o->name, sizeof o->name, false))
		return MK_E_INPUT;
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, office_put(m, o, add));
}

static int
member_put(struct mk_main *m, const struct mk_member *b, bool add)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, add ? sql_member_add : sql_member_set, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, b->id.s);
	if (r == 0)
		r = mk_bind_text(st, 2, b->name);
	if (r == 0)
		r = mk_bind_text(st, 3, b->account);
	if (r == 0)
		r = mk_bind_i64(st, 4, (int64_t)b->roles);
	if (r == 0)
		r = mk_bind_text(st, 5, b->until);
	if (r == 0)
		r = mk_bind_i64(st, 6, (int64_t)b->state);
	if (r == 0 && add)
		r = mk_bind_i64(st, 7, b->created);
	return put_run(m, st, r);
}

int
mk_main_member_put(struct mk_main *m, const struct mk_member *b, bool add)
{
	if (!id_good(&b->id, 'm') || !text_good(b->name, sizeof b->name, false) ||
	    !text_good(b->account, sizeof b->account, true) ||
	    !text_good(b->until, sizeof b->until, true) || b->roles == 0 ||
	    b->state < MK_MEMBER_PENDING || b->state > MK_MEMBER_DISABLED)
		return MK_E_INPUT;
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, member_put(m, b, add));
}

static int
ledger_put(struct mk_main *m, const struct mk_ledger_meta *l, bool add)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, add ? sql_ledger_add : sql_ledger_set, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, l->id.s);
	if (r == 0)
		r = mk_bind_text(st, 2, l->office.s);
	if (r == 0)
		r = mk_bind_text(st, 3, l->name);
	if (r == 0)
		r = mk_bind_text(st, 4, l->class);
	if (r == 0)
		r = mk_bind_text(st, 5, l->purposes);
	if (r == 0)
		r = mk_bind_i64(st, 6, l->rotation_due ? 1 : 0);
	if (r == 0 && add)
		r = mk_bind_i64(st, 7, l->created);
	return put_run(m, st, r);
}

int
mk_main_ledger_put(struct mk_main *m, const struct mk_ledger_meta *l, bool add)
{
	struct mk_office office;
	if (!id_good(&l->id, 'l') || !id_good(&l->office, 'o') ||
	    !text_good(l->name, sizeof l->name, false) ||
	    !text_good(l->class, sizeof l->class, false) ||
	    !text_good(l->purposes, sizeof l->purposes, true))
		return MK_E_INPUT;
	int r = mk_main_office_get(m, l->office.s, &office);
	if (r < 0)
		return r;
	r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, ledger_put(m, l, add));
}

/* Steps to the one row of a get. 0 with st on the row; the caller resets it. */
static int
get_step(struct mk_main *m, const char *sql, const char *key, struct sqlite3_stmt **st)
{
	int r = mk_stmt(m->db, sql, st);
	if (r == 0)
		r = mk_bind_text(*st, 1, key);
	if (r == 0)
		r = mk_step(m->db, *st);
	return r == 1 ? 0 : r == 0 ? MK_E_NOT_FOUND : r;
}

int
mk_main_office_get(struct mk_main *m, const char *key, struct mk_office *out)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_office o;
	int r = get_step(m, sql_office_get, key, &st);
	if (r == 0)
		r = office_row(st, &o);
	if (r == 0)
		*out = o;
	mk_stmt_reset(st);
	return r;
}

int
mk_main_member_get(struct mk_main *m, const char *key, struct mk_member *out)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_member b;
	int r = get_step(m, sql_member_get, key, &st);
	if (r == 0)
		r = member_row(st, &b);
	if (r == 0)
		*out = b;
	mk_stmt_reset(st);
	return r;
}

int
mk_main_ledger_get(struct mk_main *m, const char *key, struct mk_ledger_meta *out)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_ledger_meta l;
	int r = get_step(m, sql_ledger_get, key, &st);
	if (r == 0)
		r = ledger_row(st, &l);
	if (r == 0)
		*out = l;
	mk_stmt_reset(st);
	return r;
}

int
mk_main_offices(struct mk_main *m, int (*f)(const struct mk_office *, void *), void *arg)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_office o;
	int r = mk_stmt(m->db, sql_offices, &st);
	while (r == 0 && (r = mk_step(m->db, st)) == 1) {
		r = office_row(st, &o);
		if (r == 0)
			r = f(&o, arg);
		if (r != 0)
			break;
	}
	mk_stmt_reset(st);
	return r;
}

int
mk_main_members(struct mk_main *m, int (*f)(const struct mk_member *, void *), void *arg)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_member b;
	int r = mk_stmt(m->db, sql_members, &st);
	while (r == 0 && (r = mk_step(m->db, st)) == 1) {
		r = member_row(st, &b);
		if (r == 0)
			r = f(&b, arg);
		if (r != 0)
			break;
	}
	mk_stmt_reset(st);
	return r;
}

int
mk_main_ledgers(struct mk_main *m, int (*f)(const struct mk_ledger_meta *, void *), void *arg)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_ledger_meta l;
	int r = mk_stmt(m->db, sql_ledgers, &st);
	while (r == 0 && (r = mk_step(m->db, st)) == 1) {
		r = ledger_row(st, &l);
		if (r == 0)
			r = f(&l, arg);
		if (r != 0)
			break;
	}
	mk_stmt_reset(st);
	return r;
}
