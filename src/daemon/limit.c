/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's limits: kept as settings, changed with a second person (R9). */
#include <stdio.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "vault_internal.h"

#define KEY_BYTES 48

static void
key_of(int limit, char out[KEY_BYTES])
{
	snprintf(out, KEY_BYTES, "limit.%s", mk_limit_name(limit));
}

int
mk_limits_load(struct vault *v)
{
	for (int i = 0; i < MK_LIMIT_COUNT; i++) {
		char key[KEY_BYTES], text[16];
		key_of(i, key);
		v->limits[i] = mk_limit_default(i);
		int r =
		    v->main == NULL ? MK_E_NOT_FOUND : mk_main_get(v->main, key, text, sizeof text);
		if (r == 0)
			r = mk_limit_parse(i, text, &v->limits[i]);
		if (r < 0 && r != MK_E_NOT_FOUND)
			return MK_E_DAMAGED;
	}
	return 0;
}

struct change {
	int limit;
	unsigned value;
};

static int
set_check(struct op *op)
{
	char field[64], value[16], was[16];
	struct mk_buf content = MK_BUF_INIT;
	unsigned least, most;
	struct change *c = mk_op_state(op, sizeof *c);
	if (c == NULL)
		return MK_E_NOMEM;
	int r = mk_op_str(op, MK_T_field, field, sizeof field);
	if (r == 0)
		r = mk_op_str(op, MK_T_value, value, sizeof value);
	if (r < 0)
		return r == MK_E_NOT_FOUND ? mk_op_fail(op, MK_E_USAGE, "FIELD=VALUE is missing")
					   : r;
	c->limit = mk_limit_find(mk_str_starts(field, "limit.") ? field + 6 : field);
	if (c->limit < 0)
		return mk_op_fail(op, MK_E_INPUT, "no limit of this name: codes limits lists them");
	mk_limit_range(c->limit, &least, &most);
	if (mk_limit_parse(c->limit, value, &c->value) < 0)
		return mk_op_fail(
		    op, MK_E_INPUT, "the limit must be between %u and %u", least, most);
	snprintf(was, sizeof was, "%u", op->v->limits[c->limit]);
	mk_act_line(&content, "limit", mk_limit_name(c->limit));
	mk_act_line(&content, "from", was);
	mk_act_line(&content, "to", value);
	snprintf(op->ev.detail, sizeof op->ev.detail, "%s from=%s to=%u", mk_limit_name(c->limit),
	    was, c->value);
	r = mk_op_second(op, 0, &content);
	mk_buf_free(&content);
	return r;
}

static int
set_act(struct op *op)
{
	const struct change *c = op->state;
	char key[KEY_BYTES], value[16];
	key_of(c->limit, key);
	snprintf(value, sizeof value, "%u", c->value);
	int r = mk_main_set(op->v->main, key, value);
	return r < 0 ? r : mk_limits_load(op->v);
}

const struct handler mk_handlers_limit[] = {
    {MK_REQ_limit_set, set_check, set_act},
    {0, NULL, NULL},
};
