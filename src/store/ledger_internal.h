/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the ledger share: the open ledger, its statements by name, and the seals.
 * Nothing here is for other folders; theirs is mynakura/store/ledger.h.
 *
 * A seal (man/mynakura-vault.5, SEALS) is nonce 12 | ciphertext | tag 16 of AES-256-GCM-SIV under
 * the ledger's number key, with a random nonce. Its additional data (AAD) is 70 bytes, every part
 * of fixed length, so that no two meanings share an encoding:
 *
 *	offset length
 *	     0     16  vault id
 *	    16     16  ledger id: 14 ASCII characters, padded with NUL
 *	    32     16  id of the subject or of the review item, padded with NUL
 *	    48      1  kind: 1 number, 2 review payload, 3 review picture
 *	    49      1  version of the seal: 1
 *	    50     16  class of the ledger (employee, payee, client), padded with NUL
 *	    66      4  number epoch, big-endian
 *
 * Plaintext: a number is its 12 ASCII digits, a payload and a picture are their bytes. So a
 * ciphertext that is moved to another vault, ledger, row, column, class or epoch does not open
 * (security.md R7).
 *
 * The duplicate index is HMAC-SHA256 over the 12 digits, cut to 16 bytes, under HKDF-SHA256(number
 * key, no salt, info = "mynakura duplicate index" | number epoch big-endian, 32 bytes). It is the
 * only value derived from a number that leaves a seal (R3); it stands inside the encrypted file and
 * dies with the epoch.
 */
#ifndef MK_STORE_LEDGER_INTERNAL_H
#define MK_STORE_LEDGER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/crypto/seal.h"
#include "mynakura/store/ledger.h"

struct mk_db;

enum mk_ledger_seal { MK_LSEAL_NUMBER = 1, MK_LSEAL_PAYLOAD = 2, MK_LSEAL_PICTURE = 3 };
#define MK_LSEAL_VERSION 1
#define MK_LSEAL_AAD 70
#define MK_LSEAL_CLASS 16
#define MK_LEDGER_SAME 16 /* bytes of the duplicate index */

struct mk_ledger_search; /* ledger_search.c */

struct mk_ledger {
	struct mk_db *db;
	uint8_t vault[MK_VAULT_ID_LEN];
	struct mk_id id;
	char class[MK_LSEAL_CLASS]; /* NUL-padded */
	uint64_t commits;
	bool writing; /* between begin and commit or rollback */
	int failed; /* why the open transaction can only be rolled back, else 0 */
	struct mk_ledger_search *search; /* NULL until the first search */
};

/* ---- ledger.c: transactions ---- */

/* 0 inside a usable write transaction; MK_E_INTERNAL outside of one; the error that spoilt it. */
int mk_ledger_writing(const struct mk_ledger *l);
/*
 * Passes r on. When it is an error, the open transaction is spoilt: every later write and the
 * commit return r, and the commit rolls back. So a caller who goes on after an error cannot make
 * half a change durable.
 */
int mk_ledger_spoil(struct mk_ledger *l, int r);
/*
 * The same for a single statement, which SQLite undoes by itself: EXISTS, NOT_FOUND and INPUT leave
 * the transaction usable.
 */
int mk_ledger_wrote(struct mk_ledger *l, int r);
/*
 * All seals of a ledger are under one epoch, that of the first key used: 0 when k is of it (inside
 * a write transaction the first one is noted), MK_E_NO_GRANT for another.
 */
int mk_ledger_epoch_use(struct mk_ledger *l, const struct mk_number_key *k);

/* ---- ledger_seal.c ---- */

/* The AAD of this ledger's seal of that kind, for the row id under that epoch. */
void mk_ledger_aad(const struct mk_ledger *l, enum mk_ledger_seal kind, const char *id,
    uint32_t epoch, uint8_t out[MK_LSEAL_AAD]);
/*
 * Appends the sealed bytes to out. MK_E_INTERNAL for a key of another length, MK_E_TOO_BIG,
 * MK_E_NOMEM, MK_E_CRYPTO.
 */
int mk_ledger_seal(const struct mk_ledger *l, const struct mk_number_key *k,
    enum mk_ledger_seal kind, const char *id, const void *plain, size_t len, struct mk_buf *out);
/*
 * Opens sealed into out[len - MK_SEAL_OVERHEAD]. MK_E_DAMAGED; MK_E_NO_GRANT when epoch is not the
 * key's.
 */
int mk_ledger_unseal(const struct mk_ledger *l, const struct mk_number_key *k,
    enum mk_ledger_seal kind, const char *id, uint32_t epoch, const void *sealed, size_t len,
    uint8_t *out);
/* The duplicate index of 12 digits. */
int mk_ledger_same(
    const struct mk_number_key *k, const struct mk_secret *number, uint8_t out[MK_LEDGER_SAME]);

/* ---- ledger_text.c ---- */

#define MK_LEDGER_WORDS 8 /* of a query */

struct mk_ledger_words {
	struct mk_buf word[MK_LEDGER_WORDS]; /* in search form, none empty */
	size_t n;
};

/*
 * Cuts text (may be NULL) at blanks and folds each word. MK_E_TOO_BIG past MK_LEDGER_WORDS,
 * MK_E_NOMEM.
 */
int mk_ledger_words_parse(const char *text, struct mk_ledger_words *out);
void mk_ledger_words_free(struct mk_ledger_words *w);

/*
 * Where a list goes on: the sort key of the last row seen; all empty stands before the first row.
 * Borrows from the text it was parsed from.
 */
struct mk_ledger_cursor {
	struct mk_id id;
	const char *sort; /* not terminated */
	size_t sort_len;
	const char *name;
};

/*
 * A cursor is "ID:LENGTH:SORTNAME". It holds the whole sort key and not only the id: a list goes on
 * at the right place after its last row was deleted or renamed. It goes to the one who has just
 * seen that row, and nowhere else.
 */
void mk_ledger_cursor_format(
    struct mk_buf *out, const char *id, const char *sort, const char *name);
int mk_ledger_cursor_parse(const char *s, struct mk_ledger_cursor *out); /* MK_E_INPUT */

/* ---- ledger_search.c: rows by what stands in them, from memory ---- */

#define MK_SEARCH_END ((size_t)-1)
#define MK_FIND_MAX 4096 /* more than the folded text of one subject can take */

/* Makes the text in memory, or again after a commit. MK_E_NOMEM, MK_E_DAMAGED, MK_E_IO. */
int mk_search_ready(struct mk_ledger *l);
void mk_search_free(struct mk_ledger_search *s); /* wipes; NULL is fine */
/* The rest wants mk_search_ready; rows are numbers in list order. */
/* The first row from `from` on that holds every word (at least one); MK_SEARCH_END. */
size_t mk_search_next(struct mk_ledger *l, const struct mk_ledger_words *w, size_t from);
void mk_search_id(const struct mk_ledger *l, size_t row, struct mk_id *out);
/* The row behind that of id ("": the first one); MK_SEARCH_END when it is not there any more. */
size_t mk_search_after(const struct mk_ledger *l, const char *id);

const char *mk_ledger_field(const struct mk_subject *s, int field); /* "" for NULL */
void mk_ledger_sort_text(const struct mk_subject *s, struct mk_buf *out);
void mk_ledger_find_text(const struct mk_subject *s, struct mk_buf *out);

#endif
