/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where keys may end up (decisions.md 5): memory that is not locked, and swap in clear. A real office
 * does not open there; root may allow the swap by a file, which every login and the record tell.
 */
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/swap.h"
#include "vault_internal.h"

#define ALLOW_FILE MK_SYSCONFDIR "/allow-swap"

void
mk_memory_look(struct vault *v)
{
	if (!mk_vault_installed(v) || !mk_swap_plain())
		v->swap = MK_SWAP_NONE;
	else
		v->swap = access(ALLOW_FILE, F_OK) == 0 ? MK_SWAP_ALLOWED : MK_SWAP_PLAIN;
}

int
mk_memory_check(struct op *op)
{
	if (mk_vault_is_demo(op->v))
		return 0;
	if (!mk_secret_locked())
		return mk_op_fail(op, MK_E_FAILED,
		    "memory cannot be locked against swap (ulimit -l): a real office refuses to "
		    "start so");
	if (op->v->swap == MK_SWAP_PLAIN)
		return mk_op_fail(op, MK_E_FAILED,
		    "this PC has swap that is not encrypted: a real office refuses to open so "
		    "(swapoff, or encrypt it)");
	return 0;
}

void
mk_memory_tell(struct op *op, const struct session *s)
{
	if (op->v->swap != MK_SWAP_ALLOWED || mk_vault_is_demo(op->v))
		return;
	mk_record_event(op->v, "alarm", s, op->c, 0, "swap in clear, allowed by root");
	mk_put_str(&op->reply.body, MK_T_alarm,
	    "this PC has swap that is not encrypted: root has allowed it");
}
