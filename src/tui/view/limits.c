/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's limits: how much a member may do before somebody is asked. */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/policy/limit.h"
#include "view/sign_internal.h"
#include "widget/list_internal.h"

#define DIGITS_MAX 7

struct limits {
	struct mk_view v;
	struct mk_list list;
	uint64_t value[MK_LIMIT_COUNT];
	bool here, wants; /* wants: Enter came before the values */
};

static void
take_limit(void *arg, const struct mk_item *item)
{
	struct limits *l = arg;
	char kind[64];
	mk_item_str(item, MK_T_kind, kind, sizeof kind);
	int i = mk_str_starts(kind, "limit.") ? mk_limit_find(kind + strlen("limit.")) : -1;
	if (i < 0)
		return;
	l->value[i] = mk_get_u64(item->p, item->len, MK_T_count, 0);
	l->here = true;
}

static void ask_value(struct limits *l);

static void
got_status(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct limits *l = (struct limits *)v;
	(void)tag;
	if (r < 0)
		mk_tell_reply(v->tui, r, reply);
	else
		mk_reply_items(reply, take_limit, v);
	if (l->wants && l->here)
		ask_value(l);
}

static void
refresh(struct mk_view *v)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_view_ask(v, &req, got_status, 0);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct limits *l = arg;
	unsigned least, most;
	mk_limit_range((int)row, &least, &most);
	if (col == 0) {
		mk_buf_puts(out, _(mk_limit_words((int)row)));
	} else if (col == 1 && l->here) {
		*el = MK_EL_STRONG;
		mk_buf_printf(out, "%6llu", (unsigned long long)l->value[row]);
	} else if (col == 2) {
		mk_buf_printf(out, "%6u", mk_limit_default((int)row));
	} else if (col == 3) {
		mk_buf_printf(out, "%u - %u", least, most);
	}
}

static int
limits_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("Limit"), 30, 2, 0}, {N_("Now"), 7, 0, 0},
	    {N_("Usual"), 7, 0, 70}, {N_("Between"), 12, 0, 100}};
	struct limits *l = (struct limits *)v;
	(void)arg;
	mk_list_init(&l->list, cols, sizeof cols / sizeof cols[0], cell, l);
	mk_list_count(&l->list, MK_LIMIT_COUNT, false);
	refresh(v);
	return 0;
}

/* --- changing one */

static void
got_set(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r < 0)
		mk_tell_refused(v->tui, r, reply);
	else
		mk_tell(v->tui, MK_TONE_GOOD, "%s", _("Changed and recorded."));
	refresh(v);
}

static void
set(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct limits *l = (struct limits *)v;
	unsigned least, most, value;
	struct mk_msg req;
	int i = (int)l->list.sel;
	mk_limit_range(i, &least, &most);
	if (mk_limit_parse(i, typed, &value) < 0) {
		mk_tell(v->tui, MK_TONE_WARN, _("a whole number from %u to %u"), least, most);
		return;
	}
	mk_msg_init(&req, MK_REQ_limit_set, 0);
	mk_put_str(&req.body, MK_T_field, mk_limit_name(i));
	mk_put_str(&req.body, MK_T_value, typed);
	mk_put_bytes(&req.body, MK_T_passphrase, passphrase->data, passphrase->len);
	mk_view_ask(v, &req, got_set, 0);
}

static void
ask_value(struct limits *l)
{
	unsigned least, most;
	char text[512];
	int i = (int)l->list.sel;
	l->wants = !l->here;
	if (!l->here)
		return;
	mk_limit_range(i, &least, &most);
	snprintf(text, sizeof text,
	    _("%s: now %llu, usually %u, from %u to %u. The change holds for every member."),
	    _(mk_limit_words(i)), (unsigned long long)l->value[i], mk_limit_default(i), least,
	    most);
	const struct mk_sign_arg arg = {.text = text,
	    .label = N_("New value"),
	    .cap = DIGITS_MAX,
	    .passphrase = true,
	    .done = set};
	(void)mk_sign_open(l->v.tui, &arg);
}

static bool
limits_key(struct mk_view *v, const struct mk_key *key)
{
	struct limits *l = (struct limits *)v;
	bool open = false;
	bool used = mk_list_mouse(&l->list, key, &open);
	if (open)
		ask_value(l);
	return used;
}

static bool
limits_act(struct mk_view *v, enum mk_act a)
{
	struct limits *l = (struct limits *)v;
	if (a != MK_ACT_open)
		return mk_list_act(&l->list, a);
	ask_value(l);
	return true;
}

static void
limits_draw(struct mk_view *v, struct mk_area area)
{
	struct limits *l = (struct limits *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	mk_draw(term, area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("How much a member may do before somebody is asked. Enter changes a limit."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&l->list, term, area, NULL);
}

const struct mk_view_ops mk_view_limits = {
    .name = "limits",
    .title = N_("Limits"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct limits),
    .open = limits_open,
    .key = limits_key,
    .act = limits_act,
    .draw = limits_draw,
};
