/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's own witness (decisions.md 16): the last signed checkpoint of each vault, kept in the
 * user's state folder, ${XDG_STATE_HOME:-~/.local/state}/mynakura/witness/VAULT (folder 0700, file
 * 0600). It goes with the login; a vault that is older than it shows that an old copy was put back.
 * The daemon judges it: a client has no key that verifies a signature. What stands here is checked
 * for its form only, and nothing here ever makes a login fail by itself.
 *
 * What is kept (mynakura-trail(5), Kept checkpoints): the checkpoint's line, and behind it the line
 * of the entry before it without salt and body, from which its signature can be verified.
 */
#ifndef MK_WIRE_WITNESS_H
#define MK_WIRE_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/time.h"
#include "mynakura/wire/msg.h"

#define MK_WITNESS_TEXT_MAX 60000 /* bytes of a line: it must fit into a message beside the login */
#define MK_WITNESS_VAULT_MAX 65 /* of a vault's id with its NUL: [0-9a-z-] */
#define MK_WITNESS_PATH_MAX 4096
#define MK_WITNESS_HASH_MAX 65

struct mk_witness {
	char path[MK_WITNESS_PATH_MAX]; /* of the file, for messages; "" when there is no home */
	struct mk_buf line; /* as kept, without the last newline */
	uint64_t count; /* its seq */
	char head[MK_WITNESS_HASH_MAX]; /* its link, 64 hex digits */
	char time[MK_TIME_MAX]; /* as it says */
};
void mk_witness_free(struct mk_witness *w);

/*
 * Fills w (not path) from a kept checkpoint, one line or both, with or without the last newline.
 * MK_E_INPUT: it has not the form of one; MK_E_NOMEM. w is initialised in every case; free it.
 */
int mk_witness_parse(const void *line, size_t len, struct mk_witness *w);

/*
 * The one kept of this vault. NOT_FOUND: none yet, or no home to keep it in. INPUT: something is
 * there that is no checkpoint of ours (a link, another's file, too long, not of the form). DENIED,
 * IO. w is initialised in every case, path set where it is known; free it.
 */
int mk_witness_load(const char *vault, struct mk_witness *w);
/*
 * Keeps line (checked for its form) in the place of the one before, which is replaced whole or not
 * at all, and synced. Makes the folders. NOT_FOUND without a home, INPUT, DENIED (the home is not
 * the caller's), IO, NOSPACE.
 */
int mk_witness_store(const char *vault, const void *line, size_t len);
/* Calls f for each vault of which something is kept, in the order of names; f < 0 ends it. */
int mk_witness_each(int (*f)(const char *vault, void *arg), void *arg);

/* --- around a login; both clients do the same */

struct mk_witness_login {
	char vault[MK_WITNESS_VAULT_MAX]; /* "" = nothing to do */
	struct mk_witness kept; /* what was offered; kept.count 0 = nothing */
};

/*
 * Puts the kept checkpoint of this vault (hello's answer; NULL or not of the form: nothing) into
 * the login's request. Returns a msgid that the user must be told, or NULL. w is the caller's to
 * free in every case.
 */
const char *mk_witness_offer(struct mk_witness_login *w, const char *vault, struct mk_buf *body);
/*
 * After a login that succeeded: keeps the checkpoint of its answer, unless what is kept is newer, or
 * the daemon says in MK_T_witness that this trail contradicts it (rolled_back, tampered: an auditor
 * comes in all the same, and must be told again at the next login). One that proves nothing
 * (MK_T_witness input) stays beside it as VAULT.refused. Returns a msgid to be told, or NULL.
 */
const char *mk_witness_take(struct mk_witness_login *w, const struct mk_msg *reply);
/*
 * Where a login failed with TAMPERED or ROLLED_BACK and something had been offered: appends what
 * was, in the user's language, for behind the error's own words.
 */
void mk_witness_explain(const struct mk_witness_login *w, int err, struct mk_buf *out);
void mk_witness_login_free(struct mk_witness_login *w);

#endif
