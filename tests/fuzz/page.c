/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: the page cipher and the VFS above a disk in memory. The input is a row of
 * operations: reads and writes of any kind, size and offset, what SQLite would do and what it
 * would not, and changes of bytes behind the VFS's back. Whatever happens, no plain text is on
 * the disk, and a page of the database reads as it was written or not at all.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "src/store/vfs_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define DISK (24 * 4120)
#define PAGES 16
#define NEEDLE "PLAINTXT"

struct disk {
	uint8_t data[DISK];
	size_t len;
};

struct disk_file {
	sqlite3_file base;
	struct disk *disk;
};

static struct disk disk[3]; /* main, journal, WAL */
static uint8_t want[PAGES][MK_PAGE_SIZE];
static bool known[PAGES];

static int
d_close(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

static int
d_read(sqlite3_file *f, void *out, int n, sqlite3_int64 off)
{
	struct disk *d = ((struct disk_file *)f)->disk;
	size_t from = (uint64_t)off > d->len ? d->len : (size_t)off;
	size_t have = d->len - from < (size_t)n ? d->len - from : (size_t)n;
	memcpy(out, d->data + from, have);
	memset((uint8_t *)out + have, 0, (size_t)n - have);
	return have == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
d_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 off)
{
	struct disk *d = ((struct disk_file *)f)->disk;
	if (off < 0 || n < 0 || off + n > DISK)
		return SQLITE_FULL;
	memcpy(d->data + off, p, (size_t)n);
	if (d->len < (size_t)(off + n))
		d->len = (size_t)(off + n);
	return SQLITE_OK;
}

static int
d_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct disk *d = ((struct disk_file *)f)->disk;
	if (size < 0 || size > DISK)
		return SQLITE_FULL;
	if ((size_t)size < d->len)
		memset(d->data + size, 0, d->len - (size_t)size);
	d->len = (size_t)size;
	return SQLITE_OK;
}

static int
d_sync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	return SQLITE_OK;
}

static int
d_size(sqlite3_file *f, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct disk_file *)f)->disk->len;
	return SQLITE_OK;
}

static int
d_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static const sqlite3_io_methods d_io = {.iVersion = 1,
    .xClose = d_close,
    .xRead = d_read,
    .xWrite = d_write,
    .xTruncate = d_truncate,
    .xSync = d_sync,
    .xFileSize = d_size,
    .xLock = d_lock,
    .xUnlock = d_lock};

static int
d_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	(void)v;
	(void)out;
	size_t n = strlen(name);
	int which = n > 4 && strcmp(name + n - 4, "-wal") == 0 ? 2
		    : flags & SQLITE_OPEN_MAIN_DB              ? 0
							       : 1;
	((struct disk_file *)f)->disk = &disk[which];
	f->pMethods = &d_io;
	return SQLITE_OK;
}

static struct mk_vfs *
make_vfs(void)
{
	static sqlite3_vfs under = {.iVersion = 1,
	    .szOsFile = sizeof(struct disk_file),
	    .mxPathname = 64,
	    .zName = "fuzz-disk",
	    .xOpen = d_open};
	struct mk_page_cipher *c = NULL;
	struct mk_vfs *v = NULL;
	struct mk_secret *key = NULL;
	if (mk_base_init() < 0 || sqlite3_initialize() != SQLITE_OK ||
	    sqlite3_vfs_register(&under, 0) != SQLITE_OK ||
	    (key = mk_secret_from("0123456789abcdef0123456789abcdef", MK_PAGE_KEY)) == NULL ||
	    mk_page_cipher_new(MK_PAGE_AES256_OCB, (const uint8_t *)"vault-id-16bytes",
		(const uint8_t *)"ltest000000001\0", &c) < 0 ||
	    mk_page_cipher_add(c, 1, key) < 0 || mk_vfs_new("/f", c, "fuzz-disk", &v) < 0)
		abort();
	mk_secret_free(key);
	return v;
}

static sqlite3_file *
open_file(struct mk_vfs *v, size_t which)
{
	static const char *const name[] = {"/f", "/f-journal", "/f-wal"};
	static const int flag[] = {SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_WAL};
	sqlite3_file *f = calloc(1, (size_t)v->base.szOsFile);
	if (f == NULL || v->base.xOpen(&v->base, name[which], f, flag[which], NULL) != SQLITE_OK)
		abort();
	return f;
}

struct input {
	const uint8_t *p;
	size_t left;
};

static uint32_t
take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

/* Sizes and offsets near the borders of the formats. */
static int
pick_len(struct input *in)
{
	static const int len[] = {
	    1, 4, 8, 12, 16, 24, 28, 32, 100, 512, 4064, 4092, 4096, 4120, 8192, 0};
	uint32_t v = take(in);
	return v < 0xe0 ? len[v % 16] : (int)(v - 0xe0) * 137;
}

static sqlite3_int64
pick_off(struct input *in, size_t which)
{
	static const int step[] = {4096, 4104, 4120}, base[] = {0, 512, 32};
	static const int delta[] = {0, 4, 16, 24, 4100, 512, 100, 4095};
	uint32_t v = take(in), d = take(in);
	sqlite3_int64 off = base[which] + (sqlite3_int64)(v % PAGES) * step[which];
	if (v >= 0xf0)
		off = 0;
	return d < 0xc0 ? off + (d < 0x60 ? 0 : delta[d % 8]) : off + d - 0xe0;
}

/*
 * Content: always full of needles where a page's content stands; a header or a reserve as
 * SQLite would have it, or not.
 */
static void
content(struct input *in, uint8_t *out, size_t size)
{
	static const uint8_t journal[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0,
	    1, 1, 2, 3, 4, 0, 0, 0, 9, 0, 0, 2, 0, 0, 0, 16, 0};
	uint32_t how = take(in);
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)NEEDLE[i % 8];
	if (how % 8 == 7)
		return;
	memset(out + MK_PAGE_DATA, 0, MK_PAGE_TAIL);
	if (how % 8 == 1)
		mk_vfs_empty_header(out);
	if (how % 8 == 2) {
		memset(out, 0, 512);
		memcpy(out, journal, sizeof journal);
	}
	if (how % 8 == 3)
		memset(out, 0, 64);
	if (how % 8 >= 4) { /* a page number, salts, sums */
		memset(out, 0, 24);
		out[3] = (uint8_t)(1 + how / 8 % PAGES);
		out[7] = how % 8 == 5;
		out[9] = how % 8 != 6;
	}
}

static void
forget(size_t from)
{
	for (size_t i = from; i < PAGES; i++)
		known[i] = false;
}

static void
check_read(sqlite3_int64 off, int len, const uint8_t *got)
{
	if (len != MK_PAGE_SIZE || off % MK_PAGE_SIZE != 0 || off / MK_PAGE_SIZE >= PAGES)
		return;
	size_t i = (size_t)(off / MK_PAGE_SIZE);
	if (known[i] && memcmp(got, want[i], MK_PAGE_SIZE) != 0)
		abort();
}

static void
write_some(struct input *in, sqlite3_file *f, size_t which)
{
	static uint8_t buf[2 * 8192];
	int len = pick_len(in);
	sqlite3_int64 off = pick_off(in, which);
	/* a header and a count are plain by the format: only what can be a page carries needles */
	content(in, buf, sizeof buf);
	if (len < 100)
		memset(buf + 28, 0, 100);
	if (f->pMethods->xWrite(f, buf, len, off) == SQLITE_OK && which == 0) {
		if (len != MK_PAGE_SIZE || off % MK_PAGE_SIZE != 0)
			abort();
		if (off / MK_PAGE_SIZE < PAGES) {
			memcpy(want[off / MK_PAGE_SIZE], buf, MK_PAGE_SIZE);
			known[off / MK_PAGE_SIZE] = true;
		}
	}
}

static void
read_some(struct input *in, sqlite3_file *f, size_t which)
{
	static uint8_t buf[2 * 8192];
	int len = pick_len(in);
	sqlite3_int64 off = pick_off(in, which);
	if (f->pMethods->xRead(f, buf, len, off) == SQLITE_OK && which == 0)
		check_read(off, len, buf);
}

/*
 * Small writes are metadata of the formats and stand in clear; a needle of two repetitions can
 * only come from a page.
 */
static void
no_needle(void)
{
	for (size_t i = 0; i < 3; i++)
		if (memmem(disk[i].data, disk[i].len, NEEDLE NEEDLE NEEDLE NEEDLE, 32) != NULL)
			abort();
}

static void
one_operation(struct input *in, sqlite3_file **file)
{
	uint32_t op = take(in);
	size_t which = op % 3;
	sqlite3_file *f = file[which];
	switch (op / 3 % 8) {
	case 0:
	case 1:
	case 2:
		write_some(in, f, which);
		break;
	case 3:
	case 4:
		read_some(in, f, which);
		break;
	case 5:
		f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
		break;
	case 6: {
		sqlite3_int64 size = pick_off(in, which);
		if (f->pMethods->xTruncate(f, size) == SQLITE_OK && which == 0)
			forget((size_t)(size / MK_PAGE_SIZE));
		break;
	}
	default: {
		size_t at = (take(in) << 8 | take(in)) * 2;
		if (at < disk[which].len)
			disk[which].data[at] ^= (uint8_t)(1 << take(in) % 8);
	}
	}
}

/* Arbitrary bytes as a sealed page, and a real one that the input changes. */
static void
page_alone(const uint8_t *data, size_t len, struct mk_page_cipher *c)
{
	uint8_t page[MK_PAGE_SIZE] = {0}, out[MK_PAGE_SIZE];
	memcpy(page, data, len < sizeof page ? len : sizeof page);
	page[MK_PAGE_DATA + 15] = 1; /* epoch 1: so that the tag decides */
	memset(page + MK_PAGE_DATA + 12, 0, 3);
	if (mk_page_open(c, 2, page, out) == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mk_vfs *v;
	struct input in = {data, len};
	sqlite3_file *file[3];
	if (v == NULL)
		v = make_vfs();
	if (len > 0 && data[0] == 0xff)
		page_alone(data, len, v->cipher);
	for (size_t i = 0; i < 3; i++) {
		disk[i].len = 0;
		file[i] = open_file(v, i);
	}
	forget(0);
	for (int i = 0; i < 64 && in.left > 0; i++) {
		one_operation(&in, file);
		no_needle();
	}
	for (size_t i = 0; i < 3; i++) {
		file[i]->pMethods->xClose(file[i]);
		free(file[i]);
	}
	no_needle();
	return 0;
}
