/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon's processes agree on: the descriptors a role starts with, and the messages
 * between monitor, vault and trail. One binary, three roles by fork+exec of itself
 * (architecture.md).
 */
#ifndef MK_DAEMON_ROLES_INTERNAL_H
#define MK_DAEMON_ROLES_INTERNAL_H

#include <stdbool.h>

/*
 * Descriptors after exec. The lock stays open in every role: the directory is free only when all of
 * them have gone.
 */
#define MK_FD_CLIENT 3 /* given to mynakurad --embedded by the client */
#define MK_FD_MONITOR 3 /* roles: channel to the monitor */
#define MK_FD_PEER 4 /* vault <-> trail */
#define MK_FD_SERVE 5 /* vault: the client's channel (embedded) or the listening socket */
#define MK_FD_LOCK 6 /* flock on DIR/run/lock */
#define MK_FD_PC 7 /* installed, vault: this PC's secret, when there is one */

struct mk_daemon_args {
	const char *dir; /* the vault's directory */
	const char *socket; /* --foreground --dir: path to listen on; NULL: embedded or installed */
	bool embedded; /* started by a client, for it alone */
	bool installed; /* neither --dir nor --socket: uids of their own, PAM, this PC's secret */
};

/* The only question about the form: a socket of one's own on --dir is the embedded form too. */
static inline bool
mk_is_installed(const struct mk_daemon_args *args)
{
	return args->installed;
}

/* Monitor <-> vault */
#define MK_MON_READER 200 /* in: kind (decode|read|device); out: fd 0 = its channel, pid */
#define MK_MON_KILL 201 /* in: pid of a reading process that makes no progress; no answer */
#define MK_MON_WHO 220 /* in: sender_uid or account; out: account, sender_uid; NOT_FOUND */
/* In: action, kind, actor?, subject?, sender_uid?, login_uid?, login_session?, ok, seq; no answer. */
#define MK_MON_AUDIT 221
#define MK_MON_HEAD 222 /* in: seq, head, key: of a checkpoint; no answer */
#define MK_MON_LOCK 223 /* monitor -> vault: every session ends, no answer */
#define MK_MON_KEEP 224 /* in: -: DIR/vault.new gets its name; out: error. Once only. */

/* Trail -> monitor */
/* In: -: DIR/trail is put aside and an empty one is there; only while there is no vault. BUSY: the
 * daemon starts again first. */
#define MK_MON_ASIDE 225

/*
 * in: sender_uid, terminal, from, lang?; out: fd 0 = channel to a process that runs PAM for the
 * account of that uid, pid
 */
#define MK_MON_PAM 205

/*
 * The process that runs PAM. START comes from the monitor and is in its queue before the vault gets
 * the other end, so nobody else says whose login this is: account, terminal, from, lang?. Then,
 * with the vault: PROMPT prompt* (those that ask are answered by one ANSWER answer*, one for each),
 * at last DONE status (PAM's code; passed: 0 at stage "account"), state (the stage: start, auth,
 * account), why? (what no code of PAM says: account, service, libpam, prompts, user).
 */
#define MK_PAM_START 240
#define MK_PAM_PROMPT 241
#define MK_PAM_ANSWER 242
#define MK_PAM_DONE 243

/* Vault <-> trail */
/*
 * OPEN in: -; out: vault? (id of the genesis, absent = no trail yet), head, seq, key, alarm*,
 * item* {ledger, count}
 */
#define MK_TR_OPEN 210
#define MK_TR_CREATE 211 /* in: vault (hex); out as MK_TR_OPEN */
#define MK_TR_APPEND 212 /* in: an event's items, fsync; out: seq, head */
#define MK_TR_CHECKPOINT 213 /* in: item* {ledger, count}; out: seq, head, key, checkpoint? */
#define MK_TR_READ 214 /* in: as audit_list (actor an id), ref?; out: item*, cursor? */
#define MK_TR_VERIFY 215 /* in: key?, head?; out: as audit_verify */
/*
 * PURGE in: until (I64 `time`: bodies older than it may go); out: count, seq (up to it all are
 * gone). The vault asks only while the clock is confirmed (R14).
 */
#define MK_TR_PURGE 216
/*
 * WITNESS in: checkpoint? (one that somebody kept: mk_trail_witness says what error means); out:
 * seq, head, checkpoint (the newest, absent before the first), time? (of the last audit_anchor, 0
 * = never; absent while the index is being made)
 */
#define MK_TR_WITNESS 217
#define MK_TR_ANOMALIES 218 /* in: from?, to?; out: as audit_anomalies */
/*
 * Trail -> monitor, no answer: checkpoint. The monitor keeps it in DIR/witness, where the trail
 * role reads it at its next start: an older trail than that is refused (R4).
 */
#define MK_TR_KEEP 219
#define MK_WITNESS_NAME "checkpoint" /* in DIR/witness */
#define MK_WITNESS_MAX 40000 /* bytes of a kept checkpoint; longer ones are not handed out */

struct mk_msg;
/* witness.c: keeps what a MK_TR_KEEP of the trail role holds. */
void mk_monitor_witness(const char *dir, const struct mk_msg *m);

int mk_monitor_run(const struct mk_daemon_args *args);
int mk_vault_run(const struct mk_daemon_args *args);
int mk_trail_run(const struct mk_daemon_args *args);
int mk_pam_run(void);

#endif
