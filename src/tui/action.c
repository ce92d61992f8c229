/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of actions, and which one a key means where. */
#include "action_internal.h"

#include <stdio.h>
#include <string.h>

static const struct mk_act_row rows[] = {
#define X(name, keys, places, word, help) {#name, keys, places, word, help},
    MK_ACT_TABLE(X)
#undef X
};

const struct mk_act_row *
mk_act_row(enum mk_act a)
{
	return (unsigned)a < MK_ACT_COUNT ? &rows[a] : NULL;
}

bool
mk_act_valid(enum mk_act a, unsigned places)
{
	const struct mk_act_row *row = mk_act_row(a);
	return row != NULL && (row->places & ~(places | MK_P_ANY)) == 0;
}

/* The word at *s, its length in *n; *s moves behind it. */
static const char *
next_word(const char **s, size_t *n)
{
	const char *word = *s + strspn(*s, " ");
	*n = strcspn(word, " ");
	*s = word + *n;
	return word;
}

/* What a key of this name does. */
static enum mk_act
key_means(const char *name, unsigned places)
{
	for (int a = 0; a < MK_ACT_COUNT; a++) {
		const char *keys = rows[a].keys;
		size_t n = 0;
		if (!mk_act_valid((enum mk_act)a, places))
			continue;
		for (const char *w = next_word(&keys, &n); n > 0; w = next_word(&keys, &n))
			if (strlen(name) == n && memcmp(w, name, n) == 0)
				return (enum mk_act)a;
	}
	return MK_ACT_NONE;
}

enum mk_act
mk_act_find(const struct mk_key *key, unsigned places)
{
	char name[16];
	mk_key_name(key, name);
	bool command = name[0] != '\0' && (key->mods & MK_MOD_PASTED) == 0;
	return command ? key_means(name, places) : MK_ACT_NONE;
}

bool
mk_act_shown_key(enum mk_act a, unsigned places, char out[16])
{
	char key[16];
	for (size_t i = 0; mk_act_key(&rows[a], i, false, key); i++) {
		if (key_means(key, places) != a)
			continue;
		return mk_act_key(&rows[a], i, true, out);
	}
	return false;
}

/* tmux's name as people know the key. */
static void
for_people(char key[16])
{
	static const char *const names[][2] = {{"Escape", "Esc"}, {"PPage", "PgUp"},
	    {"NPage", "PgDn"}, {"BTab", "Shift-Tab"}, {"BSpace", "BkSp"}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(key, names[i][0]) == 0)
			snprintf(key, 16, "%s", names[i][1]);
	if (strncmp(key, "C-", 2) == 0 && key[2] != '\0' && key[3] == '\0') {
		char c = key[2] >= 'a' && key[2] <= 'z' ? (char)(key[2] - 'a' + 'A') : key[2];
		snprintf(key, 16, "Ctrl-%c", c);
	}
}

bool
mk_act_key(const struct mk_act_row *row, size_t i, bool people, char out[16])
{
	const char *keys = row->keys;
	size_t n = 0;
	const char *w = next_word(&keys, &n);
	while (i-- > 0 && n > 0)
		w = next_word(&keys, &n);
	snprintf(out, 16, "%.*s", (int)n, w);
	if (people)
		for_people(out);
	return n > 0;
}
