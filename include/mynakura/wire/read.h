/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reading processes (mynakura-read device|decode|read) as seen by whoever starts them: start
 * one, ask one thing, stop it. A process handles one item and ends (decisions.md 11); starting and
 * asking are apart, so that the next one loads its models while nobody waits. Every answer is
 * untrusted and checked here again: sizes, seals, digits, text (capture.md 5).
 *
 * Messages (wire/msg.h frames on fd 3 of the process), every answer with MK_FLAG_REPLY, error?
 * (absent = 0) and message? (English words):
 *  MK_READ_DECODE  in: fd 0 = an encoded file.  out: one message a page {width, height, dpi (0
 *    unknown), page (from 1), count (0 unknown)},
 *                  fd 0 = sealed memfd of width*height bytes of grey, 0 black; MK_FLAG_MORE on all
 *                    but the last.
 *  MK_READ_READ    in: width, height, dpi, layout, fd 0 = such a memfd.  out: elapsed_ms, item* one
 *    record a card or person (below).
 *  MK_READ_DEVICES in: -.  out: item* {device, vendor, model, kind}.
 *  MK_READ_SCAN    in: device, option* "NAME=VALUE".  out: as decode; besides them messages without
 *    an fd, {offset} = bytes so far, which only
 *                  say that it is alive. The last message ends the sheet or the feeder and holds no
 *                    page.
 *
 * Record of a card or person (kept as it is as the payload of a review item):
 *  layout          card-back | card-front | tsuchi | juminhyo | unknown
 *  rotation        0, 90, 180, 270: degrees clockwise by which the given raster must be turned to
 *                  stand upright
 *  x, y, width, height   the card (or row) in the given raster, an upright rectangle in pixels
 *  number?         12 digits, the best reading; absent rather than a guess
 *  certain, check  the rule of cli.md; the check digit of `number` holds
 *  qr?, ocr?       12 digits, what each source gave
 *  confidence      of the number, 0..1000
 *  candidate*      12 digits each, what was thought possible
 *  item*           {field, value, confidence (0..1000), x, y, width, height}; field = name kana
 *                  address birth (YYYY-MM-DD) sex (male|female)
 *                  expires (YYYY-MM-DD), or number (place only, no value)
 *  warning*        "code: English words"; codes are listed by mk_read_warnings
 */
#ifndef MK_WIRE_READ_H
#define MK_WIRE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mynakura/base/buf.h"
#include "mynakura/wire/msg.h"

#define MK_READ_FD 3 /* the channel in the process */
#define MK_READ_DECODE 300
#define MK_READ_READ 301
#define MK_READ_DEVICES 302
#define MK_READ_SCAN 303

#define MK_RASTER_MAX 40000000U /* pixels, decisions.md 11 */
#define MK_READ_SIDE_MAX 65535U
#define MK_READ_TEXT 512
#define MK_READ_CANDIDATES 8
#define MK_READ_WARNINGS 8
#define MK_READ_ITEMS 16 /* cards or persons on one page */
#define MK_READ_WHY 256

/* X(code, English words) */
#define MK_READ_WARNING_TABLE(X)                                                                   \
	X(qr_conflict, "the QR code and the printed number differ")                                \
	X(ocr_conflict, "more than one number was read")                                           \
	X(check_digit, "the check digit of the printed number is wrong")                           \
	X(number_covered, "the number is covered or not legible")                                  \
	X(front_no_number, "this is the front of the card; the number stands on the back")         \
	X(unknown_layout, "the kind of document was not recognised")                               \
	X(layout_differs, "the document is of another kind than asked for")                        \
	X(only_qr, "only the QR code gave the number")                                             \
	X(few_readings, "too few readings agree")                                                  \
	X(several_numbers, "the page holds more than one number")                                  \
	X(blank, "the page is blank or black")                                                     \
	X(low_resolution, "the picture is too coarse, scan with 300 dpi")

enum mk_read_warning {
#define X(code, words) MK_RW_##code,
	MK_READ_WARNING_TABLE(X)
#undef X
	    MK_RW_COUNT
};

/* The stable code and the English words of a warning; NULL outside the table. */
const char *mk_read_warning_code(unsigned w);
const char *mk_read_warning_words(unsigned w);
/* The English words (the msgid) of a warning as it travels, "code: words"; NULL: code unknown. */
const char *mk_read_warning_find(const char *warning);

struct mk_read_box {
	uint32_t x, y, width, height; /* pixels of the given raster; width 0: unknown */
};

struct mk_read_field {
	char value[MK_READ_TEXT]; /* "" = not read */
	unsigned confidence; /* 0..1000 */
	struct mk_read_box box;
};

struct mk_reading {
	char layout[16];
	unsigned rotation; /* 0, 90, 180, 270 clockwise to stand upright */
	char number[13]; /* "" rather than a guess */
	bool certain;
	bool check;
	char qr[13], ocr[13]; /* "" = nothing from this source */
	unsigned confidence; /* 0..1000 */
	char candidates[MK_READ_CANDIDATES][13];
	size_t candidate_count;
	struct mk_read_field name, kana, address, birth, sex, expires;
	struct mk_read_box card, number_box;
	char warnings[MK_READ_WARNINGS][160]; /* "code: words"; the code ends at the first ':' */
	size_t warning_count;
};

/*
 * Reads a record (the value of an MK_T_item of an answer, or a stored payload) and checks it:
 * digits, check digit, dates, text (mk_text_check), certain only with a number that passes, boxes
 * inside width x height (0,0: not checked). 0, or MK_E_READER and *out wiped.
 */
int mk_reading_parse(
    const void *record, size_t len, uint32_t width, uint32_t height, struct mk_reading *out);
void mk_reading_wipe(struct mk_reading *r);

struct mk_raster {
	int fd; /* sealed memfd of width * height grey bytes; -1 none */
	uint32_t width, height;
	uint32_t dpi; /* 0 unknown */
	uint32_t page; /* from 1 */
	uint32_t count; /* pages of the file; 0 unknown (a feeder) */
};

void mk_raster_free(struct mk_raster *r); /* closes fd */
/*
 * Appends the grey bytes of a box (all of it when width is 0) to out. 0, MK_E_INPUT outside the
 * raster, MK_E_PROTOCOL, MK_E_NOMEM.
 */
int mk_raster_copy(const struct mk_raster *r, struct mk_read_box box, struct mk_buf *out);

/* The readings of one page. */
struct mk_readings {
	size_t count;
	struct mk_reading *items; /* count of them */
	struct mk_buf
	    *records; /* count of them: each the record as it came, for a review item's payload */
	unsigned elapsed_ms; /* in the process, from request to answer */
};

void mk_readings_free(struct mk_readings *r); /* wipes all; may be called on a zeroed struct */

/*
 * A process. A caller that was handed fd and pid by somebody else fills them in (pid 0: not its
 * child, only fd is closed at the end).
 */
struct mk_reader {
	int fd;
	pid_t pid;
	int timeout_ms; /* longest silence before MK_E_READER; 0 = the default of the request */
	int interrupt_fd; /* -1, or when this becomes readable a wait ends with MK_E_AGAIN */
	unsigned seen; /* messages received, bounded against a flood */
	bool finished; /* the last message has come */
	bool moving; /* private: bytes are coming from the scanner */
	uint16_t request; /* private: what was asked */
	char why[MK_READ_WHY]; /* English words of the last failure, checked text; "" none */
};

/*
 * Starts program (NULL: mynakura-read beside the running program, else MK_LIBEXECDIR) as
 * `mynakura-read KIND` with an empty environment (OMP_THREAD_LIMIT=1, LANG=C.UTF-8, PATH,
 * MYNAKURA_MODELS; SANE_CONFIG_DIR for device), a session of its own, stdio at /dev/null, and no
 * descriptor but the channel. kind: "device", "decode", "read". 0; MK_E_INPUT, MK_E_NOT_FOUND,
 * MK_E_NOMEM, MK_E_IO. A program that cannot be executed shows as MK_E_READER at the first answer.
 */
int mk_reader_start(const char *kind, const char *program, struct mk_reader *out);
/*
 * The same; `before` (NULL: nothing) runs in the child just before exec and may only make system
 * calls: becoming another user. When it gives an error the child ends.
 */
int mk_reader_start_as(
    const char *kind, const char *program, int (*before)(void *), void *arg, struct mk_reader *out);
/* For a process that somebody else started. */
void mk_reader_adopt(struct mk_reader *out, int fd, pid_t pid);

/*
 * The following ask one process one thing. Errors of all: MK_E_READER (crash, hang, flood, garbage:
 * stop it and start another), MK_E_AGAIN (interrupt_fd), and what the process says, with its words
 * in why: MK_E_IMAGE, MK_E_TOO_BIG, MK_E_UNREADABLE, MK_E_SCANNER, MK_E_BUSY, MK_E_NOT_FOUND,
 * MK_E_DENIED, MK_E_INPUT, MK_E_NOMEM.
 */
/* Decode a file: then mk_reader_page until it gives 0. file_fd stays the caller's. */
int mk_reader_decode(struct mk_reader *r, int file_fd);
/* Scan: then mk_reader_page until it gives 0. options: count strings "NAME=VALUE", set in turn. */
int mk_reader_scan(
    struct mk_reader *r, const char *device, const char *const *options, size_t count);
/*
 * The next page: 1 with *out (free it), 0 when there is no more. Pages that came before an error
 * are good.
 */
int mk_reader_page(struct mk_reader *r, struct mk_raster *out);
/*
 * Reads a raster. layout: "auto", "card-back", "card-front", "tsuchi", "juminhyo". 0 with at least
 * one reading (perhaps without a number); the caller frees *out.
 */
int mk_reader_read(struct mk_reader *r, const struct mk_raster *raster, const char *layout,
    struct mk_readings *out);

#define MK_READ_DEVICES_MAX 64
struct mk_read_device {
	char device[256]; /* SANE's name, the stable id */
	char vendor[128], model[128], kind[128];
};
/*
 * Lists scanners (cameras are left out): *out is an array of *count, freed by the caller with
 * free().
 */
int mk_reader_devices(struct mk_reader *r, struct mk_read_device **out, size_t *count);

/*
 * Closes the channel, kills the process and waits for it where it is our child. Safe on a zero-pid
 * reader.
 */
void mk_reader_stop(struct mk_reader *r);

#endif
