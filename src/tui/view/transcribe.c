/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task is asked for: whose numbers are to be copied by hand, into which document. */
#include "view/transcribe_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "view/sign_internal.h"
#include "widget/form_internal.h"

#define DOCUMENTS_MAX 32
#define COL_CARRIES 5 /* of documents.tsv: does it carry the number */
#define COL_JA 6
#define COL_EN 7
#define TEXT_ROWS 4

struct transcribe {
	struct mk_view v;
	struct mk_form form;
	struct mk_subject_arg *people;
	size_t n;
	char code[DOCUMENTS_MAX][64], words[DOCUMENTS_MAX][160];
	const char *choices[DOCUMENTS_MAX];
	size_t documents;
	bool waiting;
};

static void
collect_documents(struct transcribe *k)
{
	struct mk_row row;
	for (size_t i = 0;
	     k->documents < DOCUMENTS_MAX && mk_table_row(MK_TABLE_documents, i, &row); i++) {
		if (row.columns <= COL_EN || strcmp(row.col[COL_CARRIES], "1") != 0)
			continue;
		(void)mk_str_copy(k->code[k->documents], sizeof k->code[0], row.col[0]);
		(void)mk_str_copy(k->words[k->documents], sizeof k->words[0],
		    row.col[mk_lang_ja() ? COL_JA : COL_EN]);
		k->choices[k->documents] = k->words[k->documents];
		k->documents++;
	}
}

static int
transcribe_open(struct mk_view *v, const void *arg)
{
	struct transcribe *k = (struct transcribe *)v;
	const struct mk_transcribe_arg *a = arg;
	collect_documents(k);
	k->people = calloc(a->n, sizeof *k->people);
	int r = k->people == NULL ? MK_E_NOMEM : 0;
	if (r == 0) {
		memcpy(k->people, a->people, a->n * sizeof *k->people);
		k->n = a->n;
		r = mk_form_choice(&k->form, N_("Document"), k->choices, k->documents);
	}
	if (r < 0)
		mk_tell(v->tui, MK_TONE_ERROR, "%s", _(mk_err_message(r)));
	return r < 0 ? r : 0;
}

static bool
transcribe_key(struct mk_view *v, const struct mk_key *key)
{
	struct transcribe *k = (struct transcribe *)v;
	bool save = key->code == MK_KEY_CHAR && key->ch == 'd' && key->mods == MK_MOD_CTRL;
	return k->waiting ? mk_key_is_text(key) : !save && mk_form_key(&k->form, key);
}

static void
got_asked(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct mk_tui *t = v->tui;
	struct mk_item it;
	(void)tag;
	((struct transcribe *)v)->waiting = false;
	bool waits = mk_find(reply->body.data, reply->body.len, MK_T_approval, &it);
	if (r < 0 && r != MK_E_APPROVAL) {
		mk_tell_reply(t, r, reply);
		return;
	}
	mk_view_close(v);
	if (waits)
		mk_tell(t, MK_TONE_GOOD, "%s",
		    _("Asked and recorded. When a chief has granted it, it stands under Approvals: "
		      "there Enter shows the people one by one."));
}

static void
ask_it(struct transcribe *k)
{
	const struct mk_tui_session *s = mk_tui_session(k->v.tui);
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_transcribe, 0);
	mk_put_str(&req.body, MK_T_ledger, k->people[0].ledger);
	for (size_t i = 0; i < k->n; i++)
		mk_put_str(&req.body, MK_T_subject, k->people[i].id);
	mk_put_str(&req.body, MK_T_document, k->code[k->form.field[0].chosen]);
	if (s->ledger != NULL && s->purpose[0] != '\0' &&
	    strcmp(s->ledger->id, k->people[0].ledger) == 0)
		mk_put_str(&req.body, MK_T_purpose, s->purpose);
	k->waiting = true;
	mk_view_ask(&k->v, &req, got_asked, 0);
}

static bool
transcribe_act(struct mk_view *v, enum mk_act a)
{
	struct transcribe *k = (struct transcribe *)v;
	if (k->waiting)
		return a == MK_ACT_save || a == MK_ACT_enter || a == MK_ACT_back;
	if (mk_form_act(&k->form, a))
		return true;
	if (a != MK_ACT_save && a != MK_ACT_enter)
		return false;
	ask_it(k);
	return true;
}

static void
transcribe_draw(struct mk_view *v, struct mk_area area)
{
	struct transcribe *k = (struct transcribe *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	int x = area.x + 1, w = area.w - 2, end = area.y + area.h;
	int y = area.y + mk_draw_wrapped(term, area.y, x, w, TEXT_ROWS, MK_EL_TEXT,
			     _("A task: the numbers are copied by hand into a document. A chief "
			       "grants people and document once; then they are shown one by one, "
			       "each look recorded, without cost to the budget. Space marks people "
			       "in the list."));
	mk_form_draw(&k->form, term, (struct mk_area){y + 1, area.x, 1, area.w});
	mk_drawf(term, y + 3, x, w, MK_EL_STRONG, _("%zu people:"), k->n);
	y += 4;
	for (size_t i = 0; i < k->n && y < end; i++, y++) {
		bool rest = y + 1 == end && i + 1 < k->n;
		mk_draw(term, y, x + 2, w - 2, MK_EL_TEXT, rest ? "..." : k->people[i].name);
	}
}

static void
transcribe_close(struct mk_view *v)
{
	struct transcribe *k = (struct transcribe *)v;
	if (k->people != NULL)
		mk_wipe(k->people, k->n * sizeof *k->people);
	free(k->people);
	mk_form_fini(&k->form);
}

const struct mk_view_ops mk_view_transcribe = {
    .name = "transcribe",
    .title = N_("Copy numbers into a document"),
    .places = MK_P_FORM | MK_P_SAVE | MK_P_BACK,
    .size = sizeof(struct transcribe),
    .open = transcribe_open,
    .key = transcribe_key,
    .act = transcribe_act,
    .draw = transcribe_draw,
    .close = transcribe_close,
};
