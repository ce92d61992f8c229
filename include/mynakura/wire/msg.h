/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message: a header and a run of items (tag, length, value). One message is one SOCK_SEQPACKET
 * frame of at most 64 KiB; what is larger travels as a sealed memfd beside it. The tags are one
 * table, from which the JSON of the command line and man/mynakura-wire.7 take names and types.
 * (decisions.md e)
 *
 * Frame: magic u32 "MYNK" | version u8 = 1 | flags u8 | type u16 | request id u32 | length of the
 * items u32 | items
 * Item:  tag u16 | length u16 | value.   Integers big-endian. Types: str (UTF-8, no NUL), u64 (8
 *                                        bytes), i64, bool (1 byte 0/1),
 * bytes, rec (items). A tag may stand more than once (a list). Unknown tags are refused by the
 * daemon.
 */
#ifndef MK_WIRE_MSG_H
#define MK_WIRE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

#define MK_FRAME_MAX 65536U
#define MK_FRAME_HEADER 16U
#define MK_WIRE_MAGIC 0x4d594e4bU
#define MK_WIRE_VERSION 1
#define MK_MSG_FDS 4

#define MK_FLAG_REPLY 0x01 /* an answer; MK_T_error says how it ended */
#define MK_FLAG_NOTICE                                                                             \
	0x04 /* nobody asked, id 0: type lock = the session was ended by the daemon */
#define MK_FLAG_MORE 0x02 /* further messages of the same answer follow */

enum mk_type {
	MK_TYPE_STR,
	MK_TYPE_U64,
	MK_TYPE_I64,
	MK_TYPE_BOOL,
	MK_TYPE_BYTES,
	MK_TYPE_REC,
	MK_TYPE_SECRET
};

/*
 * X(number, name, type): numbers never change. SECRET is a STR that is wiped, never logged, never
 * printed by itself.
 */
#define MK_TAG_TABLE(X)                                                                            \
	X(1, error, I64)                                                                           \
	X(2, message, STR)                                                                         \
	X(3, id, STR)                                                                              \
	X(4, name, STR)                                                                            \
	X(5, kana, STR)                                                                            \
	X(6, birth, STR)                                                                           \
	X(7, sex, STR)                                                                             \
	X(8, address, STR)                                                                         \
	X(9, code, STR)                                                                            \
	X(10, ledger, STR)                                                                         \
	X(11, office, STR)                                                                         \
	X(12, member, STR)                                                                         \
	X(13, subject, STR)                                                                        \
	X(14, review, STR)                                                                         \
	X(15, roles, STR)                                                                          \
	X(16, role, STR)                                                                           \
	X(17, class, STR)                                                                          \
	X(18, purposes, STR)                                                                       \
	X(19, state, STR)                                                                          \
	X(20, number, SECRET)                                                                      \
	X(21, passphrase, SECRET)                                                                  \
	X(22, new_passphrase, SECRET)                                                              \
	X(23, otc, SECRET)                                                                         \
	X(24, recovery, SECRET)                                                                    \
	X(25, reason, STR)                                                                         \
	X(26, seq, U64)                                                                            \
	X(27, head, STR)                                                                           \
	X(28, time, I64)                                                                           \
	X(29, text, STR)                                                                           \
	X(30, relationship, STR)                                                                   \
	X(31, parent, STR)                                                                         \
	X(32, account, STR)                                                                        \
	X(33, until, STR)                                                                          \
	X(34, item, REC)                                                                           \
	X(35, cursor, STR)                                                                         \
	X(36, limit, U64)                                                                          \
	X(37, actor, STR)                                                                          \
	X(38, action, STR)                                                                         \
	X(39, result, STR)                                                                         \
	X(40, detail, STR)                                                                         \
	X(41, from, STR)                                                                           \
	X(42, to, STR)                                                                             \
	X(43, terminal, STR)                                                                       \
	X(44, hash, STR)                                                                           \
	X(45, purpose, STR)                                                                        \
	X(46, layout, STR)                                                                         \
	X(47, certain, BOOL)                                                                       \
	X(48, warning, STR)                                                                        \
	X(49, rotation, U64)                                                                       \
	X(50, confidence, U64)                                                                     \
	X(51, check, BOOL)                                                                         \
	X(52, qr, SECRET)                                                                          \
	X(53, ocr, SECRET)                                                                         \
	X(54, candidate, SECRET)                                                                   \
	X(55, expires, STR)                                                                        \
	X(56, field, STR)                                                                          \
	X(57, value, STR)                                                                          \
	X(58, width, U64)                                                                          \
	X(59, height, U64)                                                                         \
	X(60, dpi, U64)                                                                            \
	X(61, page, U64)                                                                           \
	X(62, elapsed_ms, U64)                                                                     \
	X(63, x, U64)                                                                              \
	X(64, y, U64)                                                                              \
	X(65, kind, STR)                                                                           \
	X(66, device, STR)                                                                         \
	X(67, option, STR)                                                                         \
	X(68, vendor, STR)                                                                         \
	X(69, model, STR)                                                                          \
	X(70, count, U64)                                                                          \
	X(71, ok, BOOL)                                                                            \
	X(72, demo, BOOL)                                                                          \
	X(73, kdf_m, U64)                                                                          \
	X(74, kdf_t, U64)                                                                          \
	X(75, vault, STR)                                                                          \
	X(76, profile, BYTES)                                                                      \
	X(77, destination, STR)                                                                    \
	X(78, rows, U64)                                                                           \
	X(79, sha256, STR)                                                                         \
	X(80, skipped, REC)                                                                        \
	X(81, changed, STR)                                                                        \
	X(82, why, STR)                                                                            \
	X(83, retype, BOOL)                                                                        \
	X(84, number_state, STR)                                                                   \
	X(85, disposal_due, STR)                                                                   \
	X(86, grant, STR)                                                                          \
	X(87, form, STR)                                                                           \
	X(88, open, BOOL)                                                                          \
	X(89, alarm, STR)                                                                          \
	X(90, status, U64)                                                                         \
	X(91, chars, SECRET)                                                                       \
	X(92, source, STR)                                                                         \
	X(93, offset, U64)                                                                         \
	X(94, doubtful, U64)                                                                       \
	X(95, signal, U64)                                                                         \
	X(96, entries, U64)                                                                        \
	X(97, witness, STR)                                                                        \
	X(98, key, STR)                                                                            \
	X(99, frames, U64)                                                                         \
	X(100, body, STR)                                                                          \
	X(101, fsync, BOOL)                                                                        \
	X(102, sender_uid, U64)                                                                    \
	X(103, now, I64)                                                                           \
	X(104, lang, STR)                                                                          \
	X(105, picture, BOOL)                                                                      \
	X(106, session, STR)                                                                       \
	X(107, digest, STR)                                                                        \
	X(108, pid, U64)                                                                           \
	X(109, title, STR)                                                                         \
	X(110, commit, U64)                                                                        \
	X(111, viewed, BOOL)                                                                       \
	X(112, approval, STR)                                                                      \
	X(113, prompt, REC)                                                                        \
	X(114, answer, SECRET)                                                                     \
	X(115, deadline, I64)                                                                      \
	X(116, checkpoint, BYTES)                                                                  \
	X(117, ref, U64)                                                                           \
	X(118, document, STR)                                                                      \
	X(119, wall, I64)                                                                          \
	X(120, steady, I64)                                                                        \
	X(121, confirmed, BOOL)                                                                    \
	X(122, login_uid, U64)                                                                     \
	X(123, login_session, U64)                                                                 \
	X(124, all, BOOL)                                                                          \
	X(125, fingerprint, STR)                                                                   \
	X(126, requester, STR)                                                                     \
	X(127, approver, STR)                                                                      \
	X(128, request, STR)                                                                       \
	X(129, line, STR)                                                                          \
	X(130, shown, BOOL)                                                                        \
	X(131, facility, STR)                                                                      \
	X(148, newest, BOOL)

enum mk_tag {
#define X(number, name, type) MK_T_##name = number,
	MK_TAG_TABLE(X)
#undef X
};

const char *mk_tag_name(unsigned tag); /* NULL for an unknown tag */
int mk_tag_type(unsigned tag); /* enum mk_type, or -1 */

struct mk_msg {
	uint16_t type; /* a request of request.h, or a reading process's MK_READ_* */
	uint8_t flags; /* MK_FLAG_* */
	uint32_t id; /* the asker's request id, the same in the answer */
	struct mk_buf body;
	int fds
	    [MK_MSG_FDS]; /* passed with the message; owned by the message, closed by mk_msg_free */
	size_t nfds;
	bool refused; /* one of them was of a kind that is not taken: its place is -1 */
};

void mk_msg_init(struct mk_msg *m, uint16_t type, uint32_t id);
void mk_msg_free(struct mk_msg *m); /* wipes the body, closes the fds */
int mk_msg_take_fd(
    struct mk_msg *m, size_t i); /* moves fd i to the caller; -1 when there is none */

/*
 * Puts: a value over 65,535 bytes marks the buffer as failed (mk_buf_error). s NULL puts nothing.
 */
void mk_put_str(struct mk_buf *b, unsigned tag, const char *s);
void mk_put_bytes(struct mk_buf *b, unsigned tag, const void *data, size_t len);
void mk_put_u64(struct mk_buf *b, unsigned tag, uint64_t v);
void mk_put_i64(struct mk_buf *b, unsigned tag, int64_t v);
void mk_put_bool(struct mk_buf *b, unsigned tag, bool v);
void mk_put_rec(struct mk_buf *b, unsigned tag, const struct mk_buf *items);

/* An item that was read; borrows from the message. */
struct mk_item {
	unsigned tag;
	int type; /* enum mk_type */
	const uint8_t *p;
	size_t len;
};

/*
 * Walks items: `while ((r = mk_item_next(&rd, &it)) > 0)`. 1, 0 at the end, MK_E_PROTOCOL (unknown
 * tag, bad length or type).
 */
int mk_item_next(struct mk_rd *rd, struct mk_item *out);
/* Whole body well formed: every tag known, every value of its type's form (strings valid UTF-8 without NUL), records
 * at most 4 deep. 0 or MK_E_PROTOCOL. */
int mk_items_check(const void *body, size_t len);
/* First item of a tag in a body: true when there. */
bool mk_find(const void *body, size_t len, unsigned tag, struct mk_item *out);
/* Typed look-ups in a checked body; the default is returned when the item is missing. */
uint64_t mk_get_u64(const void *body, size_t len, unsigned tag, uint64_t missing);
int64_t mk_get_i64(const void *body, size_t len, unsigned tag, int64_t missing);
bool mk_get_bool(const void *body, size_t len, unsigned tag, bool missing);
/* NUL-terminated copy into out[cap]. 0, MK_E_NOT_FOUND, MK_E_TOO_BIG (out "" then). */
int mk_get_str(const void *body, size_t len, unsigned tag, char *out, size_t cap);
uint64_t mk_item_u64(const struct mk_item *it);

#endif
