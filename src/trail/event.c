/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an event may hold, and its body. */
#include "mynakura/trail/event.h"

#include <string.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/json.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/id.h"
#include "mynakura/model/number.h"

static const char *const kinds[] = {"intent", "outcome", "event"};

const char *
mk_event_kind_name(enum mk_event_kind k)
{
	return (unsigned)k < sizeof kinds / sizeof kinds[0] ? kinds[k] : NULL;
}

/* May be NULL. An id is random by design and no text of a person, so only its form counts. */
static int
check_text(const char *s)
{
	if (s == NULL || mk_id_valid(s, 0))
		return 0;
	size_t len = strlen(s);
	if (len > MK_EVENT_TEXT_MAX)
		return MK_E_TOO_BIG;
	if (mk_text_check(s, len, NULL) < 0)
		return MK_E_TEXT;
	return mk_number_in_text(s, len) ? MK_E_NUMBER : 0;
}

static bool
ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);
	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* A hash holds 12 digits that pass the check in about one of sixty cases. */
static bool
is_hash(const struct mk_detail *d)
{
	if (!ends_in(d->key, "sha256") && !ends_in(d->key, "fingerprint") &&
	    !ends_in(d->key, "head"))
		return false;
	return strlen(d->value) == 64 && strspn(d->value, "0123456789abcdef") == 64;
}

static int
check_detail(const struct mk_detail *d)
{
	if (d->key == NULL || d->value == NULL)
		return MK_E_INPUT;
	size_t n = strspn(d->key, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (n == 0 || n > 32 || d->key[n] != '\0')
		return MK_E_INPUT;
	if (is_hash(d))
		return 0;
	return mk_number_in_text(d->key, n) ? MK_E_NUMBER : check_text(d->value);
}

int
mk_event_check(const struct mk_event *e)
{
	const char *texts[] = {e->actor, e->role, e->session, e->terminal, e->from, e->ledger,
	    e->purpose, e->result, e->reason};
	int r = 0;
	if (mk_action_name(e->action) == NULL || mk_event_kind_name(e->kind) == NULL)
		return MK_E_INPUT;
	if (e->ref > INT64_MAX || e->commit > INT64_MAX || e->time < 0 ||
	    mk_date_jst(e->time).year > 9999)
		return MK_E_INPUT;
	if (e->n_subjects > MK_EVENT_SUBJECTS_MAX || e->n_details > MK_EVENT_DETAILS_MAX)
		return MK_E_TOO_BIG;
	for (size_t i = 0; r == 0 && i < sizeof texts / sizeof texts[0]; i++)
		r = check_text(texts[i]);
	for (size_t i = 0; r == 0 && i < e->n_subjects; i++)
		r = mk_id_valid(e->subjects[i], 0) ? 0 : MK_E_INPUT;
	for (size_t i = 0; r == 0 && i < e->n_details; i++)
		r = check_detail(&e->details[i]);
	return r;
}

static void
put_text(struct mk_json *j, const char *key, const char *s)
{
	if (s != NULL && s[0] != '\0')
		mk_json_str(j, key, s);
}

int
mk_event_body(const struct mk_event *e, struct mk_buf *out)
{
	struct mk_json j;
	char time[MK_TIME_MAX];
	mk_time_format(e->time, time);
	mk_json_init(&j, out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "kind", mk_event_kind_name(e->kind));
	mk_json_str(&j, "time", time);
	mk_json_str(&j, "action", mk_action_name(e->action));
	put_text(&j, "actor", e->actor);
	put_text(&j, "role", e->role);
	if (e->has_uid)
		mk_json_int(&j, "uid", e->uid);
	put_text(&j, "session", e->session);
	put_text(&j, "terminal", e->terminal);
	put_text(&j, "from", e->from);
	put_text(&j, "ledger", e->ledger);
	if (e->n_subjects > 0) {
		mk_json_arr(&j, "subjects");
		for (size_t i = 0; i < e->n_subjects; i++)
			mk_json_str(&j, NULL, e->subjects[i]);
		mk_json_end_arr(&j);
	}
	put_text(&j, "purpose", e->purpose);
	put_text(&j, "result", e->result);
	if (e->ref != 0)
		mk_json_int(&j, "ref", (int64_t)e->ref);
	if (e->commit != 0)
		mk_json_int(&j, "commit", (int64_t)e->commit);
	put_text(&j, "reason", e->reason);
	if (e->n_details > 0) {
		mk_json_obj(&j, "detail");
		for (size_t i = 0; i < e->n_details; i++)
			mk_json_str(&j, e->details[i].key, e->details[i].value);
		mk_json_end_obj(&j);
	}
	mk_json_end_obj(&j);
	return mk_buf_error(out);
}
