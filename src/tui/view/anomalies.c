/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands out on the audit trail, by kind and person: not a verdict but what somebody should
 * look at. Enter opens the entries behind a row.
 */
#include "view/trail_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/anomaly.h"
#include "view/rows_internal.h"

struct anomalies {
	struct mk_rows rows;
};

/* Which entries are behind a kind; where nothing stands here: all of the person. */
static const struct {
	enum mk_anomaly kind;
	const char *action, *text;
} behind[] = {
    {MK_AN_rolled_back, "alarm", ""},
    {MK_AN_trail_torn, "trail_torn", ""},
    {MK_AN_trail_full, "trail_full", ""},
    {MK_AN_keyring_repair, "keyring_repair", ""},
    {MK_AN_over_budget, "denied", "budget"},
    {MK_AN_burst, "reveal", ""},
    {MK_AN_login_failed, "login_failed", ""},
    {MK_AN_denied, "denied", ""},
    {MK_AN_clock_jump, "clock_jump", ""},
    {MK_AN_self_approval, "", MK_SELF_APPROVAL_NOTE},
    {MK_AN_approval_deny, "approval_deny", ""},
    {MK_AN_alarm, "alarm", ""},
    {MK_AN_purge, "purge", ""},
};

enum col { KIND, WHO, COUNT, LAST, NUMBER };

/* An unknown kind stands as it came. */
static void
put_kind(const char *kind, struct mk_buf *out, enum mk_el *el)
{
	int i = mk_anomaly_find(kind);
	if (i < 0) {
		mk_buf_puts(out, kind);
		return;
	}
	const char *weight = mk_anomaly_weight((enum mk_anomaly)i);
	bool high = strcmp(weight, "high") == 0, low = strcmp(weight, "low") == 0;
	*el = high ? MK_EL_BAD : low ? MK_EL_TEXT : MK_EL_DOUBT;
	mk_buf_printf(out, "%s%s", high ? "! " : "  ", _(mk_anomaly_words((enum mk_anomaly)i)));
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	struct mk_rows *rows = arg;
	const struct mk_item it = mk_rows_at(rows, row);
	char s[128];
	switch (col) {
	case KIND:
		mk_item_str(&it, MK_T_kind, s, sizeof s);
		put_kind(s, out, el);
		break;
	case WHO:
		mk_item_str(&it, MK_T_actor, s, sizeof s);
		mk_buf_puts(out, s[0] != '\0' ? mk_tui_member_name(rows->v.tui, s) : "-");
		break;
	case COUNT:
		mk_buf_printf(
		    out, "%5llu", (unsigned long long)mk_get_u64(it.p, it.len, MK_T_count, 0));
		break;
	case LAST:
		mk_put_time(mk_get_i64(it.p, it.len, MK_T_time, 0), out);
		break;
	default:
		mk_buf_printf(
		    out, "%llu", (unsigned long long)mk_get_u64(it.p, it.len, MK_T_seq, 0));
	}
}

static void
open_one(struct mk_rows *rows)
{
	struct mk_trail_arg arg;
	struct mk_item it;
	char kind[64];
	if (!mk_rows_selected(rows, &it))
		return;
	memset(&arg, 0, sizeof arg);
	mk_item_str(&it, MK_T_kind, kind, sizeof kind);
	mk_item_str(&it, MK_T_actor, arg.filter.actor, sizeof arg.filter.actor);
	int wanted = mk_anomaly_find(kind);
	for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
		if (wanted < 0 || behind[i].kind != (enum mk_anomaly)wanted)
			continue;
		(void)mk_str_copy(arg.filter.action, sizeof arg.filter.action, behind[i].action);
		(void)mk_str_copy(arg.filter.text, sizeof arg.filter.text, behind[i].text);
	}
	(void)mk_view_open(rows->v.tui, &mk_view_trail, &arg);
}

static int
anomalies_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {[KIND] = {N_("Finding"), 30, 3, 0},
	    [WHO] = {N_("Who"), 10, 1, 0},
	    [COUNT] = {N_("Times"), 5, 0, 0},
	    [LAST] = {N_("Last"), 11, 0, 60},
	    [NUMBER] = {N_("No."), 6, 0, 72}};
	struct anomalies *a = (struct anomalies *)v;
	(void)arg;
	a->rows.pick = open_one;
	mk_rows_open(&a->rows, MK_REQ_audit_anomalies, cols, sizeof cols / sizeof cols[0], cell);
	return 0;
}

static bool
anomalies_act(struct mk_view *v, enum mk_act act)
{
	struct anomalies *a = (struct anomalies *)v;
	if (act != MK_ACT_open)
		return mk_list_act(&a->rows.list, act);
	mk_rows_pick(&a->rows);
	return true;
}

static void
anomalies_draw(struct mk_view *v, struct mk_area area)
{
	struct anomalies *a = (struct anomalies *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	mk_draw(term, area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("What stands out on the trail. Enter shows the entries: ask whoever was there."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&a->rows.list, term, area, a->rows.here ? _("Nothing stands out.") : NULL);
}

const struct mk_view_ops mk_view_anomalies = {
    .name = "anomalies",
    .title = N_("Anomalies"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct anomalies),
    .open = anomalies_open,
    .key = mk_rows_key,
    .act = anomalies_act,
    .draw = anomalies_draw,
    .shown = mk_rows_refresh,
    .close = mk_rows_close,
};
