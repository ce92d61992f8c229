/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Locked memory over libgcrypt's secure pool. gcry_malloc_secure is used, never xmalloc_secure:
 * that one aborts.
 */
#include "mynakura/base/secret.h"

#include <fcntl.h>
#include <gcrypt.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "mynakura/base/err.h"

#define POOL_BYTES 65536
#define SECRET_MAX 16384

int
mk_base_init(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
#ifndef MK_SANITIZED /* LeakSanitizer attaches with ptrace, which an undumpable process refuses */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return 0;
	if (gcry_check_version("1.10.0") == NULL)
		return MK_E_CRYPTO;
	gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN);
	gcry_control(GCRYCTL_INIT_SECMEM, POOL_BYTES, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) ? 0 : MK_E_CRYPTO;
}

bool
mk_secret_locked(void)
{
#ifdef MK_SANITIZED /* AddressSanitizer makes mlock do nothing; the normal build proves the lock */
	return true;
#endif
	char buf[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, buf, sizeof buf - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	const char *p = strstr(buf, "VmLck:");
	if (p == NULL)
		return false;
	p += 6;
	p += strspn(p, " \t");
	return *p >= '1' && *p <= '9';
}

struct mk_secret *
mk_secret_new(size_t cap)
{
	if (cap == 0 || cap > SECRET_MAX)
		return NULL;
	struct mk_secret *s = gcry_malloc_secure(sizeof *s + cap);
	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof *s + cap);
	s->cap = cap;
	return s;
}

struct mk_secret *
mk_secret_from(const void *data, size_t len)
{
	struct mk_secret *s = mk_secret_new(len == 0 ? 1 : len);
	if (s != NULL && len > 0) {
		memcpy(s->data, data, len);
		s->len = len;
	}
	return s;
}

struct mk_secret *
mk_secret_dup(const struct mk_secret *s)
{
	return mk_secret_from(s->data, s->len);
}

void
mk_secret_free(struct mk_secret *s)
{
	if (s == NULL)
		return;
	explicit_bzero(s, sizeof *s + s->cap);
	gcry_free(s);
}

int
mk_secret_append(struct mk_secret *s, const void *data, size_t len)
{
	if (len > s->cap - s->len)
		return MK_E_TOO_BIG;
	if (len > 0)
		memcpy(s->data + s->len, data, len);
	s->len += len;
	return 0;
}

void
mk_secret_clear(struct mk_secret *s)
{
	explicit_bzero(s->data, s->cap);
	s->len = 0;
}

void
mk_wipe(void *p, size_t len)
{
	if (p != NULL)
		explicit_bzero(p, len);
}

bool
mk_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t d = 0;
	for (size_t i = 0; i < len; i++)
		d = (uint8_t)(d | (x[i] ^ y[i]));
	return d == 0;
}

#define BURN_STEP 1024

/* Each call's frame lies below the last one's; the barrier keeps the compiler from making one of it. */
__attribute__((noinline)) void
mk_burn_stack(size_t bytes)
{
	uint8_t step[BURN_STEP];
	explicit_bzero(step, sizeof step);
	if (bytes > sizeof step)
		mk_burn_stack(bytes - sizeof step);
	__asm__ volatile("" : : "r"(step) : "memory");
}
