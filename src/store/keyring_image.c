/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyring's bytes (mynakura-vault(5), KEYRING). There is one way to write an image: what is
 * not used is zero, lists are ordered, every reference is there. So parsing is strict, and what
 * was parsed encodes to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/crypto/hkdf.h"

const uint8_t kr_magic[8] = {'M', 'Y', 'N', 'A', 'K', 'E', 'Y', 'R'};

struct kr_image *
kr_image_new(void)
{
	return calloc(1, sizeof(struct kr_image));
}

void
kr_image_free(struct kr_image *img)
{
	if (img == NULL)
		return;
	free(img->slot);
	free(img->ledger);
	free(img->grant);
	free(img->raw);
	free(img);
}

static int
copy_list(void *to, size_t *cap, const void *from, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);
	if (p == NULL)
		return MK_E_NOMEM;
	if (n > 0)
		memcpy(p, from, n * size);
	memcpy(to, &p, sizeof p);
	*cap = n + 1;
	/* cppcheck-suppress memleak ; *to owns it */
	return 0;
}

struct kr_image *
kr_image_clone(const struct kr_image *img)
{
	struct kr_image *n = kr_image_new();
	if (n == NULL)
		return NULL;
	*n = *img;
	n->slot = NULL;
	n->ledger = NULL;
	n->grant = NULL;
	n->raw = NULL;
	n->raw_len = 0;
	if (copy_list(&n->slot, &n->slot_cap, img->slot, img->slots, sizeof *img->slot) < 0 ||
	    copy_list(&n->ledger, &n->ledger_cap, img->ledger, img->ledgers, sizeof *img->ledger) <
		0 ||
	    copy_list(&n->grant, &n->grant_cap, img->grant, img->grants, sizeof *img->grant) < 0) {
		kr_image_free(n);
		return NULL;
	}
	return n;
}

int
kr_fingerprint(const uint8_t pub[MK_X25519_LEN], uint8_t out[KR_FPR])
{
	uint8_t sum[32];
	int r = mk_sha256(pub, MK_X25519_LEN, sum);
	memcpy(out, sum, KR_FPR);
	return r;
}

static bool
zeros(struct mk_rd *r, size_t len)
{
	const uint8_t *p = mk_rd_bytes(r, len);
	for (size_t i = 0; p != NULL && i < len; i++)
		if (p[i] != 0)
			return false;
	return p != NULL;
}

static bool
get_bytes(struct mk_rd *r, void *out, size_t len)
{
	const uint8_t *p = mk_rd_bytes(r, len);
	if (p != NULL)
		memcpy(out, p, len);
	return p != NULL;
}

/* A text padded with zero bytes, at least one of them when it must end inside the field. */
static bool
padded(const char *field, size_t len)
{
	size_t n = strnlen(field, len);
	for (size_t i = n; i < len; i++)
		if (field[i] != '\0')
			return false;
	return true;
}

static bool
get_id(struct mk_rd *r, char out[MK_ID_MAX])
{
	uint8_t field[MK_ID_FIELD];
	if (!get_bytes(r, out, MK_ID_MAX) || out[MK_ID_MAX - 1] != '\0')
		return false;
	return padded(out, MK_ID_MAX) && mk_id_field(out, field) == 0;
}

static bool
get_account(struct mk_rd *r, char out[MK_KEYRING_ACCOUNT])
{
	out[MK_KEYRING_ACCOUNT - 1] = '\0';
	if (!get_bytes(r, out, MK_KEYRING_ACCOUNT - 1) || !padded(out, MK_KEYRING_ACCOUNT - 1))
		return false;
	return mk_text_check(out, strlen(out), NULL) == 0;
}

static bool
get_time(struct mk_rd *r, int64_t *out)
{
	uint64_t v = mk_rd_u64(r);
	*out = (int64_t)v;
	return v <= INT64_MAX;
}

static bool
get_cost(struct mk_rd *r, struct mk_kdf_cost *c)
{
	c->m = mk_rd_u32(r);
	c->t = mk_rd_u32(r);
	c->p = mk_rd_u32(r);
	return !r->failed;
}

struct counts {
	uint32_t slots, ledgers, grants;
};

static bool
parse_header(struct mk_rd *r, size_t len, struct kr_image *img, struct counts *c)
{
	uint8_t m[sizeof kr_magic];
	if (!get_bytes(r, m, sizeof m) || memcmp(m, kr_magic, sizeof m) != 0)
		return false;
	if (mk_rd_u16(r) != KR_VERSION)
		return false;
	img->form = mk_rd_u8(r);
	img->kind = mk_rd_u8(r);
	if (img->form < MK_FORM_INSTALLED || img->form > MK_FORM_EMBEDDED)
		return false;
	if (img->kind < MK_KIND_REAL || img->kind > MK_KIND_DEMO)
		return false;
	if (mk_rd_u8(r) != MK_CIPHER_AES256_OCB || mk_rd_u8(r) != MK_CIPHER_AES256_GCM_SIV)
		return false;
	if (mk_rd_u8(r) != MK_KDF_ARGON2ID || mk_rd_u8(r) != 0)
		return false;
	if (!get_bytes(r, img->vault, sizeof img->vault))
		return false;
	img->seq = mk_rd_u64(r);
	if (img->seq == 0 || img->seq > INT64_MAX || !get_time(r, &img->created))
		return false;
	if (!get_cost(r, &img->cost) || mk_kdf_check(&img->cost, img->kind == MK_KIND_DEMO) < 0)
		return false;
	uint32_t used = mk_rd_u32(r);
	c->slots = mk_rd_u32(r);
	c->ledgers = mk_rd_u32(r);
	c->grants = mk_rd_u32(r);
	if (c->slots > MK_KEYRING_SLOTS || c->ledgers > MK_KEYRING_LEDGERS ||
	    c->grants > MK_KEYRING_GRANTS)
		return false;
	return used == KR_HEADER + c->slots * KR_SLOT + c->ledgers * KR_LEDGER +
			   c->grants * KR_GRANT + KR_TRAILER &&
	       used <= len && zeros(r, 52);
}

int
kr_header_used(const uint8_t header[KR_HEADER], size_t *used)
{
	struct mk_rd r;
	mk_rd_init(&r, header + 60, 4);
	uint32_t v = mk_rd_u32(&r);
	if (v < KR_HEADER + KR_TRAILER || v > KR_COPY)
		return MK_E_DAMAGED;
	*used = v;
	return 0;
}

static bool
parse_slot(struct mk_rd *r, bool demo, struct kr_slot *s)
{
	if (!get_id(r, s->member))
		return false;
	s->type = mk_rd_u8(r);
	s->flags = mk_rd_u8(r);
	s->kdf.alg = mk_rd_u8(r);
	s->kdf.demo = demo;
	if (!zeros(r, 1) || !get_cost(r, &s->kdf.cost) ||
	    !get_bytes(r, s->kdf.salt, sizeof s->kdf.salt) ||
	    !get_bytes(r, s->pub, sizeof s->pub) || !get_bytes(r, s->wrapped, sizeof s->wrapped) ||
	    !get_time(r, &s->created) || !get_time(r, &s->expires) || !get_account(r, s->account) ||
	    !zeros(r, 36))
		return false;
	if (s->type < MK_SLOT_MEMBER || s->type > MK_SLOT_CODE || s->flags > KR_FLAG_PC)
		return false;
	bool sheet = s->type == MK_SLOT_RECOVERY;
	if (sheet != (strcmp(s->member, MK_KEYRING_RECOVERY) == 0) || (sheet && s->flags != 0))
		return false;
	if (s->type == MK_SLOT_CODE && s->expires == 0)
		return false;
	/* floor and ceiling, here already: no one allocates by a forged cost (R6) */
	return s->kdf.alg == (sheet ? MK_KDF_HKDF : MK_KDF_ARGON2ID) &&
	       mk_kdf_params_check(&s->kdf) == 0;
}

static bool
parse_ledger(struct mk_rd *r, struct kr_ledger *l)
{
	if (!get_id(r, l->id))
		return false;
	bool main_db = strcmp(l->id, MK_KEYRING_MAIN) == 0;
	for (int i = 0; i < 2; i++) {
		struct kr_key *k = &l->key[i];
		k->current = mk_rd_u32(r);
		k->oldest = mk_rd_u32(r);
		k->due = mk_rd_u32(r);
		if (r->failed || k->oldest > k->current || k->due > k->current)
			return false;
		bool none = main_db && i == MK_KEY_NUMBER - 1;
		if (none != (k->oldest == 0) || (none && k->current != 0))
			return false;
		if (k->due != 0 && k->due < k->oldest)
			return false;
	}
	return zeros(r, 24);
}

static bool
parse_grant(struct mk_rd *r, struct kr_grant *g)
{
	if (!get_id(r, g->ledger))
		return false;
	g->kind = mk_rd_u8(r);
	if (!zeros(r, 3))
		return false;
	g->epoch = mk_rd_u32(r);
	return get_id(r, g->member) && get_bytes(r, g->fpr, sizeof g->fpr) &&
	       get_bytes(r, g->sealed, sizeof g->sealed);
}

/*
 * A grant refers to a slot (and its very public half), a key and a live epoch of it; a one-time
 * code holds main's only.
 */
static bool
grant_refers(const struct kr_image *img, const struct kr_grant *g)
{
	const struct kr_slot *s = kr_slot_find(img, g->member);
	const struct kr_key *k = kr_key_find(img, g->ledger, g->kind);
	uint8_t fpr[KR_FPR];
	if (s == NULL || k == NULL || g->epoch < k->oldest || g->epoch > k->current)
		return false;
	if (s->type == MK_SLOT_CODE && strcmp(g->ledger, MK_KEYRING_MAIN) != 0)
		return false;
	return kr_fingerprint(s->pub, fpr) == 0 && memcmp(fpr, g->fpr, sizeof fpr) == 0;
}

static bool
parse_lists(struct mk_rd *r, struct kr_image *img, const struct counts *c)
{
	for (; img->slots < c->slots; img->slots++) {
		struct kr_slot *s = &img->slot[img->slots];
		if (!parse_slot(r, img->kind == MK_KIND_DEMO, s))
			return false;
		if (img->slots > 0 && strcmp(s[-1].member, s->member) >= 0)
			return false;
	}
	for (; img->ledgers < c->ledgers; img->ledgers++) {
		struct kr_ledger *l = &img->ledger[img->ledgers];
		if (!parse_ledger(r, l))
			return false;
		if (img->ledgers > 0 && strcmp(l[-1].id, l->id) >= 0)
			return false;
	}
	for (; img->grants < c->grants; img->grants++) {
		struct kr_grant *g = &img->grant[img->grants];
		if (!parse_grant(r, g) || !grant_refers(img, g))
			return false;
		if (img->grants > 0 && kr_grant_order(g - 1, g) >= 0)
			return false;
	}
	return kr_slot_find(img, MK_KEYRING_RECOVERY) != NULL &&
	       kr_ledger_find(img, MK_KEYRING_MAIN) != NULL;
}

int
kr_image_parse(const uint8_t *p, size_t len, struct kr_image **out)
{
	struct counts c;
	struct mk_rd r;
	struct kr_image *img = kr_image_new();
	if (img == NULL)
		return MK_E_NOMEM;
	mk_rd_init(&r, p, len);
	if (!parse_header(&r, len, img, &c)) {
		kr_image_free(img);
		return MK_E_DAMAGED;
	}
	img->slot = calloc(c.slots + 1, sizeof *img->slot);
	img->ledger = calloc(c.ledgers + 1, sizeof *img->ledger);
	img->grant = calloc(c.grants + 1, sizeof *img->grant);
	img->slot_cap = c.slots + 1;
	img->ledger_cap = c.ledgers + 1;
	img->grant_cap = c.grants + 1;
	int e = 0;
	if (img->slot == NULL || img->ledger == NULL || img->grant == NULL)
		e = MK_E_NOMEM;
	else if (!parse_lists(&r, img, &c))
		e = MK_E_DAMAGED;
	if (e < 0) {
		kr_image_free(img);
		return e;
	}
	*out = img;
	return 0;
}

size_t
kr_image_len(const struct kr_image *img)
{
	return KR_HEADER + img->slots * KR_SLOT + img->ledgers * KR_LEDGER +
	       img->grants * KR_GRANT + KR_TRAILER;
}

int
kr_image_decode(const uint8_t *p, size_t len, struct kr_image **out)
{
	struct kr_image *img = NULL;
	uint8_t sum[KR_SUM];
	int r = kr_image_parse(p, len, &img);
	if (r < 0)
		return r;
	size_t used = kr_image_len(img), body = used - KR_TRAILER;
	r = mk_sha256(p, body, sum);
	if (r == 0 && memcmp(sum, p + body, KR_SUM) != 0)
		r = MK_E_DAMAGED;
	if (r == 0 && (img->raw = malloc(used)) == NULL)
		r = MK_E_NOMEM;
	if (r < 0) {
		kr_image_free(img);
		return r;
	}
	memcpy(img->raw, p, used);
	img->raw_len = used;
	*out = img;
	return 0;
}
