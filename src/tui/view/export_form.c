/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second step of an export: for whom, into which file. The file is opened here and written by
 * the vault: no number passes through this program. It stays only when it became whole (R17).
 */
#include "view/export_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mynakura/base/newfile.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/base/width.h"
#include "mynakura/profile/profile.h"
#include "mynakura/report/words.h"
#include "view/sign_internal.h"
#include "widget/form_internal.h"

#define PATH_BYTES 512
#define NAME_BYTES 90 /* a ledger's name in the name of a file; a longer one gives way to its id */
#define NOTE_CELLS 40
#define PEOPLE_PAGES 20 /* of names for the report */
#define TEXT_ROWS 5 /* above the form */

enum whom { EVERYONE, ONE };

struct form {
	struct mk_view v;
	struct mk_form form;
	int whom, file, destination; /* indexes of fields */
	struct mk_profile *profile;
	struct mk_subject_arg person; /* id "": none chosen */
	bool counted, busy;
	uint64_t people, numbers; /* of the ledger */
	char path[PATH_BYTES];
	struct mk_newfile made;
	struct mk_buf answer, names; /* of the export, and of subject_list: items */
	unsigned pages;
};

static const struct mk_tui_ledger *
ledger_of(const struct form *f)
{
	return mk_tui_session(f->v.tui)->ledger;
}

/* The purpose that will be recorded: the profile's, else the task's. */
static const char *
purpose_of(const struct form *f)
{
	const char *p = mk_profile_purpose(f->profile);
	return p[0] != '\0' ? p : mk_tui_session(f->v.tui)->purpose;
}

static void
note_whom(struct form *f)
{
	struct mk_buf note = MK_BUF_INIT;
	bool one = f->form.field[f->whom].chosen == ONE;
	if (one && f->person.id[0] == '\0')
		mk_buf_puts(&note, _("Enter: choose the person"));
	else if (one)
		(void)mk_width_clip(&note, f->person.name, strlen(f->person.name), NOTE_CELLS);
	else if (f->counted)
		mk_buf_printf(&note, _("%llu people, %llu with a number"),
		    (unsigned long long)f->people, (unsigned long long)f->numbers);
	mk_form_note(&f->form, (size_t)f->whom, MK_EL_TEXT, mk_buf_str(&note));
	mk_buf_free(&note);
}

/* What stands in the field at first: the target's name, or one that says what and when. */
static void
preset_path(struct form *f)
{
	const struct mk_tui_ledger *l = ledger_of(f);
	const char *wanted = mk_profile_filename(f->profile);
	char path[PATH_BYTES], day[MK_DATE_MAX];
	const char *name = strlen(l->name) <= NAME_BYTES ? l->name : l->id;
	mk_date_format(mk_date_jst(mk_now()), day);
	if (wanted[0] != '\0')
		snprintf(path, sizeof path, "~/%s", wanted);
	else
		snprintf(path, sizeof path, "~/%s-%s-%.4s%.2s%.2s.csv", mk_profile_id(f->profile),
		    name, day, day + 5, day + 8);
	for (char *p = path + 2; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	mk_edit_set(mk_form_edit(&f->form, (size_t)f->file), path);
}

struct counting {
	struct form *f;
	const char *ledger;
};

static void
take_count(void *arg, const struct mk_item *item)
{
	struct counting *c = arg;
	char kind[16], ledger[MK_ID_MAX];
	uint64_t n = mk_get_u64(item->p, item->len, MK_T_count, 0);
	mk_item_str(item, MK_T_kind, kind, sizeof kind);
	mk_item_str(item, MK_T_ledger, ledger, sizeof ledger);
	if (strcmp(ledger, c->ledger) != 0)
		return;
	if (strcmp(kind, "subjects") == 0)
		c->f->people = n;
	else if (strcmp(kind, "numbers") == 0)
		c->f->numbers = n;
}

static void
got_status(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct form *f = (struct form *)v;
	struct counting c = {f, ledger_of(f)->id};
	(void)tag;
	if (r < 0)
		return; /* the counts are a help only */
	mk_reply_items(reply, take_count, &c);
	f->counted = true;
	note_whom(f);
}

static int
add_fields(struct form *f)
{
	static const char *const whom[] = {N_("everyone in the ledger"), N_("one person")};
	f->whom = mk_form_choice(&f->form, N_("For whom"), whom, 2);
	f->file = mk_form_line(&f->form, N_("File"), MK_EDIT_TEXT, PATH_BYTES - 1);
	if (f->file < 0)
		return f->file;
	f->destination = mk_form_line(&f->form, N_("Where it goes"), MK_EDIT_TEXT, 255);
	return f->destination < 0 ? f->destination : 0;
}

/* A granted export as it was asked for: whatever differs would be another one. */
static void
take_wish(struct form *f, const struct mk_export_wish *wish)
{
	mk_edit_set(mk_form_edit(&f->form, (size_t)f->destination), wish->destination);
	if (wish->person.id[0] == '\0')
		return;
	f->person = wish->person;
	f->form.field[f->whom].chosen = ONE;
}

static int
form_open(struct mk_view *v, const void *arg)
{
	struct form *f = (struct form *)v;
	struct mk_profile_error err;
	struct mk_msg req;
	memset(&err, 0, sizeof err);
	f->made = (struct mk_newfile)MK_NEWFILE_INIT;
	const struct mk_export_form_arg *a = arg;
	int r = mk_profile_load(a->path, &f->profile, &err);
	if (r == 0)
		r = add_fields(f);
	if (r < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s",
		    _(err.text[0] != '\0' ? err.text : mk_err_message(r)));
		return r;
	}
	preset_path(f);
	if (a->wish != NULL)
		take_wish(f, a->wish);
	note_whom(f);
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_view_ask(v, &req, got_status, 0);
	return 0;
}

static void
form_close(struct mk_view *v)
{
	struct form *f = (struct form *)v;
	mk_newfile_end(&f->made); /* what is not kept goes away */
	mk_profile_free(f->profile);
	mk_form_fini(&f->form);
	mk_buf_free(&f->answer);
	mk_buf_free(&f->names);
}

/* The report takes the place of the form: what that says is done. */
static void
show_report(struct form *f)
{
	struct mk_tui *t = f->v.tui;
	struct mk_buf text = MK_BUF_INIT;
	const struct mk_export_done done = {
	    f->path, mk_profile_status(f->profile), &f->answer, &f->names};
	mk_export_report(&done, &text);
	const struct mk_text_arg arg = {NULL, mk_buf_str(&text)};
	mk_view_close(&f->v);
	(void)mk_view_open(t, &mk_view_text, &arg);
	mk_tell(t, MK_TONE_GOOD, "%s", _("The file is written."));
	mk_buf_free(&text);
}

static void got_names(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

static void
ask_names(struct form *f, const char *cursor)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_subject_list, 0);
	mk_put_str(&req.body, MK_T_ledger, ledger_of(f)->id);
	mk_put_str(&req.body, MK_T_cursor, cursor);
	mk_view_ask(&f->v, &req, got_names, 0);
}

/* Without names (r < 0) the report has the ids. */
static void
got_names(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct form *f = (struct form *)v;
	char cursor[700];
	(void)tag;
	if (r == 0)
		mk_buf_put(&f->names, reply->body.data, reply->body.len);
	if (r == 0 && ++f->pages < PEOPLE_PAGES &&
	    mk_get_str(reply->body.data, reply->body.len, MK_T_cursor, cursor, sizeof cursor) == 0)
		ask_names(f, cursor);
	else
		show_report(f);
}

/* --- writing */

/* "~/" is the home folder. false when it does not fit. */
static bool
take_path(struct form *f)
{
	char typed[PATH_BYTES];
	const char *home = getenv("HOME");
	if (!mk_edit_copy(mk_form_edit(&f->form, (size_t)f->file), typed, sizeof typed))
		return false;
	bool at_home = typed[0] == '~' && typed[1] == '/' && home != NULL;
	int n = snprintf(
	    f->path, sizeof f->path, "%s%s", at_home ? home : "", at_home ? typed + 1 : typed);
	return n > 0 && (size_t)n < sizeof f->path;
}

static void
tell_file(struct form *f, int r)
{
	mk_tell(f->v.tui, MK_TONE_ERROR, "%s: %s", f->path,
	    r == MK_E_EXISTS      ? _("there is a file of this name; nothing is overwritten")
	    : r == MK_E_NOT_FOUND ? _("there is no such folder")
	    : r == MK_E_DENIED    ? _("you may not write there")
				  : _(mk_err_message(r)));
	mk_form_focus(&f->form, (size_t)f->file);
}

static void
got_export(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct form *f = (struct form *)v;
	struct mk_item it;
	(void)tag;
	if (r < 0) {
		mk_newfile_end(&f->made);
		f->busy = false;
		mk_tell_refused(v->tui, r, reply);
		return;
	}
	r = mk_newfile_keep(&f->made);
	mk_newfile_end(&f->made);
	if (r < 0) {
		f->busy = false;
		tell_file(f, r);
		return;
	}
	const void *b = reply->body.data;
	mk_buf_put(&f->answer, b, reply->body.len);
	if (mk_find(b, reply->body.len, MK_T_skipped, &it) ||
	    mk_find(b, reply->body.len, MK_T_id, &it))
		ask_names(f, NULL);
	else
		show_report(f);
}

static int
put_request(struct form *f, const struct mk_secret *passphrase, struct mk_msg *req)
{
	struct mk_buf flat = MK_BUF_INIT;
	char destination[256] = "";
	(void)mk_edit_copy(
	    mk_form_edit(&f->form, (size_t)f->destination), destination, sizeof destination);
	mk_put_str(&req->body, MK_T_ledger, ledger_of(f)->id);
	if (f->form.field[f->whom].chosen == ONE)
		mk_put_str(&req->body, MK_T_subject, f->person.id);
	int r = mk_profile_compile(f->profile, &flat);
	if (r == 0)
		mk_put_bytes(&req->body, MK_T_profile, flat.data, flat.len);
	mk_buf_free(&flat);
	mk_put_str(&req->body, MK_T_purpose, purpose_of(f));
	mk_put_str(&req->body, MK_T_destination, destination[0] != '\0' ? destination : NULL);
	mk_put_bytes(&req->body, MK_T_passphrase, passphrase->data, passphrase->len);
	return r < 0 ? r : mk_buf_error(&req->body);
}

static void
write_file(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct form *f = (struct form *)v;
	struct mk_msg req;
	(void)typed;
	if (passphrase == NULL) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return;
	}
	int r = mk_newfile_open(f->path, &f->made);
	if (r < 0) {
		tell_file(f, r);
		return;
	}
	mk_msg_init(&req, MK_REQ_export, 0);
	r = put_request(f, passphrase, &req);
	/* The request closes its own copy. */
	req.fds[0] = fcntl(f->made.fd, F_DUPFD_CLOEXEC, 3);
	req.nfds = req.fds[0] >= 0 ? 1 : 0;
	if (r == 0 && req.nfds == 0)
		r = mk_err_from_errno(errno);
	if (r < 0) {
		mk_newfile_end(&f->made);
		mk_msg_free(&req);
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
		return;
	}
	f->busy = true;
	mk_view_ask(v, &req, got_export, 0);
}

static void
put_question(const struct form *f, struct mk_buf *out)
{
	const char *ledger = ledger_of(f)->name;
	if (f->form.field[f->whom].chosen == ONE)
		mk_buf_printf(out, _("The number of one person is written: %s."), f->person.name);
	else if (f->counted)
		mk_buf_printf(out,
		    _("The numbers of everyone in the ledger %s are written: %llu people."), ledger,
		    (unsigned long long)f->numbers);
	else
		mk_buf_printf(
		    out, _("The numbers of everyone in the ledger %s are written."), ledger);
	mk_buf_printf(out, "\n%s: %s\n%s: ", _("File"), f->path, _("Purpose"));
	mk_purpose_words(purpose_of(f), out);
	mk_buf_printf(out, "\n%s",
	    _("Anybody who gets the file can read them. That you wrote it stays on the audit "
	      "trail. To go on, type your passphrase."));
}

/*
 * The daemon wants the passphrase for every export, however fresh the login is: a question without
 * it would only leave a refusal on the trail.
 */
static void
ask_first(struct form *f)
{
	struct mk_buf text = MK_BUF_INIT;
	put_question(f, &text);
	const struct mk_dialog_arg arg = {.text = mk_buf_str(&text),
	    .label = _("Passphrase"),
	    .kind = MK_EDIT_PASSPHRASE,
	    .cap = 1023,
	    .done = write_file};
	(void)mk_view_open(f->v.tui, &mk_view_dialog, &arg);
	mk_buf_free(&text);
}

static void
person_chosen(struct mk_view *v, const struct mk_subject_arg *chosen)
{
	struct form *f = (struct form *)v;
	if (chosen->ledger[0] != '\0' && strcmp(chosen->ledger, ledger_of(f)->id) != 0) {
		mk_tell(v->tui, MK_TONE_WARN, "%s",
		    _("This person is in another ledger than that of the task."));
		return;
	}
	f->person = *chosen;
	note_whom(f);
	mk_form_focus(&f->form, (size_t)f->file);
}

static void
choose_person(struct form *f)
{
	const struct mk_choose_arg arg = {person_chosen};
	(void)mk_view_open(f->v.tui, &mk_view_subjects, &arg);
}

static void
start_writing(struct form *f)
{
	struct stat st;
	if (f->form.field[f->whom].chosen == ONE && f->person.id[0] == '\0') {
		choose_person(f);
		return;
	}
	if (!take_path(f)) {
		mk_form_focus(&f->form, (size_t)f->file);
		mk_tell(f->v.tui, MK_TONE_WARN, "%s", _("Name the file that is to be written."));
		return;
	}
	if (lstat(f->path, &st) == 0)
		tell_file(f, MK_E_EXISTS);
	else
		ask_first(f);
}

/* --- the form's keys and rows */

static bool
form_key(struct mk_view *v, const struct mk_key *key)
{
	struct form *f = (struct form *)v;
	if (f->busy)
		return mk_key_is_text(key);
	bool used = mk_form_key(&f->form, key);
	if (used)
		note_whom(f);
	return used;
}

static bool
form_act(struct mk_view *v, enum mk_act a)
{
	struct form *f = (struct form *)v;
	if (f->busy) {
		if (a == MK_ACT_back)
			mk_tell(v->tui, MK_TONE_INFO, "%s", _("The file is being written."));
		return a != MK_ACT_lock && a != MK_ACT_help && a != MK_ACT_redraw &&
		       a != MK_ACT_suspend;
	}
	bool choosing = a == MK_ACT_enter && f->form.focus == (size_t)f->whom &&
			f->form.field[f->whom].chosen == ONE;
	if (choosing)
		choose_person(f);
	else if (mk_form_act(&f->form, a))
		return true;
	else if (a == MK_ACT_write || a == MK_ACT_enter)
		start_writing(f);
	else
		return false;
	return true;
}

static void
form_draw(struct mk_view *v, struct mk_area area)
{
	struct form *f = (struct form *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	const struct mk_profile *p = f->profile;
	struct mk_buf purpose = MK_BUF_INIT;
	bool documented = strcmp(mk_profile_status(p), "documented") == 0;
	int x = area.x + 1, w = area.w - 2;
	mk_draw(term, area.y, x, w, MK_EL_STRONG, mk_profile_title(p));
	mk_draw(term, area.y + 1, x, w, documented ? MK_EL_TEXT : MK_EL_DOUBT,
	    mk_export_status(mk_profile_status(p)));
	mk_drawf(term, area.y + 2, x, w, MK_EL_TEXT, "%s: %s  %s", _("Taken from"),
	    mk_profile_source(p), mk_profile_checked(p));
	mk_purpose_words(purpose_of(f), &purpose);
	mk_drawf(term, area.y + 3, x, w, MK_EL_TEXT, "%s: %s", _("Purpose"), mk_buf_str(&purpose));
	mk_buf_free(&purpose);
	struct mk_area rest = {area.y + TEXT_ROWS, area.x, (int)f->form.n, area.w};
	mk_form_draw(&f->form, term, rest);
	mk_draw(term, rest.y + rest.h + 1, x, w, MK_EL_TEXT,
	    f->busy ? _("One moment: the passphrase is checked, then the file is written.")
		    : _("Where it goes (a system, a firm) is recorded."));
}

const struct mk_view_ops mk_view_export_form = {
    .name = "export-form",
    .title = N_("Export"),
    .places = MK_P_EXPORT | MK_P_BACK | MK_P_FORM,
    .size = sizeof(struct form),
    .open = form_open,
    .key = form_key,
    .act = form_act,
    .draw = form_draw,
    .close = form_close,
};
