/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decode process: an encoded file of unknown origin becomes raw grey. The process is closed in
 * before it looks at more than the first bytes, which alone say what the file is; names and
 * suffixes are never asked.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode_internal.h"
#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/image.h"
#include "mynakura/capture/capture.h"
#include "mynakura/sandbox/sandbox.h"
#include "mynakura/wire/read.h"

#define AS_MAX ((uint64_t)768 * 1024 * 1024)
#define CPU_MAX 20U
#define MAGIC_LEN 8

static const struct format {
	const char *magic;
	size_t len;
	int (*decode)(struct mk_serve *, const struct mk_file *);
} formats[] = {
    {"P4", 2, mk_decode_pnm},
    {"P5", 2, mk_decode_pnm},
    {"P6", 2, mk_decode_pnm},
    {"\x89PNG\r\n\x1a\n", 8, mk_decode_png},
    {"\xff\xd8\xff", 3, mk_decode_jpeg},
    {"II*\0", 4, mk_decode_tiff},
    {"MM\0*", 4, mk_decode_tiff},
    {"II+\0", 4, mk_decode_tiff},
    {"MM\0+", 4, mk_decode_tiff},
    {"%PDF-", 5, mk_decode_pdf},
};

static const struct format *
format_of(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (len >= formats[i].len && memcmp(p, formats[i].magic, formats[i].len) == 0)
			return &formats[i];
	return NULL;
}

static int
close_in(bool pdf)
{
	static const char *const fonts[] = {"/etc/fonts", "/usr/share/fonts",
	    "/usr/local/share/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig",
	    "/usr/share/poppler", NULL};
	int r = mk_sandbox_limits(AS_MAX, CPU_MAX);
	if (r == 0)
		r = pdf ? mk_sandbox_landlock_read(fonts) : mk_sandbox_landlock_none();
	if (r < 0)
		return r;
	return mk_sandbox_seccomp(pdf ? MK_SANDBOX_DECODE_FONTS : MK_SANDBOX_DECODE);
}

/* A pipe or socket is read, a file is mapped. */
static int
load(struct mk_serve *s, int fd, struct mk_buf *buf, struct mk_file *f)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return mk_serve_why(s, MK_E_IMAGE, "the file cannot be read");
	if (S_ISDIR(st.st_mode))
		return mk_serve_why(s, MK_E_IMAGE, "this is a folder, not a file");
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return mk_serve_why(s, MK_E_IMAGE, "the file is empty");
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size <= MK_IMAGE_MAX) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			return mk_serve_why(s, MK_E_IMAGE, "the file cannot be read");
		f->data = p;
		f->len = (size_t)st.st_size;
		return 0;
	}
	int r = S_ISREG(st.st_mode) ? MK_E_TOO_BIG : mk_buf_read_fd(buf, fd, MK_IMAGE_MAX);
	if (r == MK_E_TOO_BIG)
		return mk_serve_why(s, r, "the file is larger than 256 MiB");
	if (r < 0)
		return mk_serve_why(s, MK_E_IMAGE, "the file cannot be read");
	f->data = buf->data;
	f->len = buf->len;
	return f->len > 0 ? 0 : mk_serve_why(s, MK_E_IMAGE, "the file is empty");
}

static int
decode(struct mk_serve *s, int fd)
{
	uint8_t magic[MAGIC_LEN] = {0};
	struct mk_buf buf = MK_BUF_INIT;
	struct mk_file f = {NULL, 0};
	ssize_t n = pread(fd, magic, sizeof magic, 0);
	bool pdf = n >= 5 && memcmp(magic, "%PDF-", 5) == 0;
	if (close_in(pdf) < 0)
		return mk_serve_why(s, MK_E_INTERNAL, "the sandbox cannot be set up");
	int r = load(s, fd, &buf, &f);
	if (r < 0)
		return r;
	const struct format *format = format_of(f.data, f.len);
	if (format == NULL)
		return mk_serve_why(s, MK_E_IMAGE, "not a PNM, PNG, JPEG, TIFF or PDF file");
	if (format->decode == mk_decode_pdf && !pdf)
		return mk_serve_why(s, MK_E_IMAGE, "a PDF is read from a file only");
	return format->decode(s, &f);
}

int
mk_capture_decode(int fd)
{
	struct mk_serve s;
	if (mk_serve_recv(&s, fd) < 0)
		return 1;
	int file = mk_msg_take_fd(&s.req, 0);
	int r = s.req.type != MK_READ_DECODE || file < 0
		    ? mk_serve_why(&s, MK_E_INPUT, "wrong request")
		    : decode(&s, file);
	if (r < 0)
		r = mk_serve_end(&s, r);
	return r < 0 ? 1 : 0;
}
