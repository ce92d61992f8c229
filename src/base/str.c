/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small text helpers. */
#include "mynakura/base/str.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"

static const char crockford[] = "0123456789abcdefghjkmnpqrstvwxyz";

int
mk_str_copy(char *out, size_t cap, const char *s)
{
	size_t n = strlen(s);
	if (n >= cap) {
		out[0] = '\0';
		return MK_E_TOO_BIG;
	}
	memcpy(out, s, n + 1);
	return 0;
}

char *
mk_str_ndup(const void *s, size_t len)
{
	char *p = malloc(len + 1);
	if (p == NULL)
		return NULL;
	if (len > 0)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

int
mk_str_u64(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	if (*s == '\0')
		return MK_E_INPUT;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return MK_E_INPUT;
		uint64_t d = (uint64_t)(*s - '0');
		if (v > (max - d) / 10 || d > max)
			return MK_E_INPUT;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

bool
mk_str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void
mk_hex(const void *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
mk_unhex(const char *s, void *out, size_t len)
{
	uint8_t *p = out;
	if (strlen(s) != 2 * len)
		return MK_E_INPUT;
	for (size_t i = 0; i < len; i++) {
		int h = hex_value(s[2 * i]), l = hex_value(s[2 * i + 1]);
		if (h < 0 || l < 0)
			return MK_E_INPUT;
		p[i] = (uint8_t)(h << 4 | l);
	}
	return 0;
}

void
mk_base32(const uint8_t *data, size_t chars, char *out)
{
	for (size_t i = 0; i < chars; i++) {
		size_t bit = i * 5;
		unsigned v = (unsigned)data[bit / 8] << 8;
		if (bit % 8 > 3)
			v |= data[bit / 8 + 1];
		out[i] = crockford[(v >> (11 - bit % 8)) & 31];
	}
	out[chars] = '\0';
}

int
mk_base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + 32);
	if (c == 'i' || c == 'l')
		c = '1';
	if (c == 'o')
		c = '0';
	const char *p = c == '\0' ? NULL : strchr(crockford, c);
	return p == NULL ? -1 : (int)(p - crockford);
}
