/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person's data to type: a new person of the session's ledger, with the number typed twice from a
 * paper that has no picture, or corrections to one who is there. Only what was changed is sent.
 */
#include "view/views_internal.h"

#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/number.h"
#include "mynakura/model/subject.h"
#include "subject_internal.h"
#include "widget/form_internal.h"

enum {
	F_NAME,
	F_KANA,
	F_CODE,
	F_BIRTH,
	F_SEX,
	F_ADDRESS,
	F_RELATIONSHIP,
	F_NUMBER,
	F_AGAIN,
	F_ALL
};

static const struct {
	const char *label; /* msgid */
	int field; /* enum mk_subject_field */
	unsigned tag; /* in subject_show */
} lines[F_NUMBER] = {
    [F_NAME] = {N_("Name"), MK_SF_name, MK_T_name},
    [F_KANA] = {N_("Kana"), MK_SF_kana, MK_T_kana},
    [F_CODE] = {N_("Code"), MK_SF_code, MK_T_code},
    [F_BIRTH] = {N_("Born (year-month-day)"), MK_SF_birth, MK_T_birth},
    [F_SEX] = {N_("Sex"), MK_SF_sex, MK_T_sex},
    [F_ADDRESS] = {N_("Address"), MK_SF_address, MK_T_address},
    [F_RELATIONSHIP] = {N_("Relationship"), MK_SF_relationship, MK_T_relationship},
};

struct person_form {
	struct mk_view v;
	struct mk_form form;
	bool fresh;
	struct mk_subject_arg arg; /* of one who is there */
	char before[F_NUMBER][1024]; /* as the daemon has them */
	bool waiting; /* for the daemon: nothing is typed meanwhile */
};

/* --- start */

static void
take_fields(void *arg, const struct mk_item *item)
{
	struct person_form *p = arg;
	for (int i = 0; i < F_NUMBER; i++) {
		mk_item_str(item, lines[i].tag, p->before[i], sizeof p->before[i]);
		if (i != F_SEX) {
			mk_edit_set(mk_form_edit(&p->form, (size_t)i), p->before[i]);
			continue;
		}
		for (size_t k = 0; k < MK_SEXES; k++)
			if (strcmp(mk_sex_codes[k], p->before[i]) == 0)
				p->form.field[i].chosen = k;
	}
}

static int
add_lines(struct person_form *p)
{
	int r = 0;
	for (int i = 0; i < F_NUMBER && r >= 0; i++)
		r = i == F_SEX ? mk_form_choice(&p->form, lines[i].label, mk_sex_words, MK_SEXES)
			       : mk_form_line(&p->form, lines[i].label, MK_EDIT_TEXT,
				     mk_subject_field_max(lines[i].field));
	if (r >= 0 && p->fresh)
		r = mk_form_line(&p->form, N_("Individual Number"), MK_EDIT_NUMBER, 0);
	if (r >= 0 && p->fresh)
		r = mk_form_line(&p->form, N_("once more"), MK_EDIT_NUMBER, 0);
	return r < 0 ? r : 0;
}

static int
person_open(struct mk_view *v, const void *arg)
{
	struct person_form *p = (struct person_form *)v;
	p->fresh = arg == NULL;
	int r = add_lines(p);
	if (r < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
		return r;
	}
	if (p->fresh) {
		if (mk_tui_session(v->tui)->ledger != NULL)
			return 0;
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("Choose a task first: which ledger?"));
		return MK_E_USAGE;
	}
	const struct mk_person_arg *person = arg;
	const struct mk_item item = {MK_T_item, MK_TYPE_REC, person->item->data, person->item->len};
	p->arg = person->subject;
	take_fields(p, &item);
	return 0;
}

/* --- typing */

/* What can be said about a number while it is typed. */
static void
judge_number(struct person_form *p)
{
	const struct mk_secret *a = mk_form_edit(&p->form, F_NUMBER)->text;
	const struct mk_secret *b = mk_form_edit(&p->form, F_AGAIN)->text;
	const char *first = "", *second = "";
	enum mk_el el = MK_EL_BAD, el2 = MK_EL_BAD;
	if (a->len == MK_NUMBER_LEN) {
		bool ok = mk_number_valid((const char *)a->data);
		el = ok ? MK_EL_GOOD : MK_EL_BAD;
		first = ok ? _("the check digit is right")
			   : _("! the check digit is wrong: look again");
	}
	if (b->len == MK_NUMBER_LEN && a->len == MK_NUMBER_LEN) {
		bool same = mk_equal(a->data, b->data, MK_NUMBER_LEN);
		el2 = same ? MK_EL_GOOD : MK_EL_BAD;
		second = same ? _("the same") : _("! not the same as above");
	}
	mk_form_note(&p->form, F_NUMBER, el, first);
	mk_form_note(&p->form, F_AGAIN, el2, second);
}

static bool
person_key(struct mk_view *v, const struct mk_key *key)
{
	struct person_form *p = (struct person_form *)v;
	bool save = key->code == MK_KEY_CHAR && key->ch == 'd' && key->mods == MK_MOD_CTRL;
	if (p->waiting)
		return mk_key_is_text(key);
	bool used = !save && mk_form_key(&p->form, key);
	if (used && p->form.field[p->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	if (used && p->fresh)
		judge_number(p);
	return used;
}

/* --- saving */

/* The fields that differ from what the daemon has; how many. */
static size_t
put_changes(struct person_form *p, struct mk_buf *out)
{
	size_t n = 0;
	for (int i = 0; i < F_NUMBER; i++) {
		char value[1024];
		if (i == F_SEX)
			(void)mk_str_copy(
			    value, sizeof value, mk_sex_codes[p->form.field[i].chosen]);
		else if (!mk_edit_copy(mk_form_edit(&p->form, (size_t)i), value, sizeof value))
			continue;
		if (strcmp(value, p->before[i]) == 0)
			continue;
		mk_subject_put_field(out, mk_subject_field_name(lines[i].field), value);
		n++;
	}
	return n;
}

static void
got_saved(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct person_form *p = (struct person_form *)v;
	struct mk_tui *t = v->tui;
	(void)tag;
	p->waiting = false;
	if (r < 0) {
		mk_tell_reply(t, r, reply); /* everything typed stays */
		return;
	}
	mk_view_close(v);
	mk_tell(t, MK_TONE_GOOD, "%s", _("Saved and recorded."));
}

static void
save(struct person_form *p)
{
	struct mk_msg req;
	mk_msg_init(&req, p->fresh ? MK_REQ_subject_add : MK_REQ_subject_set, 0);
	if (!p->fresh)
		mk_put_str(&req.body, MK_T_subject, p->arg.id);
	mk_put_str(&req.body, MK_T_ledger,
	    p->fresh ? mk_tui_session(p->v.tui)->ledger->id : p->arg.ledger);
	size_t n = put_changes(p, &req.body);
	for (size_t i = F_NUMBER; p->fresh && i < F_ALL; i++) {
		const struct mk_secret *digits = mk_form_edit(&p->form, i)->text;
		if (digits->len > 0)
			mk_put_bytes(&req.body, MK_T_number, digits->data, digits->len);
	}
	if (n == 0) {
		mk_msg_free(&req);
		mk_tell(p->v.tui, MK_TONE_INFO, "%s", _("Nothing was changed."));
		return;
	}
	p->waiting = true;
	mk_view_ask(&p->v, &req, got_saved, 0);
}

static bool
typed_anything(struct person_form *p)
{
	struct mk_buf b = MK_BUF_INIT;
	size_t n = put_changes(p, &b);
	mk_buf_free(&b);
	for (size_t i = F_NUMBER; p->fresh && i < F_ALL; i++)
		n += mk_edit_len(mk_form_edit(&p->form, i));
	return n > 0;
}

static bool
person_act(struct mk_view *v, enum mk_act a)
{
	struct person_form *p = (struct person_form *)v;
	if (p->waiting && a == MK_ACT_back)
		mk_tell(v->tui, MK_TONE_INFO, "%s", _("One moment: it is being recorded."));
	if (p->waiting)
		return a == MK_ACT_save || a == MK_ACT_enter || a == MK_ACT_back;
	if (mk_form_act(&p->form, a))
		return true;
	if (a == MK_ACT_save || a == MK_ACT_enter) {
		save(p);
	} else if (a == MK_ACT_back && typed_anything(p)) {
		mk_dialog_throw_away(v);
	} else {
		return false;
	}
	return true;
}

static void
person_draw(struct mk_view *v, struct mk_area area)
{
	struct person_form *p = (struct person_form *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	if (area.h > (int)p->form.n + 2) {
		mk_draw(term, area.y, area.x + 1, area.w - 2, MK_EL_TEXT,
		    p->fresh ? _("A new person. A number without a scan is typed twice.")
			     : _("Corrections. Each one is recorded."));
		area.y += 2;
		area.h -= 2;
	}
	mk_form_draw(&p->form, term, area);
}

static void
person_close(struct mk_view *v)
{
	mk_form_fini(&((struct person_form *)v)->form);
}

const struct mk_view_ops mk_view_person = {
    .name = "person",
    .title = N_("Person's data"),
    .places = MK_P_FORM | MK_P_SAVE | MK_P_BACK,
    .size = sizeof(struct person_form),
    .open = person_open,
    .key = person_key,
    .act = person_act,
    .draw = person_draw,
    .close = person_close,
};
