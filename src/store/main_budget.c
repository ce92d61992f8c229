/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Budgets (security.md R8): one row for each unit spent. They survive restarts because they are
 * rows, and a clock that is set back because a unit's time is never earlier than the latest one
 * ever written.
 */
#include "mynakura/store/main.h"

#include "mynakura/base/err.h"
#include "mynakura/store/db.h"

#include "main_internal.h"

#define KEEP_SECONDS ((int64_t)31 * 86400) /* at least; longer where a window is longer */

static const char sql_seen_get[] = "SELECT seen FROM info WHERE one = 1";
static const char sql_seen_set[] = "UPDATE info SET seen = ?1 WHERE one = 1";
static const char sql_budget_count[] =
    "SELECT count(*) FROM budget WHERE member = ?1 AND kind = ?2 AND time > ?3";
static const char sql_budget_add[] = "INSERT INTO budget (member, kind, time) VALUES (?1, ?2, ?3)";
static const char sql_budget_prune[] =
    "DELETE FROM budget WHERE member = ?1 AND kind = ?2 AND time <= ?3";

/* Runs sql with member, kind, time; *count (may be NULL) gets the row's value. */
static int
run(struct mk_main *m, const char *sql, const char *member, const char *kind, int64_t time,
    int64_t *count)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, member);
	if (r == 0)
		r = mk_bind_text(st, 2, kind);
	if (r == 0)
		r = mk_bind_i64(st, 3, time);
	if (r == 0)
		r = count != NULL ? mk_step(m->db, st) : mk_step_done(m->db, st);
	if (r == 1 && count != NULL) {
		*count = mk_col_i64(st, 0);
		r = 0;
	}
	mk_stmt_reset(st);
	return r;
}

/* The later of now and the latest time spent at. */
static int
mark_get(struct mk_main *m, int64_t now, int64_t *out)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_seen_get, &st);
	if (r == 0)
		r = mk_step(m->db, st);
	if (r == 1) {
		int64_t seen = mk_col_i64(st, 0);
		*out = seen > now ? seen : now;
	}
	mk_stmt_reset(st);
	return r < 0 ? r : r == 1 ? 0 : MK_E_DAMAGED;
}

static int
mark_set(struct mk_main *m, int64_t t)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(m->db, sql_seen_set, &st);
	if (r == 0)
		r = mk_bind_i64(st, 1, t);
	if (r == 0)
		r = mk_step_done(m->db, st);
	mk_stmt_reset(st);
	return r;
}

int
mk_main_budget_over(struct mk_main *m, const char *member, const char *kind, int64_t now,
    const struct mk_budget_limit *limits, size_t n, bool *over)
{
	int64_t t = now;
	int r = mark_get(m, now, &t);
	*over = false;
	for (size_t i = 0; r == 0 && i < n; i++) {
		int64_t spent = 0;
		r = run(m, sql_budget_count, member, kind, t - limits[i].window, &spent);
		*over = *over || spent >= (int64_t)limits[i].limit;
	}
	return r;
}

static int
spend(struct mk_main *m, const char *member, const char *kind, int64_t now,
    const struct mk_budget_limit *limits, size_t n)
{
	int64_t t = now, keep = KEEP_SECONDS;
	int r = mark_get(m, now, &t);
	for (size_t i = 0; r == 0 && i < n; i++) {
		int64_t spent = 0;
		r = run(m, sql_budget_count, member, kind, t - limits[i].window, &spent);
		if (r == 0 && spent >= (int64_t)limits[i].limit)
			r = MK_E_BUDGET;
		if (limits[i].window > keep)
			keep = limits[i].window;
	}
	if (r == 0)
		r = run(m, sql_budget_add, member, kind, t, NULL);
	if (r == 0)
		r = run(m, sql_budget_prune, member, kind, t - keep, NULL);
	if (r == 0)
		r = mark_set(m, t);
	return r;
}

int
mk_main_budget_spend_all(struct mk_main *m, const char *member, const char *kind, int64_t now,
    const struct mk_budget_limit *limits, size_t n)
{
	if (now < 0 || n == 0 || *member == '\0' || *kind == '\0')
		return MK_E_INTERNAL;
	for (size_t i = 0; i < n; i++)
		if (limits[i].window <= 0)
			return MK_E_INTERNAL;
	int r = mk_main_begin(m);
	return r < 0 ? r : mk_main_end(m, spend(m, member, kind, now, limits, n));
}

int
mk_main_budget_spend(struct mk_main *m, const char *member, const char *kind, int64_t now,
    int64_t window, unsigned limit)
{
	const struct mk_budget_limit one = {window, limit};
	return mk_main_budget_spend_all(m, member, kind, now, &one, 1);
}
