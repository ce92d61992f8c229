/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ledger's file: opening, its info row, the write transaction and the commit number. Rows are in
 * ledger_*.c.
 */
#include "ledger_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/store/db.h"

#include "schema_internal.h"

static const char sql_info_get[] = "SELECT commits, class FROM info WHERE one = 1";
static const char sql_class_set[] = "UPDATE info SET class = ?1 WHERE one = 1 AND class = ''";
static const char sql_commit[] = "UPDATE info SET commits = ?2 WHERE one = 1 AND commits = ?1";
static const char sql_epoch_get[] = "SELECT number_epoch FROM info WHERE one = 1";
static const char sql_epoch_set[] =
    "UPDATE info SET number_epoch = ?1 WHERE one = 1 AND number_epoch = 0";
static const char sql_count[] = "SELECT (SELECT count(*) FROM subject),"
				" (SELECT count(*) FROM number), (SELECT count(*) FROM review)";

/*
 * Reads the info row; *fresh when the file has no class yet. Another class than the vault says:
 * DAMAGED.
 */
static int
info_load(struct mk_ledger *l, bool *fresh)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_info_get, &st);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 1) {
		const char *class = mk_col_text(st, 1);
		l->commits = (uint64_t)mk_col_i64(st, 0);
		*fresh = *class == '\0';
		r = *fresh || strcmp(class, l->class) == 0 ? 0 : MK_E_DAMAGED;
	} else if (r == 0) {
		r = MK_E_DAMAGED;
	}
	mk_stmt_reset(st);
	return r;
}

static int
class_set(struct mk_ledger *l)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_ledger_begin(l);
	if (r < 0)
		return r;
	r = mk_stmt(l->db, sql_class_set, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, l->class);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (mk_ledger_spoil(l, r) < 0) {
		mk_ledger_rollback(l);
		return r;
	}
	return mk_ledger_commit(l);
}

int
mk_ledger_open(const char *path, const struct mk_db_keys *keys, const char *class, bool create,
    struct mk_ledger **out)
{
	bool fresh = false;
	if (strnlen(keys->ledger, sizeof keys->ledger) != MK_ID_LEN ||
	    !mk_id_valid(keys->ledger, 'l') || *class == '\0' || strlen(class) >= MK_LSEAL_CLASS)
		return MK_E_INPUT;
	struct mk_ledger *l = calloc(1, sizeof *l);
	if (l == NULL)
		return MK_E_NOMEM;
	memcpy(l->vault, keys->vault, sizeof l->vault);
	memcpy(l->id.s, keys->ledger, MK_ID_LEN);
	memcpy(l->class, class, strlen(class));
	int r = mk_db_open(path, keys, create, &l->db);
	if (r == 0)
		r = mk_migrate(l->db, &mk_schema_ledger);
	if (r == 0)
		r = info_load(l, &fresh);
	if (r == 0 && fresh)
		r = class_set(l);
	if (r < 0) {
		(void)mk_ledger_close(l);
		return r;
	}
	*out = l;
	return 0;
}

int
mk_ledger_close(struct mk_ledger *l)
{
	if (l == NULL)
		return 0;
	mk_search_free(l->search);
	int r = mk_db_close(l->db);
	free(l);
	return r;
}

uint64_t
mk_ledger_commits(const struct mk_ledger *l)
{
	return l->commits;
}

int
mk_ledger_begin(struct mk_ledger *l)
{
	int r = mk_db_begin(l->db);
	if (r == 0) {
		l->writing = true;
		l->failed = 0;
	}
	return r;
}

static int
bump(struct mk_ledger *l)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_commit, &st);
	if (r == 0)
		r = mk_bind_i64(st, 1, (int64_t)l->commits);
	if (r == 0)
		r = mk_bind_i64(st, 2, (int64_t)l->commits + 1);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (r == 0 && mk_db_changes(l->db) != 1)
		r = MK_E_DAMAGED;
	return r;
}

int
mk_ledger_commit(struct mk_ledger *l)
{
	int r = mk_ledger_writing(l);
	if (r == 0)
		r = bump(l);
	if (r < 0) {
		mk_ledger_rollback(l);
		return r;
	}
	l->writing = false;
	r = mk_db_commit(l->db);
	if (r == 0)
		l->commits++;
	return r;
}

void
mk_ledger_rollback(struct mk_ledger *l)
{
	if (l->writing)
		(void)mk_db_rollback(l->db);
	l->writing = false;
	l->failed = 0;
}

int
mk_ledger_writing(const struct mk_ledger *l)
{
	if (!l->writing)
		return MK_E_INTERNAL;
	if (l->failed < 0)
		return l->failed;
	/*
	 * SQLite ends a transaction by itself after some errors; writing on would be outside of it
	 */
	return mk_db_in_transaction(l->db) ? 0 : MK_E_INTERNAL;
}

int
mk_ledger_spoil(struct mk_ledger *l, int r)
{
	if (r < 0 && l->writing && l->failed == 0)
		l->failed = r;
	return r;
}

int
mk_ledger_wrote(struct mk_ledger *l, int r)
{
	if (r == MK_E_EXISTS || r == MK_E_NOT_FOUND || r == MK_E_INPUT)
		return r;
	return mk_ledger_spoil(l, r);
}

static int
epoch_get(struct mk_ledger *l, uint32_t *out)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_epoch_get, &st);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 1)
		*out = (uint32_t)mk_col_i64(st, 0);
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_DAMAGED;
}

int
mk_ledger_epoch_use(struct mk_ledger *l, const struct mk_number_key *k)
{
	struct sqlite3_stmt *st = NULL;
	uint32_t epoch = 0;
	if (k->epoch == 0)
		return MK_E_INTERNAL;
	int r = epoch_get(l, &epoch);
	if (r < 0 || epoch != 0)
		return r < 0 ? r : epoch == k->epoch ? 0 : MK_E_NO_GRANT;
	r = mk_stmt(l->db, sql_epoch_set, &st);
	if (r == 0)
		r = mk_bind_i64(st, 1, (int64_t)k->epoch);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	return mk_ledger_spoil(l, r);
}

int
mk_ledger_count(struct mk_ledger *l, uint64_t *subjects, uint64_t *with_number, uint64_t *reviews)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_count, &st);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 1) {
		if (subjects != NULL)
			*subjects = (uint64_t)mk_col_i64(st, 0);
		if (with_number != NULL)
			*with_number = (uint64_t)mk_col_i64(st, 1);
		if (reviews != NULL)
			*reviews = (uint64_t)mk_col_i64(st, 2);
	}
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_DAMAGED;
}
