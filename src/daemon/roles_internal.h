/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon's processes agree on: the descriptors a role starts with, and the messages
 * between monitor, vault and trail. One binary, three roles by fork+exec of itself
 * (architecture.md).
 */
#ifndef MK_DAEMON_ROLES_INTERNAL_H
#define MK_DAEMON_ROLES_INTERNAL_H

#include <stdbool.h>
#include <sys/types.h>

struct mk_msg;

/*
 * Descriptors after exec. The lock stays open in every role: the directory is free only when all of
 * them have gone.
 */
#define MK_FD_CLIENT 3 /* given to mynakurad --embedded by the client */
#define MK_FD_MONITOR 3 /* roles: channel to the monitor */
#define MK_FD_PEER 4 /* vault <-> trail */
#define MK_FD_SERVE 5 /* vault: the client's channel (embedded) or the listening socket */
#define MK_FD_LOCK 6 /* flock on DIR/run/lock */

struct mk_daemon_args {
	const char *dir; /* the vault's directory */
	const char *socket; /* --foreground: path to listen on; NULL embedded */
	bool embedded;
};

/* Monitor <-> vault */
#define MK_MON_READER 200 /* in: kind (decode|read|device); out: fd 0 = its channel, pid */
#define MK_MON_KILL 201 /* in: pid of a reading process that makes no progress; no answer */

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
#define MK_TR_CHECKPOINT 213 /* in: item* {ledger, count}; out: seq, head, key */
#define MK_TR_READ 214 /* in: as audit_list; out: item*, cursor? */
#define MK_TR_VERIFY 215 /* in: key?, head?; out: as audit_verify */

int mk_monitor_run(const struct mk_daemon_args *args);
int mk_vault_run(const struct mk_daemon_args *args);
int mk_trail_run(const struct mk_daemon_args *args);
int mk_pam_run(void);

/*
 * Answers MK_MON_PAM: starts the process. The caller owns *fd and waits for *pid, which leads a
 * process group of its own. MK_E_PROTOCOL, MK_E_NOMEM.
 */
int mk_monitor_pam(const struct mk_msg *m, int *fd, pid_t *pid);

#endif
