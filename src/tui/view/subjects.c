/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The people of the session's ledger: a list that grows as one goes down, and a search that answers
 * while typing (kanji, kana in either script, any width, roman letters, code). Numbers are masked by
 * the daemon. Opened by another screen it is a choice of one person.
 */
#include "view/transcribe_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define SEARCH_BYTES 200
#define FIRST_PAGE 60 /* rows of the first answer: a screen of a search comes at once */
#define NEXT_PAGE 200
#define CURSOR_MAX 700

struct person {
	char id[MK_ID_MAX], ledger[MK_ID_MAX];
	char name[264], kana[264], code[65], birth[11], state[32];
	bool number;
};

struct subjects {
	struct mk_view v;
	struct mk_list list;
	struct mk_edit search;
	bool typing;
	struct person *rows;
	size_t n, cap;
	char cursor[CURSOR_MAX]; /* of the page behind the last row; "" none */
	uintptr_t query; /* answers to older ones are not looked at */
	bool fetching;
	bool wants_pick; /* Enter came before the answer to what was typed */
	char keep[MK_ID_MAX]; /* select this one again when it comes; "" the first */
	size_t keep_n; /* so many rows were here */
	void (*chosen)(struct mk_view *below, const struct mk_subject_arg *one);
	struct mk_subject_arg *marks; /* n_marks people, also of searches before */
	size_t n_marks;
};

/* --- rows from the daemon */

static void
take_person(void *arg, const struct mk_item *item)
{
	struct subjects *s = arg;
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 256 : s->cap * 2;
		struct person *grown = calloc(cap, sizeof *grown);
		if (grown == NULL)
			return;
		if (s->n > 0) {
			memcpy(grown, s->rows, s->n * sizeof *grown);
			mk_wipe(s->rows, s->n * sizeof *grown);
		}
		free(s->rows);
		s->rows = grown;
		s->cap = cap;
	}
	struct person *p = &s->rows[s->n++];
	struct mk_item it;
	mk_item_str(item, MK_T_id, p->id, sizeof p->id);
	mk_item_str(item, MK_T_ledger, p->ledger, sizeof p->ledger);
	mk_item_str(item, MK_T_name, p->name, sizeof p->name);
	mk_item_str(item, MK_T_kana, p->kana, sizeof p->kana);
	mk_item_str(item, MK_T_code, p->code, sizeof p->code);
	mk_item_str(item, MK_T_birth, p->birth, sizeof p->birth);
	mk_item_str(item, MK_T_state, p->state, sizeof p->state);
	p->number = mk_find(item->p, item->len, MK_T_number, &it);
}

static void
forget_rows(struct subjects *s)
{
	if (s->rows != NULL)
		mk_wipe(s->rows, s->cap * sizeof *s->rows);
	s->n = 0;
}

static void ask_page(struct subjects *s);
static bool pick(struct subjects *s);

/* After a change the list is where it was: the same person is selected, as far as it goes. */
static void
keep_place(struct subjects *s)
{
	for (size_t i = 0; s->keep[0] != '\0' && i < s->n; i++)
		if (strcmp(s->rows[i].id, s->keep) == 0) {
			mk_list_select(&s->list, i);
			s->keep[0] = '\0';
		}
	if (s->keep[0] != '\0' && s->cursor[0] != '\0' && s->n < s->keep_n)
		ask_page(s);
}

static void
got_people(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct subjects *s = (struct subjects *)v;
	if (tag != s->query)
		return;
	s->fetching = false;
	if (r < 0) {
		if (r == MK_E_TOO_BIG)
			mk_tell(v->tui, MK_TONE_ERROR, "%s",
			    _("too many words: a search takes eight at most"));
		else
			mk_tell_reply(v->tui, r, reply);
		/* What stands there was found by other words. */
		s->wants_pick = false;
		if (s->cursor[0] == '\0')
			forget_rows(s);
		mk_list_count(&s->list, s->n, false);
		return;
	}
	/* The rows of the last search stay until the first of this one are here: nothing flickers. */
	if (s->cursor[0] == '\0')
		forget_rows(s);
	bool first = s->cursor[0] == '\0';
	mk_reply_items(reply, take_person, s);
	s->cursor[0] = '\0';
	(void)mk_get_str(
	    reply->body.data, reply->body.len, MK_T_cursor, s->cursor, sizeof s->cursor);
	mk_list_count(&s->list, s->n, s->cursor[0] != '\0');
	if (first)
		mk_list_select(&s->list, 0);
	keep_place(s);
	if (s->wants_pick && !s->fetching) {
		s->wants_pick = false;
		(void)pick(s);
	}
}

static void
ask_page(struct subjects *s)
{
	struct mk_tui_session *session = mk_tui_session(s->v.tui);
	struct mk_msg req;
	char text[SEARCH_BYTES + 1];
	mk_msg_init(&req, MK_REQ_subject_list, 0);
	if (session->ledger != NULL)
		mk_put_str(&req.body, MK_T_ledger, session->ledger->id);
	if (mk_edit_copy(&s->search, text, sizeof text) && text[0] != '\0')
		mk_put_str(&req.body, MK_T_text, text);
	if (s->cursor[0] != '\0')
		mk_put_str(&req.body, MK_T_cursor, s->cursor);
	mk_put_u64(&req.body, MK_T_limit, s->cursor[0] == '\0' ? FIRST_PAGE : NEXT_PAGE);
	s->fetching = true;
	mk_view_ask(&s->v, &req, got_people, s->query);
}

/* A new search, or the same list anew. What was typed over is not asked any more. */
static void
ask_anew(struct subjects *s)
{
	mk_view_ask_drop(&s->v);
	s->query++;
	s->cursor[0] = '\0';
	ask_page(s);
}

/* Blanks only: the daemon gets ready for what will be typed (store/ledger.h). */
static void
make_ready(struct subjects *s)
{
	const struct mk_tui_session *session = mk_tui_session(s->v.tui);
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_subject_list, 0);
	if (session->ledger != NULL)
		mk_put_str(&req.body, MK_T_ledger, session->ledger->id);
	mk_put_str(&req.body, MK_T_text, " ");
	mk_put_u64(&req.body, MK_T_limit, 1);
	mk_view_ask(&s->v, &req, NULL, 0);
}

static void
fetch_more(struct subjects *s)
{
	if (!s->fetching && mk_list_wants(&s->list))
		ask_page(s);
}

/* --- marks: the people of a task */

/* The place of a person among the marked ones; n_marks: not there. */
static size_t
mark_of(const struct subjects *s, const char *id)
{
	size_t i = 0;
	while (i < s->n_marks && strcmp(s->marks[i].id, id) != 0)
		i++;
	return i;
}

static void
read_person(const struct person *p, struct mk_subject_arg *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->id, p->id, sizeof out->id);
	memcpy(out->ledger, p->ledger, sizeof out->ledger);
	memcpy(out->name, p->name, sizeof out->name);
}

static void
mark(struct subjects *s)
{
	if (s->n == 0)
		return;
	const struct person *p = &s->rows[s->list.sel];
	size_t i = mark_of(s, p->id);
	if (s->marks == NULL && (s->marks = calloc(MK_MARKS_MAX, sizeof *s->marks)) == NULL)
		return;
	if (i < s->n_marks)
		s->marks[i] = s->marks[--s->n_marks];
	else if (!p->number)
		mk_tell(s->v.tui, MK_TONE_WARN, "%s", _("No number is kept for this person."));
	else if (s->n_marks == MK_MARKS_MAX)
		mk_tell(
		    s->v.tui, MK_TONE_WARN, _("no more than %d people in one task"), MK_MARKS_MAX);
	else
		read_person(p, &s->marks[s->n_marks++]);
	mk_list_select(&s->list, s->list.sel + 1);
}

/* A task for those marked; for the selected one when nobody is. */
static void
ask_task(struct subjects *s)
{
	struct mk_transcribe_arg arg = {s->marks, s->n_marks};
	struct mk_subject_arg one;
	if (s->n == 0)
		return;
	read_person(&s->rows[s->list.sel], &one);
	if (s->n_marks == 0)
		arg = (struct mk_transcribe_arg){&one, 1};
	(void)mk_view_open(s->v.tui, &mk_view_transcribe, &arg);
}

/* --- the view */

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct subjects *s = arg;
	const struct person *p = &s->rows[row];
	const char *const texts[] = {p->name, p->kana, p->code, p->birth};
	if (col == 0 && s->n_marks > 0)
		mk_buf_puts(out, mark_of(s, p->id) < s->n_marks ? "* " : "  ");
	if (col < sizeof texts / sizeof texts[0]) {
		mk_buf_puts(out, texts[col]);
		return;
	}
	(void)el;
	mk_buf_puts(out, col == 4 ? mk_state_word(p->state) : p->number ? _("kept") : "-");
}

static int
subjects_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("Name"), 18, 2, 0}, {N_("Kana"), 16, 2, 60},
	    {N_("Code"), 8, 0, 0}, {N_("Born"), 10, 0, 100}, {N_("State"), 12, 1, 0},
	    {N_("Number"), 8, 0, 60}};
	struct subjects *s = (struct subjects *)v;
	const struct mk_choose_arg *choose = arg;
	if (choose != NULL)
		s->chosen = choose->done;
	mk_list_init(&s->list, cols, sizeof cols / sizeof cols[0], cell, s);
	int r = mk_edit_init(&s->search, MK_EDIT_TEXT, SEARCH_BYTES);
	if (r == 0)
		ask_anew(s);
	else
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	return r;
}

static unsigned
subjects_places(const struct mk_view *v)
{
	const struct subjects *s = (const struct subjects *)v;
	/* While one types a letter is no command. */
	return s->chosen != NULL ? MK_P_CHOOSE : s->typing ? 0 : MK_P_SUBJECTS;
}

static bool
pick(struct subjects *s)
{
	struct mk_subject_arg one;
	/* The rows on the screen are those of what was typed before: wait for the right ones. */
	if (s->fetching && s->cursor[0] == '\0') {
		s->wants_pick = true;
		return true;
	}
	if (s->n == 0)
		return true;
	read_person(&s->rows[s->list.sel], &one);
	if (s->chosen == NULL) {
		(void)mk_view_open(s->v.tui, &mk_view_subject, &one);
		return true;
	}
	void (*chosen)(struct mk_view *, const struct mk_subject_arg *) = s->chosen;
	struct mk_view *below = s->v.below;
	mk_view_close(&s->v);
	chosen(below, &one);
	return true;
}

static bool
subjects_key(struct mk_view *v, const struct mk_key *key)
{
	struct subjects *s = (struct subjects *)v;
	bool open = false;
	if (key->code != MK_KEY_ENTER)
		s->wants_pick = false;
	if (mk_list_mouse(&s->list, key, &open)) {
		fetch_more(s);
		return open ? pick(s) : true;
	}
	/* Home and End belong to the list: a search is short. */
	if (!s->typing || key->code == MK_KEY_HOME || key->code == MK_KEY_END)
		return false;
	uint32_t before = s->search.stamp;
	bool used = mk_edit_key(&s->search, key);
	if (s->search.stamp != before) {
		s->keep[0] = '\0';
		ask_anew(s);
	}
	return used;
}

/* Escape: first out of the search, then back. */
static bool
leave_search(struct subjects *s)
{
	bool had = mk_edit_len(&s->search) > 0;
	if (!s->typing && !had)
		return false;
	s->typing = false;
	if (had) {
		mk_edit_clear(&s->search);
		ask_anew(s);
	}
	return true;
}

static bool
subjects_act(struct mk_view *v, enum mk_act a)
{
	struct subjects *s = (struct subjects *)v;
	switch (a) {
	case MK_ACT_search:
		s->typing = true;
		if (mk_edit_len(&s->search) == 0)
			make_ready(s);
		return true;
	case MK_ACT_back:
		return leave_search(s);
	case MK_ACT_open:
	case MK_ACT_choose:
		return pick(s);
	case MK_ACT_mark:
		mark(s);
		fetch_more(s);
		return true;
	case MK_ACT_transcribe:
		ask_task(s);
		return true;
	case MK_ACT_add:
		(void)mk_view_open(v->tui, &mk_view_person, NULL);
		return true;
	default:
		break;
	}
	bool used = mk_list_act(&s->list, a);
	if (used)
		fetch_more(s);
	return used;
}

static void
draw_search(struct subjects *s, struct mk_term *term, struct mk_area area)
{
	char count[64];
	const char *label = _("Search");
	int x = area.x + 2, l = (int)strlen(label);
	int len = snprintf(count, sizeof count,
	    s->cursor[0] != '\0' ? _("more than %zu people") : _("%zu people"), s->n);
	if (s->n_marks > 0 && len > 0 && (size_t)len < sizeof count)
		snprintf(count + len, sizeof count - (size_t)len, _(", %zu marked"), s->n_marks);
	l = mk_draw(term, area.y, x, 20, MK_EL_LABEL, label);
	int w = area.w - l - 34 < 40 ? area.w - l - 34 : 40;
	mk_edit_draw(&s->search, term, area.y, x + l + 1, w, s->typing);
	mk_draw(term, area.y, x + l + w + 3, 28, MK_EL_TEXT, count);
}

static void
subjects_draw(struct mk_view *v, struct mk_area area)
{
	struct subjects *s = (struct subjects *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	struct mk_area rest = {area.y + 1, area.x, area.h - 1, area.w};
	mk_list_draw(&s->list, term, rest,
	    s->fetching                   ? ""
	    : mk_edit_len(&s->search) > 0 ? _("Nobody is found.")
					  : _("Nobody is here yet."));
	/* Last, so that the cursor is where one types. */
	draw_search(s, term, area);
}

static void
subjects_shown(struct mk_view *v)
{
	struct subjects *s = (struct subjects *)v;
	if (s->n > 0)
		memcpy(s->keep, s->rows[s->list.sel].id, sizeof s->keep);
	s->keep_n = s->n;
	ask_anew(s);
}

static void
subjects_close(struct mk_view *v)
{
	struct subjects *s = (struct subjects *)v;
	forget_rows(s);
	free(s->rows);
	if (s->marks != NULL)
		mk_wipe(s->marks, MK_MARKS_MAX * sizeof *s->marks);
	free(s->marks);
	mk_edit_fini(&s->search);
}

const struct mk_view_ops mk_view_subjects = {
    .name = "subjects",
    .title = N_("People"),
    .places = MK_P_LIST | MK_P_BACK | MK_P_SEARCH,
    .size = sizeof(struct subjects),
    .open = subjects_open,
    .more_places = subjects_places,
    .key = subjects_key,
    .act = subjects_act,
    .draw = subjects_draw,
    .shown = subjects_shown,
    .close = subjects_close,
};
