/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request for a second person, in full: what would be done, with whom, into what. It is granted
 * from here only when all of it has come, and the grant names the digest of what was shown.
 */
#include "view/approval_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/model/table.h"
#include "mynakura/policy/limit.h"
#include "mynakura/report/words.h"
#include "view/rows_internal.h"
#include "view/sign_internal.h"
#include "view/trail_internal.h"
#include "widget/pager_internal.h"

#define GRANT_WORD "grant"
#define PAGES_MAX 200 /* a bound against a daemon gone wrong: the rest is never granted */
#define LINES_BYTES 400 /* so much of what would be done stands in the question as well */

struct approval {
	struct mk_view v;
	struct mk_pager pager;
	char id[MK_ID_MAX], requester[MK_ID_MAX], request[32], state[16], digest[80];
	uint64_t count;
	unsigned pages;
	int64_t deadline;
	bool may, whole; /* the session may decide it; all pages are here */
	bool wants_grant; /* its key came before them */
	struct mk_buf head, lines, hashes, people; /* parts of the text */
	struct mk_export_wish wish; /* of an export: to be made again */
};

/* --- words */

static void
document_words(const char *code, struct mk_buf *out)
{
	struct mk_row row;
	bool found = mk_table_find(MK_TABLE_documents, code, &row) && row.columns >= 2;
	mk_buf_puts(out, !found         ? code
			 : mk_lang_ja() ? row.col[row.columns - 2]
					: row.col[row.columns - 1]);
}

static void
limit_words(const char *name, struct mk_buf *out)
{
	int i = mk_limit_find(name);
	mk_buf_puts(out, i < 0 ? name : _(mk_limit_words(i)));
}

/* "clerk -> chief" */
static void
roles_words(const char *sets, struct mk_buf *out)
{
	static const char arrow[] = " -> ";
	char first[128];
	const char *at = strstr(sets, arrow);
	if (at == NULL || (size_t)(at - sets) >= sizeof first) {
		mk_roles_words(sets, out);
		return;
	}
	snprintf(first, sizeof first, "%.*s", (int)(at - sets), sets);
	mk_roles_words(first, out);
	mk_buf_puts(out, arrow);
	mk_roles_words(at + sizeof arrow - 1, out);
}

/* --- the text */

static void
put_field(struct mk_buf *out, const char *label, const char *value)
{
	if (value[0] != '\0')
		mk_buf_printf(out, "%s: %s\n", label, value);
}

static void
put_moment(struct mk_buf *out, const char *label, int64_t t)
{
	struct mk_buf s = MK_BUF_INIT;
	mk_put_time(t, &s);
	if (t > 0)
		put_field(out, label, mk_buf_str(&s));
	mk_buf_free(&s);
}

static void
put_member(struct mk_tui *t, const struct mk_msg *reply, unsigned tag, const char *label,
    struct mk_buf *out)
{
	char id[MK_ID_MAX] = "";
	(void)mk_get_str(reply->body.data, reply->body.len, tag, id, sizeof id);
	put_field(out, label, id[0] != '\0' ? mk_tui_member_name(t, id) : "");
}

static void
put_head(struct approval *a, const struct mk_msg *reply)
{
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	struct mk_buf *out = &a->head;
	enum mk_el el = MK_EL_TEXT;
	char s[600] = "";
	mk_buf_reset(out);
	mk_buf_printf(out, "# %s\n", mk_trail_words(a->request));
	put_member(a->v.tui, reply, MK_T_requester, _("Who asks"), out);
	(void)mk_get_str(b, len, MK_T_ledger, s, sizeof s);
	put_field(out, _("Ledger"), s[0] != '\0' ? mk_tui_ledger_name(a->v.tui, s) : "");
	if (a->count > 0)
		mk_buf_printf(out, "%s: %llu\n", _("People"), (unsigned long long)a->count);
	put_moment(out, _("Asked"), mk_get_i64(b, len, MK_T_time, 0));
	put_moment(out, _("Until"), a->deadline);
	put_field(out, _("State"), mk_approval_state(a->state, &el));
	put_member(a->v.tui, reply, MK_T_approver, _("Decided by"), out);
	(void)mk_str_copy(a->wish.person.ledger, sizeof a->wish.person.ledger, s);
	s[0] = '\0';
	(void)mk_get_str(b, len, MK_T_reason, s, sizeof s);
	put_field(out, _("Reason"), s);
}

static void
take_person(void *arg, const struct mk_item *item)
{
	struct approval *a = arg;
	char id[MK_ID_MAX], code[65], name[264];
	mk_item_str(item, MK_T_subject, id, sizeof id);
	mk_item_str(item, MK_T_code, code, sizeof code);
	mk_item_str(item, MK_T_name, name, sizeof name);
	bool shown = mk_get_bool(item->p, item->len, MK_T_shown, false);
	if (a->count == 1) {
		memcpy(a->wish.person.id, id, sizeof id);
		(void)mk_str_copy(
		    a->wish.person.name, sizeof a->wish.person.name, name[0] != '\0' ? name : id);
	}
	mk_buf_printf(&a->people, "  %s%s%s%s%s\n", name[0] != '\0' ? name : id,
	    code[0] != '\0' ? "  " : "", code, shown ? "  " : "", shown ? _("(shown)") : "");
}

/* What a line of the daemon is about, and how its value is said; NULL: as it stands. */
static const struct {
	const char *key, *label;
	void (*words)(const char *value, struct mk_buf *out);
} known[] = {
    {"profile", N_("Profile"), NULL},
    {"profile sha256", N_("Profile's SHA-256"), NULL},
    {"purpose", N_("Purpose"), mk_purpose_words},
    {"destination", N_("Where it goes"), NULL},
    {"disk", N_("Disk"), NULL},
    {"rows sha256", N_("Data's SHA-256"), NULL},
    {"document", N_("Document"), document_words},
    {"limit", N_("Limit"), limit_words},
    {"from", N_("From"), NULL},
    {"to", N_("To"), NULL},
    {"member", N_("Member"), NULL},
    {"account", N_("Account"), NULL},
    {"name", N_("Name"), NULL},
    {"roles", N_("Roles"), roles_words},
    {"until", N_("Last day"), NULL},
    {"clock", N_("Clock"), NULL},
};

/* "key: value". */
static void
put_line(struct approval *a, const char *line, size_t len)
{
	struct mk_buf *out = &a->lines;
	char text[1024], *colon;
	snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
	size_t i = 0, n = sizeof known / sizeof known[0];
	if ((colon = strstr(text, ": ")) != NULL)
		*colon = '\0';
	while (colon != NULL && i < n && strcmp(known[i].key, text) != 0)
		i++;
	if (colon == NULL || i == n) {
		mk_buf_printf(out, "%.*s\n", (int)len, line);
		return;
	}
	if (strstr(text, "sha256") != NULL)
		out = &a->hashes;
	if (strcmp(text, "profile") == 0)
		(void)mk_str_copy(a->wish.profile, sizeof a->wish.profile, colon + 2);
	else if (strcmp(text, "destination") == 0)
		(void)mk_str_copy(a->wish.destination, sizeof a->wish.destination, colon + 2);
	mk_buf_printf(out, "%s: ", _(known[i].label));
	if (known[i].words != NULL)
		known[i].words(colon + 2, out);
	else
		mk_buf_puts(out, colon + 2);
	mk_buf_puts(out, "\n");
}

static void
take_lines(struct approval *a, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_line)
			continue;
		put_line(a, (const char *)it.p, it.len);
	}
}

static void
make_text(struct approval *a)
{
	struct mk_buf *out = &a->pager.text;
	mk_buf_reset(out);
	mk_buf_puts(out, mk_buf_str(&a->head));
	if (a->lines.len > 0)
		mk_buf_printf(
		    out, "\n# %s\n%s", _("What would be done, in full"), mk_buf_str(&a->lines));
	if (a->people.len > 0)
		mk_buf_printf(out, "\n# %s\n%s", _("These people"), mk_buf_str(&a->people));
	if (a->hashes.len > 0)
		mk_buf_printf(out, "\n# %s\n%s", _("To be compared"), mk_buf_str(&a->hashes));
	if (!a->whole)
		mk_buf_printf(out, "...\n");
}

/* --- asking */

static void ask_grant(struct approval *a);
static void got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag);

static void
ask_page(struct approval *a, const char *cursor)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_approval_show, 0);
	mk_put_str(&req.body, MK_T_approval, a->id);
	mk_put_str(&req.body, MK_T_cursor, cursor);
	mk_view_ask(&a->v, &req, got_page, cursor == NULL ? 0 : 1);
}

static void
take_first(struct approval *a, const struct mk_msg *reply)
{
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	mk_buf_reset(&a->lines);
	mk_buf_reset(&a->hashes);
	mk_buf_reset(&a->people);
	(void)mk_get_str(b, len, MK_T_request, a->request, sizeof a->request);
	(void)mk_get_str(b, len, MK_T_requester, a->requester, sizeof a->requester);
	(void)mk_get_str(b, len, MK_T_state, a->state, sizeof a->state);
	(void)mk_get_str(b, len, MK_T_digest, a->digest, sizeof a->digest);
	a->count = mk_get_u64(b, len, MK_T_count, 0);
	a->deadline = mk_get_i64(b, len, MK_T_deadline, 0);
	a->may = mk_get_bool(b, len, MK_T_ok, false);
	put_head(a, reply);
}

static void
got_page(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct approval *a = (struct approval *)v;
	char cursor[700] = "";
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	if (tag == 0)
		take_first(a, reply);
	take_lines(a, reply);
	mk_reply_items(reply, take_person, a);
	a->whole =
	    mk_get_str(reply->body.data, reply->body.len, MK_T_cursor, cursor, sizeof cursor) < 0;
	a->pages = tag == 0 ? 1 : a->pages + 1;
	if (!a->whole && a->pages < PAGES_MAX)
		ask_page(a, cursor);
	make_text(a);
	if (a->whole && a->wants_grant && a->may)
		ask_grant(a);
}

static void
refresh(struct mk_view *v)
{
	struct approval *a = (struct approval *)v;
	a->whole = false;
	ask_page(a, NULL);
}

static int
approval_open(struct mk_view *v, const void *arg)
{
	struct approval *a = (struct approval *)v;
	memcpy(a->id, ((const struct mk_approval_arg *)arg)->id, sizeof a->id);
	refresh(v);
	return 0;
}

/* --- deciding */

static void
got_decision(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	static const char *const told[] = {N_("Granted and recorded: it can be done now, once."),
	    N_("Refused and recorded."), N_("Withdrawn and recorded.")};
	if (r < 0)
		mk_tell_refused(v->tui, r, reply);
	else
		mk_tell(v->tui, MK_TONE_GOOD, "%s", _(told[tag]));
	refresh(v);
}

static void
decide(struct approval *a, const char *reason, const struct mk_secret *passphrase, uintptr_t what)
{
	struct mk_msg req;
	mk_msg_init(&req, passphrase != NULL ? MK_REQ_approval_grant : MK_REQ_approval_deny, 0);
	mk_put_str(&req.body, MK_T_approval, a->id);
	mk_put_str(&req.body, MK_T_reason, reason);
	if (passphrase != NULL) {
		mk_put_str(&req.body, MK_T_digest, a->digest[0] != '\0' ? a->digest : NULL);
		mk_put_bytes(&req.body, MK_T_passphrase, passphrase->data, passphrase->len);
	}
	mk_view_ask(&a->v, &req, got_decision, what);
}

static void
granted(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	(void)typed;
	decide((struct approval *)v, NULL, passphrase, 0);
}

static void
refused(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	(void)passphrase;
	decide((struct approval *)v, typed, NULL, 1);
}

static void
withdrawn(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	(void)typed;
	(void)passphrase;
	decide((struct approval *)v, "withdrawn", NULL, 2);
}

static void
put_question(struct approval *a, struct mk_buf *out)
{
	mk_buf_printf(out, "%s: %s\n", mk_tui_member_name(a->v.tui, a->requester),
	    mk_trail_words(a->request));
	if (a->count > 0)
		mk_buf_printf(out, _("It is about the numbers of %llu people.\n"),
		    (unsigned long long)a->count);
	if (a->lines.len < LINES_BYTES)
		mk_buf_puts(out, mk_buf_str(&a->lines));
	mk_buf_puts(out,
	    _("With your grant exactly this can be done once, until the time is over. Your name "
	      "stays beside it on the audit trail: grant only what you have read."));
}

static void
ask_grant(struct approval *a)
{
	struct mk_buf text = MK_BUF_INIT;
	a->wants_grant = !a->whole; /* nobody grants what has not been shown */
	if (!a->whole)
		return;
	put_question(a, &text);
	const struct mk_sign_arg arg = {
	    .text = mk_buf_str(&text), .word = GRANT_WORD, .passphrase = true, .done = granted};
	(void)mk_sign_open(a->v.tui, &arg);
	mk_buf_free(&text);
}

static void
ask_refuse(struct approval *a)
{
	const struct mk_sign_arg arg = {
	    .text = _("It is refused for good; whoever asked can read your reason."),
	    .label = N_("Reason"),
	    .cap = 500,
	    .done = refused};
	(void)mk_sign_open(a->v.tui, &arg);
}

static void
ask_withdraw(struct approval *a)
{
	const struct mk_sign_arg arg = {
	    .text = _("Your request is taken back."), .done = withdrawn};
	(void)mk_sign_open(a->v.tui, &arg);
}

/* Where it is gone on with: the screen it came from. */
static void
use(struct approval *a)
{
	struct mk_tui *t = a->v.tui;
	struct mk_approval_arg one;
	const struct mk_view_ops *where = &mk_view_members;
	memcpy(one.id, a->id, sizeof one.id);
	if (strcmp(a->request, "transcribe") == 0) {
		(void)mk_view_open(t, &mk_view_walk, &one);
		return;
	}
	bool file = strcmp(a->request, "export") == 0;
	if (file)
		where = &mk_view_export;
	else if (strcmp(a->request, "limit_set") == 0)
		where = &mk_view_limits;
	else if (strcmp(a->request, "clock_confirm") == 0)
		where = &mk_view_clock;
	if (mk_view_open(t, where, file ? &a->wish : NULL) == 0)
		mk_tell(t, MK_TONE_GOOD, "%s",
		    _("It is granted: do exactly the same here once more. Whatever is changed in "
		      "it "
		      "voids the grant."));
}

/* --- the view */

static unsigned
approval_places(const struct mk_view *v)
{
	const struct approval *a = (const struct approval *)v;
	const struct mk_tui_session *s = mk_tui_session(v->tui);
	bool waiting = strcmp(a->state, "waiting") == 0,
	     granted_now = strcmp(a->state, "granted") == 0;
	bool own = strcmp(a->requester, s->member) == 0;
	/* Where there is no second person, a task opens by the time: the daemon says when. */
	bool task = strcmp(a->request, "transcribe") == 0;
	return (a->may && waiting ? MK_P_DECIDE : 0) |
	       (own && (waiting || granted_now) ? MK_P_OWN : 0) |
	       (own && (granted_now || (waiting && task)) ? MK_P_USE : 0);
}

static bool
approval_act(struct mk_view *v, enum mk_act act)
{
	struct approval *a = (struct approval *)v;
	switch (act) {
	case MK_ACT_grant:
		ask_grant(a);
		return true;
	case MK_ACT_deny:
		ask_refuse(a);
		return true;
	case MK_ACT_withdraw:
		ask_withdraw(a);
		return true;
	case MK_ACT_use:
		use(a);
		return true;
	default:
		return mk_pager_act(&a->pager, act);
	}
}

static bool
approval_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_pager_mouse(&((struct approval *)v)->pager, key);
}

static void
approval_draw(struct mk_view *v, struct mk_area area)
{
	mk_pager_draw(&((struct approval *)v)->pager, mk_tui_term(v->tui), area);
}

static void
approval_close(struct mk_view *v)
{
	struct approval *a = (struct approval *)v;
	mk_pager_fini(&a->pager);
	mk_buf_free(&a->head);
	mk_buf_free(&a->lines);
	mk_buf_free(&a->hashes);
	mk_buf_free(&a->people);
}

const struct mk_view_ops mk_view_approval = {
    .name = "approval",
    .title = N_("Approval"),
    .places = MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct approval),
    .open = approval_open,
    .more_places = approval_places,
    .key = approval_key,
    .act = approval_act,
    .draw = approval_draw,
    .shown = refresh,
    .close = approval_close,
};
