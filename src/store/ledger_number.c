/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers: sealed on the way in, opened into locked memory on the way out. SQLite sees the seal and
 * the duplicate index, never a digit; nothing else derived from a number is stored (security.md
 * R3).
 */
#include "ledger_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/model/number.h"
#include "mynakura/store/db.h"

static const char sql_subject_has[] = "SELECT 1 FROM subject WHERE id = ?1";
static const char sql_subject_touch[] = "UPDATE subject SET updated = ?2 WHERE id = ?1";
static const char sql_number_same[] =
    "SELECT subject FROM number WHERE same = ?2 AND subject <> ?1";
static const char sql_number_put[] =
    "INSERT INTO number (subject, epoch, seal, same, source, created)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (subject) DO UPDATE SET epoch = excluded.epoch, seal = excluded.seal,"
    " same = excluded.same, source = excluded.source, created = excluded.created";
static const char sql_number_get[] = "SELECT epoch, seal FROM number WHERE subject = ?1";
static const char sql_number_delete[] = "DELETE FROM number WHERE subject = ?1";

static int
subject_has(struct mk_ledger *l, const char *subject)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_subject_has, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_step(l->db, st);
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_NOT_FOUND;
}

/* EXISTS with *other when another subject has the number. */
static int
others_check(struct mk_ledger *l, const char *subject, const uint8_t same[MK_LEDGER_SAME],
    struct mk_id *other)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_id id = {{0}};
	int r = mk_stmt(l->db, sql_number_same, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_bind_blob(st, 2, same, MK_LEDGER_SAME);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 1)
		r = mk_str_copy(id.s, sizeof id.s, mk_col_text(st, 0)) < 0 ? MK_E_DAMAGED
									   : MK_E_EXISTS;
	mk_stmt_reset(st);
	if (r == MK_E_EXISTS && other != NULL)
		*other = id;
	return r;
}

static int
touch(struct mk_ledger *l, const char *subject, int64_t now)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_subject_touch, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_bind_i64(st, 2, now);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	return r;
}

static int
row_put(struct mk_ledger *l, uint32_t epoch, const char *subject, const struct mk_buf *seal,
    const uint8_t same[MK_LEDGER_SAME], const char *source, int64_t now)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_number_put, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_bind_i64(st, 2, (int64_t)epoch);
	if (r == 0)
		r = mk_bind_blob(st, 3, seal->data, seal->len);
	if (r == 0)
		r = mk_bind_blob(st, 4, same, MK_LEDGER_SAME);
	if (r == 0)
		r = mk_bind_text(st, 5, source);
	if (r == 0)
		r = mk_bind_i64(st, 6, now);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (r == 0)
		r = touch(l, subject, now);
	return mk_ledger_spoil(l, r);
}

/* What can be refused before anything is written. */
static int
put_check(
    struct mk_ledger *l, const char *subject, const struct mk_secret *number, const char *source)
{
	int r = mk_ledger_writing(l);
	if (r < 0)
		return r;
	if (strlen(source) >= sizeof((struct mk_subject *)0)->number_source)
		return MK_E_INPUT;
	if (number->len != MK_NUMBER_LEN || !mk_number_valid((const char *)number->data))
		return MK_E_NUMBER;
	return subject_has(l, subject);
}

int
mk_ledger_number_put(struct mk_ledger *l, const struct mk_number_key *k, const char *subject,
    const struct mk_secret *number, const char *source, int64_t now, struct mk_id *other)
{
	uint8_t same[MK_LEDGER_SAME];
	struct mk_buf seal = MK_BUF_INIT;
	int r = put_check(l, subject, number, source);
	if (r < 0)
		return r;
	r = mk_ledger_same(k, number, same);
	if (r == 0)
		r = others_check(l, subject, same, other);
	if (r == 0)
		r = mk_ledger_seal(
		    l, k, MK_LSEAL_NUMBER, subject, number->data, number->len, &seal);
	if (r == 0)
		r = mk_ledger_epoch_use(l, k);
	if (r == 0)
		r = row_put(l, k->epoch, subject, &seal, same, source, now);
	mk_buf_free(&seal);
	mk_wipe(same, sizeof same);
	return r;
}

/* Opens the seal of the current row (epoch, seal) into a new secret. */
static int
row_open(struct mk_ledger *l, const struct mk_number_key *k, const char *subject,
    struct sqlite3_stmt *st, struct mk_secret **out)
{
	size_t len = 0;
	uint32_t epoch = (uint32_t)mk_col_i64(st, 0);
	const void *sealed = mk_col_blob(st, 1, &len);
	if (len != MK_NUMBER_LEN + MK_SEAL_OVERHEAD)
		return MK_E_DAMAGED;
	struct mk_secret *s = mk_secret_new(MK_NUMBER_LEN);
	if (s == NULL)
		return MK_E_NOMEM;
	int r = mk_ledger_unseal(l, k, MK_LSEAL_NUMBER, subject, epoch, sealed, len, s->data);
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	s->len = MK_NUMBER_LEN;
	*out = s;
	return 0;
}

int
mk_ledger_number_get(
    struct mk_ledger *l, const struct mk_number_key *k, const char *subject, struct mk_secret **out)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_number_get, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 0)
		r = MK_E_NOT_FOUND;
	else if (r == 1)
		r = row_open(l, k, subject, st, out);
	mk_stmt_reset(st);
	return r;
}

int
mk_ledger_number_delete(struct mk_ledger *l, const char *subject)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_ledger_writing(l);
	if (r < 0)
		return r;
	r = mk_stmt(l->db, sql_number_delete, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, subject);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (r == 0 && mk_db_changes(l->db) == 0)
		r = MK_E_NOT_FOUND;
	return mk_ledger_wrote(l, r);
}
