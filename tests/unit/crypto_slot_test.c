/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slot opens with its key and its own fields only: every field that it states is bound to it. */
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/crypto/slot.h"
#include "tests/lib/mk_cmocka.h"

struct fixture {
	struct mk_secret *derived, *secret, *pc;
	struct mk_kdf_params kdf;
	uint8_t vault[16], pub[32], wrapped[MK_SLOT_WRAPPED];
	struct mk_slot_ctx ctx;
};

static void
prepare(struct fixture *f, bool with_pc)
{
	const struct mk_kdf_cost cost = {8, 1, 1};
	memset(f, 0, sizeof *f);
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cost, true, &f->kdf), 0);
	assert_int_equal(mk_kdf_run(&f->kdf, "pass", 4, &f->derived), 0);
	assert_int_equal(mk_x25519_pair(&f->secret, f->pub), 0);
	f->pc = mk_secret_from("0123456789abcdef0123456789abcdef", 32);
	f->ctx = (struct mk_slot_ctx){.vault = f->vault,
	    .form = 2,
	    .kind = 2,
	    .member = "m0123456789abc",
	    .type = 1,
	    .flags = with_pc ? 1 : 0,
	    .kdf = &f->kdf,
	    .pub = f->pub,
	    .created = 1000,
	    .expires = 2000};
	assert_int_equal(
	    mk_slot_wrap(&f->ctx, f->derived, with_pc ? f->pc : NULL, f->secret, f->wrapped), 0);
}

static void
release(struct fixture *f)
{
	mk_secret_free(f->derived);
	mk_secret_free(f->secret);
	mk_secret_free(f->pc);
}

static int
try_open(const struct fixture *f, const struct mk_secret *pc)
{
	struct mk_secret *s = NULL;
	int r = mk_slot_unwrap(&f->ctx, f->derived, pc, f->wrapped, &s);
	if (r == 0)
		assert_memory_equal(s->data, f->secret->data, 32);
	mk_secret_free(s);
	return r;
}

static void
every_field_is_bound(void **state)
{
	(void)state;
	struct fixture f;
	uint8_t other[32] = {9};
	prepare(&f, false);
	assert_int_equal(try_open(&f, NULL), 0);
#define REFUSED(change)                                                                            \
	do {                                                                                       \
		const struct fixture keep = f;                                                     \
		change;                                                                            \
		assert_int_equal(try_open(&f, NULL), MK_E_AUTH);                                   \
		f = keep;                                                                          \
		assert_int_equal(try_open(&f, NULL), 0);                                           \
	} while (0)
	REFUSED(f.vault[0] ^= 1);
	REFUSED(f.ctx.form = 1);
	REFUSED(f.ctx.kind = 1);
	REFUSED(f.ctx.member = "m0123456789abd");
	REFUSED(f.ctx.type = 3);
	REFUSED(f.ctx.flags = 1);
	REFUSED(f.kdf.alg = 2);
	REFUSED(f.kdf.cost.m = 9);
	REFUSED(f.kdf.cost.t = 2);
	REFUSED(f.kdf.cost.p = 2);
	REFUSED(f.kdf.salt[15] ^= 1);
	REFUSED(f.ctx.pub = other);
	REFUSED(f.ctx.created++);
	REFUSED(f.ctx.expires = 0);
	REFUSED(f.wrapped[0] ^= 1);
	REFUSED(f.wrapped[MK_SLOT_WRAPPED - 1] ^= 0x80);
#undef REFUSED
	f.derived->data[0] ^= 1;
	assert_int_equal(try_open(&f, NULL), MK_E_AUTH);
	release(&f);
}

static void
this_pc(void **state)
{
	(void)state;
	struct fixture f;
	prepare(&f, true);
	assert_int_equal(try_open(&f, f.pc), 0);
	assert_int_equal(try_open(&f, NULL), MK_E_AUTH);
	f.pc->data[3] ^= 1;
	assert_int_equal(try_open(&f, f.pc), MK_E_AUTH);
	f.pc->len = 31;
	assert_int_equal(try_open(&f, f.pc), MK_E_INPUT);
	release(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_is_bound),
	    cmocka_unit_test(this_pc),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
