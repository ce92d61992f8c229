/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The io methods (version 1: no shared memory, no mapping): each goes to the file's kind and
 * from there to the real file. File controls pass by an allow-list; what would write outside
 * xWrite (chunks, size hints, mapping) does nothing.
 */
#include "vfs_internal.h"

#include <string.h>

static struct mk_file *
self(sqlite3_file *f)
{
	return (struct mk_file *)f;
}

int
mk_raw_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off)
{
	return f->real->pMethods->xRead(f->real, buf, (int)len, off);
}

int
mk_raw_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off)
{
	return f->real->pMethods->xWrite(f->real, buf, (int)len, off);
}

/* Nothing that the shim holds back may outlive a barrier of any of the database's files. */
static int
flush(struct mk_file *f)
{
	return f->vfs->wal == NULL ? SQLITE_OK : mk_wal_flush(f->vfs->wal);
}

static int
io_close(sqlite3_file *file)
{
	struct mk_file *f = self(file);
	int rc = SQLITE_OK;
	if (f->kind == MK_FILE_WAL) {
		rc = mk_wal_flush(f);
		mk_wal_free(f);
		f->vfs->wal = NULL;
	}
	int rc2 = f->real->pMethods->xClose(f->real);
	explicit_bzero(f, sizeof *f);
	return rc != SQLITE_OK ? rc : rc2;
}

static int
io_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 off)
{
	struct mk_file *f = self(file);
	if (len <= 0 || off < 0)
		return SQLITE_IOERR_READ;
	switch (f->kind) {
	case MK_FILE_MAIN:
		return mk_main_file_read(f, buf, (size_t)len, off);
	case MK_FILE_WAL:
		return mk_wal_read(f, buf, (size_t)len, off);
	case MK_FILE_JOURNAL:
		return mk_journal_read(f, buf, (size_t)len, off);
	}
	return SQLITE_IOERR_READ;
}

static int
io_write(sqlite3_file *file, const void *buf, int len, sqlite3_int64 off)
{
	struct mk_file *f = self(file);
	if (len <= 0 || off < 0)
		return SQLITE_IOERR_WRITE;
	switch (f->kind) {
	case MK_FILE_MAIN:
		return mk_main_file_write(f, buf, (size_t)len, off);
	case MK_FILE_WAL:
		return mk_wal_write(f, buf, (size_t)len, off);
	case MK_FILE_JOURNAL:
		return mk_journal_write(f, buf, (size_t)len, off);
	}
	return SQLITE_IOERR_WRITE;
}

static int
io_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct mk_file *f = self(file);
	switch (f->kind) {
	case MK_FILE_MAIN:
		return mk_main_file_truncate(f, size);
	case MK_FILE_WAL:
		return mk_wal_truncate(f, size);
	case MK_FILE_JOURNAL:
		mk_journal_init(f);
		return f->real->pMethods->xTruncate(f->real, size);
	}
	return SQLITE_IOERR_TRUNCATE;
}

static int
io_sync(sqlite3_file *file, int flags)
{
	struct mk_file *f = self(file);
	int rc = flush(f);
	if (rc == SQLITE_OK && f->kind == MK_FILE_WAL)
		rc = mk_wal_check(f);
	return rc != SQLITE_OK ? rc : f->real->pMethods->xSync(f->real, flags);
}

static int
io_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct mk_file *f = self(file);
	int rc = f->kind == MK_FILE_WAL ? flush(f) : SQLITE_OK;
	return rc != SQLITE_OK ? rc : f->real->pMethods->xFileSize(f->real, size);
}

static int
io_lock(sqlite3_file *file, int level)
{
	return self(file)->real->pMethods->xLock(self(file)->real, level);
}

static int
io_unlock(sqlite3_file *file, int level)
{
	struct mk_file *f = self(file);
	int rc = flush(f);
	f->size = 0; /* another connection may shorten it now */
	int rc2 = f->real->pMethods->xUnlock(f->real, level);
	return rc != SQLITE_OK ? rc : rc2;
}

static int
io_check_reserved(sqlite3_file *file, int *out)
{
	return self(file)->real->pMethods->xCheckReservedLock(self(file)->real, out);
}

static int
io_control(sqlite3_file *file, int op, void *arg)
{
	struct mk_file *f = self(file);
	switch (op) {
	case SQLITE_FCNTL_MMAP_SIZE:
		*(sqlite3_int64 *)arg = 0;
		return SQLITE_OK;
	case SQLITE_FCNTL_SIZE_HINT: /* would make holes */
		return SQLITE_OK;
	case SQLITE_FCNTL_VFSNAME:
		*(char **)arg = sqlite3_mprintf("%s", f->vfs->name);
		return SQLITE_OK;
	case SQLITE_FCNTL_LOCKSTATE:
	case SQLITE_FCNTL_LAST_ERRNO:
	case SQLITE_FCNTL_PERSIST_WAL:
	case SQLITE_FCNTL_OVERWRITE:
	case SQLITE_FCNTL_SYNC:
	case SQLITE_FCNTL_COMMIT_PHASETWO:
	case SQLITE_FCNTL_HAS_MOVED:
		return f->real->pMethods->xFileControl(f->real, op, arg);
	default:
		return SQLITE_NOTFOUND;
	}
}

static int
io_sector_size(sqlite3_file *file)
{
	int n = self(file)->real->pMethods->xSectorSize(self(file)->real);
	return n > MK_PAGE_SIZE ? MK_PAGE_SIZE : n; /* a journal header stays one write */
}

/*
 * Only what stays true when whole pages are sealed; never an atomic or subpage promise of the
 * disk.
 */
static int
io_characteristics(sqlite3_file *file)
{
	const int kept = SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN |
			 SQLITE_IOCAP_SEQUENTIAL;
	return self(file)->real->pMethods->xDeviceCharacteristics(self(file)->real) & kept;
}

const sqlite3_io_methods mk_vfs_io = {
    .iVersion = 1,
    .xClose = io_close,
    .xRead = io_read,
    .xWrite = io_write,
    .xTruncate = io_truncate,
    .xSync = io_sync,
    .xFileSize = io_file_size,
    .xLock = io_lock,
    .xUnlock = io_unlock,
    .xCheckReservedLock = io_check_reserved,
    .xFileControl = io_control,
    .xSectorSize = io_sector_size,
    .xDeviceCharacteristics = io_characteristics,
};
