/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device process against SANE's own pnm and test backends: whole pictures, every fault in words, and pictures that end early. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/capture/capture.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/read.h"
#include "tests/lib/mk_cmocka.h"

#define W 80
#define H 60
#define OPTIONS 6

static char folder[] = "/tmp/mk-device-XXXXXX";
static char picture[64], colour[64], missing[64];
static bool have_backends;

static void
save(const char *name, const char *text, const uint8_t *px, size_t len)
{
	char file[128];
	snprintf(file, sizeof file, "%s/%s", folder, name);
	int fd = open(file, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(mk_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(mk_write_all(fd, px, len), 0);
	close(fd);
}

static uint8_t
pixel(int i)
{
	return (uint8_t)(i * 7 + i / W);
}

static void
start(struct mk_reader *r)
{
	int ends[2];
	assert_int_equal(mk_chan_pair(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		_exit(mk_capture_device(ends[1]));
	}
	close(ends[1]);
	mk_reader_adopt(r, ends[0], pid);
	r->timeout_ms = 20000;
}

struct scanned {
	int err;
	unsigned pages;
	uint32_t width, height;
	struct mk_buf px; /* of the first page */
	char why[MK_READ_WHY];
};

static struct scanned
scan(const char *device, const char *const options[OPTIONS])
{
	struct scanned s = {.px = MK_BUF_INIT};
	struct mk_reader r;
	struct mk_raster raster;
	size_t n = 0;
	while (n < OPTIONS && options[n] != NULL)
		n++;
	start(&r);
	s.err = mk_reader_scan(&r, device, options, n);
	while (s.err == 0 && (s.err = mk_reader_page(&r, &raster)) > 0) {
		struct mk_read_box all = {0, 0, 0, 0};
		if (s.pages++ == 0)
			assert_int_equal(mk_raster_copy(&raster, all, &s.px), 0);
		s.width = raster.width;
		s.height = raster.height;
		mk_raster_free(&raster);
		s.err = 0;
	}
	snprintf(s.why, sizeof s.why, "%s", r.why);
	mk_reader_stop(&r);
	return s;
}

static int
make_folder(void **state)
{
	uint8_t px[W * H * 3];
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	for (int i = 0; i < W * H; i++)
		px[i] = pixel(i);
	save("dll.conf", "pnm\ntest\n", px, 0);
	save("test.conf", "", px, 0);
	save("a.pgm", "P5\n80 60\n255\n", px, W * H);
	for (int i = 0; i < W * H; i++)
		px[3 * i] = px[3 * i + 1] = px[3 * i + 2] = pixel(i);
	save("c.ppm", "P6\n80 60\n255\n", px, sizeof px);
	snprintf(picture, sizeof picture, "filename=%s/a.pgm", folder);
	snprintf(colour, sizeof colour, "filename=%s/c.ppm", folder);
	snprintf(missing, sizeof missing, "filename=%s/none.pgm", folder);
	setenv("SANE_CONFIG_DIR", folder, 1);
	return 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"dll.conf", "test.conf", "a.pgm", "c.ppm"};
	char file[128];
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(file, sizeof file, "%s/%s", folder, names[i]);
		unlink(file);
	}
	unsetenv("SANE_CONFIG_DIR");
	return rmdir(folder);
}

static void
need_backends(void)
{
	if (!have_backends) {
		print_message("SANE's pnm and test backends are not installed\n");
		skip();
	}
}

static void
lists_scanners(void **state)
{
	struct mk_reader r;
	struct mk_read_device *d;
	size_t n, pnm = 0, test = 0;
	(void)state;
	start(&r);
	assert_int_equal(mk_reader_devices(&r, &d, &n), 0);
	for (size_t i = 0; i < n; i++) {
		pnm += strcmp(d[i].device, "pnm:0") == 0;
		test += strcmp(d[i].device, "test:0") == 0;
		assert_string_not_equal(d[i].vendor, "");
	}
	free(d);
	mk_reader_stop(&r);
	have_backends = pnm == 1 && test == 1;
	need_backends();
}

static void
pictures_are_whole(void **state)
{
	const char *const ways[][OPTIONS] = {{picture}, {colour}, {picture, "three-pass=yes"},
	    {colour, "three-pass=yes"}, {picture, "hand-scanner=yes"}, {colour, "grayify=yes"}};
	(void)state;
	need_backends();
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct scanned s = scan("pnm:0", ways[i]);
		assert_string_equal(s.why, "");
		assert_int_equal(s.err, 0);
		assert_int_equal(s.pages, 1);
		assert_int_equal(s.width, W);
		assert_int_equal(s.height, H);
		for (int k = 0; k < W * H; k++)
			assert_in_range(abs(s.px.data[k] - pixel(k)), 0, 2);
		mk_buf_free(&s.px);
	}
}

static void
kinds_of_data(void **state)
{
	static const char *const ways[][OPTIONS] = {{"depth=1"}, {"depth=8"}, {"depth=16"},
	    {"mode=Color"}, {"mode=Color", "depth=16"}, {"mode=Color", "depth=1"},
	    {"mode=Color", "three-pass=yes"}, {"hand-scanner=yes"}, {"ppl-loss=13"},
	    {"read-limit=yes", "read-limit-size=1", "br-y=5"}, {"fuzzy-parameters=yes"},
	    {"non-blocking=no", "read-delay=yes", "read-delay-duration=1000", "br-y=5"}};
	(void)state;
	need_backends();
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const char *options[OPTIONS] = {"resolution=75"};
		for (size_t k = 0; k + 1 < OPTIONS && ways[i][k] != NULL; k++)
			options[k + 1] = ways[i][k];
		struct scanned s = scan("test:0", options);
		if (s.err != 0)
			print_message("%s: %s\n", ways[i][0], s.why);
		assert_int_equal(s.err, 0);
		assert_int_equal(s.pages, 1);
		mk_buf_free(&s.px);
	}
}

static void
feeder_ends(void **state)
{
	static const char *const options[OPTIONS] = {
	    "source=Automatic Document Feeder", "resolution=50"};
	(void)state;
	need_backends();
	struct scanned s = scan("test:0", options);
	assert_int_equal(s.err, 0);
	assert_int_equal(s.pages, 10);
	mk_buf_free(&s.px);
}

static void
faults_are_said(void **state)
{
	static const struct {
		const char *status;
		int err;
		const char *word; /* of what is said */
	} rows[] = {{"JAMMED", MK_E_SCANNER, "jam"}, {"COVER_OPEN", MK_E_SCANNER, "cover"},
	    {"NO_DOCS", MK_E_SCANNER, "paper"}, {"DEVICE_BUSY", MK_E_BUSY, "busy"},
	    {"IO_ERROR", MK_E_SCANNER, "scanner"}, {"ACCESS_DENIED", MK_E_DENIED, "may not"},
	    {"CANCELLED", MK_E_SCANNER, "cancelled"}, {"EOF", MK_E_SCANNER, "incomplete"},
	    {"NO_MEM", MK_E_NOMEM, "memory"}};
	(void)state;
	need_backends();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char value[64];
		snprintf(value, sizeof value, "read-return-value=SANE_STATUS_%s", rows[i].status);
		const char *options[OPTIONS] = {value};
		struct scanned s = scan("test:0", options);
		if (s.err != rows[i].err || strstr(s.why, rows[i].word) == NULL)
			print_message("%s: %d %s\n", rows[i].status, s.err, s.why);
		assert_int_equal(s.err, rows[i].err);
		assert_non_null(strstr(s.why, rows[i].word));
		assert_int_equal(s.pages, 0);
		mk_buf_free(&s.px);
	}
}

/* The pnm backend's own faults come while data flows; its early end is GOOD data and then end of file. */
static void
short_pictures_are_refused(void **state)
{
	static const char *const faults[] = {"status-eof=yes", "status-jammed=yes",
	    "status-nodocs=yes", "status-coveropen=yes", "status-ioerror=yes"};
	(void)state;
	need_backends();
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		const char *options[OPTIONS] = {picture, "status=no", faults[i]};
		struct scanned s = scan("pnm:0", options);
		assert_int_equal(s.err, MK_E_SCANNER);
		assert_int_equal(s.pages, 0);
		assert_string_not_equal(s.why, "");
		mk_buf_free(&s.px);
	}
}

static void
wrong_requests(void **state)
{
	static const char *const none[OPTIONS] = {NULL}, *const unknown[OPTIONS] = {"no-such=1"},
				 *const bad[OPTIONS] = {"resolution=many"},
				 *const odd[OPTIONS] = {"resolution"};
	const char *const lost[OPTIONS] = {missing};
	(void)state;
	need_backends();
	assert_int_equal(scan("nothing:0", none).err, MK_E_NOT_FOUND);
	assert_int_equal(scan("test:0", unknown).err, MK_E_INPUT);
	assert_int_equal(scan("test:0", bad).err, MK_E_INPUT);
	assert_int_equal(scan("test:0", odd).err, MK_E_INPUT);
	struct scanned s = scan("pnm:0", lost);
	assert_int_equal(s.err, MK_E_SCANNER);
	assert_null(strstr(s.why, folder)); /* no path in words */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_scanners),
	    cmocka_unit_test(pictures_are_whole),
	    cmocka_unit_test(kinds_of_data),
	    cmocka_unit_test(feeder_ends),
	    cmocka_unit_test(faults_are_said),
	    cmocka_unit_test(short_pictures_are_refused),
	    cmocka_unit_test(wrong_requests),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
