/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A subject (対象者): its states and the moves between them, and the fields of its record as one
 * table.
 */
#ifndef MK_MODEL_SUBJECT_H
#define MK_MODEL_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

/* X(value, name, 日本語, English): design/product.md, States of a subject. Values are stored. */
#define MK_STATE_TABLE(X)                                                                          \
	X(1, not_requested, "未依頼", "not requested")                                             \
	X(2, requested, "依頼中", "requested")                                                     \
	X(3, provided, "提供済", "provided")                                                       \
	X(4, checking, "本人確認待ち", "identity check to do")                                     \
	X(5, confirmed, "確定", "confirmed")                                                       \
	X(6, ended, "利用終了(保存中)", "ended, kept")                                             \
	X(7, disposal_due, "廃棄待ち", "disposal due")                                             \
	X(8, disposed, "廃棄済", "disposed")                                                       \
	X(9, refused, "提供なし(求めたが受けられず)", "asked for, not given")

enum mk_state {
#define X(value, name, ja, en) MK_STATE_##name = value,
	MK_STATE_TABLE(X)
#undef X
};

const char *mk_state_name(int state); /* "checking"; NULL for none */
int mk_state_parse(const char *name); /* value, or MK_E_INPUT */
bool mk_state_may(int from, int to); /* is this move one of the life cycle's? */
bool mk_state_has_number(
    int state); /* checking and later, before disposed: a number may be revealed or exported */

/* The fields of a subject that a member may set. X(name, 日本語, max bytes) */
#define MK_SUBJECT_FIELDS(X)                                                                       \
	X(code, "社員番号", 64)                                                                    \
	X(name, "氏名", 256)                                                                       \
	X(kana, "フリガナ", 256)                                                                   \
	X(birth, "生年月日", 10)                                                                   \
	X(sex, "性別", 8)                                                                          \
	X(address, "住所", 512)                                                                    \
	X(relationship, "続柄", 64)                                                                \
	X(parent, "扶養者", 16)                                                                    \
	X(purposes, "利用目的", 256)

enum mk_subject_field {
#define X(name, ja, max) MK_SF_##name,
	MK_SUBJECT_FIELDS(X)
#undef X
	    MK_SF_COUNT
};

const char *mk_subject_field_name(int f); /* NULL past the end */
const char *mk_subject_field_title_ja(int f);
size_t mk_subject_field_max(int f);
int mk_subject_field_parse(const char *name); /* index, or MK_E_INPUT */
/*
 * Checks a value for a field: the text rule, length, a date where it is one (birth: YYYY-MM-DD, not
 * after today by the PC's clock), sex (male|female|other or empty; 男/女 are folded by
 * mk_sex_parse), no formula start in names (R16), no Individual Number inside (a number has one
 * place only), a name that shows something. 0, MK_E_TEXT, MK_E_TOO_BIG, MK_E_INPUT, MK_E_NUMBER.
 */
int mk_subject_field_check(int f, const char *value);
const char *mk_sex_parse(
    const char *s); /* "male", "female", "other", "", or NULL when it is none of them */

#endif
