/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rollback journal. SQLite writes and reads a record in three parts: page number, page,
 * checksum; the state says which part an offset is. Headers (counts, sizes, a random start of
 * the checksums) and page numbers are in clear; pages are sealed as in the database; a
 * checksum, which is a sum over the PLAIN page, is hidden under a pad drawn from that page's
 * nonce. The product runs in WAL mode and has a journal only while a database is made; anything
 * that is not a step of the format is refused.
 */
#include "vfs_internal.h"

#include <string.h>

#define MAGIC_LEN 8
#define AT_COUNT 8
#define AT_SUM_START 12
#define AT_SECTOR 20
#define AT_PAGE_SIZE 24
#define SECTOR 512 /* the smallest: headers start at a multiple of it */
#define HEADER_FIELDS 28
#define COUNT_UNKNOWN UINT32_MAX

static const uint8_t magic[MAGIC_LEN] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

void
mk_journal_init(struct mk_file *f)
{
	memset(&f->journal, 0, sizeof f->journal);
	f->journal.record = -1;
	f->journal.header = -1;
	f->journal.sum = -1;
}

static bool
is_zero(const uint8_t *p, size_t len)
{
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= p[i];
	return any == 0;
}

static int
write_page(struct mk_file *f, const uint8_t *plain, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	int rc = mk_vfs_seal(f->vfs, j->pgno, plain, f->vfs->buf);
	if (rc == SQLITE_OK)
		rc = mk_raw_write(f, f->vfs->buf, MK_PAGE_SIZE, off);
	if (rc == SQLITE_OK) {
		memcpy(j->tail, f->vfs->buf + MK_PAGE_DATA, sizeof j->tail);
		j->page_written = true;
	}
	return rc;
}

static int
write_sum(struct mk_file *f, const uint8_t *sum, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	uint8_t pad[4];
	if (mk_page_pad(f->vfs->cipher, j->tail, pad) < 0)
		return SQLITE_IOERR_WRITE;
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= sum[i];
	int rc = mk_raw_write(f, pad, sizeof pad, off);
	j->record += MK_JOURNAL_RECORD;
	j->pgno = 0;
	j->page_written = false;
	return rc;
}

/*
 * A header: magic and count, or zeros in their place until the records are synced; a random
 * start, sizes, and zeros to the sector's end.
 */
static bool
is_full_header(const uint8_t *p, size_t len)
{
	return len >= SECTOR && len <= MK_PAGE_SIZE && mk_vfs_u32(p + AT_SECTOR) == len &&
	       mk_vfs_u32(p + AT_PAGE_SIZE) == MK_PAGE_SIZE &&
	       (is_zero(p, MAGIC_LEN + 4) || memcmp(p, magic, MAGIC_LEN) == 0) &&
	       is_zero(p + HEADER_FIELDS, len - HEADER_FIELDS);
}

/* A header, its magic and count alone, or the zeros that end a journal. */
static bool
is_header(const uint8_t *p, size_t len, sqlite3_int64 off)
{
	if (off % SECTOR != 0)
		return false;
	if (len == MAGIC_LEN + 4)
		return memcmp(p, magic, MAGIC_LEN) == 0;
	if (len == 1 || (len == HEADER_FIELDS && off == 0))
		return is_zero(p, len);
	return is_full_header(p, len);
}

int
mk_journal_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	const uint8_t *p = buf;
	if (j->record >= 0 && off == j->record && len == 4) {
		j->pgno = mk_vfs_u32(p);
		j->page_written = false;
		return mk_raw_write(f, p, len, off);
	}
	if (j->pgno != 0 && off == j->record + 4 && len == MK_PAGE_SIZE)
		return write_page(f, p, off);
	if (j->page_written && off == j->record + 4 + MK_PAGE_SIZE && len == 4)
		return write_sum(f, p, off);
	if (!is_header(p, len, off))
		return SQLITE_IOERR_WRITE;
	if (len >= SECTOR) {
		j->record = off + (sqlite3_int64)len;
		j->pgno = 0;
		j->page_written = false;
	}
	return mk_raw_write(f, p, len, off);
}

/*
 * Was the record at off synced before the database was touched? The header's count says so;
 * then a page that does not open is damage. A record behind the count is torn, and SQLite has
 * to find its checksum wrong.
 */
static int
check_torn(struct mk_file *f, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	uint8_t field[HEADER_FIELDS];
	if (j->header < 0 || off < j->header)
		return MK_VFS_DAMAGED;
	int rc = mk_raw_read(f, field, sizeof field, j->header);
	if (rc != SQLITE_OK)
		return rc == SQLITE_IOERR_SHORT_READ ? MK_VFS_DAMAGED : rc;
	uint32_t count = mk_vfs_u32(field + AT_COUNT);
	sqlite3_int64 first = j->header + mk_vfs_u32(field + AT_SECTOR);
	if (count != COUNT_UNKNOWN && off < first + (sqlite3_int64)count * MK_JOURNAL_RECORD)
		return MK_VFS_DAMAGED;
	j->torn = true;
	return SQLITE_OK;
}

static int
read_page(struct mk_file *f, uint8_t *out, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	uint8_t *buf = f->vfs->buf;
	j->sum = -1;
	j->torn = false;
	if (off < SECTOR + 4)
		return MK_VFS_DAMAGED;
	int rc = mk_raw_read(f, buf, 4 + MK_PAGE_SIZE, off - 4);
	if (rc != SQLITE_OK) {
		memset(out, 0, MK_PAGE_SIZE);
		return rc; /* SHORT_READ: SQLite ends the playback */
	}
	rc = mk_vfs_unseal(f->vfs, mk_vfs_u32(buf), buf + 4, out);
	if (rc == MK_VFS_DAMAGED)
		rc = check_torn(f, off - 4);
	if (rc == SQLITE_OK) {
		memcpy(j->tail, buf + 4 + MK_PAGE_DATA, sizeof j->tail);
		j->sum = off + MK_PAGE_SIZE;
	}
	return rc;
}

/*
 * The checksum behind the page read last. A torn page reads as zeros, whose sum is the header's
 * start value: anything else is wrong.
 */
static int
read_sum(struct mk_file *f, uint8_t *out)
{
	struct mk_journal_state *j = &f->journal;
	uint8_t pad[4];
	int rc;
	if (j->torn) {
		rc = mk_raw_read(f, out, 4, j->header + AT_SUM_START);
		out[3] ^= 1;
		return rc;
	}
	rc = mk_raw_read(f, out, 4, j->sum);
	if (rc == SQLITE_OK && mk_page_pad(f->vfs->cipher, j->tail, pad) < 0)
		rc = SQLITE_IOERR_READ;
	if (rc == SQLITE_OK)
		for (size_t i = 0; i < sizeof pad; i++)
			out[i] ^= pad[i];
	return rc;
}

int
mk_journal_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off)
{
	struct mk_journal_state *j = &f->journal;
	if (len == MK_PAGE_SIZE)
		return read_page(f, buf, off);
	if (len == 4 && off == j->sum)
		return read_sum(f, buf);
	if (len == MAGIC_LEN && off % SECTOR != 0) {
		/* the end of a super-journal's name would stand here: we never write one */
		memset(buf, 0, len);
		return SQLITE_OK;
	}
	if (len != 1 && len != 4 && len != MAGIC_LEN)
		return MK_VFS_DAMAGED;
	int rc = mk_raw_read(f, buf, len, off);
	if (rc == SQLITE_OK && len == MAGIC_LEN && memcmp(buf, magic, MAGIC_LEN) == 0)
		j->header = off;
	return rc;
}
