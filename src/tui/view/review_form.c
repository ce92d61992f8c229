/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of a review, where each came from and how sure it is, and what is sent of them. */
#include "view/review_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/model/number.h"
#include "mynakura/model/subject.h"
#include "subject_internal.h"

/* Shares of agreeing readings, in thousandths. */
#define SURE 750
#define LIKELY 650

static const struct {
	const char *label; /* msgid */
	int field; /* enum mk_subject_field */
} lines[F_ALL] = {
    [F_NUMBER] = {N_("Individual Number"), -1},
    [F_AGAIN] = {N_("once more"), -1},
    [F_NAME] = {N_("Name"), MK_SF_name},
    [F_KANA] = {N_("Kana"), MK_SF_kana},
    [F_BIRTH] = {N_("Born"), MK_SF_birth},
    [F_SEX] = {N_("Sex"), MK_SF_sex},
    [F_ADDRESS] = {N_("Address"), MK_SF_address},
    [F_CODE] = {N_("Code"), MK_SF_code},
};

/* What was read for a field; NULL where documents hold none. */
static const struct mk_read_field *
read_field(const struct mk_reading *d, size_t i)
{
	const struct mk_read_field *const fields[F_ALL] = {[F_NAME] = &d->name,
	    [F_KANA] = &d->kana,
	    [F_BIRTH] = &d->birth,
	    [F_SEX] = &d->sex,
	    [F_ADDRESS] = &d->address};
	return fields[i];
}

static const char *
read_value(const struct mk_reading *d, size_t i)
{
	const struct mk_read_field *f = read_field(d, i);
	return f != NULL ? f->value : "";
}

const char *
mk_review_warning(const char *warning)
{
	const char *words = mk_read_warning_find(warning);
	return words != NULL ? _(words) : warning;
}

int
mk_review_form_init(struct mk_review *r)
{
	for (size_t i = 0; i < F_ALL; i++) {
		int e = i == F_SEX
			    ? mk_form_choice(&r->form, lines[i].label, mk_sex_words, MK_SEXES)
			: i <= F_AGAIN
			    ? mk_form_line(&r->form, lines[i].label, MK_EDIT_NUMBER, MK_NUMBER_LEN)
			    : mk_form_line(&r->form, lines[i].label, MK_EDIT_TEXT,
				  mk_subject_field_max(lines[i].field));
		if (e < 0)
			return e;
	}
	return 0;
}

/* The text of a field as it stands; false when it is what was read. */
static bool
changed_value(const struct mk_review *r, size_t i, char *out, size_t cap)
{
	const struct mk_field *f = &r->form.field[i];
	if (i == F_SEX)
		(void)mk_str_copy(out, cap, mk_sex_codes[f->chosen]);
	else if (!mk_edit_copy(&f->edit, out, cap))
		return false;
	return strcmp(out, read_value(r->reading, i)) != 0;
}

static bool
is_changed(const struct mk_review *r, size_t i)
{
	char value[1024];
	bool changed = changed_value(r, i, value, sizeof value);
	mk_wipe(value, sizeof value);
	return changed;
}

/* --- where each came from */

static void
note_field(struct mk_review *r, size_t i)
{
	const struct mk_read_field *f = read_field(r->reading, i);
	bool missing = f == NULL || f->value[0] == '\0';
	if (is_changed(r, i))
		mk_form_note(&r->form, i, MK_EL_TEXT, _("typed"));
	else if (missing && i == F_NAME)
		mk_form_note(&r->form, i, MK_EL_DOUBT, _("! not read"));
	else if (missing)
		mk_form_note(&r->form, i, MK_EL_TEXT, "");
	else if (f->confidence >= SURE)
		mk_form_note(&r->form, i, MK_EL_GOOD, _("print, sure"));
	else if (f->confidence >= LIKELY)
		mk_form_note(&r->form, i, MK_EL_TEXT, _("print, likely"));
	else
		mk_form_note(&r->form, i, MK_EL_DOUBT, _("! print, doubtful"));
}

void
mk_review_note_fields(struct mk_review *r)
{
	for (size_t i = F_NAME; i < F_ALL; i++)
		note_field(r, i);
}

static bool
doubtful(const struct mk_review *r, size_t i)
{
	const struct mk_read_field *f = read_field(r->reading, i);
	if (i == F_NUMBER)
		return !mk_review_certain(r);
	if (f == NULL || f->value[0] == '\0')
		return i == F_NAME && r->subject[0] == '\0';
	return f->confidence < LIKELY;
}

static void
set_field(struct mk_review *r, size_t i)
{
	const char *value = read_value(r->reading, i);
	if (i != F_SEX) {
		mk_edit_set(mk_form_edit(&r->form, i), value);
		return;
	}
	r->form.field[i].chosen = 0;
	for (size_t k = 0; k < MK_SEXES; k++)
		if (strcmp(mk_sex_codes[k], value) == 0)
			r->form.field[i].chosen = k;
}

void
mk_review_form_fill(struct mk_review *r)
{
	size_t first = F_NUMBER;
	r->as_read = mk_review_certain(r);
	mk_edit_set(mk_form_edit(&r->form, F_NUMBER), r->as_read ? r->reading->number : "");
	mk_edit_clear(mk_form_edit(&r->form, F_AGAIN));
	for (size_t i = F_NAME; i < F_ALL; i++)
		set_field(r, i);
	for (size_t i = F_ALL; i-- > 0;)
		if (doubtful(r, i))
			first = i;
	r->form.top = 0;
	r->warned = false;
	mk_form_focus(&r->form, first);
	mk_review_judge(r);
}

/* --- sending */

bool
mk_review_changed(const struct mk_review *r)
{
	bool any = !r->as_read && r->form.field[F_NUMBER].edit.text->len > 0;
	for (size_t i = F_NAME; i < F_ALL && !any; i++)
		any = is_changed(r, i);
	return any || strcmp(r->subject, r->subject_before) != 0;
}

bool
mk_review_clean(const struct mk_review *r)
{
	return r->form.focus == F_NUMBER && r->as_read && !mk_review_changed(r);
}

/* Tells what is in the way and puts the focus there. */
static bool
not_yet(struct mk_review *r, size_t field, const char *words)
{
	mk_form_focus(&r->form, field);
	mk_tell(r->v.tui, MK_TONE_WARN, "%s", words);
	r->shown_at = mk_mono_ms();
	return false;
}

static bool
number_ready(struct mk_review *r)
{
	const struct mk_secret *a = mk_form_edit(&r->form, F_NUMBER)->text;
	const struct mk_secret *b = mk_form_edit(&r->form, F_AGAIN)->text;
	if (r->as_read)
		return true;
	if (a->len < MK_NUMBER_LEN && mk_review_certain(r))
		return not_yet(r, F_NUMBER,
		    _("Type all 12 digits, or delete them: then the number stands as it was "
		      "read."));
	if (a->len < MK_NUMBER_LEN)
		return not_yet(r, F_NUMBER,
		    _("The number is not certain. Type its 12 digits from the picture."));
	if (!mk_number_valid((const char *)a->data))
		return not_yet(r, F_NUMBER, _("The check digit is wrong. Compare digit by digit."));
	if (r->form.field[F_AGAIN].hidden)
		return true;
	if (b->len < MK_NUMBER_LEN)
		return not_yet(r, F_AGAIN, _("Type the number once more."));
	return mk_equal(a->data, b->data, MK_NUMBER_LEN) ||
	       not_yet(r, F_AGAIN, _("The two are not the same. Compare with the picture."));
}

/* 1990/4/1, 1990.4.1 and 19900401 are the same date; a field that holds one gets its plain form. */
static bool
birth_ready(struct mk_review *r)
{
	struct mk_edit *e = mk_form_edit(&r->form, F_BIRTH);
	char text[32], sep[2];
	struct mk_date d = {0, 0, 0};
	int used = 0;
	if (mk_edit_len(e) == 0)
		return true;
	if (!mk_edit_copy(e, text, sizeof text))
		return false;
	if (strspn(text, "0123456789") == 8 && text[8] == '\0')
		used = sscanf(text, "%4d%2d%2d", &d.year, &d.month, &d.day) == 3 ? 8 : 0;
	else if (sscanf(text, "%4d%1[-/.]%2d%1[-/.]%2d%n", &d.year, sep, &d.month, sep, &d.day,
		     &used) != 5)
		used = 0;
	if (used == 0 || text[used] != '\0' || !mk_date_valid(d))
		return false;
	mk_date_format(d, text);
	mk_edit_set(e, text);
	return mk_subject_field_check(MK_SF_birth, text) == 0;
}

/* What is doubtful and stands as it was read is said once before it is taken. */
static bool
doubts_seen(struct mk_review *r)
{
	bool again = r->warned;
	r->warned = true;
	for (size_t i = F_NAME; i < F_ALL && !again; i++)
		if (doubtful(r, i) && !is_changed(r, i))
			return not_yet(r, i,
			    _("This was hard to read. Compare it with the scan; F2 once more takes "
			      "it "
			      "as it stands."));
	return true;
}

bool
mk_review_ready(struct mk_review *r)
{
	if (!number_ready(r))
		return false;
	if (r->subject[0] == '\0' && mk_edit_len(mk_form_edit(&r->form, F_NAME)) == 0)
		return not_yet(r, F_NAME, _("The name is missing. Type it from the picture."));
	if (!birth_ready(r))
		return not_yet(
		    r, F_BIRTH, _("Write the date of birth as year-month-day: 1990-04-01."));
	return doubts_seen(r);
}

void
mk_review_put(struct mk_review *r, struct mk_buf *out)
{
	const char *purpose = mk_tui_session(r->v.tui)->purpose;
	char value[1024];
	for (size_t i = F_NAME; i < F_ALL; i++)
		/* Of a person who is there an emptied field says nothing: what is kept stays. */
		if (changed_value(r, i, value, sizeof value) &&
		    (value[0] != '\0' || r->subject[0] == '\0'))
			mk_subject_put_field(out, mk_subject_field_name(lines[i].field), value);
	mk_wipe(value, sizeof value);
	if (r->subject[0] != '\0')
		mk_subject_put_field(out, "subject", r->subject);
	else if (purpose[0] != '\0')
		mk_subject_put_field(out, "purposes", purpose);
	for (size_t i = F_NUMBER; !r->as_read && i <= F_AGAIN; i++) {
		const struct mk_secret *digits = mk_form_edit(&r->form, i)->text;
		if (digits->len > 0)
			mk_put_bytes(out, MK_T_number, digits->data, digits->len);
	}
}

void
mk_review_blame(struct mk_review *r, int err, const struct mk_msg *reply)
{
	struct mk_item it;
	if (err == MK_E_NUMBER)
		mk_form_focus(&r->form, F_NUMBER);
	if (!mk_find(reply->body.data, reply->body.len, MK_T_message, &it))
		return;
	/* The daemon's sentences about a field begin with its name: "birth is not valid". */
	for (size_t i = F_NAME; i < F_ALL; i++) {
		const char *name = mk_subject_field_name(lines[i].field);
		size_t n = strlen(name);
		if (it.len > n && memcmp(it.p, name, n) == 0 && it.p[n] == ' ')
			mk_form_focus(&r->form, i);
	}
}
