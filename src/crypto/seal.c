/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES-256-GCM-SIV by libgcrypt 1.10.1. Two of its habits decide the shape: a handle must be reset
 * between messages, and decryption wants the tag beforehand (SET_DECRYPTION_TAG) and reports a
 * mismatch from gcry_cipher_decrypt. The plaintext that it has written by then is wiped.
 */
#include "mynakura/crypto/seal.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/secret.h"
#include "seal_internal.h"

struct mk_sealer {
	gcry_cipher_hd_t hd;
};

int
mk_sealer_new(const uint8_t *key, struct mk_sealer **out)
{
	struct mk_sealer *s = calloc(1, sizeof *s);
	if (s == NULL)
		return MK_E_NOMEM;
	gcry_error_t e = gcry_cipher_open(
	    &s->hd, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM_SIV, GCRY_CIPHER_SECURE);
	if (e == 0)
		e = gcry_cipher_setkey(s->hd, key, MK_KEY_LEN);
	if (e != 0) {
		mk_sealer_free(s);
		return gcry_err_code(e) == GPG_ERR_ENOMEM ? MK_E_NOMEM : MK_E_CRYPTO;
	}
	*out = s;
	return 0;
}

void
mk_sealer_free(struct mk_sealer *s)
{
	if (s == NULL)
		return;
	gcry_cipher_close(s->hd);
	free(s);
}

static gcry_error_t
start(struct mk_sealer *s, const uint8_t *nonce, const void *aad, size_t aad_len)
{
	gcry_error_t e = gcry_cipher_reset(s->hd);
	if (e == 0)
		e = gcry_cipher_setiv(s->hd, nonce, MK_SEAL_NONCE);
	if (e == 0 && aad_len > 0)
		e = gcry_cipher_authenticate(s->hd, aad, aad_len);
	return e;
}

int
mk_sealer_seal_at(struct mk_sealer *s, const uint8_t *nonce, const void *aad, size_t aad_len,
    const void *plain, size_t len, uint8_t *out)
{
	uint8_t *ct = out + MK_SEAL_NONCE;
	/* libgcrypt makes the tag in encrypt(), so the call is needed for an empty message too */
	gcry_error_t e = start(s, nonce, aad, aad_len);
	if (e == 0)
		e = gcry_cipher_encrypt(s->hd, ct, len, len > 0 ? plain : "", len);
	if (e == 0)
		e = gcry_cipher_gettag(s->hd, ct + len, MK_SEAL_TAG);
	if (e != 0) {
		memset(out, 0, len + MK_SEAL_OVERHEAD);
		return MK_E_CRYPTO;
	}
	memcpy(out, nonce, MK_SEAL_NONCE);
	return 0;
}

int
mk_sealer_seal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *plain, size_t len,
    uint8_t *out)
{
	uint8_t nonce[MK_SEAL_NONCE];
	if (len > MK_SEAL_MAX || aad_len > MK_SEAL_MAX)
		return MK_E_TOO_BIG;
	int r = mk_rand(nonce, sizeof nonce);
	if (r < 0) {
		memset(out, 0, len + MK_SEAL_OVERHEAD);
		return r;
	}
	return mk_sealer_seal_at(s, nonce, aad, aad_len, plain, len, out);
}

int
mk_sealer_unseal(struct mk_sealer *s, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out)
{
	if (sealed_len < MK_SEAL_OVERHEAD || sealed_len - MK_SEAL_OVERHEAD > MK_SEAL_MAX ||
	    aad_len > MK_SEAL_MAX)
		return MK_E_DAMAGED;
	size_t len = sealed_len - MK_SEAL_OVERHEAD;
	const uint8_t *p = sealed, *ct = p + MK_SEAL_NONCE;
	uint8_t none[1];
	gcry_error_t e = start(s, p, aad, aad_len);
	if (e == 0)
		e = gcry_cipher_set_decryption_tag(s->hd, ct + len, MK_SEAL_TAG);
	if (e == 0)
		e = gcry_cipher_decrypt(s->hd, len > 0 ? out : none, len, ct, len);
	if (e == 0)
		return 0;
	mk_wipe(len > 0 ? out : NULL, len);
	return gcry_err_code(e) == GPG_ERR_CHECKSUM ? MK_E_DAMAGED : MK_E_CRYPTO;
}

int
mk_seal(const uint8_t *key, const void *aad, size_t aad_len, const void *plain, size_t len,
    uint8_t *out)
{
	struct mk_sealer *s = NULL;
	if (len > MK_SEAL_MAX)
		return MK_E_TOO_BIG;
	int r = mk_sealer_new(key, &s);
	if (r < 0) {
		memset(out, 0, len + MK_SEAL_OVERHEAD);
		return r;
	}
	r = mk_sealer_seal(s, aad, aad_len, plain, len, out);
	mk_sealer_free(s);
	return r;
}

int
mk_unseal(const uint8_t *key, const void *aad, size_t aad_len, const void *sealed,
    size_t sealed_len, void *out)
{
	struct mk_sealer *s = NULL;
	if (sealed_len < MK_SEAL_OVERHEAD)
		return MK_E_DAMAGED;
	int r = mk_sealer_new(key, &s);
	if (r < 0) {
		mk_wipe(out, sealed_len - MK_SEAL_OVERHEAD);
		return r;
	}
	r = mk_sealer_unseal(s, aad, aad_len, sealed, sealed_len, out);
	mk_sealer_free(s);
	return r;
}
