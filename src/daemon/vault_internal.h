/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vault role's parts and what they share. A request becomes an op, which goes through fixed
 * stages: policy, check(), the trail's INTENT, act(), the trail's OUTCOME, answer (decisions.md 7).
 * The vault never blocks on trail, key derivation or reading process: a stage that has to wait
 * returns MK_WAIT and is resumed by the loop.
 */
#ifndef MK_DAEMON_VAULT_INTERNAL_H
#define MK_DAEMON_VAULT_INTERNAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/secret.h"
#include "mynakura/exchange/export.h"
#include "mynakura/policy/limit.h"
#include "mynakura/policy/policy.h"
#include "mynakura/store/approval.h"
#include "mynakura/store/keyring.h"
#include "mynakura/store/ledger.h"
#include "mynakura/store/main.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/request.h"
#include "roles_internal.h"

#define MK_WAIT 1 /* a stage goes on later: somebody will call mk_op_resume */
#define MK_CONNS 64
#define MK_CONNS_PER_UID 8
#define MK_LEDGERS_OPEN 16 /* decisions.md 8 */
#define MK_DETAIL 200

#define MK_NAMES 64

struct vault;
struct conn;
struct op;
struct auth;

/* The account of a uid as the system had it lately. */
struct known_name {
	uid_t uid;
	char account[65];
	int64_t until; /* mono ms; 0: free */
};
typedef void (*mk_answer_fn)(struct vault *v, struct op *op, int r, struct mk_msg *answer);

/* An open session: lives and dies with its connection (R21). */
struct session {
	struct mk_id id;
	struct mk_member member;
	struct mk_unlocked *unlocked;
	int64_t now; /* demo offices only: the stated time, 0 = the real one */
	uint64_t seen[2]; /* requests of audit class session that are on the trail already */
	int64_t passphrase_at; /* mono ms of the last time the passphrase was typed */
	int64_t used_at; /* mono ms of the last request: an unused session locks (R10) */
	int64_t probe_minute; /* what was asked for in this minute and is not there */
	unsigned probes, probes_silent;
};

struct outmsg {
	struct outmsg *next;
	struct mk_msg msg;
};

struct conn {
	int fd; /* -1: free place */
	uint32_t gen;
	uid_t uid;
	pid_t pid;
	char terminal[32];
	char from[64]; /* where the login came from: an address, "local", "unknown" */
	char account[65]; /* of uid, by the system's tables; "" none. Installed only */
	uint32_t login_uid, login_session; /* of the peer's process; UINT32_MAX unknown */
	bool unnamed; /* the account is being looked up: nothing is read before */
	bool spoke; /* has ever sent something */
	int64_t last; /* mono ms of the last message */
	char lang[8]; /* of hello: what PAM speaks */
	struct auth *auth; /* NULL: no login by PAM was tried */
	struct session *session;
	struct op *op; /* one request at a time */
	struct outmsg *out, **out_tail;
	size_t out_count;
	bool closing; /* close when the queue is empty */
};

/* What goes on the trail about an op. */
struct op_event {
	char ledger[MK_ID_MAX];
	char subject[MK_ID_MAX];
	char object[MK_ID_MAX]; /* review item, member, office */
	char purpose[65];
	char reason[513];
	char detail[MK_DETAIL];
	char sha256[65]; /* of a file that left */
	char approval
	    [MK_ID_MAX]; /* the second person's agreement, and who it was ("" with the delay) */
	char approver[MK_ID_MAX];
	bool self; /* nobody else could agree: the asker waited the delay out */
	uint64_t count;
};

/* Several people of one act. */
struct mk_ids {
	size_t n;
	struct mk_id id[];
};

struct open_ledger {
	struct mk_id id;
	struct mk_ledger *l;
	uint64_t used;
};

/* commits.c: what the trail or this run has seen of a database */
struct known_commit {
	char ledger[MK_ID_MAX]; /* id, or "main" */
	uint64_t number;
};

enum op_stage { OP_PROVE, OP_CHECK, OP_INTENT, OP_ACT, OP_OUTCOME, OP_DENIED, OP_DONE };

struct handler {
	uint16_t request;
	int (*check)(struct op *);
	int (*act)(struct op *);
};

struct op {
	struct vault *v;
	struct conn *c; /* NULL when the asker has gone; the op ends without an answer */
	uid_t
	    uid; /* of the asker, and its member when it asked ("" = no session): they outlive c */
	char actor[MK_ID_MAX];
	const struct mk_request_row *row;
	const struct handler *h;
	enum op_stage stage;
	struct mk_msg req;
	struct mk_msg reply;
	struct op_event ev;
	char message[MK_DETAIL]; /* words of a failure, for the asker only */
	bool plain; /* the OUTCOME's note was refused: without it */
	int wake; /* an eventfd that ends a wait in the worker when the asker goes; -1 none */
	int result; /* of the act, told by OUTCOME */
	bool proved; /* the passphrase that came with it is right */
	bool acted; /* act() has run: what it did is durable */
	bool opened; /* has opened a slot without a session yet: needs what that opened */
	uint64_t intent;
	struct mk_ids *ids; /* people of the act, when there are several: ev.subject is "" then */
	size_t ids_told; /* of them stand in records of their own before the INTENT */
	mk_answer_fn recorded; /* of whom the INTENT waits for that */
	int (*resume)(struct op *, int r, struct mk_msg *answer); /* of whom the op waits for */
	char waits[MK_ID_MAX]; /* under which a second person is waited for */
	int64_t waits_until;
	unsigned waits_roles; /* who may agree; 0: nobody else is there */
	struct mk_approval_row agreed; /* taken before act(): single use; id "" = none needed */
	/* check() leaves here what act() needs */
	struct mk_ledger_meta ledger_meta;
	struct mk_ledger *ledger;
	struct mk_number_key number_key; /* key owned by the op */
	struct mk_subject subject;
	struct mk_member member;
	void *state; /* a handler's own */
	void (*state_free)(void *);
};

/* --- memory.c */
enum mk_swap { MK_SWAP_NONE, MK_SWAP_ALLOWED, MK_SWAP_PLAIN };

/* --- clock.c: what the time is believed to be (security.md R14) */
struct clock {
	struct mk_clock_row row; /* the anchor: steady and spent at `up` of this boot */
	int64_t told_back; /* how far the clock stood back when it was last recorded, seconds */
	int64_t slept; /* ms that this boot was suspended, at the last look */
	bool loaded; /* row is joined with main.db's */
};

/* --- vault.c: the role's state and loop */
struct worker;
struct pending; /* a request to the trail or monitor whose answer is awaited */
struct vault {
	const struct mk_daemon_args *args;
	int monitor, trail, serve;
	struct conn conns[MK_CONNS];
	struct known_name names[MK_NAMES];
	bool asking; /* the monitor is looking up asked_uid */
	uid_t asked_uid;
	struct mk_keyring *keyring; /* NULL: no vault here yet */
	struct mk_secret *pc; /* installed: this PC's secret; NULL none */
	struct mk_main *main; /* NULL while no session ever opened it */
	struct open_ledger ledgers[MK_LEDGERS_OPEN];
	struct mk_exchange *exchange;
	struct worker *kdf, *reading;
	struct closer *closer;
	struct pending *pending;
	struct outmsg *trail_out, **trail_tail;
	uint32_t next_id;
	uint64_t tick;
	bool trail_dead, monitor_gone, stopping;
	struct known_commit *commits;
	size_t n_commits;
	int trail_error; /* why the trail could not be opened */
	bool burn; /* keys have just gone: the loop wipes what they left on the stack */
	bool ready; /* the trail has answered: requests may be taken */
	int64_t last_checkpoint; /* mono ms */
	bool written; /* this run has recorded something */
	bool dirty; /* something since the last checkpoint */
	const void *init; /* the one init that runs */
	int64_t denied_minute; /* refusals without a session, in this minute */
	unsigned denied, denied_silent;
	char genesis[65]; /* vault id of the trail, hex; "" = no trail yet */
	char head[65];
	struct mk_buf alarms; /* items: what opening the trail found */
	bool witnessed; /* a kept checkpoint was not in the trail: it is among the alarms */
	int64_t purged; /* mono ms of the last purge; 0 = not yet */
	uint64_t seq;
	char key[65]; /* fingerprint of the genesis key */
	struct clock clock;
	enum mk_swap swap;
	unsigned limits[MK_LIMIT_COUNT]; /* of the office; the defaults while main.db is closed */
	int64_t looked; /* mono ms of the last look at clocks and idle sessions */
};

bool mk_vault_is_demo(const struct vault *v);
/* The service of this PC with uids of its own; else embedded (one uid). */
bool mk_vault_installed(const struct vault *v);
int mk_vault_path(
    const struct vault *v, const char *name, char *out, size_t cap); /* DIR/vault/NAME */
/* Forgets what only sessions justify: main.db, ledgers, the keyring's MAC key. */
void mk_vault_close_all(struct vault *v);
/*
 * The same when no session and no login under way needs it. A request of somebody without a session
 * is no reason: else everybody could keep keys in memory (R10).
 */
void mk_vault_settle(struct vault *v);
int64_t mk_vault_now(
    const struct op *op); /* the session's stated time in a demo office, else the real one */

enum mk_form mk_vault_form(const struct vault *v);

/* --- peer.c: what the system knows of a peer's process, for the record only; never decides */
void mk_peer_look(struct conn *c);

/* --- conn.c */
/* Installed: does this connection come from the member's own account? Embedded: always true. */
bool mk_conn_may_be(const struct vault *v, const struct conn *c, const char *account);
int mk_op_not_own(struct op *op); /* the refusal of one that does not: MK_E_DENIED */
void mk_conn_name_next(struct vault *v);
/* Closes connections that never said anything (R22); the ms until the next look, -1 none. */
int mk_conn_sweep(struct vault *v);
struct conn *mk_conn_add(struct vault *v, int fd); /* NULL: over a limit (fd is closed) */
void mk_conn_close(struct vault *v, struct conn *c); /* ends the session, cuts a running op loose */
/*
 * The next message of a connection, whose descriptors are files that may be used; MK_E_BUSY for one
 * with descriptors that cannot be taken now. Anything but 0 and AGAIN: close the connection.
 */
int mk_conn_recv(struct vault *v, struct conn *c, struct mk_msg *m);
void mk_conn_send(struct conn *c,
    struct mk_msg *m); /* takes the content of m; queues what the kernel does not take */
bool mk_conn_flush(struct conn *c); /* false: the peer is gone */

/* --- link.c: requests to trail and monitor */
/*
 * Sends m (its content is taken) and calls f with the answer, or with MK_E_TRAIL/MK_E_LOST when
 * there will be none. op may be NULL.
 */
void mk_link_ask(struct vault *v, int fd, struct mk_msg *m, struct op *op, mk_answer_fn f);
/* An answer has come, or (m NULL) the channel fd is at its end. */
void mk_link_answer(struct vault *v, int fd, struct mk_msg *m);
void mk_link_forget(struct vault *v, struct op *op);
bool mk_link_flush(struct vault *v);

/* --- tell.c: copies of what was recorded, for the kernel's audit and syslog; installed only */
struct mk_told; /* what is kept of a record until it is on the trail */
struct mk_told *mk_tell_keep(const struct vault *v, const struct mk_msg *m); /* NULL: nothing */
void mk_tell(struct vault *v, struct mk_told *t, int r, const struct mk_msg *answer); /* takes t */

/* --- passed.c: what a peer passed, without asking its file system */
/* A regular file on a file system of the kernel's own, or in memory: it may be used and closed. */
bool mk_passed_is_file(int fd);
bool mk_passed_is_socket(int fd);

/* --- closer.c: closes descriptors of peers in threads, as closing may never return */
struct closer;
int mk_closer_new(struct closer **out);
void mk_closer_free(struct closer *c); /* what is held up ends with the process */
/* Is there room for as many descriptors as a message of this uid may bring? */
bool mk_closer_takes(struct closer *c, uid_t uid);
bool mk_closer_has_place(struct closer *c); /* for one more connection */
void mk_closer_add(struct closer *c, uid_t uid, int fd); /* takes fd */
int mk_closer_tick(struct closer *c); /* ms until the next call; -1: when something is added */

/* --- worker.c: one thread, one job at a time, at most four waiting */
typedef int (*mk_job_fn)(void *job); /* in the thread */
typedef void (*mk_job_done_fn)(struct vault *v, void *job, int r); /* in the loop; frees the job */
int mk_worker_new(struct worker **out);
void mk_worker_free(struct worker *w);
int mk_worker_fd(const struct worker *w);
int mk_worker_add(struct worker *w, mk_job_fn run, mk_job_done_fn done,
    void *job); /* MK_E_BUSY: then done is not called */
void mk_worker_collect(struct vault *v, struct worker *w);

/* --- op.c: the stages */
void mk_op_start(struct vault *v, struct conn *c, struct mk_msg *m); /* takes m */
void mk_op_resume(struct op *op, int r, struct mk_msg *answer);
/* The same as a callback of mk_link_ask. */
void mk_op_answered(struct vault *v, struct op *op, int r, struct mk_msg *answer);
int mk_op_fail(struct op *op, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* sets the message, returns err */
/* Zeroed memory as op->state, freed with free() unless the handler sets state_free. NULL: no memory. */
void *mk_op_state(struct op *op, size_t size);
/* Items of the request body. */
bool mk_op_has(const struct op *op, unsigned tag);
int mk_op_str(
    struct op *op, unsigned tag, char *out, size_t cap); /* like mk_get_str, R15 checked */
/* A name that people give: mk_op_str, and no number and no formula in it (R3, R16). */
int mk_op_name(struct op *op, unsigned tag, char *out, size_t cap);
int mk_op_secret(struct op *op, unsigned tag, size_t nth,
    struct mk_secret **out); /* NOT_FOUND; the caller frees */

/* --- page.c: long lists, page by page; the cursor is the number of rows already sent */
struct op_page {
	struct op *op;
	uint64_t skip, seen;
	bool full; /* the page is: stop walking */
};
int mk_page_begin(struct op *op, struct op_page *out); /* MK_E_INPUT for a cursor that is none */
bool mk_page_wants(struct op_page *p); /* is the next row to be put? */

/* --- record.c: the trail's view of an op */
void mk_record_intent(struct op *op, mk_answer_fn f);
void mk_record_outcome(struct op *op, mk_answer_fn f);
void mk_record_denied(struct op *op, int err, mk_answer_fn f);
void mk_record_over_budget(struct op *op); /* the alarm beside the refusal */
void mk_record_seen(struct op *op, mk_answer_fn f); /* audit class session */
void mk_record_event(struct vault *v, const char *action, const struct session *s,
    const struct conn *c, int result, const char *detail);
void mk_record_checkpoint(struct vault *v);
void mk_record_checkpoint_for(struct vault *v, struct op *op, mk_answer_fn f);
/*
 * May this refusal of somebody without a session be recorded? At most 60 a minute are, then they
 * are counted.
 */
bool mk_record_room(struct op *op);
/*
 * May it be recorded that what a session asked for is not there? At most 60 a minute are, then they
 * are counted; the count is recorded when the minute is over or the session ends (now).
 */
bool mk_record_probe_room(struct op *op);
void mk_record_probes(struct vault *v, struct conn *c, bool now);
/* Records how many refusals were only counted, when their minute is over or all ends. */
void mk_record_silent(struct vault *v, bool now);

/* MK_E_BUSY while the delay runs */
void mk_delay_wrong(const struct op *op, const char *member);
void mk_delay_right(const struct op *op, const char *member);
/*
 * A login that was refused outside a request (a prompt that nobody answers); as many a minute as
 * mk_record_room.
 */
void mk_record_refused(struct vault *v, const struct conn *c, const char *detail);

/* --- audit.c */
/* Shows the trail MK_T_checkpoint of the request; then gets its verdict. MK_WAIT. */
int mk_witness_ask(struct op *op, int (*then)(struct op *, int, struct mk_msg *));
/* The verdict's alarm onto the trail, and its words into the answer; returns r. */
int mk_witness_alarm(struct op *op, const struct session *s, int r);
int mk_witness_status(struct op *op); /* puts MK_T_witness. MK_WAIT */
void mk_record_purge(struct vault *v); /* at most once a day */
/* --- delay.c */
/*
 * Wrong tries, counted per name and uid so that nobody can lock another out (R22): seconds until
 * the next may be made, one more, none any more.
 */
int mk_tries_wait(const char *name, uid_t uid);
void mk_tries_count(const char *name, uid_t uid);
void mk_tries_forget(const char *name, uid_t uid);
/* The same for a request. MK_E_BUSY with words while the delay runs. */
int mk_delay_check(struct op *op, const char *name);

/* --- derive.c */
/*
 * Runs the key derivation in the worker (MK_E_BUSY: no place, or none for this uid); resumes the op with the derived key in out (owned by the
 * op's state).
 */
struct kdf_job;
int mk_kdf_start(struct op *op, const struct mk_kdf_params *params, const struct mk_secret *pass,
    int (*then)(struct op *, struct mk_secret *key));

/* --- session.c */
void mk_session_end(struct vault *v, struct conn *c, const char *why);
size_t mk_session_count(const struct vault *v);
/*
 * For a row that wants the passphrase again: checks MK_T_passphrase against the session's own slot.
 * MK_E_AUTH, MK_E_BUSY (delay), MK_WAIT; a check() ends with it.
 */
int mk_op_prove(struct op *op);
int mk_vault_open_main(struct vault *v, const struct mk_unlocked *u);

/* --- auth.c: login by PAM, before the passphrase (installed form) */
/* 0 when this connection may log in or activate: embedded, or PAM has passed. MK_E_AUTH. */
int mk_auth_need(struct op *op);
void mk_auth_used(struct op *op); /* a login has used it up */
/* Was pass typed at a hidden prompt of PAM? The passphrase must be another (decisions.md 6). */
bool mk_auth_gave(const struct op *op, const struct mk_secret *pass);
void mk_auth_end(struct vault *v, struct conn *c); /* with the session or the connection */
/* Its places in the loop's poll set; the time until something is due, at most timeout ms. */
int mk_auth_poll(const struct vault *v, struct pollfd p[MK_CONNS], int timeout);
void mk_auth_serve(struct vault *v, const struct pollfd p[MK_CONNS]);

/* Ends the session of this connection and tells its client so; a running request loses the line. */
void mk_conn_lock(struct vault *v, struct conn *c, const char *why);
/* Ends sessions that nobody used for the office's time, and all after the PC slept (R10). */
void mk_sessions_tick(struct vault *v);
/* Ends every session of this uid (any: all). How many. */
size_t mk_sessions_lock(struct vault *v, bool any, uid_t uid, const char *why);

/* --- clock.c */
void mk_clock_init(struct vault *v); /* at start: this boot's clocks, before main.db is open */
int mk_clock_load(struct vault *v); /* main.db has been opened: joins what it remembers */
int mk_clock_save(struct vault *v);
void mk_clock_look(struct vault *v); /* for jumps; records them */
void mk_clock_tick(struct vault *v); /* the same, and whether the PC slept: then all lock */
/*
 * The calendar time that is believed: the PC's clock while it agrees with the time that has passed
 * since the last look (2 min back, 24 h ahead), else that.
 */
int64_t mk_clock_steady(const struct vault *v);
/* Seconds on the budgets' counter: only time that has really passed moves it. */
int64_t mk_clock_spent(const struct vault *v);
bool mk_clock_confirmed(const struct vault *v); /* no forward jump waits */

/* --- memory.c */
void mk_memory_look(struct vault *v); /* before the sandbox closes */
/* 0, or MK_E_FAILED with words: keys must not be opened here. A demo office may. */
int mk_memory_check(struct op *op);
void mk_memory_tell(struct op *op, const struct session *s); /* an allowed risk, at each login */

/* --- limit.c */
int mk_limits_load(struct vault *v); /* main.db is open */

/* --- approval.c: second persons (R9) */
/* One line of what the second person is shown: "key: value". */
void mk_act_line(struct mk_buf *content, const char *key, const char *value);
void mk_act_subject(struct mk_buf *content, const char *id);
/*
 * The last step of a check(): may this act, described whole by content, happen now? 0 when no second
 * person is needed, or one has agreed to exactly this (then op->agreed is taken before act()).
 * MK_E_APPROVAL: it waits under op->waits. MK_E_BUDGET where the row has a budget.
 */
int mk_op_second(struct op *op, size_t people, const struct mk_buf *content);
/* Between INTENT and act(): uses the agreement up. MK_E_APPROVAL when it is gone. */
int mk_op_take_agreed(struct op *op);
/* A reveal inside a task (転記): MK_T_approval names one that shows op->subject, once. */
int mk_task_check(struct op *op);
int mk_task_show(struct op *op); /* before the number is read */
struct mk_rule mk_rule_of(const struct mk_request_row *row);
/* The asker's budget for this row: is it used up? (op.c's view of number.c's limits) */
int mk_budget_over(struct op *op, bool *over);

/* --- commits.c */
int mk_commits_take(struct vault *v, const struct mk_msg *answer); /* the items of MK_TR_OPEN */
int mk_commits_note(struct vault *v, const char *ledger, uint64_t number);
/* A database that has just been opened: MK_E_ROLLED_BACK when it is older than what was seen. */
int mk_commits_check(struct vault *v, const char *ledger, uint64_t number);

/* --- member.c */
int mk_op_member(
    struct op *op); /* MK_T_member into op->member, and whose the row allows it to be */
int mk_op_member_again(struct op *op); /* after the wait for the trail */
int mk_count_chiefs(struct op *op, size_t *out); /* active ones */
void mk_op_member_end(struct op *op); /* ends the sessions of op->member, but not the asker's */

/* --- ledgers.c: which ledger, which keys */
void mk_ledgers_close(struct vault *v, struct open_ledger *o); /* its place is free then */
/*
 * Resolves MK_T_ledger (or the only granted one), opens it, and takes the number key when the row
 * needs it.
 */
int mk_op_ledger(struct op *op);
/* The same for a ledger known by its id. */
int mk_op_ledger_by_id(struct op *op, const char *id);
/* 0 when the session may open any ledger, or there is none at all; else NO_GRANT. */
int mk_op_any_ledger(struct op *op);
/*
 * Finds the subject (MK_T_subject) in the named or in any granted ledger; op->ledger and
 * op->subject are set.
 */
int mk_op_subject(struct op *op);
/* Finds a review item by id in any granted ledger. */
int mk_op_review(struct op *op, struct mk_review *out);
int mk_op_purpose(struct op *op); /* MK_T_purpose or the ledger's only one, into ev.purpose */
int mk_vault_ledger(struct vault *v, const struct mk_unlocked *u, const struct mk_ledger_meta *meta,
    struct mk_ledger **out);
bool mk_op_holds(const struct op *op, const char *ledger, enum mk_key_kind kind);

/* --- the handlers, one table per file, ended by request 0 */
extern const struct handler mk_handlers_session[], mk_handlers_office[], mk_handlers_member[],
    mk_handlers_subject[], mk_handlers_review[], mk_handlers_capture[], mk_handlers_number[],
    mk_handlers_audit[], mk_handlers_approval[], mk_handlers_task[], mk_handlers_clock[],
    mk_handlers_limit[], mk_handlers_keys[], mk_handlers_member_set[], mk_handlers_auth[];
const struct handler *mk_handler_find(uint16_t request);

#endif
