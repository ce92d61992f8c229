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

struct mk_daemon_args {
	const char *dir; /* the vault's directory */
	const char *socket; /* --foreground: path to listen on; NULL embedded */
	bool embedded;
};

/* Monitor <-> vault */
#define MK_MON_READER 200 /* in: kind (decode|read|device); out: fd 0 = its channel, pid */
#define MK_MON_KILL 201 /* in: pid of a reading process that makes no progress; no answer */

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
 * seq, head, checkpoint (the newest, absent before the first), time? (of the last audit_anchor)
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

/* witness.c: takes what the trail role sends the monitor. false: its channel is at its end. */
bool mk_monitor_keep(int trail_fd, const char *dir);

int mk_monitor_run(const struct mk_daemon_args *args);
int mk_vault_run(const struct mk_daemon_args *args);
int mk_trail_run(const struct mk_daemon_args *args);

#endif
