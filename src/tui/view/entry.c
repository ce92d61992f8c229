/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry of the audit trail in words. The screens do not link the trail: its codes stand here as
 * texts, and one that is not known is shown as it is.
 */
#include "view/trail_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/base/width.h"
#include "mynakura/report/words.h"

#define LABEL_CELLS 20
#define HASH_DIGITS 64
#define FIELD_MAX 4096

/* Those that are asked for most come first: the filter offers them in this order. */
static const struct {
	const char *code, *words;
} actions[] = {
    {"reveal", N_("show a number")},
    {"export", N_("export")},
    {"capture", N_("scan")},
    {"review_show", N_("look at a scan")},
    {"review_accept", N_("accept a scan")},
    {"review_reject", N_("throw a scan away")},
    {"subject_add", N_("enter a person")},
    {"subject_set", N_("correct a person")},
    {"subject_show", N_("look at a person")},
    {"subject_history", N_("look at a history")},
    {"subject_list", N_("look at people")},
    {"review_list", N_("look at the queue")},
    {"login", N_("log in")},
    {"login_failed", N_("log in (failed)")},
    {"lock", N_("lock")},
    {"session_end", N_("end of the session")},
    {"denied", N_("something not permitted")},
    {"alarm", N_("alarm")},
    {"member_add", N_("add a member")},
    {"member_activate", N_("activate a member")},
    {"member_disable", N_("disable a member")},
    {"member_enable", N_("enable a member")},
    {"member_reset", N_("new one-time code")},
    {"member_passphrase", N_("change the passphrase")},
    {"member_list", N_("look at members")},
    {"ledger_add", N_("add a ledger")},
    {"ledger_grant", N_("grant a ledger")},
    {"ledger_revoke", N_("take a grant away")},
    {"ledger_list", N_("look at ledgers")},
    {"office_add", N_("add a firm")},
    {"office_set", N_("change a firm")},
    {"office_list", N_("look at firms")},
    {"approval_request", N_("ask for a second person")},
    {"approval_grant", N_("grant a request")},
    {"approval_deny", N_("refuse a request")},
    {"approval_void", N_("a request became void")},
    {"approval_list", N_("look at approvals")},
    {"approval_show", N_("look at a request")},
    {"transcribe", N_("copy numbers into a document")},
    {"member_set", N_("change a member")},
    {"limit_set", N_("change a limit")},
    {"key_slots", N_("look at keys")},
    {"audit_list", N_("look at the trail")},
    {"audit_verify", N_("verify the trail")},
    {"audit_anchor", N_("write a head down")},
    {"audit_anomalies", N_("look at anomalies")},
    {"witness_check", N_("compare a kept head")},
    {"status", N_("look at the state")},
    {"devices", N_("look at scanners")},
    {"init", N_("make the vault")},
    {"start", N_("start of the daemon")},
    {"stop", N_("stop of the daemon")},
    {"trail_torn", N_("torn line cut")},
    {"trail_full", N_("disk full")},
    {"clock_jump", N_("the clock jumped")},
    {"clock_confirm", N_("confirm the clock")},
    {"clock_status", N_("look at the clock")},
    {"auth", N_("log in to the computer")},
    {"lock_all", N_("lock all sessions")},
    {"purge", N_("shorten old entries")},
    {"keyring_repair", N_("keyring repaired")},
    {"checkpoint", N_("signed checkpoint")},
    {"genesis", N_("beginning of the trail")},
};
_Static_assert(sizeof actions / sizeof actions[0] == MK_TRAIL_ACTIONS, "count of actions");

const char *
mk_trail_action(size_t i, const char **words)
{
	if (i >= MK_TRAIL_ACTIONS)
		return NULL;
	*words = actions[i].words;
	return actions[i].code;
}

const char *
mk_trail_words(const char *code)
{
	for (size_t i = 0; i < MK_TRAIL_ACTIONS; i++)
		if (strcmp(actions[i].code, code) == 0)
			return _(actions[i].words);
	return code;
}

/* The request that a refusal's note names ("request=reveal"); false when it names none. */
static bool
refused_request(const struct mk_item *entry, char out[32])
{
	static const char key[] = "request=";
	char detail[256];
	mk_item_str(entry, MK_T_detail, detail, sizeof detail);
	const char *at = strstr(detail, key);
	if (at == NULL)
		return false;
	at += sizeof key - 1;
	size_t n = strcspn(at, "\" ,");
	if (n == 0 || n >= 32)
		return false;
	memcpy(out, at, n);
	out[n] = '\0';
	return true;
}

void
mk_entry_what(const struct mk_item *entry, struct mk_buf *out)
{
	char action[64], request[32];
	mk_item_str(entry, MK_T_action, action, sizeof action);
	bool refused = strcmp(action, "denied") == 0 && refused_request(entry, request);
	mk_buf_puts(out, mk_trail_words(refused ? request : action));
}

static int
error_of(const char *code)
{
	for (int e = 1; e <= MK_EI_COUNT; e++)
		if (strcmp(mk_err_code(-e), code) == 0)
			return -e;
	return 0;
}

static bool
is_refusal(int err)
{
	return err == MK_E_DENIED || err == MK_E_NO_GRANT || err == MK_E_LOCKED ||
	       err == MK_E_AUTH || err == MK_E_APPROVAL || err == MK_E_BUDGET;
}

void
mk_entry_result(const struct mk_item *entry, struct mk_buf *out, enum mk_el *el)
{
	char result[64];
	mk_item_str(entry, MK_T_result, result, sizeof result);
	if (result[0] == '\0')
		return;
	if (strcmp(result, "ok") == 0) {
		mk_buf_puts(out, _("done"));
		return;
	}
	if (strcmp(result, "intent") == 0) {
		*el = MK_EL_DIM;
		mk_buf_puts(out, _("begun"));
		return;
	}
	*el = MK_EL_BAD;
	if (strcmp(result, "unknown") == 0)
		mk_buf_puts(out, _("unclear"));
	else
		mk_buf_puts(out, is_refusal(error_of(result)) ? _("refused") : _("error"));
}

/* --- one entry in full */

static void
put_line(struct mk_buf *out, const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	size_t w = mk_width_cells(label, strlen(label));
	/* A hash has no place to be broken at: it gets a line of its own. */
	bool own_line = strlen(value) >= HASH_DIGITS && strchr(value, ' ') == NULL;
	if (own_line)
		mk_buf_printf(out, "%s\n%s\n", label, value);
	else
		mk_buf_printf(out, "%s%*s%s\n", label, w < LABEL_CELLS ? (int)(LABEL_CELLS - w) : 1,
		    "", value);
}

static void
put_field(struct mk_buf *out, const char *label, const struct mk_item *entry, unsigned tag)
{
	char value[FIELD_MAX];
	mk_item_str(entry, tag, value, sizeof value);
	put_line(out, label, value);
}

static void
put_who(struct mk_tui *t, struct mk_buf *out, const struct mk_item *entry)
{
	char actor[MK_ID_MAX], role[64];
	struct mk_buf who = MK_BUF_INIT;
	mk_item_str(entry, MK_T_actor, actor, sizeof actor);
	mk_item_str(entry, MK_T_role, role, sizeof role);
	if (actor[0] == '\0') {
		put_line(out, _("Who"), _("nobody: the program itself"));
		return;
	}
	mk_buf_puts(&who, mk_tui_member_name(t, actor));
	if (role[0] != '\0') {
		mk_buf_puts(&who, " (");
		mk_roles_words(role, &who);
		mk_buf_puts(&who, ")");
	}
	mk_buf_printf(&who, "  %s", actor);
	put_line(out, _("Who"), mk_buf_str(&who));
	mk_buf_free(&who);
}

static void
put_result(struct mk_buf *out, const struct mk_item *entry)
{
	char code[64];
	struct mk_buf words = MK_BUF_INIT;
	enum mk_el el = MK_EL_TEXT;
	mk_item_str(entry, MK_T_result, code, sizeof code);
	mk_entry_result(entry, &words, &el);
	int err = error_of(code);
	if (err < 0)
		mk_buf_printf(&words, ": %s", _(mk_err_message(err)));
	else if (strcmp(code, "intent") == 0)
		mk_buf_printf(&words, ": %s",
		    _("written before it was done; how it ended is an entry of its own"));
	else if (strcmp(code, "unknown") == 0)
		mk_buf_printf(&words, ": %s", _("interrupted before its end was recorded"));
	put_line(out, _("Result"), mk_buf_str(&words));
	mk_buf_free(&words);
}

static const char *
note_label(const char *key)
{
	static const char *const rows[][2] = {{"object", N_("Object")}, {"note", N_("Note")},
	    {"count", N_("Count")}, {"sha256", N_("SHA-256 of the file")},
	    {"stated_time", N_("Stated time")}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i][0], key) == 0)
			return _(rows[i][1]);
	return key;
}

/* A quoted text at *p into out, \" and \\ undone; false when there is none. */
static bool
quoted(const char **p, char *out, size_t cap)
{
	size_t n = 0;
	const char *s = strchr(*p, '"');
	if (s == NULL)
		return false;
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (n + 1 < cap)
			out[n++] = *s;
	}
	out[n] = '\0';
	*p = *s == '"' ? s + 1 : s;
	return *s == '"';
}

/* {"note":"...","count":"6"}: one line each. */
static void
put_notes(struct mk_buf *out, const struct mk_item *entry)
{
	char detail[FIELD_MAX], key[64], value[2048];
	mk_item_str(entry, MK_T_detail, detail, sizeof detail);
	const char *p = detail;
	if (detail[0] != '{') {
		put_line(out, _("Note"), detail);
		return;
	}
	while (quoted(&p, key, sizeof key) && quoted(&p, value, sizeof value))
		put_line(out, note_label(key), value);
}

static void
put_purpose(struct mk_buf *out, const struct mk_item *entry)
{
	char purpose[80];
	struct mk_buf words = MK_BUF_INIT;
	mk_item_str(entry, MK_T_purpose, purpose, sizeof purpose);
	mk_purpose_words(purpose, &words);
	put_line(out, _("Purpose"), mk_buf_str(&words));
	mk_buf_free(&words);
}

static void
put_place(struct mk_buf *out, const struct mk_item *entry, unsigned tag, const char *label)
{
	char value[128];
	mk_item_str(entry, tag, value, sizeof value);
	put_line(out, label, strcmp(value, "unknown") == 0 ? _("not known") : value);
}

void
mk_entry_text(struct mk_tui *t, const struct mk_item *entry, struct mk_buf *out)
{
	struct mk_buf what = MK_BUF_INIT;
	char time[MK_TIME_MAX], ledger[MK_ID_MAX], number[24];
	uint64_t uid = mk_get_u64(entry->p, entry->len, MK_T_sender_uid, UINT64_MAX);
	mk_entry_what(entry, &what);
	mk_time_format(mk_get_i64(entry->p, entry->len, MK_T_time, 0), time);
	mk_buf_printf(out, _("# Entry %llu: %s\n"),
	    (unsigned long long)mk_get_u64(entry->p, entry->len, MK_T_seq, 0), mk_buf_str(&what));
	mk_buf_free(&what);
	put_line(out, _("Time"), time);
	put_who(t, out, entry);
	put_result(out, entry);
	put_field(out, _("Whose data"), entry, MK_T_subject);
	mk_item_str(entry, MK_T_ledger, ledger, sizeof ledger);
	put_line(out, _("Ledger"), mk_tui_ledger_name(t, ledger));
	put_purpose(out, entry);
	put_field(out, _("Reason"), entry, MK_T_reason);
	put_notes(out, entry);
	mk_buf_puts(out, "\n");
	put_place(out, entry, MK_T_terminal, _("Terminal"));
	put_place(out, entry, MK_T_from, _("Came from"));
	snprintf(number, sizeof number, "%llu", (unsigned long long)uid);
	put_line(out, _("Account's number"), uid != UINT64_MAX ? number : "");
	put_field(out, _("Session"), entry, MK_T_session);
	put_field(out, _("Code"), entry, MK_T_action);
	put_field(out, _("Kind"), entry, MK_T_kind);
	put_field(out, _("Hash"), entry, MK_T_hash);
}
