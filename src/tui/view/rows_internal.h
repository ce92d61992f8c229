/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen that is a list of the daemon's: the records of an answer, page by page, kept as they
 * came, and the list widget over them. A view has struct mk_rows as its first member.
 */
#ifndef MK_TUI_ROWS_INTERNAL_H
#define MK_TUI_ROWS_INTERNAL_H

#include "view_internal.h"
#include "widget/list_internal.h"

#define MK_ROWS_PAGES 500
#define MK_ROWS_MAX 5000 /* more than an office has; a bound against a daemon gone wrong */

struct mk_rows {
	struct mk_view v;
	struct mk_list list;
	uint16_t request;
	unsigned id; /* the tag by which a row is known again after a refresh; 0: by its place */
	/* More items of the request, before each page; NULL: none. */
	void (*put)(struct mk_rows *rows, struct mk_buf *out);
	/* Is the row wanted? NULL: each is. */
	bool (*wanted)(struct mk_rows *rows, const struct mk_item *item);
	/* What else a page says; NULL: nothing. */
	void (*page)(struct mk_rows *rows, const struct mk_msg *reply);
	/* Opens the selected row. */
	void (*pick)(struct mk_rows *rows);
	/* All pages are here; NULL: nothing else is to be done. */
	void (*done)(struct mk_rows *rows);
	struct mk_buf data; /* the records */
	size_t *at; /* where each begins in data; n of them */
	size_t n, cap;
	char cursor[700];
	char keep[64]; /* the selected row's id over a refresh */
	unsigned pages; /* of this round: a daemon gone wrong must not keep the screen busy */
	uintptr_t round; /* answers of earlier rounds are not looked at */
	bool here; /* an answer has come */
	bool wants_pick; /* Enter came before it */
};

/* Sets the list up (arg of cell is the view) and asks for the first page. */
void mk_rows_open(struct mk_rows *rows, uint16_t request, const struct mk_list_col *cols, size_t n,
    void (*cell)(void *, size_t, size_t, struct mk_buf *, enum mk_el *));
/* Asks anew; the selection stays on its row when it comes again. */
void mk_rows_refresh(struct mk_view *v);
/* Row i; borrowed until the next answer. */
struct mk_item mk_rows_at(const struct mk_rows *rows, size_t i);
/* Opens the selected row, when it is here: Enter is faster than an answer. */
void mk_rows_pick(struct mk_rows *rows);
/* The key() of such a view: the mouse selects a row, a second click opens it. */
bool mk_rows_key(struct mk_view *v, const struct mk_key *key);
/* The selected one; false when there is none. */
bool mk_rows_selected(const struct mk_rows *rows, struct mk_item *out);
/* The text of a tag of row i. */
void mk_rows_str(const struct mk_rows *rows, size_t i, unsigned tag, char *out, size_t cap);
/* Appends the text of a tag of row i. */
void mk_rows_put(const struct mk_rows *rows, size_t i, unsigned tag, struct mk_buf *out);
void mk_rows_close(struct mk_view *v); /* wipes and frees */

/* "11-26 14:05" of unix seconds, in Japan's time; a time of another year with it. */
void mk_put_time(int64_t t, struct mk_buf *out);

#endif
