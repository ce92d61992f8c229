/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One escaped line to stderr in one write. */
#include "mynakura/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/utf8.h"

static const char *program = "mynakura";

void
mk_log_name(const char *name)
{
	program = name;
}

void
mk_log(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	struct mk_buf b = MK_BUF_INIT;
	mk_buf_puts(&b, program);
	mk_buf_puts(&b, ": ");
	mk_text_escape(&b, line, strlen(line));
	mk_buf_puts(&b, "\n");
	if (!b.failed && write(STDERR_FILENO, b.data, b.len) < 0) {
		/* nowhere left to say it */
	}
	mk_buf_free(&b);
}
