/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far long work is: one line on stderr, only when that is a terminal and there is more than one
 * thing to do.
 */
#include "cli_internal.h"

#include <string.h>
#include <unistd.h>

#include "mynakura/base/utf8.h"

#define BAR 20

void
mk_progress(struct mk_cli *c, size_t done, size_t all)
{
	char bar[BAR + 1];
	struct mk_buf b = MK_BUF_INIT;
	if (all < 2 || c->g.json || !isatty(STDERR_FILENO))
		return;
	size_t full = done * BAR / all;
	memset(bar, '.', BAR);
	memset(bar, '#', full > BAR ? BAR : full);
	bar[BAR] = '\0';
	mk_buf_printf(&b, "\r[%s] %zu/%zu", bar, done, all);
	if (!b.failed)
		mk_write_all(STDERR_FILENO, b.data, b.len);
	c->progress = b.len - 1;
	mk_buf_free(&b);
}

void
mk_progress_clear(struct mk_cli *c)
{
	char blank[96];
	if (c->progress == 0 || c->progress + 2 > sizeof blank)
		return;
	memset(blank, ' ', sizeof blank);
	blank[0] = blank[c->progress + 1] = '\r';
	mk_write_all(STDERR_FILENO, blank, c->progress + 2);
	c->progress = 0;
}
