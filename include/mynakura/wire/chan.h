/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames over a SOCK_SEQPACKET socket, with descriptors. Blocking calls for clients and reading
 * processes; the daemon's loop uses the non-blocking pair with a queue of its own (about 4 x 64 KiB
 * fit the kernel's, decisions.md e).
 */
#ifndef MK_WIRE_CHAN_H
#define MK_WIRE_CHAN_H

#include <stddef.h>

#include "mynakura/wire/msg.h"

#define MK_CHAN_FDS_MAX 253 /* descriptors that Linux passes with one message */

/* Socket pair, close-on-exec, with send buffers for 64 KiB frames. */
int mk_chan_pair(int out[2]);
/* Connects to a path; MK_E_NOT_FOUND, MK_E_IO. The caller closes *out. */
int mk_chan_connect(const char *path, int *out);

/*
 * Sends m (its fds stay owned by m). timeout_ms < 0 waits for ever, 0 never waits. 0, MK_E_AGAIN
 * (would block), MK_E_LOST (peer gone), MK_E_TOO_BIG, MK_E_IO.
 */
int mk_chan_send(int fd, const struct mk_msg *m, int timeout_ms);
/*
 * Receives one message into m (initialised by this call; the caller frees it when 0 is returned).
 * Surplus fds are closed; a frame that is cut (MSG_TRUNC, MSG_CTRUNC), has a bad header or
 * malformed items gives MK_E_PROTOCOL: close the connection. 0, MK_E_AGAIN at the timeout,
 * MK_E_LOST at end of file.
 */
int mk_chan_recv(int fd, struct mk_msg *m, int timeout_ms);
/*
 * The same from a peer who is not trusted: closing a descriptor may never return (a file system that
 * does not answer), so nothing is closed here; what is surplus or came in a refused frame goes to f
 * (which takes it). Those in m have not been looked at.
 */
typedef void (*mk_chan_drop_fn)(void *arg, int fd);
int mk_chan_recv_from(int fd, struct mk_msg *m, int timeout_ms, mk_chan_drop_fn f, void *arg);
/*
 * Does the next message bring descriptors? 1 yes, 0 no, MK_E_AGAIN: there is no message, MK_E_LOST.
 * None is taken over.
 */
int mk_chan_has_fds(int fd);

/*
 * A sealed memfd (F_SEAL_SHRINK|GROW|WRITE|SEAL) holding len bytes of data; the caller closes *out.
 * MK_E_IO, MK_E_NOMEM.
 */
int mk_memfd_sealed(const void *data, size_t len, int *out);
/* Seals an own, filled memfd. MK_E_IO. */
int mk_memfd_seal(int fd);
/*
 * Checks the seals and maps fd read-only. *out is unmapped with munmap(out, *len). MK_E_PROTOCOL
 * when not sealed or over max bytes.
 */
int mk_memfd_map(int fd, size_t max, const void **out, size_t *len);

#endif
