/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VFS by its own interface, without a connection: which names and kinds open, which sizes
 * and offsets are refused, what an empty file says, holes, frames in parts. Each refusal stands
 * beside an accepted neighbour.
 */
#include "tests/unit/store_vfs_lib.h"

struct open_file {
	struct mk_vfs *vfs;
	sqlite3_file *file;
	const char *names; /* SQLite's form: three names in one allocation */
};

static struct open_file t;
static uint8_t page[MK_PAGE_SIZE], got[MK_WAL_FRAME];

static void
fill_page(uint8_t seed)
{
	memset(page, 0, sizeof page);
	for (size_t i = 0; i < MK_PAGE_DATA; i++)
		page[i] = (uint8_t)(i * 7 + seed);
}

static void
header_page(void)
{
	fill_page(1);
	mk_vfs_empty_header(page);
}

static int
open_kind(const char *name, int flags)
{
	int out;
	t.file = calloc(1, (size_t)t.vfs->base.szOsFile);
	assert_non_null(t.file);
	int rc = t.vfs->base.xOpen(&t.vfs->base, name, t.file, flags, &out);
	if (rc != SQLITE_OK) {
		assert_null(t.file->pMethods);
		free(t.file);
		t.file = NULL;
	}
	return rc;
}

static void
close_file(void)
{
	assert_int_equal(t.file->pMethods->xClose(t.file), SQLITE_OK);
	free(t.file);
	t.file = NULL;
}

static int
setup(void **state)
{
	struct mk_page_cipher *c = NULL;
	t_setup(state);
	assert_int_equal(mk_page_cipher_new(
			     MK_PAGE_AES256_OCB, t_keys.vault, (const uint8_t *)t_keys.ledger, &c),
	    0);
	assert_int_equal(mk_page_cipher_add(c, 1, t_key[0]), 0);
	assert_int_equal(mk_page_cipher_add(c, 2, t_key[1]), 0);
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	assert_int_equal(mk_vfs_new(t_path("v.db"), c, NULL, &t.vfs), 0);
	t.names = sqlite3_create_filename(
	    t_path("v.db"), t_path("v.db-journal"), t_path("v.db-wal"), 0, NULL);
	assert_non_null(t.names);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (t.file != NULL)
		close_file();
	sqlite3_free_filename(t.names);
	mk_vfs_free(t.vfs);
	t.vfs = NULL;
	return 0;
}

/* With the database's file there: the real VFS copies its mode to the logs. */
static int
setup_log(void **state)
{
	int r = setup(state);
	t_save("v.db", "", 0);
	return r;
}

#define RW (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)

static int
wr(const void *data, int len, sqlite3_int64 off)
{
	return t.file->pMethods->xWrite(t.file, data, len, off);
}

static int
rd(int len, sqlite3_int64 off)
{
	memset(got, 0xee, sizeof got);
	return t.file->pMethods->xRead(t.file, got, len, off);
}

static void
names_and_kinds(void **state)
{
	(void)state;
	const char *journal = sqlite3_filename_journal(t.names),
		   *wal = sqlite3_filename_wal(t.names);
	const struct {
		const char *name;
		int flags;
	} bad[] = {
	    {NULL, SQLITE_OPEN_MAIN_DB},
	    {NULL, SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_DELETEONCLOSE},
	    {NULL, SQLITE_OPEN_SUBJOURNAL | SQLITE_OPEN_DELETEONCLOSE},
	    {NULL, SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_DELETEONCLOSE},
	    {NULL, SQLITE_OPEN_TRANSIENT_DB},
	    {t.names, 0},
	    {t.names, SQLITE_OPEN_WAL},
	    {t.names, SQLITE_OPEN_MAIN_JOURNAL},
	    {t.names, SQLITE_OPEN_TEMP_DB},
	    {t.names, SQLITE_OPEN_SUPER_JOURNAL},
	    {t.names, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_DELETEONCLOSE},
	    {journal, SQLITE_OPEN_MAIN_DB},
	    {journal, SQLITE_OPEN_SUPER_JOURNAL},
	    {journal, SQLITE_OPEN_WAL},
	    {wal, SQLITE_OPEN_MAIN_DB},
	    {t_path("other.db"), SQLITE_OPEN_MAIN_DB},
	    {t_path("v.db2"), SQLITE_OPEN_MAIN_DB},
	    {t_path("v.d"), SQLITE_OPEN_MAIN_DB},
	};
	int out = -1;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(open_kind(bad[i].name, bad[i].flags | RW), SQLITE_CANTOPEN);
	DIR *d = opendir(t_dir);
	struct dirent *e;
	while ((e = readdir(d)) != NULL)
		assert_true(e->d_name[0] == '.'); /* nothing was made */
	closedir(d);
	const struct {
		const char *name;
		int flags;
	} good[] = {{t.names, SQLITE_OPEN_MAIN_DB}, {journal, SQLITE_OPEN_MAIN_JOURNAL},
	    {wal, SQLITE_OPEN_WAL}};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(open_kind(good[i].name, good[i].flags | RW), SQLITE_OK);
		assert_int_equal(t.file->pMethods->iVersion, 1);
		close_file();
	}
	sqlite3_vfs *v = &t.vfs->base;
	assert_int_equal(v->xDelete(v, t.names, 0), SQLITE_IOERR_DELETE);
	assert_int_equal(v->xDelete(v, t_path("other"), 0), SQLITE_IOERR_DELETE);
	assert_int_equal(v->xDelete(v, journal, 0), SQLITE_OK);
	assert_int_equal(
	    v->xAccess(v, t_path("super-1"), SQLITE_ACCESS_EXISTS, &out), SQLITE_IOERR_ACCESS);
	t_save("v.db-wal", "x", 1);
	assert_int_equal(v->xAccess(v, wal, SQLITE_ACCESS_EXISTS, &out), SQLITE_OK);
	assert_int_equal(out, 1);
	assert_null(v->xDlOpen(v, "/lib/x.so"));
}

static void
main_file(void **state)
{
	(void)state;
	sqlite3_int64 size, want = 4096;
	assert_int_equal(open_kind(t.names, SQLITE_OPEN_MAIN_DB | RW), SQLITE_OK);
	/* an empty file fixes the format */
	assert_int_equal(rd(100, 0), SQLITE_OK);
	assert_int_equal(got[16] << 8 | got[17], 4096);
	assert_int_equal(got[20], 32);
	/* only whole, aligned pages with an empty reserve, and page 1 of our format */
	header_page();
	const struct {
		int len;
		sqlite3_int64 off;
	} bad[] = {{1, 0}, {100, 0}, {512, 0}, {4095, 0}, {4064, 0}, {8192, 0}, {4096, 1},
	    {4096, 512}, {4096, 4095}, {4096, -4096}, {0, 0}, {-1, 0},
	    {4096, (sqlite3_int64)UINT32_MAX * 4096}};
	uint8_t twice[8192] = {0};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(wr(twice, bad[i].len, bad[i].off), SQLITE_IOERR_WRITE);
	for (size_t i = MK_PAGE_DATA; i < MK_PAGE_SIZE; i++) {
		page[i] = 1;
		assert_int_equal(wr(page, 4096, 0), SQLITE_IOERR_WRITE);
		page[i] = 0;
	}
	page[20] = 0; /* the reserve would be lost */
	assert_int_equal(wr(page, 4096, 0), SQLITE_IOERR_WRITE);
	page[20] = 32;
	page[16] = 32; /* another page size */
	assert_int_equal(wr(page, 4096, 0), SQLITE_IOERR_WRITE);
	page[16] = 16;
	assert_int_equal(t.file->pMethods->xFileSize(t.file, &size), SQLITE_OK);
	assert_int_equal(size, 0);
	assert_int_equal(wr(page, 4096, 0), SQLITE_OK); /* control */
	assert_int_equal(rd(4096, 0), SQLITE_OK);
	assert_memory_equal(got, page, 4096);
	/* parts are served from the authenticated page */
	assert_int_equal(rd(16, 24), SQLITE_OK);
	assert_memory_equal(got, page + 24, 16);
	assert_int_equal(rd(1024, 512), SQLITE_OK);
	assert_memory_equal(got, page + 512, 1024);
	/* behind the end: never zeros in the place of a page */
	assert_int_equal(rd(4096, 4096), MK_VFS_DAMAGED);
	assert_int_equal(rd(2, 4095), MK_VFS_DAMAGED);
	assert_int_equal(t.file->pMethods->xTruncate(t.file, 4095), SQLITE_IOERR_TRUNCATE);
	/* no mapping, no chunks, nothing atomic */
	assert_int_equal(
	    t.file->pMethods->xFileControl(t.file, SQLITE_FCNTL_MMAP_SIZE, &want), SQLITE_OK);
	assert_int_equal(want, 0);
	int chunk = 65536;
	assert_int_equal(t.file->pMethods->xFileControl(t.file, SQLITE_FCNTL_CHUNK_SIZE, &chunk),
	    SQLITE_NOTFOUND);
	int kept = SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN |
		   SQLITE_IOCAP_SEQUENTIAL;
	assert_int_equal(t.file->pMethods->xDeviceCharacteristics(t.file) & ~kept, 0);
}

/*
 * SQLite leaves holes and lengthens files; both become authenticated zero pages. A real hole is
 * damage.
 */
static void
holes(void **state)
{
	(void)state;
	static const uint8_t zero[4096];
	assert_int_equal(open_kind(t.names, SQLITE_OPEN_MAIN_DB | RW), SQLITE_OK);
	fill_page(9);
	assert_int_equal(wr(page, 4096, 6 * 4096), SQLITE_OK);
	for (int i = 1; i < 6; i++) {
		assert_int_equal(rd(4096, i * 4096), SQLITE_OK);
		assert_memory_equal(got, zero, 4096);
	}
	assert_int_equal(rd(4096, 0), SQLITE_OK); /* page 1 is an empty database */
	assert_int_equal(rd(4096, 6 * 4096), SQLITE_OK);
	assert_memory_equal(got, page, 4096);
	assert_int_equal(t.file->pMethods->xTruncate(t.file, 10 * 4096), SQLITE_OK);
	assert_int_equal(rd(4096, 9 * 4096), SQLITE_OK);
	assert_memory_equal(got, zero, 4096);
	assert_int_equal(t.file->pMethods->xTruncate(t.file, 8 * 4096), SQLITE_OK);
	assert_int_equal(truncate(t_path("v.db"), 9 * 4096), 0);
	assert_int_equal(rd(4096, 7 * 4096), SQLITE_OK);
	assert_int_equal(rd(4096, 8 * 4096), MK_VFS_DAMAGED);
}

/*
 * A page 1 that a power cut tore must not keep SQLite from the log that mends it; read as a
 * page it is damage.
 */
static void
torn_page_1(void **state)
{
	(void)state;
	assert_int_equal(open_kind(t.names, SQLITE_OPEN_MAIN_DB | RW), SQLITE_OK);
	header_page();
	page[60] = 77;
	assert_int_equal(wr(page, 4096, 0), SQLITE_OK);
	assert_int_equal(rd(100, 0), SQLITE_OK);
	assert_int_equal(got[60], 77);
	struct t_file f = t_load("v.db");
	memset(f.data + 1024, 0, 512);
	t_save("v.db", f.data, f.len);
	free(f.data);
	assert_int_equal(rd(100, 0), SQLITE_OK);
	assert_int_equal(got[60], 0); /* not from the torn page */
	assert_int_equal(got[20], 32);
	assert_int_equal(rd(4096, 0), MK_VFS_DAMAGED);
	assert_int_equal(rd(16, 24), MK_VFS_DAMAGED);
}

static void
frame_header(uint8_t out[24], uint32_t pgno, uint32_t commit)
{
	memset(out, 0, 24);
	out[3] = (uint8_t)pgno;
	out[7] = (uint8_t)commit;
	memcpy(out + 8, "saltSALTsum1sum2", 16);
}

static void
log_frames(void **state)
{
	(void)state;
	uint8_t head[24], log[32] = "\x37\x7f\x06\x83 a header of the log";
	assert_int_equal(open_kind(sqlite3_filename_wal(t.names), SQLITE_OPEN_WAL | RW), SQLITE_OK);
	assert_int_equal(wr(log, 31, 0), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(log, 32, 0), SQLITE_OK);
	fill_page(3);
	frame_header(head, 5, 0);
	assert_int_equal(wr(page, 4096, 32 + 24), SQLITE_IOERR_WRITE); /* a page of no number */
	assert_int_equal(wr(head, 24, 32), SQLITE_OK);
	assert_int_equal(wr(page, 4096, 32 + 24), SQLITE_OK);
	assert_int_equal(wr(page, 4097, 32 + 24), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(page, 100, 32 + 4000), SQLITE_IOERR_WRITE); /* a part of nothing */
	assert_int_equal(rd(4120, 32), SQLITE_OK);
	assert_memory_equal(got, head, 24);
	assert_memory_equal(got + 24, page, 4096);
	assert_int_equal(rd(8, 32 + 16), SQLITE_OK);
	assert_memory_equal(got, "sum1sum2", 8);
	assert_int_equal(rd(4096, 32 + 24), SQLITE_OK);
	assert_memory_equal(got, page, 4096);
	/* on the disk: number in clear, the rest of the header and the page not */
	struct t_file f = t_load("v.db-wal");
	assert_int_equal(f.len, 32 + 4120);
	assert_memory_equal(f.data, log, 32);
	assert_memory_equal(f.data + 32, head, 8);
	assert_null(memmem(f.data, f.len, "saltSALT", 8));
	assert_null(memmem(f.data, f.len, "sum1", 4));
	assert_null(memmem(f.data, f.len, page + 100, 8));
	free(f.data);
	assert_int_equal(rd(4096, 32 + 4120 + 24), MK_VFS_DAMAGED); /* no such frame */
	assert_int_equal(rd(1048, 32), MK_VFS_DAMAGED); /* frames of another page size */
}

static sqlite3_int64
length_on_disk(void)
{
	struct stat st;
	assert_int_equal(stat(t_path("v.db-wal"), &st), 0);
	return st.st_size;
}

/* A header that was held back for its page is on the disk after any barrier. */
static void
held_header(void **state)
{
	(void)state;
	uint8_t head[24], log[32] = {0};
	sqlite3_int64 size, at = 32;
	assert_int_equal(open_kind(sqlite3_filename_wal(t.names), SQLITE_OPEN_WAL | RW), SQLITE_OK);
	assert_int_equal(wr(log, 32, 0), SQLITE_OK);
	for (int barrier = 0; barrier < 5; barrier++, at += MK_WAL_FRAME) {
		frame_header(head, 5, 0);
		assert_int_equal(wr(head, 24, at), SQLITE_OK);
		assert_true(length_on_disk() <= at); /* it waits */
		if (barrier == 0)
			assert_int_equal(
			    t.file->pMethods->xSync(t.file, SQLITE_SYNC_NORMAL), SQLITE_OK);
		if (barrier == 1)
			assert_int_equal(t.file->pMethods->xFileSize(t.file, &size), SQLITE_OK);
		if (barrier == 2)
			rd(4120, 32);
		if (barrier == 3)
			assert_int_equal(
			    t.file->pMethods->xUnlock(t.file, SQLITE_LOCK_NONE), SQLITE_OK);
		if (barrier == 4)
			close_file();
		assert_int_equal(length_on_disk(), at + 24);
	}
}

/*
 * A frame in pieces of every size arrives as one; until it is whole no byte of its page is in
 * the file.
 */
static void
frame_in_parts(void **state)
{
	(void)state;
	uint8_t frame[MK_WAL_FRAME], log[32] = {0};
	for (int part = 8; part < 4120; part = part * 3 + 4) {
		assert_int_equal(
		    open_kind(sqlite3_filename_wal(t.names), SQLITE_OPEN_WAL | RW), SQLITE_OK);
		assert_int_equal(wr(log, 32, 0), SQLITE_OK);
		fill_page((uint8_t)part);
		frame_header(frame, 5, 0);
		memcpy(frame + 24, page, 4096);
		for (int at = 0; at < 4120; at += part) {
			int n = 4120 - at < part ? 4120 - at : part;
			assert_int_equal(wr(frame + at, n, 32 + at), SQLITE_OK);
			assert_int_equal(
			    t.file->pMethods->xSync(t.file, SQLITE_SYNC_NORMAL), SQLITE_OK);
			struct t_file f = t_load("v.db-wal");
			assert_null(memmem(f.data, f.len, page + 8, 8));
			free(f.data);
		}
		assert_int_equal(rd(4120, 32), SQLITE_OK);
		assert_memory_equal(got, frame, 4120);
		assert_int_equal(t.file->pMethods->xTruncate(t.file, 0), SQLITE_OK);
		close_file();
	}
}

static void
journal_steps(void **state)
{
	(void)state;
	uint8_t head[512] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1};
	uint8_t pgno[4] = {0, 0, 0, 9}, sum[4] = "sum1";
	head[22] = 2; /* sector 512 */
	head[26] = 16; /* page 4096 */
	assert_int_equal(
	    open_kind(sqlite3_filename_journal(t.names), SQLITE_OPEN_MAIN_JOURNAL | RW), SQLITE_OK);
	fill_page(4);
	assert_int_equal(wr(page, 4096, 0), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(page, 4096, 516), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(page, 512, 0), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(page, 17, 8192), SQLITE_IOERR_WRITE); /* a super-journal's name */
	head[26] = 32;
	assert_int_equal(wr(head, 512, 0), SQLITE_IOERR_WRITE);
	head[26] = 16;
	assert_int_equal(wr(head, 512, 0), SQLITE_OK);
	assert_int_equal(wr(page, 4096, 516), SQLITE_IOERR_WRITE); /* no page number yet */
	assert_int_equal(wr(pgno, 4, 512), SQLITE_OK);
	assert_int_equal(wr(sum, 4, 516 + 4096), SQLITE_IOERR_WRITE); /* no page yet */
	assert_int_equal(wr(page, 4095, 516), SQLITE_IOERR_WRITE);
	assert_int_equal(wr(page, 4096, 516), SQLITE_OK);
	assert_int_equal(wr(sum, 4, 516 + 4096), SQLITE_OK);
	assert_int_equal(rd(8, 0), SQLITE_OK);
	assert_int_equal(rd(4, 512), SQLITE_OK);
	assert_memory_equal(got, pgno, 4);
	assert_int_equal(rd(4096, 516), SQLITE_OK);
	assert_memory_equal(got, page, 4096);
	assert_int_equal(rd(4, 516 + 4096), SQLITE_OK);
	assert_memory_equal(got, sum, 4);
	assert_int_equal(rd(100, 516), MK_VFS_DAMAGED);
	struct t_file f = t_load("v.db-journal");
	assert_int_equal(f.len, 512 + MK_JOURNAL_RECORD);
	assert_null(memmem(f.data, f.len, page + 40, 8));
	assert_memory_not_equal(f.data + f.len - 4, sum, 4);
	f.data[1000] ^= 1;
	t_save("v.db-journal", f.data, f.len);
	assert_int_equal(
	    rd(4096, 516), MK_VFS_DAMAGED); /* one record is synced: the header says so */
	f.data[11] = 0; /* none is synced: torn, its sum is wrong */
	t_save("v.db-journal", f.data, f.len);
	free(f.data);
	assert_int_equal(rd(4096, 516), SQLITE_OK);
	assert_int_equal(got[0] | got[1000] | got[4095], 0);
	assert_int_equal(rd(4, 516 + 4096), SQLITE_OK);
	assert_memory_not_equal(got, head + 12, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(names_and_kinds, setup, teardown),
	    cmocka_unit_test_setup_teardown(main_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(holes, setup, teardown),
	    cmocka_unit_test_setup_teardown(torn_page_1, setup, teardown),
	    cmocka_unit_test_setup_teardown(log_frames, setup_log, teardown),
	    cmocka_unit_test_setup_teardown(held_header, setup_log, teardown),
	    cmocka_unit_test_setup_teardown(frame_in_parts, setup_log, teardown),
	    cmocka_unit_test_setup_teardown(journal_steps, setup_log, teardown),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
