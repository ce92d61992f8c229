/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes to ledgers' keys: new ones, who holds them, new epochs, and their destruction. */
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"

int
kr_key_random(struct mk_secret **out)
{
	struct mk_secret *k = mk_secret_new(MK_KEY_LEN);
	if (k == NULL)
		return MK_E_NOMEM;
	int r = mk_rand(k->data, MK_KEY_LEN);
	if (r < 0) {
		mk_secret_free(k);
		return r;
	}
	k->len = MK_KEY_LEN;
	*out = k;
	return 0;
}

int
kr_grant_make(struct kr_image *img, const char *ledger, unsigned kind, uint32_t epoch,
    const char *member, const struct mk_secret *key)
{
	const struct kr_slot *s = kr_slot_find(img, member);
	const struct mk_grant_ctx ctx = {img->vault, ledger, (uint8_t)kind, epoch};
	struct kr_grant g = {.kind = (uint8_t)kind, .epoch = epoch};
	uint8_t field[MK_ID_FIELD];
	if (s == NULL)
		return MK_E_NOT_FOUND;
	int r = mk_id_field(ledger, field);
	if (r < 0)
		return r;
	memcpy(g.ledger, field, sizeof g.ledger);
	memcpy(g.member, s->member, sizeof g.member);
	r = kr_fingerprint(s->pub, g.fpr);
	if (r == 0)
		r = mk_grant_seal(s->pub, &ctx, key->data, g.sealed);
	return r < 0 ? r : kr_grant_put(img, &g);
}

int
kr_grant_all(struct kr_image *img, const struct mk_unlocked *holder, const char *ledger,
    unsigned kind, const char *member, bool every)
{
	const struct kr_key *k = kr_key_find(img, ledger, kind);
	if (k == NULL)
		return MK_E_NOT_FOUND;
	const uint32_t oldest = k->oldest, current = k->current;
	for (uint32_t e = oldest; e <= current; e++) {
		struct mk_secret *key = NULL;
		int r = mk_unlocked_key(holder, ledger, (enum mk_key_kind)kind, e, NULL, &key);
		if (r == MK_E_NO_GRANT && e < current && !every)
			continue;
		if (r == 0)
			r = kr_grant_make(img, ledger, kind, e, member, key);
		mk_secret_free(key);
		if (r < 0)
			return r;
	}
	return 0;
}

/* May this slot hold a ledger's keys? */
static int
may_hold(const struct kr_image *img, const char *member)
{
	const struct kr_slot *s = kr_slot_find(img, member);
	if (s == NULL)
		return MK_E_NOT_FOUND;
	return s->type == MK_SLOT_CODE ? MK_E_STATE : 0;
}

static int
grant_new_key(struct kr_image *img, const char *ledger, unsigned kind, const struct mk_secret *key,
    const struct mk_ledger_holder *holder, size_t n)
{
	int r = kr_grant_make(img, ledger, kind, 1, MK_KEYRING_RECOVERY, key);
	for (size_t i = 0; i < n && r == 0; i++) {
		if ((holder[i].kinds & kind) == 0)
			continue;
		r = may_hold(img, holder[i].member);
		if (r == 0)
			r = kr_grant_make(img, ledger, kind, 1, holder[i].member, key);
	}
	return r;
}

int
mk_keyring_add_ledger(struct mk_keyring *kr, const char *ledger,
    const struct mk_ledger_holder *holder, size_t n, struct mk_secret **page,
    struct mk_secret **number)
{
	struct kr_ledger l = {.key = {{1, 1, 0}, {1, 1, 0}}};
	struct mk_secret *pk = NULL, *nk = NULL;
	struct kr_image *next = NULL;
	uint8_t field[MK_ID_FIELD];
	int r = mk_id_field(ledger, field);
	if (r == 0)
		r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	memcpy(l.id, field, sizeof l.id);
	r = kr_ledger_find(next, ledger) != NULL ? MK_E_EXISTS : kr_ledger_put(next, &l);
	if (r == 0)
		r = kr_key_random(&pk);
	if (r == 0)
		r = kr_key_random(&nk);
	if (r == 0)
		r = grant_new_key(next, ledger, MK_KEY_PAGE, pk, holder, n);
	if (r == 0)
		r = grant_new_key(next, ledger, MK_KEY_NUMBER, nk, holder, n);
	r = kr_end(kr, next, NULL, r);
	if (r == 0 && page != NULL) {
		*page = pk;
		pk = NULL;
	}
	if (r == 0 && number != NULL) {
		*number = nk;
		nk = NULL;
	}
	mk_secret_free(pk);
	mk_secret_free(nk);
	return r;
}

int
mk_keyring_remove_ledger(struct mk_keyring *kr, const char *ledger)
{
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	if (strcmp(ledger, MK_KEYRING_MAIN) == 0)
		r = MK_E_STATE;
	else if (kr_ledger_find(next, ledger) == NULL)
		r = MK_E_NOT_FOUND;
	else
		kr_ledger_del(next, ledger);
	return kr_end(kr, next, NULL, r);
}

static bool
kinds_bad(const char *ledger, unsigned kinds)
{
	const bool main_db = strcmp(ledger, MK_KEYRING_MAIN) == 0;
	return kinds == 0 || (kinds & ~(unsigned)MK_KEY_BOTH) != 0 ||
	       (main_db && kinds != MK_KEY_PAGE);
}

int
mk_keyring_grant(struct mk_keyring *kr, const struct mk_unlocked *holder, const char *member,
    const char *ledger, unsigned kinds)
{
	struct kr_image *next = NULL;
	if (kinds_bad(ledger, kinds))
		return MK_E_INPUT;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	r = may_hold(next, member);
	for (unsigned kind = MK_KEY_PAGE; kind <= MK_KEY_NUMBER && r == 0; kind++)
		if ((kinds & kind) != 0)
			r = kr_grant_all(next, holder, ledger, kind, member, false);
	return kr_end(kr, next, NULL, r);
}

static int
revoke(struct mk_keyring *kr, const struct kr_match *m, bool due, size_t *gone)
{
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	if (strcmp(m->member, MK_KEYRING_RECOVERY) == 0)
		r = MK_E_STATE;
	if (r == 0 && due)
		kr_grants_due(next, m);
	if (r == 0)
		*gone = kr_grants_del(next, m);
	if (r < 0 || *gone == 0) {
		kr_image_free(next);
		return r;
	}
	return kr_end(kr, next, NULL, 0);
}

int
mk_keyring_revoke(
    struct mk_keyring *kr, const char *member, const char *ledger, unsigned kinds, bool due)
{
	const struct kr_match m = {.member = member, .ledger = ledger, .kinds = kinds};
	size_t gone = 0;
	if (strcmp(ledger, MK_KEYRING_MAIN) == 0)
		return MK_E_STATE;
	if (kinds_bad(ledger, kinds))
		return MK_E_INPUT;
	int r = revoke(kr, &m, due, &gone);
	return r == 0 && gone == 0 ? MK_E_NOT_FOUND : r;
}

int
mk_keyring_revoke_all(struct mk_keyring *kr, const char *member, bool due)
{
	const struct kr_match m = {.member = member, .not_ledger = MK_KEYRING_MAIN};
	size_t gone = 0;
	return revoke(kr, &m, due, &gone);
}

int
mk_keyring_mark_due(struct mk_keyring *kr, const char *ledger, unsigned kinds)
{
	struct kr_image *next = NULL;
	if (kinds_bad(ledger, kinds))
		return MK_E_INPUT;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	for (unsigned kind = MK_KEY_PAGE; kind <= MK_KEY_NUMBER; kind++) {
		struct kr_key *k = kr_key_find(next, ledger, kind);
		if ((kinds & kind) == 0)
			continue;
		if (k == NULL)
			r = MK_E_NOT_FOUND;
		else
			kr_key_due(k, k->current);
	}
	return kr_end(kr, next, NULL, r);
}

/* Grants key as epoch `to` to everyone who holds epoch `from`. */
static int
follow(struct kr_image *img, const char *ledger, unsigned kind, uint32_t from, uint32_t to,
    const struct mk_secret *key)
{
	for (size_t i = 0; i < img->slots; i++) {
		const char *member = img->slot[i].member;
		if (kr_grant_find(img, ledger, kind, from, member) == NULL)
			continue;
		int r = kr_grant_make(img, ledger, kind, to, member, key);
		if (r < 0)
			return r;
	}
	return 0;
}

int
mk_keyring_add_epoch(struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind,
    uint32_t *epoch, struct mk_secret **key)
{
	struct mk_secret *k = NULL, *mac = NULL;
	struct kr_image *next = NULL;
	uint32_t e = 0;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	struct kr_key *state = kr_key_find(next, ledger, kind);
	if (state == NULL)
		r = MK_E_NOT_FOUND;
	else if (state->current == UINT32_MAX)
		r = MK_E_TOO_BIG;
	else
		e = ++state->current;
	if (r == 0)
		r = kr_key_random(&k);
	if (r == 0)
		r = follow(next, ledger, kind, e - 1, e, k);
	if (r == 0 && strcmp(ledger, MK_KEYRING_MAIN) == 0)
		r = kr_mac_key(next, e, k, &mac);
	r = kr_end(kr, next, mac, r);
	if (r == 0 && epoch != NULL)
		*epoch = e;
	if (r == 0 && key != NULL) {
		*key = k;
		k = NULL;
	}
	mk_secret_free(k);
	return r;
}

int
mk_keyring_destroy_below(
    struct mk_keyring *kr, const char *ledger, enum mk_key_kind kind, uint32_t keep)
{
	const struct kr_match old = {.ledger = ledger, .kinds = kind, .below = keep};
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	struct kr_key *state = kr_key_find(next, ledger, kind);
	if (state == NULL)
		r = MK_E_NOT_FOUND;
	else if (keep > state->current)
		r = MK_E_INPUT;
	if (r < 0 || keep <= state->oldest) {
		kr_image_free(next);
		return r;
	}
	kr_grants_del(next, &old);
	state->oldest = keep;
	kr_key_due(state, 0);
	return kr_end(kr, next, NULL, 0);
}
