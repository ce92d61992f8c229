/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the ledger share: the open ledger, its statements by name, and the seals. Nothing here is for other folders;
 * theirs is mynakura/store/ledger.h.
 *
 * A seal (man/mynakura-vault.5, SEALS) is nonce 12 | ciphertext | tag 16 of AES-256-GCM-SIV under the ledger's number key, with a random nonce.
 * Its additional data (AAD) is 70 bytes, every part of fixed length, so that no two meanings share an encoding:
 *
 *	offset length
 *	     0     16  vault id
 *	    16     16  ledger id: 14 ASCII characters, padded with NUL
 *	    32     16  id of the subject (number) or of the review item (payload, picture), padded with NUL
 *	    48      1  kind: 1 number, 2 review payload, 3 review picture
 *	    49      1  version of the seal: 1
 *	    50     16  class of the ledger (employee, payee, client), padded with NUL
 *	    66      4  number epoch, big-endian
 *
 * Plaintext: a number is its 12 ASCII digits, a payload and a picture are their bytes. So a ciphertext that is moved to another vault, ledger, row,
 * column, class or epoch does not open (security.md R7).
 *
 * The duplicate index is HMAC-SHA256 over the 12 digits, cut to 16 bytes, under HKDF-SHA256(number key, no salt, info =
 * "mynakura duplicate index" | number epoch big-endian, 32 bytes). It is the only value derived from a number that leaves a seal (R3); it stands
 * inside the encrypted file and dies with the epoch.
 */
#ifndef MK_STORE_LEDGER_INTERNAL_H
#define MK_STORE_LEDGER_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "mynakura/store/ledger.h"

#define MK_SEAL_NUMBER 1
#define MK_SEAL_PAYLOAD 2
#define MK_SEAL_PICTURE 3
#define MK_SEAL_VERSION 1
#define MK_SEAL_AAD 70
#define MK_SEAL_NONCE 12
#define MK_SEAL_TAG 16
#define MK_SEAL_EXTRA (MK_SEAL_NONCE + MK_SEAL_TAG)
#define MK_SAME_LEN 16

#endif
