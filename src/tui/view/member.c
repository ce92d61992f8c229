/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One member: roles and last day, shut out and let in, a new one-time code; and below the ledgers of
 * the office with what the member may open of each.
 */
#include "view/member_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/report/words.h"
#include "view/rows_internal.h"
#include "view/sign_internal.h"

#define HEAD_ROWS 6
#define LABEL_CELLS 14
#define CODE_WORD "code"

struct member {
	struct mk_rows rows; /* the office's ledgers */
	struct mk_member_arg m;
	struct mk_buf grants; /* items {ledger, grant} of the member's slot */
	bool known; /* grants are here */
	bool wants_give; /* Enter came before they were */
	char ledger[MK_ID_MAX]; /* which one is asked about */
	bool give;
};

/* --- what the member may open */

static void
take_slot(void *arg, const struct mk_item *slot)
{
	struct member *m = arg;
	struct mk_rd rd;
	struct mk_item it;
	char id[MK_ID_MAX];
	mk_item_str(slot, MK_T_member, id, sizeof id);
	if (strcmp(id, m->m.id) != 0)
		return;
	mk_rd_init(&rd, slot->p, slot->len);
	while (mk_item_next(&rd, &it) > 0) {
		struct mk_buf rec = MK_BUF_INIT;
		if (it.tag != MK_T_item)
			continue;
		mk_buf_put(&rec, it.p, it.len);
		mk_put_rec(&m->grants, MK_T_item, &rec);
		mk_buf_free(&rec);
	}
}

static void ask_give(struct member *m);

static void
got_slots(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct member *m = (struct member *)v;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	mk_buf_reset(&m->grants);
	mk_reply_items(reply, take_slot, m);
	m->known = true;
	if (m->wants_give)
		ask_give(m);
}

/* "number", "page", or "" of a ledger. */
static void
grant_of(const struct member *m, const char *ledger, char *out, size_t cap)
{
	struct mk_rd rd;
	struct mk_item it;
	char id[MK_ID_MAX], grant[16];
	out[0] = '\0';
	mk_rd_init(&rd, m->grants.data, m->grants.len);
	while (mk_item_next(&rd, &it) > 0) {
		mk_item_str(&it, MK_T_ledger, id, sizeof id);
		mk_item_str(&it, MK_T_grant, grant, sizeof grant);
		if (strcmp(id, ledger) == 0)
			(void)mk_str_copy(out, cap, grant);
	}
}

/* --- asking */

static void
take_self(void *arg, const struct mk_item *item)
{
	struct member *m = arg;
	char id[MK_ID_MAX];
	mk_item_str(item, MK_T_id, id, sizeof id);
	if (strcmp(id, m->m.id) == 0)
		mk_member_read(item, &m->m);
}

static void
got_self(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r == 0)
		mk_reply_items(reply, take_self, v);
}

static void
ask_more(struct mk_view *v)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_key_slots, 0);
	mk_view_ask(v, &req, got_slots, 0);
	mk_msg_init(&req, MK_REQ_member_list, 0);
	mk_view_ask(v, &req, got_self, 0);
}

static void
refresh(struct mk_view *v)
{
	mk_rows_refresh(v);
	ask_more(v);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct member *m = arg;
	char id[MK_ID_MAX], s[300];
	if (col == 0) {
		mk_rows_put(&m->rows, row, MK_T_name, out);
	} else if (col == 2) {
		mk_rows_str(&m->rows, row, MK_T_class, s, sizeof s);
		mk_class_words(s, out);
	} else if (m->known) {
		mk_rows_str(&m->rows, row, MK_T_id, id, sizeof id);
		grant_of(m, id, s, sizeof s);
		*el = s[0] != '\0' ? MK_EL_STRONG : MK_EL_DIM;
		mk_buf_puts(out, mk_word(s[0] != '\0' ? s : "none"));
	}
}

static int
member_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("Ledger"), 18, 2, 0},
	    {N_("May open it"), 18, 1, 0}, {N_("Whose numbers"), 20, 1, 90}};
	struct member *m = (struct member *)v;
	m->m = *(const struct mk_member_arg *)arg;
	m->rows.id = MK_T_id;
	mk_rows_open(&m->rows, MK_REQ_ledger_list, cols, sizeof cols / sizeof cols[0], cell);
	ask_more(v);
	return 0;
}

/* --- ledgers */

static void
got_done(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r < 0)
		mk_tell_refused(v->tui, r, reply);
	else
		mk_tell(v->tui, MK_TONE_GOOD, "%s", _("Done and recorded."));
	ask_more(v);
}

static void
give_or_take(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct member *m = (struct member *)v;
	struct mk_msg req;
	(void)typed;
	(void)passphrase;
	mk_msg_init(&req, m->give ? MK_REQ_ledger_grant : MK_REQ_ledger_revoke, 0);
	mk_put_str(&req.body, MK_T_ledger, m->ledger);
	mk_put_str(&req.body, MK_T_member, m->m.id);
	mk_view_ask(v, &req, got_done, 0);
}

static void
ask_give(struct member *m)
{
	struct mk_item it;
	char text[1024], name[264], grant[16];
	m->wants_give = !m->known || !m->rows.here;
	if (m->wants_give || !mk_rows_selected(&m->rows, &it))
		return;
	mk_item_str(&it, MK_T_id, m->ledger, sizeof m->ledger);
	mk_item_str(&it, MK_T_name, name, sizeof name);
	grant_of(m, m->ledger, grant, sizeof grant);
	m->give = grant[0] == '\0';
	snprintf(text, sizeof text,
	    m->give
		? _("%s may open the ledger %s from now on: clerks and chiefs with the numbers, "
		    "others without.")
		: _("%s cannot open the ledger %s any more, from now on. What was seen or copied "
		    "before stays known."),
	    m->m.name, name);
	const struct mk_sign_arg arg = {.text = text, .done = give_or_take};
	(void)mk_sign_open(m->rows.v.tui, &arg);
}

/* --- the member */

static void
got_code(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct member *m = (struct member *)v;
	(void)tag;
	ask_more(v);
	if (r < 0)
		mk_tell_refused(v->tui, r, reply);
	else if (!mk_code_show(v->tui, reply, &m->m))
		mk_tell(v->tui, MK_TONE_GOOD, "%s", _("Done and recorded."));
}

static void
shut_or_let_in(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct member *m = (struct member *)v;
	struct mk_msg req;
	(void)typed;
	(void)passphrase;
	bool out = strcmp(m->m.state, "disabled") == 0;
	mk_msg_init(&req, out ? MK_REQ_member_enable : MK_REQ_member_disable, 0);
	mk_put_str(&req.body, MK_T_member, m->m.id);
	mk_view_ask(v, &req, out ? got_code : got_done, 0);
}

static void
ask_shut_out(struct member *m)
{
	char text[1024];
	bool out = strcmp(m->m.state, "disabled") == 0;
	snprintf(text, sizeof text,
	    out ? _("%s is let in again with a new one-time code. The ledgers have to be given "
		    "anew.")
		: _("%s is shut out of this computer at once: the key and all ledgers are taken "
		    "away, open sessions end. Copies that were made before are not reached by it."),
	    m->m.name);
	const struct mk_sign_arg arg = {
	    .text = text, .word = out ? NULL : "out", .done = shut_or_let_in};
	(void)mk_sign_open(m->rows.v.tui, &arg);
}

static void
new_code(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct member *m = (struct member *)v;
	struct mk_msg req;
	(void)typed;
	(void)passphrase;
	mk_msg_init(&req, MK_REQ_member_reset, 0);
	mk_put_str(&req.body, MK_T_member, m->m.id);
	mk_view_ask(v, &req, got_code, 0);
}

static void
ask_code(struct member *m)
{
	char text[1024];
	snprintf(text, sizeof text,
	    _("%s gets a new one-time code, for 7 days. The present passphrase stops working at "
	      "once, and all ledgers have to be given anew."),
	    m->m.name);
	const struct mk_sign_arg arg = {.text = text, .word = CODE_WORD, .done = new_code};
	(void)mk_sign_open(m->rows.v.tui, &arg);
}

/* --- the view */

static unsigned
member_places(const struct mk_view *v)
{
	bool chief = (mk_tui_session(v->tui)->role_bits & MK_ROLE_chief) != 0;
	return chief ? MK_P_GIVE : 0;
}

static bool
member_key(struct mk_view *v, const struct mk_key *key)
{
	struct member *m = (struct member *)v;
	bool open = false;
	bool used = mk_list_mouse(&m->rows.list, key, &open);
	if (open && member_places(v) != 0)
		ask_give(m);
	return used;
}

static bool
member_act(struct mk_view *v, enum mk_act a)
{
	struct member *m = (struct member *)v;
	if (a == MK_ACT_give)
		ask_give(m);
	else if (a == MK_ACT_change)
		(void)mk_view_open(v->tui, &mk_view_member_form, &m->m);
	else if (a == MK_ACT_shut_out)
		ask_shut_out(m);
	else if (a == MK_ACT_new_code)
		ask_code(m);
	else
		return a == MK_ACT_open || mk_list_act(&m->rows.list, a);
	return true;
}

static void
draw_line(struct mk_term *term, int y, struct mk_area area, const char *label, const char *value)
{
	mk_draw(term, y, area.x + 2, LABEL_CELLS, MK_EL_LABEL, label);
	mk_draw(term, y, area.x + 3 + LABEL_CELLS, area.w - LABEL_CELLS - 4, MK_EL_TEXT, value);
}

static void
member_draw(struct mk_view *v, struct mk_area area)
{
	struct member *m = (struct member *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	struct mk_buf roles = MK_BUF_INIT;
	mk_roles_words(m->m.roles, &roles);
	mk_draw(term, area.y, area.x + 2, area.w - 4, MK_EL_STRONG, m->m.name);
	draw_line(term, area.y + 1, area, _("Account"), m->m.account);
	draw_line(term, area.y + 2, area, _("Roles"), mk_buf_str(&roles));
	draw_line(term, area.y + 3, area, _("State"), mk_word(m->m.state));
	draw_line(term, area.y + 4, area, _("Last day"), m->m.until[0] != '\0' ? m->m.until : "-");
	mk_buf_free(&roles);
	area.y += HEAD_ROWS;
	area.h -= HEAD_ROWS;
	mk_list_draw(&m->rows.list, term, area, m->rows.here ? _("There is no ledger yet.") : NULL);
}

static void
member_close(struct mk_view *v)
{
	mk_buf_free(&((struct member *)v)->grants);
	mk_rows_close(v);
}

const struct mk_view_ops mk_view_member = {
    .name = "member",
    .title = N_("Member"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_MEMBER,
    .size = sizeof(struct member),
    .open = member_open,
    .more_places = member_places,
    .key = member_key,
    .act = member_act,
    .draw = member_draw,
    .shown = refresh,
    .close = member_close,
};
