/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codes TABLE: the closed lists that arguments are taken from. */
#include "cli_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/action.h"
#include "mynakura/model/role.h"
#include "mynakura/model/subject.h"
#include "mynakura/model/table.h"
#include "mynakura/policy/limit.h"

/* One row: a JSON object by keys, or a row of the table. */
struct sheet {
	struct mk_cli *c;
	struct mk_grid *g;
	const char *const *keys; /* NULL-terminated; msgids of the titles as well */
};

static void
row(struct sheet *s, const char *const *values)
{
	struct mk_json j;
	if (!s->c->g.json) {
		for (size_t i = 0; s->keys[i] != NULL; i++)
			mk_grid_cell(s->g, values[i], strlen(values[i]));
		mk_grid_row(s->g);
		return;
	}
	mk_json_init(&j, &s->c->out);
	mk_json_obj(&j, NULL);
	for (size_t i = 0; s->keys[i] != NULL; i++)
		mk_json_str(&j, s->keys[i], values[i]);
	mk_json_end_obj(&j);
	mk_buf_puts(&s->c->out, "\n");
}

static int
finish(struct sheet *s)
{
	if (!s->c->g.json)
		mk_grid_print(s->g, &s->c->out, false);
	return 0;
}

/* Tables of src/data: all columns with --json, the ones that people need otherwise. */
static int
law_table(struct sheet *s, enum mk_table t, const char *const *keys, const int *columns)
{
	struct mk_row r;
	s->keys = keys;
	for (size_t i = 0; mk_table_row(t, i, &r); i++) {
		const char *values[MK_ROW_COLUMNS] = {NULL};
		size_t n = 0;
		for (; keys[n] != NULL; n++)
			values[n] = columns[n] >= 0 ? r.col[columns[n]]
				    : mk_lang_ja()  ? r.col[r.columns - 2]
						    : r.col[r.columns - 1];
		row(s, values);
	}
	return finish(s);
}

static int
purposes(struct sheet *s)
{
	static const char *const keys[] = {"code", "classes", "title", NULL};
	static const char *const all[] = {
	    "code", "valid_from", "valid_to", "classes", "ja", "en", NULL};
	return s->c->g.json ? law_table(s, MK_TABLE_purposes, all, (const int[]){0, 1, 2, 3, 4, 5})
			    : law_table(s, MK_TABLE_purposes, keys, (const int[]){0, 3, -1});
}

static int
documents(struct sheet *s)
{
	static const char *const keys[] = {"code", "years", "starts", "title", NULL};
	static const char *const all[] = {"code", "valid_from", "valid_to", "years", "starts",
	    "carries_number", "ja", "en", NULL};
	return s->c->g.json
		   ? law_table(s, MK_TABLE_documents, all, (const int[]){0, 1, 2, 3, 4, 5, 6, 7})
		   : law_table(s, MK_TABLE_documents, keys, (const int[]){0, 3, 4, -1});
}

static int
classes(struct sheet *s)
{
	static const char *const keys[] = {"code", "purpose", "title", NULL};
	static const char *const all[] = {"code", "purpose", "ja", "en", NULL};
	return s->c->g.json ? law_table(s, MK_TABLE_classes, all, (const int[]){0, 1, 2, 3})
			    : law_table(s, MK_TABLE_classes, keys, (const int[]){0, 1, -1});
}

static int
fields(struct sheet *s)
{
	static const char *const keys[] = {"code", "ja", NULL};
	s->keys = keys;
	for (int f = 0; mk_subject_field_name(f) != NULL; f++)
		row(s,
		    (const char *const[]){mk_subject_field_name(f), mk_subject_field_title_ja(f)});
	row(s, (const char *const[]){"number", "個人番号 (number=-)"});
	return finish(s);
}

static int
errors(struct sheet *s)
{
	static const char *const keys[] = {"code", "status", "message", NULL};
	s->keys = keys;
	for (int i = 0; i < MK_EI_COUNT; i++) {
		char status[8];
		snprintf(status, sizeof status, "%d", mk_err_status(-(i + 1)));
		row(s, (const char *const[]){
			   mk_err_code(-(i + 1)), status, _(mk_err_message(-(i + 1)))});
	}
	return finish(s);
}

static int
roles(struct sheet *s)
{
	static const char *const keys[] = {"code", "ja", "en", NULL};
	s->keys = keys;
#define X(bit, name, ja, en)                                                                       \
	if (((bit)&MK_ROLES_ANY) != 0)                                                             \
		row(s, (const char *const[]){#name, ja, en});
	MK_ROLE_TABLE(X)
#undef X
	return finish(s);
}

static const char *const sessions[] = {"no", "open", "keeper"};
static const char *const grants[] = {"none", "page", "number"};
static const char *const audits[] = {"none", "session", "after", "before"};
static const char *const budgets[] = {"none", "reveal", "export"};
static const char *const approvals[] = {"never", "bulk", "setup", "always"};
static const char *const passphrases[] = {"no", "old", "always"};

/*
 * What can stand on the trail: a request's action with its audit class, or "own" for what the
 * daemon says of itself (start, denied, purge, ...).
 */
static int
actions(struct sheet *s)
{
	static const char *const keys[] = {"code", "recorded", NULL};
	s->keys = keys;
	for (int a = 0; a < MK_A_COUNT; a++) {
		const struct mk_request_row *q;
		const char *recorded = "own";
		for (unsigned i = 0; (q = mk_request_at(i)) != NULL; i++)
			if (strcmp(q->name, mk_action_name((enum mk_action)a)) == 0)
				recorded = audits[q->audit];
		row(s, (const char *const[]){mk_action_name((enum mk_action)a), recorded});
	}
	return finish(s);
}

static int
requests(struct sheet *s)
{
	static const char *const keys[] = {"number", "name", "roles", "session", "grant", "audit",
	    "budget", "approval", "passphrase", NULL};
	const struct mk_request_row *q;
	s->keys = keys;
	for (unsigned i = 0; (q = mk_request_at(i)) != NULL; i++) {
		char number[8], who[64];
		snprintf(number, sizeof number, "%u", q->number);
		mk_roles_format(q->roles, who, sizeof who);
		row(s, (const char *const[]){number, q->name, who, sessions[q->session],
			   grants[q->grant], audits[q->audit], budgets[q->budget],
			   approvals[q->approval], passphrases[q->passphrase]});
	}
	return finish(s);
}

static int
limits(struct sheet *s)
{
	static const char *const keys[] = {"code", "standard", "least", "most", "title", NULL};
	s->keys = keys;
	for (int i = 0; i < MK_LIMIT_COUNT; i++) {
		char standard[16], least[16], most[16];
		unsigned from = 0, to = 0;
		mk_limit_range(i, &from, &to);
		snprintf(standard, sizeof standard, "%u", mk_limit_default(i));
		snprintf(least, sizeof least, "%u", from);
		snprintf(most, sizeof most, "%u", to);
		row(s, (const char *const[]){
			   mk_limit_name(i), standard, least, most, _(mk_limit_words(i))});
	}
	return finish(s);
}

int
mk_run_codes(struct mk_cli *c)
{
	static const struct {
		const char *name;
		int (*print)(struct sheet *);
	} tables[] = {{"purposes", purposes}, {"documents", documents}, {"fields", fields},
	    {"errors", errors}, {"actions", actions}, {"classes", classes}, {"roles", roles},
	    {"requests", requests}, {"limits", limits}};
	struct sheet s = {c, NULL, NULL};
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (strcmp(tables[i].name, mk_arg(c, 0)) != 0)
			continue;
		s.g = mk_grid_new();
		int r = s.g == NULL ? MK_E_NOMEM : tables[i].print(&s);
		mk_grid_free(s.g);
		return r;
	}
	return mk_fail(c, MK_E_USAGE,
	    _("no table '%s'; there are: purposes documents fields errors actions classes roles "
	      "requests limits"),
	    mk_arg(c, 0));
}
