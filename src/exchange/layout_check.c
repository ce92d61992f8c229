/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every rule that a layout must keep. The loader runs it to tell a person what is wrong, the vault
 * runs it again because the client that compiled the profile is not trusted.
 */
#include "mynakura/exchange/layout.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"

#define ID_MAX 47U
#define FILENAME_MAX_BYTES 64U

static bool
only(const char *s, size_t max, const char *extra)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++) {
		bool alnum = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9');
		if (!alnum && strchr(extra, s[i]) == NULL)
			return false;
	}
	return n <= max;
}

static bool
text_ok(const char *s)
{
	size_t n = strlen(s);
	return n <= MK_LAYOUT_TEXT && mk_text_check(s, n, NULL) == 0;
}

static bool
breaks_unquoted(const struct mk_layout *l, const char *s)
{
	return l->quoting == MK_QUOTE_NEVER &&
	       (strchr(s, l->delimiter) != NULL || strchr(s, '"') != NULL);
}

struct top_rule {
	bool broken;
	const char *key;
	const char *why;
};

static const struct top_rule *
first_broken(const struct top_rule *rules, size_t n, struct top_rule *out)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].broken) {
			*out = rules[i];
			return out;
		}
	return NULL;
}

static bool
words_out_of_list(const struct mk_layout *l)
{
	return l->status >= MK_STATUS_COUNT || l->encoding >= MK_ENC_COUNT ||
	       l->repertoire >= MK_REP_COUNT || l->quoting >= MK_QUOTE_COUNT ||
	       l->eol >= MK_EOL_COUNT || l->header >= MK_HEADER_COUNT ||
	       l->consumer >= MK_CONSUMER_COUNT || l->row >= MK_ROW_COUNT ||
	       l->missing >= MK_MISSING_COUNT;
}

static const struct top_rule *
check_top(const struct mk_layout *l, struct top_rule *out)
{
	bool utf8 = l->encoding == MK_ENC_UTF8;
	bool key_bad = l->key == MK_SRC_NONE || l->key >= MK_SRC_COUNT ||
		       mk_source_scope(l->key) != MK_SCOPE_ROW ||
		       mk_source_type(l->key) == MK_SRCTYPE_SECRET;
	const struct top_rule rules[] = {
	    {!only(l->id, ID_MAX, "-") || l->id[0] == '\0' || l->id[0] == '-', "id",
		"the id must be 1 to 47 of a-z 0-9 and '-'"},
	    {l->title[0] == '\0' || !text_ok(l->title), "title",
		"a title is needed, at most 1024 bytes of plain text"},
	    {!only(l->purpose, ID_MAX, "_"), "purpose",
		"the purpose must be a code of a-z 0-9 and '_'"},
	    {!only(l->filename, FILENAME_MAX_BYTES, "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-") ||
		    l->filename[0] == '.',
		"filename",
		"the filename must be at most 64 of A-Z a-z 0-9 . _ - and not begin with a dot"},
	    {words_out_of_list(l), NULL, "a word out of its list"},
	    {strchr(",;\t ", l->delimiter) == NULL || l->delimiter == '\0', "dialect",
		"the delimiter must be a comma, a semicolon, a tab or a blank"},
	    {utf8 != (l->repertoire == MK_REP_UTF8), "repertoire",
		"encoding and repertoire do not go together"},
	    {l->bom && !utf8, "bom", "only UTF-8 has a byte order mark"},
	    {l->consumer == MK_CONSUMER_HUMAN && l->quoting != MK_QUOTE_ALL, "dialect",
		"a file for people must quote all values"},
	    {key_bad, "key", "the key must be a value of a row, and not the number"},
	    {l->nfields < 1 || l->nfields > MK_LAYOUT_FIELDS, "fields", "1 to 512 fields"},
	    {l->npreamble > MK_LAYOUT_LINES, "preamble", "at most 32 preamble lines"},
	    {l->nmaps > MK_LAYOUT_MAPS, "enum", "at most 32 maps"},
	};
	return first_broken(rules, sizeof rules / sizeof rules[0], out);
}

static const char *
check_fns(const struct mk_layout *l, const struct mk_cell *c)
{
	if (c->nfns > MK_LAYOUT_FNS)
		return "at most 6 functions";
	for (size_t i = 0; i < c->nfns; i++) {
		const struct mk_fn_call *f = &c->fns[i];
		if (f->fn == MK_FN_NONE || f->fn >= MK_FN_COUNT)
			return "unknown function";
		enum mk_source_type wants = mk_fn_wants(f->fn);
		if (wants != MK_SRCTYPE_TEXT && (i > 0 || mk_source_type(c->source) != wants))
			return "a date or postal code function must stand first, on a date or a "
			       "postal code";
		enum mk_fn_arg arg = mk_fn_argument(f->fn);
		if (arg == MK_FNARG_WIDTH && (f->arg < 1 || f->arg > MK_PAD_MAX))
			return "pad needs a width of 1 to 64";
		if (arg == MK_FNARG_MAP && f->arg >= l->nmaps)
			return "enum without a map";
		if (arg == MK_FNARG_NONE && f->arg != 0)
			return "this function takes no argument";
	}
	return c->nfns > 0 && c->source == MK_SRC_NONE ? "a constant takes no function" : NULL;
}

static const char *
check_secret(const struct mk_cell *c)
{
	bool number = mk_source_type(c->source) == MK_SRCTYPE_SECRET;
	if (number != c->secret)
		return number ? "person.number must be marked \"secret\": true"
			      : "only person.number is secret";
	if (!number)
		return NULL;
	if (c->nfns > 0)
		return "the number takes no function";
	if (c->char_class != MK_CLASS_DIGITS || c->length != MK_NUMBER_LEN)
		return "the number needs class digits and length 12";
	return NULL;
}

static const char *
check_cell(const struct mk_layout *l, const struct mk_cell *c, bool preamble)
{
	if (!text_ok(c->name) || mk_formula_start(c->name, strlen(c->name)))
		return "the name must be plain text and not begin with = + - @";
	if (!text_ok(c->constant) || mk_formula_start(c->constant, strlen(c->constant)))
		return "the constant must be plain text and not begin with = + - @";
	if (breaks_unquoted(l, c->constant) ||
	    (l->header == MK_HEADER_NAMES && breaks_unquoted(l, c->name)))
		return "holds the delimiter or a quote, and this file has no quotes";
	if (c->source >= MK_SRC_COUNT || c->blank_if >= MK_SRC_COUNT || c->req_if >= MK_SRC_COUNT ||
	    c->req_ifnot >= MK_SRC_COUNT)
		return "unknown source";
	if (c->source != MK_SRC_NONE && c->constant[0] != '\0')
		return "either a constant or a source";
	const uint16_t refs[] = {c->source, c->blank_if, c->req_if, c->req_ifnot};
	for (size_t i = 0; preamble && i < sizeof refs / sizeof refs[0]; i++)
		if (refs[i] != MK_SRC_NONE && mk_source_scope(refs[i]) != MK_SCOPE_RUN)
			return "a preamble line takes values of the office and the run only";
	if (c->char_class >= MK_CLASS_COUNT)
		return "unknown class";
	if (c->max_bytes > MK_CELL_BYTES || c->length > MK_CELL_BYTES)
		return "at most 4096 bytes";
	if (c->max_bytes != 0 && c->length != 0)
		return "either maxBytes or length";
	const char *why = check_secret(c);
	return why != NULL ? why : check_fns(l, c);
}

static const char *
check_map(const struct mk_map *m)
{
	if (m->n < 1 || m->n > MK_LAYOUT_ENTRIES)
		return "a map holds 1 to 256 words";
	for (size_t i = 0; i < m->n; i++)
		if (m->from[i][0] == '\0' || !text_ok(m->from[i]) || !text_ok(m->to[i]))
			return "the words of a map must be plain text";
	return NULL;
}

static int
fault_at(struct mk_layout_fault *fault, const char *why, int part, size_t line, size_t cell)
{
	if (fault != NULL)
		*fault = (struct mk_layout_fault){why, NULL, part, line, cell};
	return MK_E_INPUT;
}

int
mk_layout_check(const struct mk_layout *l, struct mk_layout_fault *fault)
{
	const char *why = NULL;
	struct top_rule top;
	if (check_top(l, &top) != NULL) {
		if (fault != NULL)
			*fault =
			    (struct mk_layout_fault){top.why, top.key, MK_LAYOUT_PART_TOP, 0, 0};
		return MK_E_INPUT;
	}
	for (size_t i = 0; i < l->nmaps; i++)
		if ((why = check_map(&l->maps[i])) != NULL)
			return fault_at(fault, why, MK_LAYOUT_PART_MAP, i, 0);
	for (size_t i = 0; i < l->npreamble; i++) {
		const struct mk_line *line = &l->preamble[i];
		if (line->ncells < 1 || line->ncells > MK_LAYOUT_CELLS)
			return fault_at(
			    fault, "1 to 64 cells a line", MK_LAYOUT_PART_PREAMBLE, i, 0);
		for (size_t k = 0; k < line->ncells; k++)
			if ((why = check_cell(l, &line->cells[k], true)) != NULL)
				return fault_at(fault, why, MK_LAYOUT_PART_PREAMBLE, i, k);
	}
	for (size_t i = 0; i < l->nfields; i++)
		if ((why = check_cell(l, &l->fields[i], false)) != NULL)
			return fault_at(fault, why, MK_LAYOUT_PART_FIELDS, 0, i);
	return 0;
}
