/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock status: the PC's clock and the time that counts, which does not follow it blindly. */
#include "cli_internal.h"

static const struct mk_col clock_cols[] = {
    {MK_T_wall, MK_COL_TIME, "wall", N_("The PC's clock"), 0},
    {MK_T_steady, MK_COL_TIME, "steady", N_("Time that counts"), 0},
    {MK_T_confirmed, MK_COL_BOOL, "confirmed", N_("Confirmed"), 0},
    {0, 0, NULL, NULL, 0},
};

int
mk_run_clock_status(struct mk_cli *c)
{
	struct mk_msg req, reply;
	mk_msg_init(&req, MK_REQ_clock_status, 0);
	int r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_print_result(c, clock_cols, reply.body.data, reply.body.len);
	if (r == 0 && !c->g.json &&
	    !mk_get_bool(reply.body.data, reply.body.len, MK_T_confirmed, true))
		mk_say(
		    "%s", _("The clock has jumped forward: nothing expires until two persons have "
			    "confirmed it ('mynakura clock confirm')."));
	c->acted = false;
	mk_msg_free(&reply);
	return r;
}
