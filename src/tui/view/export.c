/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first step of an export: which profile. */
#include "view/export_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "mynakura/profile/profile.h"
#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define PROFILES_MAX 256
#define PATH_BYTES 512

enum fit { FOR_TASK, FOR_ANY, OTHER_TASK, NOT_HERE, FAULTY };

struct known {
	char id[MK_PROFILE_ID], title[256], status[16], purpose[64], path[PATH_BYTES];
	enum fit fit;
	size_t place; /* as it was found: profiles of one kind stay in the order of their ids */
};

struct export_list {
	struct mk_view v;
	struct mk_list list;
	struct known *known;
	size_t n;
};

static enum fit
fit_of(const struct mk_tui_session *s, const char *purpose)
{
	if (purpose[0] == '\0')
		return FOR_ANY;
	if (strcmp(purpose, s->purpose) == 0)
		return FOR_TASK;
	bool here = s->ledger == NULL || mk_purposes_contain(s->ledger->purposes, purpose);
	return here ? OTHER_TASK : NOT_HERE;
}

static int
take_profile(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err)
{
	struct export_list *e = ctx;
	if (e->n == PROFILES_MAX)
		return 0;
	struct known *k = &e->known[e->n];
	k->place = e->n++;
	(void)mk_str_copy(k->id, sizeof k->id, id);
	snprintf(k->title, sizeof k->title, "%s", p != NULL ? mk_profile_title(p) : _(err->text));
	(void)mk_str_copy(k->path, sizeof k->path, path);
	k->fit = FAULTY;
	k->status[0] = k->purpose[0] = '\0';
	if (p == NULL)
		return 0;
	(void)mk_str_copy(k->status, sizeof k->status, mk_profile_status(p));
	(void)mk_str_copy(k->purpose, sizeof k->purpose, mk_profile_purpose(p));
	k->fit = fit_of(mk_tui_session(e->v.tui), k->purpose);
	return 0;
}

static int
by_fit(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	if (x->fit != y->fit)
		return x->fit < y->fit ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* The task may have changed since the last time. */
static void
read_profiles(struct mk_view *v)
{
	struct export_list *e = (struct export_list *)v;
	struct mk_profile_dirs dirs;
	e->n = 0;
	int r = mk_profile_dirs_default(&dirs);
	if (r == 0) {
		r = mk_profile_list(&dirs, take_profile, e);
		mk_profile_dirs_free(&dirs);
	}
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	qsort(e->known, e->n, sizeof *e->known, by_fit);
	mk_list_count(&e->list, e->n, false);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct export_list *e = arg;
	const struct known *k = &e->known[row];
	*el = k->fit == FAULTY ? MK_EL_BAD : k->fit == NOT_HERE ? MK_EL_DIM : MK_EL_TEXT;
	if (col == 0)
		mk_buf_printf(out, "%s%s%s", k->fit == FAULTY ? k->id : "",
		    k->fit == FAULTY ? ": " : "", k->title);
	else if (col == 1)
		mk_buf_puts(out, k->fit == FAULTY                       ? _("faulty")
				 : strcmp(k->status, "documented") == 0 ? _("documented")
				 : strcmp(k->status, "partial") == 0    ? _("partly")
									: _("unverified"));
	else if (col == 2 && k->fit != FAULTY && k->purpose[0] == '\0')
		mk_buf_puts(out, _("any purpose"));
	else if (col == 2)
		mk_purpose_words(k->purpose, out);
	else
		mk_buf_puts(out, k->id);
}

static void
open_form(struct export_list *e, const struct mk_export_wish *wish)
{
	struct mk_tui *t = e->v.tui;
	if (e->n == 0)
		return;
	const struct known *k = &e->known[e->list.sel];
	if (k->fit == FAULTY) {
		mk_tell(t, MK_TONE_WARN, "%s: %s", k->path, k->title);
	} else if (k->fit == NOT_HERE) {
		mk_tell(t, MK_TONE_WARN, "%s",
		    _("This file is for a purpose that the ledger of the task does not have."));
	} else if (mk_tui_session(t)->ledger == NULL) {
		mk_tell(t, MK_TONE_INFO, "%s", _("First the task: for which ledger is the file?"));
		(void)mk_view_open(t, &mk_view_task, NULL);
	} else {
		const struct mk_export_form_arg arg = {k->path, wish};
		(void)mk_view_open(t, &mk_view_export_form, &arg);
	}
}

/* The form of a granted export, at once; the list stays below it. */
static void
open_wish(struct export_list *e, const struct mk_export_wish *wish)
{
	for (size_t i = 0; i < e->n; i++) {
		if (strcmp(e->known[i].id, wish->profile) != 0)
			continue;
		mk_list_select(&e->list, i);
		open_form(e, wish);
		return;
	}
}

static int
export_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("File for"), 28, 3, 0},
	    {N_("Format"), 10, 0, 0}, {N_("Purpose"), 12, 2, 0}, {N_("Profile"), 16, 0, 110}};
	struct export_list *e = (struct export_list *)v;
	e->known = calloc(PROFILES_MAX, sizeof *e->known);
	if (e->known == NULL) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return MK_E_NOMEM;
	}
	mk_list_init(&e->list, cols, sizeof cols / sizeof cols[0], cell, e);
	read_profiles(v);
	if (arg != NULL)
		open_wish(e, arg);
	return 0;
}

static bool
export_key(struct mk_view *v, const struct mk_key *key)
{
	struct export_list *e = (struct export_list *)v;
	bool open = false;
	bool used = mk_list_mouse(&e->list, key, &open);
	if (open)
		open_form(e, NULL);
	return used;
}

static bool
export_act(struct mk_view *v, enum mk_act a)
{
	struct export_list *e = (struct export_list *)v;
	if (a != MK_ACT_open)
		return mk_list_act(&e->list, a);
	open_form(e, NULL);
	return true;
}

static void
export_draw(struct mk_view *v, struct mk_area area)
{
	struct export_list *e = (struct export_list *)v;
	mk_draw(mk_tui_term(v->tui), area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("Which file is wanted? Those for the task come first."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&e->list, mk_tui_term(v->tui), area,
	    _("No file format is installed here: ask the administrator."));
}

static void
export_close(struct mk_view *v)
{
	free(((struct export_list *)v)->known);
}

const struct mk_view_ops mk_view_export = {
    .name = "export",
    .title = N_("Export"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct export_list),
    .open = export_open,
    .key = export_key,
    .act = export_act,
    .draw = export_draw,
    .shown = read_profiles,
    .close = export_close,
};
