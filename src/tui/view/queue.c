/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The review queue: what was scanned and waits for a person's eye. */
#include "view/views_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/time.h"
#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define ROWS_MAX 5000 /* more than can wait; a bound against a daemon gone wrong */

struct waiting {
	char review[MK_ID_MAX], ledger[MK_ID_MAX], subject[MK_ID_MAX], by[MK_ID_MAX];
	char whose[264]; /* the subject's name */
	char layout[32];
	bool certain;
	int64_t time;
};

struct queue {
	struct mk_view v;
	struct mk_list list;
	struct waiting *rows;
	size_t n, cap;
	char cursor[32];
	uintptr_t query; /* answers to an older list are not looked at */
	bool fetched;
};

/* --- rows from the daemon */

static void
forget_rows(struct queue *q)
{
	if (q->rows != NULL)
		mk_wipe(q->rows, q->cap * sizeof *q->rows);
	free(q->rows);
	q->rows = NULL;
}

static void
take_row(void *arg, const struct mk_item *item)
{
	struct queue *q = arg;
	if (q->n == q->cap) {
		size_t cap = q->cap == 0 ? 64 : q->cap * 2;
		struct waiting *grown = cap <= ROWS_MAX * 2 ? calloc(cap, sizeof *grown) : NULL;
		if (grown == NULL)
			return;
		if (q->n > 0)
			memcpy(grown, q->rows, q->n * sizeof *grown);
		forget_rows(q);
		q->rows = grown;
		q->cap = cap;
	}
	struct waiting *w = &q->rows[q->n++];
	memset(w, 0, sizeof *w);
	mk_item_str(item, MK_T_review, w->review, sizeof w->review);
	mk_item_str(item, MK_T_ledger, w->ledger, sizeof w->ledger);
	mk_item_str(item, MK_T_subject, w->subject, sizeof w->subject);
	mk_item_str(item, MK_T_member, w->by, sizeof w->by);
	mk_item_str(item, MK_T_layout, w->layout, sizeof w->layout);
	w->certain = mk_get_bool(item->p, item->len, MK_T_certain, false);
	w->time = mk_get_i64(item->p, item->len, MK_T_time, 0);
}

static void ask_page(struct queue *q);

static void
take_name(void *arg, const struct mk_item *item)
{
	struct waiting *w = arg;
	mk_item_str(item, MK_T_name, w->whose, sizeof w->whose);
}

/* Answers come in the order of the requests, so the rows are still those that it was asked for. */
static void
got_subject(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t row)
{
	struct queue *q = (struct queue *)v;
	if (r == 0 && row < q->n)
		mk_reply_items(reply, take_name, &q->rows[row]);
}

/* Names of those whose item it is known to be: few, so one by one. */
static void
ask_names(struct queue *q)
{
	for (size_t i = 0; i < q->n; i++) {
		struct mk_msg req;
		if (q->rows[i].subject[0] == '\0')
			continue;
		mk_msg_init(&req, MK_REQ_subject_show, 0);
		mk_put_str(&req.body, MK_T_subject, q->rows[i].subject);
		mk_put_str(&req.body, MK_T_ledger, q->rows[i].ledger);
		mk_view_ask(&q->v, &req, got_subject, i);
	}
}

static void
got_rows(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct queue *q = (struct queue *)v;
	if (tag != q->query)
		return;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	if (q->cursor[0] == '\0')
		q->n = 0;
	mk_reply_items(reply, take_row, q);
	(void)mk_get_str(
	    reply->body.data, reply->body.len, MK_T_cursor, q->cursor, sizeof q->cursor);
	q->fetched = true;
	mk_list_count(&q->list, q->n, q->cursor[0] != '\0');
	if (q->cursor[0] != '\0')
		ask_page(q);
	else
		ask_names(q);
}

static void
ask_page(struct queue *q)
{
	const struct mk_tui_session *s = mk_tui_session(q->v.tui);
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_review_list, 0);
	if (s->ledger != NULL)
		mk_put_str(&req.body, MK_T_ledger, s->ledger->id);
	if (q->cursor[0] != '\0')
		mk_put_str(&req.body, MK_T_cursor, q->cursor);
	mk_view_ask(&q->v, &req, got_rows, q->query);
}

static void
refresh(struct mk_view *v)
{
	struct queue *q = (struct queue *)v;
	mk_view_ask_drop(v);
	q->query++;
	q->cursor[0] = '\0';
	ask_page(q);
}

/* --- the view */

/* "11-26 14:05", in Japan's time. */
static void
put_time(int64_t t, struct mk_buf *out)
{
	char text[MK_TIME_MAX];
	mk_time_format(t, text);
	mk_buf_printf(out, "%.5s %.5s", text + 5, text + 11);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct queue *q = arg;
	const struct waiting *w = &q->rows[row];
	switch (col) {
	case 0:
		put_time(w->time, out);
		break;
	case 1:
		mk_buf_puts(out, mk_word(w->layout));
		break;
	case 2:
		*el = w->certain ? MK_EL_GOOD : MK_EL_DOUBT;
		mk_buf_puts(out, w->certain ? _("certain") : _("! compare"));
		break;
	case 3:
		mk_buf_puts(out, w->whose);
		break;
	case 4:
		mk_buf_puts(out, mk_tui_member_name(q->v.tui, w->by));
		break;
	default:
		mk_buf_puts(out, mk_tui_ledger_name(q->v.tui, w->ledger));
	}
}

static int
queue_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("Scanned"), 11, 0, 0},
	    {N_("Document"), 18, 6, 0}, {N_("Reading"), 10, 0, 0}, {N_("Whose"), 10, 2, 60},
	    {N_("Scanned by"), 10, 1, 76}, {N_("Ledger"), 16, 2, 110}};
	struct queue *q = (struct queue *)v;
	(void)arg;
	mk_list_init(&q->list, cols, sizeof cols / sizeof cols[0], cell, q);
	ask_page(q);
	return 0;
}

static bool
open_item(struct queue *q)
{
	struct mk_review_arg arg;
	if (q->n == 0)
		return true;
	const struct waiting *w = &q->rows[q->list.sel];
	memcpy(arg.review, w->review, sizeof arg.review);
	memcpy(arg.ledger, w->ledger, sizeof arg.ledger);
	(void)mk_view_open(q->v.tui, &mk_view_review, &arg);
	return true;
}

static bool
queue_key(struct mk_view *v, const struct mk_key *key)
{
	struct queue *q = (struct queue *)v;
	bool open = false;
	bool used = mk_list_mouse(&q->list, key, &open);
	return open ? open_item(q) : used;
}

static bool
queue_act(struct mk_view *v, enum mk_act a)
{
	struct queue *q = (struct queue *)v;
	return a == MK_ACT_open ? open_item(q) : mk_list_act(&q->list, a);
}

static void
queue_draw(struct mk_view *v, struct mk_area area)
{
	struct queue *q = (struct queue *)v;
	mk_list_draw(&q->list, mk_tui_term(v->tui), area,
	    q->fetched ? _("Nothing waits for review.") : NULL);
}

static void
queue_close(struct mk_view *v)
{
	forget_rows((struct queue *)v);
}

const struct mk_view_ops mk_view_queue = {
    .name = "queue",
    .title = N_("Review"),
    .places = MK_P_LIST | MK_P_QUEUE | MK_P_BACK,
    .size = sizeof(struct queue),
    .open = queue_open,
    .key = queue_key,
    .act = queue_act,
    .draw = queue_draw,
    .shown = refresh,
    .close = queue_close,
};
