/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new member, or name, roles and last day of one who is there. */
#include "view/member_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/model/role.h"
#include "mynakura/report/words.h"
#include "view/sign_internal.h"
#include "view/subject_internal.h"
#include "widget/form_internal.h"

#define NAME_BYTES 255
#define SETS_MAX 16
#define TEXT_ROWS 3

enum { F_NAME, F_ACCOUNT, F_ROLES, F_UNTIL };

struct member_form {
	struct mk_view v;
	struct mk_form form;
	bool fresh, waiting;
	struct mk_member_arg m;
	unsigned sets[SETS_MAX]; /* the role sets that may be chosen */
	char words[SETS_MAX][160];
	const char *choices[SETS_MAX];
	size_t n_sets;
};

/* --- the form */

/* Every set that a member may have: one role first, then two, then more. */
static void
collect_sets(struct member_form *f)
{
	for (int many = 1; many <= 4; many++) {
		for (unsigned bits = 1; bits <= MK_ROLES_ANY && f->n_sets < SETS_MAX; bits++) {
			struct mk_buf words = MK_BUF_INIT;
			char codes[64];
			if (__builtin_popcount(bits) != many || !mk_roles_allowed(bits))
				continue;
			mk_roles_format(bits, codes, sizeof codes);
			mk_roles_words(codes, &words);
			snprintf(f->words[f->n_sets], sizeof f->words[0], "%s", mk_buf_str(&words));
			f->choices[f->n_sets] = f->words[f->n_sets];
			f->sets[f->n_sets++] = bits;
			mk_buf_free(&words);
		}
	}
}

static void
preset(struct member_form *f)
{
	unsigned bits = 0;
	mk_edit_set(mk_form_edit(&f->form, F_NAME), f->m.name);
	mk_edit_set(mk_form_edit(&f->form, F_ACCOUNT), f->m.account);
	mk_edit_set(mk_form_edit(&f->form, F_UNTIL), f->m.until);
	/* What stands in the fields is what it was: a field takes no character that a name may not have. */
	(void)mk_edit_copy(mk_form_edit(&f->form, F_NAME), f->m.name, sizeof f->m.name);
	(void)mk_edit_copy(mk_form_edit(&f->form, F_ACCOUNT), f->m.account, sizeof f->m.account);
	(void)mk_edit_copy(mk_form_edit(&f->form, F_UNTIL), f->m.until, sizeof f->m.until);
	(void)mk_roles_parse(f->m.roles, &bits);
	for (size_t i = 0; i < f->n_sets; i++)
		if (f->sets[i] == bits)
			f->form.field[F_ROLES].chosen = i;
	f->form.field[F_ACCOUNT].hidden = true; /* it stands in the key: it stays */
}

static int
form_open(struct mk_view *v, const void *arg)
{
	struct member_form *f = (struct member_form *)v;
	f->fresh = arg == NULL;
	collect_sets(f);
	int r = mk_form_line(&f->form, N_("Name"), MK_EDIT_TEXT, NAME_BYTES);
	if (r >= 0)
		r = mk_form_line(&f->form, N_("Account"), MK_EDIT_TEXT, NAME_BYTES);
	if (r >= 0)
		r = mk_form_choice(&f->form, N_("Roles"), f->choices, f->n_sets);
	if (r >= 0)
		r = mk_form_line(
		    &f->form, N_("Last day (YYYY-MM-DD)"), MK_EDIT_TEXT, sizeof f->m.until - 1);
	if (r < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
		return r;
	}
	if (!f->fresh) {
		f->m = *(const struct mk_member_arg *)arg;
		preset(f);
	}
	return 0;
}

static bool
form_key(struct mk_view *v, const struct mk_key *key)
{
	struct member_form *f = (struct member_form *)v;
	bool save = key->code == MK_KEY_CHAR && key->ch == 'd' && key->mods == MK_MOD_CTRL;
	if (f->waiting)
		return mk_key_is_text(key);
	bool used = !save && mk_form_key(&f->form, key);
	if (used && f->form.field[f->form.focus].edit.full)
		mk_tell(v->tui, MK_TONE_WARN, "%s", _("no more characters fit in this field"));
	return used;
}

/* What stands in the form; false when something is wrong, which is told. */
static bool
read_form(struct member_form *f, struct mk_member_arg *out)
{
	struct mk_date d;
	*out = f->m;
	(void)mk_edit_copy(mk_form_edit(&f->form, F_NAME), out->name, sizeof out->name);
	(void)mk_edit_copy(mk_form_edit(&f->form, F_ACCOUNT), out->account, sizeof out->account);
	(void)mk_edit_copy(mk_form_edit(&f->form, F_UNTIL), out->until, sizeof out->until);
	mk_roles_format(f->sets[f->form.field[F_ROLES].chosen], out->roles, sizeof out->roles);
	if (out->name[0] == '\0') {
		mk_form_focus(&f->form, F_NAME);
		mk_tell(f->v.tui, MK_TONE_WARN, _("%s: please type it"), _("Name"));
		return false;
	}
	if (out->until[0] != '\0' && mk_date_parse(out->until, &d) < 0) {
		mk_form_focus(&f->form, F_UNTIL);
		mk_tell(f->v.tui, MK_TONE_WARN, "%s", _("a day is written like 2026-11-24"));
		return false;
	}
	return true;
}

/* --- a new one */

static void
got_added(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct member_form *f = (struct member_form *)v;
	struct mk_tui *t = v->tui;
	struct mk_member_arg m = f->m;
	(void)tag;
	f->waiting = false;
	if (r < 0) {
		mk_tell_refused(t, r, reply); /* everything typed stays */
		return;
	}
	mk_view_close(v);
	(void)mk_code_show(t, reply, &m);
}

static void
add(struct member_form *f)
{
	struct mk_member_arg m;
	struct mk_msg req;
	if (!read_form(f, &m))
		return;
	mk_msg_init(&req, MK_REQ_member_add, 0);
	mk_put_str(&req.body, MK_T_name, m.name);
	mk_put_str(&req.body, MK_T_account, m.account[0] != '\0' ? m.account : NULL);
	mk_put_str(&req.body, MK_T_roles, m.roles);
	mk_put_str(&req.body, MK_T_until, m.until[0] != '\0' ? m.until : NULL);
	f->m = m;
	f->waiting = true;
	mk_view_ask(&f->v, &req, got_added, 0);
}

/* --- one who is there */

/* The fields that differ, as items; how many. */
static size_t
put_changes(const struct member_form *f, const struct mk_member_arg *m, struct mk_buf *out)
{
	const struct {
		const char *field, *was, *is;
	} fields[] = {{"name", f->m.name, m->name}, {"roles", f->m.roles, m->roles},
	    {"until", f->m.until, m->until}};
	size_t n = 0;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		if (strcmp(fields[i].was, fields[i].is) == 0)
			continue;
		mk_subject_put_field(out, fields[i].field, fields[i].is);
		n++;
	}
	return n;
}

static void
got_set(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_tui *t = v->tui;
	(void)tag;
	((struct member_form *)v)->waiting = false;
	if (r < 0) {
		mk_tell_refused(t, r, reply);
		return;
	}
	mk_view_close(v);
	mk_tell(t, MK_TONE_GOOD, "%s", _("Saved and recorded."));
}

static void
set(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct member_form *f = (struct member_form *)v;
	struct mk_member_arg m;
	struct mk_msg req;
	(void)typed;
	if (!read_form(f, &m))
		return;
	mk_msg_init(&req, MK_REQ_member_set, 0);
	mk_put_str(&req.body, MK_T_member, f->m.id);
	(void)put_changes(f, &m, &req.body);
	mk_put_bytes(&req.body, MK_T_passphrase, passphrase->data, passphrase->len);
	f->waiting = true;
	mk_view_ask(v, &req, got_set, 0);
}

static void
ask_set(struct member_form *f)
{
	struct mk_member_arg m;
	struct mk_buf changes = MK_BUF_INIT, was = MK_BUF_INIT, is = MK_BUF_INIT;
	char text[1024];
	if (!read_form(f, &m))
		return;
	size_t n = put_changes(f, &m, &changes);
	mk_buf_free(&changes);
	if (n == 0) {
		mk_tell(f->v.tui, MK_TONE_INFO, "%s", _("Nothing was changed."));
		return;
	}
	mk_roles_words(f->m.roles, &was);
	mk_roles_words(m.roles, &is);
	snprintf(text, sizeof text, _("%s, %s, last day %s\nbecomes\n%s, %s, last day %s"),
	    f->m.name, mk_buf_str(&was), f->m.until[0] != '\0' ? f->m.until : "-", m.name,
	    mk_buf_str(&is), m.until[0] != '\0' ? m.until : "-");
	mk_buf_free(&was);
	mk_buf_free(&is);
	const struct mk_sign_arg arg = {.text = text, .passphrase = true, .done = set};
	(void)mk_sign_open(f->v.tui, &arg);
}

/* --- the view */

static bool
typed_anything(struct member_form *f)
{
	const size_t lines[] = {F_NAME, F_ACCOUNT, F_UNTIL};
	const char *const was[] = {f->m.name, f->m.account, f->m.until};
	char s[NAME_BYTES + 1];
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (mk_edit_copy(mk_form_edit(&f->form, lines[i]), s, sizeof s) &&
		    strcmp(s, was[i]) != 0)
			return true;
	return false;
}

static bool
form_act(struct mk_view *v, enum mk_act a)
{
	struct member_form *f = (struct member_form *)v;
	if (f->waiting)
		return a == MK_ACT_save || a == MK_ACT_enter || a == MK_ACT_back;
	if (mk_form_act(&f->form, a))
		return true;
	if ((a == MK_ACT_save || a == MK_ACT_enter) && f->fresh) {
		add(f);
	} else if (a == MK_ACT_save || a == MK_ACT_enter) {
		ask_set(f);
	} else if (a == MK_ACT_back && typed_anything(f)) {
		mk_dialog_throw_away(v);
	} else {
		return false;
	}
	return true;
}

static void
form_draw(struct mk_view *v, struct mk_area area)
{
	struct member_form *f = (struct member_form *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int used = mk_draw_wrapped(term, area.y, area.x + 1, area.w - 2, TEXT_ROWS, MK_EL_TEXT,
	    f->fresh ? _("A new member. The account is what is typed at the login; a one-time code "
			 "is shown afterwards.")
		     : _("Each change is recorded; other roles want a second person."));
	area.y += used + 1;
	area.h -= used + 1;
	mk_form_draw(&f->form, term, area);
}

static void
form_close(struct mk_view *v)
{
	mk_form_fini(&((struct member_form *)v)->form);
}

const struct mk_view_ops mk_view_member_form = {
    .name = "member-form",
    .title = N_("Member"),
    .places = MK_P_FORM | MK_P_SAVE | MK_P_BACK,
    .size = sizeof(struct member_form),
    .open = form_open,
    .key = form_key,
    .act = form_act,
    .draw = form_draw,
    .close = form_close,
};
