/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people copy by hand: the recovery key's and one-time codes' text form. Groups of four Base32
 * characters (Crockford: no i l o u) with a check character each that also depends on the group's
 * place, so that a wrong, swapped or exchanged character names its group (security.md R12).
 */
#ifndef MK_CRYPTO_PASSPHRASE_H
#define MK_CRYPTO_PASSPHRASE_H

#include <stddef.h>

#include "mynakura/base/secret.h"

#define MK_RECOVERY_BYTES 20 /* 160 bits: 8 groups */
#define MK_CODE_BYTES 10 /* 80 bits: 4 groups */

/*
 * A new random recovery key or one-time code: the bytes, which are what mk_kdf_run takes. Caller
 * frees. MK_E_CRYPTO, MK_E_NOMEM.
 */
int mk_recovery_new(struct mk_secret **out);
int mk_code_new(struct mk_secret **out);

/*
 * Bytes (a multiple of 5 of 20 bits' groups: MK_RECOVERY_BYTES or MK_CODE_BYTES) ->
 * "ABCD5-EFGH6-..." ; *text is NUL-terminated, len does not count the NUL. Caller frees.
 * MK_E_INPUT, MK_E_NOMEM.
 */
int mk_groups_format(const struct mk_secret *bytes, struct mk_secret **text);
/*
 * The other way. Either case, i l o read as 1 1 0, full-width forms, blanks and hyphens anywhere.
 * want: MK_RECOVERY_BYTES or MK_CODE_BYTES. MK_E_INPUT: *bad (may be NULL) is the first wrong
 * group from 1, or 0 when the number of characters is wrong or a character is none of the
 * alphabet's and no group can be named. Caller frees *out.
 */
int mk_groups_parse(
    const char *text, size_t len, size_t want, struct mk_secret **out, unsigned *bad);

#endif
