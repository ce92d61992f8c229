/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The encrypting VFS (store.md, "What the VFS must get right"; man/mynakura-vault.5, PAGES), in
 * the form of SQLite's own shims: a file is a struct whose first member is sqlite3_file, with
 * the real file right behind it. One VFS object serves one database and opens three names: the
 * database, its -journal and its -wal. Every other name, kind, size or offset is refused (fail
 * closed).
 */
#ifndef MK_STORE_VFS_INTERNAL_H
#define MK_STORE_VFS_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "mynakura/crypto/page.h"
#include "mynakura/store/db.h"

#define MK_WAL_HEADER 32
#define MK_WAL_FRAME_HEADER 24
#define MK_WAL_FRAME (MK_WAL_FRAME_HEADER + MK_PAGE_SIZE)
#define MK_JOURNAL_RECORD (4 + MK_PAGE_SIZE + 4)

/*
 * What a page that does not authenticate is called towards SQLite (as in cksumvfs); mk_db_error
 * makes it DAMAGED.
 */
#define MK_VFS_DAMAGED SQLITE_IOERR_DATA

enum mk_file_kind { MK_FILE_MAIN, MK_FILE_JOURNAL, MK_FILE_WAL };

struct mk_vfs;

/*
 * WAL. frame[i].pgno is the page number of frame i as this process read it in recovery or wrote
 * it: an exchange of whole frames on the disk is seen. While only recovery has read, a frame
 * that does not open is the torn end of the log; later it is damage.
 */
struct mk_wal_frame {
	uint32_t pgno;
	bool unsummed; /* SQLite left salts and checksum zero, to be made good at the commit */
};

struct mk_wal_state {
	struct mk_wal_frame *frame;
	size_t frames; /* entries in use */
	size_t cap; /* entries allocated */
	bool strict; /* recovery is over */
	size_t unsummed; /* frames that are */
	size_t commit; /* 1 + the frame of the last commit record */
	bool held; /* the header of frame `held_frame` waits for its page */
	size_t held_frame;
	size_t part_frame; /* a frame that arrives in parts */
	size_t part_len; /* bytes of it so far; 0: none */
	uint8_t head[MK_WAL_FRAME_HEADER]; /* the held header, masked */
	uint8_t part[MK_WAL_FRAME]; /* plain: wiped when complete */
};

/*
 * Rollback journal: where we are in a record, as SQLite writes and reads it in parts. Offsets
 * are of the file; -1: unknown.
 */
struct mk_journal_state {
	sqlite3_int64 record; /* where the next record starts (writing) */
	uint32_t pgno; /* of the record being written; 0: not yet */
	bool page_written; /* its page went out, the checksum comes */
	sqlite3_int64 header; /* of the segment being read */
	sqlite3_int64 sum; /* where the checksum of the page read last stands */
	bool torn; /* that page did not open and was never synced */
	uint8_t tail[MK_PAGE_TAIL]; /* of the page written or read last */
};

struct mk_file {
	sqlite3_file base; /* first: SQLite sees only this */
	struct mk_vfs *vfs;
	sqlite3_file *real; /* the memory behind this struct */
	enum mk_file_kind kind;
	sqlite3_int64 size; /* main: pages below this are surely there */
	struct mk_wal_state *wal;
	struct mk_journal_state journal;
};

struct mk_vfs {
	sqlite3_vfs base; /* pAppData is this struct */
	sqlite3_vfs *real;
	struct mk_page_cipher *cipher;
	char *path; /* the full name of the database; the other two names follow from it */
	char name[40];
	struct mk_file *wal; /* while it is open */
	uint8_t buf[MK_WAL_FRAME]; /* sealed bytes on their way; plain ones are wiped */
};

/*
 * Registers a VFS of its own for the database at path (absolute, resolved). Takes cipher, also
 * on an error. under: the name of the VFS below, NULL for "unix" (tests put a failing one
 * there). NOMEM, INTERNAL (no such VFS).
 */
int mk_vfs_new(
    const char *path, struct mk_page_cipher *cipher, const char *under, struct mk_vfs **out);
void mk_vfs_free(struct mk_vfs *v); /* after the connection is closed; wipes; NULL is fine */

extern const sqlite3_io_methods mk_vfs_io; /* vfs_io.c */

/*
 * All of these return SQLITE_OK or an SQLite error. raw_read: SQLITE_IOERR_SHORT_READ
 * zero-fills, as xRead does.
 */
int mk_raw_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off);
int mk_raw_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off);

/* SQLite's page <-> the page on disk: page 1 carries our magic instead of SQLite's (vfs_page.c). */
int mk_vfs_seal(struct mk_vfs *v, uint32_t pgno, const uint8_t *plain, uint8_t *out);
int mk_vfs_unseal(struct mk_vfs *v, uint32_t pgno, const uint8_t *page, uint8_t *out);
void mk_vfs_empty_header(uint8_t out[100]); /* fixes page size 4096 and 32 reserved bytes */

int mk_main_file_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off);
int mk_main_file_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off);
int mk_main_file_truncate(struct mk_file *f, sqlite3_int64 size);

int mk_wal_new(struct mk_file *f);
void mk_wal_free(struct mk_file *f);
int mk_wal_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off);
int mk_wal_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off);
int mk_wal_truncate(struct mk_file *f, sqlite3_int64 size);
int mk_wal_flush(struct mk_file *f); /* writes a header that was held back */
int mk_wal_check(const struct mk_file *f); /* before a sync: would this log be recovered? */

void mk_journal_init(struct mk_file *f);
int mk_journal_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off);
int mk_journal_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off);

static inline uint32_t
mk_vfs_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* For tests and the later rekey and suite work; the product opens with mk_db_open. */
struct mk_db_options {
	const char *under; /* VFS below; NULL: unix */
	const char *journal; /* NULL: wal; delete, truncate, persist */
	bool shared; /* locking_mode NORMAL (rollback journals only) */
	bool keep_wal; /* close without a checkpoint: the WAL stays as it is */
};
int mk_db_open_with(const char *path, const struct mk_db_keys *keys, bool create,
    const struct mk_db_options *options, struct mk_db **out);

#endif
