/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error table of err.h as strings and exit statuses. */
#include "mynakura/base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct row {
	const char *code;
	const char *message;
	int status;
};

/*
 * The codes are the enum names in lower case: written out by a table so that the text is one grep
 * away.
 */
static const struct row rows[MK_EI_COUNT] = {
#define X(name, status, message) [MK_EI_##name] = {#name, message, status},
    MK_ERR_TABLE(X)
#undef X
};

static char codes[MK_EI_COUNT][16];

static const struct row *
row_of(int err)
{
	bool known = err < 0 && err >= -MK_EI_COUNT;
	return &rows[known ? -err - 1 : MK_EI_INTERNAL];
}

const char *
mk_err_code(int err)
{
	if (err == 0)
		return "ok";
	const struct row *r = row_of(err);
	char *code = codes[r - rows];
	/* Idempotent: a second thread would write the same bytes. */
	for (size_t i = 0; i + 1 < sizeof codes[0] && r->code[i] != '\0'; i++)
		code[i] =
		    (char)(r->code[i] >= 'A' && r->code[i] <= 'Z' ? r->code[i] + 32 : r->code[i]);
	return code;
}

const char *
mk_err_message(int err)
{
	return err == 0 ? "ok" : row_of(err)->message;
}

int
mk_err_status(int err)
{
	return err == 0 ? 0 : row_of(err)->status;
}

int
mk_err_from_errno(int e)
{
	switch (e) {
	case ENOSPC:
	case EDQUOT:
		return MK_E_NOSPACE;
	case ENOENT:
		return MK_E_NOT_FOUND;
	case ENOMEM:
		return MK_E_NOMEM;
	default:
		return MK_E_IO;
	}
}
