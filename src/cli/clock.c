/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock status: the wall clock, the one that only goes forward, and the jumps between them. */
#include "cli_internal.h"

#include <stdlib.h>

#include "mynakura/base/time.h"

static const struct mk_col clock_cols[] = {
    {MK_T_wall, MK_COL_TIME, "wall", N_("The PC's clock"), 0},
    {MK_T_steady, MK_COL_TIME, "steady", N_("Time that counts"), 0},
    {MK_T_confirmed, MK_COL_BOOL, "confirmed", N_("Confirmed"), 0},
    {0, 0, NULL, NULL, 0},
};

struct jump {
	char time[MK_TIME_MAX], from[MK_TIME_MAX], to[MK_TIME_MAX];
	uint64_t seq;
};

static void
time_of_text(const struct mk_item *it, unsigned tag, char out[MK_TIME_MAX])
{
	char text[32] = "";
	mk_get_str(it->p, it->len, tag, text, sizeof text);
	mk_time_format((int64_t)strtoll(text, NULL, 10), out);
}

static bool
next_jump(struct mk_rd *rd, struct jump *out)
{
	struct mk_item it;
	while (mk_item_next(rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		mk_time_format(mk_get_i64(it.p, it.len, MK_T_time, 0), out->time);
		time_of_text(&it, MK_T_from, out->from);
		time_of_text(&it, MK_T_to, out->to);
		out->seq = mk_get_u64(it.p, it.len, MK_T_seq, 0);
		return true;
	}
	return false;
}

static void
clock_json(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_json j;
	struct mk_rd rd;
	struct jump jump;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, clock_cols, reply->body.data, reply->body.len);
	mk_json_arr(&j, "jumps");
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (next_jump(&rd, &jump)) {
		mk_json_obj(&j, NULL);
		mk_json_str(&j, "time", jump.time);
		mk_json_str(&j, "from", jump.from);
		mk_json_str(&j, "to", jump.to);
		mk_json_int(&j, "seq", (int64_t)jump.seq);
		mk_json_end_obj(&j);
	}
	mk_json_end_arr(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
clock_text(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct jump jump;
	mk_cols_text(&c->out, &c->names, clock_cols, reply->body.data, reply->body.len);
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (next_jump(&rd, &jump)) {
		mk_out(c, _("jumped from %s to %s (entry %llu)"), jump.from, jump.to,
		    (unsigned long long)jump.seq);
		mk_out(c, "\n");
	}
	if (!mk_get_bool(reply->body.data, reply->body.len, MK_T_confirmed, true))
		mk_say(
		    "%s", _("The clock has jumped forward: nothing expires until two persons have "
			    "confirmed it ('mynakura clock confirm')."));
}

int
mk_run_clock_status(struct mk_cli *c)
{
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_clock_status, 0);
	int r = mk_ask(c, &req, &reply);
	if (r == 0 && c->g.json)
		clock_json(c, &reply);
	else if (r == 0)
		clock_text(c, &reply);
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}
