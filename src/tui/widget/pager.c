/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to read. */
#include "widget/pager_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/width.h"

#define MARGIN 1
#define WHEEL 3

void
mk_pager_fini(struct mk_pager *p)
{
	mk_buf_free(&p->text);
	memset(p, 0, sizeof *p);
}

static void
move_by(struct mk_pager *p, long n)
{
	long to = (long)p->top + n, most = (long)p->lines - p->page;
	if (to > most)
		to = most;
	p->top = to < 0 ? 0 : (size_t)to;
}

bool
mk_pager_act(struct mk_pager *p, enum mk_act a)
{
	long page = p->page > 1 ? p->page - 1 : 1;
	switch (a) {
	case MK_ACT_line_up:
		move_by(p, -1);
		return true;
	case MK_ACT_line_down:
		move_by(p, 1);
		return true;
	case MK_ACT_screen_up:
		move_by(p, -page);
		return true;
	case MK_ACT_screen_down:
		move_by(p, page);
		return true;
	case MK_ACT_top:
		p->top = 0;
		return true;
	case MK_ACT_bottom:
		move_by(p, (long)p->lines);
		return true;
	default:
		return false;
	}
}

bool
mk_pager_mouse(struct mk_pager *p, const struct mk_key *key)
{
	if (key->code != MK_KEY_MOUSE || key->ch == MK_BUTTON_LEFT)
		return false;
	move_by(p, key->ch == MK_BUTTON_WHEEL_UP ? -WHEEL : WHEEL);
	return true;
}

/* Draws one wrapped line when it is in the window. */
static void
one_line(const struct mk_pager *p, struct mk_term *term, struct mk_area area, size_t line,
    const char *s, size_t len, bool heading)
{
	if (line < p->top || line >= p->top + (size_t)area.h)
		return;
	char *text = mk_str_ndup(s, len);
	if (text == NULL)
		return;
	mk_draw(term, area.y + (int)(line - p->top), area.x + MARGIN, area.w - 2 * MARGIN,
	    heading ? MK_EL_HEAD : MK_EL_TEXT, text);
	free(text);
}

/* Goes through the wrapped lines, draws those in the window when asked; how many there are. */
static size_t
walk(struct mk_pager *p, struct mk_term *term, struct mk_area area, bool draw)
{
	const char *s = mk_buf_str(&p->text);
	size_t len = strlen(s), at = 0, line = 0, skip = 0;
	bool start = true, heading = false;
	while (at < len) {
		if (start) {
			heading = s[at] == '#' && s[at + 1] == ' ';
			at += heading ? 2 : 0;
		}
		size_t n = mk_width_line(s + at, len - at, (size_t)(area.w - 2 * MARGIN), &skip);
		if (draw)
			one_line(p, term, area, line, s + at, n, heading);
		line++;
		start = at + n < len && s[at + n] == '\n';
		at += n + skip;
	}
	return line;
}

void
mk_pager_draw(struct mk_pager *p, struct mk_term *term, struct mk_area area)
{
	p->page = area.h > 0 ? area.h : 1;
	p->lines = walk(p, term, area, false);
	size_t most = p->lines > (size_t)p->page ? p->lines - (size_t)p->page : 0;
	if (p->top > most)
		p->top = most;
	(void)walk(p, term, area, true);
	mk_draw_cursor(term, area.y, area.x);
}
