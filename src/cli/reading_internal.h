/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reading (wire/read.h) as the command line prints it. */
#ifndef MK_CLI_READING_INTERNAL_H
#define MK_CLI_READING_INTERNAL_H

#include "cli_internal.h"
#include "mynakura/wire/read.h"

/* "code: words": the words in the user's language; the code into code ("" when there is none). */
const char *mk_warning_text(const char *warning, char *code, size_t cap);
void mk_warning_json(struct mk_json *j, const char *warning); /* its code, as an array's element */
/* number, name, ... warnings, into the open object (cli.md, What `read --json` prints). */
void mk_reading_json(struct mk_json *j, const struct mk_reading *r);
void mk_reading_text(struct mk_buf *out, const struct mk_reading *r);

#endif
