/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ledger (台帳): one encrypted SQLite file with keys of its own, holding subjects, their sealed
 * numbers, and the review queue. Names and dates are protected by the page key; a number, and all
 * of a review item's fields and picture, is sealed a second time under the ledger's number key,
 * which is handed in per call and never kept (decisions.md 1).
 */
#ifndef MK_STORE_LEDGER_H
#define MK_STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/secret.h"
#include "mynakura/model/id.h"
#include "mynakura/model/subject.h"

struct mk_db_keys;
struct mk_ledger;

struct mk_subject {
	struct mk_id id;
	char *field[MK_SF_COUNT]; /* malloc'd text, never NULL after a get ("" when empty) */
	int state; /* enum mk_state */
	bool has_number;
	/* how the number came: "qr+ocr", "ocr", "chip", "typed", "import"; "" without a number */
	char number_source[16];
	char disposal_due[11]; /* YYYY-MM-DD or "" */
	int64_t created, updated;
};

void mk_subject_init(struct mk_subject *s);
void mk_subject_free(struct mk_subject *s); /* wipes and frees the fields */
int mk_subject_set(struct mk_subject *s, int field, const char *value); /* copies; NOMEM */

/*
 * The number key of one epoch, borrowed for a call. All seals of a ledger are under one epoch, the
 * first one used: with another epoch's key every call is MK_E_NO_GRANT; the wrong key of that epoch
 * opens nothing (MK_E_DAMAGED).
 */
struct mk_number_key {
	const struct mk_secret *key; /* 32 bytes */
	uint32_t epoch;
};

/*
 * Opens or creates DIR/vault/ledger-ID.db. class: the ledger's (it stands in every seal's AAD).
 * keys->ledger is the ledger's id. Borrows all during the call. MK_E_INPUT (id or class of no good
 * form), MK_E_DAMAGED (also: the file is of another class), MK_E_MODE (written by a newer program),
 * and those of mk_db_open.
 */
int mk_ledger_open(const char *path, const struct mk_db_keys *keys, const char *class, bool create,
    struct mk_ledger **out);
int mk_ledger_close(struct mk_ledger *l); /* NULL is fine */
uint64_t mk_ledger_commits(const struct mk_ledger *l);

/*
 * One write transaction; each of the writing functions below needs one open (MK_E_INTERNAL without;
 * begin inside one: MK_E_STATE). commit is durable (WAL, FULL) and increments the commit number; on
 * an error everything is rolled back. A refusal (EXISTS, NOT_FOUND, INPUT, NUMBER, TOO_BIG,
 * NO_GRANT) leaves the transaction usable; after any other error of a writing function the
 * transaction can only end: later writes and the commit return that error.
 */
int mk_ledger_begin(struct mk_ledger *l);
int mk_ledger_commit(struct mk_ledger *l);
void mk_ledger_rollback(struct mk_ledger *l); /* harmless without a transaction */

/*
 * Subjects. add: the id is the caller's; EXISTS when the id or the code is taken in this ledger;
 * created and updated become now. update: all fields, the state and disposal_due as given;
 * NOT_FOUND, EXISTS. Both keep the search text (mk_text_fold of name, kana, code) up to date, and
 * refuse what cannot be stored (INPUT: id, state, date; TOO_BIG: a field past
 * mk_subject_field_max); what a text may say is checked before, by mk_subject_field_check. get:
 * NOT_FOUND; key is the id or the exact code, or an exact name when only one subject has it (EXISTS
 * when several have); out is overwritten, the caller frees it with mk_subject_free.
 */
int mk_ledger_subject_add(struct mk_ledger *l, const struct mk_subject *s, int64_t now);
int mk_ledger_subject_update(struct mk_ledger *l, const struct mk_subject *s, int64_t now);
int mk_ledger_subject_get(struct mk_ledger *l, const char *key, struct mk_subject *out);
/*
 * Lists subjects ordered by kana, name, id, or those whose folded name, kana or code contains every
 * blank-separated word of text (NULL or "": all). after: opaque cursor text of the last item seen,
 * or NULL or ""; f gets the cursor for continuing after this row, valid also when the row is
 * changed or gone by then. At most limit rows. f returns non-zero to stop, and that is returned; it
 * may read the ledger but not start another list. INPUT for a bad cursor, TOO_BIG for more than 8
 * words. A text of blanks lists all and makes the search ready, which the first one after a commit
 * has to wait for (0.2 s for 100,000).
 */
typedef int (*mk_subject_fn)(const struct mk_subject *, const char *cursor, void *arg);
int mk_ledger_subjects(struct mk_ledger *l, const char *text, const char *after, size_t limit,
    mk_subject_fn f, void *arg);
int mk_ledger_count(
    struct mk_ledger *l, uint64_t *subjects, uint64_t *with_number, uint64_t *reviews);

/*
 * Numbers. put seals 12 digits under the key with AAD = vault | ledger | subject | kind | version |
 * class | epoch (man/mynakura-vault.5) and keeps the duplicate index: an HMAC under a key derived
 * from the number key; EXISTS when another subject of this ledger has the number, and its id goes
 * to *other (may be NULL). NUMBER when the 12 digits are not valid, NOT_FOUND without such a
 * subject. A number that is there is replaced; the subject's state is the caller's to change. get:
 * NOT_FOUND without a number, DAMAGED when the seal does not open; the caller frees *out. delete:
 * NOT_FOUND without a number.
 */
int mk_ledger_number_put(struct mk_ledger *l, const struct mk_number_key *k, const char *subject,
    const struct mk_secret *number, const char *source, int64_t now, struct mk_id *other);
int mk_ledger_number_get(struct mk_ledger *l, const struct mk_number_key *k, const char *subject,
    struct mk_secret **out);
int mk_ledger_number_delete(struct mk_ledger *l, const char *subject);

/*
 * The review queue. An item's payload (what was read: a message body of wire items) and its picture
 * (8-bit grey, the raw rectangle of exactly width * height bytes, else INPUT; each at most 64 MiB)
 * are sealed blobs; layout, certain, the chosen subject, the makers and times are plain columns
 * inside the encrypted file.
 */
struct mk_review {
	struct mk_id id;
	char subject[MK_ID_MAX]; /* the subject chosen at capture, or "" */
	char layout[16]; /* card-back ... */
	bool certain;
	char by[MK_ID_MAX]; /* member who captured */
	char first_view[MK_ID_MAX]; /* member who saw the picture first, or "" (decisions.md 17) */
	uint32_t width, height; /* of the picture; 0 when there is none */
	int64_t created;
};
int mk_ledger_review_add(struct mk_ledger *l, const struct mk_number_key *k,
    const struct mk_review *r, const void *payload, size_t payload_len, const void *picture,
    size_t picture_len);
int mk_ledger_review_get(struct mk_ledger *l, const char *id, struct mk_review *out);
/*
 * payload: appended to out, which wipes itself when freed; on an error out is as before. NOT_FOUND.
 * picture: the same, NOT_FOUND also when there is none.
 */
int mk_ledger_review_payload(
    struct mk_ledger *l, const struct mk_number_key *k, const char *id, struct mk_buf *out);
int mk_ledger_review_picture(
    struct mk_ledger *l, const struct mk_number_key *k, const char *id, struct mk_buf *out);
int mk_ledger_review_viewed(
    struct mk_ledger *l, const char *id, const char *member); /* sets first_view when empty */
int mk_ledger_review_delete(struct mk_ledger *l, const char *id); /* NOT_FOUND */
int mk_ledger_reviews(
    struct mk_ledger *l, int (*f)(const struct mk_review *, void *), void *arg); /* oldest first */

#endif
