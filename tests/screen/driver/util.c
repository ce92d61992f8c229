/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing bytes, names with values, time and UTF-8. */
#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

void *
xrealloc(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n, size);

	if (q == NULL && n != 0) {
		fputs("screen: no memory\n", stderr);
		abort();
	}
	return q;
}

char *
xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xrealloc(NULL, n, 1), s, n);
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (b->n + n + 1 > b->cap) {
		b->cap = (b->n + n + 1) * 2;
		b->p = xrealloc(b->p, b->cap, 1);
	}
	if (n > 0)
		memcpy(b->p + b->n, bytes, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, format);
	n = vasprintf(&s, format, ap);
	va_end(ap);
	if (n < 0)
		abort();
	buf_add(b, s, (size_t)n);
	free(s);
}

void
buf_utf8(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_addc(b, (char)cp);
	} else if (cp < 0x800) {
		buf_addc(b, (char)(0xc0 | cp >> 6));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_addc(b, (char)(0xe0 | cp >> 12));
		buf_addc(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | (cp >> 18 & 7)));
		buf_addc(b, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	}
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){NULL, 0, 0};
}

void
buf_eat(struct buf *b, size_t n)
{
	b->n -= n;
	memmove(b->p, b->p + n, b->n + 1);
}

const char *
buf_text(const struct buf *b)
{
	return b->p != NULL ? b->p : "";
}

static struct var *
vars_find(const struct vars *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->v[i].name, name) == 0)
			return &v->v[i];
	return NULL;
}

void
vars_set(struct vars *v, const char *name, const char *value)
{
	struct var *var = vars_find(v, name);

	if (var == NULL) {
		v->v = xrealloc(v->v, v->n + 1, sizeof(*v->v));
		var = &v->v[v->n++];
		var->name = xstrdup(name);
		var->value = NULL;
	}
	free(var->value);
	var->value = xstrdup(value);
}

const char *
vars_get(const struct vars *v, const char *name)
{
	struct var *var = vars_find(v, name);

	return var != NULL ? var->value : NULL;
}

void
vars_unset(struct vars *v, const char *name)
{
	struct var *var = vars_find(v, name);

	if (var == NULL)
		return;
	free(var->name);
	free(var->value);
	*var = v->v[--v->n];
}

void
vars_free(struct vars *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->v[i].name);
		free(v->v[i].value);
	}
	free(v->v);
	*v = (struct vars){NULL, 0};
}

int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
now_ms(void)
{
	return now_us() / 1000;
}

uint32_t
utf8_next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	int more = p[0] < 0x80   ? 0
		   : p[0] < 0xc2 ? -1
		   : p[0] < 0xe0 ? 1
		   : p[0] < 0xf0 ? 2
		   : p[0] < 0xf5 ? 3
				 : -1;
	uint32_t cp = more == 1   ? p[0] & 0x1fu
		      : more == 2 ? p[0] & 0xfu
		      : more == 3 ? p[0] & 7u
				  : p[0];

	*s += 1;
	if (more < 0)
		return 0xfffd;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		cp = cp << 6 | (p[i] & 0x3f);
		*s += 1;
	}
	return cp;
}

int
cp_width(uint32_t cp)
{
	int w = wcwidth((wchar_t)cp);

	return w < 0 ? 1 : w;
}

bool
is_digit(uint32_t cp)
{
	return digit_of(cp) != 0;
}

char
digit_of(uint32_t cp)
{
	if (cp >= '0' && cp <= '9')
		return (char)cp;
	if (cp >= 0xff10 && cp <= 0xff19)
		return (char)('0' + (cp - 0xff10));
	return 0;
}
