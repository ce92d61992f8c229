/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One person of a ledger, without the number; from here the number is shown for a moment, data is
 * corrected, and the history is read.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/report/words.h"
#include "subject_internal.h"

#define LABEL_CELLS 20

struct subject {
	struct mk_view v;
	struct mk_subject_arg arg;
	struct mk_buf item; /* the record of subject_show */
	bool has_number;
	enum mk_act pending; /* typed before the record was here; MK_ACT_NONE */
};

static void
take_item(void *arg, const struct mk_item *item)
{
	struct mk_buf *out = arg;
	mk_buf_reset(out);
	mk_buf_put(out, item->p, item->len);
}

static void
got_subject(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct subject *s = (struct subject *)v;
	struct mk_item it;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	mk_reply_items(reply, take_item, &s->item);
	s->has_number = mk_find(s->item.data, s->item.len, MK_T_number, &it);
	(void)mk_get_str(s->item.data, s->item.len, MK_T_name, s->arg.name, sizeof s->arg.name);
	enum mk_act a = s->pending;
	s->pending = MK_ACT_NONE;
	if (a != MK_ACT_NONE)
		(void)v->ops->act(v, a);
}

static void
refresh(struct mk_view *v)
{
	const struct subject *s = (const struct subject *)v;
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_subject_show, 0);
	mk_put_str(&req.body, MK_T_subject, s->arg.id);
	mk_put_str(&req.body, MK_T_ledger, s->arg.ledger);
	mk_view_ask(v, &req, got_subject, 0);
}

static int
subject_open(struct mk_view *v, const void *arg)
{
	struct subject *s = (struct subject *)v;
	s->arg = *(const struct mk_subject_arg *)arg;
	s->pending = MK_ACT_NONE;
	refresh(v);
	return 0;
}

/* --- acts */

static void
reason_given(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	const struct subject *s = (const struct subject *)v;
	struct mk_reveal_arg arg;
	(void)secret;
	memset(&arg, 0, sizeof arg);
	arg.subject = s->arg;
	(void)mk_str_copy(arg.reason, sizeof arg.reason, typed);
	(void)mk_view_open(v->tui, &mk_view_reveal, &arg);
}

static void
ask_reason(struct subject *s)
{
	char text[512];
	if (!s->has_number) {
		mk_tell(s->v.tui, MK_TONE_WARN, "%s", _("No number is kept for this person."));
		return;
	}
	snprintf(text, sizeof text,
	    _("The number of %s will be shown for %d seconds. It is recorded, with your reason, "
	      "before it appears."),
	    s->arg.name, MK_REVEAL_S);
	const struct mk_dialog_arg dialog = {
	    .text = text, .label = _("Reason"), .cap = 500, .done = reason_given};
	(void)mk_view_open(s->v.tui, &mk_view_dialog, &dialog);
}

/* With the data that stands here, so that what is typed at once meets no empty field. */
static void
edit(struct subject *s)
{
	const struct mk_person_arg arg = {s->arg, &s->item};
	(void)mk_view_open(s->v.tui, &mk_view_person, &arg);
}

static void
history(struct subject *s)
{
	struct mk_trail_arg arg;
	memset(&arg, 0, sizeof arg);
	arg.person = s->arg;
	(void)mk_view_open(s->v.tui, &mk_view_trail, &arg);
}

static bool
subject_act(struct mk_view *v, enum mk_act a)
{
	struct subject *s = (struct subject *)v;
	bool early = s->item.len == 0 && (a == MK_ACT_reveal || a == MK_ACT_edit);
	if (early)
		s->pending = a;
	else if (a == MK_ACT_reveal)
		ask_reason(s);
	else if (a == MK_ACT_edit)
		edit(s);
	else if (a == MK_ACT_history)
		history(s);
	else
		return false;
	return true;
}

/* --- drawing */

/* A row's value in words; "" leaves the row out. */
static void
value_words(struct mk_tui *t, const struct mk_buf *item, unsigned tag, struct mk_buf *out)
{
	char text[1024], time[MK_TIME_MAX];
	(void)mk_get_str(item->data, item->len, tag, text, sizeof text);
	switch (tag) {
	case MK_T_ledger:
		mk_buf_puts(out, mk_tui_ledger_name(t, text));
		break;
	case MK_T_state:
		mk_buf_puts(out, mk_state_word(text));
		break;
	case MK_T_class:
		mk_class_words(text, out);
		break;
	case MK_T_sex:
		mk_buf_puts(out, mk_word(text));
		break;
	case MK_T_purposes:
		mk_subject_purposes(text, out);
		break;
	case MK_T_source:
		mk_buf_puts(out, mk_number_source_word(text));
		break;
	case MK_T_time:
		mk_time_format(mk_get_i64(item->data, item->len, tag, 0), time);
		time[16] = '\0';
		time[10] = ' ';
		mk_buf_puts(out, time);
		break;
	default:
		mk_buf_puts(out, text);
	}
}

const char *const mk_sex_words[MK_SEXES] = {
    N_("not stated"), N_("male"), N_("female"), N_("other")};
const char *const mk_sex_codes[MK_SEXES] = {"", "male", "female", "other"};

void
mk_subject_put_field(struct mk_buf *out, const char *field, const char *value)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_field, field);
	mk_put_str(&rec, MK_T_value, value);
	mk_put_rec(out, MK_T_item, &rec);
	mk_buf_free(&rec);
}

void
mk_subject_purposes(const char *set, struct mk_buf *out)
{
	for (const char *sep = ""; *set != '\0'; sep = ", ") {
		char one[64];
		size_t n = strcspn(set, ",");
		snprintf(one, sizeof one, "%.*s", (int)n, set);
		mk_buf_puts(out, sep);
		mk_purpose_words(one, out);
		set += n + (set[n] == ',' ? 1 : 0);
	}
}

const char *
mk_number_source_word(const char *source)
{
	static const struct {
		const char *code, *words;
	} rows[] = {{"qr+ocr", N_("read: QR code and print agree")}, {"ocr", N_("read: print")},
	    {"read+typed", N_("read and typed")}, {"typed", N_("typed twice")}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].code, source) == 0)
			return _(rows[i].words);
	return source;
}

static int
draw_row(struct mk_term *term, int y, struct mk_area area, const char *label, const char *value)
{
	int x = area.x + 2 + LABEL_CELLS + 1, w = area.w - LABEL_CELLS - 4;
	mk_draw(term, y, area.x + 2, LABEL_CELLS, MK_EL_LABEL, label);
	return y + mk_draw_wrapped(term, y, x, w, area.y + area.h - y, MK_EL_TEXT, value);
}

static void
subject_draw(struct mk_view *v, struct mk_area area)
{
	static const struct {
		unsigned tag;
		const char *label; /* msgid */
	} rows[] = {{MK_T_name, N_("Name")}, {MK_T_kana, N_("Kana")}, {MK_T_code, N_("Code")},
	    {MK_T_birth, N_("Born")}, {MK_T_sex, N_("Sex")}, {MK_T_address, N_("Address")},
	    {MK_T_relationship, N_("Relationship")}, {MK_T_number, N_("Number")},
	    {MK_T_source, N_("Number came from")}, {MK_T_state, N_("State")},
	    {MK_T_purposes, N_("Purposes")}, {MK_T_disposal_due, N_("Disposal due")},
	    {MK_T_ledger, N_("Ledger")}, {MK_T_time, N_("Last change")}};
	const struct subject *s = (const struct subject *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int y = area.y + (area.h > 16 ? 1 : 0);
	for (size_t i = 0;
	     s->item.len > 0 && i < sizeof rows / sizeof rows[0] && y < area.y + area.h; i++) {
		struct mk_buf value = MK_BUF_INIT;
		value_words(v->tui, &s->item, rows[i].tag, &value);
		if (value.len > 0)
			y = draw_row(term, y, area, _(rows[i].label), mk_buf_str(&value));
		mk_buf_free(&value);
	}
	mk_draw_cursor(term, area.y + (area.h > 16 ? 1 : 0), area.x + 2 + LABEL_CELLS + 1);
}

static void
subject_close(struct mk_view *v)
{
	struct subject *s = (struct subject *)v;
	mk_buf_free(&s->item);
}

const struct mk_view_ops mk_view_subject = {
    .name = "subject",
    .title = N_("Person"),
    .places = MK_P_SUBJECT | MK_P_BACK,
    .size = sizeof(struct subject),
    .open = subject_open,
    .act = subject_act,
    .draw = subject_draw,
    .shown = refresh,
    .close = subject_close,
};
