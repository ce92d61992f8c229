/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scanners of this PC as a choice, and the settings' options for one. */
#include "view/capture_internal.h"

#include <stdlib.h>
#include <string.h>

#include "widget/list_internal.h"

struct scanners {
	struct mk_view v;
	struct mk_list list;
	struct mk_scanner *all;
	size_t n;
	void (*done)(struct mk_view *below, const struct mk_scanner *chosen);
};

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct scanners *s = arg;
	(void)el;
	mk_buf_puts(out, col == 0 ? s->all[row].words : s->all[row].device);
}

static int
scanners_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {
	    {N_("Scanner"), 30, 1, 0}, {N_("Device"), 24, 1, 0}};
	struct scanners *s = (struct scanners *)v;
	const struct mk_scanner_arg *a = arg;
	s->all = calloc(a->scanners->n + 1, sizeof *s->all);
	if (s->all == NULL)
		return MK_E_NOMEM;
	s->n = a->scanners->n;
	for (size_t i = 0; i < s->n; i++)
		s->all[i] = a->scanners->all[i];
	s->done = a->done;
	mk_list_init(&s->list, cols, sizeof cols / sizeof cols[0], cell, s);
	mk_list_count(&s->list, s->n, false);
	return 0;
}

static bool
pick(struct scanners *s)
{
	if (s->n == 0)
		return true;
	struct mk_scanner chosen = s->all[s->list.sel];
	struct mk_view *below = s->v.below;
	void (*done)(struct mk_view *, const struct mk_scanner *) = s->done;
	mk_view_close(&s->v);
	done(below, &chosen);
	return true;
}

static bool
scanners_key(struct mk_view *v, const struct mk_key *key)
{
	struct scanners *s = (struct scanners *)v;
	bool open = false;
	bool used = mk_list_mouse(&s->list, key, &open);
	return open ? pick(s) : used;
}

static bool
scanners_act(struct mk_view *v, enum mk_act a)
{
	struct scanners *s = (struct scanners *)v;
	return a == MK_ACT_choose ? pick(s) : mk_list_act(&s->list, a);
}

static void
scanners_draw(struct mk_view *v, struct mk_area area)
{
	struct scanners *s = (struct scanners *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	struct mk_area list = {area.y, area.x, area.h - 2, area.w};
	mk_list_draw(
	    &s->list, term, list, _("No scanner answers. Is it switched on and plugged in?"));
	mk_draw(term, area.y + area.h - 1, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("To keep one: \"device = NAME\" in ~/.config/mynakura/screen.conf"));
}

static void
scanners_close(struct mk_view *v)
{
	free(((struct scanners *)v)->all);
}

const struct mk_view_ops mk_view_scanners = {
    .name = "scanners",
    .title = N_("Choose a scanner"),
    .places = MK_P_LIST | MK_P_CHOOSE | MK_P_BACK,
    .size = sizeof(struct scanners),
    .open = scanners_open,
    .key = scanners_key,
    .act = scanners_act,
    .draw = scanners_draw,
    .close = scanners_close,
};

/* --- the settings' options: several values of one name are scanned in turn */

static const char *
option(const struct mk_capture *c, size_t i)
{
	return c->own_options ? mk_tui_setting(c->v.tui, "option", i) : NULL;
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=") + 1;
	return strncmp(a, b, n) == 0;
}

/* How many options before index `to` have the name of o. */
static size_t
count_before(const struct mk_capture *c, const char *o, size_t to)
{
	const char *other;
	size_t n = 0;
	for (size_t i = 0; i < to && (other = option(c, i)) != NULL; i++)
		n += same_name(o, other) ? 1 : 0;
	return n;
}

size_t
mk_capture_turns(const struct mk_capture *c)
{
	const char *o;
	size_t most = 1;
	for (size_t i = 0; (o = option(c, i)) != NULL; i++) {
		size_t n = count_before(c, o, i + 1);
		most = n > most ? n : most;
	}
	return most;
}

/* Of each name its value of this turn; the last one where there are fewer. */
void
mk_capture_put_options(const struct mk_capture *c, struct mk_buf *out)
{
	const char *o;
	for (size_t i = 0; (o = option(c, i)) != NULL; i++) {
		size_t all = count_before(c, o, SIZE_MAX), nth = count_before(c, o, i);
		if (nth == (c->turn < all ? c->turn : all - 1))
			mk_put_str(out, MK_T_option, o);
	}
}
