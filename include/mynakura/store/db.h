/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One encrypted database: an SQLite connection that reaches its file only through the
 * encrypting VFS (store.md), with the settings security.md 1 asks for, each set and asked
 * again. And the few statement helpers the SQL modules share. It knows no table; commit numbers
 * and schemas are theirs.
 */
#ifndef MK_STORE_DB_H
#define MK_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/secret.h"

struct sqlite3;
struct sqlite3_stmt;
struct mk_db;

#define MK_DB_EPOCHS 8 /* page key epochs one file may hold at a time (a rotation needs two) */
#define MK_DB_KEY_BYTES 32 /* of a page key */
#define MK_DB_VAULT_BYTES 16

struct mk_db_key {
	uint32_t epoch; /* 1.. ; 0 is no epoch */
	const struct mk_secret *key; /* MK_DB_KEY_BYTES */
};

/*
 * What opens a database. Vault and ledger are bound into every page (AAD): a page of another
 * file or vault never opens. The whole struct is borrowed during mk_db_open only: the keys are
 * copied into cipher handles in locked memory.
 */
struct mk_db_keys {
	uint8_t vault[MK_DB_VAULT_BYTES]; /* the vault's random id */
	char ledger[16]; /* the ledger's mk_id, or "main": NUL-padded to 16 */
	uint32_t current; /* the epoch of every page written from now on; one of key[] */
	size_t count; /* 1..MK_DB_EPOCHS */
	struct mk_db_key key[MK_DB_EPOCHS];
};

/*
 * Opens the database at path; with create makes it first when it is absent or empty (mode 0600),
 * else opens what is there. Its folder must exist; path must be no symbolic link. Journal mode WAL,
 * EXCLUSIVE locking, synchronous FULL, page size 4096 with 32 reserved bytes, foreign keys on, no
 * spill of the page cache (a transaction's pages stay in memory until its commit). ATTACH, VACUUM
 * INTO and changes of these settings are DENIED; VACUUM works.
 * NOT_FOUND (absent), DAMAGED (wrong key, other vault or ledger, tampered; empty without create),
 * BUSY (open elsewhere, here or in another process), DENIED (no regular file), IO, NOSPACE, NOMEM,
 * CRYPTO (the cipher does not work: then no file was touched), INPUT (bad keys or path). Several
 * may be open at a time; one is used by one thread.
 */
int mk_db_open(const char *path, const struct mk_db_keys *keys, bool create, struct mk_db **out);
/*
 * Finalizes cached statements, copies the WAL into the database (TRUNCATE), closes, wipes the
 * keys. An open transaction is rolled back. Always frees db (NULL is fine); returns what went
 * wrong on the way (the database stays recoverable from its WAL).
 */
int mk_db_close(struct mk_db *db);
struct sqlite3 *mk_db_handle(struct mk_db *db); /* borrowed */

/*
 * Transactions: begin takes the write lock at once (BEGIN IMMEDIATE); STATE inside one. commit
 * returns 0 only when the transaction is durable; on an error it has been rolled back. rollback
 * without a transaction does nothing and returns 0.
 */
int mk_db_begin(struct mk_db *db);
int mk_db_commit(struct mk_db *db);
int mk_db_rollback(struct mk_db *db);
bool mk_db_in_transaction(const struct mk_db *db);
/*
 * Runs one or more statements without parameters; sql is static text, never built from input.
 * Rows are ignored.
 */
int mk_db_exec(struct mk_db *db, const char *sql);
/*
 * Copies the whole WAL into the database and empties it (after disposal: no old page is left
 * there). STATE inside a transaction.
 */
int mk_db_checkpoint(struct mk_db *db);
/*
 * A result code of SQLite on this connection as 0 or MK_E_*: a page that does not authenticate,
 * NOTADB, CORRUPT -> DAMAGED; FULL -> NOSPACE; BUSY, LOCKED -> BUSY; CONSTRAINT -> EXISTS;
 * TOOBIG -> TOO_BIG; NOMEM -> NOMEM; AUTH -> DENIED; IOERR, CANTOPEN, READONLY -> IO; OK, ROW,
 * DONE -> 0; else INTERNAL. db may be NULL.
 */
int mk_db_error(struct mk_db *db, int sqlite_rc);

/*
 * The statement for this text, reset, without bindings; prepared once and kept until close (the
 * cache goes by the pointer: sql is a static const string). The caller does not finalize it.
 * INTERNAL when the same statement is still in use: a query is run to its end, or given back by
 * mk_stmt_reset, before it is asked for again (also inside a row callback).
 */
int mk_stmt(struct mk_db *db, const char *sql, struct sqlite3_stmt **out);
/*
 * Binds parameter i (1..). Text is NUL-terminated UTF-8, NULL binds SQL NULL; text and blob are
 * copied and wiped by nobody: no number in clear.
 */
int mk_bind_text(struct sqlite3_stmt *st, int i, const char *text);
int mk_bind_textn(struct sqlite3_stmt *st, int i, const char *text, size_t len);
int mk_bind_blob(struct sqlite3_stmt *st, int i, const void *data,
    size_t len); /* len 0: an empty blob, not NULL */
int mk_bind_i64(struct sqlite3_stmt *st, int i, int64_t v);
int mk_bind_null(struct sqlite3_stmt *st, int i);
/*
 * 1: a row is there. 0: done, and the statement is reset and its bindings dropped. Negative
 * MK_E_*: failed, and reset as well.
 */
int mk_step(struct mk_db *db, struct sqlite3_stmt *st);
/* For a statement that returns no row: mk_step to the end. A row is INTERNAL. */
int mk_step_done(struct mk_db *db, struct sqlite3_stmt *st);
/* Gives a statement back before its end (an open one holds the read snapshot). NULL is fine. */
void mk_stmt_reset(struct sqlite3_stmt *st);
/*
 * Column i (0..) of the current row. Text and blob are borrowed until the next step or reset;
 * text is never NULL ("" for SQL NULL and out of memory), NUL-terminated. blob: NULL with *len
 * 0 when empty.
 */
const char *mk_col_text(struct sqlite3_stmt *st, int i);
const void *mk_col_blob(struct sqlite3_stmt *st, int i, size_t *len);
int64_t mk_col_i64(struct sqlite3_stmt *st, int i); /* 0 for SQL NULL */
bool mk_col_is_null(struct sqlite3_stmt *st, int i);
int64_t mk_db_changes(struct mk_db *db); /* rows changed by the last INSERT, UPDATE or DELETE */

#endif
