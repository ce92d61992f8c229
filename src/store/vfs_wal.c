/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The write-ahead log: a 32-byte header in clear (it tells nothing about pages), then frames of
 * 24 + 4096 bytes. Of a frame's header the page number and the commit size are in clear; salts
 * and checksum, which is a sum over the PLAIN page, are one masked block. The page is sealed
 * exactly as in the database.
 */
#include "vfs_internal.h"

#include <string.h>

#define MASKED 8 /* where the masked block stands in a frame's header */
#define FRAMES_MAX ((size_t)1 << 30)

static sqlite3_int64
frame_offset(size_t frame)
{
	return MK_WAL_HEADER + (sqlite3_int64)frame * MK_WAL_FRAME;
}

int
mk_wal_new(struct mk_file *f)
{
	f->wal = calloc(1, sizeof *f->wal);
	return f->wal == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

void
mk_wal_free(struct mk_file *f)
{
	if (f->wal == NULL)
		return;
	free(f->wal->frame);
	explicit_bzero(f->wal, sizeof *f->wal);
	free(f->wal);
	f->wal = NULL;
}

static int
remember(struct mk_wal_state *w, size_t frame, uint32_t pgno, bool unsummed)
{
	if (frame >= FRAMES_MAX)
		return SQLITE_FULL;
	if (frame >= w->cap) {
		size_t cap = frame < 512 ? 1024 : frame * 2;
		struct mk_wal_frame *p = realloc(w->frame, cap * sizeof *p);
		if (p == NULL)
			return SQLITE_IOERR_NOMEM;
		memset(p + w->cap, 0, (cap - w->cap) * sizeof *p);
		w->frame = p;
		w->cap = cap;
	}
	w->unsummed -= w->frame[frame].unsummed;
	w->unsummed += unsummed;
	w->frame[frame] = (struct mk_wal_frame){pgno, unsummed};
	if (frame >= w->frames)
		w->frames = frame + 1;
	return SQLITE_OK;
}

static uint32_t
remembered(const struct mk_wal_state *w, size_t frame)
{
	return frame < w->frames ? w->frame[frame].pgno : 0;
}

static void
forget_from(struct mk_wal_state *w, size_t frame)
{
	for (size_t i = frame; i < w->frames; i++) {
		w->unsummed -= w->frame[i].unsummed;
		w->frame[i] = (struct mk_wal_frame){0, false};
	}
	if (frame < w->frames)
		w->frames = frame;
	if (frame < w->commit)
		w->commit = frame;
}

/*
 * SQLite 3.40.1 (Debian 12) loses commits here: after a spill of the page cache rewrote a frame
 * and a savepoint was rolled back, it leaves frames of the commit without salts and checksum;
 * recovery ends before them. db.c avoids it (cache_spill=OFF); a commit that would be lost is
 * refused, not acknowledged.
 */
int
mk_wal_check(const struct mk_file *f)
{
	const struct mk_wal_state *w = f->wal;
	if (w->unsummed == 0)
		return SQLITE_OK;
	for (size_t i = 0; i < w->commit && i < w->frames; i++)
		if (w->frame[i].unsummed)
			return SQLITE_IOERR_FSYNC;
	return SQLITE_OK;
}

int
mk_wal_flush(struct mk_file *f)
{
	struct mk_wal_state *w = f->wal;
	if (!w->held)
		return SQLITE_OK;
	int rc = mk_raw_write(f, w->head, sizeof w->head, frame_offset(w->held_frame));
	if (rc == SQLITE_OK)
		w->held = false;
	return rc;
}

/*
 * A frame's header. That of a NEW frame waits for its page, which follows at once, so that a
 * frame is one write; that of an old frame (walRewriteChecksums) comes without a page and goes
 * out by itself.
 */
static int
put_header(struct mk_file *f, size_t frame, const uint8_t *plain)
{
	struct mk_wal_state *w = f->wal;
	bool fresh = frame >= w->frames;
	static const uint8_t none[MK_PAGE_BLOCK];
	bool unsummed = memcmp(plain + MASKED, none, sizeof none) == 0;
	int rc = remember(w, frame, mk_vfs_u32(plain), unsummed);
	if (rc != SQLITE_OK)
		return rc;
	if (mk_vfs_u32(plain + 4) != 0)
		w->commit = frame + 1;
	memcpy(w->head, plain, sizeof w->head);
	w->held = true;
	w->held_frame = frame;
	if (mk_page_mask(
		f->vfs->cipher, mk_page_cipher_epoch(f->vfs->cipher), frame, w->head + MASKED) < 0)
		rc = SQLITE_IOERR_WRITE;
	if (rc == SQLITE_OK && fresh)
		return SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = mk_wal_flush(f);
	w->held = false;
	return rc;
}

static int
put_page(struct mk_file *f, size_t frame, const uint8_t *plain)
{
	struct mk_wal_state *w = f->wal;
	uint8_t *buf = f->vfs->buf;
	uint32_t pgno = remembered(w, frame);
	bool both = w->held && w->held_frame == frame;
	int rc = both ? SQLITE_OK : mk_wal_flush(f);
	if (rc == SQLITE_OK)
		rc = mk_vfs_seal(f->vfs, pgno, plain, buf + MK_WAL_FRAME_HEADER);
	if (rc != SQLITE_OK)
		return rc;
	if (!both)
		return mk_raw_write(f, buf + MK_WAL_FRAME_HEADER, MK_PAGE_SIZE,
		    frame_offset(frame) + MK_WAL_FRAME_HEADER);
	memcpy(buf, w->head, sizeof w->head);
	w->held = false;
	return mk_raw_write(f, buf, MK_WAL_FRAME, frame_offset(frame));
}

/*
 * A frame in parts (a disk without POWERSAFE_OVERWRITE makes SQLite split at a sector):
 * collected until whole, so no part passes in clear. What a sync finds incomplete is padding
 * behind the commit it makes durable.
 */
static int
put_part(struct mk_file *f, size_t frame, size_t at, const uint8_t *data, size_t len)
{
	struct mk_wal_state *w = f->wal;
	bool begins = at == 0 || (at == MK_WAL_FRAME_HEADER && remembered(w, frame) != 0);
	if (w->part_len == 0 || w->part_frame != frame || w->part_len != at) {
		explicit_bzero(w->part, sizeof w->part);
		w->part_len = 0;
		if (!begins)
			return SQLITE_IOERR_WRITE;
		w->part_frame = frame;
	}
	memcpy(w->part + at, data, len);
	w->part_len = at + len;
	int rc = SQLITE_OK;
	if (at < MK_WAL_FRAME_HEADER && w->part_len >= MK_WAL_FRAME_HEADER)
		rc = put_header(f, frame, w->part);
	if (rc == SQLITE_OK && w->part_len == MK_WAL_FRAME)
		rc = put_page(f, frame, w->part + MK_WAL_FRAME_HEADER);
	if (rc != SQLITE_OK || w->part_len == MK_WAL_FRAME) {
		explicit_bzero(w->part, sizeof w->part);
		w->part_len = 0;
	}
	return rc;
}

int
mk_wal_write(struct mk_file *f, const void *buf, size_t len, sqlite3_int64 off)
{
	struct mk_wal_state *w = f->wal;
	w->strict = true;
	if (off < MK_WAL_HEADER) {
		int rc = mk_wal_flush(f);
		if (off != 0 || len != MK_WAL_HEADER || rc != SQLITE_OK)
			return rc != SQLITE_OK ? rc : SQLITE_IOERR_WRITE;
		forget_from(w, 0); /* a new round of the log */
		return mk_raw_write(f, buf, len, off);
	}
	size_t frame = (size_t)((off - MK_WAL_HEADER) / MK_WAL_FRAME);
	size_t at = (size_t)((off - MK_WAL_HEADER) % MK_WAL_FRAME);
	if (at + len > MK_WAL_FRAME)
		return SQLITE_IOERR_WRITE;
	if (at == MK_WAL_FRAME_HEADER && len == MK_PAGE_SIZE)
		return put_page(f, frame, buf);
	int rc = mk_wal_flush(f);
	if (rc != SQLITE_OK)
		return rc;
	if (at == 0 && len == MK_WAL_FRAME_HEADER)
		return put_header(f, frame, buf);
	return put_part(f, frame, at, buf, len);
}

/*
 * The whole frame in the VFS's buffer, its header unmasked in place; its page is opened into
 * out. SQLITE_IOERR_SHORT_READ when the file ends before, MK_VFS_DAMAGED when it does not open.
 */
static int
get_frame(struct mk_file *f, size_t frame, uint8_t *out)
{
	uint8_t *buf = f->vfs->buf;
	uint8_t *page = buf + MK_WAL_FRAME_HEADER;
	int rc = mk_raw_read(f, buf, MK_WAL_FRAME, frame_offset(frame));
	if (rc != SQLITE_OK)
		return rc;
	if (mk_page_unmask(f->vfs->cipher, mk_page_epoch(page), frame, buf + MASKED) < 0)
		return MK_VFS_DAMAGED;
	return mk_vfs_unseal(f->vfs, mk_vfs_u32(buf), page, out);
}

/*
 * What recovery (and walRewriteChecksums) reads: header and page. In recovery a frame that does
 * not open ends the log: page number 0 is what SQLite calls an invalid frame. It must not be an
 * error, or a power cut would cost the whole database.
 */
static int
read_frame(struct mk_file *f, size_t frame, uint8_t *out)
{
	struct mk_wal_state *w = f->wal;
	int rc = get_frame(f, frame, out + MK_WAL_FRAME_HEADER);
	if (rc == SQLITE_OK && w->strict && remembered(w, frame) != mk_vfs_u32(f->vfs->buf))
		rc = MK_VFS_DAMAGED;
	if (rc == SQLITE_OK) {
		memcpy(out, f->vfs->buf, MK_WAL_FRAME_HEADER);
		return w->strict ? SQLITE_OK : remember(w, frame, mk_vfs_u32(out), false);
	}
	memset(out, 0, MK_WAL_FRAME);
	if (rc == SQLITE_IOERR_SHORT_READ || w->strict)
		return rc;
	return rc == MK_VFS_DAMAGED ? SQLITE_OK : rc;
}

/*
 * A page of the log by itself: recovery is over, and the frame must still be the one this
 * process knows.
 */
static int
read_page(struct mk_file *f, size_t frame, uint8_t *out, size_t len)
{
	uint8_t page[MK_PAGE_SIZE];
	f->wal->strict = true;
	int rc = get_frame(f, frame, page);
	if (rc == SQLITE_OK && remembered(f->wal, frame) != mk_vfs_u32(f->vfs->buf))
		rc = MK_VFS_DAMAGED;
	if (rc == SQLITE_OK)
		memcpy(out, page, len);
	else
		memset(out, 0, len);
	explicit_bzero(page, sizeof page);
	return rc == SQLITE_IOERR_SHORT_READ ? MK_VFS_DAMAGED : rc;
}

int
mk_wal_read(struct mk_file *f, void *buf, size_t len, sqlite3_int64 off)
{
	uint8_t page[MK_PAGE_SIZE];
	int rc = mk_wal_flush(f);
	if (rc != SQLITE_OK)
		return rc;
	if (off < MK_WAL_HEADER)
		return off + (sqlite3_int64)len > MK_WAL_HEADER ? SQLITE_IOERR_READ
								: mk_raw_read(f, buf, len, off);
	size_t frame = (size_t)((off - MK_WAL_HEADER) / MK_WAL_FRAME);
	size_t at = (size_t)((off - MK_WAL_HEADER) % MK_WAL_FRAME);
	if (frame >= FRAMES_MAX)
		return MK_VFS_DAMAGED;
	if (at == 0 && len == MK_WAL_FRAME)
		return read_frame(f, frame, buf);
	if (at == MK_WAL_FRAME_HEADER && len <= MK_PAGE_SIZE)
		return read_page(f, frame, buf, len);
	if (at + len > MK_WAL_FRAME_HEADER)
		return MK_VFS_DAMAGED; /* frames of another size: a foreign header */
	rc = get_frame(f, frame, page);
	explicit_bzero(page, sizeof page);
	if (rc == SQLITE_OK)
		memcpy(buf, f->vfs->buf + at, len);
	return rc == SQLITE_IOERR_SHORT_READ ? MK_VFS_DAMAGED : rc;
}

int
mk_wal_truncate(struct mk_file *f, sqlite3_int64 size)
{
	struct mk_wal_state *w = f->wal;
	int rc = mk_wal_flush(f);
	if (rc != SQLITE_OK)
		return rc;
	explicit_bzero(w->part, sizeof w->part);
	w->part_len = 0;
	rc = f->real->pMethods->xTruncate(f->real, size);
	if (rc == SQLITE_OK)
		forget_from(
		    w, size <= MK_WAL_HEADER ? 0 : (size_t)((size - MK_WAL_HEADER) / MK_WAL_FRAME));
	return rc;
}
