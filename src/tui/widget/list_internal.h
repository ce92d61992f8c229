/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows to choose from: columns by a table, a cursor that is always on the selected row, and an
 * owner who has the rows. Rows may still be coming (more): the owner is asked when the end is near.
 */
#ifndef MK_TUI_LIST_INTERNAL_H
#define MK_TUI_LIST_INTERNAL_H

#include "view_internal.h"

struct mk_list_col {
	const char *title; /* msgid; NULL: no heading */
	int min; /* cells */
	int share; /* of the cells that are left over; 0: stays at min */
	int from; /* is left out below so many columns of the screen; 0: always there */
};

struct mk_list {
	const struct mk_list_col *cols;
	size_t n_cols;
	size_t count, sel, top;
	int page; /* rows of the last draw */
	int y; /* the screen row of the first row in the last draw: for the mouse */
	bool more; /* behind the last row there are others that have not come */
	/* Appends the text of a cell (raw: it is made harmless here); may set *el. */
	void (*cell)(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el);
	void *arg;
};

void mk_list_init(struct mk_list *l, const struct mk_list_col *cols, size_t n_cols,
    void (*cell)(void *, size_t, size_t, struct mk_buf *, enum mk_el *), void *arg);
/* The number of rows changed: keeps the selection inside. */
void mk_list_count(struct mk_list *l, size_t count, bool more);
void mk_list_select(struct mk_list *l, size_t row);
/* up, down, page_up, page_down, first, last; true when it was one of these. */
bool mk_list_act(struct mk_list *l, enum mk_act a);
/* A click selects, a click on the selected row opens (*open), the wheel moves. true when used. */
bool mk_list_mouse(struct mk_list *l, const struct mk_key *key, bool *open);
/* Is the end so near that more should be fetched? */
bool mk_list_wants(const struct mk_list *l);
/* Draws headings (when a column has one) and rows; empty: words where there are none. */
void mk_list_draw(struct mk_list *l, struct mk_term *term, struct mk_area area, const char *empty);

#endif
