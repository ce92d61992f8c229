/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A layout as flat bytes and back. Integers big-endian, a string is u16 length and bytes:
 *
 *   "MKCP" u32 | version u8 = 1 | status encoding repertoire quoting eol header consumer row
 *     missing u8 each | delimiter u8 | flags u8 (1 bom, 2
 *   final newline) | key u16 | max_bytes u32 | id title purpose filename | maps u16 {entries u16
 *     {from to}} | preamble u16 {cells u16
 *   {cell}} | fields u16 {cell}
 *   cell: name | constant | source blank_if req_if req_ifnot max_bytes length u16 each | class u8 |
 *     flags u8 (1 required, 2 secret) |
 *   functions u8 {fn u8, arg u8}
 *
 * The decoder trusts nothing: counts are bounded before memory is taken, unknown flags and
 * left-over bytes are refused.
 */
#include "mynakura/exchange/layout.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

#define MAGIC 0x4d4b4350U
#define VERSION 1
#define FLAG_BOM 1U
#define FLAG_FINAL 2U
#define FLAG_REQUIRED 1U
#define FLAG_SECRET 2U

static void
put_text(struct mk_buf *b, const char *s)
{
	size_t n = strlen(s); /* at most MK_LAYOUT_TEXT: checked */
	mk_buf_put_u16(b, (uint16_t)n);
	mk_buf_put(b, s, n);
}

static void
put_cell(struct mk_buf *b, const struct mk_cell *c)
{
	put_text(b, c->name);
	put_text(b, c->constant);
	const uint16_t words[] = {
	    c->source, c->blank_if, c->req_if, c->req_ifnot, c->max_bytes, c->length};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		mk_buf_put_u16(b, words[i]);
	mk_buf_put_u8(b, c->char_class);
	mk_buf_put_u8(
	    b, (uint8_t)((c->required ? FLAG_REQUIRED : 0) | (c->secret ? FLAG_SECRET : 0)));
	mk_buf_put_u8(b, c->nfns);
	for (size_t i = 0; i < c->nfns; i++) {
		mk_buf_put_u8(b, c->fns[i].fn);
		mk_buf_put_u8(b, c->fns[i].arg);
	}
}

static void
put_cells(struct mk_buf *b, const struct mk_cell *cells, size_t n)
{
	mk_buf_put_u16(b, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		put_cell(b, &cells[i]);
}

static void
put_layout(struct mk_buf *b, const struct mk_layout *l)
{
	mk_buf_put_u32(b, MAGIC);
	const uint8_t bytes[] = {VERSION, l->status, l->encoding, l->repertoire, l->quoting, l->eol,
	    l->header, l->consumer, l->row, l->missing, (uint8_t)l->delimiter,
	    (uint8_t)((l->bom ? FLAG_BOM : 0) | (l->final_newline ? FLAG_FINAL : 0))};
	mk_buf_put(b, bytes, sizeof bytes);
	mk_buf_put_u16(b, l->key);
	mk_buf_put_u32(b, l->max_bytes);
	put_text(b, l->id);
	put_text(b, l->title);
	put_text(b, l->purpose);
	put_text(b, l->filename);
	mk_buf_put_u16(b, (uint16_t)l->nmaps);
	for (size_t i = 0; i < l->nmaps; i++) {
		mk_buf_put_u16(b, (uint16_t)l->maps[i].n);
		for (size_t k = 0; k < l->maps[i].n; k++) {
			put_text(b, l->maps[i].from[k]);
			put_text(b, l->maps[i].to[k]);
		}
	}
	mk_buf_put_u16(b, (uint16_t)l->npreamble);
	for (size_t i = 0; i < l->npreamble; i++)
		put_cells(b, l->preamble[i].cells, l->preamble[i].ncells);
	put_cells(b, l->fields, l->nfields);
}

int
mk_layout_encode(const struct mk_layout *l, struct mk_buf *out)
{
	struct mk_buf b = MK_BUF_INIT;
	int r = mk_layout_check(l, NULL);
	if (r < 0)
		return r;
	put_layout(&b, l);
	r = mk_buf_error(&b);
	if (r == 0 && b.len > MK_COMPILED_MAX)
		r = MK_E_TOO_BIG;
	if (r == 0) {
		mk_buf_put(out, b.data, b.len);
		r = mk_buf_error(out);
	}
	mk_buf_free(&b);
	return r;
}

static int
get_text(struct mk_rd *rd, char **out)
{
	size_t n = mk_rd_u16(rd);
	if (n > MK_LAYOUT_TEXT)
		return MK_E_INPUT;
	const uint8_t *p = n > 0 ? mk_rd_bytes(rd, n) : NULL;
	if (rd->failed || (n > 0 && (p == NULL || memchr(p, 0, n) != NULL)))
		return MK_E_INPUT;
	char *s = mk_str_ndup(n > 0 ? (const char *)p : "", n);
	if (s == NULL)
		return MK_E_NOMEM;
	free(*out);
	*out = s;
	return 0;
}

/*
 * A count of things that take at least `least` bytes each: what is left in the source bounds it
 * too.
 */
static int
get_count(struct mk_rd *rd, size_t max, size_t least, size_t *out)
{
	size_t n = mk_rd_u16(rd);
	if (rd->failed || n > max || n * least > rd->left)
		return MK_E_INPUT;
	*out = n;
	return 0;
}

static int
get_cell(struct mk_rd *rd, struct mk_cell *c)
{
	int r = get_text(rd, &c->name);
	if (r == 0)
		r = get_text(rd, &c->constant);
	if (r < 0)
		return r;
	uint16_t *words[] = {
	    &c->source, &c->blank_if, &c->req_if, &c->req_ifnot, &c->max_bytes, &c->length};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		*words[i] = mk_rd_u16(rd);
	c->char_class = mk_rd_u8(rd);
	uint8_t flags = mk_rd_u8(rd);
	if ((flags & ~(FLAG_REQUIRED | FLAG_SECRET)) != 0)
		return MK_E_INPUT;
	c->required = (flags & FLAG_REQUIRED) != 0;
	c->secret = (flags & FLAG_SECRET) != 0;
	c->nfns = mk_rd_u8(rd);
	if (c->nfns > MK_LAYOUT_FNS)
		return MK_E_INPUT;
	for (size_t i = 0; i < c->nfns; i++) {
		c->fns[i].fn = mk_rd_u8(rd);
		c->fns[i].arg = mk_rd_u8(rd);
	}
	return rd->failed ? MK_E_INPUT : 0;
}

/* *n counts what stands in *out at every moment, so that mk_layout_free may follow any error. */
static int
get_cells(struct mk_rd *rd, size_t max, struct mk_cell **out, size_t *n)
{
	size_t count = 0;
	int r = get_count(rd, max, 19, &count);
	if (r < 0 || count == 0)
		return r;
	struct mk_cell *cells = calloc(count, sizeof *cells);
	if (cells == NULL)
		return MK_E_NOMEM;
	*out = cells;
	*n = count;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = get_cell(rd, &cells[i]);
	return r;
}

static int
get_map(struct mk_rd *rd, struct mk_map *m)
{
	size_t count = 0;
	int r = get_count(rd, MK_LAYOUT_ENTRIES, 4, &count);
	if (r < 0 || count == 0)
		return r;
	m->from = calloc(count, sizeof *m->from);
	m->to = calloc(count, sizeof *m->to);
	if (m->from == NULL || m->to == NULL)
		return MK_E_NOMEM;
	m->n = count;
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = get_text(rd, &m->from[i]);
		if (r == 0)
			r = get_text(rd, &m->to[i]);
	}
	return r;
}

static int
get_maps(struct mk_rd *rd, struct mk_layout *l)
{
	size_t count = 0;
	int r = get_count(rd, MK_LAYOUT_MAPS, 2, &count);
	if (r < 0 || count == 0)
		return r;
	l->maps = calloc(count, sizeof *l->maps);
	if (l->maps == NULL)
		return MK_E_NOMEM;
	l->nmaps = count;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = get_map(rd, &l->maps[i]);
	return r;
}

static int
get_preamble(struct mk_rd *rd, struct mk_layout *l)
{
	size_t count = 0;
	int r = get_count(rd, MK_LAYOUT_LINES, 2, &count);
	if (r < 0 || count == 0)
		return r;
	l->preamble = calloc(count, sizeof *l->preamble);
	if (l->preamble == NULL)
		return MK_E_NOMEM;
	l->npreamble = count;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = get_cells(rd, MK_LAYOUT_CELLS, &l->preamble[i].cells, &l->preamble[i].ncells);
	return r;
}

static int
get_top(struct mk_rd *rd, struct mk_layout *l)
{
	if (mk_rd_u32(rd) != MAGIC || mk_rd_u8(rd) != VERSION)
		return MK_E_INPUT;
	uint8_t *words[] = {&l->status, &l->encoding, &l->repertoire, &l->quoting, &l->eol,
	    &l->header, &l->consumer, &l->row, &l->missing};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		*words[i] = mk_rd_u8(rd);
	l->delimiter = (char)mk_rd_u8(rd);
	uint8_t flags = mk_rd_u8(rd);
	if ((flags & ~(FLAG_BOM | FLAG_FINAL)) != 0)
		return MK_E_INPUT;
	l->bom = (flags & FLAG_BOM) != 0;
	l->final_newline = (flags & FLAG_FINAL) != 0;
	l->key = mk_rd_u16(rd);
	l->max_bytes = mk_rd_u32(rd);
	char **texts[] = {&l->id, &l->title, &l->purpose, &l->filename};
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof texts / sizeof texts[0]; i++)
		r = get_text(rd, texts[i]);
	return r;
}

int
mk_layout_decode(const void *data, size_t len, struct mk_layout **out)
{
	if (len > MK_COMPILED_MAX)
		return MK_E_TOO_BIG;
	struct mk_layout *l = mk_layout_new();
	if (l == NULL)
		return MK_E_NOMEM;
	struct mk_rd rd;
	mk_rd_init(&rd, data, len);
	int r = get_top(&rd, l);
	if (r == 0)
		r = get_maps(&rd, l);
	if (r == 0)
		r = get_preamble(&rd, l);
	if (r == 0)
		r = get_cells(&rd, MK_LAYOUT_FIELDS, &l->fields, &l->nfields);
	if (r == 0 && mk_rd_end(&rd) < 0)
		r = MK_E_INPUT;
	if (r == 0)
		r = mk_layout_check(l, NULL);
	if (r < 0) {
		mk_layout_free(l);
		return r;
	}
	*out = l;
	return 0;
}
