/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes of the daemon and of the tables, as words for people. */
#include "mynakura/report/words.h"

#include <string.h>

#include "mynakura/base/lang.h"
#include "mynakura/model/role.h"
#include "mynakura/model/subject.h"
#include "mynakura/model/table.h"

const char *
mk_state_word(const char *name)
{
	static const struct {
		const char *name, *ja, *en;
	} rows[] = {
#define X(value, name, ja, en) {#name, ja, en},
	    MK_STATE_TABLE(X)
#undef X
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			return mk_lang_ja() ? rows[i].ja : rows[i].en;
	return name;
}

const char *
mk_word(const char *word)
{
	static const struct {
		const char *word, *title;
	} rows[] = {
	    {"own", N_("own firm")},
	    {"client", N_("client firm")},
	    {"none", N_("none")},
	    {"page", N_("without numbers")},
	    {"number", N_("with numbers")},
	    {"pending", N_("not activated yet")},
	    {"active", N_("active")},
	    {"disabled", N_("shut out")},
	    {"embedded", N_("embedded: one user account, no separation of the parts")},
	    {"installed", N_("installed")},
	    {"card-back", N_("back of an Individual Number card")},
	    {"card-front", N_("front of an Individual Number card")},
	    {"tsuchi", N_("notification card")},
	    {"juminhyo", N_("resident record")},
	    {"unknown", N_("unknown document")},
	    {"male", N_("male")},
	    {"female", N_("female")},
	    {"other", N_("other")},
	    {"waiting", N_("waiting")},
	    {"granted", N_("granted")},
	    {"denied", N_("denied")},
	    {"used", N_("done")},
	    {"void", N_("void: what it was about has changed")},
	    {"expired", N_("expired")},
	    {"member", N_("member's passphrase")},
	    {"code", N_("one-time code")},
	    {"recovery", N_("recovery sheet")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(word, rows[i].word) == 0)
			return _(rows[i].title);
	return word;
}

const char *
mk_request_word(const char *request)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
	    {"export", N_("export of numbers")},
	    {"transcribe", N_("copying numbers onto a document")},
	    {"limit_set", N_("change of a limit")},
	    {"member_add", N_("new member")},
	    {"member_enable", N_("letting a member in again")},
	    {"member_reset", N_("new one-time code for a member")},
	    {"member_set", N_("change of a member's roles or end")},
	    {"clock_confirm", N_("confirmation of the clock")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, request) == 0)
			return _(rows[i].words);
	return request;
}

const char *
mk_grade_word(enum mk_pass_grade grade)
{
	static const char *const words[] = {
	    [MK_PASS_WEAK] = N_("too easy to guess"),
	    [MK_PASS_FAIR] = N_("just enough"),
	    [MK_PASS_GOOD] = N_("good"),
	    [MK_PASS_STRONG] = N_("strong"),
	};
	return _(words[grade]);
}

void
mk_class_words(const char *class, struct mk_buf *out)
{
	struct mk_row row;
	bool known = mk_table_find(MK_TABLE_classes, class, &row) && row.columns >= 4;
	mk_buf_puts(out, !known ? class : mk_lang_ja() ? row.col[2] : row.col[3]);
}

void
mk_roles_words(const char *set, struct mk_buf *out)
{
	unsigned roles = 0;
	if (mk_roles_parse(set, &roles) < 0) {
		mk_buf_puts(out, set);
		return;
	}
	const char *sep = "";
	for (unsigned bit = 1; bit != 0 && bit <= roles; bit <<= 1) {
		if ((roles & bit) == 0)
			continue;
		mk_buf_puts(out, sep);
		mk_buf_puts(out, mk_role_title(bit, mk_lang_ja()));
		sep = mk_lang_ja() ? "・" : ", ";
	}
}

void
mk_purpose_words(const char *purpose, struct mk_buf *out)
{
	struct mk_row row;
	bool known = mk_table_find(MK_TABLE_purposes, purpose, &row) && row.columns >= 2;
	mk_buf_puts(out, !known         ? purpose
			 : mk_lang_ja() ? row.col[row.columns - 2]
					: row.col[row.columns - 1]);
}
