/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page cipher of the encrypted databases: AES-256-OCB over 4 KiB pages, behind a cipher id,
 * with one handle per key epoch that serves all pages. It knows no file and no SQLite;
 * src/store/vfs*.c says which bytes are a page.
 *
 * A sealed page (all integers big-endian; decisions.md c):
 *	0      4064	ciphertext; of page 1 the first 24 bytes stay in clear
 *	4064   12	nonce, random for every seal (security.md R5)
 *	4076   4	epoch of the key
 *	4080   16	tag
 * AAD: vault id 16 | ledger id 16 | page number 4 | epoch 4 = 40 bytes; for page 1 its 24 clear
 * bytes follow (64 bytes). So a page opens only in its own vault, file and place. An older page
 * of the same place opens too: that is the commit number's matter (R4).
 */
#ifndef MK_CRYPTO_PAGE_H
#define MK_CRYPTO_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/base/secret.h"

#define MK_PAGE_SIZE 4096
#define MK_PAGE_TAIL 32 /* nonce, epoch, tag: SQLite's reserved bytes */
#define MK_PAGE_DATA (MK_PAGE_SIZE - MK_PAGE_TAIL) /* bytes SQLite uses */
#define MK_PAGE_CLEAR 24 /* of page 1, authenticated and not encrypted */
#define MK_PAGE_ID 16 /* bytes of vault id and of ledger id */
#define MK_PAGE_KEY 32
#define MK_PAGE_EPOCHS 8
#define MK_PAGE_BLOCK 16 /* what mk_page_mask works on */
#define MK_PAGE_AES256_OCB 1 /* the only cipher id so far */

struct mk_page_cipher;

/* For one file. MK_E_INPUT for an unknown cipher id, MK_E_NOMEM. */
int mk_page_cipher_new(uint8_t cipher, const uint8_t vault[MK_PAGE_ID],
    const uint8_t ledger[MK_PAGE_ID], struct mk_page_cipher **out);
void mk_page_cipher_free(struct mk_page_cipher *c); /* wipes every key; NULL is fine */
/*
 * Adds the key (MK_PAGE_KEY bytes, copied into locked memory) of an epoch >= 1 and proves on a
 * page that it encrypts. The first added is current. MK_E_INPUT (length, epoch 0), MK_E_EXISTS,
 * MK_E_TOO_BIG (more than MK_PAGE_EPOCHS), MK_E_NOMEM, MK_E_CRYPTO.
 */
int mk_page_cipher_add(struct mk_page_cipher *c, uint32_t epoch, const struct mk_secret *key);
/* Pages are sealed under this epoch from now on. MK_E_NOT_FOUND. */
int mk_page_cipher_current(struct mk_page_cipher *c, uint32_t epoch);

/*
 * Seals the first MK_PAGE_DATA bytes of plain as page pgno (>= 1) into out[MK_PAGE_SIZE]. plain
 * and out do not overlap. What stands in plain's tail is ignored. On MK_E_CRYPTO out is zeroed
 * and must not be written anywhere.
 */
int mk_page_seal(
    struct mk_page_cipher *c, uint32_t pgno, const uint8_t *plain, uint8_t out[MK_PAGE_SIZE]);
/*
 * Opens a sealed page into out[MK_PAGE_SIZE], whose tail is zeroed; page may be out.
 * MK_E_DAMAGED when the tag does not fit or the epoch's key is not here: then out is zeroed.
 */
int mk_page_open(
    struct mk_page_cipher *c, uint32_t pgno, const uint8_t *page, uint8_t out[MK_PAGE_SIZE]);
uint32_t mk_page_epoch(const uint8_t page[MK_PAGE_SIZE]); /* that stands in a sealed page */
uint32_t mk_page_cipher_epoch(const struct mk_page_cipher *c); /* the current one */

/*
 * Checksums that SQLite computes over plain pages would tell about them; they are hidden under
 * a key of their own (HKDF of the page key, labels "mynakura page mask 1" and "mynakura page
 * mask 2", context vault id | ledger id | epoch). mask: one 16-byte block by AES-256-XTS in
 * place, place (the WAL frame's index) as the tweak. MK_E_DAMAGED for an unknown epoch. pad: 4
 * bytes to XOR a checksum with, drawn from the sealed page's nonce, which is fresh for every
 * seal.
 */
int mk_page_mask(struct mk_page_cipher *c, uint32_t epoch, uint64_t place, uint8_t block[16]);
int mk_page_unmask(struct mk_page_cipher *c, uint32_t epoch, uint64_t place, uint8_t block[16]);
int mk_page_pad(struct mk_page_cipher *c, const uint8_t tail[MK_PAGE_TAIL], uint8_t pad[4]);

#endif
