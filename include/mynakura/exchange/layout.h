/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an export's file looks like, as plain data: the profile loader fills it on the client, the
 * vault gets it back out of the flat bytes that travelled (mk_layout_encode, mk_compiled_parse in
 * export.h). It names sources, functions and classes out of closed lists only; it holds no path, no
 * pattern and no code. (formats.md 5)
 */
#ifndef MK_EXCHANGE_LAYOUT_H
#define MK_EXCHANGE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

/* Bounds; the compiled bytes (MK_COMPILED_MAX) are one message item. */
#define MK_COMPILED_MAX 49151U
#define MK_LAYOUT_FIELDS 512U
#define MK_LAYOUT_LINES 32U
#define MK_LAYOUT_CELLS 64U /* cells of a preamble line */
#define MK_LAYOUT_MAPS 32U
#define MK_LAYOUT_ENTRIES 256U
#define MK_LAYOUT_FNS 6U
#define MK_LAYOUT_TEXT 1024U /* bytes of one constant, name or title */
#define MK_CELL_BYTES 4096U /* encoded bytes of one cell */
#define MK_PAD_MAX 64U

/*
 * Where a cell's value comes from. X(enum, name in the profile, scope, type). New rows go at the
 * end: the numbers travel. Scope: ROW is given with each person, RUN once for the whole export
 * (mk_export_set). A DATE is "YYYY-MM-DD", a ZIP seven digits with or without a hyphen; SECRET is
 * the Individual Number and comes by mk_export_row's number only.
 */
#define MK_SOURCE_TABLE(X)                                                                         \
	X(EMPLOYEE_NO, "employee.no", ROW, TEXT)                                                   \
	X(EMPLOYEE_NAME, "employee.name", ROW, TEXT)                                               \
	X(EMPLOYEE_KANA, "employee.kana", ROW, TEXT)                                               \
	X(EMPLOYEE_BIRTH, "employee.birth", ROW, DATE)                                             \
	X(PERSON_RELATIONSHIP, "person.relationship", ROW, TEXT)                                   \
	X(PERSON_NAME, "person.name", ROW, TEXT)                                                   \
	X(PERSON_KANA, "person.kana", ROW, TEXT)                                                   \
	X(PERSON_BIRTH, "person.birth", ROW, DATE)                                                 \
	X(PERSON_SEX, "person.sex", ROW, TEXT)                                                     \
	X(PERSON_ZIP, "person.zip", ROW, ZIP)                                                      \
	X(PERSON_ADDRESS, "person.address", ROW, TEXT)                                             \
	X(PERSON_ADDRESS_KANA, "person.address_kana", ROW, TEXT)                                   \
	X(PERSON_NUMBER, "person.number", ROW, SECRET)                                             \
	X(OFFICE_NAME, "office.name", RUN, TEXT)                                                   \
	X(OFFICE_ZIP, "office.zip", RUN, ZIP)                                                      \
	X(OFFICE_ADDRESS, "office.address", RUN, TEXT)                                             \
	X(OFFICE_OWNER, "office.owner", RUN, TEXT)                                                 \
	X(OFFICE_PHONE1, "office.phone1", RUN, TEXT)                                               \
	X(OFFICE_PHONE2, "office.phone2", RUN, TEXT)                                               \
	X(OFFICE_PHONE3, "office.phone3", RUN, TEXT)                                               \
	X(OFFICE_PREF, "office.pref", RUN, TEXT)                                                   \
	X(OFFICE_GUN, "office.gun", RUN, TEXT)                                                     \
	X(OFFICE_KIGO, "office.kigo", RUN, TEXT)                                                   \
	X(OFFICE_BANGO, "office.bango", RUN, TEXT)                                                 \
	X(RUN_DATE8, "run.date8", RUN, TEXT)                                                       \
	X(RUN_SEQ3, "run.seq3", RUN, TEXT)

enum mk_source {
	MK_SRC_NONE = 0,
#define X(id, name, scope, type) MK_SRC_##id,
	MK_SOURCE_TABLE(X)
#undef X
	    MK_SRC_COUNT
};

enum mk_scope { MK_SCOPE_ROW, MK_SCOPE_RUN };
enum mk_source_type { MK_SRCTYPE_TEXT, MK_SRCTYPE_DATE, MK_SRCTYPE_ZIP, MK_SRCTYPE_SECRET };

/*
 * What may be done to a value. X(enum, name, wants, argument). `wants` is what comes in: DATE and
 * ZIP functions must stand first and on such a source. Argument: NONE, or pad's width, or enum's
 * map.
 */
#define MK_FN_TABLE(X)                                                                             \
	X(HALFKANA, "halfkana", TEXT, NONE)                                                        \
	X(FULLKANA, "fullkana", TEXT, NONE)                                                        \
	X(FULLWIDTH, "fullwidth", TEXT, NONE)                                                      \
	X(HALFWIDTH, "halfwidth", TEXT, NONE)                                                      \
	X(NOSPACE, "nospace", TEXT, NONE)                                                          \
	X(SPACE_HALF, "space-half", TEXT, NONE)                                                    \
	X(SPACE_FULL, "space-full", TEXT, NONE)                                                    \
	X(SPLIT_SEI, "split-sei", TEXT, NONE)                                                      \
	X(SPLIT_MEI, "split-mei", TEXT, NONE)                                                      \
	X(YMD_SLASH, "ymd-slash", DATE, NONE)                                                      \
	X(YMD_HYPHEN, "ymd-hyphen", DATE, NONE)                                                    \
	X(YMD8, "ymd8", DATE, NONE)                                                                \
	X(ERA_NENKIN, "era:nenkin", DATE, NONE)                                                    \
	X(ERA_ZEI, "era:zei", DATE, NONE)                                                          \
	X(ERA_NAME, "era-name", DATE, NONE)                                                        \
	X(ERA_YY, "era-yy", DATE, NONE)                                                            \
	X(MM, "mm", DATE, NONE)                                                                    \
	X(DD, "dd", DATE, NONE)                                                                    \
	X(ERA_YYMMDD, "era-yymmdd", DATE, NONE)                                                    \
	X(PAD, "pad", TEXT, WIDTH)                                                                 \
	X(ZIP3, "zip3", ZIP, NONE)                                                                 \
	X(ZIP4, "zip4", ZIP, NONE)                                                                 \
	X(ZIP7, "zip7", ZIP, NONE)                                                                 \
	X(ZIP_HYPHEN, "zip-hyphen", ZIP, NONE)                                                     \
	X(FLAG10, "flag10", TEXT, NONE)                                                            \
	X(ENUM, "enum", TEXT, MAP)

enum mk_fn {
	MK_FN_NONE = 0,
#define X(id, name, wants, arg) MK_FN_##id,
	MK_FN_TABLE(X)
#undef X
	    MK_FN_COUNT
};

enum mk_fn_arg { MK_FNARG_NONE, MK_FNARG_WIDTH, MK_FNARG_MAP };

/* Closed words of a profile, each with its place in the compiled bytes. X(enum, word). */
#define MK_ENCODING_TABLE(X) X(UTF8, "UTF-8") X(CP932, "CP932")
#define MK_REPERTOIRE_TABLE(X) X(UTF8, "utf8") X(CP932, "cp932") X(JISX0208, "jisx0208")
#define MK_QUOTING_TABLE(X) X(NEVER, "never") X(MINIMAL, "minimal") X(ALL, "all")
#define MK_EOL_TABLE(X) X(CRLF, "\r\n") X(LF, "\n")
#define MK_HEADER_TABLE(X) X(NONE, "none") X(NAMES, "names")
#define MK_CONSUMER_TABLE(X) X(MACHINE, "machine") X(HUMAN, "human")
#define MK_ROWKIND_TABLE(X) X(PERSON, "person") X(EMPLOYEE, "employee")
#define MK_MISSING_TABLE(X) X(SKIP, "skip-row") X(BLANK, "blank") X(ERROR, "error")
#define MK_STATUS_TABLE(X)                                                                         \
	X(DOCUMENTED, "documented") X(PARTIAL, "partial") X(UNVERIFIED, "unverified")
/* What the characters of a cell may be: printable ASCII (latin), half-width kana and blank
 * (halfkana), both (halfwidth), none of them (fullwidth). */
#define MK_CLASS_TABLE(X)                                                                          \
	X(ANY, "any")                                                                              \
	X(DIGITS, "digits")                                                                        \
	X(LATIN, "latin")                                                                          \
	X(HALFKANA, "halfkana")                                                                    \
	X(HALFWIDTH, "halfwidth")                                                                  \
	X(FULLWIDTH, "fullwidth")

#define MK_X_ENC(id, word) MK_ENC_##id,
#define MK_X_REP(id, word) MK_REP_##id,
#define MK_X_QUOTE(id, word) MK_QUOTE_##id,
#define MK_X_EOL(id, word) MK_EOL_##id,
#define MK_X_HEADER(id, word) MK_HEADER_##id,
#define MK_X_CONSUMER(id, word) MK_CONSUMER_##id,
#define MK_X_ROW(id, word) MK_ROW_##id,
#define MK_X_MISSING(id, word) MK_MISSING_##id,
#define MK_X_STATUS(id, word) MK_STATUS_##id,
#define MK_X_CLASS(id, word) MK_CLASS_##id,
enum mk_encoding { MK_ENCODING_TABLE(MK_X_ENC) MK_ENC_COUNT };
enum mk_repertoire { MK_REPERTOIRE_TABLE(MK_X_REP) MK_REP_COUNT };
enum mk_quoting { MK_QUOTING_TABLE(MK_X_QUOTE) MK_QUOTE_COUNT };
enum mk_eol { MK_EOL_TABLE(MK_X_EOL) MK_EOL_COUNT };
enum mk_header { MK_HEADER_TABLE(MK_X_HEADER) MK_HEADER_COUNT };
enum mk_consumer { MK_CONSUMER_TABLE(MK_X_CONSUMER) MK_CONSUMER_COUNT };
enum mk_row_kind { MK_ROWKIND_TABLE(MK_X_ROW) MK_ROW_COUNT };
enum mk_missing { MK_MISSING_TABLE(MK_X_MISSING) MK_MISSING_COUNT };
enum mk_profile_status { MK_STATUS_TABLE(MK_X_STATUS) MK_STATUS_COUNT };
enum mk_class { MK_CLASS_TABLE(MK_X_CLASS) MK_CLASS_COUNT };
#undef MK_X_ENC
#undef MK_X_REP
#undef MK_X_QUOTE
#undef MK_X_EOL
#undef MK_X_HEADER
#undef MK_X_CONSUMER
#undef MK_X_ROW
#undef MK_X_MISSING
#undef MK_X_STATUS
#undef MK_X_CLASS

struct mk_fn_call {
	uint8_t fn; /* enum mk_fn */
	uint8_t arg; /* pad's width 1..64, enum's map index, else 0 */
};

struct mk_cell {
	char *name; /* the header text, or the name for messages; never NULL */
	char *constant; /* the value when source is MK_SRC_NONE; never NULL */
	uint16_t source; /* enum mk_source */
	uint16_t blank_if; /* blank when this source holds something; MK_SRC_NONE for none */
	uint16_t req_if; /* required when it holds something */
	uint16_t req_ifnot; /* required when it holds nothing */
	uint16_t max_bytes; /* encoded bytes, 0 for no limit of its own */
	uint16_t length; /* exact encoded bytes, 0 for any */
	uint8_t char_class; /* enum mk_class */
	bool required;
	bool secret; /* exactly on MK_SRCTYPE_SECRET */
	uint8_t nfns;
	struct mk_fn_call fns[MK_LAYOUT_FNS];
};

struct mk_line {
	struct mk_cell *cells;
	size_t ncells;
};

struct mk_map {
	char **from; /* "*" stands for whatever the others are not */
	char **to;
	size_t n;
};

struct mk_layout {
	char *id, *title, *purpose, *filename; /* never NULL; purpose and filename may be "" */
	uint8_t status, encoding, repertoire, quoting, eol, header, consumer, row, missing;
	char delimiter; /* ',' ';' TAB or blank */
	bool bom;
	bool final_newline;
	uint16_t key; /* the source that names a row in messages: ROW scope, not the number */
	uint32_t max_bytes; /* of the whole file, 0 for no limit */
	struct mk_map *maps;
	size_t nmaps;
	struct mk_line *preamble;
	size_t npreamble;
	struct mk_cell *fields;
	size_t nfields;
};

void mk_layout_free(struct mk_layout *l); /* NULL is fine */
/* An empty layout with every string "" and everything else 0; NULL when out of memory. */
struct mk_layout *mk_layout_new(void);

/* What mk_layout_check found wrong: a static English sentence and where. */
struct mk_layout_fault {
	const char *why;
	const char *key; /* at the top: the profile's key in question, else NULL */
	int part; /* 0 the profile itself, 1 a preamble line, 2 the fields, 3 a map */
	size_t line; /* preamble line, or map */
	size_t cell; /* cell of that line, or field */
};
#define MK_LAYOUT_PART_TOP 0
#define MK_LAYOUT_PART_PREAMBLE 1
#define MK_LAYOUT_PART_FIELDS 2
#define MK_LAYOUT_PART_MAP 3

/* Every rule that a layout must keep, whoever made it. 0 or MK_E_INPUT (fault filled, may be NULL).
 */
int mk_layout_check(const struct mk_layout *l, struct mk_layout_fault *fault);
/* Checks, then appends the flat bytes to out. 0, MK_E_INPUT, MK_E_TOO_BIG, MK_E_NOMEM; out is
 * untouched on error. */
int mk_layout_encode(const struct mk_layout *l, struct mk_buf *out);
/* Reads flat bytes of an untrusted client and checks everything again. 0, MK_E_INPUT, MK_E_TOO_BIG,
 * MK_E_NOMEM. Free with mk_layout_free. */
int mk_layout_decode(const void *data, size_t len, struct mk_layout **out);

/* Tables by name and number. A name that is not there: MK_SRC_NONE / MK_FN_NONE. A number out of
 * range: NULL, and false. */
enum mk_source mk_source_find(const char *name);
const char *mk_source_name(unsigned source);
enum mk_scope mk_source_scope(unsigned source);
enum mk_source_type mk_source_type(unsigned source);
enum mk_fn mk_fn_find(
    const char *name); /* the part before the argument: "pad", "enum"; "era:nenkin" is one name */
const char *mk_fn_name(unsigned fn);
enum mk_source_type mk_fn_wants(unsigned fn);
enum mk_fn_arg mk_fn_argument(unsigned fn);
/* Is s (len bytes) the start of a formula for a spreadsheet, blanks skipped? (formats.md 4.5, R16)
 */
bool mk_formula_start(const char *s, size_t len);

#endif
