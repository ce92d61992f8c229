/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a derived key to an opened slot. Opening proves the image it was read from: the slot opens
 * its X25519 secret, that opens main.db's page key, and from that comes the key of the MAC over
 * all of it. Before that nothing in the file is believed.
 */
#include <stdlib.h>
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/err.h"

void
mk_unlocked_free(struct mk_unlocked *u)
{
	if (u == NULL)
		return;
	mk_secret_free(u->secret);
	free(u);
}

const char *
mk_unlocked_member(const struct mk_unlocked *u)
{
	return u->member;
}

enum mk_slot_type
mk_unlocked_type(const struct mk_unlocked *u)
{
	return u->type;
}

int
mk_keyring_slot_params(const struct mk_keyring *kr, const char *member, struct mk_kdf_params *out)
{
	const struct kr_slot *s = kr_slot_find(kr->img, member);
	if (s == NULL)
		return MK_E_NOT_FOUND;
	*out = s->kdf;
	return 0;
}

void
kr_slot_ctx(const struct kr_image *img, const struct kr_slot *s, struct mk_slot_ctx *out)
{
	*out = (struct mk_slot_ctx){.vault = img->vault,
	    .form = img->form,
	    .kind = img->kind,
	    .member = s->member,
	    .type = s->type,
	    .flags = s->flags,
	    .kdf = &s->kdf,
	    .pub = s->pub,
	    .created = s->created,
	    .expires = s->expires};
}

int
kr_grant_unseal(const struct kr_image *img, const struct kr_grant *g,
    const struct mk_secret *secret, const uint8_t *pub, struct mk_secret **key)
{
	const struct mk_grant_ctx ctx = {img->vault, g->ledger, g->kind, g->epoch};
	return mk_grant_open(secret, pub, &ctx, g->sealed, key);
}

static int
open_secret(const struct mk_keyring *kr, const struct kr_image *img, const struct kr_slot *s,
    const struct mk_secret *key, struct mk_secret **secret)
{
	struct mk_slot_ctx ctx;
	const bool pc = (s->flags & KR_FLAG_PC) != 0;
	if (pc && kr->pc == NULL)
		return MK_E_AUTH;
	kr_slot_ctx(img, s, &ctx);
	return mk_slot_unwrap(&ctx, key, pc ? kr->pc : NULL, s->wrapped, secret);
}

/* The MAC of img under what main.db's page key gives; *mac is the key when it holds. */
static int
prove_mac(const struct kr_image *img, const struct kr_slot *s, const struct mk_secret *secret,
    struct mk_secret **mac)
{
	const struct kr_key *k = kr_key_find(img, MK_KEYRING_MAIN, MK_KEY_PAGE);
	const struct kr_grant *g =
	    k == NULL ? NULL
		      : kr_grant_find(img, MK_KEYRING_MAIN, MK_KEY_PAGE, k->current, s->member);
	struct mk_secret *page = NULL, *key = NULL;
	uint8_t sum[KR_MAC];
	if (g == NULL)
		return MK_E_DAMAGED;
	int r = kr_grant_unseal(img, g, secret, s->pub, &page);
	if (r == 0)
		r = kr_mac_key(img, k->current, page, &key);
	if (r == 0)
		r = kr_image_mac(img->raw, img->raw_len, key, sum);
	if (r == 0 && !mk_equal(sum, img->raw + img->raw_len - KR_MAC, KR_MAC))
		r = MK_E_DAMAGED;
	if (r == 0) {
		*mac = key;
		key = NULL;
	}
	mk_secret_free(page);
	mk_secret_free(key);
	return r;
}

static int
prove(struct mk_keyring *kr, const struct kr_image *img, const char *member,
    const struct mk_secret *key, int64_t now, struct mk_unlocked **out, struct mk_secret **mac)
{
	const struct kr_slot *s = kr_slot_find(img, member);
	if (s == NULL)
		return MK_E_NOT_FOUND;
	if (s->expires != 0 && now >= s->expires)
		return MK_E_AUTH;
	struct mk_unlocked *u = calloc(1, sizeof *u);
	if (u == NULL)
		return MK_E_NOMEM;
	u->kr = kr;
	memcpy(u->member, s->member, sizeof u->member);
	memcpy(u->pub, s->pub, sizeof u->pub);
	u->type = (enum mk_slot_type)s->type;
	int r = open_secret(kr, img, s, key, &u->secret);
	if (r == 0)
		r = prove_mac(img, s, u->secret, mac);
	if (r < 0) {
		mk_unlocked_free(u);
		return r;
	}
	*out = u;
	return 0;
}

/*
 * May the other copy be tried after r? Yes when the first one is forged. After a key that does not
 * fit only when neither copy is older: a passphrase that was replaced must not open what was cut
 * off before the second copy.
 */
static bool
may_fall_back(const struct mk_keyring *kr, int r)
{
	if (kr->proved || kr->other == NULL)
		return false;
	return r == MK_E_DAMAGED || (r == MK_E_AUTH && kr->other->seq == kr->img->seq);
}

static void
swap_copies(struct mk_keyring *kr)
{
	struct kr_image *img = kr->img;
	kr->img = kr->other;
	kr->other = img;
	kr->use = 1 - kr->use;
	kr->repair = MK_REPAIR_FORGED;
}

int
mk_keyring_open_slot(struct mk_keyring *kr, const char *member, const struct mk_secret *key,
    int64_t now, struct mk_unlocked **out)
{
	struct mk_secret *mac = NULL;
	int r = prove(kr, kr->img, member, key, now, out, &mac);
	if (r < 0 && may_fall_back(kr, r) &&
	    prove(kr, kr->other, member, key, now, out, &mac) == 0) {
		swap_copies(kr);
		r = 0;
	}
	if (r < 0)
		return r;
	kr->proved = true;
	kr_image_free(kr->other);
	kr->other = NULL;
	mk_secret_free(kr->mac);
	kr->mac = mac;
	return 0;
}

int
mk_unlocked_key(const struct mk_unlocked *u, const char *ledger, enum mk_key_kind kind,
    uint32_t epoch, uint32_t *epoch_out, struct mk_secret **out)
{
	const struct kr_image *img = u->kr->img;
	const struct kr_slot *s = kr_slot_find(img, u->member);
	const struct kr_key *k = kr_key_find(img, ledger, kind);
	if (s == NULL || !mk_equal(s->pub, u->pub, sizeof u->pub))
		return MK_E_LOCKED;
	if (k == NULL)
		return MK_E_NOT_FOUND;
	if (epoch == 0)
		epoch = k->current;
	const struct kr_grant *g = kr_grant_find(img, ledger, kind, epoch, u->member);
	if (g == NULL)
		return MK_E_NO_GRANT;
	int r = kr_grant_unseal(img, g, u->secret, u->pub, out);
	if (r == 0 && epoch_out != NULL)
		*epoch_out = epoch;
	return r;
}
