/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists that may be longer than a message. Rows are only added to these tables, in order of
 * creation, so that a count of rows is a good cursor.
 */
#include <stdio.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "vault_internal.h"

#define PAGE_BYTES 48000

int
mk_page_begin(struct op *op, struct op_page *out)
{
	char cursor[24];
	*out = (struct op_page){.op = op};
	int r = mk_op_str(op, MK_T_cursor, cursor, sizeof cursor);
	if (r == MK_E_NOT_FOUND)
		return 0;
	if (r == 0)
		r = mk_str_u64(cursor, UINT32_MAX, &out->skip);
	return r < 0 ? mk_op_fail(op, MK_E_INPUT, "bad cursor") : 0;
}

bool
mk_page_wants(struct op_page *p)
{
	char cursor[24];
	if (p->full)
		return false;
	if (p->seen++ < p->skip)
		return false;
	if (p->op->reply.body.len < PAGE_BYTES)
		return true;
	snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)(p->seen - 1));
	mk_put_str(&p->op->reply.body, MK_T_cursor, cursor);
	p->full = true;
	return false;
}
