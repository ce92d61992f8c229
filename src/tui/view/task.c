/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The task of the session: for which ledger, for which purpose. A number may be used for the purpose
 * it was collected for only (番号法 第9条), so a reveal and an export take it from here.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define TASKS_MAX 1024

struct pair {
	const struct mk_tui_ledger *ledger;
	char purpose[64];
};

struct task {
	struct mk_view v;
	struct mk_list list;
	struct pair *pairs;
	size_t n;
};

/* The i-th purpose of a ledger into out; false past the end. */
static bool
purpose_at(const struct mk_tui_ledger *l, size_t i, char *out, size_t cap)
{
	const char *p = l->purposes;
	while (i-- > 0 && *p != '\0') {
		p += strcspn(p, ",");
		p += *p == ',' ? 1 : 0;
	}
	size_t n = strcspn(p, ",");
	if (n == 0 || n >= cap)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static size_t
collect(struct mk_tui *t, struct pair *out, size_t cap)
{
	struct mk_tui_session *s = mk_tui_session(t);
	const char *wanted = mk_tui_wanted_purpose(t);
	size_t n = 0;
	for (size_t i = 0; i < s->n_ledgers; i++) {
		char purpose[64];
		for (size_t k = 0;
		     n < cap && purpose_at(&s->ledgers[i], k, purpose, sizeof purpose); k++) {
			if (wanted[0] != '\0' && strcmp(wanted, purpose) != 0)
				continue;
			out[n].ledger = &s->ledgers[i];
			(void)mk_str_copy(out[n].purpose, sizeof out[n].purpose, purpose);
			n++;
		}
	}
	return n;
}

static void
choose(struct mk_tui *t, const struct pair *p)
{
	struct mk_tui_session *s = mk_tui_session(t);
	s->ledger = p->ledger;
	(void)mk_str_copy(s->purpose, sizeof s->purpose, p->purpose);
}

bool
mk_task_settled(struct mk_tui *t)
{
	struct pair two[2];
	size_t n = collect(t, two, 2);
	if (n == 1)
		choose(t, &two[0]);
	return n < 2;
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct task *k = arg;
	const struct pair *p = &k->pairs[row];
	(void)el;
	if (col == 0)
		mk_buf_puts(out, p->ledger->name);
	else if (col == 1)
		mk_purpose_words(p->purpose, out);
	else
		mk_class_words(p->ledger->class, out);
}

static int
task_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {
	    {N_("Ledger"), 18, 1, 0}, {N_("Purpose"), 24, 3, 0}, {N_("Whose numbers"), 20, 0, 100}};
	struct task *k = (struct task *)v;
	(void)arg;
	k->pairs = calloc(TASKS_MAX, sizeof *k->pairs);
	if (k->pairs == NULL)
		return MK_E_NOMEM;
	k->n = collect(v->tui, k->pairs, TASKS_MAX);
	mk_list_init(&k->list, cols, sizeof cols / sizeof cols[0], cell, k);
	mk_list_count(&k->list, k->n, false);
	const struct mk_tui_session *s = mk_tui_session(v->tui);
	for (size_t i = 0; i < k->n; i++)
		if (k->pairs[i].ledger == s->ledger && strcmp(k->pairs[i].purpose, s->purpose) == 0)
			mk_list_select(&k->list, i);
	return 0;
}

static bool
pick(struct task *k)
{
	if (k->n > 0)
		choose(k->v.tui, &k->pairs[k->list.sel]);
	mk_view_close(&k->v);
	return true;
}

static bool
task_key(struct mk_view *v, const struct mk_key *key)
{
	struct task *k = (struct task *)v;
	bool open = false;
	bool used = mk_list_mouse(&k->list, key, &open);
	return open ? pick(k) : used;
}

static bool
task_act(struct mk_view *v, enum mk_act a)
{
	struct task *k = (struct task *)v;
	return a == MK_ACT_open ? pick(k) : mk_list_act(&k->list, a);
}

static void
task_draw(struct mk_view *v, struct mk_area area)
{
	struct task *k = (struct task *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	mk_draw(term, area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("What are the numbers needed for now? Each use is recorded with it."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&k->list, term, area, _("You have no ledger: a chief must grant you one."));
}

static void
task_close(struct mk_view *v)
{
	free(((struct task *)v)->pairs);
}

const struct mk_view_ops mk_view_task = {
    .name = "task",
    .title = N_("Task"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_TASK,
    .size = sizeof(struct task),
    .open = task_open,
    .key = task_key,
    .act = task_act,
    .draw = task_draw,
    .close = task_close,
};
