/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed list of errors: one row is the code (stable name), the exit status of cli.md, and the
 * message in English (the msgid). Functions return 0 or one of the negative MK_E_* values.
 * Additions go at the end: the numbers travel on the wire.
 */
#ifndef MK_BASE_ERR_H
#define MK_BASE_ERR_H

/* X(name, exit status, message) */
#define MK_ERR_TABLE(X)                                                                            \
	X(FAILED, 1, "failed")                                                                     \
	X(USAGE, 2, "wrong use")                                                                   \
	X(AUTH, 3, "not authenticated")                                                            \
	X(LOCKED, 3, "locked")                                                                     \
	X(DENIED, 4, "not permitted")                                                              \
	X(NO_GRANT, 4, "no right to this ledger")                                                  \
	X(APPROVAL, 5, "waits for a second person")                                                \
	X(BUDGET, 6, "over the budget")                                                            \
	X(TRAIL, 7, "the trail cannot record, so nothing was done")                                \
	X(DAMAGED, 8, "damaged or tampered with")                                                  \
	X(TAMPERED, 8, "the record has been changed")                                              \
	X(ROLLED_BACK, 9, "older than a witness")                                                  \
	X(IO, 10, "input/output error")                                                            \
	X(NOSPACE, 10, "no space left")                                                            \
	X(BUSY, 11, "busy, try again")                                                             \
	X(INPUT, 12, "bad input, nothing was applied")                                             \
	X(TEXT, 12, "the text holds characters that are not allowed")                              \
	X(NUMBER, 12, "not a valid Individual Number (check digit)")                               \
	X(TOO_BIG, 12, "too large")                                                                \
	X(STATE, 12, "not possible in this state")                                                 \
	X(EXISTS, 12, "exists already")                                                            \
	X(CHARSET, 12, "a character does not fit the target")                                      \
	X(NOT_FOUND, 13, "not found")                                                              \
	X(UNREADABLE, 14, "nothing readable in the image")                                         \
	X(IMAGE, 14, "not an image that can be read")                                              \
	X(SCANNER, 10, "the scanner failed")                                                       \
	X(NOMEM, 70, "out of memory")                                                              \
	X(INTERNAL, 70, "internal error")                                                          \
	X(PROTOCOL, 70, "protocol error")                                                          \
	X(LOST, 1, "the connection to the daemon was lost")                                        \
	X(CRYPTO, 70, "a cryptographic function failed")                                           \
	X(MODE, 12, "this vault belongs to another form of installation")                          \
	X(WEAK, 12, "the passphrase is too weak")                                                  \
	X(TORN, 8, "the last line is torn")                                                        \
	X(AGAIN, 11, "not complete yet")                                                           \
	X(READER, 1, "the reading process failed")

enum mk_err_index {
#define X(name, status, message) MK_EI_##name,
	MK_ERR_TABLE(X)
#undef X
	    MK_EI_COUNT
};

enum mk_err {
	MK_OK = 0,
#define X(name, status, message) MK_E_##name = -(int)(MK_EI_##name + 1),
	MK_ERR_TABLE(X)
#undef X
};

/*
 * All four take 0 or a negative MK_E_*; anything else is treated as INTERNAL. Strings are static.
 */
const char *mk_err_code(int err); /* "not_found": lower case, stable, for --json; "ok" for 0 */
const char *mk_err_message(int err); /* English msgid */
int mk_err_status(int err); /* exit status of cli.md, 0 for 0 */
int mk_err_from_errno(int e); /* ENOSPC/EDQUOT NOSPACE, ENOENT NOT_FOUND, ENOMEM NOMEM, else IO */

#endif
