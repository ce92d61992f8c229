/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seed file: two copies far enough apart that one torn write cannot spoil both. Both are
 * overwritten in place, one after the other, so that nothing of an older seed stays and one whole
 * copy exists at every moment. Flash and copy-on-write file systems may keep older bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "writer_internal.h"

#define FILE_NAME "seed"
#define COPY_GAP 4096
#define MAGIC_LEN 8
#define CHECKED (MAGIC_LEN + 8 + MK_SEED_LEN) /* magic | index | seed */
#define COPY_LEN (CHECKED + MK_HASH_LEN)

static const char magic[MAGIC_LEN + 1] = "mkseed01";

static void
put_u64(uint8_t *p, uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t
get_u64(const uint8_t *p)
{
	uint64_t v = 0;
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static int
checksum(const uint8_t *copy, uint8_t out[MK_HASH_LEN])
{
	gcry_md_hd_t md;
	if (gcry_md_open(&md, GCRY_MD_SHA256, GCRY_MD_FLAG_SECURE) != 0)
		return MK_E_CRYPTO;
	gcry_md_write(md, copy, CHECKED);
	memcpy(out, gcry_md_read(md, GCRY_MD_SHA256), MK_HASH_LEN);
	gcry_md_close(md);
	return 0;
}

int
mk_seedfile_write(int fd, uint64_t index, const struct mk_secret *seed)
{
	struct mk_secret *copy = mk_secret_new(COPY_LEN);
	if (copy == NULL)
		return MK_E_NOMEM;
	copy->len = COPY_LEN;
	memcpy(copy->data, magic, MAGIC_LEN);
	put_u64(copy->data + MAGIC_LEN, index);
	memcpy(copy->data + MAGIC_LEN + 8, seed->data, MK_SEED_LEN);
	int r = checksum(copy->data, copy->data + CHECKED);
	for (uint64_t i = 0; r == 0 && i < 2; i++) {
		r = mk_pwrite_all(fd, copy->data, COPY_LEN, i * COPY_GAP);
		if (r == 0 && fdatasync(fd) < 0)
			r = MK_E_IO;
	}
	mk_secret_free(copy);
	return r;
}

static int
lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? MK_E_BUSY : MK_E_IO;
}

int
mk_seedfile_create(int dir, const struct mk_secret *seed, int *out)
{
	int fd = openat(dir, FILE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int r = lock(fd);
	if (r == 0)
		r = mk_seedfile_write(fd, 0, seed);
	if (r == 0 && (fchmod(fd, 0600) < 0 || fsync(fd) < 0))
		r = MK_E_IO;
	if (r < 0)
		close(fd);
	else
		*out = fd;
	return r;
}

int
mk_seedfile_open(int dir, int *out)
{
	int fd = openat(dir, FILE_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return mk_err_from_errno(errno);
	int r = lock(fd);
	if (r < 0)
		close(fd);
	else
		*out = fd;
	return r;
}

static bool
copy_whole(const uint8_t *p)
{
	uint8_t sum[MK_HASH_LEN];
	return memcmp(p, magic, MAGIC_LEN) == 0 && get_u64(p + MAGIC_LEN) <= INT64_MAX &&
	       checksum(p, sum) == 0 && mk_equal(sum, p + CHECKED, sizeof sum);
}

int
mk_seedfile_read(int fd, uint64_t *index, struct mk_secret **seed)
{
	struct mk_secret *copy = mk_secret_new(COPY_LEN), *best = mk_secret_new(MK_SEED_LEN);
	uint64_t best_index = 0;
	int r = copy == NULL || best == NULL ? MK_E_NOMEM : 0;
	for (uint64_t i = 0; r == 0 && i < 2; i++) {
		if (mk_pread_all(fd, copy->data, COPY_LEN, i * COPY_GAP) < 0 ||
		    !copy_whole(copy->data))
			continue;
		uint64_t at = get_u64(copy->data + MAGIC_LEN);
		if (best->len > 0 && at <= best_index)
			continue;
		mk_secret_clear(best);
		mk_secret_append(best, copy->data + MAGIC_LEN + 8, MK_SEED_LEN);
		best_index = at;
	}
	if (r == 0 && best->len == 0)
		r = MK_E_DAMAGED;
	if (r == 0) {
		*index = best_index;
		*seed = best;
		best = NULL;
	}
	mk_secret_free(copy);
	mk_secret_free(best);
	return r;
}
