/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Home: what needs doing today, and the way to every screen that the session's roles may use. Each
 * row is opened with Enter, its digit or a click.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define ALARMS_MAX 8
#define ALARM_BYTES 256
#define DIGITS 9 /* rows that a digit opens */

enum row {
	CAPTURE,
	QUEUE,
	SUBJECTS,
	EXPORT,
	TRAIL,
	VERIFY,
	TASK,
	APPROVALS,
	MEMBERS,
	KEYS,
	ANOMALIES,
	LIMITS,
	CLOCK,
	ROWS
};

static const struct {
	const char *label, *what; /* msgids */
	unsigned roles; /* any of them; 0: all */
} rows[ROWS] = {
    [CAPTURE] = {N_("Scan cards"), N_("My Number cards, notification cards, resident records"),
	MK_ROLES_NUMBER},
    [QUEUE] = {N_("Review"), NULL, MK_ROLES_NUMBER},
    [SUBJECTS] = {N_("People"), NULL, MK_ROLES_NUMBER | MK_ROLE_auditor},
    [EXPORT] = {N_("Export"), N_("a file for payroll, HR or government systems"), MK_ROLES_NUMBER},
    [TRAIL] = {N_("Audit trail"), N_("who did what, and when"), MK_ROLE_chief | MK_ROLE_auditor},
    [VERIFY] = {N_("Verify the record"), N_("is the audit trail whole, link by link"), 0},
    [TASK] = {N_("Task"), N_("work for another ledger or purpose"), MK_ROLES_NUMBER},
    [APPROVALS] = {N_("Approvals"), NULL, MK_ROLES_NUMBER | MK_ROLE_admin},
    [MEMBERS] = {N_("Members"), N_("who may do what, until when; ledgers, one-time codes"),
	MK_R_PEOPLE},
    [KEYS] = {N_("Keys"), N_("who holds one, and what it opens"), MK_R_KEYS},
    [ANOMALIES] = {N_("Anomalies"), N_("what somebody should look at"), MK_R_AUDIT},
    [LIMITS] = {N_("Limits"), N_("how much before somebody is asked"), MK_R_PEOPLE},
    [CLOCK] = {N_("Clock"), NULL, MK_R_PEOPLE},
};

struct home {
	struct mk_view v;
	struct mk_list list;
	enum row shown[ROWS];
	size_t n;
	bool counted;
	uint64_t subjects, numbers, review; /* over the ledgers of the session */
	char alarm[ALARMS_MAX][ALARM_BYTES];
	size_t n_alarms;
	bool asked, clock_here, clock_right;
	size_t for_me, granted,
	    waiting; /* requests: to decide, one's own to go on with, one's own */
};

/* --- what needs doing */

static void
take_count(void *arg, const struct mk_item *item)
{
	struct home *h = arg;
	char kind[32];
	uint64_t n = mk_get_u64(item->p, item->len, MK_T_count, 0);
	mk_item_str(item, MK_T_kind, kind, sizeof kind);
	if (strcmp(kind, "subjects") == 0)
		h->subjects += n;
	else if (strcmp(kind, "numbers") == 0)
		h->numbers += n;
	else if (strcmp(kind, "review") == 0)
		h->review += n;
}

static void
take_alarms(struct home *h, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	h->n_alarms = 0;
	while (mk_item_next(&rd, &it) > 0) {
		struct mk_buf words = MK_BUF_INIT;
		/* What every screen says in its second line is not said again. */
		if (it.tag != MK_T_alarm || h->n_alarms == ALARMS_MAX ||
		    (it.len > 9 && memcmp(it.p, "embedded:", 9) == 0))
			continue;
		mk_sentence((const char *)it.p, it.len, &words);
		snprintf(h->alarm[h->n_alarms++], ALARM_BYTES, "%s", mk_buf_str(&words));
		mk_buf_free(&words);
	}
}

static void
got_status(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct home *h = (struct home *)v;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	h->subjects = h->numbers = h->review = 0;
	mk_reply_items(reply, take_count, h);
	take_alarms(h, reply);
	h->counted = true;
}

static void
take_approval(void *arg, const struct mk_item *item)
{
	struct home *h = arg;
	char who[MK_ID_MAX], state[16];
	mk_item_str(item, MK_T_requester, who, sizeof who);
	mk_item_str(item, MK_T_state, state, sizeof state);
	bool own = strcmp(who, mk_tui_session(h->v.tui)->member) == 0;
	bool waits = strcmp(state, "waiting") == 0;
	h->for_me += waits && mk_get_bool(item->p, item->len, MK_T_ok, false) ? 1 : 0;
	h->granted += own && strcmp(state, "granted") == 0 ? 1 : 0;
	h->waiting += own && waits ? 1 : 0;
}

/* The first page is enough: who has more of them opens the list. */
static void
got_approvals(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct home *h = (struct home *)v;
	(void)tag;
	if (r < 0)
		return;
	h->for_me = h->granted = h->waiting = 0;
	mk_reply_items(reply, take_approval, h);
	h->asked = true;
}

static void
got_clock(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct home *h = (struct home *)v;
	(void)tag;
	h->clock_here = r == 0;
	h->clock_right =
	    r < 0 || mk_get_bool(reply->body.data, reply->body.len, MK_T_confirmed, true);
}

static bool
has_row(const struct home *h, enum row r)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->shown[i] == r)
			return true;
	return false;
}

static void
refresh(struct mk_view *v)
{
	const struct home *h = (const struct home *)v;
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_view_ask(v, &req, got_status, 0);
	if (has_row(h, APPROVALS)) {
		mk_msg_init(&req, MK_REQ_approval_list, 0);
		mk_view_ask(v, &req, got_approvals, 0);
	}
	if (has_row(h, CLOCK)) {
		mk_msg_init(&req, MK_REQ_clock_status, 0);
		mk_view_ask(v, &req, got_clock, 0);
	}
}

/* --- rows */

static void
put_approvals(const struct home *h, struct mk_buf *out, enum mk_el *el)
{
	const char *sep = "";
	if (!h->asked)
		return;
	*el = h->for_me + h->granted > 0 ? MK_EL_STRONG : MK_EL_TEXT;
	if (h->for_me > 0) {
		mk_buf_printf(out, _("%zu wait for your decision"), h->for_me);
		sep = ", ";
	}
	if (h->granted > 0) {
		mk_buf_printf(out, "%s", sep);
		mk_buf_printf(out, _("%zu of yours granted: go on"), h->granted);
		sep = ", ";
	}
	if (h->waiting > 0) {
		mk_buf_printf(out, "%s", sep);
		mk_buf_printf(out, _("%zu of yours wait"), h->waiting);
	} else if (*sep == '\0') {
		mk_buf_puts(out, _("nothing waits"));
	}
}

static void
what_text(const struct home *h, enum row r, struct mk_buf *out, enum mk_el *el)
{
	if (rows[r].what != NULL) {
		mk_buf_puts(out, _(rows[r].what));
	} else if (r == APPROVALS) {
		put_approvals(h, out, el);
	} else if (r == CLOCK) {
		*el = h->clock_right ? MK_EL_TEXT : MK_EL_STRONG;
		mk_buf_puts(out, !h->clock_here   ? ""
				 : h->clock_right ? _("the time is right")
						  : _("put forward: not confirmed"));
	} else if (!h->counted) {
		return;
	} else if (r == QUEUE) {
		*el = h->review > 0 ? MK_EL_STRONG : MK_EL_TEXT;
		mk_buf_printf(out,
		    h->review > 0 ? _("%llu scanned cards wait for a person's eye")
				  : _("nothing waits"),
		    (unsigned long long)h->review);
	} else {
		mk_buf_printf(out, _("%llu people, %llu with a number"),
		    (unsigned long long)h->subjects, (unsigned long long)h->numbers);
	}
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct home *h = arg;
	enum row r = h->shown[row];
	if (col == 0 && row < DIGITS)
		mk_buf_printf(out, "%zu %s", row + 1, _(rows[r].label));
	else if (col == 0)
		mk_buf_printf(out, "  %s", _(rows[r].label));
	else
		what_text(h, r, out, el);
}

static int
home_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{NULL, 24, 0, 0}, {NULL, 20, 1, 0}};
	struct home *h = (struct home *)v;
	unsigned bits = mk_tui_session(v->tui)->role_bits;
	(void)arg;
	for (int r = 0; r < ROWS; r++)
		if (rows[r].roles == 0 || (rows[r].roles & bits) != 0)
			h->shown[h->n++] = (enum row)r;
	mk_list_init(&h->list, cols, 2, cell, h);
	mk_list_count(&h->list, h->n, false);
	refresh(v);
	return 0;
}

static void
open_row(struct mk_view *v, enum row r)
{
	static const struct mk_view_ops *const views[ROWS] = {[CAPTURE] = &mk_view_capture,
	    [QUEUE] = &mk_view_queue,
	    [SUBJECTS] = &mk_view_subjects,
	    [EXPORT] = &mk_view_export,
	    [TRAIL] = &mk_view_trail,
	    [VERIFY] = &mk_view_verify,
	    [TASK] = &mk_view_task,
	    [APPROVALS] = &mk_view_approvals,
	    [MEMBERS] = &mk_view_members,
	    [KEYS] = &mk_view_keys,
	    [ANOMALIES] = &mk_view_anomalies,
	    [LIMITS] = &mk_view_limits,
	    [CLOCK] = &mk_view_clock};
	(void)mk_view_open(v->tui, views[r], NULL);
}

static bool
home_key(struct mk_view *v, const struct mk_key *key)
{
	struct home *h = (struct home *)v;
	bool open = false;
	bool used = mk_list_mouse(&h->list, key, &open);
	if (key->code == MK_KEY_CHAR && key->mods == 0 && key->ch >= '1' && key->ch <= '9' &&
	    key->ch < '1' + h->n) {
		mk_list_select(&h->list, key->ch - '1');
		used = open = true;
	}
	if (open && h->n > 0)
		open_row(v, h->shown[h->list.sel]);
	return used;
}

static bool
home_act(struct mk_view *v, enum mk_act a)
{
	struct home *h = (struct home *)v;
	if (a == MK_ACT_open && h->n > 0)
		open_row(v, h->shown[h->list.sel]);
	else if (a == MK_ACT_task)
		(void)mk_view_open(v->tui, &mk_view_task, NULL);
	else if (a == MK_ACT_passphrase)
		(void)mk_view_open(v->tui, &mk_view_newpass, NULL);
	else if (a == MK_ACT_quit)
		mk_tui_quit(v->tui, 0);
	else
		return mk_list_act(&h->list, a);
	return true;
}

static void
home_draw(struct mk_view *v, struct mk_area area)
{
	struct home *h = (struct home *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int y = area.y;
	for (size_t i = 0; i < h->n_alarms && y < area.y + 4; i++)
		mk_drawf(term, y++, area.x + 1, area.w - 2, MK_EL_DOUBT, "! %s", h->alarm[i]);
	y++;
	struct mk_area rest = {y, area.x, area.y + area.h - y, area.w};
	mk_list_draw(&h->list, term, rest, NULL);
}

const struct mk_view_ops mk_view_home = {
    .name = "home",
    .title = N_("Home"),
    .places = MK_P_LIST | MK_P_HOME,
    .size = sizeof(struct home),
    .open = home_open,
    .key = home_key,
    .act = home_act,
    .draw = home_draw,
    .shown = refresh,
};
