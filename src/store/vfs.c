/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VFS object: which names may be opened, and how. Encryption is decided here by the open
 * flags and the name, never by looking at a file's content. There is no global registry: each
 * database has a VFS of its own that carries its path and its keys, so a key can never meet
 * another file.
 */
#include "vfs_internal.h"

#include <stdatomic.h>
#include <string.h>

#include "mynakura/base/err.h"

static struct mk_vfs *
self(sqlite3_vfs *v)
{
	return v->pAppData;
}

/* Is name the database's path plus suffix? */
static bool
is_name(const struct mk_vfs *v, const char *name, const char *suffix)
{
	size_t n = strlen(v->path);
	return name != NULL && strncmp(name, v->path, n) == 0 && strcmp(name + n, suffix) == 0;
}

/* The kind of file that name and flags agree on; false: refused. */
static bool
file_kind(const struct mk_vfs *v, const char *name, int flags, enum mk_file_kind *kind)
{
	static const struct {
		int flag;
		enum mk_file_kind kind;
		const char *suffix;
	} known[] = {
	    {SQLITE_OPEN_MAIN_DB, MK_FILE_MAIN, ""},
	    {SQLITE_OPEN_MAIN_JOURNAL, MK_FILE_JOURNAL, "-journal"},
	    {SQLITE_OPEN_WAL, MK_FILE_WAL, "-wal"},
	};
	const int kinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB |
			  SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_TEMP_JOURNAL |
			  SQLITE_OPEN_SUBJOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if ((flags & kinds) == known[i].flag && is_name(v, name, known[i].suffix)) {
			*kind = known[i].kind;
			return true;
		}
	return false;
}

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct mk_vfs *v = self(vfs);
	struct mk_file *f = (struct mk_file *)file;
	enum mk_file_kind kind;
	memset(f, 0, sizeof *f); /* no methods: SQLite does not call xClose */
	if (!file_kind(v, name, flags, &kind) || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0)
		return SQLITE_CANTOPEN;
	f->vfs = v;
	f->kind = kind;
	f->real = (sqlite3_file *)(f + 1);
	mk_journal_init(f);
	if (kind == MK_FILE_WAL && mk_wal_new(f) != SQLITE_OK)
		return SQLITE_NOMEM;
	int rc = v->real->xOpen(v->real, name, f->real, flags, out_flags);
	if (rc != SQLITE_OK) {
		mk_wal_free(f);
		if (f->real->pMethods != NULL)
			f->real->pMethods->xClose(f->real);
		return rc;
	}
	if (kind == MK_FILE_WAL)
		v->wal = f;
	f->base.pMethods = &mk_vfs_io;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	struct mk_vfs *v = self(vfs);
	if (!is_name(v, name, "-journal") && !is_name(v, name, "-wal"))
		return SQLITE_IOERR_DELETE;
	return v->real->xDelete(v->real, name, sync_dir);
}

/* A super-journal's name that stands in a forged journal ends here, as an error. */
static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct mk_vfs *v = self(vfs);
	if (!is_name(v, name, "") && !is_name(v, name, "-journal") && !is_name(v, name, "-wal"))
		return SQLITE_IOERR_ACCESS;
	return v->real->xAccess(v->real, name, flags, out);
}

static int
vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	struct mk_vfs *v = self(vfs);
	return v->real->xFullPathname(v->real, name, size, out);
}

static void *
vfs_dl_open(sqlite3_vfs *vfs, const char *name)
{
	(void)vfs;
	(void)name;
	return NULL;
}

static void
vfs_dl_error(sqlite3_vfs *vfs, int size, char *text)
{
	(void)vfs;
	if (size > 0)
		text[0] = '\0';
}

static void (*vfs_dl_sym(sqlite3_vfs *vfs, void *handle, const char *name))(void)
{
	(void)vfs;
	(void)handle;
	(void)name;
	return NULL;
}

static void
vfs_dl_close(sqlite3_vfs *vfs, void *handle)
{
	(void)vfs;
	(void)handle;
}

static int
vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	return self(vfs)->real->xRandomness(self(vfs)->real, size, out);
}

static int
vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return self(vfs)->real->xSleep(self(vfs)->real, microseconds);
}

static int
vfs_current_time(sqlite3_vfs *vfs, double *out)
{
	return self(vfs)->real->xCurrentTime(self(vfs)->real, out);
}

static int
vfs_last_error(sqlite3_vfs *vfs, int size, char *text)
{
	return self(vfs)->real->xGetLastError(self(vfs)->real, size, text);
}

static void
fill_methods(struct mk_vfs *v)
{
	v->base = (sqlite3_vfs){
	    .iVersion = 1,
	    .szOsFile = (int)sizeof(struct mk_file) + v->real->szOsFile,
	    .mxPathname = v->real->mxPathname,
	    .zName = v->name,
	    .pAppData = v,
	    .xOpen = vfs_open,
	    .xDelete = vfs_delete,
	    .xAccess = vfs_access,
	    .xFullPathname = vfs_full_pathname,
	    .xDlOpen = vfs_dl_open,
	    .xDlError = vfs_dl_error,
	    .xDlSym = vfs_dl_sym,
	    .xDlClose = vfs_dl_close,
	    .xRandomness = vfs_randomness,
	    .xSleep = vfs_sleep,
	    .xCurrentTime = vfs_current_time,
	    .xGetLastError = vfs_last_error,
	};
}

int
mk_vfs_new(const char *path, struct mk_page_cipher *cipher, const char *under, struct mk_vfs **out)
{
	static atomic_ulong serial;
	int r = MK_E_NOMEM;
	struct mk_vfs *v = calloc(1, sizeof *v);
	if (v == NULL)
		goto out;
	v->path = strdup(path);
	if (v->path == NULL)
		goto out;
	r = MK_E_INTERNAL;
	v->real = sqlite3_vfs_find(under == NULL ? "unix" : under);
	if (v->real == NULL)
		goto out;
	snprintf(v->name, sizeof v->name, "mynakura-%lu", atomic_fetch_add(&serial, 1));
	fill_methods(v);
	if (sqlite3_vfs_register(&v->base, 0) != SQLITE_OK)
		goto out;
	v->cipher = cipher;
	*out = v;
	return 0;
out:
	mk_page_cipher_free(cipher);
	if (v != NULL)
		free(v->path);
	free(v);
	return r;
}

void
mk_vfs_free(struct mk_vfs *v)
{
	if (v == NULL)
		return;
	sqlite3_vfs_unregister(&v->base);
	mk_page_cipher_free(v->cipher);
	free(v->path);
	explicit_bzero(v, sizeof *v);
	free(v);
}
