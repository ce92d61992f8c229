/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the command line share: the table of verbs, the parsed line, the connection,
 * and how results are printed. The synopsis of a verb is also what its arguments are parsed by, so
 * help and parser cannot differ.
 */
#ifndef MK_CLI_INTERNAL_H
#define MK_CLI_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/json.h"
#include "mynakura/base/lang.h"
#include "mynakura/base/newfile.h"
#include "mynakura/base/secret.h"
#include "mynakura/report/words.h"
#include "mynakura/wire/client.h"
#include "mynakura/wire/msg.h"
#include "mynakura/wire/request.h"
#include "mynakura/wire/witness.h"

struct mk_cli;

/* --- columns of lists and lines of single results */
enum mk_col_kind {
	MK_COL_STR, /* null when missing */
	MK_COL_SET, /* "a,b": a list in JSON */
	MK_COL_MULTI, /* a tag that stands more than once: a list in JSON */
	MK_COL_U64,
	MK_COL_TIME, /* int64 seconds: RFC 3339 */
	MK_COL_BOOL,
	/* one of the daemon's fixed words (own, page, pending, card-back): translated for people */
	MK_COL_WORD,
	MK_COL_NOTES, /* a flat JSON object as a string: for people "key: value; key: value" */
	MK_COL_MEMBER, /* an id: for people the name that stands in the member list */
	MK_COL_LEDGER, /* likewise */
	MK_COL_OFFICE,
	MK_COL_CLASS, /* a ledger's class: its title for people */
	MK_COL_STATE, /* a subject's state: its name in JSON, its title for people */
	MK_COL_ROLE, /* one role or several that acted: a string in JSON, titles for people */
	MK_COL_ROLES, /* "clerk,chief": likewise */
	MK_COL_REQUEST, /* a request's name: what it asks for, in words for people */
	MK_COL_ANOMALY, /* a kind of model/anomaly.h, in words for people */
	MK_COL_KEYS /* items {ledger, grant}: a list of objects in JSON */
};

#define MK_COL_NO_JSON 1 /* for people only */
#define MK_COL_NO_TEXT 2 /* JSON only */
#define MK_COL_NO_ZERO 8 /* people: a zero is nothing to show */
#define MK_COL_DETAIL 4 /* people: in single results only, not in a list's table */

struct mk_col {
	unsigned tag; /* 0 ends the list */
	enum mk_col_kind kind;
	const char *key; /* in JSON */
	const char *title; /* msgid */
	unsigned flags;
};

/* --- verbs */
enum mk_verb_need {
	MK_NEED_NOTHING, /* no daemon */
	MK_NEED_DAEMON, /* a connection, no login */
	MK_NEED_LOGIN,
	/*
	 * A login, but not for root nor for the owner of an embedded vault, who may also ask
	 * without being a member: where neither --user nor --passphrase-fd says who logs in.
	 */
	MK_NEED_KEEPER
};

struct mk_verb {
	const char *name;
	const char *sub; /* NULL: none */
	const char *
	    /* synopsis: words, --options, [optional], WORD... repeated, a | b; parsed by args.c */
	    args;
	const char *help; /* msgid, one sentence */
	enum mk_verb_need need;
	int (*run)(struct mk_cli *c);
	/*
	 * The rest serves mk_run_list and mk_run_act: the request, the tags of the positional
	 * words, the columns.
	 */
	uint16_t request;
	uint16_t tags[2];
	const struct mk_col *cols;
};

const struct mk_verb *mk_verb_at(size_t i); /* NULL past the end */

/* --- the parsed line */
struct mk_cli_global {
	const char *dir, *socket, *user, *purpose;
	int pass_fd; /* -1: the terminal */
	int64_t now;
	bool has_now, json, help, version;
};

struct mk_cli_opt {
	char name[16]; /* without the dashes */
	const char *value; /* NULL for a switch */
};

struct mk_cli_args {
	const struct mk_verb *verb; /* NULL when none was given */
	const char *group; /* the first word, for help on a group */
	struct mk_cli_opt *opts;
	size_t nopts;
	const char **pos;
	size_t npos;
};

/*
 * Parses words (borrowed) into g and a. what[cap] says what is wrong. 0, MK_E_USAGE, MK_E_NOMEM.
 * The caller frees a with mk_args_free in every case. A line with --help needs no arguments.
 */
int mk_args_parse(int n, char *const words[], struct mk_cli_global *g, struct mk_cli_args *a,
    struct mk_buf *what);
void mk_args_free(struct mk_cli_args *a);
/*
 * A synopsis taken apart: the i-th positional word (its name in out, true in *required /
 * *repeated), false past the end.
 */
bool mk_synopsis_word(
    const char *args, size_t i, char *out, size_t cap, bool *required, bool *repeated);
/* How an option of the synopsis takes a value. */
enum mk_opt_form { MK_OPT_UNKNOWN, MK_OPT_SWITCH, MK_OPT_VALUE, MK_OPT_GREEDY };
/* The i-th option that must be there (outside of brackets), its name without dashes. */
bool mk_synopsis_required(const char *args, size_t i, char *out, size_t cap);
enum mk_opt_form mk_synopsis_option(const char *args, const char *name);
/*
 * Splits a batch line as a shell would (blanks, '...', "..." with \" \\, \x), without any
 * expansion. MK_E_INPUT for an open quote.
 */
int mk_line_split(char *line, char ***out, int *count);

/* --- the run */
/* Answers to member_list, ledger_list and office_list, for showing names. */
struct mk_names {
	struct mk_buf members, ledgers, offices;
	bool tried[3];
};

struct mk_cli {
	struct mk_names names;
	struct mk_cli_global g;
	struct mk_cli_args a;
	struct mk_client *client;
	struct mk_secret *own; /* the caller's passphrase, for requests that want it again */
	bool logged_in, in_batch;
	int status; /* of a verb that tells its failures itself (batch, doctor): the first one's */
	bool demo, has_vault; /* from hello */
	char form[16];
	char vault[MK_WITNESS_VAULT_MAX]; /* "" without one */
	struct mk_witness_login witness; /* what was kept before this run's login */
	int witnessed; /* what it came to where the login went on: ROLLED_BACK, TAMPERED, 0 */
	bool told; /* the failure stands in what was printed */
	char approval[40]; /* the id under which the last answer's request waits; "" none */
	bool acted; /* the last answer held seq and head */
	uint64_t seq;
	char head[80];
	struct mk_buf out; /* for stdout; may hold a number: wiped */
	struct mk_buf login; /* the answer to login, for the verb of that name */
	struct mk_buf why; /* what stands behind the error's own message */
	int interrupt_fd;
	size_t progress; /* cells of the progress line that stands on the terminal */
};

/* Notes what is wrong (translated by the caller, printed escaped) and returns err. */
int mk_fail(struct mk_cli *c, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A line to stderr, escaped. */
void mk_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The whole message of an error in the user's language, not escaped, into out. */
void mk_error_text(struct mk_cli *c, int err, struct mk_buf *out);
/* The error by itself: to stderr for people, as one object to stdout with --json. */
void mk_tell_error(struct mk_cli *c, int err);
/* Writes c->out to stdout and wipes it. */
int mk_flush(struct mk_cli *c);
/* Runs the verb of c->a with what it needs; prints its result, not its error. */
int mk_run_verb(struct mk_cli *c);
bool mk_interrupted(const struct mk_cli *c);
/* mk_newfile_open, with the path noted in c where it fails. */
int mk_new_file(struct mk_cli *c, const char *path, struct mk_newfile *out);

/* --- arguments */
const char *mk_arg(const struct mk_cli *c, size_t i); /* positional; NULL when missing */
const char *mk_opt(const struct mk_cli *c, const char *name); /* last value; NULL when missing */
bool mk_opt_given(const struct mk_cli *c, const char *name);
/* i-th value of a repeated option; NULL past the end. */
const char *mk_opt_nth(const struct mk_cli *c, const char *name, size_t i);

/* --- the connection */
int mk_need_daemon(struct mk_cli *c); /* connects and says hello, once */
int mk_need_login(struct mk_cli *c); /* the caller's passphrase, once */
int mk_need_keeper(struct mk_cli *c); /* as MK_NEED_KEEPER */
/*
 * Installed: the computer's own login check (PAM), which comes before a login, an activation or
 * init. Called before the verb reads secrets and again, with lines_read, after: a person answers
 * before them, a descriptor gives the answers after them. Once it has passed nothing is asked.
 */
int mk_need_auth(struct mk_cli *c, bool lines_read);
/*
 * Sends req (freed here in every case) and keeps seq, head and the daemon's message. *reply is the
 * caller's to free.
 */
int mk_ask(struct mk_cli *c, struct mk_msg *req, struct mk_msg *reply);
/* The same for an act whose answer is not looked at. */
int mk_do(struct mk_cli *c, struct mk_msg *req);

/* --- generic verbs */
int mk_run_list(struct mk_cli *c); /* pages through the request's items and prints them by cols */
int mk_run_act(struct mk_cli *c); /* one request, its answer printed by cols */
int mk_run_item(struct mk_cli *c); /* the same where the answer is something looked at, no act */
void mk_print_done(struct mk_cli *c); /* {"ok":true} with --json, nothing for people */
extern const struct mk_col mk_subject_cols[];
extern const struct mk_col mk_audit_cols[];
extern const struct mk_col mk_approval_cols[];
/* A request with the verb's positional words and options of a tag's name put in. */
void mk_request_build(struct mk_cli *c, struct mk_msg *req);
/* The tag of an option's name when it is of this type (enum mk_type), else 0. */
unsigned mk_option_tag(const char *name, int type);
/* Pages through req (freed here) and prints by cols. */
int mk_list(struct mk_cli *c, struct mk_msg *req, const struct mk_col *cols);
/*
 * "FIELD=VALUE": the name into field, the value returned; NULL (and the failure noted) when it is
 * none.
 */
const char *mk_field_split(struct mk_cli *c, const char *arg, char *field, size_t cap);
/* An item {field, value}. */
void mk_put_field(struct mk_buf *b, const char *field, const char *value);

/* --- secrets */
/*
 * One line, wanted for `prompt` (translated). MK_E_USAGE when there is no terminal and no
 * descriptor, or it ended.
 */
int mk_pass_line(struct mk_cli *c, const char *prompt, struct mk_secret **out);
/*
 * A passphrase to come: at a terminal one is offered (Enter takes it, typed back once) and the
 * strength of an own one is told in words; any: a weak one is taken too (demo offices).
 */
int mk_pass_choose(struct mk_cli *c, const char *prompt, bool any, struct mk_secret **out);
/* An answer for the computer's login check: the same, shown as it is typed where echo says so. */
int mk_pass_answer(struct mk_cli *c, const char *prompt, bool echo, struct mk_secret **out);
/* An Individual Number as typed, checked; 12 digits. */
int mk_pass_number(struct mk_cli *c, const char *prompt, struct mk_secret **out);
bool mk_pass_terminal(const struct mk_cli *c); /* secrets come from a terminal */
/* One visible line from the terminal. */
int mk_tty_line(struct mk_cli *c, const char *prompt, char *out, size_t cap);
/* One line of fd, read byte by byte so that nothing behind it is taken. 1, 0 at the end, MK_E_*. */
int mk_fd_line(int fd, int interrupt_fd, struct mk_secret *out);

/* --- printing */
struct mk_grid; /* a table for people */
struct mk_grid *mk_grid_new(void);
void mk_grid_free(struct mk_grid *g); /* wipes */
int mk_grid_cell(struct mk_grid *g, const char *s, size_t len); /* escapes */
int mk_grid_row(struct mk_grid *g); /* ends a row */
size_t mk_grid_rows(const struct mk_grid *g);
void mk_grid_print(const struct mk_grid *g, struct mk_buf *out, bool header);
/* One object by cols, and the same as "Title: value" lines. body is a checked one. */
void mk_cols_json(struct mk_json *j, const struct mk_col *cols, const void *body, size_t len);
/* names may be NULL: ids stay ids. */
void mk_cols_text(struct mk_buf *out, const struct mk_names *names, const struct mk_col *cols,
    const void *body, size_t len);
void mk_cols_head(struct mk_grid *g, const struct mk_col *cols);
void mk_cols_row(struct mk_grid *g, const struct mk_names *names, const struct mk_col *cols,
    const void *body, size_t len);
/*
 * Fetches what the columns need to show names for ids, once a run; nothing with --json. A list that
 * the session may not see leaves its ids as they are.
 */
void mk_id_title(
    const struct mk_names *names, enum mk_col_kind kind, const char *id, struct mk_buf *out);
void mk_names_fetch(
    struct mk_cli *c, const struct mk_col *cols, bool table); /* table: as a list prints them */
/* Prints one result in the form asked for. */
void mk_print_result(struct mk_cli *c, const struct mk_col *cols, const void *body, size_t len);
void mk_out(struct mk_cli *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* text of ours */
void mk_out_escaped(struct mk_buf *out, const char *s);
/*
 * Draws how far work is; cleared before anything else is printed (mk_flush and mk_tell_error do).
 */
void mk_progress(struct mk_cli *c, size_t done, size_t all);
void mk_progress_clear(struct mk_cli *c);
void mk_help(struct mk_cli *c, const char *group);
void mk_usage_line(struct mk_buf *out, const struct mk_verb *v);

/* --- second persons */
/*
 * What the daemon says of a request that waits (its answer to it): kept in c, with c->why saying
 * who may approve and until when.
 */
void mk_waits(struct mk_cli *c, uint16_t request, const struct mk_msg *reply);
/* An answer that comes page by page, all of it in one body. req is freed. out is the caller's. */
int mk_ask_pages(struct mk_cli *c, struct mk_msg *req, struct mk_buf *out);

/* --- verbs with a function of their own */
int mk_run_init(struct mk_cli *c);
int mk_run_login(struct mk_cli *c);
int mk_run_lock(struct mk_cli *c);
int mk_run_status(struct mk_cli *c);
int mk_run_health(struct mk_cli *c);
int mk_run_office_show(struct mk_cli *c);
int mk_run_office_set(struct mk_cli *c);
int mk_run_ledger_add(struct mk_cli *c);
int mk_run_member_add(struct mk_cli *c);
int mk_run_member_set(struct mk_cli *c);
int mk_run_member_activate(struct mk_cli *c);
int mk_run_member_passphrase(struct mk_cli *c);
int mk_run_read(struct mk_cli *c);
int mk_run_capture(struct mk_cli *c);
int mk_run_review_show(struct mk_cli *c);
int mk_run_review_accept(struct mk_cli *c);
int mk_run_subject_add(struct mk_cli *c);
int mk_run_subject_set(struct mk_cli *c);
int mk_run_reveal(struct mk_cli *c);
int mk_run_transcribe(struct mk_cli *c);
int mk_run_export(struct mk_cli *c);
int mk_run_audit_verify(struct mk_cli *c);
int mk_run_audit_anchor(struct mk_cli *c);
int mk_run_witness_show(struct mk_cli *c);
int mk_run_witness_check(struct mk_cli *c);
int mk_run_audit_export(struct mk_cli *c);
int mk_run_approval_show(struct mk_cli *c);
int mk_run_approval_grant(struct mk_cli *c);
int mk_run_clock_status(struct mk_cli *c);
int mk_run_profile_list(struct mk_cli *c);
int mk_run_profile_show(struct mk_cli *c);
int mk_run_profile_check(struct mk_cli *c);
int mk_run_codes(struct mk_cli *c);
int mk_run_doctor(struct mk_cli *c);
int mk_run_batch(struct mk_cli *c);
int mk_run_help(struct mk_cli *c);

#endif
