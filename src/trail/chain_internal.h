/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a trail, shared by its writer, reader and verifier: lines, hashes, the two signed
 * kinds of body, and the segment files. mynakura-trail(5) is the contract; this is its code.
 */
#ifndef MK_TRAIL_CHAIN_INTERNAL_H
#define MK_TRAIL_CHAIN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/time.h"
#include "mynakura/crypto/sign.h"
#include "mynakura/trail/trail.h"

#define MK_LINE_MAX 65536 /* bytes of a line, newline included */
#define MK_BODY_MAX (MK_LINE_MAX - 256)
#define MK_SALT_LEN 16
#define MK_HASH_LEN 32
#define MK_SEGMENT_MAX 16 /* bytes of a segment's name with its NUL: "2026-11.jsonl" */

struct mk_line {
	uint64_t seq;
	bool purged; /* no salt, no body */
	uint8_t salt[MK_SALT_LEN];
	uint8_t leaf[MK_HASH_LEN];
	uint8_t link[MK_HASH_LEN];
	const char *body; /* borrowed from the line */
	size_t body_len;
};

/* s: the line without its newline. 0, or MK_E_INPUT for anything but the one form. */
int mk_line_parse(const char *s, size_t len, struct mk_line *out);
void mk_line_format(const struct mk_line *l, struct mk_buf *out); /* with the newline */
int mk_line_leaf(const struct mk_line *l, uint8_t out[MK_HASH_LEN]);
int mk_line_link(const uint8_t prev[MK_HASH_LEN], uint64_t seq, const uint8_t leaf[MK_HASH_LEN],
    uint8_t out[MK_HASH_LEN]);
/*
 * Does l stand rightly after prev? 0, MK_E_TAMPERED with *leaf telling whether the leaf (else the
 * link) is wrong, MK_E_CRYPTO.
 */
int mk_line_check(const struct mk_line *l, const uint8_t prev[MK_HASH_LEN], bool *leaf);

enum mk_body_kind { MK_BODY_OTHER, MK_BODY_GENESIS, MK_BODY_CHECKPOINT };
enum mk_body_kind mk_body_kind(const char *body, size_t len); /* by its first bytes alone */
bool mk_body_time(const char *body, size_t len, char out[MK_TIME_MAX]);

struct mk_genesis {
	char vault[MK_TRAIL_VAULT_MAX];
	uint8_t key[MK_SIGN_PUB];
};
int mk_genesis_parse(const char *body, size_t len, struct mk_genesis *out); /* MK_E_INPUT */
void mk_genesis_format(const struct mk_genesis *g, int64_t now, struct mk_buf *out);
int mk_genesis_fingerprint(const uint8_t key[MK_SIGN_PUB], char out[MK_TRAIL_HEX]);
bool mk_vault_valid(const char *vault);

struct mk_checkpoint {
	uint64_t index;
	uint8_t next[MK_SIGN_PUB];
	uint8_t sig[MK_SIGN_LEN];
	size_t head_len; /* bytes of the body before `,"sig":"` */
};
int mk_checkpoint_parse(const char *body, size_t len, struct mk_checkpoint *out); /* MK_E_INPUT */
/* Appends the message that a checkpoint's signature covers. head: the body before `,"sig":"`. */
int mk_checkpoint_message(const char *vault, uint64_t seq, const uint8_t prev[MK_HASH_LEN],
    const uint8_t salt[MK_SALT_LEN], const char *head, size_t head_len, struct mk_buf *out);
/* l is a checkpoint's line and c its parsed body. 0 or MK_E_TAMPERED, MK_E_NOMEM, MK_E_CRYPTO. */
int mk_checkpoint_verify(const struct mk_line *l, const struct mk_checkpoint *c, const char *vault,
    const uint8_t prev[MK_HASH_LEN], const uint8_t key[MK_SIGN_PUB]);

/* Fills e from a line; texts go to scratch (MK_LINE_MAX bytes). MK_E_INPUT for no such JSON. */
int mk_entry_parse(const struct mk_line *l, char *scratch, struct mk_entry *e);

/* Does e match the filter but for its text and its place? read.c */
bool mk_filter_fits(const struct mk_trail_filter *f, const struct mk_entry *e);
/* Is the folded needle in the body? fold: working memory. */
bool mk_body_has(const char *body, size_t len, const struct mk_buf *needle, struct mk_buf *fold);

/* The segments of a trail in their order. */
struct mk_segments {
	char (*name)[MK_SEGMENT_MAX];
	size_t n;
	char foreign[32]; /* a name that ends in .jsonl and is no segment's, cut; "" when none */
};
int mk_segments_list(int dir, struct mk_segments *out); /* MK_E_IO, MK_E_NOMEM; the caller frees */
void mk_segments_free(struct mk_segments *s);
bool mk_segment_valid(const char *name);
void mk_segment_name(int64_t t, char out[MK_SEGMENT_MAX]); /* of the month of t in Japan */

/* Reads a segment line by line in a fixed buffer. */
struct mk_lines {
	int fd;
	char *buf;
	size_t start, end;
	uint64_t offset; /* in the file, of the next line */
	bool eof;
};
int mk_lines_open(int dir, const char *name, struct mk_lines *out);
/*
 * 1 with a line (without newline; *torn when it is the last one and has none, or 0 < len with no
 * newline within MK_LINE_MAX: then it is not torn and no parse accepts it), 0 at the end, or
 * MK_E_IO. Borrowed until the next call.
 */
int mk_lines_next(struct mk_lines *l, const char **s, size_t *len, bool *torn);
void mk_lines_close(struct mk_lines *l);
void mk_lines_at(struct mk_lines *l, uint64_t offset); /* goes on reading there */

/* find.c */
uint64_t mk_line_seq(const char *s, size_t len); /* by its first bytes alone; 0 for none */
/*
 * Goes to a line near the first one whose number is above `after`, never past it. scratch:
 * MK_LINE_MAX bytes.
 */
void mk_lines_seek(struct mk_lines *l, uint64_t after, char *scratch);
/* The last segment that begins at or before seq; 0 when none does. */
size_t mk_segments_before(int dir, const struct mk_segments *s, uint64_t seq);
/* Appends the line of this number with its newline. NOT_FOUND, IO, NOMEM. */
int mk_line_find(int dir, uint64_t seq, struct mk_buf *out);

#endif
