/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seals of a ledger and the duplicate index: bytes as ledger_internal.h says. No SQL here. */
#include "ledger_internal.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/crypto/hkdf.h"
#include "mynakura/model/number.h"

static uint8_t *
put_padded(uint8_t *p, const char *s, size_t width)
{
	size_t n = strnlen(s, width);
	memset(p, 0, width);
	memcpy(p, s, n);
	return p + width;
}

static uint8_t *
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
	return p + 4;
}

void
mk_ledger_aad(const struct mk_ledger *l, enum mk_ledger_seal kind, const char *id, uint32_t epoch,
    uint8_t out[MK_LSEAL_AAD])
{
	uint8_t *p = out;
	memcpy(p, l->vault, sizeof l->vault);
	p = put_padded(p + sizeof l->vault, l->id.s, MK_ID_MAX);
	p = put_padded(p, id, MK_ID_MAX);
	*p++ = (uint8_t)kind;
	*p++ = MK_LSEAL_VERSION;
	p = put_padded(p, l->class, MK_LSEAL_CLASS);
	put_u32(p, epoch);
}

static bool
key_good(const struct mk_number_key *k)
{
	return k != NULL && k->key != NULL && k->key->len == MK_KEY_LEN;
}

int
mk_ledger_seal(const struct mk_ledger *l, const struct mk_number_key *k, enum mk_ledger_seal kind,
    const char *id, const void *plain, size_t len, struct mk_buf *out)
{
	uint8_t aad[MK_LSEAL_AAD];
	size_t at = out->len;
	if (!key_good(k))
		return MK_E_INTERNAL;
	if (len > MK_SEAL_MAX)
		return MK_E_TOO_BIG;
	static const uint8_t zero[MK_SEAL_OVERHEAD];
	mk_buf_put(out, zero, sizeof zero);
	mk_buf_put(out, plain, len); /* room only: overwritten below */
	if (mk_buf_error(out) < 0)
		return MK_E_NOMEM;
	mk_ledger_aad(l, kind, id, k->epoch, aad);
	return mk_seal(k->key->data, aad, sizeof aad, plain, len, out->data + at);
}

int
mk_ledger_unseal(const struct mk_ledger *l, const struct mk_number_key *k, enum mk_ledger_seal kind,
    const char *id, uint32_t epoch, const void *sealed, size_t len, uint8_t *out)
{
	uint8_t aad[MK_LSEAL_AAD];
	if (!key_good(k))
		return MK_E_INTERNAL;
	if (epoch != k->epoch)
		return MK_E_NO_GRANT;
	mk_ledger_aad(l, kind, id, epoch, aad);
	return mk_unseal(k->key->data, aad, sizeof aad, sealed, len, out);
}

int
mk_ledger_same(
    const struct mk_number_key *k, const struct mk_secret *number, uint8_t out[MK_LEDGER_SAME])
{
	uint8_t epoch[4], full[MK_HMAC_LEN];
	if (!key_good(k) || number->len != MK_NUMBER_LEN)
		return MK_E_INTERNAL;
	struct mk_secret *key = mk_secret_new(MK_HMAC_LEN);
	if (key == NULL)
		return MK_E_NOMEM;
	put_u32(epoch, k->epoch);
	int r = mk_derive(k->key->data, "mynakura duplicate index", epoch, sizeof epoch, key->data);
	if (r == 0)
		r = mk_hmac(key->data, MK_HMAC_LEN, number->data, number->len, full);
	if (r == 0)
		memcpy(out, full, MK_LEDGER_SAME);
	mk_wipe(full, sizeof full);
	mk_secret_free(key);
	return r;
}
