/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing JSON: a small streaming writer into a mk_buf. Strings are escaped so that what
 * mk_text_check forbids never reaches a terminal raw (\uXXXX; bytes that are no UTF-8 become
 * U+FFFD). Commas are placed by the writer.
 */
#ifndef MK_BASE_JSON_H
#define MK_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

struct mk_json {
	struct mk_buf *out;
	bool first[16]; /* per depth: nothing written yet */
	unsigned depth; /* at most 15 */
};

void mk_json_init(struct mk_json *j, struct mk_buf *out); /* borrows out */
/* key is NULL inside an array or at the top; it is escaped too. */
void mk_json_obj(struct mk_json *j, const char *key);
void mk_json_arr(struct mk_json *j, const char *key);
void mk_json_end_obj(struct mk_json *j);
void mk_json_end_arr(struct mk_json *j);
void mk_json_str(struct mk_json *j, const char *key, const char *s); /* s NULL: null */
void mk_json_strn(struct mk_json *j, const char *key, const char *s, size_t len);
void mk_json_int(struct mk_json *j, const char *key, int64_t v);
void mk_json_dec(struct mk_json *j, const char *key, double v,
    int decimals); /* 0..6 decimals, '.' whatever the locale */
void mk_json_bool(struct mk_json *j, const char *key, bool v);
void mk_json_null(struct mk_json *j, const char *key);
void mk_json_raw(
    struct mk_json *j, const char *key, const char *json, size_t len); /* already JSON */

#endif
