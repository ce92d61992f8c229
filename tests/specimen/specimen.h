/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared by the files of the specimen program, which draws invented documents that carry an
 * Individual Number, and their truth. Test tooling: nothing of the product links it.
 * Lengths are millimetres on the sheet unless a name says px; angles are degrees, clockwise.
 */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SPEC_CARD_W 85.60 /* ISO/IEC 7810 ID-1 */
#define SPEC_CARD_H 53.98
#define SPEC_A4_W 210.0
#define SPEC_A4_H 297.0
#define SPEC_DIGITS 12
#define SPEC_MAX_FIELDS 16

enum spec_layout {
	SPEC_CARD_BACK,
	SPEC_CARD_FRONT,
	SPEC_TSUCHI,
	SPEC_JUMINHYO,
	SPEC_BOTH, /* front and back of one card on one glass */
	SPEC_LAYOUTS
};
enum spec_fault { SPEC_SOUND, SPEC_MASKED, SPEC_BADCHECK, SPEC_QRCONFLICT, SPEC_FAULTS };
enum spec_format { SPEC_PNM, SPEC_PNG, SPEC_FORMATS };
enum spec_mode { SPEC_GRAY, SPEC_COLOR, SPEC_LINEART, SPEC_MODES };
enum spec_bed { SPEC_BED_CARD, SPEC_BED_A4, SPEC_BEDS };
enum spec_names { SPEC_NAMES_ANY, SPEC_NAMES_JA, SPEC_NAMES_ROMAN, SPEC_NAMES };
enum spec_lid { SPEC_LID_WHITE, SPEC_LID_DARK, SPEC_LIDS };
enum spec_cond {
	SPEC_AS_GIVEN, /* only what the options say */
	SPEC_NATURAL,
	SPEC_SKEWED,
	SPEC_TURNED,
	SPEC_NOISY,
	SPEC_BLURRED,
	SPEC_JPEG,
	SPEC_GLARE,
	SPEC_COPY,
	SPEC_STAIN,
	SPEC_LINES,
	SPEC_HARD,
	SPEC_ANYCOND,
	SPEC_CONDS
};

/* Words of the command line and the truth, indexed by the enums above. */
extern const char *const spec_layout_name[SPEC_LAYOUTS];
extern const char *const spec_fault_name[SPEC_FAULTS];
extern const char *const spec_mode_name[SPEC_MODES];
extern const char *const spec_cond_name[SPEC_CONDS];

/* xoshiro256**, seeded by splitmix64; one stream per use, so that the person of (seed, index) is
 * the same whatever the layout, resolution or wear. */
struct spec_rng {
	uint64_t s[4];
};
void spec_rng_init(struct spec_rng *r, uint64_t seed, uint64_t index, char stream);
uint64_t spec_rng_next(struct spec_rng *r);
/* Uniform in 0..n-1; n > 0. */
unsigned spec_rng_below(struct spec_rng *r, unsigned n);
/* Uniform in [lo, hi). */
double spec_rng_range(struct spec_rng *r, double lo, double hi);
bool spec_rng_chance(struct spec_rng *r, double p);

struct spec_date {
	int y, m, d;
};

struct spec_person {
	char number[SPEC_DIGITS + 1]; /* check digit right */
	char name[64]; /* family and given name, U+3000 between; roman: blanks */
	char kana[96]; /* empty for roman names */
	bool roman; /* a foreign resident: western birth year on the card */
	char city[64];
	char mayor[72]; /* who issues: 市区町村長 */
	char address[256];
	const char *sex; /* 男 or 女 */
	struct spec_date birth, issued, expires;
	char code[5]; /* security code of the front */
	char resident[12]; /* 住民票コード, 11 digits: a distractor */
	char serial[17]; /* card serial, 16 hex digits: a distractor */
	char notice[11]; /* notice serial, 10 digits: a distractor */
};
/* The person of (seed, index); distinct Japanese names for the first few thousand indexes. */
void spec_person_make(struct spec_person *p, uint64_t seed, uint64_t index, enum spec_names names);
/* Check digit of eleven ASCII digits: 平成26年総務省令第85号 第5条 (design/law.md). */
char spec_check_digit(const char *eleven);
/* Another number with a right check digit: one digit other, or (far) all of them. */
void spec_other_number(struct spec_rng *r, const char *number, bool far, char out[13]);
/* "昭和37年 4月 9日"; western when the person is a foreign resident. pad: blanks before one digit.
 */
void spec_date_era(const struct spec_date *d, bool pad, char *out, size_t cap);
void spec_date_west(const struct spec_date *d, bool pad, char *out, size_t cap);
/* Full-width forms of ASCII digits, '-' and ' '; other characters as they are. */
void spec_full_width(const char *in, char *out, size_t cap);

/* What gets printed on the sheets of one picture. */
struct spec_print {
	struct spec_person who;
	enum spec_fault fault;
	char number[SPEC_DIGITS + 1];
	char qr[SPEC_DIGITS + 1];
	char birth_text[48];
};

struct spec_field {
	const char *name;
	double quad[4]
		   [2]; /* px; upper left, upper right, lower right, lower left of upright text */
};

struct spec_sheet {
	enum spec_layout layout;
	double w, h; /* mm */
	double ox, oy; /* mm; upper left in the group that is turned together */
	struct spec_field field[SPEC_MAX_FIELDS];
	size_t fields;
	const char *number_font;
};

/* Typefaces that are installed, in a fixed order. */
struct spec_face {
	const char *family;
	bool bold;
};
struct spec_fonts {
	struct spec_face number[16], body[16], name[16], mincho[16];
	unsigned numbers, bodies, names, minchos;
};
void spec_fonts_load(struct spec_fonts *f);
void spec_fonts_unload(void);

/* The hand that draws one sheet: user space is millimetres from the sheet's upper left. */
struct spec_pen {
	cairo_t *cr;
	struct spec_rng *rng;
	const struct spec_fonts *fonts;
	struct spec_sheet *sheet;
};

struct spec_type {
	struct spec_face face;
	double size; /* mm, em */
	double track; /* mm between letters */
	double ink; /* 0 black .. 1 white */
	double max_w; /* mm; 0 no bound. Longer text is wrapped, or set smaller. */
	bool wrap;
};

/* Sets text with its first baseline at (x, y); field (or NULL) records the ink's quad. Returns the
 * advance in mm. */
double spec_text(struct spec_pen *p, const struct spec_type *t, double x, double y,
    const char *field, const char *text);
void spec_field_rect(struct spec_pen *p, const char *field, double x, double y, double w, double h);
void spec_round_rect(cairo_t *cr, double x, double y, double w, double h, double r);
/* Tinted ground with security waves over the whole sheet; strength 0..1. */
void spec_ground(struct spec_pen *p, double strength);
/* QR code of the digits, side without its quiet zone; false when it could not be made. */
bool spec_qr(struct spec_pen *p, const char *digits, double x, double y, double side);
/* Hides what field covers under tape or a sleeve. */
void spec_mask(struct spec_pen *p, const char *field, double margin);
struct spec_face spec_pick(struct spec_rng *r, const struct spec_face *faces, unsigned n);

bool spec_draw_back(struct spec_pen *p, const struct spec_print *t);
bool spec_draw_front(struct spec_pen *p, const struct spec_print *t);
bool spec_draw_tsuchi(struct spec_pen *p, const struct spec_print *t);
bool spec_draw_juminhyo(struct spec_pen *p, const struct spec_print *t);

/* One picture to be made. */
struct spec_job {
	uint64_t seed;
	unsigned index; /* of person and luck, from 1 */
	enum spec_layout layout;
	enum spec_fault fault;
	enum spec_format format;
	enum spec_mode mode;
	enum spec_bed bed;
	enum spec_names names;
	enum spec_lid lid;
	enum spec_cond cond;
	double dpi, rotate, skew;
	double noise; /* standard deviation in levels of 255 */
	double blur; /* standard deviation in px */
	int jpeg; /* quality 1..100; 0 none */
	bool glare, copy, stain;
	bool tight; /* the picture ends shortly outside the card */
	bool placed;
	double place_x, place_y; /* mm, upper left of the turned sheet's bounding box */
};

struct spec_picture {
	unsigned w, h, ch; /* ch: 1 grey, 3 RGB */
	uint8_t *px; /* rows without padding; free() */
};

/* Draws the sheets on the bed; sheets[0..*n-1] get their fields. 0, or -1 with a message said. */
int spec_scene_render(const struct spec_job *job, const struct spec_print *t,
    const struct spec_fonts *fonts, struct spec_picture *out, struct spec_sheet sheets[2],
    size_t *n);
/* Applies copy, blur, noise, JPEG loss and threshold in the order a scan goes through them. */
int spec_degrade(struct spec_picture *pic, const struct spec_job *job);
int spec_jpeg_loss(struct spec_picture *pic, int quality);

int spec_write_picture(const struct spec_picture *pic, const struct spec_job *job, FILE *f);
void spec_write_truth(FILE *f, const char *file, const struct spec_picture *pic,
    const struct spec_job *job, const struct spec_print *t, const struct spec_sheet *sheets,
    size_t n);

/* The number, the QR and the texts that this job prints. */
void spec_print_make(struct spec_print *t, const struct spec_job *job);
/* Draws the luck of job->cond into its fields. */
void spec_job_condition(struct spec_job *job);

struct spec_opts {
	struct spec_job job;
	const char *out, *truth;
	unsigned count, start;
	bool stack;
	bool with[SPEC_LAYOUTS];
};
/* Fills o from the command line; a stack's defaults first, so that options change them. Ends the
 * program with status 2 on wrong usage, 0 after --help. */
void spec_options(struct spec_opts *o, int argc, char **argv);

#endif
