/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the office: who holds one, and what each opens. No key itself is ever shown. */
#include "view/views_internal.h"

#include <string.h>

#include "mynakura/report/words.h"
#include "view/rows_internal.h"

struct keys {
	struct mk_rows rows;
};

/* A slot's kind in words; the code itself when it is none of the known. */
static const char *
kind_words(const char *kind)
{
	static const struct {
		const char *code, *words;
	} kinds[] = {{"member", N_("passphrase")}, {"code", N_("one-time code")},
	    {"recovery", N_("recovery sheet")}};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].code, kind) == 0)
			return _(kinds[i].words);
	return kind;
}

/* Calls f for each ledger that a slot opens. */
static void
each_grant(
    const struct mk_item *slot, void (*f)(void *arg, const struct mk_item *ledger), void *arg)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, slot->p, slot->len);
	while (mk_item_next(&rd, &it) > 0)
		if (it.tag == MK_T_item)
			f(arg, &it);
}

struct counts {
	size_t ledgers, due;
};

static void
count_ledger(void *arg, const struct mk_item *ledger)
{
	struct counts *c = arg;
	c->ledgers++;
	c->due += mk_get_bool(ledger->p, ledger->len, MK_T_ok, true) ? 0 : 1;
}

static void
put_whose(struct mk_rows *rows, const struct mk_item *slot, struct mk_buf *out)
{
	char id[MK_ID_MAX], name[264];
	mk_item_str(slot, MK_T_member, id, sizeof id);
	mk_item_str(slot, MK_T_name, name, sizeof name);
	if (name[0] == '\0' && id[0] != '\0')
		mk_buf_puts(out, mk_tui_member_name(rows->v.tui, id));
	else
		mk_buf_puts(out, name[0] != '\0' ? name : _("the office"));
}

enum col { WHOSE, KIND, MADE, FINGERPRINT, OPENS };

static void
cell(void *arg, size_t row, size_t col, struct mk_buf *out, enum mk_el *el)
{
	struct mk_rows *rows = arg;
	const struct mk_item it = mk_rows_at(rows, row);
	char s[128];
	struct counts c = {0, 0};
	switch (col) {
	case WHOSE:
		put_whose(rows, &it, out);
		break;
	case KIND:
		mk_item_str(&it, MK_T_kind, s, sizeof s);
		*el = strcmp(s, "code") == 0 ? MK_EL_DOUBT : MK_EL_TEXT;
		mk_buf_puts(out, kind_words(s));
		break;
	case MADE:
		mk_put_time(mk_get_i64(it.p, it.len, MK_T_time, 0), out);
		break;
	case FINGERPRINT:
		mk_rows_put(rows, row, MK_T_fingerprint, out);
		break;
	default:
		each_grant(&it, count_ledger, &c);
		*el = c.due > 0 ? MK_EL_DOUBT : MK_EL_TEXT;
		mk_buf_printf(out, _("%zu ledgers"), c.ledgers);
		if (c.due > 0)
			mk_buf_printf(out, " ! %s", _("old key"));
	}
}

/* --- one of them */

struct put_to {
	struct mk_tui *t;
	struct mk_buf *out;
};

static void
put_ledger(void *arg, const struct mk_item *it)
{
	const struct put_to *to = arg;
	char ledger[MK_ID_MAX], grant[16];
	mk_item_str(it, MK_T_ledger, ledger, sizeof ledger);
	mk_item_str(it, MK_T_grant, grant, sizeof grant);
	bool due = !mk_get_bool(it->p, it->len, MK_T_ok, true);
	mk_buf_printf(to->out, "  %s: %s%s%s\n", mk_tui_ledger_name(to->t, ledger), mk_word(grant),
	    due ? "  ! " : "", due ? _("its key is to be changed") : "");
}

static void
put_moment(struct mk_buf *out, const char *label, int64_t t)
{
	if (t <= 0)
		return;
	mk_buf_printf(out, "%s: ", label);
	mk_put_time(t, out);
	mk_buf_puts(out, "\n");
}

static void
open_one(struct mk_rows *rows)
{
	struct mk_item it;
	struct mk_buf text = MK_BUF_INIT;
	struct put_to to = {rows->v.tui, &text};
	char s[264];
	if (!mk_rows_selected(rows, &it))
		return;
	mk_buf_puts(&text, "# ");
	put_whose(rows, &it, &text);
	mk_item_str(&it, MK_T_kind, s, sizeof s);
	mk_buf_printf(&text, "\n%s: %s\n", _("Kind"), kind_words(s));
	mk_item_str(&it, MK_T_account, s, sizeof s);
	if (s[0] != '\0')
		mk_buf_printf(&text, "%s: %s\n", _("Account"), s);
	put_moment(&text, _("Made"), mk_get_i64(it.p, it.len, MK_T_time, 0));
	put_moment(&text, _("Good until"), mk_get_i64(it.p, it.len, MK_T_deadline, 0));
	mk_item_str(&it, MK_T_fingerprint, s, sizeof s);
	mk_buf_printf(&text, "%s: %s\n\n# %s\n", _("Fingerprint"), s, _("Opens"));
	size_t before = text.len;
	each_grant(&it, put_ledger, &to);
	if (text.len == before)
		mk_buf_printf(&text, "  %s\n", _("no ledger"));
	mk_buf_printf(&text, "\n%s\n",
	    _("The fingerprint tells two keys apart; the key itself leaves the daemon never. When "
	      "a member was shut out, the ledgers' keys are changed at the next login of a chief "
	      "or clerk: until then an alarm stands on the first screen."));
	const struct mk_text_arg arg = {NULL, mk_buf_str(&text)};
	(void)mk_view_open(rows->v.tui, &mk_view_text, &arg);
	mk_buf_free(&text);
}

static int
keys_open(struct mk_view *v, const void *arg)
{
	static const struct mk_list_col cols[] = {[WHOSE] = {N_("Whose"), 12, 2, 0},
	    [KIND] = {N_("Kind"), 16, 1, 0},
	    [MADE] = {N_("Made"), 11, 0, 0},
	    [FINGERPRINT] = {N_("Fingerprint"), 16, 3, 76},
	    [OPENS] = {N_("Opens"), 12, 1, 0}};
	struct keys *k = (struct keys *)v;
	(void)arg;
	k->rows.pick = open_one;
	mk_rows_open(&k->rows, MK_REQ_key_slots, cols, sizeof cols / sizeof cols[0], cell);
	return 0;
}

static bool
keys_act(struct mk_view *v, enum mk_act a)
{
	struct keys *k = (struct keys *)v;
	if (a != MK_ACT_open)
		return mk_list_act(&k->rows.list, a);
	mk_rows_pick(&k->rows);
	return true;
}

static void
keys_draw(struct mk_view *v, struct mk_area area)
{
	struct keys *k = (struct keys *)v;
	mk_list_draw(&k->rows.list, mk_tui_term(v->tui), area, NULL);
}

const struct mk_view_ops mk_view_keys = {
    .name = "keys",
    .title = N_("Keys"),
    .places = MK_P_LIST | MK_P_BACK,
    .size = sizeof(struct keys),
    .open = keys_open,
    .key = mk_rows_key,
    .act = keys_act,
    .draw = keys_draw,
    .close = mk_rows_close,
};
