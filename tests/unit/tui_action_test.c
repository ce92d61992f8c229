/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of actions: each key of each view means exactly one thing, and the one that was meant;
 * no paste means anything. The views' places are collected here by hand, and compared with what
 * src/tui/view says (read as text, so that a view that does not build does not stop this).
 */
#include "tests/lib/mk_cmocka.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action_internal.h"
#include "input_internal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define KEYS_PER_ROW 8

/* --- the views: places, and what may come to them (each alone) by their state */

#define SESSION_NO 1 /* can be there without a session */
#define SESSION_YES 2 /* and with one */

struct view {
	const char *name;
	unsigned places;
	unsigned more[5]; /* 0 ends; it may also be that nothing comes to it */
	int session;
};

static const struct view views[] = {
    {"login", MK_P_FORM | MK_P_LOGIN, {0}, SESSION_NO},
    {"task", MK_P_LIST | MK_P_BACK | MK_P_TASK, {0}, SESSION_YES},
    {"home", MK_P_LIST | MK_P_HOME, {0}, SESSION_YES},
    {"help", MK_P_PAGER | MK_P_BACK, {0}, SESSION_NO | SESSION_YES},
    {"text", MK_P_PAGER | MK_P_BACK, {0}, SESSION_NO | SESSION_YES},
    {"dialog", MK_P_CONFIRM, {MK_P_DISCARD}, SESSION_NO | SESSION_YES},
    {"filter", MK_P_FORM | MK_P_CONFIRM, {0}, SESSION_YES},
    {"capture", MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK, {0}, SESSION_YES},
    {"scanners", MK_P_LIST | MK_P_CHOOSE | MK_P_BACK, {0}, SESSION_YES},
    {"queue", MK_P_LIST | MK_P_QUEUE | MK_P_BACK, {0}, SESSION_YES},
    {"review", MK_P_FORM | MK_P_REVIEW | MK_P_BACK, {0}, SESSION_YES},
    {"subjects", MK_P_LIST | MK_P_BACK | MK_P_SEARCH, {MK_P_CHOOSE, MK_P_SUBJECTS}, SESSION_YES},
    {"subject", MK_P_SUBJECT | MK_P_BACK, {0}, SESSION_YES},
    {"person", MK_P_FORM | MK_P_SAVE | MK_P_BACK, {0}, SESSION_YES},
    {"reveal", MK_P_REVEAL, {0}, SESSION_YES},
    {"export", MK_P_LIST | MK_P_BACK, {0}, SESSION_YES},
    {"export-form", MK_P_EXPORT | MK_P_BACK | MK_P_FORM, {0}, SESSION_YES},
    {"trail", MK_P_LIST | MK_P_BACK, {MK_P_TRAIL | MK_P_SEARCH}, SESSION_YES},
    {"verify", MK_P_PAGER | MK_P_BACK, {0}, SESSION_YES},
    {"sign", MK_P_FORM | MK_P_CONFIRM, {0}, SESSION_YES},
    {"auth", MK_P_FORM | MK_P_CONFIRM, {0}, SESSION_NO},
    {"approvals", MK_P_LIST | MK_P_BACK | MK_P_APPROVALS, {0}, SESSION_YES},
    {"approval", MK_P_PAGER | MK_P_BACK, {MK_P_DECIDE, MK_P_OWN, MK_P_OWN | MK_P_USE}, SESSION_YES},
    {"walk", MK_P_LIST | MK_P_BACK | MK_P_USE, {0}, SESSION_YES},
    {"transcribe", MK_P_FORM | MK_P_SAVE | MK_P_BACK, {0}, SESSION_YES},
    {"members", MK_P_LIST | MK_P_BACK | MK_P_MEMBERS, {0}, SESSION_YES},
    {"member", MK_P_LIST | MK_P_BACK | MK_P_MEMBER, {MK_P_GIVE}, SESSION_YES},
    {"member-form", MK_P_FORM | MK_P_SAVE | MK_P_BACK, {0}, SESSION_YES},
    {"code", MK_P_CONFIRM, {0}, SESSION_YES},
    {"newpass", MK_P_FORM | MK_P_SAVE | MK_P_BACK | MK_P_NEWPASS, {0}, SESSION_NO | SESSION_YES},
    {"keys", MK_P_LIST | MK_P_BACK, {0}, SESSION_YES},
    {"limits", MK_P_LIST | MK_P_BACK, {0}, SESSION_YES},
    {"clock", MK_P_PAGER | MK_P_BACK, {MK_P_CLOCK}, SESSION_YES},
    {"anomalies", MK_P_LIST | MK_P_BACK, {0}, SESSION_YES},
};

/* Calls f for each set of places that a view can have. */
static void
each_set(void (*f)(const struct view *v, unsigned places, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		for (size_t m = 0; m < 5; m++) {
			const struct view *v = &views[i];
			unsigned more = m == 0 ? 0 : v->more[m - 1];
			if (m > 0 && more == 0)
				break;
			unsigned places = v->places | more | MK_P_ANY;
			if ((v->session & SESSION_NO) != 0)
				f(v, places, arg);
			if ((v->session & SESSION_YES) != 0) {
				f(v, places | MK_P_SESSION, arg);
				f(v, places | MK_P_SESSION | MK_P_NUMBERS, arg);
			}
		}
}

/* --- keys by tmux's names, read here on their own */

static bool
parse_key(const char *name, struct mk_key *out)
{
	static const struct {
		const char *name;
		enum mk_key_code code;
	} names[] = {{"Enter", MK_KEY_ENTER}, {"Escape", MK_KEY_ESCAPE}, {"Tab", MK_KEY_TAB},
	    {"BTab", MK_KEY_BTAB}, {"BSpace", MK_KEY_BACKSPACE}, {"DC", MK_KEY_DELETE},
	    {"IC", MK_KEY_INSERT}, {"Up", MK_KEY_UP}, {"Down", MK_KEY_DOWN}, {"Left", MK_KEY_LEFT},
	    {"Right", MK_KEY_RIGHT}, {"Home", MK_KEY_HOME}, {"End", MK_KEY_END},
	    {"PPage", MK_KEY_PPAGE}, {"NPage", MK_KEY_NPAGE}};
	memset(out, 0, sizeof *out);
	if (strncmp(name, "C-", 2) == 0 || strncmp(name, "M-", 2) == 0) {
		out->mods = name[0] == 'C' ? MK_MOD_CTRL : MK_MOD_ALT;
		name += 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].name, name) == 0) {
			out->code = names[i].code;
			return true;
		}
	if (name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
		long n = strtol(name + 1, NULL, 10);
		out->code = (enum mk_key_code)(MK_KEY_F1 + (int)n - 1);
		return n <= 12;
	}
	out->code = MK_KEY_CHAR;
	out->ch = strcmp(name, "Space") == 0 ? ' ' : (uint32_t)(uint8_t)name[0];
	return strcmp(name, "Space") == 0 || (name[0] > ' ' && name[0] < 0x7f && name[1] == '\0');
}

/* The i-th word of a row's keys; false past the end. Not the product's splitting. */
static bool
nth_key(const struct mk_act_row *row, size_t i, char out[16])
{
	char copy[64], *save = NULL;
	assert_true(strlen(row->keys) < sizeof copy);
	snprintf(copy, sizeof copy, "%s", row->keys);
	char *w = strtok_r(copy, " ", &save);
	while (w != NULL && i-- > 0)
		w = strtok_r(NULL, " ", &save);
	if (w == NULL)
		return false;
	assert_true(strlen(w) < 16);
	snprintf(out, 16, "%s", w);
	return true;
}

static bool
has_key(const struct mk_act_row *row, const char *name)
{
	char key[16];
	for (size_t i = 0; nth_key(row, i, key); i++)
		if (strcmp(key, name) == 0)
			return true;
	return false;
}

static bool
valid(const struct mk_act_row *row, unsigned places)
{
	return (row->places & places) == row->places;
}

static const char *
name_of(enum mk_act a)
{
	const struct mk_act_row *row = mk_act_row(a);
	return row != NULL ? row->name : "-";
}

/* --- rows */

static void
rows_are_whole(void **state)
{
	(void)state;
	for (int a = 0; a < MK_ACT_COUNT; a++) {
		const struct mk_act_row *row = mk_act_row((enum mk_act)a);
		char key[16], shown[16], name[16];
		struct mk_key k;
		size_t n = 0;
		assert_non_null(row);
		assert_true(row->name[0] != '\0' && row->help != NULL && strlen(row->help) > 3);
		assert_true(row->word == NULL || (row->word[0] != '\0' && strlen(row->word) <= 14));
		assert_true(row->places != 0);
		for (; nth_key(row, n, key); n++) {
			/* A name that tmux has, and that a key really gets. */
			if (!parse_key(key, &k))
				fail_msg("%s: %s is no key", row->name, key);
			mk_key_name(&k, name);
			assert_string_equal(name, key);
			assert_true(mk_act_key(row, n, false, shown));
			assert_string_equal(shown, key);
		}
		assert_true(n > 0 && n < KEYS_PER_ROW);
		assert_false(mk_act_key(row, n, false, shown));
		assert_false(mk_act_key(row, n + 1, true, shown));
		assert_false(mk_act_key(row, 1000, true, shown));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(mk_act_row((enum mk_act)b)->name, row->name);
	}
	assert_null(mk_act_row(MK_ACT_NONE));
	assert_null(mk_act_row((enum mk_act)1000));
	assert_null(mk_act_row((enum mk_act) - 1));
	assert_false(mk_act_valid(MK_ACT_NONE, ~0U));
}

struct sent {
	struct mk_key key;
	size_t n;
};

static void
take(void *arg, const struct mk_key *key)
{
	struct sent *s = arg;
	s->key = *key;
	s->n++;
}

/* Control keys that a terminal cannot tell from others must not be in the table. */
static void
every_key_can_be_typed(void **state)
{
	(void)state;
	for (int a = 0; a < MK_ACT_COUNT; a++) {
		const struct mk_act_row *row = mk_act_row((enum mk_act)a);
		char key[16], name[16];
		struct mk_key k;
		for (size_t i = 0; nth_key(row, i, key); i++) {
			assert_true(parse_key(key, &k));
			if (k.code != MK_KEY_CHAR)
				continue;
			uint8_t byte = (uint8_t)((k.mods & MK_MOD_CTRL) != 0 ? k.ch & 0x1f : k.ch);
			struct mk_input in;
			struct sent s = {.n = 0};
			mk_input_init(&in);
			mk_input_feed(&in, &byte, 1, take, &s);
			mk_input_timeout(&in, take, &s);
			assert_int_equal(s.n, 1);
			mk_key_name(&s.key, name);
			assert_string_equal(name, key);
		}
	}
}

/* --- which row a key means */

static void
check_set(const struct view *v, unsigned places, void *arg)
{
	size_t *checked = arg;
	for (int a = 0; a < MK_ACT_COUNT; a++) {
		const struct mk_act_row *row = mk_act_row((enum mk_act)a);
		char key[16];
		struct mk_key k;
		assert_int_equal(mk_act_valid((enum mk_act)a, places), valid(row, places));
		for (size_t i = 0; nth_key(row, i, key); i++) {
			int first = 0;
			while (first < MK_ACT_COUNT &&
			       !(valid(mk_act_row((enum mk_act)first), places) &&
				   has_key(mk_act_row((enum mk_act)first), key)))
				first++;
			assert_true(parse_key(key, &k));
			enum mk_act got = mk_act_find(&k, places);
			if (got != (enum mk_act)first)
				fail_msg("%s %s: %s", v->name, key, name_of(got));
			/* The same character out of a paste, or with another modifier: nothing. */
			k.mods |= MK_MOD_PASTED;
			assert_int_equal(mk_act_find(&k, places), MK_ACT_NONE);
			k.mods =
			    (k.mods & ~MK_MOD_PASTED) == 0 ? MK_MOD_ALT : MK_MOD_ALT | MK_MOD_SHIFT;
			assert_int_equal(mk_act_find(&k, places), MK_ACT_NONE);
			*checked += first < MK_ACT_COUNT;
		}
	}
}

static void
keys_mean_the_first_valid_row(void **state)
{
	(void)state;
	size_t checked = 0;
	each_set(check_set, &checked);
	assert_true(checked > 500);
}

/*
 * Where two rows of a view have the same key the first one wins. That must be meant: it stands here,
 * with the view, the key, and the row that has no effect by it.
 */
static const struct {
	const char *view, *key, *wins, *loses;
} meant[] = {
    {"capture", "Enter", "scan", "line_down"},
    {"scanners", "Enter", "choose", "open"},
    {"subjects", "Enter", "choose", "open"},
    {"dialog", "Enter", "no", "confirm"}, /* what is thrown away wants its own key */
    {"dialog", "Escape", "no", "leave"},
    {"dialog", "C-c", "no", "leave"},
    {"filter", "Enter", "enter", "confirm"}, /* both apply it */
    {"sign", "Enter", "enter", "confirm"},
    {"auth", "Enter", "enter", "confirm"},
    {"approval", "Enter", "use", "line_down"},
    {"approval", "g", "grant", "top"},
    {"walk", "Enter", "use", "open"}, /* both show the next one */
    {"member", "Enter", "give", "open"},
    {"member", "Space", "give", "page_down"},
    {"subjects", "Space", "mark", "page_down"},
};

struct conflicts {
	bool met[ARRAY_LEN(meant)], quiet;
	size_t bad;
};

static void
find_conflicts(const struct view *v, unsigned places, void *arg)
{
	struct conflicts *c = arg;
	for (int a = 0; a < MK_ACT_COUNT; a++)
		for (int b = a + 1; b < MK_ACT_COUNT; b++) {
			const struct mk_act_row *ra = mk_act_row((enum mk_act)a),
						*rb = mk_act_row((enum mk_act)b);
			char key[16];
			if (!valid(ra, places) || !valid(rb, places))
				continue;
			for (size_t i = 0; nth_key(ra, i, key); i++) {
				bool listed = false;
				if (!has_key(rb, key))
					continue;
				for (size_t m = 0; m < ARRAY_LEN(meant); m++)
					if (strcmp(meant[m].view, v->name) == 0 &&
					    strcmp(meant[m].key, key) == 0 &&
					    strcmp(meant[m].wins, ra->name) == 0 &&
					    strcmp(meant[m].loses, rb->name) == 0)
						listed = c->met[m] = true;
				if (!listed && !c->quiet)
					print_error("%s %05x: %s is %s and %s\n", v->name, places,
					    key, ra->name, rb->name);
				c->bad += !listed;
			}
		}
}

static void
no_key_means_two_things(void **state)
{
	(void)state;
	struct conflicts c = {.bad = 0};
	each_set(find_conflicts, &c);
	assert_int_equal(c.bad, 0);
	for (size_t i = 0; i < ARRAY_LEN(meant); i++)
		if (!c.met[i])
			fail_msg("%s %s is no conflict any more", meant[i].view, meant[i].key);
	/* Control: the search finds one where there is one. */
	const struct view both = {"both", 0, {0}, 0};
	struct conflicts planted = {.quiet = true};
	find_conflicts(&both, MK_P_CONFIRM | MK_P_REVEAL, &planted);
	assert_true(planted.bad >= 2);
}

/* What the screens are written for, one by one. */
static void
keys_mean_what_was_meant(void **state)
{
	(void)state;
	static const struct {
		unsigned places;
		const char *key, *act;
	} rows[] = {
	    {MK_P_FORM | MK_P_LOGIN, "Escape", "exit"},
	    {MK_P_FORM | MK_P_LOGIN, "C-c", "exit"},
	    {MK_P_FORM | MK_P_LOGIN, "Enter", "enter"},
	    {MK_P_FORM | MK_P_LOGIN, "Down", "next_field"},
	    {MK_P_FORM | MK_P_LOGIN, "q", "-"},
	    {MK_P_FORM | MK_P_LOGIN, "F12", "-"},
	    {MK_P_FORM | MK_P_LOGIN, "F1", "help"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "q", "quit"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "Escape", "-"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "C-c", "-"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "t", "task"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "F12", "lock"},
	    {MK_P_LIST | MK_P_HOME | MK_P_SESSION, "F11", "-"},
	    {MK_P_LIST | MK_P_BACK | MK_P_TASK | MK_P_SESSION, "q", "back"},
	    {MK_P_LIST | MK_P_BACK | MK_P_TASK | MK_P_SESSION, "t", "-"},
	    {MK_P_LIST | MK_P_BACK | MK_P_TASK | MK_P_SESSION, "Space", "page_down"},
	    {MK_P_PAGER | MK_P_BACK, "Enter", "line_down"},
	    {MK_P_PAGER | MK_P_BACK, "G", "bottom"},
	    {MK_P_PAGER | MK_P_BACK, "g", "top"},
	    {MK_P_CONFIRM, "Enter", "confirm"},
	    {MK_P_CONFIRM, "Escape", "leave"},
	    {MK_P_CONFIRM, "C-c", "leave"},
	    {MK_P_CONFIRM, "q", "-"},
	    {MK_P_CONFIRM, "y", "-"},
	    {MK_P_CONFIRM, "Space", "-"},
	    {MK_P_REVEAL | MK_P_SESSION | MK_P_NUMBERS, "Enter", "hide"},
	    {MK_P_REVEAL | MK_P_SESSION | MK_P_NUMBERS, "Escape", "hide"},
	    {MK_P_REVEAL | MK_P_SESSION | MK_P_NUMBERS, "Space", "hide"},
	    {MK_P_REVEAL | MK_P_SESSION | MK_P_NUMBERS, "q", "hide"},
	    {MK_P_REVEAL | MK_P_SESSION | MK_P_NUMBERS, "F12", "lock"},
	    {MK_P_SUBJECT | MK_P_BACK | MK_P_SESSION, "r", "-"}, /* an auditor */
	    {MK_P_SUBJECT | MK_P_BACK | MK_P_SESSION, "e", "-"},
	    {MK_P_SUBJECT | MK_P_BACK | MK_P_SESSION | MK_P_NUMBERS, "r", "reveal"},
	    {MK_P_SUBJECT | MK_P_BACK | MK_P_SESSION | MK_P_NUMBERS, "e", "edit"},
	    {MK_P_LIST | MK_P_NUMBERS | MK_P_SESSION, "r", "-"}, /* no list reveals */
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION, "n", "-"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION | MK_P_NUMBERS, "n",
		"add"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION, "Enter", "open"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_CHOOSE | MK_P_SESSION, "Enter", "choose"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION, "/", "search"},
	    {MK_P_FORM | MK_P_REVIEW | MK_P_BACK | MK_P_SESSION, "F2", "accept"},
	    {MK_P_FORM | MK_P_REVIEW | MK_P_BACK | MK_P_SESSION, "C-d", "accept"},
	    {MK_P_FORM | MK_P_REVIEW | MK_P_BACK | MK_P_SESSION, "Enter", "enter"},
	    {MK_P_FORM | MK_P_REVIEW | MK_P_BACK | MK_P_SESSION, "F8", "reject"},
	    {MK_P_FORM | MK_P_SAVE | MK_P_BACK | MK_P_SESSION, "F2", "save"},
	    {MK_P_FORM | MK_P_EXPORT | MK_P_BACK | MK_P_SESSION, "C-d", "write"},
	    {MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK | MK_P_SESSION, "Enter", "scan"},
	    {MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK | MK_P_SESSION, "C-c", "cancel"},
	    {MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK | MK_P_SESSION, "f", "files"},
	    {MK_P_CAPTURE | MK_P_PAGER | MK_P_BACK | MK_P_SESSION, "C-f", "screen_down"},
	    {MK_P_LIST | MK_P_BACK | MK_P_TRAIL | MK_P_SESSION, "f", "filter"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_DECIDE | MK_P_SESSION, "g", "grant"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_DECIDE | MK_P_SESSION, "d", "deny"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_OWN | MK_P_SESSION, "g", "top"}, /* not one's own */
	    {MK_P_PAGER | MK_P_BACK | MK_P_OWN | MK_P_SESSION, "w", "withdraw"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_OWN | MK_P_SESSION, "Enter", "line_down"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_OWN | MK_P_USE | MK_P_SESSION, "Enter", "use"},
	    {MK_P_LIST | MK_P_BACK | MK_P_MEMBER | MK_P_SESSION, "Space", "page_down"},
	    {MK_P_LIST | MK_P_BACK | MK_P_MEMBER | MK_P_GIVE | MK_P_SESSION, "Space", "give"},
	    {MK_P_LIST | MK_P_BACK | MK_P_MEMBER | MK_P_SESSION, "d", "shut_out"},
	    {MK_P_LIST | MK_P_BACK | MK_P_MEMBERS | MK_P_SESSION, "n", "new_member"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_SESSION, "c", "-"},
	    {MK_P_PAGER | MK_P_BACK | MK_P_CLOCK | MK_P_SESSION, "c", "confirm_clock"},
	    {MK_P_FORM | MK_P_LOGIN, "F4", "code"},
	    {MK_P_FORM | MK_P_SAVE | MK_P_BACK | MK_P_NEWPASS, "F3", "propose"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION, "t", "-"},
	    {MK_P_LIST | MK_P_BACK | MK_P_SEARCH | MK_P_SUBJECTS | MK_P_SESSION | MK_P_NUMBERS, "t",
		"transcribe"},
	    {0, "F2", "-"},
	    {0, "C-l", "redraw"},
	    {0, "?", "help"},
	    {0, "C-z", "suspend"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mk_key k;
		assert_true(parse_key(rows[i].key, &k));
		enum mk_act got = mk_act_find(&k, rows[i].places | MK_P_ANY);
		if (strcmp(name_of(got), rows[i].act) != 0)
			fail_msg("%05x %s: %s", rows[i].places, rows[i].key, name_of(got));
	}
	/* What is no key has no meaning, and a part of a name is no name. */
	static const struct mk_key none[] = {{MK_KEY_MOUSE, MK_BUTTON_LEFT, 0, 0, 0},
	    {MK_KEY_SIXEL, 0, 0, 0, 0}, {MK_KEY_KITTY, 0, 0, 0, 0}, {MK_KEY_CELL, 0, 0, 1, 1},
	    {MK_KEY_CHAR, 'F', 0, 0, 0}, {MK_KEY_CHAR, 'C', 0, 0, 0}, {MK_KEY_CHAR, '-', 0, 0, 0},
	    {MK_KEY_CHAR, 'l', 0, 0, 0}, {MK_KEY_CHAR, 0x3042, 0, 0, 0},
	    {MK_KEY_CHAR, 0xd800, 0, 0, 0}, {MK_KEY_INSERT, 0, 0, 0, 0}};
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_int_equal(mk_act_find(&none[i], ~0U), MK_ACT_NONE);
}

/* --- letters in forms, and the ways out of every screen */

static void
check_ways(const struct view *v, unsigned places, void *arg)
{
	(void)arg;
	struct mk_key k;
	assert_true(parse_key("F1", &k));
	assert_int_equal(mk_act_find(&k, places), MK_ACT_help);
	assert_true(parse_key("C-l", &k));
	assert_int_equal(mk_act_find(&k, places), MK_ACT_redraw);
	if ((places & MK_P_SESSION) != 0) {
		assert_true(parse_key("F12", &k));
		assert_int_equal(mk_act_find(&k, places), MK_ACT_lock);
	}
	/* Escape leads away from each screen that lies on another one. */
	assert_true(parse_key("Escape", &k));
	enum mk_act esc = mk_act_find(&k, places);
	if (strcmp(v->name, "home") != 0 && esc != MK_ACT_back && esc != MK_ACT_leave &&
	    esc != MK_ACT_exit && esc != MK_ACT_hide && esc != MK_ACT_no)
		fail_msg("%s: Escape is %s", v->name, name_of(esc));
	/*
	 * In a form letters are text. Two rows that are valid everywhere have letters too; the
	 * fields take those before they are looked up.
	 */
	for (char c = ' '; c < 0x7f && (places & MK_P_FORM) != 0; c++) {
		k = (struct mk_key){MK_KEY_CHAR, (uint32_t)c, 0, 0, 0};
		enum mk_act a = mk_act_find(&k, places);
		if (a != MK_ACT_NONE && a != MK_ACT_help && a != MK_ACT_back)
			fail_msg("%s: %c is %s", v->name, c, name_of(a));
	}
}

static void
every_screen_has_its_ways(void **state)
{
	(void)state;
	each_set(check_ways, NULL);
}

/*
 * What is shown for a row is a key that leads to it; no key is shown twice; and a row that has lost
 * all of its keys is not shown, which is so for those above only.
 */
static void
check_bar(const struct view *v, unsigned places, void *arg)
{
	size_t *shown = arg;
	char keys[MK_ACT_COUNT][16];
	for (int a = 0; a < MK_ACT_COUNT; a++) {
		const struct mk_act_row *row = mk_act_row((enum mk_act)a);
		char plain[16], people[16];
		bool leads = false, all_lost = true;
		keys[a][0] = '\0';
		if (!valid(row, places))
			continue;
		bool there = mk_act_shown_key((enum mk_act)a, places, keys[a]);
		for (size_t i = 0; nth_key(row, i, plain); i++) {
			struct mk_key k;
			assert_true(parse_key(plain, &k));
			bool mine = mk_act_find(&k, places) == (enum mk_act)a;
			assert_true(mk_act_key(row, i, true, people));
			leads |= mine && there && strcmp(people, keys[a]) == 0;
			all_lost &= !mine;
		}
		if (there != !all_lost || leads != there)
			fail_msg("%s: %s is shown for %s", v->name, keys[a], row->name);
		for (size_t m = 0; m < ARRAY_LEN(meant) && all_lost; m++)
			all_lost = strcmp(meant[m].view, v->name) != 0 ||
				   strcmp(meant[m].loses, row->name) != 0;
		if (all_lost)
			fail_msg("%s: nothing leads to %s", v->name, row->name);
		keys[a][0] = there ? keys[a][0] : '\0';
		for (int b = 0; b < a; b++)
			if (there && strcmp(keys[a], keys[b]) == 0)
				fail_msg("%s: %s is shown twice", v->name, keys[a]);
		*shown += there;
	}
}

static void
the_bar_does_not_lie(void **state)
{
	(void)state;
	size_t shown = 0;
	char key[16];
	each_set(check_bar, &shown);
	assert_true(shown > 300);
	/* A key that was lost gives way to the next one of the row. */
	assert_true(mk_act_shown_key(MK_ACT_line_down, MK_P_PAGER, key));
	assert_string_equal(key, "Down");
	assert_true(mk_act_shown_key(MK_ACT_open, MK_P_LIST, key));
	assert_string_equal(key, "Enter");
	assert_false(mk_act_shown_key(MK_ACT_open, MK_P_LIST | MK_P_CHOOSE, key));
	assert_true(mk_act_shown_key(MK_ACT_leave, MK_P_CONFIRM, key));
	assert_string_equal(key, "Esc");
	assert_true(mk_act_shown_key(MK_ACT_back, MK_P_BACK | MK_P_CONFIRM, key));
	assert_true(mk_act_shown_key(MK_ACT_leave, MK_P_BACK | MK_P_CONFIRM, key));
	assert_string_equal(key, "Ctrl-C");
}

/* --- names for people */

static void
keys_for_people(void **state)
{
	(void)state;
	static const struct {
		const char *keys;
		size_t i;
		const char *plain, *people; /* NULL: past the end */
	} rows[] = {{"F2 C-d", 0, "F2", "F2"}, {"F2 C-d", 1, "C-d", "Ctrl-D"},
	    {"F2 C-d", 2, NULL, NULL}, {"Escape q", 0, "Escape", "Esc"}, {"Escape q", 1, "q", "q"},
	    {"PPage C-b", 0, "PPage", "PgUp"}, {"NPage", 0, "NPage", "PgDn"},
	    {"BTab Up", 0, "BTab", "Shift-Tab"}, {"BSpace", 0, "BSpace", "BkSp"},
	    {"C-l", 0, "C-l", "Ctrl-L"}, {"C-Space", 0, "C-Space", "C-Space"},
	    {"C-]", 0, "C-]", "Ctrl-]"}, {"C-", 0, "C-", "C-"}, {"G", 0, "G", "G"},
	    {"Enter", 0, "Enter", "Enter"}, {"Home g", 0, "Home", "Home"}, {"", 0, NULL, NULL},
	    {"  a   b ", 0, "a", "a"}, {"  a   b ", 1, "b", "b"}, {"  a   b ", 2, NULL, NULL}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct mk_act_row row = {"x", rows[i].keys, MK_P_ANY, NULL, "help"};
		char out[16];
		memset(out, 'x', sizeof out);
		assert_int_equal(mk_act_key(&row, rows[i].i, false, out), rows[i].plain != NULL);
		assert_string_equal(out, rows[i].plain != NULL ? rows[i].plain : "");
		memset(out, 'x', sizeof out);
		assert_int_equal(mk_act_key(&row, rows[i].i, true, out), rows[i].people != NULL);
		assert_string_equal(out, rows[i].people != NULL ? rows[i].people : "");
	}
}

/* --- is the list above what the views say? */

static unsigned
place_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned bit;
	} all[] = {
#define P(name) {"MK_P_" #name, MK_P_##name}
	    P(ANY), P(SESSION), P(BACK), P(LIST), P(PAGER), P(FORM), P(SEARCH), P(HOME),
	    P(SUBJECTS), P(SUBJECT), P(NUMBERS), P(QUEUE), P(REVIEW), P(CAPTURE), P(TRAIL),
	    P(EXPORT), P(REVEAL), P(CONFIRM), P(TASK), P(LOGIN), P(CHOOSE), P(SAVE), P(DISCARD),
	    P(DECIDE), P(OWN), P(USE), P(MEMBERS), P(MEMBER), P(APPROVALS), P(CLOCK), P(NEWPASS),
	    P(GIVE)};
#undef P
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strlen(all[i].name) == len && memcmp(all[i].name, name, len) == 0)
			return all[i].bit;
	return 0;
}

/* ".name = "x", ... .places = MK_P_A | MK_P_B," of one file; the number of views in it. */
static size_t
compare_file(const char *path, bool *met)
{
	static char text[200000];
	size_t n = 0;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t len = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[len] = '\0';
	for (char *p = text; (p = strstr(p, ".name = \"")) != NULL; n++) {
		char name[32] = "";
		unsigned places = 0;
		p += 9;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "\""), p);
		char *end = strstr(p, "};"), *q = strstr(p, ".places = "),
		     *more = strstr(p, ".more_places");
		if (q != NULL && end != NULL && q < end) {
			q += 10;
			for (; *q != ',' && *q != '}'; q++) {
				size_t w = strspn(q, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
				unsigned bit = place_of(q, w);
				if (w > 0 && bit == 0)
					fail_msg("%s: unknown place %.*s", path, (int)w, q);
				places |= bit;
				q += w > 0 ? w - 1 : 0;
			}
		}
		size_t i = 0;
		while (i < ARRAY_LEN(views) && strcmp(views[i].name, name) != 0)
			i++;
		if (i == ARRAY_LEN(views))
			fail_msg("%s: view %s is not collected in this test", path, name);
		if (places != views[i].places)
			fail_msg("%s: places of %s are %05x", path, name, places);
		bool has_more = more != NULL && end != NULL && more < end;
		if (has_more != (views[i].more[0] != 0))
			fail_msg("%s: more_places of %s", path, name);
		met[i] = true;
	}
	return n;
}

static void
the_views_are_collected_here(void **state)
{
	(void)state;
	bool met[ARRAY_LEN(views)] = {false};
	glob_t g;
	size_t n = 0;
	if (glob("src/tui/view/*.c", 0, NULL, &g) != 0)
		skip();
	for (size_t i = 0; i < g.gl_pathc; i++)
		n += compare_file(g.gl_pathv[i], met);
	globfree(&g);
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (!met[i])
			fail_msg("there is no view %s", views[i].name);
	assert_int_equal(n, ARRAY_LEN(views));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_whole),
	    cmocka_unit_test(every_key_can_be_typed),
	    cmocka_unit_test(keys_mean_the_first_valid_row),
	    cmocka_unit_test(no_key_means_two_things),
	    cmocka_unit_test(keys_mean_what_was_meant),
	    cmocka_unit_test(every_screen_has_its_ways),
	    cmocka_unit_test(the_bar_does_not_lie),
	    cmocka_unit_test(keys_for_people),
	    cmocka_unit_test(the_views_are_collected_here),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
