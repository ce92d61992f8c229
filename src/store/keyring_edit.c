/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image's ordered lists: finding, putting in place, taking out. No cryptography and no file. */
#include <stdlib.h>
#include <string.h>

#include "keyring_internal.h"
#include "mynakura/base/err.h"

static int
order_member(const void *key, const void *slot)
{
	return strcmp(key, ((const struct kr_slot *)slot)->member);
}

static int
order_id(const void *key, const void *ledger)
{
	return strcmp(key, ((const struct kr_ledger *)ledger)->id);
}

static int
order_grant(const void *a, const void *b)
{
	return kr_grant_order(a, b);
}

int
kr_grant_order(const struct kr_grant *a, const struct kr_grant *b)
{
	int c = strcmp(a->ledger, b->ledger);
	if (c != 0)
		return c;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return strcmp(a->member, b->member);
}

struct kr_slot *
kr_slot_find(const struct kr_image *img, const char *member)
{
	if (img->slots == 0)
		return NULL;
	return bsearch(member, img->slot, img->slots, sizeof *img->slot, order_member);
}

struct kr_ledger *
kr_ledger_find(const struct kr_image *img, const char *id)
{
	if (img->ledgers == 0)
		return NULL;
	return bsearch(id, img->ledger, img->ledgers, sizeof *img->ledger, order_id);
}

struct kr_key *
kr_key_find(const struct kr_image *img, const char *ledger, unsigned kind)
{
	struct kr_ledger *l = kr_ledger_find(img, ledger);
	if (l == NULL || kind < MK_KEY_PAGE || kind > MK_KEY_NUMBER)
		return NULL;
	struct kr_key *k = &l->key[kind - 1];
	return k->current == 0 ? NULL : k;
}

struct kr_grant *
kr_grant_find(const struct kr_image *img, const char *ledger, unsigned kind, uint32_t epoch,
    const char *member)
{
	struct kr_grant key = {.kind = (uint8_t)kind, .epoch = epoch};
	if (img->grants == 0 || strlen(ledger) >= MK_ID_MAX || strlen(member) >= MK_ID_MAX)
		return NULL;
	memcpy(key.ledger, ledger, strlen(ledger));
	memcpy(key.member, member, strlen(member));
	return bsearch(&key, img->grant, img->grants, sizeof *img->grant, order_grant);
}

/* Room for one more at index at of a list of n. */
static int
open_gap(void *list, size_t *n, size_t *cap, size_t max, size_t size, size_t at)
{
	char *p;
	memcpy(&p, list, sizeof p);
	if (*n >= max)
		return MK_E_TOO_BIG;
	if (*n == *cap) {
		size_t more = *cap < 16 ? 16 : *cap * 2;
		char *grown = realloc(p, more * size);
		if (grown == NULL)
			return MK_E_NOMEM;
		p = grown;
		memcpy(list, &p, sizeof p);
		*cap = more;
	}
	memmove(p + (at + 1) * size, p + at * size, (*n - at) * size);
	memset(p + at * size, 0, size);
	(*n)++;
	return 0;
}

int
kr_slot_put(struct kr_image *img, const struct kr_slot *slot)
{
	struct kr_slot *old = kr_slot_find(img, slot->member);
	size_t at = 0;
	if (old != NULL) {
		*old = *slot;
		return 0;
	}
	while (at < img->slots && strcmp(img->slot[at].member, slot->member) < 0)
		at++;
	int r = open_gap(
	    &img->slot, &img->slots, &img->slot_cap, MK_KEYRING_SLOTS, sizeof *img->slot, at);
	if (r == 0)
		img->slot[at] = *slot;
	return r;
}

int
kr_ledger_put(struct kr_image *img, const struct kr_ledger *ledger)
{
	struct kr_ledger *old = kr_ledger_find(img, ledger->id);
	size_t at = 0;
	if (old != NULL) {
		*old = *ledger;
		return 0;
	}
	while (at < img->ledgers && strcmp(img->ledger[at].id, ledger->id) < 0)
		at++;
	int r = open_gap(&img->ledger, &img->ledgers, &img->ledger_cap, MK_KEYRING_LEDGERS,
	    sizeof *img->ledger, at);
	if (r == 0)
		img->ledger[at] = *ledger;
	return r;
}

int
kr_grant_put(struct kr_image *img, const struct kr_grant *grant)
{
	size_t at = 0, end = img->grants;
	while (at < end) {
		size_t mid = at + (end - at) / 2;
		int c = kr_grant_order(&img->grant[mid], grant);
		if (c == 0) {
			img->grant[mid] = *grant;
			return 0;
		}
		if (c < 0)
			at = mid + 1;
		else
			end = mid;
	}
	int r = open_gap(
	    &img->grant, &img->grants, &img->grant_cap, MK_KEYRING_GRANTS, sizeof *img->grant, at);
	if (r == 0)
		img->grant[at] = *grant;
	return r;
}

void
kr_key_due(struct kr_key *k, uint32_t epoch)
{
	if (epoch > k->due)
		k->due = epoch;
	if (k->due < k->oldest)
		k->due = 0;
}

bool
kr_matches(const struct kr_match *m, const struct kr_grant *g)
{
	if (m->member != NULL && strcmp(m->member, g->member) != 0)
		return false;
	if (m->ledger != NULL && strcmp(m->ledger, g->ledger) != 0)
		return false;
	if (m->not_ledger != NULL && strcmp(m->not_ledger, g->ledger) == 0)
		return false;
	if (m->kinds != 0 && (m->kinds & g->kind) == 0)
		return false;
	return m->below == 0 || g->epoch < m->below;
}

size_t
kr_grants_del(struct kr_image *img, const struct kr_match *m)
{
	size_t keep = 0, n = img->grants;
	for (size_t i = 0; i < n; i++)
		if (!kr_matches(m, &img->grant[i]))
			img->grant[keep++] = img->grant[i];
	img->grants = keep;
	return n - keep;
}

void
kr_grants_due(struct kr_image *img, const struct kr_match *m)
{
	for (size_t i = 0; i < img->grants; i++) {
		const struct kr_grant *g = &img->grant[i];
		struct kr_key *k = kr_key_find(img, g->ledger, g->kind);
		if (k != NULL && kr_matches(m, g))
			kr_key_due(k, g->epoch);
	}
}

void
kr_slot_del(struct kr_image *img, const char *member)
{
	struct kr_slot *s = kr_slot_find(img, member);
	if (s == NULL)
		return;
	const struct kr_match all = {.member = member};
	kr_grants_del(img, &all);
	size_t at = (size_t)(s - img->slot);
	memmove(s, s + 1, (img->slots - at - 1) * sizeof *s);
	img->slots--;
}

void
kr_ledger_del(struct kr_image *img, const char *id)
{
	struct kr_ledger *l = kr_ledger_find(img, id);
	if (l == NULL)
		return;
	const struct kr_match all = {.ledger = id};
	kr_grants_del(img, &all);
	size_t at = (size_t)(l - img->ledger);
	memmove(l, l + 1, (img->ledgers - at - 1) * sizeof *l);
	img->ledgers--;
}
