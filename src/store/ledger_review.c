/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review queue: what was read and the card's rectangle, both sealed under the number key, until
 * a person has accepted or rejected it. secure_delete overwrites a deleted item's pages.
 */
#include "ledger_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/store/db.h"

#define REVIEW_SELECT                                                                              \
	"SELECT id, subject, layout, certain, member, first_view, width, height, created FROM "    \
	"review"

static const char sql_review_add[] =
    "INSERT INTO review (id, subject, layout, certain, member, first_view, width, height,"
    " created, epoch, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char sql_picture_add[] = "INSERT INTO picture (review, seal) VALUES (?1, ?2)";
static const char sql_review_get[] = REVIEW_SELECT " WHERE id = ?1";
static const char sql_reviews[] = REVIEW_SELECT " ORDER BY n";
static const char sql_payload_get[] = "SELECT epoch, payload FROM review WHERE id = ?1";
static const char sql_picture_get[] = "SELECT r.epoch, p.seal FROM review AS r"
				      " JOIN picture AS p ON p.review = r.id WHERE r.id = ?1";
static const char sql_review_viewed[] =
    "UPDATE review SET first_view = ?2 WHERE id = ?1 AND first_view = ''";
static const char sql_picture_delete[] = "DELETE FROM picture WHERE review = ?1";
static const char sql_review_delete[] = "DELETE FROM review WHERE id = ?1";

static int
review_check(const struct mk_review *v, size_t picture_len)
{
	if (strnlen(v->id.s, sizeof v->id.s) != MK_ID_LEN || !mk_id_valid(v->id.s, 'r') ||
	    strnlen(v->subject, sizeof v->subject) == sizeof v->subject ||
	    strnlen(v->layout, sizeof v->layout) == sizeof v->layout ||
	    strnlen(v->by, sizeof v->by) == sizeof v->by ||
	    strnlen(v->first_view, sizeof v->first_view) == sizeof v->first_view)
		return MK_E_INPUT;
	return (uint64_t)v->width * v->height == picture_len ? 0 : MK_E_INPUT;
}

static int
review_bind(struct sqlite3_stmt *st, const struct mk_review *v, uint32_t epoch,
    const struct mk_buf *payload)
{
	const char *const text[] = {v->id.s, v->subject, v->layout, NULL, v->by, v->first_view};
	int r = mk_bind_i64(st, 4, v->certain ? 1 : 0);
	for (int i = 0; r == 0 && i < 6; i++)
		if (text[i] != NULL)
			r = mk_bind_text(st, i + 1, text[i]);
	if (r == 0)
		r = mk_bind_i64(st, 7, (int64_t)v->width);
	if (r == 0)
		r = mk_bind_i64(st, 8, (int64_t)v->height);
	if (r == 0)
		r = mk_bind_i64(st, 9, v->created);
	if (r == 0)
		r = mk_bind_i64(st, 10, (int64_t)epoch);
	if (r == 0)
		r = mk_bind_blob(st, 11, payload->data, payload->len);
	return r;
}

static int
review_insert(
    struct mk_ledger *l, const struct mk_review *v, uint32_t epoch, const struct mk_buf *payload)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_review_add, &st);
	if (r == 0)
		r = review_bind(st, v, epoch, payload);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	return mk_ledger_wrote(l, r);
}

static int
picture_insert(struct mk_ledger *l, const char *id, const struct mk_buf *picture)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_picture_add, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, id);
	if (r == 0)
		r = mk_bind_blob(st, 2, picture->data, picture->len);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	return mk_ledger_spoil(l, r);
}

int
mk_ledger_review_add(struct mk_ledger *l, const struct mk_number_key *k, const struct mk_review *v,
    const void *payload, size_t payload_len, const void *picture, size_t picture_len)
{
	struct mk_buf body = MK_BUF_INIT, image = MK_BUF_INIT;
	int r = mk_ledger_writing(l);
	if (r == 0)
		r = review_check(v, picture_len);
	if (r < 0)
		return r;
	r = mk_ledger_seal(l, k, MK_LSEAL_PAYLOAD, v->id.s, payload, payload_len, &body);
	if (r == 0 && picture_len > 0)
		r = mk_ledger_seal(l, k, MK_LSEAL_PICTURE, v->id.s, picture, picture_len, &image);
	if (r == 0)
		r = mk_ledger_epoch_use(l, k);
	if (r == 0)
		r = review_insert(l, v, k->epoch, &body);
	if (r == 0 && picture_len > 0)
		r = picture_insert(l, v->id.s, &image);
	mk_buf_free(&body);
	mk_buf_free(&image);
	return r;
}

static int
review_row(struct sqlite3_stmt *st, struct mk_review *v)
{
	memset(v, 0, sizeof *v);
	if (mk_str_copy(v->id.s, sizeof v->id.s, mk_col_text(st, 0)) < 0 ||
	    mk_str_copy(v->subject, sizeof v->subject, mk_col_text(st, 1)) < 0 ||
	    mk_str_copy(v->layout, sizeof v->layout, mk_col_text(st, 2)) < 0 ||
	    mk_str_copy(v->by, sizeof v->by, mk_col_text(st, 4)) < 0 ||
	    mk_str_copy(v->first_view, sizeof v->first_view, mk_col_text(st, 5)) < 0)
		return MK_E_DAMAGED;
	v->certain = mk_col_i64(st, 3) != 0;
	v->width = (uint32_t)mk_col_i64(st, 6);
	v->height = (uint32_t)mk_col_i64(st, 7);
	v->created = mk_col_i64(st, 8);
	return 0;
}

int
mk_ledger_review_get(struct mk_ledger *l, const char *id, struct mk_review *out)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_review v;
	int r = mk_stmt(l->db, sql_review_get, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, id);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r == 1) {
		r = review_row(st, &v);
		if (r == 0)
			*out = v;
	} else if (r == 0) {
		r = MK_E_NOT_FOUND;
	}
	mk_stmt_reset(st);
	return r;
}

/*
 * Opens the seal that sql finds (epoch, seal) and appends it to out, which is as before on an
 * error.
 */
static int
sealed_get(struct mk_ledger *l, const struct mk_number_key *k, enum mk_ledger_seal kind,
    const char *sql, const char *id, struct mk_buf *out)
{
	struct sqlite3_stmt *st = NULL;
	size_t at = out->len, len = 0;
	int r = mk_stmt(l->db, sql, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, id);
	if (r == 0)
		r = mk_step(l->db, st);
	if (r != 1) {
		mk_stmt_reset(st);
		return r == 0 ? MK_E_NOT_FOUND : r;
	}
	const uint8_t *sealed = mk_col_blob(st, 1, &len);
	r = len < MK_SEAL_OVERHEAD ? MK_E_DAMAGED : 0;
	if (r == 0) {
		/* the ciphertext only makes room here */
		mk_buf_put(out, sealed, len - MK_SEAL_OVERHEAD);
		r = mk_buf_error(out);
	}
	if (r == 0)
		r = mk_ledger_unseal(l, k, kind, id, (uint32_t)mk_col_i64(st, 0), sealed, len,
		    len == MK_SEAL_OVERHEAD ? NULL : out->data + at);
	mk_stmt_reset(st);
	if (r < 0)
		out->len = at;
	return r;
}

int
mk_ledger_review_payload(
    struct mk_ledger *l, const struct mk_number_key *k, const char *id, struct mk_buf *out)
{
	return sealed_get(l, k, MK_LSEAL_PAYLOAD, sql_payload_get, id, out);
}

int
mk_ledger_review_picture(
    struct mk_ledger *l, const struct mk_number_key *k, const char *id, struct mk_buf *out)
{
	return sealed_get(l, k, MK_LSEAL_PICTURE, sql_picture_get, id, out);
}

/* Runs a write that names one item; *changed gets the rows it touched. */
static int
write_one(
    struct mk_ledger *l, const char *sql, const char *id, const char *member, int64_t *changed)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql, &st);
	if (r == 0)
		r = mk_bind_text(st, 1, id);
	if (r == 0 && member != NULL)
		r = mk_bind_text(st, 2, member);
	if (r == 0)
		r = mk_step_done(l->db, st);
	mk_stmt_reset(st);
	if (r == 0)
		*changed = mk_db_changes(l->db);
	return mk_ledger_spoil(l, r);
}

int
mk_ledger_review_viewed(struct mk_ledger *l, const char *id, const char *member)
{
	struct mk_review v;
	int64_t changed = 0;
	int r = mk_ledger_writing(l);
	if (r == 0 && (*member == '\0' || strlen(member) >= sizeof v.first_view))
		r = MK_E_INPUT;
	if (r == 0)
		r = mk_ledger_review_get(l, id, &v);
	if (r == 0)
		r = write_one(l, sql_review_viewed, id, member, &changed);
	return r;
}

int
mk_ledger_review_delete(struct mk_ledger *l, const char *id)
{
	int64_t pictures = 0, items = 0;
	int r = mk_ledger_writing(l);
	if (r == 0)
		r = write_one(l, sql_picture_delete, id, NULL, &pictures);
	if (r == 0)
		r = write_one(l, sql_review_delete, id, NULL, &items);
	return r == 0 && items == 0 ? MK_E_NOT_FOUND : r;
}

int
mk_ledger_reviews(struct mk_ledger *l, int (*f)(const struct mk_review *, void *), void *arg)
{
	struct sqlite3_stmt *st = NULL;
	struct mk_review v;
	int r = mk_stmt(l->db, sql_reviews, &st);
	while (r == 0 && (r = mk_step(l->db, st)) == 1) {
		r = review_row(st, &v);
		if (r == 0)
			r = f(&v, arg);
		if (r != 0)
			break;
	}
	mk_stmt_reset(st);
	return r;
}
