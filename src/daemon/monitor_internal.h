/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The monitor's parts and what they share. Installed it is root with a handful of capabilities; it
 * parses nothing that a user wrote, and what it takes from vault and trail are fixed words and
 * numbers that it checks again.
 */
#ifndef MK_DAEMON_MONITOR_INTERNAL_H
#define MK_DAEMON_MONITOR_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mynakura/wire/msg.h"
#include "roles_internal.h"

#define MK_RESTARTS_MAX 5 /* deaths of roles in a minute before the monitor gives up */
#define MK_READERS_MAX 64
#define MK_AGAIN_MS 500 /* so long, that the answer which says "try again" gets out */
#define MK_WHO_MAX 16 /* accounts looked up at the same time */

/* The accounts of the installed form (contrib/systemd/sysusers.d). */
struct mk_accounts {
	uid_t vault, trail, read, scan;
	gid_t vault_gid, trail_gid, read_gid, scan_gid;
	gid_t users; /* who may open the socket */
	gid_t scanner; /* 0: there is no such group */
};

/* A process that looks an account up: it answers the vault itself. */
struct mk_who {
	pid_t pid; /* 0: free place */
	uint32_t id; /* of the vault's request */
	int64_t end; /* mono ms: then it is killed */
};

struct monitor {
	const struct mk_daemon_args *args;
	struct mk_accounts accounts; /* installed only */
	int lock, serve, sig, dir;
	int vault_fd, trail_fd; /* our ends */
	int audit, log; /* sockets to the kernel and to syslog; -1 none */
	uint64_t audit_lost; /* records that the kernel did not take; the first one was logged */
	bool own_socket; /* we made it, so we remove it */
	bool spare; /* DIR/trail.next is there */
	pid_t vault, trail;
	pid_t readers[MK_READERS_MAX];
	struct mk_who who[MK_WHO_MAX];
	bool stopping;
	int64_t again; /* mono ms: then the roles are started anew; 0 not at all */
	int64_t deaths[MK_RESTARTS_MAX];
	int finding; /* MK_E_TAMPERED, MK_E_ROLLED_BACK: what a role ended with */
};

/* --- monitor_dirs.c */
/* Finds the accounts of the installed form; says which one is missing. MK_E_NOT_FOUND. */
int mk_monitor_accounts(struct mk_accounts *out);
/* The folders and their owners. MK_E_DAMAGED when one belongs to somebody else. */
int mk_monitor_layout(struct monitor *mon);
int mk_monitor_lock(struct monitor *mon); /* MK_E_BUSY after 5 s */
/* The listening socket: made, or the one that systemd passed. */
int mk_monitor_listen(struct monitor *mon);
/*
 * This PC's secret, made when it is missing and there is no vault yet: a descriptor to read it from,
 * or -1. The monitor itself never reads it.
 */
int mk_monitor_pc_secret(const struct monitor *mon);
/* DIR/vault.new becomes DIR/vault; DIR/trail is put aside. Both only while there is no vault. */
int mk_monitor_keep(struct monitor *mon);
int mk_monitor_aside(struct monitor *mon);
/* witness.c: keeps what a MK_TR_KEEP of the trail role holds. */
void mk_monitor_witness(const struct monitor *mon, const struct mk_msg *m);

/* --- monitor_start.c */
int mk_monitor_start_roles(struct monitor *mon);
/* A reading process; its channel is passed to the vault in reply. */
int mk_monitor_start_reader(struct monitor *mon, const char *kind, struct mk_msg *reply);
/* Processes that the vault may have ended: one more, which must fit; and no more would. */
void mk_monitor_remember(struct monitor *mon, pid_t pid);
bool mk_monitor_full(const struct monitor *mon);
/*
 * Gives up what a monitor does not need, in the installed form: capabilities, environment, working
 * directory. Before anything is started.
 */
int mk_monitor_settle(const struct monitor *mon);

/* --- monitor_pam.c */
/* A process that runs PAM for the peer that m names; its channel is passed to the vault in reply. */
int mk_monitor_start_pam(struct monitor *mon, const struct mk_msg *m, struct mk_msg *reply);

/* --- monitor_who.c */
void mk_monitor_who(struct monitor *mon, const struct mk_msg *m);
/* One of them has ended: true when it was ours; one that died without an answer is answered for. */
bool mk_monitor_who_ended(struct monitor *mon, pid_t pid, int status);
void mk_monitor_who_kill(struct monitor *mon, int64_t now); /* those that take too long */

/* --- monitor_out.c: nothing here waits, nothing here can fail an act */
void mk_monitor_out_open(struct monitor *mon);
void mk_monitor_audit(struct monitor *mon, const struct mk_msg *m);
void mk_monitor_audit_answers(struct monitor *mon); /* the kernel's refusals */
void mk_monitor_out_close(struct monitor *mon); /* says how many were not taken */
void mk_monitor_head(struct monitor *mon, const struct mk_msg *m);

#endif
