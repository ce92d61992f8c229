/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyring, DIR/vault/keyring: who can open which key. One preallocated file with two copies of
 * the same image, overwritten in place one after the other (decisions.md b), every byte under a
 * MAC whose key comes from main.db's page key. It holds slots (one for each member, one for the
 * recovery sheet), the epochs of each ledger's keys, and grants. Bytes: mynakura-vault(5),
 * KEYRING. Two processes are kept apart by the caller (the daemon's lock), and one keyring is used
 * by one thread.
 *
 * To open: mk_keyring_open -> mk_keyring_slot_params -> mk_kdf_run (in a worker) ->
 * mk_keyring_open_slot -> mk_unlocked_key. Until the first open_slot nothing read from the file is
 * proved; the accessors then show what the file claims. Every change builds a new image, writes it
 * to both copies with fdatasync, and only then becomes visible in memory; it needs an opened
 * keyring (MK_E_LOCKED). Errors of every change: MK_E_LOCKED, MK_E_NOMEM, MK_E_CRYPTO, MK_E_IO,
 * MK_E_NOSPACE, MK_E_TOO_BIG (full), besides those named. After MK_E_IO the old state is put back;
 * where that fails too, further changes are MK_E_IO until the keyring is opened anew.
 */
#ifndef MK_STORE_KEYRING_H
#define MK_STORE_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mynakura/base/secret.h"
#include "mynakura/crypto/kdf.h"
#include "mynakura/crypto/seal.h"
#include "mynakura/model/id.h"

#define MK_KEYRING_MAIN "main" /* main.db's name among the ledgers */
#define MK_KEYRING_RECOVERY "recovery" /* the recovery sheet's name among the members */
#define MK_KEYRING_SLOTS 128
#define MK_KEYRING_LEDGERS 1280
#define MK_KEYRING_GRANTS 13312
#define MK_KEYRING_ACCOUNT 65 /* bytes of an account with its NUL */
#define MK_KEYRING_NAME "keyring"

enum mk_form { MK_FORM_INSTALLED = 1, MK_FORM_EMBEDDED = 2 };
enum mk_kind { MK_KIND_REAL = 1, MK_KIND_DEMO = 2 };
enum mk_slot_type { MK_SLOT_MEMBER = 1, MK_SLOT_RECOVERY = 2, MK_SLOT_CODE = 3 };
enum mk_key_kind {
	MK_KEY_PAGE = 1,
	MK_KEY_NUMBER = 2
}; /* may be or-ed where a function takes `kinds` */
#define MK_KEY_BOTH (MK_KEY_PAGE | MK_KEY_NUMBER)
/* Cipher ids of the header. */
#define MK_CIPHER_AES256_OCB 1
#define MK_CIPHER_AES256_GCM_SIV 1

struct mk_keyring;
struct mk_unlocked; /* one opened slot: the member's X25519 secret in locked memory */

/* ---- open, create, close ---- */

/* A slot to be made. key is what mk_kdf_run gave for params. All is borrowed. */
struct mk_slot_spec {
	const char *member; /* id; ignored for the recovery sheet */
	const char *account; /* login name, "" for none; at most 64 bytes */
	enum mk_slot_type type;
	const struct mk_kdf_params *params;
	const struct mk_secret *key;
	int64_t now; /* created */
	int64_t expires; /* 0 never; a one-time code must have one (7 days, decisions.md 3) */
};

struct mk_keyring_spec {
	enum mk_form form;
	enum mk_kind kind;
	struct mk_kdf_cost cost; /* the default for new slots */
	const struct mk_slot_spec *chief; /* type MK_SLOT_MEMBER */
	const struct mk_secret *recovery; /* mk_recovery_new: MK_RECOVERY_BYTES */
	const struct mk_secret *pc; /* this PC's 32-byte secret, or NULL */
};

/*
 * Creates dirfd/name (no slash in name; AT_FDCWD works; 0600, O_EXCL) with a random vault id,
 * main.db's page key in its first epoch, the chief's and the recovery sheet's slots and their
 * grants to it; all durable, the directory too. The file is removed again on an error. *chief gets
 * the opened slot. MK_E_EXISTS, MK_E_INPUT (ids, costs), and those of a change.
 */
int mk_keyring_create(int dirfd, const char *name, const struct mk_keyring_spec *spec,
    struct mk_keyring **out, struct mk_unlocked **chief);
/*
 * Reads both copies and takes the newer one whose structure and checksum hold. MK_E_NOT_FOUND,
 * MK_E_IO, MK_E_DAMAGED (no good copy; also a KDF outside floor and ceiling), MK_E_MODE (form is
 * not the file's; form 0 accepts both: for `doctor` and backups).
 */
int mk_keyring_open(int dirfd, const char *name, enum mk_form form, struct mk_keyring **out);
/*
 * Lends the keyring this PC's secret (32 bytes, copied) for slots made with it; before open_slot.
 * NULL takes it away. MK_E_NOMEM, MK_E_INPUT.
 */
int mk_keyring_set_pc(struct mk_keyring *kr, const struct mk_secret *pc);
void mk_keyring_lock(
    struct mk_keyring *kr); /* forgets the MAC key: no more changes until a slot is opened */
void mk_keyring_close(
    struct mk_keyring *kr); /* every mk_unlocked must be freed before; NULL is fine */
/*
 * Checks both copies of the structure without any key, for verify: 0, or MK_E_DAMAGED when one is
 * not good or they differ.
 */
int mk_keyring_copies_check(const struct mk_keyring *kr);

/* ---- what it says ---- */

enum mk_keyring_repair {
	MK_REPAIR_NONE = 0,
	MK_REPAIR_UNFINISHED = 1, /* one copy is older: a change was cut off between the copies */
	MK_REPAIR_COPY = 2, /* one copy is unreadable, or differs without being older */
	MK_REPAIR_FORGED =
	    3, /* the copy first taken failed its MAC and the other one is used (after open_slot) */
};

enum mk_form mk_keyring_form(const struct mk_keyring *kr);
enum mk_kind mk_keyring_kind(const struct mk_keyring *kr);
struct mk_kdf_cost mk_keyring_cost(const struct mk_keyring *kr);
const uint8_t *mk_keyring_vault(
    const struct mk_keyring *kr); /* MK_VAULT_ID_LEN bytes, lives as long as kr */
uint64_t mk_keyring_seq(
    const struct mk_keyring *kr); /* grows with every change: for witnesses (rollback) */
bool mk_keyring_proved(const struct mk_keyring *kr); /* a slot was opened and the MAC held */
enum mk_keyring_repair mk_keyring_repair_needed(const struct mk_keyring *kr);
/* Writes the proved image over both copies. Announce it on the trail first (R6). */
int mk_keyring_repair(struct mk_keyring *kr);

struct mk_slot_info {
	char member[MK_ID_MAX];
	char account[MK_KEYRING_ACCOUNT];
	enum mk_slot_type type;
	bool pc; /* needs this PC's secret */
	int64_t created, expires; /* expires 0: never */
	uint8_t fingerprint[16]; /* of the public half; a grant records it (decisions.md 3) */
};
struct mk_grant_info {
	char member[MK_ID_MAX];
	char ledger[MK_ID_MAX];
	enum mk_key_kind kind;
	uint32_t epoch;
};
struct mk_key_state {
	uint32_t
	    current; /* epoch for everything new; 0 = there is no such key (main's number key) */
	uint32_t oldest; /* epochs below are destroyed */
	bool due; /* rotation due: a member who left held a live epoch (decisions.md 4) */
};
size_t mk_keyring_slots(const struct mk_keyring *kr);
size_t mk_keyring_grants(const struct mk_keyring *kr);
size_t mk_keyring_ledgers(const struct mk_keyring *kr);
/* By index below the count, in ascending order of ids; false past the end. */
bool mk_keyring_slot_at(const struct mk_keyring *kr, size_t i, struct mk_slot_info *out);
bool mk_keyring_grant_at(const struct mk_keyring *kr, size_t i, struct mk_grant_info *out);
bool mk_keyring_ledger_at(const struct mk_keyring *kr, size_t i, char id[MK_ID_MAX]);
int mk_keyring_slot_get(
    const struct mk_keyring *kr, const char *member, struct mk_slot_info *out); /* NOT_FOUND */
int mk_keyring_key_state(const struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind,
    struct mk_key_state *out); /* NOT_FOUND */
/* Does the member hold the current epoch of this key? */
bool mk_keyring_holds(
    const struct mk_keyring *kr, const char *member, const char *ledger, enum mk_key_kind kind);

/* ---- opening a slot ---- */

/*
 * What mk_kdf_run needs for the member's slot (MK_KEYRING_RECOVERY for the sheet). MK_E_NOT_FOUND.
 */
int mk_keyring_slot_params(
    const struct mk_keyring *kr, const char *member, struct mk_kdf_params *out);
/*
 * Opens the slot with what mk_kdf_run derived, then main.db's key, then proves the image's MAC; if
 * that fails and the other copy proves, that one is taken and mk_keyring_repair_needed says so.
 * now: an expired slot is MK_E_AUTH. MK_E_NOT_FOUND; MK_E_AUTH: the passphrase is wrong (or this
 * PC's secret is missing); MK_E_DAMAGED: no copy proves. *out is freed before the keyring is
 * closed.
 */
int mk_keyring_open_slot(struct mk_keyring *kr, const char *member, const struct mk_secret *key,
    int64_t now, struct mk_unlocked **out);
void mk_unlocked_free(struct mk_unlocked *u); /* wipes; NULL is fine */
const char *mk_unlocked_member(const struct mk_unlocked *u);
enum mk_slot_type mk_unlocked_type(const struct mk_unlocked *u);
/*
 * A ledger's key (MK_KEY_LEN bytes; the caller frees *out). epoch 0: the current one; *epoch_out
 * (may be NULL) says which. MK_E_NO_GRANT; MK_E_NOT_FOUND: no such ledger; MK_E_LOCKED: the slot
 * was removed or replaced meanwhile; MK_E_DAMAGED.
 */
int mk_unlocked_key(const struct mk_unlocked *u, const char *ledger, enum mk_key_kind kind,
    uint32_t epoch, uint32_t *epoch_out, struct mk_secret **out);

/* ---- slots (changes) ---- */

/*
 * A new member's or one-time code's slot with a key pair of its own, and main.db's grant, sealed
 * by holder (any opened slot). replace: a slot of this member that exists is removed first with
 * all its grants (a reset: decisions.md 3), else MK_E_EXISTS.
 */
int mk_keyring_add_slot(struct mk_keyring *kr, const struct mk_unlocked *holder,
    const struct mk_slot_spec *spec, bool replace);
/*
 * The member's own first act: code is the opened one-time slot; spec (same member, MK_SLOT_MEMBER)
 * takes its place in one change, with a new key pair. *out is the new slot opened; code is of no
 * more use. MK_E_STATE when code is no one-time slot.
 */
int mk_keyring_activate(struct mk_keyring *kr, const struct mk_unlocked *code,
    const struct mk_slot_spec *spec, struct mk_unlocked **out);
/*
 * Wraps u's own secret anew under params and key (from mk_kdf_run): a new passphrase; pair and
 * grants stay.
 */
int mk_keyring_rewrap(struct mk_keyring *kr, const struct mk_unlocked *u,
    const struct mk_kdf_params *params, const struct mk_secret *key);
int mk_keyring_set_account(struct mk_keyring *kr, const char *member, const char *account);
/*
 * Removes slot and grants; every key it held is marked rotation-due when due is set.
 * MK_E_NOT_FOUND; MK_E_STATE for the recovery sheet (it is only replaced).
 */
int mk_keyring_remove_slot(struct mk_keyring *kr, const char *member, bool due);
/*
 * A new recovery sheet in the old one's place: holder must hold every key of every live epoch
 * (else MK_E_NO_GRANT), which are sealed to it; every key is marked rotation-due when due is set.
 * recovery: MK_RECOVERY_BYTES of mk_recovery_new.
 */
int mk_keyring_replace_recovery(struct mk_keyring *kr, const struct mk_unlocked *holder,
    const struct mk_secret *recovery, int64_t now, bool due);

/* ---- ledgers, grants, epochs (changes) ---- */

struct mk_ledger_holder {
	const char *member;
	unsigned kinds; /* MK_KEY_PAGE, or MK_KEY_BOTH */
};
/*
 * A new ledger: page and number key, epoch 1, granted to the holders and always to the recovery
 * sheet. *page, *number (each may be NULL): the keys, MK_KEY_LEN bytes, the caller frees.
 * MK_E_EXISTS; MK_E_NOT_FOUND: a holder without slot; MK_E_STATE: a holder with a one-time slot
 * only.
 */
int mk_keyring_add_ledger(struct mk_keyring *kr, const char *ledger,
    const struct mk_ledger_holder *holder, size_t n, struct mk_secret **page,
    struct mk_secret **number);
/*
 * Takes a ledger and all its grants away: its keys are gone for good. MK_E_NOT_FOUND; MK_E_STATE
 * for "main".
 */
int mk_keyring_remove_ledger(struct mk_keyring *kr, const char *ledger);
/*
 * holder seals the keys of all live epochs to member; kinds that the member holds already are
 * left. MK_E_NO_GRANT: holder does not hold them; MK_E_NOT_FOUND; MK_E_STATE: the member has a
 * one-time slot only; MK_E_INPUT: kinds is empty or the number key of "main".
 */
int mk_keyring_grant(struct mk_keyring *kr, const struct mk_unlocked *holder, const char *member,
    const char *ledger, unsigned kinds);
/*
 * Removes the member's grants of these kinds of this ledger (of "main" and of the recovery sheet:
 * MK_E_STATE), and marks the keys rotation-due when due is set. MK_E_NOT_FOUND when there is none.
 */
int mk_keyring_revoke(
    struct mk_keyring *kr, const char *member, const char *ledger, unsigned kinds, bool due);
/* The same for every ledger but "main"; 0 also when there was none. */
int mk_keyring_revoke_all(struct mk_keyring *kr, const char *member, bool due);
int mk_keyring_mark_due(struct mk_keyring *kr, const char *ledger, unsigned kinds);
/*
 * A new random key as the next epoch, granted to whoever holds the current one (the recovery sheet
 * too); the old epoch stays until it is destroyed. *key: MK_KEY_LEN bytes, the caller frees; may
 * be NULL. MK_E_NOT_FOUND.
 */
int mk_keyring_add_epoch(struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind,
    uint32_t *epoch, struct mk_secret **key);
/*
 * Destroys every epoch below `keep` of this key: all its grants are overwritten in both copies
 * (decisions.md 2). Rotation is no longer due when no epoch is left that was live when somebody
 * left. MK_E_INPUT: keep is above the current epoch. 0 also when nothing was left to destroy.
 */
int mk_keyring_destroy_below(
    struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind, uint32_t keep);

#endif
