/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table for people: cells are escaped when they come in and aligned by terminal cells, so that
 * Japanese columns stand straight.
 */
#include "cli_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/utf8.h"

#define MAX_COLS 16

struct cell {
	size_t at, len, width;
};

struct mk_grid {
	struct mk_buf text;
	struct cell *cells;
	size_t ncells, cap;
	size_t *rows; /* index of each row's first cell */
	size_t nrows;
	size_t start; /* first cell of the open row */
	bool failed;
};

struct mk_grid *
mk_grid_new(void)
{
	return calloc(1, sizeof(struct mk_grid));
}

void
mk_grid_free(struct mk_grid *g)
{
	if (g == NULL)
		return;
	mk_buf_free(&g->text);
	free(g->cells);
	free(g->rows);
	free(g);
}

int
mk_grid_cell(struct mk_grid *g, const char *s, size_t len)
{
	if (g->ncells - g->start >= MAX_COLS)
		return MK_E_INTERNAL;
	if (g->ncells == g->cap) {
		size_t cap = g->cap == 0 ? 64 : g->cap * 2;
		struct cell *more = reallocarray(g->cells, cap, sizeof *more);
		if (more == NULL) {
			g->failed = true;
			return MK_E_NOMEM;
		}
		g->cells = more;
		g->cap = cap;
	}
	struct cell *cell = &g->cells[g->ncells++];
	cell->at = g->text.len;
	mk_text_escape(&g->text, s, len);
	cell->len = g->text.len - cell->at;
	cell->width =
	    cell->len == 0 ? 0 : mk_text_width((const char *)g->text.data + cell->at, cell->len);
	return mk_buf_error(&g->text);
}

int
mk_grid_row(struct mk_grid *g)
{
	size_t *more = reallocarray(g->rows, g->nrows + 1, sizeof *more);
	if (more == NULL) {
		g->failed = true;
		return MK_E_NOMEM;
	}
	g->rows = more;
	g->rows[g->nrows++] = g->start;
	g->start = g->ncells;
	return 0;
}

size_t
mk_grid_rows(const struct mk_grid *g)
{
	return g->nrows;
}

static size_t
row_end(const struct mk_grid *g, size_t row)
{
	return row + 1 < g->nrows ? g->rows[row + 1] : g->start;
}

static void
pad(struct mk_buf *out, size_t n, char with)
{
	while (n-- > 0)
		mk_buf_put_u8(out, (uint8_t)with);
}

static void
print_row(const struct mk_grid *g, size_t row, const size_t *widths, struct mk_buf *out)
{
	size_t from = g->rows[row], to = row_end(g, row);
	/* No blanks at the end of a line: empty last cells are left out. */
	while (to > from && g->cells[to - 1].len == 0)
		to--;
	for (size_t i = from; i < to; i++) {
		mk_buf_put(out, g->text.data + g->cells[i].at, g->cells[i].len);
		if (i + 1 < to)
			pad(out, widths[i - from] - g->cells[i].width + 2, ' ');
	}
	mk_buf_puts(out, "\n");
}

void
mk_grid_print(const struct mk_grid *g, struct mk_buf *out, bool header)
{
	size_t widths[MAX_COLS] = {0}, columns = 0;
	if (g->failed || g->text.failed) {
		out->failed = true;
		return;
	}
	for (size_t row = 0; row < g->nrows; row++)
		for (size_t i = g->rows[row], k = 0; i < row_end(g, row); i++, k++) {
			if (g->cells[i].width > widths[k])
				widths[k] = g->cells[i].width;
			if (k + 1 > columns)
				columns = k + 1;
		}
	for (size_t row = 0; row < g->nrows; row++) {
		print_row(g, row, widths, out);
		if (row > 0 || !header)
			continue;
		for (size_t k = 0; k < columns; k++) {
			pad(out, widths[k], '-');
			mk_buf_puts(out, k + 1 < columns ? "  " : "\n");
		}
	}
}
