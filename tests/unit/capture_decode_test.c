/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decode process, in its sandbox, on good files and on planted faults: cut data, lies in headers, bombs, text. Each format's good file is read
 * first, so that a refusal means the fault and not the format.
 */
#include <cairo/cairo-pdf.h>
#include <fcntl.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <tiffio.h>
#include <unistd.h>

#include <jpeglib.h>

#include "mynakura/base/err.h"
#include "mynakura/capture/capture.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"
#include "tests/lib/mk_cmocka.h"

#define W 64
#define H 48

static char folder[] = "/tmp/mk-decode-XXXXXX";

static const char *
path(const char *name)
{
	static char out[128];
	snprintf(out, sizeof out, "%s/%s", folder, name);
	return out;
}

static uint8_t
pixel(int x, int y)
{
	return (uint8_t)(x * 3 + y);
}

/* --- the decode process as a child of the test */

struct decoded {
	int err; /* of the last message or page */
	unsigned pages;
	struct mk_raster last;
	uint8_t first[W * H];
	char why[MK_READ_WHY];
};

static int
start(struct mk_reader *r)
{
	int ends[2];
	assert_int_equal(mk_chan_pair(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		_exit(mk_capture_decode(ends[1]));
	}
	close(ends[1]);
	mk_reader_adopt(r, ends[0], pid);
	return 0;
}

static struct decoded
decode_fd(int fd)
{
	struct decoded d = {.err = 0};
	struct mk_reader r;
	struct mk_raster raster;
	struct mk_buf px = MK_BUF_INIT;
	start(&r);
	d.err = mk_reader_decode(&r, fd);
	while (d.err == 0 && (d.err = mk_reader_page(&r, &raster)) > 0) {
		struct mk_read_box all = {0, 0, 0, 0};
		assert_int_equal(mk_raster_copy(&raster, all, &px), 0);
		if (d.pages++ == 0 && px.len == sizeof d.first)
			memcpy(d.first, px.data, px.len);
		mk_buf_reset(&px);
		d.last = raster;
		mk_raster_free(&raster);
		d.err = 0;
	}
	snprintf(d.why, sizeof d.why, "%s", r.why);
	mk_reader_stop(&r);
	mk_buf_free(&px);
	return d;
}

static struct decoded
decode(const char *name)
{
	int fd = open(path(name), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	struct decoded d = decode_fd(fd);
	close(fd);
	return d;
}

static void
save(const char *name, const void *data, size_t len)
{
	int fd = open(path(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(mk_write_all(fd, data, len), 0);
	close(fd);
}

/* A copy of a file that ends after part percent. */
static void
cut(const char *from, const char *to, unsigned percent)
{
	struct mk_buf b = MK_BUF_INIT;
	int fd = open(path(from), O_RDONLY | O_CLOEXEC);
	assert_int_equal(mk_buf_read_fd(&b, fd, 1 << 20), 0);
	close(fd);
	save(to, b.data, b.len * percent / 100);
	mk_buf_free(&b);
}

/* --- writers of good files */

static void
write_pnm(const char *name, char kind, unsigned max)
{
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_printf(&b, "P%c\n# a comment\n%d %d\n", kind, W, H);
	if (kind != '4')
		mk_buf_printf(&b, "%u\n", max);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			unsigned v = pixel(x, y);
			if (kind == '4') {
				uint8_t byte = 0;
				for (int i = 0; i < 8; i++)
					byte =
					    (uint8_t)(byte << 1 | (pixel(x + i, y) < 128 ? 1 : 0));
				mk_buf_put_u8(&b, byte);
				x += 7;
			} else if (max > 255) {
				mk_buf_put_u16(&b, (uint16_t)(v * 257));
			} else {
				for (int c = 0; c < (kind == '6' ? 3 : 1); c++)
					mk_buf_put_u8(&b, (uint8_t)v);
			}
		}
	}
	save(name, b.data, b.len);
	mk_buf_free(&b);
}

static void
write_png(const char *name, int type, int depth, int interlace)
{
	FILE *f = fopen(path(name), "wb");
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	size_t samples = type == PNG_COLOR_TYPE_RGB ? 3 : type == PNG_COLOR_TYPE_GRAY_ALPHA ? 2 : 1;
	size_t bytes = W * samples * (size_t)depth / 8;
	uint8_t *px = calloc(H, bytes);
	png_bytep rows[H];
	assert_non_null(f);
	png_init_io(png, f);
	png_set_IHDR(png, info, W, H, depth, type, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
	    PNG_FILTER_TYPE_DEFAULT);
	png_set_pHYs(png, info, 11811, 11811, PNG_RESOLUTION_METER);
	png_write_info(png, info);
	for (int y = 0; y < H; y++) {
		rows[y] = px + (size_t)y * bytes;
		for (int x = 0; x < W; x++) {
			for (size_t c = 0; c < samples; c++) {
				size_t at = ((size_t)x * samples + c) * (size_t)depth / 8;
				rows[y][at] =
				    type == PNG_COLOR_TYPE_GRAY_ALPHA && c == 1 ? 0 : pixel(x, y);
			}
		}
	}
	png_write_image(png, rows);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	fclose(f);
	free(px);
}

static void
write_jpeg(const char *name, int quality, bool progressive)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr err;
	FILE *f = fopen(path(name), "wb");
	uint8_t row[W * 3];
	JSAMPROW rows[1] = {row};
	assert_non_null(f);
	j.err = jpeg_std_error(&err);
	jpeg_create_compress(&j);
	jpeg_stdio_dest(&j, f);
	j.image_width = W;
	j.image_height = H;
	j.input_components = 3;
	j.in_color_space = JCS_RGB;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, quality, TRUE);
	if (progressive)
		jpeg_simple_progression(&j);
	j.density_unit = 1;
	j.X_density = j.Y_density = 300;
	jpeg_start_compress(&j, TRUE);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W * 3; x++)
			row[x] = pixel(x / 3, y);
		jpeg_write_scanlines(&j, rows, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	fclose(f);
}

static void
write_tiff(const char *name, int pages, uint16_t compression)
{
	TIFF *t = TIFFOpen(path(name), "w");
	uint8_t row[W];
	assert_non_null(t);
	for (int i = 0; i < pages; i++) {
		bool fax = compression == COMPRESSION_CCITTFAX4;
		TIFFSetField(t, TIFFTAG_IMAGEWIDTH, W);
		TIFFSetField(t, TIFFTAG_IMAGELENGTH, H);
		TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, fax ? 1 : 8);
		TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
		TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, H);
		TIFFSetField(
		    t, TIFFTAG_PHOTOMETRIC, fax ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK);
		TIFFSetField(t, TIFFTAG_COMPRESSION, compression);
		TIFFSetField(t, TIFFTAG_XRESOLUTION, 300.0);
		TIFFSetField(t, TIFFTAG_YRESOLUTION, 300.0);
		TIFFSetField(t, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
		for (int y = 0; y < H; y++) {
			for (int x = 0; x < W; x++)
				row[x] = pixel(x, y + i);
			TIFFWriteScanline(t, row, (uint32_t)y, 0);
		}
		TIFFWriteDirectory(t);
	}
	TIFFClose(t);
}

static void
write_pdf(const char *name, double points, int pages)
{
	cairo_surface_t *s = cairo_pdf_surface_create(path(name), points, points);
	cairo_t *cr = cairo_create(s);
	for (int i = 0; i < pages; i++) {
		cairo_rectangle(cr, 0, 0, points / 2, points);
		cairo_fill(cr);
		cairo_show_page(cr);
	}
	cairo_destroy(cr);
	cairo_surface_destroy(s);
}

static int
write_all(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	write_pnm("p4", '4', 1);
	write_pnm("p5", '5', 255);
	write_pnm("p6", '6', 255);
	write_pnm("p5wide", '5', 65535);
	write_png("grey.png", PNG_COLOR_TYPE_GRAY, 8, PNG_INTERLACE_NONE);
	write_png("rgb.png", PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7);
	write_png("wide.png", PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE);
	write_png("clear.png", PNG_COLOR_TYPE_GRAY_ALPHA, 8, PNG_INTERLACE_NONE);
	write_jpeg("base.jpg", 95, false);
	write_jpeg("steps.jpg", 95, true);
	write_tiff("one.tif", 1, COMPRESSION_NONE);
	write_tiff("three.tif", 3, COMPRESSION_LZW);
	write_tiff("fax.tif", 1, COMPRESSION_CCITTFAX4);
	write_pdf("two.pdf", 72, 2);
	return 0;
}

static int
remove_all(void **state)
{
	static const char *const names[] = {"p4", "p5", "p6", "p5wide", "grey.png", "rgb.png",
	    "wide.png", "clear.png", "base.jpg", "steps.jpg", "one.tif", "three.tif", "fax.tif",
	    "two.pdf", "bad", "big.pdf"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(path(names[i]));
	return rmdir(folder);
}

/* --- the tests */

static int
worst(const struct decoded *d)
{
	int most = 0;
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			most = abs(d->first[y * W + x] - pixel(x, y)) > most
				   ? abs(d->first[y * W + x] - pixel(x, y))
				   : most;
	return most;
}

static void
good_files(void **state)
{
	static const struct {
		const char *name;
		unsigned pages, dpi;
		int off; /* levels that may be lost */
	} rows[] = {{"p5", 1, 0, 0}, {"p6", 1, 0, 1}, {"p5wide", 1, 0, 0}, {"grey.png", 1, 300, 0},
	    {"rgb.png", 1, 300, 1}, {"wide.png", 1, 300, 1}, {"base.jpg", 1, 300, 8},
	    {"steps.jpg", 1, 300, 8}, {"one.tif", 1, 300, 1}, {"three.tif", 3, 300, 1}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct decoded d = decode(rows[i].name);
		assert_string_equal(d.why, "");
		assert_int_equal(d.err, 0);
		assert_int_equal(d.pages, rows[i].pages);
		assert_int_equal(d.last.width, W);
		assert_int_equal(d.last.height, H);
		assert_int_equal(d.last.dpi, rows[i].dpi);
		assert_int_equal(d.last.page, rows[i].pages);
		assert_in_range(worst(&d), 0, (uintmax_t)rows[i].off);
	}
}

static void
two_levels_and_transparency(void **state)
{
	(void)state;
	struct decoded d = decode("p4");
	assert_int_equal(d.err, 0);
	for (int i = 0; i < W * H; i++)
		assert_int_equal(d.first[i], pixel(i % W, i / W) < 128 ? 0 : 255);
	d = decode("clear.png"); /* nothing but transparent: paper */
	assert_int_equal(d.err, 0);
	for (int i = 0; i < W * H; i++)
		assert_int_equal(d.first[i], 255);
	d = decode("fax.tif");
	assert_int_equal(d.err, 0);
	assert_int_equal(d.pages, 1);
}

static void
pdf_pages(void **state)
{
	(void)state;
	struct decoded d = decode("two.pdf");
	assert_string_equal(d.why, "");
	assert_int_equal(d.err, 0);
	assert_int_equal(d.pages, 2);
	assert_int_equal(d.last.width, 300);
	assert_int_equal(d.last.height, 300);
	assert_int_equal(d.last.count, 2);
	write_pdf("big.pdf", 72 * 40, 1); /* 12,000 pixels square */
	assert_int_equal(decode("big.pdf").err, MK_E_TOO_BIG);
}

static void
cut_files_are_refused(void **state)
{
	static const char *const names[] = {"p4", "p5", "p6", "p5wide", "grey.png", "rgb.png",
	    "base.jpg", "steps.jpg", "one.tif", "three.tif", "fax.tif", "two.pdf"};
	static const unsigned percents[] = {2, 20, 50, 80, 95};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		for (size_t k = 0; k < sizeof percents / sizeof percents[0]; k++) {
			cut(names[i], "bad", percents[k]);
			struct decoded d = decode("bad");
			if (d.err != MK_E_IMAGE)
				print_message(
				    "%s cut at %u%%: %d %s\n", names[i], percents[k], d.err, d.why);
			assert_int_equal(d.err, MK_E_IMAGE);
			assert_string_not_equal(d.why, "");
		}
	}
}

static void
no_images(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {{"", 0}, {"hello, I am a picture\n", 22}, {"P5", 2}, {"P5\n0 10\n255\n", 12},
	    {"P5\n-5 10\n255\n", 13}, {"P5 4 4 70000 xxxxxxxxxxxxxxxxxx", 31},
	    {"\x89PNG\r\n\x1a\n", 8}, {"\xff\xd8\xff\xe0", 4}, {"II*\0\0\0\0\0", 8},
	    {"MM\0*\xff\xff\xff\xff", 8}, {"%PDF-1.7\n", 9}, {"GIF89a", 6},
	    {"P2\n2 2\n255\n0 0 0 0\n", 19}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		save("bad", rows[i].data, rows[i].len);
		struct decoded d = decode("bad");
		assert_int_equal(d.err, MK_E_IMAGE);
		assert_string_not_equal(d.why, "");
	}
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(decode_fd(fd).err, MK_E_IMAGE);
	close(fd);
}

/* Bombs are refused by their header: 400 Mpixel announced, hardly a byte behind it. */
static void
bombs(void **state)
{
	static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I',
	    'H', 'D', 'R', 0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20, 8, 0, 0, 0, 0, 0xe9, 0xaa, 0x99,
	    0x3e};
	static const char pnm[] = "P6\n20000 20000\n255\nxxxx";
	static const char wide[] = "P5\n99999999 99999999\n255\n";
	(void)state;
	uint8_t copy[sizeof png];
	memcpy(copy, png, sizeof png);
	uint32_t crc = 0xffffffffU; /* of the chunk's name and data */
	for (size_t i = 12; i < 29; i++) {
		crc ^= copy[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1)));
	}
	crc = ~crc;
	for (int i = 0; i < 4; i++)
		copy[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
	struct mk_buf b = MK_BUF_INIT;
	static const uint8_t idat[] = {0, 0, 0, 0, 'I', 'D', 'A', 'T', 0x35, 0xaf, 0x06, 0x1e};
	mk_buf_put(&b, copy, sizeof copy);
	mk_buf_put(&b, idat, sizeof idat);
	save("bad", b.data, b.len);
	mk_buf_free(&b);
	struct decoded d = decode("bad");
	assert_int_equal(d.err, MK_E_TOO_BIG);
	assert_non_null(strstr(d.why, "20000 x 20000"));
	save("bad", pnm, sizeof pnm - 1);
	assert_int_equal(decode("bad").err, MK_E_TOO_BIG);
	save("bad", wide, sizeof wide - 1);
	assert_int_equal(decode("bad").err, MK_E_TOO_BIG);
}

/* A damaged middle is as bad as a missing end. */
static void
damage_inside(void **state)
{
	(void)state;
	struct mk_buf b = MK_BUF_INIT;
	int fd = open(path("grey.png"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(mk_buf_read_fd(&b, fd, 1 << 20), 0);
	close(fd);
	b.data[b.len / 2] ^= 0x40;
	save("bad", b.data, b.len);
	mk_buf_free(&b);
	assert_int_equal(decode("bad").err, MK_E_IMAGE);
}

/* A pipe has no size and cannot be mapped. */
static void
from_a_pipe(void **state)
{
	int ends[2];
	struct mk_buf b = MK_BUF_INIT;
	(void)state;
	int fd = open(path("p5"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(mk_buf_read_fd(&b, fd, 1 << 20), 0);
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(mk_write_all(ends[1], b.data, b.len), 0);
	close(ends[1]);
	struct decoded d = decode_fd(ends[0]);
	assert_int_equal(d.err, 0);
	assert_int_equal(d.pages, 1);
	close(ends[0]);
	mk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_files),
	    cmocka_unit_test(two_levels_and_transparency),
	    cmocka_unit_test(pdf_pages),
	    cmocka_unit_test(cut_files_are_refused),
	    cmocka_unit_test(no_images),
	    cmocka_unit_test(bombs),
	    cmocka_unit_test(damage_inside),
	    cmocka_unit_test(from_a_pipe),
	};
	return cmocka_run_group_tests(tests, write_all, remove_all);
}
