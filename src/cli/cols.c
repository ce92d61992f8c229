/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer's items by a table of columns: as JSON, as lines for people, as a row of a table. */
#include "cli_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/anomaly.h"

/* The name that stands beside an id in one of the lists. */
static bool
name_of(const struct mk_buf *list, const struct mk_item *id, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item row, known;
	mk_rd_init(&rd, list->data, list->len);
	while (mk_item_next(&rd, &row) > 0) {
		if (row.tag != MK_T_item || !mk_find(row.p, row.len, MK_T_id, &known) ||
		    known.len != id->len || memcmp(known.p, id->p, id->len) != 0 ||
		    !mk_find(row.p, row.len, MK_T_name, &known))
			continue;
		mk_buf_put(out, known.p, known.len);
		return true;
	}
	return false;
}

static void
id_title(const struct mk_names *names, enum mk_col_kind kind, const struct mk_item *id,
    struct mk_buf *out)
{
	const struct mk_buf *list = names == NULL           ? NULL
				    : kind == MK_COL_MEMBER ? &names->members
				    : kind == MK_COL_LEDGER ? &names->ledgers
							    : &names->offices;
	if (list == NULL || !name_of(list, id, out))
		mk_buf_put(out, id->p, id->len);
}

void
mk_id_title(const struct mk_names *names, enum mk_col_kind kind, const char *id, struct mk_buf *out)
{
	struct mk_item it = {0, MK_TYPE_STR, (const uint8_t *)id, strlen(id)};
	id_title(names, kind, &it, out);
}

static void
code_title(enum mk_col_kind kind, const char *code, struct mk_buf *out)
{
	if (kind == MK_COL_ROLES || kind == MK_COL_ROLE)
		mk_roles_words(code, out);
	else if (kind == MK_COL_CLASS)
		mk_class_words(code, out);
	else if (kind == MK_COL_REQUEST)
		mk_buf_puts(out, mk_request_word(code));
	else if (kind == MK_COL_ANOMALY && mk_anomaly_find(code) >= 0)
		mk_buf_puts(out, _(mk_anomaly_words((enum mk_anomaly)mk_anomaly_find(code))));
	else
		mk_buf_puts(out, kind == MK_COL_STATE ? mk_state_word(code) : mk_word(code));
}

/*
 * {"reason":"...","note":"..."} as "reason: ...; note: ...": quotes and braces go, \\" and \\\\ are
 * undone. Anything else stays as it is: it is text for a person's eye, escaped afterwards like
 * every other.
 */
static void
notes_text(const char *s, size_t len, struct mk_buf *out)
{
	bool quoted = false;
	if (len < 2 || s[0] != '{' || s[len - 1] != '}') {
		mk_buf_put(out, s, len);
		return;
	}
	for (size_t i = 1; i + 1 < len; i++) {
		if (quoted && s[i] == '\\' && i + 2 < len && (s[i + 1] == '"' || s[i + 1] == '\\'))
			mk_buf_put_u8(out, (uint8_t)s[++i]);
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s[i] == ',' || s[i] == ':'))
			mk_buf_puts(out, s[i] == ',' ? "; " : ": ");
		else
			mk_buf_put_u8(out, (uint8_t)s[i]);
	}
}

/* "ledger (right), ledger (right)" */
static void
keys_text(const struct mk_names *names, const void *body, size_t len, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it, ledger;
	const char *sep = "";
	mk_rd_init(&rd, body, len);
	while (mk_item_next(&rd, &it) > 0) {
		char grant[32];
		if (it.tag != MK_T_item || !mk_find(it.p, it.len, MK_T_ledger, &ledger))
			continue;
		mk_get_str(it.p, it.len, MK_T_grant, grant, sizeof grant);
		mk_buf_puts(out, sep);
		id_title(names, MK_COL_LEDGER, &ledger, out);
		mk_buf_printf(out, " (%s%s)", mk_word(grant),
		    mk_get_bool(it.p, it.len, MK_T_ok, true) ? "" : _(", new keys are due"));
		sep = ", ";
	}
}

/* The column's value as a person reads it, not escaped yet. */
static void
cell_text(const struct mk_names *names, const struct mk_col *col, const void *body, size_t len,
    struct mk_buf *out)
{
	struct mk_item it;
	char text[128];
	if (!mk_find(body, len, col->tag, &it))
		return;
	switch (col->kind) {
	case MK_COL_U64:
		if (mk_item_u64(&it) != 0 || (col->flags & MK_COL_NO_ZERO) == 0)
			mk_buf_printf(out, "%" PRIu64, mk_item_u64(&it));
		break;
	case MK_COL_TIME:
		mk_time_format((int64_t)mk_item_u64(&it), text);
		mk_buf_puts(out, text);
		break;
	case MK_COL_MEMBER:
	case MK_COL_LEDGER:
	case MK_COL_OFFICE:
		id_title(names, col->kind, &it, out);
		break;
	case MK_COL_KEYS:
		keys_text(names, body, len, out);
		break;
	case MK_COL_NOTES:
		notes_text((const char *)it.p, it.len, out);
		break;
	case MK_COL_BOOL:
		mk_buf_puts(out, it.p[0] != 0 ? _("yes") : _("no"));
		break;
	case MK_COL_WORD:
	case MK_COL_CLASS:
	case MK_COL_STATE:
	case MK_COL_ROLE:
	case MK_COL_ROLES:
	case MK_COL_REQUEST:
	case MK_COL_ANOMALY:
		if (mk_get_str(body, len, col->tag, text, sizeof text) < 0)
			mk_buf_put(out, it.p, it.len);
		else
			code_title(col->kind, text, out);
		break;
	case MK_COL_MULTI: {
		struct mk_rd rd;
		const char *sep = "";
		mk_rd_init(&rd, body, len);
		while (mk_item_next(&rd, &it) > 0) {
			if (it.tag != col->tag)
				continue;
			mk_buf_puts(out, sep);
			mk_sentence((const char *)it.p, it.len, out);
			sep = "; ";
		}
		break;
	}
	default:
		mk_buf_put(out, it.p, it.len);
	}
}

static void
set_json(struct mk_json *j, const char *key, const char *s, size_t len)
{
	mk_json_arr(j, key);
	while (len > 0) {
		const char *comma = memchr(s, ',', len);
		size_t n = comma != NULL ? (size_t)(comma - s) : len;
		mk_json_strn(j, NULL, s, n);
		s += n + (comma != NULL ? 1 : 0);
		len -= n + (comma != NULL ? 1 : 0);
	}
	mk_json_end_arr(j);
}

static void
multi_json(struct mk_json *j, const struct mk_col *col, const void *body, size_t len)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_json_arr(j, col->key);
	mk_rd_init(&rd, body, len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == col->tag)
			mk_json_strn(j, NULL, (const char *)it.p, it.len);
	mk_json_end_arr(j);
}

static void
keys_json(struct mk_json *j, const char *key, const void *body, size_t len)
{
	static const struct mk_col cols[] = {{MK_T_ledger, MK_COL_STR, "ledger", NULL, 0},
	    {MK_T_grant, MK_COL_STR, "grant", NULL, 0}, {0, 0, NULL, NULL, 0}};
	struct mk_rd rd;
	struct mk_item it;
	mk_json_arr(j, key);
	mk_rd_init(&rd, body, len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		mk_json_obj(j, NULL);
		mk_cols_json(j, cols, it.p, it.len);
		mk_json_bool(j, "rotation_due", !mk_get_bool(it.p, it.len, MK_T_ok, true));
		mk_json_end_obj(j);
	}
	mk_json_end_arr(j);
}

void
mk_cols_json(struct mk_json *j, const struct mk_col *cols, const void *body, size_t len)
{
	for (const struct mk_col *col = cols; col->tag != 0; col++) {
		struct mk_item it;
		char time[MK_TIME_MAX];
		if ((col->flags & MK_COL_NO_JSON) != 0)
			continue;
		bool there = mk_find(body, len, col->tag, &it);
		if (col->kind == MK_COL_MULTI)
			multi_json(j, col, body, len);
		else if (col->kind == MK_COL_KEYS)
			keys_json(j, col->key, body, len);
		else if (col->kind == MK_COL_SET || col->kind == MK_COL_ROLES)
			set_json(j, col->key, there ? (const char *)it.p : "", there ? it.len : 0);
		else if (!there)
			mk_json_null(j, col->key);
		else if (col->kind == MK_COL_U64)
			mk_json_int(j, col->key, (int64_t)mk_item_u64(&it));
		else if (col->kind == MK_COL_BOOL)
			mk_json_bool(j, col->key, it.p[0] != 0);
		else if (col->kind == MK_COL_TIME) {
			mk_time_format((int64_t)mk_item_u64(&it), time);
			mk_json_str(j, col->key, time);
		} else
			mk_json_strn(j, col->key, (const char *)it.p, it.len);
	}
}

void
mk_cols_text(struct mk_buf *out, const struct mk_names *names, const struct mk_col *cols,
    const void *body, size_t len)
{
	struct mk_grid *g = mk_grid_new();
	struct mk_buf cell = MK_BUF_INIT;
	if (g == NULL) {
		out->failed = true;
		return;
	}
	for (const struct mk_col *col = cols; col->tag != 0; col++) {
		mk_buf_reset(&cell);
		if ((col->flags & MK_COL_NO_TEXT) == 0)
			cell_text(names, col, body, len, &cell);
		if (cell.len == 0)
			continue;
		mk_grid_cell(g, _(col->title), strlen(_(col->title)));
		mk_grid_cell(g, (const char *)cell.data, cell.len);
		mk_grid_row(g);
	}
	mk_grid_print(g, out, false);
	mk_buf_free(&cell);
	mk_grid_free(g);
}

static bool
in_table(const struct mk_col *col)
{
	return (col->flags & (MK_COL_NO_TEXT | MK_COL_DETAIL)) == 0;
}

void
mk_cols_head(struct mk_grid *g, const struct mk_col *cols)
{
	for (const struct mk_col *col = cols; col->tag != 0; col++)
		if (in_table(col))
			mk_grid_cell(g, _(col->title), strlen(_(col->title)));
	mk_grid_row(g);
}

void
mk_cols_row(struct mk_grid *g, const struct mk_names *names, const struct mk_col *cols,
    const void *body, size_t len)
{
	struct mk_buf cell = MK_BUF_INIT;
	for (const struct mk_col *col = cols; col->tag != 0; col++) {
		if (!in_table(col))
			continue;
		mk_buf_reset(&cell);
		cell_text(names, col, body, len, &cell);
		mk_grid_cell(g, cell.len > 0 ? (const char *)cell.data : "", cell.len);
	}
	mk_grid_row(g);
	mk_buf_free(&cell);
}

void
mk_print_result(struct mk_cli *c, const struct mk_col *cols, const void *body, size_t len)
{
	if (!c->g.json) {
		mk_names_fetch(c, cols, false);
		mk_cols_text(&c->out, &c->names, cols, body, len);
		return;
	}
	struct mk_json j;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, cols, body, len);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}
