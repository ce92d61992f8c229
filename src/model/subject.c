/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States and fields of a subject. */
#include "mynakura/model/subject.h"

#include <stdint.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/id.h"
#include "mynakura/model/number.h"

static const char *const states[] = {
#define X(value, name, ja, en) [value] = #name,
    MK_STATE_TABLE(X)
#undef X
};
#define STATES ((int)(sizeof states / sizeof states[0]))

const char *
mk_state_name(int state)
{
	return state > 0 && state < STATES ? states[state] : NULL;
}

int
mk_state_parse(const char *name)
{
	for (int i = 1; i < STATES; i++)
		if (strcmp(states[i], name) == 0)
			return i;
	return MK_E_INPUT;
}

#define TO(s) (1U << MK_STATE_##s)

/*
 * A number may come without a request (a new hire hands the card over), so every state before
 * provided leads there.
 */
static const unsigned moves[] = {
    [MK_STATE_not_requested] =
	TO(requested) | TO(provided) | TO(checking) | TO(refused) | TO(ended),
    [MK_STATE_requested] = TO(provided) | TO(checking) | TO(refused) | TO(ended),
    [MK_STATE_refused] = TO(requested) | TO(provided) | TO(checking) | TO(ended),
    [MK_STATE_provided] = TO(checking) | TO(requested) | TO(not_requested),
    [MK_STATE_checking] = TO(confirmed) | TO(ended) | TO(disposal_due),
    [MK_STATE_confirmed] = TO(checking) | TO(ended) | TO(disposal_due),
    [MK_STATE_ended] = TO(confirmed) | TO(disposal_due),
    [MK_STATE_disposal_due] = TO(ended) | TO(confirmed) | TO(disposed),
    [MK_STATE_disposed] = TO(requested) | TO(checking),
};

bool
mk_state_may(int from, int to)
{
	return from > 0 && from < STATES && to > 0 && to < STATES &&
	       (moves[from] & (1U << to)) != 0;
}

bool
mk_state_has_number(int state)
{
	return state >= MK_STATE_checking && state <= MK_STATE_disposal_due;
}

struct field {
	const char *name, *ja;
	size_t max;
};

static const struct field fields[MK_SF_COUNT] = {
#define X(name, ja, max) [MK_SF_##name] = {#name, ja, max},
    MK_SUBJECT_FIELDS(X)
#undef X
};

const char *
mk_subject_field_name(int f)
{
	return f >= 0 && f < MK_SF_COUNT ? fields[f].name : NULL;
}

const char *
mk_subject_field_title_ja(int f)
{
	return f >= 0 && f < MK_SF_COUNT ? fields[f].ja : NULL;
}

size_t
mk_subject_field_max(int f)
{
	return f >= 0 && f < MK_SF_COUNT ? fields[f].max : 0;
}

int
mk_subject_field_parse(const char *name)
{
	for (int f = 0; f < MK_SF_COUNT; f++)
		if (strcmp(fields[f].name, name) == 0)
			return f;
	return MK_E_INPUT;
}

const char *
mk_sex_parse(const char *s)
{
	static const char *const forms[][2] = {{"male", "male"}, {"female", "female"},
	    {"other", "other"}, {"", ""}, {"男", "male"}, {"女", "female"}, {"男性", "male"},
	    {"女性", "female"}};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(forms[i][0], s) == 0)
			return forms[i][1];
	return NULL;
}

static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

/* The first character that shows; 0 when there is none. */
static uint32_t
first_visible(const char *s, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t cp = 0;
		n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return 0;
		if (!is_blank(cp))
			return cp;
	}
	return 0;
}

/*
 * A cell that a spreadsheet would run as a formula (R16): = + - @ and their full-width forms at the
 * start, also after blanks. Control characters were refused before.
 */
static bool
formula_start(uint32_t cp)
{
	return cp == '=' || cp == '+' || cp == '-' || cp == '@' || cp == 0xff1d || cp == 0xff0b ||
	       cp == 0xff0d || cp == 0xff20 || cp == 0x2212;
}

int
mk_subject_field_check(int f, const char *value)
{
	size_t len = strlen(value);
	struct mk_date d;
	if (f < 0 || f >= MK_SF_COUNT)
		return MK_E_INPUT;
	if (len > fields[f].max)
		return MK_E_TOO_BIG;
	if (mk_text_check(value, len, NULL) < 0)
		return MK_E_TEXT;
	if (mk_number_in_text(value, len))
		return MK_E_NUMBER;
	uint32_t first = first_visible(value, len);
	if (f == MK_SF_name && first == 0)
		return MK_E_INPUT;
	if (len == 0)
		return 0;
	if (f == MK_SF_birth)
		return mk_date_parse(value, &d) < 0 || mk_date_start_jst(d) > mk_now() ||
			       d.year < 1850
			   ? MK_E_INPUT
			   : 0;
	if (f == MK_SF_sex)
		return mk_sex_parse(value) == NULL ? MK_E_INPUT : 0;
	if (f == MK_SF_parent)
		return mk_id_valid(value, 's') ? 0 : MK_E_INPUT;
	return formula_start(first) ? MK_E_INPUT : 0;
}
