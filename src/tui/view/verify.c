/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daemon walks the whole trail, link by link and signature by signature, and the verdict is
 * said in words: what to compare when it is whole, what to do when it is not.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/report/slip.h"
#include "mynakura/report/words.h"
#include "widget/pager_internal.h"

#define HASH_BYTES 32
#define SLIP_LETTERS 20
#define VERDICT_ROWS 2

enum verdict { WALKING, WHOLE, BROKEN, UNKNOWN };

struct verify {
	struct mk_view v;
	struct mk_pager pager;
	enum verdict verdict;
	uint64_t entries; /* that the trail holds, while it is walked */
};

/* The first 20 letters of a hash as they stand on paper, in groups of four. */
static void
put_slip(const char *hex, struct mk_buf *out)
{
	uint8_t raw[HASH_BYTES];
	char letters[SLIP_LETTERS + 1];
	if (mk_unhex(hex, raw, sizeof raw) < 0)
		return;
	mk_base32(raw, SLIP_LETTERS, letters);
	for (size_t i = 0; i < SLIP_LETTERS; i += 4)
		mk_buf_printf(out, "%s%.4s", i > 0 ? " " : "", letters + i);
}

/* "2026-11-24T12:00:00+09:00" as people write it. */
static void
put_time(const struct mk_msg *reply, unsigned tag, struct mk_buf *out)
{
	char s[64] = "";
	(void)mk_get_str(reply->body.data, reply->body.len, tag, s, sizeof s);
	mk_buf_printf(
	    out, strlen(s) >= 19 ? "%.10s %.8s" : "%.10s", s, strlen(s) >= 19 ? s + 11 : "");
}

static void
put_walked(const struct mk_msg *reply, struct mk_buf *out)
{
	struct mk_buf from = MK_BUF_INIT, to = MK_BUF_INIT;
	uint64_t n = mk_get_u64(reply->body.data, reply->body.len, MK_T_entries, 0);
	put_time(reply, MK_T_from, &from);
	put_time(reply, MK_T_to, &to);
	mk_buf_printf(out, _("%llu entries in order, from %s to %s (Japan time)\n"),
	    (unsigned long long)n, mk_buf_str(&from), mk_buf_str(&to));
	mk_buf_free(&from);
	mk_buf_free(&to);
}

static void
put_head(const struct mk_msg *reply, struct mk_buf *out)
{
	char head[128] = "", key[128] = "";
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	(void)mk_get_str(b, len, MK_T_head, head, sizeof head);
	(void)mk_get_str(b, len, MK_T_key, key, sizeof key);
	mk_buf_printf(out, "\n# %s\n", _("Head: the last entry that is in order"));
	put_slip(head, out);
	mk_buf_printf(out, "\n%s\n", head);
	if (key[0] == '\0')
		return;
	mk_buf_printf(out, "\n# %s\n", _("Fingerprint of the record's first key"));
	put_slip(key, out);
	mk_buf_printf(out, "\n%s\n", key);
}

/*
 * The code is ink on paper. Where letters are light on dark, ink and paper change places, so that a
 * camera sees it as on paper.
 */
static void
put_inverted(const char *rows, struct mk_buf *out)
{
	static const char *const pairs[][2] = {{" ", "█"}, {"█", " "}, {"▀", "▄"}, {"▄", "▀"}};
	while (*rows != '\0') {
		size_t i = 0, n = sizeof pairs / sizeof pairs[0];
		while (i < n && strncmp(rows, pairs[i][0], strlen(pairs[i][0])) != 0)
			i++;
		if (i < n)
			mk_buf_puts(out, pairs[i][1]);
		else
			mk_buf_put(out, rows, 1);
		rows += i < n ? strlen(pairs[i][0]) : 1;
	}
}

/* What a telephone reads off the screen: count, head and key whole. */
static void
put_code(struct mk_tui *t, const struct mk_msg *reply, struct mk_buf *out)
{
	char head[128] = "", key[128] = "", text[MK_SLIP_TEXT_MAX];
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	struct mk_buf rows = MK_BUF_INIT;
	(void)mk_get_str(b, len, MK_T_head, head, sizeof head);
	(void)mk_get_str(b, len, MK_T_key, key, sizeof key);
	const struct mk_slip slip = {
	    .count = mk_get_u64(b, len, MK_T_entries, 0), .head = head, .key = key};
	int r = mk_slip_text(&slip, MK_SLIP_UTF8, text);
	if (r == 0)
		r = mk_slip_qr(text, MK_SLIP_UTF8, false, &rows, NULL);
	if (r == 0) {
		mk_buf_printf(out, "\n# %s\n", _("Head and fingerprint as a code"));
		if (mk_term_looks(mk_tui_term(t))->dark)
			put_inverted(mk_buf_str(&rows), out);
		else
			mk_buf_puts(out, mk_buf_str(&rows));
		mk_buf_printf(out, "%s\n", text);
	}
	mk_buf_free(&rows);
}

static void
whole_text(struct mk_tui *t, const struct mk_msg *reply, struct mk_buf *out)
{
	put_walked(reply, out);
	mk_buf_printf(out, "%s\n",
	    _("Every entry follows from the one before it, and every "
	      "checkpoint's signature is right."));
	put_head(reply, out);
	mk_buf_printf(out, "\n# %s\n%s\n", _("Compare with the paper"),
	    _("This computer cannot vouch for itself. The fingerprint must be the one that was "
	      "written down when the office was made: else this is another record. A head that "
	      "was written down earlier (mynakura audit anchor) must still be in the record: copy "
	      "the folder 'trail' to another computer and run there:"));
	mk_buf_puts(out, "mynakura-verify --head HEAD --key FILE DIR\n");
	put_code(t, reply, out);
}

/* Why an entry is not in order, by the verdict's code: the words of mynakura-trail(5). */
static const struct {
	const char *code, *words;
} reasons[] = {
    {"segment", N_("a file with the name of no segment stands in the trail")},
    {"syntax", N_("this is not a line of a trail")},
    {"seq", N_("an entry is missing, doubled or out of its place")},
    {"leaf", N_("the entry's text has been changed")},
    {"link", N_("the entry does not follow from the one before it")},
    {"genesis", N_("the trail does not begin with its genesis record")},
    {"key", N_("the trail begins with another key than the given one")},
    {"checkpoint", N_("a checkpoint record is not well formed or not in its turn")},
    {"signature", N_("a checkpoint's signature does not verify")},
    {"unsigned", N_("more than 4096 entries without a checkpoint")},
    {"head", N_("the kept head is not in this trail: entries were cut or replaced")},
    {"torn", N_("the last line is torn: an interrupted write, everything before it is whole")},
};

static void
put_why(const struct mk_msg *reply, struct mk_buf *out)
{
	char code[32] = "";
	struct mk_item why;
	const void *b = reply->body.data;
	(void)mk_get_str(b, reply->body.len, MK_T_code, code, sizeof code);
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		if (strcmp(reasons[i].code, code) == 0) {
			mk_buf_puts(out, _(reasons[i].words));
			return;
		}
	}
	if (mk_find(b, reply->body.len, MK_T_why, &why))
		mk_sentence((const char *)why.p, why.len, out);
}

static void
broken_text(const struct mk_msg *reply, struct mk_buf *out)
{
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	mk_buf_printf(out, _("Entry %llu is the first that is not in order:\n"),
	    (unsigned long long)mk_get_u64(b, len, MK_T_seq, 0));
	put_why(reply, out);
	mk_buf_printf(out, "\n\n# %s\n", _("Before it"));
	put_walked(reply, out);
	mk_buf_printf(out, "\n# %s\n", _("What to do now"));
	mk_buf_printf(out, "1. %s\n",
	    _("Leave everything as it is: change, repair and delete nothing, do not restart."));
	mk_buf_printf(out, "2. %s\n",
	    _("Call the chief and the auditor now; write down day, time and this text."));
	mk_buf_printf(out, "3. %s\n",
	    _("Have the administrator copy the whole folder of mynakura to another medium, and "
	      "keep the copy."));
	mk_buf_printf(out, "4. %s\n",
	    _("Verify the copy on another computer with mynakura-verify; compare the heads that "
	      "were written down."));
	put_head(reply, out);
}

static void
got_verdict(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct verify *y = (struct verify *)v;
	(void)tag;
	if (r < 0) {
		y->verdict = UNKNOWN;
		mk_error_words(r, reply, &y->pager.text);
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	bool ok = mk_get_bool(reply->body.data, reply->body.len, MK_T_ok, false);
	y->verdict = ok ? WHOLE : BROKEN;
	if (ok)
		whole_text(v->tui, reply, &y->pager.text);
	else
		broken_text(reply, &y->pager.text);
	if (!ok)
		mk_term_bell(mk_tui_term(v->tui));
}

static void
got_status(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r == 0)
		((struct verify *)v)->entries =
		    mk_get_u64(reply->body.data, reply->body.len, MK_T_seq, 0);
}

static int
verify_open(struct mk_view *v, const void *arg)
{
	struct mk_msg req;
	(void)arg;
	mk_msg_init(&req, MK_REQ_status, 0);
	mk_view_ask(v, &req, got_status, 0);
	mk_msg_init(&req, MK_REQ_audit_verify, 0);
	mk_view_ask(v, &req, got_verdict, 0);
	return 0;
}

static bool
verify_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_pager_mouse(&((struct verify *)v)->pager, key);
}

static bool
verify_act(struct mk_view *v, enum mk_act a)
{
	return mk_pager_act(&((struct verify *)v)->pager, a);
}

static void
verify_draw(struct mk_view *v, struct mk_area area)
{
	static const struct {
		enum mk_el el;
		const char *words;
	} verdicts[] = {[WALKING] = {MK_EL_TEXT, NULL},
	    [WHOLE] = {MK_EL_GOOD, N_("The record is whole.")},
	    [BROKEN] = {MK_EL_BAD, N_("The record is NOT whole.")},
	    [UNKNOWN] = {MK_EL_BAD, N_("The record could not be verified.")}};
	struct verify *y = (struct verify *)v;
	struct mk_term *term = mk_tui_term(v->tui);
	if (y->verdict == WALKING) {
		mk_drawf(term, area.y, area.x + 1, area.w - 2, MK_EL_TEXT,
		    _("walking through %llu entries"), (unsigned long long)y->entries);
		mk_draw_cursor(term, area.y, area.x + 1);
		return;
	}
	mk_draw(term, area.y, area.x + 1, area.w - 2, verdicts[y->verdict].el,
	    _(verdicts[y->verdict].words));
	area.y += VERDICT_ROWS;
	area.h -= VERDICT_ROWS;
	mk_pager_draw(&y->pager, term, area);
}

static void
verify_close(struct mk_view *v)
{
	mk_pager_fini(&((struct verify *)v)->pager);
}

const struct mk_view_ops mk_view_verify = {
    .name = "verify",
    .title = N_("Verify the record"),
    .places = MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct verify),
    .open = verify_open,
    .key = verify_key,
    .act = verify_act,
    .draw = verify_draw,
    .close = verify_close,
};
