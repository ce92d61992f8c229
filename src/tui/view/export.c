/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Export: which profile, for whom, into which file. The file is opened here and written by the
 * vault: no number passes through this program. It stays only when it became whole (R17).
 */
#include "view/views_internal.h"

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
#include "widget/form_internal.h"
#include "widget/list_internal.h"

#define PROFILES_MAX 256
#define PATH_BYTES 512
#define NAME_BYTES 90 /* a ledger's name in the name of a file; a longer one gives way to its id */
#define NOTE_CELLS 40
#define PEOPLE_PAGES 20 /* of names for the report */
#define TEXT_ROWS 5 /* above the form */

/* --- the second step: a form */

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

static const char *
status_words(const char *status)
{
	return strcmp(status, "documented") == 0 ? _("documented layout")
	       : strcmp(status, "partial") == 0
		   ? _("partly documented layout: try the file at the target first")
		   : _("unverified layout: try the file at the target first");
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

/* arg: the path of the profile. */
static int
form_open(struct mk_view *v, const void *arg)
{
	struct form *f = (struct form *)v;
	struct mk_profile_error err;
	struct mk_msg req;
	memset(&err, 0, sizeof err);
	f->made = (struct mk_newfile)MK_NEWFILE_INIT;
	int r = mk_profile_load(arg, &f->profile, &err);
	if (r == 0)
		r = add_fields(f);
	if (r < 0) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s",
		    _(err.text[0] != '\0' ? err.text : mk_err_message(r)));
		return r;
	}
	preset_path(f);
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

/* --- what came of it */

/* Code and name of a person, as far as they are known; else the id. */
static void
put_person(const struct form *f, const char *id, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, f->names.data, f->names.len);
	while (mk_item_next(&rd, &it) > 0) {
		char known[MK_ID_MAX], code[128], name[512];
		if (it.tag != MK_T_item)
			continue;
		mk_item_str(&it, MK_T_id, known, sizeof known);
		if (strcmp(known, id) != 0)
			continue;
		mk_item_str(&it, MK_T_code, code, sizeof code);
		mk_item_str(&it, MK_T_name, name, sizeof name);
		mk_buf_printf(out, "%s%s%s", code, code[0] != '\0' ? "  " : "", name);
		return;
	}
	mk_buf_puts(out, id);
}

static const struct {
	const char *code, *words;
} reasons[] = {
    {"no_number", N_("no number is kept")},
    {"purpose", N_("the number was not collected for this purpose")},
    {"dependent", N_("a dependent: this file has one row an employee")},
    {"parent", N_("the employee of this dependent is not in the ledger")},
};

static void
put_skipped(const struct form *f, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, f->answer.data, f->answer.len);
	while (mk_item_next(&rd, &it) > 0) {
		char id[MK_ID_MAX], why[32];
		const char *words = why;
		if (it.tag != MK_T_skipped)
			continue;
		mk_item_str(&it, MK_T_subject, id, sizeof id);
		mk_item_str(&it, MK_T_why, why, sizeof why);
		for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
			if (strcmp(reasons[i].code, why) == 0)
				words = _(reasons[i].words);
		put_person(f, id, out);
		mk_buf_printf(out, ": %s\n", words);
	}
}

/* Each item of a tag on a line of its own; returns how many there are. */
static size_t
put_each(const struct form *f, unsigned tag, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	mk_rd_init(&rd, f->answer.data, f->answer.len);
	while (mk_item_next(&rd, &it) > 0) {
		char id[MK_ID_MAX];
		if (it.tag != tag)
			continue;
		n++;
		if (tag != MK_T_id) {
			mk_sentence((const char *)it.p, it.len, out);
		} else if (it.len < sizeof id) {
			memcpy(id, it.p, it.len);
			id[it.len] = '\0';
			put_person(f, id, out);
		}
		mk_buf_puts(out, "\n");
	}
	return n;
}

static void
put_section(const struct form *f, unsigned tag, const char *title, struct mk_buf *out)
{
	struct mk_buf lines = MK_BUF_INIT;
	size_t n = put_each(f, tag, &lines);
	if (n > 0)
		mk_buf_printf(out, "\n# %s: %zu\n%s", title, n, mk_buf_str(&lines));
	mk_buf_free(&lines);
}

static void
put_report(const struct form *f, struct mk_buf *out)
{
	const void *b = f->answer.data;
	size_t len = f->answer.len;
	uint64_t left_out = mk_get_u64(b, len, MK_T_count, 0);
	char sha256[80] = "";
	(void)mk_get_str(b, len, MK_T_sha256, sha256, sizeof sha256);
	mk_buf_printf(out, "# %s\n%s\n", _("The file is written"), f->path);
	mk_buf_printf(out, _("Rows: %llu\n"), (unsigned long long)mk_get_u64(b, len, MK_T_rows, 0));
	mk_buf_printf(out, "%s\n", status_words(mk_profile_status(f->profile)));
	mk_buf_printf(out, "SHA-256\n%s\n", sha256);
	mk_buf_printf(out, "\n# %s\n%s\n", _("Not to be forgotten"),
	    _("The file holds Individual Numbers that anybody who has it can read. Hand it over "
	      "at once and destroy it then, also in the folder it was copied to."));
	if (left_out > 0) {
		mk_buf_printf(out, "\n# %s: %llu\n", _("Left out"), (unsigned long long)left_out);
		put_skipped(f, out);
	}
	put_section(f, MK_T_id, _("Written, but nobody has confirmed the identity yet"), out);
	put_section(f, MK_T_changed, _("Texts that were changed to fit the target"), out);
	put_section(f, MK_T_warning, _("Warning"), out);
}

/* The report takes the place of the form: what that says is done. */
static void
show_report(struct form *f)
{
	struct mk_tui *t = f->v.tui;
	struct mk_buf text = MK_BUF_INIT;
	put_report(f, &text);
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
	char cursor[512];
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
		mk_tell_reply(v->tui, r, reply);
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
		return key->code == MK_KEY_CHAR && key->mods == 0;
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
		return a != MK_ACT_lock && a != MK_ACT_help && a != MK_ACT_redraw;
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
	    status_words(mk_profile_status(p)));
	mk_drawf(term, area.y + 2, x, w, MK_EL_TEXT, "%s: %s  %s", _("Taken from"),
	    mk_profile_source(p), mk_profile_checked(p));
	mk_purpose_words(purpose_of(f), &purpose);
	mk_drawf(term, area.y + 3, x, w, MK_EL_TEXT, "%s: %s", _("Purpose"), mk_buf_str(&purpose));
	mk_buf_free(&purpose);
	struct mk_area rest = {area.y + TEXT_ROWS, area.x, (int)f->form.n, area.w};
	mk_form_draw(&f->form, term, rest);
	mk_draw(term, rest.y + rest.h + 1, x, w, MK_EL_TEXT,
	    f->busy
		? _("One moment: the passphrase is checked, then the file is written.")
		: _("Where it goes: the system or the firm that gets the file; it is recorded."));
}

static const struct mk_view_ops export_form = {
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

/* --- the first step: which profile */

enum fit { FITS, OTHER_PURPOSE, FAULTY };

struct known {
	char id[MK_PROFILE_ID], title[256], status[16], purpose[64], path[PATH_BYTES];
	enum fit fit;
	size_t place; /* as it was found: profiles of one kind stay in the order of their ids */
};

struct export_list {
	struct mk_view v;
	struct mk_list list;
	struct known *known;
	size_t n;
};

static int
take_profile(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err)
{
	struct export_list *e = ctx;
	const char *task = mk_tui_session(e->v.tui)->purpose;
	if (e->n == PROFILES_MAX)
		return 0;
	struct known *k = &e->known[e->n];
	k->place = e->n++;
	(void)mk_str_copy(k->id, sizeof k->id, id);
	snprintf(k->title, sizeof k->title, "%s", p != NULL ? mk_profile_title(p) : _(err->text));
	(void)mk_str_copy(k->path, sizeof k->path, path);
	k->fit = FAULTY;
	if (p == NULL)
		return 0;
	(void)mk_str_copy(k->status, sizeof k->status, mk_profile_status(p));
	(void)mk_str_copy(k->purpose, sizeof k->purpose, mk_profile_purpose(p));
	k->fit = k->purpose[0] == '\0' || strcmp(k->purpose, task) == 0 ? FITS : OTHER_PURPOSE;
	return 0;
}

static int
by_fit(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	if (x->fit != y->fit)
		return x->fit < y->fit ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* The task may have changed since the last time. */
static void
read_profiles(struct mk_view *v)
{
	struct export_list *e = (struct export_list *)v;
	struct mk_profile_dirs dirs;
	e->n = 0;
	int r = mk_profile_dirs_default(&dirs);
	if (r == 0) {
		r = mk_profile_list(&dirs, take_profile, e);
		mk_profile_dirs_free(&dirs);
	}
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	qsort(e->known, e->n, sizeof *e->known, by_fit);
	mk_list_count(&e->list, e->n, false);
}

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	const struct export_list *e = arg;
	const struct known *k = &e->known[row];
	*el = k->fit == FAULTY ? MK_EL_BAD : MK_EL_TEXT;
	if (col == 0)
		mk_buf_printf(out, "%s%s%s", k->fit == FAULTY ? k->id : "",
		    k->fit == FAULTY ? ": " : "", k->title);
	else if (col == 1)
		mk_buf_puts(out, k->fit == FAULTY                       ? _("faulty")
				 : strcmp(k->status, "documented") == 0 ? _("documented")
				 : strcmp(k->status, "partial") == 0    ? _("partly")
									: _("unverified"));
	else if (col == 2 && k->fit != FAULTY && k->purpose[0] == '\0')
		mk_buf_puts(out, _("any purpose"));
	else if (col == 2)
		mk_purpose_words(k->purpose, out);
	else
		mk_buf_puts(out, k->id);
}

static int
export_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {{N_("File for"), 28, 3, 0},
	    {N_("Format"), 10, 0, 0}, {N_("Purpose"), 12, 2, 0}, {N_("Profile"), 16, 0, 110}};
	struct export_list *e = (struct export_list *)v;
	(void)arg;
	e->known = calloc(PROFILES_MAX, sizeof *e->known);
	if (e->known == NULL) {
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(MK_E_NOMEM)));
		return MK_E_NOMEM;
	}
	mk_list_init(&e->list, cols, sizeof cols / sizeof cols[0], cell, e);
	read_profiles(v);
	return 0;
}

static void
open_form(struct export_list *e)
{
	struct mk_tui *t = e->v.tui;
	if (e->n == 0)
		return;
	const struct known *k = &e->known[e->list.sel];
	if (k->fit == FAULTY) {
		mk_tell(t, MK_TONE_WARN, "%s: %s", k->path, k->title);
	} else if (mk_tui_session(t)->ledger == NULL) {
		mk_tell(t, MK_TONE_INFO, "%s", _("First the task: for which ledger is the file?"));
		(void)mk_view_open(t, &mk_view_task, NULL);
	} else {
		(void)mk_view_open(t, &export_form, k->path);
	}
}

static bool
export_key(struct mk_view *v, const struct mk_key *key)
{
	struct export_list *e = (struct export_list *)v;
	bool open = false;
	bool used = mk_list_mouse(&e->list, key, &open);
	if (open)
		open_form(e);
	return used;
}

static bool
export_act(struct mk_view *v, enum mk_act a)
{
	struct export_list *e = (struct export_list *)v;
	if (a != MK_ACT_open)
		return mk_list_act(&e->list, a);
	open_form(e);
	return true;
}

static void
export_draw(struct mk_view *v, struct mk_area area)
{
	struct export_list *e = (struct export_list *)v;
	mk_draw(mk_tui_term(v->tui), area.y, area.x + 2, area.w - 2, MK_EL_TEXT,
	    _("Which file is wanted? Those for the task come first."));
	area.y += 2;
	area.h -= 2;
	mk_list_draw(&e->list, mk_tui_term(v->tui), area,
	    _("No profile here: 'make install' brings those of mynakura."));
}

static void
export_close(struct mk_view *v)
{
	free(((struct export_list *)v)->known);
}

const struct mk_view_ops mk_view_export = {
    .name = "export",
    .title = N_("Export"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct export_list),
    .open = export_open,
    .key = export_key,
    .act = export_act,
    .draw = export_draw,
    .shown = read_profiles,
    .close = export_close,
};
