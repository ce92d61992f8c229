/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of the daemon's: asked for page by page, kept as it came. */
#include "view/rows_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"

/* --- the records */

static bool
room(struct mk_rows *rows)
{
	if (rows->n < rows->cap)
		return true;
	size_t cap = rows->cap == 0 ? 64 : rows->cap * 2;
	size_t *grown = realloc(rows->at, cap * sizeof *grown);
	if (grown == NULL)
		return false;
	rows->at = grown;
	rows->cap = cap;
	return true;
}

static void
take_row(void *arg, const struct mk_item *item)
{
	struct mk_rows *rows = arg;
	struct mk_buf rec = MK_BUF_INIT;
	if (rows->n == MK_ROWS_MAX || !room(rows) ||
	    (rows->wanted != NULL && !rows->wanted(rows, item)))
		return;
	mk_buf_put(&rec, item->p, item->len);
	size_t at = rows->data.len;
	mk_put_rec(&rows->data, MK_T_item, &rec);
	if (!rec.failed && !rows->data.failed)
		rows->at[rows->n++] = at;
	mk_buf_free(&rec);
}

struct mk_item
mk_rows_at(const struct mk_rows *rows, size_t i)
{
	struct mk_rd rd;
	struct mk_item it = {0};
	if (i >= rows->n)
		return it;
	mk_rd_init(&rd, rows->data.data + rows->at[i], rows->data.len - rows->at[i]);
	(void)mk_item_next(&rd, &it);
	return it;
}

bool
mk_rows_selected(const struct mk_rows *rows, struct mk_item *out)
{
	if (rows->list.sel >= rows->n)
		return false;
	*out = mk_rows_at(rows, rows->list.sel);
	return true;
}

void
mk_rows_str(const struct mk_rows *rows, size_t i, unsigned tag, char *out, size_t cap)
{
	const struct mk_item it = mk_rows_at(rows, i);
	mk_item_str(&it, tag, out, cap);
}

void
mk_rows_put(const struct mk_rows *rows, size_t i, unsigned tag, struct mk_buf *out)
{
	struct mk_item it;
	const struct mk_item row = mk_rows_at(rows, i);
	if (mk_find(row.p, row.len, tag, &it))
		mk_buf_put(out, it.p, it.len);
}

/* --- asking */

static void got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

static void
ask_page(struct mk_rows *rows)
{
	struct mk_msg req;
	mk_msg_init(&req, rows->request, 0);
	if (rows->put != NULL)
		rows->put(rows, &req.body);
	if (rows->cursor[0] != '\0')
		mk_put_str(&req.body, MK_T_cursor, rows->cursor);
	mk_view_ask(&rows->v, &req, got_page, rows->round);
}

/* The row that was selected before, or what is at its place now. */
static void
select_again(struct mk_rows *rows)
{
	char id[sizeof rows->keep];
	for (size_t i = 0; rows->id != 0 && rows->keep[0] != '\0' && i < rows->n; i++) {
		mk_rows_str(rows, i, rows->id, id, sizeof id);
		if (strcmp(id, rows->keep) == 0)
			mk_list_select(&rows->list, i);
	}
}

static void
got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_rows *rows = (struct mk_rows *)v;
	if (tag != rows->round)
		return;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	if (rows->cursor[0] == '\0') {
		mk_buf_reset(&rows->data);
		rows->n = 0;
	}
	if (rows->page != NULL)
		rows->page(rows, reply);
	mk_reply_items(reply, take_row, rows);
	rows->cursor[0] = '\0';
	(void)mk_get_str(
	    reply->body.data, reply->body.len, MK_T_cursor, rows->cursor, sizeof rows->cursor);
	rows->here = true;
	if (rows->cursor[0] != '\0' && rows->n < MK_ROWS_MAX && ++rows->pages < MK_ROWS_PAGES) {
		ask_page(rows);
		return;
	}
	mk_list_count(&rows->list, rows->n, false);
	select_again(rows);
	if (rows->done != NULL)
		rows->done(rows);
	if (rows->wants_pick)
		mk_rows_pick(rows);
}

void
mk_rows_pick(struct mk_rows *rows)
{
	rows->wants_pick = !rows->here;
	if (rows->here && rows->list.sel < rows->n)
		rows->pick(rows);
}

bool
mk_rows_key(struct mk_view *v, const struct mk_key *key)
{
	struct mk_rows *rows = (struct mk_rows *)v;
	bool open = false;
	bool used = mk_list_mouse(&rows->list, key, &open);
	if (open)
		mk_rows_pick(rows);
	return used;
}

void
mk_rows_refresh(struct mk_view *v)
{
	struct mk_rows *rows = (struct mk_rows *)v;
	if (rows->id != 0 && rows->n > 0)
		mk_rows_str(rows, rows->list.sel, rows->id, rows->keep, sizeof rows->keep);
	mk_view_ask_drop(v);
	rows->round++;
	rows->pages = 0;
	rows->cursor[0] = '\0';
	ask_page(rows);
}

void
mk_rows_open(struct mk_rows *rows, uint16_t request, const struct mk_list_col *cols, size_t n,
    void (*cell)(void *, size_t, size_t, struct mk_buf *, enum mk_el *))
{
	rows->request = request;
	mk_list_init(&rows->list, cols, n, cell, rows);
	ask_page(rows);
}

void
mk_rows_close(struct mk_view *v)
{
	struct mk_rows *rows = (struct mk_rows *)v;
	mk_buf_free(&rows->data);
	free(rows->at);
	rows->at = NULL;
	rows->n = 0;
}

void
mk_put_time(int64_t t, struct mk_buf *out)
{
	char text[MK_TIME_MAX], today[MK_TIME_MAX];
	mk_time_format(t, text);
	mk_time_format(mk_now(), today);
	if (strncmp(text, today, 5) == 0)
		mk_buf_printf(out, "%.5s %.5s", text + 5, text + 11);
	else
		mk_buf_printf(out, "%.10s %.5s", text, text + 11);
}
