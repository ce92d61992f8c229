/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strip of a scan: sizes, directions, bytes. The pictures are drawn here; nothing is looked at. */
#include "src/tui/widget/strip_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "tests/lib/mk_cmocka.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const enum mk_strip_mode SYMBOLS[] = {
    MK_STRIP_ASCII, MK_STRIP_HALF, MK_STRIP_QUADRANT, MK_STRIP_SEXTANT, MK_STRIP_BRAILLE};

struct picture {
	uint8_t *px;
	uint32_t w, h;
};

static struct picture
paper(uint32_t w, uint32_t h)
{
	struct picture p = {malloc((size_t)w * h), w, h};
	assert_non_null(p.px);
	memset(p.px, 235, (size_t)w * h);
	return p;
}

static void
fill(struct picture *p, uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t grey)
{
	for (uint32_t j = y; j < y + h && j < p->h; j++)
		for (uint32_t i = x; i < x + w && i < p->w; i++)
			p->px[(size_t)j * p->w + i] = grey;
}

/* Seven segments; bits: top, upper left, upper right, middle, lower left, lower right, bottom. */
static void
digit(struct picture *p, unsigned d, uint32_t x, uint32_t y, uint8_t ink)
{
	static const uint8_t lit[10] = {0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f};
	static const uint8_t at[7][4] = {{0, 0, 18, 5}, {0, 0, 5, 18}, {13, 0, 5, 18},
	    {0, 14, 18, 5}, {0, 16, 5, 18}, {13, 16, 5, 18}, {0, 29, 18, 5}};
	for (unsigned i = 0; i < 7; i++)
		if (lit[d] >> i & 1)
			fill(p, x + at[i][0], y + at[i][1], at[i][2], at[i][3], ink);
}

/* A number as the cards print it: three groups, far apart. *box becomes its place. */
static struct picture
number_line(const char *digits, struct mk_read_box *box)
{
	struct picture p = paper(700, 140);
	for (uint32_t i = 0; i < 12; i++)
		digit(&p, (unsigned)(digits[i] - '0'), 90 + i * 28 + i / 4 * 60, 50, 30);
	*box = (struct mk_read_box){88, 48, 452, 38};
	return p;
}

static struct mk_strip *
render(const struct picture *p, enum mk_strip_mode mode, int colours, struct mk_strip_view v)
{
	struct mk_strip_term t = {.mode = mode, .colours = colours, .cell_w = 8, .cell_h = 16};
	struct mk_strip *s = NULL;
	assert_int_equal(mk_strip_render(&t, p->px, p->w, p->h, &v, &s), 0);
	assert_non_null(s);
	assert_true(mk_strip_cols(s) >= 1 && mk_strip_cols(s) <= v.cols);
	assert_true(mk_strip_rows(s) >= 1 && mk_strip_rows(s) <= v.rows);
	return s;
}

static size_t
bytes_of(const struct mk_strip *s)
{
	size_t sum = 0, n;
	for (unsigned r = 0; r < mk_strip_rows(s); r++) {
		mk_strip_row(s, r, &n);
		sum += n;
	}
	return sum;
}

/* The cells of a row; fails on anything but SGR, ASCII and characters of three and four bytes. */
static unsigned
cells_of(const char *p, size_t n)
{
	unsigned cells = 0;
	assert_true(n > 8 && memcmp(p, "\033[0", 3) == 0 && memcmp(p + n - 4, "\033[0m", 4) == 0);
	for (size_t i = 0; i < n;) {
		uint8_t c = (uint8_t)p[i];
		if (c == 033) {
			assert_true(i + 2 < n && p[i + 1] == '[');
			size_t body = strspn(p + i + 2, "0123456789;");
			i += 2 + body;
			assert_int_equal(p[i++], 'm');
			continue;
		}
		assert_true((c >= 0x20 && c < 0x7f) || (c >= 0xe2 && c <= 0xf0));
		size_t len = c < 0x80 ? 1 : c < 0xf0 ? 3 : 4;
		for (size_t k = 1; k < len; k++)
			assert_int_equal((uint8_t)p[i + k] & 0xc0, 0x80);
		i += len;
		cells++;
	}
	return cells;
}

static void
rows_have_their_width(void **state)
{
	(void)state;
	static const int colours[] = {2, 8, 16, 256};
	static const unsigned sizes[][2] = {{78, 6}, {38, 10}, {200, 6}, {20, 3}, {1, 1}};
	struct mk_read_box box;
	struct picture p = number_line("123456789018", &box);
	for (size_t m = 0; m < COUNT(SYMBOLS); m++)
		for (size_t c = 0; c < COUNT(colours); c++)
			for (size_t z = 0; z < COUNT(sizes); z++) {
				struct mk_strip_view v = {box, 0, sizes[z][0], sizes[z][1], 0};
				struct mk_strip *s = render(&p, SYMBOLS[m], colours[c], v);
				for (unsigned r = 0; r < mk_strip_rows(s); r++) {
					size_t n;
					const char *row = mk_strip_row(s, r, &n);
					assert_int_equal(cells_of(row, n), mk_strip_cols(s));
				}
				size_t n;
				assert_string_equal(mk_strip_row(s, 10, &n), "");
				assert_int_equal(n, 0);
				assert_string_equal(mk_strip_remove(s, &n), "");
				mk_strip_free(s);
			}
	free(p.px);
}

static void
few_bytes(void **state)
{
	(void)state;
	struct mk_read_box box;
	struct picture p = number_line("123456789018", &box);
	struct mk_strip_view v = {box, 0, 78, 6, 0};
	for (size_t m = 0; m < COUNT(SYMBOLS); m++) {
		struct mk_strip *s = render(&p, SYMBOLS[m], 256, v);
		assert_true(bytes_of(s) <= 4096);
		mk_strip_free(s);
		s = render(&p, SYMBOLS[m], 2, v);
		assert_true(bytes_of(s) <= 2560);
		mk_strip_free(s);
	}
	free(p.px);
}

/* It fills the width, and two lines of six where there is more height than width. */
static void
uses_the_space(void **state)
{
	(void)state;
	struct mk_read_box box;
	struct picture p = number_line("123456789018", &box);
	struct mk_strip *s =
	    render(&p, MK_STRIP_QUADRANT, 2, (struct mk_strip_view){box, 0, 78, 6, 0});
	assert_true(mk_strip_cols(s) >= 70);
	mk_strip_free(s);
	s = render(&p, MK_STRIP_QUADRANT, 2, (struct mk_strip_view){box, 0, 38, 10, 0});
	assert_true(mk_strip_cols(s) >= 32 && mk_strip_rows(s) >= 8);
	mk_strip_free(s);
	free(p.px);
}

/* The drawing of all modes stands in for the pixels: turned pictures must give the same bytes. */
static struct picture
turned(const struct picture *p, unsigned rotation)
{
	bool lying = rotation != 180;
	struct picture t = paper(lying ? p->h : p->w, lying ? p->w : p->h);
	for (uint32_t y = 0; y < p->h; y++)
		for (uint32_t x = 0; x < p->w; x++) {
			uint32_t tx = p->w - 1 - x, ty = p->h - 1 - y;
			if (rotation == 90) { /* to be turned by 90 clockwise: lies on its left */
				tx = y;
				ty = p->w - 1 - x;
			} else if (rotation == 270) {
				tx = p->h - 1 - y;
				ty = x;
			}
			t.px[(size_t)ty * t.w + tx] = p->px[(size_t)y * p->w + x];
		}
	return t;
}

static struct mk_read_box
box_turned(struct mk_read_box b, const struct picture *p, unsigned rotation)
{
	uint32_t right = p->w - b.x - b.width, low = p->h - b.y - b.height;
	if (rotation == 90)
		return (struct mk_read_box){b.y, right, b.height, b.width};
	if (rotation == 180)
		return (struct mk_read_box){right, low, b.width, b.height};
	return (struct mk_read_box){low, b.x, b.height, b.width};
}

static void
same(const struct mk_strip *a, const struct mk_strip *b)
{
	assert_int_equal(mk_strip_rows(a), mk_strip_rows(b));
	for (unsigned r = 0; r < mk_strip_rows(a); r++) {
		size_t n, k;
		const char *x = mk_strip_row(a, r, &n), *y = mk_strip_row(b, r, &k);
		assert_int_equal(n, k);
		assert_memory_equal(x, y, n);
	}
}

static void
stands_upright(void **state)
{
	(void)state;
	struct picture p = paper(300, 160);
	struct mk_read_box box = {100, 60, 120, 40};
	for (uint32_t i = 0; i < 20; i++) /* an arrow to the right with a dot below its tail */
		fill(&p, 200 - i, 80 - i, 1 + i / 4, 2 * i, 20);
	fill(&p, 104, 77, 90, 6, 20);
	fill(&p, 106, 90, 6, 6, 20);
	for (unsigned rotation = 90; rotation < 360; rotation += 90)
		for (size_t m = 0; m < COUNT(SYMBOLS); m++) {
			struct picture t = turned(&p, rotation);
			struct mk_strip_view v = {box, 0, 40, 8, 0}, w = v;
			w.box = box_turned(box, &p, rotation);
			w.rotation = rotation;
			struct mk_strip *a = render(&p, SYMBOLS[m], 256, v);
			struct mk_strip *b = render(&t, SYMBOLS[m], 256, w);
			same(a, b);
			mk_strip_free(a);
			mk_strip_free(b);
			free(t.px);
		}
	free(p.px);
}

static bool
inked(const struct mk_strip *s, unsigned from, unsigned to)
{
	for (unsigned r = 0; r < mk_strip_rows(s); r++) {
		size_t n;
		const char *p = mk_strip_row(s, r, &n) + 4; /* behind SGR 0 of the ASCII mode */
		for (unsigned c = from; c < to; c++)
			if (p[c] != ' ')
				return true;
	}
	return false;
}

/* A digit that glare has nearly washed out is still there, and its gap is not taken out. */
static void
faint_digits_stay(void **state)
{
	(void)state;
	struct mk_read_box box = {88, 48, 220, 38};
	struct picture p = paper(400, 140);
	for (uint32_t i = 0; i < 8; i++)
		digit(&p, 8, 90 + i * 28, 50, i == 4 ? 205 : 30);
	struct mk_strip *s =
	    render(&p, MK_STRIP_ASCII, 2, (struct mk_strip_view){box, 0, 60, 6, 0});
	unsigned pitch = mk_strip_cols(s) / 9;
	for (unsigned c = pitch; c + pitch < mk_strip_cols(s); c++)
		assert_true(inked(s, c - 2, c + 3));
	mk_strip_free(s);
	free(p.px);
}

static void
clips_at_the_edge(void **state)
{
	(void)state;
	struct picture p = paper(200, 60);
	fill(&p, 0, 0, 30, 20, 20);
	fill(&p, 180, 44, 20, 16, 20);
	static const struct mk_read_box boxes[] = {{0, 0, 60, 20}, {150, 40, 50, 20},
	    {150, 40, 500, 500}, {199, 59, 1, 1}, {0, 0, 200, 60}, {0, 0, 0, 0},
	    {199, 59, UINT32_MAX, UINT32_MAX}};
	for (size_t i = 0; i < COUNT(boxes); i++)
		for (unsigned rotation = 0; rotation < 360; rotation += 90)
			for (unsigned m = MK_STRIP_ASCII; m <= MK_STRIP_KITTY; m++)
				mk_strip_free(render(&p, (enum mk_strip_mode)m, 256,
				    (struct mk_strip_view){boxes[i], rotation, 40, 6, 0}));
	free(p.px);
}

static void
refuses(void **state)
{
	(void)state;
	struct picture p = paper(50, 20);
	struct mk_strip *s = NULL;
	struct mk_strip_term t = {.mode = MK_STRIP_HALF, .colours = 2};
	const struct mk_strip_view good = {{0, 0, 0, 0}, 0, 40, 6, 0};
	struct mk_strip_view v = good;
	assert_int_equal(mk_strip_render(&t, p.px, 0, 20, &v, &s), MK_E_INPUT);
	assert_int_equal(mk_strip_render(&t, p.px, 50, 0, &v, &s), MK_E_INPUT);
	assert_int_equal(mk_strip_render(&t, NULL, 50, 20, &v, &s), MK_E_INPUT);
	assert_int_equal(mk_strip_render(&t, p.px, 70000, 1, &v, &s), MK_E_INPUT);
	assert_int_equal(mk_strip_render(&t, p.px, 60000, 60000, &v, &s), MK_E_INPUT);
	static const struct mk_strip_view bad[] = {{{0, 0, 0, 0}, 0, 0, 6, 0},
	    {{0, 0, 0, 0}, 0, 40, 0, 0}, {{0, 0, 0, 0}, 0, 100000, 6, 0},
	    {{0, 0, 0, 0}, 0, 40, 100000, 0}, {{0, 0, 0, 0}, 45, 40, 6, 0},
	    {{0, 0, 0, 0}, 360, 40, 6, 0}, {{50, 0, 10, 10}, 0, 40, 6, 0},
	    {{0, 20, 10, 10}, 0, 40, 6, 0}, {{0, 0, 10, 0}, 0, 40, 6, 0}};
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mk_strip_render(&t, p.px, 50, 20, &bad[i], &s), MK_E_INPUT);
	t.mode = MK_STRIP_NONE;
	assert_int_equal(mk_strip_render(&t, p.px, 50, 20, &good, &s), MK_E_INPUT);
	assert_null(s);
	mk_strip_free(NULL);
	free(p.px);
}

static void
sixels_are_well_formed(void **state)
{
	(void)state;
	struct mk_read_box box;
	struct picture p = number_line("123456789018", &box);
	struct mk_strip *s =
	    render(&p, MK_STRIP_SIXEL, 256, (struct mk_strip_view){box, 0, 78, 6, 0});
	size_t n;
	const char *d = mk_strip_row(s, 0, &n);
	assert_memory_equal(d, "\033P0;1;0q\"1;1;", 13);
	assert_memory_equal(d + n - 2, "\033\\", 2);
	for (size_t i = 2; i < n - 2; i++)
		assert_true(d[i] >= 0x20 && d[i] < 0x7f);
	unsigned width = (unsigned)strtoul(d + 13, NULL, 10), x = 0, bands = 1;
	assert_int_equal(width, mk_strip_cols(s) * 8);
	const char *c = d + 13 + strcspn(d + 13, "#");
	while (*c != '\033') {
		unsigned long many = 1;
		if (*c == '#') {
			c += 1 + strspn(c + 1, "0123456789;");
			continue;
		}
		if (*c == '!')
			many = strtoul(c + 1, (char **)&c, 10);
		x = *c == '$' || *c == '-' ? 0 : x + (unsigned)many;
		bands += *c++ == '-';
		assert_true(x <= width);
	}
	assert_int_equal(bands, (mk_strip_rows(s) * 16 + 5) / 6);
	mk_strip_row(s, 1, &n);
	assert_int_equal(n, 0);
	mk_strip_free(s);
	free(p.px);
}

static void
kitty_is_well_formed(void **state)
{
	(void)state;
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	struct picture p = paper(1200, 300);
	for (size_t i = 0; i < (size_t)p.w * p.h; i++) /* noise: more than one chunk */
		p.px[i] = (uint8_t)(i * 2654435761U >> 13);
	struct mk_strip *s =
	    render(&p, MK_STRIP_KITTY, 256, (struct mk_strip_view){{0, 0, 0, 0}, 0, 100, 20, 7});
	size_t n, at = 0;
	const char *d = mk_strip_row(s, 0, &n);
	unsigned chunks = 0;
	bool more = true;
	assert_memory_equal(d, "\033_Ga=T,f=100,t=d,i=1836646407,", 30);
	for (; more; chunks++) {
		assert_true(at + 3 < n && memcmp(d + at, "\033_G", 3) == 0);
		const char *body = strchr(d + at, ';');
		assert_non_null(body);
		assert_memory_equal(body - 3, "m=", 2);
		more = body[-1] == '1';
		size_t len = strspn(body + 1, digits);
		assert_true(len <= 4096 && len % 4 == 0 && (!more || len == 4096));
		assert_memory_equal(body + 1 + len, "\033\\", 2);
		if (chunks == 0)
			assert_memory_equal(body + 1, "iVBORw0KGgo", 11); /* a PNG begins */
		at = (size_t)(body - d) + 1 + len + 2;
	}
	assert_int_equal(at, n);
	assert_true(chunks > 1);
	assert_string_equal(mk_strip_remove(s, &n), "\033_Ga=d,d=I,i=1836646407,q=2\033\\");
	assert_int_equal(n, strlen("\033_Ga=d,d=I,i=1836646407,q=2\033\\"));
	mk_strip_free(s);
	free(p.px);
}

static void
chooses(void **state)
{
	(void)state;
	static const struct {
		struct mk_strip_caps caps;
		enum mk_strip_mode mode;
		int colours;
	} rows[] = {
	    {{.term = NULL, .utf8 = true}, MK_STRIP_NONE, 2},
	    {{.term = "dumb", .utf8 = true}, MK_STRIP_NONE, 2},
	    {{.term = "vt100", .colours = -1, .utf8 = true}, MK_STRIP_ASCII, 2},
	    {{.term = "xterm", .colours = 8}, MK_STRIP_ASCII, 8},
	    {{.term = "linux", .colours = 8, .utf8 = true}, MK_STRIP_ASCII, 8},
	    {{.term = "linux", .colours = 8, .utf8 = true, .half_blocks = true}, MK_STRIP_HALF, 8},
	    {{.term = "xterm-256color", .colours = 256, .utf8 = true}, MK_STRIP_BRAILLE, 256},
	    {{.term = "xterm-256color", .colours = 256, .utf8 = true, .no_color = "1"},
		MK_STRIP_BRAILLE, 2},
	    {{.term = "xterm-16color", .colours = 16, .utf8 = true, .no_color = ""},
		MK_STRIP_BRAILLE, 16},
	    {{.term = "xterm", .colours = 8, .colorterm = "truecolor", .utf8 = true},
		MK_STRIP_BRAILLE, 256},
	    {{.term = "xterm-256color", .colours = 256, .utf8 = true, .vte_version = "7006"},
		MK_STRIP_SEXTANT, 256},
	    {{.term = "xterm-256color", .colours = 256, .utf8 = true, .vte_version = "5202"},
		MK_STRIP_BRAILLE, 256},
	    {{.term = "foot", .colours = 256, .utf8 = true}, MK_STRIP_SEXTANT, 256},
	    {{.term = "foot", .colours = 256, .utf8 = true, .wide_blocks = true}, MK_STRIP_BRAILLE,
		256},
	    {{.term = "foot", .colours = 256, .utf8 = true, .sixel = true}, MK_STRIP_SIXEL, 256},
	    {{.term = "xterm-kitty", .colours = 256, .utf8 = true, .kitty = true, .sixel = true},
		MK_STRIP_KITTY, 256},
	    {{.term = "xterm-kitty",
		 .colours = 256,
		 .utf8 = true,
		 .kitty = true,
		 .multiplexer = true},
		MK_STRIP_BRAILLE, 256},
	    {{.term = "tmux-256color",
		 .colours = 256,
		 .utf8 = true,
		 .sixel = true,
		 .vte_version = "7006"},
		MK_STRIP_BRAILLE, 256},
	    {{.term = "screen", .colours = 8, .utf8 = true, .kitty = true}, MK_STRIP_BRAILLE, 8},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mk_strip_choose(&rows[i].caps), rows[i].mode);
		assert_int_equal(mk_strip_colours(&rows[i].caps), rows[i].colours);
	}
	assert_int_equal(mk_strip_mode_parse("quadrant"), MK_STRIP_QUADRANT);
	assert_int_equal(mk_strip_mode_parse("kitty"), MK_STRIP_KITTY);
	assert_int_equal(mk_strip_mode_parse("Kitty "), MK_STRIP_NONE);
	assert_int_equal(mk_strip_mode_parse(NULL), MK_STRIP_NONE);
	assert_false(mk_strip_console_half_blocks(-1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_have_their_width),
	    cmocka_unit_test(few_bytes),
	    cmocka_unit_test(uses_the_space),
	    cmocka_unit_test(stands_upright),
	    cmocka_unit_test(faint_digits_stay),
	    cmocka_unit_test(clips_at_the_edge),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(sixels_are_well_formed),
	    cmocka_unit_test(kitty_is_well_formed),
	    cmocka_unit_test(chooses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
