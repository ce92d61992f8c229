/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between member.c, office.c and init.c: the one rule for new passphrases, sole holders, the
 * handler of init.
 */
#ifndef MK_DAEMON_PASSPHRASE_INTERNAL_H
#define MK_DAEMON_PASSPHRASE_INTERNAL_H

#include <stdbool.h>

struct op;
struct mk_secret;

/* 0, MK_E_INPUT, MK_E_WEAK. A demo office takes anything that is not empty. */
int mk_passphrase_check(struct op *op, const struct mk_secret *pass, bool demo);
/*
 * MK_E_STATE when op->member is the only one who can open the ledger (NULL: any ledger): its keys
 * would be lost to all but the recovery sheet.
 */
int mk_sole_holder_check(struct op *op, const char *ledger);
int mk_init_check(struct op *op);
int mk_init_act(struct op *op);

#endif
