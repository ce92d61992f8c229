/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.db: the vault's own data, without any number: offices, ledgers, members, settings, spent
 * budgets, tombstones. One connection, opened by the vault role with main's page key at the first
 * login. Every write is one transaction that increments the commit number (decisions.md 16).
 */
#ifndef MK_STORE_MAIN_H
#define MK_STORE_MAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/model/id.h"

struct mk_db_keys;
struct mk_main;

#define MK_NAME_MAX 257 /* bytes of a name with its NUL */

struct mk_office {
	struct mk_id id;
	char name[MK_NAME_MAX];
	bool own; /* the firm itself; false: a client (顧問先) */
	int64_t created;
};

enum mk_member_state { MK_MEMBER_PENDING = 1, MK_MEMBER_ACTIVE = 2, MK_MEMBER_DISABLED = 3 };

struct mk_member {
	struct mk_id id;
	char name[MK_NAME_MAX];
	char account[65]; /* login name; as the keyring's slot names it */
	unsigned roles; /* mk_role bits */
	char until[11]; /* last day, YYYY-MM-DD, or "" */
	enum mk_member_state state;
	int64_t created;
};

struct mk_ledger_meta {
	struct mk_id id;
	struct mk_id office;
	char name[MK_NAME_MAX];
	char class[16]; /* employee | payee | client */
	char purposes[257]; /* comma-separated codes */
	bool rotation_due; /* a disabled member held its keys (decisions.md 4) */
	int64_t created;
};

/*
 * Opens or creates DIR/vault/main.db and brings the schema up to date. Borrows keys during the call
 * only. MK_E_MODE when it was written by a newer program, and those of mk_db_open.
 */
int mk_main_open(
    const char *path, const struct mk_db_keys *keys, bool create, struct mk_main **out);
int mk_main_close(struct mk_main *m); /* NULL is fine */
uint64_t mk_main_commits(const struct mk_main *m); /* the commit number */

/*
 * Adds or changes a row; ids are made by the caller. EXISTS when the id or the name (of a member
 * also the account, "" for none) is taken, NOT_FOUND for set and for a ledger's unknown office,
 * INPUT for an id, name, role set or state of no good form. A set keeps created.
 */
int mk_main_office_put(struct mk_main *m, const struct mk_office *o, bool add);
int mk_main_member_put(struct mk_main *m, const struct mk_member *mb, bool add);
int mk_main_ledger_put(struct mk_main *m, const struct mk_ledger_meta *l, bool add);

/* By id, else (a member) account, else exact name. NOT_FOUND. */
int mk_main_office_get(struct mk_main *m, const char *key, struct mk_office *out);
int mk_main_member_get(struct mk_main *m, const char *key, struct mk_member *out);
int mk_main_ledger_get(struct mk_main *m, const char *key, struct mk_ledger_meta *out);

/*
 * Calls f for each row in order of creation, until it returns non-zero (that value is returned). f
 * may read main.db, but not start the same list again.
 */
int mk_main_offices(struct mk_main *m, int (*f)(const struct mk_office *, void *), void *arg);
int mk_main_members(struct mk_main *m, int (*f)(const struct mk_member *, void *), void *arg);
int mk_main_ledgers(struct mk_main *m, int (*f)(const struct mk_ledger_meta *, void *), void *arg);

/*
 * A setting (approvals=on|off, ...): key and value are text. get: NOT_FOUND. value cap bytes with
 * NUL.
 */
int mk_main_set(struct mk_main *m, const char *key, const char *value);
int mk_main_get(struct mk_main *m, const char *key, char *value, size_t cap);

/*
 * Spends one unit of a budget before the act (R8): how many units of `kind` the member has in the
 * last `window` seconds before now, then adds one if it is below `limit`. BUDGET when it is not. A
 * clock that went back counts units "in the future" too: they are not forgotten, and a unit's time
 * is never earlier than the latest one of any member. A clock that jumps ahead does refund: that is
 * the caller's to notice (R14).
 */
int mk_main_budget_spend(struct mk_main *m, const char *member, const char *kind, int64_t now,
    int64_t window, unsigned limit);
/* The same for two windows at once (10 in 600 s and 30 in 86400 s): spent once, or not at all. */
struct mk_budget_limit {
	int64_t window; /* seconds */
	unsigned limit;
};
/* Would a unit more be over one of the limits? Nothing is spent. */
int mk_main_budget_over(struct mk_main *m, const char *member, const char *kind, int64_t now,
    const struct mk_budget_limit *limits, size_t n, bool *over);
int mk_main_budget_spend_all(struct mk_main *m, const char *member, const char *kind, int64_t now,
    const struct mk_budget_limit *limits, size_t n);

#endif
