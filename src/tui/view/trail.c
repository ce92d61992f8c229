/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit trail, oldest above; or what it holds of one person. It begins with the newest entries
 * that are wanted, fetches older chunks when the selection comes near the top, and what was written
 * meanwhile when one goes on at the end.
 */
#include "view/trail_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/report/words.h"
#include "widget/list_internal.h"

#define CHUNK 200 /* entries that are fetched at once */
#define ROWS_MAX 5000 /* entries that are kept */
#define DROP 1000 /* the oldest go by so many when there are more */
#define DATE_COLS 100 /* from here on the year has its place */

struct row {
	uint64_t seq, ref; /* ref: of an outcome, its intent; 0: none */
	uint8_t *rec; /* the items as they came */
	size_t len;
	bool intent, ended; /* ended: its outcome is in the list as well */
	bool quiet; /* shown with the mere looks only */
};

struct rows {
	struct row *r;
	size_t n, cap;
};

enum phase { RESTING, READING_NEWER, READING_OLDER };

struct trail {
	struct mk_view v;
	struct mk_list list;
	struct rows rows, older; /* older: the chunk that is coming */
	size_t *shown; /* indexes of rows */
	struct mk_filter filter;
	bool filtered;
	struct mk_subject_arg person; /* id "": the whole trail */
	bool all; /* the mere looks too */
	bool wants_open; /* Enter came before an entry */
	bool cut; /* there were more than are kept */
	char cursor[64]; /* behind the oldest one that is here; "": there are none */
	enum phase phase;
	uintptr_t round; /* answers of earlier rounds are not looked at */
};

static bool
of_person(const struct trail *t)
{
	return t->person.id[0] != '\0';
}

static struct mk_item
item_of(const struct row *r)
{
	return (struct mk_item){MK_T_item, MK_TYPE_REC, r->rec, r->len};
}

/* --- rows */

static void
rows_drop(struct rows *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(s->r[i].rec);
	memmove(s->r, s->r + n, (s->n - n) * sizeof *s->r);
	s->n -= n;
}

static void
rows_free(struct rows *s)
{
	if (s->n > 0)
		rows_drop(s, s->n);
	free(s->r);
	memset(s, 0, sizeof *s);
}

static bool
rows_room(struct rows *s, size_t more)
{
	if (s->n + more <= s->cap)
		return true;
	size_t cap = s->cap == 0 ? 2 * CHUNK : 2 * s->cap;
	while (cap < s->n + more)
		cap *= 2;
	struct row *r = realloc(s->r, cap * sizeof *r);
	if (r == NULL)
		return false;
	s->r = r;
	s->cap = cap;
	return true;
}

/* A list that is looked at, and what the program does by itself: not what a person asks after. */
static bool
is_quiet(const struct mk_item *entry)
{
	static const char *const own[] = {"checkpoint", "genesis", "start", "stop", "session_end"};
	char action[64], result[32], subject[MK_ID_MAX];
	mk_item_str(entry, MK_T_action, action, sizeof action);
	mk_item_str(entry, MK_T_result, result, sizeof result);
	mk_item_str(entry, MK_T_subject, subject, sizeof subject);
	if (result[0] != '\0' && strcmp(result, "ok") != 0)
		return false;
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strcmp(own[i], action) == 0)
			return true;
	const struct mk_request_row *q;
	for (unsigned i = 0; (q = mk_request_at(i)) != NULL; i++)
		if (strcmp(q->name, action) == 0)
			return q->audit == MK_AUDIT_SESSION && subject[0] == '\0';
	return false;
}

static void
take_entry(void *arg, const struct mk_item *entry)
{
	struct trail *t = arg;
	struct rows *to = t->phase == READING_OLDER ? &t->older : &t->rows;
	struct row r = {.seq = mk_get_u64(entry->p, entry->len, MK_T_seq, 0),
	    .ref = mk_get_u64(entry->p, entry->len, MK_T_ref, 0),
	    .len = entry->len};
	char kind[16];
	if (!rows_room(to, 1) || (r.rec = malloc(entry->len)) == NULL)
		return;
	memcpy(r.rec, entry->p, entry->len);
	mk_item_str(entry, MK_T_kind, kind, sizeof kind);
	r.intent = strcmp(kind, "intent") == 0;
	r.quiet = is_quiet(entry);
	to->r[to->n++] = r;
}

/* Rows stand in the order of their numbers; NULL: it is not here. */
static struct row *
row_of(const struct rows *s, uint64_t seq)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->r[mid].seq < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->r[low].seq == seq ? &s->r[low] : NULL;
}

/* An outcome names its intent. */
static void
find_ends(struct rows *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct row *begun = s->r[i].ref != 0 ? row_of(s, s->r[i].ref) : NULL;
		if (begun != NULL && begun->intent && !s->r[i].intent)
			begun->ended = true;
	}
}

static bool
is_shown(const struct trail *t, const struct row *r)
{
	if (t->all || (!r->intent && of_person(t)))
		return true;
	return !(r->intent && r->ended) && !(r->quiet && t->filter.action[0] == '\0');
}

static uint64_t
selected(const struct trail *t)
{
	return t->list.count > 0 ? t->rows.r[t->shown[t->list.sel]].seq : 0;
}

/* Anew which rows are shown; the selection stays on entry `at`, or at the newest one. */
static void
show_rows(struct trail *t, uint64_t at)
{
	struct mk_list *l = &t->list;
	bool newest = l->count == 0 || l->sel + 1 == l->count;
	size_t above = l->sel - l->top, n = 0, sel = 0;
	size_t *shown = realloc(t->shown, (t->rows.n + 1) * sizeof *shown);
	if (shown == NULL)
		return;
	t->shown = shown;
	find_ends(&t->rows);
	for (size_t i = 0; i < t->rows.n; i++) {
		if (!is_shown(t, &t->rows.r[i]))
			continue;
		sel = t->rows.r[i].seq <= at ? n : sel;
		shown[n++] = i;
	}
	mk_list_count(l, n, false);
	mk_list_select(l, newest && n > 0 ? n - 1 : sel);
	l->top = l->sel > above ? l->sel - above : 0;
}

/* --- asking */

static void open_entry(struct trail *t);

static void got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

static void
put_some(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s[0] != '\0')
		mk_put_str(b, tag, s);
}

/* after: entries after this number, in their order; 0: the newest ones, or those before the oldest. */
static void
ask_page(struct trail *t, uint64_t after)
{
	struct mk_msg req;
	char cursor[24];
	mk_msg_init(&req, of_person(t) ? MK_REQ_subject_history : MK_REQ_audit_list, 0);
	put_some(&req.body, MK_T_subject, of_person(t) ? t->person.id : t->filter.subject);
	put_some(&req.body, MK_T_ledger, t->person.ledger);
	put_some(&req.body, MK_T_from, t->filter.from);
	put_some(&req.body, MK_T_to, t->filter.to);
	put_some(&req.body, MK_T_actor, t->filter.actor);
	put_some(&req.body, MK_T_action, t->filter.action);
	put_some(&req.body, MK_T_text, t->filter.text);
	put_some(&req.body, MK_T_session, t->filter.session);
	if (after > 0) {
		snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)after);
		mk_put_str(&req.body, MK_T_cursor, cursor);
	} else {
		mk_put_bool(&req.body, MK_T_newest, true);
		put_some(&req.body, MK_T_cursor, t->cursor);
	}
	mk_put_u64(&req.body, MK_T_limit, CHUNK);
	t->phase = after > 0 ? READING_NEWER : READING_OLDER;
	mk_view_ask(&t->v, &req, got_page, t->round);
}

/* Older entries when the selection is near the first one that is here. */
static void
fetch_older(struct trail *t)
{
	if (t->phase != RESTING || t->cursor[0] == '\0' || t->list.sel > 2 * (size_t)t->list.page ||
	    t->cut)
		return;
	if (t->rows.n >= ROWS_MAX)
		t->cut = true;
	else
		ask_page(t, 0);
}

/* They came newest first. */
static void
put_older_first(struct trail *t)
{
	struct rows *s = &t->rows, *o = &t->older;
	if (o->n > 0 && rows_room(s, o->n)) {
		memmove(s->r + o->n, s->r, s->n * sizeof *s->r);
		for (size_t i = 0; i < o->n; i++)
			s->r[i] = o->r[o->n - 1 - i];
		s->n += o->n;
		o->n = 0; /* the records have moved */
	}
	rows_free(o);
}

static void
take_older(struct trail *t, const struct mk_msg *reply)
{
	size_t before = t->rows.n;
	t->cursor[0] = '\0';
	(void)mk_get_str(
	    reply->body.data, reply->body.len, MK_T_cursor, t->cursor, sizeof t->cursor);
	put_older_first(t);
	if (t->rows.n == before)
		t->cursor[0] = '\0'; /* a page without entries is the last */
	t->phase = RESTING;
}

static void
take_newer(struct trail *t, const struct mk_msg *reply)
{
	char cursor[24];
	uint64_t after = 0;
	bool more = mk_get_str(reply->body.data, reply->body.len, MK_T_cursor, cursor,
			sizeof cursor) == 0 &&
		    mk_str_u64(cursor, UINT64_MAX, &after) == 0;
	if (t->rows.n > ROWS_MAX) {
		t->cut = true;
		rows_drop(&t->rows, DROP);
	}
	t->phase = RESTING;
	if (more && t->rows.n > 0 && after >= t->rows.r[t->rows.n - 1].seq)
		ask_page(t, after);
}

static void
got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct trail *t = (struct trail *)v;
	if (tag != t->round)
		return;
	if (r < 0) {
		t->phase = RESTING;
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	uint64_t at = selected(t);
	mk_reply_items(reply, take_entry, t);
	if (t->phase == READING_OLDER)
		take_older(t, reply);
	else
		take_newer(t, reply);
	show_rows(t, at);
	fetch_older(t);
	if (t->wants_open && t->list.count > 0)
		open_entry(t);
}

/* Forgets what is here and reads what is wanted now. */
static void
read_anew(struct trail *t)
{
	mk_view_ask_drop(&t->v);
	t->round++;
	rows_free(&t->rows);
	rows_free(&t->older);
	mk_list_count(&t->list, 0, false);
	t->cut = false;
	t->cursor[0] = '\0';
	const struct mk_filter *f = &t->filter;
	t->filtered = f->from[0] != '\0' || f->to[0] != '\0' || f->actor[0] != '\0' ||
		      f->action[0] != '\0' || f->text[0] != '\0' || f->session[0] != '\0' ||
		      f->subject[0] != '\0';
	ask_page(t, 0);
}

/* What was written meanwhile, when the newest is asked for again. */
static void
fetch_newer(struct trail *t)
{
	if (t->phase == RESTING && t->rows.n > 0)
		ask_page(t, t->rows.r[t->rows.n - 1].seq);
}

/* --- cells */

enum col { NUMBER, DATE, TIME, WHO, WHAT, WHOSE, RESULT, PURPOSE, LEDGER, TERMINAL };

static const struct mk_list_col trail_cols[] = {[NUMBER] = {N_("No."), 5, 0, 72},
    [DATE] = {N_("Date"), 10, 0, DATE_COLS},
    [TIME] = {N_("Time"), 14, 0, 0},
    [WHO] = {N_("Who"), 9, 1, 0},
    [WHAT] = {N_("What"), 18, 2, 0},
    [WHOSE] = {N_("Whose data"), 14, 0, 80},
    [RESULT] = {N_("Result"), 8, 0, 0},
    [PURPOSE] = {N_("Purpose"), 16, 3, 116},
    [LEDGER] = {N_("Ledger"), 12, 1, 140},
    [TERMINAL] = {N_("Terminal"), 10, 0, 160}};

/* A person's history has no column of whose data it is: it never fits. */
static const struct mk_list_col person_cols[] = {[NUMBER] = {N_("No."), 5, 0, 72},
    [DATE] = {N_("Date"), 10, 0, DATE_COLS},
    [TIME] = {N_("Time"), 14, 0, 0},
    [WHO] = {N_("Who"), 12, 1, 0},
    [WHAT] = {N_("What"), 18, 2, 0},
    [WHOSE] = {N_("Whose data"), 14, 0, 100000},
    [RESULT] = {N_("Result"), 8, 0, 0},
    [PURPOSE] = {N_("Purpose"), 16, 3, 100},
    [LEDGER] = {N_("Ledger"), 12, 1, 140},
    [TERMINAL] = {N_("Terminal"), 10, 0, 130}};

/* part 0: the date, 1: the time, with month and day where the date has no place of its own. */
static void
put_time(const struct trail *t, const struct mk_item *entry, bool date, struct mk_buf *out)
{
	char s[MK_TIME_MAX]; /* 2026-11-24T12:00:00+09:00 */
	mk_time_format(mk_get_i64(entry->p, entry->len, MK_T_time, 0), s);
	if (date)
		mk_buf_put(out, s, 10);
	else if (mk_term_cols(mk_tui_term(t->v.tui)) >= DATE_COLS)
		mk_buf_put(out, s + 11, 8);
	else
		mk_buf_printf(out, "%.5s %.8s", s + 5, s + 11);
}

static void
put_ids(struct trail *t, const struct mk_item *entry, enum col col, struct mk_buf *out)
{
	char s[80];
	mk_item_str(entry, col == WHO ? MK_T_actor : MK_T_ledger, s, sizeof s);
	if (col == WHO)
		mk_buf_puts(out, s[0] != '\0' ? mk_tui_member_name(t->v.tui, s) : "-");
	else if (s[0] != '\0')
		mk_buf_puts(out, mk_tui_ledger_name(t->v.tui, s));
}

static void
put_text(const struct mk_item *entry, unsigned tag, struct mk_buf *out)
{
	struct mk_item it;
	if (mk_find(entry->p, entry->len, tag, &it))
		mk_buf_put(out, it.p, it.len);
}

static void
put_purpose(const struct mk_item *entry, struct mk_buf *out)
{
	char s[80];
	mk_item_str(entry, MK_T_purpose, s, sizeof s);
	mk_purpose_words(s, out);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	struct trail *t = arg;
	const struct row *r = &t->rows.r[t->shown[row]];
	const struct mk_item entry = item_of(r);
	*el = r->intent || r->quiet ? MK_EL_DIM : MK_EL_TEXT;
	if (col == NUMBER)
		mk_buf_printf(out, "%llu", (unsigned long long)r->seq);
	else if (col == DATE || col == TIME)
		put_time(t, &entry, col == DATE, out);
	else if (col == WHO || col == LEDGER)
		put_ids(t, &entry, (enum col)col, out);
	else if (col == WHAT)
		mk_entry_what(&entry, out);
	else if (col == RESULT)
		mk_entry_result(&entry, out, el);
	else if (col == PURPOSE)
		put_purpose(&entry, out);
	else
		put_text(&entry, col == WHOSE ? MK_T_subject : MK_T_terminal, out);
}

/* --- keys */

static void
take_filter(struct mk_view *v, const struct mk_filter *filter)
{
	struct trail *t = (struct trail *)v;
	t->filter = *filter;
	read_anew(t);
}

static void
take_text(struct mk_view *v, const char *typed, const struct mk_secret *secret)
{
	struct trail *t = (struct trail *)v;
	(void)secret;
	(void)mk_str_copy(t->filter.text, sizeof t->filter.text, typed);
	read_anew(t);
}

static void
ask_text(struct trail *t)
{
	const struct mk_dialog_arg arg = {.text = _("Only entries that hold this text. Names of "
						    "people are not in the trail; ids, reasons and "
						    "notes are."),
	    .label = _("Text"),
	    .cap = sizeof t->filter.text - 1,
	    .preset = t->filter.text,
	    .may_be_empty = true,
	    .done = take_text};
	(void)mk_view_open(t->v.tui, &mk_view_dialog, &arg);
}

static void
ask_filter(struct trail *t)
{
	const struct mk_filter_arg arg = {t->filter, take_filter};
	(void)mk_view_open(t->v.tui, &mk_view_filter, &arg);
}

static void
open_entry(struct trail *t)
{
	struct mk_buf text = MK_BUF_INIT;
	t->wants_open = t->list.count == 0 && t->phase != RESTING;
	if (t->list.count == 0)
		return;
	const struct mk_item entry = item_of(&t->rows.r[t->shown[t->list.sel]]);
	mk_entry_text(t->v.tui, &entry, &text);
	const struct mk_text_arg arg = {NULL, mk_buf_str(&text)};
	(void)mk_view_open(t->v.tui, &mk_view_text, &arg);
	mk_buf_free(&text);
}

/* Only what was done in the selected entry's session. */
static void
filter_session(struct trail *t)
{
	if (t->list.count == 0)
		return;
	const struct mk_item entry = item_of(&t->rows.r[t->shown[t->list.sel]]);
	mk_item_str(&entry, MK_T_session, t->filter.session, sizeof t->filter.session);
	if (t->filter.session[0] == '\0')
		mk_tell(t->v.tui, MK_TONE_INFO, "%s", _("This entry belongs to no session."));
	else
		read_anew(t);
}

static void
clear_filter(struct trail *t)
{
	memset(&t->filter, 0, sizeof t->filter);
	read_anew(t);
}

static bool
trail_key(struct mk_view *v, const struct mk_key *key)
{
	struct trail *t = (struct trail *)v;
	bool open = false;
	bool used = mk_list_mouse(&t->list, key, &open);
	if (open)
		open_entry(t);
	else if (used)
		fetch_older(t);
	return used;
}

static bool
move(struct trail *t, enum mk_act a)
{
	size_t was = t->list.sel;
	if (!mk_list_act(&t->list, a))
		return false;
	if ((a == MK_ACT_last || a == MK_ACT_down) && was == t->list.sel)
		fetch_newer(t);
	fetch_older(t);
	return true;
}

static bool
trail_act(struct mk_view *v, enum mk_act a)
{
	struct trail *t = (struct trail *)v;
	if (a == MK_ACT_open)
		open_entry(t);
	else if (a == MK_ACT_own_acts) {
		t->all = !t->all;
		show_rows(t, selected(t));
		fetch_older(t);
	} else if (a == MK_ACT_filter)
		ask_filter(t);
	else if (a == MK_ACT_search)
		ask_text(t);
	else if (a == MK_ACT_same_session)
		filter_session(t);
	else if (a == MK_ACT_verify)
		(void)mk_view_open(v->tui, &mk_view_verify, NULL);
	else if (a == MK_ACT_back && t->filtered)
		clear_filter(t);
	else
		return move(t, a);
	return true;
}

/* --- the view */

static int
trail_open(struct mk_view *v, const void *arg)
{
	struct trail *t = (struct trail *)v;
	if (arg != NULL) {
		t->person = ((const struct mk_trail_arg *)arg)->person;
		t->filter = ((const struct mk_trail_arg *)arg)->filter;
	}
	mk_list_init(&t->list, of_person(t) ? person_cols : trail_cols,
	    sizeof trail_cols / sizeof trail_cols[0], cell, t);
	read_anew(t);
	return 0;
}

/* A history is short and asks for one person only: it has no filter. */
static unsigned
trail_places(const struct mk_view *v)
{
	return of_person((const struct trail *)v) ? 0 : MK_P_TRAIL | MK_P_SEARCH;
}

static void
put_filter(struct trail *t, struct mk_buf *out)
{
	const struct mk_filter *f = &t->filter;
	const char *words, *code;
	if (f->from[0] != '\0' || f->to[0] != '\0')
		mk_buf_printf(out, "  %s..%s", f->from, f->to);
	if (f->actor[0] != '\0')
		mk_buf_printf(out, "  %s: %s", _("Who"), mk_tui_member_name(t->v.tui, f->actor));
	for (size_t i = 0; (code = mk_trail_action(i, &words)) != NULL; i++)
		if (strcmp(code, f->action) == 0)
			mk_buf_printf(out, "  %s: %s", _("What"), _(words));
	if (f->text[0] != '\0')
		mk_buf_printf(out, "  %s: %s", _("Text"), f->text);
	if (f->subject[0] != '\0')
		mk_buf_printf(out, "  %s: %s", _("Whose data"), f->subject);
	if (f->session[0] != '\0')
		mk_buf_printf(out, "  %s", _("this session"));
}

/* The line above the list: what is shown of what. */
static void
put_state(const struct trail *t, struct mk_buf *out)
{
	if (of_person(t))
		mk_buf_printf(out, "%s  ", t->person.name);
	if (t->cursor[0] != '\0' && !t->cut)
		mk_buf_printf(out, _("the newest %zu entries"), t->list.count);
	else if (t->list.count == t->rows.n || of_person(t))
		mk_buf_printf(out, _("%zu entries"), t->list.count);
	else
		mk_buf_printf(out, _("%zu entries, without %zu looks and starts"), t->list.count,
		    t->rows.n - t->list.count);
	if (t->cut)
		mk_buf_printf(out, "  %s", _("older ones: filter by day"));
}

static void
trail_draw(struct mk_view *v, struct mk_area area)
{
	struct trail *t = (struct trail *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	struct mk_buf line = MK_BUF_INIT;
	put_state(t, &line);
	if (t->filtered) {
		mk_buf_printf(&line, "   %s", _("Filter"));
		put_filter(t, &line);
	}
	mk_draw(term, area.y, area.x + 2, area.w - 2,
	    t->filtered || t->cut ? MK_EL_DOUBT : MK_EL_LABEL, mk_buf_str(&line));
	mk_buf_free(&line);
	area.y++;
	area.h--;
	mk_list_draw(&t->list, term, area, t->phase == RESTING ? _("no entry") : NULL);
}

static void
trail_close(struct mk_view *v)
{
	struct trail *t = (struct trail *)v;
	rows_free(&t->rows);
	rows_free(&t->older);
	free(t->shown);
}

const struct mk_view_ops mk_view_trail = {
    .name = "trail",
    .title = N_("Audit trail"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct trail),
    .open = trail_open,
    .more_places = trail_places,
    .key = trail_key,
    .act = trail_act,
    .draw = trail_draw,
    .close = trail_close,
};
