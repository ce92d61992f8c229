/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file with its two copies. A change overwrites one copy, makes it durable, then the other:
 * whatever is cut off, one whole copy stands. What an image no longer uses is overwritten with
 * zeros in both (a destroyed key's grants, R13).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyring_internal.h"
#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"

static int
sync_dir(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int r = fsync(fd) < 0 ? mk_err_from_errno(errno) : 0;
	close(fd);
	return r;
}

int
kr_file_create(int dirfd, const char *name, int *out)
{
	if (strchr(name, '/') != NULL)
		return MK_E_INPUT;
	int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? MK_E_EXISTS : mk_err_from_errno(errno);
	int e = posix_fallocate(fd, 0, KR_FILE);
	int r = e != 0 ? mk_err_from_errno(e) : 0;
	if (r == 0 && fsync(fd) < 0)
		r = mk_err_from_errno(errno);
	if (r == 0)
		r = sync_dir(dirfd);
	if (r < 0) {
		close(fd);
		unlinkat(dirfd, name, 0);
		return r;
	}
	*out = fd;
	return 0;
}

/* Reads up to len bytes at off; *have says how many there are before the end of the file. */
static int
read_at(int fd, size_t off, uint8_t *buf, size_t len, size_t *have)
{
	size_t got = 0;
	while (got < len) {
		ssize_t n = pread(fd, buf + got, len - got, (off_t)(off + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return MK_E_IO;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*have = got;
	return 0;
}

/*
 * Reads a copy as far as its header says. A short file is a damaged copy, and so is one that cannot
 * be read (a bad sector): that is what the other one is for.
 */
static int
read_copy(int fd, int which, struct kr_image **out)
{
	const size_t off = (size_t)which * KR_COPY;
	uint8_t header[KR_HEADER], *buf = NULL;
	size_t have = 0, used;
	int r = read_at(fd, off, header, sizeof header, &have);
	if (r == 0)
		r = have < sizeof header ? MK_E_DAMAGED : kr_header_used(header, &used);
	if (r == 0 && (buf = malloc(used)) == NULL)
		return MK_E_NOMEM;
	if (r == 0)
		r = read_at(fd, off, buf, used, &have);
	if (r == 0)
		r = kr_image_decode(buf, have, out);
	free(buf);
	return r == MK_E_IO ? MK_E_DAMAGED : r;
}

/* Takes both copies' images (one may be NULL) and decides which is used first. */
static void
choose(struct mk_keyring *kr, struct kr_image *copy[2])
{
	kr->use = 0;
	kr->repair = MK_REPAIR_COPY;
	if (copy[0] == NULL || copy[1] == NULL) {
		kr->use = copy[0] == NULL ? 1 : 0;
	} else if (copy[0]->seq != copy[1]->seq) {
		kr->use = copy[1]->seq > copy[0]->seq ? 1 : 0;
		kr->repair = MK_REPAIR_UNFINISHED;
	} else if (copy[0]->raw_len == copy[1]->raw_len &&
		   memcmp(copy[0]->raw, copy[1]->raw, copy[0]->raw_len) == 0) {
		kr->repair = MK_REPAIR_NONE;
		kr->synced = true;
		kr_image_free(copy[1]);
		copy[1] = NULL;
	}
	kr->img = copy[kr->use];
	kr->other = copy[1 - kr->use];
}

int
kr_file_read(struct mk_keyring *kr)
{
	struct kr_image *copy[2] = {NULL, NULL};
	struct stat st;
	if (fstat(kr->fd, &st) < 0)
		return mk_err_from_errno(errno);
	if (!S_ISREG(st.st_mode))
		return MK_E_DAMAGED;
	int r = 0;
	for (int i = 0; i < 2 && r == 0; i++) {
		r = read_copy(kr->fd, i, &copy[i]);
		if (r == MK_E_DAMAGED)
			r = 0;
	}
	if (r == 0 && copy[0] == NULL && copy[1] == NULL)
		r = MK_E_DAMAGED;
	if (r < 0) {
		kr_image_free(copy[0]);
		kr_image_free(copy[1]);
		return r;
	}
	choose(kr, copy);
	if (kr->repair == MK_REPAIR_NONE && st.st_size != (off_t)KR_FILE) {
		kr->repair = MK_REPAIR_COPY;
		kr->synced = false;
	}
	kr->extent = KR_COPY;
	return 0;
}

static int
write_copy(int fd, int which, const uint8_t *data, size_t len)
{
	int r = mk_pwrite_all(fd, data, len, (uint64_t)which * KR_COPY);
	if (r == 0 && fdatasync(fd) < 0)
		r = mk_err_from_errno(errno);
	return r;
}

static uint8_t *
padded_image(const struct kr_image *img, size_t len)
{
	uint8_t *p = calloc(1, len);
	if (p != NULL)
		memcpy(p, img->raw, img->raw_len);
	return p;
}

/*
 * After a failed write: the old image back into every copy that was touched. When that fails too,
 * nobody knows what is there.
 */
static void
put_back(struct mk_keyring *kr, const int *order, int touched)
{
	uint8_t *old = kr->img == NULL ? NULL : padded_image(kr->img, KR_COPY);
	kr->extent = KR_COPY;
	kr->synced = kr->synced && old != NULL;
	kr->failed = old == NULL;
	for (int i = 0; i < touched && old != NULL; i++)
		if (write_copy(kr->fd, order[i], old, KR_COPY) < 0)
			kr->failed = true;
	free(old);
}

int
kr_file_write(struct mk_keyring *kr, const struct kr_image *next)
{
	/*
	 * a copy that is not the one in use goes first: the good one is only touched when it is
	 * whole
	 */
	const int first = kr->synced ? 0 : 1 - kr->use;
	const int order[2] = {first, 1 - first};
	size_t len = next->raw_len > kr->extent ? next->raw_len : kr->extent;
	uint8_t *data = padded_image(next, len);
	if (data == NULL)
		return MK_E_NOMEM;
	kr->top = next->seq;
	int r = 0;
	for (int i = 0; i < 2 && r == 0; i++) {
		r = write_copy(kr->fd, order[i], data, len);
		if (r < 0)
			put_back(kr, order, i + 1);
	}
	free(data);
	if (r < 0)
		return r;
	kr->extent = next->raw_len;
	kr->synced = true;
	kr->use = 0;
	kr->repair = MK_REPAIR_NONE;
	return 0;
}
