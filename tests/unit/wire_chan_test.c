/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames and descriptors over a real socket: limits, malformed frames from a raw peer, no descriptor left over, sealed memory only. */
#include "tests/lib/mk_cmocka.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/chan.h"

#define BODY_MAX (MK_FRAME_MAX - MK_FRAME_HEADER)

static int sv[2];

static int
open_pair(void **state)
{
	(void)state;
	return mk_chan_pair(sv);
}

static int
close_pair(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		if (sv[i] >= 0)
			close(sv[i]);
	return 0;
}

static unsigned
open_fds(void)
{
	unsigned n = 0;
	DIR *d = opendir("/proc/self/fd");
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* A frame as bytes with n descriptors, as any process could write it. */
static ssize_t
send_raw(const void *data, size_t len, size_t n)
{
	union {
		struct cmsghdr h;
		char raw[CMSG_SPACE(64 * sizeof(int))];
	} control;
	struct iovec iov = {(void *)(uintptr_t)data, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	memset(&control, 0, sizeof control);
	if (n > 0) {
		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(n * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &null, sizeof null);
	}
	ssize_t r = sendmsg(sv[0], &mh, MSG_NOSIGNAL);
	close(null);
	return r;
}

static const uint8_t good_frame[] = {
    'M', 'Y', 'N', 'K', 1, 1, 0, 5, 0, 0, 0, 9, 0, 0, 0, 5, 0, 71, 0, 1, 1};

static void
there_and_back_with_descriptors(void **state)
{
	(void)state;
	struct mk_msg m, got;
	char text[8] = "";
	mk_msg_init(&m, 0xabcd, 0xfedcba98);
	m.flags = MK_FLAG_REPLY | MK_FLAG_MORE;
	mk_put_str(&m.body, MK_T_name, "山田");
	for (int i = 0; i < MK_MSG_FDS; i++) {
		m.fds[m.nfds++] = memfd_create("t", MFD_CLOEXEC);
		assert_int_equal(write(m.fds[i], &"abcd"[i], 1), 1);
	}
	assert_int_equal(mk_chan_send(sv[0], &m, -1), 0);
	assert_int_equal(mk_chan_recv(sv[1], &got, -1), 0);
	assert_true(
	    got.type == 0xabcd && got.id == 0xfedcba98 && got.flags == 3 && got.nfds == MK_MSG_FDS);
	assert_int_equal(got.body.len, m.body.len);
	assert_memory_equal(got.body.data, m.body.data, m.body.len);
	for (int i = 0; i < MK_MSG_FDS; i++) {
		assert_int_not_equal(got.fds[i], m.fds[i]);
		assert_int_equal(fcntl(got.fds[i], F_GETFD), FD_CLOEXEC);
		assert_int_equal(pread(got.fds[i], text, 1, 0), 1);
		assert_int_equal(text[0], "abcd"[i]);
		assert_true(fcntl(m.fds[i], F_GETFD) >= 0); /* the sender's stay its own */
	}
	mk_msg_free(&got);
	mk_msg_free(&m);
}

static void
the_frame_has_the_bytes_of_the_header(void **state)
{
	(void)state;
	struct mk_msg m;
	uint8_t raw[64];
	mk_msg_init(&m, 5, 9);
	m.flags = MK_FLAG_REPLY;
	mk_put_bool(&m.body, MK_T_ok, true);
	assert_int_equal(mk_chan_send(sv[0], &m, 0), 0);
	assert_int_equal(recv(sv[1], raw, sizeof raw, 0), sizeof good_frame);
	assert_memory_equal(raw, good_frame, sizeof good_frame);
	mk_msg_free(&m);
}

static void
up_to_64_kib_and_no_more(void **state)
{
	(void)state;
	static const size_t sizes[] = {
	    0, 1, 1000, BODY_MAX - 5, BODY_MAX - 4, BODY_MAX, BODY_MAX + 1, 2 * BODY_MAX};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct mk_msg m, got;
		mk_msg_init(&m, 1, (uint32_t)i);
		/* items of 0..1000 bytes that together make the size */
		for (size_t left = sizes[i]; left >= 4;) {
			static const uint8_t zero[1004];
			size_t n = left < 1008 ? left : left - 1000 < 4 ? 1000 : 1004;
			mk_put_bytes(&m.body, MK_T_profile, zero, n - 4);
			left -= n;
		}
		bool whole = m.body.len == sizes[i];
		int want = sizes[i] > BODY_MAX ? MK_E_TOO_BIG : 0;
		if (whole || want < 0)
			assert_int_equal(mk_chan_send(sv[0], &m, -1), want);
		if (whole && want == 0) {
			assert_int_equal(mk_chan_recv(sv[1], &got, -1), 0);
			assert_int_equal(got.body.len, sizes[i]);
			mk_msg_free(&got);
		}
		mk_msg_free(&m);
	}
	struct mk_msg bad;
	mk_msg_init(&bad, 1, 1);
	bad.body.failed = true;
	assert_int_equal(mk_chan_send(sv[0], &bad, -1), MK_E_TOO_BIG);
	mk_msg_free(&bad);
}

static int
recv_raw(const void *frame, size_t len, size_t fds)
{
	struct mk_msg m;
	assert_int_equal(send_raw(frame, len, fds), (ssize_t)len);
	int r = mk_chan_recv(sv[1], &m, 1000);
	if (r == 0)
		mk_msg_free(&m);
	return r;
}

static void
malformed_frames(void **state)
{
	(void)state;
	uint8_t f[sizeof good_frame + 1];
	assert_int_equal(recv_raw(good_frame, sizeof good_frame, 0), 0);
	for (size_t len = 1; len < sizeof good_frame; len++) /* cut anywhere */
		assert_int_equal(recv_raw(good_frame, len, 0), MK_E_PROTOCOL);
	for (size_t at = 0; at < sizeof good_frame; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(f, good_frame, sizeof good_frame);
			f[at] = (uint8_t)(f[at] ^ 1U << bit);
			/* flags, type and id may hold anything; the value of the bool may become 0 */
			bool harmless = (at >= 5 && at < 12) || (at == 20 && bit == 0);
			/* tag 71 may become another bool, or a record, bytes, text of one byte */
			if (at == 17)
				continue;
			assert_int_equal(
			    recv_raw(f, sizeof good_frame, 0), harmless ? 0 : MK_E_PROTOCOL);
		}
	}
	memcpy(f, good_frame, sizeof good_frame);
	f[sizeof good_frame] = 0; /* a byte more than the header says */
	assert_int_equal(recv_raw(f, sizeof f, 0), MK_E_PROTOCOL);
	assert_int_equal(recv_raw(good_frame, sizeof good_frame, 0), 0);
}

/* Searches this process's writable memory for a text that stands nowhere as such. */
static bool
in_memory(const uint8_t *mask, size_t len)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	static uint8_t piece[1 << 16];
	char line[512];
	bool found = false;
	assert_true(maps != NULL && mem >= 0);
	while (!found && fgets(line, sizeof line, maps) != NULL) {
		unsigned long from, to;
		char mode[5];
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 || mode[1] != 'w' ||
		    to - from > (1UL << 30))
			continue;
		for (unsigned long at = from; !found && at < to; at += sizeof piece - len) {
			size_t want = to - at < sizeof piece ? to - at : sizeof piece;
			ssize_t n = pread(mem, piece, want, (off_t)at);
			for (ssize_t i = 0; !found && i + (ssize_t)len <= n; i++) {
				size_t k = 0;
				while (k < len && piece[i + (ssize_t)k] == (mask[k] ^ 0x5a))
					k++;
				found = k == len &&
					(at + (unsigned long)i < (unsigned long)(uintptr_t)piece ||
					    at + (unsigned long)i >=
						(unsigned long)(uintptr_t)(piece + sizeof piece));
			}
		}
		explicit_bzero(piece, sizeof piece);
	}
	close(mem);
	fclose(maps);
	return found;
}

/* A refused frame may hold a passphrase as well as a good one. */
static void
a_refused_frame_is_wiped(void **state)
{
	(void)state;
#ifdef MK_SANITIZED
	print_message("# a sanitizer's shadow is too large to search\n");
	skip();
#endif
	static uint8_t mask[24], plain[24];
	static const size_t lengths[] = {200, MK_FRAME_MAX + 1000};
	for (size_t i = 0; i < sizeof mask; i++)
		mask[i] = (uint8_t)(0x33 + i * 7);
	for (size_t k = 0; k < 2; k++) {
		uint8_t *frame = calloc(1, lengths[k]);
		assert_non_null(frame);
		for (size_t i = 0; i < sizeof mask; i++)
			frame[100 + i] = mask[i] ^ 0x5a;
		memcpy(plain, frame + 100, sizeof plain);
		assert_true(in_memory(mask, sizeof mask)); /* the search finds what is there */
		explicit_bzero(plain, sizeof plain);
		int r = recv_raw(frame, lengths[k], 0);
		explicit_bzero(frame, lengths[k]);
		free(frame);
		assert_int_equal(r, MK_E_PROTOCOL);
		if (in_memory(mask, sizeof mask))
			fail_msg("a frame of %zu bytes stays in memory", lengths[k]);
	}
}

static void
no_descriptor_is_left_over(void **state)
{
	(void)state;
	static const uint8_t zeros[MK_FRAME_MAX + 1];
	unsigned before = open_fds();
	for (size_t n = 0; n <= 16; n++) { /* up to four are taken, the rest closed */
		struct mk_msg m;
		send_raw(good_frame, sizeof good_frame, n);
		assert_int_equal(mk_chan_recv(sv[1], &m, 1000), 0);
		assert_int_equal(m.nfds, n < MK_MSG_FDS ? n : MK_MSG_FDS);
		assert_int_equal(open_fds(), before + m.nfds);
		mk_msg_free(&m);
		assert_int_equal(open_fds(), before);
	}
	for (size_t n = 17; n <= 64; n += 47) { /* MSG_CTRUNC */
		assert_int_equal(recv_raw(good_frame, sizeof good_frame, n), MK_E_PROTOCOL);
		assert_int_equal(open_fds(), before);
	}
	assert_int_equal(recv_raw("MYNK", 4, 3), MK_E_PROTOCOL);
	assert_int_equal(recv_raw(zeros, sizeof zeros, 2), MK_E_PROTOCOL); /* MSG_TRUNC */
	assert_int_equal(open_fds(), before);
	assert_int_equal(recv_raw(good_frame, sizeof good_frame, 1), 0);
	assert_int_equal(open_fds(), before);
}

static void
an_empty_frame_is_the_end(void **state)
{
	(void)state;
	unsigned before = open_fds();
	assert_int_equal(recv_raw("", 0, 1), MK_E_LOST);
	assert_int_equal(open_fds(), before);
}

static void
waiting(void **state)
{
	(void)state;
	struct mk_msg m, got;
	int64_t t = mk_mono_ms();
	assert_int_equal(mk_chan_recv(sv[1], &got, 0), MK_E_AGAIN);
	assert_true(mk_mono_ms() - t < 1000);
	t = mk_mono_ms();
	assert_int_equal(mk_chan_recv(sv[1], &got, 60), MK_E_AGAIN);
	assert_true(mk_mono_ms() - t >= 59);
	mk_msg_init(&m, 1, 0);
	mk_put_bytes(&m.body, MK_T_profile, m.fds, 0);
	while (m.body.len < 60000)
		mk_put_str(&m.body, MK_T_text, "abcdefghijklmnopqrstuvwxyz");
	unsigned fit = 0;
	while (mk_chan_send(sv[0], &m, 0) == 0 && fit < 1000)
		m.id = ++fit;
	assert_in_range(fit, 3, 100); /* about four frames of 64 KiB fit */
	t = mk_mono_ms();
	assert_int_equal(mk_chan_send(sv[0], &m, 60), MK_E_AGAIN);
	assert_true(mk_mono_ms() - t >= 59);
	for (unsigned i = 0; i < fit; i++) { /* all that was taken arrives, in order */
		assert_int_equal(mk_chan_recv(sv[1], &got, 0), 0);
		assert_int_equal(got.id, i);
		mk_msg_free(&got);
	}
	assert_int_equal(mk_chan_recv(sv[1], &got, 0), MK_E_AGAIN);
	assert_int_equal(mk_chan_send(sv[0], &m, 0), 0);
	mk_msg_free(&m);
}

static void
the_peer_has_gone(void **state)
{
	(void)state;
	struct mk_msg m, got;
	mk_msg_init(&m, 1, 1);
	assert_int_equal(mk_chan_send(sv[0], &m, 0), 0);
	close(sv[0]);
	sv[0] = -1;
	assert_int_equal(mk_chan_recv(sv[1], &got, -1), 0); /* what was sent before still comes */
	mk_msg_free(&got);
	assert_int_equal(mk_chan_recv(sv[1], &got, -1), MK_E_LOST);
	assert_int_equal(mk_chan_send(sv[1], &m, -1), MK_E_LOST); /* and no SIGPIPE */
	assert_int_equal(mk_chan_recv(-1, &got, 0), MK_E_IO);
	mk_msg_free(&m);
}

static void
connecting(void **state)
{
	(void)state;
	char dir[] = "/tmp/mk_chan_XXXXXX", long_path[200];
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = -7;
	assert_non_null(mkdtemp(dir));
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s/s", dir);
	assert_int_equal(mk_chan_connect(sa.sun_path, &fd), MK_E_NOT_FOUND);
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	assert_int_equal(mk_chan_connect(long_path, &fd), MK_E_INPUT);
	int l = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(l, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(mk_chan_connect(sa.sun_path, &fd), MK_E_NOT_FOUND); /* nobody listens */
	assert_int_equal(fd, -7);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(mk_chan_connect(sa.sun_path, &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(l);
	unlink(sa.sun_path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
	    T(there_and_back_with_descriptors),
	    T(the_frame_has_the_bytes_of_the_header),
	    T(up_to_64_kib_and_no_more),
	    T(malformed_frames),
	    T(a_refused_frame_is_wiped),
	    T(no_descriptor_is_left_over),
	    T(an_empty_frame_is_the_end),
	    T(waiting),
	    T(the_peer_has_gone),
#undef T
	    cmocka_unit_test(connecting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
