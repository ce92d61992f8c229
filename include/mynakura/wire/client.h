/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's side of a connection to the daemon: to the installed service's socket, or to a
 * daemon of its own over a socket pair (embedded mode, architecture.md). One request at a time:
 * mk_client_call blocks, mk_client_send and mk_client_receive are its halves for a poll loop.
 * Nothing here knows what a request means.
 */
#ifndef MK_WIRE_CLIENT_H
#define MK_WIRE_CLIENT_H

#include <stdbool.h>

#include "mynakura/wire/msg.h"

#define MK_CLIENT_SOCKET "/run/mynakura/socket"
#define MK_CLIENT_FD 3 /* the descriptor at which an embedded daemon finds its end */

struct mk_client_conf {
	const char *dir; /* embedded: start `mynakurad --embedded --dir DIR`; NULL: a socket */
	const char *socket; /* path; NULL: MK_CLIENT_SOCKET; not used with dir */
	int interrupt_fd; /* becomes readable when the user wants out (a signal); -1: none */
	bool quiet; /* embedded: the daemon's own lines go nowhere (the screen is drawn on) */
};

struct mk_client;

/*
 * Connects. The embedded daemon runs in a session of its own, so that ^C reaches the client only
 * and the daemon ends at the end of file, with a cleared environment (PATH LANG LC_ALL LANGUAGE TZ
 * SANE_CONFIG_DIR, sanitizers' options in their builds), /dev/null as stdin and stdout, and the
 * caller's stderr unless quiet. Call it before a passphrase is read: the child is a copy of the caller until
 * exec. The caller frees *out with mk_client_close. MK_E_NOT_FOUND (no socket, no mynakurad),
 * MK_E_DENIED, MK_E_INPUT (path too long), MK_E_IO, MK_E_NOMEM.
 */
int mk_client_open(const struct mk_client_conf *conf, struct mk_client **out);

/*
 * Sends req (its id is set here; its descriptors stay the caller's) and waits for the answer,
 * without a time limit. *reply is always initialised; the caller frees it with mk_msg_free. Returns
 * the answer's MK_T_error (then MK_T_message may say more), or: MK_E_LOST the daemon ended;
 * MK_E_PROTOCOL the answer is not one of ours; MK_E_TOO_BIG the request is; MK_E_AGAIN interrupted.
 * After LOST, PROTOCOL or AGAIN the connection is of no more use and every further call gives
 * MK_E_LOST. An embedded daemon that ends before its first answer gives the error of its exit
 * status (MK_E_BUSY, MK_E_DAMAGED, ...).
 */
int mk_client_call(struct mk_client *c, struct mk_msg *req, struct mk_msg *reply);

/* For poll(2), readable when an answer or the end is there; -1 once the connection is lost. */
int mk_client_fd(const struct mk_client *c);

/*
 * Sends req (as mk_client_call) and returns. 0: mk_client_receive will give the answer. MK_E_BUSY
 * while another is awaited; MK_E_TOO_BIG, MK_E_NOMEM, MK_E_LOST.
 */
int mk_client_send(struct mk_client *c, struct mk_msg *req);

/*
 * Does not wait (but for the end of an embedded daemon that goes before it ever answered: at most 15
 * s, for its exit status). true when the request under way has ended: *result is what mk_client_call would have
 * returned and *reply its answer (the caller frees it). false: not yet, or nothing is awaited.
 */
bool mk_client_receive(struct mk_client *c, struct mk_msg *reply, int *result);

/*
 * The daemon ends a session by itself (unused, the PC slept, locked from elsewhere) and says so in a
 * notice. true once after one has come; reads it when nothing is awaited (the descriptor is readable
 * then). Anything else that nobody asked for loses the connection.
 */
bool mk_client_locked(struct mk_client *c);

/* Has the connection been lost? */
bool mk_client_lost(const struct mk_client *c);

/*
 * Closes the connection and waits until an embedded daemon has ended (it closes its files): at most
 * 15 s, then it is killed, which loses nothing acknowledged. NULL is fine.
 */
void mk_client_close(struct mk_client *c);

/*
 * Path of a program of ours: beside the running one (/proc/self/exe) where it is there, else
 * MK_LIBEXECDIR. MK_E_NOT_FOUND when neither can be executed; out then holds the second place, for
 * the message.
 */
int mk_client_program(const char *name, char *out, size_t cap);

#endif
