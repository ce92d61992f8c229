/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes to slots: a new member's, the first act, a new passphrase, leaving, a new recovery
 * sheet.
 */
#include <stdlib.h>
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/crypto/passphrase.h"

static int
set_account(struct kr_slot *s, const char *account)
{
	size_t n = strlen(account);
	if (n >= sizeof s->account || mk_text_check(account, n, NULL) < 0)
		return MK_E_INPUT;
	memset(s->account, 0, sizeof s->account);
	memcpy(s->account, account, n);
	return 0;
}

static int
set_member(struct kr_slot *s, const char *member)
{
	uint8_t field[MK_ID_FIELD];
	int r = mk_id_field(member, field);
	if (r == 0)
		memcpy(s->member, field, sizeof s->member);
	return r;
}

/*
 * Takes params for a member's or a code's slot of this vault: the floor is the vault's, whatever
 * params say.
 */
static int
set_kdf(struct kr_slot *s, const struct kr_image *img, const struct mk_kdf_params *params)
{
	s->kdf = *params;
	s->kdf.demo = img->kind == MK_KIND_DEMO;
	return params->alg == MK_KDF_ARGON2ID ? mk_kdf_params_check(&s->kdf) : MK_E_INPUT;
}

static int
wrap(const struct mk_keyring *kr, const struct kr_image *img, struct kr_slot *s,
    const struct mk_secret *key, const struct mk_secret *secret)
{
	struct mk_slot_ctx ctx;
	s->flags = kr->pc != NULL && s->type != MK_SLOT_RECOVERY ? KR_FLAG_PC : 0;
	kr_slot_ctx(img, s, &ctx);
	return mk_slot_wrap(&ctx, key, s->flags != 0 ? kr->pc : NULL, secret, s->wrapped);
}

static int
unlocked_new(struct mk_keyring *kr, const struct kr_slot *s, struct mk_secret *secret,
    struct mk_unlocked **out)
{
	struct mk_unlocked *u = calloc(1, sizeof *u);
	if (u == NULL)
		return MK_E_NOMEM;
	u->kr = kr;
	memcpy(u->member, s->member, sizeof u->member);
	memcpy(u->pub, s->pub, sizeof u->pub);
	u->type = (enum mk_slot_type)s->type;
	u->secret = secret;
	*out = u;
	return 0;
}

/* A new pair wrapped under key, the slot into img. */
static int
finish(struct mk_keyring *kr, struct kr_image *img, struct kr_slot *s, const struct mk_secret *key,
    struct mk_unlocked **u)
{
	struct mk_secret *secret = NULL;
	int r = mk_x25519_pair(&secret, s->pub);
	if (r == 0)
		r = wrap(kr, img, s, key, secret);
	if (r == 0)
		r = kr_slot_put(img, s);
	if (r == 0 && u != NULL) {
		r = unlocked_new(kr, s, secret, u);
		if (r == 0)
			secret = NULL;
	}
	mk_secret_free(secret);
	return r;
}

int
kr_slot_make(struct mk_keyring *kr, struct kr_image *img, const struct mk_slot_spec *spec,
    struct mk_unlocked **u)
{
	struct kr_slot s = {
	    .type = (uint8_t)spec->type, .created = spec->now, .expires = spec->expires};
	if (spec->type != MK_SLOT_MEMBER && spec->type != MK_SLOT_CODE)
		return MK_E_INPUT;
	if (spec->now < 0 || spec->expires < 0 ||
	    (spec->type == MK_SLOT_CODE && spec->expires == 0))
		return MK_E_INPUT;
	if (strcmp(spec->member, MK_KEYRING_RECOVERY) == 0)
		return MK_E_INPUT;
	int r = set_member(&s, spec->member);
	if (r == 0)
		r = set_account(&s, spec->account);
	if (r == 0)
		r = set_kdf(&s, img, spec->params);
	return r < 0 ? r : finish(kr, img, &s, spec->key, u);
}

int
kr_recovery_make(
    struct mk_keyring *kr, struct kr_image *img, const struct mk_secret *recovery, int64_t now)
{
	struct kr_slot s = {
	    .member = MK_KEYRING_RECOVERY, .type = MK_SLOT_RECOVERY, .created = now};
	struct mk_secret *key = NULL;
	if (recovery->len != MK_RECOVERY_BYTES)
		return MK_E_INPUT;
	int r = mk_kdf_params_new(MK_KDF_HKDF, NULL, img->kind == MK_KIND_DEMO, &s.kdf);
	if (r == 0)
		r = mk_kdf_run(&s.kdf, recovery->data, recovery->len, &key);
	if (r == 0)
		r = finish(kr, img, &s, key, NULL);
	mk_secret_free(key);
	return r;
}

static int
add_slot(struct mk_keyring *kr, const struct mk_unlocked *holder, const struct mk_slot_spec *spec,
    bool replace, struct mk_unlocked **out)
{
	struct kr_image *next = NULL;
	struct mk_unlocked *u = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	if (kr_slot_find(next, spec->member) != NULL && !replace)
		r = MK_E_EXISTS;
	if (r == 0 && strcmp(spec->member, MK_KEYRING_RECOVERY) == 0)
		r = MK_E_INPUT;
	if (r == 0) {
		kr_slot_del(next, spec->member);
		r = kr_slot_make(kr, next, spec, out != NULL ? &u : NULL);
	}
	if (r == 0)
		r = kr_grant_all(next, holder, MK_KEYRING_MAIN, MK_KEY_PAGE, spec->member, false);
	r = kr_end(kr, next, NULL, r);
	if (r < 0)
		mk_unlocked_free(u);
	else if (out != NULL)
		*out = u;
	return r;
}

int
mk_keyring_add_slot(struct mk_keyring *kr, const struct mk_unlocked *holder,
    const struct mk_slot_spec *spec, bool replace)
{
	return add_slot(kr, holder, spec, replace, NULL);
}

int
mk_keyring_activate(struct mk_keyring *kr, const struct mk_unlocked *code,
    const struct mk_slot_spec *spec, struct mk_unlocked **out)
{
	if (code->type != MK_SLOT_CODE)
		return MK_E_STATE;
	if (spec->type != MK_SLOT_MEMBER || strcmp(spec->member, code->member) != 0)
		return MK_E_INPUT;
	return add_slot(kr, code, spec, true, out);
}

int
mk_keyring_rewrap(struct mk_keyring *kr, const struct mk_unlocked *u,
    const struct mk_kdf_params *params, const struct mk_secret *key)
{
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	struct kr_slot *s = kr_slot_find(next, u->member);
	if (s == NULL || !mk_equal(s->pub, u->pub, sizeof u->pub))
		r = MK_E_LOCKED;
	else if (s->type != MK_SLOT_MEMBER)
		r = MK_E_STATE;
	if (r == 0)
		r = set_kdf(s, next, params);
	if (r == 0)
		r = wrap(kr, next, s, key, u->secret);
	return kr_end(kr, next, NULL, r);
}

int
mk_keyring_set_account(struct mk_keyring *kr, const char *member, const char *account)
{
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	struct kr_slot *s = kr_slot_find(next, member);
	if (s == NULL)
		r = MK_E_NOT_FOUND;
	else if (s->type == MK_SLOT_RECOVERY)
		r = MK_E_STATE;
	else
		r = set_account(s, account);
	return kr_end(kr, next, NULL, r);
}

int
mk_keyring_remove_slot(struct mk_keyring *kr, const char *member, bool due)
{
	const struct kr_match held = {.member = member};
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	if (kr_slot_find(next, member) == NULL)
		r = MK_E_NOT_FOUND;
	else if (strcmp(member, MK_KEYRING_RECOVERY) == 0)
		r = MK_E_STATE;
	if (r == 0 && due)
		kr_grants_due(next, &held);
	if (r == 0)
		kr_slot_del(next, member);
	return kr_end(kr, next, NULL, r);
}

int
mk_keyring_replace_recovery(struct mk_keyring *kr, const struct mk_unlocked *holder,
    const struct mk_secret *recovery, int64_t now, bool due)
{
	const struct kr_match all = {.member = MK_KEYRING_RECOVERY};
	struct kr_image *next = NULL;
	int r = kr_begin(kr, &next);
	if (r < 0)
		return r;
	if (due)
		kr_grants_due(next, &all);
	kr_slot_del(next, MK_KEYRING_RECOVERY);
	r = kr_recovery_make(kr, next, recovery, now);
	for (size_t i = 0; i < next->ledgers && r == 0; i++)
		for (unsigned kind = MK_KEY_PAGE; kind <= MK_KEY_NUMBER && r == 0; kind++)
			if (next->ledger[i].key[kind - 1].current != 0)
				r = kr_grant_all(next, holder, next->ledger[i].id, kind,
				    MK_KEYRING_RECOVERY, true);
	return kr_end(kr, next, NULL, r);
}
