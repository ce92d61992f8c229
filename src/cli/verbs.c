/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of verbs: name, synopsis, help, what it needs, and for those that are a single
 * request its tags and columns.
 */
#include "cli_internal.h"

#define END                                                                                        \
	{                                                                                          \
		0, 0, NULL, NULL, 0                                                                \
	}

static const struct mk_col office_cols[] = {
    {MK_T_id, MK_COL_STR, "id", N_("Id"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_kind, MK_COL_WORD, "kind", N_("Kind"), 0},
    END,
};
static const struct mk_col office_made[] = {
    {MK_T_office, MK_COL_STR, "office", N_("Office"), 0}, END};

static const struct mk_col ledger_cols[] = {
    {MK_T_id, MK_COL_STR, "id", N_("Id"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_office, MK_COL_OFFICE, "office", N_("Office"), 0},
    {MK_T_class, MK_COL_CLASS, "class", N_("Class"), 0},
    {MK_T_purposes, MK_COL_SET, "purposes", N_("Purposes"), 0},
    {MK_T_grant, MK_COL_WORD, "grant", N_("Your right"), 0},
    END,
};
static const struct mk_col ledger_made[] = {
    {MK_T_ledger, MK_COL_STR, "ledger", N_("Ledger"), 0}, END};
static const struct mk_col grant_made[] = {{MK_T_grant, MK_COL_WORD, "grant", N_("Right"), 0}, END};

static const struct mk_col member_cols[] = {
    {MK_T_id, MK_COL_STR, "id", N_("Id"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_account, MK_COL_STR, "account", N_("Account"), 0},
    {MK_T_roles, MK_COL_ROLES, "roles", N_("Roles"), 0},
    {MK_T_until, MK_COL_STR, "until", N_("Until"), 0},
    {MK_T_state, MK_COL_WORD, "state", N_("State"), 0},
    END,
};
static const struct mk_col code_made[] = {
    {MK_T_otc, MK_COL_STR, "code", N_("One-time code"), 0}, END};

static const struct mk_col device_cols[] = {
    {MK_T_device, MK_COL_STR, "device", N_("Device"), 0},
    {MK_T_vendor, MK_COL_STR, "vendor", N_("Vendor"), 0},
    {MK_T_model, MK_COL_STR, "model", N_("Model"), 0},
    {MK_T_kind, MK_COL_STR, "kind", N_("Kind"), 0},
    END,
};

static const struct mk_col review_cols[] = {
    {MK_T_review, MK_COL_STR, "review", N_("Id"), 0},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), 0},
    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0},
    {MK_T_layout, MK_COL_WORD, "layout", N_("Layout"), 0},
    {MK_T_certain, MK_COL_BOOL, "certain", N_("Certain"), 0},
    {MK_T_member, MK_COL_MEMBER, "member", N_("Member"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Time"), 0},
    END,
};

const struct mk_col mk_subject_cols[] = {
    {MK_T_id, MK_COL_STR, "id", N_("Id"), 0},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), MK_COL_DETAIL},
    {MK_T_code, MK_COL_STR, "code", N_("Code"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_kana, MK_COL_STR, "kana", N_("Kana"), 0},
    {MK_T_birth, MK_COL_STR, "birth", N_("Born"), 0},
    {MK_T_class, MK_COL_CLASS, "class", N_("Class"), MK_COL_DETAIL},
    {MK_T_relationship, MK_COL_STR, "relationship", N_("Relationship"), 0},
    {MK_T_parent, MK_COL_STR, "parent", N_("Dependent of"), MK_COL_DETAIL},
    {MK_T_state, MK_COL_STATE, "state", N_("State"), 0},
    {MK_T_number, MK_COL_STR, "number", N_("Number"), 0},
    {MK_T_purposes, MK_COL_SET, "purposes", N_("Purposes"), MK_COL_DETAIL},
    {MK_T_disposal_due, MK_COL_STR, "disposal_due", N_("Disposal due"), MK_COL_DETAIL},
    END,
};
static const struct mk_col subject_detail[] = {
    {MK_T_id, MK_COL_STR, "id", N_("Id"), 0},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), 0},
    {MK_T_code, MK_COL_STR, "code", N_("Code"), 0},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_kana, MK_COL_STR, "kana", N_("Kana"), 0},
    {MK_T_birth, MK_COL_STR, "birth", N_("Born"), 0},
    {MK_T_sex, MK_COL_WORD, "sex", N_("Sex"), 0},
    {MK_T_address, MK_COL_STR, "address", N_("Address"), 0},
    {MK_T_class, MK_COL_CLASS, "class", N_("Class"), 0},
    {MK_T_relationship, MK_COL_STR, "relationship", N_("Relationship"), 0},
    {MK_T_parent, MK_COL_STR, "parent", N_("Dependent of"), 0},
    {MK_T_state, MK_COL_STATE, "state", N_("State"), 0},
    {MK_T_number, MK_COL_STR, "number", N_("Number"), 0},
    {MK_T_purposes, MK_COL_SET, "purposes", N_("Purposes"), 0},
    {MK_T_disposal_due, MK_COL_STR, "disposal_due", N_("Disposal due"), 0},
    {MK_T_source, MK_COL_STR, "source", N_("Source"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Time"), 0},
    END,
};

const struct mk_col mk_audit_cols[] = {
    {MK_T_seq, MK_COL_U64, "seq", N_("Seq"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Time"), 0},
    {MK_T_actor, MK_COL_MEMBER, "actor", N_("Who"), 0},
    {MK_T_role, MK_COL_ROLE, "role", N_("Role"), 0},
    {MK_T_sender_uid, MK_COL_U64, "uid", N_("Account's number"), MK_COL_DETAIL},
    {MK_T_session, MK_COL_STR, "session", N_("Session"), MK_COL_DETAIL},
    {MK_T_terminal, MK_COL_STR, "terminal", N_("Terminal"), MK_COL_DETAIL},
    {MK_T_from, MK_COL_STR, "from", N_("Came from"), MK_COL_DETAIL},
    {MK_T_action, MK_COL_STR, "action", N_("Action"), 0},
    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), MK_COL_DETAIL},
    {MK_T_purpose, MK_COL_STR, "purpose", N_("Purpose"), 0},
    {MK_T_result, MK_COL_STR, "result", N_("Result"), 0},
    {MK_T_reason, MK_COL_STR, "reason", N_("Reason"), 0},
    {MK_T_detail, MK_COL_NOTES, "detail", N_("Detail"), 0},
    {MK_T_hash, MK_COL_STR, "hash", N_("Hash"), MK_COL_DETAIL},
    END,
};

static const struct mk_col anomaly_cols[] = {
    {MK_T_kind, MK_COL_ANOMALY, "kind", N_("What"), 0},
    {MK_T_actor, MK_COL_MEMBER, "actor", N_("Who"), 0},
    {MK_T_count, MK_COL_U64, "count", N_("Times"), 0},
    {MK_T_seq, MK_COL_U64, "seq", N_("Newest entry"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Time"), 0},
    END,
};
static const struct mk_col clock_made[] = {
    {MK_T_wall, MK_COL_TIME, "wall", N_("The PC's clock"), 0}, END};
static const struct mk_col slot_cols[] = {
    {MK_T_member, MK_COL_STR, "member", N_("Member"), MK_COL_DETAIL},
    {MK_T_name, MK_COL_STR, "name", N_("Name"), 0},
    {MK_T_account, MK_COL_STR, "account", N_("Account"), 0},
    {MK_T_kind, MK_COL_WORD, "kind", N_("Kind"), 0},
    {MK_T_time, MK_COL_TIME, "time", N_("Made"), 0},
    {MK_T_deadline, MK_COL_TIME, "deadline", N_("Good until"), 0},
    {MK_T_fingerprint, MK_COL_STR, "fingerprint", N_("Key's fingerprint"), 0},
    {MK_T_item, MK_COL_KEYS, "grants", N_("Opens"), 0},
    END,
};

#define AUDIT_FILTER                                                                               \
	"[--from TIME] [--to TIME] [--actor MEMBER] [--action ACTION] [--subject SUBJECT] "        \
	"[--text "                                                                                 \
	"TEXT] [--session SESSION]"

#define REQ(r) MK_REQ_##r
#define PLAIN 0, {0, 0}, NULL

static const struct mk_verb verbs[] = {
    {"init", NULL, "--office NAME --chief NAME [--demo [--kdf SETTING]]",
	N_("make a new vault; prints the recovery sheet once (--kdf m=KIB,t=N: demo offices only)"),
	MK_NEED_DAEMON, mk_run_init, PLAIN},
    {"login", NULL, "", N_("try a login"), MK_NEED_LOGIN, mk_run_login, PLAIN},
    {"lock", NULL, "",
	N_("lock at once; with the installed service: all sessions of your account, no passphrase "
	   "asked"),
	MK_NEED_DAEMON, mk_run_lock, PLAIN},
    {"status", NULL, "[--health]",
	N_("what is open, how long the queues are, what is due; --health: only whether vault and "
	   "trail are in order, without a login"),
	MK_NEED_DAEMON, mk_run_status, PLAIN},

    {"office", "list", "", N_("firms whose numbers are kept"), MK_NEED_LOGIN, mk_run_list,
	REQ(office_list), {0, 0}, office_cols},
    {"office", "add", "NAME", N_("add a client firm"), MK_NEED_LOGIN, mk_run_act, REQ(office_add),
	{MK_T_name, 0}, office_made},
    {"office", "show", "[OFFICE]", N_("one firm; without a name your own"), MK_NEED_LOGIN,
	mk_run_office_show, REQ(office_list), {0, 0}, office_cols},
    {"office", "set", "[OFFICE] FIELD=VALUE...",
	N_("change a firm's settings (name, approvals) or a limit (limit.NAME, 'codes limits')"),
	MK_NEED_LOGIN, mk_run_office_set, PLAIN},

    {"ledger", "list", "", N_("ledgers and your right to each"), MK_NEED_LOGIN, mk_run_list,
	REQ(ledger_list), {0, 0}, ledger_cols},
    {"ledger", "add", "NAME [--office OFFICE] [--class CLASS]",
	N_("add a ledger; its purposes from --purpose, else the main one of its class ('codes "
	   "classes')"),
	MK_NEED_LOGIN, mk_run_ledger_add, REQ(ledger_add), {MK_T_name, 0}, ledger_made},
    {"ledger", "grant", "LEDGER MEMBER",
	N_("give a member the keys to a ledger that the roles allow"), MK_NEED_LOGIN, mk_run_act,
	REQ(ledger_grant), {MK_T_ledger, MK_T_member}, grant_made},
    {"ledger", "revoke", "LEDGER MEMBER", N_("take a member's keys to a ledger away"),
	MK_NEED_LOGIN, mk_run_act, REQ(ledger_revoke), {MK_T_ledger, MK_T_member}, NULL},

    {"member", "list", "", N_("members, their roles and states"), MK_NEED_LOGIN, mk_run_list,
	REQ(member_list), {0, 0}, member_cols},
    {"member", "add", "NAME --role ROLES [--account LOGIN] [--until DATE]",
	N_("add a member; prints the one-time code for 'member activate' ('codes roles')"),
	MK_NEED_LOGIN, mk_run_member_add, PLAIN},
    {"member", "activate", "NAME",
	N_("a new member's first act: the one-time code, then a passphrase of one's own"),
	MK_NEED_DAEMON, mk_run_member_activate, PLAIN},
    {"member", "set", "NAME FIELD=VALUE...",
	N_("change a member's name, roles or end (name, roles, until); a second person decides"),
	MK_NEED_LOGIN, mk_run_member_set, PLAIN},
    {"member", "disable", "NAME", N_("shut a member out"), MK_NEED_LOGIN, mk_run_act,
	REQ(member_disable), {MK_T_member, 0}, NULL},
    {"member", "enable", "NAME", N_("let a disabled member in again, with a new one-time code"),
	MK_NEED_LOGIN, mk_run_act, REQ(member_enable), {MK_T_member, 0}, code_made},
    {"member", "reset", "NAME",
	N_("a new one-time code for a member who forgot the passphrase; all grants end"),
	MK_NEED_LOGIN, mk_run_act, REQ(member_reset), {MK_T_member, 0}, code_made},
    {"member", "passphrase", "", N_("change your own passphrase"), MK_NEED_LOGIN,
	mk_run_member_passphrase, PLAIN},

    {"read", NULL, "IMAGE... [--layout LAYOUT]",
	N_("only read images, no vault (LAYOUT: auto, card-back, card-front, tsuchi, juminhyo)"),
	MK_NEED_NOTHING, mk_run_read, PLAIN},
    {"capture", NULL,
	"[--device NAME [--option NAME=VALUE]... | --file IMAGE... | --list] [--ledger LEDGER] "
	"[--subject SUBJECT]",
	N_("scan or load, read, put into the review queue; --list: the scanners"), MK_NEED_NOTHING,
	mk_run_capture, REQ(devices), {0, 0}, device_cols},

    {"review", "list", "[--ledger LEDGER]", N_("what waits for review"), MK_NEED_LOGIN, mk_run_list,
	REQ(review_list), {0, 0}, review_cols},
    {"review", "show", "REVIEW [--picture FILE]",
	N_("what was read of one item; --picture writes the image as PGM"), MK_NEED_LOGIN,
	mk_run_review_show, PLAIN},
    {"review", "accept", "REVIEW [--set FIELD=VALUE]... [--retype]",
	N_("accept an item as a subject; number=- and --retype ask for the number ('codes "
	   "fields')"),
	MK_NEED_LOGIN, mk_run_review_accept, PLAIN},
    {"review", "reject", "REVIEW --reason TEXT", N_("throw an item away"), MK_NEED_LOGIN,
	mk_run_act, REQ(review_reject), {MK_T_review, 0}, NULL},

    {"subject", "list", "[--ledger LEDGER]",
	N_("the persons of a ledger, or of all that you may see"), MK_NEED_LOGIN, mk_run_list,
	REQ(subject_list), {0, 0}, mk_subject_cols},
    {"subject", "show", "SUBJECT [--ledger LEDGER]", N_("one person, without the number"),
	MK_NEED_LOGIN, mk_run_item, REQ(subject_show), {MK_T_subject, 0}, subject_detail},
    {"subject", "add", "[FIELD=VALUE]... [--ledger LEDGER]",
	N_("add a person; number=- asks for the number, twice"), MK_NEED_LOGIN, mk_run_subject_add,
	PLAIN},
    {"subject", "set", "SUBJECT FIELD=VALUE... [--ledger LEDGER]", N_("change a person's fields"),
	MK_NEED_LOGIN, mk_run_subject_set, PLAIN},
    {"subject", "search", "TEXT [--ledger LEDGER]", N_("find by name, kana, code"), MK_NEED_LOGIN,
	mk_run_list, REQ(subject_list), {MK_T_text, 0}, mk_subject_cols},
    {"subject", "history", "SUBJECT [--ledger LEDGER]",
	N_("what the audit trail holds of a person"), MK_NEED_LOGIN, mk_run_list,
	REQ(subject_history), {MK_T_subject, 0}, mk_audit_cols},

    {"reveal", NULL, "SUBJECT --reason TEXT [--ledger LEDGER] [--task APPROVAL]",
	N_("print one number, after it is on the audit trail; --task: one person of a granted "
	   "'transcribe'"),
	MK_NEED_LOGIN, mk_run_reveal, PLAIN},
    {"transcribe", NULL, "[--ledger LEDGER] --subject SUBJECT... --document KIND",
	N_("ask a chief to see these persons' numbers for a document ('codes documents'); then "
	   "'reveal --task'"),
	MK_NEED_LOGIN, mk_run_transcribe, PLAIN},
    {"export", NULL,
	"[--profile PROFILE --ledger LEDGER [--subject SUBJECT]... [--destination NAME] -o FILE | "
	"--list]",
	N_("write a file with numbers by a profile; --list: the profiles"), MK_NEED_NOTHING,
	mk_run_export, PLAIN},
    {"profile", "list", "", N_("the profiles that are installed"), MK_NEED_NOTHING,
	mk_run_profile_list, PLAIN},
    {"profile", "show", "PROFILE", N_("what a profile writes"), MK_NEED_NOTHING,
	mk_run_profile_show, PLAIN},
    {"profile", "check", "FILE", N_("check a profile of your own"), MK_NEED_NOTHING,
	mk_run_profile_check, PLAIN},

    {"approval", "list", "[--all]",
	N_("what waits for a second person; --all: also what is decided, used or over"),
	MK_NEED_LOGIN, mk_run_list, REQ(approval_list), {0, 0}, mk_approval_cols},
    {"approval", "show", "APPROVAL", N_("one of them in full: every person and field"),
	MK_NEED_LOGIN, mk_run_approval_show, PLAIN},
    {"approval", "grant", "APPROVAL [--digest DIGEST]",
	N_("agree to it; --digest: only if it still is what 'approval show' gave"), MK_NEED_LOGIN,
	mk_run_approval_grant, PLAIN},
    {"approval", "deny", "APPROVAL --reason TEXT",
	N_("refuse it; the one who asked withdraws it by this"), MK_NEED_LOGIN, mk_run_act,
	REQ(approval_deny), {MK_T_approval, 0}, NULL},

    {"clock", "status", "", N_("the PC's clock and the time that counts for terms"), MK_NEED_LOGIN,
	mk_run_clock_status, PLAIN},
    {"clock", "confirm", "",
	N_("the clock is right although it jumped forward; a second person decides"), MK_NEED_LOGIN,
	mk_run_act, REQ(clock_confirm), {0, 0}, clock_made},
    {"key", "slots", "", N_("which passphrases, codes and sheets open what"), MK_NEED_LOGIN,
	mk_run_list, REQ(key_slots), {0, 0}, slot_cols},

    {"audit", "list", AUDIT_FILTER " [--newest]",
	N_("the audit trail; --newest: the newest entries first"), MK_NEED_LOGIN, mk_run_list,
	REQ(audit_list), {0, 0}, mk_audit_cols},
    {"audit", "anomalies", "[--from TIME] [--to TIME]", N_("what is unusual in the audit trail"),
	MK_NEED_LOGIN, mk_run_list, REQ(audit_anomalies), {0, 0}, anomaly_cols},
    {"audit", "export", AUDIT_FILTER " [-o FILE]",
	N_("the entries as JSON lines, the last one with their count and a signed head"),
	MK_NEED_LOGIN, mk_run_audit_export, REQ(audit_list), {0, 0}, NULL},
    {"audit", "verify", "[--key FILE]", N_("verify the whole trail"), MK_NEED_KEEPER,
	mk_run_audit_verify, PLAIN},
    {"audit", "anchor", "[-o FILE] [--tsq FILE] [--ascii]",
	N_("a signed checkpoint now, and the slip to keep outside the PC; -o: into a file; --tsq: "
	   "a "
	   "time stamp request (RFC 3161)"),
	MK_NEED_KEEPER, mk_run_audit_anchor, PLAIN},

    {"witness", "show", "",
	N_("what your own home keeps of the trails: entry, head, time of the last checkpoint"),
	MK_NEED_NOTHING, mk_run_witness_show, PLAIN},
    {"witness", "check", "[--slip LETTERS] [--count N]",
	N_("your own home's checkpoint, and a slip, against the trail as it is now"), MK_NEED_LOGIN,
	mk_run_witness_check, PLAIN},

    {"codes", NULL, "TABLE",
	N_("a table of codes: purposes documents fields errors actions classes roles requests "
	   "limits"),
	MK_NEED_NOTHING, mk_run_codes, PLAIN},
    {"doctor", NULL, "", N_("check the installation, say what is missing and how to mend it"),
	MK_NEED_NOTHING, mk_run_doctor, PLAIN},
    {"batch", NULL, "[FILE]",
	N_("verbs as lines over one login; 'ACK line seq head' only after the commit is durable"),
	MK_NEED_NOTHING, mk_run_batch, PLAIN},
    {"help", NULL, "[VERB]", N_("this text"), MK_NEED_NOTHING, mk_run_help, PLAIN},
};

const struct mk_verb *
mk_verb_at(size_t i)
{
	return i < sizeof verbs / sizeof verbs[0] ? &verbs[i] : NULL;
}
