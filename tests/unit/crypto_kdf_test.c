/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Argon2id against the reference program's output (Debian's libargon2), the floor and the ceiling,
 * and that a run leaves neither the passphrase nor the key on its stack.
 */
#include <gcrypt.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/crypto/kdf.h"
#include "tests/lib/mk_cmocka.h"

static const struct mk_kdf_cost cheap = {8, 1, 1};

/*
 * RFC 9106 5.3: what libgcrypt itself does, with the secret and data that our own calls never use.
 */
static void
rfc9106(void **state)
{
	(void)state;
	const unsigned long param[4] = {32, 3, 32, 4};
	uint8_t pass[32], salt[16], secret[8], ad[12], want[32], got[32];
	gcry_kdf_hd_t hd;
	memset(pass, 1, sizeof pass);
	memset(salt, 2, sizeof salt);
	memset(secret, 3, sizeof secret);
	memset(ad, 4, sizeof ad);
	assert_int_equal(
	    mk_unhex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", want, 32),
	    0);
	assert_int_equal(gcry_kdf_open(&hd, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, param, 4, pass, 32,
			     salt, 16, secret, 8, ad, 12),
	    0);
	assert_int_equal(gcry_kdf_compute(hd, NULL), 0);
	assert_int_equal(gcry_kdf_final(hd, 32, got), 0);
	gcry_kdf_close(hd);
	assert_memory_equal(got, want, 32);
}

struct vector {
	uint32_t m, t;
	bool demo;
	const char *out;
};

static const struct vector vectors[] = {
    {8, 1, true, "80b1c892bd6a80fe2bdec1f53ff348837f8f31c91a2d0dd192e222cad2615656"},
    {256, 2, true, "c7102b770dc092ae55d8dd2b6560bc948f471efe1600fd4adf9b453d5ee608be"},
    {65536, 3, false, "00bac562b407875296682e0b8043688e09be94fcea326e99aa62d0edb44404fc"},
};

static void
known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct mk_kdf_params p = {
		    MK_KDF_ARGON2ID, vectors[i].demo, {vectors[i].m, vectors[i].t, 1}, {0}};
		uint8_t want[32];
		struct mk_secret *out = NULL;
		memcpy(p.salt, "0123456789abcdef", MK_KDF_SALT);
		assert_int_equal(mk_unhex(vectors[i].out, want, 32), 0);
		assert_int_equal(mk_kdf_run(&p, "correct horse battery", 21, &out), 0);
		assert_int_equal(out->len, 32);
		assert_memory_equal(out->data, want, 32);
		mk_secret_free(out);
	}
}

static void
floor_and_ceiling(void **state)
{
	(void)state;
	static const struct {
		struct mk_kdf_cost cost;
		int real, demo;
	} t[] = {
	    {{65536, 3, 1}, 0, 0},
	    {{65535, 3, 1}, MK_E_INPUT, 0},
	    {{65536, 2, 1}, MK_E_INPUT, 0},
	    {{8, 1, 1}, MK_E_INPUT, 0},
	    {{7, 1, 1}, MK_E_INPUT, MK_E_INPUT},
	    {{8, 0, 1}, MK_E_INPUT, MK_E_INPUT},
	    {{1048576, 10, 1}, 0, 0},
	    {{1048577, 3, 1}, MK_E_INPUT, MK_E_INPUT},
	    {{65536, 11, 1}, MK_E_INPUT, MK_E_INPUT},
	    {{65536, 3, 2}, MK_E_INPUT, MK_E_INPUT},
	    {{65536, 3, 0}, MK_E_INPUT, MK_E_INPUT},
	    {{0xffffffff, 0xffffffff, 0xffffffff}, MK_E_INPUT, MK_E_INPUT},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		assert_int_equal(mk_kdf_check(&t[i].cost, false), t[i].real);
		assert_int_equal(mk_kdf_check(&t[i].cost, true), t[i].demo);
	}
}

/* run refuses by itself, whoever filled the params in. */
static void
run_refuses(void **state)
{
	(void)state;
	struct mk_kdf_params p;
	struct mk_secret *out = NULL;
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cheap, false, &p), MK_E_INPUT);
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cheap, true, &p), 0);
	assert_int_equal(mk_kdf_run(&p, "x", 0, &out), MK_E_INPUT);
	assert_int_equal(mk_kdf_run(&p, "x", MK_KDF_PASS_MAX + 1, &out), MK_E_INPUT);
	p.demo = false;
	assert_int_equal(mk_kdf_run(&p, "x", 1, &out), MK_E_INPUT);
	p.demo = true;
	p.cost.m = MK_KDF_M_CEIL + 1;
	assert_int_equal(mk_kdf_run(&p, "x", 1, &out), MK_E_INPUT);
	p.cost.m = 8;
	p.alg = 3;
	assert_int_equal(mk_kdf_run(&p, "x", 1, &out), MK_E_INPUT);
	assert_null(out);
	p.alg = MK_KDF_ARGON2ID;
	assert_int_equal(mk_kdf_run(&p, "x", 1, &out), 0);
	mk_secret_free(out);
}

static void
hkdf_for_recovery(void **state)
{
	(void)state;
	struct mk_kdf_params p;
	struct mk_secret *a = NULL, *b = NULL;
	assert_int_equal(mk_kdf_params_new(MK_KDF_HKDF, NULL, false, &p), 0);
	assert_int_equal(mk_kdf_run(&p, "12345678901234567890", 20, &a), 0);
	p.salt[0] ^= 1;
	assert_int_equal(mk_kdf_run(&p, "12345678901234567890", 20, &b), 0);
	assert_memory_not_equal(a->data, b->data, 32);
	p.cost.m = 1;
	mk_secret_free(b);
	b = NULL;
	assert_int_equal(mk_kdf_run(&p, "12345678901234567890", 20, &b), MK_E_INPUT);
	mk_secret_free(a);
}

static void *
worker(void *arg)
{
	struct mk_secret *out = NULL;
	const struct mk_kdf_params *p = arg;
	for (int i = 0; i < 50; i++) {
		struct mk_secret *again = NULL;
		if (mk_kdf_run(p, "in a thread", 11, &again) < 0)
			return NULL;
		if (out != NULL && !mk_equal(out->data, again->data, 32))
			return NULL;
		mk_secret_free(out);
		out = again;
	}
	return out;
}

static void
two_threads(void **state)
{
	(void)state;
	struct mk_kdf_params p;
	pthread_t t;
	void *theirs = NULL;
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cheap, true, &p), 0);
	assert_int_equal(pthread_create(&t, NULL, worker, &p), 0);
	struct mk_secret *mine = worker(&p);
	assert_int_equal(pthread_join(t, &theirs), 0);
	assert_non_null(mine);
	assert_non_null(theirs);
	assert_memory_equal(mine->data, ((struct mk_secret *)theirs)->data, 32);
	mk_secret_free(mine);
	mk_secret_free(theirs);
}

#define STACK 262144

/* What runs on a stack of its own, and what was found there below its own frame. */
struct on_stack {
	struct mk_kdf_params params;
	const char *pass;
	const uint8_t *stack;
	bool leave; /* the control: leave a copy there */
	bool ran, found;
	size_t dirty; /* bytes that are not zero where libgcrypt's frames were */
};

static __attribute__((noinline)) int
leave_copy(const char *pass)
{
	volatile char deep[8192];
	for (size_t i = 0; i <= strlen(pass); i++)
		deep[i] = pass[i];
	return deep[0];
}

static void *
stack_worker(void *arg)
{
	struct on_stack *w = arg;
	struct mk_secret *out = NULL;
	w->ran = mk_kdf_run(&w->params, w->pass, strlen(w->pass), &out) == 0;
	size_t below = (size_t)((const uint8_t *)__builtin_frame_address(0) - w->stack) - 512;
	w->dirty = 0;
	for (size_t i = below - 16384; i < below - 2048; i++)
		w->dirty += w->stack[i] != 0;
	if (w->leave)
		leave_copy(w->pass);
	w->found = memmem(w->stack, below, w->pass, 8) != NULL ||
		   memmem(w->stack, below, out->data, 16) != NULL;
	mk_secret_free(out);
	return NULL;
}

static bool
found_on_stack(struct on_stack *w, bool leave)
{
	pthread_t t;
	pthread_attr_t attr;
	void *stack = mmap(
	    NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	assert_true(stack != MAP_FAILED);
	w->stack = stack;
	w->leave = leave;
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstack(&attr, stack, STACK), 0);
	assert_int_equal(pthread_create(&t, &attr, stack_worker, w), 0);
	assert_int_equal(pthread_join(t, NULL), 0);
	pthread_attr_destroy(&attr);
	assert_true(w->ran);
	munmap(stack, STACK);
	return w->found;
}

static void
stack_is_clean(void **state)
{
	(void)state;
#ifdef MK_SANITIZED
	(void)found_on_stack;
	skip(); /* AddressSanitizer moves locals to a stack of its own */
#else
	struct on_stack w = {.pass = "a passphrase of some length"};
	assert_int_equal(mk_kdf_params_new(MK_KDF_ARGON2ID, &cheap, true, &w.params), 0);
	assert_true(found_on_stack(&w, true));
	assert_false(found_on_stack(&w, false));
	assert_int_equal(w.dirty, 0);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc9106),
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(floor_and_ceiling),
	    cmocka_unit_test(run_refuses),
	    cmocka_unit_test(hkdf_for_recovery),
	    cmocka_unit_test(two_threads),
	    cmocka_unit_test(stack_is_clean),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
