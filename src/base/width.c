/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text on a grid of cells. */
#include "mynakura/base/width.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "mynakura/base/utf8.h"

#define MARKS_SHOWN 3
#define SOFT_HYPHEN 0xad /* wcwidth says 1, terminals say 0 or 1: shown by its number */

/* Cells of an allowed code point; -1: it has none that could be relied on. */
static int
cells_of(uint32_t cp)
{
	return cp == SOFT_HYPHEN || !mk_text_allowed(cp) ? -1 : wcwidth((wchar_t)cp);
}

/* A byte or code point by its number, as mk_text_escape writes it. */
static void
show_code(struct mk_cluster *c, bool byte, unsigned v)
{
	int n = byte ? snprintf(c->text, sizeof c->text, "\\x%02x", v)
		     : snprintf(c->text, sizeof c->text, "\\u{%04x}", v);
	c->cells = (size_t)n;
}

/* Marks behind the base: the first few are copied, all are passed over. */
static void
take_marks(const char *s, size_t len, struct mk_cluster *c)
{
	size_t have = strlen(c->text), shown = 0;
	while (c->used < len) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + c->used, len - c->used, &cp);
		if (n == 0 || cells_of(cp) != 0)
			return;
		if (shown++ < MARKS_SHOWN) {
			memcpy(c->text + have, s + c->used, n);
			have += n;
			c->text[have] = '\0';
		}
		c->used += n;
	}
}

bool
mk_cluster_next(const char *s, size_t len, struct mk_cluster *out)
{
	uint32_t cp = 0;
	if (len == 0)
		return false;
	size_t n = mk_utf8_decode(s, len, &cp);
	out->used = n == 0 ? 1 : n;
	int cells = n == 0 ? -1 : cells_of(cp);
	if (n == 0) {
		show_code(out, true, (uint8_t)s[0]);
	} else if (cells < 0) {
		show_code(out, cp < 0x80, cp);
	} else if (cells == 0) {
		memcpy(out->text, " ", 2);
		out->cells = 1;
		out->used = 0;
	} else {
		memcpy(out->text, s, n);
		out->text[n] = '\0';
		out->cells = (size_t)cells;
	}
	if (cells >= 0)
		take_marks(s, len, out);
	return true;
}

size_t
mk_width_cells(const char *s, size_t len)
{
	struct mk_cluster c;
	size_t cells = 0;
	for (; mk_cluster_next(s, len, &c); s += c.used, len -= c.used)
		cells += c.cells;
	return cells;
}

/* Appends the clusters that fit; returns the bytes of the source that were taken. */
static size_t
put_fitting(struct mk_buf *out, const char *s, size_t len, size_t cells, size_t *filled)
{
	struct mk_cluster c;
	size_t at = 0;
	*filled = 0;
	while (mk_cluster_next(s + at, len - at, &c) && *filled + c.cells <= cells) {
		mk_buf_puts(out, c.text);
		*filled += c.cells;
		at += c.used;
	}
	return at;
}

size_t
mk_width_clip(struct mk_buf *out, const char *s, size_t len, size_t cells)
{
	size_t filled = 0;
	if (mk_width_cells(s, len) <= cells || cells == 0) {
		put_fitting(out, s, len, cells, &filled);
		return filled;
	}
	put_fitting(out, s, len, cells - 1, &filled);
	mk_buf_puts(out, "~");
	return filled + 1;
}

size_t
mk_width_line(const char *s, size_t len, size_t cells, size_t *skip)
{
	struct mk_cluster c;
	size_t at = 0, used = 0, blank = 0, blank_cells = 0;
	*skip = 0;
	while (at < len && s[at] != '\n' && mk_cluster_next(s + at, len - at, &c)) {
		if (used + c.cells > cells && at > 0) {
			if (s[at] == ' ')
				*skip = 1;
			else if (blank > 0 && blank_cells * 2 > cells) {
				*skip = 1;
				return blank;
			}
			return at;
		}
		if (s[at] == ' ') {
			blank = at;
			blank_cells = used;
		}
		used += c.cells;
		at += c.used;
	}
	*skip = at < len ? 1 : 0;
	return at;
}
