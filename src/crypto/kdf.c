/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Argon2id by libgcrypt. It wipes its blocks at close but not its stack, where the first hash of
 * the passphrase (a fast one) and block copies were: the stack below is overwritten after each
 * run.
 */
#include "mynakura/crypto/kdf.h"

#include <gcrypt.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/crypto/hkdf.h"

/*
 * More than libgcrypt's deepest frames below gcry_kdf_compute: two nested fill_block with four 1
 * KiB blocks.
 */
#define STACK_BURN 32768

int
mk_kdf_check(const struct mk_kdf_cost *cost, bool demo)
{
	uint32_t m_floor = demo ? 8 : MK_KDF_M_FLOOR;
	uint32_t t_floor = demo ? 1 : MK_KDF_T_FLOOR;
	if (cost->m < m_floor || cost->m > MK_KDF_M_CEIL)
		return MK_E_INPUT;
	if (cost->t < t_floor || cost->t > MK_KDF_T_CEIL)
		return MK_E_INPUT;
	return cost->p == 1 ? 0 : MK_E_INPUT;
}

int
mk_kdf_params_check(const struct mk_kdf_params *params)
{
	const struct mk_kdf_cost *c = &params->cost;
	if (params->alg == MK_KDF_ARGON2ID)
		return mk_kdf_check(c, params->demo);
	if (params->alg == MK_KDF_HKDF)
		return c->m == 0 && c->t == 0 && c->p == 0 ? 0 : MK_E_INPUT;
	return MK_E_INPUT;
}

int
mk_kdf_params_new(
    enum mk_kdf_alg alg, const struct mk_kdf_cost *cost, bool demo, struct mk_kdf_params *out)
{
	struct mk_kdf_params p = {.alg = (uint8_t)alg, .demo = demo};
	if (alg == MK_KDF_ARGON2ID) {
		if (cost == NULL)
			return MK_E_INPUT;
		p.cost = *cost;
	}
	int r = mk_kdf_params_check(&p);
	if (r == 0)
		r = mk_rand(p.salt, sizeof p.salt);
	if (r == 0)
		*out = p;
	return r;
}

static __attribute__((noinline)) void
burn_stack(void)
{
	uint8_t below[STACK_BURN];
	explicit_bzero(below, sizeof below);
}

static int
argon2id(const struct mk_kdf_params *params, const void *pass, size_t pass_len, uint8_t *out)
{
	const struct mk_kdf_cost *c = &params->cost;
	const unsigned long param[4] = {MK_KDF_OUT, c->t, c->m, c->p};
	gcry_kdf_hd_t hd = NULL;
	gcry_error_t e = gcry_kdf_open(&hd, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, param, 4, pass,
	    pass_len, params->salt, sizeof params->salt, NULL, 0, NULL, 0);
	if (e == 0)
		e = gcry_kdf_compute(hd, NULL);
	if (e == 0)
		e = gcry_kdf_final(hd, MK_KDF_OUT, out);
	if (hd != NULL)
		gcry_kdf_close(hd);
	if (gcry_err_code(e) == GPG_ERR_ENOMEM)
		return MK_E_NOMEM;
	return e == 0 ? 0 : MK_E_CRYPTO;
}

int
mk_kdf_run(
    const struct mk_kdf_params *params, const void *pass, size_t pass_len, struct mk_secret **out)
{
	static const char label[] = "mynakura recovery";
	int r = mk_kdf_params_check(params);
	if (r < 0)
		return r;
	if (pass_len == 0 || pass_len > MK_KDF_PASS_MAX)
		return MK_E_INPUT;
	struct mk_secret *s = mk_secret_new(MK_KDF_OUT);
	if (s == NULL)
		return MK_E_NOMEM;
	if (params->alg == MK_KDF_ARGON2ID)
		r = argon2id(params, pass, pass_len, s->data);
	else
		r = mk_hkdf(params->salt, sizeof params->salt, pass, pass_len, label,
		    sizeof label - 1, s->data, MK_KDF_OUT);
	burn_stack();
	if (r < 0) {
		mk_secret_free(s);
		return r;
	}
	s->len = MK_KDF_OUT;
	*out = s;
	return 0;
}
