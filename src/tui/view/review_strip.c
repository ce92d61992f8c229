/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a review item: mapped as it came, a part of it rendered for the terminal. Both
 * show the number, so both go when the item goes.
 */
#include "view/review_internal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mynakura/wire/chan.h"

#define ROWS_MAX 60 /* each row of symbols is an overlay of its own (overlay_internal.h) */

int
mk_review_picture_take(struct mk_review_picture *p, struct mk_msg *reply)
{
	uint64_t w = mk_get_u64(reply->body.data, reply->body.len, MK_T_width, 0);
	uint64_t h = mk_get_u64(reply->body.data, reply->body.len, MK_T_height, 0);
	const void *grey = NULL;
	size_t len = 0;
	int fd = mk_msg_take_fd(reply, 0);
	if (fd < 0)
		return MK_E_NOT_FOUND;
	int r = w == 0 || h == 0 || w > MK_READ_SIDE_MAX || h > MK_READ_SIDE_MAX
		    ? MK_E_PROTOCOL
		    : mk_memfd_map(fd, MK_RASTER_MAX, &grey, &len);
	close(fd);
	if (r < 0)
		return r;
	if (len != w * h) {
		munmap((void *)(uintptr_t)grey, len);
		return MK_E_PROTOCOL;
	}
	p->grey = grey;
	p->len = len;
	p->width = (uint32_t)w;
	p->height = (uint32_t)h;
	return 0;
}

void
mk_review_picture_free(struct mk_review_picture *p)
{
	if (p->grey != NULL)
		munmap((void *)(uintptr_t)p->grey, p->len);
	mk_strip_free(p->strip);
	memset(p, 0, sizeof *p);
}

/* --- which part */

static struct mk_read_box
field_box(const struct mk_reading *d, size_t field)
{
	switch (field) {
	case F_NUMBER:
	case F_AGAIN:
		return d->number_box;
	case F_KANA:
		return d->kana.box;
	case F_BIRTH:
		return d->birth.box;
	case F_SEX:
		return d->sex.box;
	case F_ADDRESS:
		return d->address.box;
	default:
		return d->name.box;
	}
}

/*
 * The boxes are places on the scanned page; what is kept is the card's rectangle of it. What would
 * lie outside of it is a box gone wrong: then all is shown.
 */
static struct mk_read_box
on_card(const struct mk_review *r, struct mk_read_box b)
{
	const struct mk_read_box none = {0, 0, 0, 0}, *card = &r->reading->card;
	uint32_t x = card->width != 0 ? card->x : 0, y = card->width != 0 ? card->y : 0;
	if (b.width == 0 || b.height == 0 || b.x < x || b.y < y)
		return none;
	b.x -= x;
	b.y -= y;
	if (b.x >= r->picture.width || b.y >= r->picture.height)
		return none;
	if (b.width > r->picture.width - b.x)
		b.width = r->picture.width - b.x;
	if (b.height > r->picture.height - b.y)
		b.height = r->picture.height - b.y;
	return b;
}

/* A field that stands nowhere on this document (a code) shows the name: whose is it? */
static struct mk_read_box
wanted_box(const struct mk_review *r)
{
	struct mk_read_box b = on_card(r, field_box(r->reading, r->form.focus));
	if (r->whole)
		return (struct mk_read_box){0, 0, 0, 0};
	if (b.width == 0 && r->form.focus > F_AGAIN)
		b = on_card(r, r->reading->name.box);
	if (b.width == 0 && r->form.focus > F_AGAIN)
		b = on_card(r, r->reading->number_box);
	return b;
}

/* --- rendering */

static bool
is_console(void)
{
	const char *term = getenv("TERM");
	return term != NULL && strcmp(term, "linux") == 0;
}

static void
ask_terminal(struct mk_review *r, struct mk_strip_term *out)
{
	const struct mk_term_looks *looks = mk_term_looks(mk_tui_term(r->v.tui));
	const char *setting = mk_tui_setting(r->v.tui, "picture", 0);
	const struct mk_strip_caps caps = {
	    .term = getenv("TERM"),
	    .colorterm = getenv("COLORTERM"),
	    .term_program = getenv("TERM_PROGRAM"),
	    .vte_version = getenv("VTE_VERSION"),
	    .no_color = getenv("NO_COLOR"),
	    .colours = looks->colours,
	    .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	    .multiplexer = getenv("TMUX") != NULL || getenv("STY") != NULL,
	    .sixel = looks->sixel,
	    .kitty = looks->kitty,
	    .half_blocks = is_console() && mk_strip_console_half_blocks(STDOUT_FILENO),
	};
	memset(out, 0, sizeof *out);
	out->mode = mk_strip_mode_parse(setting);
	if (out->mode == MK_STRIP_NONE)
		out->mode = mk_strip_choose(&caps);
	out->colours = mk_strip_colours(&caps);
	out->cell_w = looks->cell_w;
	out->cell_h = looks->cell_h;
	out->dark = looks->dark;
}

/* Renders when something that matters is not as it was. */
static void
render(struct mk_review *r, unsigned cols, unsigned rows)
{
	struct mk_review_picture *p = &r->picture;
	struct mk_strip_term term;
	struct mk_strip_view view;
	memset(&view, 0, sizeof view);
	ask_terminal(r, &term);
	view.box = wanted_box(r);
	view.rotation = r->reading->rotation;
	view.cols = cols < MK_STRIP_COLS_MAX ? cols : MK_STRIP_COLS_MAX;
	view.rows = rows < ROWS_MAX ? rows : ROWS_MAX;
	view.id = 1;
	if (p->rendered && memcmp(&term, &p->term, sizeof term) == 0 &&
	    memcmp(&view, &p->view, sizeof view) == 0)
		return;
	mk_strip_free(p->strip);
	p->strip = NULL;
	if (p->grey != NULL && term.mode != MK_STRIP_NONE)
		(void)mk_strip_render(&term, p->grey, p->width, p->height, &view, &p->strip);
	p->rendered = true;
	p->term = term;
	p->view = view;
	p->stamp = mk_term_stamp();
}

static void
draw_row(struct mk_term *term, const struct mk_review_picture *p, struct mk_area area, unsigned row)
{
	struct mk_picture one = {.y = area.y + (int)row,
	    .x = area.x,
	    .h = 1,
	    .cells = (int)mk_strip_cols(p->strip),
	    .remove = "",
	    .stamp = p->stamp};
	one.bytes = mk_strip_row(p->strip, row, &one.len);
	mk_draw_picture(term, &one);
}

/*
 * Only here is it known how much room there is, so the strip is rendered in the drawing: a cache,
 * the same for the same state.
 */
void
mk_review_picture_draw(struct mk_review *r, struct mk_area area)
{
	struct mk_term *term = mk_tui_term(r->v.tui);
	struct mk_review_picture *p = &r->picture;
	if (area.h < 1 || area.w < 4)
		return;
	render(r, (unsigned)area.w, (unsigned)area.h);
	if (p->strip == NULL) {
		mk_draw(term, area.y, area.x, area.w, MK_EL_DOUBT,
		    p->grey == NULL
			? _("! This item has no picture: compare with the paper.")
			: _("! This terminal cannot show the picture: compare with the paper."));
		return;
	}
	bool pixels = p->term.mode == MK_STRIP_SIXEL || p->term.mode == MK_STRIP_KITTY;
	unsigned rows = mk_strip_rows(p->strip);
	if (!pixels) {
		for (unsigned i = 0; i < rows; i++)
			draw_row(term, p, area, i);
		return;
	}
	struct mk_picture all = {.y = area.y,
	    .x = area.x,
	    .h = (int)rows,
	    .cells = (int)mk_strip_cols(p->strip),
	    .stamp = p->stamp};
	all.bytes = mk_strip_row(p->strip, 0, &all.len);
	all.remove = mk_strip_remove(p->strip, &all.remove_len);
	mk_draw_picture(term, &all);
}
