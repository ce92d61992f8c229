/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subjects: list and search, show, add, change, history. Numbers are masked here always. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/model/table.h"
#include "fields_internal.h"
#include "vault_internal.h"

#define PAGE_ROWS 200
#define PAGE_BYTES 48000

static void
put_some(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s != NULL && s[0] != '\0')
		mk_put_str(b, tag, s);
}

static void
put_subject(
    struct mk_buf *out, const struct mk_subject *s, const struct mk_ledger_meta *l, bool whole)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_id, s->id.s);
	mk_put_str(&rec, MK_T_ledger, l->id.s);
	put_some(&rec, MK_T_code, s->field[MK_SF_code]);
	put_some(&rec, MK_T_name, s->field[MK_SF_name]);
	put_some(&rec, MK_T_kana, s->field[MK_SF_kana]);
	put_some(&rec, MK_T_birth, s->field[MK_SF_birth]);
	mk_put_str(&rec, MK_T_class, l->class);
	put_some(&rec, MK_T_relationship, s->field[MK_SF_relationship]);
	put_some(&rec, MK_T_parent, s->field[MK_SF_parent]);
	mk_put_str(&rec, MK_T_state, mk_state_name(s->state));
	if (s->has_number)
		mk_put_str(&rec, MK_T_number, MK_NUMBER_MASK);
	put_some(&rec, MK_T_purposes, s->field[MK_SF_purposes]);
	put_some(&rec, MK_T_disposal_due, s->disposal_due);
	if (whole) {
		put_some(&rec, MK_T_sex, s->field[MK_SF_sex]);
		put_some(&rec, MK_T_address, s->field[MK_SF_address]);
		put_some(&rec, MK_T_source, s->number_source);
		mk_put_i64(&rec, MK_T_time, s->updated);
	}
	mk_put_rec(out, MK_T_item, &rec);
	mk_buf_free(&rec);
}

/* --- list: one ledger, or all the session may open; the cursor is "LEDGER/rest" */

struct walk {
	struct op *op;
	const char *text;
	char ledger[MK_ID_MAX]; /* continue in this ledger; "" from the first */
	char after[640];
	size_t left;
	char next[700]; /* cursor of the last row that was put */
	const struct mk_ledger_meta *meta;
	bool full;
	int r;
};

static int
list_row(const struct mk_subject *s, const char *cursor, void *arg)
{
	struct walk *w = arg;
	if (w->left == 0 || w->op->reply.body.len > PAGE_BYTES) {
		w->full = true;
		return 1;
	}
	put_subject(&w->op->reply.body, s, w->meta, false);
	w->left--;
	snprintf(w->next, sizeof w->next, "%s/%s", w->meta->id.s, cursor);
	return 0;
}

static int
list_ledger(const struct mk_ledger_meta *meta, void *arg)
{
	struct walk *w = arg;
	struct op *op = w->op;
	struct mk_ledger *l;
	if (!mk_op_holds(op, meta->id.s, MK_KEY_PAGE))
		return 0;
	if (w->ledger[0] != '\0' && strcmp(w->ledger, meta->id.s) != 0)
		return 0;
	w->meta = meta;
	int r = mk_vault_ledger(op->v, op->c->session->unlocked, meta, &l);
	if (r == 0)
		r = mk_ledger_subjects(l, w->text, w->after, w->left + 1, list_row, w);
	w->ledger[0] = w->after[0] = '\0';
	if (r < 0)
		w->r = r;
	return r < 0 || w->full ? 1 : 0;
}

/* MK_E_INPUT when the cursor is none of ours. */
static int
read_cursor(struct op *op, struct walk *w)
{
	char cursor[700];
	int r = mk_op_str(op, MK_T_cursor, cursor, sizeof cursor);
	if (r < 0)
		return r == MK_E_NOT_FOUND ? 0 : MK_E_INPUT;
	char *slash = strchr(cursor, '/');
	if (slash == NULL)
		return MK_E_INPUT;
	*slash = '\0';
	if (!mk_id_valid(cursor, 'l') || mk_str_copy(w->after, sizeof w->after, slash + 1) < 0)
		return MK_E_INPUT;
	return mk_str_copy(w->ledger, sizeof w->ledger, cursor);
}

/*
 * With a named ledger its grant is checked (and a refusal recorded) before anything is read;
 * without one, that there is any.
 */
static int
list_check(struct op *op)
{
	return mk_op_has(op, MK_T_ledger) ? mk_op_ledger(op) : mk_op_any_ledger(op);
}

static int
list_act(struct op *op)
{
	char text[512];
	struct walk w = {.op = op, .text = text};
	int r = mk_op_str(op, MK_T_text, text, sizeof text);
	if (r < 0 && r != MK_E_NOT_FOUND)
		return r;
	r = read_cursor(op, &w);
	if (r < 0)
		return mk_op_fail(op, r, "bad cursor");
	uint64_t limit = mk_get_u64(op->req.body.data, op->req.body.len, MK_T_limit, PAGE_ROWS);
	w.left = limit == 0 || limit > PAGE_ROWS ? PAGE_ROWS : (size_t)limit;
	if (op->ledger != NULL)
		(void)list_ledger(&op->ledger_meta, &w);
	else
		r = mk_main_ledgers(op->v->main, list_ledger, &w);
	if (r < 0 || w.r < 0)
		return r < 0 ? r : w.r;
	if (w.full)
		mk_put_str(&op->reply.body, MK_T_cursor, w.next);
	return mk_buf_error(&op->reply.body);
}

static int
show_act(struct op *op)
{
	put_subject(&op->reply.body, &op->subject, &op->ledger_meta, true);
	return 0;
}

/* --- fields from a request */

static int
set_one(struct op *op, struct mk_subject *s, const char *field, const char *value)
{
	int f = mk_subject_field_parse(field);
	if (f < 0)
		return mk_op_fail(op, MK_E_INPUT, "no such field: %.40s", field);
	struct mk_buf clean = MK_BUF_INIT;
	mk_text_compose(&clean, value, strlen(value));
	const char *v = mk_buf_str(&clean);
	if (f == MK_SF_sex && mk_sex_parse(v) != NULL)
		v = mk_sex_parse(v);
	int r = mk_subject_field_check(f, v);
	if (r == MK_E_NUMBER)
		r = mk_op_fail(op, MK_E_INPUT, "%s holds what looks like an Individual Number",
		    mk_subject_field_name(f));
	else if (r == MK_E_TEXT)
		r = mk_op_fail(
		    op, r, "%s holds characters that are not allowed", mk_subject_field_name(f));
	else if (r < 0)
		r = mk_op_fail(op, r, "%s is not valid", mk_subject_field_name(f));
	else
		r = mk_subject_set(s, f, v);
	mk_buf_free(&clean);
	return r;
}

int
mk_fields_apply(struct op *op, struct mk_subject *s, char subject[MK_NAME_MAX])
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		char field[64], value[1024];
		if (it.tag != MK_T_item)
			continue;
		if (mk_get_str(it.p, it.len, MK_T_field, field, sizeof field) < 0)
			return mk_op_fail(op, MK_E_INPUT, "a field is not named");
		int r = mk_get_str(it.p, it.len, MK_T_value, value, sizeof value);
		if (r < 0)
			return mk_op_fail(
			    op, MK_E_INPUT, "the value of %.40s is missing or too long", field);
		if (subject != NULL && strcmp(field, "subject") == 0)
			r = mk_str_copy(subject, MK_NAME_MAX, value);
		else
			r = set_one(op, s, field, value);
		if (r < 0)
			return r;
	}
	return 0;
}

int
mk_fields_complete(struct op *op, struct mk_subject *s)
{
	if (s->field[MK_SF_name] == NULL || s->field[MK_SF_name][0] == '\0')
		return mk_op_fail(op, MK_E_INPUT, "the name is missing");
	if (s->field[MK_SF_purposes] == NULL || s->field[MK_SF_purposes][0] == '\0') {
		int r = mk_subject_set(s, MK_SF_purposes, op->ledger_meta.purposes);
		if (r < 0)
			return r;
	}
	if (mk_purposes_check(s->field[MK_SF_purposes], op->ledger_meta.class) < 0)
		return mk_op_fail(op, MK_E_INPUT,
		    "not purposes of this class of ledger (codes purposes lists them)");
	const char *p = s->field[MK_SF_purposes];
	while (*p != '\0') { /* each must be one the ledger was opened for */
		char one[64];
		size_t n = strcspn(p, ",");
		snprintf(one, sizeof one, "%.*s", (int)n, p);
		if (!mk_purposes_contain(op->ledger_meta.purposes, one))
			return mk_op_fail(
			    op, MK_E_INPUT, "%s is not a purpose of this ledger", one);
		p += n + (p[n] == ',' ? 1 : 0);
	}
	return 0;
}

int
mk_typed_number(struct op *op, struct mk_secret **out, bool *twice)
{
	struct mk_secret *first = NULL, *second = NULL, *a = mk_secret_new(MK_NUMBER_LEN),
			 *b = mk_secret_new(MK_NUMBER_LEN);
	int r = mk_op_secret(op, MK_T_number, 0, &first);
	*twice = false;
	if (r == 0 && (a == NULL || b == NULL))
		r = MK_E_NOMEM;
	if (r == 0)
		r = mk_number_parse((const char *)first->data, first->len, a);
	if (r == 0 && mk_op_secret(op, MK_T_number, 1, &second) == 0) {
		r = mk_number_parse((const char *)second->data, second->len, b);
		if (r == 0 && !mk_equal(a->data, b->data, MK_NUMBER_LEN))
			r = mk_op_fail(op, MK_E_INPUT, "the two numbers typed are not the same");
		*twice = r == 0;
	}
	if (r == MK_E_NUMBER)
		r = mk_op_fail(op, r, "the number typed fails its check digit");
	else if (r == MK_E_INPUT && op->message[0] == '\0')
		r = mk_op_fail(op, r, "the number typed has not 12 digits");
	mk_secret_free(first);
	mk_secret_free(second);
	mk_secret_free(b);
	if (r < 0) {
		mk_secret_free(a);
		return r;
	}
	*out = a;
	return 0;
}

/* --- add, set */

static void
free_secret(void *p)
{
	mk_secret_free(p);
}

static int
add_check(struct op *op)
{
	struct mk_secret *number = NULL;
	bool twice = false;
	int r = mk_op_ledger(op);
	if (r == 0)
		r = mk_fields_apply(op, &op->subject, NULL);
	if (r == 0)
		r = mk_fields_complete(op, &op->subject);
	if (r == 0)
		r = mk_id_new('s', &op->subject.id);
	if (r < 0)
		return r;
	op->subject.state = MK_STATE_not_requested;
	memcpy(op->ev.subject, op->subject.id.s, sizeof op->ev.subject);
	r = mk_typed_number(op, &number, &twice);
	if (r == MK_E_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	op->state = number;
	op->state_free = free_secret;
	if (!twice)
		return mk_op_fail(op, MK_E_INPUT, "a number without a picture must be typed twice");
	if (op->number_key.key == NULL)
		return mk_op_fail(op, MK_E_NO_GRANT, "no right to numbers of this ledger");
	op->subject.state = MK_STATE_checking;
	return 0;
}

int
mk_store_number(struct op *op, const struct mk_secret *number, const char *source)
{
	struct mk_id other;
	int r = mk_ledger_number_put(op->ledger, &op->number_key, op->subject.id.s, number, source,
	    mk_vault_now(op), &other);
	if (r == MK_E_EXISTS)
		return mk_op_fail(
		    op, r, "subject %s of this ledger has this number already", other.s);
	return r;
}

static int
add_act(struct op *op)
{
	int r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = mk_ledger_subject_add(op->ledger, &op->subject, mk_vault_now(op));
	if (r == MK_E_EXISTS)
		r = mk_op_fail(op, r, "another subject of this ledger has this code");
	if (r == 0 && op->state != NULL)
		r = mk_store_number(op, op->state, "typed");
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0)
		mk_ledger_rollback(op->ledger);
	else
		mk_put_str(&op->reply.body, MK_T_subject, op->subject.id.s);
	return r;
}

static int
set_check(struct op *op)
{
	int r = mk_op_subject(op);
	if (r == 0)
		r = mk_fields_apply(op, &op->subject, NULL);
	return r == 0 ? mk_fields_complete(op, &op->subject) : r;
}

static int
set_act(struct op *op)
{
	int r = mk_ledger_begin(op->ledger);
	if (r == 0)
		r = mk_ledger_subject_update(op->ledger, &op->subject, mk_vault_now(op));
	if (r == MK_E_EXISTS)
		r = mk_op_fail(op, r, "another subject of this ledger has this code");
	if (r == 0)
		r = mk_ledger_commit(op->ledger);
	if (r < 0)
		mk_ledger_rollback(op->ledger);
	else
		mk_put_str(&op->reply.body, MK_T_subject, op->subject.id.s);
	return r;
}

const struct handler mk_handlers_subject[] = {
    {MK_REQ_subject_list, list_check, list_act},
    {MK_REQ_subject_show, mk_op_subject, show_act},
    {MK_REQ_subject_add, add_check, add_act},
    {MK_REQ_subject_set, set_check, set_act},
    {0, NULL, NULL},
};
