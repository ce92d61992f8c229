/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing bytes, names with values, time and UTF-8 for the screen test driver. Ends the program
   when memory is short. */
#ifndef SCREEN_UTIL_H
#define SCREEN_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *p; /* always ends with a NUL that is not counted, once anything was added */
	size_t n, cap;
};
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_utf8(struct buf *b, uint32_t cp);
void buf_reset(struct buf *b);
void buf_free(struct buf *b);
/* Takes n bytes off the front. */
void buf_eat(struct buf *b, size_t n);
/* The text, never NULL. */
const char *buf_text(const struct buf *b);

struct vars {
	struct var {
		char *name, *value;
	} * v;
	size_t n;
};
void vars_set(struct vars *v, const char *name, const char *value);
const char *vars_get(const struct vars *v, const char *name);
void vars_unset(struct vars *v, const char *name);
void vars_free(struct vars *v);

void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
int64_t now_ms(void);
int64_t now_us(void);
/* One code point of a NUL-terminated string; U+FFFD for what is not UTF-8. Moves *s on. */
uint32_t utf8_next(const char **s);
/* Columns as the C library has them, 1 for what it does not know. */
int cp_width(uint32_t cp);
bool is_digit(uint32_t cp);
/* '0'..'9' for ASCII and full-width digits, else 0. */
char digit_of(uint32_t cp);

#endif
