/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The printed slip: its lines, their width, and its QR code, which a reader of QR codes (zbar) must
 * read back from a picture of the characters.
 */
#include "tests/lib/mk_cmocka.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "mynakura/base/err.h"
#include "mynakura/base/width.h"
#include "mynakura/report/slip.h"

#define HEAD "00443214c74254b635cf84653000000000112233445566778899aabbccddeeff"
#define KEY "fedcba98765432100123456789abcdeffedcba98765432100123456789abcdef"
#define SCALE 4
#define SIDE (64 * 2 * SCALE)

static const struct mk_slip sample = {
    .office = "見本商事", .time = 1795489200, .count = 1234, .head = HEAD, .key = KEY};

static uint8_t picture[SIDE * SIDE];

static void
paint(int y, int x, int h, int w)
{
	assert_true(y + h <= SIDE && x + w <= SIDE);
	for (int i = y; i < y + h; i++)
		memset(picture + i * SIDE + x, 0, (size_t)w);
}

/* One character at (row, column) of a grid whose cells are twice as high as wide. */
static size_t
paint_cell(const char *s, int row, int col)
{
	int y = row * 2 * SCALE, x = col * SCALE;
	if (*s == ' ')
		return 1;
	if (*s == '#') {
		paint(y, x, 2 * SCALE, SCALE);
		return 1;
	}
	bool upper = memcmp(s, "\u2580", 3) == 0, lower = memcmp(s, "\u2584", 3) == 0;
	bool both = memcmp(s, "\u2588", 3) == 0;
	assert_true(upper || lower || both);
	paint(upper || both ? y : y + SCALE, x, both ? 2 * SCALE : SCALE, SCALE);
	return 3;
}

static void
photograph(const char *qr)
{
	int row = 8, col = 8;
	memset(picture, 255, sizeof picture);
	while (*qr != '\0') {
		if (*qr == '\n') {
			row++;
			col = 8;
			qr++;
		} else {
			qr += paint_cell(qr, row, col++);
		}
	}
}

static void
is_read_as(const char *want)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, SIDE, SIDE);
	zbar_image_set_data(image, picture, sizeof picture, NULL);
	int n = zbar_scan_image(scanner, image);
	if (want == NULL) {
		assert_int_equal(n, 0);
	} else {
		assert_int_equal(n, 1);
		const zbar_symbol_t *s = zbar_image_first_symbol(image);
		assert_int_equal(zbar_symbol_get_type(s), ZBAR_QRCODE);
		assert_string_equal(zbar_symbol_get_data(s), want);
	}
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
}

static void
qr_is_read(enum mk_slip_form form, const struct mk_slip *s, size_t cells)
{
	char text[MK_SLIP_TEXT_MAX];
	struct mk_buf out = MK_BUF_INIT;
	size_t wide = 0;
	assert_int_equal(mk_slip_text(s, form, text), 0);
	assert_int_equal(mk_slip_qr(text, form, false, &out, &wide), 0);
	assert_int_equal(wide, cells);
	photograph(mk_buf_str(&out));
	is_read_as(text);
	/* The control: what is painted is what is read. */
	for (int i = 0; i < SIDE * SIDE; i += SIDE)
		memset(picture + i, 255, SIDE / 3);
	is_read_as(NULL);
	mk_buf_free(&out);
}

static void
qr_codes(void **state)
{
	(void)state;
	struct mk_slip s = sample;
	qr_is_read(MK_SLIP_UTF8, &s, 49);
	qr_is_read(MK_SLIP_ASCII, &s, 58);
	s.count = INT64_MAX; /* more than any trail has, and still in the width */
	/* and no run of digits, which a QR code packs tighter */
	s.head = s.key = "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd";
	qr_is_read(MK_SLIP_UTF8, &s, 53);
	s.count = 999999999999999;
	qr_is_read(MK_SLIP_ASCII, &s, 58);
	char text[MK_SLIP_TEXT_MAX + 200];
	struct mk_buf out = MK_BUF_INIT;
	memset(text, 'A', sizeof text);
	text[sizeof text - 1] = '\0';
	assert_int_equal(mk_slip_qr(text, MK_SLIP_UTF8, false, &out, NULL), MK_E_TOO_BIG);
	text[60] = '\0';
	assert_int_equal(mk_slip_qr(text, MK_SLIP_ASCII, false, &out, NULL), MK_E_TOO_BIG);
	assert_int_equal(out.len, 0);
	mk_buf_free(&out);
}

/* Lines of the slip; each within the width, none with what a terminal would obey. */
static size_t
check_lines(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; n++) {
		size_t len = strcspn(text, "\n");
		assert_int_equal(text[len], '\n');
		assert_true(mk_width_cells(text, len) <= MK_SLIP_COLUMNS);
		for (size_t i = 0; i < len; i++)
			assert_true((unsigned char)text[i] >= 0x20);
		text += len + 1;
	}
	return n;
}

static void
holds(const char *text, const char *line)
{
	if (strstr(text, line) == NULL)
		fail_msg("no \"%s\" in:\n%s", line, text);
}

static void
lines(void **state)
{
	(void)state;
	struct mk_buf out = MK_BUF_INIT;
	assert_int_equal(mk_slip_lines(&sample, MK_SLIP_UTF8, false, &out), 0);
	const char *text = mk_buf_str(&out);
	assert_true(check_lines(text) > 30);
	holds(text, "Office        見本商事\n");
	holds(text, "Date          2026-11-24T12:00:00+09:00\n");
	holds(text, "Entries       1234\n");
	holds(text, "Head letters  0123-4567-89ab-cdef-ghjk\n");
	holds(text, "\nMYNAKURA1 1234\n00443214C74254B635CF846530000000\n");
	holds(text, "--slip HEAD");
	mk_buf_free(&out);
	assert_int_equal(mk_slip_lines(&sample, MK_SLIP_ASCII, false, &out), 0);
	text = mk_buf_str(&out);
	check_lines(text);
	holds(text, "\nMYNAKURA1 1234\n0123456789ABCDEFGHJK\n");
	holds(text, "##");
	assert_null(strstr(text, "\u2588"));
	mk_buf_free(&out);
}

static void
hostile_or_missing_names(void **state)
{
	(void)state;
	struct mk_slip s = sample;
	struct mk_buf out = MK_BUF_INIT;
	s.office = "a\033[2J\nHead 0000 \u202e b 一二三四五六七八九十一二三四五六七八九十一二三四五"
		   "六七八九十一二三四五六七八九十一二三四五六七八九十";
	assert_int_equal(mk_slip_lines(&s, MK_SLIP_UTF8, false, &out), 0);
	check_lines(mk_buf_str(&out));
	holds(mk_buf_str(&out), "\\u{202e}");
	mk_buf_free(&out);
	s.office = NULL;
	assert_int_equal(mk_slip_lines(&s, MK_SLIP_UTF8, true, &out), 0);
	assert_null(strstr(mk_buf_str(&out), "Office"));
	/* On a terminal: black on white, and off again at the end of each row. */
	holds(mk_buf_str(&out), "\033[30;47m");
	holds(mk_buf_str(&out), "\033[0m\n");
	mk_buf_free(&out);
	s.key = "0123456789abcdefghjk";
	assert_int_equal(mk_slip_lines(&s, MK_SLIP_UTF8, false, &out), MK_E_INPUT);
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {cmocka_unit_test(qr_codes), cmocka_unit_test(lines),
	    cmocka_unit_test(hostile_or_missing_names)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
