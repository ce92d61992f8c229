/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an auditor should look at: which entries are odd by themselves, and their sums. */
#include <sqlite3.h>
#include <string.h>

#include "index_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define NIGHT_FROM 22
#define NIGHT_TO 6
#define JST 32400

static bool
is(const char *text, enum mk_action a)
{
	return strcmp(text, mk_action_name(a)) == 0;
}

static bool
failed_with(const struct mk_entry *e, int err)
{
	return strcmp(e->result, mk_err_code(err)) == 0;
}

/* By the Japanese clock on the record: night, Saturday or Sunday. */
static bool
out_of_hours(int64_t time)
{
	int64_t local = time + JST, day = local / 86400, hour = local % 86400 / 3600;
	int64_t weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday; 0 = Sunday */
	return hour >= NIGHT_FROM || hour < NIGHT_TO || weekday == 0 || weekday == 6;
}

/* Somebody's work, once for each act: an OUTCOME belongs to its INTENT, an end is no work. */
static bool
is_work(const struct mk_entry *e, bool outcome)
{
	return !outcome && e->actor[0] != '\0' && !is(e->action, MK_A_session_end) &&
	       !is(e->action, MK_A_lock) && !is(e->action, MK_A_lock_all);
}

static unsigned
of_event(const struct mk_entry *e)
{
	static const struct {
		enum mk_action action;
		enum mk_anomaly kind;
	} rows[] = {{MK_A_trail_torn, MK_AN_trail_torn}, {MK_A_trail_full, MK_AN_trail_full},
	    {MK_A_keyring_repair, MK_AN_keyring_repair}, {MK_A_login_failed, MK_AN_login_failed},
	    {MK_A_clock_jump, MK_AN_clock_jump}};
	bool over = failed_with(e, MK_E_BUDGET);
	if (is(e->action, MK_A_denied))
		return over ? 1U << MK_AN_over_budget : 1U << MK_AN_denied;
	if (is(e->action, MK_A_alarm)) {
		if (failed_with(e, MK_E_ROLLED_BACK) || failed_with(e, MK_E_TAMPERED))
			return 1U << MK_AN_rolled_back;
		return over ? 1U << MK_AN_over_budget : 1U << MK_AN_alarm;
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is(e->action, rows[i].action))
			return 1U << rows[i].kind;
	return 0;
}

static unsigned
of_outcome(const struct mk_entry *e)
{
	unsigned kinds = 0;
	bool ok = failed_with(e, 0);
	if (strcmp(e->result, "unknown") == 0)
		kinds |= 1U << MK_AN_unknown;
	if (failed_with(e, MK_E_BUDGET))
		kinds |= 1U << MK_AN_over_budget;
	if (ok && is(e->action, MK_A_approval_deny))
		kinds |= 1U << MK_AN_approval_deny;
	if (ok && strstr(e->detail, MK_SELF_APPROVAL_NOTE) != NULL)
		kinds |= 1U << MK_AN_self_approval;
	if (is(e->action, MK_A_purge))
		kinds |= 1U << MK_AN_purge;
	return kinds;
}

unsigned
mk_anomaly_of(const struct mk_entry *e)
{
	bool outcome = strcmp(e->kind, mk_event_kind_name(MK_EV_OUTCOME)) == 0;
	bool event = strcmp(e->kind, mk_event_kind_name(MK_EV_EVENT)) == 0;
	if (e->purged || e->action[0] == '\0')
		return 0;
	unsigned kinds = outcome ? of_outcome(e) : event ? of_event(e) : 0;
	if (is_work(e, outcome) && out_of_hours(e->time))
		kinds |= 1U << MK_AN_off_hours;
	return kinds;
}

int
mk_index_anomalies(struct mk_index *x, int64_t from, int64_t to, mk_anomaly_fn f, void *arg)
{
	static const char sum[] =
	    "SELECT o.kind, w.text, count(*), max(o.seq), o.time FROM odd o LEFT JOIN word w ON "
	    "w.id = o.actor WHERE o.time >= ?1 AND o.time < ?2 GROUP BY o.kind, o.actor";
	struct sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(x->db, sum, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return mk_index_rc(rc);
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to == 0 ? INT64_MAX : to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct mk_anomaly_row row;
		const char *actor = (const char *)sqlite3_column_text(st, 1);
		memset(&row, 0, sizeof row);
		row.kind = (enum mk_anomaly)sqlite3_column_int(st, 0);
		row.count = (uint64_t)sqlite3_column_int64(st, 2);
		row.seq = (uint64_t)sqlite3_column_int64(st, 3);
		row.time = sqlite3_column_int64(st, 4);
		if (actor != NULL)
			(void)mk_str_copy(row.actor, sizeof row.actor, actor);
		if ((unsigned)row.kind < MK_AN_COUNT && f(&row, arg) != 0)
			break;
	}
	sqlite3_finalize(st);
	return mk_index_rc(rc);
}

int
mk_index_last(struct mk_index *x, enum mk_action action, uint64_t *seq, int64_t *time)
{
	static const char last[] = "SELECT seq, time FROM rec INDEXED BY rec_action WHERE "
				   "action = ?1 AND kind != 0 ORDER BY seq DESC LIMIT 1";
	struct sqlite3_stmt *st = NULL;
	int r = 0;
	int64_t word = mk_index_word(x, mk_action_name(action), false, &r);
	if (r < 0 || word == 0)
		return r < 0 ? r : MK_E_NOT_FOUND;
	int rc = sqlite3_prepare_v2(x->db, last, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return mk_index_rc(rc);
	sqlite3_bind_int64(st, 1, word);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		*seq = (uint64_t)sqlite3_column_int64(st, 0);
		*time = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? MK_E_NOT_FOUND : mk_index_rc(rc);
}
