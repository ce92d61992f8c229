/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn over curses. */
#include "overlay_internal.h"

#include <string.h>

#include "mynakura/model/number.h"

static bool
same_place(const struct mk_overlay *a, const struct mk_overlay *b)
{
	return a->at.y == b->at.y && a->at.x == b->at.x && a->at.h == b->at.h &&
	       a->at.cells == b->at.cells && a->digits == b->digits;
}

static bool
same(const struct mk_overlay *a, const struct mk_overlay *b)
{
	return same_place(a, b) && a->at.stamp == b->at.stamp && a->marks == b->marks;
}

bool
mk_overlay_stale(const struct mk_overlays *o, size_t i)
{
	for (size_t k = 0; k < o->n_now; k++) {
		/* Digits of one place overwrite each other; a picture must go first. */
		bool digits = o->shown[i].digits;
		if (digits ? same_place(&o->shown[i], &o->now[k]) : same(&o->shown[i], &o->now[k]))
			return false;
	}
	return true;
}

bool
mk_overlay_due(const struct mk_overlays *o, size_t i, const bool *changed, int rows)
{
	const struct mk_overlay *p = &o->now[i];
	for (int y = p->at.y; y < p->at.y + p->at.h && y < rows; y++)
		if (changed[y])
			return true;
	for (size_t k = 0; k < o->n_shown; k++)
		if (same(p, &o->shown[k]))
			return false;
	return true;
}

void
mk_overlay_digits(
    const struct mk_overlay *p, const char *strong, const char *plain, struct mk_secret *out)
{
	for (size_t i = 0; i < MK_NUMBER_LEN; i++) {
		bool marked = (p->marks >> i & 1U) != 0;
		if (i > 0 && i % 4 == 0)
			(void)mk_secret_append(out, " ", 1);
		if (marked)
			(void)mk_secret_append(out, strong, strlen(strong));
		(void)mk_secret_append(out, i < p->at.len ? &p->at.bytes[i] : "_", 1);
		if (marked)
			(void)mk_secret_append(out, plain, strlen(plain));
	}
}

void
mk_overlay_settle(struct mk_overlays *o)
{
	memcpy(o->shown, o->now, sizeof o->shown);
	o->n_shown = o->n_now;
	for (size_t i = 0; i < o->n_shown; i++) {
		o->shown[i].at.bytes = NULL;
		o->shown[i].at.len = 0;
		/* A picture's way off the screen is kept by who drew it only as long as it is drawn. */
		o->shown[i].at.remove = NULL;
		o->shown[i].at.remove_len = 0;
	}
	o->n_now = 0;
}
