/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames and descriptors over SOCK_SEQPACKET; sealed memfds. */
#include "mynakura/wire/chan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"

#define FDS_MAX 16 /* a few too many are closed; more are no client of ours */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static void
widen(int fd)
{
	int size = 4 * (int)MK_FRAME_MAX;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int
mk_chan_pair(int out[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) < 0)
		return mk_err_from_errno(errno);
	widen(out[0]);
	widen(out[1]);
	return 0;
}

int
mk_chan_connect(const char *path, int *out)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	if (len >= sizeof sa.sun_path)
		return MK_E_INPUT;
	memcpy(sa.sun_path, path, len + 1);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return mk_err_from_errno(errno);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
		int e = errno;
		close(fd);
		return e == ECONNREFUSED ? MK_E_NOT_FOUND
		       : e == EACCES     ? MK_E_DENIED
					 : mk_err_from_errno(e);
	}
	widen(fd);
	*out = fd;
	return 0;
}

static void
put_header(uint8_t h[MK_FRAME_HEADER], const struct mk_msg *m)
{
	uint32_t words[] = {MK_WIRE_MAGIC,
	    (uint32_t)MK_WIRE_VERSION << 24 | (uint32_t)m->flags << 16 | m->type, m->id,
	    (uint32_t)m->body.len};
	for (size_t w = 0; w < 4; w++)
		for (size_t i = 0; i < 4; i++)
			h[4 * w + i] = (uint8_t)(words[w] >> (24 - 8 * i));
}

/* Waits for an event; 0, MK_E_AGAIN at the deadline, MK_E_IO. */
static int
wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t end = timeout_ms < 0 ? 0 : mk_mono_ms() + timeout_ms;
	for (;;) {
		int left = -1;
		if (timeout_ms >= 0) {
			int64_t d = end - mk_mono_ms();
			left = d < 0 ? 0 : (int)d;
		}
		int n = poll(&p, 1, left);
		if (n > 0)
			return 0;
		if (n == 0)
			return MK_E_AGAIN;
		if (errno != EINTR)
			return MK_E_IO;
	}
}

static int
send_once(int fd, const struct mk_msg *m)
{
	uint8_t header[MK_FRAME_HEADER];
	union {
		struct cmsghdr h;
		char raw[CMSG_SPACE(MK_MSG_FDS * sizeof(int))];
	} control;
	struct iovec iov[2] = {{header, sizeof header}, {m->body.data, m->body.len}};
	struct msghdr mh = {.msg_iov = iov, .msg_iovlen = m->body.len > 0 ? 2 : 1};
	put_header(header, m);
	if (m->nfds > 0) {
		memset(&control, 0, sizeof control);
		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(m->nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(m->nfds * sizeof(int));
		memcpy(CMSG_DATA(c), m->fds, m->nfds * sizeof(int));
	}
	for (;;) {
		if (sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
			return MK_E_AGAIN;
		if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
			return MK_E_LOST;
		return errno == EMSGSIZE ? MK_E_TOO_BIG : MK_E_IO;
	}
}

int
mk_chan_send(int fd, const struct mk_msg *m, int timeout_ms)
{
	if (mk_buf_error(&m->body) < 0)
		return MK_E_TOO_BIG;
	if (m->body.len > MK_FRAME_MAX - MK_FRAME_HEADER)
		return MK_E_TOO_BIG;
	for (;;) {
		int r = send_once(fd, m);
		if (r != MK_E_AGAIN || timeout_ms == 0)
			return r;
		r = wait_for(fd, POLLOUT, timeout_ms);
		if (r < 0)
			return r;
	}
}

/* Where descriptors go that nobody gets. */
struct drop {
	mk_chan_drop_fn f;
	void *arg;
};

/* Moves passed descriptors into m, and what does not fit away. How many there were. */
static size_t
collect_fds(struct msghdr *mh, struct mk_msg *m, const struct drop *d)
{
	size_t count = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		count += n;
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
			if (m->nfds < MK_MSG_FDS)
				m->fds[m->nfds++] = fd;
			else
				d->f(d->arg, fd);
		}
	}
	return count;
}

static int
parse_frame(struct mk_msg *m, const uint8_t *frame, size_t len)
{
	struct mk_rd rd;
	mk_rd_init(&rd, frame, len);
	uint32_t magic = mk_rd_u32(&rd);
	uint8_t version = mk_rd_u8(&rd);
	m->flags = mk_rd_u8(&rd);
	m->type = mk_rd_u16(&rd);
	m->id = mk_rd_u32(&rd);
	uint32_t body = mk_rd_u32(&rd);
	if (rd.failed || magic != MK_WIRE_MAGIC || version != MK_WIRE_VERSION || body != rd.left)
		return MK_E_PROTOCOL;
	if (mk_items_check(rd.p, rd.left) < 0)
		return MK_E_PROTOCOL;
	mk_buf_put(&m->body, rd.p, rd.left);
	return mk_buf_error(&m->body);
}

static int
recv_once(int fd, struct mk_msg *m, uint8_t *frame, const struct drop *d)
{
	union {
		struct cmsghdr h;
		char raw[CMSG_SPACE(
		    MK_CHAN_FDS_MAX * sizeof(int))]; /* or the kernel closes the rest */
	} control;
	struct iovec iov = {frame, MK_FRAME_MAX};
	struct msghdr mh = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	ssize_t n;
	do
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? MK_E_AGAIN
		       : errno == ECONNRESET                   ? MK_E_LOST
							       : MK_E_IO;
	size_t fds = collect_fds(&mh, m, d);
	if (n == 0)
		return MK_E_LOST;
	bool cut = (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || fds > FDS_MAX;
	int r = cut ? MK_E_PROTOCOL : parse_frame(m, frame, (size_t)n);
	explicit_bzero(frame, (size_t)n);
	return r;
}

static void
close_it(void *arg, int fd)
{
	(void)arg;
	close(fd);
}

int
mk_chan_recv(int fd, struct mk_msg *m, int timeout_ms)
{
	return mk_chan_recv_from(fd, m, timeout_ms, close_it, NULL);
}

int
mk_chan_recv_from(int fd, struct mk_msg *m, int timeout_ms, mk_chan_drop_fn f, void *arg)
{
	/* Wiped by recv_once: a frame may hold a number or a passphrase. */
	static _Thread_local uint8_t frame[MK_FRAME_MAX];
	const struct drop d = {f, arg};
	mk_msg_init(m, 0, 0);
	for (;;) {
		int r = recv_once(fd, m, frame, &d), lost;
		if (r == MK_E_AGAIN && timeout_ms != 0)
			r = wait_for(fd, POLLIN, timeout_ms) < 0 ? MK_E_AGAIN : 1;
		if (r == 1)
			continue;
		for (size_t i = 0; r < 0 && i < m->nfds; i++)
			if ((lost = mk_msg_take_fd(m, i)) >= 0)
				f(arg, lost);
		if (r < 0)
			mk_msg_free(m);
		return r;
	}
}

int
mk_chan_has_fds(int fd)
{
	char first;
	struct iovec iov = {&first, 1};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;
	do
		n = recvmsg(fd, &mh, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? MK_E_AGAIN : MK_E_LOST;
	/* Without room for them the kernel says so, and keeps them in the queue. */
	if ((mh.msg_flags & MSG_CTRUNC) != 0)
		return 1;
	return n == 0 ? MK_E_LOST : 0;
}

int
mk_memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS) < 0 ? MK_E_IO : 0;
}

int
mk_memfd_sealed(const void *data, size_t len, int *out)
{
	int fd = memfd_create("mynakura", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int r = mk_write_all(fd, data, len);
	if (r == 0)
		r = mk_memfd_seal(fd);
	if (r < 0)
		close(fd);
	else
		*out = fd;
	return r;
}

int
mk_memfd_map(int fd, size_t max, const void **out, size_t *len)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0 || st.st_size <= 0 ||
	    (uint64_t)st.st_size > max)
		return MK_E_PROTOCOL;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return MK_E_NOMEM;
	madvise(p, (size_t)st.st_size, MADV_DONTDUMP);
	*out = p;
	*len = (size_t)st.st_size;
	return 0;
}
