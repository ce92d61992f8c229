/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The request table: every request a client may send to the daemon, who may, and how it is recorded
 * (decisions.md f). Dispatch, policy, the matrix test and man/mynakura-wire.7 are made from it.
 *
 * Every request is answered by one message of the same type and id with MK_FLAG_REPLY and
 * MK_T_error (0 or MK_E_*), and where it failed an optional MK_T_message (English words that say
 * what and where; never a number). Long lists come page by page: while the answer holds
 * MK_T_cursor, the client sends the same request again with that cursor. An answer to an act that
 * was recorded holds MK_T_seq and MK_T_head: the trail's record of the OUTCOME, durable when the
 * answer leaves.
 *
 * `*` marks tags that may stand more than once, `?` optional ones. Where a LEDGER is optional, the
 * only ledger that the session has a grant for is taken; LEDGER, SUBJECT, MEMBER, OFFICE accept an
 * id or an exact name/code. Where PURPOSE is optional: the ledger's only purpose, else MK_E_USAGE.
 */
#ifndef MK_WIRE_REQUEST_H
#define MK_WIRE_REQUEST_H

#include <stdint.h>

#include "mynakura/model/role.h"
#include "mynakura/model/rule.h"

/* KEEPER: a session with a role; or none, for root and the daemon's own account (decisions.md 18). */
enum mk_need_session { MK_SESSION_NO, MK_SESSION_OPEN, MK_SESSION_KEEPER };
enum mk_need_grant { MK_GRANT_NONE, MK_GRANT_PAGE, MK_GRANT_NUMBER };
enum mk_audit_class { MK_AUDIT_NONE, MK_AUDIT_SESSION, MK_AUDIT_AFTER, MK_AUDIT_BEFORE };
enum mk_budget { MK_BUDGET_NONE, MK_BUDGET_REVEAL, MK_BUDGET_EXPORT };
/* The caller's passphrase with the request: OLD when it was typed more than 5 minutes ago. */
enum mk_ask_passphrase { MK_PASSPHRASE_NEVER, MK_PASSPHRASE_OLD, MK_PASSPHRASE_ALWAYS };
#define MK_R_ALL (MK_ROLE_clerk | MK_ROLE_chief | MK_ROLE_admin | MK_ROLE_auditor)
#define MK_R_WORK (MK_ROLE_clerk | MK_ROLE_chief)
#define MK_R_SEE (MK_ROLE_clerk | MK_ROLE_chief | MK_ROLE_auditor)
#define MK_R_PEOPLE (MK_ROLE_chief | MK_ROLE_admin)
#define MK_R_AUDIT (MK_ROLE_chief | MK_ROLE_auditor)
#define MK_R_KEYS (MK_ROLE_chief | MK_ROLE_admin | MK_ROLE_auditor)

/*
 * X(number, name, roles, session, grant, audit class, budget, approval, approvers, own,
 *   enum mk_ask_passphrase)
 *
 * hello            in: lang?                          out: form (embedded|installed), demo?, vault?
 *   (id; absent = no vault yet)
 * init             in: office, name, passphrase, demo?, kdf_m?, kdf_t?      out: vault, recovery,
 *   member
 * login            in: member? (id, account or name; absent = the only one), passphrase, now? (demo
 *                  offices)
 *                                                     out: member, name, roles, alarm*, seq, head
 * auth             in: answer* (to the prompts of the last answer; none at first)
 *                  out: ok (true: passed, log in), else prompt* {kind (info|error|echo|hidden), text}.
 *                  Installed only: the PAM conversation, before login (decisions.md 6). Refused: AUTH.
 * lock             in: all? (without a session: ends all sessions of the caller's account)   out: -
 * status           out: office, form, demo, count (members), item* {kind, count}: queue per ledger
 *                  etc., alarm*, seq, head, entries, witness (time of the last audit_anchor, "none")
 * office_list      out: item* {id, name, kind (own|client), item* {field, value} (of the own one:
 *                  approvals, limit.NAME)}
 * office_add       in: name                           out: office, seq, head
 * office_set       in: office?, field, value          (field: name, approvals)
 * limit_set        in: field, value                   (field: mk_limit's names; policy/limit.h)
 * ledger_list      out: item* {id, name, office, class, purposes, grant (none|page|number)}
 * ledger_add       in: name, office?, class? (employee), purposes?      out: ledger, seq, head
 * ledger_grant     in: ledger, member                 out: grant (page|number), seq, head
 * ledger_revoke    in: ledger, member
 * member_list      out: item* {id, name, account, roles, until, state (pending|active|disabled)}
 * member_add       in: name, account?, roles, until?  out: member, otc (shown once), seq, head
 * member_activate  in: member, otc, new_passphrase    out: member, roles
 * member_disable   in: member      member_enable, member_reset (out: otc) likewise
 * member_passphrase in: passphrase (old), new_passphrase
 * member_set       in: member, item* {field (name|roles|until), value}
 * key_slots        out: item* {member, name, account, kind (member|code|recovery), time (created),
 *                  deadline?, fingerprint, item* {ledger, grant (page|number)}}
 * devices          out: item* {device, vendor, model, kind}
 * capture          in: ledger?, subject?, purposes?, and either device + option* ("NAME=VALUE") or
 *                  one fd of an image file; name? (of the file, for messages)
 *                  out: item* {review, layout, certain, warning*}, seq, head. UNREADABLE, IMAGE,
 *                    TOO_BIG: nothing stored.
 * review_list      in: ledger?                        out: item* {review, ledger, subject, layout,
 *   certain, viewed, member, time}
 * review_show      in: review, picture?               out: item (what was read: the reading
 *   process's record), ledger, subject, layout, certain,
 *                                                     width, height and, when picture was asked, fd
 *                                                       0 = sealed memfd of width*height grey
 *                                                       bytes; seq, head
 * review_accept    in: review, item* {field, value} (subject fields; field "subject" chooses an
 *                  existing one), number? (typed; twice where typed twice)
 *                                                     out: subject, seq, head
 * review_reject    in: review, reason
 * subject_list     in: ledger? (absent: every ledger the session has a grant for), text?, cursor?,
 *                  limit?
 *                  out: item* {id, ledger, code, name, kana, birth, class, relationship, parent,
 *                    state, number (masked or absent), purposes,
 *                  disposal_due}, cursor?
 * subject_show     in: subject, ledger?               out: item as above with sex, address, source,
 *   time
 * subject_add      in: ledger?, item* {field, value}, number? (twice: typed twice)      out:
 *   subject, seq, head
 * subject_set      in: subject, ledger?, item* {field, value}
 * subject_history  in: subject, ledger?, newest?, cursor?, limit?     out: as audit_list
 * reveal           in: subject, ledger?, reason, purpose?, approval? (a task)   out: number, subject, seq, head
 * export           in: ledger, subject*, profile (compiled), purpose?, destination?, fd 0 = the new
 *   empty file      out: rows, skipped* {subject, why}, id* (written though not confirmed yet),
 *                  changed*, sha256, seq, head
 * audit_list       in: from?, to? (RFC 3339 or date), actor?, action?, subject?, session?, ref? (an
 *                  INTENT's seq: it and what names it), text?, newest? (newest first), cursor?,
 *                  limit?
 *                  out: item* {seq, ref?, kind, time, actor, role, terminal, from, session, action,
 *                    subject* (the first 1,000; count when there are several), ledger, purpose,
 *                    result, reason, detail, hash}, cursor? (the last seq: go on from there)
 * audit_verify     in: key? (text), head? (a kept one, 64 digits or 20 letters)
 *                  out: ok, entries, from, to, head, ref? (the kept head's seq); when not ok: seq,
 *                  code, why. Without a session: root and the daemon's own account only; so
 *                  audit_anchor.
 * audit_anchor     out: seq, head (a fresh checkpoint), key (fingerprint), checkpoint (its line)
 * audit_anomalies  in: from?, to?                     out: item* {kind (model/anomaly.h), actor?,
 *                  count, seq (of the newest), time}
 * witness_check    in: checkpoint (as the caller kept it: mynakura-trail(5), Kept checkpoints)   out: seq, head, checkpoint (the
 *                  newest). ROLLED_BACK, TAMPERED, INPUT (no line of this trail: ignored, alarm)
 * approval_list    in: all? (decided ones too), cursor?
 *                  out: item* {approval, request (its name), requester, state (waiting|granted|denied|
 *                  used|void|expired), time, deadline, count, ledger?, approver?, reason?, ok (the
 *                  asker may decide it), line* (what it is about, first lines)}
 * approval_show    in: approval, cursor?              out: as an item, digest, line* (all of it, page
 *                  by page), item* {subject, code?, name? (where the asker may see them), shown}
 * approval_grant   in: approval, digest? (what was shown), passphrase
 * approval_deny    in: approval, reason               (the requester withdraws by it)
 * transcribe       in: ledger?, subject*, document, purpose?      out: approval, deadline, roles? (who
 *                  may approve; absent: nobody else is there), state (waiting | granted): a task (転記) that waits for a chief; then reveal takes it as `approval`,
 *                  shows each person once and costs no budget
 * clock_status     out: wall (the PC's clock), steady (what is believed), confirmed (the jumps
 *                  themselves are on the trail: action clock_jump)
 * clock_confirm    out: wall
 *
 * A request whose row wants a second person answers MK_E_APPROVAL with approval (the id under which
 * it waits), deadline and roles (who may approve; absent where nobody else could and only the delay is
 * waited for), until that is granted; the same request, sent again by the same member, then runs.
 * login takes checkpoint? (as the caller kept it) and answers checkpoint (the one signed after this
 * login). A kept one that is not in this trail: ROLLED_BACK or TAMPERED, no session, an alarm on the
 * trail; a member who is auditor and nothing else comes in with an alarm, to look. One that proves
 * nothing (INPUT) is ignored with an alarm. Where the member comes in all the same, witness holds
 * the error's code.
 */
#define MK_REQUEST_TABLE(X)                                                                        \
	X(1, hello, MK_R_ALL, NO, NONE, NONE, NONE, NEVER, 0, ANY, 0)                              \
	X(2, init, MK_R_ALL, NO, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)                             \
	X(3, login, MK_R_ALL, NO, NONE, AFTER, NONE, NEVER, 0, ANY, 0)                             \
	X(4, lock, MK_R_ALL, NO, NONE, AFTER, NONE, NEVER, 0, ANY, 0)                              \
	X(5, status, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                        \
	X(6, auth, MK_R_ALL, NO, NONE, NONE, NONE, NEVER, 0, ANY, 0)                               \
	X(10, office_list, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                  \
	X(11, office_add, MK_ROLE_chief, OPEN, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)               \
	X(12, office_set, MK_ROLE_chief, OPEN, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)               \
	X(13, limit_set, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, ALWAYS, MK_R_PEOPLE, ANY, 1)       \
	X(20, ledger_list, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                  \
	X(21, ledger_add, MK_ROLE_chief, OPEN, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)               \
	X(22, ledger_grant, MK_ROLE_chief, OPEN, PAGE, BEFORE, NONE, NEVER, 0, ANY, 0)             \
	X(23, ledger_revoke, MK_ROLE_chief, OPEN, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)            \
	X(30, member_list, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                  \
	X(31, member_add, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, SETUP, MK_R_PEOPLE, ANY, 0)       \
	X(32, member_activate, MK_R_ALL, NO, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)                 \
	X(33, member_disable, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, NEVER, 0, NOT, 0)             \
	X(34, member_enable, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, SETUP, MK_R_PEOPLE, NOT, 0)    \
	X(35, member_reset, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, SETUP, MK_R_PEOPLE, NOT, 0)     \
	X(36, member_passphrase, MK_R_ALL, OPEN, NONE, BEFORE, NONE, NEVER, 0, ONLY, 1)            \
	X(37, member_set, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, ALWAYS, MK_R_PEOPLE, NOT, 1)      \
	X(38, key_slots, MK_R_KEYS, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                   \
	X(40, devices, MK_R_WORK, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                     \
	X(41, capture, MK_R_WORK, OPEN, NUMBER, BEFORE, NONE, NEVER, 0, ANY, 0)                    \
	X(50, review_list, MK_R_WORK, OPEN, PAGE, SESSION, NONE, NEVER, 0, ANY, 0)                 \
	X(51, review_show, MK_R_WORK, OPEN, NUMBER, BEFORE, NONE, NEVER, 0, ANY, 0)                \
	X(52, review_accept, MK_R_WORK, OPEN, NUMBER, BEFORE, NONE, NEVER, 0, ANY, 0)              \
	X(53, review_reject, MK_R_WORK, OPEN, NUMBER, BEFORE, NONE, NEVER, 0, ANY, 0)              \
	X(60, subject_list, MK_R_SEE, OPEN, PAGE, SESSION, NONE, NEVER, 0, ANY, 0)                 \
	X(61, subject_show, MK_R_SEE, OPEN, PAGE, SESSION, NONE, NEVER, 0, ANY, 0)                 \
	X(62, subject_add, MK_R_WORK, OPEN, PAGE, BEFORE, NONE, NEVER, 0, ANY, 0)                  \
	X(63, subject_set, MK_R_WORK, OPEN, PAGE, BEFORE, NONE, NEVER, 0, ANY, 0)                  \
	X(64, subject_history, MK_R_SEE, OPEN, PAGE, SESSION, NONE, NEVER, 0, ANY, 0)              \
	X(70, reveal, MK_R_WORK, OPEN, NUMBER, BEFORE, REVEAL, NEVER, 0, ANY, 0)                   \
	X(80, export, MK_R_WORK, OPEN, NUMBER, BEFORE, EXPORT, BULK, MK_ROLE_chief, ANY, 1)        \
	X(90, audit_list, MK_R_AUDIT, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                 \
	X(91, audit_verify, MK_R_ALL, KEEPER, NONE, SESSION, NONE, NEVER, 0, ANY, 0)               \
	X(92, audit_anchor, MK_R_AUDIT, KEEPER, NONE, AFTER, NONE, NEVER, 0, ANY, 0)               \
	X(93, audit_anomalies, MK_R_AUDIT, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)            \
	X(94, witness_check, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                \
	X(100, approval_list, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)               \
	X(101, approval_show, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)               \
	X(102, approval_grant, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, NEVER, 0, NOT, 2)            \
	X(103, approval_deny, MK_R_ALL, OPEN, NONE, BEFORE, NONE, NEVER, 0, ANY, 0)                \
	X(104, transcribe, MK_R_WORK, OPEN, NUMBER, BEFORE, NONE, NEVER, MK_ROLE_chief, ANY, 0)    \
	X(110, clock_status, MK_R_ALL, OPEN, NONE, SESSION, NONE, NEVER, 0, ANY, 0)                \
	X(111, clock_confirm, MK_R_PEOPLE, OPEN, NONE, BEFORE, NONE, ALWAYS, MK_R_PEOPLE, ANY, 1)

enum mk_request {
#define X(number, name, roles, session, grant, audit, budget, approval, approvers, own, pass)      \
	MK_REQ_##name = number,
	MK_REQUEST_TABLE(X)
#undef X
};

struct mk_request_row {
	uint16_t number;
	const char *name;
	unsigned roles;
	enum mk_need_session session;
	enum mk_need_grant grant;
	enum mk_audit_class audit;
	enum mk_budget budget;
	enum mk_approval approval;
	unsigned approvers; /* roles of the second person */
	enum mk_own own;
	enum mk_ask_passphrase passphrase;
};

/* The row of a request, NULL for an unknown one; row i for walking (NULL past the end). */
const struct mk_request_row *mk_request_find(uint16_t number);
const struct mk_request_row *mk_request_at(unsigned i);

#endif
