/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening, making and closing the keyring, what it says about itself, and the frame of every
 * change. The cryptography of slots and grants is in crypto/, the bytes in keyring_image.c.
 */
#include "mynakura/store/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyring_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"

static struct mk_keyring *
keyring_new(int fd)
{
	struct mk_keyring *kr = calloc(1, sizeof *kr);
	if (kr != NULL)
		kr->fd = fd;
	return kr;
}

void
mk_keyring_close(struct mk_keyring *kr)
{
	if (kr == NULL)
		return;
	mk_keyring_lock(kr);
	mk_secret_free(kr->pc);
	kr_image_free(kr->img);
	kr_image_free(kr->other);
	if (kr->fd >= 0)
		close(kr->fd);
	free(kr);
}

void
mk_keyring_lock(struct mk_keyring *kr)
{
	mk_secret_free(kr->mac);
	kr->mac = NULL;
}

int
mk_keyring_set_pc(struct mk_keyring *kr, const struct mk_secret *pc)
{
	struct mk_secret *copy = NULL;
	if (pc != NULL && pc->len != MK_KEY_LEN)
		return MK_E_INPUT;
	if (pc != NULL && (copy = mk_secret_dup(pc)) == NULL)
		return MK_E_NOMEM;
	mk_secret_free(kr->pc);
	kr->pc = copy;
	return 0;
}

int
mk_keyring_open(int dirfd, const char *name, enum mk_form form, struct mk_keyring **out)
{
	/* O_NONBLOCK: a FIFO in the file's place must not hang the daemon */
	int fd = openat(dirfd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ELOOP ? MK_E_DAMAGED : mk_err_from_errno(errno);
	struct mk_keyring *kr = keyring_new(fd);
	if (kr == NULL) {
		close(fd);
		return MK_E_NOMEM;
	}
	int r = kr_file_read(kr);
	if (r == 0 && form != 0 && kr->img->form != form)
		r = MK_E_MODE;
	if (r < 0) {
		mk_keyring_close(kr);
		return r;
	}
	*out = kr;
	return 0;
}

/*
 * main.db's page key in epoch 1, granted to the chief and the recovery sheet; *mac is its MAC key.
 */
static int
first_key(struct kr_image *img, const char *chief, struct mk_secret **mac)
{
	struct kr_ledger main_db = {.id = MK_KEYRING_MAIN, .key = {{1, 1, 0}, {0, 0, 0}}};
	struct mk_secret *page = NULL;
	int r = kr_ledger_put(img, &main_db);
	if (r == 0)
		r = kr_key_random(&page);
	if (r == 0)
		r = kr_grant_make(img, MK_KEYRING_MAIN, MK_KEY_PAGE, 1, chief, page);
	if (r == 0)
		r = kr_grant_make(img, MK_KEYRING_MAIN, MK_KEY_PAGE, 1, MK_KEYRING_RECOVERY, page);
	if (r == 0)
		r = kr_mac_key(img, 1, page, mac);
	mk_secret_free(page);
	return r;
}

static int
first_image(struct mk_keyring *kr, const struct mk_keyring_spec *spec, struct kr_image *img,
    struct mk_unlocked **chief)
{
	img->form = (uint8_t)spec->form;
	img->kind = (uint8_t)spec->kind;
	img->cost = spec->cost;
	img->created = spec->chief->now;
	img->seq = 1;
	int r = mk_kdf_check(&spec->cost, spec->kind == MK_KIND_DEMO);
	if (r == 0 && spec->chief->type != MK_SLOT_MEMBER)
		r = MK_E_INPUT;
	if (r == 0)
		r = mk_rand(img->vault, sizeof img->vault);
	if (r == 0)
		r = mk_keyring_set_pc(kr, spec->pc);
	if (r == 0)
		r = kr_slot_make(kr, img, spec->chief, chief);
	if (r == 0)
		r = kr_recovery_make(kr, img, spec->recovery, spec->chief->now);
	return r;
}

int
mk_keyring_create(int dirfd, const char *name, const struct mk_keyring_spec *spec,
    struct mk_keyring **out, struct mk_unlocked **chief)
{
	struct kr_image *img = kr_image_new();
	struct mk_keyring *kr = keyring_new(-1);
	struct mk_unlocked *u = NULL;
	int r = img == NULL || kr == NULL ? MK_E_NOMEM : 0;
	if (r == 0)
		r = first_image(kr, spec, img, &u);
	if (r == 0)
		r = first_key(img, spec->chief->member, &kr->mac);
	if (r == 0)
		r = kr_image_encode(img, kr->mac);
	if (r == 0)
		r = kr_file_create(dirfd, name, &kr->fd);
	if (r < 0)
		goto out;
	kr->synced = true;
	r = kr_file_write(kr, img);
	if (r < 0) {
		unlinkat(dirfd, name, 0);
		goto out;
	}
	kr->img = img;
	kr->proved = true;
	img = NULL;
	*out = kr;
	*chief = u;
	kr = NULL;
	u = NULL;
out:
	mk_unlocked_free(u);
	mk_keyring_close(kr);
	kr_image_free(img);
	return r;
}

/* ---- the frame of a change ---- */

int
kr_begin(struct mk_keyring *kr, struct kr_image **next)
{
	if (kr->mac == NULL || !kr->proved)
		return MK_E_LOCKED;
	if (kr->failed)
		return MK_E_IO;
	struct kr_image *n = kr_image_clone(kr->img);
	if (n == NULL)
		return MK_E_NOMEM;
	n->seq = (kr->top > kr->img->seq ? kr->top : kr->img->seq) + 1;
	*next = n;
	return 0;
}

int
kr_end(struct mk_keyring *kr, struct kr_image *next, struct mk_secret *mac, int r)
{
	if (r == 0)
		r = kr_image_encode(next, mac != NULL ? mac : kr->mac);
	if (r == 0)
		r = kr_file_write(kr, next);
	if (r < 0) {
		kr_image_free(next);
		mk_secret_free(mac);
		return r;
	}
	kr_image_free(kr->img);
	kr->img = next;
	if (mac != NULL) {
		mk_secret_free(kr->mac);
		kr->mac = mac;
	}
	return 0;
}

int
mk_keyring_repair(struct mk_keyring *kr)
{
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	return r < 0 ? r : kr_end(kr, next, NULL, 0);
}

/* ---- what it says ---- */

int
mk_keyring_copies_check(const struct mk_keyring *kr)
{
	return kr->repair == MK_REPAIR_NONE ? 0 : MK_E_DAMAGED;
}

enum mk_form
mk_keyring_form(const struct mk_keyring *kr)
{
	return (enum mk_form)kr->img->form;
}

enum mk_kind
mk_keyring_kind(const struct mk_keyring *kr)
{
	return (enum mk_kind)kr->img->kind;
}

struct mk_kdf_cost
mk_keyring_cost(const struct mk_keyring *kr)
{
	return kr->img->cost;
}

const uint8_t *
mk_keyring_vault(const struct mk_keyring *kr)
{
	return kr->img->vault;
}

uint64_t
mk_keyring_seq(const struct mk_keyring *kr)
{
	return kr->img->seq;
}

bool
mk_keyring_proved(const struct mk_keyring *kr)
{
	return kr->proved;
}

enum mk_keyring_repair
mk_keyring_repair_needed(const struct mk_keyring *kr)
{
	return kr->repair;
}

size_t
mk_keyring_slots(const struct mk_keyring *kr)
{
	return kr->img->slots;
}

size_t
mk_keyring_grants(const struct mk_keyring *kr)
{
	return kr->img->grants;
}

size_t
mk_keyring_ledgers(const struct mk_keyring *kr)
{
	return kr->img->ledgers;
}

bool
mk_keyring_slot_at(const struct mk_keyring *kr, size_t i, struct mk_slot_info *out)
{
	struct mk_slot_info info = {0};
	if (i >= kr->img->slots)
		return false;
	const struct kr_slot *s = &kr->img->slot[i];
	memcpy(info.member, s->member, sizeof info.member);
	memcpy(info.account, s->account, sizeof info.account);
	info.type = (enum mk_slot_type)s->type;
	info.pc = (s->flags & KR_FLAG_PC) != 0;
	info.created = s->created;
	info.expires = s->expires;
	if (kr_fingerprint(s->pub, info.fingerprint) < 0)
		return false;
	*out = info;
	return true;
}

bool
mk_keyring_grant_at(const struct mk_keyring *kr, size_t i, struct mk_grant_info *out)
{
	if (i >= kr->img->grants)
		return false;
	const struct kr_grant *g = &kr->img->grant[i];
	memcpy(out->member, g->member, sizeof out->member);
	memcpy(out->ledger, g->ledger, sizeof out->ledger);
	out->kind = (enum mk_key_kind)g->kind;
	out->epoch = g->epoch;
	return true;
}

bool
mk_keyring_ledger_at(const struct mk_keyring *kr, size_t i, char id[MK_ID_MAX])
{
	if (i >= kr->img->ledgers)
		return false;
	memcpy(id, kr->img->ledger[i].id, MK_ID_MAX);
	return true;
}

int
mk_keyring_slot_get(const struct mk_keyring *kr, const char *member, struct mk_slot_info *out)
{
	const struct kr_slot *s = kr_slot_find(kr->img, member);
	if (s == NULL)
		return MK_E_NOT_FOUND;
	return mk_keyring_slot_at(kr, (size_t)(s - kr->img->slot), out) ? 0 : MK_E_CRYPTO;
}

int
mk_keyring_key_state(const struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind,
    struct mk_key_state *out)
{
	const struct kr_ledger *l = kr_ledger_find(kr->img, ledger);
	if (l == NULL || (kind != MK_KEY_PAGE && kind != MK_KEY_NUMBER))
		return MK_E_NOT_FOUND;
	const struct kr_key *k = &l->key[kind - 1];
	*out = (struct mk_key_state){k->current, k->oldest, k->due != 0};
	return 0;
}

bool
mk_keyring_holds(
    const struct mk_keyring *kr, const char *member, const char *ledger, enum mk_key_kind kind)
{
	const struct kr_key *k = kr_key_find(kr->img, ledger, kind);
	return k != NULL && kr_grant_find(kr->img, ledger, kind, k->current, member) != NULL;
}
