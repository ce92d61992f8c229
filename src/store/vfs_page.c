/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages as SQLite sees them and as they stand on the disk, and the main database file made of
 * nothing else. On the disk page 1 begins with our magic instead of SQLite's; SQLite's bytes
 * 16..23 (page size, versions, reserved bytes) follow it in clear and are authenticated.
 */
#include "vfs_internal.h"

#include <string.h>

#define PLAIN_MAGIC "SQLite format 3" /* with its NUL: 16 bytes */

/*
 * Magic 8 | format version 1 | cipher id 1 | 6 zero bytes. The zero bytes are the place of a
 * later flag that a root over the page tags was sealed at a clean close (decisions.md 16);
 * today a reader refuses anything but zero.
 */
static const uint8_t disk_magic[16] = {
    'm', 'y', 'n', 'a', 'k', 'u', 'r', 'a', 1, MK_PAGE_AES256_OCB, 0, 0, 0, 0, 0, 0};

static bool
all_zero(const uint8_t *p, size_t len)
{
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= p[i];
	return any == 0;
}

void
mk_vfs_empty_header(uint8_t out[100])
{
	memset(out, 0, 100);
	memcpy(out, PLAIN_MAGIC, 16);
	out[16] = MK_PAGE_SIZE >> 8;
	out[17] = MK_PAGE_SIZE & 0xff;
	out[18] = out[19] = 1;
	out[20] = MK_PAGE_TAIL;
	out[21] = 64;
	out[22] = out[23] = 32;
}

/*
 * The format may not change under us (PRAGMA page_size, a lost reserve): SQLite's own header
 * says so first.
 */
static bool
page_1_fits(const uint8_t *p)
{
	return memcmp(p, PLAIN_MAGIC, 16) == 0 && (p[16] << 8 | p[17]) == MK_PAGE_SIZE &&
	       p[20] == MK_PAGE_TAIL;
}

int
mk_vfs_seal(struct mk_vfs *v, uint32_t pgno, const uint8_t *plain, uint8_t *out)
{
	uint8_t first[MK_PAGE_SIZE];
	int r;
	/*
	 * SQLite's checksums cover the reserved bytes; they come back as zeros, so they must go
	 * out as zeros.
	 */
	if (pgno == 0 || !all_zero(plain + MK_PAGE_DATA, MK_PAGE_TAIL))
		return SQLITE_IOERR_WRITE;
	if (pgno != 1) {
		r = mk_page_seal(v->cipher, pgno, plain, out);
	} else {
		if (!page_1_fits(plain))
			return SQLITE_IOERR_WRITE;
		memcpy(first, plain, sizeof first);
		memcpy(first, disk_magic, sizeof disk_magic);
		r = mk_page_seal(v->cipher, pgno, first, out);
		explicit_bzero(first, sizeof first);
	}
	return r == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int
mk_vfs_unseal(struct mk_vfs *v, uint32_t pgno, const uint8_t *page, uint8_t *out)
{
	if (mk_page_open(v->cipher, pgno, page, out) < 0)
		return MK_VFS_DAMAGED;
	if (pgno != 1)
		return SQLITE_OK;
	if (memcmp(out, disk_magic, sizeof disk_magic) == 0) {
		memcpy(out, PLAIN_MAGIC, 16);
		if (page_1_fits(out))
			return SQLITE_OK;
	}
	explicit_bzero(out, MK_PAGE_SIZE);
	return MK_VFS_DAMAGED;
}

/*
 * One whole page. A page that is not there, or in part, is damage: SQLite would take it for
 * zeros.
 */
static int
read_page(struct mk_file *f, uint32_t pgno, uint8_t *out)
{
	sqlite3_int64 off = (sqlite3_int64)(pgno - 1) * MK_PAGE_SIZE;
	int rc = mk_raw_read(f, out, MK_PAGE_SIZE, off);
	if (rc == SQLITE_OK)
		return mk_vfs_unseal(f->vfs, pgno, out, out);
	memset(out, 0, MK_PAGE_SIZE);
	return rc == SQLITE_IOERR_SHORT_READ ? MK_VFS_DAMAGED : rc;
}

/* A part of one page is served from the whole page, which is authenticated first. */
static int
read_part(struct mk_file *f, uint32_t pgno, size_t at, uint8_t *out, size_t len)
{
	uint8_t page[MK_PAGE_SIZE];
	int rc = read_page(f, pgno, page);
	if (rc == SQLITE_OK)
		memcpy(out, page + at, len);
	else
		memset(out, 0, len);
	explicit_bzero(page, sizeof page);
	return rc;
}

/*
 * The header read at open, before a journal or WAL was looked at: of an empty file it fixes the
 * page size and the reserved bytes (store.md); of a page 1 torn by a power cut it must not stop
 * the recovery that will mend it. Page 1 itself is read, and refused, later.
 */
static int
read_header(struct mk_file *f, uint8_t *out)
{
	sqlite3_int64 size;
	int rc = f->real->pMethods->xFileSize(f->real, &size);
	if (rc != SQLITE_OK)
		return rc;
	rc = size == 0 ? MK_VFS_DAMAGED : read_part(f, 1, 0, out, 100);
	if (rc == MK_VFS_DAMAGED) {
		mk_vfs_empty_header(out);
		rc = SQLITE_OK;
	}
	return rc;
}

int
mk_main_file_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off)
{
	uint8_t *out = buf;
	int rc = SQLITE_OK;
	if (off == 0 && len == 100)
		return read_header(f, out);
	while (len > 0 && rc == SQLITE_OK) {
		sqlite3_int64 index = off / MK_PAGE_SIZE;
		size_t at = (size_t)(off % MK_PAGE_SIZE);
		size_t n = MK_PAGE_SIZE - at < len ? MK_PAGE_SIZE - at : len;
		if (index >= (sqlite3_int64)UINT32_MAX - 1)
			return SQLITE_IOERR_READ;
		uint32_t pgno = (uint32_t)index + 1;
		rc = n == MK_PAGE_SIZE ? read_page(f, pgno, out) : read_part(f, pgno, at, out, n);
		out += n;
		off += (sqlite3_int64)n;
		len -= n;
	}
	if (rc != SQLITE_OK)
		memset(out, 0, len);
	return rc;
}

static int
write_page(struct mk_file *f, uint32_t pgno, const uint8_t *plain)
{
	int rc = mk_vfs_seal(f->vfs, pgno, plain, f->vfs->buf);
	if (rc != SQLITE_OK)
		return rc;
	return mk_raw_write(f, f->vfs->buf, MK_PAGE_SIZE, (sqlite3_int64)(pgno - 1) * MK_PAGE_SIZE);
}

/*
 * Writes authenticated zero pages from the end of the file up to offset `to`, where SQLite
 * would leave a hole: a hole reads as zeros, and unauthenticated zeros are refused.
 */
static int
fill_hole(struct mk_file *f, sqlite3_int64 to)
{
	uint8_t zero[MK_PAGE_SIZE] = {0};
	uint8_t first[MK_PAGE_SIZE] = {0};
	if (f->size >= to)
		return SQLITE_OK;
	int rc = f->real->pMethods->xFileSize(f->real, &f->size);
	f->size -= f->size % MK_PAGE_SIZE;
	mk_vfs_empty_header(first);
	while (rc == SQLITE_OK && f->size < to) {
		rc = write_page(
		    f, (uint32_t)(f->size / MK_PAGE_SIZE) + 1, f->size == 0 ? first : zero);
		if (rc == SQLITE_OK)
			f->size += MK_PAGE_SIZE;
	}
	return rc;
}

int
mk_main_file_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off)
{
	if (len != MK_PAGE_SIZE || off % MK_PAGE_SIZE != 0 ||
	    off / MK_PAGE_SIZE >= (sqlite3_int64)UINT32_MAX - 1)
		return SQLITE_IOERR_WRITE;
	int rc = fill_hole(f, off);
	if (rc == SQLITE_OK)
		rc = write_page(f, (uint32_t)(off / MK_PAGE_SIZE) + 1, buf);
	if (rc == SQLITE_OK && f->size < off + MK_PAGE_SIZE)
		f->size = off + MK_PAGE_SIZE;
	return rc;
}

int
mk_main_file_truncate(struct mk_file *f, sqlite3_int64 size)
{
	if (size < 0 || size % MK_PAGE_SIZE != 0)
		return SQLITE_IOERR_TRUNCATE;
	f->size = 0;
	int rc = fill_hole(f, size);
	if (rc == SQLITE_OK)
		rc = f->real->pMethods->xTruncate(f->real, size);
	f->size = rc == SQLITE_OK ? size : 0;
	return rc;
}
